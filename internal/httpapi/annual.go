package httpapi

import (
	"context"
	"net/http"
	"slices"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/yinxin-org/yinxin/internal/clock"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/errs"
	"github.com/yinxin-org/yinxin/internal/inspection"
	"github.com/yinxin-org/yinxin/internal/license"
	"github.com/yinxin-org/yinxin/internal/upload"
)

const tagAnnual = "年检与到期 Annual inspections and expiry"

// AnnualCycle is how an own license stands with its annual inspections.
type AnnualCycle struct {
	Due      string         `json:"due" doc:"The last day on which it is in time."`
	Late     bool           `json:"late"`
	Blocks   bool           `json:"blocks" doc:"Not usable while it is overdue; else it is usable and marked."`
	Months   int            `json:"months" doc:"From one inspection to the next."`
	Basis    string         `json:"basis" doc:"The law that demands it."`
	Opens    string         `json:"opens" doc:"From when it can be applied for."`
	MayApply bool           `json:"mayApply"`
	MayUndo  bool           `json:"mayUndo" doc:"What was applied for can be taken back: nobody has examined it."`
	Items    []AnnualResult `json:"items" nullable:"false" doc:"What was applied for, the newest first."`
}

// AnnualResult is one inspection that was applied for.
type AnnualResult struct {
	ID        string     `json:"id"`
	Step      string     `json:"step" enum:"applied,examined,passed,failed,dropped,withdrawn"`
	Due       string     `json:"due"`
	AppliedAt time.Time  `json:"appliedAt"`
	ClosedAt  *time.Time `json:"closedAt,omitempty"`
	Statement string     `json:"statement,omitempty"`
	Finding   string     `json:"finding,omitempty" doc:"Once there is a result."`

	Files []AnnualFile `json:"files" nullable:"false" doc:"What was handed in with it; to be opened while it has no result."`
}

// AnnualFile is a file that a holder handed in with an application.
type AnnualFile struct {
	ID    string `json:"id"`
	Name  string `json:"name"`
	Media string `json:"media"`
	Size  int    `json:"size"`
	URL   string `json:"url,omitempty" doc:"Where it can be opened; absent once there is a result."`
}

// AnnualUpload is a file on its way in.
type AnnualUpload struct {
	Name string `json:"name" maxLength:"200" doc:"As it is shown."`
	Data []byte `json:"data" doc:"PDF, OFD, JPEG or PNG by its content, at most 10 MB."`
}

// AnnualItem is an inspection on the desk of its unit.
type AnnualItem struct {
	ID        string        `json:"id"`
	Step      string        `json:"step" enum:"applied,examined,passed,failed,dropped,withdrawn"`
	License   IssuedLicense `json:"license"`
	Due       string        `json:"due"`
	Workdays  int           `json:"workdaysLeft" doc:"Until the end of that day; negative when overdue."`
	Late      bool          `json:"late"`
	AppliedAt time.Time     `json:"appliedAt"`
}

// AnnualDetail is an inspection with all that its examiner needs.
type AnnualDetail struct {
	AnnualItem
	Months     int            `json:"months"`
	Basis      string         `json:"basis"`
	Blocks     bool           `json:"blocks"`
	Review     bool           `json:"review" doc:"A second person looks before the result counts."`
	Statement  string         `json:"statement"`
	Files      []AnnualFile   `json:"files" nullable:"false"`
	Passes     bool           `json:"passes" doc:"What the examiner found."`
	Finding    string         `json:"finding"`
	Returned   string         `json:"returned" doc:"Why the second person gave it back."`
	Examiner   *Actor         `json:"examiner,omitempty"`
	Reviewer   *Actor         `json:"reviewer,omitempty"`
	ClosedAt   *time.Time     `json:"closedAt,omitempty"`
	MayExamine bool           `json:"mayExamine"`
	MayReview  bool           `json:"mayReview"`
	Before     []AnnualResult `json:"before" nullable:"false" doc:"Other inspections of the license, the newest first."`
	Version    int64          `json:"version" doc:"To be sent with every change; it is refused if someone else was faster."`
}

