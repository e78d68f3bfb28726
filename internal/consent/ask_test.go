package consent_test

import (
	"context"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/yinxin-org/yinxin/internal/authn"
	"github.com/yinxin-org/yinxin/internal/consent"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/errs"
	"github.com/yinxin-org/yinxin/internal/holder"
	"github.com/yinxin-org/yinxin/internal/notice"
	"github.com/yinxin-org/yinxin/test/world"
)

// nobody is a citizen's code that the city does not know.
const nobody = "11010119900307002X"

// Whoever asks cannot tell from anything whether a code is known, nor whether a name belongs to it.
func TestAskingTellsNothing(t *testing.T) {
	t.Parallel()
	world.Each(t, func(t *testing.T, w *world.World) {
		s := newStay(t, w)
		ctx := context.Background()
		known := s.person("owner")
		asks := func(p consent.Person) (consent.Authorisation, error) {
			return s.Consents.Ask(ctx, s.hotel, consent.Wish{Holder: p, ScenarioID: s.scenario, TypeCode: s.card.TypeCode, Terms: consent.Terms{Uses: 2, Days: 3}})
		}
		want, err := asks(known)
		if err != nil {
			t.Fatal(err)
		}
		for name, p := range map[string]consent.Person{"another's name": {Code: known.Code, Name: "某某"}, "an unknown code": {Code: nobody, Name: known.Name}} {
			got, err := asks(p)
			if err != nil || got.State(w.Now.Now()) != consent.Asked || got.Purpose != want.Purpose || strings.Join(got.Fields, " ") != strings.Join(want.Fields, " ") ||
				!got.AnswerBy.Equal(want.AnswerBy) || got.Told.Name != p.Name {
				t.Fatalf("%s: %+v, %v", name, got, err)
			}
			_, err = s.read(got)
			wantCode(t, name+", read", err, "consent.waiting")
			_, err = s.Consents.Agree(ctx, s.strong("owner"), got.ID, consent.Answer{LicenseID: s.card.ID})
			wantCode(t, name+", answered by somebody", err, "consent.unknown")
			back, err := s.Consents.Retract(ctx, s.hotel, got.ID)
			if err != nil || back.State(w.Now.Now()) != consent.Retracted {
				t.Errorf("%s, taken back: %+v, %v", name, back, err)
			}
		}
		_, err = asks(consent.Person{Code: s.person("food-firm").Code, Name: "无此企业"})
		wantCode(t, "an unknown firm in a scenario of persons", err, "present.scenario-audience")
		for i := range 5 {
			_, err = asks(consent.Person{Code: nobody, Name: "某某"})
			if i < 4 && err != nil {
				t.Fatal(err)
			}
		}
		wantCode(t, "a sixth of a code that nobody has", err, "consent.too-many")
		if n := s.notices(s.card.HolderID, notice.AuthorisationAsked); n != 1 {
			t.Errorf("the holder was told %d times", n)
		}
		w.Now.Move(consent.AnswerTime)
		w.Read(t, func(ctx context.Context, q *db.Tx) error {
			named, err := s.Consents.ListNamed(ctx, q, s.hotel)
			if len(named) != 7 {
				t.Errorf("the hotel has %d requests", len(named))
			}
			for _, a := range named {
				if x := a.State(w.Now.Now()); x != consent.Lapsed && x != consent.Retracted {
					t.Errorf("after a week one is %s", x)
				}
			}
			return err
		})
		if _, err := asks(consent.Person{Code: nobody, Name: "某某"}); err != nil {
			t.Errorf("after a week: %v", err)
		}
		n := s.Count(t, `SELECT count(*) FROM authorisation WHERE holder_id = $1`, holder.PlatformID)
		if n != 7 {
			t.Errorf("%d requests stand with the platform, want 7", n)
		}
		w.Now.Move(consent.AnswerTime + consent.KeptUnanswered - time.Second)
		if err := s.Consents.Remind(ctx); err != nil {
			t.Fatal(err)
		}
		if n := s.Count(t, `SELECT count(*) FROM authorisation WHERE asked_at > 0`); n != 1 {
			t.Errorf("%d requests stand, want the last alone", n)
		}
		w.Now.Move(time.Second)
		if err := s.Consents.Remind(ctx); err != nil {
			t.Fatal(err)
		}
		for _, table := range []string{"authorisation WHERE asked_at > 0", "authorisation_index WHERE remind_at > 0", "authorisation_place"} {
			if n := s.Count(t, `SELECT count(*) FROM `+table); n != 0 {
				t.Errorf("%d are left of %s", n, table)
			}
		}
	})
}

