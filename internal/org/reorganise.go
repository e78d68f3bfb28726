package org

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/yinxin-org/yinxin/gbcode"
	"github.com/yinxin-org/yinxin/internal/change"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/errs"
)

// The kinds of re-organisation (机构改革).
const (
	Merge    = "merge"    // 合并: units end, one unit follows them
	Divide   = "split"    // 分立: one unit ends, several follow it
	HandOver = "handover" // 移交: one unit hands types to another and goes on
	Close    = "close"    // 撤销: one unit ends; the one above it follows if no other does
)

// maxDecision bounds the number of a decision, in characters.
const maxDecision = 60

// Seen names a unit at the version that the editor has seen.
type Seen struct {
	ID      string `json:"id"`
	Version int64  `json:"version"`
}

// TypeMove says which unit takes over a type.
type TypeMove struct {
	Type string `json:"type"`
	To   string `json:"to"`
}

// Reorganisation is what is to happen, or has happened.
type Reorganisation struct {
	Kind       string     `json:"kind"`
	Units      []Seen     `json:"units"`                // to whom it happens
	Successors []string   `json:"successors,omitempty"` // active units; the first one follows in all that is not handed over apart
	Types      []TypeMove `json:"types,omitempty"`      // for Divide and HandOver
	DecisionNo string     `json:"decisionNo"`           // 文号

	ID       string    `json:"id"` // the rest is filled in when it has happened
	At       time.Time `json:"at"`
	Children int       `json:"-"` // units that came under the chief successor
	Accounts int       `json:"-"` // active accounts that still belong to units that ended
}

// reorganising is a re-organisation under way: in its transaction, with its units read.
type reorganising struct {
	*Store
	tx    *db.Tx
	by    change.By
	r     *Reorganisation
	units []Unit // of r.Units
	after []Unit // of r.Successors
}

// Reorganise carries a re-organisation out, at once and as a whole. What the units that end leave behind passes to
// their chief successor: units below them, mandates, systems; and the types they have claimed.
func (s *Store) Reorganise(ctx context.Context, tx *db.Tx, by change.By, r Reorganisation) (Reorganisation, error) {
	if err := r.check(); err != nil {
		return Reorganisation{}, err
	}
	if err := s.lock(ctx, tx); err != nil {
		return Reorganisation{}, err
	}
	r.ID, r.At = db.NewID(), s.o.Clock.Now()
	w := &reorganising{Store: s, tx: tx, by: by, r: &r}
	for _, step := range []func(context.Context) error{w.read, w.end, w.hand, w.moveChildren, w.moveRest, w.breakCircles, w.posts} {
		if err := step(ctx); err != nil {
			return Reorganisation{}, err
		}
	}
	return r, nil
}

// check checks what can be told from the request alone.
func (r *Reorganisation) check() error {
	if n := utf8.RuneCountInString(strings.TrimSpace(r.DecisionNo)); n < 2 || n > maxDecision {
		return errs.New(errs.Invalid, "unit.decision").On("decisionNo")
	}
	if err := checkText("decisionNo", r.DecisionNo); err != nil {
		return err
	}
	one := len(r.Units) == 1
	var fits bool
	switch r.Kind {
	case Merge:
		fits = len(r.Units) > 0 && len(r.Successors) == 1 && len(r.Types) == 0
	case Divide:
		fits = one && len(r.Successors) > 1
	case HandOver:
		fits = one && len(r.Successors) == 1 && len(r.Types) > 0
	case Close:
		fits = one && len(r.Successors) < 2 && len(r.Types) == 0
	default:
		return errs.New(errs.Invalid, "field.option").On("kind")
	}
	if !fits {
		return errs.New(errs.Invalid, "unit.reorganisation").On("kind")
	}
	seen := map[string]bool{}
	for _, u := range r.Units {
		if seen[u.ID] {
			return errs.New(errs.Invalid, "unit.twice").On("units")
		}
		seen[u.ID] = true
	}
	for _, id := range r.Successors {
		if seen[id] {
			return errs.New(errs.Invalid, "unit.twice").On("successors")
		}
		seen[id] = true
	}
	moved := map[string]bool{}
	for _, m := range r.Types {
		if gbcode.CheckTypeCode(m.Type) != nil {
			return errs.New(errs.Invalid, "type.unknown").On("types")
		}
		if moved[m.Type] || !slices.Contains(r.Successors, m.To) {
			return errs.New(errs.Invalid, "unit.type-move").On("types")
		}
		moved[m.Type] = true
	}
	return nil
}

// ends reports whether the units end by it.
func (r *Reorganisation) ends() bool { return r.Kind != HandOver }

