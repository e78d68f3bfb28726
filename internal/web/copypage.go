package web

import (
	"context"
	"net/http"
	"strings"
	"time"

	"github.com/yinxin-org/yinxin/internal/authn"
	"github.com/yinxin-org/yinxin/internal/errs"
	"github.com/yinxin-org/yinxin/internal/httpapi"
)

// Copies answers the pages by which a license leaves the platform as a file or on paper.
type Copies interface {
	// Look tells what a link of a share (授权下载) leads to. It consumes nothing. A share that is over is refused.
	Look(ctx context.Context, token string) (ShareView, error)
	// Download gives the file, "ofd" or "pdf", and records the use. A wrong code is refused with share.code.
	Download(ctx context.Context, actor *authn.Actor, token, code, format string) ([]byte, error)
	// Print tells what stands around the picture of an own license on paper. The look is recorded.
	Print(ctx context.Context, actor *authn.Actor, licenseID string) (PrintView, error)
}

// ShareView is what a receiver sees before the download. It does not say whose license it is.
type ShareView struct {
	Type     Text
	Receiver string
	Purpose  string
	Expires  time.Time
	Left     int // downloads
	Tries    int
}

// PrintView is a license for printing.
type PrintView struct {
	Type       Text
	State      State
	Picture    string // local address of the face
	Identifier string
	Code       string // printed below the face, for who cannot scan
	CheckURL   string
	At         time.Time
	RecordNo   string
}

type shareData struct {
	ShareView
	CodeError string
}

// shared shows what a link leads to and consumes nothing.
func (s *Site) shared(w http.ResponseWriter, r *http.Request) { s.showShared(w, r, nil) }

func (s *Site) showShared(w http.ResponseWriter, r *http.Request, wrong error) {
	v, err := s.deps.Copies.Look(r.Context(), r.PathValue("token"))
	if err != nil {
		s.Error(w, r, err)
		return
	}
	p, status := s.open(w, r), http.StatusOK
	data := shareData{ShareView: v}
	if wrong != nil {
		e := errs.Of(wrong)
		data.CodeError, status = errs.Text(e.Code, p.Lang, e.Args), httpapi.Status(wrong)
	}
	p.Data = data
	s.render(w, status, "shared", p)
}

// download gives the file to whoever has the code.
func (s *Site) download(w http.ResponseWriter, r *http.Request) {
	actor, _, err := s.actor(r)
	if err != nil {
		s.Error(w, r, err)
		return
	}
	format := r.PostFormValue("format")
	file, err := s.deps.Copies.Download(r.Context(), actor, r.PathValue("token"), strings.TrimSpace(r.PostFormValue("code")), format)
	switch {
	case errs.Code(err) == "share.code":
		s.showShared(w, r, err)
	case err != nil:
		s.Error(w, r, err)
	default:
		kind := map[string]string{"ofd": "application/ofd", "pdf": "application/pdf"}[format]
		w.Header().Set("Content-Type", kind)
		w.Header().Set("Content-Disposition", `attachment; filename="license-copy.`+format+`"`)
		w.Header().Set("Cache-Control", "no-store")
		_, _ = w.Write(file) //nolint:gosec // a file of ours under its own content type and nosniff
	}
}

// print shows an own license as it goes on paper.
func (s *Site) print(w http.ResponseWriter, r *http.Request) {
	actor, _, err := s.actor(r)
	if err != nil {
		s.Error(w, r, err)
		return
	}
	if !actor.Has(authn.RoleHolder) {
		http.Redirect(w, r, "/login?next="+r.URL.EscapedPath(), http.StatusSeeOther) //nolint:gosec // always our own login page
		return
	}
	v, err := s.deps.Copies.Print(r.Context(), actor, r.PathValue("license"))
	if err != nil {
		s.Error(w, r, err)
		return
	}
	p := s.open(w, r)
	p.Data = v
	s.render(w, http.StatusOK, "print", p)
}
