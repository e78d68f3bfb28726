package erasure

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/yinxin-org/yinxin/internal/catalog"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/errs"
	"github.com/yinxin-org/yinxin/internal/license"
)

// Scope is what an erasure would take away, and what stands in its way.
type Scope struct {
	HolderID  string
	Masked    string
	Counts    map[string]int64 // rows by table, without tables that have none
	Licenses  int              // that nobody else holds
	Joint     int              // that stay, for somebody else holds them too
	Obstacles []Obstacle
}

// Obstacle is something that stands in the way.
type Obstacle struct {
	Kind  string // seal, hold, case, license, pledge, appeal, operation, inspection, records, retention
	Type  string // code of the license's type that it is about; "" where it is about none
	What  string // number of the case or of the paper that orders a hold; "" where there is none
	Until time.Time
}

// judge tells of a person what they hold and what stands in the way at the moment.
func (d *Desk) judge(ctx context.Context, q *db.Tx, holderID string) (Scope, error) {
	h, err := d.o.Holders.Get(ctx, q, holderID)
	if err != nil {
		return Scope{}, err
	}
	if h.Kind != catalog.Natural || h.Erased { // of others nothing is personal
		return Scope{}, errs.New(errs.Conflict, "erasure.person")
	}
	s := Scope{HolderID: holderID, Masked: h.Profile.Masked(), Counts: map[string]int64{}}
	held, err := d.o.Licenses.Held(ctx, q, holderID, "")
	if err != nil {
		return Scope{}, err
	}
	for _, l := range held {
		if len(l.Holders) > 1 {
			s.Joint++
		} else {
			s.Licenses++
		}
	}
	s.Obstacles, err = d.obstacles(ctx, q, holderID, held)
	return s, err
}

// Scope judges, and counts what there is.
func (d *Desk) Scope(ctx context.Context, q *db.Tx, holderID string) (Scope, error) {
	s, err := d.judge(ctx, q, holderID)
	if err != nil {
		return Scope{}, err
	}
	s.Counts["license"] = int64(s.Licenses)
	for _, r := range rules {
		if r.of == "license" { // they are all still there
			continue
		}
		var n int64
		if err := q.QueryRow(ctx, `SELECT count(*) FROM `+r.table+` WHERE `+r.where, holderID).Scan(&n); err != nil {
			return Scope{}, fmt.Errorf("count %s: %w", r.table, err)
		}
		s.Counts[r.table] += n
	}
	for table, n := range s.Counts {
		if n == 0 {
			delete(s.Counts, table)
		}
	}
	return s, nil
}

func (d *Desk) obstacles(ctx context.Context, q *db.Tx, holderID string, held []license.License) ([]Obstacle, error) {
	now := d.o.Clock.Now()
	var found []Obstacle
	for _, l := range held {
		for _, x := range l.Holds.All() {
			switch x {
			case license.Pledged:
				found = append(found, Obstacle{Kind: "pledge", Type: l.TypeCode})
			case license.Disputed, license.Suspended:
				found = append(found, Obstacle{Kind: "hold", Type: l.TypeCode})
			}
		}
		if s := l.State(now); s.Verdict() != "ended" {
			found = append(found, Obstacle{Kind: "license", Type: l.TypeCode, Until: l.ValidTo})
		}
	}
	for _, x := range standing {
		some, err := list(ctx, q, x.kind, x.query, holderID)
		if err != nil {
			return nil, err
		}
		for _, what := range some {
			o := Obstacle{Kind: x.kind, What: what}
			if x.typed {
				o.Type, o.What = what, ""
			}
			found = append(found, o)
		}
	}
	holds, err := legalHolds(ctx, q, holderID, now)
	if err != nil {
		return nil, err
	}
	found = append(found, holds...)
	last, err := d.last(ctx, q, holderID, held)
	if err != nil {
		return nil, err
	}
	for kind, at := range last {
		if until := at.AddDate(Keep, 0, 0); !at.IsZero() && now.Before(until) {
			found = append(found, Obstacle{Kind: kind, Until: until})
		}
	}
	slices.SortStableFunc(found, func(a, b Obstacle) int {
		return slices.Index(kinds, a.Kind) - slices.Index(kinds, b.Kind)
	})
	return found, nil
}

