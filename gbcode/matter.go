package gbcode

import "strings"

// MatterForm is the layout of a matter code (事项编码).
type MatterForm string

// The layouts of matter codes. GB/T 39554.1-2020; the last one is Fujian's own.
const (
	MatterBase12   MatterForm = "base12"   // 基本编码
	MatterImpl31   MatterForm = "impl31"   // 实施编码 = unit 18 + level 1 + base 12
	MatterItem33   MatterForm = "item33"   // 业务办理项编码 = 实施编码 + 2
	MatterFujian26 MatterForm = "fujian26" // unit 18 + class letters 2 + 6 digits
)

// fujianClasses are the class letters of Fujian's codes: 许可 处罚 强制 征收 给付
// 检查 确认 奖励 裁决 公共服务.
var fujianClasses = []string{"XK", "XF", "XZ", "XS", "XG", "XC", "QR", "JL", "CJ", "GF"}

// CheckMatterCode checks a matter code and tells its layout. The layout is
// given with the error too, when the length decides it.
func CheckMatterCode(s string) (MatterForm, error) {
	switch len(s) {
	case 12:
		return MatterBase12, checkMatterBase(s, 0)
	case 26:
		return MatterFujian26, checkMatterFujian(s)
	case 31:
		return MatterImpl31, checkMatterImpl(s)
	case 33:
		if err := checkMatterImpl(s[:31]); err != nil {
			return MatterItem33, err
		}
		if i := notDigit(s[31:]); i >= 0 {
			return MatterItem33, faultAt(KindMatter, RuleOrder, 31+i)
		}
		return MatterItem33, nil
	}
	return "", fault(KindMatter, RuleLength)
}

// MatterBase gives the base code (基本编码) inside a 12, 31 or 33-character
// code. License types are bound to matters by it. Fujian's form has none.
func MatterBase(s string) (string, error) {
	form, err := CheckMatterCode(s)
	switch {
	case err != nil:
		return "", err
	case form == MatterBase12:
		return s, nil
	case form == MatterFujian26:
		return "", fault(KindMatter, RuleShape)
	}
	return s[19:31], nil
}

// MatterUnit gives the unit (实施主体) inside a 26, 31 or 33-character code.
func MatterUnit(s string) (string, error) {
	form, err := CheckMatterCode(s)
	if err != nil {
		return "", err
	}
	if form == MatterBase12 {
		return "", fault(KindMatter, RuleShape)
	}
	return s[:usccLength], nil
}

func checkMatterImpl(s string) error {
	if err := checkMatterUnit(s); err != nil {
		return err
	}
	if s[18] < '1' || s[18] > '7' {
		return faultAt(KindMatter, RuleLevel, 18)
	}
	return checkMatterBase(s[19:], 19)
}

func checkMatterUnit(s string) error {
	if err := CheckUSCC(s[:usccLength]); err != nil {
		return &Error{Kind: KindMatter, Rule: RuleUnit, Err: err}
	}
	return nil
}

// checkMatterBase checks the 12 digits; offset is where they start in the
// whole code. Classes: 01–10 and 20 are in GB/T 39046-2020 A.1, 11–19 and 21
// upwards are left to extension, so only 00 is wrong.
func checkMatterBase(s string, offset int) error {
	if i := notDigit(s); i >= 0 {
		return faultAt(KindMatter, RuleCharset, offset+i)
	}
	if s[:2] != "00" && !provinceExists(s[:2]) {
		return faultAt(KindMatter, RuleRegion, offset)
	}
	if s[2:4] == "00" {
		return faultAt(KindMatter, RuleClass, offset+2)
	}
	return nil
}

func checkMatterFujian(s string) error {
	if err := checkMatterUnit(s); err != nil {
		return err
	}
	known := false
	for _, class := range fujianClasses {
		known = known || strings.HasPrefix(s[18:], class)
	}
	if !known {
		return faultAt(KindMatter, RuleClass, 18)
	}
	if i := notDigit(s[20:]); i >= 0 {
		return faultAt(KindMatter, RuleOrder, 20+i)
	}
	return nil
}
