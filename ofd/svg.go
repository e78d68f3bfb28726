package ofd

import (
	"encoding/base64"
	"math"
	"strconv"
)

// glyphUnits is the size of the em square that glyphs have in an SVG.
const glyphUnits = 1000

// SVG writes the drawing. Every glyph and picture stands once in defs, and
// above all lies the text itself, unseen, to be selected and searched. All that
// comes from the file is numbers, pictures in base64 and escaped text.
func (d *Drawing) SVG() []byte {
	w := svgWriter{glyphs: map[glyphKey]string{}, pictures: map[*picture]string{}, clips: map[*clip]string{}}
	for i := 0; i < len(d.items); {
		if n := runLength(d.items[i:]); n > 1 && w.run(d.items[i:i+n]) {
			i += n
			continue
		}
		w.item(&d.items[i])
		i++
	}
	w.within(nil)
	w.words(d)
	out := svgText{}
	out.text(`<svg xmlns="http://www.w3.org/2000/svg" width="`, num(d.Width), `mm" height="`, num(d.Height),
		`mm" viewBox="0 0 `, nums(d.Width, d.Height), `">`)
	if d.title != "" {
		out.text("<title>", escaped(d.title), "</title>")
	}
	out.text("<defs>", string(w.defs.buf), `</defs><rect width="100%" height="100%" fill="#fff"/>`)
	out.text(string(w.buf), "</svg>\n")
	return out.buf
}

func escaped(s string) string {
	m := markup{}
	m.escape(s, false)
	return string(m.buf)
}

// runLength counts the items that are glyphs of one line, drawn alike and only
// moved against each other.
func runLength(items []item) int {
	first := &items[0]
	if first.glyph == nil || first.line == 0 || first.shaded() {
		return 1
	}
	n := 1
	for n < len(items) {
		it := &items[n]
		a, b := it.at, first.at
		if it.glyph == nil || it.line != first.line || it.fill != first.fill || it.stroke != first.stroke || it.clip != first.clip ||
			a.a != b.a || a.b != b.b || a.c != b.c || a.d != b.d {
			break
		}
		n++
	}
	return n
}

func (it *item) shaded() bool {
	return it.fill != nil && it.fill.shade != nil || it.stroke != nil && it.stroke.shade != nil
}

type svgText struct{ buf []byte }

func (w *svgText) text(parts ...string) {
	for _, p := range parts {
		w.buf = append(w.buf, p...)
	}
}

func (w *svgText) transform(name string, m matrix) {
	if m == identity {
		return
	}
	w.text(" ", name, `="matrix(`)
	for k, v := range [...]float64{m.a, m.b, m.c, m.d, m.e, m.f} {
		if k > 0 {
			w.text(" ")
		}
		w.buf = strconv.AppendFloat(w.buf, v, 'g', 7, 64)
	}
	w.text(`)"`)
}

type svgWriter struct {
	svgText          // what is drawn
	defs     svgText // what it refers to
	clip     *clip   // of the group that is open
	glyphs   map[glyphKey]string
	pictures map[*picture]string
	clips    map[*clip]string
	shades   int
}

// within opens the group that is drawn inside a clip, if it is not open.
func (w *svgWriter) within(c *clip) {
	if w.clip == c {
		return
	}
	if w.clip != nil {
		w.text("</g>")
	}
	if w.clip = c; c != nil {
		w.text(`<g clip-path="url(#`, w.clipID(c), `)">`)
	}
}

func (w *svgWriter) clipID(c *clip) string {
	id, known := w.clips[c]
	if known {
		return id
	}
	outer := ""
	if c.outer != nil {
		outer = ` clip-path="url(#` + w.clipID(c.outer) + `)"`
	}
	id = "c" + strconv.Itoa(len(w.clips))
	w.clips[c] = id
	w.defs.text(`<clipPath id="`, id, `"`, outer, `><path d="`)
	w.defs.path(c.path, 1, 4)
	w.defs.text(`"`)
	if c.evenOdd {
		w.defs.text(` clip-rule="evenodd"`)
	}
	w.defs.text(`/></clipPath>`)
	return id
}

func (w *svgWriter) glyphID(it *item) string {
	id, known := w.glyphs[*it.glyph]
	if !known {
		id = "g" + strconv.Itoa(len(w.glyphs))
		w.glyphs[*it.glyph] = id
		w.defs.text(`<path id="`, id, `" d="`)
		w.defs.path(it.path, glyphUnits, 0)
		w.defs.text(`"/>`)
	}
	return id
}

