package casefile

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/errs"
)

// Bundle is one application for several matters (一件事). It lives with its applicant, as its cases do.
type Bundle struct {
	HolderID    string
	ID          string
	EventCode   string
	AppliedBy   string // account
	Steps       []BundleStep
	CreatedAt   time.Time
	SubmittedAt time.Time // zero while it is filled in
}

// BundleStep is the case of one matter, with the cases whose results it waits for.
type BundleStep struct {
	CaseNo string   `json:"caseNo"`
	After  []string `json:"after,omitempty"`
}

// Waiting is a case that waits for another's result.
type Waiting struct{ CaseNo, BundleID, HolderID string }

// PutBundle enters a bundle.
func (s *Store) PutBundle(ctx context.Context, tx *db.Tx, b Bundle) error {
	steps, err := json.Marshal(b.Steps)
	if err != nil {
		return fmt.Errorf("encode bundle: %w", err)
	}
	_, err = tx.Exec(ctx, `
		INSERT INTO bundle (holder_id, bundle_id, event_code, applied_by, steps, created_at, submitted_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7)`,
		b.HolderID, b.ID, b.EventCode, b.AppliedBy, string(steps), db.Micros(b.CreatedAt), db.Micros(b.SubmittedAt))
	if err != nil {
		return fmt.Errorf("put bundle: %w", err)
	}
	return nil
}

// SubmitBundle notes that a bundle was handed in.
func (s *Store) SubmitBundle(ctx context.Context, tx *db.Tx, b Bundle) error {
	n, err := tx.Exec(ctx, `
		UPDATE bundle
		SET submitted_at = $1
		WHERE holder_id = $2 AND bundle_id = $3 AND submitted_at = 0`, db.Micros(s.clock.Now()), b.HolderID, b.ID)
	if err != nil {
		return fmt.Errorf("submit bundle: %w", err)
	}
	if n == 0 {
		return errs.New(errs.Conflict, "case.stage")
	}
	return nil
}

const bundleColumns = `bundle_id, event_code, applied_by, steps, created_at, submitted_at`

func scanBundle(holderID string, from interface{ Scan(...any) error }) (Bundle, error) {
	b := Bundle{HolderID: holderID}
	var steps string
	var created, submitted int64
	err := from.Scan(&b.ID, &b.EventCode, &b.AppliedBy, &steps, &created, &submitted)
	if errors.Is(err, db.ErrNoRows) {
		return Bundle{}, errs.New(errs.NotFound, "bundle.unknown")
	}
	if err != nil {
		return Bundle{}, fmt.Errorf("read bundle: %w", err)
	}
	if err := json.Unmarshal([]byte(steps), &b.Steps); err != nil {
		return Bundle{}, fmt.Errorf("decode bundle: %w", err)
	}
	b.CreatedAt, b.SubmittedAt = db.Time(created), db.Time(submitted)
	return b, nil
}

// Bundle reads a holder's bundle, or gives bundle.unknown.
func (s *Store) Bundle(ctx context.Context, q *db.Tx, holderID, id string) (Bundle, error) {
	return scanBundle(holderID, q.QueryRow(ctx, `
		SELECT `+bundleColumns+`
		FROM bundle
		WHERE holder_id = $1 AND bundle_id = $2`, holderID, id))
}

// Bundles lists a holder's bundles, the newest first.
func (s *Store) Bundles(ctx context.Context, q *db.Tx, holderID string, limit int) ([]Bundle, error) {
	rows, err := q.Query(ctx, `
		SELECT `+bundleColumns+`
		FROM bundle
		WHERE holder_id = $1
		ORDER BY bundle_id DESC
		LIMIT $2`, holderID, limit)
	if err != nil {
		return nil, fmt.Errorf("list bundles: %w", err)
	}
	defer func() { _ = rows.Close() }()
	var found []Bundle
	for rows.Next() {
		b, err := scanBundle(holderID, rows)
		if err != nil {
			return nil, err
		}
		found = append(found, b)
	}
	return found, rows.Err()
}

// Wait notes that a case waits, and Go on that it no longer does.
func (s *Store) Wait(ctx context.Context, tx *db.Tx, w Waiting) error {
	_, err := tx.Exec(ctx, `
		INSERT INTO bundle_wait (case_no, bundle_id, holder_id, since) VALUES ($1, $2, $3, $4)
		ON CONFLICT (case_no) DO NOTHING`, w.CaseNo, w.BundleID, w.HolderID, db.Micros(s.clock.Now()))
	if err != nil {
		return fmt.Errorf("let case wait: %w", err)
	}
	return nil
}

// GoOn ends the waiting of a case.
func (s *Store) GoOn(ctx context.Context, tx *db.Tx, caseNo string) error {
	if _, err := tx.Exec(ctx, `DELETE FROM bundle_wait WHERE case_no = $1`, caseNo); err != nil {
		return fmt.Errorf("let case go on: %w", err)
	}
	return nil
}

// AllWaiting lists the cases of a bundle that wait; "" is all, whosever they are.
func (s *Store) AllWaiting(ctx context.Context, q *db.Tx, bundleID string) ([]Waiting, error) {
	rows, err := q.Query(ctx, `
		SELECT case_no, bundle_id, holder_id
		FROM bundle_wait
		WHERE $1 = '' OR bundle_id = $1
		ORDER BY since, case_no`, bundleID)
	if err != nil {
		return nil, fmt.Errorf("list waiting cases: %w", err)
	}
	defer func() { _ = rows.Close() }()
	var found []Waiting
	for rows.Next() {
		var w Waiting
		if err := rows.Scan(&w.CaseNo, &w.BundleID, &w.HolderID); err != nil {
			return nil, fmt.Errorf("list waiting cases: %w", err)
		}
		found = append(found, w)
	}
	return found, rows.Err()
}
