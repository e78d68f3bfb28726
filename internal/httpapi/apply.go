package httpapi

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/yinxin-org/yinxin/internal/casefile"
	"github.com/yinxin-org/yinxin/internal/hall"
	"github.com/yinxin-org/yinxin/internal/matter"
)

const tagApply = "网上办事 Applications"

// ApplicationSummary is an application in its applicant's list.
type ApplicationSummary struct {
	CaseNo       string     `json:"caseNo"`
	Matter       Coded      `json:"matter"`
	Unit         Named      `json:"unit"`
	Channel      string     `json:"channel" enum:"window,online,event,system"`
	Stage        string     `json:"stage" enum:"draft,wait,accept,mend,decide,making,done" doc:"draft: you still fill it in; wait: handed in, waits for the result of an earlier matter of the same life event; accept: with the unit; mend: you are asked to correct something."`
	Taken        bool       `json:"taken" doc:"At accept: a clerk has taken it."`
	State        string     `json:"state" enum:"open,closed"`
	Outcome      string     `json:"outcome,omitempty" enum:"approved,refused,withdrawn"`
	Todo         bool       `json:"todo" doc:"Waiting for you: to be filled in, or corrected."`
	BundleID     string     `json:"bundleId,omitempty" doc:"The application for a life event that it is part of."`
	OpenedAt     time.Time  `json:"openedAt"`
	SubmittedAt  *time.Time `json:"submittedAt,omitempty"`
	ClosedAt     *time.Time `json:"closedAt,omitempty"`
	DueAt        *time.Time `json:"dueAt,omitempty" doc:"When it is to be decided."`
	WorkdaysLeft int        `json:"workdaysLeft" doc:"Of dueAt; negative when overdue."`
}

// ApplicationDetail is an application with all that its applicant needs.
type ApplicationDetail struct {
	ApplicationSummary
	Applicant   Party                   `json:"applicant"`
	Parties     []ApplicationParty      `json:"parties" doc:"The others."`
	Form        []ApplicationField      `json:"form"`
	Materials   []ApplicationMaterial   `json:"materials"`
	Corrections []ApplicationCorrection `json:"corrections" doc:"What you are, or were, asked to correct, the latest first."`
	History     []ApplicationStep       `json:"history"`
	Result      *ApplicationResult      `json:"result,omitempty"`
	Days        int                     `json:"days" doc:"Working days to the decision, as promised."`
	Missing     []string                `json:"missing" doc:"Names of what has to be given before it can be handed in."`
	Version     int64                   `json:"version" doc:"To be sent with every change; it is refused if someone else was faster."`
}

// ApplicationParty is another party as the applicant entered it.
type ApplicationParty struct {
	Role       string `json:"role" enum:"applicant,representative,spouse,child"`
	CodeMasked string `json:"codeMasked"`
}

// ApplicationField is a form field with what stands in it.
type ApplicationField struct {
	FormField
	Value   string `json:"value"`
	FromSeq int    `json:"fromSeq,omitempty" doc:"The material that filled it."`
	Source  string `json:"source,omitempty" doc:"Name of the license type or material that filled it, or will: 来自您的营业执照."`
	Fill    string `json:"fill" enum:"you,license,later" doc:"you: yours to fill in; license: filled from a license; later: filled from a license when the case is accepted."`
	Fixed   bool   `json:"fixed" doc:"Cannot be changed: the rule takes it from a license."`
}

// ApplicationMaterial is one material, with what becomes of it.
type ApplicationMaterial struct {
	Seq         int                     `json:"seq"`
	Name        string                  `json:"name"`
	Required    bool                    `json:"required"`
	Party       string                  `json:"party,omitempty" enum:"applicant,representative,spouse,child" doc:"Whose license it is."`
	Type        *Coded                  `json:"type,omitempty" doc:"The license type that satisfies it."`
	Status      string                  `json:"status" enum:"ready,party,await,missing,unusable,plain,attached,lent,refused,paper" doc:"ready: a license was found and is fetched at acceptance; party: another party's license, looked for at acceptance; await: an earlier matter of the life event yields it; missing, unusable: see reason and help; plain: no license exists, hand in a file; attached: a file was handed in; lent, refused, paper: settled by the clerk."`
	Reason      *Reason                 `json:"reason,omitempty"`
	License     *ApplicationLicense     `json:"license,omitempty"`
	Upload      bool                    `json:"upload" doc:"A file may be handed in for it now."`
	Help        []Help                  `json:"help" doc:"What can be done about a license that is missing or not in force."`
	Attachments []ApplicationAttachment `json:"attachments"`
}

// ApplicationLicense is a license of the applicant's own that serves a material, or would if it were in force.
type ApplicationLicense struct {
	ID           string `json:"id"`
	Type         Coded  `json:"type"`
	NumberMasked string `json:"numberMasked"`
	State
	Issuer  string `json:"issuer"`
	ValidTo string `json:"validTo,omitempty"`
}

