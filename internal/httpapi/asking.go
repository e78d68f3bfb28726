package httpapi

import (
	"context"
	"net/http"
	"slices"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/yinxin-org/yinxin/internal/clock"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/matter"
	"github.com/yinxin-org/yinxin/internal/present"
)

// AskedItem is one license that is asked for.
type AskedItem struct {
	Type   Coded   `json:"type"`
	Fields []Label `json:"fields"`
}

// ShowRequest is a request to be shown licenses, for whoever made it.
type ShowRequest struct {
	ID        string      `json:"id"`
	URL       string      `json:"url,omitempty" doc:"What the QR code holds; only in the answer that made it."`
	QRSVG     string      `json:"qrSvg,omitempty" doc:"The QR code as SVG."`
	ExpiresAt time.Time   `json:"expiresAt"`
	Seconds   int         `json:"seconds" doc:"Seconds left to answer."`
	State     string      `json:"state" enum:"open,given,refused,ended,received,expired"`
	Scenario  string      `json:"scenario,omitempty"`
	Purpose   string      `json:"purpose"`
	Items     []AskedItem `json:"items"`
}

// Asker is who asks.
type Asker struct {
	Kind string `json:"kind" enum:"unit,firm,person"`
	Name string `json:"name" doc:"A person's is masked."`
}

// FittingLicense is an own license that would answer a request.
type FittingLicense struct {
	ID           string `json:"id"`
	NumberMasked string `json:"numberMasked"`
	State
	Usable bool `json:"usable"`
}

// AskedFor is one license that is asked for, with the own ones that fit.
type AskedFor struct {
	AskedItem
	Licenses []FittingLicense `json:"licenses"`
}

// AskedRequest is a request as the holder sees it who scanned its code.
type AskedRequest struct {
	State     string     `json:"state" enum:"open,given,refused,ended,received,expired"`
	Asker     Asker      `json:"asker"`
	Scenario  string     `json:"scenario,omitempty" doc:"The social scenario in which the asker is enrolled; absent between holders."`
	Basis     string     `json:"basis,omitempty" doc:"Its legal basis."`
	Purpose   string     `json:"purpose"`
	Items     []AskedFor `json:"items"`
	ExpiresAt time.Time  `json:"expiresAt"`
	Seconds   int        `json:"seconds"`
	Minutes   int        `json:"minutes" doc:"After a consent the asker may read, once, for so many minutes."`
}

// AskPath is the secret of a request's code in the address.
type AskPath struct {
	Language
	Code string `path:"askCode" minLength:"20" maxLength:"64" pattern:"^[A-Za-z0-9_-]+$"`
}

// AskIDPath names an own request in the address.
type AskIDPath struct {
	Language
	ID string `path:"requestId" format:"uuid"`
}

// WantedItem is one license to ask for.
type WantedItem struct {
	Type   string   `json:"type" minLength:"1" maxLength:"21" doc:"Code of the license type."`
	Fields []string `json:"fields,omitempty" maxItems:"40" doc:"Names of its fields; the usual ones, or the scenario's, by default."`
}

type askInput struct {
	Language
	Body struct {
		Scenario string       `json:"scenario,omitempty" format:"uuid" doc:"Verifiers of a unit name the scenario; holders have none."`
		Items    []WantedItem `json:"items" minItems:"1" maxItems:"5"`
		Purpose  string       `json:"purpose,omitempty" maxLength:"100" doc:"Why; holders must say."`
	}
}

type showRequestOutput struct {
	CacheControl string `header:"Cache-Control"`
	Body         ShowRequest
}

type receivedOutput struct {
	CacheControl string `header:"Cache-Control"`
	Body         struct {
		Items []Verdict `json:"items"`
	}
}

type askedOutput struct {
	CacheControl string `header:"Cache-Control"`
	Body         AskedRequest
}

// GivenLicense is what a holder gives for one license asked for.
type GivenLicense struct {
	LicenseID string   `json:"licenseId" format:"uuid"`
	Fields    []string `json:"fields,omitempty" maxItems:"40" doc:"Of the fields asked for those agreed to; all by default."`
}

