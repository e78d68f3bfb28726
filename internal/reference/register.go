package reference

import (
	"context"
	"crypto/ecdsa"
	"encoding/json"
	"errors"
	"maps"
	"net/http"
	"time"

	"github.com/yinxin-org/yinxin/internal/clock"
	"github.com/yinxin-org/yinxin/internal/connect"
	"github.com/yinxin-org/yinxin/internal/register"
)

// RegisterFaults are what a base register can be told to do wrong; the zero value does nothing wrong.
type RegisterFaults struct {
	Down   bool          `json:"down,omitempty"`   // breaks every connection off
	Slow   time.Duration `json:"slow,omitempty"`   // waits before each answer, in nanoseconds
	Wrong  bool          `json:"wrong,omitempty"`  // says that nothing agrees
	Short  bool          `json:"short,omitempty"`  // forgets the last person asked for
	Forged bool          `json:"forged,omitempty"` // signs with a key that nobody knows
	Broken bool          `json:"broken,omitempty"` // breaks off in the middle of the answer
}

// Entries are what a base register knows: by code, its fields (catalog.RegisterFields).
type Entries map[string]map[string]string

// RegisterOrder is what a register is told: its faults from now on, and entries by kind of register and code, instead of
// what it knew of them.
type RegisterOrder struct {
	RegisterFaults
	Entries map[string]Entries `json:"entries,omitempty"`
}

// BaseRegister is a base register (人口库、法人库、事业单位库), or several behind one address: it compares what it is asked with
// what it knows, and gives no value. Safe for concurrent use.
type BaseRegister struct {
	service
	faults  RegisterFaults
	entries map[string]Entries
	asked   int
}

// NewBaseRegister makes a register with a key of its own. With an asker, questions must be signed by that key.
func NewBaseRegister(ctx context.Context, asker *ecdsa.PublicKey, c clock.Clock) (*BaseRegister, error) {
	b := &BaseRegister{entries: map[string]Entries{}}
	return b, b.open(ctx, asker, c)
}

// Tell says what goes wrong from now on, and what it knows from now on.
func (b *BaseRegister) Tell(o RegisterOrder) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.faults = o.RegisterFaults
	for kind, entries := range o.Entries {
		if b.entries[kind] == nil {
			b.entries[kind] = Entries{}
		}
		maps.Copy(b.entries[kind], entries)
	}
}

// Asked counts the questions that reached it.
func (b *BaseRegister) Asked() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.asked
}

// ServeHTTP answers POST /register/compare, and takes orders by PUT /control.
func (b *BaseRegister) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	serve(&b.service, w, r, func(o RegisterOrder) error { b.Tell(o); return nil },
		map[string]topic{connect.ComparePath: {connect.RegisterQuestion{}.Text, connect.RegisterAnswer{}.Text, b.now}})
}

func (b *BaseRegister) now() (conduct, func([]byte) (any, error)) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.asked++
	f := b.faults
	return conduct{slow: f.Slow, down: f.Down, forged: f.Forged, broken: f.Broken},
		func(question []byte) (any, error) { return b.answer(question, f) }
}

// answer reads a question and compares.
func (b *BaseRegister) answer(question []byte, faults RegisterFaults) (any, error) {
	var q connect.RegisterQuestion
	if err := json.Unmarshal(question, &q); err != nil || len(q.Persons) == 0 {
		return nil, errors.New("no question")
	}
	a := connect.RegisterAnswer{Register: q.Register, Nonce: q.Nonce, At: b.clock.Now().UTC()}
	b.mu.Lock()
	known := b.entries[q.Register]
	for _, p := range q.Persons {
		a.Answers = append(a.Answers, held(known[p.Code], p, faults.Wrong))
	}
	b.mu.Unlock()
	if faults.Short {
		a.Answers = a.Answers[:len(a.Answers)-1]
	}
	return a, nil
}

// held compares what is asked of one person with what is known.
func held(known map[string]string, p register.Person, wrong bool) register.Answer {
	if known == nil {
		return register.Answer{Absent: true}
	}
	a := register.Answer{Fields: map[string]register.Result{}}
	for name, value := range p.Fields {
		switch has, ok := known[name]; {
		case wrong || ok && has != value:
			a.Fields[name] = register.Mismatch
		case !ok:
			a.Fields[name] = register.Unknown
		default:
			a.Fields[name] = register.Match
		}
	}
	return a
}
