package license_test

import (
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/yinxin-org/yinxin/internal/catalog"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/demo"
	"github.com/yinxin-org/yinxin/internal/license"
	"github.com/yinxin-org/yinxin/test/world"
)

var hygieneFields = map[string]string{"KZ_FDDBR": "林㛃", "KZ_DZ": "福州市鼓楼区榕印路1号", "KZ_XKXM": "饭馆"}

var joinedFields = map[string]string{"KZ_FDDBR": "林㛃", "KZ_HY": "餐饮店", "KZ_JYCS": "福州市鼓楼区榕印路1号", "KZ_XKSX": "热食类食品制售；饭馆",
	"KZ_DXXK": "食品经营许可证；公共场所卫生许可证"}

// partStates are how the parts of a license stand now.
func partStates(t testing.TB, w *world.World, l license.License) (states []license.State, changed []bool) {
	t.Helper()
	w.Read(t, func(ctx context.Context, q *db.Tx) error {
		parts, err := w.Licenses.Parts(ctx, q, l)
		for _, p := range parts {
			states, changed = append(states, p.License.State(w.Now.Now())), append(changed, p.Changed)
		}
		return err
	})
	return states, changed
}

func shows(t testing.TB, w *world.World, l license.License, want ...license.State) {
	t.Helper()
	if got, _ := partStates(t, w, l); !slices.Equal(got, want) {
		t.Errorf("the whole shows %v, want %v", got, want)
	}
}

func operate(t testing.TB, w *world.World, l license.License, a license.Action) {
	t.Helper()
	w.Write(t, func(ctx context.Context, tx *db.Tx) error {
		now, err := w.Licenses.Get(ctx, tx, l.HolderID, l.ID)
		if err != nil {
			return err
		}
		_, err = w.Licenses.Operate(ctx, tx, now, license.Operation{Action: a, Ground: "榕监〔2026〕1号", UnitID: l.IssuerID})
		return err
	})
}

// remade is the version that the system drafted after a whole; the zero License where there is none.
func remade(t testing.TB, w *world.World, whole license.License) license.License {
	t.Helper()
	var all []license.License
	w.Read(t, func(ctx context.Context, q *db.Tx) error {
		var err error
		all, err = w.Licenses.Versions(ctx, q, whole)
		return err
	})
	if last := all[len(all)-1]; last.ID != whole.ID {
		return last
	}
	return license.License{}
}

// 一证准营: whatever happens to a part shows at once on the whole, and a part that changes or ends makes a new version of it.
func TestWholeFollowsItsParts(t *testing.T) {
	t.Parallel()
	world.Each(t, func(t *testing.T, w *world.World) {
		permit := issued(t, w, food(t, w))
		hygiene := issued(t, w, draftOf(t, w, demo.PublicPlaceHygiene, hygieneFields, "food-firm"))
		if permit.IssuerID == hygiene.IssuerID {
			t.Fatal("both parts are of one unit")
		}
		whole := issued(t, w, draftOf(t, w, demo.IndustryPermit, joinedFields, "food-firm"))
		shows(t, w, whole, license.Valid, license.Valid)

		operate(t, w, hygiene, license.Suspend)
		shows(t, w, whole, license.Valid, license.Suspended)
		if l := remade(t, w, whole); l.ID != "" {
			t.Error("a hold of a part made a new version")
		}
		operate(t, w, hygiene, license.Release)
		shows(t, w, whole, license.Valid, license.Valid)

		operate(t, w, permit, license.Penalise)
		shows(t, w, whole, license.Penalty, license.Valid)
		second := remade(t, w, whole)
		if second.Step != license.StepData || second.VersionNo != 2 || second.Origin != license.ByPart {
			t.Fatalf("next version: %+v", second)
		}
		shows(t, w, second, license.Valid)
		if err := w.Licenses.Resume(t.Context()); err != nil {
			t.Fatal(err)
		}
		second, err := review(w, get(t, w, second), reviewer, true)
		if err != nil {
			t.Fatal(err)
		}
		if get(t, w, whole).State(w.Now.Now()) != license.Superseded {
			t.Error("the version before is still there")
		}
		if got := values(t, w, second, second.HolderID)["KZ_DXXK"]; strings.Contains(got, "食品经营许可证") || !strings.Contains(got, "公共场所卫生许可证") {
			t.Errorf("the new version names %q", got)
		}

		d := draftOf(t, w, demo.PublicPlaceHygiene, hygieneFields, "food-firm")
		d.Follows = hygiene.ID
		issued(t, w, d)
		third := remade(t, w, second)
		if third.VersionNo != 3 {
			t.Fatalf("a changed part made no new version: %+v", third)
		}
		shows(t, w, second, license.Valid)
		if _, changed := partStates(t, w, second); !changed[0] {
			t.Error("the whole does not say that its part is another version")
		}
	})
}

// A part that ends while the next version is made makes another one when that is published; of nothing there is no whole.
func TestPartEndsWhileTheWholeIsMade(t *testing.T) {
	t.Parallel()
	world.Each(t, func(t *testing.T, w *world.World) {
		permit := issued(t, w, food(t, w))
		hygiene := issued(t, w, draftOf(t, w, demo.PublicPlaceHygiene, hygieneFields, "food-firm"))
		sealed := make1(t, w, enter(t, w, draftOf(t, w, demo.IndustryPermit, joinedFields, "food-firm")))
		operate(t, w, permit, license.Cancel)
		whole, err := review(w, sealed, reviewer, true)
		if err != nil {
			t.Fatal(err)
		}
		second := remade(t, w, whole)
		if second.VersionNo != 2 {
			t.Fatalf("no new version of a whole that was published with an ended part: %+v", second)
		}
		operate(t, w, hygiene, license.Cancel)
		shows(t, w, whole, license.Cancelled, license.Cancelled)
		shows(t, w, second, license.Cancelled)
	})
}

// Comprehensive licenses are made one by one.
func TestNoBulkOfWholes(t *testing.T) {
	t.Parallel()
	w := world.New(t)
	typ, err := w.City.Type(demo.IndustryPermit)
	if err != nil {
		t.Fatal(err)
	}
	if len(typ.Parts) != 2 || typ.Validity.Rule == catalog.Fixed {
		t.Fatalf("the demonstration's type joins %v", typ.Parts)
	}
	_, err = w.Licenses.Bulk(t.Context(), license.Order{TypeCode: typ.Code, IssuerID: typ.Issuers[0], MakerID: maker, ReviewerID: reviewer, Origin: license.Batch})
	wantCode(t, err, "license.parts-single")
}
