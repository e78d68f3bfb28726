package access_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/yinxin-org/yinxin/internal/access"
	"github.com/yinxin-org/yinxin/internal/authn"
	"github.com/yinxin-org/yinxin/internal/change"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/db/dbtest"
	"github.com/yinxin-org/yinxin/internal/errs"
	"github.com/yinxin-org/yinxin/internal/license"
	"github.com/yinxin-org/yinxin/internal/matter"
)

func staff(unit string, roles ...string) *authn.Actor {
	return &authn.Actor{AccountID: db.NewID(), Kind: authn.KindStaff, UnitID: unit, Roles: roles}
}

func wantErr(t *testing.T, what string, err error, code string) {
	t.Helper()
	if errs.Code(err) != code {
		t.Errorf("%s: %v, want %s", what, err, code)
	}
}

// madeBy puts on the trail what somebody does to an account.
func (w *world) madeBy(t *testing.T, by, account *authn.Actor, action string) {
	t.Helper()
	w.Write(t, func(tx *db.Tx) error {
		return w.App.Trail.Record(t.Context(), tx, change.Of(by, "试验"), change.Entry{Subject: change.Account, SubjectID: account.AccountID, Action: action})
	})
}

// TestBreakGlass: two persons of two posts, a reason, a time, an end by hand, every look on record, a report that a supervisor
// acknowledges.
func TestBreakGlass(t *testing.T) {
	t.Parallel()
	dbtest.EachURL(t, func(t *testing.T, url string) {
		w := newWorld(t, url)
		admin, second, digital := staff(unitID, "admin"), staff(unitID, "admin"), staff(unitID, "digital")
		supervisor := staff(unitID, "supervisor")
		l := w.License(t, "owner", identityCard)
		d, ctx := w.door, t.Context()
		for code, ask := range map[string]func() (string, error){
			"field.required":  func() (string, error) { return d.AskGlass(ctx, admin, l.Identifier, " ", 30) },
			"glass.minutes":   func() (string, error) { return d.AskGlass(ctx, admin, l.Identifier, "法院调查", 241) },
			"denied":          func() (string, error) { return d.AskGlass(ctx, w.clerk, l.Identifier, "法院调查", 30) },
			"license.unknown": func() (string, error) { return d.AskGlass(ctx, admin, l.Identifier+"0", "法院调查", 30) },
		} {
			_, err := ask()
			wantErr(t, "ask", err, code)
		}
		id, err := d.AskGlass(ctx, admin, l.Identifier, "法院调查", 30)
		if err != nil {
			t.Fatal(err)
		}
		r, err := d.Broken(ctx, admin, id, access.Fields)
		empty(t, r)
		w.refused(t, err, l.HolderID, "access.glass.persons", "access.glass.time")
		wantErr(t, "approve oneself", d.ApproveGlass(ctx, admin, id), "glass.second")
		wantErr(t, "approved by the same post", d.ApproveGlass(ctx, second, id), "glass.second")
		both := *admin
		both.Roles = []string{"digital"}
		wantErr(t, "the same person in another post", d.ApproveGlass(ctx, &both, id), "glass.second")
		w.madeBy(t, admin, digital, "create")
		wantErr(t, "approved by an account that was only just made", d.ApproveGlass(ctx, digital, id), "authn.unsettled")
		digital = staff(unitID, "digital")
		w.madeBy(t, digital, digital, "factor-add")
		if err := d.ApproveGlass(ctx, digital, id); err != nil {
			t.Fatal(err)
		}
		wantErr(t, "approve again", d.ApproveGlass(ctx, digital, id), "glass.step")
		wantErr(t, "acknowledge before it is over", d.AcknowledgeGlass(ctx, supervisor, id, "知悉"), "glass.step")
		r, err = d.Broken(ctx, admin, id, access.Fields)
		if err != nil || len(r.Fields) == 0 {
			t.Fatalf("the look gave %d fields: %v", len(r.Fields), err)
		}
		u := w.recorded(t, l.HolderID, r.RecordNo)
		if u.Ground != access.BreakGlass || u.Purpose != "法院调查" || u.Role != "admin" || u.Result != "given" {
			t.Errorf("recorded as %+v", u)
		}
		r, err = d.Broken(ctx, digital, id, access.Fields)
		empty(t, r)
		w.refused(t, err, l.HolderID, "access.glass.person")
		wantErr(t, "ended by nobody of them", d.EndGlass(ctx, second, id), "denied")
		if err := d.EndGlass(ctx, digital, id); err != nil {
			t.Fatal(err)
		}
		_, err = d.Broken(ctx, admin, id, access.Fields)
		w.refused(t, err, l.HolderID, "access.glass.ended")

		fresh := staff(unitID, "digital")
		w.madeBy(t, admin, fresh, "factor-reset")
		id2, err := d.AskGlass(ctx, fresh, l.Identifier, "核查投诉", 30)
		if err != nil {
			t.Fatal(err)
		}
		wantErr(t, "asked for by an account that was only just reset", d.ApproveGlass(ctx, second, id2), "authn.unsettled")
		if err := d.EndGlass(ctx, fresh, id2); err != nil {
			t.Fatal(err)
		}
		timed, err := d.AskGlass(ctx, digital, l.Identifier, "核查投诉", 30)
		if err == nil {
			err = d.ApproveGlass(ctx, admin, timed)
		}
		if err != nil {
			t.Fatal(err)
		}
		w.Clock.Move(30 * time.Minute)
		_, err = d.Broken(ctx, digital, timed, access.Fields)
		w.refused(t, err, l.HolderID, "access.glass.time")
		wantErr(t, "acknowledged by who took part", d.AcknowledgeGlass(ctx, digital, timed, ""), "denied")
		if n := w.count(t, "(SELECT DISTINCT subject_id FROM config_task WHERE kind = 'glass-report' AND done_at = 0) x"); n != 2 {
			t.Errorf("%d reports wait for a supervisor, want 2", n)
		}
		// Supervisors elsewhere have nothing to do with it; those over the issuer have.
		for unit, sees := range map[string]int{otherUnit: 0, l.IssuerID: 3} {
			who := staff(unit, "supervisor")
			if sees == 0 {
				wantErr(t, "acknowledged by a supervisor elsewhere", d.AcknowledgeGlass(ctx, who, id, "知悉"), "denied")
			}
			w.Read(t, func(q *db.Tx) error {
				all, err := d.Glasses(ctx, q, who, 10)
				if err != nil || len(all) != sees {
					t.Errorf("a supervisor of %s sees %d: %v", unit, len(all), err)
				}
				return nil
			})
		}
		for _, x := range []string{id, timed} {
			if err := d.AcknowledgeGlass(ctx, supervisor, x, "知悉"); err != nil {
				t.Fatal(err)
			}
		}
		if n := w.count(t, "config_task WHERE kind = 'glass-report' AND done_at = 0"); n != 0 {
			t.Errorf("%d reports wait after all were read", n)
		}
		w.Read(t, func(q *db.Tx) error {
			all, err := d.Glasses(ctx, q, supervisor, 10)
			if err != nil {
				return err
			}
			i := slices.IndexFunc(all, func(g access.Glass) bool { return g.ID == id })
			if len(all) != 3 || i < 0 || all[i].Reads != 1 || all[i].Refused != 3 || all[i].Step(w.Clock.Now()) != access.GlassReported || all[i].Words != "知悉" {
				t.Errorf("the report says %+v", all)
			}
			return nil
		})
	})
}

