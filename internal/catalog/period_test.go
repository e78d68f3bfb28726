package catalog_test

import (
	"strings"
	"testing"
	"time"

	"github.com/yinxin-org/yinxin/internal/catalog"
	"github.com/yinxin-org/yinxin/internal/clock"
)

// 榕政办〔2018〕214号 第九条: the period of a license, to the day.
func TestPeriod(t *testing.T) {
	t.Parallel()
	day := func(s string) time.Time {
		d, err := time.ParseInLocation(time.DateOnly, s, clock.Shanghai)
		if err != nil {
			t.Fatal(err)
		}
		return d
	}
	for _, c := range []struct {
		v                 catalog.Validity
		issued, end, last string
		code              string
	}{
		{catalog.Validity{Rule: catalog.Fixed, Years: 5}, "2026-03-02", "", "2031-03-01", ""},
		{catalog.Validity{Rule: catalog.Fixed, Months: 1}, "2026-01-31", "", "2026-02-28", ""},
		{catalog.Validity{Rule: catalog.Fixed, Months: 1}, "2028-01-31", "", "2028-02-29", ""},
		{catalog.Validity{Rule: catalog.Fixed, Months: 1}, "2026-01-28", "", "2026-02-27", ""},
		{catalog.Validity{Rule: catalog.Fixed, Months: 1}, "2026-03-31", "", "2026-04-30", ""},
		{catalog.Validity{Rule: catalog.Fixed, Months: 13}, "2026-12-01", "", "2027-12-31", ""},
		{catalog.Validity{Rule: catalog.Fixed, Years: 1}, "2028-02-29", "", "2029-02-28", ""},
		{catalog.Validity{Rule: catalog.Fixed, Days: 30}, "2026-03-02", "", "2026-03-31", ""},
		{catalog.Validity{Rule: catalog.Fixed, Days: 1}, "2026-03-02", "", "2026-03-02", ""},
		{catalog.Validity{Rule: catalog.Fixed, Years: 1, Months: 6, Days: 10}, "2026-03-02", "", "2027-09-11", ""},
		{catalog.Validity{Rule: catalog.Until}, "2026-03-02", "2026-08-31", "2026-08-31", ""},
		{catalog.Validity{Rule: catalog.Until}, "2026-03-02", "2026-03-02", "2026-03-02", ""},
		{catalog.Validity{Rule: catalog.Until}, "2026-03-02", "2026-03-01", "", "license.ends-before"},
		{catalog.Validity{Rule: catalog.Until}, "2026-03-02", "", "", "license.field.date"},
		{catalog.Validity{Rule: catalog.Until}, "2026-03-02", "2026-02-30", "", "license.field.date"},
		{catalog.Validity{Rule: catalog.Long}, "2026-03-02", "", "", ""},
		{catalog.Validity{Rule: catalog.None}, "2026-03-02", "2026-01-01", "", ""},
	} {
		from, to, err := c.v.Period(day(c.issued), c.end)
		switch {
		case c.code != "":
			wantCode(t, err, c.code)
		case err != nil:
			t.Errorf("%+v from %s: %v", c.v, c.issued, err)
		case !from.Equal(day(c.issued)), c.last == "" && !to.IsZero(), c.last != "" && !to.Equal(day(c.last).AddDate(0, 0, 1)):
			t.Errorf("%+v from %s: until %v, want %s", c.v, c.issued, to, c.last)
		}
	}
}

// Fields of several values, photos, and an end of validity that the license states itself.
func TestCheckFieldsOfManyKinds(t *testing.T) {
	t.Parallel()
	typ := catalog.Type{Validity: catalog.Validity{Rule: catalog.Until}, Fields: []catalog.Field{
		{Name: "KZ_XM", Label: "项目", Type: "text", MaxLen: 4, Multi: 3},
		{Name: "KZ_ZP", Label: "照片", Type: "photo"},
	}}
	const end, photo = "ZZYXQJZRQ", "KZ_ZP"
	for name, c := range map[string]struct{ field, value, code string }{
		"one":                 {"KZ_XM", "甲", ""},
		"three":               {"KZ_XM", "甲^乙^丙丙丙丙", ""},
		"four":                {"KZ_XM", "甲^乙^丙^丁", "license.field.many"},
		"one too long":        {"KZ_XM", "甲^乙乙乙乙乙", "license.field.long"},
		"an empty one":        {"KZ_XM", "甲^^丙", "license.field.required"},
		"no end":              {end, "", "license.field.required"},
		"no day":              {end, "长期", "license.field.date"},
		"no base64":           {photo, "照片", "license.field.photo"},
		"no picture":          {photo, "aGVsbG8gd29ybGQ=", "license.field.photo"},
		"too large":           {photo, strings.Repeat("A", 300<<10), "license.field.photo"},
		"begins like a photo": {photo, "iVBORw0KGgo=", "license.field.photo"},
	} {
		values := map[string]string{end: "2026-12-31"}
		values[c.field] = c.value
		err := typ.CheckFields(values)
		if c.code == "" && err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if c.code != "" {
			wantCode(t, err, c.code)
		}
	}
}
