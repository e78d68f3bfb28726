package matter_test

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/yinxin-org/yinxin/internal/authn"
	"github.com/yinxin-org/yinxin/internal/catalog"
	"github.com/yinxin-org/yinxin/internal/change"
	"github.com/yinxin-org/yinxin/internal/clock"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/db/dbtest"
	"github.com/yinxin-org/yinxin/internal/errs"
	"github.com/yinxin-org/yinxin/internal/matter"
	"github.com/yinxin-org/yinxin/internal/org"
	"github.com/yinxin-org/yinxin/internal/task"
)

var (
	by      = change.By{AccountID: "a", Reason: "试验"}
	office  = &authn.Actor{AccountID: "m", UnitID: "11350100YX00100971", Roles: []string{"matters"}}
	officer = &authn.Actor{AccountID: "c", UnitID: foodUnit, Roles: []string{"catalog"}}
	digital = &authn.Actor{AccountID: "d", UnitID: "11350100YX001010XH", Roles: []string{"digital"}}
)

// stocked is a kit with units, two types, and the food item with its two matters.
func stocked(t *testing.T, d *db.DB) *kit {
	t.Helper()
	k := newKit(t, d)
	k.write(func(ctx context.Context, tx *db.Tx) error {
		for _, u := range []string{foodUnit, otherUnit} {
			if err := k.units.Put(ctx, tx, org.Unit{ID: u, Name: "局" + u[5:6], Level: org.County, Region: u[2:8], Kind: "government"}); err != nil {
				return err
			}
		}
		for _, x := range []catalog.Type{{Code: firmType, Version: 1, Name: "营业执照", Definer: "11350000YX0000016Q", Fields: []catalog.Field{{Name: "KZ_ZS"}}},
			{Code: cardType, Version: 1, Name: "身份证", Definer: "11350000YX0000024K"}} {
			if err := k.types.Publish(ctx, tx, x, now); err != nil {
				return err
			}
		}
		if _, err := k.ImportItem(ctx, tx, by, food().Item); err != nil {
			return err
		}
		for _, e := range []matter.Entry{{Code: foodCode, Unit: foodUnit, Level: 4}, {Code: otherCode, Unit: otherUnit, Level: 4, PromisedDays: 5}} {
			if _, err := k.ImportMatter(ctx, tx, by, e); err != nil {
				return err
			}
		}
		return nil
	})
	return k
}

func (k *kit) refused(code string, fn func(ctx context.Context, tx *db.Tx) error) {
	k.t.Helper()
	err := k.d.Write(k.t.Context(), func(tx *db.Tx) error { return fn(k.t.Context(), tx) })
	if errs.Code(err) != code {
		k.t.Errorf("got %v, want %s", err, code)
	}
}

func (k *kit) open(kind task.Kind) []task.Task {
	k.t.Helper()
	var found []task.Task
	k.read(func(ctx context.Context, q *db.Tx) (err error) {
		found, err = k.tasks.About(ctx, q, kind, "")
		return err
	})
	return found
}

func (k *kit) changes() []change.Change {
	k.t.Helper()
	var found []change.Change
	k.read(func(ctx context.Context, q *db.Tx) (err error) {
		found, err = k.trail.List(ctx, q, change.Filter{Limit: 100})
		return err
	})
	return found
}

