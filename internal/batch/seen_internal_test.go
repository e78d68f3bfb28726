package batch

import (
	"encoding/binary"
	"testing"

	"github.com/yinxin-org/yinxin/internal/gm"
)

// Whatever was met is known again, and of what was not, next to nothing is taken for known.
func TestSeenForgetsNothing(t *testing.T) {
	t.Parallel()
	s := newSeen()
	key := func(n uint64) []byte {
		sum := gm.SM3(binary.BigEndian.AppendUint64(nil, n))
		return sum[:]
	}
	const rows = 200_000
	wrong := 0
	for n := range uint64(rows) {
		if s.meet(key(n)) {
			wrong++
		}
	}
	if wrong > 20 {
		t.Errorf("%d of %d new keys were taken for old ones", wrong, rows)
	}
	for n := range uint64(rows) {
		if !s.meet(key(n)) {
			t.Fatalf("key %d was met and is not known", n)
		}
	}
}
