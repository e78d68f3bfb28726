package evidence_test

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

	"github.com/yinxin-org/yinxin/internal/clock"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/db/dbtest"
	"github.com/yinxin-org/yinxin/internal/evidence"
	"github.com/yinxin-org/yinxin/internal/translog"
	"github.com/yinxin-org/yinxin/test/outage"
	"github.com/yinxin-org/yinxin/test/scratch"
)

// logEnv makes this program a process that writes into the log until it is killed.
const logEnv = "YINXIN_LOG_UNTIL_KILLED"

// TestMain runs the tests, or writes.
func TestMain(m *testing.M) {
	if os.Getenv(logEnv) != "" {
		_, _ = fmt.Fprintln(os.Stderr, writeUntilKilled(os.Stdin, os.Stdout))
		os.Exit(1)
	}
	os.Exit(m.Run())
}

// place is where such a process finds the log.
type place struct{ Database, Folder string }

// handed is a promise that was handed out: its record was committed.
type handed struct {
	Receipt evidence.Receipt
	Issuer  string
}

// writeUntilKilled opens the log and lets the sequencer run while records are written. It tells each promise that it hands out.
func writeUntilKilled(in io.Reader, out io.Writer) error {
	var p place
	if err := json.NewDecoder(in).Decode(&p); err != nil {
		return err
	}
	d, err := db.Open(context.Background(), p.Database)
	if err != nil {
		return err
	}
	store, err := translog.OpenFolder(p.Folder)
	if err != nil {
		return err
	}
	l := &logLoad{db: d, store: store}
	var mu sync.Mutex
	return l.run(context.Background(), func(h handed) error {
		mu.Lock()
		defer mu.Unlock()
		return json.NewEncoder(out).Encode(h)
	})
}

// logLoad is a sequencer with those who write records beside it.
type logLoad struct {
	db    *db.DB
	store translog.Store
	vain  func() // called for each record that could not be written; without it that ends the load
}

const loadWriters = 6

// run goes on until ctx ends or something fails.
func (l *logLoad) run(ctx context.Context, tell func(handed) error) error {
	// The batches are small and the lease short, so that there are many places to be killed at and the next one does not wait.
	b, err := openBook(evidence.Options{DB: l.db, Store: l.store, Clock: clock.System{}, Batch: 20, Lease: 100 * time.Millisecond,
		Poll: 10 * time.Millisecond, Pause: time.Millisecond})
	if err != nil {
		return err
	}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var all sync.WaitGroup
	defer all.Wait()
	all.Go(func() { cancel(b.Run(ctx)) })
	for range loadWriters {
		all.Go(func() {
			for ctx.Err() == nil {
				list, err := l.write(ctx, b)
				for _, h := range list {
					if err == nil {
						err = tell(h)
					}
				}
				if err == nil || ctx.Err() != nil {
					continue
				}
				if l.vain == nil {
					cancel(err)
					return
				}
				l.vain()
				time.Sleep(5 * time.Millisecond)
			}
		})
	}
	<-ctx.Done()
	return context.Cause(ctx)
}

// write commits some records in one transaction. Some wait before they are written and, where others can write meanwhile,
// in the open transaction, too: they were made before a checkpoint and commit after it.
func (l *logLoad) write(ctx context.Context, b *evidence.Book) ([]handed, error) {
	var list []handed
	var leaves []evidence.Prepared
	for range 1 + rand.IntN(3) {
		e := evidence.Event{HolderID: fmt.Sprint("holder ", rand.IntN(12)), Kind: "use", Body: use{Purpose: "食品经营许可", Fields: []string{db.NewID()}}}
		if rand.IntN(4) > 0 {
			e.IssuerID = fmt.Sprint("unit ", rand.IntN(3))
		}
		p, err := b.Prepare(e, func(plain []byte) ([]byte, error) { return mask{}.Seal(ctx, nil, e.HolderID, plain) })
		if err != nil {
			return nil, err
		}
		list, leaves = append(list, handed{p.Receipt, e.IssuerID}), append(leaves, p)
	}
	late := time.Duration(0)
	if rand.IntN(2) == 0 {
		late = time.Duration(rand.IntN(40_000)) * time.Microsecond
	}
	time.Sleep(late / 2)
	// Who waits in vain gives up, as people do.
	ctx, done := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer done()
	return list, l.db.Write(ctx, func(tx *db.Tx) error {
		if err := b.Enter(ctx, tx, leaves); err != nil {
			return err
		}
		if l.db.Dialect() == "postgres" {
			time.Sleep(late)
		}
		return nil
	})
}

