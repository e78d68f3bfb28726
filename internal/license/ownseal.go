package license

import (
	"context"
	"errors"
	"fmt"

	"github.com/yinxin-org/yinxin/internal/authn"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/errs"
	"github.com/yinxin-org/yinxin/internal/sealing"
	"github.com/yinxin-org/yinxin/ofd"
	"github.com/yinxin-org/yinxin/ses"
)

// OwnSeal is the seal that lives with a license (印章绑定), as its holder sees it.
type OwnSeal struct {
	Kind  string // sealing.OfEnterprise, sealing.OfPerson; "" where licenses of the type have none
	Owner string // whose name the seal shows

	sealing.Seal       // zero until it is made
	Usable       error // nil: it may sign now
}

// Made reports whether there is one.
func (x OwnSeal) Made() bool { return x.Code != "" }

// OwnSeal finds the seal that lives with a holder's license, or with an earlier version of it.
func (s *Store) OwnSeal(ctx context.Context, q *db.Tx, holderID, licenseID string) (OwnSeal, License, error) {
	l, err := s.Find(ctx, q, holderID, licenseID)
	if err == nil && l.Step != StepPublished {
		err = errs.New(errs.NotFound, "license.unknown")
	}
	if err != nil {
		return OwnSeal{}, License{}, err
	}
	t, err := s.o.Types.Version(ctx, q, l.TypeCode, l.TypeVersion)
	if err != nil {
		return OwnSeal{}, License{}, err
	}
	h, err := s.o.Holders.Get(ctx, q, l.HolderID)
	if err != nil {
		return OwnSeal{}, License{}, err
	}
	x := OwnSeal{Kind: t.BindsSeal, Owner: h.Profile.Name}
	if x.Kind == "" {
		return x, l, nil
	}
	x.Seal, x.Usable, err = s.boundSeal(ctx, q, l)
	return x, l, err
}

// boundSeal looks for the seal with a license and with those that it follows: a firm keeps its seal when its address changes.
func (s *Store) boundSeal(ctx context.Context, q *db.Tx, l License) (x sealing.Seal, unusable, err error) {
	for {
		x, unusable, err = s.o.Seals.BoundNow(ctx, q, l.ID)
		if errs.Code(err) != "seal.no-such" {
			return x, unusable, err
		}
		if l.Follows == "" {
			return sealing.Seal{}, nil, nil
		}
		if l, err = s.Get(ctx, q, l.HolderID, l.Follows); err != nil {
			return sealing.Seal{}, nil, err
		}
	}
}

// MakeOwnSeal makes the seal that lives with a license, at its holder's word; where there is one it changes nothing. The
// license must be one that can be used.
func (s *Store) MakeOwnSeal(ctx context.Context, actor *authn.Actor, licenseID string) error {
	var x OwnSeal
	var l License
	var region string
	err := s.o.DB.Read(ctx, func(q *db.Tx) (err error) {
		if x, l, err = s.OwnSeal(ctx, q, actor.HolderID, licenseID); err != nil {
			return err
		}
		u, err := s.o.Units.Get(ctx, q, l.IssuerID)
		region = u.Region
		return err
	})
	switch {
	case err != nil:
		return err
	case actor.Acting != nil:
		return errs.New(errs.Denied, "acting.self")
	case x.Kind == "":
		return errs.New(errs.Conflict, "seal.binds-none")
	case x.Made():
		return nil
	case !l.State(s.o.Clock.Now()).Usable():
		return errs.New(errs.Conflict, "seal.bound").With("name", sealing.BoundName(x.Kind))
	}
	_, err = s.o.Seals.MakeBound(ctx, sealing.Bound{Purpose: x.Kind, IssuerID: l.IssuerID, Region: region, HolderID: l.HolderID, LicenseID: l.ID,
		OwnerName: x.Owner, ValidTo: l.ValidTo})
	return err
}

// SignOwn sets the seal that lives with a license on a document of its holder, which the platform does not keep. Nobody does
// it for another: who signs for a firm signs in as the firm.
func (s *Store) SignOwn(ctx context.Context, actor *authn.Actor, licenseID string, file []byte, at sealing.Spot) ([]byte, error) {
	if actor.Acting != nil {
		return nil, errs.New(errs.Denied, "acting.self")
	}
	var x OwnSeal
	err := s.o.DB.Read(ctx, func(q *db.Tx) (err error) {
		x, _, err = s.OwnSeal(ctx, q, actor.HolderID, licenseID)
		return err
	})
	switch {
	case err != nil:
		return nil, err
	case !x.Made():
		return nil, errs.New(errs.NotFound, "seal.no-such")
	}
	p, err := ofd.Read(file, ofd.Limits{})
	if err != nil {
		return nil, errs.New(errs.Invalid, "seal.document").Wrap(err).On("body")
	}
	if err := p.NameSignatureList(); err != nil {
		return nil, errs.New(errs.Invalid, "seal.document").Wrap(err).On("body")
	}
	place, err := at.On(p)
	if err != nil {
		return nil, err
	}
	err = s.o.Seals.SignBound(ctx, p, x.BoundLicense, actor.AccountID, place)
	switch fault, ok := errors.AsType[*ses.Error](err); {
	case ok && fault.Code == ses.Closed:
		return nil, errs.New(errs.Conflict, "seal.closed").Wrap(err)
	case ok && (fault.Code == ses.BadPackage || fault.Code == ses.BadManifest || fault.Code == ses.BadStamp):
		return nil, errs.New(errs.Invalid, "seal.document").Wrap(err).On("body")
	case err != nil:
		return nil, err
	}
	signed, err := p.Bytes()
	if err != nil {
		return nil, fmt.Errorf("pack signed document: %w", err)
	}
	return signed, nil
}
