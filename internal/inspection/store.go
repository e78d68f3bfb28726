package inspection

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/yinxin-org/yinxin/internal/authn"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/errs"
	"github.com/yinxin-org/yinxin/internal/license"
)

const columns = `holder_id, inspection_id, license_id, unit_id, type_code, step, due_at, passes, applied_by, applied_at,
	examiner_id, examined_at, reviewer_id, closed_at, row_version`

func scan(row interface{ Scan(...any) error }) (Inspection, error) {
	var i Inspection
	var due, passes, applied, examined, closed int64
	err := row.Scan(&i.HolderID, &i.ID, &i.LicenseID, &i.UnitID, &i.TypeCode, &i.Step, &due, &passes, &i.AppliedBy, &applied,
		&i.ExaminerID, &examined, &i.ReviewerID, &closed, &i.RowVersion)
	if errors.Is(err, db.ErrNoRows) {
		return Inspection{}, errs.New(errs.NotFound, "inspect.unknown")
	}
	if err != nil {
		return Inspection{}, fmt.Errorf("read inspection: %w", err)
	}
	i.DueAt, i.AppliedAt, i.ExaminedAt, i.ClosedAt = db.Time(due), db.Time(applied), db.Time(examined), db.Time(closed)
	i.Passes = passes == 1
	return i, nil
}

func list(ctx context.Context, q *db.Tx, query string, args ...any) ([]Inspection, error) {
	rows, err := q.Query(ctx, query, args...)
	if err != nil {
		return nil, fmt.Errorf("list inspections: %w", err)
	}
	defer func() { _ = rows.Close() }()
	var found []Inspection
	for rows.Next() {
		i, err := scan(rows)
		if err != nil {
			return nil, err
		}
		found = append(found, i)
	}
	return found, rows.Err()
}

// ofVersions lists the inspections of all versions of a license, the newest first.
func (s *Store) ofVersions(ctx context.Context, q *db.Tx, versions []license.License) ([]Inspection, error) {
	var found []Inspection
	for _, v := range versions {
		of, err := list(ctx, q, `
			SELECT `+columns+`
			FROM inspection
			WHERE holder_id = $1 AND license_id = $2`, v.HolderID, v.ID)
		if err != nil {
			return nil, err
		}
		found = append(found, of...)
	}
	slices.SortFunc(found, func(a, b Inspection) int { return cmp.Compare(b.ID, a.ID) })
	return found, nil
}

// OfUnit reads an inspection of a unit; another unit's does not exist for it.
func (s *Store) OfUnit(ctx context.Context, q *db.Tx, unitID, id string) (Inspection, error) {
	var holderID string
	err := q.QueryRow(ctx, `
		SELECT holder_id FROM unit_inspection
		WHERE unit_id = $1 AND inspection_id = $2`, unitID, id).Scan(&holderID)
	if errors.Is(err, db.ErrNoRows) {
		return Inspection{}, errs.New(errs.NotFound, "inspect.unknown")
	}
	if err != nil {
		return Inspection{}, fmt.Errorf("find inspection: %w", err)
	}
	return scan(q.QueryRow(ctx, `
		SELECT `+columns+`
		FROM inspection
		WHERE holder_id = $1 AND inspection_id = $2`, holderID, id))
}

// ofDesk is OfUnit for the actor's unit, as it was at a version.
func (s *Store) ofDesk(ctx context.Context, tx *db.Tx, actor *authn.Actor, id string, version int64) (Inspection, error) {
	i, err := s.OfUnit(ctx, tx, actor.UnitID, id)
	if err == nil && i.RowVersion != version {
		err = errs.New(errs.Conflict, "conflict")
	}
	return i, err
}

// Desk lists the open inspections of a unit at a step, the most urgent first, and how many there are.
func (s *Store) Desk(ctx context.Context, q *db.Tx, unitID string, step Step, limit, offset int) ([]Inspection, int, error) {
	var total int
	if err := q.QueryRow(ctx, `
		SELECT count(*) FROM unit_inspection
		WHERE unit_id = $1 AND step = $2`, unitID, string(step)).Scan(&total); err != nil {
		return nil, 0, fmt.Errorf("count inspections: %w", err)
	}
	var of strings.Builder
	for i, c := range strings.Split(columns, ",") {
		if i > 0 {
			of.WriteString(", ")
		}
		of.WriteString("i." + strings.TrimSpace(c))
	}
	found, err := list(ctx, q, `
		SELECT `+of.String()+`
		FROM unit_inspection u
		JOIN inspection i ON i.holder_id = u.holder_id AND i.inspection_id = u.inspection_id
		WHERE u.unit_id = $1 AND u.step = $2
		ORDER BY u.due_at, u.inspection_id
		LIMIT $3 OFFSET $4`, unitID, string(step), limit, offset)
	return found, total, err
}

