package httpapi

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"html/template"
	"net/http"
	"path"
	"reflect"
	"strings"
	"sync"

	"github.com/danielgtaylor/huma/v2"

	"github.com/yinxin-org/yinxin/internal/errs"
)

//go:embed docs.html
var docsHTML string

// docsTemplate is parsed once from what was compiled in; a mistake in it fails every test.
var docsTemplate = sync.OnceValues(func() (*template.Template, error) {
	return template.New("docs").Parse(docsHTML)
})

// serveDocument offers the OpenAPI document and a page made from it. The page is made here, because huma's
// loads its scripts from other hosts.
func serveDocument(mux *http.ServeMux, api huma.API) {
	serve := func(pattern, contentType string, render func() ([]byte, error)) {
		// Rendered at the first request, when all operations are registered, and kept.
		once := sync.OnceValues(render)
		mux.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) {
			body, err := once()
			if err != nil {
				WriteProblem(w, r, err)
				return
			}
			w.Header().Set("Content-Type", contentType)
			w.Header().Set("Cache-Control", "no-cache")
			_, _ = w.Write(body)
		})
	}
	serve("GET /openapi.json", "application/openapi+json", func() ([]byte, error) { return json.Marshal(api.OpenAPI()) })
	serve("GET /openapi.yaml", "application/openapi+yaml", func() ([]byte, error) { return api.OpenAPI().YAML() })
	serve("GET /docs", "text/html; charset=utf-8", func() ([]byte, error) { return docsPage(api.OpenAPI()) })
}

// schemaName names the schema of a type. Types of other packages bear their package's name before their own, so
// that verify.Item and this package's Item both have a place.
func schemaName(t reflect.Type, hint string) string {
	name := huma.DefaultSchemaNamer(t, hint)
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	pkg := path.Base(t.PkgPath())
	if t.Name() == "" || pkg == "." || pkg == "httpapi" {
		return name
	}
	return strings.ToUpper(pkg[:1]) + pkg[1:] + name
}

type docCode struct{ Code, Zh, En string }

func docsPage(o *huma.OpenAPI) ([]byte, error) {
	t, err := docsTemplate()
	if err != nil {
		return nil, err
	}
	page := struct {
		Info    *huma.Info
		Groups  []docGroup
		Schemas []docSchema
		Codes   []docCode
	}{Info: o.Info, Groups: docGroups(o), Schemas: docSchemas(o)}
	for _, code := range errs.Codes() {
		page.Codes = append(page.Codes, docCode{code, errs.Text(code, "zh", nil), errs.Text(code, "en", nil)})
	}
	var b bytes.Buffer
	if err := t.Execute(&b, page); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}
