package present_test

import (
	"context"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/yinxin-org/yinxin/internal/errs"
	"github.com/yinxin-org/yinxin/internal/present"
	"github.com/yinxin-org/yinxin/test/world"
)

// shownModel is what a presentation must be, by the rules and without a database.
type shownModel struct {
	p         present.Presentation
	left      int
	until     time.Time
	takenBack bool
}

func (m shownModel) state(now time.Time) present.State {
	switch {
	case m.left == 0:
		return present.Checked
	case m.takenBack:
		return present.Ended
	case !now.Before(m.until):
		return present.Expired
	}
	return present.Open
}

// Whatever people do, and in whatever order: a code is checked as often as it may be and no more, only while it is
// open, and every check that was given stands in the holder's list.
func TestAnyOrderOfShowing(t *testing.T) {
	t.Parallel()
	world.Each(t, func(t *testing.T, w *world.World) {
		s := newStand(t, w)
		ctx := context.Background()
		given := 0
		rapid.Check(t, func(t *rapid.T) {
			var shown []*shownModel
			pick := func(t *rapid.T) *shownModel {
				if len(shown) == 0 {
					t.Skip("needs something that is shown")
				}
				return rapid.SampledFrom(shown).Draw(t, "which")
			}
			t.Repeat(map[string]func(*rapid.T){
				"show": func(t *rapid.T) {
					uses := rapid.IntRange(1, present.UsesMax).Draw(t, "uses")
					p, err := w.Desk.Show(ctx, s.owner, present.Showing{LicenseID: s.card.ID, Uses: uses})
					if err != nil {
						t.Fatal(err)
					}
					for _, m := range shown { // a new code of the same license ends the open ones
						m.takenBack = m.takenBack || m.state(w.Now.Now()) == present.Open
					}
					shown = append(shown, &shownModel{p: p, left: uses, until: w.Now.Now().Add(present.Life)})
				},
				"check": func(t *rapid.T) {
					m := pick(t)
					was := m.state(w.Now.Now())
					_, err := w.Desk.Check(ctx, s.hotel, m.p.Code, "")
					if (err == nil) != (was == present.Open) || err != nil && errs.Code(err) != errs.Code(present.Dead(was)) {
						t.Fatalf("a code that is %s: %v", was, err)
					}
					if err == nil {
						m.left--
						given++
					}
				},
				"end": func(t *rapid.T) {
					m := pick(t)
					if err := w.Desk.End(ctx, s.owner, m.p.ID); err != nil {
						t.Fatal(err)
					}
					m.takenBack = true
				},
				"wait": func(t *rapid.T) {
					w.Now.Move(time.Duration(rapid.IntRange(1, 40).Draw(t, "seconds")) * time.Second)
				},
				"": func(t *rapid.T) {
					for _, m := range shown[max(0, len(shown)-2):] {
						got, err := w.Desk.Get(ctx, s.owner, m.p.ID)
						if err != nil || got.State != m.state(w.Now.Now()) || got.UsesLeft != m.left || len(got.Checks) != m.p.Uses-m.left {
							t.Fatalf("it is %s with %d left and %d checks, %v; want %s with %d", got.State, got.UsesLeft, len(got.Checks), err, m.state(w.Now.Now()), m.left)
						}
					}
				},
			})
		})
		if n := w.Count(t, `SELECT count(*) FROM access_record WHERE ground = 'presentation' AND result = 'given'`); n != given {
			t.Errorf("%d uses on record, %d were given", n, given)
		}
	})
}

// A connection that broke after the first of two licenses loses neither: what was not read can be read later.
func TestReceivingGoesOnWhereItBroke(t *testing.T) {
	t.Parallel()
	world.Each(t, func(t *testing.T, w *world.World) {
		s := newStand(t, w)
		ctx := context.Background()
		hospital, social := w.Actor(t, "hospital-verifier"), s.license("owner", "social-security-card")
		r, err := w.Desk.Ask(ctx, hospital, present.Wish{ScenarioID: s.scenarioID("hospital"),
			Items: []present.Item{{Type: s.card.TypeCode}, {Type: social.TypeCode}}})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.Desk.Consent(ctx, s.owner, r.Code, []present.Choice{{LicenseID: s.card.ID}, {LicenseID: social.ID}}); err != nil {
			t.Fatal(err)
		}
		s.exec(`UPDATE consent SET uses_left = 0 WHERE license_id = $1`, s.card.ID)
		s.exec(`UPDATE show_request SET state = 'received' WHERE request_id = $1`, r.ID)
		got, err := w.Desk.Receive(ctx, hospital, r.ID)
		if err != nil || len(got) != 1 || got[0].Type.Code != social.TypeCode {
			t.Fatalf("%+v, %v", got, err)
		}
		_, err = w.Desk.Receive(ctx, hospital, r.ID)
		wantCode(t, "when all is read", err, "access.consent.count")
	})
}
