package matter

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"github.com/yinxin-org/yinxin/internal/authn"
	"github.com/yinxin-org/yinxin/internal/change"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/errs"
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

// reproject leaves in the projection what the materials that are there bind. The binding of a material that
// disappeared stays where it is, and binds again when the material comes back.
func (s *Store) reproject(ctx context.Context, tx *db.Tx, scope string, materials []Material) error {
	all, err := s.bounds(ctx, tx, scope)
	if err != nil {
		return err
	}
	for name, b := range all {
		if !slices.ContainsFunc(materials, func(m Material) bool { return m.Name == name }) {
			b = Bound{}
		}
		if err := s.projectTypes(ctx, tx, scope, name, b); err != nil {
			return err
		}
	}
	return nil
}

// Decision is what becomes of a material: a binding, confirmed plain or open; or Inherit, for a matter, the item's.
type Decision struct {
	Bound
	Inherit bool
}

// BindItem decides about a material of an item, for all levels. It is the matter office's to do.
func (s *Store) BindItem(ctx context.Context, tx *db.Tx, by change.By, baseCode string, seq int, d Decision, version int64) error {
	item, err := s.Item(ctx, tx, baseCode)
	if err != nil {
		return err
	}
	m, ok := item.Material(seq)
	if !ok {
		return errs.New(errs.NotFound, "matter.material-unknown")
	}
	if d.Inherit {
		return errs.New(errs.Invalid, "field.option").On("decision")
	}
	if err := s.bind(ctx, tx, by, baseCode, m.Name, d, version); err != nil {
		return err
	}
	return s.refreshAll(ctx, tx, baseCode)
}

// BindMatter decides about a material of one matter, as an exception from its item. A unit's own officer decides for
// the matters of that unit.
func (s *Store) BindMatter(ctx context.Context, tx *db.Tx, actor *authn.Actor, reason, code string, seq int, d Decision, version int64) error {
	m, err := s.Get(ctx, tx, code)
	if err != nil {
		return err
	}
	if !actor.Has(roleMatters) && m.Unit != actor.UnitID {
		return errs.New(errs.Denied, "matter.not-yours")
	}
	x, ok := m.Material(seq)
	if !ok {
		return errs.New(errs.NotFound, "matter.material-unknown")
	}
	if err := s.bind(ctx, tx, change.Of(actor, reason), m.Code, x.Name, d, version); err != nil {
		return err
	}
	item, err := s.Item(ctx, tx, m.BaseCode)
	if err != nil {
		return err
	}
	return s.refresh(ctx, tx, item, m.Code)
}

// bind writes a decision if nobody was faster, and the trail of it.
func (s *Store) bind(ctx context.Context, tx *db.Tx, by change.By, scope, material string, d Decision, version int64) error {
	before, now, err := s.boundAt(ctx, tx, scope, material)
	if err != nil {
		return err
	}
	if now != version {
		return errs.New(errs.Conflict, "conflict")
	}
	if err := s.checkBound(ctx, tx, d.Bound, ""); err != nil {
		return err
	}
	entry := change.Entry{Subject: change.Binding, SubjectID: scope + " " + material, Action: "bind", After: d.Bound}
	if now > 0 {
		entry.Before = before
	}
	switch {
	case d.Inherit:
		entry.Action, entry.After = "inherit", nil
		if err := s.dropBound(ctx, tx, scope, material); err != nil {
			return err
		}
	case d.Plain:
		entry.Action = "confirm-plain"
	case len(d.Bindings) == 0:
		entry.Action = "unbind"
	}
	if !d.Inherit {
		if err := s.putBound(ctx, tx, scope, material, d.Bound); err != nil {
			return err
		}
	}
	return s.o.Trail.Record(ctx, tx, by, entry)
}

func (s *Store) dropBound(ctx context.Context, tx *db.Tx, scope, material string) error {
	if _, err := tx.Exec(ctx, `DELETE FROM material_binding WHERE scope_code = $1 AND material = $2`, scope, material); err != nil {
		return fmt.Errorf("drop binding: %w", err)
	}
	return s.projectTypes(ctx, tx, scope, material, Bound{})
}

// Decided is a material with the version of what was decided at the asked place.
type Decided struct {
	Material
	Inherited bool  // of a matter: decided for the item
	Version   int64 // 0: nothing was decided here
}

// ItemBindings lists the materials of an item with what is decided about them.
func (s *Store) ItemBindings(ctx context.Context, q *db.Tx, baseCode string) ([]Decided, error) {
	item, err := s.Item(ctx, q, baseCode)
	if err != nil {
		return nil, err
	}
	return s.decided(ctx, q, baseCode, item.Materials)
}

// MatterBindings lists the materials of a matter with what is decided about them.
func (s *Store) MatterBindings(ctx context.Context, q *db.Tx, code string) ([]Decided, error) {
	m, err := s.Get(ctx, q, code)
	if err != nil {
		return nil, err
	}
	found, err := s.decided(ctx, q, m.Code, m.Materials)
	for i := range found {
		found[i].Inherited = found[i].Version == 0
	}
	return found, err
}

func (s *Store) decided(ctx context.Context, q *db.Tx, scope string, materials []Material) ([]Decided, error) {
	var found []Decided
	for _, m := range materials {
		_, version, err := s.boundAt(ctx, q, scope, m.Name)
		if err != nil {
			return nil, err
		}
		found = append(found, Decided{Material: m, Version: version})
	}
	return found, nil
}
