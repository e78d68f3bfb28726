// Command issue measures how fast a batch of licenses is issued from end to end, and beside it, in the same process and
// on the same rows, what its parts allow: the document engine alone, and the durable writes alone. The last line is JSON.
package main

import (
	"context"
	"database/sql"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"runtime/pprof"
	"strings"
	"syscall"
	"time"

	"github.com/yinxin-org/yinxin/internal/app"
	"github.com/yinxin-org/yinxin/internal/authn"
	"github.com/yinxin-org/yinxin/internal/config"
	"github.com/yinxin-org/yinxin/internal/demo"
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
	if err := durable(ctx, server); err != nil {
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

	_, _ = fmt.Fprintf(os.Stdout, "== document engine alone: face, seal, time stamp, bytes and digest, on all processors\n")
	engine, err := p.engine(ctx, min(rows, 10_000))
	if err != nil {
		return err
	}
	_, _ = fmt.Fprintf(os.Stdout, "%.0f licenses/s\n", engine)

	_, _ = fmt.Fprintf(os.Stdout, "== durable writes alone: files and rows of licenses that are drawn and sealed already\n")
	writes, err := p.writes(ctx, min(rows, 10_000))
	if err != nil {
		return err
	}
	_, _ = fmt.Fprintf(os.Stdout, "%.0f licenses/s\n", writes)

	_, _ = fmt.Fprintf(os.Stdout, "== a batch of %d from end to end\n", rows)
	data, err := p.file(rows)
	if err != nil {
		return err
	}
	before, err := p.size(ctx)
	if err != nil {
		return err
	}
	stop, err := profiled(profile)
	if err != nil {
		return err
	}
	cpu, began := used(), time.Now()
	if err := p.whole(ctx, data, rows); err != nil {
		return err
	}
	stop()
	_, _ = fmt.Fprintf(os.Stdout, "%.2f ms of processor for each license\n", float64(used()-cpu)/1e6/float64(rows))
	r := result{PerSecond: float64(rows) / time.Since(began).Seconds(), DB: p.DB.Dialect()}
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

// used is the processor time of the process so far.
func used() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// profiled begins a profile where one is asked for.
func profiled(path string) (stop func(), err error) {
	if path == "" {
		return func() {}, nil
	}
	f, err := os.Create(path)
	if err != nil {
		return nil, err
	}
	return pprof.StopCPUProfile, pprof.StartCPUProfile(f)
}

// durable refuses a server that answers before what it commits is on the disk: its figures would be another product's.
func durable(ctx context.Context, address string) error {
	if address == "" {
		return nil
	}
	server, err := sql.Open("pgx", address)
	if err != nil {
		return fmt.Errorf("open the server: %w", err)
	}
	defer func() { _ = server.Close() }()
	for _, setting := range []string{"fsync", "synchronous_commit", "full_page_writes"} {
		var value string
		if err := server.QueryRowContext(ctx, "SHOW "+setting).Scan(&value); err != nil {
			return fmt.Errorf("ask the server for %s: %w", setting, err)
		}
		if value != "on" {
			return fmt.Errorf("the server has %s = %s: start it with %s = on", setting, value, setting)
		}
	}
	return nil
}
