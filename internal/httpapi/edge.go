package httpapi

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/netip"
	"runtime"
	"runtime/debug"
	"strings"
	"time"

	"github.com/yinxin-org/yinxin/internal/clock"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/errs"
	"github.com/yinxin-org/yinxin/internal/inspection"
	"github.com/yinxin-org/yinxin/internal/upload"
)

// The largest bodies taken, in bytes.
const (
	MaxBody = 1 << 20  // any request
	MaxFile = 20 << 20 // a license file to verify, a spreadsheet to import
)

// formSlack is what a form adds around a file.
const formSlack = 64 << 10

// Edge is what stands between the network and the operations and pages: request ids, the access log, security
// headers, refusal of other sites' requests, limits on rate and size, and recovery from panics.
type Edge struct {
	Log   *slog.Logger
	Clock clock.Clock
	// Secure says that clients reach the service by TLS that ends before this process.
	Secure bool
	// Proxies are the reverse proxies whose X-Forwarded-For is believed.
	Proxies []netip.Prefix
	// PageError answers a page request that the edge refuses; the JSON interface gets problems.
	PageError func(w http.ResponseWriter, r *http.Request, err error)
	// Limits per client address; zero means DefaultLimits.
	Limits Limits
}

// Handler puts the edge before next, which must be the mux itself, so that the log can name the route.
func (e Edge) Handler(next http.Handler) http.Handler {
	if e.Limits == (Limits{}) {
		e.Limits = DefaultLimits
	}
	limiter := newLimiter(e.Clock, e.Limits)
	origin := http.NewCrossOriginProtection()

	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s := &scope{id: db.NewID(), secure: e.Secure || r.TLS != nil, client: clientAddr(r, e.Proxies)}
		r = r.WithContext(context.WithValue(r.Context(), scopeKey{}, s))
		rec := &recorder{ResponseWriter: w}
		began := time.Now()
		defer func() { e.finish(rec, r, s, began, recover()) }()

		securityHeaders(rec.Header(), r.URL.Path, s)
		if err := origin.Check(r); err != nil {
			e.refuse(rec, r, errs.New(errs.Denied, "request.origin"))
			return
		}
		if !limiter.allow(classOf(r), s.client) {
			rec.Header().Set("Retry-After", "60")
			e.refuse(rec, r, errs.New(errs.Limited, "rate.limited"))
			return
		}
		r.Body = http.MaxBytesReader(rec, r.Body, bodyLimit(r))
		next.ServeHTTP(rec, r)
	})
}

// finish answers a panic and writes the access log. The log names the route, never the address itself: paths
// carry tokens and numbers.
func (e Edge) finish(rec *recorder, r *http.Request, s *scope, began time.Time, panicked any) {
	if panicked != nil {
		if err, ok := panicked.(error); ok && errors.Is(err, http.ErrAbortHandler) {
			panic(http.ErrAbortHandler) //nolint:forbidigo // how net/http drops a connection
		}
		s.cause = panicCause(panicked)
		if rec.status == 0 {
			e.refuse(rec, r, errs.New(errs.Internal, "internal").Wrap(s.cause))
		}
	}
	route := r.Pattern
	if route == "" {
		route = r.Method + " (none)"
	}
	attrs := []slog.Attr{
		slog.String("id", s.id), slog.String("method", r.Method), slog.String("route", route),
		slog.Int("status", rec.code()), slog.Int64("bytes", rec.bytes), slog.Float64("ms", float64(time.Since(began).Microseconds())/1000),
	}
	if s.code != "" {
		attrs = append(attrs, slog.String("code", s.code))
	}
	level := slog.LevelInfo
	if s.cause != nil {
		level = slog.LevelError
		attrs = append(attrs, slog.String("cause", s.cause.Error()))
	}
	if panicked != nil {
		attrs = append(attrs, slog.String("stack", string(debug.Stack())))
	}
	e.Log.LogAttrs(r.Context(), level, "request", attrs...)
}

// panicCause keeps what the runtime says of a panic. Other values may hold anything, so only their being is told.
func panicCause(v any) error {
	if err, ok := v.(runtime.Error); ok {
		return err
	}
	return errors.New("panic")
}

func (e Edge) refuse(w http.ResponseWriter, r *http.Request, err error) {
	if e.PageError == nil || strings.HasPrefix(r.URL.Path, "/api/") {
		WriteProblem(w, r, err)
		return
	}
	scopeFrom(r.Context()).code = errs.Code(err)
	e.PageError(w, r, err)
}

// contentSecurity lets a page load only what this server itself serves. WebAssembly is for the reader of
// QR codes, inline styles are for the component libraries of the two applications.
const contentSecurity = "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self' 'unsafe-inline'; " +
	"img-src 'self' data: blob:; frame-ancestors 'none'; base-uri 'none'; form-action 'self'; object-src 'none'"

// consoleSecurity lets the console also ask the reader of identity cards on the clerk's own machine.
const consoleSecurity = contentSecurity + "; connect-src 'self' http://127.0.0.1:17777"

func securityHeaders(h http.Header, path string, s *scope) {
	h.Set("Content-Security-Policy", contentSecurity)
	if path == "/console" || strings.HasPrefix(path, "/console/") {
		h.Set("Content-Security-Policy", consoleSecurity)
	}
	h.Set("X-Content-Type-Options", "nosniff")
	// Not no-referrer: under it browsers send "Origin: null" with forms, which would look like another site's.
	h.Set("Referrer-Policy", "same-origin")
	h.Set("Permissions-Policy", "camera=(self), geolocation=(), microphone=()")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("Cache-Control", "no-store") // assets set their own
	h.Set("X-Request-Id", s.id)
	if s.secure {
		h.Set("Strict-Transport-Security", "max-age=31536000")
	}
}

func bodyLimit(r *http.Request) int64 {
	switch r.Method + " " + r.URL.Path {
	case "POST /api/v1/verify", "POST /api/v1/imports":
		return MaxFile + 1 // huma refuses at its own limit first
	case "POST " + departmentPath + "verifyFile":
		return departmentMost + 1
	case "POST /api/v1/batches":
		return MaxBatch + 1
	case "POST /check":
		return MaxFile + formSlack
	}
	if r.Method == http.MethodPost && strings.HasPrefix(r.URL.Path, "/api/v1/me/applications/") && strings.Contains(r.URL.Path, "/attachments/") {
		return upload.Max + 1
	}
	if r.Method == http.MethodPost && strings.HasPrefix(r.URL.Path, "/api/v1/me/licenses/") && strings.HasSuffix(r.URL.Path, "/inspection") {
		return inspection.MaxBody + 1
	}
	if r.Method == http.MethodPost && strings.HasPrefix(r.URL.Path, "/api/v1/batches/") && strings.HasSuffix(r.URL.Path, "/corrections") {
		return MaxBatch + 1
	}
	return MaxBody + 1
}

// recorder remembers what was answered.
type recorder struct {
	http.ResponseWriter
	status int
	bytes  int64
}

func (r *recorder) WriteHeader(status int) {
	if r.status == 0 && status >= 200 {
		r.status = status
	}
	r.ResponseWriter.WriteHeader(status)
}

func (r *recorder) Write(b []byte) (int, error) {
	if r.status == 0 {
		r.status = http.StatusOK
	}
	n, err := r.ResponseWriter.Write(b)
	r.bytes += int64(n)
	return n, err
}

// Unwrap lets http.ResponseController reach the connection.
func (r *recorder) Unwrap() http.ResponseWriter { return r.ResponseWriter }

func (r *recorder) code() int {
	if r.status == 0 {
		return http.StatusOK
	}
	return r.status
}
