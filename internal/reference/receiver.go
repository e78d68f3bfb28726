package reference

import (
	"crypto/ecdsa"
	"encoding/base64"
	"encoding/json"
	"io"
	"net/http"
	"sync"
	"time"

	"github.com/yinxin-org/yinxin/internal/connect"
	"github.com/yinxin-org/yinxin/internal/gm"
	"github.com/yinxin-org/yinxin/internal/push"
)

// ReceiverFaults are what a receiver of events can be told to do wrong; the zero value does nothing wrong.
type ReceiverFaults struct {
	Down   bool          `json:"down,omitempty"`   // answers 503
	Slow   time.Duration `json:"slow,omitempty"`   // waits before each answer, in nanoseconds
	Forget bool          `json:"forget,omitempty"` // takes what it is told and breaks off without an answer
}

// Receiver is another office's system that is told of changes of licenses. It takes only what the platform signed, and
// keeps what it was told, repeats left out. Safe for concurrent use.
type Receiver struct {
	platform *ecdsa.PublicKey // whose messages it takes; nil: anybody's

	mu       sync.Mutex
	faults   ReceiverFaults
	seen     map[int64]bool
	events   []push.Event
	messages int
	refused  int
}

// NewReceiver makes a receiver. With the platform's key, messages must be signed by it.
func NewReceiver(platform *ecdsa.PublicKey) *Receiver {
	return &Receiver{platform: platform, seen: map[int64]bool{}}
}

// Set says what goes wrong from now on.
func (r *Receiver) Set(f ReceiverFaults) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.faults = f
}

// Events are what it was told, in the order in which it was told them first.
func (r *Receiver) Events() []push.Event {
	r.mu.Lock()
	defer r.mu.Unlock()
	return append([]push.Event{}, r.events...)
}

// Messages counts the messages that reached it, and those among them that it did not take for the platform's.
func (r *Receiver) Messages() (all, refused int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.messages, r.refused
}

// ServeHTTP takes messages by POST.
func (r *Receiver) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	body, err := io.ReadAll(io.LimitReader(req.Body, 1<<20))
	if err != nil || req.Method != http.MethodPost {
		http.Error(w, "no message", http.StatusBadRequest)
		return
	}
	r.mu.Lock()
	r.messages++
	faults := r.faults
	r.mu.Unlock()
	if !waited(req, faults.Slow) {
		return
	}
	if faults.Down {
		http.Error(w, "down", http.StatusServiceUnavailable)
		return
	}
	if !r.take(body, req.Header.Get(connect.SignatureHeader)) {
		http.Error(w, "not the platform's", http.StatusForbidden)
		return
	}
	if faults.Forget {
		panic(http.ErrAbortHandler) //nolint:forbidigo // how net/http ends a connection without an answer
	}
	w.WriteHeader(http.StatusNoContent)
}

func (r *Receiver) take(body []byte, signature string) bool {
	sig, err := base64.StdEncoding.DecodeString(signature)
	r.mu.Lock()
	defer r.mu.Unlock()
	var m push.Message
	if err != nil || r.platform != nil && !gm.VerifySM2(r.platform, connect.EventText(body), sig) || json.Unmarshal(body, &m) != nil {
		r.refused++
		return false
	}
	for _, e := range m.Events {
		if !r.seen[e.Cursor] {
			r.seen[e.Cursor] = true
			r.events = append(r.events, e)
		}
	}
	return true
}
