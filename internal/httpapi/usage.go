package httpapi

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/yinxin-org/yinxin/internal/access"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/errs"
)

// Usage is how often licenses of one type were asked for on one day, on one ground, by one unit.
type Usage struct {
	Day     string `json:"day" format:"date"`
	Type    Coded  `json:"type"`
	Ground  string `json:"ground" enum:"case,self,presentation,consent,issuing,share,commitment,inspection,break-glass,archive,quality,analysis"`
	Unit    *Named `json:"unit,omitempty" doc:"That asked; absent for holders themselves and the public."`
	Given   int    `json:"given"`
	Refused int    `json:"refused"`
}

type usageInput struct {
	Language
	From string `query:"from" format:"date" required:"true" doc:"First day."`
	To   string `query:"to" format:"date" required:"true" doc:"Last day, at most a year later."`
}

type usageOutput struct {
	Body struct {
		Unit  Named   `json:"unit" doc:"The issuer."`
		Items []Usage `json:"items" nullable:"false"`
	}
}

func registerUsage(api huma.API, d Deps) {
	huma.Register(api, require(api, huma.Operation{
		OperationID: "getUsage", Method: http.MethodGet, Path: "/api/v1/usage", Tags: []string{tagUse},
		Summary: "本单位证照使用情况",
		Description: "How often the licenses that the signed-in person's unit issued were used, by type, ground, using unit and day. It tells of " +
			"no holder. At most 366 days and 200,000 records at once. 榕政办〔2018〕214号 第十八条.",
	}, RoleReviewer, RoleSupervisor), d.getUsage)
}

func (d Deps) getUsage(ctx context.Context, in *usageInput) (*usageOutput, error) {
	out := &usageOutput{}
	out.Body.Items = []Usage{}
	issuer := actorFrom(ctx).UnitID
	from, until := span(in.From, in.To)
	if from.IsZero() || until.IsZero() {
		return nil, errs.New(errs.Invalid, "usage.span").On("to")
	}
	err := d.DB.Read(ctx, func(q *db.Tx) error {
		var err error
		if out.Body.Unit, err = d.unitNamed(ctx, q, issuer, in.lang()); err != nil {
			return err
		}
		found, err := d.Door.Usage(ctx, q, issuer, from, until.Add(-time.Second))
		if err != nil {
			return err
		}
		out.Body.Items, err = d.usage(ctx, q, found, in.lang())
		return err
	})
	return out, err
}

// usage names what was counted; given and refused of one day, type, ground and unit stand in one line.
func (d Deps) usage(ctx context.Context, q *db.Tx, found []access.Usage, lang string) ([]Usage, error) {
	out := []Usage{}
	types, units := map[string]Coded{}, map[string]*Named{"": nil}
	var last access.Usage
	for _, u := range found {
		if _, ok := types[u.TypeCode]; !ok {
			t, err := d.typeNamed(ctx, q, u.TypeCode, lang)
			if err != nil {
				return nil, err
			}
			types[u.TypeCode] = t
		}
		if _, ok := units[u.UnitID]; !ok {
			n, err := d.unitNamed(ctx, q, u.UnitID, lang)
			if err != nil {
				return nil, err
			}
			units[u.UnitID] = &n
		}
		line := u
		line.Result, line.N = "", 0
		if len(out) == 0 || line != last {
			out = append(out, Usage{Day: date(u.Day), Type: types[u.TypeCode], Ground: string(u.Ground), Unit: units[u.UnitID]})
			last = line
		}
		if u.Result == access.ResultGiven {
			out[len(out)-1].Given = u.N
		} else {
			out[len(out)-1].Refused = u.N
		}
	}
	return out, nil
}
