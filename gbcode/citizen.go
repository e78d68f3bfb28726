package gbcode

import "strings"

const citizenLength = 18

var citizenWeights = [17]int{7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2}

// Date is a day of the Gregorian calendar.
type Date struct{ Year, Month, Day int }

// CheckCitizen checks a citizen number (公民身份号码): 17 digits and a check
// character, a province prefix that exists, and a day of birth that exists.
// GB 11643-1999.
//
// A lower-case x is refused: bringing input into form is the work of
// [NormalizeCitizen]. A day of birth in the future passes, since this package
// has no clock.
func CheckCitizen(s string) error {
	if len(s) != citizenLength {
		return fault(KindCitizen, RuleLength)
	}
	want, err := CitizenCheckChar(s[:17])
	if err != nil {
		return err
	}
	if s[17] != 'X' && notDigit(s[17:]) >= 0 {
		return faultAt(KindCitizen, RuleCharset, 17)
	}
	if !provinceExists(s[:2]) {
		return faultAt(KindCitizen, RuleRegion, 0)
	}
	if !dateOf(s[6:14]).exists() {
		return faultAt(KindCitizen, RuleDate, 6)
	}
	if s[17] != want {
		return faultAt(KindCitizen, RuleCheck, 17)
	}
	return nil
}

// CitizenCheckChar computes the 18th character of a citizen number from its
// first 17 digits. GB 11643-1999, ISO 7064 MOD 11-2.
func CitizenCheckChar(first17 string) (byte, error) {
	if len(first17) != 17 {
		return 0, fault(KindCitizen, RuleLength)
	}
	if i := notDigit(first17); i >= 0 {
		return 0, faultAt(KindCitizen, RuleCharset, i)
	}
	sum := 0
	for i := range citizenWeights {
		sum += int(first17[i]-'0') * citizenWeights[i]
	}
	return "10X98765432"[sum%11], nil
}

// NormalizeCitizen brings typed input into the form of the standard: outer
// blanks are cut, full-width digits become plain ones, and a last x becomes X.
// It does not check.
func NormalizeCitizen(s string) string {
	s = strings.Map(narrow, strings.TrimSpace(s))
	if rest, ok := strings.CutSuffix(s, "x"); ok {
		return rest + "X"
	}
	return s
}

// UpgradeCitizen turns a 15-digit number of the time before 1999 into the
// 18-character form. All such numbers are of people born in the 1900s.
func UpgradeCitizen(s string) (string, error) {
	if len(s) != 15 {
		return "", fault(KindCitizen, RuleLength)
	}
	long := s[:6] + "19" + s[6:]
	c, err := CitizenCheckChar(long)
	if err != nil {
		return "", err
	}
	long += string(c)
	if err := CheckCitizen(long); err != nil {
		return "", err
	}
	return long, nil
}

// CitizenBirth gives the day of birth inside a citizen number.
func CitizenBirth(s string) (Date, error) {
	if err := CheckCitizen(s); err != nil {
		return Date{}, err
	}
	return dateOf(s[6:14]), nil
}

// CitizenIsMale tells the sex inside a citizen number: the 17th digit is odd
// for men and even for women.
func CitizenIsMale(s string) (bool, error) {
	if err := CheckCitizen(s); err != nil {
		return false, err
	}
	return (s[16]-'0')%2 == 1, nil
}

// narrow maps full-width digits and letters (U+FF10…) to plain ones.
func narrow(r rune) rune {
	if r >= '！' && r <= '～' {
		return r - '！' + '!'
	}
	return r
}

// dateOf reads eight digits YYYYMMDD.
func dateOf(s string) Date {
	n := 0
	for i := range len(s) {
		n = n*10 + int(s[i]-'0')
	}
	return Date{Year: n / 10000, Month: n / 100 % 100, Day: n % 100}
}

// exists tells whether the calendar has this day. Years before 1800 are not
// days of birth of anybody who ever had a citizen number.
func (d Date) exists() bool {
	if d.Year < 1800 || d.Month < 1 || d.Month > 12 || d.Day < 1 {
		return false
	}
	days := [...]int{31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31}[d.Month-1]
	leap := d.Year%4 == 0 && d.Year%100 != 0 || d.Year%400 == 0
	if d.Month == 2 && leap {
		days++
	}
	return d.Day <= days
}
