package ofd

import (
	"encoding/binary"
	"fmt"
	"math"
	"strconv"
	"strings"
)

// pdfFont is a font of a PDF with just the glyphs that are used. It is made
// from their outlines, so that it does not matter how the font of the file is
// built, and holds nothing of it that is not seen.
type pdfFont struct {
	id     int
	font   *Font
	index  int
	cids   map[pdfGlyphKey]int
	glyphs []pdfGlyph // by CID, from 1
}

// pdfGlyphKey is a glyph and what it stands for: one that stands for two
// characters is two glyphs here, so that copying gives the right one.
type pdfGlyphKey struct {
	gid  uint16
	text string
}

type pdfGlyph struct {
	text  string
	path  []Seg
	width float64 // 1/1000 em
}

func (w *pdfWriter) fontOf(f *Font) *pdfFont {
	p, known := w.fonts[f]
	if !known {
		p = &pdfFont{id: w.id(), font: f, index: len(w.fontOrder), cids: map[pdfGlyphKey]int{}}
		w.fonts[f] = p
		w.fontOrder = append(w.fontOrder, p)
	}
	return p
}

func (f *pdfFont) name() string { return "F" + strconv.Itoa(f.id) }

// maxCID is the number of glyphs that fit two bytes.
const maxCID = 0xFFFE

func (f *pdfFont) cid(it *item) int {
	k := pdfGlyphKey{it.glyph.gid, it.text}
	cid, known := f.cids[k]
	if !known {
		if len(f.glyphs) >= maxCID {
			return maxCID
		}
		f.glyphs = append(f.glyphs, pdfGlyph{it.text, it.path, math.Round(f.font.advance(k.gid) * 1000)})
		cid = len(f.glyphs)
		f.cids[k] = cid
	}
	return cid
}

// font writes a font that all pages have used: ISO 32000-1, 9.7.
func (w *pdfWriter) font(f *pdfFont) {
	name := "YX" + string([]byte{'A' + byte(f.index/17576%26), 'A' + byte(f.index/676%26), 'A' + byte(f.index/26%26), 'A' + byte(f.index%26)}) + "+"
	if n := word(f.font.Name); n != "" {
		name += n
	} else {
		name += "Embedded"
	}
	descendant, descriptor, file, unicode := w.id(), w.id(), w.id(), w.id()
	w.object(f.id, fmt.Sprintf("<</Type/Font/Subtype/Type0/BaseFont/%s/Encoding/Identity-H/DescendantFonts[%d 0 R]/ToUnicode %d 0 R>>",
		name, descendant, unicode))
	var widths strings.Builder
	for i, g := range f.glyphs {
		if i > 0 {
			widths.WriteByte(' ')
		}
		widths.WriteString(num(g.width))
	}
	w.object(descendant, fmt.Sprintf("<</Type/Font/Subtype/CIDFontType2/BaseFont/%s/CIDSystemInfo<</Registry(Adobe)/Ordering(Identity)/Supplement 0>>"+
		"/FontDescriptor %d 0 R/CIDToGIDMap/Identity/DW 1000/W[1[%s]]>>", name, descriptor, widths.String()))
	ttf, box := f.trueType()
	w.object(descriptor, fmt.Sprintf("<</Type/FontDescriptor/FontName/%s/Flags 4/FontBBox[%d %d %d %d]/ItalicAngle 0/Ascent %s/Descent %s/CapHeight %s/StemV 80/FontFile2 %d 0 R>>",
		name, box[0], box[1], box[2], box[3], num(math.Round(f.font.ascent*1000)), num(math.Round(-f.font.descent*1000)), num(math.Round(f.font.ascent*800)), file))
	w.packed(file, fmt.Sprintf("/Length1 %d", len(ttf)), ttf)
	w.packed(unicode, "", f.toUnicode())
}

