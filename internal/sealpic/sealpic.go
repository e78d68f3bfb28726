// Package sealpic draws the pictures of official seals (印章图像): a red ring
// with the name of the unit along it, a star, a line below and the seal code.
// Sizes follow 国发〔1999〕25号: 42 mm across, ring of 1.2 mm, star of 14 mm,
// name from left to right along the ring in 宋体.
//
// The same Spec always gives the same bytes. The package draws; it neither
// registers seals nor decides who may have one.
package sealpic

import (
	"errors"
	"fmt"
	"math"

	"github.com/yinxin-org/yinxin/ofd"
	"github.com/yinxin-org/yinxin/ofd/font"
)

// Shape is the outline of a seal.
type Shape int

// The shapes of seals.
const (
	Round Shape = iota // 42 mm across: units (公章) and their special seals
	Oval               // 45 mm by 30 mm: business seals (业务专用章)
)

// Spec says what a seal shows.
type Spec struct {
	// UnitName runs along the ring; 1 to 30 characters.
	UnitName string
	// Centre is "★" or empty.
	Centre string
	// Bottom is the line below the centre, such as 电子证照专用章; up to 12
	// characters, may be empty.
	Bottom string
	// Code is the seal code in small figures along the lower edge; up to 20
	// ASCII characters, may be empty.
	Code  string
	Shape Shape
}

// Limits of the parts of a Spec, in characters.
const (
	maxName, maxBottom, maxCode = 30, 12, 20
)

var (
	errName   = errors.New("sealpic: unit name must have 1 to 30 characters")
	errCentre = errors.New("sealpic: centre must be a star or empty")
	errBottom = errors.New("sealpic: line below must have at most 12 characters")
	errCode   = errors.New("sealpic: code must have at most 20 ASCII characters")
	errShape  = errors.New("sealpic: unknown shape")
)

func (s Spec) check() error {
	if n := len([]rune(s.UnitName)); n < 1 || n > maxName {
		return errName
	}
	if s.Centre != "" && s.Centre != "★" {
		return errCentre
	}
	if len([]rune(s.Bottom)) > maxBottom {
		return errBottom
	}
	for _, r := range s.Code {
		if r <= ' ' || r > '~' {
			return errCode
		}
	}
	if len(s.Code) > maxCode {
		return errCode
	}
	if s.Shape != Round && s.Shape != Oval {
		return errShape
	}
	return nil
}

// Draw gives the seal as PNG on transparent ground, and its size in mm. It
// fails with *ofd.MissingGlyph when a character cannot be drawn.
func Draw(s Spec) (png []byte, width, height int, err error) {
	if err := s.check(); err != nil {
		return nil, 0, 0, err
	}
	serif, err := font.Serif()
	if err != nil {
		return nil, 0, 0, fmt.Errorf("load seal font: %w", err)
	}
	for _, r := range s.UnitName + s.Bottom + s.Code {
		if serif.Advance(r) == 0 {
			return nil, 0, 0, &ofd.MissingGlyph{Rune: r, Font: serif.Name}
		}
	}
	width, height = 42, 42
	if s.Shape == Oval {
		width, height = 45, 30
	}
	d := drawing{spec: s, font: serif, a: float64(width) / 2, b: float64(height) / 2, c: newCanvas(width, height)}
	d.ring()
	d.name()
	d.centre()
	d.bottom()
	d.code()
	png, err = d.c.png()
	return png, width, height, err
}

// ringWidth is the width of the ring; ringGap the free space inside it.
const ringWidth, ringGap = 1.2, 0.9

// drawing is a seal in the making; a and b are the half axes of its outer edge.
type drawing struct {
	spec Spec
	font *ofd.Font
	a, b float64
	c    *canvas
}

func (d *drawing) ring() {
	outer := ofd.Ellipse(d.a, d.b, d.a-0.1, d.b-0.1)
	inner := ofd.Ellipse(d.a, d.b, d.a-0.1-ringWidth, d.b-0.1-ringWidth)
	d.c.fill(append(outer, reversed(inner)...))
}

