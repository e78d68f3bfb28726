package hall

import (
	"context"
	"errors"
	"log/slog"
	"maps"
	"slices"
	"strings"

	"github.com/yinxin-org/yinxin/internal/authn"
	"github.com/yinxin-org/yinxin/internal/casefile"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/errs"
	"github.com/yinxin-org/yinxin/internal/matter"
)

// EventApplication is one application for the matters of a life event (一件事).
type EventApplication struct {
	EventCode string
	Parties   map[matter.Party]Person // all but the applicant
	Key       string
}

// ApplyEvent begins one application for all matters of a life event: a case for each, filled in together. The same key
// again gives the same bundle.
func (h *Hall) ApplyEvent(ctx context.Context, actor *authn.Actor, a EventApplication) (string, error) {
	if err := mayApply(actor); err != nil {
		return "", err
	}
	others, err := parseOthers(a.Parties)
	if err != nil {
		return "", err
	}
	var id string
	err = h.o.DB.Write(ctx, func(tx *db.Tx) error {
		event, _, err := h.o.Matters.Event(ctx, tx, a.EventCode)
		if err != nil {
			return err
		}
		matters, err := h.mattersOf(ctx, tx, event)
		if err != nil {
			return err
		}
		id, err = h.once.Do(ctx, tx, actor, a.Key, a, func() (string, error) {
			b := casefile.Bundle{HolderID: actor.HolderID, ID: db.NewID(), EventCode: event.Code, AppliedBy: actor.AccountID, CreatedAt: h.o.Clock.Now()}
			for n, m := range matters {
				c, err := h.prepare(ctx, tx, actor, m, others, casefile.New{Channel: casefile.ByEvent, BundleID: b.ID}, yields(event, matters, n))
				if err != nil {
					return "", err
				}
				step := casefile.BundleStep{CaseNo: c.No}
				for _, earlier := range event.Steps[n].After {
					step.After = append(step.After, b.Steps[earlier].CaseNo)
				}
				b.Steps = append(b.Steps, step)
			}
			return b.ID, h.o.Cases.PutBundle(ctx, tx, b)
		})
		return err
	})
	if err != nil {
		return "", err
	}
	return id, h.prefillBundle(ctx, actor, id)
}

func (h *Hall) mattersOf(ctx context.Context, q *db.Tx, e matter.Event) ([]matter.Matter, error) {
	var found []matter.Matter
	for _, x := range e.Steps {
		m, err := h.o.Matters.Get(ctx, q, x.Matter)
		if err != nil {
			return nil, err
		}
		found = append(found, m)
	}
	return found, nil
}

// yields are the licenses that the steps before one bring, each as type and party: all that it waits for, directly or not.
func yields(e matter.Event, matters []matter.Matter, n int) map[string]bool {
	out := map[string]bool{}
	for _, earlier := range e.Steps[n].After {
		maps.Copy(out, yields(e, matters, earlier))
		if m := matters[earlier]; m.Result != "" {
			for _, p := range resultHolders(m) {
				out[m.Result+" "+string(p)] = true
			}
		}
	}
	return out
}

// prefillBundle fills the forms of a bundle's cases, each from its own licenses.
func (h *Hall) prefillBundle(ctx context.Context, actor *authn.Actor, id string) error {
	b, err := h.ownBundle(ctx, actor, id)
	if err != nil {
		return err
	}
	for _, s := range b.Steps {
		if err := h.renew(ctx, actor, s.CaseNo); err != nil {
			return err
		}
	}
	return nil
}

func (h *Hall) ownBundle(ctx context.Context, actor *authn.Actor, id string) (casefile.Bundle, error) {
	var b casefile.Bundle
	err := h.o.DB.Read(ctx, func(q *db.Tx) error {
		var err error
		b, err = h.o.Cases.Bundle(ctx, q, actor.HolderID, id)
		return err
	})
	return b, err
}

// BundleView is an application for a life event as its applicant sees it.
type BundleView struct {
	Bundle casefile.Bundle
	Event  matter.Event
	Steps  []ApplicationView // in order
}

