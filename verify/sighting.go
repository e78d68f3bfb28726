package verify

import (
	"cmp"
	"context"
	"errors"
	"math"
	"slices"
	"time"

	"github.com/yinxin-org/yinxin/internal/evidence/leaf"
	"github.com/yinxin-org/yinxin/internal/translog"
)

// sighting is when a tree was the log's newest, by the clock of somebody else than the operator: what is in it was there before,
// what follows it came later.
type sighting struct {
	size uint64
	at   int64 // microseconds
}

// sighted takes note of when a tree stood, as its cosignatures say and, unless it is zero, whoever saw it.
func (a *audit) sighted(c translog.Checkpoint, signed []byte, seenAt time.Time) {
	if !seenAt.IsZero() {
		a.sightings = append(a.sightings, sighting{c.Size, seenAt.UnixMicro()})
	}
	for _, s := range translog.Cosignatures(signed, a.witnesses) {
		a.sightings = append(a.sightings, sighting{c.Size, s.At.UnixMicro()})
	}
}

// dated tells the leaves whose time contradicts the sightings: those stated to be older than a tree that they came after, and
// those stated to be younger than a tree that they are in. A long run that is dated back together shows here, and nowhere
// else. times has the leaves from first on.
func (a *audit) dated(first uint64, skew time.Duration) {
	slices.SortFunc(a.sightings, func(x, y sighting) int { return cmp.Compare(x.size, y.size) })
	upper := make([]int64, len(a.sightings)+1) // the earliest of each sighting and those behind it
	upper[len(a.sightings)] = math.MaxInt64
	for i, m := range slices.Backward(a.sightings) {
		upper[i] = min(m.at, upper[i+1])
	}
	lower, behind, slack := int64(math.MinInt64), 0, skew.Microseconds()
	for i, at := range a.times {
		index := first + uint64(i)
		for behind < len(a.sightings) && a.sightings[behind].size <= index {
			lower = max(lower, a.sightings[behind].at)
			behind++
		}
		early := lower > math.MinInt64 && at < lower-slack
		late := upper[behind] < math.MaxInt64 && at > upper[behind]+slack
		if at != noTime && (early || late) {
			a.fault(LogDated, &index, "")
		}
	}
}

// grown reads the leaves that came since a tree was seen, and holds their times against when it was and against now. That
// they are what the root says only an audit shows.
func (a *audit) grown(ctx context.Context, since uint64, now time.Time, skew time.Duration) error {
	a.sightings = append(a.sightings, sighting{a.head.Size, now.UnixMicro()})
	for next := since; next < a.head.Size; {
		list, err := a.reader.Entries(ctx, a.head, next)
		if err != nil {
			return err
		}
		for _, entry := range list[next%translog.TileWidth:] {
			l, err := leaf.Parse(entry)
			if err != nil {
				a.fault(LogLeaf, &next, "")
				a.times = append(a.times, noTime)
			} else {
				a.times = append(a.times, l.At.UnixMicro())
			}
			next++
		}
	}
	a.dated(since, skew)
	return nil
}

// signed counts the witnesses that have cosigned the newest checkpoint that any have, and takes note of when.
func (a *audit) signed(ctx context.Context, w Witnesses, fresh Fresh) error {
	recent := 0
	if a.cosigned != nil {
		a.report.Cosigned = a.cosigned.Size
		for _, s := range translog.Cosignatures(a.cosigned.Signed, a.witnesses) {
			a.report.Witnesses = append(a.report.Witnesses, LogCosignature{Witness: s.Witness.Name(), At: s.At.Format(time.RFC3339)})
			if fresh.has(s.At) {
				recent++
			}
		}
		a.sighted(a.cosigned.Checkpoint, a.cosigned.Signed, time.Time{})
	}
	switch {
	case len(a.report.Witnesses) < w.Need:
		a.fault(LogWitness, nil, "")
	case recent < w.Need:
		a.fault(LogOldSign, nil, "")
	case w.Need > 0:
		return a.followed(ctx, fresh)
	}
	return nil
}

// followed tells a log that has its witnesses sign one old tree over and over: fresh as their signatures are, they say nothing
// about what came after, which may be told to each in another way. So the first leaf that they have not signed must be young, too.
func (a *audit) followed(ctx context.Context, fresh Fresh) error {
	next := a.cosigned.Size
	if next >= a.head.Size {
		return nil
	}
	list, err := a.reader.Entries(ctx, a.head, next)
	if errors.Is(err, translog.ErrFatal) {
		a.fault(LogTiles, nil, "")
		return nil
	}
	if err != nil {
		return err
	}
	if l, err := leaf.Parse(list[next%translog.TileWidth]); err == nil && !fresh.has(l.At) {
		a.fault(LogOldSign, &next, "")
	}
	return nil
}

// extendsCosigned checks that the log extends what witnesses have cosigned.
func (a *audit) extendsCosigned(ctx context.Context) error {
	if a.cosigned == nil {
		return nil
	}
	return a.extends(ctx, a.cosigned.Checkpoint, LogFork, translog.CosignedPath)
}
