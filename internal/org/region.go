package org

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/yinxin-org/yinxin/gbcode"
	"github.com/yinxin-org/yinxin/internal/change"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/errs"
	"github.com/yinxin-org/yinxin/internal/pinyin"
)

// Region is a division of the country (行政区划): 6 digits down to the county (GB/T 2260), 9 for a town, 12 for a
// village.
type Region struct {
	Code    string `json:"code"`
	Name    string `json:"name"`
	NameEn  string `json:"nameEn,omitempty"`
	Valid   bool   `json:"valid"` // one no longer in use stays for old licenses
	Version int64  `json:"-"`
	// Children counts the regions directly in it, where a list gives it.
	Children int `json:"-"`
}

// Parent is the code of the region it lies in; "" for a province.
func (r Region) Parent() string {
	switch {
	case len(r.Code) < 6:
		return ""
	case len(r.Code) == 12:
		return r.Code[:9]
	case len(r.Code) == 9:
		return r.Code[:6]
	case strings.HasSuffix(r.Code, "0000"):
		return ""
	case strings.HasSuffix(r.Code, "00"):
		return r.Code[:2] + "0000"
	default:
		return r.Code[:4] + "00"
	}
}

// Level is its place among the five levels.
func (r Region) Level() Level {
	switch {
	case len(r.Code) == 12:
		return Village
	case len(r.Code) == 9:
		return Town
	case strings.HasSuffix(r.Code, "0000"):
		return Province
	case strings.HasSuffix(r.Code, "00"):
		return City
	default:
		return County
	}
}

// SetRegion enters a region (Version 0) or changes one.
func (s *Store) SetRegion(ctx context.Context, tx *db.Tx, by change.By, r Region) (Region, error) {
	if err := s.lock(ctx, tx); err != nil {
		return Region{}, err
	}
	if r.Name = strings.TrimSpace(r.Name); utf8.RuneCountInString(r.Name) < 2 {
		return Region{}, errs.New(errs.Invalid, "field.required").On("name")
	}
	if gbcode.CheckRegion(r.Code) != nil {
		return Region{}, errs.New(errs.Invalid, "region.code").On("code")
	}
	for field, text := range map[string]string{"name": r.Name, "nameEn": r.NameEn} {
		if err := checkText(field, text); err != nil {
			return Region{}, err
		}
	}
	old, err := s.Region(ctx, tx, r.Code)
	if err != nil && errs.Code(err) != "region.unknown" {
		return Region{}, err
	}
	if old.Version != r.Version {
		return Region{}, errs.New(errs.Conflict, "conflict")
	}
	if p := r.Parent(); p != "" {
		switch _, err := s.Region(ctx, tx, p); {
		case errs.Code(err) == "region.unknown":
			return Region{}, errs.New(errs.Invalid, "region.parent").On("code")
		case err != nil:
			return Region{}, err
		}
	}
	entry := change.Entry{Subject: change.Region, SubjectID: r.Code, Action: "create", After: r}
	if old.Version > 0 {
		entry.Action, entry.Before = "update", old
	}
	if err := s.PutRegions(ctx, tx, []Region{r}); err != nil {
		return Region{}, err
	}
	if err := s.trail.Record(ctx, tx, by, entry); err != nil {
		return Region{}, err
	}
	return s.Region(ctx, tx, r.Code)
}

// ImportRegion enters a region, or brings the one of its code to what is given. The same again changes nothing.
func (s *Store) ImportRegion(ctx context.Context, tx *db.Tx, by change.By, r Region) (changed bool, err error) {
	if gbcode.CheckRegion(r.Code) != nil {
		return false, errs.New(errs.Invalid, "region.code").On("code")
	}
	old, err := s.Region(ctx, tx, r.Code)
	if err != nil && errs.Code(err) != "region.unknown" {
		return false, err
	}
	if r.Version = old.Version; r == old {
		return false, nil
	}
	_, err = s.SetRegion(ctx, tx, by, r)
	return err == nil, err
}

// regionsAtOnce bounds the rows of one statement.
const regionsAtOnce = 100

