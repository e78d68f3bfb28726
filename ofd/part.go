package ofd

import (
	"sync"

	"github.com/emmansun/gmsm/sm3"
)

// part is the content of an entry with what has been worked out about it.
// Packages share parts that are the same in all of them. Its data never
// changes.
type part struct {
	data []byte

	digested sync.Once
	digest   [32]byte

	parsed  sync.Once // see Package.parse
	tree    *node
	treeErr error

	// packed is the content as it stands in a ZIP; nil until pack has been
	// called, which is worth it for parts that many packages share.
	packed []byte
	method uint16
	crc    uint32
}

func newPart(data []byte) *part { return &part{data: data} }

// sm3 is the digest of the content, worked out when first asked for.
func (t *part) sm3() [32]byte {
	t.digested.Do(func() { t.digest = sm3.Sum(t.data) })
	return t.digest
}

// shared readies a part for use by many packages.
func (t *part) shared() *part {
	t.sm3()
	t.pack()
	return t
}
