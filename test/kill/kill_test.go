// Package kill_test kills the running platform at random moments, with SIGKILL, and looks whether what it had
// acknowledged is still true after a restart: no data handed out without a record, no half-issued license, no
// lost success. What a cut of the machine's power adds to that (writes the disk had not done) it cannot show.
package kill_test

import (
	"context"
	"errors"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/yinxin-org/yinxin/internal/db/dbtest"
	"github.com/yinxin-org/yinxin/internal/demo"
	"github.com/yinxin-org/yinxin/verify"
)

// kills is how often each server is killed unless YINXIN_KILLS says otherwise.
const kills = 10

func setting(t *testing.T, name string, standard uint64) uint64 {
	t.Helper()
	text := os.Getenv(name)
	if text == "" {
		return standard
	}
	n, err := strconv.ParseUint(text, 10, 64)
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return n
}

func TestKilledServerKeepsItsWord(t *testing.T) {
	t.Parallel()
	binary := build(t)
	seed := setting(t, "YINXIN_SEED", uint64(time.Now().UnixNano()))
	times := int(setting(t, "YINXIN_KILLS", kills))
	t.Logf("YINXIN_SEED=%d YINXIN_KILLS=%d", seed, times)
	t.Run("sqlite", func(t *testing.T) {
		t.Parallel()
		newCampaign(t, binary, "", seed).run(times)
	})
	t.Run("postgres", func(t *testing.T) {
		url := dbtest.Postgres(t)
		t.Parallel()
		newCampaign(t, binary, url, seed+1).run(times)
	})
}

// A set-up that was killed leaves a folder that is neither new nor complete: the program says so and serves nothing.
func TestKilledSetUpIsTold(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "data")
	if err := os.MkdirAll(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	s := &server{t: t, binary: build(t), dir: dir}
	t.Cleanup(s.kill)
	said := func() string {
		b, _ := os.ReadFile(filepath.Join(dir, "stderr.txt"))
		return string(b)
	}
	_ = s.launch()
	if err := await(t.Context(), func() (bool, error) { return strings.Contains(said(), ": 20/"), nil }); err != nil {
		t.Fatalf("it makes no licenses: %v", err)
	}
	s.kill()
	out := s.launch()
	text, err := io.ReadAll(out) // until it ends by itself
	if err != nil {
		t.Fatal(err)
	}
	err = s.cmd.Wait()
	exit, ok := errors.AsType[*exec.ExitError](err)
	if !ok || exit.ExitCode() != 2 || portal.Match(text) || !strings.Contains(said(), "cut off") {
		t.Errorf("it ended with %v, saying %q and %q", err, text, said())
	}
	s.cmd = nil
}

// campaign is one server that is killed again and again.
type campaign struct {
	t       *testing.T
	rnd     *rand.Rand
	server  *server
	journal *journal
	workers []*worker
	checker *checker
	auditor *auditor
}

func newCampaign(t *testing.T, binary, database string, seed uint64) *campaign {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "data")
	prepare(t, dir, database)
	roots, err := verify.ParseAnchors(anchors(t, dir))
	if err != nil {
		t.Fatal(err)
	}
	city, err := demo.Load(demo.Seed, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	trust := verify.Options{Anchors: roots, Now: time.Now()}
	c := &campaign{t: t, rnd: rand.New(rand.NewPCG(seed, 1)), journal: newJournal(),
		server: &server{t: t, binary: binary, dir: dir, database: database}, auditor: newAuditor(t, dir, database)}
	t.Cleanup(c.server.kill)
	c.checker = &checker{t: t, server: c.server, journal: c.journal, sessions: map[string]*session{}, trust: trust,
		found: map[string]bool{}}
	for i, course := range courses {
		c.workers = append(c.workers, &worker{course: course, city: city, journal: c.journal, trust: trust,
			rnd: rand.New(rand.NewPCG(seed, uint64(i)+2))})
	}
	return c
}

func (c *campaign) run(times int) {
	c.t.Helper()
	ctx := c.t.Context()
	c.server.start()
	c.signIn(ctx)
	for n := range times {
		alive := time.Duration(50+c.rnd.IntN(2000)) * time.Millisecond
		c.drive(ctx, alive)
		stumbles := 0
		for c.rnd.IntN(3) == 0 {
			c.server.stumble(c.rnd)
			stumbles++
		}
		c.server.start()
		c.forget()
		c.auditor.whole(ctx)
		c.auditor.reads(ctx, c.journal)
		c.checker.all(ctx, false)
		if n%4 == 3 {
			c.auditor.log(ctx)
		}
		if c.t.Failed() {
			c.t.Fatalf("after kill %d, %v after the start, and %d in starting", n+1, alive, stumbles)
		}
	}
	c.checker.all(ctx, true)
	c.checker.proofs(ctx)
	c.auditor.whole(ctx)
	c.auditor.log(ctx)
	c.worth()
}

// signIn opens the sessions, once: they too must outlive the crashes.
func (c *campaign) signIn(ctx context.Context) {
	c.t.Helper()
	passwords := accounts(c.t, c.server.dir)
	for _, w := range c.workers {
		if err := w.signIn(ctx, c.server, passwords); err != nil {
			c.t.Fatal(err)
		}
		for _, u := range []*session{w.clerk, w.owner} {
			c.checker.sessions[u.login] = u
		}
		for _, login := range w.lender {
			if c.checker.sessions[login] == nil {
				u, err := signIn(ctx, c.server, login, passwords[login])
				if err != nil {
					c.t.Fatal(err)
				}
				c.checker.sessions[login] = u
			}
		}
	}
}

func (c *campaign) forget() {
	for _, w := range c.workers {
		w.forget()
	}
	for _, u := range c.checker.sessions {
		u.http.CloseIdleConnections()
	}
}

// drive lets everybody work for a while and then kills the server under them.
func (c *campaign) drive(ctx context.Context, alive time.Duration) {
	c.t.Helper()
	var all sync.WaitGroup
	for _, w := range c.workers {
		all.Go(func() {
			if err := w.work(ctx); err != nil {
				c.t.Error(err)
			}
		})
	}
	pause(ctx, alive)
	c.server.kill()
	all.Wait()
}

// worth sees to it that the test has tested something.
func (c *campaign) worth() {
	c.t.Helper()
	done := 0
	for _, w := range c.workers {
		done += w.done
	}
	j := c.journal
	c.t.Logf("%d cases, %d of them to their end; %d licenses, %d checks, %d records proved",
		len(j.cases), done, len(j.licenses), len(j.checks), len(j.kept))
	if len(j.cases) == 0 || len(j.kept) < len(j.cases) {
		c.t.Error("hardly anything happened between the kills")
	}
}
