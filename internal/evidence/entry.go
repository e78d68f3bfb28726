package evidence

import (
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

// Entry is what anybody may know of a record whose number they have: the leaf, which stands openly in the log, its place, and
// who vouches for the log. What the record says, and of whom, is not in it.
type Entry struct {
	No        string
	Kind      string
	At        time.Time
	Leaf      []byte
	Hash      []byte     // of the leaf in the tree
	Placed    bool       // it stands in a published tree; the rest is empty until then
	Proof     leaf.Proof // with the checkpoint as it was signed
	Witnesses []Cosigned // of the configured ones, that have cosigned this checkpoint
	Need      int        // how many of them are enough; 0 without witnesses
}

// Cosigned is a witness's word for a checkpoint.
type Cosigned struct {
	Witness string
	At      time.Time // by its own clock
}

// Entry finds a leaf by its 存证编号 as people type it; errs "evidence.unknown" if there is none.
func (b *Book) Entry(ctx context.Context, no string) (Entry, error) {
	id, err := ParseNo(no)
	if err != nil {
		return Entry{}, errs.New(errs.NotFound, "evidence.unknown").Wrap(err)
	}
	e := Entry{No: leaf.Number(uuid.MustParse(id)), Need: b.need}
	err = b.db.Read(ctx, func(q *db.Tx) error {
		e.Leaf, err = anyLeaf(ctx, q, id)
		return err
	})
	if errors.Is(err, db.ErrNoRows) {
		return Entry{}, errs.New(errs.NotFound, "evidence.unknown")
	}
	if err != nil {
		return Entry{}, fmt.Errorf("find leaf: %w", err)
	}
	l, err := leaf.Parse(e.Leaf)
	if err != nil {
		return Entry{}, fmt.Errorf("read leaf: %w", err)
	}
	e.Kind, e.At, e.Hash = l.Kind, l.At, translog.SM3{}.HashLeaf(e.Leaf)
	p, err := b.Proof(ctx, id)
	if errs.Code(err) == "evidence.pending" {
		return e, nil
	}
	if err != nil {
		return Entry{}, err
	}
	e.Placed, e.Proof = true, p
	for _, s := range translog.Cosignatures([]byte(p.Checkpoint), b.witnessKeys()) {
		e.Witnesses = append(e.Witnesses, Cosigned{Witness: s.Witness.Name(), At: s.At})
	}
	return e, nil
}

// anyLeaf is a leaf, whosever it is. One without a place is found by the index of those.
func anyLeaf(ctx context.Context, q *db.Tx, leafID string) ([]byte, error) {
	var data []byte
	err := q.QueryRow(ctx, `
		SELECT l.leaf
		FROM log_entry e
		JOIN log_leaf l ON l.holder_id = e.holder_id AND l.leaf_id = e.leaf_id
		WHERE e.leaf_id = $1`, leafID).Scan(&data)
	if errors.Is(err, db.ErrNoRows) {
		err = q.QueryRow(ctx, `
			SELECT leaf
			FROM log_leaf
			WHERE idx IS NULL AND leaf_id = $1`, leafID).Scan(&data)
	}
	return data, err
}
