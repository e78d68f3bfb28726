package matter

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/errs"
	"github.com/yinxin-org/yinxin/internal/pinyin"
	"github.com/yinxin-org/yinxin/internal/task"
)

// roleCatalog is the role that binds a unit's materials and mends its types, as accounts name it.
const roleCatalog = "catalog"

// refreshAll derives anew what follows from an item: every matter of it.
func (s *Store) refreshAll(ctx context.Context, tx *db.Tx, baseCode string) error {
	codes, err := column(ctx, tx, `SELECT matter_code FROM matter WHERE base_code = $1 ORDER BY matter_code`, baseCode)
	if err != nil || len(codes) == 0 {
		return err
	}
	item, err := s.Item(ctx, tx, baseCode)
	if err != nil {
		return err
	}
	for _, code := range codes {
		if err := s.refresh(ctx, tx, item, code); err != nil {
			return err
		}
	}
	return nil
}

// refresh derives what lists and coverage read of one matter: its name and search key, and its materials' states.
func (s *Store) refresh(ctx context.Context, tx *db.Tx, item Item, code string) error {
	e, err := s.Entry(ctx, tx, code)
	if err != nil {
		return err
	}
	m, err := Resolve(item, e)
	if err != nil {
		return err
	}
	if len(e.Bound) > 0 {
		if err := s.reproject(ctx, tx, code, m.Materials); err != nil {
			return err
		}
	}
	unit, err := s.o.Units.Get(ctx, tx, m.Unit)
	if err != nil && errs.Code(err) != "unit.unknown" {
		return err
	}
	if _, err := tx.Exec(ctx, `
		UPDATE matter
		SET name = $1, search = $2, region_code = $3, holder_kind = $4
		WHERE matter_code = $5`,
		m.Name, pinyin.Key(m.Name, append([]string{m.NameEn, m.Code}, m.Aliases...)...), unit.Region, string(m.HolderKind), m.Code); err != nil {
		return fmt.Errorf("refresh matter: %w", err)
	}
	if _, err := tx.Exec(ctx, `DELETE FROM matter_material WHERE matter_code = $1`, m.Code); err != nil {
		return fmt.Errorf("refresh materials: %w", err)
	}
	if len(m.Materials) > 0 {
		var rows []string
		args := []any{m.Code, m.Unit, m.Level}
		for _, x := range m.Materials {
			rows = append(rows, fmt.Sprintf("($1, $%d, $2, $3, $%d)", len(args)+1, len(args)+2))
			args = append(args, x.Seq, x.State())
		}
		if _, err := tx.Exec(ctx, `
			INSERT INTO matter_material (matter_code, seq, unit_id, level, state)
			VALUES `+strings.Join(rows, ", "), args...); err != nil {
			return fmt.Errorf("refresh materials: %w", err)
		}
	}
	open := slices.ContainsFunc(m.Materials, func(x Material) bool { return x.State() == StateOpen })
	return s.workOf(ctx, tx, m.Unit, unit.Name, open)
}

// workOf gives a unit the task of binding its open materials, or takes it away when none is left.
func (s *Store) workOf(ctx context.Context, tx *db.Tx, unitID, name string, open bool) error {
	if open {
		return s.o.Tasks.Give(ctx, tx, task.Task{Kind: task.BindMaterial, SubjectID: unitID, UnitID: unitID, Role: roleCatalog, Label: name})
	}
	var one int
	err := tx.QueryRow(ctx, `SELECT 1 FROM matter_material WHERE unit_id = $1 AND state = 'open' LIMIT 1`, unitID).Scan(&one)
	if errors.Is(err, db.ErrNoRows) {
		return s.o.Tasks.Done(ctx, tx, task.BindMaterial, unitID)
	}
	if err != nil {
		return fmt.Errorf("look for open materials: %w", err)
	}
	return nil
}

// column reads one column of texts.
func column(ctx context.Context, q *db.Tx, query string, args ...any) ([]string, error) {
	rows, err := q.Query(ctx, query, args...)
	if err != nil {
		return nil, fmt.Errorf("list codes: %w", err)
	}
	defer func() { _ = rows.Close() }()
	var found []string
	for rows.Next() {
		var x string
		if err := rows.Scan(&x); err != nil {
			return nil, fmt.Errorf("list codes: %w", err)
		}
		found = append(found, x)
	}
	return found, rows.Err()
}
