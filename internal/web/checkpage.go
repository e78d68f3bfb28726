package web

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strings"

	"github.com/yinxin-org/yinxin/internal/errs"
	"github.com/yinxin-org/yinxin/internal/httpapi"
)

type checkData struct {
	FileError string
	CodeError string
}

func (s *Site) checkForm(w http.ResponseWriter, r *http.Request) {
	p := s.open(w, r)
	p.Data = checkData{}
	s.render(w, http.StatusOK, "check", p)
}

// checkFile judges an uploaded license file. The file stays in memory and is forgotten with the answer.
func (s *Site) checkFile(w http.ResponseWriter, r *http.Request) {
	select {
	case s.files <- struct{}{}:
		defer func() { <-s.files }()
	case <-r.Context().Done():
		return
	}
	body, use, err := uploaded(r)
	if err == nil {
		var v FileVerdict
		if v, err = s.deps.Checker.File(r.Context(), body, use); err == nil {
			p := s.open(w, r)
			p.Data = v
			name := "file"
			if v.PDF != nil {
				name = "pdf"
			}
			s.render(w, http.StatusOK, name, p)
			return
		}
	}
	e := errs.Of(err)
	if e.Kind == errs.Internal {
		s.Error(w, r, err)
		return
	}
	p := s.open(w, r)
	p.Data = checkData{FileError: errs.Text(e.Code, p.Lang, e.Args)}
	s.render(w, httpapi.Status(err), "check", p)
}

var (
	errNoFile   = errs.New(errs.Invalid, "file.none")
	errTooLarge = errs.New(errs.TooLarge, "file.too-large")
)

// uploaded reads the field "file" of a form, and before it for what the file is wanted. It does not use
// ParseMultipartForm, which would leave people's licenses in temporary files.
func uploaded(r *http.Request) ([]byte, Intended, error) {
	form, err := r.MultipartReader()
	if err != nil {
		return nil, Intended{}, errNoFile
	}
	var use Intended
	for {
		part, err := form.NextPart()
		if errors.Is(err, io.EOF) {
			return nil, use, errNoFile
		}
		if err != nil {
			return nil, use, uploadError(err)
		}
		switch part.FormName() {
		case "unit":
			use.Unit, err = short(part)
		case "case":
			use.CaseNo, err = short(part)
		case "file":
			body, err := whole(part)
			return body, use, err
		}
		if err != nil {
			return nil, use, err
		}
	}
}

// shortMost bounds a field that somebody types.
const shortMost = 600

func short(part io.Reader) (string, error) {
	text, err := io.ReadAll(io.LimitReader(part, shortMost))
	if err != nil {
		return "", uploadError(err)
	}
	return strings.TrimSpace(string(text)), nil
}

func whole(part io.Reader) ([]byte, error) {
	body, err := io.ReadAll(io.LimitReader(part, httpapi.MaxFile+1))
	switch {
	case err != nil:
		return nil, uploadError(err)
	case len(body) > httpapi.MaxFile:
		return nil, errTooLarge
	case len(body) == 0:
		return nil, errNoFile
	}
	return body, nil
}

func uploadError(err error) error {
	if _, ok := errors.AsType[*http.MaxBytesError](err); ok {
		return errTooLarge
	}
	return errs.New(errs.Invalid, "file.broken").Wrap(err)
}

// tokenForm is what a token may look like; the Checker knows which exist.
var tokenForm = regexp.MustCompile(`^[A-Za-z0-9_-]{8,128}$`)

// checkCode takes a code that was typed or a link that was pasted and leads to its page. It shows nothing itself.
func (s *Site) checkCode(w http.ResponseWriter, r *http.Request) {
	target, err := s.findCode(r.Context(), r.PostFormValue("code"))
	if err == nil {
		//nolint:gosec // findCode gives /v/ or /s/ and a token, never another host
		http.Redirect(w, r, target, http.StatusSeeOther)
		return
	}
	e := errs.Of(err)
	if e.Kind == errs.Internal {
		s.Error(w, r, err)
		return
	}
	p := s.open(w, r)
	p.Data = checkData{CodeError: errs.Text(e.Code, p.Lang, e.Args)}
	s.render(w, httpapi.Status(err), "check", p)
}

// findCode gives the local page of a code. Of a link only the path counts: it is this server that answers.
func (s *Site) findCode(ctx context.Context, code string) (string, error) {
	code = strings.TrimSpace(code)
	if u, err := url.Parse(code); err == nil && u.Host != "" {
		code = u.Path
	}
	for _, prefix := range []string{"/v/", "/s/"} {
		if token, ok := strings.CutPrefix(code, prefix); ok && tokenForm.MatchString(token) {
			return prefix + token, nil
		}
	}
	if !tokenForm.MatchString(code) {
		return "", errs.New(errs.NotFound, "present.unknown")
	}
	_, err := s.deps.Checker.Static(ctx, code)
	if err == nil {
		return "/v/" + code, nil
	}
	if errs.Of(err).Kind != errs.NotFound {
		return "", err
	}
	if _, err := s.deps.Checker.Peek(ctx, code); err != nil {
		return "", err
	}
	return "/s/" + code, nil
}

// static shows what a code printed on a face tells: state and type.
func (s *Site) static(w http.ResponseWriter, r *http.Request) {
	v, err := s.deps.Checker.Static(r.Context(), r.PathValue("token"))
	if err != nil {
		s.Error(w, r, err)
		return
	}
	p := s.open(w, r)
	p.Data = v
	s.render(w, http.StatusOK, "static", p)
}

type peekData struct {
	PeekView
	Next string // this page, to come back to after signing in
}

// peek shows what a check will do, and consumes nothing: cameras and mail scanners open links unasked.
func (s *Site) peek(w http.ResponseWriter, r *http.Request) {
	v, err := s.deps.Checker.Peek(r.Context(), r.PathValue("token"))
	if err != nil {
		s.Error(w, r, err)
		return
	}
	p := s.open(w, r)
	p.Data = peekData{PeekView: v, Next: r.URL.EscapedPath()}
	s.render(w, http.StatusOK, "peek", p)
}

// maxPurpose is in characters.
const maxPurpose = 60

// check redeems a presentation.
func (s *Site) check(w http.ResponseWriter, r *http.Request) {
	purpose := strings.TrimSpace(r.PostFormValue("purpose"))
	if len([]rune(purpose)) > maxPurpose {
		s.Error(w, r, errs.New(errs.Invalid, "field.too-long").With("max", "60"))
		return
	}
	actor, _, err := s.actor(r)
	if err != nil {
		s.Error(w, r, err)
		return
	}
	v, err := s.deps.Checker.Check(r.Context(), actor, r.PathValue("token"), purpose)
	switch {
	case err == nil:
		p := s.open(w, r)
		p.Data = v
		s.render(w, http.StatusOK, "verdict", p)
	case errs.Of(err).Kind == errs.Unauthenticated:
		http.Redirect(w, r, "/login?"+url.Values{"next": {r.URL.EscapedPath()}}.Encode(), http.StatusSeeOther)
	default:
		s.Error(w, r, err)
	}
}
