package catalog_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/yinxin-org/yinxin/internal/authn"
	"github.com/yinxin-org/yinxin/internal/catalog"
	"github.com/yinxin-org/yinxin/internal/clock"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/db/dbtest"
	"github.com/yinxin-org/yinxin/internal/errs"
	"github.com/yinxin-org/yinxin/internal/task"
)

const why = "试验"

// begun is a draft of a type by the author.
func (s store) begun(t testing.TB, d *db.DB, typ catalog.Type) catalog.Draft {
	t.Helper()
	var x catalog.Draft
	write(t, d, func(ctx context.Context, tx *db.Tx) error {
		var err error
		x, err = s.Begin(ctx, tx, author, catalog.Beginning{Type: &typ, Reason: why})
		return err
	})
	return x
}

func (s store) submitted(t testing.TB, d *db.DB, typ catalog.Type) catalog.Draft {
	t.Helper()
	x := s.begun(t, d, typ)
	write(t, d, func(ctx context.Context, tx *db.Tx) error {
		var err error
		x, err = s.SubmitDraft(ctx, tx, author, x.ID, x.RowVersion, why)
		return err
	})
	return x
}

func (s store) publish(t testing.TB, d *db.DB, x catalog.Draft, on time.Time) {
	t.Helper()
	write(t, d, func(ctx context.Context, tx *db.Tx) error {
		return s.ReviewDraft(ctx, tx, digital, x.ID, x.RowVersion, catalog.Verdict{Publish: true, EffectiveOn: on, Opinion: "同意"})
	})
}

func (s store) open(t testing.TB, d *db.DB, k task.Kind) (n int) {
	t.Helper()
	read(t, d, func(ctx context.Context, q *db.Tx) error {
		found, err := s.tasks.About(ctx, q, k, "")
		n = len(found)
		return err
	})
	return n
}

// The whole life of a type: drafted, returned, mended, published, claimed, changed from a later day on, withdrawn.
func TestLifeOfAType(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		now := clock.At(morning)
		s := opened(t, d, now)
		x := s.submitted(t, d, whole())
		if s.open(t, d, task.ReviewType) != 1 {
			t.Error("nobody is told to review")
		}
		write(t, d, func(ctx context.Context, tx *db.Tx) error {
			return s.ReviewDraft(ctx, tx, digital, x.ID, x.RowVersion, catalog.Verdict{Opinion: "请补充"})
		})
		if s.open(t, d, task.ReviewType) != 0 || s.open(t, d, task.MendType) != 1 {
			t.Error("the return gave no task")
		}
		write(t, d, func(ctx context.Context, tx *db.Tx) error {
			x, err := s.Draft(ctx, tx, x.ID)
			if err != nil {
				return err
			}
			if x.State != catalog.Returned || x.Opinion != "请补充" {
				t.Errorf("%s, %q", x.State, x.Opinion)
			}
			x, err = s.SubmitDraft(ctx, tx, second2, x.ID, x.RowVersion, why)
			if err != nil {
				return err
			}
			return s.ReviewDraft(ctx, tx, digital, x.ID, x.RowVersion, catalog.Verdict{Publish: true, Opinion: "同意"})
		})
		if s.open(t, d, task.ReviewType)+s.open(t, d, task.MendType) != 0 {
			t.Error("work is left over")
		}
		write(t, d, func(ctx context.Context, tx *db.Tx) error {
			if ok, err := s.Claimed(ctx, tx, code, county); ok || err != nil {
				t.Errorf("claimed before: %v", err)
			}
			if err := s.Claim(ctx, tx, issuer, code, why); err != nil {
				return err
			}
			if err := s.Claim(ctx, tx, issuer, code, why); err != nil {
				return err
			}
			ok, err := s.Claimed(ctx, tx, code, county)
			if !ok {
				t.Error("not claimed")
			}
			return err
		})
		s.secondVersion(t, d, now)
		write(t, d, func(ctx context.Context, tx *db.Tx) error {
			e, err := s.Entry(ctx, tx, code)
			if err != nil {
				return err
			}
			wantCode(t, s.Withdraw(ctx, tx, issuer, code, e.RowVersion, why), "type.not-keeper")
			wantCode(t, s.Withdraw(ctx, tx, digital, code, e.RowVersion-1, why), "conflict")
			return s.Withdraw(ctx, tx, digital, code, e.RowVersion, why)
		})
		read(t, d, func(ctx context.Context, q *db.Tx) error {
			wantCode(t, second(s.Current(ctx, q, code)), "type.withdrawn")
			_, err := s.Latest(ctx, q, code)
			return err
		})
		wantCode(t, try(d, func(ctx context.Context, tx *db.Tx) error { return s.Claim(ctx, tx, issuer, code, why) }), "type.withdrawn")
		wantCode(t, try(d, func(ctx context.Context, tx *db.Tx) error {
			return second(s.Begin(ctx, tx, author, catalog.Beginning{TypeCode: code, Reason: why}))
		}), "type.withdrawn")
	})
}

