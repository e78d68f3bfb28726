package ofd

import (
	"bytes"
	"slices"
	"strconv"
)

// Entries of a written package. Some readers expect exactly these folders.
const (
	partRoot        = "OFD.xml"
	partDocument    = "Doc_0/Document.xml"
	partPublicRes   = "Doc_0/PublicRes.xml"
	partDocumentRes = "Doc_0/DocumentRes.xml"
	partAttachments = "Doc_0/Attachs/Attachments.xml"
	partTags        = "Doc_0/Tags/CustomTags.xml"
	partTag         = "Doc_0/Tags/Tag_License.xml"
	partAnnots      = "Doc_0/Annots/Annotations.xml"
	partSignatures  = "Doc_0/Signs/Signatures.xml"
)

// idSlack is kept free above the ids in use, for annotations added later.
// MaxUnitID is a multiple of it, so that Document.xml is the same for documents
// of a few objects more or less.
const idSlack = 1000

// Build writes doc as a package. It fails with *MissingGlyph when a character
// cannot be drawn and with *DocumentError when doc itself is wrong. The result
// depends on doc alone; it is what Compile with the template pages of doc, in
// the order of its pages, and then Compiled.Build give.
func Build(doc *Document) (*Package, error) {
	var templates []*TemplatePage
	for _, page := range doc.Pages {
		if page.Template != nil && !slices.Contains(templates, page.Template) {
			templates = append(templates, page.Template)
		}
	}
	c, err := Compile(doc.Fonts, templates...)
	if err != nil {
		return nil, err
	}
	return c.Build(doc)
}

// Build writes a document on the compiled template pages; its pages may have no
// others, and its Fonts must be those that were compiled. All compiled template
// pages stand in the file, used or not.
func (c *Compiled) Build(doc *Document) (*Package, error) {
	if err := c.check(doc); err != nil {
		return nil, err
	}
	b := &builder{fonts: c.fonts, lastID: c.lastID, doc: doc, compiled: c, images: slices.Clip(c.images)}
	for range doc.Pages {
		b.pageIDs = append(b.pageIDs, b.id())
	}
	pages, err := b.pages()
	if err != nil {
		return nil, err
	}
	annots, err := b.annotations()
	if err != nil {
		return nil, err
	}
	b.put(partRoot, b.root())
	b.common(partDocument, b.document())
	b.common(partPublicRes, b.publicRes())
	b.common(partDocumentRes, b.documentRes())
	b.resources()
	for i, t := range c.templates {
		b.add("Doc_0/"+templateFile(i), t.part)
	}
	for i, m := range pages {
		b.put("Doc_0/"+pageFile(i), m)
	}
	b.attachments()
	b.tagFiles()
	if annots != nil {
		b.common(partAnnots, annots[0])
		for i, m := range annots[1:] {
			if m != nil {
				b.put("Doc_0/Annots/"+annotFile(i), m)
			}
		}
	}
	return b.finish()
}

// builder gathers one package, or the constant side of several.
type builder struct {
	fonts  []*Font
	lastID int
	used   []usedFont
	images []usedImage // those of the template pages first
	bad    rune        // the first character XML cannot hold

	// For a package alone:
	doc      *Document
	compiled *Compiled
	pageIDs  []int
	page     int // which page is being written
	tags     []tagged
	parts    []entry
}

// usedFont is a font that stands in a file, as a subset.
type usedFont struct {
	font *Font
	id   int
	file string
	set  *subset // while it is gathered
	part *part   // afterwards
}

type usedImage struct {
	id     int
	format string // PNG or JPEG
	part   *part
}

// tagged is a data item and the text objects that show it.
type tagged struct {
	tag  string
	refs []tagRef
}

type tagRef struct{ page, object int }

func (b *builder) id() int {
	b.lastID++
	return b.lastID
}

var errUnwritable = &DocumentError{"text", "a value holds a character that XML cannot carry"}

// put adds a part of this document's own.
func (b *builder) put(name string, m *markup) {
	b.add(name, newPart(bytes.Clone(m.bytes())))
	b.bad = max(b.bad, m.bad)
	m.release()
}

// common adds a part that other documents on the same templates are likely to
// have too.
func (b *builder) common(name string, m *markup) {
	b.add(name, b.compiled.seen.part(m.bytes()))
	b.bad = max(b.bad, m.bad)
	m.release()
}

func (b *builder) add(name string, t *part) {
	b.parts = append(b.parts, entry{name: name, part: t})
}

func (b *builder) finish() (*Package, error) {
	if b.bad != 0 {
		return nil, errUnwritable
	}
	p := newPackage(Limits{}, toDOS(b.doc.Created), len(b.parts)+signatureParts)
	for _, e := range b.parts {
		if _, twice := p.find(e.name); twice {
			return nil, &DocumentError{"Attachments", "two attachments have one name"}
		}
		if err := p.put(e.name, e.part); err != nil {
			return nil, &DocumentError{"Attachments", "the name of an attachment is not a file name"}
		}
	}
	known := &built{}
	for _, id := range b.pageIDs {
		known.pageIDs = append(known.pageIDs, strconv.Itoa(id))
	}
	if b.doc.SignaturesExpected > 0 {
		known.list = partSignatures
	}
	p.built = known
	return p, nil
}

// signatureParts is room for the entries of one signature and the list.
const signatureParts = 4

// isDocID: 32 hexadecimal digits.
func isDocID(s string) bool {
	for i := range len(s) {
		if c := s[i] | 0x20; !('0' <= s[i] && s[i] <= '9' || 'a' <= c && c <= 'f') {
			return false
		}
	}
	return len(s) == 32
}

// isTag: the name of an XML element, in ASCII.
func isTag(s string) bool {
	for i := range len(s) {
		c := s[i]
		letter := 'a' <= c|0x20 && c|0x20 <= 'z' || c == '_'
		if !letter && (i == 0 || !('0' <= c && c <= '9' || c == '.' || c == '-')) {
			return false
		}
	}
	return s != "" && len(s) <= 64
}

func (c *Compiled) check(doc *Document) error {
	switch {
	case !isDocID(doc.ID):
		return &DocumentError{"ID", "not 32 hexadecimal digits"}
	case doc.Created.IsZero():
		return &DocumentError{"Created", "missing"}
	case len(doc.Pages) == 0:
		return &DocumentError{"Pages", "none"}
	case doc.SignaturesExpected < 0:
		return &DocumentError{"SignaturesExpected", "negative"}
	case !slices.Equal(doc.Fonts, c.fonts):
		return &DocumentError{"Fonts", "not those that were compiled"}
	}
	for _, p := range doc.Pages {
		if !finite(p.Width) || p.Width <= 0 || !finite(p.Height) || p.Height <= 0 {
			return &DocumentError{"Page", "no area"}
		}
		if _, known := c.template(p.Template); p.Template != nil && !known {
			return &DocumentError{"Page.Template", "not compiled"}
		}
	}
	for _, m := range doc.Meta {
		if m.Name == "" || m.Name == SealCountMeta {
			return &DocumentError{"Meta", "empty or reserved name"}
		}
	}
	return nil
}
