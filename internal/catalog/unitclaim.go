package catalog

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/yinxin-org/yinxin/internal/change"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/org"
)

// ClaimsOf lists the claims of published types as units must know them: of one unit or, for "", of all.
func (s *Store) ClaimsOf(ctx context.Context, q *db.Tx, unitID string) ([]org.Claim, error) {
	rows, err := q.Query(ctx, `
		SELECT c.type_code, c.unit_id, e.making
		FROM type_claim c
		JOIN type_entry e ON e.type_code = c.type_code
		WHERE e.state = 'published' AND ($1 = '' OR c.unit_id = $1)
		ORDER BY c.unit_id, c.type_code`, unitID)
	if err != nil {
		return nil, fmt.Errorf("list claims of unit: %w", err)
	}
	defer func() { _ = rows.Close() }()
	var found []org.Claim
	for rows.Next() {
		var c org.Claim
		var making Making
		if err := rows.Scan(&c.Type, &c.Unit, &making); err != nil {
			return nil, fmt.Errorf("list claims of unit: %w", err)
		}
		c.Made = making.Here()
		found = append(found, c)
	}
	return found, rows.Err()
}

// MoveClaims passes a unit's claims to another when units are re-organised (机构改革): those of the types named or,
// for nil, all. Whoever takes a type over that nobody has claimed claims nothing. The types that the unit keeps, and
// the versions it is preparing, pass the same way: otherwise nobody could prepare their next version.
func (s *Store) MoveClaims(ctx context.Context, tx *db.Tx, by change.By, from, to string, types []string) error {
	rows, err := tx.Query(ctx, `SELECT type_code FROM type_claim WHERE unit_id = $1 ORDER BY type_code`, from)
	if err != nil {
		return fmt.Errorf("list claims of unit: %w", err)
	}
	var codes []string
	for rows.Next() {
		var code string
		if err := rows.Scan(&code); err != nil {
			return fmt.Errorf("list claims of unit: %w", err)
		}
		if types == nil || slices.Contains(types, code) {
			codes = append(codes, code)
		}
	}
	if err := rows.Close(); err != nil {
		return fmt.Errorf("list claims of unit: %w", err)
	}
	for _, code := range codes {
		if _, err := s.claim(ctx, tx, code, to, s.o.Clock.Now()); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `DELETE FROM type_claim WHERE type_code = $1 AND unit_id = $2`, code, from); err != nil {
			return fmt.Errorf("move claim: %w", err)
		}
		err := s.o.Trail.Record(ctx, tx, by, change.Entry{Subject: change.Claim, SubjectID: code, Action: "move",
			Before: map[string]string{"unit": from}, After: map[string]string{"unit": to}})
		if err != nil {
			return err
		}
	}
	return s.moveKept(ctx, tx, by, from, to, types)
}

// moveKept passes types that a unit keeps, and its drafts, to another unit.
func (s *Store) moveKept(ctx context.Context, tx *db.Tx, by change.By, from, to string, types []string) error {
	rows, err := tx.Query(ctx, `
		SELECT type_code, '' FROM type_entry WHERE keeper_id = $1
		UNION ALL
		SELECT type_code, draft_id FROM type_draft WHERE unit_id = $1
		ORDER BY 1, 2`, from)
	if err != nil {
		return fmt.Errorf("list types of unit: %w", err)
	}
	var kept []keptType
	for rows.Next() {
		var k keptType
		if err := rows.Scan(&k.code, &k.draft); err != nil {
			_ = rows.Close()
			return fmt.Errorf("list types of unit: %w", err)
		}
		if types == nil || slices.Contains(types, k.code) {
			kept = append(kept, k)
		}
	}
	if err := errors.Join(rows.Err(), rows.Close()); err != nil {
		return fmt.Errorf("list types of unit: %w", err)
	}
	for _, k := range kept {
		if err := s.moveOne(ctx, tx, by, k, from, to); err != nil {
			return err
		}
	}
	return nil
}

// keptType is an entry or, with its id, a draft.
type keptType struct{ code, draft string }

func (s *Store) moveOne(ctx context.Context, tx *db.Tx, by change.By, k keptType, from, to string) error {
	subject, part, statement, id := k.code, "keeper", `UPDATE type_entry SET keeper_id = $1, row_version = row_version + 1 WHERE type_code = $2`, k.code
	if k.draft != "" {
		part, statement, id = "preparer", `UPDATE type_draft SET unit_id = $1, row_version = row_version + 1 WHERE draft_id = $2`, k.draft
		if subject == "" {
			subject = k.draft
		}
	}
	if _, err := tx.Exec(ctx, statement, to, id); err != nil {
		return fmt.Errorf("move type: %w", err)
	}
	return s.o.Trail.Record(ctx, tx, by, change.Entry{Subject: change.Type, SubjectID: subject, Action: "move",
		Before: map[string]string{part: from}, After: map[string]string{part: to}})
}
