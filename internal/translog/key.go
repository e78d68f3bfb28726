package translog

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/emmansun/gmsm/sm2"
)

// Algorithm is a signature algorithm a log signs with.
type Algorithm string

// The two algorithms of the platform's logs.
const (
	Ed25519 Algorithm = "Ed25519" // RFC 8032
	SM2     Algorithm = "SM2"     // GB/T 32918.2 with SM3 and the default signer's id, DER
)

// Cosignature1 is how a witness signs (C2SP tlog-cosignature): Ed25519 over the checkpoint and the time.
const Cosignature1 Algorithm = "cosignature/v1"

// The signature type that begins an encoded key (C2SP signed-note). Ed25519 has the assigned byte 0x01. SM2
// has none, so it takes 0xff, which the specification keeps for such types, and after it a long name that
// nobody else uses. The public key follows: 32 bytes for Ed25519, the uncompressed point (65 bytes) for SM2.
// A witness's Ed25519 key has 0x04, so that it is never taken for a log's.
const (
	typeEd25519 = "\x01"
	typeWitness = "\x04"
	typeSM2     = "\xffgithub.com/yinxin-org/yinxin/sm2-sm3"
)

const sm2PointSize = 65

var (
	errKey     = errors.New("malformed log key")
	errKeyHash = errors.New("log key does not match its hash")
	errKeyType = errors.New("log key of an unknown type")
)

// Key is a public key of a log, or of a witness. It verifies the signatures of notes, and is a note.Verifier.
type Key struct {
	name      string
	hash      uint32
	encoded   []byte // type and public key
	algorithm Algorithm
	verify    func(msg, sig []byte) bool
}

// Name is the name the key signs under; for a log it is the log's origin.
func (k *Key) Name() string { return k.name }

// KeyHash is the first four bytes of SHA-256(name ‖ "\n" ‖ type ‖ public key), as C2SP signed-note has it.
// It only tells keys apart, so it stays SHA-256 for SM2 keys too.
func (k *Key) KeyHash() uint32 { return k.hash }

// Algorithm is the key's signature algorithm.
func (k *Key) Algorithm() Algorithm { return k.algorithm }

// Verify reports whether sig is the key's signature of msg.
func (k *Key) Verify(msg, sig []byte) bool { return k.verify(msg, sig) }

// String is the key as a line of log.pub: name+hash+base64(type ‖ public key).
func (k *Key) String() string {
	return fmt.Sprintf("%s+%08x+%s", k.name, k.hash, base64.StdEncoding.EncodeToString(k.encoded))
}

func newKey(name string, encoded []byte) (*Key, error) {
	if name == "" || !utf8.ValidString(name) || strings.Contains(name, "+") || strings.ContainsFunc(name, unicode.IsSpace) {
		return nil, errKey
	}
	sum := sha256.Sum256(append([]byte(name+"\n"), encoded...))
	k := &Key{name: name, hash: binary.BigEndian.Uint32(sum[:]), encoded: encoded}
	if pub, ok := bytes.CutPrefix(encoded, []byte(typeEd25519)); ok {
		if len(pub) != ed25519.PublicKeySize {
			return nil, errKey
		}
		k.algorithm = Ed25519
		k.verify = func(msg, sig []byte) bool { return ed25519.Verify(pub, msg, sig) }
		return k, nil
	}
	if pub, ok := bytes.CutPrefix(encoded, []byte(typeWitness)); ok {
		if len(pub) != ed25519.PublicKeySize {
			return nil, errKey
		}
		k.algorithm = Cosignature1
		k.verify = func(msg, sig []byte) bool { return verifyCosignature(pub, msg, sig) }
		return k, nil
	}
	if point, ok := bytes.CutPrefix(encoded, []byte(typeSM2)); ok {
		pub, err := sm2.NewPublicKey(point)
		if err != nil || len(point) != sm2PointSize {
			return nil, errKey
		}
		k.algorithm = SM2
		k.verify = func(msg, sig []byte) bool { return sm2.VerifyASN1WithSM2(pub, nil, msg, sig) }
		return k, nil
	}
	return nil, errKeyType
}

// ParseKey reads a key as [Key.String] writes it.
func ParseKey(line string) (*Key, error) {
	name, rest, _ := strings.Cut(line, "+")
	hash, data, _ := strings.Cut(rest, "+")
	encoded, err := base64.StdEncoding.DecodeString(data)
	if err != nil {
		return nil, errKey
	}
	k, err := newKey(name, encoded)
	if err != nil {
		return nil, err
	}
	if hash != fmt.Sprintf("%08x", k.hash) {
		return nil, errKeyHash
	}
	return k, nil
}

// ParseKeys reads log.pub: a key on every line that is not empty. There must be at least one, no key twice,
// and all must bear one name.
func ParseKeys(pub []byte) ([]*Key, error) {
	var keys []*Key
	seen := make(map[uint32]bool)
	for line := range strings.Lines(string(pub)) {
		line = strings.TrimRight(line, "\r\n")
		if line == "" {
			continue
		}
		k, err := ParseKey(line)
		if err != nil {
			return nil, err
		}
		if seen[k.hash] || k.algorithm == Cosignature1 || len(keys) > 0 && keys[0].name != k.name {
			return nil, errKey
		}
		seen[k.hash] = true
		keys = append(keys, k)
	}
	if len(keys) == 0 {
		return nil, errKey
	}
	return keys, nil
}

// Signer signs notes with a key that stays where it is kept. It is a note.Signer.
type Signer struct {
	*Key
	sign func(msg []byte) ([]byte, error)
}

// Sign signs a note's text.
func (s *Signer) Sign(msg []byte) ([]byte, error) { return s.sign(msg) }

// SM2Key is an SM2 private key that stays where it is kept.
type SM2Key interface {
	Public() *ecdsa.PublicKey
	// Sign signs tbs (SM2 with SM3 and the default signer's id) and gives the signature in DER.
	Sign(tbs []byte) ([]byte, error)
}

// NewEd25519Signer makes a note signer of an Ed25519 key.
func NewEd25519Signer(name string, key crypto.Signer) (*Signer, error) {
	pub, ok := key.Public().(ed25519.PublicKey)
	if !ok {
		return nil, errKeyType
	}
	k, err := newKey(name, append([]byte(typeEd25519), pub...))
	if err != nil {
		return nil, err
	}
	return &Signer{Key: k, sign: func(msg []byte) ([]byte, error) {
		return key.Sign(rand.Reader, msg, crypto.Hash(0))
	}}, nil
}

// NewSM2Signer makes a note signer of an SM2 key.
func NewSM2Signer(name string, key SM2Key) (*Signer, error) {
	pub, err := sm2.PublicKeyToECDH(key.Public())
	if err != nil {
		return nil, fmt.Errorf("encode SM2 key: %w", err)
	}
	k, err := newKey(name, append([]byte(typeSM2), pub.Bytes()...))
	if err != nil {
		return nil, err
	}
	return &Signer{Key: k, sign: key.Sign}, nil
}
