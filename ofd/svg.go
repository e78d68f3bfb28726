package ofd

import (
	"encoding/base64"
	"math"
	"strconv"
)

// glyphUnits is the size of the em square that glyphs have in an SVG.
const glyphUnits = 1000

// SVG writes the drawing. Every glyph and picture stands once in defs. All that
// comes from the file is numbers, pictures in base64 and the escaped title.
func (d *Drawing) SVG() []byte {
	w := svgWriter{glyphs: map[glyphKey]int{}, pictures: map[*picture]int{}}
	w.text(`<svg xmlns="http://www.w3.org/2000/svg" width="`, num(d.Width), `mm" height="`, num(d.Height),
		`mm" viewBox="0 0 `, nums(d.Width, d.Height), `">`)
	if d.title != "" {
		m := markup{}
		m.escape(d.title, false)
		w.text("<title>", string(m.buf), "</title>")
	}
	w.text("<defs>")
	for i := range d.items {
		w.define(i, &d.items[i])
	}
	w.text(`</defs><rect width="100%" height="100%" fill="#fff"/>`)
	for i := range d.items {
		w.item(i, &d.items[i])
	}
	w.text("</svg>\n")
	return w.buf
}

type svgWriter struct {
	buf      []byte
	glyphs   map[glyphKey]int
	pictures map[*picture]int
}

func (w *svgWriter) text(parts ...string) {
	for _, p := range parts {
		w.buf = append(w.buf, p...)
	}
}

// define writes what the item refers to, unless it stands already.
func (w *svgWriter) define(i int, it *item) {
	if it.clip != nil {
		c := *it.clip
		w.text(`<clipPath id="c`, strconv.Itoa(i), `"><rect x="`, num(c.X), `" y="`, num(c.Y),
			`" width="`, num(max(c.W, 0)), `" height="`, num(max(c.H, 0)), `"/></clipPath>`)
	}
	switch {
	case it.glyph != nil:
		if _, known := w.glyphs[*it.glyph]; known {
			return
		}
		w.glyphs[*it.glyph] = len(w.glyphs)
		if len(it.path) > 0 {
			w.text(`<path id="g`, strconv.Itoa(w.glyphs[*it.glyph]), `" d="`)
			w.path(it.path, glyphUnits, 0)
			w.text(`"/>`)
		}
	case it.picture != nil:
		if _, known := w.pictures[it.picture]; known {
			return
		}
		w.pictures[it.picture] = len(w.pictures)
		kind := "image/png"
		if it.picture.format == "JPEG" {
			kind = "image/jpeg"
		}
		w.text(`<image id="i`, strconv.Itoa(w.pictures[it.picture]), `" width="1" height="1" preserveAspectRatio="none" href="data:`, kind, `;base64,`)
		w.buf = base64.StdEncoding.AppendEncode(w.buf, it.picture.data)
		w.text(`"/>`)
	}
}

func (w *svgWriter) item(i int, it *item) {
	if it.clip != nil {
		w.text(`<g clip-path="url(#c`, strconv.Itoa(i), `)">`)
		defer w.text(`</g>`)
	}
	at := it.at
	switch {
	case it.picture != nil:
		w.text(`<use href="#i`, strconv.Itoa(w.pictures[it.picture]), `"`)
		if it.alpha < 1 {
			w.text(` opacity="`, num(it.alpha), `"`)
		}
	case it.glyph != nil:
		if len(it.path) == 0 {
			return
		}
		at = scale(1.0/glyphUnits, 1.0/glyphUnits).then(at)
		w.text(`<use href="#g`, strconv.Itoa(w.glyphs[*it.glyph]), `"`)
		w.paint(it, it.lineWidth*glyphUnits)
	default:
		w.text(`<path d="`)
		w.path(it.path, 1, 4)
		w.text(`"`)
		w.paint(it, it.lineWidth)
	}
	if at != identity {
		w.text(` transform="matrix(`)
		for k, v := range [...]float64{at.a, at.b, at.c, at.d, at.e, at.f} {
			if k > 0 {
				w.text(" ")
			}
			w.buf = strconv.AppendFloat(w.buf, v, 'g', 7, 64)
		}
		w.text(`)"`)
	}
	w.text(`/>`)
}

func (w *svgWriter) paint(it *item, lineWidth float64) {
	if it.fill == nil {
		w.text(` fill="none"`)
	} else {
		if it.fill.RGB != (RGB{}) {
			w.text(` fill="`, it.fill.hex(), `"`)
		}
		if it.fill.alpha < 1 {
			w.text(` fill-opacity="`, num(it.fill.alpha), `"`)
		}
		if it.evenOdd {
			w.text(` fill-rule="evenodd"`)
		}
	}
	if it.stroke != nil {
		w.text(` stroke="`, it.stroke.hex(), `" stroke-width="`, num(lineWidth), `"`)
		if it.stroke.alpha < 1 {
			w.text(` stroke-opacity="`, num(it.stroke.alpha), `"`)
		}
	}
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
func (w *svgWriter) path(path []Seg, factor float64, decimals int) {
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
