package ofd

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"strconv"
	"time"
	"unicode/utf16"

	"github.com/klauspost/compress/zlib"
)

// PDFInfo is what a PDF says of itself beside its pages.
type PDFInfo struct {
	Title    string
	Keywords string
	// Made is written as the moment of making, in UTC.
	Made time.Time
}

// PDF writes drawings as the pages of one document (ISO 32000-1, version 1.7).
// Text is text: fonts of the glyphs used are embedded with the characters they
// stand for, so that it can be selected, copied and searched and looks the same
// everywhere. The same drawings and info give the same bytes.
func PDF(pages []*Drawing, info PDFInfo) ([]byte, error) {
	if len(pages) == 0 {
		return nil, broken("missing", "", "a PDF without pages")
	}
	w := &pdfWriter{pictures: map[*picture]int{}, fonts: map[*Font]*pdfFont{}, states: map[pdfAlpha]int{}}
	w.buf.WriteString("%PDF-1.7\n%\xE2\xE3\xCF\xD3\n")
	catalog, tree, about := w.id(), w.id(), w.id()
	var kids bytes.Buffer
	for _, d := range pages {
		if !(d.Width > 0 && d.Height > 0) {
			return nil, broken("limit", "", "page without area")
		}
		page := pdfPage{pdfWriter: w, used: map[string]bool{}}
		content, err := page.draw(d)
		if err != nil {
			return nil, err
		}
		fmt.Fprintf(&kids, "%d 0 R ", w.page(d, tree, content, page.resources()))
	}
	for _, f := range w.fontOrder {
		w.font(f)
	}
	w.object(tree, fmt.Sprintf("<</Type/Pages/Count %d/Kids[%s]>>", len(pages), bytes.TrimSpace(kids.Bytes())))
	w.object(catalog, fmt.Sprintf("<</Type/Catalog/Pages %d 0 R/Lang(zh-CN)/ViewerPreferences<</DisplayDocTitle true>>>>", tree))
	made := info.Made.UTC().Format("D:20060102150405Z")
	w.object(about, fmt.Sprintf("<</Title%s/Keywords%s/Producer(Yinxin)/CreationDate(%s)/ModDate(%s)>>",
		pdfString(info.Title), pdfString(info.Keywords), made, made))
	w.finish(catalog, about)
	return w.buf.Bytes(), nil
}

// pdfWriter writes the objects of a PDF one after the other.
type pdfWriter struct {
	buf       bytes.Buffer
	offsets   []int // of every object, from number 1
	pictures  map[*picture]int
	fonts     map[*Font]*pdfFont
	fontOrder []*pdfFont
	states    map[pdfAlpha]int
	deflate   *zlib.Writer
	deflated  bytes.Buffer
}

// pdfAlpha is the opacity of fill and stroke.
type pdfAlpha struct{ fill, stroke float64 }

func (w *pdfWriter) id() int {
	w.offsets = append(w.offsets, 0)
	return len(w.offsets)
}

func (w *pdfWriter) object(id int, body string) {
	w.offsets[id-1] = w.buf.Len()
	fmt.Fprintf(&w.buf, "%d 0 obj\n%s\nendobj\n", id, body)
}

// stream writes data under a dictionary whose entries are given without its
// length.
func (w *pdfWriter) stream(id int, dict string, data []byte) {
	w.offsets[id-1] = w.buf.Len()
	fmt.Fprintf(&w.buf, "%d 0 obj\n<<%s/Length %d>>\nstream\n", id, dict, len(data))
	w.buf.Write(data)
	w.buf.WriteString("\nendstream\nendobj\n")
}

// packed writes data compressed.
func (w *pdfWriter) packed(id int, dict string, data []byte) {
	w.deflated.Reset()
	if w.deflate == nil {
		w.deflate = zlib.NewWriter(&w.deflated)
	} else {
		w.deflate.Reset(&w.deflated)
	}
	_, _ = w.deflate.Write(data) // a bytes.Buffer takes everything
	_ = w.deflate.Close()
	w.stream(id, dict+"/Filter/FlateDecode", w.deflated.Bytes())
}

func (w *pdfWriter) page(d *Drawing, parent int, content []byte, resources string) int {
	id, stream := w.id(), w.id()
	w.packed(stream, "", content)
	w.object(id, fmt.Sprintf("<</Type/Page/Parent %d 0 R/MediaBox[0 0 %s %s]/Contents %d 0 R/Resources<<%s>>>>",
		parent, num(d.Width*pointsPerMM), num(d.Height*pointsPerMM), stream, resources))
	return id
}

func (w *pdfWriter) finish(catalog, about int) {
	at := w.buf.Len()
	sum := sha256.Sum256(w.buf.Bytes())
	fmt.Fprintf(&w.buf, "xref\n0 %d\n0000000000 65535 f \n", len(w.offsets)+1)
	for _, off := range w.offsets {
		fmt.Fprintf(&w.buf, "%010d 00000 n \n", off)
	}
	fmt.Fprintf(&w.buf, "trailer\n<</Size %d/Root %d 0 R/Info %d 0 R/ID[<%x><%x>]>>\nstartxref\n%d\n%%%%EOF\n",
		len(w.offsets)+1, catalog, about, sum[:16], sum[:16], at)
}

// pdfString writes plain ASCII as it is and other text as UTF-16.
func pdfString(s string) string {
	plain := true
	for _, r := range s {
		plain = plain && r >= 0x20 && r < 0x7F && r != '(' && r != ')' && r != '\\'
	}
	if plain {
		return "(" + s + ")"
	}
	return "<FEFF" + hexUTF16(s) + ">"
}

func hexUTF16(s string) string {
	var b []byte
	for _, u := range utf16.Encode([]rune(s)) {
		b = fmt.Appendf(b, "%04X", u)
	}
	return string(b)
}

// alpha is the name of a graphics state of that opacity.
func (w *pdfWriter) alpha(a pdfAlpha) string {
	id, known := w.states[a]
	if !known {
		id = w.id()
		w.states[a] = id
		w.object(id, fmt.Sprintf("<</ca %s/CA %s>>", num(a.fill), num(a.stroke)))
	}
	return "G" + strconv.Itoa(id)
}
