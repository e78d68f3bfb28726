package httpapi

import (
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"github.com/yinxin-org/yinxin/internal/matter"
)

const tagList = "清单 Lists"

// Listed is what all entries of the three lists have.
type Listed struct {
	ID          string `json:"id"`
	State       string `json:"state" enum:"proposed,published,withdrawn"`
	EffectiveOn string `json:"effectiveOn,omitempty" doc:"First day on which it holds."`
	ProposedBy  Named  `json:"proposedBy"`
	Version     int64  `json:"version"`
}

// Exemption is an entry of the list of licenses that need not be handed in (免提交证照清单).
type Exemption struct {
	Listed
	Type   Coded  `json:"type"`
	Level  int    `json:"level,omitempty" doc:"0 or absent: all levels."`
	Region string `json:"region,omitempty"`
	Unit   *Named `json:"unit,omitempty" doc:"Absent: every unit."`
	Matter *Coded `json:"matter,omitempty" doc:"Absent: every matter."`
	Note   string `json:"note,omitempty"`
}

// ListFilter narrows a list.
type ListFilter struct {
	Language
	Query string `query:"q" maxLength:"60" doc:"Words in names or codes, pinyin, or its initials."`
	State string `query:"state" enum:"proposed,published,withdrawn" default:"published" doc:"Others than published are for signed-in staff."`
}

type exemptionFilter struct {
	ListFilter
	Type   string `query:"type" maxLength:"21"`
	Level  int    `query:"level" minimum:"0" maximum:"7" doc:"Entries that hold on this level."`
	Unit   string `query:"unit" maxLength:"18" doc:"Entries that hold for this unit."`
	Matter string `query:"matter" maxLength:"33" doc:"Entries that hold for this matter."`
}

type exemptionsInput struct {
	exemptionFilter
	Page
}

type exemptionsOutput struct {
	Body struct {
		Items []Exemption `json:"items"`
		Total int         `json:"total"`
	}
}

type exemptionOutput struct{ Body Exemption }

// EntryPath names a list entry in the address.
type EntryPath struct {
	Language
	EntryID string `path:"entryId" format:"uuid"`
}

type exemptionExportInput struct{ exemptionFilter }

type proposeExemptionInput struct {
	Language
	Body struct {
		Entry matter.Exemption `json:"entry"`
		Why
	}
}

type changeExemptionInput struct {
	EntryPath
	Body struct {
		Entry   matter.Exemption `json:"entry"`
		Version int64            `json:"version" minimum:"1"`
		Why
	}
}

type publishEntryInput struct {
	EntryPath
	Body struct {
		Version     int64  `json:"version" minimum:"1"`
		EffectiveOn string `json:"effectiveOn,omitempty" format:"date" doc:"First day; absent: today."`
		Why
	}
}

type entryStepInput struct {
	EntryPath
	Body struct {
		Version int64 `json:"version" minimum:"1"`
		Why
	}
}

// listErrors are what changes of a list entry may answer.
var listErrors = []int{http.StatusNotFound, http.StatusConflict, http.StatusUnprocessableEntity}

func registerExempt(api huma.API, d Deps) {
	huma.Register(api, open(huma.Operation{
		OperationID: "listExemptions", Method: http.MethodGet, Path: "/api/v1/exemptions", Tags: []string{tagList},
		Summary:     "免提交证照清单",
		Description: "Licenses that need not be handed in, by level, region, unit and matter.",
	}), d.listExemptions)
	huma.Register(api, open(huma.Operation{
		OperationID: "exportExemptions", Method: http.MethodGet, Path: "/api/v1/exemptions/export", Tags: []string{tagList},
		Summary:     "导出免提交证照清单",
		Description: "The list as CSV, all rows.",
	}), d.exportExemptions)
	huma.Register(api, require(api, huma.Operation{
		OperationID: "proposeExemption", Method: http.MethodPost, Path: "/api/v1/exemptions", Tags: []string{tagList},
		Summary:     "提出免提交清单条目",
		Description: "Propose that licenses of a type need not be handed in. A unit's own officer proposes for that unit.",
		Errors:      listErrors, DefaultStatus: http.StatusCreated,
	}, RoleMatters, RoleCatalog), d.proposeExemption)
	huma.Register(api, require(api, huma.Operation{
		OperationID: "changeExemption", Method: http.MethodPut, Path: "/api/v1/exemptions/{entryId}", Tags: []string{tagList},
		Summary:     "修改待发布的免提交清单条目",
		Description: "Change an entry that is not published yet.",
		Errors:      listErrors,
	}, RoleMatters, RoleCatalog), d.changeExemption)
	huma.Register(api, require(api, huma.Operation{
		OperationID: "publishExemption", Method: http.MethodPost, Path: "/api/v1/exemptions/{entryId}/publish", Tags: []string{tagList},
		Summary:     "发布免提交清单条目",
		Description: "Publish a proposed entry from a day on.",
		Errors:      listErrors,
	}, RoleDigital), d.publishExemption)
	huma.Register(api, require(api, huma.Operation{
		OperationID: "withdrawExemption", Method: http.MethodPost, Path: "/api/v1/exemptions/{entryId}/withdraw", Tags: []string{tagList},
		Summary:     "撤回免提交清单条目",
		Description: "Withdraw an entry: whoever proposed it before it is published, the digital office at any time.",
		Errors:      listErrors,
	}, RoleMatters, RoleCatalog, RoleDigital), d.withdrawExemption)
}
