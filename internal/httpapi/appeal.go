package httpapi

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/yinxin-org/yinxin/internal/appeal"
	"github.com/yinxin-org/yinxin/internal/catalog"
	"github.com/yinxin-org/yinxin/internal/clock"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/errs"
)

const tagAppeal = "诉求 Appeals"

// Appeal is what a holder asks for, objects to or complains of.
type Appeal struct {
	ID             string     `json:"id"`
	Kind           string     `json:"kind" enum:"supplement,correction,loss,complaint" doc:"补录, 纠错, 挂失, 投诉"`
	State          string     `json:"state" enum:"waiting,taken,making,closed"`
	Outcome        string     `json:"outcome,omitempty" enum:"issued,agreed,declined,withdrawn"`
	Origin         string     `json:"origin" enum:"holder,desk" doc:"desk: a clerk who took paper asked for it."`
	Unit           Named      `json:"unit" doc:"Who answers."`
	Against        *Named     `json:"against,omitempty" doc:"The office complained of."`
	Ground         string     `json:"ground,omitempty" enum:"paper,refused" doc:"Of a complaint."`
	Type           *Coded     `json:"type,omitempty" doc:"License type it is about."`
	Matter         *Coded     `json:"matter,omitempty"`
	LicenseID      string     `json:"licenseId,omitempty"`
	RaisedAt       time.Time  `json:"raisedAt"`
	DueAt          time.Time  `json:"dueAt"`
	WorkdaysLeft   int        `json:"workdaysLeft" doc:"Negative when overdue."`
	DueProvisional bool       `json:"dueProvisional" doc:"The deadline reaches into a year whose working days are not known yet, and may move."`
	ClosedAt       *time.Time `json:"closedAt,omitempty"`
	CanWithdraw    bool       `json:"canWithdraw" doc:"Its holder can take it back now."`
	Version        int64      `json:"version"`
}

// AppealDetail is an appeal with what was written and its course.
type AppealDetail struct {
	Appeal
	Text    string       `json:"text,omitempty"`
	Number  string       `json:"number,omitempty" doc:"On the paper license."`
	Issued  string       `json:"issuedOn,omitempty" doc:"On the paper license."`
	Wrong   []Label      `json:"wrong" doc:"Fields said to be wrong."`
	Answer  string       `json:"answer,omitempty"`
	Course  []AppealStep `json:"course"`
	ProofNo string       `json:"proofNo,omitempty" doc:"存证编号 of the availability proof that goes with it."`
}

// AppealStep is one step of an appeal's course.
type AppealStep struct {
	At     time.Time `json:"at"`
	Action string    `json:"action" enum:"raise,take,make,void,issue,agree,decline,withdraw"`
}

// IssuedType is a license type that holders can ask the electronic form of, with the units that issue it.
type IssuedType struct {
	Coded
	Units []Named `json:"units"`
}

type appealsInput struct {
	Language
	Page
}

type appealsOutput struct {
	Body struct {
		Items []Appeal `json:"items"`
		Total int      `json:"total"`
	}
}

// AppealPath names an appeal in the address.
type AppealPath struct {
	Language
	AppealID string `path:"appealId" format:"uuid"`
}

type appealOutput struct{ Body AppealDetail }

type supplementInput struct {
	Language
	Body struct {
		TypeCode string `json:"typeCode" minLength:"21" maxLength:"21"`
		UnitID   string `json:"unitId" minLength:"18" maxLength:"18" doc:"The unit that issued the paper."`
		Number   string `json:"number,omitempty" maxLength:"60" doc:"As the paper bears it."`
		IssuedOn string `json:"issuedOn,omitempty" maxLength:"10" doc:"As the paper bears it, 2006-01-02."`
		Text     string `json:"text,omitempty" maxLength:"500"`
	}
}

type errorInput struct {
	HeldPath
	Body struct {
		Fields []string `json:"fields,omitempty" maxItems:"30" doc:"Names of the fields that are wrong."`
		Text   string   `json:"text" minLength:"1" maxLength:"500" doc:"What is wrong, and what is right."`
	}
}

type complaintInput struct {
	Language
	Body struct {
		Ground     string `json:"ground" enum:"paper,refused" doc:"paper: asked for paper although the license was available; refused: the electronic license was not taken."`
		MatterCode string `json:"matterCode,omitempty" maxLength:"33" doc:"Whose office; not needed with a proof."`
		ProofNo    string `json:"proofNo,omitempty" maxLength:"40" doc:"存证编号 of an own availability proof."`
		Text       string `json:"text,omitempty" maxLength:"500" doc:"Needed without a proof."`
	}
}

type issuedTypesInput struct {
	Language
	Query string `query:"q" maxLength:"60" doc:"Words in the name, pinyin or initials."`
}

type issuedTypesOutput struct {
	Body struct {
		Items []IssuedType `json:"items"`
	}
}

