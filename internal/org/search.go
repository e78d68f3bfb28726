package org

import (
	"context"
	"fmt"
	"strings"

	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/pinyin"
)

// Filter narrows a list of units; empty fields do not.
type Filter struct {
	Words  string // in name, pinyin, its initials, or code
	Level  Level
	Region string // codes that begin with this
	Kind   string
	State  State
	Parent string // directly under this unit
	Roots  bool   // only those with nothing above them
	Limit  int
	Offset int
}

// Found is a unit with how many active units stand directly under it.
type Found struct {
	Unit
	Children int
}

// conditions gathers the parts of a WHERE clause with their arguments.
type conditions struct {
	parts []string
	args  []any
}

// add takes a condition in which ? stands for the argument.
func (c *conditions) add(part string, arg any) {
	if text, ok := arg.(string); ok { // not every text is fit to ask a database for
		arg = strings.ReplaceAll(strings.ToValidUTF8(text, "?"), "\x00", "?")
	}
	c.args = append(c.args, arg)
	c.parts = append(c.parts, strings.ReplaceAll(part, "?", fmt.Sprintf("$%d", len(c.args))))
}

// words demands every word of a search.
func (c *conditions) words(search string) {
	for _, w := range pinyin.Words(search) {
		c.add(`search LIKE ? ESCAPE '\'`, w)
	}
}

func (c *conditions) where() string {
	if len(c.parts) == 0 {
		return ""
	}
	return " WHERE " + strings.Join(c.parts, " AND ")
}

// page gives the clause for a part of a list; an unset limit is a whole list of usual size.
func (c *conditions) page(limit, offset int) string {
	if limit <= 0 {
		limit = 100
	}
	c.args = append(c.args, limit, offset)
	return fmt.Sprintf(" LIMIT $%d OFFSET $%d", len(c.args)-1, len(c.args))
}

func (f Filter) conditions() *conditions {
	c := &conditions{}
	c.words(f.Words)
	if f.Level != 0 {
		c.add("level = ?", int(f.Level))
	}
	if f.Region != "" {
		c.add("substr(region_code, 1, "+fmt.Sprint(len(f.Region))+") = ?", f.Region)
	}
	if f.Kind != "" {
		c.add("kind = ?", f.Kind)
	}
	if f.State != "" {
		c.add("state = ?", string(f.State))
	}
	if f.Parent != "" {
		c.add("parent_id = ?", f.Parent)
	}
	if f.Roots {
		c.parts = append(c.parts, "(parent_id IS NULL OR parent_id = '')")
	}
	return c
}

// Search gives a part of the units that meet a filter, in the order of level and code, and how many there are.
func (s *Store) Search(ctx context.Context, q *db.Tx, f Filter) ([]Found, int, error) {
	c := f.conditions()
	var total int
	if err := q.QueryRow(ctx, `SELECT count(*) FROM unit`+c.where(), c.args...).Scan(&total); err != nil {
		return nil, 0, fmt.Errorf("count units: %w", err)
	}
	where := c.where()
	rows, err := q.Query(ctx, `
		SELECT data, row_version, (SELECT count(*) FROM unit c WHERE c.parent_id = unit.unit_id AND c.state = 'active')
		FROM unit`+where+`
		ORDER BY level, unit_id`+c.page(f.Limit, f.Offset), c.args...)
	if err != nil {
		return nil, 0, fmt.Errorf("search units: %w", err)
	}
	defer func() { _ = rows.Close() }()
	found := []Found{}
	for rows.Next() {
		var x Found
		u, err := scanUnit(with(rows, &x.Children))
		if err != nil {
			return nil, 0, fmt.Errorf("search units: %w", err)
		}
		x.Unit = u
		found = append(found, x)
	}
	return found, total, rows.Err()
}

// Children counts the active units directly under a unit.
func (s *Store) Children(ctx context.Context, q *db.Tx, id string) (int, error) {
	var n int
	err := q.QueryRow(ctx, `SELECT count(*) FROM unit WHERE parent_id = $1 AND state = 'active'`, id).Scan(&n)
	if err != nil {
		return 0, fmt.Errorf("count units below: %w", err)
	}
	return n, nil
}

// more is a row whose last columns go elsewhere.
type more struct {
	row
	extra []any
}

func with(r row, extra ...any) row { return more{r, extra} }

// Scan scans the row's own columns and then the further ones.
func (m more) Scan(dest ...any) error { return m.row.Scan(append(dest, m.extra...)...) }
