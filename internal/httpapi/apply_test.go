package httpapi_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/yinxin-org/yinxin/internal/db/dbtest"
	"github.com/yinxin-org/yinxin/internal/httpapi"
	"github.com/yinxin-org/yinxin/internal/upload"
)

const renewal = unitID + "4350131939001"

// applied is the part of an application that these tests look at.
type applied struct {
	CaseNo, Stage, State, Outcome string
	Todo                          bool
	Version                       int64
	Missing                       []string
	Parties                       []struct{ Role, CodeMasked string }
	Form                          []struct {
		Name, Value, Source, Fill string
		Fixed                     bool
	}
	Materials []struct {
		Seq         int
		Status      string
		Upload      bool
		Help        []struct{ Kind string }
		Attachments []struct{ ID, Name, Media, URL string }
	}
	Corrections []struct {
		Items []struct{ Text, Label string }
	}
}

func (c *city) applyFor(t *testing.T, login, code, key string, parties m) applied {
	t.Helper()
	var a applied
	c.as(t, login).must("POST", "/api/v1/me/applications", m{"matterCode": code, "parties": parties, "idempotencyKey": key}, &a)
	return a
}

func (c *city) party(t *testing.T, key string) m {
	t.Helper()
	h := c.Cast(t, key)
	return m{"code": h.Code, "name": h.Name}
}

// What an applicant is told, and in what words: where each value comes from, and what to do about what is missing.
func TestApplyingOverHTTP(t *testing.T) {
	t.Parallel()
	dbtest.EachURL(t, func(t *testing.T, url string) {
		c := newCity(t, url)
		me := c.as(t, "food-firm")
		a := c.applyFor(t, "food-firm", foodMatter, "apply-http-1", m{"representative": c.party(t, "owner")})
		if a.Stage != "draft" || !a.Todo || len(a.Parties) != 1 || strings.Contains(a.Parties[0].CodeMasked, c.Cast(t, "owner").Code) {
			t.Errorf("%+v", a)
		}
		if f := a.Form[0]; f.Value != c.Cast(t, "food-firm").Name || f.Source != "营业执照" || f.Fill != "license" || !f.Fixed {
			t.Errorf("the name: %+v", f)
		}
		for _, x := range a.Materials {
			if x.Upload != (x.Status == "plain") {
				t.Errorf("material %d, %s: takes a file %v", x.Seq, x.Status, x.Upload)
			}
		}
		path := "/api/v1/me/applications/" + a.CaseNo
		me.must("PUT", path+"/form", m{"version": a.Version, "values": m{"items": "热食类", "kind": "餐饮服务经营者", "place": "鼓楼区榕印路1号"}}, &a)
		for _, seq := range []string{"3", "4"} {
			me.must("POST", path+"/attachments/"+seq+"?fileName=plan.png", []byte("\x89PNG\r\n\x1a\nx"), &a)
		}
		file := a.Materials[2].Attachments[0]
		got := me.do("GET", file.URL, nil)
		if got.StatusCode != http.StatusOK || got.Header.Get("Content-Type") != "image/png" || got.Header.Get("Cache-Control") != "no-store" ||
			!strings.HasPrefix(got.Header.Get("Content-Disposition"), "inline") {
			t.Errorf("the file: %d %v", got.StatusCode, got.Header)
		}
		if s := c.as(t, "tea-firm").do("GET", file.URL, nil).StatusCode; s != http.StatusNotFound {
			t.Errorf("a stranger reads the file: %d", s)
		}
		if len(a.Missing) != 0 {
			t.Errorf("missing %v", a.Missing)
		}
		me.must("POST", path+"/submit", m{"version": a.Version}, &a)

		// The clerk takes it, sees the file, and sends it back; the applicant reads what is wrong.
		var f file1
		staff, work := c.as(t, clerk), "/api/v1/cases/"+a.CaseNo
		staff.must("GET", work, nil, &f)
		staff.must("POST", work+"/take", m{"version": f.Version}, &f)
		c.dossiers(t, a.CaseNo)
		c.views(t, a.CaseNo)
		var files struct{ Items []struct{ URL, Name string } }
		staff.must("GET", work+"/attachments", nil, &files)
		if len(files.Items) != 2 || staff.do("GET", files.Items[0].URL, nil).StatusCode != http.StatusOK {
			t.Errorf("the clerk's files: %+v", files)
		}
		staff.must("POST", work+"/correction", m{"version": f.Version, "items": []m{{"seq": 3, "text": "图不清楚"}}}, &f)
		me.must("GET", path, nil, &a)
		if !a.Todo || a.Stage != "mend" || a.Corrections[0].Items[0].Label != "经营场所平面图" {
			t.Errorf("%+v", a.Corrections)
		}
		var list struct {
			Items  []httpapi.NoticeItem
			Unread int
		}
		me.must("GET", "/api/v1/me/notices", nil, &list)
		if list.Unread != 3 || list.Items[0].Kind != "case-returned" || list.Items[0].Detail["matter"] == "" {
			t.Errorf("%d unread, %+v", list.Unread, list.Items)
		}
		me.must("POST", "/api/v1/me/notices/"+list.Items[0].ID+"/read", nil, nil)
		me.must("POST", path+"/withdraw", m{"version": a.Version}, &a)
		if a.Outcome != "withdrawn" || a.Todo {
			t.Errorf("%+v", a)
		}
		c.badApplications(t, path)
		c.siteVisits(t)
	})
}

