package catalog_test

import (
	"errors"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/yinxin-org/yinxin/internal/catalog"
	"github.com/yinxin-org/yinxin/internal/errs"
)

var permit = catalog.Type{Fields: []catalog.Field{
	{Name: "KZ_MC", Label: "名称", Type: "text", MaxLen: 10, Required: true},
	{Name: "KZ_BZ", Label: "备注", Type: "text"},
	{Name: "KZ_RQ", Label: "日期", Type: "date"},
	{Name: "KZ_SL", Label: "数量", Type: "number"},
	{Name: "KZ_YT", Label: "业态", Type: "code", Options: []string{"餐饮", "销售"}},
	{Name: "KZ_BM", Label: "编码", Type: "text", Pattern: "^[A-Z]{2}[0-9]{3}$"},
}}

// 榕政办〔2018〕214号 第六条: 元数据校验.
func TestCheckFields(t *testing.T) {
	t.Parallel()
	const required, long, pattern, option, date = "license.field.required", "license.field.long", "license.field.pattern",
		"license.field.option", "license.field.date"
	for _, c := range []struct {
		name, field, value, code string
	}{
		{"as it should be", "KZ_MC", "榕印小吃", ""},
		{"nothing where something is needed", "KZ_MC", "", required},
		{"spaces where something is needed", "KZ_MC", " \t　", required},
		{"as long as may be", "KZ_MC", strings.Repeat("长", 10), ""},
		{"a character too long", "KZ_MC", strings.Repeat("长", 11), long},
		{"a rare character is one character", "KZ_MC", strings.Repeat("𫘝", 10), ""},
		{"standard length", "KZ_BZ", strings.Repeat("x", 200), ""},
		{"beyond the standard length", "KZ_BZ", strings.Repeat("x", 201), long},
		{"a line break", "KZ_BZ", "一\n二", pattern},
		{"a zero byte", "KZ_BZ", "一\x00", pattern},
		{"the separator of several holders", "KZ_BZ", "一^二", pattern},
		{"no text at all", "KZ_BZ", "\xff\xfe", pattern},
		{"a day", "KZ_RQ", "2028-02-29", ""},
		{"a day that does not exist", "KZ_RQ", "2026-02-29", date},
		{"a day written otherwise", "KZ_RQ", "2026/3/2", date},
		{"a day with time", "KZ_RQ", "2026-03-02T00:00:00Z", date},
		{"a number", "KZ_SL", "120", ""},
		{"a fraction", "KZ_SL", "-3.25", ""},
		{"no number", "KZ_SL", "一百", pattern},
		{"not a number", "KZ_SL", "NaN", pattern},
		{"endless", "KZ_SL", "Inf", pattern},
		{"hexadecimal", "KZ_SL", "0x1p4", pattern},
		{"full-width digits", "KZ_SL", "１２", pattern},
		{"of the list", "KZ_YT", "餐饮", ""},
		{"not of the list", "KZ_YT", "餐饮 ", option},
		{"as the pattern wants", "KZ_BM", "YX001", ""},
		{"with something before", "KZ_BM", "xYX001", pattern},
	} {
		values := map[string]string{"KZ_MC": "榕印小吃"}
		values[c.field] = c.value
		err := permit.CheckFields(values)
		if c.code == "" {
			if err != nil {
				t.Errorf("%s: %v", c.name, err)
			}
			continue
		}
		e, ok := errors.AsType[*errs.Error](err)
		if !ok || e.Code != c.code || e.Field != c.field || e.Kind != errs.Invalid {
			t.Errorf("%s: %v, want %s of %s", c.name, err, c.code, c.field)
			continue
		}
		for _, lang := range []string{"zh", "en"} {
			if text := errs.Text(e.Code, lang, e.Args); unfilled(text) || c.value != "" && len(c.value) > 3 && strings.Contains(text, c.value) {
				t.Errorf("%s: says %q", c.name, text)
			}
		}
	}
}

func unfilled(text string) bool {
	return strings.Contains(text, "{label") || strings.Contains(text, "{rule") || strings.Contains(text, "{max}")
}

func TestUnknownFieldIsRefused(t *testing.T) {
	t.Parallel()
	err := permit.CheckFields(map[string]string{"KZ_MC": "榕印小吃", "KZ_XX": ""})
	if e, ok := errors.AsType[*errs.Error](err); !ok || e.Code != "license.field.unknown" || e.Field != "KZ_XX" {
		t.Errorf("%v", err)
	}
}

// Whatever is put in, a refusal never repeats it.
func TestRefusalsDoNotRepeatValues(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(r *rapid.T) {
		f := rapid.SampledFrom(permit.Fields).Draw(r, "field")
		value := rapid.StringN(6, 300, -1).Draw(r, "value")
		err := permit.CheckFields(map[string]string{"KZ_MC": "名", f.Name: value})
		if err != nil && strings.Contains(err.Error(), value) {
			r.Fatalf("%v", err)
		}
	})
}

func TestFieldsOfAType(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{"KZ_YT": "业态", "CZZT": "持证主体", "ZZBH": "证照编号"} {
		if f, ok := permit.Field(name); !ok || f.Label != want {
			t.Errorf("%s is %q", name, f.Label)
		}
	}
	if _, ok := permit.Field("KZ_XX"); ok {
		t.Error("a field that is not declared was found")
	}
}
