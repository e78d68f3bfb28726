package reference

import (
	"context"
	"crypto/ecdsa"
	"encoding/json"
	"errors"
	"net/http"
	"time"

	"github.com/yinxin-org/yinxin/internal/clock"
	"github.com/yinxin-org/yinxin/internal/connect"
)

// SealFaults are what a seal platform can be told to do wrong; the zero value does nothing wrong.
type SealFaults struct {
	Down   bool          `json:"down,omitempty"`   // breaks every connection off
	Slow   time.Duration `json:"slow,omitempty"`   // waits before each answer, in nanoseconds
	Lose   int           `json:"lose,omitempty"`   // signs, and breaks off before the answer, so many times
	Wrong  bool          `json:"wrong,omitempty"`  // signs another digest than was asked
	Forged bool          `json:"forged,omitempty"` // signs its answers with a key that nobody knows
	Stop   bool          `json:"stop,omitempty"`   // refuses, as if the seal had been stopped
}

// SealPlatform is a seal platform (电子印章平台) that keeps the keys of seals and signs digests for a license
// platform. Safe for concurrent use.
type SealPlatform struct {
	service
	faults  SealFaults
	answers map[string]connect.SealAnswer // by seal and nonce: the same question gets the same answer
	signed  int
}

const (
	sealSkew  = 10 * time.Minute
	sealsKept = 10000 // answers at most; the double forgets all when there are more
)

// NewSealPlatform makes a seal platform with the keys of the seals named. With an asker, questions must be signed by
// that key.
func NewSealPlatform(ctx context.Context, asker *ecdsa.PublicKey, c clock.Clock, seals ...string) (*SealPlatform, error) {
	s := &SealPlatform{answers: map[string]connect.SealAnswer{}}
	err := s.open(ctx, asker, c)
	for _, code := range seals {
		if err == nil {
			err = s.keys.Generate(ctx, "seal."+code)
		}
	}
	return s, err
}

// SealKey is the public key of a seal.
func (s *SealPlatform) SealKey(code string) (*ecdsa.PublicKey, error) {
	return s.public("seal." + code)
}

// Tell says what goes wrong from now on.
func (s *SealPlatform) Tell(f SealFaults) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults = f
}

// Signed counts the signatures made with seals.
func (s *SealPlatform) Signed() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.signed
}

// ServeHTTP answers POST /seals/sign, and takes faults by PUT /control.
func (s *SealPlatform) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	serve(&s.service, w, r, func(f SealFaults) error { s.Tell(f); return nil },
		map[string]topic{connect.SealPath: {connect.SealQuestion{}.Text, connect.SealAnswer{}.Text, s.now}})
}

func (s *SealPlatform) now() (conduct, func([]byte) (any, error)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	f := s.faults
	if f.Lose > 0 {
		s.faults.Lose--
	}
	return conduct{slow: f.Slow, down: f.Down, lose: f.Lose > 0, forged: f.Forged},
		func(question []byte) (any, error) { return s.answer(question, f) }
}

// answer reads a question and signs its digest, once.
func (s *SealPlatform) answer(question []byte, faults SealFaults) (any, error) {
	var q connect.SealQuestion
	now := s.clock.Now()
	switch err := json.Unmarshal(question, &q); {
	case err != nil || len(q.Digest) != 32 || q.Nonce == "":
		return nil, errors.New("no question")
	case q.At.Before(now.Add(-sealSkew)) || q.At.After(now.Add(sealSkew)):
		return nil, errors.New("the question is not of now")
	case faults.Stop:
		return nil, errors.New("the seal is stopped")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	once := q.Seal + "\n" + q.Nonce + "\n" + string(q.Digest)
	if known, ok := s.answers[once]; ok {
		return known, nil
	}
	signer, err := s.keys.Signer("seal." + q.Seal)
	if err != nil {
		return nil, errors.New("no such seal")
	}
	e := [32]byte(q.Digest)
	if faults.Wrong {
		e[0] ^= 1
	}
	value, err := signer.SignDigest(e)
	if err != nil {
		return nil, err
	}
	s.signed++
	if len(s.answers) >= sealsKept {
		clear(s.answers)
	}
	a := connect.SealAnswer{Seal: q.Seal, Nonce: q.Nonce, Signature: value, At: now.UTC()}
	s.answers[once] = a
	return a, nil
}
