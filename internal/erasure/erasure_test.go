package erasure_test

import (
	"context"
	"encoding/json"
	"slices"
	"testing"
	"time"

	"github.com/yinxin-org/yinxin/internal/access"
	"github.com/yinxin-org/yinxin/internal/authn"
	"github.com/yinxin-org/yinxin/internal/change"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/demo"
	"github.com/yinxin-org/yinxin/internal/erasure"
	"github.com/yinxin-org/yinxin/internal/errs"
	"github.com/yinxin-org/yinxin/internal/evidence"
	"github.com/yinxin-org/yinxin/internal/holder"
	"github.com/yinxin-org/yinxin/internal/license"
	"github.com/yinxin-org/yinxin/internal/present"
	"github.com/yinxin-org/yinxin/internal/retention"
	"github.com/yinxin-org/yinxin/internal/share"
	"github.com/yinxin-org/yinxin/test/world"
	"github.com/yinxin-org/yinxin/verify"
)

// office is a world in which the father of a family, who has shown, shared and read licenses, asks to be erased.
type office struct {
	*world.World
	t              *testing.T
	admin, digital *authn.Actor
	person, spouse string // ids
	code           string
	card, marriage license.License
}

func newOffice(t *testing.T, w *world.World) *office {
	t.Helper()
	o := &office{World: w, t: t, admin: w.Actor(t, "admin"), digital: w.Actor(t, "digital"), person: w.HolderID(t, "father"), spouse: w.HolderID(t, "mother"),
		code: w.Cast(t, "father").Code}
	o.card, o.marriage = o.held(demo.IdentityCard), o.held(demo.MarriageCertificate)
	return o
}

// held is a license of the person of a type.
func (o *office) held(key string) license.License {
	o.t.Helper()
	var found []license.License
	o.Read(o.t, func(ctx context.Context, q *db.Tx) (err error) {
		found, err = o.Licenses.Held(ctx, q, o.person, o.TypeCode(o.t, key))
		return err
	})
	if len(found) == 0 {
		o.t.Fatalf("no %s", key)
	}
	return found[0]
}

// live has the person do what people do: something lands in many tables.
func (o *office) live() {
	o.t.Helper()
	ctx := o.t.Context()
	father := o.Actor(o.t, "father")
	if _, err := o.Shares.Make(ctx, father, o.card.ID, share.Terms{Receiver: "福州左海租赁（演示）有限公司", Purpose: "租房", Downloads: 1, Days: 3}); err != nil {
		o.t.Fatal(err)
	}
	for _, l := range []license.License{o.card, o.marriage} {
		p, err := o.Desk.Show(ctx, father, present.Showing{LicenseID: l.ID})
		if err != nil {
			o.t.Fatal(err)
		}
		if _, err := o.Desk.Check(ctx, nil, p.Code, "住店登记"); err != nil {
			o.t.Fatal(err)
		}
		if _, err := o.Door.Own(ctx, father, l.ID, access.Fields); err != nil {
			o.t.Fatal(err)
		}
	}
}

// end ends all that stands of the person, and lets the years go by.
func (o *office) end() {
	o.t.Helper()
	o.Write(o.t, func(ctx context.Context, tx *db.Tx) error {
		for _, s := range []string{
			`UPDATE license SET ended = 'cancelled' WHERE holder_id = $1 AND ended = ''`,
			`UPDATE case_file SET state = 'closed' WHERE holder_id = $1
				OR case_no IN (SELECT case_no FROM case_party WHERE party_holder_id = $1)`,
			`UPDATE fed_case SET closed_at = opened_at, outcome = 'approved' WHERE holder_id = $1`,
			`UPDATE appeal SET state = 'closed' WHERE holder_id = $1`,
			`UPDATE violation SET state = 'settled' WHERE holder_id = $1`,
			`UPDATE life_operation SET state = 'refused' WHERE holder_id = $1`,
			`UPDATE inspection_task SET finished_at = 1 WHERE holder_id = $1`,
		} {
			if _, err := tx.Exec(ctx, s, o.person); err != nil {
				return err
			}
		}
		return nil
	})
	o.Now.Move(time.Duration(erasure.Keep*366+1) * 24 * time.Hour)
}

