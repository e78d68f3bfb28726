package app

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/yinxin-org/yinxin/internal/catalog"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/errs"
	"github.com/yinxin-org/yinxin/internal/matter"
	"github.com/yinxin-org/yinxin/internal/org"
	"github.com/yinxin-org/yinxin/internal/web"
)

// directory answers the public pages about matters, lists and types from the stores.
type directory struct{ a *App }

// partyWords name whose license a material is.
var partyWords = map[matter.Party]web.Text{
	matter.Applicant:      {Zh: "申请人", En: "the applicant"},
	matter.Representative: {Zh: "法定代表人", En: "the legal representative"},
	matter.Spouse:         {Zh: "配偶", En: "the spouse"},
	matter.Child:          {Zh: "子女", En: "the child"},
}

// read runs one reading of the database and gives what it found.
func read[T any](ctx context.Context, a *App, do func(q *db.Tx) (T, error)) (T, error) {
	var out T
	err := a.DB.Read(ctx, func(q *db.Tx) error {
		var err error
		out, err = do(q)
		return err
	})
	return out, err
}

func (d directory) Guides(ctx context.Context, q web.GuideQuery) (web.Found[web.GuideRow], error) {
	return read(ctx, d.a, func(tx *db.Tx) (web.Found[web.GuideRow], error) {
		return d.guides(ctx, tx, matter.Filter{Words: q.Words, Level: q.Level, Region: within(q.Region), Holder: q.Audience, Type: q.Type,
			Limit: q.Limit, Offset: q.Offset})
	})
}

func (d directory) guides(ctx context.Context, tx *db.Tx, f matter.Filter) (web.Found[web.GuideRow], error) {
	found, total, err := d.a.Matters.Search(ctx, tx, f)
	if err != nil {
		return web.Found[web.GuideRow]{}, err
	}
	out := web.Found[web.GuideRow]{Total: total}
	for i := range found {
		row, err := d.guideRow(ctx, tx, &found[i])
		if err != nil {
			return web.Found[web.GuideRow]{}, err
		}
		out.Items = append(out.Items, row)
	}
	return out, nil
}

func (d directory) Events(ctx context.Context, words, audience string) ([]web.EventRow, error) {
	return read(ctx, d.a, func(tx *db.Tx) ([]web.EventRow, error) {
		found, err := d.a.Matters.Events(ctx, tx, words, audience)
		if err != nil {
			return nil, err
		}
		var out []web.EventRow
		for _, e := range found {
			row := web.EventRow{Code: e.Code, Name: web.Text{Zh: e.Name, En: e.NameEn}, Summary: web.Text{Zh: e.Summary, En: e.SummaryEn}}
			for _, s := range e.Steps {
				m, err := d.a.Matters.Get(ctx, tx, s.Matter)
				if err != nil {
					return nil, err
				}
				step, err := d.guideRow(ctx, tx, &m)
				if err != nil {
					return nil, err
				}
				row.Steps = append(row.Steps, step)
			}
			out = append(out, row)
		}
		return out, nil
	})
}

// within is the beginning that the codes of a region and of all in it share: 350100 holds 350102.
func within(region string) string {
	for strings.HasSuffix(region, "00") {
		region = strings.TrimSuffix(region, "00")
	}
	return region
}

func (d directory) guideRow(ctx context.Context, tx *db.Tx, m *matter.Matter) (web.GuideRow, error) {
	unit, err := d.unit(ctx, tx, m.Unit)
	if err != nil {
		return web.GuideRow{}, err
	}
	row := web.GuideRow{Code: m.Code, Name: web.Text{Zh: m.Name, En: m.NameEn}, Unit: unit.text(), Level: m.Level, Audience: string(m.HolderKind), Days: m.Days}
	for _, x := range m.Materials {
		if x.State() == matter.StateBound {
			row.Fetched++
		} else {
			row.Papers++
		}
	}
	return row, nil
}

