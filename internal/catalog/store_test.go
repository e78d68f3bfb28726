package catalog_test

import (
	"context"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/yinxin-org/yinxin/internal/catalog"
	"github.com/yinxin-org/yinxin/internal/clock"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/db/dbtest"
	"github.com/yinxin-org/yinxin/internal/errs"
)

const code = "11350000YX0000016Q012"

func version(n int, name string) catalog.Type {
	return catalog.Type{Code: code, Version: n, Name: name, NameEn: "Permit", HolderKind: catalog.Legal, Holders: 1, Making: catalog.Online,
		Validity: catalog.Validity{Rule: "years", Years: 5}, Number: "JY{seq6}", Fields: permit.Fields,
		Face:  catalog.Face{Width: 297, Height: 210, Objects: []catalog.FaceObject{{Kind: "text", X: 1, Y: 2, Text: "证"}}},
		Seals: []catalog.SealStep{{Step: 1, Unit: "issuer", Name: "章"}}, Issuers: []string{"11350102YX0100017G"}}
}

func TestVersionsAreImmutable(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := open(d, clock.At(morning)).Store
		publish := func(types ...catalog.Type) {
			t.Helper()
			write(t, d, func(ctx context.Context, tx *db.Tx) error {
				for _, x := range types {
					if err := s.Publish(ctx, tx, x, time.Unix(1, 0)); err != nil {
						return err
					}
				}
				return nil
			})
		}
		publish(version(1, "食品经营许可证"), version(2, "食品经营许可证（新版）"))
		publish(version(2, "改了名字")) // published once, it stands
		other := version(10, "别的证")
		other.Code = "11350000YX0000016Q013"
		publish(other)
		read(t, d, func(ctx context.Context, q *db.Tx) error {
			current, err := s.Current(ctx, q, code)
			if err != nil {
				return err
			}
			if current.Version != 2 || current.Name != "食品经营许可证（新版）" {
				t.Errorf("the newest is %d, %s", current.Version, current.Name)
			}
			first, err := s.Version(ctx, q, code, 1)
			if err != nil {
				return err
			}
			if diff := cmp.Diff(version(1, "食品经营许可证"), *first); diff != "" {
				t.Error(diff)
			}
			again, err := open(d, clock.At(morning)).Version(ctx, q, code, 1)
			if err != nil {
				return err
			}
			if diff := cmp.Diff(*first, *again); diff != "" {
				t.Error(diff)
			}
			entry, err := s.EntryFor(ctx, q, code, "11350102YX0100017G")
			if entry.Name != "食品经营许可证（新版）" || entry.Version != 2 || !entry.Mine || entry.Claims != 1 || !entry.Faced {
				t.Errorf("entry %+v", entry)
			}
			if err != nil {
				return err
			}
			for claimer, want := range map[string]int{"": 2, "11350102YX0100017G": 2, "11350100YX0100017H": 0} {
				if _, total, err := s.Search(ctx, q, catalog.Filter{Claimer: claimer, Limit: 10}); err != nil || total != want {
					t.Errorf("claimed by %q: %d, %v", claimer, total, err)
				}
			}
			return nil
		})
	})
}

func TestTypesThatAreNotThere(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := open(d, clock.At(morning)).Store
		read(t, d, func(ctx context.Context, q *db.Tx) error {
			wantCode(t, second(s.Current(ctx, q, code)), "type.unpublished")
			wantCode(t, second(s.Latest(ctx, q, code)), "type.unpublished")
			wantCode(t, second(s.Version(ctx, q, code, 1)), "type.unknown")
			wantCode(t, second(s.Entry(ctx, q, code)), "type.unknown")
			wantCode(t, second(s.Draft(ctx, q, db.NewID())), "draft.unknown")
			found, total, err := s.Search(ctx, q, catalog.Filter{Limit: 10})
			if len(found) != 0 || total != 0 {
				t.Errorf("%d types listed", len(found))
			}
			return err
		})
	})
}

// A version takes effect on its day, and until then the one before it is in effect.
func TestVersionsTakeEffectOnTheirDay(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		now := clock.At(morning)
		s := open(d, now).Store
		write(t, d, func(ctx context.Context, tx *db.Tx) error {
			if err := s.Publish(ctx, tx, version(1, "食品经营许可证"), morning); err != nil {
				return err
			}
			return s.Publish(ctx, tx, version(2, "食品经营许可证"), clock.Date(morning.AddDate(0, 0, 3)))
		})
		current := func() (n int) {
			read(t, d, func(ctx context.Context, q *db.Tx) error {
				c, err := s.Current(ctx, q, code)
				if err != nil {
					return err
				}
				n = c.Version
				return nil
			})
			return n
		}
		if n := current(); n != 1 {
			t.Errorf("before its day version %d is in effect", n)
		}
		now.Move(clock.Date(morning.AddDate(0, 0, 3)).Sub(morning) - time.Second)
		if n := current(); n != 1 {
			t.Errorf("a second before its day version %d is in effect", n)
		}
		now.Move(time.Second)
		if n := current(); n != 2 {
			t.Errorf("on its day version %d is in effect", n)
		}
	})
}

func second[T any](_ T, err error) error { return err }

func wantCode(t testing.TB, err error, code string) {
	t.Helper()
	if got := errs.Code(err); err == nil || got != code {
		t.Errorf("got %q (%v), want %q", got, err, code)
	}
}
