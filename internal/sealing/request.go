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
	"github.com/yinxin-org/yinxin/internal/org"
	"github.com/yinxin-org/yinxin/internal/task"
)

// The states of an application.
const (
	Applied   = "applied"   // 待审批
	Approved  = "approved"  // 待制章
	Refused   = "refused"   // 不同意
	Withdrawn = "withdrawn" // 已撤回
	Done      = "made"      // 已制章
)

// What can be done with an application.
const (
	Apply    = "apply"
	Approve  = "approve"
	Refuse   = "refuse"
	Withdraw = "withdraw"
)

// RequestMoves is the whole life of an application.
func RequestMoves() []Move {
	return []Move{
		{Apply, "", Applied},
		{Approve, Applied, Approved},
		{Refuse, Applied, Refused},
		{Withdraw, Applied, Withdrawn},
		{Made, Approved, Done},
	}
}

// The kinds of applications.
const (
	NewSeal   = "new"   // 申请
	RenewSeal = "renew" // 换发
)

// maxUnits bounds an application for many units.
const maxUnits = 500

// Request is an application for seals (印章申请): for one unit or, where institutions of a sector apply together, for many.
type Request struct {
	ID          string
	Kind        string
	Purpose     string
	UnitID      string // that applied
	ApplicantID string
	ApproverID  string
	Reason      string
	Answer      string
	State       string
	CreatedAt   time.Time
	DecidedAt   time.Time
	EndedAt     time.Time
	Units       []RequestUnit
	Version     int64
}

// RequestUnit is one seal of an application.
type RequestUnit struct {
	UnitID  string
	OldCode string // the seal to be replaced
	Code    string // of the seal, once made
	Fault   string // code of the error that kept it from being made
}

// Ask enters an application: by a clerk for the own unit and for units below it, by the digital office for any.
func (s *Store) Ask(ctx context.Context, tx *db.Tx, actor *authn.Actor, r Request) (Request, error) {
	if !actor.Has(authn.RoleClerk, authn.RoleDigital) {
		return Request{}, errs.New(errs.Denied, "denied")
	}
	if r.Kind != NewSeal && r.Kind != RenewSeal || r.Purpose != ForLicenses && r.Purpose != ForCopies {
		return Request{}, errs.New(errs.Invalid, "field.option").On("kind")
	}
	if len(r.Units) == 0 || len(r.Units) > maxUnits {
		return Request{}, errs.New(errs.Invalid, "field.count").On("units")
	}
	if err := s.lock(ctx, tx); err != nil {
		return Request{}, err
	}
	seen := map[string]bool{}
	for i := range r.Units {
		if seen[r.Units[i].UnitID] {
			return Request{}, errs.New(errs.Invalid, "field.count").On("units")
		}
		seen[r.Units[i].UnitID] = true
		if err := s.askable(ctx, tx, actor, r, &r.Units[i]); err != nil {
			return Request{}, err
		}
	}
	now := s.o.Clock.Now()
	r.ID, r.UnitID, r.ApplicantID, r.State, r.CreatedAt, r.Version = db.NewID(), actor.UnitID, actor.AccountID, Applied, now, 1
	if err := s.insertRequest(ctx, tx, r); err != nil {
		return Request{}, err
	}
	err := s.step(ctx, tx, Event{Subject: ofRequest, Of: r.ID, Action: Apply, To: Applied, By: change.Of(actor, r.Reason)})
	if err != nil {
		return Request{}, err
	}
	first, err := s.o.Units.Get(ctx, tx, r.Units[0].UnitID)
	if err != nil {
		return Request{}, err
	}
	return r, s.o.Tasks.Give(ctx, tx, task.Task{Kind: task.ApproveSeal, SubjectID: r.ID, Role: authn.RoleSealManager, Label: first.Name,
		Detail: map[string]string{"units": fmt.Sprint(len(r.Units))}})
}

