package httpapi

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/google/uuid"

	"github.com/yinxin-org/yinxin/internal/appeal"
	"github.com/yinxin-org/yinxin/internal/clock"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/evidence/leaf"
)

const tagViolation = "监督 Supervision"

// Violation is one recognised act against the rules of use.
type Violation struct {
	ID        string     `json:"id"`
	Ground    string     `json:"ground" enum:"paper,refused" doc:"榕政办〔2018〕214号 第二十条（一）, （二）"`
	Source    string     `json:"source" enum:"desk,correction,complaint" doc:"How it was recognised."`
	Unit      Named      `json:"unit" doc:"Whose."`
	Person    *Named     `json:"person,omitempty" doc:"The account that asked for paper, where it is known."`
	Matter    Coded      `json:"matter"`
	Type      *Coded     `json:"type,omitempty"`
	CaseNo    string     `json:"caseNo,omitempty"`
	At        time.Time  `json:"at"`
	RecordNo  string     `json:"recordNo" doc:"存证编号"`
	State     string     `json:"state" enum:"waiting,settled"`
	Outcome   string     `json:"outcome,omitempty" enum:"upheld,dismissed"`
	SettledAt *time.Time `json:"settledAt,omitempty"`
	Version   int64      `json:"version"`
}

// ViolationDetail is a violation with its evidence.
type ViolationDetail struct {
	Violation
	HolderName  string      `json:"holderName" doc:"A person's name is masked."`
	Material    string      `json:"material,omitempty"`
	Claimed     string      `json:"claimed,omitempty" enum:"missing,wrong,unreachable" doc:"The ground that the desk gave."`
	LicenseThen *State      `json:"licenseThen,omitempty" doc:"State of the license at that moment."`
	LicenseNow  *State      `json:"licenseNow,omitempty"`
	Proof       *ProofFacts `json:"proof,omitempty" doc:"The holder's availability proof."`
	AppealID    string      `json:"appealId,omitempty"`
	Words       string      `json:"words,omitempty" doc:"What the supervisor decided."`
	SettledBy   string      `json:"settledBy,omitempty"`
}

type violationsInput struct {
	Language
	Page
	State string `query:"state" enum:"waiting,settled"`
}

type violationsOutput struct {
	Body struct {
		Items []Violation `json:"items"`
		Total int         `json:"total"`
	}
}

// ViolationPath names a violation in the address.
type ViolationPath struct {
	Language
	ViolationID string `path:"violationId" format:"uuid"`
}

type violationOutput struct{ Body ViolationDetail }

type settleInput struct {
	ViolationPath
	Body struct {
		Version int64  `json:"version" minimum:"1"`
		Outcome string `json:"outcome" enum:"upheld,dismissed"`
		Words   string `json:"words" minLength:"1" maxLength:"500"`
	}
}

func registerViolation(api huma.API, d Deps) {
	op := func(id, method, path, zh, en string, errors ...int) huma.Operation {
		return require(api, huma.Operation{OperationID: id, Method: method, Path: path, Tags: []string{tagViolation}, Summary: zh, Description: en,
			Errors: errors}, RoleSupervisor)
	}
	huma.Register(api, op("listViolations", http.MethodGet, "/api/v1/violations", "违规记录",
		"Violations of the units below the own one, the newest first."), d.listViolations)
	huma.Register(api, op("getViolation", http.MethodGet, "/api/v1/violations/{violationId}", "违规证据",
		"A violation with its evidence.", http.StatusNotFound), d.getViolation)
	huma.Register(api, op("settleViolation", http.MethodPost, "/api/v1/violations/{violationId}/outcome", "认定违规",
		"Uphold or dismiss a violation, with words.", http.StatusNotFound, http.StatusConflict), d.settleViolation)
	huma.Register(api, op("getViolationReceipt", http.MethodGet, "/api/v1/violations/{violationId}/receipt", "违规记录的凭证",
		"The receipt of the record, to be checked with `yinxin log verify`.", http.StatusNotFound), d.violationReceipt)
	huma.Register(api, op("getViolationProof", http.MethodGet, "/api/v1/violations/{violationId}/proof", "违规记录的入册证明",
		"The proof that the record stands in the log.", http.StatusNotFound), d.violationProof)
}

func (d Deps) listViolations(ctx context.Context, in *violationsInput) (*violationsOutput, error) {
	out := &violationsOutput{}
	out.Body.Items = []Violation{}
	err := d.DB.Read(ctx, func(q *db.Tx) error {
		found, total, err := d.Appeals.Violations(ctx, q, actorFrom(ctx).UnitID, in.State, in.Limit, in.Offset)
		if err != nil {
			return err
		}
		out.Body.Total = total
		for _, v := range found {
			x, err := d.violation(ctx, q, v, in.lang())
			if err != nil {
				return err
			}
			out.Body.Items = append(out.Body.Items, x)
		}
		return nil
	})
	return out, err
}

