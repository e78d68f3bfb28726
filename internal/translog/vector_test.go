package translog_test

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"testing"

	"github.com/transparency-dev/merkle/proof"
	"github.com/transparency-dev/merkle/rfc6962"
	"github.com/transparency-dev/merkle/testonly"
	"golang.org/x/mod/sumdb/tlog"

	"github.com/yinxin-org/yinxin/internal/translog"
)

// treeVectors are testdata/sm3.json; its README tells what stands in it. Bytes are hex.
type treeVectors struct {
	Leaves      []string            `json:"leaves"`
	LeafHashes  []string            `json:"leafHashes"`
	Roots       []string            `json:"roots"` // by size, from 0
	Inclusion   []inclusionVector   `json:"inclusion"`
	Consistency []consistencyVector `json:"consistency"`
}

type inclusionVector struct {
	Index  uint64   `json:"index"`
	Size   uint64   `json:"size"`
	Hashes []string `json:"hashes"`
}

type consistencyVector struct {
	Old    uint64   `json:"old"`
	Size   uint64   `json:"size"`
	Hashes []string `json:"hashes"`
}

// reference is the tree as RFC 6962 §2.1 defines it, by recursion; nothing of what is tested is used but the two hashes.
type reference struct {
	hasher translog.Hasher
	leaves [][]byte
}

func split(n int) int {
	k := 1
	for k*2 < n {
		k *= 2
	}
	return k
}

func (r reference) root(leaves [][]byte) []byte {
	switch n := len(leaves); n {
	case 0:
		return r.hasher.EmptyRoot()
	case 1:
		return r.hasher.HashLeaf(leaves[0])
	default:
		k := split(n)
		return r.hasher.HashChildren(r.root(leaves[:k]), r.root(leaves[k:]))
	}
}

func (r reference) inclusion(i int, leaves [][]byte) [][]byte {
	n := len(leaves)
	if n == 1 {
		return nil
	}
	if k := split(n); i < k {
		return append(r.inclusion(i, leaves[:k]), r.root(leaves[k:]))
	} else {
		return append(r.inclusion(i-k, leaves[k:]), r.root(leaves[:k]))
	}
}

func (r reference) consistency(m int, leaves [][]byte, whole bool) [][]byte {
	n := len(leaves)
	if m == n {
		if whole {
			return nil
		}
		return [][]byte{r.root(leaves)}
	}
	if k := split(n); m <= k {
		return append(r.consistency(m, leaves[:k], whole), r.root(leaves[k:]))
	} else {
		return append(r.consistency(m-k, leaves[k:], false), r.root(leaves[:k]))
	}
}

func hexes(list [][]byte) []string {
	out := make([]string, len(list))
	for i, b := range list {
		out[i] = hex.EncodeToString(b)
	}
	return out
}

func (r reference) vectors() treeVectors {
	v := treeVectors{Leaves: hexes(r.leaves)}
	for _, l := range r.leaves {
		v.LeafHashes = append(v.LeafHashes, hex.EncodeToString(r.hasher.HashLeaf(l)))
	}
	for size := range len(r.leaves) + 1 {
		tree := r.leaves[:size]
		v.Roots = append(v.Roots, hex.EncodeToString(r.root(tree)))
		for i := range size {
			v.Inclusion = append(v.Inclusion, inclusionVector{uint64(i), uint64(size), hexes(r.inclusion(i, tree))})
			v.Consistency = append(v.Consistency, consistencyVector{uint64(i + 1), uint64(size), hexes(r.consistency(i+1, tree, true))})
		}
	}
	return v
}

// inputs are the leaves of the vectors: those of Certificate Transparency, and more, so that the tree is uneven.
func inputs() [][]byte {
	return append(testonly.LeafInputs(), []byte("印信"), make([]byte, 300), []byte("{}"))
}