func (d directory) Guide(ctx context.Context, code string) (web.GuideView, error) {
	return read(ctx, d.a, func(tx *db.Tx) (web.GuideView, error) {
		m, err := d.a.Matters.Get(ctx, tx, code)
		if err != nil {
			return web.GuideView{}, err
		}
		return d.guide(ctx, tx, &m)
	})
}

func (d directory) guide(ctx context.Context, tx *db.Tx, m *matter.Matter) (web.GuideView, error) {
	row, err := d.guideRow(ctx, tx, m)
	if err != nil {
		return web.GuideView{}, err
	}
	v := web.GuideView{
		GuideRow: row, BaseCode: m.BaseCode, Basis: lines(m.Basis), Conditions: lines(m.Conditions), LegalDays: m.StatutoryDays, Fee: m.Fee,
		Place: m.Place, Hours: m.Hours, Phone: m.Consult, Complaint: m.Supervise, Result: web.Text{Zh: m.ResultName},
	}
	for _, s := range m.Process {
		who := row.Unit
		if s.Desk == "front" {
			who = web.Text{Zh: "综合窗口", En: "one-stop desk"}
		}
		v.Process = append(v.Process, web.GuideStep{Name: stepName(s), Who: who})
	}
	if m.Result != "" {
		t, err := d.typeOrCode(ctx, tx, m.Result)
		if err != nil {
			return web.GuideView{}, err
		}
		v.ResultType = &web.TypeRef{Code: t.Code, Name: typeText(t)}
	}
	for _, x := range m.Materials {
		material, err := d.material(ctx, tx, m, x)
		if err != nil {
			return web.GuideView{}, err
		}
		v.Materials = append(v.Materials, material)
	}
	others, err := d.guides(ctx, tx, matter.Filter{BaseCode: m.BaseCode, Limit: 50})
	if err != nil {
		return web.GuideView{}, err
	}
	v.Elsewhere = slices.DeleteFunc(others.Items, func(o web.GuideRow) bool { return o.Code == m.Code })
	return v, nil
}

// stepName names a step in both languages; its own name is Chinese.
func stepName(s matter.Step) web.Text {
	en := map[matter.Stage]string{matter.Accept: "Acceptance", matter.Decide: "Decision", "making": "Making of the license"}[s.Stage]
	return web.Text{Zh: s.Name, En: en}
}

func (d directory) material(ctx context.Context, tx *db.Tx, m *matter.Matter, x matter.Material) (web.GuideMaterial, error) {
	out := web.GuideMaterial{Name: web.Text{Zh: x.Name}, Required: x.Required, Party: partyWords[x.Party]}
	for _, b := range x.Bindings {
		s, err := d.source(ctx, tx, b)
		if err != nil {
			return web.GuideMaterial{}, err
		}
		out.Sources = append(out.Sources, s)
		exempt, err := d.a.Matters.Exempt(ctx, tx, *m, b.Type, d.a.Clock.Now())
		if err != nil && errs.Code(err) != "unit.unknown" {
			return web.GuideMaterial{}, err
		}
		out.Exempt = out.Exempt || exempt
	}
	return out, nil
}

// source tells of a license that is read or shown: which type, whose, and which fields of it.
func (d directory) source(ctx context.Context, tx *db.Tx, b matter.Binding) (web.GuideSource, error) {
	t, err := d.typeOrCode(ctx, tx, b.Type)
	if err != nil {
		return web.GuideSource{}, err
	}
	definer, err := d.definer(ctx, tx, t)
	return web.GuideSource{Type: web.TypeRef{Code: t.Code, Name: typeText(t)}, From: definer, Fields: fieldTexts(t, b.Fields)}, err
}

