// Package inspection is the desk of the annual inspection (年检) of licenses, where law demands one: a holder applies
// online, a clerk of the issuer examines and finds, and where the type asks for it a second person looks before the
// result counts. 榕政办〔2018〕214号 第九条.
//
// When a license must be inspected stands on the license, and so does the result: package license moves the day on and
// writes the history. What was written here is kept under the holder's key.
package inspection

import (
	"context"
	"slices"
	"time"

	"github.com/yinxin-org/yinxin/internal/authn"
	"github.com/yinxin-org/yinxin/internal/catalog"
	"github.com/yinxin-org/yinxin/internal/clock"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/errs"
	"github.com/yinxin-org/yinxin/internal/holder"
	"github.com/yinxin-org/yinxin/internal/license"
	"github.com/yinxin-org/yinxin/internal/notice"
	"github.com/yinxin-org/yinxin/internal/org"
	"github.com/yinxin-org/yinxin/internal/upload"
)

// Step is how far an inspection has come.
type Step string

// The steps.
const (
	Applied  Step = "applied"  // 待审查
	Examined Step = "examined" // 待复核: found, and a second person has to look
	Passed   Step = "passed"   // 合格
	Failed   Step = "failed"   // 不合格
	Dropped  Step = "dropped"  // 证照已失效: the license ended meanwhile

	Withdrawn Step = "withdrawn" // 已撤回 by who applied, before anybody examined it
)

// Inspection is one inspection that was applied for. Nothing in it is personal.
type Inspection struct {
	HolderID   string // the first holder of the license
	ID         string
	LicenseID  string // the version that it was applied for
	UnitID     string
	TypeCode   string
	Step       Step
	DueAt      time.Time // of the license when it was applied for
	Passes     bool      // what the examiner found
	AppliedBy  string
	AppliedAt  time.Time
	ExaminerID string
	ExaminedAt time.Time
	ReviewerID string
	ClosedAt   time.Time
	RowVersion int64
}

// Words are what people wrote with an inspection.
type Words struct {
	Statement string `json:"statement"` // the holder's
	Finding   string `json:"finding"`   // the examiner's
	Returned  string `json:"returned"`  // why the second person gave it back
	Files     []File `json:"files,omitempty"`
}

// longestText bounds what is written with an inspection, in characters.
const longestText = 500

// Options are the parts a Store works with.
type Options struct {
	DB       *db.DB
	Clock    clock.Clock
	Units    *org.Store
	Types    *catalog.Store
	Holders  *holder.Store
	Licenses *license.Store
	Notices  *notice.Store
	Files    Files
}

// Store keeps inspections.
type Store struct{ o Options }

// Open gives the store of inspections.
func Open(o Options) *Store { return &Store{o: o} }

// Cycle is how a license stands with its inspections.
type Cycle struct {
	License license.License
	Rule    catalog.Inspection
	Opens   time.Time // from when it can be applied for
	Late    bool
	Refused error        // why none can be applied for now; nil: one can
	Before  []Inspection // of all versions of the license, the newest first
}

// Cycle tells how the license of a holder stands; nil where it needs no inspection.
func (s *Store) Cycle(ctx context.Context, q *db.Tx, l license.License) (*Cycle, error) {
	t, err := s.o.Types.Version(ctx, q, l.TypeCode, l.TypeVersion)
	if err != nil || t.Inspection == nil || l.InspectDue.IsZero() {
		return nil, err
	}
	now := s.o.Clock.Now()
	c := &Cycle{License: l, Rule: *t.Inspection, Opens: l.InspectDue.Add(-t.Inspection.Notice()), Late: l.InspectionLate(now)}
	versions, err := s.o.Licenses.Versions(ctx, q, l)
	if err != nil {
		return nil, err
	}
	if c.Before, err = s.ofVersions(ctx, q, versions); err != nil {
		return nil, err
	}
	state := l.State(now)
	switch {
	case l.Step != license.StepPublished || l.Ended != "" || state == license.Expired:
		c.Refused = errs.New(errs.Conflict, "license.not-in-force").With("state", state.Text("zh")).With("stateEn", state.Text("en"))
	case slices.ContainsFunc(c.Before, Inspection.Open):
		c.Refused = errs.New(errs.Conflict, "inspect.open")
	case now.Before(c.Opens):
		c.Refused = errs.New(errs.Conflict, "inspect.early").With("day", c.Opens.In(clock.Shanghai).Format(time.DateOnly))
	}
	return c, nil
}

