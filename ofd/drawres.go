package ofd

// resources are the fonts, pictures and drawing parameters that a page may
// use. They are read when first asked for.
type resources struct {
	pkg      *Package
	fontLoc  map[string]string // entry by id
	imageLoc map[string]string
	params   map[string]*node
	fonts    map[string]*Font
	pictures map[string]*picture
}

// resourcesOf gathers what PublicRes, DocumentRes and PageRes declare. Damage
// here costs only what depends on it.
func (p *Package) resourcesOf(s *structure, page string, root *node) *resources {
	r := &resources{
		pkg: p, fontLoc: map[string]string{}, imageLoc: map[string]string{},
		params: map[string]*node{}, fonts: map[string]*Font{}, pictures: map[string]*picture{},
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
}

// font gives an embedded font, or nil when there is none that can be read.
func (r *resources) font(id string) *Font {
	if f, known := r.fonts[id]; known {
		return f
	}
	r.fonts[id] = nil
	e, ok := r.pkg.find(r.fontLoc[id])
	if !ok {
		return nil
	}
	f, err := parseOutlines(e.data)
	if err != nil {
		return nil
	}
	// Fonts in packages often lack a cmap and are used by glyph id alone.
	f.cmap, _ = parseCmap(f.tables["cmap"])
	r.fonts[id] = f
	return f
}

func (r *resources) picture(id string) *picture {
	if pic, known := r.pictures[id]; known {
		return pic
	}
	r.pictures[id] = nil
	if e, ok := r.pkg.find(r.imageLoc[id]); ok {
		if format := imageFormat(e.data); format != "" {
			r.pictures[id] = &picture{format, e.data}
		}
	}
	return r.pictures[id]
}

func (r *resources) drawParam(id string) *node {
	if id == "" {
		return nil
	}
	return r.params[id]
}
