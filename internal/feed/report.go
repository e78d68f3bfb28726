package feed

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/yinxin-org/yinxin/internal/db"
)

// Row is one matter of one system on one day: what should have come, and what came.
type Row struct {
	Day      string
	SystemID string
	Matter   string
	Counted  bool // the system sent its tally of the day
	Expected Pair // by the tally
	Received Pair
	Late     int
	Lacking  int // messages without all elements
}

// Pair counts the two events.
type Pair struct{ Opened, Closed int }

// Missing is how many messages the tally says should still come.
func (r Row) Missing() int {
	return max(0, r.Expected.Opened-r.Received.Opened) + max(0, r.Expected.Closed-r.Received.Closed)
}

// Standing is a system's row of numbers.
type Standing struct {
	SystemID string
	Last     int64     // highest number that came
	Missing  int64     // numbers below it that did not
	Holes    []Hole    // the first of them
	At       time.Time // when the last message came
}

// Hole is a run of numbers that did not come.
type Hole struct{ From, To int64 }

// holesShown bounds the holes named of one system.
const holesShown = 20

// Filter narrows the report; SystemID may be empty.
type Filter struct {
	From, To string // days, both included
	SystemID string
}

// Report tells what came and what should have, by day, system and matter, the newest day first.
func (d *Desk) Report(ctx context.Context, q *db.Tx, f Filter) ([]Row, error) {
	rows, err := q.Query(ctx, `
		SELECT day, system_id, matter_code, SUM(counted), SUM(want_opened), SUM(want_closed), SUM(opened), SUM(closed), SUM(late), SUM(lacking)
		FROM (
			SELECT day, system_id, matter_code, 0 AS counted, 0 AS want_opened, 0 AS want_closed,
				CASE WHEN event = 'opened' THEN 1 ELSE 0 END AS opened,
				CASE WHEN event = 'closed' THEN 1 ELSE 0 END AS closed,
				late, CASE WHEN faults <> '[]' THEN 1 ELSE 0 END AS lacking
			FROM feed_message
			WHERE day >= $1 AND day <= $2
			UNION ALL
			SELECT day, system_id, matter_code, 1, opened, closed, 0, 0, 0, 0
			FROM feed_tally
			WHERE day >= $1 AND day <= $2
		) AS told
		WHERE $3 = '' OR system_id = $3
		GROUP BY day, system_id, matter_code
		ORDER BY day DESC, system_id, matter_code`, f.From, f.To, f.SystemID)
	if err != nil {
		return nil, fmt.Errorf("report on feed: %w", err)
	}
	defer func() { _ = rows.Close() }()
	found := []Row{}
	for rows.Next() {
		var r Row
		var counted int
		if err := rows.Scan(&r.Day, &r.SystemID, &r.Matter, &counted, &r.Expected.Opened, &r.Expected.Closed,
			&r.Received.Opened, &r.Received.Closed, &r.Late, &r.Lacking); err != nil {
			return nil, fmt.Errorf("report on feed: %w", err)
		}
		r.Counted = counted > 0
		found = append(found, r)
	}
	return found, rows.Err()
}

// Standings tells how the numbers of every system that ever sent stand.
func (d *Desk) Standings(ctx context.Context, q *db.Tx) ([]Standing, error) {
	rows, err := q.Query(ctx, `
		SELECT system_id, MAX(seq), MAX(seq) - COUNT(*), MAX(received_at)
		FROM feed_message
		GROUP BY system_id
		ORDER BY system_id`)
	if err != nil {
		return nil, fmt.Errorf("read numbers of feed: %w", err)
	}
	found := []Standing{}
	for rows.Next() {
		var s Standing
		var at int64
		if err := rows.Scan(&s.SystemID, &s.Last, &s.Missing, &at); err != nil {
			_ = rows.Close()
			return nil, fmt.Errorf("read numbers of feed: %w", err)
		}
		s.At = db.Time(at)
		found = append(found, s)
	}
	if err := errors.Join(rows.Err(), rows.Close()); err != nil {
		return nil, fmt.Errorf("read numbers of feed: %w", err)
	}
	for i := range found {
		if found[i].Missing == 0 {
			continue
		}
		if found[i].Holes, err = d.holes(ctx, q, found[i].SystemID); err != nil {
			return nil, err
		}
	}
	return found, nil
}

func (d *Desk) holes(ctx context.Context, q *db.Tx, systemID string) ([]Hole, error) {
	rows, err := q.Query(ctx, `
		SELECT before + 1, seq - 1
		FROM (
			SELECT seq, COALESCE(LAG(seq) OVER (ORDER BY seq), 0) AS before
			FROM feed_message
			WHERE system_id = $1
		) AS row_of_numbers
		WHERE seq > before + 1
		ORDER BY seq
		LIMIT $2`, systemID, holesShown)
	if err != nil {
		return nil, fmt.Errorf("find holes: %w", err)
	}
	defer func() { _ = rows.Close() }()
	var found []Hole
	for rows.Next() {
		var h Hole
		if err := rows.Scan(&h.From, &h.To); err != nil {
			return nil, fmt.Errorf("find holes: %w", err)
		}
		found = append(found, h)
	}
	return found, rows.Err()
}
