package task_test

import (
	"context"
	"testing"
	"time"

	"github.com/yinxin-org/yinxin/internal/authn"
	"github.com/yinxin-org/yinxin/internal/clock"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/db/dbtest"
	"github.com/yinxin-org/yinxin/internal/task"
)

func TestTasks(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		s := task.Open(clock.At(time.Unix(100, 0)))
		write := func(fn func(tx *db.Tx) error) {
			t.Helper()
			if err := d.Write(ctx, fn); err != nil {
				t.Fatal(err)
			}
		}
		open := func(unit string, roles ...string) []task.Task {
			t.Helper()
			var found []task.Task
			err := d.Read(ctx, func(q *db.Tx) error {
				var err error
				found, err = s.Open(ctx, q, &authn.Actor{UnitID: unit, Roles: roles})
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
			return found
		}
		review := task.Task{Kind: task.ReviewType, SubjectID: "T1", Role: "digital", Label: "食品经营许可证", DueAt: time.Unix(300, 0)}
		mend := task.Task{Kind: task.MendType, SubjectID: "T1", UnitID: "u1", Role: "catalog", Label: "食品经营许可证", Detail: map[string]string{"why": "照面"}}
		write(func(tx *db.Tx) error { return s.Give(ctx, tx, review) })
		again := review
		again.Label = "别的名字"
		write(func(tx *db.Tx) error { return s.Give(ctx, tx, again) }) // open already: it stays as it is
		write(func(tx *db.Tx) error { return s.Give(ctx, tx, mend) })
		if got := open("u1", "digital", "catalog"); len(got) != 2 || got[0].Label != "食品经营许可证" || got[1].Detail["why"] != "照面" {
			t.Errorf("%+v", got)
		}
		if got := open("u2", "catalog"); len(got) != 0 {
			t.Errorf("another unit sees %+v", got)
		}
		if got := open("u2", "digital"); len(got) != 1 {
			t.Errorf("the role anywhere sees %+v", got)
		}
		write(func(tx *db.Tx) error { return s.Done(ctx, tx, task.ReviewType, "T1") })
		if got := open("u2", "digital"); len(got) != 0 {
			t.Errorf("after it was done: %+v", got)
		}
		write(func(tx *db.Tx) error { return s.Give(ctx, tx, again) })
		if got := open("u2", "digital"); len(got) != 1 || got[0].Label != "别的名字" {
			t.Errorf("given anew: %+v", got)
		}
		err := d.Read(ctx, func(q *db.Tx) error {
			got, err := s.About(ctx, q, task.MendType, "")
			if len(got) != 1 {
				t.Errorf("%+v", got)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	})
}