// ask asks and approves.
func (o *office) approved() string {
	o.t.Helper()
	id, err := o.Erasures.Ask(o.t.Context(), o.admin, o.code, erasure.OnRequest, "榕数〔2036〕7号")
	if err != nil {
		o.t.Fatal(err)
	}
	if err := o.Erasures.Approve(o.t.Context(), o.digital, id); err != nil {
		o.t.Fatal(err)
	}
	return id
}

func (o *office) get(id string) (e erasure.Erasure) {
	o.t.Helper()
	o.Read(o.t, func(ctx context.Context, q *db.Tx) (err error) {
		e, err = o.Erasures.Get(ctx, q, id)
		return err
	})
	return e
}

func want(t *testing.T, what string, err error, code string) {
	t.Helper()
	if errs.Code(err) != code {
		t.Errorf("%s: %v, want %s", what, err, code)
	}
}

// What stands in the way is told with the day on which it falls away, and refuses; then two of two posts decide.
func TestDecision(t *testing.T) {
	t.Parallel()
	world.Each(t, func(t *testing.T, w *world.World) {
		o, ctx := newOffice(t, w), t.Context()
		o.live()
		s, err := o.Erasures.Look(ctx, o.admin, o.code)
		if err != nil || s.Counts["presentation"] != 2 || s.Counts["license_share"] != 1 || s.Licenses < 1 || s.Joint != 1 {
			t.Errorf("%+v, %v", s, err)
		}
		for _, kind := range []string{"license", "records", "retention"} {
			i := slices.IndexFunc(s.Obstacles, func(x erasure.Obstacle) bool { return x.Kind == kind })
			if i < 0 {
				t.Errorf("%s does not stand in the way: %+v", kind, s.Obstacles)
			} else if kind != "license" && !s.Obstacles[i].Until.Equal(w.Now.Now().AddDate(erasure.Keep, 0, 0)) {
				t.Errorf("%s until %s", kind, s.Obstacles[i].Until)
			}
		}
		_, err = o.Erasures.Ask(ctx, o.admin, o.code, erasure.OnRequest, "榕数〔2036〕7号")
		want(t, "too early", err, "erasure.blocked")
		_, err = o.Erasures.Look(ctx, w.Actor(t, "gl-scjg-clerk"), o.code)
		want(t, "a clerk", err, "denied")
		_, err = o.Erasures.Ask(ctx, o.admin, w.Cast(t, "food-firm").Code, erasure.Kept, "7")
		want(t, "a firm", err, "erasure.person")

		o.end()
		hold, err := o.Retention.Place(ctx, retention.Hold{Subject: retention.OfHolder, Value: o.person, PlacedBy: o.admin.AccountID, Ground: "榕检〔2036〕3号"})
		if err != nil {
			t.Fatal(err)
		}
		if s, err = o.Erasures.Look(ctx, o.digital, o.code); err != nil || len(s.Obstacles) != 1 || s.Obstacles[0].Kind != "hold" {
			t.Errorf("under a hold: %+v, %v", s.Obstacles, err)
		}
		if err := o.Retention.Lift(ctx, hold, o.admin.AccountID, "榕检〔2036〕4号"); err != nil {
			t.Fatal(err)
		}
		if s, err = o.Erasures.Look(ctx, o.digital, o.code); err != nil || len(s.Obstacles) != 0 {
			t.Fatalf("in the end %+v, %v", s.Obstacles, err)
		}
		o.holds()
		id, err := o.Erasures.Ask(ctx, o.admin, o.code, erasure.OnRequest, "榕数〔2036〕7号")
		if err != nil {
			t.Fatal(err)
		}
		_, err = o.Erasures.Ask(ctx, o.digital, o.code, erasure.OnRequest, "8")
		want(t, "twice", err, "erasure.open")
		want(t, "by the same", o.Erasures.Approve(ctx, o.admin, id), "erasure.second")
		another := *o.admin
		another.AccountID = db.NewID()
		want(t, "of the same post", o.Erasures.Approve(ctx, &another, id), "erasure.second")
		fresh := *o.digital
		fresh.AccountID = db.NewID()
		w.Write(t, func(ctx context.Context, tx *db.Tx) error {
			return w.Trail.Record(ctx, tx, change.Of(o.admin, "试验"), change.Entry{Subject: change.Account, SubjectID: fresh.AccountID, Action: "create"})
		})
		want(t, "by an account that was only just made", o.Erasures.Approve(ctx, &fresh, id), "authn.unsettled")
		want(t, "withdrawn by another", o.Erasures.Withdraw(ctx, o.digital, id), "denied")
		want(t, "refused without a word", o.Erasures.Refuse(ctx, o.digital, id, ""), "field.required")
		if err := o.Erasures.Refuse(ctx, o.digital, id, "还有疑问"); err != nil {
			t.Fatal(err)
		}
		if e := o.get(id); e.State != erasure.Refused || e.Answer != "还有疑问" || e.Ground != "榕数〔2036〕7号" {
			t.Errorf("%+v", e)
		}
		want(t, "approved after that", o.Erasures.Approve(ctx, o.digital, id), "erasure.step")

		// What comes to stand in the way after the approval halts it, and the person is found again.
		id = o.approved()
		if more, err := o.Erasures.Work(ctx, id); more || err != nil {
			t.Errorf("within the grace: %v, %v", more, err)
		}
		if _, err := o.Erasures.Look(ctx, o.admin, o.code); errs.Code(err) != "case.holder-unknown" {
			t.Errorf("still found: %v", err)
		}
		if _, err := o.Accounts.SignIn(ctx, "father", w.Passwords["father"]); err == nil {
			t.Error("the person signs in")
		}
		o.Write(t, func(ctx context.Context, tx *db.Tx) error {
			_, err := tx.Exec(ctx, `UPDATE license SET hold = 'disputed' WHERE holder_id = $1`, o.person)
			return err
		})
		w.Now.Move(erasure.Grace)
		if err := o.Erasures.Resume(ctx); err != nil {
			t.Fatal(err)
		}
		if e := o.get(id); e.State != erasure.Halted {
			t.Errorf("%+v", e)
		}
		if s, err := o.Erasures.Look(ctx, o.admin, o.code); err != nil || s.Obstacles[0].Kind != "hold" {
			t.Errorf("%+v, %v", s.Obstacles, err)
		}
		if _, err := o.Accounts.SignIn(ctx, "father", w.Passwords["father"]); err != nil {
			t.Errorf("the person does not sign in: %v", err)
		}
	})
}

