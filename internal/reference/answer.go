package reference

import (
	"encoding/base64"
	"fmt"
	"net/http"
	"time"

	"github.com/yinxin-org/yinxin/internal/connect"
	"github.com/yinxin-org/yinxin/internal/gm"
)

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

// giveSigned writes an answer under the double's own key, or, where it was told to, under one that nobody knows, or only its
// first half.
func giveSigned(w http.ResponseWriter, keys *gm.KeyStore, key string, forged, broken bool, text, body []byte) {
	if forged {
		key = forgerKey
	}
	if !headSigned(w, keys, key, text, body) {
		return
	}
	if broken {
		body = body[:len(body)/2]
	}
	_, _ = w.Write(body)
}

// headSigned writes the head of an answer: its length, and the signature of one of the double's keys over the text that
// stands for the body.
func headSigned(w http.ResponseWriter, keys *gm.KeyStore, key string, text, body []byte) bool {
	signer, err := keys.Signer(key)
	if err != nil {
		http.Error(w, "cannot sign", http.StatusInternalServerError)
		return false
	}
	signature, err := signer.Sign(text)
	if err != nil {
		http.Error(w, "cannot sign", http.StatusInternalServerError)
		return false
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Content-Length", fmt.Sprint(len(body)))
	w.Header().Set(connect.SignatureHeader, base64.StdEncoding.EncodeToString(signature))
	return true
}
