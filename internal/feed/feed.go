// Package feed takes cases (办件) in from departments' own systems and measures what is missing (办件归集).
// 闽政办〔2022〕33号 任务8、9: in time, in full, by the standard.
//
// A system of the ledger (接入台账) signs what it sends with its SM2 key and numbers it without gaps from 1. Sending
// again changes nothing; another content under a number that was used is refused. What should have come is known from
// two sides: the numbers, and the day's tally that the system sends. What came without all that the standard asks for is
// taken and counted as incomplete, never thrown away.
package feed

import (
	"context"
	"crypto/ecdsa"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/yinxin-org/yinxin/internal/catalog"
	"github.com/yinxin-org/yinxin/internal/change"
	"github.com/yinxin-org/yinxin/internal/clock"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/deadline"
	"github.com/yinxin-org/yinxin/internal/errs"
	"github.com/yinxin-org/yinxin/internal/gm"
	"github.com/yinxin-org/yinxin/internal/holder"
	"github.com/yinxin-org/yinxin/internal/matter"
	"github.com/yinxin-org/yinxin/internal/org"
)

// Skew is how far a system's clock may be off when it signs.
const Skew = 10 * time.Minute

// Options are the parts package feed works with.
type Options struct {
	DB        *db.DB
	Clock     clock.Clock
	Units     *org.Store
	Holders   *holder.Store
	Trail     *change.Trail
	Matters   *matter.Store
	Types     *catalog.Store
	Deadlines *deadline.Store
}

// Desk takes messages in.
type Desk struct {
	o      Options
	parsed sync.Map // public keys of the ledger by their text, which says all of them
}

// New makes a Desk.
func New(o Options) *Desk { return &Desk{o: o} }

// Key is a public key under which a system signs.
type Key struct {
	ID        string    `json:"id"`
	SystemID  string    `json:"systemId"`
	PublicKey string    `json:"publicKey"` // PEM
	CreatedAt time.Time `json:"createdAt"`
	EndedAt   time.Time `json:"endedAt,omitzero"`
}

// AddKey enters a key of a system of the ledger.
func (d *Desk) AddKey(ctx context.Context, tx *db.Tx, by change.By, systemID, publicKey string) (Key, error) {
	if _, err := gm.ParsePublicKey([]byte(publicKey)); err != nil {
		return Key{}, errs.New(errs.Invalid, "feed.key").On("publicKey")
	}
	if _, err := d.o.Units.System(ctx, tx, systemID); err != nil {
		return Key{}, err
	}
	k := Key{ID: db.NewID(), SystemID: systemID, PublicKey: publicKey, CreatedAt: d.o.Clock.Now()}
	_, err := tx.Exec(ctx, `
		INSERT INTO system_key (key_id, system_id, public_key, created_at, ended_at)
		VALUES ($1, $2, $3, $4, 0)`, k.ID, k.SystemID, k.PublicKey, db.Micros(k.CreatedAt))
	if err != nil {
		return Key{}, fmt.Errorf("add key: %w", err)
	}
	return k, d.o.Trail.Record(ctx, tx, by, change.Entry{Subject: change.System, SubjectID: systemID, Action: "add-key", After: k})
}

// EndKey ends a key: from now on nothing signed by it is taken.
func (d *Desk) EndKey(ctx context.Context, tx *db.Tx, by change.By, systemID, keyID string) (Key, error) {
	k, err := d.key(ctx, tx, keyID)
	if err != nil {
		return Key{}, err
	}
	if k.SystemID != systemID {
		return Key{}, errs.New(errs.NotFound, "feed.key-unknown")
	}
	if !k.EndedAt.IsZero() {
		return Key{}, errs.New(errs.Conflict, "feed.key-ended")
	}
	before := k
	k.EndedAt = d.o.Clock.Now()
	if _, err := tx.Exec(ctx, `UPDATE system_key SET ended_at = $1 WHERE key_id = $2 AND ended_at = 0`, db.Micros(k.EndedAt), keyID); err != nil {
		return Key{}, fmt.Errorf("end key: %w", err)
	}
	return k, d.o.Trail.Record(ctx, tx, by, change.Entry{Subject: change.System, SubjectID: systemID, Action: "end-key", Before: before, After: k})
}

