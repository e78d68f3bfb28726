package catalog

import (
	"fmt"
	"regexp"
	"regexp/syntax"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/yinxin-org/yinxin/gbcode"
)

// The values that the attributes of a type may have.
var (
	Families    = []string{"identity", "business", "property", "permit", "life"}
	Kinds       = []string{"", "license", "approval", "proof", "material", "card"}
	fieldTypes  = []string{"text", "date", "number", "code", "photo"}
	sealModes   = []string{"", "auto", "manual", "joint"}
	fieldName   = regexp.MustCompile(`^KZ_[A-Z][A-Z0-9]{0,29}$`)
	pageBetween = [2]float64{40, 1200} // millimetres
)

// facePath is the face in the paths of findings.
const facePath = "face"

// Bounds of a type.
const (
	maxName    = 100
	maxFields  = 100
	maxHolders = 20
	maxMulti   = 50
	maxLength  = 2000
	maxSteps   = 5000 // of a pattern with its repetitions written out; a value has maxLength characters at most
	maxOptions = 500
	maxObjects = 1000
	maxSeals   = 10
	maxColumns = 20
	maxRows    = 100
)

// Classified reports whether a type is marked as classified (涉密). Such a type is taken in nowhere: the platform is
// not built for it. 榕政办〔2018〕214号 第四条.
func (t *Type) Classified() bool {
	return strings.TrimSpace(t.Secrecy) != "" && t.Secrecy != "非涉密"
}

// HasFace reports whether licenses of this version can be drawn; a type may be listed before it has a face (目录先行).
func (t *Type) HasFace() bool { return len(t.Face.Objects) > 0 }

// Bounded refuses what no type needs and what would cost too much to draw or keep: a draft may be incomplete, but
// not endless.
func (t *Type) Bounded() error {
	c := &checker{t: t}
	c.must(len(t.Fields) <= maxFields, "fields", "field.count")
	c.must(len(t.Seals) <= maxSeals, "seals", "field.count")
	c.must(len(t.Face.Objects) <= maxObjects, facePath+".objects", "field.count")
	c.must(0 <= t.Holders && t.Holders <= maxHolders, "holders", "field.range")
	c.must(len(t.Compare) <= maxComparisons, "compare", "field.count")
	c.must(len(t.Rules) <= maxRules, "rules", "field.count")
	for i, f := range t.Fields {
		path := fmt.Sprintf("fields[%d]", i)
		c.must(0 <= f.MaxLen && f.MaxLen <= maxLength, path+".maxLen", "field.range")
		c.must(0 <= f.Multi && f.Multi <= maxMulti, path+".multi", "field.range")
		c.must(len(f.Options) <= maxOptions, path+".options", "field.count")
		c.must(len(f.Pattern) <= maxLength && steps(f.Pattern) <= maxSteps, path+".pattern", "field.too-long", "max", strconv.Itoa(maxLength))
	}
	for i, o := range t.Face.Objects {
		path := fmt.Sprintf("face.objects[%d]", i)
		c.must(utf8.RuneCountInString(o.Text) <= maxLength, path+".text", "field.too-long", "max", strconv.Itoa(maxLength))
		c.must(len(o.Path) <= 20*maxLength, path+".path", "field.too-long", "max", strconv.Itoa(20*maxLength))
		c.must(len(o.Columns) <= maxColumns, path+".columns", "field.count")
		c.must(0 <= o.Rows && o.Rows <= maxRows, path+".rows", "field.range")
	}
	if len(c.found) > 0 {
		return c.found[0].Err()
	}
	return nil
}

// Check holds a type against everything that a published version must fulfil, the look of its face apart. It gives
// what is wrong in the order of the type's parts.
func Check(t *Type) []Finding {
	c := &checker{t: t}
	c.basic()
	c.rules()
	c.fields()
	c.comparisons()
	c.entryRules()
	c.seals()
	return c.found
}

type checker struct {
	t     *Type
	found []Finding
}

func (c *checker) add(path, code string, args ...string) {
	c.found = append(c.found, finding(path, code, args...))
}

// must adds a finding unless something is so.
func (c *checker) must(ok bool, path, code string, args ...string) {
	if !ok {
		c.add(path, code, args...)
	}
}

// words reports whether a text is there, not too long, and fit to be shown.
func words(s string, limit int) bool {
	return strings.TrimSpace(s) != "" && utf8.RuneCountInString(s) <= limit && shown(s)
}

// shown: a text without control characters and without marks that turn its direction or hide.
func shown(s string) bool {
	return utf8.ValidString(s) && !strings.ContainsFunc(s, func(r rune) bool { return unicode.IsControl(r) || unicode.Is(unicode.Cf, r) })
}