func (s store) secondVersion(t *testing.T, d *db.DB, now *clock.Fixed) {
	t.Helper()
	var x catalog.Draft
	write(t, d, func(ctx context.Context, tx *db.Tx) error {
		var err error
		if x, err = s.Begin(ctx, tx, author, catalog.Beginning{TypeCode: code, Reason: why}); err != nil {
			return err
		}
		next := x.Type
		next.Validity.Years = 3
		if x, err = s.SaveDraft(ctx, tx, author, x.ID, x.RowVersion, next, "缩短有效期", why); err != nil {
			return err
		}
		x, err = s.SubmitDraft(ctx, tx, author, x.ID, x.RowVersion, why)
		return err
	})
	wantCode(t, try(d, func(ctx context.Context, tx *db.Tx) error {
		return s.ReviewDraft(ctx, tx, digital, x.ID, x.RowVersion, catalog.Verdict{Publish: true, EffectiveOn: morning.AddDate(0, 0, -1), Opinion: "同意"})
	}), "draft.effective")
	s.publish(t, d, x, morning.AddDate(0, 0, 7))
	read(t, d, func(ctx context.Context, q *db.Tx) error {
		if c, err := s.Current(ctx, q, code); err != nil || c.Version != 1 || c.Validity.Years != 5 {
			t.Errorf("before the day: %v", err)
		}
		return nil
	})
	now.Move(7 * 24 * time.Hour)
	read(t, d, func(ctx context.Context, q *db.Tx) error {
		c, err := s.Current(ctx, q, code)
		if err != nil {
			return err
		}
		first, err := s.Version(ctx, q, code, 1)
		want := []catalog.Change{{Section: "validity", Path: "validity.years", Kind: catalog.Changed, Before: "5", After: "3"}}
		if diff := cmp.Diff(want, catalog.Diff(first, c)); c.Version != 2 || diff != "" {
			t.Errorf("version %d: %s", c.Version, diff)
		}
		return err
	})
}

// Two editors at once: the second is told, and finds what the first saved.
func TestSecondEditorIsTold(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := opened(t, d, clock.At(morning))
		x := s.begun(t, d, whole())
		mine, other := x.Type, x.Type
		mine.Basis, other.Usage = "食品安全法", "办事"
		write(t, d, func(ctx context.Context, tx *db.Tx) error {
			return second(s.SaveDraft(ctx, tx, author, x.ID, x.RowVersion, mine, "", why))
		})
		wantCode(t, try(d, func(ctx context.Context, tx *db.Tx) error {
			return second(s.SaveDraft(ctx, tx, second2, x.ID, x.RowVersion, other, "", why))
		}), "conflict")
		read(t, d, func(ctx context.Context, q *db.Tx) error {
			now, err := s.Draft(ctx, q, x.ID)
			if now.Type.Basis != "食品安全法" || now.Type.Usage != "" || now.Hands[len(now.Hands)-1] != author.AccountID {
				t.Errorf("saved by %v", now.Hands)
			}
			return err
		})
	})
}

