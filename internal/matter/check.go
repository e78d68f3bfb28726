package matter

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/yinxin-org/yinxin/gbcode"
	"github.com/yinxin-org/yinxin/internal/catalog"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/errs"
)

// Bounds of what a matter may hold.
const (
	nameMax     = 200
	textMax     = 2000
	materialMax = 100
	formMax     = 200
	bindingMax  = 8
	daysMax     = 366
)

// kinds are the codes of 事项类型 below the extensions 11–19 and 21–99, GB/T 39046-2020 A.1.
func knownKind(kind string) bool {
	n, err := strconv.Atoi(kind)
	return err == nil && len(kind) == 2 && n >= 1 && n <= 99
}

func checkText(text, field string, required bool, limit int) error {
	switch {
	case required && strings.TrimSpace(text) == "":
		return errs.New(errs.Invalid, "field.required").On(field)
	case utf8.RuneCountInString(text) > limit:
		return errs.New(errs.Invalid, "field.too-long").On(field).With("max", strconv.Itoa(limit))
	case !utf8.ValidString(text), strings.ContainsFunc(text, func(r rune) bool {
		return r != '\n' && r != '\t' && (unicode.IsControl(r) || unicode.Is(unicode.Cf, r))
	}):
		return errs.New(errs.Invalid, "field.format").On(field)
	}
	return nil
}

// check holds an item against the rules that need nothing but itself.
func (i *Item) check() error {
	if form, err := gbcode.CheckMatterCode(i.BaseCode); err != nil || form != gbcode.MatterBase12 {
		return errs.New(errs.Invalid, "item.code").On("baseCode")
	}
	if !knownKind(i.Kind) {
		return errs.New(errs.Invalid, "field.option").On("kind")
	}
	for _, x := range []struct {
		field, text string
		required    bool
		limit       int
	}{
		{"name", i.Name, true, nameMax}, {"nameEn", i.NameEn, false, nameMax}, {"basis", i.Basis, true, textMax},
		{"conditions", i.Conditions, false, textMax}, {"fee", i.Fee, false, textMax}, {"resultName", i.ResultName, false, nameMax},
		{"consult", i.Consult, false, textMax}, {"supervise", i.Supervise, false, textMax},
	} {
		if err := checkText(x.text, x.field, x.required, x.limit); err != nil {
			return err
		}
	}
	if !slices.Contains([]catalog.HolderKind{catalog.Natural, catalog.Legal, catalog.Mixed}, i.HolderKind) {
		return errs.New(errs.Invalid, "field.option").On("holderKind")
	}
	if i.StatutoryDays < 0 || i.StatutoryDays > daysMax {
		return errs.New(errs.Invalid, "field.range").On("statutoryDays")
	}
	if !slices.Contains([]Duty{"", DutyHere, DutyVertical, DutyNational, DutyNone}, i.Duty) || i.Duty == DutyHere && i.Result == "" {
		return errs.New(errs.Invalid, "field.option").On("duty")
	}
	for n, s := range i.Process {
		field := fmt.Sprintf("process.%d.", n)
		if err := checkText(s.Name, field+"name", true, nameMax); err != nil {
			return err
		}
		if !slices.Contains([]string{"unit", "front"}, s.Desk) {
			return errs.New(errs.Invalid, "field.option").On(field + "desk")
		}
	}
	if err := i.checkMaterials(); err != nil {
		return err
	}
	return i.checkForm()
}

func (i *Item) checkMaterials() error {
	if len(i.Materials) > materialMax {
		return errs.New(errs.Invalid, "field.count").On("materials")
	}
	seqs, names := map[int]bool{}, map[string]bool{}
	for n, m := range i.Materials {
		field := fmt.Sprintf("materials.%d.", n)
		if err := checkText(m.Name, field+"name", true, nameMax); err != nil {
			return err
		}
		if m.Seq < 1 || m.Seq > 999 || seqs[m.Seq] {
			return errs.New(errs.Invalid, "matter.material-twice").On(field + "seq")
		}
		if names[m.Name] {
			return errs.New(errs.Invalid, "matter.material-twice").On(field + "name")
		}
		seqs[m.Seq], names[m.Name] = true, true
	}
	return nil
}