// Words opens what was written with an inspection.
func (s *Store) Words(ctx context.Context, q *db.Tx, i Inspection) (Words, error) {
	var sealed []byte
	if err := q.QueryRow(ctx, `
		SELECT words FROM inspection
		WHERE holder_id = $1 AND inspection_id = $2`, i.HolderID, i.ID).Scan(&sealed); err != nil {
		return Words{}, fmt.Errorf("read words of inspection: %w", err)
	}
	plain, err := s.o.Holders.Open(ctx, q, i.HolderID, sealed)
	if err != nil {
		return Words{}, err
	}
	var w Words
	if err := json.Unmarshal(plain, &w); err != nil {
		return Words{}, fmt.Errorf("decode words of inspection: %w", err)
	}
	return w, nil
}

func (s *Store) seal(ctx context.Context, tx *db.Tx, holderID string, w Words) ([]byte, error) {
	plain, err := json.Marshal(w)
	if err != nil {
		return nil, fmt.Errorf("encode words of inspection: %w", err)
	}
	return s.o.Holders.Seal(ctx, tx, holderID, plain)
}

// insert writes a new inspection of the license whose first version is root; one is open at a time.
func (s *Store) insert(ctx context.Context, tx *db.Tx, i Inspection, root string, w Words) error {
	sealed, err := s.seal(ctx, tx, i.HolderID, w)
	if err != nil {
		return err
	}
	n, err := tx.Exec(ctx, `
		INSERT INTO inspection (holder_id, inspection_id, license_id, open_key, unit_id, type_code, step, due_at, passes, words,
			applied_by, applied_at, examiner_id, examined_at, reviewer_id, closed_at, row_version)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 0, $9, $10, $11, '', 0, '', 0, 1)
		ON CONFLICT (holder_id, open_key) DO NOTHING`,
		i.HolderID, i.ID, i.LicenseID, root, i.UnitID, i.TypeCode, string(i.Step), db.Micros(i.DueAt), sealed, i.AppliedBy, db.Micros(i.AppliedAt))
	if err != nil {
		return fmt.Errorf("apply for inspection: %w", err)
	}
	if n == 0 {
		return errs.New(errs.Conflict, "inspect.open")
	}
	return s.project(ctx, tx, i)
}

// save writes a changed inspection if nobody changed it since it was read, and raises its version.
func (s *Store) save(ctx context.Context, tx *db.Tx, i *Inspection, w Words) error {
	sealed, err := s.seal(ctx, tx, i.HolderID, w)
	if err != nil {
		return err
	}
	passes, closed := 0, 0
	if i.Passes {
		passes = 1
	}
	if !i.Open() {
		closed = 1
	}
	n, err := tx.Exec(ctx, `
		UPDATE inspection
		SET step = $1, passes = $2, words = $3, examiner_id = $4, examined_at = $5, reviewer_id = $6, closed_at = $7,
		    open_key = CASE WHEN $8 = 1 THEN inspection_id ELSE open_key END, row_version = row_version + 1
		WHERE holder_id = $9 AND inspection_id = $10 AND row_version = $11`,
		string(i.Step), passes, sealed, i.ExaminerID, db.Micros(i.ExaminedAt), i.ReviewerID, db.Micros(i.ClosedAt), closed,
		i.HolderID, i.ID, i.RowVersion)
	if err != nil {
		return fmt.Errorf("save inspection: %w", err)
	}
	if n == 0 {
		return errs.New(errs.Conflict, "conflict")
	}
	i.RowVersion++
	return s.project(ctx, tx, *i)
}

// project writes the list of work of the unit.
func (s *Store) project(ctx context.Context, tx *db.Tx, i Inspection) error {
	_, err := tx.Exec(ctx, `
		INSERT INTO unit_inspection (unit_id, inspection_id, holder_id, step, due_at)
		VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (unit_id, inspection_id) DO UPDATE SET step = excluded.step`,
		i.UnitID, i.ID, i.HolderID, string(i.Step), db.Micros(i.DueAt))
	if err != nil {
		return fmt.Errorf("queue inspection: %w", err)
	}
	return nil
}

// fits bounds a text that may be left out.
func fits(field, text string) error {
	if utf8.RuneCountInString(text) > longestText {
		return errs.New(errs.Invalid, "inspect.long").On(field)
	}
	return nil
}

// needed is fits for a text that must be there.
func needed(field, text string) error {
	if strings.TrimSpace(text) == "" {
		return errs.New(errs.Invalid, "inspect.reason").On(field)
	}
	return fits(field, text)
}
