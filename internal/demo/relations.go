package demo

import (
	"context"
	"fmt"

	"github.com/yinxin-org/yinxin/internal/agency"
	"github.com/yinxin-org/yinxin/internal/authn"
	"github.com/yinxin-org/yinxin/internal/db"
)

// related is a relation that is there when the demonstration begins: a firm with its agent and its representative, a
// family with a child, an old mother whose daughter acts for her, and one request that still waits.
type related struct {
	asker, other string // cast keys
	kind         agency.Kind
	powers       []string
	accept       bool   // the other side has agreed
	confirm      string // login of the clerk who has seen the proof
}

var relations = []related{
	{asker: "freight-firm", other: "carrier", kind: agency.Representative, accept: true},
	{asker: "freight-firm", other: "bride", kind: agency.Agent, powers: []string{authn.PowerApply, authn.PowerRead}, accept: true},
	{asker: "mother", other: "baby", kind: agency.Guardian, confirm: "gl-xzfw-clerk"},
	{asker: "chemist", other: "elder", kind: agency.Care, powers: []string{authn.PowerApply, authn.PowerRead}, confirm: "gl-xzfw-clerk"},
	{asker: "hotel", other: "student", kind: agency.Agent, powers: []string{authn.PowerApply}},
}

// relations enters them as their people would.
func (s *setup) relations(ctx context.Context) error {
	for _, x := range relations {
		if err := s.relate(ctx, x); err != nil {
			return fmt.Errorf("relate %s and %s: %w", x.asker, x.other, err)
		}
	}
	return nil
}

func (s *setup) relate(ctx context.Context, x related) error {
	other, ok := s.city.Cast(x.other)
	if !ok {
		return fmt.Errorf("the cast has no %s", x.other)
	}
	asker := s.actors[x.asker]
	r, err := s.app.Agency.Ask(ctx, asker, agency.Request{Kind: x.kind, Code: other.Code, Name: other.Name, Powers: x.powers,
		ValidTo: s.day(365)})
	if err != nil {
		return err
	}
	if x.accept {
		_, err = s.app.Agency.Answer(ctx, s.actors[x.other], r.ID, true)
		return err
	}
	if x.confirm == "" {
		return nil
	}
	return s.app.DB.Write(ctx, func(tx *db.Tx) error {
		_, err := s.app.Agency.Confirm(ctx, tx, s.actors[x.confirm], asker.SelfID, r.ID)
		return err
	})
}
