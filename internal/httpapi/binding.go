package httpapi

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"github.com/yinxin-org/yinxin/internal/change"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/matter"
)

const tagBinding = "材料绑定 Bindings"

// MaterialBinding is a material with what is decided about it.
type MaterialBinding struct {
	Material
	Inherited bool  `json:"inherited" doc:"Of a matter: decided for the item, for all levels."`
	Version   int64 `json:"version" doc:"Of the decision at this place; 0: there is none of its own."`
}

type materialBindingsOutput struct {
	Body struct {
		Items []MaterialBinding `json:"items"`
	}
}

// BindingBody decides about one material.
type BindingBody struct {
	Decision string           `json:"decision" enum:"bound,plain,open,inherit" doc:"bound: the bindings satisfy it; plain: confirmed that no license does; open: undecided; inherit: of a matter, as the item has it."`
	Bindings []matter.Binding `json:"bindings,omitempty" maxItems:"8" doc:"In order: the first type in force is fetched."`
	Party    string           `json:"party,omitempty" enum:"applicant,representative,spouse,child" doc:"Whose license it is."`
	Stages   []string         `json:"stages,omitempty" maxItems:"2" doc:"When it may be read: accept, decide."`
	Version  int64            `json:"version" minimum:"0"`
	Why
}

type bindItemInput struct {
	ItemPath
	Seq  int `path:"seq" minimum:"1" maximum:"999"`
	Body BindingBody
}

type bindMatterInput struct {
	MatterPath
	Seq  int `path:"seq" minimum:"1" maximum:"999"`
	Body BindingBody
}

type materialBindingOutput struct{ Body MaterialBinding }

// GoneField is a binding that names a field its type no longer has.
type GoneField struct {
	Scope    string `json:"scope" doc:"Base code of the item, or code of the matter."`
	Name     string `json:"name" doc:"Of the item or matter."`
	Material string `json:"material"`
	Type     Coded  `json:"type"`
	Field    string `json:"field"`
	Reason   Reason `json:"reason"`
}

type goneInput struct {
	Language
	Page
	Type string `query:"type" maxLength:"21" doc:"Of this license type alone."`
}

type goneOutput struct {
	Body struct {
		Items []GoneField `json:"items"`
		Total int         `json:"total"`
	}
}

// OpenMaterial is a material that nobody has bound or confirmed plain.
type OpenMaterial struct {
	Matter   Coded  `json:"matter"`
	Unit     Named  `json:"unit"`
	Level    int    `json:"level"`
	Seq      int    `json:"seq"`
	Name     string `json:"name"`
	Required bool   `json:"required"`
}

type openMaterialsInput struct {
	Language
	Page
	Unit string `query:"unit" maxLength:"18"`
	Mine bool   `query:"mine" doc:"Only of the own unit."`
}

type openMaterialsOutput struct {
	Body struct {
		Items []OpenMaterial `json:"items"`
		Total int            `json:"total"`
	}
}

// BoundMatter is a material that a license type satisfies.
type BoundMatter struct {
	Scope    string  `json:"scope" doc:"Base code of the item, or code of the matter."`
	Name     string  `json:"name" doc:"Of the item or matter."`
	Material string  `json:"material"`
	Fields   []Label `json:"fields"`
}

type boundMattersInput struct {
	Language
	Page
	TypeCode string `path:"typeCode" maxLength:"21"`
}

type boundMattersOutput struct {
	Body struct {
		Items []BoundMatter `json:"items"`
		Total int           `json:"total"`
	}
}

