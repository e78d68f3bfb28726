package httpapi

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/yinxin-org/yinxin/internal/casefile"
	"github.com/yinxin-org/yinxin/internal/clock"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/hall"
	"github.com/yinxin-org/yinxin/internal/holder"
	"github.com/yinxin-org/yinxin/internal/license"
	"github.com/yinxin-org/yinxin/internal/matter"
)

const tagCase = "办件 Cases"

// CaseSummary is a case in a list.
type CaseSummary struct {
	CaseNo         string    `json:"caseNo"`
	Matter         Coded     `json:"matter"`
	ApplicantName  string    `json:"applicantName" doc:"A person's name is masked."`
	Stage          string    `json:"stage" enum:"draft,wait,accept,mend,decide,making,done"`
	State          string    `json:"state" enum:"open,closed"`
	Outcome        string    `json:"outcome,omitempty" enum:"approved,refused,withdrawn"`
	Channel        string    `json:"channel" enum:"window,online,event,system" doc:"How it came in: at a counter, from the applicant's home, as part of a life event, or from a department's system."`
	Electronic     bool      `json:"electronic" doc:"Has electronic licenses and is taken first."`
	OpenedAt       time.Time `json:"openedAt"`
	DueAt          time.Time `json:"dueAt"`
	WorkdaysLeft   int       `json:"workdaysLeft" doc:"Negative when overdue."`
	DueProvisional bool      `json:"dueProvisional" doc:"The deadline reaches into a year whose working days are not known yet, and may move."`
	Assignee       *Named    `json:"assignee,omitempty"`
	Mine           bool      `json:"mine" doc:"Assigned to the signed-in account."`
	Missing        int       `json:"missing"`
	Promised       int       `json:"promised" doc:"Materials that rest on a commitment."`
}

// CaseDetail is a case with all that its workers need.
type CaseDetail struct {
	CaseSummary
	Unit      Named            `json:"unit"`
	Applicant Party            `json:"applicant"`
	Parties   []Party          `json:"parties"`
	Form      []FormValue      `json:"form"`
	Materials []CaseMaterial   `json:"materials"`
	History   []CaseStep       `json:"history"`
	Result    *CaseResult      `json:"result,omitempty"`
	Registers []RegisterAnswer `json:"registers,omitempty" doc:"What base registers said of the license that the case yields, or was to yield."`
	// An approved case stays open until the system that makes its license has done so.
	Awaits           string `json:"awaits,omitempty" enum:"vertical,national" doc:"Which system has yet to make the result license."`
	ResultIdentifier string `json:"resultIdentifier,omitempty" doc:"Identifier of a result that another system made."`
	Version          int64  `json:"version" doc:"To be sent with every change; it is refused if someone else was faster."`
}

// Party is one party of a case.
type Party struct {
	Role       string `json:"role" enum:"applicant,representative,spouse,child"`
	Name       string `json:"name"`
	CodeMasked string `json:"codeMasked"`
	CodeType   string `json:"codeType"`
}

// FormValue is one form field with its value.
type FormValue struct {
	FormField
	Value string `json:"value"`
	// What the applicant wrote, and what came from licenses, is for whoever handles the open case.
	Withheld bool   `json:"withheld" doc:"There is a value, shown only to whoever handles the open case."`
	FromSeq  int    `json:"fromSeq,omitempty" doc:"The material that filled it."`
	Source   string `json:"source,omitempty" doc:"Name of the material that filled it."`
}

// CaseMaterial is what became of one material.
type CaseMaterial struct {
	Seq      int           `json:"seq"`
	Name     string        `json:"name"`
	Type     *Coded        `json:"type,omitempty"`
	Party    string        `json:"party,omitempty"`
	Required bool          `json:"required"`
	Status   string        `json:"status" enum:"lent,missing,refused,unusable,plain,paper,down,promised,ready,party,await,attached"`
	Reason   *Reason       `json:"reason,omitempty"`
	License  *CaseLicense  `json:"license,omitempty"`
	Grant    *string       `json:"grantId,omitempty"`
	RecordNo string        `json:"recordNo,omitempty" doc:"存证编号"`
	Recheck  *CaseRechecks `json:"recheck,omitempty"`
	Source   string        `json:"source,omitempty" doc:"The system that keeps the license and was asked for its state."`

	Commitment *Commitment `json:"commitment,omitempty"`
	Chase      *Chase      `json:"chase,omitempty"`
	MayCommit  bool        `json:"mayCommit" doc:"A commitment can stand in for it."`
	MayChase   bool        `json:"mayChase" doc:"Somebody can be asked that its license be there, now."`
}

// CaseLicense is what is known of a lent license without opening it.
type CaseLicense struct {
	ID         string `json:"id"`
	Identifier string `json:"identifier"`
	Version    int    `json:"version"`
	State
	Issuer  string `json:"issuer"`
	ValidTo string `json:"validTo,omitempty"`
}

// CaseRechecks is what a second look at a license's state found.
type CaseRechecks struct {
	State
	Changed bool `json:"changed"`
	// The decision rests then on what is known here.
	SourceDown bool      `json:"sourceDown" doc:"The system that keeps the license did not answer."`
	At         time.Time `json:"at"`
}

