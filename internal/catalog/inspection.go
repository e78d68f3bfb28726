package catalog

import (
	"time"

	"github.com/yinxin-org/yinxin/internal/clock"
)

// What is usual where a type does not say it.
const usualNotice = 30 // days

// Blocks reports whether a license is not usable once its inspection is overdue.
func (in *Inspection) Blocks() bool { return in.Overdue == "block" }

// Due is the first instant at which an inspection is overdue: the first one of the cycle from a day on that comes after a
// moment. Each is counted from that day, so that the end of a short month moves no later one (月末规则).
func (in *Inspection) Due(from, after time.Time) time.Time {
	for n := 1; ; n++ {
		if due := clock.EndOfDay(anniversary(from, 0, n*in.Months, 0)); due.After(after) {
			return due
		}
	}
}

// Notice is how long before it is due an inspection is told of and can be applied for: never longer than a cycle.
func (in *Inspection) Notice() time.Duration {
	days := in.Remind
	if days == 0 {
		days = usualNotice
	}
	return daysLong(min(days, in.Months*shortestMonth))
}

const shortestMonth = 28

// Notice is how long before a license expires its holder is told.
func (v Validity) Notice() time.Duration {
	if v.Remind == 0 {
		return daysLong(usualNotice)
	}
	return daysLong(v.Remind)
}

// daysLong is so many days in Beijing, which knows no summer time.
func daysLong(n int) time.Duration { return time.Duration(n) * 24 * time.Hour }
