package access_test

import (
	"encoding/base64"
	"strings"
	"testing"
	"time"

	"github.com/yinxin-org/yinxin/internal/access"
	"github.com/yinxin-org/yinxin/internal/access/usecode"
	"github.com/yinxin-org/yinxin/internal/authn"
	"github.com/yinxin-org/yinxin/internal/casefile"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/db/dbtest"
	"github.com/yinxin-org/yinxin/internal/errs"
	"github.com/yinxin-org/yinxin/internal/gm"
	"github.com/yinxin-org/yinxin/internal/matter"
	"github.com/yinxin-org/yinxin/verify"
)

// TestCodesAreSignedAndBound: what is given out says what it is for under the platform's signature; of a token that
// was altered, or whose grant was, or that another key signed, nothing comes but a record of the attempt.
func TestCodesAreSignedAndBound(t *testing.T) {
	t.Parallel()
	dbtest.EachURL(t, func(t *testing.T, url string) {
		w := newWorld(t, url)
		t.Run("what a grant says", w.grantSays)
		t.Run("altered", w.alteredToken)
		t.Run("the grant was altered in the database", w.alteredGrant)
		t.Run("ended also where its license is no material any more", w.endedEverywhere)
	})
}

func (w *world) useKey(t *testing.T) *gm.Signer {
	t.Helper()
	s, err := w.App.Keys.Signer("use")
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func (w *world) grantSays(t *testing.T) {
	c, token := w.token(t, labMatter, "student")
	g, ok := verify.Use(w.useKey(t).Public(), token.Code)
	now := w.Clock.Now().UTC()
	want := verify.UseGrant{ID: token.GrantID, License: token.License.ID, Case: c.No, Clerk: w.clerk.AccountID, Unit: unitID,
		From: now.Truncate(time.Microsecond), Until: now.Add(24 * time.Hour)}
	if !ok || g != want {
		t.Errorf("the grant says %+v (%v), want %+v", g, ok, want)
	}
	again, err := w.door.Grant(t.Context(), w.clerk, w.ask(t, c, "student", identityCard))
	if err != nil || again.GrantID != token.GrantID || again.Secret == token.Secret {
		t.Fatalf("another token of the same grant: %v", err)
	}
	if g, ok = verify.Use(w.useKey(t).Public(), again.Code); !ok || g != want {
		t.Errorf("a day's grant says %+v the second time, want %+v", g, want)
	}
}

// changed writes a token anew after one thing in it was changed, signed with a key.
func changed(t *testing.T, secret string, key *gm.Signer, change func(*usecode.Token)) string {
	t.Helper()
	c, err := usecode.Parse(secret)
	if err != nil {
		t.Fatal(err)
	}
	token, err := c.Token()
	if err != nil {
		t.Fatal(err)
	}
	change(&token)
	text, err := token.Write(key.Sign)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func (w *world) alteredToken(t *testing.T) {
	_, token := w.token(t, labMatter, "student")
	_, other := w.token(t, labMatter, "mother")
	keys, err := gm.NewMemoryKeyStore()
	if err != nil {
		t.Fatal(err)
	}
	if err := keys.Generate(t.Context(), "use"); err != nil {
		t.Fatal(err)
	}
	stranger, err := keys.Signer("use")
	if err != nil {
		t.Fatal(err)
	}
	elsewhere, err := usecode.Parse(other.Secret)
	if err != nil {
		t.Fatal(err)
	}
	of, err := elsewhere.Token()
	if err != nil {
		t.Fatal(err)
	}
	parts := strings.Split(token.Secret, ".")
	longer := base64.RawURLEncoding.EncodeToString([]byte(`{"grant":"` + token.GrantID + `"}`))
	for name, secret := range map[string]string{
		"nothing":                      "",
		"of the form before":           strings.Repeat("A", 64),
		"a grant in place of a token":  token.Code,
		"cut":                          token.Secret[:len(token.Secret)-1],
		"lengthened":                   token.Secret + "A",
		"other words, its signature":   parts[0] + "." + longer + "." + parts[2],
		"another's signature":          parts[0] + "." + parts[1] + "." + strings.Split(other.Secret, ".")[2],
		"signed by a stranger":         changed(t, token.Secret, stranger, func(*usecode.Token) {}),
		"until later, by a stranger":   changed(t, token.Secret, stranger, func(k *usecode.Token) { k.Until++ }),
		"another secret, by the key":   changed(t, token.Secret, w.useKey(t), func(k *usecode.Token) { k.Nonce[0] ^= 1 }),
		"another grant, by the key":    changed(t, token.Secret, w.useKey(t), func(k *usecode.Token) { k.Grant = other.GrantID }),
		"bound elsewhere, by the key":  changed(t, token.Secret, w.useKey(t), func(k *usecode.Token) { k.Of = of.Of }),
		"in another shard, by the key": changed(t, token.Secret, w.useKey(t), func(k *usecode.Token) { k.Shard = of.Shard }),
	} {
		t.Run(name, func(t *testing.T) {
			r, err := w.door.Redeem(t.Context(), w.clerk, secret, access.Fields)
			empty(t, r)
			w.refused(t, err, w.platform, "access.token")
		})
	}
	if _, err := w.door.Redeem(t.Context(), w.clerk, token.Secret, access.Fields); err != nil {
		t.Errorf("the token itself: %v", err)
	}
}

// alteredGrant: whoever can write the database and lacks the key widens no grant that was given out.
func (w *world) alteredGrant(t *testing.T) {
	c, _ := w.token(t, labMatter, "student")
	for name, change := range map[string]string{
		"another license": `license_id = '` + w.License(t, "mother", identityCard).ID + `'`,
		"another clerk":   `account_id = '` + w.colleague.AccountID + `'`,
		"a later end":     `expires_at = expires_at + 1`,
		"another unit":    `unit_id = '` + otherUnit + `'`,
	} {
		t.Run(name, func(t *testing.T) {
			token, err := w.door.Grant(t.Context(), w.clerk, w.ask(t, c, "student", identityCard))
			if err != nil {
				t.Fatal(err)
			}
			w.exec(t, `UPDATE use_grant SET `+change+` WHERE grant_id = $1`, token.GrantID)
			for _, who := range []*authn.Actor{w.clerk, w.colleague} {
				r, err := w.door.Redeem(t.Context(), who, token.Secret, access.Fields)
				empty(t, r)
				w.refused(t, err, w.platform, "access.token")
			}
			w.exec(t, `UPDATE use_grant SET ended_at = 1 WHERE grant_id = $1`, token.GrantID)
		})
	}
}

// endedEverywhere: a case passes on while its material is another license already; the grant for the first one ends too.
func (w *world) endedEverywhere(t *testing.T) {
	c, token := w.token(t, labMatter, "elder")
	w.Write(t, func(tx *db.Tx) error {
		now, err := w.App.Cases.Get(t.Context(), tx, c.No)
		if err != nil {
			return err
		}
		if err := w.door.EndGrants(t.Context(), tx, now); err != nil {
			return err
		}
		now.Stage = matter.Decide
		return w.App.Cases.Save(t.Context(), tx, &now)
	})
	w.alter(t, c.No, func(c *casefile.Case) { c.Stage = matter.Accept })
	r, err := w.door.Redeem(t.Context(), w.clerk, token.Secret, access.Fields)
	empty(t, r)
	if errs.Code(err) != "access.case.time" {
		t.Errorf("after the case came back: %v", err)
	}
}
