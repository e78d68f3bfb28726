package evidence

import (
	"bytes"
	"context"
	"errors"
	"fmt"

	"github.com/google/uuid"

	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/errs"
	"github.com/yinxin-org/yinxin/internal/evidence/leaf"
	"github.com/yinxin-org/yinxin/internal/translog"
)

// MaxWhole is how many leaves one whole.json lists at most.
const MaxWhole = 20_000

// Whole gives the list of all records of a holder or an issuer's unit under the published checkpoint, with the proof that
// the list is whole: whole.json. The list begins after the first from leaves, for whoever has those from before. Who has no
// record gets the proof of that. It lists no record that came after the checkpoint.
//
// Before the first checkpoint with a map the error is errs "evidence.pending"; where more than MaxWhole leaves would be
// listed, or fewer than from stand, errs "evidence.whole-range". The caller has checked that whoever asks may read it.
func (b *Book) Whole(ctx context.Context, owner Owner, id string, from uint64) (leaf.Whole, error) {
	label := b.label(owner, id)
	w := leaf.Whole{Kind: string(owner), Label: label[:], From: leaf.Before{Count: from}, Leaves: []leaf.WholeLeaf{}}
	err := b.db.Read(ctx, func(q *db.Tx) error {
		m, err := readMap(ctx, q)
		if errors.Is(err, db.ErrNoRows) || err == nil && len(m.checkpoint) == 0 {
			return errs.New(errs.NotFound, "evidence.pending")
		}
		if err != nil {
			return err
		}
		chain, p, err := translog.ProveMap(ctx, mapRows(q), m.root, label)
		if err != nil {
			return err
		}
		if from > chain.Count || chain.Count-from > MaxWhole {
			return errs.New(errs.Invalid, "evidence.whole-range")
		}
		w.Count, w.Head, w.Checkpoint = chain.Count, chain.Head[:], string(m.checkpoint)
		w.Hashes = p.Hashes
		if p.Other != nil {
			w.Other = &leaf.Beside{Label: p.Other.Label[:], Count: p.Other.Chain.Count, Head: p.Other.Chain.Head[:]}
		}
		return fillWhole(ctx, q, &w, owner, id, m.size, chain)
	})
	if err != nil {
		return leaf.Whole{}, fmt.Errorf("prove that a list is whole: %w", err)
	}
	return w, nil
}

func fillWhole(ctx context.Context, q *db.Tx, w *leaf.Whole, owner Owner, id string, size uint64, want translog.Chain) error {
	var chain translog.Chain
	err := chainLeaves(ctx, q, owner, id, size, func(l chainLeaf) error {
		if chain.Count == w.From.Count {
			w.From.Head = bytes.Clone(chain.Head[:])
		}
		if chain.Count >= w.From.Count {
			leafID, err := uuid.Parse(l.leafID)
			if err != nil {
				return err
			}
			w.Leaves = append(w.Leaves, leaf.WholeLeaf{No: leaf.Number(leafID), Leaf: l.leaf})
		}
		chain = chain.Add(translog.Hash(l.hash))
		return nil
	})
	if err != nil {
		return err
	}
	if chain != want {
		return fmt.Errorf("%w: database does not give the chain of a list", translog.ErrFatal)
	}
	if chain.Count == w.From.Count {
		w.From.Head = bytes.Clone(chain.Head[:])
	}
	return nil
}