// Requests that come at once take no more places than those that come one after the other; one that is agreed to frees its place.
func TestAskingAtOnce(t *testing.T) {
	t.Parallel()
	world.Each(t, func(t *testing.T, w *world.World) {
		s := newStay(t, w)
		var wg sync.WaitGroup
		var mu sync.Mutex
		var asked []consent.Authorisation
		for range 16 {
			wg.Go(func() {
				a, err := s.ask(consent.Terms{Uses: 1, Days: 1})
				if err != nil && errs.Code(err) != "consent.too-many" {
					t.Errorf("ask: %v", err)
				}
				if err == nil {
					mu.Lock()
					defer mu.Unlock()
					asked = append(asked, a)
				}
			})
		}
		wg.Wait()
		if n := s.notices(s.card.HolderID, notice.AuthorisationAsked); len(asked) != 5 || n != 5 {
			t.Fatalf("%d requests were taken, and told of %d times", len(asked), n)
		}
		if _, err := s.Consents.Agree(context.Background(), s.strong("owner"), asked[0].ID, consent.Answer{LicenseID: s.card.ID}); err != nil {
			t.Fatal(err)
		}
		if _, err := s.ask(consent.Terms{Uses: 1, Days: 1}); err != nil {
			t.Errorf("after one was agreed to: %v", err)
		}
	})
}

// Asked or given again under the same key it is the same authorisation, and its holder is told once.
func TestAgainUnderOneKey(t *testing.T) {
	t.Parallel()
	world.Each(t, func(t *testing.T, w *world.World) {
		s := newStay(t, w)
		ctx := context.Background()
		wish := consent.Wish{Holder: s.person("owner"), ScenarioID: s.scenario, TypeCode: s.card.TypeCode, Terms: consent.Terms{Uses: 1, Days: 1}, Key: "ask-once-1"}
		to := consent.To{Holder: s.person("baker"), Key: "give-once-1"}
		terms := consent.Terms{Purpose: "租房", Uses: 1, Days: 7}
		ask := func() (consent.Authorisation, error) { return s.Consents.Ask(ctx, s.hotel, wish) }
		give := func() (consent.Authorisation, error) {
			return s.Consents.Give(ctx, s.strong("owner"), s.card.ID, to, terms)
		}
		for name, do := range map[string]func() (consent.Authorisation, error){"asked": ask, "given": give} {
			first, err := do()
			if err != nil {
				t.Fatal(err)
			}
			w.Now.Move(time.Minute)
			if again, err := do(); err != nil || again.ID != first.ID || again.State(w.Now.Now()) != first.State(w.Now.Now()) {
				t.Errorf("%s again: %+v, %v", name, again, err)
			}
		}
		wish.Uses, terms.Uses = 2, 2
		_, err := ask()
		wantCode(t, "another request under the key", err, "idempotency.reuse")
		_, err = give()
		wantCode(t, "another giving under the key", err, "idempotency.reuse")
		if asked, given := s.notices(s.card.HolderID, notice.AuthorisationAsked), s.notices(w.HolderID(t, "baker"), notice.AuthorisationGiven); asked != 1 || given != 1 {
			t.Errorf("told %d times of the request, %d of the giving", asked, given)
		}
	})
}

