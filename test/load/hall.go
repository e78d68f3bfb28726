package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"sync"
	"time"

	"github.com/yinxin-org/yinxin/internal/authn"
	"github.com/yinxin-org/yinxin/internal/demo"
)

// Who takes part: of the accounts of the demonstration, these sign in once and are shared by all users.
var (
	citizens = []string{"food-firm", "owner", "baker", "tea-firm", "father", "mother", "clinic-firm", "freight-firm", "groom", "has-food-permit", "has-identity-card"}
	clerks   = []string{"gl-scjg-clerk", "gl-wjj-clerk", "gl-scjg-approver", "fz-jtj-clerk"}
)

// session is a signed-in account with what it may open.
type session struct {
	cookie   string
	licenses []string
	cases    []string // of a clerk's unit; of a citizen, the own applications
}

// hall is the service under measurement.
type hall struct {
	o        options
	client   *http.Client
	citizens []session
	clerks   []session
	guides   []string
}

func openHall(ctx context.Context, o options) (*hall, error) {
	h := &hall{o: o, client: &http.Client{Timeout: 30 * time.Second, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		Transport: &http.Transport{MaxIdleConns: 2000, MaxIdleConnsPerHost: 2000, MaxConnsPerHost: 2000}}}
	words, err := demo.Passwords(o.data)
	if err != nil {
		return nil, err
	}
	for _, login := range citizens {
		s, err := h.signIn(ctx, login, words[login])
		if err != nil {
			return nil, err
		}
		if s.licenses, err = h.ids(ctx, s, "/api/v1/me/licenses", "id"); err != nil {
			return nil, err
		}
		if s.cases, err = h.ids(ctx, s, "/api/v1/me/applications", "caseNo"); err != nil {
			return nil, err
		}
		h.citizens = append(h.citizens, s)
	}
	if h.guides, err = h.ids(ctx, session{}, "/api/v1/matters", "code"); err != nil {
		return nil, err
	}
	for _, login := range clerks {
		s, err := h.signIn(ctx, login, words[login])
		if err != nil {
			return nil, err
		}
		if s.cases, err = h.ids(ctx, s, "/api/v1/cases", "caseNo"); err != nil {
			return nil, err
		}
		h.clerks = append(h.clerks, s)
	}
	return h, nil
}

func (h *hall) signIn(ctx context.Context, login, password string) (session, error) {
	body, err := json.Marshal(map[string]string{"account": login, "password": password})
	if err != nil {
		return session{}, err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, h.o.base+"/api/v1/session", bytes.NewReader(body))
	if err != nil {
		return session{}, err
	}
	req.Header.Set("Content-Type", "application/json")
	resp, err := h.client.Do(req)
	if err != nil {
		return session{}, err
	}
	defer func() { _ = resp.Body.Close() }()
	for _, c := range resp.Cookies() {
		if c.Name == authn.CookieName {
			return session{cookie: c.Name + "=" + c.Value}, nil
		}
	}
	return session{}, fmt.Errorf("sign in %s: status %d", login, resp.StatusCode)
}

// ids reads one member of every item of a list.
func (h *hall) ids(ctx context.Context, s session, path, member string) ([]string, error) {
	body, err := h.get(ctx, s, path)
	if err != nil {
		return nil, err
	}
	var list struct {
		Items []map[string]any `json:"items"`
	}
	if err := json.Unmarshal(body, &list); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	var out []string
	for _, x := range list.Items {
		if id, ok := x[member].(string); ok {
			out = append(out, id)
		}
	}
	return out, nil
}

// get asks as a browser does and reads the whole answer.
func (h *hall) get(ctx context.Context, s session, path string) ([]byte, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, h.o.base+path, nil)
	if err != nil {
		return nil, err
	}
	if s.cookie != "" {
		req.Header.Set("Cookie", s.cookie)
	}
	resp, err := h.client.Do(req)
	if err != nil {
		return nil, err
	}
	defer func() { _ = resp.Body.Close() }()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		return nil, err
	}
	if resp.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("status %d", resp.StatusCode)
	}
	return body, nil
}

// step is one thing a user does: its name in the report, and its address at this moment ("" when this user cannot).
type step struct {
	name string
	path func(s session) string
}

// still is a step whose address never changes.
func still(name, path string) step {
	return step{name, func(session) string { return path }}
}

// one picks an address among what a session may open.
func one(name, before, after string, of func(s session) []string) step {
	return step{name, func(s session) string {
		if ids := of(s); len(ids) > 0 {
			return before + ids[rand.IntN(len(ids))] + after //nolint:gosec // not a secret
		}
		return ""
	}}
}

// The mix: what a citizen and a clerk do in one visit, in this order, over and over.
func (h *hall) citizenSteps() []step {
	guides := func(session) []string { return h.guides }
	licenses := func(s session) []string { return s.licenses }
	cases := func(s session) []string { return s.cases }
	return []step{
		still("page home", "/m/"),
		still("api session", "/api/v1/session"),
		still("api licenses", "/api/v1/me/licenses"),
		still("api search", "/api/v1/matters?q=spjy"),
		one("api guide", "/api/v1/matters/", "", guides),
		one("page guide", "/guides/", "", guides),
		one("api license", "/api/v1/me/licenses/", "", licenses),
		one("api picture", "/api/v1/me/licenses/", "/preview", licenses),
		still("api applications", "/api/v1/me/applications"),
		one("api application", "/api/v1/me/applications/", "", cases),
		still("api notices", "/api/v1/me/notices"),
		still("api uses", "/api/v1/me/uses"),
		still("api shares", "/api/v1/me/shares"),
	}
}

func (h *hall) clerkSteps() []step {
	cases := func(s session) []string { return s.cases }
	return []step{
		still("page console", "/console/"),
		still("api queue", "/api/v1/cases"),
		one("api case", "/api/v1/cases/", "", cases),
		one("api case", "/api/v1/cases/", "", cases),
		still("api tasks", "/api/v1/tasks"),
	}
}

// clerkEvery is how many users there are to one clerk.
const clerkEvery = 5

// stage lets n users go about for a while and measures them.
func (h *hall) stage(ctx context.Context, n int) stageResult {
	ctx, stop := context.WithTimeout(ctx, h.o.stage+h.o.think)
	defer stop()
	m := &meter{users: n, began: time.Now()}
	var all sync.WaitGroup
	for i := range n {
		all.Go(func() {
			s, steps := h.citizens[i%len(h.citizens)], h.citizenSteps()
			if i%clerkEvery == 0 {
				s, steps = h.clerks[i/clerkEvery%len(h.clerks)], h.clerkSteps()
			}
			h.visit(ctx, m, s, steps)
		})
	}
	all.Wait()
	return m.result()
}

// visit is one user: a pause of any length up to twice the mean, then the next step.
func (h *hall) visit(ctx context.Context, m *meter, s session, steps []step) {
	for i := rand.IntN(len(steps)); ; i = (i + 1) % len(steps) { //nolint:gosec // not a secret
		select {
		case <-ctx.Done():
			return
		case <-time.After(rand.N(2 * h.o.think)): //nolint:gosec // not a secret
		}
		path := steps[i].path(s)
		if path == "" {
			continue
		}
		began := time.Now()
		_, err := h.get(ctx, s, path)
		if errors.Is(err, context.DeadlineExceeded) && ctx.Err() != nil {
			return
		}
		m.add(steps[i].name, time.Since(began), err)
	}
}
