package httpapi

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"
)

const tagRegion = "行政区划 Regions"

// Region is a division of the country, GB/T 2260.
type Region struct {
	Code     string `json:"code" doc:"6 digits down to the county, 9 for a town, 12 for a village."`
	Name     string `json:"name"`
	NameEn   string `json:"nameEn,omitempty"`
	Parent   string `json:"parent,omitempty" doc:"The region it lies in."`
	Level    int    `json:"level" doc:"1 province, 2 city, 3 county, 4 town, 5 village"`
	Valid    bool   `json:"valid" doc:"Still in use; a code that is not stays for old licenses."`
	Children int    `json:"children"`
	Version  int64  `json:"version"`
}

type regionsInput struct {
	Language
	Page
	Query  string `query:"q" maxLength:"60"`
	Parent string `query:"parent" maxLength:"12" doc:"Regions directly in this one; - for the topmost."`
	Level  int    `query:"level" minimum:"0" maximum:"5" default:"0"`
}

type regionsOutput struct {
	Body struct {
		Items []Region `json:"items"`
		Total int      `json:"total"`
	}
}

// RegionPath names a region in the address.
type RegionPath struct {
	Language
	Code string `path:"regionCode" pattern:"^[0-9]{6}([0-9]{3}([0-9]{3})?)?$"`
}

type regionOutput struct{ Body Region }

type regionSetInput struct {
	RegionPath
	Body struct {
		Name    string `json:"name" minLength:"2" maxLength:"60"`
		NameEn  string `json:"nameEn,omitempty" maxLength:"100"`
		Valid   bool   `json:"valid"`
		Version int64  `json:"version" doc:"0: it is new."`
		Why
	}
}

func registerRegion(api huma.API, d Deps) {
	huma.Register(api, open(huma.Operation{
		OperationID: "listRegions", Method: http.MethodGet, Path: "/api/v1/regions", Tags: []string{tagRegion},
		Summary:     "行政区划",
		Description: "Regions in the order of their codes.",
	}), d.listRegions)
	huma.Register(api, open(huma.Operation{
		OperationID: "getRegion", Method: http.MethodGet, Path: "/api/v1/regions/{regionCode}", Tags: []string{tagRegion},
		Summary:     "区划详情",
		Description: "One region.",
		Errors:      []int{http.StatusNotFound},
	}), d.getRegion)
	huma.Register(api, require(api, huma.Operation{
		OperationID: "setRegion", Method: http.MethodPut, Path: "/api/v1/regions/{regionCode}", Tags: []string{tagRegion},
		Summary:     "登记或修改区划",
		Description: "Enter a region, or change one. The region it lies in, by its code, must be known.",
		Errors:      []int{http.StatusConflict},
	}, RoleAdmin), d.setRegion)
}

func (d Deps) listRegions(context.Context, *regionsInput) (*regionsOutput, error) { return nil, soon }

func (d Deps) getRegion(context.Context, *RegionPath) (*regionOutput, error) { return nil, soon }

func (d Deps) setRegion(context.Context, *regionSetInput) (*regionOutput, error) { return nil, soon }
