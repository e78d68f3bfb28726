package gm_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"testing"

	"github.com/yinxin-org/yinxin/internal/gm"
)

func TestPublicKeyTravelsAsPEM(t *testing.T) {
	t.Parallel()
	keys, err := gm.NewMemoryKeyStore()
	if err != nil {
		t.Fatal(err)
	}
	if err := keys.Generate(t.Context(), "k"); err != nil {
		t.Fatal(err)
	}
	signer, err := keys.Signer("k")
	if err != nil {
		t.Fatal(err)
	}
	text, err := gm.EncodePublicKey(signer.Public())
	if err != nil {
		t.Fatal(err)
	}
	pub, err := gm.ParsePublicKey(text)
	if err != nil || !pub.Equal(signer.Public()) {
		t.Errorf("the key came back as another one: %v", err)
	}
	other, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.MarshalPKIXPublicKey(&other.PublicKey)
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string][]byte{
		"nothing": nil, "no PEM": []byte("x"), "a certificate": pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}),
		"broken": pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: []byte{1, 2}}), "another curve": pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der}),
	} {
		if _, err := gm.ParsePublicKey(text); err == nil {
			t.Errorf("%s is taken for a key", name)
		}
	}
}
