package batch

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/yinxin-org/yinxin/internal/catalog"
	"github.com/yinxin-org/yinxin/internal/clock"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/errs"
	"github.com/yinxin-org/yinxin/internal/license"
)

const (
	// lookEvery is how often the worker looks for batches that nobody told it of: after a crash, or of another node.
	lookEvery = 15 * time.Second
	// leaseFor is how long another node leaves a batch alone that has not moved.
	leaseFor = time.Minute
	// makeMost is how many licenses share a transaction: enough to hide the disk, few enough to let others write between.
	makeMost = 200
	// keptFor is how long the rows that were not made are kept after a batch is over, to be corrected elsewhere.
	keptFor = 30 * 24 * time.Hour
)

// errMoved says that a batch was paused, ended or taken by another node: this run of it stops.
var errMoved = errors.New("the batch has moved on")

// Run works on batches until ctx ends.
func (d *Desk) Run(ctx context.Context) {
	tick := time.NewTicker(lookEvery)
	defer tick.Stop()
	for {
		if err := errors.Join(d.Work(ctx), d.Purge(ctx)); err != nil && ctx.Err() == nil {
			d.o.Log.ErrorContext(ctx, "batch stopped", slog.Any("error", err))
		}
		select {
		case <-d.wake:
		case <-tick.C:
		case <-ctx.Done():
			return
		}
	}
}

// Work works off all batches that are due, the oldest first, and returns when there are none. One that cannot go on now,
// because a base register does not answer, holds up no other: it is tried again the next time.
func (d *Desk) Work(ctx context.Context) error {
	var waiting []error
	for last := ""; ctx.Err() == nil; {
		b, err := d.claim(ctx, last)
		if errs.Code(err) == "batch.unknown" {
			return errors.Join(waiting...)
		}
		if err != nil {
			return err
		}
		do := d.load
		if b.State == Running {
			do = d.run
		}
		err = do(ctx, b)
		if _, refused := refusal(err); refused && b.State == Running && errs.Code(err) != "register.waits" {
			err = d.halt(ctx, b, err)
		}
		if err != nil && !errors.Is(err, errMoved) {
			waiting, last = append(waiting, fmt.Errorf("batch %s: %w", b.ID, err)), b.ID
		}
	}
	return ctx.Err()
}

// halt pauses a batch that may not be made as things stand, such as after the end of a mandate, and says why.
func (d *Desk) halt(ctx context.Context, b Batch, cause error) error {
	problem, err := problemOf(cause)
	if err != nil {
		return err
	}
	return d.o.DB.Write(ctx, func(tx *db.Tx) error {
		if _, err := tx.Exec(ctx, `
			UPDATE batch
			SET state = 'paused', problem = $1, updated_at = $2, lease = 0, row_version = row_version + 1
			WHERE batch_id = $3 AND state = 'running' AND node = $4`, problem, db.Micros(d.o.Clock.Now()), b.ID, d.o.Node); err != nil {
			return fmt.Errorf("halt batch: %w", err)
		}
		return nil
	})
}

// claim takes the oldest batch behind one that nobody else works on.
func (d *Desk) claim(ctx context.Context, last string) (Batch, error) {
	var b Batch
	err := d.o.DB.Write(ctx, func(tx *db.Tx) error {
		var err error
		now := d.o.Clock.Now()
		b, err = scan(tx.QueryRow(ctx, `
			SELECT `+columns+`
			FROM batch
			WHERE state IN ('checking', 'running') AND (node = $1 OR lease < $2) AND batch_id > $3
			ORDER BY batch_id
			LIMIT 1`, d.o.Node, db.Micros(now), last))
		if err != nil {
			return err
		}
		b.RowVersion++
		_, err = tx.Exec(ctx, `
			UPDATE batch
			SET node = $1, lease = $2, row_version = $3
			WHERE batch_id = $4`, d.o.Node, db.Micros(now.Add(leaseFor)), b.RowVersion, b.ID)
		return err
	})
	return b, err
}

// hold writes how a batch stands after a chunk, if it still stands as this run of it believes.
func (d *Desk) hold(ctx context.Context, tx *db.Tx, before Batch, b *Batch) error {
	now := d.o.Clock.Now()
	file := b.fileRef
	if b.State == Checked {
		file = ""
	}
	if b.State.Ended() {
		b.EndedAt = now
	}
	n, err := tx.Exec(ctx, `
		UPDATE batch
		SET state = $1, file_ref = $2, position = $3, total = $4, good = $5, bad = $6, made = $7, left_out = $8, problem = '',
			updated_at = $9, ended_at = $10, lease = $11, row_version = row_version + 1
		WHERE batch_id = $12 AND state = $13 AND node = $14 AND row_version = $15`,
		string(b.State), file, b.Position, b.Total, b.Good, b.Bad, b.Made, b.LeftOut,
		db.Micros(now), db.Micros(b.EndedAt), db.Micros(now.Add(leaseFor)), b.ID, string(before.State), d.o.Node, before.RowVersion)
	if err != nil {
		return fmt.Errorf("move batch: %w", err)
	}
	if n == 0 {
		return errMoved
	}
	b.RowVersion = before.RowVersion + 1
	return nil
}

