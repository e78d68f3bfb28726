package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"time"

	"github.com/yinxin-org/yinxin/internal/demo"
	"github.com/yinxin-org/yinxin/internal/reference"
)

// referenceCmd gathers small servers of the systems that the platform connects to.
type referenceCmd struct {
	Matters  referenceMattersCmd  `cmd:"" help:"A matter office's system with the demonstration's matters."`
	Source   referenceSourceCmd   `cmd:"" help:"A register that keeps a kind of license and tells the state of one."`
	Register referenceRegisterCmd `cmd:"" help:"Base registers that compare what is known of persons and firms."`
	Face     referenceFaceCmd     `cmd:"" help:"A service that compares faces."`
	Feed     referenceFeedCmd     `cmd:"" help:"A department's own system that sends its cases."`
	Vertical referenceVerticalCmd `cmd:"" help:"A vertical system that pushes the licenses it makes."`
	Seals    referenceSealsCmd    `cmd:"" name:"sealplatform" help:"A seal platform that keeps the keys of seals and signs digests."`
	Receiver referenceReceiverCmd `cmd:"" name:"receiver" help:"A system that is told of changes of licenses."`
	IDReader referenceIDReaderCmd `cmd:"" name:"idreader" help:"A reader of identity cards on a clerk's machine."`
}

type referenceMattersCmd struct {
	Addr   string        `default:"127.0.0.1:8090" placeholder:"HOST:PORT" help:"Address to listen on (${default})."`
	Slow   time.Duration `placeholder:"5s" help:"Wait before each answer."`
	Late   bool          `help:"Give older revisions after the newest."`
	Repeat bool          `help:"Give the last row of a page again."`
	Stuck  bool          `help:"Give the first page again and again."`
	Broken int           `placeholder:"N" help:"Spoil every Nth row."`
	Cut    int           `placeholder:"N" help:"Break off the Nth answer in its middle."`
}

// Help is the long help of the command.
func (referenceMattersCmd) Help() string {
	return `Set matter_source of an installation to http://HOST:PORT and see what becomes of what the system does wrong.
It gives GET /matters?after=CURSOR&limit=N: {"rows": [{"item": …} or {"matter": …}], "next": CURSOR, "more": true}.`
}

// Run serves until it is interrupted.
func (c referenceMattersCmd) Run(ctx context.Context, s streams) error {
	city, err := demo.Load(demo.Seed, time.Now())
	if err != nil {
		return err
	}
	system, err := reference.NewMatters(city.Items, city.Entries)
	if err != nil {
		return err
	}
	system.Set(reference.Faults{Slow: c.Slow, Late: c.Late, Repeat: c.Repeat, Stuck: c.Stuck, Broken: c.Broken, Cut: c.Cut})
	return serveReference(ctx, s, c.Addr, "matters", "/matters", system)
}

// serveReference serves a reference system until it is interrupted; first it says what is to be found where.
func serveReference(ctx context.Context, s streams, addr, what, path string, h http.Handler) error {
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", addr)
	if err != nil {
		return err
	}
	server := &http.Server{Handler: h, ReadHeaderTimeout: 10 * time.Second}
	context.AfterFunc(ctx, func() { _ = server.Close() })
	_, _ = fmt.Fprintln(s.err, what+" at http://"+listener.Addr().String()+path)
	if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}
