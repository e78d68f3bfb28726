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
