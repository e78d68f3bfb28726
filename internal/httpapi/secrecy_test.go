package httpapi_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"

	"github.com/yinxin-org/yinxin/internal/catalog"
	"github.com/yinxin-org/yinxin/internal/demo"
	"github.com/yinxin-org/yinxin/test/demotest"
	"github.com/yinxin-org/yinxin/test/world"
)

// witness keeps what passes in the open: addresses asked for and sent, and what refusals say.
type witness struct {
	next http.Handler
	mu   sync.Mutex
	seen []string
}

func (w *witness) ServeHTTP(out http.ResponseWriter, r *http.Request) {
	kept := &heard{ResponseWriter: out}
	w.next.ServeHTTP(kept, r)
	said := "asked " + r.Method + " " + plain(r.URL.RequestURI()) + " " + plain(r.Referer()) + " location " + plain(out.Header().Get("Location"))
	if kept.status >= 400 {
		said += " refused " + kept.body.String()
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.seen = append(w.seen, said)
}

// plain undoes the escapes of an address.
func plain(s string) string {
	if p, err := url.QueryUnescape(s); err == nil {
		return p
	}
	return s
}

type heard struct {
	http.ResponseWriter
	status int
	body   bytes.Buffer
}

func (h *heard) WriteHeader(status int) { h.status = status; h.ResponseWriter.WriteHeader(status) }

func (h *heard) Write(p []byte) (int, error) {
	if h.status >= 400 {
		h.body.Write(p)
	}
	return h.ResponseWriter.Write(p)
}

// TestNoPersonalValueInTheOpen lets the demonstration's people do all that they do, and some of them err with personal
// values in their hands: no name, number, phone or address of anybody stands in the log, in an address or in a refusal.
func TestNoPersonalValueInTheOpen(t *testing.T) {
	t.Parallel()
	s := httptest.NewUnstartedServer(nil)
	log := &demotest.Log{}
	c := world.Filling(t, "", "http://"+s.Listener.Addr().String(), log)
	h, err := c.Handler()
	if err != nil {
		t.Fatal(err)
	}
	w := &witness{next: h}
	s.Config.Handler = w
	s.Start()
	t.Cleanup(s.Close)
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() { defer close(ended); c.Run(ctx) }()
	t.Cleanup(func() { stop(); <-ended })
	if err := demo.Once(ctx, &demo.Server{App: c.App, BaseURL: s.URL, Data: c.Config.Data}, t.TempDir(), io.Discard); err != nil {
		t.Logf("the flow ended early, which other tests are about: %v", err)
	}
	mistakes(t, c, s.URL)

	values := map[string]string{}
	for _, x := range c.City.Holders {
		if x.Kind == catalog.Natural {
			values[x.Code], values[x.Phone], values[x.Address], values[x.Name] = "code", "phone", "address", "name"
		}
	}
	delete(values, "")
	found := inTheOpen(append(w.seen, log.String()), values)
	for _, f := range found {
		t.Error(f)
	}
	owner := c.Cast(t, "owner")
	if n := len(inTheOpen([]string{"asked GET /x?code=" + owner.Code, "for " + owner.Name}, values)); n != 2 {
		t.Errorf("of two values that were put there %d are found", n)
	}
	if len(w.seen) < 60 || len(log.String()) < 10_000 || len(values) < 50 {
		t.Errorf("%d requests, %d bytes of log and %d values are too few to tell", len(w.seen), len(log.String()), len(values))
	}
	t.Logf("%d requests, %d bytes of log, %d values, %d found", len(w.seen), len(log.String()), len(values), len(found))
}

// inTheOpen tells what stands in texts that should not, without saying it.
func inTheOpen(texts []string, values map[string]string) []string {
	var found []string
	for _, text := range texts {
		for value, kind := range values {
			if len(value) > 4 && strings.Contains(text, value) {
				found = append(found, fmt.Sprintf("the %s of a holder stands in the open: %.200s", kind, strings.ReplaceAll(text, value, "<"+kind+">")))
			}
		}
	}
	return found
}

// mistakes are made with personal values in people's hands.
func mistakes(t *testing.T, c *world.World, url string) {
	t.Helper()
	as := func(login string) *client {
		jar, err := cookiejar.New(nil)
		if err != nil {
			t.Fatal(err)
		}
		cl := &client{t: t, url: url, http: &http.Client{Jar: jar}}
		if login != "" {
			cl.must("POST", "/api/v1/session", m{"account": login, "password": c.Passwords[login]}, nil)
		}
		return cl
	}
	owner, bride := c.Cast(t, "owner"), c.Cast(t, "bride")
	wrong := owner.Code[:17] + map[bool]string{true: "1", false: "2"}[owner.Code[17] == '2']
	nobody, desk, holder := as(""), as(clerk), as("owner")
	for _, x := range []struct {
		by           *client
		method, path string
		body         any
	}{
		{nobody, "POST", "/api/v1/session", m{"account": owner.Code, "password": owner.Phone}},
		{nobody, "POST", "/api/v1/session", m{"account": owner.Name, "password": owner.Code}},
		{desk, "POST", "/api/v1/cases", m{"matterCode": foodMatter, "applicant": m{"code": owner.Code}, "idempotencyKey": owner.Code}},
		{desk, "POST", "/api/v1/cases", m{"matterCode": foodMatter, "applicant": m{"code": wrong}, "idempotencyKey": "secrecy-1"}},
		{desk, "POST", "/api/v1/cases", m{"matterCode": owner.Code, "applicant": m{"code": bride.Code, "name": owner.Name}, owner.Phone: bride.Name}},
		{desk, "POST", "/api/v1/cases", `{"applicant": {"code": ` + owner.Code + `}, "` + owner.Name + `"`},
		{desk, "POST", "/api/v1/uses", m{"token": owner.Name + owner.Code}},
		{holder, "POST", "/api/v1/me/licenses/none/presentations", m{"purpose": strings.Repeat(bride.Name, 300)}},
		{holder, "POST", "/api/v1/verify", owner.Name},
	} {
		x.by.do(x.method, x.path, x.body)
	}
}
