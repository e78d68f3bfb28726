package httpapi

import (
	"context"
	"maps"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"github.com/yinxin-org/yinxin/internal/catalog"
	"github.com/yinxin-org/yinxin/internal/face"
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

func (d Deps) previewType(_ context.Context, in *previewTypeInput) (*previewTypeOutput, error) {
	t := catalog.Clean(in.Body.Type)
	if err := t.Bounded(); err != nil {
		return nil, err
	}
	values := map[string]string{}
	switch in.Body.Which {
	case "longest":
		values = face.Longest(&t)
	case "given":
	default:
		values = face.Sample(&t)
	}
	maps.Copy(values, in.Body.Values)
	svg, found, err := d.Faces.Preview(&t, values)
	if err != nil {
		return nil, err
	}
	out := &previewTypeOutput{}
	out.Body.SVG, out.Body.Values, out.Body.Findings = string(svg), values, typeFindings(found)
	return out, nil
}

func (d Deps) gateType(_ context.Context, in *gateTypeInput) (*gateTypeOutput, error) {
	t := catalog.Clean(in.Body.Type)
	if err := t.Bounded(); err != nil {
		return nil, err
	}
	found := catalog.Check(&t)
	if t.HasFace() {
		found = append(found, d.Faces.Gate(&t)...)
	}
	out := &gateTypeOutput{}
	out.Body.Findings = typeFindings(found)
	return out, nil
}
