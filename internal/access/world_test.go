package access_test

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/yinxin-org/yinxin/internal/access"
	"github.com/yinxin-org/yinxin/internal/authn"
	"github.com/yinxin-org/yinxin/internal/casefile"
	"github.com/yinxin-org/yinxin/internal/catalog"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/errs"
	"github.com/yinxin-org/yinxin/internal/evidence"
	"github.com/yinxin-org/yinxin/internal/holder"
	"github.com/yinxin-org/yinxin/internal/matter"
	"github.com/yinxin-org/yinxin/test/demotest"
)

// The unit and matters of most tests. The lab matter is made here: it binds the applicant's business license
// and the representative's identity card for acceptance alone, and of each only some fields.
const (
	unitID     = "11350102YX0100017G"
	otherUnit  = "11350103YX01100127"
	foodMatter = "11350102YX0100017G4350131901001"
	labMatter  = "11350102YX0100017G4350131991001"

	businessLicense = "business-license"
	identityCard    = "identity-card"
	socialSecurity  = "social-security-card"
)

var labFields = map[string][]string{businessLicense: {"CZZT", "KZ_ZS"}, identityCard: {"CZZT", "KZ_CSRQ"}}

// world is the demonstration city seen from the door.
type world struct {
	*demotest.World
	door      *access.Door
	clerk     *authn.Actor
	colleague *authn.Actor // of the same unit, with the same role
	reviewer  *authn.Actor
	firm      string // holder ids
	platform  string // in whose name attempts at nobody's license are recorded
}

func newWorld(t *testing.T, url string) *world {
	t.Helper()
	w := &world{World: demotest.Open(t, url)}
	w.door = w.App.Door
	w.clerk, w.reviewer = w.Actor(t, "gl-scjg-clerk"), w.Actor(t, "gl-scjg-reviewer")
	w.colleague = &authn.Actor{AccountID: db.NewID(), Kind: authn.KindStaff, UnitID: unitID, Roles: []string{"clerk"}}
	w.firm, w.platform = w.HolderID(t, "food-firm"), holder.PlatformID
	w.putMatter(t, labMatter)
	w.reportLoss(t, "loser", socialSecurity)
	return w
}

// putMatter enters a matter like the lab matter under another code.
func (w *world) putMatter(t *testing.T, code string, drop ...string) matter.Matter {
	t.Helper()
	m := matter.Matter{Code: code, Unit: unitID, Level: 4, Days: 5, Item: matter.Item{Name: "门的试验", NameEn: "Trying the door",
		HolderKind: catalog.Legal, StatutoryDays: 5}}
	for seq, x := range []struct {
		key   string
		party matter.Party
	}{{businessLicense, matter.Applicant}, {identityCard, matter.Representative}} {
		if !slices.Contains(drop, x.key) {
			m.Materials = append(m.Materials, matter.Material{Seq: seq + 1, Name: x.key, Bound: matter.Bound{Party: x.party,
				Stages: []matter.Stage{matter.Accept}, Bindings: []matter.Binding{{Type: w.TypeCode(t, x.key), Fields: labFields[x.key]}}}})
		}
	}
	w.Write(t, func(tx *db.Tx) error { return w.App.Matters.Put(t.Context(), tx, m) })
	return m
}

func (w *world) reportLoss(t *testing.T, cast, typeKey string) {
	t.Helper()
	l := w.License(t, cast, typeKey)
	w.Write(t, func(tx *db.Tx) error { return w.App.Licenses.Lose(t.Context(), tx, l, "") })
}

// open opens a case of the food firm that the clerk handles.
func (w *world) open(t *testing.T, matterCode, representative string) casefile.Case {
	t.Helper()
	rep := w.HolderID(t, representative)
	var c casefile.Case
	w.Write(t, func(tx *db.Tx) error {
		m, err := w.App.Matters.Get(t.Context(), tx, matterCode)
		if err != nil {
			return err
		}
		c, err = w.App.Cases.Create(t.Context(), tx, casefile.New{Matter: m, Region: "350102", ClerkID: w.clerk.AccountID,
			Parties: map[matter.Party]string{matter.Applicant: w.firm, matter.Representative: rep}, DueAt: w.Clock.Now().Add(time.Hour)})
		return err
	})
	return c
}

// alter changes a case behind the door's back.
func (w *world) alter(t *testing.T, no string, change func(c *casefile.Case)) {
	t.Helper()
	w.Write(t, func(tx *db.Tx) error {
		c, err := w.App.Cases.Get(t.Context(), tx, no)
		if err != nil {
			return err
		}
		change(&c)
		return w.App.Cases.Save(t.Context(), tx, &c)
	})
}

