package org

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/yinxin-org/yinxin/gbcode"
	"github.com/yinxin-org/yinxin/internal/change"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/errs"
)

// maxName bounds names, in characters.
const maxName = 100

// Create enters a unit that is new.
func (s *Store) Create(ctx context.Context, tx *db.Tx, by change.By, u Unit) (Unit, error) {
	if err := s.lock(ctx, tx); err != nil {
		return Unit{}, err
	}
	u = u.tidy()
	u.State, u.Successors = Active, nil
	if err := u.checkShape(); err != nil {
		return Unit{}, err
	}
	switch _, err := s.Get(ctx, tx, u.ID); {
	case err == nil:
		return Unit{}, errs.New(errs.Conflict, "unit.code-taken").On("id")
	case errs.Code(err) != "unit.unknown":
		return Unit{}, err
	}
	if err := s.checkPlace(ctx, tx, u, nil); err != nil {
		return Unit{}, err
	}
	if err := s.Put(ctx, tx, u); err != nil {
		return Unit{}, err
	}
	if err := s.event(ctx, tx, Event{Unit: u.ID, Kind: Created, Reason: by.Reason}); err != nil {
		return Unit{}, err
	}
	if err := s.trail.Record(ctx, tx, by, change.Entry{Subject: change.Unit, SubjectID: u.ID, Action: "create", After: u}); err != nil {
		return Unit{}, err
	}
	return s.Get(ctx, tx, u.ID)
}

// Update changes an active unit. u.Version is the version the editor has seen; "conflict" if it has moved on.
func (s *Store) Update(ctx context.Context, tx *db.Tx, by change.By, u Unit) (Unit, error) {
	if err := s.lock(ctx, tx); err != nil {
		return Unit{}, err
	}
	old, err := s.Get(ctx, tx, u.ID)
	if err != nil {
		return Unit{}, err
	}
	if old.Version != u.Version {
		return Unit{}, errs.New(errs.Conflict, "conflict")
	}
	if old.State != Active {
		return Unit{}, errs.New(errs.Conflict, "unit.ended")
	}
	u = u.tidy()
	u.State, u.Successors, u.EndedAt = old.State, nil, old.EndedAt
	if err := u.checkShape(); err != nil {
		return Unit{}, err
	}
	if err := s.checkPlace(ctx, tx, u, &old); err != nil {
		return Unit{}, err
	}
	if reflect.DeepEqual(u, old) {
		return old, nil
	}
	if err := s.Put(ctx, tx, u); err != nil {
		return Unit{}, err
	}
	if u.Name != old.Name {
		err := s.event(ctx, tx, Event{Unit: u.ID, Kind: Renamed, Former: old.Name, Reason: by.Reason})
		if err != nil {
			return Unit{}, err
		}
	}
	if u.Parent != old.Parent {
		if err := s.event(ctx, tx, Event{Unit: u.ID, Kind: Moved, Others: some(u.Parent), Reason: by.Reason}); err != nil {
			return Unit{}, err
		}
	}
	if err := s.trail.Record(ctx, tx, by, change.Entry{Subject: change.Unit, SubjectID: u.ID, Action: "update", Before: old, After: u}); err != nil {
		return Unit{}, err
	}
	return s.Get(ctx, tx, u.ID)
}

// Import enters a unit, or brings the active one of its code to what is given. The same again changes nothing.
func (s *Store) Import(ctx context.Context, tx *db.Tx, by change.By, u Unit) (changed bool, err error) {
	old, err := s.Get(ctx, tx, u.ID)
	if errs.Code(err) == "unit.unknown" {
		_, err := s.Create(ctx, tx, by, u)
		return err == nil, err
	}
	if err != nil {
		return false, err
	}
	if old.State != Active {
		return false, errs.New(errs.Conflict, "unit.ended").On("id")
	}
	u.Version = old.Version
	next, err := s.Update(ctx, tx, by, u)
	return err == nil && next.Version != old.Version, err
}

// tidy takes outer space off what people typed.
func (u Unit) tidy() Unit {
	for _, f := range []*string{&u.ID, &u.Name, &u.NameEn, &u.Short, &u.Region, &u.Area, &u.Parent} {
		*f = strings.TrimSpace(*f)
	}
	return u
}

// checkShape checks what can be told from the unit alone.
func (u Unit) checkShape() error {
	if err := checkUSCC(u.ID, "id"); err != nil {
		return err
	}
	for _, f := range []struct{ field, value string }{{"name", u.Name}, {"nameEn", u.NameEn}, {"short", u.Short}} {
		if utf8.RuneCountInString(f.value) > 2*maxName {
			return errs.New(errs.Invalid, "field.too-long").On(f.field).With("max", fmt.Sprint(2*maxName))
		}
		if err := checkText(f.field, f.value); err != nil {
			return err
		}
	}
	switch {
	case utf8.RuneCountInString(u.Name) < 2:
		return errs.New(errs.Invalid, "field.required").On("name")
	case u.Kind != Government && u.Kind != Delegate && u.Kind != Verifier:
		return errs.New(errs.Invalid, "field.option").On("kind")
	case u.Level < Province || u.Level > Outside, u.Kind == Government && u.Level == Outside, u.Kind == Verifier && u.Level != Outside:
		return errs.New(errs.Invalid, "unit.level").On("level")
	case len(u.Region) != 6 || gbcode.CheckRegion(u.Region) != nil:
		return errs.New(errs.Invalid, "region.code").On("region")
	case u.Area != "" && (gbcode.CheckRegion(u.Area) != nil || !strings.HasPrefix(u.Area, u.Region)):
		return errs.New(errs.Invalid, "region.area").On("area")
	case u.Parent == u.ID:
		return errs.New(errs.Invalid, "unit.cycle").On("parentId")
	}
	return nil
}

