package httpapi

import (
	"context"
	"errors"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"github.com/yinxin-org/yinxin/internal/catalog"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/errs"
	"github.com/yinxin-org/yinxin/internal/matter"
)

const tagMatter = "事项 Matters"

// Matter is a service matter as it holds: what all levels share, and what its unit set.
type Matter struct {
	Code          string        `json:"code"`
	BaseCode      string        `json:"baseCode"`
	Kind          string        `json:"kind" doc:"事项类型, GB/T 39046 A.1: 01 行政许可, 06 行政检查, 20 公共服务 …"`
	Name          string        `json:"name"`
	Unit          Named         `json:"unit"`
	Level         int           `json:"level"`
	HolderKind    string        `json:"holderKind" enum:"natural,legal,mixed"`
	ResultType    *Coded        `json:"resultType,omitempty"`
	ResultName    string        `json:"resultName,omitempty"`
	Duty          string        `json:"duty,omitempty" doc:"Who makes the result: here, vertical, national, none."`
	Days          int           `json:"days" doc:"Working days to the decision, as promised."`
	StatutoryDays int           `json:"statutoryDays"`
	Basis         string        `json:"basis"`
	Conditions    string        `json:"conditions,omitempty"`
	Process       []matter.Step `json:"process"`
	Fee           string        `json:"fee,omitempty" doc:"Empty: free."`
	Place         string        `json:"place,omitempty"`
	Hours         string        `json:"hours,omitempty"`
	Consult       string        `json:"consult,omitempty"`
	Supervise     string        `json:"supervise,omitempty"`
	Aliases       []string      `json:"aliases" doc:"Local codes."`
	Materials     []Material    `json:"materials"`
	Form          []FormField   `json:"form"`
}

// Material is one thing a matter asks for.
type Material struct {
	Seq      int       `json:"seq"`
	Name     string    `json:"name"`
	Type     *Coded    `json:"type,omitempty" doc:"The first license type that satisfies it; it is then fetched by itself."`
	Bindings []Binding `json:"bindings" doc:"All license types that satisfy it; the first one in force is fetched."`
	State    string    `json:"state" enum:"bound,plain,open" doc:"plain: confirmed that no license satisfies it; open: not decided."`
	Party    string    `json:"party,omitempty" enum:"applicant,representative,spouse,child"`
	Required bool      `json:"required"`
	Stages   []string  `json:"stages"`
	Fields   []Label   `json:"fields" doc:"What may be read of the first type."`
}

// Binding is a license type that satisfies a material, with the fields that may be read.
type Binding struct {
	Type   Coded   `json:"type"`
	Fields []Label `json:"fields"`
}

// FormField is one field of a matter's form.
type FormField struct {
	Name      string   `json:"name"`
	Label     string   `json:"label"`
	Type      string   `json:"type" enum:"text,date,number,select,area"`
	Required  bool     `json:"required"`
	MaxLength int      `json:"maxLength,omitempty"`
	Options   []Option `json:"options,omitempty"`
	From      string   `json:"from,omitempty" doc:"Material and field that fill it, as 1.CZZT."`
	Locked    bool     `json:"locked" doc:"What the license says cannot be changed."`
}

// Option is one choice of a select.
type Option struct {
	Value string `json:"value"`
	Label string `json:"label"`
}

type mattersInput struct {
	Language
	Page
	Query  string `query:"q" maxLength:"60" doc:"Words in the name or code, pinyin, or its initials."`
	Mine   bool   `query:"mine" doc:"Only matters that the signed-in unit handles."`
	Unit   string `query:"unit" maxLength:"18"`
	Level  int    `query:"level" minimum:"0" maximum:"7"`
	Region string `query:"region" pattern:"^[0-9]{0,6}$"`
	Item   string `query:"item" pattern:"^[0-9]{0,12}$" doc:"Base code of an item: its matters on all levels."`
	Open   bool   `query:"open" doc:"Only matters with materials that nobody has bound or confirmed plain."`
}

type mattersOutput struct {
	Body struct {
		Items []Matter `json:"items"`
		Total int      `json:"total"`
	}
}

// MatterPath names a matter in the address.
type MatterPath struct {
	Language
	MatterCode string `path:"matterCode" maxLength:"33"`
}

type matterOutput struct{ Body Matter }

// registerMatters registers what is configured about matters, their materials and the lists that follow.
func registerMatters(api huma.API, d Deps) {
	for _, register := range []func(huma.API, Deps){registerMatter, registerMatterItem, registerBinding, registerCoverage, registerExempt,
		registerInspection, registerScenario, registerTrial} {
		register(api, d)
	}
}

func registerMatter(api huma.API, d Deps) {
	huma.Register(api, open(huma.Operation{
		OperationID: "listMatters", Method: http.MethodGet, Path: "/api/v1/matters", Tags: []string{tagMatter},
		Summary:     "查找事项",
		Description: "Find service matters; the guide of each says which materials are fetched by themselves.",
		Errors:      []int{http.StatusUnauthorized},
	}), d.listMatters)
	huma.Register(api, open(huma.Operation{
		OperationID: "getMatter", Method: http.MethodGet, Path: "/api/v1/matters/{matterCode}", Tags: []string{tagMatter},
		Summary:     "事项详情",
		Description: "One service matter.",
		Errors:      []int{http.StatusNotFound},
	}), d.getMatter)
}

