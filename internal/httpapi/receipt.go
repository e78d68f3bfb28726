package httpapi

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/yinxin-org/yinxin/internal/clock"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/holder"
	"github.com/yinxin-org/yinxin/internal/matter"
	"github.com/yinxin-org/yinxin/internal/present"
)

// receiptsShown bounds the list of receipts in one answer.
const receiptsShown = 100

// Side is who stood on the other side of a showing.
type Side struct {
	Kind string `json:"kind" enum:"unit,firm,person,public"`
	Name string `json:"name" doc:"A person's is masked."`
}

// ShowReceipt is what one side keeps of a showing. It holds no value of any field.
type ShowReceipt struct {
	RecordNo string    `json:"recordNo" doc:"存证编号, the same on both sides"`
	At       time.Time `json:"at"`
	Side     string    `json:"side" enum:"gave,got"`
	Ground   string    `json:"ground" enum:"presentation,consent"`
	With     Side      `json:"with"`
	Type     Coded     `json:"type"`
	Fields   []Label   `json:"fields" doc:"Empty: none were given, for the license was not in force."`
	State
	LicenseID string `json:"licenseId,omitempty" doc:"The license; absent where a unit was shown it."`
	Scenario  string `json:"scenario,omitempty"`
	Purpose   string `json:"purpose"`
}

type receiptsOutput struct {
	CacheControl string `header:"Cache-Control"`
	Body         struct {
		Items []ShowReceipt `json:"items"`
	}
}

func registerReceipt(api huma.API, d Deps) {
	huma.Register(api, require(api, huma.Operation{
		OperationID: "listReceipts", Method: http.MethodGet, Path: "/api/v1/receipts", Tags: []string{tagPresentation},
		Summary:     "回执",
		Description: "What the signed-in holder showed and was shown, or a verifier checked, newest first: who, what and when, without the values.",
	}, RoleHolder, RoleVerifier), d.listReceipts)
}

func (d Deps) listReceipts(ctx context.Context, in *struct{ Language }) (*receiptsOutput, error) {
	out := &receiptsOutput{CacheControl: "no-store"}
	out.Body.Items = []ShowReceipt{}
	err := d.DB.Read(ctx, func(q *db.Tx) error {
		found, err := d.Desk.Receipts(ctx, q, actorFrom(ctx), receiptsShown)
		if err != nil {
			return err
		}
		for _, r := range found {
			x, err := d.showReceipt(ctx, q, r, in.lang())
			if err != nil {
				return err
			}
			out.Body.Items = append(out.Body.Items, x)
		}
		return nil
	})
	return out, err
}

func (d Deps) showReceipt(ctx context.Context, q *db.Tx, r present.Receipt, lang string) (ShowReceipt, error) {
	t, err := d.Types.Version(ctx, q, r.TypeCode, r.TypeVersion)
	if err != nil {
		return ShowReceipt{}, err
	}
	out := ShowReceipt{RecordNo: r.RecordNo(), At: r.At.In(clock.Shanghai), Side: r.Side, Ground: string(r.Ground), Type: typeName(t, lang),
		Fields: labels(t, r.Fields, lang), State: stateOf(r.State, lang), LicenseID: r.LicenseID, Purpose: r.Purpose}
	if out.With, err = d.side(ctx, q, r.OtherUnit, r.OtherHolder, lang); err != nil {
		return ShowReceipt{}, err
	}
	out.Scenario, err = d.scenarioName(ctx, q, r.ScenarioID, lang)
	return out, err
}

// side names who stood on the other side: a unit or firm in full, a person masked.
func (d Deps) side(ctx context.Context, q *db.Tx, unitID, holderID, lang string) (Side, error) {
	switch {
	case unitID != "":
		u, err := d.Units.Get(ctx, q, unitID)
		return Side{Kind: "unit", Name: choose(lang, u.Name, u.NameEn)}, err
	case holderID != "":
		h, err := d.Holders.Get(ctx, q, holderID)
		return sideOf(h.Profile), err
	}
	return Side{Kind: "public", Name: choose(lang, "公众核验", "a member of the public")}, nil
}

// sideOf is a holder as the other side sees them.
func sideOf(p holder.Profile) Side {
	kind := "person"
	if p.CodeType == holder.CodeUSCC {
		kind = "firm"
	}
	return Side{Kind: kind, Name: p.Masked()}
}

// scenarioName names a social scenario; "" for none.
func (d Deps) scenarioName(ctx context.Context, q *db.Tx, id, lang string) (string, error) {
	if id == "" {
		return "", nil
	}
	l, err := d.Matters.Listing(ctx, q, matter.ListScenario, id)
	if err != nil {
		return "", err
	}
	return choose(lang, l.Scenario.Name, l.Scenario.NameEn), nil
}
