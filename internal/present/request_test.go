package present_test

import (
	"context"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/yinxin-org/yinxin/internal/access"
	"github.com/yinxin-org/yinxin/internal/authn"
	"github.com/yinxin-org/yinxin/internal/change"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/demo"
	"github.com/yinxin-org/yinxin/internal/license"
	"github.com/yinxin-org/yinxin/internal/matter"
	"github.com/yinxin-org/yinxin/internal/present"
	"github.com/yinxin-org/yinxin/test/world"
)

// scenarioID finds a published scenario of the demonstration by its code.
func (s *stand) scenarioID(code string) string {
	s.t.Helper()
	id := ""
	s.Read(s.t, func(ctx context.Context, q *db.Tx) error {
		all, _, err := s.Matters.Listings(ctx, q, matter.ListFilter{List: matter.ListScenario, State: matter.Published})
		for _, l := range all {
			if l.Scenario.Code == code {
				id = l.ID
			}
		}
		return err
	})
	if id == "" {
		s.t.Fatalf("no scenario %s", code)
	}
	return id
}

// license is the license of a type that a member of the cast holds.
func (s *stand) license(cast, key string) (l license.License) {
	s.t.Helper()
	s.Read(s.t, func(ctx context.Context, q *db.Tx) error {
		held, err := s.Licenses.Held(ctx, q, s.HolderID(s.t, cast), s.TypeCode(s.t, key))
		if err == nil && len(held) > 0 {
			l = held[0]
		}
		return err
	})
	if l.ID == "" {
		s.t.Fatalf("%s holds no %s", cast, key)
	}
	return l
}

func (s *stand) exec(query string, args ...any) {
	s.t.Helper()
	s.Write(s.t, func(ctx context.Context, tx *db.Tx) error {
		_, err := tx.Exec(ctx, query, args...)
		return err
	})
}

// ask lets the hotel ask for the identity card in its scenario.
func (s *stand) ask(fields ...string) present.Request {
	s.t.Helper()
	r, err := s.Desk.Ask(context.Background(), s.hotel, present.Wish{ScenarioID: s.scenarioID("hotel"),
		Items: []present.Item{{Type: s.card.TypeCode, Fields: fields}}})
	if err != nil {
		s.t.Fatal(err)
	}
	return r
}

func (s *stand) agree(code string) error {
	_, err := s.Desk.Consent(context.Background(), s.owner, code, []present.Choice{{LicenseID: s.card.ID}})
	return err
}

func (s *stand) requestState(actor *authn.Actor, id string) (state present.RequestState) {
	s.t.Helper()
	s.Read(s.t, func(ctx context.Context, q *db.Tx) error {
		r, err := s.Desk.Request(ctx, q, actor, id)
		state = r.State
		return err
	})
	return state
}

func (s *stand) receipts(actor *authn.Actor) (found []present.Receipt) {
	s.t.Helper()
	s.Read(s.t, func(ctx context.Context, q *db.Tx) error {
		var err error
		found, err = s.Desk.Receipts(ctx, q, actor, 100)
		return err
	})
	return found
}

func (s *stand) consentUses(holderID, result string) (found []access.Use) {
	s.t.Helper()
	s.Read(s.t, func(ctx context.Context, q *db.Tx) error {
		all, err := s.Door.Uses(ctx, q, holderID, access.UseFilter{Limit: 100})
		for _, u := range all {
			if u.Ground == access.Consent && u.Result == result {
				found = append(found, u)
			}
		}
		return err
	})
	return found
}

