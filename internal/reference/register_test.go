package reference_test

import (
	"net/http/httptest"
	"testing"
	"time"

	"github.com/yinxin-org/yinxin/internal/catalog"
	"github.com/yinxin-org/yinxin/internal/clock"
	"github.com/yinxin-org/yinxin/internal/connect"
	"github.com/yinxin-org/yinxin/internal/gm"
	"github.com/yinxin-org/yinxin/internal/reference"
	"github.com/yinxin-org/yinxin/internal/register"
)

// A register compares many persons in one question; whatever it does wrong is an error within bounded time, and never a
// comparison that agrees.
func TestBaseRegister(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	keys, err := gm.NewMemoryKeyStore()
	if err != nil {
		t.Fatal(err)
	}
	if err := keys.Generate(ctx, "asker"); err != nil {
		t.Fatal(err)
	}
	signer, err := keys.Signer("asker")
	if err != nil {
		t.Fatal(err)
	}
	now := clock.At(time.Date(2026, 3, 2, 10, 0, 0, 0, clock.Shanghai))
	double, err := reference.NewBaseRegister(ctx, signer.Public(), now)
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(double)
	t.Cleanup(server.Close)
	key, err := double.Key()
	if err != nil {
		t.Fatal(err)
	}
	r, err := connect.OpenBaseRegister(connect.BaseRegisterOptions{Kind: catalog.LegalBase, Name: "法人库", Base: server.URL, Key: key, Signer: signer,
		Clock: now, Wait: 300 * time.Millisecond, Pause: -1})
	if err != nil {
		t.Fatal(err)
	}
	double.Tell(reference.RegisterOrder{Entries: map[string]reference.Entries{catalog.LegalBase: {"A": {"name": "甲", "address": "一号"}, "B": {"name": "乙"}}}})
	persons := []register.Person{
		{Code: "A", Fields: map[string]string{"name": "甲", "address": "二号"}},
		{Code: "B", Fields: map[string]string{"name": "乙", "address": "一号"}},
		{Code: "C", Fields: map[string]string{"name": "丙"}},
	}
	got, err := r.Compare(ctx, persons)
	if err != nil {
		t.Fatal(err)
	}
	if double.Asked() != 1 || got[0].Fields["name"] != register.Match || got[0].Fields["address"] != register.Mismatch ||
		got[1].Fields["name"] != register.Match || got[1].Fields["address"] != register.Unknown || !got[2].Absent {
		t.Errorf("%d questions, %+v", double.Asked(), got)
	}
	for name, f := range map[string]reference.RegisterFaults{
		"down": {Down: true}, "slow": {Slow: time.Minute}, "short": {Short: true}, "forged": {Forged: true}, "broken": {Broken: true},
	} {
		double.Tell(reference.RegisterOrder{RegisterFaults: f})
		began := time.Now()
		if _, err := r.Compare(ctx, persons); err == nil {
			t.Errorf("%s: it counts as an answer", name)
		}
		if d := time.Since(began); d > 5*time.Second {
			t.Errorf("%s: waited %s", name, d)
		}
	}
	double.Tell(reference.RegisterOrder{RegisterFaults: reference.RegisterFaults{Wrong: true}})
	if got, err = r.Compare(ctx, persons); err != nil || got[0].Fields["name"] != register.Mismatch {
		t.Errorf("%+v, %v", got, err)
	}
	now.Move(time.Hour) // the double's clock goes with it
	double.Tell(reference.RegisterOrder{})
	if _, err = r.Compare(ctx, persons); err != nil {
		t.Error(err)
	}
	// Nobody but the platform gets an answer.
	if err := keys.Generate(ctx, "other"); err != nil {
		t.Fatal(err)
	}
	other, err := keys.Signer("other")
	if err != nil {
		t.Fatal(err)
	}
	stranger, err := connect.OpenBaseRegister(connect.BaseRegisterOptions{Kind: catalog.LegalBase, Name: "x", Base: server.URL, Key: key, Signer: other, Clock: now})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := stranger.Compare(ctx, persons); err == nil {
		t.Error("it answers a stranger")
	}
}
