package ofd

import (
	"regexp"
	"slices"
	"strconv"
)

// Entries of a written package. Some readers expect exactly these folders.
const (
	partRoot        = "OFD.xml"
	partDocument    = "Doc_0/Document.xml"
	partPublicRes   = "Doc_0/PublicRes.xml"
	partDocumentRes = "Doc_0/DocumentRes.xml"
	partTemplate    = "Doc_0/Tpls/Tpl_0/Content.xml"
	partPage        = "Doc_0/Pages/Page_0/Content.xml"
	partAttachments = "Doc_0/Attachs/Attachments.xml"
	partTags        = "Doc_0/Tags/CustomTags.xml"
	partTag         = "Doc_0/Tags/Tag_License.xml"
	partAnnots      = "Doc_0/Annots/Annotations.xml"
	partAnnot       = "Doc_0/Annots/Page_0/Annotation.xml"
	partSignatures  = "Doc_0/Signs/Signatures.xml"
)

// idSlack is added to MaxUnitID so that annotations added later find free ids.
const idSlack = 1000

// Build writes doc as a package. It fails with *MissingGlyph when a character
// cannot be drawn and with *DocumentError when doc itself is wrong. The result
// depends on doc alone.
func Build(doc *Document) (*Package, error) {
	if err := doc.check(); err != nil {
		return nil, err
	}
	b := &builder{doc: doc, images: map[string]int{}, fonts: map[*Font]*usedFont{}}
	b.templateID, b.pageID = b.id(), b.id()
	template, err := b.content(doc.Page.Template, 0)
	if err != nil {
		return nil, err
	}
	page, err := b.content(doc.Page.Content, b.templateID)
	if err != nil {
		return nil, err
	}
	var annot *markup
	if len(doc.Page.Annots) > 0 {
		if annot, err = b.annotation(); err != nil {
			return nil, err
		}
	}
	b.put(partRoot, b.root())
	b.put(partDocument, b.document())
	b.put(partPublicRes, b.publicRes())
	b.put(partDocumentRes, b.documentRes())
	b.resources()
	b.put(partTemplate, template)
	b.put(partPage, page)
	b.attachments()
	b.tagFiles()
	if annot != nil {
		b.put(partAnnots, b.annotations())
		b.put(partAnnot, annot)
	}
	return b.finish()
}

// builder gathers one package.
type builder struct {
	doc                *Document
	lastID             int
	templateID, pageID int
	fonts              map[*Font]*usedFont
	fontOrder          []*usedFont
	images             map[string]int // id by content
	imageOrder         []usedImage
	tags               []tagRef
	parts              []*entry
	bad                rune // the first character XML cannot hold
}

type usedFont struct {
	font  *Font
	id    int
	runes map[rune]uint16
}

type usedImage struct {
	id     int
	format string // PNG or JPEG
	data   []byte
}

// tagRef says that a text object shows a data item.
type tagRef struct {
	tag          string
	page, object int
}

func (b *builder) id() int {
	b.lastID++
	return b.lastID
}

func (b *builder) put(name string, m *markup) {
	b.raw(name, m.bytes())
	if b.bad == 0 {
		b.bad = m.bad
	}
}

func (b *builder) raw(name string, data []byte) {
	b.parts = append(b.parts, &entry{name: name, data: data})
}

func (b *builder) finish() (*Package, error) {
	if b.bad != 0 {
		return nil, &DocumentError{"text", "a value holds a character that XML cannot carry"}
	}
	p := newPackage(Limits{}, toDOS(b.doc.Created))
	for _, e := range b.parts {
		if _, twice := p.find(e.name); twice {
			return nil, &DocumentError{"Attachments", "two attachments have one name"}
		}
		if err := p.Put(e.name, e.data); err != nil {
			return nil, &DocumentError{"Attachments", "the name of an attachment is not a file name"}
		}
	}
	return p, nil
}

