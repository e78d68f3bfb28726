package evidence

import (
	"bytes"
	"context"
	"errors"
	"fmt"

	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/translog"
)

// Owner is the kind of whom a chain of records belongs to.
type Owner string

// The owners of chains. Each leaf is in the chain of its holder, and one about a license in that of its issuer too.
const (
	Holder Owner = "holder" // 持证主体
	Issuer Owner = "issuer" // 签发单位
)

func (b *Book) label(owner Owner, id string) translog.Label {
	return translog.NewLabel(b.labelKey, string(owner), id)
}

// keyCheck tells whether the map was begun with the same key: another key would begin every chain anew.
func (b *Book) keyCheck() []byte {
	l := b.label("key", "")
	return l[:]
}

// adds says which chains grow by the leaves, in their order.
func (b *Book) adds(leaves []chained) []translog.MapAdd {
	adds := make([]translog.MapAdd, 0, 2*len(leaves))
	labels := make(map[string]translog.Label)
	add := func(owner Owner, id string, leaf translog.Hash) {
		key := string(owner) + id
		label, ok := labels[key]
		if !ok {
			label = b.label(owner, id)
			labels[key] = label
		}
		adds = append(adds, translog.MapAdd{Label: label, Leaf: leaf})
	}
	for _, l := range leaves {
		hash := translog.Hash(l.hash)
		add(Holder, l.holderID, hash)
		if l.issuerID != "" {
			add(Issuer, l.issuerID, hash)
		}
	}
	return adds
}

// mapGrowth is a step of the map that is computed and not written.
type mapGrowth struct {
	from, to mapState
	rows     []translog.MapRow
}

// growMap computes the map over leaves more. The map must be that of size leaves, else it is translog.ErrMoved.
func (b *Book) growMap(ctx context.Context, q *db.Tx, size uint64, leaves []chained) (mapGrowth, error) {
	from, err := readMap(ctx, q)
	if err != nil {
		return mapGrowth{}, err
	}
	if from.size != size {
		return mapGrowth{}, translog.ErrMoved
	}
	root, rows, err := translog.GrowMap(ctx, mapRows(q), from.root, b.adds(leaves))
	to := mapState{size: size + uint64(len(leaves)), root: root, checkpoint: []byte{}}
	return mapGrowth{from: from, to: to, rows: rows}, err
}

// loadMap brings the map up to the published checkpoint. It is behind after a crash between the checkpoint's file and the
// commit around it, and where a log is older than the map.
func (b *Book) loadMap(ctx context.Context, head *translog.Head) error {
	for {
		var m mapState
		err := b.db.Read(ctx, func(q *db.Tx) (err error) {
			m, err = readMap(ctx, q)
			return err
		})
		if errors.Is(err, db.ErrNoRows) {
			if err := b.beginMap(ctx); err != nil {
				return err
			}
			continue
		}
		if err != nil {
			return fmt.Errorf("load map: %w", err)
		}
		if !bytes.Equal(m.keyCheck, b.keyCheck()) {
			return fmt.Errorf("%w: the map was begun with another key for its labels", translog.ErrFatal)
		}
		size := uint64(0)
		if head != nil {
			size = head.Size
		}
		switch {
		case m.size > size:
			return b.ahead(ctx, m.size)
		case m.size == size:
			return mapFits(head, m.root)
		}
		if err := b.catchUp(ctx, m.size, head); err != nil {
			return fmt.Errorf("bring map up: %w", err)
		}
	}
}

// ahead is for a map of more leaves than the checkpoint that was read before it. Either another sequencer has published
// meanwhile, or the log's files are older than the database, as after a restore from backups: then the checkpoint that the
// map belongs to is put back, with its tiles.
func (b *Book) ahead(ctx context.Context, size uint64) error {
	head, err := b.lastHead(ctx)
	if err != nil {
		return err
	}
	if head == nil || head.Size < size {
		return fmt.Errorf("%w: checkpoint of %d is gone", translog.ErrFatal, size)
	}
	if err := b.putForward(ctx, head); err != nil {
		return err
	}
	return translog.ErrMoved
}

func mapFits(head *translog.Head, root translog.Hash) error {
	if head != nil && head.Map != nil && !bytes.Equal(head.Map, root[:]) {
		return fmt.Errorf("%w: database does not give the published map", translog.ErrFatal)
	}
	return nil
}

func (b *Book) beginMap(ctx context.Context) error {
	err := b.db.Write(ctx, func(tx *db.Tx) error {
		if err := b.hold(ctx, tx); err != nil {
			return err
		}
		return beginMap(ctx, tx, b.keyCheck())
	})
	if err != nil {
		return fmt.Errorf("begin map: %w", err)
	}
	return nil
}

// catchUp brings the map a batch nearer to the published checkpoint.
func (b *Book) catchUp(ctx context.Context, size uint64, head *translog.Head) error {
	var g mapGrowth
	err := b.db.Read(ctx, func(q *db.Tx) error {
		to := min(size+uint64(b.batch), head.Size)
		leaves, err := chainedLeaves(ctx, q, size, to)
		if err != nil {
			return err
		}
		if uint64(len(leaves)) != to-size {
			return fmt.Errorf("%w: database lacks leaves before %d", translog.ErrFatal, to)
		}
		g, err = b.growMap(ctx, q, size, leaves)
		return err
	})
	if err != nil {
		return err
	}
	if g.to.size == head.Size {
		if err := mapFits(head, g.to.root); err != nil {
			return err
		}
		if head.Map != nil {
			g.to.checkpoint = head.Signed
		}
	}
	return b.db.Write(ctx, func(tx *db.Tx) error {
		if err := b.hold(ctx, tx); err != nil {
			return err
		}
		return moveMap(ctx, tx, g.from, g.to, g.rows)
	})
}

// derivedMap computes the root of the map over the first size leaves from nothing but their rows. It holds all chains in
// memory.
func (b *Book) derivedMap(ctx context.Context, size uint64) (translog.Hash, error) {
	chains := make(map[translog.Label]translog.Chain)
	for next := uint64(0); next < size; {
		var leaves []chained
		err := b.db.Read(ctx, func(q *db.Tx) (err error) {
			leaves, err = chainedLeaves(ctx, q, next, min(next+uint64(b.batch), size))
			return err
		})
		if err == nil && len(leaves) == 0 {
			err = fmt.Errorf("%w: database lacks leaf %d", translog.ErrFatal, next)
		}
		if err != nil {
			return translog.Hash{}, err
		}
		for _, a := range b.adds(leaves) {
			chains[a.Label] = chains[a.Label].Add(a.Leaf)
		}
		next += uint64(len(leaves))
	}
	return translog.MapRoot(chains), nil
}
