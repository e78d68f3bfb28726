package ofd_test

import (
	"bytes"
	"compress/zlib"
	"encoding/hex"
	"image"
	"image/color"
	"image/png"
	"io"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode/utf16"

	"github.com/yinxin-org/yinxin/ofd"
)

var (
	pdfObject = regexp.MustCompile(`(?s)(\d+) 0 obj\n(.*?)\nendobj\n`)
	pdfLength = regexp.MustCompile(`/Length (\d+)>>\nstream\n`)
	pdfUse    = regexp.MustCompile(`/F(\d+) \S+ Tf|<([0-9A-F]{4})>`)
	pdfMap    = regexp.MustCompile(`<([0-9A-F]{4})> <([0-9A-F]+)>`)
)

// pdfFile is a PDF taken apart: the objects with their streams unpacked.
type pdfFile map[string]string

func takeApart(t *testing.T, pdf []byte) pdfFile {
	t.Helper()
	out := pdfFile{}
	for _, at := range regexp.MustCompile(`(?m)^(\d{10}) 00000 n `).FindAllSubmatch(pdf, -1) {
		from, err := strconv.Atoi(string(at[1]))
		if err != nil {
			t.Fatal(err)
		}
		m := pdfObject.FindSubmatch(pdf[from:])
		if m == nil || !bytes.HasPrefix(pdf[from:], m[0]) {
			t.Fatalf("no object at %d", from)
		}
		body := string(m[2])
		if l := pdfLength.FindStringSubmatchIndex(body); l != nil {
			n, err := strconv.Atoi(body[l[2]:l[3]])
			if err != nil {
				t.Fatal(err)
			}
			head, data := body[:l[1]], body[l[1]:][:n]
			if strings.Contains(head, "/FlateDecode") {
				z, err := zlib.NewReader(strings.NewReader(data))
				if err != nil {
					t.Fatal(err)
				}
				plain, err := io.ReadAll(z)
				if err != nil {
					t.Fatal(err)
				}
				data = string(plain)
			}
			body = head + data
		}
		out[string(m[1])] = body
	}
	return out
}

var pdfRef = regexp.MustCompile(`(\d+) 0 R`)

// refs lists the objects that one names under a key.
func (f pdfFile) refs(body, key string) []string {
	var out []string
	for _, m := range regexp.MustCompile(key+`\s*\[?((?:\d+ 0 R ?)+)`).FindAllStringSubmatch(body, -1) {
		for _, r := range pdfRef.FindAllStringSubmatch(m[1], -1) {
			out = append(out, r[1])
		}
	}
	return out
}

func (f pdfFile) pages() []string {
	for _, body := range f {
		if strings.HasPrefix(body, "<</Type/Pages") {
			return f.refs(body, "/Kids")
		}
	}
	return nil
}

// content is what a page draws.
func (f pdfFile) content(page string) string { return f[f.refs(f[page], "/Contents")[0]] }

// text reads the characters of a page as a reader does when it copies them.
func (f pdfFile) text(t *testing.T, page string) string {
	t.Helper()
	var out strings.Builder
	maps := map[string]map[string]string{}
	font := ""
	for _, m := range pdfUse.FindAllStringSubmatch(f.content(page), -1) {
		if m[1] != "" {
			font = m[1]
			continue
		}
		if maps[font] == nil {
			maps[font] = map[string]string{}
			for _, e := range pdfMap.FindAllStringSubmatch(f[f.refs(f[font], "/ToUnicode")[0]], -1) {
				b, err := hex.DecodeString(e[2])
				if err != nil {
					t.Fatal(err)
				}
				units := make([]uint16, len(b)/2)
				for i := range units {
					units[i] = uint16(b[2*i])<<8 | uint16(b[2*i+1])
				}
				maps[font][e[1]] = string(utf16.Decode(units))
			}
		}
		out.WriteString(maps[font][m[2]])
	}
	return out.String()
}

func drawAll(t testing.TB, p *ofd.Package, o ofd.RenderOptions) []*ofd.Drawing {
	t.Helper()
	pages, err := p.RenderAll(o)
	if err != nil {
		t.Fatal(err)
	}
	return pages
}

func writePDF(t testing.TB, pages []*ofd.Drawing, info ofd.PDFInfo) []byte {
	t.Helper()
	pdf, err := ofd.PDF(pages, info)
	if err != nil {
		t.Fatal(err)
	}
	return pdf
}

