package evidence

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"sync"
	"time"

	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/translog"
	"github.com/yinxin-org/yinxin/internal/witness"
)

// What a witness answered, as the health of the log tells it.
const (
	WitnessSilent = "silent" // no answer in time, or none that the protocol knows
	WitnessAhead  = "ahead"  // it has signed a larger tree of this log than stands here
	WitnessForked = "forked" // it has signed another tree of this size, or one that this does not extend
)

const (
	cosignGap    = time.Second      // between two rounds
	cosignWait   = 5 * time.Second  // for all witnesses of a round
	cosignGrace  = 2 * time.Second  // for the rest once there are enough
	cosignRetry  = 10 * time.Second // after a round in which there were not enough
	cosignFresh  = 10 * time.Minute // after which the same checkpoint is cosigned anew, to show that the log is alive
	cosignSpared = 30 * time.Second // for which a silent witness is not asked again
	cosignTries  = 3                // of one witness in a round: it may say how far it is
)

// A witness knows another history of this log.
var (
	errAhead  = errors.New("witness has signed a larger tree of this log")
	errForked = errors.New("witness has signed another tree of this size")
)

// Cosigned is the newest checkpoint that enough witnesses have cosigned, with their signatures. Before the first one, or
// without witnesses, the error is fs.ErrNotExist.
func (b *Book) Cosigned(ctx context.Context) (*translog.Head, error) { return b.reader.Cosigned(ctx) }

// cosigner asks the witnesses. It belongs to one goroutine.
type cosigner struct {
	*Book
	sizes  map[string]uint64    // what each witness has signed last, as far as is known
	spared map[string]time.Time // until when a silent one is not asked
}

// cosign asks the witnesses for each new checkpoint until ctx ends. It never holds up the sequencer: it works on what is
// published, and what it gets is published beside it.
func (b *Book) cosign(ctx context.Context) {
	c := &cosigner{Book: b, sizes: make(map[string]uint64), spared: make(map[string]time.Time)}
	wait := time.Duration(0)
	for {
		select {
		case <-ctx.Done():
			return
		case <-time.After(wait):
		}
		switch n, err := c.round(ctx); {
		case ctx.Err() != nil:
			return
		case err != nil:
			b.logger.WarnContext(ctx, "checkpoint not cosigned, trying again", "err", err)
			wait = cosignRetry
		case n < b.need:
			wait = cosignRetry
		default:
			wait = cosignGap
		}
		select {
		case <-ctx.Done():
			return
		case <-b.published:
		case <-time.After(max(wait, b.poll)):
			wait = 0
		}
	}
}

// answer is what one witness said in a round.
type answer struct {
	witness *witness.Client
	size    uint64 // that it has signed last
	given   translog.Cosignature
	fault   string
}

// round has the published checkpoint cosigned, if it is not; n is how many witnesses did.
func (c *cosigner) round(ctx context.Context) (n int, err error) {
	head, err := c.reader.Head(ctx)
	if errors.Is(err, fs.ErrNotExist) {
		return c.need, nil
	}
	if err != nil {
		return 0, err
	}
	done, err := c.standing(ctx, head)
	if err != nil || done {
		return c.need, err
	}
	if err := c.db.Write(ctx, func(tx *db.Tx) error { return c.hold(ctx, tx) }); err != nil {
		if errors.Is(err, errNotOurs) {
			return c.need, nil
		}
		return 0, err
	}
	answers := c.ask(ctx, head)
	signed := bytes.Clone(head.Signed)
	for _, a := range answers {
		if a.fault == "" {
			n++
			signed = append(signed, a.given.Line...)
		}
	}
	if err := c.keep(ctx, head, signed, n, answers); err != nil {
		return n, fmt.Errorf("publish cosignatures: %w", err)
	}
	return n, nil
}

// standing reports whether the checkpoint has its cosignatures, and fresh ones.
func (c *cosigner) standing(ctx context.Context, head *translog.Head) (bool, error) {
	cosigned, err := c.reader.Cosigned(ctx)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	if err != nil || cosigned.Size < head.Size {
		return false, err
	}
	list := translog.Cosignatures(cosigned.Signed, c.witnessKeys())
	fresh := 0
	for _, s := range list {
		if c.clock.Now().Sub(s.At) < cosignFresh {
			fresh++
		}
	}
	return fresh >= c.need, nil
}

