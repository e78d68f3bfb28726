package demo

import (
	"fmt"
	"strconv"
	"time"

	"github.com/yinxin-org/yinxin/internal/catalog"
)

// premises gives firms the permits that hang on what they run: kitchens, lifts, wells, drains, laboratories. As
// papers, they are drawn after all others.
func (m *maker) premises() error {
	for _, h := range m.city.Holders {
		if h.Kind != catalog.Legal || h.Key == "new-firm" {
			continue
		}
		rep, ok := m.city.Holder(h.Representative)
		if !ok {
			return fmt.Errorf("the representative of holder %d is unknown", m.city.byCode[h.Code])
		}
		if err := m.premise(h, rep.Name); err != nil {
			return err
		}
	}
	return nil
}

// wants is true for what a member of the cast holds, and by chance for everybody else.
func (m *maker) wants(h Holder, key string, percent int) bool {
	return h.Key == key || h.Key == "" && m.chance(percent)
}

func (m *maker) premise(h Holder, head string) error {
	switch h.Trade {
	case "restaurant":
		if m.wants(h, "cake-firm", 18) {
			if err := m.issue(FoodMaking, h.County(), m.since(h, 4*365), m.kitchen(h, head), h.Code); err != nil {
				return err
			}
		}
		if h.County() == "350102" && m.wants(h, "tea-firm", 35) {
			return m.drain(h, head, "动植物油、悬浮物、化学需氧量")
		}
	case "hotel":
		if m.wants(h, "hotel", 45) {
			if err := m.lift(h); err != nil {
				return err
			}
		}
		if h.County() == "350102" && m.wants(h, "hotel", 30) {
			if err := m.drain(h, head, "化学需氧量、氨氮、悬浮物"); err != nil {
				return err
			}
		}
		if m.wants(h, "hotel", 30) {
			return m.spring(h, head)
		}
	case "pharmacy":
		if m.wants(h, "pharmacy", 80) {
			return m.issue(DrugPermit, h.County(), m.since(h, 3*365), map[string]string{"KZ_ZCDZ": h.Address, "KZ_JYCS": h.Address,
				"KZ_JYFW": "处方药、非处方药：中药饮片、中成药、化学药制剂、抗生素制剂、生化药品", "KZ_FDDBR": head, "KZ_ZYFZR": head, "KZ_ZLFZR": m.inhabitant().Name, "KZ_JYFS": "零售"}, h.Code)
		}
	case "software":
		if m.wants(h, "", 45) {
			return m.issue(TestingBody, "", m.since(h, 4*365), map[string]string{"KZ_DZ": h.Address, "KZ_NL": "软件产品质量、信息系统验收、网络性能（以批准的检测能力附表为准）", "KZ_SQQZR": head}, h.Code)
		}
	case "freight":
		if m.wants(h, "freight-firm", 55) {
			return m.vehicle(h, "重型厢式货车", "货运", "18000")
		}
	case "school":
		until := m.city.Today.AddDate(2, 4, 0)
		return m.issue(Nonprofit, h.County(), m.city.Today.AddDate(-2, 0, 20), map[string]string{"KZ_ZS": h.Address, "KZ_YWFW": "开展高中阶段学历教育及相关教育教学活动", "KZ_FDDBR": head,
			"KZ_KBZJ": "伍佰万元整", "KZ_YWZG": "福州市鼓楼区教育局（演示）", "ZZYXQJZRQ": iso(until)}, h.Code)
	}
	return nil
}

// since is a day after the firm's founding and at most so many days ago.
func (m *maker) since(h Holder, days int) time.Time {
	return m.daysAgo(20, max(21, min(int(m.city.Today.Sub(h.Founded).Hours()/24), days)))
}

func (m *maker) kitchen(h Holder, head string) map[string]string {
	f := map[string]string{"KZ_FDDBR": head, "KZ_ZS": h.Address, "KZ_SCDZ": h.Address,
		"KZ_SPLB": "糕点^速冻食品", "KZ_LBBH": "2401^1101", "KZ_PZMX": "热加工糕点：烘烤类、蒸煮类^速冻面米食品（生制品、熟制品）"}
	if m.chance(50) {
		f["KZ_SPLB"], f["KZ_LBBH"], f["KZ_PZMX"] = "茶叶及制品", "1401", "茶叶：茉莉花茶、乌龙茶（分装）"
	}
	return f
}

func (m *maker) drain(h Holder, head, pollutants string) error {
	return m.issue(DrainagePermit, h.County(), m.since(h, 4*365), map[string]string{"KZ_FDDBR": head, "KZ_DZ": h.Address, "KZ_PSK": "建筑物北侧市政污水检查井",
		"KZ_WRW": pollutants, "KZ_PSQX": "祥坂污水处理厂（演示）", "KZ_PSL": strconv.Itoa(4 + m.rnd.IntN(60))}, h.Code)
}

func (m *maker) lift(h Holder) error {
	return m.issue(SpecialEquipment, h.County(), m.since(h, 5*365), map[string]string{"KZ_SBZL": "电梯", "KZ_SBLB": "曳引与强制驱动电梯", "KZ_SBPZ": "曳引驱动乘客电梯",
		"KZ_SBDM": fmt.Sprintf("31103501002026%06d", m.rnd.IntN(1e6)), "KZ_CPBH": fmt.Sprintf("YX%08d", m.rnd.IntN(1e8)), "KZ_SYDD": h.Address,
		"KZ_JYJG": "福州榕印特种设备检验所（演示）", "KZ_XCJY": iso(m.city.Today.AddDate(0, 1+m.rnd.IntN(11), 0))}, h.Code)
}

// spring lets a hotel draw from a hot spring.
func (m *maker) spring(h Holder, head string) error {
	on := m.since(h, 2*365)
	return m.issue(WaterPermit, "", on, map[string]string{"KZ_FDDBR": head, "KZ_QSDD": "福州市鼓楼区温泉路地热井（演示）", "KZ_SYLX": "地下水", "KZ_QSYT": "生活用水",
		"KZ_NQSL": fmt.Sprintf("%d.%d", 1+m.rnd.IntN(9), m.rnd.IntN(10)), "KZ_QSFS": "水井", "KZ_TSDD": "市政污水管网", "ZZYXQJZRQ": iso(on.AddDate(5, 0, -1))}, h.Code)
}
