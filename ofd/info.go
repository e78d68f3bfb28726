package ofd

import (
	"strings"
	"time"
)

// Info is what a package says about itself, and what its pages show. Nothing
// of it is proven: that takes its signatures.
type Info struct {
	// Version and DocType of OFD.xml, such as "1.0" and "OFD".
	Version, DocType string
	// The elements of DocInfo with these names; empty for those that are missing.
	DocID, Title, Author, Subject, Creator string
	// CreationDate as written, usually "2006-01-02".
	CreationDate string
	// Meta is the CustomDatas in order. Names may repeat in foreign files.
	Meta []Meta
	// Pages are the pages in order, at least one.
	Pages []PageInfo
	// Attachments are those whose entry exists.
	Attachments []Attachment
	// Tags maps the elements of the data index to the text their objects show.
	Tags map[string]string
	// Permissions is nil when the document states none.
	Permissions *Permissions
}

// Value is the first Meta of that name; empty for none.
func (i Info) Value(name string) string {
	for _, m := range i.Meta {
		if m.Name == name {
			return m.Value
		}
	}
	return ""
}

// PageInfo describes a page.
type PageInfo struct {
	// ID is what signatures refer to as PageRef.
	ID string
	// Width and Height are those of its physical area, in millimetres.
	Width, Height float64
	// Text is the text of the page itself, one line for each text object,
	// without template and annotations.
	Text string
	// TemplateText is the text of the templates below and above it.
	TemplateText string
	// AnnotText is the text of the annotations above it.
	AnnotText string
}

// Info reads the description, text and attachments of the package. Damage in
// the data index or in attachments leaves those parts out; damage in the
// document itself is an error, beside which stands what could be read before.
func (p *Package) Info() (Info, error) {
	top, err := p.parse(partRoot)
	if err != nil {
		return Info{}, err
	}
	doc := top.kid("DocBody").kid("DocInfo")
	info := Info{
		Version: top.attr("Version"), DocType: top.attr("DocType"),
		DocID: doc.kid("DocID").value(), Title: doc.kid("Title").value(),
		Author: doc.kid("Author").value(), Subject: doc.kid("Subject").value(),
		Creator: doc.kid("Creator").value(), CreationDate: doc.kid("CreationDate").value(),
	}
	for _, d := range doc.kid("CustomDatas").all("CustomData") {
		info.Meta = append(info.Meta, Meta{d.attr("Name"), d.value()})
	}
	s, err := p.structure()
	if err != nil {
		return info, err
	}
	info.Permissions = readPermissions(s.document.kid("Permissions"))
	shown := map[string]string{} // text by object id
	for i := range s.pages {
		page, err := p.pageInfo(s, i, shown)
		if err != nil {
			return info, err
		}
		info.Pages = append(info.Pages, page)
	}
	info.Attachments = p.attachments(s)
	info.Tags = p.tags(s, shown)
	return info, nil
}

func (p *Package) pageInfo(s *structure, i int, shown map[string]string) (PageInfo, error) {
	part := s.pages[i]
	page, err := s.parse(p, part.name)
	if err != nil {
		return PageInfo{}, err
	}
	area := s.pageBox(page)
	info := PageInfo{ID: part.id, Width: area.W, Height: area.H}
	info.Text = textOf(page.kid("Content"), shown)
	var below, above []string
	templates, err := p.templates(s, page)
	if err != nil {
		return PageInfo{}, err
	}
	for _, t := range templates {
		below = append(below, textOf(t.kid("Content"), shown))
	}
	annots, err := p.annots(s, part.id)
	if err != nil {
		return PageInfo{}, err
	}
	for _, a := range annots {
		above = append(above, textOf(a.kid("Appearance"), shown))
	}
	info.TemplateText, info.AnnotText = strings.Join(below, "\n"), strings.Join(above, "\n")
	return info, nil
}

// textOf joins the text objects below n, one a line, and notes each by its id.
func textOf(n *node, shown map[string]string) string {
	var lines []string
	var walk func(*node)
	walk = func(n *node) {
		if n == nil {
			return
		}
		if n.name != "TextObject" {
			for _, k := range n.kids {
				walk(k)
			}
			return
		}
		var line strings.Builder
		for _, code := range n.all("TextCode") {
			line.Write(code.chars)
		}
		lines = append(lines, line.String())
		shown[n.attr("ID")] = line.String()
	}
	walk(n)
	return strings.Join(lines, "\n")
}

func readPermissions(n *node) *Permissions {
	if n == nil {
		return nil
	}
	given := func(name string) bool { return boolOr(n.kid(name).value(), true) }
	p := &Permissions{
		Edit: given("Edit"), Annot: given("Annot"), Export: given("Export"),
		Signature: given("Signature"), Watermark: given("Watermark"), PrintScreen: given("PrintScreen"),
		Print:  n.kid("Print").boolOr("Printable", true),
		Copies: int(n.kid("Print").numberOr("Copies", -1)),
	}
	// A time that cannot be read is left zero: the rights are advisory.
	p.From, _ = time.Parse(dateTime, n.kid("ValidPeriod").attr("StartDate"))
	p.To, _ = time.Parse(dateTime, n.kid("ValidPeriod").attr("EndDate"))
	return p
}

func (p *Package) attachments(s *structure) []Attachment {
	loc := s.document.kid("Attachments").value()
	base, err := ResolvePath(s.root, loc)
	if loc == "" || err != nil {
		return nil
	}
	root, err := p.parse(base)
	if err != nil {
		return nil
	}
	var out []Attachment
	for _, n := range root.all("Attachment") {
		path, err := ResolvePath(base, n.kid("FileLoc").value())
		if err != nil {
			continue
		}
		if e, ok := p.find(path); ok {
			out = append(out, Attachment{
				Name: n.attr("Name"), Format: n.attr("Format"), Data: e.data,
				Visible: n.boolOr("Visible", true), Path: e.name,
			})
		}
	}
	return out
}

// maxTagText bounds what a crafted index can make of one long text.
const maxTagText = 4 << 10

// tags gives the text that the objects of every data item show.
func (p *Package) tags(s *structure, shown map[string]string) map[string]string {
	out := map[string]string{}
	refs := p.tagObjects(s)
	for _, tag := range refs.order {
		for _, id := range refs.ids[tag] {
			if len(out[tag]) < maxTagText {
				out[tag] += shown[id]
			}
		}
	}
	return out
}

// annots lists the visible annotations of a page.
func (p *Package) annots(s *structure, pageID string) ([]*node, error) {
	loc := s.document.kid("Annotations").value()
	if loc == "" {
		return nil, nil
	}
	base, err := ResolvePath(s.root, loc)
	if err != nil {
		return nil, err
	}
	root, err := s.parse(p, base)
	if err != nil {
		return nil, err
	}
	var out []*node
	for _, page := range atMost(named(root.all("Page"), "PageID", pageID)) {
		name, err := ResolvePath(base, page.kid("FileLoc").value())
		if err != nil {
			return nil, err
		}
		list, err := s.parse(p, name)
		if err != nil {
			return nil, err
		}
		for _, a := range list.all("Annot") {
			if a.boolOr("Visible", true) {
				out = append(out, a)
			}
		}
	}
	return out, nil
}
