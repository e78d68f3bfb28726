package translog

import (
	"errors"
	"sort"
)

// The map is a binary tree over all labels of 256 bits in which most is empty: the bits of a label, from the first on,
// lead from the root to its place. So that proofs are short,
//
//   - a subtree without labels is 32 zero bytes;
//   - a subtree with one label is the hash of its leaf, however high it begins;
//   - any other is the hash of its two halves.
//
// As the leaf's hash has the whole label in it, a root leaves one answer for each label: a chain, or that there is none.

// sub is a subtree: what it hashes to, and whether more than one label is in it.
type sub struct {
	hash Hash
	many bool
}

func (s sub) empty() bool { return s.hash == Hash{} }

func join(left, right sub) sub {
	switch {
	case right.empty() && !left.many:
		return left
	case left.empty() && !right.many:
		return right
	default:
		return sub{hash: mapNode(left.hash, right.hash), many: true}
	}
}

// subOf is the subtree of sorted leaves that agree in all bits before depth.
func subOf(leaves []MapLeaf, depth int) sub {
	switch len(leaves) {
	case 0:
		return sub{}
	case 1:
		return sub{hash: leaves[0].hash()}
	}
	left, right := halves(leaves, depth)
	return join(subOf(left, depth+1), subOf(right, depth+1))
}

func halves(leaves []MapLeaf, depth int) (left, right []MapLeaf) {
	i := sort.Search(len(leaves), func(i int) bool { return bit(leaves[i].Label, depth) })
	return leaves[:i], leaves[i:]
}

// MapRoot is the root of the map of the given chains, computed from nothing else.
func MapRoot(chains map[Label]Chain) Hash {
	leaves := make([]MapLeaf, 0, len(chains))
	for l, c := range chains {
		leaves = append(leaves, MapLeaf{Label: l, Chain: c})
	}
	sortLeaves(leaves)
	return subOf(leaves, 0).hash
}

// MapProof leads from the place of a label to the root of a map.
type MapProof struct {
	// Hashes are those of the subtrees beside the way, from the label's place up. An empty slice is an empty subtree.
	Hashes [][]byte
	// Other is the one leaf that stands where the label would, if another does.
	Other *MapLeaf
}

var errMapProof = errors.New("malformed proof of the map")

// Root is the root that the proof leads to if the label's chain is the given one; a chain without leaves stands for no
// chain. A proof that no tree could give is an error.
func (p MapProof) Root(label Label, chain Chain) (Hash, error) {
	var root Hash
	switch {
	case len(p.Hashes) > 8*HashSize:
		return Hash{}, errMapProof
	case chain.Count > 0 && p.Other == nil:
		root = MapLeaf{Label: label, Chain: chain}.hash()
	case chain.Count > 0 || chain != Chain{}:
		return Hash{}, errMapProof
	case p.Other != nil:
		if p.Other.Chain.Count == 0 || !agree(label, p.Other.Label, len(p.Hashes)) {
			return Hash{}, errMapProof
		}
		root = p.Other.hash()
	}
	for i, h := range p.Hashes {
		var beside Hash
		switch {
		case len(h) == HashSize && Hash(h) != Hash{}:
			beside = Hash(h)
		case len(h) != 0 || i == 0: // a leaf alone or nothing beside nothing would stand higher
			return Hash{}, errMapProof
		}
		if bit(label, len(p.Hashes)-1-i) {
			root = mapNode(beside, root)
		} else {
			root = mapNode(root, beside)
		}
	}
	return root, nil
}

// agree reports whether two different labels have the same first n bits.
func agree(a, b Label, n int) bool {
	for i := range n {
		if bit(a, i) != bit(b, i) {
			return false
		}
	}
	return a != b
}
