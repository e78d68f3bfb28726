package hall_test

import (
	"io"
	"log/slog"
	"testing"

	"github.com/yinxin-org/yinxin/internal/access"
	"github.com/yinxin-org/yinxin/internal/app"
	"github.com/yinxin-org/yinxin/internal/authn"
	"github.com/yinxin-org/yinxin/internal/config"
	"github.com/yinxin-org/yinxin/internal/demo"
	"github.com/yinxin-org/yinxin/internal/hall"
	"github.com/yinxin-org/yinxin/internal/matter"
)

const foodMatter = "11350102YX0100017G4350131901001"

// desk is a demonstration on SQLite with its clerk.
type desk struct {
	app     *app.App
	clerk   *authn.Actor
	request hall.Request
}

func openDesk(b *testing.B) desk {
	b.Helper()
	ctx := b.Context()
	c := config.Config{Data: b.TempDir(), BaseURL: "http://yinxin.example", PlatformUnit: demo.PlatformUnit}
	if err := c.Complete(); err != nil {
		b.Fatal(err)
	}
	a, err := app.Open(ctx, app.Options{Config: c, Demo: true, Maker: demo.Maker, Log: slog.New(slog.NewTextHandler(io.Discard, nil)),
		Hash: authn.Params{MemoryKiB: 64, Passes: 1, Threads: 1}})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = a.Close() })
	if err := demo.SetupCast(ctx, a); err != nil {
		b.Fatal(err)
	}
	passwords, err := demo.Passwords(c.Data)
	if err != nil {
		b.Fatal(err)
	}
	s, err := a.Accounts.SignIn(ctx, "gl-scjg-clerk", passwords["gl-scjg-clerk"])
	if err != nil {
		b.Fatal(err)
	}
	city, err := demo.Load(demo.Seed, a.Clock.Now())
	if err != nil {
		b.Fatal(err)
	}
	firm, _ := city.Cast("food-firm")
	return desk{app: a, clerk: s.Actor, request: hall.Request{MatterCode: foodMatter, Parties: map[matter.Party]hall.Person{
		matter.Applicant: {Code: firm.Code}, matter.Representative: {Code: firm.Representative},
	}}}
}

// BenchmarkOpenCase opens a case: two licenses decided on, recorded, read, and copied under the platform's seal.
func BenchmarkOpenCase(b *testing.B) {
	d := openDesk(b)
	b.ResetTimer()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			if _, err := d.app.Hall.Open(b.Context(), d.clerk, d.request); err != nil {
				b.Error(err)
			}
		}
	})
}

// BenchmarkReadInCase is one more look at a lent license: a decision, a durable record with its leaf, the fields.
func BenchmarkReadInCase(b *testing.B) {
	d := openDesk(b)
	no, err := d.app.Hall.Open(b.Context(), d.clerk, d.request)
	if err != nil {
		b.Fatal(err)
	}
	b.SetParallelism(32)
	b.ResetTimer()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			if _, _, err := d.app.Hall.Read(b.Context(), d.clerk, no, 1, access.Fields); err != nil {
				b.Error(err)
			}
		}
	})
}
