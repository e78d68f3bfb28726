// Package demotest opens the demonstration city for tests: the whole product in one process, on a database of
// the test's choice, with the licenses of the cast and a clock that only the test moves.
package demotest

import (
	"bytes"
	"io"
	"sync"
	"testing"
	"time"

	"github.com/yinxin-org/yinxin/internal/app"
	"github.com/yinxin-org/yinxin/internal/authn"
	"github.com/yinxin-org/yinxin/internal/clock"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/demo"
	"github.com/yinxin-org/yinxin/internal/holder"
	"github.com/yinxin-org/yinxin/internal/license"
	"github.com/yinxin-org/yinxin/test/world"
)

// Start is where the clock of a World stands at first: a Monday morning in Beijing.
var Start = world.Start

// World is an installation with the cast of the demonstration in it.
type World struct {
	App   *app.App
	Clock *clock.Fixed
	City  *demo.City
	Log   *Log // what the installation wrote into its log

	passwords, secrets map[string]string
}

// Main runs a package's tests, as world.Main does; a package that calls Open needs it.
func Main(m *testing.M) int { return world.Main(m) }

// Open fills an empty database, named as db.Open wants it, with a copy of what test/world made, and opens the installation on it.
func Open(t *testing.T, url string) *World {
	t.Helper()
	log := &Log{}
	w := world.Filling(t, url, "http://yinxin.example", log)
	return &World{App: w.App, Clock: w.Now, City: w.City, Log: log, passwords: w.Passwords, secrets: w.Secrets}
}

// Password is the password of one of the demonstration's accounts.
func (w *World) Password(login string) string { return w.passwords[login] }

// Code is what the authenticator of one of the demonstration's accounts shows, ahead half minutes from now: each code
// counts once, so that a test that confirms twice at one moment takes the one that comes next.
func (w *World) Code(t *testing.T, login string, ahead int) string {
	t.Helper()
	code, err := authn.CodeAt(w.secrets[login], w.Clock.Now().Add(time.Duration(ahead)*30*time.Second))
	if err != nil {
		t.Fatal(err)
	}
	return code
}

// Actor signs one of the demonstration's accounts in.
func (w *World) Actor(t *testing.T, login string) *authn.Actor {
	t.Helper()
	s, err := w.App.Accounts.SignIn(t.Context(), login, w.passwords[login])
	if err != nil {
		t.Fatalf("sign in %s: %v", login, err)
	}
	return s.Actor
}

// Cast finds a member of the cast by its key, such as "food-firm".
func (w *World) Cast(t *testing.T, key string) demo.Holder {
	t.Helper()
	h, ok := w.City.Cast(key)
	if !ok {
		t.Fatalf("the cast has no %s", key)
	}
	return h
}

// HolderID is the id under which the platform knows a member of the cast.
func (w *World) HolderID(t *testing.T, key string) string {
	t.Helper()
	var id string
	w.Read(t, func(q *db.Tx) error {
		var err error
		id, err = w.App.Holders.Find(t.Context(), q, holder.Code(w.Cast(t, key).Code))
		return err
	})
	return id
}

// TypeCode is the code of a license type by its key, such as "identity-card".
func (w *World) TypeCode(t *testing.T, key string) string {
	t.Helper()
	typ, err := w.City.Type(key)
	if err != nil {
		t.Fatal(err)
	}
	return typ.Code
}

// License is the license of a type that a member of the cast holds.
func (w *World) License(t *testing.T, cast, typeKey string) license.License {
	t.Helper()
	id, code := w.HolderID(t, cast), w.TypeCode(t, typeKey)
	var held []license.License
	w.Read(t, func(q *db.Tx) error {
		var err error
		held, err = w.App.Licenses.Held(t.Context(), q, id, code)
		return err
	})
	if len(held) == 0 {
		t.Fatalf("%s holds no %s", cast, typeKey)
	}
	return held[0]
}

// Read runs fn on a snapshot of the database.
func (w *World) Read(t *testing.T, fn func(q *db.Tx) error) {
	t.Helper()
	if err := w.App.DB.Read(t.Context(), fn); err != nil {
		t.Fatal(err)
	}
}

// Write runs fn in a transaction.
func (w *World) Write(t *testing.T, fn func(tx *db.Tx) error) {
	t.Helper()
	if err := w.App.DB.Write(t.Context(), fn); err != nil {
		t.Fatal(err)
	}
}

// Log keeps what was logged. It is safe for concurrent use.
type Log struct {
	mu   sync.Mutex
	text bytes.Buffer
}

var _ io.Writer = (*Log)(nil)

// Write takes what a logger says.
func (l *Log) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

// String is all that was logged so far.
func (l *Log) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}
