package httpapi

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/yinxin-org/yinxin/internal/consent"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/license"
	"github.com/yinxin-org/yinxin/internal/matter"
)

const tagAuthorisation = "授权中心 Authorisations"

// Authorisation is what a holder allows another one to read, or is asked to allow.
type Authorisation struct {
	ID       string     `json:"id"`
	State    string     `json:"state" enum:"asked,retracted,refused,lapsed,given,withdrawn,used,ended"`
	Other    Side       `json:"other" doc:"The other side: for the holder who may read; for who may read the holder. A person's name is masked."`
	Scenario string     `json:"scenario,omitempty" doc:"The social scenario in which the unit is enrolled; absent between holders."`
	Type     Coded      `json:"type"`
	Fields   []Label    `json:"fields"`
	Purpose  string     `json:"purpose"`
	Uses     int        `json:"uses" doc:"Readings asked for; once given, as agreed to."`
	Taken    int        `json:"taken" doc:"Readings so far."`
	Days     int        `json:"days" doc:"Days of the term, counted from the giving."`
	AskedAt  *time.Time `json:"askedAt,omitempty" doc:"Absent: given unasked."`
	AnswerBy *time.Time `json:"answerBy,omitempty"`
	GivenAt  *time.Time `json:"givenAt,omitempty"`
	Until    string     `json:"until,omitempty" doc:"The last day."`
	EndedAt  *time.Time `json:"endedAt,omitempty" doc:"When it was refused, taken back or withdrawn."`
	RecordNo string     `json:"recordNo,omitempty" doc:"存证编号 of the giving."`
}

// MyAuthorisation is an authorisation with all that its holder may know of it.
type MyAuthorisation struct {
	Authorisation
	LicenseID    string           `json:"licenseId,omitempty"`
	NumberMasked string           `json:"numberMasked,omitempty" doc:"Number of the license, masked."`
	Basis        string           `json:"basis,omitempty" doc:"Legal basis of the scenario."`
	Fitting      []FittingLicense `json:"fitting" nullable:"false" doc:"While it waits for an answer: the own licenses of the type."`
	History      []Use            `json:"history" nullable:"false" doc:"Readings under it, newest first, refusals included."`
}

type authorisationsOutput struct {
	Body struct {
		Items []Authorisation `json:"items" nullable:"false"`
	}
}

type myAuthorisationOutput struct {
	CacheControl string `header:"Cache-Control"`
	Body         MyAuthorisation
}

// AuthorisationPath names an authorisation in the address.
type AuthorisationPath struct {
	Language
	AuthorisationID string `path:"authorisationId" format:"uuid"`
}

// PersonNamed is a holder by code and name; both must fit.
type PersonNamed struct {
	Code string `json:"code" minLength:"1" maxLength:"30"`
	Name string `json:"name" minLength:"1" maxLength:"100"`
}

type giveAuthorisationInput struct {
	Language
	Body struct {
		LicenseID string       `json:"licenseId" format:"uuid"`
		Scenario  string       `json:"scenario,omitempty" format:"uuid" doc:"With a unit: the social scenario in which it is enrolled."`
		Unit      string       `json:"unit,omitempty" maxLength:"18" doc:"The unit that may read; or else a holder."`
		Holder    *PersonNamed `json:"holder,omitempty" doc:"The holder who may read; or else a unit."`
		Fields    []string     `json:"fields,omitempty" maxItems:"40" doc:"The usual ones, or the scenario's, by default."`
		Purpose   string       `json:"purpose,omitempty" maxLength:"100" doc:"In a scenario what that is for, by default."`
		Uses      int          `json:"uses" minimum:"1" maximum:"100"`
		Days      int          `json:"days" minimum:"1" maximum:"366"`

		IdempotencyKey string `json:"idempotencyKey" minLength:"8" maxLength:"64" pattern:"^[A-Za-z0-9_-]+$" doc:"The same key gives the same authorisation."`
	}
}

type agreeInput struct {
	AuthorisationPath
	Body struct {
		LicenseID string   `json:"licenseId" format:"uuid"`
		Fields    []string `json:"fields,omitempty" maxItems:"40" doc:"Of the fields asked for those agreed to; all by default."`
		Uses      int      `json:"uses,omitempty" minimum:"0" maximum:"100" doc:"Fewer readings than were asked for; as many by default."`
		Days      int      `json:"days,omitempty" minimum:"0" maximum:"366" doc:"A shorter term than was asked for; as long by default."`
	}
}

