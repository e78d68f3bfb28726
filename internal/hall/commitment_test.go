package hall_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/yinxin-org/yinxin/internal/authn"
	"github.com/yinxin-org/yinxin/internal/casefile"
	"github.com/yinxin-org/yinxin/internal/clock"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/demo"
	"github.com/yinxin-org/yinxin/internal/hall"
	"github.com/yinxin-org/yinxin/internal/license"
	"github.com/yinxin-org/yinxin/internal/matter"
	"github.com/yinxin-org/yinxin/internal/task"
	"github.com/yinxin-org/yinxin/test/world"
)

var atCounter = hall.Promise{Kind: casefile.Later, Days: 5, Counter: true}

func (o *office) offer(no string, p hall.Promise) error {
	o.t.Helper()
	return o.Hall.Offer(context.Background(), o.clerk, no, 2, o.version(no), p)
}

func (o *office) mustOffer(no string, p hall.Promise) {
	o.t.Helper()
	if err := o.offer(no, p); err != nil {
		o.t.Fatal(err)
	}
}

func (o *office) fetchLate() {
	o.t.Helper()
	if err := o.Hall.FetchLate(context.Background()); err != nil {
		o.t.Fatal(err)
	}
}

// promise is the commitment of a food case's identity card.
func (o *office) promise(no string) casefile.Commitment {
	o.t.Helper()
	v := o.look(o.clerk, no)
	if len(v.Promises) != 1 {
		o.t.Fatalf("%d commitments", len(v.Promises))
	}
	return v.Promises[0]
}

func (o *office) tasks(k task.Kind) []task.Task {
	o.t.Helper()
	var found []task.Task
	o.Read(o.t, func(ctx context.Context, q *db.Tx) error {
		var err error
		found, err = o.Tasks.About(ctx, q, k, "")
		return err
	})
	return found
}

// told are the kinds of notices that 榕印小吃 has, the newest first.
func (o *office) told() []string {
	o.t.Helper()
	var out []string
	o.Read(o.t, func(ctx context.Context, q *db.Tx) error {
		list, _, err := o.Notices.List(ctx, q, o.HolderID(o.t, "food-firm"), 20, 0)
		for _, n := range list {
			out = append(out, string(n.Kind))
		}
		return err
	})
	return out
}

func (o *office) committedUses() int {
	o.t.Helper()
	return o.Count(o.t, `SELECT count(*) FROM access_record WHERE ground = 'commitment' AND result = 'given'`)
}

// 容缺受理: the source is taken down in mid-case; the case goes on by commitment and is decided, made and closed; when
// the source returns the license is fetched by itself, once, and agrees.
func TestCommitmentOutlastsADownSource(t *testing.T) {
	t.Parallel()
	world.Each(t, func(t *testing.T, w *world.World) {
		o := newOffice(t, w)
		r := o.withRegister()
		r.set("", true)
		no := o.open(o.request("outlast"))
		o.mustOffer(no, atCounter)
		if m := o.cardOf(no); m.Status != casefile.Promised || m.Reason != "material.source-down" {
			t.Errorf("%+v", m)
		}
		x := o.promise(no)
		if x.State != casefile.CommitWaiting || x.RecordNo == "" || x.SignedBy != "" || !x.SignedAt.Equal(world.Start) {
			t.Errorf("%+v", x)
		}
		if n := o.Count(t, `SELECT count(*) FROM log_leaf WHERE kind = 'commitment'`); n != 1 {
			t.Errorf("%d leaves", n)
		}
		o.fill(no)
		o.SetID(no, o.Cast(t, "food-firm").Representative)
		o.submit(no)
		o.take(no)
		result := o.approve(no)
		if _, err := o.Hall.Review(t.Context(), o.reviewer, result.ID, true, ""); err != nil {
			t.Fatal(err)
		}
		o.fetchLate()
		if o.committedUses() != 0 || o.promise(no).State != casefile.CommitWaiting {
			t.Error("something was fetched from a source that is down")
		}
		r.set(license.Valid, false)
		o.Now.Move(time.Minute)
		o.fetchLate()
		o.Now.Move(time.Minute)
		o.fetchLate()
		v := o.look(o.clerk, no)
		if m := v.Materials[1]; m.Status != casefile.Lent || m.RecordNo == "" || m.GrantID == "" || v.Case.State != casefile.StateClosed {
			t.Errorf("%+v, case %s", m, v.Case.State)
		}
		if x = o.promise(no); x.State != casefile.CommitKept || len(x.Differs) != 0 || x.SettledAt.IsZero() {
			t.Errorf("%+v", x)
		}
		if n := o.committedUses(); n != 1 {
			t.Errorf("%d uses on the ground of the commitment", n)
		}
		if got := o.told(); !slices.Contains(got, "commitment-kept") || slices.Contains(got, "commitment-contradicted") {
			t.Errorf("told %v", got)
		}
		if n := o.Count(t, `SELECT count(*) FROM late_license`); n != 0 {
			t.Errorf("%d licenses are still awaited", n)
		}
	})
}

