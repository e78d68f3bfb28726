package hall_test

import (
	"bytes"
	"context"
	"slices"
	"testing"

	"github.com/yinxin-org/yinxin/internal/access"
	"github.com/yinxin-org/yinxin/internal/authn"
	"github.com/yinxin-org/yinxin/internal/casefile"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/errs"
	"github.com/yinxin-org/yinxin/internal/hall"
	"github.com/yinxin-org/yinxin/internal/matter"
	"github.com/yinxin-org/yinxin/internal/notice"
	"github.com/yinxin-org/yinxin/internal/upload"
	"github.com/yinxin-org/yinxin/test/world"
)

// home is a holder who applies from home.
type home struct {
	*office
	me *authn.Actor
}

func newHome(t *testing.T, w *world.World, cast string) *home {
	t.Helper()
	return &home{office: newOffice(t, w), me: w.Actor(t, cast)}
}

// apply begins 榕印小吃's application for a food permit.
func (h *home) apply(key string) string {
	h.t.Helper()
	owner := h.Cast(h.t, "owner")
	no, err := h.Hall.Apply(context.Background(), h.me, hall.Application{MatterCode: foodMatter, Key: key,
		Parties: map[matter.Party]hall.Person{matter.Representative: {Code: owner.Code, Name: owner.Name}}})
	if err != nil {
		h.t.Fatal(err)
	}
	return no
}

func (h *home) view(no string) hall.ApplicationView {
	h.t.Helper()
	v, err := h.Hall.Application(context.Background(), h.me, no)
	if err != nil {
		h.t.Fatal(err)
	}
	return v
}

func (h *home) outlook(no string) []string {
	h.t.Helper()
	var out []string
	for _, m := range h.view(no).Materials {
		out = append(out, m.Status)
	}
	return out
}

// write fills in what is the applicant's to fill in.
func (h *home) write(no string) {
	h.t.Helper()
	v := h.view(no)
	values := map[string]string{}
	for _, f := range v.Matter.Form {
		if v.Case.Form[f.Name].Text == "" && !hall.Pending(v.Materials)[hall.FilledBy(f)] {
			values[f.Name] = example(f)
		}
	}
	if err := h.Hall.SaveForm(context.Background(), h.me, no, v.Case.RowVersion, values); err != nil {
		h.t.Fatal(err)
	}
}

func example(f matter.FormField) string {
	switch {
	case len(f.Options) > 0:
		return f.Options[0]
	case f.Type == "date":
		return "2026-02-20"
	case f.Type == "number":
		return "40"
	default:
		return "演示内容"
	}
}

var pdf = []byte("%PDF-1.7\n演示")

func (h *home) attach(no string, seq int) {
	h.t.Helper()
	if _, err := h.Hall.Attach(context.Background(), h.me, no, seq, upload.File{Name: "平面图.pdf", Data: pdf}); err != nil {
		h.t.Fatal(err)
	}
}

func (h *home) handIn(no string) {
	h.t.Helper()
	if err := h.Hall.HandIn(context.Background(), h.me, no, h.view(no).Case.RowVersion); err != nil {
		h.t.Fatal(err)
	}
}

// handedIn brings an application to its unit.
func (h *home) handedIn(key string) string {
	h.t.Helper()
	no := h.apply(key)
	h.write(no)
	h.attach(no, 3)
	h.attach(no, 4)
	h.handIn(no)
	return no
}

func (h *home) accept(no string) {
	h.t.Helper()
	if err := h.Hall.Take(context.Background(), h.clerk, no, h.version(no)); err != nil {
		h.t.Fatal(err)
	}
}

func (h *home) notices() []notice.Kind {
	h.t.Helper()
	var kinds []notice.Kind
	h.Read(h.t, func(ctx context.Context, q *db.Tx) error {
		found, _, err := h.Notices.List(ctx, q, h.me.HolderID, 100, 0)
		for _, n := range found {
			kinds = append(kinds, n.Kind)
		}
		return err
	})
	slices.Reverse(kinds)
	return kinds
}

