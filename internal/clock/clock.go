// Package clock tells the time. Domain code takes a Clock so that tests decide what "now" is.
package clock

import (
	"sync"
	"time"
)

// Shanghai is Beijing time. China has kept UTC+8 without summer time since 1992, so no zone file is needed.
var Shanghai = time.FixedZone("CST", 8*60*60)

// Clock tells the present time.
type Clock interface{ Now() time.Time }

// System is the machine's clock.
type System struct{}

// Now is the present time in UTC.
func (System) Now() time.Time { return time.Now().UTC() }

// Fixed is a clock for tests that stands still until it is moved. Safe for concurrent use.
type Fixed struct {
	mu sync.Mutex
	t  time.Time
}

// At makes a clock that stands at t.
func At(t time.Time) *Fixed { return &Fixed{t: t} }

// Now is the time the clock was set to.
func (f *Fixed) Now() time.Time {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.t
}

// Move sets the clock forward by d.
func (f *Fixed) Move(d time.Duration) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.t = f.t.Add(d)
}

// EndOfDay is the first instant after the civil day of date in Beijing time: a license that ends on a day
// is good until 24:00 of that day.
func EndOfDay(date time.Time) time.Time {
	y, m, d := date.In(Shanghai).Date()
	if y >= 9999 && m == time.December && d == 31 {
		// The day that stands for no end in many systems: the year 10000 cannot be written as JSON.
		return time.Date(y, m, d, 23, 59, 59, 0, Shanghai)
	}
	return time.Date(y, m, d+1, 0, 0, 0, 0, Shanghai)
}

// Date is the midnight that begins the civil day of t in Beijing time.
func Date(t time.Time) time.Time {
	y, m, d := t.In(Shanghai).Date()
	return time.Date(y, m, d, 0, 0, 0, 0, Shanghai)
}
