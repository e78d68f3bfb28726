package catalog

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/errs"
)

// Store keeps the published versions of license types.
type Store struct {
	db *db.DB
	// versions caches what can never change: a published version.
	versions sync.Map // versionKey → *Type
}

type versionKey struct {
	code    string
	version int
}

// Open gives the store of license types.
func Open(d *db.DB) *Store { return &Store{db: d} }

// Publish enters a version of a type. The same version again changes nothing, so a repeated load is harmless.
func (s *Store) Publish(ctx context.Context, tx *db.Tx, t Type, at time.Time) error {
	data, err := json.Marshal(t)
	if err != nil {
		return fmt.Errorf("encode type: %w", err)
	}
	_, err = tx.Exec(ctx, `
		INSERT INTO license_type (type_code, version, name, data, published_at)
		VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (type_code, version) DO NOTHING`,
		t.Code, t.Version, t.Name, string(data), db.Micros(at))
	if err != nil {
		return fmt.Errorf("publish type: %w", err)
	}
	return nil
}

// Current gives the newest published version of a type, or type.unpublished.
func (s *Store) Current(ctx context.Context, q *db.Tx, code string) (*Type, error) {
	var version int
	err := q.QueryRow(ctx, `
		SELECT version FROM license_type
		WHERE type_code = $1
		ORDER BY version DESC
		LIMIT 1`, code).Scan(&version)
	if errors.Is(err, db.ErrNoRows) {
		return nil, errs.New(errs.Invalid, "type.unpublished")
	}
	if err != nil {
		return nil, fmt.Errorf("find type: %w", err)
	}
	return s.Version(ctx, q, code, version)
}

// Version gives one published version of a type. The result is shared and must not be changed.
func (s *Store) Version(ctx context.Context, q *db.Tx, code string, version int) (*Type, error) {
	key := versionKey{code, version}
	if t, ok := s.versions.Load(key); ok {
		return t.(*Type), nil
	}
	var data string
	err := q.QueryRow(ctx, `
		SELECT data FROM license_type
		WHERE type_code = $1 AND version = $2`, code, version).Scan(&data)
	if errors.Is(err, db.ErrNoRows) {
		return nil, errs.New(errs.Invalid, "type.unknown")
	}
	if err != nil {
		return nil, fmt.Errorf("get type: %w", err)
	}
	t := new(Type)
	if err := json.Unmarshal([]byte(data), t); err != nil {
		return nil, fmt.Errorf("decode type: %w", err)
	}
	s.versions.Store(key, t)
	return t, nil
}

// List gives the newest version of every published type, by code.
func (s *Store) List(ctx context.Context, q *db.Tx) ([]*Type, error) {
	rows, err := q.Query(ctx, `
		SELECT type_code, max(version) FROM license_type
		GROUP BY type_code
		ORDER BY type_code`)
	if err != nil {
		return nil, fmt.Errorf("list types: %w", err)
	}
	var keys []versionKey
	for rows.Next() {
		var k versionKey
		if err := rows.Scan(&k.code, &k.version); err != nil {
			_ = rows.Close()
			return nil, fmt.Errorf("list types: %w", err)
		}
		keys = append(keys, k)
	}
	if err := errors.Join(rows.Err(), rows.Close()); err != nil {
		return nil, fmt.Errorf("list types: %w", err)
	}
	types := make([]*Type, 0, len(keys))
	for _, k := range keys {
		t, err := s.Version(ctx, q, k.code, k.version)
		if err != nil {
			return nil, err
		}
		types = append(types, t)
	}
	return types, nil
}
