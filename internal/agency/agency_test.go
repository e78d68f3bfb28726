package agency_test

import (
	"context"
	"os"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/yinxin-org/yinxin/internal/access"
	"github.com/yinxin-org/yinxin/internal/agency"
	"github.com/yinxin-org/yinxin/internal/authn"
	"github.com/yinxin-org/yinxin/internal/clock"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/demo"
	"github.com/yinxin-org/yinxin/internal/errs"
	"github.com/yinxin-org/yinxin/internal/license"
	"github.com/yinxin-org/yinxin/test/world"
)

func TestMain(m *testing.M) { os.Exit(world.Main(m)) }

// pair is a firm that entrusts a person: 榕荫置业 and 陈𫘝, who have nothing to do with each other yet.
type pair struct {
	*world.World
	t           *testing.T
	firm, agent *authn.Actor
}

func newPair(t *testing.T, w *world.World) *pair {
	t.Helper()
	return &pair{World: w, t: t, firm: w.Actor(t, "builder-firm"), agent: w.Actor(t, "groom")}
}

func (p *pair) request(cast string, kind agency.Kind, powers ...string) agency.Request {
	p.t.Helper()
	h := p.Cast(p.t, cast)
	return agency.Request{Kind: kind, Code: h.Code, Name: h.Name, Powers: powers, ValidTo: p.Now.Now().AddDate(0, 6, 0)}
}

func (p *pair) ask(actor *authn.Actor, r agency.Request) agency.Relation {
	p.t.Helper()
	made, err := p.Agency.Ask(context.Background(), actor, r)
	if err != nil {
		p.t.Fatal(err)
	}
	return made
}

// entrusted is a relation in force, and the agent's actor under it.
func (p *pair) entrusted(powers ...string) (agency.Relation, *authn.Actor) {
	p.t.Helper()
	r := p.ask(p.firm, p.request("groom", agency.Agent, powers...))
	r, err := p.Agency.Answer(context.Background(), p.agent, r.ID, true)
	if err != nil {
		p.t.Fatal(err)
	}
	return r, p.acting(r)
}

func (p *pair) acting(r agency.Relation) *authn.Actor {
	p.t.Helper()
	holderID, a, err := p.Agency.Acts(context.Background(), p.agent.SelfID, r.ID)
	if err != nil {
		p.t.Fatal(err)
	}
	as := *p.agent
	as.HolderID, as.Acting = holderID, &a
	return &as
}

func wantCode(t *testing.T, what string, err error, code string) {
	t.Helper()
	if errs.Code(err) != code {
		t.Errorf("%s: %v, want %s", what, err, code)
	}
}

// A firm entrusts, the agent accepts, both find the relation at home, either ends it, and it gives nothing from then on.
func TestEntrustAnswerEnd(t *testing.T) {
	t.Parallel()
	world.Each(t, func(t *testing.T, w *world.World) {
		p, ctx := newPair(t, w), context.Background()
		asked := p.ask(p.firm, p.request("groom", agency.Agent, "read", "apply"))
		if as := p.acting(asked); as.May(authn.PowerApply) || as.May(authn.PowerRead) {
			t.Error("what nobody accepted gives powers")
		}
		_, err := w.Agency.Answer(ctx, p.firm, asked.ID, true)
		wantCode(t, "the asker answers", err, "relation.not-asked")
		_, err = w.Agency.Answer(ctx, w.Actor(t, "bride"), asked.ID, true)
		wantCode(t, "a stranger answers", err, "relation.unknown")
		_, err = w.Agency.Ask(ctx, p.firm, p.request("groom", agency.Agent, "read"))
		wantCode(t, "asked twice", err, "relation.exists")
		r, err := w.Agency.Answer(ctx, p.agent, asked.ID, true)
		if err != nil {
			t.Fatal(err)
		}
		_, err = w.Agency.Answer(ctx, p.agent, asked.ID, false)
		wantCode(t, "answered twice", err, "relation.answered")
		as := p.acting(r)
		if as.HolderID != p.firm.SelfID || as.SelfID != p.agent.SelfID || !as.May(authn.PowerApply) || !as.May(authn.PowerRead) || as.May(authn.PowerShow) {
			t.Errorf("acting as %+v %+v", as, as.Acting)
		}
		_, err = w.Agency.Ask(ctx, as, p.request("bride", agency.Agent, "read"))
		wantCode(t, "an agent entrusts others", err, "relation.self-only")
		for _, side := range []*authn.Actor{p.firm, p.agent} {
			w.Read(t, func(ctx context.Context, q *db.Tx) error {
				all, err := w.Agency.Of(ctx, q, side.SelfID)
				if !slices.ContainsFunc(all, func(x agency.Relation) bool { return x.ID == r.ID && x.Step == agency.Active }) {
					t.Errorf("%d relations, none of them this", len(all))
				}
				return err
			})
		}
		if _, err := w.Agency.End(ctx, p.agent, r.ID); err != nil {
			t.Fatal(err)
		}
		if as := p.acting(r); as.May(authn.PowerApply) || as.May(authn.PowerRead) {
			t.Error("what has ended gives powers")
		}
		_, err = w.Agency.End(ctx, p.firm, r.ID)
		wantCode(t, "ended twice", err, "relation.over")
		if n := w.Count(t, `SELECT count(*) FROM notice WHERE subject = $1`, r.ID); n != 3 {
			t.Errorf("%d notices, want 3: asked, accepted, ended", n)
		}
		if n := w.Count(t, `SELECT count(*) FROM log_leaf WHERE holder_id = $1 AND kind = 'relation'`, p.firm.SelfID); n < 3 {
			t.Errorf("%d leaves, want 3", n)
		}
	})
}

