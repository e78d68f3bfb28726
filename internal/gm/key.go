package gm

import (
	"crypto/ecdsa"
	"crypto/rand"

	"github.com/emmansun/gmsm/sm2"
)

// Key is an SM2 signing key wherever it lies: in the store's folder, in a
// device (package sdf) or at another office that signs for this one. All it can
// do is sign, so that no code that holds one can give the key away.
type Key interface {
	// Public returns the public key on curve sm2p256v1.
	Public() *ecdsa.PublicKey
	// SignDigest returns the DER signature SEQUENCE{r, s} over e = SM3(Z‖M).
	SignDigest(e [32]byte) ([]byte, error)
}

// Attach puts a key that lies outside the store under an id. From then on all
// that asks for the id uses that key, and none is made in the store's folder; a
// key that lies there under the same id stays unused. Certificates stand beside
// attached keys as beside the store's own. Attach before the store is used.
func (s *KeyStore) Attach(id string, k Key) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.attached[id] = k
}

func (s *KeyStore) attachedKey(id string) Key {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.attached[id]
}

// key finds the key of an id, an attached one first.
func (s *KeyStore) key(id string) (Key, error) {
	if k := s.attachedKey(id); k != nil {
		return k, nil
	}
	k, err := s.privateKey(id)
	if err != nil {
		return nil, err
	}
	return softKey{k}, nil
}

// softKey hides what a private key of the library would show.
type softKey struct{ key *sm2.PrivateKey }

func (k softKey) Public() *ecdsa.PublicKey { return &k.key.PublicKey }

func (k softKey) SignDigest(e [32]byte) ([]byte, error) {
	return sm2.SignASN1(rand.Reader, k.key, e[:], nil)
}

// String keeps the key out of logs.
func (k softKey) String() string { return "SM2 key" }

// GoString keeps the key out of logs.
func (k softKey) GoString() string { return k.String() }
