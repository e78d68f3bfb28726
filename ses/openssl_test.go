package ses_test

import (
	"encoding/asn1"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/yinxin-org/yinxin/internal/gm"
	"github.com/yinxin-org/yinxin/ses"
)

// openssl is a second implementation: it must accept every signature that this
// package makes or reads, and every certificate that stands beside one.
func TestOpenSSLAgrees(t *testing.T) {
	t.Parallel()
	tool, err := exec.LookPath("openssl")
	if err != nil {
		if os.Getenv("CI") != "" {
			t.Fatal("openssl is missing in CI")
		}
		t.Skip("needs openssl")
	}
	k := newKit(t)
	root, err := k.ks.Cert("root")
	if err != nil {
		t.Fatal(err)
	}
	p := bare(t)
	if err := ses.Sign(p, k.request(t, k.sealA, k.a), ses.SignRequest{Signer: k.b, Time: when, Close: true}); err != nil {
		t.Fatal(err)
	}
	signature := parts(t, entry(t, p, "Doc_0/Signs/Sign_0/SignedValue.dat"))
	seal := parts(t, k.sealA)
	old := parts(t, k.oldSeal(t, k.a, 1, []byte("picture")))
	oldMaker := parts(t, old[1].FullBytes)
	oldSigned := marshal(t, []asn1.RawValue{old[0], oldMaker[0], oldMaker[1]})
	plainDigest, plainValue := openPlain(t, entry(t, p, "Doc_0/Signs/Sign_1/SignedValue.dat"))
	for _, c := range []struct {
		name           string
		cert, msg, sig []byte
	}{
		{"signer", signature[1].Bytes, signature[0].FullBytes, signature[3].Bytes[1:]},
		{"maker", seal[1].Bytes, seal[0].FullBytes, seal[3].Bytes[1:]},
		{"maker of a seal of version 1", oldMaker[0].Bytes, oldSigned, oldMaker[2].Bytes[1:]},
		{"signer without a seal", k.b.Cert(), plainDigest, plainValue},
	} {
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
				t.Fatalf("%s: openssl %s: %v\n%s", c.name, args[0], err, out)
			}
			return string(out)
		}
		cert := write("cert.pem", gm.EncodePEM(c.cert))
		pub := write("pub.pem", []byte(run("x509", "-in", cert, "-pubkey", "-noout")))
		out := run("pkeyutl", "-verify", "-pubin", "-inkey", pub, "-rawin", "-digest", "sm3",
			"-pkeyopt", "distid:1234567812345678", "-in", write("msg", c.msg), "-sigfile", write("sig", c.sig))
		if !strings.Contains(out, "Verified Successfully") {
			t.Errorf("%s: openssl says %s", c.name, out)
		}
		run("verify", "-CAfile", write("root.pem", gm.EncodePEM(root)), "-vfyopt", "distid:1234567812345678",
			"-attime", strconv.FormatInt(when.Unix(), 10), cert)
	}
}

// openPlain takes contents and signature out of a SignedData.
func openPlain(t *testing.T, der []byte) (content, value []byte) {
	t.Helper()
	data := parts(t, parts(t, der)[1].Bytes)
	content = parts(t, data[2].FullBytes)[1].Bytes
	var octets []byte
	if _, err := asn1.Unmarshal(content, &octets); err != nil {
		t.Fatal(err)
	}
	signer := parts(t, data[len(data)-1].Bytes)
	return octets, signer[len(signer)-1].Bytes
}
