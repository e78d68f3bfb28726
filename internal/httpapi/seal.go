package httpapi

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/yinxin-org/yinxin/internal/authn"
	"github.com/yinxin-org/yinxin/internal/clock"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/errs"
	"github.com/yinxin-org/yinxin/internal/sealing"
)

const tagSeal = "印章 Seals"

// Seal is an electronic seal as far as everybody may know it.
type Seal struct {
	Code      string     `json:"code" doc:"印章编码"`
	Name      string     `json:"name"`
	Unit      Named      `json:"unit"`
	Purpose   string     `json:"purpose" enum:"license,platform,enterprise,personal" doc:"license 证照专用, platform 加注件专用, enterprise 企业章, personal 个人章"`
	State     string     `json:"state" enum:"in-use,stopped,revoked"`
	ValidFrom time.Time  `json:"validFrom"`
	ValidTo   time.Time  `json:"validTo"`
	Usable    bool       `json:"usable" doc:"In use and within its period."`
	Follows   string     `json:"follows,omitempty" doc:"Code of the seal that it replaced."`
	BurnedAt  *time.Time `json:"burnedAt,omitempty" doc:"From when on what bears it is refused: its key is known to others (失泄)."`
}

// SealEvent is one step of the life of a seal or of an application.
type SealEvent struct {
	Action string    `json:"action"`
	To     string    `json:"to" doc:"State it led to."`
	By     *Actor    `json:"by,omitempty"`
	Unit   *Named    `json:"unit,omitempty"`
	Reason string    `json:"reason"`
	At     time.Time `json:"at"`
}

// SealDetail is a seal with its life.
type SealDetail struct {
	Seal
	Key    string      `json:"key" doc:"Name of the key in the key store; the key itself is nowhere to be read."`
	Can    []string    `json:"can" doc:"What the signed-in account may do with it now: stop, resume, revoke."`
	Events []SealEvent `json:"events"`
}

type sealsOutput struct {
	Body struct {
		Items     []Seal `json:"items"`
		CanBeMade bool   `json:"canBeMade" doc:"This installation can make seals itself."`
		Total     int    `json:"total"`
	}
}

type sealsInput struct {
	Language
	Page
	State string `query:"state" enum:"in-use,stopped,revoked"`
}

// SealPath names a seal in the address.
type SealPath struct {
	Language
	SealCode string `path:"sealCode" minLength:"3" maxLength:"64"`
}

type sealDetailOutput struct{ Body SealDetail }

type sealChangeInput struct {
	SealPath
	Body struct {
		Action string `json:"action" enum:"stop,resume,revoke" doc:"stop 停用, resume 恢复, revoke 注销 (final)"`
		Why
	}
}

func registerSeal(api huma.API, d Deps) {
	huma.Register(api, require(api, huma.Operation{
		OperationID: "listUnitSeals", Method: http.MethodGet, Path: "/api/v1/units/{unitId}/seals", Tags: []string{tagSeal},
		Summary:     "机构的印章",
		Description: "The seals of a unit.",
		Errors:      []int{http.StatusNotFound},
	}, RoleDigital, RoleAdmin, RoleCatalog), d.listUnitSeals)
	readers := []string{RoleSealManager, RoleSealUser, RoleSealAuditor, RoleClerk, RoleDigital}
	huma.Register(api, require(api, huma.Operation{
		OperationID: "listSeals", Method: http.MethodGet, Path: "/api/v1/seals", Tags: []string{tagSeal},
		Summary:     "印章",
		Description: "The seals of the own unit; for a manager also those of the units below, for one of the platform's unit all.",
	}, readers...), d.listSeals)
	huma.Register(api, require(api, huma.Operation{
		OperationID: "getSeal", Method: http.MethodGet, Path: "/api/v1/seals/{sealCode}", Tags: []string{tagSeal},
		Summary:     "印章详情",
		Description: "A seal and all steps of its life.",
		Errors:      []int{http.StatusNotFound},
	}, readers...), d.getSeal)
	huma.Register(api, confirmed(api, d, require(api, huma.Operation{
		OperationID: "changeSeal", Method: http.MethodPost, Path: "/api/v1/seals/{sealCode}/state", Tags: []string{tagSeal},
		Summary:     "停用、恢复、注销印章",
		Description: "Stop, resume or revoke a seal. It takes effect with the next signature; what was sealed before stays valid.",
		Errors:      []int{http.StatusNotFound, http.StatusConflict},
	}, RoleSealManager)), d.changeSeal)
}

