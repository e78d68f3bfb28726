package ofd

import "rsc.io/qr"

// qrPath traces the dark modules of a code as closed loops around whole
// regions. Unlike one square a module it leaves no hairlines between them.
func qrPath(code *qr.Code, box Box) []Seg {
	t := tracer{code: code, seen: make(map[corner]bool)}
	unit := box.W / float64(code.Size)
	var path []Seg
	for y := range code.Size {
		for x := range code.Size {
			// Every loop has a top edge: dark below, light above.
			if !code.Black(x, y) || code.Black(x, y-1) || t.seen[corner{x, y}] {
				continue
			}
			op := MoveTo
			for _, c := range t.loop(x, y) {
				path = append(path, Seg{Op: op, X: box.X + float64(c.x)*unit, Y: box.Y + float64(c.y)*unit})
				op = LineTo
			}
			path = append(path, Seg{Op: ClosePath})
		}
	}
	return path
}

type corner struct{ x, y int }

// tracer walks the border of dark regions with the dark on its right hand.
type tracer struct {
	code *qr.Code
	seen map[corner]bool // modules whose top edge has been walked
}

// headings: right, down, left, up.
var headings = [4]corner{{1, 0}, {0, 1}, {-1, 0}, {0, -1}}

// loop walks from the top left corner of module x, y to the right, and gives
// the corners where it turns.
func (t *tracer) loop(x, y int) []corner {
	var turns []corner
	at, dir := corner{x, y}, 0
	for {
		if dir == 0 {
			if t.seen[at] {
				return turns
			}
			t.seen[at] = true
		}
		at = corner{at.x + headings[dir].x, at.y + headings[dir].y}
		next := t.turn(at, dir)
		if next != dir {
			turns = append(turns, at)
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
