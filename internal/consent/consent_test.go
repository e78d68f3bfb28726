package consent_test

import (
	"context"
	"errors"
	"os"
	"slices"
	"testing"
	"time"

	"github.com/yinxin-org/yinxin/internal/access"
	"github.com/yinxin-org/yinxin/internal/authn"
	"github.com/yinxin-org/yinxin/internal/change"
	"github.com/yinxin-org/yinxin/internal/consent"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/demo"
	"github.com/yinxin-org/yinxin/internal/errs"
	"github.com/yinxin-org/yinxin/internal/license"
	"github.com/yinxin-org/yinxin/internal/notice"
	"github.com/yinxin-org/yinxin/internal/present"
	"github.com/yinxin-org/yinxin/test/world"
)

func TestMain(m *testing.M) { os.Exit(world.Main(m)) }

// stay is 林㛃 with her identity card, and a hotel that may ask for it in its scenario.
type stay struct {
	*world.World
	t        *testing.T
	hotel    *authn.Actor
	card     license.License
	scenario string
}

func newStay(t *testing.T, w *world.World) *stay {
	t.Helper()
	s := &stay{World: w, t: t, hotel: w.Actor(t, "hotel-verifier")}
	w.Read(t, func(ctx context.Context, q *db.Tx) error {
		held, err := w.Licenses.Held(ctx, q, w.HolderID(t, "owner"), w.TypeCode(t, demo.IdentityCard))
		if err != nil {
			return err
		}
		s.card = held[0]
		all, err := w.Desk.ScenariosOf(ctx, q, s.hotel.UnitID)
		for _, l := range all {
			if l.Scenario.Code == "hotel" {
				s.scenario = l.ID
			}
		}
		return err
	})
	return s
}

// strong is an account whose session was confirmed just now.
func (s *stay) strong(login string) *authn.Actor {
	s.t.Helper()
	a := *s.Actor(s.t, login)
	a.Confirmed, a.ConfirmedBy = s.Now.Now(), authn.ByCode
	return &a
}

func (s *stay) person(cast string) consent.Person {
	s.t.Helper()
	c := s.Cast(s.t, cast)
	return consent.Person{Code: c.Code, Name: c.Name}
}

func (s *stay) ask(terms consent.Terms) (consent.Authorisation, error) {
	s.t.Helper()
	return s.Consents.Ask(context.Background(), s.hotel, consent.Wish{Holder: s.person("owner"), ScenarioID: s.scenario,
		TypeCode: s.card.TypeCode, Terms: terms})
}

// give lets the owner give the hotel so many readings for so many days.
func (s *stay) give(uses, days int) consent.Authorisation {
	s.t.Helper()
	a, err := s.Consents.Give(context.Background(), s.strong("owner"), s.card.ID, consent.To{ScenarioID: s.scenario, UnitID: s.hotel.UnitID},
		consent.Terms{Uses: uses, Days: days})
	if err != nil {
		s.t.Fatal(err)
	}
	return a
}

func (s *stay) read(a consent.Authorisation) (present.Verdict, error) {
	return s.Consents.Read(context.Background(), s.hotel, a.ID, a.Purpose)
}

func (s *stay) now(a consent.Authorisation) (got consent.Authorisation) {
	s.t.Helper()
	s.Read(s.t, func(ctx context.Context, q *db.Tx) error {
		var err error
		got, err = s.Consents.Get(ctx, q, a.HolderID, a.ID)
		return err
	})
	return got
}

func (s *stay) uses(a consent.Authorisation) (found []access.Use) {
	s.t.Helper()
	s.Read(s.t, func(ctx context.Context, q *db.Tx) error {
		var err error
		found, err = s.Consents.Uses(ctx, q, a)
		return err
	})
	return found
}

func (s *stay) notices(holderID string, kind notice.Kind) int {
	s.t.Helper()
	return s.Count(s.t, `SELECT count(*) FROM notice WHERE holder_id = $1 AND kind = $2`, holderID, string(kind))
}

func wantCode(t *testing.T, what string, err error, code string) {
	t.Helper()
	if errs.Code(err) != code {
		t.Errorf("%s: %v, want %s", what, err, code)
	}
}

