// Package deadline keeps by when licenses must be made (制证时限) and who has to make them. 榕政办〔2018〕214号 第七条: as
// a step of the approval, on the day itself, or within three working days where there are a hundred or more.
//
// A deadline is a row that is written in the transaction which brings the work about, and ended in the one that does it.
// So what nobody has begun is seen as surely as what came late (应制未制). It knows nothing of the work.
package deadline

import (
	"context"
	"fmt"
	"time"

	"github.com/yinxin-org/yinxin/internal/clock"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/task"
)

// Kind says what brought the work about.
type Kind string

// The kinds, each with what its subject is.
const (
	Case     Kind = "case"     // 联机制证: the number of a case that was approved here
	Offline  Kind = "offline"  // 脱机制证: a case closed in another system
	Batch    Kind = "batch"    // 批量制证: the batch
	Stock    Kind = "stock"    // 存量转换: the batch
	Appeal   Kind = "appeal"   // 申领补录: the appeal
	Vertical Kind = "vertical" // 垂管回传: the number of a case whose license another system makes
)

// Outcome says how a deadline ended.
type Outcome string

// The outcomes.
const (
	Made    Outcome = "made"
	Dropped Outcome = "dropped" // there is nothing to be made any more
)

// Deadline is the duty to make licenses by a moment.
type Deadline struct {
	Kind      Kind
	SubjectID string
	UnitID    string
	AccountID string // whose work it is; "" while it is nobody's in particular
	TypeCode  string
	Licenses  int
	OpenedAt  time.Time // zero: now
	DueAt     time.Time // the first instant that is too late
	EndedAt   time.Time // zero: still to be made
	EndedBy   string    // account; "" for a system
	Outcome   Outcome
}

// Elsewhere names a case of another system as the subject of a deadline (脱机制证).
func Elsewhere(systemID, caseNo string) string { return systemID + "/" + caseNo }

// Passed reports whether it was not kept: still open too late, or ended too late.
func (d Deadline) Passed(now time.Time) bool {
	if d.EndedAt.IsZero() {
		return !now.Before(d.DueAt)
	}
	return d.Outcome == Made && !d.EndedAt.Before(d.DueAt)
}

// Store keeps deadlines.
type Store struct {
	clock clock.Clock
	tasks *task.Store
}

// New gives the store. The tasks are those that tell of deadlines which have passed: they end with them.
func New(c clock.Clock, tasks *task.Store) *Store { return &Store{clock: c, tasks: tasks} }

// Key names a deadline among all.
func (d Deadline) Key() string { return key(d.Kind, d.SubjectID) }

func key(k Kind, subjectID string) string { return string(k) + "|" + subjectID }

// Open enters a deadline. One that was entered before stays as it is, open or ended: word of a closed case may come
// after its license was made.
func (s *Store) Open(ctx context.Context, tx *db.Tx, d Deadline) error {
	if d.OpenedAt.IsZero() {
		d.OpenedAt = s.clock.Now()
	}
	_, err := tx.Exec(ctx, `
		INSERT INTO deadline (deadline_key, kind, subject_id, unit_id, account_id, type_code, licenses,
			opened_at, due_at, ended_at, ended_by, outcome, told_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 0, '', '', 0)
		ON CONFLICT (deadline_key) DO NOTHING`,
		key(d.Kind, d.SubjectID), string(d.Kind), d.SubjectID, d.UnitID, d.AccountID, d.TypeCode, d.Licenses,
		db.Micros(d.OpenedAt), db.Micros(d.DueAt))
	if err != nil {
		return fmt.Errorf("open deadline: %w", err)
	}
	return nil
}

// Settle says that the work is done. Without an open deadline nothing happens.
func (s *Store) Settle(ctx context.Context, tx *db.Tx, k Kind, subjectID, accountID string) error {
	return s.end(ctx, tx, k, subjectID, accountID, Made)
}

// Cancel says that there is nothing to be made any more. Without an open deadline nothing happens.
func (s *Store) Cancel(ctx context.Context, tx *db.Tx, k Kind, subjectID string) error {
	return s.end(ctx, tx, k, subjectID, "", Dropped)
}

func (s *Store) end(ctx context.Context, tx *db.Tx, k Kind, subjectID, accountID string, o Outcome) error {
	n, err := tx.Exec(ctx, `
		UPDATE deadline
		SET ended_at = $1, ended_by = $2, outcome = $3
		WHERE deadline_key = $4 AND ended_at = 0`, db.Micros(s.clock.Now()), accountID, string(o), key(k, subjectID))
	if err != nil {
		return fmt.Errorf("end deadline: %w", err)
	}
	if n == 0 {
		return nil
	}
	return s.tasks.Done(ctx, tx, task.LicenseOverdue, key(k, subjectID))
}

// Tell gives the open deadlines that have passed and were not told of yet, the oldest first, and marks them as told, in
// the transaction in which the caller tells of them.
func (s *Store) Tell(ctx context.Context, tx *db.Tx, limit int) ([]Deadline, error) {
	now := db.Micros(s.clock.Now())
	found, err := list(ctx, tx, `
		SELECT `+columns+`
		FROM deadline
		WHERE ended_at = 0 AND told_at = 0 AND due_at <= $1
		ORDER BY due_at, deadline_key
		LIMIT $2`, now, limit)
	if err != nil {
		return nil, err
	}
	for _, d := range found {
		if _, err := tx.Exec(ctx, `
			UPDATE deadline
			SET told_at = $1
			WHERE deadline_key = $2`, now, d.Key()); err != nil {
			return nil, fmt.Errorf("mark deadline: %w", err)
		}
	}
	return found, nil
}
