package workday_test

import (
	"testing"
	"time"

	"github.com/yinxin-org/yinxin/internal/clock"
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

func TestIsKnowsHolidaysAndMovedDays(t *testing.T) {
	t.Parallel()
	for date, want := range map[string]bool{
		"2026-11-23": true,  // Monday
		"2026-11-22": false, // Sunday
		"2026-10-01": false, // National Day
		"2026-10-10": true,  // Saturday worked in exchange
		"2025-10-08": false, // Wednesday off
	} {
		if got := workday.Is(day(t, date)); got != want {
			t.Errorf("%s: working day %v, want %v", date, got, want)
		}
	}
}

func TestAfterSkipsTheHoliday(t *testing.T) {
	t.Parallel()
	// From Wednesday 30 September three working days run over the holiday to Saturday 10 October.
	if got, want := workday.After(day(t, "2026-09-30"), 3), clock.EndOfDay(day(t, "2026-10-10")); !got.Equal(want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestLeft(t *testing.T) {
	t.Parallel()
	due := clock.EndOfDay(day(t, "2026-11-25"))
	for now, want := range map[string]int{"2026-11-23": 2, "2026-11-25": 0, "2026-11-26": -1, "2026-11-30": -3} {
		if got := workday.Left(day(t, now).Add(9*time.Hour), due); got != want {
			t.Errorf("on %s: %d working days left, want %d", now, got, want)
		}
	}
}
