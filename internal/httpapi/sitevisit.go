package httpapi

import (
	"context"
	"net/http"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/yinxin-org/yinxin/internal/access"
	"github.com/yinxin-org/yinxin/internal/clock"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/errs"
	"github.com/yinxin-org/yinxin/internal/holder"
	"github.com/yinxin-org/yinxin/internal/matter"
)

const tagSiteVisit = "现场检查 Inspections on site"

// SiteVisit is an inspection task of the signed-in inspector.
type SiteVisit struct {
	ID         string     `json:"id"`
	Matter     Coded      `json:"matter"`
	Subject    string     `json:"subject" doc:"Name of the holder inspected."`
	From       time.Time  `json:"from"`
	Until      time.Time  `json:"until"`
	FinishedAt *time.Time `json:"finishedAt,omitempty"`
	Open       bool       `json:"open" doc:"Licenses can be looked at now."`
}

// SiteVisitDetail is a task with what to check and what was found.
type SiteVisitDetail struct {
	SiteVisit
	Types []SiteVisitType `json:"types" nullable:"false"`
}

// SiteVisitType is a license type on the list of the matter.
type SiteVisitType struct {
	Type     Coded              `json:"type"`
	Fields   []Label            `json:"fields" nullable:"false" doc:"What is looked at."`
	Findings []SiteVisitFinding `json:"findings" nullable:"false"`
}

// SiteVisitFinding is what was found of one license, or of a type without one.
type SiteVisitFinding struct {
	LicenseID string    `json:"licenseId,omitempty" doc:"Absent: none was shown."`
	Result    string    `json:"result" enum:"consistent,differs,absent"`
	Note      string    `json:"note,omitempty"`
	At        time.Time `json:"at"`
}

// SiteVisitLook is what a look at one type gave.
type SiteVisitLook struct {
	Licenses []SiteVisitLicense `json:"licenses" nullable:"false"`
	RecordNo string             `json:"recordNo" doc:"存证编号 of the look for what there is"`
}

// SiteVisitLicense is a license as an inspector sees it: the listed fields.
type SiteVisitLicense struct {
	ID string `json:"id"`
	State
	Fields   []Item `json:"fields"`
	RecordNo string `json:"recordNo" doc:"存证编号"`
}

type siteVisitsOutput struct {
	Body struct {
		Items   []SiteVisit `json:"items" nullable:"false"`
		Matters []Coded     `json:"matters" nullable:"false" doc:"Inspection matters with a published list for the own unit."`
	}
}

type siteVisitPlanInput struct {
	Language
	Body struct {
		Code   string `json:"code" minLength:"1" maxLength:"30" doc:"Of the holder inspected."`
		Name   string `json:"name" minLength:"1" maxLength:"100" doc:"Both must fit."`
		Matter string `json:"matterCode" minLength:"1" maxLength:"40"`
		Days   int    `json:"days" minimum:"1" maximum:"30" doc:"How many days the task lasts."`

		IdempotencyKey string `json:"idempotencyKey" minLength:"8" maxLength:"64" pattern:"^[A-Za-z0-9_-]+$" doc:"The same key gives the same task."`
	}
}

// SiteVisitPath names a task in the address.
type SiteVisitPath struct {
	Language
	SiteVisitID string `path:"visitId" format:"uuid"`
}

type siteVisitLookInput struct {
	SiteVisitPath
	Body struct {
		TypeCode string `json:"typeCode" minLength:"21" maxLength:"21"`
	}
}

type siteVisitFindingInput struct {
	SiteVisitPath
	Body struct {
		TypeCode  string `json:"typeCode" minLength:"21" maxLength:"21"`
		LicenseID string `json:"licenseId,omitempty" maxLength:"36" doc:"Absent exactly when the result is absent."`
		Result    string `json:"result" enum:"consistent,differs,absent"`
		Note      string `json:"note,omitempty" maxLength:"500"`
	}
}

type siteVisitOutput struct{ Body SiteVisitDetail }

type siteVisitLookOutput struct {
	CacheControl string `header:"Cache-Control"`
	Body         SiteVisitLook
}

