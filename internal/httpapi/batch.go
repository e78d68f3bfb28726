package httpapi

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/yinxin-org/yinxin/internal/batch"
	"github.com/yinxin-org/yinxin/internal/clock"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/sheet"
)

const tagBatch = "批量制证 Batches"

// MaxBatch bounds a file of rows.
const MaxBatch = 64 << 20

// Batch is many licenses to be made.
type Batch struct {
	ID        string     `json:"id"`
	Kind      string     `json:"kind" enum:"batch,stock"`
	Type      Coded      `json:"type"`
	Issuer    Named      `json:"issuer"`
	State     string     `json:"state" enum:"mapping,checking,checked,review,running,paused,done,cancelled"`
	FileName  string     `json:"fileName" doc:"Of its list."`
	MendName  string     `json:"mendName,omitempty" doc:"Of the file that corrected it last."`
	Position  int        `json:"position" doc:"Rows of the file that are read."`
	Total     int        `json:"total"`
	Good      int        `json:"good" doc:"Rows that wait to be made."`
	Bad       int        `json:"bad" doc:"Rows with faults."`
	Made      int        `json:"made"`
	LeftOut   int        `json:"leftOut" doc:"Rows that could not be made in the end, and old licenses that need no making."`
	Doubtful  int        `json:"doubtful" doc:"Old licenses of which somebody has to say whether they are the one that their holder has already."`
	Converter *Named     `json:"converter,omitempty" doc:"The unit that converts old licenses of another."`
	Problem   *Reason    `json:"problem,omitempty" doc:"What the last file was refused for."`
	Words     string     `json:"words,omitempty" doc:"Why the review sent it back."`
	Maker     Actor      `json:"maker"`
	Reviewer  *Actor     `json:"reviewer,omitempty"`
	Mine      bool       `json:"mine" doc:"Brought in by the signed-in account."`
	Ours      bool       `json:"ours" doc:"Brought in by the own unit, whose clerks and reviewers may pause or end it."`
	DueAt     *time.Time `json:"dueAt,omitempty"`
	Workdays  *int       `json:"workdaysLeft,omitempty" doc:"Until dueAt; negative when overdue."`
	CreatedAt time.Time  `json:"createdAt"`
	UpdatedAt time.Time  `json:"updatedAt"`
	EndedAt   *time.Time `json:"endedAt,omitempty"`
}

// BatchColumn is a column that licenses of the type have.
type BatchColumn struct {
	Name     string `json:"name"`
	Label    string `json:"label"`
	Required bool   `json:"required"`
	Heading  string `json:"heading,omitempty" doc:"Under which it seems to stand."`
}

// BatchRow is a row of a batch.
type BatchRow struct {
	FileRow int           `json:"fileRow" doc:"In its list, as the spreadsheet counts: the headings stand in row 1."`
	State   string        `json:"state" enum:"good,bad,made,left,doubt"`
	Faults  []RowFault    `json:"faults"`
	Cells   []BatchCell   `json:"cells,omitempty" doc:"What a good row says, masked."`
	License *BatchLicense `json:"license,omitempty" doc:"That was made of it."`
}

// BatchCell is what a row says in one column, masked.
type BatchCell struct {
	Column string `json:"column"`
	Label  string `json:"label"`
	Value  string `json:"value"`
}

// BatchLicense is a license that was made of a row.
type BatchLicense struct {
	IssuedLicense
	NumberMasked string `json:"numberMasked,omitempty" doc:"Of an organisation, whole; absent of what another system keeps."`
}

// RowFault is what is wrong with a row.
type RowFault struct {
	Column string `json:"column,omitempty"`
	Reason
}

type batchInput struct {
	Language
	Kind     string `query:"kind" required:"true" enum:"batch,stock"`
	TypeCode string `query:"typeCode" required:"true" minLength:"21" maxLength:"21"`
	IssuerID string `query:"issuerId" maxLength:"18" doc:"Of old licenses: the unit that issued them, where it is another."`
	FileName string `query:"fileName" maxLength:"200" doc:"As it is shown."`
	RawBody  []byte `contentType:"application/octet-stream"`
}

