package gbcode_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/yinxin-org/yinxin/gbcode"
)

// liveUSCC are codes of public bodies in force, and three synthetic ones.
var liveUSCC = []string{
	"11100000000013338W", "11220000013544541J", "11430000006122244L",
	"11370800MB28559184", "11110000000021135M", "11330105002500287C",
	"11100000MB03271699", "11350128345071904J", "1131000068735121X0",
	"91350100M000100Y43", "113700000045046442",
	"11350100003604451P", "91350100MA2XN00019", "12350100488100001U",
}

func TestCheckUSCCAcceptsLiveCodes(t *testing.T) {
	t.Parallel()
	for _, s := range liveUSCC {
		if err := gbcode.CheckUSCC(s); err != nil {
			t.Errorf("%s: %v", s, err)
		}
	}
}

// The weights are powers of 3 modulo the prime 31, so a change of any single
// character changes the sum.
func TestCheckUSCCRefusesAnyChangedCharacter(t *testing.T) {
	t.Parallel()
	const set = "0123456789ABCDEFGHJKLMNPQRTUWXY"
	for _, s := range liveUSCC {
		for i := range len(s) {
			for _, c := range set {
				if byte(c) == s[i] {
					continue
				}
				changed := s[:i] + string(c) + s[i+1:]
				if gbcode.CheckUSCC(changed) == nil {
					t.Fatalf("%s with %c at %d passes", s, c, i+1)
				}
			}
		}
	}
}

func TestCheckUSCCRules(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, in string
		rule     gbcode.Rule
		at       int
	}{
		{"empty", "", gbcode.RuleLength, 0},
		{"short", "11100000000013338", gbcode.RuleLength, 0},
		{"long", "11100000000013338WW", gbcode.RuleLength, 0},
		{"letter I", "1I100000000013338W", gbcode.RuleCharset, 2},
		{"lower case", "11100000000013338w", gbcode.RuleCharset, 18},
		{"forbidden check character", "11100000000013338Z", gbcode.RuleCharset, 18},
		{"letter in the region", "1110000A000013338W", gbcode.RuleRegion, 8},
		{"check", "11100000000013338X", gbcode.RuleCheck, 18},
		{"chinese", "统一社会信用", gbcode.RuleCharset, 1},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			wantFault(t, gbcode.CheckUSCC(tt.in), gbcode.KindUSCC, tt.rule, tt.at)
		})
	}
}

func TestUSCCCheckCharRules(t *testing.T) {
	t.Parallel()
	_, err := gbcode.USCCCheckChar("1")
	wantFault(t, err, gbcode.KindUSCC, gbcode.RuleLength, 0)
	_, err = gbcode.OrganizationCheckChar("1")
	wantFault(t, err, gbcode.KindUSCC, gbcode.RuleLength, 0)
	_, err = gbcode.OrganizationCheckChar("1234567a")
	wantFault(t, err, gbcode.KindUSCC, gbcode.RuleCharset, 8)
}

func TestOrganizationCode(t *testing.T) {
	t.Parallel()
	for _, s := range liveUSCC[:11] {
		code, agrees, err := gbcode.OrganizationCode(s)
		if err != nil || code != s[8:17] || !agrees {
			t.Errorf("%s: %q, %v, %v", s, code, agrees, err)
		}
	}
	if _, _, err := gbcode.OrganizationCode("x"); err == nil {
		t.Error("a wrong code gives an organization code")
	}
}

func FuzzCheckUSCC(f *testing.F) {
	for _, s := range liveUSCC {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		err := gbcode.CheckUSCC(s)
		if len(s) < 17 {
			if err == nil {
				t.Fatal("a short code passes")
			}
			return
		}
		c, cerr := gbcode.USCCCheckChar(s[:17])
		if err == nil && (cerr != nil || s[17:] != string(c)) {
			t.Fatalf("passes with check %q, computed %q, %v", s[17:], c, cerr)
		}
		if cerr == nil && strings.Trim(s[2:8], "0123456789") == "" {
			if err := gbcode.CheckUSCC(s[:17] + string(c)); err != nil {
				t.Fatalf("a completed code is refused: %v", err)
			}
		}
	})
}

func wantFault(t *testing.T, err error, kind gbcode.Kind, rule gbcode.Rule, at int) {
	t.Helper()
	var e *gbcode.Error
	if !errors.As(err, &e) {
		t.Fatalf("got %v, want %s/%s", err, kind, rule)
	}
	if e.Kind != kind || e.Rule != rule || e.At != at {
		t.Errorf("got %s/%s at %d, want %s/%s at %d", e.Kind, e.Rule, e.At, kind, rule, at)
	}
	if e.Error() == "" || e.Chinese() == "" || strings.HasSuffix(e.Chinese(), "：") {
		t.Errorf("no sentence: %q, %q", e.Error(), e.Chinese())
	}
}
