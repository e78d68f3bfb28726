package main

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"path/filepath"
	"time"

	"github.com/yinxin-org/yinxin/internal/app"
	"github.com/yinxin-org/yinxin/internal/authn"
	"github.com/yinxin-org/yinxin/internal/catalog"
	"github.com/yinxin-org/yinxin/internal/config"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/demo"
	"github.com/yinxin-org/yinxin/test/scratch"
)

// platform is the demonstration's city with invented licenses of one of its types, served on a port of this machine.
type platform struct {
	*app.App
	dir   string
	now   time.Time
	lives int // how many licenses were made up

	kind     *catalog.Type
	clerk    authn.Session // of the unit that issued the licenses
	reviewer *authn.Actor

	server *http.Server
	base   string
	client *http.Client
	asked  int // by the public; each time it is somebody else
	drop   func()
}

func open(ctx context.Context, dir, server string) (p *platform, err error) {
	database, drop, err := scratch.Database(ctx, server)
	if err != nil {
		return nil, err
	}
	p = &platform{dir: dir, drop: drop}
	defer func() {
		if err != nil {
			p.close()
		}
	}()
	if database == "" {
		database = "sqlite:" + filepath.Join(dir, "yinxin.db")
	}
	// The proxy before it says who asks: one address alone may not ask as often as is measured here.
	c := config.Config{Data: dir, Database: database, BaseURL: "https://yinxin.example", PlatformUnit: demo.PlatformUnit,
		LogOrigin: "yinxin.example/bench", Proxies: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}}
	if err := c.Complete(); err != nil {
		return nil, err
	}
	if p.App, err = app.Open(ctx, app.Options{Config: c, Log: slog.New(slog.NewTextHandler(io.Discard, nil)), Demo: true, Maker: demo.Maker,
		Hash: authn.Params{MemoryKiB: 64, Passes: 1, Threads: 1}}); err != nil {
		return nil, err
	}
	p.now = p.Clock.Now()
	if err := demo.SetupCast(ctx, p.App); err != nil {
		return nil, err
	}
	if err := p.people(ctx); err != nil {
		return nil, err
	}
	return p, p.serve(ctx)
}

// people signs two of the issuing unit in and finds the type of its licenses.
func (p *platform) people(ctx context.Context) error {
	city, err := demo.Load(demo.Seed, p.now)
	if err != nil {
		return err
	}
	t, err := city.Type(demo.FoodPermit)
	if err != nil {
		return err
	}
	err = p.DB.Read(ctx, func(q *db.Tx) error {
		p.kind, err = p.Types.Current(ctx, q, t.Code)
		return err
	})
	if err != nil {
		return err
	}
	words, err := demo.Passwords(p.dir)
	if err != nil {
		return err
	}
	if p.clerk, err = p.Accounts.SignIn(ctx, "gl-scjg-clerk", words["gl-scjg-clerk"]); err != nil {
		return err
	}
	reviewer, err := p.Accounts.SignIn(ctx, "gl-scjg-reviewer", words["gl-scjg-reviewer"])
	p.reviewer = reviewer.Actor
	return err
}

func (p *platform) serve(ctx context.Context) error {
	h, err := p.Handler()
	if err != nil {
		return err
	}
	l, err := new(net.ListenConfig).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	p.base, p.client = "http://"+l.Addr().String(), &http.Client{Timeout: time.Minute, Transport: &http.Transport{}}
	p.server = &http.Server{Handler: h, ReadHeaderTimeout: time.Minute}
	go func() {
		if err := p.server.Serve(l); !errors.Is(err, http.ErrServerClosed) {
			p.Log.ErrorContext(ctx, "the server stopped", "cause", err)
		}
	}()
	return nil
}

func (p *platform) close() {
	if p.server != nil {
		_ = p.server.Close()
	}
	if p.App != nil {
		_ = p.Close()
	}
	p.drop()
}
