package authn_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/yinxin-org/yinxin/internal/authn"
	"github.com/yinxin-org/yinxin/internal/db"
)

// faces is a service for these tests: what it answers next, and what it was asked.
type faces struct {
	answer authn.FaceAnswer
	err    error
	asked  []string
	slow   func()
}

func (f *faces) check(_ context.Context, holderID, challenge string, _ authn.Shown) (authn.FaceAnswer, error) {
	f.asked = append(f.asked, holderID+" "+challenge)
	if f.slow != nil {
		f.slow()
	}
	return f.answer, f.err
}

func TestConfirmByFace(t *testing.T) {
	each(t, func(t *testing.T, w world) {
		w.person(t)
		w.clerk(t)
		f := &faces{answer: authn.FaceAnswer{Match: true, Score: 96, Serial: "1"}}
		shown := authn.Shown{Picture: []byte("a picture that nobody keeps")}
		token, a := w.signIn(t, "person", goodPassword)
		if _, _, err := w.BeginFace(t.Context(), token, a); code(err) != "authn.no-face" {
			t.Errorf("without a service: %v", err)
		}
		w.UseFaces(f.check)
		if ways := w.Ways(a, nil); !slices.Equal(ways, []string{"face"}) {
			t.Errorf("ways of a holder %v", ways)
		}
		staff, clerk := w.signed(t)
		if _, _, err := w.BeginFace(t.Context(), staff, clerk); code(err) != "authn.no-face" || len(w.Ways(clerk, nil)) != 0 {
			t.Errorf("staff: %v", err)
		}
		if err := w.ConfirmFace(t.Context(), token, a, shown); code(err) != "authn.step" {
			t.Errorf("without a challenge: %v", err)
		}
		begin := func(token string) string {
			t.Helper()
			challenge, until, err := w.BeginFace(t.Context(), token, a)
			if err != nil || len(challenge) < 20 || !until.Equal(w.clock.Now().Add(authn.FaceTime)) {
				t.Fatalf("challenge %q until %v: %v", challenge, until, err)
			}
			return challenge
		}
		challenge := begin(token)
		other, _ := w.signIn(t, "person", goodPassword)
		if err := w.ConfirmFace(t.Context(), other, a, shown); code(err) != "authn.step" || len(f.asked) != 0 {
			t.Errorf("the challenge of another session: %v, asked %v", err, f.asked)
		}
		if err := w.ConfirmFace(t.Context(), token, a, shown); err != nil {
			t.Fatal(err)
		}
		if got := w.now(t, token); !got.Strong(w.clock.Now()) || got.ConfirmedBy != authn.ByFace || f.asked[0] != "holder-1 "+challenge {
			t.Errorf("confirmed %+v, asked %v", got, f.asked)
		}
		if w.now(t, other).Strong(w.clock.Now()) {
			t.Error("another session is strong")
		}
		if err := w.ConfirmFace(t.Context(), token, a, shown); code(err) != "authn.step" {
			t.Errorf("a challenge is answered twice: %v", err)
		}
		// Each of these is refused, and none makes the session strong.
		tests := []struct {
			name, want string
			do         func()
		}{
			{"somebody else", "authn.face", func() { f.answer = authn.FaceAnswer{Score: 12, Serial: "2"} }},
			{"hardly alike", "authn.face", func() { f.answer = authn.FaceAnswer{Match: true, Score: 79, Serial: "3"} }},
			{"an answer given before", "authn.face", func() { f.answer = authn.FaceAnswer{Match: true, Score: 96, Serial: "1"} }},
			{"no answer", "authn.face-down", func() { f.err = errors.New("down") }},
			{"an answer too late", "authn.step", func() { f.slow = func() { w.clock.Move(authn.FaceTime) } }},
		}
		for _, x := range tests {
			*f = faces{answer: authn.FaceAnswer{Match: true, Score: 96, Serial: "of " + x.name}}
			x.do()
			begin(other)
			if err := w.ConfirmFace(t.Context(), other, a, shown); code(err) != x.want {
				t.Errorf("%s: %v, want %s", x.name, err, x.want)
			}
			if w.now(t, other).Strong(w.clock.Now()) {
				t.Errorf("%s: the session is strong", x.name)
			}
		}
		*f = faces{answer: authn.FaceAnswer{Match: true, Score: 96, Serial: "9"}}
		w.clock.Move(authn.LockTime)
		begin(other)
		w.clock.Move(authn.FaceTime)
		if err := w.ConfirmFace(t.Context(), other, a, shown); code(err) != "authn.step" || len(f.asked) != 0 {
			t.Errorf("a challenge too old: %v", err)
		}
		w.noPicture(t, string(shown.Picture))
	})
}

