package erasure

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/yinxin-org/yinxin/internal/blob"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/errs"
	"github.com/yinxin-org/yinxin/internal/license"
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
	if e.Counts["license_key"], err = tx.Exec(ctx, `DELETE FROM license_key WHERE holder_id = $1`, e.HolderID); err != nil {
		return fmt.Errorf("destroy keys of licenses: %w", err)
	}
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

// dead lists the licenses of a shard whose key nobody has.
func dead(ctx context.Context, q *db.Tx, store *license.Store, shard string) ([]license.License, error) {
	held, err := store.Held(ctx, q, shard, "")
	if err != nil {
		return nil, err
	}
	var out []license.License
	for _, l := range held {
		if l.HolderID != shard {
			continue
		}
		keys := 0
		for _, id := range l.Holders {
			var n int
			if err := q.QueryRow(ctx, `SELECT count(*) FROM license_key WHERE holder_id = $1 AND license_id = $2`, id, l.ID).Scan(&n); err != nil {
				return nil, fmt.Errorf("look for keys: %w", err)
			}
			keys += n
		}
		if keys == 0 {
			out = append(out, l)
		}
	}
	return out, nil
}

// files removes the files that nobody can open any more, and then the rows of their licenses. What lies in a pack stays there:
// ciphertext without a key.
func (d *Desk) files(ctx context.Context, e Erasure) error {
	var refs []string
	var handedIn []string
	err := d.o.DB.Read(ctx, func(q *db.Tx) error {
		refs, handedIn = nil, nil
		shards, err := d.shards(ctx, q, e.HolderID)
		if err != nil {
			return err
		}
		for _, shard := range shards {
			licenses, err := dead(ctx, q, d.o.Licenses, shard)
			if err != nil {
				return err
			}
			for _, l := range licenses {
				refs = append(refs, l.FileRef)
				old, err := texts(ctx, q, `SELECT file_ref FROM license_file WHERE holder_id = $1 AND license_id = $2`, shard, l.ID)
				if err != nil {
					return err
				}
				refs = append(refs, old...)
			}
		}
		for _, query := range []string{
			`SELECT copy_ref FROM use_grant WHERE holder_id = $1`, `SELECT ofd_ref FROM license_share WHERE holder_id = $1`,
			`SELECT pdf_ref FROM license_share WHERE holder_id = $1`,
		} {
			more, err := texts(ctx, q, query, e.HolderID)
			if err != nil {
				return err
			}
			refs = append(refs, more...)
		}
		handedIn, err = texts(ctx, q, `SELECT file_ref FROM case_attachment WHERE holder_id = $1`, e.HolderID)
		return err
	})
	if err != nil {
		return err
	}
	removed, packed, err := remove(ctx, d.o.Files, refs)
	if err != nil {
		return err
	}
	more, _, err := remove(ctx, d.o.HandedIn, handedIn)
	if err != nil {
		return err
	}
	return d.step(ctx, e.ID, func(tx *db.Tx, e *Erasure) error {
		if e.State != Running || e.Step != stepKeys {
			return errs.New(errs.Conflict, "erasure.step")
		}
		shards, err := d.shards(ctx, tx, e.HolderID)
		if err != nil {
			return err
		}
		for _, shard := range shards {
			licenses, err := dead(ctx, tx, d.o.Licenses, shard)
			if err != nil {
				return err
			}
			for _, l := range licenses {
				if _, err := tx.Exec(ctx, `DELETE FROM license WHERE holder_id = $1 AND license_id = $2`, shard, l.ID); err != nil {
					return fmt.Errorf("erase licenses: %w", err)
				}
			}
			e.Counts["license"] += int64(len(licenses))
		}
		e.Counts["files"], e.Counts["filesInPacks"], e.Step = removed+more, packed, stepFiles
		return nil
	})
}

// remove takes files away, and counts besides those that lie in packs.
func remove(ctx context.Context, f *blob.Folder, refs []string) (removed, packed int64, err error) {
	for _, ref := range refs {
		switch {
		case ref == "":
		case strings.HasPrefix(ref, "pack:"):
			packed++
		default:
			if err := f.Remove(ctx, ref); err != nil {
				return 0, 0, err
			}
			removed++
		}
	}
	return removed, packed, nil
}

func texts(ctx context.Context, q *db.Tx, query string, args ...any) ([]string, error) {
	rows, err := q.Query(ctx, query, args...)
	if err != nil {
		return nil, fmt.Errorf("list files: %w", err)
	}
	var out []string
	for rows.Next() {
		var s string
		if err := rows.Scan(&s); err != nil {
			_ = rows.Close()
			return nil, fmt.Errorf("list files: %w", err)
		}
		out = append(out, s)
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