// CaseStep is one step of a case's course.
type CaseStep struct {
	At      time.Time `json:"at"`
	Action  string    `json:"action" enum:"open,paper,submit,take,approve,refuse,return,publish,void,result,made-vertical,made-national,apply,handin,wait,advance,accept,correct,resubmit,withdraw,offer-later,offer-pledge,promise-later,promise-pledge,fetched,contradicted,overdue,acknowledge,chase,chase-answered,reassign,receive"`
	Actor   Actor     `json:"actor"`
	Opinion string    `json:"opinion,omitempty"`
}

// Actor is a colleague who did something.
type Actor struct {
	Name  string   `json:"name"`
	Roles []string `json:"roles"`
}

// CaseResult is the license a case yields.
type CaseResult struct {
	LicenseID string `json:"licenseId"`
	TypeName  string `json:"typeName"`
	Step      string `json:"step" enum:"data,sealed,published,refused"`
	State
}

type casesInput struct {
	Language
	Queue string `query:"queue" enum:"mine,unit,decide" default:"unit"`
}

type casesOutput struct {
	Body struct {
		Items []CaseSummary `json:"items"`
	}
}

// CasePath names a case in the address.
type CasePath struct {
	Language
	CaseNo string `path:"caseNo" pattern:"^[0-9]{14,30}$"`
}

type caseOutput struct{ Body CaseDetail }

func (d Deps) listCases(ctx context.Context, in *casesInput) (*casesOutput, error) {
	actor := actorFrom(ctx)
	rows, err := d.Hall.Queue(ctx, actor, in.Queue)
	if err != nil {
		return nil, err
	}
	out := &casesOutput{}
	out.Body.Items = []CaseSummary{}
	for _, r := range rows {
		s, err := d.caseSummary(ctx, r.Case, r.Matter, r.Applicant, in.lang())
		if err != nil {
			return nil, err
		}
		s.Electronic, s.Missing, s.Promised = r.Summary.Electronic, r.Summary.Missing, r.Summary.Promised
		out.Body.Items = append(out.Body.Items, s)
	}
	return out, nil
}

func (d Deps) getCase(ctx context.Context, in *CasePath) (*caseOutput, error) {
	return d.caseNow(ctx, in.CaseNo, in.lang())
}

// caseNow is a case as it stands: the answer to every change of it.
func (d Deps) caseNow(ctx context.Context, no, lang string) (*caseOutput, error) {
	v, err := d.Hall.Look(ctx, actorFrom(ctx), no)
	if err != nil {
		return nil, err
	}
	body, err := d.caseDetail(ctx, v, lang)
	return &caseOutput{Body: body}, err
}

func (d Deps) caseSummary(ctx context.Context, c casefile.Case, m matter.Matter, applicant holder.Profile, lang string) (CaseSummary, error) {
	s := CaseSummary{
		CaseNo: c.No, Matter: Coded{Code: m.Code, Name: choose(lang, m.Name, m.NameEn)}, ApplicantName: applicant.Masked(),
		Stage: string(c.Stage), State: c.State, Outcome: c.Outcome, Channel: c.Channel, OpenedAt: c.OpenedAt.In(clock.Shanghai),
		DueAt: c.DueAt.In(clock.Shanghai), WorkdaysLeft: d.Calendar.Left(d.Clock.Now(), c.DueAt),
		DueProvisional: d.Calendar.Provisional(c.DueAt),
		Mine:           c.State == casefile.StateOpen && c.ClerkID != "" && c.ClerkID == actorFrom(ctx).AccountID,
	}
	if c.ClerkID != "" {
		p, err := d.Person(ctx, c.ClerkID)
		if err != nil {
			return CaseSummary{}, err
		}
		s.Assignee = &Named{ID: c.ClerkID, Name: p.Name}
	}
	return s, nil
}

func (d Deps) caseDetail(ctx context.Context, v hall.View, lang string) (CaseDetail, error) {
	summary, err := d.caseSummary(ctx, v.Case, v.Matter, v.Parties[0].Profile, lang)
	if err != nil {
		return CaseDetail{}, err
	}
	out := CaseDetail{
		CaseSummary: summary, Unit: Named{ID: v.Unit.ID, Name: choose(lang, v.Unit.Name, v.Unit.NameEn)}, Version: v.Case.RowVersion,
		Parties: []Party{}, Form: []FormValue{}, Materials: []CaseMaterial{}, History: []CaseStep{},
	}
	out.ResultIdentifier = v.Case.ResultIdentifier
	if v.Case.Stage == casefile.StageMaking && v.Matter.Elsewhere() != "" {
		out.Awaits = string(v.Matter.Duty)
	}
	for _, p := range v.Parties {
		out.Parties = append(out.Parties, Party{Role: string(p.Role), Name: p.Profile.Name,
			CodeMasked: p.Profile.Code.String(), CodeType: p.Profile.CodeTypeName()})
	}
	out.Applicant = out.Parties[0]
	for _, f := range v.Matter.Form {
		value := v.Case.Form[f.Name]
		field := FormValue{FormField: formField(f, lang), Value: value.Text, FromSeq: value.Seq}
		if m, ok := v.Matter.Material(value.Seq); ok {
			field.Source = m.Name
		}
		if value.Text != "" && !summary.Mine {
			field.Value, field.Withheld = "", true
		}
		out.Form = append(out.Form, field)
	}
	if err := d.materials(ctx, v, lang, &out); err != nil {
		return CaseDetail{}, err
	}
	for _, e := range v.Course {
		p, err := d.Person(ctx, e.AccountID)
		if err != nil {
			return CaseDetail{}, err
		}
		out.History = append(out.History, CaseStep{At: e.At.In(clock.Shanghai), Action: e.Action, Opinion: e.Opinion,
			Actor: Actor{Name: p.Name, Roles: append([]string{}, p.Roles...)}})
	}
	return out, nil
}

