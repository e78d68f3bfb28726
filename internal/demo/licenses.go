package demo

import (
	"fmt"
	"strings"
	"time"

	"github.com/yinxin-org/yinxin/internal/catalog"
)

// phrases are the words this package puts into values itself; see Characters.
const phrases = "福建省福州市村社区年月日时分起止至长期号座室（演示）有限公司男女汉族中国伍拾壹佰叁仟万元整责任自然人独资投资或控股" +
	"单独所有共同国使用权建设地房屋出让市场化商品城镇住宅宗面积平方米筑结构钢筋混凝土总层数在业务编号预防保健科" +
	"数字产园一期及下室勘察计工程监理新春晖经营许可证印医院三榕银行茉莉餐饮集成的单项仓山区路西侧信巷北块私全民其他" +
	"户主妻子女榕光牌青海丝闽祥坂污水处理厂处方药、非：中成化学制剂抗生素饮片动植物油悬浮需氧量氨氮曳引与强制驱动乘客电梯糕点速冻热加工烘烤类蒸煮面米熟品茶叶及茉莉花乌龙分装契税存房住个人所得印资薪金产权转移书据抵押担保债数额万元务履行期限零壹贰叁肆伍陆柒捌玖拾佰仟焊育婴员安消防施操作养老护理式师开展高阶段历教相关活软件质信系统验收网络性能批准检测附表为特种备北侧市政井温泉路地管临床内外儿科腔专业语数英物汽车重型厢客运货小轿非营0123456789" +
	"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz-./:,、；。·〔〕"

// licenses gives all holders what they have, in the order of their need: identity before firms, firms before
// permits.
func (m *maker) licenses() error {
	for _, h := range m.city.Holders {
		if h.Kind != catalog.Natural {
			continue
		}
		if err := m.personal(h); err != nil {
			return err
		}
	}
	for _, h := range m.city.Holders {
		if h.Kind != catalog.Legal {
			continue
		}
		if err := m.ofFirm(h); err != nil {
			return err
		}
	}
	if err := m.papers(); err != nil {
		return err
	}
	if err := m.premises(); err != nil {
		return err
	}
	return m.registered()
}

// registered gives small children what their parents applied for after the birth: the card of the household register and
// the proof of health insurance.
func (m *maker) registered() error {
	for _, h := range m.city.Holders {
		if h.Kind != catalog.Natural || h.Key != "" || len(h.Parents) != 2 || h.age(m.city.Today) > 6 {
			continue
		}
		relation := "子"
		if h.Sex == "女" {
			relation = "女"
		}
		number := fmt.Sprintf("H%s%06d", h.County(), 1+m.rnd.IntN(900_000))
		on := m.daysAgo(20, 300)
		if on.Before(h.Born) {
			on = m.city.Today.AddDate(0, 0, -1)
		}
		if err := m.issue(HouseholdEntry, h.County(), on, map[string]string{"KZ_XB": h.Sex, "KZ_CSRQ": iso(h.Born), "KZ_HH": number, "KZ_YHZGX": relation,
			"KZ_ZZ": h.Address, "KZ_CSZMBH": fmt.Sprintf("Y35%06d", 1+m.rnd.IntN(900_000))}, h.Code); err != nil {
			return err
		}
		if err := m.issue(InsuranceProof, h.County(), on, map[string]string{"KZ_XZ": "城乡居民基本医疗保险", "KZ_CBND": fmt.Sprint(on.Year()), "KZ_HH": number,
			"KZ_DYKS": iso(on)}, h.Code); err != nil {
			return err
		}
	}
	return nil
}

// issue enters a license of a type by its key.
func (m *maker) issue(key string, county string, on time.Time, fields map[string]string, holders ...string) error {
	t, err := m.city.Type(key)
	if err != nil {
		return err
	}
	m.city.Licenses = append(m.city.Licenses, License{Type: t.Code, Issuer: m.city.issuer(t, county), Holders: holders, IssuedOn: on, Fields: fields})
	return nil
}

func (m *maker) personal(h Holder) error {
	age := h.age(m.city.Today)
	if age >= 16 || h.Key == "baby" || m.chance(50) {
		// A card is renewed long before its twenty years are over, and nobody has one from before birth.
		days := min(15*365, int(m.city.Today.Sub(h.Born).Hours()/24))
		fields := map[string]string{"KZ_XB": h.Sex, "KZ_MZ": h.Nation, "KZ_CSRQ": iso(h.Born), "KZ_ZZ": h.Address}
		if err := m.issueFaced(IdentityCard, h, m.daysAgo(20, days), fields); err != nil {
			return err
		}
	}
	if h.Key == "loser" {
		m.city.Licenses[len(m.city.Licenses)-1].Hold = "lost"
	}
	if age >= 16 && h.Key != "student" && (h.Key != "" || m.chance(65)) {
		bank := pick(m, []string{"榕印银行（演示）", "闽江银行（演示）", "三山银行（演示）"})
		if err := m.issue(SocialSecurityCard, h.County(), m.daysAgo(60, 9*365), map[string]string{"KZ_FWYH": bank}, h.Code); err != nil {
			return err
		}
	}
	if h.Sex == "男" && h.Spouse != "" {
		if err := m.married(h); err != nil {
			return err
		}
	}
	if len(h.Parents) == 2 && age < 18 && h.Key != "baby" {
		return m.born(h)
	}
	return nil
}

