package reference

import (
	"encoding/json"
	"io"
	"mime"
	"net/http"
	"strings"
	"sync"
	"time"
)

// Paths of a reader of identity cards.
const (
	CardPath = "/card"
	TellPath = "/tell"
)

// LocalOrigins lets every page read that this machine itself serves.
const LocalOrigins = "http://127.0.0.1:*"

// IDCard is what a reader reads off a citizen's identity card.
type IDCard struct {
	Name string `json:"name"`
	Code string `json:"code"`
}

// IDReaderOrder is how a reader is from now on; the zero value is a reader that works and on which no card lies.
type IDReaderOrder struct {
	Card   *IDCard       `json:"card,omitempty"`
	Slow   time.Duration `json:"slow,omitempty"`   // waits before each answer, in nanoseconds
	Broken bool          `json:"broken,omitempty"` // cannot read the card
}

// IDReader is the program that a maker of identity card readers puts on a clerk's machine: pages ask it over HTTP for
// the card that lies on the reader. Its answers are not signed. Safe for concurrent use.
type IDReader struct {
	origins []string

	mu    sync.Mutex
	order IDReaderOrder
}

// NewIDReader makes a reader on which no card lies. Pages of these origins may read it; ":*" at the end is any port.
func NewIDReader(origins ...string) *IDReader {
	if len(origins) == 0 {
		origins = []string{LocalOrigins}
	}
	return &IDReader{origins: origins}
}

// Tell puts a card on the reader or takes it away, and says what goes wrong from now on.
func (i *IDReader) Tell(o IDReaderOrder) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.order = o
}

// ServeHTTP answers GET /card, and takes orders by POST /tell.
func (i *IDReader) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	switch {
	case r.URL.Path == CardPath && (r.Method == http.MethodGet || r.Method == http.MethodOptions):
		i.card(w, r)
	case r.URL.Path == TellPath && r.Method == http.MethodPost:
		i.told(w, r)
	default:
		http.NotFound(w, r)
	}
}

func (i *IDReader) card(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Vary", "Origin")
	w.Header().Set("Cache-Control", "no-store")
	if origin := r.Header.Get("Origin"); origin != "" {
		if !i.allows(origin) {
			answerCard(w, http.StatusForbidden, refusal{"origin"})
			return
		}
		w.Header().Set("Access-Control-Allow-Origin", origin)
	}
	if r.Method == http.MethodOptions {
		// Browsers that keep pages of the network from this machine ask first.
		w.Header().Set("Access-Control-Allow-Methods", http.MethodGet)
		w.Header().Set("Access-Control-Allow-Private-Network", "true")
		w.WriteHeader(http.StatusNoContent)
		return
	}
	i.mu.Lock()
	o := i.order
	i.mu.Unlock()
	if !waited(r, o.Slow) {
		return
	}
	switch {
	case o.Broken:
		answerCard(w, http.StatusInternalServerError, refusal{"broken"})
	case o.Card == nil:
		answerCard(w, http.StatusNotFound, refusal{"no-card"})
	default:
		answerCard(w, http.StatusOK, o.Card)
	}
}

func (i *IDReader) allows(origin string) bool {
	for _, o := range i.origins {
		host, anyPort := strings.CutSuffix(o, ":*")
		rest, same := strings.CutPrefix(origin, host)
		if same && (rest == "" || anyPort && rest[0] == ':' && strings.Trim(rest[1:], "0123456789") == "") {
			return true
		}
	}
	return false
}

// told takes no order from a page: browsers send Origin with every POST, and ask before they send JSON elsewhere.
func (i *IDReader) told(w http.ResponseWriter, r *http.Request) {
	kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil || kind != "application/json" || r.Header.Get("Origin") != "" {
		http.Error(w, "orders are JSON, and not from a page", http.StatusForbidden)
		return
	}
	var o IDReaderOrder
	d := json.NewDecoder(io.LimitReader(r.Body, 1<<16))
	d.DisallowUnknownFields()
	if err := d.Decode(&o); err != nil {
		http.Error(w, "no order", http.StatusBadRequest)
		return
	}
	i.Tell(o)
	w.WriteHeader(http.StatusNoContent)
}

type refusal struct {
	Code string `json:"code"`
}

func answerCard(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body)
}
