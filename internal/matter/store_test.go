package matter_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/yinxin-org/yinxin/internal/catalog"
	"github.com/yinxin-org/yinxin/internal/change"
	"github.com/yinxin-org/yinxin/internal/clock"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/db/dbtest"
	"github.com/yinxin-org/yinxin/internal/errs"
	"github.com/yinxin-org/yinxin/internal/matter"
	"github.com/yinxin-org/yinxin/internal/org"
	"github.com/yinxin-org/yinxin/internal/task"
)

const (
	foodCode  = "11350102YX0100017G4350131901001"
	firmCode  = "11350102YX0100017G4350131902001"
	otherCode = "11350103YX011001274350131901001"
	foodUnit  = "11350102YX0100017G"
	otherUnit = "11350103YX01100127"

	firmType = "11350000YX0000016Q001"
	cardType = "11350000YX0000024K001"
)

var now = time.Date(2026, 3, 2, 10, 0, 0, 0, clock.Shanghai)

// kit is a store with what stands around it.
type kit struct {
	*matter.Store
	t     testing.TB
	d     *db.DB
	clock *clock.Fixed
	trail *change.Trail
	tasks *task.Store
	units *org.Store
	types *catalog.Store
}

func newKit(t testing.TB, d *db.DB) *kit {
	t.Helper()
	k := &kit{t: t, d: d, clock: clock.At(now)}
	k.trail, k.tasks, k.units = change.Open(k.clock), task.Open(k.clock), org.Open(org.Options{DB: d})
	k.types = catalog.Open(catalog.Options{Clock: k.clock, Units: k.units, Trail: k.trail, Tasks: k.tasks})
	k.Store = matter.Open(matter.Options{DB: d, Clock: k.clock, Trail: k.trail, Tasks: k.tasks, Units: k.units, Types: k.types})
	return k
}

func (k *kit) write(fn func(ctx context.Context, tx *db.Tx) error) {
	k.t.Helper()
	if err := k.d.Write(k.t.Context(), func(tx *db.Tx) error { return fn(k.t.Context(), tx) }); err != nil {
		k.t.Fatal(err)
	}
}

func (k *kit) read(fn func(ctx context.Context, q *db.Tx) error) {
	k.t.Helper()
	if err := k.d.Read(k.t.Context(), func(q *db.Tx) error { return fn(k.t.Context(), q) }); err != nil {
		k.t.Fatal(err)
	}
}

func (k *kit) get(code string) matter.Matter {
	k.t.Helper()
	var m matter.Matter
	k.read(func(ctx context.Context, q *db.Tx) (err error) {
		m, err = k.Get(ctx, q, code)
		return err
	})
	return m
}

func food() matter.Matter {
	return matter.Matter{Code: foodCode, Unit: foodUnit, Level: 4, Days: 10, Item: matter.Item{
		BaseCode: "350131901001", Kind: "01", Name: "食品经营许可（新办）", NameEn: "Food permit (new)",
		HolderKind: catalog.Legal, StatutoryDays: 10, Basis: "食品安全法 第三十五条", Result: "11350000YX0000016Q012",
		ResultFields: map[string]string{"KZ_ZS": "address"}, ResultHolders: []matter.Party{matter.Applicant, matter.Spouse},
		Materials: []matter.Material{
			{Seq: 1, Name: "营业执照", Required: true, Bound: matter.Bound{Bindings: []matter.Binding{{Type: firmType, Fields: []string{"CZZT"}}},
				Party: matter.Applicant, Stages: []matter.Stage{matter.Accept}}},
			{Seq: 2, Name: "身份证", Bound: matter.Bound{Bindings: []matter.Binding{{Type: cardType, Fields: []string{"CZZT"}}},
				Party: matter.Representative, Stages: []matter.Stage{matter.Accept}}},
			{Seq: 3, Name: "平面图", Required: true}},
		Form: []matter.FormField{{Name: "address", Label: "住所", Type: "text", From: "1.KZ_ZS", Locked: true, MaxLength: 60}}}}
}

func TestMatters(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		k := newKit(t, d)
		firm, other, old := food(), food(), food()
		firm.Code, firm.Name, firm.NameEn = firmCode, "有限责任公司设立登记", "Company registration"
		firm.BaseCode = firmCode[19:]
		other.Code, other.Unit = otherCode, otherUnit
		old.Name = "旧名"
		for _, m := range []matter.Matter{old, food(), firm, other} { // entered again, a matter is replaced
			k.write(func(ctx context.Context, tx *db.Tx) error { return k.Put(ctx, tx, m) })
		}
		for _, want := range []matter.Matter{food(), firm, other} {
			if diff := cmp.Diff(want, k.get(want.Code)); diff != "" {
				t.Error(diff)
			}
		}
		k.read(func(ctx context.Context, q *db.Tx) error {
			for _, unknown := range []string{"11350102YX0100017G4350131903001", "", "'; --", "食品", "a\x00b"} {
				if _, err := k.Get(ctx, q, unknown); errs.Code(err) != "matter.unknown" {
					t.Errorf("%q: %v", unknown, err)
				}
			}
			return nil
		})
		for _, c := range []struct {
			name string
			f    matter.Filter
			want []string
		}{
			{"all", matter.Filter{}, []string{foodCode, firmCode, otherCode}},
			{"a word", matter.Filter{Words: "食品"}, []string{foodCode, otherCode}},
			{"two words", matter.Filter{Words: "食品 新办"}, []string{foodCode, otherCode}},
			{"English", matter.Filter{Words: "FOOD"}, []string{foodCode, otherCode}},
			{"initials", matter.Filter{Words: "spjy"}, []string{foodCode, otherCode}},
			{"pinyin", matter.Filter{Words: "gongsi"}, []string{firmCode}},
			{"a part of the code", matter.Filter{Words: "4350131902"}, []string{firmCode}},
			{"of a unit", matter.Filter{Words: "食品", Unit: otherUnit}, []string{otherCode}},
			{"of a unit without any", matter.Filter{Unit: "11350100YX00100116"}, nil},
			{"of an item", matter.Filter{BaseCode: "350131901001"}, []string{foodCode, otherCode}},
			{"with open materials", matter.Filter{Open: true, Words: "公司"}, []string{firmCode}},
			{"nothing", matter.Filter{Words: "婚姻"}, nil},
			{"a wildcard", matter.Filter{Words: "%"}, nil},
		} {
			c.f.Limit = 10
			k.read(func(ctx context.Context, q *db.Tx) error {
				found, total, err := k.Search(ctx, q, c.f)
				if err != nil {
					return err
				}
				var codes []string
				for _, m := range found {
					codes = append(codes, m.Code)
				}
				if !slices.Equal(codes, c.want) || total != len(c.want) {
					t.Errorf("%s: %v of %d, want %v", c.name, codes, total, c.want)
				}
				return nil
			})
		}
		k.read(func(ctx context.Context, q *db.Tx) error {
			found, total, err := k.Search(ctx, q, matter.Filter{Limit: 1, Offset: 1})
			if err == nil && (total != 3 || len(found) != 1 || found[0].Code != firmCode) {
				t.Errorf("the second page of one: %d of %d", len(found), total)
			}
			return err
		})
	})
}

func TestMaterialsOfAMatter(t *testing.T) {
	t.Parallel()
	m := food()
	if x, ok := m.Material(2); !ok || x.Name != "身份证" {
		t.Errorf("material 2 is %+v", x)
	}
	if _, ok := m.Material(9); ok {
		t.Error("there is no material 9")
	}
}
