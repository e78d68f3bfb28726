package httpapi

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"github.com/yinxin-org/yinxin/internal/catalog"
	"github.com/yinxin-org/yinxin/internal/db"
)

// Standard is a national standard of license types (C 系列工程标准) with how far it is carried out here.
type Standard struct {
	Code        string         `json:"code" doc:"As C 0293—2024."`
	Title       string         `json:"title"`
	PublishedOn string         `json:"publishedOn"`
	EffectiveOn string         `json:"effectiveOn"`
	DueOn       string         `json:"dueOn" doc:"By when the types must follow it."`
	Done        int            `json:"done" doc:"How many types follow it in a published version."`
	Total       int            `json:"total" doc:"How many types it touches."`
	Late        bool           `json:"late" doc:"It is due and not all types follow it."`
	Types       []StandardType `json:"types" nullable:"false" doc:"Each type's progress; empty in a list."`
	Version     int64          `json:"version"`
}

// StandardType is how far one type follows a standard.
type StandardType struct {
	Type     Coded  `json:"type"`
	Definer  Named  `json:"definer"`
	Stage    string `json:"stage" enum:"pending,drafting,published"`
	Version  int    `json:"version,omitempty" doc:"The first published version that follows it."`
	Reissued int    `json:"reissued" doc:"Licenses in force issued under that version or a later one."`
	Licenses int    `json:"licenses" doc:"All licenses of the type in force."`
}

type standardsInput struct {
	Language
	Query  string `query:"q" maxLength:"60"`
	Limit  int    `query:"limit" minimum:"1" maximum:"100" default:"30"`
	Offset int    `query:"offset" minimum:"0" default:"0"`
}

type standardsOutput struct {
	Body struct {
		Items []Standard `json:"items" nullable:"false"`
		Total int        `json:"total"`
	}
}

// StandardPath names a standard in the address.
type StandardPath struct {
	Language
	StandardCode string `path:"standardCode" maxLength:"60"`
}

type standardOutput struct{ Body Standard }

type putStandardInput struct {
	StandardPath
	Body struct {
		Version     int64    `json:"version" minimum:"0" doc:"0 for a new one."`
		Title       string   `json:"title" minLength:"1" maxLength:"200"`
		PublishedOn string   `json:"publishedOn" format:"date"`
		EffectiveOn string   `json:"effectiveOn" format:"date"`
		DueOn       string   `json:"dueOn" format:"date"`
		TypeCodes   []string `json:"typeCodes" maxItems:"500" nullable:"false" doc:"The types it touches."`
		Reason      string   `json:"reason" minLength:"2" maxLength:"200"`
	}
}

func registerStandard(api huma.API, d Deps) {
	staff := []string{RoleCatalog, RoleDigital}
	huma.Register(api, require(api, huma.Operation{
		OperationID: "listStandards", Method: http.MethodGet, Path: "/api/v1/standards", Tags: []string{tagType},
		Summary:     "证照标准",
		Description: "National standards of license types and how far they are carried out.",
	}, staff...), d.listStandards)
	huma.Register(api, require(api, huma.Operation{
		OperationID: "getStandard", Method: http.MethodGet, Path: "/api/v1/standards/{standardCode}", Tags: []string{tagType},
		Summary:     "一项证照标准",
		Description: "One standard with each type's progress.",
		Errors:      []int{http.StatusNotFound},
	}, staff...), d.getStandard)
	huma.Register(api, require(api, huma.Operation{
		OperationID: "putStandard", Method: http.MethodPut, Path: "/api/v1/standards/{standardCode}", Tags: []string{tagType},
		Summary:     "登记证照标准",
		Description: "Enter a new or changed standard; the keepers of the types it touches are given a task.",
		Errors:      []int{http.StatusNotFound, http.StatusConflict},
	}, RoleDigital), d.putStandard)
}

func (d Deps) listStandards(ctx context.Context, in *standardsInput) (*standardsOutput, error) {
	out := &standardsOutput{}
	out.Body.Items = []Standard{}
	err := d.DB.Read(ctx, func(q *db.Tx) error {
		found, total, err := d.Types.Standards(ctx, q, in.Query, in.Limit, in.Offset)
		if err != nil {
			return err
		}
		out.Body.Total = total
		for _, x := range found {
			progress, err := d.Types.Progress(ctx, q, x, nil)
			if err != nil {
				return err
			}
			item := d.standard(x, progress)
			item.Types = []StandardType{}
			out.Body.Items = append(out.Body.Items, item)
		}
		return nil
	})
	return out, err
}

// standard is a standard with how far it is carried out; the types themselves are filled in by the caller.
func (d Deps) standard(x catalog.Standard, progress []catalog.Progress) Standard {
	out := Standard{Code: x.Code, Title: x.Title, PublishedOn: x.PublishedOn, EffectiveOn: x.EffectiveOn, DueOn: x.DueOn, Total: len(progress),
		Types: []StandardType{}, Version: x.RowVersion}
	for _, p := range progress {
		if p.Stage == catalog.StagePublished {
			out.Done++
		}
	}
	out.Late = out.Done < out.Total && x.DueOn < date(d.Clock.Now())
	return out
}

func (d Deps) standardDetail(ctx context.Context, code, lang string) (*standardOutput, error) {
	out := &standardOutput{}
	err := d.DB.Read(ctx, func(q *db.Tx) error {
		x, err := d.Types.Standard(ctx, q, code)
		if err != nil {
			return err
		}
		progress, err := d.Types.Progress(ctx, q, x, d.Licenses.InForce)
		if err != nil {
			return err
		}
		out.Body = d.standard(x, progress)
		for _, p := range progress {
			t, err := d.Types.Latest(ctx, q, p.TypeCode)
			if err != nil {
				return err
			}
			out.Body.Types = append(out.Body.Types, StandardType{Type: typeName(t, lang), Definer: Named{ID: t.Definer, Name: t.DefinerName},
				Stage: p.Stage, Version: p.Version, Reissued: p.Reissued, Licenses: p.Licenses})
		}
		return nil
	})
	return out, err
}

func (d Deps) getStandard(ctx context.Context, in *StandardPath) (*standardOutput, error) {
	return d.standardDetail(ctx, in.StandardCode, in.lang())
}

func (d Deps) putStandard(ctx context.Context, in *putStandardInput) (*standardOutput, error) {
	err := d.DB.Write(ctx, func(tx *db.Tx) error {
		return d.Types.PutStandard(ctx, tx, actorFrom(ctx), catalog.Standard{Code: in.StandardCode, Title: in.Body.Title, PublishedOn: in.Body.PublishedOn,
			EffectiveOn: in.Body.EffectiveOn, DueOn: in.Body.DueOn, Types: in.Body.TypeCodes, RowVersion: in.Body.Version}, in.Body.Reason)
	})
	if err != nil {
		return nil, err
	}
	return d.standardDetail(ctx, in.StandardCode, in.lang())
}
