// Package world gives tests a whole platform: the demonstration's units, types and matters, the cast with its
// licenses and accounts, on every database the product supports, at a time that the test decides.
//
// Making the cast takes seconds, so it is made once a process, or once for all processes of `make test`, and copied for
// every test. A package that uses it has to let Main run its tests, which takes what was copied from away again.
package world

import (
	"context"
	"io"
	"log/slog"
	"sync"
	"testing"
	"time"

	"github.com/yinxin-org/yinxin/internal/app"
	"github.com/yinxin-org/yinxin/internal/authn"
	"github.com/yinxin-org/yinxin/internal/clock"
	"github.com/yinxin-org/yinxin/internal/config"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/demo"
	"github.com/yinxin-org/yinxin/internal/holder"
)

// BaseURL is how the world's platform is reached.
const BaseURL = "https://yinxin.example"

// Start is when every world begins: a Monday morning, a working day.
var Start = time.Date(2026, 3, 2, 10, 0, 0, 0, clock.Shanghai)

// Hash makes passwords cheap; tests prove nothing about their cost.
var Hash = authn.Params{MemoryKiB: 64, Passes: 1, Threads: 1}

// World is a platform of a test's own.
type World struct {
	*app.App
	Now  *clock.Fixed
	City *demo.City

	// Passwords are those of the demonstration's accounts, by login.
	Passwords map[string]string
	// Secrets are what they make their codes with for strong confirmations, by login.
	Secrets map[string]string

	mu     sync.Mutex
	actors map[string]*authn.Actor
}

// Each runs fn in a world of its own on SQLite and on PostgreSQL. Without a server the latter is skipped and
// says so; in CI that is a failure.
func Each(t *testing.T, fn func(t *testing.T, w *World)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) {
		t.Parallel()
		fn(t, sqliteWorld(t))
	})
	t.Run("postgres", func(t *testing.T) {
		t.Parallel()
		fn(t, postgresWorld(t))
	})
}

// New is a world on SQLite, for tests of what no database can change.
func New(t testing.TB) *World {
	t.Helper()
	return sqliteWorld(t)
}

// NewPostgres is a world on PostgreSQL; without a server the test is skipped.
func NewPostgres(t testing.TB) *World {
	t.Helper()
	return postgresWorld(t)
}

// In is the world whose folder a world on SQLite left behind, for tests that kill a process.
func In(t testing.TB, dir string) *World {
	t.Helper()
	return open(t, at(dir, ""))
}

// place is where a world lies and how it is reached.
type place struct {
	dir  string
	url  string // of the database
	base string // what its addresses begin with
	log  io.Writer
}

// at is a place that is reached at BaseURL and logs nothing. Without a url the database is in the folder.
func at(dir, url string) place { return place{dir: dir, url: url, base: BaseURL, log: io.Discard} }

// Again is the world of a folder and a database that another process, or this one, has left behind.
func Again(t testing.TB, dir, url string) *World {
	t.Helper()
	return open(t, at(dir, url))
}

// Beside opens a world's platform once more, in the process of its own that a test kills.
func Beside(c config.Config, now time.Time) (*app.App, error) {
	return app.Open(context.Background(), app.Options{Config: c, Log: slog.New(slog.DiscardHandler), Clock: clock.At(now), Demo: true,
		Maker: demo.Maker, Hash: Hash})
}

// open builds the object graph over a folder and a database.
func open(t testing.TB, p place) *World {
	t.Helper()
	c := config.Config{Data: p.dir, Database: p.url, BaseURL: p.base, PlatformUnit: demo.PlatformUnit, LogOrigin: "yinxin.example/test",
		PushNetworks: demo.Loopback()}
	if err := c.Complete(); err != nil {
		t.Fatal(err)
	}
	w := &World{Now: clock.At(Start), actors: map[string]*authn.Actor{}}
	var err error
	log := slog.New(slog.NewJSONHandler(p.log, nil))
	if w.App, err = app.Open(context.Background(), app.Options{Config: c, Log: log, Clock: w.Now, Demo: true, Maker: demo.Maker, Hash: Hash}); err != nil {
		t.Fatal(err)
	}
	if w.City, err = demo.Load(demo.Seed, Start); err != nil {
		t.Fatal(err)
	}
	return w
}

// begin opens the copy of a template for one test.
func begin(t testing.TB, p place) *World {
	t.Helper()
	w := open(t, p)
	t.Cleanup(func() { _ = w.Close() })
	var err error
	if w.Secrets, err = demo.Secrets(p.dir); err != nil {
		t.Fatal(err)
	}
	if w.Passwords, err = demo.Passwords(p.dir); err != nil {
		t.Fatal(err)
	}
	return w
}

// Actor signs an account of the demonstration in, such as "gl-scjg-clerk" or "food-firm".
func (w *World) Actor(t testing.TB, login string) *authn.Actor {
	t.Helper()
	w.mu.Lock()
	defer w.mu.Unlock()
	if a := w.actors[login]; a != nil {
		return a
	}
	s, err := w.Accounts.SignIn(context.Background(), login, w.Passwords[login])
	if err != nil {
		t.Fatalf("sign %s in: %v", login, err)
	}
	w.actors[login] = s.Actor
	return s.Actor
}

// Cast is a member of the cast, such as "owner".
func (w *World) Cast(t testing.TB, key string) demo.Holder {
	t.Helper()
	h, ok := w.City.Cast(key)
	if !ok {
		t.Fatalf("the cast has no %s", key)
	}
	return h
}

// HolderID is the id of a member of the cast.
func (w *World) HolderID(t testing.TB, key string) string {
	t.Helper()
	var id string
	w.Read(t, func(ctx context.Context, q *db.Tx) error {
		var err error
		id, err = w.Holders.Find(ctx, q, holder.Code(w.Cast(t, key).Code))
		return err
	})
	return id
}

// TypeCode is the code of a license type by its key, such as demo.FoodPermit.
func (w *World) TypeCode(t testing.TB, key string) string {
	t.Helper()
	typ, err := w.City.Type(key)
	if err != nil {
		t.Fatal(err)
	}
	return typ.Code
}

// Read reads, and fails the test on error.
func (w *World) Read(t testing.TB, fn func(ctx context.Context, q *db.Tx) error) {
	t.Helper()
	ctx := context.Background()
	if err := w.DB.Read(ctx, func(q *db.Tx) error { return fn(ctx, q) }); err != nil {
		t.Fatal(err)
	}
}

// Write writes, and fails the test on error.
func (w *World) Write(t testing.TB, fn func(ctx context.Context, tx *db.Tx) error) {
	t.Helper()
	if err := w.TryWrite(fn); err != nil {
		t.Fatal(err)
	}
}

// TryWrite writes and gives the error.
func (w *World) TryWrite(fn func(ctx context.Context, tx *db.Tx) error) error {
	ctx := context.Background()
	return w.DB.Write(ctx, func(tx *db.Tx) error { return fn(ctx, tx) })
}

// Count is the number a query gives.
func (w *World) Count(t testing.TB, query string, args ...any) int {
	t.Helper()
	var n int
	w.Read(t, func(ctx context.Context, q *db.Tx) error { return q.QueryRow(ctx, query, args...).Scan(&n) })
	return n
}

// At opens a world that lies in a folder and a database already: for processes that are killed and started again.
func At(t testing.TB, dir, url string) *World {
	t.Helper()
	return open(t, at(dir, url))
}
