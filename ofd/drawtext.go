package ofd

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode"
)

// textLine is the characters of one TextCode where they stand.
type textLine struct {
	layer int
	chars []lineChar
}

// lineChar is a character, or several that one glyph stands for.
type lineChar struct {
	text  string
	at    matrix  // from em units with the baseline's start at 0, 0 to the page
	width float64 // em
}

// line begins a line of text and gives its number.
func (r *renderer) line() int {
	r.d.lines = append(r.d.lines, textLine{layer: r.layer})
	return len(r.d.lines)
}

// letter draws a glyph, or nothing, as a character of a line.
func (r *renderer) letter(line int, it item, text string, width float64) {
	if text != "" && it.at.finite() {
		l := &r.d.lines[line-1]
		l.chars = append(l.chars, lineChar{text, it.at, width})
	}
	it.line, it.text = line, text
	if it.glyph != nil {
		it.path = r.cache.outline(*it.glyph)
	}
	r.add(it)
}

func missingCharacter(c rune) string { return fmt.Sprintf("character U+%04X", c) }

// text draws the characters of a TextObject as glyphs.
func (r *renderer) text(o object) {
	size, ok := number(o.attr("Size"))
	if !ok || size <= 0 {
		return
	}
	w := &letters{renderer: r, object: o, size: size, font: r.res.font(o.attr("Font")), stretch: o.numberOr("HScale", 1),
		turn: rotate(o.numberOr("CharDirection", 0)), glyphs: glyphTransforms(o.node)}
	w.ahead, w.down = rotate(o.numberOr("ReadDirection", 0)).apply(1, 0)
	w.style = item{pen: o.pen().scaled(1 / size), clip: o.clip}
	if o.boolOr("Fill", true) {
		w.style.fill = r.color(o, "FillColor")
	}
	if o.boolOr("Stroke", false) {
		w.style.stroke = r.color(o, "StrokeColor")
	}
	if w.font == nil {
		r.miss("", "font "+word(o.attr("Font"))+" is not in the package, or cannot be read")
		w.imitate()
	}
	codes := o.all("TextCode")
	shown := r.masks.pieces(o.id, codes)
	for i, code := range codes {
		w.x, w.y = code.numberOr("X", w.x), code.numberOr("Y", w.y)
		was := []rune(string(code.chars))
		w.code(code, was, shown[i])
		w.index += len(was)
	}
}

// letters places the characters of one TextObject.
type letters struct {
	*renderer
	object
	size, stretch float64
	font          *Font
	turn          matrix // of every character, by CharDirection
	ahead, down   float64
	glyphs        map[int][]uint16
	style         item
	slant         bool
	index         int // of the character in the object
	x, y          float64
}

// imitate gives the weight and slant that the missing font would have had.
func (w *letters) imitate() {
	if w.boolOr("Italic", false) {
		w.slant = true
	}
	if w.numberOr("Weight", 400) >= 600 && w.style.stroke == nil && w.style.fill != nil {
		w.style.stroke, w.style.pen = w.style.fill, pen{width: 0.03, miter: defaultMiter, cap: 'B'}
	}
}

// code draws one TextCode: the characters shown, at the places of those that
// stand in the file.
func (w *letters) code(code *node, was, shown []rune) {
	if strings.TrimSpace(string(shown)) == "" {
		return
	}
	line := w.line()
	dx, dy := newDeltas(code.attr("DeltaX")), newDeltas(code.attr("DeltaY"))
	if !slices.Equal(was, shown) {
		// The distances in the file would tell how wide the masked characters are.
		dx, dy = newDeltas(""), dy.masked(w.size)
	}
	for i, c := range shown {
		if w.full {
			return
		}
		same := i < len(was) && was[i] == c
		advance := w.char(line, c, w.index+i, same)
		if i == len(shown)-1 {
			break
		}
		step := advance * w.size * w.stretch
		switch {
		case dx.empty() && dy.empty():
			w.x, w.y = w.x+step*w.ahead, w.y+step*w.down
		default:
			w.x, w.y = w.x+dx.next(0), w.y+dy.next(0)
		}
	}
}

