package consent

import (
	"context"
	"slices"
	"time"

	"github.com/yinxin-org/yinxin/internal/authn"
	"github.com/yinxin-org/yinxin/internal/clock"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/errs"
	"github.com/yinxin-org/yinxin/internal/evidence"
	"github.com/yinxin-org/yinxin/internal/holder"
	"github.com/yinxin-org/yinxin/internal/license"
	"github.com/yinxin-org/yinxin/internal/notice"
	"github.com/yinxin-org/yinxin/internal/present"
)

// To is whom a holder gives an authorisation unasked: a unit in a scenario, or another holder.
type To struct {
	ScenarioID, UnitID string
	Holder             Person
	Key                string // the same key gives the same authorisation
}

// body is an authorisation as the log holds it (committed, not shown).
type body struct {
	AuthorisationID string   `json:"authorisationId"`
	Step            Step     `json:"step"`
	HolderID        string   `json:"holderId"`
	AccountID       string   `json:"accountId"` // who gave it, or withdrew it
	Relation        string   `json:"relation,omitempty"`
	ConfirmedBy     string   `json:"confirmedBy"` // by what the account confirmed strongly; "" where it withdrew while it waits
	UnitID          string   `json:"unitId,omitempty"`
	PeerID          string   `json:"peerId,omitempty"`
	Scenario        string   `json:"scenario,omitempty"`
	LicenseID       string   `json:"licenseId"`
	TypeCode        string   `json:"typeCode"`
	Fields          []string `json:"fields"`
	Purpose         string   `json:"purpose"`
	Uses            int      `json:"uses"`
	Taken           int      `json:"taken"`
	At              string   `json:"at"`
	Until           string   `json:"until"`
}

// Give gives an authorisation that nobody asked for. The session must be confirmed strongly.
func (d *Desk) Give(ctx context.Context, actor *authn.Actor, licenseID string, to To, t Terms) (Authorisation, error) {
	if err := d.mayGive(ctx, actor); err != nil {
		return Authorisation{}, err
	}
	if err := t.check(); err != nil {
		return Authorisation{}, err
	}
	request := struct {
		LicenseID string
		To
		Terms
	}{licenseID, to, t}
	return d.change(ctx, func(ctx context.Context, tx *db.Tx) (Authorisation, error) {
		id, err := d.once.Do(ctx, tx, actor, to.Key, request, func() (string, error) { return d.unasked(ctx, tx, actor, licenseID, to, t) })
		if err != nil {
			return Authorisation{}, err
		}
		return d.Get(ctx, tx, actor.HolderID, id)
	})
}

func (d *Desk) unasked(ctx context.Context, tx *db.Tx, actor *authn.Actor, licenseID string, to To, t Terms) (string, error) {
	a := Authorisation{ID: db.NewID(), HolderID: actor.HolderID, GranteeUnit: to.UnitID, ScenarioID: to.ScenarioID, step: stepGiven}
	h, err := d.o.Holders.Get(ctx, tx, actor.HolderID)
	if err != nil {
		return "", err
	}
	l, err := d.own(ctx, tx, actor, licenseID)
	if err != nil {
		return "", err
	}
	a.TypeCode = l.TypeCode
	if err := d.address(ctx, tx, &a, to); err != nil {
		return "", err
	}
	if err := d.settle(ctx, tx, &a, t, h); err != nil {
		return "", err
	}
	if err := d.give(ctx, tx, actor, &a, l); err != nil {
		return "", err
	}
	if err := d.insert(ctx, tx, a); err != nil {
		return "", err
	}
	return a.ID, d.tellGiven(ctx, tx, actor, a)
}

// tellGiven tells of an authorisation that was given: another holder who was named, and the holder in whose name somebody
// else gave it.
func (d *Desk) tellGiven(ctx context.Context, tx *db.Tx, actor *authn.Actor, a Authorisation) error {
	if actor.Acting != nil {
		if err := d.tell(ctx, tx, a.HolderID, notice.AuthorisationMade, a); err != nil {
			return err
		}
	}
	return d.tellPeer(ctx, tx, notice.AuthorisationGiven, a)
}

// mayGive refuses whoever may not show the holder's licenses, and a session that was not confirmed strongly.
func (d *Desk) mayGive(ctx context.Context, actor *authn.Actor) error {
	if err := present.MayShow(actor); err != nil {
		return err
	}
	return d.o.Accounts.MustBeStrong(ctx, actor)
}

