package catalog

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/yinxin-org/yinxin/internal/errs"
)

// defaultMaxLen bounds a field whose type states no length.
const defaultMaxLen = 200

// decimal matches a number as people write it; "NaN", "1e9" and "0x1p4", which machines also read, are none.
var decimal = regexp.MustCompile(`^-?[0-9]{1,15}(\.[0-9]{1,6})?$`)

// CheckFields holds the values of a license's own fields against their declarations (元数据校验): unknown and
// missing names, length, pattern, code list, real dates. The error names the field, never the value.
func (t *Type) CheckFields(values map[string]string) error {
	for name := range values {
		if !slices.ContainsFunc(t.Fields, func(f Field) bool { return f.Name == name }) {
			return errs.New(errs.Invalid, "license.field.unknown").On(name)
		}
	}
	for _, f := range t.Fields {
		if err := f.check(values[f.Name]); err != nil {
			return err
		}
	}
	return nil
}

func (f Field) check(value string) error {
	fail := func(code string) *errs.Error {
		return errs.New(errs.Invalid, code).On(f.Name).With("label", f.Label)
	}
	if strings.TrimSpace(value) == "" {
		if f.Required {
			return fail("license.field.required")
		}
		return nil
	}
	limit := f.MaxLen
	if limit == 0 {
		limit = defaultMaxLen
	}
	if utf8.RuneCountInString(value) > limit {
		return fail("license.field.long").With("max", strconv.Itoa(limit))
	}
	if strings.ContainsFunc(value, func(r rune) bool { return r < ' ' || r == '^' || r == utf8.RuneError }) {
		return fail("license.field.pattern").With("rule", "不含控制字符和“^”").With("ruleEn", `no control characters and no "^"`)
	}
	switch f.Type {
	case "date":
		if _, err := time.Parse(time.DateOnly, value); err != nil {
			return fail("license.field.date")
		}
	case "number":
		if !decimal.MatchString(value) {
			return fail("license.field.pattern").With("rule", "数字").With("ruleEn", "a number")
		}
	case "code":
		if !slices.Contains(f.Options, value) {
			return fail("license.field.option")
		}
	}
	if f.Pattern != "" {
		re, err := regexp.Compile(f.Pattern)
		if err != nil || !re.MatchString(value) {
			return fail("license.field.pattern").With("rule", f.Pattern).With("ruleEn", f.Pattern)
		}
	}
	return nil
}
