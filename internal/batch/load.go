package batch

import (
	"context"
	"fmt"
	"iter"
	"maps"
	"strconv"
	"strings"
	"sync"

	"github.com/yinxin-org/yinxin/internal/catalog"
	"github.com/yinxin-org/yinxin/internal/clock"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/errs"
	"github.com/yinxin-org/yinxin/internal/license"
	"github.com/yinxin-org/yinxin/internal/sheet"
)

// loadMost is how many rows are judged and written at once.
const loadMost = 400

// load reads the file of a batch from where it stands, judges its rows and keeps them.
func (d *Desk) load(ctx context.Context, b Batch) error {
	l, table, err := d.loader(ctx, b)
	switch {
	case err != nil:
	case l.mends:
		err = l.mendable(ctx, table)
	case b.Position == 0:
		err = readable(table)
	}
	if _, refused := refusal(err); refused {
		return d.refuse(ctx, b, err)
	}
	if err != nil {
		return err
	}
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	for c := range l.judged(ctx, table) {
		if _, refused := refusal(c.err); refused {
			return d.refuse(ctx, l.b, c.err)
		}
		if c.err != nil {
			return c.err
		}
		if err := l.take(ctx, c); err != nil {
			return err
		}
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	return d.o.Files.Remove(ctx, b.fileRef)
}

// judged is a chunk of rows, judged by what can be known without the database; one with an error is the last.
type judged struct {
	entries []entry
	rows    []license.Row
	last    bool // nothing is behind it
	err     error
}

// judged reads the file from where the batch stands and judges its rows, a chunk while the one before is kept, until ctx ends.
func (l *loader) judged(ctx context.Context, table *sheet.Table) <-chan judged {
	out, ahead := make(chan judged), *l
	go func() {
		defer close(out)
		next, stop := iter.Pull2(table.Records())
		defer stop()
		for range ahead.b.Position {
			if _, _, ok := next(); !ok {
				break
			}
		}
		for {
			c := ahead.next(next)
			select {
			case out <- c:
			case <-ctx.Done():
				return
			}
			if c.err != nil || c.last {
				return
			}
			if !ahead.mends {
				ahead.b.Total += len(c.entries)
			}
		}
	}()
	return out
}

// next reads and judges one chunk.
func (l *loader) next(next func() (sheet.Record, error, bool)) (c judged) {
	var chunk []sheet.Record
	for len(chunk) < loadMost && !c.last {
		r, err, ok := next()
		if err != nil {
			return judged{err: err}
		}
		if c.last = !ok; ok {
			chunk = append(chunk, copied(r))
		}
	}
	c.entries, c.rows, c.err = l.judge(chunk)
	return c
}

// readable reads a file to its end before anything of it is kept: one that breaks off in the middle is refused whole.
func readable(table *sheet.Table) error {
	for _, err := range table.Records() {
		if err != nil {
			return err
		}
	}
	return nil
}

// copied is a record that does not keep the file's text alive.
func copied(r sheet.Record) sheet.Record {
	r.Values = append([]string{}, r.Values...)
	r.Raw = append([]string{}, r.Raw...)
	return r
}

// loader is the reading of one file.
type loader struct {
	d      *Desk
	b      Batch
	bulk   *license.Bulk
	v      vault
	reader reader
	form   sheet.Form
	mends  bool           // the file corrects rows
	open   map[string]int // where it does: the rows that may be corrected, by their row in the list
	seen   seen           // nil where rows were kept by another reading: each key is asked for then
}

func (d *Desk) loader(ctx context.Context, b Batch) (*loader, *sheet.Table, error) {
	l := &loader{d: d, b: b}
	var err error
	if l.bulk, err = d.bulk(ctx, b); err != nil {
		return nil, nil, err
	}
	if l.v, err = d.vault(b); err != nil {
		return nil, nil, err
	}
	var t *catalog.Type
	if err := d.o.DB.Read(ctx, func(q *db.Tx) error {
		t, err = d.o.Types.Current(ctx, q, b.TypeCode)
		return err
	}); err != nil {
		return nil, nil, err
	}
	l.form = form(t, b.Kind)
	l.form.Headings = b.Headings
	if l.mends = b.Headings == nil; l.mends { // a file half read still has the headings that Mend takes away
		l.form = corrections(l.form)
	}
	l.reader = newReader(t, b.Kind, l.form, d)
	if b.Total == 0 && !l.mends {
		l.seen = newSeen()
	}
	book, err := d.file(ctx, b, l.v)
	if err != nil {
		return nil, nil, err
	}
	table, err := book.Table(l.form, true)
	return l, table, err
}

func newReader(t *catalog.Type, k Kind, f sheet.Form, d *Desk) reader {
	now := d.o.Clock.Now()
	return reader{t: t, form: f, kind: k, now: now, day: clock.Date(now)}
}

// take judges a chunk by what there is already and keeps it, with the position in the file, in one transaction. The last
// chunk ends the checking.
func (l *loader) take(ctx context.Context, c judged) error {
	if err := l.known(ctx, c.entries, c.rows); err != nil {
		return err
	}
	return l.d.o.DB.Write(ctx, func(tx *db.Tx) error { return l.write(ctx, tx, c.entries, c.last) })
}

// judge reads each row and judges it by what can be known without the database.
func (l *loader) judge(chunk []sheet.Record) ([]entry, []license.Row, error) {
	entries, rows := make([]entry, len(chunk)), make([]license.Row, len(chunk))
	failed := make([]error, workers)
	var all sync.WaitGroup
	for w := range workers {
		all.Go(func() {
			for i := w; i < len(chunk) && failed[w] == nil; i += workers {
				entries[i], rows[i], failed[w] = l.entry(chunk[i], l.b.Total+i+1)
			}
		})
	}
	all.Wait()
	for _, err := range failed {
		if err != nil {
			return nil, nil, err
		}
	}
	return entries, rows, nil
}

// workers is how many rows are judged, or drawn, at a time.
const workers = 2

func (l *loader) entry(r sheet.Record, no int) (entry, license.Row, error) {
	e := entry{no: no, fileRow: r.Row, state: Good}
	values := map[string]string{}
	for i, c := range l.form.Columns {
		if v := r.Raw[i]; v != "" {
			values[c.Name] = v
		}
		if v := r.Values[i]; v != "" {
			values[c.Name] = v
		}
	}
	if l.mends {
		e.no = l.open[values[colRow]] // mendable has seen that it is there
		e.fileRow, _ = strconv.Atoi(values[colRow])
		delete(values, colRow)
	}
	for _, p := range r.Problems {
		e.faults = append(e.faults, faultOf("", p))
	}
	var row license.Row
	if len(e.faults) == 0 {
		row, e.faults = l.reader.row(values)
	}
	if len(e.faults) == 0 {
		e.faults = l.reader.over(values, row)
	}
	if len(e.faults) > 0 && over[e.faults[0].Code] {
		e.state = Left
	} else if len(e.faults) == 0 {
		if err := l.bulk.Check(row); err != nil {
			if _, refused := refusal(err); !refused {
				return e, row, err
			}
			for _, f := range l.reader.t.Faults(row.Fields) {
				if f.Severity == catalog.Block {
					e.faults = append(e.faults, faultOf(l.reader.fieldOf(f.Error), f.Error))
				}
			}
			if len(e.faults) == 0 {
				e.faults = append(e.faults, faultOf(l.reader.fieldOf(err), err))
			}
		}
	}
	e.key = l.d.o.Keys.BlindIndex("batch.row", l.b.ID+"\x00"+l.reader.identity(row))
	if len(e.faults) > 0 {
		e.key = []byte{}
		if e.state == Good {
			e.state = Bad
		}
	}
	var err error
	e.payload, err = l.v.seal(e.no, values)
	return e, row, err
}

// identity is what makes two rows the same license: the number, or all that they say; of a type of which nobody has two,
// their holders alone.
func (r reader) identity(row license.Row) string {
	single := r.kind == New && r.t.Duplicate == catalog.Block
	if row.Number != "" && !single {
		return row.Number
	}
	var said []string
	for _, h := range row.Holders {
		said = append(said, h.Code.Reveal())
	}
	if single {
		return strings.Join(said, "\x00")
	}
	for _, name := range sorted(row.Fields) {
		said = append(said, name, row.Fields[name])
	}
	return strings.Join(said, "\x00")
}

// known judges rows by what there is already: the same license twice in the batch, or a number that was given before.
func (l *loader) known(ctx context.Context, entries []entry, rows []license.Row) error {
	var keys [][]byte
	var good []int
	first := map[string]int{}
	spoil := func(i int, f Fault) { entries[i].state, entries[i].key, entries[i].faults = Bad, []byte{}, []Fault{f} }
	for i, e := range entries {
		if e.state != Good {
			continue
		}
		if at, again := first[string(e.key)]; again {
			spoil(i, Fault{Code: "batch.twice", Args: map[string]string{"row": strconv.Itoa(at)}})
			continue
		}
		first[string(e.key)] = e.fileRow
		good = append(good, i)
		if l.seen == nil || l.seen.meet(e.key) {
			keys = append(keys, e.key)
		}
	}
	candidates := make([]license.Row, len(good))
	for n, i := range good {
		candidates[n] = rows[i]
	}
	_, contradicted, err := l.bulk.Ask(ctx, candidates)
	if err != nil {
		return err
	}
	return l.d.o.DB.Read(ctx, func(q *db.Tx) error {
		before, err := twice(ctx, q, keys)
		if err != nil {
			return err
		}
		taken, err := l.bulk.Taken(ctx, q, candidates)
		if err != nil {
			return err
		}
		held, err := l.held(ctx, q, candidates)
		if err != nil {
			return err
		}
		for n, i := range good {
			if at, again := before[string(entries[i].key)]; again {
				spoil(i, Fault{Code: "batch.twice", Args: map[string]string{"row": strconv.Itoa(at)}})
			} else if taken[n] && l.b.Kind == Stock {
				spoil(i, Fault{Field: colNumber, Code: "stock.there"})
				entries[i].state = Left
			} else if taken[n] {
				spoil(i, Fault{Field: colNumber, Code: "license.duplicate"})
			} else if contradicted[n] != nil {
				spoil(i, faultOf(l.reader.fieldOf(contradicted[n]), contradicted[n]))
			} else if held[n].ID != "" {
				entries[i].state, entries[i].held = Doubt, held[n]
			}
		}
		return nil
	})
}

// write keeps a judged chunk.
func (l *loader) write(ctx context.Context, tx *db.Tx, entries []entry, last bool) error {
	b := l.b
	read := len(entries)
	if err := put(ctx, tx, b.ID, entries); err != nil {
		return err
	}
	b.Position += read
	for _, e := range entries {
		if l.mends {
			b.Bad--
		}
		switch e.state {
		case Good:
			b.Good++
		case Left:
			b.LeftOut++
		case Bad:
			b.Bad++
		default: // Doubt is what remains
		}
	}
	if !l.mends {
		b.Total += read
	}
	if b.State = Checking; last {
		b.State = Checked
	}
	if err := l.d.hold(ctx, tx, l.b, &b); err != nil {
		return err
	}
	l.b = b
	return nil
}

// mendable refuses a file of corrections in which a row is not one of the faulty ones, before anything is changed.
func (l *loader) mendable(ctx context.Context, table *sheet.Table) error {
	open := map[string]int{}
	err := l.d.o.DB.Read(ctx, func(q *db.Tx) error {
		rows, err := q.Query(ctx, `SELECT row_no, file_row FROM batch_row WHERE batch_id = $1 AND state = 'bad'`, l.b.ID)
		if err != nil {
			return fmt.Errorf("look for faulty rows: %w", err)
		}
		defer func() { _ = rows.Close() }()
		for rows.Next() {
			var no, row int
			if err := rows.Scan(&no, &row); err != nil {
				return fmt.Errorf("look for faulty rows: %w", err)
			}
			open[strconv.Itoa(row)] = no
		}
		return rows.Err()
	})
	if err != nil {
		return err
	}
	l.open = maps.Clone(open)
	read := 0
	for r, err := range table.Records() {
		if err != nil {
			return err
		}
		if read++; read <= l.b.Position {
			continue
		}
		no := r.Values[l.form.Index(colRow)]
		if open[no] == 0 {
			return errs.New(errs.Invalid, "batch.not-faulty").With("row", strconv.Itoa(r.Row))
		}
		delete(open, no)
	}
	return nil
}

// refuse ends the reading of a file that cannot be read further: the batch is where it was before the file came.
func (d *Desk) refuse(ctx context.Context, b Batch, cause error) error {
	problem, err := problemOf(cause)
	if err != nil {
		return err
	}
	to, kept, gone := Checked, "", b.fileRef
	if b.Total == 0 { // its maker may say again which column is which
		to, kept, gone = Mapping, b.fileRef, ""
	}
	err = d.o.DB.Write(ctx, func(tx *db.Tx) error {
		n, err := tx.Exec(ctx, `
			UPDATE batch
			SET state = $1, problem = $2, updated_at = $3, file_ref = $6, lease = 0, row_version = row_version + 1
			WHERE batch_id = $4 AND state = 'checking' AND node = $5`,
			string(to), problem, db.Micros(d.o.Clock.Now()), b.ID, d.o.Node, kept)
		if err != nil {
			return fmt.Errorf("refuse file: %w", err)
		}
		if n == 0 {
			return errMoved
		}
		return nil
	})
	if err == nil {
		d.discard(ctx, gone)
	}
	return err
}
