package ofd

import (
	"math"
	"strconv"
	"strings"
)

// text draws the characters of a TextObject as glyphs.
func (r *renderer) text(o object) {
	size, ok := number(o.attr("Size"))
	if !ok || size <= 0 {
		return
	}
	font := r.res.font(o.attr("Font"))
	var fill, stroke *paint
	if o.boolOr("Fill", true) {
		fill = o.color("FillColor")
	}
	if o.boolOr("Stroke", false) {
		stroke = o.color("StrokeColor")
	}
	glyphs := glyphTransforms(o.node)
	stretch := o.numberOr("HScale", 1)
	index := 0
	var x, y float64
	for _, code := range o.all("TextCode") {
		x, y = code.numberOr("X", x), code.numberOr("Y", y)
		chars := []rune(string(code.chars))
		if strings.TrimSpace(string(chars)) == "" {
			index += len(chars)
			continue
		}
		dx, dy := newDeltas(code.attr("DeltaX")), newDeltas(code.attr("DeltaY"))
		for i, c := range chars {
			key := r.glyph(font, c, glyphs, index)
			if key != nil && !r.full {
				r.add(item{
					at:    scale(size*stretch, size).then(translate(x, y)).then(o.at),
					path:  key.font.outline(key.gid),
					glyph: key, fill: fill, stroke: stroke, lineWidth: o.lineWidth() / size,
				})
			}
			index++
			if i == len(chars)-1 {
				break
			}
			step := 0.0
			if dy.empty() && key != nil {
				step = key.font.advance(key.gid) * size * stretch
			}
			x += dx.next(step)
			y += dy.next(0)
		}
	}
}

// glyph chooses what to draw for a character: the glyph that CGTransform
// names, else by the cmap of the embedded font, else from the fallback.
func (r *renderer) glyph(font *Font, c rune, glyphs map[int]uint16, index int) *glyphKey {
	if font != nil {
		if gid, ok := glyphs[index]; ok && int(gid) < font.numGlyphs {
			return &glyphKey{font, gid}
		}
		if gid := font.glyph(c); gid != 0 {
			return &glyphKey{font, gid}
		}
	}
	if f, gid := r.fallback.pick(c); f != nil {
		return &glyphKey{f, gid}
	}
	return nil
}

// glyphTransforms collects the CGTransforms of a text object by the position of
// the character. Only one glyph for one character is understood.
func glyphTransforms(n *node) map[int]uint16 {
	var out map[int]uint16
	for _, t := range n.all("CGTransform") {
		at := int(min(max(t.numberOr("CodePosition", 0), 0), math.MaxInt32))
		for i, g := range strings.Fields(t.kid("Glyphs").value()) {
			gid, err := strconv.ParseUint(g, 10, 16)
			if err != nil {
				break
			}
			if out == nil {
				out = map[int]uint16{}
			}
			out[at+i] = uint16(gid)
		}
	}
	return out
}

// deltaReader walks a DeltaX or DeltaY. "g n v" repeats v, and after the end
// the last value goes on.
type deltaReader struct {
	fields []string
	repeat int
	value  float64
	any    bool
}

func newDeltas(s string) *deltaReader { return &deltaReader{fields: strings.Fields(s)} }

func (d *deltaReader) empty() bool { return !d.any && len(d.fields) == 0 }

// next gives the next distance, or the default when the list is empty.
func (d *deltaReader) next(byDefault float64) float64 {
	if d.empty() {
		return byDefault
	}
	if d.repeat > 0 {
		d.repeat--
		return d.value
	}
	if len(d.fields) >= 3 && d.fields[0] == "g" {
		n, err := strconv.Atoi(d.fields[1])
		v, ok := number(d.fields[2])
		d.fields = d.fields[3:]
		if err == nil && ok && n > 0 {
			d.repeat, d.value, d.any = n-1, v, true
		}
		return d.value
	}
	if len(d.fields) > 0 {
		if v, ok := number(d.fields[0]); ok {
			d.value, d.any = v, true
		}
		d.fields = d.fields[1:]
	}
	return d.value
}

// parseColor reads one value (gray), three (RGB) or four (CMYK), decimal or as
// #hh.
func parseColor(s string) paint {
	var v []float64
	for _, f := range strings.Fields(s) {
		if hex, ok := strings.CutPrefix(f, "#"); ok {
			n, _ := strconv.ParseUint(hex, 16, 8)
			v = append(v, float64(n))
			continue
		}
		n, _ := number(f)
		v = append(v, min(max(n, 0), 255))
	}
	switch len(v) {
	case 1:
		return paint{RGB: RGB{uint8(v[0]), uint8(v[0]), uint8(v[0])}}
	case 3:
		return paint{RGB: RGB{uint8(v[0]), uint8(v[1]), uint8(v[2])}}
	case 4:
		ink := func(c float64) uint8 { return uint8((255 - c) * (255 - v[3]) / 255) }
		return paint{RGB: RGB{ink(v[0]), ink(v[1]), ink(v[2])}}
	}
	return paint{}
}
