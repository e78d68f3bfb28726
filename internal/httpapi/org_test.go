package httpapi_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/yinxin-org/yinxin/internal/db/dbtest"
)

// Codes of the demonstration that these tests re-organise, and of a unit that is made here.
const (
	cityGovernment = "11350100YX00100116"
	newUnit        = "11350102YX00090109"
)

type unitView struct {
	ID, State, ShownName string
	Version              int64
	Successors           []struct{ ID string }
	Path                 []struct{ ID string }
}

type accountView struct {
	ID, Password, State string
	Version             int64
}

// A unit is entered, gets people and a seal, another is merged into it; an old license of that one still verifies,
// and leads to who now answers for it. Everything stands in the trail, with who, before, after and why.
func TestUnitsAreConfigured(t *testing.T) {
	t.Parallel()
	dbtest.EachURL(t, func(t *testing.T, url string) {
		c := newCity(t, url)
		admin, digital := c.as(t, "admin"), c.as(t, "digital")
		id := c.newUnit(t)

		var made accountView
		admin.must("POST", "/api/v1/accounts", m{"login": "new-reviewer", "name": "方新", "unitId": id, "roles": []string{"reviewer"}, "reason": "新设机构"}, &made)
		var me struct{ Unit struct{ ID string } }
		(&client{t: t, url: c.url, http: http.DefaultClient}).must("POST", "/api/v1/session", m{"account": "NEW-reviewer", "password": made.Password}, &me)
		if me.Unit.ID != id || strings.Contains(c.Log.String(), made.Password) {
			t.Errorf("signed in for %s", me.Unit.ID)
		}
		admin.refused("POST", "/api/v1/accounts", m{"login": "x2", "name": "方新", "unitId": id, "roles": []string{"admin", "digital"}, "reason": "兼任"}, 422, "authn.apart")

		var seal struct{ ID string }
		wanted := m{"kind": "new", "purpose": "license", "seals": []m{{"unitId": id}}, "reason": "新设机构启用印章"}
		digital.must("POST", "/api/v1/seal-requests", wanted, &seal)
		digital.refused("POST", "/api/v1/seal-requests", wanted, 409, "seal.asked")
		boss := c.as(t, "fz-seal-manager")
		boss.must("POST", "/api/v1/seal-requests/"+seal.ID+"/decision", m{"action": "approve", "reason": "同意"}, nil)
		var made1 struct {
			State string
			Seals []struct{ Code string }
		}
		boss.must("POST", "/api/v1/seal-requests/"+seal.ID+"/making", m{"reason": "制章"}, &made1)
		if made1.State != "made" || made1.Seals[0].Code == "" {
			t.Errorf("%+v", made1)
		}
		digital.refused("POST", "/api/v1/seal-requests", wanted, 409, "seal.exists")

		held := c.License(t, "food-firm", "business-license")
		before := []byte(c.as(t, "food-firm").do("GET", "/api/v1/me/licenses/"+held.ID+"/file", nil).body)
		var old unitView
		admin.must("GET", "/api/v1/units/"+held.IssuerID, nil, &old)
		body := m{"kind": "merge", "units": []m{{"id": old.ID, "version": old.Version}}, "successors": []string{id}, "types": []m{},
			"decisionNo": "鼓政编〔2026〕7号", "reason": "机构改革"}
		admin.must("POST", "/api/v1/reorganisations", body, nil)
		admin.refused("POST", "/api/v1/reorganisations", body, 409, "unit.ended")
		admin.must("GET", "/api/v1/units/"+old.ID, nil, &old)
		if old.State != "merged" || len(old.Successors) != 1 || old.Successors[0].ID != id {
			t.Errorf("%+v", old)
		}
		var care struct{ Unit struct{ ID string } }
		c.as(t, "").must("GET", "/api/v1/units/"+old.ID+"/caretaker?type="+held.TypeCode, nil, &care)
		if care.Unit.ID != id {
			t.Errorf("now with %s", care.Unit.ID)
		}
		var verdict struct{ Verdict string }
		c.as(t, "").must("POST", "/api/v1/verify", before, &verdict)
		after := c.as(t, "food-firm").do("GET", "/api/v1/me/licenses/"+held.ID+"/file", nil).body
		if verdict.Verdict != "valid" || after != string(before) {
			t.Errorf("the old license is %s", verdict.Verdict)
		}
		c.trailOf(t, old.ID)
	})
}

