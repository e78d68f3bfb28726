package gm_test

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/yinxin-org/yinxin/internal/gm"
)

func open(t *testing.T, dir string) *gm.KeyStore {
	t.Helper()
	ks, err := gm.OpenKeyStore(dir)
	if err != nil {
		t.Fatal(err)
	}
	return ks
}

func TestKeyStoreReopens(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "keys")
	ks := open(t, dir)
	if err := ks.Generate(t.Context(), "unit/市监局"); err != nil {
		t.Fatal(err)
	}
	wrapped, err := ks.Wrap([]byte("data key"), []byte("license/1"))
	if err != nil {
		t.Fatal(err)
	}
	first, err := ks.Signer("unit/市监局")
	if err != nil {
		t.Fatal(err)
	}
	ed, err := ks.Ed25519("log")
	if err != nil {
		t.Fatal(err)
	}

	again := open(t, dir)
	if err := again.Generate(t.Context(), "unit/市监局"); err != nil {
		t.Fatal(err)
	}
	second, err := again.Signer("unit/市监局")
	if err != nil {
		t.Fatal(err)
	}
	if !first.Public().Equal(second.Public()) {
		t.Error("Generate replaced a key")
	}
	sig, err := second.Sign([]byte("text"))
	if err != nil || !gm.VerifySM2(first.Public(), []byte("text"), sig) {
		t.Errorf("signature of the reopened key: %v", err)
	}
	if got, err := again.Unwrap(wrapped, []byte("license/1")); err != nil || string(got) != "data key" {
		t.Errorf("Unwrap = %q, %v", got, err)
	}
	if _, err := again.Unwrap(wrapped, []byte("license/2")); !errors.Is(err, gm.ErrDecrypt) {
		t.Errorf("Unwrap under another name: %v, want ErrDecrypt", err)
	}
	if !bytes.Equal(ks.BlindIndex("d", "v"), again.BlindIndex("d", "v")) {
		t.Error("blind index changed on reopening")
	}
	ed2, err := again.Ed25519("log")
	if err != nil || !ed.Public().(ed25519.PublicKey).Equal(ed2.Public()) {
		t.Errorf("Ed25519 key changed on reopening: %v", err)
	}
	checkpoint, err := ed2.Sign(nil, []byte("tree head"), crypto.Hash(0))
	if err != nil || !ed25519.Verify(ed.Public().(ed25519.PublicKey), []byte("tree head"), checkpoint) {
		t.Errorf("Ed25519 signature: %v", err)
	}
}

func TestKeyFilesArePrivate(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "keys")
	ks := open(t, dir)
	if err := ks.Generate(t.Context(), "a"); err != nil {
		t.Fatal(err)
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, e := range entries {
		info, err := e.Info()
		if err != nil {
			t.Fatal(err)
		}
		if info.Mode().Perm() != 0o600 {
			t.Errorf("%s has mode %04o", e.Name(), info.Mode().Perm())
		}
		names = append(names, e.Name())
	}
	if got := strings.Join(names, " "); got != "a.sm2 index.key master.key" {
		t.Errorf("files: %s", got)
	}
	if err := os.Chmod(filepath.Join(dir, "master.key"), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := gm.OpenKeyStore(dir); err == nil {
		t.Error("a master key readable by all was accepted")
	}
}

func TestDamagedKeysAreRefused(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "keys")
	if err := open(t, dir).Generate(t.Context(), "a"); err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(filepath.Join(dir, "a.sm2"))
	if err != nil {
		t.Fatal(err)
	}
	// A key moved to another name must not sign in that name.
	if err := os.WriteFile(filepath.Join(dir, "b.sm2"), data, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := open(t, dir).Signer("b"); !errors.Is(err, gm.ErrDecrypt) {
		t.Errorf("key under another name: %v, want ErrDecrypt", err)
	}
	if _, err := open(t, dir).Signer("c"); !errors.Is(err, gm.ErrNoKey) {
		t.Errorf("unknown key: %v, want ErrNoKey", err)
	}
	if err := os.WriteFile(filepath.Join(dir, "index.key"), []byte("zz"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := gm.OpenKeyStore(dir); err == nil {
		t.Error("a damaged index key was accepted")
	}
}

func TestBlindIndexSeparates(t *testing.T) {
	t.Parallel()
	a, _ := gm.NewMemoryKeyStore()
	b, _ := gm.NewMemoryKeyStore()
	seen := map[string]string{}
	for _, c := range []struct {
		ks            *gm.KeyStore
		domain, value string
	}{{a, "code", "1"}, {a, "phone", "1"}, {a, "code", "2"}, {a, "cod", "e1"}, {b, "code", "1"}} {
		name := fmt.Sprintf("%p %s %s", c.ks, c.domain, c.value)
		key := string(c.ks.BlindIndex(c.domain, c.value))
		if other, ok := seen[key]; ok {
			t.Errorf("%s and %s have one index", name, other)
		}
		seen[key] = name
	}
}

func TestConcurrentFirstStart(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "keys")
	var wg sync.WaitGroup
	indexes, publics := make([]string, 8), make([]*ecdsa.PublicKey, 8)
	for i := range indexes {
		wg.Go(func() {
			ks, err := gm.OpenKeyStore(dir)
			if err != nil {
				t.Error(err)
				return
			}
			if err := ks.Generate(t.Context(), "k"); err != nil {
				t.Error(err)
				return
			}
			s, err := ks.Signer("k")
			if err != nil {
				t.Error(err)
				return
			}
			indexes[i] = string(ks.BlindIndex("d", "v"))
			publics[i] = s.Public()
		})
	}
	wg.Wait()
	if t.Failed() {
		return
	}
	for i := range indexes {
		if indexes[i] != indexes[0] || !publics[i].Equal(publics[0]) {
			t.Fatal("two openers made different keys")
		}
	}
}

func TestKeysDoNotPrint(t *testing.T) {
	t.Parallel()
	ks, _ := gm.NewMemoryKeyStore()
	if err := ks.Generate(t.Context(), "k"); err != nil {
		t.Fatal(err)
	}
	s, _ := ks.Signer("k")
	ed, _ := ks.Ed25519("e")
	for _, verb := range []string{"%v", "%+v", "%#v", "%s"} {
		if got := fmt.Sprintf(verb, s) + fmt.Sprintf(verb, ed) + fmt.Sprintf(verb, ks); strings.ContainsAny(got, "0[{") {
			t.Errorf("%s prints %s", verb, got)
		}
	}
}
