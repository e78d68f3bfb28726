package license_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/yinxin-org/yinxin/internal/access"
	"github.com/yinxin-org/yinxin/internal/authn"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/demo"
	"github.com/yinxin-org/yinxin/internal/license"
	"github.com/yinxin-org/yinxin/internal/sealing"
	"github.com/yinxin-org/yinxin/ofd"
	"github.com/yinxin-org/yinxin/test/world"
	"github.com/yinxin-org/yinxin/verify"
)

// sealer is somebody of a unit who may let its seal be set.
func sealer(unit string) *authn.Actor {
	return &authn.Actor{AccountID: "sealer-of-" + unit, Kind: authn.KindStaff, UnitID: unit, Roles: []string{authn.RoleSealUser}}
}

func desk(t *testing.T, w *world.World, a *authn.Actor) []sealing.Task {
	t.Helper()
	var found []sealing.Task
	w.Read(t, func(ctx context.Context, q *db.Tx) (err error) {
		found, err = w.Seals.Desk(ctx, q, a)
		return err
	})
	return found
}

func answer(w *world.World, a *authn.Actor, task string, agree bool, why string) error {
	return w.TryWrite(func(ctx context.Context, tx *db.Tx) error {
		_, err := w.Seals.Answer(ctx, tx, a, task, agree, why)
		return err
	})
}

// uses are the log's rows of a unit's seals since the test began, the first one first.
func uses(t *testing.T, w *world.World, unit string) []sealing.Use {
	t.Helper()
	var found []sealing.Use
	w.Read(t, func(ctx context.Context, q *db.Tx) (err error) {
		found, err = w.Seals.Uses(ctx, q, sealing.UseFilter{UnitID: unit, Limit: 1000})
		return err
	})
	slices.Reverse(found)
	return found
}

// forJudges leaves a file for programs that we did not write (conformance/ofdrw), where scripts/test.sh says to.
func forJudges(t *testing.T, name string, file []byte) {
	t.Helper()
	dir := os.Getenv("YINXIN_BATCH_FILES")
	if dir == "" {
		return
	}
	if err := errors.Join(os.MkdirAll(dir, 0o700), os.WriteFile(filepath.Join(dir, name+".ofd"), file, 0o600)); err != nil {
		t.Fatal(err)
	}
}

func contents(t *testing.T, w *world.World, l license.License) []byte {
	t.Helper()
	owner := &authn.Actor{AccountID: "x", Kind: authn.KindHolder, HolderID: l.HolderID, Roles: []string{"holder"}}
	r, err := w.Door.Own(context.Background(), owner, l.ID, access.File)
	if err != nil {
		t.Fatal(err)
	}
	return r.Content
}

