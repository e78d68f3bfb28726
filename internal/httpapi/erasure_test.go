package httpapi_test

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/holder"
	"github.com/yinxin-org/yinxin/internal/httpapi"
	"github.com/yinxin-org/yinxin/verify"
)

// erasures lets two persons erase what is kept of somebody, and not of somebody whose licenses are in force.
func (c *city) erasures(t *testing.T) {
	t.Helper()
	const base, left = "/api/v1/erasures", "350102198001011233"
	admin, digital := c.as(t, "admin"), c.as(t, "digital")
	var scope httpapi.ErasureScope
	admin.must("POST", base+"/looks", m{"code": c.Cast(t, "owner").Code}, &scope)
	if scope.Masked == "" || scope.Licenses == 0 || !slices.ContainsFunc(scope.Obstacles, func(o httpapi.ErasureObstacle) bool {
		return o.Kind == "license" && o.Type != nil && o.Type.Name != "" && o.What == ""
	}) {
		t.Errorf("a person with licenses: %+v", scope)
	}
	ask := m{"code": c.Cast(t, "owner").Code, "reason": "request", "ground": "榕数〔2036〕7号"}
	if a := admin.do("POST", base, ask); a.StatusCode != http.StatusConflict || !strings.Contains(a.body, "erasure.blocked") {
		t.Errorf("a person with licenses is erased: %d %s", a.StatusCode, a.body)
	}
	for _, path := range []string{base, base + "/looks"} {
		if s := c.as(t, "gl-scjg-clerk").do("POST", path, ask).StatusCode; s != http.StatusForbidden {
			t.Errorf("a clerk at %s: %d", path, s)
		}
	}
	code, kind, err := holder.ParseCode(left, "")
	if err != nil {
		t.Fatal(err)
	}
	err = c.App.DB.Write(t.Context(), func(tx *db.Tx) error {
		_, err := c.App.Holders.Put(t.Context(), tx, holder.Profile{Name: "林试清", Code: code, CodeType: kind})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	ask["code"] = left
	var e httpapi.Erasure
	admin.must("POST", base, ask, &e)
	if e.State != "asked" || !e.MayWithdraw || e.MayDecide || strings.Contains(e.Masked, "试清") {
		t.Errorf("asked: %+v", e)
	}
	admin.must("POST", base+"/"+e.ID+"/withdrawal", nil, &e)
	admin.must("POST", base, ask, &e)
	digital.must("POST", base+"/"+e.ID+"/refusal", m{"answer": "还有疑问"}, &e)
	if e.State != "refused" || e.Answer != "还有疑问" || e.DecidedBy == nil {
		t.Errorf("refused: %+v", e)
	}
	digital.must("POST", base, ask, &e)
	if a := digital.do("POST", base+"/"+e.ID+"/approval", nil); a.StatusCode != http.StatusForbidden || !strings.Contains(a.body, "erasure.second") {
		t.Errorf("approved by who asked: %d %s", a.StatusCode, a.body)
	}
	admin.must("POST", base+"/"+e.ID+"/approval", nil, &e)
	if a := admin.do("GET", base+"/"+e.ID+"/certificate", nil); a.StatusCode != http.StatusConflict {
		t.Errorf("a certificate before it is done: %d", a.StatusCode)
	}
	c.pass(2 * time.Minute)
	if err := c.App.Erasures.Resume(context.Background()); err != nil {
		t.Fatal(err)
	}
	if _, err := c.App.Book.Sequence(t.Context()); err != nil {
		t.Fatal(err)
	}
	var list struct{ Items []httpapi.Erasure }
	admin.must("GET", base, nil, &list)
	if len(list.Items) != 3 || list.Items[0].State != "done" || list.Items[0].Masked != "" {
		t.Errorf("in the end: %+v", list.Items)
	}
	file := admin.do("GET", base+"/"+e.ID+"/certificate", nil).body
	pub := []byte(c.as(t, "").do("GET", "/log/log.pub", nil).body)
	if r := verify.LogCertificate(pub, []byte(file), verify.Witnesses{}); r.Verdict != verify.LogValid {
		t.Errorf("the certificate offline: %+v", r)
	}
	if s := admin.do("POST", base+"/looks", m{"code": left}).StatusCode; s != http.StatusNotFound {
		t.Errorf("the person is still found: %d", s)
	}
}