func registerSiteVisit(api huma.API, d Deps) {
	op := func(id, method, path, zh, en string, errors ...int) huma.Operation {
		return require(api, huma.Operation{OperationID: id, Method: method, Path: "/api/v1/inspection-tasks" + path, Tags: []string{tagSiteVisit}, Summary: zh, Description: en,
			Errors: errors}, RoleVerifier)
	}
	huma.Register(api, op("listSiteVisits", http.MethodGet, "", "我的检查任务", "The inspector's tasks, the newest first, and the matters under which one can be planned."), d.listSiteVisits)
	huma.Register(api, op("planSiteVisit", http.MethodPost, "", "安排检查", "Plan an inspection of a holder by yourself. What it lets be looked at is the published list of the matter, as it stands now.",
		http.StatusNotFound, http.StatusConflict), d.planSiteVisit)
	huma.Register(api, op("getSiteVisit", http.MethodGet, "/{visitId}", "检查任务", "A task: what to check, and what was found.", http.StatusNotFound), d.getSiteVisit)
	huma.Register(api, op("lookOnSiteVisit", http.MethodPost, "/{visitId}/look", "查看证照", "Look at the holder's licenses of one type on the list: its listed fields. Each look is on record, and the holder sees it.",
		http.StatusNotFound, http.StatusServiceUnavailable), d.lookOnSiteVisit)
	huma.Register(api, op("recordFinding", http.MethodPost, "/{visitId}/findings", "登记检查结果", "Write down what was found of a license that was looked at, or that none was shown.",
		http.StatusNotFound, http.StatusConflict), d.recordFinding)
	huma.Register(api, op("finishSiteVisit", http.MethodPost, "/{visitId}/finish", "结束检查", "Finish, once something was found of every type. Nothing can be looked at any more, and the holder is told.",
		http.StatusNotFound, http.StatusConflict), d.finishSiteVisit)
}

func (d Deps) listSiteVisits(ctx context.Context, in *struct{ Language }) (*siteVisitsOutput, error) {
	out, actor := &siteVisitsOutput{}, actorFrom(ctx)
	out.Body.Items, out.Body.Matters = []SiteVisit{}, []Coded{}
	return out, d.DB.Read(ctx, func(q *db.Tx) error {
		tasks, err := d.Door.InspectionTasks(ctx, q, actor)
		if err != nil {
			return err
		}
		for _, t := range tasks {
			x, err := d.siteVisit(ctx, q, t, in.lang())
			if err != nil {
				return err
			}
			out.Body.Items = append(out.Body.Items, x)
		}
		may, err := d.Door.Inspects(ctx, q, actor)
		if err != nil || !may {
			return err
		}
		listed, _, err := d.Matters.Listings(ctx, q, matter.ListFilter{List: matter.ListInspection, State: matter.Published, Unit: actor.UnitID, Limit: 200})
		if err != nil {
			return err
		}
		for _, l := range listed {
			m, err := d.matterNamed(ctx, q, l.Inspection.Matter, in.lang())
			if err != nil {
				return err
			}
			out.Body.Matters = append(out.Body.Matters, m)
		}
		return nil
	})
}

func (d Deps) siteVisit(ctx context.Context, q *db.Tx, t access.InspectionTask, lang string) (SiteVisit, error) {
	h, err := d.Holders.Get(ctx, q, t.SubjectID)
	if err != nil {
		return SiteVisit{}, err
	}
	m, err := d.matterNamed(ctx, q, t.MatterCode, lang)
	return SiteVisit{ID: t.ID, Matter: m, Subject: h.Profile.Name, From: t.From.In(clock.Shanghai), Until: t.Until.In(clock.Shanghai),
		FinishedAt: beijing(t.FinishedAt), Open: t.Open(d.Clock.Now())}, err
}

