package ses

import (
	"bytes"
	"encoding/base64"
	"encoding/xml"
	"errors"
	"strconv"
	"strings"

	"github.com/yinxin-org/yinxin/ofd"
)

const (
	namespace = "http://www.ofdspec.org/2016"
	xmlHead   = `<?xml version="1.0" encoding="UTF-8"?>` + "\n"
)

var errDoctype = errors.New("document type declarations are refused")

// decode reads an XML part. Elements are matched by local name, because older
// files use another namespace or none.
func decode(data []byte, into any) error {
	data = bytes.TrimPrefix(data, []byte("\xef\xbb\xbf"))
	if bytes.Contains(data, []byte("<!DOCTYPE")) || bytes.Contains(data, []byte("<!ENTITY")) {
		return errDoctype
	}
	return xml.Unmarshal(data, into)
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
