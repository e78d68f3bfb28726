package catalog

import (
	"time"

	"github.com/yinxin-org/yinxin/internal/clock"
	"github.com/yinxin-org/yinxin/internal/errs"
)

// Period finds when a license is good. A fixed period runs from the day of issue to the end of the day before the
// anniversary; where that month has no such day, to the end of its last day (月末规则). end is the day that the
// license itself states, where the rule leaves it to the license. The zero to is no end.
func (v Validity) Period(issued time.Time, end string) (from, to time.Time, err error) {
	switch v.Rule {
	case Fixed:
		return issued, clock.EndOfDay(anniversary(issued, v.Years, v.Months, v.Days)), nil
	case Until:
		last, err := time.ParseInLocation(time.DateOnly, end, clock.Shanghai)
		if err != nil {
			return time.Time{}, time.Time{}, errs.New(errs.Invalid, "license.field.date").On(endOfValidity).With("label", "有效期截止日期").Wrap(err)
		}
		if last.Before(issued) {
			return time.Time{}, time.Time{}, errs.New(errs.Invalid, "license.ends-before").On(endOfValidity)
		}
		return issued, clock.EndOfDay(last), nil
	default:
		return issued, time.Time{}, nil
	}
}

// anniversary is the last day of a period from a day on.
func anniversary(from time.Time, years, months, days int) time.Time {
	y, m, d := from.In(clock.Shanghai).Date()
	first := time.Date(y+years, m+time.Month(months), 1, 0, 0, 0, 0, clock.Shanghai)
	lastOfMonth := first.AddDate(0, 1, -1).Day()
	if d > lastOfMonth {
		// There is no such day in that month: the period ends with the month.
		return first.AddDate(0, 0, lastOfMonth-1+days)
	}
	return first.AddDate(0, 0, d-2+days)
}
