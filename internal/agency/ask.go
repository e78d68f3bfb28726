package agency

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/yinxin-org/yinxin/gbcode"
	"github.com/yinxin-org/yinxin/internal/authn"
	"github.com/yinxin-org/yinxin/internal/catalog"
	"github.com/yinxin-org/yinxin/internal/clock"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/errs"
	"github.com/yinxin-org/yinxin/internal/holder"
	"github.com/yinxin-org/yinxin/internal/notice"
)

// Ages at which the law draws its lines: 《中华人民共和国民法典》第十七条; 《中华人民共和国老年人权益保障法》第二条.
const (
	grown = 18
	old   = 60
)

// longest bounds a mandate in years, and most the relations that wait or are in force on one side.
const (
	longest = 3
	most    = 50
)

// Request asks for a relation. A firm or person names who shall act for them (Agent, Representative); whoever cares
// for a child or a parent names that one (Guardian, Care).
type Request struct {
	Kind    Kind
	Code    string // of the other side
	Name    string // of the other side, as a check that no stranger is meant
	Powers  []string
	ValidTo time.Time // the last moment; needed of an agent
}

// asksForSelf reports whether the asker of a kind is the one for whom is acted.
func asksForSelf(k Kind) bool { return k == Agent || k == Representative }

// Ask writes a relation that waits for the other side, or is in force at once where a license of the asker proves it.
// An actor who acts for somebody cannot entrust others in that one's name.
func (s *Service) Ask(ctx context.Context, actor *authn.Actor, r Request) (Relation, error) {
	if actor.Acting != nil {
		return Relation{}, errs.New(errs.Denied, "relation.self-only")
	}
	code, _, err := holder.ParseCode(r.Code, "code")
	if err != nil {
		return Relation{}, err
	}
	made, self, other, err := s.prepare(ctx, actor.SelfID, code, r)
	if err != nil {
		return Relation{}, err
	}
	// A look at a license is a transaction of its own, recorded whatever becomes of the asking.
	proved, err := s.prove(ctx, actor, made.Kind, self, other)
	if err != nil {
		return Relation{}, err
	}
	if made.Kind == Representative && proved == "" {
		return Relation{}, errs.New(errs.Conflict, "relation.not-on-license")
	}
	if proved != "" {
		made.Proof, made.ProofNo = ByLicense, proved
		if made.Kind == Guardian {
			made.Step, made.AnsweredAt = Active, made.AskedAt
		}
	}
	err = s.o.DB.Write(ctx, func(tx *db.Tx) error { return s.enter(ctx, tx, made, actor.AccountID) })
	return made, err
}

// prepare finds both sides and holds the request against the rules of its kind.
func (s *Service) prepare(ctx context.Context, selfID string, code holder.Code, r Request) (made Relation, self, other holder.Holder, err error) {
	err = s.o.DB.Read(ctx, func(q *db.Tx) error {
		if self, err = s.o.Holders.Get(ctx, q, selfID); err != nil {
			return err
		}
		other, err = s.other(ctx, q, code, r.Name)
		return err
	})
	if err != nil {
		return Relation{}, self, other, err
	}
	made = Relation{ID: db.NewID(), PrincipalID: self.ID, AgentID: other.ID, Kind: r.Kind, Step: Asked, AskedBy: self.ID,
		ValidTo: r.ValidTo, AskedAt: s.o.Clock.Now(), Version: 1}
	principal, agent := self, other
	if !asksForSelf(r.Kind) {
		principal, agent = other, self
		made.PrincipalID, made.AgentID = other.ID, self.ID
	}
	if made.Powers, err = powersOf(r.Kind, r.Powers); err != nil {
		return Relation{}, self, other, err
	}
	return made, self, other, s.allow(&made, principal, agent)
}

