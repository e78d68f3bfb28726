package catalog_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/yinxin-org/yinxin/internal/catalog"
	"github.com/yinxin-org/yinxin/internal/errs"
)

func TestCheckNamesWhatIsWrong(t *testing.T) {
	t.Parallel()
	if found := catalog.Check(new(whole())); len(found) != 0 {
		t.Fatalf("a whole type: %+v", found)
	}
	field := func(f catalog.Field) func(*catalog.Type) {
		return func(t *catalog.Type) { t.Fields = []catalog.Field{f} }
	}
	for name, c := range map[string]struct {
		change     func(*catalog.Type)
		path, code string
	}{
		"code":               {func(t *catalog.Type) { t.Code = "X" }, "code", "type.code-form"},
		"definer":            {func(t *catalog.Type) { t.Definer = county }, "definer", "type.code-definer"},
		"no name":            {func(t *catalog.Type) { t.Name = " " }, "name", "type.words"},
		"hidden characters":  {func(t *catalog.Type) { t.Name = "证\u202e" }, "name", "type.words"},
		"level":              {func(t *catalog.Type) { t.Level = 6 }, "level", "type.level"},
		"levels twice":       {func(t *catalog.Type) { t.IssuerLevels = []int{4, 4} }, "issuerLevels[1]", "type.level"},
		"family":             {func(t *catalog.Type) { t.Family = "x" }, "family", "field.option"},
		"holder kind":        {func(t *catalog.Type) { t.HolderKind = "" }, "holderKind", "field.option"},
		"fewest holders":     {func(t *catalog.Type) { t.HoldersMin = 2 }, "holdersMin", "type.holders-min"},
		"making":             {func(t *catalog.Type) { t.Making = "" }, "making", "field.option"},
		"no source":          {func(t *catalog.Type) { t.Making, t.Seals = catalog.External, nil; t.Face.Objects = nil }, "source", "type.source"},
		"sealed elsewhere":   {func(t *catalog.Type) { t.Making, t.Source = catalog.Vertical, "垂管系统" }, "seals", "type.seals-elsewhere"},
		"no length":          {func(t *catalog.Type) { t.Validity.Years = 0 }, "validity", "type.validity-length"},
		"length for long":    {func(t *catalog.Type) { t.Validity.Rule = catalog.Long }, "validity", "type.validity-none"},
		"no rule":            {func(t *catalog.Type) { t.Validity = catalog.Validity{} }, "validity.rule", "field.option"},
		"no basis":           {func(t *catalog.Type) { t.Inspection = &catalog.Inspection{Months: 12, Overdue: "mark"} }, "inspection.basis", "type.inspection-basis"},
		"classified":         {func(t *catalog.Type) { t.Secrecy = "机密" }, "secrecy", "type.classified"},
		"no number":          {func(t *catalog.Type) { t.Number = "" }, "number", "type.number-form"},
		"field name":         {field(catalog.Field{Name: "kz_x", Label: "x", Type: "text"}), "fields[0].name", "type.field-name"},
		"base element":       {field(catalog.Field{Name: "CZZT", Label: "x", Type: "text"}), "fields[0].name", "type.field-name"},
		"field twice":        {func(t *catalog.Type) { t.Fields = append(slices.Clip(t.Fields), t.Fields[0]) }, "fields[6].name", "type.field-twice"},
		"no label":           {field(catalog.Field{Name: "KZ_X", Type: "text"}), "fields[0].label", "type.words"},
		"field type":         {field(catalog.Field{Name: "KZ_X", Label: "x", Type: "blob"}), "fields[0].type", "field.option"},
		"broken pattern":     {field(catalog.Field{Name: "KZ_X", Label: "x", Type: "text", Pattern: "^[$"}), "fields[0].pattern", "type.field-pattern"},
		"loose pattern":      {field(catalog.Field{Name: "KZ_X", Label: "x", Type: "text", Pattern: "[0-9]+"}), "fields[0].pattern", "type.field-pattern"},
		"half-tied pattern":  {field(catalog.Field{Name: "KZ_X", Label: "x", Type: "text", Pattern: "^a|b$"}), "fields[0].pattern", "type.field-pattern"},
		"no options":         {field(catalog.Field{Name: "KZ_X", Label: "x", Type: "code"}), "fields[0].options", "type.field-options"},
		"option twice":       {field(catalog.Field{Name: "KZ_X", Label: "x", Type: "code", Options: []string{"a", "a"}}), "fields[0].options[1]", "type.field-option-twice"},
		"options for text":   {field(catalog.Field{Name: "KZ_X", Label: "x", Type: "text", Options: []string{"a"}}), "fields[0].options", "type.field-options-none"},
		"two photos":         {field(catalog.Field{Name: "KZ_X", Label: "x", Type: "photo", Multi: 2}), "fields[0].multi", "type.field-multi"},
		"no seal":            {func(t *catalog.Type) { t.Seals = nil }, "seals", "type.seals-missing"},
		"seal out of order":  {func(t *catalog.Type) { t.Seals[0].Step = 2 }, "seals[0].step", "type.seal-step"},
		"seal of nobody":     {func(t *catalog.Type) { t.Seals[0].Unit = "x" }, "seals[0].unit", "type.seal-unit"},
		"no place of a seal": {func(t *catalog.Type) { t.Face.Objects = t.Face.Objects[:1] }, "seals[0].step", "type.seal-place"},
		"two places":         {func(t *catalog.Type) { t.Face.Objects = append(t.Face.Objects, t.Face.Objects[1]) }, "seals[0].step", "type.seal-place"},
		"page":               {func(t *catalog.Type) { t.Face.Width = 5 }, "face.width", "type.page"},
	} {
		typ := whole()
		typ.Seals = append([]catalog.SealStep{}, typ.Seals...)
		c.change(&typ)
		found := catalog.Check(&typ)
		ok := false
		for _, f := range found {
			ok = ok || f.Path == c.path && f.Code == c.code
			for _, lang := range []string{"zh", "en"} {
				if text := errs.Text(f.Code, lang, f.Args); strings.Contains(text, "{max}") || strings.Contains(text, "{n}") {
					t.Errorf("%s: says %q", name, text)
				}
			}
		}
		if !ok {
			t.Errorf("%s: %+v", name, found)
		}
	}
}