// USE-3: a hotel asks, the guest gives less than was asked for, the hotel reads, the guest withdraws.
func TestAskedGivenReadWithdrawn(t *testing.T) {
	t.Parallel()
	world.Each(t, func(t *testing.T, w *world.World) {
		s := newStay(t, w)
		ctx := context.Background()
		owner := s.strong("owner")
		a, err := s.ask(consent.Terms{Uses: 5, Days: 30})
		if err != nil || a.State(w.Now.Now()) != consent.Asked || a.Purpose != "酒店入住" || len(a.Fields) != 4 || a.LicenseID != "" {
			t.Fatalf("asked: %+v, %v", a, err)
		}
		_, err = s.read(a)
		wantCode(t, "reading before the answer", err, "consent.waiting")
		yes := consent.Answer{LicenseID: s.card.ID, Fields: []string{"CZZT", "CZZTDM"}, Uses: 2}
		_, err = s.Consents.Agree(ctx, w.Actor(t, "owner"), a.ID, yes)
		wantCode(t, "agreeing without a strong confirmation", err, "authn.confirm")
		_, err = s.Consents.Agree(ctx, s.strong("student"), a.ID, yes)
		wantCode(t, "another's answer", err, "consent.unknown")
		_, err = s.Consents.Agree(ctx, owner, a.ID, consent.Answer{LicenseID: s.card.ID, Uses: 6})
		wantCode(t, "more than asked", err, "consent.more")
		_, err = s.Consents.Agree(ctx, owner, a.ID, consent.Answer{LicenseID: s.card.ID, Fields: []string{"ZZBH"}})
		wantCode(t, "a field not asked for", err, "present.not-asked")
		if a, err = s.Consents.Agree(ctx, owner, a.ID, yes); err != nil || a.State(w.Now.Now()) != consent.Given || a.Uses != 2 || a.GivenNo() == "" {
			t.Fatalf("given: %+v, %v", a, err)
		}
		_, err = s.Consents.Agree(ctx, owner, a.ID, yes)
		wantCode(t, "agreeing again", err, "consent.answered")
		v, err := s.read(a)
		if err != nil || len(v.Fields) != 2 || v.Fields[0].Value != w.Cast(t, "owner").Name {
			t.Fatalf("read: %+v, %v", v, err)
		}
		_, err = s.Consents.Read(ctx, s.hotel, a.ID, "会员营销")
		wantCode(t, "another purpose", err, "access.consent.purpose")
		_, err = s.Consents.Read(ctx, w.Actor(t, "bank-verifier"), a.ID, a.Purpose)
		wantCode(t, "another unit", err, "consent.unknown")
		_, err = s.Consents.Withdraw(ctx, w.Actor(t, "owner"), a.ID)
		wantCode(t, "withdrawing without a strong confirmation", err, "authn.confirm")
		for range 2 {
			if got, err := s.Consents.Withdraw(ctx, owner, a.ID); err != nil || got.State(w.Now.Now()) != consent.Withdrawn {
				t.Fatalf("withdrawn: %+v, %v", got, err)
			}
		}
		_, err = s.read(a)
		wantCode(t, "after the withdrawal", err, "access.consent.live")
		s.shown(t, s.now(a), owner)
	})
}

// shown holds what both sides see after one reading that was given and two that were refused.
func (s *stay) shown(t *testing.T, a consent.Authorisation, owner *authn.Actor) {
	t.Helper()
	uses := s.uses(a)
	var results []string
	for _, u := range uses {
		results = append(results, u.Result+" "+u.Purpose)
	}
	if !slices.Equal(results, []string{"refused 酒店入住", "refused 会员营销", "given 酒店入住"}) || a.Taken != 1 {
		t.Errorf("uses under it: %q, %d taken", results, a.Taken)
	}
	s.Read(t, func(ctx context.Context, q *db.Tx) error {
		all, err := s.Door.Uses(ctx, q, owner.HolderID, access.UseFilter{Limit: 10}) // 谁用过我的证照
		if err != nil || len(all) < 3 || all[0].RecordID != uses[0].RecordID || all[0].UnitID != s.hotel.UnitID {
			t.Errorf("the holder's list: %+v, %v", all, err)
		}
		for _, who := range []*authn.Actor{owner, s.hotel} {
			if got, err := s.Desk.Receipts(ctx, q, who, 10); err != nil || len(got) != 1 || got[0].RecordID != uses[2].RecordID {
				t.Errorf("receipts of %s: %+v, %v", who.Kind, got, err)
			}
		}
		named, err := s.Consents.ListNamed(ctx, q, s.hotel)
		if err != nil || len(named) != 1 || named[0].ID != a.ID {
			t.Errorf("the hotel's list: %+v, %v", named, err)
		}
		return nil
	})
	for kind, want := range map[notice.Kind]int{notice.AuthorisationAsked: 1, notice.AuthorisationUsed: 1} {
		if n := s.notices(owner.HolderID, kind); n != want {
			t.Errorf("%d notices %s, want %d", n, kind, want)
		}
	}
	if n := s.Count(t, `SELECT count(*) FROM log_leaf WHERE holder_id = $1 AND kind = 'consent'`, owner.HolderID); n != 2 {
		t.Errorf("%d leaves, want one for the giving and one for the withdrawal", n)
	}
}