// SHOW-11: the hotel shows a code, the guest scans it, sees who asks for what, agrees; the hotel reads it once.
func TestReverseScan(t *testing.T) {
	t.Parallel()
	world.Each(t, func(t *testing.T, w *world.World) {
		s := newStand(t, w)
		ctx := context.Background()
		r := s.ask()
		_, err := w.Desk.Receive(ctx, s.hotel, r.ID)
		wantCode(t, "before the answer", err, "present.request-waiting")
		for range 3 { // looking consumes nothing
			w.Read(t, func(ctx context.Context, q *db.Tx) error {
				a, err := w.Desk.Look(ctx, q, s.owner, r.Code)
				if err != nil || a.State != present.Asked || a.AskerUnit != s.hotel.UnitID || a.Scenario.Name != "酒店入住" || a.Scenario.Basis == "" ||
					len(a.Holdings[0]) != 1 || a.Holdings[0][0].License.ID != s.card.ID ||
					!slices.Equal(a.Items[0].Fields, []string{"CZZT", "CZZTDM", "KZ_XB", "KZ_ZP"}) {
					t.Errorf("%+v, %v", a, err)
				}
				return nil
			})
		}
		if err := s.agree(r.Code); err != nil {
			t.Fatal(err)
		}
		wantCode(t, "agreeing again", s.agree(r.Code), "present.request-answered")
		if got := s.requestState(s.hotel, r.ID); got != present.Given {
			t.Errorf("state %s", got)
		}
		_, err = w.Desk.Receive(ctx, w.Actor(t, "pharmacy-verifier"), r.ID)
		wantCode(t, "another verifier", err, "present.request-unknown")
		got, err := w.Desk.Receive(ctx, s.hotel, r.ID)
		if err != nil || len(got) != 1 || got[0].State != license.Valid || got[0].Fields[0].Value != w.Cast(t, "owner").Name ||
			!slices.Equal(names(got[0].Fields), []string{"CZZT", "CZZTDM", "KZ_XB", "KZ_ZP"}) {
			t.Fatalf("%+v, %v", got, err)
		}
		_, err = w.Desk.Receive(ctx, s.hotel, r.ID)
		wantCode(t, "reading again", err, "access.consent.count")
		given, refused := s.consentUses(s.owner.HolderID, "given"), s.consentUses(s.owner.HolderID, "refused")
		if len(given) != 1 || given[0].RecordNo != got[0].RecordNo || given[0].UnitID != s.hotel.UnitID || given[0].Purpose != "酒店入住" || given[0].Role != "verifier" || len(refused) != 1 {
			t.Errorf("given %+v, refused %+v", given, refused)
		}
		mine, theirs := s.receipts(s.owner), s.receipts(s.hotel)
		if len(mine) != 1 || len(theirs) != 1 || mine[0].RecordNo() != got[0].RecordNo || theirs[0].RecordNo() != got[0].RecordNo ||
			mine[0].Side != present.Gave || mine[0].OtherUnit != s.hotel.UnitID || theirs[0].Side != present.Got || theirs[0].OtherHolder != s.owner.HolderID {
			t.Errorf("receipts %+v and %+v", mine, theirs)
		}
		if n := w.Count(t, `SELECT count(*) FROM log_leaf WHERE holder_id = $1 AND kind = 'consent'`, s.owner.HolderID); n != 1 {
			t.Errorf("%d consents stand in the log", n)
		}
	})
}

func TestRequestsThatAreNotAnsweredYes(t *testing.T) {
	t.Parallel()
	world.Each(t, func(t *testing.T, w *world.World) {
		s := newStand(t, w)
		ctx := context.Background()
		refused := s.ask()
		if err := w.Desk.Refuse(ctx, s.owner, refused.Code); err != nil {
			t.Fatal(err)
		}
		wantCode(t, "agreeing after refusing", s.agree(refused.Code), "present.request-answered")
		_, err := w.Desk.Receive(ctx, s.hotel, refused.ID)
		wantCode(t, "reading what was refused", err, "present.request-refused")
		ended := s.ask()
		if err := w.Desk.EndRequest(ctx, s.hotel, ended.ID); err != nil {
			t.Fatal(err)
		}
		wantCode(t, "agreeing to what was taken back", s.agree(ended.Code), "present.request-ended")
		old := s.ask()
		late := s.ask()
		if err := s.agree(late.Code); err != nil {
			t.Fatal(err)
		}
		w.Now.Move(present.RequestLife)
		wantCode(t, "agreeing too late", s.agree(old.Code), "present.request-expired")
		_, err = w.Desk.Receive(ctx, s.hotel, old.ID)
		wantCode(t, "reading what nobody answered", err, "present.request-expired")
		w.Now.Move(present.ConsentLife)
		_, err = w.Desk.Receive(ctx, s.hotel, late.ID)
		wantCode(t, "reading too late", err, "access.consent.time")
		wantCode(t, "a code of nobody's", s.agree("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"), "present.request-unknown")
		if err := w.Desk.EndRequest(ctx, s.hotel, late.ID); err != nil || s.requestState(s.hotel, late.ID) != present.Given {
			t.Errorf("ending what was answered changed it: %v", err)
		}
		if n := w.Count(t, `SELECT count(*) FROM show_receipt`); n != 0 {
			t.Errorf("%d receipts of nothing", n)
		}
	})
}

