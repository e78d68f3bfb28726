package ofd

import (
	"bytes"
	"math"
	"slices"
	"strconv"
	"unicode/utf16"

	"rsc.io/qr"
)

// pages writes the pages of the document.
func (b *builder) pages() ([]*markup, error) {
	out := make([]*markup, len(b.doc.Pages))
	for i, page := range b.doc.Pages {
		b.page = i
		m := newMarkup()
		m.root("Page")
		if page.Template != nil {
			t, _ := b.compiled.template(page.Template)
			m.empty("Template", "TemplateID", strconv.Itoa(t.id), "ZOrder", page.Template.zOrder())
		}
		m.start("Area")
		m.leaf("PhysicalBox", Box{W: page.Width, H: page.Height}.String())
		m.end()
		m.start("Content")
		m.start("Layer", "ID", strconv.Itoa(b.id()), "Type", "Body")
		for _, o := range page.Content {
			if err := b.object(m, o); err != nil {
				return nil, err
			}
		}
		out[i] = m
	}
	return out, nil
}

func (b *builder) object(m *markup, o Object) error {
	switch o := o.(type) {
	case Text:
		return b.text(m, o)
	case Path:
		return b.path(m, o)
	case Image:
		return b.image(m, o)
	case QR:
		return b.qr(m, o)
	}
	return &DocumentError{"Page", "unknown kind of object"}
}

// run is a piece of text that one font draws in one text object.
type run struct {
	font   *Font
	runes  []rune
	glyphs []uint16
	steps  []float64 // advance of each glyph in mm, with spacing
}

func (r run) width() float64 {
	w := 0.0
	for _, s := range r.steps {
		w += s
	}
	return w
}

// units is the number of UTF-16 units of the run: 2 for a character outside the
// BMP. Readers that count so would draw a box for the second unit if it were
// not covered by the transform; for others a character stands alone anyway.
func (r run) units() int {
	n := 0
	for _, c := range r.runes {
		n += utf16.RuneLen(c)
	}
	return n
}

// runs splits a line where the font changes. Every character outside the BMP
// stands alone: readers that count UTF-16 units would misplace what follows.
func (b *builder) runs(t Text) ([]run, error) {
	if t.Font < 0 || t.Font >= len(b.fonts) {
		return nil, &DocumentError{"Text.Font", "no such font"}
	}
	first := b.fonts[t.Font]
	var out []run
	alone := true
	for _, r := range t.Value {
		font, gid := first.pick(r)
		if font == nil {
			return nil, &MissingGlyph{Rune: r, Font: first.Name}
		}
		if alone || r > 0xFFFF || out[len(out)-1].font != font {
			out = append(out, run{font: font})
		}
		alone = r > 0xFFFF
		last := &out[len(out)-1]
		last.runes = append(last.runes, r)
		last.glyphs = append(last.glyphs, gid)
		last.steps = append(last.steps, font.advance(gid)*t.Size+t.Spacing)
	}
	return out, nil
}

func (b *builder) text(m *markup, t Text) error {
	if !finite(t.X) || !finite(t.Y) || !finite(t.Rotate) || !finite(t.Spacing) || !finite(t.Size) || t.Size <= 0 {
		return &DocumentError{"Text", "position or size out of range"}
	}
	if t.Tag != "" && !isTag(t.Tag) {
		return &DocumentError{"Text.Tag", "not an element name"}
	}
	runs, err := b.runs(t)
	if err != nil {
		return err
	}
	sin, cos := math.Sincos(t.Rotate * math.Pi / 180)
	along := 0.0
	for _, r := range runs {
		id := b.textRun(m, t, r, t.X+along*cos, t.Y+along*sin)
		along += r.width()
		if t.Tag != "" {
			b.tag(t.Tag, id)
		}
	}
	return nil
}

// tag keeps references to one data item together, in order of first showing.
func (b *builder) tag(tag string, object int) {
	ref := tagRef{page: b.pageIDs[b.page], object: object}
	for i := range b.tags {
		if b.tags[i].tag == tag {
			b.tags[i].refs = append(b.tags[i].refs, ref)
			return
		}
	}
	b.tags = append(b.tags, tagged{tag: tag, refs: []tagRef{ref}})
}

