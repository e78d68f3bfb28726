package ofd_test

import (
	"bytes"
	"encoding/binary"
	"slices"
	"strings"
	"testing"

	"github.com/yinxin-org/yinxin/ofd"
)

// cffFont is an OpenType font of one glyph: a box from 100 to 600 and from 0 to
// 700 of 1,000 units, whose upper edge is a curve.
func cffFont(t testing.TB) []byte {
	t.Helper()
	be := binary.BigEndian
	index := func(items ...[]byte) []byte {
		b := be.AppendUint16(nil, uint16(len(items)))
		if len(items) == 0 {
			return b
		}
		b, at := append(b, 1, 1), 1
		for _, it := range items {
			at += len(it)
			b = append(b, byte(at))
		}
		return append(b, bytes.Join(items, nil)...)
	}
	num := func(v ...int) []byte {
		var b []byte
		for _, v := range v {
			b = append(b, 28, byte(v>>8), byte(v))
		}
		return b
	}
	box := slices.Concat(num(100, 0), []byte{21}, num(500), []byte{6}, num(700), []byte{7},
		num(-100, 0, -300, 0, -100, 0), []byte{8}, []byte{14})
	glyphs := index([]byte{14}, box)
	head := append([]byte{1, 0, 4, 1}, index([]byte("A"))...)
	const topSize = 2 + 1 + 2 + 5*3 + 2
	at := len(head) + topSize + 2 + 2
	top := slices.Concat([]byte{29}, be.AppendUint32(nil, uint32(at)), []byte{17},
		[]byte{29}, be.AppendUint32(nil, 2), []byte{29}, be.AppendUint32(nil, uint32(at+len(glyphs))), []byte{18})
	cff := slices.Concat(head, index(top), index(), index(), glyphs, []byte{139, 20})

	u16 := func(v ...int) []byte {
		var b []byte
		for _, v := range v {
			b = be.AppendUint16(b, uint16(v))
		}
		return b
	}
	cmap := slices.Concat(u16(0, 1, 3, 1, 0, 12), u16(4, 32, 0, 4, 4, 1, 0, 'A', 0xFFFF, 0, 'A', 0xFFFF, 1-'A', 1, 0, 0))
	tables := map[string][]byte{
		"CFF ": cff, "cmap": cmap, "head": u16(1, 0, 1, 0, 0, 0, 0x5F0F, 0x3CF5, 0, 1000, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1000, 1000, 0, 8, 2, 0, 0),
		"hhea": u16(1, 0, 800, -200, 0, 700, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 2), "hmtx": u16(700, 0, 700, 0), "maxp": u16(0, 0x5000, 2),
	}
	tags := []string{"CFF ", "cmap", "head", "hhea", "hmtx", "maxp"}
	out := append([]byte("OTTO"), u16(len(tags), 64, 2, 32)...)
	var body []byte
	for _, tag := range tags {
		out = append(out, tag...)
		for _, v := range []int{0, 12 + 16*len(tags) + len(body), len(tables[tag])} {
			out = be.AppendUint32(out, uint32(v))
		}
		body = append(body, tables[tag]...)
		for len(body)%4 != 0 {
			body = append(body, 0)
		}
	}
	return append(out, body...)
}

// Vendors embed OpenType fonts too. They are drawn with their own outlines, in
// the PDF as a font like any other.
func TestForeignOpenTypeFont(t *testing.T) {
	t.Parallel()
	const text = `<TextObject ID="2" Boundary="2 2 50 30" Font="1" Size="20"><TextCode X="0" Y="20">A</TextCode></TextObject>`
	p := foreign(t, text, cffFont(t))
	d := drawAll(t, p, ofd.RenderOptions{})[0]
	if len(d.Missing) != 0 {
		t.Fatalf("missing %v", d.Missing)
	}
	img := raster(t, p, 6)
	for name, c := range map[string]struct {
		box  ofd.Box
		want bool
	}{
		"inside": {ofd.Box{X: 5, Y: 10, W: 8, H: 11}, true}, "left of it": {ofd.Box{X: 2, Y: 8, W: 1.5, H: 13}, false}, "below": {ofd.Box{X: 2, Y: 23, W: 14, H: 4}, false},
	} {
		if got := inkIn(img, 6, c.box) > 20; got != c.want {
			t.Errorf("%s: ink %v", name, got)
		}
	}
	f := takeApart(t, writePDF(t, []*ofd.Drawing{d}, ofd.PDFInfo{}))
	if got := f.text(t, f.pages()[0]); got != "A" {
		t.Errorf("text of the PDF %q", got)
	}
}

func TestForeignFontCollection(t *testing.T) {
	t.Parallel()
	ttf := smallFont(t)
	const shift = 16
	file := slices.Concat([]byte("ttcf\x00\x01\x00\x00\x00\x00\x00\x01\x00\x00\x00\x10"), ttf)
	for i := range int(binary.BigEndian.Uint16(ttf[4:])) {
		rec := file[shift+12+16*i:]
		binary.BigEndian.PutUint32(rec[8:], binary.BigEndian.Uint32(rec[8:])+shift)
	}
	p := foreign(t, `<TextObject ID="2" Boundary="2 2 50 30" Font="1" Size="20"><TextCode X="0" Y="20">国品</TextCode></TextObject>`, file)
	d := drawAll(t, p, ofd.RenderOptions{})[0]
	if len(d.Missing) != 1 || !strings.Contains(d.Missing[0].String(), "U+56FD") { // the small font has no 国
		t.Errorf("missing %v", d.Missing)
	}
}

// A damaged font is as good as none.
func TestForeignFontDamaged(t *testing.T) {
	t.Parallel()
	whole := cffFont(t)
	for n := 0; n < len(whole); n += 7 {
		p := foreign(t, `<TextObject ID="2" Boundary="2 2 50 30" Font="1" Size="20"><TextCode X="0" Y="20">A</TextCode></TextObject>`, whole[:n])
		drawn(t, p, ofd.RenderOptions{Fallback: sample(t).Fonts[0]})
	}
}
