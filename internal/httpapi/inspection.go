package httpapi

import (
	"context"
	"net/http"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"github.com/yinxin-org/yinxin/internal/db"
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
		Errors:      []int{http.StatusUnauthorized},
	}), d.listInspections)
	huma.Register(api, open(huma.Operation{
		OperationID: "exportInspectionLists", Method: http.MethodGet, Path: "/api/v1/inspection-lists/export", Tags: []string{tagList},
		Summary:     "导出检查事项证照清单",
		Description: "The lists as CSV, all rows.",
		Errors:      []int{http.StatusUnauthorized},
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

func (d Deps) inspection(lang string) func(ctx context.Context, q *db.Tx, l matter.Listing) (InspectionList, error) {
	return func(ctx context.Context, q *db.Tx, l matter.Listing) (InspectionList, error) {
		head, err := d.listed(ctx, q, l, lang)
		if err != nil {
			return InspectionList{}, err
		}
		out := InspectionList{Listed: head}
		if out.Matter, err = d.matterNamed(ctx, q, l.Inspection.Matter, lang); err != nil {
			return InspectionList{}, err
		}
		if out.Unit, err = d.unitOrAll(ctx, q, l.Inspection.Unit, lang); err != nil {
			return InspectionList{}, err
		}
		out.Types, err = d.bindings(ctx, q, l.Inspection.Types, lang)
		return out, err
	}
}

func (d Deps) listInspections(ctx context.Context, in *inspectionsInput) (*inspectionsOutput, error) {
	out := &inspectionsOutput{}
	var err error
	out.Body.Items, out.Body.Total, err = entries(ctx, d, matter.ListFilter{List: matter.ListInspection, Words: in.Query, State: in.State,
		Unit: in.Unit, Limit: in.Limit, Offset: in.Offset}, d.inspection(in.lang()))
	return out, err
}

func (d Deps) exportInspections(ctx context.Context, in *inspectionExportInput) (*csvFile, error) {
	found, _, err := entries(ctx, d, matter.ListFilter{List: matter.ListInspection, Words: in.Query, State: in.State}, d.inspection(in.lang()))
	if err != nil {
		return nil, err
	}
	var rows [][]string
	for _, e := range found {
		for _, b := range e.Types {
			rows = append(rows, []string{e.Matter.Code, e.Matter.Name, nameOf(e.Unit), b.Type.Code, b.Type.Name, joined(b.Fields), e.EffectiveOn})
		}
	}
	head := []string{"检查事项编码", "检查事项", "单位", "证照类型代码", "证照类型", "字段", "生效日期"}
	if in.lang() == "en" {
		head = []string{"Matter code", "Inspection matter", "Unit", "Type code", "License type", "Fields", "Effective on"}
	}
	return tableFile("inspection-lists", head, rows)
}

// joined writes the labels of fields one after the other.
func joined(fields []Label) string {
	var names []string
	for _, f := range fields {
		names = append(names, f.Label)
	}
	return strings.Join(names, "、")
}

func (d Deps) proposeInspection(ctx context.Context, in *proposeInspectionInput) (*inspectionOutput, error) {
	l := matter.Listing{List: matter.ListInspection, Inspection: &in.Body.Entry}
	e, err := entryAfter(ctx, d, l.List, d.inspection(in.lang()), d.propose(ctx, l, in.Body.Reason))
	return &inspectionOutput{Body: e}, err
}

func (d Deps) changeInspection(ctx context.Context, in *changeInspectionInput) (*inspectionOutput, error) {
	l := matter.Listing{ID: in.EntryID, List: matter.ListInspection, Inspection: &in.Body.Entry}
	e, err := entryAfter(ctx, d, l.List, d.inspection(in.lang()), d.changeEntry(ctx, l, in.Body.Reason, in.Body.Version))
	return &inspectionOutput{Body: e}, err
}

func (d Deps) publishInspection(ctx context.Context, in *publishEntryInput) (*inspectionOutput, error) {
	e, err := entryAfter(ctx, d, matter.ListInspection, d.inspection(in.lang()), d.publishEntry(ctx, matter.ListInspection, in))
	return &inspectionOutput{Body: e}, err
}

func (d Deps) withdrawInspection(ctx context.Context, in *entryStepInput) (*inspectionOutput, error) {
	e, err := entryAfter(ctx, d, matter.ListInspection, d.inspection(in.lang()), d.withdrawEntry(ctx, matter.ListInspection, in))
	return &inspectionOutput{Body: e}, err
}
