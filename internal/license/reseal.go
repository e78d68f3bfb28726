package license

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/yinxin-org/yinxin/internal/change"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/errs"
	"github.com/yinxin-org/yinxin/internal/sealing"
)

const (
	// resealMost is how many licenses share a transaction, as for a batch.
	resealMost = 100
	// resealLease is how long others leave an order alone that has not moved.
	resealLease = time.Minute
)

// The states of an order to seal anew.
const (
	ResealRuns = "running"
	ResealDone = "done"
)

// Reseal is how far it has come to seal anew what a burned seal had sealed (重新用印).
type Reseal struct {
	SealCode  string
	Unproven  bool   // only what is not provably older than the theft
	AccountID string // whose consent it is; "" where no one of the unit ordered it
	State     string
	Kept      int // bear the seal, are proven and were left as they are
	Sealed    int
	Missed    int // could not be sealed: see MissedReseals
	StartedAt time.Time
	UpdatedAt time.Time

	atHolder, atLicense string // the last license that was looked at
	rowVersion          int64
}

// OrderReseal orders that the licenses in force that bear a burned seal get a file anew, under the seals that their type's
// plan has now: only those that are not provably older than the theft, or all. What a license says, its identifier, its
// number and its check code stay; the file before is kept and proves what it proves. An order that runs and asks for the
// same changes nothing, any other begins again, and finds the work that is done.
//
// The order of somebody of the seal's own unit is also that person's consent for the unit's steps that people have to do. What waits
// for the hand of another unit cannot be sealed so, and is listed.
func (s *Store) OrderReseal(ctx context.Context, tx *db.Tx, by change.By, code string, unproven bool) (Reseal, error) {
	x, err := s.o.Seals.Get(ctx, tx, code)
	if err != nil {
		return Reseal{}, err
	}
	if x.BurnedAt.IsZero() || x.Purpose != sealing.ForLicenses {
		return Reseal{}, errs.New(errs.Conflict, "seal.not-burned")
	}
	if _, err := s.o.Seals.Usable(ctx, tx, x.UnitID, x.Purpose); err != nil {
		return Reseal{}, err
	}
	r, err := s.Reseal(ctx, tx, code)
	if err == nil && r.State == ResealRuns && r.Unproven == unproven {
		return r, nil
	}
	if err != nil && errs.Code(err) != "seal.not-resealed" {
		return Reseal{}, err
	}
	if err := s.o.Seals.NoteReseal(ctx, tx, by, x); err != nil {
		return Reseal{}, err
	}
	account := by.AccountID
	if by.UnitID != x.UnitID {
		account = "" // who runs the platform consents for nobody
	}
	only := 0
	if unproven {
		only = 1
	}
	if _, err := tx.Exec(ctx, `
		INSERT INTO reseal (seal_code, unproven, account_id, state, at_holder, at_license, kept, sealed, started_at, updated_at, row_version)
		VALUES ($1, $2, $3, 'running', '', '', 0, 0, $4, 0, 1)
		ON CONFLICT (seal_code) DO UPDATE
		SET unproven = excluded.unproven, account_id = excluded.account_id, state = 'running', at_holder = '', at_license = '', kept = 0,
			started_at = excluded.started_at, updated_at = 0, row_version = reseal.row_version + 1`,
		code, only, account, db.Micros(s.o.Clock.Now())); err != nil {
		return Reseal{}, fmt.Errorf("order to seal anew: %w", err)
	}
	return s.Reseal(ctx, tx, code)
}

// Reseal tells how far it has come for a burned seal; errs "seal.not-resealed" if nobody ordered it.
func (s *Store) Reseal(ctx context.Context, q *db.Tx, code string) (Reseal, error) {
	r := Reseal{SealCode: code}
	var unproven int
	var started, updated int64
	err := q.QueryRow(ctx, `
		SELECT unproven, account_id, state, at_holder, at_license, kept, sealed, started_at, updated_at, row_version,
			(SELECT count(*) FROM reseal_missed m WHERE m.seal_code = reseal.seal_code)
		FROM reseal
		WHERE seal_code = $1`, code).Scan(&unproven, &r.AccountID, &r.State, &r.atHolder, &r.atLicense, &r.Kept, &r.Sealed, &started, &updated,
		&r.rowVersion, &r.Missed)
	if errors.Is(err, db.ErrNoRows) {
		return Reseal{}, errs.New(errs.NotFound, "seal.not-resealed")
	}
	if err != nil {
		return Reseal{}, fmt.Errorf("read order to seal anew: %w", err)
	}
	r.Unproven, r.StartedAt, r.UpdatedAt = unproven == 1, db.Time(started), db.Time(updated)
	return r, nil
}

// MissedReseal is a license that could not be sealed anew, and why.
type MissedReseal struct{ HolderID, LicenseID, Cause string }

// MissedReseals lists the first of the licenses that could not be sealed anew.
func (s *Store) MissedReseals(ctx context.Context, q *db.Tx, code string, limit int) ([]MissedReseal, error) {
	rows, err := q.Query(ctx, `
		SELECT holder_id, license_id, cause
		FROM reseal_missed
		WHERE seal_code = $1
		ORDER BY license_id
		LIMIT $2`, code, limit)
	if err != nil {
		return nil, fmt.Errorf("list what was not sealed anew: %w", err)
	}
	defer func() { _ = rows.Close() }()
	var found []MissedReseal
	for rows.Next() {
		var m MissedReseal
		if err := rows.Scan(&m.HolderID, &m.LicenseID, &m.Cause); err != nil {
			return nil, fmt.Errorf("list what was not sealed anew: %w", err)
		}
		found = append(found, m)
	}
	return found, rows.Err()
}

// WorkReseal carries an order out to its end. Cut off at any point, it goes on behind the last chunk that is durable; two
// at once do no harm, one of them stops with conflict.
func (s *Store) WorkReseal(ctx context.Context, code string) error {
	w, err := s.reseals(ctx, code)
	for err == nil && w.r.State == ResealRuns {
		err = w.chunk(ctx)
	}
	return err
}

// ResumeReseals carries out the orders that nobody works on.
func (s *Store) ResumeReseals(ctx context.Context) error {
	var due []string
	err := s.o.DB.Read(ctx, func(q *db.Tx) error {
		rows, err := q.Query(ctx, `
			SELECT seal_code
			FROM reseal
			WHERE state = 'running' AND updated_at < $1
			ORDER BY started_at`, db.Micros(s.o.Clock.Now().Add(-resealLease)))
		if err != nil {
			return fmt.Errorf("list orders to seal anew: %w", err)
		}
		defer func() { _ = rows.Close() }()
		for rows.Next() {
			var code string
			if err := rows.Scan(&code); err != nil {
				return fmt.Errorf("list orders to seal anew: %w", err)
			}
			due = append(due, code)
		}
		return rows.Err()
	})
	failed := []error{err}
	for _, code := range due {
		if err := s.WorkReseal(ctx, code); err != nil && errs.Code(err) != "conflict" {
			failed = append(failed, fmt.Errorf("seal anew what %s sealed: %w", code, err))
		}
	}
	return errors.Join(failed...)
}
