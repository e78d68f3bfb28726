package batch

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/yinxin-org/yinxin/internal/authn"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/errs"
	"github.com/yinxin-org/yinxin/internal/gm"
	"github.com/yinxin-org/yinxin/internal/license"
)

const columns = `batch_id, kind, type_code, issuer_id, unit_id, state, maker_id, reviewer_id, words, file_name, mend_name, file_ref, headings,
	position, total, good, bad, made, left_out, problem, key, made_at, due_at, created_at, updated_at, ended_at, row_version`

type scanner interface{ Scan(dest ...any) error }

func scan(r scanner) (Batch, error) {
	var b Batch
	var headings, problem string
	var made, due, created, updated, ended int64
	err := r.Scan(&b.ID, &b.Kind, &b.TypeCode, &b.IssuerID, &b.UnitID, &b.State, &b.MakerID, &b.ReviewerID, &b.Words, &b.FileName, &b.MendName, &b.fileRef,
		&headings, &b.Position, &b.Total, &b.Good, &b.Bad, &b.Made, &b.LeftOut, &problem, &b.key, &made, &due, &created, &updated, &ended, &b.RowVersion)
	if errors.Is(err, db.ErrNoRows) {
		return Batch{}, errs.New(errs.NotFound, "batch.unknown")
	}
	if err != nil {
		return Batch{}, fmt.Errorf("read batch: %w", err)
	}
	if headings != "" {
		if err := json.Unmarshal([]byte(headings), &b.Headings); err != nil {
			return Batch{}, fmt.Errorf("decode headings: %w", err)
		}
	}
	if problem != "" {
		b.Problem = &errs.Error{Kind: errs.Invalid}
		if err := json.Unmarshal([]byte(problem), b.Problem); err != nil {
			return Batch{}, fmt.Errorf("decode problem: %w", err)
		}
	}
	b.MadeAt, b.DueAt, b.CreatedAt = db.Time(made), db.Time(due), db.Time(created)
	b.UpdatedAt, b.EndedAt = db.Time(updated), db.Time(ended)
	return b, nil
}

// Get gives a batch of the actor's unit, or one that the unit issues.
func (d *Desk) Get(ctx context.Context, q *db.Tx, a *authn.Actor, id string) (Batch, error) {
	return scan(q.QueryRow(ctx, `
		SELECT `+columns+`
		FROM batch
		WHERE batch_id = $1 AND (unit_id = $2 OR issuer_id = $2)`, id, a.UnitID))
}

// List gives a unit's batches, the newest first, and how many there are.
func (d *Desk) List(ctx context.Context, q *db.Tx, a *authn.Actor, kind Kind, limit, offset int) (list []Batch, total int, err error) {
	if err := q.QueryRow(ctx, `
		SELECT count(*) FROM batch
		WHERE (unit_id = $1 OR issuer_id = $1) AND ($2 = '' OR kind = $2)`, a.UnitID, string(kind)).Scan(&total); err != nil {
		return nil, 0, fmt.Errorf("count batches: %w", err)
	}
	rows, err := q.Query(ctx, `
		SELECT `+columns+`
		FROM batch
		WHERE (unit_id = $1 OR issuer_id = $1) AND ($2 = '' OR kind = $2)
		ORDER BY batch_id DESC
		LIMIT $3 OFFSET $4`, a.UnitID, string(kind), limit, offset)
	if err != nil {
		return nil, 0, fmt.Errorf("list batches: %w", err)
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		b, err := scan(rows)
		if err != nil {
			return nil, 0, err
		}
		list = append(list, b)
	}
	return list, total, rows.Err()
}

// Rows lists a batch's rows of a state, "" for all.
func (d *Desk) Rows(ctx context.Context, q *db.Tx, b Batch, state RowState, limit, offset int) ([]Row, error) {
	return d.rows(ctx, q, `
		SELECT row_no, file_row, state, faults, holder_id, license_id, payload
		FROM batch_row
		WHERE batch_id = $1 AND ($2 = '' OR state = $2)
		ORDER BY row_no
		LIMIT $3 OFFSET $4`, b.ID, string(state), limit, offset)
}

// after lists the next rows of a state behind one.
func (d *Desk) after(ctx context.Context, q *db.Tx, b Batch, state RowState, no, limit int) ([]Row, error) {
	return d.rows(ctx, q, `
		SELECT row_no, file_row, state, faults, holder_id, license_id, payload
		FROM batch_row
		WHERE batch_id = $1 AND state = $2 AND row_no > $3
		ORDER BY row_no
		LIMIT $4`, b.ID, string(state), no, limit)
}

func (d *Desk) rows(ctx context.Context, q *db.Tx, query string, args ...any) ([]Row, error) {
	rows, err := q.Query(ctx, query, args...)
	if err != nil {
		return nil, fmt.Errorf("list rows: %w", err)
	}
	defer func() { _ = rows.Close() }()
	var list []Row
	for rows.Next() {
		var r Row
		var faults string
		if err := rows.Scan(&r.No, &r.FileRow, &r.State, &faults, &r.HolderID, &r.LicenseID, &r.payload); err != nil {
			return nil, fmt.Errorf("list rows: %w", err)
		}
		if faults != "" {
			if err := json.Unmarshal([]byte(faults), &r.Faults); err != nil {
				return nil, fmt.Errorf("decode faults: %w", err)
			}
		}
		list = append(list, r)
	}
	return list, rows.Err()
}

