package org

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/yinxin-org/yinxin/gbcode"
	"github.com/yinxin-org/yinxin/internal/change"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/errs"
)

// MandateKind says what a unit lets another do.
type MandateKind string

// The kinds of mandates (委托).
const (
	Issue     MandateKind = "issue"      // 委托制证: licenses of types, by schools, hospitals, third parties
	FrontDesk MandateKind = "front-desk" // 综合窗口: takes cases of matters
	Convert   MandateKind = "convert"    // 存量转换: the unit that holds the data converts for another
)

// MandateState is how a mandate stands at a moment. It is never stored.
type MandateState string

// The states of a mandate.
const (
	NotYet  MandateState = "notYet"
	InForce MandateState = "inForce"
	Over    MandateState = "over"  // its term has run out
	Stopped MandateState = "ended" // early
)

// Mandate is what one unit entrusts to another.
type Mandate struct {
	ID         string      `json:"id"`
	From       string      `json:"from"`
	To         string      `json:"to"`
	Kind       MandateKind `json:"kind"`
	Scope      []string    `json:"scope"` // codes of types or, for FrontDesk, of matters; empty: all
	ValidFrom  time.Time   `json:"validFrom"`
	ValidTo    time.Time   `json:"validTo,omitzero"` // first instant it is no longer in force; zero: no end
	DecisionNo string      `json:"decisionNo,omitempty"`
	EndedAt    time.Time   `json:"endedAt,omitzero"`
	EndedFor   string      `json:"endedFor,omitempty"`
	Version    int64       `json:"-"`
}

// State is how it stands at a moment.
func (m Mandate) State(at time.Time) MandateState {
	switch {
	case !m.EndedAt.IsZero() && !at.Before(m.EndedAt):
		return Stopped
	case at.Before(m.ValidFrom):
		return NotYet
	case !m.ValidTo.IsZero() && !at.Before(m.ValidTo):
		return Over
	default:
		return InForce
	}
}

// covers reports whether a type or matter is in its scope.
func (m Mandate) covers(subject string) bool {
	return len(m.Scope) == 0 || slices.Contains(m.Scope, subject)
}

// Entrust enters a mandate.
func (s *Store) Entrust(ctx context.Context, tx *db.Tx, by change.By, m Mandate) (Mandate, error) {
	if err := m.check(); err != nil {
		return Mandate{}, err
	}
	if _, err := s.active(ctx, tx, m.From, "fromId"); err != nil {
		return Mandate{}, err
	}
	if _, err := s.active(ctx, tx, m.To, "toId"); err != nil {
		return Mandate{}, err
	}
	m.ID, m.Version, m.EndedAt, m.EndedFor, m.DecisionNo = db.NewID(), 1, time.Time{}, "", strings.TrimSpace(m.DecisionNo)
	if err := s.putMandate(ctx, tx, m); err != nil {
		return Mandate{}, err
	}
	return m, s.trail.Record(ctx, tx, by, change.Entry{Subject: change.Mandate, SubjectID: m.ID, Action: "create", After: m})
}

func (m *Mandate) check() error {
	switch {
	case m.Kind != Issue && m.Kind != FrontDesk && m.Kind != Convert:
		return errs.New(errs.Invalid, "field.option").On("kind")
	case m.From == m.To:
		return errs.New(errs.Invalid, "mandate.self").On("toId")
	case m.ValidFrom.IsZero():
		return errs.New(errs.Invalid, "field.required").On("validFrom")
	case m.ValidFrom.Year() < 1900: // a slip of the pen; before year 1 it could not even be answered
		return errs.New(errs.Invalid, "field.date").On("validFrom")
	case !m.ValidTo.IsZero() && !m.ValidTo.After(m.ValidFrom):
		return errs.New(errs.Invalid, "mandate.term").On("validTo")
	}
	if err := checkText("decisionNo", m.DecisionNo); err != nil {
		return err
	}
	slices.Sort(m.Scope)
	m.Scope = slices.Compact(m.Scope)
	for _, code := range m.Scope {
		wrong := gbcode.CheckTypeCode(code)
		if m.Kind == FrontDesk {
			_, wrong = gbcode.CheckMatterCode(code)
		}
		if wrong != nil {
			return errs.New(errs.Invalid, "mandate.scope").On("scope")
		}
	}
	return nil
}