// ask asks all witnesses at once. It ends when all have answered, soon after enough have, or when the time is up.
func (c *cosigner) ask(ctx context.Context, head *translog.Head) []answer {
	ctx, cancel := context.WithTimeout(ctx, cosignWait)
	defer cancel()
	came := make(chan answer, len(c.witnesses))
	var all sync.WaitGroup
	asked, now := 0, time.Now()
	for _, w := range c.witnesses {
		if now.Before(c.spared[w.Name()]) {
			continue
		}
		asked++
		old := c.sizes[w.Name()]
		all.Go(func() { came <- c.askOne(ctx, w, old, head) })
	}
	var answers []answer
	for given := 0; len(answers) < asked; {
		a := <-came
		answers = append(answers, a)
		if a.fault == "" {
			if given++; given == c.need {
				time.AfterFunc(cosignGrace, cancel)
			}
		}
	}
	all.Wait()
	for _, a := range answers {
		c.sizes[a.witness.Name()] = a.size
		if a.fault == WitnessSilent {
			c.spared[a.witness.Name()] = now.Add(cosignSpared)
		}
	}
	return answers
}

// askOne asks one witness. If it goes on from another size than was thought, it is asked again from there.
func (c *cosigner) askOne(ctx context.Context, w *witness.Client, old uint64, head *translog.Head) answer {
	a := answer{witness: w, size: min(old, head.Size)}
	for range cosignTries {
		given, err := c.request(ctx, w, a.size, head)
		conflict, moved := errors.AsType[*witness.Conflict](err)
		switch {
		case err == nil:
			a.size, a.given = head.Size, given
			return a
		case moved && conflict.Size > head.Size:
			return c.accuse(ctx, a, WitnessAhead, errAhead)
		case moved && conflict.Size == head.Size && a.size == head.Size:
			return c.accuse(ctx, a, WitnessForked, errForked)
		case errors.Is(err, translog.ErrInconsistent):
			return c.accuse(ctx, a, WitnessForked, err)
		case moved:
			a.size = conflict.Size
		default:
			c.logger.WarnContext(ctx, "witness did not cosign", slog.String("witness", w.Name()), slog.Any("err", err))
			a.fault = WitnessSilent
			return a
		}
	}
	a.fault = WitnessSilent
	return a
}

func (c *cosigner) accuse(ctx context.Context, a answer, fault string, err error) answer {
	c.logger.ErrorContext(ctx, "a witness knows another history of the log", slog.String("witness", a.witness.Name()), slog.Any("err", err))
	a.fault = fault
	return a
}

func (c *cosigner) request(ctx context.Context, w *witness.Client, old uint64, head *translog.Head) (translog.Cosignature, error) {
	var proof [][]byte
	if old > 0 && old < head.Size {
		var err error
		if proof, err = c.reader.Consistency(ctx, old, head); err != nil {
			return translog.Cosignature{}, err
		}
	}
	return w.Add(ctx, old, proof, head.Signed)
}

// keep notes how the witnesses stand and, if there are enough, puts the cosigned checkpoint in its place. The lease's row
// is locked meanwhile, so that an older one is never put over a newer.
func (c *cosigner) keep(ctx context.Context, head *translog.Head, signed []byte, n int, answers []answer) error {
	return c.db.Write(ctx, func(tx *db.Tx) error {
		if err := c.hold(ctx, tx); err != nil {
			return err
		}
		for _, a := range answers {
			if err := noteWitness(ctx, tx, a, c.clock.Now()); err != nil {
				return err
			}
		}
		if n < c.need {
			return nil
		}
		former, err := c.reader.Cosigned(ctx)
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
		if err == nil && former.Size > head.Size {
			return nil
		}
		return c.store.Replace(ctx, translog.File{Path: translog.CosignedPath, Data: signed})
	})
}

func (b *Book) witnessKeys() []*translog.Key {
	keys := make([]*translog.Key, len(b.witnesses))
	for i, w := range b.witnesses {
		keys[i] = w.Key()
	}
	return keys
}

func noteWitness(ctx context.Context, tx *db.Tx, a answer, now time.Time) error {
	size, at := int64(0), int64(0)
	if a.fault == "" {
		size, at = int64(a.size), db.Micros(a.given.At)
	}
	_, err := tx.Exec(ctx, `
		INSERT INTO log_witness (name, size, cosigned_at, asked_at, fault)
		VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (name) DO UPDATE
		SET size = CASE WHEN excluded.fault = '' THEN excluded.size ELSE log_witness.size END,
			cosigned_at = CASE WHEN excluded.fault = '' THEN excluded.cosigned_at ELSE log_witness.cosigned_at END,
			asked_at = excluded.asked_at,
			fault = excluded.fault`, a.witness.Name(), size, at, db.Micros(now), a.fault)
	return err
}
