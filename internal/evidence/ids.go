package evidence

import (
	"crypto/rand"
	"encoding/binary"
	"sync"
	"time"

	"github.com/google/uuid"
)

// ids makes the ids of leaves: UUIDv7 by the book's clock, each greater than those before it. Records stand in months by
// their ids, so their time must be that of the clock by which they are kept.
type ids struct {
	mu   sync.Mutex
	last uint64 // milliseconds, and twelve bits of what is below
}

func (g *ids) next(now time.Time) (uuid.UUID, error) {
	var id uuid.UUID
	if _, err := rand.Read(id[8:]); err != nil {
		return uuid.UUID{}, err
	}
	ms := uint64(now.UnixMilli())
	at := ms<<12 | uint64(now.UnixNano()-int64(ms)*int64(time.Millisecond))>>8
	g.mu.Lock()
	at = max(at, g.last+1)
	g.last = at
	g.mu.Unlock()
	binary.BigEndian.PutUint64(id[:8], at>>12<<16|0x7000|at&0xfff) // version 7
	id[8] = id[8]&0x3f | 0x80                                      // variant of RFC 9562
	return id, nil
}
