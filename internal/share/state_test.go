package share

import (
	"testing"
	"time"

	"pgregory.net/rapid"
)

// Whatever happens to an authorisation, in whatever order: what has ended never opens again, nothing is downloaded but
// from an open one, and never more than was allowed.
func TestAnEndIsAnEnd(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		now := time.Date(2026, 3, 2, 10, 0, 0, 0, time.UTC)
		s := Share{DownloadsMax: rapid.IntRange(1, DownloadsMax).Draw(t, "downloads"), TriesLeft: tries,
			ExpiresAt: endOfDay(now, rapid.IntRange(1, DaysMax).Draw(t, "days"))}
		if days := s.ExpiresAt.Sub(now); days <= 0 || days > (DaysMax+1)*24*time.Hour {
			t.Fatalf("good for %v", days)
		}
		over := false
		for _, step := range rapid.SliceOf(rapid.SampledFrom([]string{"download", "wrong", "end", "day"})).Draw(t, "steps") {
			open := s.stateAt(now) == Open
			switch {
			case step == "download" && open:
				s.Downloads++
			case step == "wrong" && open:
				s.TriesLeft--
			case step == "end" && (open || s.stateAt(now) == Locked):
				s.EndedAt = now
			case step == "day":
				now = now.Add(24 * time.Hour)
			}
			state := s.stateAt(now)
			s.State = state
			if over && state == Open || s.Downloads > s.DownloadsMax || (s.Dead() == nil) != (state == Open) {
				t.Fatalf("after %s: %s, %+v", step, state, s)
			}
			over = state != Open
		}
	})
}