func TestPDFHoldsTextAndPictures(t *testing.T) {
	t.Parallel()
	made := time.Date(2026, 11, 25, 4, 0, 0, 0, time.UTC)
	p := build(t, copied(t))
	pages := drawAll(t, p, ofd.RenderOptions{Stamps: []ofd.Stamp{{Box: ofd.Box{X: 200, Y: 120, W: 42, H: 42}, Image: portrait(t)}}})
	info := ofd.PDFInfo{Title: "副本", Keywords: "yinxin:abc", Made: made}
	pdf := writePDF(t, pages, info)
	if again := writePDF(t, drawAll(t, p, ofd.RenderOptions{Stamps: []ofd.Stamp{{Box: ofd.Box{X: 200, Y: 120, W: 42, H: 42}, Image: portrait(t)}}}), info); !bytes.Equal(pdf, again) {
		t.Error("the same drawing gives other bytes")
	}
	if !bytes.HasPrefix(pdf, []byte("%PDF-1.7")) || !bytes.Contains(pdf, []byte("(yinxin:abc)")) || !bytes.Contains(pdf, []byte("D:20261125040000Z")) {
		t.Errorf("%.200q", pdf)
	}
	f := takeApart(t, pdf)
	if len(f.pages()) != 1 {
		t.Fatalf("%d pages", len(f.pages()))
	}
	text := f.text(t, f.pages()[0])
	for _, want := range []string{"食品经营许可证", "统一社会信用代码", "92350102MA8T3Q6R5K", "欧阳𬱖记 <小吃> & 饮品店", "仅供办理“食品经营许可变更”使用"} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q in %q", want, text)
		}
	}
	content := f.content(f.pages()[0])
	if n := strings.Count(content, " Do Q"); n != 2 {
		t.Errorf("%d pictures", n)
	}
	if strings.Contains(content, "NaN") || strings.Contains(content, "Inf") {
		t.Error("a number that is none")
	}
	if len(pdf) > 120_000 {
		t.Errorf("%d bytes", len(pdf))
	}
}

func TestPDFWithoutPages(t *testing.T) {
	t.Parallel()
	if _, err := ofd.PDF(nil, ofd.PDFInfo{}); rule(err) != "missing" {
		t.Errorf("got %v", err)
	}
}

// A font in the PDF is a font: its glyphs are those of the file.
func TestPDFFontCanBeRead(t *testing.T) {
	t.Parallel()
	p := build(t, copied(t))
	f := takeApart(t, writePDF(t, drawAll(t, p, ofd.RenderOptions{}), ofd.PDFInfo{}))
	fonts := 0
	for _, body := range f {
		at := strings.Index(body, "stream\n\x00\x01\x00\x00")
		if at < 0 {
			continue
		}
		fonts++
		// ParseFont wants a cmap, which a font of a PDF has no use for.
		if _, err := ofd.ParseFont([]byte(body[at+len("stream\n"):])); err == nil || !strings.Contains(err.Error(), "cmap") {
			t.Errorf("font: %v", err)
		}
	}
	if fonts < 2 {
		t.Errorf("%d fonts", fonts)
	}
}

// A picture with holes keeps them, and a gray or colour one its kind.
func TestPDFPictures(t *testing.T) {
	t.Parallel()
	img := image.NewNRGBA(image.Rect(0, 0, 4, 4))
	img.Set(1, 1, color.NRGBA{200, 0, 0, 128})
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		t.Fatal(err)
	}
	p := build(t, page(t, ofd.Image{X: 5, Y: 5, W: 10, H: 10, Data: b.Bytes()}))
	pdf := writePDF(t, drawAll(t, p, ofd.RenderOptions{}), ofd.PDFInfo{})
	if !bytes.Contains(pdf, []byte("/SMask ")) {
		t.Error("the holes are lost")
	}
	p = build(t, page(t, ofd.Image{X: 5, Y: 5, W: 10, H: 10, Data: portrait(t)}))
	if bytes.Contains(writePDF(t, drawAll(t, p, ofd.RenderOptions{}), ofd.PDFInfo{}), []byte("/SMask ")) {
		t.Error("a picture without holes has a mask")
	}
}

func BenchmarkPDF(b *testing.B) {
	p := build(b, copied(b))
	b.ReportAllocs()
	for b.Loop() {
		writePDF(b, drawAll(b, p, ofd.RenderOptions{}), ofd.PDFInfo{})
	}
}
