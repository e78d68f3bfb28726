package httpapi

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"
)

const tagSystem = "接入台账 Systems"

// SystemBody is what is entered about a department's own system (自建系统).
type SystemBody struct {
	UnitID     string   `json:"unitId" minLength:"18" maxLength:"18" doc:"The owner."`
	Name       string   `json:"name" minLength:"2" maxLength:"100"`
	Matters    []string `json:"matters" maxItems:"2000" doc:"Codes of the matters handled in it."`
	Connection string   `json:"connection" enum:"none,manual,api,exchange" doc:"none 未接入, manual 人工导入, api 接口, exchange 数据交换; the last two count as connected."`
	Since      string   `json:"since,omitempty" format:"date" doc:"Connected since; required if it is connected."`
	Health     string   `json:"health" enum:"ok,degraded,down,unknown"`
	Gaps       string   `json:"gaps,omitempty" maxLength:"1000" doc:"What is still missing, in words."`
}

// System is an entry of the ledger.
type System struct {
	ID string `json:"id"`
	SystemBody
	Unit     Named      `json:"unit"`
	HealthAt *time.Time `json:"healthAt,omitempty" doc:"When the health was last looked at."`
	Version  int64      `json:"version"`
}

type systemsInput struct {
	Language
	Page
	SystemFilter
}

// SystemFilter narrows the ledger.
type SystemFilter struct {
	Query      string `query:"q" maxLength:"60" doc:"Words in the name, pinyin or its initials."`
	Unit       string `query:"unitId" maxLength:"18"`
	Connection string `query:"connection" enum:"none,manual,api,exchange"`
	Health     string `query:"health" enum:"ok,degraded,down,unknown"`
}

type systemsOutput struct {
	Body struct {
		Items []System `json:"items"`
		Total int      `json:"total"`
	}
}

// SystemPath names an entry of the ledger in the address.
type SystemPath struct {
	Language
	SystemID string `path:"systemId" format:"uuid"`
}

type systemOutput struct{ Body System }

type systemCreateInput struct {
	Language
	Body struct {
		SystemBody
		Why
	}
}

type systemUpdateInput struct {
	SystemPath
	Body struct {
		SystemBody
		Version int64 `json:"version"`
		Why
	}
}

type systemRemoveInput struct {
	SystemPath
	Body struct {
		Version int64 `json:"version"`
		Why
	}
}

// SystemCoverage counts matters by whether the system that handles them is connected.
type SystemCoverage struct {
	Unit      *Named `json:"unit,omitempty" doc:"Absent: all units together."`
	Systems   int    `json:"systems"`
	Connected int    `json:"connected" doc:"Systems that are connected."`
	Matters   int    `json:"matters" doc:"Matters listed."`
	Covered   int    `json:"covered" doc:"Matters of connected systems."`
}

type coverageOutput struct {
	Body struct {
		All    SystemCoverage   `json:"all"`
		ByUnit []SystemCoverage `json:"byUnit"`
	}
}

type exportInput struct {
	Language
	SystemFilter
}

// csvFile is an answer that is a table for a spreadsheet.
type csvFile struct {
	ContentType string `header:"Content-Type"`
	Disposition string `header:"Content-Disposition"`
	Body        []byte
}

func registerSystem(api huma.API, d Deps) {
	readers := []string{RoleDigital, RoleAdmin, RoleMatters, RoleCatalog}
	huma.Register(api, require(api, huma.Operation{
		OperationID: "listSystems", Method: http.MethodGet, Path: "/api/v1/systems", Tags: []string{tagSystem},
		Summary:     "接入台账",
		Description: "Departments' own systems and how they are connected.",
	}, readers...), d.listSystems)
	huma.Register(api, require(api, huma.Operation{
		OperationID: "createSystem", Method: http.MethodPost, Path: "/api/v1/systems", Tags: []string{tagSystem},
		Summary:       "登记自建系统",
		Description:   "Enter a system. A unit's officer enters the own unit's.",
		DefaultStatus: http.StatusCreated,
		Errors:        []int{http.StatusNotFound, http.StatusConflict},
	}, RoleDigital, RoleCatalog), d.createSystem)
	huma.Register(api, require(api, huma.Operation{
		OperationID: "getSystemCoverage", Method: http.MethodGet, Path: "/api/v1/systems/coverage", Tags: []string{tagSystem},
		Summary:     "接入率",
		Description: "Matters of connected systems out of all matters listed, in all and by unit.",
	}, readers...), d.systemCoverage)
	huma.Register(api, require(api, huma.Operation{
		OperationID: "exportSystems", Method: http.MethodGet, Path: "/api/v1/systems/export", Tags: []string{tagSystem},
		Summary:     "导出接入台账",
		Description: "The ledger as CSV (UTF-8 with mark, for spreadsheets).",
	}, readers...), d.exportSystems)
	huma.Register(api, require(api, huma.Operation{
		OperationID: "getSystem", Method: http.MethodGet, Path: "/api/v1/systems/{systemId}", Tags: []string{tagSystem},
		Summary:     "自建系统详情",
		Description: "One system.",
		Errors:      []int{http.StatusNotFound},
	}, readers...), d.getSystem)
	huma.Register(api, require(api, huma.Operation{
		OperationID: "updateSystem", Method: http.MethodPut, Path: "/api/v1/systems/{systemId}", Tags: []string{tagSystem},
		Summary:     "修改自建系统",
		Description: "Change an entry. A unit's officer changes the own unit's.",
		Errors:      []int{http.StatusNotFound, http.StatusConflict},
	}, RoleDigital, RoleCatalog), d.updateSystem)
	huma.Register(api, require(api, huma.Operation{
		OperationID: "removeSystem", Method: http.MethodPost, Path: "/api/v1/systems/{systemId}/removal", Tags: []string{tagSystem},
		Summary:     "移出台账",
		Description: "Take an entry off the ledger; the trail keeps what it was.",
		Errors:      []int{http.StatusNotFound, http.StatusConflict},
	}, RoleDigital, RoleCatalog), d.removeSystem)
}

func (d Deps) listSystems(context.Context, *systemsInput) (*systemsOutput, error) { return nil, soon }

func (d Deps) createSystem(context.Context, *systemCreateInput) (*systemOutput, error) {
	return nil, soon
}

func (d Deps) systemCoverage(context.Context, *struct{ Language }) (*coverageOutput, error) {
	return nil, soon
}

func (d Deps) exportSystems(context.Context, *exportInput) (*csvFile, error) { return nil, soon }

func (d Deps) getSystem(context.Context, *SystemPath) (*systemOutput, error) { return nil, soon }

func (d Deps) updateSystem(context.Context, *systemUpdateInput) (*systemOutput, error) {
	return nil, soon
}

func (d Deps) removeSystem(context.Context, *systemRemoveInput) (*struct{}, error) { return nil, soon }
