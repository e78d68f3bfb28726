package workday_test

import (
	"context"
	"testing"
	"time"

	"github.com/yinxin-org/yinxin/internal/clock"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/db/dbtest"
	"github.com/yinxin-org/yinxin/internal/workday"
)

func day(t *testing.T, s string) time.Time {
	t.Helper()
	d, err := time.ParseInLocation(time.DateOnly, s, clock.Shanghai)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// each runs a test with the calendar of a fresh database.
func each(t *testing.T, fn func(t *testing.T, d *db.DB, c *workday.Calendar)) {
	t.Helper()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		c, err := workday.Open(context.Background(), d)
		if err != nil {
			t.Fatal(err)
		}
		fn(t, d, c)
	})
}

func TestIsKnowsHolidaysAndMovedDays(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, _ *db.DB, c *workday.Calendar) {
		for date, want := range map[string]bool{
			"2026-11-23": true,  // Monday
			"2026-11-22": false, // Sunday
			"2026-10-01": false, // National Day
			"2026-10-10": true,  // Saturday worked in exchange
			"2025-10-08": false, // Wednesday off
		} {
			if got := c.Is(day(t, date)); got != want {
				t.Errorf("%s: working day %v, want %v", date, got, want)
			}
		}
	})
}

func TestAfterSkipsTheHoliday(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, _ *db.DB, c *workday.Calendar) {
		// From Wednesday 30 September three working days run over the holiday to Saturday 10 October.
		if got, want := c.After(day(t, "2026-09-30"), 3), clock.EndOfDay(day(t, "2026-10-10")); !got.Equal(want) {
			t.Errorf("got %v, want %v", got, want)
		}
	})
}

func TestLeft(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, _ *db.DB, c *workday.Calendar) {
		due := clock.EndOfDay(day(t, "2026-11-25"))
		for now, want := range map[string]int{"2026-11-23": 2, "2026-11-25": 0, "2026-11-26": -1, "2026-11-30": -3} {
			if got := c.Left(day(t, now).Add(9*time.Hour), due); got != want {
				t.Errorf("on %s: %d working days left, want %d", now, got, want)
			}
		}
	})
}

// A year counts as known once it has been entered; entered days are obeyed, and stay when the calendar is opened
// again.
func TestYearsAreEntered(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, d *db.DB, c *workday.Calendar) {
		ctx := context.Background()
		due := c.After(day(t, "2028-12-28"), 3) // Thursday; weekends alone: Tuesday 2 January
		if c.Known(2029) || !c.Provisional(due) || !due.Equal(clock.EndOfDay(day(t, "2029-01-02"))) {
			t.Errorf("before 2029 is entered: %v", due)
		}
		if !c.Known(2026) || !c.Known(2003) {
			t.Error("the years that lunar-go carries are not known")
		}
		enter := func(year int, days ...workday.Day) {
			t.Helper()
			if err := d.Write(ctx, func(tx *db.Tx) error { return c.Enter(ctx, tx, year, days) }); err != nil {
				t.Fatal(err)
			}
			if err := c.Reload(ctx); err != nil {
				t.Fatal(err)
			}
		}
		enter(2029, workday.Day{Date: "2029-01-01", Name: "元旦节"})
		if got := c.After(day(t, "2028-12-28"), 3); c.Provisional(got) || !got.Equal(clock.EndOfDay(day(t, "2029-01-03"))) {
			t.Errorf("with New Year off: %v", got)
		}
		enter(2026, workday.Day{Date: "2026-11-23"})
		again, err := workday.Open(ctx, d)
		if err != nil {
			t.Fatal(err)
		}
		if again.Is(day(t, "2026-11-23")) || again.Is(day(t, "2026-10-10")) || !again.Known(2029) {
			t.Error("what was entered was lost when the calendar was opened again")
		}
		err = d.Read(ctx, func(q *db.Tx) error {
			y, err := again.Year(ctx, q, 2026)
			if err != nil {
				return err
			}
			if y.Version != 2 || len(y.Days) != 1 || y.Days[0].Date != "2026-11-23" {
				t.Errorf("%+v", y)
			}
			y, err = again.Year(ctx, q, 2035)
			if y.Version != 0 || len(y.Days) != 0 {
				t.Errorf("a year that is not known: %+v", y)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	})
}
