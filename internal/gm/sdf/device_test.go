//go:build linux && !nosdf

package sdf_test

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/ebitengine/purego"
	"github.com/emmansun/gmsm/sm2"

	"github.com/yinxin-org/yinxin/internal/gm/sdf"
)

const password = "device-pin"

// built is the device's library, compiled once.
var built = sync.OnceValues(func() ([]byte, error) {
	dir, err := os.MkdirTemp("", "softsdf")
	if err != nil {
		return nil, err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	lib := filepath.Join(dir, "softsdf.so")
	out, err := exec.Command("gcc", "-O2", "-Wall", "-Wextra", "-Werror", "-shared", "-fPIC", "-o", lib,
		"testdata/softsdf/softsdf.c", "-lcrypto", "-lpthread").CombinedOutput()
	if err != nil {
		return nil, fmt.Errorf("%w\n%s", err, out)
	}
	return os.ReadFile(lib)
})

// softDevice is a library of its own for each test, for a library has one device, and the calls that make it misbehave.
type softDevice struct {
	path  string
	plug  func(in int32)
	most  func(n uint32)
	fail  func(code, times uint32)
	wrong func(on int32)
	count func(what int32) uint32
}

const (
	sessions int32 = iota
	devices
	overlaps
	signatures
)

func newDevice(t *testing.T) *softDevice {
	t.Helper()
	if _, err := exec.LookPath("gcc"); err != nil {
		if os.Getenv("CI") != "" {
			t.Fatal("gcc is missing in CI")
		}
		t.Skip("needs gcc and the headers of libcrypto")
	}
	lib, err := built()
	if err != nil {
		t.Fatal(err)
	}
	d := &softDevice{path: filepath.Join(t.TempDir(), "softsdf.so")}
	if err := os.WriteFile(d.path, lib, 0o600); err != nil {
		t.Fatal(err)
	}
	handle, err := purego.Dlopen(d.path, purego.RTLD_NOW|purego.RTLD_LOCAL)
	if err != nil {
		t.Fatal(err)
	}
	purego.RegisterLibFunc(&d.plug, handle, "SoftSDF_Plug")
	purego.RegisterLibFunc(&d.most, handle, "SoftSDF_Most")
	purego.RegisterLibFunc(&d.fail, handle, "SoftSDF_Fail")
	purego.RegisterLibFunc(&d.wrong, handle, "SoftSDF_Wrong")
	purego.RegisterLibFunc(&d.count, handle, "SoftSDF_Count")
	return d
}

func (d *softDevice) open(t *testing.T, o sdf.Options) (*sdf.Device, *sdf.Key) {
	t.Helper()
	o.Library = d.path
	device, err := sdf.Open(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := device.Close(); err != nil {
			t.Error(err)
		}
		if s, n := d.count(sessions), d.count(devices); s != 0 || n != 0 {
			t.Errorf("%d sessions and %d devices stay open after Close", s, n)
		}
	})
	key, err := device.Key(1, password)
	if err != nil {
		t.Fatal(err)
	}
	return device, key
}

func mustSign(t *testing.T, key *sdf.Key, msg string) {
	t.Helper()
	digest, err := sm2.CalculateSM2Hash(key.Public(), []byte(msg), nil)
	if err != nil {
		t.Fatal(err)
	}
	sig, err := key.SignDigest([32]byte(digest))
	if err != nil {
		t.Fatal(err)
	}
	if !sm2.VerifyASN1WithSM2(key.Public(), nil, []byte(msg), sig) {
		t.Fatal("the signature does not verify")
	}
}

func TestSign(t *testing.T) {
	t.Parallel()
	soft := newDevice(t)
	device, key := soft.open(t, sdf.Options{})
	for i := range 20 { // numbers with leading zeros come by among them, sooner or later
		mustSign(t, key, fmt.Sprint("电子证照 ", i))
	}
	second, err := device.Key(2, password)
	if err != nil {
		t.Fatal(err)
	}
	if second.Public().Equal(key.Public()) {
		t.Error("two numbers have one key")
	}
	mustSign(t, second, "另一把密钥")
	mustSign(t, key, "同一会话")
	if n := soft.count(sessions); n != 1 {
		t.Errorf("%d sessions for one caller", n)
	}
	random := make([]byte, 32)
	if err := device.Random(random); err != nil || bytes.Equal(random, make([]byte, 32)) {
		t.Errorf("Random = %x, %v", random, err)
	}
}

func TestKeyRefused(t *testing.T) {
	t.Parallel()
	soft := newDevice(t)
	device, _ := soft.open(t, sdf.Options{})
	cases := []struct {
		name     string
		index    uint32
		password string
		want     error
	}{
		{"wrong password", 1, "guess", sdf.ErrPassword},
		{"no password", 1, "", sdf.ErrPassword},
		{"empty slot", 3, password, sdf.ErrNoKey},
		{"no such slot", 99, password, sdf.ErrNoKey},
	}
	for _, c := range cases {
		_, err := device.Key(c.index, c.password)
		var refused *sdf.Error
		if !errors.Is(err, c.want) || !errors.As(err, &refused) || refused.Code < 0x01000000 {
			t.Errorf("%s: %v, want %v", c.name, err, c.want)
		}
	}
}