// SHOW-5: a unit asks in a scenario it is enrolled in, for its types and fields, of those it is for.
func TestRulesOfAsking(t *testing.T) {
	t.Parallel()
	world.Each(t, func(t *testing.T, w *world.World) {
		s := newStand(t, w)
		ctx := context.Background()
		hotel, job := s.scenarioID("hotel"), s.scenarioID("job-application")
		degree := w.TypeCode(t, "degree")
		one := func(typeCode string, fields ...string) []present.Item {
			return []present.Item{{Type: typeCode, Fields: fields}}
		}
		for _, x := range []struct {
			name  string
			actor *authn.Actor
			wish  present.Wish
			code  string
		}{
			{"no scenario", s.hotel, present.Wish{Items: one(s.card.TypeCode)}, "present.not-enrolled"},
			{"a scenario of others", s.hotel, present.Wish{ScenarioID: job, Items: one(s.card.TypeCode)}, "present.not-enrolled"},
			{"a scenario that is none", s.hotel, present.Wish{ScenarioID: db.NewID(), Items: one(s.card.TypeCode)}, "present.not-enrolled"},
			{"a type outside", s.hotel, present.Wish{ScenarioID: hotel, Items: one(degree)}, "present.scenario-type"},
			{"a field outside", s.hotel, present.Wish{ScenarioID: hotel, Items: one(s.card.TypeCode, "CZZT", "KZ_ZZ")}, "present.scenario-field"},
			{"nothing", s.hotel, present.Wish{ScenarioID: hotel}, "present.items"},
			{"one type twice", s.hotel, present.Wish{ScenarioID: hotel, Items: slices.Repeat(one(s.card.TypeCode), 2)}, "present.item-twice"},
			{"a holder in a scenario", s.owner, present.Wish{ScenarioID: hotel, Items: one(s.card.TypeCode), Purpose: "看看"}, "present.not-enrolled"},
			{"a holder without a reason", s.owner, present.Wish{Items: one(degree), Purpose: " "}, "field.required"},
			{"a type that is not", s.owner, present.Wish{Items: one("NONE"), Purpose: "看看"}, "type.unpublished"},
			{"a field that is not", s.owner, present.Wish{Items: one(degree, "KZ_NICHTS"), Purpose: "看看"}, "license.field.unknown"},
			{"an agent without the power", &authn.Actor{HolderID: s.owner.HolderID, Acting: &authn.Acting{Powers: []string{authn.PowerRead}}},
				present.Wish{Items: one(degree), Purpose: "看看"}, "present.power"},
		} {
			_, err := w.Desk.Ask(ctx, x.actor, x.wish)
			wantCode(t, x.name, err, x.code)
		}

		r := s.ask("CZZT", "CZZTDM")
		choose := func(c ...present.Choice) error { _, err := w.Desk.Consent(ctx, s.owner, r.Code, c); return err }
		baker := s.license("baker", demo.IdentityCard)
		social := s.license("owner", "social-security-card")
		wantCode(t, "another's card", choose(present.Choice{LicenseID: baker.ID}), "license.unknown")
		wantCode(t, "what was not asked for", choose(present.Choice{LicenseID: social.ID}), "present.not-asked")
		wantCode(t, "more than was asked for", choose(present.Choice{LicenseID: s.card.ID, Fields: []string{"KZ_ZP"}}), "present.not-asked")
		wantCode(t, "the same twice", choose(present.Choice{LicenseID: s.card.ID}, present.Choice{LicenseID: s.card.ID}), "present.item-twice")
		wantCode(t, "nothing", choose(), "field.required")
		_, err := w.Desk.Consent(ctx, w.Actor(t, "food-firm"), r.Code, []present.Choice{{LicenseID: s.card.ID}})
		wantCode(t, "a firm in a scenario for persons", err, "present.scenario-audience")
		if got := s.requestState(s.hotel, r.ID); got != present.Asked {
			t.Errorf("refused answers moved the request to %s", got)
		}
		if err := choose(present.Choice{LicenseID: s.card.ID, Fields: []string{"CZZT"}}); err != nil {
			t.Fatal(err)
		}
		got, err := w.Desk.Receive(ctx, s.hotel, r.ID)
		if err != nil || !slices.Equal(names(got[0].Fields), []string{"CZZT"}) {
			t.Errorf("the holder agreed to one field: %v, %v", got, err)
		}
	})
}

