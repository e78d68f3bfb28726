// Command log measures the log as the platform runs it: clients commit records with their leaves, each in a transaction of its
// own, as uses of licenses do, and then many in one, as batches of licenses do, which is where thousands a second come from; beside them, on the same database and disk, the sequencer gives the leaves their places,
// and tiles, map and checkpoint become durable. It tells how many leaves a second are integrated, how long each waits from its
// commit to a published checkpoint that has it, what it takes to prove one holder's list whole among many records, and
// what the map costs a record. The log is filled first, so that all of it is measured where the log is long. The figure of
// another log (test/log/tessera) is handed in and stands beside ours. The last line is JSON.
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

// asked is how many leaves a second the log must take; the wait for inclusion is measured at that load.
const asked = 5000

// Makers of batches, and the records that each commits at once: a batch of licenses lays down its chunks so.
const (
	makers = 4
	batch  = 100
)

// options say what is measured.
type options struct {
	records int
	clients int
	stage   time.Duration
	server  string // of PostgreSQL; SQLite if empty
	tessera float64
	profile string
}

// result is the last line.
type result struct {
	Leaves    float64 `json:"leaves_per_s"`       // of records that come many in a transaction, as from batches
	Alone     float64 `json:"alone_leaves_per_s"` // of records that come each in its own, as from uses
	Tessera   float64 `json:"tessera_leaves_per_s"`
	Inclusion float64 `json:"inclusion_s"`     // of 99 in 100, at the load that is asked
	Millis    float64 `json:"holder_proof_ms"` // of 99 in 100
	Kilobytes float64 `json:"holder_proof_kb"` // the largest
	DB        string  `json:"db"`
}

func main() {
	var o options
	flag.IntVar(&o.records, "records", 1_000_000, "records that the log has before it is measured")
	flag.IntVar(&o.clients, "clients", 64, "clients at once")
	flag.DurationVar(&o.stage, "stage", 15*time.Second, "how long each stage is measured")
	flag.StringVar(&o.server, "server", "", "address of a PostgreSQL server on which a database may be made; SQLite if empty")
	flag.Float64Var(&o.tessera, "tessera", 0, "leaves a second that Tessera integrated just before")
	flag.StringVar(&o.profile, "cpuprofile", "", "file to write the profile of the load to")
	flag.Parse()
	app.UseProcessors()
	if err := run(context.Background(), o); err != nil {
		fmt.Fprintln(os.Stderr, "log:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, o options) error {
	dir, err := os.MkdirTemp("", "yinxin-log-")
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
	p, err := open(ctx, filepath.Join(dir, "data"), database, o.records)
	if err != nil {
		return err
	}
	defer func() { _ = p.Close() }()
	if err := p.fill(ctx, o.records); err != nil {
		return err
	}
	r := result{Tessera: o.tessera, DB: p.DB.Dialect()}
	if err := p.proofs(ctx, &r); err != nil {
		return err
	}
	if err := p.mapCost(ctx); err != nil {
		return err
	}

	_, _ = fmt.Fprintf(os.Stdout, "== %d clients, each record in a transaction of its own, as many as they can, for %v\n", o.clients, o.stage)
	alone, err := p.load(ctx, o.clients, 1, o.stage, 0)
	if err != nil {
		return err
	}
	r.Alone = alone.integrated
	alone.tell(os.Stdout)

	_, _ = fmt.Fprintf(os.Stdout, "== %d makers of batches, %d records in a transaction, as many as they can\n", makers, batch)
	stop, err := gauge.Profile(o.profile)
	if err != nil {
		return err
	}
	full, err := p.load(ctx, makers, batch, o.stage, 0)
	if err != nil {
		return err
	}
	stop()
	r.Leaves = full.integrated
	full.tell(os.Stdout)

	rate := min(asked, full.integrated)
	_, _ = fmt.Fprintf(os.Stdout, "== at %.0f records a second\n", rate)
	steady, err := p.load(ctx, makers, batch, o.stage, rate)
	if err != nil {
		return err
	}
	r.Inclusion = steady.quantile(0.99)
	steady.tell(os.Stdout)
	return json.NewEncoder(os.Stdout).Encode(r)
}
