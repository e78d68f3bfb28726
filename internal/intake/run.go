package intake

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/yinxin-org/yinxin/internal/change"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/errs"
	"github.com/yinxin-org/yinxin/internal/task"
)

const (
	// lookEvery is how often the worker looks for imports that nobody told it of: after a crash, or of another node.
	lookEvery = 15 * time.Second
	// leaseFor is how long another node leaves an import alone that has not moved.
	leaseFor = time.Minute
)

// errMoved says that an import was paused, ended or taken by another node: this run of it stops.
var errMoved = errors.New("the import has moved on")

// errAgain says that a transaction found rows to leave out and has to be run again without them.
var errAgain = errors.New("again without the rows that were refused")

// Run works on imports until ctx ends.
func (d *Desk) Run(ctx context.Context) {
	tick := time.NewTicker(lookEvery)
	defer tick.Stop()
	for {
		if err := d.Work(ctx); err != nil && ctx.Err() == nil {
			d.o.Log.ErrorContext(ctx, "import stopped", slog.Any("error", err))
		}
		select {
		case <-d.wake:
		case <-tick.C:
		case <-ctx.Done():
			return
		}
	}
}

// Work works off all imports that are due, the oldest first, and returns when there are none or one cannot go on.
func (d *Desk) Work(ctx context.Context) error {
	for {
		t, err := d.take(ctx)
		if errors.Is(err, db.ErrNoRows) {
			return nil
		}
		if err != nil {
			return err
		}
		if err := d.carry(ctx, t); err != nil && !errors.Is(err, errMoved) {
			return fmt.Errorf("import %s: %w", t.ID, err)
		}
	}
}

// take claims the oldest import that nobody else works on, or gives db.ErrNoRows.
func (d *Desk) take(ctx context.Context) (Task, error) {
	var t Task
	err := d.o.DB.Write(ctx, func(tx *db.Tx) error {
		var err error
		now := d.o.Clock.Now()
		t, err = scan(tx.QueryRow(ctx, `
			SELECT `+columns+`
			FROM import_task
			WHERE state IN ('checking', 'running') AND (node = $1 OR lease < $2)
			ORDER BY import_id
			LIMIT 1`, d.o.Node, db.Micros(now)))
		if err != nil {
			return err
		}
		_, err = tx.Exec(ctx, `UPDATE import_task SET node = $1, lease = $2 WHERE import_id = $3`,
			d.o.Node, db.Micros(now.Add(leaseFor)), t.ID)
		return err
	})
	if err != nil {
		return Task{}, fmt.Errorf("take import: %w", err)
	}
	return t, nil
}

// run is one import under way.
type run struct {
	d     *Desk
	t     Task
	batch *batch
	live  *progress
}

// carry brings an import to its end, or to where somebody stops it.
func (d *Desk) carry(ctx context.Context, t Task) error {
	data, err := d.file(ctx, t)
	if err != nil {
		return err
	}
	r := &run{d: d, t: t}
	var leave func()
	r.live, leave = d.enter(t.ID)
	defer leave()
	defer d.settled(ctx, r.live)
	p, err := d.plan(t.Kind)
	if err != nil {
		return err
	}
	if r.batch, err = p.read(data, t.Role); err != nil {
		if _, refused := refusal(err); refused {
			return r.fail(ctx, err, nil)
		}
		return err
	}
	if t.State == Checking {
		if err := r.begin(ctx); err != nil {
			return err
		}
	}
	if t.Mode == All {
		return r.all(ctx)
	}
	return r.each(ctx)
}

// begin writes down how much there is to do.
func (r *run) begin(ctx context.Context) error {
	r.t.Total = len(r.batch.records)
	return r.move(ctx, func(*db.Tx) error { return nil }, `state = 'running', total = $3`, r.t.Total)
}

