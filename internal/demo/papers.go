package demo

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/yinxin-org/yinxin/internal/catalog"
)

// several joins the values of a field that has more than one.
const several = "^"

// papers gives persons the licenses of ordinary life beyond identity and family. They are drawn after all
// others, so that what the stories rest on does not move when a kind of license is added.
func (m *maker) papers() error {
	for _, h := range m.city.Holders {
		if h.Kind != catalog.Natural {
			continue
		}
		for _, give := range []func(Holder) error{m.book, m.schooling, m.skill, m.practice, m.road, m.care, m.money} {
			if err := give(h); err != nil {
				return err
			}
		}
	}
	return m.divorces()
}

// faced is a set of fields with the holder's portrait among them.
func (m *maker) faced(h Holder, fields map[string]string) (map[string]string, error) {
	p, err := m.portrait(h)
	fields["KZ_ZP"] = p
	return fields, err
}

// issueFaced enters a license that shows its holder's face.
func (m *maker) issueFaced(key string, h Holder, on time.Time, fields map[string]string) error {
	fields, err := m.faced(h, fields)
	if err != nil {
		return err
	}
	return m.issue(key, h.County(), on, fields, h.Code)
}

// sometime is a day of the holder's grown life: when they were between two ages, and not after yesterday.
func (m *maker) sometime(h Holder, from, to int) time.Time {
	first := h.Born.AddDate(from, 0, 1)
	days := max(2, int(min(h.Born.AddDate(to, 0, 0).Sub(first).Hours(), m.city.Today.AddDate(0, 0, -2).Sub(first).Hours())/24))
	return first.AddDate(0, 0, m.rnd.IntN(days))
}

// book gives the household book to its head: the husband, or who lives alone.
func (m *maker) book(h Holder) error {
	if h.age(m.city.Today) < 24 || h.Sex == "女" && h.Spouse != "" || h.Key == "" && !m.chance(30) {
		return nil
	}
	members, relations := []Holder{h}, []string{"户主"}
	if wife, ok := m.city.Holder(h.Spouse); ok {
		members, relations = append(members, wife), append(relations, "妻")
	}
	for _, x := range m.city.Holders {
		// The newborn of the story is not in the book yet.
		if slices.Contains(x.Parents, h.Code) && x.Key != "baby" && x.Address == h.Address && len(members) < 8 {
			relation := "子"
			if x.Sex == "女" {
				relation = "女"
			}
			members, relations = append(members, x), append(relations, relation)
		}
	}
	var names, sexes, births, codes []string
	for _, x := range members {
		names, sexes = append(names, x.Name), append(sexes, x.Sex)
		births, codes = append(births, iso(x.Born)), append(codes, x.Code)
	}
	join := func(l []string) string { return strings.Join(l, several) }
	// A book shows the youngest child, so it was written after that birth.
	on := m.daysAgo(30, 900)
	for _, x := range members {
		if on.Before(x.Born) {
			on = x.Born.AddDate(0, 0, 1)
		}
	}
	return m.issue(HouseholdRegister, h.County(), on, map[string]string{"KZ_HB": "家庭户", "KZ_ZZ": h.Address, "KZ_CYXM": join(names),
		"KZ_CYGX": join(relations), "KZ_CYXB": join(sexes), "KZ_CYCSRQ": join(births), "KZ_CYSFZH": join(codes)}, h.Code)
}

var (
	majors      = []string{"计算机科学与技术", "会计学", "汉语言文学", "土木工程", "护理学", "工商管理", "电子信息工程", "食品科学与工程"}
	disciplines = []string{"工学", "管理学", "文学", "工学", "医学", "管理学", "工学", "工学"}
)

// schooling gives some a graduation certificate, and most of those a degree with it.
func (m *maker) schooling(h Holder) error {
	age := h.age(m.city.Today)
	if age < 24 || age > 60 || h.Key != "owner" && h.Key != "dentist" && !m.chance(12) {
		return nil
	}
	i := m.rnd.IntN(len(majors))
	if h.Key == "dentist" {
		i = 4
	}
	out := time.Date(h.Born.Year()+22, 6, 20, 0, 0, 0, 0, h.Born.Location())
	fields := map[string]string{"KZ_XB": h.Sex, "KZ_CSRQ": iso(h.Born), "KZ_RXRQ": iso(out.AddDate(-4, 2, 12)), "KZ_BYRQ": iso(out), "KZ_ZY": majors[i],
		"KZ_XZ": "四年", "KZ_CC": "本科", "KZ_XXXS": "普通全日制", "KZ_XZXM": "陈知行"}
	if err := m.issueFaced(Graduation, h, out, fields); err != nil {
		return err
	}
	if h.Key == "" && !m.chance(60) {
		return nil
	}
	return m.issueFaced(Degree, h, out, map[string]string{"KZ_XB": h.Sex, "KZ_CSRQ": iso(h.Born), "KZ_ZY": majors[i], "KZ_XKML": disciplines[i],
		"KZ_XWJB": "学士", "KZ_ZXXM": "陈知行"})
}

