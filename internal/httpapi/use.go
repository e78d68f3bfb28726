package httpapi

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/yinxin-org/yinxin/internal/access"
	"github.com/yinxin-org/yinxin/internal/clock"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/errs"
	"github.com/yinxin-org/yinxin/internal/evidence"
	"github.com/yinxin-org/yinxin/internal/evidence/leaf"
	"github.com/yinxin-org/yinxin/internal/retention"
)

const tagUse = "谁用过我的证照 Uses"

const grantPurpose = "grant" // of the record that a use grant leaves

// Use is one use of a license, given or refused.
type Use struct {
	RecordNo string     `json:"recordNo" doc:"存证编号"`
	At       time.Time  `json:"at"`
	Ground   string     `json:"ground" enum:"case,self,presentation,consent,issuing,share,commitment,inspection,break-glass,archive,quality,analysis"`
	Result   string     `json:"result" enum:"given,refused"`
	Reason   *Reason    `json:"reason,omitempty"`
	License  UseLicense `json:"license"`
	Unit     string     `json:"unit,omitempty"`
	UnitID   string     `json:"unitId,omitempty"`
	Role     string     `json:"role" enum:"clerk,approver,reviewer,verifier,holder,agent,public,staff,platform"`
	Matter   string     `json:"matter,omitempty"`
	CaseNo   string     `json:"caseNo,omitempty"`
	Purpose  string     `json:"purpose"`
	Fields   []string   `json:"fields" doc:"Labels of the fields; empty: none were given out."`
}

// UseLicense names the license of a use.
type UseLicense struct {
	ID       string `json:"id"`
	TypeName string `json:"typeName"`
}

type usesInput struct {
	Language
	License string `query:"license" maxLength:"64" doc:"Of one license: its id."`
	Unit    string `query:"unit" maxLength:"18" doc:"By one unit."`
	Ground  string `query:"ground" enum:"case,self,presentation,consent,issuing,share,commitment,inspection,break-glass,archive,quality,analysis"`
	Result  string `query:"result" enum:"given,refused" doc:"What was given apart from what was refused."`
	Others  bool   `query:"others" doc:"Without the holder's own looks."`
	From    string `query:"from" format:"date" doc:"First day."`
	To      string `query:"to" format:"date" doc:"Last day."`
	Before  string `query:"before" maxLength:"40" doc:"Of the page before: next."`
	Limit   int    `query:"limit" minimum:"1" maximum:"200" default:"50"`
}

type usesOutput struct {
	Body struct {
		Items []Use  `json:"items" nullable:"false"`
		Next  string `json:"next,omitempty" doc:"Goes into before for the next page; absent on the last one."`
		Left  int    `json:"left" doc:"Older uses that were kept for ten years and have left for the archive. They are in the list of evidence still."`
	}
}

type useInput struct {
	Language
	RecordPath
}

type useOutput struct {
	CacheControl string `header:"Cache-Control"`
	Body         Use
}

type certificateOutput struct {
	CacheControl string `header:"Cache-Control"`
	Body         leaf.Certificate
}

// RecordPath names a record in the address.
type RecordPath struct {
	RecordNo string `path:"recordNo" maxLength:"40"`
}

type receiptOutput struct {
	CacheControl string `header:"Cache-Control"`
	Body         leaf.Receipt
}

type proofOutput struct {
	CacheControl string `header:"Cache-Control"`
	Body         leaf.Proof
}

