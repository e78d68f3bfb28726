package casefile

import (
	"context"
	"fmt"
	"time"

	"github.com/yinxin-org/yinxin/internal/db"
)

// What waits for a license to come.
const (
	LateCommitment = "commitment"
	LateChase      = "chase"
)

// Late is one material of a case that waits for its license.
type Late struct {
	CaseNo   string
	Seq      int
	Kind     string
	HolderID string
}

// Await has a license looked for again from a moment on; one that is awaited already is then looked for at that moment.
func (s *Store) Await(ctx context.Context, tx *db.Tx, l Late, next time.Time) error {
	_, err := tx.Exec(ctx, `
		INSERT INTO late_license (case_no, seq, kind, holder_id, next_at) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (case_no, seq, kind) DO UPDATE SET next_at = excluded.next_at`,
		l.CaseNo, l.Seq, l.Kind, l.HolderID, db.Micros(next))
	if err != nil {
		return fmt.Errorf("await license: %w", err)
	}
	return nil
}

// TakeUp makes a license that is due to be looked for this run's, until a moment; false if another run was first.
func (s *Store) TakeUp(ctx context.Context, tx *db.Tx, l Late, next time.Time) (bool, error) {
	n, err := tx.Exec(ctx, `
		UPDATE late_license SET next_at = $1
		WHERE case_no = $2 AND seq = $3 AND kind = $4 AND next_at <= $5`, db.Micros(next), l.CaseNo, l.Seq, l.Kind, db.Micros(s.clock.Now()))
	if err != nil {
		return false, fmt.Errorf("take up waiting: %w", err)
	}
	return n == 1, nil
}

// LookAgain sets when what this run took up is looked for next.
func (s *Store) LookAgain(ctx context.Context, tx *db.Tx, l Late, next time.Time) error {
	_, err := tx.Exec(ctx, `
		UPDATE late_license SET next_at = $1
		WHERE case_no = $2 AND seq = $3 AND kind = $4`, db.Micros(next), l.CaseNo, l.Seq, l.Kind)
	if err != nil {
		return fmt.Errorf("look again: %w", err)
	}
	return nil
}

// Arrived ends the waiting.
func (s *Store) Arrived(ctx context.Context, tx *db.Tx, l Late) error {
	_, err := tx.Exec(ctx, `
		DELETE FROM late_license
		WHERE case_no = $1 AND seq = $2 AND kind = $3`, l.CaseNo, l.Seq, l.Kind)
	if err != nil {
		return fmt.Errorf("end waiting: %w", err)
	}
	return nil
}

// Awaited lists what is to be looked for now, the longest waiting first.
func (s *Store) Awaited(ctx context.Context, q *db.Tx, limit int) ([]Late, error) {
	rows, err := q.Query(ctx, `
		SELECT case_no, seq, kind, holder_id
		FROM late_license
		WHERE next_at <= $1
		ORDER BY next_at, case_no, seq
		LIMIT $2`, db.Micros(s.clock.Now()), limit)
	if err != nil {
		return nil, fmt.Errorf("list awaited licenses: %w", err)
	}
	defer func() { _ = rows.Close() }()
	var found []Late
	for rows.Next() {
		var l Late
		if err := rows.Scan(&l.CaseNo, &l.Seq, &l.Kind, &l.HolderID); err != nil {
			return nil, fmt.Errorf("list awaited licenses: %w", err)
		}
		found = append(found, l)
	}
	return found, rows.Err()
}

// Chase is one request that a license be there (催办).
type Chase struct {
	HolderID   string
	CaseNo     string
	Seq        int
	Day        string // civil day in Beijing time
	Reason     string
	UnitID     string // who is asked; "": whoever holds the role
	AccountID  string
	At         time.Time
	DueAt      time.Time
	AnsweredAt time.Time // zero: not yet
}

// PutChase enters a chase; false if there is one of the day already.
func (s *Store) PutChase(ctx context.Context, tx *db.Tx, c Chase) (bool, error) {
	n, err := tx.Exec(ctx, `
		INSERT INTO chase (holder_id, case_no, seq, day, reason, unit_id, account_id, at, due_at, answered_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 0)
		ON CONFLICT (holder_id, case_no, seq, day) DO NOTHING`,
		c.HolderID, c.CaseNo, c.Seq, c.Day, c.Reason, c.UnitID, c.AccountID, db.Micros(c.At), db.Micros(c.DueAt))
	if err != nil {
		return false, fmt.Errorf("put chase: %w", err)
	}
	return n == 1, nil
}

// AnswerChases marks the open chases of a material as answered and tells how many there were.
func (s *Store) AnswerChases(ctx context.Context, tx *db.Tx, holderID, no string, seq int) (int64, error) {
	n, err := tx.Exec(ctx, `
		UPDATE chase SET answered_at = $1
		WHERE holder_id = $2 AND case_no = $3 AND seq = $4 AND answered_at = 0`, db.Micros(s.clock.Now()), holderID, no, seq)
	if err != nil {
		return 0, fmt.Errorf("answer chases: %w", err)
	}
	return n, nil
}

// Chases lists the chases of a case, oldest first.
func (s *Store) Chases(ctx context.Context, q *db.Tx, c Case) ([]Chase, error) {
	rows, err := q.Query(ctx, `
		SELECT seq, day, reason, unit_id, account_id, at, due_at, answered_at
		FROM chase
		WHERE holder_id = $1 AND case_no = $2
		ORDER BY at, seq`, c.HolderID, c.No)
	if err != nil {
		return nil, fmt.Errorf("list chases: %w", err)
	}
	defer func() { _ = rows.Close() }()
	var found []Chase
	for rows.Next() {
		x := Chase{HolderID: c.HolderID, CaseNo: c.No}
		var at, due, answered int64
		if err := rows.Scan(&x.Seq, &x.Day, &x.Reason, &x.UnitID, &x.AccountID, &at, &due, &answered); err != nil {
			return nil, fmt.Errorf("list chases: %w", err)
		}
		x.At, x.DueAt, x.AnsweredAt = db.Time(at), db.Time(due), db.Time(answered)
		found = append(found, x)
	}
	return found, rows.Err()
}
