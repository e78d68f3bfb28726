package httpapi

import (
	"context"
	"net/http"
	"slices"

	"github.com/danielgtaylor/huma/v2"

	"github.com/yinxin-org/yinxin/internal/authn"
	"github.com/yinxin-org/yinxin/internal/change"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/errs"
	"github.com/yinxin-org/yinxin/internal/org"
)

const tagDuty = "责任人 Duties"

// Duty is who is responsible in a unit for a step of a license type.
type Duty struct {
	Unit    Named  `json:"unit"`
	Type    *Coded `json:"type,omitempty" doc:"Absent: all types that have nobody of their own."`
	Step    string `json:"step" enum:"make,review,correct" doc:"make 制证, review 复核, correct 纠错"`
	Person  Named  `json:"person" doc:"Account and its name."`
	Active  bool   `json:"active" doc:"The account is in use; a stopped one leaves the post vacant."`
	Version int64  `json:"version"`
}

type dutiesInput struct {
	Language
	Page
	Unit string `query:"unitId" maxLength:"18" doc:"Absent: all units; officers of the catalogue see their own."`
	Type string `query:"type" maxLength:"21"`
	Step string `query:"step" enum:"make,review,correct"`
}

type dutiesOutput struct {
	Body struct {
		Items []Duty `json:"items"`
		Total int    `json:"total"`
	}
}

type dutySetInput struct {
	Language
	Body struct {
		UnitID    string `json:"unitId" minLength:"18" maxLength:"18"`
		Type      string `json:"type" minLength:"1" maxLength:"21" doc:"Code of the type, or * for all types that have nobody of their own."`
		Step      string `json:"step" enum:"make,review,correct"`
		AccountID string `json:"accountId" maxLength:"36" doc:"Of the same unit; empty: nobody any more."`
		Version   int64  `json:"version" doc:"Of the duty that is replaced; 0: there was none."`
		Why
	}
}

type dutySetOutput struct {
	Body struct {
		Duty *Duty `json:"duty,omitempty" doc:"Absent: nobody is responsible any more."`
	}
}

// Vacancy is a step of a claimed type that nobody answers for.
type Vacancy struct {
	Unit  Named  `json:"unit"`
	Type  Coded  `json:"type"`
	Step  string `json:"step" enum:"make,review,correct"`
	Cause string `json:"cause" enum:"nobody,stopped" doc:"Nobody was named, or the account is stopped."`
}

type vacanciesInput struct {
	Language
	Page
	Unit string `query:"unitId" maxLength:"18"`
	Step string `query:"step" enum:"make,review,correct"`
}

type vacanciesOutput struct {
	Body struct {
		Items []Vacancy `json:"items"`
		Total int       `json:"total"`
	}
}

// Candidate is a colleague who can be made responsible.
type Candidate struct {
	AccountID string   `json:"accountId"`
	Name      string   `json:"name"`
	Roles     []string `json:"roles"`
	Steps     []string `json:"steps" doc:"The steps that the account's roles allow."`
}

type candidatesOutput struct {
	Body struct {
		Items []Candidate `json:"items"`
	}
}

func registerDuty(api huma.API, d Deps) {
	huma.Register(api, require(api, huma.Operation{
		OperationID: "listDuties", Method: http.MethodGet, Path: "/api/v1/duties", Tags: []string{tagDuty},
		Summary:     "责任人列表",
		Description: "Who is responsible for which type and step.",
	}, RoleAdmin, RoleDigital, RoleCatalog), d.listDuties)
	huma.Register(api, require(api, huma.Operation{
		OperationID: "setDuty", Method: http.MethodPut, Path: "/api/v1/duties", Tags: []string{tagDuty},
		Summary:     "指定责任人",
		Description: "Make an account responsible for a type and step in its unit, or nobody. Maker and reviewer must be two persons.",
		Errors:      []int{http.StatusNotFound, http.StatusConflict},
	}, RoleAdmin, RoleCatalog), d.setDuty)
	huma.Register(api, require(api, huma.Operation{
		OperationID: "listCandidates", Method: http.MethodGet, Path: "/api/v1/units/{unitId}/candidates", Tags: []string{tagDuty},
		Summary:     "可指定的人员",
		Description: "Active accounts of a unit that can be made responsible. Officers of the catalogue ask for their own unit.",
		Errors:      []int{http.StatusNotFound},
	}, RoleAdmin, RoleCatalog), d.listCandidates)
	huma.Register(api, require(api, huma.Operation{
		OperationID: "listVacancies", Method: http.MethodGet, Path: "/api/v1/vacancies", Tags: []string{tagDuty},
		Summary:     "空缺岗位",
		Description: "Steps of claimed types that nobody answers for. Officers of the catalogue see their own unit's.",
	}, RoleAdmin, RoleDigital, RoleCatalog), d.listVacancies)
}

