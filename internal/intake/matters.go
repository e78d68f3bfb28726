package intake

import (
	"context"
	"encoding/json"
	"slices"
	"strconv"
	"strings"

	"github.com/yinxin-org/yinxin/internal/catalog"
	"github.com/yinxin-org/yinxin/internal/change"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/errs"
	"github.com/yinxin-org/yinxin/internal/matter"
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
		columns: map[string]string{"bindings": "types"}, link: func(v row) string { return v.get("baseCode") },
		ready: func(b *batch, r *record) (step, []Fault) {
			m := matterOf(b, r)
			if len(m.faults) > 0 {
				return nil, m.faults
			}
			return func(ctx context.Context, tx *db.Tx, by change.By) (bool, error) {
				return d.importMatter(ctx, tx, by, b, m)
			}, nil
		}}
}

// matterRow is a row of the sheet of matters: what it says of the item that all levels share, and what is its own.
type matterRow struct {
	item   matter.Item
	entry  matter.Entry
	faults []Fault
}

func matterOf(b *batch, r *record) matterRow {
	v := b.main(r)
	code := v.get("code")
	m := matterRow{
		item: matter.Item{BaseCode: v.get("baseCode"), Name: v.get("name"), NameEn: v.get("nameEn"), Basis: v.get("basis"),
			HolderKind: catalog.HolderKind(v.get("holderKind")), StatutoryDays: v.int("statutoryDays"), Conditions: v.get("conditions"),
			Fee: v.get("fee"), ResultName: v.get("resultName"), Result: v.get("result")},
		entry: matter.Entry{Code: code, Unit: v.get("unit"), Level: v.int("level"), PromisedDays: v.int("promisedDays"), Place: v.get("place"),
			Hours: v.get("hours"), Aliases: v.list("aliases")},
	}
	if len(m.item.BaseCode) == 12 {
		m.item.Kind = m.item.BaseCode[2:4]
	}
	if len(code) >= 31 {
		if m.entry.Unit == "" {
			m.entry.Unit = code[:18]
		}
		if m.entry.Level == 0 {
			m.entry.Level = int(code[18] - '0')
		}
		if m.entry.BaseCode() != m.item.BaseCode {
			m.faults = append(m.faults, Fault{Row: r.row, Field: "baseCode", Code: "import.base-code"})
		}
	}
	for _, s := range r.subs {
		x, ok := materialOf(b.sub(s))
		if !ok {
			m.faults = append(m.faults, Fault{Sheet: 1, Row: s.row, Field: "fields", Code: "import.groups"})
		}
		m.item.Materials = append(m.item.Materials, x)
	}
	return m
}

// materialOf reads a material with the types that satisfy it. One group of fields counts for every type.
func materialOf(v row) (matter.Material, bool) {
	m := matter.Material{Seq: v.int("seq"), Name: v.get("name"), Required: v.bool("required")}
	m.Plain = v.bool("plain")
	types := v.list("types")
	if len(types) == 0 {
		return m, true
	}
	groups := strings.Split(strings.ReplaceAll(v.get("fields"), "｜", "|"), "|")
	for i, t := range types {
		g := groups[0]
		if len(groups) > 1 {
			if len(groups) != len(types) {
				return m, false
			}
			g = groups[i]
		}
		m.Bindings = append(m.Bindings, matter.Binding{Type: t, Fields: sheet.SplitList(g)})
	}
	m.Party = matter.Party(v.get("party"))
	if m.Party == "" {
		m.Party = matter.Applicant
	}
	for _, s := range v.list("stages") {
		m.Stages = append(m.Stages, matter.Stage(s))
	}
	if len(m.Stages) == 0 {
		m.Stages = []matter.Stage{matter.Accept, matter.Decide}
	}
	return m, true
}

// importMatter writes a matter and, the first time that a file comes to it, its item. A new item is what its first
// row says; of one that is here, only the materials are taken, and what a row says otherwise is this matter's own
// exception: rows of the same item may come alone, in a file of errors, and must not change it for the others.
func (d *Desk) importMatter(ctx context.Context, tx *db.Tx, by change.By, b *batch, m matterRow) (bool, error) {
	item, changed := m.item, false
	old, err := d.o.Matters.Item(ctx, tx, item.BaseCode)
	known := err == nil
	if err != nil && errs.Code(err) != "item.unknown" {
		return false, err
	}
	if known {
		m.entry.Overrides = exceptions(old, m.item)
		item = withMaterials(old, m.item.Materials)
	}
	if !b.noted(item.BaseCode) {
		if !known || len(m.item.Materials) > 0 {
			if changed, err = d.o.Matters.ImportItem(ctx, tx, by, item); err != nil {
				return false, err
			}
		}
		b.note(item.BaseCode)
	}
	did, err := d.o.Matters.ImportMatter(ctx, tx, by, m.entry)
	return did || changed, err
}

// exceptions are the elements in which a row differs from its item.
func exceptions(item, said matter.Item) map[string]json.RawMessage {
	var out map[string]json.RawMessage
	note := func(key string, differs bool, value any) {
		if !differs {
			return
		}
		if out == nil {
			out = map[string]json.RawMessage{}
		}
		b, err := json.Marshal(value)
		if err == nil { // texts and numbers always encode
			out[key] = b
		}
	}
	for _, x := range []struct{ key, has, says string }{
		{"name", item.Name, said.Name}, {"nameEn", item.NameEn, said.NameEn}, {"basis", item.Basis, said.Basis},
		{"conditions", item.Conditions, said.Conditions}, {"fee", item.Fee, said.Fee}, {"resultName", item.ResultName, said.ResultName},
		{"result", item.Result, said.Result}, {"holderKind", string(item.HolderKind), string(said.HolderKind)},
	} {
		note(x.key, x.says != "" && x.says != x.has, x.says)
	}
	note("statutoryDays", said.StatutoryDays != 0 && said.StatutoryDays != item.StatutoryDays, said.StatutoryDays)
	return out
}

// withMaterials gives an item the materials of a file. Those it had keep their numbers, by which the form and open
// cases know them.
func withMaterials(item matter.Item, materials []matter.Material) matter.Item {
	if len(materials) == 0 {
		return item
	}
	had, next := map[string]int{}, 1
	for _, m := range item.Materials {
		had[m.Name] = m.Seq
		next = max(next, m.Seq+1)
	}
	kept := map[int]bool{}
	item.Materials = slices.Clone(materials)
	for i := range item.Materials {
		m := &item.Materials[i]
		seq, ok := had[m.Name]
		if !ok {
			seq = next
			next++
		}
		m.Seq, kept[seq] = seq, true
	}
	item.Form = slices.Clone(item.Form)
	for i := range item.Form {
		f := &item.Form[i]
		seq, _, ok := strings.Cut(f.From, ".")
		if n, err := strconv.Atoi(seq); ok && err == nil && !kept[n] {
			f.From, f.Locked = "", false
		}
	}
	return item
}
