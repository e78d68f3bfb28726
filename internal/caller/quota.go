package caller

import (
	"context"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/yinxin-org/yinxin/internal/clock"
	"github.com/yinxin-org/yinxin/internal/db"
)

// slots are the rows over which a day's limit is spread, so that uses at the same moment do not wait for one another. Each
// has its share of the limit; a use is refused when all are full, so what is counted is exact.
const slots = 8

// count takes one use of a type out of a day's limit, or tells that it is used up. It counts what was asked for, given or
// refused: asking is what wears a source out, and what a guesser does.
func (d *Desk) count(ctx context.Context, tx *db.Tx, systemID string, x Allowed) (bool, error) {
	on := beijingDay(d.o.Clock.Now())
	first := rand.IntN(slots) //nolint:gosec // spreads load, keeps no secret
	for i := range slots {
		slot := (first + i) % slots
		share := x.PerDay / slots
		if slot < x.PerDay%slots {
			share++
		}
		if share == 0 {
			continue
		}
		n, err := tx.Exec(ctx, `
			INSERT INTO application_use (system_id, day, type_code, slot, used)
			VALUES ($1, $2, $3, $4, 1)
			ON CONFLICT (system_id, day, type_code, slot) DO UPDATE
			SET used = application_use.used + 1
			WHERE application_use.used < $5`, systemID, on, x.Type, slot, share)
		if err != nil {
			return false, fmt.Errorf("count use: %w", err)
		}
		if n == 1 {
			return true, nil
		}
	}
	return false, nil
}

// Used tells how often a system used each type today.
func (d *Desk) Used(ctx context.Context, q *db.Tx, systemID string) (map[string]int, error) {
	rows, err := q.Query(ctx, `
		SELECT type_code, SUM(used)
		FROM application_use
		WHERE system_id = $1 AND day = $2
		GROUP BY type_code`, systemID, beijingDay(d.o.Clock.Now()))
	if err != nil {
		return nil, fmt.Errorf("read uses: %w", err)
	}
	defer func() { _ = rows.Close() }()
	out := map[string]int{}
	for rows.Next() {
		var code string
		var n int
		if err := rows.Scan(&code, &n); err != nil {
			return nil, fmt.Errorf("read uses: %w", err)
		}
		out[code] = n
	}
	return out, rows.Err()
}

func beijingDay(t time.Time) string { return t.In(clock.Shanghai).Format(time.DateOnly) }
