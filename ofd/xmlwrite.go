package ofd

import (
	"strconv"
	"strings"
	"unicode/utf8"
)

const (
	ofdNamespace = "http://www.ofdspec.org/2016"
	xmlHead      = `<?xml version="1.0" encoding="UTF-8"?>` + "\n"
)

// markup writes XML. It keeps the first character that XML cannot hold.
type markup struct {
	buf  []byte
	open []string
	bad  rune
}

func newMarkup() *markup { return &markup{buf: []byte(xmlHead)} }

// root opens the outermost element with the OFD namespace.
func (m *markup) root(name string, attrs ...string) {
	m.start(name, append([]string{"xmlns:ofd", ofdNamespace}, attrs...)...)
}

// start opens ofd:name; attrs are pairs of name and value.
func (m *markup) start(name string, attrs ...string) { m.startRaw("ofd:"+name, attrs...) }

func (m *markup) startRaw(name string, attrs ...string) {
	m.buf = append(m.buf, '<')
	m.buf = append(m.buf, name...)
	for i := 0; i+1 < len(attrs); i += 2 {
		m.buf = append(m.buf, ' ')
		m.buf = append(m.buf, attrs[i]...)
		m.buf = append(m.buf, '=', '"')
		m.escape(attrs[i+1], true)
		m.buf = append(m.buf, '"')
	}
	m.buf = append(m.buf, '>')
	m.open = append(m.open, name)
}

// end closes the innermost element.
func (m *markup) end() {
	name := m.open[len(m.open)-1]
	m.open = m.open[:len(m.open)-1]
	m.buf = append(append(append(m.buf, '<', '/'), name...), '>')
}

// empty writes an element without children.
func (m *markup) empty(name string, attrs ...string) {
	m.start(name, attrs...)
	m.open = m.open[:len(m.open)-1]
	m.buf = append(m.buf[:len(m.buf)-1], '/', '>')
}

// leaf writes an element that holds text.
func (m *markup) leaf(name, text string, attrs ...string) {
	m.start(name, attrs...)
	m.escape(text, false)
	m.end()
}

// optional writes a leaf unless text is empty.
func (m *markup) optional(name, text string) {
	if text != "" {
		m.leaf(name, text)
	}
}

// bytes closes what is open and gives the entry.
func (m *markup) bytes() []byte {
	for len(m.open) > 0 {
		m.end()
	}
	return m.buf
}

func (m *markup) escape(s string, attr bool) {
	for i, r := range s {
		switch {
		case r == '&':
			m.buf = append(m.buf, "&amp;"...)
		case r == '<':
			m.buf = append(m.buf, "&lt;"...)
		case r == '>':
			m.buf = append(m.buf, "&gt;"...)
		case r == '"' && attr:
			m.buf = append(m.buf, "&quot;"...)
		case r == '\r', attr && (r == '\n' || r == '\t'):
			m.buf = append(m.buf, "&#"+strconv.Itoa(int(r))+";"...)
		case !xmlRune(r) || r == utf8.RuneError && !strings.HasPrefix(s[i:], "\uFFFD"):
			if m.bad == 0 {
				m.bad = max(r, 1)
			}
		default:
			m.buf = utf8.AppendRune(m.buf, r)
		}
	}
}

// xmlRune reports whether XML 1.0 can hold r.
func xmlRune(r rune) bool {
	return r == '\t' || r == '\n' || r == '\r' ||
		r >= 0x20 && r <= 0xD7FF || r >= 0xE000 && r <= 0xFFFD || r >= 0x10000 && r <= 0x10FFFF
}

// num writes a length with at most four decimals and no trailing zeros, the
// same on every machine.
func num(v float64) string { return string(appendNum(nil, v)) }

func appendNum(b []byte, v float64) []byte {
	from := len(b)
	b = strconv.AppendFloat(b, v, 'f', 4, 64)
	for b[len(b)-1] == '0' {
		b = b[:len(b)-1]
	}
	if b[len(b)-1] == '.' {
		b = b[:len(b)-1]
	}
	if string(b[from:]) == "-0" {
		b = append(b[:from], '0')
	}
	return b
}

func nums(values ...float64) string {
	var b []byte
	for i, v := range values {
		if i > 0 {
			b = append(b, ' ')
		}
		b = appendNum(b, v)
	}
	return string(b)
}

func (b Box) String() string { return nums(b.X, b.Y, b.W, b.H) }
