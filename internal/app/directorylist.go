package app

import (
	"context"
	"slices"
	"time"

	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/errs"
	"github.com/yinxin-org/yinxin/internal/matter"
	"github.com/yinxin-org/yinxin/internal/web"
)

// What the public pages tell of the lists and scenarios: what is published, and nothing of what is proposed.

func (d directory) Exempt(ctx context.Context, q web.ListQuery) (web.Found[web.ListRow], error) {
	return d.list(ctx, matter.ListFilter{List: matter.ListExempt, State: matter.Published, Words: q.Words, Level: q.Level, Limit: q.Limit, Offset: q.Offset},
		d.exemptRows)
}

func (d directory) Inspections(ctx context.Context, q web.ListQuery) (web.Found[web.ListRow], error) {
	return d.list(ctx, matter.ListFilter{List: matter.ListInspection, State: matter.Published, Words: q.Words, Limit: q.Limit, Offset: q.Offset},
		d.inspectionRows)
}

func (d directory) list(ctx context.Context, f matter.ListFilter, rows func(context.Context, *db.Tx, matter.Listing) ([]web.ListRow, error),
) (web.Found[web.ListRow], error) {
	return read(ctx, d.a, func(tx *db.Tx) (web.Found[web.ListRow], error) {
		found, total, err := d.a.Matters.Listings(ctx, tx, f)
		if err != nil {
			return web.Found[web.ListRow]{}, err
		}
		out := web.Found[web.ListRow]{Total: total}
		for _, l := range found {
			r, err := rows(ctx, tx, l)
			if err != nil {
				return web.Found[web.ListRow]{}, err
			}
			out.Items = append(out.Items, r...)
		}
		return out, nil
	})
}

func (d directory) exemptRows(ctx context.Context, tx *db.Tx, l matter.Listing) ([]web.ListRow, error) {
	e := l.Exemption
	t, err := d.typeOrCode(ctx, tx, e.Type)
	if err != nil {
		return nil, err
	}
	row := web.ListRow{Type: web.TypeRef{Code: t.Code, Name: typeText(t)}, Level: e.Level, Audience: string(t.HolderKind), Basis: e.Note, Since: l.EffectiveOn}
	if row.Matter, row.Guide, err = d.about(ctx, tx, e.Matter); err != nil {
		return nil, err
	}
	switch {
	case e.Unit != "":
		u, err := d.unit(ctx, tx, e.Unit)
		if err != nil {
			return nil, err
		}
		row.Unit = u.text()
	case e.Region != "":
		if row.Unit, err = d.region(ctx, tx, e.Region); err != nil {
			return nil, err
		}
	}
	return []web.ListRow{row}, nil
}

// about names a matter, or all matters of an item; "" is every matter.
func (d directory) about(ctx context.Context, tx *db.Tx, code string) (name web.Text, guide string, err error) {
	if code == "" {
		return web.Text{}, "", nil
	}
	if len(code) == baseCodeLen {
		i, err := d.a.Matters.Item(ctx, tx, code)
		if errs.Code(err) == "item.unknown" {
			i.Name, err = code, nil // shown by its code
		}
		return web.Text{Zh: i.Name, En: i.NameEn}, "", err
	}
	m, err := d.a.Matters.Get(ctx, tx, code)
	if err != nil && errs.Of(err).Kind == errs.NotFound {
		return web.Text{Zh: code}, "", nil
	}
	return web.Text{Zh: m.Name, En: m.NameEn}, m.Code, err
}

// baseCodeLen is the length of an item's code (基本编码).
const baseCodeLen = 12

func (d directory) inspectionRows(ctx context.Context, tx *db.Tx, l matter.Listing) ([]web.ListRow, error) {
	var rows []web.ListRow
	for _, b := range l.Inspection.Types {
		s, err := d.source(ctx, tx, b)
		if err != nil {
			return nil, err
		}
		row := web.ListRow{Type: s.Type, Fields: s.Fields, Since: l.EffectiveOn}
		if row.Matter, row.Guide, err = d.about(ctx, tx, l.Inspection.Matter); err != nil {
			return nil, err
		}
		if row.Basis, err = d.basis(ctx, tx, l.Inspection.Matter); err != nil {
			return nil, err
		}
		if l.Inspection.Unit != "" {
			u, err := d.unit(ctx, tx, l.Inspection.Unit)
			if err != nil {
				return nil, err
			}
			row.Unit = u.text()
		}
		rows = append(rows, row)
	}
	return rows, nil
}

// basis is the legal basis of a matter or item, "" where it is not there.
func (d directory) basis(ctx context.Context, tx *db.Tx, code string) (string, error) {
	var item matter.Item
	var err error
	if len(code) == baseCodeLen {
		item, err = d.a.Matters.Item(ctx, tx, code)
	} else {
		var m matter.Matter
		m, err = d.a.Matters.Get(ctx, tx, code)
		item = m.Item
	}
	if err != nil && errs.Of(err).Kind == errs.NotFound {
		return "", nil
	}
	return item.Basis, err
}

