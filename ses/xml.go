package ses

import (
	"bytes"
	"encoding/base64"
	"encoding/xml"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/yinxin-org/yinxin/internal/xmlscan"
	"github.com/yinxin-org/yinxin/ofd"
)

const (
	namespace = "http://www.ofdspec.org/2016"
	xmlHead   = `<?xml version="1.0" encoding="UTF-8"?>` + "\n"
)

// Bounds of the XML parts of signatures.
const (
	maxDepth    = 32
	maxElements = 100_000
)

// xmlElement is an element of an XML part, told when it ends: its place below the root,
// as "SignedInfo/Provider", its attributes by local name and its own text.
type xmlElement struct {
	path  string
	attrs []xmlscan.Attr
	text  []byte
}

func (e *xmlElement) attr(name string) string {
	for _, a := range e.attrs {
		if a.Name == name && a.Space != "xmlns" {
			return a.Value
		}
	}
	return ""
}

// decode reads an XML part and tells its elements, inner ones first. Elements
// go by their local names, because older files use another namespace or none.
func decode(data []byte, root string, tell func(xmlElement)) error {
	s := xmlscan.New(data, maxDepth, maxElements)
	var open []xmlElement
	for {
		kind, err := s.Next()
		if err != nil {
			return err
		}
		switch kind {
		case xmlscan.EOF:
			return nil
		case xmlscan.Start:
			if len(open) == 0 && s.Name != root {
				return fmt.Errorf("root element is %.20q", s.Name)
			}
			e := xmlElement{attrs: slices.Clone(s.Attrs)}
			switch len(open) {
			case 0:
			case 1:
				e.path = s.Name
			default:
				e.path = open[len(open)-1].path + "/" + s.Name
			}
			open = append(open, e)
		case xmlscan.End:
			tell(open[len(open)-1])
			open = open[:len(open)-1]
		case xmlscan.Text:
			top := &open[len(open)-1]
			top.text = append(slices.Clip(top.text), s.Text...)
		}
	}
}

// writer builds XML whose element order is fixed by the schema.
type writer []byte

func newWriter(size int) writer {
	return append(make(writer, 0, size), xmlHead...)
}

// open starts an element; attributes come in pairs of name and value, and a
// pair with an empty value is left out.
func (w *writer) open(name string, attrs ...string) { w.tag(name, attrs, ">") }

func (w *writer) close(name string) {
	*w = append(append(append(*w, "</ofd:"...), name...), '>')
}

func (w *writer) leaf(name, text string, attrs ...string) {
	w.open(name, attrs...)
	w.text(text)
	w.close(name)
}

func (w *writer) void(name string, attrs ...string) { w.tag(name, attrs, "/>") }

func (w *writer) tag(name string, attrs []string, end string) {
	*w = append(append(*w, "<ofd:"...), name...)
	for i := 0; i+1 < len(attrs); i += 2 {
		if attrs[i+1] == "" {
			continue
		}
		*w = append(append(append(*w, ' '), attrs[i]...), `="`...)
		w.text(attrs[i+1])
		*w = append(*w, '"')
	}
	*w = append(*w, end...)
}

func (w *writer) text(s string) {
	if plain(s) {
		*w = append(*w, s...)
		return
	}
	var b bytes.Buffer
	// A buffer never fails to write.
	_ = xml.EscapeText(&b, []byte(s))
	*w = append(*w, b.Bytes()...)
}

// plain reports that nothing in s needs escaping: the common case of names of
// files and numbers.
func plain(s string) bool {
	for i := range len(s) {
		switch c := s[i]; {
		case c < ' ' || c >= 0x7f, c == '<', c == '>', c == '&', c == '"', c == '\'':
			return false
		}
	}
	return true
}

func (w *writer) base64(name string, value []byte) {
	w.open(name)
	*w = base64.StdEncoding.AppendEncode(*w, value)
	w.close(name)
}

// millimetres writes a length with at most four decimals, whatever the locale.
func millimetres(v float64) string {
	s := strconv.FormatFloat(v, 'f', 4, 64)
	s = strings.TrimRight(strings.TrimRight(s, "0"), ".")
	if s == "-0" {
		return "0"
	}
	return s
}

func box(b ofd.Box) string {
	return millimetres(b.X) + " " + millimetres(b.Y) + " " + millimetres(b.W) + " " + millimetres(b.H)
}
