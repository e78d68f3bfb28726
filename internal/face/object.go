package face

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	_ "image/jpeg" // photos are JPEG or PNG
	_ "image/png"
	"iter"
	"strings"

	"github.com/yinxin-org/yinxin/internal/catalog"
	"github.com/yinxin-org/yinxin/internal/errs"
	"github.com/yinxin-org/yinxin/ofd"
)

// draw draws one object of a face whole. A value that does not fit is license.overflow, with what runs over.
func (d *Drawer) draw(t *catalog.Type, o catalog.FaceObject, in Input) ([]ofd.Object, error) {
	out, failed := d.shared(t, o)
	own, err := d.own(t, o, in)
	failed = errors.Join(failed, err)
	if e, ok := errors.AsType[*errs.Error](failed); ok {
		return append(out, own...), e
	}
	return append(out, own...), failed
}

// shared draws what every license of a type has alike of an object.
func (d *Drawer) shared(t *catalog.Type, o catalog.FaceObject) ([]ofd.Object, error) {
	switch o.Kind {
	case "text":
		return d.lines(o, o.Text, "")
	case "table":
		return d.frame(o)
	case "rect":
		return []ofd.Object{pathOf(o, ofd.Rect(ofd.Box{X: o.X, Y: o.Y, W: o.W, H: o.H}))}, nil
	case "line":
		return []ofd.Object{pathOf(o, ofd.Line(o.X, o.Y, o.X+o.W, o.Y+o.H))}, nil
	case "path":
		segs, err := parsePath(o.Path, o.X, o.Y)
		if err != nil {
			return nil, err
		}
		return []ofd.Object{pathOf(o, segs)}, nil
	case "field", "photo", "qr", "seal":
		return nil, nil
	default:
		return nil, fmt.Errorf("face of type %s: unknown object %q", t.Code, o.Kind)
	}
}

// own draws what belongs to one license of an object.
func (d *Drawer) own(t *catalog.Type, o catalog.FaceObject, in Input) ([]ofd.Object, error) {
	switch o.Kind {
	case "field":
		name, part, _ := strings.Cut(o.Field, ":")
		field, _ := t.Field(name)
		drawn, err := d.lines(o, shown(field, in.Values[name], part, o.Format), name)
		return drawn, overflow(err, field)
	case "photo":
		return photo(t, o, in.Values[o.Field])
	case "table":
		return d.rows(t, o, in.Values, 0)
	case "qr":
		if o.W <= 0 {
			return nil, nil // the gate asks for room
		}
		return []ofd.Object{ofd.QR{X: o.X, Y: o.Y, W: o.W, Value: d.baseURL + "/v/" + in.Code}}, nil
	}
	return nil, nil
}

// overflow names the field whose value does not fit.
func overflow(err error, f catalog.Field) error {
	if errors.Is(err, errOverflow) {
		return errs.New(errs.Invalid, "license.overflow").On(f.Name).With("label", f.Label)
	}
	return err
}

// photo fits a picture into its box, in its own proportions and in the middle.
func photo(t *catalog.Type, o catalog.FaceObject, value string) ([]ofd.Object, error) {
	if value == "" || o.W <= 0 || o.H <= 0 {
		return nil, nil // the gate asks for room
	}
	f, _ := t.Field(o.Field)
	bad := errs.New(errs.Invalid, "license.field.photo").On(o.Field).With("label", f.Label).With("max", fmt.Sprint(catalog.MaxPhoto>>10))
	raw, err := catalog.Photo(value)
	if err != nil {
		return nil, bad.Wrap(err)
	}
	c, _, err := image.DecodeConfig(bytes.NewReader(raw))
	if err != nil {
		return nil, bad.Wrap(err)
	}
	scale := min(o.W/float64(c.Width), o.H/float64(c.Height))
	w, h := float64(c.Width)*scale, float64(c.Height)*scale
	return []ofd.Object{ofd.Image{X: o.X + (o.W-w)/2, Y: o.Y + (o.H-h)/2, W: w, H: h, Data: raw, Alpha: opacity(o.Alpha)}}, nil
}

// Measures of a table, as parts of the height of its rows and in millimetres.
const (
	baseline = 0.68 // of a row's height, from its top
	padding  = 1.0  // beside the text of a cell
)

// frame draws what stands of a table without values: its lines and titles. X, Y is its top left corner.
func (d *Drawer) frame(o catalog.FaceObject) ([]ofd.Object, error) {
	out := grid(o)
	var failed error
	for cell, c := range cells(o) {
		cell.Y = o.Y + o.H*baseline
		title, err := d.lines(cell, c.Title, "")
		failed = errors.Join(failed, overflow(err, catalog.Field{Name: c.Field, Label: c.Title}))
		out = append(out, title...)
	}
	return out, failed
}

// rows draws the values of multi-value fields side by side, one row a value, beginning with a row counted from 0.
func (d *Drawer) rows(t *catalog.Type, o catalog.FaceObject, values map[string]string, from int) ([]ofd.Object, error) {
	var out []ofd.Object
	var failed error
	for cell, c := range cells(o) {
		f, _ := t.Field(c.Field)
		column := column(values[c.Field])
		if len(column) > from+o.Rows && !o.Continues {
			failed = errors.Join(failed, overflow(errOverflow, f))
		}
		for i, value := range column[min(from, len(column)):min(from+o.Rows, len(column))] {
			cell.Y = o.Y + o.H*(float64(i+1)+baseline)
			drawn, err := d.lines(cell, shown(f, value, "", o.Format), c.Field)
			failed = errors.Join(failed, overflow(err, f))
			out = append(out, drawn...)
		}
	}
	return out, failed
}

// column is the values of one column, from the top.
func column(value string) []string {
	if value == "" {
		return nil
	}
	return strings.Split(value, multi)
}

// cells gives, for every column of a table, the place of a cell's text but for its height.
func cells(o catalog.FaceObject) iter.Seq2[catalog.FaceObject, catalog.Column] {
	return func(yield func(catalog.FaceObject, catalog.Column) bool) {
		x := o.X
		for _, c := range o.Columns {
			cell := o
			cell.X, cell.W, cell.Lines = x+padding, c.W-2*padding, 1
			if !yield(cell, c) {
				return
			}
			x += c.W
		}
	}
}

// grid are the lines of a table, if it has any.
func grid(o catalog.FaceObject) []ofd.Object {
	if o.Stroke <= 0 {
		return nil
	}
	var out []ofd.Object
	width, height := tableSize(o)
	for i := range o.Rows + 2 {
		y := o.Y + o.H*float64(i)
		out = append(out, pathOf(o, ofd.Line(o.X, y, o.X+width, y)))
	}
	x := o.X
	for i := range len(o.Columns) + 1 {
		out = append(out, pathOf(o, ofd.Line(x, o.Y, x, o.Y+height)))
		if i < len(o.Columns) {
			x += o.Columns[i].W
		}
	}
	return out
}

// tableSize is how much room a table takes.
func tableSize(o catalog.FaceObject) (width, height float64) {
	for _, c := range o.Columns {
		width += c.W
	}
	return width, o.H * float64(o.Rows+1)
}
