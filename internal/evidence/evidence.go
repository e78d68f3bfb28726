// Package evidence keeps the record that cannot be denied later (存证): every event that matters becomes a
// leaf of the transparency log, written in the transaction of the event itself, so that there is no event
// without its record.
//
// It guarantees: a leaf whose transaction committed will stand in the log exactly once, in an order fixed in
// SQL before anything is published; what the log publishes never contradicts what it published before, else
// it stops. The committed rows are the truth and the tiles are derived from them, and can be derived again.
//
// It does not keep an operator who holds the database and the keys from beginning a second history; only
// those who compare checkpoints (witnesses, holders with their receipts) see that.
package evidence

import (
	"context"
	"crypto"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/yinxin-org/yinxin/internal/clock"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/errs"
	"github.com/yinxin-org/yinxin/internal/translog"
	"github.com/yinxin-org/yinxin/internal/witness"
)

// DefaultOrigin is the name of a log that was given none.
const DefaultOrigin = "yinxin.example/log"

const (
	defaultBatch = 5000 // among a million records a leaf costs half of what it costs at 1,000: the map's rows are shared
	defaultLease = 5 * time.Second
	defaultPoll  = time.Second
	defaultPause = 100 * time.Millisecond
)

var errLabelKey = errors.New("open book of evidence: no key for the labels of the map")

// Sealer encrypts what belongs to a holder under the holder's key. It runs in the caller's transaction.
type Sealer interface {
	Seal(ctx context.Context, tx *db.Tx, holderID string, plain []byte) ([]byte, error)
	Open(ctx context.Context, tx *db.Tx, holderID string, ct []byte) ([]byte, error)
}

// Options say what a Book works with. DB, Store, Sealer, Ed25519, SM2 and LabelKey are required.
type Options struct {
	DB      *db.DB
	Store   translog.Store // of tiles and checkpoint; shared by all nodes
	Sealer  Sealer
	Ed25519 crypto.Signer   // signs promises and checkpoints
	SM2     translog.SM2Key // signs checkpoints beside it
	// LabelKey blinds whose chain is whose in the map. It must stay the same as long as the log.
	LabelKey []byte
	Origin   string       // the log's name; DefaultOrigin if empty
	Clock    clock.Clock  // clock.System if nil
	Logger   *slog.Logger // slog.Default if nil

	Witnesses []*witness.Client // other offices' witnesses, asked to cosign each checkpoint
	Need      int               // how many of them must have, before a checkpoint is shown as cosigned

	Batch int           // leaves integrated at once; 1000 if 0
	Lease time.Duration // after which another node takes over a silent sequencer; 5 s if 0
	Poll  time.Duration // how often Run looks by itself; 1 s if 0
	Pause time.Duration // how long Run waits after an Append for others to join; 100 ms if 0
}

// Book is the platform's book of evidence. It is safe for concurrent use.
type Book struct {
	db     *db.DB
	store  translog.Store
	sealer Sealer
	clock  clock.Clock
	logger *slog.Logger
	ed     *translog.Signer // signs promises
	sm2    *translog.Signer
	reader *translog.Reader

	labelKey  []byte
	witnesses []*witness.Client
	need      int
	published chan struct{} // something was published that the witnesses have not seen
	halted    atomic.Bool   // stopped is set

	batch int
	lease time.Duration
	poll  time.Duration
	pause time.Duration
	owner string // this process, in the lease
	wake  chan struct{}
	ids   ids

	// mu is held by the one call of Sequence that runs; it guards what follows.
	mu      sync.Mutex
	log     *translog.Log
	stopped error
}

// Open makes a Book. It does not look at the log yet, so that records can be taken even while the log is
// stopped.
func Open(o Options) (*Book, error) {
	if o.Origin == "" {
		o.Origin = DefaultOrigin
	}
	ed, err := translog.NewEd25519Signer(o.Origin, o.Ed25519)
	if err != nil {
		return nil, fmt.Errorf("open book of evidence: %w", err)
	}
	sm, err := translog.NewSM2Signer(o.Origin, o.SM2)
	if err != nil {
		return nil, fmt.Errorf("open book of evidence: %w", err)
	}
	if o.Need > len(o.Witnesses) || o.Need < min(1, len(o.Witnesses)) {
		return nil, fmt.Errorf("open book of evidence: %d of %d witnesses", o.Need, len(o.Witnesses))
	}
	if len(o.LabelKey) == 0 {
		return nil, errLabelKey
	}
	if o.Clock == nil {
		o.Clock = clock.System{}
	}
	if o.Logger == nil {
		o.Logger = slog.Default()
	}
	return &Book{
		db: o.DB, store: o.Store, sealer: o.Sealer, clock: o.Clock, logger: o.Logger,
		ed: ed, sm2: sm, labelKey: o.LabelKey,
		reader:    translog.NewReader(o.Store, translog.SM3{}, []*translog.Key{ed.Key, sm.Key}),
		witnesses: o.Witnesses, need: o.Need, published: make(chan struct{}, 1),
		batch: orElse(o.Batch, defaultBatch),
		lease: orElse(o.Lease, defaultLease),
		poll:  orElse(o.Poll, defaultPoll),
		pause: orElse(o.Pause, defaultPause),
		owner: db.NewID(),
		wake:  make(chan struct{}, 1),
	}, nil
}

func orElse[T comparable](v, standard T) T {
	var zero T
	if v == zero {
		return standard
	}
	return v
}

// Name is the log's name, which stands in its checkpoints.
func (b *Book) Name() string { return b.ed.Name() }

// Pub is log.pub: the log's public keys, one a line, Ed25519 first.
func (b *Book) Pub() []byte {
	return []byte(b.ed.String() + "\n" + b.sm2.String() + "\n")
}

// Checkpoint is the published checkpoint, a signed note. Before the first one it is errs "not-found".
func (b *Book) Checkpoint(ctx context.Context) ([]byte, error) {
	return served(b.reader.Head(ctx))
}

// CosignedNote is the newest checkpoint that enough witnesses have cosigned, with their signatures. Before the first one,
// and without witnesses, it is errs "not-found".
func (b *Book) CosignedNote(ctx context.Context) ([]byte, error) {
	return served(b.reader.Cosigned(ctx))
}

func served(head *translog.Head, err error) ([]byte, error) {
	if errors.Is(err, fs.ErrNotExist) {
		return nil, errs.New(errs.NotFound, "not-found").Wrap(err)
	}
	if err != nil {
		return nil, err
	}
	return head.Signed, nil
}

// Tile is the file of the tree at a path such as tile/0/x001/234, for serving. Any other path is errs
// "not-found".
func (b *Book) Tile(ctx context.Context, path string) ([]byte, error) {
	t, err := translog.ParseTile(path)
	if err != nil {
		return nil, errs.New(errs.NotFound, "not-found").Wrap(err)
	}
	data, err := b.store.Read(ctx, t.Path())
	if errors.Is(err, fs.ErrNotExist) {
		return nil, errs.New(errs.NotFound, "not-found").Wrap(err)
	}
	return data, err
}
