package reference_test

import (
	"net/http/httptest"
	"testing"
	"time"

	"github.com/yinxin-org/yinxin/internal/authn"
	"github.com/yinxin-org/yinxin/internal/clock"
	"github.com/yinxin-org/yinxin/internal/connect"
	"github.com/yinxin-org/yinxin/internal/gm"
	"github.com/yinxin-org/yinxin/internal/reference"
)

// A face check service says yes only to the person's own picture or phone, for this very challenge; whatever it does wrong is an
// error, and never a match.
func TestFaceService(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	keys, err := gm.NewMemoryKeyStore()
	if err != nil {
		t.Fatal(err)
	}
	signer := func(name string) *gm.Signer {
		t.Helper()
		if err := keys.Generate(ctx, name); err != nil {
			t.Fatal(err)
		}
		s, err := keys.Signer(name)
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	asker := signer("asker")
	now := clock.At(time.Date(2026, 3, 2, 10, 0, 0, 0, clock.Shanghai))
	double, err := reference.NewFaceService(ctx, asker.Public(), now)
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(double)
	t.Cleanup(server.Close)
	key, err := double.Key()
	if err != nil {
		t.Fatal(err)
	}
	open := func(s *gm.Signer) *connect.FaceService {
		t.Helper()
		f, err := connect.OpenFaceService(connect.FaceOptions{Base: server.URL, Key: key, Signer: s, Clock: now, Wait: 300 * time.Millisecond})
		if err != nil {
			t.Fatal(err)
		}
		return f
	}
	f := open(asker)
	subject, other := connect.FaceSubject("陈晓", "110101199003070038"), connect.FaceSubject("林一", "110101199003070046")
	double.Tell(reference.FaceOrder{People: map[string]string{subject: "", other: "00"}})
	token := func(subject, challenge string) authn.Shown {
		t.Helper()
		x, err := double.Token(subject, challenge)
		if err != nil {
			t.Fatal(err)
		}
		return authn.Shown{Token: x}
	}
	picture := authn.Shown{Picture: []byte("a picture")}
	for _, x := range []struct {
		name, subject string
		shown         authn.Shown
		match         bool
	}{
		{"the own picture", subject, picture, true},
		{"another's picture", other, picture, false},
		{"somebody unknown", connect.FaceSubject("陈晓", "0"), picture, false},
		{"the own phone", subject, token(subject, "c"), true},
		{"the phone for another challenge", subject, token(subject, "d"), false},
		{"another's phone", subject, token(other, "c"), false},
		{"no phone's token", subject, authn.Shown{Token: "e30="}, false},
	} {
		if got, err := f.Check(ctx, x.subject, "c", x.shown); err != nil || got.Match != x.match || got.Serial == "" {
			t.Errorf("%s: %+v %v", x.name, got, err)
		}
	}
	double.Tell(reference.FaceOrder{Mismatch: true})
	if got, err := f.Check(ctx, subject, "c", picture); err != nil || got.Match {
		t.Errorf("told to mismatch: %+v %v", got, err)
	}
	for name, o := range map[string]reference.FaceOrder{
		"down": {Down: true}, "slow": {Slow: time.Minute}, "refusing": {Refuse: true}, "forged": {Forged: true}, "broken": {Broken: true}, "replayed": {Replay: true},
		"out of scale": {Score: 101},
	} {
		double.Tell(o)
		if got, err := f.Check(ctx, subject, "challenge while "+name, picture); err == nil {
			t.Errorf("%s: it counts as an answer: %+v", name, got)
		}
	}
	double.Tell(reference.FaceOrder{})
	if got, err := open(signer("stranger")).Check(ctx, subject, "c", picture); err == nil {
		t.Errorf("it answers a stranger: %+v", got)
	}
}
