package httpapi_test

import (
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/yinxin-org/yinxin/internal/db/dbtest"
	"github.com/yinxin-org/yinxin/statuslist"
)

// waiting is what these tests see of a request.
type waiting struct {
	OperationID, State, Action, Answer, Words string
	Mine                                      bool
	Version                                   int64
	AskedBy                                   struct{ Name string }
}

// lifePage is what they look at of a license's page.
type lifePage struct {
	Identifier, State, PaperSerial string
	LicenseVersion                 int
	Life                           struct {
		Holds []struct {
			Code, Text string
			Since      *time.Time
		}
		May []struct {
			Action, Text, Basis string
			NeedsSecond         bool
		}
		MayFollow bool
		WhyNot    *struct{ Code string }
		Open      *waiting
	}
	Timeline []struct {
		Action, Text, Words, Ground string
		Reason                      *struct{ Code, Text string }
		Approver                    *struct{ Name string }
		TrueFrom                    *time.Time
	}
}

func (p lifePage) may(action string) bool {
	for _, a := range p.Life.May {
		if a.Action == action {
			return true
		}
	}
	return false
}

// licensed makes a food permit and publishes it.
func (c *city) licensed(t *testing.T, serial string) string {
	t.Helper()
	today := c.Clock.Now().Format("2006-01-02")
	var l made
	c.as(t, clerk).must("POST", "/api/v1/makings", with(c.foodEntry(t, "food-firm", today), m{"paperSerial": serial, "idempotencyKey": "life-" + serial}), &l)
	c.as(t, reviewer).must("POST", "/api/v1/makings/"+l.LicenseID+"/review", m{"outcome": "publish"}, nil)
	return l.Identifier
}

func (c *city) life(t *testing.T, identifier string) lifePage {
	t.Helper()
	var p lifePage
	c.as(t, clerk).must("GET", "/api/v1/licenses/"+identifier, nil, &p)
	return p
}

// LIFE-1: an operation is asked for, agreed to by a second person, seen on the page and refused where it is forbidden.
func TestOperationsOnALicense(t *testing.T) {
	t.Parallel()
	dbtest.EachURL(t, func(t *testing.T, url string) {
		c := newCity(t, url)
		id := c.licensed(t, "LF-0001")
		at, asker, second := "/api/v1/licenses/"+id+"/operations", c.as(t, clerk), c.as(t, reviewer)
		before := c.Clock.Now()
		c.pass(time.Minute)
		c.listed(t, id, statuslist.Valid, "有效")

		var p lifePage
		asker.must("POST", at, m{"action": "suspended", "ground": "鼓市监限〔2026〕3号"}, &p)
		if p.State != "valid" || p.Life.Open == nil || !p.Life.Open.Mine || p.Life.Open.Action != "suspended" || !p.Life.MayFollow {
			t.Fatalf("asked for: %+v", p.Life)
		}
		if x := asker.do("POST", at, m{"action": "cancelled", "ground": "1"}).problem(t); x.Code != "operation.open" {
			t.Errorf("a second request: %s", x.Code)
		}
		var queue struct {
			Items []waiting
			Total int
		}
		second.must("GET", "/api/v1/operations", nil, &queue)
		i := slices.IndexFunc(queue.Items, func(w waiting) bool { return w.OperationID == p.Life.Open.OperationID })
		if i < 0 || queue.Items[i].Mine || queue.Items[i].AskedBy.Name != "林晓芳" {
			t.Fatalf("the queue: %+v", queue)
		}
		var done waiting
		second.must("POST", "/api/v1/operations/"+queue.Items[i].OperationID+"/approve", m{"version": 1}, &done)
		p = c.life(t, id)
		if done.State != "done" || p.State != "suspended" || len(p.Life.Holds) != 1 || p.Life.Holds[0].Text != "挂起" || p.Life.Holds[0].Since == nil || p.Life.Open != nil ||
			p.may("suspended") || !p.may("release") || p.may("pledged") || p.Life.MayFollow || p.Life.WhyNot == nil {
			t.Errorf("agreed to: %+v", p.Life)
		}
		c.listed(t, id, statuslist.Suspended, "挂起")
		last := p.Timeline[len(p.Timeline)-1]
		if last.Action != "suspended" || last.Reason == nil || last.Reason.Code != "11" || last.Approver == nil || last.Approver.Name != "叶佳慧" || last.Ground != "鼓市监限〔2026〕3号" {
			t.Errorf("the timeline ends with %+v", last)
		}
		c.asOf(t, id, before, "valid", 0)
		c.asOf(t, id, c.Clock.Now(), "suspended", 1)
		c.refusedAndWithdrawn(t, id)
	})
}

// asOf asks what a license was at a moment.
func (c *city) asOf(t *testing.T, id string, at time.Time, state string, holds int) {
	t.Helper()
	var then struct {
		State string
		Holds []struct{ Code string }
	}
	c.as(t, reviewer).must("GET", "/api/v1/licenses/"+id+"/as-of?trueAt="+url.QueryEscape(at.Format(time.RFC3339Nano)), nil, &then)
	if then.State != state || len(then.Holds) != holds {
		t.Errorf("at %s it was %+v, want %s", at, then, state)
	}
}