// What an agent gives in the holder's name the holder is told, and what they give themself they are not; who waits after a
// reset withdraws in person without a confirmation, and an agent does not.
func TestInAnothersName(t *testing.T) {
	t.Parallel()
	world.Each(t, func(t *testing.T, w *world.World) {
		s := newStay(t, w)
		ctx := context.Background()
		agent := s.strong("student")
		agent.SelfID, agent.HolderID = agent.HolderID, s.card.HolderID
		agent.Acting = &authn.Acting{Powers: []string{authn.PowerShow}}
		own := s.give(1, 5)
		if n := s.notices(own.HolderID, notice.AuthorisationMade); n != 0 {
			t.Errorf("told %d times of what they gave themself", n)
		}
		by, err := s.Consents.Give(ctx, agent, s.card.ID, consent.To{ScenarioID: s.scenario, UnitID: s.hotel.UnitID}, consent.Terms{Uses: 1, Days: 5})
		if err != nil {
			t.Fatal(err)
		}
		a, err := s.ask(consent.Terms{Uses: 1, Days: 5})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := s.Consents.Agree(ctx, agent, a.ID, consent.Answer{LicenseID: s.card.ID}); err != nil {
			t.Fatal(err)
		}
		if n := s.notices(own.HolderID, notice.AuthorisationMade); n != 2 {
			t.Errorf("told %d times of what an agent gave and agreed to", n)
		}
		waits := *w.Actor(t, "owner")
		waits.StrongFrom = w.Now.Now().Add(authn.ResetWait)
		_, err = s.Consents.Give(ctx, &waits, s.card.ID, consent.To{ScenarioID: s.scenario, UnitID: s.hotel.UnitID}, consent.Terms{Uses: 1, Days: 5})
		if errs.Of(err).Kind != errs.Denied {
			t.Errorf("giving while waiting: %v", err)
		}
		if got, err := s.Consents.Withdraw(ctx, &waits, by.ID); err != nil || got.State(w.Now.Now()) != consent.Withdrawn {
			t.Errorf("withdrawing while waiting: %+v, %v", got, err)
		}
		late := *agent
		late.Confirmed, late.ConfirmedBy, late.StrongFrom = time.Time{}, "", waits.StrongFrom
		if _, err := s.Consents.Withdraw(ctx, &late, own.ID); errs.Of(err).Kind != errs.Denied {
			t.Errorf("an agent who waits withdraws: %v", err)
		}
	})
}

// A reading that comes to nothing, because the license cannot be opened, is not counted, told of or receipted; it stays on record.
func TestWhatCannotBeOpenedIsNotCounted(t *testing.T) {
	t.Parallel()
	world.Each(t, func(t *testing.T, w *world.World) {
		s := newStay(t, w)
		a := s.give(1, 10)
		key := func(from, to string) {
			w.Write(t, func(ctx context.Context, tx *db.Tx) error {
				_, err := tx.Exec(ctx, `UPDATE license_key SET license_id = $1 WHERE holder_id = $2 AND license_id = $3`, to, s.card.HolderID, from)
				return err
			})
		}
		key(s.card.ID, "elsewhere")
		for range 2 {
			if _, err := s.read(a); err == nil || refusal(err) {
				t.Fatalf("reading what cannot be opened: %v", err)
			}
		}
		key("elsewhere", s.card.ID)
		if got := s.now(a); got.Taken != 0 || got.State(w.Now.Now()) != consent.Given || s.notices(a.HolderID, notice.AuthorisationUsed) != 0 {
			t.Errorf("%d are counted, it is %s", got.Taken, got.State(w.Now.Now()))
		}
		if n := s.Count(t, `SELECT count(*) FROM show_receipt WHERE holder_id = $1`, a.HolderID); n != 0 {
			t.Errorf("%d receipts of nothing", n)
		}
		if n := len(s.uses(a)); n != 2 {
			t.Errorf("%d on record", n)
		}
		if v, err := s.read(a); err != nil || len(v.Fields) == 0 {
			t.Fatalf("once it can be opened: %+v, %v", v, err)
		}
		_, err := s.read(a)
		wantCode(t, "a second reading", err, "access.consent.count")
		if n := s.notices(a.HolderID, notice.AuthorisationUsed); n != 1 || s.now(a).Taken != 1 {
			t.Errorf("%d notices, %d counted", n, s.now(a).Taken)
		}
	})
}
