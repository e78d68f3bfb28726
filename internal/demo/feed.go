package demo

import (
	"context"
	"fmt"
	"time"

	"github.com/yinxin-org/yinxin/internal/clock"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/feed"
	"github.com/yinxin-org/yinxin/internal/gm"
	"github.com/yinxin-org/yinxin/internal/org"
	"github.com/yinxin-org/yinxin/internal/share"
)

// feedDays is for how many days departments' systems have sent cases when the demonstration begins.
const feedDays = 4

// sending are the systems that send their cases, by name: the first two leave gaps of every kind.
var sending = []string{"住房公积金业务系统", "人社一体化信息平台", "税务征管系统（垂管）"}

// feeds lets departments' systems send the cases of the last days, with gaps, and a vertical one push licenses.
func (s *setup) feeds(ctx context.Context) error {
	for i, name := range sending {
		x, err := s.systemNamed(ctx, name)
		if err != nil {
			return err
		}
		if err := s.systemKey(ctx, x); err != nil {
			return err
		}
		seq := int64(0)
		for back := feedDays; back >= 1; back-- {
			if seq, err = s.feedDay(ctx, x, i, back, seq); err != nil {
				return fmt.Errorf("send cases of %s: %w", name, err)
			}
		}
	}
	return s.pushed(ctx)
}

func (s *setup) systemNamed(ctx context.Context, name string) (org.System, error) {
	var found []org.System
	err := s.app.DB.Read(ctx, func(q *db.Tx) error {
		var err error
		found, _, err = s.app.Units.Systems(ctx, q, org.SystemFilter{Limit: 100})
		return err
	})
	for _, x := range found {
		if x.Name == name {
			return x, err
		}
	}
	return org.System{}, fmt.Errorf("the ledger has no %s (%w)", name, err)
}

// systemKey registers a key whose private half nobody keeps: what the demonstration's systems send is entered here.
func (s *setup) systemKey(ctx context.Context, x org.System) error {
	keys, err := gm.NewMemoryKeyStore()
	if err != nil {
		return err
	}
	if err := keys.Generate(ctx, "system"); err != nil {
		return err
	}
	signer, err := keys.Signer("system")
	if err != nil {
		return err
	}
	text, err := gm.EncodePublicKey(signer.Public())
	if err != nil {
		return err
	}
	by, err := s.by(digitalOffice, "登记公钥，开始归集办件")
	if err != nil {
		return err
	}
	return s.app.DB.Write(ctx, func(tx *db.Tx) error {
		_, err := s.app.Feed.AddKey(ctx, tx, by, x.ID, string(text))
		return err
	})
}

// feedDay sends one day's cases of a system and its tally, and gives the last number used.
func (s *setup) feedDay(ctx context.Context, x org.System, nth, back int, seq int64) (int64, error) {
	on := clock.Date(s.app.Clock.Now()).AddDate(0, 0, -back)
	matter := x.Matters[0]
	applicant, ok := s.city.Cast("father")
	if !ok {
		return 0, fmt.Errorf("the cast has no father")
	}
	opened := 3 + nth
	var messages []feed.Message
	for i := range opened {
		seq++
		if nth < 2 && back == 2 && i == 1 { // this one never came
			continue
		}
		m := feed.Message{Seq: seq, CaseNo: fmt.Sprintf("YW%d-%s-%02d", nth+1, on.Format("0102"), i+1), Matter: matter, Unit: x.Unit, Event: feed.Opened,
			At: on.Add(time.Duration(9+i) * time.Hour), HolderCode: applicant.Code, HolderName: applicant.Name}
		if nth == 0 && back == 1 && i == 0 {
			m.HolderCode, m.HolderName = "", ""
		}
		messages = append(messages, m)
	}
	seq++
	messages = append(messages, feed.Message{Seq: seq, CaseNo: messages[0].CaseNo, Matter: matter, Unit: x.Unit, Event: feed.Closed,
		At: on.Add(16 * time.Hour), Outcome: "approved", HolderCode: applicant.Code, HolderName: applicant.Name})
	came := on.Add(17 * time.Hour)
	if nth == 2 && back == 3 { // sent two days late
		came = came.AddDate(0, 0, 2)
	}
	if _, err := s.feedAt(came).Take(ctx, x, messages); err != nil {
		return 0, err
	}
	if nth == 1 && back == 1 { // its tally has not come yet
		return seq, nil
	}
	return seq, s.feedAt(came).Count(ctx, x, came, on.Format(time.DateOnly), []feed.Tally{{Matter: matter, Opened: opened, Closed: 1}})
}

// feedAt takes messages in as it was done on a day before the demonstration began.
func (s *setup) feedAt(t time.Time) *feed.Desk {
	return feed.New(feed.Options{DB: s.app.DB, Clock: clock.At(t), Units: s.app.Units, Holders: s.app.Holders, Trail: s.app.Trail,
		Matters: s.app.Matters, Types: s.app.Types, Deadlines: s.app.Deadlines})
}

// shares lets a firm share its license with a bank, so that its list is not empty.
func (s *setup) shares(ctx context.Context) error {
	owner, ok := s.actors["clinic-firm"]
	if !ok {
		return fmt.Errorf("nobody is called clinic-firm")
	}
	var id string
	err := s.app.DB.Read(ctx, func(q *db.Tx) error {
		held, err := s.app.Licenses.Held(ctx, q, owner.HolderID, "")
		if err == nil && len(held) > 0 {
			id = held[0].ID
		}
		return err
	})
	if err != nil || id == "" {
		return err
	}
	_, err = s.app.Shares.Make(ctx, owner, id, share.Terms{Receiver: "榕印银行", Purpose: "申请经营贷款", Days: 30, Downloads: 3})
	return err
}
