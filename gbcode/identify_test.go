package gbcode_test

import (
	"strings"
	"testing"

	"github.com/yinxin-org/yinxin/gbcode"
)

func TestIdentify(t *testing.T) {
	t.Parallel()
	type want struct {
		kind  gbcode.Kind
		valid bool
		rule  gbcode.Rule
	}
	tests := []struct {
		name, in string
		want     []want
	}{
		{"credit code", "11100000000013338W", []want{{gbcode.KindUSCC, true, ""}}},
		{"credit code broken", "11100000000013338X", []want{
			{gbcode.KindCitizen, false, gbcode.RuleDate}, {gbcode.KindUSCC, false, gbcode.RuleCheck},
		}},
		{"credit code in digits", "113700000045046442", []want{
			{gbcode.KindUSCC, true, ""}, {gbcode.KindCitizen, false, gbcode.RuleDate},
		}},
		{"citizen", "11010519491231002x ", []want{
			{gbcode.KindCitizen, true, ""}, {gbcode.KindUSCC, false, gbcode.RuleCharset},
		}},
		{"citizen of fifteen digits", "110105491231002", []want{{gbcode.KindCitizen, true, ""}}},
		{"broken fifteen digits", "110105491331002", []want{{gbcode.KindCitizen, false, gbcode.RuleDate}}},
		{"identifier", liveIdentifiers[0], []want{{gbcode.KindIdentifier, true, ""}}},
		{"identifier broken", anonymised1, []want{{gbcode.KindIdentifier, false, gbcode.RuleCheck}}},
		{"other root", "1.2.156.3003.2.1.2.3.4.5", []want{{gbcode.KindIdentifier, false, gbcode.RuleRoot}}},
		{"type", "11100000MB03271699001", []want{{gbcode.KindType, true, ""}}},
		{"base", base12, []want{{gbcode.KindMatter, true, ""}, {gbcode.KindRegion, true, ""}}},
		{"village", "350002001001", []want{{gbcode.KindRegion, true, ""}, {gbcode.KindMatter, false, gbcode.RuleClass}}},
		{"implementation", impl31, []want{{gbcode.KindMatter, true, ""}}},
		{"item", item33, []want{{gbcode.KindMatter, true, ""}}},
		{"fujian", fujian26, []want{{gbcode.KindMatter, true, ""}}},
		{"region", "350102", []want{{gbcode.KindRegion, true, ""}}},
		{"town", "350102001", []want{{gbcode.KindRegion, true, ""}}},
		{"six full-width digits", "１１０１０５", []want{{gbcode.KindUSCC, false, gbcode.RuleCharset}}},
		{"words", "hello", []want{{gbcode.KindUnknown, false, gbcode.RuleShape}}},
		{"nothing", "", []want{{gbcode.KindUnknown, false, gbcode.RuleShape}}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got := gbcode.Identify(tt.in)
			if len(got) != len(tt.want) {
				t.Fatalf("got %+v", got)
			}
			for i, w := range tt.want {
				f := got[i]
				if f.Kind != w.kind || f.Valid != w.valid || f.Rule != w.rule {
					t.Errorf("finding %d: got %+v, want %+v", i, f, w)
				}
				if f.Valid == (f.Reason != "") || f.Valid == (f.ReasonZh != "") || f.Valid != (len(f.Parts) > 0) {
					t.Errorf("finding %d: reason or parts are out of place: %+v", i, f)
				}
			}
		})
	}
}

func TestIdentifyPartsMakeUpTheCode(t *testing.T) {
	t.Parallel()
	for _, s := range []string{"11100000MB03271699001", impl31, item33, fujian26} {
		var b strings.Builder
		for _, p := range gbcode.Identify(s)[0].Parts {
			if p.Name != "form" {
				b.WriteString(p.Value)
			}
		}
		if b.String() != s {
			t.Errorf("%s: parts give %s", s, b.String())
		}
	}
}

func FuzzIdentify(f *testing.F) {
	for _, s := range append(append(liveIdentifiers, liveUSCC...), validCitizen...) {
		f.Add(s)
	}
	f.Add("１１０１０５")
	f.Fuzz(func(t *testing.T, s string) {
		found := gbcode.Identify(s)
		if len(found) == 0 {
			t.Fatal("no finding")
		}
		for _, x := range found {
			if !x.Valid && (x.Reason == "" || x.ReasonZh == "") {
				t.Fatalf("no reason: %+v", x)
			}
		}
	})
}
