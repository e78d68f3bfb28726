package demo

import (
	"context"
	"errors"
	"fmt"

	"github.com/yinxin-org/yinxin/internal/casefile"
	"github.com/yinxin-org/yinxin/internal/hall"
	"github.com/yinxin-org/yinxin/internal/matter"
)

// opening is a case that is already there when the demonstration begins, so that nobody finds an empty desk.
type opening struct {
	clerk      string
	matterCode string
	parties    map[matter.Party]string // cast keys
}

var openings = []opening{
	{"gl-scjg-clerk", foodMatter, map[matter.Party]string{matter.Applicant: "hotel", matter.Representative: "hotelier"}},
	// The identity card of this representative is reported lost: the case shows what cannot be used, and why.
	{"gl-scjg-clerk", "11350102YX0100017G4350131902001",
		map[matter.Party]string{matter.Applicant: "new-firm", matter.Representative: "loser"}},
	{"gl-xzfw-clerk", "11350102YX010009294350110905001",
		map[matter.Party]string{matter.Applicant: "tea-firm", matter.Representative: "baker"}},
	{"fz-gjj-clerk", "12350100YX001019373352041947001", map[matter.Party]string{matter.Applicant: "father"}},
	{"gl-dongjie-clerk", "11350102YX0101036N5350511914001", map[matter.Party]string{matter.Applicant: "elder"}},
}

// cases opens the cases as their clerks would; what they need is fetched through the door.
func (s *setup) cases(ctx context.Context) error {
	for _, o := range openings {
		parties := map[matter.Party]hall.Person{}
		for role, key := range o.parties {
			h, ok := s.city.Cast(key)
			if !ok {
				return fmt.Errorf("the cast has no %s", key)
			}
			parties[role] = hall.Person{Code: h.Code}
		}
		no, err := s.app.Hall.Open(ctx, s.actors[o.clerk], hall.Request{MatterCode: o.matterCode, Parties: parties})
		if err != nil {
			return fmt.Errorf("open a case of %s: %w", o.clerk, err)
		}
		s.opened = append(s.opened, no)
	}
	return nil
}

// stranger is somebody of whom the platform holds no license: a citizen number of the region that was never given out.
var stranger = hall.Person{Code: "350199198001010010", Name: "翁晓舟"}

// lacking opens a case whose identity card was never converted: its applicant committed that it follows, and the issuer
// was chased. It waits until somebody issues the card.
func (s *setup) lacking(ctx context.Context) error {
	clerk := s.actors["gl-scjg-clerk"]
	firm, ok := s.city.Cast("tea-firm")
	if !ok {
		return errors.New("the cast has no tea-firm")
	}
	no, err := s.app.Hall.Open(ctx, clerk, hall.Request{MatterCode: foodMatter, Parties: map[matter.Party]hall.Person{
		matter.Applicant: {Code: firm.Code}, matter.Representative: stranger}})
	if err != nil {
		return fmt.Errorf("open a case that lacks a license: %w", err)
	}
	const card = 2 // the material that asks for the representative's identity card
	if err := s.app.Hall.Chase(ctx, clerk, no, card); err != nil {
		return fmt.Errorf("chase a license: %w", err)
	}
	v, err := s.app.Hall.Look(ctx, clerk, no)
	if err != nil {
		return err
	}
	return s.app.Hall.Offer(ctx, clerk, no, card, v.Case.RowVersion, hall.Promise{Kind: casefile.Later, Days: 10, Counter: true})
}
