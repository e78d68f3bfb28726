package org

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/yinxin-org/yinxin/gbcode"
	"github.com/yinxin-org/yinxin/internal/change"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/errs"
	"github.com/yinxin-org/yinxin/internal/pinyin"
)

// How a department's own system is connected.
const (
	NotConnected = "none"
	ByHand       = "manual"   // files are carried over
	ByAPI        = "api"      //
	ByExchange   = "exchange" // through the exchange platform
)

// connections and healths are what those words may be.
var (
	connections = []string{NotConnected, ByHand, ByAPI, ByExchange}
	healths     = []string{"ok", "degraded", "down", "unknown"}
)

// System is a department's own system in the ledger (接入台账).
type System struct {
	ID         string    `json:"id"`
	Unit       string    `json:"unit"`
	Name       string    `json:"name"`
	Matters    []string  `json:"matters"` // codes of the matters handled in it
	Connection string    `json:"connection"`
	Since      string    `json:"since,omitempty"` // date
	Health     string    `json:"health"`
	HealthAt   time.Time `json:"healthAt,omitzero"`
	Gaps       string    `json:"gaps,omitempty"`
	Version    int64     `json:"-"`
}

// Connected reports whether licenses flow without anybody carrying them.
func (x System) Connected() bool { return x.Connection == ByAPI || x.Connection == ByExchange }

// SaveSystem enters a system (ID empty) or changes one.
func (s *Store) SaveSystem(ctx context.Context, tx *db.Tx, by change.By, x System) (System, error) {
	if err := x.check(s.o.Clock.Now()); err != nil {
		return System{}, err
	}
	if _, err := s.active(ctx, tx, x.Unit, "unitId"); err != nil {
		return System{}, err
	}
	entry := change.Entry{Subject: change.System, Action: "create"}
	var old System
	if x.ID == "" {
		x.ID = db.NewID()
	} else {
		var err error
		if old, err = s.System(ctx, tx, x.ID); err != nil {
			return System{}, err
		}
		if old.Version != x.Version {
			return System{}, errs.New(errs.Conflict, "conflict")
		}
		entry.Action, entry.Before = "update", old
	}
	if x.HealthAt = old.HealthAt; x.Health != old.Health {
		x.HealthAt = s.o.Clock.Now()
	}
	entry.SubjectID, entry.After = x.ID, x
	if err := s.putSystem(ctx, tx, x); err != nil {
		return System{}, err
	}
	if err := s.trail.Record(ctx, tx, by, entry); err != nil {
		return System{}, err
	}
	return s.System(ctx, tx, x.ID)
}

func (x *System) check(now time.Time) error {
	x.Name, x.Gaps = strings.TrimSpace(x.Name), strings.TrimSpace(x.Gaps)
	for field, text := range map[string]string{"name": x.Name, "gaps": x.Gaps} {
		if err := checkText(field, text); err != nil {
			return err
		}
	}
	switch {
	case utf8.RuneCountInString(x.Name) < 2:
		return errs.New(errs.Invalid, "field.required").On("name")
	case !slices.Contains(connections, x.Connection):
		return errs.New(errs.Invalid, "field.option").On("connection")
	case !slices.Contains(healths, x.Health):
		return errs.New(errs.Invalid, "field.option").On("health")
	case x.Connected() && x.Since == "":
		return errs.New(errs.Invalid, "field.required").On("since")
	}
	if x.Since != "" {
		if since, err := time.Parse(time.DateOnly, x.Since); err != nil || since.After(now.AddDate(0, 0, 1)) {
			return errs.New(errs.Invalid, "system.since").On("since")
		}
	}
	slices.Sort(x.Matters)
	x.Matters = slices.Compact(x.Matters)
	for _, code := range x.Matters {
		if _, err := gbcode.CheckMatterCode(code); err != nil {
			return errs.New(errs.Invalid, "system.matter").On("matters")
		}
	}
	return nil
}

func (s *Store) putSystem(ctx context.Context, tx *db.Tx, x System) error {
	n, err := tx.Exec(ctx, `
		INSERT INTO unit_system (system_id, unit_id, name, connection, since, health, health_at, gaps, search, row_version)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 1)
		ON CONFLICT (system_id) DO UPDATE
		SET unit_id = excluded.unit_id, name = excluded.name, connection = excluded.connection, since = excluded.since,
		    health = excluded.health, health_at = excluded.health_at, gaps = excluded.gaps, search = excluded.search,
		    row_version = unit_system.row_version + 1
		WHERE unit_system.row_version = $10`,
		x.ID, x.Unit, x.Name, x.Connection, x.Since, x.Health, db.Micros(x.HealthAt), x.Gaps, pinyin.Key(x.Name), x.Version)
	if err != nil {
		return fmt.Errorf("put system: %w", err)
	}
	if n == 0 {
		return errs.New(errs.Conflict, "conflict")
	}
	if _, err := tx.Exec(ctx, `DELETE FROM system_matter WHERE system_id = $1`, x.ID); err != nil {
		return fmt.Errorf("put matters of system: %w", err)
	}
	for _, code := range x.Matters {
		if _, err := tx.Exec(ctx, `INSERT INTO system_matter (system_id, matter_code) VALUES ($1, $2)`, x.ID, code); err != nil {
			return fmt.Errorf("put matters of system: %w", err)
		}
	}
	return nil
}