// SetID writes the representative's number into the form of a food case, where no license filled it.
func (o *office) SetID(no, number string) {
	o.t.Helper()
	if err := o.Hall.SetForm(context.Background(), o.clerk, no, o.version(no), map[string]string{"idNumber": number}); err != nil {
		o.t.Fatal(err)
	}
}

// 告知承诺: what comes says otherwise than the applicant did; the unit gets the work of it, and ends it with its word.
func TestContradictedCommitment(t *testing.T) {
	t.Parallel()
	world.Each(t, func(t *testing.T, w *world.World) {
		o := newOffice(t, w)
		r := o.withRegister()
		r.set("", true)
		no := o.open(o.request("contradicted"))
		o.mustOffer(no, hall.Promise{Kind: casefile.Pledge, Days: 3, Counter: true})
		o.fill(no)
		o.submit(no)
		r.set(license.Valid, false)
		o.fetchLate()
		x := o.promise(no)
		if x.State != casefile.CommitContradicted || !slices.Equal(x.Differs, []string{"idNumber"}) {
			t.Errorf("%+v", x)
		}
		if v := o.look(o.clerk, no); v.Case.Form["idNumber"].Text != "演示内容" {
			t.Error("what was declared is overwritten by what came")
		}
		work := o.tasks(task.PromiseBroken)
		if len(work) != 1 || work[0].UnitID != o.clerk.UnitID || work[0].Role != authn.RoleApprover || work[0].Detail["caseNo"] != no {
			t.Fatalf("%+v", work)
		}
		wantCode(t, "without a word", o.Hall.Acknowledge(t.Context(), o.approver, no, 2, " "), "case.opinion-required")
		wantCode(t, "of another unit", o.Hall.Acknowledge(t.Context(), o.Actor(t, "tj-scjg-clerk"), no, 2, "已核实"), "case.unknown")
		if err := o.Hall.Acknowledge(t.Context(), o.approver, no, 2, "已通知申请人更正"); err != nil {
			t.Fatal(err)
		}
		if len(o.tasks(task.PromiseBroken)) != 0 {
			t.Error("the work is still there")
		}
	})
}

func TestOverdueCommitment(t *testing.T) {
	t.Parallel()
	world.Each(t, func(t *testing.T, w *world.World) {
		o := newOffice(t, w)
		r := o.withRegister()
		r.set("", true)
		no := o.open(o.request("overdue"))
		o.mustOffer(no, hall.Promise{Kind: casefile.Later, Days: 1, Counter: true})
		wantCode(t, "acknowledged too early", o.Hall.Acknowledge(t.Context(), o.clerk, no, 2, "好"), "case.commitment-quiet")
		for range 3 {
			o.Now.Move(48 * time.Hour)
			o.fetchLate()
		}
		if work := o.tasks(task.PromiseLate); len(work) != 1 || work[0].Role != authn.RoleClerk {
			t.Fatalf("%+v", work)
		}
		if got := o.told(); !slices.Equal(got, []string{"commitment-overdue"}) {
			t.Errorf("told %v", got)
		}
		r.set(license.Valid, false)
		o.Now.Move(time.Hour)
		o.fetchLate()
		if x := o.promise(no); x.State != casefile.CommitKept || len(o.tasks(task.PromiseLate)) != 0 {
			t.Errorf("it came late: %+v", x)
		}
	})
}