// SEAL-2, SEAL-5: three seals of three units on two levels, set by people in order and then together; the license is
// nowhere to be seen before the last one, and each seal stands for itself.
func TestSealsSetByPeople(t *testing.T) {
	t.Parallel()
	world.Each(t, func(t *testing.T, w *world.World) {
		ctx := context.Background()
		d := jointly(t, w, "manual", "joint", "joint")
		issuer, definer, other := sealer(d.IssuerID), sealer(province), sealer(cityUnit)
		l := make1(t, w, enter(t, w, d))
		if l.Step != license.StepData || len(desk(t, w, definer))+len(desk(t, w, other)) != 0 {
			t.Fatalf("%s; joint seals are asked for before their turn", l.Step)
		}
		first := desk(t, w, issuer)
		if len(first) != 1 || first[0].LicenseID != l.ID {
			t.Fatalf("%+v", first)
		}
		wantCode(t, answer(w, other, first[0].ID, true, ""), "seal.no-task")
		if err := answer(w, issuer, first[0].ID, true, "照面已核对"); err != nil {
			t.Fatal(err)
		}
		wantCode(t, answer(w, issuer, first[0].ID, true, ""), "seal.stage")
		for _, a := range []*authn.Actor{other, definer} { // in either order
			if l = make1(t, w, l); l.Step != license.StepData || l.FileRef != "" {
				t.Fatalf("%s with seals missing", l.Step)
			}
			_, err := review(w, l, reviewer, true)
			wantCode(t, err, "license.stage")
			if err := answer(w, a, desk(t, w, a)[0].ID, true, ""); err != nil {
				t.Fatal(err)
			}
		}
		if err := w.Hall.Resume(ctx); err != nil {
			t.Fatal(err)
		}
		l, err := review(w, get(t, w, l), reviewer, true)
		if err != nil {
			t.Fatal(err)
		}
		file := contents(t, w, l)
		forJudges(t, "three-seals", file)
		report := w.VerifyFile(file)
		if report.Verdict != verify.Valid || len(report.Seals) != 3 || !report.Coverage.ListClosed {
			t.Errorf("%s: %v", report.Verdict, report.Causes)
		}
		for _, s := range report.Seals {
			if s.Verdict != verify.Valid || !s.TimeTrusted {
				t.Errorf("seal %s: %v", s.ID, s.Causes)
			}
		}
		for unit, mode := range map[string]string{d.IssuerID: "manual", province: "joint", cityUnit: "joint"} {
			all := uses(t, w, unit)
			if u := all[len(all)-1]; u.Mode != mode || u.AccountID != "sealer-of-"+unit || u.Digest != l.FileDigest || u.Mandate != "" || u.Result != sealing.Signed {
				t.Errorf("%+v", u)
			}
		}
		_, err = w.Licenses.Bulk(ctx, license.Order{TypeCode: d.TypeCode, IssuerID: d.IssuerID, MakerID: maker, ReviewerID: reviewer, Origin: license.Batch})
		wantCode(t, err, "seal.by-hand")
	})
}

// A seal that a unit refuses sends the license back with the reason, and its number is free again.
func TestRefusedSealReturnsTheLicense(t *testing.T) {
	t.Parallel()
	world.Each(t, func(t *testing.T, w *world.World) {
		ctx := context.Background()
		d := jointly(t, w, "auto", "joint", "joint")
		l := make1(t, w, enter(t, w, d))
		if err := answer(w, sealer(province), desk(t, w, sealer(province))[0].ID, true, ""); err != nil {
			t.Fatal(err)
		}
		if err := answer(w, sealer(cityUnit), desk(t, w, sealer(cityUnit))[0].ID, false, "地址与规划不符"); err != nil {
			t.Fatal(err)
		}
		_, err := w.Licenses.Make(ctx, l.HolderID, l.ID)
		wantCode(t, err, "seal.declined")
		w.Write(t, func(ctx context.Context, tx *db.Tx) error {
			_, err := w.Licenses.TurnDown(ctx, tx, l.HolderID, l.ID, "refuse", "地址与规划不符")
			return err
		})
		if l = get(t, w, l); l.Step != license.StepRefused || l.FileRef != "" {
			t.Errorf("%s", l.Step)
		}
		all := uses(t, w, cityUnit)
		if u := all[len(all)-1]; u.Result != sealing.Refusal || u.Cause != "seal.declined" || u.AccountID != "sealer-of-"+cityUnit {
			t.Errorf("%+v", u)
		}
	})
}