// skill gives some a vocational qualification.
func (m *maker) skill(h Holder) error {
	age := h.age(m.city.Today)
	if age < 22 || age > 58 || h.Key != "baker" && !m.chance(6) {
		return nil
	}
	trade := pick(m, []string{"电工", "焊工", "育婴员", "保安员", "消防设施操作员", "养老护理员"})
	if h.Key == "baker" {
		trade = "中式面点师"
	}
	return m.issueFaced(Vocational, h, m.sometime(h, 19, 40), map[string]string{"KZ_XB": h.Sex, "KZ_CSRQ": iso(h.Born),
		"KZ_WHCD": pick(m, []string{"高中", "中专", "大专"}), "KZ_ZYMC": trade, "KZ_DJ": pick(m, []string{"五级/初级工", "四级/中级工", "三级/高级工"}),
		"KZ_LLCJ": strconv.Itoa(66 + m.rnd.IntN(30)), "KZ_JNCJ": strconv.Itoa(70 + m.rnd.IntN(28))})
}

// practice gives a few the license of a nurse, a physician or a teacher.
func (m *maker) practice(h Holder) error {
	age := h.age(m.city.Today)
	if age < 25 || age > 60 || h.Key != "" && h.Key != "dentist" {
		return nil
	}
	fields := map[string]string{"KZ_XB": h.Sex, "KZ_CSRQ": iso(h.Born)}
	const hospital = "福州市榕印医院（演示）"
	switch n := m.rnd.IntN(100); {
	case h.Key == "dentist":
		fields["KZ_ZGZS"], fields["KZ_ZYLB"], fields["KZ_ZYFW"], fields["KZ_ZYDD"] = "201035"+strings.Repeat("0", 9)+"1986091", "口腔", "口腔专业", "福州素馨口腔诊所（演示）有限公司"
		return m.issueFaced(PhysicianLicence, h, m.sometime(h, 25, 32), fields)
	case n < 4 && h.Sex == "女":
		fields["KZ_ZYDD"], fields["KZ_SCZC"] = hospital, iso(h.Born.AddDate(23, 0, 0))
		return m.issueFaced(NurseLicence, h, m.daysAgo(60, 4*365), fields)
	case n < 7:
		fields["KZ_ZGZS"], fields["KZ_ZYLB"], fields["KZ_ZYFW"], fields["KZ_ZYDD"] = fmt.Sprintf("%d35%015d", h.Born.Year()+24, m.rnd.IntN(1e9)), "临床", pick(m, []string{"内科专业", "外科专业", "儿科专业"}), hospital
		return m.issueFaced(PhysicianLicence, h, m.sometime(h, 25, 34), fields)
	case n < 12:
		fields["KZ_MZ"], fields["KZ_ZGZL"], fields["KZ_RJXK"] = h.Nation, pick(m, []string{"小学", "初级中学", "高级中学"}), pick(m, []string{"语文", "数学", "英语", "物理"})
		return m.issueFaced(TeacherLicence, h, m.sometime(h, 22, 30), fields)
	}
	return nil
}

// vin draws a vehicle's number of 17 characters; it contains neither I nor O nor Q.
func (m *maker) vin() string {
	const letters = "ABCDEFGHJKLMNPRSTUVWXYZ0123456789"
	b := []byte("LYX")
	for len(b) < 11 {
		b = append(b, letters[m.rnd.IntN(len(letters))])
	}
	return string(b) + fmt.Sprintf("%06d", m.rnd.IntN(1e6))
}

