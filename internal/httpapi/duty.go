package httpapi

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"
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

func (d Deps) listDuties(context.Context, *dutiesInput) (*dutiesOutput, error) { return nil, soon }

func (d Deps) setDuty(context.Context, *dutySetInput) (*dutySetOutput, error) { return nil, soon }

func (d Deps) listCandidates(context.Context, *UnitPath) (*candidatesOutput, error) { return nil, soon }

func (d Deps) listVacancies(context.Context, *vacanciesInput) (*vacanciesOutput, error) {
	return nil, soon
}
