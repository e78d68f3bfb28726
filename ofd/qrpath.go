package ofd

import "rsc.io/qr"

// qrPath traces the dark modules of a code as closed loops around whole
// regions, in units of modules. Unlike one square a module it leaves no
// hairlines between them.
func qrPath(code *qr.Code) []Seg {
	t := tracer{code: code, seen: make([]bool, code.Size*code.Size)}
	path := make([]Seg, 0, code.Size*code.Size)
	for y := range code.Size {
		for x := range code.Size {
			// Every loop has a top edge: dark below, light above.
			if code.Black(x, y) && !code.Black(x, y-1) && !t.seen[y*code.Size+x] {
				path = t.loop(path, x, y)
			}
		}
	}
	return path
}

type corner struct{ x, y int }

// tracer walks the border of dark regions with the dark on its right hand.
type tracer struct {
	code *qr.Code
	seen []bool // modules whose top edge has been walked, by row
}

// headings: right, down, left, up.
var headings = [4]corner{{1, 0}, {0, 1}, {-1, 0}, {0, -1}}

// loop walks from the top left corner of module x, y to the right, and adds a
// segment for every corner where it turns.
func (t *tracer) loop(path []Seg, x, y int) []Seg {
	op := MoveTo
	at, dir := corner{x, y}, 0
	for {
		if dir == 0 {
			walked := &t.seen[at.y*t.code.Size+at.x]
			if *walked {
				return append(path, Seg{Op: ClosePath})
			}
			*walked = true
		}
		at = corner{at.x + headings[dir].x, at.y + headings[dir].y}
		next := t.turn(at, dir)
		if next != dir {
			path = append(path, Seg{Op: op, X: float64(at.x), Y: float64(at.y)})
			op = LineTo
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