func (c *checker) basic() {
	t := c.t
	c.must(!t.Classified(), "secrecy", "type.classified")
	if err := gbcode.CheckTypeCode(t.Code); err != nil {
		c.add("code", "type.code-form")
	} else {
		c.must(t.Definer == t.Code[:18], "definer", "type.code-definer")
	}
	name := strconv.Itoa(maxName)
	c.must(words(t.Name, maxName), "name", "type.words", "max", name)
	c.must(utf8.RuneCountInString(t.NameEn) <= 2*maxName && shown(t.NameEn), "nameEn", "type.words", "max", strconv.Itoa(2*maxName))
	c.must(words(t.DefinerName, maxName), "definerName", "type.words", "max", name)
	c.must(1 <= t.Level && t.Level <= 5, "level", "type.level")
	c.must(0 <= t.DefinerLevel && t.DefinerLevel <= 5, "definerLevel", "type.level")
	for i, l := range t.IssuerLevels {
		c.must(1 <= l && l <= 5 && !slices.Contains(t.IssuerLevels[:i], l), fmt.Sprintf("issuerLevels[%d]", i), "type.level")
	}
	c.must(slices.Contains(Families, t.Family), "family", "field.option")
	c.must(slices.Contains(Kinds, t.Kind), "kind", "field.option")
	c.must(slices.Contains([]HolderKind{Natural, Legal, Mixed}, t.HolderKind), "holderKind", "field.option")
	c.must(1 <= t.Holders && t.Holders <= maxHolders, "holders", "type.holders", "max", strconv.Itoa(maxHolders))
	c.must(0 <= t.HoldersMin && t.HoldersMin <= max(t.Holders, 1), "holdersMin", "type.holders-min")
	for path, s := range map[string]string{"standard": t.Standard, "basis": t.Basis, "usage": t.Usage, "source": t.Source} {
		c.must(utf8.RuneCountInString(s) <= 5*maxName && shown(s), path, "type.words", "max", strconv.Itoa(5*maxName))
	}
	// A map has no order; findings have.
	slices.SortStableFunc(c.found, func(a, b Finding) int { return strings.Compare(a.Path, b.Path) })
}

// rules checks making, validity, inspection and numbering.
func (c *checker) rules() {
	t := c.t
	switch {
	case t.Making.Here():
	case t.Making == Vertical || t.Making == External:
		c.must(strings.TrimSpace(t.Source) != "", "source", "type.source")
		c.must(len(t.Seals) == 0, "seals", "type.seals-elsewhere")
	default:
		c.add("making", "field.option")
	}
	c.validity()
	if in := t.Inspection; in != nil {
		c.must(1 <= in.Months && in.Months <= 120, "inspection.months", "field.range")
		c.must(0 <= in.Remind && in.Remind <= 365, "inspection.remind", "field.range")
		c.must(words(in.Basis, 5*maxName), "inspection.basis", "type.inspection-basis")
		c.must(in.Overdue == "block" || in.Overdue == "mark", "inspection.overdue", "field.option")
	}
	c.parts()
	c.bindsSeal()
	if t.Number != "" || t.HasFace() && t.Making.Here() {
		if _, f := ParseNumbering(t.Number); f != nil {
			c.found = append(c.found, *f)
		}
	}
}

// parts checks what a comprehensive type joins. Its end is each license's own: counted from a day, it would begin anew with
// every change of a part.
func (c *checker) parts() {
	t := c.t
	c.must(len(t.Parts) <= maxParts, "parts", "type.parts")
	for i, code := range t.Parts {
		c.must(len(code) == 21 && code != t.Code && !slices.Contains(t.Parts[:i], code), fmt.Sprintf("parts[%d]", i), "type.part")
	}
	c.must(len(t.Parts) == 0 || t.Validity.Rule != Fixed, "validity.rule", "type.parts-validity")
}

const maxParts = 20

// bindsSeal checks that the seal which lives with a license fits its holder.
func (c *checker) bindsSeal() {
	t := c.t
	c.must(slices.Contains([]string{"", "enterprise", "personal"}, t.BindsSeal), "bindsSeal", "field.option")
	c.must(t.BindsSeal != "enterprise" || t.HolderKind == Legal, "bindsSeal", "type.binds-seal")
	c.must(t.BindsSeal != "personal" || t.HolderKind == Natural, "bindsSeal", "type.binds-seal")
	c.must(t.BindsSeal == "" || t.Holders == 1, "bindsSeal", "type.binds-seal")
}

func (c *checker) validity() {
	v := c.t.Validity
	within := v.Years >= 0 && v.Years <= 100 && v.Months >= 0 && v.Months <= 1200 && v.Days >= 0 && v.Days <= 36500
	length := v.Years + v.Months + v.Days
	c.must(0 <= v.Remind && v.Remind <= 365, "validity.remind", "field.range")
	switch v.Rule {
	case Fixed:
		c.must(within && length > 0, "validity", "type.validity-length")
	case Until, Long, None:
		c.must(length == 0 && within, "validity", "type.validity-none")
	default:
		c.add("validity.rule", "field.option")
	}
}

func (c *checker) fields() {
	c.must(len(c.t.Fields) <= maxFields, "fields", "field.count")
	seen := map[string]bool{}
	for i, f := range c.t.Fields {
		at := len(c.found)
		c.field(fmt.Sprintf("fields[%d]", i), f)
		if seen[f.Name] {
			c.add(fmt.Sprintf("fields[%d].name", i), "type.field-twice")
		}
		seen[f.Name] = true
		for k := at; k < len(c.found); k++ {
			c.found[k].Field = f.Name
		}
	}
}

