package ofd

import (
	"math"
	"strings"
)

// maxSegments bounds the path segments of one page.
const maxSegments = 1_000_000

// parseAbbreviated reads AbbreviatedData (GB/T 33190 clause 9.1). It stops
// quietly at the first thing that makes no sense and keeps what came before.
func parseAbbreviated(s string) []Seg {
	fields := strings.Fields(s)
	var path []Seg
	var x, y float64 // the current point
	for len(fields) > 0 && len(path) < maxSegments {
		op := fields[0]
		args, ok := numbers(strings.Join(fields[1:min(len(fields), 1+arity(op))], " "), arity(op))
		if !ok {
			return path
		}
		fields = fields[1+arity(op):]
		switch op {
		case "S", "M":
			path = append(path, Seg{Op: MoveTo, X: args[0], Y: args[1]})
		case "L":
			path = append(path, Seg{Op: LineTo, X: args[0], Y: args[1]})
		case "Q":
			path = append(path, Seg{Op: QuadTo, X1: args[0], Y1: args[1], X: args[2], Y: args[3]})
		case "B":
			path = append(path, Seg{Op: CubicTo, X1: args[0], Y1: args[1], X2: args[2], Y2: args[3], X: args[4], Y: args[5]})
		case "A":
			path = append(path, arc(x, y, args)...)
		case "C":
			path = append(path, Seg{Op: ClosePath})
		default:
			return path
		}
		if n := arity(op); n > 0 {
			x, y = args[n-2], args[n-1]
		}
		if path[0].Op != MoveTo {
			return nil
		}
	}
	return path
}

// arity is the number of operands of an operator.
func arity(op string) int {
	switch op {
	case "S", "M", "L":
		return 2
	case "Q":
		return 4
	case "B":
		return 6
	case "A":
		return 7
	}
	return 0
}

// arc turns an elliptic arc (rx ry angle large sweep x y) from the current
// point into curves, by the end point conversion known from SVG 1.1, F.6.
func arc(x0, y0 float64, v []float64) []Seg {
	rx, ry, x1, y1 := math.Abs(v[0]), math.Abs(v[1]), v[5], v[6]
	if rx == 0 || ry == 0 || x0 == x1 && y0 == y1 {
		return []Seg{{Op: LineTo, X: x1, Y: y1}}
	}
	turn := rotate(v[2])
	back := rotate(-v[2])
	hx, hy := back.apply((x0-x1)/2, (y0-y1)/2)
	if over := hx*hx/(rx*rx) + hy*hy/(ry*ry); over > 1 {
		rx, ry = rx*math.Sqrt(over), ry*math.Sqrt(over)
	}
	num := rx*rx*ry*ry - rx*rx*hy*hy - ry*ry*hx*hx
	k := math.Sqrt(max(0, num/(rx*rx*hy*hy+ry*ry*hx*hx)))
	if (v[3] != 0) == (v[4] != 0) {
		k = -k
	}
	cx, cy := k*rx*hy/ry, -k*ry*hx/rx
	from := math.Atan2((hy-cy)/ry, (hx-cx)/rx)
	sweep := math.Atan2((-hy-cy)/ry, (-hx-cx)/rx) - from
	if v[4] != 0 && sweep < 0 {
		sweep += 2 * math.Pi
	} else if v[4] == 0 && sweep > 0 {
		sweep -= 2 * math.Pi
	}
	mx, my := turn.apply(cx, cy)
	ellipse := scale(rx, ry).then(turn).then(translate(mx+(x0+x1)/2, my+(y0+y1)/2))
	return unitArc(from, sweep, ellipse)
}

// unitArc approximates an arc of the unit circle, seen through m, by a cubic
// for every quarter turn.
func unitArc(from, sweep float64, m matrix) []Seg {
	n := int(math.Ceil(math.Abs(sweep) / (math.Pi/2 + 1e-9)))
	var path []Seg
	for i := range n {
		a, b := from+sweep*float64(i)/float64(n), from+sweep*float64(i+1)/float64(n)
		k := 4.0 / 3 * math.Tan((b-a)/4)
		sa, ca := math.Sincos(a)
		sb, cb := math.Sincos(b)
		path = append(path, Seg{Op: CubicTo,
			X1: ca - k*sa, Y1: sa + k*ca, X2: cb + k*sb, Y2: sb - k*cb, X: cb, Y: sb}.under(m))
	}
	return path
}

// Circle is the closed path around a centre.
func Circle(x, y, r float64) []Seg { return Ellipse(x, y, r, r) }

// Ellipse is the closed path of an upright ellipse.
func Ellipse(x, y, rx, ry float64) []Seg {
	path := []Seg{{Op: MoveTo, X: x + rx, Y: y}}
	path = append(path, unitArc(0, 2*math.Pi, scale(rx, ry).then(translate(x, y)))...)
	return append(path, Seg{Op: ClosePath})
}