// run makes the good rows of a batch. While one chunk is being written, the next is drawn, and the rows of the one after
// that are read.
func (d *Desk) run(ctx context.Context, b Batch) error {
	m, err := d.maker(ctx, b)
	if err != nil {
		return err
	}
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	for p := range m.drawn(ctx, m.read(ctx)) {
		if p.err != nil {
			return p.err
		}
		if len(p.rows) == 0 {
			return d.finish(ctx, m.b)
		}
		if err := m.commit(ctx, p); err != nil {
			return err
		}
	}
	return ctx.Err()
}

// maker makes the rows of one batch.
type maker struct {
	d      *Desk
	b      Batch
	bulk   *license.Bulk
	v      vault
	reader reader
}

func (d *Desk) maker(ctx context.Context, b Batch) (*maker, error) {
	m := &maker{d: d, b: b}
	var err error
	if m.bulk, err = d.bulk(ctx, b); err != nil {
		return nil, err
	}
	if m.v, err = d.vault(b); err != nil {
		return nil, err
	}
	var t *catalog.Type
	if err := d.o.DB.Read(ctx, func(q *db.Tx) error {
		t, err = d.o.Types.Current(ctx, q, b.TypeCode)
		return err
	}); err != nil {
		return nil, err
	}
	m.reader = newReader(t, b.Kind, form(t, b.Kind), d)
	if !b.MadeAt.IsZero() { // before, it is a sample that is drawn
		m.reader.day = clock.Date(b.MadeAt)
	}
	return m, nil
}

// portion is some rows on their way; one without rows is behind the last, one with an error is the last.
type portion struct {
	rows  []Row
	asked []license.Row
	chunk *license.Chunk
	err   error
}

// read reads the good rows of the batch, portion by portion, until ctx ends.
func (m *maker) read(ctx context.Context) <-chan *portion {
	out, b := make(chan *portion), m.b
	go func() {
		defer close(out)
		for no := 0; ; {
			p := m.next(ctx, b, no)
			select {
			case out <- p:
			case <-ctx.Done():
				return
			}
			if p.err != nil || len(p.rows) == 0 {
				return
			}
			no = p.rows[len(p.rows)-1].No
		}
	}()
	return out
}

// next reads the rows behind one, and what they ask for.
func (m *maker) next(ctx context.Context, b Batch, no int) *portion {
	p := &portion{}
	p.err = m.d.o.DB.Read(ctx, func(q *db.Tx) error {
		var err error
		p.rows, err = m.d.after(ctx, q, b, Good, no, makeMost)
		return err
	})
	p.asked = make([]license.Row, len(p.rows))
	for i, r := range p.rows {
		values, err := m.v.open(r)
		if err != nil {
			return &portion{err: err}
		}
		var faults []Fault
		if p.asked[i], faults = m.reader.row(values); len(faults) > 0 {
			return &portion{err: fmt.Errorf("row %d was good and is not: %s", r.No, faults[0].Code)}
		}
	}
	return p
}

// drawn draws what is read, until ctx ends.
func (m *maker) drawn(ctx context.Context, in <-chan *portion) <-chan *portion {
	out := make(chan *portion)
	go func() {
		defer close(out)
		for p := range in {
			if p.err == nil && len(p.rows) > 0 {
				p.chunk, p.err = m.bulk.Draw(ctx, p.asked)
			}
			select {
			case out <- p:
			case <-ctx.Done():
				if p.err == nil && p.chunk != nil {
					p.chunk.Drop()
				}
				return
			}
			if p.err != nil {
				return
			}
		}
	}()
	return out
}

// commit publishes a portion: each row turns from good to made in the transaction that enters its license.
func (m *maker) commit(ctx context.Context, p *portion) error {
	after := m.b
	_, _, err := p.chunk.Commit(ctx, func(ctx context.Context, tx *db.Tx, made []license.License, refused []error) error {
		after = m.b
		if err := m.settle(ctx, tx, p.rows, made, refused, &after); err != nil {
			return err
		}
		return m.d.hold(ctx, tx, m.b, &after)
	})
	if err != nil {
		return err
	}
	m.b = after
	return nil
}

