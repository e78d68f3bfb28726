package httpapi

import (
	"context"
	"net/http"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/yinxin-org/yinxin/internal/catalog"
	"github.com/yinxin-org/yinxin/internal/clock"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/errs"
)

// TypeDraftRow is a version being prepared, in a list.
type TypeDraftRow struct {
	ID          string     `json:"id"`
	Code        string     `json:"code"`
	Name        string     `json:"name"`
	State       string     `json:"state" enum:"draft,submitted,returned"`
	Unit        Named      `json:"unit" doc:"The unit that prepares it."`
	BaseVersion int        `json:"baseVersion" doc:"The published version it goes out from; 0 for a new type."`
	SavedAt     time.Time  `json:"savedAt"`
	SavedBy     string     `json:"savedBy" doc:"Name of who saved it last."`
	SubmittedAt *time.Time `json:"submittedAt,omitempty"`
	Version     int64      `json:"version" doc:"Send it back with every change; 409 when it has moved on."`
}

// TypeFinding is one thing wrong with a type.
type TypeFinding struct {
	Path   string `json:"path" doc:"Which part, for example fields[3].pattern or face.objects[12]."`
	Code   string `json:"code"`
	Zh     string `json:"zh"`
	En     string `json:"en"`
	Field  string `json:"field,omitempty" doc:"Name of the metadata field meant."`
	Object *int   `json:"object,omitempty" doc:"Which object of the face, counted from 0."`
}

// TypeDraft is a version being prepared with all that a page needs to edit, check and merge it.
type TypeDraft struct {
	TypeDraftRow
	Draft     catalog.Type  `json:"draft"`
	Base      *catalog.Type `json:"base,omitempty" doc:"The published version it goes out from."`
	Note      string        `json:"note" doc:"What the author says about it."`
	Opinion   string        `json:"opinion" doc:"Why it was returned."`
	Findings  []TypeFinding `json:"findings" nullable:"false" doc:"What still keeps it from being submitted."`
	Changes   []TypeChange  `json:"changes" nullable:"false" doc:"What it changes in the published version."`
	MayEdit   bool          `json:"mayEdit"`
	MayReview bool          `json:"mayReview" doc:"Nobody reviews what they have worked on."`
}

type typeDraftsInput struct {
	Language
	State  string `query:"state" enum:"draft,submitted,returned"`
	Query  string `query:"q" maxLength:"60"`
	Limit  int    `query:"limit" minimum:"1" maximum:"100" default:"30"`
	Offset int    `query:"offset" minimum:"0" default:"0"`
}

type typeDraftsOutput struct {
	Body struct {
		Items []TypeDraftRow `json:"items" nullable:"false"`
		Total int            `json:"total"`
	}
}

// TypeDraftPath names a version being prepared in the address.
type TypeDraftPath struct {
	Language
	DraftID string `path:"draftId" format:"uuid"`
}

type typeDraftOutput struct{ Body TypeDraft }

type createTypeDraftInput struct {
	Language
	Body struct {
		TypeCode string        `json:"typeCode,omitempty" maxLength:"21" doc:"A published type, to prepare its next version; left out for a new type."`
		Type     *catalog.Type `json:"type,omitempty" doc:"To begin with; left out for an empty one, or for what is published."`
		Note     string        `json:"note,omitempty" maxLength:"500"`
		Reason   string        `json:"reason" minLength:"2" maxLength:"200"`
	}
}

type saveTypeDraftInput struct {
	TypeDraftPath
	Body struct {
		Version int64        `json:"version" minimum:"1"`
		Type    catalog.Type `json:"type" doc:"May be incomplete."`
		Note    string       `json:"note,omitempty" maxLength:"500"`
		Reason  string       `json:"reason,omitempty" maxLength:"200" doc:"Why; “编制草稿” if left out."`
	}
}

type typeDraftStepInput struct {
	TypeDraftPath
	Body struct {
		Version int64  `json:"version" minimum:"1"`
		Reason  string `json:"reason" minLength:"2" maxLength:"200"`
	}
}

type reviewTypeDraftInput struct {
	TypeDraftPath
	Body struct {
		Version     int64  `json:"version" minimum:"1"`
		Outcome     string `json:"outcome" enum:"publish,return"`
		EffectiveOn string `json:"effectiveOn,omitempty" format:"date" doc:"To publish: today or later; today if left out."`
		Reason      string `json:"reason" minLength:"2" maxLength:"200" doc:"The opinion; who prepared it reads it."`
	}
}

type doneOutput struct {
	Body struct {
		Done bool `json:"done"`
	}
}

