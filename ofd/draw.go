package ofd

import "slices"

// Stamp is the picture of a seal to be drawn on a page. Package ses reads it
// from a signature's StampAnnot and seal.
type Stamp struct {
	// Page counts from 0.
	Page int
	Box
	// Clip shows only this part of the stamp, in millimetres from its corner;
	// nil shows all. A seal across page edges (骑缝章) uses it.
	Clip *Box
	// Image is a picture file, or an OFD package whose first page is the
	// picture, as the seals of tax authorities have it.
	Image []byte
	// Format is what the seal says of Image; drawing goes by the bytes.
	Format string
}

// RenderOptions say how pages are drawn.
type RenderOptions struct {
	Stamps []Stamp
	// Fallback draws text whose font is not embedded or lacks a character. Nil
	// leaves such text out, which Drawing.Missing then tells.
	Fallback *Font
	// Mask says what is shown instead of the value of a data item (标引, GB/T
	// 36905), such as 110101********1234; the value itself leaves the item as it
	// is. A value that is masked leaves no trace in what is written: neither its
	// text nor its glyphs, wherever else on the pages it stands as text. Nil
	// masks nothing.
	Mask func(tag, value string) string
	// HidePictures puts a gray box in the place of the pictures that belong to
	// the pages themselves, such as a holder's photo. Those of template pages and
	// annotations and the stamps stay.
	HidePictures bool
	// Banner is a line at the lower edge of every page, drawn with Fallback, such
	// as "PDF副本，以OFD文件为准 核验码 7KQ2M9XW4B". Empty for none.
	Banner string
}

// Drawing is a page resolved into paths, glyphs and pictures, ready to be
// written.
type Drawing struct {
	// Width and Height of the page in millimetres.
	Width, Height float64
	// Missing tells what the page has but the drawing does not show, or shows
	// only roughly, each kind of loss once per object.
	Missing []Undrawn

	title    string
	items    []item
	lines    []textLine
	segments int
}

// Undrawn is something on a page that could not be drawn as it is.
type Undrawn struct {
	// Object is the ID of the object in the file; empty for a stamp.
	Object string
	// What is lost, such as "character U+9FFF" or "picture in format TIFF".
	What string
}

// String is both in one line.
func (u Undrawn) String() string {
	if u.Object == "" {
		return u.What
	}
	return "object " + u.Object + ": " + u.What
}

// item is one thing drawn: the path or glyph, or else the picture.
type item struct {
	at      matrix // from the item's own coordinates to the page
	path    []Seg
	glyph   *glyphKey // set when path is a glyph in em units
	text    string    // the characters that the glyph stands for
	line    int       // the line of text it belongs to, from 1; 0 for none
	fill    *paint
	stroke  *paint
	pen     pen
	evenOdd bool
	picture *picture // a unit square
	alpha   float64
	clip    *clip
}

// under is the item as seen through m.
func (it item) under(m matrix) item {
	it.at = it.at.then(m)
	it.fill, it.stroke, it.clip = it.fill.under(m), it.stroke.under(m), it.clip.under(m)
	return it
}

type glyphKey struct {
	font *Font
	gid  uint16
}

// clip is what may be drawn on: the inside of a path on the page, and of the
// clip around it.
type clip struct {
	path    []Seg
	evenOdd bool
	outer   *clip
}

func (c *clip) under(m matrix) *clip {
	if c == nil {
		return nil
	}
	return &clip{path: pathUnder(c.path, m), evenOdd: c.evenOdd, outer: c.outer.under(m)}
}

// SVG draws a page, counted from 0, as a self-contained picture: no script, no
// reference to anything outside, no font needed. Its text can be selected,
// copied and searched.
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
// stamps, from the bottom up. It fails with *FormatError when there is no such
// page, when a part of it is damaged or when it draws too much; what is merely
// missing or unknown stands in Drawing.Missing.
func (p *Package) Render(page int, o RenderOptions) (*Drawing, error) {
	b, err := p.book(o)
	if err != nil {
		return nil, err
	}
	if page < 0 || page >= len(b.pages) {
		return nil, broken("missing", b.root, "no page %d", page)
	}
	return b.draw(page)
}

// RenderAll resolves every page, as Render does. Pages that use the same fonts
// and pictures share them.
func (p *Package) RenderAll(o RenderOptions) ([]*Drawing, error) {
	b, err := p.book(o)
	if err != nil {
		return nil, err
	}
	out := make([]*Drawing, 0, len(b.pages))
	for i := range b.pages {
		d, err := b.draw(i)
		if err != nil {
			return nil, err
		}
		out = append(out, d)
	}
	return out, nil
}

// Bounds on what is drawn, on one page and on all pages together.
const (
	maxItems       = 200_000
	maxAllItems    = 1_000_000
	maxAllSegments = 4_000_000
	maxMissing     = 200
)

// book is a package whose pages are being drawn.
type book struct {
	*structure
	pkg   *Package
	o     RenderOptions
	masks *masks
	cache *drawCache
	// What is left of the bounds on all pages.
	items, segments int
}

func (p *Package) book(o RenderOptions) (*book, error) {
	s, err := p.structure()
	if err != nil {
		return nil, err
	}
	b := &book{structure: s, pkg: p, o: o, cache: newDrawCache(), items: maxAllItems, segments: maxAllSegments}
	if b.masks, err = p.masks(s, o.Mask); err != nil {
		return nil, err
	}
	return b, nil
}

