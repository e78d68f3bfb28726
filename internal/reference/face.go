package reference

import (
	"context"
	"crypto/ecdsa"
	"crypto/rand"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"maps"
	"net/http"
	"time"

	"github.com/yinxin-org/yinxin/internal/clock"
	"github.com/yinxin-org/yinxin/internal/connect"
	"github.com/yinxin-org/yinxin/internal/gm"
)

// FaceOrder is how a face check service is from now on; the zero value is one that works.
type FaceOrder struct {
	Down     bool          `json:"down,omitempty"`     // breaks every connection off
	Slow     time.Duration `json:"slow,omitempty"`     // waits before each answer, in nanoseconds
	Refuse   bool          `json:"refuse,omitempty"`   // answers 503
	Mismatch bool          `json:"mismatch,omitempty"` // says of everybody that it is somebody else
	Score    int           `json:"score,omitempty"`    // of a match; zero: 96
	Forged   bool          `json:"forged,omitempty"`   // signs with a key that nobody knows
	Broken   bool          `json:"broken,omitempty"`   // breaks off in the middle of the answer
	Replay   bool          `json:"replay,omitempty"`   // gives its last answer once more
	Serial   bool          `json:"serial,omitempty"`   // numbers each answer as the last one
	// People are whom it knows from now on, beside whom it knew: connect.FaceSubject, with the digest (SM3, hex) of the only picture
	// that is theirs; "" for one of whom every picture is.
	People map[string]string `json:"people,omitempty"`
}

// FaceService is a service that compares faces (实人核验). It compares no real face: a picture is a person's by its digest. Safe for
// concurrent use.
type FaceService struct {
	service
	order  FaceOrder
	people map[string]string
	last   connect.FaceAnswer
}

const faceScore = 96

// NewFaceService makes a service with a key of its own. With an asker, questions must be signed by that key.
func NewFaceService(ctx context.Context, asker *ecdsa.PublicKey, c clock.Clock) (*FaceService, error) {
	f := &FaceService{people: map[string]string{}}
	return f, f.open(ctx, asker, c)
}

// Tell says how it is from now on.
func (f *FaceService) Tell(o FaceOrder) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.order = o
	maps.Copy(f.people, o.People)
}

// faceToken is what the service's part on a phone says: that a person was checked there for a challenge.
type faceToken struct {
	Subject   string `json:"subject"`
	Challenge string `json:"challenge"`
	Signature []byte `json:"signature"`
}

func (t faceToken) text() []byte { return []byte("phone\n" + t.Subject + "\n" + t.Challenge) }

// Token is what the service's part on the phone of a person gives for a challenge, once it has seen them live.
func (f *FaceService) Token(subject, challenge string) (string, error) {
	signer, err := f.keys.Signer(answerKey)
	if err != nil {
		return "", err
	}
	t := faceToken{Subject: subject, Challenge: challenge}
	if t.Signature, err = signer.Sign(t.text()); err != nil {
		return "", err
	}
	raw, err := json.Marshal(t)
	return base64.StdEncoding.EncodeToString(raw), err
}

// ServeHTTP answers POST /face/check, and takes orders by PUT /control.
func (f *FaceService) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	serve(&f.service, w, r, func(o FaceOrder) error { f.Tell(o); return nil },
		map[string]topic{connect.FacePath: {connect.FaceQuestion{}.Text, connect.FaceAnswer{}.Text, f.now}})
}

func (f *FaceService) now() (conduct, func([]byte) (any, error)) {
	f.mu.Lock()
	defer f.mu.Unlock()
	o := f.order
	return conduct{slow: o.Slow, down: o.Down, refuse: o.Refuse, forged: o.Forged, broken: o.Broken},
		func(question []byte) (any, error) { return f.answer(question, o) }
}

// answer reads a question and compares.
func (f *FaceService) answer(question []byte, order FaceOrder) (any, error) {
	var q connect.FaceQuestion
	if err := json.Unmarshal(question, &q); err != nil || q.Challenge == "" || (len(q.Picture) == 0) == (q.Token == "") {
		return nil, errors.New("no question")
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if order.Replay && f.last.Serial != "" {
		return f.last, nil
	}
	a := connect.FaceAnswer{Subject: q.Subject, Challenge: q.Challenge, Result: connect.FaceMismatch, Score: 12, Serial: rand.Text(), At: f.clock.Now().UTC()}
	theirs, known := f.people[q.Subject]
	switch {
	case !known:
		a.Result, a.Score = connect.FaceUnknown, 0
	case !order.Mismatch && f.is(q, theirs):
		if a.Result, a.Score = connect.FaceMatch, faceScore; order.Score != 0 {
			a.Score = order.Score
		}
	}
	if order.Serial && f.last.Serial != "" {
		a.Serial = f.last.Serial
	}
	f.last = a
	return a, nil
}

// is reports whether what is shown is a person's: their picture, or a token of their phone for this challenge.
func (f *FaceService) is(q connect.FaceQuestion, theirs string) bool {
	if q.Token == "" {
		sum := gm.SM3(q.Picture)
		return theirs == "" || theirs == hex.EncodeToString(sum[:])
	}
	raw, err := base64.StdEncoding.DecodeString(q.Token)
	var t faceToken
	if err != nil || json.Unmarshal(raw, &t) != nil || t.Subject != q.Subject || t.Challenge != q.Challenge {
		return false
	}
	key, err := f.Key()
	return err == nil && gm.VerifySM2(key, t.text(), t.Signature)
}
