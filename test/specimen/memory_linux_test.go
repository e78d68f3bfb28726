package specimen_test

import (
	"bytes"
	"os"
	"runtime"
	"strconv"
	"testing"

	"github.com/yinxin-org/yinxin/internal/gm"
	"github.com/yinxin-org/yinxin/test/specimen"
	"github.com/yinxin-org/yinxin/verify"
)

// TestMemoryStaysFlat makes licenses, every one different, and verifies one of ten: what the process holds must not
// grow with their number. YINXIN_BENCH_DOCS makes it many.
func TestMemoryStaysFlat(t *testing.T) {
	docs := 2000
	if s := os.Getenv("YINXIN_BENCH_DOCS"); s != "" {
		var err error
		if docs, err = strconv.Atoi(s); err != nil {
			t.Fatal(err)
		}
	}
	p, err := specimen.NewPress()
	if err != nil {
		t.Fatal(err)
	}
	anchors, err := verify.ParseAnchors(gm.EncodePEM(p.Root))
	if err != nil {
		t.Fatal(err)
	}
	o := verify.Options{Anchors: anchors, Now: specimen.When.AddDate(0, 0, 1)}

	const points = 10
	var before, held uint64 // after a tenth, when pools and caches are filled
	for i := 1; i <= points; i++ {
		for n := (i - 1) * docs / points; n < i*docs/points; n++ {
			file, err := p.Sealed(p.License(n))
			if err != nil {
				t.Fatal(err)
			}
			if n%10 == 0 && verify.File(file, o).Verdict != verify.Valid {
				t.Fatalf("license %d does not verify", n)
			}
		}
		heap, whole := live(), resident(t)
		t.Logf("%d documents: %.1f MB resident, %.1f MB live", i*docs/points, float64(whole)/1e6, float64(heap)/1e6)
		if i == 1 {
			before, held = heap, whole
		}
		if heap > before+before/4+4e6 {
			t.Fatalf("%.1f MB live after %d documents, %.1f MB after %d", float64(heap)/1e6, i*docs/points, float64(before)/1e6, docs/points)
		}
		if whole > 2*held+32e6 { // the system takes back what is free when it likes
			t.Fatalf("%.1f MB resident after %d documents, %.1f MB after %d", float64(whole)/1e6, i*docs/points, float64(held)/1e6, docs/points)
		}
	}
}

// live is what is still in use once everything else is collected.
func live() uint64 {
	runtime.GC()
	runtime.GC() // pools are emptied by the second
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

func resident(t *testing.T) uint64 {
	t.Helper()
	text, err := os.ReadFile("/proc/self/statm")
	if err != nil {
		t.Fatal(err)
	}
	pages, err := strconv.ParseUint(string(bytes.Fields(text)[1]), 10, 64)
	if err != nil {
		t.Fatal(err)
	}
	return pages * uint64(os.Getpagesize())
}
