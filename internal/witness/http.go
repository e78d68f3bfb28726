package witness

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/yinxin-org/yinxin/internal/translog"
)

const (
	addPath    = "/add-checkpoint"
	latestPath = "/checkpoint"
	sizeType   = "text/x.tlog.size"
	plainType  = "text/plain; charset=utf-8"
	maxAnswer  = 16 << 10
)

// Handler serves the protocol: POST /add-checkpoint; GET /checkpoint?origin=… for whoever compares; GET /witness.pub.
func (w *Witness) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("POST "+addPath, w.serveAdd)
	mux.HandleFunc("GET "+latestPath, w.serveLatest)
	mux.HandleFunc("GET /witness.pub", func(out http.ResponseWriter, _ *http.Request) {
		out.Header().Set("Content-Type", plainType)
		_, _ = io.WriteString(out, w.Key().String()+"\n")
	})
	return mux
}

func (w *Witness) serveAdd(out http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(http.MaxBytesReader(out, r.Body, maxRequest))
	if err != nil {
		http.Error(out, "request too long or cut off", http.StatusBadRequest)
		return
	}
	line, err := w.Add(r.Context(), body)
	if refusal, ok := errors.AsType[*Refusal](err); ok {
		if refusal.Status == http.StatusConflict {
			out.Header().Set("Content-Type", sizeType)
			out.WriteHeader(refusal.Status)
			_, _ = fmt.Fprintf(out, "%d\n", refusal.Size)
			return
		}
		http.Error(out, refusal.Why, refusal.Status)
		return
	}
	if err != nil {
		w.logger.ErrorContext(r.Context(), "checkpoint not cosigned", "err", err)
		http.Error(out, "internal fault", http.StatusInternalServerError)
		return
	}
	out.Header().Set("Content-Type", plainType)
	_, _ = out.Write(line)
}

func (w *Witness) serveLatest(out http.ResponseWriter, r *http.Request) {
	signed, err := w.Latest(r.Context(), r.URL.Query().Get("origin"))
	switch {
	case errors.Is(err, fs.ErrNotExist):
		http.Error(out, "nothing signed of this log", http.StatusNotFound)
	case err != nil:
		w.logger.ErrorContext(r.Context(), "checkpoint not read", "err", err)
		http.Error(out, "internal fault", http.StatusInternalServerError)
	default:
		out.Header().Set("Content-Type", plainType)
		out.Header().Set("Cache-Control", "no-cache")
		_, _ = out.Write(signed) //nolint:gosec // a note that the witness itself signed, as plain text
	}
}

// Conflict says that a witness has signed last another size than it was asked to go on from.
type Conflict struct{ Size uint64 }

func (c *Conflict) Error() string { return fmt.Sprintf("witness has signed %d leaves last", c.Size) }

// errAnswer says that a witness answered something else than the protocol has.
var errAnswer = errors.New("witness gave no valid answer")

// Client asks a witness. It is safe for concurrent use.
type Client struct {
	name string
	url  string
	key  *translog.Key
	http *http.Client
}

// NewClient makes a client of the witness that signs with key at an address.
func NewClient(name, address string, key *translog.Key) *Client {
	return &Client{
		name: name, url: strings.TrimSuffix(address, "/") + addPath, key: key,
		http: &http.Client{
			Timeout:       clientWait,
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		},
	}
}

// clientWait bounds one answer, if the caller does not bound it more.
const clientWait = 10 * time.Second

// Name is the witness as people are told of it.
func (c *Client) Name() string { return c.name }

// Key is the key that the witness signs with.
func (c *Client) Key() *translog.Key { return c.key }

// Add asks for a cosignature under a signed checkpoint that extends a tree of old leaves by proof. If the witness goes on
// from another size, the error is a [Conflict]; if it finds the proof wrong, translog.ErrInconsistent.
func (c *Client) Add(ctx context.Context, old uint64, proof [][]byte, signed []byte) (translog.Cosignature, error) {
	body := Request{Old: old, Proof: proof, Signed: signed}.Bytes()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, c.url, bytes.NewReader(body))
	if err != nil {
		return translog.Cosignature{}, fmt.Errorf("ask witness: %w", err)
	}
	req.Header.Set("Content-Type", "text/plain")
	resp, err := c.http.Do(req)
	if err != nil {
		return translog.Cosignature{}, fmt.Errorf("ask witness: %w", err)
	}
	defer func() { _ = resp.Body.Close() }()
	answer, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer))
	if err != nil {
		return translog.Cosignature{}, fmt.Errorf("ask witness: %w", err)
	}
	switch resp.StatusCode {
	case http.StatusOK:
		list := translog.Cosignatures(append(bytes.Clone(signed), answer...), []*translog.Key{c.key})
		if len(list) == 0 {
			return translog.Cosignature{}, errAnswer
		}
		return list[0], nil
	case http.StatusConflict:
		size, err := strconv.ParseUint(strings.TrimSuffix(string(answer), "\n"), 10, 64)
		if err != nil {
			return translog.Cosignature{}, errAnswer
		}
		return translog.Cosignature{}, &Conflict{Size: size}
	case http.StatusUnprocessableEntity:
		return translog.Cosignature{}, fmt.Errorf("%w: says the witness", translog.ErrInconsistent)
	}
	return translog.Cosignature{}, fmt.Errorf("%w: status %d", errAnswer, resp.StatusCode)
}
