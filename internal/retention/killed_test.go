package retention_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"os"
	"syscall"
	"testing"
	"time"

	"github.com/yinxin-org/yinxin/internal/clock"
	"github.com/yinxin-org/yinxin/internal/config"
	"github.com/yinxin-org/yinxin/internal/db/dbtest"
	"github.com/yinxin-org/yinxin/internal/retention"
	"github.com/yinxin-org/yinxin/test/outage"
	testworld "github.com/yinxin-org/yinxin/test/world"
)

// retireEnv makes this program a process that lets months leave until it is killed.
const retireEnv = "YINXIN_RETIRE_UNTIL_KILLED"

// retiring is what such a process is told: where the platform is, where the files go, and the step at which it ends.
type retiring struct {
	Config config.Config
	Now    time.Time
	Dir    string
	Step   string
}

// retireUntilKilled opens the platform and lets months leave, a few leaves at a time. It tells each step, and at one of them it kills
// itself with SIGKILL.
func retireUntilKilled(in io.Reader, out io.Writer) error {
	var r retiring
	if err := json.NewDecoder(in).Decode(&r); err != nil {
		return err
	}
	a, err := testworld.Beside(r.Config, r.Now)
	if err != nil {
		return err
	}
	desk, err := retention.Dying(retention.Options{DB: a.DB, Clock: clock.At(r.Now), Log: slog.New(slog.DiscardHandler), Book: a.Book, Dir: r.Dir,
		Node: "node"}, 2, func(what string) error {
		_, err := fmt.Fprintln(out, what)
		if what == r.Step && err == nil {
			err = syscall.Kill(os.Getpid(), syscall.SIGKILL)
		}
		return err
	})
	if err != nil {
		return err
	}
	return desk.Retire(context.Background())
}

// TestKilledMonthLeavesOnce: a process that lets months leave is killed with SIGKILL once at each step. After none of them is a record
// neither in the database nor in a file that is right, and each month leaves once.
func TestKilledMonthLeavesOnce(t *testing.T) {
	t.Parallel()
	dbtest.EachURL(t, func(t *testing.T, url string) {
		t.Parallel()
		w := newWorld(t, url)
		w.retire(t)
		w.goTo(t, "2026-05-10")
		w.use(t, 9)
		may := w.uses(t)
		w.goTo(t, "2036-06-02")
		for _, step := range []string{"claimed", "written", "placed", "checked", "archived", "leaving", "taken", "taken", "taken"} {
			told, err := json.Marshal(retiring{Config: w.App.Config, Now: w.Clock.Now(), Dir: w.dir, Step: step})
			if err != nil {
				t.Fatal(err)
			}
			last := ""
			outage.Killed(t, retireEnv, string(told), time.Minute, func(line string) { last = line })
			if last != step {
				t.Errorf("killed at %q, not at %q", last, step)
			}
			w.nothingLost(t, may)
		}
		w.retire(t)
		w.nothingLost(t, may)
		months, err := w.desk.Months(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		maps.DeleteFunc(months, func(_ string, m retention.Month) bool { return m.State == "left" && m.Records == 0 })
		if n := w.count(t, `SELECT count(*) FROM log_leaf WHERE kind = 'records-left'`); n != len(months) || n == 0 || len(w.uses(t)) != 0 {
			t.Errorf("%d months left, the log has %d records of it, %d uses are there", len(months), n, len(w.uses(t)))
		}
		w.logWhole(t, nil)
	})
}
