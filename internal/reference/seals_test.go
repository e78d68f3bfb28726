package reference_test

import (
	"net/http/httptest"
	"testing"
	"time"

	"github.com/yinxin-org/yinxin/internal/clock"
	"github.com/yinxin-org/yinxin/internal/connect"
	"github.com/yinxin-org/yinxin/internal/gm"
	"github.com/yinxin-org/yinxin/internal/reference"
)

const sealCode = "35010000000015"

// remoteSeal runs a seal platform and gives a seal of it, asked for by a platform that it knows or does not know.
func remoteSeal(t *testing.T, known bool, wait time.Duration) (*reference.SealPlatform, *connect.RemoteSeal) {
	t.Helper()
	ks, err := gm.NewMemoryKeyStore()
	if err != nil {
		t.Fatal(err)
	}
	signer := func(id string) *gm.Signer {
		if err := ks.Generate(t.Context(), id); err != nil {
			t.Fatal(err)
		}
		s, err := ks.Signer(id)
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	asker := signer("platform")
	platform, err := reference.NewSealPlatform(t.Context(), asker.Public(), clock.System{}, sealCode)
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(platform)
	t.Cleanup(server.Close)
	if !known {
		asker = signer("stranger")
	}
	answers, err := platform.Key()
	if err != nil {
		t.Fatal(err)
	}
	public, err := platform.SealKey(sealCode)
	if err != nil {
		t.Fatal(err)
	}
	seal, err := connect.OpenRemoteSeal(connect.RemoteSealOptions{Base: server.URL, Seal: sealCode, Public: public, Key: answers,
		Signer: asker, Clock: clock.System{}, Wait: wait})
	if err != nil {
		t.Fatal(err)
	}
	return platform, seal
}

func TestRemoteSeal(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name    string
		faults  reference.SealFaults
		known   bool
		refused bool
		signed  int
	}{
		{"signs", reference.SealFaults{}, true, false, 1},
		{"an answer lost: asked again, signed once", reference.SealFaults{Lose: 1}, true, false, 1},
		{"two answers lost", reference.SealFaults{Lose: 2}, true, true, 1},
		{"down", reference.SealFaults{Down: true}, true, true, 0},
		{"too slow", reference.SealFaults{Slow: time.Minute}, true, true, 0},
		{"another digest", reference.SealFaults{Wrong: true}, true, true, 1},
		{"forged", reference.SealFaults{Forged: true}, true, true, 1},
		{"stopped", reference.SealFaults{Stop: true}, true, true, 0},
		{"asked by a stranger", reference.SealFaults{}, false, true, 0},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			wait := 10 * time.Second
			if c.faults.Slow > 0 {
				wait = 50 * time.Millisecond
			}
			platform, seal := remoteSeal(t, c.known, wait)
			platform.Tell(c.faults)
			sig, err := seal.SignDigest([32]byte{1, 2, 3})
			if (err != nil) != c.refused || (sig != nil) == c.refused {
				t.Errorf("err = %v, refused %v", err, c.refused)
			}
			if err == nil && !gm.VerifyDigest(seal.Public(), [32]byte{1, 2, 3}, sig) {
				t.Error("the signature does not verify")
			}
			if n := platform.Signed(); n != c.signed {
				t.Errorf("%d signatures were made, want %d", n, c.signed)
			}
		})
	}
}
