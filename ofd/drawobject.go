package ofd

import "math"

// scope is what the objects of a layer, block or appearance have in common.
type scope struct {
	at    matrix
	style []*node // the DrawParams that they inherit, nearest first
	clip  *clip
	alpha float64 // 0 means opaque
	depth int
}

// Bounds on blocks and composite objects within each other, and on the objects
// visited for a page: a few resources that use each other could ask for more
// than any page needs without drawing anything.
const (
	maxNesting = 16
	maxSteps   = 1_000_000
)

func (r *renderer) content(page *node, at matrix) {
	for _, layer := range page.kid("Content").all("Layer") {
		r.objects(layer, scope{at: at, style: r.res.drawParams(layer.attr("DrawParam"))})
	}
}

func (r *renderer) objects(n *node, in scope) {
	if n == nil || r.full {
		return
	}
	if in.depth > maxNesting {
		r.miss(n.attr("ID"), "objects nested too deep")
		return
	}
	for _, k := range n.kids {
		if r.steps++; r.steps > maxSteps {
			r.full = true
		}
		if r.full {
			return
		}
		if !k.boolOr("Visible", true) {
			continue
		}
		switch k.name {
		case "TextObject":
			r.text(r.object(k, in))
		case "PathObject":
			r.path(r.object(k, in))
		case "ImageObject":
			r.image(r.object(k, in))
		case "CompositeObject", "CompositeGraphicUnit":
			r.composite(r.object(k, in))
		case "PageBlock", "Block":
			in := in
			in.depth++
			r.objects(k, in)
		default:
			if k.attr("Boundary") != "" {
				r.miss(k.attr("ID"), "object of kind "+word(k.name))
			}
		}
	}
}

// object is a graphic object with what it inherits.
type object struct {
	*node
	scope
	outer matrix // from the space around it to the page
	place matrix // from the space of its Boundary to the page, without its CTM
	box   Box
	id    string
}

func (r *renderer) object(k *node, in scope) object {
	o := object{node: k, scope: in, id: k.attr("ID")}
	o.style = append(append([]*node{k}, r.res.drawParams(k.attr("DrawParam"))...), in.style...)
	o.box, _ = box(k.attr("Boundary"))
	o.outer = in.at
	o.place = translate(o.box.X, o.box.Y).then(in.at)
	o.at = k.ctm().then(o.place)
	if o.alpha == 0 {
		o.alpha = 1
	}
	o.alpha *= min(max(k.numberOr("Alpha", 255)/255, 0), 1)
	o.depth++
	o.clip = r.clips(o)
	return o
}

// find looks a child up in the object and then in the DrawParams.
func (o object) find(name string) *node {
	for _, n := range o.style {
		if k := n.kid(name); k != nil {
			return k
		}
	}
	return nil
}

// lookup finds an attribute in the object and then in the DrawParams.
func (o object) lookup(name string) string {
	for _, n := range o.style {
		if v := n.attr(name); v != "" {
			return v
		}
	}
	return ""
}

// clips reads the Clips of an object: the inside of every Clip at once, each
// the union of its Areas, in the object's own coordinates (GB/T 33190, 8.5).
func (r *renderer) clips(o object) *clip {
	within := o.clip
	for _, list := range o.all("Clips") {
		at := o.at
		if !list.boolOr("TransFlag", true) {
			at = o.place
		}
		for _, c := range atMost(list.all("Clip")) {
			next := &clip{outer: within}
			for _, area := range c.all("Area") {
				shape := area.kid("Path")
				if shape == nil {
					r.miss(o.id, "clip by something other than a path")
					continue
				}
				b, _ := box(shape.attr("Boundary"))
				m := shape.ctm().then(translate(b.X, b.Y)).then(area.ctm()).then(at)
				next.path = append(next.path, pathUnder(parseAbbreviated(shape.kid("AbbreviatedData").value()), m)...)
				next.evenOdd = next.evenOdd || shape.attr("Rule") == "Even-Odd"
			}
			if r.d.segments += len(next.path); len(next.path) > 0 {
				within = next
			}
		}
	}
	return within
}

func pathUnder(path []Seg, m matrix) []Seg {
	out := make([]Seg, 0, len(path))
	for _, s := range path {
		if s = s.under(m); finite(s.X) && finite(s.Y) && finite(s.X1) && finite(s.Y1) && finite(s.X2) && finite(s.Y2) {
			out = append(out, s)
		}
	}
	return out
}