type batchOutput struct{ Body Batch }

// BatchPath names a batch in the address.
type BatchPath struct {
	Language
	BatchID string `path:"batchId" format:"uuid"`
}

type batchesInput struct {
	Language
	Page
	Kind string `query:"kind" enum:"batch,stock"`
}

type batchesOutput struct {
	Body struct {
		Items []Batch `json:"items"`
		Total int     `json:"total"`
	}
}

type batchPreviewOutput struct {
	Body struct {
		Rows    [][]string    `json:"rows" doc:"The beginning of the file, the row of headings first."`
		Columns []BatchColumn `json:"columns"`
	}
}

type batchHeadingsInput struct {
	BatchPath
	Body struct {
		Headings map[string]string `json:"headings" doc:"Heading by column."`
	}
}

type batchRowsInput struct {
	BatchPath
	Page
	State string `query:"state" enum:"good,bad,made,left,doubt"`
}

type batchRowsOutput struct {
	Body struct {
		Items []BatchRow `json:"items"`
		Total int        `json:"total"`
	}
}

type batchMendInput struct {
	BatchPath
	FileName string `query:"fileName" maxLength:"200" doc:"As it is shown."`
	RawBody  []byte `contentType:"application/octet-stream"`
}

type batchReviewInput struct {
	BatchPath
	Body struct {
		Outcome string `json:"outcome" enum:"approve,refuse"`
		Words   string `json:"words,omitempty" maxLength:"200" doc:"Required to refuse."`
	}
}

type batchSteerInput struct {
	BatchPath
	Body struct {
		Action string `json:"action" enum:"pause,resume,cancel"`
	}
}

type batchSampleInput struct {
	BatchPath
	Nth int `path:"nth" minimum:"0" maximum:"2"`
}

type batchTemplateInput struct {
	Language
	TypeCode string `path:"typeCode" minLength:"21" maxLength:"21"`
	Kind     string `query:"kind" enum:"batch,stock" default:"batch"`
}

func registerBatch(api huma.API, d Deps) {
	op := func(roles []string, id, method, path, summary, description string, errors ...int) huma.Operation {
		return require(api, huma.Operation{OperationID: id, Method: method, Path: path, Tags: []string{tagBatch}, Summary: summary,
			Description: description, Errors: errors}, roles...)
	}
	const one = "/api/v1/batches/{batchId}"
	found, conflict := http.StatusNotFound, http.StatusConflict
	maker, both := []string{RoleClerk}, []string{RoleClerk, RoleReviewer}
	begin := op(maker, "beginBatch", http.MethodPost, "/api/v1/batches", "批量制证",
		"Take a file of licenses to be made in: .xlsx, CSV (UTF-8, GB18030) or JSON Lines. Then say which column is which.", http.StatusRequestEntityTooLarge, conflict)
	begin.MaxBodyBytes, begin.DefaultStatus = MaxBatch+1, http.StatusCreated
	huma.Register(api, begin, d.beginBatch)
	huma.Register(api, op(both, "listBatches", http.MethodGet, "/api/v1/batches", "批次", "Batches of the own unit, the newest first."), d.listBatches)
	huma.Register(api, op(both, "getBatch", http.MethodGet, one, "批次进度", "How far a batch is.", found), d.getBatch)
	huma.Register(api, op(maker, "previewBatch", http.MethodGet, one+"/preview", "文件预览",
		"The beginning of the file, and under which headings the columns of the type seem to stand. For its maker alone.", found, conflict), d.previewBatch)
	huma.Register(api, op(maker, "mapBatch", http.MethodPut, one+"/headings", "确认对应的列",
		"Say under which heading each column stands; then the rows are judged.", found, conflict), d.mapBatch)
	huma.Register(api, op(both, "listBatchRows", http.MethodGet, one+"/rows", "批次的行", "Rows of a batch: what is wrong with them, what good ones say, masked, and which licenses were made.", found), d.listBatchRows)
	huma.Register(api, op(maker, "downloadBatchErrors", http.MethodGet, one+"/errors", "下载错误文件",
		"The faulty rows with what is wrong with each: correct it and hand it back. For its maker alone.", found, conflict), d.batchErrors)
	mend := op(maker, "mendBatch", http.MethodPost, one+"/corrections", "交回改正的行",
		"Take a corrected file of errors in; its rows take the place of the faulty ones.", found, conflict, http.StatusRequestEntityTooLarge)
	mend.MaxBodyBytes = MaxBatch + 1
	huma.Register(api, mend, d.mendBatch)
	huma.Register(api, op(maker, "submitBatch", http.MethodPost, one+"/submission", "提交复核",
		"Hand the good rows to the second person; faulty ones stay out. From now on the batch is owed: on the same day, or within three working days from 100 on.", found, conflict), d.submitBatch)
	huma.Register(api, confirmed(api, d, op([]string{RoleReviewer}, "reviewBatch", http.MethodPost, one+"/review", "复核批次",
		"Let the batch be made, or send it back with the reason. The reviewer is a second person of the issuing unit.", found, conflict)), d.reviewBatch)
	huma.Register(api, op(both, "steerBatch", http.MethodPost, one+"/steer", "暂停、继续或取消批次",
		"Pause a batch of the own unit, let it go on, or end it, also in its maker's absence. What was made stays.", found, conflict), d.steerBatch)
	huma.Register(api, op(both, "getBatchSample", http.MethodGet, one+"/samples/{nth}", "照面样张",
		"The face of a row from the beginning, the middle or the end, as it will be made, without seals.", found, conflict), d.batchSample)
	huma.Register(api, op(maker, "downloadBatchTemplate", http.MethodGet, "/api/v1/batch-templates/{typeCode}", "下载模板",
		"An empty spreadsheet with the columns of a type.", found), d.batchTemplate)
}