// A change of the item shows in all its matters at once, is on the trail, and gives the owners of the bound types a
// task; the same again changes nothing.
func TestChangeOfAnItem(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		k := stocked(t, d)
		if n := len(k.open(task.UpdateType)); n != 0 {
			t.Fatalf("%d tasks before anything changed", n)
		}
		item, trail := food().Item, len(k.changes())
		item.Basis, item.StatutoryDays = "新依据", 8
		put := func() (changed bool) {
			k.write(func(ctx context.Context, tx *db.Tx) (err error) {
				changed, err = k.ImportItem(ctx, tx, by, item)
				return err
			})
			return changed
		}
		if !put() || put() {
			t.Error("a change counts once")
		}
		if n := len(k.changes()); n != trail+1 {
			t.Errorf("%d entries on the trail", n-trail)
		}
		if a, b := k.get(foodCode), k.get(otherCode); a.Basis != "新依据" || b.Basis != "新依据" || a.Days != 8 || b.Days != 5 {
			t.Errorf("%q %d, %q %d", a.Basis, a.Days, b.Basis, b.Days)
		}
		var got []string
		for _, x := range k.open(task.UpdateType) {
			got = append(got, x.SubjectID+" "+x.UnitID+" "+x.Detail["changed"])
		}
		slices.Sort(got)
		want := []string{firmType + " 11350000YX0000016Q 设定依据、法定时限", cardType + " 11350000YX0000024K 设定依据、法定时限"}
		if !slices.Equal(got, want) {
			t.Errorf("tasks %v", got)
		}
	})
}

// A material that disappears keeps its binding, and has it again when it comes back, under its old number.
func TestBindingsOutliveTheirMaterial(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		k := stocked(t, d)
		put := func(names ...string) {
			item := food().Item
			item.Form, item.Materials = nil, nil
			for n, name := range names {
				item.Materials = append(item.Materials, matter.Material{Seq: n + 1, Name: name})
			}
			k.write(func(ctx context.Context, tx *db.Tx) error {
				_, err := k.ImportItem(ctx, tx, by, item)
				return err
			})
		}
		put("新材料", "身份证")
		m := k.get(foodCode)
		if m.Materials[1].Seq != 2 || len(m.Materials[1].Bindings) != 1 || m.Materials[0].Seq != 4 || len(m.Materials[0].Bindings) != 0 {
			t.Fatalf("%+v", m.Materials)
		}
		k.read(func(ctx context.Context, q *db.Tx) error {
			places, err := k.BoundTo(ctx, q, firmType)
			if len(places) != 0 {
				t.Errorf("a material that is gone still binds: %+v", places)
			}
			return err
		})
		put("营业执照", "身份证")
		if m := k.get(foodCode); len(m.Materials[0].Bindings) != 1 || m.Materials[0].Bindings[0].Type != firmType {
			t.Errorf("%+v", m.Materials[0])
		}
	})
}