// married gives a couple its marriage certificate and, to some, a home.
func (m *maker) married(h Holder) error {
	wife, ok := m.city.Holder(h.Spouse)
	if !ok {
		return fmt.Errorf("the spouse of holder %d is unknown", m.city.byCode[h.Code])
	}
	younger := min(h.age(m.city.Today), wife.age(m.city.Today))
	on := m.daysAgo(10, max(11, (younger-22)*365))
	if h.Key != "" {
		on = m.city.Today.AddDate(-4, -2, 0)
	}
	fields := map[string]string{}
	for prefix, p := range map[string]Holder{"KZ_NF": h, "KZ_NV": wife} {
		fields[prefix+"XM"], fields[prefix+"XB"], fields[prefix+"GJ"] = p.Name, p.Sex, "中国"
		fields[prefix+"CSRQ"], fields[prefix+"SFZJH"] = iso(p.Born), p.Code
	}
	if err := m.issue(MarriageCertificate, h.County(), on, fields, h.Code, wife.Code); err != nil {
		return err
	}
	if h.Key == "" && m.chance(45) {
		return nil
	}
	return m.issue(RealEstate, h.County(), m.daysAgo(90, 8*365), m.home(h, "共同共有"), h.Code)
}

// home describes a flat at a holder's address.
func (m *maker) home(h Holder, ownership string) map[string]string {
	total := 7 + m.rnd.IntN(24)
	area := 58 + m.rnd.Float64()*90
	start := 1998 + m.rnd.IntN(22)
	return map[string]string{
		"KZ_GYQK": ownership, "KZ_ZL": h.Address,
		"KZ_BDCDYH": fmt.Sprintf("%s%03d%03dGB%05dF%08d", h.County(), 1+m.rnd.IntN(20), 1+m.rnd.IntN(60), 1+m.rnd.IntN(900), 10001+m.rnd.IntN(9000)),
		"KZ_QLLX":   "国有建设用地使用权/房屋所有权", "KZ_QLXZ": "出让/市场化商品房", "KZ_YT": "城镇住宅用地/住宅",
		"KZ_MJ":     fmt.Sprintf("宗地面积%.2f平方米/房屋建筑面积%.2f平方米", 3000+m.rnd.Float64()*9000, area),
		"KZ_SYQX":   fmt.Sprintf("国有建设用地使用权%d年6月1日起%d年5月31日止", start, start+70),
		"KZ_QLQTZK": fmt.Sprintf("房屋结构：钢筋混凝土结构；房屋总层数：%d，所在层数：%d", total, 1+m.rnd.IntN(total)),
	}
}

// born gives a child its medical certificate of birth. The second parent is the mother.
func (m *maker) born(h Holder) error {
	fields := map[string]string{
		"KZ_XSEXB": h.Sex, "KZ_CSSJ": fmt.Sprintf("%d年%d月%d日%d时%d分", h.Born.Year(), h.Born.Month(), h.Born.Day(), m.rnd.IntN(24), m.rnd.IntN(60)),
		"KZ_CSYZ": fmt.Sprint(37 + m.rnd.IntN(5)), "KZ_CSTZ": fmt.Sprint(2600 + 10*m.rnd.IntN(140)), "KZ_CSSC": fmt.Sprint(47 + m.rnd.IntN(6)),
		"KZ_CSDD": "福建省福州市", "KZ_YLJG": "福州市榕印医院（演示）",
	}
	for i, prefix := range []string{"KZ_FQ", "KZ_MQ"} {
		p, ok := m.city.Holder(h.Parents[i])
		if !ok {
			return fmt.Errorf("a parent of holder %d is unknown", m.city.byCode[h.Code])
		}
		fields[prefix+"XM"], fields[prefix+"MZ"], fields[prefix+"ZJHM"], fields[prefix+"ZZ"] = p.Name, p.Nation, p.Code, p.Address
		fields[prefix+"NL"] = fmt.Sprint(p.age(h.Born))
	}
	return m.issue(BirthCertificate, "", h.Born.AddDate(0, 0, 3+m.rnd.IntN(12)), fields, h.Code)
}

func iso(day time.Time) string { return day.Format(time.DateOnly) }

// clip shortens a text to at most n characters, at a semicolon if there is one.
func clip(s string, n int) string {
	r := []rune(s)
	if len(r) <= n {
		return s
	}
	s = string(r[:n])
	if i := strings.LastIndex(s, "；"); i > 0 {
		return s[:i]
	}
	return s
}
