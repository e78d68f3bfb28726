package ofd_test

import (
	"fmt"
	"log"
	"strings"
	"time"

	"github.com/yinxin-org/yinxin/ofd"
	"github.com/yinxin-org/yinxin/ofd/font"
)

// license is the document that the examples use.
func license() *ofd.Document {
	serif, err := font.Serif()
	if err != nil {
		log.Fatal(err)
	}
	return &ofd.Document{
		ID: "0f3a5c7e9b1d2f4a6c8e0a1b3c5d7e9f", Title: "食品经营许可证",
		Created: time.Date(2026, 3, 9, 0, 0, 0, 0, time.UTC),
		Meta:    []ofd.Meta{{Name: "CZZT", Value: "榕城小吃店"}},
		Fonts:   []*ofd.Font{serif},
		Pages: []ofd.Page{{Width: 210, Height: 297, Content: []ofd.Object{
			ofd.Text{X: 40, Y: 60, Size: 6, Value: "榕城小吃店", Tag: "CZZT"},
			ofd.QR{X: 150, Y: 40, W: 30, Value: "https://example.org/v/7KQ2M9XW4B"},
		}}},
		Attachments: []ofd.Attachment{{Name: "license.json", Format: "json", Data: []byte(`{"CZZT":"榕城小吃店"}`)}},
	}
}

// A license is built from a page description and read back.
func Example() {
	built, err := ofd.Build(license())
	if err != nil {
		log.Fatal(err)
	}
	file, err := built.Bytes()
	if err != nil {
		log.Fatal(err)
	}
	p, err := ofd.Read(file, ofd.Limits{})
	if err != nil {
		log.Fatal(err)
	}
	info, err := p.Info()
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(info.Title, info.Value("CZZT"), info.Pages[0].Width)
	fmt.Println(info.Tags["CZZT"], string(info.Attachments[0].Data))
	// Output:
	// 食品经营许可证 榕城小吃店 210
	// 榕城小吃店 {"CZZT":"榕城小吃店"}
}

// What all licenses of a type share is worked out once; each license then costs
// only what differs.
func ExampleCompile() {
	first := license()
	face := &ofd.TemplatePage{Objects: []ofd.Object{
		ofd.Path{Data: ofd.Rect(ofd.Box{X: 10, Y: 10, W: 190, H: 277}), Stroke: &ofd.RGB{R: 0xB0, G: 0x8A, B: 0x3E}},
		ofd.Text{X: 63, Y: 40, Size: 12, Value: "食品经营许可证"},
	}}
	compiled, err := ofd.Compile(first.Fonts, face)
	if err != nil {
		log.Fatal(err)
	}
	for _, holder := range []string{"榕城小吃店", "临江茶馆"} {
		doc := license()
		doc.Pages[0].Template = face
		doc.Pages[0].Content = []ofd.Object{ofd.Text{X: 40, Y: 60, Size: 6, Value: holder, Tag: "CZZT"}}
		p, err := compiled.Build(doc)
		if err != nil {
			log.Fatal(err)
		}
		info, err := p.Info()
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(info.Pages[0].TemplateText, info.Pages[0].Text)
	}
	// Output:
	// 食品经营许可证 榕城小吃店
	// 食品经营许可证 临江茶馆
}

// A character that no font can draw is found before anything is issued.
func ExampleMissingGlyph() {
	doc := license()
	doc.Pages[0].Content = []ofd.Object{ofd.Text{X: 40, Y: 60, Size: 6, Value: "店\U0010FFFD"}}
	_, err := ofd.Build(doc)
	fmt.Println(err)
	// Output: ofd: font Noto Serif SC cannot draw U+10FFFD
}

// Pages are drawn as SVG, PNG or PDF. A masked value leaves no trace in the
// picture.
func ExamplePackage_Render() {
	p, err := ofd.Build(license())
	if err != nil {
		log.Fatal(err)
	}
	page, err := p.Render(0, ofd.RenderOptions{Mask: func(tag, value string) string {
		if tag == "CZZT" {
			return "榕***店"
		}
		return value
	}})
	if err != nil {
		log.Fatal(err)
	}
	svg := string(page.SVG())
	fmt.Println(page.Width, page.Height, len(page.Missing))
	fmt.Println(strings.Contains(svg, "榕***店"), strings.Contains(svg, "小吃"))

	pdf, err := ofd.PDF([]*ofd.Drawing{page}, ofd.PDFInfo{Title: "副本"})
	fmt.Println(string(pdf[:8]), err)
	// Output:
	// 210 297 0
	// true false
	// %PDF-1.7 <nil>
}

// An annotated copy is good for one use. It is derived from the original, which
// stays as it is; its maker's seal goes where NoteSeal says.
func ExamplePackage_Annotate() {
	original, err := ofd.Build(license())
	if err != nil {
		log.Fatal(err)
	}
	made := time.Date(2026, 3, 10, 9, 0, 0, 0, time.UTC)
	copied, err := original.Annotate(ofd.Note{
		ID: "1f3a5c7e9b1d2f4a6c8e0a1b3c5d7e9f", Created: made, Expires: made.AddDate(0, 1, 0),
		User: "榕城市行政审批局", Purpose: "办理“食品经营许可变更”", Verdict: "有效", Font: license().Fonts[0],
	})
	if err != nil {
		log.Fatal(err)
	}
	info, err := copied.Info()
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(info.Value("JZJZZZ"), info.Value("JZJZZSY"), info.Value("JZJYXQJZSJ"))
	fmt.Println(info.Pages[0].Text, info.Pages[0].Height, ofd.NoteSeal(info.Pages[0]))
	// Output:
	// 榕城市行政审批局 办理“食品经营许可变更” 20260410170000
	// 榕城小吃店 323 182 299 22 22
}
