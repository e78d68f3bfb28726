package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/netip"
	"net/url"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/yinxin-org/yinxin/internal/authn"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/license"
)

// moment is one of the past that may be asked about, to the minute, as the console asks.
func (p *platform) moment() time.Time {
	return p.now.Add(-time.Duration(rand.Int64N(int64(maxDays * 24 * time.Hour)))).Truncate(time.Minute) //nolint:gosec // no secret
}

// What questions are answered from: of columns that an index holds, the index; else rows.
var (
	fromCodes       = []string{`SELECT MAX(LENGTH(license_id)) FROM license_code`, `SELECT MAX(LENGTH(code_hash)) FROM license_code`}
	fromIdentifiers = []string{`SELECT MAX(LENGTH(license_id)) FROM license_index`, `SELECT MAX(LENGTH(identifier)) FROM license_index`}
	fromHistory     = []string{`SELECT MAX(true_from) FROM license_event`}
	fromLicenses    = []string{`SELECT MAX(LENGTH(license_id)) FROM license`, `SELECT MAX(row_version) FROM license`}
)

// warm reads once what a question is answered from, as it has been read where a service has run for some time, and lets the memory
// forget before what it holds of the file: after the filling, that is what was written last, which is not what is asked for.
func (p *platform) warm(ctx context.Context, from [][]string) error {
	if p.DB.Dialect() == "sqlite" {
		// Where there is no such dd, more is read from the disk than would be.
		_ = exec.CommandContext(ctx, "dd", "of="+filepath.Join(p.dir, "yinxin.db"), "oflag=nocache", "conv=notrunc,fdatasync", "count=0").Run() //nolint:gosec // our own file
	}
	return p.DB.Read(ctx, func(q *db.Tx) error {
		for _, read := range slices.Concat(from...) {
			var n int64
			if err := q.QueryRow(ctx, read).Scan(&n); err != nil {
				return err
			}
		}
		return nil
	})
}

func right(got, want license.State) error {
	if got != want {
		return fmt.Errorf("a license is %q and not %q", got, want)
	}
	return nil
}

// storeState reads a license that is known by its keys.
func storeState(ctx context.Context, p *platform, l life) (time.Duration, error) {
	var found license.License
	began := time.Now()
	err := p.DB.Read(ctx, func(q *db.Tx) (err error) {
		found, err = p.Licenses.Get(ctx, q, l.holder, l.id)
		return err
	})
	took := time.Since(began)
	if err != nil {
		return 0, err
	}
	return took, right(found.State(p.now), l.state(p.now))
}

// storeAsOf reads a license that is known by its keys as it was at a moment.
func storeAsOf(ctx context.Context, p *platform, l life) (time.Duration, error) {
	at := p.moment()
	var found license.License
	began := time.Now()
	err := p.DB.Read(ctx, func(q *db.Tx) (err error) {
		if found, err = p.Licenses.Get(ctx, q, l.holder, l.id); err != nil {
			return err
		}
		found, err = p.Licenses.AsOf(ctx, q, found, license.When{True: at, Known: p.now})
		return err
	})
	took := time.Since(began)
	if err != nil {
		return 0, err
	}
	return took, right(found.State(at), l.state(at))
}

// state opens the page of the code that is printed on a license, as anybody may.
func state(ctx context.Context, p *platform, l life) (time.Duration, error) {
	p.asked++
	who := netip.AddrFrom4([4]byte{10, byte(p.asked >> 16), byte(p.asked >> 8), byte(p.asked)})
	body, took, err := p.get(ctx, "/v/"+l.code, http.Header{"X-Forwarded-For": {who.String()}})
	if err != nil {
		return 0, err
	}
	want := l.state(p.now)
	if page := string(body); !strings.Contains(page, "<h1>"+want.Text("zh")+"</h1>") || !strings.Contains(page, p.kind.Name) {
		return 0, fmt.Errorf("the page of a license does not say that it is %q", want)
	}
	return took, nil
}

// asOf asks what a license was at a moment, as a clerk of the unit that issued it does on its page in the console.
func asOf(ctx context.Context, p *platform, l life) (time.Duration, error) {
	at := p.moment()
	body, took, err := p.get(ctx, "/api/v1/licenses/"+l.identifier+"/as-of?"+url.Values{"trueAt": {at.Format(time.RFC3339)}}.Encode(),
		http.Header{"Cookie": {authn.CookieName + "=" + p.clerk.Token}})
	if err != nil {
		return 0, err
	}
	var then struct {
		Identifier string        `json:"identifier"`
		State      license.State `json:"state"`
	}
	if err := json.Unmarshal(body, &then); err != nil {
		return 0, err
	}
	if then.Identifier != l.identifier {
		return 0, fmt.Errorf("asked for %s and told of %s", l.identifier, then.Identifier)
	}
	return took, right(then.State, l.state(at))
}

// get asks over the connection that is kept, and reads the answer to its end.
func (p *platform) get(ctx context.Context, path string, header http.Header) (body []byte, took time.Duration, err error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, p.base+path, nil)
	if err != nil {
		return nil, 0, err
	}
	r.Header = header
	began := time.Now()
	answer, err := p.client.Do(r)
	if err != nil {
		return nil, 0, err
	}
	body, err = io.ReadAll(answer.Body)
	took = time.Since(began)
	_ = answer.Body.Close()
	if err == nil && answer.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s: %s", answer.Status, body)
	}
	return body, took, err
}
