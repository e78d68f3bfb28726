package access

import (
	"sync"

	"github.com/yinxin-org/yinxin/internal/gm"
)

// writtenMax is how many tokens a generation holds; there are two.
const writtenMax = 4096

// written remembers the last tokens that this process wrote, by their digest: of what it signed itself it need not check the
// signature, which costs as much as all else of a redemption. Nothing depends on it; a token that is not remembered, or was
// written by another node, is checked. It is safe for concurrent use.
type written struct {
	mu          sync.Mutex
	now, before map[[32]byte]bool
}

func (w *written) add(secret string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if len(w.now) >= writtenMax || w.now == nil {
		w.before, w.now = w.now, make(map[[32]byte]bool, writtenMax)
	}
	w.now[gm.SM3([]byte(secret))] = true
}

func (w *written) has(secret string) bool {
	sum := gm.SM3([]byte(secret))
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.now[sum] || w.before[sum]
}