// The applicant signs in their own account what they have read, once.
func TestCommitmentSignedOnline(t *testing.T) {
	t.Parallel()
	world.Each(t, func(t *testing.T, w *world.World) {
		o := newOffice(t, w)
		o.withRegister().set("", true)
		no := o.open(o.request("online"))
		o.mustOffer(no, hall.Promise{Kind: casefile.Pledge, Days: 5})
		x := o.promise(no)
		if x.State != casefile.CommitOffered || o.cardOf(no).Status != casefile.Down {
			t.Errorf("%+v", x)
		}
		firm := o.Actor(t, "food-firm")
		digest := hall.TextDigest(x.Text)
		for _, c := range []struct {
			name   string
			who    *authn.Actor
			no     string
			seq    int
			digest string
			code   string
		}{
			{"another holder", o.Actor(t, "tea-firm"), no, 2, digest, "case.unknown"},
			{"other words", firm, no, 2, hall.TextDigest("x"), "conflict"},
			{"another material", firm, no, 1, digest, "case.commitment-unknown"},
			{"another case", firm, "350102202603020", 2, digest, "case.unknown"},
			{"an agent without the power", &authn.Actor{HolderID: firm.HolderID, Acting: &authn.Acting{Powers: []string{authn.PowerRead}}}, no, 2, digest, "denied"},
		} {
			wantCode(t, c.name, o.Hall.SignPromise(t.Context(), c.who, c.no, c.seq, c.digest), c.code)
		}
		if err := o.Hall.SignPromise(t.Context(), firm, no, 2, digest); err != nil {
			t.Fatal(err)
		}
		wantCode(t, "again", o.Hall.SignPromise(t.Context(), firm, no, 2, digest), "case.commitment-signed")
		if x = o.promise(no); x.SignedBy != firm.AccountID || x.State != casefile.CommitWaiting || o.cardOf(no).Status != casefile.Promised {
			t.Errorf("%+v", x)
		}
		if got, err := o.Hall.Promises(t.Context(), firm); err != nil || len(got) != 1 || got[0].Text != x.Text {
			t.Errorf("%+v, %v", got, err)
		}
	})
}

func TestCommitmentRules(t *testing.T) {
	t.Parallel()
	world.Each(t, func(t *testing.T, w *world.World) {
		o := newOffice(t, w)
		r := o.withRegister()
		no := o.open(o.request("rules"))
		wantCode(t, "for a license that was had", o.offer(no, atCounter), "case.commitment-not-needed")
		r.set(license.Lost, false)
		lost := o.open(o.request("rules-lost"))
		wantCode(t, "for a license reported lost", o.offer(lost, atCounter), "case.commitment-not-needed")
		r.set("", true)
		no = o.open(o.request("rules-down"))
		for name, p := range map[string]hall.Promise{"no days": {Kind: casefile.Later}, "too many days": {Kind: casefile.Later, Days: 31}} {
			wantCode(t, name, o.offer(no, p), "case.commitment-days")
		}
		wantCode(t, "of a strange kind", o.offer(no, hall.Promise{Kind: "oath", Days: 1}), "field.option")
		wantCode(t, "with an old version", o.Hall.Offer(t.Context(), o.clerk, no, 2, 99, atCounter), "conflict")
		wantCode(t, "by somebody else", o.Hall.Offer(t.Context(), o.approver, no, 2, o.version(no), atCounter), "case.not-assigned")
		wantCode(t, "by another unit", o.Hall.Offer(t.Context(), o.Actor(t, "tj-scjg-clerk"), no, 2, 1, atCounter), "case.unknown")
		wantCode(t, "for a material that is not there", o.Hall.Offer(t.Context(), o.clerk, no, 9, o.version(no), atCounter), "case.material-unknown")
		text, due, err := o.Hall.DraftPromise(t.Context(), o.clerk, no, 2, hall.Promise{Kind: casefile.Later, Days: 1})
		if err != nil || text == "" || !due.Equal(time.Date(2026, 3, 4, 0, 0, 0, 0, clock.Shanghai)) {
			t.Errorf("%q until %s: %v", text, due, err)
		}
		o.mustOffer(no, atCounter)
		wantCode(t, "again", o.offer(no, atCounter), "case.commitment-not-needed")
		// Paper instead ends it: nothing is fetched any more.
		if err := o.Hall.Paper(t.Context(), o.clerk, no, 2, hall.PaperUnreachable, "申请人补交了原件"); err != nil {
			t.Fatal(err)
		}
		r.set(license.Valid, false)
		o.Now.Move(time.Hour)
		o.fetchLate()
		if x := o.promise(no); x.State != casefile.CommitHanded || o.committedUses() != 0 || o.cardOf(no).Status != casefile.Paper {
			t.Errorf("%+v", x)
		}
	})
}

