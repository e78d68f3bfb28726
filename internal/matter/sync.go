package matter

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/yinxin-org/yinxin/internal/change"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/errs"
)

// Source is the matter office's system. A page holds the changes after a cursor, which is the source's own and means
// nothing here; "" is the beginning.
type Source interface {
	Name() string
	Page(ctx context.Context, cursor string) (Page, error)
}

// Page is one page of a source. Rows stay as they came, so that a broken one spoils no other.
type Page struct {
	Rows []json.RawMessage `json:"rows"`
	Next string            `json:"next"`
	More bool              `json:"more"` // there are further rows after Next
}

// SourceRow is one row of a source: an item or a matter.
type SourceRow struct {
	Item   *Item  `json:"item,omitempty"`
	Matter *Entry `json:"matter,omitempty"`
}

// SyncState is how far a source has been read (事项同步).
type SyncState struct {
	Cursor                                   string
	Pages, Changed, Unchanged, Older, Broken int64
	ReadAt, CompleteAt                       time.Time
	Fault                                    string
}

// Finding is a row of a source that could not be taken.
type Finding struct {
	Key, Code, Field string
	Revision         int64
	FoundAt          time.Time
}

// rawMax bounds what is kept of a broken row.
const rawMax = 32 << 10

// outcome of one row.
type outcome int

const (
	rowChanged outcome = iota
	rowUnchanged
	rowOlder
	rowBroken
)

// Sync reads a source from where it was left until it has nothing more. Each page is taken in one transaction with
// the cursor behind it, so that a run that breaks off goes on from there and a page is never taken twice. A row with
// an older revision than is here is left out and counted; one that cannot be taken is kept apart as a finding.
func (s *Store) Sync(ctx context.Context, by change.By, src Source) (SyncState, error) {
	state, err := s.SyncState(ctx, src.Name())
	for err == nil {
		var page Page
		if page, err = src.Page(ctx, state.Cursor); err != nil {
			err = errs.New(errs.Unavailable, "sync.source").Wrap(err)
			break
		}
		if page.More && page.Next == state.Cursor {
			err = errs.New(errs.Unavailable, "sync.stuck")
			break
		}
		if state, err = s.takePage(ctx, by, src.Name(), state, page); err != nil || !page.More {
			break
		}
	}
	if err != nil {
		return state, errors.Join(err, s.noteFault(context.WithoutCancel(ctx), src.Name(), errs.Code(err)))
	}
	return state, nil
}

// takePage takes a page and moves the cursor behind it, unless another run has moved it meanwhile.
func (s *Store) takePage(ctx context.Context, by change.By, source string, from SyncState, page Page) (SyncState, error) {
	var to SyncState
	err := s.o.DB.Write(ctx, func(tx *db.Tx) error {
		to = from
		to.Cursor, to.Pages, to.Fault = page.Next, from.Pages+1, ""
		for n, raw := range page.Rows {
			o, err := s.takeRow(ctx, tx, by, source, fmt.Sprintf("%s#%d", from.Cursor, n), raw)
			if err != nil {
				return err
			}
			switch o {
			case rowChanged:
				to.Changed++
			case rowUnchanged:
				to.Unchanged++
			case rowOlder:
				to.Older++
			case rowBroken:
				to.Broken++
			}
		}
		to.ReadAt = s.o.Clock.Now()
		if !page.More {
			to.CompleteAt = to.ReadAt
		}
		return s.moveCursor(ctx, tx, source, from, to)
	})
	if err != nil {
		return from, err
	}
	return to, nil
}

func (s *Store) moveCursor(ctx context.Context, tx *db.Tx, source string, from, to SyncState) error {
	n, err := tx.Exec(ctx, `
		INSERT INTO matter_sync (source, cursor, pages, changed, unchanged, older, broken, read_at, complete_at, fault)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, '')
		ON CONFLICT (source) DO UPDATE
		SET cursor = excluded.cursor, pages = excluded.pages, changed = excluded.changed, unchanged = excluded.unchanged,
		    older = excluded.older, broken = excluded.broken, read_at = excluded.read_at, complete_at = excluded.complete_at, fault = ''
		WHERE matter_sync.cursor = $10 AND matter_sync.pages = $11`,
		source, to.Cursor, to.Pages, to.Changed, to.Unchanged, to.Older, to.Broken, db.Micros(to.ReadAt), db.Micros(to.CompleteAt),
		from.Cursor, from.Pages)
	if err != nil {
		return fmt.Errorf("move cursor: %w", err)
	}
	if n == 0 {
		return errs.New(errs.Conflict, "sync.running")
	}
	return nil
}

// takeRow takes one row. What the row itself is to blame for becomes a finding; an error is our own fault.
func (s *Store) takeRow(ctx context.Context, tx *db.Tx, by change.By, source, place string, raw json.RawMessage) (outcome, error) {
	key, revision := place, int64(0)
	row, err := decodeRow(raw)
	if err == nil {
		key, revision = row.key(), row.revision()
		var o outcome
		if o, err = s.importRow(ctx, tx, by, row); err == nil {
			_, err := tx.Exec(ctx, `DELETE FROM matter_finding WHERE source = $1 AND row_key = $2 AND revision <= $3`, source, key, revision)
			return o, err
		}
	}
	fault := errs.Of(err)
	if fault.Kind == errs.Internal {
		return 0, err
	}
	_, err = tx.Exec(ctx, `
		INSERT INTO matter_finding (source, row_key, revision, code, field, data, found_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7)
		ON CONFLICT (source, row_key) DO UPDATE
		SET revision = excluded.revision, code = excluded.code, field = excluded.field, data = excluded.data, found_at = excluded.found_at`,
		source, key, revision, fault.Code, fault.Field, clip(raw), db.Micros(s.o.Clock.Now()))
	if err != nil {
		return 0, fmt.Errorf("keep finding: %w", err)
	}
	return rowBroken, nil
}

