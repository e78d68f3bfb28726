package sealing

import (
	"context"
	"fmt"
	"time"

	"github.com/yinxin-org/yinxin/internal/change"
	"github.com/yinxin-org/yinxin/internal/clock"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/errs"
	"github.com/yinxin-org/yinxin/internal/gm"
	"github.com/yinxin-org/yinxin/internal/org"
	"github.com/yinxin-org/yinxin/internal/sealpic"
	"github.com/yinxin-org/yinxin/ses"
)

// Maker names the keys of an installation that makes seals itself, as a demonstration does. Elsewhere seals are
// applied for at the seal platform (电子印章平台).
type Maker struct {
	Key    string // of the seal maker (制章者), certified
	CA     string // of the authority that certifies units
	Vendor string // 厂商标识
}

// The seal's words at the bottom, and for how long it is good.
const (
	LicenseSeal = "电子证照专用章"
	CopySeal    = "加注件专用章"
	Years       = 5
)

// numberScope counts the seals of the installation.
const numberScope = "seal"

// UseMaker lets the store make seals. It is called before the store is used.
func (s *Store) UseMaker(m Maker) { s.maker = m }

// CanMake reports whether this installation makes seals itself.
func (s *Store) CanMake() bool { return s.maker.Key != "" && s.o.Keys.Has(s.maker.Key) }

// Make makes a seal for a unit that has none in use for the purpose, with no application: for setting an installation up.
func (s *Store) Make(ctx context.Context, u org.Unit, purpose string, by change.By) (Seal, error) {
	return s.produce(ctx, u, purpose, "", func(*db.Tx, Seal) error { return nil }, by)
}

// produce makes a seal, in place of the old one if there is one to be replaced. also runs in the transaction that enters it.
func (s *Store) produce(ctx context.Context, u org.Unit, purpose, old string, also func(tx *db.Tx, x Seal) error, by change.By) (Seal, error) {
	if !s.CanMake() {
		return Seal{}, errs.New(errs.Conflict, "seal.no-maker")
	}
	if u.State != org.Active {
		return Seal{}, errs.New(errs.Conflict, "unit.ended")
	}
	n, err := s.number(ctx, u.ID, purpose, old)
	if err != nil {
		return Seal{}, err
	}
	x, err := s.draw(u, purpose, n)
	if err != nil {
		return Seal{}, err
	}
	x.Follows = old
	err = s.o.DB.Write(ctx, func(tx *db.Tx) error {
		// The row of the numbers is held first, so that of two at the same time the second sees the first one's seal.
		if err := s.lock(ctx, tx); err != nil {
			return err
		}
		if err := s.free(ctx, tx, u.ID, purpose, old, by); err != nil {
			return err
		}
		if err := s.Put(ctx, tx, x); err != nil {
			return err
		}
		if err := s.step(ctx, tx, Event{Subject: ofSeal, Of: x.Code, Action: Made, To: InUse, By: by}); err != nil {
			return err
		}
		return also(tx, x)
	})
	return x, err
}

// free stops the seal that is to be replaced, and refuses a unit that then still has one.
func (s *Store) free(ctx context.Context, tx *db.Tx, unitID, purpose, old string, by change.By) error {
	if old != "" {
		x, err := s.Get(ctx, tx, old)
		if err != nil {
			return err
		}
		if _, err := s.move(ctx, tx, by, x, Renew); err != nil {
			return err
		}
	}
	return s.none(ctx, tx, unitID, purpose)
}

// none refuses a unit that has a seal it can use.
func (s *Store) none(ctx context.Context, q *db.Tx, unitID, purpose string) error {
	switch _, err := s.Usable(ctx, q, unitID, purpose); errs.Code(err) {
	case "seal.unknown", "seal.not-in-use":
		return nil
	default:
		if err != nil {
			return err
		}
		return errs.New(errs.Conflict, "seal.exists")
	}
}

