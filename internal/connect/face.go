package connect

import (
	"cmp"
	"context"
	"crypto/ecdsa"
	"encoding/hex"
	"time"

	"github.com/yinxin-org/yinxin/internal/authn"
	"github.com/yinxin-org/yinxin/internal/clock"
	"github.com/yinxin-org/yinxin/internal/gm"
)

// FacePath is where a face check service is asked. Both sides sign the body behind a line that says which of the two it is.
const (
	FacePath       = "/face/check"
	faceAskMark    = "yinxin face question v1\n"
	faceAnswerMark = "yinxin face answer v1\n"
	faceMax        = 1 << 16 // bytes of an answer at most
	faceWait       = 8 * time.Second
	faceSerialMax  = 64
)

// What a face check service says.
const (
	FaceMatch    = "match"
	FaceMismatch = "mismatch"
	FaceUnknown  = "unknown" // it does not know the person
)

// FaceQuestion asks whether what somebody shows for a challenge is a person. The person stands there as a digest, see FaceSubject.
type FaceQuestion struct {
	Subject   string    `json:"subject"`
	Challenge string    `json:"challenge"`
	Picture   []byte    `json:"picture,omitempty"` // JPEG or PNG
	Token     string    `json:"token,omitempty"`   // of the service's own part on the person's phone
	At        time.Time `json:"at"`
}

// Text is what the asker signs.
func (FaceQuestion) Text(body []byte) []byte { return append([]byte(faceAskMark), body...) }

// FaceAnswer tells.
type FaceAnswer struct {
	Subject   string    `json:"subject"`
	Challenge string    `json:"challenge"`
	Result    string    `json:"result"` // match, mismatch, unknown
	Score     int       `json:"score"`  // 0 to 100
	Serial    string    `json:"serial"` // of this answer, never given twice
	At        time.Time `json:"at"`
}

// Text is what the service signs.
func (FaceAnswer) Text(body []byte) []byte { return append([]byte(faceAnswerMark), body...) }

// FaceSubject is the digest under which a service finds a citizen by name and number.
func FaceSubject(name, number string) string {
	sum := gm.SM3([]byte(name + "\x00" + number))
	return hex.EncodeToString(sum[:])
}

// FaceOptions say how a face check service is reached and known.
type FaceOptions struct {
	Base   string // address
	Key    *ecdsa.PublicKey
	Signer *gm.Signer // of this platform
	Clock  clock.Clock
	Wait   time.Duration // for one answer; zero: 8 seconds
}

// FaceService is a service that compares faces (实人核验). Safe for concurrent use.
type FaceService struct{ peer }

// OpenFaceService gives the connector to a service.
func OpenFaceService(o FaceOptions) (*FaceService, error) {
	f := &FaceService{peer{what: "a face check service", key: o.Key, signer: o.Signer, clock: o.Clock}}
	if err := f.open(o.Base, cmp.Or(o.Wait, faceWait)); err != nil {
		return nil, err
	}
	return f, nil
}

// Check asks about a person. Anything but a well-formed answer, signed, to this very question and of now, is an error.
func (f *FaceService) Check(ctx context.Context, subject, challenge string, shown authn.Shown) (authn.FaceAnswer, error) {
	q := FaceQuestion{Subject: subject, Challenge: challenge, Picture: shown.Picture, Token: shown.Token, At: f.clock.Now().UTC()}
	var a FaceAnswer
	if err := f.ask(ctx, topic{path: FacePath, question: q.Text, answer: a.Text, most: faceMax}, q, &a); err != nil {
		return authn.FaceAnswer{}, err
	}
	if err := f.fits(a.Subject == q.Subject && a.Challenge == q.Challenge, a.At); err != nil {
		return authn.FaceAnswer{}, err
	}
	switch {
	case a.Serial == "" || len(a.Serial) > faceSerialMax || a.Score < 0 || a.Score > 100:
		return authn.FaceAnswer{}, f.bad("it has no serial or no score")
	case a.Result != FaceMatch && a.Result != FaceMismatch && a.Result != FaceUnknown:
		return authn.FaceAnswer{}, f.bad("it says neither yes nor no")
	}
	return authn.FaceAnswer{Match: a.Result == FaceMatch, Score: a.Score, Serial: a.Serial}, nil
}
