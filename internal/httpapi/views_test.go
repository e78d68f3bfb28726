package httpapi_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/yinxin-org/yinxin/internal/access"
	"github.com/yinxin-org/yinxin/internal/httpapi"
	"github.com/yinxin-org/yinxin/verify"
)

// views looks at the record of one use of the food firm's license as everybody may: its holder, who gets a certificate that
// holds offline; its issuer; a supervisor; anybody with its number; and whoever watches over the log.
func (c *city) views(t *testing.T, caseNo string) {
	t.Helper()
	firm, me, nobody := c.Cast(t, "food-firm"), c.as(t, "food-firm"), c.as(t, "")
	if _, err := c.App.Book.Sequence(t.Context()); err != nil {
		t.Fatal(err)
	}
	var page struct {
		Items []httpapi.Use
		Next  string
	}
	me.must("GET", "/api/v1/me/uses?result=given&others=true&ground=case&limit=200", nil, &page)
	i := slices.IndexFunc(page.Items, func(u httpapi.Use) bool { return u.CaseNo == caseNo && u.License.ID != "" })
	if i < 0 {
		t.Fatalf("no use for the case among %d", len(page.Items))
	}
	no := page.Items[i].RecordNo
	at := "/api/v1/me/uses/" + no
	var one httpapi.Use
	me.must("GET", at, nil, &one)
	if one.RecordNo != no || one.CaseNo != caseNo || one.UnitID != unitID {
		t.Errorf("the one use: %+v", one)
	}
	me.must("GET", "/api/v1/me/uses?result=given&limit=1", nil, &page)
	if page.Next == "" || len(page.Items) > 1 {
		t.Errorf("%d uses, next %q", len(page.Items), page.Next)
	}

	pub := []byte(nobody.do("GET", "/log/log.pub", nil).body)
	file := me.do("GET", at+"/certificate", nil).body
	if r := verify.LogCertificate(pub, []byte(file), verify.Witnesses{}); r.Verdict != verify.LogValid || r.No != no || !strings.Contains(string(r.Body), caseNo) {
		t.Errorf("the certificate offline: %+v", r)
	}
	for what, bad := range map[string]string{"a later place": strings.Replace(file, `"index":`, `"index":1`, 1), "another number": strings.ReplaceAll(file, no, no[:len(no)-1]+"0"), "half": file[:len(file)/2]} {
		if r := verify.LogCertificate(pub, []byte(bad), verify.Witnesses{}); r.Verdict != verify.LogInvalid {
			t.Errorf("a certificate with %s passes", what)
		}
	}
	for _, path := range []string{at, at + "/certificate", "/receipt/" + no} {
		if s := c.as(t, "student").do("GET", path, nil).StatusCode; s != http.StatusNotFound {
			t.Errorf("somebody else gets %s: %d", path, s)
		}
	}

	tells := func(what, body string, no ...string) {
		for _, s := range no {
			if strings.Contains(body, s) {
				t.Errorf("%s tells %q", what, s)
			}
		}
	}
	entry := nobody.do("GET", "/api/v1/evidence/"+no, nil)
	public := nobody.do("GET", "/e/"+no, nil)
	if entry.StatusCode != http.StatusOK || public.StatusCode != http.StatusOK || !strings.Contains(entry.body, `"proof"`) || !strings.Contains(public.body, no) {
		t.Errorf("by its number: %d %s; %d", entry.StatusCode, entry.body, public.StatusCode)
	}
	tells("the public entry", entry.body+public.body, firm.Name, firm.Code, caseNo, unitID)
	for _, path := range []string{"/api/v1/evidence/", "/e/"} {
		if s := nobody.do("GET", path+"YX0000", nil).StatusCode; s != http.StatusNotFound {
			t.Errorf("no number: %d", s)
		}
	}
	if paper := me.do("GET", "/receipt/"+no, nil); paper.StatusCode != http.StatusOK || !strings.Contains(paper.body, caseNo) || !strings.Contains(paper.body, "/e/"+no) {
		t.Errorf("on paper: %d", paper.StatusCode)
	}
	c.watchers(t, caseNo, no, tells)
}

// watchers are the issuer, the supervisor and whoever watches over the log.
func (c *city) watchers(t *testing.T, caseNo, no string, tells func(what, body string, no ...string)) {
	t.Helper()
	firm, owner := c.Cast(t, "food-firm"), c.Cast(t, "owner")
	today := c.Clock.Now().Format(time.DateOnly)
	span := "?from=" + c.Clock.Now().AddDate(0, 0, -7).Format(time.DateOnly) + "&to=" + c.Clock.Now().AddDate(0, 0, 1).Format(time.DateOnly)
	issuer := c.as(t, reviewer).do("GET", "/api/v1/usage"+span, nil)
	if issuer.StatusCode != http.StatusOK || !strings.Contains(issuer.body, `"ground":"case"`) {
		t.Errorf("use of the unit's licenses: %d %s", issuer.StatusCode, issuer.body)
	}
	tells("the issuer's view", issuer.body, firm.Name, firm.Code, owner.Name, caseNo)
	if p := c.as(t, reviewer).do("GET", "/api/v1/usage?from=2020-01-01&to="+today, nil).problem(t); p.Code != "usage.span" {
		t.Errorf("a long span: %s", p.Code)
	}

	var seen struct {
		Items    []httpapi.SeenUse
		RecordNo string
	}
	ask := m{"from": c.Clock.Now().AddDate(0, 0, -7).Format(time.DateOnly), "to": c.Clock.Now().AddDate(0, 0, 1).Format(time.DateOnly), "caseNo": caseNo, "limit": 100}
	supervisor := c.as(t, "gl-supervisor")
	supervisor.must("POST", "/api/v1/uses/looks", ask, &seen)
	i := slices.IndexFunc(seen.Items, func(u httpapi.SeenUse) bool { return u.RecordNo == no })
	if i < 0 || seen.Items[i].Rule == nil || seen.Items[i].Person == nil || seen.Items[i].Holder == "" || seen.Items[i].Identifier == "" {
		t.Fatalf("the supervisor sees %+v", seen.Items)
	}
	tells("the supervisor's view", supervisor.do("POST", "/api/v1/uses/looks", ask).body, owner.Name, owner.Code)
	if _, err := c.App.Book.Sequence(t.Context()); err != nil {
		t.Fatal(err)
	}
	if a := c.as(t, "").do("GET", "/api/v1/evidence/"+seen.RecordNo, nil); !strings.Contains(a.body, `"kind":"`+access.LookKind+`"`) {
		t.Errorf("the look itself: %s", a.body)
	}

	var h httpapi.LogHealth
	c.as(t, "admin").must("GET", "/api/v1/log/health", nil, &h)
	if h.State != "running" || h.Size == 0 || h.PublishedAt == nil || h.MapSize != h.Size || h.Pending != 0 {
		t.Errorf("health of the log: %+v", h)
	}
	if a := c.as(t, "").do("GET", "/healthz", nil); a.StatusCode != http.StatusOK || !strings.Contains(a.body, "log running") || !strings.Contains(a.body, "pending-leaves 0") {
		t.Errorf("/healthz: %d %s", a.StatusCode, a.body)
	}
}
