package db

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"time"

	"github.com/google/uuid"

	"github.com/yinxin-org/yinxin/internal/clock"
)

// On PostgreSQL the records of uses stand in monthly parts, so that a month leaves as a whole (ADR 38). They are parted by
// their ids, whose first 48 bits are the time: so the primary key stays what it is on SQLite, and a question that names a
// record goes to one part. A first part has what was there before, a last one whatever no month was made for, so that a use
// is never refused for want of a part.
const (
	monthly     = "access_record"
	monthlyKey  = "record_id"
	monthBefore = monthly + "_before"
	monthLater  = monthly + "_later"
	monthsAhead = 3
)

// The lock on all parts is waited for this long; then the caller tries again later. Uses wait behind whoever waits.
const lockWait = `SET LOCAL lock_timeout = '3s'`

// FloorID is the least id that NewID, or whoever makes ids as it does, can make at t or later.
func FloorID(t time.Time) string {
	ms := t.UnixMilli()
	return fmt.Sprintf("%08x-%04x-0000-0000-000000000000", uint64(ms)>>16&0xffffffff, uint64(ms)&0xffff)
}

// MonthOfID is the month in which an id was made.
func MonthOfID(id string) (clock.Month, error) {
	u, err := uuid.Parse(id)
	if err != nil {
		return 0, fmt.Errorf("read id: %w", err)
	}
	var ms int64
	for _, b := range u[:6] {
		ms = ms<<8 | int64(b)
	}
	return clock.MonthOf(time.UnixMilli(ms)), nil
}

func monthName(from, to clock.Month) string {
	name := monthly + from.Begin().Format("_200601")
	if to > from+1 {
		name += (to - 1).Begin().Format("_200601")
	}
	return name
}

func quoted(m clock.Month) string { return "'" + FloorID(m.Begin()) + "'" }

// monthSpan is what a part holds, from the first month to before the second.
func monthSpan(from, to clock.Month) string {
	return " FOR VALUES FROM (" + quoted(from) + ") TO (" + quoted(to) + ")"
}

// divide turns the plain table that the migrations make into one of parts. What stands in it becomes the first part.
func (d *DB) divide(ctx context.Context) error {
	return d.Write(ctx, func(tx *Tx) error {
		var kind, newest string
		const kindOf = `SELECT relkind::text FROM pg_class WHERE oid = '` + monthly + `'::regclass`
		if err := tx.QueryRow(ctx, kindOf).Scan(&kind); err != nil || kind == "p" {
			return err
		}
		if _, err := tx.Exec(ctx, `LOCK TABLE `+monthly+` IN ACCESS EXCLUSIVE MODE`); err != nil {
			return err
		}
		if err := tx.QueryRow(ctx, kindOf).Scan(&kind); err != nil || kind == "p" {
			return err // another process was first
		}
		if err := tx.QueryRow(ctx, `SELECT COALESCE(MAX(`+monthlyKey+`), '') FROM `+monthly).Scan(&newest); err != nil {
			return err
		}
		first := clock.MonthOf(time.Date(2020, 1, 1, 0, 0, 0, 0, clock.Shanghai)) // before there was any record
		if newest != "" {
			m, err := MonthOfID(newest)
			if err != nil {
				return err
			}
			first = m + 1
		}
		return execAll(ctx, tx,
			`ALTER TABLE `+monthly+` RENAME TO `+monthBefore,
			`ALTER INDEX `+monthly+`_pkey RENAME TO `+monthBefore+`_pkey`,
			`CREATE TABLE `+monthly+` (LIKE `+monthBefore+` INCLUDING DEFAULTS INCLUDING INDEXES) PARTITION BY RANGE (`+monthlyKey+`)`,
			`ALTER TABLE `+monthly+` ATTACH PARTITION `+monthBefore+` FOR VALUES FROM (MINVALUE) TO (`+quoted(first)+`)`,
			later(first))
	})
}

func later(from clock.Month) string {
	return `CREATE TABLE ` + monthLater + ` PARTITION OF ` + monthly + ` FOR VALUES FROM (` + quoted(from) + `) TO (MAXVALUE)`
}

func execAll(ctx context.Context, tx *Tx, statements ...string) error {
	for _, s := range statements {
		if _, err := tx.Exec(ctx, s); err != nil {
			return err
		}
	}
	return nil
}

