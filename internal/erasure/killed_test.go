package erasure_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/yinxin-org/yinxin/internal/config"
	"github.com/yinxin-org/yinxin/internal/erasure"
	"github.com/yinxin-org/yinxin/test/outage"
	"github.com/yinxin-org/yinxin/test/world"
)

// eraseEnv makes this program a process that erases somebody until it is killed.
const eraseEnv = "YINXIN_ERASE_UNTIL_KILLED"

// erasing is what such a process is told: where the platform is, and which erasure was approved.
type erasing struct {
	Config config.Config
	Now    time.Time
	ID     string
}

// eraseUntilKilled opens the platform, tells so, and takes one step after the other, each of which it tells.
func eraseUntilKilled(in io.Reader, out io.Writer) error {
	var e erasing
	if err := json.NewDecoder(in).Decode(&e); err != nil {
		return err
	}
	a, err := world.Beside(e.Config, e.Now)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintln(out, "open")
	for more := true; more && err == nil; {
		if more, err = a.Erasures.Work(context.Background(), e.ID); err == nil {
			_, err = fmt.Fprintln(out, "step")
		}
	}
	return err
}

// TestKilledErasureGoesOn: a process that erases somebody is killed with SIGKILL at random moments, at first within its first
// steps, then later and later. It goes on where it stopped, does nothing twice, and in the end nothing is left.
func TestKilledErasureGoesOn(t *testing.T) {
	t.Parallel()
	const kills = 6
	world.Each(t, func(t *testing.T, w *world.World) {
		o, ctx := newOffice(t, w), t.Context()
		o.live()
		s := o.learn()
		o.end()
		id := o.approved()
		w.Now.Move(erasure.Grace)
		shares := o.Count(t, `SELECT count(*) FROM share_event WHERE holder_id = $1`, o.person)
		told, err := json.Marshal(erasing{Config: w.Config, Now: w.Now.Now(), ID: id})
		if err != nil {
			t.Fatal(err)
		}
		steps := 0
		for i := range kills {
			outage.Killed(t, eraseEnv, string(told), time.Duration(rand.IntN(1000<<(2*i)))*time.Microsecond, func(line string) {
				if line == "step" {
					steps++
				}
			})
			t.Logf("killed after %d steps, at %q", steps, o.get(id).Step)
		}
		if err := o.Erasures.Resume(ctx); err != nil {
			t.Fatal(err)
		}
		e := o.get(id)
		if e.State != erasure.Done || e.Counts["share_event"] != int64(shares) || shares == 0 || e.Counts["license_key"] < 2 {
			t.Errorf("after %d kills %+v", kills, e)
		}
		if found := o.left(s, false); len(found) > 0 {
			t.Errorf("left are %v", found)
		}
		if n := o.Count(t, `SELECT count(*) FROM log_leaf WHERE kind = 'erasure'`); n != 4 { // asked, approved, destroyed, done
			t.Errorf("the log tells of %d steps", n)
		}
		o.sequence()
		if _, err := w.Book.Check(ctx); err != nil {
			t.Errorf("the log: %v", err)
		}
	})
}
