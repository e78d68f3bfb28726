package access_test

import (
	"bytes"
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/yinxin-org/yinxin/internal/access"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/db/dbtest"
	"github.com/yinxin-org/yinxin/test/demotest"
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

// cluster is a PostgreSQL server of the test's own, which commits to the disk.
type cluster struct {
	t    *testing.T
	dir  string
	url  string
	root string
}

// shell runs a line with what scripts/postgres.sh has.
func (c *cluster) shell(line string) string {
	c.t.Helper()
	cmd := exec.CommandContext(c.t.Context(), "bash", "-euo", "pipefail", "-c", ". scripts/find.sh; . scripts/postgres.sh; "+line)
	cmd.Dir = c.root
	var said bytes.Buffer
	cmd.Stderr = &said
	out, err := cmd.Output()
	if err != nil {
		c.t.Fatalf("%s: %v: %s", line, err, said.String())
	}
	return strings.TrimSpace(string(out))
}

// startCluster starts a server of the test's own whose data lie in a folder.
func startCluster(t *testing.T, dir string) *cluster {
	t.Helper()
	root, err := filepath.Abs(filepath.Join("..", ".."))
	if err != nil {
		t.Fatal(err)
	}
	c := &cluster{t: t, dir: dir, root: root}
	c.url = c.shell(`postgres_start '` + dir + `' durable >/dev/null; echo "$YINXIN_TEST_POSTGRES"`)
	t.Cleanup(func() {
		cmd := exec.Command("bash", "-c", ". scripts/find.sh; . scripts/postgres.sh; pg_bin=$(find_postgres); pg_dir='"+dir+"/postgres'; postgres_stop")
		cmd.Dir = c.root
		_ = cmd.Run()
	})
	return c
}

// clusterDir is a folder that whom the server runs as can reach.
func clusterDir(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "yinxin-pg-") //nolint:usetesting // whom the server runs as must reach it
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	return dir
}

// crash ends the server without giving it a chance to finish anything, and starts it again.
func (c *cluster) crash() {
	c.t.Helper()
	c.shell(`kill -9 $(head -1 '` + c.dir + `/postgres/data/postmaster.pid'); sleep 0.5`)
	c.up()
}

// restart stops the server as its administrator would, and starts it again.
func (c *cluster) restart(mode string) {
	c.t.Helper()
	c.shell(`as_postgres "$(find_postgres)/pg_ctl" -D '` + c.dir + `/postgres/data' -m ` + mode + ` -w -s stop`)
	c.up()
}

// up starts the server if it does not run, and waits until it takes connections.
func (c *cluster) up() {
	c.t.Helper()
	port := c.url[strings.LastIndex(c.url, ":")+1:]
	port = port[:strings.Index(port, "/")]
	c.shell(`pg_bin=$(find_postgres)
		data='` + c.dir + `/postgres/data'
		for _ in 1 2 3 4 5 6 7 8 9 10; do
			"$pg_bin/pg_isready" -q -h 127.0.0.1 -p ` + port + ` && exit 0
			as_postgres "$pg_bin/pg_ctl" -D "$data" -w -s -l "$data/../server.log" -o "-p ` + port + `" start >/dev/null 2>&1 </dev/null && exit 0
			sleep 1
		done
		tail -5 "$data/../server.log" >&2
		exit 1`)
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
	dir := clusterDir(t)
	disk := mountDisk(t, dir, 640)
	c := startCluster(t, dir)
	url, drop, err := scratch.Database(t.Context(), c.url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(drop)
	c.shell(`pg_bin=$(find_postgres); "$pg_bin/pg_dump" '` + made + `' | "$pg_bin/psql" -q -X -v ON_ERROR_STOP=1 '` + url + `' >/dev/null`)
	moved := testworld.Again(t, w.App.Config.Data, url)
	t.Cleanup(func() { _ = moved.Close() })
	w.World, w.door = &demotest.World{App: moved.App, Clock: moved.Now, City: moved.City}, moved.Door
	r := newReaders(t, w)
	for name, outage := range map[string]func(){
		"killed":          c.crash,
		"stopped at once": func() { c.restart("immediate") },
		"stopped":         func() { c.restart("fast") },
	} {
		t.Run(name, func(t *testing.T) {
			before := r.failed.Load()
			r.during(t, func() {
				r.await(t, 40)
				outage()
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
		c.up() // a server that finds no room for its own log ends
		r.during(t, func() { r.await(t, 40) })
		r.kept(t)
	})
}
