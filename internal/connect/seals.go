package connect

import (
	"context"
	"crypto/ecdsa"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/yinxin-org/yinxin/internal/clock"
	"github.com/yinxin-org/yinxin/internal/gm"
)

// SealPath is where a seal platform signs. Both sides sign the body behind a line that says which of the two it is.
const (
	SealPath       = "/seals/sign"
	sealAskMark    = "yinxin seal question v1\n"
	sealAnswerMark = "yinxin seal answer v1\n"
)

// SealQuestion asks a seal platform (电子印章平台) to sign with a seal's key. The document stays here: what is sent is
// a digest. The same nonce again gets the same answer, so that a question whose answer was lost can be asked again.
type SealQuestion struct {
	Seal   string    `json:"seal"`   // 印章编码
	Digest []byte    `json:"digest"` // e = SM3(Z‖M)
	Nonce  string    `json:"nonce"`
	At     time.Time `json:"at"`
}

// Text is what the asker signs.
func (SealQuestion) Text(body []byte) []byte { return append([]byte(sealAskMark), body...) }

// SealAnswer is the signature.
type SealAnswer struct {
	Seal      string    `json:"seal"`
	Nonce     string    `json:"nonce"`
	Signature []byte    `json:"signature"` // SEQUENCE{r, s} in DER
	At        time.Time `json:"at"`
}

// Text is what the seal platform signs.
func (SealAnswer) Text(body []byte) []byte { return append([]byte(sealAnswerMark), body...) }

// RemoteSealOptions say which key of which seal platform signs.
type RemoteSealOptions struct {
	Base   string           // address of the seal platform
	Seal   string           // 印章编码
	Public *ecdsa.PublicKey // of the seal's key
	Key    *ecdsa.PublicKey // that signs the platform's answers
	Signer *gm.Signer       // of this platform, which signs the questions
	Clock  clock.Clock
	Wait   time.Duration // for one answer; zero: 3 seconds
}

// RemoteSeal is the key of a seal that lies at a seal platform. It is a gm.Key, safe for concurrent use.
type RemoteSeal struct {
	o      RemoteSealOptions
	client *http.Client
}

// OpenRemoteSeal gives the key of a seal that a seal platform keeps. It asks nothing yet.
func OpenRemoteSeal(o RemoteSealOptions) (*RemoteSeal, error) {
	u, err := url.Parse(o.Base)
	if err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" {
		return nil, errors.New("the address of a seal platform must be an http or https one")
	}
	if o.Seal == "" || o.Public == nil || o.Key == nil || o.Signer == nil {
		return nil, errors.New("a remote seal needs its code, its public key, the platform's key and a signer")
	}
	if o.Wait == 0 {
		o.Wait = sourceWait
	}
	o.Base = strings.TrimSuffix(o.Base, "/")
	return &RemoteSeal{o: o, client: newAsker(o.Wait)}, nil
}

// Public returns the seal's public key.
func (s *RemoteSeal) Public() *ecdsa.PublicKey { return s.o.Public }

// SignDigest asks the seal platform for the signature over e. When no whole answer comes the same question is asked once
// more. A signature that is not the seal's over e is an error.
func (s *RemoteSeal) SignDigest(e [32]byte) ([]byte, error) {
	q := SealQuestion{Seal: s.o.Seal, Digest: e[:], Nonce: rand.Text(), At: s.o.Clock.Now().UTC()}
	body, err := json.Marshal(q)
	if err != nil {
		return nil, fmt.Errorf("ask a seal platform: %w", err)
	}
	signature, err := s.o.Signer.Sign(q.Text(body))
	if err != nil {
		return nil, fmt.Errorf("ask a seal platform: %w", err)
	}
	answer, sig, err := s.ask(body, signature)
	if errors.Is(err, errNoAnswer) {
		answer, sig, err = s.ask(body, signature)
	}
	if err != nil {
		return nil, err
	}
	return s.accept(q, answer, sig)
}

func (s *RemoteSeal) ask(body, signature []byte) (answer []byte, sig string, err error) {
	// gm.Key knows no context: the client's own limit ends the waiting.
	answer, sig, err = askSigned(context.Background(), s.client, s.o.Base+SealPath, body, signature, answerMax)
	if err != nil {
		err = fmt.Errorf("ask a seal platform: %w", err)
	}
	return answer, sig, err
}

// accept holds an answer against its question.
func (s *RemoteSeal) accept(q SealQuestion, body []byte, signature string) ([]byte, error) {
	sig, err := base64.StdEncoding.DecodeString(signature)
	var a SealAnswer
	if err != nil || !gm.VerifySM2(s.o.Key, a.Text(body), sig) {
		return nil, errors.New("read a seal platform's answer: the signature is not the platform's")
	}
	if err := json.Unmarshal(body, &a); err != nil {
		return nil, fmt.Errorf("read a seal platform's answer: %w", err)
	}
	now := s.o.Clock.Now()
	switch {
	case a.Seal != q.Seal || a.Nonce != q.Nonce:
		return nil, errors.New("read a seal platform's answer: it answers another question")
	case a.At.Before(now.Add(-sourceSkew)) || a.At.After(now.Add(sourceSkew)):
		return nil, errors.New("read a seal platform's answer: it is not of now")
	case !gm.VerifyDigest(s.o.Public, [32]byte(q.Digest), a.Signature):
		return nil, errors.New("read a seal platform's answer: the signature is not the seal's")
	}
	return a.Signature, nil
}