// A mandate runs out by itself, without a job that would have to run.
func TestMandateRunsOut(t *testing.T) {
	t.Parallel()
	w := world.New(t)
	p := newPair(t, w)
	r, as := p.entrusted("read")
	if !as.May(authn.PowerRead) {
		t.Fatal("no power")
	}
	w.Now.Move(r.ValidTo.Sub(w.Now.Now()))
	if as := p.acting(r); as.May(authn.PowerRead) || r.Standing(w.Now.Now()) != agency.Over {
		t.Error("it is still in force")
	}
}

func TestAskIsHeldAgainstTheLaw(t *testing.T) {
	t.Parallel()
	w := world.New(t)
	p := newPair(t, w)
	with := func(r agency.Request, change func(r *agency.Request)) agency.Request {
		change(&r)
		return r
	}
	agent := p.request("groom", agency.Agent, "apply")
	for _, c := range []struct {
		name string
		who  string
		r    agency.Request
		code string
	}{
		{"a code nobody has", "builder-firm", with(agent, func(r *agency.Request) { r.Code = "91350102YX010999XX" }), "code.uscc"},
		{"another name", "builder-firm", with(agent, func(r *agency.Request) { r.Name = "陈某某" }), "relation.other-unknown"},
		{"no power", "builder-firm", p.request("groom", agency.Agent), "relation.powers"},
		{"a power that is none", "builder-firm", p.request("groom", agency.Agent, "apply", "sell"), "relation.powers"},
		{"no end", "builder-firm", with(agent, func(r *agency.Request) { r.ValidTo = time.Time{} }), "relation.term"},
		{"too long", "builder-firm", with(agent, func(r *agency.Request) { r.ValidTo = w.Now.Now().AddDate(4, 0, 0) }), "relation.term"},
		{"a firm as agent", "groom", p.request("food-firm", agency.Agent, "apply"), "relation.person"},
		{"oneself", "groom", agent, "relation.self"},
		{"a child as agent", "father", p.request("baby", agency.Agent, "apply"), "relation.minor"},
		{"a representative whom the license does not name", "builder-firm", p.request("groom", agency.Representative), "relation.not-on-license"},
		{"a representative of a person", "father", p.request("mother", agency.Representative), "relation.firm"},
		{"guardian of a grown person", "father", p.request("mother", agency.Guardian), "relation.not-minor"},
		{"care for somebody young", "father", p.request("mother", agency.Care, "read"), "relation.not-old"},
		{"an unknown kind", "father", p.request("mother", "friend", "read"), "field.option"},
	} {
		_, err := w.Agency.Ask(context.Background(), w.Actor(t, c.who), c.r)
		wantCode(t, c.name, err, c.code)
	}
	if n := w.Count(t, `SELECT count(*) FROM relation WHERE holder_id = $1`, p.agent.SelfID); n != 0 {
		t.Errorf("%d relations were written", n)
	}
}