// Who may do what.
func TestOnlyTheRightPeople(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := opened(t, d, clock.At(morning))
		x := s.submitted(t, d, whole())
		for name, c := range map[string]struct {
			who  *authn.Actor
			code string
		}{"a clerk": {clerk, "denied"}, "the author": {author, "denied"}, "another unit": {issuer, "denied"}} {
			err := try(d, func(ctx context.Context, tx *db.Tx) error {
				return s.ReviewDraft(ctx, tx, c.who, x.ID, x.RowVersion, catalog.Verdict{Publish: true, Opinion: why})
			})
			if errs.Code(err) != c.code {
				t.Errorf("%s reviews: %v", name, err)
			}
		}
		for name, who := range map[string]*authn.Actor{"a clerk": clerk, "another unit": issuer, "the digital office": digital} {
			wantCode(t, try(d, func(ctx context.Context, tx *db.Tx) error {
				return second(s.RecallDraft(ctx, tx, who, x.ID, x.RowVersion, why))
			}), "draft.not-own")
			if x.MayEdit(who) || who != digital && x.MaySee(who) {
				t.Errorf("%s may look or write", name)
			}
		}
		// Who worked on it does not review it, whatever other post they hold.
		write(t, d, func(ctx context.Context, tx *db.Tx) error {
			x, err := s.RecallDraft(ctx, tx, both, x.ID, x.RowVersion, why)
			if err != nil {
				return err
			}
			x, err = s.SubmitDraft(ctx, tx, both, x.ID, x.RowVersion, why)
			if err != nil {
				return err
			}
			wantCode(t, s.ReviewDraft(ctx, tx, both, x.ID, x.RowVersion, catalog.Verdict{Publish: true, Opinion: why}), "draft.same-person")
			if x.MayReview(both) || !x.MayReview(digital) {
				t.Error("may review is wrong")
			}
			return nil
		})
		wantCode(t, try(d, func(ctx context.Context, tx *db.Tx) error {
			return second(s.Begin(ctx, tx, clerk, catalog.Beginning{Reason: why}))
		}), "denied")
		wantCode(t, try(d, func(ctx context.Context, tx *db.Tx) error {
			return second(s.Begin(ctx, tx, author, catalog.Beginning{Reason: ""}))
		}), "change.reason")
	})
}

// Same name or same code twice is refused: 统一名称.
func TestOneNameOneCode(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := opened(t, d, clock.At(morning))
		s.publish(t, d, s.submitted(t, d, whole()), time.Time{})
		submit := func(typ catalog.Type) error {
			return try(d, func(ctx context.Context, tx *db.Tx) error {
				x, err := s.Begin(ctx, tx, author, catalog.Beginning{Type: &typ, Reason: why})
				if err != nil {
					return err
				}
				if _, err = s.SubmitDraft(ctx, tx, author, x.ID, x.RowVersion, why); err != nil {
					return err
				}
				return errors.New("submitted")
			})
		}
		other := whole()
		other.Code = province + "013"
		for _, name := range []string{"食品经营许可证", " 食品经营 许可证　", "食品\u3164经营许可证", "食\ufe00品经营许可证\u2800"} {
			other.Name = name
			wantCode(t, submit(other), "type.name-taken")
		}
		other.Name = "ＡＢ证"
		if err := submit(other); err == nil || err.Error() != "submitted" {
			t.Errorf("another name: %v", err)
		}
		same := whole()
		same.Name = "别的证"
		wantCode(t, submit(same), "type.code-taken")
		foreign := whole()
		foreign.Name, foreign.Code, foreign.Definer = "别的证", county+"001", county
		wantCode(t, submit(foreign), "type.not-definer")
		foreign.National = true
		if err := submit(foreign); err == nil || err.Error() != "submitted" {
			t.Errorf("a national type: %v", err)
		}
		secret := whole()
		secret.Code, secret.Name, secret.Secrecy = other.Code, "别的证", "秘密"
		wantCode(t, submit(secret), "type.classified")
		crowded := whole()
		crowded.Code, crowded.Name = other.Code, "放不下的证"
		crowded.Face.Objects = append(slices.Clone(crowded.Face.Objects), catalog.FaceObject{Kind: "text", Text: "放不下", X: 1, Y: 9, Size: 3})
		wantCode(t, submit(crowded), "license.overflow")
	})
}

// Whatever is done, in whatever order and by whomever: nothing is published without another person's review, a
// published version never changes, and a type has one draft at most.
func TestNoTypeIsPublishedUnreviewed(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := opened(t, d, clock.At(morning))
		run := 0
		rapid.Check(t, func(r *rapid.T) {
			run++
			m := &typeModel{s: s, d: d, code: fmt.Sprintf("%s%03d", province, run%1000), name: fmt.Sprintf("第%d种证", run), seen: map[int]string{}, hands: map[string]bool{}}
			for range rapid.IntRange(3, 15).Draw(r, "steps") {
				m.act(r)
				m.check(r)
			}
		})
	})
}

