package main

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"
)

// meter collects the times of one stage.
type meter struct {
	users int
	began time.Time

	mu    sync.Mutex
	times map[string][]time.Duration
	wrong map[string]int // by step and what happened
}

func (m *meter) add(name string, took time.Duration, err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.times == nil {
		m.times, m.wrong = map[string][]time.Duration{}, map[string]int{}
	}
	if err != nil {
		m.wrong[name+": "+err.Error()]++
		return
	}
	m.times[name] = append(m.times[name], took)
	group, _, _ := strings.Cut(name, " ")
	m.times[group] = append(m.times[group], took)
}

// spread is how long something took, in milliseconds.
type spread struct {
	Name  string  `json:"name"`
	Count int     `json:"count"`
	P50   float64 `json:"p50"`
	P95   float64 `json:"p95"`
	P99   float64 `json:"p99"`
}

// stageResult is what one number of users met.
type stageResult struct {
	Users     int      `json:"users"`
	Requests  int      `json:"requests"`
	PerSecond float64  `json:"perSecond"`
	Errors    int      `json:"errors"`
	Spreads   []spread `json:"ms"`
	wrong     map[string]int
}

func (m *meter) result() stageResult {
	m.mu.Lock()
	defer m.mu.Unlock()
	r := stageResult{Users: m.users, wrong: m.wrong, Requests: len(m.times["page"]) + len(m.times["api"])}
	for _, n := range m.wrong {
		r.Errors += n
	}
	r.PerSecond = round(float64(r.Requests) / time.Since(m.began).Seconds())
	for _, name := range slices.Sorted(maps.Keys(m.times)) {
		all := m.times[name]
		slices.Sort(all)
		r.Spreads = append(r.Spreads, spread{Name: name, Count: len(all), P50: at(all, 50), P95: at(all, 95), P99: at(all, 99)})
	}
	return r
}

// at gives a percentile of sorted times.
func at(sorted []time.Duration, percent int) float64 {
	return round(float64(sorted[(len(sorted)-1)*percent/100].Microseconds()) / 1000)
}

func round(f float64) float64 { return float64(int(f*10+0.5)) / 10 }

func (r stageResult) print(out io.Writer) {
	_, _ = fmt.Fprintf(out, "\n%d users: %d requests, %.1f/s, %d errors\n%-16s %7s %9s %9s %9s\n", r.Users, r.Requests, r.PerSecond, r.Errors,
		"", "n", "p50 ms", "p95 ms", "p99 ms")
	for _, s := range r.Spreads {
		_, _ = fmt.Fprintf(out, "%-16s %7d %9.1f %9.1f %9.1f\n", s.Name, s.Count, s.P50, s.P95, s.P99)
	}
	for _, what := range slices.Sorted(maps.Keys(r.wrong)) {
		_, _ = fmt.Fprintf(out, "  %d × %s\n", r.wrong[what], what)
	}
}
