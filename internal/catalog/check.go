package catalog

import (
	"bytes"
	"encoding/base64"
	"image"
	_ "image/jpeg" // photos are JPEG or PNG
	_ "image/png"
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

// multi joins the values of one field (GB/T 36903-2018).
const multi = "^"

// endOfValidity is the element that each license states itself where the validity rule is Until.
const endOfValidity = "ZZYXQJZRQ"

// Bounds of a photo: the file, and its sides in pixels.
const (
	MaxPhoto    = 200 << 10
	minPhotoPix = 30
	maxPhotoPix = 4000
)

// decimal matches a number as people write it; "NaN", "1e9" and "0x1p4", which machines also read, are none.
var decimal = regexp.MustCompile(`^-?[0-9]{1,15}(\.[0-9]{1,6})?$`)

// Length is the most characters that one value of the field may have.
func (f Field) Length() int {
	if f.MaxLen == 0 {
		return defaultMaxLen
	}
	return f.MaxLen
}

// Own are the fields that each license states itself: those declared, and the end of validity where the rule is
// Until.
func (t *Type) Own() []Field {
	if _, ok := t.declared(endOfValidity); ok || t.Validity.Rule != Until {
		return t.Fields
	}
	end := baseFields[endOfValidity]
	end.Required = true
	return append(slices.Clip(t.Fields), end)
}

func (t *Type) declared(name string) (Field, bool) {
	i := slices.IndexFunc(t.Fields, func(f Field) bool { return f.Name == name })
	if i < 0 {
		return Field{}, false
	}
	return t.Fields[i], true
}

// CheckFields holds the values of a license's own fields against their declarations (元数据校验): unknown and
// missing names, number of values, length, pattern, code list, real dates, photos. The error names the field,
// never the value.
func (t *Type) CheckFields(values map[string]string) error {
	for _, f := range t.Faults(values) {
		if f.Severity == Block {
			return f.Error
		}
	}
	return nil
}

func (f Field) fail(code string) *errs.Error {
	return errs.New(errs.Invalid, code).On(f.Name).With("label", f.Label)
}

// checkAll checks one value, or each of several.
func (f Field) checkAll(value string) error {
	if f.Multi <= 1 || strings.TrimSpace(value) == "" {
		return f.check(value)
	}
	all := strings.Split(value, multi)
	if len(all) > f.Multi {
		return f.fail("license.field.many").With("max", strconv.Itoa(f.Multi))
	}
	f.Required = true // of several values none is empty
	for _, v := range all {
		if err := f.check(v); err != nil {
			return err
		}
	}
	return nil
}

func (f Field) check(value string) error {
	if strings.TrimSpace(value) == "" {
		if f.Required {
			return f.fail("license.field.required")
		}
		return nil
	}
	if f.Type == "photo" {
		return f.checkPhoto(value)
	}
	if utf8.RuneCountInString(value) > f.Length() {
		return f.fail("license.field.long").With("max", strconv.Itoa(f.Length()))
	}
	if strings.ContainsFunc(value, func(r rune) bool { return r < ' ' || r == '^' || r == utf8.RuneError }) {
		return f.fail("license.field.pattern").With("rule", "不含控制字符和“^”").With("ruleEn", `no control characters and no "^"`)
	}
	switch f.Type {
	case "date":
		if _, err := time.Parse(time.DateOnly, value); err != nil {
			return f.fail("license.field.date")
		}
	case "number":
		if !decimal.MatchString(value) {
			return f.fail("license.field.pattern").With("rule", "数字").With("ruleEn", "a number")
		}
	case "code":
		if !slices.Contains(f.Options, value) {
			return f.fail("license.field.option")
		}
	}
	if f.Pattern != "" {
		re, err := regexp.Compile(f.Pattern)
		if err != nil || !re.MatchString(value) {
			return f.fail("license.field.pattern").With("rule", f.Pattern).With("ruleEn", f.Pattern)
		}
	}
	return nil
}

// checkPhoto accepts a JPEG or PNG of a size that fits a license.
func (f Field) checkPhoto(value string) error {
	_, err := Photo(value)
	if err != nil {
		return f.fail("license.field.photo").With("max", strconv.Itoa(MaxPhoto>>10))
	}
	return nil
}

// Photo gives the file of a photo from its base64 form, or an error if it is no JPEG or PNG of fitting size.
func Photo(value string) ([]byte, error) {
	broken := errs.New(errs.Invalid, "license.field.photo").With("max", strconv.Itoa(MaxPhoto>>10)).With("label", "照片")
	if len(value) > base64.StdEncoding.EncodedLen(MaxPhoto) {
		return nil, broken
	}
	raw, err := base64.StdEncoding.Strict().DecodeString(value)
	if err != nil {
		return nil, broken.Wrap(err)
	}
	c, format, err := image.DecodeConfig(bytes.NewReader(raw))
	switch {
	case err != nil:
		return nil, broken.Wrap(err)
	case format != "jpeg" && format != "png", len(raw) > MaxPhoto:
		return nil, broken
	case min(c.Width, c.Height) < minPhotoPix, max(c.Width, c.Height) > maxPhotoPix:
		return nil, broken
	}
	return raw, nil
}
