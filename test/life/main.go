// Command life measures what a license's state and a look back at it cost where there are few licenses and where there are
// many: the median of many single questions about one of 10,000 licenses and about one of -rows. Both are asked at the
// store, and as people ask them: over HTTP, by the page of a code printed on a license and by the console of the unit that
// issued it. Every answer is compared with what was made up to have happened. The last line is JSON.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/yinxin-org/yinxin/internal/app"
)

const (
	few    = 10_000 // licenses to compare with
	asked  = 20_000 // questions of a kind, of which the median counts
	inARow = 500    // questions before the other platform is asked: what else the machine does then meets both alike
)

func main() {
	rows := flag.Int("rows", 1_000_000, "licenses of the many")
	data := flag.String("data", "", "folder to keep what is entered in, and to ask again without entering it; SQLite alone")
	server := flag.String("server", "", "address of a PostgreSQL server on which databases may be made; SQLite if empty")
	flag.Parse()
	app.UseProcessors()
	if err := run(*rows, *data, *server); err != nil {
		fmt.Fprintln(os.Stderr, "life:", err)
		os.Exit(1)
	}
}

// result is the last line.
type result struct {
	State      float64 `json:"state_ratio"`
	AsOf       float64 `json:"asof_ratio"`
	StoreState float64 `json:"store_state_ratio"`
	StoreAsOf  float64 `json:"store_asof_ratio"`
	Rows       int     `json:"rows"`
	DB         string  `json:"db"`
}

// question is asked of a platform about a license; it says how long the answer took, which was the right one.
type question struct {
	name string
	from [][]string // what it is answered from; what is needed most comes last
	ask  func(ctx context.Context, p *platform, l life) (time.Duration, error)
}

func run(rows int, dir, server string) (err error) {
	ctx := context.Background()
	if dir != "" && server != "" {
		return errors.New("-data keeps databases of SQLite: leave -server out")
	}
	if dir == "" {
		if dir, err = os.MkdirTemp("", "yinxin-life-"); err != nil {
			return err
		}
		defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	}
	var both [2]*platform
	for i, n := range []int{few, rows} {
		if both[i], err = filled(ctx, filepath.Join(dir, fmt.Sprint(n)), server, n); err != nil {
			return err
		}
		defer both[i].close()
	}
	ratios, err := compare(ctx, both, []question{
		{"state, at the store", [][]string{fromLicenses}, storeState},
		{"as of a moment, at the store", [][]string{fromHistory, fromLicenses}, storeAsOf},
		{"state, by the code on a license", [][]string{fromCodes, fromLicenses}, state},
		{"as of a moment, by the console", [][]string{fromHistory, fromIdentifiers, fromLicenses}, asOf},
	})
	if err != nil {
		return err
	}
	return json.NewEncoder(os.Stdout).Encode(result{StoreState: ratios[0], StoreAsOf: ratios[1], State: ratios[2], AsOf: ratios[3],
		Rows: rows, DB: both[0].DB.Dialect()})
}

// filled opens a platform with so many licenses. With SQLite it is closed after the filling and opened again, as a service is started:
// else a tenth of it would still lie in the journal (WAL).
func filled(ctx context.Context, dir, server string, n int) (*platform, error) {
	p, err := open(ctx, dir, server)
	if err != nil {
		return nil, err
	}
	began := time.Now()
	if err := p.grow(ctx, n); err != nil {
		p.close()
		return nil, err
	}
	_, _ = fmt.Fprintf(os.Stdout, "%d licenses entered in %v\n", n, time.Since(began).Round(time.Second))
	if server != "" {
		return p, nil
	}
	p.close()
	if p, err = open(ctx, dir, ""); err != nil {
		return nil, err
	}
	return p, p.grow(ctx, n)
}

// compare asks both platforms the same questions, one kind after the other and by turns, and gives how much longer the second one
// takes for each kind.
func compare(ctx context.Context, both [2]*platform, questions []question) (ratios []float64, err error) {
	for _, p := range both { // a session would have ended while many licenses were entered
		if err := p.people(ctx); err != nil {
			return nil, err
		}
	}
	r := rand.New(rand.NewPCG(11, 11)) //nolint:gosec // the same questions every time
	for _, x := range questions {
		for _, p := range both {
			if err := p.warm(ctx, x.from); err != nil {
				return nil, err
			}
		}
		var took [2][]time.Duration
		for range asked / inARow {
			for j, p := range both {
				for range inARow {
					d, err := x.ask(ctx, p, p.life(r.IntN(p.lives)))
					if err != nil {
						return nil, fmt.Errorf("%s: %w", x.name, err)
					}
					took[j] = append(took[j], d)
				}
			}
		}
		a, b := median(took[0]), median(took[1])
		ratios = append(ratios, float64(b)/float64(a))
		_, _ = fmt.Fprintf(os.Stdout, "%-32s %9v among %d, %9v among %d: %.2f\n", x.name, a.Round(time.Microsecond/10), both[0].lives,
			b.Round(time.Microsecond/10), both[1].lives, ratios[len(ratios)-1])
	}
	return ratios, nil
}

func median(d []time.Duration) time.Duration {
	slices.Sort(d)
	return d[len(d)/2]
}
