package gm_test

import (
	"bytes"
	"encoding/hex"
	"errors"
	"testing"

	"github.com/emmansun/gmsm/sm2"
	"github.com/emmansun/gmsm/smx509"

	"crypto/ecdsa"

	"github.com/yinxin-org/yinxin/internal/gm"
)

func unhex(t *testing.T, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(s)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// The examples of GB/T 32905-2016, annex A.
func TestSM3Standard(t *testing.T) {
	t.Parallel()
	cases := []struct{ name, in, want string }{
		{"abc", "abc", "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"},
		{"64 bytes", "abcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcd",
			"debe9ff92275b8a138604889c18e5a4d6fdb70e5387e5765293dcba39c0c5732"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			got := gm.SM3([]byte(c.in[:2]), []byte(c.in[2:]))
			if hex.EncodeToString(got[:]) != c.want {
				t.Errorf("SM3 = %x, want %s", got, c.want)
			}
		})
	}
}

func TestEncrypt(t *testing.T) {
	t.Parallel()
	key, err := gm.NewKey()
	if err != nil {
		t.Fatal(err)
	}
	plain, aad := []byte("闽A·1234"), []byte("holder/1")
	sealed, err := gm.Encrypt(key, plain, aad)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := gm.Decrypt(key, sealed, aad); err != nil || !bytes.Equal(got, plain) {
		t.Fatalf("Decrypt = %q, %v", got, err)
	}
	again, _ := gm.Encrypt(key, plain, aad)
	if bytes.Equal(again, sealed) {
		t.Error("two encryptions of one value are equal")
	}
	broken := bytes.Clone(sealed)
	broken[len(broken)-1] ^= 1
	other, _ := gm.NewKey()
	for name, try := range map[string]func() ([]byte, error){
		"changed": func() ([]byte, error) { return gm.Decrypt(key, broken, aad) },
		"aad":     func() ([]byte, error) { return gm.Decrypt(key, sealed, []byte("holder/2")) },
		"key":     func() ([]byte, error) { return gm.Decrypt(other, sealed, aad) },
		"short":   func() ([]byte, error) { return gm.Decrypt(key, sealed[:5], aad) },
	} {
		if _, err := try(); !errors.Is(err, gm.ErrDecrypt) {
			t.Errorf("%s: err = %v, want ErrDecrypt", name, err)
		}
	}
	if _, err := gm.Encrypt([]byte("short"), plain, nil); err == nil {
		t.Error("a key of five bytes was accepted")
	}
}

// emmansun/gmsm issue 560: releases before v0.44.1 reject this valid signature
// on amd64 with BMI2 because of a carry in the assembly. The verification is
// over the digest itself, without Z.
func TestSM2CarryVector(t *testing.T) {
	t.Parallel()
	spki := unhex(t, "3059301306072a8648ce3d020106082a811ccf5501822d03420004ef4de57af00ae424c00c4caadff7193f804a19dd73a7e2954db9d0d15ab4cbba67728c3f4572878b7a674735da9fde1682fe2d9e0799c4a5cde57e3d473039a2")
	sig := unhex(t, "3046022100be0ea64e1ec06f0d247093f3ccbbadcfb6260224272f86ddb78326e7cd6c7560022100e9f6ab2fcc48a2cef94838e66b5c7e21fd8e4de25990dd98ca5243f4966f2853")
	pub, err := smx509.ParsePKIXPublicKey(spki)
	if err != nil {
		t.Fatal(err)
	}
	if !sm2.VerifyASN1(pub.(*ecdsa.PublicKey), make([]byte, 32), sig) {
		t.Error("the SM2 implementation rejects a valid signature: the gmsm version is older than v0.44.1")
	}
}
