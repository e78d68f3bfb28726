package ofd

import "encoding/binary"

// Bounds on what one glyph of a crafted font may cost.
const (
	maxGlyphPoints     = 20_000
	maxGlyphComponents = 256
	maxGlyphDepth      = 6
)

// Flags of simple glyphs (OpenType, table glyf).
const (
	flagOnCurve = 1 << iota
	flagXShort
	flagYShort
	flagRepeat
	flagXSame
	flagYSame
)

// Flags of composite glyphs.
const (
	compWords     = 0x0001
	compXY        = 0x0002
	compScale     = 0x0008
	compMore      = 0x0020
	compXYScale   = 0x0040
	compTwoByTwo  = 0x0080
	compHasInstrs = 0x0100
)

type glyphPoint struct {
	x, y float64
	on   bool
}

func (f *Font) glyphData(gid uint16) []byte {
	if int(gid) >= f.numGlyphs {
		return nil
	}
	return f.glyf[f.loca[gid]:f.loca[gid+1]]
}

// outline draws a glyph in em units, y down. A damaged glyph draws as far as
// it can be read.
func (f *Font) outline(gid uint16) []Seg {
	if f.cff != nil {
		return f.cffOutline(gid)
	}
	w := outliner{font: f}
	w.glyph(gid, scale(1/f.unitsEm, -1/f.unitsEm), 0)
	return w.path
}

// outliner gathers the path of one glyph and counts what it costs.
type outliner struct {
	font       *Font
	path       []Seg
	points     int
	components int
}

func (w *outliner) glyph(gid uint16, m matrix, depth int) {
	data := w.font.glyphData(gid)
	if len(data) < 10 || depth > maxGlyphDepth {
		return
	}
	if n := int16(binary.BigEndian.Uint16(data)); n >= 0 {
		w.simple(data[10:], int(n), m)
		return
	}
	for _, c := range components(data) {
		if w.components++; w.components > maxGlyphComponents {
			return
		}
		w.glyph(c.gid, c.m.then(m), depth+1)
	}
}

func (w *outliner) simple(b []byte, contours int, m matrix) {
	if len(b) < 2*contours+2 || contours == 0 {
		return
	}
	ends := make([]int, contours)
	for i := range ends {
		ends[i] = int(binary.BigEndian.Uint16(b[2*i:]))
		if i > 0 && ends[i] < ends[i-1] {
			return
		}
	}
	n := ends[contours-1] + 1
	if w.points += n; w.points > maxGlyphPoints {
		return
	}
	skip := 2*contours + 2 + int(binary.BigEndian.Uint16(b[2*contours:]))
	if skip > len(b) {
		return
	}
	points, ok := glyphPoints(b[skip:], n)
	if !ok {
		return
	}
	for i := range points {
		points[i].x, points[i].y = m.apply(points[i].x, points[i].y)
	}
	from := 0
	for _, end := range ends {
		w.contour(points[from : end+1])
		from = end + 1
	}
}

// glyphPoints unpacks n points: run-length flags, then x, then y differences.
func glyphPoints(b []byte, n int) ([]glyphPoint, bool) {
	flags := make([]byte, 0, n)
	for len(flags) < n {
		if len(b) == 0 {
			return nil, false
		}
		flag, times := b[0], 1
		b = b[1:]
		if flag&flagRepeat != 0 {
			if len(b) == 0 {
				return nil, false
			}
			times += int(b[0])
			b = b[1:]
		}
		for range min(times, n-len(flags)) {
			flags = append(flags, flag)
		}
	}
	points := make([]glyphPoint, n)
	b, ok := coordinates(b, flags, flagXShort, flagXSame, func(i int, v float64) { points[i].x = v })
	if !ok {
		return nil, false
	}
	_, ok = coordinates(b, flags, flagYShort, flagYSame, func(i int, v float64) { points[i].y = v })
	for i := range points {
		points[i].on = flags[i]&flagOnCurve != 0
	}
	return points, ok
}

