package web_test

import (
	"context"
	"net/url"
	"strings"
	"testing"

	"github.com/yinxin-org/yinxin/internal/authn"
	"github.com/yinxin-org/yinxin/internal/errs"
	"github.com/yinxin-org/yinxin/internal/web"
)

// copies knows one share with the code GOOD23 and one license of 陈's, and counts what was given.
type copies struct{ given int }

func (c *copies) Look(_ context.Context, token string) (web.ShareView, error) {
	switch token {
	case "shared-0001":
		return web.ShareView{Type: food, Receiver: "<b>榕印银行</b>", Purpose: "申请贷款", Expires: noon, Left: 2, Tries: 4}, nil
	case "shared-over":
		return web.ShareView{}, errs.New(errs.Gone, "share.ended")
	}
	return web.ShareView{}, errs.New(errs.NotFound, "share.unknown")
}

func (c *copies) Download(_ context.Context, _ *authn.Actor, token, code, format string) ([]byte, error) {
	switch {
	case token != "shared-0001":
		return nil, errs.New(errs.Gone, "share.ended")
	case code != "GOOD23":
		return nil, errs.New(errs.Invalid, "share.code").With("left", "3")
	case format != "ofd" && format != "pdf":
		return nil, errs.New(errs.Invalid, "field.option").On("format")
	}
	c.given++
	return []byte("file as " + format), nil
}

func (c *copies) Print(_ context.Context, _ *authn.Actor, licenseID string) (web.PrintView, error) {
	if licenseID != "license-1" {
		return web.PrintView{}, errs.New(errs.Denied, "access.self.holder")
	}
	return web.PrintView{Type: food, State: web.State{Code: "lost", Text: web.Text{Zh: "挂失"}}, Picture: "/api/v1/me/licenses/license-1/preview",
		Identifier: "1.2.156", Code: "static-0001", CheckURL: "https://yinxin.example/check", At: noon, RecordNo: "YX01"}, nil
}

func TestSharedFileIsGivenForItsCodeOnly(t *testing.T) {
	t.Parallel()
	s := open(t)
	for range 3 {
		a := s.get("/d/shared-0001")
		if a.StatusCode != 200 || !strings.Contains(a.body, "&lt;b&gt;榕印银行") || strings.Contains(a.body, "<script") || s.copies.given != 0 {
			t.Fatalf("%d, %d given: %s", a.StatusCode, s.copies.given, a.body)
		}
	}
	wrong := s.post("/d/shared-0001", url.Values{"code": {"WRONG2"}, "format": {"ofd"}})
	if wrong.StatusCode != 422 || !strings.Contains(wrong.body, `id="code-wrong"`) || strings.Contains(wrong.body, "WRONG2") || s.copies.given != 0 {
		t.Errorf("a wrong code: %d %s", wrong.StatusCode, wrong.body)
	}
	for format, kind := range map[string]string{"ofd": "application/ofd", "pdf": "application/pdf"} {
		a := s.post("/d/shared-0001", url.Values{"code": {" GOOD23 "}, "format": {format}})
		if a.StatusCode != 200 || a.Header.Get("Content-Type") != kind || a.Header.Get("Cache-Control") != "no-store" ||
			a.Header.Get("Content-Disposition") != `attachment; filename="license-copy.`+format+`"` || a.body != "file as "+format {
			t.Errorf("%s: %d %v %s", format, a.StatusCode, a.Header, a.body)
		}
	}
	if a := s.post("/d/shared-0001", url.Values{"code": {"GOOD23"}, "format": {"exe"}}); a.StatusCode != 422 || s.copies.given != 2 {
		t.Errorf("another format: %d", a.StatusCode)
	}
	for path, want := range map[string]int{"/d/shared-over": 410, "/d/nothing-01": 404} {
		if a := s.get(path); a.StatusCode != want {
			t.Errorf("%s: %d", path, a.StatusCode)
		}
	}
	if a := s.post("/d/shared-over", url.Values{"code": {"GOOD23"}, "format": {"ofd"}}); a.StatusCode != 410 {
		t.Errorf("over: %d", a.StatusCode)
	}
}

func TestPrint(t *testing.T) {
	t.Parallel()
	s := open(t)
	if a := s.get("/print/license-1"); a.StatusCode != 303 || a.Header.Get("Location") != "/login?next=/print/license-1" {
		t.Errorf("nobody: %d %s", a.StatusCode, a.Header.Get("Location"))
	}
	if a := s.get("/print/license-1", "Cookie", "yx_session=tok-lin"); a.StatusCode != 303 {
		t.Errorf("staff: %d", a.StatusCode)
	}
	a := s.get("/print/license-1", "Cookie", "yx_session=tok-chen")
	for _, part := range []string{`src="/api/v1/me/licenses/license-1/preview"`, "static-0001", "https://yinxin.example/check", "挂失", "YX01"} {
		if a.StatusCode != 200 || !strings.Contains(a.body, part) {
			t.Errorf("%d, lacks %s", a.StatusCode, part)
		}
	}
	if a := s.get("/print/license-2", "Cookie", "yx_session=tok-chen"); a.StatusCode != 403 {
		t.Errorf("another's: %d", a.StatusCode)
	}
}

// A PDF is the very file, an altered one, or none of ours; only of the first is anything told.
func TestCheckPDF(t *testing.T) {
	t.Parallel()
	s := open(t)
	for words, v := range map[string]web.FileVerdict{
		"<h1>原样</h1>":  {Verdict: web.Valid, PDF: &web.PDF{Known: true, Type: food}, Current: &web.Current{State: web.State{Code: "valid", Text: web.Text{Zh: "有效"}}, At: noon}},
		"<h1>已过期</h1>": {Verdict: web.Ended, PDF: &web.PDF{Known: true, Type: food, Expired: true}},
		"<h1>不可信</h1>": {Verdict: web.Invalid, PDF: &web.PDF{Known: true}},
		"<h1>认不出</h1>": {Verdict: web.Untrusted, PDF: &web.PDF{}},
	} {
		s.checker.file = v
		a := s.upload(t, "file", []byte("PK as the checker of this test wants it"))
		if a.StatusCode != 200 || !strings.Contains(a.body, words) || (v.Current == nil) == strings.Contains(a.body, food.Zh) {
			t.Errorf("%s: %d %s", words, a.StatusCode, a.body)
		}
	}
}