func (d Deps) batchView(ctx context.Context, b batch.Batch, lang string) (*batchOutput, error) {
	out := &batchOutput{}
	err := d.DB.Read(ctx, func(q *db.Tx) error {
		var err error
		out.Body, err = d.batch(ctx, q, b, lang)
		return err
	})
	return out, err
}

func (d Deps) batch(ctx context.Context, q *db.Tx, b batch.Batch, lang string) (Batch, error) {
	t, err := d.Types.Latest(ctx, q, b.TypeCode)
	if err != nil {
		return Batch{}, err
	}
	issuer, err := d.unitNamed(ctx, q, b.IssuerID, lang)
	if err != nil {
		return Batch{}, err
	}
	maker, err := d.Accounts.PersonIn(ctx, q, b.MakerID)
	if err != nil {
		return Batch{}, err
	}
	x := Batch{ID: b.ID, Kind: string(b.Kind), Type: typeName(t, lang), Issuer: issuer, State: string(b.State), FileName: b.FileName, MendName: b.MendName, Position: b.Position,
		Total: b.Total, Good: b.Good, Bad: b.Bad, Made: b.Made, LeftOut: b.LeftOut, Doubtful: b.Doubtful(), Words: b.Words, Maker: Actor{Name: maker.Name, Roles: append([]string{}, maker.Roles...)},
		Mine: b.MakerID == actorFrom(ctx).AccountID, Ours: b.UnitID == actorFrom(ctx).UnitID, DueAt: beijing(b.DueAt), Workdays: d.workdaysLeft(b.DueAt), CreatedAt: b.CreatedAt.In(clock.Shanghai), UpdatedAt: b.UpdatedAt.In(clock.Shanghai),
		EndedAt: beijing(b.EndedAt)}
	if b.UnitID != b.IssuerID {
		converter, err := d.unitNamed(ctx, q, b.UnitID, lang)
		if err != nil {
			return Batch{}, err
		}
		x.Converter = &converter
	}
	if b.Problem != nil {
		x.Problem = reasonOf(b.Problem.Code, b.Problem.Args)
	}
	if b.ReviewerID != "" {
		p, err := d.Accounts.PersonIn(ctx, q, b.ReviewerID)
		if err != nil {
			return Batch{}, err
		}
		x.Reviewer = &Actor{Name: p.Name, Roles: append([]string{}, p.Roles...)}
	}
	return x, nil
}

