package face

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/yinxin-org/yinxin/internal/catalog"
	"github.com/yinxin-org/yinxin/internal/errs"
	"github.com/yinxin-org/yinxin/ofd"
)

// The smallest things that can be read, in millimetres.
const (
	smallestText = 1.8
	smallestQR   = 12
)

// slack is how far an object may stand over the edge of the page, for what rounding does.
const slack = 0.01

// Gate judges the face of a type (发布检查): with the longest values that its fields allow nothing overflows and
// every character can be drawn, every required field stands on it or is excused, the places of seals are those of
// the plan. It gives what is wrong in the order of the objects; nothing means that the face can be published.
func (d *Drawer) Gate(t *catalog.Type) []catalog.Finding {
	g := &gate{d: d, t: t, in: Input{Values: Longest(t), Code: sampleCode}}
	if heavy(t, g.in.Values) {
		return []catalog.Finding{tooHeavy}
	}
	for i, o := range t.Face.Objects {
		g.object(i, o)
	}
	g.required()
	return g.found
}

// heaviest is how many characters a face may hold. No page has room for as many; drawing more takes a server's time.
const heaviest = 100_000

var tooHeavy = catalog.Finding{Path: "face", Code: "face.heavy", Args: map[string]string{"max": strconv.Itoa(heaviest)}, Object: -1}

// heavy reports whether a face with values holds more than anybody needs; of a photo fifty bytes weigh a character.
func heavy(t *catalog.Type, values map[string]string) bool {
	sum := 0
	for _, o := range t.Face.Objects {
		name, _, _ := strings.Cut(o.Field, ":")
		switch o.Kind {
		case "text":
			sum += utf8.RuneCountInString(o.Text)
		case "field":
			sum += utf8.RuneCountInString(values[name])
		case "photo":
			sum += len(values[o.Field]) / 50
		case "table":
			for _, c := range o.Columns {
				sum += utf8.RuneCountInString(c.Title) + utf8.RuneCountInString(values[c.Field])
			}
		}
		if sum > heaviest {
			return true
		}
	}
	return false
}

// sampleCode has the length of a check code.
const sampleCode = "aaaaaaaaaaaaaaaaaaaaaaaaaa"

type gate struct {
	d     *Drawer
	t     *catalog.Type
	in    Input
	found []catalog.Finding
}

func (g *gate) add(i int, field, code string, args ...string) {
	f := catalog.Finding{Path: fmt.Sprintf("face.objects[%d]", i), Code: code, Field: field, Object: i}
	for k := 0; k+1 < len(args); k += 2 {
		if f.Args == nil {
			f.Args = map[string]string{}
		}
		f.Args[args[k]] = args[k+1]
	}
	g.found = append(g.found, f)
}

func (g *gate) object(i int, o catalog.FaceObject) {
	if !finite(o) {
		g.add(i, "", "face.number")
		return
	}
	g.inside(i, o)
	before := len(g.found)
	switch o.Kind {
	case "text":
		g.size(i, o)
	case "field":
		g.field(i, o)
	case "photo":
		g.photo(i, o)
	case "table":
		g.table(i, o)
	case "qr":
		if o.W < smallestQR {
			g.add(i, "", "face.qr-small", "min", strconv.Itoa(smallestQR))
		}
	case "seal":
		if !slices.ContainsFunc(g.t.Seals, func(s catalog.SealStep) bool { return s.Step == o.Step }) {
			g.add(i, "", "face.seal-extra")
		}
		if o.W <= 0 || o.H <= 0 {
			g.add(i, "", "face.room")
		}
	case "rect", "line", "path":
		if o.Fill == "" && o.Stroke <= 0 {
			g.add(i, "", "face.invisible")
		}
	default:
		g.add(i, "", "face.kind")
	}
	if len(g.found) == before {
		g.drawn(i, o)
	}
	if len(g.found) == before && o.Continues && o.Kind == "table" {
		g.continues(i, o)
	}
}

// drawn draws the object with the longest values.
func (g *gate) drawn(i int, o catalog.FaceObject) {
	name, _, _ := strings.Cut(o.Field, ":")
	objects, err := g.d.draw(g.t, o, g.in)
	g.found = append(g.found, problem(i, name, err)...)
	if err == nil && o.Kind == "text" && o.W > 0 && len(objects) == 1 {
		// Fixed words should not need to shrink: they are set once, by hand.
		if x := objects[0].(ofd.Text); x.Size < o.Size*0.9 {
			g.add(i, "", "face.text-wide")
		}
	}
	if r, ok := g.d.undrawable(objects); ok {
		g.add(i, name, "face.glyph", "char", fmt.Sprintf("U+%04X", r))
	}
}

// problem turns what drawing an object said into a finding.
func problem(i int, field string, err error) []catalog.Finding {
	if err == nil {
		return nil
	}
	f := catalog.Finding{Path: fmt.Sprintf("face.objects[%d]", i), Code: "face.path", Field: field, Object: i}
	if e, ok := errors.AsType[*errs.Error](err); ok {
		f.Code, f.Args = e.Code, e.Args
		if e.Code == "license.overflow" {
			f.Code = "face.overflow"
		}
		if e.Field != "" {
			f.Field = e.Field
		}
	} else if errors.Is(err, errOverflow) {
		f.Code = "face.text-wide"
	}
	return []catalog.Finding{f}
}

// undrawable finds a character that no font can draw.
func (d *Drawer) undrawable(objects []ofd.Object) (rune, bool) {
	for _, x := range objects {
		text, ok := x.(ofd.Text)
		if !ok {
			continue
		}
		for _, r := range text.Value {
			if !covers(d.fonts[text.Font], r) {
				return r, true
			}
		}
	}
	return 0, false
}

