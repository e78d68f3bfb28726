package httpapi

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"github.com/yinxin-org/yinxin/internal/db"
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

// ExemptionFilter narrows the list of licenses that need not be handed in. It is exported, or huma would pass over it.
type ExemptionFilter struct {
	ListFilter
	Type   string `query:"type" maxLength:"21"`
	Level  int    `query:"level" minimum:"0" maximum:"7" doc:"Entries that hold on this level."`
	Unit   string `query:"unit" maxLength:"18" doc:"Entries that hold for this unit."`
	Matter string `query:"matter" maxLength:"33" doc:"Entries that hold for this matter."`
}

type exemptionsInput struct {
	ExemptionFilter
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

type exemptionExportInput struct{ ExemptionFilter }

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
		Errors:      []int{http.StatusUnauthorized},
	}), d.listExemptions)
	huma.Register(api, open(huma.Operation{
		OperationID: "exportExemptions", Method: http.MethodGet, Path: "/api/v1/exemptions/export", Tags: []string{tagList},
		Summary:     "导出免提交证照清单",
		Description: "The list as CSV, all rows.",
		Errors:      []int{http.StatusUnauthorized},
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

type exemptionView func(ctx context.Context, q *db.Tx, l matter.Listing) (Exemption, error)

func (d Deps) exemption(lang string) exemptionView {
	return func(ctx context.Context, q *db.Tx, l matter.Listing) (Exemption, error) {
		e := *l.Exemption
		head, err := d.listed(ctx, q, l, lang)
		if err != nil {
			return Exemption{}, err
		}
		out := Exemption{Listed: head, Level: e.Level, Region: e.Region, Note: e.Note}
		if out.Type, err = d.typeNamed(ctx, q, e.Type, lang); err != nil {
			return Exemption{}, err
		}
		if out.Unit, err = d.unitOrAll(ctx, q, e.Unit, lang); err != nil {
			return Exemption{}, err
		}
		if e.Matter != "" {
			m, err := d.matterNamed(ctx, q, e.Matter, lang)
			if err != nil {
				return Exemption{}, err
			}
			out.Matter = &m
		}
		return out, nil
	}
}

func (f ExemptionFilter) filter(p Page) matter.ListFilter {
	return matter.ListFilter{List: matter.ListExempt, Words: f.Query, State: f.State, Type: f.Type, Unit: f.Unit, Matter: f.Matter,
		Level: f.Level, Limit: p.Limit, Offset: p.Offset}
}

func (d Deps) listExemptions(ctx context.Context, in *exemptionsInput) (*exemptionsOutput, error) {
	out := &exemptionsOutput{}
	var err error
	out.Body.Items, out.Body.Total, err = entries(ctx, d, in.filter(in.Page), d.exemption(in.lang()))
	return out, err
}

func (d Deps) exportExemptions(ctx context.Context, in *exemptionExportInput) (*csvFile, error) {
	found, _, err := entries(ctx, d, in.filter(Page{}), d.exemption(in.lang()))
	if err != nil {
		return nil, err
	}
	var rows [][]string
	for _, e := range found {
		row := []string{e.Type.Code, e.Type.Name, "", e.Region, nameOf(e.Unit), "", "", e.EffectiveOn, e.Note}
		if e.Level > 0 {
			row[2] = levelName(itoa(e.Level), in.lang())
		}
		if e.Matter != nil {
			row[5], row[6] = e.Matter.Code, e.Matter.Name
		}
		rows = append(rows, row)
	}
	head := []string{"证照类型代码", "证照类型", "层级", "区划", "单位", "事项编码", "事项", "生效日期", "说明"}
	if in.lang() == "en" {
		head = []string{"Type code", "License type", "Level", "Region", "Unit", "Matter code", "Matter", "Effective on", "Note"}
	}
	return tableFile("exemptions", head, rows)
}

func (d Deps) proposeExemption(ctx context.Context, in *proposeExemptionInput) (*exemptionOutput, error) {
	l := matter.Listing{List: matter.ListExempt, Exemption: &in.Body.Entry}
	e, err := entryAfter(ctx, d, l.List, d.exemption(in.lang()), d.propose(ctx, l, in.Body.Reason))
	return &exemptionOutput{Body: e}, err
}

func (d Deps) changeExemption(ctx context.Context, in *changeExemptionInput) (*exemptionOutput, error) {
	l := matter.Listing{ID: in.EntryID, List: matter.ListExempt, Exemption: &in.Body.Entry}
	e, err := entryAfter(ctx, d, l.List, d.exemption(in.lang()), d.changeEntry(ctx, l, in.Body.Reason, in.Body.Version))
	return &exemptionOutput{Body: e}, err
}

func (d Deps) publishExemption(ctx context.Context, in *publishEntryInput) (*exemptionOutput, error) {
	e, err := entryAfter(ctx, d, matter.ListExempt, d.exemption(in.lang()), d.publishEntry(ctx, matter.ListExempt, in))
	return &exemptionOutput{Body: e}, err
}

func (d Deps) withdrawExemption(ctx context.Context, in *entryStepInput) (*exemptionOutput, error) {
	e, err := entryAfter(ctx, d, matter.ListExempt, d.exemption(in.lang()), d.withdrawEntry(ctx, matter.ListExempt, in))
	return &exemptionOutput{Body: e}, err
}
