// Command life measures what a license's state and a look back at it cost when there are few licenses and when there are
// many: the median of many single reads among 10,000 licenses and among -rows. The last line is JSON.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/yinxin-org/yinxin/internal/app"
	"github.com/yinxin-org/yinxin/internal/authn"
	"github.com/yinxin-org/yinxin/internal/config"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/demo"
	"github.com/yinxin-org/yinxin/internal/license"
)

const (
	few   = 10_000 // licenses to compare with
	reads = 20_000 // single reads, of which the median counts
	chunk = 1_000  // licenses entered at once
)

func main() {
	rows := flag.Int("rows", 1_000_000, "licenses at the end")
	flag.Parse()
	if err := run(*rows); err != nil {
		fmt.Fprintln(os.Stderr, "life:", err)
		os.Exit(1)
	}
}

// result is the last line.
type result struct {
	State float64 `json:"state_ratio"`
	AsOf  float64 `json:"asof_ratio"`
	Rows  int     `json:"rows"`
}

func run(rows int) (err error) {
	ctx := context.Background()
	dir, err := os.MkdirTemp("", "yinxin-life-")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	a, err := open(ctx, filepath.Join(dir, "data"))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, a.Close()) }()
	x := &lives{a: a, r: rand.New(rand.NewPCG(7, 7)), now: a.Clock.Now()} //nolint:gosec // the same lives every time

	var at [2]cost
	for i, n := range []int{few, rows} {
		if err := x.grow(ctx, n); err != nil {
			return err
		}
		if at[i], err = x.measure(ctx); err != nil {
			return err
		}
		_, _ = fmt.Fprintf(os.Stdout, "%9d licenses: state %v, as of a moment %v\n", n, at[i].state, at[i].asOf)
	}
	ratio := func(a, b time.Duration) float64 { return float64(b) / float64(a) }
	return json.NewEncoder(os.Stdout).Encode(result{State: ratio(at[0].state, at[1].state), AsOf: ratio(at[0].asOf, at[1].asOf), Rows: rows})
}

func open(ctx context.Context, dir string) (*app.App, error) {
	c := config.Config{Data: dir, Database: "sqlite:" + filepath.Join(dir, "yinxin.db"), BaseURL: "https://yinxin.example",
		PlatformUnit: demo.PlatformUnit, LogOrigin: "yinxin.example/bench"}
	if err := c.Complete(); err != nil {
		return nil, err
	}
	return app.Open(ctx, app.Options{Config: c, Log: slog.New(slog.NewTextHandler(io.Discard, nil)), Demo: true, Maker: demo.Maker,
		Hash: authn.Params{MemoryKiB: 64, Passes: 1, Threads: 1}})
}

// lives are invented licenses with what happened to them: rows as the platform writes them, but without files and leaves,
// which neither question touches.
type lives struct {
	a   *app.App
	r   *rand.Rand
	now time.Time
	ids []license.License // holder and id
}

// what may have happened after the publication.
var what = [][]string{{}, {}, {"lost", "found"}, {"suspended"}, {"pledged", "unpledged", "pledged"}, {"cancelled"}}

func (x *lives) grow(ctx context.Context, until int) error {
	for len(x.ids) < until {
		var rows, events [][]any
		for range min(chunk, until-len(x.ids)) {
			l := license.License{HolderID: db.NewID(), ID: db.NewID()}
			published := x.now.AddDate(0, 0, -1-x.r.IntN(1500))
			happened := what[x.r.IntN(len(what))]
			ended, hold := "", ""
			add := func(i int, action string) {
				events = append(events, []any{l.HolderID, l.ID, i + 1, action, "account", "unit", "ground", db.Micros(published.Add(time.Duration(i) * time.Hour)), db.NewID()})
			}
			add(0, "publish")
			for i, action := range happened {
				add(i+1, action)
				switch action {
				case "cancelled":
					ended = action
				case "suspended", "pledged":
					hold = action
				}
			}
			holders, err := json.Marshal([]string{l.HolderID})
			if err != nil {
				return err
			}
			rows = append(rows, []any{l.HolderID, l.ID, "11350000YX0000016Q001", 1, "11350102YX0100017G", 1, string(holders), "published", ended, hold,
				"1.2.156.3005.2." + l.ID, "", "maker", "reviewer", db.Micros(published), db.Micros(published), db.Micros(published.AddDate(5, 0, 0)),
				"pack:0:0:0", "digest", db.Micros(published), db.Micros(published), db.Micros(published), "batch", "b", "", "", "", 1, make([]byte, 600)})
			x.ids = append(x.ids, l)
		}
		err := x.a.DB.Write(ctx, func(tx *db.Tx) error {
			_, err := tx.Insert(ctx, `license (holder_id, license_id, type_code, type_version, issuer_id, version_no, holders, step, ended, hold,
				identifier, case_no, maker_id, reviewer_id, issued_on, valid_from, valid_to, file_ref, file_digest,
				made_at, due_at, published_at, origin, origin_id, converter_id, paper_serial, follows, row_version, data)`, "", rows)
			if err != nil {
				return err
			}
			_, err = tx.Insert(ctx, `license_event (holder_id, license_id, seq, action, account_id, unit_id, ground, at, leaf_id)`, "", events)
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// cost is the median of one question.
type cost struct{ state, asOf time.Duration }

func (x *lives) measure(ctx context.Context) (c cost, err error) {
	median := func(ask func(q *db.Tx, l license.License) error) (time.Duration, error) {
		took := make([]time.Duration, reads)
		for i := range took {
			l := x.ids[x.r.IntN(len(x.ids))]
			began := time.Now()
			if err := x.a.DB.Read(ctx, func(q *db.Tx) error { return ask(q, l) }); err != nil {
				return 0, err
			}
			took[i] = time.Since(began)
		}
		slices.Sort(took)
		return took[len(took)/2], nil
	}
	c.state, err = median(func(q *db.Tx, l license.License) error {
		l, err := x.a.Licenses.Get(ctx, q, l.HolderID, l.ID)
		if err == nil && l.State(x.now) == license.InMaking {
			err = errors.New("a license is not published")
		}
		return err
	})
	if err != nil {
		return cost{}, err
	}
	c.asOf, err = median(func(q *db.Tx, l license.License) error {
		l, err := x.a.Licenses.Get(ctx, q, l.HolderID, l.ID)
		if err != nil {
			return err
		}
		at := x.now.AddDate(0, 0, -x.r.IntN(1500))
		_, err = x.a.Licenses.AsOf(ctx, q, l, license.When{True: at, Known: x.now})
		return err
	})
	return c, err
}
