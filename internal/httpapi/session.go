package httpapi

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/yinxin-org/yinxin/internal/authn"
)

// Session is who is signed in.
type Session struct {
	AccountID string     `json:"accountId"`
	Name      string     `json:"name" doc:"The account's own full name."`
	Kind      string     `json:"kind" enum:"staff,holder"`
	Roles     []string   `json:"roles" doc:"clerk 经办, approver 审批, reviewer 签发单位复核, verifier 核验, holder 持证主体, catalog 目录编制, digital 数字办, matters 审改办, admin 系统管理员, supervisor 监督, seal-manager 印章管理, seal-user 用印, seal-auditor 用印审计"`
	Unit      *Named     `json:"unit,omitempty" doc:"The unit (机构) of staff."`
	HolderID  string     `json:"holderId,omitempty"`
	Acting    *Acting    `json:"acting,omitempty" doc:"For whom the session acts; absent: for the account itself."`
	Strong    *time.Time `json:"strongUntil,omitempty" doc:"Until when the session counts as confirmed strongly; absent: it does not."`
	MustEnrol bool       `json:"mustEnrol" doc:"The account's lost factors were reset: until one is enrolled anew, nothing else is open to it."`
	Changed   *time.Time `json:"factorsChangedAt,omitempty" doc:"Of staff: when the factors last changed, if that is less than three days ago."`
	Demo      bool       `json:"demo" doc:"The data are a demonstration's."`
}

// Acting is for whom a session acts (代办).
type Acting struct {
	RelationID string   `json:"relationId"`
	Kind       string   `json:"kind" enum:"agent,representative,guardian,care"`
	Name       string   `json:"name" doc:"Of the firm or person acted for."`
	Powers     []string `json:"powers" enum:"apply,show,read" doc:"Empty: the relation has ended; switch back."`
}

// Named is a thing with its name.
type Named struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

type sessionOutput struct {
	Body Session
}

type signInInput struct {
	Body struct {
		Account  string `json:"account" minLength:"1" maxLength:"128" doc:"The account name; case and width do not matter."`
		Password string `json:"password" minLength:"1" maxLength:"256" format:"password"`
	}
}

type signInOutput struct {
	SetCookie http.Cookie `header:"Set-Cookie"`
	Body      Session
}

type signOutOutput struct {
	SetCookie http.Cookie `header:"Set-Cookie"`
}

const tagSession = "登录 Session"

func registerSession(api huma.API, d Deps) {
	huma.Register(api, open(huma.Operation{
		OperationID: "signIn", Method: http.MethodPost, Path: "/api/v1/session", Tags: []string{tagSession},
		Summary:     "登录",
		Description: "Sign in. The answer to an unknown account and to a wrong password is the same; five failures lock the name for ten minutes. The session ends after 30 idle minutes or 12 hours.",
		Errors:      []int{http.StatusUnauthorized, http.StatusServiceUnavailable},
	}), d.signIn)

	huma.Register(api, require(api, huma.Operation{
		OperationID: "getSession", Method: http.MethodGet, Path: "/api/v1/session", Tags: []string{tagSession},
		Summary:     "当前登录者",
		Description: "Who is signed in.",
	}), d.getSession)

	huma.Register(api, open(huma.Operation{
		OperationID: "signOut", Method: http.MethodDelete, Path: "/api/v1/session", Tags: []string{tagSession},
		Summary:     "退出",
		Description: "Sign out; the session ends at once. Without a session it does nothing.",
	}), d.signOut)
}

func (d Deps) signIn(ctx context.Context, in *signInInput) (*signInOutput, error) {
	s, err := d.Sessions.SignIn(ctx, in.Body.Account, in.Body.Password)
	if err != nil {
		return nil, err
	}
	// The session the browser had before is not left behind.
	if old := scopeFrom(ctx).token; old != "" {
		if err := d.Sessions.SignOut(ctx, old); err != nil {
			return nil, err
		}
	}
	body, err := d.session(ctx, s.Actor)
	if err != nil {
		return nil, err
	}
	return &signInOutput{SetCookie: *s.Cookie(Secure(ctx)), Body: body}, nil
}

func (d Deps) getSession(ctx context.Context, _ *struct{}) (*sessionOutput, error) {
	body, err := d.session(ctx, actorFrom(ctx))
	if err != nil {
		return nil, err
	}
	return &sessionOutput{Body: body}, nil
}

func (d Deps) signOut(ctx context.Context, _ *struct{}) (*signOutOutput, error) {
	if token := scopeFrom(ctx).token; token != "" {
		if err := d.Sessions.SignOut(ctx, token); err != nil {
			return nil, err
		}
	}
	return &signOutOutput{SetCookie: *authn.NoCookie(Secure(ctx))}, nil
}

func (d Deps) session(ctx context.Context, a *authn.Actor) (Session, error) {
	s := Session{AccountID: a.AccountID, Name: a.Name, Kind: a.Kind, Roles: a.Roles, HolderID: a.HolderID, MustEnrol: a.MustEnrol, Demo: d.Demo}
	if a.Strong(d.Clock.Now()) {
		s.Strong = beijing(a.Confirmed.Add(authn.StrongTime))
	}
	if a.Acting != nil {
		name, err := d.holderName(ctx, a.HolderID)
		if err != nil {
			return Session{}, err
		}
		s.Acting = &Acting{RelationID: a.Acting.RelationID, Kind: a.Acting.Kind, Name: name, Powers: append([]string{}, a.Acting.Powers...)}
	}
	if a.UnitID == "" {
		return s, nil
	}
	name, err := d.UnitName(ctx, a.UnitID)
	if err != nil {
		return Session{}, err
	}
	s.Unit = &Named{ID: a.UnitID, Name: name}
	history, err := d.factorHistory(ctx, a)
	if len(history) > 0 && d.Clock.Now().Sub(history[0].At) < factorsNews {
		s.Changed = &history[0].At
	}
	return s, err
}
