package web

import (
	"bytes"
	"embed"
	"fmt"
	"html/template"
	"io/fs"
	"maps"
	"net/http"
	"net/url"
	"path"
	"strconv"
	"strings"
	"time"

	"github.com/yinxin-org/yinxin/internal/authn"
	"github.com/yinxin-org/yinxin/internal/clock"
	"github.com/yinxin-org/yinxin/internal/errs"
	"github.com/yinxin-org/yinxin/internal/httpapi"
)

//go:embed templates/*.html
var templates embed.FS

// The cookies that remember how a reader likes the pages. They hold no more than that, and the two
// applications may read them.
const (
	langCookie  = "yx_lang"
	largeCookie = "yx_large"
)

// page is what every template gets.
type page struct {
	Lang      string // "zh" or "en"
	Large     bool
	Path      string // for the links that switch language and size; "" where a page cannot be fetched again
	Demo      bool
	Reference string
	Actor     *authn.Actor
	Data      any
	keep      url.Values // what a search asked for, so that switching language or size does not lose it
}

// T picks the text of the page's language.
func (p page) T(zh, en string) string {
	if p.Lang == "en" {
		return en
	}
	return zh
}

// In gives a Text in the page's language.
func (p page) In(t Text) string { return t.In(p.Lang) }

// In2 gives a Text with words before it, or nothing where it is empty.
func (p page) In2(t Text, zh, en string) string {
	if s := p.In(t); s != "" {
		return p.T(zh, en) + s
	}
	return ""
}

// With is the same page for a part of its data.
func (p page) With(data any) page {
	p.Data = data
	return p
}

// HTMLLang is the value of the lang attribute.
func (p page) HTMLLang() string { return p.T("zh-CN", "en") }

// Time writes a moment in Beijing time with date words.
func (p page) Time(t time.Time) string {
	if t.IsZero() {
		return p.T("未注明", "not stated")
	}
	if p.Lang == "en" {
		return t.In(clock.Shanghai).Format("2 January 2006, 15:04") + " (Beijing time)"
	}
	return t.In(clock.Shanghai).Format("2006年1月2日 15:04")
}

// Day writes the day of a moment in Beijing.
func (p page) Day(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.In(clock.Shanghai).Format(p.T("2006年1月2日", "2 January 2006"))
}

// Days writes a span of working days.
func (p page) Days(n int) string {
	switch n {
	case 0:
		return p.T("当场办结", "on the spot")
	case 1:
		return p.T("1个工作日", "1 working day")
	}
	return p.T(fmt.Sprintf("%d个工作日", n), fmt.Sprintf("%d working days", n))
}

// Fact writes the value of a field: a date in words, whichever way the license spells it, anything else as it is.
func (p page) Fact(f Field) string {
	if !strings.Contains(f.Label.Zh, "日期") {
		return f.Value
	}
	for _, layout := range []string{"2006-01-02", "20060102"} {
		if t, err := time.Parse(layout, f.Value); err == nil {
			return t.Format(p.T("2006年1月2日", "2 January 2006"))
		}
	}
	return f.Value
}

// Minutes writes a short span in words.
func (p page) Minutes(seconds int) string {
	if seconds < 120 {
		return p.T(fmt.Sprintf("%d秒", seconds), fmt.Sprintf("%d seconds", seconds))
	}
	return p.T(fmt.Sprintf("%d分钟", seconds/60), fmt.Sprintf("%d minutes", seconds/60))
}

// Switch is the address of this page with one preference changed.
func (p page) Switch(name, value string) string {
	v := url.Values{}
	maps.Copy(v, p.keep)
	v.Set(name, value)
	return p.Path + "?" + v.Encode()
}

// parsePages makes one template of each file with the layout around it.
func parsePages(assetURL func(string) string) (map[string]*template.Template, error) {
	funcs := template.FuncMap{"asset": assetURL, "shape": shape, "tone": tone, "add": add, "sub": sub}
	layout, err := template.New("layout.html").Funcs(funcs).ParseFS(templates, "templates/layout.html", "templates/parts.html")
	if err != nil {
		return nil, fmt.Errorf("parse layout: %w", err)
	}
	names, err := fs.Glob(templates, "templates/*.html")
	if err != nil {
		return nil, fmt.Errorf("list templates: %w", err)
	}
	pages := map[string]*template.Template{}
	for _, name := range names {
		base := strings.TrimSuffix(path.Base(name), ".html")
		if base == "layout" || base == "parts" {
			continue
		}
		t, err := layout.Clone()
		if err != nil {
			return nil, fmt.Errorf("clone layout: %w", err)
		}
		if pages[base], err = t.ParseFS(templates, name); err != nil {
			return nil, fmt.Errorf("parse %s: %w", name, err)
		}
	}
	return pages, nil
}

// open makes the page of a request: whose it is and how they like it. Preferences given in the address are
// remembered.
func (s *Site) open(w http.ResponseWriter, r *http.Request) page {
	p := page{Lang: "zh", Demo: s.deps.Demo, Reference: httpapi.RequestID(r.Context())}
	if r.Method == http.MethodGet || r.Method == http.MethodHead {
		p.Path = r.URL.EscapedPath()
	}
	if s.preference(w, r, "lang", langCookie, "zh", "en") == "en" {
		p.Lang = "en"
	}
	p.Large, _ = strconv.ParseBool(s.preference(w, r, "large", largeCookie, "0", "1"))
	if token := authn.Token(r); token != "" {
		// Who is signed in only decorates these pages; where it matters, the handler asks again.
		p.Actor, _ = s.deps.Sessions.Actor(r.Context(), token)
	}
	return p
}

// preference reads one choice from the address or else the cookie; anything but the known values is ignored.
func (s *Site) preference(w http.ResponseWriter, r *http.Request, param, cookie string, known ...string) string {
	chosen := r.URL.Query().Get(param)
	for _, k := range known {
		if chosen == k {
			http.SetCookie(w, &http.Cookie{
				Name: cookie, Value: k, Path: "/", MaxAge: 365 * 24 * 60 * 60,
				SameSite: http.SameSiteLaxMode, Secure: httpapi.Secure(r.Context()),
			})
			return k
		}
	}
	if c, err := r.Cookie(cookie); err == nil {
		return c.Value
	}
	return ""
}

// actor is who is signed in; ok is false for nobody. A database that does not answer is an error, not an
// anonymous visitor.
func (s *Site) actor(r *http.Request) (a *authn.Actor, ok bool, err error) {
	token := authn.Token(r)
	if token == "" {
		return nil, false, nil
	}
	a, err = s.deps.Sessions.Actor(r.Context(), token)
	if err != nil && errs.Of(err).Kind == errs.Unauthenticated {
		return nil, false, nil
	}
	return a, err == nil, err
}

// render writes a page. A template that fails leaves nothing half written.
func (s *Site) render(w http.ResponseWriter, status int, name string, p page) {
	var b bytes.Buffer
	if err := s.pages[name].ExecuteTemplate(&b, "layout.html", p); err != nil {
		http.Error(w, errs.Text("internal", p.Lang, nil), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Content-Language", p.HTMLLang())
	w.WriteHeader(status)
	_, _ = w.Write(b.Bytes())
}

func add(a, b int) int { return a + b }

func sub(a, b int) int { return a - b }
