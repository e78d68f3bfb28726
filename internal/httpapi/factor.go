package httpapi

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/yinxin-org/yinxin/internal/authn"
	"github.com/yinxin-org/yinxin/internal/change"
	"github.com/yinxin-org/yinxin/internal/clock"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/present"
)

const tagFactor = "强确认 Strong confirmation"

// Factor is what an account confirms itself with besides its password.
type Factor struct {
	ID        string     `json:"id"`
	Kind      string     `json:"kind" enum:"totp,passkey" doc:"totp 动态验证码, passkey 通行密钥"`
	Name      string     `json:"name" doc:"What its owner calls it."`
	CreatedAt time.Time  `json:"createdAt"`
	UsedAt    *time.Time `json:"usedAt,omitempty" doc:"Absent: not used yet."`
}

// FactorChange is one thing that happened to what an account confirms itself with.
type FactorChange struct {
	Action string    `json:"action" enum:"factor-add,factor-remove,factor-reset"`
	Kind   string    `json:"kind,omitempty" enum:"totp,passkey" doc:"Absent: all of them."`
	At     time.Time `json:"at"`
	Own    bool      `json:"own" doc:"In the name of the account itself."`
	By     string    `json:"by,omitempty" doc:"Name of who did it otherwise."`
}

// factorsNews is how long staff are told of a change of their factors wherever they begin; historyMax bounds the list of changes.
const (
	factorsNews = 3 * 24 * time.Hour
	historyMax  = 50
)

type factorsOutput struct {
	Body struct {
		Items         []Factor       `json:"items" nullable:"false"`
		Ways          []string       `json:"ways" nullable:"false" enum:"totp,passkey,face" doc:"The ways in which the account can confirm itself."`
		History       []FactorChange `json:"history" nullable:"false" doc:"Of staff: what happened to them, the newest first. Holders are told by messages."`
		StrongFrom    *time.Time     `json:"strongFrom,omitempty" doc:"The factors were reset: what is enrolled does not confirm before this moment."`
		PasskeyOrigin string         `json:"passkeyOrigin,omitempty" doc:"The address under which passkeys work, and no other; absent: they do not."`
	}
}

type factorOutput struct{ Body Factor }

type renameFactorInput struct {
	FactorPath
	Body struct {
		Name string `json:"name" minLength:"1" maxLength:"40"`
	}
}

type enrolFactorInput struct {
	Body struct {
		Password string `json:"password" minLength:"1" maxLength:"256" format:"password" doc:"The account's password, again."`
		Name     string `json:"name" minLength:"1" maxLength:"40" doc:"What to call it, for example 我的手机."`
	}
}

type newCodeOutput struct {
	Body struct {
		Secret string `json:"secret" doc:"To be typed into an authenticator app; base32."`
		URI    string `json:"uri" doc:"otpauth: the same for an app on this device."`
		QRSVG  string `json:"qrSvg" doc:"The same to be scanned."`
	}
}

type codeInput struct {
	Body struct {
		Code string `json:"code" minLength:"6" maxLength:"12" doc:"The six digits that the authenticator shows now."`
	}
}

type passkeyOptionsOutput struct {
	Body struct {
		Options map[string]any `json:"options" doc:"For PublicKeyCredential.parseCreationOptionsFromJSON or parseRequestOptionsFromJSON of the browser."`
	}
}

type passkeyAnswerInput struct {
	Body struct {
		Answer map[string]any `json:"answer" doc:"The credential that the browser gave, toJSON()."`
	}
}

// FactorPath names a factor in the address.
type FactorPath struct {
	ID string `path:"factorId" format:"uuid"`
}

// Confirmed is how long a confirmation holds.
type Confirmed struct {
	Until time.Time `json:"until"`
}

type confirmedOutput struct{ Body Confirmed }

