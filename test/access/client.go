package main

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/gm"
	"github.com/yinxin-org/yinxin/test/gauge"
)

// callers are the systems that ask: each signs its requests with a key of its own, and no request is taken twice.
type callers struct {
	keys    *gm.KeyStore
	signers []*gm.Signer
	seen    sync.Map // nonces
}

func newCallers() *callers { return &callers{} }

func (c *callers) enrol(ctx context.Context, n int) error {
	keys, err := gm.NewMemoryKeyStore()
	if err != nil {
		return err
	}
	c.keys = keys
	for i := range n {
		id := "caller/" + strconv.Itoa(i)
		if err := keys.Generate(ctx, id); err != nil {
			return err
		}
		s, err := keys.Signer(id)
		if err != nil {
			return err
		}
		c.signers = append(c.signers, s)
	}
	return nil
}

// said is what a request's signature is over.
func said(r *http.Request) []byte {
	h := r.Header
	return []byte(r.Method + "\n" + r.URL.Path + "\n" + h.Get("X-Caller") + "\n" + h.Get("X-Nonce") + "\n" + h.Get("X-Time"))
}

// sign signs a request as one of the callers.
func (c *callers) sign(r *http.Request, caller int) error {
	r.Header.Set("X-Caller", strconv.Itoa(caller))
	r.Header.Set("X-Nonce", db.NewRandomID())
	r.Header.Set("X-Time", strconv.FormatInt(time.Now().Unix(), 10))
	signature, err := c.signers[caller].Sign(said(r))
	r.Header.Set("X-Signature", base64.StdEncoding.EncodeToString(signature))
	return err
}

// check lets through what a caller signed just now and has not sent before.
func (c *callers) check(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		caller, err := strconv.Atoi(r.Header.Get("X-Caller"))
		at, err2 := strconv.ParseInt(r.Header.Get("X-Time"), 10, 64)
		signature, err3 := base64.StdEncoding.DecodeString(r.Header.Get("X-Signature"))
		_, again := c.seen.LoadOrStore(r.Header.Get("X-Nonce"), struct{}{})
		if err != nil || err2 != nil || err3 != nil || again || caller < 0 || caller >= len(c.signers) ||
			time.Since(time.Unix(at, 0)).Abs() > time.Minute || !gm.VerifySM2(c.signers[caller].Public(), said(r), signature) {
			http.Error(w, "not signed", http.StatusUnauthorized)
			return
		}
		next.ServeHTTP(w, r)
	})
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
// moment at which it is due, and what it waits for a free client counts as its time.
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
	for i := range clients {
		wg.Go(func() {
			client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 1}, Timeout: time.Minute}
			var spans []time.Duration
			var err error
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
				err = p.use(ctx, client, i, p.cases[int(n)%len(p.cases)])
				spans = append(spans, time.Since(due))
			}
			client.CloseIdleConnections()
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

// use reads one license and looks whether it came.
func (p *platform) use(ctx context.Context, client *http.Client, caller int, path string) error {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, p.base+path, nil)
	if err != nil {
		return err
	}
	r.AddCookie(p.cookie)
	if err := p.callers.sign(r, caller); err != nil {
		return err
	}
	resp, err := client.Do(r)
	if err != nil {
		return err
	}
	defer func() { _ = resp.Body.Close() }()
	answer, err := io.ReadAll(resp.Body)
	if err != nil {
		return err
	}
	var lent struct {
		Fields   []json.RawMessage `json:"fields"`
		RecordNo string            `json:"recordNo"`
	}
	if err := json.Unmarshal(answer, &lent); err != nil || resp.StatusCode != http.StatusOK || len(lent.Fields) == 0 || lent.RecordNo == "" {
		return fmt.Errorf("status %d: %s: %w", resp.StatusCode, bytes.TrimSpace(answer), err)
	}
	return nil
}
