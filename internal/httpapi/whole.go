package httpapi

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"github.com/yinxin-org/yinxin/internal/errs"
	"github.com/yinxin-org/yinxin/internal/evidence"
	"github.com/yinxin-org/yinxin/internal/evidence/leaf"
)

type wholeInput struct {
	From uint64 `query:"from" default:"0" maximum:"9007199254740991" doc:"How many records you have already, from an earlier list."`
}

type wholeOutput struct {
	CacheControl string `header:"Cache-Control"`
	Body         leaf.Whole
}

func registerWhole(api huma.API, d Deps) {
	const what = "Numbers, kinds and times of all records in the evidence log, as of its checkpoint, with the proof that none is " +
		"left out; at most 20,000. Check it with `yinxin log whole`. "
	huma.Register(api, require(api, huma.Operation{
		OperationID: "getMyWholeList", Method: http.MethodGet, Path: "/api/v1/me/evidence/whole", Tags: []string{tagUse},
		Summary:     "我的完整记录清单",
		Description: what + "Of the signed-in holder.",
		Errors:      []int{http.StatusNotFound},
	}, RoleHolder), d.myWhole)
	huma.Register(api, require(api, huma.Operation{
		OperationID: "getUnitWholeList", Method: http.MethodGet, Path: "/api/v1/evidence/whole", Tags: []string{tagUse},
		Summary:     "本单位所发证照的完整记录清单",
		Description: what + "Of the licenses that the signed-in person's unit has issued.",
		Errors:      []int{http.StatusNotFound},
	}, RoleReviewer, RoleSupervisor), d.unitWhole)
}

func (d Deps) myWhole(ctx context.Context, in *wholeInput) (*wholeOutput, error) {
	return d.whole(ctx, evidence.Holder, actorFrom(ctx).HolderID, in.From)
}

func (d Deps) unitWhole(ctx context.Context, in *wholeInput) (*wholeOutput, error) {
	return d.whole(ctx, evidence.Issuer, actorFrom(ctx).UnitID, in.From)
}

func (d Deps) whole(ctx context.Context, owner evidence.Owner, id string, from uint64) (*wholeOutput, error) {
	if id == "" {
		return nil, errs.New(errs.NotFound, "evidence.unknown")
	}
	w, err := d.Book.Whole(ctx, owner, id, from)
	return &wholeOutput{CacheControl: "no-store", Body: w}, err
}
