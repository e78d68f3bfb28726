// Package workday counts Chinese working days (工作日): weekends and public holidays off, moved working days (调休)
// on. The days that depart from Monday to Friday stand in the database, year by year, as the State Council's yearly
// notice gives them; what lunar-go carries is entered when the calendar is opened.
//
// A year is known once its arrangement has been entered. In one that is not, weekends alone are known, and whoever
// shows a deadline that reaches into it must say that it is provisional: Known.
package workday

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/6tail/lunar-go/HolidayUtil"

	"github.com/yinxin-org/yinxin/internal/clock"
	"github.com/yinxin-org/yinxin/internal/db"
)

// Day departs from Monday to Friday.
type Day struct {
	Date string `json:"date"` // 2026-10-01
	Work bool   `json:"work"` // a weekend day that is worked; otherwise a weekday, or any day, that is off
	Name string `json:"name,omitempty"`
}

// Year is the arrangement of a year. Version is 0 for one that is not known.
type Year struct {
	Year    int
	Days    []Day // in order
	Version int64
}

// Calendar answers from memory. What another node has entered is seen after Reload. Safe for concurrent use.
type Calendar struct {
	db *db.DB

	mu    sync.RWMutex
	days  map[string]bool // worked or not, by date
	years map[int]bool    // known
}

// Open gives the calendar of a database, after entering the years that lunar-go knows and the database does not.
func Open(ctx context.Context, d *db.DB) (*Calendar, error) {
	c := &Calendar{db: d}
	err := d.Write(ctx, func(tx *db.Tx) error {
		known, err := c.known(ctx, tx)
		if err != nil {
			return err
		}
		for y := firstYear; announced(y); y++ {
			if known[y] {
				continue
			}
			if err := c.enter(ctx, tx, y, carried(y)); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("enter working days: %w", err)
	}
	return c, c.Reload(ctx)
}

// firstYear is where lunar-go's list becomes complete.
const firstYear = 2002

// announced reports whether lunar-go carries a year: by its National Day.
func announced(year int) bool { return HolidayUtil.GetHolidayByYmd(year, 10, 1) != nil }

// carried is what lunar-go knows of a year.
func carried(year int) []Day {
	var days []Day
	for e := HolidayUtil.GetHolidaysByYear(year).Front(); e != nil; e = e.Next() {
		if h, ok := e.Value.(*HolidayUtil.Holiday); ok {
			days = append(days, Day{Date: h.GetDay(), Work: h.IsWork(), Name: h.GetName()})
		}
	}
	return days
}

// Reload reads the database anew.
func (c *Calendar) Reload(ctx context.Context) error {
	var days map[string]bool
	var years map[int]bool
	err := c.db.Read(ctx, func(q *db.Tx) error {
		var err error
		if years, err = c.known(ctx, q); err != nil {
			return err
		}
		all, err := c.read(ctx, q, "")
		days = make(map[string]bool, len(all))
		for _, d := range all {
			days[d.Date] = d.Work
		}
		return err
	})
	if err != nil {
		return fmt.Errorf("read working days: %w", err)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.days, c.years = days, years
	return nil
}

func (c *Calendar) known(ctx context.Context, q *db.Tx) (map[int]bool, error) {
	rows, err := q.Query(ctx, `SELECT year FROM calendar_year`)
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }()
	years := map[int]bool{}
	for rows.Next() {
		var y int
		if err := rows.Scan(&y); err != nil {
			return nil, err
		}
		years[y] = true
	}
	return years, rows.Err()
}

// read reads the days whose date begins with something.
func (c *Calendar) read(ctx context.Context, q *db.Tx, begins string) ([]Day, error) {
	rows, err := q.Query(ctx, `
		SELECT day, work, name FROM calendar_day WHERE day LIKE $1 ORDER BY day`, begins+"%")
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }()
	days := []Day{}
	for rows.Next() {
		var d Day
		var work int
		if err := rows.Scan(&d.Date, &work, &d.Name); err != nil {
			return nil, err
		}
		d.Work = work != 0
		days = append(days, d)
	}
	return days, rows.Err()
}

// Year gives the arrangement of a year as the database has it.
func (c *Calendar) Year(ctx context.Context, q *db.Tx, year int) (Year, error) {
	y := Year{Year: year}
	err := q.QueryRow(ctx, `SELECT row_version FROM calendar_year WHERE year = $1`, year).Scan(&y.Version)
	if err != nil && !errors.Is(err, db.ErrNoRows) {
		return Year{}, fmt.Errorf("read year: %w", err)
	}
	if y.Days, err = c.read(ctx, q, fmt.Sprintf("%04d-", year)); err != nil {
		return Year{}, fmt.Errorf("read year: %w", err)
	}
	return y, nil
}

// Enter replaces the arrangement of a year, which is known from then on; the caller calls Reload when the
// transaction is durable.
func (c *Calendar) Enter(ctx context.Context, tx *db.Tx, year int, days []Day) error {
	if err := c.enter(ctx, tx, year, days); err != nil {
		return fmt.Errorf("enter year: %w", err)
	}
	return nil
}

func (c *Calendar) enter(ctx context.Context, tx *db.Tx, year int, days []Day) error {
	if _, err := tx.Exec(ctx, `
		INSERT INTO calendar_year (year, row_version) VALUES ($1, 1)
		ON CONFLICT (year) DO UPDATE SET row_version = calendar_year.row_version + 1`, year); err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, `DELETE FROM calendar_day WHERE day LIKE $1`, fmt.Sprintf("%04d-%%", year)); err != nil {
		return err
	}
	var rows []string
	var args []any
	for _, d := range days {
		work := 0
		if d.Work {
			work = 1
		}
		at := len(args)
		rows = append(rows, fmt.Sprintf("($%d, $%d, $%d)", at+1, at+2, at+3))
		args = append(args, d.Date, work, d.Name)
	}
	if len(rows) == 0 {
		return nil
	}
	_, err := tx.Exec(ctx, `
		INSERT INTO calendar_day (day, work, name) VALUES `+strings.Join(rows, ", ")+`
		ON CONFLICT (day) DO NOTHING`, args...)
	return err
}

