package gbcode

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// Finding is one answer to the question what a value could be.
type Finding struct {
	Kind  Kind `json:"kind"`
	Valid bool `json:"valid"`
	// Rule, Reason and ReasonZh say why the value is not valid, or, for a
	// valid one, stay empty.
	Rule     Rule   `json:"rule,omitempty"`
	Reason   string `json:"reason,omitempty"`
	ReasonZh string `json:"reasonZh,omitempty"`
	// Parts are what the code is made of, in the order of its characters.
	Parts []Part `json:"parts,omitempty"`
}

// Part is a named piece of a code.
type Part struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// Identify tells what a value could be, by shape, and whether it is valid as
// such. Eighteen digits can be two things at once and give two findings, the
// valid one first. A value of no known shape gives one finding of
// [KindUnknown]; the answer is never empty.
//
// It is made for people who hold a code in hand and ask: outer blanks are cut
// and a last x of a citizen number is taken for X. Parts of a citizen number
// are personal data.
func Identify(value string) []Finding {
	s := strings.TrimSpace(value)
	var found []Finding
	switch {
	case strings.HasPrefix(s, "1.2.156.") || strings.Count(s, ".") >= 4:
		found = append(found, identifyIdentifier(s))
	case len(s) == 18:
		if n := NormalizeCitizen(s); citizenShape(n) {
			found = append(found, identifyCitizen(n))
		}
		found = append(found, identifyUSCC(s))
	case len(s) == 15 && notDigit(s) < 0:
		found = append(found, identifyLegacy(s))
	case len(s) == typeLength:
		found = append(found, identifyType(s))
	case len(s) == 12 && notDigit(s) < 0:
		found = append(found, identifyMatter(s), identifyRegion(s))
	case len(s) == 26 || len(s) == 31 || len(s) == 33:
		found = append(found, identifyMatter(s))
	case (len(s) == 6 || len(s) == 9) && notDigit(s) < 0:
		found = append(found, identifyRegion(s))
	default:
		found = append(found, finding(KindUnknown, fault(KindUnknown, RuleShape)))
	}
	if len(found) == 2 && found[1].Valid && !found[0].Valid {
		found[0], found[1] = found[1], found[0]
	}
	return found
}

func citizenShape(s string) bool {
	return len(s) == citizenLength && notDigit(s[:17]) < 0 && (s[17] == 'X' || notDigit(s[17:]) < 0)
}

// finding makes a finding of a check's result; parts belong to valid ones.
func finding(kind Kind, err error, parts ...Part) Finding {
	if err == nil {
		return Finding{Kind: kind, Valid: true, Parts: parts}
	}
	f := Finding{Kind: kind, Reason: err.Error()}
	if e, ok := errors.AsType[*Error](err); ok {
		f.Rule, f.ReasonZh = e.Rule, e.Chinese()
	}
	return f
}

func identifyIdentifier(s string) Finding {
	id, err := ParseIdentifier(s)
	return finding(KindIdentifier, err,
		Part{"root", Root}, Part{"type", id.TypeCode}, Part{"issuer", id.IssuerCode},
		Part{"serial", id.Serial}, Part{"version", strconv.Itoa(id.Version)})
}

func identifyUSCC(s string) Finding {
	org, _, err := OrganizationCode(s)
	if err != nil {
		return finding(KindUSCC, err)
	}
	return finding(KindUSCC, nil, Part{"registrar", s[:1]}, Part{"class", s[1:2]}, Part{"region", s[2:8]}, Part{"organization", org})
}

func identifyCitizen(s string) Finding {
	birth, err := CitizenBirth(s)
	if err != nil {
		return finding(KindCitizen, err)
	}
	sex := "female"
	if (s[16]-'0')%2 == 1 {
		sex = "male"
	}
	day := fmt.Sprintf("%04d-%02d-%02d", birth.Year, birth.Month, birth.Day)
	return finding(KindCitizen, nil, Part{"region", s[:6]}, Part{"birth", day}, Part{"sex", sex})
}

func identifyLegacy(s string) Finding {
	long, err := UpgradeCitizen(s)
	if err != nil {
		return finding(KindCitizen, err)
	}
	f := identifyCitizen(long)
	f.Parts = append(f.Parts, Part{"upgraded", long})
	return f
}

func identifyType(s string) Finding {
	return finding(KindType, CheckTypeCode(s), Part{"definer", s[:usccLength]}, Part{"sequence", s[usccLength:]})
}

func identifyMatter(s string) Finding {
	form, err := CheckMatterCode(s)
	if err != nil {
		return finding(KindMatter, err)
	}
	parts := []Part{{"form", string(form)}}
	switch form {
	case MatterBase12:
		parts = append(parts, Part{"base", s})
	case MatterFujian26:
		parts = append(parts, Part{"unit", s[:18]}, Part{"class", s[18:20]}, Part{"sequence", s[20:]})
	case MatterImpl31, MatterItem33:
		parts = append(parts, Part{"unit", s[:18]}, Part{"level", s[18:19]}, Part{"base", s[19:31]})
	}
	if form == MatterItem33 {
		parts = append(parts, Part{"item", s[31:]})
	}
	return finding(KindMatter, nil, parts...)
}

func identifyRegion(s string) Finding {
	return finding(KindRegion, CheckRegion(s), Part{"province", s[:2]}, Part{"county", s[:6]})
}
