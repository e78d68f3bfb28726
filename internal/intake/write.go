package intake

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/errs"
)

// How many records share a transaction, and how long one should take: SQLite has one writer, and while it writes
// here, nobody at a counter can.
const (
	chunkFirst = 50
	chunkMost  = 500
	chunkTime  = 200 * time.Millisecond
)

// maxAll bounds what is written all or nothing: it is one transaction.
const maxAll = 10_000

// all writes every record or none.
func (r *run) all(ctx context.Context) error {
	n := len(r.batch.records)
	if n > maxAll {
		return r.fail(ctx, errs.New(errs.TooLarge, "import.all").With("max", fmt.Sprint(maxAll)), nil)
	}
	steps := make([]step, n)
	var faults []Fault
	for i := range steps {
		var bad []Fault
		if steps[i], bad = r.ready(i); len(bad) > 0 {
			faults = append(faults, bad...)
		}
	}
	if len(faults) > 0 {
		return r.fail(ctx, refused(faults), faults)
	}
	bad := map[int]Fault{}
	var changed, unchanged int
	err := r.move(ctx, func(tx *db.Tx) error {
		clear(bad)
		r.batch.attempt()
		changed, unchanged = 0, 0
		for i, write := range steps {
			if r.d.step(r.live, i) {
				return errMoved
			}
			did, err := write(ctx, tx, r.t.By)
			if e, ok := refusal(err); ok {
				bad[i] = r.batch.blame(i, e)
				continue
			}
			if err != nil {
				if len(bad) > 0 {
					break // what was refused may have broken the transaction
				}
				return fmt.Errorf("record %d: %w", i, err)
			}
			if did {
				changed++
			} else {
				unchanged++
			}
		}
		if len(bad) > 0 {
			return errAgain
		}
		if err := r.set(ctx, tx, `changed = $3, unchanged = $4`, changed, unchanged); err != nil {
			return err
		}
		return r.report(ctx, tx, Done, 0)
	}, `state = 'done', position = total`)
	if errors.Is(err, errAgain) {
		for _, i := range slices.Sorted(mapKeys(bad)) {
			faults = append(faults, bad[i])
		}
		return r.fail(ctx, refused(faults), faults)
	}
	return err
}

func mapKeys(m map[int]Fault) func(yield func(int) bool) {
	return func(yield func(int) bool) {
		for k := range m {
			if !yield(k) {
				return
			}
		}
	}
}

// ready gives the step of a record, or what is wrong with it.
func (r *run) ready(i int) (step, []Fault) {
	rec := &r.batch.records[i]
	if len(rec.faults) > 0 {
		return nil, rec.faults
	}
	s, faults := r.batch.plan.ready(r.batch, rec)
	for j := range faults {
		faults[j].Record = i
	}
	return s, faults
}

// each writes the good records and leaves out the others, chunk by chunk.
func (r *run) each(ctx context.Context) error {
	size := chunkFirst
	for r.t.Position < len(r.batch.records) {
		if err := ctx.Err(); err != nil {
			return err
		}
		if r.d.step(r.live, r.t.Position) {
			return errMoved
		}
		began := time.Now()
		to := min(r.t.Position+size, len(r.batch.records))
		err := r.chunk(ctx, to)
		if err != nil && !errors.Is(err, errMoved) && ctx.Err() == nil {
			err = r.oneByOne(ctx, to, err)
		}
		if err != nil {
			return err
		}
		size = next(size, time.Since(began))
	}
	return r.move(ctx, func(tx *db.Tx) error { return r.report(ctx, tx, Done, r.t.Failed) }, `state = 'done'`)
}

// next is the size of the next chunk, so that chunks take about chunkTime.
func next(size int, took time.Duration) int {
	switch {
	case took > 2*chunkTime:
		return max(1, size/2)
	case took < chunkTime/2:
		return min(chunkMost, size*2)
	}
	return size
}

// oneByOne finds the record that a chunk broke on, which is a fault of ours: it is left out and said so, so that one
// record does not hold up the others. If not even that can be written, the database is to blame, and the import waits.
func (r *run) oneByOne(ctx context.Context, to int, cause error) error {
	for r.t.Position < to {
		at := r.t.Position
		err := r.chunk(ctx, at+1)
		if err == nil {
			continue
		}
		if errors.Is(err, errMoved) || ctx.Err() != nil {
			return err
		}
		r.d.o.Log.ErrorContext(ctx, "import left a record out", slog.String("import", r.t.ID), slog.Int("record", at), slog.Any("error", err))
		r.batch.records[at].faults = []Fault{{Record: at, Row: r.batch.records[at].row, Code: "internal"}}
		if err := r.chunk(ctx, at+1); err != nil {
			return errors.Join(cause, err)
		}
	}
	return nil
}

// chunk writes the records from the position up to another one. Records that the domain refuses are left out and the
// rest is written anew without them, so that nothing of a refused record stays, whenever it was refused.
func (r *run) chunk(ctx context.Context, to int) error {
	from := r.t.Position
	steps := make([]step, to-from)
	bad := make([][]Fault, to-from)
	for i := range steps {
		steps[i], bad[i] = r.ready(from + i)
	}
	for {
		found := map[int]Fault{}
		after := r.t
		err := r.d.o.DB.Write(ctx, func(tx *db.Tx) error {
			clear(found)
			r.batch.attempt()
			after = r.t
			return r.write(ctx, tx, &after, steps, bad, found)
		})
		if errors.Is(err, errAgain) {
			for i, f := range found {
				bad[i] = []Fault{f}
			}
			continue
		}
		if err == nil {
			r.t = after
			r.batch.settle()
		}
		return err
	}
}

// write is the transaction of a chunk: the import's row first, so that two runs of one import never both write.
func (r *run) write(ctx context.Context, tx *db.Tx, after *Task, steps []step, bad [][]Fault, found map[int]Fault) error {
	from := r.t.Position
	after.Position = from + len(steps)
	if err := r.set(ctx, tx, `position = $3`, after.Position); err != nil {
		return err
	}
	var faults []Fault
	for i, write := range steps {
		if len(bad[i]) > 0 {
			after.Failed++
			faults = append(faults, bad[i]...)
			continue
		}
		did, err := write(ctx, tx, r.t.By)
		if e, ok := refusal(err); ok {
			found[i] = r.batch.blame(from+i, e)
			continue
		}
		if err != nil {
			if len(found) > 0 {
				return errAgain // what was refused may have broken the transaction
			}
			return fmt.Errorf("record %d: %w", from+i, err)
		}
		if did {
			after.Changed++
		} else {
			after.Unchanged++
		}
	}
	if len(found) > 0 {
		return errAgain
	}
	if err := keepFaults(ctx, tx, r.t.ID, faults); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, `
		UPDATE import_task
		SET changed = $1, unchanged = $2, failed = $3
		WHERE import_id = $4`, after.Changed, after.Unchanged, after.Failed, r.t.ID)
	if err != nil {
		return fmt.Errorf("count import: %w", err)
	}
	return nil
}
