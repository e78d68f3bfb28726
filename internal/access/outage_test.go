package access_test

import (
	"context"
	"errors"
	"os"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/yinxin-org/yinxin/internal/access"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/db/dbtest"
	"github.com/yinxin-org/yinxin/test/demotest"
	"github.com/yinxin-org/yinxin/test/outage"
	"github.com/yinxin-org/yinxin/test/scratch"
	testworld "github.com/yinxin-org/yinxin/test/world"
)

// readers are clerks who look at licenses all the time, whatever happens to the platform, and keep the number of the
// record under which each got data.
type readers struct {
	*world
	asks   []access.Ask
	failed atomic.Int64 // askings that brought nothing

	mu      sync.Mutex
	records map[string]string // 存证编号 → whose
	given   atomic.Int64
}

func newReaders(t *testing.T, w *world) *readers {
	t.Helper()
	r := &readers{world: w, records: map[string]string{}}
	for _, rep := range []string{"student", "chemist", "bride", "elder"} {
		c := w.open(t, labMatter, rep)
		r.asks = append(r.asks, w.ask(t, c, rep, identityCard), w.ask(t, c, "food-firm", businessLicense))
	}
	return r
}

// during lets eight people read until what happens has happened.
func (r *readers) during(t *testing.T, happens func()) {
	t.Helper()
	ctx, stop := context.WithCancel(t.Context())
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			ask := r.asks[i%len(r.asks)]
			for ctx.Err() == nil {
				// Who waits in vain gives up, as people do.
				one, done := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
				reading, _, err := r.door.Lend(one, r.clerk, ask, access.Fields)
				done()
				if _, refused := errors.AsType[*access.Refusal](err); refused {
					t.Errorf("refused: %v", err)
					return
				}
				if err != nil && (reading.Fields != nil || reading.Content != nil) {
					t.Errorf("data came with a failure: %v", err)
				}
				if err != nil {
					r.failed.Add(1)
					time.Sleep(5 * time.Millisecond)
					continue
				}
				r.mu.Lock()
				r.records[reading.RecordNo] = ask.LicenseHolderID
				r.mu.Unlock()
				r.given.Add(1)
			}
		})
	}
	happens()
	stop()
	wg.Wait()
}

// await waits until a number of readings more came.
func (r *readers) await(t *testing.T, more int64) {
	t.Helper()
	end, want := time.Now().Add(60*time.Second), r.given.Load()+more
	for r.given.Load() < want {
		if time.Now().After(end) {
			t.Fatalf("nothing is given any more: %d of %d", r.given.Load(), want)
		}
		time.Sleep(5 * time.Millisecond)
	}
}

// kept requires that every answer with data has its record and its leaf.
func (r *readers) kept(t *testing.T) {
	t.Helper()
	leaves := map[string]bool{}
	r.Read(t, func(q *db.Tx) error {
		rows, err := q.Query(t.Context(), `
			SELECT r.record_id
			FROM access_record r
			JOIN log_leaf f ON f.holder_id = r.holder_id AND f.leaf_id = r.record_id
			WHERE r.result = 'given'`)
		if err != nil {
			return err
		}
		defer func() { _ = rows.Close() }()
		for rows.Next() {
			var id string
			if err := rows.Scan(&id); err != nil {
				return err
			}
			leaves[access.Number(id)] = true
		}
		return rows.Err()
	})
	for no := range r.records {
		if !leaves[no] {
			t.Errorf("data were given under record %s, which is not there", no)
		}
	}
	t.Logf("%d readings, %d askings in vain", len(r.records), r.failed.Load())
}

// TestCrashedDatabaseForgetsNoReading: the database server is killed under load and comes back, is stopped at once and in
// good order, and at last its disk fills up and there is room again. The platform goes on by itself; no answer with data
// lacks its record.
func TestCrashedDatabaseForgetsNoReading(t *testing.T) {
	t.Parallel()
	if os.Getenv(dbtest.ServerEnv) == "" {
		t.Skip("needs PostgreSQL: set " + dbtest.ServerEnv)
	}
	made := dbtest.Postgres(t)
	w := newWorld(t, made)
	dir := outage.Dir(t)
	disk := mountDisk(t, dir, 640)
	c := outage.Start(t, dir)
	url, drop, err := scratch.Database(t.Context(), c.URL)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(drop)
	c.Shell(`pg_bin=$(find_postgres); "$pg_bin/pg_dump" '` + made + `' | "$pg_bin/psql" -q -X -v ON_ERROR_STOP=1 '` + url + `' >/dev/null`)
	moved := testworld.Again(t, w.App.Config.Data, url)
	t.Cleanup(func() { _ = moved.Close() })
	w.World, w.door = &demotest.World{App: moved.App, Clock: moved.Now, City: moved.City}, moved.Door
	r := newReaders(t, w)
	for name, happens := range map[string]func(){
		"killed":          c.Crash,
		"stopped at once": func() { c.Restart("immediate") },
		"stopped":         func() { c.Restart("fast") },
	} {
		t.Run(name, func(t *testing.T) {
			before := r.failed.Load()
			r.during(t, func() {
				r.await(t, 40)
				happens()
				r.await(t, 40)
			})
			if r.failed.Load() == before {
				t.Error("nobody noticed that the server was away")
			}
			r.kept(t)
		})
	}
	t.Run("the disk is full", func(t *testing.T) {
		disk.needed(t)
		r.full(t, disk)
		c.Up() // a server that finds no room for its own log ends
		r.during(t, func() { r.await(t, 40) })
		r.kept(t)
	})
}
