package clock

import (
	"fmt"
	"time"
)

// Month is a civil month in Beijing time; months that follow each other are numbers that do.
type Month int

// MonthOf is the month that t falls in.
func MonthOf(t time.Time) Month {
	y, m, _ := t.In(Shanghai).Date()
	return Month(y*12 + int(m) - 1)
}

// ParseMonth reads what String writes.
func ParseMonth(s string) (Month, error) {
	t, err := time.ParseInLocation("2006-01", s, Shanghai)
	if err != nil {
		return 0, fmt.Errorf("read month: %w", err)
	}
	return MonthOf(t), nil
}

// Begin is the first instant of the month.
func (m Month) Begin() time.Time {
	return time.Date(int(m)/12, time.Month(int(m)%12+1), 1, 0, 0, 0, 0, Shanghai)
}

// String is the month as people write it, such as 2026-11.
func (m Month) String() string { return m.Begin().Format("2006-01") }
