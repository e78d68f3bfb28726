package matter

import (
	"context"
	"fmt"
	"time"

	"github.com/yinxin-org/yinxin/internal/change"
	"github.com/yinxin-org/yinxin/internal/clock"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/errs"
)

// Covers reports whether an exemption holds for a matter of a unit in a region. What holds for a region holds for
// all that lies in it: 350100 covers 350102.
func (e Exemption) Covers(m Matter, region string) bool {
	return (e.Level == 0 || e.Level == m.Level) && (e.Unit == "" || e.Unit == m.Unit) &&
		(e.Matter == "" || e.Matter == m.Code || e.Matter == m.BaseCode) && within(region, e.Region)
}

// within reports whether a GB/T 2260 region lies in another: pairs of zeros at the end stand for all below.
func within(region, in string) bool {
	for len(in) >= 2 && in[len(in)-2:] == "00" {
		in = in[:len(in)-2]
	}
	return len(region) >= len(in) && region[:len(in)] == in
}

// Exempt reports whether licenses of a type need not be handed in for a matter at a moment (免提交).
func (s *Store) Exempt(ctx context.Context, q *db.Tx, m Matter, typeCode string, at time.Time) (bool, error) {
	found, _, err := s.Listings(ctx, q, ListFilter{List: ListExempt, State: Published, Type: typeCode})
	if err != nil {
		return false, err
	}
	unit, err := s.o.Units.Get(ctx, q, m.Unit)
	if err != nil {
		return false, err
	}
	for _, l := range found {
		if !at.Before(l.EffectiveOn) && l.Exemption.Covers(m, unit.Region) {
			return true, nil
		}
	}
	return false, nil
}

// Enrol makes a unit a verifier in a scenario for a term; once more changes the term. until is the first instant it
// is over, zero for no end.
func (s *Store) Enrol(ctx context.Context, tx *db.Tx, by change.By, scenarioID string, v Verifier) error {
	l, err := s.Listing(ctx, tx, ListScenario, scenarioID)
	if err != nil {
		return err
	}
	if l.State == Withdrawn {
		return errs.New(errs.Conflict, "list.state")
	}
	if _, err := s.o.Units.Get(ctx, tx, v.Unit); err != nil {
		return on(err, "unit")
	}
	if v.From.IsZero() {
		v.From = clock.Date(s.o.Clock.Now())
	}
	if !v.Until.IsZero() && !v.Until.After(v.From) {
		return errs.New(errs.Invalid, "scenario.term").On("until")
	}
	if err := s.putVerifier(ctx, tx, scenarioID, v); err != nil {
		return err
	}
	return s.o.Trail.Record(ctx, tx, by, change.Entry{Subject: change.Scenario, SubjectID: scenarioID, Action: "enrol", After: v})
}

// EndVerifier ends a unit's term in a scenario now.
func (s *Store) EndVerifier(ctx context.Context, tx *db.Tx, by change.By, scenarioID, unitID string) error {
	all, err := s.Verifiers(ctx, tx, scenarioID)
	if err != nil {
		return err
	}
	now := s.o.Clock.Now()
	for _, v := range all {
		if v.Unit != unitID || v.Over(now) {
			continue
		}
		before := v
		v.Until = now
		if err := s.putVerifier(ctx, tx, scenarioID, v); err != nil {
			return err
		}
		return s.o.Trail.Record(ctx, tx, by, change.Entry{Subject: change.Scenario, SubjectID: scenarioID, Action: "end-verifier",
			Before: before, After: v})
	}
	return errs.New(errs.NotFound, "scenario.verifier-unknown")
}

func (s *Store) putVerifier(ctx context.Context, tx *db.Tx, scenarioID string, v Verifier) error {
	_, err := tx.Exec(ctx, `
		INSERT INTO scenario_verifier (scenario_id, unit_id, from_at, until_at)
		VALUES ($1, $2, $3, $4)
		ON CONFLICT (scenario_id, unit_id) DO UPDATE
		SET from_at = excluded.from_at, until_at = excluded.until_at`, scenarioID, v.Unit, db.Micros(v.From), db.Micros(v.Until))
	if err != nil {
		return fmt.Errorf("enrol verifier: %w", err)
	}
	return nil
}

// Over reports whether the term is over at a moment.
func (v Verifier) Over(at time.Time) bool { return !v.Until.IsZero() && !at.Before(v.Until) }

// InForce reports whether the unit may verify in the scenario at a moment.
func (v Verifier) InForce(at time.Time) bool { return !at.Before(v.From) && !v.Over(at) }

// Verifiers lists the units that are or were enrolled in a scenario.
func (s *Store) Verifiers(ctx context.Context, q *db.Tx, scenarioID string) ([]Verifier, error) {
	rows, err := q.Query(ctx, `
		SELECT unit_id, from_at, until_at
		FROM scenario_verifier
		WHERE scenario_id = $1
		ORDER BY unit_id`, scenarioID)
	if err != nil {
		return nil, fmt.Errorf("list verifiers: %w", err)
	}
	defer func() { _ = rows.Close() }()
	var found []Verifier
	for rows.Next() {
		var v Verifier
		var from, until int64
		if err := rows.Scan(&v.Unit, &from, &until); err != nil {
			return nil, fmt.Errorf("list verifiers: %w", err)
		}
		v.From, v.Until = db.Time(from), db.Time(until)
		found = append(found, v)
	}
	return found, rows.Err()
}
