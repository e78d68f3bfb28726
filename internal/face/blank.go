package face

import (
	"fmt"
	"reflect"
	"slices"
	"sync"

	"github.com/yinxin-org/yinxin/internal/catalog"
	"github.com/yinxin-org/yinxin/ofd"
)

// blank is the blank face (空白照面) of a version of a type, and its continuation page, as template pages that are
// compiled once for all its licenses.
type blank struct {
	name         string
	face         catalog.Face
	first, after *ofd.TemplatePage
	single       *ofd.Compiled
	several      func() (*ofd.Compiled, error) // with the continuation page; compiled when first needed
}

// of reports that the blank was made of this face.
func (b *blank) of(t *catalog.Type) bool {
	return b.name == t.Name && reflect.DeepEqual(b.face, t.Face)
}

func (d *Drawer) newBlank(t *catalog.Type) (*blank, error) {
	b := &blank{name: t.Name, face: t.Face, first: &ofd.TemplatePage{}, after: &ofd.TemplatePage{}}
	// The type is the caller's, who may go on changing it.
	b.face.Objects = slices.Clone(t.Face.Objects)
	for i := range b.face.Objects {
		b.face.Objects[i].Columns = slices.Clone(b.face.Objects[i].Columns)
	}
	for _, o := range t.Face.Objects {
		drawn, err := d.shared(t, o)
		if err != nil {
			return nil, err
		}
		b.first.Objects = append(b.first.Objects, drawn...)
	}
	var err error
	if b.after.Objects, err = d.continuation(t); err != nil {
		return nil, err
	}
	b.several = sync.OnceValues(func() (*ofd.Compiled, error) { return ofd.Compile(d.fonts, b.first, b.after) })
	if b.single, err = ofd.Compile(d.fonts, b.first); err != nil {
		return nil, fmt.Errorf("compile face: %w", err)
	}
	return b, nil
}

// build writes a document on the blank's pages. One on other pages, which a newer blank has taken the place of
// meanwhile, is written all the same.
func (b *blank) build(doc *ofd.Document) (*ofd.Package, error) {
	c := b.single
	for _, p := range doc.Pages {
		switch p.Template {
		case b.first, nil:
		case b.after:
			var err error
			if c, err = b.several(); err != nil {
				return nil, err
			}
		default:
			return ofd.Build(doc)
		}
	}
	return c.Build(doc)
}

// maxBlanks bounds the blanks that are kept, each of some tens of kilobytes. When there are more, all are made anew
// as they are needed: a platform issues few types at a time.
const maxBlanks = 256

// blanks keeps the blanks of the versions that are being issued.
type blanks struct {
	mu   sync.Mutex
	kept map[version]*blank
}

type version struct {
	code string
	n    int
}

// blank gives the compiled blank of a type. A draft changes under one number, so the face itself is compared.
func (d *Drawer) blank(t *catalog.Type) (*blank, error) {
	key := version{t.Code, t.Version}
	d.blanks.mu.Lock()
	b := d.blanks.kept[key]
	d.blanks.mu.Unlock()
	if b != nil && b.of(t) {
		return b, nil
	}
	b, err := d.newBlank(t)
	if err != nil {
		return nil, err
	}
	d.blanks.mu.Lock()
	defer d.blanks.mu.Unlock()
	if d.blanks.kept == nil || len(d.blanks.kept) >= maxBlanks {
		d.blanks.kept = map[version]*blank{}
	}
	d.blanks.kept[key] = b
	return b, nil
}