// other finds the other side. Who is unknown and who has another name are refused in the same words, so that nobody
// can ask here who is known.
func (s *Service) other(ctx context.Context, q *db.Tx, code holder.Code, name string) (holder.Holder, error) {
	unknown := errs.New(errs.NotFound, "relation.other-unknown").On("code")
	id, err := s.o.Holders.Find(ctx, q, code)
	if err != nil {
		if errs.Code(err) == "case.holder-unknown" {
			return holder.Holder{}, unknown
		}
		return holder.Holder{}, err
	}
	h, err := s.o.Holders.Get(ctx, q, id)
	if err == nil && h.Profile.Name != strings.TrimSpace(name) {
		return holder.Holder{}, unknown
	}
	return h, err
}

// powersOf are the powers that a kind gives: a legal representative and a guardian have all of them.
func powersOf(k Kind, asked []string) ([]string, error) {
	if k == Representative || k == Guardian {
		return slices.Clone(allPowers), nil
	}
	var given []string
	for _, p := range allPowers {
		if slices.Contains(asked, p) {
			given = append(given, p)
		}
	}
	if len(given) == 0 || len(given) != len(asked) {
		return nil, errs.New(errs.Invalid, "relation.powers").On("powers")
	}
	return given, nil
}

// allow holds a relation against the law of its kind, and sets the end that the kind gives it.
func (s *Service) allow(r *Relation, principal, agent holder.Holder) error {
	wrong := func(code string) error { return errs.New(errs.Invalid, code).On("code") }
	switch {
	case principal.ID == agent.ID:
		return wrong("relation.self")
	case agent.Kind != catalog.Natural:
		return wrong("relation.person")
	case age(agent, r.AskedAt) < grown:
		return wrong("relation.minor")
	}
	switch r.Kind {
	case Agent:
		return checkTerm(r)
	case Representative:
		r.ValidTo = time.Time{}
		if principal.Kind == catalog.Natural {
			return wrong("relation.firm")
		}
	case Guardian:
		if principal.Kind != catalog.Natural || age(principal, r.AskedAt) >= grown {
			return wrong("relation.not-minor")
		}
		r.ValidTo = birthday(principal, grown) // from then on the child is grown and acts alone
	case Care:
		r.ValidTo = time.Time{}
		if principal.Kind != catalog.Natural || age(principal, r.AskedAt) < old {
			return wrong("relation.not-old")
		}
	default:
		return errs.New(errs.Invalid, "field.option").On("kind")
	}
	return nil
}

func checkTerm(r *Relation) error {
	if !r.ValidTo.After(r.AskedAt) || r.ValidTo.After(r.AskedAt.AddDate(longest, 0, 1)) {
		return errs.New(errs.Invalid, "relation.term").On("validTo")
	}
	return nil
}

// birthday is the midnight at which a person turns an age; the zero time for whom no day of birth is known.
func birthday(h holder.Holder, years int) time.Time {
	d, err := gbcode.CitizenBirth(h.Profile.Code.Reveal())
	if err != nil {
		return time.Time{}
	}
	return time.Date(d.Year+years, time.Month(d.Month), d.Day, 0, 0, 0, 0, clock.Shanghai)
}

func age(h holder.Holder, at time.Time) int {
	born := birthday(h, 0)
	if born.IsZero() {
		return grown
	}
	at = at.In(clock.Shanghai)
	years := at.Year() - born.Year()
	if at.Before(birthday(h, years)) {
		years--
	}
	return years
}

// enter writes a new relation, its leaf and its notices, unless there is one already.
func (s *Service) enter(ctx context.Context, tx *db.Tx, r Relation, accountID string) error {
	all, err := s.Of(ctx, tx, r.AskedBy)
	if err != nil {
		return err
	}
	open := 0
	for _, x := range all {
		standing := x.Standing(r.AskedAt)
		if standing != Asked && standing != Active {
			continue
		}
		open++
		if x.Kind == r.Kind && x.PrincipalID == r.PrincipalID && x.AgentID == r.AgentID {
			return errs.New(errs.Conflict, "relation.exists")
		}
	}
	if open >= most {
		return errs.New(errs.Limited, "relation.many")
	}
	if err := s.put(ctx, tx, r); err != nil {
		return err
	}
	if r.Step == Asked && r.Answers() != "" {
		err = s.tell(ctx, tx, r, r.Answers(), notice.RelationAsked)
	} else if r.Step == Active {
		err = s.tell(ctx, tx, r, r.PrincipalID, notice.RelationActive)
	}
	if err != nil {
		return err
	}
	return s.witness(ctx, tx, r, string(r.Step), accountID)
}

