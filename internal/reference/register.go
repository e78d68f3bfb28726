package reference

import (
	"context"
	"crypto/ecdsa"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"maps"
	"net/http"
	"sync"
	"time"

	"github.com/yinxin-org/yinxin/internal/clock"
	"github.com/yinxin-org/yinxin/internal/connect"
	"github.com/yinxin-org/yinxin/internal/gm"
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
	keys  *gm.KeyStore
	asker *ecdsa.PublicKey // whose questions it answers; nil: anybody's
	clock clock.Clock

	mu      sync.Mutex
	faults  RegisterFaults
	entries map[string]Entries
	asked   int
}

const registerKey = "register"

// NewBaseRegister makes a register with a key of its own. With an asker, questions must be signed by that key.
func NewBaseRegister(ctx context.Context, asker *ecdsa.PublicKey, c clock.Clock) (*BaseRegister, error) {
	keys, err := gm.NewMemoryKeyStore()
	if err != nil {
		return nil, err
	}
	return &BaseRegister{keys: keys, asker: asker, clock: c, entries: map[string]Entries{}},
		errors.Join(keys.Generate(ctx, registerKey), keys.Generate(ctx, forgerKey))
}

// Key is the key that its answers are signed with.
func (b *BaseRegister) Key() (*ecdsa.PublicKey, error) {
	signer, err := b.keys.Signer(registerKey)
	if err != nil {
		return nil, err
	}
	return signer.Public(), nil
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
	body, err := io.ReadAll(io.LimitReader(r.Body, 1<<20))
	switch {
	case err != nil:
		http.Error(w, "no question", http.StatusBadRequest)
	case r.Method == http.MethodPut && r.URL.Path == ControlPath:
		var o RegisterOrder
		if err := json.Unmarshal(body, &o); err != nil {
			http.Error(w, "no order", http.StatusBadRequest)
			return
		}
		b.Tell(o)
		w.WriteHeader(http.StatusNoContent)
	case r.Method == http.MethodPost && r.URL.Path == connect.ComparePath:
		b.compare(w, r, body)
	default:
		http.NotFound(w, r)
	}
}

func (b *BaseRegister) compare(w http.ResponseWriter, r *http.Request, question []byte) {
	b.mu.Lock()
	b.asked++
	faults := b.faults
	b.mu.Unlock()
	if faults.Down {
		panic(http.ErrAbortHandler) //nolint:forbidigo // how net/http ends a connection without an answer
	}
	if !waited(r, faults.Slow) {
		return
	}
	body, err := b.answer(question, r.Header.Get(connect.SignatureHeader), faults)
	if err != nil {
		http.Error(w, err.Error(), http.StatusForbidden)
		return
	}
	giveSigned(w, b.keys, registerKey, faults.Forged, faults.Broken, connect.RegisterAnswer{}.Text(body), body)
}

// answer reads a question and compares.
func (b *BaseRegister) answer(question []byte, signature string, faults RegisterFaults) ([]byte, error) {
	sig, err := base64.StdEncoding.DecodeString(signature)
	var q connect.RegisterQuestion
	if err != nil || b.asker != nil && !gm.VerifySM2(b.asker, q.Text(question), sig) {
		return nil, errors.New("the question is not signed by the platform")
	}
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
	return json.Marshal(a)
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