// batchAfter answers with a batch that something was done to.
func (d Deps) batchAfter(ctx context.Context, lang string) func(b batch.Batch, err error) (*batchOutput, error) {
	return func(b batch.Batch, err error) (*batchOutput, error) {
		if err != nil {
			return nil, err
		}
		return d.batchView(ctx, b, lang)
	}
}

func (d Deps) batchOf(ctx context.Context, id string) (b batch.Batch, err error) {
	err = d.DB.Read(ctx, func(q *db.Tx) error {
		b, err = d.Batches.Get(ctx, q, actorFrom(ctx), id)
		return err
	})
	return b, err
}

func (d Deps) beginBatch(ctx context.Context, in *batchInput) (*batchOutput, error) {
	return d.batchAfter(ctx, in.lang())(d.Batches.Begin(ctx, actorFrom(ctx), batch.Upload{Kind: batch.Kind(in.Kind), TypeCode: in.TypeCode, IssuerID: in.IssuerID,
		FileName: in.FileName, Data: in.RawBody}))
}

func (d Deps) listBatches(ctx context.Context, in *batchesInput) (*batchesOutput, error) {
	out := &batchesOutput{}
	out.Body.Items = []Batch{}
	err := d.DB.Read(ctx, func(q *db.Tx) error {
		found, total, err := d.Batches.List(ctx, q, actorFrom(ctx), batch.Kind(in.Kind), in.Limit, in.Offset)
		if err != nil {
			return err
		}
		out.Body.Total = total
		for _, b := range found {
			x, err := d.batch(ctx, q, b, in.lang())
			if err != nil {
				return err
			}
			out.Body.Items = append(out.Body.Items, x)
		}
		return nil
	})
	return out, err
}

func (d Deps) getBatch(ctx context.Context, in *BatchPath) (*batchOutput, error) {
	return d.batchAfter(ctx, in.lang())(d.batchOf(ctx, in.BatchID))
}

func (d Deps) previewBatch(ctx context.Context, in *BatchPath) (*batchPreviewOutput, error) {
	p, err := d.Batches.Preview(ctx, actorFrom(ctx), in.BatchID)
	if err != nil {
		return nil, err
	}
	out := &batchPreviewOutput{}
	out.Body.Rows, out.Body.Columns = p.Rows, []BatchColumn{}
	for _, c := range p.Columns {
		out.Body.Columns = append(out.Body.Columns, BatchColumn{Name: c.Name, Label: choose(in.lang(), c.Zh, c.En), Required: c.Required, Heading: p.Headings[c.Name]})
	}
	return out, nil
}

func (d Deps) mapBatch(ctx context.Context, in *batchHeadingsInput) (*batchOutput, error) {
	return d.batchAfter(ctx, in.lang())(d.Batches.Map(ctx, actorFrom(ctx), in.BatchID, in.Body.Headings))
}

func (d Deps) listBatchRows(ctx context.Context, in *batchRowsInput) (*batchRowsOutput, error) {
	out := &batchRowsOutput{}
	out.Body.Items = []BatchRow{}
	err := d.DB.Read(ctx, func(q *db.Tx) error {
		b, err := d.Batches.Get(ctx, q, actorFrom(ctx), in.BatchID)
		if err != nil {
			return err
		}
		form, err := d.Batches.Form(ctx, q, b)
		if err != nil {
			return err
		}
		out.Body.Total = map[batch.RowState]int{"": b.Total, batch.Good: b.Good, batch.Bad: b.Bad, batch.Made: b.Made, batch.Left: b.LeftOut, batch.Doubt: b.Doubtful()}[batch.RowState(in.State)]
		rows, err := d.Batches.Rows(ctx, q, b, batch.RowState(in.State), in.Limit, in.Offset)
		if err != nil {
			return err
		}
		cells, err := d.Batches.Shown(ctx, q, b, rows)
		if err != nil {
			return err
		}
		for i, r := range rows {
			x := batchRow(r, form, cells[i], in.lang())
			if x.License, err = d.batchLicense(ctx, q, r, in.lang()); err != nil {
				return err
			}
			out.Body.Items = append(out.Body.Items, x)
		}
		return nil
	})
	return out, err
}

