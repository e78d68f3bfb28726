package httpapi_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/yinxin-org/yinxin/internal/authn"
	"github.com/yinxin-org/yinxin/internal/change"
	"github.com/yinxin-org/yinxin/internal/clock"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/errs"
	"github.com/yinxin-org/yinxin/internal/httpapi"
)

var update = flag.Bool("update", false, "rewrite golden files")

// sessions is a memory of sessions with one account, whose database can be made to fail.
type sessions struct {
	live map[string]*authn.Actor
	down error
}

func (s *sessions) SignIn(_ context.Context, login, password string) (authn.Session, error) {
	switch {
	case s.down != nil:
		return authn.Session{}, s.down
	case login == "locked":
		return authn.Session{}, errs.New(errs.Limited, "authn.locked").With("minutes", "7")
	case login != "lin" || password != "Gulou-2026":
		return authn.Session{}, errs.New(errs.Unauthenticated, "authn.wrong")
	}
	token := "token-" + strings.Repeat("x", len(s.live)+1)
	s.live[token] = &authn.Actor{AccountID: "a1", Name: "林小满", Kind: authn.KindStaff, UnitID: "u1", Roles: []string{"clerk"}}
	return authn.Session{Token: token, Expires: time.Date(2026, 3, 2, 21, 0, 0, 0, time.UTC), Actor: s.live[token]}, nil
}

func (s *sessions) Actor(_ context.Context, token string) (*authn.Actor, error) {
	if s.down != nil {
		return nil, s.down
	}
	if a, ok := s.live[token]; ok {
		return a, nil
	}
	return nil, errs.New(errs.Unauthenticated, "unauthenticated")
}

func (s *sessions) SignOut(_ context.Context, token string) error {
	delete(s.live, token)
	return s.down
}

type server struct {
	http.Handler
	api      huma.API
	mux      *http.ServeMux
	sessions *sessions
	log      *bytes.Buffer
	clock    *clock.Fixed
}

func newServer(t *testing.T, edge httpapi.Edge) *server {
	t.Helper()
	s := &server{
		mux: http.NewServeMux(), sessions: &sessions{live: map[string]*authn.Actor{}},
		log: &bytes.Buffer{}, clock: clock.At(time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)),
	}
	log := slog.New(slog.NewJSONHandler(s.log, nil))
	d, err := db.Open(t.Context(), "sqlite:"+filepath.Join(t.TempDir(), "yinxin.db"))
	if err == nil {
		t.Cleanup(func() { _ = d.Close() })
		err = d.Migrate(t.Context())
	}
	if err != nil {
		t.Fatal(err)
	}
	s.api = httpapi.New(s.mux, httpapi.Deps{
		Log: log, Version: "0.1.0", Sessions: s.sessions, Clock: s.clock, Demo: true, DB: d, Trail: change.Open(s.clock),
		UnitName: func(_ context.Context, id string) (string, error) { return "鼓楼区行政服务中心", nil },
		Health:   func(context.Context) (string, error) { return "ok", s.sessions.down },
		Ready:    func(context.Context) error { return s.sessions.down },
	})
	edge.Log, edge.Clock = log, s.clock
	s.Handler = edge.Handler(s.mux)
	return s
}

type answer struct {
	*http.Response
	body string
}

func (s *server) do(method, path, body string, headers ...string) answer {
	r := httptest.NewRequest(method, path, strings.NewReader(body))
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	s.ServeHTTP(w, r)
	res := w.Result()
	b, _ := io.ReadAll(res.Body)
	return answer{res, string(b)}
}

func (a answer) problem(t *testing.T) httpapi.Problem {
	t.Helper()
	if ct := a.Header.Get("Content-Type"); ct != "application/problem+json" {
		t.Fatalf("content type %q, body %s", ct, a.body)
	}
	var p httpapi.Problem
	if err := json.Unmarshal([]byte(a.body), &p); err != nil {
		t.Fatal(err)
	}
	if p.Status != a.StatusCode || p.Zh == "" || p.En == "" || p.Reference == "" || p.Reference != a.Header.Get("X-Request-Id") {
		t.Errorf("problem %+v of status %d", p, a.StatusCode)
	}
	return p
}

const signInBody = `{"account":"lin","password":"Gulou-2026"}`