// SEAL-5: the platform seals by itself only under a mandate; taken back or run out, the seal waits for a person, and for
// whoever stands in for one.
func TestSealingWithoutAHandNeedsAMandate(t *testing.T) {
	t.Parallel()
	world.Each(t, func(t *testing.T, w *world.World) {
		d := food(t, w)
		user := sealer(d.IssuerID)
		say := func(a *authn.Actor, given bool, until time.Time) error {
			return w.TryWrite(func(ctx context.Context, tx *db.Tx) error {
				_, err := w.Seals.GiveMandate(ctx, tx, a, sealing.Mandate{TypeCode: d.TypeCode, UnitID: d.IssuerID, Given: given, Until: until, Reason: "年度授权"})
				return err
			})
		}
		wantCode(t, say(sealer(cityUnit), true, time.Time{}), "seal.not-user")
		wantCode(t, say(user, true, world.Start), "seal.until")
		if l := make1(t, w, enter(t, w, d)); l.Step != license.StepSealed {
			t.Fatalf("under the published plan: %s", l.Step)
		}
		if u := uses(t, w, d.IssuerID); u[len(u)-1].Mode != "auto" || u[len(u)-1].Mandate != "plan:"+d.TypeCode+"/1" {
			t.Errorf("%+v", u[len(u)-1])
		}
		if err := say(user, true, world.Start.Add(time.Hour)); err != nil {
			t.Fatal(err)
		}
		if l := make1(t, w, enter(t, w, d)); l.Step != license.StepSealed {
			t.Fatalf("within the mandate: %s", l.Step)
		}
		w.Now.Move(time.Hour)
		late := make1(t, w, enter(t, w, d))
		if late.Step != license.StepData {
			t.Fatalf("after the mandate: %s", late.Step)
		}
		if err := say(user, true, time.Time{}); err != nil {
			t.Fatal(err)
		}
		if l := make1(t, w, late); l.Step != license.StepSealed {
			t.Errorf("with a new mandate: %s", l.Step)
		}
		if err := say(user, false, time.Time{}); err != nil {
			t.Fatal(err)
		}
		l := make1(t, w, enter(t, w, d))
		clerk := &authn.Actor{AccountID: "clerk-of-the-issuer", Kind: authn.KindStaff, UnitID: d.IssuerID, Roles: []string{authn.RoleClerk}}
		if n := len(desk(t, w, clerk)); n != 0 {
			t.Errorf("a clerk has %d seals to set", n)
		}
		taker := authn.Standing{ID: clerk.AccountID, UnitID: clerk.UnitID, Roles: clerk.Roles, Active: true}
		standIn := func(x authn.Standing, until time.Duration) error {
			return w.TryWrite(func(ctx context.Context, tx *db.Tx) error {
				return w.Seals.StandIn(ctx, tx, user, x, w.Now.Now().Add(until), "出差三天")
			})
		}
		wantCode(t, standIn(taker, 32*24*time.Hour), "seal.until")
		auditing := taker
		auditing.Roles = []string{authn.RoleSealAuditor}
		wantCode(t, standIn(auditing, time.Hour), "seal.stand-in")
		if err := standIn(taker, 72*time.Hour); err != nil {
			t.Fatal(err)
		}
		mine := desk(t, w, clerk)
		w.Now.Move(72 * time.Hour)
		if len(desk(t, w, clerk)) != 0 {
			t.Error("the standing in did not end")
		}
		w.Now.Move(-time.Hour)
		found := slices.IndexFunc(mine, func(x sealing.Task) bool { return x.LicenseID == l.ID })
		if found < 0 {
			t.Fatal("nothing on the desk of who stands in")
		}
		if err := answer(w, clerk, mine[found].ID, true, ""); err != nil {
			t.Fatal(err)
		}
		if l = make1(t, w, l); l.Step != license.StepSealed {
			t.Errorf("%s", l.Step)
		}
	})
}

// SEAL-5: a chunk of a bulk stands in the log in one row, in the transaction that publishes it; a seal that was stopped
// between signing and publishing leaves nothing behind.
func TestUseOfSealsIsLogged(t *testing.T) {
	t.Parallel()
	world.Each(t, func(t *testing.T, w *world.World) {
		ctx := context.Background()
		o := order(t, w, demo.FoodPermit)
		before := len(uses(t, w, o.IssuerID))
		b := bulk(t, w, o)
		made, _, err := b.Make(ctx, []license.Row{foodRow(t, 1), foodRow(t, 2), foodRow(t, 3)}, nothing)
		if err != nil {
			t.Fatal(err)
		}
		all := uses(t, w, o.IssuerID)[before:]
		over := sealing.Over([]string{made[0].FileDigest, made[1].FileDigest, made[2].FileDigest})
		if len(all) != 1 || all[0].Count != 3 || all[0].Digest != over || all[0].Subject.ID != o.OriginID || all[0].AccountID != reviewer {
			t.Errorf("%+v", all)
		}
		c, err := b.Draw(ctx, []license.Row{foodRow(t, 4)})
		if err != nil {
			t.Fatal(err)
		}
		stop(t, w, o.IssuerID, sealing.Stopped)
		_, _, err = c.Commit(ctx, nothing)
		wantCode(t, err, "seal.not-in-use")
		if now := uses(t, w, o.IssuerID)[before:]; len(now) != 1 {
			t.Errorf("%d rows after a seal that was stopped meanwhile", len(now))
		}
		d := food(t, w)
		l := enter(t, w, d)
		for range 3 {
			_, err := w.Licenses.Make(ctx, l.HolderID, l.ID)
			wantCode(t, err, "seal.unknown")
		}
		now := uses(t, w, o.IssuerID)[before:]
		if len(now) != 2 || now[1].Result != sealing.Refusal || now[1].Cause != "seal.unknown" || now[1].Subject.ID != l.ID || now[1].Count != 0 {
			t.Errorf("%+v", now)
		}
	})
}

