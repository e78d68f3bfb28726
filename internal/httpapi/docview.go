package httpapi

import (
	"cmp"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/danielgtaylor/huma/v2"
)

// The documentation page as data: operations in groups, then schemas.
type (
	docGroup struct {
		Name       string
		Operations []docOperation
	}
	docOperation struct {
		ID, Method, Path, Summary, Description string
		Open                                   bool
		Roles                                  []string
		Parameters                             []docField
		Body                                   []docType
		Answers                                []docAnswer
	}
	docField struct {
		Name, In, Doc, Rule string
		Type                docType
		Required            bool
	}
	docAnswer struct {
		Status, Doc string
		Types       []docType
	}
	// docType is a type in words; Ref names the schema it links to, if any.
	docType struct{ Before, Ref, After, Media string }

	docSchema struct {
		Name   string
		Doc    string
		Fields []docField
	}
)

var methodOrder = []string{http.MethodGet, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete}

// operations lists a document's operations by path, then method.
func operations(o *huma.OpenAPI) []*huma.Operation {
	var ops []*huma.Operation
	for _, path := range slices.Sorted(maps.Keys(o.Paths)) {
		item := o.Paths[path]
		for _, op := range []*huma.Operation{item.Get, item.Post, item.Put, item.Patch, item.Delete} {
			if op != nil {
				ops = append(ops, op)
			}
		}
	}
	slices.SortStableFunc(ops, func(a, b *huma.Operation) int {
		return cmp.Or(cmp.Compare(a.Path, b.Path),
			cmp.Compare(slices.Index(methodOrder, a.Method), slices.Index(methodOrder, b.Method)))
	})
	return ops
}

func docGroups(o *huma.OpenAPI) []docGroup {
	var groups []docGroup
	for _, op := range operations(o) {
		tag := "其他 Other"
		if len(op.Tags) > 0 {
			tag = op.Tags[0]
		}
		i := slices.IndexFunc(groups, func(g docGroup) bool { return g.Name == tag })
		if i < 0 {
			i = len(groups)
			groups = append(groups, docGroup{Name: tag})
		}
		groups[i].Operations = append(groups[i].Operations, docOf(op))
	}
	return groups
}

func docOf(op *huma.Operation) docOperation {
	d := docOperation{ID: op.OperationID, Method: op.Method, Path: op.Path, Summary: op.Summary, Description: op.Description}
	d.Open, _ = op.Extensions[extOpen].(bool)
	d.Roles, _ = op.Extensions[extRoles].([]string)
	for _, p := range op.Parameters {
		if p.In == "cookie" {
			continue
		}
		d.Parameters = append(d.Parameters, docField{
			Name: p.Name, In: p.In, Doc: p.Description, Type: typeOf(p.Schema), Required: p.Required, Rule: ruleText(p.Schema),
		})
	}
	if op.RequestBody != nil {
		d.Body = contentTypes(op.RequestBody.Content)
	}
	for _, status := range slices.Sorted(maps.Keys(op.Responses)) {
		r := op.Responses[status]
		d.Answers = append(d.Answers, docAnswer{Status: status, Doc: r.Description, Types: contentTypes(r.Content)})
	}
	return d
}

func contentTypes(content map[string]*huma.MediaType) []docType {
	var types []docType
	for _, media := range slices.Sorted(maps.Keys(content)) {
		t := typeOf(content[media].Schema)
		t.Media = media
		types = append(types, t)
	}
	return types
}

func typeOf(s *huma.Schema) docType {
	switch {
	case s == nil:
		return docType{}
	case s.Ref != "":
		return docType{Ref: s.Ref[strings.LastIndexByte(s.Ref, '/')+1:]}
	case s.Type == huma.TypeArray:
		t := typeOf(s.Items)
		t.After = "[]" + t.After
		return t
	case s.Type == huma.TypeObject:
		if value, ok := s.AdditionalProperties.(*huma.Schema); ok {
			t := typeOf(value)
			t.Before = "name → " + t.Before
			return t
		}
		return docType{Before: "object"}
	case s.Format != "":
		return docType{Before: s.Type + " (" + s.Format + ")"}
	}
	return docType{Before: s.Type}
}

// ruleText puts a schema's limits into a few words.
func ruleText(s *huma.Schema) string {
	if s == nil {
		return ""
	}
	var rules []string
	add := func(format string, v any) { rules = append(rules, fmt.Sprintf(format, v)) }
	if s.MinLength != nil {
		add("length ≥ %d", *s.MinLength)
	}
	if s.MaxLength != nil {
		add("length ≤ %d", *s.MaxLength)
	}
	if s.Minimum != nil {
		add("≥ %g", *s.Minimum)
	}
	if s.Maximum != nil {
		add("≤ %g", *s.Maximum)
	}
	if s.MaxItems != nil {
		add("items ≤ %d", *s.MaxItems)
	}
	if s.Pattern != "" {
		add("%s", s.Pattern)
	}
	for _, v := range s.Enum {
		add("%v", v)
	}
	return strings.Join(rules, " · ")
}

func docSchemas(o *huma.OpenAPI) []docSchema {
	var out []docSchema
	all := o.Components.Schemas.Map()
	for _, name := range slices.Sorted(maps.Keys(all)) {
		s := all[name]
		d := docSchema{Name: name, Doc: s.Description}
		for _, field := range slices.Sorted(maps.Keys(s.Properties)) {
			p := s.Properties[field]
			d.Fields = append(d.Fields, docField{
				Name: field, Doc: p.Description, Type: typeOf(p), Required: slices.Contains(s.Required, field), Rule: ruleText(p),
			})
		}
		out = append(out, d)
	}
	return out
}
