package intake

import (
	"context"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/yinxin-org/yinxin/internal/catalog"
	"github.com/yinxin-org/yinxin/internal/change"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/sheet"
)

// Levels of defining and issuing authorities, GB/T 36902-2018.
var authorityLevels = []sheet.Choice{
	{Value: "1", Words: []string{"国家级", "国家", "national"}},
	{Value: "2", Words: []string{"省级", "省（部）级", "省部级", "省", "provincial"}},
	{Value: "3", Words: []string{"地市级", "市级", "设区市", "市", "municipal"}},
	{Value: "4", Words: []string{"区县级", "县级", "县区级", "区级", "县", "county"}},
	{Value: "5", Words: []string{"其他", "乡镇级", "镇级", "other"}},
}

func option(value string, words ...string) sheet.Choice {
	return sheet.Choice{Value: value, Words: words}
}

// typeForm has the columns of the catalogue by the names of GB/T 36902-2018, and those that this platform adds.
func typeForm() sheet.Form {
	return sheet.Form{Zh: "证照类型", En: "License types", Columns: []sheet.Column{
		{Name: "code", Zh: "证照类型代码", En: "CertificateTypeCode", Aliases: []string{"类型代码"}, Required: true, Width: 21, Example: "11350000003591109X901",
			Note: "定义机构的18位统一社会信用代码加3位顺序号；国家已有的类型用国家代码。", NoteEn: "Social credit code of the defining authority and three digits; national types have the national code."},
		{Name: "name", Zh: "证照类型名称", En: "CertificateTypeName", Aliases: []string{"证照名称", "类型名称", "certificateType"}, Required: true, Example: "示例经营许可证"},
		{Name: "nameEn", Zh: "英文名称", En: "English name", Example: "Example Operating Permit"},
		{Name: "definerName", Zh: "证照定义机构", En: "CertificateDefineAuthorityName", Aliases: []string{"定义机构"}, Required: true, Example: "福建省示例局"},
		{Name: "definer", Zh: "证照定义机构代码", En: "CertificateDefineAuthorityCode", Aliases: []string{"定义机构代码"}, Width: 18, Example: "11350000003591109X",
			Note: "不填则取证照类型代码的前18位。", NoteEn: "Empty: the first 18 characters of the type's code."},
		{Name: "definerLevel", Zh: "证照定义机构级别", En: "CertificateDefineAuthorityLevel", Holds: sheet.OneOf, Choices: authorityLevels, Example: "省级"},
		{Name: "holderKind", Zh: "持证主体类别", En: "CertificateHolderCategory", Required: true, Holds: sheet.OneOf, Choices: []sheet.Choice{
			option("natural", "自然人", "个人", "natural"), option("legal", "法人", "法人和其他组织", "企业", "legal"), option("mixed", "混合", "自然人和法人", "mixed")}, Example: "法人"},
		{Name: "validity", Zh: "有效期限范围", En: "ValidityRange", Aliases: []string{"有效期限", "有效期"}, Required: true, Example: "5年",
			Note:   "如 3年、6月、30天、长期、无；有几种的用 ^ 连接（如 3年^长期），这时由每本证照写明截止日期。",
			NoteEn: "As 3年, 6月, 30天, 长期 or 无; several joined by ^, and then each license states its own end."},
		{Name: "issuerLevels", Zh: "证照颁发机构级别", En: "CertificateIssuingAuthorityLevel", Aliases: []string{"颁发机构级别", "certificateIssueDeptLevel"}, Required: true,
			Holds: sheet.SomeOf, Choices: authorityLevels, Example: "地市级^区县级"},
		{Name: "kind", Zh: "目录类别", En: "Catalogue kind", Holds: sheet.OneOf, Choices: []sheet.Choice{option("license", "证照", "license"),
			option("approval", "批文", "approval"), option("proof", "证明", "proof"), option("material", "材料", "material"), option("card", "证件", "card")}, Example: "证照"},
		{Name: "family", Zh: "卡面类别", En: "Family", Holds: sheet.OneOf, Choices: []sheet.Choice{option("identity", "身份", "identity"), option("business", "经营主体", "business"),
			option("property", "财产", "property"), option("permit", "许可", "permit"), option("life", "生活", "life")}, Example: "许可", Note: "不填为许可。", NoteEn: "Empty: permit."},
		{Name: "making", Zh: "制证方式", En: "Making", Holds: sheet.OneOf, Choices: []sheet.Choice{option("online", "在线制证", "线上", "online"),
			option("offline", "线下制证", "线下", "offline"), option("vertical", "垂管系统", "垂管系统制证", "vertical"), option("external", "外部", "国家系统", "external")}, Example: "在线制证",
			Note: "不填为在线制证。", NoteEn: "Empty: online."},
		{Name: "source", Zh: "来源系统", En: "Source system", Note: "垂管系统、外部的类型必填。", NoteEn: "Required for vertical and external types."},
		{Name: "holders", Zh: "持证主体数", En: "Holders", Holds: sheet.WholeNumber, Example: "1", Note: "不填为1。", NoteEn: "Empty: 1."},
		{Name: "number", Zh: "编号规则", En: "Numbering", Aliases: []string{"证照编号规则"}, Example: "SL{region}{year}{seq6}",
			Note: "可用 {region} {year} {month} {seq6} {holderCode}。", NoteEn: "With {region} {year} {month} {seq6} {holderCode}."},
		{Name: "secrecy", Zh: "密级", En: "Secrecy", Example: "非涉密", Note: "只收非涉密的类型。", NoteEn: "Classified types are refused."},
		{Name: "standard", Zh: "证照标准", En: "Standard", Aliases: []string{"标准号"}},
		{Name: "basis", Zh: "设定依据", En: "Legal basis", Example: "《示例条例》第八条"},
		{Name: "usage", Zh: "应用场景", En: "Usage"},
		{Name: "national", Zh: "国家类型", En: "National", Holds: sheet.YesNo, Example: "否", Note: "国家目录里已有的类型填“是”。", NoteEn: "Yes for types of the national catalogue."},
		{Name: "inspectionMonths", Zh: "年检周期（月）", En: "Inspection months", Holds: sheet.WholeNumber, Note: "没有法定年检的不填。", NoteEn: "Empty without a legal inspection."},
		{Name: "inspectionBasis", Zh: "年检依据", En: "Inspection basis"},
		{Name: "inspectionRemind", Zh: "年检提前提醒天数", En: "Inspection reminder days", Holds: sheet.WholeNumber},
		{Name: "issuers", Zh: "认领机构代码", En: "Claiming units", Aliases: []string{"颁发机构代码"}, Note: "签发这类证照的单位代码，多个用 ^ 连接。只在直接发布时认领。",
			NoteEn: "Codes of the units that issue it, joined by ^; they claim it when it is published at once."},
	}}
}