// entry is a row to be written.
type entry struct {
	no, fileRow int
	state       RowState
	key         []byte
	payload     []byte
	faults      []Fault
	held        license.License // that its holder has already, where the row is in Doubt
}

// put writes rows; those that are there already are replaced, for a corrected row takes the place of the faulty one.
func put(ctx context.Context, tx *db.Tx, batchID string, entries []entry) error {
	rows := make([][]any, len(entries))
	for i, e := range entries {
		faults := ""
		if len(e.faults) > 0 {
			text, err := json.Marshal(e.faults)
			if err != nil {
				return fmt.Errorf("encode faults: %w", err)
			}
			faults = string(text)
		}
		rows[i] = []any{batchID, e.no, e.fileRow, string(e.state), e.key, e.payload, faults, e.held.HolderID, e.held.ID}
	}
	_, err := tx.Insert(ctx, `batch_row (batch_id, row_no, file_row, state, row_key, payload, faults, holder_id, license_id)`, `
		ON CONFLICT (batch_id, row_no) DO UPDATE
		SET file_row = excluded.file_row, state = excluded.state, row_key = excluded.row_key, payload = excluded.payload, faults = excluded.faults,
			holder_id = excluded.holder_id, license_id = excluded.license_id
		WHERE batch_row.state = 'bad'`, rows)
	if err != nil {
		return fmt.Errorf("put rows: %w", err)
	}
	return nil
}

// askMost bounds the keys of one question: SQLite and PostgreSQL both take some thousands of arguments.
const askMost = 100

// twice tells which of some keys a batch has on rows already, with the row. A key is digested with its batch and asked for
// alone; a row that is faulty or left out has none. The length is asked for as the index over the keys has it, word for word.
func twice(ctx context.Context, q *db.Tx, keys [][]byte) (map[string]int, error) {
	found := map[string]int{}
	for len(keys) > 0 {
		n := min(len(keys), askMost)
		var args []any
		var marks []string
		for _, k := range keys[:n] {
			args = append(args, k)
			marks = append(marks, "$"+strconv.Itoa(len(args)))
		}
		keys = keys[n:]
		rows, err := q.Query(ctx, `
			SELECT row_key, file_row FROM batch_row
			WHERE row_key IN (`+strings.Join(marks, ", ")+`) AND length(row_key) > 0`, args...)
		if err != nil {
			return nil, fmt.Errorf("look for rows: %w", err)
		}
		for rows.Next() {
			var key []byte
			var no int
			if err := rows.Scan(&key, &no); err != nil {
				_ = rows.Close()
				return nil, fmt.Errorf("look for rows: %w", err)
			}
			found[string(key)] = no
		}
		if err := errors.Join(rows.Err(), rows.Close()); err != nil {
			return nil, fmt.Errorf("look for rows: %w", err)
		}
	}
	return found, nil
}

// vault seals and opens what rows say.
type vault struct {
	key []byte
	id  string
}

func (d *Desk) vault(b Batch) (vault, error) {
	if len(b.key) == 0 {
		return vault{}, errs.New(errs.Conflict, "batch.purged")
	}
	key, err := d.o.Keys.Unwrap(b.key, []byte("batch:"+b.ID))
	if err != nil {
		return vault{}, fmt.Errorf("open batch: %w", err)
	}
	return vault{key: key, id: b.ID}, nil
}

func (v vault) aad(no int) []byte { return []byte("batch:" + v.id + "/" + strconv.Itoa(no)) }

func (v vault) seal(no int, values map[string]string) ([]byte, error) {
	plain, err := json.Marshal(values)
	if err != nil {
		return nil, fmt.Errorf("encode row: %w", err)
	}
	return gm.Encrypt(v.key, plain, v.aad(no))
}

func (v vault) open(r Row) (map[string]string, error) {
	plain, err := gm.Decrypt(v.key, r.payload, v.aad(r.No))
	if err != nil {
		return nil, fmt.Errorf("open row %d: %w", r.No, err)
	}
	var values map[string]string
	if err := json.Unmarshal(plain, &values); err != nil {
		return nil, fmt.Errorf("decode row %d: %w", r.No, err)
	}
	return values, nil
}

func problemOf(err error) (string, error) {
	e := *errs.Of(err)
	e.Err = nil
	b, fault := json.Marshal(e)
	if fault != nil {
		return "", fmt.Errorf("encode problem: %w", fault)
	}
	return string(b), nil
}

// refusal is a refusal of the domain, as against a failure of ours.
func refusal(err error) (*errs.Error, bool) {
	e, ok := errors.AsType[*errs.Error](err)
	return e, ok && e.Kind != errs.Internal && e.Kind != errs.Unavailable
}
