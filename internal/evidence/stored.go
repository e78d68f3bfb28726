package evidence

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/errs"
	"github.com/yinxin-org/yinxin/internal/evidence/leaf"
	"github.com/yinxin-org/yinxin/internal/translog"
)

// Stored is a leaf as the database keeps it.
type Stored struct {
	LeafID, HolderID, Kind string
	Index                  uint64
	Leaf, Promise          []byte
	Opening                []byte // ciphertext of salt and body; empty if it has left
}

// Stored reads leaves in the order of their ids, those after one id and before another, at most limit of them. Those without a
// place in the log are passed over; see Unplaced.
func (b *Book) Stored(ctx context.Context, q *db.Tx, after, before string, limit int) ([]Stored, error) {
	rows, err := q.Query(ctx, `
		SELECT e.idx, e.leaf_id, e.holder_id, l.kind, l.leaf, l.promise, l.opening
		FROM log_entry e
		JOIN log_leaf l ON l.holder_id = e.holder_id AND l.leaf_id = e.leaf_id
		WHERE e.leaf_id > $1 AND e.leaf_id < $2 AND l.leaf_id > $1 AND l.leaf_id < $2
		ORDER BY e.leaf_id
		LIMIT $3`, after, before, limit)
	if err != nil {
		return nil, fmt.Errorf("read leaves: %w", err)
	}
	defer func() { _ = rows.Close() }()
	var list []Stored
	for rows.Next() {
		var s Stored
		if err := rows.Scan(&s.Index, &s.LeafID, &s.HolderID, &s.Kind, &s.Leaf, &s.Promise, &s.Opening); err != nil {
			return nil, fmt.Errorf("read leaves: %w", err)
		}
		list = append(list, s)
	}
	return list, rows.Err()
}

// First is the least id of a leaf in the log; "" if there is none.
func (b *Book) First(ctx context.Context, q *db.Tx) (string, error) {
	var id string
	if err := q.QueryRow(ctx, `SELECT COALESCE(MIN(leaf_id), '') FROM log_entry`).Scan(&id); err != nil {
		return "", fmt.Errorf("find first leaf: %w", err)
	}
	return id, nil
}

// Unplaced reports whether a leaf with a lower id waits for its place in the log.
func (b *Book) Unplaced(ctx context.Context, q *db.Tx, before string) (bool, error) {
	var id string
	err := q.QueryRow(ctx, `
		SELECT leaf_id
		FROM log_leaf
		WHERE idx IS NULL AND leaf_id < $1
		ORDER BY leaf_id
		LIMIT 1`, before).Scan(&id)
	if err != nil && !errors.Is(err, db.ErrNoRows) {
		return false, fmt.Errorf("find open leaf: %w", err)
	}
	return err == nil, nil
}

// Part takes away what leaves of a kind say, those after one id up to another: leaf, promise and place stay, so that the
// tree, the chains and every proof are what they were. It is for what stands in the archive.
func (b *Book) Part(ctx context.Context, tx *db.Tx, kind, after, through string) error {
	_, err := tx.Exec(ctx, `
		UPDATE log_leaf
		SET opening = $1
		FROM log_entry e
		WHERE e.leaf_id > $2 AND e.leaf_id <= $3
			AND log_leaf.holder_id = e.holder_id
			AND log_leaf.leaf_id = e.leaf_id
			AND log_leaf.leaf_id > $2 AND log_leaf.leaf_id <= $3
			AND log_leaf.kind = $4`, []byte{}, after, through, kind)
	if err != nil {
		return fmt.Errorf("part with records: %w", err)
	}
	return nil
}

// Gone counts a holder's leaves of a kind from before a moment whose records have left for the archive.
func (b *Book) Gone(ctx context.Context, q *db.Tx, holderID, kind string, before time.Time) (int, error) {
	var n int
	err := q.QueryRow(ctx, `
		SELECT COUNT(*)
		FROM log_leaf
		WHERE holder_id = $1 AND leaf_id < $2 AND kind = $3 AND opening = $4`, holderID, db.FloorID(before), kind, []byte{}).Scan(&n)
	if err != nil {
		return 0, fmt.Errorf("count records that left: %w", err)
	}
	return n, nil
}

// Best is the newest checkpoint that witnesses have cosigned, or the published one where they have not got as far as size
// leaves; errs "evidence.pending" if that has not either.
func (b *Book) Best(ctx context.Context, size uint64) (*translog.Head, error) {
	head, err := b.reader.Cosigned(ctx)
	if err != nil || head.Size < size {
		head, err = b.reader.Head(ctx)
	}
	if err != nil {
		return nil, err
	}
	if head.Size < size {
		return nil, errs.New(errs.NotFound, "evidence.pending")
	}
	return head, nil
}

// Under proves a leaf under a checkpoint. If the published tree has another in its place, that is translog.ErrFatal.
func (b *Book) Under(ctx context.Context, head *translog.Head, s Stored) ([][]byte, error) {
	hash, hashes, err := b.reader.Inclusion(ctx, head, s.Index)
	if err != nil {
		return nil, err
	}
	if !bytes.Equal(hash, translog.SM3{}.HashLeaf(s.Leaf)) {
		return nil, fmt.Errorf("%w: leaf %d differs from the database", translog.ErrFatal, s.Index)
	}
	return hashes, nil
}

// Origin is the log's name.
func (b *Book) Origin() string { return b.ed.Name() }

// SignText signs a text in the log's name with all its keys; see translog.SignNote.
func (b *Book) SignText(text string) ([]byte, error) { return translog.SignNote(text, b.ed, b.sm2) }

// Erased stands in place of the opening of a leaf whose holder was erased: it has not left, and nobody opens it.
const Erased = "x"

// Unseal opens what a leaf of a holder's commits to, and checks that it does.
func (b *Book) Unseal(ctx context.Context, q *db.Tx, s Stored) (leaf.Receipt, error) {
	id, err := uuid.Parse(s.LeafID)
	if err != nil {
		return leaf.Receipt{}, errs.New(errs.NotFound, "evidence.unknown")
	}
	if len(s.Opening) == 0 {
		return leaf.Receipt{}, errs.New(errs.NotFound, "evidence.left")
	}
	if string(s.Opening) == Erased {
		return leaf.Receipt{}, errs.New(errs.NotFound, "evidence.erased")
	}
	opening, err := b.sealer.Open(ctx, q, s.HolderID, s.Opening)
	if err != nil {
		return leaf.Receipt{}, fmt.Errorf("open evidence: %w", err)
	}
	if len(opening) <= leaf.SaltSize {
		return leaf.Receipt{}, errOpening
	}
	r := leaf.Receipt{No: leaf.Number(id), Leaf: s.Leaf, Promise: s.Promise,
		Salt: opening[:leaf.SaltSize:leaf.SaltSize], Body: opening[leaf.SaltSize:]}
	l, err := leaf.Parse(r.Leaf)
	if err != nil || !bytes.Equal(l.Commitment, leaf.Commit(r.Salt, id, r.Body)) {
		return leaf.Receipt{}, errOpening
	}
	return r, nil
}
