package face_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/yinxin-org/yinxin/internal/catalog"
	"github.com/yinxin-org/yinxin/internal/face"
)

// What somebody draws to keep the server busy is refused or drawn at once.
func TestNoFaceKeepsTheServerBusy(t *testing.T) {
	t.Parallel()
	d := drawer(t)
	field := func(f catalog.Field, n int, o catalog.FaceObject) *catalog.Type {
		f.Name, f.Label, f.Type, o.Kind, o.Field = "KZ_A", "甲", "text", "field", "KZ_A"
		return &catalog.Type{Name: "试验证", Fields: []catalog.Field{f},
			Face: catalog.Face{Width: 200, Height: 200, Objects: slices.Repeat([]catalog.FaceObject{o}, n)}}
	}
	for name, x := range map[string]*catalog.Type{
		"groups within groups":  field(catalog.Field{Pattern: "^" + strings.Repeat("(a", 60) + strings.Repeat("b)", 60) + "$"}, 1, catalog.FaceObject{Y: 10, W: 50, Size: 3}),
		"one endless line":      field(catalog.Field{MaxLen: 2000, Multi: 45}, 1, catalog.FaceObject{Y: 10, W: 5000, Size: 0.06}),
		"marks without end":     field(catalog.Field{MaxLen: 2000, Multi: 45, Pattern: "^，*$"}, 1, catalog.FaceObject{Y: 10, W: 5000, Size: 0.06}),
		"a thousand long texts": field(catalog.Field{MaxLen: 2000, Multi: 50}, 1000, catalog.FaceObject{Y: 10, W: 3000, Size: 2}),
	} {
		began := time.Now()
		if _, _, err := d.Preview(x, face.Longest(x)); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		d.Gate(x)
		if took := time.Since(began); took > 20*time.Second {
			t.Errorf("%s took %v", name, took)
		}
	}
	x := field(catalog.Field{MaxLen: 2000, Multi: 50}, 1000, catalog.FaceObject{Y: 10, W: 3000, Size: 2})
	if found := d.Gate(x); len(found) != 1 || found[0].Code != "face.heavy" {
		t.Errorf("a thousand long texts: %v", found)
	}
}

// A number that is none is told where it stands; it neither fails the preview nor passes the gate, after which no
// license could be drawn.
func TestNumbersOfAFaceAreSensible(t *testing.T) {
	t.Parallel()
	d := drawer(t)
	path := func(p string) catalog.FaceObject {
		return catalog.FaceObject{Kind: "path", X: 1, Y: 1, W: 5, H: 5, Stroke: 0.2, Path: p}
	}
	for name, c := range map[string]struct {
		object catalog.FaceObject
		code   string
	}{
		"no number":        {path("M NaN 0 L 1 1"), "face.path"},
		"endless":          {path("M 0 0 L Inf 1"), "face.path"},
		"far away":         {path("M 0 0 L 1e308 1"), "face.path"},
		"begins in midair": {path("L 1 1"), "face.path"},
		"a wide column": {catalog.FaceObject{Kind: "table", X: 1, Y: 1, H: 5, Size: 3, Rows: 1, Stroke: 0.2,
			Columns: []catalog.Column{{Field: "KZ_XM", Title: "项目", W: 1e308}}}, "face.number"},
		"see-through below nothing": {catalog.FaceObject{Kind: "rect", X: 1, Y: 1, W: 5, H: 5, Fill: "#ff0000", Alpha: -1}, "face.number"},
		"a code without room":       {catalog.FaceObject{Kind: "qr", X: 1, Y: 1, W: -5}, "face.qr-small"},
		"a photo without room":      {catalog.FaceObject{Kind: "photo", X: 1, Y: 1, W: -5, H: 5, Field: "KZ_ZP"}, "face.room"},
	} {
		x := card()
		x.Face.Objects = append(x.Face.Objects, c.object)
		if found := d.Gate(x); !slices.ContainsFunc(found, func(f catalog.Finding) bool { return f.Code == c.code }) {
			t.Errorf("%s: the gate says %v, want %s", name, found, c.code)
		}
		if _, _, err := d.Preview(x, face.Sample(x)); err != nil {
			t.Errorf("%s: preview: %v", name, err)
		}
	}
}