// What a door refuses besides: the term, the count, the end of the enrolment; of a license that was lost the state is told.
func TestWhatEndsReading(t *testing.T) {
	t.Parallel()
	world.Each(t, func(t *testing.T, w *world.World) {
		s := newStay(t, w)
		once, lost, other := s.give(1, 10), s.give(9, 1), s.give(9, 10)
		if _, err := s.read(once); err != nil {
			t.Fatal(err)
		}
		_, err := s.read(once)
		wantCode(t, "used up", err, "access.consent.count")
		_, err = s.Consents.Withdraw(context.Background(), s.strong("owner"), once.ID)
		wantCode(t, "withdrawing what is used up", err, "consent.used")
		w.Write(t, func(ctx context.Context, tx *db.Tx) error {
			l, err := w.Licenses.Get(ctx, tx, s.card.HolderID, s.card.ID)
			if err != nil {
				return err
			}
			return w.Licenses.Lose(ctx, tx, l, "")
		})
		v, err := s.read(lost)
		if err != nil || v.State.Usable() || len(v.Fields) != 0 {
			t.Errorf("of a lost license: %+v, %v", v, err)
		}
		w.Now.Move(lost.Until.Sub(w.Now.Now()))
		_, err = s.read(lost)
		wantCode(t, "after the term", err, "access.consent.time")
		if got := s.now(lost).State(w.Now.Now()); got != consent.Ended {
			t.Errorf("after the term it is %s", got)
		}
		office := w.Actor(t, "digital")
		w.Write(t, func(ctx context.Context, tx *db.Tx) error {
			return w.Matters.EndVerifier(ctx, tx, change.Of(office, "试验"), s.scenario, s.hotel.UnitID)
		})
		_, err = s.read(other)
		wantCode(t, "after the enrolment", err, "access.consent.scenario")
		if n := s.now(other).Taken; n != 0 {
			t.Errorf("what was refused counted %d", n)
		}
	})
}

// Between holders there is no scenario; the other one is named by code and name, and told of giving and withdrawing.
func TestBetweenHolders(t *testing.T) {
	t.Parallel()
	world.Each(t, func(t *testing.T, w *world.World) {
		s := newStay(t, w)
		ctx := context.Background()
		owner, baker := s.strong("owner"), w.Actor(t, "baker")
		give := func(p consent.Person, terms consent.Terms) (consent.Authorisation, error) {
			return s.Consents.Give(ctx, owner, s.card.ID, consent.To{Holder: p}, terms)
		}
		good := consent.Terms{Purpose: "签订租房合同", Uses: 1, Days: 7}
		wrong := s.person("baker")
		wrong.Name = "别人"
		_, err := give(wrong, good)
		wantCode(t, "a name that does not fit", err, "consent.holder-unknown")
		_, err = give(s.person("owner"), good)
		wantCode(t, "to oneself", err, "consent.own")
		for field, terms := range map[string]consent.Terms{"field.required": {Uses: 1, Days: 7}, "consent.uses": {Purpose: "租房", Days: 7},
			"consent.days": {Purpose: "租房", Uses: 1, Days: 400}, "license.field.unknown": {Purpose: "租房", Uses: 1, Days: 1, Fields: []string{"XX"}}} {
			_, err = give(s.person("baker"), terms)
			wantCode(t, "bad terms", err, field)
		}
		a, err := give(s.person("baker"), good)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := s.Consents.Read(ctx, w.Actor(t, "student"), a.ID, a.Purpose); errs.Code(err) != "consent.unknown" {
			t.Errorf("somebody else: %v", err)
		}
		over := *baker
		over.Acting = &authn.Acting{}
		_, err = s.Consents.Read(ctx, &over, a.ID, a.Purpose)
		wantCode(t, "acting without the power", err, "present.power")
		if v, err := s.Consents.Read(ctx, baker, a.ID, a.Purpose); err != nil || len(v.Fields) == 0 {
			t.Fatalf("%+v, %v", v, err)
		}
		b, err := give(s.person("baker"), good)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := s.Consents.Withdraw(ctx, owner, b.ID); err != nil {
			t.Fatal(err)
		}
		if given, back := s.notices(baker.HolderID, notice.AuthorisationGiven), s.notices(baker.HolderID, notice.AuthorisationWithdrawn); given != 2 || back != 1 {
			t.Errorf("%d notices of giving, %d of withdrawing", given, back)
		}
	})
}