// read finds all units that take part: to whom it happens at the version that was seen, all of them active.
func (w *reorganising) read(ctx context.Context) error {
	for _, seen := range w.r.Units {
		u, err := w.active(ctx, w.tx, seen.ID, "units")
		if err != nil {
			return err
		}
		if u.Version != seen.Version {
			return errs.New(errs.Conflict, "conflict")
		}
		w.units = append(w.units, u)
	}
	if w.r.Kind == Close && len(w.r.Successors) == 0 {
		if w.units[0].Parent == "" {
			return errs.New(errs.Invalid, "unit.successor").On("successors")
		}
		w.r.Successors = []string{w.units[0].Parent}
	}
	for _, id := range w.r.Successors {
		u, err := w.active(ctx, w.tx, id, "successors")
		if err != nil {
			return err
		}
		w.after = append(w.after, u)
	}
	return nil
}

// stateAfter and eventOf: what each kind makes of a unit, and what both sides' histories call it.
var (
	stateAfter = map[string]State{Merge: Merged, Divide: Split, Close: Ended}
	eventOf    = map[string][2]EventKind{Merge: {WasMerged, Absorbed}, Divide: {WasSplit, Formed}, HandOver: {HandedOver, TookOver}, Close: {WasEnded, Succeeded}}
)

// end ends the units, if they do, and writes both sides' histories and the trail.
func (w *reorganising) end(ctx context.Context) error {
	var ids []string
	for _, u := range w.units {
		ids = append(ids, u.ID)
		after := u
		entry := change.Entry{Subject: change.Unit, SubjectID: u.ID, Action: w.r.Kind, Before: u, After: w.r}
		if w.r.ends() {
			after.State, after.Successors, after.EndedAt = stateAfter[w.r.Kind], w.r.Successors, w.r.At
			if err := w.Put(ctx, w.tx, after); err != nil {
				return err
			}
			entry.After = struct {
				Unit
				DecisionNo string `json:"decisionNo"`
			}{after, w.r.DecisionNo}
		}
		if err := w.trail.Record(ctx, w.tx, w.by, entry); err != nil {
			return err
		}
		if err := w.tell(ctx, u.ID, eventOf[w.r.Kind][0], w.r.Successors, w.r.typesTo("")); err != nil {
			return err
		}
	}
	for _, u := range w.after {
		if err := w.tell(ctx, u.ID, eventOf[w.r.Kind][1], ids, w.r.typesTo(u.ID)); err != nil {
			return err
		}
	}
	return nil
}

func (w *reorganising) tell(ctx context.Context, unit string, k EventKind, others, types []string) error {
	return w.event(ctx, w.tx, Event{Unit: unit, Kind: k, Others: others, Types: types,
		DecisionNo: strings.TrimSpace(w.r.DecisionNo), Reason: strings.TrimSpace(w.by.Reason)})
}

// typesTo are the types that one unit takes over, or all that are handed over apart.
func (r *Reorganisation) typesTo(unit string) []string {
	var types []string
	for _, m := range r.Types {
		if unit == "" || m.To == unit {
			types = append(types, m.Type)
		}
	}
	return types
}

// hand hands over the types that are named. Who takes a type over answers for all of it from now on, also for what
// it may have handed over itself earlier.
func (w *reorganising) hand(ctx context.Context) error {
	for _, m := range w.r.Types {
		if _, err := w.tx.Exec(ctx, `DELETE FROM type_handover WHERE unit_id = $1 AND type_code = $2`, m.To, m.Type); err != nil {
			return fmt.Errorf("take type over: %w", err)
		}
		_, err := w.tx.Exec(ctx, `
			INSERT INTO type_handover (unit_id, type_code, to_unit_id, at)
			VALUES ($1, $2, $3, $4)
			ON CONFLICT (unit_id, type_code) DO UPDATE SET to_unit_id = excluded.to_unit_id, at = excluded.at`,
			w.units[0].ID, m.Type, m.To, db.Micros(w.r.At))
		if err != nil {
			return fmt.Errorf("hand type over: %w", err)
		}
	}
	if w.o.Catalogue == nil {
		return nil
	}
	for _, to := range w.r.Successors {
		if types := w.r.typesTo(to); len(types) > 0 {
			if err := w.o.Catalogue.MoveClaims(ctx, w.tx, w.by, w.units[0].ID, to, types); err != nil {
				return err
			}
		}
	}
	if !w.r.ends() {
		return nil
	}
	for _, u := range w.units {
		if err := w.o.Catalogue.MoveClaims(ctx, w.tx, w.by, u.ID, w.r.Successors[0], nil); err != nil {
			return err
		}
	}
	return nil
}

// moveChildren puts the units below those that ended under the chief successor. If that one stood below one of
// them itself, it takes the place that is left free.
func (w *reorganising) moveChildren(ctx context.Context) error {
	if !w.r.ends() {
		return nil
	}
	chief := w.after[0]
	place, err := w.freePlace(ctx, chief)
	if err != nil {
		return err
	}
	if place != chief.Parent {
		chief.Parent = place
		if err := w.move(ctx, chief, place); err != nil {
			return err
		}
	}
	for _, u := range w.units {
		below, _, err := w.Search(ctx, w.tx, Filter{Parent: u.ID, State: Active, Limit: allOfThem})
		if err != nil {
			return err
		}
		for _, c := range below {
			if c.Level < chief.Level {
				return errs.New(errs.Conflict, "unit.children").On("successors")
			}
			if err := w.move(ctx, c.Unit, chief.ID); err != nil {
				return err
			}
			w.r.Children++
		}
	}
	return w.oneName(ctx, chief.ID)
}

