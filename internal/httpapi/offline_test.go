package httpapi_test

import (
	"maps"
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
	out := maps.Clone(b)
	maps.Copy(out, changes)
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

// A license refused after it was sealed is void for everybody: its file and its check code say so, its life says who
// refused it and why, and its clerk enters it anew.
func TestRefusedFileIsVoid(t *testing.T) {
	t.Parallel()
	dbtest.EachURL(t, func(t *testing.T, url string) {
		c := newCity(t, url)
		entry := c.foodEntry(t, "food-firm", c.Clock.Now().Format("2006-01-02"))
		entry["paperSerial"] = "MS-0001"
		var l made
		c.as(t, clerk).must("POST", "/api/v1/makings", with(entry, m{"idempotencyKey": "void-0001"}), &l)
		file := []byte(c.as(t, reviewer).do("GET", "/api/v1/makings/"+l.LicenseID+"/file", nil).body)
		current := func() string {
			t.Helper()
			var r struct{ Current *struct{ State string } }
			c.as(t, "").must("POST", "/api/v1/verify", file, &r)
			if r.Current == nil {
				t.Fatal("the platform does not know its file")
			}
			return r.Current.State
		}
		if s := current(); s != "making" {
			t.Errorf("before the review its file is %s", s)
		}
		if p := c.as(t, reviewer).do("POST", "/api/v1/makings/"+l.LicenseID+"/review", m{"outcome": "refuse"}).problem(t); p.Code != "case.opinion-required" {
			t.Errorf("refused without a word: %s", p.Code)
		}
		c.as(t, reviewer).must("POST", "/api/v1/makings/"+l.LicenseID+"/review", m{"outcome": "refuse", "opinion": "经营场所有误"}, &l)
		if s := current(); s != "abolished" {
			t.Errorf("after the refusal its file is %s", s)
		}
		d := c.issued(t, clerk, l.Identifier)
		last := d.Timeline[len(d.Timeline)-1]
		if d.State != "abolished" || d.MayLook || last.Action != "refuse" || last.Words != "经营场所有误" || last.Actor.Name != "叶佳慧" {
			t.Errorf("its page says %+v", d)
		}
		if p := c.as(t, clerk).do("POST", "/api/v1/licenses/"+l.Identifier+"/look", m{"reason": "看看"}).problem(t); p.Code != "access.issuing.published" {
			t.Errorf("a void license is read: %s", p.Code)
		}
		// The blank and the entry can be used again.
		c.as(t, clerk).must("POST", "/api/v1/makings", with(entry, m{"idempotencyKey": "void-0002"}), &l)
		c.as(t, reviewer).must("POST", "/api/v1/makings/"+l.LicenseID+"/review", m{"outcome": "publish"}, nil)
	})
}

// issuedPage is what these tests look at of a license's page.
type issuedPage struct {
	Identifier, State, Origin, CaseNo, PaperSerial, FileDigest string
	Late, MayLook                                              bool
	Version                                                    int64
	Issuer                                                     struct{ ID string }
	Seals                                                      []struct{ Unit struct{ ID string } }
	Versions                                                   []struct{ Current bool }
	Timeline                                                   []struct {
		Action, Text, Words, Ground string
		Actor                       *struct{ Name string }
	}
}

func (c *city) issued(t *testing.T, login, identifier string) issuedPage {
	t.Helper()
	var d issuedPage
	c.as(t, login).must("GET", "/api/v1/licenses/"+identifier, nil, &d)
	return d
}

// The issuer finds its license by whatever names it and sees how it was made; what it says is opened with a reason only,
// and another unit finds nothing.
func TestLicensePageOfTheIssuer(t *testing.T) {
	t.Parallel()
	dbtest.EachURL(t, func(t *testing.T, url string) {
		c := newCity(t, url)
		yesterday := c.Clock.Now().AddDate(0, 0, -3).Format("2006-01-02")
		entry := with(c.foodEntry(t, "food-firm", yesterday), m{"paperSerial": "MS-0001", "number": "JY-PAPER-1", "idempotencyKey": "page-00001"})
		var l made
		c.as(t, clerk).must("POST", "/api/v1/makings", entry, &l)
		if !l.Late {
			t.Error("three days after the case was closed, the license is not late")
		}
		c.as(t, reviewer).must("POST", "/api/v1/makings/"+l.LicenseID+"/review", m{"outcome": "publish"}, &l)
		search := func(login, query string) (n int) {
			t.Helper()
			var out struct{ Items []struct{ Identifier string } }
			c.as(t, login).must("POST", "/api/v1/licenses/search", m{"query": query}, &out)
			for _, x := range out.Items {
				if x.Identifier != l.Identifier {
					t.Errorf("%q finds another license", query)
				}
			}
			return len(out.Items)
		}
		for _, query := range []string{l.Identifier, "JY-PAPER-1", "MS-0001", " MS-0001 "} {
			if own, other := search(clerk, query), search("tj-scjg-clerk", query); own != 1 || other != 0 {
				t.Errorf("%q finds %d own and %d of another unit", query, own, other)
			}
		}
		if p := c.as(t, "tj-scjg-clerk").do("GET", "/api/v1/licenses/"+l.Identifier, nil).problem(t); p.Status != 404 {
			t.Errorf("another unit opens its page: %d", p.Status)
		}
		d := c.issued(t, clerk, l.Identifier)
		var life []string
		for _, s := range d.Timeline {
			life = append(life, s.Action)
		}
		if strings.Join(life, " ") != "draft seal publish" || d.Timeline[0].Actor.Name != "林晓芳" || d.Timeline[1].Actor != nil || d.Timeline[2].Actor.Name != "叶佳慧" {
			t.Errorf("its life is %+v", d.Timeline)
		}
		if d.Origin != "offline" || !d.Late || d.CaseNo != "GL-2026-0007" || d.FileDigest == "" || len(d.Seals) != 1 || d.Seals[0].Unit.ID != unitID || len(d.Versions) != 1 {
			t.Errorf("its page says %+v", d)
		}
		var look struct {
			Fields        []struct{ Name, Value string }
			SVG, RecordNo string
		}
		c.as(t, clerk).must("POST", "/api/v1/licenses/"+l.Identifier+"/look", m{"reason": "核对纸质证照"}, &look)
		if len(look.Fields) == 0 || !strings.Contains(look.SVG, "<svg") || look.RecordNo == "" {
			t.Errorf("looked at: %d fields", len(look.Fields))
		}
		c.as(t, clerk).must("PUT", "/api/v1/licenses/"+l.Identifier+"/paper", m{"serial": "MS-0002", "version": d.Version}, &d)
		if d.PaperSerial != "MS-0002" || d.Timeline[len(d.Timeline)-1].Ground != "MS-0002" || search(clerk, "MS-0001") != 0 {
			t.Errorf("the blank was replaced: %+v", d.Timeline)
		}
	})
}

// ISS-12: a unit issues in the name of the law for another as long as that one's mandate is in force, not before, not
// after; what it has made stays.
func TestIssuingUnderAMandate(t *testing.T) {
	t.Parallel()
	dbtest.EachURL(t, func(t *testing.T, url string) {
		const mandated = "11350102YX01000929"
		c := newCity(t, url)
		maker, officer := c.as(t, "gl-xzfw-clerk"), c.as(t, "gl-scjg-catalog")
		today := c.Clock.Now().Format("2006-01-02")
		entry := with(c.foodEntry(t, "food-firm", today), m{"paperSerial": ""})
		makes := func() bool {
			t.Helper()
			var types struct {
				Items []struct {
					Code      string
					Mandators []struct{ ID string }
				}
			}
			maker.must("GET", "/api/v1/making-types", nil, &types)
			for _, x := range types.Items {
				if x.Code == entry["typeCode"] {
					return len(x.Mandators) == 1 && x.Mandators[0].ID == unitID
				}
			}
			return false
		}
		refused := func(when string) {
			t.Helper()
			if p := maker.do("POST", "/api/v1/makings", with(entry, m{"idempotencyKey": "mandate-bad-1"})).problem(t); p.Code != "type.unclaimed" {
				t.Errorf("%s the mandate: %d %s", when, p.Status, p.Code)
			}
			if makes() {
				t.Errorf("%s the mandate the type is offered", when)
			}
		}
		refused("before")
		var given struct {
			ID      string
			Version int64
		}
		officer.must("POST", "/api/v1/mandates", m{"fromId": unitID, "toId": mandated, "kind": "issue", "scope": []string{entry["typeCode"].(string)},
			"validFrom": today, "reason": "委托审批局制证"}, &given)
		if !makes() {
			t.Error("under the mandate the type is not offered with its mandator")
		}
		var form struct{ Fields []struct{ Name string } }
		maker.must("GET", "/api/v1/making-types/"+entry["typeCode"].(string), nil, &form)
		if len(form.Fields) < 5 {
			t.Errorf("the form asks for %v", form.Fields)
		}
		var l made
		maker.must("POST", "/api/v1/makings", with(entry, m{"idempotencyKey": "mandate-0001"}), &l)
		officer.must("POST", "/api/v1/mandates/"+given.ID+"/end", m{"version": given.Version, "reason": "收回"}, nil)
		refused("after")
		c.as(t, "gl-xzfw-reviewer").must("POST", "/api/v1/makings/"+l.LicenseID+"/review", m{"outcome": "publish"}, &l)
		if d := c.issued(t, "gl-xzfw-clerk", l.Identifier); d.State != "valid" || d.Issuer.ID != mandated || d.Seals[0].Unit.ID != mandated {
			t.Errorf("what was made under the mandate: %+v", d)
		}
	})
}
