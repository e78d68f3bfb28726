package hall_test

import (
	"context"
	"testing"

	"github.com/yinxin-org/yinxin/internal/access"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/errs"
	"github.com/yinxin-org/yinxin/internal/hall"
	"github.com/yinxin-org/yinxin/test/world"
)

// TestNobodyWritesInPlaceOfALicense: while a license is still being fetched, its fields cannot be written by hand.
func TestNobodyWritesInPlaceOfALicense(t *testing.T) {
	t.Parallel()
	w := world.New(t)
	o := newOffice(t, w)
	no := o.open(o.request(""))
	version := o.version(no)
	w.Write(t, func(ctx context.Context, tx *db.Tx) error {
		_, err := tx.Exec(ctx, `DELETE FROM case_material WHERE case_no = $1 AND seq = 1`, no)
		return err
	})
	err := o.Hall.SetForm(context.Background(), o.clerk, no, version, map[string]string{"representative": "张三"})
	if errs.Code(err) != "case.fetching" {
		t.Errorf("got %v, want case.fetching", err)
	}
	if v := o.look(o.clerk, no).Case.Form["representative"]; v.Text == "张三" || v.Seq != 1 {
		t.Errorf("the representative is %+v", v)
	}
}

// TestUnpublishedLicenseIsNotReadByItsHolder: a sealed file leaves only after the second person's word.
func TestUnpublishedLicenseIsNotReadByItsHolder(t *testing.T) {
	t.Parallel()
	w := world.New(t)
	o := newOffice(t, w)
	holder := w.Actor(t, "food-firm")
	own := func(id string) string {
		t.Helper()
		r, err := w.Door.Own(context.Background(), holder, id, access.File)
		if err != nil && r.Content != nil {
			t.Error("a refusal came with the file")
		}
		if err == nil {
			return ""
		}
		return errs.Code(err)
	}
	refused := o.approve(o.submitted(o.request("")))
	if got := own(refused.ID); got != "access.self.published" {
		t.Errorf("sealed: got %q", got)
	}
	if _, err := o.Hall.Review(context.Background(), o.reviewer, refused.ID, false, "照面有误"); err != nil {
		t.Fatal(err)
	}
	if got := own(refused.ID); got != "access.self.published" {
		t.Errorf("refused: got %q", got)
	}
	published := o.approve(o.submitted(o.request("")))
	if _, err := o.Hall.Review(context.Background(), o.reviewer, published.ID, true, ""); err != nil {
		t.Fatal(err)
	}
	if got := own(published.ID); got != "" {
		t.Errorf("published: got %q", got)
	}
}

// TestHiddenCharactersAreRefused: what is written must read as it is stored.
func TestHiddenCharactersAreRefused(t *testing.T) {
	t.Parallel()
	w := world.New(t)
	o := newOffice(t, w)
	no := o.open(o.request(""))
	for name, text := range map[string]string{"zero byte": "a\x00b", "escape": "a\x1b[2J", "reordering": "a\u202eb", "zero width": "a\u200bb"} {
		err := o.Hall.SetForm(context.Background(), o.clerk, no, o.version(no), map[string]string{"items": text})
		if errs.Code(err) != "field.format" {
			t.Errorf("%s in a form: %v", name, err)
		}
		if err := o.Hall.Paper(context.Background(), o.clerk, no, 3, hall.NoLicense, text); errs.Code(err) != "field.format" {
			t.Errorf("%s in a reason: %v", name, err)
		}
	}
}
