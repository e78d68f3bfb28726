package deadline

import (
	"context"
	"fmt"
	"time"

	"github.com/yinxin-org/yinxin/internal/db"
)

const columns = `kind, subject_id, unit_id, account_id, type_code, licenses, opened_at, due_at, ended_at, ended_by, outcome`

func list(ctx context.Context, q *db.Tx, query string, args ...any) ([]Deadline, error) {
	rows, err := q.Query(ctx, query, args...)
	if err != nil {
		return nil, fmt.Errorf("list deadlines: %w", err)
	}
	defer func() { _ = rows.Close() }()
	var found []Deadline
	for rows.Next() {
		var d Deadline
		var opened, due, ended int64
		err := rows.Scan(&d.Kind, &d.SubjectID, &d.UnitID, &d.AccountID, &d.TypeCode, &d.Licenses, &opened, &due, &ended, &d.EndedBy, &d.Outcome)
		if err != nil {
			return nil, fmt.Errorf("list deadlines: %w", err)
		}
		d.OpenedAt, d.DueAt, d.EndedAt = db.Time(opened), db.Time(due), db.Time(ended)
		found = append(found, d)
	}
	return found, rows.Err()
}

// State says which deadlines a board shows.
type State string

// What a board shows.
const (
	Running State = "running" // to be made, in time still
	Overdue State = "overdue" // 应制未制: to be made, too late
	Late    State = "late"    // made too late
	InTime  State = "inTime"  // made in time
)

// Board says which deadlines are looked at: those of a unit, and with Below of the units beneath it; of the ended ones,
// those that ended since a moment.
type Board struct {
	UnitID string
	Below  bool
	Since  time.Time
}

// beneath names the units of a board. The tree is asked here and not by a list of ids: a province has thousands.
const beneath = `
	WITH RECURSIVE beneath (unit_id) AS (
		SELECT CAST($1 AS TEXT)
		UNION ALL
		SELECT u.unit_id FROM unit u JOIN beneath b ON u.parent_id = b.unit_id
		WHERE $2 = 1
	) `

func (b Board) args(now time.Time) []any {
	below := 0
	if b.Below {
		below = 1
	}
	return []any{b.UnitID, below, db.Micros(now), db.Micros(b.Since)}
}

// in is the condition of a state; $3 is now and $4 since when.
var in = map[State]string{
	Running: `(ended_at = 0 AND due_at > $3)`,
	Overdue: `(ended_at = 0 AND due_at <= $3)`,
	Late:    `(outcome = 'made' AND ended_at >= due_at AND ended_at >= $4)`,
	InTime:  `(outcome = 'made' AND ended_at < due_at AND ended_at >= $4)`,
}

// List gives a board's deadlines of a state: those to be made with the most urgent first, the others with the latest
// end first.
func (s *Store) List(ctx context.Context, q *db.Tx, b Board, state State, kind Kind, limit, offset int) ([]Deadline, error) {
	order := `due_at, deadline_key`
	if state == Late || state == InTime {
		order = `ended_at DESC, deadline_key`
	}
	args := append(b.args(s.clock.Now()), string(kind), limit, offset)
	return list(ctx, q, beneath+`
		SELECT `+columns+`
		FROM deadline
		WHERE unit_id IN (SELECT unit_id FROM beneath) AND `+in[state]+` AND ($5 = '' OR kind = $5)
			AND (ended_at = 0 OR ended_at BETWEEN $4 AND $3)
		ORDER BY `+order+`
		LIMIT $6 OFFSET $7`, args...)
}

// Count is how a unit stands with its deadlines of a kind.
type Count struct {
	UnitID  string
	Kind    Kind
	Running int
	Overdue int
	Late    int
	InTime  int
	Next    time.Time // the first that is still to be kept or was not; zero: none is open
}

// Of is the number of a state.
func (c Count) Of(state State) int {
	return map[State]int{Running: c.Running, Overdue: c.Overdue, Late: c.Late, InTime: c.InTime}[state]
}

// Counts sums a board up by unit and kind.
func (s *Store) Counts(ctx context.Context, q *db.Tx, b Board) ([]Count, error) {
	rows, err := q.Query(ctx, beneath+`
		SELECT unit_id, kind,
			sum(CASE WHEN `+in[Running]+` THEN 1 ELSE 0 END),
			sum(CASE WHEN `+in[Overdue]+` THEN 1 ELSE 0 END),
			sum(CASE WHEN `+in[Late]+` THEN 1 ELSE 0 END),
			sum(CASE WHEN `+in[InTime]+` THEN 1 ELSE 0 END),
			coalesce(min(CASE WHEN ended_at = 0 THEN due_at END), 0)
		FROM deadline
		WHERE unit_id IN (SELECT unit_id FROM beneath) AND (ended_at = 0 OR ended_at BETWEEN $4 AND $3)
		GROUP BY unit_id, kind
		ORDER BY unit_id, kind`, b.args(s.clock.Now())...)
	if err != nil {
		return nil, fmt.Errorf("count deadlines: %w", err)
	}
	defer func() { _ = rows.Close() }()
	var found []Count
	for rows.Next() {
		var c Count
		var next int64
		if err := rows.Scan(&c.UnitID, &c.Kind, &c.Running, &c.Overdue, &c.Late, &c.InTime, &next); err != nil {
			return nil, fmt.Errorf("count deadlines: %w", err)
		}
		c.Next = db.Time(next)
		found = append(found, c)
	}
	return found, rows.Err()
}