// TestInspection: an inspector reads what the list of the inspection matter names, of the holder inspected, and nothing else.
func TestInspection(t *testing.T) {
	t.Parallel()
	dbtest.EachURL(t, func(t *testing.T, url string) {
		w := newWorld(t, url)
		d, ctx := w.door, t.Context()
		inspector, colleague := staff(unitID, "verifier"), staff(unitID, "verifier")
		var listed []matter.Listing
		w.Read(t, func(q *db.Tx) error {
			var err error
			listed, _, err = w.App.Matters.Listings(ctx, q, matter.ListFilter{List: matter.ListInspection, State: matter.Published})
			return err
		})
		i := slices.IndexFunc(listed, func(l matter.Listing) bool {
			return (l.Inspection.Unit == "" || l.Inspection.Unit == unitID) && slices.ContainsFunc(l.Inspection.Types, func(b matter.Binding) bool { return b.Type == w.TypeCode(t, businessLicense) })
		})
		if i < 0 {
			t.Fatal("the city has no list with business licenses for the unit")
		}
		code := listed[i].Inspection.Matter
		_, err := d.PlanInspection(ctx, inspector, access.Visit{SubjectID: w.firm, MatterCode: strings.Repeat("9", 31), For: time.Hour})
		wantErr(t, "a matter without a list", err, "list.no-inspection")
		id, err := d.PlanInspection(ctx, inspector, access.Visit{SubjectID: w.firm, MatterCode: code, For: time.Hour})
		if err != nil {
			t.Fatal(err)
		}
		own, other := w.License(t, "food-firm", businessLicense), w.License(t, "owner", identityCard)
		r, err := d.Inspect(ctx, inspector, w.firm, id, own.ID, access.Fields)
		if err != nil || len(r.Fields) == 0 {
			t.Fatalf("the inspection read %d fields: %v", len(r.Fields), err)
		}
		if u := w.recorded(t, w.firm, r.RecordNo); u.Ground != access.Inspection || u.Role != "verifier" || u.UnitID != unitID {
			t.Errorf("recorded as %+v", u)
		}
		_, err = d.Inspect(ctx, colleague, w.firm, id, own.ID, access.Fields)
		w.refused(t, err, w.firm, "access.inspection.inspector")
		_, err = d.Inspect(ctx, inspector, w.firm, id, other.ID, access.Fields)
		w.refused(t, err, w.platform, "access.inspection.subject", "access.inspection.type")
		_, err = d.Inspect(ctx, inspector, w.firm, db.NewID(), own.ID, access.Fields)
		w.refused(t, err, w.firm, "access.inspection.unit", "access.inspection.inspector", "access.inspection.type", "access.inspection.time")
		w.findings(t, inspector, id, own)
		w.Clock.Move(time.Hour)
		_, err = d.Inspect(ctx, inspector, w.firm, id, own.ID, access.Fields)
		w.refused(t, err, w.firm, "access.inspection.time")
		_, _, err = d.InspectType(ctx, inspector, id, own.TypeCode)
		w.refused(t, err, w.firm, "access.inspection.time")
		wantErr(t, "a finding after the time", d.RecordFinding(ctx, inspector, id, access.InspectionFinding{TypeCode: own.TypeCode, Result: access.FoundAbsent}), "visit.over")
		_, err = d.PlanInspection(ctx, staff("91350102YX0109011N", "verifier"), access.Visit{SubjectID: w.firm, MatterCode: code, For: time.Hour})
		wantErr(t, "a hotel", err, "visit.unit")
	})
}