// BundleOf gives a bundle to its applicant, with all its cases.
func (h *Hall) BundleOf(ctx context.Context, actor *authn.Actor, id string) (BundleView, error) {
	if err := mayRead(actor); err != nil {
		return BundleView{}, err
	}
	if actor.May(authn.PowerApply) {
		if err := h.prefillBundle(ctx, actor, id); err != nil {
			return BundleView{}, err
		}
	}
	var v BundleView
	err := h.o.DB.Read(ctx, func(q *db.Tx) error {
		var err error
		if v.Bundle, err = h.o.Cases.Bundle(ctx, q, actor.HolderID, id); err != nil {
			return err
		}
		if v.Event, _, err = h.o.Matters.Event(ctx, q, v.Bundle.EventCode); err != nil {
			return err
		}
		for _, s := range v.Bundle.Steps {
			x, err := h.applicationView(ctx, q, actor, s.CaseNo)
			if err != nil {
				return err
			}
			v.Steps = append(v.Steps, x)
		}
		return nil
	})
	return v, err
}

// BundleRow is a bundle in a list.
type BundleRow struct {
	Bundle casefile.Bundle
	Event  matter.Event
	Cases  []casefile.Case // in order
}

// Bundles lists a holder's applications for life events, the newest first.
func (h *Hall) Bundles(ctx context.Context, actor *authn.Actor) ([]BundleRow, error) {
	if err := mayRead(actor); err != nil {
		return nil, err
	}
	var found []BundleRow
	err := h.o.DB.Read(ctx, func(q *db.Tx) error {
		all, err := h.o.Cases.Bundles(ctx, q, actor.HolderID, limit)
		if err != nil {
			return err
		}
		for _, b := range all {
			r := BundleRow{Bundle: b}
			if r.Event, _, err = h.o.Matters.Event(ctx, q, b.EventCode); err != nil {
				return err
			}
			cases, err := h.o.Cases.OfBundle(ctx, q, b.HolderID, b.ID)
			if err != nil {
				return err
			}
			for _, s := range b.Steps {
				for _, c := range cases {
					if c.No == s.CaseNo {
						r.Cases = append(r.Cases, c)
					}
				}
			}
			found = append(found, r)
		}
		return nil
	})
	return found, err
}

// SaveBundleForm keeps what an applicant wrote so far: a value goes into every case that has a field of its name, except
// where a license fills it.
func (h *Hall) SaveBundleForm(ctx context.Context, actor *authn.Actor, id string, values map[string]string) error {
	return h.inBundle(ctx, actor, id, func(ctx context.Context, tx *db.Tx, _ casefile.Bundle, cases []bundleCase) error {
		for _, name := range slices.Sorted(maps.Keys(values)) {
			if err := writeAll(cases, name, values[name]); err != nil {
				return err
			}
		}
		for i := range cases {
			if err := h.o.Cases.Save(ctx, tx, &cases[i].c); err != nil {
				return err
			}
		}
		return nil
	})
}

// bundleCase is a case of a bundle that is filled in.
type bundleCase struct {
	c       casefile.Case
	m       matter.Matter
	pending map[int]bool
}

// writeAll enters a value into every form that asks for it. It is refused only if no form may take it.
func writeAll(cases []bundleCase, name, text string) error {
	var refused error
	written := false
	for i := range cases {
		x := &cases[i]
		n := slices.IndexFunc(x.m.Form, func(f matter.FormField) bool { return f.Name == name })
		if n < 0 {
			continue
		}
		err := write(&x.c, x.m.Form[n], text, x.pending)
		switch {
		case err == nil:
			written = true
		case errs.Code(err) == "case.form-locked":
			refused = err
		default:
			return err
		}
	}
	if refused == nil && !written {
		return errs.New(errs.Invalid, "case.form-unknown").On(name)
	}
	if written {
		return nil
	}
	return refused
}