// What a license says needs no clerk: the firm's names its representative, the household book the children.
func TestProvedByLicense(t *testing.T) {
	t.Parallel()
	world.Each(t, func(t *testing.T, w *world.World) {
		p := newPair(t, w)
		r := p.ask(p.firm, p.request("developer", agency.Representative))
		if r.Proof != agency.ByLicense || r.ProofNo == "" || r.Step != agency.Asked || len(r.Powers) != 3 {
			t.Errorf("%+v", r)
		}
		if n := w.Count(t, `SELECT count(*) FROM access_record WHERE holder_id = $1 AND ground = 'self'`, p.firm.SelfID); n != 1 {
			t.Errorf("%d looks at the license are recorded, want 1", n)
		}
		father, child := fatherOf(t, w)
		g, err := w.Agency.Ask(context.Background(), father, agency.Request{Kind: agency.Guardian, Code: child.Code, Name: child.Name})
		if err != nil {
			t.Fatal(err)
		}
		if g.Step != agency.Active || g.Proof != agency.ByLicense || g.ValidTo.Year() != child.Born.Year()+18 {
			t.Errorf("%+v", g)
		}
	})
}

// fatherOf gives 王䶮 a household book that names his daughter.
func fatherOf(t *testing.T, w *world.World) (*authn.Actor, demo.Holder) {
	t.Helper()
	ctx, father, child := context.Background(), w.Cast(t, "father"), w.Cast(t, "baby")
	actor := w.Actor(t, "father") // before the transaction: there is one connection
	var made license.License
	w.Write(t, func(ctx context.Context, tx *db.Tx) error {
		typ, err := w.Types.Current(ctx, tx, w.TypeCode(t, demo.HouseholdRegister))
		if err != nil {
			return err
		}
		made, err = w.Licenses.Draft(ctx, tx, license.Draft{TypeCode: typ.Code, Holders: []string{actor.SelfID}, IssuerID: typ.Issuers[0],
			MakerID: "maker", IssuedOn: clock.Date(w.Now.Now()), DueAt: w.Now.Now(), External: true, Fields: map[string]string{"KZ_HB": "家庭户",
				"KZ_ZZ": father.Address, "KZ_CYXM": father.Name + "^" + child.Name, "KZ_CYGX": "户主^女", "KZ_CYXB": "男^女",
				"KZ_CYCSRQ": father.Born.Format(time.DateOnly) + "^" + child.Born.Format(time.DateOnly), "KZ_CYSFZH": father.Code + "^" + child.Code}})
		return err
	})
	if _, err := w.Licenses.Make(ctx, made.HolderID, made.ID); err != nil {
		t.Fatal(err)
	}
	w.Write(t, func(ctx context.Context, tx *db.Tx) error {
		_, err := w.Licenses.Review(ctx, tx, license.Review{HolderID: made.HolderID, LicenseID: made.ID, ReviewerID: "reviewer", UnitID: made.IssuerID, Publish: true})
		return err
	})
	return actor, child
}

// Without a license the guardian waits for a clerk; whom a clerk may confirm is bounded.
func TestConfirmedByClerk(t *testing.T) {
	t.Parallel()
	world.Each(t, func(t *testing.T, w *world.World) {
		p, clerk := newPair(t, w), w.Actor(t, "gl-xzfw-clerk")
		father := w.Actor(t, "father")
		student := p.ask(w.Actor(t, "carrier"), p.request("elder", agency.Care, "apply"))
		agent := p.ask(p.firm, p.request("groom", agency.Agent, "apply"))
		try := func(agentID, id string) error {
			return w.TryWrite(func(ctx context.Context, tx *db.Tx) error {
				_, err := w.Agency.Confirm(ctx, tx, clerk, agentID, id)
				return err
			})
		}
		wantCode(t, "a mandate", try(p.agent.SelfID, agent.ID), "relation.not-for-clerks")
		wantCode(t, "somebody else's", try(father.SelfID, student.ID), "relation.unknown")
		if err := try(student.AgentID, student.ID); err != nil {
			t.Fatal(err)
		}
		wantCode(t, "twice", try(student.AgentID, student.ID), "relation.answered")
		w.Read(t, func(ctx context.Context, q *db.Tx) error {
			r, err := w.Agency.Get(ctx, q, student.PrincipalID, student.ID)
			if !r.Gives("apply", w.Now.Now()) || r.Gives("read", w.Now.Now()) || r.Proof != agency.ByClerk || r.ConfirmedUnit != clerk.UnitID {
				t.Errorf("%+v", r)
			}
			return err
		})
	})
}

