package connect

import (
	"cmp"
	"context"
	"crypto/ecdsa"
	"crypto/rand"
	"errors"
	"fmt"
	"slices"
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
	peer
	kind, name string
}

// OpenBaseRegister gives the connector to a base register.
func OpenBaseRegister(o BaseRegisterOptions) (*BaseRegister, error) {
	if catalog.RegisterFields[o.Kind] == nil {
		return nil, fmt.Errorf("there is no base register %q: population, legal or institution", o.Kind)
	}
	if o.Name == "" {
		return nil, errors.New("a base register needs a name")
	}
	r := &BaseRegister{kind: o.Kind, name: o.Name, peer: peer{what: "a base register", key: o.Key, signer: o.Signer, clock: o.Clock, pause: cmp.Or(o.Pause, sourcePause)}}
	if err := r.open(o.Base, cmp.Or(o.Wait, registerWait)); err != nil {
		return nil, err
	}
	return r, nil
}

// Name is what people call the system.
func (r *BaseRegister) Name() string { return r.name }

// Compare asks about persons. Anything but a well-formed answer about all of them, signed, to this very question and of now,
// is an error: the register counts as not reachable.
func (r *BaseRegister) Compare(ctx context.Context, persons []register.Person) ([]register.Answer, error) {
	var a RegisterAnswer
	err := r.try(ctx, func() error {
		q := RegisterQuestion{Register: r.kind, Persons: persons, Nonce: rand.Text(), At: r.clock.Now().UTC()}
		if err := r.ask(ctx, topic{path: ComparePath, question: q.Text, answer: a.Text, most: compareMax}, q, &a); err != nil {
			return err
		}
		if err := r.fits(a.Register == q.Register && a.Nonce == q.Nonce && len(a.Answers) == len(persons), a.At); err != nil {
			return err
		}
		for _, x := range a.Answers {
			for _, result := range x.Fields {
				if !slices.Contains([]register.Result{register.Match, register.Mismatch, register.Unknown}, result) {
					return r.bad("it says neither yes nor no")
				}
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return a.Answers, nil
}
