package authn_test

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/yinxin-org/yinxin/internal/authn"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/errs"
)

// signed signs the clerk in and gives the token with the actor as the next request sees them.
func (w world) signed(t *testing.T) (string, *authn.Actor) {
	t.Helper()
	s, err := w.SignIn(t.Context(), "lin.clerk", goodPassword)
	if err != nil {
		t.Fatal(err)
	}
	return s.Token, s.Actor
}

// now is the actor behind a token as the next request sees it.
func (w world) now(t *testing.T, token string) *authn.Actor {
	t.Helper()
	a, err := w.Actor(t.Context(), token)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func (w world) code(t *testing.T, secret string, ahead time.Duration) string {
	t.Helper()
	code, err := authn.CodeAt(secret, w.clock.Now().Add(ahead))
	if err != nil {
		t.Fatal(err)
	}
	return code
}

// enrolled enrols an authenticator for the clerk in a session of its own, and moves the clock past its strength.
func (w world) enrolled(t *testing.T) (secret string) {
	t.Helper()
	token, a := w.signed(t)
	n, err := w.EnrolCode(t.Context(), token, a, goodPassword, "手机")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.FinishCode(t.Context(), token, a, w.code(t, n.Secret, 0)); err != nil {
		t.Fatal(err)
	}
	w.clock.Move(authn.StrongTime + time.Minute)
	return n.Secret
}

func TestEnrolCode(t *testing.T) {
	each(t, func(t *testing.T, w world) {
		w.clerk(t)
		token, a := w.signed(t)
		if err := w.MustBeStrong(t.Context(), a); code(err) != "authn.confirm" || errs.Of(err).Args["ways"] != "" {
			t.Errorf("without a factor: %v %v", err, errs.Of(err).Args)
		}
		if _, err := w.EnrolCode(t.Context(), token, a, "Wrong-2026", "手机"); code(err) != "authn.password" {
			t.Errorf("a wrong password enrols: %v", err)
		}
		if _, err := w.FinishCode(t.Context(), token, a, "123456"); code(err) != "authn.step" {
			t.Errorf("finished what was not begun: %v", err)
		}
		n, err := w.EnrolCode(t.Context(), token, a, goodPassword, "手机")
		if err != nil {
			t.Fatal(err)
		}
		other, _ := w.signed(t)
		if _, err := w.FinishCode(t.Context(), other, a, w.code(t, n.Secret, 0)); code(err) != "authn.step" {
			t.Errorf("another session finishes it: %v", err)
		}
		if _, err := w.FinishCode(t.Context(), token, a, w.code(t, n.Secret, -2*time.Minute)); code(err) != "authn.code" {
			t.Errorf("an old code finishes it: %v", err)
		}
		waiting, err := w.EnrolCode(t.Context(), other, w.now(t, other), goodPassword, "候着的")
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.FinishCode(t.Context(), token, a, w.code(t, n.Secret, 0)); err != nil {
			t.Fatal(err)
		}
		if _, err := w.FinishCode(t.Context(), other, w.now(t, other), w.code(t, waiting.Secret, 0)); code(err) != "authn.step" {
			t.Errorf("begun before there was a factor, finished beside it on the password alone: %v", err)
		}
		if got := w.now(t, token); !got.Strong(w.clock.Now()) || got.ConfirmedBy != authn.ByCode {
			t.Errorf("after enrolling: %+v", got)
		}
		if w.now(t, other).Strong(w.clock.Now()) {
			t.Error("another session of the account is strong")
		}
		if err := w.MustBeStrong(t.Context(), w.now(t, other)); errs.Of(err).Args["ways"] != "totp" {
			t.Errorf("ways: %v", errs.Of(err).Args)
		}
		// Whoever knows the password alone adds nothing beside it and takes nothing away.
		if _, err := w.EnrolCode(t.Context(), other, w.now(t, other), goodPassword, "别的"); code(err) != "authn.confirm" {
			t.Errorf("the password alone enrols a second factor: %v", err)
		}
		all, err := w.Factors(t.Context(), a.AccountID)
		if err != nil || len(all) != 1 || all[0].Name != "手机" {
			t.Fatalf("factors %+v %v", all, err)
		}
		if err := w.RemoveFactor(t.Context(), w.now(t, other), all[0].ID); code(err) != "authn.confirm" {
			t.Errorf("the password alone removes a factor: %v", err)
		}
		if err := w.RemoveFactor(t.Context(), w.now(t, token), all[0].ID); err != nil {
			t.Fatal(err)
		}
	})
}

func TestConfirmByCode(t *testing.T) {
	each(t, func(t *testing.T, w world) {
		w.clerk(t)
		secret := w.enrolled(t)
		token, a := w.signed(t)
		now := w.code(t, secret, 0)
		if err := w.ConfirmCode(t.Context(), token, a, now[:3]+" "+now[3:]); err != nil {
			t.Fatal(err)
		}
		second, _ := w.signed(t)
		if err := w.ConfirmCode(t.Context(), second, a, now); code(err) != "authn.code-used" {
			t.Errorf("a code counts twice: %v", err)
		}
		// The one before was passed over and does not come back; the next one counts.
		if err := w.ConfirmCode(t.Context(), second, a, w.code(t, secret, -30*time.Second)); code(err) != "authn.code-used" {
			t.Errorf("an earlier code counts after a later one: %v", err)
		}
		if err := w.ConfirmCode(t.Context(), second, a, w.code(t, secret, 30*time.Second)); err != nil {
			t.Errorf("the next code: %v", err)
		}
		w.clock.Move(authn.StrongTime - time.Second)
		if !w.now(t, token).Strong(w.clock.Now()) {
			t.Error("not strong for as long as it should")
		}
		w.clock.Move(time.Second)
		if w.now(t, token).Strong(w.clock.Now()) {
			t.Error("strong for ever")
		}
	})
}

func TestGuessesAtCodesLock(t *testing.T) {
	each(t, func(t *testing.T, w world) {
		w.clerk(t)
		secret := w.enrolled(t)
		token, a := w.signed(t)
		right := w.code(t, secret, 0)
		wrong := "000000"
		if right == wrong {
			wrong = "000001"
		}
		for i := range authn.MaxFails {
			if err := w.ConfirmCode(t.Context(), token, a, wrong); code(err) != "authn.code" {
				t.Fatalf("guess %d: %v", i, err)
			}
		}
		if err := w.ConfirmCode(t.Context(), token, a, right); code(err) != "authn.confirm-locked" || errs.Of(err).Args["minutes"] != "10" {
			t.Errorf("after %d guesses: %v", authn.MaxFails, err)
		}
		// Signing in is counted apart: whoever guesses codes cannot lock the owner out.
		if _, err := w.SignIn(t.Context(), "lin.clerk", goodPassword); err != nil {
			t.Errorf("sign in: %v", err)
		}
		w.clock.Move(authn.LockTime)
		if err := w.ConfirmCode(t.Context(), token, a, w.code(t, secret, 0)); err != nil {
			t.Errorf("after the lock: %v", err)
		}
	})
}

// Of many sessions that send the same code at the same moment one is confirmed.
func TestACodeCountsOnceUnderConcurrency(t *testing.T) {
	each(t, func(t *testing.T, w world) {
		w.clerk(t)
		secret := w.enrolled(t)
		const many = 4 // below the lock
		var tokens []string
		var a *authn.Actor
		for range many {
			var token string
			token, a = w.signed(t)
			tokens = append(tokens, token)
		}
		now := w.code(t, secret, 0)
		var wg sync.WaitGroup
		answers := make([]error, many)
		for i, token := range tokens {
			wg.Go(func() { answers[i] = w.ConfirmCode(t.Context(), token, a, now) })
		}
		wg.Wait()
		taken := 0
		for _, err := range answers {
			switch code(err) {
			case "":
				taken++
			case "authn.code-used":
			default:
				t.Errorf("answer %v", err)
			}
		}
		if taken != 1 {
			t.Errorf("%d sessions were confirmed by one code", taken)
		}
	})
}

func TestFactorsAreCiphertext(t *testing.T) {
	each(t, func(t *testing.T, w world) {
		w.clerk(t)
		secret := w.enrolled(t)
		token, a := w.signed(t)
		if err := w.ConfirmCode(t.Context(), token, a, w.code(t, secret, 0)); err != nil {
			t.Fatal(err)
		}
		begun, err := w.EnrolCode(t.Context(), token, w.now(t, token), goodPassword, "备用")
		if err != nil {
			t.Fatal(err)
		}
		err = w.db.Read(t.Context(), func(q *db.Tx) error {
			var name, kept, state []byte
			if err := q.QueryRow(t.Context(), `SELECT name, secret FROM account_factor`).Scan(&name, &kept); err != nil {
				return err
			}
			if err := q.QueryRow(t.Context(), `SELECT state FROM session_step`).Scan(&state); err != nil {
				return err
			}
			for _, stored := range [][]byte{name, kept, state} {
				for _, plain := range []string{secret, begun.Secret, "手机", "备用"} {
					if bytes.Contains(stored, []byte(plain)) {
						t.Errorf("%q stands in clear", plain)
					}
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	})
}

// key is a passkey in software: what a device would answer, and what a dishonest one could.
type key struct {
	origin, rpID string
	id           []byte
	private      *ecdsa.PrivateKey
	count        uint32
}

func newKey(t *testing.T) *key {
	t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	id := make([]byte, 32)
	rand.Read(id)
	return &key{origin: origin, rpID: "yinxin.example", id: id, private: private}
}

var b64 = base64.RawURLEncoding.EncodeToString

func challengeOf(t *testing.T, options []byte) string {
	t.Helper()
	var o struct{ Challenge string }
	if err := json.Unmarshal(options, &o); err != nil || o.Challenge == "" {
		t.Fatalf("options %s: %v", options, err)
	}
	return o.Challenge
}

func (k *key) client(kind, challenge string) []byte {
	return fmt.Appendf(nil, `{"type":%q,"challenge":%q,"origin":%q,"crossOrigin":false}`, kind, challenge, k.origin)
}

func (k *key) data(flags byte) []byte {
	rp := sha256.Sum256([]byte(k.rpID))
	return binary.BigEndian.AppendUint32(append(rp[:], flags), k.count)
}

// create answers navigator.credentials.create, without attestation.
func (k *key) create(t *testing.T, options []byte) []byte {
	t.Helper()
	point, err := k.private.PublicKey.Bytes()
	if err != nil {
		t.Fatal(err)
	}
	// COSE: EC2, ES256, P-256, x, y.
	cose := []byte{0xa5, 0x01, 0x02, 0x03, 0x26, 0x20, 0x01, 0x21, 0x58, 0x20}
	cose = append(cose, point[1:33]...)
	cose = append(cose, 0x22, 0x58, 0x20)
	cose = append(cose, point[33:]...)
	auth := k.data(0x45) // present, verified, with a credential
	auth = append(auth, make([]byte, 16)...)
	auth = binary.BigEndian.AppendUint16(auth, uint16(len(k.id)))
	auth = append(append(auth, k.id...), cose...)
	object := []byte("\xa3\x63fmt\x64none\x67attStmt\xa0\x68authData\x59")
	object = binary.BigEndian.AppendUint16(object, uint16(len(auth)))
	object = append(object, auth...)
	return fmt.Appendf(nil, `{"id":%q,"rawId":%q,"type":"public-key","clientExtensionResults":{},"response":{"clientDataJSON":%q,"attestationObject":%q}}`,
		b64(k.id), b64(k.id), b64(k.client("webauthn.create", challengeOf(t, options))), b64(object))
}

// get answers navigator.credentials.get.
func (k *key) get(t *testing.T, options []byte) []byte {
	t.Helper()
	client, auth := k.client("webauthn.get", challengeOf(t, options)), k.data(0x05)
	hash := sha256.Sum256(client)
	digest := sha256.Sum256(append(bytes.Clone(auth), hash[:]...))
	signature, err := ecdsa.SignASN1(rand.Reader, k.private, digest[:])
	if err != nil {
		t.Fatal(err)
	}
	return fmt.Appendf(nil, `{"id":%q,"rawId":%q,"type":"public-key","clientExtensionResults":{},"response":{"clientDataJSON":%q,"authenticatorData":%q,"signature":%q}}`,
		b64(k.id), b64(k.id), b64(client), b64(auth), b64(signature))
}

// withKey enrols a passkey for the clerk in a session of its own, and moves the clock past its strength.
func (w world) withKey(t *testing.T) *key {
	t.Helper()
	token, a := w.signed(t)
	options, err := w.EnrolPasskey(t.Context(), token, a, goodPassword, "钥匙")
	if err != nil {
		t.Fatal(err)
	}
	k := newKey(t)
	if _, err := w.FinishPasskey(t.Context(), token, a, k.create(t, options)); err != nil {
		t.Fatal(err, errors.Unwrap(err))
	}
	if got := w.now(t, token); !got.Strong(w.clock.Now()) || got.ConfirmedBy != authn.ByPasskey {
		t.Errorf("after enrolling: %+v", got)
	}
	w.clock.Move(authn.StrongTime + time.Minute)
	return k
}

func (w world) begin(t *testing.T, token string, a *authn.Actor) []byte {
	t.Helper()
	options, err := w.BeginPasskey(t.Context(), token, a)
	if err != nil {
		t.Fatal(err)
	}
	return options
}

func TestConfirmByPasskey(t *testing.T) {
	each(t, func(t *testing.T, w world) {
		w.clerk(t)
		k := w.withKey(t)
		token, a := w.signed(t)
		k.count++
		answer := k.get(t, w.begin(t, token, a))
		if err := w.ConfirmPasskey(t.Context(), token, a, answer); err != nil {
			t.Fatal(err, errors.Unwrap(err))
		}
		if !w.now(t, token).Strong(w.clock.Now()) {
			t.Error("not strong")
		}
		if err := w.ConfirmPasskey(t.Context(), token, a, answer); code(err) != "authn.step" {
			t.Errorf("an answer counts twice: %v", err)
		}
		other, _ := w.signed(t)
		w.begin(t, other, a)
		if err := w.ConfirmPasskey(t.Context(), other, a, answer); code(err) != "authn.passkey" {
			t.Errorf("an answer to another challenge: %v", err)
		}
		w.clock.Move(10 * time.Second)
		late := w.begin(t, other, a)
		w.clock.Move(6 * time.Minute)
		k.count++
		if err := w.ConfirmPasskey(t.Context(), other, a, k.get(t, late)); code(err) != "authn.step" {
			t.Errorf("an answer after five minutes: %v", err)
		}
	})
}

func TestPasskeysThatAreRefused(t *testing.T) {
	each(t, func(t *testing.T, w world) {
		w.clerk(t)
		k := w.withKey(t)
		token, a := w.signed(t)
		k.count = 7
		if err := w.ConfirmPasskey(t.Context(), token, a, k.get(t, w.begin(t, token, a))); err != nil {
			t.Fatal(err)
		}
		tests := []struct {
			name string
			do   func(k *key)
			code string
		}{
			{"a copy whose count stands still", func(k *key) { k.count = 7 }, "authn.passkey-copied"},
			{"a copy whose count is behind", func(k *key) { k.count = 3 }, "authn.passkey-copied"},
			{"another site's page", func(k *key) { k.count, k.origin = 8, "https://yinxin.example.attacker.example" }, "authn.passkey"},
			{"another site's key", func(k *key) { k.count, k.rpID = 8, "attacker.example" }, "authn.passkey"},
			{"another key under its name", func(k *key) { k.count, k.private = 8, newKey(t).private }, "authn.passkey"},
			{"a key that nobody enrolled", func(k *key) { *k = *newKey(t) }, "authn.passkey"},
		}
		for i, x := range tests {
			if i == 4 { // five guesses lock
				w.clock.Move(authn.LockTime + time.Minute)
				if err := w.forget(t); err != nil {
					t.Fatal(err)
				}
			}
			bad := *k
			x.do(&bad)
			if err := w.ConfirmPasskey(t.Context(), token, a, bad.get(t, w.begin(t, token, a))); code(err) != x.code {
				t.Errorf("%s: %v (%v)", x.name, err, errors.Unwrap(err))
			}
		}
	})
}

// forget takes the counts of failures away.
func (w world) forget(t *testing.T) error {
	t.Helper()
	return w.db.Write(t.Context(), func(tx *db.Tx) error {
		_, err := tx.Exec(t.Context(), `DELETE FROM login_attempt`)
		return err
	})
}

func TestPasskeyOrigin(t *testing.T) {
	t.Parallel()
	for base, want := range map[string]string{
		"https://zz.example.gov.cn": "https://zz.example.gov.cn", "https://zz.example.gov.cn:8443": "https://zz.example.gov.cn:8443",
		"http://127.0.0.1:8080": "http://localhost:8080", "http://[::1]:8080": "http://localhost:8080", "http://10.0.0.1:8080": "", "": "",
	} {
		if got := authn.PasskeyOrigin(base); got != want {
			t.Errorf("PasskeyOrigin(%q) = %q, want %q", base, got, want)
		}
	}
}
