package sealing

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/yinxin-org/yinxin/internal/change"
	"github.com/yinxin-org/yinxin/internal/clock"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/errs"
	"github.com/yinxin-org/yinxin/internal/gm"
	"github.com/yinxin-org/yinxin/internal/sealpic"
	"github.com/yinxin-org/yinxin/ofd"
	"github.com/yinxin-org/yinxin/ses"
)

// Purposes of seals that live with a license.
const (
	OfEnterprise = "enterprise" // 企业章, with the electronic business license
	OfPerson     = "personal"   // 个人章, with the identity license
)

// Bound is what a seal is made from that lives with a license.
type Bound struct {
	Purpose   string // OfEnterprise, OfPerson
	IssuerID  string // unit that issued the license
	Region    string // of the issuer, six digits
	HolderID  string
	LicenseID string
	OwnerName string // personal: stands in the seal, which is kept as ciphertext
	ValidTo   time.Time
}

// names of seals that live with a license, as lists show them: the owner's name stands only in the seal itself.
var boundNames = map[string]string{OfEnterprise: "企业章", OfPerson: "个人名章"}

// BoundName is what a seal of a purpose that lives with a license is called.
func BoundName(purpose string) string { return boundNames[purpose] }

// sealTypes are those of GB/T 38540's property, as the platform counts them.
var sealTypes = map[string]int{OfEnterprise: 5, OfPerson: 4}

// MakeBound makes the seal that lives with a license. For a license that has one it changes nothing.
func (s *Store) MakeBound(ctx context.Context, b Bound) (Seal, error) {
	var x Seal
	err := s.o.DB.Read(ctx, func(q *db.Tx) (err error) {
		x, err = s.BoundTo(ctx, q, b.LicenseID)
		return err
	})
	if errs.Code(err) != "seal.no-such" {
		return x, err
	}
	if !s.CanMake() {
		return Seal{}, errs.New(errs.Conflict, "seal.no-maker")
	}
	var n int64
	err = s.o.DB.Write(ctx, func(tx *db.Tx) (err error) {
		n, err = s.nextNumber(ctx, tx)
		return err
	})
	if err != nil {
		return Seal{}, err
	}
	if x, err = s.drawBound(b, n); err != nil {
		return Seal{}, err
	}
	err = s.o.DB.Write(ctx, func(tx *db.Tx) error {
		if err := s.lock(ctx, tx); err != nil {
			return err
		}
		have, err := s.BoundTo(ctx, tx, b.LicenseID)
		if errs.Code(err) != "seal.no-such" {
			x = have
			return err
		}
		if err := s.Put(ctx, tx, x); err != nil {
			return err
		}
		return s.step(ctx, tx, Event{Subject: ofSeal, Of: x.Code, Action: Made, To: InUse, By: change.By{UnitID: b.IssuerID}})
	})
	return x, err
}

// BoundTo finds the seal that lives with a license.
func (s *Store) BoundTo(ctx context.Context, q *db.Tx, licenseID string) (Seal, error) {
	x, err := scanSeal(q.QueryRow(ctx, `SELECT `+sealColumns+` FROM seal WHERE bound_license = $1 AND state <> 'revoked'`, licenseID).Scan)
	if errors.Is(err, db.ErrNoRows) {
		return Seal{}, errs.New(errs.NotFound, "seal.no-such")
	}
	return x, err
}

// BoundNow finds the seal that lives with a license and says why it may not sign now; nil: it may.
func (s *Store) BoundNow(ctx context.Context, q *db.Tx, licenseID string) (x Seal, unusable, err error) {
	if x, err = s.BoundTo(ctx, q, licenseID); err != nil {
		return Seal{}, nil, err
	}
	unusable = s.usableNow(ctx, q, x, s.o.Clock.Now())
	if errs.Of(unusable).Kind == errs.Internal && unusable != nil {
		return Seal{}, nil, unusable
	}
	return x, unusable, nil
}

// drawBound makes the seal, its structure encrypted: it holds its owner's name.
func (s *Store) drawBound(b Bound, n int64) (Seal, error) {
	now := s.o.Clock.Now()
	from, until := now.Add(-time.Minute), clock.EndOfDay(now.AddDate(Years, 0, 0))
	if !b.ValidTo.IsZero() && b.ValidTo.Before(until) {
		until = b.ValidTo
	}
	code := fmt.Sprintf("%s%07d", b.Region, n)
	code += checkDigit(code)
	key := "seal." + b.Purpose + "." + code
	cert, err := gm.IssueCert(s.o.Keys, s.maker.CA, key, gm.CertRequest{CommonName: b.OwnerName, Organization: b.OwnerName, SerialNumber: code,
		Usage: gm.SealSigner, NotBefore: from, NotAfter: until})
	if err != nil {
		return Seal{}, fmt.Errorf("certify seal %s: %w", code, err)
	}
	picture, w, h, err := sealpic.Draw(sealpic.Spec{UnitName: b.OwnerName, Centre: "★", Bottom: boundNames[b.Purpose], Code: code})
	if err != nil {
		return Seal{}, fmt.Errorf("draw seal %s: %w", code, err)
	}
	maker, err := s.o.Keys.Signer(s.maker.Key)
	if err != nil {
		return Seal{}, err
	}
	x := Seal{Code: code, UnitID: b.IssuerID, Name: boundNames[b.Purpose], Purpose: b.Purpose, KeyID: key, ValidFrom: from, ValidTo: until, State: InUse,
		BoundHolder: b.HolderID, BoundLicense: b.LicenseID}
	der, err := ses.MakeSeal(ses.SealInfo{VendorID: s.maker.Vendor, ID: code, Type: sealTypes[b.Purpose], Name: b.OwnerName, Certs: [][]byte{cert},
		Created: now, ValidFrom: from, ValidTo: until, Picture: ses.Picture{Type: "png", Data: picture, Width: w, Height: h}}, maker)
	if err != nil {
		return Seal{}, fmt.Errorf("make seal %s: %w", code, err)
	}
	x.DER, err = s.o.Keys.Wrap(der, sealAAD(code))
	return x, err
}

func sealAAD(code string) []byte { return []byte("seal:" + code) }

// SignBound sets the seal that lives with a license on a document of its owner, and logs it. What counts is how the
// license stands at this moment: suspended, lost or ended, it takes the seal with it, and gives it back when it is free.
func (s *Store) SignBound(ctx context.Context, p *ofd.Package, licenseID, accountID string, at Place) error {
	var x Seal
	var unusable error
	err := s.o.DB.Read(ctx, func(q *db.Tx) (err error) {
		x, unusable, err = s.BoundNow(ctx, q, licenseID)
		return err
	})
	if err != nil {
		return err
	}
	of := Subject{Kind: OfDocument, ID: licenseID, Count: 1, AccountID: accountID}
	if unusable != nil {
		return s.refused(ctx, x, of, Manual, unusable)
	}
	if x.DER, err = s.o.Keys.Unwrap(x.DER, sealAAD(x.Code)); err != nil {
		return fmt.Errorf("decrypt seal %s: %w", x.Code, err)
	}
	steps := []Step{{Seal: x, Places: []Place{at}, Mode: Manual, AccountID: accountID}}
	if err := s.Sign(p, steps); err != nil {
		return err
	}
	file, err := p.Bytes()
	if err != nil {
		return err
	}
	of.Digest = fmt.Sprintf("%x", gm.SM3(file))
	return s.o.DB.Write(ctx, func(tx *db.Tx) error { return s.Log(ctx, tx, steps, of) })
}
