package httpapi

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/yinxin-org/yinxin/internal/clock"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/intake"
)

const tagImport = "导入 Imports"

// Import is a spreadsheet on its way in.
type Import struct {
	ID        string    `json:"id"`
	Kind      string    `json:"kind" enum:"units,types,matters,regions"`
	Mode      string    `json:"mode" enum:"all,each"`
	State     string    `json:"state" enum:"checking,running,paused,done,failed,cancelled"`
	FileName  string    `json:"fileName"`
	Reason    string    `json:"reason"`
	Total     int       `json:"total" doc:"Records in the file; 0 until it has been read."`
	Position  int       `json:"position" doc:"Records that are settled."`
	Changed   int       `json:"changed"`
	Unchanged int       `json:"unchanged" doc:"Records that were here already as they are."`
	Failed    int       `json:"failed" doc:"Records left out, or, all or nothing, records that are wrong."`
	Problem   *Reason   `json:"problem,omitempty" doc:"What ended it."`
	HasErrors bool      `json:"hasErrors" doc:"There is a file of errors."`
	By        string    `json:"by" doc:"Name of who began it."`
	CreatedAt time.Time `json:"createdAt"`
	UpdatedAt time.Time `json:"updatedAt"`
}

// ImportFault is what is wrong with a row.
type ImportFault struct {
	Sheet  string `json:"sheet"`
	Row    int    `json:"row" doc:"As the spreadsheet counts, from 1."`
	Column string `json:"column,omitempty"`
	Reason
}

type importInput struct {
	Language
	Kind     string `query:"kind" required:"true" enum:"units,types,matters,regions"`
	Mode     string `query:"mode" required:"true" enum:"all,each" doc:"all: every row or none; each: what is wrong is left out."`
	Reason   string `query:"reason" required:"true" minLength:"2" maxLength:"200" doc:"Why; kept in the trail of changes. No personal data."`
	FileName string `query:"fileName" maxLength:"200" doc:"As it is shown."`
	RawBody  []byte `contentType:"application/octet-stream"`
}

type importOutput struct{ Body Import }

// ImportPath names an import in the address.
type ImportPath struct {
	Language
	ImportID string `path:"importId" format:"uuid"`
}

type importsInput struct {
	Language
	Kind   string `query:"kind" enum:"units,types,matters,regions"`
	Limit  int    `query:"limit" minimum:"1" maximum:"100" default:"30"`
	Offset int    `query:"offset" minimum:"0" maximum:"1000000" default:"0"`
}

type importsOutput struct {
	Body struct {
		Items []Import `json:"items"`
		Total int      `json:"total"`
	}
}

type importFaultsInput struct {
	ImportPath
	Limit  int `query:"limit" minimum:"1" maximum:"100" default:"30"`
	Offset int `query:"offset" minimum:"0" maximum:"1000000" default:"0"`
}

type importFaultsOutput struct {
	Body struct {
		Items []ImportFault `json:"items"`
		Total int           `json:"total"`
	}
}

type steerInput struct {
	ImportPath
	Body struct {
		Action string `json:"action" enum:"pause,resume,cancel"`
	}
}

type importTemplateInput struct {
	Language
	Kind string `path:"importKind" enum:"units,types,matters,regions"`
}

func registerImport(api huma.API, d Deps) {
	roles := []string{RoleAdmin, RoleDigital, RoleCatalog, RoleMatters}
	op := func(id, method, path, summary, description string, errors ...int) huma.Operation {
		return require(api, huma.Operation{OperationID: id, Method: method, Path: path, Tags: []string{tagImport}, Summary: summary,
			Description: description, Errors: errors}, roles...)
	}
	const one = "/api/v1/imports/{importId}"
	found, conflict := http.StatusNotFound, http.StatusConflict
	start := op("startImport", http.MethodPost, "/api/v1/imports", "导入",
		"Take a spreadsheet (.xlsx or CSV) in. Units and regions: administrators; types: catalogue officers (as drafts) and the digital office (published); matters: the matter office. It goes on in the background, also after a crash; rows that are here already change nothing.",
		http.StatusRequestEntityTooLarge, conflict)
	start.MaxBodyBytes, start.DefaultStatus = MaxFile+1, http.StatusCreated
	huma.Register(api, start, d.startImport)
	huma.Register(api, op("listImports", http.MethodGet, "/api/v1/imports", "导入记录",
		"Imports of the own unit, the newest first."), d.listImports)
	huma.Register(api, op("getImport", http.MethodGet, one, "导入进度",
		"How far an import is.", found), d.getImport)
	huma.Register(api, op("listImportFaults", http.MethodGet, one+"/faults", "导入错误",
		"What is wrong with the rows that were left out.", found), d.listImportFaults)
	huma.Register(api, op("downloadImportErrors", http.MethodGet, one+"/errors", "下载错误文件",
		"The rows that were left out, with their columns and one that says what is wrong: correct it and import it again.", found), d.importErrors)
	huma.Register(api, op("steerImport", http.MethodPost, one+"/steer", "暂停、继续或取消导入",
		"Pause an import, let it go on, or end it. What it has written stays.", found, conflict), d.steerImport)
	huma.Register(api, op("downloadImportTemplate", http.MethodGet, "/api/v1/import-templates/{importKind}", "下载导入模板",
		"An empty spreadsheet with the headings, an example and what to write.", found), d.importTemplate)
}