// DueLicense is a license of the own unit with the day that comes.
type DueLicense struct {
	IssuedLicense
	Day  string `json:"day" doc:"The last day."`
	Past bool   `json:"past"`
}

// AnnualPath names an inspection in the address.
type AnnualPath struct {
	Language
	ID string `path:"annualId" format:"uuid"`
}

type annualCycleOutput struct{ Body AnnualCycle }

type annualApplyInput struct {
	HeldPath
	Body struct {
		Statement string         `json:"statement" maxLength:"500" doc:"What the holder says to it; may be empty."`
		Files     []AnnualUpload `json:"files,omitempty" maxItems:"3" doc:"What is handed in with it."`
	}
}

type ownAnnualFileInput struct {
	HeldPath
	FileID string `path:"fileId" format:"uuid"`
}

type annualFileInput struct {
	AnnualPath
	FileID string `path:"fileId" format:"uuid"`
}

type annualListInput struct {
	Language
	Page
	Step string `query:"step" enum:"applied,examined,passed,failed,dropped,withdrawn" default:"applied"`
}

type annualListOutput struct {
	Body struct {
		Items []AnnualItem `json:"items" nullable:"false"`
		Total int          `json:"total"`
	}
}

type annualOutput struct{ Body AnnualDetail }

type annualExamineInput struct {
	AnnualPath
	Body struct {
		Version int64  `json:"version" minimum:"1"`
		Passes  bool   `json:"passes"`
		Finding string `json:"finding" minLength:"1" maxLength:"500" doc:"The reason, which the holder reads."`
	}
}

type annualReviewInput struct {
	AnnualPath
	Body struct {
		Version int64  `json:"version" minimum:"1"`
		Agrees  bool   `json:"agrees"`
		Reason  string `json:"reason" maxLength:"500" doc:"Needed to give it back."`
	}
}

type dueInput struct {
	Language
	Page
	Show string `query:"show" enum:"inspection,overdue,expiring,expired" default:"inspection" doc:"To be inspected, overdue, about to expire, expired."`
	Days int    `query:"days" minimum:"1" maximum:"366" default:"90" doc:"How far to look: ahead for what comes, back for what has expired."`
}

type dueOutput struct {
	Body struct {
		Items []DueLicense `json:"items" nullable:"false"`
		Total int          `json:"total"`
	}
}