// endEnrolment ends the hotel's term in its scenario.
func (s *stand) endEnrolment() {
	s.t.Helper()
	id, by := s.scenarioID("hotel"), change.Of(s.Actor(s.t, "digital"), "检查中发现超范围收集")
	s.Write(s.t, func(ctx context.Context, tx *db.Tx) error {
		return s.Matters.EndVerifier(ctx, tx, by, id, s.hotel.UnitID)
	})
}

// What changes between the consent and the reading counts at the reading.
func TestBetweenConsentAndReading(t *testing.T) {
	t.Parallel()
	world.Each(t, func(t *testing.T, w *world.World) {
		s := newStand(t, w)
		ctx := context.Background()
		open, given := s.ask(), s.ask()
		if err := s.agree(given.Code); err != nil {
			t.Fatal(err)
		}
		before := s.ask()
		if err := s.agree(before.Code); err != nil {
			t.Fatal(err)
		}
		s.lose()
		got, err := w.Desk.Receive(ctx, s.hotel, given.ID)
		if err != nil || got[0].State != license.Lost || len(got[0].Fields) != 0 {
			t.Errorf("a card lost meanwhile: %+v, %v", got, err)
		}
		wantCode(t, "agreeing with a lost card", s.agree(open.Code), "license.not-in-force")
		s.endEnrolment()
		_, err = w.Desk.Receive(ctx, s.hotel, before.ID)
		wantCode(t, "no longer enrolled", err, "access.consent.scenario")
		wantCode(t, "agreeing with one no longer enrolled", s.agree(open.Code), "present.asker-not-enrolled")
	})
}

// Of several answers, and of several readings, at one moment one counts.
func TestAnsweredAtOnce(t *testing.T) {
	t.Parallel()
	world.Each(t, func(t *testing.T, w *world.World) {
		s := newStand(t, w)
		for range 3 {
			r := s.ask()
			won := func(do func() error) (n int) {
				var all sync.WaitGroup
				results := make([]error, 5)
				for i := range results {
					all.Go(func() { results[i] = do() })
				}
				all.Wait()
				for _, err := range results {
					if err == nil {
						n++
					}
				}
				return n
			}
			if n := won(func() error { return s.agree(r.Code) }); n != 1 {
				t.Errorf("%d answers counted", n)
			}
			if n := won(func() error { _, err := w.Desk.Receive(context.Background(), s.hotel, r.ID); return err }); n != 1 {
				t.Errorf("%d readings were given", n)
			}
		}
		if n := len(s.consentUses(s.owner.HolderID, "given")); n != 3 {
			t.Errorf("%d uses on record", n)
		}
	})
}

