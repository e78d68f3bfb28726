package demo

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/yinxin-org/yinxin/internal/catalog"
	"github.com/yinxin-org/yinxin/internal/clock"
	"github.com/yinxin-org/yinxin/internal/matter"
)

// Seed is the seed of the demonstration that everybody sees.
const Seed = 214

// How many holders a city has.
const (
	persons = 210
	firms   = 90
)

// City is the demonstration city.
type City struct {
	Today    time.Time // midnight in Beijing time
	Regions  Regions
	Units    []Unit // parents before children
	Types    []catalog.Type
	Items    []matter.Item   // what all levels share
	Entries  []matter.Entry  // what units add
	Matters  []matter.Matter // as they hold
	Staff    []Staff
	Holders  []Holder  // the cast first; persons before firms within it
	Licenses []License // in an order in which they can be issued

	typeKeys []string
	byCode   map[string]int // holder's code → index
	byKey    map[string]int // cast key → index
}

// License is a license a holder has at the beginning. Number and identifier are given when it is entered.
type License struct {
	Type     string // type code
	Issuer   string // unit
	Holders  []string
	IssuedOn time.Time // midnight in Beijing time
	Fields   map[string]string
	Hold     string // "" or "lost"
}

// Load makes the city of a seed as it stands on a day. Ages and validity follow the day, so that the
// demonstration does not grow old.
func Load(seed uint64, today time.Time) (*City, error) {
	c := &City{Today: clock.Date(today), byCode: map[string]int{}, byKey: map[string]int{}}
	var err error
	if c.Regions, err = loadRegions(); err != nil {
		return nil, err
	}
	if c.Units, err = loadUnits(); err != nil {
		return nil, err
	}
	if c.typeKeys, c.Types, err = loadTypes(); err != nil {
		return nil, err
	}
	if c.Items, c.Entries, c.Matters, err = loadMatters(); err != nil {
		return nil, err
	}
	m := &maker{city: c, rnd: rand.New(rand.NewPCG(seed, seed)), births: map[string]int{}}
	for name, into := range map[string]any{"names.json": &m.names, "cast.json": &m.cast,
		"trades.json": &struct {
			Trades *[]trade `json:"trades"`
		}{&m.trades},
		"staff.json": &struct {
			Staff *[]Staff `json:"staff"`
		}{&c.Staff}} {
		if err := decode(name, into); err != nil {
			return nil, err
		}
	}
	if err := m.populate(); err != nil {
		return nil, fmt.Errorf("populate the demonstration city: %w", err)
	}
	return c, nil
}

// Type finds a license type by its key.
func (c *City) Type(key string) (*catalog.Type, error) {
	i := slices.Index(c.typeKeys, key)
	if i < 0 {
		return nil, fmt.Errorf("no license type %q in the demonstration", key)
	}
	return &c.Types[i], nil
}

// codeOf is the code of a type that the demonstration is known to have.
func (c *City) codeOf(key string) string {
	if i := slices.Index(c.typeKeys, key); i >= 0 {
		return c.Types[i].Code
	}
	return ""
}

// Unit finds a unit by its code.
func (c *City) Unit(id string) (Unit, bool) {
	i := slices.IndexFunc(c.Units, func(u Unit) bool { return u.ID == id })
	if i < 0 {
		return Unit{}, false
	}
	return c.Units[i], true
}

// Cast finds a member of the cast by its key, such as "food-firm".
func (c *City) Cast(key string) (Holder, bool) {
	i, ok := c.byKey[key]
	if !ok {
		return Holder{}, false
	}
	return c.Holders[i], true
}

// Holder finds a holder by code.
func (c *City) Holder(code string) (Holder, bool) {
	i, ok := c.byCode[code]
	if !ok {
		return Holder{}, false
	}
	return c.Holders[i], true
}

// LicensesOf lists the licenses a holder has, alone or with others.
func (c *City) LicensesOf(code string) []License {
	var found []License
	for _, l := range c.Licenses {
		if slices.Contains(l.Holders, code) {
			found = append(found, l)
		}
	}
	return found
}

// issuer finds the unit that issues a type in a county: the county's own, or the city's.
func (c *City) issuer(t *catalog.Type, county string) string {
	for _, id := range t.Issuers {
		if u, ok := c.Unit(id); ok && u.Region == county {
			return id
		}
	}
	return t.Issuers[0]
}
