package httpapi

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/yinxin-org/yinxin/internal/change"
	"github.com/yinxin-org/yinxin/internal/clock"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/errs"
	"github.com/yinxin-org/yinxin/internal/org"
)

const tagMandate = "委托 Mandates"

// Mandate is what one unit entrusts to another.
type Mandate struct {
	ID         string     `json:"id"`
	From       Named      `json:"from" doc:"委托单位"`
	To         Named      `json:"to" doc:"受委托单位: school, hospital, third party, front desk"`
	Kind       string     `json:"kind" enum:"issue,front-desk,convert" doc:"issue 委托制证, front-desk 综合窗口收件, convert 委托存量转换"`
	Scope      []Coded    `json:"scope" doc:"Codes of types (issue, convert) or matters (front-desk); empty: all."`
	ValidFrom  string     `json:"validFrom" doc:"First day."`
	ValidTo    string     `json:"validTo,omitempty" doc:"Last day; absent: no end."`
	State      string     `json:"state" enum:"notYet,inForce,over,ended" doc:"As of now: not begun, in force, run out, ended early."`
	EndedAt    *time.Time `json:"endedAt,omitempty"`
	EndedFor   string     `json:"endedFor,omitempty" doc:"Why it was ended early."`
	DecisionNo string     `json:"decisionNo,omitempty" doc:"Number of the agreement or decision."`
	Version    int64      `json:"version"`
}

type mandatesInput struct {
	Language
	Page
	Unit  string `query:"unitId" maxLength:"18" doc:"From or to this unit."`
	Kind  string `query:"kind" enum:"issue,front-desk,convert"`
	State string `query:"state" enum:"notYet,inForce,over,ended" doc:"Absent: all."`
}

type mandatesOutput struct {
	Body struct {
		Items []Mandate `json:"items"`
		Total int       `json:"total"`
	}
}

// MandatePath names a mandate in the address.
type MandatePath struct {
	Language
	MandateID string `path:"mandateId" format:"uuid"`
}

type mandateOutput struct{ Body Mandate }

type mandateCreateInput struct {
	Language
	Body struct {
		FromID     string   `json:"fromId" minLength:"18" maxLength:"18"`
		ToID       string   `json:"toId" minLength:"18" maxLength:"18"`
		Kind       string   `json:"kind" enum:"issue,front-desk,convert"`
		Scope      []string `json:"scope" maxItems:"1000" doc:"Codes of types or matters; empty: all."`
		ValidFrom  string   `json:"validFrom" format:"date"`
		ValidTo    string   `json:"validTo,omitempty" format:"date" doc:"Last day; absent: no end."`
		DecisionNo string   `json:"decisionNo,omitempty" maxLength:"60"`
		Why
	}
}

type mandateEndInput struct {
	MandatePath
	Body struct {
		Version int64 `json:"version"`
		Why
	}
}

func registerMandate(api huma.API, d Deps) {
	huma.Register(api, require(api, huma.Operation{
		OperationID: "listMandates", Method: http.MethodGet, Path: "/api/v1/mandates", Tags: []string{tagMandate},
		Summary:     "委托列表",
		Description: "Mandates; officers of the catalogue see those from and to their own unit.",
	}, RoleAdmin, RoleDigital, RoleMatters, RoleCatalog), d.listMandates)
	huma.Register(api, confirmed(api, d, require(api, huma.Operation{
		OperationID: "createMandate", Method: http.MethodPost, Path: "/api/v1/mandates", Tags: []string{tagMandate},
		Summary:       "登记委托",
		Description:   "Enter a mandate. A unit's officer enters those that the own unit gives.",
		DefaultStatus: http.StatusCreated,
		Errors:        []int{http.StatusNotFound, http.StatusConflict},
	}, RoleAdmin, RoleDigital, RoleCatalog)), d.createMandate)
	huma.Register(api, require(api, huma.Operation{
		OperationID: "getMandate", Method: http.MethodGet, Path: "/api/v1/mandates/{mandateId}", Tags: []string{tagMandate},
		Summary:     "委托详情",
		Description: "One mandate.",
		Errors:      []int{http.StatusNotFound},
	}, RoleAdmin, RoleDigital, RoleMatters, RoleCatalog), d.getMandate)
	huma.Register(api, confirmed(api, d, require(api, huma.Operation{
		OperationID: "endMandate", Method: http.MethodPost, Path: "/api/v1/mandates/{mandateId}/end", Tags: []string{tagMandate},
		Summary:     "终止委托",
		Description: "End a mandate early, at once.",
		Errors:      []int{http.StatusNotFound, http.StatusConflict},
	}, RoleAdmin, RoleDigital, RoleCatalog)), d.endMandate)
}

// seesMandates are the roles that see the mandates of all units.
var seesMandates = []string{RoleAdmin, RoleDigital, RoleMatters}

