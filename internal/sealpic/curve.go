package sealpic

import (
	"math"

	"github.com/yinxin-org/yinxin/ofd"
)

// curve is an ellipse around the origin, measured by arc length from its
// highest point, clockwise.
type curve struct {
	a, b   float64
	length float64
	upTo   []float64 // arc length at equal steps of the angle
}

const curveSteps = 1440

func newCurve(a, b float64) curve {
	c := curve{a: a, b: b, upTo: make([]float64, curveSteps+1)}
	px, py := c.point(0)
	for i := 1; i <= curveSteps; i++ {
		x, y := c.point(float64(i))
		c.length += math.Hypot(x-px, y-py)
		c.upTo[i] = c.length
		px, py = x, y
	}
	return c
}

// point is at a step of the angle, counted from the top.
func (c curve) point(step float64) (x, y float64) {
	sin, cos := math.Sincos(step / curveSteps * 2 * math.Pi)
	return c.a * sin, -c.b * cos
}

// at gives the point at an arc length and the clockwise turn of something that
// stands there with its head outwards.
func (c curve) at(s float64) (x, y, turn float64) {
	s = math.Mod(s, c.length)
	if s < 0 {
		s += c.length
	}
	i := 1
	for i < curveSteps && c.upTo[i] < s {
		i++
	}
	step := float64(i-1) + (s-c.upTo[i-1])/(c.upTo[i]-c.upTo[i-1])
	x, y = c.point(step)
	// The normal of an ellipse.
	return x, y, math.Atan2(x/(c.a*c.a), -y/(c.b*c.b))
}

// reversed runs a path made of one MoveTo, curves and ClosePath backwards, so
// that it cuts a hole.
func reversed(path []ofd.Seg) []ofd.Seg {
	last := len(path) - 2 // before ClosePath
	out := []ofd.Seg{{Op: ofd.MoveTo, X: path[last].X, Y: path[last].Y}}
	for i := last; i > 0; i-- {
		s, to := path[i], path[i-1]
		out = append(out, ofd.Seg{Op: s.Op, X1: s.X2, Y1: s.Y2, X2: s.X1, Y2: s.Y1, X: to.X, Y: to.Y})
	}
	return append(out, ofd.Seg{Op: ofd.ClosePath})
}

func moved(path []ofd.Seg, dx, dy float64) []ofd.Seg {
	out := make([]ofd.Seg, len(path))
	for i, s := range path {
		s.X, s.X1, s.X2 = s.X+dx, s.X1+dx, s.X2+dx
		s.Y, s.Y1, s.Y2 = s.Y+dy, s.Y1+dy, s.Y2+dy
		out[i] = s
	}
	return out
}
