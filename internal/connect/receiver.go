package connect

import (
	"bytes"
	"context"
	"encoding/base64"
	"fmt"
	"net/http"
	"time"

	"github.com/yinxin-org/yinxin/internal/gm"
)

// eventMark begins the text that is signed with a message of events, so that it cannot be taken for anything else.
const eventMark = "yinxin events v1\n"

// EventText is what the platform signs of a message of events.
func EventText(body []byte) []byte { return append([]byte(eventMark), body...) }

// tellWait is for how long a receiver may take to answer.
const tellWait = 10 * time.Second

// Receivers brings messages of events to other systems by POST, signed with SM2; whatever is not answered with a status
// of 2xx did not arrive. Safe for concurrent use.
type Receivers struct {
	signer *gm.Signer
	client *http.Client
}

// OpenReceivers gives the sender of events, to addresses within reach; wait bounds one answer, zero: ten seconds.
func OpenReceivers(signer *gm.Signer, reach Reach, wait time.Duration) *Receivers {
	if wait == 0 {
		wait = tellWait
	}
	return &Receivers{signer: signer, client: reach.client(wait)}
}

// Tell sends one message.
func (r *Receivers) Tell(ctx context.Context, url string, message []byte) error {
	signature, err := r.signer.Sign(EventText(message))
	if err != nil {
		return fmt.Errorf("sign events: %w", err)
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, url, bytes.NewReader(message))
	if err != nil {
		return fmt.Errorf("send events: %w", err)
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set(SignatureHeader, base64.StdEncoding.EncodeToString(signature))
	res, err := r.client.Do(req)
	if err != nil {
		return fmt.Errorf("send events: %w", errNoAnswer) // the error names the address, which may name a secret
	}
	_ = res.Body.Close()
	if res.StatusCode < 200 || res.StatusCode > 299 {
		return fmt.Errorf("send events: it answered %d", res.StatusCode)
	}
	return nil
}