// 催办: once a day, to whoever is responsible; answered by itself when the license can be had.
func TestChase(t *testing.T) {
	t.Parallel()
	world.Each(t, func(t *testing.T, w *world.World) {
		o := newOffice(t, w)
		r := o.withRegister()
		r.set("", true)
		no := o.open(o.request("chase"))
		ctx := t.Context()
		wantCode(t, "for what was had", o.Hall.Chase(ctx, o.clerk, no, 1), "case.chase-nobody")
		wantCode(t, "by another unit", o.Hall.Chase(ctx, o.Actor(t, "tj-scjg-clerk"), no, 2), "case.unknown")
		if err := o.Hall.Chase(ctx, o.clerk, no, 2); err != nil {
			t.Fatal(err)
		}
		wantCode(t, "twice a day", o.Hall.Chase(ctx, o.clerk, no, 2), "case.chased-today")
		work := o.tasks(task.ChaseLicense)
		if len(work) != 1 || work[0].Role != authn.RoleDigital || work[0].UnitID != "" || work[0].Detail["reason"] != "material.source-down" {
			t.Fatalf("%+v", work)
		}
		o.Now.Move(24 * time.Hour)
		o.fetchLate()
		if err := o.Hall.Chase(ctx, o.clerk, no, 2); err != nil {
			t.Fatal(err)
		}
		r.set(license.Valid, false)
		o.Now.Move(time.Hour)
		o.fetchLate()
		v := o.look(o.clerk, no)
		if len(v.Chases) != 2 || v.Chases[0].AnsweredAt.IsZero() || v.Chases[1].AnsweredAt.IsZero() || len(o.tasks(task.ChaseLicense)) != 0 {
			t.Errorf("%+v", v.Chases)
		}
		if m := v.Materials[1]; m.Status != casefile.Lent {
			t.Errorf("%+v", m)
		}
	})
}

// A license that does not exist is chased at the unit that issues its type nearby; one that is being made, at its maker.
func TestChaseFindsWhoIsResponsible(t *testing.T) {
	t.Parallel()
	world.Each(t, func(t *testing.T, w *world.World) {
		o := newOffice(t, w)
		no := o.open(hall.Request{MatterCode: foodMatter, Key: "nobody", Parties: map[matter.Party]hall.Person{
			matter.Applicant: {Code: o.Cast(t, "tea-firm").Code}, matter.Representative: {Code: "350199198001010010", Name: "黄试验"}}})
		if m := o.cardOf(no); m.Status != casefile.Missing || m.Reason != "material.missing" {
			t.Fatalf("%+v", m)
		}
		if err := o.Hall.Chase(t.Context(), o.clerk, no, 2); err != nil {
			t.Fatal(err)
		}
		work := o.tasks(task.ChaseLicense)
		if len(work) != 1 || work[0].Role != authn.RoleCatalog || work[0].Detail["typeCode"] != o.TypeCode(t, demo.IdentityCard) || work[0].UnitID == "" {
			t.Errorf("%+v", work)
		}
	})
}

