// Package sealing keeps the electronic seals (电子印章) of units and puts them on files. GB/T 38540-2020.
//
// The seal's public structure stands in the database, its private key in the key store, which alone uses it.
// A seal outside its period or not in use never signs.
package sealing

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/yinxin-org/yinxin/internal/change"
	"github.com/yinxin-org/yinxin/internal/clock"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/errs"
	"github.com/yinxin-org/yinxin/internal/evidence"
	"github.com/yinxin-org/yinxin/internal/gm"
	"github.com/yinxin-org/yinxin/internal/org"
	"github.com/yinxin-org/yinxin/internal/task"
	"github.com/yinxin-org/yinxin/ofd"
	"github.com/yinxin-org/yinxin/ses"
)

// Purposes of seals.
const (
	ForLicenses = "license"  // an issuer's seal on its licenses
	ForCopies   = "platform" // the platform's seal on annotated copies (加注件)
)

// Seal is a seal as the platform knows it.
type Seal struct {
	Code      string // 印章编码
	UnitID    string
	Name      string
	Purpose   string
	KeyID     string
	DER       []byte // SESeal V4
	ValidFrom time.Time
	ValidTo   time.Time
	State     string
	Follows   string // code of the seal in whose place it was made

	BoundHolder  string    // of an enterprise or personal seal: whose it is
	BoundLicense string    // and the license with which it lives
	BurnedAt     time.Time // from when on its key is not to be believed; zero: never
}

const sealColumns = `seal_code, unit_id, name, purpose, key_id, eseal, valid_from, valid_to, state, follows, bound_holder, bound_license, burned_at`

func scanSeal(scan func(...any) error) (Seal, error) {
	var x Seal
	var from, to, burned int64
	if err := scan(&x.Code, &x.UnitID, &x.Name, &x.Purpose, &x.KeyID, &x.DER, &from, &to, &x.State, &x.Follows, &x.BoundHolder, &x.BoundLicense, &burned); err != nil {
		return Seal{}, err
	}
	x.ValidFrom, x.ValidTo, x.BurnedAt = db.Time(from), db.Time(to), db.Time(burned)
	return x, nil
}

// Options are the parts that the store works with.
type Options struct {
	DB         *db.DB
	Keys       *gm.KeyStore
	Clock      clock.Clock
	Units      *org.Store
	Trail      *change.Trail
	Tasks      *task.Store
	Book       *evidence.Book
	PlatformID string // the unit that runs the platform; its managers manage the seals of all
}

// Store keeps seals and signs with them.
type Store struct {
	o     Options
	maker Maker // zero where seals are made elsewhere
	stamp func(signature []byte) (token []byte, err error)
	bound func(ctx context.Context, q *db.Tx, holderID, licenseID string) (usable bool, err error)

	mu    sync.Mutex
	ready map[string]ready // by seal code; guarded by mu
}

// ready is a seal prepared for signing, good while the row and the key's name stay as they were.
type ready struct {
	der    []byte
	keyID  string
	sealer *ses.Sealer
}

// maxReady bounds the seals kept prepared; each takes about as much memory as its picture.
const maxReady = 1000

// Open gives the store of seals.
func Open(o Options) *Store { return &Store{o: o, ready: map[string]ready{}} }

// UseTimestamp lets every seal that is set be stamped with the time (GB/T 20520). Without it the time of sealing rests on
// the platform's word alone. A seal whose time stamp is refused is not set. It is called before seals are set.
func (s *Store) UseTimestamp(stamp func(signature []byte) (token []byte, err error)) { s.stamp = stamp }

// UseBound tells how the licenses stand with which seals live. It is called before seals are used.
func (s *Store) UseBound(usable func(ctx context.Context, q *db.Tx, holderID, licenseID string) (bool, error)) {
	s.bound = usable
}

// usableNow refuses a seal that may not sign at this moment: out of use, outside its period, or bound to a license that
// may not be used itself.
func (s *Store) usableNow(ctx context.Context, q *db.Tx, x Seal, now time.Time) error {
	if err := x.usable(now); err != nil || x.BoundLicense == "" {
		return err
	}
	ok, err := s.bound(ctx, q, x.BoundHolder, x.BoundLicense)
	if err == nil && !ok {
		err = errs.New(errs.Conflict, "seal.bound").With("name", x.Name)
	}
	return err
}

// Put enters a seal that has been made. The same code again changes nothing.
func (s *Store) Put(ctx context.Context, tx *db.Tx, x Seal) error {
	_, err := tx.Exec(ctx, `
		INSERT INTO seal (`+sealColumns+`)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, 0)
		ON CONFLICT (seal_code) DO NOTHING`,
		x.Code, x.UnitID, x.Name, x.Purpose, x.KeyID, x.DER, db.Micros(x.ValidFrom), db.Micros(x.ValidTo), InUse, x.Follows, x.BoundHolder, x.BoundLicense)
	if err != nil {
		return fmt.Errorf("put seal: %w", err)
	}
	return nil
}

