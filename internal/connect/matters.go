// Package connect reads other offices' systems over HTTP (对接外部系统). It guarantees that a system which is slow,
// sends too much or breaks off in the middle becomes an error within bounded time and memory, and that nothing of a
// half answer is passed on.
//
// It knows what the other side sends, and nothing of what becomes of it here.
package connect

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/yinxin-org/yinxin/internal/matter"
)

const (
	pageRows = 200      // rows asked for at once
	pageMax  = 16 << 20 // bytes of a page at most
)

// Matters is the matter office's system (审改部门事项系统).
type Matters struct {
	base   string
	client *http.Client
}

// OpenMatters gives the connector to a system at an address. A page that takes longer than wait is given up; zero
// waits 30 seconds.
func OpenMatters(base string, wait time.Duration) (*Matters, error) {
	base, err := address("the matter office's system", base)
	if err != nil {
		return nil, err
	}
	return &Matters{base: base, client: newAsker(cmp.Or(wait, 30*time.Second))}, nil
}

// Name is under what its cursor is kept.
func (m *Matters) Name() string { return m.base }

// Page reads the page after a cursor.
func (m *Matters) Page(ctx context.Context, cursor string) (matter.Page, error) {
	query := url.Values{"after": {cursor}, "limit": {strconv.Itoa(pageRows)}}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, m.base+"/matters?"+query.Encode(), nil)
	if err != nil {
		return matter.Page{}, fmt.Errorf("ask for matters: %w", err)
	}
	req.Header.Set("Accept", "application/json")
	res, err := m.client.Do(req)
	if err != nil {
		return matter.Page{}, fmt.Errorf("ask for matters: %w", err)
	}
	defer func() { _ = res.Body.Close() }()
	if res.StatusCode != http.StatusOK {
		return matter.Page{}, fmt.Errorf("ask for matters: answered %d", res.StatusCode)
	}
	body, err := io.ReadAll(io.LimitReader(res.Body, pageMax+1))
	if err != nil {
		return matter.Page{}, fmt.Errorf("read matters: %w", err)
	}
	if len(body) > pageMax {
		return matter.Page{}, errors.New("read matters: the page is too large")
	}
	var page matter.Page
	if err := json.Unmarshal(body, &page); err != nil {
		return matter.Page{}, fmt.Errorf("read matters: %w", err)
	}
	if len(page.Rows) > pageRows {
		return matter.Page{}, errors.New("read matters: more rows than were asked for")
	}
	if len(page.Rows) > 0 && page.Next == "" {
		return matter.Page{}, errors.New("read matters: no cursor behind the page")
	}
	if page.Next == "" {
		page.Next = cursor
	}
	return page, nil
}
