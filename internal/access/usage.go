package access

import (
	"context"
	"fmt"
	"time"

	"github.com/yinxin-org/yinxin/internal/clock"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/errs"
)

const (
	// UsageDays is the longest span that is counted at once.
	UsageDays = 366
	// usageMost is how many records are counted at once. More are refused, not counted in part: half a figure is no figure.
	usageMost = 200_000
)

// Usage is how often an issuer's licenses of one type were asked for on one day, on one ground, by one unit, and got or not.
type Usage struct {
	Day      time.Time // midnight in Beijing
	TypeCode string
	Ground   Ground
	UnitID   string // that asked; "" for holders themselves and the public
	Result   string
	N        int
}

// Usage counts the uses of the licenses that a unit issued (本单位证照使用情况), from a day to another, both in it. It tells of no
// holder and opens nothing. A span that is longer than UsageDays, or ends before it begins, is errs "usage.span"; one with more
// records than can be counted is "usage.many". 榕政办〔2018〕214号 第十八条.
func (d *Door) Usage(ctx context.Context, q *db.Tx, issuerID string, from, to time.Time) ([]Usage, error) {
	from, until := clock.Date(from), clock.EndOfDay(to)
	if days := until.Sub(from).Hours() / 24; issuerID == "" || days < 1 || days > UsageDays {
		return nil, errs.New(errs.Invalid, "usage.span").On("to")
	}
	_, zone := from.Zone()
	rows, err := q.Query(ctx, `
		SELECT (at + $4) / 86400000000, type_code, ground, unit_id, result, count(*)
		FROM (
			SELECT at, type_code, ground, unit_id, result
			FROM access_record
			WHERE issuer_id = $1 AND at >= $2 AND at < $3 AND record_id >= $6 AND record_id < $7
			ORDER BY at
			LIMIT $5
		) AS seen
		GROUP BY (at + $4) / 86400000000, type_code, ground, unit_id, result
		ORDER BY 1, 2, 3, 4, 5`, issuerID, db.Micros(from), db.Micros(until), int64(zone)*1_000_000, usageMost+1,
		floor(from), ceiling(until))
	if err != nil {
		return nil, fmt.Errorf("count uses: %w", err)
	}
	defer func() { _ = rows.Close() }()
	var found []Usage
	n := 0
	for rows.Next() {
		var u Usage
		var day int64
		if err := rows.Scan(&day, &u.TypeCode, &u.Ground, &u.UnitID, &u.Result, &u.N); err != nil {
			return nil, fmt.Errorf("count uses: %w", err)
		}
		u.Day = time.Unix(day*86400-int64(zone), 0).In(clock.Shanghai)
		n += u.N
		found = append(found, u)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("count uses: %w", err)
	}
	if n > usageMost {
		return nil, errs.New(errs.Invalid, "usage.many").On("to")
	}
	return found, nil
}

// idSlack is by how much the time in a record's id may differ from the time it states: the id is made a moment later.
const idSlack = time.Hour

// floor and ceiling bound the ids of what happened from one time to before another, so that PostgreSQL looks into no other months.
func floor(from time.Time) string { return db.FloorID(from.Add(-idSlack)) }

func ceiling(until time.Time) string { return db.FloorID(until.Add(idSlack)) }
