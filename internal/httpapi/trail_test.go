package httpapi_test

import (
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
	"testing"

	"github.com/yinxin-org/yinxin/internal/db/dbtest"
	"github.com/yinxin-org/yinxin/internal/httpapi"
)

// day is a day's scripted work of configuration, watched: every write that succeeds must leave its entry.
type day struct {
	*city
	t    *testing.T
	done map[string]bool // operations that were carried out
	seen map[string]bool // entries of the trail that were there before
}

type trailEntry struct {
	ID, Subject, SubjectID, Action, Reason string
	Before, After                          json.RawMessage
	Person                                 struct{ Name string }
}

func (d *day) trail() []trailEntry {
	var page struct{ Items []trailEntry }
	d.as(d.t, "admin").must("GET", "/api/v1/changes?limit=100", nil, &page)
	return page.Items
}

// work carries out one operation and holds it against the trail: at least one new entry, with its reason, and with
// what was before or after.
func (d *day) work(login, operation, method, path string, body m) m {
	d.t.Helper()
	reason := fmt.Sprintf("第%d件：%s", len(d.done)+1, operation)
	body["reason"] = reason
	out := m{}
	a := d.as(d.t, login).do(method, path, body)
	if a.StatusCode >= 300 {
		d.t.Fatalf("%s: %d %s", operation, a.StatusCode, a.body)
	}
	if a.body != "" {
		if err := json.Unmarshal([]byte(a.body), &out); err != nil {
			d.t.Fatal(err)
		}
	}
	d.done[operation] = true
	d.entered(operation, reason)
	return out
}

func (d *day) entered(operation, reason string) {
	d.t.Helper()
	fresh := 0
	for _, e := range d.trail() {
		if d.seen[e.ID] {
			continue
		}
		d.seen[e.ID] = true
		fresh++
		if e.Reason != reason || e.Action == "" || e.SubjectID == "" || e.Person.Name == "" || len(e.Before)+len(e.After) == 0 && operation != "resetPassword" && operation != "resetFactors" {
			d.t.Errorf("%s left the entry %+v, want the reason %q", operation, e, reason)
		}
	}
	if fresh == 0 {
		d.t.Errorf("%s left no entry in the trail", operation)
	}
}

func version(x m) any { return x["version"] }

func id(x m) string { return fmt.Sprint(x["id"]) }

// silent are writes that change no configuration: drawing, judging and trying keep nothing; steering an import is
// told by the import's own end; reading the matter office needs one to read, and is tested with it. An emergency look changes
// nothing either: what was asked, approved and looked at stands in its own report and in the record of uses. So it is with erasures, which the log tells of.
var silent = []string{"previewType", "gateType", "tryProposal", "steerImport", "syncMatters", "askGlass", "approveGlass", "readGlass", "endGlass",
	"lookBeforeErasure", "askErasure", "approveErasure", "refuseErasure", "withdrawErasure"}

// 配置变更留痕: the trail is complete for a day's work that uses every operation there is.
func TestTheTrailIsComplete(t *testing.T) {
	t.Parallel()
	dbtest.EachURL(t, func(t *testing.T, url string) {
		d := &day{city: newCity(t, url), t: t, done: map[string]bool{}, seen: map[string]bool{}}
		for _, e := range d.trail() {
			d.seen[e.ID] = true
		}
		d.units()
		d.settings()
		d.types()
		d.matters()
		d.lists()
		d.imports()
		for _, o := range d.configuring() {
			if !d.done[o] && !slices.Contains(silent, o) {
				t.Errorf("the day did not use %s", o)
			}
		}
	})
}

// configuring lists the operations that write configuration, out of the document.
func (d *day) configuring() []string {
	var doc struct {
		Paths map[string]map[string]struct {
			OperationID string   `json:"operationId"`
			Roles       []string `json:"x-roles"`
		}
	}
	if err := json.Unmarshal([]byte(d.as(d.t, "").do("GET", "/openapi.json", nil).body), &doc); err != nil {
		d.t.Fatal(err)
	}
	var found []string
	for _, item := range doc.Paths {
		for method, o := range item {
			if method != "get" && slices.ContainsFunc(o.Roles, func(r string) bool {
				return slices.Contains([]string{"catalog", "digital", "matters", "admin"}, r)
			}) {
				found = append(found, o.OperationID)
			}
		}
	}
	if len(found) < 50 {
		d.t.Fatalf("only %d operations", len(found))
	}
	return found
}