// SHOW-10: a firm asks a person, nobody is enrolled, and both keep a receipt that names one record.
func TestBetweenHolders(t *testing.T) {
	t.Parallel()
	world.Each(t, func(t *testing.T, w *world.World) {
		s := newStand(t, w)
		ctx := context.Background()
		firm := w.Actor(t, "tea-firm")
		r, err := w.Desk.Ask(ctx, firm, present.Wish{Items: []present.Item{{Type: s.card.TypeCode, Fields: []string{"CZZT", "KZ_XB"}}}, Purpose: "签订劳动合同"})
		if err != nil {
			t.Fatal(err)
		}
		_, err = w.Desk.Consent(ctx, firm, r.Code, []present.Choice{{LicenseID: s.card.ID}})
		wantCode(t, "scanning one's own code", err, "present.request-own")
		if err := s.agree(r.Code); err != nil {
			t.Fatal(err)
		}
		got, err := w.Desk.Receive(ctx, firm, r.ID)
		if err != nil || !slices.Equal(names(got[0].Fields), []string{"CZZT", "KZ_XB"}) {
			t.Fatalf("%+v, %v", got, err)
		}
		// The other way round: the person scans what the firm shows.
		shows := s.license("tea-firm", "business-license")
		p, err := w.Desk.Show(ctx, firm, present.Showing{LicenseID: shows.ID})
		if err != nil {
			t.Fatal(err)
		}
		v, err := w.Desk.Check(ctx, s.owner, p.Code, "看看是哪家公司")
		if err != nil {
			t.Fatal(err)
		}
		shown, err := w.Desk.Get(ctx, firm, p.ID)
		if err != nil || len(shown.Checks) != 1 || shown.Checks[0].PeerID != s.owner.HolderID || shown.CheckedBy != "" {
			t.Errorf("the firm sees %+v, %v", shown.Checks, err)
		}
		mine, theirs := s.receipts(s.owner), s.receipts(firm)
		if len(mine) != 2 || len(theirs) != 2 {
			t.Fatalf("%d and %d receipts", len(mine), len(theirs))
		}
		for i, want := range []struct {
			no, purpose string
			side, other string
		}{{v.RecordNo, "看看是哪家公司", present.Got, present.Gave}, {got[0].RecordNo, "签订劳动合同", present.Gave, present.Got}} {
			a, b := mine[i], theirs[i]
			if a.RecordNo() != want.no || b.RecordNo() != want.no || a.Side != want.side || b.Side != want.other || a.OtherHolder != firm.HolderID ||
				b.OtherHolder != s.owner.HolderID || a.Purpose != want.purpose || b.Purpose != want.purpose || !slices.Equal(a.Fields, b.Fields) {
				t.Errorf("%+v against %+v, want %+v", a, b, want)
			}
		}
		// Both may open the record that their receipts name, and nobody else may.
		for _, x := range []struct {
			who  *authn.Actor
			want string
		}{{s.owner, shows.HolderID}, {firm, shows.HolderID}, {w.Actor(t, "groom"), ""}} {
			w.Read(t, func(ctx context.Context, q *db.Tx) error {
				if owner, err := w.Desk.RecordOwner(ctx, q, x.who.HolderID, mine[0].RecordID); owner != x.want || (err != nil) != (x.want == "") {
					t.Errorf("owner %s, %v", owner, err)
				}
				return nil
			})
		}
	})
}

// SHOW-5: in a scenario its fields are shown, to its verifiers alone; what another one tries uses nothing up.
func TestShownInAScenario(t *testing.T) {
	t.Parallel()
	world.Each(t, func(t *testing.T, w *world.World) {
		s := newStand(t, w)
		ctx := context.Background()
		hotel := s.scenarioID("hotel")
		show := func(fields ...string) (present.Presentation, error) {
			return w.Desk.Show(ctx, s.owner, present.Showing{LicenseID: s.card.ID, Fields: fields, ScenarioID: hotel})
		}
		_, err := show("CZZT", "KZ_ZZ")
		wantCode(t, "a field outside the scenario", err, "present.scenario-field")
		_, err = w.Desk.Show(ctx, s.owner, present.Showing{LicenseID: s.license("owner", "social-security-card").ID, ScenarioID: hotel})
		wantCode(t, "a type outside the scenario", err, "present.scenario-type")
		firm := s.license("food-firm", "business-license")
		_, err = w.Desk.Show(ctx, w.Actor(t, "food-firm"), present.Showing{LicenseID: firm.ID, ScenarioID: hotel})
		wantCode(t, "a firm in a scenario for persons", err, "present.scenario-audience")
		_, err = w.Desk.Show(ctx, s.owner, present.Showing{LicenseID: s.card.ID, ScenarioID: db.NewID()})
		wantCode(t, "a scenario that is none", err, "present.scenario-unknown")

		p, err := show()
		if err != nil || !slices.Equal(p.Fields, []string{"CZZT", "CZZTDM", "KZ_XB", "KZ_ZP"}) {
			t.Fatalf("%v, %v", p.Fields, err)
		}
		for _, who := range []*authn.Actor{nil, w.Actor(t, "pharmacy-verifier"), s.hotelGuest()} {
			_, err := w.Desk.Check(ctx, who, p.Code, "")
			wantCode(t, "somebody who is not enrolled", err, "access.present.scenario")
		}
		v, err := w.Desk.Check(ctx, s.hotel, p.Code, "")
		if err != nil || !slices.Equal(names(v.Fields), p.Fields) {
			t.Fatalf("%v, %v", names(v.Fields), err)
		}
		if u := s.uses("given"); len(u) != 1 || u[0].Purpose != "酒店入住" {
			t.Errorf("%+v", u)
		}
		if len(s.uses("refused")) != 3 {
			t.Error("refusals do not stand in the holder's list")
		}
		p, err = show("CZZT")
		if err != nil {
			t.Fatal(err)
		}
		s.endEnrolment()
		_, err = s.check(p.Code)
		wantCode(t, "no longer enrolled", err, "access.present.scenario")
	})
}

