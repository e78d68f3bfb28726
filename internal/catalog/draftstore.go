package catalog

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
	"github.com/yinxin-org/yinxin/internal/pinyin"
)

const draftColumns = `draft_id, unit_id, state, base_version, data, note, opinion, hands, saved_at, submitted_at, row_version`

func scanDraft(row interface{ Scan(...any) error }) (Draft, error) {
	var d Draft
	var data, hands string
	var saved, submitted int64
	err := row.Scan(&d.ID, &d.UnitID, &d.State, &d.BaseVersion, &data, &d.Note, &d.Opinion, &hands, &saved, &submitted, &d.RowVersion)
	if errors.Is(err, db.ErrNoRows) {
		return Draft{}, errs.New(errs.NotFound, "draft.unknown")
	}
	if err != nil {
		return Draft{}, fmt.Errorf("read draft: %w", err)
	}
	if err := errors.Join(json.Unmarshal([]byte(data), &d.Type), json.Unmarshal([]byte(hands), &d.Hands)); err != nil {
		return Draft{}, fmt.Errorf("decode draft: %w", err)
	}
	d.SavedAt, d.SubmittedAt = db.Time(saved), db.Time(submitted)
	return d, nil
}

// Draft finds a draft by its id, or gives draft.unknown.
func (s *Store) Draft(ctx context.Context, q *db.Tx, id string) (Draft, error) {
	return scanDraft(q.QueryRow(ctx, `
		SELECT `+draftColumns+`
		FROM type_draft
		WHERE draft_id = $1`, id))
}

// DraftOf finds the draft of a type, or gives draft.unknown.
func (s *Store) DraftOf(ctx context.Context, q *db.Tx, code string) (Draft, error) {
	return s.draftOf(ctx, q, code)
}

func (s *Store) draftOf(ctx context.Context, q *db.Tx, code string) (Draft, error) {
	if code == "" {
		return Draft{}, errs.New(errs.NotFound, "draft.unknown")
	}
	return scanDraft(q.QueryRow(ctx, `
		SELECT `+draftColumns+`
		FROM type_draft
		WHERE type_code = $1`, code))
}

// submittedAlike refuses a draft whose name stands in another one that waits for review.
func (s *Store) submittedAlike(ctx context.Context, q *db.Tx, d Draft) error {
	var n int
	err := q.QueryRow(ctx, `
		SELECT count(*)
		FROM type_draft
		WHERE name_key = $1 AND state = $2 AND draft_id <> $3`, nameKey(d.Type.Name), Submitted, d.ID).Scan(&n)
	if err != nil {
		return fmt.Errorf("look for drafts alike: %w", err)
	}
	if n > 0 {
		return errs.New(errs.Conflict, "type.name-waiting").On("name")
	}
	return nil
}

// encoded are the columns of a draft that are made from its type and hands.
func (d *Draft) encoded() (data, hands string, err error) {
	a, errA := json.Marshal(d.Type)
	b, errB := json.Marshal(d.Hands)
	if err := errors.Join(errA, errB); err != nil {
		return "", "", fmt.Errorf("encode draft: %w", err)
	}
	return string(a), string(b), nil
}

func (s *Store) insertDraft(ctx context.Context, tx *db.Tx, d Draft) error {
	data, hands, err := d.encoded()
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `
		INSERT INTO type_draft (draft_id, type_code, name, name_key, search, unit_id, state, base_version, data, note, opinion, hands,
			saved_at, submitted_at, row_version)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)`,
		d.ID, d.Type.Code, d.Type.Name, nameKey(d.Type.Name), searchText(&d.Type), d.UnitID, d.State, d.BaseVersion, data, d.Note, d.Opinion, hands,
		db.Micros(d.SavedAt), db.Micros(d.SubmittedAt), d.RowVersion)
	return codeTaken(err, "insert draft")
}

// updateDraft keeps a draft unless it has moved on.
func (s *Store) updateDraft(ctx context.Context, tx *db.Tx, d *Draft) error {
	data, hands, err := d.encoded()
	if err != nil {
		return err
	}
	n, err := tx.Exec(ctx, `
		UPDATE type_draft
		SET type_code = $1, name = $2, name_key = $3, search = $4, state = $5, base_version = $6, data = $7, note = $8, opinion = $9,
		    hands = $10, saved_at = $11, submitted_at = $12, row_version = row_version + 1
		WHERE draft_id = $13 AND row_version = $14`,
		d.Type.Code, d.Type.Name, nameKey(d.Type.Name), searchText(&d.Type), d.State, d.BaseVersion, data, d.Note, d.Opinion,
		hands, db.Micros(d.SavedAt), db.Micros(d.SubmittedAt), d.ID, d.RowVersion)
	if err := codeTaken(err, "save draft"); err != nil {
		return err
	}
	if n == 0 {
		return errs.New(errs.Conflict, "conflict")
	}
	d.RowVersion++
	return nil
}

// codeTaken turns the refusal of a second draft for one code into words.
func codeTaken(err error, doing string) error {
	if db.IsUnique(err) {
		return errs.New(errs.Conflict, "type.code-taken").On("code").Wrap(err)
	}
	if err != nil {
		return fmt.Errorf("%s: %w", doing, err)
	}
	return nil
}

func (s *Store) deleteDraft(ctx context.Context, tx *db.Tx, d Draft) error {
	n, err := tx.Exec(ctx, `
		DELETE FROM type_draft
		WHERE draft_id = $1 AND row_version = $2`, d.ID, d.RowVersion)
	if err != nil {
		return fmt.Errorf("delete draft: %w", err)
	}
	if n == 0 {
		return errs.New(errs.Conflict, "conflict")
	}
	return nil
}

// Drafts lists what an actor may see: the drafts of the own unit, and for the digital office all that wait for
// review. The oldest submission comes first, then what was saved last.
func (s *Store) Drafts(ctx context.Context, q *db.Tx, a *authn.Actor, state, query string, limit, offset int) (found []Draft, total int, err error) {
	unit, digital := "", 0
	if a.Has(roleCatalog) {
		unit = a.UnitID
	}
	if a.Has(roleDigital) {
		digital = 1
	}
	args := []any{unit, digital, state, Submitted}
	met := []string{`WHERE (unit_id = $1 OR $2 = 1 AND state = $4) AND ($3 = '' OR state = $3)`}
	for _, w := range pinyin.Words(query) {
		args = append(args, w)
		met = append(met, `search LIKE $`+strconv.Itoa(len(args))+` ESCAPE '\'`)
	}
	where := strings.Join(met, " AND ")
	if err := q.QueryRow(ctx, `SELECT count(*) FROM type_draft `+where, args...).Scan(&total); err != nil {
		return nil, 0, fmt.Errorf("count drafts: %w", err)
	}
	rows, err := q.Query(ctx, `
		SELECT `+draftColumns+`
		FROM type_draft `+where+`
		ORDER BY CASE WHEN submitted_at > 0 THEN submitted_at ELSE 9223372036854775807 - saved_at END, draft_id
		LIMIT $`+strconv.Itoa(len(args)+1)+` OFFSET $`+strconv.Itoa(len(args)+2), append(args, limit, offset)...)
	if err != nil {
		return nil, 0, fmt.Errorf("list drafts: %w", err)
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		d, err := scanDraft(rows)
		if err != nil {
			return nil, 0, err
		}
		found = append(found, d)
	}
	return found, total, rows.Err()
}
