package sealing_test

import (
	"context"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/yinxin-org/yinxin/internal/authn"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/errs"
	"github.com/yinxin-org/yinxin/internal/sealing"
	"github.com/yinxin-org/yinxin/test/world"
)

const (
	clerk   = "gl-scjg-clerk"
	manager = "gl-scjg-seal-manager"
	auditor = "gl-scjg-seal-auditor"
)

// game plays a random life of one unit's seals beside a model that knows nothing but lists.
type game struct {
	*world.World
	t      *testing.T
	r      *rand.Rand
	seals  []string          // codes, in the order of making
	states map[string]string // what the model says of each
	open   *sealing.Request  // the application that is not over yet
}

func (g *game) change(login, code, action string) error {
	a := g.Actor(g.t, login)
	return g.TryWrite(func(ctx context.Context, tx *db.Tx) error {
		_, err := g.Seals.Change(ctx, tx, a, code, action, "月度盘点")
		return err
	})
}

func (g *game) request(do func(ctx context.Context, tx *db.Tx) (sealing.Request, error)) (sealing.Request, error) {
	var r sealing.Request
	err := g.TryWrite(func(ctx context.Context, tx *db.Tx) (err error) {
		r, err = do(ctx, tx)
		return err
	})
	return r, err
}

// working tells whether the model has a seal in use.
func (g *game) working() bool {
	return slices.ContainsFunc(g.seals, func(c string) bool { return g.states[c] == "in-use" })
}

// wants fails the test unless an operation did what the model says it may.
func (g *game) wants(what string, err error, allowed bool) {
	g.t.Helper()
	if (err == nil) != allowed {
		g.t.Fatalf("%s: %v, the model says %v; seals %v, application %+v", what, err, allowed, g.states, g.open)
	}
	if _, known := errs.Of(err), errs.Code(err); err != nil && known == "" {
		g.t.Fatalf("%s: %v has no words", what, err)
	}
}

func (g *game) some() string {
	if len(g.seals) == 0 {
		return ""
	}
	return g.seals[g.r.IntN(len(g.seals))]
}

// step does one thing at random.
func (g *game) step() {
	code := g.some()
	switch g.r.IntN(9) {
	case 0:
		g.ask(sealing.NewSeal, "", g.open == nil && !g.working())
	case 1:
		g.ask(sealing.RenewSeal, code, g.open == nil && (g.states[code] == "in-use" || g.states[code] == "stopped"))
	case 2, 3:
		g.decide([]string{sealing.Approve, sealing.Approve, sealing.Refuse}[g.r.IntN(3)])
	case 4, 5:
		g.make()
	case 6:
		err := g.change(manager, code, sealing.Stop)
		ok := g.states[code] == "in-use"
		g.wants("stop", err, ok)
		g.put(ok, code, "stopped")
	case 7:
		err := g.change(manager, code, sealing.Resume)
		ok := g.states[code] == "stopped" && !g.working()
		g.wants("resume", err, ok)
		g.put(ok, code, "in-use")
	case 8:
		if g.r.IntN(3) > 0 {
			return
		}
		err := g.change(manager, code, sealing.Revoke)
		ok := g.states[code] == "in-use" || g.states[code] == "stopped"
		g.wants("revoke", err, ok)
		g.put(ok, code, "revoked")
	}
}

func (g *game) put(ok bool, code, state string) {
	if ok {
		g.states[code] = state
	}
}

func (g *game) ask(kind, old string, allowed bool) {
	a := g.Actor(g.t, clerk)
	r, err := g.request(func(ctx context.Context, tx *db.Tx) (sealing.Request, error) {
		return g.Seals.Ask(ctx, tx, a, sealing.Request{Kind: kind, Purpose: sealing.ForLicenses, Reason: "业务需要",
			Units: []sealing.RequestUnit{{UnitID: unit, OldCode: old}}})
	})
	g.wants("ask "+kind, err, allowed)
	if err == nil {
		g.open = &r
	}
}

func (g *game) decide(action string) {
	if g.open == nil {
		return
	}
	a := g.Actor(g.t, manager)
	r, err := g.request(func(ctx context.Context, tx *db.Tx) (sealing.Request, error) {
		return g.Seals.Decide(ctx, tx, a, g.open.ID, action, "已核对")
	})
	g.wants(action, err, g.open.State == "applied")
	if err == nil {
		g.open = &r
	}
	if g.open.State == "refused" {
		g.open = nil
	}
}