func (d Deps) materials(ctx context.Context, v hall.View, lang string, out *CaseDetail) error {
	return d.DB.Read(ctx, func(q *db.Tx) error {
		settled := map[int]casefile.Material{}
		for _, m := range v.Materials {
			settled[m.Seq] = m
		}
		out.Missing, out.Promised, out.Electronic = 0, 0, false
		for _, x := range v.Matter.Materials {
			m, err := d.caseMaterial(ctx, q, v, x, settled[x.Seq], lang)
			if err != nil {
				return err
			}
			switch m.Status {
			case casefile.Lent:
				out.Electronic = true
			case casefile.Missing, casefile.Declined, casefile.Unusable, casefile.Down:
				out.Missing++
			case casefile.Promised:
				out.Promised++
			}
			out.Materials = append(out.Materials, m)
		}
		if len(v.Answers) > 0 {
			t, err := d.Types.Latest(ctx, q, v.Matter.Result)
			if err != nil {
				return err
			}
			out.Registers = registerAnswers(t, v.Answers, lang)
		}
		if v.Result.ID == "" {
			return nil
		}
		t, err := d.Types.Version(ctx, q, v.Result.TypeCode, v.Result.TypeVersion)
		if err != nil {
			return err
		}
		out.Result = &CaseResult{LicenseID: v.Result.ID, TypeName: choose(lang, t.Name, t.NameEn), Step: string(v.Result.Step),
			State: stateOf(v.Result.State(d.Clock.Now()), lang)}
		return nil
	})
}

func (d Deps) caseMaterial(ctx context.Context, q *db.Tx, v hall.View, x matter.Material, m casefile.Material, lang string) (CaseMaterial, error) {
	out := CaseMaterial{Seq: x.Seq, Name: x.Name, Party: string(x.Party), Required: x.Required, Status: m.Status,
		Reason: reasonOf(m.Reason, m.Detail), RecordNo: m.RecordNo, Source: m.Detail["source"]}
	if err := d.waits(ctx, q, v, m, lang, &out); err != nil {
		return CaseMaterial{}, err
	}
	if out.Status == "" {
		out.Status = casefile.Missing
	}
	l, ok := v.Licenses[m.LicenseID]
	if code := wanted(x, l.TypeCode); code != "" {
		c, err := d.typeNamed(ctx, q, code, lang)
		if err != nil {
			return CaseMaterial{}, err
		}
		out.Type = &c
	}
	if m.GrantID != "" {
		out.Grant = &m.GrantID
	}
	if !ok {
		return out, nil
	}
	issuer, err := d.Units.Get(ctx, q, l.IssuerID)
	if err != nil {
		return CaseMaterial{}, err
	}
	out.License = &CaseLicense{ID: l.ID, Identifier: l.Identifier, Version: l.VersionNo,
		State: stateOf(l.State(d.Clock.Now()), lang), Issuer: choose(lang, issuer.Name, issuer.NameEn), ValidTo: lastDay(l.ValidTo)}
	if m.Status == casefile.Lent && m.RecheckedState != "" {
		out.Recheck = &CaseRechecks{State: stateOf(license.State(m.RecheckedState), lang), At: m.RecheckedAt.In(clock.Shanghai),
			Changed: m.RecheckedState != m.LicenseState, SourceDown: m.Detail["sourceDown"] != ""}
	}
	return out, nil
}

func registerCase(api huma.API, d Deps) {
	staff := []string{RoleClerk, RoleApprover, RoleReviewer}
	huma.Register(api, require(api, huma.Operation{
		OperationID: "listCases", Method: http.MethodGet, Path: "/api/v1/cases", Tags: []string{tagCase},
		Summary:     "办件列表",
		Description: "Open cases of the unit, those with electronic licenses first, then by deadline.",
	}, staff...), d.listCases)
	huma.Register(api, require(api, huma.Operation{
		OperationID: "getCase", Method: http.MethodGet, Path: "/api/v1/cases/{caseNo}", Tags: []string{tagCase},
		Summary:     "办件详情",
		Description: "A case of the own unit. Licenses it needs were fetched when it opened; what an interruption left open is fetched now.",
		Errors:      []int{http.StatusNotFound},
	}, staff...), d.getCase)
}
