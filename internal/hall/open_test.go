package hall_test

import (
	"context"
	"errors"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/yinxin-org/yinxin/gbcode"
	"github.com/yinxin-org/yinxin/internal/access"
	"github.com/yinxin-org/yinxin/internal/blob"
	"github.com/yinxin-org/yinxin/internal/casefile"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/demo"
	"github.com/yinxin-org/yinxin/internal/errs"
	"github.com/yinxin-org/yinxin/internal/hall"
	"github.com/yinxin-org/yinxin/internal/license"
	"github.com/yinxin-org/yinxin/internal/matter"
	"github.com/yinxin-org/yinxin/test/world"
)

// 闽政办〔2022〕33号 任务1: what the platform holds nobody has to hand in.
func TestOpeningFetchesLicensesAndFillsTheForm(t *testing.T) {
	t.Parallel()
	world.Each(t, func(t *testing.T, w *world.World) {
		o := newOffice(t, w)
		no := o.open(o.request("first-key"))
		v := o.look(o.clerk, no)
		if got := o.status(no); !slices.Equal(got, []string{"lent", "lent", "plain", "plain"}) {
			t.Errorf("materials are %v", got)
		}
		for _, m := range v.Materials[:2] {
			if m.RecordNo == "" || m.GrantID == "" || m.LicenseState != "valid" {
				t.Errorf("%+v", m)
			}
		}
		firm := w.Cast(t, "food-firm")
		for field, want := range map[string]string{"name": firm.Name, "uscc": firm.Code, "idNumber": firm.Representative, "representative": w.Cast(t, "owner").Name} {
			if x := v.Case.Form[field]; x.Text != want || x.Seq == 0 {
				t.Errorf("%s is filled from material %d", field, x.Seq)
			}
		}
		if v.Case.ClerkID != o.clerk.AccountID || v.Case.Stage != matter.Accept || len(v.Parties) != 2 {
			t.Errorf("%+v", v.Case)
		}
		o.wantCourse(no, "open")
		given := w.Count(t, `SELECT count(*) FROM access_record WHERE case_no = $1 AND result = 'given'`, no)
		if given != 2 { // for each license one record of grant and reading
			t.Errorf("%d uses are recorded", given)
		}
	})
}

func TestTheSameKeyOpensOneCase(t *testing.T) {
	t.Parallel()
	world.Each(t, func(t *testing.T, w *world.World) {
		o := newOffice(t, w)
		first := o.open(o.request("first-key"))
		if again := o.open(o.request("first-key")); again != first {
			t.Error("the same request opened a second case")
		}
		if other := o.open(o.request("other-key")); other == first {
			t.Error("another key gave the same case")
		}
		if a, b := o.open(o.request("")), o.open(o.request("")); a == b {
			t.Error("without a key, two requests are one")
		}
		different := o.request("first-key")
		different.Parties[matter.Applicant] = hall.Person{Code: w.Cast(t, "tea-firm").Code}
		_, err := o.Hall.Open(context.Background(), o.clerk, different)
		wantCode(t, "another content under the same key", err, "idempotency.reuse")
		colleague := *o.clerk
		colleague.AccountID = "colleague"
		if no, err := o.Hall.Open(context.Background(), &colleague, o.request("first-key")); err != nil || no == first {
			t.Errorf("a colleague's key is the colleague's own: %v", err)
		}
		var kept string
		w.Read(t, func(ctx context.Context, q *db.Tx) error {
			return q.QueryRow(ctx, `SELECT request_key || answer FROM idempotency LIMIT 1`).Scan(&kept)
		})
		if strings.Contains(kept, w.Cast(t, "food-firm").Code) {
			t.Error("the request is kept in the clear")
		}
	})
}

func TestTheSameKeyAtOnceOpensOneCase(t *testing.T) {
	t.Parallel()
	world.Each(t, func(t *testing.T, w *world.World) {
		o := newOffice(t, w)
		before := w.Count(t, `SELECT count(*) FROM case_file`)
		var mu sync.Mutex
		opened := map[string]bool{}
		var all sync.WaitGroup
		for range 4 {
			all.Go(func() {
				no, err := o.Hall.Open(context.Background(), o.clerk, o.request("first-key"))
				if errs.Code(err) == "conflict" {
					return // told to ask again
				}
				if err != nil {
					t.Error(err)
				}
				mu.Lock()
				defer mu.Unlock()
				opened[no] = true
			})
		}
		all.Wait()
		if n := w.Count(t, `SELECT count(*) FROM case_file`); n != before+1 || len(opened) != 1 {
			t.Errorf("%d cases were opened, %d answered", n-before, len(opened))
		}
	})
}

