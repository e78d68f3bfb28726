package leaf

import (
	"encoding/binary"
	"errors"
	"strings"

	"github.com/google/uuid"
)

// The number of a piece of evidence (存证编号) is "YX" and its leaf's UUID in 26 characters of Crockford's
// base 32, which has no I, L, O and U to be misread.
const (
	numberPrefix = "YX"
	numberDigits = 26
	crockford    = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
)

// ErrNumber says that a string is not the number of a piece of evidence.
var ErrNumber = errors.New("not an evidence number")

// Number is the 存证编号 of a leaf.
func Number(id uuid.UUID) string {
	high, low := binary.BigEndian.Uint64(id[:8]), binary.BigEndian.Uint64(id[8:])
	var digits [numberDigits]byte
	for i := numberDigits - 1; i >= 0; i-- {
		digits[i] = crockford[low&31]
		low = low>>5 | high<<59
		high >>= 5
	}
	return numberPrefix + string(digits[:])
}

var typed = strings.NewReplacer("I", "1", "L", "1", "O", "0", "-", "", " ", "")

// ParseNumber reads a 存证编号 as people type it: in either case, with spaces or hyphens between, I and L
// for 1 and O for 0.
func ParseNumber(s string) (uuid.UUID, error) {
	if len(s) > 2*(len(numberPrefix)+numberDigits) {
		return uuid.UUID{}, ErrNumber
	}
	digits, ok := strings.CutPrefix(typed.Replace(strings.ToUpper(s)), numberPrefix)
	if !ok || len(digits) != numberDigits || digits[0] > '7' {
		return uuid.UUID{}, ErrNumber // 26 digits hold 130 bits; the first may fill only three of its five
	}
	var high, low uint64
	for _, c := range []byte(digits) {
		v := strings.IndexByte(crockford, c)
		if v < 0 {
			return uuid.UUID{}, ErrNumber
		}
		high = high<<5 | low>>59
		low = low<<5 | uint64(v)
	}
	var id uuid.UUID
	binary.BigEndian.PutUint64(id[:8], high)
	binary.BigEndian.PutUint64(id[8:], low)
	return id, nil
}
