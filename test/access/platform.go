package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"path/filepath"
	"time"

	"github.com/yinxin-org/yinxin/internal/app"
	"github.com/yinxin-org/yinxin/internal/authn"
	"github.com/yinxin-org/yinxin/internal/casefile"
	"github.com/yinxin-org/yinxin/internal/config"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/demo"
	"github.com/yinxin-org/yinxin/internal/holder"
	"github.com/yinxin-org/yinxin/internal/license"
	"github.com/yinxin-org/yinxin/internal/matter"
)

// unit handles the cases, clerk is its account, and the matter asks for the representative's identity card.
const (
	unit       = "11350102YX0100017G"
	clerk      = "gl-scjg-clerk"
	foodMatter = "11350102YX0100017G4350131901001"
	applicant  = "food-firm"
)

// cast are the firm that applies and those whose identity cards are read.
var cast = []string{applicant, "owner", "baker", "chemist", "carrier", "bride", "groom", "mother", "father", "elder", "student"}

// platform is the demonstration's city, served over HTTP.
type platform struct {
	*app.App
	server  *http.Server
	base    string
	stop    context.CancelFunc
	ended   chan struct{}
	cookie  *http.Cookie
	clerk   *authn.Actor
	callers *callers
	cases   []string
}

func open(ctx context.Context, dir, database string) (*platform, error) {
	if database == "" {
		database = "sqlite:" + filepath.Join(dir, "yinxin.db")
	}
	c := config.Config{Data: dir, Database: database, BaseURL: "http://yinxin.example", PlatformUnit: demo.PlatformUnit, LogOrigin: "yinxin.example/bench"}
	if err := c.Complete(); err != nil {
		return nil, err
	}
	a, err := app.Open(ctx, app.Options{Config: c, Log: slog.New(slog.NewJSONHandler(io.Discard, nil)), Demo: true, Maker: demo.Maker,
		Hash: authn.Params{MemoryKiB: 64, Passes: 1, Threads: 1}})
	if err != nil {
		return nil, err
	}
	if err := demo.SetupCast(ctx, a); err != nil {
		return nil, errors.Join(err, a.Close())
	}
	p := &platform{App: a, ended: make(chan struct{}), callers: newCallers()}
	passwords, err := demo.Passwords(dir)
	if err != nil {
		return nil, err
	}
	s, err := a.Accounts.SignIn(ctx, clerk, passwords[clerk])
	if err != nil {
		return nil, err
	}
	p.clerk, p.cookie = s.Actor, s.Cookie(false)
	return p, p.serve(ctx)
}

// serve starts the server and what runs beside it: the log takes its records in while they come.
func (p *platform) serve(ctx context.Context) error {
	handler, err := p.Handler()
	if err != nil {
		return err
	}
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	p.base = "http://" + l.Addr().String()
	p.server = &http.Server{Handler: p.callers.check(handler), ReadHeaderTimeout: 10 * time.Second}
	go func() { _ = p.server.Serve(l) }()
	ctx, p.stop = context.WithCancel(ctx)
	go func() {
		defer close(p.ended)
		p.Run(ctx)
	}()
	return nil
}

func (p *platform) close() {
	_ = p.server.Close()
	p.stop()
	<-p.ended
	_ = p.Close()
}

// prepare opens the cases, in turn for each member of the cast who has an identity card.
func (p *platform) prepare(ctx context.Context, cases, clients int) error {
	city, err := demo.Load(demo.Seed, p.Clock.Now())
	if err != nil {
		return err
	}
	card, err := city.Type("identity-card")
	if err != nil {
		return err
	}
	var persons []license.License
	var firm string
	var m matter.Matter
	err = p.DB.Read(ctx, func(q *db.Tx) error {
		if m, err = p.Matters.Get(ctx, q, foodMatter); err != nil {
			return err
		}
		for _, key := range cast {
			h, ok := city.Cast(key)
			if !ok {
				return fmt.Errorf("the cast has no %s", key)
			}
			id, err := p.Holders.Find(ctx, q, holder.Code(h.Code))
			if err != nil {
				return err
			}
			if key == applicant {
				firm = id
				continue
			}
			held, err := p.Licenses.Held(ctx, q, id, card.Code)
			if err != nil {
				return err
			}
			persons = append(persons, held[0])
		}
		return nil
	})
	if err != nil {
		return err
	}
	for i := range cases {
		l := persons[i%len(persons)]
		if err := p.open(ctx, m, firm, l); err != nil {
			return err
		}
	}
	return p.callers.enrol(ctx, clients)
}

func (p *platform) open(ctx context.Context, m matter.Matter, firm string, l license.License) error {
	return p.DB.Write(ctx, func(tx *db.Tx) error {
		c, err := p.Cases.Create(ctx, tx, casefile.New{Matter: m, Region: "350102", ClerkID: p.clerk.AccountID,
			Parties: map[matter.Party]string{matter.Applicant: firm, matter.Representative: l.HolderID}, DueAt: p.Clock.Now().Add(24 * time.Hour)})
		if err != nil {
			return err
		}
		for _, x := range m.Materials {
			if _, bound := x.Binding(l.TypeCode); bound {
				p.cases = append(p.cases, fmt.Sprintf("/api/v1/cases/%s/materials/%d/read", c.No, x.Seq))
				return p.Cases.PutMaterial(ctx, tx, c, casefile.Material{Seq: x.Seq, Status: casefile.Lent, LicenseHolderID: l.HolderID, LicenseID: l.ID})
			}
		}
		return errors.New("the matter does not ask for an identity card")
	})
}
