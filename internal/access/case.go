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
	"github.com/yinxin-org/yinxin/internal/org"
)

// Ask names everything a use in a case is bound to. The door believes none of it: each part is held against
// the case as it stands.
type Ask struct {
	CaseNo          string
	MatterCode      string // the matter the caller says it works on
	LicenseHolderID string
	LicenseID       string
	System          *System // nil: a clerk at this platform's own pages
}

// Grant decides whether a license may be lent to a case and, if so, gives a use grant (用证码: one license, one
// case, one clerk, 24 hours at most) with a token for one reading. Both outcomes are recorded.
func (d *Door) Grant(ctx context.Context, actor *authn.Actor, a Ask) (Token, error) {
	var u use
	var g grant
	nonce := newNonce()
	err := d.o.DB.Write(ctx, func(tx *db.Tx) error {
		now := d.o.Clock.Now()
		var err error
		if u, err = d.inCase(ctx, tx, actor, a, demand{right: rightRead, life: lifeOf(actor, now)}); err != nil {
			return err
		}
		u.purpose = "grant"
		if len(u.reasons) == 0 {
			if g, err = d.liveGrant(ctx, tx, u, now); err != nil {
				return err
			}
			if err := d.issueToken(ctx, tx, g, nonce); err != nil {
				return err
			}
		}
		u.grantID = g.id
		return d.record(ctx, tx, &u)
	})
	if err != nil {
		return Token{}, err
	}
	if err := u.refusal(); err != nil {
		return Token{}, err
	}
	t := Token{GrantID: g.id, ExpiresAt: g.expiresAt, License: u.license, RecordNo: u.recordNo}
	t.Code, t.Secret, err = d.write(g, nonce)
	return t, err
}

// lifeOf is what a grant made now is bound to.
func lifeOf(actor *authn.Actor, now time.Time) life {
	return life{grantee: actorID(actor), from: now, until: now.Add(grantLife)}
}

// life says whose a grant is and when it may be used.
type life struct {
	grantee     string // account
	from, until time.Time
	token       bool // it is redeemed by a token, which names no matter but the case's
}

// Redeem uses a token up and gives the reading it stands for. Case, clerk, stage and license are held against
// the rules again; a second redemption is refused and recorded, and so is a token that was never given out: it is
// known by its signature before anything is looked up.
func (d *Door) Redeem(ctx context.Context, actor *authn.Actor, secret string, want Want) (Reading, error) {
	token, signed := d.readToken(secret)
	var u use
	var p license.Purpose
	err := d.o.DB.Write(ctx, func(tx *db.Tx) error {
		g, err := d.grantOf(ctx, tx, token, signed)
		if errs.Code(err) == tokenWrong {
			// It names no license, so the attempt stands under the platform.
			u = use{ground: Case, actor: actor, purpose: "read", fields: []string{}, reasons: []string{tokenWrong}}
			return d.record(ctx, tx, &u)
		}
		if err != nil {
			return err
		}
		if u, err = d.inCase(ctx, tx, actor, g.ask, demand{right: want.right(),
			life: life{grantee: g.accountID, from: g.createdAt, until: g.until(), token: true}}); err != nil {
			return err
		}
		u.tokenHash = token.hash
		if len(u.reasons) == 0 {
			if err := d.spend(ctx, tx, token, &u); err != nil {
				return err
			}
		}
		p, err = d.read(ctx, tx, &u, g, want)
		return err
	})
	if err != nil {
		return Reading{}, err
	}
	if err := u.refusal(); err != nil {
		return Reading{}, err
	}
	return d.open(ctx, u, want, &p)
}

