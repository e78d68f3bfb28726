package ofd_test

import (
	"bytes"
	"image/png"
	"strings"
	"testing"

	"github.com/yinxin-org/yinxin/ofd"
)

func TestStackShowsEveryPage(t *testing.T) {
	t.Parallel()
	doc := several(t)
	doc.Pages[1].Content = append(doc.Pages[1].Content, ofd.Path{Data: ofd.Rect(ofd.Box{X: 100, Y: 100, W: 20, H: 20}), Fill: &ink})
	p := build(t, doc)
	pages, err := p.RenderAll(ofd.RenderOptions{})
	if err != nil {
		t.Fatal(err)
	}
	all := ofd.Stack(pages)
	if all.Width != 297 || all.Height != 210+4+297+4+210 {
		t.Fatalf("the sheet is %v × %v", all.Width, all.Height)
	}
	if svg := string(all.SVG()); strings.Count(svg, "统一社会信用代码") != 2 || !strings.Contains(svg, "续页") {
		t.Error("text of a page cannot be found in the picture")
	}
	data, err := all.PNG(2)
	if err != nil {
		t.Fatal(err)
	}
	img, err := png.Decode(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	if inkIn(img, 2, ofd.Box{X: 101, Y: 214 + 101, W: 18, H: 18}) < 30*30 {
		t.Error("the second page is not below the first")
	}
	if again, err := pages[0].PNG(2); err != nil {
		t.Error(err)
	} else if first, err := p.PNG(0, 2); err != nil || !bytes.Equal(first, again) {
		t.Errorf("a page changed by being stacked, %v", err)
	}
	if ofd.Stack(pages[:1]) != pages[0] {
		t.Error("one page is not itself")
	}
}
