package httpapi

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"github.com/yinxin-org/yinxin/internal/appeal"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/license"
)

// DeskAppeal is an appeal in the list of who answers it.
type DeskAppeal struct {
	Appeal
	HolderName string `json:"holderName" doc:"A person's name is masked."`
	Assignee   *Named `json:"assignee,omitempty"`
	Mine       bool   `json:"mine" doc:"Taken by the signed-in account."`
}

// DeskAppealDetail is an appeal with all that answering it needs.
type DeskAppealDetail struct {
	AppealDetail
	Holder   Party           `json:"holder"`
	Assignee *Named          `json:"assignee,omitempty"`
	Mine     bool            `json:"mine"`
	CaseNo   string          `json:"caseNo,omitempty" doc:"The case in which paper was taken."`
	Held     []CaseLicense   `json:"held" doc:"What the holder has of the type already; without what it says."`
	Form     []AppealField   `json:"form" doc:"What a license of the type says, to be entered off the paper; empty where nothing is made here."`
	Holders  int             `json:"holders" doc:"How many holders a license of the type has."`
	Makes    bool            `json:"makes" doc:"Agreeing means making the license here."`
	Steps    []DeskStep      `json:"steps"`
	Proof    *ProofFacts     `json:"proof,omitempty"`
	Making   *AppealedMaking `json:"making,omitempty"`
}

// AppealedMaking is the license being made for an appeal.
type AppealedMaking struct {
	LicenseID string `json:"licenseId"`
	Step      string `json:"step" enum:"data,sealed,published,refused"`
}

// AppealField is one field of a license to be entered.
type AppealField struct {
	Name     string   `json:"name"`
	Label    string   `json:"label"`
	Type     string   `json:"type" enum:"text,date,number,code,photo"`
	Required bool     `json:"required"`
	MaxLen   int      `json:"maxLength,omitempty"`
	Options  []string `json:"options,omitempty"`
}

// DeskStep is one step with who took it and what they wrote.
type DeskStep struct {
	AppealStep
	Actor Actor  `json:"actor"`
	Words string `json:"words,omitempty"`
}

type deskInput struct {
	Language
	Page
	State string `query:"state" enum:"open,waiting,taken,making,closed" doc:"open: all that are not closed."`
	Kind  string `query:"kind" enum:"supplement,correction,loss,complaint"`
}

type deskOutput struct {
	Body struct {
		Items []DeskAppeal `json:"items"`
		Total int          `json:"total"`
	}
}

type deskDetailOutput struct{ Body DeskAppealDetail }

type appealStepInput struct {
	AppealPath
	Body struct {
		Version int64 `json:"version" minimum:"1"`
	}
}

type appealAnswerInput struct {
	AppealPath
	Body struct {
		Version int64  `json:"version" minimum:"1"`
		Outcome string `json:"outcome" enum:"agreed,declined"`
		Answer  string `json:"answer" minLength:"1" maxLength:"500"`
	}
}

type appealIssueInput struct {
	AppealPath
	Body struct {
		Version   int64             `json:"version" minimum:"1"`
		Fields    map[string]string `json:"fields" maxProperties:"80"`
		Number    string            `json:"number,omitempty" maxLength:"60" doc:"As the paper bears it; empty: the next one by the type's rule."`
		IssuedOn  string            `json:"issuedOn" minLength:"10" maxLength:"10"`
		CoHolders []string          `json:"coHolders,omitempty" maxItems:"4" doc:"Codes of further holders."`
	}
}

func registerAppealDesk(api huma.API, d Deps) {
	op := func(id, method, path, zh, en string, errors ...int) huma.Operation {
		return require(api, huma.Operation{OperationID: id, Method: method, Path: path, Tags: []string{tagAppeal}, Summary: zh, Description: en,
			Errors: errors}, RoleClerk, RoleSupervisor)
	}
	huma.Register(api, op("listAppeals", http.MethodGet, "/api/v1/appeals", "诉求列表",
		"Appeals that the unit answers, by deadline: for clerks what concerns licenses, for supervisors complaints."), d.listAppeals)
	huma.Register(api, op("getAppeal", http.MethodGet, "/api/v1/appeals/{appealId}", "待答复的诉求",
		"An appeal of the own unit with what its answer needs.", http.StatusNotFound), d.getAppeal)
	huma.Register(api, op("takeAppeal", http.MethodPost, "/api/v1/appeals/{appealId}/take", "领取诉求",
		"Take an appeal to answer it; from a colleague too, which stands in its course.", http.StatusNotFound, http.StatusConflict), d.takeAppeal)
	huma.Register(api, op("answerAppeal", http.MethodPost, "/api/v1/appeals/{appealId}/answer", "答复诉求",
		"Answer and close. A complaint agreed to becomes a violation of the office.", http.StatusNotFound, http.StatusConflict), d.answerAppeal)
	huma.Register(api, op("issueForAppeal", http.MethodPost, "/api/v1/appeals/{appealId}/license", "补录证照",
		"Make the electronic form of a paper license. A second person reviews and publishes it, which answers the appeal.", http.StatusNotFound, http.StatusConflict), d.issueForAppeal)
}

