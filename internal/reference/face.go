package reference

import (
	"context"
	"crypto/ecdsa"
	"crypto/rand"
	"encoding/base64"
	"encoding/hex"
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
	keys  *gm.KeyStore
	asker *ecdsa.PublicKey // whose questions it answers; nil: anybody's
	clock clock.Clock

	mu     sync.Mutex
	order  FaceOrder
	people map[string]string
	last   connect.FaceAnswer
}

const (
	faceKey   = "face"
	faceScore = 96
)

// NewFaceService makes a service with a key of its own. With an asker, questions must be signed by that key.
func NewFaceService(ctx context.Context, asker *ecdsa.PublicKey, c clock.Clock) (*FaceService, error) {
	keys, err := gm.NewMemoryKeyStore()
	if err != nil {
		return nil, err
	}
	return &FaceService{keys: keys, asker: asker, clock: c, people: map[string]string{}},
		errors.Join(keys.Generate(ctx, faceKey), keys.Generate(ctx, forgerKey))
}

// Key is the key that its answers are signed with.
func (f *FaceService) Key() (*ecdsa.PublicKey, error) {
	signer, err := f.keys.Signer(faceKey)
	if err != nil {
		return nil, err
	}
	return signer.Public(), nil
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
	signer, err := f.keys.Signer(faceKey)
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
	body, err := io.ReadAll(io.LimitReader(r.Body, 1<<20))
	switch {
	case err != nil:
		http.Error(w, "no question", http.StatusBadRequest)
	case r.Method == http.MethodPut && r.URL.Path == ControlPath:
		var o FaceOrder
		if err := json.Unmarshal(body, &o); err != nil {
			http.Error(w, "no order", http.StatusBadRequest)
			return
		}
		f.Tell(o)
		w.WriteHeader(http.StatusNoContent)
	case r.Method == http.MethodPost && r.URL.Path == connect.FacePath:
		f.check(w, r, body)
	default:
		http.NotFound(w, r)
	}
}

func (f *FaceService) check(w http.ResponseWriter, r *http.Request, question []byte) {
	f.mu.Lock()
	order := f.order
	f.mu.Unlock()
	if order.Down {
		panic(http.ErrAbortHandler) //nolint:forbidigo // how net/http ends a connection without an answer
	}
	if !waited(r, order.Slow) {
		return
	}
	if order.Refuse {
		http.Error(w, "out of service", http.StatusServiceUnavailable)
		return
	}
	body, err := f.answer(question, r.Header.Get(connect.SignatureHeader), order)
	if err != nil {
		http.Error(w, err.Error(), http.StatusForbidden)
		return
	}
	giveSigned(w, f.keys, faceKey, order.Forged, order.Broken, connect.FaceAnswer{}.Text(body), body)
}

// answer reads a question and compares.
func (f *FaceService) answer(question []byte, signature string, order FaceOrder) ([]byte, error) {
	sig, err := base64.StdEncoding.DecodeString(signature)
	var q connect.FaceQuestion
	if err != nil || f.asker != nil && !gm.VerifySM2(f.asker, q.Text(question), sig) {
		return nil, errors.New("the question is not signed by the platform")
	}
	if err := json.Unmarshal(question, &q); err != nil || q.Challenge == "" || (len(q.Picture) == 0) == (q.Token == "") {
		return nil, errors.New("no question")
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if order.Replay && f.last.Serial != "" {
		return json.Marshal(f.last)
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
	return json.Marshal(a)
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