// CASE-1: the form is filled from the applicant's own licenses, each read once and recorded; what others hold is not told.
func TestAnApplicationFillsItself(t *testing.T) {
	t.Parallel()
	world.Each(t, func(t *testing.T, w *world.World) {
		h := newHome(t, w, "food-firm")
		no := h.apply("k-apply-1")
		if again := h.apply("k-apply-1"); again != no {
			t.Errorf("the same key gave %s and %s", no, again)
		}
		v := h.view(no)
		firm := w.Cast(t, "food-firm")
		if got := v.Case.Form["name"]; got.Text != firm.Name || got.Seq != 1 {
			t.Errorf("the name is %+v", got)
		}
		if got := v.Case.Form["idNumber"].Text; got != "" {
			t.Error("the representative's number was told to the applicant")
		}
		if got, want := h.outlook(no), []string{casefile.Ready, casefile.OfParty, casefile.Plain, casefile.Plain}; !slices.Equal(got, want) {
			t.Errorf("materials %v, want %v", got, want)
		}
		own := w.Count(t, `SELECT count(*) FROM access_record WHERE holder_id = $1 AND ground = $2`, h.me.HolderID, string(access.Self))
		if own != 1 {
			t.Errorf("%d readings of own licenses, want 1", own)
		}
		if n := w.Count(t, `SELECT count(*) FROM unit_case WHERE case_no = $1`, no); n != 0 {
			t.Error("the unit sees what its applicant still fills in")
		}
		if v.Case.Stage != casefile.StageDraft || !v.Case.DueAt.IsZero() {
			t.Errorf("stage %s, due %v", v.Case.Stage, v.Case.DueAt)
		}
	})
}

func TestWhatAnApplicantMayWrite(t *testing.T) {
	t.Parallel()
	world.Each(t, func(t *testing.T, w *world.World) {
		ctx := context.Background()
		h := newHome(t, w, "food-firm")
		no := h.apply("")
		save := func(values map[string]string) error {
			return h.Hall.SaveForm(ctx, h.me, no, h.view(no).Case.RowVersion, values)
		}
		wantCode(t, "what a license says", save(map[string]string{"name": "别的公司"}), "case.form-locked")
		wantCode(t, "what a license will say", save(map[string]string{"idNumber": "350199198805120022"}), "case.form-locked")
		wantCode(t, "a field that is not", save(map[string]string{"nothing": "x"}), "case.form-unknown")
		wantCode(t, "not of the list", save(map[string]string{"kind": "小卖部"}), "field.option")
		wantCode(t, "too early", h.Hall.HandIn(ctx, h.me, no, h.view(no).Case.RowVersion), "case.incomplete")
		if err := save(map[string]string{"items": "热食类", "place": "鼓楼区榕印路1号"}); err != nil {
			t.Error(err)
		}
		wantCode(t, "an old version", h.Hall.SaveForm(ctx, h.me, no, 1, map[string]string{"items": "x"}), "conflict")

		attach := func(seq int, data []byte) error {
			_, err := h.Hall.Attach(ctx, h.me, no, seq, upload.File{Name: "x.exe", Data: data})
			return err
		}
		wantCode(t, "a license that is there", attach(1, pdf), "attachment.not-needed")
		wantCode(t, "another party's license", attach(2, pdf), "attachment.not-needed")
		wantCode(t, "no material", attach(9, pdf), "case.material-unknown")
		wantCode(t, "nothing", attach(3, nil), "field.required")
		wantCode(t, "a program", attach(3, []byte("MZ\x90")), "attachment.kind")
		wantCode(t, "too large", attach(3, append(slices.Clone(pdf), make([]byte, upload.Max)...)), "attachment.too-large")

		stranger := w.Actor(t, "tea-firm")
		_, err := h.Hall.Application(ctx, stranger, no)
		wantCode(t, "a stranger reads", err, "application.unknown")
		wantCode(t, "a stranger writes", h.Hall.SaveForm(ctx, stranger, no, h.view(no).Case.RowVersion, nil), "application.unknown")
		agent := *h.me
		agent.Acting = &authn.Acting{Powers: []string{authn.PowerShow}}
		wantCode(t, "an agent without the power", h.Hall.SaveForm(ctx, &agent, no, h.view(no).Case.RowVersion, nil), "application.no-power")
		_, err = h.Hall.Apply(ctx, w.Actor(t, "mother"), hall.Application{MatterCode: foodMatter})
		wantCode(t, "a person for a firm's matter", err, "case.party-kind")
		_, err = h.Hall.Apply(ctx, h.me, hall.Application{MatterCode: foodMatter})
		wantCode(t, "without the representative", err, "case.party-required")
	})
}

