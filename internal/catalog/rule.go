package catalog

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/yinxin-org/yinxin/gbcode"
	"github.com/yinxin-org/yinxin/internal/errs"
)

// The kinds of rules at entry.
const (
	InOrder  = "order"    // the first is not after, or not more than, the second: dates and numbers
	Together = "together" // all of them or none
	Citizen  = "citizen"  // a citizen number (GB 11643), such as a legal representative's
	Firm     = "uscc"     // a social credit code (GB 32100)
)

// Rule is what the fields of a license must fulfil together, or a single one beyond its form, when it is entered
// (录入质量规则), by whatever way it comes in.
type Rule struct {
	Kind     string   `json:"kind"`
	Fields   []string `json:"fields"`
	Severity string   `json:"severity,omitempty"` // "block" (default) or "warn"
}

const maxRules = 30

// Fault is one thing that is wrong with what a license is to say.
type Fault struct {
	*errs.Error
	Severity string // Block or Warn
}

// Faults lists all that is wrong with the values of a license's own fields: each field for itself in their order, then the
// rules. It never holds a value.
func (t *Type) Faults(values map[string]string) []Fault {
	var found []Fault
	own := t.Own()
	for _, name := range sortedNames(values) {
		if !slices.ContainsFunc(own, func(f Field) bool { return f.Name == name }) {
			found = append(found, Fault{errs.New(errs.Invalid, "license.field.unknown").On(name), Block})
		}
	}
	wrong := map[string]bool{}
	for _, f := range own {
		if err := f.checkAll(values[f.Name]); err != nil {
			found, wrong[f.Name] = append(found, Fault{errs.Of(err), Block}), true
		}
	}
	for _, r := range t.Rules {
		if slices.ContainsFunc(r.Fields, func(name string) bool { return wrong[name] }) {
			continue
		}
		if e := t.broken(r, values); e != nil {
			severity := Block
			if r.Severity == Warn {
				severity = Warn
			}
			found = append(found, Fault{e, severity})
		}
	}
	return found
}

func sortedNames(values map[string]string) []string {
	names := make([]string, 0, len(values))
	for name := range values {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// broken says how values break a rule; nil where they do not.
func (t *Type) broken(r Rule, values map[string]string) *errs.Error {
	if len(r.Fields) == 0 || r.Kind == InOrder && len(r.Fields) < 2 {
		return nil // of a draft that is not checked yet
	}
	switch r.Kind {
	case InOrder:
		first, second := strings.Split(values[r.Fields[0]], multi), strings.Split(values[r.Fields[1]], multi)
		for i := range min(len(first), len(second)) {
			if first[i] != "" && second[i] != "" && t.after(r.Fields[0], first[i], second[i]) {
				return t.ruleError("license.rule.order", r)
			}
		}
	case Together:
		given := 0
		for _, name := range r.Fields {
			if strings.TrimSpace(values[name]) != "" {
				given++
			}
		}
		if given != 0 && given != len(r.Fields) {
			return t.ruleError("license.rule.together", r)
		}
	case Citizen, Firm:
		check, code := gbcode.CheckCitizen, "license.rule.citizen"
		if r.Kind == Firm {
			check, code = gbcode.CheckUSCC, "license.rule.uscc"
		}
		for _, name := range r.Fields {
			for _, v := range strings.Split(values[name], multi) {
				if v != "" && check(v) != nil {
					return t.ruleError(code, Rule{Fields: []string{name}})
				}
			}
		}
	}
	return nil
}

// after reports whether one value comes after another: dates as they are written, numbers by what they are.
func (t *Type) after(name, a, b string) bool {
	if f, _ := t.Field(name); f.Type != "number" {
		return a > b
	}
	x, errX := strconv.ParseFloat(a, 64)
	y, errY := strconv.ParseFloat(b, 64)
	return errX == nil && errY == nil && x > y
}

// ruleError blames the last of a rule's fields and names them all.
func (t *Type) ruleError(code string, r Rule) *errs.Error {
	var zh, en []string
	for _, name := range r.Fields {
		f, _ := t.Field(name)
		zh = append(zh, "“"+f.Label+"”")
		if f.LabelEn == "" {
			f.LabelEn = name
		}
		en = append(en, f.LabelEn)
	}
	return errs.New(errs.Invalid, code).On(r.Fields[len(r.Fields)-1]).With("labels", strings.Join(zh, "、")).With("labelsEn", strings.Join(en, ", "))
}

// entryRules checks the rules at entry.
func (c *checker) entryRules() {
	c.must(len(c.t.Rules) <= maxRules, "rules", "field.count")
	for i, r := range c.t.Rules {
		path := fmt.Sprintf("rules[%d]", i)
		needs := map[string][2]int{InOrder: {2, 2}, Together: {2, 10}, Citizen: {1, 10}, Firm: {1, 10}}
		n, known := needs[r.Kind]
		c.must(known, path+".kind", "field.option")
		c.must(!known || n[0] <= len(r.Fields) && len(r.Fields) <= n[1], path+".fields", "field.count")
		c.must(r.Severity == "" || r.Severity == Block || r.Severity == Warn, path+".severity", "field.option")
		kinds := map[string]bool{}
		for _, name := range r.Fields {
			k := slices.IndexFunc(c.t.Own(), func(f Field) bool { return f.Name == name })
			if k < 0 {
				c.add(path+".fields", "type.compare-field")
				continue
			}
			kinds[c.t.Own()[k].Type] = true
		}
		c.must(r.Kind != InOrder || len(kinds) <= 1 && !kinds["text"] && !kinds["code"] && !kinds["photo"], path+".fields", "type.rule-order")
	}
	c.must(slices.Contains([]string{"", Block, Warn}, c.t.Duplicate), "duplicate", "field.option")
}
