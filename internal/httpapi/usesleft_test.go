package httpapi_test

import (
	"net/http"
	"path/filepath"
	"testing"
	"time"

	"github.com/yinxin-org/yinxin/internal/httpapi"
	"github.com/yinxin-org/yinxin/verify"
)

// Whoever asks who used their licenses is told, ten years on, that older records have left, and can still prove them.
func TestHolderIsToldOfUsesThatLeft(t *testing.T) {
	t.Parallel()
	c := newCity(t, "sqlite:"+filepath.Join(t.TempDir(), "yinxin.db"))
	sequence := func() {
		if _, err := c.App.Book.Sequence(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	var then, now struct {
		Items []httpapi.Use
		Left  int
	}
	c.as(t, "owner").must("GET", "/api/v1/me/licenses/"+c.License(t, "owner", "identity-card").ID, nil, nil)
	c.as(t, "owner").must("GET", "/api/v1/me/uses", nil, &then)
	if len(then.Items) == 0 || then.Left != 0 {
		t.Fatalf("%d uses, %d left before their time", len(then.Items), then.Left)
	}
	path := "/api/v1/me/uses/" + then.Items[0].RecordNo
	kept := c.as(t, "owner").do("GET", path+"/receipt", nil)
	sequence()
	c.Clock.Move(10*366*24*time.Hour + 31*24*time.Hour)
	if err := c.App.Retention.Retire(t.Context()); err != nil {
		t.Fatal(err)
	}
	sequence()
	delete(c.clients, "owner") // the session has ended long since
	me := c.as(t, "owner")
	me.must("GET", "/api/v1/me/uses", nil, &now)
	if len(now.Items) != 0 || now.Left < len(then.Items) {
		t.Errorf("%d uses are listed, %d are said to have left", len(now.Items), now.Left)
	}
	if p := me.do("GET", path+"/receipt", nil).problem(t); p.Status != http.StatusNotFound || p.Code != "evidence.left" {
		t.Errorf("the receipt: %d %s", p.Status, p.Code)
	}
	proof := me.do("GET", path+"/proof", nil)
	if r := verify.Log(c.App.Book.Pub(), []byte(kept.body), []byte(proof.body)); r.Verdict != verify.LogValid {
		t.Errorf("the receipt that was kept, with a proof of today: %v", r.Causes)
	}
	if p := c.as(t, "food-firm").do("GET", path+"/proof", nil).problem(t); p.Code != "evidence.unknown" {
		t.Errorf("somebody else's proof: %s", p.Code)
	}
	list := me.do("GET", "/api/v1/me/evidence/whole", nil)
	if r := verify.Whole(c.App.Book.Pub(), []byte(list.body), verify.WholeOptions{Promises: [][]byte{[]byte(kept.body)}}); r.Verdict != verify.LogValid {
		t.Errorf("the list: %v", r.Causes)
	}
}
