package ofd

// Resource is something outside the pages that their objects refer to: a font,
// a picture, a colour space, a drawing parameter or a composite drawing
// (GB/T 33190 clause 7.9).
type Resource struct {
	// ID is what objects refer to; unique in the document.
	ID string
	// Kind is the name of its element: Font, MultiMedia, ColorSpace, DrawParam
	// or CompositeGraphicUnit.
	Kind string
	// Name is FontName of a font and empty for all others.
	Name string
	// Type and Format are those of a MultiMedia, as written: "Image", "PNG".
	Type, Format string
	// Path is the entry that holds it. It is empty for what has no file, for a
	// font that the reader is expected to have, and for a file that is missing.
	Path string
}

// Resources lists what the resource parts of the document and of its pages
// declare, in their order. A part that is missing or damaged is passed over, as
// drawing does.
func (p *Package) Resources() ([]Resource, error) {
	s, err := p.structure()
	if err != nil {
		return nil, err
	}
	var out []Resource
	seen := map[string]bool{}
	from := func(base string, lists ...*node) {
		for _, n := range atMost(lists) {
			name, err := ResolvePath(base, n.value())
			if err != nil || seen[name] {
				continue
			}
			seen[name] = true
			if root, err := s.parse(p, name); err == nil {
				out = append(out, p.declared(name, root)...)
			}
		}
	}
	common := s.document.kid("CommonData")
	from(s.root, common.all("PublicRes")...)
	from(s.root, common.all("DocumentRes")...)
	for _, part := range s.pages {
		if page, err := s.parse(p, part.name); err == nil {
			from(part.name, page.all("PageRes")...)
		}
	}
	return out, nil
}

// declared lists the resources of one part.
func (p *Package) declared(part string, root *node) []Resource {
	locate := p.locator(part, root)
	var out []Resource
	for _, group := range root.kids {
		for _, n := range group.kids {
			r := Resource{ID: n.attr("ID"), Kind: n.name}
			switch n.name {
			case "Font":
				r.Name, r.Path = n.attr("FontName"), locate(n.kid("FontFile"))
			case "MultiMedia":
				r.Type, r.Format, r.Path = n.attr("Type"), n.attr("Format"), locate(n.kid("MediaFile"))
			case "ColorSpace", "DrawParam", "CompositeGraphicUnit":
			default:
				continue
			}
			out = append(out, r)
		}
	}
	return out
}

// locator finds the files that a resource part names: below its BaseLoc, and if
// they are not there, beside the part.
func (p *Package) locator(part string, root *node) func(*node) string {
	folder := part
	if at, err := ResolvePath(part, root.attr("BaseLoc")+"/x"); err == nil {
		folder = at
	}
	return func(n *node) string {
		if n.value() == "" {
			return ""
		}
		for _, base := range [...]string{folder, part} {
			if at, err := ResolvePath(base, n.value()); err == nil {
				if e, ok := p.find(at); ok {
					return e.name
				}
			}
		}
		return ""
	}
}
