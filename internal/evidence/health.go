package evidence

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"time"

	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/translog"
)

// Health is how the log stands (日志健康).
type Health struct {
	Origin      string
	Stopped     bool      // it contradicted itself and waits for a person; see translog.ErrFatal
	Size        uint64    // of the published tree
	PublishedAt time.Time // zero before the first checkpoint
	Pending     int       // leaves that are written and not yet in the order, counted up to PendingMax
	OldestAt    time.Time // when the oldest of them was written; zero if there is none
	MapSize     uint64    // how many leaves the map of lists goes over
	Cosigned    uint64    // size of the newest tree that enough witnesses have cosigned
	Need        int       // how many are enough; 0 without witnesses
	Witnesses   []WitnessHealth
}

// How a log is.
const (
	LogRunning = "running"
	LogLate    = "late"    // leaves wait for their place longer than lateAfter
	LogStopped = "stopped" // see Health.Stopped
)

// lateAfter is how long a leaf may wait before the log counts as late. Under load it waits two seconds.
const lateAfter = time.Minute

// State says in one word how the log is at a moment. The age of its checkpoint says nothing by itself: where nothing happens,
// nothing is published.
func (h Health) State(now time.Time) string {
	switch {
	case h.Stopped:
		return LogStopped
	case h.Pending > 0 && now.Sub(h.OldestAt) > lateAfter:
		return LogLate
	}
	return LogRunning
}

// PendingMax is where the counting of waiting leaves ends.
const PendingMax = 10_000

// WitnessHealth is how one witness stands.
type WitnessHealth struct {
	Name       string
	Size       uint64    // of the tree it cosigned last
	CosignedAt time.Time // by its own clock; zero if it never did
	AskedAt    time.Time // zero if it never was
	Fault      string    // "", WitnessSilent, WitnessAhead or WitnessForked
}

// Health tells how the log stands.
func (b *Book) Health(ctx context.Context) (Health, error) {
	h := Health{Origin: b.ed.Name(), Need: b.need, Stopped: b.halted.Load()}
	head, err := b.reader.Head(ctx)
	switch {
	case errors.Is(err, translog.ErrFatal):
		h.Stopped = true
	case err == nil:
		h.Size = head.Size
	case !h.Stopped && !errors.Is(err, fs.ErrNotExist):
		return Health{}, fmt.Errorf("look at log: %w", err)
	}
	if cosigned, err := b.reader.Cosigned(ctx); err == nil {
		h.Cosigned = cosigned.Size
	}
	err = b.db.Read(ctx, func(q *db.Tx) error {
		if h.PublishedAt, err = publishedAt(ctx, q); err != nil {
			return err
		}
		if h.Pending, h.OldestAt, err = waiting(ctx, q); err != nil {
			return err
		}
		if h.MapSize, err = mapSize(ctx, q); err != nil {
			return err
		}
		h.Witnesses = nil
		for _, w := range b.witnesses {
			s, err := witnessHealth(ctx, q, w.Name())
			if err != nil {
				return err
			}
			h.Witnesses = append(h.Witnesses, s)
		}
		return nil
	})
	if err != nil {
		return Health{}, fmt.Errorf("look at log: %w", err)
	}
	return h, nil
}

func publishedAt(ctx context.Context, q *db.Tx) (time.Time, error) {
	var at int64
	err := q.QueryRow(ctx, `SELECT published_at FROM log_lease WHERE name = $1`, leaseName).Scan(&at)
	if errors.Is(err, db.ErrNoRows) {
		return time.Time{}, nil
	}
	return db.Time(at), err
}

func mapSize(ctx context.Context, q *db.Tx) (uint64, error) {
	var size int64
	err := q.QueryRow(ctx, `SELECT COALESCE(MAX(size), 0) FROM log_map`).Scan(&size)
	return uint64(size), err
}

func notePublished(ctx context.Context, tx *db.Tx, now time.Time) error {
	_, err := tx.Exec(ctx, `
		UPDATE log_lease
		SET published_at = $1
		WHERE name = $2`, db.Micros(now), leaseName)
	return err
}

// waiting counts the leaves without a place and gives when the oldest was written. It follows the index of open leaves.
func waiting(ctx context.Context, q *db.Tx) (n int, oldest time.Time, err error) {
	var at int64
	err = q.QueryRow(ctx, `
		SELECT COUNT(*), COALESCE(MIN(created_at), 0)
		FROM (
			SELECT created_at
			FROM log_leaf
			WHERE idx IS NULL
			ORDER BY leaf_id
			LIMIT $1
		) open`, PendingMax).Scan(&n, &at)
	return n, db.Time(at), err
}

func witnessHealth(ctx context.Context, q *db.Tx, name string) (WitnessHealth, error) {
	var size, cosigned, asked int64
	w := WitnessHealth{Name: name}
	err := q.QueryRow(ctx, `
		SELECT size, cosigned_at, asked_at, fault
		FROM log_witness
		WHERE name = $1`, name).Scan(&size, &cosigned, &asked, &w.Fault)
	if errors.Is(err, db.ErrNoRows) {
		return w, nil
	}
	w.Size, w.CosignedAt, w.AskedAt = uint64(size), db.Time(cosigned), db.Time(asked)
	return w, err
}
