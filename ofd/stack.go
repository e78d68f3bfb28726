package ofd

import "slices"

// stackGap is the room between pages that lie below each other, in millimetres.
const stackGap = 4

// Stack puts the pages of a document below each other on one sheet, for a
// picture of all of them. A line stands between two pages. One page stays as it
// is, no pages give an empty drawing.
func Stack(pages []*Drawing) *Drawing {
	if len(pages) == 1 {
		return pages[0]
	}
	out := &Drawing{}
	for i, page := range pages {
		if i > 0 {
			line := Rect(Box{Y: out.Height + stackGap/2, W: page.Width, H: 0.2})
			out.items = append(out.items, item{at: identity, path: line, fill: &paint{RGB: RGB{R: 0xC0, G: 0xC0, B: 0xC0}, alpha: 1}, alpha: 1})
			out.Height += stackGap
		}
		out.add(page)
	}
	return out
}

// add puts a page below what is there.
func (d *Drawing) add(page *Drawing) {
	down, lines, layers := translate(0, d.Height), len(d.lines), 0
	for _, l := range d.lines {
		layers = max(layers, l.layer+1)
	}
	edge := &clip{path: Rect(Box{Y: d.Height, W: page.Width, H: page.Height})} // nothing stands on another page
	clips := map[*clip]*clip{nil: edge}
	for _, it := range page.items {
		c := clips[it.clip]
		if c == nil {
			c = it.clip.under(down)
			c.bound(edge)
			clips[it.clip] = c
		}
		it = it.under(down)
		it.clip = c
		if it.line > 0 {
			it.line += lines
		}
		d.items = append(d.items, it)
	}
	for _, l := range page.lines {
		l.layer += layers
		l.chars = slices.Clone(l.chars)
		for i := range l.chars {
			l.chars[i].at = l.chars[i].at.then(down)
		}
		d.lines = append(d.lines, l)
	}
	d.Missing = append(d.Missing, page.Missing...)
	d.Width, d.Height = max(d.Width, page.Width), d.Height+page.Height
	d.segments += page.segments
	if d.title == "" {
		d.title = page.title
	}
}

// bound puts an edge around the outermost clip.
func (c *clip) bound(edge *clip) {
	for c.outer != nil {
		c = c.outer
	}
	c.outer = edge
}
