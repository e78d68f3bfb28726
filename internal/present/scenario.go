package present

import (
	"context"
	"slices"

	"github.com/yinxin-org/yinxin/internal/authn"
	"github.com/yinxin-org/yinxin/internal/catalog"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/errs"
	"github.com/yinxin-org/yinxin/internal/holder"
	"github.com/yinxin-org/yinxin/internal/matter"
)

// Scenario finds a social scenario (社会应用场景) that is in force now, or gives present.scenario-unknown.
func (d *Desk) Scenario(ctx context.Context, q *db.Tx, id string) (matter.Listing, error) {
	l, err := d.o.Matters.Listing(ctx, q, matter.ListScenario, id)
	if errs.Code(err) == "list.unknown" || err == nil && !d.inForce(l) {
		return matter.Listing{}, errs.New(errs.NotFound, "present.scenario-unknown").On("scenario")
	}
	return l, err
}

func (d *Desk) inForce(l matter.Listing) bool {
	return l.State == matter.Published && !d.o.Clock.Now().Before(l.EffectiveOn)
}

// Enrolled reports whether an actor verifies for a unit that is enrolled in a scenario in force.
func (d *Desk) Enrolled(ctx context.Context, q *db.Tx, scenarioID string, actor *authn.Actor) (bool, error) {
	if scenarioID == "" || actor == nil || actor.UnitID == "" || !actor.Has(authn.RoleVerifier) {
		return false, nil
	}
	l, err := d.o.Matters.Listing(ctx, q, matter.ListScenario, scenarioID)
	if err != nil || !d.inForce(l) {
		return false, err
	}
	return d.UnitEnrolled(ctx, q, scenarioID, actor.UnitID)
}

// UnitEnrolled reports whether a unit is enrolled in a scenario now.
func (d *Desk) UnitEnrolled(ctx context.Context, q *db.Tx, scenarioID, unitID string) (bool, error) {
	all, err := d.o.Matters.Verifiers(ctx, q, scenarioID)
	now := d.o.Clock.Now()
	return slices.ContainsFunc(all, func(v matter.Verifier) bool { return v.Unit == unitID && v.InForce(now) }), err
}

// ScenariosOf lists the scenarios in force in which a unit is enrolled now.
func (d *Desk) ScenariosOf(ctx context.Context, q *db.Tx, unitID string) ([]matter.Listing, error) {
	return d.scenarios(ctx, q, func(l matter.Listing) (bool, error) { return d.UnitEnrolled(ctx, q, l.ID, unitID) })
}

// ScenariosFor lists the scenarios in force in which a holder may show a license of a type.
func (d *Desk) ScenariosFor(ctx context.Context, q *db.Tx, h holder.Holder, typeCode string) ([]matter.Listing, error) {
	return d.scenarios(ctx, q, func(l matter.Listing) (bool, error) {
		_, bound := typeIn(l, typeCode)
		return bound && l.Scenario.Audience == audience(h), nil
	})
}

func (d *Desk) scenarios(ctx context.Context, q *db.Tx, keep func(matter.Listing) (bool, error)) ([]matter.Listing, error) {
	all, _, err := d.o.Matters.Listings(ctx, q, matter.ListFilter{List: matter.ListScenario, State: matter.Published})
	if err != nil {
		return nil, err
	}
	var found []matter.Listing
	for _, l := range all {
		if !d.inForce(l) {
			continue
		}
		ok, err := keep(l)
		if err != nil {
			return nil, err
		}
		if ok {
			found = append(found, l)
		}
	}
	return found, nil
}

// typeIn finds what a scenario says of a type.
func typeIn(l matter.Listing, typeCode string) (matter.Binding, bool) {
	i := slices.IndexFunc(l.Scenario.Types, func(b matter.Binding) bool { return b.Type == typeCode })
	if i < 0 {
		return matter.Binding{}, false
	}
	return l.Scenario.Types[i], true
}

// audience is whom a scenario would have to be for, so that a holder may show in it.
func audience(h holder.Holder) string {
	if h.Kind == catalog.Natural {
		return "person"
	}
	return "firm"
}

// InScenario holds a wish for fields of a type against a scenario: none means all that the scenario has.
func InScenario(l matter.Listing, typeCode string, fields []string) ([]string, error) {
	b, ok := typeIn(l, typeCode)
	if !ok {
		return nil, errs.New(errs.Invalid, "present.scenario-type").On("scenario")
	}
	if len(fields) == 0 {
		return b.Fields, nil
	}
	for _, n := range fields {
		if !slices.Contains(b.Fields, n) {
			return nil, errs.New(errs.Invalid, "present.scenario-field").On("fields")
		}
	}
	return fields, nil
}
