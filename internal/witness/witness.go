// Package witness is the witness (见证方) of transparency logs: another office's program that remembers of each log the
// newest checkpoint it has signed and signs another only when that extends it. It speaks C2SP tlog-witness and signs by
// C2SP tlog-cosignature, with one difference: the logs it knows hash with SM3.
//
// It guarantees: it never signs two trees of one log that contradict each other, nor two maps of one tree, nor a smaller one
// after a larger one, whatever comes at once and whenever it is killed, as long as its folder is kept; what it answers with is durable.
// A folder that was lost or put back from an old copy must not be gone on with: make a new witness, with a new key.
//
// It does not look into the log's leaves; those who audit do.
package witness

import (
	"bytes"
	"context"
	"crypto"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"path/filepath"
	"sync"

	"github.com/rogpeppe/go-internal/lockedfile"

	"github.com/yinxin-org/yinxin/internal/clock"
	"github.com/yinxin-org/yinxin/internal/translog"
)

// Options say what a Witness works with.
type Options struct {
	Dir    string            // where it remembers what it signed
	Name   string            // it signs under this name, such as "witness.archive.example.gov.cn"
	Key    crypto.Signer     // Ed25519
	Logs   [][]*translog.Key // the keys of each log that it knows; all keys of a log must have signed
	Clock  clock.Clock       // clock.System if nil
	Logger *slog.Logger      // slog.Default if nil
}

// Witness signs checkpoints. It is safe for concurrent use, also by several processes over one folder.
type Witness struct {
	logs   map[string][]*translog.Key // by origin
	signer *translog.Signer
	state  *translog.Folder
	logger *slog.Logger

	mu   sync.Mutex // of this process, around lock
	lock *lockedfile.Mutex
}

// Refusal is why a checkpoint is not signed, as the protocol says it.
type Refusal struct {
	Status int    // of HTTP
	Size   uint64 // with 409: what the witness has signed last
	Why    string
}

// Error is the reason in words.
func (r *Refusal) Error() string { return r.Why }

// The refusals of the protocol.
const (
	badRequest    = 400
	forbidden     = 403
	notFound      = 404
	conflict      = 409
	unprocessable = 422
)

// Open opens the witness that remembers in a folder, or begins it.
func Open(o Options) (*Witness, error) {
	if o.Clock == nil {
		o.Clock = clock.System{}
	}
	if o.Logger == nil {
		o.Logger = slog.Default()
	}
	signer, err := translog.NewCosigner(o.Name, o.Key, o.Clock.Now)
	if err != nil {
		return nil, fmt.Errorf("open witness: %w", err)
	}
	w := &Witness{logs: make(map[string][]*translog.Key), signer: signer, logger: o.Logger}
	for _, keys := range o.Logs {
		if _, twice := w.logs[keys[0].Name()]; twice {
			return nil, fmt.Errorf("open witness: two sets of keys for %s", keys[0].Name())
		}
		w.logs[keys[0].Name()] = keys
	}
	if w.state, err = translog.OpenFolder(o.Dir); err != nil {
		return nil, fmt.Errorf("open witness: %w", err)
	}
	w.lock = lockedfile.MutexAt(filepath.Join(o.Dir, "lock"))
	return w, nil
}

// Close gives the folder back.
func (w *Witness) Close() error { return w.state.Close() }

// Key is the witness's public key, which those who rely on it need.
func (w *Witness) Key() *translog.Key { return w.signer.Key }

// Add judges a request of tlog-witness add-checkpoint and answers with the line of the cosignature. Otherwise the error
// is a [Refusal], or the witness itself is at fault.
func (w *Witness) Add(ctx context.Context, body []byte) ([]byte, error) {
	r, err := ParseRequest(body)
	if err != nil {
		return nil, &Refusal{Status: badRequest, Why: "malformed request"}
	}
	keys, ok := w.logs[r.Checkpoint.Origin]
	if !ok {
		return nil, &Refusal{Status: notFound, Why: "unknown log"}
	}
	c, err := translog.OpenCheckpoint(r.Signed, keys)
	if err != nil {
		return nil, &Refusal{Status: forbidden, Why: "checkpoint lacks a valid signature of every key of the log"}
	}
	if r.Old > c.Size {
		return nil, &Refusal{Status: badRequest, Why: "old size is above the checkpoint's"}
	}
	return w.advance(ctx, r, c)
}

