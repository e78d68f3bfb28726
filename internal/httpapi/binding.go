package httpapi

import (
	"net/http"

	"github.com/danielgtaylor/huma/v2"

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
	Party    string           `json:"party,omitempty" enum:"applicant,representative,spouse" doc:"Whose license it is."`
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
