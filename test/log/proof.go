package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"time"

	"github.com/yinxin-org/yinxin/internal/evidence"
	"github.com/yinxin-org/yinxin/verify"
)

const (
	lists  = 500    // that are proved whole
	rounds = 3      // of what is measured twice beside each other
	mapped = 20_000 // records in one of them
)

// proofs has the lists of some holders proved whole. Each is checked as its holder would check it, which is not measured.
func (p *platform) proofs(ctx context.Context, r *result) error {
	_, _ = fmt.Fprintf(os.Stdout, "== %d holders ask for their lists with the proof that they are whole\n", lists)
	var spans []time.Duration
	size, records, pub := 0, uint64(0), p.Book.Pub()
	for i := range lists {
		id := p.holders[i*104729%len(p.holders)]
		began := time.Now()
		w, err := p.Book.Whole(ctx, evidence.Holder, id, 0)
		if err != nil {
			return err
		}
		file, err := json.Marshal(w)
		if err != nil {
			return err
		}
		spans = append(spans, time.Since(began))
		size, records = max(size, len(file)), records+w.Count
		if report := verify.Whole(pub, file, verify.WholeOptions{}); report.Verdict != verify.LogValid || report.Count == 0 {
			return fmt.Errorf("a list of %d is not shown to be whole: %v", report.Count, report.Causes)
		}
	}
	slices.Sort(spans)
	ms := func(part float64) float64 { return float64(spans[int(part*lists)]) / 1e6 }
	r.Millis, r.Kilobytes = ms(0.99), float64(size)/1024
	_, _ = fmt.Fprintf(os.Stdout, "half within %.2f ms, 99 of 100 within %.2f ms; the largest file has %.1f KB; %.1f records each\n",
		ms(0.5), r.Millis, r.Kilobytes, float64(records)/lists)
	return nil
}

// mapCost tells what the map costs: records of many holders and units change as many chains and the rows above them, those of
// one holder about no license change one chain. What the first cost more is the map's.
func (p *platform) mapCost(ctx context.Context) error {
	_, _ = fmt.Fprintf(os.Stdout, "== sequencing alone, %d records at a time, of many holders and of one\n", mapped)
	var many, one []cost
	for range rounds {
		a, err := p.sequencing(ctx, mapped, p.spread)
		if err != nil {
			return err
		}
		b, err := p.sequencing(ctx, mapped, func(int) (string, string) { return p.keepers[0], "" })
		if err != nil {
			return err
		}
		many, one = append(many, a), append(one, b)
	}
	a, b := middle(many), middle(one)
	_, _ = fmt.Fprintf(os.Stdout, "%.0f leaves/s, %.0f µs of processor each; of one holder %.0f/s, %.0f µs: the map costs %.0f µs a record\n",
		1/a.wall.Seconds(), micros(a.processor), 1/b.wall.Seconds(), micros(b.processor), micros(a.processor-b.processor))
	return nil
}

func middle(list []cost) cost {
	slices.SortFunc(list, func(a, b cost) int { return int(a.processor - b.processor) })
	return list[len(list)/2]
}

func micros(d time.Duration) float64 { return float64(d) / 1e3 }
