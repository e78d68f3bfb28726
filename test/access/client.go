package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"runtime/pprof"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/demo"
	"github.com/yinxin-org/yinxin/internal/feed"
	"github.com/yinxin-org/yinxin/internal/gm"
	"github.com/yinxin-org/yinxin/test/gauge"
)

// operation is what is measured: the share interface's data by identifier (GB/T 36906). It is the one kind of use that is whole
// by the words of what was asked: the request itself is signed, with SM2; it is decided on, is given a grant and redeems it, both in
// the transaction of its record and leaf, so that no token has to leave and come back; and data go out. A clerk's use at the
// console's pages rests on a session instead and has no signed request.
const operation = "/api/v1/elssp/GetCertificateDataByCertificateID"

// department is a department's system that asks: the demonstration's application, with its key.
type department struct {
	demo.Sandbox
	key *gm.Signer
}

// sign signs a request as docs/share-interface.md says.
func (d *department) sign(r *http.Request, body []byte) error {
	s := feed.Signed{Time: time.Now().UTC().Format(time.RFC3339), Nonce: db.NewRandomID(), Method: r.Method, Path: r.URL.Path, Body: body}
	signature, err := d.key.Sign(s.Text())
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("X-Yinxin-Key", d.KeyID)
	r.Header.Set("X-Yinxin-Time", s.Time)
	r.Header.Set("X-Yinxin-Nonce", s.Nonce)
	r.Header.Set("X-Yinxin-Signature", base64.StdEncoding.EncodeToString(signature))
	return err
}

// asked is a request's body: which license, and in which case.
type asked struct {
	Head struct {
		OrgName      string `json:"orgName"`
		Username     string `json:"username"`
		ItemName     string `json:"itemName"`
		ItemCode     string `json:"itemCode"`
		BusinessCode string `json:"businessCode"`
	} `json:"head"`
	Data struct {
		CertificateID string `json:"CertificateID"`
	} `json:"data"`
}

func (d *department) ask(caseNo, identifier string) ([]byte, error) {
	var a asked
	a.Head.OrgName, a.Head.Username, a.Head.ItemName, a.Head.ItemCode, a.Head.BusinessCode = d.OrgName, d.Username, d.ItemName, d.ItemCode, caseNo
	a.Data.CertificateID = identifier
	return json.Marshal(a)
}

// answered is what must have come back.
type answered struct {
	Head struct {
		Status   string `json:"status"`
		RecordNo string `json:"recordNo"`
	} `json:"head"`
	Data struct {
		DataList []struct {
			Holder  string            `json:"certificateHolder"`
			Surface []json.RawMessage `json:"surface"`
		} `json:"dataList"`
	} `json:"data"`
}

func (a answered) whole() bool {
	return a.Head.Status == "0" && a.Head.RecordNo != "" && len(a.Data.DataList) == 1 && a.Data.DataList[0].Holder != ""
}

// tally is what a stage came to.
type tally struct {
	done  int
	took  time.Duration
	used  time.Duration // of processor
	spans []time.Duration
}

func (t tally) perSecond() float64 { return float64(t.done) / t.took.Seconds() }

func (t tally) cpu() float64 { return float64(t.used) / 1e6 / float64(t.done) }

// quantile is the time, in milliseconds, within which a part of the uses was answered.
func (t tally) quantile(part float64) float64 {
	slices.Sort(t.spans)
	return float64(t.spans[min(len(t.spans)-1, int(part*float64(len(t.spans))))]) / 1e6
}

// load lets clients use licenses for a while: as fast as they are answered, or together at a rate. Then each use has a
// moment at which it is due, and what it waits for a free client counts as its time. In a profile their share is told
// apart by the label "side".
func (p *platform) load(ctx context.Context, clients int, stage time.Duration, rate float64) (tally, error) {
	var t tally
	var mu sync.Mutex
	var next atomic.Int64
	var failed error
	cpu, err := gauge.Processor()
	if err != nil {
		return t, err
	}
	began := time.Now()
	var wg sync.WaitGroup
	for range clients {
		wg.Go(func() {
			pprof.SetGoroutineLabels(pprof.WithLabels(ctx, pprof.Labels("side", "client")))
			var spans []time.Duration
			c, err := p.dial(ctx)
			for err == nil {
				n := next.Add(1) - 1
				due := time.Now()
				if rate > 0 {
					due = began.Add(time.Duration(float64(n) / rate * float64(time.Second)))
					time.Sleep(time.Until(due))
				}
				if due.Sub(began) >= stage {
					break
				}
				err = c.use(ctx, p, p.asks[int(n)%len(p.asks)])
				spans = append(spans, time.Since(due))
			}
			c.close()
			mu.Lock()
			defer mu.Unlock()
			t.spans = append(t.spans, spans...)
			if err != nil {
				failed = err
			}
		})
	}
	wg.Wait()
	t.done, t.took = len(t.spans), time.Since(began)
	spent, err := gauge.Processor()
	t.used = spent - cpu
	return t, errors.Join(failed, err)
}

// warm makes what is made once.
func (p *platform) warm(ctx context.Context) error {
	_, err := p.load(ctx, 4, 500*time.Millisecond, 0)
	return err
}

// client is one connection, kept. It writes and reads by itself: it runs on the processors that are measured.
type client struct {
	conn net.Conn
	in   *bufio.Reader
	out  *bufio.Writer
}

func (p *platform) dial(ctx context.Context) (*client, error) {
	conn, err := (&net.Dialer{}).DialContext(ctx, "tcp", p.address)
	if err != nil {
		return &client{}, err
	}
	return &client{conn, bufio.NewReader(conn), bufio.NewWriter(conn)}, nil
}

func (c *client) close() {
	if c.conn != nil {
		_ = c.conn.Close()
	}
}

// use reads one license and looks whether it came.
func (c *client) use(ctx context.Context, p *platform, ask []byte) error {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://"+p.address+operation, bytes.NewReader(ask))
	if err != nil {
		return err
	}
	if err := p.department.sign(r, ask); err != nil {
		return err
	}
	if err := errors.Join(r.Write(c.out), c.out.Flush()); err != nil {
		return err
	}
	resp, err := http.ReadResponse(c.in, r)
	if err != nil {
		return err
	}
	defer func() { _ = resp.Body.Close() }()
	answer, err := io.ReadAll(resp.Body)
	if err != nil {
		return err
	}
	var a answered
	if err := json.Unmarshal(answer, &a); err != nil || resp.StatusCode != http.StatusOK || !a.whole() {
		return fmt.Errorf("status %d: %s: %w", resp.StatusCode, bytes.TrimSpace(answer), err)
	}
	return nil
}