// Files are kept as ciphertext, given back to their sender, and shown to whoever handles the case alone.
func TestAttachments(t *testing.T) {
	t.Parallel()
	world.Each(t, func(t *testing.T, w *world.World) {
		ctx := context.Background()
		h := newHome(t, w, "food-firm")
		no := h.apply("")
		h.write(no)
		h.attach(no, 3)
		h.attach(no, 3)
		files := h.view(no).Attachments
		if len(files) != 2 || files[0].Name != "平面图.pdf" || files[0].Media != upload.PDF || files[0].Ground != casefile.GroundPlain {
			t.Fatalf("%+v", files)
		}
		a, data, err := h.Hall.OwnAttachment(ctx, h.me, no, files[0].ID)
		if err != nil || !bytes.Equal(data, pdf) || a.Seq != 3 {
			t.Errorf("%v %q", err, data)
		}
		if err := h.Hall.Detach(ctx, h.me, no, files[0].ID); err != nil {
			t.Fatal(err)
		}
		wantCode(t, "taken off twice", h.Hall.Detach(ctx, h.me, no, files[0].ID), "attachment.unknown")
		if got := h.outlook(no)[2]; got != casefile.Attached {
			t.Errorf("with a file left: %s", got)
		}
		h.attach(no, 4)
		h.handIn(no)
		wantCode(t, "after handing in", h.Hall.Detach(ctx, h.me, no, files[1].ID), "application.handed-in")
		_, _, err = h.Hall.CaseAttachment(ctx, h.clerk, no, files[1].ID)
		wantCode(t, "before it is taken", err, "case.not-assigned")
		h.accept(no)
		if _, data, err = h.Hall.CaseAttachment(ctx, h.clerk, no, files[1].ID); err != nil || !bytes.Equal(data, pdf) {
			t.Errorf("the clerk: %v", err)
		}
		_, _, err = h.Hall.CaseAttachment(ctx, w.Actor(t, "tj-scjg-clerk"), no, files[1].ID)
		wantCode(t, "another unit", err, "case.unknown")
		_, _, err = h.Hall.OwnAttachment(ctx, w.Actor(t, "tea-firm"), no, files[1].ID)
		wantCode(t, "a stranger", err, "application.unknown")
	})
}

