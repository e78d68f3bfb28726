package demo

import (
	"context"
	"fmt"
	"time"

	"github.com/yinxin-org/yinxin/internal/authn"
	"github.com/yinxin-org/yinxin/internal/change"
	"github.com/yinxin-org/yinxin/internal/clock"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/org"
)

// configuration is what offices have set up beside units, types and matters. Days are counted from the day of the
// set-up, so that the demonstration does not grow old.
type configuration struct {
	Notice   string      `json:"notice"`
	Mandates []mandated  `json:"mandates"`
	Systems  []connected `json:"systems"`
	Duties   []duty      `json:"duties"`
	lists
}

// mandated is a mandate (委托). Scope holds keys of types or codes of matters.
type mandated struct {
	From       string          `json:"from"`
	To         string          `json:"to"`
	Kind       org.MandateKind `json:"kind"`
	Scope      []string        `json:"scope"`
	FromDays   int             `json:"fromDays"`
	ToDays     *int            `json:"toDays"` // none: no end
	DecisionNo string          `json:"decisionNo"`
	Reason     string          `json:"reason"`
}

// connected is a department's own system in the ledger (接入台账).
type connected struct {
	Unit       string   `json:"unit"`
	Name       string   `json:"name"`
	Matters    []string `json:"matters"`
	Connection string   `json:"connection"`
	SinceDays  *int     `json:"sinceDays"`
	Health     string   `json:"health"`
	Gaps       string   `json:"gaps"`
	Reason     string   `json:"reason"`
}

// duty names who answers for a step of a type (责任人). Some posts are left vacant on purpose.
type duty struct {
	Unit  string   `json:"unit"`
	Type  string   `json:"type"` // a key, or org.AllTypes
	Step  org.Step `json:"step"`
	Login string   `json:"login"`
}

// Accounts that configure, by what they configure.
const (
	unitOffice    = "admin"
	digitalOffice = "digital"
)

// configure enters the configuration as the offices would.
func (s *setup) configure(ctx context.Context) error {
	var c configuration
	if err := decode("configuration.json", &c); err != nil {
		return err
	}
	return s.app.DB.Write(ctx, func(tx *db.Tx) error {
		if err := s.mandates(ctx, tx, c.Mandates); err != nil {
			return fmt.Errorf("enter mandates: %w", err)
		}
		if err := s.systems(ctx, tx, c.Systems); err != nil {
			return fmt.Errorf("enter the ledger of systems: %w", err)
		}
		if err := s.duties(ctx, tx, c.Duties); err != nil {
			return fmt.Errorf("enter duties: %w", err)
		}
		return s.list(ctx, tx, c.lists)
	})
}

// day is midnight of a day counted from today.
func (s *setup) day(days int) time.Time {
	return clock.Date(s.app.Clock.Now()).AddDate(0, 0, days)
}

func (s *setup) by(login, reason string) (change.By, error) {
	a, ok := s.actors[login]
	if !ok {
		return change.By{}, fmt.Errorf("nobody is called %s", login)
	}
	return change.Of(a, reason), nil
}

// code turns the key of a type into its code, and leaves what is none.
func (s *setup) code(key string) string {
	if code := s.city.codeOf(key); code != "" {
		return code
	}
	return key
}

func (s *setup) mandates(ctx context.Context, tx *db.Tx, list []mandated) error {
	for _, x := range list {
		by, err := s.by(unitOffice, x.Reason)
		if err != nil {
			return err
		}
		m := org.Mandate{From: x.From, To: x.To, Kind: x.Kind, ValidFrom: s.day(x.FromDays), DecisionNo: x.DecisionNo}
		for _, key := range x.Scope {
			m.Scope = append(m.Scope, s.code(key))
		}
		if x.ToDays != nil {
			m.ValidTo = s.day(*x.ToDays)
		}
		if _, err := s.app.Units.Entrust(ctx, tx, by, m); err != nil {
			return err
		}
	}
	return nil
}

func (s *setup) systems(ctx context.Context, tx *db.Tx, list []connected) error {
	for _, x := range list {
		by, err := s.by(digitalOffice, x.Reason)
		if err != nil {
			return err
		}
		y := org.System{Unit: x.Unit, Name: x.Name, Matters: x.Matters, Connection: x.Connection, Health: x.Health, Gaps: x.Gaps,
			HealthAt: s.app.Clock.Now()}
		if x.SinceDays != nil {
			y.Since = s.day(*x.SinceDays).Format(time.DateOnly)
		}
		if _, err := s.app.Units.SaveSystem(ctx, tx, by, y); err != nil {
			return err
		}
	}
	return nil
}

func (s *setup) duties(ctx context.Context, tx *db.Tx, list []duty) error {
	for _, x := range list {
		by, err := s.by(unitOffice, "首次确定责任人")
		if err != nil {
			return err
		}
		var who *authn.Actor
		if who = s.actors[x.Login]; who == nil {
			return fmt.Errorf("nobody is called %s", x.Login)
		}
		d := org.Duty{Unit: x.Unit, Type: s.code(x.Type), Step: x.Step, Account: who.AccountID}
		if _, err := s.app.Units.SetDuty(ctx, tx, by, d); err != nil {
			return err
		}
	}
	return nil
}
