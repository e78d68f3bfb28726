package httpapi

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/errs"
	"github.com/yinxin-org/yinxin/internal/matter"
)

const tagMatter = "事项 Matters"

// Matter is a service matter with its materials and form.
type Matter struct {
	Code       string      `json:"code"`
	BaseCode   string      `json:"baseCode"`
	Name       string      `json:"name"`
	Unit       Named       `json:"unit"`
	Level      int         `json:"level"`
	HolderKind string      `json:"holderKind" enum:"natural,legal,mixed"`
	ResultType *Coded      `json:"resultType,omitempty"`
	Days       int         `json:"days" doc:"Working days to the decision."`
	Basis      string      `json:"basis"`
	Materials  []Material  `json:"materials"`
	Form       []FormField `json:"form"`
}

// Material is one thing a matter asks for.
type Material struct {
	Seq      int      `json:"seq"`
	Name     string   `json:"name"`
	Type     *Coded   `json:"type,omitempty" doc:"The license type that satisfies it; it is then fetched by itself."`
	Party    string   `json:"party,omitempty" enum:"applicant,representative,spouse"`
	Required bool     `json:"required"`
	Stages   []string `json:"stages"`
	Fields   []Label  `json:"fields"`
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
	Query string `query:"q" maxLength:"60" doc:"Words in the name or code."`
	Mine  bool   `query:"mine" doc:"Only matters that the signed-in unit handles."`
}

type mattersOutput struct {
	Body struct {
		Items []Matter `json:"items"`
	}
}

type matterInput struct {
	Language
	Code string `path:"code" maxLength:"33"`
}

type matterOutput struct{ Body Matter }

func registerMatter(api huma.API, d Deps) {
	huma.Register(api, open(huma.Operation{
		OperationID: "listMatters", Method: http.MethodGet, Path: "/api/v1/matters", Tags: []string{tagMatter},
		Summary:     "查找事项",
		Description: "Find service matters; the guide of each says which materials are fetched by themselves.",
	}), d.listMatters)
	huma.Register(api, open(huma.Operation{
		OperationID: "getMatter", Method: http.MethodGet, Path: "/api/v1/matters/{code}", Tags: []string{tagMatter},
		Summary:     "事项详情",
		Description: "One service matter.",
		Errors:      []int{http.StatusNotFound},
	}), d.getMatter)
}

func (d Deps) listMatters(ctx context.Context, in *mattersInput) (*mattersOutput, error) {
	out := &mattersOutput{}
	out.Body.Items = []Matter{}
	unit := ""
	if in.Mine {
		a := actorFrom(ctx)
		if a == nil {
			return nil, errs.New(errs.Unauthenticated, "unauthenticated")
		}
		unit = a.UnitID
	}
	err := d.DB.Read(ctx, func(q *db.Tx) error {
		found, err := d.Matters.Search(ctx, q, in.Query, unit)
		if err != nil {
			return err
		}
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

func (d Deps) getMatter(ctx context.Context, in *matterInput) (*matterOutput, error) {
	out := &matterOutput{}
	err := d.DB.Read(ctx, func(q *db.Tx) error {
		m, err := d.Matters.Get(ctx, q, in.Code)
		if err != nil {
			return err
		}
		out.Body, err = d.matter(ctx, q, m, in.lang())
		return err
	})
	return out, err
}

func (d Deps) matter(ctx context.Context, q *db.Tx, m matter.Matter, lang string) (Matter, error) {
	unit, err := d.Units.Get(ctx, q, m.Unit)
	if err != nil {
		return Matter{}, err
	}
	out := Matter{
		Code: m.Code, BaseCode: m.BaseCode, Name: choose(lang, m.Name, m.NameEn),
		Unit: Named{ID: unit.ID, Name: choose(lang, unit.Name, unit.NameEn)}, Level: m.Level, HolderKind: string(m.HolderKind),
		Days: m.Days, Basis: m.Basis, Materials: []Material{}, Form: []FormField{},
	}
	if m.Result != "" {
		t, err := d.Types.Current(ctx, q, m.Result)
		if err != nil {
			return Matter{}, err
		}
		c := typeName(t, lang)
		out.ResultType = &c
	}
	for _, x := range m.Materials {
		material := Material{Seq: x.Seq, Name: x.Name, Party: string(x.Party), Required: x.Required, Stages: []string{}, Fields: []Label{}}
		for _, s := range x.Stages {
			material.Stages = append(material.Stages, string(s))
		}
		if x.Type != "" {
			t, err := d.Types.Current(ctx, q, x.Type)
			if err != nil {
				return Matter{}, err
			}
			c := typeName(t, lang)
			material.Type, material.Fields = &c, labels(t, x.Fields, lang)
		}
		out.Materials = append(out.Materials, material)
	}
	for _, f := range m.Form {
		out.Form = append(out.Form, formField(f, lang))
	}
	return out, nil
}

func formField(f matter.FormField, lang string) FormField {
	out := FormField{Name: f.Name, Label: choose(lang, f.Label, f.LabelEn), Type: f.Type, Required: f.Required,
		MaxLength: f.MaxLength, From: f.From, Locked: f.Locked}
	for _, o := range f.Options {
		out.Options = append(out.Options, Option{Value: o, Label: o})
	}
	return out
}
