package httpapi_test

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/yinxin-org/yinxin/internal/httpapi"
)

// dossiers looks at the dossier of a case's applicant, by its clerk and by others, and at the applicant's own. 一企一档.
func (c *city) dossiers(t *testing.T, caseNo string) {
	t.Helper()
	path, firm := "/api/v1/cases/"+caseNo+"/dossier", c.Cast(t, "food-firm")
	var before, after struct{ Items []httpapi.Use }
	me := c.as(t, "food-firm")
	me.must("GET", "/api/v1/me/uses?limit=200", nil, &before)

	var seen httpapi.CaseDossier
	a := c.as(t, clerk).do("POST", path, m{"party": "applicant"})
	if err := json.Unmarshal([]byte(a.body), &seen); err != nil {
		t.Fatal(err)
	}
	if len(seen.Types) != 1 || len(seen.Types[0].Licenses) != 1 || seen.Types[0].RecordNo == "" || seen.Types[0].Licenses[0].Identifier == "" || !seen.Firm {
		t.Errorf("the clerk sees %+v", seen)
	}
	if strings.Contains(a.body, firm.Code) {
		t.Error("the dossier in a case tells the holder's code")
	}
	// Types that the matter does not bind for this party are no business of the case: the owner holds more than one license.
	var owner httpapi.CaseDossier
	c.as(t, clerk).must("POST", path, m{"party": "representative"}, &owner)
	if n := len(c.holds(t, "owner")); n < 2 || len(owner.Types) != 1 || len(owner.Types[0].Licenses) != 1 || owner.Firm {
		t.Errorf("of the owner's %d licenses the clerk sees %+v", n, owner)
	}
	held := c.holds(t, "food-firm")
	me.must("GET", "/api/v1/me/uses?limit=200", nil, &after)
	if n := len(after.Items) - len(before.Items); n != len(seen.Types) || after.Items[0].RecordNo != seen.Types[0].RecordNo || after.Items[0].CaseNo != caseNo {
		t.Errorf("%d looks on record for the holder, the last %+v", n, after.Items[0])
	}
	for name, x := range map[string]struct {
		login, party string
		status       int
		code         string
	}{
		"a colleague who does not handle it": {threefold, "applicant", http.StatusForbidden, "access.case.clerk"},
		"another unit":                       {"gl-cl-clerk", "applicant", http.StatusForbidden, "access.case.unit"},
		"a party who is not there":           {clerk, "spouse", http.StatusNotFound, "material.party-absent"},
	} {
		p := c.as(t, x.login).do("POST", path, m{"party": x.party}).problem(t)
		if p.Status != x.status || p.Code != x.code {
			t.Errorf("%s: %d %s, want %d %s", name, p.Status, p.Code, x.status, x.code)
		}
	}
	var own httpapi.Dossier
	me.must("GET", "/api/v1/me/dossier", nil, &own)
	n := 0
	for _, g := range own.Groups {
		n += len(g.Licenses)
		for _, l := range g.Licenses {
			if l.Type.Family != g.Family || !slices.Contains(held, l.ID) {
				t.Errorf("%s stands among %s", l.Type.Name, g.Family)
			}
		}
	}
	if n != len(held) || own.Name != firm.Name || own.CodeMasked == firm.Code || own.Cases.Total == 0 || own.Cases.Newest[0].CaseNo != caseNo || own.Uses.Given == 0 || own.Uses.Refused == 0 {
		t.Errorf("the firm's own: %d of %d licenses, %+v", n, len(held), own)
	}
}

// holds are the ids of the licenses of a holder.
func (c *city) holds(t *testing.T, login string) (ids []string) {
	t.Helper()
	var list struct{ Items []httpapi.HeldLicense }
	c.as(t, login).must("GET", "/api/v1/me/licenses", nil, &list)
	for _, l := range list.Items {
		ids = append(ids, l.ID)
	}
	return ids
}

