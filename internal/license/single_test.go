package license_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"slices"
	"testing"
	"time"

	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/demo"
	"github.com/yinxin-org/yinxin/test/world"
)

// laps are how long each part took, in every round.
type laps struct {
	last  time.Time
	names []string
	took  map[string][]time.Duration
}

func (l *laps) done(part string) {
	now := time.Now()
	if _, known := l.took[part]; !known {
		l.names = append(l.names, part)
	}
	l.took[part] = append(l.took[part], now.Sub(l.last))
	l.last = time.Now()
}

// at gives the duration that a share of the rounds stayed under, in milliseconds.
func (l *laps) at(part string, share float64) float64 {
	all := slices.Sorted(slices.Values(l.took[part]))
	return float64(all[min(len(all)-1, int(share*float64(len(all))))]) / float64(time.Millisecond)
}

// BenchmarkIssueOne issues single licenses: through the interface, entered by a clerk and published by the reviewer; and the
// same work part by part, to see what it costs. Figures are medians, and 99 of 100 stayed under p99.
func BenchmarkIssueOne(b *testing.B) {
	b.Run("sqlite", func(b *testing.B) { issueOne(b, world.New(b)) })
	b.Run("postgres", func(b *testing.B) { issueOne(b, world.NewPostgres(b)) })
}

func issueOne(b *testing.B, w *world.World) {
	b.Helper()
	p := &laps{took: map[string][]time.Duration{}}
	clerk, second := signedIn(b, w, "gl-scjg-clerk"), signedIn(b, w, "gl-scjg-reviewer")
	firm := w.Cast(b, "food-firm")
	day := world.Start.Format(time.DateOnly)
	n := 0
	for b.Loop() {
		n++
		var made struct{ LicenseID string }
		p.last = time.Now()
		clerk("/api/v1/makings", map[string]any{"typeCode": w.TypeCode(b, demo.FoodPermit), "holders": []any{map[string]string{"name": firm.Name, "code": firm.Code}},
			"fields": foodFields, "issuedOn": day, "closedOn": day, "idempotencyKey": fmt.Sprintf("bench-%08d", n)}, &made)
		p.done("api-make")
		second("/api/v1/makings/"+made.LicenseID+"/review", map[string]any{"outcome": "publish"}, nil)
		p.done("api-publish")
		inParts(b, w, p)
	}
	b.ReportMetric(0, "ns/op")
	for _, name := range p.names {
		b.ReportMetric(p.at(name, 0.5), name+"-ms")
		b.ReportMetric(p.at(name, 0.99), name+"-p99-ms")
	}
}

// inParts issues one license as the interface does, part by part.
func inParts(b *testing.B, w *world.World, p *laps) {
	b.Helper()
	ctx := context.Background()
	d := food(b, w)
	d.External = false
	p.last = time.Now()
	w.Write(b, func(ctx context.Context, tx *db.Tx) error { return w.Licenses.Drawable(ctx, tx, d) })
	p.done("check")
	l := enter(b, w, d)
	p.done("draft")
	if err := w.Licenses.MakeInParts(ctx, l.HolderID, l.ID, p.done); err != nil {
		b.Fatal(err)
	}
	if _, err := review(w, l, reviewer, true); err != nil {
		b.Fatal(err)
	}
	p.done("publish")
}

// signedIn is the browser of an account: it sends and reads JSON.
func signedIn(b *testing.B, w *world.World, login string) func(path string, body, out any) {
	b.Helper()
	h, err := w.Handler()
	if err != nil {
		b.Fatal(err)
	}
	s := httptest.NewServer(h)
	b.Cleanup(s.Close)
	jar, err := cookiejar.New(nil)
	if err != nil {
		b.Fatal(err)
	}
	browser := &http.Client{Jar: jar}
	send := func(path string, body, out any) {
		raw, err := json.Marshal(body)
		if err != nil {
			b.Fatal(err)
		}
		ask, err := http.NewRequestWithContext(b.Context(), http.MethodPost, s.URL+path, bytes.NewReader(raw))
		if err != nil {
			b.Fatal(err)
		}
		ask.Header.Set("Content-Type", "application/json")
		r, err := browser.Do(ask)
		if err != nil {
			b.Fatal(err)
		}
		defer func() { _ = r.Body.Close() }()
		if r.StatusCode >= 300 {
			b.Fatalf("%s: %d", path, r.StatusCode)
		}
		if out == nil {
			return
		}
		if err := json.NewDecoder(r.Body).Decode(out); err != nil {
			b.Fatal(err)
		}
	}
	passwords, err := demo.Passwords(w.Config.Data)
	if err != nil {
		b.Fatal(err)
	}
	send("/api/v1/session", map[string]string{"account": login, "password": passwords[login]}, nil)
	return send
}
