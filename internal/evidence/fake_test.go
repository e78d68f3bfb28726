package evidence_test

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"log/slog"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/emmansun/gmsm/sm2"

	"github.com/yinxin-org/yinxin/internal/clock"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/evidence"
	"github.com/yinxin-org/yinxin/internal/translog"
)

var errPower = errors.New("power cut")

// brittle is a store whose power fails after a number of writes; negative fuel is endless. Every write can
// fail before it is done, and replacing the checkpoint also after.
type brittle struct {
	translog.Store
	mu   sync.Mutex
	fuel int
}

func (s *brittle) burn() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.fuel == 0 {
		return errPower
	}
	if s.fuel > 0 {
		s.fuel--
	}
	return nil
}

func (s *brittle) Create(ctx context.Context, files []translog.File) error {
	for i := range files {
		if err := s.burn(); err != nil {
			return err
		}
		if err := s.Store.Create(ctx, files[i:i+1]); err != nil {
			return err
		}
	}
	return nil
}

func (s *brittle) Replace(ctx context.Context, f translog.File) error {
	if err := s.burn(); err != nil {
		return err
	}
	if err := s.Store.Replace(ctx, f); err != nil {
		return err
	}
	return s.burn()
}

func (s *brittle) Remove(ctx context.Context, dir string) error {
	if err := s.burn(); err != nil {
		return err
	}
	return s.Store.Remove(ctx, dir)
}

// mask stands for encryption under the holder's key: another holder cannot open it.
type mask struct{}

func (mask) Seal(_ context.Context, _ *db.Tx, holderID string, plain []byte) ([]byte, error) {
	reversed := bytes.Clone(plain)
	slices.Reverse(reversed)
	return append([]byte(holderID+"|"), reversed...), nil
}

func (mask) Open(_ context.Context, _ *db.Tx, holderID string, ct []byte) ([]byte, error) {
	reversed, ok := bytes.CutPrefix(ct, []byte(holderID+"|"))
	if !ok {
		return nil, errors.New("not under this key")
	}
	plain := bytes.Clone(reversed)
	slices.Reverse(plain)
	return plain, nil
}

type sm2Key struct{ *sm2.PrivateKey }

func (k sm2Key) Public() *ecdsa.PublicKey { return &k.PublicKey }

func (k sm2Key) Sign(tbs []byte) ([]byte, error) { return k.SignWithSM2(rand.Reader, nil, tbs) }

// world is one database and one store, and the processes that come and go on them.
type world struct {
	db    *db.DB
	store *translog.Folder
	clock *clock.Fixed
}

var start = time.Date(2026, 3, 1, 9, 30, 0, 123456000, clock.Shanghai)

func newWorld(t testing.TB, d *db.DB) *world {
	t.Helper()
	f, err := translog.OpenFolder(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = f.Close() })
	return &world{db: d, store: f, clock: clock.At(start)}
}

// process is a fresh Book whose store fails after fuel writes. The lease of the process before has run out.
func (w *world) process(t testing.TB, fuel int) *evidence.Book {
	t.Helper()
	w.clock.Move(time.Minute)
	return w.open(t, evidence.Options{Store: &brittle{Store: w.store, fuel: fuel}})
}

func (w *world) open(t testing.TB, o evidence.Options) *evidence.Book {
	t.Helper()
	o.DB = w.db
	if o.Clock == nil {
		o.Clock = w.clock
	}
	if o.Store == nil {
		o.Store = w.store
	}
	b, err := openBook(o)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// openBook opens a Book with the keys of all Books here.
func openBook(o evidence.Options) (*evidence.Book, error) {
	seed, priv, err := keys()
	if err != nil {
		return nil, err
	}
	o.Sealer, o.Logger = mask{}, slog.New(slog.DiscardHandler)
	o.Ed25519, o.SM2 = ed25519.NewKeyFromSeed(seed[:]), sm2Key{priv}
	if o.LabelKey == nil {
		o.LabelKey = []byte("key of the labels")
	}
	return evidence.Open(o)
}

func keys() (seed [32]byte, priv *sm2.PrivateKey, err error) {
	seed = sha256.Sum256([]byte("test key"))
	priv, err = sm2.NewPrivateKey(seed[:])
	return seed, priv, err
}

// signers are those of the Books that world opens.
func signers(t testing.TB) (ed, sm *translog.Signer) {
	t.Helper()
	seed, priv, err := keys()
	if err != nil {
		t.Fatal(err)
	}
	ed, err = translog.NewEd25519Signer(evidence.DefaultOrigin, ed25519.NewKeyFromSeed(seed[:]))
	if err != nil {
		t.Fatal(err)
	}
	if sm, err = translog.NewSM2Signer(evidence.DefaultOrigin, sm2Key{priv}); err != nil {
		t.Fatal(err)
	}
	return ed, sm
}

type use struct {
	Purpose string   `json:"purpose"`
	Fields  []string `json:"fields"`
}

const holderID = "3f2b9a34-5f3e-4a86-9f0e-0d5a3f5a1c11"

func (w *world) append(t testing.TB, b *evidence.Book, n int) []evidence.Receipt {
	t.Helper()
	var list []evidence.Receipt
	err := w.db.Write(t.Context(), func(tx *db.Tx) error {
		list = nil
		for range n {
			r, err := b.Append(t.Context(), tx, evidence.Event{
				HolderID: holderID, Kind: "use", Body: use{Purpose: "食品经营许可<新办>", Fields: []string{"名称"}},
			})
			if err != nil {
				return err
			}
			list = append(list, r)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return list
}

func mustSequence(t testing.TB, b *evidence.Book) int {
	t.Helper()
	n, err := b.Sequence(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func exec(t testing.TB, d *db.DB, query string, args ...any) {
	t.Helper()
	err := d.Write(t.Context(), func(tx *db.Tx) error {
		_, err := tx.Exec(t.Context(), query, args...)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}
