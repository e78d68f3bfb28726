package catalog

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/yinxin-org/yinxin/internal/authn"
	"github.com/yinxin-org/yinxin/internal/change"
	"github.com/yinxin-org/yinxin/internal/clock"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/errs"
	"github.com/yinxin-org/yinxin/internal/org"
	"github.com/yinxin-org/yinxin/internal/task"
)

// The states of a draft. Once published it is no draft any more.
const (
	Drafting  = "draft"
	Submitted = "submitted"
	Returned  = "returned"
)

// Draft is a version of a type that is being prepared. A type has one at most.
type Draft struct {
	ID          string
	Type        Type // as it stands; may be incomplete
	UnitID      string
	State       string
	BaseVersion int
	Note        string
	Opinion     string
	Hands       []string // accounts that worked on it, the last one last
	SavedAt     time.Time
	SubmittedAt time.Time
	RowVersion  int64
}

// MayEdit reports whether an actor may work on a draft: somebody of its unit, as long as it is not submitted.
func (d Draft) MayEdit(a *authn.Actor) bool {
	return d.mayHandle(a) == nil && d.State != Submitted
}

// MayReview reports whether an actor may review a draft: the digital office, never who worked on it.
func (d Draft) MayReview(a *authn.Actor) bool {
	return d.State == Submitted && a.Has(roleDigital) && !slices.Contains(d.Hands, a.AccountID)
}

// MaySee reports whether an actor may look at a draft.
func (d Draft) MaySee(a *authn.Actor) bool {
	return a != nil && (d.mayHandle(a) == nil || d.State == Submitted && a.Has(roleDigital))
}

func (d Draft) mayHandle(a *authn.Actor) error {
	if !a.Has(roleCatalog) || a.UnitID != d.UnitID {
		return errs.New(errs.Denied, "draft.not-own")
	}
	return nil
}

// Beginning says how a draft begins.
type Beginning struct {
	TypeCode string // a published type, for its next version; "" for a new type
	Type     *Type  // what to begin with; nil for an empty one, or for what is published
	Note     string
	Reason   string
}

// Begin begins a new type or the next version of a published one. A unit begins types of its own and national ones;
// the next version is prepared by the unit that keeps the entry.
func (s *Store) Begin(ctx context.Context, tx *db.Tx, a *authn.Actor, b Beginning) (Draft, error) {
	if !a.Has(roleCatalog) {
		return Draft{}, errs.New(errs.Denied, "denied")
	}
	t := Type{Definer: a.UnitID, Holders: 1, Level: 4}
	unit, err := s.o.Units.Get(ctx, tx, a.UnitID)
	if err != nil {
		return Draft{}, err
	}
	if unit.State != org.Active {
		return Draft{}, errs.New(errs.Conflict, "unit.ended")
	}
	t.DefinerName = unit.Name
	var base *Type
	if b.TypeCode != "" {
		e, err := s.Entry(ctx, tx, b.TypeCode)
		switch {
		case err != nil:
			return Draft{}, err
		case e.State == Withdrawn:
			return Draft{}, errs.New(errs.Conflict, "type.withdrawn")
		case e.KeeperID != a.UnitID:
			return Draft{}, errs.New(errs.Denied, "type.not-keeper")
		}
		if base, err = s.Version(ctx, tx, b.TypeCode, e.Version); err != nil {
			return Draft{}, err
		}
		t = *base
	}
	if b.Type != nil {
		t = *b.Type
	}
	if base != nil {
		t.Code = base.Code
	}
	d, err := s.begin(ctx, tx, change.Of(a, b.Reason), t, base, b.Note)
	return d, err
}

// begin enters a draft.
func (s *Store) begin(ctx context.Context, tx *db.Tx, by change.By, t Type, base *Type, note string) (Draft, error) {
	d := Draft{ID: db.NewID(), UnitID: by.UnitID, State: Drafting, Note: note, Hands: []string{by.AccountID}, SavedAt: s.o.Clock.Now(), RowVersion: 1}
	if base != nil {
		d.BaseVersion = base.Version
	}
	t = Clean(t)
	t.Version, t.Issuers = d.BaseVersion+1, nil
	d.Type = t
	if err := admissible(&t); err != nil {
		return Draft{}, err
	}
	if err := s.codeFree(ctx, tx, d); err != nil {
		return Draft{}, err
	}
	if err := s.insertDraft(ctx, tx, d); err != nil {
		return Draft{}, err
	}
	return d, s.o.Trail.Record(ctx, tx, by, change.Entry{Subject: change.Type, SubjectID: d.subject(), Action: "draft",
		After: map[string]any{"name": t.Name, "base": d.BaseVersion, "changes": Diff(base, &t)}})
}