// askable judges one unit of an application, and finds the seal to be replaced.
func (s *Store) askable(ctx context.Context, q *db.Tx, actor *authn.Actor, r Request, u *RequestUnit) error {
	unit, err := s.o.Units.Get(ctx, q, u.UnitID)
	if err != nil {
		return err
	}
	below, err := s.over(ctx, q, actor.UnitID, u.UnitID)
	switch {
	case err != nil:
		return err
	case !below && !actor.Has(authn.RoleDigital):
		return errs.New(errs.Denied, "seal.not-below")
	case unit.State != org.Active:
		return errs.New(errs.Conflict, "unit.ended")
	}
	var open int
	err = q.QueryRow(ctx, `
		SELECT count(*) FROM seal_request r
		JOIN seal_request_unit u ON u.request_id = r.request_id
		WHERE u.unit_id = $1 AND r.purpose = $2 AND r.state IN ('applied', 'approved')`, u.UnitID, r.Purpose).Scan(&open)
	if err != nil {
		return fmt.Errorf("look for applications: %w", err)
	}
	if open > 0 {
		return errs.New(errs.Conflict, "seal.asked").With("unit", unit.Name)
	}
	if r.Kind == NewSeal {
		u.OldCode = ""
		return s.none(ctx, q, u.UnitID, r.Purpose)
	}
	old, err := s.Get(ctx, q, u.OldCode)
	if err != nil {
		return err
	}
	if _, ok := next(Moves(), Renew, old.State); !ok || old.UnitID != u.UnitID || old.Purpose != r.Purpose {
		return errs.New(errs.Conflict, "seal.stage")
	}
	return nil
}

func (s *Store) insertRequest(ctx context.Context, tx *db.Tx, r Request) error {
	_, err := tx.Exec(ctx, `
		INSERT INTO seal_request (request_id, kind, purpose, unit_id, applicant_id, approver_id, reason, answer, state, created_at, decided_at,
			ended_at, row_version)
		VALUES ($1, $2, $3, $4, $5, '', $6, '', $7, $8, 0, 0, 1)`,
		r.ID, r.Kind, r.Purpose, r.UnitID, r.ApplicantID, r.Reason, r.State, db.Micros(r.CreatedAt))
	if err != nil {
		return fmt.Errorf("enter application for seals: %w", err)
	}
	var rows [][]any
	for _, u := range r.Units {
		rows = append(rows, []any{r.ID, u.UnitID, u.OldCode, "", ""})
	}
	if _, err := tx.Insert(ctx, "seal_request_unit (request_id, unit_id, old_code, seal_code, fault)", "", rows); err != nil {
		return fmt.Errorf("enter application for seals: %w", err)
	}
	return nil
}

// Decide approves or refuses an application. Whoever applied does not decide. 谁申请谁不审批.
func (s *Store) Decide(ctx context.Context, tx *db.Tx, actor *authn.Actor, id, action, reason string) (Request, error) {
	if action != Approve && action != Refuse {
		return Request{}, errs.New(errs.Invalid, "seal.stage")
	}
	r, err := s.Request(ctx, tx, id)
	if err != nil {
		return Request{}, err
	}
	if r.ApplicantID == actor.AccountID {
		return Request{}, errs.New(errs.Denied, "seal.same-person")
	}
	for _, u := range r.Units {
		if err := s.managed(ctx, tx, actor, u.UnitID); err != nil {
			return Request{}, err
		}
	}
	r.ApproverID, r.Answer, r.DecidedAt = actor.AccountID, reason, s.o.Clock.Now()
	return s.moveRequest(ctx, tx, change.Of(actor, reason), r, action)
}

// TakeBack withdraws an application; only who entered it can.
func (s *Store) TakeBack(ctx context.Context, tx *db.Tx, actor *authn.Actor, id, reason string) (Request, error) {
	r, err := s.Request(ctx, tx, id)
	if err != nil {
		return Request{}, err
	}
	if r.ApplicantID != actor.AccountID {
		return Request{}, errs.New(errs.Denied, "seal.not-applicant")
	}
	return s.moveRequest(ctx, tx, change.Of(actor, reason), r, Withdraw)
}

