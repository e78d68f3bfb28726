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
	"strings"
	"sync"
	"time"

	"github.com/yinxin-org/yinxin/internal/clock"
	"github.com/yinxin-org/yinxin/internal/connect"
	"github.com/yinxin-org/yinxin/internal/gm"
	"github.com/yinxin-org/yinxin/internal/license"
	"github.com/yinxin-org/yinxin/ofd"
)

// SourceFaults are what a license source can be told to do wrong; the zero value does nothing wrong.
type SourceFaults struct {
	Down   bool          `json:"down,omitempty"`   // breaks every connection off
	Slow   time.Duration `json:"slow,omitempty"`   // waits before each answer, in nanoseconds
	Forged bool          `json:"forged,omitempty"` // signs with a key that nobody knows
	Replay bool          `json:"replay,omitempty"` // gives its last answer again
	Broken bool          `json:"broken,omitempty"` // breaks off in the middle of the answer
	Wrong  bool          `json:"wrong,omitempty"`  // answers about another license: gives another one, if it keeps any
	Tamper bool          `json:"tamper,omitempty"` // changes a byte of the file that it gives
}

// Source is the system of an office that keeps a kind of license, such as the population register: it tells the state
// of a license by its identifier, and gives the licenses whose files it was told to keep. Every license is in force that
// it was not told otherwise of. Safe for concurrent use.
type Source struct {
	keys  *gm.KeyStore
	asker *ecdsa.PublicKey // whose questions it answers; nil: anybody's
	clock clock.Clock

	mu     sync.Mutex
	faults SourceFaults
	states map[string]license.State
	kept   map[string]kept
	last   map[string][]byte // the last answer by path
	asked  int
}

// kept is a license that the source keeps.
type kept struct {
	values map[string]string
	file   []byte
}

const (
	sourceKey = "source"
	forgerKey = "forger"
)

// ControlPath is where a reference source is told what to do wrong.
const ControlPath = "/control"

// Order is what a source is told: its faults from now on, states of licenses by identifier, and files of licenses to keep.
type Order struct {
	SourceFaults
	States map[string]license.State `json:"states,omitempty"`
	Files  [][]byte                 `json:"files,omitempty"`
}

// orderMax bounds an order, in bytes.
const orderMax = 32 << 20

// NewSource makes a source with a key of its own. With an asker, questions must be signed by that key.
func NewSource(ctx context.Context, asker *ecdsa.PublicKey, c clock.Clock) (*Source, error) {
	keys, err := gm.NewMemoryKeyStore()
	if err != nil {
		return nil, err
	}
	return &Source{keys: keys, asker: asker, clock: c, states: map[string]license.State{}, kept: map[string]kept{}, last: map[string][]byte{}},
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

// Tell says what goes wrong from now on, how licenses stand from now on, and which it keeps besides.
func (s *Source) Tell(o Order) error {
	more := map[string]kept{}
	for _, file := range o.Files {
		p, err := ofd.Read(file, ofd.Limits{})
		if err != nil {
			return err
		}
		info, err := p.Info()
		if err != nil {
			return err
		}
		k := kept{values: map[string]string{}, file: file}
		for _, m := range info.Meta {
			if !strings.HasPrefix(m.Name, "YX_") {
				k.values[m.Name] = m.Value
			}
		}
		if k.values["ZZBS"] == "" {
			return errors.New("the file names no license")
		}
		more[k.values["ZZBS"]] = k
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults = o.SourceFaults
	maps.Copy(s.states, o.States)
	maps.Copy(s.kept, more)
	return nil
}

// Asked counts the questions that reached it.
func (s *Source) Asked() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.asked
}

// ServeHTTP answers POST /licenses/state and /licenses/fetch, and takes orders by PUT /control.
func (s *Source) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	switch {
	case r.Method == http.MethodPut && r.URL.Path == ControlPath:
		s.control(w, r)
	case r.Method == http.MethodPost && r.URL.Path == connect.StatePath:
		s.give(w, r, connect.SourceQuestion{}.Text, connect.SourceAnswer{}.Text, s.state)
	case r.Method == http.MethodPost && r.URL.Path == connect.FetchPath:
		s.give(w, r, connect.FetchQuestion{}.Text, connect.FetchAnswer{}.Text, s.license)
	default:
		http.NotFound(w, r)
	}
}

func (s *Source) control(w http.ResponseWriter, r *http.Request) {
	var o Order
	d := json.NewDecoder(io.LimitReader(r.Body, orderMax))
	d.DisallowUnknownFields()
	if err := d.Decode(&o); err != nil {
		http.Error(w, "no order", http.StatusBadRequest)
		return
	}
	if err := s.Tell(o); err != nil {
		http.Error(w, "no license file", http.StatusBadRequest)
		return
	}
	w.WriteHeader(http.StatusNoContent)
}

// errNotKept says that a source does not keep a license.
var errNotKept = errors.New("no such license")

// give reads a question and gives the answer, signed, unless it was told otherwise.
func (s *Source) give(w http.ResponseWriter, r *http.Request, asked, said func([]byte) []byte, answer func(connect.SourceQuestion, SourceFaults) (any, error)) {
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
	sig, err := base64.StdEncoding.DecodeString(r.Header.Get(connect.SignatureHeader))
	if err != nil || s.asker != nil && !gm.VerifySM2(s.asker, asked(question), sig) {
		http.Error(w, "the question is not signed by the platform", http.StatusForbidden)
		return
	}
	var q connect.SourceQuestion
	if err := json.Unmarshal(question, &q); err != nil || q.Identifier == "" {
		http.Error(w, "no question", http.StatusForbidden)
		return
	}
	body, err := s.answer(r.URL.Path, q, faults, answer)
	if err != nil {
		http.Error(w, err.Error(), http.StatusNotFound)
		return
	}
	giveSigned(w, s.keys, sourceKey, faults.Forged, faults.Broken, said(body), body)
}

func (s *Source) answer(path string, q connect.SourceQuestion, faults SourceFaults, answer func(connect.SourceQuestion, SourceFaults) (any, error)) ([]byte, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if faults.Replay && s.last[path] != nil {
		return bytes.Clone(s.last[path]), nil
	}
	a, err := answer(q, faults)
	if err != nil {
		return nil, err
	}
	s.last[path], err = json.Marshal(a)
	return bytes.Clone(s.last[path]), err
}

// state says how a license stands; told to be wrong, how another one does.
func (s *Source) state(q connect.SourceQuestion, faults SourceFaults) (any, error) {
	a := s.standing(q)
	if faults.Wrong {
		a.Identifier += "X"
	}
	return a, nil
}

func (s *Source) standing(q connect.SourceQuestion) connect.SourceAnswer {
	state, told := s.states[q.Identifier]
	if !told {
		state = license.Valid
	}
	return connect.SourceAnswer{Identifier: q.Identifier, Nonce: q.Nonce, State: state, At: s.clock.Now().UTC()}
}

// license gives a license; told to be wrong, another one under its name.
func (s *Source) license(q connect.SourceQuestion, faults SourceFaults) (any, error) {
	k, ok := s.kept[q.Identifier]
	if !ok {
		return nil, errNotKept
	}
	a := connect.FetchAnswer{SourceAnswer: s.standing(q), Values: k.values, File: k.file}
	if faults.Wrong {
		a.Identifier += "X"
		for identifier, other := range s.kept {
			if identifier != q.Identifier {
				a.Identifier, a.Values, a.File = q.Identifier, other.values, other.file
			}
		}
	}
	if faults.Tamper {
		a.File = bytes.Clone(a.File)
		a.File[len(a.File)/2] ^= 1
	}
	return a, nil
}