func registerAnnual(api huma.API, d Deps) {
	op := func(id, method, path, zh, en string, roles []string, errors ...int) huma.Operation {
		return require(api, huma.Operation{OperationID: id, Method: method, Path: path, Tags: []string{tagAnnual}, Summary: zh, Description: en,
			Errors: errors}, roles...)
	}
	holders, desk := []string{RoleHolder}, []string{RoleClerk, RoleApprover, RoleReviewer}
	huma.Register(api, op("getMyAnnual", http.MethodGet, "/api/v1/me/licenses/{id}/inspection", "我的证照的年检",
		"How an own license stands with its annual inspections; not found where it needs none.", holders, http.StatusNotFound), d.myAnnual)
	apply := op("applyForAnnual", http.MethodPost, "/api/v1/me/licenses/{id}/inspection", "申请年检",
		"Apply for the annual inspection of an own license, with files where they are needed. One is open at a time.", holders,
		http.StatusNotFound, http.StatusConflict, http.StatusRequestEntityTooLarge)
	apply.MaxBodyBytes = inspection.MaxBody
	huma.Register(api, apply, d.applyForAnnual)
	huma.Register(api, op("withdrawAnnual", http.MethodPost, "/api/v1/me/licenses/{id}/inspection/withdraw", "撤回年检申请",
		"Take back what was applied for, as long as nobody has examined it; its files are removed.", holders, http.StatusNotFound, http.StatusConflict), d.withdrawAnnual)
	huma.Register(api, op("getMyAnnualFile", http.MethodGet, "/api/v1/me/licenses/{id}/inspection/files/{fileId}", "查看年检附件",
		"A file as it was handed in, while there is no result.", holders, http.StatusNotFound), d.ownAnnualFile)
	huma.Register(api, op("getAnnualFile", http.MethodGet, "/api/v1/annual-inspections/{annualId}/files/{fileId}", "打开年检附件",
		"A file that the holder handed in, while there is no result.", desk, http.StatusNotFound, http.StatusConflict), d.annualFile)
	huma.Register(api, op("listAnnual", http.MethodGet, "/api/v1/annual-inspections", "年检列表",
		"Annual inspections of the own unit, the most urgent first.", desk), d.listAnnual)
	huma.Register(api, op("getAnnual", http.MethodGet, "/api/v1/annual-inspections/{annualId}", "年检详情",
		"An inspection with what was written. What the license says is not opened.", desk, http.StatusNotFound), d.getAnnual)
	huma.Register(api, op("examineAnnual", http.MethodPost, "/api/v1/annual-inspections/{annualId}/examine", "年检审查",
		"Enter what was found, with the reason. Where the type asks for it, a second person looks before it counts.", []string{RoleClerk},
		http.StatusNotFound, http.StatusConflict), d.examineAnnual)
	huma.Register(api, op("reviewAnnual", http.MethodPost, "/api/v1/annual-inspections/{annualId}/review", "年检复核",
		"Let the result count, or give the inspection back.", []string{RoleReviewer}, http.StatusNotFound, http.StatusConflict), d.reviewAnnual)
	huma.Register(api, op("listDueLicenses", http.MethodGet, "/api/v1/due-licenses", "到期提醒列表",
		"Licenses that the own unit issued and that must be inspected or expire, the soonest first; what ended is left out.", desk), d.listDue)
}

func (d Deps) myAnnual(ctx context.Context, in *HeldPath) (*annualCycleOutput, error) {
	out := &annualCycleOutput{}
	err := d.DB.Read(ctx, func(q *db.Tx) error {
		l, err := d.Licenses.Find(ctx, q, actorFrom(ctx).HolderID, in.ID)
		if err != nil {
			return err
		}
		c, err := d.Inspections.Cycle(ctx, q, l)
		if err != nil {
			return err
		}
		if c == nil || l.Step != license.StepPublished {
			return errs.New(errs.NotFound, "license.no-inspection")
		}
		out.Body = AnnualCycle{Due: lastDay(l.InspectDue), Late: c.Late, Blocks: c.Rule.Blocks(), Months: c.Rule.Months, Basis: c.Rule.Basis,
			Opens: date(c.Opens), MayApply: c.Refused == nil}
		out.Body.MayUndo = slices.ContainsFunc(c.Before, inspection.Inspection.Untouched)
		out.Body.Items, err = d.annualResults(ctx, q, c.Before, "", "/api/v1/me/licenses/"+in.ID+"/inspection/files/")
		return err
	})
	return out, err
}

// annualFiles are files with where each can be opened; "" for nowhere.
func annualFiles(files []inspection.File, at string) []AnnualFile {
	out := []AnnualFile{}
	for _, f := range files {
		x := AnnualFile{ID: f.ID, Name: f.Name, Media: f.Media, Size: f.Size}
		if at != "" {
			x.URL = at + f.ID
		}
		out = append(out, x)
	}
	return out
}