var (
	docIDForm = regexp.MustCompile(`^[0-9a-fA-F]{32}$`)
	tagForm   = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_.-]{0,63}$`)
)

func (doc *Document) check() error {
	switch {
	case !docIDForm.MatchString(doc.ID):
		return &DocumentError{"ID", "not 32 hexadecimal digits"}
	case doc.Created.IsZero():
		return &DocumentError{"Created", "missing"}
	case !finite(doc.Page.Width) || doc.Page.Width <= 0 || !finite(doc.Page.Height) || doc.Page.Height <= 0:
		return &DocumentError{"Page", "no area"}
	case doc.SignaturesExpected < 0:
		return &DocumentError{"SignaturesExpected", "negative"}
	}
	for _, f := range doc.Fonts {
		if f == nil {
			return &DocumentError{"Fonts", "nil font"}
		}
	}
	for _, m := range doc.Meta {
		if m.Name == "" || m.Name == SealCountMeta {
			return &DocumentError{"Meta", "empty or reserved name"}
		}
	}
	return nil
}

func (b *builder) root() *markup {
	m, doc := newMarkup(), b.doc
	m.root("OFD", "Version", "1.0", "DocType", "OFD")
	m.start("DocBody")
	m.start("DocInfo")
	m.leaf("DocID", doc.ID)
	m.optional("Title", doc.Title)
	m.optional("Author", doc.Author)
	m.optional("Subject", doc.Subject)
	m.leaf("CreationDate", doc.Created.Format("2006-01-02"))
	m.optional("Creator", doc.Creator)
	meta := doc.Meta
	if doc.SignaturesExpected > 0 {
		meta = append(slices.Clip(meta), Meta{SealCountMeta, strconv.Itoa(doc.SignaturesExpected)})
	}
	if len(meta) > 0 {
		m.start("CustomDatas")
		for _, d := range meta {
			m.leaf("CustomData", d.Value, "Name", d.Name)
		}
		m.end()
	}
	m.end()
	m.leaf("DocRoot", partDocument)
	if doc.SignaturesExpected > 0 {
		m.leaf("Signatures", partSignatures)
	}
	return m
}

func (b *builder) document() *markup {
	m, page := newMarkup(), b.doc.Page
	m.root("Document")
	m.start("CommonData")
	m.leaf("MaxUnitID", strconv.Itoa(b.lastID+idSlack))
	m.start("PageArea")
	m.leaf("PhysicalBox", Box{W: page.Width, H: page.Height}.String())
	m.end()
	m.leaf("PublicRes", "PublicRes.xml")
	m.leaf("DocumentRes", "DocumentRes.xml")
	m.empty("TemplatePage", "ID", strconv.Itoa(b.templateID), "ZOrder", "Background", "BaseLoc", "Tpls/Tpl_0/Content.xml")
	m.end()
	m.start("Pages")
	m.empty("Page", "ID", strconv.Itoa(b.pageID), "BaseLoc", "Pages/Page_0/Content.xml")
	m.end()
	b.permissions(m)
	if len(page.Annots) > 0 {
		m.leaf("Annotations", "Annots/Annotations.xml")
	}
	if len(b.tags) > 0 {
		m.leaf("CustomTags", "Tags/CustomTags.xml")
	}
	if len(b.doc.Attachments) > 0 {
		m.leaf("Attachments", "Attachs/Attachments.xml")
	}
	return m
}

func (b *builder) permissions(m *markup) {
	p := b.doc.Permissions
	if p == nil {
		return
	}
	m.start("Permissions")
	for _, right := range [...]struct {
		name  string
		given bool
	}{
		{"Edit", p.Edit}, {"Annot", p.Annot}, {"Export", p.Export},
		{"Signature", p.Signature}, {"Watermark", p.Watermark}, {"PrintScreen", p.PrintScreen},
	} {
		m.leaf(right.name, strconv.FormatBool(right.given))
	}
	m.empty("Print", "Printable", strconv.FormatBool(p.Print), "Copies", strconv.Itoa(p.Copies))
	var period []string
	if !p.From.IsZero() {
		period = append(period, "StartDate", p.From.Format(dateTime))
	}
	if !p.To.IsZero() {
		period = append(period, "EndDate", p.To.Format(dateTime))
	}
	if period != nil {
		m.empty("ValidPeriod", period...)
	}
	m.end()
}

// dateTime is xs:dateTime in the zone of the caller, as readers show it.
const dateTime = "2006-01-02T15:04:05"
