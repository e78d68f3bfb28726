package httpapi

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"github.com/yinxin-org/yinxin/internal/change"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/org"
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

func region(r org.Region, lang string) Region {
	return Region{Code: r.Code, Name: choose(lang, r.Name, r.NameEn), NameEn: r.NameEn, Parent: r.Parent(), Level: int(r.Level()), Valid: r.Valid,
		Children: r.Children, Version: r.Version}
}

func (d Deps) listRegions(ctx context.Context, in *regionsInput) (*regionsOutput, error) {
	out := &regionsOutput{}
	out.Body.Items = []Region{}
	err := d.DB.Read(ctx, func(q *db.Tx) error {
		found, total, err := d.Units.Regions(ctx, q, org.RegionFilter{Words: in.Query, Parent: in.Parent, Level: org.Level(in.Level), Limit: in.Limit, Offset: in.Offset})
		for _, r := range found {
			out.Body.Items = append(out.Body.Items, region(r, in.lang()))
		}
		out.Body.Total = total
		return err
	})
	return out, err
}

func (d Deps) getRegion(ctx context.Context, in *RegionPath) (*regionOutput, error) {
	out := &regionOutput{}
	err := d.DB.Read(ctx, func(q *db.Tx) error {
		r, err := d.Units.Region(ctx, q, in.Code)
		out.Body = region(r, "zh")
		return err
	})
	return out, err
}

func (d Deps) setRegion(ctx context.Context, in *regionSetInput) (*regionOutput, error) {
	out := &regionOutput{}
	err := d.DB.Write(ctx, func(tx *db.Tx) error {
		r, err := d.Units.SetRegion(ctx, tx, change.Of(actorFrom(ctx), in.Body.Reason), org.Region{Code: in.Code, Name: in.Body.Name,
			NameEn: in.Body.NameEn, Valid: in.Body.Valid, Version: in.Body.Version})
		out.Body = region(r, "zh")
		return err
	})
	return out, err
}
