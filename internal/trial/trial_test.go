package trial_test

import (
	"os"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/yinxin-org/yinxin/internal/authn"
	"github.com/yinxin-org/yinxin/internal/casefile"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/db/dbtest"
	"github.com/yinxin-org/yinxin/internal/matter"
	"github.com/yinxin-org/yinxin/internal/trial"
	"github.com/yinxin-org/yinxin/test/demotest"
)

func TestMain(m *testing.M) { os.Exit(demotest.Main(m)) }

const (
	unitID    = "11350102YX0100017G"
	smallUnit = "11350103YX01100127"
	code      = "11350102YX0100017G4350131991001"
	smallCode = "11350103YX011001274350131991001"
)

var office = &authn.Actor{UnitID: "11350100YX00100971", Roles: []string{"matters"}}

// Constructed history: a matter with a plain material, cases of whom the firm's license would have served, whose
// representative lost a card later, whose party has none, and a second unit with too few cases to be told apart.
func TestReplay(t *testing.T) {
	t.Parallel()
	dbtest.EachURL(t, func(t *testing.T, url string) {
		w := demotest.Open(t, url)
		card := w.TypeCode(t, "social-security-card")
		for c, unit := range map[string]string{code: unitID, smallCode: smallUnit} {
			w.Write(t, func(tx *db.Tx) error {
				return w.App.Matters.Put(t.Context(), tx, matter.Matter{Code: c, Unit: unit, Level: 4, Days: 5, Item: matter.Item{Kind: "01", Name: "试验",
					HolderKind: "natural", StatutoryDays: 5, Materials: []matter.Material{{Seq: 1, Name: "社保卡"}}}})
			})
		}
		open := func(code, cast string) {
			t.Helper()
			holder := w.HolderID(t, cast)
			w.Write(t, func(tx *db.Tx) error {
				m, err := w.App.Matters.Get(t.Context(), tx, code)
				if err != nil {
					return err
				}
				c, err := w.App.Cases.Create(t.Context(), tx, casefile.New{Matter: m, Region: "350102", ClerkID: "x",
					Parties: map[matter.Party]string{matter.Applicant: holder}, DueAt: w.Clock.Now()})
				if err != nil {
					return err
				}
				return w.App.Cases.PutMaterial(t.Context(), tx, c, casefile.Material{Seq: 1, Status: casefile.Plain})
			})
		}
		w.Clock.Move(time.Hour)
		for range 5 {
			open(code, "loser") // holds a card, reported lost below
		}
		open(code, "food-firm") // a firm has no such card
		open(smallCode, "loser")
		w.Clock.Move(time.Hour)
		l := w.License(t, "loser", "social-security-card")
		w.Write(t, func(tx *db.Tx) error { return w.App.Licenses.Lose(t.Context(), tx, l, "") })
		w.Clock.Move(time.Hour)
		open(code, "loser") // lost by now
		w.Clock.Move(time.Hour)

		o := trial.Options{DB: w.App.DB, Clock: w.Clock, Units: w.App.Units, Matters: w.App.Matters, Cases: w.App.Cases, Licenses: w.App.Licenses}
		p := trial.Proposal{Matter: code[19:], Seq: 1, Bound: matter.Bound{Bindings: []matter.Binding{{Type: card, Fields: []string{"CZZT"}}}, Party: matter.Applicant}}
		r, err := trial.Replay(t.Context(), o, office, p)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(trial.Part{Cases: 8, Materials: 8, Served: 6, Saved: 6}, r.Sum); diff != "" {
			t.Error(diff)
		}
		if diff := cmp.Diff(map[string]int{trial.NoLicense: 1, trial.Held: 1}, r.Failures); diff != "" {
			t.Error(diff)
		}
		if len(r.Units) != 0 || r.Others == nil || r.Others.Cases != 8 {
			t.Errorf("a unit with one case can be told apart: %+v and %+v", r.Units, r.Others)
		}
		p.Bound.Party = matter.Spouse
		if r, err = trial.Replay(t.Context(), o, office, p); err != nil || r.Failures[trial.PartyAbsent] != 8 {
			t.Errorf("%+v: %v", r, err)
		}
		officer := &authn.Actor{UnitID: smallUnit, Roles: []string{"catalog"}}
		if r, err = trial.Replay(t.Context(), o, officer, p); err != nil || r.Sum.Cases != 1 {
			t.Errorf("%+v: %v", r, err)
		}
		w.Clock.Move(40 * 24 * time.Hour)
		if r, err = trial.Replay(t.Context(), o, office, p); err != nil || r.Sum.Cases != 0 {
			t.Errorf("cases of long ago are replayed: %+v: %v", r, err)
		}
	})
}
