package license_test

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/yinxin-org/yinxin/gbcode"
	"github.com/yinxin-org/yinxin/internal/access"
	"github.com/yinxin-org/yinxin/internal/authn"
	"github.com/yinxin-org/yinxin/internal/clock"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/demo"
	"github.com/yinxin-org/yinxin/internal/gm"
	"github.com/yinxin-org/yinxin/internal/holder"
	"github.com/yinxin-org/yinxin/internal/license"
	"github.com/yinxin-org/yinxin/test/specimen"
	"github.com/yinxin-org/yinxin/test/world"
	"github.com/yinxin-org/yinxin/verify"
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
			for _, at := range []*time.Time{&l.IssuedOn, &l.ValidFrom, &l.ValidTo, &l.DueAt, &l.RemindAt} {
				*at = at.UTC()
			}
			if stored := get(t, w, l); fmt.Sprint(stored) != fmt.Sprint(l) {
				t.Errorf("row %d: stored\n%+v\nmade\n%+v", i, stored, l)
			}
			r, err := w.Door.Own(context.Background(), holderActor(l.HolderID), l.ID, access.File)
			if err != nil || w.VerifyFile(r.Content).Verdict != verify.Valid {
				t.Errorf("row %d: the file does not verify, %v", i, err)
			}
			if sum := gm.SM3(r.Content); hex.EncodeToString(sum[:]) != l.FileDigest {
				t.Errorf("row %d: another digest than that of the file", i)
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

func holderActor(id string) *authn.Actor {
	return &authn.Actor{AccountID: "x", Kind: authn.KindHolder, HolderID: id, Roles: []string{"holder"}}
}

// numbers are the numbers of made licenses, in order.
func numbers(t testing.TB, w *world.World, made []license.License) []string {
	t.Helper()
	var out []string
	for _, l := range made {
		out = append(out, values(t, w, l, l.HolderID)["ZZBH"])
	}
	return out
}

// Chunks are drawn ahead of what is committed, a number is taken and a holder entered by others meanwhile, and a chunk is
// given up: no number is given twice, and none is left out.
func TestBulkGivesNumbersWithoutGaps(t *testing.T) {
	t.Parallel()
	world.Each(t, func(t *testing.T, w *world.World) {
		ctx := context.Background()
		b := bulk(t, w, order(t, w, demo.FoodPermit))
		draw := func(from int) *license.Chunk {
			var rows []license.Row
			for n := range 5 {
				rows = append(rows, foodRow(t, from+n))
			}
			c, err := b.Draw(ctx, rows)
			if err != nil {
				t.Fatal(err)
			}
			return c
		}
		var all []license.License
		commit := func(c *license.Chunk) {
			made, _, err := c.Commit(ctx, none)
			if err != nil {
				t.Fatal(err)
			}
			all = append(all, made...)
		}
		a, second := draw(0), draw(4) // one holder in both
		commit(a)
		all = append(all, issued(t, w, food(t, w))) // takes the next number
		third := draw(10)
		commit(second)
		commit(third)
		fourth, fifth := draw(20), draw(24)
		if _, _, err := fourth.Commit(ctx, func(context.Context, *db.Tx, []license.License, []error) error { return errors.New("no") }); err == nil {
			t.Fatal("the caller's error is lost")
		}
		w.Write(t, func(ctx context.Context, tx *db.Tx) error {
			_, err := w.Holders.Put(ctx, tx, firm(t, 25)) // whom the fifth was to enter
			return err
		})
		commit(fifth)
		draw(30).Drop()
		commit(draw(40))
		want := []string{}
		for i := range all {
			want = append(want, fmt.Sprintf("JY350100%d%06d", world.Start.Year(), i+1))
		}
		if got := numbers(t, w, all); !slices.Equal(got, want) {
			t.Errorf("numbers %v", got)
		}
	})
}

// A row whose face cannot be drawn is refused alone, and leaves no gap.
func TestBulkRefusesOneRowAlone(t *testing.T) {
	t.Parallel()
	world.Each(t, func(t *testing.T, w *world.World) {
		bad, short := foodRow(t, 2), foodRow(t, 3)
		bad.Fields = maps.Clone(foodFields)
		bad.Fields["KZ_FDDBR"] = "林\U00030EDE"
		short.Fields = nil
		made, refused, err := bulk(t, w, order(t, w, demo.FoodPermit)).Make(context.Background(), []license.Row{foodRow(t, 1), bad, short, foodRow(t, 4)}, none)
		if err != nil {
			t.Fatal(err)
		}
		wantCode(t, refused[1], "license.glyph")
		wantCode(t, refused[2], "license.field.required")
		got := numbers(t, w, []license.License{made[0], made[3]})
		if got[0][len(got[0])-1] != '1' || got[1][len(got[1])-1] != '2' {
			t.Errorf("numbers %v", got)
		}
		if n := w.Count(t, `SELECT count(*) FROM license WHERE origin = 'batch'`); n != 2 {
			t.Errorf("%d licenses", n)
		}
	})
}

func TestBulkPutsFilesInPacks(t *testing.T) {
	t.Parallel()
	w := world.New(t)
	made, _, err := bulk(t, w, order(t, w, demo.FoodPermit)).Make(context.Background(), []license.Row{foodRow(t, 1), foodRow(t, 2)}, none)
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range made {
		if !strings.HasPrefix(l.FileRef, "pack:") {
			t.Errorf("file %s", l.FileRef)
		}
	}
}

// When the disk takes no file, nothing is written to the database either; afterwards all goes on.
func TestBulkWithoutRoomForFiles(t *testing.T) {
	t.Parallel()
	w := world.New(t)
	packs := filepath.Join(w.Config.Data, "files", "packs")
	if err := os.WriteFile(packs, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	b := bulk(t, w, order(t, w, demo.FoodPermit))
	if _, _, err := b.Make(context.Background(), []license.Row{foodRow(t, 1)}, none); err == nil {
		t.Fatal("made without a file")
	}
	if n := w.Count(t, `SELECT count(*) FROM license WHERE origin = 'batch'`); n != 0 {
		t.Errorf("%d licenses", n)
	}
	if err := os.Remove(packs); err != nil {
		t.Fatal(err)
	}
	made, _, err := b.Make(context.Background(), []license.Row{foodRow(t, 1)}, none)
	if err != nil {
		t.Fatal(err)
	}
	if got := numbers(t, w, made); got[0][len(got[0])-1] != '1' {
		t.Errorf("number %v", got)
	}
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
		r.Fields = maps.Clone(foodFields)
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
			defer func() {
				began := time.Now()
				if _, err := w.Book.Sequence(context.Background()); err != nil {
					b.Fatal(err)
				}
				b.ReportMetric(float64(time.Since(began))/float64(b.N), "log-ns/op")
			}()
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

func BenchmarkBulkCheck(b *testing.B) {
	w := world.New(b)
	bulk, row := bulk(b, w, order(b, w, demo.FoodPermit)), foodRow(b, 1)
	for b.Loop() {
		if err := bulk.Check(row); err != nil {
			b.Fatal(err)
		}
	}
}
