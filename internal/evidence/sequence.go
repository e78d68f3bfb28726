package evidence

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/translog"
)

// errNotOurs says that another node has the lease: nothing to do here now.
var errNotOurs = errors.New("another sequencer holds the lease")

// Sequence brings the leaves that have no index when it begins into the log and publishes them; n is how many leaves this call
// published. If another node is at it, or there is nothing to do, n is 0 and there is no error.
//
// The steps are: give leaves their index (one transaction), make the tiles durable, publish the checkpoint.
// A crash after any of them is made good by the next call here or on another node. After an error that is
// translog.ErrFatal the log has stopped, and so does every later call: someone must look.
func (b *Book) Sequence(ctx context.Context) (n int, err error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.stopped != nil {
		return 0, b.stopped
	}
	n, err = b.sequence(ctx)
	switch {
	case errors.Is(err, errNotOurs), errors.Is(err, translog.ErrMoved):
		return n, nil
	case errors.Is(err, translog.ErrFatal):
		b.stopped = err
		b.halted.Store(true)
		b.logger.ErrorContext(ctx, "evidence log stopped", "err", err)
	}
	return n, err
}

func (b *Book) sequence(ctx context.Context) (n int, err error) {
	if err := b.load(ctx); err != nil {
		return 0, err
	}
	for {
		more, err := b.pending(ctx)
		if err != nil || !more {
			return n, err
		}
		taken, err := b.assign(ctx)
		if err != nil {
			return n, err
		}
		for {
			k, err := b.publish(ctx)
			if n += k; err != nil {
				return n, err
			}
			if k < b.batch {
				break
			}
		}
		// What came meanwhile waits for the next call: a checkpoint over few leaves costs as much as one over many.
		if taken < b.batch {
			return n, nil
		}
	}
}

// load brings the log up to what is published and checks that SQL agrees with it. SQL that has lost what was
// published (an old backup put back) must not go on: it would give the same indexes to other leaves.
func (b *Book) load(ctx context.Context) error {
	if b.log == nil {
		l, err := translog.Open(ctx, b.store, translog.SM3{}, b.ed, b.sm2)
		if err != nil {
			return fmt.Errorf("open log: %w", err)
		}
		b.log = l
	}
	if err := b.log.Load(ctx); err != nil {
		return fmt.Errorf("load log: %w", err)
	}
	head := b.log.Published()
	if err := b.loadLeaf(ctx, head); err != nil {
		return err
	}
	return b.loadMap(ctx, head)
}

func (b *Book) loadLeaf(ctx context.Context, head *translog.Head) error {
	if head == nil || head.Size == 0 {
		return nil
	}
	last := head.Size - 1
	want, err := b.log.Leaf(ctx, head, last)
	if err != nil {
		return fmt.Errorf("load log: %w", err)
	}
	return b.db.Read(ctx, func(q *db.Tx) error {
		got, err := hashAt(ctx, q, last)
		if err != nil && !errors.Is(err, db.ErrNoRows) {
			return fmt.Errorf("load log: %w", err)
		}
		if !bytes.Equal(got, want) {
			return fmt.Errorf("%w: database lacks leaf %d that is published", translog.ErrFatal, last)
		}
		return nil
	})
}

// pending reports whether there are leaves without an index, or with one but not published. It only reads,
// so that an idle platform writes nothing.
func (b *Book) pending(ctx context.Context) (more bool, err error) {
	err = b.db.Read(ctx, func(q *db.Tx) error {
		next, err := nextIndex(ctx, q)
		if err != nil {
			return err
		}
		more = next > b.log.Size() || b.unmapped()
		if !more {
			more, err = anyOpen(ctx, q)
		}
		return err
	})
	if err != nil {
		return false, fmt.Errorf("look for leaves: %w", err)
	}
	return more, nil
}

// unmapped reports whether the published checkpoint is older than the map: another of the same leaves follows it.
func (b *Book) unmapped() bool {
	head := b.log.Published()
	return head != nil && head.Map == nil
}

// assign gives the next batch of open leaves their indexes; n is how many it was.
func (b *Book) assign(ctx context.Context) (n int, err error) {
	err = b.db.Write(ctx, func(tx *db.Tx) error {
		n = 0
		if err := b.hold(ctx, tx); err != nil {
			return err
		}
		next, err := nextIndex(ctx, tx)
		if err != nil {
			return err
		}
		if next < b.log.Size() {
			return fmt.Errorf("%w: database has %d leaves of %d published", translog.ErrFatal, next, b.log.Size())
		}
		leaves, err := openLeaves(ctx, tx, b.batch)
		if err != nil || len(leaves) == 0 {
			return err
		}
		n = len(leaves)
		return place(ctx, tx, next, leaves)
	})
	if err != nil {
		return 0, fmt.Errorf("assign indexes: %w", err)
	}
	return n, nil
}

