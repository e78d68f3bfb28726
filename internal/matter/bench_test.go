package matter_test

import (
	"context"
	"fmt"
	"path/filepath"
	"testing"

	"github.com/yinxin-org/yinxin/gbcode"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/matter"
)

// BenchmarkCity searches and counts among 20,000 matters of 400 items on SQLite.
func BenchmarkCity(b *testing.B) {
	d, err := db.Open(b.Context(), "sqlite:"+filepath.Join(b.TempDir(), "city.db"))
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = d.Close() })
	if err := d.Migrate(b.Context()); err != nil {
		b.Fatal(err)
	}
	k := newKit(b, d)
	ctx := context.Background()
	for n := range 400 {
		if err := d.Write(ctx, func(tx *db.Tx) error {
			item := food().Item
			item.BaseCode, item.Name = fmt.Sprintf("3501319%05d", n), fmt.Sprintf("食品经营许可第%d项", n)
			if err := k.PutItem(ctx, tx, item); err != nil {
				return err
			}
			for u := range 50 {
				unit := credit(fmt.Sprintf("11350102YX%06d", u))
				if err := k.PutEntry(ctx, tx, matter.Entry{Code: unit + "4" + item.BaseCode, Unit: unit, Level: 4}); err != nil {
					return err
				}
			}
			return nil
		}); err != nil {
			b.Fatal(err)
		}
	}
	for name, words := range map[string]string{"word": "食品经营", "initials": "spjyxkd39x", "code": "350131900123", "nothing": "婚姻"} {
		b.Run("search by "+name, func(b *testing.B) {
			for b.Loop() {
				if err := d.Read(ctx, func(q *db.Tx) error {
					_, _, err := k.Search(ctx, q, matter.Filter{Words: words, Limit: 30})
					return err
				}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
	for _, by := range []string{"level", "unit", "matter"} {
		b.Run("coverage by "+by, func(b *testing.B) {
			for b.Loop() {
				if err := d.Read(ctx, func(q *db.Tx) error {
					_, _, err := k.Coverage(ctx, q, matter.CoverageBy{By: by, Limit: 30})
					return err
				}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// credit ends 16 or 17 characters to a credit code with its check character.
func credit(body string) string {
	for len(body) < 17 {
		body += "0"
	}
	for _, c := range "0123456789ABCDEFGHJKLMNPQRTUWXY" {
		if gbcode.CheckUSCC(body+string(c)) == nil {
			return body + string(c)
		}
	}
	return body + "0"
}