func (d *day) units() {
	unit := d.work("admin", "createUnit", "POST", "/api/v1/units", m{"id": newUnit, "name": "福州市鼓楼区档案馆（演示）", "kind": "government", "level": 3,
		"region": "350102", "parentId": cityGovernment})
	path := "/api/v1/units/" + newUnit
	unit = d.work("admin", "updateUnit", "PUT", path, m{"version": version(unit), "name": "福州市鼓楼区档案局（演示）", "kind": "government", "level": 3,
		"region": "350102", "parentId": cityGovernment})
	seals := d.work("digital", "applyForSeals", "POST", "/api/v1/seal-requests", m{"kind": "new", "purpose": "license", "seals": []m{{"unitId": newUnit}}})
	d.work("fz-seal-manager", "decideSealRequest", "POST", "/api/v1/seal-requests/"+id(seals)+"/decision", m{"action": "approve"})
	mandate := d.work("admin", "createMandate", "POST", "/api/v1/mandates", m{"fromId": unitID, "toId": newUnit, "kind": "issue", "scope": []string{foodType},
		"validFrom": "2026-03-02"})
	d.work("admin", "endMandate", "POST", "/api/v1/mandates/"+id(mandate)+"/end", m{"version": version(mandate)})
	account := d.work("admin", "createAccount", "POST", "/api/v1/accounts", m{"login": "day-maker", "name": "制证员", "unitId": newUnit, "roles": []string{"approver"}})
	at := "/api/v1/accounts/" + id(account)
	account = d.work("admin", "updateAccount", "PUT", at, m{"version": version(account), "unitId": unitID, "roles": []string{"approver"}})
	account = d.work("admin", "stopAccount", "POST", at+"/stop", m{"version": version(account)})
	account = d.work("admin", "startAccount", "POST", at+"/start", m{"version": version(account)})
	d.work("admin", "resetPassword", "POST", at+"/password", m{"version": version(account)})
	admin := account
	d.as(d.t, "admin").must("GET", at, nil, &admin)
	d.work("admin", "resetFactors", "POST", at+"/factors/reset", m{"version": version(admin)})
	d.work("admin", "setDuty", "PUT", "/api/v1/duties", m{"unitId": unitID, "type": foodType, "step": "make", "accountId": id(account), "version": d.duty(unitID, foodType, "make")})
	system := d.work("digital", "createSystem", "POST", "/api/v1/systems", m{"unitId": newUnit, "name": "档案系统", "connection": "none", "health": "unknown", "matters": []string{}})
	system = d.work("digital", "updateSystem", "PUT", "/api/v1/systems/"+id(system), m{"version": version(system), "unitId": newUnit, "name": "档案管理系统",
		"connection": "none", "health": "unknown", "matters": []string{}})
	key := d.work("digital", "addSystemKey", "POST", "/api/v1/systems/"+id(system)+"/keys", m{"publicKey": sm2Key(d.t)})
	d.work("digital", "putRegistration", "PUT", "/api/v1/systems/"+id(system)+"/application", m{"version": 0, "addresses": []string{"10.1.0.0/16"}, "types": []m{}, "validFrom": "2026-03-02"})
	d.work("digital", "replayVertical", "POST", "/api/v1/vertical/systems/"+id(system)+"/replay", m{"day": "2026-03-01"})
	d.work("digital", "retryVertical", "POST", "/api/v1/vertical/systems/"+id(system)+"/retry", m{})
	told := d.work("digital", "subscribe", "POST", "/api/v1/systems/"+id(system)+"/subscriptions", m{"url": "https://example.gov.cn/events"})
	d.work("digital", "setSubscription", "POST", "/api/v1/subscriptions/"+id(told)+"/state", m{"state": "ended"})
	d.work("digital", "endSystemKey", "POST", "/api/v1/systems/"+id(system)+"/keys/"+id(key)+"/end", m{})
	d.work("digital", "removeSystem", "POST", "/api/v1/systems/"+id(system)+"/removal", m{"version": version(system)})
	d.work("admin", "reorganise", "POST", "/api/v1/reorganisations", m{"kind": "close", "units": []m{{"id": newUnit, "version": version(unit)}},
		"successors": []string{}, "types": []m{}, "decisionNo": "榕编〔2026〕5号"})
}

