package hall

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/yinxin-org/yinxin/internal/authn"
	"github.com/yinxin-org/yinxin/internal/casefile"
	"github.com/yinxin-org/yinxin/internal/clock"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/errs"
	"github.com/yinxin-org/yinxin/internal/license"
	"github.com/yinxin-org/yinxin/internal/matter"
	"github.com/yinxin-org/yinxin/internal/register"
)

// Outcomes of a decision.
const (
	Approve = "approve"
	Refuse  = "refuse"
	Return  = "return" // back to the clerk for correction (退回补正)
)

// Decide is the approver's decision. The states of all lent licenses are read again in its transaction; if
// one changed to a state that may not be used, the approval does not happen and the case shows what changed.
func (h *Hall) Decide(ctx context.Context, actor *authn.Actor, no string, version int64, outcome, opinion string) error {
	if strings.TrimSpace(opinion) == "" {
		return errs.New(errs.Invalid, "case.opinion-required").On("opinion")
	}
	var result license.License
	var changed bool
	var bundleID string
	said, err := h.words(ctx, actor, no)
	if err != nil {
		return err
	}
	asked, err := h.askFor(ctx, actor, no, outcome, version)
	if err != nil {
		return err
	}
	err = h.o.DB.Write(ctx, func(tx *db.Tx) error {
		c, m, err := h.mine(ctx, tx, actor, no, matter.Decide, version)
		if err != nil {
			return err
		}
		bundleID = c.BundleID
		if outcome != Approve {
			return h.turnDown(ctx, tx, &c, actor, outcome, opinion)
		}
		if changed, err = h.lost(ctx, tx, &c, said); err != nil || changed {
			return err
		}
		result, err = h.approve(ctx, tx, &c, m, actor, opinion, asked)
		return err
	})
	if err != nil {
		return err
	}
	if changed {
		return errs.New(errs.Conflict, "case.state-changed")
	}
	if result.ID == "" {
		h.goOn(ctx, bundleID)
		return nil
	}
	// The decision stands; if the making is cut off here, Resume takes it up again.
	if _, err := h.Make(ctx, result.HolderID, result.ID); err != nil {
		h.o.Log.ErrorContext(ctx, "license not made yet", slog.String("license", result.ID), slog.Any("error", err))
	}
	return nil
}

func (h *Hall) turnDown(ctx context.Context, tx *db.Tx, c *casefile.Case, actor *authn.Actor, outcome, opinion string) error {
	switch outcome {
	case Refuse:
		c.State, c.Stage, c.Outcome, c.ClosedAt = casefile.StateClosed, casefile.StageDone, casefile.Refused, h.o.Clock.Now()
	case Return:
		c.Stage, c.ClerkID = matter.Accept, c.AcceptedBy
	default:
		return errs.New(errs.Invalid, "field.option").On("outcome")
	}
	return h.pass(ctx, tx, c, outcome, actor, opinion)
}

// recheck reads the states of the lent licenses again and notes them on the materials.
func (h *Hall) recheck(ctx context.Context, tx *db.Tx, c *casefile.Case, said map[string]word) error {
	_, err := h.states(ctx, tx, c, said)
	return err
}

// lost rechecks and reports whether a lent license may no longer be used; then the note of it is kept.
func (h *Hall) lost(ctx context.Context, tx *db.Tx, c *casefile.Case, said map[string]word) (bool, error) {
	lost, err := h.states(ctx, tx, c, said)
	if err != nil || !lost {
		return false, err
	}
	return true, h.o.Cases.Save(ctx, tx, c)
}

// states holds the lent licenses against what stands here and what their sources said a moment ago. A source that did
// not answer is noted: the case rests on what is known here.
func (h *Hall) states(ctx context.Context, tx *db.Tx, c *casefile.Case, said map[string]word) (lost bool, err error) {
	materials, err := h.o.Cases.Materials(ctx, tx, *c)
	if err != nil {
		return false, err
	}
	now := h.o.Clock.Now()
	for _, m := range materials {
		if m.Status != casefile.Lent {
			continue
		}
		l, err := h.o.Licenses.Get(ctx, tx, m.LicenseHolderID, m.LicenseID)
		if err != nil {
			return false, err
		}
		if err := h.o.Licenses.Pin(ctx, tx, l); err != nil {
			return false, err
		}
		state := l.State(now)
		if m.Detail == nil {
			m.Detail = map[string]string{}
		}
		delete(m.Detail, "sourceDown")
		if w := said[l.ID]; w.ends() && state.Usable() {
			state = w.state
		} else if w.down {
			m.Detail["sourceDown"] = w.source
		}
		lost = lost || !state.Usable()
		m.RecheckedState, m.RecheckedAt = string(state), now
		if err := h.o.Cases.PutMaterial(ctx, tx, *c, m); err != nil {
			return false, err
		}
	}
	return lost, nil
}