func TestSession(t *testing.T) {
	t.Parallel()
	s := newServer(t, httpapi.Edge{})
	if p := s.do("GET", "/api/v1/session", "").problem(t); p.Code != "unauthenticated" || p.Status != 401 {
		t.Errorf("before signing in: %+v", p)
	}
	in := s.do("POST", "/api/v1/session", signInBody)
	if in.StatusCode != 200 {
		t.Fatalf("sign in: %d %s", in.StatusCode, in.body)
	}
	want := `{"accountId":"a1","name":"林小满","kind":"staff","roles":["clerk"],"unit":{"id":"u1","name":"鼓楼区行政服务中心"},"mustEnrol":false,"demo":true}`
	if got := strings.TrimSpace(in.body); got != want {
		t.Errorf("session\n%s\nwant\n%s", got, want)
	}
	c := in.Cookies()[0]
	if c.Name != authn.CookieName || !c.HttpOnly || c.SameSite != http.SameSiteLaxMode || c.Secure || c.Path != "/" {
		t.Errorf("cookie %+v", c)
	}
	cookie := c.Name + "=" + c.Value
	if got := s.do("GET", "/api/v1/session", "", "Cookie", cookie); got.StatusCode != 200 || got.body != in.body {
		t.Errorf("session: %d %s", got.StatusCode, got.body)
	}
	// Signing in again ends the session the browser had.
	again := s.do("POST", "/api/v1/session", signInBody, "Cookie", cookie)
	if _, alive := s.sessions.live[c.Value]; alive || again.StatusCode != 200 {
		t.Error("the old session lives on")
	}
	out := s.do("DELETE", "/api/v1/session", "", "Cookie", again.Cookies()[0].Name+"="+again.Cookies()[0].Value)
	if out.StatusCode != 204 || out.Cookies()[0].MaxAge >= 0 || len(s.sessions.live) != 0 {
		t.Errorf("sign out: %d %v, %d sessions left", out.StatusCode, out.Cookies(), len(s.sessions.live))
	}
}

func TestCookieIsBoundToTLS(t *testing.T) {
	t.Parallel()
	s := newServer(t, httpapi.Edge{Secure: true})
	in := s.do("POST", "/api/v1/session", signInBody)
	if !in.Cookies()[0].Secure || in.Header.Get("Strict-Transport-Security") == "" {
		t.Errorf("headers %v", in.Header)
	}
}

func TestLanguages(t *testing.T) {
	t.Parallel()
	s := newServer(t, httpapi.Edge{})
	zh, en := errs.Text("unauthenticated", "zh", nil), errs.Text("unauthenticated", "en", nil)
	for accept, want := range map[string]string{
		"": zh, "zh-CN": zh, "en-GB,en;q=0.8": en, "fr": zh, "zh;q=0.5, en": en, "zh-Hant-TW": zh, ";;;": zh,
	} {
		if p := s.do("GET", "/api/v1/session", "", "Accept-Language", accept).problem(t); p.Detail != want {
			t.Errorf("Accept-Language %q: %s", accept, p.Detail)
		}
	}
}

func TestDomainErrors(t *testing.T) {
	t.Parallel()
	s := newServer(t, httpapi.Edge{})
	locked := s.do("POST", "/api/v1/session", `{"account":"locked","password":"x"}`)
	if p := locked.problem(t); p.Status != 429 || p.Code != "authn.locked" || !strings.Contains(p.Zh, "7分钟") || locked.Header.Get("Retry-After") != "420" {
		t.Errorf("locked: %+v %v", p, locked.Header)
	}
	if p := s.do("POST", "/api/v1/session", `{"account":"nobody","password":"x"}`).problem(t); p.Status != 401 || p.Code != "authn.wrong" {
		t.Errorf("wrong: %+v", p)
	}
	s.sessions.down = errors.New("disk of db7 is full")
	down := s.do("POST", "/api/v1/session", signInBody)
	if p := down.problem(t); p.Status != 500 || p.Code != "internal" || strings.Contains(down.body, "db7") {
		t.Errorf("internal: %s", down.body)
	}
	if !strings.Contains(s.log.String(), "disk of db7 is full") {
		t.Error("the cause is not in the log")
	}
	for _, path := range []string{"/healthz", "/readyz"} {
		if got := s.do("GET", path, ""); got.StatusCode != 503 || strings.Contains(got.body, "db7") {
			t.Errorf("%s: %d %s", path, got.StatusCode, got.body)
		}
	}
	s.sessions.down = errs.New(errs.Unavailable, "log.stopped")
	if p := s.do("GET", "/healthz", "").problem(t); p.Status != 503 || p.Code != "log.stopped" {
		t.Errorf("health of a stopped log: %+v", p)
	}
}

func TestUnmatched(t *testing.T) {
	t.Parallel()
	s := newServer(t, httpapi.Edge{})
	if p := s.do("GET", "/api/v1/nothing", "").problem(t); p.Status != 404 || p.Code != "not-found" {
		t.Errorf("%+v", p)
	}
	got := s.do("PUT", "/api/v1/session", "")
	if p := got.problem(t); p.Status != 405 || strings.Join(got.Header.Values("Allow"), ",") != "GET,POST,DELETE" {
		t.Errorf("%+v, Allow %v", p, got.Header.Values("Allow"))
	}
}

// secret stands for a citizen number that a client sends where it does not belong.
const secret = "35010219900307001X"

