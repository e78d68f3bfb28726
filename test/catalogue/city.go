// Package catalogue makes catalogues as large as a city's (Fuzhou, 2020: 5,741 license types) from a seed: units,
// license types with their fields, matters with materials and bindings, all invented, with valid codes. It writes
// them as the spreadsheets that people would import, and knows by itself what must be counted afterwards.
package catalogue

import (
	"fmt"
	"math/rand/v2"
	"slices"

	"github.com/yinxin-org/yinxin/gbcode"
)

// Size is how much is made.
type Size struct {
	Types, Matters int
	Seed           uint64
}

// City is a catalogue.
type City struct {
	Regions []Region
	Units   []Unit
	Types   []Type
	Items   []Item
	Matters []Matter
	dice    *rand.Rand
	byAt    map[place]string // the unit of a department in a region
}

type place struct {
	region     string
	department int
}

// Region is a division of the country.
type Region struct{ Code, Name string }

// Unit is a body.
type Unit struct {
	ID, Name, Short, Region, Parent string
	Level                           int // of five
}

// Type is a license type.
type Type struct {
	Code, Name, Definer, DefinerName, Holder, Validity, Levels string
	Fields                                                     []Field
}

// Field is a field of a type.
type Field struct {
	Name, Label, Kind string
	Length            int
	Options           string
	Required          bool
}

// Item is what matters of all levels share.
type Item struct {
	BaseCode, Name, Basis, Holder string
	Days                          int
	Materials                     []Material
}

// Material is one thing an item asks for: bound to types, confirmed plain, or undecided.
type Material struct {
	Name     string
	Required bool
	Types    []string
	Fields   string
	Plain    bool
}

// Matter is an item in the hands of a unit.
type Matter struct {
	Item           int // index
	Code, Unit     string
	Name           string // its own, if it differs
	Level          int    // as in the code: 2 province … 5 town
	Promised, Days int
}

var regions = []Region{{"350000", "福建省"}, {"350100", "福州市"}, {"350102", "鼓楼区"}, {"350103", "台江区"}, {"350104", "仓山区"}, {"350105", "马尾区"},
	{"350111", "晋安区"}, {"350112", "长乐区"}, {"350121", "闽侯县"}, {"350122", "连江县"}, {"350123", "罗源县"}, {"350124", "闽清县"}, {"350125", "永泰县"},
	{"350128", "平潭县"}, {"350181", "福清市"}}

var departments = []string{"发展和改革", "教育", "科学技术", "工业和信息化", "民族与宗教事务", "公安", "民政", "司法", "财政", "人力资源和社会保障", "自然资源和规划", "生态环境",
	"住房和城乡建设", "交通运输", "水利", "农业农村", "商务", "文化和旅游", "卫生健康", "退役军人事务", "应急管理", "审计", "市场监督管理", "体育", "统计", "医疗保障", "城市管理", "林业", "海洋与渔业",
	"广播电视", "新闻出版", "药品监督管理", "人民防空", "粮食和物资储备", "气象", "烟草专卖", "消防救援", "档案", "金融", "通信"}

var (
	fields1 = []string{"食品", "药品", "餐饮", "旅馆", "网约车", "道路货运", "水路客运", "港口", "渔业捕捞", "水产苗种", "种子", "农药", "兽药", "饲料", "林木采伐", "野生动物", "危险化学品", "烟花爆竹", "特种设备",
		"计量器具", "检验检测", "建筑施工", "房地产开发", "物业服务", "燃气", "供热", "排水", "取水", "河道采砂", "采矿", "测绘", "土地", "海域使用", "民办学校", "职业培训", "人力资源服务", "劳务派遣", "医疗机构",
		"医师", "护士", "放射诊疗", "公共场所卫生", "消毒产品", "养老机构", "社会团体", "基金会", "殡葬服务", "宗教场所", "律师", "公证", "演出", "娱乐场所", "互联网上网", "出版物", "印刷", "电影放映", "广播电视节目", "文物保护",
		"体育场所", "烟草", "拍卖", "典当", "成品油", "粮食收购"}
	fields2 = []string{"生产", "经营", "销售", "运输", "储存", "使用", "设计", "施工", "维修", "进口", "出口", "批发", "零售", "加工", "从业人员", "作业"}
	papers  = []string{"许可证", "备案凭证", "资质证书", "登记证书", "批准书", "合格证明", "资格证书"}
	doings  = []string{"新办", "变更", "延续", "注销", "补发", "备案", "年度核验"}
	labels  = []string{"经营场所", "经营范围", "法定代表人", "负责人", "许可事项", "设备名称", "设备型号", "等级", "批准文号", "批准日期", "作业种类", "场地面积", "从业人数", "主管单位", "投资总额", "车辆号牌", "备注"}
	things  = []string{"申请表", "场所平面图", "制度文件", "人员名册", "设备清单", "检测报告", "租赁合同", "承诺书", "委托书", "可行性研究报告", "章程", "验资说明"}
)

// New makes a catalogue. The same size and seed make the same.
func New(s Size) (*City, error) {
	c := &City{Regions: regions, dice: rand.New(rand.NewPCG(s.Seed, 36902)), byAt: map[place]string{}} //nolint:gosec // plausible data, not secrets
	if err := c.makeUnits(); err != nil {
		return nil, err
	}
	if err := c.makeTypes(s.Types); err != nil {
		return nil, err
	}
	c.makeMatters(s.Matters)
	return c, nil
}

// uscc makes a valid social credit code of a government body.
func uscc(region string, n int) (string, error) {
	body := fmt.Sprintf("YX%06d", n)
	check, err := gbcode.OrganizationCheckChar(body)
	if err != nil {
		return "", fmt.Errorf("make code: %w", err)
	}
	first := "11" + region + body + string(check)
	last, err := gbcode.USCCCheckChar(first)
	if err != nil {
		return "", fmt.Errorf("make code: %w", err)
	}
	return first + string(last), nil
}

