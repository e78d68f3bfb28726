package sealing_test

import (
	"context"
	"os"
	"testing"
	"time"

	"github.com/yinxin-org/yinxin/internal/clock"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/db/dbtest"
	"github.com/yinxin-org/yinxin/internal/errs"
	"github.com/yinxin-org/yinxin/internal/gm"
	"github.com/yinxin-org/yinxin/internal/sealing"
	"github.com/yinxin-org/yinxin/ofd"
	"github.com/yinxin-org/yinxin/ses"
	"github.com/yinxin-org/yinxin/test/world"
	"github.com/yinxin-org/yinxin/verify"
)

func TestMain(m *testing.M) { os.Exit(world.Main(m)) }

const unit = "11350102YX0100017G"

var now = time.Date(2026, 3, 2, 10, 0, 0, 0, clock.Shanghai)

// GB/T 38540-2020: a seal signs within its period and while it is in use.
func TestUsable(t *testing.T) {
	t.Parallel()
	seal := func(code string, from, to time.Duration) sealing.Seal {
		return sealing.Seal{Code: code, UnitID: unit, Name: "章" + code, Purpose: sealing.ForLicenses, KeyID: "k", DER: []byte{1},
			ValidFrom: now.Add(from), ValidTo: now.Add(to)}
	}
	const day = 24 * time.Hour
	copies, foreign := seal("5", -day, day), seal("6", -day, day)
	copies.Purpose, foreign.UnitID = sealing.ForCopies, "11350100YX00100116"
	for _, c := range []struct {
		name    string
		seals   []sealing.Seal
		stopped string
		want    string // code of the seal, or the refusal
	}{
		{"none", nil, "", "seal.unknown"},
		{"one", []sealing.Seal{seal("1", -day, day)}, "", "1"},
		{"for another purpose", []sealing.Seal{copies}, "", "seal.unknown"},
		{"another unit's", []sealing.Seal{foreign}, "", "seal.unknown"},
		{"first instant", []sealing.Seal{seal("1", 0, day)}, "", "1"},
		{"too early", []sealing.Seal{seal("1", time.Microsecond, day)}, "", "seal.not-in-use"},
		{"last instant", []sealing.Seal{seal("1", -day, time.Microsecond)}, "", "1"},
		{"expired", []sealing.Seal{seal("1", -day, 0)}, "", "seal.not-in-use"},
		{"stopped", []sealing.Seal{seal("1", -day, day)}, "1", "seal.unknown"},
		{"stopped, with a second one", []sealing.Seal{seal("1", -day, 2*day), seal("2", -day, day)}, "1", "2"},
		{"the one that is good for longest", []sealing.Seal{seal("1", -day, day), seal("2", -day, 2*day)}, "", "2"},
		{"the next one made ahead of time", []sealing.Seal{seal("1", -day, day), seal("2", day, 9*day)}, "", "1"},
		{"the last one over, the next not begun", []sealing.Seal{seal("1", -2*day, -day), seal("2", day, 9*day)}, "", "seal.not-in-use"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			dbtest.Each(t, func(t *testing.T, d *db.DB) {
				ctx := context.Background()
				keys, err := gm.NewMemoryKeyStore()
				if err != nil {
					t.Fatal(err)
				}
				s := sealing.Open(sealing.Options{DB: d, Keys: keys, Clock: clock.At(now)})
				err = d.Write(ctx, func(tx *db.Tx) error {
					for _, x := range c.seals {
						if err := s.Put(ctx, tx, x); err != nil {
							return err
						}
					}
					_, err := tx.Exec(ctx, `UPDATE seal SET state = 'stopped' WHERE seal_code = $1`, c.stopped)
					return err
				})
				if err != nil {
					t.Fatal(err)
				}
				err = d.Read(ctx, func(q *db.Tx) error {
					x, err := s.Usable(ctx, q, unit, sealing.ForLicenses)
					if err != nil && errs.Code(err) != c.want || err == nil && x.Code != c.want {
						t.Errorf("%s, %v, want %s", x.Code, err, c.want)
					}
					return nil
				})
				if err != nil {
					t.Fatal(err)
				}
			})
		})
	}
}

