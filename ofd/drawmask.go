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
		return nil, nil
	}
	shown := map[string]string{}
	for i := range s.pages {
		if _, err := p.pageInfo(s, i, shown); err != nil {
			return nil, err
		}
	}
	m := &masks{objects: map[string]string{}}
	refs := p.tagObjects(s)
	for _, tag := range refs.order {
		var parts []string
		for _, id := range refs.ids[tag] {
			parts = append(parts, shown[id])
		}
		value := strings.Join(parts, "")
		instead := mask(tag, value)
		if instead == value {
			continue
		}
		for i, piece := range spread(instead, parts) {
			m.objects[refs.ids[tag][i]] = piece
			m.value(parts[i], piece)
		}
		m.value(value, instead)
	}
	slices.SortStableFunc(m.values, func(a, b maskedValue) int { return len(b.was) - len(a.was) })
	return m, nil
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
}

// maxTagRefs bounds the references of a crafted index.
const maxTagRefs = 20_000

// tagObjects reads the data index. Vendors write tag files that are not even
// well-formed, so a bad one is passed over.
func (p *Package) tagObjects(s *structure) tagRefs {
	refs := tagRefs{ids: map[string][]string{}}
	loc := s.document.kid("CustomTags").value()
	base, err := ResolvePath(s.root, loc)
	if loc == "" || err != nil {
		return refs
	}
	root, err := p.parse(base)
	if err != nil {
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
				return
			}
			if _, known := refs.ids[n.name]; !known {
				refs.order = append(refs.order, n.name)
			}
			refs.ids[n.name] = append(refs.ids[n.name], k.value())
		}
	}
	for _, tag := range atMost(root.all("CustomTag")) {
		name, err := ResolvePath(base, tag.kid("FileLoc").value())
		if err != nil {
			continue
		}
		if tree, err := s.parse(p, name); err == nil {
			walk(tree)
		}
	}
	return refs
}
