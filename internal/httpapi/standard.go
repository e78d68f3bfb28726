package httpapi

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"github.com/yinxin-org/yinxin/internal/errs"
)

// Standard is a national standard of license types (C 系列工程标准) with how far it is carried out here.
type Standard struct {
	Code        string         `json:"code" doc:"As C 0293—2024."`
	Title       string         `json:"title"`
	PublishedOn string         `json:"publishedOn"`
	EffectiveOn string         `json:"effectiveOn"`
	DueOn       string         `json:"dueOn" doc:"By when the types must follow it."`
	Done        int            `json:"done" doc:"How many types follow it in a published version."`
	Late        bool           `json:"late"`
	Types       []StandardType `json:"types" nullable:"false"`
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
	return out, nil
}

func (d Deps) getStandard(ctx context.Context, in *StandardPath) (*standardOutput, error) {
	return nil, errs.New(errs.NotFound, "not-found")
}

func (d Deps) putStandard(ctx context.Context, in *putStandardInput) (*standardOutput, error) {
	return nil, errs.New(errs.NotFound, "not-found")
}