// inBundle runs work on the cases of a bundle that is still filled in.
func (h *Hall) inBundle(ctx context.Context, actor *authn.Actor, id string, work func(ctx context.Context, tx *db.Tx, b casefile.Bundle, cases []bundleCase) error) error {
	if err := mayApply(actor); err != nil {
		return err
	}
	return h.o.DB.Write(ctx, func(tx *db.Tx) error {
		b, err := h.o.Cases.Bundle(ctx, tx, actor.HolderID, id)
		if err != nil {
			return err
		}
		if !b.SubmittedAt.IsZero() {
			return errs.New(errs.Conflict, "application.handed-in")
		}
		var cases []bundleCase
		for _, s := range b.Steps {
			c, m, err := h.own(ctx, tx, actor, s.CaseNo)
			if err != nil {
				return err
			}
			if !c.Editable() {
				continue // withdrawn
			}
			pending, err := h.pending(ctx, tx, c)
			if err != nil {
				return err
			}
			cases = append(cases, bundleCase{c, m, pending})
		}
		return work(ctx, tx, b, cases)
	})
}

// HandInBundle hands all cases of a bundle in at once. Those that need no other's result go to their units; the others
// wait, and go there by themselves when what they need has come.
func (h *Hall) HandInBundle(ctx context.Context, actor *authn.Actor, id string) error {
	return h.inBundle(ctx, actor, id, func(ctx context.Context, tx *db.Tx, b casefile.Bundle, cases []bundleCase) error {
		var missing []string
		for _, x := range cases {
			err := h.complete(ctx, tx, x.c, x.m)
			if errs.Code(err) == "case.incomplete" {
				missing = append(missing, errs.Of(err).Args["missing"])
				continue
			}
			if err != nil {
				return err
			}
		}
		if len(missing) > 0 {
			return errs.New(errs.Conflict, "case.incomplete").With("missing", strings.Join(missing, "、"))
		}
		if len(cases) == 0 {
			return errs.New(errs.Conflict, "case.closed")
		}
		if err := h.o.Cases.SubmitBundle(ctx, tx, b); err != nil {
			return err
		}
		for i := range cases {
			if err := h.handInStep(ctx, tx, actor, b, &cases[i]); err != nil {
				return err
			}
		}
		return nil
	})
}

func (h *Hall) handInStep(ctx context.Context, tx *db.Tx, actor *authn.Actor, b casefile.Bundle, x *bundleCase) error {
	ready, err := h.servedBy(ctx, tx, b, x.c.No)
	if err != nil {
		return err
	}
	if ready {
		return h.toUnit(ctx, tx, &x.c, x.m, actor, "handin")
	}
	x.c.Stage, x.c.SubmittedAt = casefile.StageWait, h.o.Clock.Now()
	if err := h.pass(ctx, tx, &x.c, "wait", actor, ""); err != nil {
		return err
	}
	return h.o.Cases.Wait(ctx, tx, casefile.Waiting{CaseNo: x.c.No, BundleID: b.ID, HolderID: b.HolderID})
}

// servedBy reports whether everything that a case of a bundle waits for has come: the earlier cases are approved, and
// the licenses that they yield exist.
func (h *Hall) servedBy(ctx context.Context, q *db.Tx, b casefile.Bundle, caseNo string) (bool, error) {
	i := slices.IndexFunc(b.Steps, func(s casefile.BundleStep) bool { return s.CaseNo == caseNo })
	if i < 0 {
		return false, errs.New(errs.NotFound, "bundle.unknown")
	}
	for _, no := range b.Steps[i].After {
		c, err := h.o.Cases.Get(ctx, q, no)
		if err != nil {
			return false, err
		}
		if c.State != casefile.StateClosed || c.Outcome != casefile.Approved {
			return false, nil
		}
		m, err := h.o.Matters.Get(ctx, q, c.MatterCode)
		if err != nil {
			return false, err
		}
		if m.Result == "" {
			continue
		}
		// Made here, the case closed with it; made elsewhere, it comes when it comes.
		of, err := h.resultHolder(ctx, q, c, m)
		if err != nil {
			return false, err
		}
		held, err := h.o.Licenses.Held(ctx, q, of, m.Result)
		if err != nil {
			return false, err
		}
		now := h.o.Clock.Now()
		usable := false
		for _, l := range held {
			usable = usable || l.State(now).Usable()
		}
		if !usable {
			return false, nil
		}
	}
	return true, nil
}

