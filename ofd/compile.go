package ofd

import (
	"bytes"
	"fmt"
	"slices"
	"strconv"
	"sync"
)

// Compiled is the constant side of documents that share template pages: the
// template pages themselves, the subsets of fonts and the pictures that they
// need, packed and digested once. It is safe for use by several goroutines and
// holds no more than a few times the bytes of a document.
type Compiled struct {
	fonts     []*Font // as given, which Text.Font counts into
	templates []compiledTemplate
	constant  []usedFont // drawn by templates
	own       []usedFont // every font that the pages of a document may need, with its id
	images    []usedImage
	lastID    int
	seen      memo
}

type compiledTemplate struct {
	page *TemplatePage
	id   int
	part *part
}

// Compile prepares the constant parts of documents with these fonts and
// template pages. It fails as Build does for what the templates hold.
func Compile(fonts []*Font, templates ...*TemplatePage) (*Compiled, error) {
	if slices.Contains(fonts, nil) {
		return nil, &DocumentError{"Fonts", "nil font"}
	}
	b := &builder{fonts: fonts}
	c := &Compiled{fonts: slices.Clone(fonts)}
	for i, t := range templates {
		if t == nil || slices.Contains(templates[:i], t) {
			return nil, &DocumentError{"Template", "missing or given twice"}
		}
		c.templates = append(c.templates, compiledTemplate{page: t, id: b.id()})
	}
	for i, t := range templates {
		m, err := b.templatePage(t)
		if err != nil {
			return nil, err
		}
		c.templates[i].part = newPart(bytes.Clone(m.bytes())).shared()
		if m.bad != 0 {
			return nil, errUnwritable
		}
		m.release()
	}
	for i := range b.used {
		u := &b.used[i]
		u.file = fontFile(i)
		u.part = newPart(u.set.write()).shared()
		u.set = nil
	}
	for i := range b.images {
		b.images[i].part.shared()
	}
	c.constant, c.images = b.used, b.images
	for _, f := range fonts {
		for range maxFallbacks {
			if f == nil {
				break
			}
			if !slices.ContainsFunc(c.own, func(u usedFont) bool { return u.font == f }) {
				c.own = append(c.own, usedFont{font: f, id: b.id(), file: fontFile(len(c.constant) + len(c.own))})
			}
			f = f.Fallback
		}
	}
	c.lastID = b.lastID
	return c, nil
}

// template finds what was compiled of a template page.
func (c *Compiled) template(t *TemplatePage) (compiledTemplate, bool) {
	for _, known := range c.templates {
		if known.page == t {
			return known, true
		}
	}
	return compiledTemplate{}, false
}

func templateFile(i int) string { return "Tpls/Tpl_" + strconv.Itoa(i) + "/Content.xml" }

func pageFile(i int) string { return "Pages/Page_" + strconv.Itoa(i) + "/Content.xml" }

func fontFile(i int) string { return fmt.Sprintf("font_%d.ttf", i) }

func imageFile(i int, format string) string {
	if format == "JPEG" {
		return fmt.Sprintf("image_%d.jpg", i)
	}
	return fmt.Sprintf("image_%d.png", i)
}

// templatePage writes the part of a template page. It states no area: it has
// that of the page that it is drawn on.
func (b *builder) templatePage(t *TemplatePage) (*markup, error) {
	m := newMarkup()
	m.root("Page")
	m.start("Content")
	kind := "Background"
	if t.Foreground {
		kind = "Foreground"
	}
	m.start("Layer", "ID", strconv.Itoa(b.id()), "Type", kind)
	for _, o := range t.Objects {
		if text, ok := o.(Text); ok {
			text.Tag = ""
			o = text
		}
		if err := b.object(m, o); err != nil {
			return nil, err
		}
	}
	return m, nil
}

// memo keeps small parts that come out alike for most documents of a template,
// such as Document.xml, so that they are packed and digested once.
type memo struct {
	mu    sync.RWMutex
	parts map[string]*part
}

// Bounds of a memo. When it is full it starts anew.
const (
	maxMemoParts = 64
	maxMemoBytes = 8 << 10
)

// part gives the part with these bytes, which the caller may use again.
func (o *memo) part(data []byte) *part {
	if len(data) > maxMemoBytes {
		return newPart(bytes.Clone(data))
	}
	o.mu.RLock()
	known := o.parts[string(data)]
	o.mu.RUnlock()
	if known != nil {
		return known
	}
	t := newPart(bytes.Clone(data)).shared()
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.parts == nil || len(o.parts) >= maxMemoParts {
		o.parts = make(map[string]*part, maxMemoParts)
	}
	o.parts[string(data)] = t
	return t
}