// holds: whatever keeps records in the database keeps the person whose records they are.
func (o *office) holds() {
	o.t.Helper()
	var id, caseNo string
	o.Read(o.t, func(ctx context.Context, q *db.Tx) error {
		return q.QueryRow(ctx, `SELECT record_id FROM access_record WHERE holder_id = $1 ORDER BY record_id LIMIT 1`, o.person).Scan(&id)
	})
	month, err := db.MonthOfID(id)
	if err != nil {
		o.t.Fatal(err)
	}
	caseNo = "FZ-2026-HELD"
	o.Write(o.t, func(ctx context.Context, tx *db.Tx) error {
		_, err := tx.Exec(ctx, `UPDATE access_record SET case_no = $1 WHERE holder_id = $2 AND record_id = $3`, caseNo, o.person, id)
		return err
	})
	for _, c := range []struct {
		subject, value string
		keeps          int
	}{
		{retention.OfMonth, month.String(), 1}, {retention.OfMonth, (month + 1).String(), 0},
		{retention.OfCase, caseNo, 1}, {retention.OfCase, "FZ-2026-ANOTHER", 0}, {retention.OfHolder, o.spouse, 0},
	} {
		hold, err := o.Retention.Place(o.t.Context(), retention.Hold{Subject: c.subject, Value: c.value, PlacedBy: o.admin.AccountID, Ground: "榕检〔2036〕5号"})
		if err != nil {
			o.t.Fatal(err)
		}
		s, err := o.Erasures.Look(o.t.Context(), o.digital, o.code)
		if err != nil || len(s.Obstacles) != c.keeps || c.keeps > 0 && s.Obstacles[0].What != "榕检〔2036〕5号" {
			o.t.Errorf("under a hold on the %s %s: %+v, %v", c.subject, c.value, s.Obstacles, err)
		}
		if err := o.Retention.Lift(o.t.Context(), hold, o.admin.AccountID, "榕检〔2036〕6号"); err != nil {
			o.t.Fatal(err)
		}
	}
}