// Open reports whether it has no result yet.
func (i Inspection) Open() bool { return i.Step == Applied || i.Step == Examined }

// Untouched reports whether nobody has examined it: it can be taken back.
func (i Inspection) Untouched() bool { return i.Step == Applied && i.ExaminerID == "" }

// Apply applies for the inspection of a license of the actor, or of whom they act for.
func (s *Store) Apply(ctx context.Context, actor *authn.Actor, licenseID, statement string, uploads ...upload.File) (Inspection, error) {
	if !actor.May(authn.PowerApply) {
		return Inspection{}, errs.New(errs.Denied, "acting.power")
	}
	if err := fits("statement", statement); err != nil {
		return Inspection{}, err
	}
	files, err := s.take(ctx, actor, licenseID, uploads)
	if err != nil {
		return Inspection{}, err
	}
	var i Inspection
	err = s.o.DB.Write(ctx, func(tx *db.Tx) error {
		l, err := s.appliable(ctx, tx, actor, licenseID)
		if err != nil {
			return err
		}
		if err := s.o.Licenses.Pin(ctx, tx, l); err != nil {
			return err
		}
		unit, err := s.o.Units.Caretaker(ctx, tx, l.IssuerID, l.TypeCode) // who answers for it now
		if err != nil {
			return err
		}
		i = Inspection{HolderID: l.HolderID, ID: db.NewID(), LicenseID: l.ID, UnitID: unit, TypeCode: l.TypeCode, Step: Applied,
			DueAt: l.InspectDue, AppliedBy: actor.AccountID, AppliedAt: s.o.Clock.Now(), RowVersion: 1}
		versions, err := s.o.Licenses.Versions(ctx, tx, l)
		if err != nil {
			return err
		}
		return s.insert(ctx, tx, i, versions[0].ID, Words{Statement: statement, Files: files})
	})
	if err != nil {
		s.discard(ctx, files)
	}
	return i, err
}

// appliable is a license of the actor whose inspection can be applied for now.
func (s *Store) appliable(ctx context.Context, q *db.Tx, actor *authn.Actor, licenseID string) (license.License, error) {
	l, err := s.o.Licenses.Find(ctx, q, actor.HolderID, licenseID)
	if err != nil {
		return license.License{}, err
	}
	c, err := s.Cycle(ctx, q, l)
	switch {
	case err != nil:
		return license.License{}, err
	case c == nil:
		return license.License{}, errs.New(errs.Conflict, "license.no-inspection")
	}
	return l, c.Refused
}

// Withdraw takes the application for a license of the actor back, as long as nobody has examined it. What was handed in
// with it is removed; it can be applied for anew.
func (s *Store) Withdraw(ctx context.Context, actor *authn.Actor, licenseID string) error {
	if !actor.May(authn.PowerApply) {
		return errs.New(errs.Denied, "acting.power")
	}
	var files []File
	err := s.o.DB.Write(ctx, func(tx *db.Tx) error {
		i, err := s.openOf(ctx, tx, actor, licenseID)
		if err != nil {
			return err
		}
		if !i.Untouched() {
			return errs.New(errs.Conflict, "inspect.examined")
		}
		w, err := s.Words(ctx, tx, i)
		if err != nil {
			return err
		}
		files, w.Files = w.Files, nil
		i.Step, i.ClosedAt = Withdrawn, s.o.Clock.Now()
		return s.save(ctx, tx, &i, w)
	})
	if err == nil {
		s.discard(ctx, files)
	}
	return err
}

// openOf is the inspection of a license of the actor that has no result yet.
func (s *Store) openOf(ctx context.Context, q *db.Tx, actor *authn.Actor, licenseID string) (Inspection, error) {
	l, err := s.o.Licenses.Find(ctx, q, actor.HolderID, licenseID)
	if err != nil {
		return Inspection{}, err
	}
	versions, err := s.o.Licenses.Versions(ctx, q, l)
	if err != nil {
		return Inspection{}, err
	}
	all, err := s.ofVersions(ctx, q, versions)
	if err != nil {
		return Inspection{}, err
	}
	n := slices.IndexFunc(all, Inspection.Open)
	if n < 0 {
		return Inspection{}, errs.New(errs.NotFound, "inspect.none-open")
	}
	return all[n], nil
}

