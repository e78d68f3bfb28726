package ofd

import "strings"

// Package is an OFD file: its entries in order, each with the bytes it has in
// the ZIP. A Package is not safe for use by several goroutines while Put is
// called; otherwise it is.
type Package struct {
	entries []*entry
	index   map[string]*entry // by folded name
	lim     Limits
	stamp   dosTime // for entries that Put adds
}

type entry struct {
	name  string
	data  []byte
	stamp dosTime
}

func newPackage(lim Limits, stamp dosTime) *Package {
	return &Package{index: map[string]*entry{}, lim: lim.orDefault(), stamp: stamp}
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

func (p *Package) find(name string) (*entry, bool) {
	e, ok := p.index[fold(strings.TrimPrefix(name, "/"))]
	return e, ok
}

// Put adds an entry at the end, or replaces the bytes of one in its place. It
// is meant for signing: anything else put after a signature breaks it. The
// package keeps data; the caller must not change it afterwards.
func (p *Package) Put(name string, data []byte) error {
	name = strings.TrimPrefix(name, "/")
	if reason := checkName(name); reason != "" {
		return broken("name", name, "%s", reason)
	}
	if e, ok := p.find(name); ok {
		e.data = data
		return nil
	}
	e := &entry{name: name, data: data, stamp: p.stamp}
	p.entries = append(p.entries, e)
	p.index[fold(name)] = e
	return nil
}

// Clone is a package with the same entries; Put on one leaves the other alone.
func (p *Package) Clone() *Package {
	c := newPackage(p.lim, p.stamp)
	for _, e := range p.entries {
		copied := *e
		c.entries = append(c.entries, &copied)
		c.index[fold(e.name)] = &copied
	}
	return c
}