// Other implementations test themselves with testdata/sm3.json. It is made by the definition, not by what is tested.
func TestVectorsForSM3(t *testing.T) {
	t.Parallel()
	path := filepath.Join("testdata", "sm3.json")
	if *update {
		b, err := json.MarshalIndent(reference{translog.SM3{}, inputs()}.vectors(), "", " ")
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, append(b, '\n'), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var v treeVectors
	if err := json.Unmarshal(b, &v); err != nil {
		t.Fatal(err)
	}
	if len(v.Leaves) != len(inputs()) || len(v.Inclusion) != 66 || len(v.Consistency) != 66 {
		t.Fatalf("%d leaves, %d and %d proofs", len(v.Leaves), len(v.Inclusion), len(v.Consistency))
	}
	checkVectors(t, translog.SM3{}, v)
}

// The same with SHA-256 are the public vectors of RFC 6962.
func TestVectorsOfRFC6962(t *testing.T) {
	t.Parallel()
	checkVectors(t, rfc6962.DefaultHasher, reference{rfc6962.DefaultHasher, testonly.LeafInputs()}.vectors())

	// Those that Certificate Transparency spells out, by the hashes of its nodes.
	l := mustOpen(t, newMemory(), rfc6962.DefaultHasher)
	heads := []*translog.Head{nil}
	for _, leaf := range testonly.LeafInputs() {
		heads = append(heads, mustAppend(t, l, [][]byte{leaf}))
	}
	n := testonly.NodeHashes()
	for _, c := range []struct {
		index, size uint64
		want        [][]byte
	}{
		{0, 1, nil},
		{0, 8, [][]byte{n[0][1], n[1][1], n[2][1]}},
		{5, 8, [][]byte{n[0][4], n[1][3], n[2][0]}},
		{2, 3, [][]byte{n[1][0]}},
		{1, 5, [][]byte{n[0][0], n[1][1], n[0][4]}},
	} {
		_, got, err := l.Inclusion(t.Context(), heads[c.size], c.index)
		if err != nil || fmt.Sprintf("%x", got) != fmt.Sprintf("%x", c.want) {
			t.Errorf("inclusion of %d in %d: %x, %v, want %x", c.index, c.size, got, err, c.want)
		}
	}
	for _, c := range []struct {
		old, size uint64
		want      [][]byte
	}{
		{1, 1, nil},
		{1, 8, [][]byte{n[0][1], n[1][1], n[2][1]}},
		{6, 8, [][]byte{n[1][2], n[1][3], n[2][0]}},
		{2, 5, [][]byte{n[1][1], n[0][4]}},
	} {
		got, err := l.Consistency(t.Context(), c.old, heads[c.size])
		if err != nil || fmt.Sprintf("%x", got) != fmt.Sprintf("%x", c.want) {
			t.Errorf("consistency of %d and %d: %x, %v, want %x", c.old, c.size, got, err, c.want)
		}
	}
}

func checkVectors(t *testing.T, h translog.Hasher, v treeVectors) {
	t.Helper()
	l := mustOpen(t, newMemory(), h)
	heads := []*translog.Head{mustAppend(t, l, nil)}
	for i, text := range v.Leaves {
		leaf, err := hex.DecodeString(text)
		if err != nil {
			t.Fatal(err)
		}
		heads = append(heads, mustAppend(t, l, [][]byte{leaf}))
		if got := hex.EncodeToString(h.HashLeaf(leaf)); got != v.LeafHashes[i] {
			t.Errorf("leaf %d: %s, want %s", i, got, v.LeafHashes[i])
		}
	}
	for size, want := range v.Roots {
		if got := hex.EncodeToString(heads[size].Root); got != want {
			t.Errorf("root of %d: %s, want %s", size, got, want)
		}
	}
	for _, c := range v.Inclusion {
		_, got, err := l.Inclusion(t.Context(), heads[c.Size], c.Index)
		if err != nil || fmt.Sprint(hexes(got)) != fmt.Sprint(c.Hashes) {
			t.Errorf("inclusion of %d in %d: %v, %v, want %v", c.Index, c.Size, hexes(got), err, c.Hashes)
		}
	}
	for _, c := range v.Consistency {
		got, err := l.Consistency(t.Context(), c.Old, heads[c.Size])
		if err != nil || fmt.Sprint(hexes(got)) != fmt.Sprint(c.Hashes) {
			t.Errorf("consistency of %d and %d: %v, %v, want %v", c.Old, c.Size, hexes(got), err, c.Hashes)
		}
		if err := translog.VerifyConsistency(h, heads[c.Old].Checkpoint, heads[c.Size].Checkpoint, got); err != nil {
			t.Errorf("consistency of %d and %d: %v", c.Old, c.Size, err)
		}
	}
}

// theirTiles lets the client of Go's checksum database read our files.
type theirTiles struct {
	t     *testing.T
	store translog.Store
}

func (theirTiles) Height() int { return 8 }

func (r theirTiles) ReadTiles(tiles []tlog.Tile) ([][]byte, error) {
	var list [][]byte
	for _, tile := range tiles {
		data, err := r.store.Read(r.t.Context(), translog.Tile{Level: tile.L, Index: uint64(tile.N), Width: tile.W}.Path())
		if err != nil {
			return nil, err
		}
		list = append(list, data)
	}
	return list, nil
}

func (theirTiles) SaveTiles([]tlog.Tile, [][]byte) {}

func TestAnotherImplementationReadsOurTiles(t *testing.T) {
	t.Parallel()
	m := newMemory()
	l := mustOpen(t, m, rfc6962.DefaultHasher)
	old := mustAppend(t, l, entries(0, 300))
	head := mustAppend(t, l, entries(300, 70_000))
	tree := tlog.Tree{N: int64(head.Size), Hash: tlog.Hash(head.Root)}
	reader := tlog.TileHashReader(tree, theirTiles{t, m})
	for _, i := range []int64{0, 255, 256, 65_535, 65_536, 69_999} {
		theirs, err := tlog.ProveRecord(tree.N, i, reader)
		if err != nil {
			t.Fatalf("leaf %d: %v", i, err)
		}
		_, ours, err := l.Inclusion(t.Context(), head, uint64(i))
		if err != nil || fmt.Sprint(theirs) != fmt.Sprint(hashesOf(ours)) {
			t.Errorf("leaf %d: proofs differ (%v)", i, err)
		}
	}
	theirs, err := tlog.ProveTree(tree.N, int64(old.Size), reader)
	if err != nil {
		t.Fatal(err)
	}
	ours, err := l.Consistency(t.Context(), old.Size, head)
	if err != nil || fmt.Sprint(theirs) != fmt.Sprint(hashesOf(ours)) {
		t.Errorf("consistency: proofs differ (%v)", err)
	}
}

func hashesOf(list [][]byte) tlog.TreeProof { return theirs(list) }

// Whatever stands in a tile, a reader gives what the checkpoint commits to, or says that the log must stop.
func FuzzTiles(f *testing.F) {
	f.Add(uint16(0), uint16(3), byte(1), uint16(255))
	f.Add(uint16(2), uint16(0), byte(0), uint16(0))
	paths := []string{"tile/0/000", "tile/0/001", "tile/0/002.p/188", "tile/1/000.p/2"}
	m := newMemory()
	l, err := translog.Open(f.Context(), m, translog.SM3{}, signers(f)...)
	if err != nil {
		f.Fatal(err)
	}
	head := mustAppend(f, l, entries(0, 700))
	f.Fuzz(func(t *testing.T, which, at uint16, change byte, index uint16) {
		path := paths[int(which)%len(paths)]
		data, err := m.Read(t.Context(), path)
		if err != nil {
			t.Fatal(err)
		}
		broken := newMemory()
		maps.Copy(broken.files, m.files)
		if change == 0 {
			data = data[:int(at)%len(data)]
		} else {
			data[int(at)%len(data)] ^= change
		}
		broken.files[path] = data
		i := uint64(index) % head.Size
		leaf, hashes, err := translog.NewReader(broken, translog.SM3{}, keysOf(testSigners)).Inclusion(t.Context(), head, i)
		if err != nil {
			if !errors.Is(err, translog.ErrFatal) {
				t.Errorf("leaf %d: %v, want ErrFatal", i, err)
			}
			return
		}
		if want := (translog.SM3{}).HashLeaf(entry(int(i))); !bytes.Equal(leaf, want) {
			t.Errorf("leaf %d is another", i)
		}
		if err := proof.VerifyInclusion(translog.SM3{}, i, head.Size, leaf, hashes, head.Root); err != nil {
			t.Errorf("leaf %d: %v", i, err)
		}
	})
}

// No hashes but the right ones show that one tree extends another.
func FuzzConsistency(f *testing.F) {
	m := newMemory()
	l, err := translog.Open(f.Context(), m, translog.SM3{}, signers(f)...)
	if err != nil {
		f.Fatal(err)
	}
	heads := map[uint64]*translog.Head{}
	for _, size := range []int{3, 6, 8, 13} {
		heads[uint64(size)] = mustAppend(f, l, entries(int(l.Size()), size))
	}
	right, err := l.Consistency(f.Context(), 6, heads[13])
	if err != nil {
		f.Fatal(err)
	}
	f.Add(uint8(6), uint8(13), bytes.Join(right, nil))
	f.Add(uint8(3), uint8(8), []byte{})
	f.Fuzz(func(t *testing.T, from, to uint8, data []byte) {
		old, head := heads[uint64(from)], heads[uint64(to)]
		if old == nil || head == nil {
			return
		}
		var hashes [][]byte
		for ; len(data) >= translog.HashSize; data = data[translog.HashSize:] {
			hashes = append(hashes, data[:translog.HashSize])
		}
		if translog.VerifyConsistency(translog.SM3{}, old.Checkpoint, head.Checkpoint, hashes) != nil {
			return
		}
		if want, err := l.Consistency(t.Context(), old.Size, head); err != nil || fmt.Sprint(hashes) != fmt.Sprint(want) {
			t.Errorf("%d to %d: other hashes pass: %x, want %x (%v)", from, to, hashes, want, err)
		}
	})
}
