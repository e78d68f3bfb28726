package gm

import (
	"crypto/hmac"

	"github.com/emmansun/gmsm/sm3"
)

// SM3 returns the SM3 digest (GB/T 32905) of the concatenated parts.
func SM3(parts ...[]byte) [32]byte {
	h := sm3.New()
	for _, p := range parts {
		h.Write(p)
	}
	var sum [32]byte
	h.Sum(sum[:0])
	return sum
}

// HMAC returns the 32-byte HMAC-SM3 (GB/T 15852.2) of msg under key.
func HMAC(key, msg []byte) []byte {
	m := hmac.New(sm3.New, key)
	m.Write(msg)
	return m.Sum(nil)
}

// EqualMAC compares two authentication codes in constant time.
func EqualMAC(a, b []byte) bool { return hmac.Equal(a, b) }
