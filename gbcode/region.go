package gbcode

// CheckRegion checks an administrative region code (行政区划代码) by shape: 6
// digits (county, GB/T 2260), 9 (town) or 12 (village; also the zero-padded
// form of interfaces), and a province prefix that exists. 000000 stands for
// the whole country in interfaces and passes, as does 100000 (central units).
func CheckRegion(s string) error {
	switch len(s) {
	case 6, 9, 12:
	default:
		return fault(KindRegion, RuleLength)
	}
	if i := notDigit(s); i >= 0 {
		return faultAt(KindRegion, RuleCharset, i)
	}
	if s[:6] == "000000" || s[:6] == "100000" || provinceExists(s[:2]) {
		return nil
	}
	return faultAt(KindRegion, RuleRegion, 0)
}

// provinceExists tells whether two digits are a province prefix of GB/T 2260.
// 83 is not in the standard: residence permits of Taiwan residents (2018)
// carry it in an 18-character number of the same form.
func provinceExists(two string) bool {
	n := int(two[0]-'0')*10 + int(two[1]-'0')
	switch {
	case n >= 11 && n <= 15, n >= 21 && n <= 23, n >= 31 && n <= 37,
		n >= 41 && n <= 46, n >= 50 && n <= 54, n >= 61 && n <= 65,
		n == 71, n >= 81 && n <= 83:
		return true
	}
	return false
}
