// Command tessera measures how many entries a second Tessera's POSIX driver integrates with durable writes: clients add
// entries of the length of ours, each waits until its own is integrated. There are so many of them that a batch is always full;
// batches and checkpoints have our sequencer's measures. Its tree is hashed with SHA-256, ours with SM3. It keeps entries
// and tiles alone: no database, no lists of holders, no promises. The last line is the bare figure.
package main

import (
	"context"
	"crypto/rand"
	"encoding/binary"
	"errors"
	"flag"
	"fmt"
	"os"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/transparency-dev/tessera"
	"github.com/transparency-dev/tessera/storage/posix"
	"golang.org/x/mod/sumdb/note"
)

// options say what is measured.
type options struct {
	clients  int
	stage    time.Duration
	bytes    int
	batch    uint
	age      time.Duration
	interval time.Duration
}

func main() {
	var o options
	flag.IntVar(&o.clients, "clients", 2000, "clients at once")
	flag.DurationVar(&o.stage, "stage", 15*time.Second, "how long it is measured")
	flag.IntVar(&o.bytes, "bytes", 115, "length of an entry")
	flag.UintVar(&o.batch, "batch", 1000, "entries integrated at once")
	flag.DurationVar(&o.age, "age", 100*time.Millisecond, "how long a batch waits for others to join")
	flag.DurationVar(&o.interval, "interval", 100*time.Millisecond, "between two checkpoints")
	flag.Parse()
	if err := run(context.Background(), o); err != nil {
		fmt.Fprintln(os.Stderr, "tessera:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, o options) (err error) {
	dir, err := os.MkdirTemp("", "tessera-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	secret, _, err := note.GenerateKey(rand.Reader, "tessera.example/log")
	if err != nil {
		return err
	}
	signer, err := note.NewSigner(secret)
	if err != nil {
		return err
	}
	driver, err := posix.New(ctx, posix.Config{Path: dir})
	if err != nil {
		return err
	}
	log, shut, reader, err := tessera.NewAppender(ctx, driver, tessera.NewAppendOptions().WithCheckpointSigner(signer).
		WithBatching(o.batch, o.age).WithCheckpointInterval(o.interval).WithPushback(uint(2*o.clients)))
	if err != nil {
		return err
	}
	before := processor()
	began := time.Now()
	added, err := add(ctx, log, o, began)
	took := time.Since(began)
	if err != nil {
		return err
	}
	if err := shut(ctx); err != nil {
		return err
	}
	size, err := reader.IntegratedSize(ctx)
	if err != nil {
		return err
	}
	if size != added {
		return fmt.Errorf("%d of %d entries are in the tree", size, added)
	}
	_, _ = fmt.Fprintf(os.Stdout, "Tessera, POSIX: %.0f entries/s of %d bytes integrated, %d waiting at once, %.0f µs of processor each\n%.0f\n",
		float64(size)/took.Seconds(), o.bytes, o.clients, float64(processor()-before)/1e3/float64(size), float64(size)/took.Seconds())
	return nil
}

// add lets clients add entries, each different from all others, and gives how many were integrated.
func add(ctx context.Context, log *tessera.Appender, o options, began time.Time) (uint64, error) {
	var next, added atomic.Uint64
	var mu sync.Mutex
	var failed error
	var adding sync.WaitGroup
	for range o.clients {
		adding.Go(func() {
			for time.Since(began) < o.stage {
				entry := make([]byte, o.bytes)
				binary.BigEndian.PutUint64(entry, next.Add(1))
				if _, err := log.Add(ctx, tessera.NewEntry(entry))(); err != nil {
					mu.Lock()
					failed = errors.Join(failed, err)
					mu.Unlock()
					return
				}
				added.Add(1)
			}
		})
	}
	adding.Wait()
	return added.Load(), failed
}

func processor() time.Duration {
	var u syscall.Rusage
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &u)
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