// fieldForm has the metadata of types, by the code of the type.
func fieldForm() sheet.Form {
	return sheet.Form{Zh: "信息项", En: "Fields", Columns: []sheet.Column{
		{Name: "typeCode", Zh: "证照类型代码", En: "CertificateTypeCode", Required: true, Width: 21, Example: "11350000003591109X901"},
		{Name: "label", Zh: "信息项名称", En: "Label", Aliases: []string{"名称", "中文名称"}, Required: true, Example: "经营场所"},
		{Name: "name", Zh: "信息项代码", En: "Field name", Aliases: []string{"代码", "字段名", "拼音缩写"}, Required: true, Example: "KZ_JYCS",
			Note: "以 KZ_ 开头的大写字母，国标的基本信息不用列。", NoteEn: "Capital letters beginning with KZ_; the standard's own elements are not listed."},
		{Name: "labelEn", Zh: "英文名称", En: "English label", Example: "Place of business"},
		{Name: "type", Zh: "数据类型", En: "Data type", Holds: sheet.OneOf, Choices: []sheet.Choice{option("text", "文本", "字符型", "text"), option("date", "日期", "日期型", "date"),
			option("number", "数字", "数值", "数值型", "number"), option("code", "代码", "code"), option("photo", "照片", "photo")}, Example: "文本", Note: "不填为文本。", NoteEn: "Empty: text."},
		{Name: "maxLen", Zh: "长度", En: "Length", Aliases: []string{"最大长度"}, Holds: sheet.WholeNumber, Example: "100"},
		{Name: "pattern", Zh: "格式", En: "Pattern", Note: "正则表达式，以 ^ 开头、$ 结尾。", NoteEn: "A regular expression from ^ to $."},
		{Name: "options", Zh: "代码项", En: "Options", Aliases: []string{"值域"}, Note: "数据类型为代码时必填，用 ^ 或、分开。", NoteEn: "For codes; parted by ^."},
		{Name: "required", Zh: "必填", En: "Required", Aliases: []string{"是否必填"}, Holds: sheet.YesNo, Example: "是"},
		{Name: "sensitive", Zh: "敏感级别", En: "Sensitivity", Holds: sheet.OneOf, Choices: []sheet.Choice{option("0", "公开", "open"), option("1", "默认遮盖", "遮盖", "masked"),
			option("2", "限定用途", "限用", "restricted")}, Example: "公开"},
		{Name: "multi", Zh: "最多值数", En: "Most values", Aliases: []string{"多值"}, Holds: sheet.WholeNumber, Note: "多值的信息项最多几个值；不填为1。", NoteEn: "Empty: 1."},
		{Name: "offFace", Zh: "不上照面的理由", En: "Why not on the face"},
	}}
}