// admissible refuses what not even a draft may hold.
func admissible(t *Type) error {
	if t.Classified() {
		return errs.New(errs.Invalid, "type.classified").On("secrecy")
	}
	return t.Bounded()
}

// subject is what trail and tasks call the type of a draft: its code, or the draft's id until it has one.
func (d Draft) subject() string {
	if d.Type.Code == "" {
		return d.ID
	}
	return d.Type.Code
}

// codeFree refuses a code that another draft has, or, in a new type, that is published.
func (s *Store) codeFree(ctx context.Context, q *db.Tx, d Draft) error {
	if d.Type.Code == "" {
		return nil
	}
	taken := errs.New(errs.Conflict, "type.code-taken").On("code")
	other, err := s.draftOf(ctx, q, d.Type.Code)
	if err == nil && other.ID != d.ID {
		return taken
	}
	if err != nil && errs.Code(err) != "draft.unknown" {
		return err
	}
	if d.BaseVersion > 0 {
		return nil
	}
	_, err = s.Entry(ctx, q, d.Type.Code)
	if errs.Code(err) == "type.unknown" {
		return nil
	}
	if err != nil {
		return err
	}
	return taken
}

// handle finds a draft for a change by its unit, as it was when the actor read it.
func (s *Store) handle(ctx context.Context, tx *db.Tx, a *authn.Actor, id string, rowVersion int64) (Draft, error) {
	d, err := s.Draft(ctx, tx, id)
	if err != nil {
		return Draft{}, err
	}
	if err := d.mayHandle(a); err != nil {
		return Draft{}, err
	}
	if d.RowVersion != rowVersion {
		return Draft{}, errs.New(errs.Conflict, "conflict")
	}
	return d, nil
}

// SaveDraft keeps a draft as it stands, complete or not. It then goes out from the newest published version.
func (s *Store) SaveDraft(ctx context.Context, tx *db.Tx, a *authn.Actor, id string, rowVersion int64, t Type, note, reason string) (Draft, error) {
	d, err := s.handle(ctx, tx, a, id, rowVersion)
	if err != nil {
		return Draft{}, err
	}
	if d.State == Submitted {
		return Draft{}, errs.New(errs.Conflict, "draft.submitted")
	}
	return s.save(ctx, tx, change.Of(a, reason), d, t, note)
}

func (s *Store) save(ctx context.Context, tx *db.Tx, by change.By, d Draft, t Type, note string) (Draft, error) {
	before := d.Type
	if d.BaseVersion > 0 {
		e, err := s.Entry(ctx, tx, before.Code)
		if err != nil {
			return Draft{}, err
		}
		d.BaseVersion, t.Code = e.Version, before.Code
	}
	t = Clean(t)
	t.Version, t.Issuers = d.BaseVersion+1, nil
	d.Type, d.Note, d.SavedAt = t, note, s.o.Clock.Now()
	d.Hands = append(slices.DeleteFunc(slices.Clone(d.Hands), func(h string) bool { return h == by.AccountID }), by.AccountID)
	if err := admissible(&t); err != nil {
		return Draft{}, err
	}
	if err := s.codeFree(ctx, tx, d); err != nil {
		return Draft{}, err
	}
	if err := s.updateDraft(ctx, tx, &d); err != nil {
		return Draft{}, err
	}
	return d, s.o.Trail.Record(ctx, tx, by, change.Entry{Subject: change.Type, SubjectID: d.subject(), Action: "save",
		After: map[string]any{"changes": Diff(&before, &t)}})
}

// DiscardDraft throws a draft away.
func (s *Store) DiscardDraft(ctx context.Context, tx *db.Tx, a *authn.Actor, id string, rowVersion int64, reason string) error {
	d, err := s.handle(ctx, tx, a, id, rowVersion)
	if err != nil {
		return err
	}
	if d.State == Submitted {
		return errs.New(errs.Conflict, "draft.submitted")
	}
	if err := s.deleteDraft(ctx, tx, d); err != nil {
		return err
	}
	if err := s.o.Tasks.Done(ctx, tx, task.MendType, d.ID); err != nil {
		return err
	}
	return s.o.Trail.Record(ctx, tx, change.Of(a, reason), change.Entry{Subject: change.Type, SubjectID: d.subject(), Action: "discard",
		Before: map[string]any{"name": d.Type.Name, "base": d.BaseVersion}})
}

