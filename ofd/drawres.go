package ofd

// resources are the fonts, pictures and drawing parameters that a page may
// use. They are read when first asked for.
type resources struct {
	pkg      *Package
	cache    *drawCache
	fontLoc  map[string]string // entry by id
	imageLoc map[string]string
	params   map[string]*node
	units    map[string]*node    // CompositeGraphicUnits by id
	palettes map[string][]string // of colour spaces
}

// drawCache keeps what the pages of a package share.
type drawCache struct {
	fonts    map[string]*Font
	pictures map[string]*picture
	lacks    map[string]string // why an entry is no picture
	outlines map[glyphKey][]Seg
}

func newDrawCache() *drawCache {
	return &drawCache{fonts: map[string]*Font{}, pictures: map[string]*picture{}, lacks: map[string]string{}, outlines: map[glyphKey][]Seg{}}
}

// outline is the shape of a glyph in em, shared by all who draw it.
func (c *drawCache) outline(k glyphKey) []Seg {
	path, known := c.outlines[k]
	if !known {
		path = k.font.outline(k.gid)
		c.outlines[k] = path
	}
	return path
}

// resourcesOf gathers what PublicRes, DocumentRes and PageRes declare. Damage
// here costs only what depends on it.
func (p *Package) resourcesOf(s *structure, cache *drawCache, page string, root *node) *resources {
	r := &resources{
		pkg: p, cache: cache, fontLoc: map[string]string{}, imageLoc: map[string]string{},
		params: map[string]*node{}, units: map[string]*node{}, palettes: map[string][]string{},
	}
	common := s.document.kid("CommonData")
	for _, kind := range [...]string{"PublicRes", "DocumentRes"} {
		for _, n := range atMost(common.all(kind)) {
			r.load(s, s.root, n.value())
		}
	}
	for _, n := range atMost(root.all("PageRes")) {
		r.load(s, page, n.value())
	}
	return r
}

func (r *resources) load(s *structure, base, loc string) {
	name, err := ResolvePath(base, loc)
	if err != nil {
		return
	}
	root, err := s.parse(r.pkg, name)
	if err != nil {
		return
	}
	locate := r.pkg.locator(name, root)
	for _, f := range root.kid("Fonts").all("Font") {
		r.fontLoc[f.attr("ID")] = locate(f.kid("FontFile"))
	}
	for _, m := range root.kid("MultiMedias").all("MultiMedia") {
		r.imageLoc[m.attr("ID")] = locate(m.kid("MediaFile"))
	}
	for _, d := range root.kid("DrawParams").all("DrawParam") {
		r.params[d.attr("ID")] = d
	}
	for _, u := range root.kid("CompositeGraphicUnits").all("CompositeGraphicUnit") {
		r.units[u.attr("ID")] = u
	}
	for _, c := range root.kid("ColorSpaces").all("ColorSpace") {
		for _, v := range c.kid("Palette").all("CV") {
			r.palettes[c.attr("ID")] = append(r.palettes[c.attr("ID")], v.value())
		}
	}
}

// font gives an embedded font, or nil when there is none that can be read.
func (r *resources) font(id string) *Font {
	e, ok := r.pkg.find(r.fontLoc[id])
	if !ok {
		return nil
	}
	if f, known := r.cache.fonts[e.name]; known {
		return f
	}
	r.cache.fonts[e.name] = nil
	f, err := parseForeign(e.data)
	if err != nil {
		return nil
	}
	r.cache.fonts[e.name] = f
	return f
}

// picture gives a picture, or says why there is none.
func (r *resources) picture(id string) (*picture, string) {
	e, ok := r.pkg.find(r.imageLoc[id])
	if !ok {
		return nil, "picture that is not in the package"
	}
	pic, known := r.cache.pictures[e.name]
	if !known {
		pic, r.cache.lacks[e.name] = readPicture(e.data)
		r.cache.pictures[e.name] = pic
	}
	return pic, r.cache.lacks[e.name]
}

// drawParams is a DrawParam and those it is based on, nearest first.
func (r *resources) drawParams(id string) []*node {
	var out []*node
	for n := r.params[id]; n != nil && len(out) < 8; n = r.params[n.attr("Relative")] {
		out = append(out, n)
	}
	return out
}
