package reference

import (
	"context"
	"crypto/ecdsa"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"sync"
	"time"

	"github.com/yinxin-org/yinxin/internal/clock"
	"github.com/yinxin-org/yinxin/internal/connect"
	"github.com/yinxin-org/yinxin/internal/gm"
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
	keys  *gm.KeyStore
	asker *ecdsa.PublicKey // whose questions it answers; nil: anybody's
	clock clock.Clock

	mu      sync.Mutex
	faults  SealFaults
	answers map[string][]byte // by seal and nonce: the same question gets the same answer
	signed  int
}

const (
	sealAnswers = "answers"
	sealSkew    = 10 * time.Minute
	sealsKept   = 10000 // answers at most; the double forgets all when there are more
)

// NewSealPlatform makes a seal platform with the keys of the seals named. With an asker, questions must be signed by
// that key.
func NewSealPlatform(ctx context.Context, asker *ecdsa.PublicKey, c clock.Clock, seals ...string) (*SealPlatform, error) {
	keys, err := gm.NewMemoryKeyStore()
	if err != nil {
		return nil, err
	}
	made := []error{keys.Generate(ctx, sealAnswers), keys.Generate(ctx, forgerKey)}
	for _, code := range seals {
		made = append(made, keys.Generate(ctx, "seal."+code))
	}
	return &SealPlatform{keys: keys, asker: asker, clock: c, answers: map[string][]byte{}}, errors.Join(made...)
}

// Key is the key that its answers are signed with.
func (s *SealPlatform) Key() (*ecdsa.PublicKey, error) { return s.public(sealAnswers) }

// SealKey is the public key of a seal.
func (s *SealPlatform) SealKey(code string) (*ecdsa.PublicKey, error) {
	return s.public("seal." + code)
}

func (s *SealPlatform) public(id string) (*ecdsa.PublicKey, error) {
	signer, err := s.keys.Signer(id)
	if err != nil {
		return nil, err
	}
	return signer.Public(), nil
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
	body, err := io.ReadAll(io.LimitReader(r.Body, 1<<12))
	switch {
	case err != nil:
		http.Error(w, "no question", http.StatusBadRequest)
	case r.Method == http.MethodPut && r.URL.Path == ControlPath:
		var f SealFaults
		if err := json.Unmarshal(body, &f); err != nil {
			http.Error(w, "no order", http.StatusBadRequest)
			return
		}
		s.Tell(f)
		w.WriteHeader(http.StatusNoContent)
	case r.Method == http.MethodPost && r.URL.Path == connect.SealPath:
		s.sign(w, r, body)
	default:
		http.NotFound(w, r)
	}
}

func (s *SealPlatform) sign(w http.ResponseWriter, r *http.Request, question []byte) {
	s.mu.Lock()
	faults := s.faults
	lose := faults.Lose > 0
	if lose {
		s.faults.Lose--
	}
	s.mu.Unlock()
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
	if lose {
		panic(http.ErrAbortHandler) //nolint:forbidigo // likewise
	}
	key := sealAnswers
	if faults.Forged {
		key = forgerKey
	}
	var a connect.SealAnswer
	if headSigned(w, s.keys, key, a.Text(body), body) {
		_, _ = w.Write(body)
	}
}

// answer reads a question and signs its digest, once.
func (s *SealPlatform) answer(question []byte, signature string, faults SealFaults) ([]byte, error) {
	sig, err := base64.StdEncoding.DecodeString(signature)
	var q connect.SealQuestion
	if err != nil || s.asker != nil && !gm.VerifySM2(s.asker, q.Text(question), sig) {
		return nil, errors.New("the question is not signed by the platform")
	}
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
	if known := s.answers[once]; known != nil {
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
	body, err := json.Marshal(connect.SealAnswer{Seal: q.Seal, Nonce: q.Nonce, Signature: value, At: now.UTC()})
	s.answers[once] = body
	return body, err
}
