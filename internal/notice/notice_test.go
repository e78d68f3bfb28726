package notice_test

import (
	"context"
	"testing"
	"time"

	"github.com/yinxin-org/yinxin/internal/clock"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/db/dbtest"
	"github.com/yinxin-org/yinxin/internal/errs"
	"github.com/yinxin-org/yinxin/internal/notice"
)

func TestNotices(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := notice.Open(clock.System{})
		ctx := t.Context()
		write := func(fn func(tx *db.Tx) error) error { return d.Write(ctx, fn) }
		for _, no := range []string{"1", "2", "3"} {
			if err := write(func(tx *db.Tx) error {
				return s.Send(ctx, tx, notice.Notice{HolderID: "h", Kind: notice.CaseAccepted, Subject: no, Detail: map[string]string{"matter": "食品经营许可"}})
			}); err != nil {
				t.Fatal(err)
			}
		}
		list := func(holder string, limit, offset int) ([]notice.Notice, int) {
			t.Helper()
			var got []notice.Notice
			var total int
			if err := d.Read(ctx, func(q *db.Tx) error {
				var err error
				got, total, err = s.List(ctx, q, holder, limit, offset)
				return err
			}); err != nil {
				t.Fatal(err)
			}
			return got, total
		}
		got, total := list("h", 2, 0)
		if total != 3 || len(got) != 2 || got[0].Subject != "3" || got[0].Detail["matter"] != "食品经营许可" || time.Since(got[0].At) > time.Minute {
			t.Fatalf("first page: %d of %d, %+v", len(got), total, got)
		}
		if other, n := list("other", 10, 0); n != 0 || len(other) != 0 {
			t.Errorf("another holder sees %d notices", n)
		}
		id := got[0].ID
		if err := write(func(tx *db.Tx) error { return s.Read(ctx, tx, "other", id) }); errs.Code(err) != "notice.unknown" {
			t.Errorf("another holder's notice read: %v", err)
		}
		for range 2 {
			if err := write(func(tx *db.Tx) error { return s.Read(ctx, tx, "h", id) }); err != nil {
				t.Fatal(err)
			}
		}
		if n := unread(ctx, t, d, s); n != 2 {
			t.Errorf("%d unread, want 2", n)
		}
	})
}

func unread(ctx context.Context, t *testing.T, d *db.DB, s *notice.Store) int {
	t.Helper()
	var n int
	if err := d.Read(ctx, func(q *db.Tx) error {
		var err error
		n, err = s.Unread(ctx, q, "h")
		return err
	}); err != nil {
		t.Fatal(err)
	}
	return n
}
