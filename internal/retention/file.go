package retention

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"

	"github.com/yinxin-org/yinxin/internal/access"
	"github.com/yinxin-org/yinxin/internal/clock"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/errs"
	"github.com/yinxin-org/yinxin/internal/evidence"
	"github.com/yinxin-org/yinxin/internal/evidence/leaf"
	"github.com/yinxin-org/yinxin/internal/holder"
	"github.com/yinxin-org/yinxin/verify"
)

var errFile = errors.New("the file is not what was written")

// file writes the file of a month; n is how many records it has. With none, or while the log has not caught up, there is no
// file.
func (d *Desk) file(ctx context.Context, m clock.Month) (n uint64, digest []byte, err error) {
	size, err := d.last(ctx, m)
	if err != nil || size == 0 {
		return 0, nil, err
	}
	head, err := d.o.Book.Best(ctx, size)
	if err != nil {
		return 0, nil, err
	}
	tmp := d.Path(m) + ".new"
	f, err := os.OpenFile(tmp, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return 0, nil, fmt.Errorf("write month: %w", err)
	}
	defer func() { _ = f.Close() }()
	w, err := leaf.NewMonthWriter(f, leaf.MonthHead{Format: leaf.MonthFormat, Origin: d.o.Book.Origin(), Month: m.String(),
		Size: head.Size, Checkpoint: string(head.Signed)})
	if err != nil {
		return 0, nil, err
	}
	err = d.each(ctx, m, func(q *db.Tx, list []evidence.Stored) error {
		records, err := d.records(ctx, q, m, list)
		for i := 0; err == nil && i < len(records); i++ {
			if records[i].Hashes, err = d.o.Book.Under(ctx, head, list[i]); err == nil {
				err = w.Add(records[i])
				n++
			}
		}
		return err
	})
	if err != nil {
		return 0, nil, err
	}
	if digest, err = w.Close(d.o.Book.SignText); err != nil {
		return 0, nil, err
	}
	if err := f.Sync(); err != nil {
		return 0, nil, fmt.Errorf("write month: %w", err)
	}
	if err := d.step("written"); err != nil {
		return 0, nil, err
	}
	if err := errors.Join(os.Rename(tmp, d.Path(m)), syncDir(d.o.Dir)); err != nil {
		return 0, nil, fmt.Errorf("write month: %w", err)
	}
	return n, digest, d.step("placed")
}

// last is how many leaves the log must have to hold all uses of a month; 0 if there are none. While a leaf of the month waits for
// its place, it is an error.
func (d *Desk) last(ctx context.Context, m clock.Month) (size uint64, err error) {
	_, before := span(m)
	err = d.o.DB.Read(ctx, func(q *db.Tx) error {
		open, err := d.o.Book.Unplaced(ctx, q, before)
		if err == nil && open {
			err = errs.New(errs.NotFound, "evidence.pending")
		}
		return err
	})
	if err != nil {
		return 0, err
	}
	return size, d.each(ctx, m, func(_ *db.Tx, list []evidence.Stored) error {
		for _, s := range list {
			if s.Kind == access.LeafKind {
				size = max(size, s.Index+1)
			}
		}
		return nil
	})
}

// records puts the uses among some leaves together with their rows; list becomes those leaves.
func (d *Desk) records(ctx context.Context, q *db.Tx, m clock.Month, list []evidence.Stored) ([]leaf.MonthRecord, error) {
	rows, err := access.StoredUses(ctx, q, list[0].LeafID, list[len(list)-1].LeafID)
	if err != nil {
		return nil, err
	}
	var records []leaf.MonthRecord
	uses := list[:0]
	for _, s := range list {
		if s.Kind != access.LeafKind {
			continue
		}
		row, ok := rows[s.LeafID]
		if !ok {
			return nil, errNoRow
		}
		if db.Time(row.At).After((m + 1).Begin()) {
			return nil, errEarly
		}
		records = append(records, leaf.MonthRecord{No: access.Number(s.LeafID), Index: s.Index, Leaf: s.Leaf, Promise: s.Promise,
			Opening: s.Opening, Row: row})
		uses = append(uses, s)
	}
	return records, nil
}

// check reads a month's file again: by the log's keys alone, as anybody can, and then that what it has encrypted opens each
// leaf. Where a holder was erased, the latter cannot be asked any more.
func (d *Desk) check(ctx context.Context, m clock.Month, n uint64, digest []byte) error {
	f, err := os.Open(d.Path(m))
	if err != nil {
		return fmt.Errorf("read month: %w", err)
	}
	defer func() { _ = f.Close() }()
	r := verify.Records(d.o.Book.Pub(), f)
	if r.Verdict != verify.LogValid || r.Month != m.String() || r.Records != n || r.Digest != fmt.Sprintf("%x", digest) {
		return fmt.Errorf("%w: %v", errFile, r.Causes)
	}
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		return fmt.Errorf("read month: %w", err)
	}
	_, err = leaf.ReadMonth(f, func(_ leaf.MonthHead, rec leaf.MonthRecord) error {
		return d.o.DB.Read(ctx, func(q *db.Tx) error {
			_, err := d.o.Book.Unseal(ctx, q, stored(rec))
			if err == nil {
				return nil
			}
			if erased, more := holder.Erased(ctx, q, rec.Row.HolderID); erased || more != nil {
				return more
			}
			return err
		})
	})
	return err
}

func stored(r leaf.MonthRecord) evidence.Stored {
	return evidence.Stored{LeafID: r.Row.RecordID, HolderID: r.Row.HolderID, Kind: access.LeafKind, Index: r.Index, Leaf: r.Leaf,
		Promise: r.Promise, Opening: r.Opening}
}

// Show finds a record in a month's file and opens it: receipt.json and proof.json, as its holder would have got them before it
// left. What is given can be checked by itself, as any receipt; a record that is not in it is errs "evidence.unknown". The caller has
// checked that whoever asks may read it.
func (d *Desk) Show(ctx context.Context, path, no string) (leaf.Receipt, leaf.Proof, error) {
	id, err := leaf.ParseNumber(no)
	if err != nil {
		return leaf.Receipt{}, leaf.Proof{}, errs.New(errs.NotFound, "evidence.unknown")
	}
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return leaf.Receipt{}, leaf.Proof{}, errs.New(errs.NotFound, "evidence.left")
	}
	if err != nil {
		return leaf.Receipt{}, leaf.Proof{}, fmt.Errorf("read month: %w", err)
	}
	defer func() { _ = f.Close() }()
	var receipt leaf.Receipt
	var proof leaf.Proof
	_, err = leaf.ReadMonth(f, func(h leaf.MonthHead, rec leaf.MonthRecord) error {
		if rec.Row.RecordID != id.String() {
			return nil
		}
		proof = leaf.Proof{No: rec.No, Index: rec.Index, Size: h.Size, Hashes: rec.Hashes, Checkpoint: h.Checkpoint}
		return d.o.DB.Read(ctx, func(q *db.Tx) (err error) {
			receipt, err = d.o.Book.Unseal(ctx, q, stored(rec))
			return err
		})
	})
	if err != nil {
		return leaf.Receipt{}, leaf.Proof{}, fmt.Errorf("read month: %w", err)
	}
	if proof.No == "" {
		return leaf.Receipt{}, leaf.Proof{}, errs.New(errs.NotFound, "evidence.unknown")
	}
	return receipt, proof, nil
}

func syncDir(dir string) error {
	f, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}