func registerAppeal(api huma.API, d Deps) {
	op := func(id, method, path, zh, en string, errors ...int) huma.Operation {
		o := require(api, huma.Operation{OperationID: id, Method: method, Path: path, Tags: []string{tagAppeal}, Summary: zh, Description: en,
			Errors: errors}, RoleHolder)
		if method == http.MethodPost && id != "withdrawAppeal" {
			o.DefaultStatus = http.StatusCreated
		}
		return o
	}
	huma.Register(api, op("listMyAppeals", http.MethodGet, "/api/v1/me/appeals", "我的诉求",
		"What the signed-in holder asked for, objected to and complained of, the newest first."), d.listMyAppeals)
	huma.Register(api, op("getMyAppeal", http.MethodGet, "/api/v1/me/appeals/{appealId}", "诉求详情",
		"An own appeal with its course and answer.", http.StatusNotFound), d.getMyAppeal)
	huma.Register(api, op("listIssuedTypes", http.MethodGet, "/api/v1/me/issued-types", "可以申领的证照类型",
		"License types made here that this holder can hold, with the units that issue them."), d.listIssuedTypes)
	huma.Register(api, op("askSupplement", http.MethodPost, "/api/v1/me/appeals/supplement", "申领补录",
		"Ask for the electronic form of a paper license. Asked again while it is open, it is the same appeal.", http.StatusNotFound, http.StatusConflict), d.askSupplement)
	huma.Register(api, op("reportError", http.MethodPost, "/api/v1/me/licenses/{id}/correction", "信息不对",
		"Say that data of an own license are wrong; the issuer answers.", http.StatusNotFound), d.reportError)
	huma.Register(api, op("complain", http.MethodPost, "/api/v1/me/appeals/complaint", "投诉",
		"Complain of an office that asked for paper or did not take the electronic license; who supervises it answers.", http.StatusNotFound), d.complain)
	huma.Register(api, op("withdrawAppeal", http.MethodPost, "/api/v1/me/appeals/{appealId}/withdrawal", "撤回诉求",
		"Take an own appeal back. With a report of loss the license is in force again.", http.StatusNotFound, http.StatusConflict), d.withdrawAppeal)
}

func (d Deps) listMyAppeals(ctx context.Context, in *appealsInput) (*appealsOutput, error) {
	out := &appealsOutput{}
	out.Body.Items = []Appeal{}
	err := d.DB.Read(ctx, func(q *db.Tx) error {
		found, total, err := d.Appeals.Mine(ctx, q, actorFrom(ctx).HolderID, in.Limit, in.Offset)
		if err != nil {
			return err
		}
		out.Body.Total = total
		for _, a := range found {
			x, err := d.appeal(ctx, q, a, in.lang())
			if err != nil {
				return err
			}
			out.Body.Items = append(out.Body.Items, x)
		}
		return nil
	})
	return out, err
}

func (d Deps) appeal(ctx context.Context, q *db.Tx, a appeal.Appeal, lang string) (Appeal, error) {
	out := Appeal{ID: a.ID, Kind: string(a.Kind), State: string(a.State), Outcome: string(a.Outcome), Origin: string(a.Origin),
		Ground: string(a.Ground), RaisedAt: a.RaisedAt.In(clock.Shanghai), DueAt: a.DueAt.In(clock.Shanghai),
		WorkdaysLeft: d.Calendar.Left(d.Clock.Now(), a.DueAt), DueProvisional: d.Calendar.Provisional(a.DueAt),
		ClosedAt: beijing(a.ClosedAt), CanWithdraw: a.CanWithdraw(), Version: a.RowVersion}
	if a.Kind != appeal.Supplement || a.Outcome == appeal.Issued {
		out.LicenseID = a.LicenseID // what is being made is not the holder's yet
	}
	var err error
	if out.Unit, err = d.unitNamed(ctx, q, a.UnitID, lang); err != nil {
		return Appeal{}, err
	}
	if a.AgainstID != "" {
		u, err := d.unitNamed(ctx, q, a.AgainstID, lang)
		if err != nil {
			return Appeal{}, err
		}
		out.Against = &u
	}
	if a.TypeCode != "" {
		c, err := d.typeNamed(ctx, q, a.TypeCode, lang)
		if err != nil {
			return Appeal{}, err
		}
		out.Type = &c
	}
	if a.MatterCode != "" {
		c, err := d.matterNamed(ctx, q, a.MatterCode, lang)
		if err != nil {
			return Appeal{}, err
		}
		out.Matter = &c
	}
	return out, nil
}