// RemoveSystem takes a system off the ledger; the trail keeps what it was.
func (s *Store) RemoveSystem(ctx context.Context, tx *db.Tx, by change.By, id string, version int64) error {
	old, err := s.System(ctx, tx, id)
	if err != nil {
		return err
	}
	n, err := tx.Exec(ctx, `DELETE FROM unit_system WHERE system_id = $1 AND row_version = $2`, id, version)
	if err != nil {
		return fmt.Errorf("remove system: %w", err)
	}
	if n == 0 {
		return errs.New(errs.Conflict, "conflict")
	}
	if _, err := tx.Exec(ctx, `DELETE FROM system_matter WHERE system_id = $1`, id); err != nil {
		return fmt.Errorf("remove matters of system: %w", err)
	}
	return s.trail.Record(ctx, tx, by, change.Entry{Subject: change.System, SubjectID: id, Action: "remove", Before: old})
}

// SystemFilter narrows the ledger; empty fields do not.
type SystemFilter struct {
	Words      string
	Unit       string
	Connection string
	Health     string
	Limit      int
	Offset     int
}

// System finds a system, or gives system.unknown. Each signed request asks for one: it is one query.
func (s *Store) System(ctx context.Context, q *db.Tx, id string) (System, error) {
	x := System{ID: id}
	var at int64
	var matters string
	err := q.QueryRow(ctx, `
		SELECT s.unit_id, s.name, s.connection, s.since, s.health, s.health_at, s.gaps, s.row_version, COALESCE((
			SELECT string_agg(m.matter_code, ',')
			FROM system_matter m
			WHERE m.system_id = s.system_id), '')
		FROM unit_system s
		WHERE s.system_id = $1`, id).Scan(&x.Unit, &x.Name, &x.Connection, &x.Since, &x.Health, &at, &x.Gaps, &x.Version, &matters)
	if errors.Is(err, db.ErrNoRows) {
		return System{}, errs.New(errs.NotFound, "system.unknown")
	}
	if err != nil {
		return System{}, fmt.Errorf("find system: %w", err)
	}
	x.HealthAt = db.Time(at)
	if matters != "" {
		x.Matters = strings.Split(matters, ",")
		slices.Sort(x.Matters)
	}
	return x, nil
}

func (f SystemFilter) conditions() *conditions {
	c := &conditions{}
	c.words(f.Words)
	for column, value := range map[string]string{"unit_id": f.Unit, "connection": f.Connection, "health": f.Health} {
		if value != "" {
			c.add(column+" = ?", value)
		}
	}
	return c
}

// Systems gives a part of the ledger and how many systems meet the filter.
func (s *Store) Systems(ctx context.Context, q *db.Tx, f SystemFilter) ([]System, int, error) {
	c := f.conditions()
	where := c.where()
	var total int
	if err := q.QueryRow(ctx, `SELECT count(*) FROM unit_system`+where, c.args...).Scan(&total); err != nil {
		return nil, 0, fmt.Errorf("count systems: %w", err)
	}
	rows, err := q.Query(ctx, `
		SELECT system_id, unit_id, name, connection, since, health, health_at, gaps, row_version
		FROM unit_system`+where+`
		ORDER BY unit_id, name, system_id`+c.page(f.Limit, f.Offset), c.args...)
	if err != nil {
		return nil, 0, fmt.Errorf("list systems: %w", err)
	}
	defer func() { _ = rows.Close() }()
	found := []System{}
	for rows.Next() {
		var x System
		var at int64
		if err := rows.Scan(&x.ID, &x.Unit, &x.Name, &x.Connection, &x.Since, &x.Health, &at, &x.Gaps, &x.Version); err != nil {
			return nil, 0, fmt.Errorf("list systems: %w", err)
		}
		x.HealthAt = db.Time(at)
		found = append(found, x)
	}
	if err := rows.Err(); err != nil {
		return nil, 0, fmt.Errorf("list systems: %w", err)
	}
	for i := range found {
		if found[i].Matters, err = s.systemMatters(ctx, q, found[i].ID); err != nil {
			return nil, 0, err
		}
	}
	return found, total, nil
}

func (s *Store) systemMatters(ctx context.Context, q *db.Tx, id string) ([]string, error) {
	rows, err := q.Query(ctx, `SELECT matter_code FROM system_matter WHERE system_id = $1 ORDER BY matter_code`, id)
	if err != nil {
		return nil, fmt.Errorf("list matters of system: %w", err)
	}
	return texts(rows)
}

// Coverage counts systems and the matters in them, in all and where the system is connected.
type Coverage struct {
	Unit      string // "" for all together
	Systems   int
	Connected int
	Matters   int
	Covered   int
}

// SystemCoverage counts by unit and, first of all, over all units (接入率). A matter of several systems counts once.
func (s *Store) SystemCoverage(ctx context.Context, q *db.Tx) ([]Coverage, error) {
	const counts = `
		COUNT(DISTINCT y.system_id),
		COUNT(DISTINCT CASE WHEN y.connection IN ('api', 'exchange') THEN y.system_id END),
		COUNT(DISTINCT m.matter_code),
		COUNT(DISTINCT CASE WHEN y.connection IN ('api', 'exchange') THEN m.matter_code END)
		FROM unit_system y
		LEFT JOIN system_matter m ON m.system_id = y.system_id`
	var all Coverage
	if err := q.QueryRow(ctx, `SELECT `+counts).Scan(&all.Systems, &all.Connected, &all.Matters, &all.Covered); err != nil {
		return nil, fmt.Errorf("count coverage: %w", err)
	}
	rows, err := q.Query(ctx, `SELECT y.unit_id, `+counts+` GROUP BY y.unit_id ORDER BY y.unit_id`)
	if err != nil {
		return nil, fmt.Errorf("count coverage: %w", err)
	}
	defer func() { _ = rows.Close() }()
	found := []Coverage{all}
	for rows.Next() {
		var x Coverage
		if err := rows.Scan(&x.Unit, &x.Systems, &x.Connected, &x.Matters, &x.Covered); err != nil {
			return nil, fmt.Errorf("count coverage: %w", err)
		}
		found = append(found, x)
	}
	return found, rows.Err()
}