type consentInput struct {
	AskPath
	Body struct {
		Licenses []GivenLicense `json:"licenses" minItems:"1" maxItems:"5"`
	}
}

// ConsentGiven tells under which number a consent stands in the log.
type ConsentGiven struct {
	RecordNo string `json:"recordNo" doc:"存证编号 of the consent"`
}

type consentOutput struct{ Body ConsentGiven }

// ScenarioChoice is a scenario to choose from.
type ScenarioChoice struct {
	ID    string      `json:"id"`
	Name  string      `json:"name"`
	Basis string      `json:"basis"`
	Items []AskedItem `json:"items"`
}

type scenarioChoicesOutput struct {
	Body struct {
		Items []ScenarioChoice `json:"items"`
	}
}

func registerAsking(api huma.API, d Deps) {
	asker := func(id, method, path, zh, en string, errors ...int) huma.Operation {
		return require(api, huma.Operation{OperationID: id, Method: method, Path: path, Tags: []string{tagPresentation}, Summary: zh,
			Description: en, Errors: errors}, RoleVerifier, RoleHolder)
	}
	answerer := func(id, method, path, zh, en string, errors ...int) huma.Operation {
		return require(api, huma.Operation{OperationID: id, Method: method, Path: path, Tags: []string{tagPresentation}, Summary: zh,
			Description: en, Errors: errors}, RoleHolder)
	}
	ask := asker("askToShow", http.MethodPost, "/api/v1/requests", "请对方出示",
		"Ask to be shown licenses, by a QR code for the other side to scan: a verifier in a scenario the unit is enrolled in, a holder of another holder.",
		http.StatusForbidden, http.StatusNotFound)
	ask.DefaultStatus = http.StatusCreated
	huma.Register(api, ask, d.ask)
	huma.Register(api, asker("getShowRequest", http.MethodGet, "/api/v1/requests/{requestId}", "请求的情况",
		"How an own request stands.", http.StatusNotFound), d.getShowRequest)
	huma.Register(api, asker("endShowRequest", http.MethodDelete, "/api/v1/requests/{requestId}", "收回请求",
		"Take an own request back; its code stops working.", http.StatusNotFound), d.endShowRequest)
	huma.Register(api, asker("receiveShown", http.MethodPost, "/api/v1/requests/{requestId}/receive", "接收对方给出的内容",
		"Read what was agreed to, once. The use is recorded on the ground of consent, and both sides keep a receipt.",
		http.StatusNotFound, http.StatusConflict, http.StatusGone, http.StatusForbidden, http.StatusServiceUnavailable), d.receiveShown)
	huma.Register(api, answerer("getAsked", http.MethodGet, "/api/v1/asked/{askCode}", "谁要看什么",
		"Who asks by a scanned code, for what, why, and which own licenses would answer. Nothing is consumed.",
		http.StatusNotFound, http.StatusConflict), d.getAsked)
	huma.Register(api, answerer("consentToShow", http.MethodPost, "/api/v1/asked/{askCode}/consent", "同意出示",
		"Agree: the asker may read the chosen licenses once, within minutes. The consent stands in the log.",
		http.StatusNotFound, http.StatusConflict, http.StatusGone), d.consentToShow)
	huma.Register(api, answerer("refuseToShow", http.MethodPost, "/api/v1/asked/{askCode}/refuse", "不同意出示",
		"Refuse. The asker learns that, and not who refused.", http.StatusNotFound, http.StatusConflict, http.StatusGone), d.refuseToShow)
	huma.Register(api, require(api, huma.Operation{
		OperationID: "listMyScenarios", Method: http.MethodGet, Path: "/api/v1/scenarios/mine", Tags: []string{tagPresentation},
		Summary: "本单位登记的场景", Description: "The social scenarios in force in which the signed-in verifier's unit is enrolled.",
	}, RoleVerifier), d.listMyScenarios)
	huma.Register(api, answerer("listShowScenarios", http.MethodGet, "/api/v1/me/licenses/{id}/scenarios", "可以出示的场景",
		"The social scenarios in force in which an own license may be shown, with their fields.", http.StatusNotFound), d.listShowScenarios)
}

