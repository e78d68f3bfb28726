package gbcode

import (
	"errors"
	"strconv"
)

// Kind names the sort of code that was checked.
type Kind string

// The kinds of code this package knows.
const (
	KindUSCC       Kind = "uscc"       // 统一社会信用代码
	KindCitizen    Kind = "citizen"    // 公民身份号码
	KindIdentifier Kind = "identifier" // 证照标识
	KindType       Kind = "type"       // 证照类型代码
	KindMatter     Kind = "matter"     // 事项编码
	KindRegion     Kind = "region"     // 行政区划代码
	KindUnknown    Kind = "unknown"    // only in a [Finding]: no known shape fits
)

// Rule names the rule a value breaks. The names are stable: programs may
// compare them and keep them.
type Rule string

// The rules, in the order in which they are tried.
const (
	RuleLength  Rule = "length"  // wrong number of characters
	RuleCharset Rule = "charset" // a character the standard does not allow
	RuleShape   Rule = "shape"   // no known layout of this kind
	RuleRoot    Rule = "root"    // the identifier does not start with 1.2.156.3005.2
	RuleType    Rule = "type"    // the type code inside is wrong
	RuleIssuer  Rule = "issuer"  // the issuer code inside is wrong
	RuleUnit    Rule = "unit"    // the unit code inside is wrong
	RuleSerial  Rule = "serial"  // the serial is empty or has a forbidden character
	RuleVersion Rule = "version" // the version is not 001–999
	RuleRegion  Rule = "region"  // no province has this prefix, or it is not digits
	RuleDate    Rule = "date"    // no such day in the calendar
	RuleOrder   Rule = "order"   // the sequence part is not digits
	RuleLevel   Rule = "level"   // the level of exercise is not 1–7
	RuleClass   Rule = "class"   // the class of matter is not in the code list
	RuleCheck   Rule = "check"   // the check character does not agree
)

// Error says which rule a value breaks. It never holds the value.
type Error struct {
	Kind Kind
	Rule Rule
	// At is the position of the offending character, counted from 1; 0 when
	// the rule is about the whole value.
	At int
	// Err is the fault of the code inside, for RuleType, RuleIssuer and RuleUnit.
	Err error
}

// Error gives the English sentence.
func (e *Error) Error() string {
	s := kindText[e.Kind].en + ": " + ruleText[e.Rule].en
	if e.At > 0 {
		s += " (character " + strconv.Itoa(e.At) + ")"
	}
	if e.Err != nil {
		s += ": " + e.Err.Error()
	}
	return s
}

// Chinese gives the Chinese sentence.
func (e *Error) Chinese() string {
	s := kindText[e.Kind].zh + "：" + ruleText[e.Rule].zh
	if e.At > 0 {
		s += "（第" + strconv.Itoa(e.At) + "位）"
	}
	in := &Error{}
	if errors.As(e.Err, &in) {
		s += "——" + in.Chinese()
	}
	return s
}

// Unwrap gives the fault of the code inside, if there is one.
func (e *Error) Unwrap() error { return e.Err }

type bilingual struct{ zh, en string }

var kindText = map[Kind]bilingual{
	KindUSCC:       {"统一社会信用代码", "unified social credit code"},
	KindCitizen:    {"公民身份号码", "citizen number"},
	KindIdentifier: {"电子证照标识", "license identifier"},
	KindType:       {"证照类型代码", "license type code"},
	KindMatter:     {"事项编码", "matter code"},
	KindRegion:     {"行政区划代码", "region code"},
	KindUnknown:    {"编码", "code"},
}

var ruleText = map[Rule]bilingual{
	RuleLength:  {"长度不符合标准", "wrong length"},
	RuleCharset: {"含有标准不允许的字符", "character not allowed by the standard"},
	RuleShape:   {"不是已知的编码结构", "no known layout"},
	RuleRoot:    {"根节点不是 1.2.156.3005.2", "root is not 1.2.156.3005.2"},
	RuleType:    {"证照类型代码有误", "type code is wrong"},
	RuleIssuer:  {"颁发机构代码有误", "issuer code is wrong"},
	RuleUnit:    {"机构代码有误", "unit code is wrong"},
	RuleSerial:  {"流水号为空或含有标准不允许的字符", "serial is empty or has a forbidden character"},
	RuleVersion: {"版本号不在001至999之间", "version is not between 001 and 999"},
	RuleRegion:  {"行政区划前缀不存在", "no such region prefix"},
	RuleDate:    {"日期不存在", "no such date"},
	RuleOrder:   {"顺序码不是数字", "sequence is not digits"},
	RuleLevel:   {"行使层级不在1至7之间", "level of exercise is not between 1 and 7"},
	RuleClass:   {"事项类型不在代码表内", "class of matter is not in the code list"},
	RuleCheck:   {"校验码不符", "check character does not agree"},
}

func fault(k Kind, r Rule) *Error              { return &Error{Kind: k, Rule: r} }
func faultAt(k Kind, r Rule, index int) *Error { return &Error{Kind: k, Rule: r, At: index + 1} }
