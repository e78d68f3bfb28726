package translog

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io/fs"
	"sync/atomic"

	"github.com/transparency-dev/merkle/compact"
	"github.com/transparency-dev/merkle/proof"
)

// Reader answers from a log's published files. It is safe for concurrent use, and any number of readers may
// stand beside the one that writes.
type Reader struct {
	store    Source
	hasher   Hasher
	keys     []*Key
	last     atomic.Pointer[Head]
	cosigned atomic.Pointer[Head]
}

// NewReader makes a reader of the log that signs with all of the given keys.
func NewReader(store Source, hasher Hasher, keys []*Key) *Reader {
	return &Reader{store: store, hasher: hasher, keys: keys}
}

// Head is a published checkpoint and the note that signs it.
type Head struct {
	Checkpoint
	Signed []byte
}

// Head gives the published checkpoint. Before the first is published the error is fs.ErrNotExist; one whose
// signatures do not verify is ErrFatal.
func (r *Reader) Head(ctx context.Context) (*Head, error) {
	return r.head(ctx, CheckpointPath, &r.last)
}

// Cosigned gives the newest checkpoint that witnesses have cosigned, with their signatures; see [Cosignatures]. It may be
// older than [Reader.Head]. Its errors are the same.
func (r *Reader) Cosigned(ctx context.Context) (*Head, error) {
	return r.head(ctx, CosignedPath, &r.cosigned)
}

func (r *Reader) head(ctx context.Context, path string, known *atomic.Pointer[Head]) (*Head, error) {
	signed, err := r.store.Read(ctx, path)
	if err != nil {
		return nil, fmt.Errorf("read checkpoint: %w", err)
	}
	if last := known.Load(); last != nil && bytes.Equal(last.Signed, signed) {
		return last, nil
	}
	c, err := OpenCheckpoint(signed, r.keys)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrFatal, err)
	}
	if c.Origin != r.keys[0].Name() {
		return nil, fmt.Errorf("%w: checkpoint of another log", ErrFatal)
	}
	head := &Head{Checkpoint: c, Signed: signed}
	known.Store(head)
	return head, nil
}

// Leaf gives the hash of the leaf at index in the tree of head, as the tiles have it.
func (r *Reader) Leaf(ctx context.Context, head *Head, index uint64) ([]byte, error) {
	if index >= head.Size {
		return nil, fmt.Errorf("leaf %d: tree has %d", index, head.Size)
	}
	tile := tileAt(0, index/TileWidth, head.Size)
	data, err := r.tree(head.Size).hashes(ctx, tile)
	if err != nil {
		return nil, err
	}
	i := int(index % TileWidth)
	return data[i*HashSize : (i+1)*HashSize], nil
}

// Inclusion gives the hash of the leaf at index and the proof that it stands in the tree of head.
func (r *Reader) Inclusion(ctx context.Context, head *Head, index uint64) (leaf []byte, hashes [][]byte, err error) {
	nodes, err := proof.Inclusion(index, head.Size)
	if err != nil {
		return nil, nil, fmt.Errorf("prove inclusion: %w", err)
	}
	t := r.tree(head.Size)
	if leaf, err = t.node(ctx, compact.NewNodeID(0, index)); err != nil {
		return nil, nil, fmt.Errorf("prove inclusion: %w", err)
	}
	if hashes, err = t.proof(ctx, nodes); err != nil {
		return nil, nil, fmt.Errorf("prove inclusion: %w", err)
	}
	if err := proof.VerifyInclusion(r.hasher, index, head.Size, leaf, hashes, head.Root); err != nil {
		return nil, nil, fmt.Errorf("%w: tiles do not give the root", ErrFatal)
	}
	return leaf, hashes, nil
}

// Consistency gives the proof that the tree of head extends its own first size leaves.
func (r *Reader) Consistency(ctx context.Context, size uint64, head *Head) ([][]byte, error) {
	nodes, err := proof.Consistency(size, head.Size)
	if err != nil {
		return nil, fmt.Errorf("prove consistency: %w", err)
	}
	hashes, err := r.tree(head.Size).proof(ctx, nodes)
	if err != nil {
		return nil, fmt.Errorf("prove consistency: %w", err)
	}
	return hashes, nil
}

// Root computes the root over the first size leaves, which must not be more than head has.
func (r *Reader) Root(ctx context.Context, size uint64, head *Head) ([]byte, error) {
	if size > head.Size {
		return nil, fmt.Errorf("root of %d leaves: tree has %d", size, head.Size)
	}
	rng, err := r.tree(head.Size).prefix(ctx, size)
	if err != nil {
		return nil, err
	}
	return rootOf(rng, r.hasher)
}