// allOfThem is more than any unit has directly under it.
const allOfThem = 1_000_000

// freePlace is where a successor belongs: where it is, or, if units that ended stand above it, above the topmost of
// them.
func (w *reorganising) freePlace(ctx context.Context, chief Unit) (string, error) {
	above, err := w.ancestors(ctx, w.tx, chief.ID)
	if err != nil {
		return "", err
	}
	place := chief.Parent
	for _, a := range above[1:] {
		if slices.ContainsFunc(w.units, func(u Unit) bool { return u.ID == a.ID }) {
			place = a.Parent
		}
	}
	return place, nil
}

func (w *reorganising) move(ctx context.Context, u Unit, parent string) error {
	before := u
	u, err := w.Get(ctx, w.tx, u.ID)
	if err != nil {
		return err
	}
	before.Parent, u.Parent = u.Parent, parent
	if err := w.Put(ctx, w.tx, u); err != nil {
		return err
	}
	if err := w.tell(ctx, u.ID, Moved, some(parent), nil); err != nil {
		return err
	}
	return w.trail.Record(ctx, w.tx, w.by, change.Entry{Subject: change.Unit, SubjectID: u.ID, Action: "move", Before: before, After: u})
}

// oneName demands that the units below another have different names.
func (w *reorganising) oneName(ctx context.Context, parent string) error {
	var twins int
	err := w.tx.QueryRow(ctx, `
		SELECT count(*) FROM (
			SELECT name FROM unit WHERE parent_id = $1 AND state = 'active' GROUP BY name HAVING count(*) > 1
		) AS twin`, parent).Scan(&twins)
	if err != nil {
		return fmt.Errorf("look at neighbours: %w", err)
	}
	if twins > 0 {
		return errs.New(errs.Conflict, "unit.name-taken").On("successors")
	}
	return nil
}

// moveRest passes mandates and systems on, and counts the people who are left.
func (w *reorganising) moveRest(ctx context.Context) error {
	if !w.r.ends() {
		return nil
	}
	chief := w.r.Successors[0]
	for _, u := range w.units {
		if err := w.moveMandates(ctx, w.tx, w.by, u.ID, chief, w.r.DecisionNo); err != nil {
			return err
		}
		_, err := w.tx.Exec(ctx, `UPDATE unit_system SET unit_id = $1, row_version = row_version + 1 WHERE unit_id = $2`, chief, u.ID)
		if err != nil {
			return fmt.Errorf("move systems: %w", err)
		}
		if w.o.Accounts == nil {
			continue
		}
		standing, err := w.o.Accounts.Standing(ctx, w.tx, u.ID)
		if err != nil {
			return err
		}
		for _, a := range standing {
			if a.Active {
				w.r.Accounts++
			}
		}
	}
	return nil
}

// breakCircles takes back what a chief successor handed over earlier, where it would now lead back to itself.
func (w *reorganising) breakCircles(ctx context.Context) error {
	if !w.r.ends() {
		return nil
	}
	chief := w.after[0].ID
	rows, err := w.tx.Query(ctx, `SELECT type_code FROM type_handover WHERE unit_id = $1 ORDER BY type_code`, chief)
	if err != nil {
		return fmt.Errorf("read handovers: %w", err)
	}
	types, err := texts(rows)
	if err != nil {
		return err
	}
	for _, t := range types {
		circle, err := w.leadsBack(ctx, chief, t)
		if err != nil {
			return err
		}
		if !circle {
			continue
		}
		if _, err := w.tx.Exec(ctx, `DELETE FROM type_handover WHERE unit_id = $1 AND type_code = $2`, chief, t); err != nil {
			return fmt.Errorf("take type back: %w", err)
		}
	}
	return nil
}

// leadsBack reports whether following a type from a unit leads to it again.
func (w *reorganising) leadsBack(ctx context.Context, id, typeCode string) (bool, error) {
	at := id
	for {
		u, err := w.Get(ctx, w.tx, at)
		if err != nil {
			return false, err
		}
		if at, err = w.next(ctx, w.tx, u, typeCode); err != nil || at == "" || at == id {
			return at == id && err == nil, err
		}
	}
}

// posts looks anew at who is responsible in the units that took part.
func (w *reorganising) posts(ctx context.Context) error {
	for _, u := range w.r.Units {
		if err := w.refreshPosts(ctx, w.tx, u.ID); err != nil {
			return err
		}
	}
	for _, id := range w.r.Successors {
		if err := w.refreshPosts(ctx, w.tx, id); err != nil {
			return err
		}
	}
	return nil
}
