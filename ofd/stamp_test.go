package ofd_test

import (
	"strings"
	"testing"

	"github.com/yinxin-org/yinxin/ofd"
)

// Seals come as pictures of any kind; on a copy all are seen, those that cannot be opened as a frame.
func TestAnnotateDrawsStamps(t *testing.T) {
	t.Parallel()
	red := ofd.RGB{R: 200}
	nested := packed(t, build(t, page(t, ofd.Path{Data: ofd.Rect(ofd.Box{X: 0, Y: 0, W: 30, H: 20}), Fill: &red})))
	for name, c := range map[string]struct {
		image []byte
		clip  *ofd.Box
		want  int // dark pixels of 40 × 40 mm at 2 pixels a millimetre
	}{
		"PNG":             {portrait(t), nil, 6400},
		"half of it":      {portrait(t), &ofd.Box{W: 20, H: 40}, 3200},
		"nothing of it":   {portrait(t), &ofd.Box{X: 50, W: 20, H: 40}, 0},
		"damaged":         {[]byte("\x89PNG\r\n\x1a\nno"), &ofd.Box{W: 40, H: 40}, 0},
		"unknown":         {[]byte("<svg/>"), nil, 0},
		"package":         {nested, nil, 400},
		"package, broken": {[]byte("PK\x03\x04"), nil, 0},
	} {
		n := note(t)
		n.Stamps = []ofd.Stamp{{Box: ofd.Box{X: 10, Y: 100, W: 40, H: 40}, Clip: c.clip, Image: c.image}}
		p, err := build(t, sample(t)).Annotate(n)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		plain, err := build(t, sample(t)).Annotate(note(t))
		if err != nil {
			t.Fatal(err)
		}
		at := ofd.Box{X: 10, Y: 100, W: 40, H: 40}
		more := inkIn(pageRaster(t, p, 0, 2), 2, at) - inkIn(pageRaster(t, plain, 0, 2), 2, at)
		if more < c.want*4/5 {
			t.Errorf("%s: %d pixels more, want about %d", name, more, c.want)
		}
		if c.want == 0 {
			annots, _ := p.Entry("Doc_0/Annots/Page_0/Annotation.xml")
			if !strings.Contains(string(annots), `Value="192 0 0"`) {
				t.Errorf("%s: no frame stands for the seal", name)
			}
		}
	}
}