func (s *Store) putMandate(ctx context.Context, tx *db.Tx, m Mandate) error {
	scope, err := list(m.Scope)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `
		INSERT INTO mandate (mandate_id, from_unit_id, to_unit_id, kind, scope, valid_from, valid_to, decision_no, ended_at, ended_for, row_version)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`,
		m.ID, m.From, m.To, string(m.Kind), scope, db.Micros(m.ValidFrom), db.Micros(m.ValidTo), m.DecisionNo,
		db.Micros(m.EndedAt), m.EndedFor, m.Version)
	if err != nil {
		return fmt.Errorf("put mandate: %w", err)
	}
	return nil
}

// EndMandate ends a mandate early, now.
func (s *Store) EndMandate(ctx context.Context, tx *db.Tx, by change.By, id string, version int64) (Mandate, error) {
	m, err := s.Mandate(ctx, tx, id)
	if err != nil {
		return Mandate{}, err
	}
	if m.Version != version {
		return Mandate{}, errs.New(errs.Conflict, "conflict")
	}
	now := s.o.Clock.Now()
	if state := m.State(now); state == Stopped || state == Over {
		return Mandate{}, errs.New(errs.Conflict, "mandate.over")
	}
	return s.stop(ctx, tx, by, m, now)
}

func (s *Store) stop(ctx context.Context, tx *db.Tx, by change.By, m Mandate, now time.Time) (Mandate, error) {
	ended := m
	ended.EndedAt, ended.EndedFor, ended.Version = now, strings.TrimSpace(by.Reason), m.Version+1
	n, err := tx.Exec(ctx, `
		UPDATE mandate
		SET ended_at = $1, ended_for = $2, row_version = $3
		WHERE mandate_id = $4 AND row_version = $5`, db.Micros(now), ended.EndedFor, ended.Version, m.ID, m.Version)
	if err != nil {
		return Mandate{}, fmt.Errorf("end mandate: %w", err)
	}
	if n == 0 {
		return Mandate{}, errs.New(errs.Conflict, "conflict")
	}
	return ended, s.trail.Record(ctx, tx, by, change.Entry{Subject: change.Mandate, SubjectID: m.ID, Action: "end", Before: m, After: ended})
}

// moveMandates ends a unit's open mandates and gives them anew in the name of its successor.
func (s *Store) moveMandates(ctx context.Context, tx *db.Tx, by change.By, from, to, decisionNo string) error {
	open, err := s.mandates(ctx, tx, `
		WHERE (from_unit_id = $1 OR to_unit_id = $1) AND ended_at = 0 AND (valid_to = 0 OR valid_to > $2)
		ORDER BY mandate_id`, from, db.Micros(s.o.Clock.Now()))
	if err != nil {
		return err
	}
	for _, m := range open {
		if _, err := s.stop(ctx, tx, by, m, s.o.Clock.Now()); err != nil {
			return err
		}
		if m.From == from {
			m.From = to
		}
		if m.To == from {
			m.To = to
		}
		if m.From == m.To {
			continue // what one entrusted to the other is now its own
		}
		m.ID, m.Version, m.DecisionNo = db.NewID(), 1, decisionNo
		if err := s.putMandate(ctx, tx, m); err != nil {
			return err
		}
		if err := s.trail.Record(ctx, tx, by, change.Entry{Subject: change.Mandate, SubjectID: m.ID, Action: "create", After: m}); err != nil {
			return err
		}
	}
	return nil
}