// batchLicense is the license that was made of a row; nil where none was.
func (d Deps) batchLicense(ctx context.Context, q *db.Tx, r batch.Row, lang string) (*BatchLicense, error) {
	if r.State != batch.Made {
		return nil, nil //nolint:nilnil // absent in the answer: not made
	}
	l, err := d.Licenses.Get(ctx, q, r.HolderID, r.LicenseID)
	if err != nil {
		return nil, err
	}
	x := &BatchLicense{}
	if x.IssuedLicense, err = d.issuedLicense(ctx, q, l, lang); err != nil {
		return nil, err
	}
	x.NumberMasked, err = d.Licenses.MaskedNumber(ctx, q, l)
	return x, err
}

func batchRow(r batch.Row, form sheet.Form, cells []batch.Cell, lang string) BatchRow {
	x := BatchRow{FileRow: r.FileRow, State: string(r.State), Faults: []RowFault{}}
	for _, c := range cells {
		x.Cells = append(x.Cells, BatchCell{Column: c.Column.Name, Label: choose(lang, c.Column.Zh, c.Column.En), Value: c.Value})
	}
	for _, f := range r.Faults {
		fault := RowFault{Reason: *reasonOf(f.Code, f.Args)}
		if i := form.Index(f.Field); i >= 0 {
			fault.Column = choose(lang, form.Columns[i].Zh, form.Columns[i].En)
		}
		x.Faults = append(x.Faults, fault)
	}
	return x
}

func (d Deps) batchErrors(ctx context.Context, in *BatchPath) (*file, error) {
	content, err := d.Batches.ErrorFile(ctx, actorFrom(ctx), in.BatchID, in.lang() == "en")
	if err != nil {
		return nil, err
	}
	return workbook(content, "errors-batch"), nil
}

func (d Deps) mendBatch(ctx context.Context, in *batchMendInput) (*batchOutput, error) {
	return d.batchAfter(ctx, in.lang())(d.Batches.Mend(ctx, actorFrom(ctx), in.BatchID, in.FileName, in.RawBody))
}

func (d Deps) submitBatch(ctx context.Context, in *BatchPath) (*batchOutput, error) {
	return d.batchAfter(ctx, in.lang())(d.Batches.Submit(ctx, actorFrom(ctx), in.BatchID))
}

func (d Deps) reviewBatch(ctx context.Context, in *batchReviewInput) (*batchOutput, error) {
	return d.batchAfter(ctx, in.lang())(d.Batches.Judge(ctx, actorFrom(ctx), in.BatchID, in.Body.Outcome == "approve", in.Body.Words))
}

func (d Deps) steerBatch(ctx context.Context, in *batchSteerInput) (*batchOutput, error) {
	a := actorFrom(ctx)
	answer := d.batchAfter(ctx, in.lang())
	switch in.Body.Action {
	case "pause":
		return answer(d.Batches.Pause(ctx, a, in.BatchID))
	case "resume":
		return answer(d.Batches.Resume(ctx, a, in.BatchID))
	default:
		return answer(d.Batches.Cancel(ctx, a, in.BatchID))
	}
}

func (d Deps) batchSample(ctx context.Context, in *batchSampleInput) (*file, error) {
	content, err := d.Batches.Sample(ctx, actorFrom(ctx), in.BatchID, in.Nth)
	if err != nil {
		return nil, err
	}
	return svg(content), nil
}

func (d Deps) batchTemplate(ctx context.Context, in *batchTemplateInput) (*file, error) {
	content, err := d.Batches.Template(ctx, batch.Kind(in.Kind), in.TypeCode, in.lang() == "en")
	if err != nil {
		return nil, err
	}
	return workbook(content, "template-"+in.TypeCode), nil
}