// definer names who defines a type; a ministry does so without being a unit of the platform.
func (d directory) definer(ctx context.Context, tx *db.Tx, t *catalog.Type) (web.Text, error) {
	name := web.Text{Zh: t.DefinerName}
	u, err := d.a.Units.Get(ctx, tx, t.Definer)
	if errs.Code(err) == "unit.unknown" {
		return name, nil
	}
	name.En = u.NameEn
	return name, err
}

func fieldTexts(t *catalog.Type, names []string) []web.Text {
	var out []web.Text
	for _, n := range names {
		f, ok := t.Field(n)
		if !ok {
			f = catalog.Field{Label: n}
		}
		out = append(out, web.Text{Zh: f.Label, En: f.LabelEn})
	}
	return out
}

func typeText(t *catalog.Type) web.Text { return web.Text{Zh: t.Name, En: t.NameEn} }

// typeOrCode finds a type; one that is not in effect is told by its code, so that it does not hide the rest.
func (d directory) typeOrCode(ctx context.Context, tx *db.Tx, code string) (*catalog.Type, error) {
	t, err := d.a.Types.Latest(ctx, tx, code)
	if _, known := errors.AsType[*errs.Error](err); known {
		return &catalog.Type{Code: code, Name: code}, nil
	}
	return t, err
}

type namedUnit struct{ org.Unit }

func (u namedUnit) text() web.Text { return web.Text{Zh: u.Name, En: u.NameEn} }

// unit finds a unit; one that is not registered is told by its code.
func (d directory) unit(ctx context.Context, tx *db.Tx, id string) (namedUnit, error) {
	u, err := d.a.Units.Get(ctx, tx, id)
	if errs.Code(err) == "unit.unknown" {
		return namedUnit{org.Unit{ID: id, Name: id}}, nil
	}
	return namedUnit{u}, err
}

// lines takes a text of several points apart.
func lines(text string) []string {
	var out []string
	for _, l := range strings.Split(text, "\n") {
		if l = strings.TrimSpace(l); l != "" {
			out = append(out, l)
		}
	}
	return out
}

func (d directory) Regions(ctx context.Context) ([]web.Choice, error) {
	return read(ctx, d.a, func(tx *db.Tx) ([]web.Choice, error) {
		codes, err := d.a.Matters.Regions(ctx, tx)
		if err != nil {
			return nil, err
		}
		out := make([]web.Choice, 0, len(codes))
		for _, c := range codes {
			name, err := d.region(ctx, tx, c)
			if err != nil {
				return nil, err
			}
			out = append(out, web.Choice{Value: c, Text: name})
		}
		return out, nil
	})
}

// region names a region; one that is not entered is told by its code.
func (d directory) region(ctx context.Context, tx *db.Tx, code string) (web.Text, error) {
	r, err := d.a.Units.Region(ctx, tx, code)
	if err != nil && errs.Of(err).Kind == errs.NotFound {
		return web.Text{Zh: code}, nil
	}
	return web.Text{Zh: r.Name, En: r.NameEn}, err
}

func (d directory) Licenses(ctx context.Context, q web.ListQuery) (web.Found[web.LicenseRow], error) {
	return read(ctx, d.a, func(tx *db.Tx) (web.Found[web.LicenseRow], error) {
		found, total, err := d.a.Types.Search(ctx, tx, catalog.Filter{Query: q.Words, State: catalog.InUse, Holder: catalog.HolderKind(q.Audience),
			Limit: q.Limit, Offset: q.Offset})
		if err != nil {
			return web.Found[web.LicenseRow]{}, err
		}
		out := web.Found[web.LicenseRow]{Total: total}
		for _, e := range found {
			t, err := d.typeOrCode(ctx, tx, e.Code)
			if err != nil {
				return web.Found[web.LicenseRow]{}, err
			}
			row, err := d.licenseRow(ctx, tx, t)
			if err != nil {
				return web.Found[web.LicenseRow]{}, err
			}
			out.Items = append(out.Items, row)
		}
		return out, nil
	})
}