func TestOpeningIsRefused(t *testing.T) {
	t.Parallel()
	world.Each(t, func(t *testing.T, w *world.World) {
		o := newOffice(t, w)
		before := w.Count(t, `SELECT count(*) FROM case_file`)
		const unknown = "91350102MA00000000"
		for name, c := range map[string]struct {
			change func(r *hall.Request)
			code   string
			field  string
		}{
			"unknown matter":      {func(r *hall.Request) { r.MatterCode = "11350102YX0100017G4350131909001" }, "matter.unknown", ""},
			"no matter code":      {func(r *hall.Request) { r.MatterCode = "食品" }, "code.matter", "matterCode"},
			"another unit's":      {func(r *hall.Request) { r.MatterCode = marriageMatter }, "matter.not-of-unit", ""},
			"no applicant":        {func(r *hall.Request) { delete(r.Parties, matter.Applicant) }, "field.required", "applicant.code"},
			"a wrong code":        {func(r *hall.Request) { r.Parties[matter.Applicant] = hall.Person{Code: unknown} }, "code.uscc", "applicant.code"},
			"nobody we know":      {func(r *hall.Request) { r.Parties[matter.Applicant] = hall.Person{Code: newcomer(t)} }, "case.holder-unknown", "applicant.code"},
			"a person for a firm": {func(r *hall.Request) { r.Parties[matter.Applicant] = r.Parties[matter.Representative] }, "case.party-kind", "applicant.code"},
			"no representative":   {func(r *hall.Request) { delete(r.Parties, matter.Representative) }, "case.party-required", "representative.code"},
		} {
			r := o.request("")
			c.change(&r)
			_, err := o.Hall.Open(context.Background(), o.clerk, r)
			wantCode(t, name, err, c.code)
			if e, ok := errors.AsType[*errs.Error](err); ok && c.field != "" && e.Field != c.field {
				t.Errorf("%s: blames %q", name, e.Field)
			}
		}
		if n := w.Count(t, `SELECT count(*) FROM case_file`); n != before {
			t.Errorf("%d cases were left behind", n-before)
		}
	})
}

// newcomer is the code of a firm that nobody has heard of.
func newcomer(t *testing.T) string {
	t.Helper()
	const first = "91350102YX9999999"
	c, err := gbcode.USCCCheckChar(first)
	if err != nil {
		t.Fatal(err)
	}
	return first + string(c)
}

// A party the platform does not know is entered with its name; its materials come on paper.
func TestNewcomerIsEntered(t *testing.T) {
	t.Parallel()
	world.Each(t, func(t *testing.T, w *world.World) {
		o := newOffice(t, w)
		r := o.request("")
		r.Parties[matter.Applicant] = hall.Person{Code: newcomer(t), Name: "福州新来（演示）有限公司"}
		no := o.open(r)
		if got := o.status(no); !slices.Equal(got, []string{"missing", "lent", "plain", "plain"}) {
			t.Errorf("materials are %v", got)
		}
		v := o.look(o.clerk, no)
		if m := v.Materials[0]; m.Reason != "material.missing" || v.Parties[0].Profile.Name != "福州新来（演示）有限公司" {
			t.Errorf("%+v", m)
		}
		if err := o.Hall.Paper(context.Background(), o.clerk, no, 1, hall.PaperMissing, "新设企业，收复印件"); err != nil {
			t.Error(err)
		}
		if got := o.status(no); got[0] != "paper" {
			t.Errorf("materials are %v", got)
		}
	})
}

// What is not in force is not lent, and the clerk is told why.
func TestMaterialsThatCannotBeLent(t *testing.T) {
	t.Parallel()
	world.Each(t, func(t *testing.T, w *world.World) {
		o := newOffice(t, w)
		o.lose("owner", demo.IdentityCard)
		no := o.open(o.request(""))
		v := o.look(o.clerk, no)
		if m := v.Materials[1]; m.Status != casefile.Unusable || m.Reason != "material.not-in-force" || m.LicenseState != "lost" || m.RecordNo != "" {
			t.Errorf("%+v", m)
		}
		if v.Case.Form["idNumber"].Text != "" {
			t.Error("the form was filled from a lost card")
		}
		if err := o.Hall.Paper(context.Background(), o.clerk, no, 2, hall.PaperMissing, "身份证已挂失，收临时身份证"); err != nil {
			t.Error(err)
		}
	})
}

// What the door refuses stands in the case with its reason and the number of the record.
func TestMaterialThatTheDoorRefuses(t *testing.T) {
	t.Parallel()
	world.Each(t, func(t *testing.T, w *world.World) {
		o := newOffice(t, w)
		w.Write(t, func(ctx context.Context, tx *db.Tx) error {
			m, err := w.Matters.Get(ctx, tx, foodMatter)
			if err != nil {
				return err
			}
			m.Materials[1].Stages = []matter.Stage{matter.Decide}
			return w.Matters.Put(ctx, tx, m)
		})
		no := o.open(o.request(""))
		v := o.look(o.clerk, no)
		m := v.Materials[1]
		if m.Status != casefile.Declined || m.Reason != "access.case.stage" || m.RecordNo == "" || m.GrantID != "" {
			t.Errorf("%+v", m)
		}
		if v.Materials[0].Status != casefile.Lent {
			t.Error("one refusal kept the others from being fetched")
		}
		if n := w.Count(t, `SELECT count(*) FROM access_record WHERE case_no = $1 AND result = 'refused'`, no); n != 1 {
			t.Errorf("%d refusals are recorded", n)
		}
		if err := o.Hall.Paper(context.Background(), o.clerk, no, 2, hall.PaperMissing, "收原件"); err != nil {
			t.Error(err)
		}
	})
}