func (d *Desk) key(ctx context.Context, q *db.Tx, keyID string) (Key, error) {
	k := Key{ID: keyID}
	var created, ended int64
	err := q.QueryRow(ctx, `
		SELECT system_id, public_key, created_at, ended_at
		FROM system_key
		WHERE key_id = $1`, keyID).Scan(&k.SystemID, &k.PublicKey, &created, &ended)
	if errors.Is(err, db.ErrNoRows) {
		return Key{}, errs.New(errs.NotFound, "feed.key-unknown")
	}
	if err != nil {
		return Key{}, fmt.Errorf("find key: %w", err)
	}
	k.CreatedAt, k.EndedAt = db.Time(created), db.Time(ended)
	return k, nil
}

// Keys lists the keys of a system, the newest first.
func (d *Desk) Keys(ctx context.Context, q *db.Tx, systemID string) ([]Key, error) {
	rows, err := q.Query(ctx, `
		SELECT key_id, public_key, created_at, ended_at
		FROM system_key
		WHERE system_id = $1
		ORDER BY key_id DESC`, systemID)
	if err != nil {
		return nil, fmt.Errorf("list keys: %w", err)
	}
	defer func() { _ = rows.Close() }()
	found := []Key{}
	for rows.Next() {
		k := Key{SystemID: systemID}
		var created, ended int64
		if err := rows.Scan(&k.ID, &k.PublicKey, &created, &ended); err != nil {
			return nil, fmt.Errorf("list keys: %w", err)
		}
		k.CreatedAt, k.EndedAt = db.Time(created), db.Time(ended)
		found = append(found, k)
	}
	return found, rows.Err()
}

// Signed is a request as a system signed it.
type Signed struct {
	KeyID     string
	Time      string // RFC 3339
	Nonce     string // where a request must not be taken twice
	Signature string // base64 of DER
	Method    string
	Path      string
	Body      []byte
}

// Text is what is signed: a request cannot be taken for another one, nor its body exchanged. The line of the nonce is there
// only with one; no other line can be taken for it, for a time and a digest have forms of their own.
func (s Signed) Text() []byte {
	sum := gm.SM3(s.Body)
	text := s.Method + "\n" + s.Path + "\n" + s.Time + "\n"
	if s.Nonce != "" {
		text += s.Nonce + "\n"
	}
	return []byte(text + hex.EncodeToString(sum[:]))
}

// Sender tells which system of the ledger signed a request. Whatever is wrong, the answer is the same.
//
// Whoever needs more of the system's than its name has it read, by a few keys, in the same snapshot: also may be nil. It runs
// before the signature is checked, which takes longer than a snapshot should be held; what it finds wrong is told to nobody but
// the system itself.
func (d *Desk) Sender(ctx context.Context, s Signed, also func(ctx context.Context, q *db.Tx, x org.System) error) (org.System, error) {
	refused := errs.New(errs.Unauthenticated, "feed.signature")
	at, err := time.Parse(time.RFC3339, s.Time)
	if err != nil || d.o.Clock.Now().Sub(at).Abs() > Skew {
		return org.System{}, refused
	}
	signature, err := base64.StdEncoding.DecodeString(s.Signature)
	if err != nil {
		return org.System{}, refused
	}
	var x org.System
	var pub *ecdsa.PublicKey
	var found error
	err = d.o.DB.Read(ctx, func(q *db.Tx) error {
		ctx := context.WithoutCancel(ctx) // nothing here takes so long that it is worth being watched and broken off
		k, err := d.key(ctx, q, s.KeyID)
		if err != nil {
			return err
		}
		if !k.EndedAt.IsZero() {
			return refused
		}
		if pub, err = d.publicKey(k.PublicKey); err != nil {
			return err
		}
		if x, err = d.o.Units.System(ctx, q, k.SystemID); err == nil && also != nil {
			found = also(ctx, q, x)
		}
		return err
	})
	if errs.Of(err).Kind == errs.NotFound {
		return org.System{}, refused
	}
	if err != nil {
		return org.System{}, err
	}
	if !gm.VerifySM2(pub, s.Text(), signature) {
		return org.System{}, refused
	}
	return x, found
}

// publicKey reads a key of the ledger, each text once.
func (d *Desk) publicKey(text string) (*ecdsa.PublicKey, error) {
	if known, ok := d.parsed.Load(text); ok {
		return known.(*ecdsa.PublicKey), nil
	}
	pub, err := gm.ParsePublicKey([]byte(text))
	if err == nil {
		d.parsed.Store(text, pub)
	}
	return pub, err
}
