package httpapi

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"github.com/yinxin-org/yinxin/internal/consent"
	"github.com/yinxin-org/yinxin/internal/db"
)

type askAuthorisationInput struct {
	Language
	Body struct {
		Scenario string      `json:"scenario,omitempty" format:"uuid" doc:"Verifiers of a unit name the scenario; holders have none."`
		Holder   PersonNamed `json:"holder" doc:"Who is asked."`
		Type     string      `json:"type" minLength:"1" maxLength:"21" doc:"Code of the license type."`
		Fields   []string    `json:"fields,omitempty" maxItems:"40" doc:"Names of its fields; the usual ones, or the scenario's, by default."`
		Purpose  string      `json:"purpose,omitempty" maxLength:"100" doc:"Why; holders must say."`
		Uses     int         `json:"uses" minimum:"1" maximum:"100"`
		Days     int         `json:"days" minimum:"1" maximum:"366"`

		IdempotencyKey string `json:"idempotencyKey" minLength:"8" maxLength:"64" pattern:"^[A-Za-z0-9_-]+$" doc:"The same key gives the same request."`
	}
}

type authorisationOutput struct {
	CacheControl string `header:"Cache-Control"`
	Body         Authorisation
}

type readAuthorisedInput struct {
	AuthorisationPath
	Body struct {
		Purpose string `json:"purpose" minLength:"1" maxLength:"100" doc:"What this reading is for; it must be what the holder agreed to."`
	}
}

type readAuthorisedOutput struct {
	CacheControl string `header:"Cache-Control"`
	Body         Verdict
}

func registerAuthorisationDesk(api huma.API, d Deps) {
	op := func(id, method, path, zh, en string, errors ...int) huma.Operation {
		return require(api, huma.Operation{OperationID: id, Method: method, Path: path, Tags: []string{tagAuthorisation}, Summary: zh,
			Description: en, Errors: errors}, RoleVerifier, RoleHolder)
	}
	ask := op("askAuthorisation", http.MethodPost, "/api/v1/authorisations", "请求授权",
		"Ask a holder to allow readings of a license, so many, for a term: a verifier in a scenario the unit is enrolled in, or another holder. The request waits a week. Whether somebody is known under the code and the name is not told: a request that finds nobody lapses.",
		http.StatusNotFound, http.StatusConflict)
	ask.DefaultStatus = http.StatusCreated
	huma.Register(api, ask, d.askAuthorisation)
	huma.Register(api, op("listAuthorisations", http.MethodGet, "/api/v1/authorisations", "得到的授权",
		"The authorisations that name the verifier's unit, or the holder, and the requests for them, the newest first."), d.listAuthorisations)
	huma.Register(api, op("getAuthorisation", http.MethodGet, "/api/v1/authorisations/{authorisationId}", "授权的情况",
		"How an authorisation stands that names the verifier's unit, or the holder.", http.StatusNotFound), d.getAuthorisation)
	huma.Register(api, op("retractAuthorisation", http.MethodDelete, "/api/v1/authorisations/{authorisationId}", "撤回请求",
		"Take back a request that was not answered yet.", http.StatusNotFound, http.StatusConflict, http.StatusGone), d.retractAuthorisation)
	huma.Register(api, op("readAuthorised", http.MethodPost, "/api/v1/authorisations/{authorisationId}/read", "按授权查看",
		"Read once under an authorisation, for the purpose agreed to. The use is recorded on the ground of consent, counted, and told to the holder; both sides keep a receipt.",
		http.StatusNotFound, http.StatusConflict, http.StatusGone, http.StatusServiceUnavailable), d.readAuthorised)
}

func (d Deps) authorisationNamed(ctx context.Context, id, lang string) (*authorisationOutput, error) {
	out := &authorisationOutput{CacheControl: "no-store"}
	err := d.DB.Read(ctx, func(q *db.Tx) error {
		a, err := d.Consents.Named(ctx, q, actorFrom(ctx), id)
		if err != nil {
			return err
		}
		out.Body, err = d.authorisation(ctx, q, a, "", a.HolderID, lang)
		return err
	})
	return out, err
}

func (d Deps) askAuthorisation(ctx context.Context, in *askAuthorisationInput) (*authorisationOutput, error) {
	a, err := d.Consents.Ask(ctx, actorFrom(ctx), consent.Wish{Holder: consent.Person{Code: in.Body.Holder.Code, Name: in.Body.Holder.Name},
		ScenarioID: in.Body.Scenario, TypeCode: in.Body.Type, Terms: consent.Terms{Fields: in.Body.Fields, Purpose: in.Body.Purpose,
			Uses: in.Body.Uses, Days: in.Body.Days}, Key: in.Body.IdempotencyKey})
	if err != nil {
		return nil, err
	}
	return d.authorisationNamed(ctx, a.ID, in.lang())
}

func (d Deps) listAuthorisations(ctx context.Context, in *struct{ Language }) (*authorisationsOutput, error) {
	out := &authorisationsOutput{}
	out.Body.Items = []Authorisation{}
	err := d.DB.Read(ctx, func(q *db.Tx) error {
		all, err := d.Consents.ListNamed(ctx, q, actorFrom(ctx))
		if err != nil {
			return err
		}
		for _, a := range all {
			x, err := d.authorisation(ctx, q, a, "", a.HolderID, in.lang())
			if err != nil {
				return err
			}
			out.Body.Items = append(out.Body.Items, x)
		}
		return nil
	})
	return out, err
}

func (d Deps) getAuthorisation(ctx context.Context, in *AuthorisationPath) (*authorisationOutput, error) {
	return d.authorisationNamed(ctx, in.AuthorisationID, in.lang())
}

func (d Deps) retractAuthorisation(ctx context.Context, in *AuthorisationPath) (*struct{}, error) {
	_, err := d.Consents.Retract(ctx, actorFrom(ctx), in.AuthorisationID)
	return nil, err
}

func (d Deps) readAuthorised(ctx context.Context, in *readAuthorisedInput) (*readAuthorisedOutput, error) {
	v, err := d.Consents.Read(ctx, actorFrom(ctx), in.AuthorisationID, in.Body.Purpose)
	if err != nil {
		return nil, err
	}
	return &readAuthorisedOutput{CacheControl: "no-store", Body: verdictOf(v, in.lang())}, nil
}