// Advance lets the cases of bundles go on whose results have come: each goes to its unit in one transaction, once. It is
// called again and again by whoever looks for unfinished work; running it twice changes nothing.
func (h *Hall) Advance(ctx context.Context) error { return h.advanceIn(ctx, "") }

// advanceIn is Advance for the cases of one bundle; "" is all.
func (h *Hall) advanceIn(ctx context.Context, bundleID string) error {
	var all []casefile.Waiting
	err := h.o.DB.Read(ctx, func(q *db.Tx) error {
		var err error
		all, err = h.o.Cases.AllWaiting(ctx, q, bundleID)
		return err
	})
	if err != nil {
		return err
	}
	var failed []error
	for _, w := range all {
		if err := h.advance(ctx, w); err != nil {
			failed = append(failed, err) // the others must not wait for it
		}
	}
	return errors.Join(failed...)
}

func (h *Hall) advance(ctx context.Context, w casefile.Waiting) error {
	// Most still wait, and cost no transaction that writes.
	var over bool
	err := h.o.DB.Read(ctx, func(q *db.Tx) error {
		var err error
		_, over, err = h.waited(ctx, q, w)
		return err
	})
	if err != nil || !over {
		return err
	}
	return h.o.DB.Write(ctx, func(tx *db.Tx) error {
		c, over, err := h.waited(ctx, tx, w)
		if err != nil || !over {
			return err
		}
		if !stillWaits(c) {
			return h.o.Cases.GoOn(ctx, tx, w.CaseNo)
		}
		m, err := h.o.Matters.Get(ctx, tx, c.MatterCode)
		if err != nil {
			return err
		}
		if _, err := h.foresee(ctx, tx, c, m, map[string]bool{}); err != nil {
			return err
		}
		if err := h.o.Cases.GoOn(ctx, tx, c.No); err != nil {
			return err
		}
		return h.toUnit(ctx, tx, &c, m, &authn.Actor{}, "advance")
	})
}

func stillWaits(c casefile.Case) bool {
	return c.State == casefile.StateOpen && c.Stage == casefile.StageWait
}

// waited reads a case that was said to wait, and reports whether its waiting is over.
func (h *Hall) waited(ctx context.Context, q *db.Tx, w casefile.Waiting) (casefile.Case, bool, error) {
	c, err := h.o.Cases.Get(ctx, q, w.CaseNo)
	if err != nil || !stillWaits(c) {
		return c, true, err
	}
	b, err := h.o.Cases.Bundle(ctx, q, w.HolderID, w.BundleID)
	if err != nil {
		return c, false, err
	}
	served, err := h.servedBy(ctx, q, b, c.No)
	return c, served, err
}

// goOn is Advance after a step of a case that may have brought what others of its bundle wait for: should it fail, the
// step stands, and Resume takes it up.
func (h *Hall) goOn(ctx context.Context, bundleID string) {
	if bundleID == "" {
		return
	}
	if err := h.advanceIn(ctx, bundleID); err != nil && ctx.Err() == nil {
		h.o.Log.ErrorContext(ctx, "waiting cases not advanced", slog.Any("error", err))
	}
}

// WithdrawBundle takes an application for a life event back: all its cases that are not decided yet.
func (h *Hall) WithdrawBundle(ctx context.Context, actor *authn.Actor, id string) error {
	if err := mayApply(actor); err != nil {
		return err
	}
	var files []casefile.Attachment
	err := h.o.DB.Write(ctx, func(tx *db.Tx) error {
		files = nil
		b, err := h.o.Cases.Bundle(ctx, tx, actor.HolderID, id)
		if err != nil {
			return err
		}
		for _, s := range b.Steps {
			c, err := h.o.Cases.Get(ctx, tx, s.CaseNo)
			if err != nil {
				return err
			}
			if c.State != casefile.StateOpen || c.Stage == casefile.StageMaking {
				continue
			}
			gone, err := h.withdraw(ctx, tx, &c, actor)
			if err != nil {
				return err
			}
			files = append(files, gone...)
		}
		return nil
	})
	if err != nil {
		return err
	}
	h.discard(ctx, files...)
	return nil
}
