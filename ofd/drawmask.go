package ofd

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// masks are what stands instead of the values of data items. The nil masks
// change nothing.
type masks struct {
	objects map[string]string // what a text object shows, by its ID
	values  []maskedValue     // longest first
}

type maskedValue struct{ was, shown string }

// minMasked is the length of a value that is looked for in other text too; one
// character stands in too many words.
const minMasked = 2

// masks asks for every data item of the index what may be seen of it.
func (p *Package) masks(s *structure, mask func(tag, value string) string) (*masks, error) {
	if mask == nil {
		return nil, nil //nolint:nilnil // nil masks change nothing
	}
	texts, err := p.textObjects(s)
	if err != nil {
		return nil, err
	}
	m := &masks{objects: map[string]string{}}
	refs := p.tagObjects(s)
	if refs.bad != "" {
		return nil, broken("missing", refs.bad, "index of the data items cannot be read, so that they cannot be masked")
	}
	for _, tag := range refs.order {
		for _, id := range refs.ids[tag] {
			if texts[id].twice {
				return nil, broken("duplicate", s.root, "several texts have the ID %.20q of a data item", id)
			}
		}
		lines := linesOf(refs.ids[tag], texts)
		var parts []string
		for _, l := range lines {
			parts = append(parts, l.value)
		}
		value, repeated := strings.Join(parts, ""), len(parts) > 1 && len(slices.Compact(slices.Clone(parts))) == 1
		if repeated { // shown in several places
			value = parts[0]
		}
		instead := mask(tag, value)
		if instead == value {
			continue
		}
		pieces := spread(instead, parts)
		for i, l := range lines {
			if repeated {
				pieces[i] = instead
			}
			// The first object of a line shows it all: where the next began would
			// tell what was before it.
			for _, id := range l.ids {
				m.objects[id] = ""
			}
			m.objects[l.ids[0]] = pieces[i]
			m.value(l.value, pieces[i])
		}
		m.value(value, instead)
	}
	slices.SortStableFunc(m.values, func(a, b maskedValue) int { return len(b.was) - len(a.was) })
	return m, nil
}

// textObject is what a TextObject shows, and where.
type textObject struct {
	value string
	in    *node // page, template or annotation
	box   Box
	twice bool // other text has the same ID
}

// textObjects finds the text objects of all pages by their IDs.
func (p *Package) textObjects(s *structure) (map[string]textObject, error) {
	out := map[string]textObject{}
	var in *node
	var walk func(*node)
	walk = func(n *node) {
		if n.name != "TextObject" {
			for _, k := range n.kids {
				walk(k)
			}
			return
		}
		t := textObject{in: in}
		t.box, _ = box(n.attr("Boundary"))
		for _, code := range n.all("TextCode") {
			t.value += string(code.chars)
		}
		if old, known := out[n.attr("ID")]; known {
			t.twice = old.twice || old.value != t.value
		}
		out[n.attr("ID")] = t
	}
	for _, part := range s.pages {
		page, err := s.parse(p, part.name)
		if err != nil {
			return nil, err
		}
		templates, err := p.templates(s, page)
		if err != nil {
			return nil, err
		}
		annots, err := p.annots(s, part.id)
		if err != nil {
			return nil, err
		}
		for _, n := range slices.Concat(templates, []*node{page}, annots) {
			in = n
			walk(n)
		}
	}
	return out, nil
}

// maskedLine is the text objects that show a value, or a line of one.
type maskedLine struct {
	ids   []string
	value string
}

// linesOf puts the objects of a data item together that stand beside each other.
func linesOf(ids []string, texts map[string]textObject) []maskedLine {
	var out []maskedLine
	var last textObject
	for _, id := range ids {
		t, known := texts[id]
		if !known {
			continue
		}
		middle := t.box.Y + t.box.H/2
		if len(out) > 0 && t.in == last.in && t.box.X > last.box.X && middle > last.box.Y && middle < last.box.Y+last.box.H {
			l := &out[len(out)-1]
			l.ids, l.value = append(l.ids, id), l.value+t.value
		} else {
			out = append(out, maskedLine{[]string{id}, t.value})
		}
		last = t
	}
	return out
}

func (m *masks) value(was, shown string) {
	if was != shown && utf8.RuneCountInString(was) >= minMasked {
		m.values = append(m.values, maskedValue{was, shown})
	}
}

// hide replaces the values that are masked wherever they stand in s.
func (m *masks) hide(s string) string {
	if m == nil {
		return s
	}
	for _, v := range m.values {
		s = strings.ReplaceAll(s, v.was, v.shown)
	}
	return s
}

// pieces are the characters that the TextCodes of an object show.
func (m *masks) pieces(id string, codes []*node) [][]rune {
	parts := make([]string, len(codes))
	for i, c := range codes {
		parts[i] = string(c.chars)
	}
	if m != nil {
		whole := strings.Join(parts, "")
		instead, tagged := m.objects[id]
		if !tagged {
			instead = m.hide(whole)
		}
		if instead != whole {
			parts = spread(instead, parts)
		}
	}
	out := make([][]rune, len(parts))
	for i, s := range parts {
		out[i] = []rune(s)
	}
	return out
}

// spread cuts s as the parts are cut, if it is as long as they are together;
// else all of it takes the place of the first.
func spread(s string, parts []string) []string {
	out := make([]string, len(parts))
	if len(parts) == 0 {
		return out
	}
	runes, total := []rune(s), 0
	for _, p := range parts {
		total += utf8.RuneCountInString(p)
	}
	if total != len(runes) {
		out[0] = s
		return out
	}
	for i, p := range parts {
		n := utf8.RuneCountInString(p)
		out[i], runes = string(runes[:n]), runes[n:]
	}
	return out
}

// tagRefs are the text objects of every data item.
type tagRefs struct {
	order []string
	ids   map[string][]string
	bad   string // the part of the index that could not be read
}

// maxTagRefs bounds the references of a crafted index.
const maxTagRefs = 20_000

// tagObjects reads the data index. Vendors write tag files that are not even
// well-formed, so a bad one is passed over.
func (p *Package) tagObjects(s *structure) tagRefs {
	refs := tagRefs{ids: map[string][]string{}}
	loc := s.document.kid("CustomTags").value()
	base, err := ResolvePath(s.root, loc)
	if loc == "" {
		return refs
	}
	if err != nil {
		refs.bad = s.root
		return refs
	}
	root, err := p.parse(base)
	if err != nil {
		refs.bad = base
		return refs
	}
	total := 0
	var walk func(*node)
	walk = func(n *node) {
		for _, k := range n.kids {
			if k.name != "ObjectRef" {
				walk(k)
				continue
			}
			if total++; total > maxTagRefs {
				refs.bad = base
				return
			}
			if _, known := refs.ids[n.name]; !known {
				refs.order = append(refs.order, n.name)
			}
			refs.ids[n.name] = append(refs.ids[n.name], k.value())
		}
	}
	tags := root.all("CustomTag")
	if len(tags) > maxRefs {
		refs.bad = base
	}
	for _, tag := range atMost(tags) {
		name, err := ResolvePath(base, tag.kid("FileLoc").value())
		if err != nil {
			refs.bad = base
			continue
		}
		tree, err := s.parse(p, name)
		if err != nil {
			refs.bad = name
			continue
		}
		walk(tree)
	}
	return refs
}