// PutRegions enters or replaces regions without asking whether it may: for setting up, and for what has been checked.
func (s *Store) PutRegions(ctx context.Context, tx *db.Tx, regions []Region) error {
	for len(regions) > 0 {
		n := min(len(regions), regionsAtOnce)
		var rows []string
		var args []any
		for _, r := range regions[:n] {
			at := len(args)
			rows = append(rows, fmt.Sprintf("($%d, $%d, $%d, $%d, $%d, $%d, $%d, 1)", at+1, at+2, at+3, at+4, at+5, at+6, at+7))
			args = append(args, r.Code, r.Parent(), r.Name, r.NameEn, int(r.Level()), number(r.Valid), pinyin.Key(r.Name, r.NameEn, r.Code))
		}
		_, err := tx.Exec(ctx, `
			INSERT INTO region (region_code, parent_code, name, name_en, level, valid, search, row_version)
			VALUES `+strings.Join(rows, ", ")+`
			ON CONFLICT (region_code) DO UPDATE
			SET name = excluded.name, name_en = excluded.name_en, valid = excluded.valid, search = excluded.search,
			    row_version = region.row_version + 1`, args...)
		if err != nil {
			return fmt.Errorf("put regions: %w", err)
		}
		regions = regions[n:]
	}
	return nil
}

// number writes a yes or no for the database.
func number(yes bool) int {
	if yes {
		return 1
	}
	return 0
}

const regionColumns = `region_code, name, name_en, valid, row_version`

func scanRegion(r row) (Region, error) {
	var x Region
	var valid int
	err := r.Scan(&x.Code, &x.Name, &x.NameEn, &valid, &x.Version)
	x.Valid = valid != 0
	return x, err
}

// Region finds a region, or gives region.unknown.
func (s *Store) Region(ctx context.Context, q *db.Tx, code string) (Region, error) {
	if !plausible(code) {
		return Region{}, errs.New(errs.NotFound, "region.unknown")
	}
	r, err := scanRegion(q.QueryRow(ctx, `SELECT `+regionColumns+` FROM region WHERE region_code = $1`, code))
	if errors.Is(err, db.ErrNoRows) {
		return Region{}, errs.New(errs.NotFound, "region.unknown")
	}
	if err != nil {
		return Region{}, fmt.Errorf("get region: %w", err)
	}
	return r, nil
}

// checkRegion demands that a region is known and in use.
func (s *Store) checkRegion(ctx context.Context, q *db.Tx, code, field string) error {
	r, err := s.Region(ctx, q, code)
	if errs.Code(err) == "region.unknown" || err == nil && !r.Valid {
		return errs.New(errs.Invalid, "region.unknown").On(field)
	}
	return err
}

// RegionFilter narrows a list of regions; empty fields do not.
type RegionFilter struct {
	Words  string
	Parent string // directly in this one; "-" for the topmost
	Level  Level
	Limit  int
	Offset int
}

// Regions gives a part of the regions that meet a filter, in the order of their codes, and how many there are.
func (s *Store) Regions(ctx context.Context, q *db.Tx, f RegionFilter) ([]Region, int, error) {
	c := &conditions{}
	c.words(f.Words)
	switch f.Parent {
	case "":
	case "-":
		c.add("parent_code = ?", "")
	default:
		c.add("parent_code = ?", f.Parent)
	}
	if f.Level != 0 {
		c.add("level = ?", int(f.Level))
	}
	var total int
	where := c.where()
	if err := q.QueryRow(ctx, `SELECT count(*) FROM region`+where, c.args...).Scan(&total); err != nil {
		return nil, 0, fmt.Errorf("count regions: %w", err)
	}
	rows, err := q.Query(ctx, `
		SELECT `+regionColumns+`, (SELECT count(*) FROM region c WHERE c.parent_code = region.region_code)
		FROM region`+where+`
		ORDER BY region_code`+c.page(f.Limit, f.Offset), c.args...)
	if err != nil {
		return nil, 0, fmt.Errorf("list regions: %w", err)
	}
	defer func() { _ = rows.Close() }()
	found := []Region{}
	for rows.Next() {
		var children int
		r, err := scanRegion(with(rows, &children))
		if err != nil {
			return nil, 0, fmt.Errorf("list regions: %w", err)
		}
		r.Children = children
		found = append(found, r)
	}
	return found, total, rows.Err()
}
