package matter

import (
	"context"
	"fmt"
	"strings"

	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/pinyin"
)

// Filter narrows a list of matters; empty fields do not.
type Filter struct {
	Words    string // in name, code, pinyin or initials
	Unit     string
	Level    int
	Region   string // a region code, or the beginning of one
	BaseCode string
	Open     bool   // only those with open materials
	Type     string // only those that fetch a license of this type
	Holder   string // only those that natural or legal persons may apply for
	Limit    int
	Offset   int
}

// where builds the conditions of a filter on the table matter.
func (f Filter) where() (string, []any) {
	conditions, args := []string{"m.base_code <> ''"}, []any{}
	add := func(condition string, arg any) {
		args = append(args, arg)
		conditions = append(conditions, fmt.Sprintf(condition, len(args)))
	}
	for _, w := range pinyin.Words(f.Words) {
		add(`m.search LIKE $%d ESCAPE '\'`, w)
	}
	if f.Unit != "" {
		add("m.unit_id = $%d", f.Unit)
	}
	if f.Level > 0 {
		add("m.level = $%d", f.Level)
	}
	if f.Region != "" {
		add(`m.region_code LIKE $%d ESCAPE '\'`, strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`).Replace(f.Region)+"%")
	}
	if f.BaseCode != "" {
		add("m.base_code = $%d", f.BaseCode)
	}
	if f.Type != "" {
		add("m.matter_code IN ("+usesOfType+")", f.Type)
	}
	if f.Holder != "" {
		add("m.holder_kind IN ($%d, 'mixed')", f.Holder)
	}
	if f.Open {
		conditions = append(conditions, `EXISTS (SELECT 1 FROM matter_material x WHERE x.matter_code = m.matter_code AND x.state = 'open')`)
	}
	return strings.Join(conditions, " AND "), args
}

// Search lists a page of matters by code, and counts all that meet the filter.
func (s *Store) Search(ctx context.Context, q *db.Tx, f Filter) (found []Matter, total int, err error) {
	rows, total, err := s.page(ctx, q, f)
	if err != nil {
		return nil, 0, err
	}
	items := map[string]Item{}
	for _, data := range rows {
		e, err := s.entry(ctx, q, data)
		if err != nil {
			return nil, 0, err
		}
		item, ok := items[e.BaseCode()]
		if !ok {
			if item, err = s.Item(ctx, q, e.BaseCode()); err != nil {
				return nil, 0, err
			}
			items[e.BaseCode()] = item
		}
		m, err := Resolve(item, e)
		if err != nil {
			return nil, 0, err
		}
		found = append(found, m)
	}
	return found, total, nil
}

// page finds a page and counts all in one walk through the table, which is what a search costs.
func (s *Store) page(ctx context.Context, q *db.Tx, f Filter) (data []string, total int, err error) {
	where, args := f.where()
	n := len(args)
	rows, err := q.Query(ctx, fmt.Sprintf(`
		SELECT x.data, f.total
		FROM (
			SELECT m.matter_code, count(*) OVER () AS total
			FROM matter m
			WHERE %s
			ORDER BY m.matter_code
			LIMIT $%d OFFSET $%d
		) f
		JOIN matter x ON x.matter_code = f.matter_code
		ORDER BY x.matter_code`, where, n+1, n+2), append(args, f.Limit, f.Offset)...)
	if err != nil {
		return nil, 0, fmt.Errorf("search matters: %w", err)
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var d string
		if err := rows.Scan(&d, &total); err != nil {
			return nil, 0, fmt.Errorf("search matters: %w", err)
		}
		data = append(data, d)
	}
	if err := rows.Err(); err != nil {
		return nil, 0, fmt.Errorf("search matters: %w", err)
	}
	if len(data) == 0 && f.Offset > 0 {
		// Beyond the end no row tells how many there are.
		if err := q.QueryRow(ctx, `SELECT count(*) FROM matter m WHERE `+where, args[:n]...).Scan(&total); err != nil {
			return nil, 0, fmt.Errorf("count matters: %w", err)
		}
	}
	return data, total, nil
}

// ItemRow is an item in a list, with how many matters it has.
type ItemRow struct {
	Item    Item
	Matters int
	Version int64
}

// Items lists a page of items whose name, pinyin or code holds the words.
func (s *Store) Items(ctx context.Context, q *db.Tx, words string, limit, offset int) (found []ItemRow, total int, err error) {
	where, args := "1 = 1", []any{}
	for _, w := range pinyin.Words(words) {
		args = append(args, w)
		where += fmt.Sprintf(` AND search LIKE $%d ESCAPE '\'`, len(args))
	}
	if err := q.QueryRow(ctx, `SELECT count(*) FROM matter_item WHERE `+where, args...).Scan(&total); err != nil {
		return nil, 0, fmt.Errorf("count items: %w", err)
	}
	args = append(args, limit, offset)
	codes, err := column(ctx, q, fmt.Sprintf(`
		SELECT base_code
		FROM matter_item
		WHERE %s
		ORDER BY base_code
		LIMIT $%d OFFSET $%d`, where, len(args)-1, len(args)), args...)
	if err != nil {
		return nil, 0, err
	}
	for _, code := range codes {
		r, err := s.ItemRow(ctx, q, code)
		if err != nil {
			return nil, 0, err
		}
		found = append(found, r)
	}
	return found, total, nil
}

// CodesOf lists the codes of the matters of an item.
func (s *Store) CodesOf(ctx context.Context, q *db.Tx, baseCode string) ([]string, error) {
	return column(ctx, q, `SELECT matter_code FROM matter WHERE base_code = $1 ORDER BY matter_code`, baseCode)
}

// ItemRow finds an item with its version and how many matters it has.
func (s *Store) ItemRow(ctx context.Context, q *db.Tx, baseCode string) (ItemRow, error) {
	var r ItemRow
	var err error
	if r.Item, err = s.Item(ctx, q, baseCode); err != nil {
		return ItemRow{}, err
	}
	if r.Version, err = s.itemVersion(ctx, q, baseCode); err != nil {
		return ItemRow{}, err
	}
	if err := q.QueryRow(ctx, `SELECT count(*) FROM matter WHERE base_code = $1`, baseCode).Scan(&r.Matters); err != nil {
		return ItemRow{}, fmt.Errorf("count matters: %w", err)
	}
	return r, nil
}

// EntryRow finds what a unit adds to an item, with its version and the elements in which the matter differs from it.
func (s *Store) EntryRow(ctx context.Context, q *db.Tx, code string) (Entry, int64, []Element, error) {
	e, err := s.Entry(ctx, q, code)
	if err != nil {
		return Entry{}, 0, nil, err
	}
	item, err := s.Item(ctx, q, e.BaseCode())
	if err != nil {
		return Entry{}, 0, nil, err
	}
	m, err := Resolve(item, e)
	if err != nil {
		return Entry{}, 0, nil, err
	}
	version, err := s.entryVersion(ctx, q, e.Code)
	return e, version, Changed(item, m.Item), err
}
