package ofd

import "strings"

// structure is where the parts of the first document of a package are.
type structure struct {
	body      *node // DocBody of OFD.xml
	root      string
	document  *node
	templates map[string]string // entry by id
	order     map[string]string // ZOrder of a template by id
	pages     []pagePart
	trees     map[string]*node // what has been parsed, by entry
}

type pagePart struct{ id, name string }

// structure reads OFD.xml and Document.xml.
func (p *Package) structure() (*structure, error) {
	top, err := p.parse(partRoot)
	if err != nil {
		return nil, err
	}
	s := &structure{body: top.kid("DocBody"), templates: map[string]string{}, order: map[string]string{}, trees: map[string]*node{}}
	if s.body == nil {
		return nil, broken("missing", partRoot, "no DocBody")
	}
	if s.root, err = ResolvePath(partRoot, s.body.kid("DocRoot").value()); err != nil {
		return nil, err
	}
	if s.document, err = p.parse(s.root); err != nil {
		return nil, err
	}
	for _, t := range s.document.kid("CommonData").all("TemplatePage") {
		if s.templates[t.attr("ID")], err = ResolvePath(s.root, t.attr("BaseLoc")); err != nil {
			return nil, err
		}
		s.order[t.attr("ID")] = t.attr("ZOrder")
	}
	for _, page := range s.document.kid("Pages").all("Page") {
		name, err := ResolvePath(s.root, page.attr("BaseLoc"))
		if err != nil {
			return nil, err
		}
		s.pages = append(s.pages, pagePart{id: page.attr("ID"), name: name})
	}
	if len(s.pages) == 0 {
		return nil, broken("missing", s.root, "no pages")
	}
	if len(s.pages) > len(p.entries) {
		return nil, broken("limit", s.root, "more pages than entries")
	}
	return s, nil
}

// parse reads an entry once: a file may name one part many times.
func (s *structure) parse(p *Package, name string) (*node, error) {
	if n, ok := s.trees[name]; ok {
		return n, nil
	}
	n, err := p.parse(name)
	if err == nil {
		s.trees[name] = n
	}
	return n, err
}

// maxRefs bounds the references of one kind that a page follows.
const maxRefs = 32

func atMost(nodes []*node) []*node { return nodes[:min(len(nodes), maxRefs)] }

// named keeps the nodes whose attribute has the value.
func named(nodes []*node, attr, value string) []*node {
	var out []*node
	for _, n := range nodes {
		if n.attr(attr) == value {
			out = append(out, n)
		}
	}
	return out
}

// templates lists the template pages of a page. An unknown id is passed over,
// as readers do.
func (p *Package) templates(s *structure, page *node) ([]*node, error) {
	below, above, err := p.templatesAround(s, page)
	return append(below, above...), err
}

// templatesAround lists the template pages that lie below and above the content
// of a page. What the page says of the order counts before the template.
func (p *Package) templatesAround(s *structure, page *node) (below, above []*node, err error) {
	for _, t := range atMost(page.all("Template")) {
		name, ok := s.templates[t.attr("TemplateID")]
		if !ok {
			continue
		}
		template, err := s.parse(p, name)
		if err != nil {
			return nil, nil, err
		}
		order := t.attr("ZOrder")
		if order == "" {
			order = s.order[t.attr("TemplateID")]
		}
		if order == "Foreground" {
			above = append(above, template)
		} else {
			below = append(below, template)
		}
	}
	return below, above, nil
}

// pageBox is the physical area of a page: its own, or that of the document.
func (s *structure) pageBox(page *node) Box {
	for _, area := range [...]*node{page.kid("Area"), s.document.kid("CommonData").kid("PageArea")} {
		if b, ok := box(area.kid("PhysicalBox").value()); ok && b.W > 0 && b.H > 0 {
			return b
		}
	}
	return Box{W: 210, H: 297}
}

// SignatureList is what Signatures.xml says.
type SignatureList struct {
	// Path is the entry of Signatures.xml; empty when OFD.xml names none. The
	// entry itself exists only after the first signature.
	Path string
	// MaxID is MaxSignId as written.
	MaxID string
	// Items are the signatures in order.
	Items []SignatureRef
}

// SignatureRef is one signature of the list.
type SignatureRef struct {
	// ID as written, such as "s001".
	ID string
	// Type is "Seal" or "Sign"; Seal if the file says nothing.
	Type string
	// Path is the entry of its Signature.xml.
	Path string
	// Dir is the folder of Path, without a slash at the end.
	Dir string
}

// Signatures lists the signatures that the package declares, without checking
// them. A document that names no list, or whose list is not there yet, has none.
func (p *Package) Signatures() (SignatureList, error) {
	top, err := p.parse(partRoot)
	if err != nil {
		return SignatureList{}, err
	}
	var list SignatureList
	loc := top.kid("DocBody").kid("Signatures").value()
	if loc == "" {
		return list, nil
	}
	if list.Path, err = ResolvePath(partRoot, loc); err != nil {
		return list, err
	}
	if _, ok := p.find(list.Path); !ok {
		return list, nil
	}
	root, err := p.parse(list.Path)
	if err != nil {
		return list, err
	}
	list.MaxID = root.kid("MaxSignId").value()
	for _, n := range root.all("Signature") {
		path, err := ResolvePath(list.Path, n.attr("BaseLoc"))
		if err != nil {
			return list, err
		}
		ref := SignatureRef{ID: n.attr("ID"), Type: "Seal", Path: path}
		if n.attr("Type") != "" {
			ref.Type = n.attr("Type")
		}
		if i := strings.LastIndexByte(path, '/'); i >= 0 {
			ref.Dir = path[:i]
		}
		list.Items = append(list.Items, ref)
	}
	return list, nil
}
