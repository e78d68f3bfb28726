package license

import (
	"context"
	"fmt"
	"time"

	"github.com/yinxin-org/yinxin/internal/db"
)

// When is a moment seen from another: what was so at True, as far as it was known at Known.
type When struct{ True, Known time.Time }

// occurrence is an event of a license as it counts for its state.
type occurrence struct {
	action Action
	known  time.Time
	from   time.Time // since when it was so
}

// occurrences lists the events of a license that change its state, in the order in which they became true.
func (s *Store) occurrences(ctx context.Context, q *db.Tx, l License) ([]occurrence, error) {
	rows, err := q.Query(ctx, `
		SELECT action, at, CASE WHEN true_from > 0 THEN true_from ELSE at END AS since
		FROM license_event
		WHERE holder_id = $1 AND license_id = $2
		ORDER BY since, seq`, l.HolderID, l.ID)
	if err != nil {
		return nil, fmt.Errorf("list license events: %w", err)
	}
	defer func() { _ = rows.Close() }()
	var found []occurrence
	for rows.Next() {
		var x occurrence
		var known, from int64
		if err := rows.Scan(&x.action, &known, &from); err != nil {
			return nil, fmt.Errorf("list license events: %w", err)
		}
		if _, counts := rules[x.action]; counts {
			x.known, x.from = db.Time(known), db.Time(from)
			found = append(found, x)
		}
	}
	return found, rows.Err()
}

// replay gives a license as it was at a moment. What stands in its row and in no event counts as having been there.
func replay(l License, events []occurrence, at When) License {
	known := l.Holds
	end, holds := l.Ended, Holds("")
	for _, x := range events {
		r := rules[x.action]
		if r.ends {
			end = ""
		}
		known = known.Without(r.places).Without(r.lifts)
	}
	for _, x := range events {
		if x.known.After(at.Known) || x.from.After(at.True) {
			continue
		}
		switch r := rules[x.action]; {
		case r.ends && end == "":
			end = string(x.action)
		case r.places != "":
			holds = holds.With(r.places)
		case r.lifts != "":
			holds = holds.Without(r.lifts)
		}
	}
	for _, x := range known.All() {
		holds = holds.With(x)
	}
	l.Ended, l.Holds = end, holds
	return l
}

// StateAt is what a license was at a past moment, as it was known then.
func (s *Store) StateAt(ctx context.Context, q *db.Tx, l License, at time.Time) (State, error) {
	then, err := s.At(ctx, q, l, When{True: at, Known: at})
	return then.State(at), err
}

// At gives one version of a license as it was at a moment, seen from another: its end and its holds are those of then.
// What was not published by then was in the making.
func (s *Store) At(ctx context.Context, q *db.Tx, l License, at When) (License, error) {
	if l.Step != StepPublished || l.PublishedAt.After(at.Known) {
		l.Step, l.Ended, l.Holds = StepSealed, "", ""
		return l, nil
	}
	events, err := s.occurrences(ctx, q, l)
	if err != nil {
		return License{}, err
	}
	l = replay(l, events, at)
	return l, s.inspectedAt(ctx, q, &l, at)
}

// AsOf gives the version of a license that was the one at a moment, seen from another, as it was then: of those known by
// then the last one that had begun. A version begins when it is published, the first one with its period.
func (s *Store) AsOf(ctx context.Context, q *db.Tx, l License, at When) (License, error) {
	if l.Follows == "" && l.Ended != string(Superseded) { // the only version: most licenses are
		return s.At(ctx, q, l, at)
	}
	versions, err := s.Versions(ctx, q, l)
	if err != nil {
		return License{}, err
	}
	found := versions[0]
	for _, v := range versions[1:] {
		if v.Step == StepPublished && !v.PublishedAt.After(at.Known) && !v.PublishedAt.After(at.True) {
			found = v
		}
	}
	return s.At(ctx, q, found, at)
}
