package httpapi

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/yinxin-org/yinxin/internal/authn"
	"github.com/yinxin-org/yinxin/internal/clock"
	"github.com/yinxin-org/yinxin/internal/errs"
)

type faceChallengeOutput struct {
	Body struct {
		Challenge string    `json:"challenge" doc:"For the service's own part on the phone; a picture needs it not."`
		Until     time.Time `json:"until" doc:"Answered later, it counts for nothing."`
	}
}

type faceShownInput struct {
	Body struct {
		Picture []byte `json:"picture,omitempty" maxLength:"600000" doc:"JPEG or PNG of the face, base64. It goes to the service and is kept nowhere."`
		Token   string `json:"token,omitempty" maxLength:"4000" doc:"Of the service's own part on the phone, instead of a picture."`
	}
}

func registerFaceCheck(api huma.API, d Deps) {
	op := func(id, path, zh, en string, errors ...int) huma.Operation {
		return require(api, huma.Operation{OperationID: id, Method: http.MethodPost, Path: path, Tags: []string{tagFactor}, Summary: zh, Description: en, Errors: errors})
	}
	huma.Register(api, op("beginFace", "/api/v1/session/confirm/face", "开始实人核验",
		"Begin to confirm the session by face, where a service is connected: of holders alone. The challenge belongs to this session and lasts two minutes.",
		http.StatusConflict), d.beginFace)
	huma.Register(api, op("confirmByFace", "/api/v1/session/confirm/face/finish", "用实人核验确认",
		"Confirm the session by what its person shows. A challenge is answered once; five faces that are somebody else's lock as five wrong codes do; a service that fails costs no try.",
		http.StatusForbidden, http.StatusConflict, http.StatusTooManyRequests, http.StatusServiceUnavailable), d.confirmByFace)
}

func (d Deps) beginFace(ctx context.Context, _ *struct{}) (*faceChallengeOutput, error) {
	challenge, until, err := d.Accounts.BeginFace(ctx, scopeFrom(ctx).token, actorFrom(ctx))
	if err != nil {
		return nil, err
	}
	out := &faceChallengeOutput{}
	out.Body.Challenge, out.Body.Until = challenge, until.In(clock.Shanghai)
	return out, nil
}

func (d Deps) confirmByFace(ctx context.Context, in *faceShownInput) (*confirmedOutput, error) {
	if (len(in.Body.Picture) == 0) == (in.Body.Token == "") {
		return nil, errs.New(errs.Invalid, "field.required").On("picture")
	}
	err := d.Accounts.ConfirmFace(ctx, scopeFrom(ctx).token, actorFrom(ctx), authn.Shown{Picture: in.Body.Picture, Token: in.Body.Token})
	if err != nil {
		return nil, err
	}
	return d.strongNow(), nil
}
