package httpapi

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/yinxin-org/yinxin/internal/access"
	"github.com/yinxin-org/yinxin/internal/clock"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/present"
)

const tagPresentation = "亮证与核验 Presenting and checking"

// Presentation is a license being shown.
type Presentation struct {
	ID        string     `json:"id"`
	URL       string     `json:"url,omitempty" doc:"What the QR code holds; only in the answer that made it."`
	QRSVG     string     `json:"qrSvg,omitempty" doc:"The QR code as SVG."`
	ExpiresAt time.Time  `json:"expiresAt"`
	Seconds   int        `json:"seconds" doc:"Seconds left."`
	State     string     `json:"state" enum:"open,checked,expired,ended"`
	Fields    []Label    `json:"fields" doc:"What the verifier will see."`
	Scenario  string     `json:"scenario,omitempty" doc:"Name of the social scenario it is shown in: only verifiers enrolled there can check it."`
	Uses      int        `json:"uses" doc:"How many checks the code stands."`
	UsesLeft  int        `json:"usesLeft"`
	Checks    []Checked  `json:"checks" doc:"Checks so far, oldest first."`
	CheckedAt *time.Time `json:"checkedAt,omitempty" doc:"The last check."`
	CheckedBy string     `json:"checkedBy,omitempty" doc:"Who did it: the unit, or another holder; 公众核验 for nobody signed in."`
}

// Checked is one check of a presentation.
type Checked struct {
	At       time.Time `json:"at"`
	By       string    `json:"by"`
	RecordNo string    `json:"recordNo" doc:"存证编号"`
}

type showInput struct {
	HeldPath
	Body struct {
		Fields   []string `json:"fields,omitempty" maxItems:"40" doc:"Names of the fields to show; the usual ones, or the scenario's, by default."`
		Uses     int      `json:"uses,omitempty" minimum:"1" maximum:"5" doc:"How many checks the code stands; one by default."`
		Scenario string   `json:"scenario,omitempty" format:"uuid" doc:"The social scenario to show it in."`
	}
}

type presentationInput struct {
	Language
	ID string `path:"id" format:"uuid"`
}

type presentationOutput struct {
	CacheControl string `header:"Cache-Control"`
	Body         Presentation
}

// CodePath is the secret of a shown code in the address.
type CodePath struct {
	Language
	Token string `path:"token" minLength:"20" maxLength:"64" pattern:"^[A-Za-z0-9_-]+$"`
}

// Peek is what a code would show, before it is checked.
type Peek struct {
	State     string    `json:"state" enum:"open,checked,expired,ended"`
	Type      Coded     `json:"type"`
	Fields    []Label   `json:"fields"`
	Scenario  string    `json:"scenario,omitempty"`
	UsesLeft  int       `json:"usesLeft"`
	ExpiresAt time.Time `json:"expiresAt"`
	Seconds   int       `json:"seconds"`
}

type peekOutput struct{ Body Peek }

type checkInput struct {
	CodePath
	Body struct {
		Purpose string `json:"purpose,omitempty" maxLength:"100"`
	}
}

// Verdict is what a check says.
type Verdict struct {
	Verdict string `json:"verdict" enum:"valid,notInForce,suspended,ended"`
	State
	Type      Coded         `json:"type"`
	Issuer    string        `json:"issuer"`
	Fields    []Item        `json:"fields"`
	Parts     []LicensePart `json:"parts,omitempty" doc:"Of a comprehensive license: what it joins, as it is now."`
	Late      bool          `json:"late,omitempty" doc:"Its annual inspection is overdue, and it is in force all the same, as its type says."`
	CheckedAt time.Time     `json:"checkedAt"`
	RecordNo  string        `json:"recordNo" doc:"存证编号"`
}

// LicensePart is one license that a comprehensive one joins (行业综合许可证).
type LicensePart struct {
	Type   Coded  `json:"type"`
	Issuer string `json:"issuer"`
	State
}

func licenseParts(parts []present.Part, lang string) []LicensePart {
	var out []LicensePart
	for _, p := range parts {
		out = append(out, LicensePart{Type: typeName(p.Type, lang), Issuer: p.Issuer, State: stateOf(p.State, lang)})
	}
	return out
}

type verdictOutput struct{ Body Verdict }

