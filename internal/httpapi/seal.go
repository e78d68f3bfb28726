package httpapi

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/yinxin-org/yinxin/internal/change"
	"github.com/yinxin-org/yinxin/internal/clock"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/errs"
	"github.com/yinxin-org/yinxin/internal/org"
	"github.com/yinxin-org/yinxin/internal/sealing"
)

const tagSeal = "印章 Seals"

// Seal is an electronic seal as far as everybody may know it.
type Seal struct {
	Code      string    `json:"code" doc:"印章编码"`
	Name      string    `json:"name"`
	Purpose   string    `json:"purpose" enum:"license,platform" doc:"license 证照专用, platform 加注件专用"`
	State     string    `json:"state" enum:"in-use,stopped,revoked"`
	ValidFrom time.Time `json:"validFrom"`
	ValidTo   time.Time `json:"validTo"`
	Usable    bool      `json:"usable" doc:"In use and within its period."`
}

type sealsOutput struct {
	Body struct {
		Items     []Seal `json:"items"`
		CanBeMade bool   `json:"canBeMade" doc:"This installation can make seals itself."`
	}
}

type sealMakeInput struct {
	UnitPath
	Body struct {
		Why
	}
}

type sealOutput struct{ Body Seal }

func registerSeal(api huma.API, d Deps) {
	huma.Register(api, require(api, huma.Operation{
		OperationID: "listUnitSeals", Method: http.MethodGet, Path: "/api/v1/units/{unitId}/seals", Tags: []string{tagSeal},
		Summary:     "机构的印章",
		Description: "The seals of a unit.",
		Errors:      []int{http.StatusNotFound},
	}, RoleDigital, RoleAdmin, RoleCatalog), d.listSeals)
	huma.Register(api, require(api, huma.Operation{
		OperationID: "makeUnitSeal", Method: http.MethodPost, Path: "/api/v1/units/{unitId}/seal", Tags: []string{tagSeal},
		Summary:       "制作印章",
		Description:   "Make a license seal for a unit that has none. Only where this installation can make seals; elsewhere seals are applied for at the seal platform.",
		DefaultStatus: http.StatusCreated,
		Errors:        []int{http.StatusNotFound, http.StatusConflict},
	}, RoleDigital), d.makeSeal)
}

func (d Deps) listSeals(ctx context.Context, in *UnitPath) (*sealsOutput, error) {
	if own := ownUnit(actorFrom(ctx), RoleDigital, RoleAdmin); own != "" && in.UnitID != own {
		return nil, errs.New(errs.Denied, "unit.not-own")
	}
	out := &sealsOutput{}
	out.Body.Items, out.Body.CanBeMade = []Seal{}, d.Seals.CanMake()
	err := d.DB.Read(ctx, func(q *db.Tx) error {
		if _, err := d.Units.Get(ctx, q, in.UnitID); err != nil {
			return err
		}
		found, err := d.Seals.Of(ctx, q, in.UnitID)
		for _, x := range found {
			out.Body.Items = append(out.Body.Items, d.seal(x))
		}
		return err
	})
	return out, err
}

func (d Deps) seal(x sealing.Seal) Seal {
	return Seal{Code: x.Code, Name: x.Name, Purpose: x.Purpose, State: x.State, ValidFrom: x.ValidFrom.In(clock.Shanghai),
		ValidTo: x.ValidTo.In(clock.Shanghai), Usable: x.MayUse(d.Clock.Now())}
}

func (d Deps) makeSeal(ctx context.Context, in *sealMakeInput) (*sealOutput, error) {
	var unit org.Unit
	err := d.DB.Read(ctx, func(q *db.Tx) (err error) {
		unit, err = d.Units.Get(ctx, q, in.UnitID)
		return err
	})
	if err != nil {
		return nil, err
	}
	by := change.Of(actorFrom(ctx), in.Body.Reason)
	x, err := d.Seals.Make(ctx, unit, sealing.ForLicenses, func(tx *db.Tx, x sealing.Seal) error {
		return d.Trail.Record(ctx, tx, by, change.Entry{Subject: change.Seal, SubjectID: x.Code, Action: "create",
			After: map[string]string{"unit": x.UnitID, "name": x.Name, "purpose": x.Purpose}})
	})
	if err != nil {
		return nil, err
	}
	return &sealOutput{Body: d.seal(x)}, nil
}
