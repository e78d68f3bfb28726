package ofd_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"testing"

	"github.com/yinxin-org/yinxin/ofd"
)

// smallFont is a valid font of few glyphs, with a composite among its sources.
func smallFont(t testing.TB) []byte {
	t.Helper()
	ttf, err := sample(t).Fonts[0].Compact([]rune("AÀg口品0·"))
	if err != nil {
		t.Fatal(err)
	}
	return ttf
}

func TestCompactKeepsOutlines(t *testing.T) {
	t.Parallel()
	serif := sample(t).Fonts[0]
	small, err := ofd.ParseFont(smallFont(t))
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range "AÀg口品0·" {
		a, b := serif.Outline(r), small.Outline(r)
		if len(a.Data) == 0 || len(a.Data) != len(b.Data) || serif.Advance(r) != small.Advance(r) {
			t.Errorf("%c changed: %d and %d segments", r, len(a.Data), len(b.Data))
		}
	}
	if small.Covers('B') {
		t.Error("a character that was not asked for is there")
	}
}

// The embedded subset keeps glyph ids: CGTransform and cmap agree.
func TestEmbeddedSubset(t *testing.T) {
	t.Parallel()
	p := build(t, sample(t))
	data, _ := p.Entry("Doc_0/Res/font_1.ttf")
	sub, err := ofd.ParseFont(data)
	if err != nil {
		t.Fatal(err)
	}
	serif := sample(t).Fonts[0]
	for _, r := range "经营者名称" {
		if len(sub.Outline(r).Data) != len(serif.Outline(r).Data) {
			t.Errorf("%c changed", r)
		}
	}
	if sub.Covers('龙') || len(data) > 100_000 {
		t.Errorf("subset has %d bytes, or too many characters", len(data))
	}
	for _, tag := range []string{"OS/2", "cmap", "glyf", "head", "hhea", "hmtx", "loca", "maxp", "name", "post"} {
		if !bytes.Contains(data[:12+16*16], []byte(tag)) {
			t.Errorf("table %q is missing", tag)
		}
	}
	sum := uint32(0)
	for i := 0; i < len(data); i += 4 {
		sum += binary.BigEndian.Uint32(data[i:])
	}
	if sum != 0xB1B0AFBA {
		t.Errorf("checksum of the font is %08X", sum)
	}
}

func TestParseFontRefuses(t *testing.T) {
	t.Parallel()
	good := smallFont(t)
	for name, data := range map[string][]byte{
		"nothing":    nil,
		"CFF":        []byte("OTTO00000000"),
		"collection": []byte("ttcf00000000"),
		"text":       []byte("this is no font"),
		"cut":        good[:len(good)/2],
		"no tables":  append([]byte("\x00\x01\x00\x00"), make([]byte, 8)...),
	} {
		var e *ofd.FontError
		if _, err := ofd.ParseFont(data); !errors.As(err, &e) {
			t.Errorf("%s: got %v", name, err)
		}
	}
}

// A composite that contains itself, many times over, must end quickly.
func TestCompositeBomb(t *testing.T) {
	t.Parallel()
	data := smallFont(t)
	for i := range int(binary.BigEndian.Uint16(data[4:])) {
		rec := data[12+16*i:]
		if string(rec[:4]) != "glyf" {
			continue
		}
		glyf := data[binary.BigEndian.Uint32(rec[8:]):][:binary.BigEndian.Uint32(rec[12:])]
		for at := 0; at+10 < len(glyf); at += 6 {
			copy(glyf[at:], "\xff\xff\x00\x20\x00\x02") // composite, more to come, of glyph 2
		}
	}
	f, err := ofd.ParseFont(data)
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range "AÀg口品0·" {
		f.Outline(r)
	}
}

func FuzzParseFont(f *testing.F) {
	f.Add(smallFont(f))
	f.Fuzz(func(t *testing.T, data []byte) {
		font, err := ofd.ParseFont(data)
		if err != nil {
			return
		}
		covered := []rune{}
		for _, r := range "AÀg口品0· 一" {
			font.Outline(r)
			if font.Covers(r) {
				covered = append(covered, r)
			}
		}
		if _, err := font.Compact(covered); err != nil {
			t.Errorf("compact: %v", err)
		}
		doc := page(t, ofd.Text{Size: 5, Value: string(covered)})
		doc.Fonts = []*ofd.Font{font}
		_, _ = ofd.Build(doc)
	})
}

func FuzzRead(f *testing.F) {
	f.Add(zipped(f, plain()))
	small := page(f, ofd.Text{X: 1, Y: 9, Size: 5, Value: "A口", Tag: "T"}, ofd.QR{W: 9, Value: "x"}, ofd.Image{W: 2, H: 2, Data: portrait(f)})
	f.Add(packed(f, build(f, small)))
	lim := ofd.Limits{MaxEntryBytes: 1 << 20, MaxTotalBytes: 4 << 20}
	f.Fuzz(func(t *testing.T, data []byte) {
		p, err := ofd.Read(data, lim)
		if err != nil {
			return
		}
		_, _ = p.Info()
		_, _ = p.Signatures()
		if _, err := p.SVG(0); err == nil {
			_, _ = p.PNG(0, 0.5)
		}
		again, err := p.Bytes()
		if err != nil {
			t.Fatal(err)
		}
		if _, err := ofd.Read(again, ofd.Limits{}); err != nil {
			t.Errorf("written again: %v", err)
		}
	})
}

// FuzzPage feeds the page itself, past the ZIP that a fuzzer seldom gets right.
func FuzzPage(f *testing.F) {
	p := build(f, sample(f))
	for _, name := range []string{"Doc_0/Pages/Page_0/Content.xml", "Doc_0/Tpls/Tpl_0/Content.xml"} {
		data, _ := p.Entry(name)
		f.Add(data)
	}
	f.Add([]byte(plainPage))
	f.Add([]byte(`<Page><Content><Layer><PathObject Boundary="0 0 5 5"><AbbreviatedData>S 0 0 A 3 4 30 1 0 5 5 Q 1 1 2 2 B 1 2 3 4 5 6 C</AbbreviatedData></PathObject></Layer></Content></Page>`))
	f.Fuzz(func(t *testing.T, data []byte) {
		q := p.Clone()
		if err := q.Put("Doc_0/Pages/Page_0/Content.xml", data); err != nil {
			t.Fatal(err)
		}
		_, _ = q.Info()
		svg, err := q.SVG(0)
		if err != nil {
			return
		}
		if bytes.Contains(svg, []byte("NaN")) || bytes.Contains(svg, []byte("Inf")) {
			t.Error("not a number in SVG")
		}
		_, _ = q.PNG(0, 0.5)
	})
}
