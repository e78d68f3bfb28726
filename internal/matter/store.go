package matter

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/errs"
)

// Store keeps matters.
type Store struct{ db *db.DB }

// Open gives the store of matters.
func Open(d *db.DB) *Store { return &Store{db: d} }

// Put enters or replaces a matter.
func (s *Store) Put(ctx context.Context, tx *db.Tx, m Matter) error {
	data, err := json.Marshal(m)
	if err != nil {
		return fmt.Errorf("encode matter: %w", err)
	}
	_, err = tx.Exec(ctx, `
		INSERT INTO matter (matter_code, unit_id, name, data)
		VALUES ($1, $2, $3, $4)
		ON CONFLICT (matter_code) DO UPDATE
		SET unit_id = excluded.unit_id, name = excluded.name, data = excluded.data`,
		m.Code, m.Unit, m.Name, string(data))
	if err != nil {
		return fmt.Errorf("put matter: %w", err)
	}
	return nil
}

// Get finds a matter by its code, or gives matter.unknown.
func (s *Store) Get(ctx context.Context, q *db.Tx, code string) (Matter, error) {
	if CheckCode(code, "") != nil {
		// No matter has such a code, and not every text is fit to ask a database for.
		return Matter{}, errs.New(errs.NotFound, "matter.unknown")
	}
	var data string
	err := q.QueryRow(ctx, `SELECT data FROM matter WHERE matter_code = $1`, code).Scan(&data)
	if errors.Is(err, db.ErrNoRows) {
		return Matter{}, errs.New(errs.NotFound, "matter.unknown")
	}
	if err != nil {
		return Matter{}, fmt.Errorf("get matter: %w", err)
	}
	var m Matter
	if err := json.Unmarshal([]byte(data), &m); err != nil {
		return Matter{}, fmt.Errorf("decode matter: %w", err)
	}
	return m, nil
}

// Search lists the matters whose name or code holds the words; unitID narrows to one unit when given.
func (s *Store) Search(ctx context.Context, q *db.Tx, words, unitID string) ([]Matter, error) {
	rows, err := q.Query(ctx, `SELECT data FROM matter ORDER BY matter_code`)
	if err != nil {
		return nil, fmt.Errorf("search matters: %w", err)
	}
	defer func() { _ = rows.Close() }()
	var found []Matter
	for rows.Next() {
		var data string
		if err := rows.Scan(&data); err != nil {
			return nil, fmt.Errorf("search matters: %w", err)
		}
		var m Matter
		if err := json.Unmarshal([]byte(data), &m); err != nil {
			return nil, fmt.Errorf("decode matter: %w", err)
		}
		if (unitID == "" || m.Unit == unitID) && m.matches(words) {
			found = append(found, m)
		}
	}
	return found, rows.Err()
}

func (m *Matter) matches(words string) bool {
	for _, w := range strings.Fields(strings.ToLower(words)) {
		if !strings.Contains(strings.ToLower(m.Name+" "+m.NameEn+" "+m.Code), w) {
			return false
		}
	}
	return true
}
