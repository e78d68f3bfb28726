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

// Kinds of commitments.
const (
	Later  = "later"  // 容缺受理: the license follows
	Pledge = "pledge" // 告知承诺: the applicant answers for what the license would say
)

// States of a commitment.
const (
	CommitOffered      = "offered"      // put before the applicant, not signed yet
	CommitWaiting      = "waiting"      // signed; the license has not come yet
	CommitKept         = "kept"         // the license came and agrees with the form
	CommitContradicted = "contradicted" // the license came and says otherwise
	CommitHanded       = "handed"       // handed in on paper instead
)

// Commitment is what an applicant committed to for one material.
type Commitment struct {
	HolderID  string // the case's first applicant
	CaseNo    string
	Seq       int
	Kind      string
	Text      string
	Reason    string
	ClerkID   string
	SignedBy  string // account; "" at a counter
	SignedAt  time.Time
	DueAt     time.Time
	RecordNo  string
	State     string
	OverdueAt time.Time // when it was told that the deadline had passed
	Differs   []string  // names of form fields
	SettledAt time.Time
}

// Open reports whether the commitment still waits for its license.
func (c Commitment) Open() bool { return c.State == CommitOffered || c.State == CommitWaiting }

const commitmentColumns = `case_no, seq, kind, text, reason, clerk_id, signed_by, signed_at, due_at, record_no, state, overdue_at, differs, settled_at`

// PutCommitment enters or replaces the commitment of a material.
func (s *Store) PutCommitment(ctx context.Context, tx *db.Tx, c Commitment) error {
	sealed, err := s.holders.Seal(ctx, tx, c.HolderID, []byte(c.Text))
	if err != nil {
		return err
	}
	differs, err := json.Marshal(append([]string{}, c.Differs...))
	if err != nil {
		return fmt.Errorf("encode commitment: %w", err)
	}
	_, err = tx.Exec(ctx, `
		INSERT INTO commitment (holder_id, `+commitmentColumns+`)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)
		ON CONFLICT (holder_id, case_no, seq) DO UPDATE
		SET kind = excluded.kind, text = excluded.text, reason = excluded.reason, clerk_id = excluded.clerk_id,
		    signed_by = excluded.signed_by, signed_at = excluded.signed_at, due_at = excluded.due_at,
		    record_no = excluded.record_no, state = excluded.state, overdue_at = excluded.overdue_at,
		    differs = excluded.differs, settled_at = excluded.settled_at`,
		c.HolderID, c.CaseNo, c.Seq, c.Kind, sealed, c.Reason, c.ClerkID, c.SignedBy, db.Micros(c.SignedAt), db.Micros(c.DueAt),
		c.RecordNo, c.State, db.Micros(c.OverdueAt), string(differs), db.Micros(c.SettledAt))
	if err != nil {
		return fmt.Errorf("put commitment: %w", err)
	}
	return nil
}

// Commitment gives the commitment of a material, or case.commitment-unknown.
func (s *Store) Commitment(ctx context.Context, q *db.Tx, holderID, no string, seq int) (Commitment, error) {
	c, sealed, err := scanCommitment(holderID, q.QueryRow(ctx, `
		SELECT `+commitmentColumns+`
		FROM commitment
		WHERE holder_id = $1 AND case_no = $2 AND seq = $3`, holderID, no, seq).Scan)
	if errors.Is(err, db.ErrNoRows) {
		return Commitment{}, errs.New(errs.NotFound, "case.commitment-unknown")
	}
	if err != nil {
		return Commitment{}, err
	}
	return c, s.openText(ctx, q, &c, sealed)
}

// Commitments lists a holder's commitments, the newest case first; with a case number, only of that case.
func (s *Store) Commitments(ctx context.Context, q *db.Tx, holderID, no string) ([]Commitment, error) {
	rows, err := q.Query(ctx, `
		SELECT `+commitmentColumns+`
		FROM commitment
		WHERE holder_id = $1 AND ($2 = '' OR case_no = $2)
		ORDER BY due_at DESC, case_no, seq`, holderID, no)
	if err != nil {
		return nil, fmt.Errorf("list commitments: %w", err)
	}
	var found []Commitment
	var texts [][]byte
	for rows.Next() {
		c, sealed, err := scanCommitment(holderID, rows.Scan)
		if err != nil {
			_ = rows.Close()
			return nil, err
		}
		found, texts = append(found, c), append(texts, sealed)
	}
	_ = rows.Close()
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("list commitments: %w", err)
	}
	for i := range found {
		if err := s.openText(ctx, q, &found[i], texts[i]); err != nil {
			return nil, err
		}
	}
	return found, nil
}

func scanCommitment(holderID string, scan func(...any) error) (Commitment, []byte, error) {
	c := Commitment{HolderID: holderID}
	var sealed []byte
	var differs string
	var signed, due, overdue, settled int64
	err := scan(&c.CaseNo, &c.Seq, &c.Kind, &sealed, &c.Reason, &c.ClerkID, &c.SignedBy, &signed, &due, &c.RecordNo, &c.State, &overdue, &differs, &settled)
	if err != nil {
		return Commitment{}, nil, fmt.Errorf("read commitment: %w", err)
	}
	c.SignedAt, c.DueAt, c.OverdueAt, c.SettledAt = db.Time(signed), db.Time(due), db.Time(overdue), db.Time(settled)
	if err := json.Unmarshal([]byte(differs), &c.Differs); err != nil {
		return Commitment{}, nil, fmt.Errorf("decode commitment: %w", err)
	}
	return c, sealed, nil
}

func (s *Store) openText(ctx context.Context, q *db.Tx, c *Commitment, sealed []byte) error {
	plain, err := s.holders.Open(ctx, q, c.HolderID, sealed)
	c.Text = string(plain)
	return err
}
