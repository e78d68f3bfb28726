// Package xmlscan reads XML (1.0, fifth edition) in one pass over bytes that stay where they are. It is strict: a
// signed part must mean one thing, so what is not well-formed is refused, and so is every DOCTYPE, with it all
// entities but the five of XML, and every encoding but UTF-8. encoding/xml, which reads the same, takes several times
// as long; the verdict on a license file spends most of its time outside cryptography here.
package xmlscan

import (
	"bytes"
	"fmt"
	"strconv"
	"unicode/utf8"
)

// Kind is what Next found.
type Kind int

// The kinds of tokens. An empty element gives Start and End.
const (
	End   Kind = iota // an element ends
	Start             // an element begins: Name and Attrs tell of it
	Text              // character data: Text holds it
	EOF               // the document ended well
)

// Rules that Error names.
const (
	Malformed = "xml"     // not well-formed
	Doctype   = "doctype" // a document type declaration
	Limit     = "limit"   // too deep, or too many elements
)

// Error says what rule a document breaks, and where.
type Error struct {
	Rule   string
	Offset int // bytes from the beginning
	Reason string
}

func (e *Error) Error() string { return fmt.Sprintf("%s at byte %d", e.Reason, e.Offset) }

// Attr is an attribute. Space is its prefix, not resolved: makers of OFD use three namespaces and none.
type Attr struct{ Space, Name, Value string }

// Scanner reads one document. Its fields belong to the token that Next found last; Text may be a part of the
// document and must not be changed.
type Scanner struct {
	Name  string // local name of the element
	Attrs []Attr // of a Start; overwritten by the next one
	Text  []byte // of a Text

	data            []byte
	at              int
	open            [][]byte // raw names of the elements that are open
	depth, elements int      // bounds
	seen            int      // elements so far
	rooted          bool
	pending         bool // the End of an empty element is to come
}

// New reads a document of at most so many elements, nested so deep.
func New(data []byte, depth, elements int) *Scanner {
	return &Scanner{data: bytes.TrimPrefix(data, []byte("\xef\xbb\xbf")), depth: depth, elements: elements}
}

func (s *Scanner) fail(reason string) (Kind, error) {
	return EOF, &Error{Malformed, s.at, reason}
}

// Next finds the next token. Comments and processing instructions are passed over.
func (s *Scanner) Next() (Kind, error) {
	if s.pending {
		s.pending = false
		return s.close()
	}
	for {
		if s.at >= len(s.data) {
			if len(s.open) > 0 || !s.rooted {
				return s.fail("the document ends too early")
			}
			return EOF, nil
		}
		if s.data[s.at] != '<' {
			kind, err := s.text()
			if err != nil || kind == Text {
				return kind, err
			}
			continue
		}
		rest := s.data[s.at:]
		switch {
		case bytes.HasPrefix(rest, []byte("</")):
			return s.end()
		case bytes.HasPrefix(rest, []byte("<?")):
			if err := s.instruction(); err != nil {
				return EOF, err
			}
		case bytes.HasPrefix(rest, []byte("<!--")):
			if err := s.comment(); err != nil {
				return EOF, err
			}
		case bytes.HasPrefix(rest, []byte("<![CDATA[")):
			return s.cdata()
		case bytes.HasPrefix(rest, []byte("<!")):
			return EOF, &Error{Doctype, s.at, "DOCTYPE is not allowed"}
		default:
			return s.start()
		}
	}
}

// text reads character data; outside the root only white space may stand.
func (s *Scanner) text() (Kind, error) {
	n := bytes.IndexByte(s.data[s.at:], '<')
	if n < 0 {
		n = len(s.data) - s.at
	}
	raw := s.data[s.at : s.at+n]
	if len(s.open) == 0 {
		if len(bytes.Trim(raw, " \t\r\n")) > 0 {
			return s.fail("text outside the root element")
		}
		s.at += n
		return EOF, nil
	}
	if bytes.Contains(raw, []byte("]]>")) {
		return s.fail("]]> in text")
	}
	out, ok := s.unescape(raw)
	if !ok {
		return s.fail("a character or entity that is not allowed")
	}
	s.Text = out
	s.at += n
	return Text, nil
}

