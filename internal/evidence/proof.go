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
// holder's, is errs "evidence.unknown"; one whose record has left for the archive is "evidence.left", one whose holder was erased
// "evidence.erased". The caller has checked that whoever asks may read it.
func (b *Book) Receipt(ctx context.Context, holderID, leafID string) (leaf.Receipt, error) {
	id, err := uuid.Parse(leafID)
	if err != nil {
		return leaf.Receipt{}, errs.New(errs.NotFound, "evidence.unknown")
	}
	var r leaf.Receipt
	err = b.db.Read(ctx, func(q *db.Tx) error {
		s := Stored{LeafID: id.String(), HolderID: holderID}
		s.Leaf, s.Opening, s.Promise, err = leafOf(ctx, q, holderID, s.LeafID)
		if errors.Is(err, db.ErrNoRows) {
			return errs.New(errs.NotFound, "evidence.unknown")
		}
		if err != nil {
			return err
		}
		r, err = b.Unseal(ctx, q, s)
		return err
	})
	if err != nil {
		return leaf.Receipt{}, fmt.Errorf("read receipt: %w", err)
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

// Check derives the whole published tree again from the database and compares root, map and every tile with what
// is published. A difference is translog.ErrFatal. It gives the number of leaves checked.
func (b *Book) Check(ctx context.Context) (uint64, error) {
	head, err := b.reader.Head(ctx)
	if errors.Is(err, fs.ErrNotExist) {
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	return b.rebuild(ctx, head, func(ctx context.Context, files []translog.File) error {
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

// Restore writes the tiles of the published tree again from the database, where they are missing, and lets the map be
// derived again. If the leaves do not give the published roots, nothing is written and it is translog.ErrFatal; so it is if
// a tile stands with other content. A checkpoint that is missing, or older than the one the database has seen published,
// is put back. A log that had stopped goes on after a restart.
func (b *Book) Restore(ctx context.Context) (uint64, error) {
	head, err := b.lastHead(ctx)
	if err != nil || head == nil {
		return 0, err
	}
	if _, err := b.rebuild(ctx, head, func(context.Context, []translog.File) error { return nil }); err != nil {
		return 0, err
	}
	if err := b.putForward(ctx, head); err != nil {
		return 0, err
	}
	err = b.db.Write(ctx, func(tx *db.Tx) error { return clearMap(ctx, tx) })
	if err != nil {
		return 0, fmt.Errorf("clear map: %w", err)
	}
	return head.Size, nil
}

// putForward makes the tiles of a checkpoint that was published once whole and, if the store has an older one or none, puts
// it back in its place. Under the lease, it cannot come to stand over a newer one.
func (b *Book) putForward(ctx context.Context, head *translog.Head) error {
	if _, err := b.rebuild(ctx, head, b.store.Create); err != nil {
		return err
	}
	older := func() (bool, error) {
		now, err := b.reader.Head(ctx)
		if errors.Is(err, fs.ErrNotExist) {
			return true, nil
		}
		return err == nil && now.Size < head.Size, err
	}
	if is, err := older(); err != nil || !is {
		return err
	}
	err := b.db.Write(ctx, func(tx *db.Tx) error {
		if err := b.hold(ctx, tx); err != nil {
			return err
		}
		if is, err := older(); err != nil || !is {
			return err
		}
		return b.store.Replace(ctx, translog.File{Path: translog.CheckpointPath, Data: head.Signed})
	})
	if err != nil {
		return fmt.Errorf("put checkpoint back: %w", err)
	}
	return nil
}

// lastHead is the published checkpoint as the store has it, or the database if that saw a later one; nil if neither has any.
func (b *Book) lastHead(ctx context.Context) (*translog.Head, error) {
	head, err := b.reader.Head(ctx)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	var m mapState
	err = b.db.Read(ctx, func(q *db.Tx) (err error) {
		m, err = readMap(ctx, q)
		return err
	})
	if errors.Is(err, db.ErrNoRows) || err == nil && (len(m.checkpoint) == 0 || head != nil && m.size <= head.Size) {
		return head, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read map: %w", err)
	}
	c, err := translog.OpenCheckpoint(m.checkpoint, []*translog.Key{b.ed.Key, b.sm2.Key})
	if err != nil {
		return nil, fmt.Errorf("%w: %w", translog.ErrFatal, err)
	}
	return &translog.Head{Checkpoint: c, Signed: m.checkpoint}, nil
}

// rebuild derives the tree of a checkpoint, and the map if it commits to one.
func (b *Book) rebuild(
	ctx context.Context, head *translog.Head, put func(context.Context, []translog.File) error,
) (uint64, error) {
	size, root, err := translog.Rebuild(ctx, translog.SM3{}, b.leaves(ctx, head.Size), put)
	if err != nil {
		return 0, fmt.Errorf("derive tree: %w", err)
	}
	if size != head.Size || !bytes.Equal(root, head.Root) {
		return 0, fmt.Errorf("%w: database does not give the published root", translog.ErrFatal)
	}
	mapRoot, err := b.derivedMap(ctx, size)
	if err != nil {
		return 0, fmt.Errorf("derive map: %w", err)
	}
	return size, mapFits(head, mapRoot)
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
