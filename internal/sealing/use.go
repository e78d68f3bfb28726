package sealing

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"time"

	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/errs"
	"github.com/yinxin-org/yinxin/internal/gm"
)

// How a seal came to be set.
const (
	Auto   = "auto"   // 自动: by the platform, under a mandate for the type
	Manual = "manual" // 手动: somebody of the unit let it be set
	Joint  = "joint"  // 联合: the same, with others at the same time
)

// What was sealed.
const (
	OfLicense  = "license"  // a license
	OfCopy     = "copy"     // an annotated copy of one
	OfChunk    = "chunk"    // licenses of a bulk
	OfDocument = "document" // anything else that the owner of a bound seal signs
)

// Subject is what is sealed.
type Subject struct {
	Kind      string
	ID        string // id of the license or of the batch
	TypeCode  string
	Count     int    // how many files
	Digest    string // SM3 of the file; of several, SM3 over their digests in order
	AccountID string // in whose work
}

// Use is one use of a seal's key, or its refusal.
type Use struct {
	ID       string
	SealCode string
	UnitID   string
	KeyID    string
	Purpose  string
	Subject
	Mode    string
	Mandate string
	Result  string // signed, refused
	Cause   string
	At      time.Time
}

// Results of uses.
const (
	Signed  = "signed"
	Refusal = "refused"
)

// Log writes that the seals of a plan were used, in the transaction that keeps what they were set on: no seal without its
// row. It judges once more: a seal that was stopped after it signed leaves nothing behind.
func (s *Store) Log(ctx context.Context, tx *db.Tx, steps []Step, of Subject) error {
	now := s.o.Clock.Now()
	for _, step := range steps {
		x, err := s.Get(ctx, tx, step.Seal.Code)
		if err != nil {
			return err
		}
		if err := s.usableNow(ctx, tx, x, now); err != nil {
			return err
		}
		u := Use{ID: db.NewID(), SealCode: x.Code, UnitID: x.UnitID, KeyID: x.KeyID, Purpose: x.Purpose, Subject: of, Mode: step.Mode,
			Mandate: step.Mandate, Result: Signed, At: now}
		if step.AccountID != "" {
			u.AccountID = step.AccountID
		}
		if u.Mode == "" {
			u.Mode = Auto
		}
		if err := s.insertUse(ctx, tx, u); err != nil {
			return err
		}
	}
	return nil
}

// Refused writes that a seal was wanted and not set, and gives the refusal back. The same one of a day is written once,
// however often it is tried again; what is no refusal is not written.
func (s *Store) Refused(ctx context.Context, unitID, purpose string, of Subject, refusal error) error {
	return s.refused(ctx, Seal{UnitID: unitID, Purpose: purpose}, of, Auto, refusal)
}

// refused is Refused for a seal that was found.
func (s *Store) refused(ctx context.Context, x Seal, of Subject, mode string, refusal error) error {
	e, ok := errors.AsType[*errs.Error](refusal)
	if !ok {
		return refusal
	}
	now := s.o.Clock.Now()
	u := Use{SealCode: x.Code, UnitID: x.UnitID, KeyID: x.KeyID, Purpose: x.Purpose, Subject: of, Mode: mode, Result: Refusal, Cause: e.Code, At: now}
	u.Count, u.Digest = 0, ""
	sum := gm.SM3([]byte(x.UnitID + "\x00" + x.Purpose + "\x00" + of.ID + "\x00" + u.Cause + "\x00" + now.UTC().Format(time.DateOnly)))
	// Ids in the order of time, as the others: the day's first try gives the place.
	u.ID = db.NewID()[:18] + "-" + hex.EncodeToString(sum[:])
	err := s.o.DB.Write(ctx, func(tx *db.Tx) error {
		var n int
		if err := tx.QueryRow(ctx, `SELECT count(*) FROM seal_use WHERE unit_id = $1 AND use_id LIKE $2`, x.UnitID, "%-"+hex.EncodeToString(sum[:])).Scan(&n); err != nil {
			return fmt.Errorf("look for refusal: %w", err)
		}
		if n > 0 {
			return nil
		}
		return s.insertUse(ctx, tx, u)
	})
	return errors.Join(refusal, err)
}

const useColumns = `use_id, seal_code, unit_id, key_id, purpose, subject, subject_id, type_code, signatures, digest, mode, account_id, mandate,
	result, cause, at`

func (s *Store) insertUse(ctx context.Context, tx *db.Tx, u Use) error {
	_, err := tx.Exec(ctx, `
		INSERT INTO seal_use (`+useColumns+`)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)`,
		u.ID, u.SealCode, u.UnitID, u.KeyID, u.Purpose, u.Kind, u.Subject.ID, u.TypeCode, u.Count, u.Digest, u.Mode, u.AccountID, u.Mandate,
		u.Result, u.Cause, db.Micros(u.At))
	if err != nil {
		return fmt.Errorf("log use of seal: %w", err)
	}
	return nil
}

// UseFilter narrows the log; empty fields do not.
type UseFilter struct {
	UnitID   string
	SealCode string
	Result   string
	Before   string // id of a use: only older ones, for the next page
	Limit    int
}

// Uses reads the log, the newest first.
func (s *Store) Uses(ctx context.Context, q *db.Tx, f UseFilter) ([]Use, error) {
	rows, err := q.Query(ctx, `
		SELECT `+useColumns+`
		FROM seal_use
		WHERE ($1 = '' OR unit_id = $1) AND ($2 = '' OR seal_code = $2) AND ($3 = '' OR result = $3) AND ($4 = '' OR use_id < $4)
		ORDER BY use_id DESC
		LIMIT $5`, f.UnitID, f.SealCode, f.Result, f.Before, f.Limit)
	if err != nil {
		return nil, fmt.Errorf("read log of seals: %w", err)
	}
	defer func() { _ = rows.Close() }()
	var found []Use
	for rows.Next() {
		var u Use
		var at int64
		if err := rows.Scan(&u.ID, &u.SealCode, &u.UnitID, &u.KeyID, &u.Purpose, &u.Kind, &u.Subject.ID, &u.TypeCode, &u.Count, &u.Digest, &u.Mode,
			&u.AccountID, &u.Mandate, &u.Result, &u.Cause, &at); err != nil {
			return nil, fmt.Errorf("read log of seals: %w", err)
		}
		u.At = db.Time(at)
		found = append(found, u)
	}
	return found, rows.Err()
}

// Over is SM3 over digests in hex, in order: what one row says of many files.
func Over(digests []string) string {
	var all []byte
	for _, d := range digests {
		all = append(all, d...)
	}
	sum := gm.SM3(all)
	return hex.EncodeToString(sum[:])
}
