package ofd_test

import (
	"bytes"
	"encoding/xml"
	"errors"
	"image"
	"image/png"
	"io"
	"strings"
	"testing"

	"github.com/makiuchi-d/gozxing"
	"github.com/makiuchi-d/gozxing/qrcode"

	"github.com/yinxin-org/yinxin/ofd"
)

func raster(t testing.TB, p *ofd.Package, scale float64, stamps ...ofd.Stamp) image.Image {
	t.Helper()
	data, err := p.PNG(0, scale, stamps...)
	if err != nil {
		t.Fatal(err)
	}
	img, err := png.Decode(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	return img
}

// page is a small document with these objects, without template.
func page(t testing.TB, objects ...ofd.Object) *ofd.Document {
	t.Helper()
	doc := sample(t)
	doc.Attachments = nil
	doc.Pages = []ofd.Page{{Width: 60, Height: 40, Content: objects}}
	return doc
}

// inkIn counts the pixels of a box, in millimetres, that are darker than paper.
func inkIn(img image.Image, scale float64, b ofd.Box) int {
	n := 0
	for y := int(b.Y * scale); y < int((b.Y+b.H)*scale); y++ {
		for x := int(b.X * scale); x < int((b.X+b.W)*scale); x++ {
			if r, g, bl, _ := img.At(x, y).RGBA(); r+g+bl < 3*0xC000 {
				n++
			}
		}
	}
	return n
}

func TestSVGIsGolden(t *testing.T) {
	t.Parallel()
	svg, err := build(t, copied(t)).SVG(0)
	if err != nil {
		t.Fatal(err)
	}
	golden(t, "copy.svg", svg)
}

// An SVG served as a picture must not carry script, links or loads, whatever
// the file says.
func TestSVGIsSafe(t *testing.T) {
	t.Parallel()
	doc := copied(t)
	doc.Title = `</title><script>alert(1)</script><![CDATA[ "onload=`
	svg, err := reread(t, build(t, doc)).SVG(0, ofd.Stamp{Box: ofd.Box{X: 200, Y: 120, W: 42, H: 42}, Image: portrait(t)})
	if err != nil {
		t.Fatal(err)
	}
	allowed := map[string]bool{"svg": true, "title": true, "defs": true, "path": true, "rect": true, "use": true, "image": true, "g": true, "clipPath": true, "text": true}
	d := xml.NewDecoder(bytes.NewReader(svg))
	for {
		tok, err := d.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		el, ok := tok.(xml.StartElement)
		if !ok {
			continue
		}
		if !allowed[el.Name.Local] {
			t.Errorf("element %s", el.Name.Local)
		}
		for _, a := range el.Attr {
			if strings.HasPrefix(strings.ToLower(a.Name.Local), "on") || a.Name.Local == "style" {
				t.Errorf("attribute %s", a.Name.Local)
			}
			if a.Name.Local == "href" && !strings.HasPrefix(a.Value, "#") && !strings.HasPrefix(a.Value, "data:image/png;base64,") {
				t.Errorf("link to %.40s", a.Value)
			}
		}
	}
}

// A hostile page cannot smuggle markup through colours, ids or numbers.
func TestSVGFromHostilePage(t *testing.T) {
	t.Parallel()
	page := `<Page><Content><Layer>` +
		`<PathObject ID='"/&gt;&lt;script/&gt;' Boundary="0 0 5 5" Fill="true" LineWidth="1&quot;/>"><FillColor Value="&lt;script&gt; 1 2" Alpha="x"/>` +
		`<AbbreviatedData>M 0 0 L 1 NaN L 1e300 1 &lt;script/&gt; C</AbbreviatedData></PathObject>` +
		`<PathObject Boundary="NaN Inf 1 1" CTM="1e308 0 0 1e308 0 0"><AbbreviatedData>M 1 1 L 2 2</AbbreviatedData></PathObject>` +
		`</Layer></Content></Page>`
	p, err := ofd.Read(zipped(t, replaced("Doc_0/P.xml", page)), ofd.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	svg, err := p.SVG(0)
	if err != nil {
		t.Fatal(err)
	}
	if bytes.Contains(svg, []byte("script")) || bytes.Contains(svg, []byte("NaN")) || bytes.Contains(svg, []byte("Inf")) {
		t.Errorf("%s", svg)
	}
	if _, err := p.PNG(0, 2); err != nil {
		t.Error(err)
	}
}

func TestRasterShowsTextWhereItStands(t *testing.T) {
	t.Parallel()
	doc := page(t,
		ofd.Text{X: 5, Y: 15, Size: 10, Value: "国𬱖"},
		ofd.Text{X: 50, Y: 10, Size: 10, Value: "国", Rotate: 90})
	img := raster(t, reread(t, build(t, doc)), 8)
	for name, c := range map[string]struct {
		box  ofd.Box
		want bool
	}{
		"first":             {ofd.Box{X: 5, Y: 6, W: 10, H: 10}, true},
		"outside the BMP":   {ofd.Box{X: 15, Y: 6, W: 10, H: 10}, true},
		"after the end":     {ofd.Box{X: 26, Y: 0, W: 20, H: 40}, false},
		"turned, below":     {ofd.Box{X: 49, Y: 11, W: 9, H: 9}, true},
		"above the turned":  {ofd.Box{X: 47, Y: 0, W: 13, H: 9}, false},
		"under the letters": {ofd.Box{X: 0, Y: 18, W: 40, H: 20}, false},
	} {
		if n := inkIn(img, 8, c.box); (n > 20) != c.want {
			t.Errorf("%s: %d dark pixels", name, n)
		}
	}
}

func TestQRCanBeScanned(t *testing.T) {
	t.Parallel()
	const want = "https://yinxin.example/v/7KQ2M9XW4B?a=1&b=%E8%AF%81"
	img := raster(t, build(t, page(t, ofd.QR{X: 10, Y: 5, W: 30, Value: want})), 10)
	bitmap, err := gozxing.NewBinaryBitmapFromImage(img)
	if err != nil {
		t.Fatal(err)
	}
	got, err := qrcode.NewQRCodeReader().Decode(bitmap, nil)
	if err != nil {
		t.Fatal(err)
	}
	if got.GetText() != want {
		t.Errorf("scanned %q", got.GetText())
	}
}

func TestStampAndClip(t *testing.T) {
	t.Parallel()
	doc := page(t)
	p := build(t, doc)
	full := ofd.Stamp{Box: ofd.Box{X: 10, Y: 10, W: 20, H: 20}, Image: portrait(t)}
	half := full
	half.Clip = &ofd.Box{X: 0, Y: 0, W: 10, H: 20}
	other := full
	other.Page = 1
	left, right := ofd.Box{X: 11, Y: 11, W: 8, H: 18}, ofd.Box{X: 21, Y: 11, W: 8, H: 18}
	for name, c := range map[string]struct {
		stamp       ofd.Stamp
		left, right bool
	}{"whole": {full, true, true}, "clipped": {half, true, false}, "other page": {other, false, false}} {
		img := raster(t, p, 4, c.stamp)
		if l, r := inkIn(img, 4, left) > 100, inkIn(img, 4, right) > 100; l != c.left || r != c.right {
			t.Errorf("%s: left %v, right %v", name, l, r)
		}
		svg, err := p.SVG(0, c.stamp)
		if err != nil {
			t.Fatal(err)
		}
		if bytes.Contains(svg, []byte("clip-path")) != (c.stamp.Clip != nil) {
			t.Errorf("%s: clip in SVG", name)
		}
	}
}

func TestForeignTextNeedsAFallback(t *testing.T) {
	t.Parallel()
	p, err := ofd.Read(zipped(t, plain()), ofd.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	serif := sample(t).Fonts[0]
	for name, c := range map[string]struct {
		font *ofd.Font
		want bool
	}{"without": {nil, false}, "with": {serif, true}} {
		d, err := p.Render(0, ofd.RenderOptions{Fallback: c.font})
		if err != nil {
			t.Fatal(err)
		}
		if got := bytes.Contains(d.SVG(), []byte("<use")); got != c.want {
			t.Errorf("%s: drawn = %v", name, got)
		}
	}
}

func TestRenderBounds(t *testing.T) {
	t.Parallel()
	p := build(t, page(t))
	if _, err := p.SVG(1); rule(err) != "missing" {
		t.Errorf("page 1: %v", err)
	}
	if _, err := p.PNG(0, 1000); rule(err) != "limit" {
		t.Errorf("huge: %v", err)
	}
	flood := `<Page><Content><Layer><PathObject Boundary="0 0 1 1"><AbbreviatedData>M 0 0` + strings.Repeat(" L 1 1", 1_100_000) + `</AbbreviatedData></PathObject>` +
		`<PathObject Boundary="0 0 1 1"><AbbreviatedData>M 0 0 L 1 1</AbbreviatedData></PathObject></Layer></Content></Page>`
	hostile, err := ofd.Read(zipped(t, replaced("Doc_0/P.xml", flood)), ofd.Limits{MaxRatio: 5000})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := hostile.SVG(0); rule(err) != "limit" {
		t.Errorf("flood: %v", err)
	}
}

func BenchmarkSVG(b *testing.B) {
	p := build(b, copied(b))
	for b.Loop() {
		if _, err := p.SVG(0); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkPNG(b *testing.B) {
	p := build(b, copied(b))
	for b.Loop() {
		if _, err := p.PNG(0, 3); err != nil {
			b.Fatal(err)
		}
	}
}
