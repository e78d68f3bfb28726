package httpapi

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"
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

func (d Deps) listSeals(context.Context, *UnitPath) (*sealsOutput, error) { return nil, soon }

func (d Deps) makeSeal(context.Context, *sealMakeInput) (*sealOutput, error) { return nil, soon }
