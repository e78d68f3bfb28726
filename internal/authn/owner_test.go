package authn_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/yinxin-org/yinxin/internal/authn"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/errs"
)

// person makes an account of a holder with an authenticator, and gives its secret.
func (w world) person(t *testing.T) (secret string) {
	t.Helper()
	id, err := w.Create(t.Context(), authn.Account{Login: "person", Password: goodPassword, Name: "陈晓", Kind: authn.KindHolder,
		HolderID: "holder-1", Roles: []string{authn.RoleHolder}})
	if err != nil {
		t.Fatal(err)
	}
	if secret, err = w.AddCode(t.Context(), id, "手机"); err != nil {
		t.Fatal(err)
	}
	return secret
}

func (w world) signIn(t *testing.T, login, password string) (string, *authn.Actor) {
	t.Helper()
	s, err := w.SignIn(t.Context(), login, password)
	if err != nil {
		t.Fatal(err)
	}
	return s.Token, s.Actor
}

// enrolCode enrols an authenticator in a session and gives its secret.
func (w world) enrolCode(t *testing.T, token, password string) (string, error) {
	t.Helper()
	n, err := w.EnrolCode(t.Context(), token, w.now(t, token), password, "新手机")
	if err != nil {
		return "", err
	}
	_, err = w.FinishCode(t.Context(), token, w.now(t, token), w.code(t, n.Secret, 0))
	return n.Secret, err
}

// The owner is told of each change, in its own transaction; a name is changed by the owner alone, strongly confirmed.
func TestTheOwnerIsToldAndRenames(t *testing.T) {
	each(t, func(t *testing.T, w world) {
		w.clerk(t)
		var told []string
		w.UseTells(func(_ context.Context, _ *db.Tx, a *authn.Actor, action, kind string) error {
			told = append(told, a.UnitID+" "+action+" "+kind)
			return nil
		})
		token, a := w.signed(t)
		secret, err := w.enrolCode(t, token, goodPassword)
		if err != nil {
			t.Fatal(err)
		}
		all, err := w.Factors(t.Context(), a.AccountID)
		if err != nil {
			t.Fatal(err)
		}
		if err := w.RenameFactor(t.Context(), w.now(t, token), all[0].ID, " 旧手机 "); err != nil {
			t.Fatal(err)
		}
		if all, err = w.Factors(t.Context(), a.AccountID); err != nil || all[0].Name != "旧手机" {
			t.Errorf("renamed: %+v %v", all, err)
		}
		for name, want := range map[string]string{" ": "field.required", "名": "authn.confirm"} {
			weak, _ := w.signed(t)
			if err := w.RenameFactor(t.Context(), w.now(t, weak), all[0].ID, name); code(err) != want {
				t.Errorf("rename to %q: %v, want %s", name, err, want)
			}
		}
		w.person(t)
		other, _ := w.signIn(t, "person", goodPassword)
		w.clock.Move(time.Minute)
		if err := w.RemoveFactor(t.Context(), &authn.Actor{AccountID: w.now(t, other).AccountID, Confirmed: w.clock.Now()}, all[0].ID); code(err) != "not-found" {
			t.Errorf("another account's factor: %v", err)
		}
		if err := w.ConfirmCode(t.Context(), token, a, w.code(t, secret, 0)); err != nil {
			t.Fatal(err)
		}
		if err := w.RemoveFactor(t.Context(), w.now(t, token), all[0].ID); err != nil {
			t.Fatal(err)
		}
		unit := "11350100M0001 "
		if want := []string{unit + "factor-add totp", unit + "factor-remove totp"}; !slices.Equal(told, want) {
			t.Errorf("told %q, want %q", told, want)
		}
	})
}