// SubmitDraft passes a draft to the digital office (送审). It must be whole: the error is the first finding.
func (s *Store) SubmitDraft(ctx context.Context, tx *db.Tx, a *authn.Actor, id string, rowVersion int64, reason string) (Draft, error) {
	d, err := s.handle(ctx, tx, a, id, rowVersion)
	if err != nil {
		return Draft{}, err
	}
	if d.State == Submitted {
		return Draft{}, errs.New(errs.Conflict, "draft.submitted")
	}
	if err := s.whole(ctx, tx, d); err != nil {
		return Draft{}, err
	}
	d.State, d.SubmittedAt, d.Opinion = Submitted, s.o.Clock.Now(), ""
	d.Hands = append(slices.DeleteFunc(slices.Clone(d.Hands), func(h string) bool { return h == a.AccountID }), a.AccountID)
	if err := s.updateDraft(ctx, tx, &d); err != nil {
		return Draft{}, err
	}
	if err := s.o.Tasks.Done(ctx, tx, task.MendType, d.ID); err != nil {
		return Draft{}, err
	}
	err = s.o.Tasks.Give(ctx, tx, task.Task{Kind: task.ReviewType, SubjectID: d.ID, Role: roleDigital, Label: d.Type.Name,
		Detail: map[string]string{"code": d.Type.Code, "unit": d.UnitID}})
	if err != nil {
		return Draft{}, err
	}
	return d, s.o.Trail.Record(ctx, tx, change.Of(a, reason), change.Entry{Subject: change.Type, SubjectID: d.subject(), Action: "submit",
		Before: map[string]string{"state": Drafting}, After: map[string]string{"state": Submitted}})
}

// RecallDraft takes back what was submitted.
func (s *Store) RecallDraft(ctx context.Context, tx *db.Tx, a *authn.Actor, id string, rowVersion int64, reason string) (Draft, error) {
	d, err := s.handle(ctx, tx, a, id, rowVersion)
	if err != nil {
		return Draft{}, err
	}
	if d.State != Submitted {
		return Draft{}, errs.New(errs.Conflict, "draft.not-submitted")
	}
	d.State, d.SubmittedAt = Drafting, time.Time{}
	if err := s.updateDraft(ctx, tx, &d); err != nil {
		return Draft{}, err
	}
	if err := s.o.Tasks.Done(ctx, tx, task.ReviewType, d.ID); err != nil {
		return Draft{}, err
	}
	return d, s.o.Trail.Record(ctx, tx, change.Of(a, reason), change.Entry{Subject: change.Type, SubjectID: d.subject(), Action: "recall",
		Before: map[string]string{"state": Submitted}, After: map[string]string{"state": Drafting}})
}

// Verdict is the word of the digital office on a draft.
type Verdict struct {
	Publish     bool
	EffectiveOn time.Time // to publish: a day not before today; zero: today
	Opinion     string    // the reason, which who prepared it reads
}

// published is what the trail keeps of a publication.
type published struct {
	Version     int      `json:"version"`
	EffectiveOn string   `json:"effectiveOn"`
	Changes     []Change `json:"changes"`
}

// ReviewDraft publishes a submitted draft or returns it. Nobody reviews what they have worked on.
func (s *Store) ReviewDraft(ctx context.Context, tx *db.Tx, a *authn.Actor, id string, rowVersion int64, v Verdict) error {
	d, err := s.Draft(ctx, tx, id)
	if err != nil {
		return err
	}
	switch {
	case !a.Has(roleDigital):
		return errs.New(errs.Denied, "denied")
	case slices.Contains(d.Hands, a.AccountID):
		return errs.New(errs.Denied, "draft.same-person")
	case d.RowVersion != rowVersion:
		return errs.New(errs.Conflict, "conflict")
	case d.State != Submitted:
		return errs.New(errs.Conflict, "draft.not-submitted")
	}
	if err := s.o.Tasks.Done(ctx, tx, task.ReviewType, d.ID); err != nil {
		return err
	}
	if v.Publish {
		return s.publishDraft(ctx, tx, a, d, v)
	}
	return s.returnDraft(ctx, tx, a, d, v.Opinion)
}

func (s *Store) returnDraft(ctx context.Context, tx *db.Tx, a *authn.Actor, d Draft, opinion string) error {
	d.State, d.Opinion, d.SubmittedAt = Returned, opinion, time.Time{}
	if err := s.updateDraft(ctx, tx, &d); err != nil {
		return err
	}
	err := s.o.Tasks.Give(ctx, tx, task.Task{Kind: task.MendType, SubjectID: d.ID, UnitID: d.UnitID, Role: roleCatalog, Label: d.Type.Name,
		Detail: map[string]string{"code": d.Type.Code, "opinion": opinion}})
	if err != nil {
		return err
	}
	return s.o.Trail.Record(ctx, tx, change.Of(a, opinion), change.Entry{Subject: change.Type, SubjectID: d.subject(), Action: "return",
		Before: map[string]string{"state": Submitted}, After: map[string]string{"state": Returned}})
}

