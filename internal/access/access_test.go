package access_test

import (
	"bytes"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/yinxin-org/yinxin/internal/access"
	"github.com/yinxin-org/yinxin/internal/authn"
	"github.com/yinxin-org/yinxin/internal/casefile"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/db/dbtest"
	"github.com/yinxin-org/yinxin/internal/matter"
)

// TestDoor tries the door on every ground, on every database. What moves the clock or breaks the database comes
// last and alone.
func TestDoor(t *testing.T) {
	t.Parallel()
	dbtest.EachURL(t, func(t *testing.T, url string) {
		w := newWorld(t, url)
		t.Run("still", func(t *testing.T) {
			for name, test := range map[string]func(*world, *testing.T){
				"every combination of wrong dimensions":       (*world).everyCombination,
				"what does not exist":                         (*world).unknown,
				"the party whose license the matter asks for": (*world).boundParty,
				"facts that changed before the redemption":    (*world).redeem,
				"a token works once":                          (*world).replay,
				"a token ends when the case moves on":         (*world).movedOn,
				"least data":                                  (*world).leastData,
				"annotated copy":                              (*world).annotatedCopy,
				"own licenses":                                (*world).own,
				"issuing":                                     (*world).issuing,
				"presentation":                                (*world).presentation,
			} {
				t.Run(name, func(t *testing.T) {
					t.Parallel()
					test(w, t)
				})
			}
		})
		t.Run("time", w.time)
		t.Run("no record, no data", w.noRecordNoData)
		t.Run("every record is in the log", w.inTheLog)
	})
}

// dimensions of a use in a case, in the order in which their reasons are told. Time is tried with the clock.
var dimensions = []string{"case.open", "case.unit", "case.clerk", "case.matter", "case.party", "case.type", "case.stage", "license.state"}

// everyCombination tries all right, each dimension wrong alone, and every combination of them: 256 in all.
func (w *world) everyCombination(t *testing.T) {
	for mask := range 1 << len(dimensions) {
		var wrong []string
		for i, d := range dimensions {
			if mask&(1<<i) != 0 {
				wrong = append(wrong, d)
			}
		}
		t.Run(strings.Join(wrong, "+"), func(t *testing.T) {
			t.Parallel()
			actor, ask := w.attempt(t, wrong)
			r, grantID, err := w.door.Lend(t.Context(), actor, ask, access.Fields)
			if len(wrong) == 0 {
				if err != nil || len(r.Fields) == 0 || grantID == "" {
					t.Fatalf("all is right, but: %v, %d fields", err, len(r.Fields))
				}
				return
			}
			empty(t, r)
			u := w.refused(t, err, ask.LicenseHolderID, reasons(wrong)...)
			if u.LicenseID != ask.LicenseID || u.CaseNo != ask.CaseNo || u.MatterCode != ask.MatterCode || u.UnitID != actor.UnitID || u.Ground != access.Case {
				t.Errorf("recorded %+v for %+v", u, ask)
			}
			if grantID != "" {
				t.Error("a grant came with a refusal")
			}
		})
	}
}

// reasons are the codes for what is wrong. The stage of a type that is not bound at all is not asked.
func reasons(wrong []string) []string {
	var codes []string
	for _, d := range wrong {
		if d != "case.stage" || !slices.Contains(wrong, "case.type") {
			codes = append(codes, "access."+d)
		}
	}
	return codes
}

// attempt makes an attempt at a license that is wrong in just the given dimensions.
func (w *world) attempt(t *testing.T, wrong []string) (*authn.Actor, access.Ask) {
	t.Helper()
	is := func(d string) bool { return slices.Contains(wrong, d) }
	choose := func(d, no, yes string) string {
		if is(d) {
			return yes
		}
		return no
	}
	holder := choose("license.state", "owner", "loser") // whose license is meant
	c := w.open(t, labMatter, choose("case.party", holder, "elder"))
	if is("case.open") || is("case.stage") {
		w.alter(t, c.No, func(c *casefile.Case) {
			c.State = choose("case.open", casefile.StateOpen, casefile.StateClosed)
			c.Stage = matter.Stage(choose("case.stage", string(matter.Accept), string(matter.Decide)))
		})
	}
	ask := w.ask(t, c, holder, choose("case.type", identityCard, socialSecurity))
	ask.MatterCode = choose("case.matter", labMatter, foodMatter)
	actor := *w.clerk
	actor.AccountID = choose("case.clerk", w.clerk.AccountID, w.colleague.AccountID)
	actor.UnitID = choose("case.unit", unitID, otherUnit)
	return &actor, ask
}

