package ofd

import (
	"math"
	"strconv"
	"strings"
	"sync"
	"unicode/utf8"
)

const (
	ofdNamespace = "http://www.ofdspec.org/2016"
	xmlHead      = `<?xml version="1.0" encoding="UTF-8"?>` + "\n"
)

// markup writes XML. It keeps the first character that XML cannot hold.
type markup struct {
	buf  []byte
	open []element
	bad  rune
}

type element struct{ prefix, name string }

// markups are kept for the next part: release gives one back.
var markups = sync.Pool{New: func() any { return &markup{} }}

func newMarkup() *markup {
	m := markups.Get().(*markup)
	m.buf, m.open, m.bad = append(m.buf[:0], xmlHead...), m.open[:0], 0
	return m
}

// release ends the use of m and of what bytes gave.
func (m *markup) release() {
	if cap(m.buf) <= maxKept {
		markups.Put(m)
	}
}

// root opens the outermost element with the OFD namespace.
func (m *markup) root(name string, attrs ...string) {
	m.begin(name)
	m.attr("xmlns:ofd", ofdNamespace)
	m.more(attrs)
}

// start opens ofd:name; attrs are pairs of name and value.
func (m *markup) start(name string, attrs ...string) {
	m.begin(name)
	m.more(attrs)
}

// startRaw opens an element of another namespace.
func (m *markup) startRaw(name string, attrs ...string) {
	m.buf = append(append(m.buf, '<'), name...)
	m.open = append(m.open, element{"", name})
	m.more(attrs)
}

func (m *markup) more(attrs []string) {
	for i := 0; i+1 < len(attrs); i += 2 {
		m.attr(attrs[i], attrs[i+1])
	}
	m.buf = append(m.buf, '>')
}

// begin opens ofd:name for attributes; then comes done or void.
func (m *markup) begin(name string) {
	m.buf = append(append(m.buf, "<ofd:"...), name...)
	m.open = append(m.open, element{"ofd:", name})
}

func (m *markup) attr(name, value string) {
	m.attrName(name)
	m.escape(value, true)
	m.buf = append(m.buf, '"')
}

func (m *markup) attrName(name string) {
	m.buf = append(append(append(m.buf, ' '), name...), '=', '"')
}

func (m *markup) attrInt(name string, v int) {
	m.attrName(name)
	m.buf = append(strconv.AppendInt(m.buf, int64(v), 10), '"')
}

func (m *markup) attrBool(name string, v bool) {
	m.attrName(name)
	m.buf = append(strconv.AppendBool(m.buf, v), '"')
}

func (m *markup) attrNums(name string, values ...float64) {
	m.attrName(name)
	m.buf = append(appendNums(m.buf, values...), '"')
}

func (m *markup) attrBox(name string, b Box) { m.attrNums(name, b.X, b.Y, b.W, b.H) }

func (m *markup) done() { m.buf = append(m.buf, '>') }

// void ends an element without children.
func (m *markup) void() {
	m.buf = append(m.buf, '/', '>')
	m.open = m.open[:len(m.open)-1]
}

// end closes the innermost element.
func (m *markup) end() {
	e := m.open[len(m.open)-1]
	m.open = m.open[:len(m.open)-1]
	m.buf = append(append(append(append(m.buf, '<', '/'), e.prefix...), e.name...), '>')
}

// empty writes an element without children.
func (m *markup) empty(name string, attrs ...string) {
	m.start(name, attrs...)
	m.buf = m.buf[:len(m.buf)-1]
	m.void()
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
	if plain(s) {
		m.buf = append(m.buf, s...)
		return
	}
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

// plain reports that s can stand in XML as it is. It may miss a text that could.
func plain(s string) bool {
	for i := range len(s) {
		switch c := s[i]; c {
		case '&', '<', '>', '"', 0xEF: // 0xEF begins U+FFFE and U+FFFF
			return false
		default:
			if c < 0x20 {
				return false
			}
		}
	}
	return utf8.ValidString(s)
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
	scaled := math.Round(v * 1e4)
	if !(math.Abs(scaled) < 1<<53) {
		return appendHuge(b, v)
	}
	n := int64(scaled)
	if n < 0 {
		b, n = append(b, '-'), -n
	}
	b = strconv.AppendInt(b, n/1e4, 10)
	rest := n % 1e4
	if rest == 0 {
		return b
	}
	b = append(b, '.')
	for unit := int64(1000); rest > 0; unit /= 10 {
		b = append(b, byte('0'+rest/unit))
		rest %= unit
	}
	return b
}

// appendHuge writes what is too large to count in steps of the last decimal.
func appendHuge(b []byte, v float64) []byte { return strconv.AppendFloat(b, v, 'f', 0, 64) }

func nums(values ...float64) string { return string(appendNums(nil, values...)) }

func appendNums(b []byte, values ...float64) []byte {
	for i, v := range values {
		if i > 0 {
			b = append(b, ' ')
		}
		b = appendNum(b, v)
	}
	return b
}

// String writes the box as ST_Box has it, "x y w h", with at most four decimals.
func (b Box) String() string { return nums(b.X, b.Y, b.W, b.H) }
