package ofd

import (
	"bytes"
	"cmp"
	"encoding/xml"
	"errors"
	"io"
	"slices"
	"strings"

	"github.com/yinxin-org/yinxin/internal/xmlscan"
)

// span is where an element stands in the bytes of its entry.
type span struct {
	name, prefix    string
	attrs           []xmlscan.Attr
	start, end      int // from "<" to after the last ">"
	inner, innerEnd int // what stands between the tags; both are end for <a/>
	kids            []*span
}

// kid is the first child of that name, nil for none. It may be called on nil.
func (e *span) kid(name string) *span {
	if e == nil {
		return nil
	}
	for _, k := range e.kids {
		if k.name == name {
			return k
		}
	}
	return nil
}

// attr gives an attribute by its local name; letter case does not matter.
func (e *span) attr(name string) string { return (&node{attrs: e.attrs}).attr(name) }

// editor changes an XML entry of anybody's making at a few places and leaves
// every other byte as it was. What it adds takes the prefix of the root.
type editor struct {
	data  []byte
	root  *span
	edits []edit
	added map[*span][]byte // at the end of an element
	bad   rune             // the first character XML cannot hold
}

type edit struct {
	from, to int
	text     []byte
}

// newEditor reads an entry that parse has accepted.
func newEditor(name string, data []byte) (*editor, error) {
	e := &editor{data: bytes.TrimPrefix(data, []byte("\xef\xbb\xbf")), added: map[*span][]byte{}}
	d := xml.NewDecoder(bytes.NewReader(e.data))
	top := &span{}
	stack := []*span{top}
	for {
		from := int(d.InputOffset())
		tok, err := d.RawToken()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, broken("xml", name, "not well-formed at byte %d", from)
		}
		to, last := int(d.InputOffset()), stack[len(stack)-1]
		switch tok := tok.(type) {
		case xml.StartElement:
			k := &span{name: tok.Name.Local, prefix: tok.Name.Space, attrs: attrsOf(tok), start: from, inner: to}
			last.kids = append(last.kids, k)
			stack = append(stack, k)
		case xml.EndElement:
			if len(stack) == 1 {
				return nil, broken("xml", name, "element closed out of order")
			}
			last.innerEnd, last.end = from, to
			stack = stack[:len(stack)-1]
		}
	}
	if len(stack) != 1 || len(top.kids) != 1 {
		return nil, broken("xml", name, "not exactly one root element")
	}
	e.root = top.kids[0]
	return e, nil
}

func attrsOf(e xml.StartElement) []xmlscan.Attr {
	out := make([]xmlscan.Attr, len(e.Attr))
	for i, a := range e.Attr {
		out[i] = xmlscan.Attr{Space: a.Name.Space, Name: a.Name.Local, Value: a.Value}
	}
	return out
}

// fragment gives what m holds in the prefix of this entry. No value can look
// like a tag, because "<" is escaped in all of them.
func (e *editor) fragment(m *markup) []byte {
	e.bad = max(e.bad, m.bad)
	prefix := ""
	if e.root.prefix != "" {
		prefix = e.root.prefix + ":"
	}
	text := strings.NewReplacer("<ofd:", "<"+prefix, "</ofd:", "</"+prefix).Replace(string(m.bytes()))
	return []byte(text)
}

// append adds m at the end of an element.
func (e *editor) append(to *span, m *markup) {
	e.added[to] = append(e.added[to], e.fragment(m)...)
}

// insert adds m to an element before the first child with one of the names, or
// at the end.
func (e *editor) insert(to *span, m *markup, before ...string) {
	for _, k := range to.kids {
		if slices.Contains(before, k.name) {
			e.edits = append(e.edits, edit{k.start, k.start, e.fragment(m)})
			return
		}
	}
	e.append(to, m)
}

// replace puts m in the place of an element, or of nothing if m is nil.
func (e *editor) replace(old *span, m *markup) {
	var text []byte
	if m != nil {
		text = e.fragment(m)
	}
	e.edits = append(e.edits, edit{old.start, old.end, text})
}

// set replaces the child of that name, or inserts it as insert does.
func (e *editor) set(parent *span, name string, m *markup, before ...string) {
	if old := parent.kid(name); old != nil {
		e.replace(old, m)
		return
	}
	e.insert(parent, m, before...)
}

// bytes gives the changed entry.
func (e *editor) bytes() []byte {
	edits := slices.Clone(e.edits)
	for to, text := range e.added {
		if to.inner != to.end {
			edits = append(edits, edit{to.innerEnd, to.innerEnd, text})
			continue
		}
		// <a/> becomes <a>…</a>.
		name := to.name
		if to.prefix != "" {
			name = to.prefix + ":" + name
		}
		edits = append(edits, edit{to.end - len("/>"), to.end, []byte(">" + string(text) + "</" + name + ">")})
	}
	slices.SortStableFunc(edits, func(a, b edit) int { return cmp.Or(a.from-b.from, a.to-b.to) })
	var out []byte
	at := 0
	for _, c := range edits {
		if c.from < at {
			continue // inside what is gone already
		}
		out = append(append(out, e.data[at:c.from]...), c.text...)
		at = c.to
	}
	return append(out, e.data[at:]...)
}
