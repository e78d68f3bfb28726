package catalog

import (
	"context"
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
// for nil, all. Whoever takes a type over that nobody has claimed claims nothing.
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
	return nil
}
