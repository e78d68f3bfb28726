package consent

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/yinxin-org/yinxin/internal/authn"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/errs"
	"github.com/yinxin-org/yinxin/internal/holder"
	"github.com/yinxin-org/yinxin/internal/notice"
	"github.com/yinxin-org/yinxin/internal/present"
)

// Person names a holder by code and name; the name shows that no stranger is meant.
type Person struct{ Code, Name string }

// Wish is what somebody asks a holder to allow. A unit asks in a scenario in which it is enrolled; a holder asks another one
// without a scenario.
type Wish struct {
	Holder     Person
	ScenarioID string
	TypeCode   string
	Terms
	Key string // the same key gives the same request
}

// Ask makes a request that waits for the holder's answer. What the holder has is not told: whoever asks names a type, and the
// holder chooses a license of it, or says no. Nor is it told whether somebody is known under a code and a name: a request
// that finds nobody looks like one that is not answered.
func (d *Desk) Ask(ctx context.Context, actor *authn.Actor, w Wish) (Authorisation, error) {
	if err := present.MayShow(actor); err != nil {
		return Authorisation{}, err
	}
	if err := w.check(); err != nil {
		return Authorisation{}, err
	}
	return d.change(ctx, func(ctx context.Context, tx *db.Tx) (Authorisation, error) {
		if err := d.mayAsk(ctx, tx, actor, w.ScenarioID); err != nil {
			return Authorisation{}, err
		}
		id, err := d.once.Do(ctx, tx, actor, w.Key, w, func() (string, error) { return d.ask(ctx, tx, actor, w) })
		if err != nil {
			return Authorisation{}, err
		}
		return d.Named(ctx, tx, actor, id)
	})
}

func (d *Desk) ask(ctx context.Context, tx *db.Tx, actor *authn.Actor, w Wish) (string, error) {
	now := d.o.Clock.Now()
	a := Authorisation{ID: db.NewID(), GranteeUnit: actor.UnitID, GranteeHolder: actor.HolderID, ScenarioID: w.ScenarioID, TypeCode: w.TypeCode,
		Terms: w.Terms, AskedAt: now, AnswerBy: now.Add(AnswerTime), step: stepAsked, askedBy: actor.AccountID}
	code, kind, err := holder.ParseCode(w.Holder.Code, "code")
	if err != nil {
		return "", err
	}
	h, err := d.known(ctx, tx, code, w.Holder.Name)
	if errs.Code(err) == "consent.holder-unknown" {
		a.Told = holder.Profile{Name: strings.TrimSpace(w.Holder.Name), CodeType: kind}
		h, err = holder.Holder{ID: holder.PlatformID, Kind: a.Told.Kind()}, nil
	}
	if err != nil {
		return "", err
	}
	a.HolderID = h.ID
	if err := d.settle(ctx, tx, &a, w.Terms, h); err != nil {
		return "", err
	}
	if err := d.takePlace(ctx, tx, a, code); err != nil {
		return "", err
	}
	if err := d.insert(ctx, tx, a); err != nil || h.ID == holder.PlatformID {
		return a.ID, err
	}
	return a.ID, d.tell(ctx, tx, a.HolderID, notice.AuthorisationAsked, a)
}

// mayAsk refuses a unit that is not enrolled in the scenario it asks in, and a holder who names one.
func (d *Desk) mayAsk(ctx context.Context, q *db.Tx, actor *authn.Actor, scenarioID string) error {
	if actor.HolderID != "" && scenarioID == "" {
		return nil
	}
	ok, err := d.o.Present.Enrolled(ctx, q, scenarioID, actor)
	if err != nil && errs.Code(err) != "list.unknown" {
		return err
	}
	if !ok {
		return errs.New(errs.Denied, "present.not-enrolled").On("scenario")
	}
	return nil
}

// known finds a holder by code and name. Who is unknown and who has another name are refused in the same words.
func (d *Desk) known(ctx context.Context, q *db.Tx, code holder.Code, name string) (holder.Holder, error) {
	id, err := d.o.Holders.Find(ctx, q, code)
	var h holder.Holder
	if err == nil {
		h, err = d.o.Holders.Get(ctx, q, id)
	}
	if k := errs.Of(err).Kind; err != nil && (k == errs.NotFound || k == errs.Gone) || err == nil && h.Profile.Name != strings.TrimSpace(name) {
		return holder.Holder{}, errs.New(errs.NotFound, "consent.holder-unknown").On("code")
	}
	return h, err
}