// audienceOf says for whom a scenario is, as the pages word it.
var audienceOf = map[string]string{"person": "natural", "firm": "legal"}

func (d directory) Scenarios(ctx context.Context, q web.ListQuery) (web.Found[web.ScenarioRow], error) {
	audience := map[string]string{"natural": "person", "legal": "firm"}[q.Audience]
	return read(ctx, d.a, func(tx *db.Tx) (web.Found[web.ScenarioRow], error) {
		found, total, err := d.a.Matters.Listings(ctx, tx, matter.ListFilter{List: matter.ListScenario, State: matter.Published, Words: q.Words,
			Audience: audience, Limit: q.Limit, Offset: q.Offset})
		if err != nil {
			return web.Found[web.ScenarioRow]{}, err
		}
		out := web.Found[web.ScenarioRow]{Total: total}
		for _, l := range found {
			v, err := d.scenario(ctx, tx, l)
			if err != nil {
				return web.Found[web.ScenarioRow]{}, err
			}
			out.Items = append(out.Items, v.ScenarioRow)
		}
		return out, nil
	})
}

func (d directory) Scenario(ctx context.Context, code string) (web.ScenarioView, error) {
	return read(ctx, d.a, func(tx *db.Tx) (web.ScenarioView, error) {
		found, _, err := d.a.Matters.Listings(ctx, tx, matter.ListFilter{List: matter.ListScenario, State: matter.Published, Words: code})
		if err != nil {
			return web.ScenarioView{}, err
		}
		i := slices.IndexFunc(found, func(l matter.Listing) bool { return l.Scenario.Code == code })
		if i < 0 {
			return web.ScenarioView{}, errs.New(errs.NotFound, "page.unknown")
		}
		return d.scenario(ctx, tx, found[i])
	})
}

func (d directory) scenario(ctx context.Context, tx *db.Tx, l matter.Listing) (web.ScenarioView, error) {
	c := l.Scenario
	v := web.ScenarioView{
		ScenarioRow: web.ScenarioRow{Code: c.Code, Name: web.Text{Zh: c.Name, En: c.NameEn}, Audience: audienceOf[c.Audience]},
		Basis:       c.Basis, Since: l.EffectiveOn,
	}
	for _, b := range c.Types {
		s, err := d.source(ctx, tx, b)
		if err != nil {
			return web.ScenarioView{}, err
		}
		v.Shown, v.Types = append(v.Shown, s), append(v.Types, s.Type)
	}
	enrolled, err := d.a.Matters.Verifiers(ctx, tx, l.ID)
	if err != nil {
		return web.ScenarioView{}, err
	}
	for _, e := range enrolled {
		if !e.InForce(d.a.Clock.Now()) {
			continue
		}
		u, err := d.unit(ctx, tx, e.Unit)
		if err != nil {
			return web.ScenarioView{}, err
		}
		v.Enrolled = append(v.Enrolled, web.Verifier{Name: u.text(), Until: lastDay(e.Until)})
	}
	v.Verifiers = len(v.Enrolled)
	return v, nil
}

// shownIn adds where else than in matters a type is used: the scenarios and inspections that are published.
func (d directory) shownIn(ctx context.Context, tx *db.Tx, v *web.LicenseView) error {
	scenarios, _, err := d.a.Matters.Listings(ctx, tx, matter.ListFilter{List: matter.ListScenario, State: matter.Published})
	if err != nil {
		return err
	}
	for _, l := range scenarios {
		if names(l.Scenario.Types, v.Code) {
			v.ShownIn = append(v.ShownIn, web.ScenarioRow{Code: l.Scenario.Code, Name: web.Text{Zh: l.Scenario.Name, En: l.Scenario.NameEn}})
		}
	}
	v.Scenarios = len(v.ShownIn)
	inspections, _, err := d.a.Matters.Listings(ctx, tx, matter.ListFilter{List: matter.ListInspection, State: matter.Published})
	if err != nil {
		return err
	}
	for _, l := range inspections {
		if !names(l.Inspection.Types, v.Code) {
			continue
		}
		rows, err := d.inspectionRows(ctx, tx, l)
		if err != nil {
			return err
		}
		i := slices.IndexFunc(rows, func(r web.ListRow) bool { return r.Type.Code == v.Code })
		if i >= 0 {
			v.CheckedIn = append(v.CheckedIn, rows[i])
		}
	}
	return nil
}

// lastDay is the last day of a term that is over at a moment; zero stays zero.
func lastDay(over time.Time) time.Time {
	if over.IsZero() {
		return over
	}
	return over.Add(-time.Second)
}

func names(types []matter.Binding, code string) bool {
	return slices.ContainsFunc(types, func(b matter.Binding) bool { return b.Type == code })
}
