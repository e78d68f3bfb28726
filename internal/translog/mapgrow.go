package translog

import (
	"context"
	"fmt"
	"slices"
)

// MapAdd is a leaf that a chain grows by.
type MapAdd struct {
	Label Label
	Leaf  Hash
}

// GrowMap adds leaves to their chains, in the order given, and gives the root of the map that results and the rows that
// are other than before. Nothing is written. The rows that are read must give the root given, else it is ErrFatal.
func GrowMap(ctx context.Context, read MapReader, root Hash, adds []MapAdd) (Hash, []MapRow, error) {
	if len(adds) == 0 {
		return root, nil, nil
	}
	g := growth{adds: make(map[Label][]Hash, len(adds)), rows: make(map[string]*mapRow)}
	for _, a := range adds {
		if _, ok := g.adds[a.Label]; !ok {
			g.labels = append(g.labels, MapLeaf{Label: a.Label})
		}
		g.adds[a.Label] = append(g.adds[a.Label], a.Leaf)
	}
	sortLeaves(g.labels)
	if err := g.load(ctx, read, root); err != nil {
		return Hash{}, nil, fmt.Errorf("grow map: %w", err)
	}
	return g.grow("", g.labels).hash, g.changed, nil
}

type growth struct {
	adds    map[Label][]Hash
	labels  []MapLeaf          // that grow, sorted; only the label counts
	rows    map[string]*mapRow // as they were
	changed []MapRow
}

// place is a row on the way to some labels.
type place struct {
	prefix string
	want   Hash
	labels []MapLeaf
}

// load reads all rows on the ways to the labels, a level at a time.
func (g *growth) load(ctx context.Context, read MapReader, root Hash) error {
	for places := []place{{want: root, labels: g.labels}}; len(places) > 0; {
		prefixes := make([]string, len(places))
		for i, p := range places {
			prefixes[i] = p.prefix
		}
		rows, err := read(ctx, prefixes)
		if err != nil {
			return err
		}
		var next []place
		for _, p := range places {
			row, err := readRow(p.prefix, rows, p.want)
			if err != nil {
				return err
			}
			g.rows[p.prefix] = row
			if !row.branch {
				continue
			}
			for d, labels := range byDigit(p.labels, len(p.prefix)) {
				if len(labels) > 0 {
					next = append(next, place{prefix: p.prefix + string(hexDigits[d]), want: row.children[d].hash, labels: labels})
				}
			}
		}
		places = next
	}
	return nil
}

// byDigit takes sorted leaves that agree in the digits before depth apart by the next.
func byDigit(leaves []MapLeaf, depth int) (parts [rowWidth][]MapLeaf) {
	for len(leaves) > 0 {
		d, n := digit(leaves[0].Label, depth), 1
		for n < len(leaves) && digit(leaves[n].Label, depth) == d {
			n++
		}
		parts[d], leaves = leaves[:n], leaves[n:]
	}
	return parts
}

// grow gives the subtree of the row at prefix after the labels in it have grown.
func (g *growth) grow(prefix string, labels []MapLeaf) sub {
	row := g.rows[prefix]
	if !row.branch {
		return g.plant(prefix, g.merge(row.leaves, labels))
	}
	next := &mapRow{branch: true, children: row.children}
	for d, part := range byDigit(labels, len(prefix)) {
		if len(part) > 0 {
			next.children[d] = g.grow(prefix+string(hexDigits[d]), part)
		}
	}
	return g.put(prefix, next)
}

// merge gives the leaves with those of the labels grown or new.
func (g *growth) merge(leaves, labels []MapLeaf) []MapLeaf {
	all := slices.Clone(leaves)
	for _, l := range labels {
		i, found := slices.BinarySearchFunc(all, l, compareLabels)
		if !found {
			all = slices.Insert(all, i, l)
		}
		for _, hash := range g.adds[l.Label] {
			all[i].Chain = all[i].Chain.Add(hash)
		}
	}
	return all
}

// plant makes the rows of leaves that agree in prefix: one, or where they are too many one for each next digit.
func (g *growth) plant(prefix string, leaves []MapLeaf) sub {
	if len(leaves) <= rowLeaves {
		return g.put(prefix, &mapRow{leaves: leaves})
	}
	row := &mapRow{branch: true}
	for d, part := range byDigit(leaves, len(prefix)) {
		if len(part) > 0 {
			row.children[d] = g.plant(prefix+string(hexDigits[d]), part)
		}
	}
	return g.put(prefix, row)
}

func (g *growth) put(prefix string, row *mapRow) sub {
	g.changed = append(g.changed, MapRow{Prefix: prefix, Data: row.bytes()})
	return row.sub(len(prefix))
}
