package face

import (
	"time"

	"github.com/yinxin-org/yinxin/internal/catalog"
	"github.com/yinxin-org/yinxin/internal/errs"
	"github.com/yinxin-org/yinxin/ofd"
)

// Press draws the licenses of one version of a type, whose blank is looked up once. The type must not change while it
// is used. It is safe for use by several goroutines.
type Press struct {
	d *Drawer
	t *catalog.Type
	b *blank
}

// Press prepares the drawing of many licenses.
func (d *Drawer) Press(t *catalog.Type) (*Press, error) {
	b, err := d.blank(t)
	if err != nil {
		return nil, unshown(err, t, Input{})
	}
	return &Press{d, t, b}, nil
}

// License builds the unsigned file of a license.
func (p *Press) License(in Input, seals int, now time.Time) (*ofd.Package, error) {
	doc, err := p.d.document(p.t, p.b, in, now)
	if err != nil {
		return nil, err
	}
	doc.SignaturesExpected = seals
	built, err := p.b.build(doc)
	return built, unshown(err, p.t, in)
}

// Check refuses what License would refuse, without building the file.
func (p *Press) Check(in Input, now time.Time) error {
	doc, err := p.d.document(p.t, p.b, in, now)
	if err != nil {
		return err
	}
	for _, value := range in.Values {
		if !plainText(value) { // rare: what exactly is wrong shows when it is built
			_, err := p.b.build(doc)
			return unshown(err, p.t, in)
		}
	}
	for _, page := range doc.Pages {
		if r, ok := p.d.undrawable(page.Content); ok {
			return errs.New(errs.Invalid, "license.glyph").With("label", labelOf(p.t, in.Values, r))
		}
	}
	return nil
}
