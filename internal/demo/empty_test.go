package demo_test

import (
	"context"
	"io"
	"log/slog"
	"testing"

	"github.com/yinxin-org/yinxin/internal/app"
	"github.com/yinxin-org/yinxin/internal/authn"
	"github.com/yinxin-org/yinxin/internal/config"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/db/dbtest"
	"github.com/yinxin-org/yinxin/internal/demo"
)

// An empty platform holds its own unit with the seal for copies, one administrator, and nothing else.
func TestEmptyPlatform(t *testing.T) {
	t.Parallel()
	dbtest.EachURL(t, func(t *testing.T, url string) {
		ctx := context.Background()
		c := config.Config{Data: t.TempDir(), Database: url, BaseURL: "http://yinxin.example", PlatformUnit: demo.PlatformUnit}
		if err := c.Complete(); err != nil {
			t.Fatal(err)
		}
		a, err := app.Open(ctx, app.Options{Config: c, Log: slog.New(slog.NewTextHandler(io.Discard, nil)), Demo: true, Maker: demo.Maker,
			Hash: authn.Params{MemoryKiB: 64, Passes: 1, Threads: 1}})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = a.Close() })
		for range 2 { // done once, it is left as it is
			if err := demo.SetupEmpty(ctx, a); err != nil {
				t.Fatal(err)
			}
		}
		err = a.DB.Read(ctx, func(q *db.Tx) error {
			for table, want := range map[string]int{"unit": 1, "account": 1, "seal": 1, "license_type": 0, "matter": 0, "license": 0, "case_file": 0} {
				var n int
				if err := q.QueryRow(ctx, "SELECT count(*) FROM "+table).Scan(&n); err != nil {
					return err
				}
				if n != want {
					t.Errorf("%d rows of %s, want %d", n, table, want)
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		passwords, err := demo.Passwords(c.Data)
		if err != nil {
			t.Fatal(err)
		}
		s, err := a.Accounts.SignIn(ctx, "admin", passwords["admin"])
		if err != nil || !s.Actor.Has("admin") || s.Actor.UnitID != demo.PlatformUnit {
			t.Errorf("the administrator: %v", err)
		}
	})
}
