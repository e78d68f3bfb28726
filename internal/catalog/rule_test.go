package catalog_test

import (
	"slices"
	"testing"

	"github.com/yinxin-org/yinxin/internal/catalog"
)

func ruled() catalog.Type {
	t := whole()
	t.Fields = []catalog.Field{
		{Name: "KZ_QS", Label: "起始", Type: "date", Multi: 3}, {Name: "KZ_JZ", Label: "截止", Type: "date", Multi: 3},
		{Name: "KZ_SL", Label: "实收", Type: "number"}, {Name: "KZ_YS", Label: "应收", Type: "number"},
		{Name: "KZ_FRDM", Label: "法定代表人证件号码", Type: "text"}, {Name: "KZ_FR", Label: "法定代表人", Type: "text", Required: true},
	}
	t.Rules = []catalog.Rule{
		{Kind: catalog.InOrder, Fields: []string{"KZ_QS", "KZ_JZ"}},
		{Kind: catalog.InOrder, Fields: []string{"KZ_SL", "KZ_YS"}, Severity: catalog.Warn},
		{Kind: catalog.Together, Fields: []string{"KZ_QS", "KZ_JZ"}},
		{Kind: catalog.Citizen, Fields: []string{"KZ_FRDM"}},
	}
	return t
}

// All that is wrong is found at once, each with its field and how grave it is.
func TestFaults(t *testing.T) {
	t.Parallel()
	typ := ruled()
	for name, c := range map[string]struct {
		values map[string]string
		want   []string // code, field, severity
	}{
		"right":             {map[string]string{"KZ_FR": "林", "KZ_QS": "2026-01-02", "KZ_JZ": "2026-01-02", "KZ_SL": "9", "KZ_YS": "10"}, nil},
		"empty":             {nil, []string{"license.field.required KZ_FR block"}},
		"order":             {map[string]string{"KZ_FR": "林", "KZ_QS": "2026-01-03", "KZ_JZ": "2026-01-02"}, []string{"license.rule.order KZ_JZ block"}},
		"order of the rows": {map[string]string{"KZ_FR": "林", "KZ_QS": "2026-01-01^2026-02-02", "KZ_JZ": "2026-01-02^2026-02-01"}, []string{"license.rule.order KZ_JZ block"}},
		"numbers, warned":   {map[string]string{"KZ_FR": "林", "KZ_SL": "10", "KZ_YS": "9"}, []string{"license.rule.order KZ_YS warn"}},
		"only one":          {map[string]string{"KZ_FR": "林", "KZ_QS": "2026-01-03"}, []string{"license.rule.together KZ_JZ block"}},
		"code":              {map[string]string{"KZ_FR": "林", "KZ_FRDM": "350102199001010011"}, []string{"license.rule.citizen KZ_FRDM block"}},
		"several": {map[string]string{"KZ_QS": "x", "KZ_JZ": "2026-01-02", "KZ_Y": "1", "KZ_SL": "2", "KZ_YS": "1"},
			[]string{"license.field.unknown KZ_Y block", "license.field.date KZ_QS block", "license.field.required KZ_FR block", "license.rule.order KZ_YS warn"}},
	} {
		var got []string
		for _, f := range typ.Faults(c.values) {
			got = append(got, f.Code+" "+f.Field+" "+f.Severity)
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%s: %v", name, got)
		}
		err := typ.CheckFields(c.values)
		if blocked := slices.ContainsFunc(c.want, func(w string) bool { return w[len(w)-5:] == "block" }); (err != nil) != blocked {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestRulesAreChecked(t *testing.T) {
	t.Parallel()
	base := ruled()
	for _, f := range catalog.Check(&base) {
		if f.Code == "type.compare-field" || f.Code == "type.rule-order" || f.Path == "rules" {
			t.Errorf("%+v", f)
		}
	}
	for name, c := range map[string]struct {
		change     func(*catalog.Type)
		path, code string
	}{
		"kind":      {func(t *catalog.Type) { t.Rules[0].Kind = "x" }, "rules[0].kind", "field.option"},
		"field":     {func(t *catalog.Type) { t.Rules[0].Fields = []string{"KZ_QS", "KZ_NO"} }, "rules[0].fields", "type.compare-field"},
		"one field": {func(t *catalog.Type) { t.Rules[0].Fields = []string{"KZ_QS"} }, "rules[0].fields", "field.count"},
		"text":      {func(t *catalog.Type) { t.Rules[0].Fields = []string{"KZ_QS", "KZ_FR"} }, "rules[0].fields", "type.rule-order"},
		"severity":  {func(t *catalog.Type) { t.Rules[0].Severity = "x" }, "rules[0].severity", "field.option"},
		"duplicate": {func(t *catalog.Type) { t.Duplicate = "x" }, "duplicate", "field.option"},
		"register": {func(t *catalog.Type) {
			t.Compare = []catalog.Comparison{{Register: "x", Fields: map[string]string{"name": "CZZT"}, Mismatch: "block", Down: "wait"}}
		}, "compare[0].register", "field.option"},
		"compared": {func(t *catalog.Type) {
			t.Compare = []catalog.Comparison{{Register: "legal", Fields: map[string]string{"name": "KZ_NO"}, Mismatch: "block", Down: "wait"}}
		}, "compare[0].fields.name", "type.compare-field"},
		"down": {func(t *catalog.Type) {
			t.Compare = []catalog.Comparison{{Register: "legal", Fields: map[string]string{"name": "CZZT"}, Mismatch: "block", Down: "block"}}
		}, "compare[0].down", "field.option"},
	} {
		typ := ruled()
		c.change(&typ)
		if !slices.ContainsFunc(catalog.Check(&typ), func(f catalog.Finding) bool { return f.Path == c.path && f.Code == c.code }) {
			t.Errorf("%s: %+v", name, catalog.Check(&typ))
		}
	}
}