// annualResults tells inspections but one. What was found is told when it counts; files are opened at an address until then.
func (d Deps) annualResults(ctx context.Context, q *db.Tx, all []inspection.Inspection, but, at string) ([]AnnualResult, error) {
	out := []AnnualResult{}
	for _, i := range all {
		if i.ID == but {
			continue
		}
		w, err := d.Inspections.Words(ctx, q, i)
		if err != nil {
			return nil, err
		}
		x := AnnualResult{ID: i.ID, Step: string(i.Step), Due: lastDay(i.DueAt), AppliedAt: i.AppliedAt.In(clock.Shanghai), ClosedAt: beijing(i.ClosedAt),
			Statement: w.Statement, Files: annualFiles(w.Files, at)}
		if !i.Open() {
			x.Finding, x.Files = w.Finding, annualFiles(w.Files, "")
		}
		out = append(out, x)
	}
	return out, nil
}

func (d Deps) applyForAnnual(ctx context.Context, in *annualApplyInput) (*annualCycleOutput, error) {
	var files []upload.File
	for _, f := range in.Body.Files {
		files = append(files, upload.File{Name: f.Name, Data: f.Data})
	}
	if _, err := d.Inspections.Apply(ctx, actorFrom(ctx), in.ID, in.Body.Statement, files...); err != nil {
		return nil, err
	}
	return d.myAnnual(ctx, &in.HeldPath)
}

func (d Deps) withdrawAnnual(ctx context.Context, in *HeldPath) (*annualCycleOutput, error) {
	if err := d.Inspections.Withdraw(ctx, actorFrom(ctx), in.ID); err != nil {
		return nil, err
	}
	return d.myAnnual(ctx, in)
}

func (d Deps) ownAnnualFile(ctx context.Context, in *ownAnnualFileInput) (*file, error) {
	f, data, err := d.Inspections.OwnFile(ctx, actorFrom(ctx), in.ID, in.FileID)
	if err != nil {
		return nil, err
	}
	return handedIn(f.Name, f.Media, data), nil
}

func (d Deps) annualFile(ctx context.Context, in *annualFileInput) (*file, error) {
	f, data, err := d.Inspections.FileOf(ctx, actorFrom(ctx), in.ID, in.FileID)
	if err != nil {
		return nil, err
	}
	return handedIn(f.Name, f.Media, data), nil
}

func (d Deps) listAnnual(ctx context.Context, in *annualListInput) (*annualListOutput, error) {
	out := &annualListOutput{}
	out.Body.Items = []AnnualItem{}
	err := d.DB.Read(ctx, func(q *db.Tx) error {
		found, total, err := d.Inspections.Desk(ctx, q, actorFrom(ctx).UnitID, inspection.Step(in.Step), in.Limit, in.Offset)
		if err != nil {
			return err
		}
		out.Body.Total = total
		for _, i := range found {
			l, err := d.Inspections.Present(ctx, q, i)
			if err != nil {
				return err
			}
			x, err := d.annualItem(ctx, q, i, l, in.lang())
			if err != nil {
				return err
			}
			out.Body.Items = append(out.Body.Items, x)
		}
		return nil
	})
	return out, err
}

func (d Deps) annualItem(ctx context.Context, q *db.Tx, i inspection.Inspection, l license.License, lang string) (AnnualItem, error) {
	head, err := d.issuedLicense(ctx, q, l, lang)
	return AnnualItem{ID: i.ID, Step: string(i.Step), License: head, Due: lastDay(i.DueAt), Workdays: d.Calendar.Left(d.Clock.Now(), i.DueAt), Late: i.Open() && !d.Clock.Now().Before(i.DueAt),
		AppliedAt: i.AppliedAt.In(clock.Shanghai)}, err
}

func (d Deps) getAnnual(ctx context.Context, in *AnnualPath) (*annualOutput, error) {
	out := &annualOutput{}
	err := d.DB.Read(ctx, func(q *db.Tx) error {
		i, err := d.Inspections.OfUnit(ctx, q, actorFrom(ctx).UnitID, in.ID)
		if err != nil {
			return err
		}
		out.Body, err = d.annualDetail(ctx, q, i, in.lang())
		return err
	})
	return out, err
}