// settle holds terms against the rules of who was named: a unit's against its scenario, a holder's against the type; h is whose
// license it is.
func (d *Desk) settle(ctx context.Context, q *db.Tx, a *Authorisation, t Terms, h holder.Holder) error {
	if a.GranteeHolder == a.HolderID {
		return errs.New(errs.Conflict, "consent.own").On("code")
	}
	a.Terms = t
	if a.ScenarioID == "" {
		if t.Purpose == "" {
			return errs.New(errs.Invalid, "field.required").On("purpose")
		}
		typ, err := d.o.Types.Current(ctx, q, a.TypeCode)
		if err != nil {
			return err
		}
		a.Fields, err = present.Choose(typ, t.Fields)
		return err
	}
	l, err := d.o.Present.Scenario(ctx, q, a.ScenarioID)
	if err != nil {
		return err
	}
	if err := present.Fits(h, l); err != nil {
		return err
	}
	if a.Purpose, err = d.o.Present.PurposeIn(ctx, q, a.ScenarioID, t.Purpose); err != nil {
		return err
	}
	a.Fields, err = present.InScenario(l, a.TypeCode, t.Fields)
	return err
}

// takePlace keeps one asker from heaping requests on a holder: each tells the holder, also one that is taken back at once. It
// takes one of the few places that an asker has for a code, known or not; the database gives a place to one request alone.
func (d *Desk) takePlace(ctx context.Context, tx *db.Tx, a Authorisation, code holder.Code) error {
	for _, place := range d.places(a, code) {
		n, err := tx.Exec(ctx, `
			INSERT INTO authorisation_place (place, authorisation_id, until_at)
			VALUES ($1, $2, $3)
			ON CONFLICT (place) DO UPDATE
			SET authorisation_id = excluded.authorisation_id, until_at = excluded.until_at
			WHERE authorisation_place.until_at <= $4`, place, a.ID, db.Micros(a.AnswerBy), db.Micros(a.AskedAt))
		if err != nil {
			return fmt.Errorf("take place: %w", err)
		}
		if n == 1 {
			return nil
		}
	}
	return errs.New(errs.Conflict, "consent.too-many").With("max", fmt.Sprint(waitingMax))
}

// leavePlace frees the place of a request that its holder agreed to.
func (d *Desk) leavePlace(ctx context.Context, tx *db.Tx, a Authorisation) error {
	h, err := d.o.Holders.Get(ctx, tx, a.HolderID)
	if err != nil {
		return err
	}
	for _, place := range d.places(a, h.Profile.Code) {
		_, err = tx.Exec(ctx, `
			DELETE FROM authorisation_place
			WHERE place = $1 AND authorisation_id = $2`, place, a.ID)
		if err != nil {
			return fmt.Errorf("leave place: %w", err)
		}
	}
	return nil
}

// places are the keys of the places that who asks has for a code.
func (d *Desk) places(a Authorisation, code holder.Code) (all [][]byte) {
	for n := range waitingMax {
		all = append(all, d.o.Holders.Digest("authorisation", fmt.Sprintf("%s|%s|%d", a.grantee(), code.Reveal(), n)))
	}
	return all
}

func (t *Terms) check() error {
	t.Purpose = strings.TrimSpace(t.Purpose)
	switch {
	case utf8.RuneCountInString(t.Purpose) > PurposeMax:
		return errs.New(errs.Invalid, "field.too-long").On("purpose").With("max", fmt.Sprint(PurposeMax))
	case !utf8.ValidString(t.Purpose):
		return errs.New(errs.Invalid, "field.format").On("purpose")
	case t.Uses < 1 || t.Uses > UsesMax:
		return errs.New(errs.Invalid, "consent.uses").On("uses").With("max", fmt.Sprint(UsesMax))
	case t.Days < 1 || t.Days > DaysMax:
		return errs.New(errs.Invalid, "consent.days").On("days").With("max", fmt.Sprint(DaysMax))
	}
	slices.Sort(t.Fields)
	t.Fields = slices.Compact(t.Fields)
	return nil
}

// Retract takes an own request back that was not answered yet.
func (d *Desk) Retract(ctx context.Context, actor *authn.Actor, id string) (Authorisation, error) {
	return d.change(ctx, func(ctx context.Context, tx *db.Tx) (Authorisation, error) {
		a, err := d.holdNamed(ctx, tx, actor, id)
		if err != nil {
			return a, err
		}
		return a, d.end(ctx, tx, &a, Asked, stepRetracted)
	})
}
