package ofd

import (
	"path"
	"slices"
	"strconv"
	"strings"
)

// Annotate derives an annotated copy (加注件) from a file of any maker. The copy
// has the pages, resources, attachments and metadata of the original, and on
// every page the note: the purpose tiled over it, and a strip below it, for
// which the page becomes longer by 26 mm. Signatures are left out; the seals
// are pictures. It expects one signature, that of who made the copy, and stays
// worthless without it; NoteSeal says where its seal belongs. p does not change.
//
// It fails with *DocumentError for a note that lacks something, with
// *MissingGlyph for a character that cannot be drawn, and with *FormatError for
// an original that is damaged, holds several documents or is a copy itself.
func (p *Package) Annotate(n Note) (*Package, error) {
	if err := n.check(); err != nil {
		return nil, err
	}
	n.Created, n.Expires = n.Created.In(beijing), n.Expires.In(beijing)
	c, err := p.annotation(&n)
	if err != nil {
		return nil, err
	}
	for i := range c.s.pages {
		if err := c.page(i); err != nil {
			return nil, err
		}
	}
	if err := c.resources(); err != nil {
		return nil, err
	}
	if err := c.documentInfo(); err != nil {
		return nil, err
	}
	if c.b.bad != 0 {
		return nil, errUnwritable
	}
	out, err := c.finish()
	if err != nil {
		return nil, err
	}
	return out, c.prove(out)
}

// annotation gathers an annotated copy.
type annotation struct {
	p       *Package
	s       *structure
	note    *Note
	b       *builder           // writes the objects of the note
	editors map[string]*editor // of entries that change, by name
	order   []string           // the same names
	fresh   []entry            // entries that come new
	drop    map[string]bool    // names of the original's signatures
	longer  map[string]bool    // page parts that are longer already
	marked  map[string]bool    // annotation parts that have the note
	list    string             // the list of annotations, if it is new
}

func (p *Package) annotation(n *Note) (*annotation, error) {
	s, err := p.structure()
	if err != nil {
		return nil, err
	}
	s.root = p.real(s.root)
	top, err := p.parse(partRoot)
	if err != nil {
		return nil, err
	}
	if len(top.all("DocBody")) != 1 {
		return nil, broken("copy", partRoot, "not one document")
	}
	for _, group := range s.body.kid("DocInfo").all("CustomDatas") {
		for _, d := range group.all("CustomData") {
			name := d.attr("Name")
			if strings.HasPrefix(name, CopyPrefix) || name == CopyMeta && d.value() == CopyMark {
				return nil, broken("copy", partRoot, "the original is an annotated copy itself")
			}
		}
	}
	c := &annotation{p: p, s: s, note: n, editors: map[string]*editor{}, longer: map[string]bool{}, marked: map[string]bool{}}
	for name, must := range map[string]string{partRoot: "DocBody", s.root: "CommonData"} {
		e, err := c.edit(name)
		if err != nil {
			return nil, err
		}
		if e.root.kid(must) == nil {
			return nil, broken("missing", name, "no %s", must)
		}
	}
	last, err := c.lastID()
	if err != nil {
		return nil, err
	}
	c.b = &builder{fonts: []*Font{n.Font}, lastID: last}
	c.drop = c.signatures()
	return c, nil
}

// maxCopyID leaves room for the ids of the note.
const maxCopyID = 1 << 30

// lastID is the highest id in the parts that share the ids of the document.
func (c *annotation) lastID() (int, error) {
	trees := []*node{c.s.document}
	add := func(name string) {
		if tree, err := c.s.parse(c.p, name); err == nil {
			trees = append(trees, tree)
		}
	}
	for _, name := range c.s.templates {
		add(name)
	}
	for _, part := range c.s.pages {
		add(part.name)
		if _, err := c.p.annots(c.s, part.id); err != nil {
			return 0, err
		}
	}
	if _, err := c.p.Resources(); err != nil {
		return 0, err
	}
	for _, kind := range [...]string{"PublicRes", "DocumentRes"} {
		for _, n := range c.s.document.kid("CommonData").all(kind) {
			if name, err := ResolvePath(c.s.root, n.value()); err == nil {
				add(name)
			}
		}
	}
	for _, tree := range c.s.trees { // annotations among them
		trees = append(trees, tree)
	}
	last, _ := number(c.s.document.kid("CommonData").kid("MaxUnitID").value())
	var walk func(*node)
	walk = func(n *node) {
		if id, ok := number(n.attr("ID")); ok {
			last = max(last, id)
		}
		for _, k := range n.kids {
			walk(k)
		}
	}
	for _, tree := range trees {
		walk(tree)
	}
	if last > maxCopyID {
		return 0, broken("limit", c.s.root, "ids are too high")
	}
	return int(last), nil
}

