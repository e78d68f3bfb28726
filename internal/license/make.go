package license

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"

	"github.com/yinxin-org/yinxin/internal/catalog"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/errs"
	"github.com/yinxin-org/yinxin/internal/face"
	"github.com/yinxin-org/yinxin/internal/gm"
	"github.com/yinxin-org/yinxin/internal/sealing"
	"github.com/yinxin-org/yinxin/ofd"
)

// Make draws the face, sets the seals and stores the file of a drafted license. Run again, after a crash or
// by two at once, it finds the work done and changes nothing. One that waits for a base register is asked about again and
// stays at its step while that does not answer, as does one whose seals wait for people; one that a register turns down is register.mismatch, one that a unit
// refuses its seal is seal.declined, see TurnDown.
func (s *Store) Make(ctx context.Context, holderID, licenseID string) (License, error) {
	var l License
	var b body
	var t *catalog.Type
	var key []byte
	var steps []sealing.Step
	var waiting []sealing.Task
	settled := true
	err := s.o.DB.Read(ctx, func(q *db.Tx) error {
		var err error
		if l, err = s.Get(ctx, q, holderID, licenseID); err != nil || l.Step != StepData {
			return err
		}
		if t, err = s.o.Types.Version(ctx, q, l.TypeCode, l.TypeVersion); err != nil {
			return err
		}
		if b, err = s.body(ctx, q, l); err != nil {
			return err
		}
		if key, err = s.key(ctx, q, holderID, licenseID); err != nil {
			return err
		}
		if l.asks() {
			if settled, err = s.o.Registers.Settled(ctx, q, t, b.Values, l.HolderID, l.ID); err != nil {
				return err
			}
		}
		if steps, err = s.sealPlan(ctx, q, t, l.IssuerID); err != nil {
			return err
		}
		waiting, err = s.byHand(ctx, q, t, l, steps)
		return err
	})
	if err != nil || l.Step != StepData {
		return l, s.unsealed(ctx, sealing.Subject{Kind: sealing.OfLicense, ID: licenseID, TypeCode: l.TypeCode, AccountID: l.MakerID}, err)
	}
	if !settled {
		if waits, err := s.settle(ctx, t, l, b.Values); err != nil || waits {
			return l, err
		}
	}
	if len(waiting) > 0 {
		return l, s.o.DB.Write(ctx, func(tx *db.Tx) error { return s.o.Seals.Lay(ctx, tx, waiting) })
	}
	press, err := s.o.Faces.Press(t)
	if err != nil {
		return License{}, err
	}
	sealed, err := s.seal(press, b, steps)
	if err != nil {
		return License{}, err
	}
	file, err := sealed.Bytes()
	if err != nil {
		return License{}, err
	}
	if l.FileRef, err = s.store(ctx, key, file, l.ID); err != nil {
		return License{}, err
	}
	l.FileDigest = digest(file)
	err = s.o.DB.Write(ctx, func(tx *db.Tx) error { return s.sealed(ctx, tx, &l, steps) })
	return l, s.unsealed(ctx, sealedOne(l), err)
}

// digest is what the record says of a file: its SM3 in hex.
func digest(file []byte) string {
	sum := gm.SM3(file)
	return hex.EncodeToString(sum[:])
}

func (s *Store) seal(press *face.Press, b body, steps []sealing.Step) (*ofd.Package, error) {
	p, err := press.License(b.input(), len(steps), s.o.Clock.Now())
	if err != nil {
		return nil, err
	}
	return p, s.o.Seals.Sign(p, steps)
}

// store encrypts a file under the license's key and keeps it.
func (s *Store) store(ctx context.Context, key, file []byte, licenseID string) (string, error) {
	ct, err := gm.Encrypt(key, file, []byte("file:"+licenseID))
	if err != nil {
		return "", err
	}
	return s.o.Files.Put(ctx, ct)
}

func (s *Store) load(ctx context.Context, key []byte, ref, licenseID string) ([]byte, error) {
	ct, err := s.o.Files.Get(ctx, ref)
	if err != nil {
		return nil, err
	}
	return gm.Decrypt(key, ct, []byte("file:"+licenseID))
}

// sealed moves a license from data to sealed; if another run was first, its result stands.
func (s *Store) sealed(ctx context.Context, tx *db.Tx, l *License, steps []sealing.Step) error {
	n, err := tx.Exec(ctx, `
		UPDATE license
		SET step = $1, file_ref = $2, file_digest = $3, row_version = row_version + 1
		WHERE holder_id = $4 AND license_id = $5 AND step = $6`,
		string(StepSealed), l.FileRef, l.FileDigest, l.HolderID, l.ID, string(StepData))
	if err != nil {
		return fmt.Errorf("keep sealed file: %w", err)
	}
	if n == 0 {
		*l, err = s.Get(ctx, tx, l.HolderID, l.ID)
		return err
	}
	l.Step, l.RowVersion = StepSealed, l.RowVersion+1
	if err := s.o.Seals.Log(ctx, tx, steps, sealedOne(*l)); err != nil {
		return err
	}
	if err := s.record(ctx, tx, *l, Operation{Action: "seal", UnitID: l.IssuerID, Ground: l.CaseNo}); err != nil {
		return err
	}
	return s.queue(ctx, tx, *l)
}

