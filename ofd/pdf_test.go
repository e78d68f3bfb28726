package ofd_test

import (
	"bytes"
	"compress/zlib"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/yinxin-org/yinxin/ofd"
)

// content gives the first stream of a PDF, which is its page.
func content(t *testing.T, pdf []byte) string {
	t.Helper()
	_, after, ok := bytes.Cut(pdf, []byte("stream\n"))
	if !ok {
		t.Fatal("a PDF without a stream")
	}
	z, err := zlib.NewReader(bytes.NewReader(after))
	if err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(z)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestPDFDrawsWhatSVGDraws(t *testing.T) {
	t.Parallel()
	made := time.Date(2026, 11, 25, 4, 0, 0, 0, time.UTC)
	p := build(t, copied(t))
	d, err := p.Render(0, ofd.RenderOptions{Stamps: []ofd.Stamp{{Box: ofd.Box{X: 200, Y: 120, W: 42, H: 42}, Image: portrait(t)}}})
	if err != nil {
		t.Fatal(err)
	}
	info := ofd.PDFInfo{Title: "副本", Keywords: "yinxin:abc", Made: made}
	pdf, err := d.PDF(info)
	if err != nil {
		t.Fatal(err)
	}
	again, err := d.PDF(info)
	if err != nil || !bytes.Equal(pdf, again) {
		t.Errorf("the same drawing gives other bytes (%v)", err)
	}
	if !bytes.HasPrefix(pdf, []byte("%PDF-1.")) || !bytes.Contains(pdf, []byte("yinxin:abc")) || !bytes.Contains(pdf, []byte("D:20261125040000")) {
		t.Errorf("%.200q", pdf)
	}
	page := content(t, pdf)
	svg := string(d.SVG())
	if fills, uses := strings.Count(page, "\nf\n")+strings.Count(page, "\nf*\n"), strings.Count(svg, `<use href="#g`); fills < uses {
		t.Errorf("the PDF fills %d paths, the SVG has %d glyphs", fills, uses)
	}
	if pictures := strings.Count(page, " Do "); pictures != strings.Count(svg, `<use href="#i`) {
		t.Errorf("the PDF draws %d pictures, the SVG %d", pictures, strings.Count(svg, `<use href="#i`))
	}
	if strings.Contains(page, "NaN") || strings.Contains(page, "Inf") {
		t.Error("a number that is none")
	}
}