// file1 is the part of a case that its clerk needs here.
type file1 struct{ Version int64 }

func (c *city) badApplications(t *testing.T, closed string) {
	t.Helper()
	draft := c.applyFor(t, "food-firm", foodMatter, "apply-http-2", m{"representative": c.party(t, "owner")})
	path := "/api/v1/me/applications/" + draft.CaseNo
	for _, b := range []bad{
		{name: "too large a file", method: "POST", path: path + "/attachments/3", body: make([]byte, upload.Max+2), status: 413, code: "body.too-large"},
		{name: "no file at all", method: "POST", path: path + "/attachments/3", body: []byte{}, status: 400, code: "field.required"},
		{name: "a program", method: "POST", path: path + "/attachments/3", body: []byte("MZ"), status: 422, code: "attachment.kind", field: "file"},
		{name: "for a license that is there", method: "POST", path: path + "/attachments/1", body: []byte("%PDF-1"), status: 409, code: "attachment.not-needed"},
		{name: "not complete", method: "POST", path: path + "/submit", body: m{"version": draft.Version}, status: 409, code: "case.incomplete"},
		{name: "an older version", method: "POST", path: path + "/withdraw", body: m{"version": draft.Version + 1}, status: 409, code: "conflict"},
		{name: "closed", method: "POST", path: closed + "/submit", body: m{"version": 1}, status: 409, code: "case.closed"},
		{name: "a number of nobody", method: "POST", path: "/api/v1/me/applications", body: m{"matterCode": foodMatter, "idempotencyKey": "bad-person-1",
			"parties": m{"representative": m{"code": "350102198805120019", "name": "某"}}}, status: 422, code: "code.citizen", field: "representative.code", secret: "350102198805120019"},
		{name: "unknown matter", method: "POST", path: "/api/v1/me/applications", body: m{"matterCode": unknownMatter, "idempotencyKey": "bad-matter-1"},
			status: 404, code: "matter.unknown"},
		{name: "unknown event", method: "POST", path: "/api/v1/me/bundles", body: m{"eventCode": "nothing", "idempotencyKey": "bad-event-1"}, status: 404, code: "event.unknown"},
	} {
		t.Run(b.name, func(t *testing.T) {
			b.login = "food-firm"
			c.refuse(t, b)
		})
	}
}