// 改派: to a colleague who can, with its reason; whoever accepted the case never decides it.
func TestReassign(t *testing.T) {
	t.Parallel()
	world.Each(t, func(t *testing.T, w *world.World) {
		o := newOffice(t, w)
		ctx := t.Context()
		second, err := o.Accounts.Create(ctx, authn.Account{Login: "second", Password: "kxQv-82jd-PLwm", Name: "乙某", Kind: authn.KindStaff,
			UnitID: o.clerk.UnitID, Roles: []string{authn.RoleClerk, authn.RoleApprover}})
		if err != nil {
			t.Fatal(err)
		}
		no := o.open(o.request("reassign"))
		to := func(who *authn.Actor, account, reason string) error {
			return o.Hall.Reassign(ctx, who, no, o.version(no), account, reason)
		}
		wantCode(t, "without a reason", to(o.clerk, second, ""), "case.opinion-required")
		wantCode(t, "to oneself", to(o.clerk, o.clerk.AccountID, "忙"), "case.reassign-same")
		wantCode(t, "to one who cannot", to(o.clerk, o.reviewer.AccountID, "忙"), "case.reassign-unable")
		wantCode(t, "to another unit", to(o.clerk, o.Actor(t, "tj-scjg-clerk").AccountID, "忙"), "case.reassign-unable")
		wantCode(t, "by another unit", to(o.Actor(t, "tj-scjg-clerk"), second, "忙"), "case.unknown")
		wantCode(t, "by one who does not handle it", to(o.reviewer, second, "忙"), "case.not-assigned")
		wantCode(t, "with an old version", o.Hall.Reassign(ctx, o.clerk, no, 99, second, "忙"), "conflict")
		able, err := o.Hall.Colleagues(ctx, o.clerk, no)
		if err != nil || !slices.ContainsFunc(able, func(x authn.Standing) bool { return x.ID == second }) {
			t.Errorf("%+v, %v", able, err)
		}
		if err := to(o.clerk, second, "调休"); err != nil {
			t.Fatal(err)
		}
		_, _, err = o.Hall.Read(ctx, o.clerk, no, 1, 0)
		wantCode(t, "the former clerk reads", err, "access.case.clerk")
		if err := to(o.approver, o.clerk.AccountID, "已回"); err != nil { // an approver, for one who is away
			t.Fatal(err)
		}
		o.fill(no)
		o.submit(no)
		o.take(no)
		// The second clerk only held the case; whoever opened or submitted it is out.
		wantCode(t, "to who accepted it", to(o.approver, o.clerk.AccountID, "忙"), "case.reassign-unable")
		if err := to(o.approver, second, "忙"); err != nil {
			t.Fatal(err)
		}
		course := o.course(no)
		if n := len(slices.DeleteFunc(course, func(s string) bool { return s != "reassign" })); n != 3 {
			t.Errorf("%d reassignments on record", n)
		}
	})
}

// Whatever happens in whatever order: a material rests on a commitment exactly while one waits, and each commitment gives
// at most one fetching.
func TestCommitmentStates(t *testing.T) {
	t.Parallel()
	o := newOffice(t, world.New(t))
	r := o.withRegister()
	firm := o.Actor(t, "food-firm")
	ctx := context.Background()
	rapid.Check(t, func(rt *rapid.T) {
		r.set("", true)
		o.Now.Move(time.Hour)
		no := o.open(o.request(""))
		try := map[string]func(){
			"offer": func() {
				_ = o.offer(no, hall.Promise{Kind: casefile.Later, Days: 1 + rapid.IntRange(0, 2).Draw(rt, "days")})
			},
			"at desk": func() { _ = o.offer(no, atCounter) },
			"sign": func() {
				for _, x := range o.look(o.clerk, no).Promises {
					_ = o.Hall.SignPromise(ctx, firm, no, 2, hall.TextDigest(x.Text))
				}
			},
			"paper": func() { _ = o.Hall.Paper(ctx, o.clerk, no, 2, hall.PaperUnreachable, "补交") },
			"down":  func() { r.set("", true) },
			"up":    func() { r.set(license.Valid, false) },
			"fetch": func() { o.fetchLate() },
			"wait":  func() { o.Now.Move(30 * time.Hour) },
		}
		before := o.committedUses()
		for _, name := range rapid.SliceOfN(rapid.SampledFrom([]string{"offer", "at desk", "sign", "paper", "down", "up", "fetch", "wait"}), 1, 8).Draw(rt, "steps") {
			try[name]()
			v := o.look(o.clerk, no)
			waits := len(v.Promises) == 1 && v.Promises[0].State == casefile.CommitWaiting
			if got := v.Materials[1].Status == casefile.Promised; got != waits {
				rt.Fatalf("after %s: the material is %s, the commitments %+v", name, v.Materials[1].Status, v.Promises)
			}
			if waits && v.Promises[0].RecordNo == "" {
				rt.Fatal("a commitment waits without its record")
			}
		}
		r.set(license.Valid, false)
		o.Now.Move(time.Hour)
		o.fetchLate()
		if n := o.committedUses() - before; n > 1 {
			rt.Fatalf("%d fetchings by one commitment", n)
		}
	})
}