// duty is the version of a post, 0 where nobody was named yet.
func (d *day) duty(unit, typeCode, step string) int64 {
	var found struct{ Items []struct{ Version int64 } }
	d.as(d.t, "admin").must("GET", "/api/v1/duties?"+url.Values{"unitId": {unit}, "type": {typeCode}, "step": {step}}.Encode(), nil, &found)
	if len(found.Items) == 0 {
		return 0
	}
	return found.Items[0].Version
}

func (d *day) settings() {
	d.work("admin", "setRegion", "PUT", "/api/v1/regions/350199", m{"name": "试验区", "valid": true, "version": 0})
	d.work("admin", "setCodeTable", "PUT", "/api/v1/codetables/oil-kind", m{"name": "油品", "version": 0, "entries": []m{{"code": "1", "label": "花生油", "valid": true}}})
	year := d.work("admin", "setCalendarYear", "PUT", "/api/v1/calendar/2031", m{"days": holidays2031, "version": 0})
	d.work("admin", "setCalendarDay", "PUT", "/api/v1/calendar/2031/days/2031-01-02", m{"kind": "off", "name": "元旦", "version": version(year)})
}

func (d *day) types() {
	const author, claimed = "fj-scjg-catalog", "11350000YX0000016Q001"
	draft := func(typeCode string) (m, string) {
		x := d.work(author, "createTypeDraft", "POST", "/api/v1/type-drafts", m{"typeCode": typeCode})
		return x, "/api/v1/type-drafts/" + id(x)
	}
	x, path := draft(claimed)
	d.work(author, "discardTypeDraft", "POST", path+"/discard", m{"version": version(x)})
	x, path = draft(claimed)
	next := x["draft"].(m)
	next["basis"] = "《中华人民共和国市场主体登记管理条例》"
	x = d.work(author, "saveTypeDraft", "PUT", path, m{"version": version(x), "type": next})
	x = d.work(author, "submitTypeDraft", "POST", path+"/submit", m{"version": version(x)})
	x = d.work(author, "recallTypeDraft", "POST", path+"/recall", m{"version": version(x)})
	x = d.work(author, "submitTypeDraft", "POST", path+"/submit", m{"version": version(x)})
	d.work("digital", "reviewTypeDraft", "POST", path+"/review", m{"version": version(x), "outcome": "publish"})
	d.work("gl-scjg-catalog", "unclaimType", "POST", "/api/v1/types/"+claimed+"/unclaim", m{})
	d.work("gl-scjg-catalog", "claimType", "POST", "/api/v1/types/"+claimed+"/claim", m{})
	d.work("digital", "putStandard", "PUT", "/api/v1/standards/"+url.PathEscape("C 0999—2026"), m{"title": "电子证照 食品经营许可证", "publishedOn": "2026-01-01",
		"effectiveOn": "2026-06-01", "dueOn": "2026-12-31", "typeCodes": []string{foodType}, "version": 0})
	var detail struct{ EntryVersion int64 }
	d.as(d.t, "digital").must("GET", "/api/v1/types/"+foodType, nil, &detail)
	d.work("digital", "withdrawType", "POST", "/api/v1/types/"+foodType+"/withdraw", m{"entryVersion": detail.EntryVersion})
}

func (d *day) matters() {
	const base = "350131970001"
	d.work("matters", "putMatterItem", "PUT", "/api/v1/matter-items/"+base, m{"version": 0, "item": m{"baseCode": base, "kind": "20", "name": "食品安全咨询",
		"basis": "《中华人民共和国食品安全法》", "holderKind": "legal", "statutoryDays": 5, "duty": "none",
		"materials": []m{{"seq": 1, "name": "营业执照", "required": true}}}})
	code := unitID + "4" + base
	d.work("matters", "putMatterEntry", "PUT", "/api/v1/matters/"+code+"/entry", m{"version": 0, "entry": m{"code": code, "unit": unitID, "level": 4}})
	bind := func(operation, path string) {
		var at struct{ Items []struct{ Version int64 } }
		d.as(d.t, "matters").must("GET", path+"/bindings", nil, &at)
		d.work("matters", operation, "PUT", path+"/materials/1/binding", m{"decision": "bound", "party": "applicant", "stages": []string{"accept"},
			"bindings": []m{{"type": "11350000YX0000016Q001", "fields": []string{"CZZT"}}}, "version": at.Items[0].Version})
	}
	d.work("matters", "putEvent", "PUT", "/api/v1/events/day-event", m{"version": 0, "entry": m{"name": "开餐馆", "summary": "试用", "audience": "legal",
		"steps": []m{{"matterCode": foodMatter}, {"matterCode": code, "after": []int{0}}}}})
	bind("bindItemMaterial", "/api/v1/matter-items/"+base)
	bind("bindMatterMaterial", "/api/v1/matters/"+code)
}

