package hall

import (
	"context"
	"errors"
	"slices"

	"github.com/yinxin-org/yinxin/internal/authn"
	"github.com/yinxin-org/yinxin/internal/casefile"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/errs"
	"github.com/yinxin-org/yinxin/internal/license"
	"github.com/yinxin-org/yinxin/internal/matter"
	"github.com/yinxin-org/yinxin/internal/org"
)

// ApplicationView is an application as its applicant sees it: what is asked, what comes by itself, and how far it is.
type ApplicationView struct {
	Case        casefile.Case
	Matter      matter.Matter
	Unit        org.Unit
	Parties     map[matter.Party]string // holder ids
	Applicant   Party
	Materials   []casefile.Material
	Licenses    map[string]license.License // the applicant's own, of the materials, by id
	Helps       map[int][]matter.Matter    // by material: matters whose result it lacks
	Attachments []casefile.Attachment
	Corrections []casefile.Correction
	Course      []casefile.Event
	Result      license.License // zero while there is none
	ResultOwn   bool            // the result is the applicant's, not another party's
}

// Application gives an application to its applicant. What they still fill in is brought up to date first: a license that
// has come meanwhile fills the form, and needs no file any more.
func (h *Hall) Application(ctx context.Context, actor *authn.Actor, no string) (ApplicationView, error) {
	if err := mayRead(actor); err != nil {
		return ApplicationView{}, err
	}
	if actor.May(authn.PowerApply) {
		if err := h.renew(ctx, actor, no); err != nil {
			return ApplicationView{}, err
		}
	}
	var v ApplicationView
	err := h.o.DB.Read(ctx, func(q *db.Tx) error {
		var err error
		v, err = h.applicationView(ctx, q, actor, no)
		return err
	})
	return v, err
}

func mayRead(actor *authn.Actor) error {
	if actor == nil || actor.HolderID == "" || !actor.May(authn.PowerApply) && !actor.May(authn.PowerRead) {
		return errs.New(errs.Denied, "application.no-power")
	}
	return nil
}

// renew foresees anew what becomes of an application's materials, and fills what can be filled now.
func (h *Hall) renew(ctx context.Context, actor *authn.Actor, no string) error {
	stale := errors.New("stale")
	err := h.o.DB.Read(ctx, func(q *db.Tx) error {
		c, m, err := h.own(ctx, q, actor, no)
		if err != nil || !c.Editable() {
			return err
		}
		current, err := h.current(ctx, q, c, m)
		if err == nil && !current {
			return stale
		}
		return err
	})
	if errors.Is(err, stale) {
		err = h.o.DB.Write(ctx, func(tx *db.Tx) error {
			c, m, err := h.own(ctx, tx, actor, no)
			if err != nil || !c.Editable() {
				return err
			}
			changed, err := h.foresee(ctx, tx, c, m, nil)
			if err != nil || !changed {
				return err
			}
			return h.o.Cases.Save(ctx, tx, &c)
		})
	}
	if err != nil {
		return err
	}
	return h.Prefill(ctx, actor, no)
}

// current reports whether what was foreseen of the applicant's own licenses still holds, without writing anything.
func (h *Hall) current(ctx context.Context, q *db.Tx, c casefile.Case, m matter.Matter) (bool, error) {
	parties, err := h.o.Cases.Parties(ctx, q, c)
	if err != nil {
		return false, err
	}
	known, err := h.o.Cases.Materials(ctx, q, c)
	if err != nil {
		return false, err
	}
	for _, x := range m.Materials {
		i := slices.IndexFunc(known, func(k casefile.Material) bool { return k.Seq == x.Seq })
		if i < 0 {
			return false, nil
		}
		old := known[i]
		if settled(old.Status) {
			continue
		}
		now, err := h.outlook(ctx, q, x, parties, nil)
		if err != nil {
			return false, err
		}
		kept := (old.Status == casefile.Awaited || old.Status == casefile.Attached) && now.Status != casefile.Ready
		if !kept && (now.Status != old.Status || now.LicenseID != old.LicenseID || now.Reason != old.Reason) {
			return false, nil
		}
	}
	return true, nil
}

