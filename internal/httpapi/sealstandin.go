package httpapi

import (
	"cmp"
	"context"
	"net/http"
	"slices"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/yinxin-org/yinxin/internal/clock"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/sealing"
)

// SealStandIn is somebody's word that a colleague seals in their stead for a time.
type SealStandIn struct {
	ID      string     `json:"id"`
	From    *Actor     `json:"from,omitempty"`
	To      *Actor     `json:"to,omitempty"`
	Until   time.Time  `json:"until"`
	Reason  string     `json:"reason"`
	At      time.Time  `json:"at"`
	EndedAt *time.Time `json:"endedAt,omitempty" doc:"Taken back before its time."`
	Active  bool       `json:"active" doc:"It counts now."`
}

// SealColleague is who can stand in.
type SealColleague struct {
	AccountID string `json:"accountId"`
	Actor
}

type standInsOutput struct {
	Body struct {
		Items      []SealStandIn   `json:"items"`
		Colleagues []SealColleague `json:"colleagues" nullable:"false" doc:"Who can stand in for the signed-in account."`
	}
}

type standInInput struct {
	Language
	Body struct {
		AccountID string    `json:"accountId" format:"uuid"`
		Until     time.Time `json:"until" doc:"At most 31 days ahead."`
		Why
	}
}

type endStandInInput struct {
	Language
	StandInID string `path:"standInId" format:"uuid"`
	Body      struct{ Why }
}

func registerSealStandIn(api huma.API, d Deps) {
	huma.Register(api, require(api, huma.Operation{
		OperationID: "listSealStandIns", Method: http.MethodGet, Path: "/api/v1/seal-stand-ins", Tags: []string{tagSeal},
		Summary:     "用印代理情况",
		Description: "Who sets the own unit's seal in whose stead, the last word first, and who else could.",
	}, RoleSealUser, RoleSealManager, RoleSealAuditor), d.listSealStandIns)
	huma.Register(api, confirmed(api, d, require(api, huma.Operation{
		OperationID: "standInForSeals", Method: http.MethodPost, Path: "/api/v1/seal-stand-ins", Tags: []string{tagSeal},
		Summary:       "用印代理",
		Description:   "Let a colleague set the seal until a moment.",
		DefaultStatus: http.StatusNoContent,
	}, RoleSealUser)), d.standInForSeals)
	huma.Register(api, confirmed(api, d, require(api, huma.Operation{
		OperationID: "endSealStandIn", Method: http.MethodPost, Path: "/api/v1/seal-stand-ins/{standInId}/end", Tags: []string{tagSeal},
		Summary:       "收回用印代理",
		Description:   "Take back before its time that a colleague sets the seal.",
		DefaultStatus: http.StatusNoContent,
		Errors:        []int{http.StatusNotFound},
	}, RoleSealUser)), d.endSealStandIn)
}

func (d Deps) listSealStandIns(ctx context.Context, in *struct{ Language }) (*standInsOutput, error) {
	a, now := actorFrom(ctx), d.Clock.Now()
	out := &standInsOutput{}
	out.Body.Items, out.Body.Colleagues = []SealStandIn{}, []SealColleague{}
	return out, d.DB.Read(ctx, func(q *db.Tx) error {
		found, err := d.Seals.StandIns(ctx, q, a.UnitID)
		if err != nil {
			return err
		}
		for _, x := range found {
			shown := SealStandIn{ID: x.ID, Until: x.Until.In(clock.Shanghai), Reason: x.Reason, At: x.At.In(clock.Shanghai), Active: x.Active(now)}
			if !x.EndedAt.IsZero() {
				at := x.EndedAt.In(clock.Shanghai)
				shown.EndedAt = &at
			}
			if shown.From, err = d.actorOf(ctx, q, x.GiverID); err != nil {
				return err
			}
			if shown.To, err = d.actorOf(ctx, q, x.TakerID); err != nil {
				return err
			}
			out.Body.Items = append(out.Body.Items, shown)
		}
		if a.Has(RoleSealUser) {
			out.Body.Colleagues, err = d.sealColleagues(ctx, q)
		}
		return err
	})
}

// sealColleagues are those who can stand in for the signed-in account, by name.
func (d Deps) sealColleagues(ctx context.Context, q *db.Tx) ([]SealColleague, error) {
	a := actorFrom(ctx)
	all, err := d.Accounts.Standing(ctx, q, a.UnitID)
	found := []SealColleague{}
	for _, x := range all {
		if !sealing.MayStandIn(a, x) {
			continue
		}
		who, err := d.actorOf(ctx, q, x.ID)
		if err != nil {
			return nil, err
		}
		if who != nil {
			found = append(found, SealColleague{AccountID: x.ID, Actor: *who})
		}
	}
	slices.SortFunc(found, func(x, y SealColleague) int {
		return cmp.Or(cmp.Compare(x.Name, y.Name), cmp.Compare(x.AccountID, y.AccountID))
	})
	return found, err
}

func (d Deps) standInForSeals(ctx context.Context, in *standInInput) (*struct{}, error) {
	a := actorFrom(ctx)
	return nil, d.DB.Write(ctx, func(tx *db.Tx) error {
		all, err := d.Accounts.Standing(ctx, tx, a.UnitID)
		if err != nil {
			return err
		}
		return d.Seals.StandIn(ctx, tx, a, all[in.Body.AccountID], in.Body.Until, in.Body.Reason)
	})
}

func (d Deps) endSealStandIn(ctx context.Context, in *endStandInInput) (*struct{}, error) {
	return nil, d.DB.Write(ctx, func(tx *db.Tx) error {
		return d.Seals.EndStandIn(ctx, tx, actorFrom(ctx), in.StandInID, in.Body.Reason)
	})
}
