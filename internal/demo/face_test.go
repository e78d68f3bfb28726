package demo_test

import (
	"strings"
	"testing"

	"github.com/yinxin-org/yinxin/internal/catalog"
	"github.com/yinxin-org/yinxin/internal/demo"
	"github.com/yinxin-org/yinxin/ofd"
	"github.com/yinxin-org/yinxin/ofd/font"
)

// mostShrink is how far a value of the demonstration may shrink to fit its place on a face; beyond it the
// face looks crowded.
const mostShrink = 0.75

func fonts(t *testing.T) (serif, sans *ofd.Font) {
	t.Helper()
	serif, err := font.Serif()
	if err != nil {
		t.Fatal(err)
	}
	sans, err = font.Sans()
	if err != nil {
		t.Fatal(err)
	}
	return serif, sans
}

func TestValuesFitTheirPlaces(t *testing.T) {
	t.Parallel()
	c := load(t)
	serif, sans := fonts(t)
	for _, l := range c.Licenses {
		typ, ok := typeOf(c, l.Type)
		if !ok {
			t.Fatalf("type %s is unknown", l.Type)
		}
		for _, o := range typ.Face.Objects {
			if o.Kind != "field" {
				continue
			}
			f := serif
			if o.Font == "sans" {
				f = sans
			}
			value := shownBy(c, l, o)
			// A tenth of the room of several lines is lost where they break.
			room := o.W
			if o.Lines > 1 {
				room = o.W * float64(o.Lines) * 0.9
			}
			if width := ofd.TextWidth(f, value, o.Size); width*mostShrink > room {
				t.Errorf("%s: %s is %.1f mm wide and has %.1f: %s", typ.Name, o.Field, width, room, value)
			}
		}
	}
}

// shownBy is the value of a field object, without the numbers that are given later.
func shownBy(c *demo.City, l demo.License, o catalog.FaceObject) string {
	name, part, _ := strings.Cut(o.Field, ":")
	switch {
	case name == "CZZT" || name == "CZZTDM":
		var all []string
		for _, code := range l.Holders {
			h, _ := c.Holder(code)
			if name == "CZZT" {
				all = append(all, h.Name)
			} else {
				all = append(all, h.Code)
			}
		}
		return strings.Join(all, "、")
	case name == "ZZBFJG":
		u, _ := c.Unit(l.Issuer)
		return u.Name
	case part == "Y":
		return l.Fields[name][:4]
	case part != "":
		return l.Fields[name][:2]
	case strings.HasSuffix(name, "RQ"):
		return "2026年12月31日"
	}
	return l.Fields[name]
}

// Fixed words must fit too: a text with a width is one line.
func TestWordsFitTheirPlaces(t *testing.T) {
	t.Parallel()
	serif, sans := fonts(t)
	for _, typ := range load(t).Types {
		for _, o := range typ.Face.Objects {
			f := serif
			if o.Font == "sans" {
				f = sans
			}
			if o.Kind == "text" && o.W > 0 && ofd.TextWidth(f, o.Text, o.Size) > o.W {
				t.Errorf("%s: %q is wider than its place", typ.Name, o.Text)
			}
		}
	}
}

func TestFontsCoverTheDemonstration(t *testing.T) {
	t.Parallel()
	all, err := demo.Characters()
	if err != nil {
		t.Fatal(err)
	}
	serif, sans := fonts(t)
	for _, r := range all {
		for _, f := range []*ofd.Font{serif, sans} {
			if !f.Covers(r) && (f.Fallback == nil || !f.Fallback.Covers(r)) {
				t.Errorf("%s cannot draw %q (U+%04X)", f.Name, r, r)
			}
		}
	}
}
