package access_test

import (
	"errors"
	"maps"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/yinxin-org/yinxin/internal/access"
	"github.com/yinxin-org/yinxin/internal/casefile"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/db/dbtest"
)

// TestRights tries the rights beside reading: to list, to verify and to compare, each by itself.
func TestRights(t *testing.T) {
	t.Parallel()
	dbtest.EachURL(t, func(t *testing.T, url string) {
		w := newWorld(t, url)
		for name, test := range map[string]func(*world, *testing.T){
			"list":                    (*world).list,
			"verify":                  (*world).verify,
			"compare":                 (*world).compare,
			"comparing is no oracle":  (*world).noOracle,
			"nothing beside the case": (*world).noRight,
			"numbers are not guessed": (*world).noNumber,
		} {
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				test(w, t)
			})
		}
	})
}

// list names what a party has of a bound type, also what is not in force, and nobody else's.
func (w *world) list(t *testing.T) {
	c := w.open(t, labMatter, "loser")
	w.alter(t, c.No, func(c *casefile.Case) {})
	ask := access.ListAsk{CaseNo: c.No, MatterCode: labMatter, HolderID: w.HolderID(t, "loser"), TypeCode: w.TypeCode(t, identityCard)}
	got, err := w.door.List(t.Context(), w.clerk, ask)
	if err != nil {
		t.Fatal(err)
	}
	want := w.License(t, "loser", identityCard)
	if len(got.Licenses) != 1 || got.Licenses[0].ID != want.ID || got.Licenses[0].State(got.At).Usable() {
		t.Errorf("listed %d licenses, want the lost card", len(got.Licenses))
	}
	u := w.recorded(t, ask.HolderID, got.RecordNo)
	if u.Result != "given" || u.Purpose != "list" || u.LicenseID != "" || u.TypeCode != ask.TypeCode || len(u.Fields) != 0 {
		t.Errorf("recorded as %+v", u)
	}
	for holderID, reasons := range map[string][]string{
		w.HolderID(t, "elder"): {"access.case.party"},
		w.firm:                 {"access.case.party"},
	} {
		ask.HolderID = holderID
		_, err = w.door.List(t.Context(), w.clerk, ask)
		w.refused(t, err, holderID, reasons...)
	}
	ask.HolderID = db.NewID()
	_, err = w.door.List(t.Context(), w.clerk, ask)
	w.refused(t, err, w.platform, "access.case.party")
}

// verify answers with the codes of GB/T 36906.
func (w *world) verify(t *testing.T) {
	c := w.open(t, labMatter, "owner")
	card := w.License(t, "owner", identityCard)
	name := w.value(t, "owner", "CZZT")
	number := w.value(t, "owner", "ZZBH")
	owner := access.Ask{CaseNo: c.No, MatterCode: labMatter, LicenseHolderID: card.HolderID}
	lost := w.open(t, labMatter, "loser")
	for _, x := range []struct {
		name  string
		ask   access.Ask
		claim access.Claim
		want  int
	}{
		{"by its id", w.ask(t, c, "owner", identityCard), access.Claim{}, access.VerifiedValid},
		{"by identifier", owner, access.Claim{TypeCode: card.TypeCode, Number: card.Identifier}, access.VerifiedValid},
		{"by number", owner, access.Claim{TypeCode: card.TypeCode, Number: number}, access.VerifiedValid},
		{"another's number", owner, access.Claim{TypeCode: card.TypeCode, Number: w.value(t, "elder", "ZZBH")}, access.VerifiedUnknown},
		{"no number", owner, access.Claim{TypeCode: card.TypeCode}, access.VerifiedIncomplete},
		{"lost", w.ask(t, lost, "loser", identityCard), access.Claim{}, access.VerifiedSuspended},
		{"values that are right", w.ask(t, c, "owner", identityCard), access.Claim{Told: map[string]string{"CZZT": name}}, access.VerifiedValid},
		{"a value that is wrong", w.ask(t, c, "owner", identityCard), access.Claim{Told: map[string]string{"CZZT": name + "甲"}}, access.VerifiedWrong},
		{"a field the matter does not ask for", w.ask(t, c, "owner", identityCard), access.Claim{Told: map[string]string{"KZ_ZZ": "福州"}}, access.VerifiedIncomplete},
	} {
		t.Run(x.name, func(t *testing.T) {
			v, err := w.door.Verify(t.Context(), w.clerk, x.ask, x.claim)
			if err != nil || v.Code != x.want {
				t.Fatalf("code %d, want %d: %v", v.Code, x.want, err)
			}
			u := w.recorded(t, x.ask.LicenseHolderID, v.RecordNo)
			if u.Purpose != "verify" || u.Result != "given" {
				t.Errorf("recorded as %+v", u)
			}
		})
	}
}

