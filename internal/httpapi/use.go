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

// usesShown bounds the list of uses in one answer.
const usesShown = 200

// Use is one use of a license, given or refused.
type Use struct {
	RecordNo string     `json:"recordNo" doc:"存证编号"`
	At       time.Time  `json:"at"`
	Ground   string     `json:"ground" enum:"case,self,presentation,consent,issuing,share,commitment,inspection,break-glass,archive,quality,analysis"`
	Result   string     `json:"result" enum:"given,refused"`
	Reason   *Reason    `json:"reason,omitempty"`
	License  UseLicense `json:"license"`
	Unit     string     `json:"unit,omitempty"`
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

type usesOutput struct {
	Body struct {
		Items []Use `json:"items"`
		Left  int   `json:"left" doc:"Older uses that were kept for ten years and have left for the archive. They are in the list of evidence still."`
	}
}

type recordInput struct {
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
		Description: "All uses of the signed-in holder's licenses, newest first, refusals included.",
	}, RoleHolder), d.listUses)
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

func (d Deps) listUses(ctx context.Context, in *struct{ Language }) (*usesOutput, error) {
	out := &usesOutput{}
	out.Body.Items = []Use{}
	err := d.DB.Read(ctx, func(q *db.Tx) error {
		uses, err := d.Door.Uses(ctx, q, actorFrom(ctx).HolderID, usesShown)
		if err != nil {
			return err
		}
		before := retention.DueBefore(d.Clock.Now())
		if out.Body.Left, err = d.Book.Gone(ctx, q, actorFrom(ctx).HolderID, access.LeafKind, before); err != nil {
			return err
		}
		for _, u := range uses {
			if u.Purpose == "grant" && u.Result == "given" {
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

func (d Deps) use(ctx context.Context, q *db.Tx, u access.Use, lang string) (Use, error) {
	out := Use{RecordNo: u.RecordNo, At: u.At.In(clock.Shanghai), Ground: string(u.Ground), Result: u.Result, Role: u.Role,
		CaseNo: u.CaseNo, Purpose: u.Purpose, License: UseLicense{ID: u.LicenseID}, Fields: []string{}}
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
	if u.Result == "given" {
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

func (d Deps) receipt(ctx context.Context, in *recordInput) (*receiptOutput, error) {
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

func (d Deps) proof(ctx context.Context, in *recordInput) (*proofOutput, error) {
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