func (d Deps) violation(ctx context.Context, q *db.Tx, v appeal.Violation, lang string) (Violation, error) {
	out := Violation{ID: v.ID, Ground: string(v.Ground), Source: string(v.Source), CaseNo: v.CaseNo, At: v.At.In(clock.Shanghai),
		State: string(v.State), Outcome: string(v.Outcome), SettledAt: beijing(v.SettledAt), Version: v.RowVersion}
	id, err := uuid.Parse(v.LeafID)
	if err != nil {
		return Violation{}, err
	}
	out.RecordNo = leaf.Number(id)
	if out.Unit, err = d.unitNamed(ctx, q, v.UnitID, lang); err != nil {
		return Violation{}, err
	}
	if out.Matter, err = d.matterNamed(ctx, q, v.MatterCode, lang); err != nil {
		return Violation{}, err
	}
	if v.TypeCode != "" {
		c, err := d.typeNamed(ctx, q, v.TypeCode, lang)
		if err != nil {
			return Violation{}, err
		}
		out.Type = &c
	}
	if v.AccountID != "" {
		p, err := d.Accounts.PersonIn(ctx, q, v.AccountID)
		if err != nil {
			return Violation{}, err
		}
		out.Person = &Named{ID: v.AccountID, Name: p.Name}
	}
	return out, nil
}

func (d Deps) getViolation(ctx context.Context, in *ViolationPath) (*violationOutput, error) {
	return d.violationNow(ctx, in.ViolationID, in.lang())
}

func (d Deps) violationNow(ctx context.Context, id, lang string) (*violationOutput, error) {
	out := &violationOutput{}
	err := d.DB.Read(ctx, func(q *db.Tx) error {
		v, err := d.Appeals.Supervised(ctx, q, actorFrom(ctx).UnitID, id)
		if err != nil {
			return err
		}
		if out.Body.Violation, err = d.violation(ctx, q, v, lang); err != nil {
			return err
		}
		out.Body.Claimed, out.Body.AppealID = v.Claimed, v.AppealID
		if out.Body.Words, err = d.Appeals.Verdict(ctx, q, v); err != nil {
			return err
		}
		if v.SettledBy != "" {
			p, err := d.Accounts.PersonIn(ctx, q, v.SettledBy)
			if err != nil {
				return err
			}
			out.Body.SettledBy = p.Name
		}
		return d.violationEvidence(ctx, q, v, &out.Body, lang)
	})
	return out, err
}

// violationEvidence adds whom it concerned, which material, and how the license stood then and stands now.
func (d Deps) violationEvidence(ctx context.Context, q *db.Tx, v appeal.Violation, out *ViolationDetail, lang string) error {
	h, err := d.Holders.Get(ctx, q, v.HolderID)
	if err != nil {
		return err
	}
	out.HolderName = h.Profile.Masked()
	if m, err := d.Matters.Get(ctx, q, v.MatterCode); err == nil {
		if x, ok := m.Material(v.Seq); ok {
			out.Material = x.Name
		}
	}
	if v.LicenseState != "" {
		then := stateOf(v.LicenseState, lang)
		out.LicenseThen = &then
	}
	if v.LicenseID != "" {
		l, err := d.Licenses.Get(ctx, q, v.LicenseHolderID, v.LicenseID)
		if err != nil {
			return err
		}
		now := stateOf(l.State(d.Clock.Now()), lang)
		out.LicenseNow = &now
	}
	if v.ProofID != "" {
		out.Proof, err = d.proofFacts(ctx, q, v.HolderID, v.ProofID, lang)
	}
	return err
}

func (d Deps) settleViolation(ctx context.Context, in *settleInput) (*violationOutput, error) {
	b := in.Body
	if err := d.Appeals.Settle(ctx, actorFrom(ctx), in.ViolationID, b.Version, appeal.Outcome(b.Outcome), b.Words); err != nil {
		return nil, err
	}
	return d.violationNow(ctx, in.ViolationID, in.lang())
}

func (d Deps) supervised(ctx context.Context, id string) (appeal.Violation, error) {
	var v appeal.Violation
	err := d.DB.Read(ctx, func(q *db.Tx) error {
		var err error
		v, err = d.Appeals.Supervised(ctx, q, actorFrom(ctx).UnitID, id)
		return err
	})
	return v, err
}

func (d Deps) violationReceipt(ctx context.Context, in *ViolationPath) (*receiptOutput, error) {
	v, err := d.supervised(ctx, in.ViolationID)
	if err != nil {
		return nil, err
	}
	r, err := d.Book.Receipt(ctx, v.HolderID, v.LeafID)
	return &receiptOutput{CacheControl: "no-store", Body: r}, err
}

func (d Deps) violationProof(ctx context.Context, in *ViolationPath) (*proofOutput, error) {
	v, err := d.supervised(ctx, in.ViolationID)
	if err != nil {
		return nil, err
	}
	p, err := d.Book.Proof(ctx, v.LeafID)
	return &proofOutput{CacheControl: "no-store", Body: p}, err
}