// A catalogue row without a face is whole without numbers and seals (目录先行).
func TestARowWithoutFaceIsEnough(t *testing.T) {
	t.Parallel()
	typ := whole()
	typ.Face, typ.Seals, typ.Fields, typ.Number = catalog.Face{}, nil, nil, ""
	if found := catalog.Check(&typ); len(found) != 0 {
		t.Errorf("%+v", found)
	}
}

func TestNumbering(t *testing.T) {
	t.Parallel()
	for rule, code := range map[string]string{
		"JY{region}{year}{month}{seq6}": "", "{holderCode}": "", "闽〔{year}〕第{seq5}号": "", "A{seq1}B": "", "{seq12}": "", "": "type.number-form",
		"{seq0}": "type.number-unknown", "{seq13}": "type.number-unknown", "{seq06}": "type.number-unknown", "{seq}": "type.number-unknown",
		"{day}": "type.number-unknown", "{seq2}{seq3}": "type.number-twice", "a{": "type.number-brace", "a}": "type.number-brace", "{{year}}": "type.number-unknown",
		"a b": "type.number-form", "a^b": "type.number-form", strings.Repeat("a", 65): "type.number-form",
	} {
		_, wrong := catalog.ParseNumbering(rule)
		if wrong == nil && code != "" || wrong != nil && wrong.Code != code {
			t.Errorf("%q: %+v, want %q", rule, wrong, code)
		}
	}
	n, _ := catalog.ParseNumbering("闽{region}〔{year}{month}〕{seq4}号")
	f := n.Fill(catalog.NumberFacts{Region: "350102", IssuedOn: morning})
	if got := f.Number(7); got != "闽350102〔202603〕0007号" {
		t.Errorf("number %q", got)
	}
	if got := f.Number(123456); got != "闽350102〔202603〕123456号" {
		t.Errorf("a number that outgrows its width: %q", got)
	}
	if f.Scope() != "闽350102〔202603〕{seq4}号" || n.Longest() != "闽888888〔888888〕8888号" {
		t.Errorf("scope %q, longest %q", f.Scope(), n.Longest())
	}
}

