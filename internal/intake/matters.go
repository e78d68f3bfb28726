package intake

import (
	"context"

	"github.com/yinxin-org/yinxin/internal/change"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/errs"
	"github.com/yinxin-org/yinxin/internal/sheet"
)

func matterForm() sheet.Form {
	return sheet.Form{Zh: "事项", En: "Matters", Columns: []sheet.Column{
		{Name: "baseCode", Zh: "基本编码", En: "Base code", Required: true, Width: 12, Example: "350117002011", Note: "12位。", NoteEn: "12 digits."},
		{Name: "code", Zh: "实施编码", En: "Implementing code", Aliases: []string{"业务办理项编码", "事项编码"}, Required: true, Example: "11350102003605023N3350117002011",
			Note: "31位，或33位的业务办理项编码。", NoteEn: "31 characters, or 33 for a sub-item."},
		{Name: "name", Zh: "事项名称", En: "Name", Required: true, Example: "示例经营许可（新办）"},
		{Name: "nameEn", Zh: "英文名称", En: "English name"},
		{Name: "unit", Zh: "实施主体代码", En: "Unit", Aliases: []string{"实施机构代码", "单位代码"}, Width: 18, Example: "11350102003605023N",
			Note: "不填则取实施编码的前18位。", NoteEn: "Empty: the first 18 characters of the implementing code."},
		{Name: "level", Zh: "行使层级", En: "Level", Holds: sheet.OneOf, Choices: []sheet.Choice{
			{Value: "1", Words: []string{"国家级", "国家", "national"}}, {Value: "2", Words: []string{"省级", "省", "province"}},
			{Value: "3", Words: []string{"市级", "市", "设区市", "city"}}, {Value: "4", Words: []string{"县级", "县", "区级", "county"}},
			{Value: "5", Words: []string{"镇级", "镇", "乡镇级", "街道", "town"}}, {Value: "6", Words: []string{"村级", "村", "社区", "village"}},
			{Value: "7", Words: []string{"分级管理", "graded"}}}, Example: "县级"},
		{Name: "holderKind", Zh: "服务对象", En: "Who may apply", Holds: sheet.OneOf, Choices: []sheet.Choice{option("natural", "自然人", "个人", "natural"),
			option("legal", "法人", "企业", "legal"), option("mixed", "自然人和法人", "混合", "不限", "mixed")}, Example: "法人"},
		{Name: "statutoryDays", Zh: "法定时限", En: "Statutory days", Aliases: []string{"法定办结时限", "法定期限"}, Holds: sheet.WholeNumber, Example: "20", Note: "工作日。", NoteEn: "Working days."},
		{Name: "promisedDays", Zh: "承诺时限", En: "Promised days", Aliases: []string{"承诺办结时限", "承诺期限"}, Holds: sheet.WholeNumber, Example: "5", Note: "工作日，不长于法定时限。", NoteEn: "Working days, at most the statutory ones."},
		{Name: "basis", Zh: "设定依据", En: "Legal basis", Example: "《示例条例》第八条"},
		{Name: "conditions", Zh: "申请条件", En: "Conditions"},
		{Name: "fee", Zh: "收费", En: "Fee"},
		{Name: "resultName", Zh: "结果名称", En: "Result"},
		{Name: "result", Zh: "结果证照类型代码", En: "Type of the result", Width: 21},
		{Name: "place", Zh: "办理地点", En: "Place"},
		{Name: "hours", Zh: "办理时间", En: "Hours"},
		{Name: "aliases", Zh: "地方编码", En: "Local codes"},
	}}
}

func materialForm() sheet.Form {
	return sheet.Form{Zh: "材料", En: "Materials", Columns: []sheet.Column{
		{Name: "baseCode", Zh: "基本编码", En: "Base code", Required: true, Width: 12, Example: "350117002011"},
		{Name: "seq", Zh: "序号", En: "No.", Required: true, Holds: sheet.WholeNumber, Example: "1"},
		{Name: "name", Zh: "材料名称", En: "Material", Required: true, Example: "营业执照"},
		{Name: "required", Zh: "必要", En: "Required", Aliases: []string{"是否必要", "必需"}, Holds: sheet.YesNo, Example: "是"},
		{Name: "types", Zh: "证照类型代码", En: "Type codes", Aliases: []string{"绑定证照类型代码"}, Note: "能满足这份材料的证照类型，多个用 ^ 连接，先列的先用。",
			NoteEn: "License types that satisfy it, joined by ^; the first comes first."},
		{Name: "fields", Zh: "可读信息项", En: "Fields", Note: "只列办事必需的，如 CZZT^KZ_ZS；多个类型的各组之间用 | 分开。", NoteEn: "The least needed, as CZZT^KZ_ZS; groups of several types are parted by |."},
		{Name: "party", Zh: "谁的证照", En: "Party", Aliases: []string{"证照主体"}, Holds: sheet.OneOf, Choices: []sheet.Choice{option("applicant", "申请人", "applicant"),
			option("representative", "法定代表人", "representative"), option("spouse", "配偶", "spouse")}, Example: "申请人", Note: "不填为申请人。", NoteEn: "Empty: the applicant."},
		{Name: "stages", Zh: "可用环节", En: "Stages", Holds: sheet.SomeOf, Choices: []sheet.Choice{option("accept", "受理", "accept"), option("decide", "审批", "审查", "decide")},
			Example: "受理^审批", Note: "不填为受理和审批。", NoteEn: "Empty: both."},
		{Name: "plain", Zh: "无证照", En: "Plain", Holds: sheet.YesNo, Example: "否", Note: "确认没有证照能满足的填“是”。", NoteEn: "Yes if it is confirmed that no license can satisfy it."},
	}}
}

func (d *Desk) matterPlan() plan {
	return plan{kind: Matters, roles: []string{"matters"}, main: matterForm(), sub: materialForm(), key: "code", subs: "materials",
		link: func(v row) string { return v.get("baseCode") },
		ready: func(*batch, *record) (step, []Fault) {
			return func(context.Context, *db.Tx, change.By) (bool, error) {
				return false, errs.New(errs.Unavailable, "unavailable")
			}, nil
		}}
}
