package evidence

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"time"

	"github.com/google/uuid"

	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/errs"
	"github.com/yinxin-org/yinxin/internal/evidence/leaf"
	"github.com/yinxin-org/yinxin/internal/translog"
)

var errOpening = errors.New("stored record does not open its leaf")

// Receipt gives a holder's receipt.json with the opened record. A leaf that is not there, or is another
// holder's, is errs "evidence.unknown". The caller has checked that whoever asks may read it.
func (b *Book) Receipt(ctx context.Context, holderID, leafID string) (leaf.Receipt, error) {
	id, err := uuid.Parse(leafID)
	if err != nil {
		return leaf.Receipt{}, errs.New(errs.NotFound, "evidence.unknown")
	}
	r := leaf.Receipt{No: leaf.Number(id)}
	err = b.db.Read(ctx, func(q *db.Tx) error {
		data, sealed, promise, err := leafOf(ctx, q, holderID, id.String())
		if errors.Is(err, db.ErrNoRows) {
			return errs.New(errs.NotFound, "evidence.unknown")
		}
		if err != nil {
			return err
		}
		opening, err := b.sealer.Open(ctx, q, holderID, sealed)
		if err != nil {
			return fmt.Errorf("open evidence: %w", err)
		}
		if len(opening) <= leaf.SaltSize {
			return errOpening
		}
		r.Leaf, r.Promise = data, promise
		r.Salt, r.Body = opening[:leaf.SaltSize:leaf.SaltSize], opening[leaf.SaltSize:]
		return nil
	})
	if err != nil {
		return leaf.Receipt{}, fmt.Errorf("read receipt: %w", err)
	}
	l, err := leaf.Parse(r.Leaf)
	if err != nil || !bytes.Equal(l.Commitment, leaf.Commit(r.Salt, id, r.Body)) {
		return leaf.Receipt{}, fmt.Errorf("read receipt: %w", errOpening)
	}
	return r, nil
}

// Proof gives a leaf's proof.json against the newest checkpoint that witnesses have cosigned, or the published one where they
// have not got so far. Until the leaf stands in a published
// tree it is errs "evidence.pending"; so it is for a leaf that does not exist.
func (b *Book) Proof(ctx context.Context, leafID string) (leaf.Proof, error) {
	pending := errs.New(errs.NotFound, "evidence.pending")
	id, err := uuid.Parse(leafID)
	if err != nil {
		return leaf.Proof{}, pending
	}
	var index uint64
	var want []byte
	err = b.db.Read(ctx, func(q *db.Tx) error {
		index, want, err = entryOf(ctx, q, id.String())
		return err
	})
	if errors.Is(err, db.ErrNoRows) {
		return leaf.Proof{}, pending
	}
	if err != nil {
		return leaf.Proof{}, fmt.Errorf("find leaf: %w", err)
	}
	head, err := b.reader.Cosigned(ctx)
	if err != nil || index >= head.Size {
		head, err = b.reader.Head(ctx)
	}
	if errors.Is(err, fs.ErrNotExist) || err == nil && index >= head.Size {
		return leaf.Proof{}, pending
	}
	if err != nil {
		return leaf.Proof{}, err
	}
	hash, hashes, err := b.reader.Inclusion(ctx, head, index)
	if err != nil {
		return leaf.Proof{}, err
	}
	if !bytes.Equal(hash, want) {
		return leaf.Proof{}, fmt.Errorf("%w: leaf %d differs from the database", translog.ErrFatal, index)
	}
	return leaf.Proof{
		No: leaf.Number(id), Index: index, Size: head.Size, Hashes: hashes, Checkpoint: string(head.Signed),
	}, nil
}

// Length is how many leaves the log had at a moment: what was written before it stands before that place, what has a place
// behind it was written later, whatever time it states. It reads all leaves, so it is for rare questions.
func (b *Book) Length(ctx context.Context, q *db.Tx, at time.Time) (uint64, error) {
	n, err := lengthAt(ctx, q, at)
	if err != nil {
		return 0, fmt.Errorf("measure log: %w", err)
	}
	return n, nil
}

// Check derives the whole published tree again from the database and compares root and every tile with what
// is published. A difference is translog.ErrFatal. It gives the number of leaves checked.
func (b *Book) Check(ctx context.Context) (uint64, error) {
	return b.rebuild(ctx, func(ctx context.Context, files []translog.File) error {
		for _, f := range files {
			data, err := b.store.Read(ctx, f.Path)
			if errors.Is(err, fs.ErrNotExist) {
				return fmt.Errorf("%w: %s is missing", translog.ErrFatal, f.Path)
			}
			if err != nil {
				return err
			}
			if !bytes.Equal(data, f.Data) {
				return fmt.Errorf("%w: %s differs from the database", translog.ErrFatal, f.Path)
			}
		}
		return nil
	})
}

// Restore writes the tiles of the published tree again from the database, where they are missing. If the
// leaves do not give the published root, nothing is written and it is translog.ErrFatal; so it is if a tile
// stands with other content. A log that had stopped goes on after a restart.
func (b *Book) Restore(ctx context.Context) (uint64, error) {
	if _, err := b.rebuild(ctx, func(context.Context, []translog.File) error { return nil }); err != nil {
		return 0, err
	}
	return b.rebuild(ctx, b.store.Create)
}

func (b *Book) rebuild(ctx context.Context, put func(context.Context, []translog.File) error) (uint64, error) {
	head, err := b.reader.Head(ctx)
	if errors.Is(err, fs.ErrNotExist) {
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	size, root, err := translog.Rebuild(ctx, translog.SM3{}, b.leaves(ctx, head.Size), put)
	if err != nil {
		return 0, fmt.Errorf("derive tree: %w", err)
	}
	if size != head.Size || !bytes.Equal(root, head.Root) {
		return 0, fmt.Errorf("%w: database does not give the published root", translog.ErrFatal)
	}
	return size, nil
}

// leaves reads the first size placed leaves, a batch at a time.
func (b *Book) leaves(ctx context.Context, size uint64) iter.Seq2[[]byte, error] {
	return func(yield func([]byte, error) bool) {
		for next := uint64(0); next < size; {
			var list []placed
			err := b.db.Read(ctx, func(q *db.Tx) (err error) {
				list, err = placedLeaves(ctx, q, next, int(min(uint64(b.batch), size-next)))
				return err
			})
			if err == nil && len(list) == 0 {
				err = fmt.Errorf("%w: database lacks leaf %d", translog.ErrFatal, next)
			}
			if err != nil {
				yield(nil, err)
				return
			}
			for _, p := range list {
				if err := checkPlaced(p, next); err != nil {
					yield(nil, err)
					return
				}
				if !yield(p.leaf, nil) {
					return
				}
				next++
			}
		}
	}
}