// toUnicode maps the CIDs to characters: ISO 32000-1, 9.10.3.
func (f *pdfFont) toUnicode() []byte {
	var lines []string
	for i, g := range f.glyphs {
		if g.text != "" {
			lines = append(lines, fmt.Sprintf("<%04X> <%s>\n", i+1, hexUTF16(g.text)))
		}
	}
	var b strings.Builder
	b.WriteString("/CIDInit /ProcSet findresource begin\n12 dict begin\nbegincmap\n" +
		"/CIDSystemInfo <</Registry (Adobe) /Ordering (UCS) /Supplement 0>> def\n/CMapName /Adobe-Identity-UCS def\n/CMapType 2 def\n" +
		"1 begincodespacerange\n<0000> <FFFF>\nendcodespacerange\n")
	const most = 100 // entries of a block
	for len(lines) > 0 {
		n := min(len(lines), most)
		fmt.Fprintf(&b, "%d beginbfchar\n%sendbfchar\n", n, strings.Join(lines[:n], ""))
		lines = lines[n:]
	}
	b.WriteString("endcmap\nCMapName currentdict /CMap defineresource pop\nend\nend\n")
	return []byte(b.String())
}

// trueType makes the font file, and the box around all glyphs in 1/1000 em.
func (f *pdfFont) trueType() ([]byte, [4]int) {
	units := f.font.unitsEm
	var glyf, loca, hmtx []byte
	points, contours := 0, 0
	box := [4]int{math.MaxInt16, math.MaxInt16, math.MinInt16, math.MinInt16}
	put16 := func(b []byte, v ...int) []byte {
		for _, v := range v {
			b = binary.BigEndian.AppendUint16(b, uint16(v))
		}
		return b
	}
	for i := range len(f.glyphs) + 1 {
		loca = binary.BigEndian.AppendUint32(loca, uint32(len(glyf)))
		g := pdfGlyph{width: 1000}
		if i > 0 {
			g = f.glyphs[i-1]
		}
		o := glyphOutline(g.path, units)
		hmtx = put16(hmtx, int(math.Round(g.width*units/1000)), o.box[0])
		if len(o.ends) == 0 {
			continue
		}
		points, contours = max(points, len(o.points)), max(contours, len(o.ends))
		box[0], box[1] = min(box[0], o.box[0]), min(box[1], o.box[1])
		box[2], box[3] = max(box[2], o.box[2]), max(box[3], o.box[3])
		glyf = o.append(glyf)
	}
	loca = binary.BigEndian.AppendUint32(loca, uint32(len(glyf)))
	if box[0] > box[2] {
		box = [4]int{}
	}
	head := put16(nil, 1, 0, 1, 0, 0, 0, 0x5F0F, 0x3CF5, 0x000B, int(units), 0, 0, 0, 0, 0, 0, 0, 0)
	head = put16(head, box[0], box[1], box[2], box[3], 0, 8, 2, 1, 0)
	ascent, descent := int(math.Round(f.font.ascent*units)), int(math.Round(f.font.descent*units))
	hhea := put16(nil, 1, 0, ascent, -descent, 0, int(units), 0, 0, box[2], 1, 0, 0, 0, 0, 0, 0, 0, len(f.glyphs)+1)
	maxp := put16(nil, 1, 0, len(f.glyphs)+1, points, contours, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 0)
	if len(glyf) == 0 {
		glyf = []byte{0, 0, 0, 0}
	}
	ttf := writeSFNT(map[string][]byte{"glyf": glyf, "loca": loca, "hmtx": hmtx, "head": head, "hhea": hhea, "maxp": maxp})
	for i, v := range box {
		box[i] = int(math.Round(float64(v) * 1000 / units))
	}
	return ttf, box
}

// simpleGlyph is an outline in the units of a font, y up.
type simpleGlyph struct {
	points []glyphPoint
	ends   []int // last point of every contour
	box    [4]int
}