func (w *svgWriter) pictureID(p *picture) string {
	id, known := w.pictures[p]
	if !known {
		id = "i" + strconv.Itoa(len(w.pictures))
		w.pictures[p] = id
		kind := "image/png"
		if p.format == "JPEG" {
			kind = "image/jpeg"
		}
		w.defs.text(`<image id="`, id, `" width="1" height="1" preserveAspectRatio="none" href="data:`, kind, `;base64,`)
		w.defs.buf = base64.StdEncoding.AppendEncode(w.defs.buf, p.data)
		w.defs.text(`"/>`)
	}
	return id
}

// run writes glyphs that only differ in place as one group, in the coordinates
// of the first. It gives up on a line that is squeezed to nothing.
func (w *svgWriter) run(items []item) bool {
	first := &items[0]
	base := scale(1.0/glyphUnits, 1.0/glyphUnits).then(first.at)
	back, ok := base.inverse()
	if !ok {
		return false
	}
	w.within(first.clip)
	w.text("<g")
	w.paint(first, base, glyphUnits)
	w.transform("transform", base)
	w.text(">")
	for i := range items {
		it := &items[i]
		if len(it.path) == 0 {
			continue
		}
		w.text(`<use href="#`, w.glyphID(it), `"`)
		x, y := back.apply(it.at.e, it.at.f)
		if x = math.Round(x); x != 0 {
			w.text(` x="`, num(x), `"`)
		}
		if y = math.Round(y); y != 0 {
			w.text(` y="`, num(y), `"`)
		}
		w.text("/>")
	}
	w.text("</g>")
	return true
}

func (w *svgWriter) item(it *item) {
	at := it.at
	switch {
	case it.picture != nil:
		w.within(it.clip)
		w.text(`<use href="#`, w.pictureID(it.picture), `"`)
		if it.alpha < 1 {
			w.text(` opacity="`, num(it.alpha), `"`)
		}
	case len(it.path) == 0:
		return
	case it.glyph != nil:
		w.within(it.clip)
		at = scale(1.0/glyphUnits, 1.0/glyphUnits).then(at)
		w.text(`<use href="#`, w.glyphID(it), `"`)
		w.paint(it, at, glyphUnits)
	default:
		w.within(it.clip)
		w.text(`<path d="`)
		w.path(it.path, 1, 4)
		w.text(`"`)
		w.paint(it, at, 1)
	}
	w.transform("transform", at)
	w.text(`/>`)
}

// paint writes fill and stroke of an element that at brings to the page and
// whose units are so many to one of the item.
func (w *svgWriter) paint(it *item, at matrix, units float64) {
	switch {
	case it.fill == nil:
		w.text(` fill="none"`)
	default:
		if color := w.color(it.fill, at); color != "#000000" {
			w.text(` fill="`, color, `"`)
		}
		if it.fill.alpha < 1 {
			w.text(` fill-opacity="`, num(it.fill.alpha), `"`)
		}
		if it.evenOdd {
			w.text(` fill-rule="evenodd"`)
		}
	}
	if it.stroke == nil {
		return
	}
	p := it.pen.scaled(units)
	w.text(` stroke="`, w.color(it.stroke, at), `" stroke-width="`, num(p.width), `"`)
	if it.stroke.alpha < 1 {
		w.text(` stroke-opacity="`, num(it.stroke.alpha), `"`)
	}
	switch p.cap {
	case 'R':
		w.text(` stroke-linecap="round"`)
	case 'S':
		w.text(` stroke-linecap="square"`)
	}
	switch {
	case p.round:
		w.text(` stroke-linejoin="round"`)
	case p.bevel:
		w.text(` stroke-linejoin="bevel"`)
	case p.miter != defaultMiter:
		w.text(` stroke-miterlimit="`, num(p.miter), `"`)
	}
	if len(p.dash) > 0 {
		w.text(` stroke-dasharray="`, nums(p.dash...), `"`)
		if p.offset != 0 {
			w.text(` stroke-dashoffset="`, num(p.offset), `"`)
		}
	}
}

