package translog

import (
	"github.com/emmansun/gmsm/sm3"
	"github.com/transparency-dev/merkle"
)

// Hasher computes the hashes of the tree (RFC 6962 §2.1). Its hashes must be [HashSize] bytes long.
type Hasher = merkle.LogHasher

// The prefixes keep a leaf from ever being taken for an inner node (RFC 6962 §2.1).
const (
	leafPrefix = 0x00
	nodePrefix = 0x01
)

// SM3 is the hasher of every log of the platform (GB/T 32905).
type SM3 struct{}

// EmptyRoot is the root of a tree without leaves.
func (SM3) EmptyRoot() []byte {
	sum := sm3.Sum(nil)
	return sum[:]
}

// HashLeaf is SM3(0x00 ‖ leaf).
func (SM3) HashLeaf(leaf []byte) []byte {
	h := sm3.New()
	h.Write([]byte{leafPrefix})
	h.Write(leaf)
	return h.Sum(nil)
}

// HashChildren is SM3(0x01 ‖ left ‖ right).
func (SM3) HashChildren(left, right []byte) []byte {
	var buf [1 + 2*HashSize]byte
	buf[0] = nodePrefix
	copy(buf[1:], left)
	copy(buf[1+HashSize:], right)
	sum := sm3.Sum(buf[:])
	return sum[:]
}

// Size is the length of a hash in bytes.
func (SM3) Size() int { return HashSize }