// char draws one character and gives its advance in em. same says that it is
// the one that the file's own glyphs are for.
func (w *letters) char(line int, c rune, index int, same bool) float64 {
	it := w.style
	place := scale(w.size*w.stretch, w.size).then(w.turn).then(translate(w.x, w.y)).then(w.at)
	it.at = place
	if own, given := w.glyphs[index]; given && same && w.font != nil && inFont(own, w.font) {
		text, along := string(c), 0.0
		if len(own) == 0 { // drawn by the glyph before
			w.join(line, text)
		}
		for _, gid := range own {
			it.at = translate(along, 0).then(place)
			it.glyph = &glyphKey{w.font, gid}
			w.letter(line, it, text, w.font.advance(gid))
			text, along = "", along+w.font.advance(gid)
		}
		return along
	}
	font, gid := w.font, uint16(0)
	if font != nil {
		gid = font.glyph(c)
	}
	if gid == 0 {
		font, gid = w.fallback.pick(c)
		if w.slant && font != w.font {
			it.at = matrix{a: 1, c: -0.2, d: 1}.then(place)
		}
	}
	if font != nil {
		it.glyph = &glyphKey{font, gid}
		w.letter(line, it, string(c), font.advance(gid))
		return font.advance(gid)
	}
	return w.blank(line, it, c, same)
}

// blank stands for a character that no font draws: a bar if it masks another.
func (w *letters) blank(line int, it item, c rune, same bool) float64 {
	width := 0.5
	if c >= 0x2E80 {
		width = 1
	}
	switch {
	case unicode.IsSpace(c):
	case !same:
		it.path = Rect(Box{X: 0.04, Y: -0.72, W: width - 0.08, H: 0.74})
	default:
		w.miss(w.id, missingCharacter(c))
	}
	w.letter(line, it, string(c), width)
	return 0
}

// join adds a character to the one before it in a line.
func (w *letters) join(line int, text string) {
	l := &w.d.lines[line-1]
	if k := len(l.chars) - 1; k >= 0 {
		l.chars[k].text += text
	}
	if k := len(w.d.items) - 1; k >= 0 && w.d.items[k].line == line {
		w.d.items[k].text += text
	}
}

func inFont(glyphs []uint16, f *Font) bool {
	for _, g := range glyphs {
		if int(g) >= f.numGlyphs {
			return false
		}
	}
	return true
}

// maxCodes bounds the characters that one CGTransform speaks of.
const maxCodes = 100_000

// glyphTransforms collects the CGTransforms of a text object: the glyphs of a
// character by its position. Where n characters have m glyphs, the first have
// one each and the last has what remains, perhaps none.
func glyphTransforms(n *node) map[int][]uint16 {
	var out map[int][]uint16
	for _, t := range n.all("CGTransform") {
		at := int(min(max(t.numberOr("CodePosition", 0), 0), math.MaxInt32))
		var glyphs []uint16
		for _, g := range strings.Fields(t.kid("Glyphs").value()) {
			gid, err := strconv.ParseUint(g, 10, 16)
			if err != nil {
				break
			}
			glyphs = append(glyphs, uint16(gid))
		}
		if len(glyphs) == 0 {
			continue
		}
		codes := int(min(max(t.numberOr("CodeCount", float64(len(glyphs))), 1), maxCodes))
		if out == nil {
			out = map[int][]uint16{}
		}
		for i := range codes {
			switch {
			case i == codes-1 && i < len(glyphs):
				out[at+i] = glyphs[i:]
			case i < len(glyphs):
				out[at+i] = glyphs[i : i+1]
			default:
				out[at+i] = nil
			}
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

// masked is a list that only tells whether characters stand below each other.
func (d *deltaReader) masked(size float64) *deltaReader {
	if d.empty() || d.next(0) == 0 {
		return newDeltas("")
	}
	return newDeltas(num(size))
}

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
