// Package register asks the base registers (人口库、法人库、事业单位库) whether what a license is to say agrees with them, and
// keeps their answers. 榕政办〔2018〕214号 第八条; the rules stand on the license type (catalog.Comparison).
//
// It guarantees that no value comes back from a register: of each field only whether it agrees. A register that does not
// answer is an answer too, and its effect stands in the rule. It does not decide what becomes of a license.
package register

import (
	"context"
	"encoding/json"
	"log/slog"
	"strings"
	"time"

	"github.com/yinxin-org/yinxin/gbcode"
	"github.com/yinxin-org/yinxin/internal/catalog"
	"github.com/yinxin-org/yinxin/internal/clock"
	"github.com/yinxin-org/yinxin/internal/errs"
)

// Result is what a register says of a field, or of a person as a whole.
type Result string

// The results, the better ones first.
const (
	Match    Result = "match"
	Unknown  Result = "unknown"  // the register has no such datum of the person
	Mismatch Result = "mismatch" //
	Absent   Result = "absent"   // it knows nobody of this code
	Down     Result = "down"     // it did not answer
)

// Person is whom a register is asked for, with what is to be compared by its names of fields.
type Person struct {
	Code   string            `json:"code"`
	Fields map[string]string `json:"fields"`
}

// Answer is what a register says of one person.
type Answer struct {
	Absent bool              `json:"absent,omitempty"`
	Fields map[string]Result `json:"fields,omitempty"`
}

// Register is a base register. It answers for all persons in their order and within bounded time, or not at all: any error
// means that it cannot be asked now.
type Register interface {
	Name() string
	Compare(ctx context.Context, persons []Person) ([]Answer, error)
}

// most persons in one question.
const most = 200

// multi joins the values of several holders (GB/T 36903-2018).
const multi = "^"

// Options are the parts a Store works with.
type Options struct {
	Clock clock.Clock
	Log   *slog.Logger
	// Of gives the register of a kind; nil: none is connected, which is one that does not answer.
	Of func(kind string) Register
}

// Store asks registers and keeps what they answered.
type Store struct{ o Options }

// New gives the store.
func New(o Options) *Store { return &Store{o: o} }

// Finding is what a register said of one person, and what the rule makes of it.
type Finding struct {
	Rule     int // of the type's comparisons
	Person   int // of those whose codes the license names
	Register string
	Name     string // of the system
	Result   Result
	Effect   string            // "", catalog.Warn, Wait, Refuse or Block
	Fields   map[string]Result // by the license's names
	Asked    int               // how often
	At       time.Time
}

// Verdict is what all registers said of one license to be.
type Verdict struct {
	Findings []Finding
	Effect   string // the gravest
	of       string // what was asked, so that a verdict is not taken for another license's
}

// Err is the refusal of a verdict that lets no license of the type be decided; nil where it lets.
func (v Verdict) Err(t *catalog.Type) error {
	for _, f := range v.Findings {
		switch {
		case f.Effect != v.Effect:
		case f.Effect == catalog.Block:
			return errs.New(errs.Conflict, "register.mismatch").With("register", f.Name).With("registerEn", f.english()).
				With("fields", f.wrong(t, false)).With("fieldsEn", f.wrong(t, true))
		case f.Effect == catalog.Refuse:
			return errs.New(errs.Unavailable, "register.down").With("register", f.Name).With("registerEn", f.english())
		}
	}
	return nil
}

// english names the register for English words; the systems' own names are Chinese.
func (f Finding) english() string { return "the " + f.Register + " register" }

// wrong names the fields that do not agree: no value.
func (f Finding) wrong(t *catalog.Type, english bool) string {
	names := []string{}
	for _, name := range sorted(f.Fields) {
		if f.Fields[name] == Mismatch {
			names = append(names, name)
		}
	}
	if len(names) == 0 {
		names = append(names, "CZZTDM")
	}
	for i, name := range names {
		declared, _ := t.Field(name)
		switch {
		case !english:
			names[i] = declared.Label
		case declared.LabelEn != "":
			names[i] = declared.LabelEn
		}
	}
	if english {
		return strings.Join(names, ", ")
	}
	return strings.Join(names, "、")
}

// Covers reports whether a verdict was given on this license to be, and is final: no register is waited for.
func (v Verdict) Covers(t *catalog.Type, values map[string]string) bool {
	return v.of != "" && v.of == asked(t, values) && v.Effect != catalog.Wait
}

// question is one person asked for under one rule.
type question struct {
	row, rule, person int
	p                 Person
}

