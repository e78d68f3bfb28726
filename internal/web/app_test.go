package web

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

func ask(h http.Handler, path string) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest("GET", path, nil))
	return w
}

func TestApp(t *testing.T) {
	t.Parallel()
	built := &app{files: map[string]*file{
		"index.html":         newFile("index.html", []byte("<!doctype html>app")),
		"assets/main-a1.js":  newFile("main-a1.js", []byte("x")),
		"assets/zxing.wasm":  newFile("zxing.wasm", []byte("x")),
		"mark.svg":           newFile("mark.svg", []byte("<svg/>")),
		"assets/unknown.xyz": newFile("unknown.xyz", []byte("x")),
	}}
	built.index = built.files["index.html"]
	for _, c := range []struct {
		path, media, cache string
		status             int
	}{
		{"/", "text/html; charset=utf-8", revalidate, 200},
		{"/index.html", "text/html; charset=utf-8", revalidate, 200},
		{"/cases/350102.2026.0001", "text/html; charset=utf-8", revalidate, 200},
		{"/assets/main-a1.js", "text/javascript; charset=utf-8", forever, 200},
		{"/assets/zxing.wasm", "application/wasm", forever, 200},
		{"/assets/unknown.xyz", "application/octet-stream", forever, 200},
		{"/mark.svg", "image/svg+xml", revalidate, 200},
		{"/assets/gone-b2.js", "text/plain; charset=utf-8", "", 404},
		{"/gone.svg", "text/plain; charset=utf-8", "", 404},
		{"/../../etc/passwd", "text/html; charset=utf-8", revalidate, 200},
	} {
		res := ask(built, c.path)
		if res.Code != c.status || res.Header().Get("Content-Type") != c.media || c.status == 200 && res.Header().Get("Cache-Control") != c.cache {
			t.Errorf("%s: %d %q %q", c.path, res.Code, res.Header().Get("Content-Type"), res.Header().Get("Cache-Control"))
		}
	}
}

// The page says which words its scripts are going to ask for: those of the reader's language.
func TestWordsAreNamedWithThePage(t *testing.T) {
	t.Parallel()
	files := map[string]*file{}
	for _, name := range []string{"index.html", "assets/zh-a1.js", "assets/en-b2.js", "assets/zh-a1.css", "assets/main-c3.js"} {
		files[name] = newFile(name, []byte("x"))
	}
	with := &app{files: files, index: files["index.html"], words: wordFiles("/m/", files)}
	for cookie, want := range map[string]string{
		"":           "</m/assets/zh-a1.js>; rel=modulepreload",
		"yx_lang=zh": "</m/assets/zh-a1.js>; rel=modulepreload",
		"yx_lang=en": "</m/assets/en-b2.js>; rel=modulepreload",
		"yx_lang=xx": "</m/assets/zh-a1.js>; rel=modulepreload",
	} {
		r := httptest.NewRequest("GET", "/matters", nil)
		r.Header.Set("Cookie", cookie)
		w := httptest.NewRecorder()
		with.ServeHTTP(w, r)
		if got := w.Header().Get("Link"); got != want {
			t.Errorf("%q: %q, want %q", cookie, got, want)
		}
	}
	without := &app{files: files, index: files["index.html"]}
	if got := ask(without, "/").Header().Get("Link"); got != "" {
		t.Errorf("an application whose words are in its scripts: %q", got)
	}
	if got := ask(with, "/assets/main-c3.js").Header().Get("Link"); got != "" {
		t.Errorf("a file: %q", got)
	}
}

func TestPlaceholderStandsInForAnUnbuiltApp(t *testing.T) {
	t.Parallel()
	a, err := newApp("/x/", "nothing-built-here")
	if err != nil {
		t.Fatal(err)
	}
	res := ask(a, "/cases/1")
	if res.Code != 200 || !strings.Contains(res.Body.String(), "make web") {
		t.Errorf("%d %s", res.Code, res.Body)
	}
	if res := ask(a, "/assets/index.js"); res.Code != 404 {
		t.Errorf("asset: %d", res.Code)
	}
}

func FuzzLocalPath(f *testing.F) {
	for _, s := range []string{"/", "/a?b#c", "//x", "/\\x", "https://x/", "/%2f/x", "/\x00", "javascript:x"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, next string) {
		got := localPath(next)
		if got == "" {
			return
		}
		// What a browser does: resolve against this server, backslashes being slashes and controls dropped.
		asBrowser := strings.NewReplacer("\\", "/", "\t", "", "\n", "", "\r", "").Replace(got)
		if !strings.HasPrefix(asBrowser, "/") || strings.HasPrefix(asBrowser, "//") {
			t.Errorf("%q leads elsewhere", next)
		}
	})
}

// Every state the help page explains must have its own colour and shape.
func TestStatesHaveLooks(t *testing.T) {
	t.Parallel()
	seen := map[look]string{}
	for _, row := range stateTable {
		l, ok := looks[row.State.Code]
		if !ok || seen[l] != "" {
			t.Errorf("%s: no look of its own (like %q)", row.State.Code, seen[l])
		}
		seen[l] = row.State.Code
	}
}