func (d Deps) listDuties(ctx context.Context, in *dutiesInput) (*dutiesOutput, error) {
	f := org.DutyFilter{Unit: in.Unit, Type: in.Type, Step: org.Step(in.Step), Limit: in.Limit, Offset: in.Offset}
	if own := ownUnit(actorFrom(ctx), RoleAdmin, RoleDigital); own != "" {
		f.Unit = own
	}
	out := &dutiesOutput{}
	out.Body.Items = []Duty{}
	err := d.DB.Read(ctx, func(q *db.Tx) error {
		found, total, err := d.Units.Duties(ctx, q, f)
		if err != nil {
			return err
		}
		out.Body.Total = total
		for _, x := range found {
			duty, err := d.duty(ctx, q, x, in.lang())
			if err != nil {
				return err
			}
			out.Body.Items = append(out.Body.Items, duty)
		}
		return nil
	})
	return out, err
}

func (d Deps) duty(ctx context.Context, q *db.Tx, x org.Duty, lang string) (Duty, error) {
	out := Duty{Step: string(x.Step), Person: Named{ID: x.Account}, Version: x.Version}
	var err error
	if out.Unit, err = d.unitNamed(ctx, q, x.Unit, lang); err != nil {
		return Duty{}, err
	}
	if x.Type != org.AllTypes {
		t, err := d.typeNamed(ctx, q, x.Type, lang)
		if err != nil {
			return Duty{}, err
		}
		out.Type = &t
	}
	person, err := d.Accounts.Staff(ctx, q, x.Account)
	if err != nil && errs.Code(err) != "authn.unknown" {
		return Duty{}, err
	}
	out.Person.Name, out.Active = person.Name, person.Active && person.UnitID == x.Unit
	return out, nil
}

func (d Deps) setDuty(ctx context.Context, in *dutySetInput) (*dutySetOutput, error) {
	actor := actorFrom(ctx)
	if own := ownUnit(actor, RoleAdmin); own != "" && in.Body.UnitID != own {
		return nil, errs.New(errs.Denied, "unit.not-own").On("unitId")
	}
	out := &dutySetOutput{}
	err := d.DB.Write(ctx, func(tx *db.Tx) error {
		x, err := d.Units.SetDuty(ctx, tx, change.Of(actor, in.Body.Reason), org.Duty{Unit: in.Body.UnitID, Type: in.Body.Type,
			Step: org.Step(in.Body.Step), Account: in.Body.AccountID, Version: in.Body.Version})
		if err != nil || x.Account == "" {
			return err
		}
		duty, err := d.duty(ctx, tx, x, in.lang())
		out.Body.Duty = &duty
		return err
	})
	return out, err
}

func (d Deps) listCandidates(ctx context.Context, in *UnitPath) (*candidatesOutput, error) {
	if own := ownUnit(actorFrom(ctx), RoleAdmin); own != "" && in.UnitID != own {
		return nil, errs.New(errs.Denied, "unit.not-own")
	}
	out := &candidatesOutput{}
	out.Body.Items = []Candidate{}
	err := d.DB.Read(ctx, func(q *db.Tx) error {
		if _, err := d.Units.Get(ctx, q, in.UnitID); err != nil {
			return err
		}
		people, _, err := d.Accounts.List(ctx, q, authn.StaffFilter{UnitID: in.UnitID, State: "active", Limit: 1000})
		for _, p := range people {
			steps := []string{}
			for _, s := range org.StepsOf(p.Roles) {
				steps = append(steps, string(s))
			}
			if len(steps) > 0 {
				out.Body.Items = append(out.Body.Items, Candidate{AccountID: p.ID, Name: p.Name, Roles: p.Roles, Steps: steps})
			}
		}
		return err
	})
	return out, err
}

func (d Deps) listVacancies(ctx context.Context, in *vacanciesInput) (*vacanciesOutput, error) {
	unit := in.Unit
	if own := ownUnit(actorFrom(ctx), RoleAdmin, RoleDigital); own != "" {
		unit = own
	}
	out := &vacanciesOutput{}
	out.Body.Items = []Vacancy{}
	err := d.DB.Read(ctx, func(q *db.Tx) error {
		all, err := d.Units.Vacancies(ctx, q, unit)
		if err != nil {
			return err
		}
		if in.Step != "" {
			all = slices.DeleteFunc(all, func(v org.Vacancy) bool { return string(v.Step) != in.Step })
		}
		out.Body.Total = len(all)
		for _, v := range all[min(in.Offset, len(all)):min(in.Offset+in.Limit, len(all))] {
			x := Vacancy{Step: string(v.Step), Cause: "nobody"}
			if v.Stopped {
				x.Cause = "stopped"
			}
			if x.Unit, err = d.unitNamed(ctx, q, v.Unit, in.lang()); err != nil {
				return err
			}
			if x.Type, err = d.typeNamed(ctx, q, v.Type, in.lang()); err != nil {
				return err
			}
			out.Body.Items = append(out.Body.Items, x)
		}
		return nil
	})
	return out, err
}
