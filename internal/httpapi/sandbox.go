package httpapi

import (
	"net/http"

	"github.com/yinxin-org/yinxin/internal/errs"
)

// serveSandbox gives developers, in a demonstration alone, the key and the cases to try the share interface with.
func serveSandbox(mux *http.ServeMux, d Deps) {
	mux.HandleFunc("GET /docs/sandbox.json", func(w http.ResponseWriter, r *http.Request) {
		if !d.Demo || d.Sandbox == nil {
			WriteProblem(w, r, errs.New(errs.NotFound, "not-found"))
			return
		}
		text, err := d.Sandbox()
		if err != nil {
			WriteProblem(w, r, err)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write(text)
	})
}
