package httpapi

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"github.com/yinxin-org/yinxin/internal/change"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/org"
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

func codeTable(t org.CodeTable) CodeTable {
	out := CodeTable{Code: t.Code, Name: t.Name, NameEn: t.NameEn, Entries: []CodeEntry{}, Version: t.Version}
	for _, e := range t.Entries {
		out.Entries = append(out.Entries, CodeEntry(e))
	}
	return out
}

func (d Deps) listCodeTables(ctx context.Context, in *codeTablesInput) (*codeTablesOutput, error) {
	out := &codeTablesOutput{}
	out.Body.Items = []CodeTableRow{}
	err := d.DB.Read(ctx, func(q *db.Tx) error {
		found, total, err := d.Units.CodeTables(ctx, q, in.Query, in.Limit, in.Offset)
		for _, t := range found {
			out.Body.Items = append(out.Body.Items, CodeTableRow{Code: t.Code, Name: choose(in.lang(), t.Name, t.NameEn), Entries: len(t.Entries)})
		}
		out.Body.Total = total
		return err
	})
	return out, err
}

func (d Deps) getCodeTable(ctx context.Context, in *CodeTablePath) (*codeTableOutput, error) {
	out := &codeTableOutput{}
	err := d.DB.Read(ctx, func(q *db.Tx) error {
		t, err := d.Units.CodeTable(ctx, q, in.Code)
		out.Body = codeTable(t)
		return err
	})
	return out, err
}

func (d Deps) setCodeTable(ctx context.Context, in *codeTableSetInput) (*codeTableOutput, error) {
	t := org.CodeTable{Code: in.Code, Name: in.Body.Name, NameEn: in.Body.NameEn, Version: in.Body.Version}
	for _, e := range in.Body.Entries {
		t.Entries = append(t.Entries, org.CodeEntry(e))
	}
	out := &codeTableOutput{}
	err := d.DB.Write(ctx, func(tx *db.Tx) error {
		saved, err := d.Units.SetCodeTable(ctx, tx, change.Of(actorFrom(ctx), in.Body.Reason), t)
		out.Body = codeTable(saved)
		return err
	})
	return out, err
}
