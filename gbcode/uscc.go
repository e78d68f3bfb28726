package gbcode

import "strings"

const (
	// usccAlphabet is the character set of GB 32100-2015: no I, O, Z, S or V.
	usccAlphabet = "0123456789ABCDEFGHJKLMNPQRTUWXY"
	alnum36      = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	usccLength   = 18
)

var (
	usccWeights = [17]int{1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28}
	orgWeights  = [8]int{3, 7, 9, 10, 5, 8, 4, 2}
)

// CheckUSCC checks a unified social credit code (统一社会信用代码): 18 characters
// of the set of GB 32100-2015, the region part in digits, and the MOD 31 check
// character. Lower-case letters are refused.
//
// The organization code inside has a check digit of its own (GB 11714). Live
// codes break it, so it is not a reason for refusal; see [OrganizationCode].
func CheckUSCC(s string) error {
	if len(s) != usccLength {
		return fault(KindUSCC, RuleLength)
	}
	want, err := USCCCheckChar(s[:17])
	if err != nil {
		return err
	}
	if strings.IndexByte(usccAlphabet, s[17]) < 0 {
		return faultAt(KindUSCC, RuleCharset, 17)
	}
	if i := notDigit(s[2:8]); i >= 0 {
		return faultAt(KindUSCC, RuleRegion, 2+i)
	}
	if s[17] != want {
		return faultAt(KindUSCC, RuleCheck, 17)
	}
	return nil
}

// USCCCheckChar computes the 18th character of a unified social credit code
// from its first 17. GB 32100-2015, 5.
func USCCCheckChar(first17 string) (byte, error) {
	if len(first17) != 17 {
		return 0, fault(KindUSCC, RuleLength)
	}
	sum := 0
	for i := range usccWeights {
		v := strings.IndexByte(usccAlphabet, first17[i])
		if v < 0 {
			return 0, faultAt(KindUSCC, RuleCharset, i)
		}
		sum += v * usccWeights[i]
	}
	return usccAlphabet[(31-sum%31)%31], nil
}

// OrganizationCode gives the organization code (组织机构代码, GB 11714-1997)
// inside a unified social credit code, and whether its own check digit agrees.
func OrganizationCode(uscc string) (code string, agrees bool, err error) {
	if err := CheckUSCC(uscc); err != nil {
		return "", false, err
	}
	code = uscc[8:17]
	want, err := OrganizationCheckChar(code[:8])
	if err != nil {
		return "", false, err
	}
	return code, code[8] == want, nil
}

// OrganizationCheckChar computes the ninth character of an organization code
// from its first eight. GB 11714-1997.
func OrganizationCheckChar(first8 string) (byte, error) {
	if len(first8) != 8 {
		return 0, fault(KindUSCC, RuleLength)
	}
	sum := 0
	for i := range orgWeights {
		v := strings.IndexByte(alnum36, first8[i])
		if v < 0 {
			return 0, faultAt(KindUSCC, RuleCharset, i)
		}
		sum += v * orgWeights[i]
	}
	return "0X987654321"[sum%11], nil
}

// notDigit gives the index of the first byte that is not 0–9, or -1.
func notDigit(s string) int {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return i
		}
	}
	return -1
}