// make fills the application; what became impossible meanwhile is noted with it and makes no seal.
func (g *game) make() {
	if g.open == nil {
		return
	}
	old := g.open.Units[0].OldCode
	r, err := g.Seals.Fill(context.Background(), g.Actor(g.t, manager), g.open.ID, "制章")
	g.wants("make", err, g.open.State == "approved")
	if err != nil {
		return
	}
	was := g.states[old]
	if old != "" && was != "revoked" {
		g.states[old] = "stopped"
	}
	possible := was != "revoked" && !g.working()
	if !possible && old != "" && was != "revoked" {
		g.states[old] = was // the renewing came to nothing
	}
	if made := r.Units[0].Code != "" && r.Units[0].Fault == ""; made != possible {
		g.t.Fatalf("made %v, the model says %v: %+v", made, possible, r.Units[0])
	}
	if possible {
		g.seals = append(g.seals, r.Units[0].Code)
		g.states[r.Units[0].Code] = "in-use"
	}
	g.open = nil
}

// check holds the database against the model, and every state against its events.
func (g *game) check() {
	g.t.Helper()
	g.Read(g.t, func(ctx context.Context, q *db.Tx) error {
		found, err := g.Seals.Of(ctx, q, unit)
		if err != nil || len(found) != len(g.seals) {
			g.t.Fatalf("%d seals, %v, want %d", len(found), err, len(g.seals))
		}
		for _, x := range found {
			if x.State != g.states[x.Code] {
				g.t.Fatalf("seal %s is %s, want %s", x.Code, x.State, g.states[x.Code])
			}
			events, err := g.Seals.Events(ctx, q, x.Code)
			if err != nil {
				return err
			}
			at := x.State
			if len(events) > 0 {
				at = events[0].From
			}
			for _, e := range events {
				if e.From != at {
					g.t.Fatalf("seal %s: a step from %s where it was %s", x.Code, e.From, at)
				}
				at = e.To
			}
			if at != x.State {
				g.t.Fatalf("seal %s is %s, its steps lead to %s", x.Code, x.State, at)
			}
		}
		x, err := g.Seals.Usable(ctx, q, unit, sealing.ForLicenses)
		if (err == nil) != g.working() || err == nil && g.states[x.Code] != "in-use" {
			g.t.Fatalf("usable: %s, %v, the model says %v", x.Code, err, g.working())
		}
		return nil
	})
}

// SEAL-1: random lives never do what the life of a seal does not have, and every state follows from its events.
func TestLivesOfSeals(t *testing.T) {
	t.Parallel()
	world.Each(t, func(t *testing.T, w *world.World) {
		g := &game{World: w, t: t, r: rand.New(rand.NewPCG(7, 11)), states: map[string]string{}}
		w.Read(t, func(ctx context.Context, q *db.Tx) error {
			found, err := w.Seals.Of(ctx, q, unit)
			for _, x := range found {
				g.seals, g.states[x.Code] = append(g.seals, x.Code), x.State
			}
			return err
		})
		seen := map[string]bool{}
		for range 250 {
			g.step()
			g.check()
			for _, s := range g.states {
				seen[s] = true
			}
		}
		if len(seen) != 3 || len(g.seals) < 4 {
			t.Errorf("the game saw only %v in %d seals", seen, len(g.seals))
		}
	})
}

// SEAL-1: an application is decided by somebody else, who manages seals of that unit.
func TestWhoDecidesAnApplication(t *testing.T) {
	t.Parallel()
	world.Each(t, func(t *testing.T, w *world.World) {
		g := &game{World: w, t: t}
		ask := func(login, unitID string) (sealing.Request, error) {
			a := w.Actor(t, login)
			return g.request(func(ctx context.Context, tx *db.Tx) (sealing.Request, error) {
				return w.Seals.Ask(ctx, tx, a, sealing.Request{Kind: sealing.NewSeal, Purpose: sealing.ForLicenses, Reason: "新设机构",
					Units: []sealing.RequestUnit{{UnitID: unitID}}})
			})
		}
		decide := func(a *authn.Actor, r sealing.Request) error {
			_, err := g.request(func(ctx context.Context, tx *db.Tx) (sealing.Request, error) {
				return w.Seals.Decide(ctx, tx, a, r.ID, sealing.Approve, "同意")
			})
			return err
		}
		_, err := ask(clerk, unit)
		wantCode(t, err, "seal.exists")
		_, err = ask(clerk, "11350102YX0100025B")
		wantCode(t, err, "seal.not-below")
		_, err = ask(manager, unit)
		wantCode(t, err, "denied")

		wantCode(t, g.change(auditor, sealOf(t, w).Code, sealing.Revoke), "seal.not-manager")
		if err := g.change(manager, sealOf(t, w).Code, sealing.Revoke); err != nil {
			t.Fatal(err)
		}
		r, err := ask(clerk, unit)
		if err != nil {
			t.Fatal(err)
		}
		_, err = ask(clerk, unit)
		wantCode(t, err, "seal.asked")
		wantCode(t, decide(w.Actor(t, clerk), r), "seal.same-person")
		own := *w.Actor(t, manager)
		own.AccountID = r.ApplicantID // one account with both posts
		wantCode(t, decide(&own, r), "seal.same-person")
		wantCode(t, decide(w.Actor(t, "gl-scjg-approver"), r), "seal.not-manager")
		if err := decide(w.Actor(t, manager), r); err != nil {
			t.Fatal(err)
		}
		wantCode(t, decide(w.Actor(t, manager), r), "seal.stage")
	})
}

