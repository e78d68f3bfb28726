package catalog

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/yinxin-org/yinxin/internal/change"
	"github.com/yinxin-org/yinxin/internal/clock"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/errs"
	"github.com/yinxin-org/yinxin/internal/org"
	"github.com/yinxin-org/yinxin/internal/task"
)

// Options are the parts a Store works with.
type Options struct {
	Clock clock.Clock
	Units *org.Store
	Trail *change.Trail
	Tasks *task.Store
	// Gate judges the look of a face with the longest values. package face does it.
	Gate func(*Type) []Finding
}

// Store keeps license types: their entries, published versions, the versions being prepared, who claims them, and
// the standards they follow.
type Store struct {
	o Options
	// versions caches what can never change: a published version.
	versions sync.Map // versionKey → *Type
}

type versionKey struct {
	code    string
	version int
}

// Open gives the store of license types.
func Open(o Options) *Store { return &Store{o: o} }

// Publish enters a version of a type with its entry and the claims of its Issuers, without review: the path by
// which a demonstration or a test begins. The same version again changes nothing, so a repeated load is harmless.
func (s *Store) Publish(ctx context.Context, tx *db.Tx, t Type, at time.Time) error {
	if t.Classified() {
		return errs.New(errs.Invalid, "type.classified").On("secrecy")
	}
	if err := s.enter(ctx, tx, &t, t.Definer); err != nil {
		return err
	}
	if err := s.insertVersion(ctx, tx, t, at, at); err != nil {
		return err
	}
	for _, unit := range t.Issuers {
		if _, err := s.claim(ctx, tx, t.Code, unit, at); err != nil {
			return err
		}
	}
	return nil
}

func (s *Store) insertVersion(ctx context.Context, tx *db.Tx, t Type, at, effective time.Time) error {
	data, err := json.Marshal(t)
	if err != nil {
		return fmt.Errorf("encode type: %w", err)
	}
	_, err = tx.Exec(ctx, `
		INSERT INTO license_type (type_code, version, name, data, published_at, effective_at)
		VALUES ($1, $2, $3, $4, $5, $6)
		ON CONFLICT (type_code, version) DO NOTHING`,
		t.Code, t.Version, t.Name, string(data), db.Micros(at), db.Micros(effective))
	if err != nil {
		return fmt.Errorf("publish type: %w", err)
	}
	return nil
}

// Current gives the newest version of a type that has taken effect, under which licenses are issued now: or
// type.unpublished, or type.withdrawn.
func (s *Store) Current(ctx context.Context, q *db.Tx, code string) (*Type, error) {
	var version int
	var state string
	err := q.QueryRow(ctx, `
		SELECT t.version, e.state
		FROM license_type t
		JOIN type_entry e ON e.type_code = t.type_code
		WHERE t.type_code = $1 AND t.effective_at <= $2
		ORDER BY t.version DESC
		LIMIT 1`, code, db.Micros(s.o.Clock.Now())).Scan(&version, &state)
	if errors.Is(err, db.ErrNoRows) {
		return nil, errs.New(errs.Invalid, "type.unpublished")
	}
	if err != nil {
		return nil, fmt.Errorf("find type: %w", err)
	}
	if state == Withdrawn {
		return nil, errs.New(errs.Conflict, "type.withdrawn")
	}
	return s.Version(ctx, q, code, version)
}

// Latest is Current for those who only show what a type is called or holds: it also gives a type that is withdrawn,
// or whose first version takes effect later. What nobody published is type.unpublished.
func (s *Store) Latest(ctx context.Context, q *db.Tx, code string) (*Type, error) {
	var version int
	err := q.QueryRow(ctx, `
		SELECT version
		FROM license_type
		WHERE type_code = $1
		ORDER BY CASE WHEN effective_at <= $2 THEN 0 ELSE 1 END,
		         CASE WHEN effective_at <= $2 THEN -version ELSE version END
		LIMIT 1`, code, db.Micros(s.o.Clock.Now())).Scan(&version)
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

// Published is one published version in the list of a type's versions.
type Published struct {
	Version     int
	Name        string
	PublishedAt time.Time
	EffectiveAt time.Time
}

// Versions lists the published versions of a type, newest first.
func (s *Store) Versions(ctx context.Context, q *db.Tx, code string) ([]Published, error) {
	rows, err := q.Query(ctx, `
		SELECT version, name, published_at, effective_at
		FROM license_type
		WHERE type_code = $1
		ORDER BY version DESC`, code)
	if err != nil {
		return nil, fmt.Errorf("list versions: %w", err)
	}
	defer func() { _ = rows.Close() }()
	var found []Published
	for rows.Next() {
		var p Published
		var published, effective int64
		if err := rows.Scan(&p.Version, &p.Name, &published, &effective); err != nil {
			return nil, fmt.Errorf("list versions: %w", err)
		}
		p.PublishedAt, p.EffectiveAt = db.Time(published), db.Time(effective)
		if effective == 0 {
			p.EffectiveAt = p.PublishedAt
		}
		found = append(found, p)
	}
	return found, rows.Err()
}

// newest is the newest published version, in effect or not; nil with type.unpublished if there is none.
func (s *Store) newest(ctx context.Context, q *db.Tx, code string) (*Type, error) {
	e, err := s.Entry(ctx, q, code)
	if errs.Code(err) == "type.unknown" {
		return nil, errs.New(errs.Invalid, "type.unpublished")
	}
	if err != nil {
		return nil, err
	}
	return s.Version(ctx, q, code, e.Version)
}
