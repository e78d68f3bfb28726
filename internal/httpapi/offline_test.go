package httpapi_test

import (
	"strings"
	"testing"

	"github.com/yinxin-org/yinxin/internal/db/dbtest"
)

// maker is what these tests see of a license in the making.
type made struct {
	LicenseID, Identifier, Step, Origin, PaperSerial, CaseNo string
	Late                                                     bool
}

// foodEntry is a food permit of a case that was closed elsewhere, due on a day.
func (c *city) foodEntry(t *testing.T, holder, closedOn string) m {
	t.Helper()
	firm := c.Cast(t, holder)
	return m{"typeCode": c.TypeCode(t, "food-permit"), "holders": []m{{"name": firm.Name, "code": firm.Code}},
		"fields":   m{"KZ_FDDBR": "林㛃", "KZ_ZS": "鼓楼区榕印路1号", "KZ_JYCS": "鼓楼区榕印路1号", "KZ_ZTYT": "餐饮服务经营者", "KZ_JYXM": "热食类食品制售"},
		"issuedOn": closedOn, "closedOn": closedOn, "caseNo": "GL-2026-0007", "paperSerial": "闽食 0007"}
}

func with(b m, changes m) m {
	out := m{}
	for k, v := range b {
		out[k] = v
	}
	for k, v := range changes {
		out[k] = v
	}
	return out
}

// A case closed elsewhere gives its license the same day: entered, sealed, reviewed by a second person, published.
func TestOfflineMaking(t *testing.T) {
	t.Parallel()
	dbtest.EachURL(t, func(t *testing.T, url string) {
		c := newCity(t, url)
		today := c.Clock.Now().Format("2006-01-02")
		entry := with(c.foodEntry(t, "food-firm", today), m{"paperSerial": "MS-0007"})
		maker := c.as(t, clerk)

		var check struct {
			Findings []struct{ Code, Field, Severity, Zh string }
			SVG      string
			Late     bool
		}
		maker.must("POST", "/api/v1/makings/check", entry, &check)
		if len(check.Findings) > 0 || !strings.Contains(check.SVG, "<svg") || check.Late {
			t.Errorf("an entry without fault: %+v", check.Findings)
		}
		bad := with(entry, m{"fields": with(entry["fields"].(m), m{"KZ_ZTYT": ""})})
		maker.must("POST", "/api/v1/makings/check", bad, &check)
		if len(check.Findings) != 1 || check.Findings[0].Field != "KZ_ZTYT" || check.Findings[0].Severity != "block" {
			t.Errorf("without a required field: %+v", check.Findings)
		}

		var l, again made
		sent := with(entry, m{"idempotencyKey": "offline-0001"})
		maker.must("POST", "/api/v1/makings", sent, &l)
		maker.must("POST", "/api/v1/makings", sent, &again)
		if l.Step != "sealed" || l.Origin != "offline" || l.Late || l.LicenseID != again.LicenseID {
			t.Fatalf("entered: %+v, and again %+v", l, again)
		}
		if p := maker.do("POST", "/api/v1/makings/"+l.LicenseID+"/review", m{"outcome": "publish"}).problem(t); p.Status != 403 {
			t.Errorf("the maker reviews: %d", p.Status)
		}
		c.as(t, reviewer).must("POST", "/api/v1/makings/"+l.LicenseID+"/review", m{"outcome": "publish"}, &l)
		if l.Step != "published" || l.Late {
			t.Errorf("reviewed: %+v", l)
		}
		var notices struct {
			Items []struct{ Kind, Subject string }
		}
		c.as(t, "food-firm").must("GET", "/api/v1/me/notices", nil, &notices)
		if len(notices.Items) == 0 || notices.Items[0].Kind != "license-made" || notices.Items[0].Subject != l.LicenseID {
			t.Errorf("the holder is told %+v", notices.Items)
		}
		c.offlineRefused(t, entry)
	})
}

// offlineRefused are entries that give no license.
func (c *city) offlineRefused(t *testing.T, entry m) {
	t.Helper()
	maker := c.as(t, clerk)
	tomorrow := c.Clock.Now().AddDate(0, 0, 1).Format("2006-01-02")
	holder := entry["holders"].([]m)[0]
	for name, x := range map[string]struct {
		change m
		code   string
		field  string
	}{
		"closed tomorrow":          {m{"closedOn": tomorrow}, "offline.future", "closedOn"},
		"issued tomorrow":          {m{"issuedOn": tomorrow}, "offline.future", "issuedOn"},
		"no day":                   {m{"issuedOn": "2026-02-30"}, "field.date", "issuedOn"},
		"the same blank":           {m{}, "license.paper-used", "paperSerial"},
		"another name for a code":  {m{"holders": []m{with(holder, m{"name": "别家小吃店"})}, "paperSerial": ""}, "offline.holder-name", "holders[0].name"},
		"a code that is none":      {m{"holders": []m{with(holder, m{"code": "91350100MA2XN00018"})}, "paperSerial": ""}, "code.uscc", "holders[0].code"},
		"a type of another unit":   {m{"typeCode": c.TypeCode(t, "marriage-certificate"), "paperSerial": ""}, "", ""},
		"a field that is no field": {m{"fields": with(entry["fields"].(m), m{"KZ_X": "1"}), "paperSerial": ""}, "license.field.unknown", "KZ_X"},
	} {
		a := maker.do("POST", "/api/v1/makings", with(with(entry, x.change), m{"idempotencyKey": "offline-bad-1"}))
		p := a.problem(t)
		if p.Status < 400 || x.code != "" && p.Code != x.code {
			t.Errorf("%s: %d %s, want %s", name, p.Status, p.Code, x.code)
		}
		if x.field != "" && (len(p.Errors) != 1 || p.Errors[0].Field != x.field) {
			t.Errorf("%s: blamed %+v, want %s", name, p.Errors, x.field)
		}
	}
}
