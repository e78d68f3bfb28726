package catalog_test

import (
	"context"
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/yinxin-org/yinxin/internal/catalog"
	"github.com/yinxin-org/yinxin/internal/change"
	"github.com/yinxin-org/yinxin/internal/clock"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/db/dbtest"
	"github.com/yinxin-org/yinxin/internal/errs"
	"github.com/yinxin-org/yinxin/internal/task"
)

// row is a line of a catalogue that was kept elsewhere: no face, no fields.
func row() catalog.Type {
	typ := whole()
	typ.Face, typ.Seals, typ.Fields, typ.Number = catalog.Face{}, nil, nil, ""
	return typ
}

func TestImportOfACatalogue(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := opened(t, d, clock.At(morning))
		by := change.By{AccountID: "digital", UnitID: office, Reason: "目录先行"}
		take := func(typ catalog.Type, publish bool) (changed bool, err error) {
			err = try(d, func(ctx context.Context, tx *db.Tx) error {
				changed, err = s.Import(ctx, tx, by, typ, publish)
				return err
			})
			return changed, err
		}
		for i, want := range []bool{true, false} {
			if changed, err := take(row(), true); changed != want || err != nil {
				t.Errorf("time %d: changed %v, %v", i+1, changed, err)
			}
		}
		better := row()
		better.Basis = "食品安全法"
		if changed, err := take(better, true); !changed || err != nil {
			t.Errorf("a better row: %v, %v", changed, err)
		}
		read(t, d, func(ctx context.Context, q *db.Tx) error {
			c, err := s.Current(ctx, q, code)
			if err != nil {
				return err
			}
			if c.Version != 2 || c.HasFace() || c.Basis != "食品安全法" {
				t.Errorf("version %d, basis %q", c.Version, c.Basis)
			}
			return nil
		})
		for name, c := range map[string]struct {
			change      func(*catalog.Type)
			field, code string
		}{
			"classified":     {func(x *catalog.Type) { x.Secrecy = "秘密" }, "secrecy", "type.classified"},
			"no code":        {func(x *catalog.Type) { x.Code = "" }, "code", "type.code-form"},
			"a name in use":  {func(x *catalog.Type) { x.Code = province + "013" }, "name", "type.name-taken"},
			"no holder kind": {func(x *catalog.Type) { x.HolderKind = "" }, "holderKind", "field.option"},
		} {
			typ := row()
			c.change(&typ)
			changed, err := take(typ, true)
			if e := errs.Of(err); changed || e.Code != c.code || e.Field != c.field {
				t.Errorf("%s: %v", name, err)
			}
		}
		// Without publishing it becomes a draft of the importing unit, the same one when imported again.
		other := row()
		other.Code, other.Name = province+"014", "另一种证"
		for i, want := range []bool{true, false} {
			if changed, err := take(other, false); changed != want || err != nil {
				t.Errorf("draft, time %d: changed %v, %v", i+1, changed, err)
			}
		}
		read(t, d, func(ctx context.Context, q *db.Tx) error {
			wantCode(t, second(s.Current(ctx, q, other.Code)), "type.unpublished")
			x, err := s.DraftOf(ctx, q, other.Code)
			if x.UnitID != office || x.State != catalog.Drafting {
				t.Errorf("draft %+v", x)
			}
			return err
		})
	})
}

