package org

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"regexp"
	"strings"
	"unicode/utf8"

	"github.com/yinxin-org/yinxin/internal/change"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/errs"
	"github.com/yinxin-org/yinxin/internal/pinyin"
)

// CodeTable is a list of codes with their words (代码表), in the order in which they are offered.
type CodeTable struct {
	Code    string      `json:"code"`
	Name    string      `json:"name"`
	NameEn  string      `json:"nameEn,omitempty"`
	Entries []CodeEntry `json:"entries"`
	Version int64       `json:"-"`
}

// CodeEntry is one code. One that was in use never goes, so that old licenses can be read; it becomes invalid.
type CodeEntry struct {
	Code    string `json:"code"`
	Label   string `json:"label"`
	LabelEn string `json:"labelEn,omitempty"`
	Valid   bool   `json:"valid"`
}

var tableCode = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_-]{1,39}$`)

// SetCodeTable enters a code table (Version 0) or replaces what it holds.
func (s *Store) SetCodeTable(ctx context.Context, tx *db.Tx, by change.By, t CodeTable) (CodeTable, error) {
	if err := s.lock(ctx, tx); err != nil {
		return CodeTable{}, err
	}
	if err := t.check(); err != nil {
		return CodeTable{}, err
	}
	old, err := s.CodeTable(ctx, tx, t.Code)
	if err != nil && errs.Code(err) != "codes.unknown" {
		return CodeTable{}, err
	}
	if old.Version != t.Version {
		return CodeTable{}, errs.New(errs.Conflict, "conflict")
	}
	kept := map[string]bool{}
	for _, e := range t.Entries {
		kept[e.Code] = true
	}
	for _, e := range old.Entries {
		if !kept[e.Code] {
			return CodeTable{}, errs.New(errs.Conflict, "codes.gone").On("entries")
		}
	}
	entry := change.Entry{Subject: change.Codes, SubjectID: t.Code, Action: "create", After: t}
	if old.Version > 0 {
		entry.Action, entry.Before = "update", old
	}
	if reflect.DeepEqual(t, old) {
		return old, nil
	}
	entries, err := json.Marshal(t.Entries)
	if err != nil {
		return CodeTable{}, fmt.Errorf("encode codes: %w", err)
	}
	_, err = tx.Exec(ctx, `
		INSERT INTO code_table (table_code, name, name_en, entries, search, row_version)
		VALUES ($1, $2, $3, $4, $5, 1)
		ON CONFLICT (table_code) DO UPDATE
		SET name = excluded.name, name_en = excluded.name_en, entries = excluded.entries, search = excluded.search,
		    row_version = code_table.row_version + 1`,
		t.Code, t.Name, t.NameEn, string(entries), pinyin.Key(t.Name, t.NameEn, t.Code))
	if err != nil {
		return CodeTable{}, fmt.Errorf("put code table: %w", err)
	}
	if err := s.trail.Record(ctx, tx, by, entry); err != nil {
		return CodeTable{}, err
	}
	return s.CodeTable(ctx, tx, t.Code)
}

func (t *CodeTable) check() error {
	if t.Name = strings.TrimSpace(t.Name); utf8.RuneCountInString(t.Name) < 2 {
		return errs.New(errs.Invalid, "field.required").On("name")
	}
	if !tableCode.MatchString(t.Code) {
		return errs.New(errs.Invalid, "field.format").On("code")
	}
	if t.Entries == nil {
		t.Entries = []CodeEntry{}
	}
	seen := map[string]bool{}
	for i, e := range t.Entries {
		field := fmt.Sprintf("entries[%d]", i)
		if e.Code == "" || strings.TrimSpace(e.Label) == "" {
			return errs.New(errs.Invalid, "field.required").On(field)
		}
		if err := checkText(field, e.Code+e.Label+e.LabelEn); err != nil {
			return err
		}
		if seen[e.Code] {
			return errs.New(errs.Invalid, "codes.twice").On(field)
		}
		seen[e.Code] = true
	}
	return checkText("name", t.Name+t.NameEn)
}

// CodeTable finds a code table, or gives codes.unknown.
func (s *Store) CodeTable(ctx context.Context, q *db.Tx, code string) (CodeTable, error) {
	if !tableCode.MatchString(code) {
		return CodeTable{}, errs.New(errs.NotFound, "codes.unknown")
	}
	t, err := scanCodeTable(q.QueryRow(ctx, `
		SELECT table_code, name, name_en, entries, row_version FROM code_table WHERE table_code = $1`, code))
	if errors.Is(err, db.ErrNoRows) {
		return CodeTable{}, errs.New(errs.NotFound, "codes.unknown")
	}
	if err != nil {
		return CodeTable{}, fmt.Errorf("get code table: %w", err)
	}
	return t, nil
}

func scanCodeTable(r row) (CodeTable, error) {
	var t CodeTable
	var entries string
	if err := r.Scan(&t.Code, &t.Name, &t.NameEn, &entries, &t.Version); err != nil {
		return CodeTable{}, err
	}
	if err := json.Unmarshal([]byte(entries), &t.Entries); err != nil {
		return CodeTable{}, fmt.Errorf("decode codes: %w", err)
	}
	return t, nil
}

// CodeTables gives a part of the code tables that meet a search, in the order of their codes, and how many there are.
func (s *Store) CodeTables(ctx context.Context, q *db.Tx, words string, limit, offset int) ([]CodeTable, int, error) {
	c := &conditions{}
	c.words(words)
	where := c.where()
	var total int
	if err := q.QueryRow(ctx, `SELECT count(*) FROM code_table`+where, c.args...).Scan(&total); err != nil {
		return nil, 0, fmt.Errorf("count code tables: %w", err)
	}
	rows, err := q.Query(ctx, `
		SELECT table_code, name, name_en, entries, row_version
		FROM code_table`+where+`
		ORDER BY table_code`+c.page(limit, offset), c.args...)
	if err != nil {
		return nil, 0, fmt.Errorf("list code tables: %w", err)
	}
	defer func() { _ = rows.Close() }()
	found := []CodeTable{}
	for rows.Next() {
		t, err := scanCodeTable(rows)
		if err != nil {
			return nil, 0, fmt.Errorf("list code tables: %w", err)
		}
		found = append(found, t)
	}
	return found, total, rows.Err()
}
