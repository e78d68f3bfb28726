// Package web serves the pages that need no scripts: the portal, signing in, checking a file or a code, service
// guides and lists, help and errors; and it serves the two applications for the browser, which are built elsewhere and embedded here.
//
// Whatever a phone's camera can open is a page of this package: a GET shows and changes nothing, a POST does.
// Pages are Chinese first, English on request; both and the large type are remembered by cookies.
package web

import (
	"context"
	"fmt"
	"html/template"
	"net/http"

	"github.com/yinxin-org/yinxin/internal/authn"
	"github.com/yinxin-org/yinxin/internal/errs"
)

// Sessions signs people in and out. authn.Service does it.
type Sessions interface {
	SignIn(ctx context.Context, login, password string) (authn.Session, error)
	Actor(ctx context.Context, token string) (*authn.Actor, error)
	SignOut(ctx context.Context, token string) error
}

// Deps are the parts of the product the pages call.
type Deps struct {
	Sessions  Sessions
	Checker   Checker
	Copies    Copies
	Directory Directory
	Prover    Prover
	Evidence  Evidence
	Demo      bool // the data are a demonstration's, and every page says so
}

// Site is the set of pages.
type Site struct {
	deps   Deps
	pages  map[string]*template.Template
	assets map[string]*file
	files  chan struct{} // places to upload a file: each holds it in memory
}

// filesAtOnce bounds the uploads under way, at up to 20 MB each. Slow ones hold a place until the server's read
// timeout, so there are many.
const filesAtOnce = 32

// New registers the pages on mux. It fails only if something compiled in is broken.
func New(mux *http.ServeMux, d Deps) (*Site, error) {
	assets, err := loadAssets()
	if err != nil {
		return nil, err
	}
	s := &Site{deps: d, assets: assets, files: make(chan struct{}, filesAtOnce)}
	if s.pages, err = parsePages(s.assetURL); err != nil {
		return nil, err
	}
	for path, dir := range map[string]string{"/console/": "console", "/m/": "h5"} {
		app, err := newApp(path, dir)
		if err != nil {
			return nil, fmt.Errorf("load pages of %s: %w", dir, err)
		}
		mux.Handle("GET "+path, http.StripPrefix(path, app))
	}
	mux.HandleFunc("GET /assets/{name}", s.asset)
	mux.HandleFunc("GET /favicon.ico", func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, s.assetURL("favicon.svg"), http.StatusMovedPermanently)
	})

	mux.HandleFunc("GET /{$}", s.portal)
	mux.HandleFunc("GET /help", s.help)
	mux.HandleFunc("GET /login", s.loginForm)
	mux.HandleFunc("POST /login", s.login)
	mux.HandleFunc("POST /logout", s.logout)
	mux.HandleFunc("GET /check", s.checkForm)
	mux.HandleFunc("POST /check", s.checkFile)
	mux.HandleFunc("POST /check/code", s.checkCode)
	mux.HandleFunc("GET /v/{token}", s.static)
	mux.HandleFunc("GET /s/{token}", s.peek)
	mux.HandleFunc("POST /s/{token}", s.check)
	mux.HandleFunc("GET /d/{token}", s.shared)
	mux.HandleFunc("POST /d/{token}", s.download)
	mux.HandleFunc("GET /print/{license}", s.print)
	mux.HandleFunc("GET /p/{no}", s.proof)
	mux.HandleFunc("GET /e/{no}", s.entry)
	mux.HandleFunc("GET /receipt/{no}", s.receipt)
	s.registerDirectory(mux)
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		s.Error(w, r, errs.New(errs.NotFound, "page.unknown"))
	})
	return s, nil
}
