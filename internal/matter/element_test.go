package matter_test

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/yinxin-org/yinxin/internal/catalog"
	"github.com/yinxin-org/yinxin/internal/errs"
	"github.com/yinxin-org/yinxin/internal/matter"
)

func TestThereAreFifteenElements(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for _, e := range matter.Elements() {
		if e.Zh == "" || e.En == "" || seen[e.Key] {
			t.Errorf("element %q", e.Key)
		}
		seen[e.Key] = true
	}
	if len(seen) != 15 {
		t.Errorf("%d elements", len(seen))
	}
}

var words = rapid.StringMatching(`[a-z一-龥]{1,6}`)

func anyItem(t *rapid.T) matter.Item {
	i := matter.Item{BaseCode: "350131901001", Kind: "01", Name: words.Draw(t, "name"), Basis: words.Draw(t, "basis"),
		Conditions: words.Draw(t, "conditions"), Fee: words.Draw(t, "fee"), HolderKind: catalog.Legal,
		StatutoryDays: rapid.IntRange(0, 60).Draw(t, "days"), Result: firmType, Consult: words.Draw(t, "consult"),
		ResultFields: map[string]string{"KZ_A": "a"}}
	for n := range rapid.IntRange(0, 4).Draw(t, "materials") {
		m := matter.Material{Seq: n + 1, Name: words.Draw(t, "material") + string(rune('a'+n)), Required: rapid.Bool().Draw(t, "required")}
		if rapid.Bool().Draw(t, "bound") {
			m.Bound = matter.Bound{Bindings: []matter.Binding{{Type: cardType, Fields: []string{"CZZT"}}}, Party: matter.Applicant}
		}
		i.Materials = append(i.Materials, m)
	}
	return i
}

// A resolved matter is always its item, overlaid by what its entry overrides and nothing else.
func TestResolvedMatterIsItemOverlaidByOverrides(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		item, other := anyItem(t), anyItem(t)
		other.ResultFields = map[string]string{"KZ_B": "b"}
		values := map[string]any{"name": other.Name, "basis": other.Basis, "conditions": other.Conditions, "fee": other.Fee,
			"statutoryDays": other.StatutoryDays, "consult": other.Consult, "resultFields": other.ResultFields}
		e := matter.Entry{Code: foodCode, Unit: foodUnit, Level: 4, PromisedDays: rapid.IntRange(0, 60).Draw(t, "promised"),
			Overrides: map[string]json.RawMessage{}, Bound: map[string]matter.Bound{}}
		want := item
		set := map[string]func(){"name": func() { want.Name = other.Name }, "basis": func() { want.Basis = other.Basis },
			"conditions": func() { want.Conditions = other.Conditions }, "fee": func() { want.Fee = other.Fee },
			"statutoryDays": func() { want.StatutoryDays = other.StatutoryDays }, "consult": func() { want.Consult = other.Consult },
			"resultFields": func() { want.ResultFields = other.ResultFields }}
		for key, v := range values {
			if rapid.Bool().Draw(t, key) {
				e.Overrides[key], _ = json.Marshal(v)
				set[key]()
			}
		}
		want.Materials = append([]matter.Material(nil), item.Materials...)
		for n := range want.Materials {
			if rapid.Bool().Draw(t, "own") {
				b := matter.Bound{Plain: true}
				e.Bound[want.Materials[n].Name], want.Materials[n].Bound = b, b
			}
		}
		before, _ := json.Marshal(item)
		got, err := matter.Resolve(item, e)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got.Item); diff != "" {
			t.Fatal(diff)
		}
		days := want.StatutoryDays
		if e.PromisedDays > 0 {
			days = min(days, e.PromisedDays)
		}
		if got.Days != days || got.Code != e.Code || got.Unit != e.Unit {
			t.Fatalf("%d days of %s", got.Days, got.Code)
		}
		if after, _ := json.Marshal(item); string(after) != string(before) {
			t.Fatal("resolving changed the item")
		}
	})
}

func TestOverridesThatAreRefused(t *testing.T) {
	t.Parallel()
	for key, value := range map[string]string{"baseCode": `"350131901002"`, "kind": `"06"`, "colour": `"red"`, "statutoryDays": `"ten"`, "materials": `[{"seq":1,"colour":"red"}]`} {
		e := matter.Entry{Code: foodCode, Overrides: map[string]json.RawMessage{key: json.RawMessage(value)}}
		if _, err := matter.Resolve(food().Item, e); errs.Code(err) != "matter.override" || errs.Of(err).Field != "overrides."+key {
			t.Errorf("%s: %v", key, err)
		}
	}
}