func (d directory) licenseRow(ctx context.Context, tx *db.Tx, t *catalog.Type) (web.LicenseRow, error) {
	definer, err := d.definer(ctx, tx, t)
	if err != nil {
		return web.LicenseRow{}, err
	}
	n, err := d.a.Matters.UsedIn(ctx, tx, t.Code)
	return web.LicenseRow{Code: t.Code, Name: typeText(t), Definer: definer, Holders: string(t.HolderKind), Matters: n}, err
}

// mattersShown is how many of its matters the page of a type names; the rest is a search away.
const mattersShown = 20

func (d directory) License(ctx context.Context, code string) (web.LicenseView, error) {
	return read(ctx, d.a, func(tx *db.Tx) (web.LicenseView, error) {
		t, err := d.a.Types.Latest(ctx, tx, code)
		if _, known := errors.AsType[*errs.Error](err); known {
			return web.LicenseView{}, errs.New(errs.NotFound, "type.unknown")
		}
		if err != nil {
			return web.LicenseView{}, err
		}
		row, err := d.licenseRow(ctx, tx, t)
		if err != nil {
			return web.LicenseView{}, err
		}
		v := web.LicenseView{LicenseRow: row, Category: categories[t.Kind], Validity: validity(t.Validity), Basis: t.Basis}
		for _, f := range t.Fields {
			v.Fields = append(v.Fields, web.Text{Zh: f.Label, En: f.LabelEn})
		}
		if v.Issuers, err = d.issuers(ctx, tx, code); err != nil {
			return web.LicenseView{}, err
		}
		used, err := d.guides(ctx, tx, matter.Filter{Type: code, Limit: mattersShown})
		if err != nil {
			return web.LicenseView{}, err
		}
		v.UsedIn = used.Items
		return v, d.shownIn(ctx, tx, &v)
	})
}

// issuersShown is how many units the page of a type names as its issuers.
const issuersShown = 12

// issuers names the units that have claimed a type.
func (d directory) issuers(ctx context.Context, tx *db.Tx, code string) ([]web.Text, error) {
	claims, err := d.a.Types.Claims(ctx, tx, code)
	if err != nil {
		return nil, err
	}
	var out []web.Text
	for _, c := range claims[:min(len(claims), issuersShown)] {
		u, err := d.unit(ctx, tx, c.UnitID)
		if err != nil {
			return nil, err
		}
		out = append(out, u.text())
	}
	if n := len(claims) - len(out); n > 0 {
		out = append(out, web.Text{Zh: fmt.Sprintf("另有%d个单位", n), En: fmt.Sprintf("%d more units", n)})
	}
	return out, nil
}

// categories are the kinds of catalogue entries (目录类别) of GB/T 36902.
var categories = map[string]web.Text{
	"": {Zh: "证照", En: "License"}, "license": {Zh: "证照", En: "License"}, "approval": {Zh: "批文", En: "Approval"},
	"proof": {Zh: "证明", En: "Proof"}, "material": {Zh: "材料", En: "Material"}, "card": {Zh: "证件", En: "Card"},
}

func validity(v catalog.Validity) web.Text {
	switch v.Rule {
	case catalog.Until:
		return web.Text{Zh: "到证照上写明的日期", En: "until the date it states"}
	case catalog.Long:
		return web.Text{Zh: "长期", En: "unlimited"}
	case catalog.Fixed:
		var zh, en []string
		for _, p := range []struct {
			n      int
			zh, en string
		}{{v.Years, "年", "years"}, {v.Months, "个月", "months"}, {v.Days, "天", "days"}} {
			if p.n > 0 {
				zh, en = append(zh, fmt.Sprint(p.n, p.zh)), append(en, fmt.Sprint(p.n, " ", p.en))
			}
		}
		return web.Text{Zh: strings.Join(zh, "零"), En: strings.Join(en, ", ")}
	}
	return web.Text{Zh: "没有期限", En: "no period"}
}
