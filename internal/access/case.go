package access

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/cedar-policy/cedar-go"
	"github.com/google/uuid"

	"github.com/yinxin-org/yinxin/internal/authn"
	"github.com/yinxin-org/yinxin/internal/casefile"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/errs"
	"github.com/yinxin-org/yinxin/internal/gm"
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
}

// Token redeems a use grant once. It is given to the caller and stored nowhere; only its hash is kept.
type Token struct {
	Secret    string
	GrantID   string
	ExpiresAt time.Time
	License   license.License
	RecordNo  string
}

// Grant decides whether a license may be lent to a case and, if so, gives a use grant (用证码: one license, one
// case, one clerk, 24 hours at most) with a token for one reading. Both outcomes are recorded.
func (d *Door) Grant(ctx context.Context, actor *authn.Actor, a Ask) (Token, error) {
	secret, hash, err := newSecret(a.LicenseHolderID)
	if err != nil {
		return Token{}, err
	}
	var u use
	var t Token
	err = d.o.DB.Write(ctx, func(tx *db.Tx) error {
		now := d.o.Clock.Now()
		var err error
		if u, err = d.inCase(ctx, tx, actor, a, lifeOf(actor, now)); err != nil {
			return err
		}
		u.purpose = "grant"
		t = Token{Secret: secret, ExpiresAt: now.Add(grantLife), License: u.license}
		if len(u.reasons) == 0 {
			if t.GrantID, t.ExpiresAt, err = d.liveGrant(ctx, tx, u, now); err != nil {
				return err
			}
			if err := d.issueToken(ctx, tx, u.license.HolderID, hash, t.GrantID, t.ExpiresAt); err != nil {
				return err
			}
		}
		u.grantID = t.GrantID
		return d.record(ctx, tx, &u)
	})
	if err != nil {
		return Token{}, err
	}
	if err := u.refusal(); err != nil {
		return Token{}, err
	}
	t.RecordNo = u.recordNo
	return t, nil
}

// lifeOf is what a grant made now is bound to.
func lifeOf(actor *authn.Actor, now time.Time) life {
	return life{grantee: actorID(actor), from: now, until: now.Add(grantLife)}
}

// life says whose a grant is and when it may be used.
type life struct {
	grantee     string // account
	from, until time.Time
}

// Redeem uses a token up and gives the reading it stands for. Case, clerk, stage and license are held against
// the rules again; a second redemption is refused and recorded, and so is a token that was never given out.
func (d *Door) Redeem(ctx context.Context, actor *authn.Actor, secret string, want Want) (Reading, error) {
	holderID, hash := parseSecret(secret)
	var u use
	var p license.Purpose
	err := d.o.DB.Write(ctx, func(tx *db.Tx) error {
		g, err := d.grantOf(ctx, tx, holderID, hash)
		if errs.Code(err) == tokenWrong {
			// It names no license, so the attempt stands under the platform.
			u = use{ground: Case, actor: actor, purpose: "read", fields: []string{}, reasons: []string{tokenWrong}}
			return d.record(ctx, tx, &u)
		}
		if err != nil {
			return err
		}
		if u, err = d.inCase(ctx, tx, actor, g.ask, life{grantee: g.accountID, from: g.createdAt, until: g.until()}); err != nil {
			return err
		}
		u.grantID, u.purpose, u.whole = g.id, "read", want == File
		if len(u.reasons) == 0 {
			if want == Picture {
				if u.beside, err = d.o.Licenses.OpenFields(ctx, tx, u.license); err != nil {
					return err
				}
			}
			if err := d.spend(ctx, tx, holderID, hash, &u); err != nil {
				return err
			}
		}
		if p, err = d.purpose(ctx, tx, u, g); err != nil {
			return err
		}
		return d.record(ctx, tx, &u)
	})
	if err != nil {
		return Reading{}, err
	}
	if err := u.refusal(); err != nil {
		return Reading{}, err
	}
	return d.open(ctx, u, want, &p)
}

// Lend is Grant and Redeem in one go, for callers inside the platform.
func (d *Door) Lend(ctx context.Context, actor *authn.Actor, a Ask, want Want) (Reading, string, error) {
	t, err := d.Grant(ctx, actor, a)
	if err != nil {
		return Reading{}, "", err
	}
	r, err := d.Redeem(ctx, actor, t.Secret, want)
	return r, t.GrantID, err
}

