package httpapi_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/yinxin-org/yinxin/internal/httpapi"
)

func TestPanicBecomesAProblem(t *testing.T) {
	t.Parallel()
	s := newServer(t, httpapi.Edge{})
	s.mux.HandleFunc("GET /api/v1/boom/{token}", func(http.ResponseWriter, *http.Request) { panic("holder " + secret) })
	a := s.do("GET", "/api/v1/boom/"+secret, "")
	if p := a.problem(t); p.Status != 500 || p.Code != "internal" {
		t.Errorf("%+v", p)
	}
	var line struct{ Msg, Level, Route, Code, Cause, Stack, ID string }
	if err := json.Unmarshal(s.log.Bytes(), &line); err != nil {
		t.Fatal(err)
	}
	if line.Msg != "request" || line.Level != "ERROR" || line.Route != "GET /api/v1/boom/{token}" || line.Code != "internal" || line.Stack == "" {
		t.Errorf("log line %+v", line)
	}
	if strings.Contains(s.log.String()+a.body, secret) {
		t.Error("the panic's value came out")
	}
}

func TestOtherSitesAreRefused(t *testing.T) {
	t.Parallel()
	s := newServer(t, httpapi.Edge{})
	for _, c := range []struct {
		name    string
		headers []string
		status  int
	}{
		{"other site", []string{"Sec-Fetch-Site", "cross-site"}, 403},
		{"sibling host", []string{"Sec-Fetch-Site", "same-site"}, 403},
		{"old browser, other origin", []string{"Origin", "https://other.example"}, 403},
		{"own page", []string{"Sec-Fetch-Site", "same-origin"}, 200},
		{"own page, old browser", []string{"Origin", "http://example.com"}, 200},
		{"program", nil, 200},
	} {
		if got := s.do("POST", "/api/v1/session", signInBody, c.headers...); got.StatusCode != c.status {
			t.Errorf("%s: %d %s, want %d", c.name, got.StatusCode, got.body, c.status)
		}
	}
}

func TestSecurityHeaders(t *testing.T) {
	t.Parallel()
	s := newServer(t, httpapi.Edge{})
	for _, path := range []string{"/docs", "/api/v1/session", "/nothing", "/console", "/console/window", "/consoles"} {
		h := s.do("GET", path, "").Header
		csp := h.Get("Content-Security-Policy")
		for _, part := range []string{"default-src 'self'", "script-src 'self' 'wasm-unsafe-eval'", "frame-ancestors 'none'", "form-action 'self'"} {
			if !strings.Contains(csp, part) {
				t.Errorf("%s: no %s in %q", path, part, csp)
			}
		}
		// The console alone asks the reader of identity cards.
		console := path == "/console" || path == "/console/window"
		if strings.Contains(csp, "connect-src 'self' http://127.0.0.1:17777") != console || strings.Contains(csp, "17777") != console {
			t.Errorf("%s: %q", path, csp)
		}
		if h.Get("X-Content-Type-Options") != "nosniff" || h.Get("Referrer-Policy") != "same-origin" {
			t.Errorf("%s: %v", path, h)
		}
	}
	if got := s.do("GET", "/api/v1/session", "").Header.Get("Cache-Control"); got != "no-store" {
		t.Errorf("Cache-Control %q", got)
	}
}

func TestRateLimit(t *testing.T) {
	t.Parallel()
	s := newServer(t, httpapi.Edge{
		Limits:  httpapi.Limits{SignIn: httpapi.Rate{Burst: 2, PerMinute: 1}, Check: httpapi.Rate{Burst: 100, PerMinute: 100}},
		Proxies: []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")},
	})
	try := func(peer, forwarded string) int {
		r := httptest.NewRequest("POST", "/api/v1/session", strings.NewReader(signInBody))
		r.Header.Set("Content-Type", "application/json")
		r.RemoteAddr = peer
		if forwarded != "" {
			r.Header.Set("X-Forwarded-For", forwarded)
		}
		w := httptest.NewRecorder()
		s.ServeHTTP(w, r)
		return w.Code
	}
	steps := []struct {
		name, peer, forwarded string
		wait                  time.Duration
		want                  int
	}{
		{"first", "192.0.2.1:1000", "", 0, 200},
		{"second, invented proxy", "192.0.2.1:1001", "198.51.100.9", 0, 200},
		{"third", "192.0.2.1:1002", "198.51.100.8", 0, 429},
		{"other address", "192.0.2.2:1000", "", 0, 200},
		{"a minute later", "192.0.2.1:1003", "", time.Minute, 200},
		{"and again", "192.0.2.1:1004", "", 0, 429},
		{"behind the proxy", "10.1.1.1:1", "203.0.113.5", 0, 200},
		{"behind the proxy, prefix invented by the client", "10.1.1.1:1", "1.1.1.1, 203.0.113.5", 0, 200},
		{"behind two proxies", "10.1.1.1:1", "203.0.113.5, 10.2.2.2", 0, 429},
		{"same /64", "[2001:db8::1]:1", "", 0, 200},
		{"same /64 again", "[2001:db8::2]:1", "", 0, 200},
		{"same /64 a third time", "[2001:db8::3:1]:1", "", 0, 429},
		{"other /64", "[2001:db8:0:1::1]:1", "", 0, 200},
	}
	for _, c := range steps {
		s.clock.Move(c.wait)
		if got := try(c.peer, c.forwarded); got != c.want {
			t.Errorf("%s: %d, want %d", c.name, got, c.want)
		}
	}
}

func TestPagesGetTheirOwnErrors(t *testing.T) {
	t.Parallel()
	s := newServer(t, httpapi.Edge{PageError: func(w http.ResponseWriter, r *http.Request, err error) {
		w.WriteHeader(http.StatusTeapot)
	}})
	if got := s.do("POST", "/login", "", "Sec-Fetch-Site", "cross-site"); got.StatusCode != http.StatusTeapot {
		t.Errorf("page: %d", got.StatusCode)
	}
	s.do("POST", "/api/v1/session", signInBody, "Sec-Fetch-Site", "cross-site").problem(t)
}
