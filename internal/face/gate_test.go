package face_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/yinxin-org/yinxin/internal/catalog"
	"github.com/yinxin-org/yinxin/internal/errs"
	"github.com/yinxin-org/yinxin/internal/face"
)

func drawer(t testing.TB) *face.Drawer {
	t.Helper()
	d, err := face.New("https://yinxin.example")
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// card is a type with every kind of object, that passes the gate.
func card() *catalog.Type {
	return &catalog.Type{Code: "11350000YX0000016Q012", Name: "试验证", HolderKind: catalog.Natural, Holders: 1, Making: catalog.Online,
		Validity: catalog.Validity{Rule: catalog.Fixed, Years: 1}, Number: "T{year}{seq6}",
		Fields: []catalog.Field{
			{Name: "KZ_ZS", Label: "住所", Type: "text", MaxLen: 30, Required: true},
			{Name: "KZ_ZP", Label: "照片", Type: "photo", Required: true},
			{Name: "KZ_XM", Label: "项目", Type: "text", MaxLen: 8, Multi: 3},
			{Name: "KZ_SL", Label: "数量", Type: "number", MaxLen: 6, Multi: 3},
			{Name: "KZ_DH", Label: "代号", Type: "text", MaxLen: 8, Pattern: "^[A-Z]{2}[0-9]{3,6}$"},
		},
		Face: catalog.Face{Width: 200, Height: 140, Objects: []catalog.FaceObject{
			{Kind: "text", X: 10, Y: 20, Size: 8, Text: "试验证"},
			{Kind: "field", X: 10, Y: 35, W: 120, Size: 4, Lines: 2, Field: "KZ_ZS"},
			{Kind: "photo", X: 150, Y: 10, W: 25, H: 35, Field: "KZ_ZP"},
			{Kind: "table", X: 10, Y: 50, H: 6, Size: 3, Rows: 3, Stroke: 0.2, Columns: []catalog.Column{{Field: "KZ_XM", Title: "项目", W: 40}, {Field: "KZ_SL", Title: "数量", W: 20}}},
			{Kind: "field", X: 10, Y: 85, W: 30, Size: 4, Field: "KZ_DH"},
			{Kind: "qr", X: 170, Y: 110, W: 20},
			{Kind: "seal", X: 110, Y: 90, W: 40, H: 40, Step: 1},
		}},
		Seals: []catalog.SealStep{{Step: 1, Unit: "issuer", Name: "专用章"}}}
}

func TestGateFindsWhatCannotBePublished(t *testing.T) {
	t.Parallel()
	d := drawer(t)
	if found := d.Gate(card()); len(found) != 0 {
		t.Fatalf("a good face: %+v", found)
	}
	for name, c := range map[string]struct {
		change func(*catalog.Type)
		object int
		field  string
		code   string
	}{
		"too long":             {func(t *catalog.Type) { t.Fields[0].MaxLen = 200 }, 1, "KZ_ZS", "face.overflow"},
		"no length given":      {func(t *catalog.Type) { t.Fields[0].MaxLen = 0 }, 1, "KZ_ZS", "face.overflow"},
		"more rows than room":  {func(t *catalog.Type) { t.Fields[2].Multi = 4 }, 3, "KZ_XM", "face.overflow"},
		"a cell too wide":      {func(t *catalog.Type) { t.Fields[2].MaxLen = 60 }, 3, "KZ_XM", "face.overflow"},
		"a wider pattern":      {func(t *catalog.Type) { t.Fields[4].Pattern, t.Fields[4].MaxLen = "^.*$", 30 }, 4, "KZ_DH", "face.overflow"},
		"missing":              {func(t *catalog.Type) { t.Face.Objects[1].Field = "CZZT" }, -1, "KZ_ZS", "face.field-missing"},
		"gone":                 {func(t *catalog.Type) { t.Face.Objects[1].Field = "KZ_GONE" }, 1, "KZ_GONE", "face.field-unknown"},
		"gone from the table":  {func(t *catalog.Type) { t.Face.Objects[3].Columns[1].Field = "KZ_GONE" }, 3, "KZ_GONE", "face.field-unknown"},
		"a photo as words":     {func(t *catalog.Type) { t.Face.Objects[1].Field = "KZ_ZP" }, 1, "KZ_ZP", "face.photo-only"},
		"words as a photo":     {func(t *catalog.Type) { t.Face.Objects[2].Field = "KZ_ZS" }, 2, "KZ_ZS", "face.photo-field"},
		"a part of no date":    {func(t *catalog.Type) { t.Face.Objects[1].Field = "KZ_ZS:Y" }, 1, "KZ_ZS", "face.part"},
		"no room":              {func(t *catalog.Type) { t.Face.Objects[1].W = 0 }, 1, "KZ_ZS", "face.room"},
		"a small code":         {func(t *catalog.Type) { t.Face.Objects[5].W = 8 }, 5, "", "face.qr-small"},
		"small print":          {func(t *catalog.Type) { t.Face.Objects[0].Size = 1 }, 0, "", "face.text-small"},
		"off the page":         {func(t *catalog.Type) { t.Face.Objects[6].X = 190 }, 6, "", "face.outside"},
		"no step":              {func(t *catalog.Type) { t.Face.Objects[6].Step = 2 }, 6, "", "face.seal-extra"},
		"no such glyph":        {func(t *catalog.Type) { t.Face.Objects[0].Text = "\U000F0000" }, 0, "", "face.glyph"},
		"an option no one has": {func(t *catalog.Type) { t.Fields[0].Type, t.Fields[0].Options = "code", []string{"甲", "🍜"} }, 1, "KZ_ZS", "face.glyph"},
		"crowded words":        {func(t *catalog.Type) { t.Face.Objects[0].W = 10 }, 0, "", "face.text-wide"},
		"unknown":              {func(t *catalog.Type) { t.Face.Objects[0].Kind = "video" }, 0, "", "face.kind"},
		"broken path": {func(t *catalog.Type) {
			t.Face.Objects[0] = catalog.FaceObject{Kind: "path", X: 1, Y: 1, Fill: "#000000", Path: "M x"}
		}, 0, "", "face.path"},
		"invisible": {func(t *catalog.Type) { t.Face.Objects[0] = catalog.FaceObject{Kind: "rect", W: 5, H: 5} }, 0, "", "face.invisible"},
		"no table":  {func(t *catalog.Type) { t.Face.Objects[3].Rows = 0 }, 3, "", "face.table"},
		"two go on": {func(t *catalog.Type) {
			t.Face.Objects[3].Continues = true
			t.Face.Objects = append(t.Face.Objects, t.Face.Objects[3])
		}, 7, "", "face.continues-twice"},
		"no room to go on": {func(t *catalog.Type) {
			t.Face.Objects[3].Continues, t.Face.Height, t.Face.Objects[3].H, t.Face.Objects[3].Y = true, 140, 60, 1
			t.Face.Objects[3].Rows = 1
		}, 3, "", "face.continues-room"},
		"goes on for ever": {func(t *catalog.Type) {
			t.Face.Objects[3].Continues, t.Fields[2].Multi, t.Fields[2].MaxLen = true, 5000, 4
		}, 3, "KZ_XM", "face.overflow"},
		"beyond measure": {func(t *catalog.Type) { t.Face.Objects[0].Size = 1e9 }, 0, "", "face.number"},
	} {
		typ := card()
		c.change(typ)
		found := d.Gate(typ)
		if !slices.ContainsFunc(found, func(f catalog.Finding) bool { return f.Object == c.object && f.Field == c.field && f.Code == c.code }) {
			t.Errorf("%s: %+v", name, found)
		}
		for _, f := range found {
			if text := errs.Text(f.Code, "zh", f.Args); strings.Contains(text, "{") || !errs.Known(f.Code) {
				t.Errorf("%s: says %q", name, text)
			}
		}
		if _, _, err := d.Preview(typ, face.Longest(typ)); err != nil {
			t.Errorf("%s: preview: %v", name, err)
		}
	}
	excused := card()
	excused.Face.Objects[1].Field, excused.Fields[0].OffFace = "CZZT", "办理时核对"
	if found := d.Gate(excused); len(found) != 0 {
		t.Errorf("an excused field: %+v", found)
	}
}

// Samples and longest values are what the type itself would take.
func TestSamplesAreValid(t *testing.T) {
	t.Parallel()
	types := []*catalog.Type{card()}
	files, err := filepath.Glob("../demo/data/types/*.json")
	if err != nil || len(files) < 12 {
		t.Fatalf("%d types: %v", len(files), err)
	}
	for _, name := range files {
		raw, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		typ := new(catalog.Type)
		if err := json.Unmarshal(raw, typ); err != nil {
			t.Fatal(err)
		}
		types = append(types, typ)
	}
	for _, typ := range types {
		for kind, values := range map[string]map[string]string{"sample": face.Sample(typ), "longest": face.Longest(typ)} {
			own := map[string]string{}
			for _, f := range typ.Own() {
				own[f.Name] = values[f.Name]
			}
			if err := typ.CheckFields(own); err != nil {
				t.Errorf("%s of %s: %v", kind, typ.Name, err)
			}
		}
	}
}

var (
	textObject = regexp.MustCompile(`<ofd:TextObject [^>]*Boundary="([-0-9. ]+)"[^>]*>.*?<ofd:TextCode X="([-0-9.]+)" Y="([-0-9.]+)"`)
	glyphUse   = regexp.MustCompile(`<(?:g|use href="#g[^"]*")[^>]* transform="matrix\(([-0-9.e ]+)\)"`)
)

func numbers(t *testing.T, words string) []float64 {
	t.Helper()
	var out []float64
	for _, w := range strings.Fields(words) {
		v, err := strconv.ParseFloat(w, 64)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, v)
	}
	return out
}

