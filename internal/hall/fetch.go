package hall

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/yinxin-org/yinxin/internal/access"
	"github.com/yinxin-org/yinxin/internal/authn"
	"github.com/yinxin-org/yinxin/internal/casefile"
	"github.com/yinxin-org/yinxin/internal/clock"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/errs"
	"github.com/yinxin-org/yinxin/internal/license"
	"github.com/yinxin-org/yinxin/internal/matter"
)

// Fetch gets what a case still lacks: for every material bound to a license type the door decides at once,
// and what it gives fills the form. It is called when the case opens, and again when its clerk looks at the case: what
// was cut off, and what could not be had and can be now, is fetched then. Materials that were had stay as they are.
func (h *Hall) Fetch(ctx context.Context, actor *authn.Actor, no string) error {
	todo, err := h.unfetched(ctx, actor, no)
	if err != nil {
		return err
	}
	for _, t := range todo {
		if err := h.fetch(ctx, actor, t); err != nil {
			return err
		}
	}
	return nil
}

// errand is one material to be fetched, with the license that would serve.
type errand struct {
	c        casefile.Case
	matter   matter.Matter
	material matter.Material
	license  license.License // zero when there is none
	outcome  casefile.Material
}

// waiting are the outcomes behind which a license may still come.
var waiting = map[string]bool{casefile.Missing: true, casefile.Down: true, casefile.Unusable: true}

// unfetched lists the materials of a case that have no outcome yet, each with its candidate.
func (h *Hall) unfetched(ctx context.Context, actor *authn.Actor, no string) ([]errand, error) {
	var todo []errand
	err := h.o.DB.Read(ctx, func(q *db.Tx) error {
		c, m, err := h.seen(ctx, q, actor, no)
		if err != nil || c.State != casefile.StateOpen || c.Stage != matter.Accept || c.ClerkID != actor.AccountID {
			return err
		}
		settled, err := h.o.Cases.Materials(ctx, q, c)
		if err != nil {
			return err
		}
		done := map[int]casefile.Material{}
		for _, s := range settled {
			done[s.Seq] = s
		}
		parties, err := h.o.Cases.Parties(ctx, q, c)
		if err != nil {
			return err
		}
		for _, x := range m.Materials {
			old, settled := done[x.Seq]
			if settled && !waiting[old.Status] {
				continue
			}
			t := errand{c: c, matter: m, material: x, outcome: casefile.Material{Seq: x.Seq, Detail: map[string]string{}}}
			if err := h.candidate(ctx, q, &t, parties[x.Party]); err != nil {
				return err
			}
			if settled && t.license.ID == "" && t.outcome.Reason == old.Reason {
				continue // nothing has come since
			}
			todo = append(todo, t)
		}
		return nil
	})
	return todo, err
}

// candidate finds the license that would satisfy a material: of the first bound type of which the party has one in
// force, the newest. Without one, the outcome says why not.
func (h *Hall) candidate(ctx context.Context, q *db.Tx, t *errand, holderID string) error {
	if len(t.material.Bindings) == 0 {
		t.outcome.Status = casefile.Plain
		if !t.material.Plain {
			t.outcome.Reason = "material.unbound"
		}
		return nil
	}
	if holderID == "" {
		t.outcome.Status, t.outcome.Reason = casefile.Missing, "material.party-absent"
		return nil
	}
	now := h.o.Clock.Now()
	var worst, coming license.License
	for _, b := range t.material.Bindings {
		held, err := h.o.Licenses.Held(ctx, q, holderID, b.Type)
		if err != nil {
			return err
		}
		for _, l := range held {
			switch state := l.State(now); {
			case state.Usable():
				t.license = l
				return nil
			case l.Step == license.StepPublished && worst.ID == "":
				worst = l
			case state == license.InMaking && coming.ID == "":
				coming = l
			}
		}
	}
	t.unserved(worst, coming, now)
	return nil
}

// unserved says why no license serves (为何调不到); worst is one that the party has, and coming one that is being made.
func (t *errand) unserved(worst, coming license.License, now time.Time) {
	t.outcome.Status, t.outcome.Reason = casefile.Missing, "material.missing"
	if coming.ID != "" {
		// 应制未制: decided, and its time is over.
		t.outcome.Reason = "material.in-making"
		if now.After(coming.DueAt) {
			t.outcome.Reason = "material.late"
		}
		t.outcome.Detail["date"] = coming.DueAt.In(clock.Shanghai).Format(time.DateOnly)
		return
	}
	if worst.ID != "" {
		t.outcome.Status, t.outcome.Reason = casefile.Unusable, "material.not-in-force"
		t.outcome.LicenseHolderID, t.outcome.LicenseID = worst.HolderID, worst.ID
		state := worst.State(now)
		t.outcome.LicenseState = string(state)
		t.outcome.Detail["state"], t.outcome.Detail["stateEn"] = state.Text("zh"), state.Text("en")
		if state == license.Expired {
			t.outcome.Reason = "material.expired"
			t.outcome.Detail["date"] = worst.ValidTo.Add(-time.Second).In(clock.Shanghai).Format(time.DateOnly)
		}
	}
}

