package erasure

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/yinxin-org/yinxin/internal/access"
	"github.com/yinxin-org/yinxin/internal/clock"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/retention"
)

// legalHold is a hold (留置) that may keep a person: by name, by a case, or by a month in which there is a record of theirs.
type legalHold struct {
	subject, value string
	obstacle       Obstacle
}

// legalHolds are those on the person, on cases that they have or take part in or were looked at for, and on months with records
// of theirs: what a hold keeps in the database must stay readable, too.
func legalHolds(ctx context.Context, q *db.Tx, holderID string, now time.Time) ([]Obstacle, error) {
	all, err := holdsNow(ctx, q, now)
	if err != nil {
		return nil, err
	}
	var found []Obstacle
	for _, h := range all {
		is, err := h.keeps(ctx, q, holderID)
		if err != nil {
			return nil, err
		}
		if is {
			found = append(found, h.obstacle)
		}
	}
	return found, nil
}

func holdsNow(ctx context.Context, q *db.Tx, now time.Time) ([]legalHold, error) {
	rows, err := q.Query(ctx, `
		SELECT subject, value, ground, until_at
		FROM record_hold
		WHERE lifted_at = 0 AND (until_at = 0 OR until_at > $1)
		ORDER BY hold_id`, db.Micros(now))
	if err != nil {
		return nil, fmt.Errorf("look for holds: %w", err)
	}
	var all []legalHold
	for rows.Next() {
		h := legalHold{obstacle: Obstacle{Kind: "hold"}}
		var until int64
		if err := rows.Scan(&h.subject, &h.value, &h.obstacle.What, &until); err != nil {
			_ = rows.Close()
			return nil, fmt.Errorf("look for holds: %w", err)
		}
		h.obstacle.Until = db.Time(until)
		all = append(all, h)
	}
	return all, errors.Join(rows.Err(), rows.Close())
}

func (h legalHold) keeps(ctx context.Context, q *db.Tx, holderID string) (bool, error) {
	switch h.subject {
	case retention.OfHolder:
		return h.value == holderID, nil
	case retention.OfMonth:
		m, err := clock.ParseMonth(h.value)
		if err != nil {
			return false, fmt.Errorf("read hold: %w", err)
		}
		return access.HasUse(ctx, q, holderID, "", db.FloorID(m.Begin()), db.FloorID((m + 1).Begin()))
	}
	var n int
	err := q.QueryRow(ctx, `
		SELECT (SELECT count(*) FROM case_file WHERE holder_id = $1 AND case_no = $2)
			+ (SELECT count(*) FROM case_party WHERE party_holder_id = $1 AND case_no = $2)
			+ (SELECT count(*) FROM fed_case WHERE holder_id = $1 AND case_no = $2)
			+ (SELECT count(*) FROM provisional_case WHERE holder_id = $1 AND case_no = $2)
			+ (SELECT count(*) FROM access_record WHERE holder_id = $1 AND case_no = $2)`, holderID, h.value).Scan(&n)
	if err != nil {
		return false, fmt.Errorf("look for held cases: %w", err)
	}
	return n > 0, nil
}