// value reads what a member of the cast's identity card says, past the door's rules for cases.
func (w *world) value(t *testing.T, cast, field string) string {
	t.Helper()
	r, err := w.door.Own(t.Context(), w.Actor(t, cast), w.License(t, cast, identityCard).ID, access.Fields)
	if err != nil {
		t.Fatal(err)
	}
	i := slices.IndexFunc(r.Fields, func(f access.Field) bool { return f.Name == field })
	if i < 0 {
		t.Fatalf("no field %s", field)
	}
	return r.Fields[i].Value
}

// compare says match or not, field by field, and gives no value; it records the names of the fields alone.
func (w *world) compare(t *testing.T) {
	c := w.open(t, labMatter, "bride")
	ask := w.ask(t, c, "bride", identityCard)
	born := w.value(t, "bride", "KZ_CSRQ")
	told := map[string]string{
		"CZZT":     " " + w.value(t, "bride", "CZZT"),
		"KZ_CSRQ":  strings.ReplaceAll(born, "-", "/"),
		"ZZBH":     "350000199001011234",
		"KZ_ZZ":    w.value(t, "bride", "KZ_ZZ"), // on the card, but not what the matter asks for
		"NO_FIELD": "x",
	}
	got, err := w.door.Compare(t.Context(), w.clerk, ask, told)
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]access.Match{"CZZT": access.Matches, "KZ_CSRQ": access.Matches, "ZZBH": access.Differs,
		"KZ_ZZ": access.UnknownField, "NO_FIELD": access.UnknownField}
	if diff := cmp.Diff(want, got.Fields); diff != "" {
		t.Errorf("other answers (-want +got):\n%s", diff)
	}
	u := w.recorded(t, ask.LicenseHolderID, got.RecordNo)
	if u.Purpose != "compare" || !slices.Equal(u.Fields, []string{"CZZT", "KZ_CSRQ", "ZZBH"}) {
		t.Errorf("recorded as %+v", u)
	}
	if _, err := w.door.Compare(t.Context(), w.clerk, ask, nil); err == nil {
		t.Error("nothing was told, and it was compared")
	}
	bare := w.putMatter(t, strings.Replace(labMatter, "991001", "995001", 1))
	bare.Materials[1].Bindings[0].Fields = nil
	w.Write(t, func(tx *db.Tx) error { return w.App.Matters.Put(t.Context(), tx, bare) })
	c = w.open(t, bare.Code, "bride")
	got, err = w.door.Compare(t.Context(), w.clerk, w.ask(t, c, "bride", identityCard), map[string]string{"CZZT": "某某", "KZ_CSRQ": born})
	if err != nil || got.Fields["CZZT"] != access.Differs || got.Fields["KZ_CSRQ"] != access.UnknownField {
		t.Errorf("a matter that reads nothing compares %v: %v", maps.Clone(got.Fields), err)
	}
}

