package matter

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/yinxin-org/yinxin/internal/catalog"
	"github.com/yinxin-org/yinxin/internal/change"
	"github.com/yinxin-org/yinxin/internal/clock"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/errs"
	"github.com/yinxin-org/yinxin/internal/org"
	"github.com/yinxin-org/yinxin/internal/pinyin"
	"github.com/yinxin-org/yinxin/internal/task"
)

// Options are the parts a Store works with.
type Options struct {
	DB    *db.DB
	Clock clock.Clock
	Trail *change.Trail
	Tasks *task.Store
	Units *org.Store
	Types *catalog.Store
}

// Store keeps items, matters, bindings and lists.
type Store struct {
	o     Options
	known memory
}

// Open gives the store of matters.
func Open(o Options) *Store { return &Store{o: o} }

// PutItem enters or replaces an item as it is given, without asking whether its types are published: the way in for
// seeds. Materials that say nothing about bindings keep those they have.
func (s *Store) PutItem(ctx context.Context, tx *db.Tx, i Item) error {
	stored := i
	stored.Materials = bare(i.Materials)
	data, err := json.Marshal(stored)
	if err != nil {
		return fmt.Errorf("encode item: %w", err)
	}
	_, err = tx.Exec(ctx, `
		INSERT INTO matter_item (base_code, name, search, data, revision, version, updated_at)
		VALUES ($1, $2, $3, $4, $5, 1, $6)
		ON CONFLICT (base_code) DO UPDATE
		SET name = excluded.name, search = excluded.search, data = excluded.data, revision = excluded.revision,
		    version = matter_item.version + 1, updated_at = excluded.updated_at`,
		i.BaseCode, i.Name, pinyin.Key(i.Name, i.NameEn, i.BaseCode), string(data), i.Revision, db.Micros(s.o.Clock.Now()))
	if err != nil {
		return fmt.Errorf("put item: %w", err)
	}
	for _, m := range i.Materials {
		if sameBound(m.Bound, Bound{}) {
			continue
		}
		if err := s.putBound(ctx, tx, i.BaseCode, m.Name, m.Bound); err != nil {
			return err
		}
	}
	if err := s.reproject(ctx, tx, i.BaseCode, i.Materials); err != nil {
		return err
	}
	return s.refreshAll(ctx, tx, i.BaseCode)
}

// PutEntry enters or replaces what a unit adds to an item, as PutItem does.
func (s *Store) PutEntry(ctx context.Context, tx *db.Tx, e Entry) error {
	stored := e
	stored.Bound = nil
	data, err := json.Marshal(stored)
	if err != nil {
		return fmt.Errorf("encode matter: %w", err)
	}
	_, err = tx.Exec(ctx, `
		INSERT INTO matter (matter_code, unit_id, name, data, base_code, level, revision, version, updated_at)
		VALUES ($1, $2, '', $3, $4, $5, $6, 1, $7)
		ON CONFLICT (matter_code) DO UPDATE
		SET unit_id = excluded.unit_id, data = excluded.data, base_code = excluded.base_code, level = excluded.level,
		    revision = excluded.revision, version = matter.version + 1, updated_at = excluded.updated_at`,
		e.Code, e.Unit, string(data), e.BaseCode(), e.Level, e.Revision, db.Micros(s.o.Clock.Now()))
	if err != nil {
		return fmt.Errorf("put matter: %w", err)
	}
	for name, b := range e.Bound {
		if err := s.putBound(ctx, tx, e.Code, name, b); err != nil {
			return err
		}
	}
	if err := s.putAliases(ctx, tx, e); err != nil {
		return err
	}
	item, err := s.Item(ctx, tx, e.BaseCode())
	if err != nil {
		return err
	}
	return s.refresh(ctx, tx, item, e.Code)
}

func (s *Store) putAliases(ctx context.Context, tx *db.Tx, e Entry) error {
	if _, err := tx.Exec(ctx, `DELETE FROM matter_alias WHERE matter_code = $1`, e.Code); err != nil {
		return fmt.Errorf("put aliases: %w", err)
	}
	for _, a := range e.Aliases {
		n, err := tx.Exec(ctx, `
			INSERT INTO matter_alias (alias, matter_code) VALUES ($1, $2)
			ON CONFLICT (alias) DO NOTHING`, a, e.Code)
		if err != nil {
			return fmt.Errorf("put aliases: %w", err)
		}
		if n == 0 {
			return errs.New(errs.Conflict, "matter.alias-taken").On("aliases")
		}
	}
	return nil
}

