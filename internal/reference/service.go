package reference

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"sync"
	"time"

	"github.com/yinxin-org/yinxin/internal/clock"
	"github.com/yinxin-org/yinxin/internal/connect"
	"github.com/yinxin-org/yinxin/internal/gm"
)

// ControlPath is where a double is told what it is like from now on.
const ControlPath = "/control"

const (
	answerKey = "answers"
	forgerKey = "forger"
	bodyMax   = 32 << 20 // bytes of an order or a question: an order may bring files
)

// service is what all doubles that answer signed questions have in common (签名应答服务): a key that their answers are signed
// with, and whom they answer.
type service struct {
	keys  *gm.KeyStore
	asker *ecdsa.PublicKey // whose questions it answers; nil: anybody's
	clock clock.Clock

	mu sync.Mutex // guards what the double was told and counts
}

// open gives the service keys of its own.
func (s *service) open(ctx context.Context, asker *ecdsa.PublicKey, c clock.Clock) error {
	var err error
	if s.keys, err = gm.NewMemoryKeyStore(); err != nil {
		return err
	}
	s.asker, s.clock = asker, c
	return errors.Join(s.keys.Generate(ctx, answerKey), s.keys.Generate(ctx, forgerKey))
}

// Key is the key that its answers are signed with.
func (s *service) Key() (*ecdsa.PublicKey, error) { return s.public(answerKey) }

func (s *service) public(id string) (*ecdsa.PublicKey, error) {
	signer, err := s.keys.Signer(id)
	if err != nil {
		return nil, err
	}
	return signer.Public(), nil
}

// conduct is what any of the doubles can be told to do wrong with one answer.
type conduct struct {
	slow   time.Duration
	down   bool // breaks off without doing anything
	refuse bool // says that it is out of service
	lose   bool // does what it is asked and breaks off without the answer
	forged bool
	broken bool
}

// topic is what a double is asked about: what both sides sign, and how it conducts itself and answers now, as it was told.
type topic struct {
	asked, said func(body []byte) []byte
	now         func() (conduct, func(question []byte) (any, error))
}

// errNotKept says that a source does not keep a license.
var errNotKept = errors.New("no such license")

// serve takes orders by PUT /control and answers questions by POST, each topic at its path.
func serve[O any](s *service, w http.ResponseWriter, r *http.Request, tell func(O) error, topics map[string]topic) {
	// Read first: only then does the server see that the asker has gone.
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, bodyMax))
	t, known := topics[r.URL.Path]
	switch {
	case err != nil:
		http.Error(w, "no question", http.StatusBadRequest)
	case r.Method == http.MethodPut && r.URL.Path == ControlPath:
		var o O
		d := json.NewDecoder(bytes.NewReader(body))
		d.DisallowUnknownFields()
		if err := d.Decode(&o); err != nil {
			http.Error(w, "no order", http.StatusBadRequest)
		} else if err := tell(o); err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
		} else {
			w.WriteHeader(http.StatusNoContent)
		}
	case r.Method == http.MethodPost && known:
		s.give(w, r, t, body)
	default:
		http.NotFound(w, r)
	}
}

// give answers a question of the platform's, unless it was told otherwise.
func (s *service) give(w http.ResponseWriter, r *http.Request, t topic, question []byte) {
	c, answer := t.now()
	if c.down {
		panic(http.ErrAbortHandler) //nolint:forbidigo // how net/http ends a connection without an answer
	}
	if !waited(r, c.slow) {
		return
	}
	if c.refuse {
		http.Error(w, "out of service", http.StatusServiceUnavailable)
		return
	}
	sig, err := base64.StdEncoding.DecodeString(r.Header.Get(connect.SignatureHeader))
	if err != nil || s.asker != nil && !gm.VerifySM2(s.asker, t.asked(question), sig) {
		http.Error(w, "the question is not signed by the platform", http.StatusForbidden)
		return
	}
	a, err := answer(question)
	switch {
	case errors.Is(err, errNotKept):
		http.Error(w, err.Error(), http.StatusNotFound)
	case err != nil:
		http.Error(w, err.Error(), http.StatusForbidden)
	case c.lose:
		panic(http.ErrAbortHandler) //nolint:forbidigo // likewise
	default:
		s.sign(w, t, c, a)
	}
}

// sign writes an answer under the double's own key, or, where it was told to, under one that nobody knows, or only its
// first half.
func (s *service) sign(w http.ResponseWriter, t topic, c conduct, a any) {
	body, err := json.Marshal(a)
	key := answerKey
	if c.forged {
		key = forgerKey
	}
	var signature []byte
	signer, missing := s.keys.Signer(key)
	if err = errors.Join(err, missing); err == nil {
		signature, err = signer.Sign(t.said(body))
	}
	if err != nil {
		http.Error(w, "cannot sign", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Content-Length", fmt.Sprint(len(body)))
	w.Header().Set(connect.SignatureHeader, base64.StdEncoding.EncodeToString(signature))
	if c.broken {
		body = body[:len(body)/2]
	}
	_, _ = w.Write(body)
}

// waited waits before an answer as long as the double was told to; false when the asker has gone meanwhile.
func waited(r *http.Request, slow time.Duration) bool {
	if slow <= 0 {
		return true
	}
	select {
	case <-time.After(slow):
		return true
	case <-r.Context().Done():
		return false
	}
}
