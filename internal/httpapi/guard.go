package httpapi

import (
	"context"
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"github.com/yinxin-org/yinxin/internal/authn"
	"github.com/yinxin-org/yinxin/internal/errs"
)

const sessionScheme = "session"

// Extensions of the document: who may call an operation, and how.
const (
	extRoles = "x-roles" // the roles, any of which suffices; empty: every signed-in account
	extOpen  = "x-open"  // true: no sign-in needed

	extConfirm = "x-confirm" // true: the session must have been confirmed strongly a short while ago
)

// The roles of accounts (岗位), as package authn keeps them.
const (
	RoleClerk    = authn.RoleClerk
	RoleApprover = authn.RoleApprover
	RoleReviewer = authn.RoleReviewer
	RoleVerifier = authn.RoleVerifier
	RoleHolder   = authn.RoleHolder
	RoleCatalog  = authn.RoleCatalog
	RoleDigital  = authn.RoleDigital
	RoleMatters  = authn.RoleMatters
	RoleAdmin    = authn.RoleAdmin

	RoleSupervisor = authn.RoleSupervisor

	RoleSealManager = authn.RoleSealManager
	RoleSealUser    = authn.RoleSealUser
	RoleSealAuditor = authn.RoleSealAuditor
)

// require closes an operation to all but signed-in accounts that hold one of the roles; without roles, any
// account may call it. Whoever must first enrol a factor anew is left with the latter. The handler finds the account by actorFrom.
func require(api huma.API, op huma.Operation, roles ...string) huma.Operation {
	op = answers(op)
	op.Security = []map[string][]string{{sessionScheme: {}}}
	op.Extensions = withExtension(op.Extensions, extRoles, append([]string{}, roles...))
	op.Errors = append(op.Errors, http.StatusUnauthorized)
	if len(roles) > 0 {
		op.Errors = append(op.Errors, http.StatusForbidden)
	}
	op.Middlewares = append(op.Middlewares, func(ctx huma.Context, next func(huma.Context)) {
		actor := actorFrom(ctx.Context())
		switch {
		case actor == nil:
			_ = huma.WriteErr(api, ctx, http.StatusUnauthorized, "", errs.New(errs.Unauthenticated, "unauthenticated"))
		case len(roles) > 0 && !actor.Has(roles...):
			_ = huma.WriteErr(api, ctx, http.StatusForbidden, "", errs.New(errs.Denied, "denied"))
		case len(roles) > 0 && actor.MustEnrol:
			_ = huma.WriteErr(api, ctx, http.StatusForbidden, "", errs.New(errs.Denied, "authn.enrol"))
		default:
			if err := mayActing(actor, op); len(roles) > 0 && err != nil {
				_ = huma.WriteErr(api, ctx, http.StatusForbidden, "", err)
				return
			}
			next(ctx)
		}
	})
	return op
}

// confirmed closes an operation that was require(…)d also to sessions that were not confirmed strongly a short while ago
// (强确认): what gives power over data, seals or other people's rights is not done by whoever finds a screen unlocked.
func confirmed(api huma.API, d Deps, op huma.Operation) huma.Operation {
	return strong(api, op, d.Accounts.MustBeStrong)
}

// ending is confirmed for what only ends a power that others have: who waits after a reset may do it in person.
func ending(api huma.API, d Deps, op huma.Operation) huma.Operation {
	return strong(api, op, d.Accounts.MustBeStrongToEnd)
}

func strong(api huma.API, op huma.Operation, must func(context.Context, *authn.Actor) error) huma.Operation {
	op.Extensions = withExtension(op.Extensions, extConfirm, true)
	if !slices.Contains(op.Errors, http.StatusForbidden) {
		op.Errors = append(op.Errors, http.StatusForbidden)
	}
	op.Middlewares = append(op.Middlewares, func(ctx huma.Context, next func(huma.Context)) {
		if err := must(ctx.Context(), actorFrom(ctx.Context())); err != nil {
			_ = huma.WriteErr(api, ctx, Status(err), "", err)
			return
		}
		next(ctx)
	})
	return op
}

// open says that an operation needs no sign-in, on purpose.
func open(op huma.Operation) huma.Operation {
	op = answers(op)
	op.Extensions = withExtension(op.Extensions, extOpen, true)
	return op
}

// answers declares what any operation of its kind may answer besides what it is for: whoever reads the document learns of every
// status that can come.
func answers(op huma.Operation) huma.Operation {
	all := []int{http.StatusUnprocessableEntity, http.StatusTooManyRequests, http.StatusForbidden, http.StatusInternalServerError, http.StatusServiceUnavailable}
	if strings.Contains(op.Path, "{") {
		all = append(all, http.StatusNotFound, http.StatusGone)
	}
	if op.Method != http.MethodGet {
		all = append(all, http.StatusBadRequest, http.StatusNotFound, http.StatusRequestTimeout, http.StatusConflict, http.StatusRequestEntityTooLarge, http.StatusUnsupportedMediaType)
	}
	op.Errors = slices.Compact(slices.Sorted(slices.Values(slices.Concat(op.Errors, all))))
	return op
}

func withExtension(m map[string]any, key string, value any) map[string]any {
	out := maps.Clone(m)
	if out == nil {
		out = map[string]any{}
	}
	out[key] = value
	return out
}

// authenticate finds whose session a request carries. A session that has ended is no error here: the request
// is then nobody's, which open operations accept.
func authenticate(api huma.API, sessions Sessions) func(huma.Context, func(huma.Context)) {
	return func(ctx huma.Context, next func(huma.Context)) {
		cookie, err := huma.ReadCookie(ctx, authn.CookieName)
		if err != nil || cookie.Value == "" {
			next(ctx)
			return
		}
		s := scopeFrom(ctx.Context())
		s.token = cookie.Value
		actor, err := sessions.Actor(ctx.Context(), s.token)
		if err != nil && errs.Of(err).Kind != errs.Unauthenticated {
			_ = huma.WriteErr(api, ctx, http.StatusInternalServerError, "", err)
			return
		}
		s.actor = actor
		next(ctx)
	}
}
