package hall

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/yinxin-org/yinxin/internal/agency"
	"github.com/yinxin-org/yinxin/internal/authn"
	"github.com/yinxin-org/yinxin/internal/casefile"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/errs"
	"github.com/yinxin-org/yinxin/internal/evidence"
	"github.com/yinxin-org/yinxin/internal/matter"
	"github.com/yinxin-org/yinxin/internal/notice"
	"github.com/yinxin-org/yinxin/internal/org"
)

// Coming is for whom, and for what, a guest has come to the counter.
type Coming struct {
	VisitID    string
	MatterCode string
	Guest      int    // counted from one
	RelationID string // by which they act; "" for themselves
}

// Checked is what a pre-check says of one material: that there is a license for it, or why there is none. The license
// itself is not opened.
type Checked struct {
	Material matter.Material
	Outcome  casefile.Material
	TypeCode string // of the license found
}

// Precheck tells, before there is a case, for each material of a matter whether a license is there (预检). It looks at
// licenses only of those who are present and of whom they act for, opens none, and tells the one looked at.
func (h *Hall) Precheck(ctx context.Context, actor *authn.Actor, c Coming) (matter.Matter, []Checked, error) {
	var m matter.Matter
	var out []Checked
	err := h.o.DB.Write(ctx, func(tx *db.Tx) error {
		out = nil
		var err error
		if m, err = h.o.Matters.Get(ctx, tx, c.MatterCode); err != nil {
			return err
		}
		if _, err := h.deskFor(ctx, tx, actor, m); err != nil {
			return err
		}
		parties, _, err := h.comers(ctx, tx, actor, c)
		if err != nil {
			return err
		}
		for _, x := range m.Materials {
			t := errand{matter: m, material: x, outcome: casefile.Material{Seq: x.Seq, Detail: map[string]string{}}}
			if err := h.candidate(ctx, tx, &t, parties[x.Party]); err != nil {
				return err
			}
			if t.license.ID != "" {
				t.outcome.Status = casefile.Ready
			} else if len(x.Bindings) > 0 && parties[x.Party] == "" {
				t.outcome.Reason = "window.not-present"
			}
			out = append(out, Checked{Material: x, Outcome: t.outcome, TypeCode: t.license.TypeCode})
		}
		return h.tellPrecheck(ctx, tx, actor, m, parties[matter.Applicant])
	})
	return m, out, err
}

// precheckEntry is a pre-check as the log holds it.
type precheckEntry struct {
	AccountID string `json:"accountId"`
	UnitID    string `json:"unitId"`
	Matter    string `json:"matter"`
	At        string `json:"at"`
}

func (h *Hall) tellPrecheck(ctx context.Context, tx *db.Tx, actor *authn.Actor, m matter.Matter, holderID string) error {
	now := h.o.Clock.Now()
	r, err := h.o.Book.Append(ctx, tx, evidence.Event{HolderID: holderID, Kind: "precheck", At: now, Body: precheckEntry{
		AccountID: actor.AccountID, UnitID: actor.UnitID, Matter: m.Code, At: now.Format(time.RFC3339Nano)}})
	if err != nil {
		return err
	}
	unit, err := h.o.Units.Get(ctx, tx, actor.UnitID)
	if err != nil {
		return err
	}
	return h.o.Notices.Send(ctx, tx, notice.Notice{HolderID: holderID, Kind: notice.Prechecked, Subject: r.No,
		Detail: map[string]string{"matter": m.Name, "matterEn": m.NameEn, "unit": unit.Name, "unitEn": unit.NameEn}})
}

// comers are the parties of a case as far as they stand at the counter: the guest or whom they act for as applicant,
// the guest as legal representative or guardian, and who came with them as spouse.
func (h *Hall) comers(ctx context.Context, q *db.Tx, actor *authn.Actor, c Coming) (map[matter.Party]string, Visitor, error) {
	v, err := h.visit(ctx, q, actor, c.VisitID)
	if err != nil {
		return nil, Visitor{}, err
	}
	if c.Guest < 1 || c.Guest > len(v.Guests) {
		return nil, Visitor{}, errs.New(errs.Invalid, "window.person").On("guest")
	}
	g := v.Guests[c.Guest-1]
	who := Visitor{HolderID: g.HolderID, RelationID: c.RelationID, Means: g.Means}
	parties := map[matter.Party]string{matter.Applicant: g.HolderID}
	if len(v.Guests) == 2 {
		parties[matter.Spouse] = v.Guests[2-c.Guest].HolderID
	}
	if c.RelationID == "" {
		return parties, who, nil
	}
	r, err := h.o.Agency.Get(ctx, q, g.HolderID, c.RelationID)
	if err != nil {
		return nil, Visitor{}, err
	}
	if r.AgentID != g.HolderID || !r.Gives(authn.PowerApply, h.o.Clock.Now()) {
		return nil, Visitor{}, errs.New(errs.Denied, "acting.power").On("relationId")
	}
	parties[matter.Applicant] = r.PrincipalID
	if r.Kind == agency.Representative || r.Kind == agency.Guardian {
		parties[matter.Representative] = g.HolderID
	}
	return parties, who, nil
}