// TestKilledLogKeepsItsPromises: a process that takes records and sequences them is killed with SIGKILL at random moments.
// Every checkpoint that anybody saw is extended by all later ones, every record that committed is in the log once,
// whenever it was made, and every promise leads to a proof. YINXIN_LOG_KILLS says how often, on each database.
func TestKilledLogKeepsItsPromises(t *testing.T) {
	t.Parallel()
	kills := outage.Times(t, "YINXIN_LOG_KILLS", 12)
	for name, url := range map[string]func(t *testing.T) string{
		"sqlite":   func(t *testing.T) string { return "sqlite:" + filepath.Join(t.TempDir(), "yinxin.db") },
		"postgres": dbtest.Postgres,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := watchLog(t, url(t))
			told, err := json.Marshal(w.place)
			if err != nil {
				t.Fatal(err)
			}
			for range kills {
				before := len(w.promises)
				w.during(t, func() {
					outage.Killed(t, logEnv, string(told), time.Duration(rand.IntN(250_000))*time.Microsecond, func(line string) {
						var h handed
						if err := json.Unmarshal([]byte(line), &h); err != nil {
							t.Errorf("it told %q: %v", line, err)
						}
						w.promises = append(w.promises, h)
					})
				})
				w.grown(t)
				w.proved(t, w.promises[before:], false)
			}
			w.kept(t)
		})
	}
}

// TestCrashedDatabaseLosesNoLeaf: the database server is killed under load, stopped at once and in good order, and comes back,
// while one process writes and sequences. It holds what TestKilledLogKeepsItsPromises holds. YINXIN_LOG_OUTAGES says how often.
func TestCrashedDatabaseLosesNoLeaf(t *testing.T) {
	t.Parallel()
	if os.Getenv(dbtest.ServerEnv) == "" {
		t.Skip("needs PostgreSQL: set " + dbtest.ServerEnv)
	}
	times := outage.Times(t, "YINXIN_LOG_OUTAGES", 1)
	c := outage.Start(t, outage.Dir(t))
	url, drop, err := scratch.Database(t.Context(), c.URL)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(drop)
	w := watchLog(t, url)
	var mu sync.Mutex
	vain := 0
	count := func() (promises, failed int) {
		mu.Lock()
		defer mu.Unlock()
		return len(w.promises), vain
	}
	await := func(more int) {
		end, had := time.Now().Add(time.Minute), func() int { n, _ := count(); return n }
		for want := had() + more; had() < want; time.Sleep(5 * time.Millisecond) {
			if time.Now().After(end) {
				t.Fatal("nothing is written any more")
			}
		}
	}
	l := &logLoad{db: w.db, store: w.store, vain: func() { mu.Lock(); vain++; mu.Unlock() }}
	for range times {
		for _, happens := range []func(){c.Crash, func() { c.Restart("immediate") }, func() { c.Restart("fast") }} {
			_, before := count()
			w.during(t, func() {
				ctx, stop := context.WithCancel(t.Context())
				ended := make(chan error, 1)
				go func() {
					ended <- l.run(ctx, func(h handed) error {
						mu.Lock()
						defer mu.Unlock()
						w.promises = append(w.promises, h)
						return nil
					})
				}()
				await(20 + rand.IntN(60))
				happens()
				await(40)
				stop()
				if err := <-ended; err != nil && ctx.Err() == nil {
					t.Errorf("the log stopped: %v", err)
				}
			})
			if _, failed := count(); failed == before {
				t.Error("nobody noticed that the server was away")
			}
			w.grown(t)
		}
	}
	w.kept(t)
}
