package ofd_test

import (
	"bytes"
	"encoding/xml"
	"errors"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"io"
	"testing"

	"golang.org/x/image/bmp"

	"github.com/yinxin-org/yinxin/ofd"
)

// drawn draws a package in every form: whatever it holds, the forms are sound or
// an error says why not.
func drawn(t *testing.T, p *ofd.Package, o ofd.RenderOptions) {
	t.Helper()
	pages, err := p.RenderAll(o)
	if err != nil {
		soundError(t, err)
		return
	}
	for _, d := range pages {
		dec := xml.NewDecoder(bytes.NewReader(d.SVG()))
		for {
			if _, err := dec.Token(); errors.Is(err, io.EOF) {
				break
			} else if err != nil {
				t.Fatalf("SVG: %v", err)
			}
		}
		if _, err := d.PNG(min(1, 400/d.Width, 400/d.Height)); err != nil {
			soundError(t, err)
		}
	}
	pdf, err := ofd.PDF(pages, ofd.PDFInfo{})
	if err != nil {
		soundError(t, err)
		return
	}
	if bytes.Contains(pdf, []byte("NaN")) {
		t.Error("PDF: a number that is none")
	}
}

func soundError(t *testing.T, err error) {
	t.Helper()
	if _, ok := errors.AsType[*ofd.FormatError](err); !ok {
		t.Errorf("error without a type: %v", err)
	}
}

// FuzzDraw draws pages and resources by anybody.
func FuzzDraw(f *testing.F) {
	f.Add(sheet, sheetRes)
	f.Add(`<TextObject ID="1" Boundary="0 0 9 9" Font="1" Size="5"><CGTransform CodePosition="0" CodeCount="3" GlyphCount="2"><Glyphs>4 3</Glyphs></CGTransform><TextCode X="1" Y="5" DeltaX="g 2 3">口品A</TextCode></TextObject>`, sheetRes)
	f.Add(`<CompositeObject ID="1" Boundary="0 0 9 9" ResourceID="5"/>`,
		`<Res BaseLoc="Res"><CompositeGraphicUnits><CompositeGraphicUnit ID="5"><Content><CompositeObject Boundary="0 0 9 9" ResourceID="5"/><CompositeObject Boundary="0 0 9 9" ResourceID="5"/></Content></CompositeGraphicUnit></CompositeGraphicUnits></Res>`)
	f.Add(`<PathObject Boundary="0 0 9 9" CTM="0 0 0 0 0 0" LineWidth="1e6" DashPattern="0 1e-9"><AbbreviatedData>M 0 0 L 1e6 1e6 C L 3 3</AbbreviatedData></PathObject>`, `<Res/>`)
	ttf, fallback := string(smallFont(f)), sample(f).Fonts[0]
	f.Fuzz(func(t *testing.T, objects, res string) {
		if len(objects) > 20_000 || len(res) > 20_000 {
			return
		}
		files := []file{
			{"OFD.xml", plainRoot},
			{"Doc_0/Document.xml", `<Document><CommonData><PageArea><PhysicalBox>0 0 120 80</PhysicalBox></PageArea><PublicRes>R.xml</PublicRes></CommonData><Pages><Page ID="1" BaseLoc="P.xml"/></Pages></Document>`},
			{"Doc_0/R.xml", res},
			{"Doc_0/P.xml", `<Page><Content><Layer>` + objects + `</Layer></Content></Page>`},
			{"Doc_0/Res/f.ttf", ttf},
		}
		p, err := ofd.Read(zipped(t, files), ofd.Limits{})
		if err != nil {
			return
		}
		drawn(t, p, ofd.RenderOptions{Fallback: fallback, Mask: func(_, value string) string { return value[:len(value)/2] }})
	})
}

// FuzzPicture draws pictures by anybody, as a stamp.
func FuzzPicture(f *testing.F) {
	img := image.NewPaletted(image.Rect(0, 0, 6, 6), []color.Color{color.White, color.Black})
	for _, encode := range []func(io.Writer) error{
		func(w io.Writer) error { return png.Encode(w, img) },
		func(w io.Writer) error { return jpeg.Encode(w, img, nil) },
		func(w io.Writer) error { return gif.Encode(w, img, nil) },
		func(w io.Writer) error { return bmp.Encode(w, img) },
	} {
		var b bytes.Buffer
		if err := encode(&b); err != nil {
			f.Fatal(err)
		}
		f.Add(b.Bytes())
	}
	f.Add(nestedSeal(f))
	f.Fuzz(func(t *testing.T, data []byte) {
		if len(data) > 100_000 {
			return
		}
		p, err := ofd.Read(zipped(t, plain()), ofd.Limits{})
		if err != nil {
			t.Fatal(err)
		}
		drawn(t, p, ofd.RenderOptions{Stamps: []ofd.Stamp{{Box: ofd.Box{X: 5, Y: 5, W: 30, H: 30}, Clip: &ofd.Box{W: 20, H: 30}, Image: data}}})
	})
}

// FuzzForeignFont draws with fonts by anybody.
func FuzzForeignFont(f *testing.F) {
	f.Add(cffFont(f))
	f.Add(smallFont(f))
	f.Fuzz(func(t *testing.T, font []byte) {
		if len(font) > 100_000 {
			return
		}
		drawn(t, foreign(t, `<TextObject ID="2" Boundary="2 2 50 30" Font="1" Size="20"><CGTransform CodePosition="1"><Glyphs>1</Glyphs></CGTransform><TextCode X="0" Y="20">A口</TextCode></TextObject>`, font), ofd.RenderOptions{})
	})
}