func TestBinding(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		k := stocked(t, d)
		if n := len(k.open(task.BindMaterial)); n != 2 {
			t.Fatalf("%d units have open materials", n)
		}
		bound := func(fields ...string) matter.Decision {
			return matter.Decision{Bound: matter.Bound{Bindings: []matter.Binding{{Type: firmType, Fields: fields}}, Party: matter.Applicant,
				Stages: []matter.Stage{matter.Accept}}}
		}
		for code, x := range map[string]matter.Decision{"binding.field-unknown": bound("KZ_XX"),
			"type.unpublished": {Bound: matter.Bound{Bindings: []matter.Binding{{Type: "11350000YX0000016Q999", Fields: []string{"CZZT"}}},
				Party: matter.Applicant, Stages: []matter.Stage{matter.Accept}}},
			"binding.plain-bound": {Bound: matter.Bound{Plain: true, Bindings: []matter.Binding{{Type: firmType}}}}} {
			k.refused(code, func(ctx context.Context, tx *db.Tx) error { return k.BindItem(ctx, tx, by, foodCode[19:], 3, x, 0) })
		}
		k.refused("conflict", func(ctx context.Context, tx *db.Tx) error {
			return k.BindItem(ctx, tx, by, foodCode[19:], 3, bound("CZZT"), 7)
		})
		k.refused("matter.material-unknown", func(ctx context.Context, tx *db.Tx) error {
			return k.BindItem(ctx, tx, by, foodCode[19:], 9, bound("CZZT"), 0)
		})
		k.refused("matter.not-yours", func(ctx context.Context, tx *db.Tx) error {
			return k.BindMatter(ctx, tx, officer, "为何", otherCode, 3, bound("CZZT"), 0)
		})
		// For one matter, then for the item; the matter's own stays until it inherits again.
		k.write(func(ctx context.Context, tx *db.Tx) error {
			return k.BindMatter(ctx, tx, officer, "为何", foodCode, 3, matter.Decision{Bound: matter.Bound{Plain: true}}, 0)
		})
		if a, b := k.get(foodCode), k.get(otherCode); !a.Materials[2].Plain || b.Materials[2].State() != matter.StateOpen {
			t.Errorf("%+v, %+v", a.Materials[2], b.Materials[2])
		}
		if n := len(k.open(task.BindMaterial)); n != 1 {
			t.Errorf("%d units have open materials", n)
		}
		k.write(func(ctx context.Context, tx *db.Tx) error {
			return k.BindItem(ctx, tx, by, foodCode[19:], 3, bound("KZ_ZS"), 0)
		})
		if a, b := k.get(foodCode), k.get(otherCode); !a.Materials[2].Plain || len(b.Materials[2].Bindings) != 1 {
			t.Errorf("%+v, %+v", a.Materials[2], b.Materials[2])
		}
		k.write(func(ctx context.Context, tx *db.Tx) error {
			return k.BindMatter(ctx, tx, office, "为何", foodCode, 3, matter.Decision{Inherit: true}, 1)
		})
		if a := k.get(foodCode); len(a.Materials[2].Bindings) != 1 {
			t.Errorf("%+v", a.Materials[2])
		}
		if n := len(k.open(task.BindMaterial)); n != 0 {
			t.Errorf("%d units have open materials", n)
		}
		var actions []string
		for _, c := range k.changes()[:3] {
			actions = append(actions, c.Action)
		}
		if !slices.Equal(actions, []string{"inherit", "bind", "confirm-plain"}) {
			t.Errorf("trail %v", actions)
		}
		k.write(func(ctx context.Context, tx *db.Tx) error {
			return k.types.Publish(ctx, tx, catalog.Type{Code: firmType, Version: 2, Name: "营业执照", Definer: "11350000YX0000016Q"}, now)
		})
		k.read(func(ctx context.Context, q *db.Tx) error {
			gone, err := k.Gone(ctx, q, "")
			if err == nil && (len(gone) != 1 || gone[0].Field != "KZ_ZS" || gone[0].Code != "binding.field-gone") {
				t.Errorf("%+v", gone)
			}
			return err
		})
	})
}

func TestCoverageEqualsACount(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		k := stocked(t, d)
		for _, by := range []string{"level", "unit", "matter", ""} {
			k.read(func(ctx context.Context, q *db.Tx) error {
				found, _, err := k.Coverage(ctx, q, matter.CoverageBy{By: by})
				var sum matter.Coverage
				for _, c := range found {
					sum.Matters, sum.Total, sum.Bound, sum.Open = sum.Matters+c.Matters, sum.Total+c.Total, sum.Bound+c.Bound, sum.Open+c.Open
				}
				if err == nil && (sum.Matters != 2 || sum.Total != 6 || sum.Bound != 4 || sum.Open != 2) {
					t.Errorf("by %q: %+v", by, found)
				}
				return err
			})
		}
		k.read(func(ctx context.Context, q *db.Tx) error {
			open, total, err := k.OpenMaterials(ctx, q, foodUnit, 10, 0)
			if err == nil && (total != 1 || len(open) != 1 || open[0].Name != "平面图") {
				t.Errorf("%d open: %+v", total, open)
			}
			return err
		})
	})
}

