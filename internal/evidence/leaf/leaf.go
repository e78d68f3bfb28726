// Package leaf has the formats of the evidence (存证) that leave the platform: the leaf that stands in the
// log, the number people quote, and the two files a holder keeps. Whoever verifies offline needs nothing else.
//
// A leaf says openly what kind of event it is and when. What happened, to whom, stays with the holder: the
// leaf has only a commitment, SM3(salt ‖ id ‖ body), that nobody can guess the body from and that fits no
// other body and no other number.
package leaf

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"regexp"
	"strconv"
	"time"

	"github.com/emmansun/gmsm/sm3"
	"github.com/google/uuid"
)

// Version is the one form of leaf there is so far.
const Version = 1

// SaltSize is the length of a commitment's salt in bytes.
const SaltSize = 32

// CommitmentSize is the length of a commitment in bytes.
const CommitmentSize = sm3.Size

// timeLayout writes times in UTC to the microsecond, always with all digits, so that a time has one spelling.
const timeLayout = "2006-01-02T15:04:05.000000Z"

// License is the kind of a leaf whose record tells of a license; "file" in it is the SM3 of the file, in hex.
const License = "license"

// Leaf is one entry of the log.
type Leaf struct {
	Kind       string    // the kind of event, such as "use"; see KindOK
	At         time.Time // when it happened, to the microsecond
	Commitment []byte    // CommitmentSize bytes
}

type wire struct {
	At         string `json:"at"`
	Commitment string `json:"commitment"`
	Kind       string `json:"kind"`
	V          int    `json:"v"`
}

// ErrLeaf says that bytes are no leaf of a known version in its one spelling.
var ErrLeaf = errors.New("malformed leaf")

var kindForm = regexp.MustCompile(`^[a-z][a-z0-9.-]{0,31}$`)

// KindOK reports whether s can be the kind of a leaf: up to 32 of a-z, 0-9, dot and hyphen, a letter first.
func KindOK(s string) bool { return kindForm.MatchString(s) }

// Time is At as the leaf spells it: RFC 3339 in UTC with all six digits of the microsecond.
func (l Leaf) Time() string { return l.At.UTC().Format(timeLayout) }

// Bytes is the leaf as it stands in the log: canonical JSON.
func (l Leaf) Bytes() ([]byte, error) {
	if !KindOK(l.Kind) || len(l.Commitment) != CommitmentSize {
		return nil, ErrLeaf
	}
	// Nothing in it needs escaping, so it is written as Canonical would write it; every use of a license waits for this.
	b := make([]byte, 0, 160)
	b = append(append(b, `{"at":"`...), l.Time()...)
	b = base64.StdEncoding.AppendEncode(append(b, `","commitment":"`...), l.Commitment)
	b = append(append(b, `","kind":"`...), l.Kind...)
	b = strconv.AppendInt(append(b, `","v":`...), Version, 10)
	return append(b, '}'), nil
}

// Parse reads a leaf. Only the spelling that Bytes writes is accepted, so that a leaf has one hash.
func Parse(b []byte) (Leaf, error) {
	var w wire
	if err := json.Unmarshal(b, &w); err != nil || w.V != Version {
		return Leaf{}, ErrLeaf
	}
	at, err := time.Parse(timeLayout, w.At)
	if err != nil {
		return Leaf{}, ErrLeaf
	}
	commitment, err := base64.StdEncoding.DecodeString(w.Commitment)
	if err != nil {
		return Leaf{}, ErrLeaf
	}
	l := Leaf{Kind: w.Kind, At: at, Commitment: commitment}
	if again, err := l.Bytes(); err != nil || !bytes.Equal(again, b) {
		return Leaf{}, ErrLeaf
	}
	return l, nil
}

// Commit is SM3(salt ‖ id ‖ body). Salt and id have fixed lengths, so no two openings read alike.
func Commit(salt []byte, id uuid.UUID, body []byte) []byte {
	h := sm3.New()
	h.Write(salt)
	h.Write(id[:])
	h.Write(body)
	return h.Sum(nil)
}

// PromiseText is what the log signs when it takes a leaf: that the leaf of this hash will stand in the log of
// this name. The first line keeps it from ever being read as a checkpoint.
func PromiseText(origin string, leafHash []byte) []byte {
	return []byte("yinxin log promise v1\n" + origin + "\n" + base64.StdEncoding.EncodeToString(leafHash) + "\n")
}
