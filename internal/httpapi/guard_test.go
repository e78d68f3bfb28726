package httpapi

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"github.com/yinxin-org/yinxin/internal/authn"
	"github.com/yinxin-org/yinxin/internal/clock"
	"github.com/yinxin-org/yinxin/internal/errs"
)

// byToken signs in whoever bears the name of a role as token.
type byToken struct{ Sessions }

func (byToken) Actor(_ context.Context, token string) (*authn.Actor, error) {
	switch token {
	case "ended":
		return nil, errs.New(errs.Unauthenticated, "unauthenticated")
	case "down":
		return nil, errors.New("database gone")
	}
	return &authn.Actor{AccountID: "a1", Roles: []string{token}}, nil
}

func TestRequire(t *testing.T) {
	t.Parallel()
	installProblems()
	mux := http.NewServeMux()
	api := humago.New(mux, config("0"))
	api.UseMiddleware(authenticate(api, byToken{}))
	register := func(path string, op func(huma.Operation) huma.Operation) {
		huma.Register(api, op(huma.Operation{Method: http.MethodGet, Path: path}),
			func(ctx context.Context, _ *struct{}) (*struct{ Body []string }, error) {
				if a := actorFrom(ctx); a != nil {
					return &struct{ Body []string }{a.Roles}, nil
				}
				return &struct{ Body []string }{[]string{"nobody"}}, nil
			})
	}
	register("/decide", func(op huma.Operation) huma.Operation { return require(api, op, RoleApprover, RoleReviewer) })
	register("/any", func(op huma.Operation) huma.Operation { return require(api, op) })
	register("/open", open)
	h := Edge{Log: slog.New(slog.DiscardHandler), Clock: clock.System{}}.Handler(mux)

	for _, c := range []struct {
		path, token string
		status      int
		body        string
	}{
		{"/decide", "", 401, `"code":"unauthenticated"`},
		{"/decide", "ended", 401, `"code":"unauthenticated"`},
		{"/decide", "clerk", 403, `"code":"denied"`},
		{"/decide", "approver", 200, `["approver"]`},
		{"/decide", "reviewer", 200, `["reviewer"]`},
		{"/decide", "down", 500, `"code":"internal"`},
		{"/any", "", 401, `"code":"unauthenticated"`},
		{"/any", "clerk", 200, `["clerk"]`},
		{"/open", "", 200, `["nobody"]`},
		{"/open", "ended", 200, `["nobody"]`},
		{"/open", "clerk", 200, `["clerk"]`},
	} {
		r := httptest.NewRequest(http.MethodGet, c.path, nil)
		if c.token != "" {
			r.AddCookie(&http.Cookie{Name: authn.CookieName, Value: c.token})
		}
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		if w.Code != c.status || !strings.Contains(w.Body.String(), c.body) {
			t.Errorf("%s as %q: %d %s, want %d %s", c.path, c.token, w.Code, w.Body, c.status, c.body)
		}
	}
}

func FuzzFieldName(f *testing.F) {
	for _, s := range []string{"body.account", "query.q", "body.items[3].name", "body.35010219900307001X", "body.林.x", "body", "path.caseNo"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, location string) {
		name := fieldName(location)
		digits := 0
		for _, r := range strings.NewReplacer("[", ".", "]", ".").Replace(name) {
			if r > 0x7e || r == ' ' || r == '@' {
				t.Fatalf("%q lets %q through", location, r)
			}
			if r >= '0' && r <= '9' {
				digits++
			} else {
				digits = 0
			}
			if digits > 4 {
				t.Fatalf("%q lets a long number through: %q", location, name)
			}
		}
	})
}

// Each power of who acts for another opens what it is for, and nothing else.
func TestPowersOfWhoActs(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		power string
		op    huma.Operation
		code  string
	}{
		{authn.PowerShow, huma.Operation{OperationID: "consentToShow", Method: http.MethodPost}, ""},
		{authn.PowerShow, huma.Operation{OperationID: "refuseToShow", Method: http.MethodPost}, ""},
		{authn.PowerApply, huma.Operation{OperationID: "receiveShown", Method: http.MethodPost}, "acting.power"},
		{authn.PowerRead, huma.Operation{OperationID: "getShowRequest", Method: http.MethodGet}, "acting.power"},
		{authn.PowerShow, huma.Operation{OperationID: "getMyAppeal", Method: http.MethodGet}, "acting.power"},
		{authn.PowerShow, huma.Operation{OperationID: "getMyAttachment", Method: http.MethodGet}, "acting.power"},
		{authn.PowerRead, huma.Operation{OperationID: "getMyAppeal", Method: http.MethodGet}, ""},
		{authn.PowerApply, huma.Operation{OperationID: "getMyAppeal", Method: http.MethodGet}, ""},
		{authn.PowerRead, huma.Operation{OperationID: "complain", Method: http.MethodPost}, "acting.power"},
		{authn.PowerApply, huma.Operation{OperationID: "endRelation", Method: http.MethodPost}, "acting.self"},
		{"", huma.Operation{OperationID: "listMyLicenses", Method: http.MethodGet}, "acting.over"},
		{"", huma.Operation{OperationID: "getMyAppeal", Method: http.MethodGet}, "acting.over"},
		{"", huma.Operation{OperationID: "setActing", Method: http.MethodPost}, ""},
	} {
		a := &authn.Actor{Roles: []string{RoleHolder}, Acting: &authn.Acting{}}
		if c.power != "" {
			a.Acting.Powers = []string{c.power}
		}
		err := mayActing(a, c.op)
		if c.code == "" && err != nil || c.code != "" && errs.Code(err) != c.code {
			t.Errorf("%s with %q: %v, want %q", c.op.OperationID, c.power, err, c.code)
		}
	}
}