func (d Deps) ask(ctx context.Context, in *askInput) (*showRequestOutput, error) {
	w := present.Wish{ScenarioID: in.Body.Scenario, Purpose: in.Body.Purpose}
	for _, x := range in.Body.Items {
		w.Items = append(w.Items, present.Item{Type: x.Type, Fields: x.Fields})
	}
	r, err := d.Desk.Ask(ctx, actorFrom(ctx), w)
	if err != nil {
		return nil, err
	}
	body, err := d.showRequest(ctx, r, in.lang())
	if err != nil {
		return nil, err
	}
	body.URL = d.BaseURL + "/m/r/" + r.Code
	body.QRSVG, err = present.QRSVG(body.URL)
	return &showRequestOutput{CacheControl: "no-store", Body: body}, err
}

func (d Deps) showRequest(ctx context.Context, r present.Request, lang string) (ShowRequest, error) {
	out := ShowRequest{ID: r.ID, ExpiresAt: r.ExpiresAt.In(clock.Shanghai), Seconds: seconds(r.ExpiresAt.Sub(d.Clock.Now())),
		State: string(r.State), Purpose: r.Purpose}
	err := d.DB.Read(ctx, func(q *db.Tx) error {
		var err error
		if out.Scenario, err = d.scenarioName(ctx, q, r.ScenarioID, lang); err != nil {
			return err
		}
		out.Items, err = d.askedItems(ctx, q, r.Items, lang)
		return err
	})
	return out, err
}

func (d Deps) askedItems(ctx context.Context, q *db.Tx, wanted []present.Item, lang string) ([]AskedItem, error) {
	out := []AskedItem{}
	for _, x := range wanted {
		t, err := d.typeOrCode(ctx, q, x.Type)
		if err != nil {
			return nil, err
		}
		out = append(out, AskedItem{Type: typeName(t, lang), Fields: labels(t, x.Fields, lang)})
	}
	return out, nil
}

func (d Deps) getShowRequest(ctx context.Context, in *AskIDPath) (*showRequestOutput, error) {
	var r present.Request
	err := d.DB.Read(ctx, func(q *db.Tx) error {
		var err error
		r, err = d.Desk.Request(ctx, q, actorFrom(ctx), in.ID)
		return err
	})
	if err != nil {
		return nil, err
	}
	body, err := d.showRequest(ctx, r, in.lang())
	return &showRequestOutput{CacheControl: "no-store", Body: body}, err
}

func (d Deps) endShowRequest(ctx context.Context, in *AskIDPath) (*struct{}, error) {
	return nil, d.Desk.EndRequest(ctx, actorFrom(ctx), in.ID)
}

func (d Deps) receiveShown(ctx context.Context, in *AskIDPath) (*receivedOutput, error) {
	verdicts, err := d.Desk.Receive(ctx, actorFrom(ctx), in.ID)
	if err != nil {
		return nil, err
	}
	out := &receivedOutput{CacheControl: "no-store"}
	out.Body.Items = []Verdict{}
	for _, v := range verdicts {
		out.Body.Items = append(out.Body.Items, verdictOf(v, in.lang()))
	}
	return out, nil
}

func (d Deps) getAsked(ctx context.Context, in *AskPath) (*askedOutput, error) {
	out := &askedOutput{CacheControl: "no-store"}
	err := d.DB.Read(ctx, func(q *db.Tx) error {
		a, err := d.Desk.Look(ctx, q, actorFrom(ctx), in.Code)
		if err != nil {
			return err
		}
		out.Body, err = d.askedRequest(ctx, q, a, in.lang())
		return err
	})
	return out, err
}