// Whatever a rule is: it is refused, or its numbers are as long as it says and its scope tells rules apart.
func FuzzNumbering(f *testing.F) {
	for _, s := range []string{"JY{region}{year}{seq6}", "{holderCode}", "{seq13}", "{", "}{", "{seq1}{seq2}", "闽{month}号"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, rule string) {
		n, wrong := catalog.ParseNumbering(rule)
		if wrong != nil {
			if !errs.Known(wrong.Code) {
				t.Errorf("%q: no words for %s", rule, wrong.Code)
			}
			return
		}
		facts := catalog.NumberFacts{Region: "350102", IssuedOn: morning, HolderCode: "350102199001011238"}
		filled := n.Fill(facts)
		if got, longest := []rune(filled.Number(1)), []rune(n.Longest()); len(got) != len(longest) {
			t.Errorf("%q: %q, but the longest is %q", rule, string(got), string(longest))
		}
		if filled.Width > 0 && filled.Number(1) == filled.Number(2) {
			t.Errorf("%q: two numbers alike", rule)
		}
	})
}

// Whatever JSON a type is: reading, checking and comparing it ends, and what it is compared with itself is the same.
func FuzzType(f *testing.F) {
	files, err := filepath.Glob("../demo/data/types/*.json")
	if err != nil {
		f.Fatal(err)
	}
	for _, name := range files {
		raw, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(raw)
	}
	f.Add([]byte(`{"fields":[{"pattern":"^(a+)+$","type":"text"}],"face":{"objects":[{"kind":"table","columns":[{}]}]}}`))
	f.Fuzz(func(t *testing.T, raw []byte) {
		var typ catalog.Type
		if json.Unmarshal(raw, &typ) != nil {
			return
		}
		typ = catalog.Clean(typ)
		for _, x := range catalog.Check(&typ) {
			if !errs.Known(x.Code) {
				t.Errorf("no words for %s", x.Code)
			}
		}
		_ = typ.Bounded()
		if d := catalog.Diff(&typ, &typ); len(d) != 0 {
			t.Errorf("differs from itself: %+v", d)
		}
		_ = catalog.Diff(nil, &typ)
		again, err := json.Marshal(typ)
		if err != nil {
			return
		}
		var back catalog.Type
		if err := json.Unmarshal(again, &back); err != nil {
			t.Fatal(err)
		}
		if d := catalog.Diff(&typ, &back); len(d) != 0 {
			t.Errorf("written and read it differs: %+v", d)
		}
	})
}

// A pattern is bounded by what it says, not by how briefly it says it.
func TestPatternsAreBounded(t *testing.T) {
	t.Parallel()
	for pattern, want := range map[string]string{
		`^[0-9]{1,1000}$`:               "",
		`^(?:[A-Z]{2}-){3}[0-9]{6,18}$`: "",
		`^(`:                            "", // broken: told when it is checked
		"^" + strings.Repeat(`\pL{1000}`, 50) + "$": "field.too-long",
		"^" + strings.Repeat("a", 2000) + "$":       "field.too-long",
	} {
		x := whole()
		x.Fields = []catalog.Field{{Name: "KZ_A", Label: "甲", Type: "text", Pattern: pattern}}
		if err := x.Bounded(); want == "" && err != nil || want != "" && errs.Code(err) != want {
			t.Errorf("%.40s: %v, want %q", pattern, err, want)
		}
	}
}