// Put makes a matter resolve to exactly m from now on: the way in for seeds that know no items. The first matter of
// an item is its item; later ones are held against it, and what differs becomes their exceptions.
func (s *Store) Put(ctx context.Context, tx *db.Tx, m Matter) error {
	m.BaseCode = (&Entry{Code: m.Code}).BaseCode()
	item, err := s.Item(ctx, tx, m.BaseCode)
	if errs.Code(err) == "item.unknown" {
		item = m.Item
		err = s.PutItem(ctx, tx, item)
	}
	if err != nil {
		return err
	}
	e, err := split(m, item)
	if err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, `DELETE FROM material_binding WHERE scope_code = $1`, m.Code); err != nil {
		return fmt.Errorf("put matter: %w", err)
	}
	return s.PutEntry(ctx, tx, e)
}

// Item finds an item by its base code, with its bindings, or gives item.unknown.
func (s *Store) Item(ctx context.Context, q *db.Tx, baseCode string) (Item, error) {
	var data string
	err := q.QueryRow(ctx, `SELECT data FROM matter_item WHERE base_code = $1`, baseCode).Scan(&data)
	if errors.Is(err, db.ErrNoRows) {
		return Item{}, errs.New(errs.NotFound, "item.unknown")
	}
	if err != nil {
		return Item{}, fmt.Errorf("get item: %w", err)
	}
	var i Item
	if err := json.Unmarshal([]byte(data), &i); err != nil {
		return Item{}, fmt.Errorf("decode item: %w", err)
	}
	bound, err := s.bounds(ctx, q, baseCode)
	if err != nil {
		return Item{}, err
	}
	for n := range i.Materials {
		i.Materials[n].Bound = bound[i.Materials[n].Name]
	}
	return i, nil
}

// Entry finds what a unit adds to an item, with its own bindings, or gives matter.unknown.
func (s *Store) Entry(ctx context.Context, q *db.Tx, code string) (Entry, error) {
	if CheckCode(code, "") != nil {
		// No matter has such a code, and not every text is fit to ask a database for.
		return Entry{}, errs.New(errs.NotFound, "matter.unknown")
	}
	var data string
	err := q.QueryRow(ctx, `
		SELECT data FROM matter
		WHERE matter_code = $1 OR matter_code = (SELECT matter_code FROM matter_alias WHERE alias = $1)`, code).Scan(&data)
	if errors.Is(err, db.ErrNoRows) {
		return Entry{}, errs.New(errs.NotFound, "matter.unknown")
	}
	if err != nil {
		return Entry{}, fmt.Errorf("get matter: %w", err)
	}
	return s.entry(ctx, q, data)
}

func (s *Store) entry(ctx context.Context, q *db.Tx, data string) (Entry, error) {
	var e Entry
	if err := json.Unmarshal([]byte(data), &e); err != nil {
		return Entry{}, fmt.Errorf("decode matter: %w", err)
	}
	var err error
	e.Bound, err = s.bounds(ctx, q, e.Code)
	return e, err
}

// Get finds a matter by its code or a local code, as it holds, or gives matter.unknown.
func (s *Store) Get(ctx context.Context, q *db.Tx, code string) (Matter, error) {
	e, err := s.Entry(ctx, q, code)
	if err != nil {
		return Matter{}, err
	}
	item, err := s.Item(ctx, q, e.BaseCode())
	if err != nil {
		return Matter{}, err
	}
	return Resolve(item, e)
}

// Versions gives the row version of an item or matter, for compare and set.
func (s *Store) itemVersion(ctx context.Context, q *db.Tx, baseCode string) (int64, error) {
	var v int64
	err := q.QueryRow(ctx, `SELECT version FROM matter_item WHERE base_code = $1`, baseCode).Scan(&v)
	if errors.Is(err, db.ErrNoRows) {
		return 0, nil
	}
	return v, err
}

func (s *Store) entryVersion(ctx context.Context, q *db.Tx, code string) (int64, error) {
	var v int64
	err := q.QueryRow(ctx, `SELECT version FROM matter WHERE matter_code = $1`, code).Scan(&v)
	if errors.Is(err, db.ErrNoRows) {
		return 0, nil
	}
	return v, err
}