// Visitor is who brought a case to the counter, and by which relation.
type Visitor struct{ HolderID, RelationID, Means string }

// OpenVisit opens the case that a guest has come for. Parties who are not present are named by the clerk.
func (h *Hall) OpenVisit(ctx context.Context, actor *authn.Actor, c Coming, others map[matter.Party]Person, key string) (string, error) {
	r := Request{MatterCode: c.MatterCode, Key: key, Parties: map[matter.Party]Person{}}
	err := h.o.DB.Read(ctx, func(q *db.Tx) error {
		m, err := h.o.Matters.Get(ctx, q, c.MatterCode)
		if err != nil {
			return err
		}
		parties, who, err := h.comers(ctx, q, actor, c)
		if err != nil {
			return err
		}
		r.Visitor = &who
		for role, id := range parties {
			if role != matter.Applicant && !asksOf(m, role) {
				continue
			}
			known, err := h.o.Holders.Get(ctx, q, id)
			if err != nil {
				return err
			}
			r.Parties[role] = Person{Code: known.Profile.Code.Reveal()}
		}
		return nil
	})
	if err != nil {
		return "", err
	}
	for role, p := range others {
		if _, present := r.Parties[role]; !present {
			r.Parties[role] = p
		}
	}
	return h.Open(ctx, actor, r)
}

// asksOf reports whether a matter asks for a license of a party.
func asksOf(m matter.Matter, role matter.Party) bool {
	for _, x := range m.Materials {
		if x.Party == role && len(x.Bindings) > 0 {
			return true
		}
	}
	return slices.Contains(m.ResultHolders, role)
}

func (h *Hall) putVisitor(ctx context.Context, tx *db.Tx, c casefile.Case, v Visitor) error {
	_, err := tx.Exec(ctx, `
		INSERT INTO case_visitor (holder_id, case_no, visitor_id, relation_id, means, at)
		VALUES ($1, $2, $3, $4, $5, $6)`, c.HolderID, c.No, v.HolderID, v.RelationID, v.Means, db.Micros(c.OpenedAt))
	if err != nil {
		return fmt.Errorf("put visitor: %w", err)
	}
	return nil
}

// deskFor is the front desk at which an actor takes a case of a matter: "" in the matter's own unit, else the actor's
// unit, if the matter's has entrusted it with that (综合窗口) and the mandate is in force.
func (h *Hall) deskFor(ctx context.Context, q *db.Tx, actor *authn.Actor, m matter.Matter) (string, error) {
	if m.Unit == actor.UnitID {
		return "", nil
	}
	ok, err := h.mandated(ctx, q, actor.UnitID, m.Unit, m.Code)
	if err != nil {
		return "", err
	}
	if !ok {
		return "", errs.New(errs.Denied, "matter.not-of-unit")
	}
	return actor.UnitID, nil
}

func (h *Hall) mandated(ctx context.Context, q *db.Tx, desk, unit, matterCode string) (bool, error) {
	from, err := h.o.Units.Mandated(ctx, q, org.FrontDesk, desk, matterCode, h.o.Clock.Now())
	return slices.Contains(from, unit), err
}

// seen reads a case for looking at: the unit's own, and at a front desk those that it took, as long as the mandate is
// in force. What their licenses say is for the door to give, which a desk asks only while it accepts. What an applicant
// has not handed in, or what still waits for another case, does not exist for any unit.
func (h *Hall) seen(ctx context.Context, q *db.Tx, actor *authn.Actor, no string) (casefile.Case, matter.Matter, error) {
	c, err := h.o.Cases.Get(ctx, q, no)
	if err != nil {
		return casefile.Case{}, matter.Matter{}, err
	}
	if c.AppliedBy != "" && (c.SubmittedAt.IsZero() || c.Stage == casefile.StageWait) {
		return casefile.Case{}, matter.Matter{}, errs.New(errs.NotFound, "case.unknown")
	}
	if c.UnitID != actor.UnitID {
		ok := c.DeskUnitID != "" && c.DeskUnitID == actor.UnitID
		if ok {
			if ok, err = h.mandated(ctx, q, actor.UnitID, c.UnitID, c.MatterCode); err != nil {
				return casefile.Case{}, matter.Matter{}, err
			}
		}
		if !ok {
			return casefile.Case{}, matter.Matter{}, errs.New(errs.NotFound, "case.unknown")
		}
	}
	m, err := h.o.Matters.Get(ctx, q, c.MatterCode)
	return c, m, err
}