// The door lets an agent read with the power to, refuses without, and names the relation in the record.
func TestDoorAsksForThePower(t *testing.T) {
	t.Parallel()
	world.Each(t, func(t *testing.T, w *world.World) {
		p, ctx := newPair(t, w), context.Background()
		r, as := p.entrusted("read")
		var card string
		w.Read(t, func(ctx context.Context, q *db.Tx) error {
			held, err := w.Licenses.Held(ctx, q, p.firm.SelfID, w.TypeCode(t, demo.BusinessLicense))
			card = held[0].ID
			return err
		})
		if _, err := w.Door.Own(ctx, as, card, access.Fields); err != nil {
			t.Fatal(err)
		}
		if n := w.Count(t, `SELECT count(*) FROM access_record WHERE holder_id = $1 AND relation_id = $2 AND role = 'agent' AND account_id = $3`,
			p.firm.SelfID, r.ID, p.agent.AccountID); n != 1 {
			t.Errorf("%d records name agent and relation, want 1", n)
		}
		if _, err := w.Agency.End(ctx, p.firm, r.ID); err != nil {
			t.Fatal(err)
		}
		_, err := w.Door.Own(ctx, p.acting(r), card, access.Fields)
		wantCode(t, "read after the end", err, "access.self.power")
	})
}

// Two taps at once, one accepts and one ends: what was ended is never in force again, a step that was refused left
// nothing, and both shards tell the same.
func TestAnswerAgainstEnd(t *testing.T) {
	t.Parallel()
	world.Each(t, func(t *testing.T, w *world.World) {
		for range 20 {
			answerAgainstEnd(t, w)
		}
	})
}

func answerAgainstEnd(t *testing.T, w *world.World) {
	t.Helper()
	p, ctx := newPair(t, w), context.Background()
	r := p.ask(p.firm, p.request("groom", agency.Agent, "apply"))
	var answered, ended error
	var all sync.WaitGroup
	all.Go(func() { _, answered = w.Agency.Answer(ctx, p.agent, r.ID, true) })
	all.Go(func() { _, ended = w.Agency.End(ctx, p.firm, r.ID) })
	all.Wait()
	var now agency.Relation
	w.Read(t, func(ctx context.Context, q *db.Tx) error {
		var err error
		now, err = w.Agency.Get(ctx, q, r.PrincipalID, r.ID)
		return err
	})
	steps := 0
	for _, err := range []error{answered, ended} {
		if err == nil {
			steps++
		}
	}
	want := agency.Ended
	if ended != nil {
		want = agency.Active
	}
	if steps == 0 || now.Step != want || now.Version != r.Version+int64(steps) {
		t.Errorf("answered: %v, ended: %v; now %s in version %d", answered, ended, now.Step, now.Version)
	}
	if n := w.Count(t, `SELECT count(DISTINCT step) FROM relation WHERE relation_id = $1`, r.ID); n != 1 {
		t.Errorf("the two sides tell %d steps", n)
	}
	if n := w.Count(t, `SELECT count(DISTINCT row_version) FROM relation WHERE relation_id = $1`, r.ID); n != 1 {
		t.Errorf("the two sides have %d versions", n)
	}
	if now.Step == agency.Active { // so that it can be asked again
		if _, err := w.Agency.End(ctx, p.firm, r.ID); err != nil {
			t.Fatal(err)
		}
	}
}

// A presence code works once, for a minute, and is not to be found in the database.
func TestPresence(t *testing.T) {
	t.Parallel()
	world.Each(t, func(t *testing.T, w *world.World) {
		p, clerk := newPair(t, w), w.Actor(t, "gl-xzfw-clerk")
		_, as := p.entrusted("apply")
		attend := func(code string) (a agency.Attendance, err error) {
			err = w.TryWrite(func(ctx context.Context, tx *db.Tx) error {
				a, err = w.Agency.Attend(ctx, tx, clerk, code)
				return err
			})
			return a, err
		}
		made, err := w.Agency.Presence(context.Background(), as)
		if err != nil || len(made.Code) != 8 {
			t.Fatalf("%d characters, %v", len(made.Code), err)
		}
		got, err := attend(made.Code)
		if err != nil || got.HolderID != p.agent.SelfID || got.RelationID != as.Acting.RelationID {
			t.Errorf("%+v, %v", got, err)
		}
		_, err = attend(made.Code)
		wantCode(t, "used twice", err, "presence.code")
		_, err = attend("00000000")
		wantCode(t, "guessed", err, "presence.code")
		late, err := w.Agency.Presence(context.Background(), p.agent)
		if err != nil {
			t.Fatal(err)
		}
		w.Now.Move(agency.PresenceLife)
		_, err = attend(late.Code)
		wantCode(t, "after a minute", err, "presence.code")
	})
}