func (h *Hall) applicationView(ctx context.Context, q *db.Tx, actor *authn.Actor, no string) (ApplicationView, error) {
	v := ApplicationView{Licenses: map[string]license.License{}, Helps: map[int][]matter.Matter{}}
	var err error
	if v.Case, v.Matter, err = h.own(ctx, q, actor, no); err != nil {
		return v, err
	}
	if v.Unit, err = h.o.Units.Get(ctx, q, v.Case.UnitID); err != nil {
		return v, err
	}
	applicant, err := h.o.Holders.Get(ctx, q, v.Case.HolderID)
	if err != nil {
		return v, err
	}
	v.Applicant = Party{Role: matter.Applicant, Profile: applicant.Profile}
	if v.Parties, err = h.o.Cases.Parties(ctx, q, v.Case); err != nil {
		return v, err
	}
	if v.Materials, err = h.o.Cases.Materials(ctx, q, v.Case); err != nil {
		return v, err
	}
	if v.Attachments, err = h.o.Cases.Attachments(ctx, q, v.Case); err != nil {
		return v, err
	}
	if v.Corrections, err = h.o.Cases.Corrections(ctx, q, v.Case); err != nil {
		return v, err
	}
	if v.Course, err = h.o.Cases.Course(ctx, q, v.Case); err != nil {
		return v, err
	}
	if err := h.ownLicenses(ctx, q, &v); err != nil {
		return v, err
	}
	return v, h.ownResult(ctx, q, &v)
}

// ownLicenses names the licenses of the applicant's that serve, or would if they were in force, and what can be applied
// for where none is.
func (h *Hall) ownLicenses(ctx context.Context, q *db.Tx, v *ApplicationView) error {
	for _, m := range v.Materials {
		bound, ok := v.Matter.Material(m.Seq)
		if m.LicenseID != "" && m.LicenseHolderID != "" {
			l, err := h.o.Licenses.Get(ctx, q, m.LicenseHolderID, m.LicenseID)
			if err != nil {
				return err
			}
			if slices.Contains(l.Holders, v.Case.HolderID) {
				v.Licenses[l.ID] = l
			}
		}
		if m.Status != casefile.Missing && m.Status != casefile.Unusable || !ok || len(bound.Bindings) == 0 {
			continue
		}
		found, err := h.o.Matters.Yielding(ctx, q, bound.Bindings[0].Type, v.Case.UnitID)
		if err != nil {
			return err
		}
		v.Helps[m.Seq] = slices.DeleteFunc(found, func(x matter.Matter) bool { return x.Code == v.Matter.Code })
	}
	return nil
}

func (h *Hall) ownResult(ctx context.Context, q *db.Tx, v *ApplicationView) error {
	if v.Case.LicenseID == "" {
		return nil
	}
	of, err := h.resultHolder(ctx, q, v.Case, v.Matter)
	if err != nil {
		return err
	}
	if v.Result, err = h.o.Licenses.Get(ctx, q, of, v.Case.LicenseID); err != nil {
		return err
	}
	v.ResultOwn = slices.Contains(v.Result.Holders, v.Case.HolderID)
	return nil
}

// ApplicationRow is an application in a list.
type ApplicationRow struct {
	Case   casefile.Case
	Matter matter.Matter
	Unit   org.Unit
}

// Applications lists what a holder applied for, the newest first, and counts all.
func (h *Hall) Applications(ctx context.Context, actor *authn.Actor, limit, offset int) ([]ApplicationRow, int, error) {
	if err := mayRead(actor); err != nil {
		return nil, 0, err
	}
	var found []ApplicationRow
	var total int
	err := h.o.DB.Read(ctx, func(q *db.Tx) error {
		cases, n, err := h.o.Cases.OfHolder(ctx, q, actor.HolderID, limit, offset)
		if err != nil {
			return err
		}
		total = n
		found, err = h.rows(ctx, q, cases)
		return err
	})
	return found, total, err
}

func (h *Hall) rows(ctx context.Context, q *db.Tx, cases []casefile.Case) ([]ApplicationRow, error) {
	var found []ApplicationRow
	for _, c := range cases {
		m, err := h.o.Matters.Get(ctx, q, c.MatterCode)
		if err != nil {
			return nil, err
		}
		u, err := h.o.Units.Get(ctx, q, c.UnitID)
		if err != nil {
			return nil, err
		}
		found = append(found, ApplicationRow{Case: c, Matter: m, Unit: u})
	}
	return found, nil
}

// settled reports whether a clerk has dealt with a material already, before the case came back for correction.
func settled(status string) bool {
	return status == casefile.Lent || status == casefile.Paper || status == casefile.Promised
}
