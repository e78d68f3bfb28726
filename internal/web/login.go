package web

import (
	"net/http"
	"net/url"
	"strings"

	"github.com/yinxin-org/yinxin/internal/authn"
	"github.com/yinxin-org/yinxin/internal/errs"
	"github.com/yinxin-org/yinxin/internal/httpapi"
)

type loginData struct {
	Account string // what was typed, to be corrected
	Next    string
	Error   string
}

// localPath is next if it leads to a page of this server, and "" otherwise: a link to the sign-in page must not
// send people to another site afterwards.
func localPath(next string) string {
	if !strings.HasPrefix(next, "/") || strings.HasPrefix(next, "//") || strings.ContainsAny(next, "\\\r\n\t") {
		return ""
	}
	u, err := url.Parse(next)
	if err != nil || u.Scheme != "" || u.Host != "" || u.User != nil {
		return ""
	}
	return next
}

// home is where an account begins.
func home(a *authn.Actor) string {
	if a.Kind == authn.KindStaff {
		return "/console/"
	}
	return "/m/"
}

func (s *Site) loginForm(w http.ResponseWriter, r *http.Request) {
	p := s.open(w, r)
	p.Data = loginData{Next: localPath(r.URL.Query().Get("next"))}
	s.render(w, http.StatusOK, "login", p)
}

func (s *Site) login(w http.ResponseWriter, r *http.Request) {
	if err := r.ParseForm(); err != nil {
		s.Error(w, r, errs.New(errs.Invalid, "body.invalid"))
		return
	}
	data := loginData{Account: r.PostForm.Get("account"), Next: localPath(r.PostForm.Get("next"))}
	session, err := s.deps.Sessions.SignIn(r.Context(), data.Account, r.PostForm.Get("password"))
	if err != nil {
		s.loginFailed(w, r, data, err)
		return
	}
	if old := authn.Token(r); old != "" {
		if err := s.deps.Sessions.SignOut(r.Context(), old); err != nil {
			s.Error(w, r, err)
			return
		}
	}
	http.SetCookie(w, session.Cookie(httpapi.Secure(r.Context())))
	next := data.Next
	if next == "" {
		next = home(session.Actor)
	}
	http.Redirect(w, r, next, http.StatusSeeOther)
}

// loginFailed shows the form again. The password is not kept.
func (s *Site) loginFailed(w http.ResponseWriter, r *http.Request, data loginData, err error) {
	e := errs.Of(err)
	if e.Kind == errs.Internal {
		s.Error(w, r, err)
		return
	}
	p := s.open(w, r)
	data.Error = errs.Text(e.Code, p.Lang, e.Args)
	p.Data = data
	s.render(w, httpapi.Status(err), "login", p)
}

func (s *Site) logout(w http.ResponseWriter, r *http.Request) {
	if token := authn.Token(r); token != "" {
		if err := s.deps.Sessions.SignOut(r.Context(), token); err != nil {
			s.Error(w, r, err)
			return
		}
	}
	http.SetCookie(w, authn.NoCookie(httpapi.Secure(r.Context())))
	http.Redirect(w, r, "/", http.StatusSeeOther)
}