type typeModel struct {
	s          store
	d          *db.DB
	code, name string
	draft      string
	unit       string          // whose draft it is
	hands      map[string]bool // who worked on the draft
	state      string
	seen       map[int]string // versions as first seen
}

func (m *typeModel) act(r *rapid.T) {
	people := []*authn.Actor{author, second2, issuer, digital, digital2, both, clerk}
	who := rapid.SampledFrom(people).Draw(r, "who")
	op := rapid.SampledFrom([]string{"begin", "save", "submit", "submit", "recall", "publish", "publish", "return", "discard"}).Draw(r, "op")
	late := rapid.IntRange(0, 4).Draw(r, "late") == 0
	err := try(m.d, func(ctx context.Context, tx *db.Tx) error {
		x, err := m.s.Draft(ctx, tx, m.draft)
		if err != nil && op != "begin" {
			return err
		}
		v := x.RowVersion
		if late {
			v--
		}
		switch op {
		case "begin":
			b := catalog.Beginning{Reason: why}
			if len(m.seen) > 0 {
				b.TypeCode = m.code
			} else {
				typ := whole()
				typ.Code, typ.Name = m.code, m.name
				b.Type = &typ
			}
			made, err := m.s.Begin(ctx, tx, who, b)
			if err == nil {
				m.unit = who.UnitID
				m.draft, m.state, m.hands = made.ID, catalog.Drafting, map[string]bool{who.AccountID: true}
			}
			return err
		case "save":
			t := x.Type
			t.Usage += "用"
			_, err = m.s.SaveDraft(ctx, tx, who, m.draft, v, t, "", why)
			m.worked(r, err, who, catalog.Drafting)
		case "submit":
			_, err = m.s.SubmitDraft(ctx, tx, who, m.draft, v, why)
			m.worked(r, err, who, catalog.Submitted)
		case "recall":
			_, err = m.s.RecallDraft(ctx, tx, who, m.draft, v, why)
			if err == nil {
				m.state = catalog.Drafting
			}
		case "discard":
			err = m.s.DiscardDraft(ctx, tx, who, m.draft, v, why)
		default:
			err = m.s.ReviewDraft(ctx, tx, who, m.draft, v, catalog.Verdict{Publish: op == "publish", Opinion: why})
			if err == nil && (m.state != catalog.Submitted || m.hands[who.AccountID] || !who.Has("digital")) {
				r.Fatalf("%s by %s went through in state %s", op, who.AccountID, m.state)
			}
			if err == nil {
				m.state = catalog.Returned
			}
		}
		if err == nil && late {
			r.Fatalf("%s on what has moved on went through", op)
		}
		return err
	})
	if err != nil && errs.Code(err) == "internal" {
		r.Fatalf("%s: %v", op, err)
	}
}

// worked notes a change of the draft by somebody of its unit.
func (m *typeModel) worked(r *rapid.T, err error, who *authn.Actor, state string) {
	if err != nil {
		return
	}
	if who.UnitID != m.unit || !who.Has("catalog") || m.state == catalog.Submitted {
		r.Fatalf("%s changed a draft in state %s", who.AccountID, m.state)
	}
	m.hands[who.AccountID] = true
	m.state = state
}

func (m *typeModel) check(r *rapid.T) {
	err := m.d.Read(context.Background(), func(q *db.Tx) error {
		ctx := context.Background()
		var drafts int
		if err := q.QueryRow(ctx, `SELECT count(*) FROM type_draft WHERE type_code = $1`, m.code).Scan(&drafts); err != nil {
			return err
		}
		if drafts > 1 {
			r.Fatalf("%d drafts", drafts)
		}
		rows, err := q.Query(ctx, `SELECT version, data FROM license_type WHERE type_code = $1`, m.code)
		if err != nil {
			return err
		}
		defer func() { _ = rows.Close() }()
		for rows.Next() {
			var n int
			var data string
			if err := rows.Scan(&n, &data); err != nil {
				return err
			}
			if was, ok := m.seen[n]; ok && was != data {
				r.Fatalf("version %d changed", n)
			}
			m.seen[n] = data
		}
		return rows.Err()
	})
	if err != nil {
		r.Fatal(err)
	}
}
