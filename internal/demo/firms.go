package demo

import (
	"fmt"
	"slices"

	"github.com/yinxin-org/yinxin/internal/catalog"
	"github.com/yinxin-org/yinxin/internal/holder"
)

func (m *maker) castFirms() error {
	for _, f := range m.cast.Firms {
		where, err := m.city.Regions.find(f.Area)
		if err != nil {
			return err
		}
		rep, ok := m.city.Cast(f.Representative)
		if !ok {
			return fmt.Errorf("cast firm %s: no representative %s", f.Key, f.Representative)
		}
		if _, err := m.trade(f.Trade); err != nil {
			return err
		}
		h := Holder{Key: f.Key, Note: f.Note, Name: f.Name, Code: f.Code, Area: where.area, Address: m.door(where),
			Representative: rep.Code, Trade: f.Trade, Founded: m.daysAgo(6*365, 9*365)}
		if err := m.enterFirm(h); err != nil {
			return err
		}
	}
	return nil
}

// firm invents a firm and chooses a grown inhabitant as its legal representative.
func (m *maker) firm() error {
	where := m.somewhere()
	t := m.tradeByShare()
	one, two := pick(m, m.names.FirmWords), pick(m, m.names.FirmWords)
	name := fmt.Sprintf("福州%s%s%s（演示）有限公司", one, two, t.Label)
	taken := slices.ContainsFunc(m.city.Holders, func(h Holder) bool { return h.Name == name })
	if one == two || taken {
		return nil // the caller tries again
	}
	return m.enterFirm(Holder{Name: name, Area: where.area, Address: m.door(where), Trade: t.Key,
		Representative: m.inhabitant().Code, Founded: m.daysAgo(200, 12*365)})
}

func (m *maker) enterFirm(h Holder) error {
	h.Kind, h.CodeType = catalog.Legal, holder.CodeUSCC
	if h.Code == "" {
		code, err := m.firmCode(h.County())
		if err != nil {
			return err
		}
		h.Code = code
	}
	m.add(h)
	return nil
}

func (m *maker) firmCount() int {
	n := 0
	for _, h := range m.city.Holders {
		if h.Kind == catalog.Legal {
			n++
		}
	}
	return n
}

// inhabitant chooses a person between 25 and 65 who is not of the cast.
func (m *maker) inhabitant() Holder {
	for {
		h := pick(m, m.city.Holders)
		if h.Kind == catalog.Natural && h.Key == "" && h.age(m.city.Today) >= 25 && h.age(m.city.Today) <= 65 {
			return h
		}
	}
}

func (m *maker) trade(key string) (trade, error) {
	for _, t := range m.trades {
		if t.Key == key {
			return t, nil
		}
	}
	return trade{}, fmt.Errorf("no trade %q in trades.json", key)
}

func (m *maker) tradeByShare() trade {
	n := m.rnd.IntN(100)
	for _, t := range m.trades {
		if n -= t.Share; n < 0 {
			return t
		}
	}
	return m.trades[len(m.trades)-1]
}
