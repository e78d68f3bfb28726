package ofd

import (
	"path"
	"strconv"
	"strings"
)

// annotatePage puts an annotation above those that a page has.
func (c *annotation) annotatePage(i int, annot *markup) error {
	list, err := c.annotationList()
	if err != nil {
		return err
	}
	id := c.s.pages[i].id
	if tree, err := c.s.parse(c.p, list); err == nil {
		if pages := named(tree.all("Page"), "PageID", id); len(pages) > 0 {
			name, err := ResolvePath(list, pages[0].kid("FileLoc").value())
			if err != nil {
				return err
			}
			e, err := c.edit(name)
			if err == nil && !c.marked[name] {
				c.marked[name] = true
				e.append(e.root, annot)
			}
			return err
		}
	}
	m := newMarkup()
	m.root("PageAnnot")
	m.buf = append(m.buf, annot.bytes()...)
	c.b.bad = max(c.b.bad, annot.bad)
	name := c.free(list, annotFile(i))
	c.add(name, m.bytes())
	e, err := c.edit(list)
	if err != nil {
		return err
	}
	page := &markup{}
	page.start("Page", "PageID", id)
	page.leaf("FileLoc", below(list, name))
	e.append(e.root, page)
	return nil
}

// below is the path of an entry in a folder below that of base, from there.
func below(base, name string) string { return strings.TrimPrefix(name, path.Dir(base)+"/") }

// annotationList names the list of annotations, a new one if there is none.
func (c *annotation) annotationList() (string, error) {
	if loc := c.s.document.kid("Annotations").value(); loc != "" {
		name, err := ResolvePath(c.s.root, loc)
		return c.p.real(name), err
	}
	if c.list != "" {
		return c.list, nil
	}
	c.list = c.free(c.s.root, "Annots/Annotations.xml")
	m := newMarkup()
	m.root("Annotations")
	if err := c.create(c.list, m); err != nil {
		return "", err
	}
	e, err := c.edit(c.s.root)
	if err != nil {
		return "", err
	}
	named := &markup{}
	named.leaf("Annotations", below(c.s.root, c.list)) // not all readers take an absolute path here
	e.set(e.root, "Annotations", named, "CustomTags", "Attachments", "Extensions")
	return c.list, nil
}

// resources adds the fonts and pictures of the note to a part that the document
// has: not all readers look into further ones.
func (c *annotation) resources() error {
	if len(c.b.used) > 0 {
		part, e, err := c.resourcePart("PublicRes", "DocumentRes")
		if err != nil {
			return err
		}
		fonts := &markup{}
		for _, u := range c.b.used {
			u.file = c.resourceFile(part, e, "copy_font.ttf", u.set.write())
			u.declare(fonts)
		}
		e.group("Fonts", fonts)
	}
	if len(c.b.images) > 0 {
		part, e, err := c.resourcePart("DocumentRes", "PublicRes")
		if err != nil {
			return err
		}
		pictures := &markup{}
		for _, img := range c.b.images {
			name := "copy_image.png"
			if img.format == "JPEG" {
				name = "copy_image.jpg"
			}
			pictures.start("MultiMedia", "ID", strconv.Itoa(img.id), "Type", "Image", "Format", img.format)
			pictures.leaf("MediaFile", c.resourceFile(part, e, name, img.part.data))
			pictures.end()
		}
		e.group("MultiMedias", pictures)
	}
	return nil
}

// group adds resources to the first group of that name, or makes one.
func (e *editor) group(name string, m *markup) {
	if group := e.root.kid(name); group != nil {
		e.append(group, m)
		return
	}
	whole := &markup{bad: m.bad}
	whole.start(name)
	whole.buf = append(whole.buf, m.bytes()...)
	e.append(e.root, whole)
}

// resourcePart opens the first resource part of a kind, else of the other kind,
// else a new one.
func (c *annotation) resourcePart(kind, other string) (string, *editor, error) {
	common := c.s.document.kid("CommonData")
	for _, n := range append(common.all(kind), common.all(other)...) {
		name, err := ResolvePath(c.s.root, n.value())
		if err != nil {
			continue
		}
		if e, err := c.edit(name); err == nil {
			return c.p.real(name), e, nil
		}
	}
	document, err := c.edit(c.s.root)
	if err != nil {
		return "", nil, err
	}
	name := c.free(c.s.root, kind+".xml")
	m := newMarkup()
	m.root("Res", "BaseLoc", "Res")
	if err := c.create(name, m); err != nil {
		return "", nil, err
	}
	named := &markup{}
	named.leaf(kind, path.Base(name))
	document.insert(document.root.kid("CommonData"), named, "TemplatePage", "DefaultCS")
	return name, c.editors[name], nil
}

