package httpapi

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"github.com/yinxin-org/yinxin/internal/authn"
	"github.com/yinxin-org/yinxin/internal/batch"
	"github.com/yinxin-org/yinxin/internal/db"
)

// StockProposal is an old license whose holder has another of the type: the same one, or not?
type StockProposal struct {
	FileRow          int    `json:"fileRow" doc:"In its list, as the spreadsheet counts: the headings stand in row 1."`
	HolderNameMasked string `json:"holderNameMasked"`
	Number           string `json:"number"`
	IssuedOn         string `json:"issuedOn"`
	HeldIdentifier   string `json:"heldIdentifier" doc:"Of the license that is here."`
	HeldIssuedOn     string `json:"heldIssuedOn"`
}

// StockProgress is how far a unit is with converting its old licenses of a type.
type StockProgress struct {
	Unit      Named `json:"unit"`
	Type      Coded `json:"type"`
	Planned   int   `json:"planned" doc:"How many it holds, as the unit says; 0: it has not said."`
	Converted int   `json:"converted"`
	LeftOut   int   `json:"leftOut" doc:"Expired, ended, or here already."`
	Faulty    int   `json:"faulty"`
	Waiting   int   `json:"waiting"`
	Batches   int   `json:"batches"`
	Percent   *int  `json:"percent,omitempty" doc:"Settled of what is planned; absent without a plan."`
	Mine      bool  `json:"mine" doc:"Of the own unit."`
}

type stockProposalsInput struct {
	BatchPath
	Page
}

type stockProposalsOutput struct {
	Body struct {
		Items []StockProposal `json:"items" nullable:"false"`
		Total int             `json:"total"`
	}
}

type stockAnswerInput struct {
	BatchPath
	Body struct {
		FileRow int    `json:"fileRow,omitempty" minimum:"0" maximum:"100000000" doc:"In its list; 0: all that are in doubt."`
		Answer  string `json:"answer" enum:"both,newer,drop" doc:"both: two licenses; newer: the same one, the one issued later counts; drop: the row is left out."`
	}
}

type stockProgressOutput struct {
	Body struct {
		Items []StockProgress `json:"items" nullable:"false"`
	}
}

type stockPlanInput struct {
	Language
	TypeCode string `path:"typeCode" minLength:"21" maxLength:"21"`
	Body     struct {
		Planned int    `json:"planned" minimum:"1" maximum:"1000000000"`
		Reason  string `json:"reason" minLength:"2" maxLength:"200" doc:"Kept in the trail of changes. No personal data."`
	}
}

func registerStock(api huma.API, d Deps) {
	op := func(roles []string, id, method, path, summary, description string, errors ...int) huma.Operation {
		return require(api, huma.Operation{OperationID: id, Method: method, Path: path, Tags: []string{tagBatch}, Summary: summary,
			Description: description, Errors: errors}, roles...)
	}
	const proposals = "/api/v1/batches/{batchId}/proposals"
	found, conflict := http.StatusNotFound, http.StatusConflict
	maker := []string{RoleClerk}
	huma.Register(api, op(maker, "listStockProposals", http.MethodGet, proposals, "待确认是否同一本",
		"Old licenses whose holder has another of the type here. For the batch's maker alone.", found), d.listStockProposals)
	huma.Register(api, op(maker, "answerStockProposal", http.MethodPost, proposals, "确认是否同一本",
		"Say of one such row, or of all, whether it is the license that its holder has already.", found, conflict), d.answerStockProposal)
	huma.Register(api, op([]string{RoleClerk, RoleReviewer, RoleSupervisor}, "getStockProgress", http.MethodGet, "/api/v1/stock", "存量转换进度",
		"How far the own unit is with converting old licenses, by type; for who supervises also the units beneath it."), d.stockProgress)
	huma.Register(api, op(maker, "planStock", http.MethodPut, "/api/v1/stock/{typeCode}", "填报存量数",
		"Say how many old licenses of a type the own unit holds.", found), d.planStock)
}

func (d Deps) listStockProposals(ctx context.Context, in *stockProposalsInput) (*stockProposalsOutput, error) {
	out := &stockProposalsOutput{}
	out.Body.Items = []StockProposal{}
	err := d.DB.Read(ctx, func(q *db.Tx) error {
		a := actorFrom(ctx)
		b, err := d.Batches.Get(ctx, q, a, in.BatchID)
		if err != nil {
			return err
		}
		out.Body.Total = b.Doubtful()
		list, err := d.Batches.Proposals(ctx, q, a, in.BatchID, in.Limit, in.Offset)
		for _, p := range list {
			out.Body.Items = append(out.Body.Items, StockProposal{FileRow: p.FileRow, HolderNameMasked: p.Name, Number: p.Number,
				IssuedOn: p.IssuedOn, HeldIdentifier: p.Held.Identifier, HeldIssuedOn: date(p.Held.IssuedOn)})
		}
		return err
	})
	return out, err
}

func (d Deps) answerStockProposal(ctx context.Context, in *stockAnswerInput) (*batchOutput, error) {
	return d.batchAfter(ctx, in.lang())(d.Batches.Decide(ctx, actorFrom(ctx), in.BatchID, in.Body.FileRow, batch.Answer(in.Body.Answer)))
}

func (d Deps) stockProgress(ctx context.Context, in *Language) (*stockProgressOutput, error) {
	out := &stockProgressOutput{}
	out.Body.Items = []StockProgress{}
	a := actorFrom(ctx)
	err := d.DB.Read(ctx, func(q *db.Tx) error {
		all, err := d.Batches.Progress(ctx, q, a.UnitID, a.Has(authn.RoleSupervisor))
		if err != nil {
			return err
		}
		for _, p := range all {
			x := StockProgress{Planned: p.Planned, Converted: p.Converted, LeftOut: p.LeftOut, Faulty: p.Faulty, Waiting: p.Waiting,
				Batches: p.Batches, Mine: p.UnitID == a.UnitID}
			if n := p.Percent(); n >= 0 {
				x.Percent = &n
			}
			t, err := d.Types.Latest(ctx, q, p.TypeCode)
			if err != nil {
				return err
			}
			x.Type = typeName(t, in.lang())
			if x.Unit, err = d.unitNamed(ctx, q, p.UnitID, in.lang()); err != nil {
				return err
			}
			out.Body.Items = append(out.Body.Items, x)
		}
		return nil
	})
	return out, err
}

func (d Deps) planStock(ctx context.Context, in *stockPlanInput) (*stockProgressOutput, error) {
	if err := d.Batches.Plan(ctx, actorFrom(ctx), in.TypeCode, in.Body.Planned, in.Body.Reason); err != nil {
		return nil, err
	}
	return d.stockProgress(ctx, &in.Language)
}