func registerBinding(api huma.API, d Deps) {
	readers := []string{RoleMatters, RoleCatalog, RoleDigital}
	huma.Register(api, require(api, huma.Operation{
		OperationID: "listItemBindings", Method: http.MethodGet, Path: "/api/v1/matter-items/{baseCode}/bindings", Tags: []string{tagBinding},
		Summary:     "基本目录项的材料绑定",
		Description: "The materials of an item with the license types that satisfy them.",
		Errors:      []int{http.StatusNotFound},
	}, readers...), d.itemBindings)
	huma.Register(api, require(api, huma.Operation{
		OperationID: "listMatterBindings", Method: http.MethodGet, Path: "/api/v1/matters/{matterCode}/bindings", Tags: []string{tagBinding},
		Summary:     "事项的材料绑定",
		Description: "The materials of a matter with the license types that satisfy them, inherited from its item or its own.",
		Errors:      []int{http.StatusNotFound},
	}, readers...), d.matterBindings)
	huma.Register(api, require(api, huma.Operation{
		OperationID: "bindItemMaterial", Method: http.MethodPut, Path: "/api/v1/matter-items/{baseCode}/materials/{seq}/binding",
		Tags: []string{tagBinding}, Summary: "绑定基本目录项的材料",
		Description: "Decide for all levels which license types satisfy a material, with the least fields; or that none does.",
		Errors:      []int{http.StatusNotFound, http.StatusConflict, http.StatusUnprocessableEntity},
	}, RoleMatters), d.bindItem)
	huma.Register(api, require(api, huma.Operation{
		OperationID: "bindMatterMaterial", Method: http.MethodPut, Path: "/api/v1/matters/{matterCode}/materials/{seq}/binding",
		Tags: []string{tagBinding}, Summary: "绑定事项的材料",
		Description: "Decide for one matter, as an exception from its item. A unit's own officer decides for matters of that unit.",
		Errors:      []int{http.StatusNotFound, http.StatusConflict, http.StatusUnprocessableEntity},
	}, RoleMatters, RoleCatalog), d.bindMatter)
	huma.Register(api, require(api, huma.Operation{
		OperationID: "listGoneFields", Method: http.MethodGet, Path: "/api/v1/bindings/gone", Tags: []string{tagBinding},
		Summary:     "失效的绑定字段",
		Description: "Bindings that name a field which the newest version of their type no longer has, or a type that is not in effect.",
	}, readers...), d.goneFields)
	huma.Register(api, require(api, huma.Operation{
		OperationID: "listOpenMaterials", Method: http.MethodGet, Path: "/api/v1/matter-materials/open", Tags: []string{tagBinding},
		Summary:     "未绑定材料",
		Description: "The work list: materials that nobody has bound or confirmed plain.",
	}, readers...), d.openMaterials)
	huma.Register(api, require(api, huma.Operation{
		OperationID: "listBoundMatters", Method: http.MethodGet, Path: "/api/v1/types/{typeCode}/bindings", Tags: []string{tagBinding},
		Summary:     "绑定了这类证照的材料",
		Description: "The materials of items and matters that a license type satisfies.",
	}, readers...), d.boundMatters)
}

func (d Deps) itemBindings(ctx context.Context, in *ItemPath) (*materialBindingsOutput, error) {
	return d.decided(ctx, in.lang(), func(q *db.Tx) ([]matter.Decided, error) { return d.Matters.ItemBindings(ctx, q, in.BaseCode) })
}

func (d Deps) matterBindings(ctx context.Context, in *MatterPath) (*materialBindingsOutput, error) {
	return d.decided(ctx, in.lang(), func(q *db.Tx) ([]matter.Decided, error) { return d.Matters.MatterBindings(ctx, q, in.MatterCode) })
}

func (d Deps) decided(ctx context.Context, lang string, find func(q *db.Tx) ([]matter.Decided, error)) (*materialBindingsOutput, error) {
	out := &materialBindingsOutput{}
	out.Body.Items = []MaterialBinding{}
	err := d.DB.Read(ctx, func(q *db.Tx) error {
		found, err := find(q)
		if err != nil {
			return err
		}
		for _, x := range found {
			m, err := d.material(ctx, q, x.Material, lang)
			if err != nil {
				return err
			}
			out.Body.Items = append(out.Body.Items, MaterialBinding{Material: m, Inherited: x.Inherited, Version: x.Version})
		}
		return nil
	})
	return out, err
}

// decision reads a decision; bindings, party and stages count only with "bound".
func (b BindingBody) decision() matter.Decision {
	x := matter.Decision{Inherit: b.Decision == "inherit"}
	switch b.Decision {
	case "plain":
		x.Plain = true
	case "bound":
		x.Bindings, x.Party = b.Bindings, matter.Party(b.Party)
		for _, s := range b.Stages {
			x.Stages = append(x.Stages, matter.Stage(s))
		}
	}
	return x
}

