package translog

import (
	"crypto/hmac"
	"encoding/binary"

	"github.com/emmansun/gmsm/sm3"
)

// The prefixes of the map's hashes: with those of the tree they keep five kinds of hashes apart.
const (
	mapLeafPrefix = 0x02
	mapNodePrefix = 0x03
	chainPrefix   = 0x04
)

// Hash is a hash of the map.
type Hash [HashSize]byte

// Label is where a chain stands in the map. It tells nothing of whose the chain is to those without the key.
type Label = Hash

// NewLabel is HMAC-SM3(key, kind ‖ 0x00 ‖ id); kind has no zero byte.
func NewLabel(key []byte, kind, id string) Label {
	m := hmac.New(sm3.New, key)
	m.Write([]byte(kind))
	m.Write([]byte{0})
	m.Write([]byte(id))
	return Label(m.Sum(nil))
}

// Chain is a hash chain of leaves: how many it has, and the hash over them in their order. The zero value has none.
type Chain struct {
	Count uint64
	Head  Hash
}

// Add is the chain with one leaf more: its head is SM3(0x04 ‖ head before ‖ leaf hash), after 32 zero bytes at first.
func (c Chain) Add(leaf Hash) Chain {
	var buf [1 + 2*HashSize]byte
	buf[0] = chainPrefix
	copy(buf[1:], c.Head[:])
	copy(buf[1+HashSize:], leaf[:])
	return Chain{Count: c.Count + 1, Head: sm3.Sum(buf[:])}
}

// MapLeaf is a chain at its label.
type MapLeaf struct {
	Label Label
	Chain Chain
}

// hash is SM3(0x02 ‖ label ‖ count in 8 bytes, big-endian ‖ head).
func (l MapLeaf) hash() Hash {
	buf := make([]byte, 0, 1+mapLeafSize)
	return sm3.Sum(l.append(append(buf, mapLeafPrefix)))
}

// mapLeafSize is the length of a map leaf in bytes.
const mapLeafSize = HashSize + 8 + HashSize

func (l MapLeaf) append(b []byte) []byte {
	b = append(b, l.Label[:]...)
	b = binary.BigEndian.AppendUint64(b, l.Chain.Count)
	return append(b, l.Chain.Head[:]...)
}

func parseMapLeaf(b []byte) MapLeaf {
	return MapLeaf{
		Label: Label(b[:HashSize]),
		Chain: Chain{Count: binary.BigEndian.Uint64(b[HashSize:]), Head: Hash(b[HashSize+8 : mapLeafSize])},
	}
}

// mapNode is SM3(0x03 ‖ left ‖ right).
func mapNode(left, right Hash) Hash {
	var buf [1 + 2*HashSize]byte
	buf[0] = mapNodePrefix
	copy(buf[1:], left[:])
	copy(buf[1+HashSize:], right[:])
	return sm3.Sum(buf[:])
}

// bit is the i-th bit of a label, the highest of the first byte being the first.
func bit(l Label, i int) bool { return l[i/8]>>(7-i%8)&1 == 1 }
