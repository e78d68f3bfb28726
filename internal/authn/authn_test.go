package authn_test

import (
	"bytes"
	"context"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/yinxin-org/yinxin/internal/authn"
	"github.com/yinxin-org/yinxin/internal/clock"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/db/dbtest"
	"github.com/yinxin-org/yinxin/internal/errs"
	"github.com/yinxin-org/yinxin/internal/gm"
)

// cheap keeps the tests fast; the cost of real hashes is the subject of the benchmark.
var cheap = authn.Params{MemoryKiB: 64, Passes: 1, Threads: 1}

var start = time.Date(2026, 3, 2, 1, 0, 0, 0, time.UTC)

type world struct {
	*authn.Service
	db    *db.DB
	clock *clock.Fixed
	keys  *gm.KeyStore
}

func each(t *testing.T, fn func(t *testing.T, w world)) {
	t.Helper()
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		keys, err := gm.NewMemoryKeyStore()
		if err != nil {
			t.Fatal(err)
		}
		c := clock.At(start)
		s, err := authn.Open(authn.Options{DB: d, Clock: c, Vault: keys, Params: cheap, Origin: origin})
		if err != nil {
			t.Fatal(err)
		}
		fn(t, world{s, d, c, keys})
	})
}

const (
	goodPassword = "Gulou-2026"
	origin       = "https://yinxin.example"
)

func (w world) clerk(t *testing.T) {
	t.Helper()
	_, err := w.Create(t.Context(), authn.Account{
		Login: "lin.clerk", Password: goodPassword, Name: "林小满", Kind: authn.KindStaff,
		UnitID: "11350100M0001", Roles: []string{"clerk", "verifier"},
	})
	if err != nil {
		t.Fatal(err)
	}
}

func code(err error) string {
	if err == nil {
		return ""
	}
	return errs.Code(err)
}

func TestSignIn(t *testing.T) {
	each(t, func(t *testing.T, w world) {
		w.clerk(t)
		s, err := w.SignIn(t.Context(), "  LIN.Clerk ", goodPassword)
		if err != nil {
			t.Fatal(err)
		}
		if got, want := s.Expires, start.Add(authn.LifeTime); !got.Equal(want) {
			t.Errorf("expires %v, want %v", got, want)
		}
		a, err := w.Actor(t.Context(), s.Token)
		if err != nil {
			t.Fatal(err)
		}
		if a.Name != "林小满" || a.UnitID != "11350100M0001" || a.Kind != authn.KindStaff || !a.Has("verifier") || a.Has("approver") {
			t.Errorf("actor %+v", a)
		}
		if err := w.SignOut(t.Context(), s.Token); err != nil {
			t.Fatal(err)
		}
		if _, err := w.Actor(t.Context(), s.Token); code(err) != "unauthenticated" {
			t.Errorf("after signing out: %v", err)
		}
	})
}

// No session comes of a password that was replaced while it was tried: whoever has the old one is out when the change is answered.
func TestSignInWhileThePasswordChanges(t *testing.T) {
	each(t, func(t *testing.T, w world) {
		w.clerk(t)
		var all sync.WaitGroup
		opened := make([]authn.Session, 12)
		for i := range opened {
			all.Go(func() {
				if s, err := w.SignIn(t.Context(), "lin.clerk", goodPassword); err == nil {
					opened[i] = s
				}
			})
		}
		if err := w.SetPassword(t.Context(), "lin.clerk", "Another-Word-77"); err != nil {
			t.Error(err)
		}
		all.Wait()
		for _, s := range opened {
			if s.Token == "" {
				continue
			}
			if _, err := w.Actor(t.Context(), s.Token); code(err) != "unauthenticated" {
				t.Errorf("a session by the old password lives: %v", err)
			}
		}
	})
}