// fetch asks the door for one material's license and settles the material.
func (h *Hall) fetch(ctx context.Context, actor *authn.Actor, t errand) error {
	var fields []access.Field
	said, err := h.askSource(ctx, t.license)
	if err != nil {
		return err
	}
	if t.license.ID != "" {
		t.outcome.LicenseHolderID, t.outcome.LicenseID = t.license.HolderID, t.license.ID
	}
	if t.license.ID != "" && t.heed(said) {
		fields, err = h.lend(ctx, actor, &t)
		if err != nil {
			return err
		}
	}
	return h.settle(ctx, actor, t, fields)
}

// lend gets a license through the door, or the reason why not, and gives what it says. Of a type whose binding names no field
// the door only says that it is in force.
func (h *Hall) lend(ctx context.Context, actor *authn.Actor, t *errand) ([]access.Field, error) {
	ask := access.Ask{CaseNo: t.c.No, MatterCode: t.c.MatterCode, LicenseHolderID: t.license.HolderID, LicenseID: t.license.ID}
	var reading access.Reading
	var grantID string
	var err error
	if x, _ := t.material.Binding(t.license.TypeCode); len(x.Fields) > 0 {
		reading, grantID, err = h.o.Door.Lend(ctx, actor, ask, access.Prepared)
	} else {
		var v access.Verdict
		v, err = h.o.Door.Verify(ctx, actor, ask, access.Claim{})
		reading = access.Reading{License: v.License, RecordNo: v.RecordNo, At: v.At}
		if err == nil && v.Code != access.VerifiedValid {
			t.outcome.Status, t.outcome.Reason, t.outcome.RecordNo = casefile.Unusable, "material.not-in-force", v.RecordNo
			t.outcome.Detail["state"], t.outcome.Detail["stateEn"] = v.State.Text("zh"), v.State.Text("en")
			return nil, nil
		}
	}
	o := &t.outcome
	if refused, ok := errors.AsType[*access.Refusal](err); ok {
		o.Status, o.Reason, o.RecordNo = casefile.Declined, refused.Reasons[0], refused.RecordNo
		return nil, nil
	}
	if t.failed(err) {
		h.o.Log.WarnContext(ctx, "license not had from its source", slog.String("type", t.license.TypeCode), slog.Any("error", err))
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	o.Status, o.GrantID, o.RecordNo = casefile.Lent, grantID, reading.RecordNo
	o.LicenseState = string(reading.License.State(reading.At))
	return reading.Fields, nil
}

// settle writes a material's outcome and the form fields that it fills.
func (h *Hall) settle(ctx context.Context, actor *authn.Actor, t errand, fields []access.Field) error {
	return h.o.DB.Write(ctx, func(tx *db.Tx) error {
		c, _, err := h.ofUnit(ctx, tx, actor, t.c.No)
		if err != nil {
			return err
		}
		if c.State != casefile.StateOpen || c.Stage != matter.Accept {
			return errs.New(errs.Conflict, "case.stage")
		}
		// Meanwhile it may have been taken on paper, or committed to: that stands.
		now, err := h.settled(ctx, tx, c, t.material.Seq)
		if err == nil && !waiting[now.Status] {
			return nil
		}
		if err != nil && errs.Code(err) != "case.material-unknown" {
			return err
		}
		if err := h.o.Cases.PutMaterial(ctx, tx, c, t.outcome); err != nil {
			return err
		}
		fill(&c, t.matter, t.material.Seq, fields)
		return h.o.Cases.Save(ctx, tx, &c)
	})
}

// fill enters the values that the form takes from a material. What a person has written stays, where the rule
// lets people write.
func fill(c *casefile.Case, m matter.Matter, seq int, fields []access.Field) {
	for f, value := range filledBy(m, seq, fields) {
		if _, written := c.Form[f.Name]; f.Locked || !written {
			c.Form[f.Name] = casefile.Value{Text: value, Seq: seq}
		}
	}
}