// mandates reads mandates by the end of a query.
func (s *Store) mandates(ctx context.Context, q *db.Tx, rest string, args ...any) ([]Mandate, error) {
	rows, err := q.Query(ctx, `
		SELECT mandate_id, from_unit_id, to_unit_id, kind, scope, valid_from, valid_to, decision_no, ended_at, ended_for, row_version
		FROM mandate `+rest, args...)
	if err != nil {
		return nil, fmt.Errorf("read mandates: %w", err)
	}
	defer func() { _ = rows.Close() }()
	found := []Mandate{}
	for rows.Next() {
		m, err := scanMandate(rows)
		if err != nil {
			return nil, fmt.Errorf("read mandates: %w", err)
		}
		found = append(found, m)
	}
	return found, rows.Err()
}

func scanMandate(r row) (Mandate, error) {
	var m Mandate
	var scope string
	var from, to, ended int64
	err := r.Scan(&m.ID, &m.From, &m.To, &m.Kind, &scope, &from, &to, &m.DecisionNo, &ended, &m.EndedFor, &m.Version)
	if err != nil {
		return Mandate{}, err
	}
	m.ValidFrom, m.ValidTo, m.EndedAt = db.Time(from), db.Time(to), db.Time(ended)
	m.Scope, err = unlist(scope)
	return m, err
}

// Mandate finds a mandate, or gives mandate.unknown.
func (s *Store) Mandate(ctx context.Context, q *db.Tx, id string) (Mandate, error) {
	found, err := s.mandates(ctx, q, `WHERE mandate_id = $1`, id)
	if err != nil {
		return Mandate{}, err
	}
	if len(found) == 0 {
		return Mandate{}, errs.New(errs.NotFound, "mandate.unknown")
	}
	return found[0], nil
}

// MandateFilter narrows a list of mandates; empty fields do not.
type MandateFilter struct {
	Unit   string // from or to it
	Kind   MandateKind
	State  MandateState // as of now
	Limit  int
	Offset int
}

// Mandates gives a part of the mandates that meet a filter, the newest first, and how many there are.
func (s *Store) Mandates(ctx context.Context, q *db.Tx, f MandateFilter) ([]Mandate, int, error) {
	c := &conditions{}
	if f.Unit != "" {
		c.add("(from_unit_id = ? OR to_unit_id = ?)", f.Unit)
	}
	if f.Kind != "" {
		c.add("kind = ?", string(f.Kind))
	}
	now := db.Micros(s.o.Clock.Now())
	switch f.State {
	case Stopped:
		c.add("ended_at > 0 AND ended_at <= ?", now)
	case NotYet:
		c.add("ended_at = 0 AND valid_from > ?", now)
	case Over:
		c.add("ended_at = 0 AND valid_to > 0 AND valid_to <= ?", now)
	case InForce:
		c.add("ended_at = 0 AND valid_from <= ? AND (valid_to = 0 OR valid_to > ?)", now)
	}
	where := c.where()
	var total int
	if err := q.QueryRow(ctx, `SELECT count(*) FROM mandate`+where, c.args...).Scan(&total); err != nil {
		return nil, 0, fmt.Errorf("count mandates: %w", err)
	}
	found, err := s.mandates(ctx, q, where+` ORDER BY mandate_id DESC`+c.page(f.Limit, f.Offset), c.args...)
	return found, total, err
}

// Mandated lists the units that have mandated another for a subject at a moment: a license type for Issue and
// Convert, a matter for FrontDesk.
func (s *Store) Mandated(ctx context.Context, q *db.Tx, kind MandateKind, to, subject string, at time.Time) ([]string, error) {
	all, err := s.mandates(ctx, q, `WHERE to_unit_id = $1 AND kind = $2 ORDER BY mandate_id`, to, string(kind))
	if err != nil {
		return nil, err
	}
	var from []string
	for _, m := range all {
		if m.State(at) == InForce && m.covers(subject) && !slices.Contains(from, m.From) {
			from = append(from, m.From)
		}
	}
	return from, nil
}

// texts reads a column of texts and closes the rows.
func texts(rows interface {
	row
	Next() bool
	Err() error
	Close() error
},
) ([]string, error) {
	defer func() { _ = rows.Close() }()
	var all []string
	for rows.Next() {
		var t string
		if err := rows.Scan(&t); err != nil {
			return nil, fmt.Errorf("read: %w", err)
		}
		all = append(all, t)
	}
	return all, rows.Err()
}
