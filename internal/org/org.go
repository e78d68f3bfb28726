// Package org keeps the units (机构): the five-level tree of government bodies, the units they delegate to, and the
// enrolled social verifiers; what they entrust to each other (委托), who in them is responsible (责任人), their own
// systems (接入台账), and the regions, code tables and days that all of them share.
//
// A unit's row is never deleted. One that ends (机构改革) stays with its successors, so that every license it issued
// leads to the unit that now answers for it: Caretaker. Units are public facts; nothing here is personal but the
// accounts, which package authn keeps.
package org

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/yinxin-org/yinxin/internal/authn"
	"github.com/yinxin-org/yinxin/internal/change"
	"github.com/yinxin-org/yinxin/internal/clock"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/errs"
	"github.com/yinxin-org/yinxin/internal/pinyin"
	"github.com/yinxin-org/yinxin/internal/task"
	"github.com/yinxin-org/yinxin/internal/workday"
)

// Level is a unit's place in the five-level tree (五级).
type Level int

// The five levels; Outside is for units that are no government bodies.
const (
	Province Level = iota + 1
	City
	County
	Town
	Village
	Outside
)

// The kinds of units.
const (
	Government = "government" // 机关
	Delegate   = "delegate"   // 受委托单位
	Verifier   = "verifier"   // 核验单位
)

// State says whether a unit still exists, and how it ended.
type State string

// The states. Only an active unit is changed, has units put under it, or follows another.
const (
	Active State = "active"
	Merged State = "merged" // 合并
	Split  State = "split"  // 分立
	Ended  State = "ended"  // 撤销
)

// Unit is one body. Its id is its unified social credit code (统一社会信用代码).
type Unit struct {
	ID     string `json:"id"`
	Name   string `json:"name"`
	NameEn string `json:"nameEn,omitempty"`
	Short  string `json:"short,omitempty"`
	Level  Level  `json:"level"`
	Region string `json:"region"` // GB/T 2260, six digits
	// Area is the exact place it stands for: 6, 9 or 12 digits that begin with Region; "" is Region.
	Area   string `json:"area,omitempty"`
	Parent string `json:"parent,omitempty"`
	Kind   string `json:"kind"` // Government, Delegate, Verifier

	State      State     `json:"state,omitempty"`
	Successors []string  `json:"successors,omitempty"` // of one that ended, the chief one first
	EndedAt    time.Time `json:"endedAt,omitzero"`
	Version    int64     `json:"-"`
}

// Claim is a type that a unit has claimed (认领), as far as units must know.
type Claim struct {
	Type, Unit string
	Made       bool // licenses of it are made here; of the others, only mistakes are corrected here
}

// Catalogue is what units must know of the license types, which stand above them.
type Catalogue interface {
	// ClaimsOf lists the claims in force, of one unit or, for "", of all.
	ClaimsOf(ctx context.Context, q *db.Tx, unitID string) ([]Claim, error)
	// MoveClaims passes claims in force from one unit to another: those of the types named or, for nil, all.
	MoveClaims(ctx context.Context, tx *db.Tx, by change.By, from, to string, types []string) error
}

// Options are the parts that the store works with.
type Options struct {
	DB        *db.DB
	Clock     clock.Clock
	Trail     *change.Trail
	Tasks     *task.Store
	Accounts  *authn.Service
	Calendar  *workday.Calendar
	Catalogue Catalogue
}

// Store keeps units and what belongs to them.
type Store struct {
	o     Options
	trail *change.Trail
	tasks *task.Store
}

// UseCatalogue gives the store the types that stand above it. It is called before the store is used.
func (s *Store) UseCatalogue(c Catalogue) { s.o.Catalogue = c }

// Open gives the store of units.
func Open(o Options) *Store { return &Store{o: o, trail: o.Trail, tasks: o.Tasks} }

