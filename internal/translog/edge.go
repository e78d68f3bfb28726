package translog

import (
	"bytes"
	"context"
	"fmt"
	"slices"

	"github.com/transparency-dev/merkle/compact"
)

// edge is the growing right border of a tree: everything that is needed to add leaves without reading.
type edge struct {
	hasher  Hasher
	rng     *compact.Range
	rows    [][]byte // per level, the hashes of its rightmost tile that is not full
	bundle  []byte   // the entries of the rightmost bundle that is not full
	touched []bool   // per level, whether its rightmost tile has grown since it was last written
	files   []File   // full tiles, to be written
	filled  []Tile   // the same, by name
}

func newEdge(h Hasher) *edge {
	return &edge{hasher: h, rng: factory(h).NewEmptyRange(0)}
}

// loadEdge reads the edge of the tree of head and checks that the tiles give its root.
func (r *Reader) loadEdge(ctx context.Context, head *Head) (*edge, error) {
	t := r.tree(head.Size)
	rng, err := t.prefix(ctx, head.Size)
	if err != nil {
		return nil, err
	}
	root, err := rootOf(rng, r.hasher)
	if err != nil {
		return nil, err
	}
	if !bytes.Equal(root, head.Root) {
		return nil, fmt.Errorf("%w: tiles do not give the root", ErrFatal)
	}
	e := &edge{hasher: r.hasher, rng: rng}
	for level := 0; head.Size>>(tileHeight*level) > 0; level++ {
		var row []byte
		if count := head.Size >> (tileHeight * level); count%TileWidth > 0 {
			if row, err = t.hashes(ctx, tileAt(level, count/TileWidth, head.Size)); err != nil {
				return nil, err
			}
		}
		e.rows = append(e.rows, row)
		e.touched = append(e.touched, false)
	}
	if head.Size%TileWidth > 0 {
		entries, err := r.Entries(ctx, head, head.Size-1)
		if err != nil {
			return nil, err
		}
		for _, entry := range entries {
			e.bundle = appendEntry(e.bundle, entry)
		}
	}
	return e, nil
}

// clone gives an edge that can grow without e seeing it.
func (e *edge) clone() (*edge, error) {
	rng, err := factory(e.hasher).NewRange(0, e.rng.End(), slices.Clone(e.rng.Hashes()))
	if err != nil {
		return nil, err
	}
	c := &edge{hasher: e.hasher, rng: rng, bundle: bytes.Clone(e.bundle), touched: make([]bool, len(e.rows))}
	for _, row := range e.rows {
		c.rows = append(c.rows, bytes.Clone(row))
	}
	return c, nil
}

// add appends one entry to the tree.
func (e *edge) add(entry []byte) error {
	index := e.rng.End()
	e.bundle = appendEntry(e.bundle, entry)
	if index%TileWidth == TileWidth-1 {
		e.full(Tile{Level: EntriesLevel, Index: index / TileWidth}, e.bundle)
		e.bundle = nil
	}
	return e.rng.Append(e.hasher.HashLeaf(entry), e.visit)
}

// visit sees every complete node once, children before parents. Those at a multiple of the tile height stand
// in tiles.
func (e *edge) visit(id compact.NodeID, hash []byte) {
	if id.Level%tileHeight != 0 {
		return
	}
	level := int(id.Level / tileHeight)
	if level == len(e.rows) {
		e.rows = append(e.rows, nil)
		e.touched = append(e.touched, false)
	}
	e.rows[level] = append(e.rows[level], hash...)
	e.touched[level] = true
	if len(e.rows[level]) == TileWidth*HashSize {
		e.full(Tile{Level: level, Index: id.Index / TileWidth}, e.rows[level])
		e.rows[level], e.touched[level] = nil, false
	}
}

func (e *edge) full(t Tile, data []byte) {
	t.Width = TileWidth
	e.files = append(e.files, File{Path: t.Path(), Data: data})
	e.filled = append(e.filled, t)
}

// flush gives the files that the tree of the present size needs beyond those already given.
func (e *edge) flush() []File {
	files := e.files
	e.files = nil
	size := e.rng.End()
	for level, row := range e.rows {
		if e.touched[level] {
			count := size >> (tileHeight * level)
			files = append(files, File{Path: tileAt(level, count/TileWidth, size).Path(), Data: bytes.Clone(row)})
			e.touched[level] = false
		}
	}
	if len(e.bundle) > 0 {
		files = append(files, File{
			Path: tileAt(EntriesLevel, size/TileWidth, size).Path(),
			Data: bytes.Clone(e.bundle),
		})
	}
	return files
}

func (e *edge) root() ([]byte, error) { return rootOf(e.rng, e.hasher) }
