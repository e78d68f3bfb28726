package ofd

// Stamp is the picture of a seal to be drawn on a page. Package ses reads it
// from a signature's StampAnnot and seal.
type Stamp struct {
	// Page counts from 0.
	Page int
	Box
	// Clip shows only this part of the stamp, in millimetres from its corner;
	// nil shows all. A seal across page edges (骑缝章) uses it.
	Clip *Box
	// Image is a PNG or JPEG file; other formats are not drawn.
	Image  []byte
	Format string
}

// RenderOptions say how a page is drawn.
type RenderOptions struct {
	Stamps []Stamp
	// Fallback draws text whose font is not embedded, or not as TrueType. Nil
	// leaves such text out.
	Fallback *Font
}

// Drawing is a page resolved into paths and pictures, ready to be written.
type Drawing struct {
	// Width and Height of the page in millimetres.
	Width, Height float64
	title         string
	items         []item
	segments      int
}

// item is one thing drawn: the path or glyph, or else the picture.
type item struct {
	at        matrix // from the item's own coordinates to the page
	path      []Seg
	glyph     *glyphKey // set when path is a glyph in em units
	fill      *paint
	stroke    *paint
	lineWidth float64 // in the item's own coordinates
	evenOdd   bool
	picture   *picture // a unit square
	alpha     float64
	clip      *Box // on the page, upright
}

type glyphKey struct {
	font *Font
	gid  uint16
}

type paint struct {
	RGB
	alpha float64
}

type picture struct {
	format string // PNG or JPEG
	data   []byte
}

// SVG draws a page, counted from 0, as a self-contained picture: no script, no
// reference to anything outside, no font needed.
func (p *Package) SVG(page int, stamps ...Stamp) ([]byte, error) {
	d, err := p.Render(page, RenderOptions{Stamps: stamps})
	if err != nil {
		return nil, err
	}
	return d.SVG(), nil
}

// PNG draws a page, counted from 0, with so many pixels a millimetre.
func (p *Package) PNG(page int, pixelsPerMM float64, stamps ...Stamp) ([]byte, error) {
	d, err := p.Render(page, RenderOptions{Stamps: stamps})
	if err != nil {
		return nil, err
	}
	return d.PNG(pixelsPerMM)
}

// Render resolves a page, counted from 0: template, content, annotations and
// stamps, from the bottom up.
func (p *Package) Render(page int, o RenderOptions) (*Drawing, error) {
	s, err := p.structure()
	if err != nil {
		return nil, err
	}
	if page < 0 || page >= len(s.pages) {
		return nil, broken("missing", s.root, "no page %d", page)
	}
	part := s.pages[page]
	root, err := s.parse(p, part.name)
	if err != nil {
		return nil, err
	}
	area := s.pageBox(root)
	r := &renderer{
		d:        &Drawing{Width: area.W, Height: area.H, title: s.body.kid("DocInfo").kid("Title").value()},
		res:      p.resourcesOf(s, part.name, root),
		fallback: o.Fallback,
	}
	templates, err := p.templates(s, root)
	if err != nil {
		return nil, err
	}
	annots, err := p.annots(s, part.id)
	if err != nil {
		return nil, err
	}
	origin := translate(-area.X, -area.Y)
	for _, t := range templates {
		r.content(t, origin)
	}
	r.content(root, origin)
	for _, a := range annots {
		look := a.kid("Appearance")
		b, _ := box(look.attr("Boundary"))
		r.objects(look, translate(b.X, b.Y).then(origin), nil, 0)
	}
	for _, st := range o.Stamps {
		if st.Page == page {
			r.stamp(st)
		}
	}
	if r.full {
		return nil, broken("limit", part.name, "page draws too much")
	}
	return r.d, nil
}

// maxItems bounds the things drawn on one page.
const maxItems = 200_000

// renderer fills a Drawing.
type renderer struct {
	d        *Drawing
	res      *resources
	fallback *Font
	full     bool
}

func (r *renderer) add(it item) {
	r.d.segments += len(it.path)
	if len(r.d.items) >= maxItems || r.d.segments > maxSegments {
		r.full = true
		return
	}
	if it.at.finite() {
		r.d.items = append(r.d.items, it)
	}
}

func (r *renderer) stamp(st Stamp) {
	format := imageFormat(st.Image)
	if format == "" || st.W <= 0 || st.H <= 0 {
		return
	}
	it := item{at: scale(st.W, st.H).then(translate(st.X, st.Y)), picture: &picture{format, st.Image}, alpha: 1}
	if st.Clip != nil {
		it.clip = &Box{st.X + st.Clip.X, st.Y + st.Clip.Y, st.Clip.W, st.Clip.H}
	}
	r.add(it)
}

func (r *renderer) content(page *node, at matrix) {
	for _, layer := range page.kid("Content").all("Layer") {
		r.objects(layer, at, r.res.drawParam(layer.attr("DrawParam")), 0)
	}
}

// objects draws the children of a layer, block or appearance. style is the
// DrawParam that they inherit.
func (r *renderer) objects(n *node, at matrix, style *node, depth int) {
	if n == nil || depth > 16 || r.full {
		return
	}
	for _, k := range n.kids {
		if !k.boolOr("Visible", true) || r.full {
			continue
		}
		obj := object{node: k, style: [2]*node{r.res.drawParam(k.attr("DrawParam")), style}}
		b, _ := box(k.attr("Boundary"))
		obj.at = k.ctm().then(translate(b.X, b.Y)).then(at)
		obj.alpha = min(max(k.numberOr("Alpha", 255)/255, 0), 1)
		switch k.name {
		case "TextObject":
			r.text(obj)
		case "PathObject":
			r.path(obj)
		case "ImageObject":
			if k.attr("CTM") == "" { // some writers leave out what scales the unit square
				obj.at = scale(b.W, b.H).then(obj.at)
			}
			r.image(obj)
		case "PageBlock":
			r.objects(k, at, style, depth+1)
		}
	}
}

// object is a graphic object with what it inherits.
type object struct {
	*node
	style [2]*node // its own DrawParam and that of the layer
	at    matrix
	alpha float64
}

// find looks a child up in the object and then in the DrawParams.
func (o object) find(name string) *node {
	for _, n := range [...]*node{o.node, o.style[0], o.style[1]} {
		if k := n.kid(name); k != nil {
			return k
		}
	}
	return nil
}

func (o object) lineWidth() float64 {
	for _, n := range [...]*node{o.node, o.style[0], o.style[1]} {
		if v, ok := number(n.attr("LineWidth")); ok && v >= 0 {
			return v
		}
	}
	return defaultLineWidth
}

// color reads FillColor or StrokeColor; black without one.
func (o object) color(name string) *paint {
	c := o.find(name)
	p := parseColor(c.attr("Value"))
	p.alpha = o.alpha * min(max(c.numberOr("Alpha", 255)/255, 0), 1)
	return &p
}

func (r *renderer) path(o object) {
	it := item{
		at: o.at, path: parseAbbreviated(o.kid("AbbreviatedData").value()),
		lineWidth: o.lineWidth(), evenOdd: o.attr("Rule") == "Even-Odd",
	}
	if o.boolOr("Fill", false) {
		it.fill = o.color("FillColor")
	}
	if o.boolOr("Stroke", true) {
		it.stroke = o.color("StrokeColor")
	}
	if len(it.path) > 0 && (it.fill != nil || it.stroke != nil) {
		r.add(it)
	}
}

func (r *renderer) image(o object) {
	if pic := r.res.picture(o.attr("ResourceID")); pic != nil {
		r.add(item{at: o.at, picture: pic, alpha: o.alpha})
	}
}
