package gm_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/emmansun/gmsm/smx509"

	"github.com/yinxin-org/yinxin/internal/gm"
)

var now = time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)

// chain makes a root, an intermediate and a seal signer.
func chain(t *testing.T, ks *gm.KeyStore) (root, mid, leaf []byte) {
	t.Helper()
	root, err := gm.NewCA(ks, "root", "示范根CA", now, 20)
	if err != nil {
		t.Fatal(err)
	}
	mid, err = gm.IssueCert(ks, "root", "mid", gm.CertRequest{
		CommonName: "示范运营CA", Usage: gm.Intermediate, NotBefore: now, NotAfter: now.AddDate(10, 0, 0)})
	if err != nil {
		t.Fatal(err)
	}
	leaf, err = gm.IssueCert(ks, "mid", "unit", gm.CertRequest{
		CommonName: "示范市市场监督管理局", Organization: "示范市市场监督管理局", SerialNumber: "11350100MB0000000X",
		Usage: gm.SealSigner, NotBefore: now, NotAfter: now.AddDate(99, 0, 0)})
	if err != nil {
		t.Fatal(err)
	}
	return root, mid, leaf
}

func parse(t *testing.T, der []byte) *smx509.Certificate {
	t.Helper()
	c, err := smx509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestIssueCert(t *testing.T) {
	t.Parallel()
	ks, _ := gm.NewMemoryKeyStore()
	rootDER, midDER, leafDER := chain(t, ks)
	root, mid, leaf := parse(t, rootDER), parse(t, midDER), parse(t, leafDER)
	roots, mids := smx509.NewCertPool(), smx509.NewCertPool()
	roots.AddCert(root)
	mids.AddCert(mid)
	_, err := leaf.Verify(smx509.VerifyOptions{Roots: roots, Intermediates: mids, CurrentTime: now.Add(time.Hour),
		KeyUsages: []smx509.ExtKeyUsage{smx509.ExtKeyUsageAny}})
	if err != nil {
		t.Fatal(err)
	}
	if leaf.KeyUsage != smx509.KeyUsageDigitalSignature|smx509.KeyUsageContentCommitment || leaf.IsCA {
		t.Errorf("leaf key usage %b, CA %v", leaf.KeyUsage, leaf.IsCA)
	}
	if string(leaf.AuthorityKeyId) != string(mid.SubjectKeyId) || len(mid.SubjectKeyId) != 20 {
		t.Error("authority key identifier does not name the issuer's key")
	}
	if leaf.NotAfter.After(mid.NotAfter) {
		t.Error("leaf outlives its issuer")
	}
	signer, err := ks.Signer("unit")
	if err != nil || string(signer.Cert()) != string(leafDER) {
		t.Errorf("signer has another certificate: %v", err)
	}
	if err := ks.SetCert("unit", midDER); err == nil {
		t.Error("a certificate of another key was accepted")
	}
}

func TestIssueCRL(t *testing.T) {
	t.Parallel()
	ks, _ := gm.NewMemoryKeyStore()
	_, midDER, leafDER := chain(t, ks)
	der, err := gm.IssueCRL(ks, "mid", 1, []gm.Revocation{{Cert: leafDER, At: now.Add(time.Hour)}}, now.Add(2*time.Hour), now.Add(48*time.Hour))
	if err != nil {
		t.Fatal(err)
	}
	list, err := smx509.ParseRevocationList(der)
	if err != nil {
		t.Fatal(err)
	}
	if err := list.CheckSignatureFrom(parse(t, midDER)); err != nil {
		t.Error(err)
	}
	if len(list.RevokedCertificateEntries) != 1 || list.RevokedCertificateEntries[0].SerialNumber.Cmp(parse(t, leafDER).SerialNumber) != 0 {
		t.Error("the list does not name the revoked certificate")
	}
}

func TestCertRequestRefused(t *testing.T) {
	t.Parallel()
	ks, _ := gm.NewMemoryKeyStore()
	chain(t, ks)
	cases := map[string]gm.CertRequest{
		"no name":   {Usage: gm.SealSigner, NotBefore: now, NotAfter: now.Add(time.Hour)},
		"no period": {CommonName: "x", Usage: gm.SealSigner, NotBefore: now, NotAfter: now},
		"no usage":  {CommonName: "x", NotBefore: now, NotAfter: now.Add(time.Hour)},
	}
	for name, req := range cases {
		if _, err := gm.IssueCert(ks, "mid", "x", req); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}

// openssl is a second implementation: it must accept our chain and signature.
func TestOpenSSLAgrees(t *testing.T) {
	t.Parallel()
	tool, err := exec.LookPath("openssl")
	if err != nil {
		if os.Getenv("CI") != "" {
			t.Fatal("openssl is missing in CI")
		}
		t.Skip("needs openssl")
	}
	ks, _ := gm.NewMemoryKeyStore()
	root, mid, leaf := chain(t, ks)
	dir := t.TempDir()
	write := func(name string, data []byte) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, data, 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	run := func(args ...string) string {
		out, err := exec.CommandContext(t.Context(), tool, args...).CombinedOutput()
		if err != nil {
			t.Fatalf("openssl %s: %v\n%s", args[0], err, out)
		}
		return string(out)
	}
	rootPEM, midPEM, leafPEM := write("root.pem", gm.EncodePEM(root)), write("mid.pem", gm.EncodePEM(mid)), write("leaf.pem", gm.EncodePEM(leaf))
	// openssl applies the distinguishing id to the leaf alone, so each link is checked as a leaf.
	for _, link := range [][2]string{{rootPEM, midPEM}, {midPEM, leafPEM}} {
		run("verify", "-attime", "1780000000", "-vfyopt", "distid:1234567812345678", "-partial_chain", "-CAfile", link[0], link[1])
	}

	signer, _ := ks.Signer("unit")
	msg := []byte("电子证照")
	sig, err := signer.Sign(msg)
	if err != nil {
		t.Fatal(err)
	}
	pub := write("pub.pem", []byte(run("x509", "-in", leafPEM, "-pubkey", "-noout")))
	msgFile := write("msg", msg)
	out := run("pkeyutl", "-verify", "-pubin", "-inkey", pub, "-rawin", "-digest", "sm3",
		"-pkeyopt", "distid:1234567812345678", "-in", msgFile, "-sigfile", write("sig", sig))
	if !strings.Contains(out, "Verified Successfully") {
		t.Errorf("openssl says %s", out)
	}
}
