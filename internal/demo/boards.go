package demo

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"time"

	"github.com/yinxin-org/yinxin/internal/clock"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/deadline"
	"github.com/yinxin-org/yinxin/internal/push"
)

// closedElsewhere are cases that 鼓楼市监's own system closed, by working days before the demonstration begins, and how
// long after the morning of its closing the license of each was made; 0: it is still to be made.
var closedElsewhere = []struct {
	back int
	made time.Duration
}{
	{8, 6 * time.Hour}, {7, 7 * time.Hour}, {6, 29 * time.Hour}, {5, 5 * time.Hour}, {4, 8 * time.Hour}, {2, 0}, {0, 0},
}

// deadlines leaves 鼓楼市监 with licenses that were made in time, one that came late, one that is owed for
// two days, and one that is owed today.
func (s *setup) deadlines(ctx context.Context) error {
	x, err := s.systemNamed(ctx, "市场监管审批系统")
	if err != nil {
		return err
	}
	clerk := s.actors[batchMaker]
	return s.app.DB.Write(ctx, func(tx *db.Tx) error {
		for i, c := range closedElsewhere {
			day := s.workdayBefore(c.back)
			caseNo := fmt.Sprintf("SP%s-%02d", day.Format("0102"), i+1)
			d := deadline.Deadline{Kind: deadline.Offline, SubjectID: deadline.Elsewhere(x.ID, caseNo), UnitID: clerk.UnitID, AccountID: clerk.AccountID,
				TypeCode: s.code(FoodPermit), Licenses: 1, OpenedAt: day.Add(9 * time.Hour), DueAt: clock.EndOfDay(day)}
			if c.back == 0 {
				d.OpenedAt = s.app.Clock.Now()
			}
			if err := s.app.Deadlines.Open(ctx, tx, d); err != nil {
				return err
			}
			if c.made == 0 {
				continue
			}
			then := deadline.New(clock.At(d.OpenedAt.Add(c.made)), s.app.Tasks)
			if err := then.Settle(ctx, tx, d.Kind, d.SubjectID, clerk.AccountID); err != nil {
				return err
			}
		}
		return nil
	})
}

// workdayBefore is today, or the n-th working day before it.
func (s *setup) workdayBefore(n int) time.Time {
	day := clock.Date(s.app.Clock.Now())
	for n > 0 {
		day = day.AddDate(0, 0, -1)
		if s.app.Calendar.Is(day) {
			n--
		}
	}
	return day
}

// annualInspection: a school applied for its annual inspection (年检), and a clerk has to examine it.
func (s *setup) annualInspection(ctx context.Context) error {
	l, err := s.firstOf(ctx, s.actors["school"], Nonprofit)
	if err != nil {
		return err
	}
	_, err = s.app.Inspections.Apply(ctx, s.actors["school"], l.ID, "上年度工作报告和财务审计报告已备好。")
	return err
}

// receivers are who is told of what happens to licenses. Their names lead nowhere: nothing leaves the demonstration.
var receivers = []struct {
	system, url string
	answers     bool
	paused      bool
}{
	{"税务征管系统（垂管）", "https://tax.fuzhou.example/license-events", true, false},
	{"市场监管审批系统", "https://market.gulou.example/license-events", true, false},
	{"常住人口信息系统（垂管）", "https://residents.gulou.example/license-events", false, false},
	{"人社一体化信息平台", "https://hrss.fuzhou.example/license-events", true, true},
}

// subscribe lets receivers be told of what happens from now on.
func (s *setup) subscribe(ctx context.Context) error {
	by, err := s.by(digitalOffice, "业务系统要跟随证照状态")
	if err != nil {
		return err
	}
	if _, err := s.app.Book.Sequence(ctx); err != nil { // what was before has its place in the log, and is told to nobody
		return err
	}
	for _, r := range receivers {
		x, err := s.systemNamed(ctx, r.system)
		if err != nil {
			return err
		}
		err = s.app.DB.Write(ctx, func(tx *db.Tx) error {
			sub, err := s.app.Push.Subscribe(ctx, tx, by, push.Subscription{SystemID: x.ID, URL: r.url})
			if err == nil && r.paused {
				_, err = s.app.Push.Set(ctx, tx, by, sub.ID, push.Paused)
			}
			return err
		})
		if err != nil {
			return fmt.Errorf("subscribe %s: %w", r.system, err)
		}
	}
	return nil
}

// told brings the receivers what has happened so far; one of them does not answer.
func (s *setup) told(ctx context.Context) error {
	if _, err := s.app.Book.Sequence(ctx); err != nil {
		return err
	}
	return push.Open(push.Options{DB: s.app.DB, Clock: s.app.Clock, Log: s.app.Log, Trail: s.app.Trail, Units: s.app.Units, Licenses: s.app.Licenses,
		Receiver: replies{}, Reaches: func(netip.Addr) bool { return true }, Node: "demo"}).Deliver(ctx)
}

// replies answers in the place of the receivers while the demonstration is set up.
type replies struct{}

func (replies) Tell(_ context.Context, url string, _ []byte) error {
	for _, r := range receivers {
		if r.url == url && r.answers {
			return nil
		}
	}
	return errNoAnswer
}

var errNoAnswer = errors.New("no answer")