// vehicle enters a vehicle licence. Plates begin with 闽A and end in YX, which no series has.
func (m *maker) vehicle(h Holder, kind, use, mass string) error {
	on := m.daysAgo(40, 8*365)
	if on.Before(h.Founded) {
		on = h.Founded
	}
	return m.issue(VehicleLicence, h.County(), on, map[string]string{"KZ_HPHM": fmt.Sprintf("闽A%03dYX", m.rnd.IntN(1000)), "KZ_CLLX": kind, "KZ_ZZ": h.Address,
		"KZ_SYXZ": use, "KZ_PPXH": pick(m, []string{"榕光牌YX6470A", "青榕牌YX7150B", "海丝牌YX5180C"}), "KZ_CLSBDH": m.vin(), "KZ_FDJH": fmt.Sprintf("YX%06d", m.rnd.IntN(1e6)),
		"KZ_ZCRQ": iso(on), "KZ_HDZRS": pick(m, []string{"5", "7"}), "KZ_ZZL": mass, "KZ_JYYXQ": iso(m.city.Today.AddDate(0, 3+m.rnd.IntN(20), 0))}, h.Code)
}

// road gives some a driving licence, and some of those a car.
func (m *maker) road(h Holder) error {
	age := h.age(m.city.Today)
	if age < 20 || age > 68 || !slices.Contains([]string{"owner", "father", "carrier", "hotelier"}, h.Key) && (h.Key != "" || !m.chance(13)) {
		return nil
	}
	first := m.sometime(h, 18, 30)
	on := m.daysAgo(30, 9*365)
	if on.Before(first) {
		on = first
	}
	class := "C1"
	if h.Key == "carrier" {
		class = "B2"
	}
	fields := map[string]string{"KZ_XB": h.Sex, "KZ_GJ": "中国", "KZ_ZZ": h.Address, "KZ_CSRQ": iso(h.Born), "KZ_CCLZRQ": iso(first), "KZ_ZJCX": class,
		"KZ_DABH": fmt.Sprintf("3501%08d", m.rnd.IntN(1e8))}
	if err := m.issueFaced(DrivingLicence, h, on, fields); err != nil {
		return err
	}
	if h.Key == "" && !m.chance(45) {
		return nil
	}
	return m.vehicle(h, "小型轿车", "非营运", "1780")
}

// care gives the old their card and some the certificate of a disability.
func (m *maker) care(h Holder) error {
	age := h.age(m.city.Today)
	if age >= 60 && (h.Key != "" || m.chance(40)) {
		kind := "60—69周岁"
		if age >= 80 {
			kind = "80周岁以上"
		} else if age >= 70 {
			kind = "70周岁以上"
		}
		if err := m.issueFaced(SeniorCard, h, m.daysAgo(20, 300), map[string]string{"KZ_XB": h.Sex, "KZ_CSRQ": iso(h.Born), "KZ_YDLB": kind}); err != nil {
			return err
		}
	}
	if h.County() != "350102" || h.Key != "" || !m.chance(9) {
		return nil
	}
	return m.issueFaced(DisabilityCard, h, m.daysAgo(20, min(8*365, 30+age*300)), map[string]string{"KZ_XB": h.Sex, "KZ_CJLB": pick(m, []string{"视力残疾", "听力残疾", "肢体残疾"}),
		"KZ_CJDJ": pick(m, []string{"二级", "三级", "四级"}), "KZ_ZZ": clip(h.Address, 40)})
}

