package face

import (
	"errors"
	"fmt"

	"github.com/yinxin-org/yinxin/internal/catalog"
	"github.com/yinxin-org/yinxin/internal/errs"
	"github.com/yinxin-org/yinxin/ofd"
)

// Measures of a continuation page (续页), in millimetres: a head with the license's name and number, the table, and
// the number of the page at the foot.
const (
	headMargin  = 10.0 // beside the name
	headTitle   = 14.0 // baseline of the name
	headNumber  = 22.0 // baseline of the license's number
	headHeight  = 26.0 // where the table begins
	footNumber  = 6.0  // from the baseline of the page's number to the lower edge
	footHeight  = 12.0
	headSize    = 5.0
	smallSize   = 3.2
	numberLabel = "证照编号："
)

// maxPages is how many pages a license may have; more is a mistake.
const maxPages = 100

// continued finds the table that may go on over further pages. The gate lets a face have one.
func continued(t *catalog.Type) (catalog.FaceObject, bool) {
	for _, o := range t.Face.Objects {
		if o.Kind == "table" && o.Continues {
			return o, true
		}
	}
	return catalog.FaceObject{}, false
}

// moved is the table as it stands on a continuation page: below the head, with as many rows as there is room for.
func moved(f catalog.Face, o catalog.FaceObject) catalog.FaceObject {
	o.Y = headHeight
	o.Rows = 0
	if o.H > 0 {
		o.Rows = int((f.Height-headHeight-footHeight)/o.H) - 1
	}
	return o
}

// continuation draws what all continuation pages of a type share; nothing for a type without them.
func (d *Drawer) continuation(t *catalog.Type) ([]ofd.Object, error) {
	o, ok := continued(t)
	if !ok {
		return nil, nil
	}
	table := moved(t.Face, o)
	title, err := d.lines(catalog.FaceObject{X: headMargin, Y: headTitle, W: t.Face.Width - 2*headMargin, Size: headSize, Font: "sans", Align: "center"}, t.Name+"（续页）", "")
	if err != nil {
		return nil, err
	}
	number := ofd.Text{X: table.X, Y: headNumber, Size: smallSize, Font: Serif, Value: numberLabel}
	frame, err := d.frame(table)
	return append(append(title, number), frame...), err
}

// pages lays out a license: its face, and continuation pages for the rows of its table that find no room there.
func (d *Drawer) pages(t *catalog.Type, in Input, b *blank) ([]ofd.Page, error) {
	first := ofd.Page{Width: t.Face.Width, Height: t.Face.Height, Template: b.first}
	for _, o := range t.Face.Objects {
		drawn, err := d.own(t, o, in)
		if err != nil {
			return nil, err
		}
		first.Content = append(first.Content, drawn...)
	}
	pages := []ofd.Page{first}
	o, ok := continued(t)
	if !ok {
		return pages, nil
	}
	table, rows := moved(t.Face, o), 0
	for _, c := range o.Columns {
		rows = max(rows, len(column(in.Values[c.Field])))
	}
	for from := o.Rows; from < rows; from += table.Rows {
		if table.Rows < 1 || len(pages) == maxPages {
			f, _ := t.Field(o.Columns[0].Field)
			return nil, overflow(errOverflow, f)
		}
		drawn, err := d.rows(t, table, in.Values, from)
		if err != nil {
			return nil, err
		}
		x := table.X + ofd.TextWidth(d.fonts[Serif], numberLabel, smallSize)
		number, _ := d.lines(catalog.FaceObject{X: x, Y: headNumber, Size: smallSize}, in.Values["ZZBH"], "ZZBH") // without a width nothing runs over
		pages = append(pages, ofd.Page{Width: first.Width, Height: first.Height, Template: b.after, Content: append(number, drawn...)})
	}
	d.numberPages(pages)
	return pages, nil
}

// numberPages writes «第2页 共3页» at the foot of every page, so that a missing one is missed.
func (d *Drawer) numberPages(pages []ofd.Page) {
	if len(pages) == 1 {
		return
	}
	for i := range pages {
		p := &pages[i]
		foot := catalog.FaceObject{Y: p.Height - footNumber, W: p.Width, Size: smallSize, Align: "center"}
		drawn, _ := d.lines(foot, fmt.Sprintf("第%d页 共%d页", i+1, len(pages)), "") // a page is wider than that
		p.Content = append(p.Content, drawn...)
	}
}

// continues judges a table that goes on over further pages.
func (g *gate) continues(i int, o catalog.FaceObject) {
	for _, before := range g.t.Face.Objects[:i] {
		if before.Kind == "table" && before.Continues {
			g.add(i, "", "face.continues-twice")
			return
		}
	}
	if moved(g.t.Face, o).Rows < 1 {
		g.add(i, "", "face.continues-room")
		return
	}
	if _, err := g.d.continuation(g.t); err != nil {
		g.add(i, "", "face.continues-room")
		return
	}
	_, err := g.d.pages(g.t, g.in, &blank{})
	if e, ok := errors.AsType[*errs.Error](err); ok && e.Code == "license.overflow" {
		g.add(i, e.Field, "face.overflow", "label", e.Args["label"])
	}
}
