package hall_test

import (
	"context"
	"testing"
	"time"

	"github.com/yinxin-org/yinxin/internal/access"
	"github.com/yinxin-org/yinxin/internal/agency"
	"github.com/yinxin-org/yinxin/internal/authn"
	"github.com/yinxin-org/yinxin/internal/casefile"
	"github.com/yinxin-org/yinxin/internal/change"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/hall"
	"github.com/yinxin-org/yinxin/internal/matter"
	"github.com/yinxin-org/yinxin/internal/org"
	"github.com/yinxin-org/yinxin/test/world"
)

const frontDesk = "11350102YX01000929" // 鼓楼区行政服务中心管委会, which takes food permits by mandate

// atDesk brings a member of the cast to the front desk by presence code.
func atDesk(t *testing.T, w *world.World, desk *authn.Actor, visitID, login string) hall.Visit {
	t.Helper()
	p, err := w.Agency.Presence(context.Background(), w.Actor(t, login))
	if err != nil {
		t.Fatal(err)
	}
	v, err := w.Hall.Receive(context.Background(), desk, visitID, p.Code)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// represented makes 林㛃 the legal representative of her firm, as its license says.
func represented(t *testing.T, w *world.World) agency.Relation {
	t.Helper()
	owner := w.Cast(t, "owner")
	r, err := w.Agency.Ask(context.Background(), w.Actor(t, "food-firm"), agency.Request{Kind: agency.Representative, Code: owner.Code, Name: owner.Name})
	if err != nil {
		t.Fatal(err)
	}
	if r, err = w.Agency.Answer(context.Background(), w.Actor(t, "owner"), r.ID, true); err != nil {
		t.Fatal(err)
	}
	return r
}

// A person comes to the front desk, is pre-checked without a license being opened, and the case is opened in one step
// for a unit that entrusted the desk; when it is submitted it goes to that unit, and the desk reads no more.
func TestFrontDesk(t *testing.T) {
	t.Parallel()
	world.Each(t, func(t *testing.T, w *world.World) {
		ctx, desk := context.Background(), w.Actor(t, "gl-xzfw-clerk")
		r := represented(t, w)
		v := atDesk(t, w, desk, "", "owner")
		coming := hall.Coming{VisitID: v.ID, MatterCode: foodMatter, Guest: 1, RelationID: r.ID}
		looks := w.Count(t, `SELECT count(*) FROM access_record`)
		_, checked, err := w.Hall.Precheck(ctx, desk, coming)
		if err != nil {
			t.Fatal(err)
		}
		if checked[0].Outcome.Status != casefile.Ready || checked[1].Outcome.Status != casefile.Ready {
			t.Errorf("pre-checked: %+v", checked)
		}
		if w.Count(t, `SELECT count(*) FROM access_record`) != looks {
			t.Error("the pre-check opened a license")
		}
		if n := w.Count(t, `SELECT count(*) FROM notice WHERE holder_id = $1 AND kind = 'prechecked'`, w.HolderID(t, "food-firm")); n != 1 {
			t.Errorf("%d notices of the pre-check", n)
		}
		no, err := w.Hall.OpenVisit(ctx, desk, coming, nil, "front-desk-1")
		if err != nil {
			t.Fatal(err)
		}
		if again, err := w.Hall.OpenVisit(ctx, desk, coming, nil, "front-desk-1"); err != nil || again != no {
			t.Errorf("the same key gives %q, %v", again, err)
		}
		o := newOffice(t, w)
		o.clerk = desk
		look := o.look(desk, no)
		if look.Case.DeskUnitID != frontDesk || look.Case.UnitID == frontDesk || look.Materials[0].Status != casefile.Lent {
			t.Errorf("%+v %+v", look.Case, look.Materials)
		}
		if n := w.Count(t, `SELECT count(*) FROM unit_case WHERE case_no = $1`, no); n != 2 {
			t.Errorf("it stands in %d queues, want the desk's and the unit's", n)
		}
		if n := w.Count(t, `SELECT count(*) FROM case_visitor WHERE case_no = $1 AND relation_id = $2`, no, r.ID); n != 1 {
			t.Error("nobody knows who brought it")
		}
		o.fill(no)
		o.submit(no)
		if n := w.Count(t, `SELECT count(*) FROM unit_case WHERE case_no = $1`, no); n != 1 {
			t.Errorf("after handing over it stands in %d queues", n)
		}
		if _, _, err := w.Hall.Read(ctx, desk, no, 1, access.Fields); err == nil {
			t.Error("the desk still reads licenses")
		}
		wantCode(t, "the desk decides", w.Hall.Take(ctx, w.Actor(t, "gl-xzfw-approver"), no, 2), "case.unknown")
		if s := o.look(desk, no).Case.Stage; s != matter.Decide {
			t.Errorf("the desk sees stage %s", s)
		}
	})
}

// Without a mandate, or when it ended meanwhile, the desk opens nothing, sees nothing and reads nothing.
func TestFrontDeskNeedsItsMandate(t *testing.T) {
	t.Parallel()
	world.Each(t, func(t *testing.T, w *world.World) {
		ctx, desk, admin := context.Background(), w.Actor(t, "gl-xzfw-clerk"), w.Actor(t, "admin")
		o := newOffice(t, w)
		r := o.request("without")
		no, err := w.Hall.Open(ctx, desk, r)
		if err != nil {
			t.Fatal(err)
		}
		w.Write(t, func(ctx context.Context, tx *db.Tx) error {
			all, _, err := w.Units.Mandates(ctx, tx, org.MandateFilter{Unit: frontDesk, Kind: org.FrontDesk, State: org.InForce, Limit: 50})
			if err != nil {
				return err
			}
			for _, m := range all {
				if _, err := w.Units.EndMandate(ctx, tx, change.Of(admin, "收回委托"), m.ID, m.Version); err != nil {
					return err
				}
			}
			return nil
		})
		_, err = w.Hall.Look(ctx, desk, no)
		wantCode(t, "look", err, "case.unknown")
		_, _, err = w.Hall.Read(ctx, desk, no, 1, access.Fields)
		wantCode(t, "read", err, "access.case.unit")
		r.Key = "another"
		_, err = w.Hall.Open(ctx, desk, r)
		wantCode(t, "open", err, "matter.not-of-unit")
		if rows, err := w.Hall.Queue(ctx, o.clerk, hall.Unit); err != nil || len(rows) == 0 {
			t.Errorf("the unit sees %d cases, %v", len(rows), err)
		}
	})
}

// Somebody without a phone puts the card on the reader; a stale or broken reading, another clerk's visit and a guest
// who is not there are refused.
func TestVisitIsHeldAgainstTheFacts(t *testing.T) {
	t.Parallel()
	w := world.New(t)
	ctx, desk := context.Background(), w.Actor(t, "gl-xzfw-clerk")
	elder := w.Cast(t, "elder")
	card := hall.Card{Name: elder.Name, Code: elder.Code, ReadAt: w.Now.Now()}
	v, err := w.Hall.ReceiveCard(ctx, desk, "", card)
	if err != nil || v.Guests[0].HolderID != w.HolderID(t, "elder") || v.Guests[0].Means != hall.ByCard {
		t.Fatalf("%+v, %v", v, err)
	}
	if again, err := w.Hall.ReceiveCard(ctx, desk, v.ID, card); err != nil || len(again.Guests) != 1 {
		t.Errorf("the same card twice: %d guests, %v", len(again.Guests), err)
	}
	stale, broken := card, card
	stale.ReadAt, broken.Code = card.ReadAt.Add(-3*time.Minute), elder.Code[:17]
	_, err = w.Hall.ReceiveCard(ctx, desk, v.ID, stale)
	wantCode(t, "stale", err, "window.old-reading")
	_, err = w.Hall.ReceiveCard(ctx, desk, v.ID, broken)
	wantCode(t, "broken", err, "window.reading")
	_, _, err = w.Hall.LookVisit(ctx, w.Actor(t, "gl-scjg-clerk"), v.ID)
	wantCode(t, "another clerk", err, "window.unknown")
	_, _, err = w.Hall.Precheck(ctx, desk, hall.Coming{VisitID: v.ID, MatterCode: foodMatter, Guest: 2})
	wantCode(t, "nobody there", err, "window.person")
	_, _, err = w.Hall.Precheck(ctx, desk, hall.Coming{VisitID: v.ID, MatterCode: foodMatter, Guest: 1, RelationID: represented(t, w).ID})
	wantCode(t, "somebody else's relation", err, "relation.unknown")
	w.Now.Move(2 * time.Hour)
	_, _, err = w.Hall.LookVisit(ctx, desk, v.ID)
	wantCode(t, "after two hours", err, "window.unknown")
}