// One page model: every text of the license file stands where the preview shows it.
func TestPreviewEqualsTheFile(t *testing.T) {
	t.Parallel()
	d, typ := drawer(t), card()
	values := face.Sample(typ)
	svg, found, err := d.Preview(typ, values)
	if err != nil || len(found) != 0 {
		t.Fatalf("%+v, %v", found, err)
	}
	p, err := d.License(typ, face.Input{Values: values, Code: "abcdefghijklmnopqrstuvwxyz"}, 1, time.Date(2026, 3, 2, 0, 0, 0, 0, time.UTC))
	if err != nil {
		t.Fatal(err)
	}
	var starts [][]float64
	for _, m := range glyphUse.FindAllStringSubmatch(string(svg), -1) {
		starts = append(starts, numbers(t, m[1]))
	}
	texts := 0
	for _, part := range []string{"Doc_0/Tpls/Tpl_0/Content.xml", "Doc_0/Pages/Page_0/Content.xml"} {
		xml, ok := p.Entry(part)
		if !ok {
			t.Fatalf("no %s", part)
		}
		for _, m := range textObject.FindAllStringSubmatch(string(xml), -1) {
			texts++
			b := numbers(t, m[1])
			x, y := b[0]+numbers(t, m[2])[0], b[1]+numbers(t, m[3])[0]
			if !slices.ContainsFunc(starts, func(s []float64) bool { return near(s[4], x) && near(s[5], y) }) {
				t.Errorf("the text at %.3f, %.3f stands elsewhere in the preview", x, y)
			}
		}
	}
	if texts < 8 || !strings.Contains(string(svg), "data:image/png;base64,") {
		t.Errorf("%d texts, or no photo", texts)
	}
}

func near(a, b float64) bool { return a-b < 0.01 && b-a < 0.01 }

func BenchmarkPreview(b *testing.B) {
	d := drawer(b)
	raw, err := os.ReadFile("../demo/data/types/food-permit.json")
	if err != nil {
		b.Fatal(err)
	}
	typ := new(catalog.Type)
	if err := json.Unmarshal(raw, typ); err != nil {
		b.Fatal(err)
	}
	values := face.Sample(typ)
	for b.Loop() {
		if _, _, err := d.Preview(typ, values); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkGate(b *testing.B) {
	d, typ := drawer(b), card()
	for b.Loop() {
		d.Gate(typ)
	}
}
