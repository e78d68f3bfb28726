package license_test

import (
	"context"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/yinxin-org/yinxin/internal/change"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/demo"
	"github.com/yinxin-org/yinxin/internal/license"
	"github.com/yinxin-org/yinxin/internal/org"
	"github.com/yinxin-org/yinxin/internal/sealing"
	"github.com/yinxin-org/yinxin/test/world"
	"github.com/yinxin-org/yinxin/verify"
)

var operator = change.By{AccountID: "operator", UnitID: demo.PlatformUnit, Reason: "私钥泄露"}

// made makes n licenses in bulk.
func made(t *testing.T, w *world.World, first, n int) []license.License {
	t.Helper()
	var rows []license.Row
	for i := range n {
		rows = append(rows, foodRow(t, first+i))
	}
	out, _, err := bulk(t, w, order(t, w, demo.FoodPermit)).Make(context.Background(), rows, nothing)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// burnSeal burns the seal of the issuer of food permits, and gives its code.
func burnSeal(t *testing.T, w *world.World, at time.Time) string {
	t.Helper()
	var code string
	w.Write(t, func(ctx context.Context, tx *db.Tx) error {
		x, err := w.Seals.Usable(ctx, tx, order(t, w, demo.FoodPermit).IssuerID, sealing.ForLicenses)
		if err != nil {
			return err
		}
		code = x.Code
		_, err = w.Seals.BurnFrom(ctx, tx, operator, x.Code, at)
		return err
	})
	return code
}

// succeed makes another seal for the issuer of food permits.
func succeed(t *testing.T, w *world.World) {
	t.Helper()
	var u org.Unit
	w.Read(t, func(ctx context.Context, q *db.Tx) (err error) {
		u, err = w.Units.Get(ctx, q, order(t, w, demo.FoodPermit).IssuerID)
		return err
	})
	if _, err := w.Seals.Make(context.Background(), u, sealing.ForLicenses, operator); err != nil {
		t.Fatal(err)
	}
}

func orderReseal(w *world.World, code string, unproven bool) (license.Reseal, error) {
	var r license.Reseal
	err := w.TryWrite(func(ctx context.Context, tx *db.Tx) error {
		var err error
		r, err = w.Licenses.OrderReseal(ctx, tx, operator, code, unproven)
		return err
	})
	return r, err
}

// resealAll orders and carries out, and gives how far it came.
func resealAll(t *testing.T, w *world.World, code string, unproven bool) license.Reseal {
	t.Helper()
	if _, err := orderReseal(w, code, unproven); err != nil {
		t.Fatal(err)
	}
	if err := w.Licenses.WorkReseal(context.Background(), code); err != nil {
		t.Fatal(err)
	}
	var r license.Reseal
	w.Read(t, func(ctx context.Context, q *db.Tx) (err error) {
		r, err = w.Licenses.Reseal(ctx, q, code)
		return err
	})
	if r.State != license.ResealDone {
		t.Errorf("it is %s", r.State)
	}
	return r
}

// After a seal was burned, first what is no longer provable is sealed anew, then all; what a license says stays, and the
// file before is kept and proves what it proved.
func TestReseal(t *testing.T) {
	t.Parallel()
	world.Each(t, func(t *testing.T, w *world.World) {
		before := made(t, w, 1, 12)
		w.Now.Move(time.Minute)
		stolen := w.Now.Now()
		after := made(t, w, 100, 5)
		w.Now.Move(time.Hour)
		old := contents(t, w, before[0])
		_, err := orderReseal(w, "35010200000001", true)
		wantCode(t, err, "seal.no-such")
		code := burnSeal(t, w, stolen)
		if _, err := w.Book.Sequence(context.Background()); err != nil {
			t.Fatal(err)
		}
		_, err = orderReseal(w, code, true)
		wantCode(t, err, "seal.unknown") // there is no other seal yet
		succeed(t, w)
		w.Write(t, func(ctx context.Context, tx *db.Tx) error {
			_, err := w.Licenses.Operate(ctx, tx, get(t, w, before[1]), license.Operation{Action: license.Cancel, Ground: "1", AccountID: maker, ApproverID: reviewer})
			return err
		})

		// The cast has licenses under this seal too.
		r := resealAll(t, w, code, true)
		cast := r.Kept - len(before) + 1
		if r.Sealed != len(after) || cast < 0 || r.Missed != 0 {
			t.Errorf("of what is unproven: %+v", r)
		}
		if r = resealAll(t, w, code, false); r.Sealed != len(before)-1+len(after)+cast || r.Kept != 0 || r.Missed != 0 {
			t.Errorf("of all: %+v", r)
		}
		if n := w.Count(t, `SELECT count(*) FROM license_file`); n != r.Sealed {
			t.Errorf("%d files before of %d", n, r.Sealed)
		}
		again := resealAll(t, w, code, true)
		if again.Sealed != r.Sealed {
			t.Errorf("sealed twice: %+v", again)
		}
		for _, l := range append(before[2:], after...) {
			now := get(t, w, l)
			if now.FileDigest == l.FileDigest || now.Identifier != l.Identifier || now.VersionNo != l.VersionNo || now.State(w.Now.Now()) != license.Valid {
				t.Errorf("after it was sealed anew: %+v", now)
			}
			if v := w.VerifyFile(contents(t, w, now)); v.Verdict != verify.Valid || len(v.Causes) > 0 {
				t.Fatalf("sealed anew: %s %v", v.Verdict, v.Causes)
			}
		}
		if is := get(t, w, before[1]); is.FileDigest != before[1].FileDigest {
			t.Error("a license that has ended was sealed")
		}
		if v := w.VerifyFile(old); v.Verdict != verify.Valid {
			t.Errorf("the file before: %s %v", v.Verdict, v.Causes)
		}
		if got := strings.Join(actions(t, w, before[0]), " "); got != "publish reseal" {
			t.Errorf("its history is %q", got)
		}
	})
}

const (
	resealFolder = "YINXIN_RESEAL_CHILD"    // folder of the installation that the process to be killed works in
	resealURL    = "YINXIN_RESEAL_DATABASE" // and its database
	resealCode   = "YINXIN_RESEAL_SEAL"
)

// TestResealChild is the process that is killed while it seals anew.
func TestResealChild(t *testing.T) {
	dir := os.Getenv(resealFolder)
	if dir == "" {
		t.Skip("needs to be started by TestResealKilled: it is the process that is killed")
	}
	w := world.Again(t, dir, os.Getenv(resealURL))
	defer func() { _ = w.Close() }()
	if err := w.Licenses.WorkReseal(context.Background(), os.Getenv(resealCode)); err != nil {
		t.Fatal(err)
	}
}

// The process is killed again and again while it seals anew: no license is sealed twice, none is left out.
func TestResealKilled(t *testing.T) {
	t.Parallel()
	world.Each(t, func(t *testing.T, w *world.World) {
		const rows = 400
		for n := 0; n < rows; n += 200 {
			made(t, w, n, 200)
		}
		code := burnSeal(t, w, w.Now.Now()) // so that nothing is proven
		succeed(t, w)
		if _, err := orderReseal(w, code, true); err != nil {
			t.Fatal(err)
		}
		bear := w.Count(t, `SELECT count(*) FROM license WHERE issuer_id = $1 AND file_ref <> ''`, order(t, w, demo.FoodPermit).IssuerID)
		dir, url := w.Config.Data, w.Config.Database
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		kills := killUntilDone(t, "TestResealChild", []string{resealFolder + "=" + dir, resealURL + "=" + url, resealCode + "=" + code}, time.Second,
			func(wait time.Duration) time.Duration { return wait * 4 / 3 })
		t.Logf("killed %d times", kills)
		w = world.Again(t, dir, url)
		defer func() { _ = w.Close() }()
		sealed := w.Count(t, `SELECT sealed FROM reseal`)
		if sealed < rows || sealed > bear || w.Count(t, `SELECT count(*) FROM reseal_missed`) != 0 {
			t.Errorf("%d of %d licenses were sealed anew", sealed, bear)
		}
		for _, q := range []string{
			`SELECT count(*) FROM license_file`,
			`SELECT count(*) FROM license_event WHERE action = 'reseal'`,
			`SELECT count(*) FROM (SELECT DISTINCT license_id FROM license_event WHERE action = 'reseal') x`,
			`SELECT count(*) FROM license l JOIN license_file f ON f.holder_id = l.holder_id AND f.license_id = l.license_id WHERE l.file_ref <> f.file_ref`,
			`SELECT sum(signatures) FROM seal_use WHERE subject = 'chunk' AND subject_id = '` + code + `'`,
		} {
			if n := w.Count(t, q); n != sealed {
				t.Errorf("%d instead of %d: %s", n, sealed, q)
			}
		}
		if again := resealAll(t, w, code, false); again.Sealed != sealed || again.Kept != 0 {
			t.Errorf("some were left out: %+v", again)
		}
	})
}
