package hall

import (
	"context"
	"time"

	"github.com/yinxin-org/yinxin/internal/authn"
	"github.com/yinxin-org/yinxin/internal/casefile"
	"github.com/yinxin-org/yinxin/internal/clock"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/errs"
	"github.com/yinxin-org/yinxin/internal/license"
	"github.com/yinxin-org/yinxin/internal/task"
)

// chaseDays are the working days in which a chase is to be answered, by the reason that a license could not be had. Of
// other reasons nobody but the holder can make an end.
var chaseDays = map[string]int{
	"material.missing":      5, // not converted yet (未转换)
	"material.in-making":    3,
	"material.late":         1, // 应制未制
	"material.source-down":  1,
	"material.source-wrong": 1,
	"material.source-none":  1,
	"material.unbound":      5,
}

// MayChase reports whether somebody can be asked that a material's license be there.
func MayChase(m casefile.Material) bool {
	_, ok := chaseDays[m.Reason]
	return ok && m.Status != casefile.Lent && m.Status != casefile.Paper
}

// Chase asks whoever is responsible that a license be there (催办), once a day for a material. It is answered by itself
// when the license comes.
func (h *Hall) Chase(ctx context.Context, actor *authn.Actor, no string, seq int) error {
	return h.o.DB.Write(ctx, func(tx *db.Tx) error {
		c, m, err := h.ofUnit(ctx, tx, actor, no)
		if err != nil {
			return err
		}
		if c.State != casefile.StateOpen {
			return errs.New(errs.Conflict, "case.closed")
		}
		settled, err := h.settled(ctx, tx, c, seq)
		if err != nil {
			return err
		}
		if !MayChase(settled) {
			return errs.New(errs.Conflict, "case.chase-nobody")
		}
		l := casefile.Late{CaseNo: no, Seq: seq, Kind: casefile.LateChase, HolderID: c.HolderID}
		t, err := h.awaited(ctx, tx, l)
		if err != nil {
			return err
		}
		give, err := h.responsible(ctx, tx, t, settled.Reason)
		if err != nil {
			return err
		}
		now := h.o.Clock.Now()
		give.Kind, give.SubjectID, give.DueAt = task.ChaseLicense, subjectOf(no, seq), h.o.Calendar.After(now, chaseDays[settled.Reason])
		give.Detail["reason"], give.Detail["matter"], give.Detail["askedBy"] = settled.Reason, m.Name, c.UnitID
		fresh, err := h.o.Cases.PutChase(ctx, tx, casefile.Chase{HolderID: c.HolderID, CaseNo: no, Seq: seq,
			Day: now.In(clock.Shanghai).Format(time.DateOnly), Reason: settled.Reason, UnitID: give.UnitID, AccountID: actor.AccountID, At: now, DueAt: give.DueAt})
		if err != nil {
			return err
		}
		if !fresh {
			return errs.New(errs.Conflict, "case.chased-today")
		}
		if err := h.o.Tasks.Give(ctx, tx, give); err != nil {
			return err
		}
		if err := h.o.Cases.Await(ctx, tx, l, now.Add(lateSoon)); err != nil {
			return err
		}
		return h.o.Cases.Add(ctx, tx, c, "chase", actor.AccountID, "")
	})
}

// responsible finds whose work it is that a license be there, with the page's words for it.
func (h *Hall) responsible(ctx context.Context, q *db.Tx, t errand, reason string) (task.Task, error) {
	give := task.Task{Label: t.material.Name, Detail: map[string]string{}}
	switch reason {
	case "material.unbound":
		give.UnitID, give.Role = t.c.UnitID, authn.RoleCatalog
		return give, nil
	case "material.source-down", "material.source-wrong", "material.source-none":
		give.Role = authn.RoleDigital // whoever runs the connection
		return give, nil
	case "material.late", "material.in-making":
		l, err := h.coming(ctx, q, t)
		if err != nil {
			return task.Task{}, err
		}
		if l.ID != "" {
			give.UnitID, give.Role, give.Detail["licenseId"] = l.IssuerID, authn.RoleReviewer, l.ID
			return give, nil
		}
	}
	if len(t.material.Bindings) == 0 {
		give.UnitID, give.Role = t.c.UnitID, authn.RoleCatalog // unbound since
		return give, nil
	}
	code := t.material.Bindings[0].Type
	give.Detail["typeCode"], give.Role = code, authn.RoleCatalog
	unit, err := h.o.Units.Get(ctx, q, t.c.UnitID)
	if err != nil {
		return task.Task{}, err
	}
	give.UnitID, err = h.o.Appeals.IssuerNear(ctx, q, code, unit.Region) // where nobody issues it, the digital office has to find one
	return give, err
}

// coming gives the license of a party that is being made for a material.
func (h *Hall) coming(ctx context.Context, q *db.Tx, t errand) (license.License, error) {
	parties, err := h.o.Cases.Parties(ctx, q, t.c)
	if err != nil {
		return license.License{}, err
	}
	for _, b := range t.material.Bindings {
		held, err := h.o.Licenses.Held(ctx, q, parties[t.material.Party], b.Type)
		if err != nil {
			return license.License{}, err
		}
		for _, l := range held {
			if l.State(h.o.Clock.Now()) == license.InMaking {
				return l, nil
			}
		}
	}
	return license.License{}, nil
}

// answerChase looks whether a license that was chased has come, or its binding. The time since which it waits is given
// while it still does.
func (h *Hall) answerChase(ctx context.Context, l casefile.Late) (time.Time, error) {
	var t errand
	var asked []casefile.Chase
	err := h.o.DB.Read(ctx, func(q *db.Tx) error {
		var err error
		if t, err = h.awaited(ctx, q, l); err != nil {
			return err
		}
		asked, err = h.o.Cases.Chases(ctx, q, t.c)
		return err
	})
	if err != nil {
		return time.Time{}, err
	}
	var last casefile.Chase
	for _, x := range asked {
		if x.Seq == l.Seq {
			last = x
		}
	}
	said, err := h.askSource(ctx, t.license)
	if err != nil {
		return time.Time{}, err
	}
	there := t.license.ID != "" && !said.down && !said.ends()
	if last.Reason == "material.unbound" {
		there = len(t.material.Bindings) > 0
	}
	if !there && h.o.Clock.Now().Before(last.At.Add(chaseLife)) {
		return last.At, nil
	}
	return time.Time{}, h.o.DB.Write(ctx, func(tx *db.Tx) error {
		if err := h.o.Cases.Arrived(ctx, tx, l); err != nil || !there {
			return err
		}
		n, err := h.o.Cases.AnswerChases(ctx, tx, l.HolderID, l.CaseNo, l.Seq)
		if err != nil || n == 0 {
			return err
		}
		if err := h.o.Tasks.Done(ctx, tx, task.ChaseLicense, subjectOf(l.CaseNo, l.Seq)); err != nil {
			return err
		}
		return h.o.Cases.Add(ctx, tx, t.c, "chase-answered", "", "")
	})
}