// Usable finds the seal that a unit may now use for a purpose; of several, the one that is good for longest.
func (s *Store) Usable(ctx context.Context, q *db.Tx, unitID, purpose string) (Seal, error) {
	now := s.o.Clock.Now()
	// Seals within their period come first: one made ahead of time must not hide the one it will follow.
	x, err := scanSeal(q.QueryRow(ctx, `
		SELECT `+sealColumns+`
		FROM seal
		WHERE unit_id = $1 AND purpose = $2 AND state = $3
		ORDER BY CASE WHEN valid_from <= $4 AND valid_to > $4 THEN 0 ELSE 1 END, valid_to DESC
		LIMIT 1`, unitID, purpose, InUse, db.Micros(now)).Scan)
	if errors.Is(err, db.ErrNoRows) {
		return Seal{}, errs.New(errs.Conflict, "seal.unknown").With("unit", unitID)
	}
	if err != nil {
		return Seal{}, fmt.Errorf("find seal: %w", err)
	}
	return x, x.usable(now)
}

// usable refuses a seal that may not sign at a moment.
func (x Seal) usable(now time.Time) error {
	if x.State != InUse || now.Before(x.ValidFrom) || !now.Before(x.ValidTo) {
		return errs.New(errs.Conflict, "seal.not-in-use").With("name", x.Name)
	}
	return nil
}

// Place is where a seal stands, in millimetres.
type Place struct {
	Page int // counted from 0
	ofd.Box
}

// Step is one signature to set.
type Step struct {
	Seal   Seal
	Places []Place

	Mode      string // "" is Auto
	Mandate   string // under which the platform sets it by itself
	AccountID string // who let it be set, where it is not the platform
}

// Sign sets the seals of a package in order; the last one closes the list, so that nothing can be added or taken
// away afterwards. Where there are several pages and it has one place, it also stands across their edges (骑缝章).
func (s *Store) Sign(p *ofd.Package, steps []Step) error {
	pages := p.PageIDs()
	if len(pages) == 0 {
		return errors.New("sealing: the file has no page")
	}
	now := s.o.Clock.Now()
	var requests []ses.SignRequest
	for i, step := range steps {
		if err := step.Seal.usable(now); err != nil {
			return err
		}
		sealer, err := s.sealer(step.Seal)
		if err != nil {
			return err
		}
		last := i == len(steps)-1
		var at []ses.Placement
		for _, place := range step.Places {
			if place.Page >= len(pages) {
				return fmt.Errorf("seal on page %d of %d", place.Page+1, len(pages))
			}
			at = append(at, ses.Placement{PageID: pages[place.Page], Box: place.Box})
		}
		if last && len(pages) > 1 && len(step.Places) == 1 {
			edge, err := acrossPages(p, pages, step.Places[0])
			if err != nil {
				return err
			}
			at = append(at, edge...)
		}
		requests = append(requests, ses.SignRequest{
			Sealer:    sealer,
			At:        at,
			Time:      now,
			Provider:  "Yinxin",
			Close:     last,
			Timestamp: s.stamp,
		})
	}
	if err := ses.Sign(p, requests...); err != nil {
		return fmt.Errorf("set seals: %w", err)
	}
	return nil
}

// acrossPages places a seal of the size across the right edges of all pages, at half their height.
func acrossPages(p *ofd.Package, pages []string, size Place) ([]ses.Placement, error) {
	info, err := p.Info()
	if err != nil {
		return nil, fmt.Errorf("read the file to seal: %w", err)
	}
	first := info.Pages[0]
	return ses.AcrossPages(pages, first.Width, (first.Height-size.H)/2, size.W, size.H), nil
}

// sealer gives a seal prepared for signing: parsing a seal and finding its key costs more than a signature.
func (s *Store) sealer(x Seal) (*ses.Sealer, error) {
	s.mu.Lock()
	kept, ok := s.ready[x.Code]
	s.mu.Unlock()
	if ok && kept.keyID == x.KeyID && bytes.Equal(kept.der, x.DER) {
		return kept.sealer, nil
	}
	signer, err := s.o.Keys.Signer(x.KeyID)
	if err != nil {
		return nil, fmt.Errorf("find seal key: %w", err)
	}
	sealer, err := ses.NewSealer(x.DER, signer)
	if err != nil {
		return nil, fmt.Errorf("prepare seal: %w", err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.ready) >= maxReady {
		clear(s.ready) // rare, and each comes back with its next use
	}
	s.ready[x.Code] = ready{der: x.DER, keyID: x.KeyID, sealer: sealer}
	return sealer, nil
}
