package translog_test

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"strings"
	"sync"
	"testing"

	"github.com/emmansun/gmsm/sm2"

	"github.com/yinxin-org/yinxin/internal/translog"
)

const origin = "yinxin.example/log"

// memory is a Store that can die: once its fuel is spent every call fails, as after a power cut. A Create
// that dies half way leaves some of its files.
type memory struct {
	mu    sync.Mutex
	files map[string][]byte
	fuel  int // writes still allowed; negative means endless
}

var errPower = errors.New("power cut")

func newMemory() *memory { return &memory{files: make(map[string][]byte), fuel: -1} }

func (m *memory) burn() error {
	if m.fuel == 0 {
		return errPower
	}
	if m.fuel > 0 {
		m.fuel--
	}
	return nil
}

func (m *memory) Read(_ context.Context, path string) ([]byte, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	data, ok := m.files[path]
	if !ok {
		return nil, fmt.Errorf("%s: %w", path, fs.ErrNotExist)
	}
	return bytes.Clone(data), nil
}

func (m *memory) Create(_ context.Context, files []translog.File) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, f := range files {
		if err := m.burn(); err != nil {
			return err
		}
		if old, ok := m.files[f.Path]; ok && !bytes.Equal(old, f.Data) {
			return fmt.Errorf("%w: %s", translog.ErrFatal, f.Path)
		}
		m.files[f.Path] = bytes.Clone(f.Data)
	}
	return nil
}

func (m *memory) Replace(_ context.Context, f translog.File) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if err := m.burn(); err != nil {
		return err
	}
	m.files[f.Path] = bytes.Clone(f.Data)
	// A second unit: the write got through, but the caller never learned of it.
	return m.burn()
}

func (m *memory) Remove(_ context.Context, dir string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if err := m.burn(); err != nil {
		return err
	}
	maps.DeleteFunc(m.files, func(path string, _ []byte) bool { return strings.HasPrefix(path, dir+"/") })
	return nil
}

type sm2Key struct{ *sm2.PrivateKey }

func (k sm2Key) Public() *ecdsa.PublicKey { return &k.PublicKey }

func (k sm2Key) Sign(tbs []byte) ([]byte, error) { return k.SignWithSM2(rand.Reader, nil, tbs) }

// testSigners are for rapid, whose T is not a testing.TB.
var testSigners = mustSigners()

func mustSigners() []*translog.Signer {
	list, err := makeSigners()
	if err != nil {
		panic(err)
	}
	return list
}

func signers(t testing.TB) []*translog.Signer {
	t.Helper()
	list, err := makeSigners()
	if err != nil {
		t.Fatal(err)
	}
	return list
}

func makeSigners() ([]*translog.Signer, error) {
	seed := sha256.Sum256([]byte("test key"))
	ed, err := translog.NewEd25519Signer(origin, ed25519.NewKeyFromSeed(seed[:]))
	if err != nil {
		return nil, err
	}
	priv, err := sm2.NewPrivateKey(seed[:])
	if err != nil {
		return nil, err
	}
	sm, err := translog.NewSM2Signer(origin, sm2Key{priv})
	if err != nil {
		return nil, err
	}
	return []*translog.Signer{ed, sm}, nil
}

func keysOf(signers []*translog.Signer) []*translog.Key {
	var keys []*translog.Key
	for _, s := range signers {
		keys = append(keys, s.Key)
	}
	return keys
}

func entry(i int) []byte { return fmt.Appendf(nil, "entry %d", i) }

func entries(from, to int) [][]byte {
	var list [][]byte
	for i := from; i < to; i++ {
		list = append(list, entry(i))
	}
	return list
}