// inCase gathers the facts of a use in a case and lets the rules decide.
func (d *Door) inCase(ctx context.Context, tx *db.Tx, actor *authn.Actor, a Ask, life life) (use, error) {
	u := use{ground: Case, actor: actor, caseNo: a.CaseNo, matterCode: a.MatterCode}
	l, err := d.licenseOf(ctx, tx, a)
	if err != nil {
		return use{}, err
	}
	u.license, u.holderID = l, l.HolderID
	c, parties, err := d.caseOf(ctx, tx, a.CaseNo)
	if err != nil {
		return use{}, err
	}
	m, err := d.o.Matters.Get(ctx, tx, c.MatterCode)
	if err != nil && errs.Code(err) != "matter.unknown" {
		return use{}, err
	}
	desk, err := d.deskOf(ctx, tx, c)
	if err != nil {
		return use{}, err
	}
	b := bindingOf(&m, l, parties)
	u.fields = append([]string{}, b.fields...)
	now := d.o.Clock.Now()
	u.reasons, err = d.rules.decide(facts{
		ground: Case, actor: actor, license: l, usable: l.State(now).Usable(),
		context: cedar.RecordMap{
			"case": cedar.NewRecord(cedar.RecordMap{
				"state": cedar.String(c.State), "unit": cedar.String(c.UnitID), "desk": cedar.String(desk), "matter": cedar.String(c.MatterCode),
				"stage": cedar.String(c.Stage), "clerk": cedar.String(c.ClerkID),
			}),
			"askedMatter":  cedar.String(a.MatterCode),
			"boundTypes":   stringSet(b.types),
			"boundParties": stringSet(b.parties),
			"boundStages":  stringSet(stages(b.material)),
			"grantee":      cedar.String(life.grantee),
			"now":          cedar.Long(now.UnixMicro()),
			"from":         cedar.Long(life.from.UnixMicro()),
			"until":        cedar.Long(life.until.UnixMicro()),
		},
	})
	return u, err
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
	c, err := d.o.Cases.Get(ctx, tx, no)
	if errs.Code(err) == "case.unknown" {
		return casefile.Case{State: "none"}, nil, nil
	}
	if err != nil {
		return casefile.Case{}, nil, err
	}
	parties, err := d.o.Cases.Parties(ctx, tx, c)
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
		b.parties = append(b.parties, parties[x.Party])
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

// newSecret makes a token: the shard it belongs to, then 32 random bytes.
func newSecret(holderID string) (secret string, hash []byte, err error) {
	id, err := uuid.Parse(holderID)
	if err != nil {
		return "", nil, errs.New(errs.NotFound, "license.unknown")
	}
	raw := make([]byte, 48)
	copy(raw, id[:])
	_, _ = rand.Read(raw[16:])
	return base64.RawURLEncoding.EncodeToString(raw), secretHash(raw), nil
}

// tokenWrong is the reason against a token that was used up or never given out.
const tokenWrong = "access.token"

// parseSecret takes a token apart. What is no token belongs to no holder.
func parseSecret(secret string) (holderID string, hash []byte) {
	raw, err := base64.RawURLEncoding.Strict().DecodeString(secret)
	if err != nil || len(raw) != 48 {
		return "", nil
	}
	return uuid.UUID(raw[:16]).String(), secretHash(raw)
}

func secretHash(raw []byte) []byte {
	sum := gm.SM3([]byte("use.token\x00"), raw)
	return sum[:]
}

// grant is a stored use grant with what it is bound to.
type grant struct {
	id        string
	accountID string
	ask       Ask
	createdAt time.Time
	expiresAt time.Time
	endedAt   time.Time
	copyRef   string
}

func (g grant) until() time.Time {
	if !g.endedAt.IsZero() && g.endedAt.Before(g.expiresAt) {
		return g.endedAt
	}
	return g.expiresAt
}

// liveGrant finds the clerk's live grant for the license and case, or makes one.
func (d *Door) liveGrant(ctx context.Context, tx *db.Tx, u use, now time.Time) (string, time.Time, error) {
	var id string
	var expires int64
	err := tx.QueryRow(ctx, `
		SELECT grant_id, expires_at
		FROM use_grant
		WHERE holder_id = $1 AND license_id = $2 AND case_no = $3 AND account_id = $4 AND ended_at = 0 AND expires_at > $5
		ORDER BY expires_at DESC
		LIMIT 1`, u.license.HolderID, u.license.ID, u.caseNo, u.actor.AccountID, db.Micros(now)).Scan(&id, &expires)
	if err == nil {
		return id, db.Time(expires), nil
	}
	if !errors.Is(err, db.ErrNoRows) {
		return "", time.Time{}, fmt.Errorf("find grant: %w", err)
	}
	id = db.NewID()
	until := now.Add(grantLife)
	_, err = tx.Exec(ctx, `
		INSERT INTO use_grant (holder_id, grant_id, license_id, case_no, material_seq, account_id, unit_id, created_at,
			expires_at, ended_at, copy_ref)
		VALUES ($1, $2, $3, $4, 0, $5, $6, $7, $8, 0, '')`,
		u.license.HolderID, id, u.license.ID, u.caseNo, u.actor.AccountID, u.actor.UnitID, db.Micros(now), db.Micros(until))
	if err != nil {
		return "", time.Time{}, fmt.Errorf("make grant: %w", err)
	}
	return id, until, nil
}

func (d *Door) issueToken(ctx context.Context, tx *db.Tx, holderID string, hash []byte, grantID string, until time.Time) error {
	_, err := tx.Exec(ctx, `
		INSERT INTO use_token (holder_id, token_hash, grant_id, expires_at, redeemed_at)
		VALUES ($1, $2, $3, $4, 0)`, holderID, hash, grantID, db.Micros(until))
	if err != nil {
		return fmt.Errorf("issue token: %w", err)
	}
	return nil
}

// grantOf finds the grant a token redeems; whether it still may be redeemed is for the rules and spend.
func (d *Door) grantOf(ctx context.Context, tx *db.Tx, holderID string, hash []byte) (grant, error) {
	g := grant{ask: Ask{LicenseHolderID: holderID}}
	var created, expires, ended int64
	err := tx.QueryRow(ctx, `
		SELECT g.grant_id, g.account_id, g.license_id, g.case_no, g.created_at, g.expires_at, g.ended_at, g.copy_ref
		FROM use_token t
		JOIN use_grant g ON g.holder_id = t.holder_id AND g.grant_id = t.grant_id
		WHERE t.holder_id = $1 AND t.token_hash = $2`, holderID, hash).
		Scan(&g.id, &g.accountID, &g.ask.LicenseID, &g.ask.CaseNo, &created, &expires, &ended, &g.copyRef)
	if errors.Is(err, db.ErrNoRows) {
		return grant{}, errs.New(errs.Denied, tokenWrong)
	}
	if err != nil {
		return grant{}, fmt.Errorf("find token: %w", err)
	}
	g.createdAt, g.expiresAt, g.endedAt = db.Time(created), db.Time(expires), db.Time(ended)
	c, err := d.o.Cases.Get(ctx, tx, g.ask.CaseNo)
	if err != nil {
		return grant{}, err
	}
	g.ask.MatterCode = c.MatterCode
	return g, nil
}

// spend marks a token as used. If it was used before, the use turns into a refusal.
func (d *Door) spend(ctx context.Context, tx *db.Tx, holderID string, hash []byte, u *use) error {
	n, err := tx.Exec(ctx, `
		UPDATE use_token
		SET redeemed_at = $1
		WHERE holder_id = $2 AND token_hash = $3 AND redeemed_at = 0`, db.Micros(d.o.Clock.Now()), holderID, hash)
	if err != nil {
		return fmt.Errorf("redeem token: %w", err)
	}
	if n == 0 {
		u.reasons = []string{tokenWrong}
	}
	return nil
}

// EndGrants ends all grants of a case at once, with the tokens already given out: when it closes or passes to
// another clerk. Each license lives in its own shard, so the case's materials lead to the grants.
func (d *Door) EndGrants(ctx context.Context, tx *db.Tx, c casefile.Case) error {
	materials, err := d.o.Cases.Materials(ctx, tx, c)
	if err != nil {
		return err
	}
	now := db.Micros(d.o.Clock.Now())
	for _, m := range materials {
		if m.LicenseID == "" {
			continue
		}
		if _, err := tx.Exec(ctx, `
			UPDATE use_grant
			SET ended_at = $1
			WHERE holder_id = $2 AND license_id = $3 AND case_no = $4 AND ended_at = 0`,
			now, m.LicenseHolderID, m.LicenseID, c.No); err != nil {
			return fmt.Errorf("end grants: %w", err)
		}
	}
	return nil
}
