package gm

import (
	"crypto/cipher"
	"crypto/rand"
	"errors"
	"fmt"
	"slices"

	"github.com/emmansun/gmsm/sm4"
)

// KeySize is the length of an SM4 key in bytes.
const KeySize = sm4.BlockSize

// ErrDecrypt says that a ciphertext, its additional data or its key do not
// belong together. It carries no detail: which of the three is wrong cannot
// be known and must not be told.
var ErrDecrypt = errors.New("gm: ciphertext does not open")

// NewKey returns a fresh random SM4 key.
func NewKey() ([]byte, error) {
	key := make([]byte, KeySize)
	if _, err := rand.Read(key); err != nil {
		return nil, fmt.Errorf("draw key: %w", err)
	}
	return key, nil
}

// Encrypt seals plain under a 16-byte key with SM4-GCM (GB/T 32907) and binds
// it to aad. The result is nonce ‖ ciphertext ‖ tag, 28 bytes longer than
// plain. Nonces are random, so one key must not encrypt more than 2^32 values.
func Encrypt(key, plain, aad []byte) ([]byte, error) { return AppendEncrypted(nil, key, plain, aad) }

// AppendEncrypted is Encrypt into the room behind dst, for who encrypts much and
// uses the room again.
func AppendEncrypted(dst, key, plain, aad []byte) ([]byte, error) {
	aead, err := newGCM(key)
	if err != nil {
		return nil, err
	}
	from := len(dst)
	dst = slices.Grow(dst, aead.NonceSize()+len(plain)+aead.Overhead())[:from+aead.NonceSize()]
	nonce := dst[from:]
	if _, err := rand.Read(nonce); err != nil {
		return nil, fmt.Errorf("draw nonce: %w", err)
	}
	return aead.Seal(dst, nonce, plain, aad), nil
}

// Decrypt opens what Encrypt made with the same key and aad, or returns
// ErrDecrypt.
func Decrypt(key, sealed, aad []byte) ([]byte, error) {
	aead, err := newGCM(key)
	if err != nil {
		return nil, err
	}
	if len(sealed) < aead.NonceSize()+aead.Overhead() {
		return nil, ErrDecrypt
	}
	nonce, body := sealed[:aead.NonceSize()], sealed[aead.NonceSize():]
	plain, err := aead.Open(nil, nonce, body, aad)
	if err != nil {
		return nil, ErrDecrypt
	}
	return plain, nil
}

func newGCM(key []byte) (cipher.AEAD, error) {
	block, err := sm4.NewCipher(key)
	if err != nil {
		return nil, fmt.Errorf("gm: SM4 key of %d bytes, want %d", len(key), KeySize)
	}
	return cipher.NewGCM(block)
}
