package batch

import "encoding/binary"

// seen remembers the keys of the rows that this reading has met, in 16 MB however many they are (a Bloom filter). It may take
// a key for one that it has met, so that the database is asked for nothing, and never the other way round. Among a million
// rows it errs once.
type seen []uint64

const seenBits = 1 << 27

func newSeen() seen { return make(seen, seenBits/64) }

// meet reports whether a key may have been met before, and remembers it. Keys are digests, so their own bits choose the places.
func (s seen) meet(key []byte) bool {
	before := true
	for i := range 4 {
		bit := binary.BigEndian.Uint32(key[4*i:]) % seenBits
		mask := uint64(1) << (bit % 64)
		before = before && s[bit/64]&mask != 0
		s[bit/64] |= mask
	}
	return before
}
