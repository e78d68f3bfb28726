package access_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/yinxin-org/yinxin/internal/access"
	"github.com/yinxin-org/yinxin/internal/authn"
	"github.com/yinxin-org/yinxin/internal/config"
	"github.com/yinxin-org/yinxin/internal/db/dbtest"
	"github.com/yinxin-org/yinxin/test/demotest"
	"github.com/yinxin-org/yinxin/test/outage"
	testworld "github.com/yinxin-org/yinxin/test/world"
)

// readEnv makes this program a process that reads until it is killed.
const readEnv = "YINXIN_READ_UNTIL_KILLED"

// TestMain runs the tests, or reads.
func TestMain(m *testing.M) {
	if os.Getenv(readEnv) != "" {
		if err := readUntilKilled(os.Stdin, os.Stdout); err != nil {
			_, _ = fmt.Fprintln(os.Stderr, err)
		}
		os.Exit(1)
	}
	os.Exit(demotest.Main(m))
}

// reading is what such a process is told: where the platform is, and what to read.
type reading struct {
	Config config.Config
	Now    time.Time
	Clerk  *authn.Actor
	Asks   []asked
}

// asked is an access.Ask without a department's system, which is no text.
type asked struct{ CaseNo, MatterCode, LicenseHolderID, LicenseID string }

// readUntilKilled opens the platform and lets eight people read. Of each reading it tells the record, after its data have come.
func readUntilKilled(in io.Reader, out io.Writer) error {
	var r reading
	if err := json.NewDecoder(in).Decode(&r); err != nil {
		return err
	}
	a, err := testworld.Beside(r.Config, r.Now)
	if err != nil {
		return err
	}
	var mu sync.Mutex
	var all sync.WaitGroup
	for i := range 8 {
		all.Go(func() {
			for n := 0; ; n++ {
				x, want := r.Asks[(i+n)%len(r.Asks)], []access.Want{access.Fields, access.Fields, access.File}[n%3]
				got, _, err := a.Door.Lend(context.Background(), r.Clerk, access.Ask{CaseNo: x.CaseNo, MatterCode: x.MatterCode, LicenseHolderID: x.LicenseHolderID, LicenseID: x.LicenseID}, want)
				mu.Lock()
				if err == nil && len(got.Fields) > 0 {
					_, err = fmt.Fprintln(out, got.RecordNo)
				}
				mu.Unlock()
				if err != nil {
					_, _ = fmt.Fprintln(os.Stderr, err)
					return
				}
			}
		})
	}
	all.Wait()
	return nil
}

// TestKilledReaderForgetsNoReading: a process that reads is killed with SIGKILL at random moments. No answer with data lacks
// its record. Test/kill does the same to the whole server; YINXIN_READER_KILLS says how often here, on each database.
func TestKilledReaderForgetsNoReading(t *testing.T) {
	t.Parallel()
	kills := int(setting(t, "YINXIN_READER_KILLS", 20))
	for name, url := range map[string]func(t *testing.T) string{
		"sqlite":   func(t *testing.T) string { return "sqlite:" + filepath.Join(t.TempDir(), "yinxin.db") },
		"postgres": dbtest.Postgres,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, url(t))
			r := newReaders(t, w)
			of := reading{Config: w.App.Config, Now: w.Clock.Now(), Clerk: w.clerk}
			for _, a := range r.asks {
				of.Asks = append(of.Asks, asked{a.CaseNo, a.MatterCode, a.LicenseHolderID, a.LicenseID})
			}
			told, err := json.Marshal(of)
			if err != nil {
				t.Fatal(err)
			}
			for range kills {
				outage.Killed(t, readEnv, string(told), time.Duration(rand.IntN(120_000))*time.Microsecond, func(line string) { r.records[line] = "" })
			}
			if len(r.records) < kills {
				t.Errorf("only %d readings before %d kills", len(r.records), kills)
			}
			r.kept(t)
		})
	}
}
