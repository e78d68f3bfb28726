package evidence

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"time"

	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/evidence/leaf"
	"github.com/yinxin-org/yinxin/internal/translog"
)

// MaxBody is the greatest size of a record in bytes, as canonical JSON.
const MaxBody = 1 << 20

var errEvent = errors.New("event needs a holder, a kind of a-z, 0-9, dot and hyphen, and a record of at most 1 MiB")

// Event is something that happened and must be on record.
type Event struct {
	HolderID string    // whose record it is; the record is encrypted under this holder's key
	IssuerID string    // the unit that issued the license it is about: the record is in its list too; empty if it is about none
	Kind     string    // "use", "license", "presentation", "case" …; stands openly in the log
	At       time.Time // when it happened; now if zero. Stands openly in the log
	Body     any       // the record; written by leaf.Canonical, so whole numbers only
}

// Receipt is what Append gives back at once, before the leaf stands in the tree.
type Receipt struct {
	No       string // 存证编号
	LeafID   string // UUIDv7
	HolderID string
	Leaf     []byte // as it will stand in the log
	Promise  []byte // the log's signature that it will; see leaf.PromiseText
}

// Prepared is an event whose leaf is ready to be entered.
type Prepared struct {
	Receipt
	kind     string
	issuerID string
	sealed   []byte
}

// Prepare makes the leaf of an event outside of any transaction; seal encrypts for the holder, as Sealer.Seal does. What
// is never entered leaves nothing behind.
func (b *Book) Prepare(e Event, seal func(plain []byte) ([]byte, error)) (Prepared, error) {
	body, err := leaf.Canonical(e.Body)
	if err != nil {
		return Prepared{}, fmt.Errorf("append evidence: %w", err)
	}
	if e.HolderID == "" || !leaf.KindOK(e.Kind) || len(body) > MaxBody {
		return Prepared{}, fmt.Errorf("append evidence: %w", errEvent)
	}
	if e.At.IsZero() {
		e.At = b.clock.Now()
	}
	id, err := b.ids.next(b.clock.Now())
	if err != nil {
		return Prepared{}, fmt.Errorf("append evidence: %w", err)
	}
	opening := make([]byte, leaf.SaltSize, leaf.SaltSize+len(body))
	if _, err := rand.Read(opening); err != nil {
		return Prepared{}, fmt.Errorf("append evidence: %w", err)
	}
	commitment := leaf.Commit(opening, id, body)
	data, err := leaf.Leaf{Kind: e.Kind, At: e.At, Commitment: commitment}.Bytes()
	if err != nil {
		return Prepared{}, fmt.Errorf("append evidence: %w", err)
	}
	promise, err := b.ed.Sign(leaf.PromiseText(b.ed.Name(), translog.SM3{}.HashLeaf(data)))
	if err != nil {
		return Prepared{}, fmt.Errorf("sign promise: %w", err)
	}
	sealed, err := seal(append(opening, body...))
	if err != nil {
		return Prepared{}, fmt.Errorf("seal evidence: %w", err)
	}
	return Prepared{Receipt{No: leaf.Number(id), LeafID: id.String(), HolderID: e.HolderID, Leaf: data, Promise: promise},
		e.Kind, e.IssuerID, sealed}, nil
}

// Enter writes prepared leaves in the caller's transaction, as Append does for one event.
func (b *Book) Enter(ctx context.Context, tx *db.Tx, leaves []Prepared) error {
	now := db.Micros(b.clock.Now())
	rows := make([][]any, len(leaves))
	for i, p := range leaves {
		rows[i] = []any{p.HolderID, p.LeafID, p.kind, p.Leaf, p.sealed, p.Promise, now, p.issuerID}
	}
	if _, err := tx.Insert(ctx, `log_leaf (holder_id, leaf_id, kind, leaf, opening, promise, created_at, issuer_id)`, ``, rows); err != nil {
		return fmt.Errorf("append evidence: %w", err)
	}
	b.nudge()
	return nil
}

// Append writes an event's leaf in the caller's transaction: the event and its record commit together or not
// at all. The leaf enters the tree soon after, by Sequence. If the transaction is run again a new leaf is made.
func (b *Book) Append(ctx context.Context, tx *db.Tx, e Event) (Receipt, error) {
	p, err := b.Prepare(e, func(plain []byte) ([]byte, error) { return b.sealer.Seal(ctx, tx, e.HolderID, plain) })
	if err != nil {
		return Receipt{}, err
	}
	return p.Receipt, b.Enter(ctx, tx, []Prepared{p})
}

// nudge tells Run that something came. The transaction has not committed yet; Run's pause makes room for it.
func (b *Book) nudge() {
	select {
	case b.wake <- struct{}{}:
	default:
	}
}

// ParseNo reads a 存证编号 as people type it and gives the id of its leaf; leaf.ErrNumber if it is none.
func ParseNo(no string) (string, error) {
	id, err := leaf.ParseNumber(no)
	if err != nil {
		return "", err
	}
	return id.String(), nil
}