// newUnit enters a unit that a test then works with.
func (c *city) newUnit(t *testing.T) string {
	t.Helper()
	admin := c.as(t, "admin")
	var u unitView
	body := m{"id": newUnit, "name": "鼓楼区综合监管局（演示）", "level": 3, "region": "350102", "parentId": cityGovernment, "kind": "government", "reason": "机构改革"}
	admin.must("POST", "/api/v1/units", body, &u)
	if u.State != "active" || len(u.Path) == 0 {
		t.Errorf("%+v", u)
	}
	admin.refused("POST", "/api/v1/units", body, 409, "unit.code-taken")
	change := m{"name": "鼓楼区市场综合监管局（演示）", "level": 3, "region": "350102", "parentId": cityGovernment, "kind": "government", "version": u.Version, "reason": "定名"}
	admin.must("PUT", "/api/v1/units/"+u.ID, change, nil)
	admin.refused("PUT", "/api/v1/units/"+u.ID, change, 409, "conflict")
	var list struct {
		Total int
		Items []struct{ ID string }
	}
	c.as(t, "").must("GET", "/api/v1/units?q=sczhjg", nil, &list)
	if list.Total != 1 || list.Items[0].ID != u.ID {
		t.Errorf("found %+v", list)
	}
	return u.ID
}

// trailOf looks at what the trail tells of a unit's end, and who may see it.
func (c *city) trailOf(t *testing.T, id string) {
	t.Helper()
	var trail struct {
		Items []struct {
			Action, Reason string
			Person         struct{ Name string }
			Before, After  map[string]any
		}
	}
	c.as(t, "digital").must("GET", "/api/v1/changes?subject=unit&subjectId="+id, nil, &trail)
	if len(trail.Items) != 1 || trail.Items[0].Action != "merge" || trail.Items[0].Reason != "机构改革" || trail.Items[0].Person.Name == "" ||
		trail.Items[0].Before["name"] == "" || trail.Items[0].After == nil {
		t.Errorf("%+v", trail)
	}
	var own struct {
		Items []struct{ Unit struct{ ID string } }
	}
	c.as(t, "fj-scjg-catalog").must("GET", "/api/v1/changes?unitId=11350100YX001010XH", nil, &own)
	for _, x := range own.Items {
		if x.Unit.ID != "11350000YX0000016Q" {
			t.Errorf("an officer sees what %s changed", x.Unit.ID)
		}
	}
	var history struct {
		Items []struct{ Kind, DecisionNo string }
	}
	c.as(t, "").must("GET", "/api/v1/units/"+id+"/history", nil, &history)
	if len(history.Items) != 1 || history.Items[0].Kind != "merged" || history.Items[0].DecisionNo != "鼓政编〔2026〕7号" {
		t.Errorf("%+v", history)
	}
}

