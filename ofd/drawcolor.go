package ofd

import (
	"cmp"
	"math"
	"slices"
	"strconv"
	"strings"
)

// paint is a colour, and perhaps a shading in its place.
type paint struct {
	RGB
	alpha float64
	shade *shade
}

func (p *paint) under(m matrix) *paint {
	if p == nil || p.shade == nil {
		return p
	}
	c, s := *p, *p.shade
	s.at = s.at.then(m)
	c.shade = &s
	return &c
}

// shade is an axial or radial gradient (GB/T 33190, 8.3.4).
type shade struct {
	at         matrix // from the coordinates of its points to the page
	radial     bool
	x0, y0, r0 float64
	x1, y1, r1 float64
	stops      []stop // at least two, positions ascending from 0 to 1
	// Whether the colours at the ends go on outside.
	before, after bool
}

type stop struct {
	pos float64
	RGB
}

// color reads FillColor or StrokeColor; black without one.
func (r *renderer) color(o object, name string) *paint {
	c := o.find(name)
	p := &paint{RGB: r.res.rgb(c), alpha: o.alpha * min(max(c.numberOr("Alpha", 255)/255, 0), 1)}
	if c == nil {
		return p
	}
	for _, k := range c.kids {
		switch k.name {
		case "AxialShd", "RadialShd":
			if p.shade = r.shade(k, o.at); p.shade == nil {
				r.miss(o.id, "shading that cannot be read")
				continue
			}
			p.RGB = p.shade.stops[0].RGB
		case "GouraudShd", "LaGouraudShd":
			r.miss(o.id, "shading of kind "+k.name)
			p.RGB = r.res.average(k)
		case "Pattern":
			r.miss(o.id, "pattern of text or lines")
			p.RGB = RGB{0x80, 0x80, 0x80}
		}
	}
	return p
}

// maxStops bounds the colours of a shading.
const maxStops = 256

func (r *renderer) shade(n *node, at matrix) *shade {
	from, ok0 := numbers(n.attr("StartPoint"), 2)
	to, ok1 := numbers(n.attr("EndPoint"), 2)
	if !ok0 || !ok1 {
		return nil
	}
	s := &shade{at: at, radial: n.name == "RadialShd", x0: from[0], y0: from[1], x1: to[0], y1: to[1],
		r0: max(n.numberOr("StartRadius", 0), 0), r1: max(n.numberOr("EndRadius", 0), 0)}
	extend := n.numberOr("Extend", 0)
	s.before, s.after = extend == 1 || extend == 3, extend == 2 || extend == 3
	segments := n.all("Segment")
	if len(segments) == 0 || len(segments) > maxStops {
		return nil
	}
	for i, k := range segments {
		even := float64(i) / math.Max(float64(len(segments)-1), 1)
		pos := min(max(k.numberOr("Position", even), 0), 1)
		s.stops = append(s.stops, stop{pos, r.res.rgb(k.kid("Color"))})
	}
	slices.SortStableFunc(s.stops, func(a, b stop) int { return cmp.Compare(a.pos, b.pos) })
	if first := s.stops[0]; first.pos > 0 {
		s.stops = slices.Insert(s.stops, 0, stop{0, first.RGB})
	}
	if last := s.stops[len(s.stops)-1]; last.pos < 1 || len(s.stops) == 1 {
		s.stops = append(s.stops, stop{1, last.RGB})
	}
	s.repeat(n.attr("MapType"), n.numberOr("MapUnit", 0))
	return s
}

// repeat writes a gradient out that starts again every unit of its length, or
// turns back there.
func (s *shade) repeat(kind string, unit float64) {
	length := math.Hypot(s.x1-s.x0, s.y1-s.y0)
	if s.radial {
		length = math.Abs(s.r1 - s.r0)
	}
	if kind != "Repeat" && kind != "Reflect" || unit <= 0 || unit >= length || length/unit*float64(len(s.stops)) > maxStops {
		return
	}
	var out []stop
	for i := 0; float64(i)*unit < length; i++ {
		turned := kind == "Reflect" && i%2 == 1
		for k := range s.stops {
			st := s.stops[k]
			if turned {
				st = s.stops[len(s.stops)-1-k]
				st.pos = 1 - st.pos
			}
			if st.pos = (float64(i) + st.pos) * unit / length; st.pos <= 1 {
				out = append(out, st)
			}
		}
	}
	if last := out[len(out)-1]; last.pos < 1 {
		out = append(out, stop{1, last.RGB})
	}
	s.stops = out
}

