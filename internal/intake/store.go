package intake

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/yinxin-org/yinxin/internal/authn"
	"github.com/yinxin-org/yinxin/internal/change"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/errs"
)

const columns = `import_id, kind, mode, state, account_id, unit_id, role, reason, file_name, file_ref, total, position,
	changed, unchanged, failed, problem, created_at, updated_at`

type scanner interface{ Scan(dest ...any) error }

func scan(r scanner) (Task, error) {
	var t Task
	var problem string
	var created, updated int64
	err := r.Scan(&t.ID, &t.Kind, &t.Mode, &t.State, &t.By.AccountID, &t.By.UnitID, &t.Role, &t.By.Reason, &t.FileName, &t.fileRef, &t.Total,
		&t.Position, &t.Changed, &t.Unchanged, &t.Failed, &problem, &created, &updated)
	if err != nil {
		return Task{}, err
	}
	t.CreatedAt, t.UpdatedAt = db.Time(created), db.Time(updated)
	if problem != "" {
		t.Problem = &errs.Error{Kind: errs.Invalid}
		if err := json.Unmarshal([]byte(problem), t.Problem); err != nil {
			return Task{}, fmt.Errorf("decode import: %w", err)
		}
	}
	return t, nil
}

// problemOf writes down what ended an import, without its cause.
func problemOf(err error) (string, error) {
	e := *errs.Of(err)
	e.Err = nil
	b, fault := json.Marshal(e)
	if fault != nil {
		return "", fmt.Errorf("encode import: %w", fault)
	}
	return string(b), nil
}

// Upload is a file to be imported.
type Upload struct {
	Kind     Kind
	Mode     Mode
	Reason   string
	FileName string // as shown; may be empty
	Data     []byte
}

// Bounds of what a unit may pile up, and of a file's name.
const (
	maxOpen = 20
	maxName = 120
)

// Start takes a file in. What can be seen at once, its format and headings, is refused at once.
func (d *Desk) Start(ctx context.Context, a *authn.Actor, u Upload) (Task, error) {
	p, err := d.plan(u.Kind)
	if err != nil {
		return Task{}, err
	}
	t := Task{ID: db.NewID(), Kind: u.Kind, Mode: u.Mode, State: Checking, By: change.Of(a, u.Reason), FileName: nameOf(u.FileName)}
	if t.Role, err = p.authority(a); err != nil {
		return Task{}, err
	}
	if u.Mode != All && u.Mode != Each {
		return Task{}, errs.New(errs.Invalid, "import.mode").On("mode")
	}
	if _, err := p.open(u.Data); err != nil {
		return Task{}, err
	}
	sealed, err := d.o.Keys.Wrap(u.Data, aad(t.ID))
	if err != nil {
		return Task{}, fmt.Errorf("keep import: %w", err)
	}
	if t.fileRef, err = d.o.Files.Put(ctx, sealed); err != nil {
		return Task{}, fmt.Errorf("keep import: %w", err)
	}
	now := d.o.Clock.Now()
	t.CreatedAt, t.UpdatedAt = now, now
	if err := d.o.DB.Write(ctx, func(tx *db.Tx) error { return d.insert(ctx, tx, t) }); err != nil {
		return Task{}, err
	}
	d.stir()
	return t, nil
}

func (d *Desk) insert(ctx context.Context, tx *db.Tx, t Task) error {
	var open int
	if err := tx.QueryRow(ctx, `
		SELECT count(*) FROM import_task
		WHERE unit_id = $1 AND state IN ('checking', 'running', 'paused')`, t.By.UnitID).Scan(&open); err != nil {
		return fmt.Errorf("count imports: %w", err)
	}
	if open >= maxOpen {
		return errs.New(errs.Conflict, "import.many")
	}
	_, err := tx.Exec(ctx, `
		INSERT INTO import_task (`+columns+`, node, lease)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 0, 0, 0, 0, 0, '', $11, $11, '', 0)`,
		t.ID, string(t.Kind), string(t.Mode), string(t.State), t.By.AccountID, t.By.UnitID, t.Role, t.By.Reason, t.FileName, t.fileRef,
		db.Micros(t.CreatedAt))
	if err != nil {
		return fmt.Errorf("enter import: %w", err)
	}
	return d.o.Trail.Record(ctx, tx, t.By, change.Entry{Subject: change.Import, SubjectID: t.ID, Action: "create",
		After: map[string]string{"kind": string(t.Kind), "mode": string(t.Mode), "file": t.fileRef}})
}

// aad binds a file to its import.
func aad(id string) []byte { return []byte("import:" + id) }

