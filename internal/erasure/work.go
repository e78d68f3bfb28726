package erasure

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/errs"
)

// The steps before and after the rules.
const (
	stepKeys  = "keys"
	stepFiles = "files"
	stepRows  = "rows" // followed by the number of the rule: "rows 12"
	stepDisk  = "disk"
)

// Work does the next step of an erasure that was approved, and reports whether there is another one to do now. Each step is one
// transaction with the mark that it was done; files are removed before that, which does no harm twice.
func (d *Desk) Work(ctx context.Context, id string) (more bool, err error) {
	var e Erasure
	err = d.o.DB.Read(ctx, func(q *db.Tx) error {
		e, err = d.Get(ctx, q, id)
		return err
	})
	switch {
	case err != nil:
		return false, err
	case e.State == Approved && d.o.Clock.Now().Before(e.DecidedAt.Add(Grace)):
		return false, nil
	case e.State == Approved:
		return true, d.step(ctx, id, d.keys)
	case e.State != Running:
		return false, nil
	}
	switch {
	case e.Step == stepKeys:
		return true, d.files(ctx, e)
	case e.Step == stepFiles:
		return true, d.rows(ctx, id, 0)
	case strings.HasPrefix(e.Step, stepRows):
		var n int
		if _, err := fmt.Sscanf(e.Step, stepRows+" %d", &n); err != nil {
			return false, fmt.Errorf("read step: %w", err)
		}
		if n+1 < len(rules) {
			return true, d.rows(ctx, id, n+1)
		}
		if err := d.o.DB.Scrub(ctx); err != nil {
			return false, err
		}
		return true, d.step(ctx, id, func(_ *db.Tx, e *Erasure) error {
			e.Step = stepDisk
			return nil
		})
	default:
		return false, d.step(ctx, id, d.done)
	}
}

// keys is the step that cannot be taken back. What came to stand in the way since the approval halts it.
func (d *Desk) keys(tx *db.Tx, e *Erasure) error {
	ctx := context.Background() // db.Write carries a step through
	if e.State != Approved {
		return errs.New(errs.Conflict, "erasure.step")
	}
	err := d.free(ctx, tx, e.HolderID)
	if errs.Code(err) == "erasure.blocked" {
		return d.halt(ctx, tx, e)
	}
	if err != nil {
		return err
	}
	n, err := d.o.Licenses.DropKeys(ctx, tx, e.HolderID)
	if err != nil {
		return err
	}
	e.Counts["license_key"] = int64(n)
	if err := d.o.Holders.Destroy(ctx, tx, e.HolderID); err != nil {
		return err
	}
	if e.Counts["account"], err = d.o.Accounts.EraseHolder(ctx, tx, e.HolderID); err != nil {
		return err
	}
	e.Counts["holder_key"], e.Counts["holder_index"] = 1, int64(len(e.codes))
	e.State, e.Step, e.codes, e.words = Running, stepKeys, nil, words{}
	_, err = d.log(ctx, tx, "destroy", map[string]any{"erasureId": e.ID})
	return err
}

// halt lets the person be found again; nothing was erased.
func (d *Desk) halt(ctx context.Context, tx *db.Tx, e *Erasure) error {
	if err := d.o.Holders.List(ctx, tx, e.HolderID, e.codes); err != nil {
		return err
	}
	if err := d.o.Accounts.ReopenHolder(ctx, tx, e.HolderID); err != nil {
		return err
	}
	e.State, e.EndedAt, e.codes = Halted, d.o.Clock.Now(), nil
	_, err := d.log(ctx, tx, "halt", map[string]any{"erasureId": e.ID})
	return err
}

// shards are where licenses lie that nobody can open any more: the person's own, and those of first holders who were erased
// before, whose joint license was the person's last.
func (d *Desk) shards(ctx context.Context, q *db.Tx, holderID string) ([]string, error) {
	out := []string{holderID}
	linked, err := d.o.Licenses.Shared(ctx, q, holderID)
	if err != nil {
		return nil, err
	}
	for _, x := range linked {
		h, err := d.o.Holders.Get(ctx, q, x.HolderID)
		if err != nil {
			return nil, err
		}
		if h.Erased && !slices.Contains(out, x.HolderID) {
			out = append(out, x.HolderID)
		}
	}
	return out, nil
}

