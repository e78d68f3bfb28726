package specimen

import (
	"testing"

	"github.com/yinxin-org/yinxin/test/gauge"
)

// CPU reports, when the function it gives is called, the processor time of the whole process for one turn of the
// benchmark: unlike the clock's it counts the collector's work, and does not count what other programs took.
func CPU(b *testing.B) func() {
	b.Helper()
	began, err := gauge.Processor()
	if err != nil {
		b.Fatal(err)
	}
	return func() {
		ended, err := gauge.Processor()
		if err != nil {
			b.Error(err)
			return
		}
		b.ReportMetric(float64(ended-began)/float64(b.N), "cpu-ns/op")
	}
}