func registerPresentation(api huma.API, d Deps) {
	tags := []string{tagPresentation}
	huma.Register(api, require(api, huma.Operation{
		OperationID: "showLicense", Method: http.MethodPost, Path: "/api/v1/me/licenses/{id}/presentations", Tags: tags,
		Summary: "出示证照", Description: "Show an own license by a QR code that lives a minute and works once, or as often as the holder allows. In a social scenario only its fields are shown, to its verifiers alone.",
		Errors: []int{http.StatusNotFound, http.StatusConflict}, DefaultStatus: http.StatusCreated,
	}, RoleHolder), d.show)
	huma.Register(api, require(api, huma.Operation{
		OperationID: "getPresentation", Method: http.MethodGet, Path: "/api/v1/me/presentations/{id}", Tags: tags,
		Summary: "出示的情况", Description: "How an own presentation stands: still open, or checked by whom and when.",
		Errors: []int{http.StatusNotFound},
	}, RoleHolder), d.getPresentation)
	huma.Register(api, require(api, huma.Operation{
		OperationID: "endPresentation", Method: http.MethodDelete, Path: "/api/v1/me/presentations/{id}", Tags: tags,
		Summary: "收回出示", Description: "End an own presentation; its code stops working.", Errors: []int{http.StatusNotFound},
	}, RoleHolder), d.endPresentation)
	huma.Register(api, open(huma.Operation{
		OperationID: "peek", Method: http.MethodGet, Path: "/api/v1/presentations/{token}", Tags: tags,
		Summary: "码将显示什么", Description: "What a scanned code would show. Nothing is consumed.", Errors: []int{http.StatusNotFound},
	}), d.peek)
	huma.Register(api, open(huma.Operation{
		OperationID: "check", Method: http.MethodPost, Path: "/api/v1/presentations/{token}/check", Tags: tags,
		Summary: "核验", Description: "Check what is shown. The code is used up, the use recorded, and the holder sees by whom.",
		Errors: []int{http.StatusNotFound, http.StatusGone, http.StatusForbidden, http.StatusServiceUnavailable},
	}), d.check)
}

func (d Deps) presentation(ctx context.Context, p present.Presentation, lang string) (Presentation, error) {
	out := Presentation{ID: p.ID, ExpiresAt: p.ExpiresAt.In(clock.Shanghai), State: string(p.State), Fields: labels(p.Type, p.Fields, lang),
		Seconds: seconds(p.ExpiresAt.Sub(d.Clock.Now())), Uses: p.Uses, UsesLeft: p.UsesLeft, Checks: []Checked{}, CheckedAt: beijing(p.CheckedAt)}
	err := d.DB.Read(ctx, func(q *db.Tx) error {
		var err error
		if out.Scenario, err = d.scenarioName(ctx, q, p.ScenarioID, lang); err != nil {
			return err
		}
		for _, c := range p.Checks {
			who, err := d.side(ctx, q, c.UnitID, c.PeerID, lang)
			if err != nil {
				return err
			}
			out.Checks = append(out.Checks, Checked{At: c.At.In(clock.Shanghai), By: who.Name, RecordNo: access.Number(c.RecordID)})
			out.CheckedBy = who.Name
		}
		return nil
	})
	return out, err
}

func seconds(d time.Duration) int { return max(0, int(d.Seconds())) }

func (d Deps) show(ctx context.Context, in *showInput) (*presentationOutput, error) {
	p, err := d.Desk.Show(ctx, actorFrom(ctx), present.Showing{LicenseID: in.ID, Fields: in.Body.Fields, Uses: in.Body.Uses,
		ScenarioID: in.Body.Scenario})
	if err != nil {
		return nil, err
	}
	body, err := d.presentation(ctx, p, in.lang())
	if err != nil {
		return nil, err
	}
	body.URL = d.BaseURL + "/s/" + p.Code
	if body.QRSVG, err = present.QRSVG(body.URL); err != nil {
		return nil, err
	}
	return &presentationOutput{CacheControl: "no-store", Body: body}, nil
}

func (d Deps) getPresentation(ctx context.Context, in *presentationInput) (*presentationOutput, error) {
	p, err := d.Desk.Get(ctx, actorFrom(ctx), in.ID)
	if err != nil {
		return nil, err
	}
	body, err := d.presentation(ctx, p, in.lang())
	return &presentationOutput{CacheControl: "no-store", Body: body}, err
}

func (d Deps) endPresentation(ctx context.Context, in *presentationInput) (*struct{}, error) {
	return nil, d.Desk.End(ctx, actorFrom(ctx), in.ID)
}

func (d Deps) peek(ctx context.Context, in *CodePath) (*peekOutput, error) {
	p, err := d.Desk.Peek(ctx, in.Token)
	if err != nil {
		return nil, err
	}
	out := &peekOutput{Body: Peek{State: string(p.State), Type: typeName(p.Type, in.lang()), Fields: labels(p.Type, p.Fields, in.lang()),
		UsesLeft: p.UsesLeft, ExpiresAt: p.ExpiresAt.In(clock.Shanghai), Seconds: seconds(p.ExpiresAt.Sub(d.Clock.Now()))}}
	err = d.DB.Read(ctx, func(q *db.Tx) error {
		out.Body.Scenario, err = d.scenarioName(ctx, q, p.ScenarioID, in.lang())
		return err
	})
	return out, err
}

func (d Deps) check(ctx context.Context, in *checkInput) (*verdictOutput, error) {
	v, err := d.Desk.Check(ctx, actorFrom(ctx), in.Token, in.Body.Purpose)
	if err != nil {
		return nil, err
	}
	return &verdictOutput{Body: verdictOf(v, in.lang())}, nil
}

func verdictOf(v present.Verdict, lang string) Verdict {
	return Verdict{Verdict: v.State.Verdict(), State: stateOf(v.State, lang), Type: typeName(v.Type, lang),
		Issuer: v.Issuer, Fields: items(v.Fields, lang), Parts: licenseParts(v.Parts, lang), Late: v.Late, CheckedAt: v.At.In(clock.Shanghai), RecordNo: v.RecordNo}
}
