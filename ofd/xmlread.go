package ofd

import (
	"errors"
	"slices"
	"strconv"
	"strings"

	"github.com/yinxin-org/yinxin/internal/xmlscan"
)

// node is an element of a parsed entry. Namespaces and prefixes are dropped:
// vendors use three namespaces and none.
type node struct {
	name  string
	attrs []xmlscan.Attr
	chars []byte // all character data directly inside
	kids  []*node
}

// parse reads an XML entry into a tree, once for each entry. DOCTYPE is
// refused, and with it all entities but the five of XML itself.
func (p *Package) parse(name string) (*node, error) {
	e, ok := p.find(name)
	if !ok {
		return nil, broken("missing", name, "no such entry")
	}
	e.parsed.Do(func() { e.tree, e.treeErr = parseXML(e.name, e.data, p.lim) })
	return e.tree, e.treeErr
}

func parseXML(name string, data []byte, lim Limits) (*node, error) {
	s := xmlscan.New(data, lim.MaxXMLDepth, lim.MaxXMLNodes)
	root := &node{}
	stack := []*node{root}
	for {
		kind, err := s.Next()
		if refused, ok := errors.AsType[*xmlscan.Error](err); ok {
			return nil, broken(refused.Rule, name, "%v", err)
		}
		top := stack[len(stack)-1]
		switch kind {
		case xmlscan.EOF:
			return root.kids[0], nil
		case xmlscan.Start:
			kid := &node{name: s.Name, attrs: slices.Clone(s.Attrs)}
			top.kids = append(top.kids, kid)
			stack = append(stack, kid)
		case xmlscan.End:
			stack = stack[:len(stack)-1]
		case xmlscan.Text:
			top.chars = append(slices.Clip(top.chars), s.Text...)
		}
	}
}

// attr gives an attribute by its local name; letter case does not matter.
func (n *node) attr(name string) string {
	if n == nil {
		return ""
	}
	for _, a := range n.attrs {
		if a.Space != "xmlns" && strings.EqualFold(a.Name, name) {
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
