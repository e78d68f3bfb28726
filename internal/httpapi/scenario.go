package httpapi

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/yinxin-org/yinxin/internal/change"
	"github.com/yinxin-org/yinxin/internal/db"
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
		Errors:      []int{http.StatusUnauthorized},
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
		Errors:      []int{http.StatusUnauthorized},
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
	huma.Register(api, confirmed(api, d, require(api, huma.Operation{
		OperationID: "publishScenario", Method: http.MethodPost, Path: "/api/v1/scenarios/{entryId}/publish", Tags: []string{tagList},
		Summary:     "发布社会应用场景",
		Description: "Publish a proposed scenario from a day on.",
		Errors:      listErrors,
	}, RoleDigital)), d.publishScenario)
	huma.Register(api, confirmed(api, d, require(api, huma.Operation{
		OperationID: "withdrawScenario", Method: http.MethodPost, Path: "/api/v1/scenarios/{entryId}/withdraw", Tags: []string{tagList},
		Summary:     "撤回社会应用场景",
		Description: "Withdraw a scenario: whoever proposed it before it is published, the digital office at any time.",
		Errors:      listErrors,
	}, RoleDigital, RoleMatters, RoleCatalog)), d.withdrawScenario)
	huma.Register(api, confirmed(api, d, require(api, huma.Operation{
		OperationID: "enrolVerifier", Method: http.MethodPost, Path: "/api/v1/scenarios/{entryId}/verifiers", Tags: []string{tagList},
		Summary:     "登记核验单位",
		Description: "Enrol a unit as verifier in a scenario, for a term; once more changes the term.",
		Errors:      listErrors,
	}, RoleDigital)), d.enrolVerifier)
	huma.Register(api, confirmed(api, d, require(api, huma.Operation{
		OperationID: "endVerifier", Method: http.MethodPost, Path: "/api/v1/scenarios/{entryId}/verifiers/{unitId}/end", Tags: []string{tagList},
		Summary:     "终止核验单位",
		Description: "End a unit's term in a scenario now.",
		Errors:      listErrors,
	}, RoleDigital)), d.endVerifier)
}

func (d Deps) scenario(lang string) func(ctx context.Context, q *db.Tx, l matter.Listing) (Scenario, error) {
	return func(ctx context.Context, q *db.Tx, l matter.Listing) (Scenario, error) {
		head, err := d.listed(ctx, q, l, lang)
		if err != nil {
			return Scenario{}, err
		}
		c := *l.Scenario
		out := Scenario{Listed: head, Code: c.Code, Name: choose(lang, c.Name, c.NameEn), NameZh: c.Name, NameEn: c.NameEn,
			Audience: c.Audience, Basis: c.Basis, Verifiers: []Verifier{}}
		if out.Types, err = d.bindings(ctx, q, c.Types, lang); err != nil {
			return Scenario{}, err
		}
		enrolled, err := d.Matters.Verifiers(ctx, q, l.ID)
		if err != nil {
			return Scenario{}, err
		}
		now := d.Clock.Now()
		for _, v := range enrolled {
			if v.Over(now) {
				continue
			}
			unit, err := d.unitNamed(ctx, q, v.Unit, lang)
			if err != nil {
				return Scenario{}, err
			}
			out.Verifiers = append(out.Verifiers, Verifier{Unit: unit, From: date(v.From), Until: lastDay(v.Until), InForce: v.InForce(now)})
		}
		return out, nil
	}
}

func (d Deps) listScenarios(ctx context.Context, in *scenariosInput) (*scenariosOutput, error) {
	out := &scenariosOutput{}
	var err error
	out.Body.Items, out.Body.Total, err = entries(ctx, d, matter.ListFilter{List: matter.ListScenario, Words: in.Query, State: in.State,
		Audience: in.Audience, Limit: in.Limit, Offset: in.Offset}, d.scenario(in.lang()))
	return out, err
}

func (d Deps) getScenario(ctx context.Context, in *EntryPath) (*scenarioOutput, error) {
	out := &scenarioOutput{}
	err := d.DB.Read(ctx, func(q *db.Tx) error {
		l, err := d.Matters.Listing(ctx, q, matter.ListScenario, in.EntryID)
		if err != nil {
			return err
		}
		if err := maySee(ctx, l.State); err != nil {
			return err
		}
		out.Body, err = d.scenario(in.lang())(ctx, q, l)
		return err
	})
	return out, err
}