// number takes the next number, after a first look whether one is needed.
func (s *Store) number(ctx context.Context, unitID, purpose, old string) (n int64, err error) {
	err = s.o.DB.Write(ctx, func(tx *db.Tx) error {
		if old == "" {
			if err := s.none(ctx, tx, unitID, purpose); err != nil {
				return err
			}
		}
		n, err = s.nextNumber(ctx, tx)
		return err
	})
	return n, err
}

// nextNumber counts the seals of the installation.
func (s *Store) nextNumber(ctx context.Context, tx *db.Tx) (n int64, err error) {
	if _, err := tx.Exec(ctx, `
		INSERT INTO numbering (scope, last) VALUES ($1, 1)
		ON CONFLICT (scope) DO UPDATE SET last = numbering.last + 1`, numberScope); err != nil {
		return 0, fmt.Errorf("number seal: %w", err)
	}
	return n, tx.QueryRow(ctx, `SELECT last FROM numbering WHERE scope = $1`, numberScope).Scan(&n)
}

// draw makes the seal itself: the unit's certificate, the picture and the maker's signature over them.
func (s *Store) draw(u org.Unit, purpose string, n int64) (Seal, error) {
	now := s.o.Clock.Now()
	from, until := now.Add(-time.Minute), clock.EndOfDay(now.AddDate(Years, 0, 0))
	usage, bottom := gm.SealSigner, LicenseSeal
	if purpose == ForCopies {
		usage, bottom = gm.Platform, CopySeal
	}
	// 印章编码: six digits of region, seven of sequence, one check digit by the platform's own rule.
	code := fmt.Sprintf("%s%07d", u.Region, n)
	code += checkDigit(code)
	key := "seal." + purpose + "." + u.ID + "." + code
	cert, err := gm.IssueCert(s.o.Keys, s.maker.CA, key, gm.CertRequest{CommonName: u.Name, Organization: u.Name, SerialNumber: u.ID,
		Usage: usage, NotBefore: from, NotAfter: until})
	if err != nil {
		return Seal{}, fmt.Errorf("certify %s: %w", u.ID, err)
	}
	picture, w, h, err := sealpic.Draw(sealpic.Spec{UnitName: u.Name, Centre: "★", Bottom: bottom, Code: code})
	if err != nil {
		return Seal{}, fmt.Errorf("draw seal of %s: %w", u.ID, err)
	}
	maker, err := s.o.Keys.Signer(s.maker.Key)
	if err != nil {
		return Seal{}, err
	}
	x := Seal{Code: code, UnitID: u.ID, Name: u.Name + bottom, Purpose: purpose, KeyID: key, ValidFrom: from, ValidTo: until, State: InUse}
	x.DER, err = ses.MakeSeal(ses.SealInfo{VendorID: s.maker.Vendor, ID: code, Type: 1, Name: x.Name, Certs: [][]byte{cert},
		Created: now, ValidFrom: from, ValidTo: until, Picture: ses.Picture{Type: "png", Data: picture, Width: w, Height: h}}, maker)
	if err != nil {
		return Seal{}, fmt.Errorf("make seal of %s: %w", u.ID, err)
	}
	return x, nil
}

// checkDigit is ISO 7064 MOD 11,10, the platform's default for seal codes.
func checkDigit(digits string) string {
	p := 10
	for _, d := range digits {
		if p = (p + int(d-'0')) % 10; p == 0 {
			p = 10
		}
		p = p * 2 % 11
	}
	return fmt.Sprint((11 - p) % 10)
}

// Of lists the seals of a unit, those made last first.
func (s *Store) Of(ctx context.Context, q *db.Tx, unitID string) ([]Seal, error) {
	rows, err := q.Query(ctx, `
		SELECT `+sealColumns+`
		FROM seal
		WHERE unit_id = $1 AND bound_license = ''
		ORDER BY valid_from DESC, seal_code`, unitID)
	if err != nil {
		return nil, fmt.Errorf("list seals: %w", err)
	}
	defer func() { _ = rows.Close() }()
	return scanSeals(rows)
}

// MayUse reports whether the seal may sign at a moment.
func (x Seal) MayUse(now time.Time) bool { return x.usable(now) == nil }