// checkText refuses texts with control characters, which databases and pages choke on, and with marks that hide or
// turn the direction of what is read.
func checkText(field, text string) error {
	unfit := func(r rune) bool {
		return r != '\n' && r != '\t' && (unicode.IsControl(r) || unicode.Is(unicode.Cf, r))
	}
	if !utf8.ValidString(text) || strings.ContainsFunc(text, unfit) {
		return errs.New(errs.Invalid, "field.format").On(field)
	}
	return nil
}

func checkUSCC(id, field string) error {
	err := gbcode.CheckUSCC(id)
	if err == nil {
		return nil
	}
	refusal := errs.New(errs.Invalid, "code.uscc").On(field)
	if e, ok := errors.AsType[*gbcode.Error](err); ok {
		refusal = refusal.With("rule", e.Chinese()).With("ruleEn", e.Error())
	}
	return refusal
}

// checkPlace checks a unit's place in the tree, among its neighbours and on the map. old is what it was.
func (s *Store) checkPlace(ctx context.Context, tx *db.Tx, u Unit, old *Unit) error {
	if old == nil || u.Region != old.Region || u.Area != old.Area {
		if err := s.checkRegion(ctx, tx, u.Region, "region"); err != nil {
			return err
		}
		if u.Area != "" && u.Area != u.Region {
			if err := s.checkRegion(ctx, tx, u.Area, "area"); err != nil {
				return err
			}
		}
	}
	if u.Parent != "" {
		parent, err := s.active(ctx, tx, u.Parent, "parentId")
		if err != nil {
			return err
		}
		if parent.Level > u.Level {
			return errs.New(errs.Invalid, "unit.parent-level").On("parentId")
		}
		above, err := s.ancestors(ctx, tx, u.Parent)
		if err != nil {
			return err
		}
		for _, a := range above {
			if a.ID == u.ID {
				return errs.New(errs.Invalid, "unit.cycle").On("parentId")
			}
		}
	}
	var twins, higher int
	err := tx.QueryRow(ctx, `
		SELECT (SELECT count(*) FROM unit WHERE parent_id = $1 AND name = $2 AND state = 'active' AND unit_id <> $3),
		       (SELECT count(*) FROM unit WHERE parent_id = $3 AND state = 'active' AND level < $4)`,
		u.Parent, u.Name, u.ID, int(u.Level)).Scan(&twins, &higher)
	if err != nil {
		return fmt.Errorf("look at neighbours: %w", err)
	}
	if twins > 0 {
		return errs.New(errs.Conflict, "unit.name-taken").On("name")
	}
	if higher > 0 {
		return errs.New(errs.Invalid, "unit.child-level").On("level")
	}
	return nil
}

// ancestors are a unit and those above it, up to the topmost.
func (s *Store) ancestors(ctx context.Context, q *db.Tx, id string) ([]Unit, error) {
	var path []Unit
	seen := map[string]bool{}
	for id != "" && !seen[id] {
		seen[id] = true
		u, err := s.Get(ctx, q, id)
		if err != nil {
			return nil, err
		}
		path = append(path, u)
		id = u.Parent
	}
	return path, nil
}

// Within reports whether a unit is another one or lies beneath it.
func (s *Store) Within(ctx context.Context, q *db.Tx, id, above string) (bool, error) {
	up, err := s.ancestors(ctx, q, id)
	return slices.ContainsFunc(up, func(u Unit) bool { return u.ID == above }), err
}

// Path is the way from the topmost unit down to the one above a unit.
func (s *Store) Path(ctx context.Context, q *db.Tx, u Unit) ([]Unit, error) {
	if u.Parent == "" {
		return nil, nil
	}
	up, err := s.ancestors(ctx, q, u.Parent)
	if err != nil {
		return nil, err
	}
	slices.Reverse(up)
	return up, nil
}

func some(id string) []string {
	if id == "" {
		return nil
	}
	return []string{id}
}

// list writes strings as a JSON array, never null.
func list(items []string) (string, error) {
	b, err := json.Marshal(append([]string{}, items...))
	if err != nil {
		return "", fmt.Errorf("encode list: %w", err)
	}
	return string(b), nil
}

func unlist(text string) ([]string, error) {
	var items []string
	if err := json.Unmarshal([]byte(text), &items); err != nil {
		return nil, fmt.Errorf("decode list: %w", err)
	}
	return items, nil
}