func TestWrongItemsAndMatters(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		k := stocked(t, d)
		for field, spoil := range map[string]func(i *matter.Item){
			"baseCode": func(i *matter.Item) { i.BaseCode = "35013190100" }, "kind": func(i *matter.Item) { i.Kind = "x" },
			"name": func(i *matter.Item) { i.Name = " " }, "basis": func(i *matter.Item) { i.Basis = strings.Repeat("长", 3000) },
			"holderKind": func(i *matter.Item) { i.HolderKind = "cat" }, "statutoryDays": func(i *matter.Item) { i.StatutoryDays = -1 },
			"materials.1.name": func(i *matter.Item) { i.Materials[1].Name = i.Materials[0].Name },
			"materials.1.seq":  func(i *matter.Item) { i.Materials[1].Seq = 1 }, "form.0.from": func(i *matter.Item) { i.Form[0].From = "9.X" },
			"duty": func(i *matter.Item) { i.Duty = "elsewhere" },
		} {
			item := food().Item
			spoil(&item)
			err := d.Write(t.Context(), func(tx *db.Tx) error {
				_, err := k.ImportItem(t.Context(), tx, by, item)
				return err
			})
			if e := errs.Of(err); err == nil || e.Kind != errs.Invalid || e.Field != field {
				t.Errorf("%s: %v", field, err)
			}
		}
		for code, e := range map[string]matter.Entry{
			"matter.code-unit":  {Code: foodCode, Unit: otherUnit, Level: 4},
			"matter.code-level": {Code: foodCode, Unit: foodUnit, Level: 3},
			"matter.promise":    {Code: foodCode, Unit: foodUnit, Level: 4, PromisedDays: 11},
			"item.unknown":      {Code: firmCode, Unit: foodUnit, Level: 4},
			"code.matter":       {Code: foodCode, Unit: foodUnit, Level: 4, Aliases: []string{"XK1"}},
		} {
			k.refused(code, func(ctx context.Context, tx *db.Tx) error {
				_, err := k.ImportMatter(ctx, tx, by, e)
				return err
			})
		}
		k.refused("matter.shared", func(ctx context.Context, tx *db.Tx) error {
			return k.SetEntry(ctx, tx, officer, "为何", matter.Entry{Code: foodCode, Unit: foodUnit, Level: 4,
				Overrides: map[string]json.RawMessage{"name": json.RawMessage(`"x"`)}}, 1)
		})
		const alias = "11350102YX0100017GXK000001"
		k.write(func(ctx context.Context, tx *db.Tx) error {
			return k.SetEntry(ctx, tx, officer, "为何", matter.Entry{Code: foodCode, Unit: foodUnit, Level: 4, PromisedDays: 3, Aliases: []string{alias}}, 1)
		})
		if m := k.get(alias); m.Code != foodCode || m.Days != 3 {
			t.Errorf("by its local code: %+v", m)
		}
	})
}

func TestListEntry(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		k := stocked(t, d)
		l := matter.Listing{List: matter.ListExempt, Exemption: &matter.Exemption{Type: firmType, Unit: foodUnit, Matter: foodCode}}
		all := matter.Listing{List: matter.ListExempt, Exemption: &matter.Exemption{Type: firmType}}
		k.refused("list.not-yours", func(ctx context.Context, tx *db.Tx) error {
			_, err := k.Propose(ctx, tx, officer, "为何", all)
			return err
		})
		k.refused("list.inspection-kind", func(ctx context.Context, tx *db.Tx) error {
			_, err := k.Propose(ctx, tx, office, "为何", matter.Listing{List: matter.ListInspection, Inspection: &matter.Inspection{Matter: foodCode}})
			return err
		})
		var id string
		k.write(func(ctx context.Context, tx *db.Tx) (err error) {
			id, err = k.Propose(ctx, tx, officer, "为何", l)
			return err
		})
		k.refused("list.twice", func(ctx context.Context, tx *db.Tx) error {
			_, err := k.Propose(ctx, tx, office, "为何", l)
			return err
		})
		if n := len(k.open(task.ReviewList)); n != 1 {
			t.Errorf("%d reviews", n)
		}
		exempt := func() (yes bool) {
			k.read(func(ctx context.Context, q *db.Tx) (err error) {
				yes, err = k.Exempt(ctx, q, food(), firmType, k.clock.Now())
				return err
			})
			return yes
		}
		if exempt() {
			t.Error("what is proposed does not hold yet")
		}
		k.refused("conflict", func(ctx context.Context, tx *db.Tx) error {
			return k.Publish(ctx, tx, by, l.List, id, 9, now)
		})
		k.write(func(ctx context.Context, tx *db.Tx) error {
			return k.Publish(ctx, tx, change.Of(digital, "为何"), l.List, id, 1, now.AddDate(0, 0, 1))
		})
		if exempt() {
			t.Error("it holds from tomorrow on")
		}
		k.clock.Move(48 * 3600e9)
		if !exempt() || len(k.open(task.ReviewList)) != 0 {
			t.Error("published, it does not hold")
		}
		k.refused("list.published", func(ctx context.Context, tx *db.Tx) error {
			return k.Withdraw(ctx, tx, officer, "为何", l.List, id, 2)
		})
		k.write(func(ctx context.Context, tx *db.Tx) error {
			return k.Withdraw(ctx, tx, digital, "为何", l.List, id, 2)
		})
		if exempt() {
			t.Error("withdrawn, it holds")
		}
		k.write(func(ctx context.Context, tx *db.Tx) error { // it can be proposed again
			_, err := k.Propose(ctx, tx, officer, "为何", l)
			return err
		})
		k.read(func(ctx context.Context, q *db.Tx) error {
			found, total, err := k.Listings(ctx, q, matter.ListFilter{List: l.List, Words: "yyzz", Limit: 1})
			if err == nil && (total != 2 || len(found) != 1) {
				t.Errorf("%d of %d", len(found), total)
			}
			return err
		})
	})
}

