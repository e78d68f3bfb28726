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
	"github.com/yinxin-org/yinxin/internal/license"
)

// The signed question and answer of a license source. Both sides sign the body behind a line that says which of the
// two it is, with SM2; the answer repeats the question's nonce, so that an old one cannot be given again.
const (
	StatePath       = "/licenses/state"
	FetchPath       = "/licenses/fetch"
	SignatureHeader = "X-Signature" // base64 of the DER signature
	askMark         = "yinxin source question v1\n"
	answerMark      = "yinxin source answer v1\n"
	fetchMark       = "yinxin source fetch v1\n"
	licenseMark     = "yinxin source license v1\n"
)

// SourceQuestion asks for the state of one license.
type SourceQuestion struct {
	Identifier string    `json:"identifier"` // 电子证照标识
	Nonce      string    `json:"nonce"`
	At         time.Time `json:"at"`
}

// Text is what the asker signs.
func (SourceQuestion) Text(body []byte) []byte { return append([]byte(askMark), body...) }

// SourceAnswer tells the state of the license that was asked for.
type SourceAnswer struct {
	Identifier string        `json:"identifier"`
	Nonce      string        `json:"nonce"`
	State      license.State `json:"state"`
	At         time.Time     `json:"at"`
}

// Text is what the source signs.
func (SourceAnswer) Text(body []byte) []byte { return append([]byte(answerMark), body...) }

// FetchQuestion asks for the license itself. It is signed behind a line of its own: whoever overheard a question for a
// state cannot have the license with it.
type FetchQuestion struct{ SourceQuestion }

// Text is what the asker signs.
func (FetchQuestion) Text(body []byte) []byte { return append([]byte(fetchMark), body...) }

// FetchAnswer gives the license that was asked for, with its state.
type FetchAnswer struct {
	SourceAnswer
	Values map[string]string `json:"values"` // as the file states them
	File   []byte            `json:"file"`   // OFD, sealed there
}

// Text is what the source signs.
func (FetchAnswer) Text(body []byte) []byte { return append([]byte(licenseMark), body...) }

const (
	sourceWait  = 3 * time.Second  // for one answer, if nothing else is set
	sourcePause = 5 * time.Second  // for which a source that failed is not asked again, likewise
	sourceSkew  = 10 * time.Minute // by which clocks of two offices may differ
	answerMax   = 4 << 10          // bytes of an answer at most
	licenseMax  = 16 << 20         // bytes of an answer with a license at most
)

// SourceOptions say how a license source is reached and known.
type SourceOptions struct {
	Name   string // of the system, as people are told
	Base   string // address
	Key    *ecdsa.PublicKey
	Signer *gm.Signer // of this platform
	Clock  clock.Clock
	Wait   time.Duration // for one answer; zero: 3 seconds
	Pause  time.Duration // for which it is not asked again after it failed; zero: 5 seconds, negative: not at all
}

// LicenseSource is the system of the office that keeps a kind of license (证照来源系统), such as the population
// register. It is asked how a license stands, and for licenses of which the platform keeps the index alone. It is a
// license.Source.
//
// One that does not answer is left alone for a moment, so that a case with several of its licenses waits once. Safe for
// concurrent use.
type LicenseSource struct {
	peer
	name string
}

// OpenLicenseSource gives the connector to a source.
func OpenLicenseSource(o SourceOptions) (*LicenseSource, error) {
	if o.Name == "" {
		return nil, errors.New("a license source needs a name")
	}
	s := &LicenseSource{name: o.Name, peer: peer{what: "a license source", key: o.Key, signer: o.Signer, clock: o.Clock, pause: cmp.Or(o.Pause, sourcePause)}}
	if err := s.open(o.Base, cmp.Or(o.Wait, sourceWait)); err != nil {
		return nil, err
	}
	return s, nil
}

// Name is what people call the system.
func (s *LicenseSource) Name() string { return s.name }

// State asks how a license stands now. Anything but a well-formed answer, signed, to this very question and of now, is
// an error: the source counts as not reachable.
func (s *LicenseSource) State(ctx context.Context, identifier string) (license.State, error) {
	a, err := s.asked(ctx, topic{path: StatePath, question: SourceQuestion{}.Text, answer: SourceAnswer{}.Text, most: answerMax}, identifier)
	return a.State, err
}

// Fetch asks for a license: what it says, its file, and how it stands now. What State says of answers holds here too; what
// is in a file is for others to judge.
func (s *LicenseSource) Fetch(ctx context.Context, identifier string) (license.Sent, error) {
	a, err := s.asked(ctx, topic{path: FetchPath, question: FetchQuestion{}.Text, answer: FetchAnswer{}.Text, most: licenseMax}, identifier)
	return license.Sent{State: a.State, Values: a.Values, File: a.File}, err
}

func (s *LicenseSource) asked(ctx context.Context, t topic, identifier string) (FetchAnswer, error) {
	var a FetchAnswer
	err := s.try(ctx, func() error {
		q := SourceQuestion{Identifier: identifier, Nonce: rand.Text(), At: s.clock.Now().UTC()}
		if err := s.ask(ctx, t, q, &a); err != nil {
			return err
		}
		if err := s.fits(a.Identifier == q.Identifier && a.Nonce == q.Nonce, a.At); err != nil {
			return err
		}
		if a.State.Text("zh") == "" {
			return s.bad("it names no state")
		}
		return nil
	})
	if err != nil {
		return FetchAnswer{}, err
	}
	return a, nil
}