func (s *Scanner) cdata() (Kind, error) {
	if len(s.open) == 0 {
		return s.fail("text outside the root element")
	}
	from := s.at + len("<![CDATA[")
	n := bytes.Index(s.data[from:], []byte("]]>"))
	if n < 0 {
		return s.fail("CDATA without an end")
	}
	raw := s.data[from : from+n]
	if !legal(raw) {
		return s.fail("a character that is not allowed")
	}
	s.Text = newlines(raw)
	s.at = from + n + 3
	return Text, nil
}

func (s *Scanner) comment() error {
	from := s.at + len("<!--")
	n := bytes.Index(s.data[from:], []byte("--"))
	if n < 0 || from+n+2 >= len(s.data) || s.data[from+n+2] != '>' || !legal(s.data[from:from+n]) {
		_, err := s.fail("a comment that does not end well")
		return err
	}
	s.at = from + n + 3
	return nil
}

// instruction passes over <?…?>. The XML declaration, at the very beginning, may name UTF-8 only.
func (s *Scanner) instruction() error {
	from := s.at + 2
	n := bytes.Index(s.data[from:], []byte("?>"))
	name, _ := s.name(from)
	if n < 0 || len(name) == 0 || !legal(s.data[from:from+n]) {
		_, err := s.fail("a processing instruction that does not end well")
		return err
	}
	if bytes.EqualFold(name, []byte("xml")) {
		if s.at != 0 || !declares(string(s.data[from:from+n])) {
			_, err := s.fail("an XML declaration out of place or of another encoding than UTF-8")
			return err
		}
	}
	s.at = from + n + 2
	return nil
}

func (s *Scanner) start() (Kind, error) {
	if s.rooted && len(s.open) == 0 {
		return s.fail("a second root element")
	}
	raw, local := s.name(s.at + 1)
	if len(raw) == 0 {
		return s.fail("not the name of an element")
	}
	if s.seen++; s.seen > s.elements || len(s.open) >= s.depth {
		return EOF, &Error{Limit, s.at, "too many or too deep elements"}
	}
	s.rooted = true
	s.at += 1 + len(raw)
	s.Name, s.Attrs = string(local), s.Attrs[:0]
	s.open = append(s.open, raw)
	for {
		spaced := s.space()
		switch {
		case s.at >= len(s.data):
			return s.fail("the document ends too early")
		case s.data[s.at] == '>':
			s.at++
			return Start, nil
		case s.data[s.at] == '/':
			if s.at+1 >= len(s.data) || s.data[s.at+1] != '>' {
				return s.fail("a stray slash")
			}
			s.at += 2
			s.pending = true
			return Start, nil
		case !spaced:
			return s.fail("no space before an attribute")
		}
		if reason := s.attr(); reason != "" {
			return s.fail(reason)
		}
	}
}

func (s *Scanner) attr() string {
	raw, local := s.name(s.at)
	if len(raw) == 0 {
		return "not the name of an attribute"
	}
	s.at += len(raw)
	s.space()
	if s.at >= len(s.data) || s.data[s.at] != '=' {
		return "an attribute without a value"
	}
	s.at++
	s.space()
	if s.at >= len(s.data) || s.data[s.at] != '"' && s.data[s.at] != '\'' {
		return "a value without quotes"
	}
	quote := s.data[s.at]
	s.at++
	n := bytes.IndexByte(s.data[s.at:], quote)
	if n < 0 {
		return "a value without an end"
	}
	value, ok := s.unescape(s.data[s.at : s.at+n])
	if !ok || bytes.IndexByte(s.data[s.at:s.at+n], '<') >= 0 {
		return "a character or entity that is not allowed"
	}
	a := Attr{Name: string(local), Value: string(value)}
	if len(local) < len(raw) {
		a.Space = string(raw[:len(raw)-len(local)-1])
	}
	for _, other := range s.Attrs {
		if other.Name == a.Name && other.Space == a.Space {
			return "an attribute appears twice"
		}
	}
	s.Attrs = append(s.Attrs, a)
	s.at += n + 1
	return ""
}

func (s *Scanner) end() (Kind, error) {
	raw, _ := s.name(s.at + 2)
	if len(s.open) == 0 || !bytes.Equal(raw, s.open[len(s.open)-1]) {
		return s.fail("an element closed out of order")
	}
	s.at += 2 + len(raw)
	s.space()
	if s.at >= len(s.data) || s.data[s.at] != '>' {
		return s.fail("an end that does not end")
	}
	s.at++
	return s.close()
}

func (s *Scanner) close() (Kind, error) {
	s.open = s.open[:len(s.open)-1]
	return End, nil
}

