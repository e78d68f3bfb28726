package hall

import (
	"context"
	"slices"

	"github.com/yinxin-org/yinxin/internal/access"
	"github.com/yinxin-org/yinxin/internal/authn"
	"github.com/yinxin-org/yinxin/internal/casefile"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/holder"
	"github.com/yinxin-org/yinxin/internal/license"
	"github.com/yinxin-org/yinxin/internal/matter"
	"github.com/yinxin-org/yinxin/internal/org"
	"github.com/yinxin-org/yinxin/internal/register"
)

// View is a case as its workers see it: everything but the licenses' contents, which each reading fetches
// through the door.
type View struct {
	Case      casefile.Case
	Matter    matter.Matter
	Unit      org.Unit
	Parties   []Party
	Materials []casefile.Material
	Licenses  map[string]license.License // of the materials, by id
	Course    []casefile.Event
	Promises  []casefile.Commitment
	Chases    []casefile.Chase
	Result    license.License    // zero while there is none
	Answers   []register.Finding // of base registers, about the result or what it was to be
}

// Party is one party of a case.
type Party struct {
	Role    matter.Party
	Profile holder.Profile
}

// Look gives a case of the actor's unit. Whoever handles it finds there what it needs: what an interruption
// left unfetched is fetched now.
func (h *Hall) Look(ctx context.Context, actor *authn.Actor, no string) (View, error) {
	if err := h.Fetch(ctx, actor, no); err != nil {
		return View{}, err
	}
	var v View
	err := h.o.DB.Read(ctx, func(q *db.Tx) error {
		var err error
		if v.Case, v.Matter, err = h.seen(ctx, q, actor, no); err != nil {
			return err
		}
		if v.Unit, err = h.o.Units.Get(ctx, q, v.Case.UnitID); err != nil {
			return err
		}
		if v.Materials, err = h.o.Cases.Materials(ctx, q, v.Case); err != nil {
			return err
		}
		if v.Course, err = h.o.Cases.Course(ctx, q, v.Case); err != nil {
			return err
		}
		if v.Promises, err = h.o.Cases.Commitments(ctx, q, v.Case.HolderID, no); err != nil {
			return err
		}
		if v.Chases, err = h.o.Cases.Chases(ctx, q, v.Case); err != nil {
			return err
		}
		if v.Parties, err = h.parties(ctx, q, v.Case); err != nil {
			return err
		}
		if err := h.licenses(ctx, q, &v); err != nil {
			return err
		}
		holderID, subject := v.Case.HolderID, no
		if v.Result.ID != "" {
			holderID, subject = v.Result.HolderID, v.Result.ID
		}
		v.Answers, err = h.o.Registers.Of(ctx, q, holderID, subject)
		return err
	})
	return v, err
}

func (h *Hall) parties(ctx context.Context, q *db.Tx, c casefile.Case) ([]Party, error) {
	ids, err := h.o.Cases.Parties(ctx, q, c)
	if err != nil {
		return nil, err
	}
	var out []Party
	for _, role := range []matter.Party{matter.Applicant, matter.Representative, matter.Spouse, matter.Child} {
		if ids[role] == "" {
			continue
		}
		p, err := h.o.Holders.Get(ctx, q, ids[role])
		if err != nil {
			return nil, err
		}
		out = append(out, Party{Role: role, Profile: p.Profile})
	}
	return out, nil
}

func (h *Hall) licenses(ctx context.Context, q *db.Tx, v *View) error {
	v.Licenses = map[string]license.License{}
	for _, m := range v.Materials {
		if m.LicenseID == "" {
			continue
		}
		l, err := h.o.Licenses.Get(ctx, q, m.LicenseHolderID, m.LicenseID)
		if err != nil {
			return err
		}
		v.Licenses[l.ID] = l
	}
	if v.Case.LicenseID == "" {
		return nil
	}
	of, err := h.resultHolder(ctx, q, v.Case, v.Matter)
	if err != nil {
		return err
	}
	v.Result, err = h.o.Licenses.Get(ctx, q, of, v.Case.LicenseID)
	return err
}

// Row is a case in a list.
type Row struct {
	Summary   casefile.Summary
	Case      casefile.Case
	Matter    matter.Matter
	Applicant holder.Profile
}

// Queues of a unit.
const (
	Mine  = "mine"   // handled by the actor
	Unit  = "unit"   // all open ones
	ToDo  = "decide" // waiting for a decision, free or the actor's
	limit = 200
)

// Queue lists open cases of the actor's unit, those with electronic licenses first.
func (h *Hall) Queue(ctx context.Context, actor *authn.Actor, queue string) ([]Row, error) {
	var rows []Row
	err := h.o.DB.Read(ctx, func(q *db.Tx) error {
		all, err := h.o.Cases.Queue(ctx, q, actor.UnitID)
		if err != nil {
			return err
		}
		all = slices.DeleteFunc(all, func(s casefile.Summary) bool { return !inQueue(s, actor, queue) })
		matters := map[string]matter.Matter{} // a queue has many cases of few matters
		for _, s := range all[:min(len(all), limit)] {
			r := Row{Summary: s}
			if r.Case, err = h.o.Cases.Get(ctx, q, s.No); err != nil {
				return err
			}
			m, known := matters[r.Case.MatterCode]
			if !known {
				if m, err = h.o.Matters.Get(ctx, q, r.Case.MatterCode); err != nil {
					return err
				}
				matters[r.Case.MatterCode] = m
			}
			r.Matter = m
			p, err := h.o.Holders.Get(ctx, q, s.HolderID)
			if err != nil {
				return err
			}
			r.Applicant = p.Profile
			rows = append(rows, r)
		}
		return nil
	})
	return rows, err
}

func inQueue(s casefile.Summary, actor *authn.Actor, queue string) bool {
	switch queue {
	case Mine:
		return s.ClerkID == actor.AccountID
	case ToDo:
		return s.Stage == matter.Decide && (s.ClerkID == "" || s.ClerkID == actor.AccountID)
	default:
		return true
	}
}

// Read lets the case's clerk or approver look at a lent license: one look, one record.
func (h *Hall) Read(ctx context.Context, actor *authn.Actor, no string, seq int, want access.Want) (access.Reading, string, error) {
	ask, err := h.ask(ctx, actor, no, seq)
	if err != nil {
		return access.Reading{}, "", err
	}
	return h.o.Door.Lend(ctx, actor, ask, want)
}

// Token gives a one-shot token for a reading, for systems that redeem it elsewhere.
func (h *Hall) Token(ctx context.Context, actor *authn.Actor, no string, seq int) (access.Token, error) {
	ask, err := h.ask(ctx, actor, no, seq)
	if err != nil {
		return access.Token{}, err
	}
	return h.o.Door.Grant(ctx, actor, ask)
}

// ask names the license lent for a material. It does not look at who asks: that is the door's business, so
// that a refusal is recorded.
func (h *Hall) ask(ctx context.Context, actor *authn.Actor, no string, seq int) (access.Ask, error) {
	var a access.Ask
	err := h.o.DB.Read(ctx, func(q *db.Tx) error {
		matterCode, m, err := h.o.Cases.Borrowed(ctx, q, no, seq)
		a = access.Ask{CaseNo: no, MatterCode: matterCode, LicenseHolderID: m.LicenseHolderID, LicenseID: m.LicenseID}
		return err
	})
	return a, err
}
