// Package retention lets records of uses (用证记录) leave the database when their time is over (保存期满转入档案): a whole month at
// once, into a file that anybody with the log's keys can check, and never one by one.
//
// It guarantees: no record leaves before ten years are over, or under a legal hold; none leaves that does not stand in a file
// which has been read again and is right; that a month left is itself a record in the log. Killed at any step, it goes on from
// there. The leaves stay in the log, so whatever was proved before can be proved after.
package retention

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"github.com/yinxin-org/yinxin/internal/access"
	"github.com/yinxin-org/yinxin/internal/clock"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/evidence"
	"github.com/yinxin-org/yinxin/internal/holder"
)

// Years is how long records of uses are kept after the end of their month (FZ-18: at least ten years).
const Years = 10

// defaultChunk is how many leaves are read, or parted with, at once.
const defaultChunk = 500

// claimFor is after how long another node takes over a file that was begun and not finished.
const claimFor = 6 * time.Hour

var (
	errCounted = errors.New("the month has other records now than its file")
	errEarly   = errors.New("a record of the month is younger than its id says")
	errNoRow   = errors.New("a leaf of a use has no record")
)

// Options say what a Desk works with. All are required.
type Options struct {
	DB    *db.DB
	Clock clock.Clock
	Log   *slog.Logger
	Book  *evidence.Book
	Dir   string // where the files go
	Node  string // names this process, the same after a restart
}

// Desk lets records leave. It is safe for concurrent use.
type Desk struct {
	o Options
	// step is told of each step that is durable; an error is as if the process died there. Tests set it.
	step  func(what string) error
	chunk int
}

// New makes a desk and its folder.
func New(o Options) (*Desk, error) {
	if err := os.MkdirAll(o.Dir, 0o700); err != nil {
		return nil, fmt.Errorf("make archive folder: %w", err)
	}
	return &Desk{o: o, step: func(string) error { return nil }, chunk: defaultChunk}, nil
}

// due is the month before which all records have been kept long enough.
func due(now time.Time) clock.Month { return clock.MonthOf(now) - 12*Years }

// DueBefore is the moment before which records may have left.
func DueBefore(now time.Time) time.Time { return due(now).Begin() }

// Retire makes the months to come and lets the months leave whose time is over. It may be called at any time, by any number
// of processes.
func (d *Desk) Retire(ctx context.Context) error {
	if err := d.o.DB.GrowMonths(ctx, d.o.Clock.Now()); err != nil {
		return err
	}
	var first string
	known := map[string]Month{}
	err := d.o.DB.Read(ctx, func(q *db.Tx) (err error) {
		if first, err = d.o.Book.First(ctx, q); err != nil {
			return err
		}
		known, err = months(ctx, q)
		return err
	})
	if err != nil || first == "" {
		return err
	}
	m, err := db.MonthOfID(first)
	if err != nil {
		return err
	}
	var failed []error
	for ; m < due(d.o.Clock.Now()); m++ {
		if known[m.String()].State == left {
			continue
		}
		if err := d.leave(ctx, m); err != nil {
			failed = append(failed, fmt.Errorf("let %s leave: %w", m, err))
		}
	}
	return errors.Join(failed...)
}

// span is the least id of a month and that of the next.
func span(m clock.Month) (from, before string) {
	return db.FloorID(m.Begin()), db.FloorID((m + 1).Begin())
}

// leave brings a month as far as it can.
func (d *Desk) leave(ctx context.Context, m clock.Month) error {
	held, _, err := d.held(ctx, m)
	if err != nil {
		return err
	}
	row, err := d.month(ctx, m)
	if err != nil {
		return err
	}
	if held && row.State != leaving {
		d.o.Log.InfoContext(ctx, "records stay under a legal hold", slog.String("month", m.String()))
		return nil
	}
	if row.State == "" || row.State == writing {
		if row, err = d.write(ctx, m); err != nil || row.State != archived {
			return err
		}
	}
	if row.State == archived {
		if row, err = d.begin(ctx, m, row); err != nil || row.State != leaving {
			return err
		}
	} else if err := d.check(ctx, m, uint64(row.Records), row.Digest); err != nil {
		return err // what is still here does not follow what was lost
	}
	return d.take(ctx, m, row)
}

// write makes the file of a month and reads it again. Another node that is at it leaves the month as it is.
func (d *Desk) write(ctx context.Context, m clock.Month) (Month, error) {
	mine, err := d.claim(ctx, m)
	if err != nil || !mine {
		return Month{State: writing}, err
	}
	if err := d.step("claimed"); err != nil {
		return Month{}, err
	}
	n, digest, err := d.file(ctx, m)
	if err != nil {
		return Month{}, err
	}
	if n == 0 {
		return Month{}, d.set(ctx, m, writing, Month{State: left})
	}
	if err := d.check(ctx, m, n, digest); err != nil {
		return Month{}, err
	}
	if err := d.step("checked"); err != nil {
		return Month{}, err
	}
	row := Month{State: archived, Records: int64(n), Digest: digest}
	if err := d.set(ctx, m, writing, row); err != nil {
		return Month{}, err
	}
	return row, d.step("archived")
}

