package hall

import (
	"context"
	"errors"
	"log/slog"
	"strconv"
	"time"

	"github.com/yinxin-org/yinxin/internal/access"
	"github.com/yinxin-org/yinxin/internal/authn"
	"github.com/yinxin-org/yinxin/internal/casefile"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/errs"
	"github.com/yinxin-org/yinxin/internal/matter"
	"github.com/yinxin-org/yinxin/internal/notice"
	"github.com/yinxin-org/yinxin/internal/task"
)

const (
	lateAtOnce = 50               // looked for in one run
	lateHold   = time.Minute      // for which a run keeps others from what it took up
	lateSoon   = 5 * time.Second  // until the next look at the earliest
	lateRarely = 10 * time.Minute // and at the latest
	chaseLife  = 90 * 24 * time.Hour
)

// FetchLate looks for the licenses that cases wait for, under a commitment or a chase, open cases and decided ones alike.
// One that fails is looked for again later; the others are not kept from their turn.
func (h *Hall) FetchLate(ctx context.Context) error {
	var due []casefile.Late
	err := h.o.DB.Read(ctx, func(q *db.Tx) error {
		var err error
		due, err = h.o.Cases.Awaited(ctx, q, lateAtOnce)
		return err
	})
	if err != nil {
		return err
	}
	var faults []error
	for _, l := range due {
		look := h.keepPromise
		if l.Kind == casefile.LateChase {
			look = h.answerChase
		}
		if err := h.lookFor(ctx, l, look); err != nil {
			faults = append(faults, err)
		}
	}
	return errors.Join(faults...)
}

// lookFor takes one piece of waiting up, so that another node leaves it alone, looks, and sets the next look: soon at
// first, then ever more rarely.
func (h *Hall) lookFor(ctx context.Context, l casefile.Late, look func(context.Context, casefile.Late) (since time.Time, err error)) error {
	taken := false
	err := h.o.DB.Write(ctx, func(tx *db.Tx) error {
		var err error
		taken, err = h.o.Cases.TakeUp(ctx, tx, l, h.o.Clock.Now().Add(lateHold))
		return err
	})
	if err != nil || !taken {
		return err
	}
	since, err := look(ctx, l)
	if err != nil || since.IsZero() {
		return err
	}
	now := h.o.Clock.Now()
	pause := min(max(now.Sub(since)/20, lateSoon), lateRarely)
	return h.o.DB.Write(ctx, func(tx *db.Tx) error {
		return h.o.Cases.LookAgain(ctx, tx, l, now.Add(pause))
	})
}

// awaited reads a case with the errand for one of its materials.
func (h *Hall) awaited(ctx context.Context, q *db.Tx, l casefile.Late) (errand, error) {
	c, err := h.o.Cases.Get(ctx, q, l.CaseNo)
	if err != nil {
		return errand{}, err
	}
	t := errand{c: c, outcome: casefile.Material{Seq: l.Seq, Detail: map[string]string{}}}
	if t.matter, err = h.o.Matters.Get(ctx, q, c.MatterCode); err != nil {
		return errand{}, err
	}
	var ok bool
	if t.material, ok = t.matter.Material(l.Seq); !ok {
		return t, nil // the matter no longer asks for it
	}
	parties, err := h.o.Cases.Parties(ctx, q, c)
	if err != nil {
		return errand{}, err
	}
	return t, h.candidate(ctx, q, &t, parties[t.material.Party])
}

