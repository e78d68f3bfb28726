package httpapi

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"
)

const tagMandate = "委托 Mandates"

// Mandate is what one unit entrusts to another.
type Mandate struct {
	ID         string     `json:"id"`
	From       Named      `json:"from" doc:"委托单位"`
	To         Named      `json:"to" doc:"受委托单位: school, hospital, third party, front desk"`
	Kind       string     `json:"kind" enum:"issue,front-desk,convert" doc:"issue 委托制证, front-desk 综合窗口收件, convert 委托存量转换"`
	Scope      []Coded    `json:"scope" doc:"Codes of types (issue, convert) or matters (front-desk); empty: all."`
	ValidFrom  string     `json:"validFrom" doc:"First day."`
	ValidTo    string     `json:"validTo,omitempty" doc:"Last day; absent: no end."`
	State      string     `json:"state" enum:"notYet,inForce,over,ended" doc:"As of now: not begun, in force, run out, ended early."`
	EndedAt    *time.Time `json:"endedAt,omitempty"`
	EndedFor   string     `json:"endedFor,omitempty" doc:"Why it was ended early."`
	DecisionNo string     `json:"decisionNo,omitempty" doc:"Number of the agreement or decision."`
	Version    int64      `json:"version"`
}

type mandatesInput struct {
	Language
	Page
	Unit  string `query:"unitId" maxLength:"18" doc:"From or to this unit."`
	Kind  string `query:"kind" enum:"issue,front-desk,convert"`
	State string `query:"state" enum:"notYet,inForce,over,ended" doc:"Absent: all."`
}

type mandatesOutput struct {
	Body struct {
		Items []Mandate `json:"items"`
		Total int       `json:"total"`
	}
}

// MandatePath names a mandate in the address.
type MandatePath struct {
	Language
	MandateID string `path:"mandateId" format:"uuid"`
}

type mandateOutput struct{ Body Mandate }

type mandateCreateInput struct {
	Language
	Body struct {
		FromID     string   `json:"fromId" minLength:"18" maxLength:"18"`
		ToID       string   `json:"toId" minLength:"18" maxLength:"18"`
		Kind       string   `json:"kind" enum:"issue,front-desk,convert"`
		Scope      []string `json:"scope" maxItems:"1000" doc:"Codes of types or matters; empty: all."`
		ValidFrom  string   `json:"validFrom" format:"date"`
		ValidTo    string   `json:"validTo,omitempty" format:"date" doc:"Last day; absent: no end."`
		DecisionNo string   `json:"decisionNo,omitempty" maxLength:"60"`
		Why
	}
}

type mandateEndInput struct {
	MandatePath
	Body struct {
		Version int64 `json:"version"`
		Why
	}
}

func registerMandate(api huma.API, d Deps) {
	huma.Register(api, require(api, huma.Operation{
		OperationID: "listMandates", Method: http.MethodGet, Path: "/api/v1/mandates", Tags: []string{tagMandate},
		Summary:     "委托列表",
		Description: "Mandates; officers of the catalogue see those from and to their own unit.",
	}, RoleAdmin, RoleDigital, RoleMatters, RoleCatalog), d.listMandates)
	huma.Register(api, require(api, huma.Operation{
		OperationID: "createMandate", Method: http.MethodPost, Path: "/api/v1/mandates", Tags: []string{tagMandate},
		Summary:       "登记委托",
		Description:   "Enter a mandate. A unit's officer enters those that the own unit gives.",
		DefaultStatus: http.StatusCreated,
		Errors:        []int{http.StatusNotFound, http.StatusConflict},
	}, RoleAdmin, RoleDigital, RoleCatalog), d.createMandate)
	huma.Register(api, require(api, huma.Operation{
		OperationID: "getMandate", Method: http.MethodGet, Path: "/api/v1/mandates/{mandateId}", Tags: []string{tagMandate},
		Summary:     "委托详情",
		Description: "One mandate.",
		Errors:      []int{http.StatusNotFound},
	}, RoleAdmin, RoleDigital, RoleMatters, RoleCatalog), d.getMandate)
	huma.Register(api, require(api, huma.Operation{
		OperationID: "endMandate", Method: http.MethodPost, Path: "/api/v1/mandates/{mandateId}/end", Tags: []string{tagMandate},
		Summary:     "终止委托",
		Description: "End a mandate early, at once.",
		Errors:      []int{http.StatusNotFound, http.StatusConflict},
	}, RoleAdmin, RoleDigital, RoleCatalog), d.endMandate)
}

func (d Deps) listMandates(context.Context, *mandatesInput) (*mandatesOutput, error) {
	return nil, soon
}

func (d Deps) createMandate(context.Context, *mandateCreateInput) (*mandateOutput, error) {
	return nil, soon
}

func (d Deps) getMandate(context.Context, *MandatePath) (*mandateOutput, error) { return nil, soon }

func (d Deps) endMandate(context.Context, *mandateEndInput) (*mandateOutput, error) { return nil, soon }