func (d Deps) exportScenarios(ctx context.Context, in *scenarioExportInput) (*csvFile, error) {
	found, _, err := entries(ctx, d, matter.ListFilter{List: matter.ListScenario, Words: in.Query, State: in.State}, d.scenario(in.lang()))
	if err != nil {
		return nil, err
	}
	audience := map[string]string{"person": choose(in.lang(), "个人", "persons"), "firm": choose(in.lang(), "企业", "firms")}
	var rows [][]string
	for _, c := range found {
		for _, b := range c.Types {
			rows = append(rows, []string{c.Code, c.Name, audience[c.Audience], b.Type.Code, b.Type.Name, joined(b.Fields), c.Basis, c.EffectiveOn})
		}
	}
	head := []string{"场景代码", "场景", "面向", "证照类型代码", "证照类型", "可出示字段", "依据", "生效日期"}
	if in.lang() == "en" {
		head = []string{"Code", "Scenario", "For", "Type code", "License type", "Fields that may be shown", "Basis", "Effective on"}
	}
	return tableFile("scenarios", head, rows)
}

func (d Deps) proposeScenario(ctx context.Context, in *proposeScenarioInput) (*scenarioOutput, error) {
	l := matter.Listing{List: matter.ListScenario, Scenario: &in.Body.Entry}
	e, err := entryAfter(ctx, d, l.List, d.scenario(in.lang()), d.propose(ctx, l, in.Body.Reason))
	return &scenarioOutput{Body: e}, err
}

func (d Deps) changeScenario(ctx context.Context, in *changeScenarioInput) (*scenarioOutput, error) {
	l := matter.Listing{ID: in.EntryID, List: matter.ListScenario, Scenario: &in.Body.Entry}
	e, err := entryAfter(ctx, d, l.List, d.scenario(in.lang()), d.changeEntry(ctx, l, in.Body.Reason, in.Body.Version))
	return &scenarioOutput{Body: e}, err
}

func (d Deps) publishScenario(ctx context.Context, in *publishEntryInput) (*scenarioOutput, error) {
	e, err := entryAfter(ctx, d, matter.ListScenario, d.scenario(in.lang()), d.publishEntry(ctx, matter.ListScenario, in))
	return &scenarioOutput{Body: e}, err
}

func (d Deps) withdrawScenario(ctx context.Context, in *entryStepInput) (*scenarioOutput, error) {
	e, err := entryAfter(ctx, d, matter.ListScenario, d.scenario(in.lang()), d.withdrawEntry(ctx, matter.ListScenario, in))
	return &scenarioOutput{Body: e}, err
}

func (d Deps) enrolVerifier(ctx context.Context, in *enrolInput) (*scenarioOutput, error) {
	from, err := midnight(in.Body.From, "from")
	if err != nil {
		return nil, err
	}
	until, err := midnight(in.Body.Until, "until")
	if err != nil {
		return nil, err
	}
	if !until.IsZero() {
		until = until.Add(24 * time.Hour) // the last day is still good
	}
	e, err := entryAfter(ctx, d, matter.ListScenario, d.scenario(in.lang()), func(tx *db.Tx) (string, error) {
		return in.EntryID, d.Matters.Enrol(ctx, tx, change.Of(actorFrom(ctx), in.Body.Reason), in.EntryID,
			matter.Verifier{Unit: in.Body.Unit, From: from, Until: until})
	})
	return &scenarioOutput{Body: e}, err
}

func (d Deps) endVerifier(ctx context.Context, in *endVerifierInput) (*scenarioOutput, error) {
	e, err := entryAfter(ctx, d, matter.ListScenario, d.scenario(in.lang()), func(tx *db.Tx) (string, error) {
		return in.EntryID, d.Matters.EndVerifier(ctx, tx, change.Of(actorFrom(ctx), in.Body.Reason), in.EntryID, in.UnitID)
	})
	return &scenarioOutput{Body: e}, err
}