// money gives some a proof of their housing fund, a tax payment, or a mortgage.
func (m *maker) money(h Holder) error {
	age := h.age(m.city.Today)
	if age < 25 || age > 60 {
		return nil
	}
	if h.Key == "father" || h.Key == "" && m.chance(6) {
		base := 4000 + 100*m.rnd.IntN(120)
		months := 6 + m.rnd.IntN(120)
		if err := m.issue(FundProof, h.County(), m.daysAgo(5, 60), map[string]string{"KZ_GRZH": fmt.Sprintf("YX%010d", m.rnd.IntN(1e9)), "KZ_JCDW": "福州左海数字科技（演示）有限公司", "KZ_JCZT": "正常",
			"KZ_KHRQ": iso(m.city.Today.AddDate(0, -months-2, 0)), "KZ_JCJS": strconv.Itoa(base), "KZ_YJCE": strconv.Itoa(base * 24 / 100), "KZ_LXYS": strconv.Itoa(months),
			"KZ_YE": strconv.Itoa(base * 24 / 100 * months * 7 / 10)}, h.Code); err != nil {
			return err
		}
	}
	if h.Key == "father" || h.Key == "" && m.chance(5) {
		if err := m.taxed(h); err != nil {
			return err
		}
	}
	home := slices.IndexFunc(m.city.Licenses, func(l License) bool {
		return l.Type == m.city.codeOf(RealEstate) && l.Holders[0] == h.Code
	})
	if home < 0 || h.Key == "" && !m.chance(30) {
		return nil
	}
	f := m.city.Licenses[home]
	on := f.IssuedOn.AddDate(0, 1, 3)
	if on.After(m.city.Today) {
		on = f.IssuedOn
	}
	// The bank lends on the home; the certificate of the mortgage names it as obligee in the register, the
	// owner keeps this proof.
	return m.issue(RealEstateProof, h.County(), on, map[string]string{"KZ_QLSX": "抵押权", "KZ_YWR": h.Name, "KZ_ZL": f.Fields["KZ_ZL"], "KZ_BDCDYH": f.Fields["KZ_BDCDYH"],
		"KZ_QT": fmt.Sprintf("抵押权人：榕印银行（演示）股份有限公司；抵押方式：一般抵押；担保债权数额：%d万元；债务履行期限：30年", 60+10*m.rnd.IntN(15))}, h.Code)
}

var taxes = [][2]string{{"契税", "存量房（住宅）"}, {"个人所得税", "工资薪金所得"}, {"印花税", "产权转移书据"}}

// taxed enters a certificate of taxes paid, of one to three lines.
func (m *maker) taxed(h Holder) error {
	on := m.daysAgo(20, 700)
	var kinds, items, periods, paid, amounts []string
	total := 0
	for _, t := range taxes[:1+m.rnd.IntN(len(taxes))] {
		n := 800 + m.rnd.IntN(24000)
		total += n
		kinds, items = append(kinds, t[0]), append(items, t[1])
		periods, paid, amounts = append(periods, iso(on.AddDate(0, -1, 0))+"至"+iso(on)), append(paid, iso(on)), append(amounts, strconv.Itoa(n)+".00")
	}
	join := func(l []string) string { return strings.Join(l, several) }
	return m.issue(TaxProof, h.County(), on, map[string]string{"KZ_SZ": join(kinds), "KZ_PM": join(items), "KZ_SSQ": join(periods), "KZ_RKRQ": join(paid), "KZ_JE": join(amounts),
		"KZ_HJDX": capital(total) + "元整", "KZ_HJ": strconv.Itoa(total) + ".00"}, h.Code)
}

// capital writes a number below a hundred million in the characters that cannot be altered (大写).
func capital(n int) string {
	digits, units := []rune("零壹贰叁肆伍陆柒捌玖"), []string{"", "拾", "佰", "仟"}
	below := func(n int) string {
		var out string
		gap := false
		for place := 3; place >= 0; place-- {
			d := n
			for range place {
				d /= 10
			}
			if d %= 10; d == 0 {
				gap = out != ""
				continue
			}
			if gap {
				out += "零"
			}
			out, gap = out+string(digits[d])+units[place], false
		}
		return out
	}
	if n < 10000 {
		return below(n)
	}
	tail := below(n % 10000)
	if n%10000 > 0 && n%10000 < 1000 {
		tail = "零" + tail
	}
	return below(n/10000) + "万" + tail
}

// divorces pairs people who live alone, at most five couples.
func (m *maker) divorces() error {
	var men, women []Holder
	for _, h := range m.city.Holders {
		if age := h.age(m.city.Today); h.Kind != catalog.Natural || h.Key != "" || h.Spouse != "" || age < 32 || age > 60 || len(h.Parents) > 0 {
			continue
		}
		if h.Sex == "男" {
			men = append(men, h)
		} else {
			women = append(women, h)
		}
	}
	for i := range min(len(men), len(women), 5) {
		fields := map[string]string{}
		for prefix, p := range map[string]Holder{"KZ_NF": men[i], "KZ_NV": women[i]} {
			fields[prefix+"XM"], fields[prefix+"XB"], fields[prefix+"GJ"] = p.Name, p.Sex, "中国"
			fields[prefix+"CSRQ"], fields[prefix+"SFZJH"] = iso(p.Born), p.Code
		}
		if err := m.issue(DivorceCertificate, women[i].County(), m.daysAgo(30, 5*365), fields, women[i].Code, men[i].Code); err != nil {
			return err
		}
	}
	return nil
}