// findings looks at a type on a task, writes down what was found, and finishes another task of the same inspector.
func (w *world) findings(t *testing.T, inspector *authn.Actor, id string, own license.License) {
	t.Helper()
	d, ctx := w.door, t.Context()
	unseen := access.InspectionFinding{TypeCode: own.TypeCode, LicenseID: w.License(t, "owner", identityCard).ID, Result: access.FoundConsistent}
	wantErr(t, "a finding of what was not looked at", d.RecordFinding(ctx, inspector, id, unseen), "visit.unseen")
	seen, recordNo, err := d.InspectType(ctx, inspector, id, own.TypeCode)
	if err != nil || len(seen) != 1 || seen[0].License.ID != own.ID {
		t.Fatalf("saw %d licenses: %v", len(seen), err)
	}
	if u := w.recorded(t, w.firm, recordNo); u.Ground != access.Inspection || u.TypeCode != own.TypeCode || u.LicenseID != "" || len(u.Fields) != 0 {
		t.Errorf("the look for what there is stands as %+v", u)
	}
	for name, f := range map[string]access.InspectionFinding{
		"visit.type":   {TypeCode: w.TypeCode(t, identityCard), Result: access.FoundAbsent},
		"visit.result": {TypeCode: own.TypeCode, LicenseID: own.ID, Result: access.FoundAbsent},
	} {
		wantErr(t, "a finding", d.RecordFinding(ctx, inspector, id, f), name)
	}
	f := access.InspectionFinding{TypeCode: own.TypeCode, LicenseID: own.ID, Result: access.FoundDiffers, Note: "地址已变"}
	if err := d.RecordFinding(ctx, inspector, id, f); err != nil {
		t.Fatal(err)
	}
	wantErr(t, "an end with types left", d.FinishInspection(ctx, inspector, id), "visit.open")
	w.Read(t, func(q *db.Tx) error {
		task, err := d.InspectionTask(ctx, q, inspector, id)
		if err != nil {
			return err
		}
		found, err := d.Findings(ctx, q, task)
		if err == nil && (len(found) != 1 || found[0].Result != access.FoundDiffers || found[0].Note != f.Note) {
			t.Errorf("found %+v", found)
		}
		return err
	})
}

