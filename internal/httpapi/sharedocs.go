package httpapi

import (
	"bytes"
	_ "embed"
	"html/template"
	"net/http"
	"strings"
	"sync"

	"github.com/danielgtaylor/huma/v2"
)

//go:embed sharedocs.html
var shareDocsHTML string

var shareDocsTemplate = sync.OnceValues(func() (*template.Template, error) {
	return template.New("sharedocs").Parse(shareDocsHTML)
})

// serveShareDocs is the developers' page of the share interface (开发者页). Its operations come from the document, so that it
// names no other.
func serveShareDocs(mux *http.ServeMux, api huma.API, d Deps) {
	mux.HandleFunc("GET /docs/share", func(w http.ResponseWriter, r *http.Request) {
		t, err := shareDocsTemplate()
		if err != nil {
			WriteProblem(w, r, err)
			return
		}
		page := struct {
			Operations []docOperation
			Sandbox    bool
			Base       string
		}{Sandbox: d.Demo, Base: d.BaseURL}
		for _, op := range operations(api.OpenAPI()) {
			if strings.HasPrefix(op.Path, departmentPath) {
				page.Operations = append(page.Operations, docOf(op))
			}
		}
		var b bytes.Buffer
		if err := t.Execute(&b, page); err != nil {
			WriteProblem(w, r, err)
			return
		}
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		_, _ = w.Write(b.Bytes())
	})
}
