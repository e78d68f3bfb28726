package ofd_test

import (
	"encoding/binary"
	"fmt"
	"testing"

	"github.com/yinxin-org/yinxin/ofd"
)

// foreign is a package by another hand: one page with the given objects and a
// font of few glyphs.
func foreign(t testing.TB, objects string, ttf []byte) *ofd.Package {
	t.Helper()
	files := []file{
		{"OFD.xml", plainRoot},
		{"Doc_0/Document.xml", `<Document><CommonData><PageArea><PhysicalBox>0 0 60 40</PhysicalBox></PageArea><PublicRes>R.xml</PublicRes></CommonData>` +
			`<Pages><Page ID="1" BaseLoc="P.xml"/></Pages></Document>`},
		{"Doc_0/R.xml", `<Res BaseLoc="Res"><Fonts><Font ID="1" FontName="x"><FontFile>f.ttf</FontFile></Font></Fonts>` +
			`<DrawParams><DrawParam ID="9" LineWidth="4"><StrokeColor Value="0 0 0"/></DrawParam></DrawParams></Res>`},
		{"Doc_0/P.xml", `<Page><Content><Layer DrawParam="9">` + objects + `</Layer></Content></Page>`},
		{"Doc_0/Res/f.ttf", string(ttf)},
	}
	p, err := ofd.Read(zipped(t, files), ofd.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// without renames a table of a font, so that it counts as missing.
func without(ttf []byte, tag string) []byte {
	for i := range int(binary.BigEndian.Uint16(ttf[4:])) {
		if rec := ttf[12+16*i:]; string(rec[:4]) == tag {
			copy(rec, "none")
		}
	}
	return ttf
}

// Vendors write the distances between characters in several ways.
func TestForeignSpacing(t *testing.T) {
	t.Parallel()
	const text = `<TextObject ID="2" Boundary="2 2 50 30" Font="1" Size="5"><TextCode X="0" Y="5" %s>口口口</TextCode></TextObject>`
	for attrs, want := range map[string][3]bool{ // ink at 0, 10 and 30 mm
		`DeltaX="10 20"`:             {true, true, true},
		`DeltaX="g 2 10"`:            {true, true, false},
		`DeltaX="10"`:                {true, true, false}, // the last value goes on
		`DeltaX="g 1 30 g 1 -20"`:    {true, true, true},
		`DeltaX="0 0" DeltaY="9 9"`:  {true, false, false},
		`DeltaX="g 99999999999 1"`:   {true, false, false},
		`DeltaX="x y"`:               {true, false, false},
		`DeltaX="30"`:                {true, false, true},
		`DeltaX="g 1000000000 30.0"`: {true, false, true},
	} {
		img := raster(t, foreign(t, fmt.Sprintf(text, attrs), smallFont(t)), 6)
		for i, x := range []float64{0, 10, 30} {
			if got := inkIn(img, 6, ofd.Box{X: 2 + x, Y: 2, W: 5, H: 7}) > 20; got != want[i] {
				t.Errorf("%s: ink at %v mm = %v", attrs, x, got)
			}
		}
	}
}

// A font without cmap is used through the glyph ids of CGTransform.
func TestForeignGlyphTransform(t *testing.T) {
	t.Parallel()
	const text = `<TextObject ID="2" Boundary="2 2 50 30" Font="1" Size="5">%s<TextCode X="0" Y="5">??</TextCode></TextObject>`
	ttf := without(smallFont(t), "cmap")
	for name, c := range map[string]struct {
		transform string
		want      bool
	}{
		"none":    {"", false},
		"known":   {`<CGTransform CodePosition="0" CodeCount="1" GlyphCount="1"><Glyphs>4</Glyphs></CGTransform>`, true},
		"outside": {`<CGTransform CodePosition="0" CodeCount="1" GlyphCount="1"><Glyphs>4000</Glyphs></CGTransform>`, false},
		"nothing": {`<CGTransform CodePosition="-7"><Glyphs>x</Glyphs></CGTransform>`, false},
	} {
		img := raster(t, foreign(t, fmt.Sprintf(text, c.transform), ttf), 6)
		if got := inkIn(img, 6, ofd.Box{X: 2, Y: 2, W: 6, H: 7}) > 10; got != c.want {
			t.Errorf("%s: ink = %v", name, got)
		}
	}
}

func TestForeignPathsAndDrawParams(t *testing.T) {
	t.Parallel()
	// The left half of a circle around (20, 20), stroked 4 mm wide by the layer.
	arc := `<PathObject ID="3" Boundary="10 10 20 20"><AbbreviatedData>S 10 0 A 10 10 0 0 0 10 20</AbbreviatedData></PathObject>`
	img := raster(t, foreign(t, arc, nil), 6)
	for name, c := range map[string]struct {
		box  ofd.Box
		want bool
	}{
		"left edge":      {ofd.Box{X: 8.5, Y: 19, W: 3, H: 2}, true},
		"diagonal":       {ofd.Box{X: 12, Y: 12, W: 2, H: 2}, true},
		"right edge":     {ofd.Box{X: 28, Y: 19, W: 4, H: 2}, false},
		"inside, hollow": {ofd.Box{X: 15, Y: 17, W: 5, H: 6}, false},
	} {
		if got := inkIn(img, 6, c.box) > 50; got != c.want {
			t.Errorf("%s: ink = %v", name, got)
		}
	}
}

func TestForeignColors(t *testing.T) {
	t.Parallel()
	const square = `<PathObject ID="3" Boundary="0 0 9 9" Stroke="false" Fill="true"><FillColor Value="%s"/><AbbreviatedData>M 0 0 L 9 0 L 9 9 L 0 9 C</AbbreviatedData></PathObject>`
	for value, want := range map[string][3]uint32{
		"255 0 0": {255, 0, 0}, "#ff #80 #00": {255, 128, 0}, "100": {100, 100, 100},
		"0 255 255 0": {255, 0, 0}, "900 -5 0": {255, 0, 0}, "": {0, 0, 0}, "1 2": {0, 0, 0},
	} {
		r, g, b, _ := raster(t, foreign(t, fmt.Sprintf(square, value), nil), 2).At(5, 5).RGBA()
		if got := [3]uint32{r >> 8, g >> 8, b >> 8}; got != want {
			t.Errorf("%q = %v, want %v", value, got, want)
		}
	}
}