func registerUse(api huma.API, d Deps) {
	huma.Register(api, require(api, huma.Operation{
		OperationID: "listMyUses", Method: http.MethodGet, Path: "/api/v1/me/uses", Tags: []string{tagUse},
		Summary:     "谁用过我的证照",
		Description: "Uses of the signed-in holder's licenses, newest first, refusals included, a page at a time. A page can be short and not be the last.",
	}, RoleHolder), d.listUses)
	huma.Register(api, require(api, huma.Operation{
		OperationID: "getMyUse", Method: http.MethodGet, Path: "/api/v1/me/uses/{recordNo}", Tags: []string{tagUse},
		Summary:     "一次用证",
		Description: "One use of a license of the signed-in holder's, by its 存证编号.",
		Errors:      []int{http.StatusNotFound},
	}, RoleHolder), d.getUse)
	huma.Register(api, require(api, huma.Operation{
		OperationID: "getCertificate", Method: http.MethodGet, Path: "/api/v1/me/uses/{recordNo}/certificate", Tags: []string{tagUse},
		Summary: "存证凭证",
		Description: "Receipt and proof of a use in one file, with the checkpoint and the cosignatures of witnesses: to be kept, and checked " +
			"offline with `yinxin log verify`. Until the record is integrated, a second or so, the answer is evidence.pending.",
		Errors: []int{http.StatusNotFound},
	}, RoleHolder), d.certificate)
	huma.Register(api, require(api, huma.Operation{
		OperationID: "getReceipt", Method: http.MethodGet, Path: "/api/v1/me/uses/{recordNo}/receipt", Tags: []string{tagUse},
		Summary:     "用证凭证",
		Description: "The receipt of a use: the record, opened, and the log's promise. Check it with `yinxin log verify`.",
		Errors:      []int{http.StatusNotFound},
	}, RoleHolder), d.receipt)
	huma.Register(api, require(api, huma.Operation{
		OperationID: "getProof", Method: http.MethodGet, Path: "/api/v1/me/uses/{recordNo}/proof", Tags: []string{tagUse},
		Summary:     "入册证明",
		Description: "The proof that the record stands in the log. Until it is integrated, a second or so, the answer is evidence.pending.",
		Errors:      []int{http.StatusNotFound},
	}, RoleHolder), d.proof)
}

func (d Deps) listUses(ctx context.Context, in *usesInput) (*usesOutput, error) {
	out := &usesOutput{}
	out.Body.Items = []Use{}
	f := access.UseFilter{LicenseID: in.License, UnitID: in.Unit, Ground: access.Ground(in.Ground), Result: in.Result, Others: in.Others, Limit: in.Limit}
	f.From, f.Until = span(in.From, in.To)
	if in.Before != "" {
		id, err := evidence.ParseNo(in.Before)
		if err != nil {
			return nil, errs.New(errs.Invalid, "look.page").On("before")
		}
		f.Before = id
	}
	err := d.DB.Read(ctx, func(q *db.Tx) error {
		uses, err := d.Door.Uses(ctx, q, actorFrom(ctx).HolderID, f)
		if err != nil {
			return err
		}
		before := retention.DueBefore(d.Clock.Now())
		if out.Body.Left, err = d.Book.Gone(ctx, q, actorFrom(ctx).HolderID, access.LeafKind, before); err != nil {
			return err
		}
		if len(uses) == f.Limit {
			out.Body.Next = uses[len(uses)-1].RecordNo
		}
		for _, u := range uses {
			if u.Purpose == grantPurpose && u.Result == access.ResultGiven {
				continue // the reading that follows is the use; the grant alone gave nothing away
			}
			x, err := d.use(ctx, q, u, in.lang())
			if err != nil {
				return err
			}
			out.Body.Items = append(out.Body.Items, x)
		}
		return nil
	})
	return out, err
}

// span is from the beginning of one civil day to the end of another; a day that is not given bounds nothing.
func span(from, to string) (first, until time.Time) {
	if day, err := time.ParseInLocation(time.DateOnly, from, clock.Shanghai); err == nil {
		first = day
	}
	if day, err := time.ParseInLocation(time.DateOnly, to, clock.Shanghai); err == nil {
		until = clock.EndOfDay(day)
	}
	return first, until
}

func (d Deps) getUse(ctx context.Context, in *useInput) (*useOutput, error) {
	id, err := evidence.ParseNo(in.RecordNo)
	if err != nil {
		return nil, errs.New(errs.NotFound, "evidence.unknown")
	}
	out := &useOutput{CacheControl: "no-store"}
	err = d.DB.Read(ctx, func(q *db.Tx) error {
		u, err := d.Door.OneUse(ctx, q, actorFrom(ctx).HolderID, id)
		if err != nil {
			return err
		}
		out.Body, err = d.use(ctx, q, u, in.lang())
		return err
	})
	return out, err
}