// Help is something that can be done about a missing license.
type Help struct {
	Kind   string `json:"kind" enum:"supplement,matter,upload" doc:"supplement: ask for the electronic form of a paper license (补录); matter: apply for one; upload: hand in a file of the paper license."`
	Matter *Coded `json:"matter,omitempty"`
	Unit   string `json:"unit,omitempty"`
}

// ApplicationAttachment is a file that was handed in.
type ApplicationAttachment struct {
	ID      string    `json:"id"`
	Name    string    `json:"name"`
	Media   string    `json:"media" enum:"application/pdf,application/ofd,image/jpeg,image/png"`
	Size    int       `json:"size"`
	Ground  string    `json:"ground" enum:"plain,missing,unusable" doc:"plain: no license satisfies the material; missing, unusable: why a file stands in for a license."`
	AddedAt time.Time `json:"addedAt"`
	URL     string    `json:"url"`
}

// ApplicationCorrection is what a clerk asked to correct.
type ApplicationCorrection struct {
	Items      []CorrectionItem `json:"items"`
	AskedAt    time.Time        `json:"askedAt"`
	AnsweredAt *time.Time       `json:"answeredAt,omitempty"`
}

// CorrectionItem is one thing to correct.
type CorrectionItem struct {
	Field string `json:"field,omitempty" maxLength:"60" doc:"Name of a form field."`
	Seq   int    `json:"seq,omitempty" minimum:"0" maximum:"999" doc:"Number of a material."`
	Text  string `json:"text" minLength:"1" maxLength:"300" doc:"What is wrong, and what to do."`
	Label string `json:"label,omitempty" readOnly:"true" maxLength:"200" doc:"Name of the field or material."`
}

// ApplicationStep is one step of an application's course, told without names of staff.
type ApplicationStep struct {
	At      time.Time `json:"at"`
	Action  string    `json:"action" enum:"open,paper,submit,take,approve,refuse,return,publish,void,made-vertical,made-national,apply,handin,wait,advance,accept,correct,resubmit,withdraw,commit,reassign,other"`
	Mine    bool      `json:"mine" doc:"A step of the applicant's own."`
	Opinion string    `json:"opinion,omitempty" doc:"Of a refusal: its reasons."`
}

// ApplicationResult is the license that an application yields.
type ApplicationResult struct {
	LicenseID string `json:"licenseId"`
	TypeName  string `json:"typeName"`
	State
	Published bool `json:"published"`
	Own       bool `json:"own" doc:"Among the applicant's own licenses; otherwise another party's, such as a child's."`
}

// OtherParties are the parties of an application besides the applicant.
type OtherParties struct {
	Representative *PersonInput `json:"representative,omitempty" doc:"法定代表人"`
	Spouse         *PersonInput `json:"spouse,omitempty" doc:"配偶"`
	Child          *PersonInput `json:"child,omitempty" doc:"子女"`
}

func (p OtherParties) persons() map[matter.Party]hall.Person {
	out := map[matter.Party]hall.Person{}
	for role, x := range map[matter.Party]*PersonInput{matter.Representative: p.Representative, matter.Spouse: p.Spouse, matter.Child: p.Child} {
		if x != nil {
			out[role] = hall.Person(*x)
		}
	}
	return out
}

type applyInput struct {
	Language
	Body struct {
		MatterCode     string       `json:"matterCode" minLength:"12" maxLength:"33"`
		Parties        OtherParties `json:"parties" required:"false"`
		IdempotencyKey string       `json:"idempotencyKey" minLength:"8" maxLength:"64" pattern:"^[A-Za-z0-9_-]+$" doc:"The same key gives the same application."`
	}
}

type applicationOutput struct{ Body ApplicationDetail }

type applicationsInput struct {
	Language
	Limit  int `query:"limit" minimum:"1" maximum:"100" default:"30"`
	Offset int `query:"offset" minimum:"0" maximum:"1000000" default:"0"`
}

type applicationsOutput struct {
	Body struct {
		Items []ApplicationSummary `json:"items"`
		Total int                  `json:"total"`
	}
}

type applicationStepInput struct {
	CasePath
	Body struct {
		Version int64 `json:"version" minimum:"1"`
	}
}

type correctionInput struct {
	CasePath
	Body struct {
		Version int64            `json:"version" minimum:"1"`
		Items   []CorrectionItem `json:"items" minItems:"1" maxItems:"30"`
	}
}

func (d Deps) apply(ctx context.Context, in *applyInput) (*applicationOutput, error) {
	no, err := d.Hall.Apply(ctx, actorFrom(ctx), hall.Application{MatterCode: in.Body.MatterCode, Parties: in.Body.Parties.persons(), Key: in.Body.IdempotencyKey})
	if err != nil {
		return nil, err
	}
	return d.applicationNow(ctx, no, in.lang())
}

