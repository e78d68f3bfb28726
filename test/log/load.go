package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/evidence"
	"github.com/yinxin-org/yinxin/test/gauge"
)

// look is how often the published checkpoint is looked at: no wait for inclusion is known more finely.
const look = 5 * time.Millisecond

// published is a checkpoint as it was first seen.
type published struct {
	size uint64
	at   time.Time
}

// tally is what a stage came to.
type tally struct {
	committed  int     // records
	perSecond  float64 // of them
	integrated float64 // of leaves, from the first commit until the last is published
	behind     int     // leaves that were not when they ended
	processor  time.Duration
	waits      []time.Duration // from commit to inclusion, of each record, sorted
	points     int
}

// quantile is the time, in seconds, within which a part of the records was included.
func (t tally) quantile(part float64) float64 {
	return t.waits[min(len(t.waits)-1, int(part*float64(len(t.waits))))].Seconds()
}

func (t tally) tell(out io.Writer) {
	_, _ = fmt.Fprintf(out, "%.0f records/s committed, %d not integrated at the end; with them %.0f leaves/s integrated, under %d checkpoints; %.0f µs of processor each, clients included\n",
		t.perSecond, t.behind, t.integrated, t.points, micros(t.processor)/float64(t.committed))
	_, _ = fmt.Fprintf(out, "from commit to inclusion: half within %.2f s, 99 of 100 within %.2f s, all within %.2f s\n", t.quantile(0.5), t.quantile(0.99), t.quantile(1))
}

// load lets clients commit records for a while, so many in a transaction, as fast as they can or all clients at a rate, while the
// sequencer runs. It returns when all records are published.
func (p *platform) load(ctx context.Context, clients, together int, stage time.Duration, rate float64) (tally, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	start, err := p.size(ctx)
	if err != nil {
		return tally{}, err
	}
	var beside sync.WaitGroup
	stopped := make(chan error, 1)
	beside.Go(func() { stopped <- p.Book.Run(ctx) })
	var seen []published
	watched := make(chan struct{})
	beside.Go(func() {
		defer close(watched)
		seen = p.watch(ctx, start)
	})
	used, err := gauge.Processor()
	if err != nil {
		return tally{}, err
	}
	began := time.Now()
	commits, err := p.commits(ctx, clients, together, stage, rate)
	took := time.Since(began)
	if err != nil {
		return tally{}, err
	}
	size, err := p.size(ctx)
	if err != nil {
		return tally{}, err
	}
	t := tally{committed: len(commits), perSecond: float64(len(commits)) / took.Seconds(),
		behind: int(start) + len(commits) - int(size)}
	for size < start+uint64(len(commits)) {
		select {
		case err := <-stopped:
			return t, fmt.Errorf("the log stopped: %w", err)
		case <-time.After(look):
		}
		if size, err = p.size(ctx); err != nil {
			return t, err
		}
	}
	t.integrated = float64(len(commits)) / time.Since(began).Seconds()
	spent, err := gauge.Processor()
	t.processor = spent - used
	time.Sleep(4 * look) // until the watch has seen it too
	cancel()
	beside.Wait()
	<-watched
	t.points = len(seen)
	ended := context.WithoutCancel(ctx)
	return t, errors.Join(err, p.waits(ended, &t, start, commits, seen))
}

// commits lets the clients write, and gives when each record was committed, by its leaf's id.
func (p *platform) commits(ctx context.Context, clients, together int, stage time.Duration, rate float64) (map[string]time.Time, error) {
	all := make(map[string]time.Time)
	var mu sync.Mutex
	var failed error
	var next atomic.Int64
	var writing sync.WaitGroup
	began := time.Now()
	for range clients {
		writing.Go(func() {
			own := make(map[string]time.Time)
			var err error
			for err == nil {
				n := int(next.Add(int64(together))) - together
				if rate > 0 {
					time.Sleep(time.Until(began.Add(time.Duration(float64(n) / rate * float64(time.Second)))))
				}
				if time.Since(began) >= stage {
					break
				}
				var ids []string
				ids, err = p.commit(ctx, n, together)
				for _, id := range ids {
					own[id] = time.Now()
				}
			}
			mu.Lock()
			defer mu.Unlock()
			failed = errors.Join(failed, err)
			maps.Copy(all, own)
		})
	}
	writing.Wait()
	return all, failed
}

// commit writes the n-th record and those that follow in one transaction, and gives their leaves' ids. One by itself is made in
// the transaction, as the record of a use is; several are made before it, as a batch of licenses makes them.
func (p *platform) commit(ctx context.Context, n, together int) (ids []string, err error) {
	if together == 1 {
		return ids, p.DB.Write(ctx, func(tx *db.Tx) error {
			receipt, err := p.Book.Append(ctx, tx, p.event(n, p.keepers[n*7919%keepers], p.units[n%issuers]))
			ids = []string{receipt.LeafID}
			return err
		})
	}
	var leaves []evidence.Prepared
	err = p.DB.Read(ctx, func(q *db.Tx) error {
		leaves = leaves[:0]
		for i := n; i < n+together; i++ {
			e := p.event(i, p.keepers[i*7919%keepers], p.units[i%issuers])
			seal, err := p.Holders.Sealing(ctx, q, e.HolderID)
			if err != nil {
				return err
			}
			leaf, err := p.Book.Prepare(e, seal)
			if err != nil {
				return err
			}
			leaves = append(leaves, leaf)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	for _, leaf := range leaves {
		ids = append(ids, leaf.LeafID)
	}
	return ids, p.DB.Write(ctx, func(tx *db.Tx) error { return p.Book.Enter(ctx, tx, leaves) })
}

// watch notes each checkpoint that is published until ctx ends.
func (p *platform) watch(ctx context.Context, last uint64) []published {
	var list []published
	for ctx.Err() == nil {
		if size, err := p.size(ctx); err == nil && size > last {
			list = append(list, published{size, time.Now()})
			last = size
		}
		time.Sleep(look)
	}
	return list
}

// size is that of the published tree.
func (p *platform) size(ctx context.Context) (uint64, error) {
	note, err := p.Book.Checkpoint(ctx)
	if err != nil {
		return 0, err
	}
	lines := strings.SplitN(string(note), "\n", 3)
	return strconv.ParseUint(lines[1], 10, 64)
}

// waits says of each record how long after its commit the first checkpoint with it was seen.
func (p *platform) waits(ctx context.Context, t *tally, start uint64, commits map[string]time.Time, seen []published) error {
	err := p.DB.Read(ctx, func(q *db.Tx) error {
		rows, err := q.Query(ctx, `
			SELECT idx, leaf_id
			FROM log_entry
			WHERE idx >= $1
			ORDER BY idx`, int64(start))
		if err != nil {
			return err
		}
		defer func() { _ = rows.Close() }()
		t.waits = t.waits[:0]
		for rows.Next() {
			var index uint64
			var id string
			if err := rows.Scan(&index, &id); err != nil {
				return err
			}
			for len(seen) > 0 && seen[0].size <= index {
				seen = seen[1:]
			}
			at, ours := commits[id]
			if !ours || len(seen) == 0 {
				return fmt.Errorf("leaf %d is not of a record that was committed and published", index)
			}
			t.waits = append(t.waits, max(0, seen[0].at.Sub(at)))
		}
		return rows.Err()
	})
	if err == nil && len(t.waits) != len(commits) {
		err = fmt.Errorf("%d of %d records are in the log", len(t.waits), len(commits))
	}
	slices.Sort(t.waits)
	return err
}