// Entries gives the entries of the bundle that index stands in, from the first of that bundle to the last
// that head has.
func (r *Reader) Entries(ctx context.Context, head *Head, index uint64) ([][]byte, error) {
	if index >= head.Size {
		return nil, fmt.Errorf("entry %d: tree has %d", index, head.Size)
	}
	tile := tileAt(EntriesLevel, index/TileWidth, head.Size)
	data, err := readTile(ctx, r.store, tile)
	if err != nil {
		return nil, err
	}
	entries, err := ParseBundle(data)
	if err != nil || len(entries) < tile.Width {
		return nil, fmt.Errorf("%w: %s is damaged", ErrFatal, tile.Path())
	}
	return entries[:tile.Width], nil
}

var errBundle = errors.New("malformed bundle of entries")

// ParseBundle reads a bundle of entries: each after its length in two bytes, big-endian.
func ParseBundle(data []byte) ([][]byte, error) {
	var entries [][]byte
	for len(data) > 0 {
		if len(data) < 2 {
			return nil, errBundle
		}
		n := int(binary.BigEndian.Uint16(data))
		if data = data[2:]; len(data) < n || len(entries) == TileWidth {
			return nil, errBundle
		}
		entries = append(entries, data[:n:n])
		data = data[n:]
	}
	return entries, nil
}

func appendEntry(bundle, entry []byte) []byte {
	return append(binary.BigEndian.AppendUint16(bundle, uint16(len(entry))), entry...)
}

// readTile reads a tile, or the full one where a partial one has been removed in its favour.
func readTile(ctx context.Context, store Source, t Tile) ([]byte, error) {
	data, err := store.Read(ctx, t.Path())
	if errors.Is(err, fs.ErrNotExist) && t.Width < TileWidth {
		data, err = store.Read(ctx, t.full().Path())
	}
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("%w: %s is missing", ErrFatal, t.Path())
	}
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", t.Path(), err)
	}
	return data, nil
}

// tree reads the nodes of the tree of one size, each tile once.
type tree struct {
	*Reader
	size  uint64
	tiles map[Tile][]byte
}

func (r *Reader) tree(size uint64) *tree {
	return &tree{Reader: r, size: size, tiles: make(map[Tile][]byte)}
}

func (t *tree) hashes(ctx context.Context, tile Tile) ([]byte, error) {
	if data, ok := t.tiles[tile]; ok {
		return data, nil
	}
	data, err := readTile(ctx, t.store, tile)
	if err != nil {
		return nil, err
	}
	if len(data) < tile.Width*HashSize || len(data)%HashSize != 0 {
		return nil, fmt.Errorf("%w: %s is damaged", ErrFatal, tile.Path())
	}
	data = data[:tile.Width*HashSize]
	t.tiles[tile] = data
	return data, nil
}

// node gives the hash over a complete subtree. Levels that no tile holds are hashed from the tile below.
func (t *tree) node(ctx context.Context, id compact.NodeID) ([]byte, error) {
	level, height := id.Level/tileHeight, id.Level%tileHeight
	first := id.Index << height
	tile := tileAt(int(level), first/TileWidth, t.size)
	data, err := t.hashes(ctx, tile)
	if err != nil {
		return nil, err
	}
	begin := int(first%TileWidth) * HashSize
	end := begin + HashSize<<height
	if end > len(data) {
		return nil, fmt.Errorf("node %d/%d is not complete in a tree of %d", id.Level, id.Index, t.size)
	}
	return t.fold(data[begin:end]), nil
}

func (t *tree) fold(data []byte) []byte {
	if len(data) == HashSize {
		return bytes.Clone(data)
	}
	half := len(data) / 2
	return t.hasher.HashChildren(t.fold(data[:half]), t.fold(data[half:]))
}

func (t *tree) nodes(ctx context.Context, ids []compact.NodeID) ([][]byte, error) {
	hashes := make([][]byte, len(ids))
	for i, id := range ids {
		h, err := t.node(ctx, id)
		if err != nil {
			return nil, err
		}
		hashes[i] = h
	}
	return hashes, nil
}

func (t *tree) proof(ctx context.Context, nodes proof.Nodes) ([][]byte, error) {
	hashes, err := t.nodes(ctx, nodes.IDs)
	if err != nil {
		return nil, err
	}
	return nodes.Rehash(hashes, t.hasher.HashChildren)
}

// prefix gives the compact range over the first size leaves.
func (t *tree) prefix(ctx context.Context, size uint64) (*compact.Range, error) {
	hashes, err := t.nodes(ctx, compact.RangeNodes(0, size, nil))
	if err != nil {
		return nil, err
	}
	return factory(t.hasher).NewRange(0, size, hashes)
}

func factory(h Hasher) *compact.RangeFactory { return &compact.RangeFactory{Hash: h.HashChildren} }

func rootOf(rng *compact.Range, h Hasher) ([]byte, error) {
	if rng.End() == 0 {
		return h.EmptyRoot(), nil
	}
	return rng.GetRootHash(nil)
}
