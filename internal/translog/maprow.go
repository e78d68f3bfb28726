package translog

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
)

// A map is kept in rows, each of which has four levels of the tree or all leaves of a small subtree. A row's name is the
// hexadecimal digits that its labels begin with.
const (
	rowBits   = 4
	rowWidth  = 1 << rowBits
	rowLeaves = 32 // more do not stay in one row

	rowBucket = 0x00
	rowBranch = 0x01

	hexDigits = "0123456789abcdef"
)

// MapRow is a part of a map, to be kept under its prefix.
type MapRow struct {
	Prefix string // hexadecimal digits; none for the root's
	Data   []byte
}

// MapReader gives the kept rows of those prefixes that stand.
type MapReader func(ctx context.Context, prefixes []string) (map[string][]byte, error)

// mapRow is a row, read: leaves or children.
type mapRow struct {
	branch   bool
	leaves   []MapLeaf // sorted
	children [rowWidth]sub
}

func (r *mapRow) sub(depth int) sub {
	if r.branch {
		return fold(r.children[:])
	}
	return subOf(r.leaves, depth*rowBits)
}

func fold(subs []sub) sub {
	if len(subs) == 1 {
		return subs[0]
	}
	half := len(subs) / 2
	return join(fold(subs[:half]), fold(subs[half:]))
}

func (r *mapRow) bytes() []byte {
	if !r.branch {
		b := append(make([]byte, 0, 1+len(r.leaves)*mapLeafSize), rowBucket)
		for _, l := range r.leaves {
			b = l.append(b)
		}
		return b
	}
	b := append(make([]byte, 0, 1+rowWidth*(1+HashSize)), rowBranch)
	for _, c := range r.children {
		many := byte(0)
		if c.many {
			many = 1
		}
		b = append(append(b, many), c.hash[:]...)
	}
	return b
}

var errMapRow = errors.New("malformed row of the map")

func parseMapRow(b []byte) (*mapRow, error) {
	r := &mapRow{}
	switch {
	case len(b) > 0 && b[0] == rowBucket && len(b[1:])%mapLeafSize == 0:
		for part := range slices.Chunk(b[1:], mapLeafSize) {
			r.leaves = append(r.leaves, parseMapLeaf(part))
		}
		for i := range r.leaves[:max(0, len(r.leaves)-1)] {
			if compareLabels(r.leaves[i], r.leaves[i+1]) >= 0 {
				return nil, errMapRow
			}
		}
	case len(b) == 1+rowWidth*(1+HashSize) && b[0] == rowBranch:
		r.branch = true
		for i := range r.children {
			part := b[1+i*(1+HashSize):]
			r.children[i] = sub{hash: Hash(part[1 : 1+HashSize]), many: part[0] == 1}
		}
	default:
		return nil, errMapRow
	}
	return r, nil
}

func compareLabels(a, b MapLeaf) int { return bytes.Compare(a.Label[:], b.Label[:]) }

func sortLeaves(leaves []MapLeaf) { slices.SortFunc(leaves, compareLabels) }

// digit is the label's hexadecimal digit that leads from a row at a depth to the next.
func digit(l Label, depth int) int { return int(l[depth/2]>>(rowBits*(1-depth%2))) & (rowWidth - 1) }

func readRow(prefix string, rows map[string][]byte, want Hash) (*mapRow, error) {
	data, ok := rows[prefix]
	row := &mapRow{}
	if ok {
		var err error
		if row, err = parseMapRow(data); err != nil {
			return nil, fmt.Errorf("%w: %w", ErrFatal, err)
		}
	}
	if row.sub(len(prefix)).hash != want {
		return nil, fmt.Errorf("%w: rows do not give the map's root", ErrFatal)
	}
	return row, nil
}

// ProveMap gives the chain that a label has in the map of a root, which is the zero Chain if it has none, and the proof
// of it. Rows that do not give the root are ErrFatal.
func ProveMap(ctx context.Context, read MapReader, root Hash, label Label) (Chain, MapProof, error) {
	w := walk{ctx: ctx, read: read, label: label}
	leaves, err := w.down(root)
	if err != nil {
		return Chain{}, MapProof{}, fmt.Errorf("prove a chain: %w", err)
	}
	slices.Reverse(w.hashes)
	p := MapProof{Hashes: w.hashes}
	var chain Chain
	switch {
	case len(leaves) == 0:
	case leaves[0].Label == label:
		chain = leaves[0].Chain
	default:
		p.Other = &leaves[0]
	}
	if got, err := p.Root(label, chain); err != nil || got != root {
		return Chain{}, MapProof{}, fmt.Errorf("%w: rows do not give the map's root", ErrFatal)
	}
	return chain, p, nil
}

// walk goes from the root to the place of a label.
type walk struct {
	ctx    context.Context
	read   MapReader
	label  Label
	hashes [][]byte // of what is left beside, from the root down
}

func (w *walk) beside(s sub) {
	h := []byte{}
	if !s.empty() {
		h = s.hash[:]
	}
	w.hashes = append(w.hashes, h)
}

func (w *walk) row(prefix string, want Hash) (*mapRow, error) {
	rows, err := w.read(w.ctx, []string{prefix})
	if err != nil {
		return nil, err
	}
	return readRow(prefix, rows, want)
}

// down gives the one leaf at the place of the label, if there is one.
func (w *walk) down(want Hash) ([]MapLeaf, error) {
	for prefix := ""; ; prefix += string(hexDigits[digit(w.label, len(prefix))]) {
		row, err := w.row(prefix, want)
		if err != nil {
			return nil, err
		}
		if !row.branch {
			return w.bucket(row.leaves, len(prefix)*rowBits), nil
		}
		first, n := 0, rowWidth // of the children that remain
		for depth := len(prefix) * rowBits; ; depth++ {
			if here := fold(row.children[first : first+n]); !here.many {
				return w.single(prefix, row, first, n)
			}
			if n == 1 {
				break
			}
			n /= 2
			if bit(w.label, depth) {
				w.beside(fold(row.children[first : first+n]))
				first += n
			} else {
				w.beside(fold(row.children[first+n : first+2*n]))
			}
		}
		want = row.children[first].hash
	}
}

func (w *walk) bucket(leaves []MapLeaf, depth int) []MapLeaf {
	for ; len(leaves) > 1; depth++ {
		left, right := halves(leaves, depth)
		if bit(w.label, depth) {
			left, right = right, left
		}
		w.beside(subOf(right, depth+1))
		leaves = left
	}
	return leaves
}

// single gives the leaf that is alone under some of a row's children, which may be in the row of another child.
func (w *walk) single(prefix string, row *mapRow, first, n int) ([]MapLeaf, error) {
	for i := first; i < first+n; i++ {
		if row.children[i].empty() {
			continue
		}
		below, err := w.row(prefix+string(hexDigits[i]), row.children[i].hash)
		if err != nil {
			return nil, err
		}
		if len(below.leaves) != 1 {
			return nil, fmt.Errorf("%w: rows do not give the map's root", ErrFatal)
		}
		return below.leaves, nil
	}
	return nil, nil
}