func (s *Store) publishDraft(ctx context.Context, tx *db.Tx, a *authn.Actor, d Draft, v Verdict) error {
	today := clock.Date(s.o.Clock.Now())
	day := today
	if !v.EffectiveOn.IsZero() {
		day = clock.Date(v.EffectiveOn)
	}
	if day.Before(today) {
		return errs.New(errs.Invalid, "draft.effective").On("effectiveOn")
	}
	if err := s.whole(ctx, tx, d); err != nil {
		return err
	}
	var base *Type
	if d.BaseVersion > 0 {
		var err error
		if base, err = s.Version(ctx, tx, d.Type.Code, d.BaseVersion); err != nil {
			return err
		}
	}
	t := d.Type
	if err := s.release(ctx, tx, &t, base, d.UnitID, day); err != nil {
		return err
	}
	if err := s.deleteDraft(ctx, tx, d); err != nil {
		return err
	}
	return s.o.Trail.Record(ctx, tx, change.Of(a, v.Opinion), change.Entry{Subject: change.Type, SubjectID: t.Code, Action: "publish",
		After: published{Version: t.Version, EffectiveOn: day.Format(time.DateOnly), Changes: Diff(base, &t)}})
}

// release makes the next version of a type after base public.
func (s *Store) release(ctx context.Context, tx *db.Tx, t, base *Type, keeper string, effective time.Time) error {
	t.Version = 1
	if base != nil {
		t.Version = base.Version + 1
	}
	if err := s.enter(ctx, tx, t, keeper); err != nil {
		return err
	}
	if err := s.insertVersion(ctx, tx, *t, s.o.Clock.Now(), effective); err != nil {
		return err
	}
	return s.o.Tasks.Done(ctx, tx, task.UpdateType, t.Code)
}

func (s *Store) today() string { return clock.Date(s.o.Clock.Now()).Format(time.DateOnly) }

// judge asks the gate about the face, if there is one.
func (s *Store) judge(t *Type) []Finding {
	if !t.HasFace() || s.o.Gate == nil {
		return nil
	}
	return s.o.Gate(t)
}

// whole refuses a draft that cannot be published as it stands.
func (s *Store) whole(ctx context.Context, q *db.Tx, d Draft) error {
	found, err := s.Findings(ctx, q, d)
	if err != nil {
		return err
	}
	if len(found) > 0 {
		e := found[0].Err()
		if e.Code == "type.name-taken" || e.Code == "type.code-taken" || e.Code == "draft.moved" {
			e.Kind = errs.Conflict
		}
		return e
	}
	return nil
}

// Findings lists everything that keeps a draft from being published.
func (s *Store) Findings(ctx context.Context, q *db.Tx, d Draft) ([]Finding, error) {
	t := d.Type
	found := Check(&t)
	own := t.National || t.Definer == d.UnitID
	if !own {
		if e, err := s.Entry(ctx, q, t.Code); err == nil && e.KeeperID == d.UnitID {
			own = true // kept by this unit already, for another definer
		}
	}
	if !own {
		found = append(found, finding("definer", "type.not-definer"))
	}
	for i, seal := range t.Seals {
		if seal.Unit == "issuer" || seal.Unit == "definer" {
			continue
		}
		if _, err := s.o.Units.Get(ctx, q, seal.Unit); errs.Code(err) == "unit.unknown" {
			found = append(found, finding(fmt.Sprintf("seals[%d].unit", i), "type.seal-unit"))
		} else if err != nil {
			return nil, err
		}
	}
	taken, err := s.taken(ctx, q, d)
	if err != nil {
		return nil, err
	}
	return append(append(found, taken...), s.judge(&t)...), nil
}

// taken looks for others of the same name or code, and for a newer version than the one the draft goes out from.
func (s *Store) taken(ctx context.Context, q *db.Tx, d Draft) ([]Finding, error) {
	var found []Finding
	for _, err := range []error{s.nameFree(ctx, q, d.Type.Code, d.Type.Name), s.submittedAlike(ctx, q, d), s.codeFree(ctx, q, d), s.moved(ctx, q, d)} {
		if err == nil {
			continue
		}
		e, ok := errors.AsType[*errs.Error](err)
		if !ok {
			return nil, err
		}
		found = append(found, Finding{Path: e.Field, Code: e.Code, Args: e.Args, Object: -1})
	}
	return found, nil
}

func (s *Store) moved(ctx context.Context, q *db.Tx, d Draft) error {
	e, err := s.Entry(ctx, q, d.Type.Code)
	if errs.Code(err) == "type.unknown" {
		return nil
	}
	if err != nil {
		return err
	}
	if d.BaseVersion > 0 && e.Version != d.BaseVersion {
		return errs.New(errs.Conflict, "draft.moved").On("version")
	}
	return nil
}