// resourceFile adds a file where a resource part keeps its files, and gives its
// location in the part.
func (c *annotation) resourceFile(part string, e *editor, name string, data []byte) string {
	folder := part // whose folder it is that counts
	if tree, err := c.s.parse(c.p, part); err == nil {
		if at, err := ResolvePath(part, tree.attr("BaseLoc")+"/x"); err == nil {
			folder = at
		}
	} else if at, err := ResolvePath(part, "Res/x"); err == nil {
		folder = at // of a part that create made
	}
	at := c.free(folder, name)
	c.add(at, data)
	return path.Base(at)
}

// documentInfo rewrites what the file says of itself: a document of its own,
// with the note's data and one signature to come.
func (c *annotation) documentInfo() error {
	document, err := c.edit(c.s.root)
	if err != nil {
		return err
	}
	highest := &markup{}
	highest.leaf("MaxUnitID", strconv.Itoa((c.b.lastID/idSlack+2)*idSlack))
	document.set(document.root.kid("CommonData"), "MaxUnitID", highest, "PageArea", "PublicRes", "DocumentRes", "TemplatePage", "DefaultCS")

	e, err := c.edit(partRoot)
	if err != nil {
		return err
	}
	body := e.root.kid("DocBody")
	if list := body.kid("Signatures"); list != nil {
		e.replace(list, nil)
	}
	signatures := &markup{}
	signatures.leaf("Signatures", path.Join(path.Dir(c.s.root), signsFolder, "Signatures.xml"))
	e.append(body, signatures)

	info := body.kid("DocInfo")
	if info == nil {
		m := &markup{}
		m.start("DocInfo")
		m.leaf("DocID", c.note.ID)
		m.leaf("CreationDate", c.note.Created.Format("2006-01-02"))
		c.customData(m)
		e.insert(body, m, "DocRoot")
		return nil
	}
	id, created := &markup{}, &markup{}
	id.leaf("DocID", c.note.ID)
	created.leaf("CreationDate", c.note.Created.Format("2006-01-02"))
	after := []string{"ModDate", "DocUsage", "Cover", "Keywords", "Creator", "CreatorVersion", "CustomDatas"}
	e.set(info, "DocID", id, append([]string{"Title", "Author", "Subject", "Abstract", "CreationDate"}, after...)...)
	e.set(info, "CreationDate", created, after...)
	if changed := info.kid("ModDate"); changed != nil {
		e.replace(changed, nil)
	}
	c.replaceCount(e, info)
	return nil
}

// replaceCount adds the note's data to that of the original and takes away the
// number of seals that the original has.
func (c *annotation) replaceCount(e *editor, info *span) {
	for _, group := range info.kids {
		for _, k := range group.kids {
			if k.name == "CustomData" && k.attr("Name") == SealCountMeta {
				e.replace(k, nil)
			}
		}
	}
	m := &markup{}
	if data := info.kid("CustomDatas"); data != nil {
		c.items(m)
		e.append(data, m)
		return
	}
	c.customData(m)
	e.append(info, m)
}

func (c *annotation) customData(m *markup) {
	m.start("CustomDatas")
	c.items(m)
	m.end()
}

func (c *annotation) items(m *markup) {
	for _, d := range c.note.meta() {
		m.leaf("CustomData", d.Value, "Name", d.Name)
	}
}

// finish puts the copy together: the original's entries in their order, then
// what is new.
func (c *annotation) finish() (*Package, error) {
	stamp := toDOS(c.note.Created)
	out := newPackage(c.p.lim, stamp, len(c.p.entries)+len(c.order)+len(c.fresh)+signatureParts)
	changed := map[string]*part{}
	for _, name := range c.order {
		e := c.editors[name]
		if e.bad != 0 {
			return nil, errUnwritable
		}
		changed[fold(name)] = newPart(e.bytes())
	}
	for _, e := range c.p.entries {
		if c.drop[fold(e.name)] {
			continue
		}
		content := e.part
		if t := changed[fold(e.name)]; t != nil {
			content = t
			delete(changed, fold(e.name))
		}
		if err := out.put(e.name, content); err != nil {
			return nil, err
		}
	}
	for _, name := range c.order { // what create made
		if t := changed[fold(name)]; t != nil {
			if err := out.put(name, t); err != nil {
				return nil, err
			}
		}
	}
	for _, e := range c.fresh {
		if err := out.put(e.name, e.part); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// prove reads the copy and refuses it if a page does not show the note: an
// original may be made so that parts stand in each other's place.
func (c *annotation) prove(out *Package) error {
	info, err := out.Info()
	if err != nil {
		return err
	}
	if len(info.Pages) != len(c.s.pages) || info.DocID != c.note.ID || info.Value(CopyMeta) != CopyMark {
		return broken("copy", partRoot, "the copy does not say what it is")
	}
	for i, page := range info.Pages {
		if !strings.Contains(page.AnnotText, c.note.rule()) {
			return broken("copy", c.s.pages[i].name, "the note cannot be put on the page")
		}
	}
	return nil
}
