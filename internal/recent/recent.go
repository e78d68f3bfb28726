// Package recent remembers what a process worked on last, so that it need not be worked out again. Nothing may depend on it: what
// is not remembered, or was worked out by another node, is worked out anew.
package recent

import "sync"

// Map remembers values by key: at least the last of them, up to a bound, and at most twice as many. It is safe for concurrent use.
type Map[K comparable, V any] struct {
	mu          sync.Mutex
	most        int
	now, before map[K]V
}

// New gives a Map of the last values, at least most of them.
func New[K comparable, V any](most int) *Map[K, V] {
	return &Map[K, V]{most: most, now: make(map[K]V)}
}

// Put remembers a value.
func (m *Map[K, V]) Put(k K, v V) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if len(m.now) >= m.most {
		m.now, m.before = make(map[K]V, m.most), m.now
	}
	m.now[k] = v
}

// Get gives what is remembered.
func (m *Map[K, V]) Get(k K) (V, bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if v, ok := m.now[k]; ok {
		return v, true
	}
	v, ok := m.before[k]
	return v, ok
}
