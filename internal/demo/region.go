package demo

import (
	"fmt"
	"strings"

	"github.com/yinxin-org/yinxin/internal/org"
)

// Regions is the part of the national division codes that belongs to Fuzhou.
type Regions struct {
	Source   string   `json:"source"`
	Province Region   `json:"province"`
	City     Region   `json:"city"`
	Counties []County `json:"counties"`
}

// Region is a named code.
type Region struct {
	Code string `json:"code"`
	Name string `json:"name"`
}

// County is a district, county or county-level city with its towns.
type County struct {
	Code  string `json:"code"`
	Name  string `json:"name"`
	Towns []Town `json:"towns"`
}

// Town is a town or subdistrict. Villages are written as the last three digits of the code and the name.
type Town struct {
	Code     string   `json:"code"`
	Name     string   `json:"name"`
	Villages []string `json:"villages"`
}

func loadRegions() (Regions, error) {
	var r Regions
	err := decode("regions.json", &r)
	return r, err
}

// all lists the regions as the platform keeps them.
func (r Regions) all() []org.Region {
	list := []org.Region{{Code: r.Province.Code, Name: r.Province.Name, Valid: true}, {Code: r.City.Code, Name: r.City.Name, Valid: true}}
	for _, c := range r.Counties {
		list = append(list, org.Region{Code: c.Code, Name: c.Name, Valid: true})
		for _, t := range c.Towns {
			list = append(list, org.Region{Code: t.Code, Name: t.Name, Valid: true})
			for _, v := range t.Villages {
				list = append(list, org.Region{Code: t.Code + v[:3], Name: v[3:], Valid: true})
			}
		}
	}
	return list
}

// place is a village or community with the words of its address.
type place struct {
	county, town, village string // names
	area                  string // 12 digits
}

// find leads from a 12-digit code to the place.
func (r Regions) find(area string) (place, error) {
	for _, c := range r.Counties {
		for _, t := range c.Towns {
			if !strings.HasPrefix(area, t.Code) {
				continue
			}
			for _, v := range t.Villages {
				if t.Code+v[:3] == area {
					return newPlace(c, t, v), nil
				}
			}
		}
	}
	return place{}, fmt.Errorf("no village %s in regions.json", area)
}

func newPlace(c County, t Town, v string) place {
	return place{county: c.Name, town: t.Name, village: shortVillage(v[3:]), area: t.Code + v[:3]}
}

// shortVillage gives a place the name it has in an address: without the committee, and a bare village name
// with 村.
func shortVillage(name string) string {
	for _, tail := range []string{"居民委员会", "村民委员会", "居委会", "村委会", "委员会"} {
		if s, ok := strings.CutSuffix(name, tail); ok && s != "" {
			name = s
			break
		}
	}
	if strings.HasSuffix(name, "社区") || strings.HasSuffix(name, "村") {
		return name
	}
	return name + "村"
}

// address is the place in words, as far as the village.
func (p place) address() string {
	if strings.HasSuffix(p.county, "市") {
		return "福建省" + p.county + p.town + p.village
	}
	return "福建省福州市" + p.county + p.town + p.village
}
