package httpapi

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/yinxin-org/yinxin/internal/catalog"
	"github.com/yinxin-org/yinxin/internal/clock"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/dossier"
	"github.com/yinxin-org/yinxin/internal/license"
	"github.com/yinxin-org/yinxin/internal/matter"
)

// Dossier is what the platform knows of a holder in one place, without what stands on any license.
type Dossier struct {
	Name       string        `json:"name"`
	CodeMasked string        `json:"codeMasked"`
	Firm       bool          `json:"firm" doc:"一企一档; else 一人一档."`
	Groups     []DossierRoom `json:"groups" nullable:"false" doc:"Licenses by family; families without one are left out."`
	Relations  []Relation    `json:"relations" nullable:"false" doc:"Who acts for the holder and for whom the holder acts, as far as it was entered here."`
	Cases      DossierCases  `json:"cases"`
	Shares     int           `json:"shares" doc:"Authorisations to download that are live."`
	Consents   int           `json:"consents" doc:"Showings agreed to that can still be read."`
	Uses       DossierUses   `json:"uses"`
}

// DossierRoom are the licenses of one family.
type DossierRoom struct {
	Family   string           `json:"family" enum:"identity,business,property,permit,life"`
	Licenses []DossierLicense `json:"licenses" nullable:"false"`
}

// DossierLicense is a license with what belongs to it.
type DossierLicense struct {
	HeldLicense
	Version     int           `json:"version"`
	PaperSerial string        `json:"paperSerial,omitempty" doc:"Printed number of the paper that goes with it."`
	Joint       []string      `json:"joint,omitempty" doc:"Names of those who hold it together with the holder."`
	Parts       []LicensePart `json:"parts,omitempty" doc:"Of a comprehensive license: what it joins, as it is now."`
}

// DossierCases counts the holder's cases and names the newest.
type DossierCases struct {
	Total  int           `json:"total"`
	Newest []DossierCase `json:"newest" nullable:"false"`
}

// DossierCase is a case in a dossier.
type DossierCase struct {
	CaseNo   string    `json:"caseNo"`
	Matter   Coded     `json:"matter"`
	State    string    `json:"state" enum:"open,closed"`
	Outcome  string    `json:"outcome,omitempty" enum:"approved,refused,withdrawn"`
	OpenedAt time.Time `json:"openedAt"`
}

// DossierUses counts the newest uses of the holder's licenses.
type DossierUses struct {
	Given   int  `json:"given"`
	Refused int  `json:"refused"`
	Units   int  `json:"units" doc:"Units that asked."`
	All     bool `json:"all" doc:"Every use is counted; else only the newest 200."`
}

type dossierOutput struct {
	CacheControl string `header:"Cache-Control"`
	Body         Dossier
}

type caseDossierInput struct {
	CasePath
	Body struct {
		Party string `json:"party" enum:"applicant,representative,spouse,child"`
	}
}

// CaseDossier is what an open case lets be seen of one of its parties.
type CaseDossier struct {
	Party   Party             `json:"party"`
	Firm    bool              `json:"firm"`
	Types   []CaseDossierType `json:"types" nullable:"false" doc:"Types that the matter binds for this party; others are no business of the case."`
	Between []CaseRelation    `json:"between" nullable:"false" doc:"Relations in force to other parties of the case."`
}

// CaseDossierType are the party's licenses of one type, or why they are not told.
type CaseDossierType struct {
	Type     Coded                `json:"type"`
	Licenses []CaseDossierLicense `json:"licenses" nullable:"false"`
	Reasons  []Reason             `json:"reasons,omitempty" doc:"Why this type may not be listed now."`
	RecordNo string               `json:"recordNo" doc:"存证编号"`
}

// CaseDossierLicense is a license without what it says.
type CaseDossierLicense struct {
	PartyLicense
	Joint  []string `json:"joint,omitempty" enum:"applicant,representative,spouse,child" doc:"Parties of the case who hold it too."`
	Others int      `json:"others" doc:"How many further holders it has."`
}

// CaseRelation is how one party of the case stands to another.
type CaseRelation struct {
	Kind  string `json:"kind" enum:"agent,representative,guardian,care"`
	Side  string `json:"side" enum:"agent,principal" doc:"agent: this party acts for the other one."`
	Other string `json:"other" enum:"applicant,representative,spouse,child"`
	Proof string `json:"proof,omitempty" enum:"license,clerk"`
}

type caseDossierOutput struct {
	CacheControl string `header:"Cache-Control"`
	Body         CaseDossier
}

func registerDossier(api huma.API, d Deps) {
	huma.Register(api, require(api, huma.Operation{
		OperationID: "getMyDossier", Method: http.MethodGet, Path: "/api/v1/me/dossier", Tags: []string{tagMe}, Summary: "我的档案（一人一档、一企一档）",
		Description: "What the platform knows of the signed-in holder: licenses by family with state, joint holders, parts and paper; relations; cases; live authorisations; uses. No license is opened for it.",
	}, RoleHolder), d.myDossier)
	huma.Register(api, require(api, huma.Operation{
		OperationID: "lookAtDossier", Method: http.MethodPost, Path: "/api/v1/cases/{caseNo}/dossier", Tags: []string{tagCase}, Summary: "查看当事人档案",
		Description: "What the open case lets be seen of a party: the licenses of the types that the matter binds for this party, without what they say, and relations to other parties. Each type is one recorded use that the holder sees.",
		Errors:      []int{http.StatusNotFound},
	}, RoleClerk, RoleApprover), d.caseDossier)
}

// families are the groups of a dossier, in their order.
var families = []string{"identity", "business", "property", "permit", "life"}

