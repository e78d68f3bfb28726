package demo

import (
	"context"
	"fmt"
	"time"

	"github.com/yinxin-org/yinxin/internal/change"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/matter"
)

// lists are the entries of the three lists that follow from the catalogue: 免提交证照清单, inspection lists, social
// scenarios. Their types are keys. What is proposed only waits on the desk of the digital office.
type lists struct {
	Scenarios   []scenario   `json:"scenarios"`
	Exemptions  []exemption  `json:"exemptions"`
	Inspections []inspection `json:"inspections"`
}

type scenario struct {
	matter.Scenario
	listed
	Verifiers []string `json:"verifiers"` // units
}

type exemption struct {
	matter.Exemption
	listed
}

type inspection struct {
	matter.Inspection
	listed
}

// listed is what an entry says of itself besides its content.
type listed struct {
	State  string `json:"state"`
	Reason string `json:"reason"`
}

// mattersOffice is the account of the matter office, which proposes; the digital office publishes.
const mattersOffice = "matters"

func (s *setup) list(ctx context.Context, tx *db.Tx, l lists) error {
	for _, x := range l.Scenarios {
		s.codes(x.Types)
		id, err := s.enter(ctx, tx, x.listed, matter.Listing{List: matter.ListScenario, Scenario: &x.Scenario})
		if err != nil {
			return fmt.Errorf("enter scenario %s: %w", x.Code, err)
		}
		if err := s.enrol(ctx, tx, id, x.Verifiers); err != nil {
			return fmt.Errorf("enrol verifiers in %s: %w", x.Code, err)
		}
	}
	for _, x := range l.Exemptions {
		x.Type = s.code(x.Type)
		if _, err := s.enter(ctx, tx, x.listed, matter.Listing{List: matter.ListExempt, Exemption: &x.Exemption}); err != nil {
			return fmt.Errorf("enter the exemption of %s: %w", x.Type, err)
		}
	}
	for _, x := range l.Inspections {
		s.codes(x.Types)
		if _, err := s.enter(ctx, tx, x.listed, matter.Listing{List: matter.ListInspection, Inspection: &x.Inspection}); err != nil {
			return fmt.Errorf("enter the inspection %s: %w", x.Matter, err)
		}
	}
	return nil
}

// codes turns the keys of types into codes.
func (s *setup) codes(list []matter.Binding) {
	for i := range list {
		list[i].Type = s.code(list[i].Type)
	}
}

// enter proposes an entry and, where it says so, publishes it from today.
func (s *setup) enter(ctx context.Context, tx *db.Tx, x listed, l matter.Listing) (id string, err error) {
	id, err = s.app.Matters.Propose(ctx, tx, s.actors[mattersOffice], x.Reason, l)
	if err != nil || x.State != matter.Published {
		return id, err
	}
	by := change.Of(s.actors[digitalOffice], x.Reason)
	return id, s.app.Matters.Publish(ctx, tx, by, l.List, id, 1, time.Time{})
}

func (s *setup) enrol(ctx context.Context, tx *db.Tx, scenarioID string, units []string) error {
	by := change.Of(s.actors[digitalOffice], "核验单位登记")
	for _, id := range units {
		if err := s.app.Matters.Enrol(ctx, tx, by, scenarioID, matter.Verifier{Unit: id, From: s.day(-30), Until: s.day(335)}); err != nil {
			return err
		}
	}
	return nil
}