// moveRequest takes an application one step on, if its life has such a step.
func (s *Store) moveRequest(ctx context.Context, tx *db.Tx, by change.By, r Request, action string) (Request, error) {
	from := r.State
	to, ok := next(RequestMoves(), action, from)
	if !ok {
		return Request{}, errs.New(errs.Conflict, "seal.stage")
	}
	if r.State = to; to != Approved {
		r.EndedAt = s.o.Clock.Now()
	}
	n, err := tx.Exec(ctx, `
		UPDATE seal_request
		SET state = $1, approver_id = $2, answer = $3, decided_at = $4, ended_at = $5, row_version = row_version + 1
		WHERE request_id = $6 AND row_version = $7`,
		r.State, r.ApproverID, r.Answer, db.Micros(r.DecidedAt), db.Micros(r.EndedAt), r.ID, r.Version)
	if err != nil {
		return Request{}, fmt.Errorf("change application for seals: %w", err)
	}
	if n == 0 {
		return Request{}, errs.New(errs.Conflict, "conflict")
	}
	r.Version++
	if err := s.step(ctx, tx, Event{Subject: ofRequest, Of: r.ID, Action: action, From: from, To: to, By: by}); err != nil {
		return Request{}, err
	}
	if err := s.o.Tasks.Done(ctx, tx, task.ApproveSeal, r.ID); err != nil {
		return Request{}, err
	}
	return r, nil
}

// Fill makes the seals of an approved application (制章). Cut off, it is run again and goes on where it was. A unit that
// cannot have one any more does not keep the others from theirs.
func (s *Store) Fill(ctx context.Context, actor *authn.Actor, id, reason string) (Request, error) {
	if !s.CanMake() {
		return Request{}, errs.New(errs.Conflict, "seal.no-maker")
	}
	var r Request
	err := s.o.DB.Read(ctx, func(q *db.Tx) (err error) {
		if r, err = s.Request(ctx, q, id); err != nil {
			return err
		}
		for _, u := range r.Units {
			if err := s.managed(ctx, q, actor, u.UnitID); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return Request{}, err
	}
	if r.State != Approved {
		return Request{}, errs.New(errs.Conflict, "seal.stage")
	}
	by := change.Of(actor, reason)
	for i := range r.Units {
		u := &r.Units[i]
		if u.Code != "" || u.Fault != "" {
			continue
		}
		if u.Code, err = s.fillOne(ctx, by, r, *u); err == nil {
			continue
		}
		refusal, ok := errors.AsType[*errs.Error](err)
		if !ok || refusal.Kind == errs.Internal {
			return Request{}, err
		}
		if err := s.noteFault(ctx, r.ID, u, errs.Code(err)); err != nil {
			return Request{}, err
		}
	}
	err = s.o.DB.Write(ctx, func(tx *db.Tx) error {
		r, err = s.Request(ctx, tx, id)
		if err != nil || r.State == Done {
			return err
		}
		r, err = s.moveRequest(ctx, tx, by, r, Made)
		return err
	})
	return r, err
}

func (s *Store) noteFault(ctx context.Context, requestID string, u *RequestUnit, code string) error {
	u.Fault = code
	return s.o.DB.Write(ctx, func(tx *db.Tx) error {
		_, err := tx.Exec(ctx, `
			UPDATE seal_request_unit
			SET fault = $1
			WHERE request_id = $2 AND unit_id = $3 AND seal_code = ''`, code, requestID, u.UnitID)
		return err
	})
}

// fillOne makes one seal of an application, and stops the one it replaces, in one transaction.
func (s *Store) fillOne(ctx context.Context, by change.By, r Request, u RequestUnit) (string, error) {
	var unit org.Unit
	err := s.o.DB.Read(ctx, func(q *db.Tx) (err error) {
		unit, err = s.o.Units.Get(ctx, q, u.UnitID)
		return err
	})
	if err != nil {
		return "", err
	}
	x, err := s.produce(ctx, unit, r.Purpose, u.OldCode, func(tx *db.Tx, x Seal) error {
		n, err := tx.Exec(ctx, `
			UPDATE seal_request_unit
			SET seal_code = $1
			WHERE request_id = $2 AND unit_id = $3 AND seal_code = ''
			  AND EXISTS (SELECT 1 FROM seal_request WHERE request_id = $2 AND state = 'approved')`, x.Code, r.ID, u.UnitID)
		if err != nil {
			return fmt.Errorf("note seal of application: %w", err)
		}
		if n == 0 {
			return errs.New(errs.Conflict, "conflict")
		}
		return nil
	}, by)
	return x.Code, err
}