func registerAuthorisation(api huma.API, d Deps) {
	op := func(id, method, path, zh, en string, errors ...int) huma.Operation {
		return require(api, huma.Operation{OperationID: id, Method: method, Path: path, Tags: []string{tagAuthorisation}, Summary: zh,
			Description: en, Errors: errors}, RoleHolder)
	}
	huma.Register(api, op("listMyAuthorisations", http.MethodGet, "/api/v1/me/authorisations", "我的授权",
		"What the holder allows others to read, and what others ask, the newest first."), d.listMyAuthorisations)
	give := op("giveAuthorisation", http.MethodPost, "/api/v1/me/authorisations", "主动授权",
		"Let a unit in a scenario, or another holder, read an own license so many times until a day. Needs a strong confirmation.",
		http.StatusNotFound, http.StatusConflict)
	give.DefaultStatus = http.StatusCreated
	huma.Register(api, confirmed(api, d, give), d.giveAuthorisation)
	huma.Register(api, op("getMyAuthorisation", http.MethodGet, "/api/v1/me/authorisations/{authorisationId}", "授权详情",
		"An own authorisation with its readings, refusals included.", http.StatusNotFound), d.getMyAuthorisation)
	huma.Register(api, confirmed(api, d, op("agreeToAuthorisation", http.MethodPost, "/api/v1/me/authorisations/{authorisationId}/agree", "同意授权",
		"Agree to a request, with no more than was asked for. Needs a strong confirmation.", http.StatusNotFound, http.StatusConflict, http.StatusGone)), d.agreeToAuthorisation)
	huma.Register(api, op("refuseAuthorisation", http.MethodPost, "/api/v1/me/authorisations/{authorisationId}/refuse", "不同意授权",
		"Refuse a request.", http.StatusNotFound, http.StatusConflict, http.StatusGone), d.refuseAuthorisation)
	huma.Register(api, ending(api, d, op("withdrawAuthorisation", http.MethodPost, "/api/v1/me/authorisations/{authorisationId}/withdraw", "收回授权",
		"End an authorisation at once: what is not recorded yet is refused, also what is being read. Withdrawn twice is withdrawn. Needs a strong confirmation, but of the holder in person who waits after their factors were reset.",
		http.StatusNotFound, http.StatusConflict, http.StatusGone)), d.withdrawAuthorisation)
}

// authorisation is what both sides may know; other is the side that does not look.
func (d Deps) authorisation(ctx context.Context, q *db.Tx, a consent.Authorisation, otherUnit, otherHolder, lang string) (Authorisation, error) {
	t, err := d.typeOrCode(ctx, q, a.TypeCode)
	if err != nil {
		return Authorisation{}, err
	}
	out := Authorisation{ID: a.ID, State: string(a.State(d.Clock.Now())), Type: typeName(t, lang), Fields: labels(t, a.Fields, lang), Purpose: a.Purpose,
		Uses: a.Uses, Taken: a.Taken, Days: a.Days, AskedAt: beijing(a.AskedAt), AnswerBy: beijing(a.AnswerBy), GivenAt: beijing(a.GivenAt),
		Until: lastDay(a.Until), EndedAt: beijing(a.EndedAt), RecordNo: a.GivenNo()}
	if a.Told.Name != "" {
		out.Other = sideOf(a.Told)
	} else if out.Other, err = d.side(ctx, q, otherUnit, otherHolder, lang); err != nil {
		return Authorisation{}, err
	}
	out.Scenario, err = d.scenarioName(ctx, q, a.ScenarioID, lang)
	return out, err
}

func (d Deps) listMyAuthorisations(ctx context.Context, in *struct{ Language }) (*authorisationsOutput, error) {
	out := &authorisationsOutput{}
	out.Body.Items = []Authorisation{}
	err := d.DB.Read(ctx, func(q *db.Tx) error {
		all, err := d.Consents.List(ctx, q, actorFrom(ctx).HolderID)
		if err != nil {
			return err
		}
		for _, a := range all {
			x, err := d.authorisation(ctx, q, a, a.GranteeUnit, a.GranteeHolder, in.lang())
			if err != nil {
				return err
			}
			out.Body.Items = append(out.Body.Items, x)
		}
		return nil
	})
	return out, err
}

