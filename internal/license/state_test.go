package license_test

import (
	"testing"
	"time"

	"github.com/yinxin-org/yinxin/internal/clock"
	"github.com/yinxin-org/yinxin/internal/license"
)

var (
	from = time.Date(2026, 3, 1, 0, 0, 0, 0, clock.Shanghai)
	to   = time.Date(2031, 3, 1, 0, 0, 0, 0, clock.Shanghai)
)

func TestStateFollowsFromStepsHoldsAndPeriod(t *testing.T) {
	t.Parallel()
	const tick = time.Microsecond
	middle := from.AddDate(1, 0, 0)
	for _, c := range []struct {
		name  string
		step  license.Step
		ended string
		hold  license.Holds
		to    time.Time
		now   time.Time
		want  license.State
	}{
		{"decided", license.StepData, "", "", to, middle, license.InMaking},
		{"sealed", license.StepSealed, "", "", to, middle, license.InMaking},
		{"sealed and its period over", license.StepSealed, "", "", to, to, license.InMaking},
		{"refused at review", license.StepRefused, "", "", to, middle, license.Abolished},
		{"published", license.StepPublished, "", "", to, middle, license.Valid},
		{"first instant", license.StepPublished, "", "", to, from, license.Valid},
		{"before the first instant", license.StepPublished, "", "", to, from.Add(-tick), license.NotYet},
		{"last instant", license.StepPublished, "", "", to, to.Add(-tick), license.Valid},
		{"after the last instant", license.StepPublished, "", "", to, to, license.Expired},
		{"no end", license.StepPublished, "", "", time.Time{}, to.AddDate(100, 0, 0), license.Valid},
		{"lost", license.StepPublished, "", "lost", to, middle, license.Lost},
		{"suspended", license.StepPublished, "", "suspended", to, middle, license.Suspended},
		{"lost and suspended", license.StepPublished, "", "suspended,lost", to, middle, license.Suspended},
		{"disputed and pledged", license.StepPublished, "", "disputed,pledged", to, middle, license.Disputed},
		{"pledged", license.StepPublished, "", "pledged", to, middle, license.Pledged},
		{"its paper lost", license.StepPublished, "", "paperLost", to, middle, license.Valid},
		{"lost and expired", license.StepPublished, "", "lost", to, to, license.Expired},
		{"lost before it begins", license.StepPublished, "", "lost", to, from.Add(-tick), license.NotYet},
		{"superseded", license.StepPublished, "superseded", "", to, middle, license.Superseded},
		{"cancelled and lost", license.StepPublished, "cancelled", "lost", to, middle, license.Cancelled},
		{"revoked and its period over", license.StepPublished, "revoked", "", to, to, license.Revoked},
		{"penalty", license.StepPublished, "penalty", "", to, middle, license.Penalty},
	} {
		l := license.License{Step: c.step, Ended: c.ended, Holds: c.hold, ValidFrom: from, ValidTo: c.to}
		if got := l.State(c.now); got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
	}
}

// GB/T 36906, information codes 0 to 3.
func TestEveryStateHasAVerdictAndWords(t *testing.T) {
	t.Parallel()
	for state, want := range map[license.State]struct {
		verdict string
		usable  bool
	}{
		license.InMaking: {"notInForce", false}, license.NotYet: {"notInForce", false},
		license.Valid: {"valid", true}, license.Pledged: {"valid", true}, license.Disputed: {"valid", true},
		license.Lost: {"suspended", false}, license.Suspended: {"suspended", false}, license.InspectionOverdue: {"suspended", false},
		license.Superseded: {"ended", false}, license.Expired: {"ended", false}, license.Cancelled: {"ended", false},
		license.Revoked: {"ended", false}, license.Penalty: {"ended", false}, license.Abolished: {"ended", false},
	} {
		if got := state.Verdict(); got != want.verdict {
			t.Errorf("%s: verdict %s, want %s", state, got, want.verdict)
		}
		if got := state.Usable(); got != want.usable {
			t.Errorf("%s: usable is %v", state, got)
		}
		if state.Usable() != (state.Verdict() == "valid") {
			t.Errorf("%s may be used and is not valid, or the other way round", state)
		}
		zh, en := state.Text("zh"), state.Text("en")
		if zh == "" || en == "" || zh == en {
			t.Errorf("%s: %q, %q", state, zh, en)
		}
	}
}