func registerFactor(api huma.API, d Deps) {
	registerFaceCheck(api, d)
	op := func(id, method, path, zh, en string, errors ...int) huma.Operation {
		return require(api, huma.Operation{OperationID: id, Method: method, Path: path, Tags: []string{tagFactor}, Summary: zh, Description: en, Errors: errors})
	}
	huma.Register(api, op("listFactors", http.MethodGet, "/api/v1/me/factors", "我的确认方式",
		"What the account confirms itself with besides its password."), d.listFactors)
	huma.Register(api, op("enrolCode", http.MethodPost, "/api/v1/me/factors/totp", "登记动态验证码",
		"Begin to enrol an authenticator app (RFC 6238). Needs the password again, and a strong confirmation if the account has a factor already. Nothing is enrolled before a code was seen.",
		http.StatusForbidden, http.StatusConflict, http.StatusTooManyRequests, http.StatusServiceUnavailable), d.enrolCode)
	huma.Register(api, op("finishCode", http.MethodPost, "/api/v1/me/factors/totp/finish", "完成登记动态验证码",
		"Enrol the app by a code that it shows. The session is confirmed by it.", http.StatusConflict, http.StatusTooManyRequests), d.finishCode)
	huma.Register(api, op("enrolPasskey", http.MethodPost, "/api/v1/me/factors/passkey", "登记通行密钥",
		"Begin to enrol a passkey (WebAuthn), on the same conditions.", http.StatusForbidden, http.StatusConflict, http.StatusTooManyRequests, http.StatusServiceUnavailable), d.enrolPasskey)
	huma.Register(api, op("finishPasskey", http.MethodPost, "/api/v1/me/factors/passkey/finish", "完成登记通行密钥",
		"Enrol the passkey that the browser made. The session is confirmed by it.", http.StatusForbidden, http.StatusConflict), d.finishPasskey)
	rename := op("renameFactor", http.MethodPut, "/api/v1/me/factors/{factorId}", "改确认方式的名称",
		"Give a factor another name.", http.StatusNotFound)
	rename.DefaultStatus = http.StatusNoContent
	huma.Register(api, confirmed(api, d, rename), d.renameFactor)
	remove := op("removeFactor", http.MethodDelete, "/api/v1/me/factors/{factorId}", "删除确认方式",
		"Remove a factor, at once.", http.StatusNotFound)
	remove.DefaultStatus = http.StatusNoContent
	huma.Register(api, confirmed(api, d, remove), d.removeFactor)
	huma.Register(api, op("confirmByCode", http.MethodPost, "/api/v1/session/confirm", "用动态验证码确认",
		"Confirm the session strongly; it holds for five minutes. Each code counts once; five wrong ones lock the account's factors for ten minutes.",
		http.StatusTooManyRequests), d.confirmByCode)
	huma.Register(api, op("beginConfirm", http.MethodPost, "/api/v1/session/confirm/passkey", "开始用通行密钥确认",
		"Begin to confirm the session by a passkey.", http.StatusForbidden, http.StatusConflict), d.beginConfirm)
	huma.Register(api, op("confirmByPasskey", http.MethodPost, "/api/v1/session/confirm/passkey/finish", "用通行密钥确认",
		"Confirm the session by what the passkey signed. A challenge is answered once.", http.StatusForbidden, http.StatusConflict, http.StatusTooManyRequests), d.confirmByPasskey)
}

func factorOf(f authn.Factor) Factor {
	return Factor{ID: f.ID, Kind: f.Kind, Name: f.Name, CreatedAt: f.CreatedAt.In(clock.Shanghai), UsedAt: beijing(f.UsedAt)}
}

func (d Deps) listFactors(ctx context.Context, _ *struct{}) (*factorsOutput, error) {
	out := &factorsOutput{}
	out.Body.Items, out.Body.PasskeyOrigin = []Factor{}, d.Accounts.Origin()
	actor := actorFrom(ctx)
	all, err := d.Accounts.Factors(ctx, actor.AccountID)
	if err != nil {
		return nil, err
	}
	for _, f := range all {
		out.Body.Items = append(out.Body.Items, factorOf(f))
	}
	out.Body.Ways = d.Accounts.Ways(actor, all)
	if d.Clock.Now().Before(actor.StrongFrom) {
		out.Body.StrongFrom = beijing(actor.StrongFrom)
	}
	out.Body.History, err = d.factorHistory(ctx, actor)
	return out, err
}

func (d Deps) enrolCode(ctx context.Context, in *enrolFactorInput) (*newCodeOutput, error) {
	n, err := d.Accounts.EnrolCode(ctx, scopeFrom(ctx).token, actorFrom(ctx), in.Body.Password, in.Body.Name)
	if err != nil {
		return nil, err
	}
	out := &newCodeOutput{}
	out.Body.Secret, out.Body.URI = n.Secret, n.URI
	out.Body.QRSVG, err = present.QRSVG(n.URI)
	return out, err
}

