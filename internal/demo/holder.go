package demo

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"time"

	"github.com/yinxin-org/yinxin/gbcode"
	"github.com/yinxin-org/yinxin/internal/catalog"
	"github.com/yinxin-org/yinxin/internal/clock"
	"github.com/yinxin-org/yinxin/internal/holder"
)

// noCounty is a region code inside Fuzhou that no county ever had.
const noCounty = "350199"

// Holder is an invented person or firm.
type Holder struct {
	Key      string // for the cast only
	Note     string // for the cast only: who this is in the story
	Kind     catalog.HolderKind
	Name     string
	Code     string
	CodeType string // 001 or 111
	Phone    string
	Area     string // 12-digit region code of the address
	Address  string

	Sex     string // 男 or 女; persons only, as all that follows
	Nation  string
	Born    time.Time
	Spouse  string   // code
	Parents []string // codes

	Representative string // code of the legal representative; firms only, as all that follows
	Trade          string
	Founded        time.Time
}

// Profile is the holder as the platform enters it.
func (h Holder) Profile() holder.Profile {
	return holder.Profile{Name: h.Name, Code: holder.Code(h.Code), CodeType: h.CodeType, Phone: h.Phone}
}

// County is the six-digit code of the county the holder lives in.
func (h Holder) County() string { return h.Area[:6] }

// age is in whole years on a day.
func (h Holder) age(day time.Time) int {
	years := day.Year() - h.Born.Year()
	if day.YearDay() < h.Born.YearDay() {
		years--
	}
	return years
}

// maker invents a city's holders and licenses. Every choice comes from rnd, in a fixed order.
type maker struct {
	city   *City
	rnd    *rand.Rand
	names  names
	cast   cast
	trades []trade
	births map[string]int // numbers given out per day of birth and sex
	firms  int            // firms numbered so far
}

// pick chooses one of a list; the list must not be empty.
func pick[T any](m *maker, list []T) T { return list[m.rnd.IntN(len(list))] }

// chance is true in percent of cases.
func (m *maker) chance(percent int) bool { return m.rnd.IntN(100) < percent }

// daysAgo is a day at least from and less than to days before today.
func (m *maker) daysAgo(from, to int) time.Time {
	return m.city.Today.AddDate(0, 0, -(from + m.rnd.IntN(to-from)))
}

// add enters a holder and gives its index.
func (m *maker) add(h Holder) int {
	i := len(m.city.Holders)
	h.Phone = fmt.Sprintf("100%08d", i+1)
	m.city.Holders = append(m.city.Holders, h)
	m.city.byCode[h.Code] = i
	if h.Key != "" {
		m.city.byKey[h.Key] = i
	}
	return i
}

// citizenNumber gives the next free number of a day of birth and sex.
func (m *maker) citizenNumber(born time.Time, sex string) (string, error) {
	day := born.Format("20060102")
	n := m.births[day+sex]
	m.births[day+sex]++
	sequence := 2*n + 2
	if sex == "男" {
		sequence--
	}
	first := fmt.Sprintf("%s%s%03d", noCounty, day, sequence)
	c, err := gbcode.CitizenCheckChar(first)
	return first + string(c), err
}

// firmCode gives the next free credit code of a firm in a county.
func (m *maker) firmCode(county string) (string, error) {
	m.firms++
	body := fmt.Sprintf("YX9%05d", m.firms)
	check, err := gbcode.OrganizationCheckChar(body)
	if err != nil {
		return "", err
	}
	first := "91" + county + body + string(check)
	c, err := gbcode.USCCCheckChar(first)
	return first + string(c), err
}

// somewhere chooses a place: two of five in 鼓楼区, where the demonstration's units are complete.
func (m *maker) somewhere() place {
	c := m.city.Regions.Counties[0]
	if m.chance(60) {
		c = pick(m, m.city.Regions.Counties)
	}
	t := pick(m, c.Towns)
	return newPlace(c, t, pick(m, t.Villages))
}

// plot is an invented piece of land in a holder's county.
func (m *maker) plot(h Holder) (string, error) {
	p, err := m.city.Regions.find(h.Area)
	p.town, p.village = "", ""
	return p.address() + "榕印路西侧、印信巷北侧地块", err
}

// door completes an address with an invented road and house.
func (m *maker) door(p place) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s%s%d号", p.address(), pick(m, m.names.Roads), 1+m.rnd.IntN(199))
	if m.chance(70) {
		fmt.Fprintf(&b, "%s%d座%d%02d室", pick(m, m.names.Compounds), 1+m.rnd.IntN(12), 1+m.rnd.IntN(28), 1+m.rnd.IntN(6))
	}
	return b.String()
}

func civilDay(s string) (time.Time, error) {
	return time.ParseInLocation(time.DateOnly, s, clock.Shanghai)
}