// ask names the license of a member of the cast for a case.
func (w *world) ask(t *testing.T, c casefile.Case, cast, typeKey string) access.Ask {
	t.Helper()
	l := w.License(t, cast, typeKey)
	return access.Ask{CaseNo: c.No, MatterCode: c.MatterCode, LicenseHolderID: l.HolderID, LicenseID: l.ID}
}

// token opens a lab case and gets a token for its representative's identity card, all being right.
func (w *world) token(t *testing.T, matterCode, representative string) (casefile.Case, access.Token) {
	t.Helper()
	c := w.open(t, matterCode, representative)
	token, err := w.door.Grant(t.Context(), w.clerk, w.ask(t, c, representative, identityCard))
	if err != nil {
		t.Fatalf("grant: %v", err)
	}
	return c, token
}

// entry is what the record in the log says.
type entry struct {
	Ground, Result, AccountID, UnitID, CaseNo, Matter, HolderID, LicenseID, Purpose string
	Reasons, Fields                                                                 []string
}

// recorded finds a use in its holder's list and opens its leaf, and holds the two against each other.
func (w *world) recorded(t *testing.T, holderID, recordNo string) access.Use {
	t.Helper()
	var uses []access.Use
	w.Read(t, func(q *db.Tx) error {
		var err error
		uses, err = w.door.Uses(t.Context(), q, holderID, access.UseFilter{Limit: 100})
		return err
	})
	i := slices.IndexFunc(uses, func(u access.Use) bool { return u.RecordNo == recordNo })
	if i < 0 {
		t.Fatalf("no record %s among %d uses of holder %s", recordNo, len(uses), holderID)
	}
	u := uses[i]
	id, err := evidence.ParseNo(recordNo)
	if err != nil || id != u.RecordID {
		t.Fatalf("number %s is of leaf %s, the record is %s: %v", recordNo, id, u.RecordID, err)
	}
	r, err := w.App.Book.Receipt(t.Context(), holderID, id)
	if err != nil {
		t.Fatalf("leaf of record %s: %v", recordNo, err)
	}
	var e entry
	if err := json.Unmarshal(r.Body, &e); err != nil {
		t.Fatal(err)
	}
	if e.Ground != string(u.Ground) || e.Result != u.Result || !slices.Equal(e.Reasons, u.Reasons) || e.CaseNo != u.CaseNo ||
		e.LicenseID != u.LicenseID || e.UnitID != u.UnitID || e.Purpose != u.Purpose || !slices.Equal(e.Fields, u.Fields) ||
		e.HolderID != holderID {
		t.Errorf("the leaf says %+v, the record %+v", e, u)
	}
	return u
}

// refused requires that err is the door's no with exactly these reasons, each of which has words, and that the
// refusal is on record with its holder.
func (w *world) refused(t *testing.T, err error, holderID string, want ...string) access.Use {
	t.Helper()
	r, ok := errors.AsType[*access.Refusal](err)
	if !ok {
		t.Fatalf("got %v, want a refusal for %v", err, want)
	}
	if !slices.Equal(r.Reasons, want) {
		t.Errorf("reasons %v, want %v", r.Reasons, want)
	}
	if e := errs.Of(err); e.Kind != errs.Denied || e.Code != want[0] {
		t.Errorf("for outsiders %v of kind %d, want %s", e, e.Kind, want[0])
	}
	for _, code := range r.Reasons {
		if !errs.Known(code) {
			t.Errorf("%s has no words", code)
		}
	}
	u := w.recorded(t, holderID, r.RecordNo)
	if u.Result != "refused" || !slices.Equal(u.Reasons, want) {
		t.Errorf("recorded as %s for %v, want refused for %v", u.Result, u.Reasons, want)
	}
	return u
}

// empty requires that nothing at all came with a refusal.
func empty(t *testing.T, r access.Reading) {
	t.Helper()
	if r.Fields != nil || r.Content != nil || r.Type != nil || r.License.ID != "" || r.RecordNo != "" {
		t.Errorf("a refusal gave %d fields, %d bytes, license %q", len(r.Fields), len(r.Content), r.License.ID)
	}
}

func names(fields []access.Field) []string {
	var out []string
	for _, f := range fields {
		out = append(out, f.Name)
	}
	return out
}

// count counts the rows of a table.
func (w *world) count(t *testing.T, table string) int {
	t.Helper()
	var n int
	w.Read(t, func(q *db.Tx) error {
		return q.QueryRow(t.Context(), "SELECT count(*) FROM "+table).Scan(&n)
	})
	return n
}

// exec runs a statement in a transaction of its own, whatever the state of the test.
func (w *world) exec(t *testing.T, query string, args ...any) {
	t.Helper()
	ctx := context.WithoutCancel(t.Context())
	err := w.App.DB.Write(ctx, func(tx *db.Tx) error {
		_, err := tx.Exec(ctx, query, args...)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}
