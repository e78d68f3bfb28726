package httpapi

import (
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"github.com/yinxin-org/yinxin/internal/matter"
)

// Scenario is a social scenario (社会应用场景): the licenses, and the single fields, that may be shown in it.
type Scenario struct {
	Listed
	Code      string     `json:"code"`
	Name      string     `json:"name"`
	NameZh    string     `json:"nameZh"`
	NameEn    string     `json:"nameEn,omitempty"`
	Audience  string     `json:"audience" enum:"person,firm" doc:"Who shows."`
	Basis     string     `json:"basis"`
	Types     []Binding  `json:"types"`
	Verifiers []Verifier `json:"verifiers" doc:"Enrolled units whose term is not over."`
}

// Verifier is a unit enrolled in a scenario.
type Verifier struct {
	Unit    Named  `json:"unit"`
	From    string `json:"from" doc:"First day."`
	Until   string `json:"until,omitempty" doc:"Last day; absent: no end."`
	InForce bool   `json:"inForce"`
}

type scenariosInput struct {
	ListFilter
	Page
	Audience string `query:"audience" enum:"person,firm" doc:"Absent: both."`
}

type scenariosOutput struct {
	Body struct {
		Items []Scenario `json:"items"`
		Total int        `json:"total"`
	}
}

type scenarioOutput struct{ Body Scenario }

type scenarioExportInput struct{ ListFilter }

type proposeScenarioInput struct {
	Language
	Body struct {
		Entry matter.Scenario `json:"entry"`
		Why
	}
}

type changeScenarioInput struct {
	EntryPath
	Body struct {
		Entry   matter.Scenario `json:"entry"`
		Version int64           `json:"version" minimum:"1"`
		Why
	}
}

type enrolInput struct {
	EntryPath
	Body struct {
		Unit  string `json:"unit" minLength:"18" maxLength:"18"`
		From  string `json:"from,omitempty" format:"date" doc:"First day; absent: today."`
		Until string `json:"until,omitempty" format:"date" doc:"Last day; absent: no end."`
		Why
	}
}

type endVerifierInput struct {
	EntryPath
	UnitID string `path:"unitId" minLength:"18" maxLength:"18"`
	Body   struct{ Why }
}

func registerScenario(api huma.API, d Deps) {
	huma.Register(api, open(huma.Operation{
		OperationID: "listScenarios", Method: http.MethodGet, Path: "/api/v1/scenarios", Tags: []string{tagList},
		Summary:     "社会应用场景",
		Description: "Where holders may show licenses to others than government: which types, which single fields, to whom, on what basis.",
	}), d.listScenarios)
	huma.Register(api, open(huma.Operation{
		OperationID: "getScenario", Method: http.MethodGet, Path: "/api/v1/scenarios/{entryId}", Tags: []string{tagList},
		Summary:     "社会应用场景详情",
		Description: "One scenario. One that is not published is shown to signed-in staff alone.",
		Errors:      []int{http.StatusNotFound},
	}), d.getScenario)
	huma.Register(api, open(huma.Operation{
		OperationID: "exportScenarios", Method: http.MethodGet, Path: "/api/v1/scenarios/export", Tags: []string{tagList},
		Summary:     "导出社会应用场景",
		Description: "The scenarios as CSV, a row for each type.",
	}), d.exportScenarios)
	huma.Register(api, require(api, huma.Operation{
		OperationID: "proposeScenario", Method: http.MethodPost, Path: "/api/v1/scenarios", Tags: []string{tagList},
		Summary:     "提出社会应用场景",
		Description: "Propose a scenario.",
		Errors:      listErrors, DefaultStatus: http.StatusCreated,
	}, RoleDigital, RoleMatters, RoleCatalog), d.proposeScenario)
	huma.Register(api, require(api, huma.Operation{
		OperationID: "changeScenario", Method: http.MethodPut, Path: "/api/v1/scenarios/{entryId}", Tags: []string{tagList},
		Summary:     "修改待发布的社会应用场景",
		Description: "Change a scenario that is not published yet.",
		Errors:      listErrors,
	}, RoleDigital, RoleMatters, RoleCatalog), d.changeScenario)
	huma.Register(api, require(api, huma.Operation{
		OperationID: "publishScenario", Method: http.MethodPost, Path: "/api/v1/scenarios/{entryId}/publish", Tags: []string{tagList},
		Summary:     "发布社会应用场景",
		Description: "Publish a proposed scenario from a day on.",
		Errors:      listErrors,
	}, RoleDigital), d.publishScenario)
	huma.Register(api, require(api, huma.Operation{
		OperationID: "withdrawScenario", Method: http.MethodPost, Path: "/api/v1/scenarios/{entryId}/withdraw", Tags: []string{tagList},
		Summary:     "撤回社会应用场景",
		Description: "Withdraw a scenario: whoever proposed it before it is published, the digital office at any time.",
		Errors:      listErrors,
	}, RoleDigital, RoleMatters, RoleCatalog), d.withdrawScenario)
	huma.Register(api, require(api, huma.Operation{
		OperationID: "enrolVerifier", Method: http.MethodPost, Path: "/api/v1/scenarios/{entryId}/verifiers", Tags: []string{tagList},
		Summary:     "登记核验单位",
		Description: "Enrol a unit as verifier in a scenario, for a term; once more changes the term.",
		Errors:      listErrors,
	}, RoleDigital), d.enrolVerifier)
	huma.Register(api, require(api, huma.Operation{
		OperationID: "endVerifier", Method: http.MethodPost, Path: "/api/v1/scenarios/{entryId}/verifiers/{unitId}/end", Tags: []string{tagList},
		Summary:     "终止核验单位",
		Description: "End a unit's term in a scenario now.",
		Errors:      listErrors,
	}, RoleDigital), d.endVerifier)
}