func (d Deps) askedRequest(ctx context.Context, q *db.Tx, a present.AskedOf, lang string) (AskedRequest, error) {
	who, err := d.side(ctx, q, a.AskerUnit, a.AskerHolder, lang)
	if err != nil {
		return AskedRequest{}, err
	}
	out := AskedRequest{State: string(a.State), Asker: Asker(who), Purpose: a.Purpose, Items: []AskedFor{},
		ExpiresAt: a.ExpiresAt.In(clock.Shanghai), Seconds: seconds(a.ExpiresAt.Sub(d.Clock.Now())), Minutes: int(present.ConsentLife.Minutes())}
	if a.Scenario != nil {
		out.Scenario, out.Basis = choose(lang, a.Scenario.Name, a.Scenario.NameEn), a.Scenario.Basis
	}
	wanted, err := d.askedItems(ctx, q, a.Items, lang)
	if err != nil {
		return AskedRequest{}, err
	}
	for i, x := range wanted {
		f := AskedFor{AskedItem: x, Licenses: []FittingLicense{}}
		for _, h := range a.Holdings[i] {
			number, err := d.Licenses.MaskedNumber(ctx, q, h.License)
			if err != nil {
				return AskedRequest{}, err
			}
			f.Licenses = append(f.Licenses, FittingLicense{ID: h.License.ID, NumberMasked: number, State: stateOf(h.State, lang), Usable: h.State.Usable()})
		}
		out.Items = append(out.Items, f)
	}
	return out, nil
}

func (d Deps) consentToShow(ctx context.Context, in *consentInput) (*consentOutput, error) {
	var choices []present.Choice
	for _, x := range in.Body.Licenses {
		choices = append(choices, present.Choice{LicenseID: x.LicenseID, Fields: x.Fields})
	}
	no, err := d.Desk.Consent(ctx, actorFrom(ctx), in.Code, choices)
	return &consentOutput{Body: ConsentGiven{RecordNo: no}}, err
}

func (d Deps) refuseToShow(ctx context.Context, in *AskPath) (*struct{}, error) {
	return nil, d.Desk.Refuse(ctx, actorFrom(ctx), in.Code)
}

func (d Deps) listMyScenarios(ctx context.Context, in *struct{ Language }) (*scenarioChoicesOutput, error) {
	out := &scenarioChoicesOutput{}
	out.Body.Items = []ScenarioChoice{}
	err := d.DB.Read(ctx, func(q *db.Tx) error {
		found, err := d.Desk.ScenariosOf(ctx, q, actorFrom(ctx).UnitID)
		if err != nil {
			return err
		}
		for _, l := range found {
			c, err := d.scenarioChoice(ctx, q, l, l.Scenario.Types, in.lang())
			if err != nil {
				return err
			}
			out.Body.Items = append(out.Body.Items, c)
		}
		return nil
	})
	return out, err
}

// scenarioChoice is a scenario with some of its types.
func (d Deps) scenarioChoice(ctx context.Context, q *db.Tx, l matter.Listing, types []matter.Binding, lang string) (ScenarioChoice, error) {
	c := ScenarioChoice{ID: l.ID, Name: choose(lang, l.Scenario.Name, l.Scenario.NameEn), Basis: l.Scenario.Basis}
	bound, err := d.bindings(ctx, q, types, lang)
	for _, b := range bound {
		c.Items = append(c.Items, AskedItem(b))
	}
	return c, err
}

func (d Deps) listShowScenarios(ctx context.Context, in *HeldPath) (*scenarioChoicesOutput, error) {
	out := &scenarioChoicesOutput{}
	out.Body.Items = []ScenarioChoice{}
	err := d.DB.Read(ctx, func(q *db.Tx) error {
		l, err := d.Licenses.Find(ctx, q, actorFrom(ctx).HolderID, in.ID)
		if err != nil {
			return err
		}
		h, err := d.Holders.Get(ctx, q, actorFrom(ctx).HolderID)
		if err != nil {
			return err
		}
		found, err := d.Desk.ScenariosFor(ctx, q, h, l.TypeCode)
		if err != nil {
			return err
		}
		for _, x := range found {
			types := slices.DeleteFunc(slices.Clone(x.Scenario.Types), func(b matter.Binding) bool { return b.Type != l.TypeCode })
			c, err := d.scenarioChoice(ctx, q, x, types, in.lang())
			if err != nil {
				return err
			}
			out.Body.Items = append(out.Body.Items, c)
		}
		return nil
	})
	return out, err
}
