// Package org keeps the units (机构): the five-level tree of government bodies, the units they delegate to,
// and the enrolled social verifiers. Units are public facts; nothing here is personal.
package org

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/errs"
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

// Unit is one body. Its id is its unified social credit code (统一社会信用代码).
type Unit struct {
	ID     string `json:"id"`
	Name   string `json:"name"`
	NameEn string `json:"nameEn,omitempty"`
	Short  string `json:"short,omitempty"`
	Level  Level  `json:"level"`
	Region string `json:"region"` // GB/T 2260, six digits
	Parent string `json:"parent,omitempty"`
	Kind   string `json:"kind"` // "government", "delegate", "verifier"
}

// Store keeps units.
type Store struct{ db *db.DB }

// Open gives the store of units.
func Open(d *db.DB) *Store { return &Store{db: d} }

// Put enters or replaces a unit.
func (s *Store) Put(ctx context.Context, tx *db.Tx, u Unit) error {
	data, err := json.Marshal(u)
	if err != nil {
		return fmt.Errorf("encode unit: %w", err)
	}
	_, err = tx.Exec(ctx, `
		INSERT INTO unit (unit_id, parent_id, level, region_code, name, data)
		VALUES ($1, $2, $3, $4, $5, $6)
		ON CONFLICT (unit_id) DO UPDATE
		SET parent_id = excluded.parent_id, level = excluded.level, region_code = excluded.region_code,
		    name = excluded.name, data = excluded.data`,
		u.ID, u.Parent, int(u.Level), u.Region, u.Name, string(data))
	if err != nil {
		return fmt.Errorf("put unit: %w", err)
	}
	return nil
}

// Get finds a unit by its code, or gives unit.unknown.
func (s *Store) Get(ctx context.Context, q *db.Tx, id string) (Unit, error) {
	var data string
	err := q.QueryRow(ctx, `SELECT data FROM unit WHERE unit_id = $1`, id).Scan(&data)
	if errors.Is(err, db.ErrNoRows) {
		return Unit{}, errs.New(errs.NotFound, "unit.unknown")
	}
	if err != nil {
		return Unit{}, fmt.Errorf("get unit: %w", err)
	}
	var u Unit
	if err := json.Unmarshal([]byte(data), &u); err != nil {
		return Unit{}, fmt.Errorf("decode unit: %w", err)
	}
	return u, nil
}