func TestProblemsNameFieldsAndNeverValues(t *testing.T) {
	t.Parallel()
	s := newServer(t, httpapi.Edge{})
	for _, c := range []struct {
		name, method, path, body string
		status                   int
		code, field, rule        string
	}{
		{"unknown field", "POST", "/api/v1/session", `{"account":"lin","password":"x","idCard":"` + secret + `"}`, 422, "body.invalid", "idCard", "field.unknown"},
		{"value as field name", "POST", "/api/v1/session", `{"account":"lin","password":"x","` + secret + `":1}`, 422, "body.invalid", "*", "field.unknown"},
		{"other case", "POST", "/api/v1/session", `{"Account":"` + secret + `","account":"a","password":"x"}`, 422, "body.invalid", "Account", "field.unknown"},
		{"missing", "POST", "/api/v1/session", `{"account":"` + secret + `"}`, 422, "body.invalid", "password", "field.required"},
		{"too long", "POST", "/api/v1/session", `{"account":"` + strings.Repeat(secret, 20) + `","password":"x"}`, 422, "body.invalid", "account", "field.too-long"},
		{"empty", "POST", "/api/v1/session", `{"account":"","password":"` + secret + `"}`, 422, "body.invalid", "account", "field.too-short"},
		{"wrong type", "POST", "/api/v1/session", `{"account":["` + secret + `"],"password":"x"}`, 422, "body.invalid", "account", "field.type"},
		{"not JSON", "POST", "/api/v1/session", `{"account":"` + secret, 400, "body.syntax", "", ""},
		{"no body", "POST", "/api/v1/session", ``, 400, "field.required", "", ""},
		{"unknown address with a parameter", "GET", "/api/v1/nothing?holder=" + secret, "", 404, "not-found", "", ""},
		{"unknown parameter of an operation", "DELETE", "/api/v1/session?holder=" + secret, "", 422, "body.invalid", "holder", "field.unknown"},
		{"value as parameter name", "DELETE", "/api/v1/session?" + secret + "=1", "", 422, "body.invalid", "*", "field.unknown"},
		{"value in the address", "GET", "/api/v1/nothing/" + secret, "", 404, "not-found", "", ""},
		{"value in a known address", "GET", "/api/v1/cases/" + secret, "", 401, "unauthenticated", "", ""},
	} {
		a := s.do(c.method, c.path, c.body)
		p := a.problem(t)
		if p.Status != c.status || p.Code != c.code {
			t.Errorf("%s: %d %s, want %d %s", c.name, p.Status, p.Code, c.status, c.code)
		}
		if c.field == "" && len(p.Errors) > 0 || c.field != "" && (len(p.Errors) != 1 || p.Errors[0].Field != c.field || p.Errors[0].Code != c.rule) {
			t.Errorf("%s: errors %+v, want %s on %s", c.name, p.Errors, c.rule, c.field)
		}
		if strings.Contains(a.body, secret) {
			t.Errorf("%s: the answer repeats the value: %s", c.name, a.body)
		}
	}
	if strings.Contains(s.log.String(), secret) {
		t.Errorf("the log holds the value: %s", s.log)
	}
}

func TestTooLarge(t *testing.T) {
	t.Parallel()
	s := newServer(t, httpapi.Edge{})
	body := `{"account":"` + strings.Repeat("a", httpapi.MaxBody) + `","password":"x"}`
	if p := s.do("POST", "/api/v1/session", body).problem(t); p.Status != 413 || p.Code != "body.too-large" {
		t.Errorf("%+v", p)
	}
	if p := s.do("POST", "/api/v1/session", signInBody, "Content-Type", "text/plain").problem(t); p.Status != 415 {
		t.Errorf("%+v", p)
	}
}

// Whoever adds an operation must say who may call it.
func TestEveryOperationSaysWhoMayCallIt(t *testing.T) {
	t.Parallel()
	s := newServer(t, httpapi.Edge{})
	for path, item := range s.api.OpenAPI().Paths {
		for _, op := range []*huma.Operation{item.Get, item.Put, item.Post, item.Delete, item.Patch, item.Head, item.Options} {
			if op == nil {
				continue
			}
			_, roles := op.Extensions["x-roles"]
			_, open := op.Extensions["x-open"]
			if roles == open || roles != (len(op.Security) == 1) {
				t.Errorf("%s %s is neither require(…)d nor open(…)ed", op.Method, path)
			}
			if op.Summary == "" || op.OperationID == "" || len(op.Tags) != 1 {
				t.Errorf("%s %s lacks a summary, an id or a tag", op.Method, path)
			}
		}
	}
}

func TestDocument(t *testing.T) {
	t.Parallel()
	s := newServer(t, httpapi.Edge{})
	got := s.do("GET", "/openapi.yaml", "").body
	golden := filepath.Join("..", "..", "api", "openapi.yaml")
	if *update {
		if err := os.MkdirAll(filepath.Dir(golden), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Error("api/openapi.yaml is out of date: go test ./internal/httpapi -update")
	}
	page := s.do("GET", "/docs", "")
	if page.StatusCode != 200 || strings.Contains(page.body, "<script") || strings.Contains(page.body, "https://") {
		t.Errorf("the page has a script or loads from elsewhere, or failed: %d", page.StatusCode)
	}
	for _, part := range []string{`id="op-signIn"`, `id="schema-Problem"`, `id="authn.locked"`} {
		if !strings.Contains(page.body, part) {
			t.Errorf("the page lacks %s", part)
		}
	}
}