// Lend is Grant and Redeem in one transaction, for callers inside the platform: no token leaves it, so there is none,
// and one record stands for both. It gives the reading and the id of the grant.
func (d *Door) Lend(ctx context.Context, actor *authn.Actor, a Ask, want Want) (Reading, string, error) {
	var u use
	var p license.Purpose
	err := d.o.DB.Write(ctx, func(tx *db.Tx) error {
		now := d.o.Clock.Now()
		var err error
		if u, err = d.inCase(ctx, tx, actor, a, demand{right: want.right(), life: lifeOf(actor, now)}); err != nil {
			return err
		}
		var g grant
		if len(u.reasons) == 0 {
			if g, err = d.liveGrant(ctx, tx, u, now); err != nil {
				return err
			}
			if err := a.handed(ctx, tx, u.license); err != nil {
				return err
			}
		}
		p, err = d.read(ctx, tx, &u, g, want)
		return err
	})
	if err != nil {
		return Reading{}, "", err
	}
	if err := u.refusal(); err != nil {
		return Reading{}, "", err
	}
	r, err := d.open(ctx, u, want, &p)
	return r, u.grantID, err
}

// read records one reading under a grant, given or refused, and says what a copy of it is for.
func (d *Door) read(ctx context.Context, tx *db.Tx, u *use, g grant, want Want) (license.Purpose, error) {
	u.grantID, u.whole = g.id, want == File
	var p license.Purpose
	var err error
	if len(u.reasons) == 0 && want == Picture {
		if u.beside, err = d.o.Licenses.OpenFields(ctx, tx, u.license); err != nil {
			return p, err
		}
	}
	if want != Fields {
		if p, err = d.purpose(ctx, tx, *u, g); err != nil {
			return p, err
		}
	}
	return p, d.record(ctx, tx, u)
}

// demand is which right is asked for, and by whom and when.
type demand struct {
	right right
	tries tried // how often values told were held against the license before
	life  life
}

// right is what a redemption needs: a copy, and its picture, is more than fields. One that is only prepared is handed to nobody.
func (w Want) right() right {
	if w == Picture || w == File {
		return rightCopy
	}
	return rightRead
}

// inCase finds the license asked for and decides about its use in a case.
func (d *Door) inCase(ctx context.Context, tx *db.Tx, actor *authn.Actor, a Ask, x demand) (use, error) {
	l, err := d.licenseOf(ctx, tx, a)
	if err != nil {
		return use{}, err
	}
	return d.judgeCase(ctx, tx, actor, a, l, x)
}

// judgeCase gathers the facts of a use in a case and lets the rules decide.
func (d *Door) judgeCase(ctx context.Context, tx *db.Tx, actor *authn.Actor, a Ask, l license.License, x demand) (use, error) {
	u := use{ground: Case, actor: actor, caseNo: a.CaseNo, matterCode: a.MatterCode, license: l, holderID: l.HolderID, purpose: string(x.right)}
	var err error
	if l.ID == "" { // about a holder, and no license of theirs
		if u.holderID, err = d.shardOf(ctx, tx, a.LicenseHolderID); err != nil {
			return use{}, err
		}
	}
	c, parties, by, err := d.asked(ctx, tx, a, l.TypeCode)
	if err != nil {
		return use{}, err
	}
	u.purpose = by.purposeOf(u.purpose)
	if x.life.token {
		a.MatterCode, u.matterCode = c.MatterCode, c.MatterCode
	}
	m, err := d.o.Matters.Standing(ctx, tx, c.MatterCode)
	if errs.Code(err) == "matter.unknown" {
		m, err = &matter.Matter{}, nil
	}
	if err != nil {
		return use{}, err
	}
	desk, err := d.deskOf(ctx, tx, c)
	if err != nil {
		return use{}, err
	}
	b := bindingOf(m, l, parties)
	b.fields = by.narrowed(b.fields)
	u.fields = append([]string{}, b.fields...)
	now := d.o.Clock.Now()
	u.reasons, err = d.rules.decide(facts{
		ground: Case, right: x.right, actor: actor, license: l, usable: l.State(now).Usable(),
		context: cedar.RecordMap{
			"case": cedar.NewRecord(cedar.RecordMap{
				"state": cedar.String(c.State), "unit": cedar.String(c.UnitID), "desk": cedar.String(desk), "matter": cedar.String(c.MatterCode),
				"stage": cedar.String(c.Stage), "clerk": cedar.String(c.ClerkID),
			}),
			"askedMatter":  cedar.String(a.MatterCode),
			"boundTypes":   stringSet(b.types),
			"boundParties": stringSet(b.parties),
			"boundStages":  stringSet(stages(b.material)),
			"boundFields":  stringSet(b.fields),
			"tries":        cedar.Long(x.tries.inCase),
			"triesToday":   cedar.Long(x.tries.today),
			"application":  by.application(x.right),
			"grantee":      cedar.String(x.life.grantee),
			"now":          cedar.Long(now.UnixMicro()),
			"from":         cedar.Long(x.life.from.UnixMicro()),
			"until":        cedar.Long(x.life.until.UnixMicro()),
		},
	})
	return u, err
}