// color is a colour, or the reference to a gradient seen from an element.
func (w *svgWriter) color(p *paint, at matrix) string {
	s := p.shade
	back, ok := at.inverse()
	if s == nil || !ok {
		return p.hex()
	}
	id := "s" + strconv.Itoa(w.shades)
	w.shades++
	kind := "linearGradient"
	w.defs.text(`<`)
	if s.radial {
		kind = "radialGradient"
		w.defs.text(kind, ` id="`, id, `" cx="`, num(s.x1), `" cy="`, num(s.y1), `" r="`, num(s.r1),
			`" fx="`, num(s.x0), `" fy="`, num(s.y0), `" fr="`, num(s.r0), `"`)
	} else {
		w.defs.text(kind, ` id="`, id, `" x1="`, num(s.x0), `" y1="`, num(s.y0), `" x2="`, num(s.x1), `" y2="`, num(s.y1), `"`)
	}
	w.defs.text(` gradientUnits="userSpaceOnUse"`)
	w.defs.transform("gradientTransform", s.at.then(back))
	w.defs.text(`>`)
	const nothing = `" stop-opacity="0"/>`
	if !s.before {
		w.defs.text(`<stop offset="0" stop-color="`, s.stops[0].hex(), nothing)
	}
	for _, st := range s.stops {
		w.defs.text(`<stop offset="`, num(st.pos), `" stop-color="`, st.hex(), `"/>`)
	}
	if !s.after {
		w.defs.text(`<stop offset="1" stop-color="`, s.stops[len(s.stops)-1].hex(), nothing)
	}
	w.defs.text(`</`, kind, `>`)
	return "url(#" + id + ")"
}

func (c RGB) hex() string {
	const digits = "0123456789abcdef"
	b := []byte{'#'}
	for _, v := range [...]uint8{c.R, c.G, c.B} {
		b = append(b, digits[v>>4], digits[v&15])
	}
	return string(b)
}

// path writes path data; factor scales it, decimals bounds its precision.
func (w *svgText) path(path []Seg, factor float64, decimals int) {
	at := func(op byte, values ...float64) {
		w.buf = append(w.buf, op)
		for i, v := range values {
			v *= factor
			if i > 0 {
				w.buf = append(w.buf, ' ')
			}
			if decimals == 0 {
				w.buf = strconv.AppendInt(w.buf, int64(math.Round(v)), 10)
			} else {
				w.buf = appendNum(w.buf, v)
			}
		}
	}
	for _, s := range path {
		switch s.Op {
		case MoveTo:
			at('M', s.X, s.Y)
		case LineTo:
			at('L', s.X, s.Y)
		case QuadTo:
			at('Q', s.X1, s.Y1, s.X, s.Y)
		case CubicTo:
			at('C', s.X1, s.Y1, s.X2, s.Y2, s.X, s.Y)
		case ClosePath:
			w.buf = append(w.buf, 'Z')
		}
	}
}

// words lays the text over the picture, unseen, in the order of reading. The
// places of the characters stand one by one, since the font that a browser
// takes for them is not that of the file.
func (w *svgWriter) words(d *Drawing) {
	lines := d.reading()
	if len(lines) == 0 {
		return
	}
	w.text(`<g fill-opacity="0" font-family="serif" xml:space="preserve">`)
	for _, l := range lines {
		at := l[0].at
		size := math.Hypot(at.c, at.d)
		base := scale(1/size, 1/size).then(at)
		back, ok := base.inverse()
		if !ok {
			continue
		}
		upright := base.a == 1 && base.b == 0 && base.c == 0 && base.d == 1
		if upright {
			back = identity
		}
		w.text(`<text font-size="`, num(size), `"`)
		if !upright {
			w.transform("transform", base)
		}
		var xs, ys []float64
		for _, c := range l {
			x, y := back.apply(c.at.e, c.at.f)
			units := utf16Units(c.text)
			for i := range units {
				xs, ys = append(xs, x+c.width*size*float64(i)/float64(units)), append(ys, y)
			}
			if units == 2 && len(c.text) == 4 { // one character outside the BMP
				xs[len(xs)-1] = x
			}
		}
		w.places("x", xs)
		w.places("y", ys)
		w.text(">")
		for _, c := range l {
			w.text(escaped(c.text))
		}
		w.text("</text>")
	}
	w.text("</g>")
}

// places writes a list of numbers, or one if all are the same.
func (w *svgWriter) places(name string, v []float64) {
	same := true
	for i := range v {
		v[i] = math.Round(v[i]*100) / 100
		same = same && v[i] == v[0]
	}
	if same {
		v = v[:1]
	}
	w.text(" ", name, `="`, nums(v...), `"`)
}
