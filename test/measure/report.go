package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"os"
	"slices"
	"strconv"
	"strings"
)

// results holds the figures of every run by benchmark, with its number of processors ("Verify-2"), and unit.
type results map[string]map[string][]float64

// add reads lines as "go test -bench" prints them and passes over all others.
func (r results) add(in io.Reader) error {
	lines := bufio.NewScanner(in)
	for lines.Scan() {
		f := strings.Fields(lines.Text())
		if len(f) < 4 || !strings.HasPrefix(f[0], "Benchmark") {
			continue
		}
		name := strings.TrimPrefix(f[0], "Benchmark")
		if r[name] == nil {
			r[name] = map[string][]float64{}
		}
		for i := 2; i+1 < len(f); i += 2 {
			figure, err := strconv.ParseFloat(f[i], 64)
			if err != nil {
				return fmt.Errorf("read %s: %w", name, err)
			}
			r[name][f[i+1]] = append(r[name][f[i+1]], figure)
		}
	}
	return lines.Err()
}

// median is NaN for what was not measured.
func (r results) median(name, unit string) float64 {
	figures := slices.Sorted(slices.Values(r[name][unit]))
	if len(figures) == 0 {
		return math.NaN()
	}
	return (figures[(len(figures)-1)/2] + figures[len(figures)/2]) / 2
}

// perCore is how many turns a second of one processor's time does.
func (r results) perCore(name string) float64 { return 1e9 / r.median(name, "cpu-ns/op") }

// summary is the last line.
type summary struct {
	Generate      float64 `json:"generate_per_core_s"`
	OfdrwGenerate float64 `json:"ofdrw_generate_per_core_s"`
	GenerateRatio float64 `json:"generate_ratio"`
	GenerateFloor float64 `json:"generate_of_floor"`
	Verify        float64 `json:"verify_per_core_s"`
	VerifyRatio   float64 `json:"verify_ratio"`
	VerifyFloor   float64 `json:"verify_of_floor"`
}

func report(files []string, out io.Writer) error {
	r := results{}
	for _, name := range files {
		f, err := os.Open(name)
		if err != nil {
			return fmt.Errorf("read results: %w", err)
		}
		err = r.add(f)
		_ = f.Close() // only read
		if err != nil {
			return err
		}
	}
	var text strings.Builder
	line := func(what, figures string, a ...any) {
		fmt.Fprintf(&text, "%-28s "+figures+"\n", append([]any{what}, a...)...)
	}
	for _, did := range []string{"Generate", "Verify"} {
		name := map[string]string{"Generate": "GenerateSealed", "Verify": "Verify"}[did]
		line(did+", per core", "%.0f/s, %.0f µs of processor time", r.perCore(name), 1e6/r.perCore(name))
		line("  its floor", "%.0f/s, %.0f µs", r.perCore(did+"Floor"), 1e6/r.perCore(did+"Floor"))
		line("  ofdrw", "%.1f/s, %.0f µs", r.perCore("Ofdrw"+did), 1e6/r.perCore("Ofdrw"+did))
		line("  allocations a document", "%.0f, %.0f kB", r.median(name, "allocs/op"), r.median(name, "B/op")/1e3)
		one, two := r.median(name+"Parallel", "ns/op"), r.median(name+"Parallel-2", "ns/op")
		line("  two cores to one", "%.2f (%.0f/s to %.0f/s by the clock)", one/two, 1e9/two, 1e9/one)
	}
	s := summary{
		Generate: round(r.perCore("GenerateSealed")), OfdrwGenerate: round(r.perCore("OfdrwGenerate")),
		GenerateRatio: round(r.perCore("GenerateSealed") / r.perCore("OfdrwGenerate")),
		GenerateFloor: round(r.perCore("GenerateSealed") / r.perCore("GenerateFloor")),
		Verify:        round(r.perCore("Verify")),
		VerifyRatio:   round(r.perCore("Verify") / r.perCore("OfdrwVerify")),
		VerifyFloor:   round(r.perCore("Verify") / r.perCore("VerifyFloor")),
	}
	last, err := json.Marshal(s)
	if err != nil {
		return fmt.Errorf("a benchmark is missing: %w", err) // JSON knows no NaN
	}
	_, err = fmt.Fprintf(out, "%s%s\n", text.String(), last)
	return err
}

func round(x float64) float64 { return math.Round(100*x) / 100 }