func (c *city) refusedAndWithdrawn(t *testing.T, id string) {
	t.Helper()
	at, asker, second := "/api/v1/licenses/"+id+"/operations", c.as(t, clerk), c.as(t, reviewer)
	var p lifePage
	var w waiting
	asker.must("POST", at, m{"action": "release", "ground": "鼓市监解〔2026〕3号"}, &p)
	if x := c.as(t, "gl-mzj-reviewer").do("POST", "/api/v1/operations/"+p.Life.Open.OperationID+"/approve", m{"version": 1}).problem(t); x.Status != 404 {
		t.Errorf("another unit agrees: %d", x.Status)
	}
	second.must("POST", "/api/v1/operations/"+p.Life.Open.OperationID+"/refuse", m{"version": 1, "answer": "决定还未生效"}, &w)
	if w.State != "refused" || w.Answer != "决定还未生效" {
		t.Errorf("refused: %+v", w)
	}
	asker.must("POST", at, m{"action": "release", "ground": "鼓市监解〔2026〕3号"}, &p)
	asker.must("POST", "/api/v1/operations/"+p.Life.Open.OperationID+"/withdraw", m{"version": 1}, &w)
	if p = c.life(t, id); w.State != "withdrawn" || p.State != "suspended" || p.Life.Open != nil {
		t.Errorf("withdrawn: %+v, %+v", w, p.Life)
	}
	// The paper is lost beside it, at once; a loss can be taken back, an end cannot.
	asker.must("POST", at, m{"action": "paperLost"}, &p)
	if p.State != "suspended" || len(p.Life.Holds) != 2 {
		t.Errorf("paper lost: %+v", p.Life)
	}
	asker.must("POST", at, m{"action": "revoked", "ground": "鼓市监撤〔2026〕1号", "reason": "06", "trueFrom": c.Clock.Now().Add(-time.Second)}, &p)
	second.must("POST", "/api/v1/operations/"+p.Life.Open.OperationID+"/approve", m{"version": 1}, nil)
	p = c.life(t, id)
	if last := p.Timeline[len(p.Timeline)-1]; p.State != "revoked" || len(p.Life.May) != 0 || last.TrueFrom == nil || last.Reason.Text != "签发错误" {
		t.Errorf("withdrawn by law: %+v", p)
	}
	if x := asker.do("POST", at, m{"action": "release", "ground": "1"}).problem(t); x.Code != "license.ended" {
		t.Errorf("after its end: %s", x.Code)
	}
}

// 变更、延续、补发: a next version keeps holder, number and license, ends the one before when it is published, and is
// refused for a suspended license.
func TestNextVersionOfALicense(t *testing.T) {
	t.Parallel()
	dbtest.EachURL(t, func(t *testing.T, url string) {
		c := newCity(t, url)
		id := c.licensed(t, "NV-0001")
		asker, second := c.as(t, clerk), c.as(t, reviewer)
		today := c.Clock.Now().Format("2006-01-02")
		entry := with(c.foodEntry(t, "food-firm", today), m{"paperSerial": "NV-0002", "follows": id, "why": "10"})
		if x := asker.do("POST", "/api/v1/makings", with(entry, m{"idempotencyKey": "next-0000"})).problem(t); x.Code != "offline.keeps-holders" {
			t.Errorf("other holders: %s", x.Code)
		}
		delete(entry, "holders")
		asker.must("POST", "/api/v1/licenses/"+id+"/operations", m{"action": "lost"}, nil)
		var check struct {
			Findings []struct{ Code, Field string }
		}
		asker.must("POST", "/api/v1/makings/check", entry, &check)
		if len(check.Findings) != 0 {
			t.Errorf("checked: %+v", check.Findings)
		}
		var l, again made
		asker.must("POST", "/api/v1/makings", with(entry, m{"idempotencyKey": "next-0001"}), &l)
		asker.must("POST", "/api/v1/makings", with(entry, m{"idempotencyKey": "next-0001"}), &again)
		if l.LicenseID != again.LicenseID || l.Identifier[:len(l.Identifier)-5] != id[:len(id)-5] || l.Identifier == id {
			t.Errorf("the next version is %s, of %s", l.Identifier, id)
		}
		if p := c.life(t, id); p.State != "lost" || p.Life.MayFollow || p.Life.WhyNot.Code != "license.followed" {
			t.Errorf("while it is made: %+v", p.Life)
		}
		second.must("POST", "/api/v1/makings/"+l.LicenseID+"/review", m{"outcome": "publish"}, nil)
		old, now := c.life(t, id), c.life(t, l.Identifier)
		if last := old.Timeline[len(old.Timeline)-1]; old.State != "superseded" || last.Reason == nil || last.Reason.Code != "10" || old.PaperSerial != "NV-0001" {
			t.Errorf("the version before: %+v", old)
		}
		if now.State != "valid" || now.LicenseVersion != 2 || now.PaperSerial != "NV-0002" || !strings.Contains(now.Identifier, ".002.") {
			t.Errorf("the new one: %+v", now)
		}
		var held struct {
			State string
			Holds []struct{ Code string }
		}
		c.as(t, "food-firm").must("POST", "/api/v1/me/licenses/"+l.LicenseID+"/paper-loss", nil, &held)
		if held.State != "valid" || len(held.Holds) != 1 || held.Holds[0].Code != "paperLost" {
			t.Errorf("its paper is lost: %+v", held)
		}
		var p lifePage
		asker.must("POST", "/api/v1/licenses/"+l.Identifier+"/operations", m{"action": "suspended", "ground": "1"}, &p)
		second.must("POST", "/api/v1/operations/"+p.Life.Open.OperationID+"/approve", m{"version": 1}, nil)
		if x := asker.do("POST", "/api/v1/makings", with(entry, m{"follows": l.Identifier, "paperSerial": "", "idempotencyKey": "next-0002"})).problem(t); x.Code != "license.not-in-force" {
			t.Errorf("of a suspended one: %s", x.Code)
		}
	})
}
