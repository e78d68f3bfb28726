package matter

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/yinxin-org/yinxin/internal/db"
)

// bounds reads the bindings of an item or of a matter's own, by name of the material.
func (s *Store) bounds(ctx context.Context, q *db.Tx, scope string) (map[string]Bound, error) {
	rows, err := q.Query(ctx, `SELECT material, data FROM material_binding WHERE scope_code = $1`, scope)
	if err != nil {
		return nil, fmt.Errorf("list bindings: %w", err)
	}
	defer func() { _ = rows.Close() }()
	var found map[string]Bound
	for rows.Next() {
		var name, data string
		if err := rows.Scan(&name, &data); err != nil {
			return nil, fmt.Errorf("list bindings: %w", err)
		}
		var b Bound
		if err := json.Unmarshal([]byte(data), &b); err != nil {
			return nil, fmt.Errorf("decode binding: %w", err)
		}
		if found == nil {
			found = map[string]Bound{}
		}
		found[name] = b
	}
	return found, rows.Err()
}

// boundAt reads one binding with its version; version 0: there is none.
func (s *Store) boundAt(ctx context.Context, q *db.Tx, scope, material string) (Bound, int64, error) {
	var data string
	var version int64
	err := q.QueryRow(ctx, `
		SELECT data, version FROM material_binding
		WHERE scope_code = $1 AND material = $2`, scope, material).Scan(&data, &version)
	if errors.Is(err, db.ErrNoRows) {
		return Bound{}, 0, nil
	}
	if err != nil {
		return Bound{}, 0, fmt.Errorf("get binding: %w", err)
	}
	var b Bound
	if err := json.Unmarshal([]byte(data), &b); err != nil {
		return Bound{}, 0, fmt.Errorf("decode binding: %w", err)
	}
	return b, version, nil
}

// putBound writes a binding and the projection of its types.
func (s *Store) putBound(ctx context.Context, tx *db.Tx, scope, material string, b Bound) error {
	data, err := json.Marshal(b)
	if err != nil {
		return fmt.Errorf("encode binding: %w", err)
	}
	_, err = tx.Exec(ctx, `
		INSERT INTO material_binding (scope_code, material, data, version, updated_at)
		VALUES ($1, $2, $3, 1, $4)
		ON CONFLICT (scope_code, material) DO UPDATE
		SET data = excluded.data, version = material_binding.version + 1, updated_at = excluded.updated_at`,
		scope, material, string(data), db.Micros(s.o.Clock.Now()))
	if err != nil {
		return fmt.Errorf("put binding: %w", err)
	}
	return s.projectTypes(ctx, tx, scope, material, b)
}

func (s *Store) projectTypes(ctx context.Context, tx *db.Tx, scope, material string, b Bound) error {
	if _, err := tx.Exec(ctx, `DELETE FROM bound_type WHERE scope_code = $1 AND material = $2`, scope, material); err != nil {
		return fmt.Errorf("project binding: %w", err)
	}
	for _, x := range b.Bindings {
		fields, err := json.Marshal(x.Fields)
		if err != nil {
			return fmt.Errorf("encode binding: %w", err)
		}
		if _, err := tx.Exec(ctx, `
			INSERT INTO bound_type (type_code, scope_code, material, fields) VALUES ($1, $2, $3, $4)
			ON CONFLICT (type_code, scope_code, material) DO UPDATE SET fields = excluded.fields`,
			x.Type, scope, material, string(fields)); err != nil {
			return fmt.Errorf("project binding: %w", err)
		}
	}
	return nil
}
