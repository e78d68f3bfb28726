package org

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/yinxin-org/yinxin/internal/authn"
	"github.com/yinxin-org/yinxin/internal/change"
	"github.com/yinxin-org/yinxin/internal/clock"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/errs"
	"github.com/yinxin-org/yinxin/internal/task"
	"github.com/yinxin-org/yinxin/internal/workday"
)

// statutory are days that are off in every year, whatever is arranged: a list without them is a wrong list.
var statutory = []string{"01-01", "05-01", "10-01", "10-02", "10-03"}

// SetYear enters the arrangement of a year, which is known from then on, and ends the task to enter it. y.Version is
// 0 for a year that was not known. The caller reloads the calendar when the transaction is durable.
func (s *Store) SetYear(ctx context.Context, tx *db.Tx, by change.By, y workday.Year) error {
	days, err := checkDays(y.Year, y.Days)
	if err != nil {
		return err
	}
	for _, d := range statutory {
		date := fmt.Sprintf("%04d-%s", y.Year, d)
		if !slices.ContainsFunc(days, func(x workday.Day) bool { return x.Date == date && !x.Work }) {
			return errs.New(errs.Invalid, "calendar.statutory").On("days").With("day", date)
		}
	}
	return s.saveYear(ctx, tx, by, y, "enter", days)
}

// SetDay changes one day of a year that is known: nil makes it what its weekday says.
func (s *Store) SetDay(ctx context.Context, tx *db.Tx, by change.By, year int, version int64, date string, d *workday.Day) error {
	old, err := s.o.Calendar.Year(ctx, tx, year)
	if err != nil {
		return err
	}
	if old.Version == 0 {
		return errs.New(errs.Conflict, "calendar.unknown")
	}
	days := slices.DeleteFunc(slices.Clone(old.Days), func(x workday.Day) bool { return x.Date == date })
	if d != nil {
		days = append(days, *d)
	} else if !strings.HasPrefix(date, fmt.Sprintf("%04d-", year)) {
		return errs.New(errs.Invalid, "calendar.day").On("day")
	}
	if days, err = checkDays(year, days); err != nil {
		return err
	}
	return s.saveYear(ctx, tx, by, workday.Year{Year: year, Version: version}, "day", days)
}

// checkDays demands real days of the year, each once, and puts them in order.
func checkDays(year int, days []workday.Day) ([]workday.Day, error) {
	days = slices.Clone(days)
	slices.SortFunc(days, func(a, b workday.Day) int { return strings.Compare(a.Date, b.Date) })
	for i, d := range days {
		t, err := time.ParseInLocation(time.DateOnly, d.Date, clock.Shanghai)
		if err != nil || t.Year() != year {
			return nil, errs.New(errs.Invalid, "calendar.day").On("days")
		}
		if i > 0 && days[i-1].Date == d.Date {
			return nil, errs.New(errs.Invalid, "calendar.twice").On("days")
		}
		if err := checkText("days", d.Name); err != nil {
			return nil, err
		}
	}
	return days, nil
}

func (s *Store) saveYear(ctx context.Context, tx *db.Tx, by change.By, y workday.Year, action string, days []workday.Day) error {
	if err := s.lock(ctx, tx); err != nil {
		return err
	}
	old, err := s.o.Calendar.Year(ctx, tx, y.Year)
	if err != nil {
		return err
	}
	if old.Version != y.Version {
		return errs.New(errs.Conflict, "conflict")
	}
	if err := s.o.Calendar.Enter(ctx, tx, y.Year, days); err != nil {
		return err
	}
	id := strconv.Itoa(y.Year)
	e := change.Entry{Subject: change.Calendar, SubjectID: id, Action: action, After: days}
	if old.Version > 0 {
		e.Before = old.Days
	}
	if err := s.trail.Record(ctx, tx, by, e); err != nil {
		return err
	}
	return s.tasks.Done(ctx, tx, task.FillYear, id)
}

// NeedYear gives the administrator the task to enter a year, if a deadline reaches into it and it is not known.
func (s *Store) NeedYear(ctx context.Context, tx *db.Tx, year int) error {
	if s.o.Calendar.Known(year) {
		return nil
	}
	id := strconv.Itoa(year)
	return s.tasks.Give(ctx, tx, task.Task{Kind: task.FillYear, SubjectID: id, Label: id, Role: authn.RoleAdmin,
		DueAt: time.Date(year, time.January, 1, 0, 0, 0, 0, clock.Shanghai)})
}

// announceMonth is when the next year's arrangement is to be expected and looked for.
const announceMonth = time.October

// watchYears sees what other nodes have entered, and asks for this year, and from October for the next.
func (s *Store) watchYears(ctx context.Context) error {
	if err := s.o.Calendar.Reload(ctx); err != nil {
		return err
	}
	now := s.o.Clock.Now().In(clock.Shanghai)
	years := []int{now.Year()}
	if now.Month() >= announceMonth {
		years = append(years, now.Year()+1)
	}
	years = slices.DeleteFunc(years, s.o.Calendar.Known)
	missing := years[:0]
	err := s.o.DB.Read(ctx, func(q *db.Tx) error {
		for _, y := range years {
			open, err := s.tasks.About(ctx, q, task.FillYear, strconv.Itoa(y))
			if err != nil {
				return err
			}
			if len(open) == 0 {
				missing = append(missing, y)
			}
		}
		return nil
	})
	if err != nil || len(missing) == 0 {
		return err
	}
	return s.o.DB.Write(ctx, func(tx *db.Tx) error {
		for _, y := range missing {
			if err := s.NeedYear(ctx, tx, y); err != nil {
				return err
			}
		}
		return nil
	})
}
