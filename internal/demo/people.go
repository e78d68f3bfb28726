package demo

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/yinxin-org/yinxin/internal/catalog"
	"github.com/yinxin-org/yinxin/internal/holder"
)

// populate fills the city: the cast, families, firms, then the licenses of all.
func (m *maker) populate() error {
	if err := m.castPersons(); err != nil {
		return err
	}
	people := len(m.city.Holders)
	if err := m.castFirms(); err != nil {
		return err
	}
	for people < persons {
		n, err := m.household(persons - people)
		if err != nil {
			return err
		}
		people += n
	}
	for m.firmCount() < firms {
		if err := m.firm(); err != nil {
			return err
		}
	}
	return m.licenses()
}

func (m *maker) castPersons() error {
	for _, p := range m.cast.Persons {
		where, err := m.city.Regions.find(p.Area)
		if err != nil {
			return err
		}
		born, err := civilDay(p.Born)
		if err != nil {
			return fmt.Errorf("cast member %s: %w", p.Key, err)
		}
		h := Holder{Key: p.Key, Note: p.Note, Name: p.Name, Sex: p.Sex, Nation: p.Nation, Born: born, Area: where.area, Address: m.door(where)}
		if _, err := m.person(h); err != nil {
			return err
		}
	}
	for _, p := range m.cast.Persons {
		h := &m.city.Holders[m.city.byKey[p.Key]]
		if spouse, ok := m.city.Cast(p.Spouse); ok {
			h.Spouse, h.Address = spouse.Code, spouse.Address
		}
		for _, key := range p.Parents {
			parent, ok := m.city.Cast(key)
			if !ok {
				return fmt.Errorf("cast member %s: no parent %s", p.Key, key)
			}
			h.Parents, h.Address = append(h.Parents, parent.Code), parent.Address
		}
	}
	return nil
}

// person numbers a person and enters it.
func (m *maker) person(h Holder) (int, error) {
	code, err := m.citizenNumber(h.Born, h.Sex)
	if err != nil {
		return 0, err
	}
	h.Kind, h.Code, h.CodeType = catalog.Natural, code, holder.CodeCitizen
	if h.Nation == "" {
		h.Nation = "汉族"
	}
	return m.add(h), nil
}

// household invents a family of at most room people at one address and tells how many they are.
func (m *maker) household(room int) (int, error) {
	where := m.somewhere()
	address := m.door(where)
	live := func(h Holder) (int, error) {
		h.Area, h.Address = where.area, address
		return m.person(h)
	}
	age := 24 + m.rnd.IntN(50)
	first, err := live(m.adult(pick(m, []string{"男", "女"}), age))
	if err != nil || room == 1 || m.chance(30) {
		return 1, err
	}
	sex := "男"
	if m.city.Holders[first].Sex == "男" {
		sex = "女"
	}
	second, err := live(m.adult(sex, max(23, age-4+m.rnd.IntN(8))))
	if err != nil {
		return 1, err
	}
	husband, wife := &m.city.Holders[first], &m.city.Holders[second]
	husband.Spouse, wife.Spouse = wife.Code, husband.Code
	if husband.Sex == "女" {
		husband, wife = wife, husband
	}
	// Children are born when their mother is 24 to 38.
	number, mother := 2, wife.age(m.city.Today)
	father, parents := husband.Name, []string{husband.Code, wife.Code}
	for range m.rnd.IntN(3) {
		years := mother - 24 - m.rnd.IntN(14)
		if years < 1 || years > 40 || number == room {
			continue
		}
		sex := pick(m, []string{"男", "女"})
		child := Holder{Name: m.childName(father, sex), Sex: sex, Born: m.birthday(years), Parents: parents}
		if _, err := live(child); err != nil {
			return number, err
		}
		number++
	}
	return number, nil
}

// birthday is a day on which somebody who is now so many years old was born.
func (m *maker) birthday(years int) time.Time {
	return m.city.Today.AddDate(-years, 0, -1-m.rnd.IntN(360))
}

// adult invents a grown person. One in nine bears a name from the list of long and minority names until it is
// used up; one in eight of the others has a rare character.
func (m *maker) adult(sex string, age int) Holder {
	born := m.birthday(age)
	i := slices.IndexFunc(m.names.Minority, func(p person) bool { return p.Sex == sex })
	if i >= 0 && m.chance(11) {
		p := m.names.Minority[i]
		m.names.Minority = slices.Delete(m.names.Minority, i, i+1)
		return Holder{Name: p.Name, Sex: sex, Nation: p.Nation, Born: born}
	}
	return Holder{Name: pick(m, m.names.Surnames) + m.given(sex), Sex: sex, Born: born}
}

func (m *maker) given(sex string) string {
	if m.chance(12) {
		return pick(m, m.names.Rare)
	}
	list := m.names.Male
	if sex == "女" {
		list = m.names.Female
	}
	one, two := pick(m, list), pick(m, list)
	if one == two || m.chance(20) {
		return one
	}
	return one + two
}

// childName gives a child the father's surname when it is one of the list.
func (m *maker) childName(father, sex string) string {
	for _, s := range m.names.Surnames {
		if strings.HasPrefix(father, s) {
			return s + m.given(sex)
		}
	}
	return pick(m, m.names.Surnames) + m.given(sex)
}
