package ofd

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
)

// pointsPerMM is how many PDF units, 1/72 inch, are a millimetre.
const pointsPerMM = 72 / 25.4

// pdfPage writes the content of one page, in millimetres with y pointing down
// as in the drawing.
type pdfPage struct {
	*pdfWriter
	out  []byte
	used map[string]bool // names of resources
	clip *clip
	now  pdfState
}

// pdfState is what has been set and still holds.
type pdfState struct {
	fill, stroke string
	alpha        pdfAlpha
	pen          string
}

func (p *pdfPage) text(parts ...string) {
	for _, s := range parts {
		p.out = append(p.out, s...)
	}
}

func (p *pdfPage) draw(d *Drawing) ([]byte, error) {
	p.now = pdfState{alpha: pdfAlpha{1, 1}}
	p.text(num6(pointsPerMM), " 0 0 ", num6(-pointsPerMM), " 0 ", num(d.Height*pointsPerMM), " cm\n")
	for i := 0; i < len(d.items); {
		it := &d.items[i]
		n := runLength(d.items[i:])
		p.within(it.clip)
		switch {
		case it.picture != nil:
			if err := p.picture(it); err != nil {
				return nil, err
			}
		case it.glyph != nil && it.line != 0:
			p.run(d.items[i : i+n])
		default:
			p.path(it)
		}
		i += n
	}
	p.within(nil)
	return p.out, nil
}

// within leaves the clip that holds and enters another.
func (p *pdfPage) within(c *clip) {
	if p.clip == c {
		return
	}
	if p.clip != nil {
		p.text("Q\n")
	}
	p.now = pdfState{alpha: pdfAlpha{-1, -1}}
	if p.clip = c; c == nil {
		return
	}
	p.text("q\n")
	for k := c; k != nil; k = k.outer {
		p.outline(k.path, identity)
		if k.evenOdd {
			p.text("W* n\n")
		} else {
			p.text("W n\n")
		}
	}
}

// outline writes a path as seen through m.
func (p *pdfPage) outline(path []Seg, m matrix) {
	var x, y float64
	for _, s := range path {
		s = s.under(m)
		switch s.Op {
		case MoveTo:
			p.text(nums(s.X, s.Y), " m\n")
		case LineTo:
			p.text(nums(s.X, s.Y), " l\n")
		case QuadTo:
			p.text(nums(x+(s.X1-x)*2/3, y+(s.Y1-y)*2/3, s.X+(s.X1-s.X)*2/3, s.Y+(s.Y1-s.Y)*2/3, s.X, s.Y), " c\n")
		case CubicTo:
			p.text(nums(s.X1, s.Y1, s.X2, s.Y2, s.X, s.Y), " c\n")
		case ClosePath:
			p.text("h\n")
			continue
		}
		x, y = s.X, s.Y
	}
}

func (p *pdfPage) path(it *item) {
	if len(it.path) == 0 {
		return
	}
	if it.fill != nil && it.fill.shade != nil {
		p.shade(it)
		p.strokeOnly(it)
		return
	}
	p.paint(it, it.at.mean())
	p.outline(it.path, it.at)
	op := "n\n"
	switch {
	case it.fill != nil && it.stroke != nil && it.evenOdd:
		op = "B*\n"
	case it.fill != nil && it.stroke != nil:
		op = "B\n"
	case it.fill != nil && it.evenOdd:
		op = "f*\n"
	case it.fill != nil:
		op = "f\n"
	case it.stroke != nil:
		op = "S\n"
	}
	p.text(op)
}

func (p *pdfPage) strokeOnly(it *item) {
	if it.stroke != nil {
		line := *it
		line.fill = nil
		p.path(&line)
	}
}

// paint sets colours, opacity and, for lines, the pen.
func (p *pdfPage) paint(it *item, factor float64) {
	a := pdfAlpha{1, 1}
	if it.fill != nil {
		a.fill = it.fill.alpha
		if c := it.fill.pdf(); c != p.now.fill {
			p.now.fill = c
			p.text(c, " rg\n")
		}
	}
	if it.stroke != nil {
		a.stroke = it.stroke.alpha
		if c := it.stroke.pdf(); c != p.now.stroke {
			p.now.stroke = c
			p.text(c, " RG\n")
		}
		if s := it.pen.scaled(factor).pdf(); s != p.now.pen {
			p.now.pen = s
			p.text(s)
		}
	}
	p.opacity(a)
}

func (p *pdfPage) opacity(a pdfAlpha) {
	if a != p.now.alpha {
		p.now.alpha = a
		p.text("/", p.use(p.pdfWriter.alpha(a)), " gs\n")
	}
}

func (p *pdfPage) use(name string) string {
	p.used[name] = true
	return name
}

func (c RGB) pdf() string {
	return nums(float64(c.R)/255, float64(c.G)/255, float64(c.B)/255)
}

func (p pen) pdf() string {
	caps, join := map[byte]string{'R': "1", 'S': "2"}[p.cap], "0"
	if caps == "" {
		caps = "0"
	}
	if p.round {
		join = "1"
	} else if p.bevel {
		join = "2"
	}
	return num(p.width) + " w " + caps + " J " + join + " j " + num(max(p.miter, 1)) + " M [" + nums(p.dash...) + "] " + num(p.offset) + " d\n"
}

