package retention

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/yinxin-org/yinxin/internal/clock"
	"github.com/yinxin-org/yinxin/internal/db"
)

// The states of a month that leaves.
const (
	writing  = "writing"  // its file is being made
	archived = "archived" // its file was read again and is right
	leaving  = "leaving"  // the log has the record of it; parts may be gone
	left     = "left"
)

// Month is how a month stands that leaves, or has left.
type Month struct {
	Month   string    `json:"month"`
	State   string    `json:"state"`
	Records int64     `json:"records"`
	Digest  []byte    `json:"digest"` // SM3 of the file
	Through string    `json:"-"`      // the last leaf that was parted with
	LeafNo  string    `json:"leafNo"` // 存证编号 of the record that it left
	LeftAt  time.Time `json:"leftAt,omitzero"`
}

const monthColumns = `month, state, records, digest, through, leaf_no, left_at`

func scanMonth(scan func(...any) error) (Month, error) {
	var m Month
	var at int64
	err := scan(&m.Month, &m.State, &m.Records, &m.Digest, &m.Through, &m.LeafNo, &at)
	m.LeftAt = db.Time(at)
	return m, err
}

func months(ctx context.Context, q *db.Tx) (map[string]Month, error) {
	rows, err := q.Query(ctx, `SELECT `+monthColumns+` FROM record_month`)
	if err != nil {
		return nil, fmt.Errorf("list months: %w", err)
	}
	defer func() { _ = rows.Close() }()
	found := map[string]Month{}
	for rows.Next() {
		m, err := scanMonth(rows.Scan)
		if err != nil {
			return nil, fmt.Errorf("list months: %w", err)
		}
		found[m.Month] = m
	}
	return found, rows.Err()
}

// Months tells of the months that leave or have left, by their names.
func (d *Desk) Months(ctx context.Context) (found map[string]Month, err error) {
	err = d.o.DB.Read(ctx, func(q *db.Tx) error {
		found, err = months(ctx, q)
		return err
	})
	return found, err
}

// month is how a month stands; without a state if nothing was done about it.
func (d *Desk) month(ctx context.Context, m clock.Month) (row Month, err error) {
	err = d.o.DB.Read(ctx, func(q *db.Tx) error {
		row, err = scanMonth(q.QueryRow(ctx, `SELECT `+monthColumns+` FROM record_month WHERE month = $1`, m.String()).Scan)
		return err
	})
	if errors.Is(err, db.ErrNoRows) {
		return Month{}, nil
	}
	if err != nil {
		return Month{}, fmt.Errorf("get month: %w", err)
	}
	return row, nil
}

// claim takes a month for this node, so that no two write its file.
func (d *Desk) claim(ctx context.Context, m clock.Month) (mine bool, err error) {
	now := d.o.Clock.Now()
	err = d.o.DB.Write(ctx, func(tx *db.Tx) error {
		n, err := tx.Exec(ctx, `
			INSERT INTO record_month (month, state, claimed_by, claimed_at, records, digest, through, leaf_no, left_at)
			VALUES ($1, 'writing', $2, $3, 0, $4, '', '', 0)
			ON CONFLICT (month) DO UPDATE
			SET claimed_by = excluded.claimed_by, claimed_at = excluded.claimed_at
			WHERE record_month.state = 'writing' AND (record_month.claimed_by = excluded.claimed_by OR record_month.claimed_at < $5)`,
			m.String(), d.o.Node, db.Micros(now), []byte{}, db.Micros(now.Add(-claimFor)))
		mine = n == 1
		return err
	})
	if err != nil {
		return false, fmt.Errorf("claim month: %w", err)
	}
	return mine, nil
}

var errMoved = errors.New("another process has taken the month over")

// move brings a month from a state to how it stands next, if it is in that state and of this node, or was written.
func move(ctx context.Context, tx *db.Tx, m clock.Month, from string, to Month) error {
	digest := to.Digest
	if digest == nil {
		digest = []byte{}
	}
	n, err := tx.Exec(ctx, `
		UPDATE record_month
		SET state = $1, records = $2, digest = $3, through = $4, leaf_no = $5, left_at = $6
		WHERE month = $7 AND state = $8`,
		to.State, to.Records, digest, to.Through, to.LeafNo, db.Micros(to.LeftAt), m.String(), from)
	if err != nil {
		return fmt.Errorf("move month: %w", err)
	}
	if n != 1 {
		return errMoved
	}
	return nil
}

func (d *Desk) set(ctx context.Context, m clock.Month, from string, to Month) error {
	return d.o.DB.Write(ctx, func(tx *db.Tx) error { return move(ctx, tx, m, from, to) })
}
