package httpapi

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strconv"
	"strings"
	"sync"

	"github.com/danielgtaylor/huma/v2"
	"golang.org/x/text/language"

	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/errs"
)

// Problem is the answer to a request that was refused or failed (RFC 9457), in Chinese and English. It carries
// nothing of what the client sent.
type Problem struct {
	Type      string         `json:"type" doc:"Where the code is explained, relative to this server." example:"/docs#case.closed"`
	Title     string         `json:"title" doc:"The name of the HTTP status."`
	Status    int            `json:"status" doc:"The HTTP status."`
	Detail    string         `json:"detail" doc:"What went wrong, in the language of Accept-Language (Chinese if it names neither)."`
	Code      string         `json:"code" doc:"Stable code for programs." example:"case.closed"`
	Zh        string         `json:"zh" doc:"The words in Chinese."`
	En        string         `json:"en" doc:"The words in English."`
	Errors    []FieldProblem `json:"errors,omitempty" doc:"The fields to blame, where there are any."`
	Confirm   []string       `json:"confirm,omitempty" enum:"totp,passkey,face" doc:"With authn.confirm: the ways in which the account can confirm itself; absent: it must enrol one first."`
	Reference string         `json:"reference,omitempty" doc:"Names this request in the service's log; give it to the operators."`
}

// FieldProblem is one field that breaks a rule. The value itself is never repeated.
type FieldProblem struct {
	Field string `json:"field" doc:"Which field, as a path." example:"applicant.code"`
	Code  string `json:"code" doc:"Stable code of the rule." example:"field.required"`
	Zh    string `json:"zh"`
	En    string `json:"en"`
}

// Error is the code; it satisfies huma.StatusError.
func (p *Problem) Error() string { return p.Code }

// GetStatus is the HTTP status.
func (p *Problem) GetStatus() int { return p.Status }

// ContentType names the media type of RFC 9457.
func (p *Problem) ContentType(ct string) string {
	if ct == "application/json" {
		return "application/problem+json"
	}
	return ct
}

// installProblems makes Problem huma's error type. huma keeps it in package variables; they are set once, to
// the same functions whoever asks.
var installProblems = sync.OnceFunc(func() {
	huma.NewError = func(status int, msg string, causes ...error) huma.StatusError {
		return fromHuma(context.Background(), language.Chinese, status, msg, causes)
	}
	huma.NewErrorWithContext = func(ctx huma.Context, status int, msg string, causes ...error) huma.StatusError {
		p := fromHuma(ctx.Context(), preferred(ctx.Header("Accept-Language")), status, msg, causes)
		for k, v := range retryHeader(causes) {
			ctx.SetHeader(k, v)
		}
		return p
	}
	// Without this, "ACCOUNT" would pass for "account".
	huma.ValidateStrictCasing = true
	// Lists are never null, so that clients need not ask. Handlers make empty ones.
	huma.DefaultArrayNullable = false
})

// Status is the HTTP status that an error is answered with.
func Status(err error) int { return statusOf(errs.Of(err).Kind) }

// statusOf maps the kinds of domain errors to HTTP. It is the only place that does.
func statusOf(k errs.Kind) int {
	switch k {
	case errs.Invalid:
		return http.StatusUnprocessableEntity
	case errs.Unauthenticated:
		return http.StatusUnauthorized
	case errs.Denied:
		return http.StatusForbidden
	case errs.NotFound:
		return http.StatusNotFound
	case errs.Conflict:
		return http.StatusConflict
	case errs.Gone:
		return http.StatusGone
	case errs.TooLarge:
		return http.StatusRequestEntityTooLarge
	case errs.Limited:
		return http.StatusTooManyRequests
	case errs.Unavailable:
		return http.StatusServiceUnavailable
	case errs.Internal:
		return http.StatusInternalServerError
	}
	return http.StatusInternalServerError
}

// languages are those the product speaks; the first is spoken to whoever asks for neither.
var languages = language.NewMatcher([]language.Tag{language.Chinese, language.English})

// preferred is the language to answer an Accept-Language header in.
func preferred(accept string) language.Tag {
	tags, _, err := language.ParseAcceptLanguage(accept)
	if err != nil || len(tags) == 0 {
		return language.Chinese
	}
	if _, i, confidence := languages.Match(tags...); i == 1 && confidence > language.No {
		return language.English
	}
	return language.Chinese
}

// plain makes a problem of a status and a code that has words.
func plain(lang language.Tag, status int, code string, args map[string]string) *Problem {
	p := &Problem{
		Type: "/docs#" + code, Title: http.StatusText(status), Status: status, Code: code,
		Zh: errs.Text(code, "zh", args), En: errs.Text(code, "en", args),
	}
	p.Detail = p.Zh
	if lang == language.English {
		p.Detail = p.En
	}
	return p
}