// Examine enters what a clerk of the issuer found. Where the type asks for no second person, it is the result.
func (s *Store) Examine(ctx context.Context, actor *authn.Actor, id string, version int64, passes bool, finding string) error {
	if err := needed("finding", finding); err != nil {
		return err
	}
	return s.o.DB.Write(ctx, func(tx *db.Tx) error {
		i, err := s.ofDesk(ctx, tx, actor, id, version)
		if err != nil {
			return err
		}
		if i.Step != Applied {
			return errs.New(errs.Conflict, "inspect.stage")
		}
		w, err := s.Words(ctx, tx, i)
		if err != nil {
			return err
		}
		l, err := s.Present(ctx, tx, i)
		if err != nil {
			return err
		}
		t, err := s.o.Types.Version(ctx, tx, l.TypeCode, l.TypeVersion)
		if err != nil {
			return err
		}
		if l.Ended != "" {
			return s.drop(ctx, tx, &i, w)
		}
		w.Finding = finding
		i.Passes, i.ExaminerID, i.ExaminedAt = passes, actor.AccountID, s.o.Clock.Now()
		if t.Inspection != nil && t.Inspection.Review {
			i.Step = Examined
			return s.save(ctx, tx, &i, w)
		}
		return s.close(ctx, tx, &i, l, w, actor)
	})
}

// Review is the second person's look: it lets the result count, or gives the inspection back with the reason.
func (s *Store) Review(ctx context.Context, actor *authn.Actor, id string, version int64, agrees bool, reason string) error {
	if err := fits("reason", reason); err != nil {
		return err
	}
	if !agrees {
		if err := needed("reason", reason); err != nil {
			return err
		}
	}
	return s.o.DB.Write(ctx, func(tx *db.Tx) error {
		i, err := s.ofDesk(ctx, tx, actor, id, version)
		switch {
		case err != nil:
			return err
		case i.Step != Examined:
			return errs.New(errs.Conflict, "inspect.stage")
		case i.ExaminerID == actor.AccountID:
			return errs.New(errs.Denied, "inspect.same-person")
		}
		w, err := s.Words(ctx, tx, i)
		if err != nil {
			return err
		}
		i.ReviewerID = actor.AccountID
		if !agrees {
			w.Returned, i.Step = reason, Applied
			return s.save(ctx, tx, &i, w)
		}
		l, err := s.Present(ctx, tx, i)
		if err != nil {
			return err
		}
		if l.Ended != "" {
			return s.drop(ctx, tx, &i, w)
		}
		return s.close(ctx, tx, &i, l, w, actor)
	})
}

// drop closes an inspection whose license ended meanwhile: there is nothing left to inspect.
func (s *Store) drop(ctx context.Context, tx *db.Tx, i *Inspection, w Words) error {
	i.Step, i.ClosedAt = Dropped, s.o.Clock.Now()
	return s.save(ctx, tx, i, w)
}

// close makes the finding the result: on the license, in its history and to its holders.
func (s *Store) close(ctx context.Context, tx *db.Tx, i *Inspection, l license.License, w Words, actor *authn.Actor) error {
	l, err := s.o.Licenses.Inspect(ctx, tx, l, license.Result{Passed: i.Passes, AccountID: actor.AccountID, UnitID: i.UnitID, Words: w.Finding})
	if err != nil {
		return err
	}
	i.Step, i.ClosedAt = Failed, s.o.Clock.Now()
	kind := notice.InspectionFailed
	if i.Passes {
		i.Step, kind = Passed, notice.InspectionPassed
	}
	if err := s.save(ctx, tx, i, w); err != nil {
		return err
	}
	t, err := s.o.Types.Version(ctx, tx, l.TypeCode, l.TypeVersion)
	if err != nil {
		return err
	}
	for _, id := range l.Holders {
		if err := s.o.Notices.Send(ctx, tx, notice.Notice{HolderID: id, Kind: kind, Subject: l.ID,
			Detail: map[string]string{"type": t.Name, "typeEn": t.NameEn, "day": lastDay(l.InspectDue)}}); err != nil {
			return err
		}
	}
	return nil
}

// Present is the version of the license that is there now: between application and result it may have been renewed.
func (s *Store) Present(ctx context.Context, q *db.Tx, i Inspection) (license.License, error) {
	l, err := s.o.Licenses.Get(ctx, q, i.HolderID, i.LicenseID)
	if err != nil {
		return license.License{}, err
	}
	versions, err := s.o.Licenses.Versions(ctx, q, l)
	if err != nil {
		return license.License{}, err
	}
	for _, v := range versions {
		if v.Step == license.StepPublished {
			l = v // the newest one
		}
	}
	return l, nil
}

func lastDay(t time.Time) string {
	return t.Add(-time.Microsecond).In(clock.Shanghai).Format(time.DateOnly)
}