func (c *checker) field(path string, f Field) {
	// Of the base elements only the end of validity may be declared: it is each license's own where the rule says so.
	ownEnd := f.Name == endOfValidity && c.t.Validity.Rule == Until && f.Type == "date" && f.Multi <= 1
	c.must(fieldName.MatchString(f.Name) || ownEnd, path+".name", "type.field-name")
	c.must(words(f.Label, 60), path+".label", "type.words", "max", "60")
	c.must(utf8.RuneCountInString(f.LabelEn) <= 120 && shown(f.LabelEn), path+".labelEn", "type.words", "max", "120")
	c.must(slices.Contains(fieldTypes, f.Type), path+".type", "field.option")
	c.must(0 <= f.MaxLen && f.MaxLen <= maxLength, path+".maxLen", "field.range")
	c.must(0 <= f.Sensitive && f.Sensitive <= 2, path+".sensitive", "field.range")
	c.must(0 <= f.Multi && f.Multi <= maxMulti && (f.Type != "photo" || f.Multi <= 1), path+".multi", "type.field-multi", "max", strconv.Itoa(maxMulti))
	c.must(utf8.RuneCountInString(f.OffFace) <= 200 && shown(f.OffFace), path+".offFace", "type.words", "max", "200")
	if f.Pattern != "" {
		c.must((f.Type == "text" || f.Type == "number") && anchored(f.Pattern), path+".pattern", "type.field-pattern")
	}
	if f.Type == "code" {
		c.options(path, f)
	} else {
		c.must(len(f.Options) == 0, path+".options", "type.field-options-none")
	}
}

func (c *checker) options(path string, f Field) {
	c.must(1 <= len(f.Options) && len(f.Options) <= maxOptions, path+".options", "type.field-options", "max", strconv.Itoa(maxOptions))
	for i, o := range f.Options {
		at := fmt.Sprintf("%s.options[%d]", path, i)
		c.must(words(o, defaultMaxLen) && !strings.Contains(o, multi) && strings.TrimSpace(o) == o, at, "type.field-option")
		c.must(!slices.Contains(f.Options[:i], o), at, "type.field-option-twice")
	}
}

// steps counts the parts of a pattern with its repetitions written out, which is what compiling it costs. A pattern
// that is broken costs nothing.
func steps(pattern string) int {
	re, err := syntax.Parse(pattern, syntax.Perl)
	if err != nil {
		return 0
	}
	return parts(re)
}

func parts(re *syntax.Regexp) int {
	n := 1
	if re.Op == syntax.OpLiteral {
		n = len(re.Rune)
	}
	for _, sub := range re.Sub {
		n += parts(sub)
	}
	if re.Op == syntax.OpRepeat {
		n *= max(re.Min, re.Max, 1)
	}
	return n
}

// anchored reports whether a pattern compiles and holds the value from its beginning to its end.
func anchored(pattern string) bool {
	if len(pattern) > maxLength || steps(pattern) > maxSteps {
		return false
	}
	re, err := syntax.Parse(pattern, syntax.Perl)
	if err != nil {
		return false
	}
	if _, err := regexp.Compile(pattern); err != nil || re.Op != syntax.OpConcat || len(re.Sub) < 2 {
		return false
	}
	first, last := re.Sub[0].Op, re.Sub[len(re.Sub)-1].Op
	return first == syntax.OpBeginText && last == syntax.OpEndText
}

func (c *checker) seals() {
	t := c.t
	c.must(len(t.Seals) <= maxSeals, "seals", "field.count")
	c.must(len(t.Seals) > 0 || !t.Making.Here() || !t.HasFace(), "seals", "type.seals-missing")
	for i, s := range t.Seals {
		path := fmt.Sprintf("seals[%d]", i)
		c.must(s.Step == i+1, path+".step", "type.seal-step")
		c.must(words(s.Name, maxName), path+".name", "type.words", "max", strconv.Itoa(maxName))
		c.must(s.Unit == "issuer" || s.Unit == "definer" || gbcode.CheckUSCC(s.Unit) == nil, path+".unit", "type.seal-unit")
		c.must(slices.Contains(sealModes, s.Mode), path+".mode", "field.option")
		if t.HasFace() {
			places := 0
			for _, o := range t.Face.Objects {
				if o.Kind == "seal" && o.Step == s.Step {
					places++
				}
			}
			c.must(places == 1, path+".step", "type.seal-place", "n", strconv.Itoa(places))
		}
	}
	if t.HasFace() {
		c.must(pageBetween[0] <= t.Face.Width && t.Face.Width <= pageBetween[1], facePath+".width", "type.page")
		c.must(pageBetween[0] <= t.Face.Height && t.Face.Height <= pageBetween[1], facePath+".height", "type.page")
		c.must(len(t.Face.Objects) <= maxObjects, facePath+".objects", "field.count")
	}
}