func (d Deps) listMatters(ctx context.Context, in *mattersInput) (*mattersOutput, error) {
	out := &mattersOutput{}
	out.Body.Items = []Matter{}
	f := matter.Filter{Words: in.Query, Unit: in.Unit, Level: in.Level, Region: in.Region, BaseCode: in.Item, Open: in.Open,
		Limit: in.Limit, Offset: in.Offset}
	if in.Mine {
		a := actorFrom(ctx)
		if a == nil {
			return nil, errs.New(errs.Unauthenticated, "unauthenticated")
		}
		f.Unit = a.UnitID
	}
	err := d.DB.Read(ctx, func(q *db.Tx) error {
		found, total, err := d.Matters.Search(ctx, q, f)
		if err != nil {
			return err
		}
		out.Body.Total = total
		for _, m := range found {
			x, err := d.matter(ctx, q, m, in.lang())
			if err != nil {
				return err
			}
			out.Body.Items = append(out.Body.Items, x)
		}
		return nil
	})
	return out, err
}

func (d Deps) getMatter(ctx context.Context, in *MatterPath) (*matterOutput, error) {
	out := &matterOutput{}
	err := d.DB.Read(ctx, func(q *db.Tx) error {
		m, err := d.Matters.Get(ctx, q, in.MatterCode)
		if err != nil {
			return err
		}
		out.Body, err = d.matter(ctx, q, m, in.lang())
		return err
	})
	return out, err
}

func (d Deps) matter(ctx context.Context, q *db.Tx, m matter.Matter, lang string) (Matter, error) {
	unit, err := d.unitNamed(ctx, q, m.Unit, lang)
	if err != nil {
		return Matter{}, err
	}
	out := Matter{
		Code: m.Code, BaseCode: m.BaseCode, Kind: m.Kind, Name: choose(lang, m.Name, m.NameEn), Unit: unit, Level: m.Level,
		HolderKind: string(m.HolderKind), ResultName: m.ResultName, Duty: string(m.Duty), Days: m.Days, StatutoryDays: m.StatutoryDays,
		Basis: m.Basis, Conditions: m.Conditions, Process: append([]matter.Step{}, m.Process...), Fee: m.Fee, Place: m.Place, Hours: m.Hours,
		Consult: m.Consult, Supervise: m.Supervise, Aliases: append([]string{}, m.Aliases...), Materials: []Material{}, Form: []FormField{},
	}
	if m.Result != "" {
		c, err := d.typeNamed(ctx, q, m.Result, lang)
		if err != nil {
			return Matter{}, err
		}
		out.ResultType = &c
	}
	for _, x := range m.Materials {
		material, err := d.material(ctx, q, x, lang)
		if err != nil {
			return Matter{}, err
		}
		out.Materials = append(out.Materials, material)
	}
	for _, f := range m.Form {
		out.Form = append(out.Form, formField(f, lang))
	}
	return out, nil
}

func (d Deps) material(ctx context.Context, q *db.Tx, x matter.Material, lang string) (Material, error) {
	out := Material{Seq: x.Seq, Name: x.Name, Party: string(x.Party), Required: x.Required, State: x.State(), Stages: []string{},
		Fields: []Label{}}
	for _, s := range x.Stages {
		out.Stages = append(out.Stages, string(s))
	}
	var err error
	if out.Bindings, err = d.bindings(ctx, q, x.Bindings, lang); err != nil {
		return Material{}, err
	}
	if len(out.Bindings) > 0 {
		out.Type, out.Fields = &out.Bindings[0].Type, out.Bindings[0].Fields
	}
	return out, nil
}

func (d Deps) bindings(ctx context.Context, q *db.Tx, bound []matter.Binding, lang string) ([]Binding, error) {
	out := []Binding{}
	for _, b := range bound {
		t, err := d.typeOrCode(ctx, q, b.Type)
		if err != nil {
			return nil, err
		}
		out = append(out, Binding{Type: typeName(t, lang), Fields: labels(t, b.Fields, lang)})
	}
	return out, nil
}

// typeOrCode finds a type, also one that is withdrawn or takes effect later. One that was never published stands in
// lists by its code: it must not hide what else they hold.
func (d Deps) typeOrCode(ctx context.Context, q *db.Tx, code string) (*catalog.Type, error) {
	t, err := d.Types.Latest(ctx, q, code)
	if _, known := errors.AsType[*errs.Error](err); known {
		return &catalog.Type{Code: code, Name: code}, nil
	}
	return t, err
}

func (d Deps) typeNamed(ctx context.Context, q *db.Tx, code, lang string) (Coded, error) {
	t, err := d.typeOrCode(ctx, q, code)
	if err != nil {
		return Coded{}, err
	}
	return typeName(t, lang), nil
}

// unitNamed names a unit; one that is not registered stands by its code.
func (d Deps) unitNamed(ctx context.Context, q *db.Tx, id, lang string) (Named, error) {
	u, err := d.Units.Get(ctx, q, id)
	if errs.Code(err) == "unit.unknown" {
		return Named{ID: id, Name: id}, nil
	}
	if err != nil {
		return Named{}, err
	}
	return Named{ID: u.ID, Name: choose(lang, u.Name, u.NameEn)}, nil
}

// wanted is the type that a material of a case shows: that of the license lent, or else the first bound one.
func wanted(x matter.Material, lent string) string {
	if lent != "" || len(x.Bindings) == 0 {
		return lent
	}
	return x.Bindings[0].Type
}

func formField(f matter.FormField, lang string) FormField {
	out := FormField{Name: f.Name, Label: choose(lang, f.Label, f.LabelEn), Type: f.Type, Required: f.Required,
		MaxLength: f.MaxLength, From: f.From, Locked: f.Locked}
	for _, o := range f.Options {
		out.Options = append(out.Options, Option{Value: o, Label: o})
	}
	return out
}
