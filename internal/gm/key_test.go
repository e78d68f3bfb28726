package gm_test

import (
	"crypto/ecdsa"
	"crypto/ed25519"
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"testing"
	"time"

	"github.com/emmansun/gmsm/sm2"

	"github.com/yinxin-org/yinxin/internal/gm"
	"github.com/yinxin-org/yinxin/internal/gm/sdf"
)

// device is a key that lies elsewhere.
type device struct {
	*gm.Signer
	down error
	used int
}

func (d *device) SignDigest(e [32]byte) ([]byte, error) {
	d.used++
	if d.down != nil {
		return nil, d.down
	}
	return d.Signer.SignDigest(e)
}

func TestAttach(t *testing.T) {
	t.Parallel()
	elsewhere, _ := gm.NewMemoryKeyStore()
	if err := elsewhere.Generate(t.Context(), "k"); err != nil {
		t.Fatal(err)
	}
	signer, err := elsewhere.Signer("k")
	if err != nil {
		t.Fatal(err)
	}
	far := &device{Signer: signer}

	dir := filepath.Join(t.TempDir(), "keys")
	ks := open(t, dir)
	ks.Attach("unit", far)
	if _, err := gm.NewCA(ks, "root", "示范根CA", now, 20); err != nil {
		t.Fatal(err)
	}
	cert, err := gm.IssueCert(ks, "root", "unit", gm.CertRequest{CommonName: "单位", Usage: gm.SealSigner, NotBefore: now, NotAfter: now.AddDate(1, 0, 0)})
	if err != nil {
		t.Fatal(err)
	}
	got, err := ks.Signer("unit")
	if err != nil {
		t.Fatal(err)
	}
	sig, err := got.Sign([]byte("text"))
	if err != nil || far.used != 1 || !gm.VerifySM2(signer.Public(), []byte("text"), sig) || string(got.Cert()) != string(cert) {
		t.Errorf("signed elsewhere %d times: %v", far.used, err)
	}
	if _, err := os.Stat(filepath.Join(dir, "unit.sm2")); !os.IsNotExist(err) {
		t.Error("a key was made in the folder beside the attached one")
	}
	far.down = errors.New("device is lost")
	if _, err := got.Sign([]byte("text")); !errors.Is(err, far.down) {
		t.Errorf("a lost device: %v", err)
	}
}

func TestSelfCertified(t *testing.T) {
	t.Parallel()
	ks, _ := gm.NewMemoryKeyStore()
	at := func(now time.Time) (cert, root string) {
		signer, ca, err := gm.SelfCertified(ks, "tsa", gm.CertRequest{CommonName: "时间戳", Usage: gm.Timestamp,
			NotBefore: now.Add(-time.Minute), NotAfter: now.AddDate(5, 0, 0)}, now)
		if err != nil {
			t.Fatal(err)
		}
		if err := parse(t, signer.Cert()).CheckSignatureFrom(parse(t, ca)); err != nil {
			t.Error(err)
		}
		return string(signer.Cert()), string(ca)
	}
	first, root := at(now)
	if again, _ := at(now.AddDate(3, 0, 0)); again != first {
		t.Error("a certificate that is good for two more years was replaced")
	}
	if renewed, same := at(now.AddDate(4, 1, 0)); renewed == first || same != root {
		t.Error("a certificate in its last year was not replaced under the same root")
	}
}

// Whoever holds a key store, a signer or a key of a device has no way to the private key.
func TestNoMethodGivesAKeyOut(t *testing.T) {
	t.Parallel()
	secret := []reflect.Type{reflect.TypeFor[sm2.PrivateKey](), reflect.TypeFor[ecdsa.PrivateKey](), reflect.TypeFor[ed25519.PrivateKey]()}
	for _, typ := range []reflect.Type{reflect.TypeFor[*gm.KeyStore](), reflect.TypeFor[*gm.Signer](), reflect.TypeFor[gm.Key](),
		reflect.TypeFor[*sdf.Key](), reflect.TypeFor[*sdf.Device]()} {
		for m := range typ.Methods() {
			for out := range m.Type.Outs() {
				for out.Kind() == reflect.Pointer {
					out = out.Elem()
				}
				for _, s := range secret {
					if out == s {
						t.Errorf("%v.%s returns a %v", typ, m.Name, s)
					}
				}
			}
		}
		if typ.Kind() != reflect.Pointer {
			continue
		}
		for f := range typ.Elem().Fields() {
			if f.IsExported() {
				t.Errorf("%v.%s can be read from outside", typ, f.Name)
			}
		}
	}
}
