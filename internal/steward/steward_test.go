package steward_test

import (
	"context"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/yinxin-org/yinxin/internal/authn"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/errs"
	"github.com/yinxin-org/yinxin/internal/license"
	"github.com/yinxin-org/yinxin/internal/notice"
	"github.com/yinxin-org/yinxin/internal/steward"
	"github.com/yinxin-org/yinxin/test/world"
)

func TestMain(m *testing.M) { os.Exit(world.Main(m)) }

// room is a license with the people of its issuer.
type room struct {
	*world.World
	t               *testing.T
	holderID, id    string
	clerk, reviewer *authn.Actor
}

func newRoom(t *testing.T, w *world.World) *room {
	t.Helper()
	r := &room{World: w, t: t, holderID: w.HolderID(t, "food-firm"), clerk: w.Actor(t, "gl-scjg-clerk"), reviewer: w.Actor(t, "gl-scjg-reviewer")}
	w.Read(t, func(ctx context.Context, q *db.Tx) error {
		held, err := w.Licenses.Held(ctx, q, r.holderID, w.TypeCode(t, "business-license"))
		if err == nil {
			r.id = held[0].ID
		}
		return err
	})
	return r
}

func (r *room) license() license.License {
	r.t.Helper()
	var l license.License
	r.Read(r.t, func(ctx context.Context, q *db.Tx) error {
		var err error
		l, err = r.Licenses.Get(ctx, q, r.holderID, r.id)
		return err
	})
	return l
}

func (r *room) ask(a steward.Asking) (steward.Request, error) {
	a.Identifier = r.license().Identifier
	return r.Steward.Ask(context.Background(), r.clerk, a)
}

func (r *room) mustAsk(a steward.Asking) steward.Request {
	r.t.Helper()
	x, err := r.ask(a)
	if err != nil {
		r.t.Fatalf("ask for %s: %v", a.Action, err)
	}
	return x
}

func (r *room) want(err error, code string) {
	r.t.Helper()
	if code == "" && err != nil || code != "" && errs.Code(err) != code {
		r.t.Errorf("got %v, want %s", err, code)
	}
}

// What one asks for is done when a second person has agreed, and only then.
func TestTwoPersonsCarryOutAnOperation(t *testing.T) {
	t.Parallel()
	world.Each(t, func(t *testing.T, w *world.World) {
		r, ctx := newRoom(t, w), context.Background()
		pledge := steward.Asking{Action: license.Pledge, Ground: "质登〔2026〕1号", Words: "某银行福州分行，同意质押"}
		open := r.mustAsk(pledge)
		if l := r.license(); l.State(w.Clock.Now()) != license.Valid {
			t.Errorf("asked for, the license is %s", l.State(w.Clock.Now()))
		}
		_, err := r.ask(pledge)
		r.want(err, "operation.open")
		r.want(w.Steward.Approve(ctx, r.clerk, open.ID, 1), "license.same-person")
		r.want(w.Steward.Refuse(ctx, r.clerk, open.ID, 1, "自己"), "license.same-person")
		r.want(w.Steward.Approve(ctx, r.reviewer, open.ID, 9), "conflict")
		r.want(w.Steward.Withdraw(ctx, r.reviewer, open.ID, 1), "operation.not-yours")
		r.want(w.Steward.Approve(ctx, w.Actor(t, "gl-mzj-reviewer"), open.ID, 1), "operation.unknown")
		r.want(w.Steward.Approve(ctx, r.reviewer, open.ID, 1), "")
		r.want(w.Steward.Approve(ctx, r.reviewer, open.ID, 2), "operation.closed")
		if l := r.license(); !l.Holds.Has(license.Pledged) {
			t.Errorf("agreed to, its holds are %q", l.Holds)
		}
		r.remembers(pledge)

		// What is forbidden is refused when it is asked for already.
		_, err = r.ask(steward.Asking{Action: license.Cancel, Ground: "注〔2026〕1号"})
		r.want(err, "license.pledged")
		_, err = r.ask(steward.Asking{Action: license.Unpledge, Ground: "解登〔2026〕1号"})
		r.want(err, "license.words-missing")
		release := r.mustAsk(steward.Asking{Action: license.Unpledge, Ground: "解登〔2026〕1号", Words: "同意解押"})
		r.want(w.Steward.Refuse(ctx, r.reviewer, release.ID, 1, " "), "field.required")
		r.want(w.Steward.Refuse(ctx, r.reviewer, release.ID, 1, "材料不全"), "")
		if !r.license().Holds.Has(license.Pledged) {
			t.Error("refused, and released all the same")
		}
		again := r.mustAsk(steward.Asking{Action: license.Unpledge, Ground: "解登〔2026〕1号", Words: "同意解押"})
		r.want(w.Steward.Withdraw(ctx, r.clerk, again.ID, 1), "")
		r.queue(0, 3)
	})
}

// remembers checks that the event names both persons, the ground and the words, which stand nowhere in clear.
func (r *room) remembers(a steward.Asking) {
	r.t.Helper()
	var last license.Trace
	r.Read(r.t, func(ctx context.Context, q *db.Tx) error {
		all, err := r.Licenses.History(ctx, q, r.license())
		if err == nil {
			last = all[len(all)-1]
		}
		return err
	})
	if last.Action != string(a.Action) || last.AccountID != r.clerk.AccountID || last.ApproverID != r.reviewer.AccountID || last.Ground != a.Ground ||
		last.Words != a.Words || last.Reason != a.Action.UsualReason() {
		r.t.Errorf("the event is %+v", last)
	}
	var sealed []byte
	r.Read(r.t, func(ctx context.Context, q *db.Tx) error {
		return q.QueryRow(ctx, `SELECT words FROM life_operation WHERE holder_id = $1 AND license_id = $2`, r.holderID, r.id).Scan(&sealed)
	})
	if len(sealed) == 0 || strings.Contains(string(sealed), a.Words) {
		r.t.Error("the words of the request are not sealed")
	}
}

