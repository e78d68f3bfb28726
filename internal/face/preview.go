package face

import (
	"errors"
	"fmt"
	"math"
	"strings"
	"time"

	"github.com/yinxin-org/yinxin/internal/catalog"
	"github.com/yinxin-org/yinxin/ofd"
)

// Preview draws a face with values as the license file will show it, and the places of seals as dashed boxes. What
// cannot be drawn is left out or shown running over, and told in the findings. A face without objects is an empty
// page; one without size gives no picture.
func (d *Drawer) Preview(t *catalog.Type, values map[string]string) (svg []byte, found []catalog.Finding, err error) {
	f := t.Face
	if f.Width <= 0 || f.Height <= 0 || math.Max(f.Width, f.Height) > 2000 {
		return nil, []catalog.Finding{{Path: "face", Code: "type.page", Object: -1}}, nil
	}
	if heavy(t, values) {
		return nil, []catalog.Finding{tooHeavy}, nil
	}
	in := Input{Values: values, Code: sampleCode}
	doc := &ofd.Document{ID: "00000000000000000000000000000000", Title: t.Name, Created: time.Unix(0, 0), Fonts: d.fonts,
		Pages: []ofd.Page{{Width: f.Width, Height: f.Height}}}
	if !plainText(t.Name) {
		doc.Title = ""
	}
	var marks []ofd.Object
	for i, o := range f.Objects {
		if !finite(o) {
			found = append(found, catalog.Finding{Path: fmt.Sprintf("face.objects[%d]", i), Code: "face.number", Object: i})
			continue
		}
		drawn, err := d.draw(t, o, in)
		found = append(found, problem(i, o.Field, err)...)
		if r, ok := d.undrawable(drawn); ok {
			found = append(found, catalog.Finding{Path: fmt.Sprintf("face.objects[%d]", i), Code: "face.glyph",
				Args: map[string]string{"char": fmt.Sprintf("U+%04X", r)}, Field: o.Field, Object: i})
			drawn = d.without(drawn)
		}
		doc.Pages[0].Content = append(doc.Pages[0].Content, drawn...)
		if o.Kind == "seal" {
			marks = append(marks, d.sealPlace(t, o)...)
		}
	}
	doc.Pages[0].Content = append(doc.Pages[0].Content, marks...)
	p, err := ofd.Build(doc)
	if err != nil {
		return nil, nil, fmt.Errorf("draw preview: %w", err)
	}
	svg, err = p.SVG(0)
	if e, ok := errors.AsType[*ofd.FormatError](err); ok && e.Rule == "limit" {
		return nil, []catalog.Finding{tooHeavy}, nil
	}
	return svg, found, err
}

// without leaves the characters out that cannot be drawn.
func (d *Drawer) without(drawn []ofd.Object) []ofd.Object {
	var out []ofd.Object
	for _, x := range drawn {
		text, ok := x.(ofd.Text)
		if !ok {
			out = append(out, x)
			continue
		}
		text.Value, text.Tag = strings.Map(func(r rune) rune {
			if covers(d.fonts[text.Font], r) {
				return r
			}
			return '　'
		}, text.Value), ""
		out = append(out, text)
	}
	return out
}

var sealInk = ofd.RGB{R: 0xB4, G: 0x1E, B: 0x1E}

// sealPlace marks where a seal will stand: a dashed box with the seal's name.
func (d *Drawer) sealPlace(t *catalog.Type, o catalog.FaceObject) []ofd.Object {
	if o.W <= 0 || o.H <= 0 {
		return nil
	}
	out := []ofd.Object{dashed(o)}
	name := fmt.Sprintf("印章%d", o.Step)
	for _, s := range t.Seals {
		if s.Step == o.Step && s.Name != "" && plainText(s.Name) {
			name = s.Name
		}
	}
	label := catalog.FaceObject{Kind: "text", X: o.X + 1, Y: o.Y + o.H/2, W: o.W - 2, Size: min(3, o.H/4), Align: "center", Lines: 3, Font: "sans", Color: "#B41E1E"}
	drawn, _ := d.lines(label, name, "") // a name that runs over is shown running over
	return append(out, d.without(drawn)...)
}

// dashed is the outline of a box in strokes of two millimetres, longer ones for a large box.
func dashed(o catalog.FaceObject) ofd.Path {
	dash := max(2, (o.W+o.H)/200)
	var segs []ofd.Seg
	side := func(x, y, dx, dy, length float64) {
		for at := 0.0; at < length; at += 2 * dash {
			end := min(at+dash, length)
			segs = append(segs, ofd.Line(x+dx*at, y+dy*at, x+dx*end, y+dy*end)...)
		}
	}
	side(o.X, o.Y, 1, 0, o.W)
	side(o.X, o.Y+o.H, 1, 0, o.W)
	side(o.X, o.Y, 0, 1, o.H)
	side(o.X+o.W, o.Y, 0, 1, o.H)
	return ofd.Path{Data: segs, Stroke: &sealInk, LineWidth: 0.25}
}

// plainText: XML can carry it.
func plainText(s string) bool {
	for _, r := range s {
		if r < ' ' || r == 0xFFFD || r == 0xFFFE || r == 0xFFFF {
			return false
		}
	}
	return true
}
