package httpapi_test

import (
	"encoding/json"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/yinxin-org/yinxin/internal/db/dbtest"
)

// schema is what the document says of a value, as far as a value can be made up from it.
type schema struct {
	Ref        string            `json:"$ref"`
	Type       any               `json:"type"` // a word or several
	Format     string            `json:"format"`
	Enum       []any             `json:"enum"`
	MinLength  int               `json:"minLength"`
	Minimum    int               `json:"minimum"`
	Items      *schema           `json:"items"`
	Properties map[string]schema `json:"properties"`
}

// oddText is text that PostgreSQL keeps out of every column, and SQLite takes.
const oddText = "甲\x00"

// odd makes up a value of a schema in which every text that is free is odd.
func (x schema) odd(all map[string]schema, depth int) any {
	if x.Ref != "" {
		return all[x.Ref[strings.LastIndexByte(x.Ref, '/')+1:]].odd(all, depth)
	}
	kind, _ := x.Type.(string)
	if list, ok := x.Type.([]any); ok {
		kind, _ = list[0].(string)
	}
	switch {
	case len(x.Enum) > 0:
		return x.Enum[0]
	case x.Format == "date":
		return "2026-10-01"
	case x.Format == "date-time":
		return "2026-10-01T09:00:00+08:00"
	case x.Format == "uuid":
		return "019a0000-0000-7000-8000-000000000000"
	case kind == "string":
		return oddText + strings.Repeat("a", max(0, x.MinLength-2))
	case kind == "integer" || kind == "number":
		return max(1, x.Minimum)
	case kind == "boolean":
		return true
	case kind == "array" && x.Items != nil && depth > 0:
		return []any{x.Items.odd(all, depth-1)}
	case kind == "object" && depth > 0:
		out := map[string]any{}
		for name, y := range x.Properties {
			if name != "$schema" {
				out[name] = y.odd(all, depth-1)
			}
		}
		return out
	}
	return nil
}

type oddOperation struct {
	OperationID string   `json:"operationId"`
	Roles       []string `json:"x-roles"`
	Open        bool     `json:"x-open"`
	Parameters  []struct {
		Name, In string
		Schema   schema
	}
	RequestBody *struct {
		Content map[string]struct{ Schema schema }
	}
}

// TestOddTextIsRefused sends to every entry point, in address, question, header and body, bytes that are no text to a database. Each is
// the caller's fault and answered so: never as an error of the service, on neither database.
func TestOddTextIsRefused(t *testing.T) {
	t.Parallel()
	s := newScene(t, dbtest.Postgres(t))
	var doc struct {
		Paths      map[string]map[string]oddOperation
		Components struct{ Schemas map[string]schema }
	}
	if err := json.Unmarshal([]byte(s.as(t, "").do("GET", "/openapi.json", nil).body), &doc); err != nil {
		t.Fatal(err)
	}
	for _, page := range []string{"v", "s", "d", "e", "m", "check", "console", "log/tile/0", "docs"} {
		for _, text := range []string{"%00", "%FF%FE"} {
			for _, path := range []string{"/" + page + "/" + text, "/" + page + "?q=" + text} {
				if a := s.as(t, "").do("GET", path, nil); a.StatusCode >= 500 {
					t.Errorf("%s: %d", path, a.StatusCode)
				}
			}
		}
	}
	for path, item := range doc.Paths {
		for method, op := range item {
			if op.OperationID == "signOut" {
				continue
			}
			login, _ := operation{roles: op.Roles, open: op.Open}.caller()
			for _, x := range s.oddRequests(t, path, op, doc.Components.Schemas) {
				if a := s.as(t, login).do(strings.ToUpper(method), x.path, x.body, x.headers...); a.StatusCode >= 500 {
					t.Errorf("%s, %s: %d %s", op.OperationID, x.name, a.StatusCode, a.body)
				}
			}
		}
	}
}

type oddRequest struct {
	name, path string
	body       any
	headers    []string
}

func (s *scene) oddRequests(t *testing.T, path string, op oddOperation, all map[string]schema) []oddRequest {
	t.Helper()
	var body any
	if op.RequestBody != nil {
		if content, ok := op.RequestBody.Content["application/json"]; ok {
			body = content.Schema.odd(all, 6)
		}
	}
	list := []oddRequest{{"body", s.fill(t, path), body, nil}}
	for _, p := range op.Parameters {
		for _, text := range []string{"%00", "%FF%FE"} {
			switch p.In {
			case "path":
				list = append(list, oddRequest{p.Name, s.fill(t, strings.Replace(path, "{"+p.Name+"}", "a"+text, 1)), body, nil})
			case "query":
				list = append(list, oddRequest{p.Name, s.fill(t, path) + "?" + url.QueryEscape(p.Name) + "=" + text, body, nil})
			}
		}
		if p.In == "header" && !slices.Contains([]string{"Accept-Language", "Content-Type"}, p.Name) {
			list = append(list, oddRequest{p.Name, s.fill(t, path), body, []string{p.Name, "\xff\xfe"}})
		}
	}
	return list
}