// keepPromise looks for a license that was committed to. The time since which it waits is given while it still does.
func (h *Hall) keepPromise(ctx context.Context, l casefile.Late) (time.Time, error) {
	var t errand
	var x casefile.Commitment
	err := h.o.DB.Read(ctx, func(q *db.Tx) error {
		var err error
		if x, err = h.o.Cases.Commitment(ctx, q, l.HolderID, l.CaseNo, l.Seq); err != nil {
			return err
		}
		t, err = h.awaited(ctx, q, l)
		return err
	})
	if err != nil {
		return time.Time{}, err
	}
	if x.State != casefile.CommitWaiting {
		return time.Time{}, h.o.DB.Write(ctx, func(tx *db.Tx) error { return h.o.Cases.Arrived(ctx, tx, l) })
	}
	said, err := h.askSource(ctx, t.license)
	if err != nil {
		return time.Time{}, err
	}
	if t.license.ID == "" || said.down || said.ends() {
		return x.SignedAt, h.overdue(ctx, x)
	}
	reading, grantID, err := h.o.Door.Committed(ctx, access.Ask{CaseNo: l.CaseNo, MatterCode: t.matter.Code,
		LicenseHolderID: t.license.HolderID, LicenseID: t.license.ID}, l.Seq)
	if refused, ok := errors.AsType[*access.Refusal](err); ok {
		h.o.Log.WarnContext(ctx, "commitment not fetched", slog.String("reason", refused.Reasons[0]))
		return x.SignedAt, h.overdue(ctx, x)
	}
	if t.failed(err) {
		h.o.Log.WarnContext(ctx, "commitment not fetched", slog.String("type", t.license.TypeCode), slog.Any("error", err))
		return x.SignedAt, h.overdue(ctx, x)
	}
	if err != nil {
		return time.Time{}, err
	}
	if said.source != "" {
		t.outcome.Detail["source"] = said.source
	}
	t.outcome.Status, t.outcome.GrantID, t.outcome.RecordNo = casefile.Lent, grantID, reading.RecordNo
	t.outcome.LicenseHolderID, t.outcome.LicenseID = t.license.HolderID, t.license.ID
	t.outcome.LicenseState = string(reading.License.State(reading.At))
	return time.Time{}, h.arrive(ctx, t, x, reading.Fields)
}

// arrive settles a commitment whose license has come: the material is there, what came is held against the form, and
// whoever must know is told.
func (h *Hall) arrive(ctx context.Context, t errand, x casefile.Commitment, fields []access.Field) error {
	return h.o.DB.Write(ctx, func(tx *db.Tx) error {
		now, err := h.o.Cases.Commitment(ctx, tx, x.HolderID, x.CaseNo, x.Seq)
		if err != nil || now.State != casefile.CommitWaiting {
			return err // another run was first
		}
		c, err := h.o.Cases.Get(ctx, tx, x.CaseNo)
		if err != nil {
			return err
		}
		if err := h.o.Cases.PutMaterial(ctx, tx, c, t.outcome); err != nil {
			return err
		}
		now.Differs = differing(c, t.matter, x.Seq, fields)
		now.State, now.SettledAt = casefile.CommitKept, h.o.Clock.Now()
		action, told := "fetched", notice.CommitmentKept
		if len(now.Differs) > 0 {
			now.State, action, told = casefile.CommitContradicted, "contradicted", notice.CommitmentContradicted
		} else if c.State == casefile.StateOpen {
			complete(&c, t.matter, x.Seq, fields)
		}
		if err := h.o.Cases.Save(ctx, tx, &c); err != nil {
			return err
		}
		if err := h.settlePromise(ctx, tx, now); err != nil {
			return err
		}
		if now.State == casefile.CommitContradicted {
			if err := h.give(ctx, tx, task.PromiseBroken, c, t.matter, x); err != nil {
				return err
			}
		}
		if err := h.o.Cases.Add(ctx, tx, c, action, "", ""); err != nil {
			return err
		}
		return h.tellPromise(ctx, tx, told, t.matter, x)
	})
}

// complete enters what the license says where the form has nothing, and names the license as the source of what agrees.
func complete(c *casefile.Case, m matter.Matter, seq int, fields []access.Field) {
	for f, value := range filledBy(m, seq, fields) {
		c.Form[f.Name] = casefile.Value{Text: value, Seq: seq}
	}
}

// settlePromise saves a commitment that has come to its end: nothing is awaited any more, and its late notice is done.
func (h *Hall) settlePromise(ctx context.Context, tx *db.Tx, x casefile.Commitment) error {
	if err := h.o.Cases.PutCommitment(ctx, tx, x); err != nil {
		return err
	}
	if err := h.o.Tasks.Done(ctx, tx, task.PromiseLate, subjectOf(x.CaseNo, x.Seq)); err != nil {
		return err
	}
	return h.o.Cases.Arrived(ctx, tx, late(x))
}