// textRun writes one text object with its baseline starting at x, y.
func (b *builder) textRun(m *markup, t Text, r run, x, y float64) int {
	id, font := b.id(), b.useFont(&r)
	// The box of the line around its origin; readers may clip to it.
	line := Box{Y: -t.Size * max(r.font.ascent, 0.9), W: max(r.width(), 0.1)}
	line.H = t.Size*max(r.font.descent, 0.25) - line.Y
	m.begin("TextObject")
	m.attrInt("ID", id)
	originX, originY := 0.0, -line.Y
	if t.Rotate == 0 {
		m.attrBox("Boundary", Box{x, y + line.Y, line.W, line.H})
	} else {
		turn := rotate(t.Rotate)
		box := around(line, turn)
		turn.e, turn.f = -box.X, -box.Y
		m.attrBox("Boundary", Box{x + box.X, y + box.Y, box.W, box.H})
		m.attrNums("CTM", turn.a, turn.b, turn.c, turn.d, turn.e, turn.f)
		originY = 0
	}
	m.attrInt("Font", font)
	m.attrNums("Size", t.Size)
	m.done()
	colored(m, "FillColor", t.Color, t.Alpha)
	m.begin("CGTransform")
	m.attrInt("CodePosition", 0)
	m.attrInt("CodeCount", r.units())
	m.attrInt("GlyphCount", len(r.glyphs))
	m.done()
	m.start("Glyphs")
	m.glyphs(r.glyphs)
	m.end()
	m.end()
	m.begin("TextCode")
	m.attrNums("X", originX)
	m.attrNums("Y", originY)
	if len(r.runes) > 1 {
		m.attrName("DeltaX")
		m.deltas(r.steps[:len(r.steps)-1])
		m.buf = append(m.buf, '"')
	}
	m.done()
	m.escape(string(r.runes), false)
	m.end()
	m.end()
	return id
}

func (m *markup) glyphs(glyphs []uint16) {
	for i, g := range glyphs {
		if i > 0 {
			m.buf = append(m.buf, ' ')
		}
		m.buf = strconv.AppendUint(m.buf, uint64(g), 10)
	}
}

// deltas writes distances between characters, repeated ones as "g count value".
func (m *markup) deltas(steps []float64) {
	for i := 0; i < len(steps); {
		n := 1
		for i+n < len(steps) && math.Abs(steps[i+n]-steps[i]) < 1e-9 {
			n++
		}
		if i > 0 {
			m.buf = append(m.buf, ' ')
		}
		if n > 2 {
			m.buf = append(strconv.AppendInt(append(m.buf, "g "...), int64(n), 10), ' ')
		} else {
			n = 1
		}
		m.buf = appendNum(m.buf, steps[i])
		i += n
	}
}

// useFont puts the characters of a run into the subset of its font, in which
// they get new glyphs, and gives the font's id.
func (b *builder) useFont(r *run) int {
	u := b.subset(r.font)
	for i, c := range r.runes {
		r.glyphs[i] = u.set.use(c, r.glyphs[i])
	}
	return u.id
}

// subset finds the subset of a font that is being gathered. The ids of a
// document's own fonts are fixed when it is compiled.
func (b *builder) subset(f *Font) *usedFont {
	for i := range b.used {
		if b.used[i].font == f {
			return &b.used[i]
		}
	}
	u := usedFont{font: f}
	if b.compiled == nil {
		u.id = b.id()
	} else {
		u = b.compiled.own[slices.IndexFunc(b.compiled.own, func(u usedFont) bool { return u.font == f })]
	}
	u.set = newSubset(f)
	b.used = append(b.used, u)
	return &b.used[len(b.used)-1]
}

// colored writes FillColor or StrokeColor. The opacity of text and paths stands
// on their colours, where browsers' readers look for it; that of pictures has
// no other place than the object.
func colored(m *markup, name string, c RGB, alpha float64) {
	m.begin(name)
	m.attrNums("Value", float64(c.R), float64(c.G), float64(c.B))
	m.attrAlpha(alpha)
	m.void()
}

func (m *markup) attrAlpha(alpha float64) {
	if a := opacity(alpha); a < 255 {
		m.attrInt("Alpha", a)
	}
}

// opacity is alpha in 255 steps; zero is the unset value and means opaque.
func opacity(alpha float64) int {
	if alpha == 0 {
		return 255
	}
	return int(math.Round(min(max(alpha, 0), 1) * 255))
}

