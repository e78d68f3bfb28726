// Command yinxin runs the platform and checks its claims.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"syscall"

	"github.com/alecthomas/kong"

	"github.com/yinxin-org/yinxin/internal/app"
)

// Exit codes of every command; "log monitor" has more.
const (
	exitDone    = 0 // valid, done
	exitRefused = 1 // invalid, refused
	exitWrong   = 2 // wrong use, or an error
)

// errRefused says that a command did its work and the answer is no.
var errRefused = errors.New("refused")

const description = `Yinxin 印信, the open platform for electronic licenses (电子证照).

It issues licenses as OFD files under electronic seals, lends them to one case at a time, lets people show them
by QR, and proves every use afterwards. Begin with "yinxin demo".

Exit codes: 0 valid or done, 1 invalid or refused, 2 wrong use or an error; "log monitor" has more.`

// cli is the command line.
type cli struct {
	Demo      demoCmd      `cmd:"" help:"Run everything with demonstration data on this machine."`
	DemoCode  demoCodeCmd  `cmd:"" name:"demo-code" help:"Print the code with which an account of the demonstration confirms itself now."`
	Serve     serveCmd     `cmd:"" help:"Run the service of an installation."`
	Account   accountCmd   `cmd:"" help:"Make the first administrator of an installation."`
	Migrate   migrateCmd   `cmd:"" help:"Bring the database of an installation to this program's schema."`
	Backup    backupCmd    `cmd:"" help:"Back the database of an installation up, wrapped keys apart."`
	OFD       ofdCmd       `cmd:"" name:"ofd" help:"Look into OFD files: info, render, extract, diff."`
	Verify    verifyCmd    `cmd:"" help:"Judge license files offline: seals, digests, coverage, purpose of copies."`
	Seal      sealCmd      `cmd:"" help:"Deal with a seal whose key is known to others."`
	Log       logCmd       `cmd:"" help:"Check the transparency log: one proof, or all of it."`
	Records   recordsCmd   `cmd:"" help:"Deal with records of uses whose time is over, and with legal holds."`
	Witness   witnessCmd   `cmd:"" help:"Run a witness of other offices' logs."`
	Code      codeCmd      `cmd:"" help:"Tell what codes are and whether they are right."`
	Reference referenceCmd `cmd:"" help:"Run reference servers of the systems that the platform connects to."`
	Version   versionCmd   `cmd:"" help:"Print the version."`
}

// streams are where commands read and write.
type streams struct{ out, err io.Writer }

func main() {
	app.UseProcessors()
	os.Exit(run(os.Args[1:], os.Stdout, os.Stderr))
}

func run(args []string, out, errOut io.Writer) int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	var c cli
	exit := -1
	parser, err := kong.New(&c, kong.Name("yinxin"), kong.Description(description), kong.Writers(out, errOut),
		kong.Exit(func(code int) { exit = code }), kong.UsageOnError(), kong.ConfigureHelp(kong.HelpOptions{Compact: true}),
		kong.BindTo(ctx, (*context.Context)(nil)), kong.Bind(streams{out, errOut}))
	if err != nil {
		_, _ = fmt.Fprintln(errOut, "yinxin:", err)
		return exitWrong
	}
	parsed, err := parser.Parse(args)
	if exit == 0 { // --help was asked for and printed
		return exitDone
	}
	if err != nil {
		_, _ = fmt.Fprintln(errOut, "yinxin:", err)
		return exitWrong
	}
	err = parsed.Run()
	if code, ok := errors.AsType[exitError](err); ok {
		return int(code)
	}
	switch {
	case err == nil:
		return exitDone
	case errors.Is(err, errRefused):
		return exitRefused
	default:
		_, _ = fmt.Fprintln(errOut, "yinxin:", err)
		return exitWrong
	}
}

// printJSON writes one value as one line, or indented.
func printJSON(w io.Writer, v any, indent bool) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	if indent {
		e.SetIndent("", "  ")
	}
	return e.Encode(v)
}

func logger(w io.Writer) *slog.Logger { return slog.New(slog.NewJSONHandler(w, nil)) }

type versionCmd struct{}

// Run prints the version.
func (versionCmd) Run(s streams) error {
	_, err := fmt.Fprintln(s.out, "yinxin", app.Version)
	return err
}