// signatures names the entries of the original's signatures, apart from what
// the document itself is made of.
func (c *annotation) signatures() map[string]bool {
	drop := map[string]bool{}
	list, err := c.p.Signatures()
	add := func(base, loc string) {
		if name, err := ResolvePath(base, loc); err == nil && loc != "" {
			drop[fold(name)] = true
		}
	}
	add(partRoot, "/"+list.Path)
	add(c.s.root, signsFolder+"/Signatures.xml")
	if err == nil {
		for _, ref := range list.Items {
			add(partRoot, "/"+ref.Path)
			if tree, err := c.p.parse(ref.Path); err == nil {
				add(ref.Path, tree.kid("SignedInfo").kid("Seal").kid("BaseLoc").value())
				add(ref.Path, tree.kid("SignedValue").value())
			}
		}
	}
	keep := []string{partRoot, c.s.root}
	for name := range c.s.trees {
		keep = append(keep, name)
	}
	res, _ := c.p.Resources()
	for _, r := range res {
		keep = append(keep, r.Path)
	}
	for _, a := range c.p.attachments(c.s) {
		keep = append(keep, a.Path)
	}
	for _, name := range keep {
		delete(drop, fold(name))
	}
	return drop
}

// signsFolder is beside Document.xml; some readers expect this name.
const signsFolder = "Signs"

// edit gives the editor of an entry, the same one each time.
func (c *annotation) edit(name string) (*editor, error) {
	name = c.p.real(name)
	if e := c.editors[name]; e != nil {
		return e, nil
	}
	if _, err := c.s.parse(c.p, name); err != nil { // with its limits
		return nil, err
	}
	data, _ := c.p.Entry(name)
	e, err := newEditor(name, data)
	if err != nil {
		return nil, err
	}
	c.editors[name] = e
	c.order = append(c.order, name)
	return e, nil
}

// real is the name that an entry has, where another spells it in other case.
func (p *Package) real(name string) string {
	if e, ok := p.find(name); ok {
		return e.name
	}
	return name
}

// create begins a new XML entry, which edit then knows.
func (c *annotation) create(name string, m *markup) error {
	e, err := newEditor(name, m.bytes())
	if err != nil {
		return err
	}
	c.editors[name] = e
	c.order = append(c.order, name)
	return nil
}

// free finds a name for a new entry beside base: the one given, or one with a
// number.
func (c *annotation) free(base, name string) string {
	name = path.Join(path.Dir(base), name)
	try, ext := name, path.Ext(name)
	for i := 1; c.taken(try); i++ {
		try = strings.TrimSuffix(name, ext) + "_" + strconv.Itoa(i) + ext
	}
	return try
}

func (c *annotation) taken(name string) bool {
	_, taken := c.p.find(name)
	return taken || c.editors[name] != nil || slices.ContainsFunc(c.fresh, func(e entry) bool { return fold(e.name) == fold(name) })
}

func (c *annotation) add(name string, data []byte) {
	c.fresh = append(c.fresh, entry{name: name, part: newPart(data)})
}

// page makes a page longer and writes the note on it.
func (c *annotation) page(i int) error {
	part := c.s.pages[i]
	e, err := c.edit(part.name)
	if err != nil {
		return err
	}
	root, err := c.s.parse(c.p, part.name)
	if err != nil {
		return err
	}
	area := c.s.pageBox(root)
	longer := area
	longer.H += noteHeight
	m := &markup{}
	m.start("Area")
	m.leaf("PhysicalBox", longer.String())
	if !c.longer[part.name] {
		e.set(e.root, "Area", m, "Content", "Actions")
		c.longer[part.name] = true
	}
	annot := &markup{}
	annot.start("Annot",
		"ID", strconv.Itoa(c.b.id()),
		"Type", "Watermark",
		"Creator", c.note.User,
		"LastModDate", c.note.Created.Format("2006-01-02"),
		"Visible", "true", "Print", "true")
	annot.start("Appearance", "Boundary", longer.String())
	for _, st := range c.note.Stamps {
		if st.Page != i {
			continue
		}
		for _, o := range st.objects() {
			if err := c.b.object(annot, o); err != nil {
				return err
			}
		}
	}
	for _, o := range c.note.objects(area.W, area.H) {
		if err := c.b.object(annot, o); err != nil {
			return err
		}
	}
	return c.annotatePage(i, annot)
}