func (d Deps) bindItem(ctx context.Context, in *bindItemInput) (*materialBindingOutput, error) {
	return d.bind(ctx, in.Seq, in.lang(), in.Body, func(tx *db.Tx) ([]matter.Decided, error) {
		err := d.Matters.BindItem(ctx, tx, change.Of(actorFrom(ctx), in.Body.Reason), in.BaseCode, in.Seq, in.Body.decision(), in.Body.Version)
		if err != nil {
			return nil, err
		}
		return d.Matters.ItemBindings(ctx, tx, in.BaseCode)
	})
}

func (d Deps) bindMatter(ctx context.Context, in *bindMatterInput) (*materialBindingOutput, error) {
	return d.bind(ctx, in.Seq, in.lang(), in.Body, func(tx *db.Tx) ([]matter.Decided, error) {
		err := d.Matters.BindMatter(ctx, tx, actorFrom(ctx), in.Body.Reason, in.MatterCode, in.Seq, in.Body.decision(), in.Body.Version)
		if err != nil {
			return nil, err
		}
		return d.Matters.MatterBindings(ctx, tx, in.MatterCode)
	})
}

func (d Deps) bind(ctx context.Context, seq int, lang string, b BindingBody, do func(tx *db.Tx) ([]matter.Decided, error)) (*materialBindingOutput, error) {
	if b.Decision == "bound" && len(b.Bindings) == 0 {
		return nil, errRequired("bindings")
	}
	out := &materialBindingOutput{}
	err := d.DB.Write(ctx, func(tx *db.Tx) error {
		found, err := do(tx)
		if err != nil {
			return err
		}
		for _, x := range found {
			if x.Seq == seq {
				m, err := d.material(ctx, tx, x.Material, lang)
				out.Body = MaterialBinding{Material: m, Inherited: x.Inherited, Version: x.Version}
				return err
			}
		}
		return nil
	})
	return out, err
}

// cut gives a page of what is all there.
func cut[T any](all []T, p Page) []T {
	from := min(p.Offset, len(all))
	return all[from:min(from+p.Limit, len(all))]
}

func (d Deps) goneFields(ctx context.Context, in *goneInput) (*goneOutput, error) {
	out := &goneOutput{}
	out.Body.Items = []GoneField{}
	err := d.DB.Read(ctx, func(q *db.Tx) error {
		found, err := d.Matters.Gone(ctx, q, in.Type)
		if err != nil {
			return err
		}
		out.Body.Total = len(found)
		for _, g := range cut(found, in.Page) {
			t, err := d.typeNamed(ctx, q, g.Type, in.lang())
			if err != nil {
				return err
			}
			out.Body.Items = append(out.Body.Items, GoneField{Scope: g.Scope, Name: g.Name, Material: g.Material, Type: t, Field: g.Field,
				Reason: *reasonOf(g.Code, nil)})
		}
		return nil
	})
	return out, err
}

func (d Deps) openMaterials(ctx context.Context, in *openMaterialsInput) (*openMaterialsOutput, error) {
	out := &openMaterialsOutput{}
	out.Body.Items = []OpenMaterial{}
	if in.Mine {
		in.Unit = actorFrom(ctx).UnitID
	}
	err := d.DB.Read(ctx, func(q *db.Tx) error {
		found, total, err := d.Matters.OpenMaterials(ctx, q, in.Unit, in.Limit, in.Offset)
		if err != nil {
			return err
		}
		out.Body.Total = total
		for _, x := range found {
			unit, err := d.unitNamed(ctx, q, x.Matter.Unit, in.lang())
			if err != nil {
				return err
			}
			out.Body.Items = append(out.Body.Items, OpenMaterial{Unit: unit, Level: x.Matter.Level, Seq: x.Seq, Name: x.Name, Required: x.Required,
				Matter: Coded{Code: x.Matter.Code, Name: choose(in.lang(), x.Matter.Name, x.Matter.NameEn)}})
		}
		return nil
	})
	return out, err
}