// noPicture requires that nothing shown stands in what is kept of a check.
func (w world) noPicture(t *testing.T, shown string) {
	t.Helper()
	err := w.db.Read(t.Context(), func(q *db.Tx) error {
		rows, err := q.Query(t.Context(), `SELECT answer_id, account_id, result, score FROM face_check ORDER BY answer_id`)
		if err != nil {
			return err
		}
		defer func() { _ = rows.Close() }()
		var results []string
		for rows.Next() {
			var serial, account, result string
			var score int
			if err := rows.Scan(&serial, &account, &result, &score); err != nil {
				return err
			}
			results = append(results, serial+result)
			if strings.Contains(serial+account+result, shown) {
				t.Error("the picture is kept")
			}
		}
		if want := []string{"1match", "2mismatch", "3mismatch"}; !slices.Equal(results, want) {
			t.Errorf("kept %v, want %v", results, want)
		}
		return rows.Err()
	})
	if err != nil {
		t.Fatal(err)
	}
}

// Five faces that are somebody else's lock, and a code does not get past that; a service that fails costs nothing. While the
// factors wait after a reset, a face alone confirms.
func TestFacesLockAndOvercomeTheWait(t *testing.T) {
	each(t, func(t *testing.T, w world) {
		secret := w.person(t)
		f := &faces{err: errors.New("down")}
		w.UseFaces(f.check)
		token, a := w.signIn(t, "person", goodPassword)
		try := func(token string) error {
			t.Helper()
			if _, _, err := w.BeginFace(t.Context(), token, a); err != nil {
				t.Fatal(err)
			}
			return w.ConfirmFace(t.Context(), token, a, authn.Shown{Token: "of a phone"})
		}
		for range authn.MaxFails + 1 {
			if err := try(token); code(err) != "authn.face-down" {
				t.Fatalf("a service that is down: %v", err)
			}
		}
		for i := range authn.MaxFails {
			*f = faces{answer: authn.FaceAnswer{Serial: string(rune('a' + i))}}
			if err := try(token); code(err) != "authn.face" {
				t.Fatalf("face %d: %v", i, err)
			}
		}
		*f = faces{answer: authn.FaceAnswer{Match: true, Score: 99, Serial: "right"}}
		if err := try(token); code(err) != "authn.confirm-locked" || len(f.asked) != 0 {
			t.Errorf("after %d faces: %v, asked %v", authn.MaxFails, err, f.asked)
		}
		if err := w.ConfirmCode(t.Context(), token, a, w.code(t, secret, 0)); code(err) != "authn.confirm-locked" {
			t.Errorf("a code gets past the lock: %v", err)
		}
		w.clock.Move(authn.LockTime)
		if err := w.db.Write(t.Context(), func(tx *db.Tx) error {
			_, err := w.ResetHolder(t.Context(), tx, "holder-1")
			return err
		}); err != nil {
			t.Fatal(err)
		}
		token, a = w.signIn(t, "person", goodPassword)
		if err := w.MustBeStrong(t.Context(), a); code(err) != "authn.confirm" {
			t.Errorf("while waiting, with a service: %v", err)
		}
		if err := try(token); err != nil {
			t.Fatal(err)
		}
		if !w.now(t, token).Strong(w.clock.Now()) {
			t.Error("a face does not overcome the wait")
		}
		w.clock.Move(time.Minute)
		if _, err := w.enrolCode(t, token, goodPassword); err != nil {
			t.Fatal(err)
		}
		if w.now(t, token).Strong(w.clock.Now()) {
			t.Error("the session is strong by the new code while that waits")
		}
	})
}
