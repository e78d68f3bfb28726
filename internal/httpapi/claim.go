package httpapi

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"github.com/yinxin-org/yinxin/internal/db"
)

type claimInput struct {
	TypePath
	Body struct {
		Reason string `json:"reason" minLength:"2" maxLength:"200"`
	}
}

type withdrawTypeInput struct {
	TypePath
	Body struct {
		EntryVersion int64  `json:"entryVersion" minimum:"1"`
		Reason       string `json:"reason" minLength:"2" maxLength:"200"`
	}
}

func registerClaim(api huma.API, d Deps) {
	errors := []int{http.StatusNotFound, http.StatusConflict}
	huma.Register(api, require(api, huma.Operation{
		OperationID: "claimType", Method: http.MethodPost, Path: "/api/v1/types/{typeCode}/claim", Tags: []string{tagType},
		Summary:     "认领",
		Description: "The signed-in unit will issue this type. Again, it changes nothing.",
		Errors:      errors,
	}, RoleCatalog), d.claimType)
	huma.Register(api, require(api, huma.Operation{
		OperationID: "unclaimType", Method: http.MethodPost, Path: "/api/v1/types/{typeCode}/unclaim", Tags: []string{tagType},
		Summary:     "取消认领",
		Description: "The signed-in unit issues this type no longer; what it issued stays.",
		Errors:      errors,
	}, RoleCatalog), d.unclaimType)
	huma.Register(api, require(api, huma.Operation{
		OperationID: "withdrawType", Method: http.MethodPost, Path: "/api/v1/types/{typeCode}/withdraw", Tags: []string{tagType},
		Summary:     "停用",
		Description: "No new licenses of this type; those issued stay. By the digital office, or the unit that keeps the type.",
		Errors:      errors,
	}, RoleDigital, RoleCatalog), d.withdrawType)
}

func (d Deps) claimType(ctx context.Context, in *claimInput) (*typeOutput, error) {
	err := d.DB.Write(ctx, func(tx *db.Tx) error { return d.Types.Claim(ctx, tx, actorFrom(ctx), in.TypeCode, in.Body.Reason) })
	if err != nil {
		return nil, err
	}
	return d.typeDetail(ctx, &in.TypePath)
}

func (d Deps) unclaimType(ctx context.Context, in *claimInput) (*typeOutput, error) {
	err := d.DB.Write(ctx, func(tx *db.Tx) error { return d.Types.Unclaim(ctx, tx, actorFrom(ctx), in.TypeCode, in.Body.Reason) })
	if err != nil {
		return nil, err
	}
	return d.typeDetail(ctx, &in.TypePath)
}

func (d Deps) withdrawType(ctx context.Context, in *withdrawTypeInput) (*typeOutput, error) {
	err := d.DB.Write(ctx, func(tx *db.Tx) error {
		return d.Types.Withdraw(ctx, tx, actorFrom(ctx), in.TypeCode, in.Body.EntryVersion, in.Body.Reason)
	})
	if err != nil {
		return nil, err
	}
	return d.typeDetail(ctx, &in.TypePath)
}
