package httpapi

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/yinxin-org/yinxin/internal/access"
	"github.com/yinxin-org/yinxin/internal/caller"
	"github.com/yinxin-org/yinxin/internal/change"
	"github.com/yinxin-org/yinxin/internal/clock"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/errs"
)

// RegistrationType is what a system may do with licenses of a type.
type RegistrationType struct {
	TypeCode string   `json:"typeCode" minLength:"1" maxLength:"21"`
	Fields   []string `json:"fields" maxItems:"100" doc:"Of those that the matter binds; empty: all of them."`
	Rights   []string `json:"rights" minItems:"1" maxItems:"5" enum:"list,verify,compare,read,copy"`
	PerDay   int      `json:"perDay" minimum:"1" maximum:"1000000" doc:"How often a day, in Beijing."`
}

// RegistrationBody is what a system may ask for by the share interface (应用登记).
type RegistrationBody struct {
	Addresses  []string           `json:"addresses" minItems:"1" maxItems:"100" doc:"From which requests come: 10.1.2.3 or 10.1.0.0/16."`
	Types      []RegistrationType `json:"types" maxItems:"500"`
	ValidFrom  string             `json:"validFrom" format:"date"`
	ValidUntil string             `json:"validUntil,omitempty" format:"date" doc:"Last day; absent: no end."`
}

// Registration is the registration of a system.
type Registration struct {
	RegistrationBody
	Version      int64             `json:"version" doc:"0: not registered."`
	UsedToday    map[string]int    `json:"usedToday" doc:"By type."`
	Provisionals []ProvisionalCase `json:"provisionals" doc:"暂认办件, the newest first."`
	TypeNames    map[string]string `json:"typeNames"`
}

// ProvisionalCase is a case that the system vouched for before its data came.
type ProvisionalCase struct {
	CaseNo    string     `json:"caseNo"`
	Matter    string     `json:"matterCode"`
	State     string     `json:"state" enum:"open,confirmed,contradicted,overdue"`
	Differs   []string   `json:"differs" doc:"In what its data say otherwise."`
	Uses      int        `json:"uses"`
	CreatedAt time.Time  `json:"createdAt"`
	DueAt     time.Time  `json:"dueAt"`
	SettledAt *time.Time `json:"settledAt,omitempty"`
}

type registrationOutput struct{ Body Registration }

type registrationInput struct {
	SystemPath
	Body struct {
		RegistrationBody
		Version int64 `json:"version" minimum:"0"`
		Why
	}
}

func registerRegistration(api huma.API, d Deps) {
	huma.Register(api, require(api, huma.Operation{
		OperationID: "getRegistration", Method: http.MethodGet, Path: "/api/v1/systems/{systemId}/application", Tags: []string{tagSystem},
		Summary: "应用登记", Description: "What the system may ask for by the share interface, how much it did today, and which cases it vouched for.",
		Errors: []int{http.StatusNotFound},
	}, RoleDigital, RoleAdmin, RoleCatalog, RoleSupervisor), d.getRegistration)
	huma.Register(api, confirmed(api, d, require(api, huma.Operation{
		OperationID: "putRegistration", Method: http.MethodPut, Path: "/api/v1/systems/{systemId}/application", Tags: []string{tagSystem},
		Summary: "设置应用登记", Description: "Say what a system may ask for: types, fields, rights, how often, from where and how long.",
		Errors: []int{http.StatusNotFound, http.StatusConflict},
	}, RoleDigital)), d.putRegistration)
}

func (d Deps) registration(ctx context.Context, q *db.Tx, systemID, lang string) (Registration, error) {
	out := Registration{RegistrationBody: RegistrationBody{Addresses: []string{}, Types: []RegistrationType{}}, UsedToday: map[string]int{}, Provisionals: []ProvisionalCase{},
		TypeNames: map[string]string{}}
	if _, err := d.Units.System(ctx, q, systemID); err != nil {
		return Registration{}, err
	}
	a, err := d.Callers.Application(ctx, q, systemID)
	if errs.Code(err) == "caller.unknown" {
		return out, nil
	}
	if err != nil {
		return Registration{}, err
	}
	out.Addresses, out.Version, out.ValidFrom, out.ValidUntil = a.Addresses, a.Version, date(a.ValidFrom), lastDay(a.ValidUntil)
	for _, x := range a.Types {
		t := RegistrationType{TypeCode: x.Type, Fields: append([]string{}, x.Fields...), Rights: []string{}, PerDay: x.PerDay}
		for _, r := range x.Rights {
			t.Rights = append(t.Rights, string(r))
		}
		named, err := d.typeNamed(ctx, q, x.Type, lang)
		if err != nil {
			return Registration{}, err
		}
		out.Types, out.TypeNames[x.Type] = append(out.Types, t), named.Name
	}
	if out.UsedToday, err = d.Callers.Used(ctx, q, systemID); err != nil {
		return Registration{}, err
	}
	found, err := d.Callers.Provisionals(ctx, q, systemID, 50)
	for _, p := range found {
		out.Provisionals = append(out.Provisionals, ProvisionalCase{CaseNo: p.CaseNo, Matter: p.Matter, State: string(p.State), Differs: append([]string{}, p.Differs...), Uses: p.Uses,
			CreatedAt: p.CreatedAt.In(clock.Shanghai), DueAt: p.DueAt.In(clock.Shanghai), SettledAt: beijing(p.SettledAt)})
	}
	return out, err
}

func (d Deps) getRegistration(ctx context.Context, in *SystemPath) (*registrationOutput, error) {
	out := &registrationOutput{}
	err := d.DB.Read(ctx, func(q *db.Tx) (err error) {
		out.Body, err = d.registration(ctx, q, in.SystemID, in.lang())
		return err
	})
	return out, err
}

func (d Deps) putRegistration(ctx context.Context, in *registrationInput) (*registrationOutput, error) {
	b := in.Body
	a := caller.Application{SystemID: in.SystemID, Addresses: b.Addresses, Version: b.Version}
	var err error
	if a.ValidFrom, err = time.ParseInLocation(time.DateOnly, b.ValidFrom, clock.Shanghai); err != nil {
		return nil, err
	}
	if b.ValidUntil != "" {
		last, err := time.ParseInLocation(time.DateOnly, b.ValidUntil, clock.Shanghai)
		if err != nil {
			return nil, err
		}
		a.ValidUntil = clock.EndOfDay(last)
	}
	for _, t := range b.Types {
		x := caller.Allowed{Type: t.TypeCode, Fields: t.Fields, PerDay: t.PerDay}
		for _, r := range t.Rights {
			x.Rights = append(x.Rights, access.Right(r))
		}
		a.Types = append(a.Types, x)
	}
	out := &registrationOutput{}
	err = d.DB.Write(ctx, func(tx *db.Tx) error {
		if _, err := d.Callers.Save(ctx, tx, change.Of(actorFrom(ctx), b.Reason), a); err != nil {
			return err
		}
		out.Body, err = d.registration(ctx, tx, in.SystemID, in.lang())
		return err
	})
	return out, err
}
