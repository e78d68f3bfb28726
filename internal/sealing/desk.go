package sealing

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/yinxin-org/yinxin/internal/authn"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/errs"
)

// The states of a task.
const (
	Waits  = "open"
	Agreed = "agreed"
	No     = "refused"
)

// Task is a seal that waits for somebody of the unit whose it is (用印任务).
type Task struct {
	ID        string
	LicenseID string
	HolderID  string
	IssuerID  string
	TypeCode  string
	Step      int
	Mode      string
	UnitID    string
	State     string
	AccountID string
	Reason    string
	CreatedAt time.Time
	DecidedAt time.Time
}

const taskColumns = `t.task_id, t.license_id, t.holder_id, t.issuer_id, t.type_code, t.step, t.mode, t.unit_id, t.state, t.account_id, t.reason,
	t.created_at, t.decided_at`

func scanTask(scan func(...any) error) (Task, error) {
	var t Task
	var created, decided int64
	if err := scan(&t.ID, &t.LicenseID, &t.HolderID, &t.IssuerID, &t.TypeCode, &t.Step, &t.Mode, &t.UnitID, &t.State, &t.AccountID, &t.Reason,
		&created, &decided); err != nil {
		return Task{}, err
	}
	t.CreatedAt, t.DecidedAt = db.Time(created), db.Time(decided)
	return t, nil
}

// Lay lays tasks on the desks of the units whose seals a license needs. What lies there already stays.
func (s *Store) Lay(ctx context.Context, tx *db.Tx, tasks []Task) error {
	now := db.Micros(s.o.Clock.Now())
	for _, t := range tasks {
		_, err := tx.Exec(ctx, `
			INSERT INTO seal_task (task_id, license_id, holder_id, issuer_id, type_code, step, mode, unit_id, state, account_id, reason, created_at, decided_at)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 'open', '', '', $9, 0)
			ON CONFLICT (license_id, step) DO NOTHING`,
			db.NewID(), t.LicenseID, t.HolderID, t.IssuerID, t.TypeCode, t.Step, t.Mode, t.UnitID, now)
		if err != nil {
			return fmt.Errorf("lay sealing task: %w", err)
		}
	}
	return nil
}

// TasksOf are the tasks of a license in the order of its plan.
func (s *Store) TasksOf(ctx context.Context, q *db.Tx, licenseID string) ([]Task, error) {
	return s.tasks(ctx, q, `SELECT `+taskColumns+` FROM seal_task t WHERE t.license_id = $1 ORDER BY t.step`, licenseID)
}

// inTurn leaves out the tasks whose turn has not come: a manual one waits for all before it, a joint one for all before
// it that are not joint.
const inTurn = ` AND NOT EXISTS (
	SELECT 1 FROM seal_task b
	WHERE b.license_id = t.license_id AND b.step < t.step AND b.state <> 'agreed' AND NOT (b.mode = 'joint' AND t.mode = 'joint'))`

// Desk lists what an actor may seal now, of the own unit or in somebody's stead, the oldest first.
func (s *Store) Desk(ctx context.Context, q *db.Tx, actor *authn.Actor) ([]Task, error) {
	units, err := s.sealsFor(ctx, q, actor)
	if err != nil {
		return nil, err
	}
	var found []Task
	for _, unit := range units {
		some, err := s.tasks(ctx, q, `
			SELECT `+taskColumns+`
			FROM seal_task t
			WHERE t.unit_id = $1 AND t.state = 'open'`+inTurn+`
			ORDER BY t.task_id
			LIMIT 200`, unit)
		if err != nil {
			return nil, err
		}
		found = append(found, some...)
	}
	return found, nil
}

func (s *Store) tasks(ctx context.Context, q *db.Tx, query string, args ...any) ([]Task, error) {
	rows, err := q.Query(ctx, query, args...)
	if err != nil {
		return nil, fmt.Errorf("list sealing tasks: %w", err)
	}
	defer func() { _ = rows.Close() }()
	var found []Task
	for rows.Next() {
		t, err := scanTask(rows.Scan)
		if err != nil {
			return nil, fmt.Errorf("list sealing tasks: %w", err)
		}
		found = append(found, t)
	}
	return found, rows.Err()
}

// Answer lets a seal be set, or refuses it with a reason. What a unit refuses goes back to whoever asked for the license.
func (s *Store) Answer(ctx context.Context, tx *db.Tx, actor *authn.Actor, taskID string, agree bool, reason string) (Task, error) {
	t, err := scanTask(tx.QueryRow(ctx, `SELECT `+taskColumns+` FROM seal_task t WHERE t.task_id = $1`+inTurn, taskID).Scan)
	if errors.Is(err, db.ErrNoRows) {
		return Task{}, errs.New(errs.NotFound, "seal.no-task")
	}
	if err != nil {
		return Task{}, fmt.Errorf("find sealing task: %w", err)
	}
	units, err := s.sealsFor(ctx, tx, actor)
	if err != nil {
		return Task{}, err
	}
	mine := false
	for _, unit := range units {
		mine = mine || unit == t.UnitID
	}
	if !mine {
		return Task{}, errs.New(errs.NotFound, "seal.no-task")
	}
	if t.State = No; agree {
		t.State = Agreed
	}
	t.AccountID, t.Reason, t.DecidedAt = actor.AccountID, reason, s.o.Clock.Now()
	n, err := tx.Exec(ctx, `
		UPDATE seal_task
		SET state = $1, account_id = $2, reason = $3, decided_at = $4
		WHERE task_id = $5 AND state = 'open'`, t.State, t.AccountID, t.Reason, db.Micros(t.DecidedAt), t.ID)
	if err != nil {
		return Task{}, fmt.Errorf("answer sealing task: %w", err)
	}
	if n == 0 {
		return Task{}, errs.New(errs.Conflict, "seal.stage")
	}
	if !agree {
		err = s.insertUse(ctx, tx, Use{ID: db.NewID(), UnitID: t.UnitID, Purpose: ForLicenses, Mode: t.Mode, Result: Refusal, Cause: "seal.declined", At: t.DecidedAt,
			Subject: Subject{Kind: OfLicense, ID: t.LicenseID, TypeCode: t.TypeCode, AccountID: t.AccountID}})
	}
	return t, err
}