func registerTypeDraft(api huma.API, d Deps) {
	both := []string{RoleCatalog, RoleDigital}
	op := func(id, method, path, summary, description string, errors ...int) huma.Operation {
		return huma.Operation{OperationID: id, Method: method, Path: path, Tags: []string{tagType}, Summary: summary, Description: description, Errors: errors}
	}
	const one = "/api/v1/type-drafts/{draftId}"
	found, conflict := http.StatusNotFound, http.StatusConflict
	huma.Register(api, require(api, op("listTypeDrafts", http.MethodGet, "/api/v1/type-drafts", "编制中的证照类型",
		"Versions being prepared: of the own unit, and for the digital office all that were submitted."), both...), d.listTypeDrafts)
	huma.Register(api, require(api, op("createTypeDraft", http.MethodPost, "/api/v1/type-drafts", "编制证照类型",
		"Begin a new type, or the next version of a published one.", found, conflict), RoleCatalog), d.createTypeDraft)
	huma.Register(api, require(api, op("getTypeDraft", http.MethodGet, one, "编制中的版本",
		"A version being prepared, with what it goes out from and what is still wrong with it.", found), both...), d.getTypeDraft)
	huma.Register(api, require(api, op("saveTypeDraft", http.MethodPut, one, "保存草稿",
		"Save a version being prepared. It may be incomplete. When somebody else saved it meanwhile, the answer is 409 conflict: get it again and merge.", found, conflict), RoleCatalog), d.saveTypeDraft)
	huma.Register(api, require(api, op("discardTypeDraft", http.MethodPost, one+"/discard", "删除草稿",
		"Throw a version being prepared away.", found, conflict), RoleCatalog), d.discardTypeDraft)
	huma.Register(api, require(api, op("submitTypeDraft", http.MethodPost, one+"/submit", "送审",
		"Submit for review by the digital office. Everything is checked; the errors name what is wrong.", found, conflict), RoleCatalog), d.submitTypeDraft)
	huma.Register(api, require(api, op("recallTypeDraft", http.MethodPost, one+"/recall", "撤回送审",
		"Take back what was submitted.", found, conflict), RoleCatalog), d.recallTypeDraft)
	huma.Register(api, require(api, op("reviewTypeDraft", http.MethodPost, one+"/review", "审核",
		"Publish from a day on, or return with an opinion. Nobody reviews what they have worked on.", found, conflict), RoleDigital), d.reviewTypeDraft)
}

func (d Deps) listTypeDrafts(ctx context.Context, in *typeDraftsInput) (*typeDraftsOutput, error) {
	out := &typeDraftsOutput{}
	out.Body.Items = []TypeDraftRow{}
	err := d.DB.Read(ctx, func(q *db.Tx) error {
		found, total, err := d.Types.Drafts(ctx, q, actorFrom(ctx), in.State, in.Query, in.Limit, in.Offset)
		if err != nil {
			return err
		}
		out.Body.Total = total
		for _, x := range found {
			row, err := d.typeDraftRow(ctx, q, x, in.lang())
			if err != nil {
				return err
			}
			out.Body.Items = append(out.Body.Items, row)
		}
		return nil
	})
	return out, err
}

func (d Deps) typeDraftRow(ctx context.Context, q *db.Tx, x catalog.Draft, lang string) (TypeDraftRow, error) {
	unit, err := d.unitNamed(ctx, q, x.UnitID, lang)
	if err != nil {
		return TypeDraftRow{}, err
	}
	person, err := d.Accounts.PersonIn(ctx, q, x.Hands[len(x.Hands)-1])
	if err != nil {
		return TypeDraftRow{}, err
	}
	return TypeDraftRow{ID: x.ID, Code: x.Type.Code, Name: choose(lang, x.Type.Name, x.Type.NameEn), State: x.State, Unit: unit, BaseVersion: x.BaseVersion,
		SavedAt: x.SavedAt.In(clock.Shanghai), SavedBy: person.Name, SubmittedAt: beijing(x.SubmittedAt), Version: x.RowVersion}, nil
}

// typeDraft answers with a draft and all that a page needs to edit, check and merge it.
func (d Deps) typeDraft(ctx context.Context, x catalog.Draft, lang string) (*typeDraftOutput, error) {
	out := &typeDraftOutput{}
	a := actorFrom(ctx)
	err := d.DB.Read(ctx, func(q *db.Tx) error {
		row, err := d.typeDraftRow(ctx, q, x, lang)
		if err != nil {
			return err
		}
		out.Body = TypeDraft{TypeDraftRow: row, Draft: x.Type, Note: x.Note, Opinion: x.Opinion, Changes: []TypeChange{},
			MayEdit: x.MayEdit(a), MayReview: x.MayReview(a)}
		found, err := d.Types.Findings(ctx, q, x)
		if err != nil {
			return err
		}
		out.Body.Findings = typeFindings(found)
		if x.BaseVersion == 0 {
			return nil
		}
		base, err := d.Types.Version(ctx, q, x.Type.Code, x.BaseVersion)
		if err != nil {
			return err
		}
		clean := catalog.Clean(*base)
		out.Body.Base, out.Body.Changes = &clean, typeChanges(catalog.Diff(base, &x.Type))
		return nil
	})
	return out, err
}

