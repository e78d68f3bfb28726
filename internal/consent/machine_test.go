package consent_test

import (
	"context"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/yinxin-org/yinxin/internal/change"
	"github.com/yinxin-org/yinxin/internal/consent"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/errs"
	"github.com/yinxin-org/yinxin/internal/matter"
	"github.com/yinxin-org/yinxin/test/world"
)

// model is what an authorisation must be, by the rules and without a database.
type model struct {
	a        consent.Authorisation
	last     consent.State // asked and given change with time; the others stay
	uses     int
	taken    int
	refused  int // readings that the door refused
	answerBy time.Time
	until    time.Time
}

func (m model) state(now time.Time) consent.State {
	switch {
	case m.last == consent.Asked && !now.Before(m.answerBy):
		return consent.Lapsed
	case m.last == consent.Given && m.taken == m.uses:
		return consent.Used
	case m.last == consent.Given && !now.Before(m.until):
		return consent.Ended
	}
	return m.last
}

// readCode is what a reading must answer in a state; "" for yes.
var readCode = map[consent.State]string{consent.Asked: "consent.waiting", consent.Retracted: "consent.retracted", consent.Refused: "consent.refused",
	consent.Lapsed: "consent.lapsed", consent.Given: "", consent.Withdrawn: "access.consent.live", consent.Used: "access.consent.count",
	consent.Ended: "access.consent.time"}

// Whatever the two sides do, and in whatever order: steps are made only from where they lead on, readings are given only while
// it stands, as often as was agreed to, and each is on record.
func TestAnyOrderOfAuthorising(t *testing.T) {
	t.Parallel()
	world.Each(t, func(t *testing.T, w *world.World) {
		s := newStay(t, w)
		ctx := context.Background()
		// All runs share one clock, which comes years on: the hotel stays enrolled.
		office := w.Actor(t, "digital")
		w.Write(t, func(ctx context.Context, tx *db.Tx) error {
			return w.Matters.Enrol(ctx, tx, change.Of(office, "试验"), s.scenario, matter.Verifier{Unit: s.hotel.UnitID})
		})
		rapid.Check(t, func(t *rapid.T) {
			var all []*model
			pick := func(t *rapid.T) *model {
				if len(all) == 0 {
					t.Skip("needs an authorisation")
				}
				return rapid.SampledFrom(all).Draw(t, "which")
			}
			// step makes a step and holds it against the state it is from.
			step := func(t *rapid.T, m *model, from, to consent.State, err error) {
				was := m.state(w.Now.Now())
				again := to == consent.Withdrawn && was == to
				if (err == nil) != (was == from || again) {
					t.Fatalf("from %s to %s: %v", was, to, err)
				}
				if err == nil {
					m.last = to
				}
			}
			t.Repeat(map[string]func(*rapid.T){
				"ask": func(t *rapid.T) {
					a, err := s.ask(consent.Terms{Uses: rapid.IntRange(1, 3).Draw(t, "uses"), Days: rapid.IntRange(1, 20).Draw(t, "days")})
					if errs.Code(err) == "consent.too-many" {
						t.Skip("needs fewer that wait")
					}
					if err != nil {
						t.Fatal(err)
					}
					all = append(all, &model{a: a, last: consent.Asked, uses: a.Uses, answerBy: w.Now.Now().Add(consent.AnswerTime)})
				},
				"give": func(t *rapid.T) {
					a := s.give(rapid.IntRange(1, 3).Draw(t, "uses"), rapid.IntRange(1, 20).Draw(t, "days"))
					all = append(all, &model{a: a, last: consent.Given, uses: a.Uses, until: a.Until})
				},
				"agree": func(t *rapid.T) {
					m := pick(t)
					got, err := s.Consents.Agree(ctx, s.strong("owner"), m.a.ID, consent.Answer{LicenseID: s.card.ID})
					step(t, m, consent.Asked, consent.Given, err)
					if err == nil {
						m.a, m.until = got, got.Until
					}
				},
				"refuse": func(t *rapid.T) {
					m := pick(t)
					_, err := s.Consents.Refuse(ctx, s.strong("owner"), m.a.ID)
					step(t, m, consent.Asked, consent.Refused, err)
				},
				"retract": func(t *rapid.T) {
					m := pick(t)
					_, err := s.Consents.Retract(ctx, s.hotel, m.a.ID)
					step(t, m, consent.Asked, consent.Retracted, err)
				},
				"withdraw": func(t *rapid.T) {
					m := pick(t)
					_, err := s.Consents.Withdraw(ctx, s.strong("owner"), m.a.ID)
					step(t, m, consent.Given, consent.Withdrawn, err)
				},
				"read": func(t *rapid.T) {
					m := pick(t)
					was := m.state(w.Now.Now())
					_, err := s.read(m.a)
					if (err == nil) != (readCode[was] == "") || err != nil && errs.Code(err) != readCode[was] {
						t.Fatalf("reading what is %s: %v", was, err)
					}
					if err == nil {
						m.taken++
					} else if refusal(err) {
						m.refused++
					}
				},
				"wait": func(t *rapid.T) {
					w.Now.Move(time.Duration(rapid.IntRange(1, 100).Draw(t, "hours")) * time.Hour)
				},
				"": func(t *rapid.T) {
					for _, m := range all[max(0, len(all)-2):] {
						got := s.now(m.a)
						if got.State(w.Now.Now()) != m.state(w.Now.Now()) || got.Taken != m.taken {
							t.Fatalf("it is %s with %d taken, want %s with %d", got.State(w.Now.Now()), got.Taken, m.state(w.Now.Now()), m.taken)
						}
						if n := len(s.uses(got)); n != m.taken+m.refused {
							t.Fatalf("%d readings on record, want %d given and %d refused", n, m.taken, m.refused)
						}
					}
				},
			})
			for _, m := range all { // leave nothing that waits to the next run
				_, _ = s.Consents.Retract(ctx, s.hotel, m.a.ID)
			}
		})
	})
}