func (d Deps) planSiteVisit(ctx context.Context, in *siteVisitPlanInput) (*siteVisitOutput, error) {
	code, _, err := holder.ParseCode(in.Body.Code, "code")
	if err != nil {
		return nil, err
	}
	v := access.Visit{MatterCode: in.Body.Matter, For: time.Duration(in.Body.Days) * 24 * time.Hour, Key: in.Body.IdempotencyKey}
	err = d.DB.Read(ctx, func(q *db.Tx) error {
		// Asked first: whoever cannot plan it is told nothing of whether somebody is known.
		if _, err := d.Door.Inspectable(ctx, q, actorFrom(ctx), v.MatterCode); err != nil {
			return err
		}
		unknown := errs.New(errs.NotFound, "relation.other-unknown").On("code")
		if v.SubjectID, err = d.Holders.Find(ctx, q, code); errs.Code(err) == "case.holder-unknown" {
			return unknown
		}
		if err != nil {
			return err
		}
		h, err := d.Holders.Get(ctx, q, v.SubjectID)
		if err == nil && h.Profile.Name != strings.TrimSpace(in.Body.Name) {
			return unknown
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	id, err := d.Door.PlanInspection(ctx, actorFrom(ctx), v)
	if err != nil {
		return nil, err
	}
	return d.siteVisitNow(ctx, id, in.lang())
}

func (d Deps) siteVisitNow(ctx context.Context, id, lang string) (*siteVisitOutput, error) {
	out := &siteVisitOutput{}
	return out, d.DB.Read(ctx, func(q *db.Tx) error {
		t, err := d.Door.InspectionTask(ctx, q, actorFrom(ctx), id)
		if err != nil {
			return err
		}
		if out.Body.SiteVisit, err = d.siteVisit(ctx, q, t, lang); err != nil {
			return err
		}
		found, err := d.Door.Findings(ctx, q, t)
		if err != nil {
			return err
		}
		out.Body.Types = []SiteVisitType{}
		for _, b := range t.Bindings {
			x, err := d.Types.Latest(ctx, q, b.Type)
			if err != nil {
				return err
			}
			v := SiteVisitType{Type: typeName(x, lang), Fields: labels(x, b.Fields, lang), Findings: []SiteVisitFinding{}}
			for _, f := range found {
				if f.TypeCode == b.Type {
					v.Findings = append(v.Findings, SiteVisitFinding{LicenseID: f.LicenseID, Result: string(f.Result), Note: f.Note, At: f.At.In(clock.Shanghai)})
				}
			}
			out.Body.Types = append(out.Body.Types, v)
		}
		return nil
	})
}

func (d Deps) getSiteVisit(ctx context.Context, in *SiteVisitPath) (*siteVisitOutput, error) {
	return d.siteVisitNow(ctx, in.SiteVisitID, in.lang())
}

func (d Deps) lookOnSiteVisit(ctx context.Context, in *siteVisitLookInput) (*siteVisitLookOutput, error) {
	seen, recordNo, err := d.Door.InspectType(ctx, actorFrom(ctx), in.SiteVisitID, in.Body.TypeCode)
	if err != nil {
		return nil, err
	}
	out := &siteVisitLookOutput{CacheControl: "no-store", Body: SiteVisitLook{Licenses: []SiteVisitLicense{}, RecordNo: recordNo}}
	for _, r := range seen {
		out.Body.Licenses = append(out.Body.Licenses, SiteVisitLicense{ID: r.License.ID, State: stateOf(r.License.State(r.At), in.lang()), Fields: items(r.Fields, in.lang()), RecordNo: r.RecordNo})
	}
	return out, nil
}

func (d Deps) recordFinding(ctx context.Context, in *siteVisitFindingInput) (*siteVisitOutput, error) {
	b := in.Body
	err := d.Door.RecordFinding(ctx, actorFrom(ctx), in.SiteVisitID, access.InspectionFinding{TypeCode: b.TypeCode, LicenseID: b.LicenseID, Result: access.Found(b.Result), Note: b.Note})
	if err != nil {
		return nil, err
	}
	return d.siteVisitNow(ctx, in.SiteVisitID, in.lang())
}

func (d Deps) finishSiteVisit(ctx context.Context, in *SiteVisitPath) (*siteVisitOutput, error) {
	if err := d.Door.FinishInspection(ctx, actorFrom(ctx), in.SiteVisitID); err != nil {
		return nil, err
	}
	return d.siteVisitNow(ctx, in.SiteVisitID, in.lang())
}
