package sealing

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/yinxin-org/yinxin/internal/authn"
	"github.com/yinxin-org/yinxin/internal/change"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/errs"
)

// The states of a seal. Only one in use signs; a revoked one never will again.
const (
	InUse   = "in-use"  // 在用
	Stopped = "stopped" // 停用
	Revoked = "revoked" // 注销
)

// What can be done with a seal that is made.
const (
	Made   = "make"   // 制章
	Stop   = "stop"   // 停用
	Resume = "resume" // 恢复
	Renew  = "renew"  // 换发: another one was made in its place
	Revoke = "revoke" // 注销
	Burn   = "burn"   // 失泄: its key is not to be believed from a moment on
	Reseal = "reseal" // 重新用印: what it had sealed is to be sealed anew; the seal stays as it is
)

// Move is one permitted step of a life.
type Move struct{ Action, From, To string }

// Moves is the whole life of a seal. What does not stand here cannot happen.
func Moves() []Move {
	return []Move{
		{Made, "", InUse},
		{Stop, InUse, Stopped},
		{Resume, Stopped, InUse},
		{Renew, InUse, Stopped},
		{Renew, Stopped, Stopped},
		{Revoke, InUse, Revoked},
		{Revoke, Stopped, Revoked},
		{Burn, InUse, Revoked},
		{Burn, Stopped, Revoked},
		{Burn, Revoked, Revoked}, // a theft is often found after the seal has ended
	}
}

// next finds where an action leads.
func next(moves []Move, action, from string) (string, bool) {
	for _, m := range moves {
		if m.Action == action && m.From == from {
			return m.To, true
		}
	}
	return "", false
}

// Event is one step of the life of a seal or of an application.
type Event struct {
	ID      string
	Subject string // seal, request
	Of      string // code of the seal, id of the application
	Action  string
	From    string
	To      string
	By      change.By
	At      time.Time
}

// Subjects of events.
const (
	ofSeal    = "seal"
	ofRequest = "request"
)

