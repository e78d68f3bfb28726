package httpapi

import (
	"strings"

	"github.com/danielgtaylor/huma/v2"
)

// The media types of answers that are files.
const (
	mediaCSV   = "text/csv"
	mediaSheet = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
	mediaSVG   = "image/svg+xml"
	mediaOFD   = "application/ofd"
)

// fileMedia are the media types that an operation with a file for an answer may give, by the end of its address; what is not
// here may give any of the last row.
var fileMedia = []struct {
	end   string
	media []string
}{
	{"/export", []string{mediaCSV}},
	{"/import-templates/{importKind}", []string{mediaSheet}},
	{"/preview", []string{mediaSVG}},
	{"", []string{mediaCSV, mediaSheet, mediaSVG, mediaOFD, "application/pdf", "application/json", "application/zip", "application/octet-stream", "image/png", "image/jpeg", "text/plain"}},
}

// declareFiles names the media types of an operation that says itself, in a header, what it answers with: huma would call it
// JSON.
func declareFiles(_ *huma.OpenAPI, op *huma.Operation) {
	r := op.Responses["200"]
	if r == nil || r.Headers["Content-Type"] == nil {
		return
	}
	for _, f := range fileMedia {
		if !strings.HasSuffix(op.Path, f.end) {
			continue
		}
		delete(r.Headers, "Content-Type") // the key of the content says it
		r.Content = map[string]*huma.MediaType{}
		for _, m := range f.media {
			r.Content[m] = &huma.MediaType{Schema: &huma.Schema{Type: huma.TypeString, Format: "binary"}}
		}
		return
	}
}
