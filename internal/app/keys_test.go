package app_test

import (
	"crypto/ecdsa"
	"log/slog"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"

	"github.com/yinxin-org/yinxin/internal/app"
	"github.com/yinxin-org/yinxin/internal/authn"
	"github.com/yinxin-org/yinxin/internal/clock"
	"github.com/yinxin-org/yinxin/internal/config"
	"github.com/yinxin-org/yinxin/internal/gm"
	"github.com/yinxin-org/yinxin/internal/reference"
)

// A key that the configuration says lies elsewhere signs there, and a device that is not there ends the start.
func TestKeysElsewhere(t *testing.T) {
	t.Parallel()
	const code = "35010000000015"
	platform, err := reference.NewSealPlatform(t.Context(), nil, clock.System{}, code)
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(platform)
	t.Cleanup(server.Close)
	dir := t.TempDir()
	leave := func(name string, key *ecdsa.PublicKey, err error) string {
		if err != nil {
			t.Fatal(err)
		}
		text, err := gm.EncodePublicKey(key)
		if err != nil {
			t.Fatal(err)
		}
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, text, 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	seal, err := platform.SealKey(code)
	public := leave("seal.pem", seal, err)
	answers, err := platform.Key()
	answer := leave("answer.pem", answers, err)
	c := config.Config{Data: filepath.Join(dir, "data"), BaseURL: "http://yinxin.example", PlatformUnit: "11350100YX001010XH",
		Keys: []config.Key{{ID: "far", URL: server.URL, Seal: code, Public: public, Answer: answer}}}
	if err := c.Complete(); err != nil {
		t.Fatal(err)
	}
	open := func() (*app.App, error) {
		return app.Open(t.Context(), app.Options{Config: c, Log: slog.New(slog.DiscardHandler), Hash: authn.Params{MemoryKiB: 64, Passes: 1, Threads: 1}})
	}
	a, err := open()
	if err != nil {
		t.Fatal(err)
	}
	signer, err := a.Keys.Signer("far")
	if err != nil {
		t.Fatal(err)
	}
	sig, err := signer.Sign([]byte("text"))
	if err != nil || !gm.VerifySM2(seal, []byte("text"), sig) || platform.Signed() != 1 {
		t.Errorf("signed elsewhere %d times: %v", platform.Signed(), err)
	}
	if err := a.Close(); err != nil {
		t.Error(err)
	}

	c.Keys = []config.Key{{ID: "device", Library: filepath.Join(dir, "none.so"), Number: 1, Password: public}}
	if _, err := open(); err == nil {
		t.Error("it started without the device")
	}
}
