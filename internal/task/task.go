// Package task keeps the work that configuration gives to people (配置待办): a type that waits for review, a type
// whose matter has changed, a post that nobody holds. Work is a row that stays until it is done; giving the same
// work again changes nothing.
//
// It knows nothing about what the work is; who gives it also takes it away.
package task

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/yinxin-org/yinxin/internal/authn"
	"github.com/yinxin-org/yinxin/internal/clock"
	"github.com/yinxin-org/yinxin/internal/db"
)

// Kind says what is to be done.
type Kind string

// The kinds of work.
const (
	ReviewType   Kind = "type-review"    // 数字办: a type waits for review
	MendType     Kind = "type-returned"  // a type came back from review
	UpdateType   Kind = "type-outdated"  // a matter or standard changed: the type must be looked at
	ReviewList   Kind = "list-review"    // 数字办: a list entry waits for review
	BindMaterial Kind = "matter-unbound" // a matter has materials without binding
	FillPost     Kind = "duty-vacant"    // a type or step has nobody responsible
	FillYear     Kind = "calendar-year"  // the working days of a year are unknown
	MendImport   Kind = "import-errors"  // an import left rows to be corrected

	ChaseLicense   Kind = "license-chase"      // 催办: a case waits for a license that this unit should have made or connected
	LicenseOverdue Kind = "license-overdue"    // 应制未制: a license was not made in time
	PromiseLate    Kind = "commitment-overdue" // 承诺逾期: what an applicant committed to has not come in time
	ApproveSeal    Kind = "seal-approve"       // 印章管理: an application for seals waits
	GlassReport    Kind = "glass-report"       // 应急查看: a supervisor must read the report
	PromiseBroken  Kind = "commitment-broken"  // 承诺不符: what came contradicts the form

	CaseUnconfirmed  Kind = "case-unconfirmed"  // 暂认逾期: a case that a system vouched for was not confirmed by its data in time
	CaseContradicted Kind = "case-contradicted" // 暂认不符: the data of a case contradict what its system vouched for
)

// Task is one piece of work.
type Task struct {
	Kind      Kind
	SubjectID string
	UnitID    string // whose; "" means whoever holds the role
	Role      string
	Label     string            // name of the subject
	Detail    map[string]string // further words; never personal
	CreatedAt time.Time
	DueAt     time.Time // zero: no deadline
}

// key names a piece of work: given twice, it is one.
func key(k Kind, subjectID, unitID string) string {
	return string(k) + "|" + subjectID + "|" + unitID
}

// Store keeps tasks.
type Store struct{ clock clock.Clock }

// Open gives the store of tasks.
func Open(c clock.Clock) *Store { return &Store{clock: c} }

// Give enters a task, or opens it again with its new words and deadline; one that is open already stays.
func (s *Store) Give(ctx context.Context, tx *db.Tx, t Task) error {
	detail, err := json.Marshal(t.Detail)
	if err != nil {
		return fmt.Errorf("encode task: %w", err)
	}
	_, err = tx.Exec(ctx, `
		INSERT INTO config_task (task_key, kind, unit_id, role, subject_id, label, detail, created_at, due_at, done_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 0)
		ON CONFLICT (task_key) DO UPDATE
		SET role = excluded.role, label = excluded.label, detail = excluded.detail, created_at = excluded.created_at,
		    due_at = excluded.due_at, done_at = 0
		WHERE config_task.done_at <> 0`,
		key(t.Kind, t.SubjectID, t.UnitID), string(t.Kind), t.UnitID, t.Role, t.SubjectID, t.Label, string(detail),
		db.Micros(s.clock.Now()), db.Micros(t.DueAt))
	if err != nil {
		return fmt.Errorf("give task: %w", err)
	}
	return nil
}

// Done ends a task of a kind about a subject, whoever's it is. Without one nothing happens.
func (s *Store) Done(ctx context.Context, tx *db.Tx, k Kind, subjectID string) error {
	_, err := tx.Exec(ctx, `
		UPDATE config_task
		SET done_at = $1
		WHERE kind = $2 AND subject_id = $3 AND done_at = 0`, db.Micros(s.clock.Now()), string(k), subjectID)
	if err != nil {
		return fmt.Errorf("end task: %w", err)
	}
	return nil
}

// Open lists the work that waits for an actor: of their unit or of nobody's in particular, for a role they hold;
// the most urgent first, those without deadline last.
func (s *Store) Open(ctx context.Context, q *db.Tx, a *authn.Actor) ([]Task, error) {
	return s.list(ctx, q, `
		SELECT kind, unit_id, role, subject_id, label, detail, created_at, due_at
		FROM config_task
		WHERE done_at = 0 AND (unit_id = '' OR unit_id = $1)
		ORDER BY CASE WHEN due_at = 0 THEN 1 ELSE 0 END, due_at, task_key`, a, a.UnitID)
}

// About lists the open work of a kind about a subject; with subjectID "" all of the kind.
func (s *Store) About(ctx context.Context, q *db.Tx, k Kind, subjectID string) ([]Task, error) {
	return s.list(ctx, q, `
		SELECT kind, unit_id, role, subject_id, label, detail, created_at, due_at
		FROM config_task
		WHERE done_at = 0 AND kind = $1 AND ($2 = '' OR subject_id = $2)
		ORDER BY due_at, task_key`, nil, string(k), subjectID)
}

// list reads tasks; with an actor, only those of a role that the actor holds.
func (s *Store) list(ctx context.Context, q *db.Tx, query string, a *authn.Actor, args ...any) ([]Task, error) {
	rows, err := q.Query(ctx, query, args...)
	if err != nil {
		return nil, fmt.Errorf("list tasks: %w", err)
	}
	defer func() { _ = rows.Close() }()
	var found []Task
	for rows.Next() {
		var t Task
		var detail string
		var created, due int64
		if err := rows.Scan(&t.Kind, &t.UnitID, &t.Role, &t.SubjectID, &t.Label, &detail, &created, &due); err != nil {
			return nil, fmt.Errorf("list tasks: %w", err)
		}
		if err := json.Unmarshal([]byte(detail), &t.Detail); err != nil {
			return nil, fmt.Errorf("decode task: %w", err)
		}
		t.CreatedAt, t.DueAt = db.Time(created), db.Time(due)
		if a == nil || a.Has(t.Role) {
			found = append(found, t)
		}
	}
	return found, rows.Err()
}
