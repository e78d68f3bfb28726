package ofd

import "math"

// Box is an upright rectangle in millimetres, origin at the top left.
type Box struct{ X, Y, W, H float64 }

// Op is the kind of a path segment.
type Op byte

// The segment kinds. Their values are the letters of GB/T 33190 table 36
// (AbbreviatedData), except that an arc is turned into CubicTo on reading.
const (
	MoveTo    Op = 'M' // to (X, Y)
	LineTo    Op = 'L' // to (X, Y)
	QuadTo    Op = 'Q' // control (X1, Y1), to (X, Y)
	CubicTo   Op = 'B' // controls (X1, Y1), (X2, Y2), to (X, Y)
	ClosePath Op = 'C' // back to the last MoveTo
)

// Seg is one segment of a path; which fields count depends on Op.
type Seg struct {
	Op             Op
	X1, Y1, X2, Y2 float64
	X, Y           float64
}

// RGB is a colour of eight bits a channel.
type RGB struct{ R, G, B uint8 }

// Rect is the closed path around b.
func Rect(b Box) []Seg {
	return []Seg{
		{Op: MoveTo, X: b.X, Y: b.Y},
		{Op: LineTo, X: b.X + b.W, Y: b.Y},
		{Op: LineTo, X: b.X + b.W, Y: b.Y + b.H},
		{Op: LineTo, X: b.X, Y: b.Y + b.H},
		{Op: ClosePath},
	}
}

// Line is the open path from one point to another.
func Line(x1, y1, x2, y2 float64) []Seg {
	return []Seg{{Op: MoveTo, X: x1, Y: y1}, {Op: LineTo, X: x2, Y: y2}}
}

// matrix maps (x, y) to (a·x + c·y + e, b·x + d·y + f), as CTM does.
type matrix struct{ a, b, c, d, e, f float64 }

var identity = matrix{a: 1, d: 1}

func translate(x, y float64) matrix { return matrix{a: 1, d: 1, e: x, f: y} }

func scale(x, y float64) matrix { return matrix{a: x, d: y} }

// rotate turns by deg clockwise as seen on the page (y points down).
func rotate(deg float64) matrix {
	s, c := math.Sincos(deg * math.Pi / 180)
	return matrix{a: c, b: s, c: -s, d: c}
}

// then is the matrix that applies m first and n after it.
func (m matrix) then(n matrix) matrix {
	return matrix{
		a: m.a*n.a + m.b*n.c, b: m.a*n.b + m.b*n.d,
		c: m.c*n.a + m.d*n.c, d: m.c*n.b + m.d*n.d,
		e: m.e*n.a + m.f*n.c + n.e, f: m.e*n.b + m.f*n.d + n.f,
	}
}

func (m matrix) apply(x, y float64) (float64, float64) {
	return m.a*x + m.c*y + m.e, m.b*x + m.d*y + m.f
}

// mean is the factor by which m scales a length, on average.
func (m matrix) mean() float64 { return math.Sqrt(math.Abs(m.a*m.d - m.b*m.c)) }

// inverse undoes m; ok is false if m lays everything on a line or point.
func (m matrix) inverse() (_ matrix, ok bool) {
	d := m.a*m.d - m.b*m.c
	if math.Abs(d) < 1e-12 || math.IsNaN(d) {
		return identity, false
	}
	n := matrix{a: m.d / d, b: -m.b / d, c: -m.c / d, d: m.a / d}
	n.e, n.f = -(m.e*n.a + m.f*n.c), -(m.e*n.b + m.f*n.d)
	return n, true
}

func (m matrix) finite() bool {
	for _, v := range [...]float64{m.a, m.b, m.c, m.d, m.e, m.f} {
		if !finite(v) {
			return false
		}
	}
	return true
}

func finite(v float64) bool { return !math.IsNaN(v) && math.Abs(v) < 1e7 }

func (s Seg) under(m matrix) Seg {
	s.X1, s.Y1 = m.apply(s.X1, s.Y1)
	s.X2, s.Y2 = m.apply(s.X2, s.Y2)
	s.X, s.Y = m.apply(s.X, s.Y)
	return s
}

// bounds is the smallest box around the end and control points of path.
func bounds(path []Seg) Box {
	x0, y0 := math.Inf(1), math.Inf(1)
	x1, y1 := math.Inf(-1), math.Inf(-1)
	add := func(x, y float64) {
		x0, x1 = math.Min(x0, x), math.Max(x1, x)
		y0, y1 = math.Min(y0, y), math.Max(y1, y)
	}
	for _, s := range path {
		switch s.Op {
		case CubicTo:
			add(s.X1, s.Y1)
			add(s.X2, s.Y2)
			add(s.X, s.Y)
		case QuadTo:
			add(s.X1, s.Y1)
			add(s.X, s.Y)
		case MoveTo, LineTo:
			add(s.X, s.Y)
		}
	}
	if x0 > x1 {
		return Box{}
	}
	return Box{X: x0, Y: y0, W: x1 - x0, H: y1 - y0}
}

// around is the upright box that holds b after m.
func around(b Box, m matrix) Box {
	path := Rect(b)
	for i := range path {
		path[i] = path[i].under(m)
	}
	return bounds(path)
}