func (d Deps) annualDetail(ctx context.Context, q *db.Tx, i inspection.Inspection, lang string) (AnnualDetail, error) {
	none := func(err error) (AnnualDetail, error) { return AnnualDetail{}, err }
	l, err := d.Inspections.Present(ctx, q, i)
	if err != nil {
		return none(err)
	}
	head, err := d.annualItem(ctx, q, i, l, lang)
	if err != nil {
		return none(err)
	}
	w, err := d.Inspections.Words(ctx, q, i)
	if err != nil {
		return none(err)
	}
	actor := actorFrom(ctx)
	out := AnnualDetail{AnnualItem: head, Statement: w.Statement, Passes: i.Passes, Finding: w.Finding, Returned: w.Returned, ClosedAt: beijing(i.ClosedAt),
		MayExamine: i.Step == inspection.Applied && actor.Has(RoleClerk),
		MayReview:  i.Step == inspection.Examined && actor.Has(RoleReviewer) && i.ExaminerID != actor.AccountID, Before: []AnnualResult{}, Version: i.RowVersion}
	at := ""
	if i.Open() {
		at = "/api/v1/annual-inspections/" + i.ID + "/files/"
	}
	out.Files = annualFiles(w.Files, at)
	if out.Examiner, err = d.actorOf(ctx, q, i.ExaminerID); err != nil {
		return none(err)
	}
	if out.Reviewer, err = d.actorOf(ctx, q, i.ReviewerID); err != nil {
		return none(err)
	}
	c, err := d.Inspections.Cycle(ctx, q, l)
	if err != nil || c == nil {
		return out, err
	}
	out.Months, out.Basis, out.Blocks, out.Review = c.Rule.Months, c.Rule.Basis, c.Rule.Blocks(), c.Rule.Review
	out.Before, err = d.annualResults(ctx, q, c.Before, i.ID, "")
	return out, err
}

func (d Deps) examineAnnual(ctx context.Context, in *annualExamineInput) (*annualOutput, error) {
	if err := d.Inspections.Examine(ctx, actorFrom(ctx), in.ID, in.Body.Version, in.Body.Passes, in.Body.Finding); err != nil {
		return nil, err
	}
	return d.getAnnual(ctx, &in.AnnualPath)
}

func (d Deps) reviewAnnual(ctx context.Context, in *annualReviewInput) (*annualOutput, error) {
	if err := d.Inspections.Review(ctx, actorFrom(ctx), in.ID, in.Body.Version, in.Body.Agrees, in.Body.Reason); err != nil {
		return nil, err
	}
	return d.getAnnual(ctx, &in.AnnualPath)
}

func (d Deps) listDue(ctx context.Context, in *dueInput) (*dueOutput, error) {
	now := d.Clock.Now()
	of, after, until := license.ToInspect, now, now.AddDate(0, 0, in.Days)
	switch in.Show {
	case "overdue":
		after, until = time.Time{}, now
	case "expiring":
		of = license.ToExpire
	case "expired":
		of, after, until = license.ToExpire, now.AddDate(0, 0, -in.Days), now
	}
	out := &dueOutput{}
	out.Body.Items = []DueLicense{}
	err := d.DB.Read(ctx, func(q *db.Tx) error {
		found, total, err := d.Licenses.Due(ctx, q, actorFrom(ctx).UnitID, of, after, until, in.Limit, in.Offset)
		if err != nil {
			return err
		}
		out.Body.Total = total
		for _, l := range found {
			head, err := d.issuedLicense(ctx, q, l, in.lang())
			if err != nil {
				return err
			}
			day := l.InspectDue
			if of == license.ToExpire {
				day = l.ValidTo
			}
			out.Body.Items = append(out.Body.Items, DueLicense{IssuedLicense: head, Day: lastDay(day), Past: !now.Before(day)})
		}
		return nil
	})
	return out, err
}
