package catalog

import (
	"fmt"
	"maps"
	"slices"
)

// The base registers (基础库) that licenses are compared with before they are made.
const (
	Population  = "population"  // 人口库
	LegalBase   = "legal"       // 法人库
	Institution = "institution" // 事业单位库
)

// RegisterFields are what each base register can compare.
var RegisterFields = map[string][]string{
	Population:  {"name", "sex", "nation", "born", "address"},
	LegalBase:   {"name", "representative", "address", "scope", "founded"},
	Institution: {"name", "representative", "address", "purpose", "founded"},
}

// What a rule of comparing says.
const (
	Block  = "block"  // no license is made
	Warn   = "warn"   // it is made, and what was found stands beside it
	Wait   = "wait"   // it is made when the register has answered
	Refuse = "refuse" // it is not decided while the register does not answer
)

// Comparison is a rule of comparing what a license is to say with a base register before it is made (基础库比对).
// 榕政办〔2018〕214号 第八条.
type Comparison struct {
	Register string            `json:"register"`
	Code     string            `json:"code,omitempty"` // field of the license with the code that is asked for; CZZTDM if empty
	Fields   map[string]string `json:"fields"`         // field of the register: field of the license
	Mismatch string            `json:"mismatch"`       // "block" or "warn"
	Down     string            `json:"down"`           // "wait", "warn" or "refuse"
}

// AskedFor is the field with the code that is asked for.
func (c Comparison) AskedFor() string {
	if c.Code == "" {
		return "CZZTDM"
	}
	return c.Code
}

const maxComparisons = 10

// comparisons checks the rules of comparing with base registers.
func (c *checker) comparisons() {
	c.must(len(c.t.Compare) <= maxComparisons, "compare", "field.count")
	c.must(len(c.t.Compare) == 0 || c.t.Making.Here(), "compare", "type.compare-elsewhere")
	for i, x := range c.t.Compare {
		path := fmt.Sprintf("compare[%d]", i)
		known, ok := RegisterFields[x.Register]
		c.must(ok, path+".register", "field.option")
		c.must(c.compared(x.AskedFor()), path+".code", "type.compare-field")
		c.must(len(x.Fields) > 0, path+".fields", "type.compare-none")
		for _, of := range slices.Sorted(maps.Keys(x.Fields)) {
			c.must(slices.Contains(known, of), path+".fields."+of, "field.option")
			c.must(c.compared(x.Fields[of]), path+".fields."+of, "type.compare-field")
		}
		c.must(x.Mismatch == Block || x.Mismatch == Warn, path+".mismatch", "field.option")
		c.must(x.Down == Wait || x.Down == Warn || x.Down == Refuse, path+".down", "field.option")
	}
}

// compared reports whether a field of the license can be compared: who holds it, and what it says of its own.
func (c *checker) compared(name string) bool {
	if name == "CZZT" || name == "CZZTDM" {
		return true
	}
	f, ok := c.t.declared(name)
	return ok && f.Type != "photo"
}
