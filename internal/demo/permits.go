package demo

import (
	"fmt"
	"slices"
	"time"
)

var capitals = []string{"伍拾万元整", "壹佰万元整", "叁佰万元整", "伍佰万元整", "壹仟万元整"}

// ofFirm gives a firm its business license and permits: what the cast list says, or what its trade needs.
func (m *maker) ofFirm(h Holder) error {
	t, err := m.trade(h.Trade)
	if err != nil {
		return err
	}
	want, expired := append([]string{BusinessLicense}, m.chosen(t)...), []string(nil)
	if i := slices.IndexFunc(m.cast.Firms, func(f firm) bool { return f.Key == h.Key }); i >= 0 {
		want, expired = m.cast.Firms[i].Licenses, m.cast.Firms[i].Expired
	}
	for _, key := range want {
		fields, err := m.firmFields(key, h, t)
		if err != nil {
			return err
		}
		if err := m.issue(key, h.County(), m.issuedTo(h, key, slices.Contains(expired, key)), fields, h.Code); err != nil {
			return err
		}
	}
	return nil
}

// chosen drops some permits, so that there are firms with something left to apply for.
func (m *maker) chosen(t trade) []string {
	var out []string
	for _, p := range t.Permits {
		if m.chance(75) {
			out = append(out, p)
		}
	}
	if slices.Contains(out, FoodPermit) && t.PublicPlace != "" && m.chance(40) {
		out = append(out, PublicPlaceHygiene)
		if m.chance(50) {
			out = append(out, IndustryPermit)
		}
	}
	return out
}

// issuedTo is the day of issue: the founding for business licenses, later for permits. An expired one ended a
// month ago; one in fifteen ends within a month.
func (m *maker) issuedTo(h Holder, key string, expired bool) time.Time {
	t, err := m.city.Type(key)
	if err != nil || key == BusinessLicense {
		return h.Founded
	}
	years := t.Validity.Years
	founded := int(m.city.Today.Sub(h.Founded).Hours() / 24)
	switch {
	case years > 0 && expired:
		return m.city.Today.AddDate(-years, -1, 0)
	case years > 0 && founded > years*365 && m.chance(7):
		return m.city.Today.AddDate(-years, 0, 5+m.rnd.IntN(20))
	}
	return m.daysAgo(10, max(11, min(founded, 3*365)))
}

func (m *maker) firmFields(key string, h Holder, t trade) (map[string]string, error) {
	rep, ok := m.city.Holder(h.Representative)
	if !ok {
		return nil, fmt.Errorf("the representative of holder %d is unknown", m.city.byCode[h.Code])
	}
	name := rep.Name
	switch key {
	case BusinessLicense:
		return map[string]string{
			"KZ_LX": "有限责任公司（自然人独资）", "KZ_FDDBR": name, "KZ_ZCZB": pick(m, capitals), "KZ_CLRQ": iso(h.Founded),
			"KZ_YYQX": iso(h.Founded) + "至长期", "KZ_ZS": h.Address, "KZ_JYFW": t.Scope,
		}, nil
	case FoodPermit:
		return map[string]string{"KZ_FDDBR": name, "KZ_ZS": h.Address, "KZ_JYCS": h.Address, "KZ_ZTYT": t.Kind, "KZ_JYXM": pick(m, t.Items)}, nil
	case PublicPlaceHygiene:
		return map[string]string{"KZ_FDDBR": name, "KZ_DZ": h.Address, "KZ_XKXM": t.PublicPlace}, nil
	case RoadTransport:
		return map[string]string{"KZ_FDDBR": name, "KZ_DZ": h.Address, "KZ_JYFW": pick(m, t.Items)}, nil
	case MedicalInstitution:
		return map[string]string{
			"KZ_DZ": h.Address, "KZ_FDDBR": name, "KZ_ZYFZR": name, "KZ_ZLKM": pick(m, t.Items), "KZ_JGLB": t.Kind,
			"KZ_SYZXS": "私人", "KZ_CW": "0",
		}, nil
	case IndustryPermit:
		return map[string]string{
			"KZ_FDDBR": name, "KZ_HY": t.Trade, "KZ_JYCS": h.Address, "KZ_XKSX": clip(t.Items[0]+"；"+t.PublicPlace, 80),
			"KZ_DXXK": "食品经营许可证；公共场所卫生许可证",
		}, nil
	case ConstructionPermit:
		return m.site(h)
	case RealEstate:
		return m.land(h)
	}
	return nil, fmt.Errorf("a firm cannot have a license of type %q", key)
}

// site describes a building site of a firm.
func (m *maker) site(h Holder) (map[string]string, error) {
	where, err := m.plot(h)
	body := func(what string) string {
		return "福州" + pick(m, m.names.FirmWords) + what + "（演示）有限公司"
	}
	who := func() string { return m.inhabitant().Name }
	return map[string]string{
		"KZ_GCMC": pick(m, m.names.FirmWords) + "数字产业园（演示）一期及地下室", "KZ_JSDZ": where, "KZ_JSGM": fmt.Sprintf("建筑面积%d平方米", 8000+m.rnd.IntN(60000)),
		"KZ_HTJG": fmt.Sprint(2000 + m.rnd.IntN(30000)), "KZ_KCDW": body("勘察"), "KZ_SJDW": body("建筑设计"), "KZ_SGDW": body("建设工程"), "KZ_JLDW": body("工程监理"),
		"KZ_XMJL": who(), "KZ_ZJLGCS": who(), "KZ_HTGQ": fmt.Sprint(360 + 30*m.rnd.IntN(20)),
	}, err
}

// land describes a plot that a firm may build on.
func (m *maker) land(h Holder) (map[string]string, error) {
	where, err := m.plot(h)
	return map[string]string{
		"KZ_GYQK": "单独所有", "KZ_ZL": where,
		"KZ_BDCDYH": fmt.Sprintf("%s001001GB%05dW00000000", h.County(), 1+m.rnd.IntN(900)),
		"KZ_QLLX":   "国有建设用地使用权", "KZ_QLXZ": "出让", "KZ_YT": "工业用地",
		"KZ_MJ": fmt.Sprintf("宗地面积%.2f平方米", 9000+m.rnd.Float64()*20000), "KZ_SYQX": "国有建设用地使用权2021年6月1日起2071年5月31日止",
	}, err
}