// kinds are those of obstacles, in the order in which they are listed.
var kinds = []string{"hold", "case", "license", "pledge", "seal", "appeal", "operation", "inspection", "records", "retention"}

// standing finds what is not over. Each query gives what it is about, the typed ones the code of a license's type.
var standing = []struct {
	kind, query string
	typed       bool
}{
	{kind: "case", query: `SELECT case_no FROM case_file WHERE holder_id = $1 AND state <> 'closed'`},
	{kind: "case", query: `SELECT c.case_no
		FROM case_party p
		JOIN case_file c ON c.holder_id = p.holder_id AND c.case_no = p.case_no
		WHERE p.party_holder_id = $1 AND p.holder_id <> $1 AND c.state <> 'closed'`},
	{kind: "case", query: `SELECT case_no FROM fed_case WHERE holder_id = $1 AND closed_at = 0 AND outcome = ''`},
	{kind: "case", query: `SELECT case_no FROM provisional_case WHERE holder_id = $1 AND state = 'open'`},
	{kind: "case", query: `SELECT case_no FROM commitment WHERE holder_id = $1 AND state IN ('offered', 'waiting')`},
	{kind: "appeal", query: `SELECT type_code FROM appeal WHERE holder_id = $1 AND state <> 'closed'`, typed: true},
	{kind: "appeal", query: `SELECT case_no FROM violation WHERE holder_id = $1 AND state = 'waiting'`},
	{kind: "operation", query: `SELECT action FROM life_operation WHERE holder_id = $1 AND state = 'open'`},
	{kind: "inspection", query: `SELECT type_code FROM inspection WHERE holder_id = $1 AND step IN ('applied', 'examined')`, typed: true},
	{kind: "inspection", query: `SELECT matter_code FROM inspection_task WHERE holder_id = $1 AND finished_at = 0`},
	{kind: "seal", query: `SELECT seal_code FROM seal WHERE bound_holder = $1`},
}

func list(ctx context.Context, q *db.Tx, kind, query, holderID string) (found []string, err error) {
	rows, err := q.Query(ctx, query+` LIMIT 20`, holderID) // enough to see what is to be done first
	if err != nil {
		return nil, fmt.Errorf("look for %s: %w", kind, err)
	}
	for rows.Next() {
		var what string
		if err := rows.Scan(&what); err != nil {
			_ = rows.Close()
			return nil, fmt.Errorf("look for %s: %w", kind, err)
		}
		found = append(found, what)
	}
	return found, errors.Join(rows.Err(), rows.Close())
}

// last is when something happened last: a use of a license, and anything at all.
func (d *Desk) last(ctx context.Context, q *db.Tx, holderID string, held []license.License) (map[string]time.Time, error) {
	out := map[string]time.Time{}
	for kind, query := range map[string]string{
		"records":   `SELECT COALESCE(MAX(at), 0) FROM access_record WHERE holder_id = $1`,
		"retention": `SELECT COALESCE(MAX(created_at), 0) FROM log_leaf WHERE holder_id = $1`,
	} {
		var at int64
		if err := q.QueryRow(ctx, query, holderID).Scan(&at); err != nil {
			return nil, fmt.Errorf("look for the last record: %w", err)
		}
		out[kind] = db.Time(at)
	}
	for _, l := range held {
		// What ended a license is in the log; that it expired is not.
		if l.Ended == "" && l.ValidTo.After(out["retention"]) && !l.ValidTo.After(d.o.Clock.Now()) {
			out["retention"] = l.ValidTo
		}
	}
	return out, nil
}
