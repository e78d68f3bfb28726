package verify

import (
	"bytes"
	"sync"
	"time"

	"github.com/emmansun/gmsm/smx509"
)

// maxPaths bounds the paths kept: seals are few, files are many.
const maxPaths = 1024

// paths keeps the paths of trust found so far, so that the certificates of a
// seal are checked once and not with every file it stands on. The zero value is
// ready; it is safe for concurrent use.
type paths struct {
	mu   sync.Mutex
	kept map[string][]*smx509.Certificate // by the DER of the certificate
}

// get returns the path of a certificate when all that stand above it are
// within their periods at the time.
func (k *paths) get(cert *smx509.Certificate, at time.Time) []*smx509.Certificate {
	k.mu.Lock()
	defer k.mu.Unlock()
	path := k.kept[string(cert.Raw)]
	for _, c := range path {
		if at.Before(c.NotBefore) || at.After(c.NotAfter) {
			return nil
		}
	}
	return path
}

func (k *paths) put(path []*smx509.Certificate) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.kept == nil || len(k.kept) >= maxPaths {
		k.kept = map[string][]*smx509.Certificate{}
	}
	k.kept[string(bytes.Clone(path[0].Raw))] = path
}