// 三山糕饼's food permit has expired.
func TestExpiredMaterial(t *testing.T) {
	t.Parallel()
	w := world.New(t)
	o := newOffice(t, w)
	o.clerk = w.Actor(t, "gl-xzfw-clerk")
	firm := w.Cast(t, "cake-firm")
	no := o.open(hall.Request{MatterCode: "11350102YX010009294350110905001", Parties: map[matter.Party]hall.Person{
		matter.Applicant: {Code: firm.Code}, matter.Representative: {Code: firm.Representative}}})
	m := o.look(o.clerk, no).Materials[1]
	if m.Status != casefile.Unusable || m.Reason != "material.expired" || m.Detail["date"] == "" {
		t.Errorf("%+v", m)
	}
}

// broken is a hall whose files cannot be read, as when the server dies in the middle of fetching.
func broken(t *testing.T, w *world.World) *hall.Hall {
	t.Helper()
	files, err := blob.OpenFolder(filepath.Join(t.TempDir(), "empty"))
	if err != nil {
		t.Fatal(err)
	}
	store, reader, err := license.Open(license.Options{DB: w.DB, Keys: w.Keys, Clock: w.Now, Units: w.Units, Types: w.Types,
		Holders: w.Holders, Seals: w.Seals, Book: w.Book, Files: files, Faces: w.Faces, Registers: w.Registers})
	if err != nil {
		t.Fatal(err)
	}
	door, err := access.Open(access.Options{DB: w.DB, Clock: w.Now, Reader: reader, Licenses: store, Cases: w.Cases, Matters: w.Matters,
		Units: w.Units, Holders: w.Holders, Book: w.Book, PlatformID: w.Config.PlatformUnit})
	if err != nil {
		t.Fatal(err)
	}
	return hall.New(hall.Options{DB: w.DB, Clock: w.Now, Log: w.Log, Units: w.Units, Matters: w.Matters, Types: w.Types,
		Holders: w.Holders, Licenses: store, Cases: w.Cases, Door: door, Calendar: w.Calendar, Notices: w.Notices, Appeals: w.Appeals})
}

// A fetching that was cut off is taken up when the clerk asks again, and settled materials stay as they are.
func TestFetchingThatWasCutOffIsTakenUp(t *testing.T) {
	t.Parallel()
	world.Each(t, func(t *testing.T, w *world.World) {
		o := newOffice(t, w)
		cases := w.Count(t, `SELECT count(*) FROM case_file`)
		_, err := broken(t, w).Open(context.Background(), o.clerk, o.request("first-key"))
		if err == nil {
			t.Fatal("a fetching that failed was not reported")
		}
		if n := w.Count(t, `SELECT count(*) FROM case_file`); n != cases+1 {
			t.Fatalf("%d cases were opened", n-cases)
		}
		again := o.open(o.request("first-key")) // the caller, who got no answer, asks once more
		if got := o.status(again); !slices.Equal(got, []string{"lent", "lent", "plain", "plain"}) {
			t.Errorf("materials are %v", got)
		}
		before := o.look(o.clerk, again)
		w.Write(t, func(ctx context.Context, tx *db.Tx) error {
			_, err := tx.Exec(ctx, `DELETE FROM case_material WHERE case_no = $1 AND seq = 2`, again)
			return err
		})
		if got := o.look(o.reviewer, again).Materials; len(got) != 3 {
			t.Errorf("somebody else's look fetched: %d materials", len(got))
		}
		after := o.look(o.clerk, again)
		if len(after.Materials) != 4 || after.Materials[1].Status != casefile.Lent {
			t.Errorf("%+v", after.Materials)
		}
		if after.Materials[0].RecordNo != before.Materials[0].RecordNo {
			t.Error("a settled material was fetched again")
		}
		// The reading that failed is on record all the same: it was permitted.
		// Four times it was asked for, and each time grant and reading are one record.
		if n := w.Count(t, `SELECT count(*) FROM access_record WHERE case_no = $1 AND result = 'given'`, again); n != 4 {
			t.Errorf("%d uses are recorded", n)
		}
	})
}

func TestFormValuesOfAPersonAreKeptWhenFetchingGoesOn(t *testing.T) {
	t.Parallel()
	w := world.New(t)
	o := newOffice(t, w)
	no := o.open(o.request(""))
	if err := o.Hall.SetForm(context.Background(), o.clerk, no, o.version(no), map[string]string{"place": "福州市鼓楼区另一处"}); err != nil {
		t.Fatal(err)
	}
	w.Write(t, func(ctx context.Context, tx *db.Tx) error {
		_, err := tx.Exec(ctx, `DELETE FROM case_material WHERE case_no = $1 AND seq = 1`, no)
		return err
	})
	if v := o.look(o.clerk, no); v.Case.Form["place"] != (casefile.Value{Text: "福州市鼓楼区另一处"}) {
		t.Errorf("%+v", v.Case.Form["place"])
	}
}