func (d Deps) finishCode(ctx context.Context, in *codeInput) (*factorOutput, error) {
	f, err := d.Accounts.FinishCode(ctx, scopeFrom(ctx).token, actorFrom(ctx), in.Body.Code)
	if err != nil {
		return nil, err
	}
	return &factorOutput{Body: factorOf(f)}, nil
}

func (d Deps) enrolPasskey(ctx context.Context, in *enrolFactorInput) (*passkeyOptionsOutput, error) {
	return passkeyOptions(d.Accounts.EnrolPasskey(ctx, scopeFrom(ctx).token, actorFrom(ctx), in.Body.Password, in.Body.Name))
}

func passkeyOptions(raw json.RawMessage, err error) (*passkeyOptionsOutput, error) {
	if err != nil {
		return nil, err
	}
	out := &passkeyOptionsOutput{}
	if err := json.Unmarshal(raw, &out.Body.Options); err != nil {
		return nil, fmt.Errorf("decode options of a passkey: %w", err)
	}
	return out, nil
}

func (d Deps) finishPasskey(ctx context.Context, in *passkeyAnswerInput) (*factorOutput, error) {
	answer, err := json.Marshal(in.Body.Answer)
	if err != nil {
		return nil, fmt.Errorf("encode answer of a passkey: %w", err)
	}
	f, err := d.Accounts.FinishPasskey(ctx, scopeFrom(ctx).token, actorFrom(ctx), answer)
	if err != nil {
		return nil, err
	}
	return &factorOutput{Body: factorOf(f)}, nil
}

// factorHistory is what the trail knows of an account's factors, the newest first. That of holders stands in their messages.
func (d Deps) factorHistory(ctx context.Context, a *authn.Actor) ([]FactorChange, error) {
	out := []FactorChange{}
	if a.Kind != authn.KindStaff {
		return out, nil
	}
	var found []change.Change
	err := d.DB.Read(ctx, func(q *db.Tx) (err error) {
		found, err = d.Trail.Of(ctx, q, change.Account, a.AccountID, historyMax)
		return err
	})
	if err != nil {
		return nil, err
	}
	for _, c := range found {
		x := FactorChange{Action: c.Action, At: c.At.In(clock.Shanghai), Own: c.By.AccountID == a.AccountID}
		switch c.Action {
		case authn.FactorAdded, authn.FactorRemoved:
			var said struct{ Factor string }
			if err := json.Unmarshal([]byte(c.Before+c.After), &said); err != nil {
				return nil, fmt.Errorf("decode change: %w", err)
			}
			x.Kind = said.Factor
		case authn.FactorsReset:
		default:
			continue
		}
		if !x.Own {
			p, err := d.Person(ctx, c.By.AccountID)
			if err != nil {
				return nil, err
			}
			x.By = p.Name
		}
		out = append(out, x)
	}
	return out, nil
}

func (d Deps) renameFactor(ctx context.Context, in *renameFactorInput) (*struct{}, error) {
	return nil, d.Accounts.RenameFactor(ctx, actorFrom(ctx), in.ID, in.Body.Name)
}

func (d Deps) removeFactor(ctx context.Context, in *FactorPath) (*struct{}, error) {
	return nil, d.Accounts.RemoveFactor(ctx, actorFrom(ctx), in.ID)
}

// strongNow is the answer to a confirmation.
func (d Deps) strongNow() *confirmedOutput {
	return &confirmedOutput{Body: Confirmed{Until: d.Clock.Now().Add(authn.StrongTime).In(clock.Shanghai)}}
}

func (d Deps) confirmByCode(ctx context.Context, in *codeInput) (*confirmedOutput, error) {
	if err := d.Accounts.ConfirmCode(ctx, scopeFrom(ctx).token, actorFrom(ctx), in.Body.Code); err != nil {
		return nil, err
	}
	return d.strongNow(), nil
}

func (d Deps) beginConfirm(ctx context.Context, _ *struct{}) (*passkeyOptionsOutput, error) {
	return passkeyOptions(d.Accounts.BeginPasskey(ctx, scopeFrom(ctx).token, actorFrom(ctx)))
}

func (d Deps) confirmByPasskey(ctx context.Context, in *passkeyAnswerInput) (*confirmedOutput, error) {
	answer, err := json.Marshal(in.Body.Answer)
	if err != nil {
		return nil, fmt.Errorf("encode answer of a passkey: %w", err)
	}
	if err := d.Accounts.ConfirmPasskey(ctx, scopeFrom(ctx).token, actorFrom(ctx), answer); err != nil {
		return nil, err
	}
	return d.strongNow(), nil
}