// SEAL-3: a sector's institutions apply together, and one that cannot have a seal does not keep the others from theirs.
func TestSealsOfASector(t *testing.T) {
	t.Parallel()
	world.Each(t, func(t *testing.T, w *world.World) {
		ctx := context.Background()
		g := &game{World: w, t: t}
		var ask sealing.Request
		w.Read(t, func(ctx context.Context, q *db.Tx) error {
			for _, u := range w.City.Units {
				_, err := w.Seals.Usable(ctx, q, u.ID, sealing.ForLicenses)
				if errs.Code(err) == "seal.unknown" && len(ask.Units) < 12 {
					ask.Units = append(ask.Units, sealing.RequestUnit{UnitID: u.ID})
				}
			}
			return nil
		})
		ask.Kind, ask.Purpose, ask.Reason = sealing.NewSeal, sealing.ForLicenses, "全行业启用电子证照"
		digital, boss := w.Actor(t, "digital"), w.Actor(t, "fz-seal-manager")
		r, err := g.request(func(ctx context.Context, tx *db.Tx) (sealing.Request, error) {
			return w.Seals.Ask(ctx, tx, digital, ask)
		})
		if err != nil {
			t.Fatal(err)
		}
		_, err = w.Seals.Fill(ctx, boss, r.ID, "制章")
		wantCode(t, err, "seal.stage")
		if _, err := g.request(func(ctx context.Context, tx *db.Tx) (sealing.Request, error) {
			return w.Seals.Decide(ctx, tx, boss, r.ID, sealing.Approve, "同意")
		}); err != nil {
			t.Fatal(err)
		}
		// One of them gets its seal in another way meanwhile.
		w.Write(t, func(ctx context.Context, tx *db.Tx) error {
			return w.Seals.Put(ctx, tx, sealing.Seal{Code: "1", UnitID: r.Units[3].UnitID, Name: "章", Purpose: sealing.ForLicenses, KeyID: "k", DER: []byte{1},
				ValidFrom: world.Start.AddDate(0, 0, -1), ValidTo: world.Start.AddDate(1, 0, 0)})
		})
		if r, err = w.Seals.Fill(ctx, boss, r.ID, "制章"); err != nil || r.State != sealing.Done {
			t.Fatalf("%s, %v", r.State, err)
		}
		made := 0
		for i, u := range r.Units {
			if u.Code != "" {
				made++
			}
			if (u.Fault == "seal.exists") != (i == 3) {
				t.Errorf("%s: code %q, fault %q", u.UnitID, u.Code, u.Fault)
			}
		}
		if made != len(r.Units)-1 {
			t.Errorf("%d of %d made", made, len(r.Units))
		}
		_, err = w.Seals.Fill(ctx, boss, r.ID, "制章")
		wantCode(t, err, "seal.stage")
	})
}

// The powers over seals are apart: who reads the log of use neither manages nor uses any.
func TestPowersOverSealsAreApart(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		roles []string
		want  string
	}{
		{[]string{authn.RoleSealManager, authn.RoleSealUser}, ""},
		{[]string{authn.RoleSealAuditor, authn.RoleSupervisor}, ""},
		{[]string{authn.RoleSealManager, authn.RoleSealAuditor}, "authn.apart"},
		{[]string{authn.RoleSealUser, authn.RoleSealAuditor}, "authn.apart"},
		{[]string{authn.RoleAdmin, authn.RoleSealManager}, "authn.apart"},
	} {
		if got := errs.Code(authn.CheckRoles(c.roles)); got != c.want && (c.want != "" || got != errs.Code(nil)) {
			t.Errorf("%v: %q, want %q", c.roles, got, c.want)
		}
	}
}

func sealOf(t *testing.T, w *world.World) sealing.Seal {
	t.Helper()
	var x sealing.Seal
	w.Read(t, func(ctx context.Context, q *db.Tx) (err error) {
		x, err = w.Seals.Usable(ctx, q, unit, sealing.ForLicenses)
		return err
	})
	return x
}

func wantCode(t testing.TB, err error, code string) {
	t.Helper()
	if got := errs.Code(err); err == nil || got != code {
		t.Errorf("got %q (%v), want %q", got, err, code)
	}
}