// publish integrates one batch of placed leaves and publishes the tree; n is how many it was.
func (b *Book) publish(ctx context.Context) (n int, err error) {
	leaves, grown, err := b.unpublished(ctx)
	if err != nil || len(leaves) == 0 && !b.unmapped() {
		return 0, err
	}
	p, err := b.log.Integrate(ctx, leaves, grown.to.root[:])
	if err != nil {
		return 0, fmt.Errorf("integrate leaves: %w", err)
	}
	// The checkpoint is put in place while the lease's row is locked, so that a sequencer that slept through
	// its lease cannot put an older one over a newer. Doing it twice, if the transaction is retried, is doing
	// it once; if the commit fails it stands all the same, and Load finds it.
	grown.to.checkpoint = p.Signed
	err = b.db.Write(ctx, func(tx *db.Tx) error {
		if err := b.hold(ctx, tx); err != nil {
			return err
		}
		if err := notePublished(ctx, tx, b.clock.Now()); err != nil {
			return err
		}
		if err := moveMap(ctx, tx, grown.from, grown.to, grown.rows); err != nil {
			return err
		}
		return b.log.Publish(ctx, p)
	})
	if err != nil {
		return 0, fmt.Errorf("publish: %w", err)
	}
	select {
	case b.published <- struct{}{}:
	default:
	}
	if err := b.log.Prune(ctx, p); err != nil {
		b.logger.WarnContext(ctx, "partial tiles stay", "err", err)
	}
	return len(leaves), nil
}

// unpublished gives the leaves that follow the published ones, and the map that has them.
func (b *Book) unpublished(ctx context.Context) (leaves [][]byte, grown mapGrowth, err error) {
	size := b.log.Size()
	err = b.db.Read(ctx, func(q *db.Tx) error {
		list, err := placedLeaves(ctx, q, size, b.batch)
		if err != nil {
			return err
		}
		var inChains []chained
		for i, p := range list {
			if err := checkPlaced(p, size+uint64(i)); err != nil {
				return err
			}
			leaves, inChains = append(leaves, p.leaf), append(inChains, p.chained)
		}
		next, err := nextIndex(ctx, q)
		if err == nil && len(list) == 0 && next > size {
			err = fmt.Errorf("%w: database lacks leaf %d", translog.ErrFatal, size)
		}
		if err != nil {
			return err
		}
		grown, err = b.growMap(ctx, q, size, inChains)
		return err
	})
	if err != nil {
		return nil, mapGrowth{}, fmt.Errorf("read placed leaves: %w", err)
	}
	return leaves, grown, nil
}

// checkPlaced sees to it that no leaf is passed over and none has changed since it got its index.
func checkPlaced(p placed, index uint64) error {
	if p.index != index {
		return fmt.Errorf("%w: database lacks leaf %d", translog.ErrFatal, index)
	}
	if !bytes.Equal(p.hash, translog.SM3{}.HashLeaf(p.leaf)) {
		return fmt.Errorf("%w: leaf %d has changed in the database", translog.ErrFatal, index)
	}
	return nil
}

func (b *Book) hold(ctx context.Context, tx *db.Tx) error {
	ours, err := holdLease(ctx, tx, b.owner, b.clock.Now(), b.lease)
	if err != nil {
		return fmt.Errorf("hold lease: %w", err)
	}
	if !ours {
		return errNotOurs
	}
	return nil
}

// Run sequences until ctx ends, soon after every Append and at least once a poll, and then gives the lease
// up. It returns nil when ctx ended, and an error that is translog.ErrFatal when the log had to stop; other
// errors are logged and tried again.
func (b *Book) Run(ctx context.Context) error {
	defer b.leave(ctx)
	if len(b.witnesses) > 0 {
		ctx, cancel := context.WithCancel(ctx)
		var asking sync.WaitGroup
		asking.Go(func() { b.cosign(ctx) })
		defer asking.Wait()
		defer cancel()
	}
	for {
		n, err := b.Sequence(ctx)
		wait := b.poll
		if n > 0 { // what was committed meanwhile may have been told before
			wait = b.pause
		}
		switch {
		case ctx.Err() != nil:
			return nil
		case errors.Is(err, translog.ErrFatal):
			return err
		case err != nil:
			b.logger.WarnContext(ctx, "evidence not sequenced, trying again", "err", err)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(wait):
		case <-b.wake:
			select {
			case <-ctx.Done():
				return nil
			case <-time.After(b.pause):
			}
		}
	}
}

func (b *Book) leave(ctx context.Context) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), b.lease)
	defer cancel()
	err := b.db.Write(ctx, func(tx *db.Tx) error { return dropLease(ctx, tx, b.owner) })
	if err != nil {
		b.logger.WarnContext(ctx, "sequencer's lease stays until it ends", "err", err)
	}
}