func (d Deps) listMandates(ctx context.Context, in *mandatesInput) (*mandatesOutput, error) {
	f := org.MandateFilter{Unit: in.Unit, Kind: org.MandateKind(in.Kind), State: org.MandateState(in.State), Limit: in.Limit, Offset: in.Offset}
	if own := ownUnit(actorFrom(ctx), seesMandates...); own != "" {
		f.Unit = own
	}
	out := &mandatesOutput{}
	out.Body.Items = []Mandate{}
	err := d.DB.Read(ctx, func(q *db.Tx) error {
		found, total, err := d.Units.Mandates(ctx, q, f)
		if err != nil {
			return err
		}
		out.Body.Total = total
		for _, m := range found {
			x, err := d.mandate(ctx, q, m, in.lang())
			if err != nil {
				return err
			}
			out.Body.Items = append(out.Body.Items, x)
		}
		return nil
	})
	return out, err
}

func (d Deps) mandate(ctx context.Context, q *db.Tx, m org.Mandate, lang string) (Mandate, error) {
	out := Mandate{ID: m.ID, Kind: string(m.Kind), Scope: []Coded{}, ValidFrom: date(m.ValidFrom), ValidTo: lastDay(m.ValidTo),
		State: string(m.State(d.Clock.Now())), EndedAt: beijing(m.EndedAt), EndedFor: m.EndedFor, DecisionNo: m.DecisionNo, Version: m.Version}
	var err error
	if out.From, err = d.unitNamed(ctx, q, m.From, lang); err != nil {
		return Mandate{}, err
	}
	if out.To, err = d.unitNamed(ctx, q, m.To, lang); err != nil {
		return Mandate{}, err
	}
	for _, code := range m.Scope {
		x := Coded{Code: code, Name: code}
		if m.Kind == org.FrontDesk {
			found, err := d.Matters.Get(ctx, q, code)
			if err == nil {
				x.Name = choose(lang, found.Name, found.NameEn)
			} else if errs.Code(err) != "matter.unknown" {
				return Mandate{}, err
			}
		} else if x, err = d.typeNamed(ctx, q, code, lang); err != nil {
			return Mandate{}, err
		}
		out.Scope = append(out.Scope, x)
	}
	return out, nil
}

// mandateOf finds a mandate that an actor may see: officers of the catalogue, those from and to their own unit.
func (d Deps) mandateOf(ctx context.Context, q *db.Tx, id string) (org.Mandate, error) {
	m, err := d.Units.Mandate(ctx, q, id)
	if err != nil {
		return org.Mandate{}, err
	}
	if own := ownUnit(actorFrom(ctx), seesMandates...); own != "" && m.From != own && m.To != own {
		return org.Mandate{}, errs.New(errs.NotFound, "mandate.unknown")
	}
	return m, nil
}

func (d Deps) getMandate(ctx context.Context, in *MandatePath) (*mandateOutput, error) {
	out := &mandateOutput{}
	err := d.DB.Read(ctx, func(q *db.Tx) error {
		m, err := d.mandateOf(ctx, q, in.MandateID)
		if err != nil {
			return err
		}
		out.Body, err = d.mandate(ctx, q, m, in.lang())
		return err
	})
	return out, err
}

func (d Deps) createMandate(ctx context.Context, in *mandateCreateInput) (*mandateOutput, error) {
	actor := actorFrom(ctx)
	if own := ownUnit(actor, RoleAdmin, RoleDigital); own != "" && in.Body.FromID != own {
		return nil, errs.New(errs.Denied, "unit.not-own").On("fromId")
	}
	m := org.Mandate{From: in.Body.FromID, To: in.Body.ToID, Kind: org.MandateKind(in.Body.Kind), Scope: in.Body.Scope, DecisionNo: in.Body.DecisionNo}
	var err error
	if m.ValidFrom, err = dayOf(in.Body.ValidFrom, "validFrom"); err != nil {
		return nil, err
	}
	if in.Body.ValidTo != "" {
		last, err := dayOf(in.Body.ValidTo, "validTo")
		if err != nil {
			return nil, err
		}
		m.ValidTo = clock.EndOfDay(last)
	}
	out := &mandateOutput{}
	err = d.DB.Write(ctx, func(tx *db.Tx) error {
		made, err := d.Units.Entrust(ctx, tx, change.Of(actor, in.Body.Reason), m)
		if err != nil {
			return err
		}
		out.Body, err = d.mandate(ctx, tx, made, in.lang())
		return err
	})
	return out, err
}

// dayOf reads a civil day in Beijing.
func dayOf(text, field string) (time.Time, error) {
	t, err := time.ParseInLocation(time.DateOnly, text, clock.Shanghai)
	if err != nil {
		return time.Time{}, errs.New(errs.Invalid, "field.date").On(field)
	}
	return t, nil
}

func (d Deps) endMandate(ctx context.Context, in *mandateEndInput) (*mandateOutput, error) {
	actor := actorFrom(ctx)
	out := &mandateOutput{}
	err := d.DB.Write(ctx, func(tx *db.Tx) error {
		m, err := d.mandateOf(ctx, tx, in.MandateID)
		if err != nil {
			return err
		}
		if own := ownUnit(actor, RoleAdmin, RoleDigital); own != "" && m.From != own {
			return errs.New(errs.Denied, "unit.not-own")
		}
		if m, err = d.Units.EndMandate(ctx, tx, change.Of(actor, in.Body.Reason), m.ID, in.Body.Version); err != nil {
			return err
		}
		out.Body, err = d.mandate(ctx, tx, m, in.lang())
		return err
	})
	return out, err
}