// kindsOf are the kinds of appeals that an actor answers.
func kindsOf(ctx context.Context) []appeal.Kind {
	var out []appeal.Kind
	for _, k := range []appeal.Kind{appeal.Supplement, appeal.Correction, appeal.Loss, appeal.Complaint} {
		if appeal.Handles(actorFrom(ctx), k) {
			out = append(out, k)
		}
	}
	return out
}

func (d Deps) listAppeals(ctx context.Context, in *deskInput) (*deskOutput, error) {
	kinds := kindsOf(ctx)
	if in.Kind != "" {
		if !appeal.Handles(actorFrom(ctx), appeal.Kind(in.Kind)) {
			out := &deskOutput{}
			out.Body.Items = []DeskAppeal{}
			return out, nil
		}
		kinds = []appeal.Kind{appeal.Kind(in.Kind)}
	}
	out := &deskOutput{}
	out.Body.Items = []DeskAppeal{}
	err := d.DB.Read(ctx, func(q *db.Tx) error {
		found, total, err := d.Appeals.Desk(ctx, q, appeal.Filter{UnitID: actorFrom(ctx).UnitID, Kinds: kinds, State: in.State, Limit: in.Limit, Offset: in.Offset})
		if err != nil {
			return err
		}
		out.Body.Total = total
		for _, a := range found {
			x, err := d.deskAppeal(ctx, q, a, in.lang())
			if err != nil {
				return err
			}
			out.Body.Items = append(out.Body.Items, x)
		}
		return nil
	})
	return out, err
}

func (d Deps) deskAppeal(ctx context.Context, q *db.Tx, a appeal.Appeal, lang string) (DeskAppeal, error) {
	head, err := d.appeal(ctx, q, a, lang)
	if err != nil {
		return DeskAppeal{}, err
	}
	h, err := d.Holders.Get(ctx, q, a.HolderID)
	if err != nil {
		return DeskAppeal{}, err
	}
	out := DeskAppeal{Appeal: head, HolderName: h.Profile.Masked(), Mine: a.ClerkID != "" && a.ClerkID == actorFrom(ctx).AccountID}
	out.Assignee, err = d.assignee(ctx, q, a)
	return out, err
}

func (d Deps) assignee(ctx context.Context, q *db.Tx, a appeal.Appeal) (*Named, error) {
	if a.ClerkID == "" {
		return nil, nil //nolint:nilnil // absent in the answer: nobody yet
	}
	p, err := d.Accounts.PersonIn(ctx, q, a.ClerkID)
	return &Named{ID: a.ClerkID, Name: p.Name}, err
}

func (d Deps) getAppeal(ctx context.Context, in *AppealPath) (*deskDetailOutput, error) {
	return d.deskNow(ctx, in.AppealID, in.lang())
}

// deskNow is an appeal as it stands: the answer to every change of it.
func (d Deps) deskNow(ctx context.Context, id, lang string) (*deskDetailOutput, error) {
	out := &deskDetailOutput{}
	err := d.DB.Read(ctx, func(q *db.Tx) error {
		a, err := d.Appeals.ForDesk(ctx, q, actorFrom(ctx), id)
		if err != nil {
			return err
		}
		if out.Body.AppealDetail, err = d.appealDetail(ctx, q, a, lang); err != nil {
			return err
		}
		h, err := d.Holders.Get(ctx, q, a.HolderID)
		if err != nil {
			return err
		}
		out.Body.Holder = Party{Role: "applicant", Name: h.Profile.Name, CodeMasked: h.Profile.Code.String(), CodeType: h.Profile.CodeTypeName()}
		out.Body.CaseNo, out.Body.Mine = a.CaseNo, a.ClerkID != "" && a.ClerkID == actorFrom(ctx).AccountID
		if out.Body.Assignee, err = d.assignee(ctx, q, a); err != nil {
			return err
		}
		if a.ProofID != "" {
			if out.Body.Proof, err = d.proofFacts(ctx, q, a.HolderID, a.ProofID, lang); err != nil {
				return err
			}
		}
		if err := d.deskSteps(ctx, q, a, &out.Body); err != nil {
			return err
		}
		return d.deskType(ctx, q, a, &out.Body, lang)
	})
	return out, err
}

