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
	"slices"
	"strings"
	"time"

	"github.com/yinxin-org/yinxin/internal/catalog"
	"github.com/yinxin-org/yinxin/internal/clock"
	"github.com/yinxin-org/yinxin/internal/gm"
	"github.com/yinxin-org/yinxin/internal/register"
)

// ComparePath is where a base register compares. Both sides sign the body behind a line that says which of the two it is.
const (
	ComparePath        = "/register/compare"
	registerAskMark    = "yinxin register question v1\n"
	registerAnswerMark = "yinxin register answer v1\n"
	compareMax         = 1 << 20 // bytes of an answer at most
	registerWait       = 5 * time.Second
)

// RegisterQuestion asks a base register to compare what is known of persons. Values go there and never come back.
type RegisterQuestion struct {
	Register string            `json:"register"` // catalog.Population …
	Persons  []register.Person `json:"persons"`
	Nonce    string            `json:"nonce"`
	At       time.Time         `json:"at"`
}

// Text is what the asker signs.
func (RegisterQuestion) Text(body []byte) []byte { return append([]byte(registerAskMark), body...) }

// RegisterAnswer tells what agrees, person by person in the order of the question.
type RegisterAnswer struct {
	Register string            `json:"register"`
	Answers  []register.Answer `json:"answers"`
	Nonce    string            `json:"nonce"`
	At       time.Time         `json:"at"`
}

// Text is what the register signs.
func (RegisterAnswer) Text(body []byte) []byte { return append([]byte(registerAnswerMark), body...) }

// BaseRegisterOptions say how a base register is reached and known.
type BaseRegisterOptions struct {
	Kind   string // catalog.Population …
	Name   string // of the system, as people are told
	Base   string // address
	Key    *ecdsa.PublicKey
	Signer *gm.Signer // of this platform
	Clock  clock.Clock
	Wait   time.Duration // for one answer; zero: 5 seconds
	Pause  time.Duration // for which it is not asked again after it failed; zero: 5 seconds, negative: not at all
}

// BaseRegister is a base register (人口库、法人库、事业单位库) of another office. It is a register.Register, safe for concurrent
// use. One that does not answer is left alone for a moment.
type BaseRegister struct {
	o      BaseRegisterOptions
	client *http.Client
	rest   rest
}

// OpenBaseRegister gives the connector to a base register.
func OpenBaseRegister(o BaseRegisterOptions) (*BaseRegister, error) {
	u, err := url.Parse(o.Base)
	if err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" {
		return nil, errors.New("the address of a base register must be an http or https one")
	}
	if catalog.RegisterFields[o.Kind] == nil {
		return nil, fmt.Errorf("there is no base register %q: population, legal or institution", o.Kind)
	}
	if o.Name == "" || o.Key == nil || o.Signer == nil {
		return nil, errors.New("a base register needs a name, its key and a signer")
	}
	if o.Wait == 0 {
		o.Wait = registerWait
	}
	if o.Pause == 0 {
		o.Pause = sourcePause
	}
	o.Base = strings.TrimSuffix(o.Base, "/")
	return &BaseRegister{o: o, client: newAsker(o.Wait)}, nil
}

// Name is what people call the system.
func (r *BaseRegister) Name() string { return r.o.Name }

// Compare asks about persons. Anything but a well-formed answer about all of them, signed, to this very question and of now,
// is an error: the register counts as not reachable.
func (r *BaseRegister) Compare(ctx context.Context, persons []register.Person) ([]register.Answer, error) {
	if r.rest.now(r.o.Clock.Now()) {
		return nil, ErrSourceResting
	}
	answers, err := r.ask(ctx, persons)
	if err != nil && ctx.Err() == nil {
		r.rest.until(r.o.Clock.Now().Add(r.o.Pause))
	}
	return answers, err
}

func (r *BaseRegister) ask(ctx context.Context, persons []register.Person) ([]register.Answer, error) {
	q := RegisterQuestion{Register: r.o.Kind, Persons: persons, Nonce: rand.Text(), At: r.o.Clock.Now().UTC()}
	body, err := json.Marshal(q)
	if err != nil {
		return nil, fmt.Errorf("ask a base register: %w", err)
	}
	signature, err := r.o.Signer.Sign(q.Text(body))
	if err != nil {
		return nil, fmt.Errorf("ask a base register: %w", err)
	}
	answer, sig, err := askSigned(ctx, r.client, r.o.Base+ComparePath, body, signature, compareMax)
	if err != nil {
		return nil, fmt.Errorf("ask a base register: %w", err)
	}
	return r.accept(q, answer, sig)
}

// accept holds an answer against its question.
func (r *BaseRegister) accept(q RegisterQuestion, body []byte, signature string) ([]register.Answer, error) {
	sig, err := base64.StdEncoding.DecodeString(signature)
	var a RegisterAnswer
	if err != nil || !gm.VerifySM2(r.o.Key, a.Text(body), sig) {
		return nil, errors.New("read a register's answer: the signature is not the register's")
	}
	if err := json.Unmarshal(body, &a); err != nil {
		return nil, fmt.Errorf("read a register's answer: %w", err)
	}
	now := r.o.Clock.Now()
	switch {
	case a.Register != q.Register || a.Nonce != q.Nonce || len(a.Answers) != len(q.Persons):
		return nil, errors.New("read a register's answer: it answers another question")
	case a.At.Before(now.Add(-sourceSkew)) || a.At.After(now.Add(sourceSkew)):
		return nil, errors.New("read a register's answer: it is not of now")
	}
	for _, x := range a.Answers {
		for _, result := range x.Fields {
			if !slices.Contains([]register.Result{register.Match, register.Mismatch, register.Unknown}, result) {
				return nil, errors.New("read a register's answer: it says neither yes nor no")
			}
		}
	}
	return a.Answers, nil
}