// Is reports whether the civil day of t in Beijing time is a working day.
func (c *Calendar) Is(t time.Time) bool {
	t = t.In(clock.Shanghai)
	c.mu.RLock()
	work, listed := c.days[t.Format(time.DateOnly)]
	c.mu.RUnlock()
	if listed {
		return work
	}
	return t.Weekday() != time.Saturday && t.Weekday() != time.Sunday
}

// Known reports whether the arrangement of a year has been entered.
func (c *Calendar) Known(year int) bool {
	c.mu.RLock()
	defer c.mu.RUnlock()
	return c.years[year]
}

// Provisional reports whether a deadline reaches into a year that is not known. due is the first instant that is
// too late, as After gives it.
func (c *Calendar) Provisional(due time.Time) bool { return !c.Known(LastYear(due)) }

// LastYear is the year of the last day before a deadline.
func LastYear(due time.Time) int { return due.Add(-time.Microsecond).In(clock.Shanghai).Year() }

// After gives the end of the n-th working day after the day of t: the first instant that is too late.
func (c *Calendar) After(t time.Time, n int) time.Time {
	day := clock.Date(t)
	for n > 0 {
		day = day.AddDate(0, 0, 1)
		if c.Is(day) {
			n--
		}
	}
	return clock.EndOfDay(day)
}

// Left counts the working days that remain after today until the deadline; negative when it has passed.
func (c *Calendar) Left(now, due time.Time) int {
	today, last := clock.Date(now), clock.Date(due.Add(-time.Microsecond))
	n := 0
	for d := today; d.Before(last); {
		if d = d.AddDate(0, 0, 1); c.Is(d) {
			n++
		}
	}
	for d := last; d.Before(today); {
		if d = d.AddDate(0, 0, 1); c.Is(d) {
			n--
		}
	}
	if !now.Before(due) && n == 0 {
		return -1
	}
	return n
}