// The whole loop: handed in, taken, fetched by itself, corrected, decided, and the license there to be used again.
func TestFromHomeToTheLicense(t *testing.T) {
	t.Parallel()
	world.Each(t, func(t *testing.T, w *world.World) {
		ctx := context.Background()
		h := newHome(t, w, "food-firm")
		no := h.handedIn("k-loop-01")
		wantCode(t, "handed in twice", h.Hall.HandIn(ctx, h.me, no, h.view(no).Case.RowVersion), "application.handed-in")
		rows, err := h.Hall.Queue(ctx, h.clerk, hall.Unit)
		if err != nil || !slices.ContainsFunc(rows, func(r hall.Row) bool { return r.Case.No == no && r.Summary.Electronic }) {
			t.Errorf("the queue: %v", err)
		}
		wantCode(t, "an approver accepts", h.Hall.Take(ctx, h.approver, no, h.version(no)), "denied")
		h.accept(no)
		if got, want := h.status(no), []string{casefile.Lent, casefile.Lent, casefile.Attached, casefile.Attached}; !slices.Equal(got, want) {
			t.Errorf("after acceptance %v, want %v", got, want)
		}
		h.correct(no)
		if err := h.Hall.Submit(ctx, h.clerk, no, h.version(no), ""); err != nil {
			t.Fatal(err)
		}
		h.take(no)
		l := h.approve(no)
		if _, err := h.Hall.Review(ctx, h.reviewer, l.ID, true, ""); err != nil {
			t.Fatal(err)
		}
		v := h.view(no)
		if v.Result.ID != l.ID || !v.ResultOwn || v.Case.Outcome != casefile.Approved {
			t.Errorf("result %s, own %v, outcome %s", v.Result.ID, v.ResultOwn, v.Case.Outcome)
		}
		h.wantCourse(no, "apply", "handin", "accept", "correct", "resubmit", "submit", "take", "approve", "publish")
		want := []notice.Kind{notice.CaseSubmitted, notice.CaseAccepted, notice.CaseReturned, notice.CaseSubmitted, notice.CaseApproved, notice.LicenseIssued}
		if got := h.notices(); !slices.Equal(got, want) {
			t.Errorf("notices %v, want %v", got, want)
		}
		wantCode(t, "withdrawn afterwards", h.Hall.Withdraw(ctx, h.me, no, v.Case.RowVersion), "case.closed")
		h.renewal(l.ID)
	})
}

// renewal applies for the renewal of the permit that the first application yielded: nothing has to be handed in.
func (h *home) renewal(licenseID string) {
	h.t.Helper()
	owner := h.Cast(h.t, "owner")
	no, err := h.Hall.Apply(context.Background(), h.me, hall.Application{MatterCode: "11350102YX0100017G4350131939001",
		Parties: map[matter.Party]hall.Person{matter.Representative: {Code: owner.Code, Name: owner.Name}}})
	if err != nil {
		h.t.Fatal(err)
	}
	if got, want := h.outlook(no), []string{casefile.Ready, casefile.Ready, casefile.OfParty}; !slices.Equal(got, want) {
		h.t.Errorf("the second application: %v, want %v", got, want)
	}
	if v := h.view(no); v.Materials[1].LicenseID != licenseID {
		h.t.Error("it is not filled from the license that was just issued")
	}
	h.write(no)
	h.handIn(no)
}

// correct sends a case back, lets the applicant mend it, and has it again.
func (h *home) correct(no string) {
	h.t.Helper()
	ctx := context.Background()
	ask := func(actor *authn.Actor, items ...casefile.CorrectionItem) error {
		return h.Hall.AskCorrection(ctx, actor, no, h.version(no), items)
	}
	wantCode(h.t, "nothing to correct", ask(h.clerk), "field.count")
	wantCode(h.t, "no words", ask(h.clerk, casefile.CorrectionItem{Seq: 3}), "field.required")
	wantCode(h.t, "no such field", ask(h.clerk, casefile.CorrectionItem{Field: "nothing", Text: "x"}), "case.form-unknown")
	wantCode(h.t, "no such material", ask(h.clerk, casefile.CorrectionItem{Seq: 77, Text: "x"}), "case.material-unknown")
	wantCode(h.t, "the approver asks", ask(h.approver, casefile.CorrectionItem{Text: "x"}), "case.not-assigned")
	if err := ask(h.clerk, casefile.CorrectionItem{Field: "items", Text: "请写明是否含冷食"}, casefile.CorrectionItem{Seq: 3, Text: "图不清楚"}); err != nil {
		h.t.Fatal(err)
	}
	wantCode(h.t, "the clerk goes on meanwhile", h.Hall.Submit(ctx, h.clerk, no, h.version(no), ""), "case.stage")
	v := h.view(no)
	if len(v.Corrections) != 1 || v.Corrections[0].Items[1].Text != "图不清楚" || !v.Corrections[0].AnsweredAt.IsZero() {
		h.t.Errorf("%+v", v.Corrections)
	}
	if err := h.Hall.SaveForm(ctx, h.me, no, v.Case.RowVersion, map[string]string{"items": "热食类，不含冷食"}); err != nil {
		h.t.Fatal(err)
	}
	h.attach(no, 3)
	h.handIn(no)
	if v = h.view(no); v.Case.ClerkID != h.clerk.AccountID || v.Case.Stage != matter.Accept || v.Corrections[0].AnsweredAt.IsZero() {
		h.t.Errorf("after the correction: stage %s", v.Case.Stage)
	}
}