func TestPutAgainChangesNothing(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		keys, err := gm.NewMemoryKeyStore()
		if err != nil {
			t.Fatal(err)
		}
		s := sealing.Open(sealing.Options{DB: d, Keys: keys, Clock: clock.At(now)})
		x := sealing.Seal{Code: "1", UnitID: unit, Name: "章", Purpose: sealing.ForLicenses, KeyID: "k", DER: []byte{1}, ValidFrom: now, ValidTo: now.Add(time.Hour)}
		y := x
		y.Name, y.DER = "别的章", []byte{2}
		err = d.Write(ctx, func(tx *db.Tx) error {
			if err := s.Put(ctx, tx, x); err != nil {
				return err
			}
			return s.Put(ctx, tx, y)
		})
		if err != nil {
			t.Fatal(err)
		}
		err = d.Read(ctx, func(q *db.Tx) error {
			got, err := s.Usable(ctx, q, unit, sealing.ForLicenses)
			if got.Name != "章" || string(got.DER) != "\x01" {
				t.Errorf("%+v", got)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	})
}

// page is a file with nothing but a page.
func page(t *testing.T) *ofd.Package {
	t.Helper()
	p, err := ofd.Build(&ofd.Document{ID: "0123456789abcdef0123456789abcdef", Title: "t", Created: now, SignaturesExpected: 1, Pages: []ofd.Page{{Width: 80, Height: 60}}})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// The seal was good when it was chosen; what counts is the moment of signing.
func TestSealThatEndedMeanwhileDoesNotSign(t *testing.T) {
	t.Parallel()
	w := world.New(t)
	var seal sealing.Seal
	w.Read(t, func(ctx context.Context, q *db.Tx) error {
		var err error
		seal, err = w.Seals.Usable(ctx, q, unit, sealing.ForLicenses)
		return err
	})
	steps := []sealing.Step{{Seal: seal, Places: []sealing.Place{{Box: ofd.Box{X: 10, Y: 10, W: 40, H: 40}}}}}
	good := page(t)
	if err := w.Seals.Sign(good, steps); err != nil {
		t.Fatal(err)
	}
	file, err := good.Bytes()
	if err != nil {
		t.Fatal(err)
	}
	if r := w.VerifyFile(file); len(r.Seals) != 1 || r.Seals[0].Verdict != verify.Valid || !r.Coverage.ListClosed {
		t.Errorf("%s: %v", r.Verdict, r.Causes)
	}
	stopped := steps[0]
	stopped.Seal.State = "stopped"
	if err := w.Seals.Sign(page(t), []sealing.Step{stopped}); errs.Code(err) != "seal.not-in-use" {
		t.Errorf("a stopped seal: %v", err)
	}
	lost := steps[0]
	lost.Seal.KeyID = "nobody"
	if err := w.Seals.Sign(page(t), []sealing.Step{lost}); err == nil {
		t.Error("a seal without a key signed")
	}
	w.Now.Move(6 * 366 * 24 * time.Hour)
	bad := page(t)
	if err := w.Seals.Sign(bad, steps); errs.Code(err) != "seal.not-in-use" {
		t.Errorf("an expired seal: %v", err)
	}
	if list, err := bad.Signatures(); err == nil && len(list.Items) > 0 {
		t.Error("the refusal left a signature")
	}
}

// The last seal stands across the edges too (骑缝章). It is prepared once, but never outlives a change of its row.
func TestSeveralPagesAreSealedAcrossTheirEdges(t *testing.T) {
	t.Parallel()
	w := world.New(t)
	var seal sealing.Seal
	w.Read(t, func(ctx context.Context, q *db.Tx) error {
		var err error
		seal, err = w.Seals.Usable(ctx, q, unit, sealing.ForLicenses)
		return err
	})
	a4 := ofd.Page{Width: 210, Height: 297}
	p, err := ofd.Build(&ofd.Document{ID: "0123456789abcdef0123456789abcdef", Title: "t", Created: now, SignaturesExpected: 1, Pages: []ofd.Page{a4, a4, a4}})
	if err != nil {
		t.Fatal(err)
	}
	step := sealing.Step{Seal: seal, Places: []sealing.Place{{Box: ofd.Box{X: 10, Y: 10, W: 42, H: 40}}}}
	if err := w.Seals.Sign(p, []sealing.Step{step}); err != nil {
		t.Fatal(err)
	}
	stamps, err := ses.Stamps(p)
	if err != nil || len(stamps) != 4 || stamps[0].Clip != nil {
		t.Fatalf("%d stamps: %v", len(stamps), err)
	}
	for i, s := range stamps[1:] {
		strip := ofd.Box{X: 210 - 14*float64(i+1), Y: 128.5, W: 42, H: 40}
		if s.Page != i || s.Box != strip || s.Clip == nil || *s.Clip != (ofd.Box{X: 14 * float64(i), W: 14, H: 40}) {
			t.Errorf("page %d: %+v, clip %+v", i, s.Box, s.Clip)
		}
	}
	changed := step
	changed.Seal.DER = changed.Seal.DER[1:]
	if err := w.Seals.Sign(page(t), []sealing.Step{changed}); err == nil {
		t.Error("the prepared seal was used for a row that has changed")
	}
}
