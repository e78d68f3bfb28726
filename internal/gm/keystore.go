package gm

import (
	"crypto/rand"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"sync"

	"github.com/emmansun/gmsm/sm2"
)

const (
	masterName = "master.key"
	indexName  = "index.key"
	rootSize   = 32 // bytes of the two root secrets
	maxID      = 120
)

// ErrNoKey says that the key store has no key of the id asked for.
var ErrNoKey = errors.New("gm: no such key")

// KeyStore owns the secrets of one installation: the master key that wraps
// data keys, the index key behind blind indexes, SM2 and Ed25519 signing keys,
// and the certificates beside them. It is safe for concurrent use, also by
// several processes over one folder.
//
// Losing master.key loses everything encrypted; index.key must be backed up
// apart from the database, or a stolen backup could be searched by code.
type KeyStore struct {
	vault  vault
	master []byte
	index  []byte

	mu       sync.Mutex // guards what follows
	sm2      map[string]*sm2.PrivateKey
	attached map[string]Key
}

// OpenKeyStore opens the software key store in a folder and makes folder and
// root keys on first use.
func OpenKeyStore(dir string) (*KeyStore, error) {
	d, err := openFolder(dir)
	if err != nil {
		return nil, err
	}
	return openVault(d)
}

// NewMemoryKeyStore returns a key store that keeps nothing, for tests and
// one-shot demonstrations.
func NewMemoryKeyStore() (*KeyStore, error) {
	return openVault(&memory{items: map[string][]byte{}})
}

func openVault(v vault) (*KeyStore, error) {
	master, err := rootKey(v, masterName)
	if err != nil {
		return nil, fmt.Errorf("open master key: %w", err)
	}
	index, err := rootKey(v, indexName)
	if err != nil {
		return nil, fmt.Errorf("open index key: %w", err)
	}
	return &KeyStore{vault: v, master: master, index: index, sm2: map[string]*sm2.PrivateKey{}, attached: map[string]Key{}}, nil
}

// rootKey reads a root secret, making it first where there is none. It always
// returns what the vault holds, so concurrent first starts agree.
func rootKey(v vault, name string) ([]byte, error) {
	text, err := v.get(name)
	if errors.Is(err, fs.ErrNotExist) {
		fresh := make([]byte, rootSize)
		if _, err := rand.Read(fresh); err != nil {
			return nil, err
		}
		if _, err := v.create(name, []byte(hex.EncodeToString(fresh)+"\n")); err != nil {
			return nil, err
		}
		text, err = v.get(name)
	}
	if err != nil {
		return nil, err
	}
	key, err := hex.DecodeString(strings.TrimSpace(string(text)))
	if err != nil || len(key) != rootSize {
		return nil, fmt.Errorf("%s is damaged: want %d bytes in hexadecimal", name, rootSize)
	}
	return key, nil
}

// String keeps the root keys out of logs.
func (s *KeyStore) String() string { return "key store" }

// GoString keeps the root keys out of logs.
func (s *KeyStore) GoString() string { return s.String() }

// Wrap encrypts a data key or another small secret under the master key and
// binds it to aad, which should name what the secret belongs to. Each aad has
// a key of its own derived from the master key, so that the number of values
// wrapped in all has no practical limit.
func (s *KeyStore) Wrap(plain, aad []byte) ([]byte, error) {
	return Encrypt(s.derive("wrap", aad), plain, aad)
}

// Unwrap opens what Wrap made with the same aad, or returns ErrDecrypt.
func (s *KeyStore) Unwrap(sealed, aad []byte) ([]byte, error) {
	return Decrypt(s.derive("wrap", aad), sealed, aad)
}

// BlindIndex returns the 32-byte keyed digest under which value can be found
// without being stored. Equal values of different domains ("holder.code",
// "phone") give unrelated results. The caller normalises value first.
func (s *KeyStore) BlindIndex(domain, value string) []byte {
	return HMAC(s.index, framed([]byte(domain), []byte(value)))
}

// derive makes the SM4 key for one purpose and context (HMAC-SM3 in counter
// mode with one block, GB/T 15852.2 as the pseudo-random function).
func (s *KeyStore) derive(purpose string, context []byte) []byte {
	return HMAC(s.master, framed([]byte("yinxin key v1"), []byte(purpose), context))[:KeySize]
}

// framed joins parts so that no two different lists give the same bytes.
func framed(parts ...[]byte) []byte {
	var out []byte
	for _, p := range parts {
		out = binary.BigEndian.AppendUint32(out, uint32(len(p)))
		out = append(out, p...)
	}
	return out
}

// fileName turns a key id into a file name, one to one and without regard to
// the case rules of the file system.
func fileName(id, ext string) (string, error) {
	if id == "" || len(id) > maxID {
		return "", fmt.Errorf("gm: key id of %d bytes, want 1 to %d", len(id), maxID)
	}
	var b strings.Builder
	for i := range len(id) {
		c := id[i]
		if c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || c == '-' || c == '_' {
			b.WriteByte(c)
		} else {
			fmt.Fprintf(&b, "=%02x", c)
		}
	}
	return b.String() + ext, nil
}