// Officers act for their own unit; years, regions, code tables, mandates and systems are kept through the interface.
func TestSettingsAreConfigured(t *testing.T) {
	t.Parallel()
	dbtest.EachURL(t, func(t *testing.T, url string) {
		c := newCity(t, url)
		admin, officer := c.as(t, "admin"), c.as(t, "gl-scjg-catalog")
		var year struct {
			Known   bool
			Version int64
		}
		c.as(t, "").must("GET", "/api/v1/calendar/2027", nil, &year)
		if year.Known {
			t.Error("2027 is known")
		}
		var days []m
		for _, d := range []string{"01-01", "05-01", "10-01", "10-02", "10-03"} {
			days = append(days, m{"day": "2027-" + d, "work": false, "name": "节"})
		}
		admin.must("PUT", "/api/v1/calendar/2027", m{"days": days, "version": 0, "reason": "国办通知"}, &year)
		admin.must("PUT", "/api/v1/calendar/2027/days/2027-02-06", m{"kind": "work", "version": year.Version, "reason": "调休"}, &year)
		admin.refused("PUT", "/api/v1/calendar/2027/days/2027-02-06", m{"kind": "off", "version": 1, "reason": "调休"}, 409, "conflict")

		admin.must("PUT", "/api/v1/regions/350102099", m{"name": "试验街道", "valid": true, "version": 0, "reason": "新设"}, nil)
		admin.must("PUT", "/api/v1/codetables/trial-table", m{"name": "试验表", "entries": []m{{"code": "1", "label": "一", "valid": true}}, "version": 0, "reason": "新设"}, nil)
		admin.refused("PUT", "/api/v1/codetables/trial-table", m{"name": "试验表", "entries": []m{}, "version": 1, "reason": "清空"}, 409, "codes.gone")

		mandate := m{"fromId": unitID, "toId": cityGovernment, "kind": "front-desk", "scope": []string{foodMatter}, "validFrom": "2026-03-01", "validTo": "2026-03-02", "reason": "综合窗口"}
		var given struct {
			ID, State, ValidTo string
			Version            int64
		}
		officer.must("POST", "/api/v1/mandates", mandate, &given)
		if given.State != "inForce" || given.ValidTo != "2026-03-02" {
			t.Errorf("%+v", given)
		}
		mandate["fromId"], mandate["toId"] = cityGovernment, unitID
		officer.refused("POST", "/api/v1/mandates", mandate, 403, "unit.not-own")
		officer.must("POST", "/api/v1/mandates/"+given.ID+"/end", m{"version": given.Version, "reason": "收回"}, &given)
		if given.State != "ended" {
			t.Errorf("%+v", given)
		}
		system := m{"unitId": unitID, "name": "=食品系统", "matters": []string{foodMatter}, "connection": "api", "since": "2026-01-01", "health": "ok", "reason": "登记"}
		officer.must("POST", "/api/v1/systems", system, nil)
		system["unitId"] = cityGovernment
		officer.refused("POST", "/api/v1/systems", system, 403, "unit.not-own")
		var coverage struct {
			All struct{ Matters, Covered int }
		}
		officer.must("GET", "/api/v1/systems/coverage", nil, &coverage)
		if coverage.All.Covered == 0 || coverage.All.Covered > coverage.All.Matters {
			t.Errorf("%+v", coverage)
		}
		if csv := officer.do("GET", "/api/v1/systems/export", nil).body; !strings.HasPrefix(csv, "\ufeff") || !strings.Contains(csv, "'=食品系统") {
			t.Errorf("%q", csv)
		}
		c.posts(t)
	})
}

// posts fills a vacant post, and opens it again by stopping who holds it.
func (c *city) posts(t *testing.T) {
	t.Helper()
	admin, officer := c.as(t, "admin"), c.as(t, "gl-scjg-catalog")
	vacancies := func() int {
		var list struct{ Total int }
		officer.must("GET", "/api/v1/vacancies?step=review&limit=1", nil, &list)
		return list.Total
	}
	var people struct {
		Items []struct {
			AccountID string
			Steps     []string
		}
	}
	officer.must("GET", "/api/v1/units/"+unitID+"/candidates", nil, &people)
	var made accountView
	admin.must("POST", "/api/v1/accounts", m{"login": "second-reviewer", "name": "方新", "unitId": unitID, "roles": []string{"reviewer"}, "reason": "增派"}, &made)
	var duties struct {
		Items []struct{ Version int64 }
	}
	officer.must("GET", "/api/v1/duties?type=*&step=review", nil, &duties)
	version := int64(0)
	if len(duties.Items) > 0 {
		version = duties.Items[0].Version
	}
	officer.must("PUT", "/api/v1/duties", m{"unitId": unitID, "type": "*", "step": "review", "accountId": made.ID, "version": version, "reason": "指定"}, nil)
	if n := vacancies(); n != 0 || len(people.Items) == 0 {
		t.Errorf("%d vacant, %d people", n, len(people.Items))
	}
	admin.must("POST", fmt.Sprintf("/api/v1/accounts/%s/stop", made.ID), m{"version": made.Version, "reason": "离岗"}, &made)
	if made.State != "stopped" || vacancies() == 0 {
		t.Errorf("stopped: %+v, %d vacant", made, vacancies())
	}
	var tasks struct{ Items []struct{ Kind string } }
	officer.must("GET", "/api/v1/tasks?kind=duty-vacant", nil, &tasks)
	if len(tasks.Items) != 1 {
		t.Errorf("%+v", tasks)
	}
}

// refused sends a request that has to be refused with a status and code.
func (c *client) refused(method, path string, body any, status int, code string) {
	c.t.Helper()
	if p := c.do(method, path, body).problem(c.t); p.Status != status || p.Code != code {
		c.t.Errorf("%s %s: %d %s, want %d %s", method, path, p.Status, p.Code, status, code)
	}
}
