package ofd

import (
	"fmt"
	"strconv"
	"strings"
)

func (b *builder) publicRes() *markup {
	m := newMarkup()
	m.root("Res", "BaseLoc", "Res")
	if len(b.fontOrder) == 0 {
		return m
	}
	m.start("Fonts")
	for i, u := range b.fontOrder {
		attrs := []string{"ID", strconv.Itoa(u.id), "FontName", u.font.Name}
		if u.font.Family != "" {
			attrs = append(attrs, "FamilyName", u.font.Family)
		}
		attrs = append(attrs, "Charset", "unicode")
		if u.font.Bold {
			attrs = append(attrs, "Bold", "true")
		}
		if u.font.Serif {
			attrs = append(attrs, "Serif", "true")
		}
		m.start("Font", attrs...)
		m.leaf("FontFile", fontFile(i))
		m.end()
	}
	return m
}

func fontFile(i int) string { return fmt.Sprintf("font_%d.ttf", i) }

func imageFile(i int, format string) string {
	if format == "JPEG" {
		return fmt.Sprintf("image_%d.jpg", i)
	}
	return fmt.Sprintf("image_%d.png", i)
}

func (b *builder) documentRes() *markup {
	m := newMarkup()
	m.root("Res", "BaseLoc", "Res")
	if len(b.imageOrder) == 0 {
		return m
	}
	m.start("MultiMedias")
	for i, img := range b.imageOrder {
		m.start("MultiMedia", "ID", strconv.Itoa(img.id), "Type", "Image", "Format", img.format)
		m.leaf("MediaFile", imageFile(i, img.format))
		m.end()
	}
	return m
}

// resources adds the files that publicRes and documentRes name.
func (b *builder) resources() {
	for i, u := range b.fontOrder {
		b.raw("Doc_0/Res/"+fontFile(i), u.font.subset(u.runes))
	}
	for i, img := range b.imageOrder {
		b.raw("Doc_0/Res/"+imageFile(i, img.format), img.data)
	}
}

func (b *builder) attachments() {
	if len(b.doc.Attachments) == 0 {
		return
	}
	m := newMarkup()
	m.root("Attachments")
	files := make([]*entry, 0, len(b.doc.Attachments))
	for i, a := range b.doc.Attachments {
		path := "Doc_0/Attachs/" + attachmentFile(i, a)
		m.start("Attachment",
			"ID", "a"+strconv.Itoa(i+1), // xs:ID begins with a letter
			"Name", a.Name,
			"Format", a.Format,
			"CreationDate", b.doc.Created.Format(dateTime),
			"Size", num(float64(len(a.Data))/1024),
			"Visible", strconv.FormatBool(a.Visible))
		m.leaf("FileLoc", "/"+path)
		m.end()
		files = append(files, &entry{name: path, data: a.Data})
	}
	b.put(partAttachments, m)
	b.parts = append(b.parts, files...)
}

// attachmentFile keeps plain ASCII names and replaces others: file names in
// the package stay ASCII because readers disagree on their encoding.
func attachmentFile(i int, a Attachment) string {
	if plainName(a.Name) && fold(a.Name) != "attachments.xml" {
		return a.Name
	}
	name := fmt.Sprintf("Attach_%d", i)
	if plainName(a.Format) {
		name += "." + a.Format
	}
	return name
}

func plainName(s string) bool {
	for _, r := range s {
		letter := r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9'
		if !letter && r != '.' && r != '-' && r != '_' {
			return false
		}
	}
	return s != "" && s[0] != '.' && len(s) <= 100
}

// tagFiles writes the data index (标引): data items over references to the text
// objects that show them. CustomTag carries NameSpace, which the schema asks
// for, and TypeID, which the text of the standard and common readers use.
func (b *builder) tagFiles() {
	if len(b.tags) == 0 {
		return
	}
	space := b.doc.TagNamespace
	if space == "" {
		space = DefaultTagNamespace
	}
	list := newMarkup()
	list.root("CustomTags")
	list.start("CustomTag", "NameSpace", space, "TypeID", "License")
	list.leaf("FileLoc", "/"+partTag)
	b.put(partTags, list)

	m := newMarkup()
	m.startRaw("License", "xmlns", space, "xmlns:ofd", ofdNamespace)
	open := ""
	for _, t := range b.tags {
		if t.tag != open {
			if open != "" {
				m.end()
			}
			m.startRaw(t.tag)
			open = t.tag
		}
		m.leaf("ObjectRef", strconv.Itoa(t.object), "PageRef", strconv.Itoa(t.page))
	}
	b.put(partTag, m)
}

// annotation draws Page.Annots as one watermark annotation over the page.
func (b *builder) annotation() (*markup, error) {
	page := b.doc.Page
	m := newMarkup()
	m.root("PageAnnot")
	m.start("Annot",
		"ID", strconv.Itoa(b.id()),
		"Type", "Watermark",
		"Creator", strings.TrimSpace(b.doc.Creator),
		"LastModDate", b.doc.Created.Format("2006-01-02"),
		"Visible", "true", "Print", "true")
	m.start("Appearance", "Boundary", Box{W: page.Width, H: page.Height}.String())
	for _, o := range page.Annots {
		if err := b.object(m, o); err != nil {
			return nil, err
		}
	}
	return m, nil
}

func (b *builder) annotations() *markup {
	m := newMarkup()
	m.root("Annotations")
	m.start("Page", "PageID", strconv.Itoa(b.pageID))
	m.leaf("FileLoc", "Page_0/Annotation.xml")
	return m
}