// own finds an own license that is in force.
func (d *Desk) own(ctx context.Context, q *db.Tx, actor *authn.Actor, licenseID string) (license.License, error) {
	l, err := d.o.Licenses.Find(ctx, q, actor.HolderID, licenseID)
	if err != nil {
		return l, err
	}
	return l, present.Usable(l, d.o.Clock.Now())
}

// address says whom an authorisation names: a unit that is enrolled in a scenario, or another holder.
func (d *Desk) address(ctx context.Context, q *db.Tx, a *Authorisation, to To) error {
	if to.UnitID == "" {
		if to.ScenarioID != "" {
			return errs.New(errs.Invalid, "field.required").On("unit")
		}
		code, _, err := holder.ParseCode(to.Holder.Code, "code")
		if err != nil {
			return err
		}
		// Unlike who asks, who gives is told: an authorisation that nobody can read under would look like one that stands.
		h, err := d.known(ctx, q, code, to.Holder.Name)
		a.GranteeHolder = h.ID
		return err
	}
	if to.ScenarioID == "" {
		return errs.New(errs.Invalid, "field.required").On("scenario")
	}
	return d.stillEnrolled(ctx, q, *a)
}

// stillEnrolled refuses a unit that is not enrolled in its scenario now.
func (d *Desk) stillEnrolled(ctx context.Context, q *db.Tx, a Authorisation) error {
	if a.ScenarioID == "" {
		return nil
	}
	ok, err := d.o.Present.UnitEnrolled(ctx, q, a.ScenarioID, a.GranteeUnit)
	if err != nil {
		return err
	}
	if !ok {
		return errs.New(errs.Conflict, "present.asker-not-enrolled")
	}
	return nil
}

// Answer is what a holder agrees to of a request: a license, and no more than was asked for.
type Answer struct {
	LicenseID string
	Fields    []string // none: all that are asked for
	Uses      int      // 0: as many
	Days      int      // 0: as long
}

// narrow holds an answer against what was asked for.
func (x Answer) narrow(t Terms) (Terms, error) {
	for _, n := range x.Fields {
		if !slices.Contains(t.Fields, n) {
			return t, errs.New(errs.Invalid, "present.not-asked").On("fields")
		}
	}
	switch {
	case x.Uses < 0 || x.Uses > t.Uses:
		return t, errs.New(errs.Invalid, "consent.more").On("uses")
	case x.Days < 0 || x.Days > t.Days:
		return t, errs.New(errs.Invalid, "consent.more").On("days")
	}
	if len(x.Fields) > 0 {
		t.Fields = slices.Compact(slices.Sorted(slices.Values(x.Fields)))
	}
	if x.Uses > 0 {
		t.Uses = x.Uses
	}
	if x.Days > 0 {
		t.Days = x.Days
	}
	return t, nil
}

// Agree answers a request with yes. The session must be confirmed strongly.
func (d *Desk) Agree(ctx context.Context, actor *authn.Actor, id string, x Answer) (Authorisation, error) {
	if err := d.mayGive(ctx, actor); err != nil {
		return Authorisation{}, err
	}
	return d.change(ctx, func(ctx context.Context, tx *db.Tx) (Authorisation, error) {
		a, err := d.hold(ctx, tx, actor.HolderID, id)
		if err != nil {
			return a, err
		}
		if s := a.State(d.o.Clock.Now()); s != Asked {
			return a, over(s)
		}
		if err := d.stillEnrolled(ctx, tx, a); err != nil {
			return a, err
		}
		if a.Terms, err = x.narrow(a.Terms); err != nil {
			return a, err
		}
		l, err := d.own(ctx, tx, actor, x.LicenseID)
		if err != nil {
			return a, err
		}
		if l.TypeCode != a.TypeCode {
			return a, errs.New(errs.Invalid, "present.not-asked").On("licenseId")
		}
		if err := d.give(ctx, tx, actor, &a, l); err != nil {
			return a, err
		}
		if err := d.save(ctx, tx, a); err != nil {
			return a, err
		}
		if err := d.leavePlace(ctx, tx, a); err != nil {
			return a, err
		}
		return a, d.tellGiven(ctx, tx, actor, a)
	})
}

