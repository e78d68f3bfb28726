package access

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/yinxin-org/yinxin/internal/access/usecode"
	"github.com/yinxin-org/yinxin/internal/casefile"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/errs"
	"github.com/yinxin-org/yinxin/internal/gm"
	"github.com/yinxin-org/yinxin/internal/license"
)

// Token redeems a use grant once. It is given to the caller and stored nowhere; only a digest of its secret is kept.
type Token struct {
	Secret    string // the token (取用凭据), signed; see package usecode
	Code      string // its grant (用证码), signed
	GrantID   string
	ExpiresAt time.Time
	License   license.License
	RecordNo  string
}

// tokenWrong is the reason against a token that was used up or never given out.
const tokenWrong = "access.token"

func newNonce() []byte {
	nonce := make([]byte, usecode.NonceSize)
	_, _ = rand.Read(nonce)
	return nonce
}

// token is a token that was shown, as far as the platform signed it.
type token struct {
	usecode.Token
	hash []byte // by which it is known
}

// tokensKnown is how many tokens a process remembers at least to have written.
const tokensKnown = 4096

// wrote reports whether this process is known to have written a token: of what it signed itself it need not check the signature,
// which costs as much as all else of a redemption.
func (d *Door) wrote(secret string) bool {
	_, ok := d.written.Get(gm.SM3([]byte(secret)))
	return ok
}

// readToken reads a token and checks that the platform signed it.
func (d *Door) readToken(secret string) (token, bool) {
	c, err := usecode.Parse(secret)
	if err != nil || !d.wrote(secret) && !gm.VerifySM2(d.o.Signer.Public(), c.Signed, c.Signature) {
		return token{}, false
	}
	t, err := c.Token()
	if err != nil {
		return token{}, false
	}
	return token{Token: t, hash: tokenHash(t.Shard, t.Grant, t.Nonce)}, true
}

// tokenHash is what is kept of a token. Its parts but the last are of known size.
func tokenHash(shard, grantID string, nonce []byte) []byte {
	sum := gm.SM3([]byte("use.token\x00"), []byte(shard), []byte(grantID), nonce)
	return sum[:]
}

// write makes the codes of a grant and of one of its tokens.
func (d *Door) write(g grant, nonce []byte) (code, secret string, err error) {
	says := g.says()
	if code, err = says.Write(d.o.Signer.Sign); err != nil {
		return "", "", err
	}
	of, err := grantDigest(says)
	if err != nil {
		return "", "", err
	}
	secret, err = usecode.Token{Shard: says.Shard, Grant: g.id, Of: of, Nonce: nonce, Until: says.Until}.Write(d.o.Signer.Sign)
	if err != nil {
		return "", "", err
	}
	d.written.Put(gm.SM3([]byte(secret)), struct{}{})
	return code, secret, nil
}

func grantDigest(g usecode.Grant) ([]byte, error) {
	said, err := g.Body()
	if err != nil {
		return nil, err
	}
	sum := gm.SM3([]byte("use.grant\x00"), said)
	return sum[:], nil
}

// grant is a stored use grant with what it is bound to.
type grant struct {
	id        string
	accountID string
	unitID    string
	ask       Ask
	createdAt time.Time
	expiresAt time.Time
	endedAt   time.Time
}

func (g grant) until() time.Time {
	if !g.endedAt.IsZero() && g.endedAt.Before(g.expiresAt) {
		return g.endedAt
	}
	return g.expiresAt
}

// says is what the platform signs of a grant. That it ended before its time is not among it.
func (g grant) says() usecode.Grant {
	return usecode.Grant{Shard: g.ask.LicenseHolderID, ID: g.id, License: g.ask.LicenseID, Case: g.ask.CaseNo, Clerk: g.accountID,
		Unit: g.unitID, From: db.Micros(g.createdAt), Until: db.Micros(g.expiresAt)}
}

// liveGrant finds the clerk's live grant for the license and case, or makes one.
func (d *Door) liveGrant(ctx context.Context, tx *db.Tx, u use, now time.Time) (grant, error) {
	g := grant{accountID: u.actor.AccountID, unitID: u.actor.UnitID,
		ask: Ask{CaseNo: u.caseNo, MatterCode: u.matterCode, LicenseHolderID: u.license.HolderID, LicenseID: u.license.ID}}
	var created, expires int64
	err := tx.QueryRow(ctx, `
		SELECT grant_id, unit_id, created_at, expires_at
		FROM use_grant
		WHERE holder_id = $1 AND license_id = $2 AND case_no = $3 AND account_id = $4 AND ended_at = 0 AND expires_at > $5
		ORDER BY expires_at DESC
		LIMIT 1`, u.license.HolderID, u.license.ID, u.caseNo, u.actor.AccountID, db.Micros(now)).Scan(&g.id, &g.unitID, &created, &expires)
	if err == nil {
		g.createdAt, g.expiresAt = db.Time(created), db.Time(expires)
		return g, nil
	}
	if !errors.Is(err, db.ErrNoRows) {
		return grant{}, fmt.Errorf("find grant: %w", err)
	}
	g.id, g.createdAt, g.expiresAt = db.NewID(), now, now.Add(grantLife)
	_, err = tx.Exec(ctx, `
		INSERT INTO use_grant (holder_id, grant_id, license_id, case_no, material_seq, account_id, unit_id, created_at,
			expires_at, ended_at, copy_ref)
		VALUES ($1, $2, $3, $4, 0, $5, $6, $7, $8, 0, '')`,
		u.license.HolderID, g.id, u.license.ID, u.caseNo, g.accountID, g.unitID, db.Micros(now), db.Micros(g.expiresAt))
	if err != nil {
		return grant{}, fmt.Errorf("make grant: %w", err)
	}
	return g, nil
}