func (w *world) unknown(t *testing.T) {
	c := w.open(t, labMatter, "owner")
	right := w.ask(t, c, "owner", identityCard)
	t.Run("case", func(t *testing.T) {
		ask := right
		ask.CaseNo = "3501022026030200000000"
		r, _, err := w.door.Lend(t.Context(), w.clerk, ask, access.Fields)
		empty(t, r)
		w.refused(t, err, ask.LicenseHolderID, "access.case.open", "access.case.unit", "access.case.clerk", "access.case.matter",
			"access.case.party", "access.case.type")
	})
	t.Run("license", func(t *testing.T) {
		ask := right
		ask.LicenseID = db.NewID()
		r, _, err := w.door.Lend(t.Context(), w.clerk, ask, access.Fields)
		empty(t, r)
		u := w.refused(t, err, w.platform, "access.case.party", "access.case.type", "access.license.state")
		if u.LicenseID != ask.LicenseID {
			t.Errorf("recorded for license %q, want the one asked for", u.LicenseID)
		}
	})
	t.Run("role", func(t *testing.T) {
		actor := *w.clerk
		actor.Roles = []string{"reviewer", "verifier", "holder"}
		r, _, err := w.door.Lend(t.Context(), &actor, right, access.Fields)
		empty(t, r)
		w.refused(t, err, right.LicenseHolderID, "access.default")
	})
}

// boundParty: the matter asks for the representative's identity card; the card of another party of the same
// case stays shut.
func (w *world) boundParty(t *testing.T) {
	c := w.open(t, labMatter, "owner")
	spouse := w.HolderID(t, "groom")
	w.exec(t, `INSERT INTO case_party (holder_id, case_no, role, party_holder_id) VALUES ($1, $2, 'spouse', $3)`, c.HolderID, c.No, spouse)
	r, _, err := w.door.Lend(t.Context(), w.clerk, w.ask(t, c, "groom", identityCard), access.Fields)
	empty(t, r)
	w.refused(t, err, spouse, "access.case.party")
	if r, _, err = w.door.Lend(t.Context(), w.clerk, w.ask(t, c, "owner", identityCard), access.Fields); err != nil || len(r.Fields) == 0 {
		t.Errorf("the representative's card: %v", err)
	}
}

// redeem gets a token while all is right; then one thing changes, and the token gives nothing.
func (w *world) redeem(t *testing.T) {
	colleague, moved, stripped := *w.colleague, *w.clerk, *w.clerk
	moved.UnitID, stripped.Roles = otherUnit, []string{"verifier"}
	for _, x := range []struct {
		name   string
		actor  *authn.Actor
		change func(t *testing.T, c casefile.Case)
		want   string
	}{
		{"case closed", w.clerk, func(t *testing.T, c casefile.Case) {
			w.alter(t, c.No, func(c *casefile.Case) { c.State = casefile.StateClosed })
		}, "access.case.open"},
		{"case at another stage", w.clerk, func(t *testing.T, c casefile.Case) {
			w.alter(t, c.No, func(c *casefile.Case) { c.Stage = matter.Decide })
		}, "access.case.stage"},
		{"case with another clerk", w.clerk, func(t *testing.T, c casefile.Case) {
			w.alter(t, c.No, func(c *casefile.Case) { c.ClerkID = w.colleague.AccountID })
		}, "access.case.clerk"},
		{"token in a colleague's hands", &colleague, func(*testing.T, casefile.Case) {}, "access.case.clerk"},
		{"colleague has the case and the token", &colleague, func(t *testing.T, c casefile.Case) {
			w.alter(t, c.No, func(c *casefile.Case) { c.ClerkID = w.colleague.AccountID })
		}, "access.case.clerk"},
		{"clerk moved to another unit", &moved, func(*testing.T, casefile.Case) {}, "access.case.unit"},
		{"clerk lost the role", &stripped, func(*testing.T, casefile.Case) {}, "access.default"},
		{"party left", w.clerk, func(t *testing.T, c casefile.Case) {
			w.exec(t, `DELETE FROM case_party WHERE case_no = $1 AND role = 'representative'`, c.No)
		}, "access.case.party"},
		{"matter binds it no more", w.clerk, func(t *testing.T, c casefile.Case) {
			w.putMatter(t, c.MatterCode, identityCard)
		}, "access.case.type"},
		{"license reported lost", w.clerk, func(t *testing.T, c casefile.Case) {
			w.reportLoss(t, "student", identityCard)
		}, "access.license.state"},
	} {
		t.Run(x.name, func(t *testing.T) {
			code := labMatter
			if x.want == "access.case.type" {
				code = w.putMatter(t, strings.Replace(labMatter, "991001", "992001", 1)).Code
			}
			c, token := w.token(t, code, "student")
			x.change(t, c)
			r, err := w.door.Redeem(t.Context(), x.actor, token.Secret, access.File)
			empty(t, r)
			w.refused(t, err, token.License.HolderID, x.want)
		})
	}
}

