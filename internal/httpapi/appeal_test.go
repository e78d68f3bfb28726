package httpapi_test

import (
	"strings"
	"testing"

	"github.com/yinxin-org/yinxin/internal/db/dbtest"
)

// said is the part of an appeal that these tests look at.
type said struct {
	ID, Kind, State, Outcome, Answer, ProofNo string
	Version                                   int64
	CanWithdraw                               bool
	Unit                                      struct{ ID string }
}

// A complaint with a proof, over the interface: the office itself does not see it, its supervisor answers, and the
// violation stands with evidence that can be fetched.
func TestComplaintOverTheInterface(t *testing.T) {
	t.Parallel()
	dbtest.EachURL(t, func(t *testing.T, url string) {
		c := newCity(t, url)
		firm, supervisor := c.as(t, "food-firm"), c.as(t, "gl-supervisor")
		license := c.License(t, "food-firm", "business-license").ID
		var proof struct{ No, URL, QR string }
		firm.must("POST", "/api/v1/me/availability", m{"matterCode": foodMatter, "licenseId": license}, &proof)
		if !strings.HasSuffix(proof.URL, "/p/"+proof.No) || !strings.HasPrefix(proof.QR, "<svg") {
			t.Errorf("%+v", proof)
		}
		page := c.as(t, "").do("GET", "/p/"+proof.No, nil)
		if page.StatusCode != 200 || strings.Contains(page.body, c.Cast(t, "food-firm").Name) || !strings.Contains(page.body, "营业执照") {
			t.Errorf("the public page: %d %s", page.StatusCode, page.body)
		}
		if p := firm.do("POST", "/api/v1/me/availability", m{"matterCode": siteMatter + "0", "licenseId": license}).problem(t); p.Code != "matter.unknown" {
			t.Errorf("a matter that is not: %s", p.Code)
		}
		var a said
		firm.must("POST", "/api/v1/me/appeals/complaint", m{"ground": "paper", "proofNo": proof.No}, &a)
		if a.Kind != "complaint" || a.ProofNo != proof.No || !a.CanWithdraw {
			t.Errorf("%+v", a)
		}
		path := "/api/v1/appeals/" + a.ID
		if p := c.as(t, clerk).do("GET", path, nil).problem(t); p.Code != "appeal.unknown" {
			t.Errorf("the office sees it: %s", p.Code)
		}
		supervisor.must("POST", path+"/take", m{"version": a.Version}, &a)
		if p := supervisor.do("POST", path+"/answer", m{"version": a.Version - 1, "outcome": "agreed", "answer": "属实"}).problem(t); p.Code != "conflict" {
			t.Errorf("an old version: %s", p.Code)
		}
		supervisor.must("POST", path+"/answer", m{"version": a.Version, "outcome": "agreed", "answer": "属实，已责令改正"}, &a)
		firm.must("GET", "/api/v1/me/appeals/"+a.ID, nil, &a)
		if a.State != "closed" || a.Outcome != "agreed" || a.Answer != "属实，已责令改正" || a.CanWithdraw {
			t.Errorf("%+v", a)
		}
		var list struct {
			Items []struct{ ID, Source, Outcome, RecordNo string }
		}
		supervisor.must("GET", "/api/v1/violations?state=settled", nil, &list)
		if len(list.Items) != 1 || list.Items[0].Source != "complaint" || list.Items[0].Outcome != "upheld" {
			t.Fatalf("%+v", list)
		}
		receipt := supervisor.do("GET", "/api/v1/violations/"+list.Items[0].ID+"/receipt", nil)
		if receipt.StatusCode != 200 || !strings.Contains(receipt.body, list.Items[0].RecordNo) {
			t.Errorf("its receipt: %d", receipt.StatusCode)
		}
		if p := c.as(t, "fz-supervisor").do("GET", "/api/v1/violations/"+list.Items[0].ID, nil).problem(t); p.Code != "violation.unknown" {
			t.Errorf("another supervisor: %s", p.Code)
		}
	})
}
