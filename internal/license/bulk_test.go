package license_test

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/yinxin-org/yinxin/gbcode"
	"github.com/yinxin-org/yinxin/internal/clock"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/demo"
	"github.com/yinxin-org/yinxin/internal/holder"
	"github.com/yinxin-org/yinxin/internal/license"
	"github.com/yinxin-org/yinxin/test/specimen"
	"github.com/yinxin-org/yinxin/test/world"
)

func order(t testing.TB, w *world.World, key string) license.Order {
	t.Helper()
	typ, err := w.City.Type(key)
	if err != nil {
		t.Fatal(err)
	}
	return license.Order{TypeCode: typ.Code, IssuerID: typ.Issuers[0], MakerID: maker, ReviewerID: reviewer,
		Origin: license.Batch, OriginID: "batch-1", DueAt: clock.EndOfDay(world.Start)}
}

func bulk(t testing.TB, w *world.World, o license.Order) *license.Bulk {
	t.Helper()
	b, err := w.Licenses.Bulk(context.Background(), o)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// firm is an invented firm.
func firm(t testing.TB, n int) holder.Profile {
	t.Helper()
	first := fmt.Sprintf("91350102YX%07d", n)
	c, err := gbcode.USCCCheckChar(first)
	if err != nil {
		t.Fatal(err)
	}
	return holder.Profile{Name: fmt.Sprintf("榕印小吃第%d分店", n), Code: holder.Code(first + string(c)), CodeType: holder.CodeUSCC}
}

func foodRow(t testing.TB, n int) license.Row {
	t.Helper()
	return license.Row{Holders: []holder.Profile{firm(t, n)}, Fields: foodFields, IssuedOn: world.Start, PaperSerial: fmt.Sprint("P", n)}
}

func none(context.Context, *db.Tx, []license.License, []error) error { return nil }

func TestBulkMakesLicensesLikeSingleOnes(t *testing.T) {
	t.Parallel()
	world.Each(t, func(t *testing.T, w *world.World) {
		b := bulk(t, w, order(t, w, demo.FoodPermit))
		rows := []license.Row{foodRow(t, 1), foodRow(t, 2), foodRow(t, 1)}
		rows[2].Number = "JY1"
		again := foodRow(t, 3)
		again.Number = "JY1"
		rows = append(rows, again)
		told := 0
		made, refused, err := b.Make(context.Background(), rows, func(_ context.Context, _ *db.Tx, made []license.License, _ []error) error {
			told = len(made)
			return nil
		})
		if err != nil || told != len(rows) {
			t.Fatal(told, err)
		}
		for i, l := range made[:3] {
			if refused[i] != nil || l.Step != license.StepPublished || l.Origin != license.Batch || l.PaperSerial != rows[i].PaperSerial {
				t.Errorf("row %d: %+v, %v", i, l, refused[i])
				continue
			}
			l.PublishedAt, l.DueAt = l.PublishedAt.UTC(), l.DueAt.UTC()
			if stored := get(t, w, l); fmt.Sprint(stored) != fmt.Sprint(l) {
				t.Errorf("row %d: stored\n%+v\nmade\n%+v", i, stored, l)
			}
			if v := values(t, w, l, l.HolderID); v["CZZT"] != rows[i].Holders[0].Name || v["ZZBH"] == "" {
				t.Errorf("row %d says %v", i, v)
			}
		}
		wantCode(t, refused[3], "license.duplicate")
		if made[0].HolderID != made[2].HolderID {
			t.Error("one holder has two ids")
		}
		if made[3].ID != "" {
			t.Error("a refused row made a license")
		}
	})
}

func TestBulkWritesNothingWhenTheCallerFails(t *testing.T) {
	t.Parallel()
	world.Each(t, func(t *testing.T, w *world.World) {
		b := bulk(t, w, order(t, w, demo.FoodPermit))
		before := w.Count(t, `SELECT count(*) FROM license`) + w.Count(t, `SELECT count(*) FROM holder`) + w.Count(t, `SELECT count(*) FROM log_leaf`)
		wrong := errors.New("no")
		_, _, err := b.Make(context.Background(), []license.Row{foodRow(t, 1)}, func(context.Context, *db.Tx, []license.License, []error) error { return wrong })
		if !errors.Is(err, wrong) {
			t.Error(err)
		}
		after := w.Count(t, `SELECT count(*) FROM license`) + w.Count(t, `SELECT count(*) FROM holder`) + w.Count(t, `SELECT count(*) FROM log_leaf`)
		if after != before {
			t.Errorf("%d rows were %d", after, before)
		}
	})
}

func TestBulkRefusesWhatADraftWouldBeRefusedFor(t *testing.T) {
	t.Parallel()
	w := world.New(t)
	o := order(t, w, demo.FoodPermit)
	for code, change := range map[string]func(*license.Order){
		"type.unclaimed":      func(o *license.Order) { o.IssuerID = demo.PlatformUnit },
		"type.unpublished":    func(o *license.Order) { o.TypeCode = "nothing" },
		"license.same-person": func(o *license.Order) { o.ReviewerID = o.MakerID },
	} {
		x := o
		change(&x)
		_, err := w.Licenses.Bulk(context.Background(), x)
		wantCode(t, err, code)
	}
}

func TestBulkChecksRows(t *testing.T) {
	t.Parallel()
	w := world.New(t)
	b := bulk(t, w, order(t, w, demo.FoodPermit))
	row := func(change func(*license.Row)) license.Row {
		r := foodRow(t, 1)
		r.Fields = map[string]string{}
		for k, v := range foodFields {
			r.Fields[k] = v
		}
		change(&r)
		return r
	}
	for _, c := range []struct {
		code string
		row  license.Row
	}{
		{"", row(func(*license.Row) {})},
		{"license.holders", row(func(r *license.Row) { r.Holders = nil })},
		{"license.holder-kind", row(func(r *license.Row) { r.Holders[0].CodeType = holder.CodeCitizen })},
		{"license.field.required", row(func(r *license.Row) { r.Fields["KZ_FDDBR"] = "" })},
		{"license.field.unknown", row(func(r *license.Row) { r.Fields["KZ_X"] = "1" })},
		{"license.glyph", row(func(r *license.Row) { r.Fields["KZ_FDDBR"] = "林\U00030EDE" })},
	} {
		err := b.Check(c.row)
		if c.code == "" {
			if err != nil {
				t.Error(err)
			}
			continue
		}
		wantCode(t, err, c.code)
	}
	if svg, err := b.Sample(row(func(*license.Row) {})); err != nil || len(svg) < 1000 {
		t.Errorf("sample of %d bytes, %v", len(svg), err)
	}
}

func BenchmarkBulk(b *testing.B) {
	for name, open := range map[string]func(testing.TB) *world.World{"sqlite": world.New, "postgres": world.NewPostgres} {
		b.Run(name, func(b *testing.B) {
			w := open(b)
			bulk := bulk(b, w, order(b, w, demo.FoodPermit))
			defer specimen.CPU(b)()
			b.ResetTimer()
			for n := 0; n < b.N; {
				var rows []license.Row
				for range min(500, b.N-n) {
					n++
					rows = append(rows, foodRow(b, n))
				}
				if _, _, err := bulk.Make(context.Background(), rows, none); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