func (d Deps) myDossier(ctx context.Context, in *struct{ Language }) (*dossierOutput, error) {
	own, err := d.Dossiers.Own(ctx, actorFrom(ctx))
	if err != nil {
		return nil, err
	}
	out := &dossierOutput{CacheControl: "no-store", Body: Dossier{Name: own.Holder.Profile.Name, CodeMasked: own.Holder.Profile.Code.String(), Firm: own.Holder.Kind != catalog.Natural,
		Groups: []DossierRoom{}, Relations: []Relation{}, Cases: DossierCases{Total: own.CasesAll, Newest: []DossierCase{}}, Shares: own.Shares, Consents: own.Consents,
		Uses: DossierUses{Given: own.Uses.Given, Refused: own.Uses.Refused, Units: own.Uses.Units, All: own.Uses.All}}}
	err = d.DB.Read(ctx, func(q *db.Tx) error {
		byFamily := map[string][]DossierLicense{}
		for _, l := range own.Licenses {
			x, err := d.dossierLicense(ctx, q, l, own.Holder.ID, in.lang())
			if err != nil {
				return err
			}
			byFamily[x.Type.Family] = append(byFamily[x.Type.Family], x)
		}
		for _, f := range families {
			if len(byFamily[f]) > 0 {
				out.Body.Groups = append(out.Body.Groups, DossierRoom{Family: f, Licenses: byFamily[f]})
			}
		}
		return d.dossierRest(ctx, q, own, &out.Body, in.lang())
	})
	return out, err
}

// dossierRest tells relations and cases.
func (d Deps) dossierRest(ctx context.Context, q *db.Tx, own dossier.Own, out *Dossier, lang string) error {
	for _, r := range own.Relations {
		x, err := d.relation(ctx, q, r, own.Holder.ID, lang)
		if err != nil {
			return err
		}
		out.Relations = append(out.Relations, x)
	}
	for _, c := range own.Cases {
		m, err := d.Matters.Get(ctx, q, c.MatterCode)
		if err != nil {
			return err
		}
		out.Cases.Newest = append(out.Cases.Newest, DossierCase{CaseNo: c.No, Matter: Coded{Code: m.Code, Name: choose(lang, m.Name, m.NameEn)},
			State: c.State, Outcome: c.Outcome, OpenedAt: c.OpenedAt.In(clock.Shanghai)})
	}
	return nil
}

func (d Deps) dossierLicense(ctx context.Context, q *db.Tx, l license.License, holderID, lang string) (DossierLicense, error) {
	x, err := d.heldLicense(ctx, q, l, lang)
	if err != nil {
		return DossierLicense{}, err
	}
	out := DossierLicense{HeldLicense: x, Version: l.VersionNo, PaperSerial: l.PaperSerial}
	for _, id := range l.Holders {
		if id == holderID {
			continue
		}
		h, err := d.Holders.Get(ctx, q, id)
		if err != nil {
			return DossierLicense{}, err
		}
		out.Joint = append(out.Joint, h.Profile.Name)
	}
	parts, err := d.Desk.Parts(ctx, q, l, d.Clock.Now())
	out.Parts = licenseParts(parts, lang)
	return out, err
}

func (d Deps) caseDossier(ctx context.Context, in *caseDossierInput) (*caseDossierOutput, error) {
	found, err := d.Dossiers.InCase(ctx, actorFrom(ctx), in.CaseNo, matter.Party(in.Body.Party))
	if err != nil {
		return nil, err
	}
	out := &caseDossierOutput{CacheControl: "no-store", Body: CaseDossier{Types: []CaseDossierType{}, Between: []CaseRelation{}}}
	return out, d.DB.Read(ctx, func(q *db.Tx) error {
		h, err := d.Holders.Get(ctx, q, found.HolderID)
		if err != nil {
			return err
		}
		out.Body.Firm = h.Kind != catalog.Natural
		out.Body.Party = Party{Role: in.Body.Party, Name: h.Profile.Name, CodeMasked: h.Profile.Code.String(), CodeType: h.Profile.CodeTypeName()}
		for _, l := range found.Types {
			x, err := d.caseDossierType(ctx, q, found, l, in.lang())
			if err != nil {
				return err
			}
			out.Body.Types = append(out.Body.Types, x)
		}
		for _, r := range found.Between {
			x := CaseRelation{Kind: string(r.Kind), Side: "principal", Proof: r.Proof, Other: string(found.PartyOf(r.Other(found.HolderID)))}
			if r.AgentID == found.HolderID {
				x.Side = "agent"
			}
			out.Body.Between = append(out.Body.Between, x)
		}
		return nil
	})
}

func (d Deps) caseDossierType(ctx context.Context, q *db.Tx, in dossier.Inside, l dossier.Listed, lang string) (CaseDossierType, error) {
	t, err := d.typeNamed(ctx, q, l.TypeCode, lang)
	if err != nil {
		return CaseDossierType{}, err
	}
	out := CaseDossierType{Type: Coded{Code: l.TypeCode, Name: t.Name}, Licenses: []CaseDossierLicense{}, RecordNo: l.RecordNo}
	for _, code := range l.Reasons {
		out.Reasons = append(out.Reasons, *reasonOf(code, nil))
	}
	for _, x := range l.Licenses {
		one, err := d.partyLicense(ctx, q, x, d.Clock.Now(), lang)
		if err != nil {
			return CaseDossierType{}, err
		}
		c := CaseDossierLicense{PartyLicense: one}
		for _, id := range x.Holders {
			switch party := in.PartyOf(id); {
			case id == in.HolderID:
			case party != "":
				c.Joint = append(c.Joint, string(party))
			default:
				c.Others++
			}
		}
		out.Licenses = append(out.Licenses, c)
	}
	return out, nil
}