// Answer lets the side that was asked accept or decline.
func (s *Service) Answer(ctx context.Context, actor *authn.Actor, id string, accept bool) (Relation, error) {
	if actor.Acting != nil {
		return Relation{}, errs.New(errs.Denied, "relation.self-only")
	}
	return s.change(ctx, actor, id, func(tx *db.Tx, r *Relation) error {
		now := s.o.Clock.Now()
		switch {
		case r.Standing(now) != Asked:
			return errs.New(errs.Conflict, "relation.answered")
		case r.Answers() != actor.SelfID:
			return errs.New(errs.Denied, "relation.not-asked")
		}
		r.Step, r.AnsweredAt = Declined, now
		kind := notice.RelationDeclined
		if accept {
			r.Step, kind = Active, notice.RelationActive
		}
		return s.tell(ctx, tx, *r, r.AskedBy, kind)
	})
}

// End ends a relation at once, or takes back what was asked; either side may. What the agent is doing at that moment
// is refused from then on.
func (s *Service) End(ctx context.Context, actor *authn.Actor, id string) (Relation, error) {
	if actor.Acting != nil {
		return Relation{}, errs.New(errs.Denied, "relation.self-only")
	}
	return s.change(ctx, actor, id, func(tx *db.Tx, r *Relation) error {
		now := s.o.Clock.Now()
		if x := r.Standing(now); x != Asked && x != Active {
			return errs.New(errs.Conflict, "relation.over")
		}
		r.Step, r.EndedAt, r.EndedBy = Ended, now, actor.SelfID
		return s.tell(ctx, tx, *r, r.Other(actor.SelfID), notice.RelationEnded)
	})
}

// change takes one step of a relation of the actor's own.
func (s *Service) change(ctx context.Context, actor *authn.Actor, id string, step func(tx *db.Tx, r *Relation) error) (Relation, error) {
	var r Relation
	err := s.o.DB.Write(ctx, func(tx *db.Tx) error {
		var err error
		if r, err = s.Get(ctx, tx, actor.SelfID, id); err != nil {
			return err
		}
		if err := step(tx, &r); err != nil {
			return err
		}
		if err := s.save(ctx, tx, r); err != nil {
			return err
		}
		return s.witness(ctx, tx, r, string(r.Step), actor.AccountID)
	})
	return r, err
}

// Confirm puts a relation in force on the word of a clerk who has seen its proof on paper, with the one who asked
// before them. What must be answered by the other side is not for a clerk to answer.
func (s *Service) Confirm(ctx context.Context, tx *db.Tx, clerk *authn.Actor, agentID, id string) (Relation, error) {
	r, err := s.Get(ctx, tx, agentID, id)
	if err != nil {
		return Relation{}, err
	}
	now := s.o.Clock.Now()
	switch {
	case r.AgentID != agentID || r.Kind != Guardian && r.Kind != Care:
		return Relation{}, errs.New(errs.Denied, "relation.not-for-clerks")
	case r.Standing(now) != Asked:
		return Relation{}, errs.New(errs.Conflict, "relation.answered")
	}
	r.Step, r.AnsweredAt, r.Proof, r.ConfirmedBy, r.ConfirmedUnit = Active, now, ByClerk, clerk.AccountID, clerk.UnitID
	if err := s.save(ctx, tx, r); err != nil {
		return Relation{}, err
	}
	for _, id := range []string{r.PrincipalID, r.AgentID} {
		if err := s.tell(ctx, tx, r, id, notice.RelationActive); err != nil {
			return Relation{}, err
		}
	}
	return r, s.witness(ctx, tx, r, "confirmed", clerk.AccountID)
}

func (s *Service) tell(ctx context.Context, tx *db.Tx, r Relation, holderID string, kind notice.Kind) error {
	return s.o.Notices.Send(ctx, tx, notice.Notice{HolderID: holderID, Kind: kind, Subject: r.ID, Detail: map[string]string{"kind": string(r.Kind)}})
}
