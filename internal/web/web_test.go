package web_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/yinxin-org/yinxin/internal/authn"
	"github.com/yinxin-org/yinxin/internal/clock"
	"github.com/yinxin-org/yinxin/internal/errs"
	"github.com/yinxin-org/yinxin/internal/httpapi"
	"github.com/yinxin-org/yinxin/internal/web"
)

var noon = time.Date(2026, 3, 2, 4, 0, 0, 0, time.UTC)

type sessions struct{ ended []string }

func (s *sessions) SignIn(_ context.Context, login, password string) (authn.Session, error) {
	kind := map[string]string{"lin": authn.KindStaff, "chen": authn.KindHolder}[login]
	if kind == "" || password != "right" {
		return authn.Session{}, errs.New(errs.Unauthenticated, "authn.wrong")
	}
	return authn.Session{Token: "tok-" + login, Expires: noon.Add(time.Hour), Actor: &authn.Actor{Name: "林小满", Kind: kind}}, nil
}

func (s *sessions) Actor(_ context.Context, token string) (*authn.Actor, error) {
	switch token {
	case "tok-lin":
		return &authn.Actor{AccountID: "a1", Name: "林小满", Kind: authn.KindStaff}, nil
	case "tok-chen":
		return &authn.Actor{AccountID: "a2", Name: "陈小满", Kind: authn.KindHolder, Roles: []string{authn.RoleHolder}}, nil
	case "tok-down":
		return nil, errors.New("database gone")
	}
	return nil, errs.New(errs.Unauthenticated, "unauthenticated")
}

func (s *sessions) SignOut(_ context.Context, token string) error {
	s.ended = append(s.ended, token)
	return nil
}

// checker knows one static code and a few presentations, and counts what is redeemed.
type checker struct {
	redeemed int
	purpose  string
	actor    *authn.Actor
	file     web.FileVerdict
	use      web.Intended
	peeks    int
}

var food = web.Text{Zh: "食品经营许可证", En: "Food business permit"}

func (c *checker) Static(_ context.Context, token string) (web.StaticView, error) {
	if token != "static-0001" {
		return web.StaticView{}, errs.New(errs.NotFound, "present.unknown")
	}
	return web.StaticView{Type: food, State: web.State{Code: "valid", Text: web.Text{Zh: "有效", En: "In force"}}, AsOf: noon}, nil
}

func (c *checker) Peek(_ context.Context, token string) (web.PeekView, error) {
	c.peeks++
	switch token {
	case "present-0001", "staff-only-1":
		return web.PeekView{Type: food, Seconds: 47, SignIn: token == "staff-only-1", Fields: []web.Text{{Zh: "经营者名称", En: "Operator"}}}, nil
	case "present-used":
		return web.PeekView{}, errs.New(errs.Gone, "present.used")
	}
	return web.PeekView{}, errs.New(errs.NotFound, "present.unknown")
}

func (c *checker) Check(_ context.Context, actor *authn.Actor, token, purpose string) (web.VerdictView, error) {
	if token == "staff-only-1" && actor == nil {
		return web.VerdictView{}, errs.New(errs.Unauthenticated, "unauthenticated")
	}
	if token != "present-0001" && token != "staff-only-1" {
		return web.VerdictView{}, errs.New(errs.Gone, "present.used")
	}
	c.redeemed, c.purpose, c.actor = c.redeemed+1, purpose, actor
	return web.VerdictView{
		Verdict: web.Suspended, State: web.State{Code: "lost", Text: web.Text{Zh: "挂失", En: "Reported lost"}}, Type: food,
		Issuer: web.Text{Zh: "鼓楼区市场监督管理局"}, CheckedAt: noon, RecordNo: "YX01JNQ4T7Z8",
		Fields: []web.Field{{Label: web.Text{Zh: "经营者名称", En: "Operator"}, Value: "<b>福州鼓楼面馆</b>"}},
	}, nil
}

func (c *checker) File(_ context.Context, file []byte, use web.Intended) (web.FileVerdict, error) {
	c.use = use
	if !bytes.HasPrefix(file, []byte("PK")) {
		return web.FileVerdict{}, errs.New(errs.Invalid, "file.unreadable")
	}
	return c.file, nil
}

type site struct {
	http.Handler
	sessions  *sessions
	checker   *checker
	directory *directory
	copies    *copies
}

func open(t *testing.T) *site {
	t.Helper()
	mux := http.NewServeMux()
	s := &site{sessions: &sessions{}, directory: &directory{}, copies: &copies{}, checker: &checker{file: web.FileVerdict{Verdict: web.Valid, Entries: 9, Covered: 9}}}
	pages, err := web.New(mux, web.Deps{Sessions: s.sessions, Checker: s.checker, Copies: s.copies, Directory: s.directory, Demo: true})
	if err != nil {
		t.Fatal(err)
	}
	s.Handler = httpapi.Edge{Log: slog.New(slog.DiscardHandler), Clock: clock.At(noon), PageError: pages.Error}.Handler(mux)
	return s
}

