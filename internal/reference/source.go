package reference

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"encoding/json"
	"errors"
	"maps"
	"net/http"
	"strings"
	"time"

	"github.com/yinxin-org/yinxin/internal/clock"
	"github.com/yinxin-org/yinxin/internal/connect"
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
	service
	faults SourceFaults
	states map[string]license.State
	kept   map[string]kept
	last   map[string]any // the last answer by path
	asked  int
}

// kept is a license that the source keeps.
type kept struct {
	values map[string]string
	file   []byte
}

// Order is what a source is told: its faults from now on, states of licenses by identifier, and files of licenses to keep.
type Order struct {
	SourceFaults
	States map[string]license.State `json:"states,omitempty"`
	Files  [][]byte                 `json:"files,omitempty"`
}

// NewSource makes a source with a key of its own. With an asker, questions must be signed by that key.
func NewSource(ctx context.Context, asker *ecdsa.PublicKey, c clock.Clock) (*Source, error) {
	s := &Source{states: map[string]license.State{}, kept: map[string]kept{}, last: map[string]any{}}
	return s, s.open(ctx, asker, c)
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
	serve(&s.service, w, r, s.Tell, map[string]topic{
		connect.StatePath: {connect.SourceQuestion{}.Text, connect.SourceAnswer{}.Text, s.now(connect.StatePath, s.state)},
		connect.FetchPath: {connect.FetchQuestion{}.Text, connect.FetchAnswer{}.Text, s.now(connect.FetchPath, s.license)},
	})
}

func (s *Source) now(path string, answer func(connect.SourceQuestion, SourceFaults) (any, error)) func() (conduct, func([]byte) (any, error)) {
	return func() (conduct, func([]byte) (any, error)) {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.asked++
		f := s.faults
		return conduct{slow: f.Slow, down: f.Down, forged: f.Forged, broken: f.Broken},
			func(question []byte) (any, error) { return s.answer(path, question, f, answer) }
	}
}

func (s *Source) answer(path string, question []byte, faults SourceFaults, answer func(connect.SourceQuestion, SourceFaults) (any, error)) (any, error) {
	var q connect.SourceQuestion
	if err := json.Unmarshal(question, &q); err != nil || q.Identifier == "" {
		return nil, errors.New("no question")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if faults.Replay && s.last[path] != nil {
		return s.last[path], nil
	}
	a, err := answer(q, faults)
	if err == nil {
		s.last[path] = a
	}
	return a, err
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
