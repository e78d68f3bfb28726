package httpapi

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/yinxin-org/yinxin/internal/clock"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/errs"
	"github.com/yinxin-org/yinxin/internal/license"
	"github.com/yinxin-org/yinxin/internal/sealing"
	"github.com/yinxin-org/yinxin/internal/upload"
)

// OwnSeal is the seal that lives with an own license.
type OwnSeal struct {
	Kind      string       `json:"kind" enum:"enterprise,personal" doc:"enterprise 企业章, personal 个人章"`
	Owner     string       `json:"owner" doc:"Whose name it shows."`
	Made      bool         `json:"made"`
	CanMake   bool         `json:"canMake" doc:"It can be made now: this installation makes seals and the license can be used."`
	Code      string       `json:"code,omitempty"`
	ValidFrom *time.Time   `json:"validFrom,omitempty"`
	ValidTo   *time.Time   `json:"validTo,omitempty"`
	Usable    bool         `json:"usable" doc:"It may sign now."`
	Cause     *Reason      `json:"cause,omitempty" doc:"Why it may not."`
	Uses      []OwnSealUse `json:"uses" nullable:"false" doc:"The last uses, the newest first."`
}

// OwnSealUse is one use of an own seal; the document itself is not kept.
type OwnSealUse struct {
	At     time.Time `json:"at"`
	Result string    `json:"result" enum:"signed,refused"`
	Digest string    `json:"digest,omitempty" doc:"SM3 of the signed file."`
	Cause  *Reason   `json:"cause,omitempty"`
}

type ownSealOutput struct{ Body OwnSeal }

type ownSealSignInput struct {
	HeldPath
	PageNo  int    `query:"page" minimum:"0" maximum:"5000" doc:"Counted from 1; 0 is the last one."`
	Corner  string `query:"corner" enum:"bottom-right,bottom-left,top-right,top-left,centre" default:"bottom-right"`
	RawBody []byte `contentType:"application/octet-stream"`
}

// maxOwnUses is how many uses of a seal its owner is shown.
const maxOwnUses = 20

func registerOwnSeal(api huma.API, d Deps) {
	const path = "/api/v1/me/licenses/{id}/seal"
	errors := []int{http.StatusForbidden, http.StatusNotFound, http.StatusConflict}
	huma.Register(api, require(api, huma.Operation{
		OperationID: "getMySeal", Method: http.MethodGet, Path: path, Tags: []string{tagMe},
		Summary:     "与证照绑定的印章",
		Description: "The seal that lives with an own license: an enterprise seal with the business license, a personal one with the identity license.",
		Errors:      errors,
	}, RoleHolder), d.getMySeal)
	huma.Register(api, require(api, huma.Operation{
		OperationID: "makeMySeal", Method: http.MethodPost, Path: path, Tags: []string{tagMe},
		Summary:     "申领与证照绑定的印章",
		Description: "Have the seal made that lives with a published license. Where there is one, nothing changes. Only the holder, never somebody for them.",
		Errors:      errors,
	}, RoleHolder), d.makeMySeal)
	sign := require(api, huma.Operation{
		OperationID: "signWithMySeal", Method: http.MethodPost, Path: path + "/signatures", Tags: []string{tagMe},
		Summary: "用印章签署文件",
		Description: "Set the seal on an own OFD document and take it back signed; nothing of it is kept but its digest in the log. While the license is " +
			"suspended, lost or ended, so is the seal. Only the holder, never somebody for them.",
		Errors: append(errors, http.StatusRequestEntityTooLarge),
	}, RoleHolder)
	sign.MaxBodyBytes = upload.Max + 1
	huma.Register(api, sign, d.signWithMySeal)
}

func (d Deps) getMySeal(ctx context.Context, in *HeldPath) (*ownSealOutput, error) {
	out := &ownSealOutput{}
	return out, d.DB.Read(ctx, func(q *db.Tx) error {
		x, l, err := d.Licenses.OwnSeal(ctx, q, actorFrom(ctx).HolderID, in.ID)
		if err != nil {
			return err
		}
		if x.Kind == "" {
			return errs.New(errs.NotFound, "seal.binds-none")
		}
		out.Body, err = d.ownSeal(ctx, q, x, l)
		return err
	})
}

func (d Deps) ownSeal(ctx context.Context, q *db.Tx, x license.OwnSeal, l license.License) (OwnSeal, error) {
	out := OwnSeal{Kind: x.Kind, Owner: x.Owner, Made: x.Made(), Uses: []OwnSealUse{}}
	if !x.Made() {
		out.CanMake = d.Seals.CanMake() && l.State(d.Clock.Now()).Usable()
		return out, nil
	}
	from, to := x.ValidFrom.In(clock.Shanghai), x.ValidTo.In(clock.Shanghai)
	out.Code, out.ValidFrom, out.ValidTo, out.Usable = x.Code, &from, &to, x.Usable == nil
	if x.Usable != nil {
		out.Cause = reasonOf(errs.Code(x.Usable), map[string]string{"name": x.Name})
	}
	uses, err := d.Seals.Uses(ctx, q, sealing.UseFilter{UnitID: x.UnitID, SealCode: x.Code, Limit: maxOwnUses})
	for _, u := range uses {
		shown := OwnSealUse{At: u.At.In(clock.Shanghai), Result: u.Result, Digest: u.Digest}
		if u.Cause != "" {
			shown.Cause = reasonOf(u.Cause, map[string]string{"name": x.Name})
		}
		out.Uses = append(out.Uses, shown)
	}
	return out, err
}

func (d Deps) makeMySeal(ctx context.Context, in *HeldPath) (*ownSealOutput, error) {
	if err := d.Licenses.MakeOwnSeal(ctx, actorFrom(ctx), in.ID); err != nil {
		return nil, err
	}
	return d.getMySeal(ctx, in)
}

func (d Deps) signWithMySeal(ctx context.Context, in *ownSealSignInput) (*file, error) {
	signed, err := d.Licenses.SignOwn(ctx, actorFrom(ctx), in.ID, in.RawBody, sealing.Spot{Page: in.PageNo, Corner: in.Corner})
	if err != nil {
		return nil, err
	}
	return ofdFile(signed, "signed-"+in.ID), nil
}