// Review is the second person's word on a sealed license.
type Review struct {
	HolderID   string
	LicenseID  string
	ReviewerID string
	UnitID     string
	Publish    bool
	Opinion    string // kept with the event, readable by the issuer
}

// Review publishes or refuses a sealed license inside the caller's transaction. The reviewer must be of the
// issuing unit and another person than the maker. 榕政办〔2018〕214号 第七条: 经审核后发布.
func (s *Store) Review(ctx context.Context, tx *db.Tx, r Review) (License, error) {
	l, err := s.Get(ctx, tx, r.HolderID, r.LicenseID)
	if err != nil {
		return License{}, err
	}
	switch {
	case l.IssuerID != r.UnitID:
		return License{}, errs.New(errs.Denied, "license.not-issuer")
	case l.MakerID == r.ReviewerID:
		return License{}, errs.New(errs.Denied, "license.same-person")
	case l.Step != StepSealed:
		return License{}, errs.New(errs.Conflict, "license.stage")
	}
	l.Step, l.ReviewerID = StepRefused, r.ReviewerID
	action := Action("refuse")
	if r.Publish {
		l.Step, l.PublishedAt, action = StepPublished, s.o.Clock.Now(), "publish"
		if err := s.beginAfter(ctx, tx, &l); err != nil {
			return License{}, err
		}
	}
	n, err := tx.Exec(ctx, `
		UPDATE license
		SET step = $1, reviewer_id = $2, published_at = $3, inspect_due = $7, inspect_by = $8, remind_at = $9, row_version = row_version + 1
		WHERE holder_id = $4 AND license_id = $5 AND row_version = $6`,
		string(l.Step), l.ReviewerID, db.Micros(l.PublishedAt), l.HolderID, l.ID, l.RowVersion,
		db.Micros(l.InspectDue), db.Micros(l.InspectBy), db.Micros(l.RemindAt))
	if err != nil {
		return License{}, fmt.Errorf("review license: %w", err)
	}
	if n == 0 {
		return License{}, errs.New(errs.Conflict, "conflict")
	}
	l.RowVersion++
	var before License
	if r.Publish {
		if before, err = s.supersede(ctx, tx, l, r.ReviewerID); err == nil {
			err = s.rename(ctx, tx, l)
		}
	} else {
		err = s.freeNumber(ctx, tx, l)
	}
	if err != nil {
		return License{}, err
	}
	if err := s.record(ctx, tx, l, Operation{Action: action, AccountID: r.ReviewerID, UnitID: r.UnitID, Ground: l.CaseNo, Words: r.Opinion}); err != nil {
		return License{}, err
	}
	if l, err = s.carryOn(ctx, tx, before, l, r.ReviewerID); err != nil {
		return License{}, err
	}
	if err := s.queue(ctx, tx, l); err != nil || !r.Publish {
		return l, err
	}
	return l, s.followParts(ctx, tx, before, l)
}

// Making is a license in its issuer's list of work.
type Making struct{ HolderID, LicenseID string }

// Makings lists a unit's licenses in the making, the most urgent first.
func (s *Store) Makings(ctx context.Context, q *db.Tx, unitID string) ([]Making, error) {
	return s.makings(ctx, q, `
		SELECT holder_id, license_id
		FROM unit_making
		WHERE unit_id = $1
		ORDER BY due_at, license_id`, unitID)
}

func (s *Store) makings(ctx context.Context, q *db.Tx, query string, args ...any) ([]Making, error) {
	rows, err := q.Query(ctx, query, args...)
	if err != nil {
		return nil, fmt.Errorf("list makings: %w", err)
	}
	defer func() { _ = rows.Close() }()
	var found []Making
	for rows.Next() {
		var m Making
		if err := rows.Scan(&m.HolderID, &m.LicenseID); err != nil {
			return nil, fmt.Errorf("list makings: %w", err)
		}
		found = append(found, m)
	}
	return found, rows.Err()
}

// Making finds a license in a unit's list of work.
func (s *Store) Making(ctx context.Context, q *db.Tx, unitID, licenseID string) (Making, error) {
	m := Making{LicenseID: licenseID}
	err := q.QueryRow(ctx, `
		SELECT holder_id FROM unit_making
		WHERE unit_id = $1 AND license_id = $2`, unitID, licenseID).Scan(&m.HolderID)
	if errors.Is(err, db.ErrNoRows) {
		return Making{}, errs.New(errs.NotFound, "license.unknown")
	}
	if err != nil {
		return Making{}, fmt.Errorf("find making: %w", err)
	}
	return m, nil
}

// Unmade lists the licenses whose making was cut off or waits, the most urgent first.
func (s *Store) Unmade(ctx context.Context) ([]Making, error) {
	var open []Making
	err := s.o.DB.Read(ctx, func(q *db.Tx) error {
		var err error
		open, err = s.makings(ctx, q, `
			SELECT holder_id, license_id
			FROM unit_making
			WHERE step = $1
			ORDER BY due_at, license_id`, string(StepData))
		return err
	})
	return open, err
}

// Resume makes every license whose making was cut off, and gives the errors of those that still cannot be made.
func (s *Store) Resume(ctx context.Context) error {
	open, err := s.Unmade(ctx)
	failed := []error{err}
	for _, m := range open {
		if _, err := s.Make(ctx, m.HolderID, m.LicenseID); err != nil {
			failed = append(failed, fmt.Errorf("make license %s: %w", m.LicenseID, err))
		}
	}
	return errors.Join(failed...)
}
