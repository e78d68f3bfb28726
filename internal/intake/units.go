package intake

import (
	"context"

	"github.com/yinxin-org/yinxin/gbcode"
	"github.com/yinxin-org/yinxin/internal/change"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/org"
	"github.com/yinxin-org/yinxin/internal/sheet"
)

// The five levels as people write them.
var levels = []sheet.Choice{
	{Value: "1", Words: []string{"省级", "省", "省（部）级", "省部级", "province"}},
	{Value: "2", Words: []string{"市级", "市", "地市级", "设区市", "city"}},
	{Value: "3", Words: []string{"县级", "县", "区县级", "县区级", "区级", "county"}},
	{Value: "4", Words: []string{"镇级", "镇", "乡镇级", "乡", "街道", "乡镇（街道）", "town"}},
	{Value: "5", Words: []string{"村级", "村", "社区", "村（社区）", "village"}},
	{Value: "6", Words: []string{"五级以外", "其他", "outside"}},
}

func unitForm() sheet.Form {
	return sheet.Form{Zh: "机构", En: "Units", Columns: []sheet.Column{
		{Name: "id", Zh: "统一社会信用代码", En: "Social credit code", Aliases: []string{"机构代码", "单位代码", "code"}, Required: true, Width: 18,
			Example: "11350102003605023N", Note: "18位，单元格设为文本格式。", NoteEn: "18 characters; format the cell as text."},
		{Name: "name", Zh: "机构名称", En: "Name", Aliases: []string{"单位名称", "名称"}, Required: true, Example: "福州市鼓楼区示例局", Note: "全称。", NoteEn: "In full."},
		{Name: "nameEn", Zh: "英文名称", En: "English name", Example: "Gulou Example Bureau"},
		{Name: "short", Zh: "简称", En: "Short name", Example: "鼓楼示例局"},
		{Name: "level", Zh: "层级", En: "Level", Aliases: []string{"行政层级", "机构层级"}, Required: true, Holds: sheet.OneOf, Choices: levels, Example: "县级"},
		{Name: "region", Zh: "行政区划代码", En: "Region code", Aliases: []string{"行政区划", "区划代码"}, Required: true, Width: 6, Example: "350102",
			Note: "GB/T 2260 六位代码。", NoteEn: "Six digits, GB/T 2260."},
		{Name: "parentId", Zh: "上级机构代码", En: "Code of the unit above", Aliases: []string{"上级代码", "上级单位代码"}, Width: 18, Example: "11350100003604451P",
			Note: "可以是本文件里的机构，先后不限。最上级的机构不填。", NoteEn: "It may stand in this file, in any order. Empty for the topmost."},
		{Name: "kind", Zh: "机构类别", En: "Kind", Aliases: []string{"类别"}, Holds: sheet.OneOf, Choices: []sheet.Choice{
			{Value: org.Government, Words: []string{"机关", "行政机关", "政府", "government"}},
			{Value: org.Delegate, Words: []string{"受委托单位", "受托单位", "delegate"}},
			{Value: org.Verifier, Words: []string{"核验单位", "用证单位", "verifier"}},
		}, Example: "机关", Note: "不填为机关。", NoteEn: "Empty: government."},
	}}
}

func (d *Desk) unitPlan() plan {
	return plan{kind: Units, roles: []string{"admin"}, main: unitForm(), key: "id", columns: map[string]string{"parent": "parentId", "area": "region"}, above: func(v row) string { return v.get("parentId") },
		ready: func(b *batch, r *record) (step, []Fault) {
			v := b.main(r)
			u := org.Unit{ID: v.get("id"), Name: v.get("name"), NameEn: v.get("nameEn"), Short: v.get("short"), Level: org.Level(v.int("level")),
				Region: v.get("region"), Parent: v.get("parentId"), Kind: v.get("kind")}
			if u.Kind == "" {
				u.Kind = org.Government
			}
			return func(ctx context.Context, tx *db.Tx, by change.By) (bool, error) {
				return d.o.Units.Import(ctx, tx, by, u)
			}, nil
		}}
}

func regionForm() sheet.Form {
	return sheet.Form{Zh: "行政区划", En: "Regions", Columns: []sheet.Column{
		{Name: "code", Zh: "行政区划代码", En: "Region code", Aliases: []string{"代码", "区划代码"}, Required: true, Example: "350198",
			Note: "县级及以上6位（GB/T 2260），乡镇9位，村12位。", NoteEn: "6 digits down to the county (GB/T 2260), 9 for a town, 12 for a village."},
		{Name: "name", Zh: "名称", En: "Name", Aliases: []string{"行政区划名称"}, Required: true, Example: "示例县"},
		{Name: "nameEn", Zh: "英文名称", En: "English name", Example: "Shili County"},
		{Name: "valid", Zh: "有效", En: "Valid", Aliases: []string{"是否有效"}, Holds: sheet.YesNo, Example: "是", Note: "撤销的区划填“否”。不填为是。", NoteEn: "No for one that was abolished. Empty: yes."},
	}}
}

// regionAbove is the region that one lies in; codes of no form lie in none.
func regionAbove(v row) string {
	if code := v.get("code"); gbcode.CheckRegion(code) == nil {
		return org.Region{Code: code}.Parent()
	}
	return ""
}

func (d *Desk) regionPlan() plan {
	return plan{kind: Regions, roles: []string{"admin"}, main: regionForm(), key: "code", above: regionAbove,
		ready: func(b *batch, r *record) (step, []Fault) {
			v := b.main(r)
			x := org.Region{Code: v.get("code"), Name: v.get("name"), NameEn: v.get("nameEn"), Valid: v.get("valid") != "false"}
			return func(ctx context.Context, tx *db.Tx, by change.By) (bool, error) {
				return d.o.Units.ImportRegion(ctx, tx, by, x)
			}, nil
		}}
}