// Who may ask, and how often before there is an answer.
func TestAsking(t *testing.T) {
	t.Parallel()
	world.Each(t, func(t *testing.T, w *world.World) {
		s := newStay(t, w)
		ctx := context.Background()
		terms := consent.Terms{Uses: 1, Days: 1}
		wish := consent.Wish{Holder: s.person("owner"), ScenarioID: s.scenario, TypeCode: s.card.TypeCode, Terms: terms}
		_, err := s.Consents.Ask(ctx, w.Actor(t, "bank-verifier"), wish)
		wantCode(t, "a unit that is not enrolled", err, "present.not-enrolled")
		firm := wish
		firm.Holder = s.person("food-firm")
		_, err = s.Consents.Ask(ctx, s.hotel, firm)
		wantCode(t, "a firm in a scenario of persons", err, "present.scenario-audience")
		wide := wish
		wide.Fields = []string{"ZZBFJG"}
		_, err = s.Consents.Ask(ctx, s.hotel, wide)
		wantCode(t, "a field outside of the scenario", err, "present.scenario-field")
		var all []consent.Authorisation
		for range 5 {
			a, err := s.ask(terms)
			if err != nil {
				t.Fatal(err)
			}
			all = append(all, a)
		}
		_, err = s.ask(terms)
		wantCode(t, "a sixth that waits", err, "consent.too-many")
		if _, err := s.Consents.Retract(ctx, s.hotel, all[0].ID); err != nil {
			t.Fatal(err)
		}
		if _, err := s.Consents.Refuse(ctx, w.Actor(t, "owner"), all[1].ID); err != nil {
			t.Fatal(err)
		}
		_, err = s.ask(terms)
		wantCode(t, "a sixth, though one was taken back and one refused", err, "consent.too-many")
		w.Read(t, func(ctx context.Context, q *db.Tx) error {
			mine, err := s.Consents.List(ctx, q, w.Actor(t, "owner").HolderID)
			if len(mine) != 5 || mine[3].ID != all[1].ID || mine[4].ID != all[0].ID {
				t.Errorf("what was taken back or refused does not come last of %d", len(mine))
			}
			return err
		})
		_, err = s.Consents.Refuse(ctx, w.Actor(t, "owner"), all[0].ID)
		wantCode(t, "refusing what was taken back", err, "consent.retracted")
		_, err = s.read(all[1])
		wantCode(t, "reading what was refused", err, "consent.refused")
		w.Now.Move(consent.AnswerTime)
		_, err = s.Consents.Agree(ctx, s.strong("owner"), all[2].ID, consent.Answer{LicenseID: s.card.ID})
		wantCode(t, "answering too late", err, "consent.lapsed")
	})
}

// A holder is reminded once of what is about to end, and not of what ended before.
func TestReminding(t *testing.T) {
	t.Parallel()
	world.Each(t, func(t *testing.T, w *world.World) {
		s := newStay(t, w)
		ctx := context.Background()
		s.give(1, 2) // too short to be reminded of
		a, gone := s.give(1, 10), s.give(1, 10)
		if _, err := s.Consents.Withdraw(ctx, s.strong("owner"), gone.ID); err != nil {
			t.Fatal(err)
		}
		for _, x := range []struct {
			move time.Duration
			want int
		}{{0, 0}, {a.Until.Sub(w.Now.Now()) - 3*24*time.Hour - time.Second, 0}, {time.Second, 1}, {time.Hour, 1}} {
			w.Now.Move(x.move)
			if err := s.Consents.Remind(ctx); err != nil {
				t.Fatal(err)
			}
			if n := s.notices(a.HolderID, notice.AuthorisationEnding); n != x.want {
				t.Errorf("%d reminders, want %d", n, x.want)
			}
		}
	})
}

// refusal reports whether an error is the door's no.
func refusal(err error) bool {
	_, ok := errors.AsType[*access.Refusal](err)
	return ok
}
