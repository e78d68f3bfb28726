package demo_test

import (
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/yinxin-org/yinxin/gbcode"
	"github.com/yinxin-org/yinxin/internal/catalog"
	"github.com/yinxin-org/yinxin/internal/demo"
	"github.com/yinxin-org/yinxin/internal/matter"
)

func typeOf(c *demo.City, code string) (*catalog.Type, bool) {
	i := slices.IndexFunc(c.Types, func(t catalog.Type) bool { return t.Code == code })
	if i < 0 {
		return nil, false
	}
	return &c.Types[i], true
}

func TestMatters(t *testing.T) {
	t.Parallel()
	c := load(t)
	if len(c.Matters) < 60 {
		t.Errorf("%d matters", len(c.Matters))
	}
	seen := map[string]bool{}
	yields := map[string]bool{}
	for i := range c.Matters {
		m := &c.Matters[i]
		t.Run(m.Code, func(t *testing.T) {
			t.Parallel()
			checkMatter(t, c, m)
			checkForm(t, c, m)
			checkResult(t, c, m)
		})
		if seen[m.Code] {
			t.Errorf("%s: code given twice", m.Name)
		}
		seen[m.Code], yields[m.Result] = true, true
	}
	for _, typ := range c.Types {
		if !yields[typ.Code] && typ.Making == catalog.Online {
			t.Errorf("no matter yields %s", typ.Name)
		}
	}
}

func checkMatter(t *testing.T, c *demo.City, m *matter.Matter) {
	t.Helper()
	if form, err := gbcode.CheckMatterCode(m.Code); err != nil || form != gbcode.MatterImpl31 {
		t.Errorf("%s: %v", form, err)
	}
	if m.Code != m.Unit+strconv.Itoa(m.Level)+m.BaseCode {
		t.Error("the code does not agree with unit, level and base code")
	}
	// The level of a matter counts from 1 for the nation, the level of a unit from 1 for the province.
	if u, ok := c.Unit(m.Unit); !ok || int(u.Level)+1 != m.Level {
		t.Errorf("unit %s %s of level %d", m.Unit, u.Name, u.Level)
	}
	if m.Name == "" || m.NameEn == "" || m.Days < 1 || m.Basis == "" || (len(m.Materials) == 0) != (m.Kind == "06") {
		t.Error("name, days, basis or materials are missing")
	}
	for i, x := range m.Materials {
		if x.Seq != i+1 || x.Name == "" {
			t.Errorf("material %+v", x)
		}
		if len(x.Bindings) == 0 {
			if x.Party != "" || x.Stages != nil {
				t.Errorf("plain material %+v", x)
			}
			continue
		}
		for _, b := range x.Bindings {
			typ, ok := typeOf(c, b.Type)
			if !ok || x.Party == "" || len(x.Stages) == 0 || len(b.Fields) == 0 {
				t.Fatalf("material %d: binding does not resolve", x.Seq)
			}
			for _, name := range b.Fields {
				if _, ok := typ.Field(name); !ok {
					t.Errorf("material %d: %s has no field %s", x.Seq, typ.Name, name)
				}
			}
		}
	}
}

func checkForm(t *testing.T, c *demo.City, m *matter.Matter) {
	t.Helper()
	seen := map[string]bool{}
	for _, f := range m.Form {
		if seen[f.Name] || f.Label == "" || f.LabelEn == "" || (f.Locked && f.From == "") {
			t.Errorf("form field %+v", f)
		}
		seen[f.Name] = true
		if !slices.Contains([]string{"text", "date", "number", "select", "area"}, f.Type) || (f.Type == "select") != (len(f.Options) > 0) {
			t.Errorf("form field %s: type %s with %d options", f.Name, f.Type, len(f.Options))
		}
		if f.From == "" {
			continue
		}
		seq, name, _ := strings.Cut(f.From, ".")
		n, err := strconv.Atoi(seq)
		if err != nil {
			t.Fatal(err)
		}
		x, ok := m.Material(n)
		i := slices.IndexFunc(x.Bindings, func(b matter.Binding) bool { return slices.Contains(b.Fields, name) })
		if !ok || i < 0 {
			t.Fatalf("form field %s: %s is no field that may be read", f.Name, f.From)
		}
		if f.Required && f.Locked && !x.Required {
			t.Errorf("form field %s is required but comes from a material that is not", f.Name)
		}
		typ, _ := typeOf(c, x.Bindings[i].Type)
		if src, _ := typ.Field(name); f.MaxLength > 0 && src.MaxLen > f.MaxLength && f.Locked {
			t.Errorf("form field %s holds %d of %d characters", f.Name, f.MaxLength, src.MaxLen)
		}
	}
}

func checkResult(t *testing.T, c *demo.City, m *matter.Matter) {
	t.Helper()
	if m.Result == "" {
		if m.ResultFields != nil || m.ResultHolders != nil {
			t.Error("fields of no result")
		}
		return
	}
	typ, ok := typeOf(c, m.Result)
	if !ok {
		t.Fatal("result is unknown")
	}
	if m.MadeHere() && (!slices.Contains(typ.Issuers, m.Unit) || typ.Making != catalog.Online) {
		t.Errorf("the unit does not issue %s, which is made %s", typ.Name, typ.Making)
	}
	if max(1, len(m.ResultHolders)) != typ.Holders {
		t.Errorf("%d holders of %d", len(m.ResultHolders), typ.Holders)
	}
	if typ.HolderKind != catalog.Mixed && typ.HolderKind != m.HolderKind {
		t.Errorf("a %s may apply for a license of a %s", m.HolderKind, typ.HolderKind)
	}
	for name, from := range m.ResultFields {
		field, ok := typ.Field(name)
		i := slices.IndexFunc(m.Form, func(f matter.FormField) bool { return f.Name == from })
		if !ok || i < 0 {
			t.Fatalf("%s from %s does not resolve", name, from)
		}
		checkFilled(t, field, m.Form[i])
	}
	for _, f := range typ.Fields {
		if _, ok := m.ResultFields[f.Name]; m.MadeHere() && f.Required && !ok {
			t.Errorf("nothing fills the required field %s", f.Name)
		}
	}
}

// checkFilled sees that whatever the form admits, the license's field admits too.
func checkFilled(t *testing.T, field catalog.Field, form matter.FormField) {
	t.Helper()
	if field.Required && !form.Required {
		t.Errorf("%s is required, %s is not", field.Name, form.Name)
	}
	fits := map[string][]string{"text": {"text", "area", "select"}, "date": {"date"}, "number": {"number"}, "code": {"select"}}
	if !slices.Contains(fits[field.Type], form.Type) {
		t.Errorf("%s of type %s is filled by a %s", field.Name, field.Type, form.Type)
	}
	if field.MaxLen > 0 && form.Type != "select" && (form.MaxLength == 0 || form.MaxLength > field.MaxLen) {
		t.Errorf("%s holds %d characters, %s %d", field.Name, field.MaxLen, form.Name, form.MaxLength)
	}
	for _, o := range form.Options {
		if field.Type == "code" && !slices.Contains(field.Options, o) {
			t.Errorf("%s has no option %s", field.Name, o)
		}
	}
}