func typeFindings(found []catalog.Finding) []TypeFinding {
	out := []TypeFinding{}
	for _, f := range found {
		x := TypeFinding{Path: f.Path, Code: f.Code, Zh: errs.Text(f.Code, "zh", f.Args), En: errs.Text(f.Code, "en", f.Args), Field: f.Field}
		if f.Object >= 0 {
			x.Object = &f.Object
		}
		out = append(out, x)
	}
	return out
}

// changeDraft runs one change of a draft and answers with the draft as it then is.
func (d Deps) changeDraft(ctx context.Context, lang string, fn func(tx *db.Tx) (catalog.Draft, error)) (*typeDraftOutput, error) {
	var x catalog.Draft
	err := d.DB.Write(ctx, func(tx *db.Tx) error {
		var err error
		x, err = fn(tx)
		return err
	})
	if err != nil {
		return nil, err
	}
	return d.typeDraft(ctx, x, lang)
}

func (d Deps) createTypeDraft(ctx context.Context, in *createTypeDraftInput) (*typeDraftOutput, error) {
	return d.changeDraft(ctx, in.lang(), func(tx *db.Tx) (catalog.Draft, error) {
		return d.Types.Begin(ctx, tx, actorFrom(ctx), catalog.Beginning{TypeCode: in.Body.TypeCode, Type: in.Body.Type, Note: in.Body.Note, Reason: in.Body.Reason})
	})
}

func (d Deps) getTypeDraft(ctx context.Context, in *TypeDraftPath) (*typeDraftOutput, error) {
	var x catalog.Draft
	err := d.DB.Read(ctx, func(q *db.Tx) error {
		var err error
		x, err = d.Types.Draft(ctx, q, in.DraftID)
		if err == nil && !x.MaySee(actorFrom(ctx)) {
			err = errs.New(errs.NotFound, "draft.unknown")
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	return d.typeDraft(ctx, x, in.lang())
}

// savingReason stands in the trail where an editor gives none: a draft is saved many times in an hour.
const savingReason = "编制草稿"

func (d Deps) saveTypeDraft(ctx context.Context, in *saveTypeDraftInput) (*typeDraftOutput, error) {
	reason := in.Body.Reason
	if strings.TrimSpace(reason) == "" {
		reason = savingReason
	}
	return d.changeDraft(ctx, in.lang(), func(tx *db.Tx) (catalog.Draft, error) {
		return d.Types.SaveDraft(ctx, tx, actorFrom(ctx), in.DraftID, in.Body.Version, in.Body.Type, in.Body.Note, reason)
	})
}

func (d Deps) discardTypeDraft(ctx context.Context, in *typeDraftStepInput) (*doneOutput, error) {
	out := &doneOutput{}
	out.Body.Done = true
	return out, d.DB.Write(ctx, func(tx *db.Tx) error {
		return d.Types.DiscardDraft(ctx, tx, actorFrom(ctx), in.DraftID, in.Body.Version, in.Body.Reason)
	})
}

func (d Deps) submitTypeDraft(ctx context.Context, in *typeDraftStepInput) (*typeDraftOutput, error) {
	return d.changeDraft(ctx, in.lang(), func(tx *db.Tx) (catalog.Draft, error) {
		return d.Types.SubmitDraft(ctx, tx, actorFrom(ctx), in.DraftID, in.Body.Version, in.Body.Reason)
	})
}

func (d Deps) recallTypeDraft(ctx context.Context, in *typeDraftStepInput) (*typeDraftOutput, error) {
	return d.changeDraft(ctx, in.lang(), func(tx *db.Tx) (catalog.Draft, error) {
		return d.Types.RecallDraft(ctx, tx, actorFrom(ctx), in.DraftID, in.Body.Version, in.Body.Reason)
	})
}

func (d Deps) reviewTypeDraft(ctx context.Context, in *reviewTypeDraftInput) (*doneOutput, error) {
	v := catalog.Verdict{Publish: in.Body.Outcome == "publish", Opinion: in.Body.Reason}
	if in.Body.EffectiveOn != "" {
		day, err := time.ParseInLocation(time.DateOnly, in.Body.EffectiveOn, clock.Shanghai)
		if err != nil {
			return nil, errs.New(errs.Invalid, "field.date").On("effectiveOn")
		}
		v.EffectiveOn = day
	}
	out := &doneOutput{}
	out.Body.Done = true
	return out, d.DB.Write(ctx, func(tx *db.Tx) error {
		return d.Types.ReviewDraft(ctx, tx, actorFrom(ctx), in.DraftID, in.Body.Version, v)
	})
}