// replay: one token, one reading, also when many redeem it at once. A refused redemption uses nothing up.
func (w *world) replay(t *testing.T) {
	_, token := w.token(t, labMatter, "bride")
	holderID := token.License.HolderID
	_, err := w.door.Redeem(t.Context(), w.colleague, token.Secret, access.Fields)
	w.refused(t, err, holderID, "access.case.clerk")

	const at = 8
	var wg sync.WaitGroup
	results := make([]error, at)
	readings := make([]access.Reading, at)
	start := make(chan struct{})
	for i := range at {
		wg.Go(func() {
			<-start
			readings[i], results[i] = w.door.Redeem(t.Context(), w.clerk, token.Secret, access.Fields)
		})
	}
	close(start)
	wg.Wait()
	given := 0
	for i, err := range results {
		if err == nil {
			given++
			continue
		}
		empty(t, readings[i])
		w.refused(t, err, holderID, "access.token")
	}
	if given != 1 {
		t.Errorf("%d of %d redemptions of one token gave data", given, at)
	}
	forged := []string{"", "no token", strings.Repeat("A", 64), token.Secret[:63] + "~", token.Secret + "A", flipped(token.Secret)}
	for _, secret := range forged {
		r, err := w.door.Redeem(t.Context(), w.clerk, secret, access.Fields)
		empty(t, r)
		w.refused(t, err, w.platform, "access.token")
	}
}

// flipped is a token of the right holder that was never given out.
func flipped(secret string) string {
	other := byte('A')
	if secret[40] == other {
		other = 'B'
	}
	return secret[:40] + string(other) + secret[41:]
}

// movedOn: when a case passes on, every token given for it ends, and stays ended when the case comes back.
func (w *world) movedOn(t *testing.T) {
	c, token := w.token(t, labMatter, "mother")
	pass := func(change func(c *casefile.Case)) {
		w.Write(t, func(tx *db.Tx) error {
			now, err := w.App.Cases.Get(t.Context(), tx, c.No)
			if err != nil {
				return err
			}
			err = w.App.Cases.PutMaterial(t.Context(), tx, now, casefile.Material{Seq: 2, Status: casefile.Lent,
				LicenseHolderID: token.License.HolderID, LicenseID: token.License.ID, GrantID: token.GrantID})
			if err != nil {
				return err
			}
			if err := w.door.EndGrants(t.Context(), tx, now); err != nil {
				return err
			}
			change(&now)
			return w.App.Cases.Save(t.Context(), tx, &now)
		})
	}
	pass(func(c *casefile.Case) { c.Stage, c.ClerkID = matter.Decide, "" })
	r, err := w.door.Redeem(t.Context(), w.clerk, token.Secret, access.Fields)
	empty(t, r)
	w.refused(t, err, token.License.HolderID, "access.case.clerk", "access.case.time", "access.case.stage")
	pass(func(c *casefile.Case) { c.Stage, c.ClerkID = matter.Accept, w.clerk.AccountID })
	_, err = w.door.Redeem(t.Context(), w.clerk, token.Secret, access.Fields)
	w.refused(t, err, token.License.HolderID, "access.case.time")
	again, err := w.door.Grant(t.Context(), w.clerk, w.ask(t, c, "mother", identityCard))
	if err != nil || again.GrantID == token.GrantID {
		t.Errorf("a new grant: %v, the old one lives on: %v", err, again.GrantID == token.GrantID)
	}
}