func (d *day) lists() {
	const firm = "11350000YX0000016Q001"
	entries := map[string]m{
		"Exemption":      {"type": firm, "unit": unitID, "matter": foodMatter},
		"InspectionList": d.inspection(),
		"Scenario": {"code": "day-scenario", "name": "试用场景", "nameEn": "A day's scenario", "audience": "firm", "basis": "《中华人民共和国民法典》",
			"types": []m{{"type": firm, "fields": []string{"CZZT"}}}},
	}
	paths := map[string]string{"Exemption": "exemptions", "InspectionList": "inspection-lists", "Scenario": "scenarios"}
	for kind, entry := range entries {
		path := "/api/v1/" + paths[kind]
		x := d.work("matters", "propose"+kind, "POST", path, m{"entry": entry})
		at := path + "/" + id(x)
		switch kind {
		case "Exemption":
			entry["note"] = "改一处"
		case "InspectionList":
			entry["types"].([]m)[0]["fields"] = []string{"CZZT", "ZZBH"}
		case "Scenario":
			entry["basis"] = "《中华人民共和国民法典》第四百六十九条"
		}
		x = d.work("matters", "change"+kind, "PUT", at, m{"entry": entry, "version": version(x)})
		x = d.work("digital", "publish"+kind, "POST", at+"/publish", m{"version": version(x)})
		if kind == "Scenario" {
			d.work("digital", "enrolVerifier", "POST", at+"/verifiers", m{"unit": "91350102YX0109011N"})
			x = d.work("digital", "endVerifier", "POST", at+"/verifiers/91350102YX0109011N/end", m{})
		}
		d.work("digital", "withdraw"+kind, "POST", at+"/withdraw", m{"version": version(x)})
	}
}

// inspection is an entry like one of the demonstration's.
func (d *day) inspection() m {
	var found struct {
		Items []struct {
			Matter struct{ Code string }
			Types  []struct{ Type struct{ Code string } }
		}
	}
	d.as(d.t, "digital").must("GET", "/api/v1/inspection-lists?limit=1", nil, &found)
	if len(found.Items) == 0 {
		d.t.Fatal("no inspection list to learn from")
	}
	x := found.Items[0]
	return m{"matter": x.Matter.Code, "unit": unitID, "types": []m{{"type": x.Types[0].Type.Code, "fields": []string{"CZZT"}}}}
}

// imports tells of an import when it begins and when it ends, and of each row besides.
func (d *day) imports() {
	code := goodUSCC(d.t, "11350102YX900002")
	var got httpapi.Import
	d.as(d.t, "admin").must("POST", importPath("units", "each"), []byte(unitHeadings+code+",鼓楼区试验局,县级,350102,\n"), &got)
	if err := d.App.Imports.Work(d.t.Context()); err != nil {
		d.t.Fatal(err)
	}
	before := len(d.seen)
	d.entered("startImport", "初始化机构")
	if n := len(d.seen) - before; n < 3 {
		d.t.Errorf("an import of one unit left %d entries", n)
	}
	d.done["startImport"] = true
}

// holidays2031 are the days that law has off in every year; the moved ones of a real notice are left out.
var holidays2031 = []m{
	{"day": "2031-01-01", "work": false, "name": "元旦"}, {"day": "2031-01-23", "work": false, "name": "春节"}, {"day": "2031-01-24", "work": false, "name": "春节"},
	{"day": "2031-04-05", "work": false, "name": "清明节"}, {"day": "2031-05-01", "work": false, "name": "劳动节"}, {"day": "2031-05-02", "work": false, "name": "劳动节"},
	{"day": "2031-06-24", "work": false, "name": "端午节"}, {"day": "2031-10-01", "work": false, "name": "国庆节、中秋节"},
	{"day": "2031-10-02", "work": false, "name": "国庆节"}, {"day": "2031-10-03", "work": false, "name": "国庆节"},
}
