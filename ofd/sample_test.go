package ofd_test

import (
	"bytes"
	"flag"
	"image"
	"image/color"
	"image/png"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/yinxin-org/yinxin/ofd"
	"github.com/yinxin-org/yinxin/ofd/font"
)

var update = flag.Bool("update", false, "write the golden files")

var (
	ink  = ofd.RGB{R: 0x1F, G: 0x23, B: 0x28}
	gold = ofd.RGB{R: 0xB0, G: 0x8A, B: 0x3E}
	blue = ofd.RGB{R: 0x0B, G: 0x4F, B: 0x8A}
)

// sample is a license with everything in it: two fonts and the fallback, a
// character outside the BMP, tags, picture, code, attachment and permissions.
func sample(t testing.TB) *ofd.Document {
	t.Helper()
	serif, err := font.Serif()
	if err != nil {
		t.Fatal(err)
	}
	sans, err := font.Sans()
	if err != nil {
		t.Fatal(err)
	}
	return &ofd.Document{
		ID: "0f3a5c7e9b1d2f4a6c8e0a1b3c5d7e9f", Title: "食品经营许可证", Author: "榕城市市场监督管理局",
		Creator: "Yinxin", Created: time.Date(2026, 3, 9, 10, 30, 20, 0, time.UTC),
		Meta:               []ofd.Meta{{Name: "ZZMC", Value: "食品经营许可证"}, {Name: "CZZT", Value: "欧阳𬱖记 <小吃> & 饮品店"}},
		Fonts:              []*ofd.Font{serif, sans},
		Pages:              []ofd.Page{{Width: 297, Height: 210, Template: &ofd.TemplatePage{Objects: face()}, Content: values(t)}},
		Attachments:        []ofd.Attachment{{Name: "license.json", Format: "json", Data: []byte(`{"CZZT":"欧阳𬱖记"}`)}},
		Permissions:        &ofd.Permissions{Export: true, Signature: true, Print: true, Copies: -1},
		SignaturesExpected: 2,
	}
}

func face() []ofd.Object {
	return []ofd.Object{
		ofd.Path{Data: ofd.Rect(ofd.Box{X: 10, Y: 10, W: 277, H: 190}), Stroke: &gold, LineWidth: 1.2},
		ofd.Path{Data: ofd.Rect(ofd.Box{X: 12.5, Y: 12.5, W: 272, H: 185}), Stroke: &gold, LineWidth: 0.3},
		ofd.Text{X: 148.5 - 4.5*14, Y: 48, Size: 14, Font: 1, Color: ink, Value: "食品经营许可证", Spacing: 4},
		ofd.Text{X: 40, Y: 80, Size: 6, Color: ink, Value: "经营者名称"},
		ofd.Text{X: 40, Y: 95, Size: 6, Color: ink, Value: "统一社会信用代码"},
		ofd.Text{X: 40, Y: 110, Size: 6, Color: ink, Value: "经营场所"},
	}
}

func values(t testing.TB) []ofd.Object {
	t.Helper()
	return []ofd.Object{
		ofd.Text{X: 100, Y: 80, Size: 6, Value: "欧阳𬱖记 <小吃> & 饮品店", Tag: "CZZT"},
		ofd.Text{X: 100, Y: 95, Size: 6, Value: "92350102MA8T3Q6R5K", Tag: "CZZTDM"},
		ofd.Text{X: 100, Y: 110, Size: 6, Value: "榕城市临江区八一七路㛃䶮巷1号·陳宅", Tag: "JYCS"},
		ofd.Image{X: 40, Y: 130, W: 25, H: 35, Data: portrait(t)},
		ofd.QR{X: 230, Y: 130, W: 30, Value: "https://yinxin.example/v/7KQ2M9XW4B", Color: blue},
	}
}

// portrait is a small deterministic picture.
func portrait(t testing.TB) []byte {
	t.Helper()
	img := image.NewNRGBA(image.Rect(0, 0, 50, 70))
	for y := range 70 {
		for x := range 50 {
			img.Set(x, y, color.NRGBA{uint8(90 + x), uint8(140 + y), 200, 255})
		}
	}
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// copied is the sample as an annotated copy.
func copied(t testing.TB) *ofd.Document {
	t.Helper()
	doc := sample(t)
	doc.SignaturesExpected = 0
	for y := 60.0; y < 200; y += 55 {
		doc.Pages[0].Annots = append(doc.Pages[0].Annots,
			ofd.Text{X: 50, Y: y + 25, Size: 9, Font: 1, Color: blue, Alpha: 0.16, Rotate: -20, Value: "仅供办理“食品经营许可变更”使用 2026-03-09"})
	}
	return doc
}

func build(t testing.TB, doc *ofd.Document) *ofd.Package {
	t.Helper()
	p, err := ofd.Build(doc)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func packed(t testing.TB, p *ofd.Package) []byte {
	t.Helper()
	b, err := p.Bytes()
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// golden compares got with a file under testdata; -update writes it.
func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("%s differs from the golden file; run with -update and look at the difference\ngot:\n%.2000s", name, got)
	}
}
