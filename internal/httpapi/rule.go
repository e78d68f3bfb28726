package httpapi

import (
	"errors"
	"regexp"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"github.com/yinxin-org/yinxin/internal/errs"
)

// namelike matches a segment of a path to a field: a short Latin identifier without a run of digits, maybe with
// list positions. Citizen numbers, names and phones do not match.
var namelike = regexp.MustCompile(`^[A-Za-z_$][A-Za-z_$-]{0,30}[0-9]{0,3}(\[[0-9]{1,4}\])*$`)

// number finds the limit at the end of huma's message, which comes from the schema, not from the request.
var number = regexp.MustCompile(`[0-9]+$`)

// rules names huma's validation messages by how they begin. huma's own words are not passed on: some of them
// repeat the value.
var rules = []struct{ begins, code, arg string }{
	{"unexpected property", "field.unknown", ""},
	{"unknown query parameter", "field.unknown", ""},
	{"expected required property", "field.required", ""},
	{"required ", "field.required", ""},
	{"expected property", "field.required", ""},
	{"expected length >= ", "field.too-short", "min"},
	{"expected length <= ", "field.too-long", "max"},
	{"expected number >", "field.range", ""},
	{"expected number <", "field.range", ""},
	{"expected number to be a multiple", "field.range", ""},
	{"expected array length", "field.count", ""},
	{"expected array items to be unique", "field.count", ""},
	{"expected object with", "field.count", ""},
	{"expected at most one value", "field.count", ""},
	{"expected value to be", "field.option", ""},
	{"expected string to be RFC 3339 date-time", "field.time", ""},
	{"expected string to be RFC 3339 date", "field.date", ""},
	{"invalid date/time", "field.date", ""},
	{"expected boolean", "field.type", ""},
	{"expected number", "field.type", ""},
	{"expected integer", "field.type", ""},
	{"expected string to", "field.format", ""},
	{"expected string", "field.type", ""},
	{"expected array", "field.type", ""},
	{"expected object", "field.type", ""},
	{"invalid ", "field.type", ""},
}

// fieldProblem turns one complaint of huma, or one domain error that names a field, into a FieldProblem.
func fieldProblem(err error) (FieldProblem, bool) {
	if e, ok := errors.AsType[*errs.Error](err); ok {
		return FieldProblem{Field: shownName(e.Field), Code: e.Code, Zh: errs.Text(e.Code, "zh", e.Args), En: errs.Text(e.Code, "en", e.Args)}, e.Field != ""
	}
	d, ok := errors.AsType[*huma.ErrorDetail](err)
	if !ok {
		return FieldProblem{}, false
	}
	field := fieldName(d.Location)
	code, args := ruleOf(d.Message)
	// A missing or unknown field is blamed by its own name; huma blames the object around a missing one.
	if code == "field.required" {
		if name, ok := quoted(d.Message); ok {
			field = strings.TrimPrefix(field+"."+name, ".")
		}
	}
	if field == "" {
		return FieldProblem{}, false
	}
	return FieldProblem{Field: field, Code: code, Zh: errs.Text(code, "zh", args), En: errs.Text(code, "en", args)}, true
}

func ruleOf(message string) (code string, args map[string]string) {
	for _, r := range rules {
		if !strings.HasPrefix(message, r.begins) {
			continue
		}
		if n := number.FindString(message); r.arg != "" && n != "" {
			return r.code, map[string]string{r.arg: n}
		}
		return r.code, nil
	}
	return "field.format", nil
}

// quoted is the property named in "expected required property NAME to be present"; it comes from the schema.
func quoted(message string) (string, bool) {
	rest, ok := strings.CutPrefix(message, "expected required property ")
	if !ok {
		return "", false
	}
	return strings.CutSuffix(rest, " to be present")
}