func (d Deps) listUnitSeals(ctx context.Context, in *struct{ UnitPath }) (*sealsOutput, error) {
	if own := ownUnit(actorFrom(ctx), RoleDigital, RoleAdmin); own != "" && in.UnitID != own {
		return nil, errs.New(errs.Denied, "unit.not-own")
	}
	return d.sealList(ctx, in.lang(), func(q *db.Tx) ([]sealing.Seal, int, error) {
		if _, err := d.Units.Get(ctx, q, in.UnitID); err != nil {
			return nil, 0, err
		}
		found, err := d.Seals.Of(ctx, q, in.UnitID)
		return found, len(found), err
	})
}

func (d Deps) listSeals(ctx context.Context, in *sealsInput) (*sealsOutput, error) {
	return d.sealList(ctx, in.lang(), func(q *db.Tx) ([]sealing.Seal, int, error) {
		return d.Seals.List(ctx, q, actorFrom(ctx), in.State, in.Limit, in.Offset)
	})
}

func (d Deps) sealList(ctx context.Context, lang string, read func(q *db.Tx) ([]sealing.Seal, int, error)) (*sealsOutput, error) {
	out := &sealsOutput{}
	out.Body.Items, out.Body.CanBeMade = []Seal{}, d.Seals.CanMake()
	err := d.DB.Read(ctx, func(q *db.Tx) error {
		found, total, err := read(q)
		if err != nil {
			return err
		}
		out.Body.Total = total
		for _, x := range found {
			shown, err := d.seal(ctx, q, x, lang)
			if err != nil {
				return err
			}
			out.Body.Items = append(out.Body.Items, shown)
		}
		return nil
	})
	return out, err
}

func (d Deps) seal(ctx context.Context, q *db.Tx, x sealing.Seal, lang string) (Seal, error) {
	unit, err := d.unitNamed(ctx, q, x.UnitID, lang)
	out := Seal{Code: x.Code, Name: x.Name, Unit: unit, Purpose: x.Purpose, State: x.State, ValidFrom: x.ValidFrom.In(clock.Shanghai),
		ValidTo: x.ValidTo.In(clock.Shanghai), Usable: x.MayUse(d.Clock.Now()), Follows: x.Follows}
	if !x.BurnedAt.IsZero() {
		at := x.BurnedAt.In(clock.Shanghai)
		out.BurnedAt = &at
	}
	return out, err
}

func (d Deps) getSeal(ctx context.Context, in *SealPath) (*sealDetailOutput, error) {
	out := &sealDetailOutput{}
	return out, d.DB.Read(ctx, func(q *db.Tx) error {
		x, err := d.Seals.Get(ctx, q, in.SealCode)
		if err != nil {
			return err
		}
		out.Body, err = d.sealDetail(ctx, q, actorFrom(ctx), x, in.lang())
		return err
	})
}

func (d Deps) sealDetail(ctx context.Context, q *db.Tx, a *authn.Actor, x sealing.Seal, lang string) (SealDetail, error) {
	see, manage, err := d.Seals.May(ctx, q, a, x.UnitID)
	if err != nil {
		return SealDetail{}, err
	}
	if !see && !a.Has(RoleDigital) {
		return SealDetail{}, errs.New(errs.NotFound, "seal.no-such")
	}
	out := SealDetail{Key: x.KeyID, Can: []string{}}
	if out.Seal, err = d.seal(ctx, q, x, lang); err != nil {
		return SealDetail{}, err
	}
	for _, m := range sealing.Moves() {
		if manage && m.From == x.State && (m.Action == sealing.Stop || m.Action == sealing.Resume || m.Action == sealing.Revoke) {
			out.Can = append(out.Can, m.Action)
		}
	}
	out.Events, err = d.sealEvents(ctx, q, x.Code, lang)
	return out, err
}

func (d Deps) sealEvents(ctx context.Context, q *db.Tx, of, lang string) ([]SealEvent, error) {
	events, err := d.Seals.Events(ctx, q, of)
	if err != nil {
		return nil, err
	}
	out := []SealEvent{}
	for _, e := range events {
		shown := SealEvent{Action: e.Action, To: e.To, Reason: e.By.Reason, At: e.At.In(clock.Shanghai)}
		if shown.By, err = d.actorOf(ctx, q, e.By.AccountID); err != nil {
			return nil, err
		}
		if e.By.UnitID != "" {
			unit, err := d.unitNamed(ctx, q, e.By.UnitID, lang)
			if err != nil {
				return nil, err
			}
			shown.Unit = &unit
		}
		out = append(out, shown)
	}
	return out, nil
}

func (d Deps) changeSeal(ctx context.Context, in *sealChangeInput) (*sealDetailOutput, error) {
	out := &sealDetailOutput{}
	return out, d.DB.Write(ctx, func(tx *db.Tx) error {
		x, err := d.Seals.Change(ctx, tx, actorFrom(ctx), in.SealCode, in.Body.Action, in.Body.Reason)
		if err != nil {
			return err
		}
		out.Body, err = d.sealDetail(ctx, tx, actorFrom(ctx), x, in.lang())
		return err
	})
}
