// Package openssl_test lets OpenSSL 3 judge every SM2 signature and every certificate in the files of a folder.
package openssl_test

import (
	"encoding/asn1"
	"encoding/pem"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/yinxin-org/yinxin/ofd"
	"github.com/yinxin-org/yinxin/ses"
	"github.com/yinxin-org/yinxin/ses/tsp"
)

// id is the identity that SM2 signatures of seals are made with (GB/T 35276).
const id = "distid:1234567812345678"

// made is the time at which the corpus is dated, in seconds.
const made = "1773023425"

// judge asks openssl. What it has said yes to it is not asked again: all files have the same few certificates.
type judge struct {
	dir   string
	roots string
	keys  map[string]string // DER of a certificate that holds: the file of its key
	held  map[string]bool   // signatures that hold, by their bytes
}

// TestEverySignature reads the folder that the command corpus writes.
func TestEverySignature(t *testing.T) {
	t.Parallel()
	folder := os.Getenv("YINXIN_CORPUS_DIR")
	if folder == "" {
		t.Skip("needs YINXIN_CORPUS_DIR")
	}
	files, err := filepath.Glob(filepath.Join(folder, "*.ofd"))
	if err != nil {
		t.Fatal(err)
	}
	if len(files) < 200 {
		t.Fatalf("only %d files", len(files))
	}
	j := &judge{dir: t.TempDir(), roots: filepath.Join(folder, "anchors.pem"), keys: map[string]string{}, held: map[string]bool{}}
	for _, name := range files {
		j.file(t, name)
	}
	t.Logf("%d files, %d certificates, %d signatures", len(files), len(j.keys), len(j.held))
}

// file judges every signature of one file: the unit's over the signed part and the maker's over the seal.
func (j *judge) file(t *testing.T, name string) {
	t.Helper()
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	p, err := ofd.Read(data, ofd.Limits{})
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	n := 0
	for _, entry := range p.Names() {
		if !strings.HasSuffix(entry, "/SignedValue.dat") {
			continue
		}
		n++
		// SES_Signature ::= {toSign, cert, alg, signature}, SESeal ::= {eSealInfo, cert, alg, signature}
		value, _ := p.Entry(entry)
		signature := parts(t, value)
		seal := parts(t, parts(t, signature[0].FullBytes)[1].FullBytes)
		j.signature(t, name+": signer", signature)
		j.signature(t, name+": maker", seal)
		if len(signature) > 4 {
			j.authority(t, value)
		}
	}
	if n == 0 {
		t.Errorf("%s: no signature", name)
	}
}

// signature judges the last of four parts, which is over the first, by the certificate in the second.
func (j *judge) signature(t *testing.T, name string, of []asn1.RawValue) {
	t.Helper()
	value := of[3].Bytes[1:] // without the count of unused bits
	if j.held[string(value)] {
		return
	}
	out := j.run(t, "pkeyutl", "-verify", "-pubin", "-inkey", j.key(t, of[1].Bytes), "-rawin", "-digest", "sm3", "-pkeyopt", id,
		"-in", j.write(t, "signed", of[0].FullBytes), "-sigfile", j.write(t, "value", value))
	if !strings.Contains(out, "Verified Successfully") {
		t.Errorf("%s: openssl says %s", name, out)
	}
	j.held[string(value)] = true
}

// authority judges the certificate of a time stamp. The stamp itself is judged by BouncyCastle: openssl ts knows no
// identity of SM2.
func (j *judge) authority(t *testing.T, value []byte) {
	t.Helper()
	signature, err := ses.ParseSignature(value)
	if err != nil {
		t.Fatal(err)
	}
	token, err := tsp.ParseToken(signature.Timestamp)
	if err != nil {
		t.Fatal(err)
	}
	j.key(t, token.Cert)
}

// key judges a certificate as of the time when the corpus was made and gives the file of its key.
func (j *judge) key(t *testing.T, cert []byte) string {
	t.Helper()
	if path, ok := j.keys[string(cert)]; ok {
		return path
	}
	path := j.write(t, "cert.pem", pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: cert}))
	j.run(t, "verify", "-x509_strict", "-attime", made, "-vfyopt", id, "-CAfile", j.roots, path)
	key := j.write(t, fmt.Sprintf("key%d.pem", len(j.keys)), []byte(j.run(t, "x509", "-in", path, "-pubkey", "-noout")))
	j.keys[string(cert)] = key
	return key
}

func (j *judge) write(t *testing.T, name string, data []byte) string {
	t.Helper()
	path := filepath.Join(j.dir, name)
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func (j *judge) run(t *testing.T, args ...string) string {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), "openssl", args...).CombinedOutput()
	if err != nil {
		t.Fatalf("openssl %s: %v\n%s", args[0], err, out)
	}
	return string(out)
}

// parts splits a DER SEQUENCE.
func parts(t *testing.T, der []byte) []asn1.RawValue {
	t.Helper()
	var out []asn1.RawValue
	if rest, err := asn1.Unmarshal(der, &out); err != nil || len(rest) > 0 {
		t.Fatalf("not one DER sequence: %v, %d bytes follow", err, len(rest))
	}
	return out
}
