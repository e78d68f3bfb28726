// Package dossier gathers what the platform knows of one holder in one place (一人一档、一企一档): licenses, relations,
// cases, authorisations and uses. 闽政办〔2022〕33号 任务1.
//
// It opens no license and knows no way to: it has the lists that packages give of what exists, and the door's right to list. To
// the holder it gives all of that; to a clerk only what an open case lets be listed, each type decided by the door and on
// record for the holder. It keeps nothing: a dossier is what is so at the moment of asking.
//
// What the platform was never told it does not know: shareholders, and family members whom nobody entered.
package dossier

import (
	"cmp"
	"context"
	"errors"
	"slices"

	"github.com/yinxin-org/yinxin/internal/access"
	"github.com/yinxin-org/yinxin/internal/agency"
	"github.com/yinxin-org/yinxin/internal/authn"
	"github.com/yinxin-org/yinxin/internal/casefile"
	"github.com/yinxin-org/yinxin/internal/clock"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/errs"
	"github.com/yinxin-org/yinxin/internal/hall"
	"github.com/yinxin-org/yinxin/internal/holder"
	"github.com/yinxin-org/yinxin/internal/license"
	"github.com/yinxin-org/yinxin/internal/matter"
	"github.com/yinxin-org/yinxin/internal/present"
	"github.com/yinxin-org/yinxin/internal/share"
)

// Options are the parts package dossier works with.
type Options struct {
	DB       *db.DB
	Clock    clock.Clock
	Holders  *holder.Store
	Licenses *license.Store
	Matters  *matter.Store
	Cases    *casefile.Store
	Agency   *agency.Service
	Hall     *hall.Hall
	Door     *access.Door
	Desk     *present.Desk
	Shares   *share.Desk
}

// Desk gathers dossiers.
type Desk struct{ o Options }

// New makes a Desk.
func New(o Options) *Desk { return &Desk{o: o} }

// UsesCounted bounds how many of the newest uses are counted.
const UsesCounted = 200

// Own is a holder's own dossier.
type Own struct {
	Holder    holder.Holder
	Licenses  []license.License // published, the newest first
	Relations []agency.Relation // in force or asked; of somebody who acts for the holder only the one by which they act
	Cases     []casefile.Case   // the newest five, without what anybody wrote in them
	CasesAll  int
	Shares    int // authorisations to download that are live
	Consents  int // showings agreed to that can still be read
	Uses      Tally
}

// Tally counts the newest uses of a holder's licenses; the holder's own looks are none.
type Tally struct {
	Given, Refused int
	Units          int  // that asked
	All            bool // every use was counted, not only the newest
}

// Own gathers the dossier of the holder who asks, or for whom is asked with the power to read.
func (d *Desk) Own(ctx context.Context, actor *authn.Actor) (Own, error) {
	if actor == nil || actor.HolderID == "" || !actor.May(authn.PowerRead) {
		return Own{}, errs.New(errs.Denied, "acting.power")
	}
	var out Own
	err := d.o.DB.Read(ctx, func(q *db.Tx) (err error) {
		if out.Holder, err = d.o.Holders.Get(ctx, q, actor.HolderID); err != nil {
			return err
		}
		if out.Licenses, err = d.o.Licenses.Held(ctx, q, actor.HolderID, ""); err != nil {
			return err
		}
		out.Licenses = slices.DeleteFunc(out.Licenses, func(l license.License) bool { return l.Step != license.StepPublished })
		if out.Relations, err = d.relations(ctx, q, actor); err != nil {
			return err
		}
		if out.Cases, out.CasesAll, err = d.o.Cases.OfHolder(ctx, q, actor.HolderID, casesShown, 0); err != nil {
			return err
		}
		if out.Consents, err = d.o.Desk.LiveConsents(ctx, q, actor.HolderID); err != nil {
			return err
		}
		out.Uses, err = d.tally(ctx, q, actor.HolderID)
		return err
	})
	if err != nil {
		return Own{}, err
	}
	shares, err := d.o.Shares.List(ctx, actor)
	for _, s := range shares {
		if s.State == share.Open {
			out.Shares++
		}
	}
	return out, err
}

// casesShown is how many cases a dossier names.
const casesShown = 5

func (d *Desk) relations(ctx context.Context, q *db.Tx, actor *authn.Actor) ([]agency.Relation, error) {
	all, err := d.o.Agency.Of(ctx, q, actor.HolderID)
	now := d.o.Clock.Now()
	return slices.DeleteFunc(all, func(r agency.Relation) bool {
		standing := r.Standing(now)
		return standing != agency.Active && standing != agency.Asked || actor.Acting != nil && r.ID != actor.Acting.RelationID
	}), err
}

