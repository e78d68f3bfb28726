package ofd

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// publicRes declares the subsets of the template pages and those of this
// document. They have files of their own, so that the former stay the same.
func (b *builder) publicRes() *markup {
	m := newMarkup()
	m.root("Res", "BaseLoc", "Res")
	if len(b.compiled.constant)+len(b.used) == 0 {
		return m
	}
	m.start("Fonts")
	for _, fonts := range [...][]usedFont{b.compiled.constant, b.used} {
		for _, u := range fonts {
			u.declare(m)
		}
	}
	return m
}

// declare writes the Font element of a subset.
func (u *usedFont) declare(m *markup) {
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
	m.leaf("FontFile", u.file)
	m.end()
}

func (b *builder) documentRes() *markup {
	m := newMarkup()
	m.root("Res", "BaseLoc", "Res")
	if len(b.images) == 0 {
		return m
	}
	m.start("MultiMedias")
	for i, img := range b.images {
		m.start("MultiMedia", "ID", strconv.Itoa(img.id), "Type", "Image", "Format", img.format)
		m.leaf("MediaFile", imageFile(i, img.format))
		m.end()
	}
	return m
}

// resources adds the files that publicRes and documentRes name.
func (b *builder) resources() {
	for _, u := range b.compiled.constant {
		b.add("Doc_0/Res/"+u.file, u.part)
	}
	for _, u := range b.used {
		b.add("Doc_0/Res/"+u.file, newPart(u.set.write()))
	}
	for i, img := range b.images {
		b.add("Doc_0/Res/"+imageFile(i, img.format), img.part)
	}
}

func (b *builder) attachments() {
	if len(b.doc.Attachments) == 0 {
		return
	}
	m := newMarkup()
	m.root("Attachments")
	files := make([]entry, 0, len(b.doc.Attachments))
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
		files = append(files, entry{name: path, part: newPart(a.Data)})
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
	b.common(partTags, list)

	m := newMarkup()
	m.startRaw("License", "xmlns", space, "xmlns:ofd", ofdNamespace)
	for _, t := range b.tags {
		m.startRaw(t.tag)
		for _, ref := range t.refs {
			m.leaf("ObjectRef", strconv.Itoa(ref.object), "PageRef", strconv.Itoa(ref.page))
		}
		m.end()
	}
	b.common(partTag, m)
}

func (b *builder) annotated() bool {
	return slices.ContainsFunc(b.doc.Pages, func(p Page) bool { return len(p.Annots) > 0 })
}

func annotFile(page int) string { return "Page_" + strconv.Itoa(page) + "/Annotation.xml" }

// annotations draws Page.Annots as one watermark annotation over each page. The
// list of them comes first, then the annotations of each page, nil for none.
func (b *builder) annotations() ([]*markup, error) {
	if !b.annotated() {
		return nil, nil
	}
	list := newMarkup()
	list.root("Annotations")
	out := []*markup{list}
	for i, page := range b.doc.Pages {
		if len(page.Annots) == 0 {
			out = append(out, nil)
			continue
		}
		b.page = i
		m, err := b.annotation(page)
		if err != nil {
			return nil, err
		}
		out = append(out, m)
		list.start("Page", "PageID", strconv.Itoa(b.pageIDs[i]))
		list.leaf("FileLoc", annotFile(i))
		list.end()
	}
	return out, nil
}

func (b *builder) annotation(page Page) (*markup, error) {
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