// advance compares with what was signed last, remembers and signs, as one step: two requests at once are judged one after
// the other.
func (w *Witness) advance(ctx context.Context, r Request, c translog.Checkpoint) ([]byte, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	unlock, err := w.lock.Lock()
	if err != nil {
		return nil, fmt.Errorf("lock witness: %w", err)
	}
	defer unlock()
	last, err := w.last(ctx, c.Origin)
	if err != nil {
		return nil, err
	}
	if err := w.judge(ctx, r, c, last); err != nil {
		return nil, err
	}
	text, err := translog.NoteText(r.Signed)
	if err != nil {
		return nil, &Refusal{Status: badRequest, Why: "malformed checkpoint"}
	}
	line, err := w.signer.Line([]byte(text))
	if err != nil {
		return nil, fmt.Errorf("cosign: %w", err)
	}
	// Signed before it is durable, but shown to nobody before. What others have signed along with it must leave it readable:
	// a note has an end to its signatures, and whoever filled them up would have stopped this witness for good.
	signed := append(bytes.Clone(r.Signed), line...)
	if _, err := translog.NoteText(signed); err != nil {
		return nil, &Refusal{Status: badRequest, Why: "too many signatures"}
	}
	if err := w.state.Replace(ctx, translog.File{Path: place(c.Origin), Data: signed}); err != nil {
		return nil, fmt.Errorf("remember checkpoint: %w", err)
	}
	return line, nil
}

func (w *Witness) judge(ctx context.Context, r Request, c, last translog.Checkpoint) error {
	if last.Contradicts(c) {
		w.forked(ctx, r, c)
		return &Refusal{Status: conflict, Size: last.Size, Why: "another tree or map of this size was signed"}
	}
	if r.Old != last.Size {
		return &Refusal{Status: conflict, Size: last.Size, Why: "another size was signed last"}
	}
	if err := translog.VerifyConsistency(translog.SM3{}, last, c, r.Proof); err != nil {
		w.logger.WarnContext(ctx, "checkpoint not consistent", slog.String("log", c.Origin), slog.Uint64("size", c.Size))
		return &Refusal{Status: unprocessable, Why: "consistency proof does not verify"}
	}
	return nil
}

// forked keeps what proves, with the remembered checkpoint, that the log signed two trees.
func (w *Witness) forked(ctx context.Context, r Request, c translog.Checkpoint) {
	w.logger.ErrorContext(ctx, "the log has signed two trees or maps of one size", slog.String("log", c.Origin), slog.Uint64("size", c.Size))
	path := fmt.Sprintf("forks/%s/%d-%s%s", place(c.Origin), c.Size, hex.EncodeToString(c.Root), hex.EncodeToString(c.Map))
	if _, err := w.state.Read(ctx, path); err == nil {
		return // this tree is kept already
	}
	if err := w.state.Create(ctx, []translog.File{{Path: path, Data: r.Signed}}); err != nil {
		w.logger.ErrorContext(ctx, "proof of two trees not kept", slog.Any("err", err))
	}
}

// last is what was signed last for a log; the empty tree if nothing was.
func (w *Witness) last(ctx context.Context, origin string) (translog.Checkpoint, error) {
	signed, err := w.state.Read(ctx, place(origin))
	if errors.Is(err, fs.ErrNotExist) {
		return translog.Checkpoint{Origin: origin, Root: translog.SM3{}.EmptyRoot()}, nil
	}
	if err != nil {
		return translog.Checkpoint{}, fmt.Errorf("read what was signed: %w", err)
	}
	text, err := translog.NoteText(signed)
	if err != nil {
		return translog.Checkpoint{}, fmt.Errorf("read what was signed: %w", err)
	}
	c, err := translog.ParseCheckpoint(text)
	if err != nil || c.Origin != origin {
		return translog.Checkpoint{}, fmt.Errorf("read what was signed: %w", errors.Join(err, errOther))
	}
	return c, nil
}

var errOther = errors.New("remembered checkpoint is another log's")

// Latest is the newest checkpoint that the witness has signed of a log, with its signature; fs.ErrNotExist if there is none.
// Whoever follows a log compares it with what the log shows them.
func (w *Witness) Latest(ctx context.Context, origin string) ([]byte, error) {
	return w.state.Read(ctx, place(origin))
}

// place is the file of a log. Origins may hold what file names may not.
func place(origin string) string {
	sum := sha256.Sum256([]byte(origin))
	return "log-" + hex.EncodeToString(sum[:])
}