// space passes over white space and says whether there was any.
func (s *Scanner) space() bool {
	from := s.at
	for s.at < len(s.data) && (s.data[s.at] == ' ' || s.data[s.at] == '\n' || s.data[s.at] == '\r' || s.data[s.at] == '\t') {
		s.at++
	}
	return s.at > from
}

// name reads a name with at most one colon, which parts prefix and local name. It is empty when none begins here.
func (s *Scanner) name(from int) (raw, local []byte) {
	at, colon := from, -1
	for at < len(s.data) {
		c := s.data[at]
		if c < utf8.RuneSelf {
			if !nameByte(c, at == from || at == colon+1) {
				break
			}
			if c == ':' {
				if colon >= 0 {
					return nil, nil
				}
				colon = at
			}
			at++
			continue
		}
		r, n := utf8.DecodeRune(s.data[at:])
		if r == utf8.RuneError || !nameRune(r) {
			break
		}
		at += n
	}
	if colon == at-1 { // nothing follows it
		return nil, nil
	}
	if colon < 0 {
		return s.data[from:at], s.data[from:at]
	}
	return s.data[from:at], s.data[colon+1 : at]
}

func nameByte(c byte, first bool) bool {
	switch {
	case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c == '_':
		return true
	case c >= '0' && c <= '9', c == '-', c == '.', c == ':':
		return !first
	}
	return false
}

// nameRune allows the letters beyond ASCII that OFD files use in names: Chinese and Latin ones that every edition of
// XML 1.0 allows. encoding/xml goes by the fourth edition.
func nameRune(r rune) bool {
	switch {
	case r >= 0x4E00 && r <= 0x9FA5:
		return true
	case r >= 0xC0 && r <= 0xFF:
		return r != 0xD7 && r != 0xF7
	}
	return false
}

// unescape resolves references; ok is false for what XML does not allow.
func (s *Scanner) unescape(raw []byte) (out []byte, ok bool) {
	if !legal(raw) {
		return nil, false
	}
	raw = newlines(raw)
	amp := bytes.IndexByte(raw, '&')
	if amp < 0 {
		return raw, true
	}
	out = make([]byte, 0, len(raw))
	for amp >= 0 {
		out = append(out, raw[:amp]...)
		raw = raw[amp+1:]
		end := bytes.IndexByte(raw[:min(len(raw), 12)], ';')
		if end < 0 {
			return nil, false
		}
		r, ok := reference(string(raw[:end]))
		if !ok {
			return nil, false
		}
		out = utf8.AppendRune(out, r)
		raw = raw[end+1:]
		amp = bytes.IndexByte(raw, '&')
	}
	return append(out, raw...), true
}

func reference(name string) (rune, bool) {
	switch name {
	case "lt":
		return '<', true
	case "gt":
		return '>', true
	case "amp":
		return '&', true
	case "apos":
		return '\'', true
	case "quot":
		return '"', true
	}
	if len(name) < 2 || name[0] != '#' {
		return 0, false
	}
	digits, base := name[1:], 10
	if digits[0] == 'x' {
		digits, base = digits[1:], 16
	}
	n, err := strconv.ParseUint(digits, base, 32)
	return rune(n), err == nil && n <= utf8.MaxRune && allowed(rune(n))
}

// newlines turns CR LF and CR into LF (XML 1.0 clause 2.11).
func newlines(b []byte) []byte {
	if bytes.IndexByte(b, '\r') < 0 {
		return b
	}
	return bytes.ReplaceAll(bytes.ReplaceAll(b, []byte("\r\n"), []byte("\n")), []byte("\r"), []byte("\n"))
}

// legal: UTF-8 of characters that XML allows.
func legal(b []byte) bool {
	for i := 0; i < len(b); {
		if c := b[i]; c < utf8.RuneSelf {
			if c < ' ' && c != '\t' && c != '\n' && c != '\r' {
				return false
			}
			i++
			continue
		}
		r, n := utf8.DecodeRune(b[i:])
		if r == utf8.RuneError && n == 1 || !allowed(r) {
			return false
		}
		i += n
	}
	return true
}

func allowed(r rune) bool {
	return r == '\t' || r == '\n' || r == '\r' || r >= ' ' && r <= 0xD7FF || r >= 0xE000 && r <= 0xFFFD || r >= 0x10000 && r <= utf8.MaxRune
}