func TestSearchByWordsPinyinAndCode(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := opened(t, d, clock.At(morning))
		write(t, d, func(ctx context.Context, tx *db.Tx) error {
			for i, name := range []string{"食品经营许可证", "食品生产许可证", "道路运输证"} {
				typ := version(1, name)
				typ.Code, typ.Family = fmt.Sprintf("%s%03d", province, i), []string{"permit", "permit", "business"}[i]
				typ.Definer, typ.Issuers = province, []string{county}[:i%2]
				if err := s.Publish(ctx, tx, typ, morning); err != nil {
					return err
				}
			}
			return nil
		})
		read(t, d, func(ctx context.Context, q *db.Tx) error {
			for name, c := range map[string]struct {
				f     catalog.Filter
				total int
			}{
				"all":          {catalog.Filter{Limit: 2}, 3},
				"word":         {catalog.Filter{Query: "食品", Limit: 9}, 2},
				"two words":    {catalog.Filter{Query: "食品 生产", Limit: 9}, 1},
				"initials":     {catalog.Filter{Query: "spjy", Limit: 9}, 1},
				"pinyin":       {catalog.Filter{Query: "daolu", Limit: 9}, 1},
				"code":         {catalog.Filter{Query: "16q002", Limit: 9}, 1},
				"wildcards":    {catalog.Filter{Query: "%", Limit: 9}, 0},
				"family":       {catalog.Filter{Family: "permit", Limit: 9}, 2},
				"definer":      {catalog.Filter{Definer: county, Limit: 9}, 0},
				"claimed":      {catalog.Filter{Mine: true, UnitID: county, Limit: 9}, 1},
				"not claimed":  {catalog.Filter{Mine: true, UnitID: office, Limit: 9}, 0},
				"withdrawn":    {catalog.Filter{State: catalog.Withdrawn, Limit: 9}, 0},
				"for firms":    {catalog.Filter{Holder: catalog.Legal, Limit: 9}, 3},
				"for people":   {catalog.Filter{Holder: catalog.Natural, Limit: 9}, 0},
				"beyond end":   {catalog.Filter{Limit: 9, Offset: 5}, 3},
				"by making":    {catalog.Filter{Making: "external", Limit: 9}, 0},
				"with a quote": {catalog.Filter{Query: `'\`, Limit: 9}, 0},
			} {
				found, total, err := s.Search(ctx, q, c.f)
				if err != nil {
					return err
				}
				if want := min(max(c.total-c.f.Offset, 0), c.f.Limit); total != c.total || len(found) != want {
					t.Errorf("%s: %d of %d", name, len(found), total)
				}
			}
			return nil
		})
	})
}

func TestStandards(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := opened(t, d, clock.At(morning))
		s.publish(t, d, s.submitted(t, d, whole()), time.Time{})
		x := catalog.Standard{Code: "C 0293—2024", Title: "食品经营许可证", PublishedOn: "2024-06-01", EffectiveOn: "2024-12-01", DueOn: "2026-12-31", Types: []string{code, code}}
		wantCode(t, try(d, func(ctx context.Context, tx *db.Tx) error { return s.PutStandard(ctx, tx, author, x, why) }), "denied")
		bad := x
		bad.DueOn = "2026-02-30"
		wantCode(t, try(d, func(ctx context.Context, tx *db.Tx) error { return s.PutStandard(ctx, tx, digital, bad, why) }), "field.date")
		bad = x
		bad.Types = []string{county + "001"}
		wantCode(t, try(d, func(ctx context.Context, tx *db.Tx) error { return s.PutStandard(ctx, tx, digital, bad, why) }), "type.unknown")
		write(t, d, func(ctx context.Context, tx *db.Tx) error { return s.PutStandard(ctx, tx, digital, x, why) })
		wantCode(t, try(d, func(ctx context.Context, tx *db.Tx) error { return s.PutStandard(ctx, tx, digital, x, why) }), "conflict")
		if s.open(t, d, task.UpdateType) != 1 {
			t.Error("the keeper is not told")
		}
		stage := func() (p catalog.Progress) {
			read(t, d, func(ctx context.Context, q *db.Tx) error {
				found, total, err := s.Standards(ctx, q, "spjy", 10, 0)
				if err != nil || total != 1 {
					t.Fatalf("%d standards: %v", total, err)
				}
				all, err := s.Progress(ctx, q, found[0], func(context.Context, *db.Tx, string) (map[int]int, error) { return map[int]int{1: 7, 2: 3}, nil })
				p = all[0]
				return err
			})
			return p
		}
		if diff := cmp.Diff(catalog.Progress{TypeCode: code, Stage: catalog.StagePending, Licenses: 10}, stage()); diff != "" {
			t.Error(diff)
		}
		var draft catalog.Draft
		write(t, d, func(ctx context.Context, tx *db.Tx) error {
			var err error
			if draft, err = s.Begin(ctx, tx, author, catalog.Beginning{TypeCode: code, Reason: why}); err != nil {
				return err
			}
			next := draft.Type
			next.Standard = x.Code
			if draft, err = s.SaveDraft(ctx, tx, author, draft.ID, draft.RowVersion, next, "", why); err != nil {
				return err
			}
			draft, err = s.SubmitDraft(ctx, tx, author, draft.ID, draft.RowVersion, why)
			return err
		})
		if p := stage(); p.Stage != catalog.StageDrafting {
			t.Errorf("stage %s", p.Stage)
		}
		s.publish(t, d, draft, time.Time{})
		if diff := cmp.Diff(catalog.Progress{TypeCode: code, Stage: catalog.StagePublished, Version: 2, Reissued: 3, Licenses: 10}, stage()); diff != "" {
			t.Error(diff)
		}
		if s.open(t, d, task.UpdateType) != 0 {
			t.Error("the task is left over")
		}
	})
}

// The search of a whole city's catalogue.
func BenchmarkSearch6000(b *testing.B) {
	ctx := context.Background()
	d, err := db.Open(ctx, "sqlite:"+filepath.Join(b.TempDir(), "yinxin.db"))
	if err != nil {
		b.Fatal(err)
	}
	defer func() { _ = d.Close() }()
	if err := d.Migrate(ctx); err != nil {
		b.Fatal(err)
	}
	s := opened(b, d, clock.At(morning))
	kinds := []string{"食品经营许可证", "道路运输证", "排水许可证", "医师执业证书", "营业执照", "建筑工程施工许可证"}
	write(b, d, func(ctx context.Context, tx *db.Tx) error {
		for i := range 6000 {
			typ := version(1, fmt.Sprintf("%s第%d类", kinds[i%len(kinds)], i))
			typ.Code = fmt.Sprintf("1135%04dYX0000016Q%03d", i/1000, i%1000)
			if err := s.Publish(ctx, tx, typ, morning); err != nil {
				return err
			}
		}
		return nil
	})
	for name, query := range map[string]string{"all": "", "initials": "spjy", "words": "许可证 88", "none": "没有的证"} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				read(b, d, func(ctx context.Context, q *db.Tx) error {
					_, _, err := s.Search(ctx, q, catalog.Filter{Query: query, UnitID: county, Limit: 30})
					return err
				})
			}
		})
	}
}
