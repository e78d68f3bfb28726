package ofd

import (
	"math"
	"slices"
)

// polyline is a flattened contour in pixels.
type polyline struct {
	points [][2]float64
	closed bool
}

// curveSteps is how many lines stand for a curve; pages are looked at, not
// measured.
const curveSteps = 8

func flatten(path []Seg, m matrix) []polyline {
	var out []polyline
	var x, y float64
	add := func(px, py float64) {
		k := len(out) - 1
		out[k].points = append(out[k].points, [2]float64{px, py})
	}
	for _, s := range path {
		s = s.under(m)
		if s.Op == ClosePath {
			if k := len(out) - 1; k >= 0 {
				out[k].closed = true
				x, y = out[k].points[0][0], out[k].points[0][1]
			}
			continue
		}
		if s.Op == MoveTo || len(out) == 0 || out[len(out)-1].closed {
			out = append(out, polyline{})
			if s.Op != MoveTo {
				add(x, y)
			}
		}
		switch s.Op {
		case MoveTo, LineTo:
			add(s.X, s.Y)
		case QuadTo:
			for i := 1; i <= curveSteps; i++ {
				t := float64(i) / curveSteps
				a, b, c := (1-t)*(1-t), 2*t*(1-t), t*t
				add(a*x+b*s.X1+c*s.X, a*y+b*s.Y1+c*s.Y)
			}
		case CubicTo:
			for i := 1; i <= 2*curveSteps; i++ {
				t := float64(i) / (2 * curveSteps)
				u := 1 - t
				a, b, c, d := u*u*u, 3*u*u*t, 3*u*t*t, t*t*t
				add(a*x+b*s.X1+c*s.X2+d*s.X, a*y+b*s.Y1+c*s.Y2+d*s.Y)
			}
		}
		x, y = s.X, s.Y
	}
	return out
}

// maxDashCount bounds the pieces that one path is cut into.
const maxDashCount = 20_000

// cut leaves of the lines what the dashes cover. A pattern that would give too
// many pieces is taken as a whole line.
func (p pen) cut(lines []polyline) []polyline {
	period, length := 0.0, 0.0
	for _, d := range p.dash {
		period += d
	}
	for _, l := range lines {
		length += l.length()
	}
	if period <= 0 || length/period*float64(len(p.dash)) > maxDashCount {
		return lines
	}
	var out []polyline
	for _, l := range lines {
		out = append(out, p.dashes(l, period)...)
	}
	return out
}

func (l polyline) length() float64 {
	sum := 0.0
	for i := 1; i < len(l.points); i++ {
		sum += math.Hypot(l.points[i][0]-l.points[i-1][0], l.points[i][1]-l.points[i-1][1])
	}
	return sum
}

// dashes cuts one line. Dashes and gaps take turns; a list of odd length goes
// round twice.
func (p pen) dashes(l polyline, period float64) []polyline {
	points := l.points
	if l.closed && len(points) > 0 {
		points = append(slices.Clip(points), points[0])
	}
	odd := len(p.dash)%2 == 1
	if odd {
		period *= 2
	}
	k, on := 0, true
	rest := math.Mod(p.offset, period)
	if rest < 0 {
		rest += period
	}
	next := func() {
		k, on = (k+1)%len(p.dash), !on
	}
	for rest > p.dash[k] {
		rest -= p.dash[k]
		next()
	}
	left := p.dash[k] - rest
	var out []polyline
	var piece [][2]float64
	if on && len(points) > 0 {
		piece = append(piece, points[0])
	}
	for i := 1; i < len(points); i++ {
		a, b := points[i-1], points[i]
		length, done := math.Hypot(b[0]-a[0], b[1]-a[1]), 0.0
		for length-done > left {
			done += left
			at := [2]float64{a[0] + (b[0]-a[0])*done/length, a[1] + (b[1]-a[1])*done/length}
			if on {
				out = append(out, polyline{points: append(piece, at)})
				piece = nil
			} else {
				piece = [][2]float64{at}
			}
			next()
			left = p.dash[k]
		}
		left -= length - done
		if on {
			piece = append(piece, b)
		}
	}
	if len(piece) > 1 {
		out = append(out, polyline{points: piece})
	}
	return out
}