// TestPlatformJobs: the platform's own jobs are recorded uses, and nothing leaves them but what their rule may give.
func TestPlatformJobs(t *testing.T) {
	t.Parallel()
	dbtest.EachURL(t, func(t *testing.T, url string) {
		w := newWorld(t, url)
		d, ctx := w.door, t.Context()
		l := w.License(t, "owner", identityCard)
		pack, err := d.Archived(ctx, l.HolderID, l.ID, func(p access.Page) ([]byte, error) { return p.File, nil })
		if err != nil || len(pack) == 0 {
			t.Errorf("the archive got %d bytes: %v", len(pack), err)
		}
		found, err := d.Checked(ctx, "values", l.HolderID, l.ID, func(p access.Page) ([]access.Finding, error) {
			return []access.Finding{{Field: "CZZT", Code: "too-long"}}, nil
		})
		if err != nil || len(found) != 1 {
			t.Errorf("findings %v: %v", found, err)
		}
		for name, check := range map[string]func(p access.Page) ([]access.Finding, error){
			"a value as a code": func(p access.Page) ([]access.Finding, error) { return []access.Finding{{Code: p.Values["CZZT"]}}, nil },
			"a value as a field": func(p access.Page) ([]access.Finding, error) {
				return []access.Finding{{Field: p.Values["CZZT"], Code: "x"}}, nil
			},
			"a value in an error": func(p access.Page) ([]access.Finding, error) { return nil, errors.New(p.Values["CZZT"]) },
		} {
			found, err := d.Checked(ctx, "values", l.HolderID, l.ID, check)
			if err == nil || len(found) != 0 || strings.Contains(err.Error(), "林") {
				t.Errorf("%s came out of the check: %v %v", name, found, err)
			}
		}
		_, err = d.Checked(ctx, "export", l.HolderID, l.ID, func(access.Page) ([]access.Finding, error) {
			t.Error("a rule that is none was given a license")
			return nil, nil
		})
		w.refused(t, err, l.HolderID, "access.quality.rule")
		four := slices.Repeat([]license.License{l}, 4)
		sums, err := d.Counted(ctx, append(slices.Repeat([]license.License{w.License(t, "elder", identityCard)}, 5), four...), func(p access.Page) string {
			if p.License.ID == l.ID {
				return "few"
			}
			return "many"
		})
		if err != nil || sums["many"] != 5 || sums["few"] != 0 || len(sums) != 1 {
			t.Errorf("sums %v: %v", sums, err)
		}
	})
}