// A holder may let one code be checked several times; then it is used up like any other.
func TestCheckedSeveralTimes(t *testing.T) {
	t.Parallel()
	world.Each(t, func(t *testing.T, w *world.World) {
		s := newStand(t, w)
		ctx := context.Background()
		for _, n := range []int{-1, present.UsesMax + 1} {
			_, err := w.Desk.Show(ctx, s.owner, present.Showing{LicenseID: s.card.ID, Uses: n})
			wantCode(t, "too many uses", err, "present.uses")
		}
		p, err := w.Desk.Show(ctx, s.owner, present.Showing{LicenseID: s.card.ID, Uses: 3})
		if err != nil {
			t.Fatal(err)
		}
		checkers := []*authn.Actor{s.hotel, nil, s.hotelGuest()}
		for i, who := range checkers {
			if got := s.state(p.ID); got != present.Open {
				t.Fatalf("after %d checks it is %s", i, got)
			}
			w.Now.Move(time.Second)
			if _, err := w.Desk.Check(ctx, who, p.Code, ""); err != nil {
				t.Fatal(err)
			}
		}
		_, err = s.check(p.Code)
		wantCode(t, "a fourth check", err, "present.used")
		got, err := w.Desk.Get(ctx, s.owner, p.ID)
		if err != nil || got.State != present.Checked || got.UsesLeft != 0 || len(got.Checks) != 3 || got.Checks[0].UnitID != s.hotel.UnitID ||
			got.Checks[1].UnitID+got.Checks[1].PeerID != "" || got.Checks[2].PeerID != s.hotelGuest().HolderID {
			t.Errorf("%+v, %v", got, err)
		}
		// Half used and taken back, it is over too.
		p, err = w.Desk.Show(ctx, s.owner, present.Showing{LicenseID: s.card.ID, Uses: 2})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := s.check(p.Code); err != nil {
			t.Fatal(err)
		}
		if err := w.Desk.End(ctx, s.owner, p.ID); err != nil || s.state(p.ID) != present.Ended {
			t.Error("a code half used cannot be taken back")
		}
	})
}

// Several licenses of one request are given and read together; what was left out stays with its holder.
func TestSeveralLicensesAtOnce(t *testing.T) {
	t.Parallel()
	world.Each(t, func(t *testing.T, w *world.World) {
		s := newStand(t, w)
		ctx := context.Background()
		hospital := w.Actor(t, "hospital-verifier")
		social := s.license("owner", "social-security-card")
		r, err := w.Desk.Ask(ctx, hospital, present.Wish{ScenarioID: s.scenarioID("hospital"), Purpose: "初诊建档",
			Items: []present.Item{{Type: s.card.TypeCode}, {Type: social.TypeCode}}})
		if err != nil {
			t.Fatal(err)
		}
		no, err := w.Desk.Consent(ctx, s.owner, r.Code, []present.Choice{{LicenseID: s.card.ID, Fields: []string{"CZZT"}}, {LicenseID: social.ID}})
		if err != nil || no == "" {
			t.Fatal(no, err)
		}
		got, err := w.Desk.Receive(ctx, hospital, r.ID)
		if err != nil || len(got) != 2 || len(s.receipts(hospital)) != 2 || len(s.consentUses(s.owner.HolderID, "given")) != 2 {
			t.Fatalf("%+v, %v", got, err)
		}
		if u := s.consentUses(s.owner.HolderID, "given")[0]; u.Purpose != "初诊建档" {
			t.Errorf("%+v", u)
		}
	})
}