// shardOf is in whose records an ask about a holder stands: the holder's own, or the platform's where there is no such holder.
func (d *Door) shardOf(ctx context.Context, tx *db.Tx, holderID string) (string, error) {
	_, err := d.o.Holders.Get(ctx, tx, holderID)
	if errs.Code(err) == "case.holder-unknown" {
		return "", nil
	}
	return holderID, err
}

// deskOf is the front desk that accepts a case for its unit, as long as the unit's mandate for it is in force.
func (d *Door) deskOf(ctx context.Context, tx *db.Tx, c casefile.Case) (string, error) {
	if c.DeskUnitID == "" {
		return "", nil
	}
	from, err := d.o.Units.Mandated(ctx, tx, org.FrontDesk, c.DeskUnitID, c.MatterCode, d.o.Clock.Now())
	if err != nil || !slices.Contains(from, c.UnitID) {
		return "", err
	}
	return c.DeskUnitID, nil
}

// licenseOf finds the license asked for. One that does not exist is a license of nobody's, which the rules refuse.
func (d *Door) licenseOf(ctx context.Context, tx *db.Tx, a Ask) (license.License, error) {
	l, err := d.o.Licenses.Get(ctx, tx, a.LicenseHolderID, a.LicenseID)
	if errs.Code(err) == "license.unknown" {
		return license.License{ID: a.LicenseID}, nil
	}
	return l, err
}

// caseOf finds the case asked for. One that does not exist is a case that is not open.
func (d *Door) caseOf(ctx context.Context, tx *db.Tx, no string) (casefile.Case, map[matter.Party]string, error) {
	c, parties, err := d.o.Cases.Standing(ctx, tx, no)
	if errs.Code(err) == "case.unknown" {
		return casefile.Case{State: "none"}, nil, nil
	}
	return c, parties, err
}

// bound is what a matter binds of a license asked for.
type bound struct {
	material matter.Material // for which the license would be lent
	fields   []string        // the least data of it, by the binding of its type
	types    []string        // all types that the matter binds
	parties  []string        // holder ids: the parties whose license of this type the matter asks for
}

// bindingOf holds a license against a matter: the material that binds its type, for a party who holds it. Where no
// such party holds it, any material of its type serves, so that the rules name the party as the fault; and where
// the type is not bound at all, every party does, so that they name the type. The fields are those of the type's own
// binding: what another type of the same material may give says nothing about this one.
func bindingOf(m *matter.Matter, l license.License, parties map[matter.Party]string) bound {
	var b bound
	held := false
	for _, x := range m.Materials {
		for _, y := range x.Bindings {
			b.types = append(b.types, y.Type)
		}
		y, ok := x.Binding(l.TypeCode)
		if !ok {
			continue
		}
		if id := parties[x.Party]; id != "" { // a case that names no such party has none: nobody is not a party
			b.parties = append(b.parties, id)
		}
		if !held {
			b.material, b.fields, held = x, y.Fields, slices.Contains(l.Holders, parties[x.Party])
		}
	}
	if !slices.Contains(b.types, l.TypeCode) {
		b.parties = values(parties)
	}
	return b
}

func stages(m matter.Material) []string {
	var out []string
	for _, s := range m.Stages {
		out = append(out, string(s))
	}
	return out
}

func values(parties map[matter.Party]string) []string {
	var out []string
	for _, id := range parties {
		out = append(out, id)
	}
	return out
}