func clip(raw []byte) string {
	return string(bytes.ToValidUTF8(bytes.ReplaceAll(raw[:min(len(raw), rawMax)], []byte{0}, nil), []byte("?")))
}

// decodeRow reads a row. Of its materials only what is the matter office's is taken: bindings are made here.
func decodeRow(raw json.RawMessage) (SourceRow, error) {
	var row SourceRow
	d := json.NewDecoder(bytes.NewReader(raw))
	if err := d.Decode(&row); err != nil {
		return SourceRow{}, errs.New(errs.Invalid, "sync.row").Wrap(err)
	}
	if (row.Item == nil) == (row.Matter == nil) || row.Item != nil && row.Item.BaseCode == "" || row.Matter != nil && row.Matter.Code == "" {
		return SourceRow{}, errs.New(errs.Invalid, "sync.row")
	}
	if row.Item != nil {
		row.Item.Materials = bare(row.Item.Materials)
	} else {
		row.Matter.Bound = nil
	}
	return row, nil
}

func (r SourceRow) key() string {
	if r.Item != nil {
		return clip([]byte(r.Item.BaseCode))
	}
	return clip([]byte(r.Matter.Code))
}

func (r SourceRow) revision() int64 {
	if r.Item != nil {
		return r.Item.Revision
	}
	return r.Matter.Revision
}

func (s *Store) importRow(ctx context.Context, tx *db.Tx, by change.By, row SourceRow) (outcome, error) {
	var have int64
	var err error
	if row.Item != nil {
		var old Item
		old, err = s.Item(ctx, tx, row.Item.BaseCode)
		have = old.Revision
	} else {
		var old Entry
		old, err = s.Entry(ctx, tx, row.Matter.Code)
		have = old.Revision
	}
	if err != nil && errs.Of(err).Kind != errs.NotFound {
		return 0, err
	}
	if have > 0 && row.revision() == have {
		return rowUnchanged, nil
	}
	if row.revision() < have {
		return rowOlder, nil
	}
	var changed bool
	if row.Item != nil {
		changed, err = s.ImportItem(ctx, tx, by, *row.Item)
	} else {
		changed, err = s.ImportMatter(ctx, tx, by, *row.Matter)
	}
	if err != nil || changed {
		return rowChanged, err
	}
	return rowUnchanged, nil
}

// noteFault remembers what stopped a run.
func (s *Store) noteFault(ctx context.Context, source, code string) error {
	return s.o.DB.Write(ctx, func(tx *db.Tx) error {
		_, err := tx.Exec(ctx, `
			INSERT INTO matter_sync (source, cursor, pages, changed, unchanged, older, broken, read_at, complete_at, fault)
			VALUES ($1, '', 0, 0, 0, 0, 0, 0, 0, $2)
			ON CONFLICT (source) DO UPDATE SET fault = excluded.fault`, source, code)
		return err
	})
}

// SyncState gives how far a source has been read; the zero state if it never was.
func (s *Store) SyncState(ctx context.Context, source string) (SyncState, error) {
	var x SyncState
	var read, complete int64
	err := s.o.DB.Read(ctx, func(q *db.Tx) error {
		return q.QueryRow(ctx, `
			SELECT cursor, pages, changed, unchanged, older, broken, read_at, complete_at, fault
			FROM matter_sync
			WHERE source = $1`, source).
			Scan(&x.Cursor, &x.Pages, &x.Changed, &x.Unchanged, &x.Older, &x.Broken, &read, &complete, &x.Fault)
	})
	if errors.Is(err, db.ErrNoRows) {
		return SyncState{}, nil
	}
	if err != nil {
		return SyncState{}, fmt.Errorf("read sync state: %w", err)
	}
	x.ReadAt, x.CompleteAt = db.Time(read), db.Time(complete)
	return x, nil
}

// Findings lists the rows of a source that could not be taken, and counts them.
func (s *Store) Findings(ctx context.Context, q *db.Tx, source string, limit, offset int) (found []Finding, total int, err error) {
	if err := q.QueryRow(ctx, `SELECT count(*) FROM matter_finding WHERE source = $1`, source).Scan(&total); err != nil {
		return nil, 0, fmt.Errorf("count findings: %w", err)
	}
	rows, err := q.Query(ctx, `
		SELECT row_key, revision, code, field, found_at
		FROM matter_finding
		WHERE source = $1
		ORDER BY row_key
		LIMIT $2 OFFSET $3`, source, limit, offset)
	if err != nil {
		return nil, 0, fmt.Errorf("list findings: %w", err)
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var f Finding
		var at int64
		if err := rows.Scan(&f.Key, &f.Revision, &f.Code, &f.Field, &at); err != nil {
			return nil, 0, fmt.Errorf("list findings: %w", err)
		}
		f.FoundAt = db.Time(at)
		found = append(found, f)
	}
	return found, total, rows.Err()
}
