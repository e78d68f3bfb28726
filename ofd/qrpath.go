package ofd

import (
	"strconv"

	"rsc.io/qr"
)

// qr writes the dark modules of a code as closed loops around whole regions, in
// units of modules. Unlike one square a module it leaves no hairlines between
// them.
func (m *markup) qr(code *qr.Code) {
	t := tracer{code: code, seen: make([]bool, code.Size*code.Size), out: m.buf}
	for y := range code.Size {
		for x := range code.Size {
			// Every loop has a top edge: dark below, light above.
			if code.Black(x, y) && !code.Black(x, y-1) && !t.seen[y*code.Size+x] {
				t.loop(x, y)
			}
		}
	}
	m.buf = t.out[:len(t.out)-1] // every code has a dark corner, and C ends it
}

type corner struct{ x, y int }

// tracer walks the border of dark regions with the dark on its right hand.
type tracer struct {
	code *qr.Code
	seen []bool // modules whose top edge has been walked, by row
	out  []byte // AbbreviatedData
}

// headings: right, down, left, up.
var headings = [4]corner{{1, 0}, {0, 1}, {-1, 0}, {0, -1}}

// loop walks from the top left corner of module x, y to the right, and writes
// the corners where it turns.
func (t *tracer) loop(x, y int) {
	op := "M "
	at, dir := corner{x, y}, 0
	for {
		if dir == 0 {
			walked := &t.seen[at.y*t.code.Size+at.x]
			if *walked {
				t.out = append(t.out, "C "...)
				return
			}
			*walked = true
		}
		at = corner{at.x + headings[dir].x, at.y + headings[dir].y}
		next := t.turn(at, dir)
		if next != dir {
			t.out = strconv.AppendInt(append(t.out, op...), int64(at.x), 10)
			t.out = append(strconv.AppendInt(append(t.out, ' '), int64(at.y), 10), ' ')
			op = "L "
		}
		dir = next
	}
}

// turn chooses where to go on from a corner: right if the module ahead on the
// right is light, left if the one ahead on the left is dark, else straight on.
func (t *tracer) turn(at corner, dir int) int {
	right, left := t.ahead(at, dir, 1), t.ahead(at, dir, -1)
	switch {
	case !right:
		return (dir + 1) % 4
	case left:
		return (dir + 3) % 4
	}
	return dir
}

// ahead reports whether the module in front of a corner, on the right (1) or
// left (-1) side of the heading, is dark.
func (t *tracer) ahead(at corner, dir, side int) bool {
	h := headings[dir]
	// Twice the centre of the module: half a step ahead and half to the side.
	cx := 2*at.x + h.x - side*h.y
	cy := 2*at.y + h.y + side*h.x
	return t.code.Black((cx-1)/2, (cy-1)/2)
}