// defaultLineWidth is one point, the default of GB/T 33190.
const defaultLineWidth = 0.353

func (b *builder) path(m *markup, p Path) error {
	box := bounds(p.Data)
	if len(p.Data) == 0 || p.Data[0].Op != MoveTo || !finite(box.X) || !finite(box.Y) || !finite(box.W) || !finite(box.H) {
		return &DocumentError{"Path", "does not begin with MoveTo or is out of range"}
	}
	width := p.LineWidth
	if width == 0 {
		width = defaultLineWidth
	}
	if p.Stroke != nil {
		box = Box{box.X - width, box.Y - width, box.W + 2*width, box.H + 2*width}
	}
	box.W, box.H = max(box.W, 0.01), max(box.H, 0.01)
	b.beginPath(m, p, box, width)
	m.done()
	if p.Stroke != nil {
		colored(m, "StrokeColor", *p.Stroke, p.Alpha)
	}
	if p.Fill != nil {
		colored(m, "FillColor", *p.Fill, p.Alpha)
	}
	m.start("AbbreviatedData")
	m.abbreviated(p.Data, -box.X, -box.Y)
	m.end()
	m.end()
	return nil
}

func (b *builder) beginPath(m *markup, p Path, box Box, width float64) {
	m.begin("PathObject")
	m.attrInt("ID", b.id())
	m.attrBox("Boundary", box)
	m.attrBool("Stroke", p.Stroke != nil)
	m.attrBool("Fill", p.Fill != nil)
	if p.Stroke != nil {
		m.attrNums("LineWidth", width)
	}
}

// abbreviated writes a path moved by dx, dy.
func (m *markup) abbreviated(path []Seg, dx, dy float64) {
	for i, s := range path {
		if i > 0 {
			m.buf = append(m.buf, ' ')
		}
		m.buf = append(m.buf, byte(s.Op))
		switch s.Op {
		case QuadTo:
			m.point(s.X1+dx, s.Y1+dy)
		case CubicTo:
			m.point(s.X1+dx, s.Y1+dy)
			m.point(s.X2+dx, s.Y2+dy)
		case ClosePath:
			continue
		}
		m.point(s.X+dx, s.Y+dy)
	}
}

func (m *markup) point(x, y float64) {
	m.buf = appendNum(append(m.buf, ' '), x)
	m.buf = appendNum(append(m.buf, ' '), y)
}

func (b *builder) image(m *markup, img Image) error {
	if !finite(img.X) || !finite(img.Y) || !finite(img.W) || !finite(img.H) || img.W <= 0 || img.H <= 0 {
		return &DocumentError{"Image", "no area"}
	}
	format := imageFormat(img.Data)
	if format == "" {
		return &DocumentError{"Image.Data", "neither PNG nor JPEG"}
	}
	at := slices.IndexFunc(b.images, func(u usedImage) bool { return bytes.Equal(u.part.data, img.Data) })
	if at < 0 {
		at = len(b.images)
		b.images = append(b.images, usedImage{id: b.id(), format: format, part: newPart(img.Data)})
	}
	res := b.images[at].id
	m.begin("ImageObject")
	m.attrInt("ID", b.id())
	m.attrBox("Boundary", Box{img.X, img.Y, img.W, img.H})
	m.attrNums("CTM", img.W, 0, 0, img.H, 0, 0)
	m.attrInt("ResourceID", res)
	m.attrAlpha(img.Alpha)
	m.void()
	return nil
}

// qr writes a code in units of its modules: short numbers, made as large as
// they should be by the CTM.
func (b *builder) qr(m *markup, q QR) error {
	if !finite(q.X) || !finite(q.Y) || !finite(q.W) || q.W <= 0 {
		return &DocumentError{"QR", "no area"}
	}
	code, err := qr.Encode(q.Value, qr.M)
	if err != nil {
		return &DocumentError{"QR.Value", "does not fit a QR code"}
	}
	unit := q.W / float64(code.Size)
	b.beginPath(m, Path{Fill: &q.Color}, Box{q.X, q.Y, q.W, q.W}, 0)
	m.attrNums("CTM", unit, 0, 0, unit, 0, 0)
	m.done()
	colored(m, "FillColor", q.Color, 0)
	m.start("AbbreviatedData")
	m.qr(code)
	m.end()
	m.end()
	return nil
}
