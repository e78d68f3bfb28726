package httpapi

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"github.com/yinxin-org/yinxin/internal/catalog"
)

type previewTypeInput struct {
	Language
	Body struct {
		Type   catalog.Type      `json:"type" doc:"May be incomplete."`
		Which  string            `json:"which,omitempty" enum:"sample,longest,given" default:"sample" doc:"Values made up, the longest that the fields allow, or those given."`
		Values map[string]string `json:"values,omitempty" maxProperties:"200" doc:"By field name, over what which says; multi-values joined by ^; dates as 2006-01-02."`
	}
}

type previewTypeOutput struct {
	Body struct {
		SVG      string            `json:"svg" doc:"The face as a self-contained picture; places of seals are dashed. Empty when nothing can be drawn."`
		Values   map[string]string `json:"values" doc:"The values shown."`
		Findings []TypeFinding     `json:"findings" nullable:"false" doc:"What does not fit or cannot be drawn with these values."`
	}
}

type gateTypeInput struct {
	Language
	Body struct {
		Type catalog.Type `json:"type"`
	}
}

type gateTypeOutput struct {
	Body struct {
		Findings []TypeFinding `json:"findings" nullable:"false" doc:"Empty: it can be published."`
	}
}

func registerTypeFace(api huma.API, d Deps) {
	both := []string{RoleCatalog, RoleDigital}
	huma.Register(api, require(api, huma.Operation{
		OperationID: "previewType", Method: http.MethodPost, Path: "/api/v1/types/preview", Tags: []string{tagType},
		Summary:     "照面预览",
		Description: "Draw a face as the license file will show it. Nothing is kept.",
	}, both...), d.previewType)
	huma.Register(api, require(api, huma.Operation{
		OperationID: "gateType", Method: http.MethodPost, Path: "/api/v1/types/gate", Tags: []string{tagType},
		Summary:     "发布检查",
		Description: "Everything that keeps a type from being published: its data and its face with the longest values.",
	}, both...), d.gateType)
}

func (d Deps) previewType(ctx context.Context, in *previewTypeInput) (*previewTypeOutput, error) {
	out := &previewTypeOutput{}
	out.Body.Values, out.Body.Findings = map[string]string{}, []TypeFinding{}
	return out, nil
}

func (d Deps) gateType(ctx context.Context, in *gateTypeInput) (*gateTypeOutput, error) {
	out := &gateTypeOutput{}
	out.Body.Findings = []TypeFinding{}
	return out, nil
}
