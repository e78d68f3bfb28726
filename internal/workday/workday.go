// Package workday counts Chinese working days (工作日): weekends and public holidays off, moved working days
// (调休) on. The arrangement of each year comes from the State Council's yearly notice, as lunar-go carries it.
package workday

import (
	"time"

	"github.com/6tail/lunar-go/HolidayUtil"

	"github.com/yinxin-org/yinxin/internal/clock"
)

// Is reports whether the civil day of t in Beijing time is a working day.
func Is(t time.Time) bool {
	t = t.In(clock.Shanghai)
	if h := HolidayUtil.GetHoliday(t.Format(time.DateOnly)); h != nil {
		return h.IsWork()
	}
	return t.Weekday() != time.Saturday && t.Weekday() != time.Sunday
}

// Known reports whether the arrangement of a year is known. In a year that is not, Is knows weekends only,
// and whoever shows a deadline must say that it is provisional.
func Known(year int) bool {
	return HolidayUtil.GetHoliday(time.Date(year, time.October, 1, 0, 0, 0, 0, clock.Shanghai).Format(time.DateOnly)) != nil
}

// After gives the end of the n-th working day after the day of t: the first instant that is too late.
func After(t time.Time, n int) time.Time {
	day := clock.Date(t)
	for n > 0 {
		day = day.AddDate(0, 0, 1)
		if Is(day) {
			n--
		}
	}
	return clock.EndOfDay(day)
}

// Left counts the working days that remain after today until the deadline; negative when it has passed.
func Left(now, due time.Time) int {
	today, last := clock.Date(now), clock.Date(due.Add(-time.Microsecond))
	n := 0
	for d := today; d.Before(last); {
		if d = d.AddDate(0, 0, 1); Is(d) {
			n++
		}
	}
	for d := last; d.Before(today); {
		if d = d.AddDate(0, 0, 1); Is(d) {
			n--
		}
	}
	if !now.Before(due) && n == 0 {
		return -1
	}
	return n
}