// siteVisits lets an inspector look at a firm's license on a task, write down what was found, and finish. 现场检查.
func (c *city) siteVisits(t *testing.T) {
	t.Helper()
	const base = "/api/v1/inspection-tasks"
	firm, me, inspector := c.Cast(t, "food-firm"), c.as(t, "food-firm"), c.as(t, "gl-scjg-inspector")
	var list struct {
		Items   []httpapi.SiteVisit
		Matters []httpapi.Coded
	}
	c.as(t, "hotel-verifier").must("GET", base, nil, &list)
	plan := m{"code": firm.Code, "name": firm.Name, "matterCode": "350631963001", "days": 1, "idempotencyKey": "visit-plan-1"}
	if a := c.as(t, "hotel-verifier").do("POST", base, plan); len(list.Matters) != 0 || a.problem(t).Code != "visit.unit" {
		t.Errorf("a hotel inspects: %v, %d %s", list.Matters, a.StatusCode, a.body)
	}
	if p := c.as(t, "hotel-verifier").do("POST", base, with(plan, m{"name": "另一家店"})).problem(t); p.Code != "visit.unit" {
		t.Errorf("a hotel learns of a name: %s", p.Code)
	}
	if p := inspector.do("POST", base, with(plan, m{"name": "另一家店"})).problem(t); p.Code != "relation.other-unknown" {
		t.Errorf("another name: %s", p.Code)
	}
	inspector.must("GET", base, nil, &list)
	if !slices.ContainsFunc(list.Matters, func(x httpapi.Coded) bool { return x.Code == "350631963001" }) {
		t.Errorf("the inspector may inspect under %v", list.Matters)
	}
	var v httpapi.SiteVisitDetail
	inspector.must("POST", base, plan, &v)
	first := v.ID
	if inspector.must("POST", base, plan, &v); v.ID != first {
		t.Errorf("planned again under the key: %s and %s", first, v.ID)
	}
	path := base + "/" + v.ID
	if s := c.as(t, "hotel-verifier").do("GET", path, nil).StatusCode; s != http.StatusNotFound || !v.Open || len(v.Types) != 3 || len(v.Types[0].Fields) == 0 {
		t.Errorf("another inspector: %d; %+v", s, v)
	}
	var before, after struct{ Items []httpapi.Use }
	me.must("GET", "/api/v1/me/uses?limit=200", nil, &before)
	looks := 0
	for i, x := range v.Types {
		if i == 0 {
			if p := inspector.do("POST", path+"/finish", nil).problem(t); p.Code != "visit.open" {
				t.Errorf("finished with types left: %s", p.Code)
			}
		}
		var look httpapi.SiteVisitLook
		inspector.must("POST", path+"/look", m{"typeCode": x.Type.Code}, &look)
		looks += 1 + len(look.Licenses)
		for _, l := range look.Licenses {
			if len(l.Fields) == 0 || len(l.Fields) > len(x.Fields) {
				t.Errorf("%s gives %d fields of %d", x.Type.Name, len(l.Fields), len(x.Fields))
			}
			inspector.must("POST", path+"/findings", m{"typeCode": x.Type.Code, "licenseId": l.ID, "result": "consistent"}, &v)
		}
		if len(look.Licenses) == 0 {
			inspector.must("POST", path+"/findings", m{"typeCode": x.Type.Code, "result": "absent"}, &v)
		}
	}
	me.must("GET", "/api/v1/me/uses?limit=200", nil, &after)
	if n := len(after.Items) - len(before.Items); n != looks || looks < 4 {
		t.Errorf("%d looks, %d on record for the holder", looks, n)
	}
	inspector.must("POST", path+"/finish", nil, &v)
	if p := inspector.do("POST", path+"/look", m{"typeCode": v.Types[0].Type.Code}).problem(t); v.FinishedAt == nil || v.Open || p.Code != "access.inspection.time" {
		t.Errorf("after the end: %+v, %s", v.SiteVisit, p.Code)
	}
	var told struct{ Items []httpapi.NoticeItem }
	me.must("GET", "/api/v1/me/notices", nil, &told)
	if told.Items[0].Kind != "visited" || told.Items[0].Detail["unit"] == "" {
		t.Errorf("the holder is told %+v", told.Items[0])
	}
}
