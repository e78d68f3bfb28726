package demo_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/yinxin-org/yinxin/gbcode"
	"github.com/yinxin-org/yinxin/internal/catalog"
	"github.com/yinxin-org/yinxin/internal/demo"
)

func TestTypes(t *testing.T) {
	t.Parallel()
	c := load(t)
	if len(c.Types) < 26 {
		t.Errorf("%d types", len(c.Types))
	}
	seen := map[string]bool{}
	for i := range c.Types {
		typ := &c.Types[i]
		t.Run(typ.NameEn, func(t *testing.T) {
			t.Parallel()
			checkType(t, c, typ)
			checkFace(t, typ)
		})
		if seen[typ.Code] {
			t.Errorf("%s: code given twice", typ.Name)
		}
		seen[typ.Code] = true
	}
}

func checkType(t *testing.T, c *demo.City, typ *catalog.Type) {
	t.Helper()
	if err := gbcode.CheckTypeCode(typ.Code); err != nil {
		t.Error(err)
	}
	if typ.Code[:18] != typ.Definer || typ.DefinerName == "" || typ.Version != 1 || typ.Level < 1 || typ.Level > 5 {
		t.Errorf("definer %s %s, version %d, level %d", typ.Definer, typ.DefinerName, typ.Version, typ.Level)
	}
	// The one national type whose code is public is used as it is; all others have invented definers.
	if u, ok := c.Unit(typ.Definer); typ.Code != "11100000MB03271699001" && (!ok || u.Name != typ.DefinerName) {
		t.Errorf("definer %s is unknown", typ.Definer)
	}
	if !slices.Contains([]string{"identity", "business", "property", "permit", "life"}, typ.Family) {
		t.Errorf("family %s", typ.Family)
	}
	length := typ.Validity.Years + typ.Validity.Months + typ.Validity.Days
	if (typ.Validity.Rule == catalog.Fixed) != (length > 0) || !slices.Contains([]string{catalog.Fixed, catalog.Until, catalog.Long, catalog.None}, typ.Validity.Rule) {
		t.Errorf("validity %+v", typ.Validity)
	}
	if typ.Number == "" || len(typ.Issuers) == 0 || len(typ.Seals) == 0 || typ.Holders < 1 {
		t.Error("number, issuers, seals or holders are missing")
	}
	for _, id := range typ.Issuers {
		if _, ok := c.Unit(id); !ok {
			t.Errorf("issuer %s is unknown", id)
		}
	}
	for i, s := range typ.Seals {
		if _, ok := c.Unit(s.Unit); s.Step != i+1 || s.Name == "" || (s.Unit != "issuer" && s.Unit != "definer" && !ok) {
			t.Errorf("seal step %+v", s)
		}
	}
	names := map[string]bool{}
	for _, f := range typ.Fields {
		if names[f.Name] || !strings.HasPrefix(f.Name, "KZ_") || f.Label == "" || f.LabelEn == "" {
			t.Errorf("field %+v", f)
		}
		if (f.Type == "code") != (len(f.Options) > 0) || !slices.Contains([]string{"text", "date", "number", "code", "photo"}, f.Type) {
			t.Errorf("field %s: type %s with %d options", f.Name, f.Type, len(f.Options))
		}
		names[f.Name] = true
	}
}

// always are the base fields that every face shows.
var always = []string{"CZZT", "ZZBFJG", "ZZBFRQ"}

func checkFace(t *testing.T, typ *catalog.Type) {
	t.Helper()
	f := typ.Face
	shown := map[string]bool{}
	kinds := map[string]int{}
	for _, o := range f.Objects {
		kinds[o.Kind]++
		if o.X < 0 || o.Y < 0 || o.X+o.W > f.Width+0.01 || o.Y+o.H > f.Height+0.01 || o.Y > f.Height {
			t.Errorf("%s %s%s leaves the page: %+v", o.Kind, o.Text, o.Field, o)
		}
		checkObject(t, typ, o, shown)
	}
	for _, field := range typ.Fields {
		if field.Required && !shown[field.Name] {
			t.Errorf("required field %s is not on the face", field.Name)
		}
	}
	for _, name := range always {
		if name == "ZZBFRQ" && shown["ZZYXQQSRQ"] {
			continue // an identity card shows its period instead
		}
		if !shown[name] {
			t.Errorf("%s is not on the face", name)
		}
	}
	if (typ.Validity.Rule == catalog.Fixed && typ.Family == "permit" || typ.Validity.Rule == catalog.Until) && !shown["ZZYXQJZRQ"] {
		t.Error("the end of validity is not on the face")
	}
	if !shown["ZZBH"] && typ.Number != "{holderCode}" {
		t.Error("the number is not on the face")
	}
	if kinds["qr"] != 1 || kinds["seal"] != len(typ.Seals) {
		t.Errorf("%d codes, %d seals for %d steps", kinds["qr"], kinds["seal"], len(typ.Seals))
	}
	if !slices.ContainsFunc(f.Objects, func(o catalog.FaceObject) bool { return strings.Contains(o.Text, "演示证照") }) {
		t.Error("the face does not say that it is a demonstration")
	}
}