// leaving is the record in the log that a month left.
type leavingRecord struct {
	Month   string `json:"month"`
	Records int64  `json:"records"`
	File    string `json:"file"` // SM3, in hex
	Rule    string `json:"rule"`
}

// begin says in the log that the month leaves. From here on no hold stops it: part of it may be gone.
func (d *Desk) begin(ctx context.Context, m clock.Month, row Month) (Month, error) {
	if err := d.check(ctx, m, uint64(row.Records), row.Digest); err != nil {
		// Nothing has left yet: the file is made anew by the next call.
		return row, errors.Join(err, d.set(ctx, m, archived, Month{State: writing}))
	}
	if n, err := d.count(ctx, m); err != nil || n != row.Records {
		return row, errors.Join(errCounted, err)
	}
	held, seen, err := d.held(ctx, m)
	if err != nil || held {
		return row, err
	}
	next := row
	err = d.o.DB.Write(ctx, func(tx *db.Tx) error {
		next = row
		now, err := holds(ctx, tx, d.o.Clock.Now())
		if err != nil || !sameHolds(now, seen) {
			return err // somebody has just placed one: the next call looks again
		}
		r, err := d.o.Book.Append(ctx, tx, evidence.Event{HolderID: holder.PlatformID, Kind: "records-left", Body: leavingRecord{
			Month: m.String(), Records: row.Records, File: hex.EncodeToString(row.Digest), Rule: fmt.Sprintf("%d years", Years)}})
		if err != nil {
			return err
		}
		next.State, next.LeafNo = leaving, r.No
		return move(ctx, tx, m, archived, next)
	})
	if err != nil {
		return row, err
	}
	return next, d.step("leaving")
}

// count is how many leaves of uses a month has that still say something.
func (d *Desk) count(ctx context.Context, m clock.Month) (n int64, err error) {
	err = d.each(ctx, m, func(_ *db.Tx, list []evidence.Stored) error {
		for _, s := range list {
			if s.Kind == access.LeafKind && len(s.Opening) > 0 {
				n++
			}
		}
		return nil
	})
	return n, err
}

// each reads a month's leaves, some at a time, each time in a snapshot of its own.
func (d *Desk) each(ctx context.Context, m clock.Month, fn func(q *db.Tx, list []evidence.Stored) error) error {
	after, before := span(m)
	for {
		var list []evidence.Stored
		err := d.o.DB.Read(ctx, func(q *db.Tx) (err error) {
			if list, err = d.o.Book.Stored(ctx, q, after, before, d.chunk); err != nil || len(list) == 0 {
				return err
			}
			return fn(q, list)
		})
		if err != nil || len(list) == 0 {
			return err
		}
		after = list[len(list)-1].LeafID
	}
}

// take parts with the month: first with what its leaves say, some at a time, then with its records, on PostgreSQL as one part.
func (d *Desk) take(ctx context.Context, m clock.Month, row Month) error {
	after, before := span(m)
	after = max(after, row.Through)
	for {
		last := ""
		err := d.o.DB.Write(ctx, func(tx *db.Tx) error {
			list, err := d.o.Book.Stored(ctx, tx, after, before, d.chunk)
			if err != nil {
				return err
			}
			part, err := d.o.DB.IsPart(ctx, tx, m)
			if err != nil {
				return err
			}
			next := row
			if last = ""; len(list) == 0 {
				next.State, next.LeftAt = left, d.o.Clock.Now()
				if part {
					if err := d.o.DB.DropMonth(ctx, tx, m, row.Records); err != nil {
						return err
					}
				}
				return move(ctx, tx, m, leaving, next)
			}
			last = list[len(list)-1].LeafID
			if err := d.o.Book.Part(ctx, tx, access.LeafKind, after, last); err != nil {
				return err
			}
			if !part {
				if err := access.PartUses(ctx, tx, after, last); err != nil {
					return err
				}
			}
			next.Through = last
			return move(ctx, tx, m, leaving, next)
		})
		if err != nil {
			return err
		}
		if err := d.step("taken"); err != nil {
			return err
		}
		if last == "" {
			d.o.Log.InfoContext(ctx, "records have left for the archive", slog.String("month", m.String()), slog.Int64("records", row.Records))
			return nil
		}
		after = last
	}
}

// Path is where the file of a month lies.
func (d *Desk) Path(m clock.Month) string { return filepath.Join(d.o.Dir, "uses-"+m.String()+".jsonl") }
