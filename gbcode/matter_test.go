package gbcode_test

import (
	"testing"

	"github.com/yinxin-org/yinxin/gbcode"
)

const (
	base12   = "370117002011"
	impl31   = "11370800MB285591843370117002011"
	item33   = "1131000068735121X0231010032700001"
	fujian26 = "11350128345071904JXK000526"
)

func TestCheckMatterCodeForms(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]gbcode.MatterForm{
		base12: gbcode.MatterBase12, "000117002011": gbcode.MatterBase12,
		impl31: gbcode.MatterImpl31, item33: gbcode.MatterItem33, fujian26: gbcode.MatterFujian26,
		"11350128345071904JGF000001": gbcode.MatterFujian26,
	} {
		if form, err := gbcode.CheckMatterCode(in); err != nil || form != want {
			t.Errorf("%s: %s, %v; want %s", in, form, err, want)
		}
	}
}

func TestCheckMatterCodeRules(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, in string
		form     gbcode.MatterForm
		rule     gbcode.Rule
		at       int
	}{
		{"empty", "", "", gbcode.RuleLength, 0},
		{"thirteen", base12 + "0", "", gbcode.RuleLength, 0},
		{"thirty-two", impl31 + "0", "", gbcode.RuleLength, 0},
		{"letter in the base", "37011700201A", gbcode.MatterBase12, gbcode.RuleCharset, 12},
		{"no such province", "160117002011", gbcode.MatterBase12, gbcode.RuleRegion, 1},
		{"class 00", "370017002011", gbcode.MatterBase12, gbcode.RuleClass, 3},
		{"unit", "11370800MB285591853370117002011", gbcode.MatterImpl31, gbcode.RuleUnit, 0},
		{"level 0", "11370800MB285591840370117002011", gbcode.MatterImpl31, gbcode.RuleLevel, 19},
		{"level 8", "11370800MB285591848370117002011", gbcode.MatterImpl31, gbcode.RuleLevel, 19},
		{"province inside", "11370800MB285591843160117002011", gbcode.MatterImpl31, gbcode.RuleRegion, 20},
		{"item not digits", item33[:32] + "A", gbcode.MatterItem33, gbcode.RuleOrder, 33},
		{"item with a wrong unit", "2" + item33[1:], gbcode.MatterItem33, gbcode.RuleUnit, 0},
		{"fujian unit", "11350128345071904KXK000526", gbcode.MatterFujian26, gbcode.RuleUnit, 0},
		{"fujian class", "11350128345071904JZZ000526", gbcode.MatterFujian26, gbcode.RuleClass, 19},
		{"fujian sequence", "11350128345071904JXK00052X", gbcode.MatterFujian26, gbcode.RuleOrder, 26},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			form, err := gbcode.CheckMatterCode(tt.in)
			wantFault(t, err, gbcode.KindMatter, tt.rule, tt.at)
			if form != tt.form {
				t.Errorf("form %q, want %q", form, tt.form)
			}
		})
	}
}

func TestMatterBaseAndUnit(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{base12: base12, impl31: base12, item33: "310100327000"} {
		if got, err := gbcode.MatterBase(in); err != nil || got != want {
			t.Errorf("base of %s: %s, %v", in, got, err)
		}
	}
	for in, want := range map[string]string{impl31: "11370800MB28559184", item33: "1131000068735121X0", fujian26: "11350128345071904J"} {
		if got, err := gbcode.MatterUnit(in); err != nil || got != want {
			t.Errorf("unit of %s: %s, %v", in, got, err)
		}
	}
	for _, in := range []string{fujian26, "", "1"} {
		if got, err := gbcode.MatterBase(in); err == nil {
			t.Errorf("%q has the base %s", in, got)
		}
	}
	for _, in := range []string{base12, "", "1"} {
		if got, err := gbcode.MatterUnit(in); err == nil {
			t.Errorf("%q has the unit %s", in, got)
		}
	}
}

func TestCheckTypeCode(t *testing.T) {
	t.Parallel()
	for _, s := range []string{"11100000000013338W011", "11100000000013338W087", "11100000MB03271699001", "11100000MB03271699022"} {
		if err := gbcode.CheckTypeCode(s); err != nil {
			t.Errorf("%s: %v", s, err)
		}
	}
	wantFault(t, gbcode.CheckTypeCode("11100000000013338W01"), gbcode.KindType, gbcode.RuleLength, 0)
	wantFault(t, gbcode.CheckTypeCode("11100000000013338Y011"), gbcode.KindType, gbcode.RuleUnit, 0)
	wantFault(t, gbcode.CheckTypeCode("11100000000013338W01A"), gbcode.KindType, gbcode.RuleOrder, 21)
}

func TestCheckRegion(t *testing.T) {
	t.Parallel()
	for _, s := range []string{"350000", "350102", "350102001", "350102001001", "350128000000", "000000", "100000"} {
		if err := gbcode.CheckRegion(s); err != nil {
			t.Errorf("%s: %v", s, err)
		}
	}
	wantFault(t, gbcode.CheckRegion("3501"), gbcode.KindRegion, gbcode.RuleLength, 0)
	wantFault(t, gbcode.CheckRegion("35010A"), gbcode.KindRegion, gbcode.RuleCharset, 6)
	wantFault(t, gbcode.CheckRegion("990102"), gbcode.KindRegion, gbcode.RuleRegion, 1)
}

func FuzzCheckMatterCode(f *testing.F) {
	for _, s := range []string{base12, impl31, item33, fujian26, ""} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		form, err := gbcode.CheckMatterCode(s)
		if err == nil && form == "" {
			t.Fatal("valid, but of no form")
		}
		if base, err := gbcode.MatterBase(s); err == nil {
			if form, err := gbcode.CheckMatterCode(base); err != nil || form != gbcode.MatterBase12 {
				t.Fatalf("base %q: %s, %v", base, form, err)
			}
		}
		if unit, err := gbcode.MatterUnit(s); err == nil && gbcode.CheckUSCC(unit) != nil {
			t.Fatalf("unit %q is no credit code", unit)
		}
		if gbcode.CheckTypeCode(s) == nil && gbcode.CheckUSCC(s[:18]) != nil {
			t.Fatal("type code of an invalid definer passes")
		}
		if gbcode.CheckRegion(s) == nil && len(s)%3 != 0 {
			t.Fatal("region code of a wrong length passes")
		}
	})
}
