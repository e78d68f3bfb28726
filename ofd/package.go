package ofd

import (
	"slices"
	"strings"
)

// Package is an OFD file: its entries in order, each with the bytes it has in
// the ZIP. A Package is not safe for use by several goroutines while Put is
// called; otherwise it is.
type Package struct {
	entries []entry
	index   map[string]int // into entries, by folded name
	lim     Limits
	stamp   dosTime // for entries that Put adds
	built   *built  // nil for packages that were read
}

// built is what Build knows of a package that others learn by parsing.
type built struct {
	pageIDs []string
	list    string // entry of the list of signatures
}

type entry struct {
	name string
	*part
	stamp dosTime
}

func newPackage(lim Limits, stamp dosTime, size int) *Package {
	return &Package{entries: make([]entry, 0, size), index: make(map[string]int, size), lim: lim.orDefault(), stamp: stamp}
}

// fold is the key of a name: vendors differ in letter case, and two names that
// differ only in case are refused on reading.
func fold(name string) string { return strings.ToLower(name) }

// Names lists the entries in the order of the ZIP.
func (p *Package) Names() []string {
	names := make([]string, len(p.entries))
	for i, e := range p.entries {
		names[i] = e.name
	}
	return names
}

// Entry gives the bytes of an entry. A leading slash and letter case do not
// matter. The caller must not change the bytes.
func (p *Package) Entry(name string) ([]byte, bool) {
	e, ok := p.find(name)
	if !ok {
		return nil, false
	}
	return e.data, true
}

// Digest is the SM3 digest of an entry (GB/T 32905), found as Entry finds it.
// It is worked out once, also when several packages share the entry.
func (p *Package) Digest(name string) ([32]byte, bool) {
	e, ok := p.find(name)
	if !ok {
		return [32]byte{}, false
	}
	return e.sm3(), true
}

func (p *Package) find(name string) (entry, bool) {
	i, ok := p.index[fold(strings.TrimPrefix(name, "/"))]
	if !ok {
		return entry{}, false
	}
	return p.entries[i], true
}

// Put adds an entry at the end, or replaces the bytes of one in its place. It
// is meant for signing: anything else put after a signature breaks it. The
// package keeps data; the caller must not change it afterwards.
func (p *Package) Put(name string, data []byte) error { return p.put(name, newPart(data)) }

// PutDigested is Put for bytes whose SM3 digest is known, such as a seal that
// is stamped on every document.
func (p *Package) PutDigested(name string, data []byte, digest [32]byte) error {
	t := newPart(data)
	t.digested.Do(func() { t.digest = digest })
	return p.put(name, t)
}

func (p *Package) put(name string, t *part) error {
	name = strings.TrimPrefix(name, "/")
	if reason := checkName(name); reason != "" {
		return broken("name", name, "%s", reason)
	}
	key := fold(name)
	if i, ok := p.index[key]; ok {
		p.entries[i].part = t
		if key == fold(partRoot) || key == fold(partDocument) {
			p.built = nil
		}
		return nil
	}
	p.index[key] = len(p.entries)
	p.entries = append(p.entries, entry{name: name, part: t, stamp: p.stamp})
	return nil
}

// Clone is a package with the same entries; Put on one leaves the other alone.
func (p *Package) Clone() *Package {
	c := newPackage(p.lim, p.stamp, len(p.entries))
	c.entries, c.built = append(c.entries, p.entries...), p.built
	for i, e := range c.entries {
		c.index[fold(e.name)] = i
	}
	return c
}

// PageIDs lists the ids of the pages of the document, which signatures refer
// to, in order. It is empty when the package is too damaged to tell.
func (p *Package) PageIDs() []string {
	if p.built != nil {
		return slices.Clone(p.built.pageIDs)
	}
	s, err := p.structure()
	if err != nil {
		return nil
	}
	ids := make([]string, len(s.pages))
	for i, page := range s.pages {
		ids[i] = page.id
	}
	return ids
}

// SignatureList is the entry of Signatures.xml that OFD.xml names; empty when
// it names none, or when it holds several documents with lists of their own. The entry itself exists only after the first signature.
func (p *Package) SignatureList() string {
	if p.built != nil {
		return p.built.list
	}
	top, err := p.parse(partRoot)
	if err != nil || len(top.all("DocBody")) != 1 {
		return ""
	}
	list, err := ResolvePath(partRoot, top.kid("DocBody").kid("Signatures").value())
	if err != nil {
		return ""
	}
	return list
}
