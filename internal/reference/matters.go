// Package reference holds small faithful servers of the systems that the platform connects to (对接参考服务), to try
// connectors against, also against what goes wrong. None of it is part of the platform's service.
package reference

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/yinxin-org/yinxin/internal/matter"
)

// Faults are what a reference server can be told to do wrong; the zero value does nothing wrong.
type Faults struct {
	Slow   time.Duration // waits before each answer
	Late   bool          // gives, after all changes, older revisions of the first rows
	Repeat bool          // gives the last row of a page again at the beginning of the next
	Broken int           // spoils every so many-th row
	Cut    int           // breaks off the so many-th answer in its middle, once
	Stuck  bool          // gives the first page again and again
}

// Matters is a matter office's system: it gives changes of items and matters in order, in pages. Safe for concurrent
// use.
type Matters struct {
	mu      sync.Mutex
	rows    []json.RawMessage
	faults  Faults
	answers int
}

// NewMatters makes a system that holds items and matters; what they say of bindings is left out, as a matter office
// knows nothing of it.
func NewMatters(items []matter.Item, entries []matter.Entry) (*Matters, error) {
	m := &Matters{}
	for _, i := range items {
		if err := m.PutItem(i); err != nil {
			return nil, err
		}
	}
	for _, e := range entries {
		if err := m.PutMatter(e); err != nil {
			return nil, err
		}
	}
	return m, nil
}

// PutItem adds a change of an item, as the newest one; without a revision it is the first.
func (m *Matters) PutItem(i matter.Item) error {
	i.Materials = slices.Clone(i.Materials)
	for n := range i.Materials {
		i.Materials[n].Bound = matter.Bound{}
	}
	i.Revision = max(i.Revision, 1)
	return m.put(matter.SourceRow{Item: &i})
}

// PutMatter adds a change of a matter, as PutItem does.
func (m *Matters) PutMatter(e matter.Entry) error {
	e.Bound = nil
	e.Revision = max(e.Revision, 1)
	return m.put(matter.SourceRow{Matter: &e})
}

func (m *Matters) put(row matter.SourceRow) error {
	raw, err := json.Marshal(row)
	if err != nil {
		return fmt.Errorf("encode matter: %w", err)
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.rows = append(m.rows, raw)
	return nil
}

// Set says what goes wrong from now on.
func (m *Matters) Set(f Faults) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.faults, m.answers = f, 0
}

// ServeHTTP answers GET /matters?after=CURSOR&limit=N with {"rows": [{"item": …} or {"matter": …}], "next", "more"}.
func (m *Matters) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodGet || r.URL.Path != "/matters" {
		http.NotFound(w, r)
		return
	}
	after, err := strconv.Atoi(r.URL.Query().Get("after"))
	if r.URL.Query().Get("after") == "" {
		after, err = 0, nil
	}
	limit, err2 := strconv.Atoi(r.URL.Query().Get("limit"))
	if err != nil || err2 != nil || after < 0 || limit < 1 || limit > 1000 {
		http.Error(w, "after and limit must be numbers", http.StatusBadRequest)
		return
	}
	page, faults, cut := m.page(after, limit)
	if !waited(r, faults.Slow) {
		return
	}
	body, err := json.Marshal(page)
	if err != nil {
		http.Error(w, "cannot encode", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	if cut {
		body = body[:len(body)/2] // the connection ends before what was promised has come
	}
	_, _ = w.Write(body)
}

func (m *Matters) page(after, limit int) (page matter.Page, faults Faults, cut bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.answers++
	rows := m.rows
	if m.faults.Late {
		rows = append(slices.Clone(rows), m.older()...)
	}
	if m.faults.Stuck {
		after = 0
	}
	from, to := min(after, len(rows)), min(after+limit, len(rows))
	page = matter.Page{Rows: []json.RawMessage{}, Next: strconv.Itoa(to), More: to < len(rows)}
	if m.faults.Stuck {
		page.Next, page.More = strconv.Itoa(limit), true
	}
	if m.faults.Repeat && from > 0 {
		from-- // one more row than was asked for would not be faithful
		to = min(from+limit, len(rows))
		page.Next, page.More = strconv.Itoa(to), to < len(rows)
	}
	for n := from; n < to; n++ {
		row := rows[n]
		if m.faults.Broken > 0 && (n+1)%m.faults.Broken == 0 {
			row = spoil(row, n)
		}
		page.Rows = append(page.Rows, row)
	}
	return page, m.faults, m.faults.Cut == m.answers
}

// older makes rows of a revision before the first: what comes late.
func (m *Matters) older() []json.RawMessage {
	var out []json.RawMessage
	for _, row := range m.rows[:min(3, len(m.rows))] {
		out = append(out, json.RawMessage(strings.Replace(string(row), `"revision":`, `"revision":-`, 1)))
	}
	return out
}

// spoil makes a row wrong, each time in another way: wrong shape, wrong code, missing name.
func spoil(row json.RawMessage, n int) json.RawMessage {
	switch n % 3 {
	case 0:
		return json.RawMessage(`{"item": ["not", "an", "item"]}`)
	case 1:
		return json.RawMessage(strings.NewReplacer(`"baseCode":"`, `"baseCode":"X`, `"code":"`, `"code":"X`).Replace(string(row)))
	default:
		return json.RawMessage(strings.NewReplacer(`"name":"`, `"name":"","was":"`, `"level":`, `"level":9`).Replace(string(row)))
	}
}
