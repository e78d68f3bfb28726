package ofd

import (
	"cmp"
	"math"
	"slices"
	"unicode/utf16"
)

// reading gives the lines of text in the order in which they are read: those of
// the page and its templates row by row, then those of annotations, turned
// lines last. Lines that go on where another ends are one, since writers break
// them where the font changes.
func (d *Drawing) reading() [][]lineChar {
	var layers [][]textLine
	for _, l := range d.lines {
		if len(l.chars) == 0 {
			continue
		}
		for len(layers) <= l.layer {
			layers = append(layers, nil)
		}
		layers[l.layer] = append(layers[l.layer], l)
	}
	var out [][]lineChar
	for _, lines := range layers {
		var flat, turned []textLine
		for _, l := range lines {
			if l.upright() {
				flat = append(flat, l)
			} else {
				turned = append(turned, l)
			}
		}
		out = joinLines(out, rows(flat))
		out = joinLines(out, turned)
	}
	return out
}

func (l textLine) upright() bool {
	m := l.chars[0].at
	return math.Abs(m.b) < 1e-6 && math.Abs(m.c) < 1e-6 && m.a > 0 && m.d > 0
}

// size is the height of the em square on the page.
func (c lineChar) size() float64 { return math.Hypot(c.at.c, c.at.d) }

// rows orders upright lines from top to bottom and, where they share a
// baseline, from left to right.
func rows(lines []textLine) []textLine {
	slices.SortStableFunc(lines, func(a, b textLine) int { return cmp.Compare(a.chars[0].at.f, b.chars[0].at.f) })
	for from := 0; from < len(lines); {
		to := from + 1
		first := lines[from].chars[0]
		for to < len(lines) {
			next := lines[to].chars[0]
			if next.at.f-first.at.f > 0.4*min(first.size(), next.size()) {
				break
			}
			to++
		}
		slices.SortStableFunc(lines[from:to], func(a, b textLine) int { return cmp.Compare(a.chars[0].at.e, b.chars[0].at.e) })
		from = to
	}
	return lines
}

// joinLines appends lines, each to the one before if it goes on there.
func joinLines(out [][]lineChar, lines []textLine) [][]lineChar {
	for i, l := range lines {
		if k := len(out) - 1; i > 0 && k >= 0 && follows(out[k], l.chars[0]) {
			out[k] = append(out[k], l.chars...)
			continue
		}
		out = append(out, slices.Clone(l.chars))
	}
	return out
}

// follows tells whether a character stands where a line ends, in its direction
// and size.
func follows(line []lineChar, next lineChar) bool {
	last := line[len(line)-1]
	a, b := last.at, next.at
	size := last.size()
	if size == 0 || math.Abs(a.a-b.a)+math.Abs(a.b-b.b)+math.Abs(a.c-b.c)+math.Abs(a.d-b.d) > 0.2*size {
		return false
	}
	x, y := a.apply(last.width, 0)
	return math.Hypot(x-b.e, y-b.f) < 0.4*size
}

// utf16Units is how a browser counts the characters of s.
func utf16Units(s string) int {
	n := 0
	for _, r := range s {
		n += max(utf16.RuneLen(r), 1)
	}
	return n
}