// name sets the name along the upper arc: the more characters, the wider the
// arc, then the narrower and at last the lower the characters.
func (d *drawing) name() {
	chars := []rune(d.spec.UnitName)
	n := float64(len(chars))
	// Degrees of the circle taken from the first to the last character; a line
	// below needs the lower part for itself.
	widest := 272.0
	if d.spec.Bottom != "" {
		widest = 236
	}
	span := min(max(n-1, 0)*28, widest)
	tallest, narrowest := 6.6, 0.64
	if d.spec.Shape == Oval {
		tallest = 4.6
	}
	top := ringWidth + ringGap // of the characters, from the outer edge
	high, wide := tallest, tallest
	for high > 2 {
		inside := newCurve(d.a-top-high, d.b-top-high)
		pitch := inside.length * span / 360 / max(n-1, 1)
		if n == 1 {
			pitch = high
		}
		if wide = min(high*0.96, pitch*0.93); wide >= high*narrowest {
			break
		}
		high -= 0.05
	}
	along := newCurve(d.a-top-high/2, d.b-top-high/2)
	step := 0.0
	if n > 1 {
		step = along.length * span / 360 / (n - 1)
	}
	for i, r := range chars {
		x, y, turn := along.at((float64(i) - (n-1)/2) * step)
		d.glyph(r, x, y, wide, high, turn, 0.075)
	}
}

// glyph sets a Han character with its em square on a centre, turned clockwise.
// bold thickens it by so many millimetres on each side: the strokes of seals
// are heavier than those of books.
func (d *drawing) glyph(r rune, x, y, wide, high, turn, bold float64) {
	outline := d.font.Outline(r).Data
	half := d.font.Advance(r) / 2
	sin, cos := math.Sincos(turn)
	place := func(px, py float64) (float64, float64) {
		px, py = (px-half)*wide, (py+0.38)*high // the em square reaches from -0.88 to 0.12
		return d.a + x + px*cos - py*sin, d.b + y + px*sin + py*cos
	}
	path := make([]ofd.Seg, len(outline))
	for i, s := range outline {
		s.X, s.Y = place(s.X, s.Y)
		s.X1, s.Y1 = place(s.X1, s.Y1)
		s.X2, s.Y2 = place(s.X2, s.Y2)
		path[i] = s
	}
	d.c.fill(path)
	for _, o := range [...][2]float64{{bold, 0}, {-bold, 0}, {0, bold}, {0, -bold}} {
		if bold > 0 {
			d.c.fill(moved(path, o[0], o[1]))
		}
	}
}

// centre draws the star: 14 mm across, a third of a round seal.
func (d *drawing) centre() {
	if d.spec.Centre == "" {
		return
	}
	r := d.b / 3
	y := d.b
	if d.spec.Shape == Oval {
		y -= 1.2
	}
	var path []ofd.Seg
	for i := range 10 {
		reach := r
		if i%2 == 1 {
			reach = r * math.Sin(math.Pi/10) / math.Sin(3*math.Pi/10)
		}
		sin, cos := math.Sincos(float64(i) * math.Pi / 5)
		op := ofd.LineTo
		if i == 0 {
			op = ofd.MoveTo
		}
		path = append(path, ofd.Seg{Op: op, X: d.a + reach*sin, Y: y - reach*cos})
	}
	d.c.fill(append(path, ofd.Seg{Op: ofd.ClosePath}))
}

// bottom sets the line below the star, as wide as the ends of the name allow.
func (d *drawing) bottom() {
	chars := []rune(d.spec.Bottom)
	if len(chars) == 0 {
		return
	}
	room, y, tallest := 21.5, 11.3, 4.0
	if d.spec.Shape == Oval {
		room, y, tallest = 24, 6.2, 3.6
	}
	if d.spec.Centre == "" {
		room, y = room+2, y-4
	}
	high := tallest
	pitch := min(high*1.02, room/float64(len(chars)))
	wide := min(high*0.92, pitch*0.96)
	high = min(high, wide/0.7)
	for i, r := range chars {
		d.glyph(r, (float64(i)-float64(len(chars)-1)/2)*pitch, y, wide, high, 0, 0.05)
	}
}

// code sets the figures of the seal code along the lower edge, upright.
func (d *drawing) code() {
	const high, pitch = 1.75, 1.42
	along := newCurve(d.a-ringWidth-0.55-high/2, d.b-ringWidth-0.55-high/2)
	n := len(d.spec.Code)
	for i, r := range d.spec.Code {
		// From the lowest point, positive to the left: the curve runs clockwise.
		x, y, turn := along.at(along.length/2 - (float64(i)-float64(n-1)/2)*pitch)
		d.glyph(r, x, y, high, high, turn+math.Pi, 0.03)
	}
}