// step writes what happened, on the life and on the trail.
func (s *Store) step(ctx context.Context, tx *db.Tx, e Event) error {
	if e.By.AccountID != "" {
		err := s.o.Trail.Record(ctx, tx, e.By, change.Entry{Subject: change.Seal, SubjectID: e.Of, Action: e.Action,
			Before: state(e.From), After: state(e.To)})
		if err != nil {
			return err
		}
	}
	_, err := tx.Exec(ctx, `
		INSERT INTO seal_event (event_id, subject, subject_id, action, from_state, to_state, account_id, unit_id, reason, at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
		db.NewID(), e.Subject, e.Of, e.Action, e.From, e.To, e.By.AccountID, e.By.UnitID, e.By.Reason, db.Micros(s.o.Clock.Now()))
	if err != nil {
		return fmt.Errorf("note step of seal: %w", err)
	}
	return nil
}

// state is what the trail says of a state: nothing of one that was none.
func state(is string) any {
	if is == "" {
		return nil
	}
	return map[string]string{"state": is}
}

// Events are the steps of a seal or an application, the first one first.
func (s *Store) Events(ctx context.Context, q *db.Tx, of string) ([]Event, error) {
	rows, err := q.Query(ctx, `
		SELECT event_id, subject, subject_id, action, from_state, to_state, account_id, unit_id, reason, at
		FROM seal_event
		WHERE subject_id = $1
		ORDER BY event_id`, of)
	if err != nil {
		return nil, fmt.Errorf("list steps of seal: %w", err)
	}
	defer func() { _ = rows.Close() }()
	var found []Event
	for rows.Next() {
		var e Event
		var at int64
		if err := rows.Scan(&e.ID, &e.Subject, &e.Of, &e.Action, &e.From, &e.To, &e.By.AccountID, &e.By.UnitID, &e.By.Reason, &at); err != nil {
			return nil, fmt.Errorf("list steps of seal: %w", err)
		}
		e.At = db.Time(at)
		found = append(found, e)
	}
	return found, rows.Err()
}

// Get finds a seal by its code.
func (s *Store) Get(ctx context.Context, q *db.Tx, code string) (Seal, error) {
	x, err := scanSeal(q.QueryRow(ctx, `SELECT `+sealColumns+` FROM seal WHERE seal_code = $1`, code).Scan)
	if errors.Is(err, db.ErrNoRows) {
		return Seal{}, errs.New(errs.NotFound, "seal.no-such")
	}
	return x, err
}

// scanSeals reads seals to the end.
func scanSeals(rows interface {
	Next() bool
	Scan(into ...any) error
	Err() error
},
) ([]Seal, error) {
	var found []Seal
	for rows.Next() {
		x, err := scanSeal(rows.Scan)
		if err != nil {
			return nil, fmt.Errorf("list seals: %w", err)
		}
		found = append(found, x)
	}
	return found, rows.Err()
}

// Change stops, resumes or revokes a seal in the name of somebody who manages it.
func (s *Store) Change(ctx context.Context, tx *db.Tx, actor *authn.Actor, code, action, reason string) (Seal, error) {
	if action != Stop && action != Resume && action != Revoke {
		return Seal{}, errs.New(errs.Invalid, "seal.stage")
	}
	if err := s.lock(ctx, tx); err != nil {
		return Seal{}, err
	}
	x, err := s.Get(ctx, tx, code)
	if err != nil {
		return Seal{}, err
	}
	if err := s.managed(ctx, tx, actor, x.UnitID); err != nil {
		return Seal{}, err
	}
	if action == Resume && x.BoundLicense == "" {
		// One that was replaced stays stopped: a unit has one seal for a purpose.
		if err := s.none(ctx, tx, x.UnitID, x.Purpose); err != nil {
			return Seal{}, err
		}
	}
	return s.move(ctx, tx, change.Of(actor, reason), x, action)
}

// move takes a seal one step on, if its life has such a step.
func (s *Store) move(ctx context.Context, tx *db.Tx, by change.By, x Seal, action string) (Seal, error) {
	to, ok := next(Moves(), action, x.State)
	if !ok {
		return Seal{}, errs.New(errs.Conflict, "seal.stage")
	}
	n, err := tx.Exec(ctx, `UPDATE seal SET state = $1 WHERE seal_code = $2 AND state = $3`, to, x.Code, x.State)
	if err != nil {
		return Seal{}, fmt.Errorf("change seal: %w", err)
	}
	if n == 0 {
		return Seal{}, errs.New(errs.Conflict, "conflict")
	}
	err = s.step(ctx, tx, Event{Subject: ofSeal, Of: x.Code, Action: action, From: x.State, To: to, By: by})
	x.State = to
	return x, err
}

// List gives a part of the seals that an actor may see, those made last first, and how many there are: a manager sees those
// of the own unit and of all below it, one of the platform's unit all; everybody else those of the own unit.
func (s *Store) List(ctx context.Context, q *db.Tx, actor *authn.Actor, state string, limit, offset int) ([]Seal, int, error) {
	where := ` WHERE bound_license = '' AND ($2 = '' OR state = $2) AND `
	switch {
	case actor.Has(authn.RoleSealManager) && actor.UnitID == s.o.PlatformID:
		where += `$1 <> ''`
	case actor.Has(authn.RoleSealManager):
		where += `unit_id IN (
			WITH RECURSIVE below (id) AS (
				SELECT unit_id FROM unit WHERE unit_id = $1
				UNION
				SELECT u.unit_id FROM unit u JOIN below b ON u.parent_id = b.id)
			SELECT id FROM below)`
	default:
		where += `unit_id = $1`
	}
	var total int
	if err := q.QueryRow(ctx, `SELECT count(*) FROM seal`+where, actor.UnitID, state).Scan(&total); err != nil {
		return nil, 0, fmt.Errorf("count seals: %w", err)
	}
	rows, err := q.Query(ctx, `
		SELECT `+sealColumns+`
		FROM seal`+where+`
		ORDER BY valid_from DESC, seal_code
		LIMIT $3 OFFSET $4`, actor.UnitID, state, limit, offset)
	if err != nil {
		return nil, 0, fmt.Errorf("list seals: %w", err)
	}
	defer func() { _ = rows.Close() }()
	found, err := scanSeals(rows)
	return found, total, err
}

// May reports whether an actor may look at a seal of a unit.
func (s *Store) May(ctx context.Context, q *db.Tx, actor *authn.Actor, unitID string) (see, manage bool, err error) {
	switch err := s.managed(ctx, q, actor, unitID); {
	case err == nil:
		return true, true, nil
	case errs.Code(err) != "seal.not-manager":
		return false, false, err
	}
	return actor.UnitID == unitID, false, nil
}

// lock lets the changes of seals come one after the other, so that of two the second sees what the first one did.
func (s *Store) lock(ctx context.Context, tx *db.Tx) error {
	_, err := tx.Exec(ctx, `
		INSERT INTO numbering (scope, last) VALUES ($1, 0)
		ON CONFLICT (scope) DO UPDATE SET last = numbering.last`, numberScope)
	if err != nil {
		return fmt.Errorf("lock seals: %w", err)
	}
	return nil
}

// managed refuses whoever does not manage the seals of a unit: a manager those of the own unit and of all below it, one of
// the unit that runs the platform those of all.
func (s *Store) managed(ctx context.Context, q *db.Tx, actor *authn.Actor, unitID string) error {
	if !actor.Has(authn.RoleSealManager) {
		return errs.New(errs.Denied, "seal.not-manager")
	}
	if actor.UnitID == s.o.PlatformID {
		return nil
	}
	over, err := s.over(ctx, q, actor.UnitID, unitID)
	if err == nil && !over {
		err = errs.New(errs.Denied, "seal.not-manager")
	}
	return err
}

// maxDepth bounds the way up the tree of units.
const maxDepth = 16

// over reports whether a unit is another one, or stands above it in the tree.
func (s *Store) over(ctx context.Context, q *db.Tx, upper, unitID string) (bool, error) {
	for range maxDepth {
		if unitID == upper {
			return true, nil
		}
		u, err := s.o.Units.Get(ctx, q, unitID)
		if err != nil || u.Parent == "" {
			return false, err
		}
		unitID = u.Parent
	}
	return false, nil
}