// questions are what a type's rules ask of what a license is to say. A code that no register of the kind can know, as a
// firm's in the population register, is not asked for.
func questions(t *catalog.Type, row int, values map[string]string) []question {
	var out []question
	for i, rule := range t.Compare {
		codes := strings.Split(values[rule.AskedFor()], multi)
		for k, code := range codes {
			if !knows(rule.Register, code) {
				continue
			}
			q := question{row: row, rule: i, person: k, p: Person{Code: code, Fields: map[string]string{}}}
			for of, name := range rule.Fields {
				if value := nth(values[name], k, len(codes)); value != "" {
					q.p.Fields[of] = value
				}
			}
			out = append(out, q)
		}
	}
	return out
}

// knows reports whether a register may know a code, by its form.
func knows(kind, code string) bool {
	if kind == catalog.Population {
		return gbcode.CheckCitizen(code) == nil
	}
	return gbcode.CheckUSCC(code) == nil
}

// nth is the value of one person of several: elements of several holders are parallel lists; any other is all theirs.
func nth(value string, k, n int) string {
	if parts := strings.Split(value, multi); len(parts) == n {
		return parts[k]
	}
	return value
}

func asked(t *catalog.Type, values map[string]string) string {
	var persons []Person
	for _, q := range questions(t, 0, values) {
		persons = append(persons, q.p)
	}
	text, err := json.Marshal(struct {
		Type    string
		Version int
		Persons []Person
	}{t.Code, t.Version, persons})
	if err != nil {
		return ""
	}
	return string(text)
}

// Ask asks the registers of a type's rules about licenses to be, many persons in one question, and never inside a
// transaction. rows are what each is to say: CZZT, CZZTDM and the type's own fields.
func (s *Store) Ask(ctx context.Context, t *catalog.Type, rows []map[string]string) ([]Verdict, error) {
	out := make([]Verdict, len(rows))
	byRule := make([][]question, len(t.Compare))
	for i, values := range rows {
		out[i].of = asked(t, values)
		for _, q := range questions(t, i, values) {
			byRule[q.rule] = append(byRule[q.rule], q)
		}
	}
	for rule, all := range byRule {
		for len(all) > 0 {
			n := min(most, len(all))
			found, err := s.ask(ctx, t.Compare[rule], all[:n])
			if err != nil {
				return nil, err
			}
			for i, f := range found {
				v := &out[all[i].row]
				v.Findings = append(v.Findings, f)
				v.Effect = graver(v.Effect, f.Effect)
			}
			all = all[n:]
		}
	}
	return out, nil
}

// ask puts one question.
func (s *Store) ask(ctx context.Context, rule catalog.Comparison, all []question) ([]Finding, error) {
	found := make([]Finding, len(all))
	persons := make([]Person, len(all))
	for i, q := range all {
		persons[i] = q.p
		found[i] = Finding{Rule: q.rule, Person: q.person, Register: rule.Register, Name: chinese[rule.Register], Result: Down, Effect: rule.Down,
			Asked: 1, At: s.o.Clock.Now()}
	}
	r := s.o.Of(rule.Register)
	if r == nil {
		return found, nil
	}
	answers, err := r.Compare(ctx, persons)
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	if err != nil || len(answers) != len(all) {
		s.o.Log.WarnContext(ctx, "base register not reachable", slog.String("register", rule.Register), slog.Any("error", err))
	}
	for i := range found {
		found[i].Name = r.Name()
		if err == nil && len(answers) == len(all) {
			found[i].judge(rule, persons[i], answers[i])
		}
	}
	return found, nil
}

// chinese are the names of registers of which no system is connected.
var chinese = map[string]string{catalog.Population: "人口库", catalog.LegalBase: "法人库", catalog.Institution: "事业单位库"}

// judge puts an answer under the rule. What a register does not know of somebody it knows is told, and forbids nothing.
func (f *Finding) judge(rule catalog.Comparison, p Person, a Answer) {
	f.Result, f.Effect, f.Fields = Match, "", map[string]Result{}
	for of := range p.Fields {
		r := a.Fields[of]
		if r != Match && r != Mismatch {
			r = Unknown
		}
		f.Fields[rule.Fields[of]] = r
		switch {
		case r == Mismatch:
			f.Result, f.Effect = Mismatch, graver(f.Effect, rule.Mismatch)
		case r == Unknown && f.Result == Match:
			f.Result, f.Effect = Unknown, graver(f.Effect, catalog.Warn)
		}
	}
	if a.Absent {
		f.Result, f.Effect, f.Fields = Absent, rule.Mismatch, nil
	}
}

// graver is the one of two effects that lets less.
func graver(a, b string) string {
	if gravity[b] > gravity[a] {
		return b
	}
	return a
}

var gravity = map[string]int{"": 0, catalog.Warn: 1, catalog.Wait: 2, catalog.Refuse: 3, catalog.Block: 4}