func covers(f *ofd.Font, r rune) bool {
	for ; f != nil; f = f.Fallback {
		if f.Covers(r) {
			return true
		}
	}
	return false
}

func (g *gate) size(i int, o catalog.FaceObject) {
	if o.Size < smallestText {
		g.add(i, "", "face.text-small", "min", strconv.FormatFloat(smallestText, 'g', -1, 64))
	}
}

func (g *gate) field(i int, o catalog.FaceObject) {
	name, part, _ := strings.Cut(o.Field, ":")
	f, ok := g.t.Field(name)
	switch {
	case !ok:
		g.add(i, name, "face.field-unknown", "name", safeName(name))
	case f.Type == "photo":
		g.add(i, name, "face.photo-only", "label", f.Label)
	case part != "" && (f.Type != "date" || !slices.Contains([]string{"Y", "M", "D"}, part)):
		g.add(i, name, "face.part", "label", f.Label)
	case o.W <= 0:
		g.add(i, name, "face.room")
	}
	g.size(i, o)
	g.options(i, o, f)
}

// options: every word that a code list may put on the face must be drawable.
func (g *gate) options(i int, o catalog.FaceObject, f catalog.Field) {
	font, _ := g.d.fontOf(o)
	for _, option := range f.Options {
		for _, r := range option {
			if !covers(font, r) {
				g.add(i, f.Name, "face.glyph", "char", fmt.Sprintf("U+%04X", r))
				return
			}
		}
	}
}

func (g *gate) photo(i int, o catalog.FaceObject) {
	f, ok := g.t.Field(o.Field)
	switch {
	case !ok:
		g.add(i, o.Field, "face.field-unknown", "name", safeName(o.Field))
	case f.Type != "photo":
		g.add(i, o.Field, "face.photo-field", "label", f.Label)
	case o.W <= 0 || o.H <= 0:
		g.add(i, o.Field, "face.room")
	}
}

func (g *gate) table(i int, o catalog.FaceObject) {
	if len(o.Columns) == 0 || o.Rows < 1 || o.Rows > 100 || o.H <= 0 {
		g.add(i, "", "face.table")
		return
	}
	g.size(i, o)
	for _, c := range o.Columns {
		f, ok := g.t.Field(c.Field)
		switch {
		case !ok:
			g.add(i, c.Field, "face.field-unknown", "name", safeName(c.Field))
		case f.Type == "photo":
			g.add(i, c.Field, "face.photo-only", "label", f.Label)
		case c.W <= 2*padding:
			g.add(i, c.Field, "face.room")
		}
		g.options(i, o, f)
	}
}

// inside checks that an object stands on the page.
func (g *gate) inside(i int, o catalog.FaceObject) {
	b := extent(g.d, o)
	page := g.t.Face
	if b.X < -slack || b.Y < -slack || b.X+b.W > page.Width+slack || b.Y+b.H > page.Height+slack {
		g.add(i, "", "face.outside")
	}
}

// extent is the room that an object takes on the page.
func extent(d *Drawer, o catalog.FaceObject) ofd.Box {
	switch o.Kind {
	case "text", "field":
		w := o.W
		if o.Kind == "text" && w <= 0 {
			font, _ := d.fontOf(o)
			w = ofd.TextWidth(font, o.Text, o.Size)
		}
		// From about the height of a character above the first baseline to the last one.
		return ofd.Box{X: o.X, Y: o.Y - 0.8*o.Size, W: w, H: 0.8*o.Size + float64(max(o.Lines, 1)-1)*o.Size*1.5}
	case "qr":
		return ofd.Box{X: o.X, Y: o.Y, W: o.W, H: o.W}
	case "table":
		w, h := tableSize(o)
		return ofd.Box{X: o.X, Y: o.Y, W: w, H: h}
	case "line":
		return ofd.Box{X: min(o.X, o.X+o.W), Y: min(o.Y, o.Y+o.H), W: math.Abs(o.W), H: math.Abs(o.H)}
	default:
		return ofd.Box{X: o.X, Y: o.Y, W: o.W, H: o.H}
	}
}

// farthest is how far from the corner of the page anything may be, in millimetres.
const farthest = 5000

func finite(o catalog.FaceObject) bool {
	all := []float64{o.X, o.Y, o.W, o.H, o.Size, o.Stroke}
	for _, c := range o.Columns {
		all = append(all, c.W)
	}
	for _, v := range all {
		if math.IsNaN(v) || math.Abs(v) > farthest {
			return false
		}
	}
	if o.Alpha < 0 || o.Alpha > 255 {
		return false
	}
	return o.Lines >= 0 && o.Lines <= 200 && o.W*o.H >= -1e7 && o.Size >= 0
}

// required looks for required fields that stand nowhere on the face and are not excused.
func (g *gate) required() {
	on := map[string]bool{}
	for _, o := range g.t.Face.Objects {
		name, _, _ := strings.Cut(o.Field, ":")
		on[name] = true
		for _, c := range o.Columns {
			on[c.Field] = true
		}
	}
	for i, f := range g.t.Fields {
		if f.Required && !on[f.Name] && strings.TrimSpace(f.OffFace) == "" {
			g.found = append(g.found, catalog.Finding{Path: fmt.Sprintf("fields[%d].offFace", i), Code: "face.field-missing",
				Args: map[string]string{"label": f.Label}, Field: f.Name, Object: -1})
		}
	}
}

// safeName is a field's name fit for words: names that are none are not repeated.
func safeName(name string) string {
	if len(name) > 32 || strings.Trim(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_:") != "" {
		return "?"
	}
	return name
}
