package db_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/yinxin-org/yinxin/internal/clock"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/db/dbtest"
)

// recordAt enters a record of a use of a moment.
func recordAt(t *testing.T, d *db.DB, at time.Time) {
	t.Helper()
	ctx := t.Context()
	err := d.Write(ctx, func(tx *db.Tx) error {
		_, err := tx.Exec(ctx, `
			INSERT INTO access_record (holder_id, record_id, at, ground, result, reasons, account_id, unit_id, role, case_no, matter_code,
				license_id, version_no, type_code, fields, purpose, place)
			VALUES ('h', $1, $2, 'self', 'given', '[]', '', '', '', '', '', '', 1, '', '[]', $3, '')`,
			db.FloorID(at), db.Micros(at), []byte{})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// parts gives the parts that hold records, with their number.
func parts(t *testing.T, d *db.DB) map[string]int {
	t.Helper()
	ctx, found := t.Context(), map[string]int{}
	err := d.Read(ctx, func(q *db.Tx) error {
		rows, err := q.Query(ctx, `SELECT tableoid::regclass::text, count(*) FROM access_record GROUP BY 1`)
		if err != nil {
			return err
		}
		defer func() { _ = rows.Close() }()
		for rows.Next() {
			var name string
			var n int
			if err := rows.Scan(&name, &n); err != nil {
				return err
			}
			found[name] = n
		}
		return rows.Err()
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

func beijing(t *testing.T, day string) time.Time {
	t.Helper()
	at, err := time.ParseInLocation(time.DateOnly, day, clock.Shanghai)
	if err != nil {
		t.Fatal(err)
	}
	return at
}

// A record stands in the part of its month; what came before months were made, or when nobody made them, is not refused; and
// a month leaves in one step, but not with a record that nobody counted.
func TestMonths(t *testing.T) {
	t.Parallel()
	d := openMigrated(t, dbtest.Postgres(t))
	ctx := t.Context()
	grow := func(day string) {
		t.Helper()
		for range 2 { // again changes nothing
			if err := d.GrowMonths(ctx, beijing(t, day)); err != nil {
				t.Fatal(err)
			}
		}
	}
	recordAt(t, d, beijing(t, "2019-06-01"))
	recordAt(t, d, beijing(t, "2026-09-01"))
	recordAt(t, d, beijing(t, "2026-10-31"))
	grow("2026-11-26")
	recordAt(t, d, beijing(t, "2026-11-01"))
	recordAt(t, d, beijing(t, "2026-12-01").Add(-time.Millisecond))
	recordAt(t, d, beijing(t, "2026-12-01"))
	recordAt(t, d, beijing(t, "2028-05-05")) // long after the last month that was made
	want := map[string]int{"access_record_before": 1, "access_record_202001_202610": 2, "access_record_202611": 2,
		"access_record_202612": 1, "access_record_later": 1}
	if got := parts(t, d); !equal(got, want) {
		t.Errorf("records stand in %v, want %v", got, want)
	}
	for part := range want { // the key, by issuer, by time
		var n int
		if err := d.Read(ctx, func(q *db.Tx) error {
			return q.QueryRow(ctx, `SELECT count(*) FROM pg_indexes WHERE tablename = $1`, part).Scan(&n)
		}); err != nil || n != 3 {
			t.Errorf("%s has %d indexes: %v", part, n, err)
		}
	}
	grow("2028-06-01")
	recordAt(t, d, beijing(t, "2028-06-02"))
	delete(want, "access_record_later")
	want["access_record_202702_202805"], want["access_record_202806"] = 1, 1
	if got := parts(t, d); !equal(got, want) {
		t.Errorf("later records stand in %v, want %v", got, want)
	}

	drop := func(month string, counted int64) (is bool, err error) {
		m, err := clock.ParseMonth(month)
		if err != nil {
			t.Fatal(err)
		}
		err = d.Write(ctx, func(tx *db.Tx) (err error) {
			if is, err = d.IsPart(ctx, tx, m); err == nil && is {
				err = d.DropMonth(ctx, tx, m, counted)
			}
			return err
		})
		return is, err
	}
	if is, err := drop("2026-11", 1); !is || err == nil {
		t.Errorf("a month left with a record that was not counted: %t, %v", is, err)
	}
	if is, err := drop("2026-10", 1); is || err != nil {
		t.Errorf("a month left from among others: %t, %v", is, err)
	}
	if is, err := drop("2026-11", 2); !is || err != nil {
		t.Errorf("month left: %t, %v", is, err)
	}
	delete(want, "access_record_202611")
	if got := parts(t, d); !equal(got, want) {
		t.Errorf("after a month left, records stand in %v, want %v", got, want)
	}
}

func equal(a, b map[string]int) bool {
	same := len(a) == len(b)
	for k, n := range a {
		same = same && b[k] == n
	}
	return same
}

// What an installation had recorded before there were months stays where it is, as the first part.
func TestMonthsOfAnOlderInstallation(t *testing.T) {
	t.Parallel()
	d := openMigrated(t, dbtest.Postgres(t))
	ctx := t.Context()
	recordAt(t, d, beijing(t, "2026-10-15"))
	err := d.Write(ctx, func(tx *db.Tx) error { // back to how the migrations left it
		for _, s := range []string{
			`CREATE TABLE plain (LIKE access_record INCLUDING DEFAULTS)`, `INSERT INTO plain SELECT * FROM access_record`,
			`DROP TABLE access_record`, `ALTER TABLE plain RENAME TO access_record`,
			`ALTER TABLE access_record ADD CONSTRAINT access_record_pkey PRIMARY KEY (holder_id, record_id)`,
		} {
			if _, err := tx.Exec(ctx, s); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := d.Migrate(ctx); err != nil {
			t.Fatal(err)
		}
	}
	recordAt(t, d, beijing(t, "2026-10-31")) // of the month that was under way
	recordAt(t, d, beijing(t, "2026-11-01"))
	want := map[string]int{"access_record_before": 2, "access_record_later": 1}
	if got := parts(t, d); !equal(got, want) {
		t.Errorf("records stand in %v, want %v", got, want)
	}
}

func openMigrated(t *testing.T, url string) *db.DB {
	t.Helper()
	ctx := context.Background()
	d, err := db.Open(ctx, url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = d.Close() })
	if err := d.Migrate(ctx); err != nil {
		t.Fatal(err)
	}
	return d
}

// Ids are in the order of time, and tell their month.
func TestIDsTellTheirTime(t *testing.T) {
	t.Parallel()
	before, after := time.Now().Truncate(time.Millisecond), time.Now().Add(time.Hour)
	id := db.NewID()
	if ids := []string{db.FloorID(before), id, db.FloorID(after)}; !slices.IsSorted(ids) {
		t.Errorf("not in the order of their times: %v", ids)
	}
	if m, err := db.MonthOfID(id); err != nil || m < clock.MonthOf(before) || m > clock.MonthOf(after) {
		t.Errorf("id of %s, %v", m, err)
	}
	if _, err := db.MonthOfID("x"); err == nil {
		t.Error("no id has a month")
	}
}