func (r *room) queue(open, closed int) {
	r.t.Helper()
	r.Read(r.t, func(ctx context.Context, q *db.Tx) error {
		for _, x := range []struct {
			open bool
			want int
		}{{true, open}, {false, closed}} {
			found, total, err := r.Steward.Queue(ctx, q, r.clerk.UnitID, x.open, 2, 0)
			if err != nil || total != x.want || len(found) != min(2, x.want) {
				r.t.Errorf("open %v: %d of %d, want %d; %v", x.open, len(found), total, x.want, err)
			}
		}
		return nil
	})
}

// A request that has become impossible meanwhile is not agreed to; it waits for being taken back.
func TestGuardsAreHeldAgainWhenAgreedTo(t *testing.T) {
	t.Parallel()
	world.Each(t, func(t *testing.T, w *world.World) {
		r, ctx := newRoom(t, w), context.Background()
		pledge := r.mustAsk(steward.Asking{Action: license.Pledge, Ground: "质登〔2026〕2号", Words: "某银行"})
		if x := r.mustAsk(steward.Asking{Action: license.Lose}); x.ID != "" {
			t.Error("a loss waits for nobody")
		}
		r.want(w.Steward.Approve(ctx, r.reviewer, pledge.ID, 1), "license.not-in-force")
		r.queue(1, 0)
		r.mustAsk(steward.Asking{Action: license.Recover})
		r.want(w.Steward.Approve(ctx, r.reviewer, pledge.ID, 1), "")
		r.queue(0, 1)
	})
}

func TestAskingIsRefused(t *testing.T) {
	t.Parallel()
	world.Each(t, func(t *testing.T, w *world.World) {
		r := newRoom(t, w)
		for name, x := range map[string]struct {
			asking steward.Asking
			code   string
		}{
			"no such action":         {steward.Asking{Action: "burn"}, "license.action"},
			"what only a version":    {steward.Asking{Action: license.Supersede, Ground: "1"}, "license.action"},
			"no ground":              {steward.Asking{Action: license.Suspend}, "license.ground-missing"},
			"only spaces":            {steward.Asking{Action: license.Suspend, Ground: "  "}, "license.ground-missing"},
			"no such reason":         {steward.Asking{Action: license.Suspend, Ground: "1", Reason: "77"}, "license.reason"},
			"long ground":            {steward.Asking{Action: license.Suspend, Ground: strings.Repeat("一", 101)}, "field.too-long"},
			"hidden marks":           {steward.Asking{Action: license.Suspend, Ground: "1\u202e2"}, "field.format"},
			"from tomorrow":          {steward.Asking{Action: license.Withdraw, Ground: "1", TrueFrom: w.Clock.Now().Add(24 * time.Hour)}, "license.true-from"},
			"a hold reaches back":    {steward.Asking{Action: license.Suspend, Ground: "1", TrueFrom: w.Clock.Now().Add(-time.Hour)}, "license.true-from"},
			"nothing to be lifted":   {steward.Asking{Action: license.Release, Ground: "1"}, "license.not-held"},
			"paper that is not lost": {steward.Asking{Action: license.FindPaper}, "license.not-held"},
		} {
			if _, err := r.ask(x.asking); errs.Code(err) != x.code {
				t.Errorf("%s: %v, want %s", name, err, x.code)
			}
		}
		_, err := w.Steward.Ask(context.Background(), w.Actor(t, "fz-wjw-clerk"), steward.Asking{Identifier: r.license().Identifier, Action: license.Lose})
		r.want(err, "license.unknown")
		r.queue(0, 0)
	})
}

// Whoever holds a license is told what was done to it, why, by whom and on what ground; of what was only asked for, nothing.
func TestHoldersAreToldWhatWasDone(t *testing.T) {
	t.Parallel()
	world.Each(t, func(t *testing.T, w *world.World) {
		r, ctx := newRoom(t, w), context.Background()
		told := func() (all []notice.Notice) {
			r.Read(t, func(ctx context.Context, q *db.Tx) error {
				found, _, err := w.Notices.List(ctx, q, r.holderID, 50, 0)
				for _, n := range found {
					if n.Kind == notice.LicenseOperated {
						all = append(all, n)
					}
				}
				return err
			})
			return all
		}
		open := r.mustAsk(steward.Asking{Action: license.Suspend, Ground: "榕监限〔2026〕3号"})
		if n := len(told()); n != 0 {
			t.Errorf("told %d times before a second person agreed", n)
		}
		r.want(w.Steward.Approve(ctx, r.reviewer, open.ID, 1), "")
		r.mustAsk(steward.Asking{Action: license.LosePaper})
		all := told()
		if len(all) != 2 {
			t.Fatalf("told %d times", len(all))
		}
		if n := all[1]; n.Subject != r.id || n.Detail["action"] != "挂起" || n.Detail["reason"] != "司法或行政限制（榕监限〔2026〕3号）" || n.Detail["unit"] == "" {
			t.Errorf("the notice says %v", n.Detail)
		}
		if n := all[0]; n.Detail["action"] != "登记纸质遗失" || n.Detail["reason"] != "遗失或损毁" {
			t.Errorf("the notice says %v", n.Detail)
		}
	})
}
