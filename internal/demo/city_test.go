package demo_test

import (
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/yinxin-org/yinxin/gbcode"
	"github.com/yinxin-org/yinxin/internal/catalog"
	"github.com/yinxin-org/yinxin/internal/clock"
	"github.com/yinxin-org/yinxin/internal/demo"
	"github.com/yinxin-org/yinxin/internal/org"
)

var today = time.Date(2026, 3, 2, 10, 0, 0, 0, clock.Shanghai)

func load(t *testing.T) *demo.City {
	t.Helper()
	c, err := demo.Load(demo.Seed, today)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// everyCity runs a check on the city everybody sees, on other seeds and on other days.
func everyCity(t *testing.T, check func(t *testing.T, c *demo.City)) {
	t.Helper()
	for _, seed := range []uint64{demo.Seed, 1, 2, 3, 4, 5, 6, 7} {
		for _, day := range []time.Time{today, time.Date(2028, 2, 29, 23, 59, 0, 0, clock.Shanghai)} {
			c, err := demo.Load(seed, day)
			if err != nil {
				t.Fatalf("seed %d, %s: %v", seed, day, err)
			}
			check(t, c)
			if t.Failed() {
				t.Fatalf("seed %d, %s", seed, day)
			}
		}
	}
}

func TestLoadIsDeterministic(t *testing.T) {
	t.Parallel()
	a, b := load(t), load(t)
	if !reflect.DeepEqual(a, b) {
		t.Error("two cities of one seed differ")
	}
	c, err := demo.Load(demo.Seed+1, today)
	if err != nil {
		t.Fatal(err)
	}
	if reflect.DeepEqual(a.Holders, c.Holders) {
		t.Error("another seed gives the same holders")
	}
}

func TestUnits(t *testing.T) {
	t.Parallel()
	c := load(t)
	seen := map[string]demo.Unit{}
	levels := map[org.Level]int{}
	for _, u := range c.Units {
		if err := gbcode.CheckUSCC(u.ID); err != nil {
			t.Errorf("%s: %v", u.Name, err)
		}
		if !strings.HasPrefix(u.ID[8:], "YX") || !strings.Contains(u.Name, "（演示）") || !strings.Contains(u.NameEn, "(demo)") {
			t.Errorf("%s could be taken for real", u.Name)
		}
		if err := gbcode.CheckRegion(u.Area); err != nil || len(u.Region) != 6 || u.Area[:6] != u.Region {
			t.Errorf("%s: region %s, area %s, %v", u.Name, u.Region, u.Area, err)
		}
		if _, ok := seen[u.ID]; ok {
			t.Errorf("%s: code given twice", u.Name)
		}
		if u.Kind == "government" && u.ID[:2] != "11" {
			t.Errorf("%s: a government body has the code %s", u.Name, u.ID[:2])
		}
		parent, ok := seen[u.Parent]
		root := u.Level == org.Province && u.Region == "350000"
		if !ok && !root && u.Kind != "verifier" && u.Region != "350100" {
			t.Errorf("%s: its parent does not come before it", u.Name)
		}
		if ok && parent.Level > u.Level {
			t.Errorf("%s: level %d under %d", u.Name, u.Level, parent.Level)
		}
		seen[u.ID] = u
		levels[u.Level]++
	}
	for level := org.Province; level <= org.Outside; level++ {
		if levels[level] < 2 {
			t.Errorf("level %d has %d units", level, levels[level])
		}
	}
}

func TestDepartmentsOfCityAndGulou(t *testing.T) {
	t.Parallel()
	c := load(t)
	for _, region := range []string{"350100", "350102"} {
		for _, words := range []string{"市场监督管理局", "公安局", "自然资源和规划局", "不动产登记", "卫生健康", "民政局",
			"交通运输局", "建设局", "人力资源和社会保障局", "服务中心管理委员会", "数字"} {
			if !slices.ContainsFunc(c.Units, func(u demo.Unit) bool { return u.Region == region && strings.Contains(u.Name, words) }) {
				t.Errorf("region %s has no %s", region, words)
			}
		}
	}
}

func TestRegions(t *testing.T) {
	t.Parallel()
	r := load(t).Regions
	if r.Source == "" || len(r.Counties) != 13 {
		t.Fatalf("source %q, %d counties", r.Source, len(r.Counties))
	}
	for _, c := range r.Counties {
		for _, town := range c.Towns {
			for _, v := range town.Villages {
				code := town.Code + v[:3]
				if err := gbcode.CheckRegion(code); err != nil || !strings.HasPrefix(code, c.Code) || len(v) < 6 {
					t.Errorf("%s %s: %v", code, v, err)
				}
			}
		}
	}
}

func TestHolders(t *testing.T) {
	t.Parallel()
	everyCity(t, checkHolders)
}

func checkHolders(t *testing.T, c *demo.City) {
	t.Helper()
	count := map[catalog.HolderKind]int{}
	seen := map[string]bool{}
	for _, h := range c.Holders {
		count[h.Kind]++
		if seen[h.Code] || seen[h.Phone] {
			t.Errorf("%s: code or phone given twice", h.Name)
		}
		seen[h.Code], seen[h.Phone] = true, true
		if err := gbcode.CheckRegion(h.Area); err != nil || len(h.Area) != 12 || h.Address == "" || len(h.Phone) != 11 {
			t.Errorf("%s: area %q, address %q, phone %q: %v", h.Name, h.Area, h.Address, h.Phone, err)
		}
		if h.Kind == catalog.Natural {
			checkPerson(t, c, h)
			continue
		}
		org, agrees, err := gbcode.OrganizationCode(h.Code)
		if err != nil || !agrees || !strings.HasPrefix(org, "YX") || h.CodeType != "001" || !strings.Contains(h.Name, "（演示）") {
			t.Errorf("%s: %v", h.Name, err)
		}
		if rep, ok := c.Holder(h.Representative); !ok || rep.Kind != catalog.Natural {
			t.Errorf("%s: no representative", h.Name)
		}
	}
	if len(c.Holders) != 300 || count[catalog.Natural] != 210 || count[catalog.Legal] != 90 {
		t.Errorf("%d holders: %v", len(c.Holders), count)
	}
}

func checkPerson(t *testing.T, c *demo.City, h demo.Holder) {
	t.Helper()
	born, err := gbcode.CitizenBirth(h.Code)
	if err != nil || h.Code[:6] != "350199" || h.CodeType != "111" {
		t.Errorf("%s: %s, %v", h.Name, h.Code[:6], err)
	}
	if born != (gbcode.Date{Year: h.Born.Year(), Month: int(h.Born.Month()), Day: h.Born.Day()}) || h.Born.After(c.Today) {
		t.Errorf("%s: born %v, number says %v", h.Name, h.Born, born)
	}
	if male, err := gbcode.CitizenIsMale(h.Code); err != nil || male != (h.Sex == "男") {
		t.Errorf("%s: %s, number says male %v, %v", h.Name, h.Sex, male, err)
	}
	if h.Nation == "" {
		t.Errorf("%s: no nation", h.Name)
	}
	if h.Spouse != "" {
		s, ok := c.Holder(h.Spouse)
		if !ok || s.Spouse != h.Code || s.Sex == h.Sex {
			t.Errorf("%s: the spouse does not agree", h.Name)
		}
	}
	for _, code := range h.Parents {
		p, ok := c.Holder(code)
		if !ok || h.Born.Year()-p.Born.Year() < 20 {
			t.Errorf("%s: a parent is unknown or too young", h.Name)
		}
	}
}

// The names that systems stumble over must be among the holders.
func TestNamesThatAreHard(t *testing.T) {
	t.Parallel()
	c := load(t)
	for _, part := range []string{"㛃", "䶮", "𬱖", "𫘝", "阿卜杜热合曼·麦麦提图尔荪江", "欧阳"} {
		if !slices.ContainsFunc(c.Holders, func(h demo.Holder) bool { return strings.Contains(h.Name, part) }) {
			t.Errorf("nobody is called %s", part)
		}
	}
}

func TestCastStandsWhereTheStoryNeedsIt(t *testing.T) {
	t.Parallel()
	c := load(t)
	has := func(key, typeKey string) bool {
		h, ok := c.Cast(key)
		if !ok {
			t.Fatalf("no %s in the cast", key)
		}
		typ, err := c.Type(typeKey)
		if err != nil {
			t.Fatal(err)
		}
		return slices.ContainsFunc(c.LicensesOf(h.Code), func(l demo.License) bool { return l.Type == typ.Code })
	}
	for key, want := range map[[2]string]bool{
		{"food-firm", demo.BusinessLicense}: true, {"food-firm", demo.FoodPermit}: false, {"owner", demo.IdentityCard}: true,
		{"new-firm", demo.BusinessLicense}: false, {"newcomer", demo.IdentityCard}: true,
		{"tea-firm", demo.FoodPermit}: true, {"tea-firm", demo.PublicPlaceHygiene}: true, {"tea-firm", demo.IndustryPermit}: false,
		{"groom", demo.MarriageCertificate}: false, {"bride", demo.IdentityCard}: true,
		{"mother", demo.MarriageCertificate}: true, {"father", demo.MarriageCertificate}: true, {"baby", demo.BirthCertificate}: false,
		{"student", demo.SocialSecurityCard}: false, {"elder", demo.SocialSecurityCard}: true,
		{"builder-firm", demo.RealEstate}: true, {"builder-firm", demo.ConstructionPermit}: false,
		{"clinic-firm", demo.MedicalInstitution}: false, {"freight-firm", demo.RoadTransport}: false,
		{"hotel", demo.PublicPlaceHygiene}: true, {"pharmacy", demo.BusinessLicense}: true,
	} {
		if got := has(key[0], key[1]); got != want {
			t.Errorf("%s has %s: %v", key[0], key[1], got)
		}
	}
	for _, key := range []string{"hotel", "pharmacy"} {
		h, _ := c.Cast(key)
		if u, ok := c.Unit(h.Code); !ok || u.Kind != "verifier" || u.Name != h.Name {
			t.Errorf("%s is no verifier", key)
		}
	}
}

func TestLookupsThatFail(t *testing.T) {
	t.Parallel()
	c := load(t)
	if _, ok := c.Cast("nobody"); ok {
		t.Error("cast has nobody")
	}
	if _, ok := c.Holder("nobody"); ok {
		t.Error("holder of no code")
	}
	if _, ok := c.Unit("nobody"); ok {
		t.Error("unit of no code")
	}
	if _, err := c.Type("nothing"); err == nil {
		t.Error("type of no key")
	}
}

func TestStaff(t *testing.T) {
	t.Parallel()
	c := load(t)
	logins, names, roles := map[string]bool{}, map[string]bool{}, map[string]bool{}
	for _, s := range c.Staff {
		if logins[s.Login] || names[s.Name] {
			t.Errorf("%s: login or name given twice", s.Login)
		}
		logins[s.Login], names[s.Name] = true, true
		if _, ok := c.Unit(s.Unit); !ok || len(s.Roles) == 0 {
			t.Errorf("%s: unit or roles are missing", s.Login)
		}
		for _, r := range s.Roles {
			if !slices.Contains([]string{"clerk", "approver", "reviewer", "verifier", "catalog", "digital", "matters", "admin", "supervisor",
				"seal-manager", "seal-user", "seal-auditor"}, r) {
				t.Errorf("%s: role %s", s.Login, r)
			}
			roles[s.Unit+r] = true
		}
	}
	for _, m := range c.Matters {
		for _, r := range []string{"clerk", "approver", "reviewer"} {
			if !roles[m.Unit+r] {
				t.Errorf("%s: its unit has no %s", m.Name, r)
			}
		}
	}
}