type answer struct {
	*http.Response
	body string
}

func (s *site) do(r *http.Request, headers ...string) answer {
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	s.ServeHTTP(w, r)
	res := w.Result()
	b, _ := io.ReadAll(res.Body)
	return answer{res, string(b)}
}

func (s *site) get(path string, headers ...string) answer {
	return s.do(httptest.NewRequest("GET", path, nil), headers...)
}

func (s *site) post(path string, form url.Values, headers ...string) answer {
	r := httptest.NewRequest("POST", path, strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return s.do(r, headers...)
}

func (s *site) upload(t *testing.T, field string, body []byte) answer {
	t.Helper()
	var b bytes.Buffer
	m := multipart.NewWriter(&b)
	_ = m.WriteField("unit", " 福州市鼓楼区市场监督管理局 ")
	_ = m.WriteField("case", "BJ1")
	part, err := m.CreateFormFile(field, "x.ofd")
	if err != nil {
		t.Fatal(err)
	}
	_, _ = part.Write(body)
	_ = m.Close()
	r := httptest.NewRequest("POST", "/check", &b)
	r.Header.Set("Content-Type", m.FormDataContentType())
	return s.do(r)
}

func TestPagesNeedNoScriptsAndAreSmall(t *testing.T) {
	t.Parallel()
	s := open(t)
	for path, want := range map[string]int{
		"/": 200, "/help": 200, "/login": 200, "/check": 200, "/v/static-0001": 200, "/s/present-0001": 200,
		"/nothing": 404, "/v/unknown-01": 404, "/s/present-used": 410,
	} {
		for _, lang := range []string{"zh", "en"} {
			a := s.get(path + "?lang=" + lang)
			if a.StatusCode != want || a.Header.Get("Content-Type") != "text/html; charset=utf-8" {
				t.Errorf("%s: %d %s", path, a.StatusCode, a.Header.Get("Content-Type"))
			}
			if len(a.body) > 100<<10 || strings.Contains(a.body, "<script") || strings.Contains(a.body, " onclick") || strings.Contains(a.body, `src="http`) {
				t.Errorf("%s: %d bytes, or a script, or something from elsewhere", path, len(a.body))
			}
			if strings.Count(a.body, "<h1") != 1 || !strings.Contains(a.body, "<title>") {
				t.Errorf("%s: not one heading and a title", path)
			}
		}
	}
}

func TestLanguageAndTypeAreRemembered(t *testing.T) {
	t.Parallel()
	s := open(t)
	a := s.get("/?lang=en")
	if !strings.Contains(a.body, `<html lang="en">`) || len(a.Cookies()) != 1 || a.Cookies()[0].Name != "yx_lang" || a.Cookies()[0].Value != "en" {
		t.Errorf("?lang=en: %v", a.Cookies())
	}
	if a := s.get("/", "Cookie", "yx_lang=en; yx_large=1"); !strings.Contains(a.body, `<html lang="en" data-large="true">`) {
		t.Error("the cookies do not count")
	}
	if a := s.get("/?large=1"); !strings.Contains(a.body, `<html lang="zh-CN" data-large="true">`) || a.Cookies()[0].Name != "yx_large" {
		t.Error("?large=1 does not count")
	}
	if a := s.get("/?lang=<script>&large=x", "Cookie", "yx_lang=xx"); !strings.Contains(a.body, `<html lang="zh-CN">`) || len(a.Cookies()) != 0 {
		t.Error("unknown values count")
	}
}

func TestLogin(t *testing.T) {
	t.Parallel()
	s := open(t)
	for _, c := range []struct{ account, next, want string }{
		{"lin", "", "/console/"},
		{"chen", "", "/m/"},
		{"lin", "/s/present-0001", "/s/present-0001"},
		{"lin", "/console/?a=1#x", "/console/?a=1#x"},
		{"lin", "https://other.example/", "/console/"},
		{"lin", "//other.example/", "/console/"},
		{"lin", "/\\other.example/", "/console/"},
		{"lin", "/\t/other.example/", "/console/"},
		{"lin", "javascript:alert(1)", "/console/"},
	} {
		a := s.post("/login", url.Values{"account": {c.account}, "password": {"right"}, "next": {c.next}})
		if a.StatusCode != 303 || a.Header.Get("Location") != c.want || a.Cookies()[0].Value != "tok-"+c.account {
			t.Errorf("next %q: %d to %q, want %q", c.next, a.StatusCode, a.Header.Get("Location"), c.want)
		}
	}
	a := s.post("/login", url.Values{"account": {"lin"}, "password": {"secret-guess"}, "next": {"/help"}})
	if a.StatusCode != 401 || !strings.Contains(a.body, `role="alert"`) || !strings.Contains(a.body, `value="lin"`) ||
		!strings.Contains(a.body, `value="/help"`) || strings.Contains(a.body, "secret-guess") {
		t.Errorf("wrong password: %d %s", a.StatusCode, a.body)
	}
	if a := s.post("/login", url.Values{"account": {"lin"}, "password": {"right"}}, "Cookie", "yx_session=old"); a.StatusCode != 303 || s.sessions.ended[0] != "old" {
		t.Error("the session before lives on")
	}
	if a := s.post("/login", nil, "Sec-Fetch-Site", "cross-site"); a.StatusCode != 403 || !strings.Contains(a.body, "request.origin") {
		t.Errorf("from another site: %d", a.StatusCode)
	}
}

func TestLogout(t *testing.T) {
	t.Parallel()
	s := open(t)
	a := s.post("/logout", nil, "Cookie", "yx_session=tok-lin")
	if a.StatusCode != 303 || a.Cookies()[0].MaxAge >= 0 || len(s.sessions.ended) != 1 {
		t.Errorf("%d %v", a.StatusCode, a.Cookies())
	}
	if a := s.get("/logout", "Cookie", "yx_session=tok-lin"); a.StatusCode != 404 || len(s.sessions.ended) != 1 {
		t.Error("a GET signed somebody out")
	}
}

func TestOpeningALinkConsumesNothing(t *testing.T) {
	t.Parallel()
	s := open(t)
	if a := s.get("/s/present-0001"); !strings.Contains(a.body, "47秒") || !strings.Contains(a.body, "经营者名称") || s.checker.redeemed != 0 {
		t.Errorf("GET redeemed %d: %s", s.checker.redeemed, a.body)
	}
	a := s.post("/s/present-0001", url.Values{"purpose": {" 入住登记 "}}, "Cookie", "yx_session=tok-lin")
	if a.StatusCode != 200 || s.checker.redeemed != 1 || s.checker.purpose != "入住登记" || s.checker.actor.AccountID != "a1" {
		t.Errorf("POST: %d, %+v", a.StatusCode, s.checker)
	}
	for _, part := range []string{"<h1>暂停使用</h1>", "挂失", "YX01JNQ4T7Z8", "&lt;b&gt;福州鼓楼面馆", "2026年3月2日 12:00", `class="verdict amber"`} {
		if !strings.Contains(a.body, part) {
			t.Errorf("the verdict lacks %s", part)
		}
	}
	if strings.Contains(a.body, "?large=1") {
		t.Error("a result that cannot be fetched again offers links that fetch it")
	}
}

func TestCheckRefusals(t *testing.T) {
	t.Parallel()
	s := open(t)
	if a := s.post("/s/present-used", nil); a.StatusCode != 410 || !strings.Contains(a.body, "present.used") {
		t.Errorf("used: %d", a.StatusCode)
	}
	if a := s.post("/s/staff-only-1", nil); a.StatusCode != 303 || a.Header.Get("Location") != "/login?next=%2Fs%2Fstaff-only-1" {
		t.Errorf("not signed in: %d %s", a.StatusCode, a.Header.Get("Location"))
	}
	if a := s.get("/s/staff-only-1"); strings.Contains(a.body, `method="post" class="stack"`) || !strings.Contains(a.body, "/login?next=%2fs%2fstaff-only-1") {
		t.Error("the page offers a check that would be refused")
	}
	if a := s.post("/s/staff-only-1", nil, "Cookie", "yx_session=tok-lin"); a.StatusCode != 200 {
		t.Errorf("signed in: %d", a.StatusCode)
	}
	if a := s.post("/s/present-0001", nil, "Cookie", "yx_session=tok-down"); a.StatusCode != 500 || strings.Contains(a.body, "database gone") {
		t.Errorf("database down: %d", a.StatusCode)
	}
	if a := s.post("/s/present-0001", url.Values{"purpose": {strings.Repeat("字", 61)}}); a.StatusCode != 422 {
		t.Errorf("long purpose: %d", a.StatusCode)
	}
}

func TestCheckCode(t *testing.T) {
	t.Parallel()
	s := open(t)
	for code, want := range map[string]string{
		"static-0001":                            "/v/static-0001",
		" present-0001 ":                         "/s/present-0001",
		"https://yinxin.example/s/present-0001":  "/s/present-0001",
		"https://elsewhere.example/v/any-token1": "/v/any-token1",
	} {
		if a := s.post("/check/code", url.Values{"code": {code}}); a.StatusCode != 303 || a.Header.Get("Location") != want {
			t.Errorf("%q: %d %s, want %s", code, a.StatusCode, a.Header.Get("Location"), want)
		}
	}
	for code, want := range map[string]int{"": 404, "35010219900307001X": 404, "present-used": 410, "https://evil.example/login": 404, "../../x": 404} {
		a := s.post("/check/code", url.Values{"code": {code}})
		if a.StatusCode != want || !strings.Contains(a.body, `id="code-wrong"`) || code != "" && strings.Contains(a.body, code) {
			t.Errorf("%q: %d, want %d with words at the field and without the code", code, a.StatusCode, want)
		}
	}
	if s.checker.redeemed != 0 {
		t.Error("looking a code up redeemed it")
	}
}

func TestCheckFile(t *testing.T) {
	t.Parallel()
	s := open(t)
	s.checker.file = web.FileVerdict{
		Verdict: web.Invalid, Entries: 9, Covered: 8,
		Causes:  []web.Cause{{Code: "DIGEST_MISMATCH", Part: "Doc_0/Pages/Page_0/Content.xml", Text: web.Text{Zh: "页面内容被改动。"}}},
		License: []web.Field{{Label: web.Text{Zh: "证照名称"}, Value: "食品经营许可证"}},
		Seals:   []web.Seal{{Name: "鼓楼区市场监督管理局", Signer: "CN=鼓楼", At: noon, Verdict: web.Invalid}},
		Current: &web.Current{State: web.State{Code: "valid", Text: web.Text{Zh: "有效"}}, At: noon},
	}
	a := s.upload(t, "file", []byte("PK\x03\x04"))
	for _, part := range []string{"<h1>不可信</h1>", "DIGEST_MISMATCH", "页面内容被改动", "8 / 9", "食品经营许可证"} {
		if a.StatusCode != 200 || !strings.Contains(a.body, part) {
			t.Errorf("%d, lacks %s", a.StatusCode, part)
		}
	}
	if want := (web.Intended{Unit: "福州市鼓楼区市场监督管理局", CaseNo: "BJ1"}); s.checker.use != want {
		t.Errorf("it is asked about %v", s.checker.use)
	}
	for name, c := range map[string]struct {
		answer answer
		status int
		words  string
	}{
		"not OFD":     {s.upload(t, "file", []byte("hello")), 422, errs.Text("file.unreadable", "zh", nil)},
		"empty":       {s.upload(t, "file", nil), 422, errs.Text("file.none", "zh", nil)},
		"other field": {s.upload(t, "other", []byte("PK")), 422, errs.Text("file.none", "zh", nil)},
		"too large":   {s.upload(t, "file", make([]byte, httpapi.MaxFile+1)), 413, errs.Text("file.too-large", "zh", nil)},
		"far larger":  {s.upload(t, "file", make([]byte, httpapi.MaxFile+(1<<20))), 413, errs.Text("file.too-large", "zh", nil)},
		"no form":     {s.post("/check", url.Values{"file": {"x"}}), 422, errs.Text("file.none", "zh", nil)},
	} {
		if c.answer.StatusCode != c.status || !strings.Contains(c.answer.body, c.words) {
			t.Errorf("%s: %d, want %d with %q", name, c.answer.StatusCode, c.status, c.words)
		}
	}
}

func TestAssets(t *testing.T) {
	t.Parallel()
	s := open(t)
	page := s.get("/").body
	i := strings.Index(page, "/assets/yinxin.css?v=")
	href := page[i : i+strings.IndexByte(page[i:], '"')]
	a := s.get(href, "Accept-Encoding", "gzip, br")
	if a.StatusCode != 200 || a.Header.Get("Cache-Control") != "public, max-age=31536000, immutable" || a.Header.Get("Content-Encoding") != "gzip" {
		t.Errorf("%s: %d %v", href, a.StatusCode, a.Header)
	}
	again := s.get(href, "Accept-Encoding", "gzip", "If-None-Match", a.Header.Get("ETag"))
	if again.StatusCode != 304 || again.body != "" {
		t.Errorf("held already: %d", again.StatusCode)
	}
	if plain := s.get("/assets/yinxin.css?v=old"); plain.Header.Get("Cache-Control") != "no-cache" || !strings.HasPrefix(plain.body, "/*") {
		t.Errorf("other version: %v", plain.Header)
	}
	if a := s.get("/assets/web.go"); a.StatusCode != 404 {
		t.Errorf("unknown: %d", a.StatusCode)
	}
}
