package ofd

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"strconv"
	"strings"
)

// node is an element of a parsed entry. Namespaces and prefixes are dropped:
// vendors use three namespaces and none.
type node struct {
	name  string
	attrs []xml.Attr
	chars []byte // all character data directly inside
	kids  []*node
}

// parse reads an XML entry into a tree. DOCTYPE is refused, and with it all
// entities but the five of XML itself.
func (p *Package) parse(name string) (*node, error) {
	e, ok := p.find(name)
	if !ok {
		return nil, broken("missing", name, "no such entry")
	}
	return parseXML(e.name, e.data, p.lim)
}

func parseXML(name string, data []byte, lim Limits) (*node, error) {
	d := xml.NewDecoder(bytes.NewReader(bytes.TrimPrefix(data, []byte("\xef\xbb\xbf"))))
	root := &node{}
	stack := []*node{root}
	count := 0
	for {
		tok, err := d.RawToken()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, broken("xml", name, "not well-formed at byte %d", d.InputOffset())
		}
		top := stack[len(stack)-1]
		switch tok := tok.(type) {
		case xml.Directive:
			return nil, broken("doctype", name, "DOCTYPE is not allowed")
		case xml.StartElement:
			if count++; count > lim.MaxXMLNodes || len(stack) > lim.MaxXMLDepth {
				return nil, broken("limit", name, "too many or too deep elements")
			}
			if repeats(tok.Attr) {
				return nil, broken("xml", name, "an attribute appears twice")
			}
			kid := &node{name: tok.Name.Local, attrs: bytesFree(tok.Attr)}
			top.kids = append(top.kids, kid)
			stack = append(stack, kid)
		case xml.EndElement:
			if len(stack) == 1 || top.name != tok.Name.Local {
				return nil, broken("xml", name, "element closed out of order")
			}
			stack = stack[:len(stack)-1]
		case xml.CharData:
			top.chars = append(top.chars, tok...)
		}
	}
	if len(stack) != 1 || len(root.kids) != 1 {
		return nil, broken("xml", name, "not exactly one root element")
	}
	return root.kids[0], nil
}

// bytesFree copies attributes, which the decoder may reuse.
func bytesFree(attrs []xml.Attr) []xml.Attr { return append([]xml.Attr(nil), attrs...) }

func repeats(attrs []xml.Attr) bool {
	for i, a := range attrs {
		for _, b := range attrs[:i] {
			if a.Name == b.Name {
				return true
			}
		}
	}
	return false
}

// attr gives an attribute by its local name; letter case does not matter.
func (n *node) attr(name string) string {
	if n == nil {
		return ""
	}
	for _, a := range n.attrs {
		if a.Name.Space != "xmlns" && strings.EqualFold(a.Name.Local, name) {
			return a.Value
		}
	}
	return ""
}

// kid is the first child of that name, nil for none. It may be called on nil.
func (n *node) kid(name string) *node {
	if n == nil {
		return nil
	}
	for _, k := range n.kids {
		if k.name == name {
			return k
		}
	}
	return nil
}

// all lists the children of that name.
func (n *node) all(name string) []*node {
	if n == nil {
		return nil
	}
	var out []*node
	for _, k := range n.kids {
		if k.name == name {
			out = append(out, k)
		}
	}
	return out
}

// value is the text inside without the white space around it.
func (n *node) value() string {
	if n == nil {
		return ""
	}
	return strings.TrimSpace(string(n.chars))
}

// number reads a decimal; ok is false for what is none or out of all reason.
func number(s string) (float64, bool) {
	v, err := strconv.ParseFloat(strings.TrimSpace(s), 64)
	return v, err == nil && finite(v)
}

// numberOr reads an attribute, or gives d.
func (n *node) numberOr(name string, d float64) float64 {
	if v, ok := number(n.attr(name)); ok {
		return v
	}
	return d
}

// boolOr reads an xs:boolean attribute, or gives d.
func (n *node) boolOr(name string, d bool) bool { return boolOr(n.attr(name), d) }

func boolOr(s string, d bool) bool {
	switch strings.TrimSpace(s) {
	case "true", "1":
		return true
	case "false", "0":
		return false
	}
	return d
}

// numbers reads an ST_Array of n decimals.
func numbers(s string, n int) ([]float64, bool) {
	fields := strings.Fields(s)
	if len(fields) != n {
		return nil, false
	}
	out := make([]float64, n)
	for i, f := range fields {
		v, ok := number(f)
		if !ok {
			return nil, false
		}
		out[i] = v
	}
	return out, true
}

// box reads an ST_Box.
func box(s string) (Box, bool) {
	v, ok := numbers(s, 4)
	if !ok {
		return Box{}, false
	}
	return Box{v[0], v[1], v[2], v[3]}, true
}

// ctm reads the CTM of an object; without one, or with a wrong one, nothing is
// transformed.
func (n *node) ctm() matrix {
	if v, ok := numbers(n.attr("CTM"), 6); ok {
		return matrix{v[0], v[1], v[2], v[3], v[4], v[5]}
	}
	return identity
}
