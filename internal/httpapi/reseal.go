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
	"github.com/yinxin-org/yinxin/internal/license"
)

// maxMissed is how many licenses that could not be sealed anew are shown.
const maxMissed = 100

// Reseal is how far it has come to seal anew what a burned seal had sealed.
type Reseal struct {
	State     string         `json:"state" enum:"running,done"`
	Unproven  bool           `json:"unproven" doc:"Only what is not provably older than the theft."`
	Sealed    int            `json:"sealed" doc:"Licenses that were sealed anew so far."`
	Kept      int            `json:"kept" doc:"Licenses that are provably older and were left as they are."`
	Missed    int            `json:"missed" doc:"Licenses that could not be sealed anew."`
	StartedAt time.Time      `json:"startedAt"`
	Misses    []MissedReseal `json:"misses" doc:"The first 100 of them."`
}

// MissedReseal is a license that could not be sealed anew.
type MissedReseal struct {
	LicenseID string `json:"licenseId"`
	Cause     string `json:"cause" doc:"Stable code."`
	Text      string `json:"text"`
}

type resealOutput struct{ Body Reseal }

type resealInput struct {
	SealPath
	Body struct {
		Unproven bool `json:"unproven" doc:"Only what is not provably older than the theft; false: all."`
		Why
	}
}

func registerReseal(api huma.API, d Deps) {
	huma.Register(api, confirmed(api, d, require(api, huma.Operation{
		OperationID: "orderReseal", Method: http.MethodPost, Path: "/api/v1/seals/{sealCode}/reseal", Tags: []string{tagSeal},
		Summary: "重新用印",
		Description: "Order that the licenses in force under a burned seal of the own unit be sealed anew, with the seal that it has now. " +
			"It is done in the background; the order is also the consent for steps that people of the unit have to do.",
		Errors: []int{http.StatusNotFound, http.StatusConflict},
	}, RoleSealUser)), d.orderReseal)
	huma.Register(api, require(api, huma.Operation{
		OperationID: "getReseal", Method: http.MethodGet, Path: "/api/v1/seals/{sealCode}/reseal", Tags: []string{tagSeal},
		Summary:     "重新用印进度",
		Description: "How far it has come to seal anew what a burned seal had sealed.",
		Errors:      []int{http.StatusNotFound},
	}, RoleSealManager, RoleSealUser, RoleSealAuditor, RoleDigital), d.getReseal)
}

func (d Deps) orderReseal(ctx context.Context, in *resealInput) (*resealOutput, error) {
	out := &resealOutput{}
	return out, d.DB.Write(ctx, func(tx *db.Tx) error {
		actor := actorFrom(ctx)
		x, err := d.Seals.Get(ctx, tx, in.SealCode)
		if err == nil && x.UnitID != actor.UnitID {
			err = errs.New(errs.Denied, "seal.not-user")
		}
		if err != nil {
			return err
		}
		r, err := d.Licenses.OrderReseal(ctx, tx, change.Of(actor, in.Body.Reason), x.Code, in.Body.Unproven)
		if err != nil {
			return err
		}
		out.Body, err = d.reseal(ctx, tx, r, in.lang())
		return err
	})
}

func (d Deps) getReseal(ctx context.Context, in *SealPath) (*resealOutput, error) {
	out := &resealOutput{}
	return out, d.DB.Read(ctx, func(q *db.Tx) error {
		actor := actorFrom(ctx)
		x, err := d.Seals.Get(ctx, q, in.SealCode)
		if err != nil {
			return err
		}
		see, _, err := d.Seals.May(ctx, q, actor, x.UnitID)
		if err == nil && !see && !actor.Has(RoleDigital) {
			err = errs.New(errs.NotFound, "seal.no-such")
		}
		if err != nil {
			return err
		}
		r, err := d.Licenses.Reseal(ctx, q, x.Code)
		if err != nil {
			return err
		}
		out.Body, err = d.reseal(ctx, q, r, in.lang())
		return err
	})
}

func (d Deps) reseal(ctx context.Context, q *db.Tx, r license.Reseal, lang string) (Reseal, error) {
	out := Reseal{State: r.State, Unproven: r.Unproven, Sealed: r.Sealed, Kept: r.Kept, Missed: r.Missed, StartedAt: r.StartedAt.In(clock.Shanghai),
		Misses: []MissedReseal{}}
	missed, err := d.Licenses.MissedReseals(ctx, q, r.SealCode, maxMissed)
	for _, m := range missed {
		out.Misses = append(out.Misses, MissedReseal{LicenseID: m.LicenseID, Cause: m.Cause, Text: errs.Text(m.Cause, lang, nil)})
	}
	return out, err
}