// fromError maps an error of the domain. An error of no known kind becomes "internal" and its cause goes to
// the log only.
func fromError(ctx context.Context, lang language.Tag, err error) *Problem {
	e := errs.Of(err)
	if !errs.Known(e.Code) {
		e = errs.New(errs.Internal, "internal").Wrap(err)
	}
	if db.IsNoText(err) {
		e = errs.New(errs.Invalid, "body.text") // the cause repeats bytes of what was sent
		err = e
	}
	if max, ok := errors.AsType[*http.MaxBytesError](err); ok {
		e = errs.New(errs.TooLarge, "body.too-large").Wrap(max)
	}
	p := plain(lang, statusOf(e.Kind), e.Code, e.Args)
	if ways := e.Args["ways"]; ways != "" {
		p.Confirm = strings.Split(ways, ",")
	}
	if e.Field != "" {
		p.Errors = []FieldProblem{{Field: shownName(e.Field), Code: e.Code, Zh: p.Zh, En: p.En}}
	}
	note(ctx, p, err)
	return p
}

// fromHuma maps what huma reports: the handlers' own errors, and its complaints about a request.
func fromHuma(ctx context.Context, lang language.Tag, status int, msg string, causes []error) *Problem {
	if len(causes) == 1 {
		if _, ours := errors.AsType[*errs.Error](causes[0]); ours || status == http.StatusInternalServerError {
			return fromError(ctx, lang, causes[0])
		}
	}
	p := plain(lang, status, requestCode(status, causes), nil)
	for _, c := range causes {
		if f, ok := fieldProblem(c); ok {
			p.Errors = append(p.Errors, f)
		}
	}
	note(ctx, p, nil)
	return p
}

// requestCode names what is wrong with a request as a whole.
func requestCode(status int, causes []error) string {
	switch status {
	case http.StatusBadRequest:
		if len(causes) == 0 {
			return "field.required" // huma's only bare 400: the body is missing
		}
		return "body.syntax"
	case http.StatusUnauthorized:
		return "unauthenticated"
	case http.StatusForbidden:
		return "denied"
	case http.StatusNotFound:
		return "not-found"
	case http.StatusMethodNotAllowed:
		return "method.unknown"
	case http.StatusNotAcceptable:
		return "accept.unknown"
	case http.StatusRequestTimeout:
		return "body.slow"
	case http.StatusConflict:
		return "conflict"
	case http.StatusRequestEntityTooLarge:
		return "body.too-large"
	case http.StatusUnsupportedMediaType:
		return "body.media"
	case http.StatusUnprocessableEntity:
		return "body.invalid"
	case http.StatusTooManyRequests:
		return "rate.limited"
	case http.StatusServiceUnavailable:
		return "unavailable"
	}
	return "internal"
}

// retryHeader tells a locked-out client when to come back.
func retryHeader(causes []error) map[string]string {
	for _, c := range causes {
		e, ok := errors.AsType[*errs.Error](c)
		if !ok || e.Kind != errs.Limited {
			continue
		}
		if minutes, err := strconv.Atoi(e.Args["minutes"]); err == nil {
			return map[string]string{"Retry-After": strconv.Itoa(60 * minutes)}
		}
	}
	return nil
}

// WriteProblem answers a request outside huma with the problem of err.
func WriteProblem(w http.ResponseWriter, r *http.Request, err error) {
	writeProblem(w, r, fromError(r.Context(), preferred(r.Header.Get("Accept-Language")), err))
}

func writeProblem(w http.ResponseWriter, r *http.Request, p *Problem) {
	note(r.Context(), p, nil)
	w.Header().Set("Content-Type", "application/problem+json")
	w.WriteHeader(p.Status)
	if r.Method != http.MethodHead {
		_ = json.NewEncoder(w).Encode(p)
	}
}

// fieldName is huma's location without the part of the request it begins with: "body.applicant.code" is the
// field "applicant.code" to the client.
func fieldName(location string) string {
	_, rest, found := strings.Cut(location, ".")
	if !found {
		return ""
	}
	return shownName(rest)
}

// shownName is a path to a field as it may be told. Names the client made up are shown only if they look like
// names, for people do paste values into the wrong place.
func shownName(path string) string {
	parts := strings.Split(path, ".")
	for i, part := range parts {
		if !namelike.MatchString(part) {
			parts[i] = "*"
		}
	}
	return strings.Join(parts, ".")
}