// rgb resolves a CT_Color: its Value, or the Index into the palette of its
// colour space.
func (r *resources) rgb(c *node) RGB {
	value := c.attr("Value")
	if value == "" && c.attr("Index") != "" {
		palette := r.palettes[c.attr("ColorSpace")]
		if i, err := strconv.Atoi(strings.TrimSpace(c.attr("Index"))); err == nil && i >= 0 && i < len(palette) {
			value = palette[i]
		}
	}
	return parseColor(value)
}

// average is the mean of the colours at the points of a mesh.
func (r *resources) average(n *node) RGB {
	var sum [3]int
	points := 0
	for _, p := range n.all("Point") {
		c := r.rgb(p.kid("Color"))
		sum[0], sum[1], sum[2], points = sum[0]+int(c.R), sum[1]+int(c.G), sum[2]+int(c.B), points+1
	}
	if points == 0 {
		return RGB{0x80, 0x80, 0x80}
	}
	return RGB{uint8(sum[0] / points), uint8(sum[1] / points), uint8(sum[2] / points)}
}

// parseColor reads one value (gray), three (RGB) or four (CMYK), decimal or as
// #hh.
func parseColor(s string) RGB {
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
		return RGB{uint8(v[0]), uint8(v[0]), uint8(v[0])}
	case 3:
		return RGB{uint8(v[0]), uint8(v[1]), uint8(v[2])}
	case 4:
		ink := func(c float64) uint8 { return uint8((255 - c) * (255 - v[3]) / 255) }
		return RGB{ink(v[0]), ink(v[1]), ink(v[2])}
	}
	return RGB{}
}

// pen is how lines are drawn, in the item's own coordinates.
type pen struct {
	width  float64
	round  bool // joins
	bevel  bool
	miter  float64 // the longest tip of a join, in widths
	cap    byte    // 'B'utt, 'R'ound or 'S'quare
	dash   []float64
	offset float64
}

// maxDashes bounds the lengths of a dash pattern.
const maxDashes = 16

// defaultMiter is the default of MiterLimit in GB/T 33190, 8.2.
const defaultMiter = 3.528

func (o object) pen() pen {
	p := pen{width: defaultLineWidth, miter: defaultMiter, cap: 'B'}
	if v, ok := number(o.lookup("LineWidth")); ok && v >= 0 {
		p.width = v
	}
	if v, ok := number(o.lookup("MiterLimit")); ok && v >= 1 {
		p.miter = v
	}
	p.round, p.bevel = o.lookup("Join") == "Round", o.lookup("Join") == "Bevel"
	switch o.lookup("Cap") {
	case "Round":
		p.cap = 'R'
	case "Square":
		p.cap = 'S'
	}
	total := 0.0
	for _, f := range strings.Fields(o.lookup("DashPattern")) {
		v, ok := number(f)
		if !ok || v < 0 || len(p.dash) >= maxDashes {
			return p.solid()
		}
		p.dash = append(p.dash, v)
		total += v
	}
	if total <= 1e-3 {
		return p.solid()
	}
	p.offset, _ = number(o.lookup("DashOffset"))
	return p
}

func (p pen) solid() pen {
	p.dash, p.offset = nil, 0
	return p
}

// scaled is the pen in coordinates that are f times as fine.
func (p pen) scaled(f float64) pen {
	p.width, p.offset = p.width*f, p.offset*f
	p.dash = slices.Clone(p.dash)
	for i := range p.dash {
		p.dash[i] *= f
	}
	return p
}