// overdue tells once that the deadline of a commitment has passed: the unit has work then, and the applicant knows.
func (h *Hall) overdue(ctx context.Context, x casefile.Commitment) error {
	if h.o.Clock.Now().Before(x.DueAt) || !x.OverdueAt.IsZero() {
		return nil
	}
	return h.o.DB.Write(ctx, func(tx *db.Tx) error {
		now, err := h.o.Cases.Commitment(ctx, tx, x.HolderID, x.CaseNo, x.Seq)
		if err != nil || now.State != casefile.CommitWaiting || !now.OverdueAt.IsZero() {
			return err
		}
		now.OverdueAt = h.o.Clock.Now()
		if err := h.o.Cases.PutCommitment(ctx, tx, now); err != nil {
			return err
		}
		c, err := h.o.Cases.Get(ctx, tx, x.CaseNo)
		if err != nil {
			return err
		}
		m, err := h.o.Matters.Get(ctx, tx, c.MatterCode)
		if err != nil {
			return err
		}
		if err := h.give(ctx, tx, task.PromiseLate, c, m, x); err != nil {
			return err
		}
		if err := h.o.Cases.Add(ctx, tx, c, "overdue", "", ""); err != nil {
			return err
		}
		return h.tellPromise(ctx, tx, notice.CommitmentOverdue, m, x)
	})
}

// subjectOf names a material of a case.
func subjectOf(no string, seq int) string { return no + "/" + strconv.Itoa(seq) }

// give gives the unit the work that a commitment makes: to whoever accepts while the case is open, and to whoever decides
// once it was decided.
func (h *Hall) give(ctx context.Context, tx *db.Tx, kind task.Kind, c casefile.Case, m matter.Matter, x casefile.Commitment) error {
	role := authn.RoleClerk
	if c.Stage != matter.Accept {
		role = authn.RoleApprover
	}
	material, _ := m.Material(x.Seq)
	return h.o.Tasks.Give(ctx, tx, task.Task{Kind: kind, SubjectID: subjectOf(c.No, x.Seq), UnitID: c.UnitID, Role: role, Label: m.Name,
		Detail: map[string]string{"caseNo": c.No, "material": material.Name}, DueAt: h.o.Calendar.After(h.o.Clock.Now(), 1)})
}

// Unanswered reports whether the unit has yet to say what it does about a commitment.
func (h *Hall) Unanswered(ctx context.Context, q *db.Tx, x casefile.Commitment) (bool, error) {
	if x.State != casefile.CommitContradicted && x.OverdueAt.IsZero() {
		return false, nil
	}
	for _, k := range []task.Kind{task.PromiseLate, task.PromiseBroken} {
		open, err := h.o.Tasks.About(ctx, q, k, subjectOf(x.CaseNo, x.Seq))
		if err != nil || len(open) > 0 {
			return len(open) > 0, err
		}
	}
	return false, nil
}

// Acknowledge ends the work that a commitment made: the unit says what it did about one that is late or was broken.
func (h *Hall) Acknowledge(ctx context.Context, actor *authn.Actor, no string, seq int, opinion string) error {
	if err := checkOpinion(opinion); err != nil {
		return err
	}
	return h.o.DB.Write(ctx, func(tx *db.Tx) error {
		c, _, err := h.ofUnit(ctx, tx, actor, no)
		if err != nil {
			return err
		}
		x, err := h.o.Cases.Commitment(ctx, tx, c.HolderID, no, seq)
		if err != nil {
			return err
		}
		if x.State != casefile.CommitContradicted && x.OverdueAt.IsZero() {
			return errs.New(errs.Conflict, "case.commitment-quiet")
		}
		for _, k := range []task.Kind{task.PromiseLate, task.PromiseBroken} {
			if err := h.o.Tasks.Done(ctx, tx, k, subjectOf(no, seq)); err != nil {
				return err
			}
		}
		return h.o.Cases.Add(ctx, tx, c, "acknowledge", actor.AccountID, opinion)
	})
}
