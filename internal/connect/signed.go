package connect

import (
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net/http"
	"sync"
	"time"
)

// errNoAnswer says that a question may not have arrived, or its answer was lost.
var errNoAnswer = errors.New("it does not answer")

// newAsker is the client of a system that is asked signed questions. It follows no redirection: an answer counts only
// from where the question went.
func newAsker(wait time.Duration) *http.Client {
	return &http.Client{
		Timeout:       wait,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// askSigned puts a signed question and gives the answer, of so many bytes at most, with its signature, as it came: neither
// is checked.
func askSigned(ctx context.Context, client *http.Client, address string, question, signature []byte, most int64) (answer []byte, sig string, err error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, address, bytes.NewReader(question))
	if err != nil {
		return nil, "", err
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set(SignatureHeader, base64.StdEncoding.EncodeToString(signature))
	res, err := client.Do(req)
	if err != nil {
		return nil, "", fmt.Errorf("%w: %w", errNoAnswer, err)
	}
	defer func() { _ = res.Body.Close() }()
	if res.StatusCode != http.StatusOK {
		return nil, "", fmt.Errorf("it answered %d", res.StatusCode)
	}
	answer, err = io.ReadAll(io.LimitReader(res.Body, most+1))
	if err != nil {
		return nil, "", fmt.Errorf("%w: %w", errNoAnswer, err)
	}
	if int64(len(answer)) > most {
		return nil, "", errors.New("its answer is too large")
	}
	return answer, res.Header.Get(SignatureHeader), nil
}

// rest is a time for which a system that failed is not asked again. Safe for concurrent use.
type rest struct {
	mu  sync.Mutex
	end time.Time
}

func (r *rest) until(end time.Time) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.end = end
}

func (r *rest) now(at time.Time) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return at.Before(r.end)
}