func (d *Desk) typePlan() plan {
	return plan{kind: Types, roles: []string{"digital", "catalog"}, main: typeForm(), sub: fieldForm(), key: "code", subs: "fields",
		columns: map[string]string{"level": "issuerLevels", "inspection": "inspectionMonths", "holdersMin": "holders"},
		link:    func(v row) string { return v.get("code") },
		ready: func(b *batch, r *record) (step, []Fault) {
			t, faults := typeOf(b, r)
			publish := b.role == "digital"
			return func(ctx context.Context, tx *db.Tx, by change.By) (bool, error) {
				return d.o.Types.Import(ctx, tx, by, t, publish)
			}, faults
		}}
}

// typeOf reads a type from its row and the rows of its fields.
func typeOf(b *batch, r *record) (catalog.Type, []Fault) {
	v := b.main(r)
	or := func(name, otherwise string) string {
		if s := v.get(name); s != "" {
			return s
		}
		return otherwise
	}
	t := catalog.Type{Code: v.get("code"), Name: v.get("name"), NameEn: v.get("nameEn"), DefinerName: v.get("definerName"),
		DefinerLevel: v.int("definerLevel"), HolderKind: catalog.HolderKind(v.get("holderKind")), Kind: v.get("kind"),
		Family: or("family", "permit"), Making: catalog.Making(or("making", string(catalog.Online))), National: v.bool("national"), Source: v.get("source"),
		Number: v.get("number"), Secrecy: v.get("secrecy"), Standard: v.get("standard"), Basis: v.get("basis"), Usage: v.get("usage"),
		Holders: max(v.int("holders"), 1), Issuers: v.list("issuers")}
	t.Definer = or("definer", t.Code[:min(18, len(t.Code))])
	for _, l := range v.list("issuerLevels") {
		n, _ := strconv.Atoi(l) // a choice's value
		t.IssuerLevels = append(t.IssuerLevels, n)
	}
	slices.Sort(t.IssuerLevels)
	if len(t.IssuerLevels) > 0 {
		t.Level = t.IssuerLevels[0]
	}
	if n := v.int("inspectionMonths"); n != 0 {
		t.Inspection = &catalog.Inspection{Months: n, Remind: v.int("inspectionRemind"), Basis: v.get("inspectionBasis"), Overdue: "mark"}
	}
	var faults []Fault
	var ok bool
	if t.Validity, ok = validityOf(v.get("validity")); !ok {
		faults = append(faults, Fault{Row: r.row, Field: "validity", Code: "import.validity"})
	}
	for _, s := range r.subs {
		t.Fields = append(t.Fields, fieldOf(b.sub(s)))
	}
	return t, faults
}

func fieldOf(v row) catalog.Field {
	f := catalog.Field{Name: v.get("name"), Label: v.get("label"), LabelEn: v.get("labelEn"), Type: v.get("type"), MaxLen: v.int("maxLen"),
		Pattern: v.get("pattern"), Required: v.bool("required"), Sensitive: v.int("sensitive"), Multi: v.int("multi"), OffFace: v.get("offFace")}
	if f.Type == "" {
		f.Type = "text"
	}
	if f.Type == "code" {
		f.Options = v.list("options")
	}
	return f
}

// period is one value of 有效期限范围.
var period = regexp.MustCompile(`^([0-9]{1,3}) ?(年|个月|月|天|日|year|years|month|months|day|days)$`)

// validityOf reads 有效期限范围 (GB/T 36902-2018): one period, 长期, 无; several of them mean that each license states
// when it ends.
func validityOf(s string) (catalog.Validity, bool) {
	parts := sheet.SplitList(s)
	var v catalog.Validity
	for _, p := range parts {
		switch p {
		case "长期", "long-term", "long":
			v.Rule = catalog.Long
			continue
		case "无", "无有效期", "none":
			v.Rule = catalog.None
			continue
		case "截止日期", "至指定日期", "until":
			v.Rule = catalog.Until
			continue
		}
		m := period.FindStringSubmatch(strings.ToLower(p))
		if m == nil {
			return catalog.Validity{}, false
		}
		n, _ := strconv.Atoi(m[1]) // digits
		v = catalog.Validity{Rule: catalog.Fixed}
		switch m[2] {
		case "年", "year", "years":
			v.Years = n
		case "天", "日", "day", "days":
			v.Days = n
		default:
			v.Months = n
		}
	}
	if len(parts) > 1 {
		return catalog.Validity{Rule: catalog.Until}, true
	}
	return v, len(parts) == 1
}