func (d Deps) boundMatters(ctx context.Context, in *boundMattersInput) (*boundMattersOutput, error) {
	out := &boundMattersOutput{}
	out.Body.Items = []BoundMatter{}
	err := d.DB.Read(ctx, func(q *db.Tx) error {
		found, err := d.Matters.BoundTo(ctx, q, in.TypeCode)
		if err != nil {
			return err
		}
		t, err := d.typeOrCode(ctx, q, in.TypeCode)
		if err != nil {
			return err
		}
		out.Body.Total = len(found)
		for _, p := range cut(found, in.Page) {
			out.Body.Items = append(out.Body.Items, BoundMatter{Scope: p.Scope, Name: p.Name, Material: p.Material, Fields: labels(t, p.Fields, in.lang())})
		}
		return nil
	})
	return out, err
}

func (d Deps) coverage(ctx context.Context, in *coverageInput) (*bindingCoverageOutput, error) {
	out := &bindingCoverageOutput{}
	var err error
	if out.Body.Items, out.Body.Total, err = d.covered(ctx, in.CoverageFilter, in.Limit, in.Offset); err != nil {
		return nil, err
	}
	all := in.CoverageFilter
	all.By = ""
	sum, _, err := d.covered(ctx, all, 0, 0)
	if err != nil {
		return nil, err
	}
	out.Body.Sum = Coverage{Percent: 100}
	if len(sum) > 0 {
		out.Body.Sum = sum[0]
	}
	out.Body.Sum.Key, out.Body.Sum.Name = "", ""
	return out, nil
}

func (d Deps) covered(ctx context.Context, in CoverageFilter, limit, offset int) ([]Coverage, int, error) {
	out := []Coverage{}
	var total int
	err := d.DB.Read(ctx, func(q *db.Tx) error {
		found, n, err := d.Matters.Coverage(ctx, q, matter.CoverageBy{By: in.By, Level: in.Level, Unit: in.Unit, Limit: limit, Offset: offset})
		if err != nil {
			return err
		}
		total = n
		for _, c := range found {
			x := Coverage{Key: c.Key, Name: c.Name, Matters: c.Matters, Total: c.Total, Bound: c.Bound, Plain: c.Plain, Open: c.Open, Percent: c.Percent()}
			switch in.By {
			case "level":
				x.Name = levelName(c.Key, in.lang())
			case "unit":
				u, err := d.unitNamed(ctx, q, c.Key, in.lang())
				if err != nil {
					return err
				}
				x.Name = u.Name
			case "matter":
				m, err := d.Matters.Get(ctx, q, c.Key)
				if err != nil {
					return err
				}
				x.Name = choose(in.lang(), m.Name, m.NameEn)
			}
			out = append(out, x)
		}
		return nil
	})
	return out, total, err
}

// levelName names a level at which matters are exercised (行使层级), GB/T 39046-2020 A.2.
func levelName(level, lang string) string {
	names := map[string][2]string{"1": {"国家级", "nation"}, "2": {"省级", "province"}, "3": {"市级", "city"}, "4": {"县级", "county"},
		"5": {"镇（乡、街道）级", "town"}, "6": {"村（社区）级", "village"}, "7": {"分级管理", "several levels"}}
	return choose(lang, names[level][0], names[level][1])
}

func (d Deps) exportCoverage(ctx context.Context, in *coverageExportInput) (*csvFile, error) {
	all, _, err := d.covered(ctx, in.CoverageFilter, 0, 0)
	if err != nil {
		return nil, err
	}
	var rows [][]string
	for _, c := range all {
		rows = append(rows, []string{c.Key, c.Name, itoa(c.Matters), itoa(c.Total), itoa(c.Bound), itoa(c.Plain), itoa(c.Open), percent(c.Percent)})
	}
	head := []string{"编码", "名称", "事项数", "材料数", "已绑定", "确认无证照", "未处理", "覆盖率%"}
	if in.lang() == "en" {
		head = []string{"Code", "Name", "Matters", "Materials", "Bound", "Plain", "Open", "Percent"}
	}
	return tableFile("coverage", head, rows)
}