func checkObject(t *testing.T, typ *catalog.Type, o catalog.FaceObject, shown map[string]bool) {
	t.Helper()
	switch o.Kind {
	case "text":
		if o.Text == "" || o.Size <= 0 || (o.Align != "" && o.W <= 0) {
			t.Errorf("text %+v", o)
		}
	case "field":
		name, part, _ := strings.Cut(o.Field, ":")
		f, ok := typ.Field(name)
		if !ok || o.Size <= 0 || o.W <= 0 {
			t.Errorf("field %+v", o)
		}
		if part != "" && f.Type != "date" {
			t.Errorf("%s has no part %s", name, part)
		}
		shown[name] = true
	case "path":
		if o.Path == "" || (o.Fill == "" && o.Stroke == 0) {
			t.Error("a path draws nothing")
		}
	case "seal":
		if o.Step < 1 || o.Step > len(typ.Seals) || o.W <= 0 || o.W != o.H {
			t.Errorf("seal %+v", o)
		}
	case "photo":
		if f, ok := typ.Field(o.Field); !ok || f.Type != "photo" || o.W <= 0 || o.H <= 0 {
			t.Errorf("photo %+v", o)
		}
		shown[o.Field] = true
	case "table":
		checkTable(t, typ, o, shown)
	case "rect", "line", "qr":
	default:
		t.Errorf("unknown kind %q", o.Kind)
	}
}

func checkTable(t *testing.T, typ *catalog.Type, o catalog.FaceObject, shown map[string]bool) {
	t.Helper()
	width := 0.0
	for _, c := range o.Columns {
		f, ok := typ.Field(c.Field)
		if !ok || f.Multi < 2 || f.Multi > o.Rows || c.Title == "" || c.W <= 0 {
			t.Errorf("column %+v of %d rows", c, o.Rows)
		}
		width += c.W
		shown[c.Field] = true
	}
	if o.Rows < 1 || o.Size <= 0 || o.H < o.Size || width > o.W+0.01 || o.Y+o.H*float64(o.Rows+1) > typ.Face.Height {
		t.Errorf("table %+v", o)
	}
}

// What a license says must be readable: a seal may touch the name of the authority, never a date or a number.
func TestSealsCoverNoDateAndNoNumber(t *testing.T) {
	t.Parallel()
	for _, typ := range load(t).Types {
		for _, s := range typ.Face.Objects {
			if s.Kind != "seal" {
				continue
			}
			for _, o := range typ.Face.Objects {
				name, _, _ := strings.Cut(o.Field, ":")
				f, _ := typ.Field(name)
				if o.Kind != "field" || f.Type != "date" && name != "ZZBH" && name != "CZZTDM" {
					continue
				}
				// The digits of a date at 0.55 of a width each with 年月日 at a whole, or with hyphens; a number of twenty.
				width := 7.4 * o.Size
				if o.Format == "iso" {
					width = 5.5 * o.Size
				}
				if f.Type != "date" {
					width = 11 * o.Size
				}
				if width = min(width, o.W); o.X < s.X+s.W && s.X < o.X+width && o.Y-o.Size < s.Y+s.H && s.Y < o.Y+o.Size*0.2 {
					t.Errorf("%s: seal %d covers %s", typ.Name, s.Step, o.Field)
				}
			}
		}
	}
}

func TestCharactersCoverWhatIsShown(t *testing.T) {
	t.Parallel()
	known, err := demo.Characters()
	if err != nil {
		t.Fatal(err)
	}
	if !slices.IsSorted(known) || len(known) < 500 {
		t.Fatalf("%d characters", len(known))
	}
	everyCity(t, func(t *testing.T, c *demo.City) {
		t.Helper()
		check := func(s string) {
			for _, r := range s {
				if _, ok := slices.BinarySearch(known, r); !ok && r > ' ' {
					t.Errorf("%q of %q is missing", r, s)
				}
			}
		}
		for _, h := range c.Holders {
			check(h.Name + h.Address + h.Nation)
		}
		for _, l := range c.Licenses {
			for name, v := range l.Fields {
				if name != "KZ_ZP" {
					check(v)
				}
			}
		}
	})
}
