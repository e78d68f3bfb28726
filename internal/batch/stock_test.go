package batch_test

import (
	"context"
	"testing"
	"time"

	"github.com/yinxin-org/yinxin/internal/authn"
	"github.com/yinxin-org/yinxin/internal/batch"
	"github.com/yinxin-org/yinxin/internal/change"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/errs"
	"github.com/yinxin-org/yinxin/internal/license"
	"github.com/yinxin-org/yinxin/internal/org"
	"github.com/yinxin-org/yinxin/test/world"
)

var stockHeads = append([]string{"证照编号", "发证日期", "印制号", "状态"}, heads...)

// old is a row of an old license: of the nth shop, with a number, issued some days ago.
func old(t testing.TB, n int, number string, days int) []string {
	t.Helper()
	return append([]string{number, world.Start.AddDate(0, 0, -days).Format(time.DateOnly), "FJ2301" + number[len(number)-4:], "有效"}, line(t, n)...)
}

func (o *office) stock(a *authn.Actor, issuer string, rows [][]string) batch.Batch {
	o.t.Helper()
	ctx := context.Background()
	b, err := o.Batches.Begin(ctx, a, batch.Upload{Kind: batch.Stock, TypeCode: o.food, IssuerID: issuer, FileName: "存量.csv", Data: csvOf(o.t, stockHeads, rows)})
	o.ok(err)
	p, err := o.Batches.Preview(ctx, a, b.ID)
	o.ok(err)
	_, err = o.Batches.Map(ctx, a, b.ID, p.Headings)
	o.ok(err)
	o.work()
	return o.get(b.ID)
}

func (o *office) progress(unit string) batch.Progress {
	o.t.Helper()
	var all []batch.Progress
	o.read(func(ctx context.Context, q *db.Tx) error {
		var err error
		all, err = o.Batches.Progress(ctx, q, unit, false)
		return err
	})
	if len(all) != 1 || all[0].TypeCode != o.food {
		o.t.Fatalf("%+v", all)
	}
	return all[0]
}

// Old licenses: what is not valid or here already stays out with its reason, what may be here under another number waits
// for a person, and the rest is made under its own number and day.
func TestOldLicensesAreConverted(t *testing.T) {
	t.Parallel()
	world.Each(t, func(t *testing.T, w *world.World) {
		o := newOffice(t, w)
		ctx := context.Background()
		first := o.made(o.stock(o.maker, "", [][]string{old(t, 1, "JY23501020000011", 400), old(t, 2, "JY23501020000022", 400), old(t, 3, "JY23501020000033", 400)}))
		if first.State != batch.Done || first.Made != 3 {
			t.Fatalf("%+v, %+v", first, o.rows(first, ""))
		}
		l := o.license(o.rows(first, batch.Made)[0])
		if want := clockDay(400); l.Origin != license.Stock || l.PaperSerial != "FJ23010011" || l.ConverterID != "" || !l.IssuedOn.Equal(want) {
			t.Errorf("%+v", l)
		}

		gone, expired, future := old(t, 5, "JY23501020000055", 300), old(t, 6, "JY23501020000066", 366*6), old(t, 7, "JY23501020000077", -3)
		gone[3] = "已注销"
		b := o.stock(o.maker, "", [][]string{
			old(t, 1, "JY23501020000011", 400), // here already
			old(t, 2, "JY23501020000222", 100), // newer than the one that is here
			old(t, 3, "JY23501020000333", 900), // older
			old(t, 4, "JY23501020000044", 10),
			gone, expired, future,
			old(t, 8, "JY23501020000044", 10), // the number twice
		})
		if b.Good != 1 || b.LeftOut != 3 || b.Bad != 2 || b.Doubtful() != 2 {
			t.Fatalf("%+v: %+v", b, o.rows(b, ""))
		}
		want := map[int]string{1: "stock.there", 5: "stock.ended", 6: "stock.expired", 7: "batch.issued-on", 8: "batch.twice"}
		for _, r := range o.rows(b, "") {
			if code := want[r.No]; code != "" && (len(r.Faults) != 1 || r.Faults[0].Code != code) {
				t.Errorf("row %d: %+v", r.No, r.Faults)
			}
		}
		_, err := o.Batches.Submit(ctx, o.maker, b.ID)
		o.want("submitted with rows in doubt", err, "stock.open")
		o.read(func(ctx context.Context, q *db.Tx) error {
			list, err := o.Batches.Proposals(ctx, q, o.maker, b.ID, 10, 0)
			if len(list) != 2 || list[0].Number != "JY23501020000222" || list[0].Name == "" || !list[0].Held.IssuedOn.Equal(clockDay(400)) {
				t.Errorf("%+v", list)
			}
			_, refused := o.Batches.Proposals(ctx, q, o.reviewer, b.ID, 10, 0)
			o.want("a colleague reads the proposals", refused, "batch.not-yours")
			return err
		})
		_, err = o.Batches.Decide(ctx, o.maker, b.ID, 4, batch.Newer)
		o.ok(err)
		_, err = o.Batches.Decide(ctx, o.maker, b.ID, 4, batch.Both)
		o.want("decided twice", err, "stock.settled")
		b, err = o.Batches.Decide(ctx, o.maker, b.ID, 0, batch.Newer)
		o.ok(err)
		if b.Good != 2 || b.LeftOut != 4 || b.Doubtful() != 0 {
			t.Errorf("%+v", b)
		}
		before := o.license(o.rows(first, batch.Made)[1])
		if b = o.made(b); b.Made != 2 || b.State != batch.Done {
			t.Fatalf("%+v: %+v", b, o.rows(b, ""))
		}
		if got := o.license(batch.Row{HolderID: before.HolderID, LicenseID: before.ID}); got.Ended != string(license.Superseded) {
			t.Errorf("the older one is still in force: %+v", got)
		}

		o.ok(o.Batches.Plan(ctx, o.maker, o.food, 18, "摸底数"))
		p := o.progress(o.maker.UnitID)
		if p.Planned != 18 || p.Converted != 5 || p.LeftOut != 4 || p.Faulty != 2 || p.Waiting != 0 || p.Batches != 2 || p.Percent() != 50 {
			t.Errorf("%+v, %d %%", p, p.Percent())
		}
		o.want("no number", o.Batches.Plan(ctx, o.maker, o.food, 0, "摸底数"), "stock.planned")
	})
}