// approve decides for the applicant. A matter that yields a license does not close here (FZ-7): one made here closes
// when it is published, one that another system has the duty to make, when that system's license is known (Result).
func (h *Hall) approve(ctx context.Context, tx *db.Tx, c *casefile.Case, m matter.Matter, actor *authn.Actor, opinion string, asked register.Verdict) (license.License, error) {
	c.Outcome = casefile.Approved
	if !m.MadeHere() {
		if m.Elsewhere() == "" {
			c.State, c.Stage, c.ClosedAt = casefile.StateClosed, casefile.StageDone, h.o.Clock.Now()
			return license.License{}, h.pass(ctx, tx, c, Approve, actor, opinion)
		}
		c.Stage = casefile.StageMaking
		if err := h.pass(ctx, tx, c, Approve, actor, opinion); err != nil {
			return license.License{}, err
		}
		if err := h.o.Cases.Add(ctx, tx, *c, m.Elsewhere(), actor.AccountID, ""); err != nil {
			return license.License{}, err
		}
		return license.License{}, h.owe(ctx, tx, *c, m, actor)
	}
	draft, err := h.draft(ctx, tx, *c, m, actor)
	if err != nil {
		return license.License{}, err
	}
	draft.Asked = asked
	if err := h.o.Licenses.Drawable(ctx, tx, draft); err != nil {
		return license.License{}, err
	}
	l, err := h.o.Licenses.Draft(ctx, tx, draft)
	if err != nil {
		return license.License{}, err
	}
	c.Stage, c.LicenseID = casefile.StageMaking, l.ID
	if err := h.pass(ctx, tx, c, Approve, actor, opinion); err != nil {
		return license.License{}, err
	}
	return l, h.owe(ctx, tx, *c, m, actor)
}

func (h *Hall) draft(ctx context.Context, tx *db.Tx, c casefile.Case, m matter.Matter, actor *authn.Actor) (license.Draft, error) {
	parties, err := h.o.Cases.Parties(ctx, tx, c)
	if err != nil {
		return license.Draft{}, err
	}
	var holders []string
	for _, p := range resultHolders(m) {
		holders = append(holders, parties[p])
	}
	fields := map[string]string{}
	for name, form := range m.ResultFields {
		if v := c.Form[form].Text; v != "" {
			fields[name] = v
		}
	}
	now := h.o.Clock.Now()
	return license.Draft{
		TypeCode: m.Result, Holders: holders, IssuerID: c.UnitID, Fields: fields, CaseNo: c.No, MakerID: actor.AccountID,
		IssuedOn: now, DueAt: clock.EndOfDay(now),
	}, nil
}

// Review is the issuer's second person's word on a license that a case yields: published, the case closes;
// refused, the license is void and the case goes back to be decided.
func (h *Hall) Review(ctx context.Context, actor *authn.Actor, licenseID string, publish bool, opinion string) (license.License, error) {
	opinion = strings.TrimSpace(opinion)
	if opinion == "" && !publish {
		return license.License{}, errs.New(errs.Invalid, "case.opinion-required").On("opinion")
	}
	if utf8.RuneCountInString(opinion) > opinionMax {
		return license.License{}, errs.New(errs.Invalid, "field.too-long").On("opinion").With("max", strconv.Itoa(opinionMax))
	}
	var l license.License
	var bundleID string
	err := h.o.DB.Write(ctx, func(tx *db.Tx) error {
		making, err := h.o.Licenses.Making(ctx, tx, actor.UnitID, licenseID)
		if err != nil {
			return err
		}
		l, err = h.o.Licenses.Review(ctx, tx, license.Review{
			HolderID: making.HolderID, LicenseID: making.LicenseID, ReviewerID: actor.AccountID, UnitID: actor.UnitID, Publish: publish,
			Opinion: opinion,
		})
		if err != nil {
			return err
		}
		bundleID, err = h.reviewed(ctx, tx, actor, l, opinion)
		return err
	})
	if err == nil && publish {
		h.goOn(ctx, bundleID)
	}
	return l, err
}

// reviewed follows the word on a license, published or refused: what asked for it is done, or goes back.
func (h *Hall) reviewed(ctx context.Context, tx *db.Tx, actor *authn.Actor, l license.License, opinion string) (bundleID string, err error) {
	switch {
	case l.Origin == license.Offline || l.Origin == license.Pushed:
		return "", h.offlineReviewed(ctx, tx, actor, l)
	case l.CaseNo == "":
		return "", h.o.Appeals.Reviewed(ctx, tx, actor, l, opinion)
	}
	c, err := h.o.Cases.Get(ctx, tx, l.CaseNo)
	if err != nil {
		return "", err
	}
	action := "publish"
	if l.Step == license.StepPublished {
		c.State, c.Stage, c.ClosedAt = casefile.StateClosed, casefile.StageDone, h.o.Clock.Now()
	} else {
		c.Stage, c.ClerkID, c.Outcome, c.LicenseID, action = matter.Decide, "", "", "", "void"
	}
	return c.BundleID, h.pass(ctx, tx, &c, action, actor, opinion)
}

// Resume finishes what a crash cut off or what waits for a base register: licenses decided but not yet made, and cases
// whose waiting is over.
func (h *Hall) Resume(ctx context.Context) error {
	open, err := h.o.Licenses.Unmade(ctx)
	failed := []error{err}
	for _, m := range open {
		if _, err := h.Make(ctx, m.HolderID, m.LicenseID); err != nil {
			failed = append(failed, fmt.Errorf("make license %s: %w", m.LicenseID, err))
		}
	}
	return errors.Join(append(failed, h.Advance(ctx))...)
}
