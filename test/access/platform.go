package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"github.com/yinxin-org/yinxin/internal/access"
	"github.com/yinxin-org/yinxin/internal/app"
	"github.com/yinxin-org/yinxin/internal/authn"
	"github.com/yinxin-org/yinxin/internal/caller"
	"github.com/yinxin-org/yinxin/internal/change"
	"github.com/yinxin-org/yinxin/internal/config"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/demo"
	"github.com/yinxin-org/yinxin/internal/feed"
	"github.com/yinxin-org/yinxin/internal/gm"
	"github.com/yinxin-org/yinxin/internal/holder"
	"github.com/yinxin-org/yinxin/internal/license"
	"github.com/yinxin-org/yinxin/internal/matter"
	"github.com/yinxin-org/yinxin/internal/org"
)

// cast are those whose identity cards are read, each as the representative of the firm that applies.
var cast = []string{"owner", "baker", "chemist", "carrier", "bride", "groom", "mother", "father", "elder", "student"}

// perDay is the greatest limit that an application can have: the measurement must not use it up.
const perDay = 1_000_000

// platform is the demonstration's city, served over HTTP, with the department that asks it.
type platform struct {
	*app.App
	server     *http.Server
	address    string
	stop       context.CancelFunc
	ended      chan struct{}
	department department
	asks       [][]byte // bodies of requests, one for each case
}

func open(ctx context.Context, dir, database string) (*platform, error) {
	if database == "" {
		database = "sqlite:" + filepath.Join(dir, "yinxin.db")
	}
	c := config.Config{Data: dir, Database: database, BaseURL: "http://yinxin.example", PlatformUnit: demo.PlatformUnit, LogOrigin: "yinxin.example/bench"}
	if err := c.Complete(); err != nil {
		return nil, err
	}
	// What the access log would say is written, but kept nowhere.
	a, err := app.Open(ctx, app.Options{Config: c, Log: slog.New(slog.NewJSONHandler(io.Discard, nil)), Demo: true, Maker: demo.Maker,
		Hash: authn.Params{MemoryKiB: 64, Passes: 1, Threads: 1}})
	if err != nil {
		return nil, err
	}
	if err := demo.SetupCast(ctx, a); err != nil {
		return nil, errors.Join(err, a.Close())
	}
	p := &platform{App: a, ended: make(chan struct{})}
	if err := p.readSandbox(dir); err != nil {
		return nil, errors.Join(err, a.Close())
	}
	return p, p.serve(ctx)
}

func (p *platform) readSandbox(dir string) error {
	text, err := os.ReadFile(filepath.Join(dir, app.SandboxFile))
	if err != nil {
		return err
	}
	d := &p.department
	if err := json.Unmarshal(text, &d.Sandbox); err != nil {
		return err
	}
	d.key, err = gm.ParsePrivateKey([]byte(d.PrivateKey))
	return err
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
	p.address = l.Addr().String()
	p.server = &http.Server{Handler: handler, ReadHeaderTimeout: 10 * time.Second}
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

// prepare lets the department send its cases, in turn for each member of the cast who has an identity card, and gives it a
// limit that is not met.
func (p *platform) prepare(ctx context.Context, cases int) error {
	city, err := demo.Load(demo.Seed, p.Clock.Now())
	if err != nil {
		return err
	}
	var cards []license.License
	var x org.System
	err = p.DB.Write(ctx, func(tx *db.Tx) error {
		cards = nil
		for _, key := range cast {
			h, ok := city.Cast(key)
			if !ok {
				return fmt.Errorf("the cast has no %s", key)
			}
			id, err := p.Holders.Find(ctx, tx, holder.Code(h.Code))
			if err != nil {
				return err
			}
			held, err := p.Licenses.Held(ctx, tx, id, p.department.Types.Identity)
			if err != nil || len(held) == 0 {
				return fmt.Errorf("%s has no identity card (%w)", key, err)
			}
			cards = append(cards, held[0])
		}
		if x, err = p.Units.System(ctx, tx, p.department.SystemID); err != nil {
			return err
		}
		may, err := p.Callers.Application(ctx, tx, x.ID)
		if err != nil {
			return err
		}
		may.Types = []caller.Allowed{{Type: p.department.Types.Identity, Rights: access.Rights, PerDay: perDay}}
		_, err = p.Callers.Save(ctx, tx, change.By{AccountID: "bench", UnitID: x.Unit, Reason: "measurement"}, may)
		return err
	})
	if err != nil {
		return err
	}
	for i := range cases {
		who, _ := city.Cast(cast[i%len(cast)])
		no := "BENCH-" + strconv.Itoa(i)
		told, err := p.Feed.Take(ctx, x, []feed.Message{{Seq: int64(100 + i), CaseNo: no, Matter: p.department.ItemCode, Unit: x.Unit, Event: feed.Opened,
			At: p.Clock.Now().Add(-time.Hour), HolderCode: p.department.Applicant.Code, HolderName: p.department.Applicant.Name,
			Progress: feed.Progress{Stage: matter.Accept, Clerk: p.department.Username,
				Parties: map[matter.Party]feed.Person{matter.Representative: {Code: who.Code, Name: who.Name}}}}})
		if err != nil {
			return err
		}
		if told[0].Status != feed.Taken {
			return fmt.Errorf("case %s was not taken: %s", no, told[0].Code)
		}
		ask, err := p.department.ask(no, cards[i%len(cast)].Identifier)
		if err != nil {
			return err
		}
		p.asks = append(p.asks, ask)
	}
	return nil
}