func TestTakenByOneClerkOnly(t *testing.T) {
	t.Parallel()
	world.Each(t, func(t *testing.T, w *world.World) {
		h := newHome(t, w, "food-firm")
		no := h.handedIn("")
		version := h.version(no)
		other := *h.clerk
		other.AccountID = db.NewID()
		var won int
		for _, err := range atOnce(
			func() error { return h.Hall.Take(context.Background(), h.clerk, no, version) },
			func() error { return h.Hall.Take(context.Background(), &other, no, version) },
		) {
			switch {
			case err == nil:
				won++
			case errs.Code(err) != "conflict" && errs.Code(err) != "application.taken":
				t.Error(err)
			}
		}
		if won != 1 {
			t.Errorf("%d clerks have it", won)
		}
	})
}

// atOnce runs all at the same time.
func atOnce(all ...func() error) []error {
	out := make([]error, len(all))
	done := make(chan int)
	for i, f := range all {
		go func() {
			out[i] = f()
			done <- i
		}()
	}
	for range all {
		<-done
	}
	return out
}

func TestWithdrawing(t *testing.T) {
	t.Parallel()
	world.Each(t, func(t *testing.T, w *world.World) {
		ctx := context.Background()
		h := newHome(t, w, "food-firm")
		draft := h.apply("")
		h.attach(draft, 3)
		if err := h.Hall.Withdraw(ctx, h.me, draft, h.view(draft).Case.RowVersion); err != nil {
			t.Fatal(err)
		}
		if v := h.view(draft); v.Case.Outcome != casefile.Withdrawn || len(v.Attachments) != 0 {
			t.Errorf("outcome %s, %d files", v.Case.Outcome, len(v.Attachments))
		}
		no := h.handedIn("")
		h.accept(no)
		if err := h.Hall.Withdraw(ctx, h.me, no, h.view(no).Case.RowVersion); err != nil {
			t.Fatal(err)
		}
		wantCode(t, "the clerk goes on", h.Hall.Submit(ctx, h.clerk, no, h.version(no), ""), "case.closed")
		if n := w.Count(t, `SELECT count(*) FROM unit_case WHERE case_no = $1`, no); n != 0 {
			t.Error("it is still in the queue")
		}
		if n := w.Count(t, `SELECT count(*) FROM use_grant WHERE case_no = $1 AND ended_at = 0`, no); n != 0 {
			t.Errorf("%d grants live on", n)
		}
	})
}

// A license that comes while the application is filled in fills the form, and no file is asked for any more.
func TestALicenseThatComesMeanwhile(t *testing.T) {
	t.Parallel()
	w := world.New(t)
	h := newHome(t, w, "food-firm")
	no := h.apply("")
	h.lose("food-firm", "business-license")
	v := h.view(no)
	if v.Materials[0].Status != casefile.Unusable {
		t.Fatalf("a lost license is %s", v.Materials[0].Status)
	}
	h.attach(no, 1)
	if got := h.view(no); got.Materials[0].Status != casefile.Attached || got.Attachments[0].Ground != casefile.GroundUnusable {
		t.Errorf("%s, %+v", got.Materials[0].Status, got.Attachments)
	}
}