func (d *Desk) tally(ctx context.Context, q *db.Tx, holderID string) (Tally, error) {
	uses, err := d.o.Door.Uses(ctx, q, holderID, access.UseFilter{Limit: UsesCounted})
	out := Tally{All: len(uses) < UsesCounted}
	units := map[string]bool{}
	for _, u := range uses {
		switch {
		case u.Ground == access.Self, u.Purpose == "grant" && u.Result == "given": // the reading that follows is the use
			continue
		case u.Result == "given":
			out.Given++
		default:
			out.Refused++
		}
		if u.UnitID != "" {
			units[u.UnitID] = true
		}
	}
	out.Units = len(units)
	return out, err
}

// Inside is the dossier of a party of a case, as far as the case lets it be seen.
type Inside struct {
	Party    matter.Party
	HolderID string
	Types    []Listed
	// Between are the relations in force between this party and the others of the case.
	Between []agency.Relation
	Parties map[matter.Party]string // holder ids of all parties
}

// PartyOf is the party of the case who is a holder; "" for anybody else.
func (i Inside) PartyOf(holderID string) matter.Party {
	for party, id := range i.Parties {
		if id == holderID {
			return party
		}
	}
	return ""
}

// Listed are the licenses of one type, or why they may not be listed.
type Listed struct {
	TypeCode string
	Licenses []license.License
	Reasons  []string // of the door's refusal; empty: listed
	RecordNo string   // 存证编号, of a refusal too
}

// InCase gathers what an open case lets a clerk see of one of its parties: licenses of the types that the matter binds for this
// party, by the right to list, each type on record. If none may be listed the refusal of the first is the answer, and nothing is told.
func (d *Desk) InCase(ctx context.Context, actor *authn.Actor, caseNo string, party matter.Party) (Inside, error) {
	out := Inside{Party: party}
	ask := access.ListAsk{CaseNo: caseNo}
	var types []string
	err := d.o.DB.Read(ctx, func(q *db.Tx) error {
		of, err := d.o.Hall.Case(ctx, q, caseNo)
		if err != nil {
			return err
		}
		m, err := d.o.Matters.Get(ctx, q, of.MatterCode)
		if err != nil {
			return err
		}
		ask.MatterCode, ask.HolderID, out.Parties, types = of.MatterCode, of.Parties[party], of.Parties, bound(m, party)
		return nil
	})
	switch {
	case err != nil:
		return Inside{}, err
	case ask.HolderID == "":
		return Inside{}, errs.New(errs.NotFound, "material.party-absent")
	case len(types) == 0:
		return Inside{}, errs.New(errs.NotFound, "dossier.nothing")
	}
	out.HolderID = ask.HolderID
	var first error
	for _, code := range types {
		ask.TypeCode = code
		listed, err := d.o.Door.List(ctx, actor, ask)
		refused, ok := errors.AsType[*access.Refusal](err)
		switch {
		case ok:
			first = cmp.Or(first, err)
			out.Types = append(out.Types, Listed{TypeCode: code, Reasons: refused.Reasons, RecordNo: refused.RecordNo})
		case err != nil:
			return Inside{}, err
		default:
			out.Types = append(out.Types, Listed{TypeCode: code, Licenses: listed.Licenses, RecordNo: listed.RecordNo})
		}
	}
	if !slices.ContainsFunc(out.Types, func(l Listed) bool { return len(l.Reasons) == 0 }) {
		return Inside{}, first
	}
	return out, d.o.DB.Read(ctx, func(q *db.Tx) (err error) {
		out.Between, err = d.between(ctx, q, out)
		return err
	})
}

// bound are the types that a matter binds for a party, in the order of its materials.
func bound(m matter.Matter, party matter.Party) []string {
	var codes []string
	for _, x := range m.Materials {
		for _, b := range x.Bindings {
			if x.Party == party && !slices.Contains(codes, b.Type) {
				codes = append(codes, b.Type)
			}
		}
	}
	return codes
}

// between finds how a party is related to the other parties of the case. Others are no business of the case.
func (d *Desk) between(ctx context.Context, q *db.Tx, in Inside) ([]agency.Relation, error) {
	all, err := d.o.Agency.Of(ctx, q, in.HolderID)
	now := d.o.Clock.Now()
	return slices.DeleteFunc(all, func(r agency.Relation) bool {
		return in.PartyOf(r.Other(in.HolderID)) == "" || !r.InForce(now)
	}), err
}
