package connect

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/yinxin-org/yinxin/internal/clock"
	"github.com/yinxin-org/yinxin/internal/gm"
)

// errNoAnswer says that a question may not have arrived, or its answer was lost.
var errNoAnswer = errors.New("it does not answer")

// ErrSourceResting says that a source failed a moment ago and is not asked yet.
var ErrSourceResting = errors.New("the source failed a moment ago")

// peer is another office's system that is asked signed questions and signs its answers. Safe for concurrent use.
type peer struct {
	what   string // it is, as errors say
	key    *ecdsa.PublicKey
	signer *gm.Signer // of this platform
	clock  clock.Clock
	pause  time.Duration // for which it is not asked again after it failed

	base   string
	client *http.Client
	rest   rest
}

// topic is what a question is about: where it is put, what both sides sign, and how long an answer may be.
type topic struct {
	path             string
	question, answer func(body []byte) []byte
	most             int64
	again            bool // the same question gets the same answer: it is put once more when no whole answer comes
}

// open sets where a system is asked, and how long an answer may take. It asks nothing yet.
func (p *peer) open(base string, wait time.Duration) error {
	var err error
	if p.base, err = address(p.what, base); err != nil {
		return err
	}
	if p.key == nil || p.signer == nil || p.clock == nil {
		return fmt.Errorf("%s needs its key, a signer and a clock", p.what)
	}
	p.client = newAsker(wait)
	return nil
}

// address checks the address of a system, and gives it without a slash at its end.
func address(what, base string) (string, error) {
	u, err := url.Parse(base)
	if err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" {
		return "", fmt.Errorf("the address of %s must be an http or https one", what)
	}
	return strings.TrimSuffix(base, "/"), nil
}

// newAsker is the client of a system that is asked signed questions. It follows no redirection: an answer counts only
// from where the question went.
func newAsker(wait time.Duration) *http.Client {
	return &http.Client{
		Timeout:       wait,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// ask signs and puts a question, and reads the answer into a. That it is signed by the system is checked; whether it is
// the answer to this question, and of now, is for the caller to hold.
func (p *peer) ask(ctx context.Context, t topic, question, a any) error {
	body, err := json.Marshal(question)
	if err != nil {
		return fmt.Errorf("ask %s: %w", p.what, err)
	}
	signature, err := p.signer.Sign(t.question(body))
	if err != nil {
		return fmt.Errorf("ask %s: %w", p.what, err)
	}
	answer, sig, err := p.put(ctx, t, body, signature)
	if t.again && errors.Is(err, errNoAnswer) {
		answer, sig, err = p.put(ctx, t, body, signature)
	}
	if err != nil {
		return fmt.Errorf("ask %s: %w", p.what, err)
	}
	raw, err := base64.StdEncoding.DecodeString(sig)
	if err != nil || !gm.VerifySM2(p.key, t.answer(answer), raw) {
		return p.bad("the signature is not its own")
	}
	if err := json.Unmarshal(answer, a); err != nil {
		return p.bad("it is not well formed") // the error may name a value
	}
	return nil
}

// put sends a question and gives the answer with its signature, as it came: neither is checked.
func (p *peer) put(ctx context.Context, t topic, question, signature []byte) (answer []byte, sig string, err error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, p.base+t.path, bytes.NewReader(question))
	if err != nil {
		return nil, "", err
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set(SignatureHeader, base64.StdEncoding.EncodeToString(signature))
	res, err := p.client.Do(req)
	if err != nil {
		return nil, "", fmt.Errorf("%w: %w", errNoAnswer, err)
	}
	defer func() { _ = res.Body.Close() }()
	if res.StatusCode != http.StatusOK {
		return nil, "", fmt.Errorf("it answered %d", res.StatusCode)
	}
	answer, err = io.ReadAll(io.LimitReader(res.Body, t.most+1))
	if err != nil {
		return nil, "", fmt.Errorf("%w: %w", errNoAnswer, err)
	}
	if int64(len(answer)) > t.most {
		return nil, "", errors.New("its answer is too large")
	}
	return answer, res.Header.Get(SignatureHeader), nil
}

// fits holds an answer against its question: whether it is the answer to it, and of now.
func (p *peer) fits(same bool, at time.Time) error {
	now := p.clock.Now()
	switch {
	case !same:
		return p.bad("it answers another question")
	case at.Before(now.Add(-sourceSkew)) || at.After(now.Add(sourceSkew)):
		return p.bad("it is not of now")
	}
	return nil
}

// bad says what is wrong with an answer.
func (p *peer) bad(why string) error { return fmt.Errorf("read the answer of %s: %s", p.what, why) }

// try asks a system unless it failed a moment ago; when it fails now, it is left alone for a moment.
func (p *peer) try(ctx context.Context, ask func() error) error {
	if p.rest.now(p.clock.Now()) {
		return ErrSourceResting
	}
	err := ask()
	if err != nil && ctx.Err() == nil {
		p.rest.until(p.clock.Now().Add(p.pause))
	}
	return err
}

// rest is a time for which a system that failed is not asked again. Safe for concurrent use.
type rest struct {
	mu  sync.Mutex
	end time.Time
}

func (r *rest) until(end time.Time) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.end = end
}

func (r *rest) now(at time.Time) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return at.Before(r.end)
}
