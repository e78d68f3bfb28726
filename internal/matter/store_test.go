package matter_test

import (
	"context"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/yinxin-org/yinxin/internal/catalog"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/db/dbtest"
	"github.com/yinxin-org/yinxin/internal/errs"
	"github.com/yinxin-org/yinxin/internal/matter"
)

const (
	foodCode  = "11350102YX0100017G4350131901001"
	firmCode  = "11350102YX0100017G4350131902001"
	otherCode = "11350103YX011001274350131901001"
)

func food() matter.Matter {
	return matter.Matter{Code: foodCode, BaseCode: "350131901001", Name: "食品经营许可（新办）", NameEn: "Food permit (new)",
		Unit: "11350102YX0100017G", Level: 3, HolderKind: catalog.Legal, Days: 10, Basis: "食品安全法 第三十五条", Result: "11350000YX0000016Q012",
		ResultFields: map[string]string{"KZ_ZS": "address"}, ResultHolders: []matter.Party{matter.Applicant, matter.Spouse},
		Materials: []matter.Material{
			{Seq: 1, Name: "营业执照", Type: "11350000YX0000016Q001", Party: matter.Applicant, Required: true, Stages: []matter.Stage{matter.Accept}, Fields: []string{"CZZT"}},
			{Seq: 2, Name: "身份证", Type: "11350000YX0000024K001", Party: matter.Representative},
			{Seq: 3, Name: "平面图", Required: true}},
		Form: []matter.FormField{{Name: "address", Label: "住所", Type: "text", From: "1.KZ_ZS", Locked: true, MaxLength: 60}}}
}

func TestMatters(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		s := matter.Open(d)
		put := func(m matter.Matter) {
			t.Helper()
			if err := d.Write(ctx, func(tx *db.Tx) error { return s.Put(ctx, tx, m) }); err != nil {
				t.Fatal(err)
			}
		}
		firm, other := food(), food()
		firm.Code, firm.Name, firm.NameEn = firmCode, "有限责任公司设立登记", "Company registration"
		other.Code, other.Unit = otherCode, "11350103YX01100127"
		old := food()
		old.Name = "旧名"
		for _, m := range []matter.Matter{old, food(), firm, other} { // entered again, a matter is replaced
			put(m)
		}
		err := d.Read(ctx, func(q *db.Tx) error {
			got, err := s.Get(ctx, q, foodCode)
			if err != nil {
				return err
			}
			if diff := cmp.Diff(food(), got); diff != "" {
				t.Error(diff)
			}
			for _, unknown := range []string{"11350102YX0100017G4350131903001", "", "'; --", "食品", "a\x00b"} {
				if _, err := s.Get(ctx, q, unknown); errs.Code(err) != "matter.unknown" {
					t.Errorf("%q: %v", unknown, err)
				}
			}
			for _, c := range []struct {
				words, unit string
				want        []string
			}{
				{"", "", []string{foodCode, firmCode, otherCode}},
				{"食品", "", []string{foodCode, otherCode}},
				{"食品 新办", "", []string{foodCode, otherCode}},
				{"FOOD", "", []string{foodCode, otherCode}},
				{"4350131902", "", []string{firmCode}},
				{"食品", "11350103YX01100127", []string{otherCode}},
				{"", "11350100YX00100116", nil},
				{"婚姻", "", nil},
				{"%", "", nil},
			} {
				found, err := s.Search(ctx, q, c.words, c.unit)
				if err != nil {
					return err
				}
				var codes []string
				for _, m := range found {
					codes = append(codes, m.Code)
				}
				if !slices.Equal(codes, c.want) {
					t.Errorf("%q in %q: %v, want %v", c.words, c.unit, codes, c.want)
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
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
