package reference

import (
	"bytes"
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
	"github.com/yinxin-org/yinxin/internal/license"
)

// SourceFaults are what a license source can be told to do wrong; the zero value does nothing wrong.
type SourceFaults struct {
	Down   bool          `json:"down,omitempty"`   // breaks every connection off
	Slow   time.Duration `json:"slow,omitempty"`   // waits before each answer, in nanoseconds
	Forged bool          `json:"forged,omitempty"` // signs with a key that nobody knows
	Replay bool          `json:"replay,omitempty"` // gives its last answer again
	Broken bool          `json:"broken,omitempty"` // breaks off in the middle of the answer
}

// Source is the system of an office that keeps a kind of license, such as the population register: it tells the state
// of a license by its identifier. Every license is in force that it was not told otherwise of. Safe for concurrent use.
type Source struct {
	keys  *gm.KeyStore
	asker *ecdsa.PublicKey // whose questions it answers; nil: anybody's
	clock clock.Clock

	mu     sync.Mutex
	faults SourceFaults
	states map[string]license.State
	last   []byte
	asked  int
}

const (
	sourceKey = "source"
	forgerKey = "forger"
)

// ControlPath is where a reference source is told what to do wrong.
const ControlPath = "/control"

// Order is what a source is told: its faults from now on, and states of licenses by identifier.
type Order struct {
	SourceFaults
	States map[string]license.State `json:"states,omitempty"`
}

// NewSource makes a source with a key of its own. With an asker, questions must be signed by that key.
func NewSource(ctx context.Context, asker *ecdsa.PublicKey, c clock.Clock) (*Source, error) {
	keys, err := gm.NewMemoryKeyStore()
	if err != nil {
		return nil, err
	}
	return &Source{keys: keys, asker: asker, clock: c, states: map[string]license.State{}},
		errors.Join(keys.Generate(ctx, sourceKey), keys.Generate(ctx, forgerKey))
}

// Key is the key that its answers are signed with.
func (s *Source) Key() (*ecdsa.PublicKey, error) {
	signer, err := s.keys.Signer(sourceKey)
	if err != nil {
		return nil, err
	}
	return signer.Public(), nil
}

// Tell says what goes wrong from now on, and how licenses stand from now on.
func (s *Source) Tell(o Order) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults = o.SourceFaults
	maps.Copy(s.states, o.States)
}

// Asked counts the questions that reached it.
func (s *Source) Asked() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.asked
}

// ServeHTTP answers POST /licenses/state, and takes orders by PUT /control.
func (s *Source) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	switch {
	case r.Method == http.MethodPut && r.URL.Path == ControlPath:
		s.control(w, r)
	case r.Method == http.MethodPost && r.URL.Path == connect.StatePath:
		s.state(w, r)
	default:
		http.NotFound(w, r)
	}
}

func (s *Source) control(w http.ResponseWriter, r *http.Request) {
	var o Order
	d := json.NewDecoder(io.LimitReader(r.Body, 1<<16))
	d.DisallowUnknownFields()
	if err := d.Decode(&o); err != nil {
		http.Error(w, "no order", http.StatusBadRequest)
		return
	}
	s.Tell(o)
	w.WriteHeader(http.StatusNoContent)
}

func (s *Source) state(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	s.asked++
	faults := s.faults
	s.mu.Unlock()
	// Read first: only then does the server see that the asker has gone.
	question, err := io.ReadAll(io.LimitReader(r.Body, 1<<12))
	if err != nil {
		http.Error(w, "no question", http.StatusBadRequest)
		return
	}
	if faults.Down {
		panic(http.ErrAbortHandler) //nolint:forbidigo // how net/http ends a connection without an answer
	}
	if !waited(r, faults.Slow) {
		return
	}
	body, err := s.answer(question, r.Header.Get(connect.SignatureHeader), faults)
	if err != nil {
		http.Error(w, err.Error(), http.StatusForbidden)
		return
	}
	giveSigned(w, s.keys, sourceKey, faults.Forged, faults.Broken, connect.SourceAnswer{}.Text(body), body)
}

// answer reads a question and says how the license stands.
func (s *Source) answer(question []byte, signature string, faults SourceFaults) ([]byte, error) {
	sig, err := base64.StdEncoding.DecodeString(signature)
	var q connect.SourceQuestion
	if err != nil || s.asker != nil && !gm.VerifySM2(s.asker, q.Text(question), sig) {
		return nil, errors.New("the question is not signed by the platform")
	}
	if err := json.Unmarshal(question, &q); err != nil || q.Identifier == "" {
		return nil, errors.New("no question")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if faults.Replay && s.last != nil {
		return bytes.Clone(s.last), nil
	}
	state, told := s.states[q.Identifier]
	if !told {
		state = license.Valid
	}
	s.last, err = json.Marshal(connect.SourceAnswer{Identifier: q.Identifier, Nonce: q.Nonce, State: state, At: s.clock.Now().UTC()})
	return bytes.Clone(s.last), err
}
