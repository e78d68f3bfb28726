package httpapi

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"
)

const tagCodeTable = "代码表 Code tables"

// CodeTable is a list of codes with their words; fields of license types may be drawn from one.
type CodeTable struct {
	Code    string      `json:"code"`
	Name    string      `json:"name"`
	NameEn  string      `json:"nameEn,omitempty"`
	Entries []CodeEntry `json:"entries" doc:"In the order in which they are offered."`
	Version int64       `json:"version"`
}

// CodeEntry is one code.
type CodeEntry struct {
	Code    string `json:"code" minLength:"1" maxLength:"40"`
	Label   string `json:"label" minLength:"1" maxLength:"100"`
	LabelEn string `json:"labelEn,omitempty" maxLength:"200"`
	Valid   bool   `json:"valid" doc:"Still offered; one that is not stays for old licenses."`
}

// CodeTableRow is a code table in a list.
type CodeTableRow struct {
	Code    string `json:"code"`
	Name    string `json:"name"`
	Entries int    `json:"entries"`
}

type codeTablesInput struct {
	Language
	Page
	Query string `query:"q" maxLength:"60"`
}

type codeTablesOutput struct {
	Body struct {
		Items []CodeTableRow `json:"items"`
		Total int            `json:"total"`
	}
}

// CodeTablePath names a code table in the address.
type CodeTablePath struct {
	Language
	Code string `path:"tableCode" pattern:"^[A-Za-z][A-Za-z0-9_-]{1,39}$"`
}

type codeTableOutput struct{ Body CodeTable }

type codeTableSetInput struct {
	CodeTablePath
	Body struct {
		Name    string      `json:"name" minLength:"2" maxLength:"60"`
		NameEn  string      `json:"nameEn,omitempty" maxLength:"100"`
		Entries []CodeEntry `json:"entries" maxItems:"5000"`
		Version int64       `json:"version" doc:"0: it is new."`
		Why
	}
}

func registerCodeTable(api huma.API, d Deps) {
	huma.Register(api, open(huma.Operation{
		OperationID: "listCodeTables", Method: http.MethodGet, Path: "/api/v1/codetables", Tags: []string{tagCodeTable},
		Summary:     "代码表列表",
		Description: "The code tables.",
	}), d.listCodeTables)
	huma.Register(api, open(huma.Operation{
		OperationID: "getCodeTable", Method: http.MethodGet, Path: "/api/v1/codetables/{tableCode}", Tags: []string{tagCodeTable},
		Summary:     "代码表",
		Description: "One code table with all its codes.",
		Errors:      []int{http.StatusNotFound},
	}), d.getCodeTable)
	huma.Register(api, require(api, huma.Operation{
		OperationID: "setCodeTable", Method: http.MethodPut, Path: "/api/v1/codetables/{tableCode}", Tags: []string{tagCodeTable},
		Summary:     "登记或修改代码表",
		Description: "Enter a code table, or replace its codes. A code that was there cannot go, only become invalid.",
		Errors:      []int{http.StatusConflict},
	}, RoleAdmin), d.setCodeTable)
}

func (d Deps) listCodeTables(context.Context, *codeTablesInput) (*codeTablesOutput, error) {
	return nil, soon
}

func (d Deps) getCodeTable(context.Context, *CodeTablePath) (*codeTableOutput, error) {
	return nil, soon
}

func (d Deps) setCodeTable(context.Context, *codeTableSetInput) (*codeTableOutput, error) {
	return nil, soon
}