// give makes an authorisation one that stands, with its leaf.
func (d *Desk) give(ctx context.Context, tx *db.Tx, actor *authn.Actor, a *Authorisation, l license.License) error {
	// Who acts for the holder must not give to themself what would outlast their power.
	if actor.Acting != nil && a.GranteeHolder != "" && a.GranteeHolder == actor.SelfID {
		return errs.New(errs.Denied, "consent.own").On("code")
	}
	now := d.o.Clock.Now()
	a.step, a.LicenseHolderID, a.LicenseID = stepGiven, l.HolderID, l.ID
	a.GivenAt, a.givenBy = now, actor.AccountID
	a.Until = clock.EndOfDay(now.AddDate(0, 0, a.Days))
	r, err := d.write(ctx, tx, actor, *a, now)
	a.LeafID = r.LeafID
	return err
}

// write puts a step of an authorisation into the log.
func (d *Desk) write(ctx context.Context, tx *db.Tx, actor *authn.Actor, a Authorisation, at time.Time) (evidence.Receipt, error) {
	b := body{AuthorisationID: a.ID, Step: a.step, HolderID: a.HolderID, AccountID: actor.AccountID, ConfirmedBy: actor.ConfirmedBy,
		UnitID: a.GranteeUnit, PeerID: a.GranteeHolder, Scenario: a.ScenarioID, LicenseID: a.LicenseID, TypeCode: a.TypeCode,
		Fields: a.Fields, Purpose: a.Purpose, Uses: a.Uses, Taken: a.Taken, At: at.Format(time.RFC3339Nano), Until: a.Until.Format(time.RFC3339Nano)}
	if actor.Acting != nil {
		b.Relation = actor.Acting.RelationID
	}
	return d.o.Book.Append(ctx, tx, evidence.Event{HolderID: a.HolderID, Kind: "consent", At: at, Body: b})
}

// Refuse answers a request with no.
func (d *Desk) Refuse(ctx context.Context, actor *authn.Actor, id string) (Authorisation, error) {
	if err := present.MayShow(actor); err != nil {
		return Authorisation{}, err
	}
	return d.change(ctx, func(ctx context.Context, tx *db.Tx) (Authorisation, error) {
		a, err := d.hold(ctx, tx, actor.HolderID, id)
		if err != nil {
			return a, err
		}
		return a, d.end(ctx, tx, &a, Asked, stepRefused)
	})
}

// Withdraw ends an authorisation at once: a reading that is not recorded yet is refused. Withdrawn twice is withdrawn. The
// session must be confirmed strongly, unless the holder in person waits after their factors were reset: a reset in vain must not
// keep open what they want closed.
func (d *Desk) Withdraw(ctx context.Context, actor *authn.Actor, id string) (Authorisation, error) {
	if err := present.MayShow(actor); err != nil {
		return Authorisation{}, err
	}
	if err := d.o.Accounts.MustBeStrongToEnd(ctx, actor); err != nil {
		return Authorisation{}, err
	}
	return d.change(ctx, func(ctx context.Context, tx *db.Tx) (Authorisation, error) {
		a, err := d.hold(ctx, tx, actor.HolderID, id)
		if err != nil || a.step == stepWithdrawn {
			return a, err
		}
		if err := d.end(ctx, tx, &a, Given, stepWithdrawn); err != nil {
			return a, err
		}
		if _, err := d.write(ctx, tx, actor, a, a.EndedAt); err != nil {
			return a, err
		}
		return a, d.tellPeer(ctx, tx, notice.AuthorisationWithdrawn, a)
	})
}

// end takes an authorisation from a state to its last step; where it stands otherwise, that is told.
func (d *Desk) end(ctx context.Context, tx *db.Tx, a *Authorisation, from State, to Step) error {
	now := d.o.Clock.Now()
	if s := a.State(now); s != from {
		return over(s)
	}
	a.step, a.EndedAt = to, now
	return d.save(ctx, tx, *a)
}

// over says why an authorisation is no longer, or not yet, what a step needs.
func over(s State) error {
	switch s {
	case Asked:
		return errs.New(errs.Conflict, "consent.waiting")
	case Retracted:
		return errs.New(errs.Gone, "consent.retracted")
	case Refused:
		return errs.New(errs.Gone, "consent.refused")
	case Lapsed:
		return errs.New(errs.Gone, "consent.lapsed")
	case Withdrawn:
		return errs.New(errs.Gone, "consent.withdrawn")
	case Used:
		return errs.New(errs.Gone, "consent.used")
	case Ended:
		return errs.New(errs.Gone, "consent.ended")
	}
	return errs.New(errs.Gone, "consent.answered")
}