// Life events are found by words, pinyin and what people call them, and change only by the matter office.
func TestLifeEvents(t *testing.T) {
	t.Parallel()
	dbtest.EachURL(t, func(t *testing.T, url string) {
		c := newCity(t, url)
		for _, q := range []string{"新生儿", "xinshenger", "xsecs", "上户口"} {
			var found struct{ Items []httpapi.LifeEvent }
			c.as(t, "").must("GET", "/api/v1/events?q="+q, nil, &found)
			if len(found.Items) != 1 || len(found.Items[0].Steps) != 4 || !slices.Equal(found.Items[0].Parties, []string{"spouse", "child"}) {
				t.Errorf("%s: %+v", q, found.Items)
			}
		}
		var e httpapi.LifeEvent
		c.as(t, "").must("GET", "/api/v1/events/newborn", nil, &e)
		for _, b := range []bad{
			{name: "one matter alone", body: m{"version": 0, "reason": "试验一下", "entry": m{"name": "x", "summary": "x", "audience": "natural", "steps": []m{{"matterCode": foodMatter}}}},
				status: 422, code: "body.invalid", field: "entry.steps", rule: "field.count"},
			{name: "the wrong audience", body: m{"version": 0, "reason": "试验一下", "entry": m{"name": "x", "summary": "x", "audience": "natural",
				"steps": []m{{"matterCode": foodMatter}, {"matterCode": renewal}}}}, status: 422, code: "case.party-kind", field: "entry.steps.*.matterCode"},
			{name: "waiting for itself", body: m{"version": 0, "reason": "试验一下", "entry": m{"name": "x", "summary": "x", "audience": "legal",
				"steps": []m{{"matterCode": foodMatter}, {"matterCode": renewal, "after": []int{1}}}}}, status: 422, code: "event.order", field: "entry.steps.*.after"},
			{name: "twice the same", body: m{"version": 0, "reason": "试验一下", "entry": m{"name": "x", "summary": "x", "audience": "legal",
				"steps": []m{{"matterCode": foodMatter}, {"matterCode": foodMatter}}}}, status: 422, code: "event.twice", field: "entry.steps.*.matterCode"},
			{name: "somebody was faster", body: m{"version": e.Version + 1, "reason": "试验一下", "entry": m{"name": "x", "summary": "x", "audience": "legal",
				"steps": []m{{"matterCode": foodMatter}, {"matterCode": renewal}}}}, status: 409, code: "conflict"},
		} {
			t.Run(b.name, func(t *testing.T) {
				b.login, b.method, b.path = "matters", "PUT", "/api/v1/events/newborn"
				c.refuse(t, b)
			})
		}
		var b httpapi.BundleDetail
		body := m{"eventCode": "newborn", "idempotencyKey": "bundle-http-1", "parties": m{"spouse": c.party(t, "father"), "child": c.party(t, "baby")}}
		c.as(t, "mother").must("POST", "/api/v1/me/bundles", body, &b)
		asked := map[string]int{}
		for _, f := range b.Form {
			asked[f.Name]++
			if f.Name == "sex" && (f.Fill != "you" || f.Fixed || len(f.Matters) != 2) {
				t.Errorf("a thing that the first matter asks and the second fills: %+v", f)
			}
			if f.Name == "birthNumber" && (f.Fill != "later" || !f.Fixed) {
				t.Errorf("what an earlier result fills: %+v", f)
			}
		}
		for name, n := range asked {
			if n > 1 {
				t.Errorf("%s is asked %d times", name, n)
			}
		}
		if b.State != "draft" || b.Total != 4 || len(b.Missing) == 0 {
			t.Errorf("%+v", b.BundleSummary)
		}
		c.as(t, "mother").must("POST", "/api/v1/me/bundles/"+b.ID+"/withdraw", nil, &b)
		if b.State != "stopped" {
			t.Errorf("withdrawn: %s", b.State)
		}
	})
}
