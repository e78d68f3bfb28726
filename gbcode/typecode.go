package gbcode

const typeLength = usccLength + 3

// CheckTypeCode checks a license type code (证照类型代码): the unified social
// credit code of the unit that defines the type, and three digits.
// GB/T 36902-2018.
func CheckTypeCode(s string) error {
	if len(s) != typeLength {
		return fault(KindType, RuleLength)
	}
	if err := CheckUSCC(s[:usccLength]); err != nil {
		return &Error{Kind: KindType, Rule: RuleUnit, Err: err}
	}
	if i := notDigit(s[usccLength:]); i >= 0 {
		return faultAt(KindType, RuleOrder, usccLength+i)
	}
	return nil
}