// run writes the glyphs of a line as text. Glyphs are moved by TJ as long as
// they stay on the baseline.
func (p *pdfPage) run(items []item) {
	first := &items[0]
	size := math.Hypot(first.at.c, first.at.d)
	back, ok := first.at.inverse()
	if !ok || size == 0 {
		return
	}
	hidden := first.fill == nil && first.stroke == nil
	if first.shaded() {
		p.path(first)
		hidden = true
	}
	mode := "0"
	switch {
	case hidden:
		mode = "3"
	case first.fill != nil && first.stroke != nil:
		mode = "2"
	case first.stroke != nil:
		mode = "1"
	}
	if !hidden {
		p.paint(first, first.at.mean())
	}
	p.text("BT ", mode, " Tr\n")
	var font *pdfFont
	var along, height float64 // where the next glyph would stand, in em
	open := false
	for i := range items {
		it := &items[i]
		f := p.fontOf(it.glyph.font)
		x, y := back.apply(it.at.e, it.at.f)
		if f != font || math.Abs(y-height) > 1e-3 || !open {
			if open {
				p.text("] TJ\n")
			}
			m := it.at
			p.text("/", p.use(f.name()), " ", num(size), " Tf ",
				num6(m.a/size), " ", num6(m.b/size), " ", num6(-m.c/size), " ", num6(-m.d/size), " ", nums(m.e, m.f), " Tm [")
			font, along, height, open = f, x, y, true
		}
		if off := math.Round((along - x) * 1000); off != 0 {
			p.text(num(off))
			along -= off / 1000
		}
		cid := f.cid(it)
		p.out = fmt.Appendf(p.out, "<%04X>", cid)
		along += f.glyphs[cid-1].width / 1000
	}
	p.text("] TJ ET\n")
}

// picture draws a unit square of the page's coordinates, whichever way it is
// turned.
func (p *pdfPage) picture(it *item) error {
	id, err := p.pictureObject(it.picture)
	if err != nil {
		return err
	}
	if id == 0 {
		return nil
	}
	p.opacity(pdfAlpha{it.alpha, it.alpha})
	m := it.at
	p.text("q ", num6(m.a), " ", num6(m.b), " ", num6(-m.c), " ", num6(-m.d), " ", nums(m.c+m.e, m.d+m.f),
		" cm /", p.use("I"+strconv.Itoa(id)), " Do Q\n")
	return nil
}

// shade fills a path with a gradient.
func (p *pdfPage) shade(it *item) {
	s := it.fill.shade
	id := p.id()
	kind, coords := 2, nums(s.x0, s.y0, s.x1, s.y1)
	if s.radial {
		kind, coords = 3, nums(s.x0, s.y0, s.r0, s.x1, s.y1, s.r1)
	}
	p.object(id, fmt.Sprintf("<</ShadingType %d/ColorSpace/DeviceRGB/Coords[%s]/Extend[%t %t]/Function%s>>",
		kind, coords, s.before, s.after, s.pdf()))
	p.opacity(pdfAlpha{it.fill.alpha, it.fill.alpha})
	p.text("q\n")
	p.outline(it.path, it.at)
	if it.evenOdd {
		p.text("W* n\n")
	} else {
		p.text("W n\n")
	}
	m := s.at
	p.text(num6(m.a), " ", num6(m.b), " ", num6(m.c), " ", num6(m.d), " ", nums(m.e, m.f), " cm /", p.use("S"+strconv.Itoa(id)), " sh Q\n")
}

// pdf is the function from 0…1 to the colours.
func (s *shade) pdf() string {
	var functions, bounds, encode strings.Builder
	for i := 1; i < len(s.stops); i++ {
		a, b := s.stops[i-1], s.stops[i]
		fmt.Fprintf(&functions, "<</FunctionType 2/Domain[0 1]/N 1/C0[%s]/C1[%s]>>", a.RGB.pdf(), b.RGB.pdf())
		encode.WriteString("0 1 ")
		if i < len(s.stops)-1 {
			bounds.WriteString(num6(b.pos) + " ")
		}
	}
	return fmt.Sprintf("<</FunctionType 3/Domain[0 1]/Functions[%s]/Bounds[%s]/Encode[%s]>>",
		functions.String(), strings.TrimSpace(bounds.String()), strings.TrimSpace(encode.String()))
}

// resources names what the page has used.
func (p *pdfPage) resources() string {
	var names []string
	for name := range p.used {
		names = append(names, name)
	}
	slices.Sort(names)
	groups := map[byte]*strings.Builder{}
	for _, name := range names {
		g := groups[name[0]]
		if g == nil {
			g = &strings.Builder{}
			groups[name[0]] = g
		}
		fmt.Fprintf(g, "/%s %s 0 R", name, name[1:])
	}
	var out strings.Builder
	for _, kind := range [...]struct {
		letter byte
		name   string
	}{{'F', "Font"}, {'G', "ExtGState"}, {'I', "XObject"}, {'S', "Shading"}} {
		if g := groups[kind.letter]; g != nil {
			fmt.Fprintf(&out, "/%s<<%s>>", kind.name, g.String())
		}
	}
	return out.String()
}

// num6 writes a factor, which needs more places than a length.
func num6(v float64) string {
	s := strconv.FormatFloat(v, 'f', 6, 64)
	return strings.TrimSuffix(strings.TrimRight(s, "0"), ".")
}