func clockDay(ago int) time.Time {
	y, m, d := world.Start.AddDate(0, 0, -ago).Date()
	return time.Date(y, m, d, 0, 0, 0, 0, world.Start.Location())
}

func (o *office) license(r batch.Row) (l license.License) {
	o.t.Helper()
	o.read(func(ctx context.Context, q *db.Tx) error {
		var err error
		l, err = o.Licenses.Get(ctx, q, r.HolderID, r.LicenseID)
		return err
	})
	return l
}

// What another unit issued is converted by who answers for it now, or by whom that one has mandated; issuer, converter and
// seal stand apart.
func TestOldLicensesOfAnotherUnit(t *testing.T) {
	t.Parallel()
	w := world.New(t)
	o := newOffice(t, w)
	ctx := context.Background()
	tj := w.Actor(t, "tj-scjg-clerk")
	rows := [][]string{old(t, 1, "JY23501020000011", 400)}
	begin := func(kind batch.Kind) error {
		_, err := o.Batches.Begin(ctx, tj, batch.Upload{Kind: kind, TypeCode: o.food, IssuerID: o.maker.UnitID, Data: csvOf(t, stockHeads, rows)})
		return err
	}
	o.want("without mandate", begin(batch.Stock), "stock.not-converter")
	o.want("new ones in another's name", begin(batch.New), "license.not-issuer")
	w.Write(t, func(ctx context.Context, tx *db.Tx) error {
		_, err := w.Units.Entrust(ctx, tx, change.By{Reason: "存量转换"}, org.Mandate{From: o.maker.UnitID, To: tj.UnitID, Kind: org.Convert, Scope: []string{o.food}, ValidFrom: world.Start.Add(-time.Hour)})
		return err
	})
	b := o.stock(tj, o.maker.UnitID, rows)
	if b.Good != 1 || b.UnitID != tj.UnitID || b.IssuerID != o.maker.UnitID {
		t.Fatalf("%+v: %+v", b, o.rows(b, ""))
	}
	_, err := o.Batches.Submit(ctx, tj, b.ID)
	o.ok(err)
	_, err = o.Batches.Judge(ctx, o.reviewer, b.ID, true, "")
	if errs.Code(err) != "license.not-issuer" {
		t.Errorf("the issuer reviews what another converts: %v", err)
	}
	_, err = o.Batches.Judge(ctx, w.Actor(t, "tj-scjg-reviewer"), b.ID, true, "")
	o.ok(err)
	o.work()
	l := o.license(o.rows(b, batch.Made)[0])
	if l.IssuerID != o.maker.UnitID || l.ConverterID != tj.UnitID || l.Step != license.StepPublished {
		t.Errorf("%+v", l)
	}
}