func (d *Door) issueToken(ctx context.Context, tx *db.Tx, g grant, nonce []byte) error {
	shard := g.ask.LicenseHolderID
	_, err := tx.Exec(ctx, `
		INSERT INTO use_token (holder_id, token_hash, grant_id, expires_at, redeemed_at)
		VALUES ($1, $2, $3, $4, 0)`, shard, tokenHash(shard, g.id, nonce), g.id, db.Micros(g.expiresAt))
	if err != nil {
		return fmt.Errorf("issue token: %w", err)
	}
	return nil
}

// grantOf finds the grant a token redeems, if it is still what the token was given for; whether it may be redeemed is
// for the rules and spend.
func (d *Door) grantOf(ctx context.Context, tx *db.Tx, t token, signed bool) (grant, error) {
	if !signed {
		return grant{}, errs.New(errs.Denied, tokenWrong)
	}
	g := grant{id: t.Grant, ask: Ask{LicenseHolderID: t.Shard}}
	var created, expires, ended int64
	err := tx.QueryRow(ctx, `
		SELECT g.account_id, g.unit_id, g.license_id, g.case_no, g.created_at, g.expires_at, g.ended_at
		FROM use_token t
		JOIN use_grant g ON g.holder_id = t.holder_id AND g.grant_id = t.grant_id
		WHERE t.holder_id = $1 AND t.token_hash = $2 AND t.grant_id = $3`, t.Shard, t.hash, t.Grant).
		Scan(&g.accountID, &g.unitID, &g.ask.LicenseID, &g.ask.CaseNo, &created, &expires, &ended)
	if errors.Is(err, db.ErrNoRows) {
		return grant{}, errs.New(errs.Denied, tokenWrong)
	}
	if err != nil {
		return grant{}, fmt.Errorf("find token: %w", err)
	}
	g.createdAt, g.expiresAt, g.endedAt = db.Time(created), db.Time(expires), db.Time(ended)
	of, err := grantDigest(g.says())
	if err != nil {
		return grant{}, err
	}
	if !bytes.Equal(of, t.Of) {
		return grant{}, errs.New(errs.Denied, tokenWrong)
	}
	return g, nil
}

// spend marks a token as used. If it was used before, the use turns into a refusal.
func (d *Door) spend(ctx context.Context, tx *db.Tx, t token, u *use) error {
	n, err := tx.Exec(ctx, `
		UPDATE use_token
		SET redeemed_at = $1
		WHERE holder_id = $2 AND token_hash = $3 AND redeemed_at = 0`, db.Micros(d.o.Clock.Now()), t.Shard, t.hash)
	if err != nil {
		return fmt.Errorf("redeem token: %w", err)
	}
	if n == 0 {
		u.reasons = []string{tokenWrong}
	}
	return nil
}

// EndGrants ends all grants of a case at once, with the tokens already given out: when it closes or passes to
// another clerk. Each license lives in its own shard; the case's materials and parties lead to them.
func (d *Door) EndGrants(ctx context.Context, tx *db.Tx, c casefile.Case) error {
	materials, err := d.o.Cases.Materials(ctx, tx, c)
	if err != nil {
		return err
	}
	parties, err := d.o.Cases.Parties(ctx, tx, c)
	if err != nil {
		return err
	}
	shards := values(parties)
	for _, m := range materials {
		if m.LicenseID != "" {
			shards = append(shards, m.LicenseHolderID)
		}
	}
	slices.Sort(shards) // one order for all, so that two of them do not wait for each other
	now := db.Micros(d.o.Clock.Now())
	for _, shard := range slices.Compact(shards) {
		if _, err := tx.Exec(ctx, `
			UPDATE use_grant
			SET ended_at = $1
			WHERE holder_id = $2 AND case_no = $3 AND ended_at = 0`, now, shard, c.No); err != nil {
			return fmt.Errorf("end grants: %w", err)
		}
	}
	return nil
}
