package clock_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/yinxin-org/yinxin/internal/clock"
)

func TestEndOfDay(t *testing.T) {
	t.Parallel()
	for day, want := range map[string]string{
		"2026-03-01": `"2026-03-02T00:00:00+08:00"`,
		"2026-12-31": `"2027-01-01T00:00:00+08:00"`,
		// People write it where they mean no end; the year after it could not be answered.
		"9999-12-31": `"9999-12-31T23:59:59+08:00"`,
	} {
		d, err := time.ParseInLocation(time.DateOnly, day, clock.Shanghai)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := json.Marshal(clock.EndOfDay(d)); string(got) != want || err != nil {
			t.Errorf("%s ends at %s, %v", day, got, err)
		}
	}
}

// A month is Beijing's: it begins while it is still the month before in UTC.
func TestMonth(t *testing.T) {
	t.Parallel()
	for at, want := range map[string]string{
		"2026-11-30T15:59:59Z": "2026-11",
		"2026-11-30T16:00:00Z": "2026-12",
		"2026-12-31T16:00:00Z": "2027-01",
	} {
		now, err := time.Parse(time.RFC3339, at)
		if err != nil {
			t.Fatal(err)
		}
		m := clock.MonthOf(now)
		again, err := clock.ParseMonth(m.String())
		if m.String() != want || again != m || err != nil || m.Begin().After(now) || !(m + 1).Begin().After(now) {
			t.Errorf("%s is in %s (%s, %v), want %s", at, m, again, err, want)
		}
	}
	if _, err := clock.ParseMonth("2026-13"); err == nil {
		t.Error("a thirteenth month was read")
	}
}
