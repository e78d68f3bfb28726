package httpapi

import (
	"net/http"

	"github.com/danielgtaylor/huma/v2"
)

// Coverage counts the materials of a level, unit or matter by how far they are decided.
type Coverage struct {
	Key     string  `json:"key" doc:"The level, or the code of the unit or matter."`
	Name    string  `json:"name"`
	Matters int     `json:"matters"`
	Total   int     `json:"total" doc:"Materials."`
	Bound   int     `json:"bound" doc:"Satisfied by a license."`
	Plain   int     `json:"plain" doc:"Confirmed plain."`
	Open    int     `json:"open" doc:"Not decided."`
	Percent float64 `json:"percent" doc:"Decided ones (bound or plain) of all, in percent."`
}

// CoverageFilter narrows coverage.
type CoverageFilter struct {
	Language
	By    string `query:"by" enum:"level,unit,matter" default:"level"`
	Level int    `query:"level" minimum:"0" maximum:"7"`
	Unit  string `query:"unit" maxLength:"18"`
}

type coverageInput struct {
	CoverageFilter
	Page
}

type bindingCoverageOutput struct {
	Body struct {
		Items []Coverage `json:"items"`
		Total int        `json:"total"`
		Sum   Coverage   `json:"sum" doc:"Of all that the filter admits."`
	}
}

type coverageExportInput struct{ CoverageFilter }

func registerCoverage(api huma.API, d Deps) {
	readers := []string{RoleMatters, RoleCatalog, RoleDigital}
	huma.Register(api, require(api, huma.Operation{
		OperationID: "getCoverage", Method: http.MethodGet, Path: "/api/v1/coverage", Tags: []string{tagBinding},
		Summary:     "材料绑定覆盖率",
		Description: "How many materials are bound, confirmed plain or open, by level, unit or matter.",
	}, readers...), d.coverage)
	huma.Register(api, require(api, huma.Operation{
		OperationID: "exportCoverage", Method: http.MethodGet, Path: "/api/v1/coverage/export", Tags: []string{tagBinding},
		Summary:     "导出覆盖率",
		Description: "Coverage as CSV, all rows.",
	}, readers...), d.exportCoverage)
}