var lowerBound = regexp.MustCompile(`FROM \('([0-9a-f-]{36})'\)`)

// laterFrom is the first month of the last part.
func laterFrom(ctx context.Context, q *Tx) (clock.Month, error) {
	var bound string
	err := q.QueryRow(ctx, `SELECT pg_get_expr(relpartbound, oid) FROM pg_class WHERE oid = '`+monthLater+`'::regclass`).Scan(&bound)
	if err != nil {
		return 0, err
	}
	found := lowerBound.FindStringSubmatch(bound)
	if found == nil {
		return 0, errors.New("part of a table with another bound")
	}
	return MonthOfID(found[1])
}

// GrowMonths makes the parts of the months to come, where the database has parts. Whatever stands in the last part already,
// because nobody called for months, becomes a part of those months.
func (d *DB) GrowMonths(ctx context.Context, now time.Time) error {
	if d.dialect == sqlite {
		return nil
	}
	want := clock.MonthOf(now) + monthsAhead
	var from clock.Month
	err := d.Read(ctx, func(q *Tx) (err error) {
		from, err = laterFrom(ctx, q)
		return err
	})
	if err == nil && from < want {
		err = d.Write(ctx, func(tx *Tx) error { return growMonths(ctx, tx, clock.MonthOf(now), want) })
	}
	if err != nil {
		return fmt.Errorf("make months: %w", err)
	}
	return nil
}

func growMonths(ctx context.Context, tx *Tx, now, want clock.Month) error {
	if err := execAll(ctx, tx, lockWait, `LOCK TABLE `+monthly+` IN ACCESS EXCLUSIVE MODE`); err != nil {
		return err
	}
	from, err := laterFrom(ctx, tx)
	if err != nil || from >= want {
		return err
	}
	var newest string
	if err := tx.QueryRow(ctx, `SELECT COALESCE(MAX(`+monthlyKey+`), '') FROM `+monthLater).Scan(&newest); err != nil {
		return err
	}
	statements := []string{`ALTER TABLE ` + monthly + ` DETACH PARTITION ` + monthLater}
	attach := func(table string, to clock.Month) string {
		return `ALTER TABLE ` + monthly + ` ATTACH PARTITION ` + table + monthSpan(from, to)
	}
	switch {
	case newest != "":
		last, err := MonthOfID(newest)
		if err != nil {
			return err
		}
		to := last + 1
		statements = append(statements, `ALTER TABLE `+monthLater+` RENAME TO `+monthName(from, to), attach(monthName(from, to), to))
		from = to
	case from < now: // nothing was recorded in months that are over
		statements = append(statements, `ALTER TABLE `+monthLater+` RENAME TO `+monthName(from, now), attach(monthName(from, now), now))
		from = now
	default:
		statements = append(statements, `DROP TABLE `+monthLater)
	}
	for ; from < want; from++ {
		statements = append(statements, `CREATE TABLE `+monthName(from, from+1)+` PARTITION OF `+monthly+monthSpan(from, from+1))
	}
	return execAll(ctx, tx, append(statements, later(from))...)
}

// errLateRecord says that a month has other records than were counted.
var errLateRecord = errors.New("a month has records that nobody counted")

// IsPart reports whether a month is a part of its own, which DropMonth can take away.
func (d *DB) IsPart(ctx context.Context, q *Tx, m clock.Month) (bool, error) {
	if d.dialect == sqlite {
		return false, nil
	}
	var n int
	err := q.QueryRow(ctx, `
		SELECT count(*)
		FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
		WHERE i.inhparent = '`+monthly+`'::regclass AND c.relname = $1`, monthName(m, m+1)).Scan(&n)
	return n > 0, err
}

// DropMonth takes the records of a month that is a part of its own away in one step. They must be as many as the caller has
// counted; otherwise nothing is done and there is an error.
func (d *DB) DropMonth(ctx context.Context, tx *Tx, m clock.Month, counted int64) error {
	name := monthName(m, m+1)
	if err := execAll(ctx, tx, lockWait, `ALTER TABLE `+monthly+` DETACH PARTITION `+name); err != nil {
		return err
	}
	var n int64
	if err := tx.QueryRow(ctx, `SELECT count(*) FROM `+name).Scan(&n); err != nil {
		return err
	}
	if n != counted {
		return errLateRecord
	}
	return execAll(ctx, tx, `DROP TABLE `+name)
}
