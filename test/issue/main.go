// Command issue measures how fast a batch of licenses is issued from end to end, and beside it, in the same process and
// on the same rows, what its parts allow: the document engine alone, and the durable writes alone. The last line is JSON.
package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/yinxin-org/yinxin/internal/app"
	"github.com/yinxin-org/yinxin/internal/authn"
	"github.com/yinxin-org/yinxin/internal/config"
	"github.com/yinxin-org/yinxin/internal/demo"
	"github.com/yinxin-org/yinxin/test/gauge"
	"github.com/yinxin-org/yinxin/test/scratch"
)

func main() {
	rows := flag.Int("rows", 100_000, "licenses of the batch")
	server := flag.String("server", "", "address of a PostgreSQL server on which a database may be made; SQLite if empty")
	profile := flag.String("cpuprofile", "", "file to write the profile of the batch to")
	flag.Parse()
	app.UseProcessors()
	if err := run(*rows, *server, *profile); err != nil {
		fmt.Fprintln(os.Stderr, "issue:", err)
		os.Exit(1)
	}
}

// result is the last line.
type result struct {
	PerSecond float64 `json:"licenses_per_s"`
	OfLimit   float64 `json:"of_limit"`
	PeakRSS   float64 `json:"peak_rss_mb"`
	Bytes     float64 `json:"bytes_per_license"`
	DB        string  `json:"db"`
}

func run(rows int, server, profile string) (err error) {
	ctx := context.Background()
	dir, err := os.MkdirTemp("", "yinxin-issue-")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	if err := scratch.Durable(ctx, server); err != nil {
		return err
	}
	database, drop, err := scratch.Database(ctx, server)
	if err != nil {
		return err
	}
	defer drop()
	p, err := open(ctx, filepath.Join(dir, "data"), database)
	if err != nil {
		return err
	}
	defer func() { _ = p.Close() }()

	engine, writes, err := p.parts(ctx, min(rows, 10_000))
	if err != nil {
		return err
	}
	_, _ = fmt.Fprintf(os.Stdout, "== a batch of %d from end to end\n", rows)
	data, err := p.file(rows)
	if err != nil {
		return err
	}
	before, err := p.size(ctx)
	if err != nil {
		return err
	}
	stop, err := gauge.Profile(profile)
	if err != nil {
		return err
	}
	cpu, err := gauge.Processor()
	if err != nil {
		return err
	}
	began := time.Now()
	if err := p.whole(ctx, data, rows); err != nil {
		return err
	}
	stop()
	took := time.Since(began)
	spent, err := gauge.Processor()
	if err != nil {
		return err
	}
	_, _ = fmt.Fprintf(os.Stdout, "%.2f ms of processor for each license\n", float64(spent-cpu)/1e6/float64(rows))
	r := result{PerSecond: float64(rows) / took.Seconds(), DB: p.DB.Dialect()}
	after, err := p.size(ctx)
	if err != nil {
		return err
	}
	r.Bytes = float64(after.files+after.database-before.files-before.database) / float64(rows)
	_, _ = fmt.Fprintf(os.Stdout, "on disk for each license: %.0f bytes of files, %.0f of the database\n",
		float64(after.files-before.files)/float64(rows), float64(after.database-before.database)/float64(rows))
	if r.PeakRSS, err = peak(); err != nil {
		return err
	}
	// A machine that is shared is not as fast in one minute as in the next: the engine's mean before and after is what counts.
	again, err := p.engine(ctx, min(rows, 10_000))
	if err != nil {
		return err
	}
	_, _ = fmt.Fprintf(os.Stdout, "document engine alone, once more: %.0f licenses/s\n", again)
	r.OfLimit = r.PerSecond / min((engine+again)/2, writes)
	return json.NewEncoder(os.Stdout).Encode(r)
}

// parts measures alone what a batch cannot do without: the document engine, and the durable writes.
func (p *platform) parts(ctx context.Context, rows int) (engine, writes float64, err error) {
	_, _ = fmt.Fprintf(os.Stdout, "== document engine alone: face, seal, time stamp, bytes and digest, on all processors\n")
	if engine, err = p.engine(ctx, rows); err != nil {
		return 0, 0, err
	}
	_, _ = fmt.Fprintf(os.Stdout, "%.0f licenses/s\n", engine)

	_, _ = fmt.Fprintf(os.Stdout, "== durable writes alone: files and rows of licenses that are drawn and sealed already\n")
	if writes, err = p.writes(ctx, rows); err != nil {
		return 0, 0, err
	}
	_, _ = fmt.Fprintf(os.Stdout, "%.0f licenses/s\n", writes)
	return engine, writes, nil
}

// platform is the demonstration's city, in which the licenses are issued.
type platform struct {
	*app.App
	city *demo.City
	dir  string
	made int // rows used up, so that no two measurements share a holder

	typeCode        string
	maker, reviewer *authn.Actor
}

func open(ctx context.Context, dir, database string) (*platform, error) {
	if database == "" {
		database = "sqlite:" + filepath.Join(dir, "yinxin.db")
	}
	c := config.Config{Data: dir, Database: database, BaseURL: "https://yinxin.example", PlatformUnit: demo.PlatformUnit, LogOrigin: "yinxin.example/bench"}
	if err := c.Complete(); err != nil {
		return nil, err
	}
	a, err := app.Open(ctx, app.Options{Config: c, Log: slog.New(slog.NewTextHandler(io.Discard, nil)), Demo: true, Maker: demo.Maker,
		Hash: authn.Params{MemoryKiB: 64, Passes: 1, Threads: 1}})
	if err != nil {
		return nil, err
	}
	if err := demo.SetupCast(ctx, a); err != nil {
		return nil, err
	}
	city, err := demo.Load(demo.Seed, a.Clock.Now())
	if err != nil {
		return nil, err
	}
	p := &platform{App: a, city: city, dir: dir}
	return p, p.people(ctx)
}

// peak is the most memory the process ever held, in megabytes.
func peak() (float64, error) {
	text, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0, err
	}
	for line := range strings.Lines(string(text)) {
		var kb float64
		if n, _ := fmt.Sscanf(line, "VmHWM: %f kB", &kb); n == 1 {
			return kb * 1024 / 1e6, nil
		}
	}
	return 0, fmt.Errorf("no VmHWM")
}
