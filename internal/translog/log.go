package translog

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"

	"golang.org/x/mod/sumdb/note"
)

// Log appends to a log. Only one Log should write to a store at a time; [Log.Publish] notices when another
// did. It is not safe for concurrent use, its Reader is.
type Log struct {
	*Reader
	store   Store
	signers []note.Signer

	head *Head // what this Log last saw published; nil before the first checkpoint
	edge *edge // of head's tree
}

// Open opens the log that stands in store, or begins it. Each signer must bear the log's origin as its name;
// each signs every checkpoint.
func Open(ctx context.Context, store Store, hasher Hasher, signers ...*Signer) (*Log, error) {
	if len(signers) == 0 {
		return nil, errUnsigned
	}
	l := &Log{store: store, edge: newEdge(hasher)}
	var keys []*Key
	for _, s := range signers {
		if s.Name() != signers[0].Name() {
			return nil, errKey
		}
		l.signers = append(l.signers, s)
		keys = append(keys, s.Key)
	}
	l.Reader = NewReader(store, hasher, keys)
	if err := l.Load(ctx); err != nil {
		return nil, err
	}
	return l, nil
}

// Origin is the log's name.
func (l *Log) Origin() string { return l.keys[0].Name() }

// Size is the number of leaves that were published when the Log last looked.
func (l *Log) Size() uint64 { return l.edge.rng.End() }

// Load takes note of what is published now. A checkpoint that is gone, went back, or does not extend the one
// this Log knew is ErrFatal.
func (l *Log) Load(ctx context.Context) error {
	head, err := l.Head(ctx)
	if errors.Is(err, fs.ErrNotExist) {
		if l.head == nil {
			return nil
		}
		return fmt.Errorf("%w: checkpoint is gone", ErrFatal)
	}
	if err != nil {
		return err
	}
	if l.head != nil && bytes.Equal(head.Signed, l.head.Signed) {
		return nil
	}
	if err := l.extends(ctx, head); err != nil {
		return err
	}
	e, err := l.loadEdge(ctx, head)
	if err != nil {
		return fmt.Errorf("load tree of %d: %w", head.Size, err)
	}
	l.head, l.edge = head, e
	return nil
}

func (l *Log) extends(ctx context.Context, head *Head) error {
	if l.head == nil {
		return nil
	}
	if head.Size < l.head.Size {
		return fmt.Errorf("%w: checkpoint went back from %d to %d", ErrFatal, l.head.Size, head.Size)
	}
	root, err := l.Root(ctx, l.head.Size, head)
	if err != nil {
		return fmt.Errorf("compare trees of %d and %d: %w", l.head.Size, head.Size, err)
	}
	if !bytes.Equal(root, l.head.Root) {
		return fmt.Errorf("%w: trees of %d and %d disagree", ErrFatal, l.head.Size, head.Size)
	}
	return nil
}

// Pending is a grown tree whose files are durable and whose checkpoint is signed but not published.
type Pending struct {
	Head
	base *Head // what it grew from
	edge *edge
}

// Integrate adds entries to the tree and makes all its files durable. Nothing is published yet, and the Log
// stays as it was: until Publish, a call with the same entries and more gives the same tree. The checkpoint commits to
// the map whose root is given; if it is nil, to none.
//
// The caller must have decided durably that these entries follow, in this order. If it offers others after a
// crash, the files that already stand make this ErrFatal.
func (l *Log) Integrate(ctx context.Context, entries [][]byte, mapRoot []byte) (*Pending, error) {
	e, err := l.edge.clone()
	if err != nil {
		return nil, fmt.Errorf("grow tree: %w", err)
	}
	for _, entry := range entries {
		if len(entry) > MaxEntry {
			return nil, fmt.Errorf("entry of %d bytes is too long", len(entry))
		}
		if err := e.add(entry); err != nil {
			return nil, fmt.Errorf("grow tree: %w", err)
		}
	}
	root, err := e.root()
	if err != nil {
		return nil, fmt.Errorf("grow tree: %w", err)
	}
	if files := e.flush(); len(entries) > 0 {
		if err := l.store.Create(ctx, files); err != nil {
			return nil, fmt.Errorf("write tiles: %w", err)
		}
	}
	p := &Pending{base: l.head, edge: e}
	p.Checkpoint = Checkpoint{Origin: l.Origin(), Size: e.rng.End(), Root: root, Map: mapRoot}
	if p.Signed, err = l.sign(p.Checkpoint); err != nil {
		return nil, err
	}
	return p, nil
}

// sign signs a checkpoint and reads it back: what a failing key device signs must not be published.
func (l *Log) sign(c Checkpoint) ([]byte, error) {
	signed, err := note.Sign(&note.Note{Text: c.Text()}, l.signers...)
	if err != nil {
		return nil, fmt.Errorf("sign checkpoint: %w", err)
	}
	if _, err := OpenCheckpoint(signed, l.keys); err != nil {
		return nil, fmt.Errorf("sign checkpoint: %w", err)
	}
	return signed, nil
}

// Publish puts the checkpoint of p in the place of the one it grew from. If another stands there by now
// nothing is done and the error is ErrMoved. Looking and putting are two steps: whoever runs several
// sequencers must let only one publish at a time.
func (l *Log) Publish(ctx context.Context, p *Pending) error {
	stored, err := l.store.Read(ctx, CheckpointPath)
	switch {
	case errors.Is(err, fs.ErrNotExist) && p.base == nil:
	case errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("%w: checkpoint is gone", ErrFatal)
	case err != nil:
		return fmt.Errorf("read checkpoint: %w", err)
	case bytes.Equal(stored, p.Signed): // a repeated attempt whose first had got through
	case p.base == nil || !bytes.Equal(stored, p.base.Signed):
		return ErrMoved
	}
	if err := l.store.Replace(ctx, File{Path: CheckpointPath, Data: p.Signed}); err != nil {
		return fmt.Errorf("publish checkpoint: %w", err)
	}
	l.head, l.edge = &p.Head, p.edge
	return nil
}

// Prune drops the partial forms of tiles that p made full (tlog-tiles allows it once the full tile stands).
// It is for room only: whatever a crash leaves behind does no harm. Call it after Publish.
func (l *Log) Prune(ctx context.Context, p *Pending) error {
	for _, t := range p.edge.filled {
		if err := l.store.Remove(ctx, t.partials()); err != nil {
			return fmt.Errorf("prune tiles: %w", err)
		}
	}
	p.edge.filled = nil
	return nil
}

// Append integrates and publishes entries, for a log with a single writer and no map.
func (l *Log) Append(ctx context.Context, entries [][]byte) (*Head, error) {
	p, err := l.Integrate(ctx, entries, nil)
	if err != nil {
		return nil, err
	}
	if err := l.Publish(ctx, p); err != nil {
		return nil, err
	}
	if err := l.Prune(ctx, p); err != nil {
		return nil, err
	}
	return &p.Head, nil
}

// Published is the head this Log last saw, or nil before the first checkpoint.
func (l *Log) Published() *Head { return l.head }