// move changes the row of an import that still stands where this run believes it to stand, together with fn's work.
// $1 is the import and $2 its position.
func (r *run) move(ctx context.Context, fn func(tx *db.Tx) error, set string, args ...any) error {
	return r.d.o.DB.Write(ctx, func(tx *db.Tx) error {
		if err := fn(tx); err != nil {
			return err
		}
		return r.set(ctx, tx, set, args...)
	})
}

func (r *run) set(ctx context.Context, tx *db.Tx, set string, args ...any) error {
	now := r.d.o.Clock.Now()
	args = append([]any{r.t.ID, r.t.Position}, args...)
	n := len(args)
	args = append(args, r.d.o.Node, db.Micros(now), db.Micros(now.Add(leaseFor)))
	moved, err := tx.Exec(ctx, fmt.Sprintf(`
		UPDATE import_task
		SET %s, updated_at = $%d, lease = $%d
		WHERE import_id = $1 AND position = $2 AND node = $%d AND state IN ('checking', 'running')`, set, n+2, n+3, n+1), args...)
	if err != nil {
		return fmt.Errorf("move import: %w", err)
	}
	if moved == 0 {
		return errMoved
	}
	return nil
}

// fail ends an import that wrote nothing.
func (r *run) fail(ctx context.Context, cause error, faults []Fault) error {
	problem, err := problemOf(cause)
	if err != nil {
		return err
	}
	failed := 0
	for i, f := range faults {
		if i == 0 || f.Record != faults[i-1].Record {
			failed++
		}
	}
	return r.move(ctx, func(tx *db.Tx) error {
		if err := keepFaults(ctx, tx, r.t.ID, faults); err != nil {
			return err
		}
		return r.report(ctx, tx, Failed, failed)
	}, `state = 'failed', problem = $3, failed = $4, total = $5`, problem, failed, max(r.t.Total, failed))
}

// report writes the end of an import on the trail, and gives its unit the task of mending what was left out; a clean
// import of the same kind takes earlier such tasks away.
func (r *run) report(ctx context.Context, tx *db.Tx, end State, failed int) error {
	d := r.d
	if err := d.o.Trail.Record(ctx, tx, r.t.By, change.Entry{Subject: change.Import, SubjectID: r.t.ID, Action: "end",
		After: map[string]any{"state": end, "kind": r.t.Kind, "failed": failed}}); err != nil {
		return err
	}
	if failed > 0 {
		return d.o.Tasks.Give(ctx, tx, task.Task{Kind: task.MendImport, SubjectID: r.t.ID, UnitID: r.t.By.UnitID, Role: r.t.Role,
			Label: r.t.FileName, Detail: map[string]string{"kind": string(r.t.Kind), "failed": fmt.Sprint(failed)}})
	}
	rows, err := tx.Query(ctx, `
		SELECT import_id FROM import_task
		WHERE unit_id = $1 AND kind = $2 AND failed > 0 AND import_id < $3`, r.t.By.UnitID, string(r.t.Kind), r.t.ID)
	if err != nil {
		return fmt.Errorf("find earlier imports: %w", err)
	}
	var earlier []string
	for rows.Next() {
		var id string
		if err := rows.Scan(&id); err != nil {
			_ = rows.Close()
			return fmt.Errorf("find earlier imports: %w", err)
		}
		earlier = append(earlier, id)
	}
	if err := errors.Join(rows.Err(), rows.Close()); err != nil {
		return fmt.Errorf("find earlier imports: %w", err)
	}
	for _, id := range earlier {
		if err := d.o.Tasks.Done(ctx, tx, task.MendImport, id); err != nil {
			return err
		}
	}
	return nil
}

// refused is the end of an import, all or nothing, that has bad rows.
func refused(faults []Fault) error {
	n := 0
	for i, f := range faults {
		if i == 0 || f.Record != faults[i-1].Record {
			n++
		}
	}
	return errs.New(errs.Invalid, "import.refused").With("count", fmt.Sprint(n))
}