// noOracle: five tries in a case, also when they come at once, whether they verify or compare; a refusal uses none up.
func (w *world) noOracle(t *testing.T) {
	c := w.open(t, labMatter, "groom")
	ask := w.ask(t, c, "groom", identityCard)
	for range 3 {
		_, err := w.door.Compare(t.Context(), w.colleague, ask, map[string]string{"CZZT": "猜"})
		w.refused(t, err, ask.LicenseHolderID, "access.case.clerk")
	}
	const at = 12
	var wg sync.WaitGroup
	results := make([]error, at)
	for i := range at {
		wg.Go(func() {
			if i%2 == 0 {
				_, results[i] = w.door.Compare(t.Context(), w.clerk, ask, map[string]string{"CZZT": "猜"})
				return
			}
			_, results[i] = w.door.Verify(t.Context(), w.clerk, ask, access.Claim{Told: map[string]string{"CZZT": "猜"}})
		})
	}
	wg.Wait()
	given := 0
	for _, err := range results {
		if err == nil {
			given++
			continue
		}
		w.refused(t, err, ask.LicenseHolderID, "access.case.tries")
	}
	if given != 5 {
		t.Errorf("%d tries were answered, want 5", given)
	}
	if _, err := w.door.Verify(t.Context(), w.clerk, ask, access.Claim{}); err != nil {
		t.Errorf("its state can be asked all the same: %v", err)
	}
	// Another case begins anew, but no number of cases gives a unit more than twenty tries a day.
	for i := range 16 {
		if i%5 == 0 {
			ask = w.ask(t, w.open(t, labMatter, "groom"), "groom", identityCard)
		}
		_, err := w.door.Compare(t.Context(), w.clerk, ask, map[string]string{"CZZT": "猜"})
		if i < 15 && err != nil {
			t.Fatalf("try %d of the day: %v", 5+i+1, err)
		}
		if i == 15 {
			w.refused(t, err, ask.LicenseHolderID, "access.case.guessing")
		}
	}
}

// noNumber: a number is found by trying no more than other values are; one that is right is no guess.
func (w *world) noNumber(t *testing.T) {
	c := w.open(t, labMatter, "chemist")
	card := w.License(t, "chemist", identityCard)
	ask := access.Ask{CaseNo: c.No, MatterCode: labMatter, LicenseHolderID: card.HolderID}
	right := access.Claim{TypeCode: card.TypeCode, Number: w.value(t, "chemist", "ZZBH")}
	for range 7 {
		if v, err := w.door.Verify(t.Context(), w.clerk, ask, right); err != nil || v.Code != access.VerifiedValid {
			t.Fatalf("the right number: %d %v", v.Code, err)
		}
	}
	wrong := right
	for i := range 5 {
		wrong.Number = "No." + strconv.Itoa(i)
		if v, err := w.door.Verify(t.Context(), w.clerk, ask, wrong); err != nil || v.Code != access.VerifiedUnknown {
			t.Fatalf("a wrong number: %d %v", v.Code, err)
		}
	}
	for _, x := range []access.Claim{wrong, right} {
		_, err := w.door.Verify(t.Context(), w.clerk, ask, x)
		w.refused(t, err, card.HolderID, "access.case.tries")
	}
	if v, err := w.door.Verify(t.Context(), w.clerk, ask, access.Claim{TypeCode: card.TypeCode, Number: card.Identifier}); err != nil || v.Code != access.VerifiedValid {
		t.Errorf("by its identifier, which is no guess: %d %v", v.Code, err)
	}
}

// noRight: each right is bound to the case as reading is.
func (w *world) noRight(t *testing.T) {
	c := w.open(t, labMatter, "mother")
	ask := w.ask(t, c, "mother", identityCard)
	told := map[string]string{"CZZT": "某某"}
	rights := map[string]func(a access.Ask) error{
		"list": func(a access.Ask) error {
			_, err := w.door.List(t.Context(), w.clerk, access.ListAsk{CaseNo: a.CaseNo, MatterCode: a.MatterCode,
				HolderID: a.LicenseHolderID, TypeCode: w.TypeCode(t, identityCard)})
			return err
		},
		"verify":  func(a access.Ask) error { _, err := w.door.Verify(t.Context(), w.clerk, a, access.Claim{}); return err },
		"compare": func(a access.Ask) error { _, err := w.door.Compare(t.Context(), w.clerk, a, told); return err },
	}
	for name, use := range rights {
		if err := use(ask); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		wrong := ask
		wrong.MatterCode = foodMatter
		w.refused(t, use(wrong), ask.LicenseHolderID, "access.case.matter")
	}
	w.alter(t, c.No, func(c *casefile.Case) { c.State = casefile.StateClosed })
	for name, use := range rights {
		err := use(ask)
		if _, refused := errors.AsType[*access.Refusal](err); !refused {
			t.Errorf("%s in a closed case: %v", name, err)
			continue
		}
		w.refused(t, err, ask.LicenseHolderID, "access.case.open")
	}
}