func (d Deps) startImport(ctx context.Context, in *importInput) (*importOutput, error) {
	t, err := d.Imports.Start(ctx, actorFrom(ctx), intake.Upload{Kind: intake.Kind(in.Kind), Mode: intake.Mode(in.Mode), Reason: in.Reason,
		FileName: in.FileName, Data: in.RawBody})
	if err != nil {
		return nil, err
	}
	return d.importAnswer(ctx, t)
}

func (d Deps) importAnswer(ctx context.Context, t intake.Task) (*importOutput, error) {
	x, err := d.importView(ctx, t)
	return &importOutput{Body: x}, err
}

func (d Deps) importView(ctx context.Context, t intake.Task) (Import, error) {
	by, err := d.Person(ctx, t.By.AccountID)
	if err != nil {
		return Import{}, err
	}
	x := Import{ID: t.ID, Kind: string(t.Kind), Mode: string(t.Mode), State: string(t.State), FileName: t.FileName, Reason: t.By.Reason, Total: t.Total,
		Position: t.Position, Changed: t.Changed, Unchanged: t.Unchanged, Failed: t.Failed, HasErrors: t.Failed > 0, By: by.Name,
		CreatedAt: t.CreatedAt.In(clock.Shanghai), UpdatedAt: t.UpdatedAt.In(clock.Shanghai)}
	if t.Problem != nil {
		x.Problem = reasonOf(t.Problem.Code, t.Problem.Args)
	}
	return x, nil
}

func (d Deps) listImports(ctx context.Context, in *importsInput) (*importsOutput, error) {
	out := &importsOutput{}
	out.Body.Items = []Import{}
	var found []intake.Task
	err := d.DB.Read(ctx, func(q *db.Tx) error {
		var err error
		found, out.Body.Total, err = d.Imports.List(ctx, q, actorFrom(ctx), intake.Kind(in.Kind), in.Limit, in.Offset)
		return err
	})
	if err != nil {
		return nil, err
	}
	for _, t := range found {
		x, err := d.importView(ctx, t)
		if err != nil {
			return nil, err
		}
		out.Body.Items = append(out.Body.Items, x)
	}
	return out, nil
}

// importOf finds an import that concerns whoever asks.
func (d Deps) importOf(ctx context.Context, id string) (t intake.Task, err error) {
	err = d.DB.Read(ctx, func(q *db.Tx) error {
		t, err = d.Imports.Get(ctx, q, actorFrom(ctx), id)
		return err
	})
	return t, err
}

func (d Deps) getImport(ctx context.Context, in *ImportPath) (*importOutput, error) {
	t, err := d.importOf(ctx, in.ImportID)
	if err != nil {
		return nil, err
	}
	return d.importAnswer(ctx, t)
}

func (d Deps) listImportFaults(ctx context.Context, in *importFaultsInput) (*importFaultsOutput, error) {
	out := &importFaultsOutput{}
	out.Body.Items = []ImportFault{}
	t, err := d.importOf(ctx, in.ImportID)
	if err != nil {
		return nil, err
	}
	err = d.DB.Read(ctx, func(q *db.Tx) error {
		faults, total, err := d.Imports.Faults(ctx, q, in.ImportID, in.Limit, in.Offset)
		out.Body.Total = total
		for _, f := range faults {
			sheet, column := d.Imports.Where(t.Kind, f, in.lang() == "en")
			out.Body.Items = append(out.Body.Items, ImportFault{Sheet: sheet, Row: f.Row, Column: column, Reason: *reasonOf(f.Code, f.Args)})
		}
		return err
	})
	return out, err
}

func (d Deps) importErrors(ctx context.Context, in *ImportPath) (*file, error) {
	t, err := d.importOf(ctx, in.ImportID)
	if err != nil {
		return nil, err
	}
	content, err := d.Imports.ErrorFile(ctx, t, in.lang() == "en")
	if err != nil {
		return nil, err
	}
	return workbook(content, "errors-"+string(t.Kind)), nil
}

func (d Deps) steerImport(ctx context.Context, in *steerInput) (*importOutput, error) {
	t, err := d.Imports.Steer(ctx, actorFrom(ctx), in.ImportID, intake.Action(in.Body.Action))
	if err != nil {
		return nil, err
	}
	return d.importAnswer(ctx, t)
}

func (d Deps) importTemplate(_ context.Context, in *importTemplateInput) (*file, error) {
	content, err := d.Imports.Template(intake.Kind(in.Kind), in.lang() == "en")
	if err != nil {
		return nil, err
	}
	return workbook(content, "template-"+in.Kind), nil
}

func workbook(b []byte, name string) *file {
	return &file{ContentType: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
		Disposition: `attachment; filename="` + name + `.xlsx"`, CacheControl: "no-store", Body: b}
}
