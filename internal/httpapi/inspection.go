package httpapi

import (
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"github.com/yinxin-org/yinxin/internal/matter"
)

// InspectionList says which licenses an inspection matter looks at (检查事项证照清单).
type InspectionList struct {
	Listed
	Matter Coded     `json:"matter" doc:"An inspection matter (事项类型 06), or the item of all of them."`
	Unit   *Named    `json:"unit,omitempty" doc:"Absent: every unit with the matter."`
	Types  []Binding `json:"types"`
}

type inspectionsInput struct {
	ListFilter
	Page
	Unit string `query:"unit" maxLength:"18" doc:"Entries that hold for this unit."`
}

type inspectionsOutput struct {
	Body struct {
		Items []InspectionList `json:"items"`
		Total int              `json:"total"`
	}
}

type inspectionOutput struct{ Body InspectionList }

type inspectionExportInput struct{ ListFilter }

type proposeInspectionInput struct {
	Language
	Body struct {
		Entry matter.Inspection `json:"entry"`
		Why
	}
}

type changeInspectionInput struct {
	EntryPath
	Body struct {
		Entry   matter.Inspection `json:"entry"`
		Version int64             `json:"version" minimum:"1"`
		Why
	}
}

func registerInspection(api huma.API, d Deps) {
	huma.Register(api, open(huma.Operation{
		OperationID: "listInspectionLists", Method: http.MethodGet, Path: "/api/v1/inspection-lists", Tags: []string{tagList},
		Summary:     "检查事项证照清单",
		Description: "Which licenses, and which of their fields, are looked at under which inspection matter.",
	}), d.listInspections)
	huma.Register(api, open(huma.Operation{
		OperationID: "exportInspectionLists", Method: http.MethodGet, Path: "/api/v1/inspection-lists/export", Tags: []string{tagList},
		Summary:     "导出检查事项证照清单",
		Description: "The lists as CSV, all rows.",
	}), d.exportInspections)
	huma.Register(api, require(api, huma.Operation{
		OperationID: "proposeInspectionList", Method: http.MethodPost, Path: "/api/v1/inspection-lists", Tags: []string{tagList},
		Summary:     "提出检查事项证照清单",
		Description: "Propose which licenses an inspection matter looks at. A unit's own officer proposes for that unit.",
		Errors:      listErrors, DefaultStatus: http.StatusCreated,
	}, RoleMatters, RoleCatalog), d.proposeInspection)
	huma.Register(api, require(api, huma.Operation{
		OperationID: "changeInspectionList", Method: http.MethodPut, Path: "/api/v1/inspection-lists/{entryId}", Tags: []string{tagList},
		Summary:     "修改待发布的检查事项证照清单",
		Description: "Change an entry that is not published yet.",
		Errors:      listErrors,
	}, RoleMatters, RoleCatalog), d.changeInspection)
	huma.Register(api, require(api, huma.Operation{
		OperationID: "publishInspectionList", Method: http.MethodPost, Path: "/api/v1/inspection-lists/{entryId}/publish", Tags: []string{tagList},
		Summary:     "发布检查事项证照清单",
		Description: "Publish a proposed entry from a day on.",
		Errors:      listErrors,
	}, RoleDigital), d.publishInspection)
	huma.Register(api, require(api, huma.Operation{
		OperationID: "withdrawInspectionList", Method: http.MethodPost, Path: "/api/v1/inspection-lists/{entryId}/withdraw", Tags: []string{tagList},
		Summary:     "撤回检查事项证照清单",
		Description: "Withdraw an entry: whoever proposed it before it is published, the digital office at any time.",
		Errors:      listErrors,
	}, RoleMatters, RoleCatalog, RoleDigital), d.withdrawInspection)
}
