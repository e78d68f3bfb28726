package demo

import (
	"context"
	"fmt"

	"github.com/yinxin-org/yinxin/internal/authn"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/license"
	"github.com/yinxin-org/yinxin/internal/matter"
	"github.com/yinxin-org/yinxin/internal/present"
)

// asking is a request that was made and answered: who asked whom, in which scenario, for which types, why.
type asking struct {
	asker, giver string // logins
	scenario     string // code, "" between holders
	types        []string
	purpose      string
	refused      bool
}

var askings = []asking{
	{asker: "hotel-verifier", giver: "baker", scenario: "hotel", types: []string{IdentityCard}},
	{asker: "hospital-verifier", giver: "mother", scenario: "hospital", types: []string{IdentityCard, "social-security-card"}, purpose: "初诊建档"},
	{asker: "employer-verifier", giver: "student", scenario: "job-application", types: []string{IdentityCard}, purpose: "暑期实习报到"},
	{asker: "hotel-verifier", giver: "father", scenario: "hotel", types: []string{IdentityCard}, refused: true},
	{asker: "baker", giver: "builder-firm", types: []string{"business-license"}, purpose: "核对供货单位"},
}

// showings are what people have shown each other before the demonstration begins, so that receipts are there to see.
func (s *setup) showings(ctx context.Context) error {
	for _, a := range askings {
		if err := s.asked(ctx, a); err != nil {
			return fmt.Errorf("%s asks %s: %w", a.asker, a.giver, err)
		}
	}
	return s.shown(ctx, "tea-firm", "business-license", "baker", "确认营业资格")
}

func (s *setup) asked(ctx context.Context, a asking) error {
	asker, giver := s.actors[a.asker], s.actors[a.giver]
	w := present.Wish{Purpose: a.purpose}
	var err error
	if w.ScenarioID, err = s.scenarioID(ctx, a.scenario); err != nil {
		return err
	}
	var choices []present.Choice
	for _, key := range a.types {
		l, err := s.held(ctx, giver, key)
		if err != nil {
			return err
		}
		w.Items = append(w.Items, present.Item{Type: l.TypeCode})
		choices = append(choices, present.Choice{LicenseID: l.ID})
	}
	r, err := s.app.Desk.Ask(ctx, asker, w)
	if err != nil {
		return err
	}
	if a.refused {
		return s.app.Desk.Refuse(ctx, giver, r.Code)
	}
	if _, err := s.app.Desk.Consent(ctx, giver, r.Code, choices); err != nil {
		return err
	}
	_, err = s.app.Desk.Receive(ctx, asker, r.ID)
	return err
}

// shown lets one holder show a license to another.
func (s *setup) shown(ctx context.Context, from, typeKey, to, purpose string) error {
	l, err := s.held(ctx, s.actors[from], typeKey)
	if err != nil {
		return err
	}
	p, err := s.app.Desk.Show(ctx, s.actors[from], present.Showing{LicenseID: l.ID})
	if err != nil {
		return err
	}
	_, err = s.app.Desk.Check(ctx, s.actors[to], p.Code, purpose)
	return err
}

// held is a license of a type that a holder can show.
func (s *setup) held(ctx context.Context, a *authn.Actor, typeKey string) (license.License, error) {
	var found license.License
	err := s.app.DB.Read(ctx, func(q *db.Tx) error {
		all, err := s.app.Licenses.Held(ctx, q, a.HolderID, s.code(typeKey))
		for _, l := range all {
			if l.State(s.app.Clock.Now()).Usable() {
				found = l
				return nil
			}
		}
		if err == nil {
			err = fmt.Errorf("holds no %s", typeKey)
		}
		return err
	})
	return found, err
}

// scenarioID is the id of a published scenario by its code; "" for none.
func (s *setup) scenarioID(ctx context.Context, code string) (string, error) {
	id := ""
	err := s.app.DB.Read(ctx, func(q *db.Tx) error {
		all, _, err := s.app.Matters.Listings(ctx, q, matter.ListFilter{List: matter.ListScenario, State: matter.Published})
		for _, l := range all {
			if l.Scenario.Code == code {
				id = l.ID
			}
		}
		return err
	})
	return id, err
}
