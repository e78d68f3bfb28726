package connect

import (
	"cmp"
	"context"
	"crypto/ecdsa"
	"crypto/rand"
	"errors"
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
	peer
	code   string
	public *ecdsa.PublicKey
}

// OpenRemoteSeal gives the key of a seal that a seal platform keeps. It asks nothing yet.
func OpenRemoteSeal(o RemoteSealOptions) (*RemoteSeal, error) {
	if o.Seal == "" || o.Public == nil {
		return nil, errors.New("a remote seal needs its code and its public key")
	}
	s := &RemoteSeal{peer: peer{what: "a seal platform", key: o.Key, signer: o.Signer, clock: o.Clock}, code: o.Seal, public: o.Public}
	if err := s.open(o.Base, cmp.Or(o.Wait, sourceWait)); err != nil {
		return nil, err
	}
	return s, nil
}

// Public returns the seal's public key.
func (s *RemoteSeal) Public() *ecdsa.PublicKey { return s.public }

// SignDigest asks the seal platform for the signature over e. When no whole answer comes the same question is asked once
// more. A signature that is not the seal's over e is an error.
func (s *RemoteSeal) SignDigest(e [32]byte) ([]byte, error) {
	q := SealQuestion{Seal: s.code, Digest: e[:], Nonce: rand.Text(), At: s.clock.Now().UTC()}
	var a SealAnswer
	// gm.Key knows no context: the client's own limit ends the waiting.
	if err := s.ask(context.Background(), topic{path: SealPath, question: q.Text, answer: a.Text, most: answerMax, again: true}, q, &a); err != nil {
		return nil, err
	}
	if err := s.fits(a.Seal == q.Seal && a.Nonce == q.Nonce, a.At); err != nil {
		return nil, err
	}
	if !gm.VerifyDigest(s.public, e, a.Signature) {
		return nil, s.bad("the signature is not the seal's")
	}
	return a.Signature, nil
}
