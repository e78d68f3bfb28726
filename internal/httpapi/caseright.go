package httpapi

import (
	"context"
	"maps"
	"net/http"
	"slices"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/yinxin-org/yinxin/internal/access"
	"github.com/yinxin-org/yinxin/internal/clock"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/errs"
	"github.com/yinxin-org/yinxin/internal/license"
	"github.com/yinxin-org/yinxin/internal/matter"
)

// toldInput carries values that a person told; they are held against a license and kept nowhere.
type toldInput struct {
	MaterialPath
	Body struct {
		Values map[string]string `json:"values,omitempty" maxProperties:"20" doc:"By field name. Fields that may not be compared here are answered as unknown."`
	}
}

// LicenseVerdict is the answer of a verification.
type LicenseVerdict struct {
	Code int `json:"code" minimum:"0" maximum:"7" doc:"GB/T 36906: 0 valid, 1 not in force yet, 2 suspended, 3 ended, 4 told too little, 5 unknown, 6 partly wrong."`
	State
	RecordNo string    `json:"recordNo" doc:"存证编号"`
	At       time.Time `json:"at"`
}

type licenseVerdictOutput struct{ Body LicenseVerdict }

// LicenseComparison says of each value that was told whether it stands on the license.
type LicenseComparison struct {
	Fields   []ComparedField `json:"fields" nullable:"false"`
	RecordNo string          `json:"recordNo" doc:"存证编号"`
	At       time.Time       `json:"at"`
}

// ComparedField is the answer for one field.
type ComparedField struct {
	Name   string `json:"name"`
	Answer string `json:"answer" enum:"match,differs,unknown"`
}

type licenseComparisonOutput struct{ Body LicenseComparison }

type partyLicensesInput struct {
	CasePath
	Party string `query:"party" enum:"applicant,representative,spouse,child" required:"true"`
	Type  string `query:"type" minLength:"21" maxLength:"21" required:"true" doc:"证照类型代码"`
}

// PartyLicense is a license of a party of a case, without what it says.
type PartyLicense struct {
	CaseLicense
	IssuedOn string `json:"issuedOn"`
}

type partyLicensesOutput struct {
	Body struct {
		Items    []PartyLicense `json:"items" nullable:"false"`
		RecordNo string         `json:"recordNo" doc:"存证编号"`
	}
}

func registerCaseRight(api huma.API, d Deps) {
	op := func(id, method, path, zh, en string, errors ...int) huma.Operation {
		return require(api, huma.Operation{OperationID: id, Method: method, Path: "/api/v1/cases/{caseNo}/" + path, Tags: []string{tagCase},
			Summary: zh, Description: en, Errors: append([]int{http.StatusNotFound}, errors...)}, RoleClerk, RoleApprover)
	}
	huma.Register(api, op("listPartyLicenses", http.MethodGet, "licenses", "查询当事人的证照",
		"Which licenses of a bound type a party of the case has: identifier, issuer, state and dates, and nothing of their faces. Each call is one recorded use."), d.partyLicenses)
	huma.Register(api, op("verifyMaterial", http.MethodPost, "materials/{seq}/verify", "核验证照",
		"Whether the license of a material is genuine and in force; with values, whether all of them are right. Each call is one recorded use.",
		http.StatusServiceUnavailable), d.verifyMaterial)
	huma.Register(api, op("compareMaterial", http.MethodPost, "materials/{seq}/compare", "比对证照内容",
		"Hold what a person says against the license of a material: match or not, field by field. What the license says is not given. Five times for a license and case.",
		http.StatusServiceUnavailable), d.compareMaterial)
}

func (d Deps) verifyMaterial(ctx context.Context, in *toldInput) (*licenseVerdictOutput, error) {
	v, err := d.Hall.Verify(ctx, actorFrom(ctx), in.CaseNo, in.Seq, in.Body.Values)
	if err != nil {
		return nil, err
	}
	return &licenseVerdictOutput{Body: LicenseVerdict{Code: v.Code, State: stateOf(v.State, in.lang()), RecordNo: v.RecordNo, At: v.At.In(clock.Shanghai)}}, nil
}

func (d Deps) compareMaterial(ctx context.Context, in *toldInput) (*licenseComparisonOutput, error) {
	c, err := d.Hall.HoldAgainst(ctx, actorFrom(ctx), in.CaseNo, in.Seq, in.Body.Values)
	if err != nil {
		return nil, err
	}
	out := &licenseComparisonOutput{Body: LicenseComparison{Fields: []ComparedField{}, RecordNo: c.RecordNo, At: c.At.In(clock.Shanghai)}}
	for _, name := range slices.Sorted(maps.Keys(c.Fields)) {
		out.Body.Fields = append(out.Body.Fields, ComparedField{Name: name, Answer: string(c.Fields[name])})
	}
	return out, nil
}

func (d Deps) partyLicenses(ctx context.Context, in *partyLicensesInput) (*partyLicensesOutput, error) {
	ask := access.ListAsk{CaseNo: in.CaseNo, TypeCode: in.Type}
	err := d.DB.Read(ctx, func(q *db.Tx) error {
		c, err := d.Hall.Case(ctx, q, in.CaseNo)
		if err != nil {
			return err
		}
		ask.MatterCode = c.MatterCode
		if ask.HolderID = c.Parties[matter.Party(in.Party)]; ask.HolderID == "" {
			return errs.New(errs.NotFound, "material.party-absent")
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	l, err := d.Door.List(ctx, actorFrom(ctx), ask)
	if err != nil {
		return nil, err
	}
	out := &partyLicensesOutput{}
	out.Body.Items, out.Body.RecordNo = []PartyLicense{}, l.RecordNo
	return out, d.DB.Read(ctx, func(q *db.Tx) error {
		for _, x := range l.Licenses {
			one, err := d.partyLicense(ctx, q, x, l.At, in.lang())
			if err != nil {
				return err
			}
			out.Body.Items = append(out.Body.Items, one)
		}
		return nil
	})
}

// partyLicense is a license of a party as it stands at a moment, without what it says.
func (d Deps) partyLicense(ctx context.Context, q *db.Tx, x license.License, at time.Time, lang string) (PartyLicense, error) {
	issuer, err := d.Units.Get(ctx, q, x.IssuerID)
	if err != nil {
		return PartyLicense{}, err
	}
	return PartyLicense{IssuedOn: x.IssuedOn.In(clock.Shanghai).Format(time.DateOnly),
		CaseLicense: CaseLicense{ID: x.ID, Identifier: x.Identifier, Version: x.VersionNo, State: stateOf(x.State(at), lang),
			Issuer: choose(lang, issuer.Name, issuer.NameEn), ValidTo: lastDay(x.ValidTo)}}, nil
}
