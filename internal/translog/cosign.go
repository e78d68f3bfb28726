package translog

import (
	"bytes"
	"crypto"
	"crypto/ed25519"
	"crypto/rand"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/note"
)

const (
	timeSize      = 8
	keyHashSize   = 4
	signaturePart = "— " // begins each line of a note's signatures
)

// Cosignature is a witness's word (见证签名) that a checkpoint extends every other that it has signed for that log.
type Cosignature struct {
	Witness *Key
	At      time.Time // when the witness signed, by its own clock, to the second
	Line    []byte    // as it stands in the note, with the end of the line
}

// cosignedText is what a witness signs (C2SP tlog-cosignature): the whole text of the note, behind the time.
func cosignedText(at uint64, text []byte) []byte {
	return append(fmt.Appendf(nil, "cosignature/v1\ntime %d\n", at), text...)
}

func verifyCosignature(pub ed25519.PublicKey, text, sig []byte) bool {
	if len(sig) != timeSize+ed25519.SignatureSize {
		return false
	}
	at := binary.BigEndian.Uint64(sig)
	return at <= math.MaxInt64 && ed25519.Verify(pub, cosignedText(at, text), sig[timeSize:])
}

// NewCosigner makes the signer of a witness. now tells the time that each signature states.
func NewCosigner(name string, key crypto.Signer, now func() time.Time) (*Signer, error) {
	pub, ok := key.Public().(ed25519.PublicKey)
	if !ok {
		return nil, errKeyType
	}
	k, err := newKey(name, append([]byte(typeWitness), pub...))
	if err != nil {
		return nil, err
	}
	return &Signer{Key: k, sign: func(text []byte) ([]byte, error) {
		at := uint64(max(now().Unix(), 0))
		sig, err := key.Sign(rand.Reader, cosignedText(at, text), crypto.Hash(0))
		if err != nil {
			return nil, err
		}
		return append(binary.BigEndian.AppendUint64(nil, at), sig...), nil
	}}, nil
}

// Line signs a note's text and gives the line that stands below it.
func (s *Signer) Line(text []byte) ([]byte, error) {
	sig, err := s.sign(text)
	if err != nil {
		return nil, err
	}
	sig = append(binary.BigEndian.AppendUint32(nil, s.hash), sig...)
	return fmt.Appendf(nil, "%s%s %s\n", signaturePart, s.name, base64.StdEncoding.EncodeToString(sig)), nil
}

// NoteText is the text of a signed note, whoever signed it; nothing is verified.
func NoteText(signed []byte) (string, error) {
	n, err := openUnverified(signed)
	if err != nil {
		return "", err
	}
	return n.Text, nil
}

func openUnverified(signed []byte) (*note.Note, error) {
	if len(signed) > maxCheckpoint {
		return nil, errCheckpoint
	}
	_, err := note.Open(signed, note.VerifierList())
	if unverified, ok := errors.AsType[*note.UnverifiedNoteError](err); ok {
		return unverified.Note, nil
	}
	return nil, errCheckpoint
}

// Cosignatures gives the valid cosignatures of the given witnesses under a signed checkpoint: the first of each, in the
// order of the witnesses. That the log itself has signed is for [OpenCheckpoint] to say.
func Cosignatures(signed []byte, witnesses []*Key) []Cosignature {
	n, err := openUnverified(signed)
	if err != nil {
		return nil
	}
	var list []Cosignature
	for _, k := range witnesses {
		if c, ok := cosignatureOf(n, k); ok {
			list = append(list, c)
		}
	}
	return list
}

func cosignatureOf(n *note.Note, k *Key) (Cosignature, bool) {
	for _, s := range n.UnverifiedSigs {
		if s.Name != k.name || s.Hash != k.hash || k.algorithm != Cosignature1 {
			continue
		}
		raw, err := base64.StdEncoding.DecodeString(s.Base64)
		if err != nil || len(raw) < keyHashSize+timeSize || !k.verify([]byte(n.Text), raw[keyHashSize:]) {
			continue
		}
		at := binary.BigEndian.Uint64(raw[keyHashSize:])
		return Cosignature{
			Witness: k, At: time.Unix(int64(at), 0).UTC(),
			Line: fmt.Appendf(nil, "%s%s %s\n", signaturePart, s.Name, s.Base64),
		}, true
	}
	return Cosignature{}, false
}

// ParseWitnesses reads the keys of witnesses, one on every line that is not empty. No key may stand there twice, under
// whatever names: it would be counted twice.
func ParseWitnesses(pub []byte) ([]*Key, error) {
	var keys []*Key
	for line := range strings.Lines(string(pub)) {
		line = strings.TrimRight(line, "\r\n")
		if line == "" {
			continue
		}
		k, err := ParseKey(line)
		if err != nil {
			return nil, err
		}
		if k.algorithm != Cosignature1 {
			return nil, errKeyType
		}
		for _, other := range keys {
			if bytes.Equal(other.encoded, k.encoded) {
				return nil, errKey
			}
		}
		keys = append(keys, k)
	}
	return keys, nil
}
