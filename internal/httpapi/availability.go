package httpapi

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/yinxin-org/yinxin/internal/appeal"
	"github.com/yinxin-org/yinxin/internal/clock"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/present"
)

// ProofFacts say that at a moment an office could use a license.
type ProofFacts struct {
	No        string    `json:"no" doc:"存证编号"`
	At        time.Time `json:"at"`
	Type      Coded     `json:"type"`
	Matter    Coded     `json:"matter"`
	Unit      Named     `json:"unit"`
	LicenseID string    `json:"licenseId"`
	State
}

// Availability is a proof for its holder, to be shown at a counter.
type Availability struct {
	ProofFacts
	URL       string `json:"url" doc:"Public page of the proof; it does not say whose it is."`
	QR        string `json:"qr" doc:"The address as a QR code, SVG."`
	ReceiptNo string `json:"receiptNo" doc:"Receipt and proof are those of a use with this number: /api/v1/me/uses/{recordNo}/receipt and /proof."`
}

type proveInput struct {
	Language
	Body struct {
		MatterCode string `json:"matterCode" minLength:"12" maxLength:"33" doc:"The matter whose office asked for paper."`
		LicenseID  string `json:"licenseId" format:"uuid"`
	}
}

// ProofPath names a proof in the address.
type ProofPath struct {
	Language
	ProofNo string `path:"proofNo" maxLength:"40"`
}

type availabilityOutput struct{ Body Availability }

type availabilitiesOutput struct {
	Body struct {
		Items []ProofFacts `json:"items"`
	}
}

// proofsShown bounds the list of a holder's proofs.
const proofsShown = 50

func registerAvailability(api huma.API, d Deps) {
	op := func(id, method, path, zh, en string, errors ...int) huma.Operation {
		return require(api, huma.Operation{OperationID: id, Method: method, Path: path, Tags: []string{tagAppeal}, Summary: zh, Description: en,
			Errors: errors}, RoleHolder)
	}
	prove := op("proveAvailability", http.MethodPost, "/api/v1/me/availability", "出具可用证明",
		"Prove that the office of a matter can use an own license at this moment, so that paper can be refused. Where it cannot, the refusal says why.",
		http.StatusNotFound, http.StatusConflict)
	prove.DefaultStatus = http.StatusCreated
	huma.Register(api, prove, d.proveAvailability)
	huma.Register(api, op("listAvailability", http.MethodGet, "/api/v1/me/availability", "我的可用证明",
		"The signed-in holder's proofs, the newest first."), d.listAvailability)
	huma.Register(api, op("getAvailability", http.MethodGet, "/api/v1/me/availability/{proofNo}", "可用证明",
		"One own proof with its code.", http.StatusNotFound), d.getAvailability)
}

func (d Deps) proveAvailability(ctx context.Context, in *proveInput) (*availabilityOutput, error) {
	p, err := d.Appeals.Prove(ctx, actorFrom(ctx), in.Body.MatterCode, in.Body.LicenseID)
	if err != nil {
		return nil, err
	}
	return d.availability(ctx, p.No, in.lang())
}

func (d Deps) getAvailability(ctx context.Context, in *ProofPath) (*availabilityOutput, error) {
	return d.availability(ctx, in.ProofNo, in.lang())
}

func (d Deps) availability(ctx context.Context, no, lang string) (*availabilityOutput, error) {
	out := &availabilityOutput{}
	err := d.DB.Read(ctx, func(q *db.Tx) error {
		p, err := d.Appeals.OwnProof(ctx, q, actorFrom(ctx).HolderID, no)
		if err != nil {
			return err
		}
		facts, err := d.proofView(ctx, q, p, lang)
		if err != nil {
			return err
		}
		out.Body = Availability{ProofFacts: facts, URL: d.BaseURL + "/p/" + p.No, ReceiptNo: p.No}
		out.Body.QR, err = present.QRSVG(out.Body.URL)
		return err
	})
	return out, err
}

func (d Deps) listAvailability(ctx context.Context, in *struct{ Language }) (*availabilitiesOutput, error) {
	out := &availabilitiesOutput{}
	out.Body.Items = []ProofFacts{}
	err := d.DB.Read(ctx, func(q *db.Tx) error {
		found, err := d.Appeals.Proofs(ctx, q, actorFrom(ctx).HolderID, proofsShown)
		if err != nil {
			return err
		}
		for _, p := range found {
			x, err := d.proofView(ctx, q, p, in.lang())
			if err != nil {
				return err
			}
			out.Body.Items = append(out.Body.Items, x)
		}
		return nil
	})
	return out, err
}

// proofFacts are those of a proof that goes with an appeal or violation.
func (d Deps) proofFacts(ctx context.Context, q *db.Tx, holderID, id, lang string) (*ProofFacts, error) {
	p, err := d.Appeals.ProofByID(ctx, q, holderID, id)
	if err != nil {
		return nil, err
	}
	x, err := d.proofView(ctx, q, p, lang)
	return &x, err
}

func (d Deps) proofView(ctx context.Context, q *db.Tx, p appeal.Proof, lang string) (ProofFacts, error) {
	out := ProofFacts{No: p.No, At: p.At.In(clock.Shanghai), LicenseID: p.LicenseID, State: stateOf(p.LicenseState, lang)}
	var err error
	if out.Type, err = d.typeNamed(ctx, q, p.TypeCode, lang); err != nil {
		return ProofFacts{}, err
	}
	if out.Matter, err = d.matterNamed(ctx, q, p.MatterCode, lang); err != nil {
		return ProofFacts{}, err
	}
	out.Unit, err = d.unitNamed(ctx, q, p.UnitID, lang)
	return out, err
}
