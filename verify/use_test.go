package verify_test

import (
	"crypto/rand"
	"encoding/base64"
	"strings"
	"testing"
	"time"

	"github.com/emmansun/gmsm/sm2"

	"github.com/yinxin-org/yinxin/internal/access/usecode"
	"github.com/yinxin-org/yinxin/verify"
)

// TestUse: what the platform signed is read as it was signed; a code that anybody changed, or that another key signed,
// or that is a token, says nothing.
func TestUse(t *testing.T) {
	t.Parallel()
	key, err := sm2.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	other, err := sm2.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	sign := func(msg []byte) ([]byte, error) { return key.SignWithSM2(rand.Reader, nil, msg) }
	from := time.Date(2026, 3, 2, 2, 0, 0, 0, time.UTC)
	grant := usecode.Grant{Shard: "s", ID: "g", License: "l", Case: "c", Clerk: "k", Unit: "u", From: from.UnixMicro(), Until: from.Add(24 * time.Hour).UnixMicro()}
	code, err := grant.Write(sign)
	if err != nil {
		t.Fatal(err)
	}
	got, ok := verify.Use(&key.PublicKey, code)
	want := verify.UseGrant{ID: "g", License: "l", Case: "c", Clerk: "k", Unit: "u", From: from, Until: from.Add(24 * time.Hour)}
	if !ok || got != want {
		t.Errorf("%+v %v, want %+v", got, ok, want)
	}
	if !got.Live(from) || !got.Live(got.Until.Add(-1)) || got.Live(got.Until) || got.Live(from.Add(-1)) {
		t.Error("its time is not from its first moment to before its last")
	}
	if _, ok := verify.Use(&other.PublicKey, code); ok {
		t.Error("another key's signature passes")
	}
	token, err := usecode.Token{Shard: "s", Grant: "g", Of: []byte{1}, Nonce: make([]byte, usecode.NonceSize), Until: 1}.Write(sign)
	if err != nil {
		t.Fatal(err)
	}
	if _, ok := verify.Use(&key.PublicKey, token); ok {
		t.Error("a token passes for a grant")
	}
	// The signature is kept and what it is over is not.
	parts := strings.Split(code, ".")
	said, err := base64.RawURLEncoding.DecodeString(parts[1])
	if err != nil {
		t.Fatal(err)
	}
	for i := range said {
		changed := append([]byte{}, said...)
		changed[i] ^= 1
		if _, ok := verify.Use(&key.PublicKey, parts[0]+"."+base64.RawURLEncoding.EncodeToString(changed)+"."+parts[2]); ok {
			t.Fatalf("changed at byte %d it still passes", i)
		}
	}
	for _, text := range []string{"", ".", "..", code + "A", code + ".", strings.ToUpper(code), parts[0] + "." + parts[1] + ".", strings.Repeat("A", 5000)} {
		if _, ok := verify.Use(&key.PublicKey, text); ok {
			t.Errorf("%.20q passes", text)
		}
	}
}

func FuzzUse(f *testing.F) {
	key, err := sm2.GenerateKey(rand.Reader)
	if err != nil {
		f.Fatal(err)
	}
	f.Add("yxg1.e30.MA")
	f.Add("yxt1..")
	f.Fuzz(func(t *testing.T, code string) {
		if _, ok := verify.Use(&key.PublicKey, code); ok {
			t.Error("nobody signed it")
		}
	})
}