func nothing(context.Context, *db.Tx, []license.License, []error) error { return nil }

// SEAL-4: a firm's seal lives with its business license: suspended with it at once, free with it again, and at its end with
// it; a new version of the license keeps the seal.
func TestSealLivesWithItsLicense(t *testing.T) {
	t.Parallel()
	world.Each(t, func(t *testing.T, w *world.World) {
		ctx := context.Background()
		var l license.License
		firm := w.HolderID(t, "food-firm")
		w.Read(t, func(ctx context.Context, q *db.Tx) error {
			var id string
			err := q.QueryRow(ctx, `
				SELECT license_id FROM license
				WHERE holder_id = $1 AND type_code = $2 AND step = 'published' AND ended = ''`, firm, w.TypeCode(t, "business-license")).Scan(&id)
			if err != nil {
				return err
			}
			l, err = w.Licenses.Get(ctx, q, firm, id)
			return err
		})
		made, err := w.Seals.MakeBound(ctx, sealing.Bound{Purpose: sealing.OfEnterprise, IssuerID: l.IssuerID, Region: "350102", HolderID: l.HolderID,
			LicenseID: l.ID, OwnerName: "榕印小吃（演示）有限公司"})
		if err != nil {
			t.Fatal(err)
		}
		again, err := w.Seals.MakeBound(ctx, sealing.Bound{Purpose: sealing.OfEnterprise, LicenseID: l.ID})
		if err != nil || again.Code != made.Code {
			t.Errorf("made twice: %s, %v", again.Code, err)
		}
		sign := func() error {
			p, err := ofd.Build(&ofd.Document{ID: "0123456789abcdef0123456789abcdef", Title: "合同", Created: world.Start, SignaturesExpected: 1, Pages: []ofd.Page{{Width: 80, Height: 60}}})
			if err != nil {
				t.Fatal(err)
			}
			if err := w.Seals.SignBound(ctx, p, l.ID, "the-firm", sealing.Place{Box: ofd.Box{X: 10, Y: 10, W: 40, H: 40}}); err != nil {
				return err
			}
			file, err := p.Bytes()
			if err != nil {
				t.Fatal(err)
			}
			if r := w.VerifyFile(file); r.Verdict != verify.Valid {
				t.Errorf("%s: %v", r.Verdict, r.Causes)
			}
			return nil
		}
		operate := func(a license.Action) {
			t.Helper()
			w.Write(t, func(ctx context.Context, tx *db.Tx) error {
				x, err := w.Licenses.Get(ctx, tx, l.HolderID, l.ID)
				if err != nil {
					return err
				}
				_, err = w.Licenses.Operate(ctx, tx, x, license.Operation{Action: a, AccountID: reviewer, UnitID: l.IssuerID, ApproverID: maker, Ground: "榕监〔2026〕1号"})
				return err
			})
		}
		if err := sign(); err != nil {
			t.Fatal(err)
		}
		operate(license.Suspend)
		wantCode(t, sign(), "seal.bound")
		operate(license.Release)
		if err := sign(); err != nil {
			t.Errorf("after release: %v", err)
		}
		operate(license.Cancel)
		wantCode(t, sign(), "seal.bound")
		all := uses(t, w, l.IssuerID)
		if last := all[len(all)-1]; last.Result != sealing.Refusal && last.Kind != sealing.OfDocument {
			t.Errorf("%+v", last)
		}
	})
}