// myAuthorisation is an authorisation as its holder sees it, read anew.
func (d Deps) myAuthorisation(ctx context.Context, id, lang string) (*myAuthorisationOutput, error) {
	out := &myAuthorisationOutput{CacheControl: "no-store"}
	err := d.DB.Read(ctx, func(q *db.Tx) error {
		a, err := d.Consents.Get(ctx, q, actorFrom(ctx).HolderID, id)
		if err != nil {
			return err
		}
		x := MyAuthorisation{LicenseID: a.LicenseID, Fitting: []FittingLicense{}, History: []Use{}}
		if x.Authorisation, err = d.authorisation(ctx, q, a, a.GranteeUnit, a.GranteeHolder, lang); err != nil {
			return err
		}
		if a.ScenarioID != "" {
			l, err := d.Matters.Listing(ctx, q, matter.ListScenario, a.ScenarioID)
			if err != nil {
				return err
			}
			x.Basis = l.Scenario.Basis
		}
		if err := d.ofLicense(ctx, q, a, &x, lang); err != nil {
			return err
		}
		out.Body = x
		return nil
	})
	return out, err
}

// ofLicense adds the license of an authorisation with its readings; while it waits, those that would answer it.
func (d Deps) ofLicense(ctx context.Context, q *db.Tx, a consent.Authorisation, x *MyAuthorisation, lang string) error {
	if a.LicenseID != "" {
		l, err := d.Licenses.Get(ctx, q, a.LicenseHolderID, a.LicenseID)
		if err != nil {
			return err
		}
		if x.NumberMasked, err = d.Licenses.MaskedNumber(ctx, q, l); err != nil {
			return err
		}
	}
	if x.State == string(consent.Asked) {
		held, err := d.Licenses.Held(ctx, q, a.HolderID, a.TypeCode)
		if err != nil {
			return err
		}
		if x.Fitting, err = d.fitting(ctx, q, held, lang); err != nil {
			return err
		}
	}
	uses, err := d.Consents.Uses(ctx, q, a)
	if err != nil {
		return err
	}
	for _, u := range uses {
		one, err := d.use(ctx, q, u, lang)
		if err != nil {
			return err
		}
		x.History = append(x.History, one)
	}
	return nil
}

// fitting are those of some licenses that are published, with their state.
func (d Deps) fitting(ctx context.Context, q *db.Tx, held []license.License, lang string) ([]FittingLicense, error) {
	out := []FittingLicense{}
	for _, l := range held {
		if l.Step != license.StepPublished {
			continue
		}
		number, err := d.Licenses.MaskedNumber(ctx, q, l)
		if err != nil {
			return nil, err
		}
		state := l.State(d.Clock.Now())
		out = append(out, FittingLicense{ID: l.ID, NumberMasked: number, State: stateOf(state, lang), Usable: state.Usable()})
	}
	return out, nil
}

func (d Deps) getMyAuthorisation(ctx context.Context, in *AuthorisationPath) (*myAuthorisationOutput, error) {
	return d.myAuthorisation(ctx, in.AuthorisationID, in.lang())
}

func (d Deps) giveAuthorisation(ctx context.Context, in *giveAuthorisationInput) (*myAuthorisationOutput, error) {
	to := consent.To{ScenarioID: in.Body.Scenario, UnitID: in.Body.Unit, Key: in.Body.IdempotencyKey}
	if in.Body.Holder != nil {
		to.Holder = consent.Person{Code: in.Body.Holder.Code, Name: in.Body.Holder.Name}
	}
	a, err := d.Consents.Give(ctx, actorFrom(ctx), in.Body.LicenseID, to, consent.Terms{Fields: in.Body.Fields, Purpose: in.Body.Purpose,
		Uses: in.Body.Uses, Days: in.Body.Days})
	if err != nil {
		return nil, err
	}
	return d.myAuthorisation(ctx, a.ID, in.lang())
}

func (d Deps) agreeToAuthorisation(ctx context.Context, in *agreeInput) (*myAuthorisationOutput, error) {
	_, err := d.Consents.Agree(ctx, actorFrom(ctx), in.AuthorisationID, consent.Answer{LicenseID: in.Body.LicenseID, Fields: in.Body.Fields,
		Uses: in.Body.Uses, Days: in.Body.Days})
	if err != nil {
		return nil, err
	}
	return d.myAuthorisation(ctx, in.AuthorisationID, in.lang())
}

func (d Deps) refuseAuthorisation(ctx context.Context, in *AuthorisationPath) (*myAuthorisationOutput, error) {
	if _, err := d.Consents.Refuse(ctx, actorFrom(ctx), in.AuthorisationID); err != nil {
		return nil, err
	}
	return d.myAuthorisation(ctx, in.AuthorisationID, in.lang())
}

func (d Deps) withdrawAuthorisation(ctx context.Context, in *AuthorisationPath) (*myAuthorisationOutput, error) {
	if _, err := d.Consents.Withdraw(ctx, actorFrom(ctx), in.AuthorisationID); err != nil {
		return nil, err
	}
	return d.myAuthorisation(ctx, in.AuthorisationID, in.lang())
}
