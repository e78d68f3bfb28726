package ofd

import (
	"slices"
	"strconv"
)

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
	m, first := newMarkup(), b.doc.Pages[0]
	m.root("Document")
	m.start("CommonData")
	m.leaf("MaxUnitID", strconv.Itoa((b.lastID/idSlack+2)*idSlack))
	m.start("PageArea")
	m.leaf("PhysicalBox", Box{W: first.Width, H: first.Height}.String())
	m.end()
	m.leaf("PublicRes", "PublicRes.xml")
	m.leaf("DocumentRes", "DocumentRes.xml")
	for i, t := range b.compiled.templates {
		attrs := []string{"ID", strconv.Itoa(t.id)}
		if t.page.Name != "" {
			attrs = append(attrs, "Name", t.page.Name)
		}
		m.empty("TemplatePage", append(attrs, "ZOrder", t.page.zOrder(), "BaseLoc", templateFile(i))...)
	}
	m.end()
	m.start("Pages")
	for i, id := range b.pageIDs {
		m.empty("Page", "ID", strconv.Itoa(id), "BaseLoc", pageFile(i))
	}
	m.end()
	b.permissions(m)
	if b.annotated() {
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

func (t *TemplatePage) zOrder() string {
	if t.Foreground {
		return "Foreground"
	}
	return "Background"
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
