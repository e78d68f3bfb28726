package ses_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/yinxin-org/yinxin/internal/gm"
)

// openssl is a second implementation: it must accept the signer's signature
// over toSign and the maker's over eSealInfo.
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
	p := bare(t)
	sign(t, p, k.request(t, k.sealA, k.a), "Doc_0/Signs/Sign_0")
	signature := parts(t, entry(t, p, "Doc_0/Signs/Sign_0/SignedValue.dat"))
	seal := parts(t, k.sealA)
	for _, c := range []struct {
		name           string
		cert, msg, sig []byte
	}{
		{"signer", signature[1].Bytes, signature[0].FullBytes, signature[3].Bytes[1:]},
		{"maker", seal[1].Bytes, seal[0].FullBytes, seal[3].Bytes[1:]},
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
		pub := write("pub.pem", []byte(run("x509", "-in", write("cert.pem", gm.EncodePEM(c.cert)), "-pubkey", "-noout")))
		out := run("pkeyutl", "-verify", "-pubin", "-inkey", pub, "-rawin", "-digest", "sm3",
			"-pkeyopt", "distid:1234567812345678", "-in", write("msg", c.msg), "-sigfile", write("sig", c.sig))
		if !strings.Contains(out, "Verified Successfully") {
			t.Errorf("%s: openssl says %s", c.name, out)
		}
	}
}