// What cannot be removed is told, and tried again the next time: it holds up nobody else's work.
func TestAStepThatFailsIsTriedAgain(t *testing.T) {
	t.Parallel()
	world.Each(t, func(t *testing.T, w *world.World) {
		o := newOffice(t, w)
		o.end()
		id := o.approved()
		w.Now.Move(erasure.Grace)
		broken := func(statement string, args ...any) {
			o.Write(t, func(ctx context.Context, tx *db.Tx) error {
				_, err := tx.Exec(ctx, statement, args...)
				return err
			})
		}
		broken(`
			INSERT INTO case_attachment (holder_id, case_no, attachment_id, seq, ground, name, media, size, file_ref, added_by, added_at)
			VALUES ($1, 'FZ-1', 'a', 1, 'plain', $2, 'image/png', 1, 'no place of a file', '', 0)`, o.person, []byte{})
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		if err := o.Erasures.Resume(ctx); err == nil || ctx.Err() != nil || o.get(id).State != erasure.Running {
			t.Fatalf("with a file that cannot be removed: %+v", o.get(id))
		}
		broken(`DELETE FROM case_attachment WHERE holder_id = $1 AND case_no = 'FZ-1'`, o.person)
		if err := o.Erasures.Resume(ctx); err != nil || o.get(id).State != erasure.Done {
			t.Fatalf("after that: %+v, %v", o.get(id), err)
		}
	})
}

// Killed after every step, and in the middle of one, an erasure goes on where it stopped, and does nothing twice.
func TestKilledAfterEveryStep(t *testing.T) {
	t.Parallel()
	world.Each(t, func(t *testing.T, w *world.World) {
		o, ctx := newOffice(t, w), t.Context()
		o.live()
		o.end()
		id := o.approved()
		w.Now.Move(erasure.Grace)
		steps, shares := 0, o.Count(t, `SELECT count(*) FROM share_event WHERE holder_id = $1`, o.person)
		for more := true; more; steps++ {
			// A transaction that does not commit is what a kill in the middle of a step leaves.
			broken, cancel := context.WithCancel(ctx)
			cancel()
			if _, err := o.Erasures.Work(broken, id); err == nil {
				t.Fatal("a broken step was done")
			}
			before := o.get(id)
			again := erasure.New(erasure.Options{DB: w.DB, Clock: w.Now, Trail: w.Trail, Accounts: w.Accounts, Holders: w.Holders, Licenses: w.Licenses, Book: w.Book,
				HandedIn: o.folder("attachments")})
			var err error
			if more, err = again.Work(ctx, id); err != nil {
				t.Fatal(err)
			}
			if after := o.get(id); after.RowVersion != before.RowVersion+1 {
				t.Fatalf("step %q became %q in %d steps", before.Step, after.Step, after.RowVersion-before.RowVersion)
			}
		}
		e := o.get(id)
		if e.State != erasure.Done || e.Masked != "" || e.Ground != "" || e.Counts["share_event"] != int64(shares) || shares == 0 || e.Counts["files"] < 2 {
			t.Errorf("after %d steps %+v", steps, e)
		}
		if more, err := o.Erasures.Work(ctx, id); more || err != nil || o.get(id).RowVersion != e.RowVersion {
			t.Errorf("it is done again: %v, %v", more, err)
		}
	})
}