func TestNothingReadableIsStored(t *testing.T) {
	each(t, func(t *testing.T, w world) {
		w.clerk(t)
		s, err := w.SignIn(t.Context(), "lin.clerk", goodPassword)
		if err != nil {
			t.Fatal(err)
		}
		err = w.db.Read(t.Context(), func(q *db.Tx) error {
			var index, name, token []byte
			var hash string
			if err := q.QueryRow(t.Context(), `SELECT login_index, password_hash, name FROM account`).Scan(&index, &hash, &name); err != nil {
				return err
			}
			if err := q.QueryRow(t.Context(), `SELECT token_hash FROM session`).Scan(&token); err != nil {
				return err
			}
			for _, stored := range [][]byte{index, []byte(hash), name, token} {
				for _, secret := range []string{"lin.clerk", goodPassword, "林小满", s.Token} {
					if bytes.Contains(stored, []byte(secret)) {
						t.Errorf("a secret stands in clear in %q", stored)
					}
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	})
}

func TestAnswersDoNotTellWhetherANameExists(t *testing.T) {
	each(t, func(t *testing.T, w world) {
		w.clerk(t)
		if _, err := w.Create(t.Context(), authn.Account{Login: "stopped", Password: goodPassword, Name: "陈", Kind: authn.KindHolder, HolderID: "h1"}); err != nil {
			t.Fatal(err)
		}
		if err := w.SetActive(t.Context(), "stopped", false); err != nil {
			t.Fatal(err)
		}
		// Seven tries each: five are wrong, then the name is locked, whether it exists or not.
		want := []string{"authn.wrong", "authn.wrong", "authn.wrong", "authn.wrong", "authn.wrong", "authn.locked", "authn.locked"}
		for _, c := range []struct{ name, login, password string }{
			{"unknown", "nobody", goodPassword},
			{"wrong password", "lin.clerk", "Wrong-2026"},
			{"stopped", "stopped", goodPassword},
			{"very long password", "long", goodPassword + string(bytes.Repeat([]byte("x"), 1000))},
		} {
			var got []string
			for range want {
				_, err := w.SignIn(t.Context(), c.login, c.password)
				got = append(got, code(err))
			}
			if !slices.Equal(got, want) {
				t.Errorf("%s: %v, want %v", c.name, got, want)
			}
		}
	})
}

func TestLockoutEndsByTheClock(t *testing.T) {
	each(t, func(t *testing.T, w world) {
		w.clerk(t)
		for range authn.MaxFails {
			_, _ = w.SignIn(t.Context(), "lin.clerk", "Wrong-2026")
		}
		w.clock.Move(authn.LockTime - time.Second)
		_, err := w.SignIn(t.Context(), "lin.clerk", goodPassword)
		if e := errs.Of(err); e.Code != "authn.locked" || e.Args["minutes"] != "1" {
			t.Errorf("one second before the end: %v %v", err, e.Args)
		}
		w.clock.Move(time.Second)
		if _, err := w.SignIn(t.Context(), "lin.clerk", goodPassword); err != nil {
			t.Errorf("after the lock: %v", err)
		}
	})
}

func TestSuccessForgetsFailures(t *testing.T) {
	each(t, func(t *testing.T, w world) {
		w.clerk(t)
		for range 3 {
			for range authn.MaxFails - 1 {
				_, _ = w.SignIn(t.Context(), "lin.clerk", "Wrong-2026")
			}
			if _, err := w.SignIn(t.Context(), "lin.clerk", goodPassword); err != nil {
				t.Fatalf("the fifth try is right: %v", err)
			}
		}
	})
}

// Guesses made at the same moment must not all slip under the count.
func TestSimultaneousGuessesAreCounted(t *testing.T) {
	each(t, func(t *testing.T, w world) {
		w.clerk(t)
		var mu sync.Mutex
		tried := 0
		var wg sync.WaitGroup
		for range 24 {
			wg.Go(func() {
				_, err := w.SignIn(context.WithoutCancel(t.Context()), "lin.clerk", "Wrong-2026")
				mu.Lock()
				defer mu.Unlock()
				if code(err) == "authn.wrong" {
					tried++
				}
			})
		}
		wg.Wait()
		if tried != authn.MaxFails {
			t.Errorf("%d passwords were tried, want %d", tried, authn.MaxFails)
		}
	})
}

func TestSessionsEndByTheClock(t *testing.T) {
	each(t, func(t *testing.T, w world) {
		w.clerk(t)
		steps := func(n int, d time.Duration) []time.Duration { return slices.Repeat([]time.Duration{d}, n) }
		for _, c := range []struct {
			name  string
			moves []time.Duration // a request comes after each
			ends  bool
		}{
			{"a second before idle", steps(1, authn.IdleTime-time.Second), false},
			{"idle", steps(1, authn.IdleTime), true},
			{"used in between", steps(4, 20*time.Minute), false},
			{"used to the last second", append(steps(36, 20*time.Minute-time.Second), 35*time.Second), false},
			{"used for half a day", steps(36, 20*time.Minute), true},
		} {
			s, err := w.SignIn(t.Context(), "lin.clerk", goodPassword)
			if err != nil {
				t.Fatal(err)
			}
			for i, d := range c.moves {
				w.clock.Move(d)
				_, err := w.Actor(t.Context(), s.Token)
				if last := i == len(c.moves)-1; last && c.ends {
					if code(err) != "unauthenticated" {
						t.Errorf("%s: still signed in (%v)", c.name, err)
					}
				} else if err != nil {
					t.Fatalf("%s: request %d: %v", c.name, i+1, err)
				}
			}
		}
		w.clock.Move(authn.IdleTime)
		if err := w.Sweep(t.Context()); err != nil {
			t.Fatal(err)
		}
		if n := w.count(t, `SELECT COUNT(*) FROM session`); n != 0 {
			t.Errorf("%d sessions left after sweeping", n)
		}
	})
}

func TestSetPasswordAndStoppingEndSessions(t *testing.T) {
	each(t, func(t *testing.T, w world) {
		w.clerk(t)
		for name, end := range map[string]func() error{
			"new password": func() error { return w.SetPassword(t.Context(), "lin.clerk", goodPassword+"b") },
			"stopped":      func() error { return w.SetActive(t.Context(), "LIN.clerk", false) },
		} {
			if err := w.SetActive(t.Context(), "lin.clerk", true); err != nil {
				t.Fatal(err)
			}
			if err := w.SetPassword(t.Context(), "lin.clerk", goodPassword); err != nil {
				t.Fatal(err)
			}
			s, err := w.SignIn(t.Context(), "lin.clerk", goodPassword)
			if err != nil {
				t.Fatal(err)
			}
			if err := end(); err != nil {
				t.Fatal(err)
			}
			if _, err := w.Actor(t.Context(), s.Token); code(err) != "unauthenticated" {
				t.Errorf("%s: the session lives on: %v", name, err)
			}
		}
	})
}

func TestRefusedAccounts(t *testing.T) {
	each(t, func(t *testing.T, w world) {
		w.clerk(t)
		good := authn.Account{Login: "new", Password: goodPassword, Name: "王", Kind: authn.KindHolder, HolderID: "h1"}
		for _, c := range []struct {
			name        string
			change      func(*authn.Account)
			code, field string
		}{
			{"same name in other case", func(a *authn.Account) { a.Login = "LIN.clerk" }, "authn.taken", "login"},
			{"same name in full width", func(a *authn.Account) { a.Login = "ｌｉｎ.clerk" }, "authn.taken", "login"},
			{"no name", func(a *authn.Account) { a.Login = " " }, "authn.account", "login"},
			{"unknown kind", func(a *authn.Account) { a.Kind = "root" }, "authn.account", "kind"},
			{"staff without unit", func(a *authn.Account) { a.Kind, a.HolderID = authn.KindStaff, "" }, "authn.account", "unitId"},
			{"holder without holder", func(a *authn.Account) { a.HolderID = "" }, "authn.account", "holderId"},
			{"short", func(a *authn.Account) { a.Password = "Aa1-567" }, "authn.weak", "password"},
			{"two classes", func(a *authn.Account) { a.Password = "abcdefgh1" }, "authn.weak", "password"},
			{"contains the login", func(a *authn.Account) { a.Login, a.Password = "gulou", goodPassword }, "authn.weak", "password"},
		} {
			a := good
			c.change(&a)
			_, err := w.Create(t.Context(), a)
			if e := errs.Of(err); err == nil || e.Code != c.code || e.Field != c.field {
				t.Errorf("%s: %v, want %s on %s", c.name, err, c.code, c.field)
			}
		}
		if _, err := w.Create(t.Context(), good); err != nil {
			t.Errorf("a good account: %v", err)
		}
	})
}

func TestDearerHashesReplaceCheaperOnes(t *testing.T) {
	each(t, func(t *testing.T, w world) {
		w.clerk(t)
		dearer, err := authn.Open(authn.Options{DB: w.db, Clock: w.clock, Vault: w.keys, Params: authn.Params{MemoryKiB: 128, Passes: 1, Threads: 1}})
		if err != nil {
			t.Fatal(err)
		}
		for range 2 {
			if _, err := dearer.SignIn(t.Context(), "lin.clerk", goodPassword); err != nil {
				t.Fatal(err)
			}
		}
		if n := w.count(t, `SELECT COUNT(*) FROM account WHERE password_hash LIKE '$argon2id$v=19$m=128,t=1,p=1$%'`); n != 1 {
			t.Error("the hash was not renewed")
		}
	})
}

func TestUnknownTokens(t *testing.T) {
	each(t, func(t *testing.T, w world) {
		for _, token := range []string{"", "x", string(bytes.Repeat([]byte("A"), 43)), string(bytes.Repeat([]byte("A"), 5000))} {
			if _, err := w.Actor(t.Context(), token); code(err) != "unauthenticated" {
				t.Errorf("token of %d bytes: %v", len(token), err)
			}
		}
	})
}

func (w world) count(t *testing.T, query string) int {
	t.Helper()
	var n int
	err := w.db.Read(t.Context(), func(q *db.Tx) error { return q.QueryRow(t.Context(), query).Scan(&n) })
	if err != nil {
		t.Fatal(err)
	}
	return n
}
