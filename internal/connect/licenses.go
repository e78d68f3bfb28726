package connect

import (
	"context"
	"crypto/ecdsa"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/yinxin-org/yinxin/internal/clock"
	"github.com/yinxin-org/yinxin/internal/gm"
	"github.com/yinxin-org/yinxin/internal/license"
)

// The signed question and answer of a license source. Both sides sign the body behind a line that says which of the
// two it is, with SM2; the answer repeats the question's nonce, so that an old one cannot be given again.
const (
	StatePath       = "/licenses/state"
	SignatureHeader = "X-Signature" // base64 of the DER signature
	askMark         = "yinxin source question v1\n"
	answerMark      = "yinxin source answer v1\n"
)

// SourceQuestion asks for the state of one license.
type SourceQuestion struct {
	Identifier string    `json:"identifier"` // 电子证照标识
	Nonce      string    `json:"nonce"`
	At         time.Time `json:"at"`
}

// Text is what the asker signs.
func (SourceQuestion) Text(body []byte) []byte { return append([]byte(askMark), body...) }

// SourceAnswer tells the state of the license that was asked for.
type SourceAnswer struct {
	Identifier string        `json:"identifier"`
	Nonce      string        `json:"nonce"`
	State      license.State `json:"state"`
	At         time.Time     `json:"at"`
}

// Text is what the source signs.
func (SourceAnswer) Text(body []byte) []byte { return append([]byte(answerMark), body...) }

const (
	sourceWait  = 3 * time.Second  // for one answer, if nothing else is set
	sourcePause = 5 * time.Second  // for which a source that failed is not asked again, likewise
	sourceSkew  = 10 * time.Minute // by which clocks of two offices may differ
	answerMax   = 4 << 10          // bytes of an answer at most
)

// SourceOptions say how a license source is reached and known.
type SourceOptions struct {
	Name   string // of the system, as people are told
	Base   string // address
	Key    *ecdsa.PublicKey
	Signer *gm.Signer // of this platform
	Clock  clock.Clock
	Wait   time.Duration // for one answer; zero: 3 seconds
	Pause  time.Duration // for which it is not asked again after it failed; zero: 5 seconds, negative: not at all
}

// LicenseSource is the system of the office that keeps a kind of license (证照来源系统), such as the population
// register. It is asked for states only: what the platform holds of a license it has from the taking over.
//
// One that does not answer is left alone for a moment, so that a case with several of its licenses waits once. Safe for
// concurrent use.
type LicenseSource struct {
	o      SourceOptions
	client *http.Client
	rest   rest
}

// ErrSourceResting says that a source failed a moment ago and is not asked yet.
var ErrSourceResting = errors.New("the source failed a moment ago")

// OpenLicenseSource gives the connector to a source.
func OpenLicenseSource(o SourceOptions) (*LicenseSource, error) {
	u, err := url.Parse(o.Base)
	if err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" {
		return nil, errors.New("the address of a license source must be an http or https one")
	}
	if o.Name == "" || o.Key == nil || o.Signer == nil {
		return nil, errors.New("a license source needs a name, its key and a signer")
	}
	if o.Wait == 0 {
		o.Wait = sourceWait
	}
	if o.Pause == 0 {
		o.Pause = sourcePause
	}
	o.Base = strings.TrimSuffix(o.Base, "/")
	return &LicenseSource{o: o, client: newAsker(o.Wait)}, nil
}

// Name is what people call the system.
func (s *LicenseSource) Name() string { return s.o.Name }

// State asks how a license stands now. Anything but a well-formed answer, signed, to this very question and of now, is
// an error: the source counts as not reachable.
func (s *LicenseSource) State(ctx context.Context, identifier string) (license.State, error) {
	if s.rest.now(s.o.Clock.Now()) {
		return "", ErrSourceResting
	}
	state, err := s.ask(ctx, identifier)
	if err != nil && ctx.Err() == nil {
		s.rest.until(s.o.Clock.Now().Add(s.o.Pause))
	}
	return state, err
}

func (s *LicenseSource) ask(ctx context.Context, identifier string) (license.State, error) {
	q := SourceQuestion{Identifier: identifier, Nonce: rand.Text(), At: s.o.Clock.Now().UTC()}
	body, err := json.Marshal(q)
	if err != nil {
		return "", fmt.Errorf("ask a license source: %w", err)
	}
	signature, err := s.o.Signer.Sign(q.Text(body))
	if err != nil {
		return "", fmt.Errorf("ask a license source: %w", err)
	}
	answer, sig, err := askSigned(ctx, s.client, s.o.Base+StatePath, body, signature, answerMax)
	if err != nil {
		return "", fmt.Errorf("ask a license source: %w", err)
	}
	return s.accept(q, answer, sig)
}

// accept holds an answer against its question.
func (s *LicenseSource) accept(q SourceQuestion, body []byte, signature string) (license.State, error) {
	sig, err := base64.StdEncoding.DecodeString(signature)
	var a SourceAnswer
	if err != nil || !gm.VerifySM2(s.o.Key, a.Text(body), sig) {
		return "", errors.New("read a source's answer: the signature is not the source's")
	}
	if err := json.Unmarshal(body, &a); err != nil {
		return "", fmt.Errorf("read a source's answer: %w", err)
	}
	now := s.o.Clock.Now()
	switch {
	case a.Identifier != q.Identifier || a.Nonce != q.Nonce:
		return "", errors.New("read a source's answer: it answers another question")
	case a.At.Before(now.Add(-sourceSkew)) || a.At.After(now.Add(sourceSkew)):
		return "", errors.New("read a source's answer: it is not of now")
	case a.State.Text("zh") == "":
		return "", errors.New("read a source's answer: it names no state")
	}
	return a.State, nil
}