func TestOpenRefused(t *testing.T) {
	t.Parallel()
	soft := newDevice(t)
	if _, err := sdf.Open(sdf.Options{Library: filepath.Join(t.TempDir(), "none.so")}); err == nil {
		t.Error("a library that is not there was opened")
	}
	plain := filepath.Join(t.TempDir(), "plain.so")
	source := filepath.Join(t.TempDir(), "plain.c")
	if err := os.WriteFile(source, []byte("int SDF_OpenDevice(void **d) { *d = 0; return 0; }\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.CommandContext(t.Context(), "gcc", "-shared", "-fPIC", "-o", plain, source).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	if _, err := sdf.Open(sdf.Options{Library: plain}); err == nil || !strings.Contains(err.Error(), "has no SDF_") {
		t.Errorf("a library that lacks functions: %v", err)
	}
	soft.plug(0)
	if _, err := sdf.Open(sdf.Options{Library: soft.path}); !errors.Is(err, sdf.ErrLost) {
		t.Errorf("a device that is not plugged in: %v, want ErrLost", err)
	}
}

func TestLostDeviceIsOpenedAgain(t *testing.T) {
	t.Parallel()
	soft := newDevice(t)
	_, key := soft.open(t, sdf.Options{})
	mustSign(t, key, "before")
	soft.plug(0)
	for range 3 {
		if _, err := key.SignDigest([32]byte{1}); !errors.Is(err, sdf.ErrLost) {
			t.Fatalf("while it is out: %v, want ErrLost", err)
		}
	}
	soft.plug(1)
	mustSign(t, key, "after")

	// Pulled and put back unseen: the handles are stale, the call is made again with new ones.
	soft.plug(0)
	soft.plug(1)
	mustSign(t, key, "unseen")
	if n := soft.count(sessions); n != 1 {
		t.Errorf("%d sessions are open, want the one in use", n)
	}
}

func TestFailures(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name    string
		code    uint32
		times   uint32
		refused bool
		want    error
	}{
		{"broken off once", 0x01000003, 1, false, nil},
		{"broken off twice", 0x01000003, 2, true, sdf.ErrLost},
		{"hardware once", 0x01000004, 1, false, nil},
		{"right withdrawn", 0x01000007, 1, true, sdf.ErrPassword},
		{"a maker's own code", 0x01000123, 1, true, nil},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			soft := newDevice(t)
			_, key := soft.open(t, sdf.Options{})
			soft.fail(c.code, c.times)
			_, err := key.SignDigest([32]byte{1})
			if (err != nil) != c.refused || c.want != nil && !errors.Is(err, c.want) {
				t.Errorf("err = %v, refused %v, want %v", err, c.refused, c.want)
			}
			mustSign(t, key, "again")
		})
	}
}

func TestDamagedSignatureIsRefused(t *testing.T) {
	t.Parallel()
	soft := newDevice(t)
	_, key := soft.open(t, sdf.Options{})
	soft.wrong(1)
	if _, err := key.SignDigest([32]byte{1}); err == nil {
		t.Error("a damaged signature was handed on")
	}
	soft.wrong(0)
	mustSign(t, key, "mended")
}

// A device gives fewer sessions than callers want; a session never serves two at a time, also while the device is
// pulled out and put back.
func TestManyCallers(t *testing.T) {
	t.Parallel()
	soft := newDevice(t)
	soft.most(3)
	_, key := soft.open(t, sdf.Options{Sessions: 8, Wait: time.Minute})
	var work sync.WaitGroup
	for i := range 16 {
		work.Go(func() {
			for range 20 {
				if _, err := key.SignDigest([32]byte{byte(i)}); err != nil && !errors.Is(err, sdf.ErrLost) {
					t.Error(err)
				}
			}
		})
		if i%5 == 4 {
			soft.plug(0)
			soft.plug(1)
		}
	}
	work.Wait()
	if n := soft.count(overlaps); n != 0 {
		t.Errorf("%d calls shared a session", n)
	}
	if n := soft.count(signatures); n < 250 {
		t.Errorf("%d signatures were made of 320", n)
	}
	if n := soft.count(sessions); n > 3 {
		t.Errorf("%d sessions are open", n)
	}
}

func TestBusyDevice(t *testing.T) {
	t.Parallel()
	soft := newDevice(t)
	soft.most(1)
	soft.open(t, sdf.Options{})
	other, err := sdf.Open(sdf.Options{Library: soft.path, Wait: time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = other.Close() }()
	if _, err := other.Key(1, password); !errors.Is(err, sdf.ErrBusy) {
		t.Errorf("another program has the only session: %v, want ErrBusy", err)
	}
	soft.most(2)
	key, err := other.Key(1, password)
	if err != nil {
		t.Fatal(err)
	}
	mustSign(t, key, "free again")
}

func TestClosed(t *testing.T) {
	t.Parallel()
	soft := newDevice(t)
	device, key := soft.open(t, sdf.Options{})
	if err := device.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := key.SignDigest([32]byte{1}); !errors.Is(err, sdf.ErrClosed) {
		t.Errorf("after Close: %v, want ErrClosed", err)
	}
}

// What is printed of a key must not show its password.
func TestKeyDoesNotPrint(t *testing.T) {
	t.Parallel()
	_, key := newDevice(t).open(t, sdf.Options{})
	for _, verb := range []string{"%v", "%+v", "%#v", "%s"} {
		if text := fmt.Sprintf(verb, key); strings.Contains(text, password) || strings.Contains(text, fmt.Sprint([]byte(password))) {
			t.Errorf("%s prints %s", verb, text)
		}
	}
}
