package gbcode

import (
	"errors"
	"fmt"
	"strings"
)

const (
	// Root is the object identifier every license identifier starts with.
	Root = "1.2.156.3005.2"

	maxIdentifier = 128
	maxVersion    = 999
)

// Identifier is a license identifier (证照标识) taken apart. GB/T 36904-2018.
type Identifier struct {
	TypeCode   string // 证照类型代码, 21 characters
	IssuerCode string // 证照颁发机构代码, a unified social credit code
	Serial     string // 流水号, unique within type and issuer; 0–9 and A–Z
	Version    int    // 版本号, 1–999; each re-issue of the same license adds one
}

// MintIdentifier makes the text of an identifier. It is strict: what it makes
// passes [ParseIdentifier] and gives id back.
func MintIdentifier(id Identifier) (string, error) {
	if id.Version < 1 || id.Version > maxVersion {
		return "", fault(KindIdentifier, RuleVersion)
	}
	version := fmt.Sprintf("%03d", id.Version)
	if err := checkSegments(id.TypeCode, id.IssuerCode, id.Serial, version); err != nil {
		return "", err
	}
	check, err := Mod3736(id.TypeCode + id.IssuerCode + id.Serial + version)
	if err != nil {
		return "", err
	}
	s := strings.Join([]string{Root, id.TypeCode, id.IssuerCode, id.Serial, version, string(check)}, ".")
	if len(s) > maxIdentifier {
		return "", fault(KindIdentifier, RuleLength)
	}
	return s, nil
}

// ParseIdentifier takes an identifier apart. It is strict: every part must be
// of the standard's form and the check character must agree. Use it wherever
// a license is verified.
func ParseIdentifier(s string) (Identifier, error) {
	seg, err := splitIdentifier(s)
	if err != nil {
		return Identifier{}, err
	}
	if err := checkSegments(seg[0], seg[1], seg[2], seg[3]); err != nil {
		return Identifier{}, err
	}
	want, err := Mod3736(seg[0] + seg[1] + seg[2] + seg[3])
	if err != nil {
		return Identifier{}, err
	}
	if seg[4] != string(want) {
		return Identifier{}, fault(KindIdentifier, RuleCheck)
	}
	return Identifier{TypeCode: seg[0], IssuerCode: seg[1], Serial: seg[2], Version: number(seg[3])}, nil
}

// Mod3736 computes the check character of ISO 7064 MOD 37,36 (GB/T 17710-2008)
// over 0–9 and A–Z. For a license identifier s is type code, issuer code,
// serial and version without dots and without the root.
func Mod3736(s string) (byte, error) {
	p := 36
	for i := range len(s) {
		v := strings.IndexByte(alnum36, s[i])
		if v < 0 {
			return 0, faultAt(KindIdentifier, RuleCharset, i)
		}
		p = (p + v) % 36
		if p == 0 {
			p = 36
		}
		p = p * 2 % 37
	}
	return alnum36[(37-p)%36], nil
}

// splitIdentifier cuts off the root and gives the five segments.
func splitIdentifier(s string) ([5]string, error) {
	var seg [5]string
	if len(s) > maxIdentifier {
		return seg, fault(KindIdentifier, RuleLength)
	}
	rest, ok := strings.CutPrefix(s, Root+".")
	if !ok {
		return seg, fault(KindIdentifier, RuleRoot)
	}
	if strings.Count(rest, ".") != 4 {
		return seg, fault(KindIdentifier, RuleShape)
	}
	copy(seg[:], strings.SplitN(rest, ".", 5))
	return seg, nil
}

func checkSegments(typeCode, issuer, serial, version string) error {
	if err := CheckTypeCode(typeCode); err != nil {
		return &Error{Kind: KindIdentifier, Rule: RuleType, Err: err}
	}
	if err := CheckUSCC(issuer); err != nil {
		return &Error{Kind: KindIdentifier, Rule: RuleIssuer, Err: err}
	}
	if !isSerial(serial) {
		return fault(KindIdentifier, RuleSerial)
	}
	if len(version) != 3 || notDigit(version) >= 0 || version == "000" {
		return fault(KindIdentifier, RuleVersion)
	}
	return nil
}

func isSerial(s string) bool {
	for i := range len(s) {
		if strings.IndexByte(alnum36, s[i]) < 0 {
			return false
		}
	}
	return s != ""
}

// number reads up to three digits that are known to be digits.
func number(digits string) int {
	n := 0
	for i := range len(digits) {
		n = n*10 + int(digits[i]-'0')
	}
	return n
}

// Warning is a defect of an imported identifier that does not stop its import
// but belongs into the record of data quality.
type Warning struct {
	Rule Rule
	// Err is the fault as [ParseIdentifier] would have given it.
	Err *Error
}

// ImportIdentifier takes apart an identifier made by another platform. Live
// stock has defects that nobody can mend afterwards, so it only refuses what
// it cannot take apart: another root, a missing segment, an empty serial, a
// version that is no number. Everything else comes back as warnings: lower
// case, a type or issuer code that fails its check (older nodes put a region
// code in the place of the issuer), a version of another width, a wrong check
// character.
func ImportIdentifier(s string) (Identifier, []Warning, error) {
	var ws []Warning
	warn := func(e *Error) { ws = append(ws, Warning{Rule: e.Rule, Err: e}) }

	clean := strings.ToUpper(strings.TrimSpace(s))
	if clean != s {
		warn(fault(KindIdentifier, RuleCharset))
	}
	seg, err := splitIdentifier(clean)
	if err != nil {
		return Identifier{}, nil, err
	}
	if !isSerial(seg[2]) {
		return Identifier{}, nil, fault(KindIdentifier, RuleSerial)
	}
	if seg[3] == "" || len(seg[3]) > 3 || notDigit(seg[3]) >= 0 {
		return Identifier{}, nil, fault(KindIdentifier, RuleVersion)
	}
	if !isSerial(seg[0]) || !isSerial(seg[1]) {
		return Identifier{}, nil, fault(KindIdentifier, RuleCharset)
	}
	var broken *Error
	if err := CheckTypeCode(seg[0]); errors.As(err, &broken) {
		warn(&Error{Kind: KindIdentifier, Rule: RuleType, Err: broken})
	}
	if err := CheckUSCC(seg[1]); errors.As(err, &broken) {
		warn(&Error{Kind: KindIdentifier, Rule: RuleIssuer, Err: broken})
	}
	if len(seg[3]) != 3 || seg[3] == "000" {
		warn(fault(KindIdentifier, RuleVersion))
	}
	if want, err := Mod3736(seg[0] + seg[1] + seg[2] + seg[3]); err != nil || seg[4] != string(want) {
		warn(fault(KindIdentifier, RuleCheck))
	}
	return Identifier{TypeCode: seg[0], IssuerCode: seg[1], Serial: seg[2], Version: number(seg[3])}, ws, nil
}