// A clerk's lost factors: the old password and the open sessions are worth nothing, and nothing is open before an enrolment.
func TestResetStaff(t *testing.T) {
	each(t, func(t *testing.T, w world) {
		w.clerk(t)
		lost := w.enrolled(t)
		token, a := w.signed(t)
		begun, _ := w.signed(t)
		if err := w.ConfirmCode(t.Context(), begun, a, w.code(t, lost, 0)); err != nil {
			t.Fatal(err)
		}
		pending, err := w.EnrolCode(t.Context(), begun, w.now(t, begun), goodPassword, "别的")
		if err != nil {
			t.Fatal(err)
		}
		var x authn.Staff
		if err := w.db.Read(t.Context(), func(q *db.Tx) error {
			x, err = w.Staff(t.Context(), q, a.AccountID)
			return err
		}); err != nil {
			t.Fatal(err)
		}
		none := func(*db.Tx) error { return nil }
		if _, err := w.ResetStaff(t.Context(), x.ID, x.Version-1, none); code(err) != "conflict" {
			t.Errorf("an old version: %v", err)
		}
		password, err := w.ResetStaff(t.Context(), x.ID, x.Version, none)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.Actor(t.Context(), token); code(err) != "unauthenticated" {
			t.Errorf("a session outlives the reset: %v", err)
		}
		if _, err := w.FinishCode(t.Context(), begun, a, w.code(t, pending.Secret, 0)); err == nil {
			t.Error("an enrolment that was begun before is finished after the reset")
		}
		if _, err := w.SignIn(t.Context(), "lin.clerk", goodPassword); code(err) != "authn.wrong" {
			t.Errorf("the old password: %v", err)
		}
		fresh, _ := w.signIn(t, "lin.clerk", password)
		if got := w.now(t, fresh); !got.MustEnrol {
			t.Errorf("nothing must be enrolled: %+v", got)
		}
		if err := w.ConfirmCode(t.Context(), fresh, w.now(t, fresh), w.code(t, lost, 30*time.Second)); code(err) != "authn.code" {
			t.Errorf("the lost factor: %v", err)
		}
		if _, err := w.enrolCode(t, fresh, password); err != nil {
			t.Fatal(err)
		}
		if got := w.now(t, fresh); got.MustEnrol || !got.Strong(w.clock.Now()) {
			t.Errorf("after enrolling: %+v", got)
		}
	})
}

// A holder's lost factors: what is enrolled afterwards confirms after a day, and says so until then.
func TestResetHolder(t *testing.T) {
	each(t, func(t *testing.T, w world) {
		lost := w.person(t)
		old, _ := w.signIn(t, "person", goodPassword)
		reset := func(holder string, want int) {
			t.Helper()
			var n int
			err := w.db.Write(t.Context(), func(tx *db.Tx) (err error) {
				n, err = w.ResetHolder(t.Context(), tx, holder)
				return err
			})
			if err != nil || n != want {
				t.Errorf("reset of %s: %d accounts, %v; want %d", holder, n, err, want)
			}
		}
		reset("holder-2", 0)
		if _, err := w.Actor(t.Context(), old); err != nil {
			t.Errorf("the reset of another ended the session: %v", err)
		}
		reset("holder-1", 1)
		if _, err := w.Actor(t.Context(), old); code(err) != "unauthenticated" {
			t.Errorf("a session outlives the reset: %v", err)
		}
		token, _ := w.signIn(t, "person", goodPassword)
		if err := w.ConfirmCode(t.Context(), token, w.now(t, token), w.code(t, lost, 0)); code(err) != "authn.code" {
			t.Errorf("the lost factor: %v", err)
		}
		secret, err := w.enrolCode(t, token, goodPassword)
		if err != nil {
			t.Fatal(err)
		}
		if w.now(t, token).Strong(w.clock.Now()) {
			t.Error("the new factor confirms at once")
		}
		if err := w.MustBeStrong(t.Context(), w.now(t, token)); code(err) != "authn.wait" || errs.Of(err).Args["until"] != "2026-03-03 09:00" {
			t.Errorf("while waiting: %v %v", err, errs.Of(err).Args)
		}
		if _, err := w.enrolCode(t, token, goodPassword); code(err) != "authn.wait" {
			t.Errorf("a second factor while waiting: %v", err)
		}
		w.clock.Move(authn.ResetWait)
		token, _ = w.signIn(t, "person", goodPassword)
		if err := w.MustBeStrong(t.Context(), w.now(t, token)); code(err) != "authn.confirm" || errs.Of(err).Args["ways"] != "totp" {
			t.Errorf("after a day: %v", err)
		}
		if err := w.ConfirmCode(t.Context(), token, w.now(t, token), w.code(t, secret, 0)); err != nil {
			t.Fatal(err)
		}
		if !w.now(t, token).Strong(w.clock.Now()) {
			t.Error("the new factor never confirms")
		}
	})
}
