package translog

import (
	"context"
	"iter"
)

// rebuildStep is how many entries are taken between two calls of the receiver, to bound memory.
const rebuildStep = 64 * TileWidth

// Rebuild derives the files of a tree anew from all its entries, hands them to put as they come, and gives
// the size and the root. It reads nothing and publishes nothing: the caller compares the root with the
// checkpoint. An error of the entries or of put ends it.
func Rebuild(
	ctx context.Context, h Hasher, entries iter.Seq2[[]byte, error], put func(context.Context, []File) error,
) (size uint64, root []byte, err error) {
	e := newEdge(h)
	for entry, err := range entries {
		if err != nil {
			return 0, nil, err
		}
		if err := e.add(entry); err != nil {
			return 0, nil, err
		}
		if e.rng.End()%rebuildStep == 0 {
			files := e.files
			e.files, e.filled = nil, nil
			if err := put(ctx, files); err != nil {
				return 0, nil, err
			}
		}
	}
	if err := put(ctx, e.flush()); err != nil {
		return 0, nil, err
	}
	root, err = e.root()
	return e.rng.End(), root, err
}