// glyphOutline turns a path in em into the points of a TrueType glyph.
func glyphOutline(path []Seg, units float64) simpleGlyph {
	var g simpleGlyph
	from := 0
	var x, y float64
	add := func(x, y float64, on bool) {
		clamp := func(v float64) float64 { return math.Round(min(max(v, -1<<14), 1<<14)) }
		g.points = append(g.points, glyphPoint{clamp(x * units), clamp(-y * units), on})
	}
	end := func() {
		if n := len(g.points); n-from > 2 && g.points[n-1].on && g.points[n-1] == g.points[from] {
			g.points = g.points[:n-1]
		}
		if len(g.points)-from < 2 {
			g.points = g.points[:from]
		} else {
			g.ends = append(g.ends, len(g.points)-1)
		}
		from = len(g.points)
	}
	for _, s := range path {
		switch s.Op {
		case MoveTo:
			end()
			add(s.X, s.Y, true)
		case LineTo:
			add(s.X, s.Y, true)
		case QuadTo:
			add(s.X1, s.Y1, false)
			add(s.X, s.Y, true)
		case CubicTo:
			for _, q := range quadratics(x, y, s) {
				add(q.X1, q.Y1, false)
				add(q.X, q.Y, true)
			}
		case ClosePath:
			end()
			continue
		}
		x, y = s.X, s.Y
	}
	end()
	for i, p := range g.points {
		if i == 0 {
			g.box = [4]int{int(p.x), int(p.y), int(p.x), int(p.y)}
		}
		g.box[0], g.box[1] = min(g.box[0], int(p.x)), min(g.box[1], int(p.y))
		g.box[2], g.box[3] = max(g.box[2], int(p.x)), max(g.box[3], int(p.y))
	}
	return g
}

// quadratics are four curves that come close to a cubic from x, y.
func quadratics(x, y float64, s Seg) [4]Seg {
	var out [4]Seg
	at := func(t float64) (px, py, dx, dy float64) {
		u := 1 - t
		px = u*u*u*x + 3*u*u*t*s.X1 + 3*u*t*t*s.X2 + t*t*t*s.X
		py = u*u*u*y + 3*u*u*t*s.Y1 + 3*u*t*t*s.Y2 + t*t*t*s.Y
		dx = 3 * (u*u*(s.X1-x) + 2*u*t*(s.X2-s.X1) + t*t*(s.X-s.X2))
		dy = 3 * (u*u*(s.Y1-y) + 2*u*t*(s.Y2-s.Y1) + t*t*(s.Y-s.Y2))
		return
	}
	const step = 0.25
	for i := range out {
		x0, y0, dx0, dy0 := at(float64(i) * step)
		x1, y1, dx1, dy1 := at(float64(i+1) * step)
		// The control point that fits both tangents on average.
		out[i] = Seg{Op: QuadTo, X1: (x0+x1)/2 + (dx0-dx1)*step/4, Y1: (y0+y1)/2 + (dy0-dy1)*step/4, X: x1, Y: y1}
	}
	return out
}

// append writes the glyph as the table glyf holds it.
func (g simpleGlyph) append(b []byte) []byte {
	put := func(v int) { b = binary.BigEndian.AppendUint16(b, uint16(v)) }
	put(len(g.ends))
	for _, v := range g.box {
		put(v)
	}
	for _, e := range g.ends {
		put(e)
	}
	put(0) // no instructions
	var flags, xs, ys []byte
	delta := func(d int, short, same byte, out []byte) (byte, []byte) {
		switch {
		case d == 0:
			return same, out
		case d > 0 && d < 256:
			return short | same, append(out, byte(d))
		case d < 0 && d > -256:
			return short, append(out, byte(-d))
		}
		return 0, binary.BigEndian.AppendUint16(out, uint16(d))
	}
	x, y := 0, 0
	for _, p := range g.points {
		var flag, f byte
		if p.on {
			flag = flagOnCurve
		}
		f, xs = delta(int(p.x)-x, flagXShort, flagXSame, xs)
		flag |= f
		f, ys = delta(int(p.y)-y, flagYShort, flagYSame, ys)
		flags = append(flags, flag|f)
		x, y = int(p.x), int(p.y)
	}
	b = append(append(append(b, flags...), xs...), ys...)
	for len(b)%4 != 0 {
		b = append(b, 0)
	}
	return b
}
