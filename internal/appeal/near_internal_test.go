package appeal

import (
	"testing"

	"github.com/yinxin-org/yinxin/internal/org"
)

// The own county is nearer than the city, the city than the province, and another county is not near at all, whatever
// digit its code ends with.
func TestNearness(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		unit, region string
		want         int
	}{
		{"350111", "350111", 6}, {"350100", "350111", 4}, {"350000", "350111", 2},
		{"350110", "350111", 0}, {"350112", "350111", 0}, {"330000", "350111", 0}, {"", "350111", 0},
	} {
		if got := nearness(org.Unit{Region: c.unit}, c.region); got != c.want {
			t.Errorf("a unit of %q is %d near %s, want %d", c.unit, got, c.region, c.want)
		}
	}
}