func coordinates(b, flags []byte, short, same byte, set func(int, float64)) ([]byte, bool) {
	v := 0
	for i, flag := range flags {
		switch {
		case flag&short != 0:
			if len(b) < 1 {
				return nil, false
			}
			if flag&same != 0 {
				v += int(b[0])
			} else {
				v -= int(b[0])
			}
			b = b[1:]
		case flag&same == 0:
			if len(b) < 2 {
				return nil, false
			}
			v += int(int16(binary.BigEndian.Uint16(b)))
			b = b[2:]
		}
		set(i, float64(v))
	}
	return b, true
}

// contour turns a ring of on- and off-curve points into quadratic segments.
// Between two off-curve points lies an implied on-curve point.
func (w *outliner) contour(pts []glyphPoint) {
	n := len(pts)
	if n < 2 {
		return
	}
	start, rest := pts[0], pts[1:]
	if !start.on {
		if last := pts[n-1]; last.on {
			start, rest = last, pts[:n-1]
		} else {
			start, rest = middle(start, last), pts
		}
	}
	w.path = append(w.path, Seg{Op: MoveTo, X: start.x, Y: start.y})
	var off *glyphPoint
	for i := range rest {
		p := &rest[i]
		switch {
		case p.on && off == nil:
			w.path = append(w.path, Seg{Op: LineTo, X: p.x, Y: p.y})
		case p.on:
			w.path = append(w.path, Seg{Op: QuadTo, X1: off.x, Y1: off.y, X: p.x, Y: p.y})
			off = nil
		default:
			if off != nil {
				mid := middle(*off, *p)
				w.path = append(w.path, Seg{Op: QuadTo, X1: off.x, Y1: off.y, X: mid.x, Y: mid.y})
			}
			off = p
		}
	}
	if off != nil {
		w.path = append(w.path, Seg{Op: QuadTo, X1: off.x, Y1: off.y, X: start.x, Y: start.y})
	}
	w.path = append(w.path, Seg{Op: ClosePath})
}

func middle(a, b glyphPoint) glyphPoint {
	return glyphPoint{x: (a.x + b.x) / 2, y: (a.y + b.y) / 2, on: true}
}

type component struct {
	gid uint16
	m   matrix
}

// components reads the parts of a composite glyph, in font units.
func components(data []byte) []component {
	var out []component
	b := data[10:]
	for len(b) >= 4 && len(out) <= maxGlyphComponents {
		flags, gid := binary.BigEndian.Uint16(b), binary.BigEndian.Uint16(b[2:])
		b = b[4:]
		size := componentSize(flags)
		if len(b) < size {
			break
		}
		out = append(out, component{gid, componentMatrix(flags, b[:size])})
		b = b[size:]
		if flags&compMore == 0 {
			break
		}
	}
	return out
}

// componentSize is the number of bytes after flags and glyph.
func componentSize(flags uint16) int {
	size := 2
	if flags&compWords != 0 {
		size = 4
	}
	switch {
	case flags&compScale != 0:
		size += 2
	case flags&compXYScale != 0:
		size += 4
	case flags&compTwoByTwo != 0:
		size += 8
	}
	return size
}

func componentMatrix(flags uint16, b []byte) matrix {
	m := identity
	var dx, dy float64
	if flags&compWords != 0 {
		dx, dy = float64(int16(binary.BigEndian.Uint16(b))), float64(int16(binary.BigEndian.Uint16(b[2:])))
		b = b[4:]
	} else {
		dx, dy = float64(int8(b[0])), float64(int8(b[1]))
		b = b[2:]
	}
	f2dot14 := func(i int) float64 { return float64(int16(binary.BigEndian.Uint16(b[2*i:]))) / (1 << 14) }
	switch {
	case flags&compScale != 0:
		m.a, m.d = f2dot14(0), f2dot14(0)
	case flags&compXYScale != 0:
		m.a, m.d = f2dot14(0), f2dot14(1)
	case flags&compTwoByTwo != 0:
		m.a, m.b, m.c, m.d = f2dot14(0), f2dot14(1), f2dot14(2), f2dot14(3)
	}
	if flags&compXY != 0 {
		m.e, m.f = dx, dy
	}
	return m
}