// Put enters or replaces a unit without asking whether it may: for setting up, and for what has been checked.
func (s *Store) Put(ctx context.Context, tx *db.Tx, u Unit) error {
	if u.State == "" {
		u.State = Active
	}
	data, err := json.Marshal(u)
	if err != nil {
		return fmt.Errorf("encode unit: %w", err)
	}
	_, err = tx.Exec(ctx, `
		INSERT INTO unit (unit_id, parent_id, level, region_code, name, kind, state, search, row_version, data)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 1, $9)
		ON CONFLICT (unit_id) DO UPDATE
		SET parent_id = excluded.parent_id, level = excluded.level, region_code = excluded.region_code, name = excluded.name,
		    kind = excluded.kind, state = excluded.state, search = excluded.search, row_version = unit.row_version + 1,
		    data = excluded.data`,
		u.ID, u.Parent, int(u.Level), u.Region, u.Name, u.Kind, string(u.State), u.search(), string(data))
	if err != nil {
		return fmt.Errorf("put unit: %w", err)
	}
	return nil
}

func (u Unit) search() string { return pinyin.Key(u.Name, u.Short, u.NameEn, u.ID) }

// Get finds a unit by its code, also one that has ended, or gives unit.unknown.
func (s *Store) Get(ctx context.Context, q *db.Tx, id string) (Unit, error) {
	if !plausible(id) {
		return Unit{}, errs.New(errs.NotFound, "unit.unknown")
	}
	u, err := scanUnit(q.QueryRow(ctx, `SELECT data, row_version FROM unit WHERE unit_id = $1`, id))
	if errors.Is(err, db.ErrNoRows) {
		return Unit{}, errs.New(errs.NotFound, "unit.unknown")
	}
	if err != nil {
		return Unit{}, fmt.Errorf("get unit: %w", err)
	}
	return u, nil
}

// Name finds the name of a unit by its code, also of one that has ended, or gives unit.unknown.
func (s *Store) Name(ctx context.Context, q *db.Tx, id string) (string, error) {
	var name string
	err := q.QueryRow(ctx, `SELECT name FROM unit WHERE unit_id = $1`, id).Scan(&name)
	if errors.Is(err, db.ErrNoRows) {
		return "", errs.New(errs.NotFound, "unit.unknown")
	}
	if err != nil {
		return "", fmt.Errorf("get unit: %w", err)
	}
	return name, nil
}

// plausible keeps texts away from the database that no code can be; not every text is fit to ask for.
func plausible(code string) bool {
	for _, r := range code {
		if r <= ' ' || r > '~' {
			return false
		}
	}
	return code != "" && len(code) <= 80
}

// row is a row or rows, to be scanned.
type row interface{ Scan(dest ...any) error }

func scanUnit(r row) (Unit, error) {
	var data string
	var u Unit
	var version int64
	if err := r.Scan(&data, &version); err != nil {
		return Unit{}, err
	}
	if err := json.Unmarshal([]byte(data), &u); err != nil {
		return Unit{}, fmt.Errorf("decode unit: %w", err)
	}
	if u.State == "" {
		u.State = Active
	}
	u.Version = version
	return u, nil
}

// active finds a unit that must exist and go on; field is to blame if not.
func (s *Store) active(ctx context.Context, q *db.Tx, id, field string) (Unit, error) {
	u, err := s.Get(ctx, q, id)
	if errs.Code(err) == "unit.unknown" {
		return Unit{}, errs.New(errs.Invalid, "unit.unknown").On(field)
	}
	if err != nil {
		return Unit{}, err
	}
	if u.State != Active {
		return Unit{}, errs.New(errs.Conflict, "unit.ended").On(field)
	}
	return u, nil
}

// lock lets one change of the tree after the other happen, so that the rules that look at several units hold
// whatever the database's isolation.
func (s *Store) lock(ctx context.Context, tx *db.Tx) error {
	_, err := tx.Exec(ctx, `
		INSERT INTO installation (name, value) VALUES ('units', '')
		ON CONFLICT (name) DO UPDATE SET value = installation.value`)
	if err != nil {
		return fmt.Errorf("lock units: %w", err)
	}
	return nil
}