func (i *Item) checkForm() error {
	if len(i.Form) > formMax {
		return errs.New(errs.Invalid, "field.count").On("form")
	}
	seen := map[string]bool{}
	for n, f := range i.Form {
		field := fmt.Sprintf("form.%d.", n)
		if err := checkText(f.Name, field+"name", true, 60); err != nil {
			return err
		}
		if err := checkText(f.Label, field+"label", true, nameMax); err != nil {
			return err
		}
		if seen[f.Name] {
			return errs.New(errs.Invalid, "matter.form-twice").On(field + "name")
		}
		seen[f.Name] = true
		if !slices.Contains([]string{"text", "date", "number", "select", "area"}, f.Type) || (f.Type == "select") != (len(f.Options) > 0) {
			return errs.New(errs.Invalid, "field.option").On(field + "type")
		}
		if f.From == "" {
			continue
		}
		seq, name, ok := strings.Cut(f.From, ".")
		number, err := strconv.Atoi(seq)
		if _, there := i.Material(number); !ok || err != nil || !there || name == "" {
			return errs.New(errs.Invalid, "matter.form-from").On(field + "from")
		}
	}
	return nil
}

// check holds an entry against its item, and what they make together against the rules.
func (e *Entry) check(item Item) (Matter, error) {
	form, err := gbcode.CheckMatterCode(e.Code)
	if err != nil || form != gbcode.MatterImpl31 && form != gbcode.MatterItem33 {
		return Matter{}, errs.New(errs.Invalid, "matter.code").On("code")
	}
	if e.Code[:18] != e.Unit {
		return Matter{}, errs.New(errs.Invalid, "matter.code-unit").On("unit")
	}
	if strconv.Itoa(e.Level) != e.Code[18:19] {
		return Matter{}, errs.New(errs.Invalid, "matter.code-level").On("level")
	}
	for n, a := range e.Aliases {
		if err := CheckCode(a, fmt.Sprintf("aliases.%d", n)); err != nil {
			return Matter{}, err
		}
	}
	if err := checkText(e.Place, "place", false, textMax); err != nil {
		return Matter{}, err
	}
	if err := checkText(e.Hours, "hours", false, textMax); err != nil {
		return Matter{}, err
	}
	m, err := Resolve(item, *e)
	if err != nil {
		return Matter{}, err
	}
	if e.PromisedDays < 0 || e.PromisedDays > m.StatutoryDays {
		return Matter{}, errs.New(errs.Invalid, "matter.promise").On("promisedDays")
	}
	for name := range e.Bound {
		if !slices.ContainsFunc(m.Materials, func(x Material) bool { return x.Name == name }) {
			return Matter{}, errs.New(errs.Invalid, "matter.material-unknown").On("bound")
		}
	}
	return m, m.check()
}

// checkBound holds a binding against the types it names: published, with declared fields, the least of them.
func (s *Store) checkBound(ctx context.Context, q *db.Tx, b Bound, field string) error {
	if b.Plain && len(b.Bindings) > 0 {
		return errs.New(errs.Invalid, "binding.plain-bound").On(field + "bindings")
	}
	if len(b.Bindings) == 0 {
		return nil
	}
	if !slices.Contains([]Party{Applicant, Representative, Spouse, Child}, b.Party) {
		return errs.New(errs.Invalid, "field.option").On(field + "party")
	}
	if len(b.Stages) == 0 || slices.ContainsFunc(b.Stages, func(x Stage) bool { return x != Accept && x != Decide }) {
		return errs.New(errs.Invalid, "field.option").On(field + "stages")
	}
	return s.checkBindings(ctx, q, b.Bindings, field+"bindings")
}

// checkBindings holds types with their fields against the catalogue. A type without fields may be verified and compared,
// and is not read (ADR 27).
func (s *Store) checkBindings(ctx context.Context, q *db.Tx, bindings []Binding, field string) error {
	if len(bindings) == 0 || len(bindings) > bindingMax {
		return errs.New(errs.Invalid, "field.count").On(field)
	}
	for n, x := range bindings {
		at := fmt.Sprintf("%s.%d.", field, n)
		if slices.ContainsFunc(bindings[:n], func(y Binding) bool { return y.Type == x.Type }) {
			return errs.New(errs.Invalid, "binding.type-twice").On(at + "type")
		}
		t, err := s.o.Types.Current(ctx, q, x.Type)
		if errs.Of(err).Kind != errs.Internal && err != nil {
			return errs.Of(err).On(at + "type")
		}
		if err != nil {
			return err
		}
		for i, name := range x.Fields {
			if _, ok := t.Field(name); !ok || slices.Contains(x.Fields[:i], name) {
				return errs.New(errs.Invalid, "binding.field-unknown").On(at + "fields")
			}
		}
	}
	return nil
}
