package web

import (
	"embed"
	"fmt"
	"io/fs"
	"net/http"
	"path"
	"strings"
)

// dist holds the two applications as `make web` builds them, and a placeholder for when it has not.
//
//go:embed all:dist
var dist embed.FS

// app serves one application: its files, and index.html for every address that is a place inside it.
type app struct {
	files       map[string]*file
	index       *file
	placeholder *file // instead of index when the application was not built
	// words are the addresses of the words by language, where they are files of their own. The scripts ask for them
	// only once they run; on a slow line that is a round trip, so the browser is told of them with the page.
	words map[string]string
}

func newApp(prefix, dir string) (*app, error) {
	body, err := dist.ReadFile("dist/placeholder.html")
	if err != nil {
		return nil, fmt.Errorf("read placeholder: %w", err)
	}
	a := &app{placeholder: newFile("placeholder.html", body)}
	sub, err := fs.Sub(dist, "dist/"+dir)
	if err != nil {
		return nil, fmt.Errorf("open application: %w", err)
	}
	built, err := fs.Glob(sub, "index.html")
	if err != nil || len(built) == 0 {
		return a, err
	}
	if a.files, err = loadFiles(sub); err != nil {
		return nil, err
	}
	a.index, a.words = a.files["index.html"], wordFiles(prefix, a.files)
	return a, nil
}

// ServeHTTP takes paths relative to the application. Names under assets/ carry a hash of their content and are
// cached for good; everything else is asked for again.
func (a *app) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	name := strings.TrimPrefix(path.Clean("/"+r.URL.Path), "/")
	if f, ok := a.files[name]; ok {
		cache := revalidate
		if strings.HasPrefix(name, "assets/") {
			cache = forever
		}
		f.serve(w, r, cache)
		return
	}
	switch {
	// A missing file is not a place: answering it with a page would break the browser in odd ways.
	case strings.HasPrefix(name, "assets/") || mediaTypes[path.Ext(name)] != "":
		http.NotFound(w, r)
	case a.index == nil:
		w.Header().Set("Retry-After", "3600")
		a.placeholder.serve(w, r, revalidate)
	default:
		if words := a.words[chosenLang(r)]; words != "" {
			w.Header().Set("Link", "<"+words+">; rel=modulepreload")
		}
		a.index.serve(w, r, revalidate)
	}
}

// wordFiles finds the words of an application that is served under a prefix: assets/zh-….js and assets/en-….js.
func wordFiles(prefix string, files map[string]*file) map[string]string {
	words := map[string]string{}
	for name := range files {
		for _, lang := range []string{"zh", "en"} {
			if strings.HasPrefix(name, "assets/"+lang+"-") && path.Ext(name) == ".js" {
				words[lang] = prefix + name
			}
		}
	}
	return words
}

// chosenLang is the language that a reader of the applications chose; Chinese by default, as there.
func chosenLang(r *http.Request) string {
	if c, err := r.Cookie(langCookie); err == nil && c.Value == "en" {
		return "en"
	}
	return "zh"
}