// A scenario is published by the digital office; a verifier is enrolled in it for a term, which can be ended.
func TestScenario(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		k := stocked(t, d)
		c := matter.Scenario{Code: "hotel", Name: "酒店入住", Audience: "person", Basis: "治安管理",
			Types: []matter.Binding{{Type: cardType, Fields: []string{"CZZT"}}}}
		wrong := c
		wrong.Types = []matter.Binding{{Type: cardType, Fields: []string{"KZ_XX"}}}
		k.refused("binding.field-unknown", func(ctx context.Context, tx *db.Tx) error {
			_, err := k.Propose(ctx, tx, digital, "为何", matter.Listing{List: matter.ListScenario, Scenario: &wrong})
			return err
		})
		var id string
		k.write(func(ctx context.Context, tx *db.Tx) (err error) {
			if id, err = k.Propose(ctx, tx, digital, "为何", matter.Listing{List: matter.ListScenario, Scenario: &c}); err != nil {
				return err
			}
			return k.Publish(ctx, tx, by, matter.ListScenario, id, 1, clock.Date(now))
		})
		k.refused("list.state", func(ctx context.Context, tx *db.Tx) error {
			return k.Publish(ctx, tx, by, matter.ListScenario, id, 2, clock.Date(now))
		})
		k.refused("scenario.term", func(ctx context.Context, tx *db.Tx) error {
			return k.Enrol(ctx, tx, by, id, matter.Verifier{Unit: foodUnit, From: now, Until: now})
		})
		k.write(func(ctx context.Context, tx *db.Tx) error {
			return k.Enrol(ctx, tx, by, id, matter.Verifier{Unit: foodUnit, From: now})
		})
		inForce := func() bool {
			var all []matter.Verifier
			k.read(func(ctx context.Context, q *db.Tx) (err error) {
				all, err = k.Verifiers(ctx, q, id)
				return err
			})
			return len(all) == 1 && all[0].InForce(k.clock.Now())
		}
		if !inForce() {
			t.Error("enrolled, the unit may not verify")
		}
		k.write(func(ctx context.Context, tx *db.Tx) error { return k.EndVerifier(ctx, tx, by, id, foodUnit) })
		if inForce() {
			t.Error("its term ended, the unit may verify")
		}
		k.refused("scenario.verifier-unknown", func(ctx context.Context, tx *db.Tx) error { return k.EndVerifier(ctx, tx, by, id, foodUnit) })
	})
}