func (c *City) makeUnits() error {
	n := 500_000
	for _, r := range regions {
		level, parent := 3, "350100"
		switch r.Code {
		case "350000":
			level, parent = 1, ""
		case "350100":
			level, parent = 2, "350000"
		}
		for d, name := range departments {
			n++
			id, err := uscc(r.Code, n)
			if err != nil {
				return err
			}
			kind := map[int]string{1: "厅", 2: "局", 3: "局"}[level]
			c.Units = append(c.Units, Unit{ID: id, Name: r.Name + name + kind, Short: name, Region: r.Code, Level: level, Parent: c.byAt[place{parent, d}]})
			c.byAt[place{r.Code, d}] = id
		}
	}
	return nil
}

func (c *City) pick(list []string) string { return list[c.dice.IntN(len(list))] }

// makeTypes names each type once: trade, doing and paper are counted through.
func (c *City) makeTypes(n int) error {
	if most := len(fields1) * len(fields2) * len(papers); n > most {
		return fmt.Errorf("at most %d types have names", most)
	}
	names := c.dice.Perm(len(fields1) * len(fields2) * len(papers))
	next := map[int]int{}
	for i := range n {
		k := names[i]
		name := fields1[k%len(fields1)] + fields2[k/len(fields1)%len(fields2)] + papers[k/len(fields1)/len(fields2)]
		d := i % len(departments)
		region := []string{"350000", "350100"}[i/len(departments)%2]
		definer := c.byAt[place{region, d}]
		key := d*2 + i/len(departments)%2
		next[key]++
		t := Type{Code: fmt.Sprintf("%s%03d", definer, next[key]), Name: name, Definer: definer, DefinerName: c.unitName(definer),
			Holder:   []string{"法人", "自然人", "混合"}[c.dice.IntN(3)],
			Validity: []string{"3年", "5年", "长期", "无", "6月", "1年^3年^长期"}[c.dice.IntN(6)],
			Levels:   []string{"省级", "地市级", "区县级", "地市级^区县级"}[c.dice.IntN(4)]}
		for j, l := range c.dice.Perm(len(labels))[:3+c.dice.IntN(8)] {
			f := Field{Name: fmt.Sprintf("KZ_X%02d", l+1), Label: labels[l], Kind: "文本", Length: 50 + 10*c.dice.IntN(10), Required: j < 2}
			switch labels[l] {
			case "批准日期":
				f.Kind, f.Length = "日期", 0
			case "等级":
				f.Kind, f.Options, f.Length = "代码", "甲级^乙级^丙级", 0
			case "从业人数":
				f.Kind, f.Length = "数字", 0
			}
			t.Fields = append(t.Fields, f)
		}
		c.Types = append(c.Types, t)
	}
	return nil
}

func (c *City) unitName(id string) string {
	return c.Units[slices.IndexFunc(c.Units, func(u Unit) bool { return u.ID == id })].Name
}

// makeMatters makes items and hands each to its department on three levels, until there are enough.
func (c *City) makeMatters(n int) {
	counter := map[int]int{}
	for len(c.Matters) < n {
		d := c.dice.IntN(len(departments))
		counter[d]++
		kind := []string{"01", "05", "07", "20"}[c.dice.IntN(4)]
		of := c.Types[c.dice.IntN(len(c.Types))]
		item := Item{BaseCode: fmt.Sprintf("35%s%02d%03d%03d", kind, d+1, counter[d]/1000+1, counter[d]%1000), Name: fmt.Sprintf("%s（%s）", of.Name, c.pick(doings)),
			Basis: fmt.Sprintf("《%s管理条例（示例）》第%d条", departments[d], 1+c.dice.IntN(60)), Holder: of.Holder, Days: 5 + c.dice.IntN(40)}
		item.Materials = c.materials()
		c.Items = append(c.Items, item)
		for _, r := range regions {
			if len(c.Matters) == n {
				return
			}
			level := 4
			switch r.Code {
			case "350000":
				level = 2
			case "350100":
				level = 3
			}
			unit := c.byAt[place{r.Code, d}]
			m := Matter{Item: len(c.Items) - 1, Unit: unit, Level: level, Code: fmt.Sprintf("%s%d%s", unit, level, item.BaseCode), Days: item.Days}
			if c.dice.IntN(3) == 0 {
				m.Promised = 1 + c.dice.IntN(item.Days)
			}
			if c.dice.IntN(30) == 0 {
				m.Name = item.Name + "（" + r.Name + "）"
			}
			c.Matters = append(c.Matters, m)
		}
	}
}

func (c *City) materials() []Material {
	var list []Material
	used := map[string]bool{}
	for range 2 + c.dice.IntN(5) {
		m := Material{Required: c.dice.IntN(4) > 0}
		switch c.dice.IntN(10) {
		case 0:
			m.Name, m.Plain = c.pick(things), true
		case 1, 2, 3:
			m.Name = c.pick(things)
		default:
			t := c.Types[c.dice.IntN(len(c.Types))]
			m.Name, m.Types, m.Fields = t.Name, []string{t.Code}, "CZZT^ZZBH^"+t.Fields[0].Name
			if c.dice.IntN(8) == 0 {
				if other := c.Types[c.dice.IntN(len(c.Types))]; other.Code != t.Code {
					m.Types = append(m.Types, other.Code)
					m.Fields += "|CZZT^ZZBH"
				}
			}
		}
		if !used[m.Name] {
			used[m.Name] = true
			list = append(list, m)
		}
	}
	return list
}
