package org

import (
	"context"
	"fmt"
	"time"

	"github.com/yinxin-org/yinxin/internal/db"
)

// EventKind says what became of a unit.
type EventKind string

// The kinds of events.
const (
	Created    EventKind = "created"
	Renamed    EventKind = "renamed"
	Moved      EventKind = "moved"       // under another unit
	WasMerged  EventKind = "merged"      // into another, which Absorbed it
	Absorbed   EventKind = "absorbed"    //
	WasSplit   EventKind = "split"       // into others, which were Formed from it
	Formed     EventKind = "formed"      //
	HandedOver EventKind = "handed-over" // types, to another that TookOver
	TookOver   EventKind = "took-over"   //
	WasEnded   EventKind = "ended"       // and another Succeeded
	Succeeded  EventKind = "succeeded"   //
)

// Event is one entry of a unit's history (机构沿革).
type Event struct {
	ID         string
	Unit       string
	At         time.Time
	Kind       EventKind
	Others     []string // the other units that took part
	Types      []string // type codes handed over
	Former     string   // the former name, when renamed
	DecisionNo string   // 文号
	Reason     string
}

// event writes an entry of a unit's history, now.
func (s *Store) event(ctx context.Context, tx *db.Tx, e Event) error {
	others, err := list(e.Others)
	if err != nil {
		return err
	}
	types, err := list(e.Types)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `
		INSERT INTO unit_event (event_id, unit_id, at, kind, others, types, former, decision_no, reason)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
		db.NewID(), e.Unit, db.Micros(s.o.Clock.Now()), string(e.Kind), others, types, e.Former, e.DecisionNo, e.Reason)
	if err != nil {
		return fmt.Errorf("write unit event: %w", err)
	}
	return nil
}

// History gives what became of a unit, the newest first.
func (s *Store) History(ctx context.Context, q *db.Tx, unitID string) ([]Event, error) {
	rows, err := q.Query(ctx, `
		SELECT event_id, unit_id, at, kind, others, types, former, decision_no, reason
		FROM unit_event
		WHERE unit_id = $1
		ORDER BY event_id DESC`, unitID)
	if err != nil {
		return nil, fmt.Errorf("read unit history: %w", err)
	}
	defer func() { _ = rows.Close() }()
	var events []Event
	for rows.Next() {
		var e Event
		var at int64
		var others, types string
		if err := rows.Scan(&e.ID, &e.Unit, &at, &e.Kind, &others, &types, &e.Former, &e.DecisionNo, &e.Reason); err != nil {
			return nil, fmt.Errorf("read unit history: %w", err)
		}
		e.At = db.Time(at)
		if e.Others, err = unlist(others); err != nil {
			return nil, err
		}
		if e.Types, err = unlist(types); err != nil {
			return nil, err
		}
		events = append(events, e)
	}
	return events, rows.Err()
}

// Caretaker is the unit that now answers for licenses of a type that a unit issued: itself, its successor, or who it
// handed the type to. With type "" it is who answers for all that was not handed over apart.
func (s *Store) Caretaker(ctx context.Context, q *db.Tx, unitID, typeCode string) (string, error) {
	chain, err := s.Chain(ctx, q, unitID, typeCode)
	if err != nil {
		return "", err
	}
	return chain[len(chain)-1], nil
}

// Chain leads from a unit to its Caretaker, both included.
func (s *Store) Chain(ctx context.Context, q *db.Tx, unitID, typeCode string) ([]string, error) {
	u, err := s.Get(ctx, q, unitID)
	if err != nil {
		return nil, err
	}
	chain := []string{u.ID}
	seen := map[string]bool{u.ID: true}
	for {
		next, err := s.next(ctx, q, u, typeCode)
		if err != nil {
			return nil, err
		}
		if next == "" {
			return chain, nil
		}
		if seen[next] {
			return nil, fmt.Errorf("units succeed each other in a circle at %s", next)
		}
		seen[next] = true
		chain = append(chain, next)
		if u, err = s.Get(ctx, q, next); err != nil {
			return nil, err
		}
	}
}

// next is who follows a unit for a type; "" if it answers itself.
func (s *Store) next(ctx context.Context, q *db.Tx, u Unit, typeCode string) (string, error) {
	if typeCode != "" {
		var to string
		err := q.QueryRow(ctx, `
			SELECT COALESCE((SELECT to_unit_id FROM type_handover WHERE unit_id = $1 AND type_code = $2), '')`, u.ID, typeCode).Scan(&to)
		if err != nil {
			return "", fmt.Errorf("read handover: %w", err)
		}
		if to != "" {
			return to, nil
		}
	}
	if u.State == Active || len(u.Successors) == 0 {
		return "", nil
	}
	return u.Successors[0], nil
}
