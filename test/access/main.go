// Command access measures complete uses of licenses through the real server: a department's system asks by the share interface,
// with a request signed with SM2, for the data of a license in one of its cases. Signature, nonce, address, day's limit, the five
// elements and the case are checked, the door decides, gives the grant and redeems it, the record and its leaf are durable,
// and the fields go out. Beside it, in the same process and on the same database, it measures what no system could do
// without: bare durable commits of the rows that such a use writes, by the same number of clients. The last line is JSON.
package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/yinxin-org/yinxin/internal/app"
	"github.com/yinxin-org/yinxin/test/gauge"
	"github.com/yinxin-org/yinxin/test/scratch"
)

// options say what is measured.
type options struct {
	clients int
	cases   int
	stage   time.Duration
	server  string // of PostgreSQL; SQLite if empty
	profile string
}

// result is the last line.
type result struct {
	Uses  float64 `json:"uses_per_s"`
	Bare  float64 `json:"bare_per_s"`
	Ratio float64 `json:"ratio"`
	P50   float64 `json:"p50_ms"`
	P99   float64 `json:"p99_ms"`
	DB    string  `json:"db"`
}

func main() {
	var o options
	flag.IntVar(&o.clients, "clients", 64, "clients at once")
	flag.IntVar(&o.cases, "cases", 2000, "open cases whose licenses are read in turn")
	flag.DurationVar(&o.stage, "stage", 10*time.Second, "how long each stage is measured")
	flag.StringVar(&o.server, "server", "", "address of a PostgreSQL server on which a database may be made; SQLite if empty")
	flag.StringVar(&o.profile, "cpuprofile", "", "file to write the profile of the uses to")
	flag.Parse()
	app.UseProcessors()
	if err := run(context.Background(), o); err != nil {
		fmt.Fprintln(os.Stderr, "access:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, o options) error {
	dir, err := os.MkdirTemp("", "yinxin-access-")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	if err := scratch.Durable(ctx, o.server); err != nil {
		return err
	}
	database, drop, err := scratch.Database(ctx, o.server)
	if err != nil {
		return err
	}
	defer drop()
	p, err := open(ctx, filepath.Join(dir, "data"), database)
	if err != nil {
		return err
	}
	defer p.close()
	_, _ = fmt.Fprintf(os.Stdout, "== %d open cases, %d clients\n", o.cases, o.clients)
	if err := p.prepare(ctx, o.cases); err != nil {
		return err
	}
	if err := p.warm(ctx); err != nil {
		return err
	}

	_, _ = fmt.Fprintln(os.Stdout, "== complete uses, as many as the clients can")
	stop, err := gauge.Profile(o.profile)
	if err != nil {
		return err
	}
	before, err := p.written(ctx)
	if err != nil {
		return err
	}
	full, err := p.load(ctx, o.clients, o.stage, 0)
	if err != nil {
		return err
	}
	stop()
	after, err := p.written(ctx)
	if err != nil {
		return err
	}
	rows := after.less(before)
	_, _ = fmt.Fprintf(os.Stdout, "%.0f uses/s, %.2f ms of processor each, client and server together; for each %s\n", full.perSecond(), full.cpu(), rows.each(full.done))
	if rows.records != full.done || rows.leaves < full.done || rows.nonces != full.done || rows.counts != full.done {
		return fmt.Errorf("%d uses left %s", full.done, rows.each(1))
	}

	_, _ = fmt.Fprintln(os.Stdout, "== at half that load")
	half, err := p.load(ctx, o.clients, o.stage, full.perSecond()/2)
	if err != nil {
		return err
	}
	r := result{Uses: full.perSecond(), P50: half.quantile(0.50), P99: half.quantile(0.99), DB: p.DB.Dialect()}
	_, _ = fmt.Fprintf(os.Stdout, "%.0f uses/s: half within %.1f ms, 99 of 100 within %.1f ms\n", half.perSecond(), r.P50, r.P99)

	p.stop()
	<-p.ended
	_, _ = fmt.Fprintln(os.Stdout, "== bare durable commits of the same rows")
	bare, err := p.bare(ctx, o.clients, o.stage, rows, full.done)
	if err != nil {
		return err
	}
	r.Bare = bare.perSecond()
	_, _ = fmt.Fprintf(os.Stdout, "%.0f commits/s, %.2f ms of processor each\n", r.Bare, bare.cpu())
	r.Ratio = r.Uses / r.Bare
	return json.NewEncoder(os.Stdout).Encode(r)
}
