package license_test

import (
	"context"
	"testing"
	"time"

	"github.com/yinxin-org/yinxin/internal/change"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/demo"
	"github.com/yinxin-org/yinxin/internal/license"
	"github.com/yinxin-org/yinxin/internal/sealing"
	"github.com/yinxin-org/yinxin/ofd"
	"github.com/yinxin-org/yinxin/test/world"
	"github.com/yinxin-org/yinxin/verify"
)

// The key-burn drill: what was sealed, stamped and logged before the key was stolen stays valid, in the check of the platform;
// what was sealed after is refused, and so is a forgery that sets its clock back and has no stamp.
func TestBurnedSeal(t *testing.T) {
	t.Parallel()
	world.Each(t, func(t *testing.T, w *world.World) {
		ctx := context.Background()
		o := order(t, w, demo.FoodPermit)
		b := bulk(t, w, o)
		make := func(first, n int) []license.License {
			var rows []license.Row
			for i := range n {
				rows = append(rows, foodRow(t, first+i))
			}
			made, _, err := b.Make(ctx, rows, nothing)
			if err != nil {
				t.Fatal(err)
			}
			return made
		}
		before := make(1, 40)
		w.Now.Move(time.Minute)
		stolen := w.Now.Now()
		w.Now.Move(time.Minute)
		after := make(500, 40)
		var seal sealing.Seal
		w.Read(t, func(ctx context.Context, q *db.Tx) (err error) {
			seal, err = w.Seals.Usable(ctx, q, o.IssuerID, sealing.ForLicenses)
			return err
		})
		w.Now.Move(24 * time.Hour)
		forged := forgery(t, w, seal, stolen.Add(-30*time.Second))
		burn := func(at time.Time) error {
			return w.TryWrite(func(ctx context.Context, tx *db.Tx) error {
				_, err := w.Seals.BurnFrom(ctx, tx, change.By{AccountID: "operator", UnitID: demo.PlatformUnit, Reason: "私钥泄露"}, seal.Code, at)
				return err
			})
		}
		wantCode(t, burn(w.Now.Now().Add(time.Second)), "seal.burn-time")
		if err := burn(stolen); err != nil {
			t.Fatal(err)
		}
		if _, err := w.Book.Sequence(ctx); err != nil {
			t.Fatal(err)
		}
		for _, l := range before {
			if r := w.VerifyFile(contents(t, w, l)); r.Verdict != verify.Valid {
				t.Fatalf("sealed before: %s %v", r.Verdict, r.Causes)
			}
		}
		for _, l := range after {
			if r := w.VerifyFile(contents(t, w, l)); r.Verdict != verify.Invalid {
				t.Fatalf("sealed after: %s", r.Verdict)
			}
		}
		if r := w.VerifyFile(forged); r.Verdict == verify.Valid {
			t.Errorf("a forgery of before the theft: %s %v", r.Verdict, r.Causes)
		}
		w.Read(t, func(ctx context.Context, q *db.Tx) error {
			_, err := w.Seals.Usable(ctx, q, o.IssuerID, sealing.ForLicenses)
			wantCode(t, err, "seal.unknown")
			return nil
		})
		if _, _, err := b.Make(ctx, []license.Row{foodRow(t, 900)}, nothing); err == nil {
			t.Error("a burned seal sealed a license")
		}
	})
}

// forgery is what a thief makes with the key: a file under the seal with a time before the theft, and no stamp, which only
// the authority could give.
func forgery(t *testing.T, w *world.World, x sealing.Seal, at time.Time) []byte {
	t.Helper()
	thief := sealing.Open(sealing.Options{DB: w.DB, Keys: w.Keys, Clock: fixed(at)})
	x.ValidFrom = at.Add(-time.Hour)
	p, err := ofd.Build(&ofd.Document{ID: "0123456789abcdef0123456789abcdef", Title: "t", Created: at, SignaturesExpected: 1, Pages: []ofd.Page{{Width: 80, Height: 60}}})
	if err != nil {
		t.Fatal(err)
	}
	if err := thief.Sign(p, []sealing.Step{{Seal: x, Places: []sealing.Place{{Box: ofd.Box{X: 10, Y: 10, W: 40, H: 40}}}}}); err != nil {
		t.Fatal(err)
	}
	file, err := p.Bytes()
	if err != nil {
		t.Fatal(err)
	}
	return file
}

type fixed time.Time

func (f fixed) Now() time.Time { return time.Time(f) }
