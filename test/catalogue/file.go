package catalogue

import (
	"fmt"
	"io"
	"iter"
	"strings"

	"github.com/yinxin-org/yinxin/internal/sheet"
)

func rows[T any](list []T, line func(T) []string) iter.Seq2[[]string, error] {
	return func(yield func([]string, error) bool) {
		for _, x := range list {
			if !yield(line(x), nil) {
				return
			}
		}
	}
}

// WriteRegions writes the spreadsheet of regions.
func (c *City) WriteRegions(w io.Writer) error {
	return sheet.Write(w, sheet.Page{Name: "行政区划", Headings: []string{"行政区划代码", "名称"},
		Rows: rows(c.Regions, func(r Region) []string { return []string{r.Code, r.Name} })})
}

// WriteUnits writes the spreadsheet of units.
func (c *City) WriteUnits(w io.Writer) error {
	levels := []string{"", "省级", "市级", "县级"}
	return sheet.Write(w, sheet.Page{Name: "机构", Headings: []string{"统一社会信用代码", "机构名称", "简称", "层级", "行政区划代码", "上级机构代码"},
		Rows: rows(c.Units, func(u Unit) []string { return []string{u.ID, u.Name, u.Short, levels[u.Level], u.Region, u.Parent} })})
}

// WriteTypes writes the spreadsheet of license types with their fields.
func (c *City) WriteTypes(w io.Writer) error {
	type line struct {
		code string
		Field
	}
	var fields []line
	for _, t := range c.Types {
		for _, f := range t.Fields {
			fields = append(fields, line{t.Code, f})
		}
	}
	return sheet.Write(w,
		sheet.Page{Name: "证照类型", Headings: []string{"证照类型名称", "证照类型代码", "证照定义机构", "证照定义机构代码", "持证主体类别", "有效期限范围", "证照颁发机构级别", "编号规则"},
			Rows: rows(c.Types, func(t Type) []string {
				return []string{t.Name, t.Code, t.DefinerName, t.Definer, t.Holder, t.Validity, t.Levels, "YX{region}{year}{seq6}"}
			})},
		sheet.Page{Name: "信息项", Headings: []string{"证照类型代码", "信息项名称", "信息项代码", "数据类型", "长度", "代码项", "必填"},
			Rows: rows(fields, func(f line) []string {
				length := ""
				if f.Length > 0 {
					length = fmt.Sprint(f.Length)
				}
				return []string{f.code, f.Label, f.Name, f.Kind, length, f.Options, map[bool]string{true: "是", false: "否"}[f.Required]}
			})})
}

// WriteMatters writes the spreadsheet of matters with the materials of their items.
func (c *City) WriteMatters(w io.Writer) error {
	type line struct {
		base string
		seq  int
		Material
	}
	var materials []line
	for _, i := range c.Items {
		for n, m := range i.Materials {
			materials = append(materials, line{i.BaseCode, n + 1, m})
		}
	}
	levels := []string{"", "国家级", "省级", "市级", "县级", "镇级"}
	return sheet.Write(w,
		sheet.Page{Name: "事项", Headings: []string{"基本编码", "实施编码", "事项名称", "实施主体代码", "行使层级", "服务对象", "法定时限", "承诺时限", "设定依据"},
			Rows: rows(c.Matters, func(m Matter) []string {
				i := c.Items[m.Item]
				name, promised := i.Name, ""
				if m.Name != "" {
					name = m.Name
				}
				if m.Promised > 0 {
					promised = fmt.Sprint(m.Promised)
				}
				return []string{i.BaseCode, m.Code, name, m.Unit, levels[m.Level], i.Holder, fmt.Sprint(i.Days), promised, i.Basis}
			})},
		sheet.Page{Name: "材料", Headings: []string{"基本编码", "序号", "材料名称", "必要", "证照类型代码", "可读信息项", "无证照"},
			Rows: rows(materials, func(m line) []string {
				yes := map[bool]string{true: "是", false: "否"}
				return []string{m.base, fmt.Sprint(m.seq), m.Name, yes[m.Required], strings.Join(m.Types, "^"), m.Fields, yes[m.Plain]}
			})})
}

// Count is a count of materials by how far they are decided.
type Count struct{ Matters, Total, Bound, Plain, Open int }

// Coverage counts the materials of all matters by level, as its code says, and by unit, from what was made.
func (c *City) Coverage() (sum Count, byLevel map[string]Count, byUnit map[string]Count) {
	byLevel, byUnit = map[string]Count{}, map[string]Count{}
	for _, m := range c.Matters {
		x := Count{Matters: 1}
		for _, y := range c.Items[m.Item].Materials {
			x.Total++
			switch {
			case len(y.Types) > 0:
				x.Bound++
			case y.Plain:
				x.Plain++
			default:
				x.Open++
			}
		}
		sum = sum.and(x)
		level := fmt.Sprint(m.Level)
		byLevel[level] = byLevel[level].and(x)
		byUnit[m.Unit] = byUnit[m.Unit].and(x)
	}
	return sum, byLevel, byUnit
}

func (a Count) and(b Count) Count {
	return Count{a.Matters + b.Matters, a.Total + b.Total, a.Bound + b.Bound, a.Plain + b.Plain, a.Open + b.Open}
}