// nameOf is a file's name as it is shown: without its folder, and not too long.
func nameOf(s string) string {
	s = s[strings.LastIndexAny(s, `/\`)+1:]
	if !utf8.ValidString(s) || strings.ContainsFunc(s, func(r rune) bool { return r < ' ' || r == 0x7f }) {
		return ""
	}
	if r := []rune(s); len(r) > maxName {
		s = string(r[:maxName])
	}
	return s
}

// file opens the file of an import.
func (d *Desk) file(ctx context.Context, t Task) ([]byte, error) {
	sealed, err := d.o.Files.Get(ctx, t.fileRef)
	if err != nil {
		return nil, fmt.Errorf("get import: %w", err)
	}
	data, err := d.o.Keys.Unwrap(sealed, aad(t.ID))
	if err != nil {
		return nil, fmt.Errorf("open import: %w", err)
	}
	return data, nil
}

func (d *Desk) get(ctx context.Context, q *db.Tx, id string) (Task, error) {
	t, err := scan(q.QueryRow(ctx, `SELECT `+columns+` FROM import_task WHERE import_id = $1`, id))
	if errors.Is(err, db.ErrNoRows) {
		return Task{}, errs.New(errs.NotFound, "import.unknown")
	}
	if err != nil {
		return Task{}, fmt.Errorf("get import: %w", err)
	}
	return t, nil
}

// Get shows an import to whom it concerns: people of its unit who could have begun it.
func (d *Desk) Get(ctx context.Context, q *db.Tx, a *authn.Actor, id string) (Task, error) {
	t, err := d.get(ctx, q, id)
	if err != nil {
		return Task{}, err
	}
	p, err := d.plan(t.Kind)
	if err != nil {
		return Task{}, err
	}
	if _, err := p.authority(a); err != nil || t.By.UnitID != a.UnitID {
		return Task{}, errs.New(errs.NotFound, "import.unknown")
	}
	return d.shown(t), nil
}

// shown adds how far a long transaction has come.
func (d *Desk) shown(t Task) Task {
	d.mu.Lock()
	defer d.mu.Unlock()
	if p, ok := d.live[t.ID]; ok && t.State == Running && p.at > t.Position {
		t.Position = min(p.at, t.Total)
	}
	return t
}

// List gives a page of the imports of an actor's unit, the newest first. kind narrows when given.
func (d *Desk) List(ctx context.Context, q *db.Tx, a *authn.Actor, kind Kind, limit, offset int) (found []Task, total int, err error) {
	var kinds []string
	for k, p := range d.plans {
		if _, err := p.authority(a); err == nil && (kind == "" || kind == k) {
			kinds = append(kinds, string(k))
		}
	}
	allowed := "," + strings.Join(kinds, ",") + ","
	const where = ` WHERE unit_id = $1 AND $2 LIKE '%,' || kind || ',%'`
	if err := q.QueryRow(ctx, `SELECT count(*) FROM import_task`+where, a.UnitID, allowed).Scan(&total); err != nil {
		return nil, 0, fmt.Errorf("count imports: %w", err)
	}
	rows, err := q.Query(ctx, `SELECT `+columns+` FROM import_task`+where+`
		ORDER BY import_id DESC
		LIMIT $3 OFFSET $4`, a.UnitID, allowed, limit, offset)
	if err != nil {
		return nil, 0, fmt.Errorf("list imports: %w", err)
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		t, err := scan(rows)
		if err != nil {
			return nil, 0, fmt.Errorf("list imports: %w", err)
		}
		found = append(found, d.shown(t))
	}
	return found, total, rows.Err()
}

// Faults gives a page of what is wrong with an import's rows, and counts them.
func (d *Desk) Faults(ctx context.Context, q *db.Tx, id string, limit, offset int) (found []Fault, total int, err error) {
	if err := q.QueryRow(ctx, `SELECT count(*) FROM import_fault WHERE import_id = $1`, id).Scan(&total); err != nil {
		return nil, 0, fmt.Errorf("count faults: %w", err)
	}
	rows, err := q.Query(ctx, `
		SELECT record, sheet, row_no, field, code, args
		FROM import_fault
		WHERE import_id = $1
		ORDER BY record, seq
		LIMIT $2 OFFSET $3`, id, limit, offset)
	if err != nil {
		return nil, 0, fmt.Errorf("list faults: %w", err)
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var f Fault
		var args string
		if err := rows.Scan(&f.Record, &f.Sheet, &f.Row, &f.Field, &f.Code, &args); err != nil {
			return nil, 0, fmt.Errorf("list faults: %w", err)
		}
		if err := json.Unmarshal([]byte(args), &f.Args); err != nil {
			return nil, 0, fmt.Errorf("decode fault: %w", err)
		}
		found = append(found, f)
	}
	return found, total, rows.Err()
}

// maxFaults bounds the faults that are kept of one record.
const maxFaults = 20

// keepFaults writes faults down, in statements of many rows.
func keepFaults(ctx context.Context, tx *db.Tx, id string, faults []Fault) error {
	const perStatement = 100
	var values []string
	var args []any
	flush := func() error {
		if len(values) == 0 {
			return nil
		}
		_, err := tx.Exec(ctx, `
			INSERT INTO import_fault (import_id, record, seq, sheet, row_no, field, code, args)
			VALUES `+strings.Join(values, ", "), args...)
		values, args = nil, nil
		if err != nil {
			return fmt.Errorf("keep faults: %w", err)
		}
		return nil
	}
	last, seq := -1, 0
	for _, f := range faults {
		if f.Record != last {
			last, seq = f.Record, 0
		}
		if seq >= maxFaults {
			continue
		}
		words, err := json.Marshal(f.Args)
		if err != nil {
			return fmt.Errorf("encode fault: %w", err)
		}
		n := len(args)
		values = append(values, fmt.Sprintf("($%d, $%d, $%d, $%d, $%d, $%d, $%d, $%d)", n+1, n+2, n+3, n+4, n+5, n+6, n+7, n+8))
		args = append(args, id, f.Record, seq, f.Sheet, f.Row, f.Field, f.Code, string(words))
		seq++
		if len(values) == perStatement {
			if err := flush(); err != nil {
				return err
			}
		}
	}
	return flush()
}