// After an erasure the certificate, old receipts' proofs, the list of the person's records and the whole log verify; the spouse
// opens the joint license, on record.
func TestProofsVerifyAndTheSpouseReads(t *testing.T) {
	t.Parallel()
	world.Each(t, func(t *testing.T, w *world.World) {
		o, ctx := newOffice(t, w), t.Context()
		o.live()
		o.sequence()
		var leafID string
		o.Read(t, func(ctx context.Context, q *db.Tx) error {
			return q.QueryRow(ctx, `SELECT record_id FROM access_record WHERE holder_id = $1 ORDER BY record_id LIMIT 1`, o.person).Scan(&leafID)
		})
		receipt, err := w.Book.Receipt(ctx, o.person, leafID) // as the person has kept it
		if err != nil {
			t.Fatal(err)
		}
		o.end()
		id := o.approved()
		w.Now.Move(erasure.Grace)
		if err := w.Erasures.Resume(ctx); err != nil {
			t.Fatal(err)
		}
		o.sequence()

		r, p, err := w.Erasures.Certificate(ctx, id)
		if err != nil {
			t.Fatal(err)
		}
		if report := verify.Log(w.Book.Pub(), encoded(t, r), encoded(t, p)); report.Verdict != verify.LogValid {
			t.Errorf("certificate: %+v", report)
		}
		var said struct {
			Action, ErasureID string
			Counts            map[string]int64
		}
		if err := json.Unmarshal(r.Body, &said); err != nil || said.Action != "done" || said.ErasureID != id || said.Counts["license_key"] < 2 {
			t.Errorf("certificate says %s", r.Body)
		}
		r.Body = slices.Concat(r.Body[:len(r.Body)-1], []byte(`,"x":1}`))
		if report := verify.Log(w.Book.Pub(), encoded(t, r), encoded(t, p)); report.Verdict == verify.LogValid {
			t.Error("a changed certificate verifies")
		}
		_, err = w.Book.Receipt(ctx, o.person, leafID)
		want(t, "the receipt", err, "evidence.erased")
		if p, err = w.Book.Proof(ctx, leafID); err != nil {
			t.Fatal(err)
		}
		if report := verify.Log(w.Book.Pub(), encoded(t, receipt), encoded(t, p)); report.Verdict != verify.LogValid {
			t.Errorf("the person's own copy of a receipt: %+v", report)
		}
		whole, err := w.Book.Whole(ctx, evidence.Holder, o.person, 0)
		if err != nil {
			t.Fatal(err)
		}
		if report := verify.Whole(w.Book.Pub(), encoded(t, whole), verify.WholeOptions{}); report.Verdict != verify.LogValid || len(whole.Leaves) < 4 {
			t.Errorf("the person's list: %+v", report)
		}
		if n, err := w.Book.Check(ctx); err != nil || n == 0 {
			t.Errorf("the log: %d, %v", n, err)
		}

		reading, err := w.Door.Own(ctx, w.Actor(t, "mother"), o.marriage.ID, access.Fields)
		if err != nil || len(reading.Fields) == 0 || reading.RecordNo == "" {
			t.Errorf("the spouse reads %d fields: %v", len(reading.Fields), err)
		}
		if _, err := w.Door.Own(ctx, w.Actor(t, "mother"), o.marriage.ID, access.File); err != nil {
			t.Errorf("the spouse opens the file: %v", err)
		}
		o.Read(t, func(ctx context.Context, q *db.Tx) error {
			_, err := w.Door.Uses(ctx, q, o.spouse, access.UseFilter{Limit: 100})
			return err
		})
		// Who comes with the code again is somebody new.
		o.Write(t, func(ctx context.Context, tx *db.Tx) error {
			c := w.Cast(t, "father")
			again, err := w.Holders.Put(ctx, tx, holder.Profile{Name: c.Name, Code: holder.Code(c.Code), CodeType: holder.CodeCitizen})
			if again == o.person {
				t.Error("the code leads to who was erased")
			}
			return err
		})
	})
}

func (o *office) sequence() {
	o.t.Helper()
	for {
		n, err := o.Book.Sequence(o.t.Context())
		if err != nil {
			o.t.Fatal(err)
		}
		if n == 0 {
			return
		}
	}
}

func encoded(t *testing.T, v any) []byte {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return b
}