func (d Deps) listApplications(ctx context.Context, in *applicationsInput) (*applicationsOutput, error) {
	rows, total, err := d.Hall.Applications(ctx, actorFrom(ctx), in.Limit, in.Offset)
	if err != nil {
		return nil, err
	}
	out := &applicationsOutput{}
	out.Body.Total, out.Body.Items = total, []ApplicationSummary{}
	for _, r := range rows {
		out.Body.Items = append(out.Body.Items, d.applicationSummary(r.Case, r.Matter, r.Unit, in.lang()))
	}
	return out, nil
}

func (d Deps) getApplication(ctx context.Context, in *CasePath) (*applicationOutput, error) {
	return d.applicationNow(ctx, in.CaseNo, in.lang())
}

func (d Deps) applicationNow(ctx context.Context, no, lang string) (*applicationOutput, error) {
	v, err := d.Hall.Application(ctx, actorFrom(ctx), no)
	if err != nil {
		return nil, err
	}
	body, err := d.applicationDetail(ctx, v, lang)
	return &applicationOutput{Body: body}, err
}

func (d Deps) saveApplication(ctx context.Context, in *formInput) (*applicationOutput, error) {
	if err := d.Hall.SaveForm(ctx, actorFrom(ctx), in.CaseNo, in.Body.Version, in.Body.Values); err != nil {
		return nil, err
	}
	return d.applicationNow(ctx, in.CaseNo, in.lang())
}

func (d Deps) handIn(ctx context.Context, in *applicationStepInput) (*applicationOutput, error) {
	if err := d.Hall.HandIn(ctx, actorFrom(ctx), in.CaseNo, in.Body.Version); err != nil {
		return nil, err
	}
	return d.applicationNow(ctx, in.CaseNo, in.lang())
}

func (d Deps) withdrawApplication(ctx context.Context, in *applicationStepInput) (*applicationOutput, error) {
	if err := d.Hall.Withdraw(ctx, actorFrom(ctx), in.CaseNo, in.Body.Version); err != nil {
		return nil, err
	}
	return d.applicationNow(ctx, in.CaseNo, in.lang())
}

func (d Deps) askCorrection(ctx context.Context, in *correctionInput) (*caseOutput, error) {
	var items []casefile.CorrectionItem
	for _, x := range in.Body.Items {
		items = append(items, casefile.CorrectionItem{Field: x.Field, Seq: x.Seq, Text: x.Text})
	}
	if err := d.Hall.AskCorrection(ctx, actorFrom(ctx), in.CaseNo, in.Body.Version, items); err != nil {
		return nil, err
	}
	return d.caseNow(ctx, in.CaseNo, in.lang())
}

func registerApply(api huma.API, d Deps) {
	op := func(id, method, path, zh, en string, errors ...int) huma.Operation {
		return require(api, huma.Operation{OperationID: id, Method: method, Path: path, Tags: []string{tagApply}, Summary: zh, Description: en,
			Errors: errors}, RoleHolder)
	}
	const all, one = "/api/v1/me/applications", "/api/v1/me/applications/{caseNo}"
	found, conflict := http.StatusNotFound, http.StatusConflict
	begin := op("applyForMatter", http.MethodPost, all, "申请事项",
		"Begin an application. The form is filled from the licenses of whom you act for, each reading recorded; the answer says of each material what becomes of it.", found, conflict)
	begin.DefaultStatus = http.StatusCreated
	huma.Register(api, begin, d.apply)
	huma.Register(api, op("listMyApplications", http.MethodGet, all, "我的办件",
		"Applications of whom you act for, the newest first; those opened at a counter too."), d.listApplications)
	huma.Register(api, op("getMyApplication", http.MethodGet, one, "办件进度",
		"An application with its form, materials, course and result. While it is filled in, what can be filled by itself is filled anew.", found), d.getApplication)
	huma.Register(api, op("saveMyApplication", http.MethodPut, one+"/form", "保存申请表单",
		"Save what is written so far, and go on later. What the rule takes from a license cannot be changed.", found, conflict), d.saveApplication)
	huma.Register(api, op("submitMyApplication", http.MethodPost, one+"/submit", "提交申请",
		"Hand it in, for the first time or after a correction. The deadline runs from now.", found, conflict), d.handIn)
	huma.Register(api, op("withdrawMyApplication", http.MethodPost, one+"/withdraw", "撤回申请",
		"Take it back; possible until it is decided.", found, conflict), d.withdrawApplication)
	registerAttachment(api, d)

	huma.Register(api, require(api, huma.Operation{
		OperationID: "requestCorrection", Method: http.MethodPost, Path: "/api/v1/cases/{caseNo}/correction", Tags: []string{tagCase},
		Summary:     "退回补正",
		Description: "Send a case that came in online back to its applicant, saying what is wrong. The same clerk goes on when it is handed in again.",
		Errors:      []int{found, conflict},
	}, RoleClerk), d.askCorrection)
}