func (d Deps) deskSteps(ctx context.Context, q *db.Tx, a appeal.Appeal, out *DeskAppealDetail) error {
	course, err := d.Appeals.Course(ctx, q, a)
	if err != nil {
		return err
	}
	out.Steps = []DeskStep{}
	for i, e := range course {
		step := DeskStep{AppealStep: out.Course[i], Words: e.Words, Actor: Actor{Name: out.Holder.Name, Roles: []string{RoleHolder}}}
		if e.Action != "withdraw" && (e.Action != "raise" || a.Origin == appeal.ByDesk) {
			p, err := d.Accounts.PersonIn(ctx, q, e.AccountID)
			if err != nil {
				return err
			}
			step.Actor = Actor{Name: p.Name, Roles: append([]string{}, p.Roles...)}
		}
		out.Steps = append(out.Steps, step)
	}
	return nil
}

// deskType tells what the holder has of the type, and what is to be entered to make it.
func (d Deps) deskType(ctx context.Context, q *db.Tx, a appeal.Appeal, out *DeskAppealDetail, lang string) error {
	out.Held, out.Form = []CaseLicense{}, []AppealField{}
	if a.TypeCode == "" || a.Kind == appeal.Complaint {
		return nil
	}
	t, err := d.Types.Latest(ctx, q, a.TypeCode)
	if err != nil {
		return err
	}
	out.Holders, out.Makes = t.Holders, a.Kind == appeal.Supplement && t.Making.Here()
	held, err := d.Licenses.Held(ctx, q, a.HolderID, a.TypeCode)
	if err != nil {
		return err
	}
	for _, l := range held {
		if l.ID == a.LicenseID && a.State == appeal.Making {
			out.Making = &AppealedMaking{LicenseID: l.ID, Step: string(l.Step)}
		}
		if l.Step != license.StepPublished {
			continue
		}
		issuer, err := d.unitNamed(ctx, q, l.IssuerID, lang)
		if err != nil {
			return err
		}
		out.Held = append(out.Held, CaseLicense{ID: l.ID, Identifier: l.Identifier, Version: l.VersionNo,
			State: stateOf(l.State(d.Clock.Now()), lang), Issuer: issuer.Name, ValidTo: lastDay(l.ValidTo)})
	}
	if out.Makes {
		for _, f := range t.Fields {
			out.Form = append(out.Form, AppealField{Name: f.Name, Label: choose(lang, f.Label, f.LabelEn), Type: f.Type, Required: f.Required,
				MaxLen: f.MaxLen, Options: f.Options})
		}
		if t.Validity.Rule == "until" {
			out.Form = append(out.Form, AppealField{Name: "ZZYXQJZRQ", Label: choose(lang, "有效期截止日期", "Valid until"), Type: "date", Required: true})
		}
	}
	return nil
}

func (d Deps) takeAppeal(ctx context.Context, in *appealStepInput) (*deskDetailOutput, error) {
	if err := d.Appeals.Take(ctx, actorFrom(ctx), in.AppealID, in.Body.Version); err != nil {
		return nil, err
	}
	return d.deskNow(ctx, in.AppealID, in.lang())
}

func (d Deps) answerAppeal(ctx context.Context, in *appealAnswerInput) (*deskDetailOutput, error) {
	b := in.Body
	if err := d.Appeals.Answer(ctx, actorFrom(ctx), in.AppealID, b.Version, appeal.Outcome(b.Outcome), b.Answer); err != nil {
		return nil, err
	}
	return d.deskNow(ctx, in.AppealID, in.lang())
}

func (d Deps) issueForAppeal(ctx context.Context, in *appealIssueInput) (*deskDetailOutput, error) {
	b := in.Body
	err := d.Appeals.Issue(ctx, actorFrom(ctx), in.AppealID, b.Version, appeal.Paper{Fields: b.Fields, Number: b.Number, IssuedOn: b.IssuedOn, CoHolders: b.CoHolders})
	if err != nil {
		return nil, err
	}
	return d.deskNow(ctx, in.AppealID, in.lang())
}
