package httpapi

import (
	"context"
	"net/netip"

	"github.com/yinxin-org/yinxin/internal/authn"
)

// scope is what the edge knows of one request. It belongs to the goroutine that serves the request.
type scope struct {
	id     string // names the request in the log and in problems
	secure bool   // the client came by TLS, here or before us
	client netip.Addr
	token  string // of the session the request carries; may have ended
	actor  *authn.Actor
	code   string // of the problem that was answered
	cause  error  // of an answer that is our fault
}

type scopeKey struct{}

func scopeFrom(ctx context.Context) *scope {
	if s, ok := ctx.Value(scopeKey{}).(*scope); ok {
		return s
	}
	return &scope{}
}

// RequestID names the request that ctx belongs to; "" outside an Edge.
func RequestID(ctx context.Context) string { return scopeFrom(ctx).id }

// Secure reports whether the client of the request came by TLS, so that cookies can be bound to it.
func Secure(ctx context.Context) bool { return scopeFrom(ctx).secure }

// actorFrom is the account that made the request; nil if nobody is signed in. In an operation that is
// require(…)d it is never nil.
func actorFrom(ctx context.Context) *authn.Actor { return scopeFrom(ctx).actor }

// note writes a problem's reference into it, and what the log should know into the scope.
func note(ctx context.Context, p *Problem, cause error) {
	s := scopeFrom(ctx)
	p.Reference = s.id
	s.code = p.Code
	if p.Status >= 500 && cause != nil {
		s.cause = cause
	}
}