func (d Deps) use(ctx context.Context, q *db.Tx, u access.Use, lang string) (Use, error) {
	out := Use{RecordNo: u.RecordNo, At: u.At.In(clock.Shanghai), Ground: string(u.Ground), Result: u.Result, Role: u.Role,
		UnitID: u.UnitID, CaseNo: u.CaseNo, Purpose: u.Purpose, License: UseLicense{ID: u.LicenseID}, Fields: []string{}}
	if len(u.Reasons) > 0 {
		out.Reason = reasonOf(u.Reasons[0], nil)
	}
	if u.UnitID != "" {
		unit, err := d.Units.Get(ctx, q, u.UnitID)
		if err != nil {
			return Use{}, err
		}
		out.Unit = choose(lang, unit.Name, unit.NameEn)
	}
	if u.MatterCode != "" {
		m, err := d.Matters.Get(ctx, q, u.MatterCode)
		if err != nil && errs.Code(err) != "matter.unknown" {
			return Use{}, err
		}
		out.Matter = choose(lang, m.Name, m.NameEn)
	}
	if u.TypeCode == "" {
		return out, nil
	}
	t, err := d.Types.Latest(ctx, q, u.TypeCode)
	if err != nil {
		return Use{}, err
	}
	out.License.TypeName = choose(lang, t.Name, t.NameEn)
	if u.Result == access.ResultGiven {
		for _, n := range u.Fields {
			if n == "*" {
				out.Fields = append(out.Fields, choose(lang, "全部内容", "everything"))
				continue
			}
			f, _ := t.Field(n)
			out.Fields = append(out.Fields, choose(lang, f.Label, f.LabelEn))
		}
	}
	return out, nil
}

func (d Deps) receipt(ctx context.Context, in *RecordPath) (*receiptOutput, error) {
	id, err := evidence.ParseNo(in.RecordNo)
	if err != nil {
		return nil, errs.New(errs.NotFound, "evidence.unknown")
	}
	r, err := d.openReceipt(ctx, id)
	return &receiptOutput{CacheControl: "no-store", Body: r}, err
}

// openReceipt gives the receipt of a record that the signed-in holder may see.
func (d Deps) openReceipt(ctx context.Context, leafID string) (leaf.Receipt, error) {
	var owner string
	err := d.DB.Read(ctx, func(q *db.Tx) error {
		var err error
		// Whoever was shown a license keeps a receipt, and may check the record that it names.
		owner, err = d.Desk.RecordOwner(ctx, q, actorFrom(ctx).HolderID, leafID)
		if errs.Code(err) == "evidence.unknown" {
			owner, err = d.Door.Whose(ctx, q, actorFrom(ctx).HolderID, leafID)
		}
		return err
	})
	if err != nil {
		return leaf.Receipt{}, err
	}
	return d.Book.Receipt(ctx, owner, leafID)
}

func (d Deps) proof(ctx context.Context, in *RecordPath) (*proofOutput, error) {
	id, err := evidence.ParseNo(in.RecordNo)
	if err != nil {
		return nil, errs.New(errs.NotFound, "evidence.unknown")
	}
	// Whose leaf it is decides who may ask where it stands, also when what it says has left for the archive.
	if _, err := d.openReceipt(ctx, id); err != nil && errs.Code(err) != "evidence.left" {
		return nil, err
	}
	p, err := d.Book.Proof(ctx, id)
	return &proofOutput{CacheControl: "no-store", Body: p}, err
}

func (d Deps) certificate(ctx context.Context, in *RecordPath) (*certificateOutput, error) {
	receipt, err := d.receipt(ctx, in)
	if err != nil {
		return nil, err
	}
	proof, err := d.proof(ctx, in)
	if err != nil {
		return nil, err
	}
	return &certificateOutput{CacheControl: "no-store", Body: leaf.Certificate{Receipt: receipt.Body, Proof: proof.Body}}, nil
}