func (b *book) draw(page int) (*Drawing, error) {
	part := b.pages[page]
	root, err := b.parse(b.pkg, part.name)
	if err != nil {
		return nil, err
	}
	area := b.pageBox(root)
	r := &renderer{
		book: b, fallback: b.o.Fallback,
		d:   &Drawing{Width: area.W, Height: area.H, title: b.masks.hide(b.body.kid("DocInfo").kid("Title").value())},
		res: b.pkg.resourcesOf(b.structure, b.cache, part.name, root),
	}
	below, above, err := b.pkg.templatesAround(b.structure, root)
	if err != nil {
		return nil, err
	}
	annots, err := b.pkg.annots(b.structure, part.id)
	if err != nil {
		return nil, err
	}
	origin := translate(-area.X, -area.Y)
	for _, t := range below {
		r.content(t, origin)
	}
	r.hide = b.o.HidePictures
	r.content(root, origin)
	r.hide = false
	for _, t := range above {
		r.content(t, origin)
	}
	r.layer++
	for _, a := range annots {
		look := a.kid("Appearance")
		at, _ := box(look.attr("Boundary"))
		r.objects(look, scope{at: translate(at.X, at.Y).then(origin)})
	}
	for _, st := range b.o.Stamps {
		if st.Page == page {
			r.stamp(st)
		}
	}
	r.layer++
	r.banner(b.o.Banner)
	b.items, b.segments = b.items-len(r.d.items), b.segments-r.d.segments
	if r.full || b.items < 0 || b.segments < 0 {
		return nil, broken("limit", part.name, "page draws too much")
	}
	return r.d, nil
}

// renderer fills a Drawing.
type renderer struct {
	*book
	d        *Drawing
	res      *resources
	fallback *Font
	layer    int  // of the text: the page, then annotations, then the banner
	hide     bool // pictures here are boxes
	steps    int
	full     bool
	nested   bool
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

// miss tells that something of an object is not drawn.
func (r *renderer) miss(id, what string) {
	u := Undrawn{id, what}
	if len(r.d.Missing) >= maxMissing || slices.Contains(r.d.Missing, u) {
		return
	}
	r.d.Missing = append(r.d.Missing, u)
}

func (r *renderer) stamp(st Stamp) {
	if st.W <= 0 || st.H <= 0 {
		r.miss("", "stamp without area")
		return
	}
	place := scale(st.W, st.H).then(translate(st.X, st.Y))
	var within *clip
	if st.Clip != nil {
		within = &clip{path: Rect(Box{st.X + st.Clip.X, st.Y + st.Clip.Y, max(st.Clip.W, 0), max(st.Clip.H, 0)})}
	}
	if isPackage(st.Image) {
		r.nest(st.Image, place, within)
		return
	}
	pic, lack := readPicture(st.Image)
	if pic == nil {
		r.miss("", "stamp: "+lack)
		return
	}
	r.add(item{at: place, picture: pic, alpha: 1, clip: within})
}

// nest draws the first page of a package into the unit square seen through at.
func (r *renderer) nest(file []byte, at matrix, within *clip) {
	if r.nested {
		r.miss("", "package within a package within a package")
		return
	}
	p, err := Read(file, Limits{MaxBytes: 8 << 20, MaxEntryBytes: 8 << 20, MaxTotalBytes: 16 << 20})
	if err != nil {
		r.miss("", "stamp: package that cannot be read")
		return
	}
	d, err := p.Render(0, RenderOptions{Fallback: r.fallback})
	if err != nil {
		r.miss("", "stamp: package that cannot be drawn")
		return
	}
	fit := scale(1/d.Width, 1/d.Height).then(at)
	for _, it := range d.items {
		it = it.under(fit)
		it.line = 0 // a seal's letters are not text of the page
		it.clip = it.clip.inside(within)
		r.add(it)
	}
	for _, u := range d.Missing {
		r.miss("", "stamp: "+u.String())
	}
}

// inside is the clip c within another.
func (c *clip) inside(outer *clip) *clip {
	if c == nil {
		return outer
	}
	return &clip{path: c.path, evenOdd: c.evenOdd, outer: c.outer.inside(outer)}
}

// banner writes a line at the lower edge of the page.
func (r *renderer) banner(text string) {
	if text == "" {
		return
	}
	const most, margin = 3.2, 4.0
	size := most
	if w := TextWidth(r.fallback, text, size); w > r.d.Width-2*margin {
		size *= (r.d.Width - 2*margin) / w
	}
	if size <= 0 {
		return
	}
	x, y := (r.d.Width-TextWidth(r.fallback, text, size))/2, r.d.Height-margin/2
	line, black := r.line(), &paint{alpha: 1}
	for _, c := range text {
		font, gid := r.fallback.pick(c)
		if font == nil {
			r.miss("", missingCharacter(c))
			continue
		}
		it := item{at: scale(size, size).then(translate(x, y)), fill: black, glyph: &glyphKey{font, gid}}
		r.letter(line, it, string(c), font.advance(gid))
		x += font.advance(gid) * size
	}
}
