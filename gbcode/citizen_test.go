package gbcode_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/yinxin-org/yinxin/gbcode"
)

var validCitizen = []string{
	"320124198808240056", "11010519491231002X",
	"350102199001011238", "350103198506150024",
}

func TestCheckCitizenAccepts(t *testing.T) {
	t.Parallel()
	for _, s := range validCitizen {
		if err := gbcode.CheckCitizen(s); err != nil {
			t.Errorf("%s: %v", s, err)
		}
	}
}

func TestCheckCitizenRefusesAnyChangedDigit(t *testing.T) {
	t.Parallel()
	for _, s := range validCitizen {
		for i := range len(s) {
			for _, c := range "0123456789X" {
				changed := s[:i] + string(c) + s[i+1:]
				if changed != s && gbcode.CheckCitizen(changed) == nil {
					t.Fatalf("%s with %c at %d passes", s, c, i+1)
				}
			}
		}
	}
}

func TestCheckCitizenRules(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, in string
		rule     gbcode.Rule
		at       int
	}{
		{"empty", "", gbcode.RuleLength, 0},
		{"fifteen digits", "350102900101123", gbcode.RuleLength, 0},
		{"lower-case x", "11010519491231002x", gbcode.RuleCharset, 18},
		{"letter inside", "35010219900101123A", gbcode.RuleCharset, 18},
		{"X inside", "3501021990X1011238", gbcode.RuleCharset, 11},
		{"check", "350102199001011239", gbcode.RuleCheck, 18},
		{"province 16", complete(t, "16010219900101123"), gbcode.RuleRegion, 1},
		{"province 00", complete(t, "00010219900101123"), gbcode.RuleRegion, 1},
		{"thirteenth month", complete(t, "35010219901301123"), gbcode.RuleDate, 7},
		{"month zero", complete(t, "35010219900001123"), gbcode.RuleDate, 7},
		{"day zero", complete(t, "35010219900100123"), gbcode.RuleDate, 7},
		{"31 April", complete(t, "35010219900431123"), gbcode.RuleDate, 7},
		{"29 February of a common year", complete(t, "35010219000229123"), gbcode.RuleDate, 7},
		{"year 1799", complete(t, "35010217991231123"), gbcode.RuleDate, 7},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			wantFault(t, gbcode.CheckCitizen(tt.in), gbcode.KindCitizen, tt.rule, tt.at)
		})
	}
}

// Every day the calendar of the standard library has, and no other, may be a
// day of birth.
func TestCheckCitizenDatesAgreeWithTheCalendar(t *testing.T) {
	t.Parallel()
	for _, year := range []int{1800, 1900, 1999, 2000, 2024, 2100} {
		for month := range 14 {
			for day := range 33 {
				text := fmt.Sprintf("%04d%02d%02d", year, month, day)
				_, perr := time.Parse("20060102", text)
				err := gbcode.CheckCitizen(complete(t, "350102"+text+"123"))
				if (perr == nil) != (err == nil) {
					t.Fatalf("%s: calendar %v, check %v", text, perr, err)
				}
			}
		}
	}
}

func TestNormalizeCitizen(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"11010519491231002x":    "11010519491231002X",
		" 11010519491231002X\n": "11010519491231002X",
		"１１０１０５１９４９１２３１００２ｘ": "11010519491231002X",
		"x1010519491231002x": "x1010519491231002X",
		"":                   "",
	} {
		if got := gbcode.NormalizeCitizen(in); got != want {
			t.Errorf("%q gives %q, want %q", in, got, want)
		}
	}
}

func TestUpgradeCitizen(t *testing.T) {
	t.Parallel()
	got, err := gbcode.UpgradeCitizen("110105491231002")
	if err != nil || got != "11010519491231002X" {
		t.Errorf("got %q, %v", got, err)
	}
	for _, s := range []string{"", "11010549123100X", "110105491331002", "11010519491231002X"} {
		if got, err := gbcode.UpgradeCitizen(s); err == nil {
			t.Errorf("%q gives %q", s, got)
		}
	}
}

func TestCitizenBirthAndSex(t *testing.T) {
	t.Parallel()
	birth, err := gbcode.CitizenBirth("11010519491231002X")
	if want := (gbcode.Date{Year: 1949, Month: 12, Day: 31}); err != nil || birth != want {
		t.Errorf("birth %v, %v", birth, err)
	}
	for s, want := range map[string]bool{"350102199001011238": true, "350103198506150024": false} {
		if male, err := gbcode.CitizenIsMale(s); err != nil || male != want {
			t.Errorf("%s: male %v, %v", s, male, err)
		}
	}
	if _, err := gbcode.CitizenBirth("1"); err == nil {
		t.Error("a wrong number has a birth date")
	}
	if _, err := gbcode.CitizenIsMale("1"); err == nil {
		t.Error("a wrong number has a sex")
	}
}

func TestErrorsNeverHoldTheValue(t *testing.T) {
	t.Parallel()
	err := gbcode.CheckCitizen("350102199001011239")
	e, ok := errors.AsType[*gbcode.Error](err)
	if !ok {
		t.Fatalf("got %v, want a gbcode.Error", err)
	}
	for _, text := range []string{e.Error(), e.Chinese()} {
		if strings.Contains(text, "1990") {
			t.Errorf("the text holds the value: %s", text)
		}
	}
}

func FuzzCheckCitizen(f *testing.F) {
	for _, s := range validCitizen {
		f.Add(s)
	}
	f.Add("350102900101123")
	f.Fuzz(func(t *testing.T, s string) {
		n := gbcode.NormalizeCitizen(s)
		if gbcode.NormalizeCitizen(n) != n {
			t.Fatal("normalization is not stable")
		}
		if gbcode.CheckCitizen(n) == nil {
			c, err := gbcode.CitizenCheckChar(n[:17])
			if err != nil || n[17] != c {
				t.Fatalf("passes with check %q, computed %q, %v", n[17], c, err)
			}
		}
		if long, err := gbcode.UpgradeCitizen(s); err == nil && gbcode.CheckCitizen(long) != nil {
			t.Fatal("an upgraded number does not pass")
		}
	})
}

func complete(t *testing.T, first17 string) string {
	t.Helper()
	c, err := gbcode.CitizenCheckChar(first17)
	if err != nil {
		t.Fatal(err)
	}
	return first17 + string(c)
}