// leastData: what comes back are the fields the matter binds, in its order, and the record names just these.
func (w *world) leastData(t *testing.T) {
	c := w.open(t, labMatter, "father")
	for cast, typeKey := range map[string]string{"father": identityCard, "food-firm": businessLicense} {
		ask := w.ask(t, c, cast, typeKey)
		r, _, err := w.door.Lend(t.Context(), w.clerk, ask, access.Fields)
		if err != nil {
			t.Fatal(err)
		}
		want := labFields[typeKey]
		if diff := cmp.Diff(want, names(r.Fields)); diff != "" {
			t.Errorf("%s gives other fields than are bound (-bound +given):\n%s", typeKey, diff)
		}
		if r.Content != nil {
			t.Error("a file came with fields")
		}
		u := w.recorded(t, ask.LicenseHolderID, r.RecordNo)
		if u.Result != "given" || u.Purpose != "read" || !slices.Equal(u.Fields, want) || u.UnitID != unitID || u.Role != "clerk" || u.At != r.At.UTC() {
			t.Errorf("recorded as %+v", u)
		}
	}
	none := w.putMatter(t, strings.Replace(labMatter, "991001", "993001", 1))
	none.Materials[1].Bindings[0].Fields = nil
	w.Write(t, func(tx *db.Tx) error { return w.App.Matters.Put(t.Context(), tx, none) })
	c = w.open(t, none.Code, "father")
	r, _, err := w.door.Lend(t.Context(), w.clerk, w.ask(t, c, "father", identityCard), access.Fields)
	empty(t, r)
	w.refused(t, err, w.HolderID(t, "father"), "access.case.fields")
}

func sameFile(t *testing.T, what string, a, b []byte, want bool) {
	t.Helper()
	if got := bytes.Equal(a, b); got != want || len(a) == 0 {
		t.Errorf("%s: same file is %v (%d and %d bytes), want %v", what, got, len(a), len(b), want)
	}
}

// Of several types that satisfy one material, each gives exactly the fields of its own binding, and a type that is
// not among them none.
func TestEachBoundTypeGivesItsOwnFields(t *testing.T) {
	t.Parallel()
	const marriage = "marriage-certificate"
	dbtest.EachURL(t, func(t *testing.T, url string) {
		w := newWorld(t, url)
		m := w.putMatter(t, strings.Replace(labMatter, "991001", "994001", 1), businessLicense)
		m.Materials[0].Bindings = append(m.Materials[0].Bindings, matter.Binding{Type: w.TypeCode(t, marriage), Fields: []string{"ZZBH"}})
		w.Write(t, func(tx *db.Tx) error { return w.App.Matters.Put(t.Context(), tx, m) })
		c := w.open(t, m.Code, "father")
		for typeKey, want := range map[string][]string{identityCard: labFields[identityCard], marriage: {"ZZBH"}} {
			r, _, err := w.door.Lend(t.Context(), w.clerk, w.ask(t, c, "father", typeKey), access.Fields)
			if err != nil {
				t.Fatalf("%s: %v", typeKey, err)
			}
			if diff := cmp.Diff(want, names(r.Fields)); diff != "" {
				t.Errorf("%s gives other fields than its binding names (-bound +given):\n%s", typeKey, diff)
			}
		}
		if r, _, err := w.door.Lend(t.Context(), w.clerk, w.ask(t, c, "food-firm", businessLicense), access.Fields); err == nil {
			t.Errorf("a type that is not bound gives %v", names(r.Fields))
		}
	})
}
