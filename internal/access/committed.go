package access

import (
	"context"
	"slices"
	"time"

	"github.com/cedar-policy/cedar-go"

	"github.com/yinxin-org/yinxin/internal/authn"
	"github.com/yinxin-org/yinxin/internal/casefile"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/errs"
	"github.com/yinxin-org/yinxin/internal/license"
	"github.com/yinxin-org/yinxin/internal/matter"
)

// commitLife is for how long after its deadline a commitment still lets its license be fetched: a source may be away
// for long, and what was promised must be held against something.
const commitLife = 90 * 24 * time.Hour

// rolePlatform is the role in which the platform itself acts; no account can hold it.
const rolePlatform = "platform"

// Committed lets the platform fetch the license that a case's applicant committed to (容缺受理, 告知承诺), also after the
// case was decided. The annotated copy is made and kept under the grant whose id is given; nobody can redeem it. It
// believes no part of the ask but reads case, matter and commitment in its own transaction.
func (d *Door) Committed(ctx context.Context, a Ask, seq int) (Reading, string, error) {
	var u use
	var p license.Purpose
	err := d.o.DB.Write(ctx, func(tx *db.Tx) error {
		now := d.o.Clock.Now()
		var err error
		if u, err = d.byCommitment(ctx, tx, a, seq, now); err != nil {
			return err
		}
		u.purpose = "commitment"
		if len(u.reasons) == 0 {
			g, err := d.liveGrant(ctx, tx, u, now)
			if err != nil {
				return err
			}
			u.grantID = g.id
			if p, err = d.purpose(ctx, tx, u, grant{createdAt: now}); err != nil {
				return err
			}
		}
		return d.record(ctx, tx, &u)
	})
	if err != nil {
		return Reading{}, "", err
	}
	if err := u.refusal(); err != nil {
		return Reading{}, "", err
	}
	r, err := d.open(ctx, u, Prepared, &p)
	return r, u.grantID, err
}

// byCommitment gathers the facts of a fetching that a commitment is the ground of, and lets the rules decide.
func (d *Door) byCommitment(ctx context.Context, tx *db.Tx, a Ask, seq int, now time.Time) (use, error) {
	c, parties, err := d.caseOf(ctx, tx, a.CaseNo)
	if err != nil {
		return use{}, err
	}
	u := use{ground: Commitment, caseNo: a.CaseNo, matterCode: c.MatterCode,
		actor: &authn.Actor{Kind: rolePlatform, UnitID: c.UnitID, Roles: []string{rolePlatform}}}
	if u.license, err = d.licenseOf(ctx, tx, a); err != nil {
		return use{}, err
	}
	u.holderID = u.license.HolderID
	promise, err := d.o.Cases.Commitment(ctx, tx, c.HolderID, a.CaseNo, seq)
	if err != nil && errs.Code(err) != "case.commitment-unknown" {
		return use{}, err
	}
	m, err := d.o.Matters.Get(ctx, tx, c.MatterCode)
	if err != nil && errs.Code(err) != "matter.unknown" {
		return use{}, err
	}
	// Of the matter only the material that was committed to.
	m.Materials = slices.DeleteFunc(slices.Clone(m.Materials), func(x matter.Material) bool { return x.Seq != seq })
	b := bindingOf(&m, u.license, parties)
	u.fields = append([]string{}, b.fields...)
	u.reasons, err = d.rules.decide(facts{
		ground: Commitment, actor: u.actor, license: u.license, usable: u.license.State(now).Usable(),
		context: cedar.RecordMap{
			"state":        cedar.String(stateOf(promise)),
			"boundTypes":   stringSet(b.types),
			"boundParties": stringSet(b.parties),
			"now":          cedar.Long(now.UnixMicro()),
			"from":         cedar.Long(promise.SignedAt.UnixMicro()),
			"until":        cedar.Long(promise.DueAt.Add(commitLife).UnixMicro()),
		},
	})
	return u, err
}

// stateOf is the state of a commitment; one without a signature waits for nothing.
func stateOf(c casefile.Commitment) string {
	if c.State == casefile.CommitWaiting && c.SignedAt.IsZero() {
		return casefile.CommitOffered
	}
	return c.State
}
