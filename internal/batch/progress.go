package batch

import (
	"context"
	"fmt"

	"github.com/yinxin-org/yinxin/internal/authn"
	"github.com/yinxin-org/yinxin/internal/change"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/errs"
)

// Progress is how far a unit is with converting its old licenses of a type.
type Progress struct {
	UnitID    string
	TypeCode  string
	Planned   int // 0: the unit has not said how many it holds
	Converted int
	LeftOut   int // expired, ended, or here already
	Faulty    int
	Waiting   int // good rows, and rows that somebody has to decide
	Batches   int
}

// Percent is how much of what was planned is settled, converted or left out for a reason; -1 without a plan.
func (p Progress) Percent() int {
	if p.Planned == 0 {
		return -1
	}
	return min(100, 100*(p.Converted+p.LeftOut)/p.Planned)
}

// Progress tells how far a unit is, and with below the units beneath it. It counts batches, of which each knows its own
// numbers, and never licenses.
func (d *Desk) Progress(ctx context.Context, q *db.Tx, unitID string, below bool) ([]Progress, error) {
	deep := 0
	if below {
		deep = 1
	}
	rows, err := q.Query(ctx, `
		WITH RECURSIVE beneath (unit_id) AS (
			SELECT CAST($1 AS TEXT)
			UNION ALL
			SELECT u.unit_id FROM unit u JOIN beneath b ON u.parent_id = b.unit_id
			WHERE $2 = 1
		)
		SELECT unit_id, type_code, sum(planned), sum(made), sum(left_out), sum(bad), sum(waiting), sum(batches)
		FROM (
			SELECT unit_id, type_code, planned, 0 AS made, 0 AS left_out, 0 AS bad, 0 AS waiting, 0 AS batches
			FROM stock_plan
			UNION ALL
			SELECT unit_id, type_code, 0, made, left_out, bad,
				CASE WHEN state = 'cancelled' THEN 0 ELSE total - made - left_out - bad END, 1
			FROM batch
			WHERE kind = 'stock'
		) AS parts
		WHERE unit_id IN (SELECT unit_id FROM beneath)
		GROUP BY unit_id, type_code
		ORDER BY unit_id, type_code`, unitID, deep)
	if err != nil {
		return nil, fmt.Errorf("count conversions: %w", err)
	}
	defer func() { _ = rows.Close() }()
	var list []Progress
	for rows.Next() {
		var p Progress
		if err := rows.Scan(&p.UnitID, &p.TypeCode, &p.Planned, &p.Converted, &p.LeftOut, &p.Faulty, &p.Waiting, &p.Batches); err != nil {
			return nil, fmt.Errorf("count conversions: %w", err)
		}
		list = append(list, p)
	}
	return list, rows.Err()
}

// maxPlanned bounds what a unit says it holds.
const maxPlanned = 1_000_000_000

// Plan keeps how many old licenses of a type the actor's unit holds.
func (d *Desk) Plan(ctx context.Context, a *authn.Actor, typeCode string, planned int, reason string) error {
	if planned < 1 || planned > maxPlanned {
		return errs.New(errs.Invalid, "stock.planned").On("planned").With("max", fmt.Sprint(maxPlanned))
	}
	return d.o.DB.Write(ctx, func(tx *db.Tx) error {
		if _, err := d.o.Types.Current(ctx, tx, typeCode); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `
			INSERT INTO stock_plan (unit_id, type_code, planned, updated_at)
			VALUES ($1, $2, $3, $4)
			ON CONFLICT (unit_id, type_code) DO UPDATE
			SET planned = excluded.planned, updated_at = excluded.updated_at`,
			a.UnitID, typeCode, planned, db.Micros(d.o.Clock.Now())); err != nil {
			return fmt.Errorf("keep plan: %w", err)
		}
		return d.o.Trail.Record(ctx, tx, change.Of(a, reason), change.Entry{Subject: change.Batch, SubjectID: a.UnitID + "/" + typeCode,
			Action: "plan", After: map[string]any{"type": typeCode, "planned": planned}})
	})
}