func (r *renderer) path(o object) {
	it := item{
		at: o.at, path: parseAbbreviated(o.kid("AbbreviatedData").value()),
		pen: o.pen(), evenOdd: o.attr("Rule") == "Even-Odd", clip: o.clip,
	}
	if len(it.path) == 0 {
		return
	}
	if o.boolOr("Fill", false) {
		if pattern := o.find("FillColor").kid("Pattern"); pattern != nil {
			r.pattern(o, pattern, it)
		} else {
			it.fill = r.color(o, "FillColor")
		}
	}
	if o.boolOr("Stroke", true) {
		it.stroke = r.color(o, "StrokeColor")
	}
	if it.fill != nil || it.stroke != nil {
		r.add(it)
	}
}

// maxTiles bounds how often a pattern repeats on one path.
const maxTiles = 4000

// pattern fills a path with its cell again and again.
func (r *renderer) pattern(o object, n *node, it item) {
	cell := n.kid("CellContent")
	w, _ := number(n.attr("Width"))
	h, _ := number(n.attr("Height"))
	dx, dy := n.numberOr("XStep", w), n.numberOr("YStep", h)
	at := n.ctm().then(o.at)
	if n.attr("RelativeTo") == "Page" {
		at = n.ctm().then(o.outer)
	}
	back, ok := at.inverse()
	if cell == nil || w <= 0 || h <= 0 || dx < 1e-3 || dy < 1e-3 || !ok {
		r.miss(o.id, "pattern that cannot be read")
		return
	}
	if n.attr("ReflectMethod") != "" && n.attr("ReflectMethod") != "Normal" {
		r.miss(o.id, "reflection of a pattern")
	}
	path := pathUnder(it.path, o.at)
	need := around(bounds(path), back)
	x0, x1 := math.Floor(need.X/dx), math.Ceil((need.X+need.W)/dx)
	y0, y1 := math.Floor(need.Y/dy), math.Ceil((need.Y+need.H)/dy)
	if (x1-x0)*(y1-y0) > maxTiles {
		r.miss(o.id, "pattern of too many tiles")
		return
	}
	within := &clip{path: path, evenOdd: it.evenOdd, outer: o.clip}
	for y := y0; y < y1; y++ {
		for x := x0; x < x1; x++ {
			r.objects(cell, scope{at: translate(x*dx, y*dy).then(at), clip: within, alpha: o.alpha, depth: o.depth + 1})
		}
	}
}

// image draws a picture: a unit square under the CTM. Some writers leave the
// CTM out and mean the Boundary.
func (r *renderer) image(o object) {
	if o.attr("CTM") == "" {
		o.at = scale(o.box.W, o.box.H).then(o.at)
	}
	if r.hide {
		r.add(item{at: o.at, path: Rect(Box{W: 1, H: 1}), fill: &paint{RGB: RGB{0xD8, 0xD8, 0xD8}, alpha: 1}, clip: o.clip})
		return
	}
	pic, lack := r.res.picture(o.attr("ResourceID"))
	if pic == nil {
		r.miss(o.id, lack)
		return
	}
	if o.attr("ImageMask") != "" {
		r.miss(o.id, "mask of a picture")
	}
	if o.kid("Border") != nil {
		r.miss(o.id, "border of a picture")
	}
	// A Boundary that is smaller than the picture crops it.
	whole := around(Box{W: 1, H: 1}, o.ctm())
	const slack = 0.5
	if o.attr("CTM") != "" && o.box.W > 0 && o.box.H > 0 &&
		(whole.X < -slack || whole.Y < -slack || whole.X+whole.W > o.box.W+slack || whole.Y+whole.H > o.box.H+slack) {
		o.clip = &clip{path: pathUnder(Rect(Box{W: o.box.W, H: o.box.H}), o.place), outer: o.clip}
	}
	r.add(item{at: o.at, picture: pic, alpha: o.alpha, clip: o.clip})
}

// composite draws what a CompositeGraphicUnit of the resources holds, in the
// place of the object (GB/T 33190, 13).
func (r *renderer) composite(o object) {
	unit := r.res.units[o.attr("ResourceID")]
	if unit == nil {
		r.miss(o.id, "composite object without its resource")
		return
	}
	r.objects(unit.kid("Content"), o.scope)
}

// word keeps the letters of a name that stands in a file, to be told.
func word(s string) string {
	out := make([]rune, 0, 24)
	for _, c := range s {
		if len(out) < 24 && (c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9') {
			out = append(out, c)
		}
	}
	return string(out)
}