// files removes the files that nobody can open any more, and then the rows of their licenses.
func (d *Desk) files(ctx context.Context, e Erasure) error {
	var shards, handedIn []string
	err := d.o.DB.Read(ctx, func(q *db.Tx) error {
		var err error
		if shards, err = d.shards(ctx, q, e.HolderID); err != nil {
			return err
		}
		handedIn, err = refs(ctx, q, e.HolderID)
		return err
	})
	if err != nil {
		return err
	}
	removed, packed := len(handedIn), 0
	for _, shard := range shards {
		n, k, err := d.o.Licenses.RemoveFiles(ctx, shard)
		if err != nil {
			return err
		}
		removed, packed = removed+n, packed+k
	}
	for _, ref := range handedIn {
		if err := d.o.HandedIn.Remove(ctx, ref); err != nil {
			return err
		}
	}
	return d.step(ctx, e.ID, func(tx *db.Tx, e *Erasure) error {
		if e.State != Running || e.Step != stepKeys {
			return errs.New(errs.Conflict, "erasure.step")
		}
		for _, shard := range shards {
			n, err := d.o.Licenses.RemoveKeyless(ctx, tx, shard)
			if err != nil {
				return err
			}
			e.Counts["license"] += int64(n)
		}
		e.Counts["files"], e.Counts["filesInPacks"], e.Step = int64(removed), int64(packed), stepFiles
		return nil
	})
}

// refs are the files that the person handed in.
func refs(ctx context.Context, q *db.Tx, holderID string) ([]string, error) {
	rows, err := q.Query(ctx, `SELECT file_ref FROM case_attachment WHERE holder_id = $1`, holderID)
	if err != nil {
		return nil, fmt.Errorf("list files: %w", err)
	}
	var out []string
	for rows.Next() {
		var ref string
		if err := rows.Scan(&ref); err != nil {
			_ = rows.Close()
			return nil, fmt.Errorf("list files: %w", err)
		}
		out = append(out, ref)
	}
	return out, errors.Join(rows.Err(), rows.Close())
}

// rows carries out one rule.
func (d *Desk) rows(ctx context.Context, id string, n int) error {
	r := rules[n]
	return d.step(ctx, id, func(tx *db.Tx, e *Erasure) error {
		before := stepFiles
		if n > 0 {
			before = fmt.Sprintf("%s %d", stepRows, n-1)
		}
		if e.State != Running || e.Step != before {
			return errs.New(errs.Conflict, "erasure.step")
		}
		shards := []string{e.HolderID}
		if r.of == "license" {
			var err error
			if shards, err = d.shards(ctx, tx, e.HolderID); err != nil {
				return err
			}
		}
		statement := `DELETE FROM ` + r.table
		if r.set != "" {
			statement = `UPDATE ` + r.table + ` SET ` + r.set
		}
		for _, shard := range shards {
			n, err := tx.Exec(ctx, statement+` WHERE `+r.where, shard)
			if err != nil {
				return fmt.Errorf("erase %s: %w", r.table, err)
			}
			if n > 0 {
				e.Counts[r.table] += n
			}
		}
		e.Step = fmt.Sprintf("%s %d", stepRows, n)
		return nil
	})
}

// done writes the certificate: a record of what was done, without a word of whom it was done to.
func (d *Desk) done(tx *db.Tx, e *Erasure) error {
	if e.State != Running || e.Step != stepDisk {
		return errs.New(errs.Conflict, "erasure.step")
	}
	counts := map[string]any{}
	for table, n := range e.Counts {
		counts[table] = n
	}
	e.State, e.EndedAt = Done, d.o.Clock.Now()
	var err error
	e.LeafID, err = d.log(context.Background(), tx, "done", map[string]any{
		"erasureId": e.ID, "reason": string(e.Reason), "askedBy": e.AskedBy, "askedAt": e.AskedAt.Format(time.RFC3339Nano),
		"approvedBy": e.DecidedBy, "approvedAt": e.DecidedAt.Format(time.RFC3339Nano), "counts": counts,
	})
	return err
}
