package matter_test

import (
	"maps"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/yinxin-org/yinxin/internal/catalog"
	"github.com/yinxin-org/yinxin/internal/matter"
)

// A matter that brings no form asks for what its result shows.
func TestFormOfAResult(t *testing.T) {
	t.Parallel()
	form, fill := matter.FormOf(&catalog.Type{Validity: catalog.Validity{Rule: catalog.Until}, Fields: []catalog.Field{
		{Name: "KZ_MC", Label: "名称", LabelEn: "Name", Type: "text", MaxLen: 40, Required: true},
		{Name: "KZ_FW", Label: "范围", LabelEn: "Scope", Type: "text", MaxLen: 300},
		{Name: "KZ_YT", Label: "业态", LabelEn: "Kind", Type: "code", Options: []string{"餐饮", "销售"}},
		{Name: "KZ_RQ", Label: "日期", LabelEn: "Day", Type: "date", MaxLen: 10},
		{Name: "KZ_ZP", Label: "照片", LabelEn: "Photo", Type: "photo"},
	}})
	want := []matter.FormField{
		{Name: "ZZYXQJZRQ", Label: "有效期截止日期", LabelEn: "Valid until", Type: "date", Required: true},
		{Name: "KZ_MC", Label: "名称", LabelEn: "Name", Type: "text", Required: true, MaxLength: 40},
		{Name: "KZ_FW", Label: "范围", LabelEn: "Scope", Type: "area", MaxLength: 300},
		{Name: "KZ_YT", Label: "业态", LabelEn: "Kind", Type: "select", Options: []string{"餐饮", "销售"}},
		{Name: "KZ_RQ", Label: "日期", LabelEn: "Day", Type: "date"},
	}
	if diff := cmp.Diff(want, form); diff != "" {
		t.Error(diff)
	}
	if got := slices.Sorted(maps.Keys(fill)); !slices.Equal(got, []string{"KZ_FW", "KZ_MC", "KZ_RQ", "KZ_YT", "ZZYXQJZRQ"}) || fill["KZ_MC"] != "KZ_MC" {
		t.Errorf("%v", fill)
	}
}