// outlineStroke makes a polygon around every line, with the joins and ends of
// the pen. All polygons turn the same way, so that they unite.
func outlineStroke(lines []polyline, p pen) []polyline {
	half := p.width / 2
	var out []polyline
	add := func(points ...[2]float64) {
		area := 0.0
		for i, a := range points {
			b := points[(i+1)%len(points)]
			area += a[0]*b[1] - b[0]*a[1]
		}
		if area < 0 {
			for i, j := 0, len(points)-1; i < j; i, j = i+1, j-1 {
				points[i], points[j] = points[j], points[i]
			}
		}
		out = append(out, polyline{points: points})
	}
	for _, l := range lines {
		pts := distinct(l)
		n := len(pts)
		if n == 1 && p.cap == 'R' {
			add(disc(pts[0], half)...)
		}
		if n < 2 {
			continue
		}
		edges := n - 1
		if l.closed {
			edges = n
		}
		for i := range edges {
			a, b := pts[i], pts[(i+1)%n]
			u := unit(a, b)
			if p.cap == 'S' && !l.closed {
				if i == 0 {
					a = [2]float64{a[0] - u[0]*half, a[1] - u[1]*half}
				}
				if i == edges-1 {
					b = [2]float64{b[0] + u[0]*half, b[1] + u[1]*half}
				}
			}
			nx, ny := -u[1]*half, u[0]*half
			add([2]float64{a[0] + nx, a[1] + ny}, [2]float64{a[0] - nx, a[1] - ny}, [2]float64{b[0] - nx, b[1] - ny}, [2]float64{b[0] + nx, b[1] + ny})
			if half > 0.4 && (i < edges-1 || l.closed) {
				add(p.join(pts[(i+1)%n], u, unit(pts[(i+1)%n], pts[(i+2)%n]), half)...)
			}
		}
		if p.cap == 'R' && !l.closed && half > 0.4 {
			add(disc(pts[0], half)...)
			add(disc(pts[n-1], half)...)
		}
	}
	return out
}

// distinct leaves out points that lie on the one before.
func distinct(l polyline) [][2]float64 {
	var out [][2]float64
	for _, pt := range l.points {
		if k := len(out) - 1; k < 0 || out[k] != pt {
			out = append(out, pt)
		}
	}
	for k := len(out) - 1; l.closed && k > 0 && out[k] == out[0]; k-- {
		out = out[:k]
	}
	return out
}

func unit(a, b [2]float64) [2]float64 {
	dx, dy := b[0]-a[0], b[1]-a[1]
	length := math.Hypot(dx, dy)
	return [2]float64{dx / length, dy / length}
}

// join fills the wedge at c between a line that comes along u and one that
// leaves along v.
func (p pen) join(c, u, v [2]float64, half float64) [][2]float64 {
	cross, dot := u[0]*v[1]-u[1]*v[0], u[0]*v[0]+u[1]*v[1]
	if p.round || dot > 0.9 { // curves are many short lines
		return disc(c, half)
	}
	side := half
	if cross > 0 { // the outer side lies left of a right turn
		side = -half
	}
	a := [2]float64{c[0] - u[1]*side, c[1] + u[0]*side}
	b := [2]float64{c[0] - v[1]*side, c[1] + v[0]*side}
	wedge := [][2]float64{c, a, b}
	// The tip is 1/sin(half the angle) widths long.
	sin := math.Sqrt(max((1+dot)/2, 0))
	if !p.bevel && sin > 1e-6 && 1/sin <= p.miter {
		mx, my := a[0]+b[0]-2*c[0], a[1]+b[1]-2*c[1]
		if length := math.Hypot(mx, my); length > 1e-9 {
			k := half / sin / length
			wedge = [][2]float64{c, a, {c[0] + mx*k, c[1] + my*k}, b}
		}
	}
	return wedge
}

// disc is a round join or end.
func disc(c [2]float64, r float64) [][2]float64 {
	const corners = 12
	var p [][2]float64
	for i := range corners {
		s, k := math.Sincos(2 * math.Pi * float64(i) / corners)
		p = append(p, [2]float64{c[0] + r*k, c[1] + r*s})
	}
	return p
}