func (m *maker) settle(ctx context.Context, tx *db.Tx, rows []Row, made []license.License, refused []error, after *Batch) error {
	var done []string
	args := []any{m.b.ID, []byte{}}
	for i, r := range rows {
		after.Good--
		if refused[i] != nil {
			after.LeftOut++
			if err := leave(ctx, tx, m.b.ID, r.No, faultOf(m.reader.fieldOf(refused[i]), refused[i])); err != nil {
				return err
			}
			continue
		}
		after.Made++
		if err := m.replace(ctx, tx, r, made[i]); err != nil {
			return err
		}
		done = append(done, fmt.Sprintf("(CAST($%d AS BIGINT), CAST($%d AS TEXT), CAST($%d AS TEXT))", len(args)+1, len(args)+2, len(args)+3))
		args = append(args, r.No, made[i].HolderID, made[i].ID)
	}
	if len(done) == 0 {
		return nil
	}
	n, err := tx.Exec(ctx, `
		UPDATE batch_row
		SET state = 'made', payload = $2, holder_id = v.column2, license_id = v.column3
		FROM (VALUES `+strings.Join(done, ", ")+`) AS v
		WHERE batch_row.batch_id = $1 AND batch_row.row_no = v.column1 AND batch_row.state = 'good'
			AND batch_row.row_no BETWEEN `+fmt.Sprintf("$%d AND $%d", len(args)+1, len(args)+2), append(args, rows[0].No, rows[len(rows)-1].No)...)
	if err != nil {
		return fmt.Errorf("settle rows: %w", err)
	}
	if int(n) != len(done) {
		return errMoved
	}
	return nil
}

// leave takes a row out that could not be made.
func leave(ctx context.Context, tx *db.Tx, batchID string, no int, f Fault) error {
	text, err := json.Marshal([]Fault{f})
	if err != nil {
		return fmt.Errorf("encode faults: %w", err)
	}
	n, err := tx.Exec(ctx, `
		UPDATE batch_row
		SET state = 'left', faults = $1, row_key = $4
		WHERE batch_id = $2 AND row_no = $3 AND state = 'good'`, string(text), batchID, no, []byte{})
	if err != nil {
		return fmt.Errorf("leave row out: %w", err)
	}
	if n == 0 {
		return errMoved
	}
	return nil
}

// finish ends a batch of which every good row is settled.
func (d *Desk) finish(ctx context.Context, b Batch) error {
	return d.o.DB.Write(ctx, func(tx *db.Tx) error {
		after := b
		after.State = Done
		if err := d.o.Deadlines.Settle(ctx, tx, kinds[b.Kind], b.ID, b.ReviewerID); err != nil {
			return err
		}
		return d.hold(ctx, tx, b, &after)
	})
}

// Purge takes away what is left of batches that were over some time ago, or that their makers have left alone as long
// before handing them on: what rows say is personal.
func (d *Desk) Purge(ctx context.Context) error {
	return d.o.DB.Write(ctx, func(tx *db.Tx) error {
		rows, err := tx.Query(ctx, `
			SELECT batch_id FROM batch
			WHERE key <> $1 AND (state = 'done' AND ended_at < $2 OR state IN ('mapping', 'checked') AND updated_at < $2)`,
			[]byte{}, db.Micros(d.o.Clock.Now().Add(-keptFor)))
		if err != nil {
			return fmt.Errorf("look for old batches: %w", err)
		}
		var old []string
		for rows.Next() {
			var id string
			if err := rows.Scan(&id); err != nil {
				_ = rows.Close()
				return fmt.Errorf("look for old batches: %w", err)
			}
			old = append(old, id)
		}
		if err := errors.Join(rows.Err(), rows.Close()); err != nil {
			return fmt.Errorf("look for old batches: %w", err)
		}
		for _, id := range old {
			if err := d.forget(ctx, tx, id); err != nil {
				return err
			}
			if _, err := tx.Exec(ctx, `
				UPDATE batch
				SET key = $1, good = CASE WHEN state = 'done' THEN good ELSE 0 END, bad = CASE WHEN state = 'done' THEN bad ELSE 0 END,
					ended_at = CASE WHEN state = 'done' THEN ended_at ELSE $2 END, state = CASE WHEN state = 'done' THEN state ELSE 'cancelled' END,
					row_version = row_version + 1
				WHERE batch_id = $3`, []byte{}, db.Micros(d.o.Clock.Now()), id); err != nil {
				return fmt.Errorf("forget batch: %w", err)
			}
		}
		return nil
	})
}

func sorted(m map[string]string) []string { return slices.Sorted(maps.Keys(m)) }
