package license

import (
	"context"
	"slices"

	"github.com/yinxin-org/yinxin/internal/catalog"
	"github.com/yinxin-org/yinxin/internal/clock"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/errs"
)

// Indexed reports whether the platform keeps no more of a license than its index entry: what it says, and its file, are
// fetched at its source each time.
func (l License) Indexed() bool {
	return l.Origin == Foreign && l.Step == StepPublished && l.FileRef == ""
}

// Index enters a license of a type that a national system makes (外部证照索引): that it is there, whose it is, and by which
// digest, SM3 in hex, its file is known. It has no number, no fields, no key and no file here, and is never sealed here.
// The same entry again gives the license that is there.
func (s *Store) Index(ctx context.Context, tx *db.Tx, d Draft, identifier, digest string) (License, error) {
	known, err := s.ByIdentifier(ctx, tx, identifier)
	if err == nil {
		return known, sameEntry(known, d, digest)
	}
	if errs.Code(err) != "license.unknown" {
		return License{}, err
	}
	t, err := s.o.Types.Current(ctx, tx, d.TypeCode)
	if err != nil {
		return License{}, err
	}
	if t.Making != catalog.External {
		return License{}, errs.New(errs.Conflict, "license.not-external")
	}
	issuer, err := s.o.Units.Get(ctx, tx, d.IssuerID)
	if err != nil {
		return License{}, err
	}
	if err := s.mayIssue(ctx, tx, t.Code, issuer.ID); err != nil {
		return License{}, err
	}
	if _, err := s.holdersOf(ctx, tx, t, d.Holders); err != nil {
		return License{}, err
	}
	before, err := s.before(ctx, tx, d)
	if err != nil {
		return License{}, err
	}
	version, err := versionOf(t, issuer, before, identifier)
	if err != nil {
		return License{}, err
	}
	now := s.o.Clock.Now()
	l := License{
		HolderID: d.Holders[0], ID: db.NewID(), TypeCode: t.Code, TypeVersion: t.Version, IssuerID: issuer.ID,
		VersionNo: version, Follows: before.ID, Holders: d.Holders, Step: StepPublished, Identifier: identifier,
		CaseNo: d.CaseNo, IssuedOn: clock.Date(d.IssuedOn), ValidFrom: clock.Date(d.IssuedOn), // its end is for the source to tell
		FileDigest: digest, MadeAt: now, PublishedAt: now, DueAt: now, Origin: Foreign, OriginID: d.OriginID, RowVersion: 1,
	}
	if before, err = s.supersede(ctx, tx, l, ""); err != nil {
		return License{}, err
	}
	if err := s.link(ctx, tx, l); err != nil {
		return License{}, err
	}
	if err := s.insertRow(ctx, tx, l, []byte{}); err != nil {
		return License{}, err
	}
	if err := s.record(ctx, tx, l, Operation{Action: "publish", UnitID: issuer.ID, Ground: d.CaseNo}); err != nil {
		return License{}, err
	}
	if d.Renamed != "" {
		if err := s.o.Holders.Rename(ctx, tx, l.HolderID, d.Renamed); err != nil {
			return License{}, err
		}
	}
	if l, err = s.carryOn(ctx, tx, before, l, ""); err != nil {
		return License{}, err
	}
	return l, s.followParts(ctx, tx, before, l)
}

// sameEntry refuses an identifier that stands for another license already.
func sameEntry(l License, d Draft, digest string) error {
	if !l.Indexed() || l.TypeCode != d.TypeCode || l.IssuerID != d.IssuerID || l.FileDigest != digest || !slices.Equal(l.Holders, d.Holders) {
		return errs.New(errs.Conflict, "license.identifier-used").On("identifier")
	}
	return nil
}