// appealDetail is an appeal with what was written, for whom it concerns and who answers.
func (d Deps) appealDetail(ctx context.Context, q *db.Tx, a appeal.Appeal, lang string) (AppealDetail, error) {
	head, err := d.appeal(ctx, q, a, lang)
	if err != nil {
		return AppealDetail{}, err
	}
	words, err := d.Appeals.Words(ctx, q, a)
	if err != nil {
		return AppealDetail{}, err
	}
	out := AppealDetail{Appeal: head, Text: words.Text, Number: words.Number, Issued: words.IssuedOn, Wrong: []Label{}, Course: []AppealStep{}}
	if len(words.Fields) > 0 {
		t, err := d.Types.Latest(ctx, q, a.TypeCode)
		if err != nil {
			return AppealDetail{}, err
		}
		out.Wrong = labels(t, words.Fields, lang)
	}
	if a.ProofID != "" {
		p, err := d.Appeals.ProofByID(ctx, q, a.HolderID, a.ProofID)
		if err != nil {
			return AppealDetail{}, err
		}
		out.ProofNo = p.No
	}
	course, err := d.Appeals.Course(ctx, q, a)
	for _, e := range course {
		out.Course = append(out.Course, AppealStep{At: e.At.In(clock.Shanghai), Action: e.Action})
		if e.Action == "agree" || e.Action == "decline" {
			out.Answer = e.Words
		}
	}
	return out, err
}

func (d Deps) getMyAppeal(ctx context.Context, in *AppealPath) (*appealOutput, error) {
	return d.myAppeal(ctx, in.AppealID, in.lang())
}

func (d Deps) myAppeal(ctx context.Context, id, lang string) (*appealOutput, error) {
	out := &appealOutput{}
	err := d.DB.Read(ctx, func(q *db.Tx) error {
		a, err := d.Appeals.Get(ctx, q, actorFrom(ctx).HolderID, id)
		if err != nil {
			return err
		}
		out.Body, err = d.appealDetail(ctx, q, a, lang)
		return err
	})
	return out, err
}

// typesShown bounds how many types a search for a missing license lists.
const typesShown = 40

func (d Deps) listIssuedTypes(ctx context.Context, in *issuedTypesInput) (*issuedTypesOutput, error) {
	out := &issuedTypesOutput{}
	out.Body.Items = []IssuedType{}
	err := d.DB.Read(ctx, func(q *db.Tx) error {
		h, err := d.Holders.Get(ctx, q, actorFrom(ctx).HolderID)
		if err != nil {
			return err
		}
		found, _, err := d.Types.Search(ctx, q, catalog.Filter{Query: in.Query, State: catalog.InUse, Holder: h.Kind, Limit: typesShown})
		if err != nil {
			return err
		}
		for _, e := range found {
			if !e.Making.Here() {
				continue // made by a national or vertical system, which is where it is asked for
			}
			x := IssuedType{Coded: Coded{Code: e.Code, Name: e.Name}, Units: []Named{}}
			if x.Coded, err = d.typeNamed(ctx, q, e.Code, in.lang()); err != nil {
				return err
			}
			claims, err := d.Types.Claims(ctx, q, e.Code)
			if err != nil {
				return err
			}
			for _, c := range claims {
				u, err := d.unitNamed(ctx, q, c.UnitID, in.lang())
				if err != nil {
					return err
				}
				x.Units = append(x.Units, u)
			}
			if len(x.Units) > 0 {
				out.Body.Items = append(out.Body.Items, x)
			}
		}
		return nil
	})
	return out, err
}

func (d Deps) askSupplement(ctx context.Context, in *supplementInput) (*appealOutput, error) {
	b := in.Body
	a, err := d.Appeals.AskSupplement(ctx, actorFrom(ctx), appeal.Missing{TypeCode: b.TypeCode, UnitID: b.UnitID,
		Words: appeal.Words{Text: b.Text, Number: b.Number, IssuedOn: b.IssuedOn}})
	if err != nil {
		return nil, err
	}
	return d.myAppeal(ctx, a.ID, in.lang())
}

func (d Deps) reportError(ctx context.Context, in *errorInput) (*appealOutput, error) {
	a, err := d.Appeals.Object(ctx, actorFrom(ctx), in.ID, appeal.Words{Text: in.Body.Text, Fields: in.Body.Fields})
	if err != nil {
		return nil, err
	}
	return d.myAppeal(ctx, a.ID, in.lang())
}

func (d Deps) complain(ctx context.Context, in *complaintInput) (*appealOutput, error) {
	b := in.Body
	if b.MatterCode == "" && b.ProofNo == "" {
		return nil, errs.New(errs.Invalid, "field.required").On("matterCode")
	}
	a, err := d.Appeals.Complain(ctx, actorFrom(ctx), appeal.Grievance{Ground: appeal.Ground(b.Ground), MatterCode: b.MatterCode, ProofNo: b.ProofNo, Text: b.Text})
	if err != nil {
		return nil, err
	}
	return d.myAppeal(ctx, a.ID, in.lang())
}

func (d Deps) withdrawAppeal(ctx context.Context, in *AppealPath) (*appealOutput, error) {
	if err := d.Appeals.Withdraw(ctx, actorFrom(ctx), in.AppealID); err != nil {
		return nil, err
	}
	return d.myAppeal(ctx, in.AppealID, in.lang())
}
