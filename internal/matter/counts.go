package matter

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/errs"
)

// Coverage counts materials by how far they are decided (绑定覆盖率). Key is a level, a unit or a matter.
type Coverage struct {
	Key                                string
	Name                               string // of a matter
	Matters, Total, Bound, Plain, Open int
}

// Percent is how many of the materials are decided, in percent; nothing to decide counts as all.
func (c Coverage) Percent() float64 {
	if c.Total == 0 {
		return 100
	}
	return float64(c.Bound+c.Plain) * 100 / float64(c.Total)
}

// CoverageBy says what coverage is counted by, and narrows it.
type CoverageBy struct {
	By            string // level, unit, matter; "" gives one sum
	Level         int
	Unit          string
	Limit, Offset int // Limit 0: all
}

const counts = `count(DISTINCT x.matter_code), count(*),
	sum(CASE WHEN x.state = 'bound' THEN 1 ELSE 0 END),
	sum(CASE WHEN x.state = 'plain' THEN 1 ELSE 0 END),
	sum(CASE WHEN x.state = 'open' THEN 1 ELSE 0 END)`

// Coverage counts from the projection alone, and tells how many groups there are.
func (s *Store) Coverage(ctx context.Context, q *db.Tx, by CoverageBy) (found []Coverage, total int, err error) {
	column, ok := map[string]string{"level": "x.level", "unit": "x.unit_id", "matter": "x.matter_code", "": "0"}[by.By]
	if !ok {
		return nil, 0, errs.New(errs.Invalid, "field.option").On("by")
	}
	where, args := "1 = 1", []any{}
	if by.Level > 0 {
		args = append(args, by.Level)
		where += fmt.Sprintf(" AND x.level = $%d", len(args))
	}
	if by.Unit != "" {
		args = append(args, by.Unit)
		where += fmt.Sprintf(" AND x.unit_id = $%d", len(args))
	}
	if by.By != "" {
		if err := q.QueryRow(ctx, `SELECT count(DISTINCT `+column+`) FROM matter_material x WHERE `+where, args...).Scan(&total); err != nil {
			return nil, 0, fmt.Errorf("count coverage: %w", err)
		}
	}
	query := `SELECT CAST(` + column + ` AS TEXT), ` + counts + ` FROM matter_material x WHERE ` + where
	if by.By != "" {
		query += ` GROUP BY ` + column + ` ORDER BY ` + column
	} else {
		query += ` HAVING count(*) > 0`
	}
	if by.Limit > 0 {
		args = append(args, by.Limit, by.Offset)
		query += fmt.Sprintf(" LIMIT $%d OFFSET $%d", len(args)-1, len(args))
	}
	rows, err := q.Query(ctx, query, args...)
	if err != nil {
		return nil, 0, fmt.Errorf("count coverage: %w", err)
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var c Coverage
		if err := rows.Scan(&c.Key, &c.Matters, &c.Total, &c.Bound, &c.Plain, &c.Open); err != nil {
			return nil, 0, fmt.Errorf("count coverage: %w", err)
		}
		found = append(found, c)
	}
	return found, total, rows.Err()
}

// OpenMaterial is a material of a matter that nobody has decided about.
type OpenMaterial struct {
	Matter Matter
	Material
}

// OpenMaterials lists them by matter; unitID narrows when given.
func (s *Store) OpenMaterials(ctx context.Context, q *db.Tx, unitID string, limit, offset int) (found []OpenMaterial, total int, err error) {
	const where = `FROM matter_material WHERE state = 'open' AND ($1 = '' OR unit_id = $1)`
	if err := q.QueryRow(ctx, `SELECT count(*) `+where, unitID).Scan(&total); err != nil {
		return nil, 0, fmt.Errorf("count open materials: %w", err)
	}
	rows, err := q.Query(ctx, `
		SELECT matter_code, seq
		`+where+`
		ORDER BY matter_code, seq
		LIMIT $2 OFFSET $3`, unitID, limit, offset)
	if err != nil {
		return nil, 0, fmt.Errorf("list open materials: %w", err)
	}
	type place struct {
		code string
		seq  int
	}
	var places []place
	for rows.Next() {
		var p place
		if err := rows.Scan(&p.code, &p.seq); err != nil {
			_ = rows.Close()
			return nil, 0, fmt.Errorf("list open materials: %w", err)
		}
		places = append(places, p)
	}
	_ = rows.Close()
	var m Matter
	for _, p := range places {
		if m.Code != p.code {
			if m, err = s.Get(ctx, q, p.code); err != nil {
				return nil, 0, err
			}
		}
		if x, ok := m.Material(p.seq); ok {
			found = append(found, OpenMaterial{Matter: m, Material: x})
		}
	}
	return found, total, nil
}

// BoundPlace is a material that a type satisfies.
type BoundPlace struct {
	Type, Scope, Name, Material string // Name of the item or matter
	Fields                      []string
}

// BoundTo lists the materials that a type satisfies; of all types if typeCode is "".
func (s *Store) BoundTo(ctx context.Context, q *db.Tx, typeCode string) ([]BoundPlace, error) {
	rows, err := q.Query(ctx, `
		SELECT b.type_code, b.scope_code, coalesce(i.name, m.name, ''), b.material, b.fields
		FROM bound_type b
		LEFT JOIN matter_item i ON i.base_code = b.scope_code
		LEFT JOIN matter m ON m.matter_code = b.scope_code
		WHERE ($1 = '' OR b.type_code = $1)
		ORDER BY b.type_code, b.scope_code, b.material`, typeCode)
	if err != nil {
		return nil, fmt.Errorf("list bindings of a type: %w", err)
	}
	defer func() { _ = rows.Close() }()
	var found []BoundPlace
	for rows.Next() {
		var p BoundPlace
		var fields string
		if err := rows.Scan(&p.Type, &p.Scope, &p.Name, &p.Material, &fields); err != nil {
			return nil, fmt.Errorf("list bindings of a type: %w", err)
		}
		if err := json.NewDecoder(strings.NewReader(fields)).Decode(&p.Fields); err != nil {
			return nil, fmt.Errorf("decode fields: %w", err)
		}
		found = append(found, p)
	}
	return found, rows.Err()
}

// Gone is a binding that no longer holds: its type has no such field any more ("binding.field-gone"), or is not in
// effect (the type's own code).
type Gone struct {
	BoundPlace
	Field string
	Code  string
}

// Gone lists the bindings that the newest versions of their types no longer bear out.
func (s *Store) Gone(ctx context.Context, q *db.Tx, typeCode string) ([]Gone, error) {
	places, err := s.BoundTo(ctx, q, typeCode)
	if err != nil {
		return nil, err
	}
	var found []Gone
	for _, p := range places {
		t, err := s.o.Types.Current(ctx, q, p.Type)
		if err != nil {
			if errs.Of(err).Kind == errs.Internal {
				return nil, err
			}
			found = append(found, Gone{BoundPlace: p, Code: errs.Code(err)})
			continue
		}
		for _, name := range p.Fields {
			if _, ok := t.Field(name); !ok {
				found = append(found, Gone{BoundPlace: p, Field: name, Code: "binding.field-gone"})
			}
		}
	}
	return found, nil
}
