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
}

// Ask makes a request that waits for the holder's answer. What the holder has is not told: whoever asks names a type, and the
// holder chooses a license of it, or says no.
func (d *Desk) Ask(ctx context.Context, actor *authn.Actor, w Wish) (Authorisation, error) {
	if err := present.MayShow(actor); err != nil {
		return Authorisation{}, err
	}
	if err := w.check(); err != nil {
		return Authorisation{}, err
	}
	now := d.o.Clock.Now()
	a := Authorisation{ID: db.NewID(), GranteeUnit: actor.UnitID, GranteeHolder: actor.HolderID, ScenarioID: w.ScenarioID, TypeCode: w.TypeCode,
		Terms: w.Terms, AskedAt: now, AnswerBy: now.Add(AnswerTime), step: stepAsked, askedBy: actor.AccountID}
	err := d.o.DB.Write(ctx, func(tx *db.Tx) error {
		if err := d.mayAsk(ctx, tx, actor, w.ScenarioID); err != nil {
			return err
		}
		h, err := d.person(ctx, tx, w.Holder)
		if err != nil {
			return err
		}
		a.HolderID = h.ID
		if err := d.settle(ctx, tx, &a, w.Terms); err != nil {
			return err
		}
		if err := d.fewWait(ctx, tx, a); err != nil {
			return err
		}
		if err := d.insert(ctx, tx, a); err != nil {
			return err
		}
		return d.tell(ctx, tx, a.HolderID, notice.AuthorisationAsked, a)
	})
	return a, err
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

// person finds a holder by code and name. Who is unknown and who has another name are refused in the same words, so that
// nobody can ask here who is known.
func (d *Desk) person(ctx context.Context, q *db.Tx, p Person) (holder.Holder, error) {
	unknown := errs.New(errs.NotFound, "consent.holder-unknown").On("code")
	code, _, err := holder.ParseCode(p.Code, "code")
	if err != nil {
		return holder.Holder{}, err
	}
	id, err := d.o.Holders.Find(ctx, q, code)
	if errs.Code(err) == "case.holder-unknown" {
		return holder.Holder{}, unknown
	}
	if err != nil {
		return holder.Holder{}, err
	}
	h, err := d.o.Holders.Get(ctx, q, id)
	if err == nil && h.Profile.Name != strings.TrimSpace(p.Name) {
		return holder.Holder{}, unknown
	}
	return h, err
}

// settle holds terms against the rules of who was named: a unit's against its scenario, a holder's against the type.
func (d *Desk) settle(ctx context.Context, q *db.Tx, a *Authorisation, t Terms) error {
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
	if err := d.o.Present.Fits(ctx, q, a.HolderID, l); err != nil {
		return err
	}
	if a.Purpose, err = d.o.Present.PurposeIn(ctx, q, a.ScenarioID, t.Purpose); err != nil {
		return err
	}
	a.Fields, err = present.InScenario(l, a.TypeCode, t.Fields)
	return err
}

// fewWait keeps one asker from heaping requests on a holder: each tells the holder, also one that is taken back at once.
func (d *Desk) fewWait(ctx context.Context, q *db.Tx, a Authorisation) error {
	var n int
	err := q.QueryRow(ctx, `
		SELECT count(*)
		FROM authorisation
		WHERE holder_id = $1 AND step IN ('asked', 'retracted', 'refused') AND grantee_unit = $2 AND grantee_holder = $3 AND answer_by > $4`,
		a.HolderID, a.GranteeUnit, a.GranteeHolder, db.Micros(a.AskedAt)).Scan(&n)
	if err != nil {
		return fmt.Errorf("count requests: %w", err)
	}
	if n >= waitingMax {
		return errs.New(errs.Conflict, "consent.too-many").With("max", fmt.Sprint(waitingMax))
	}
	return nil
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
