package httpapi

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/yinxin-org/yinxin/internal/casefile"
	"github.com/yinxin-org/yinxin/internal/catalog"
	"github.com/yinxin-org/yinxin/internal/clock"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/hall"
)

const tagWindow = "窗口 Counter"

// Visit is who stands before a clerk.
type Visit struct {
	ID        string    `json:"id"`
	ExpiresAt time.Time `json:"expiresAt"`
	Guests    []Guest   `json:"guests"`
}

// Guest is one of them.
type Guest struct {
	No         int       `json:"no" doc:"Counted from one."`
	Name       string    `json:"name"`
	CodeMasked string    `json:"codeMasked"`
	Means      string    `json:"means" enum:"presence-code,id-reader"`
	RelationID string    `json:"relationId,omitempty" doc:"For whom they said to come."`
	ActsFor    []ActsFor `json:"actsFor" doc:"For whom they may apply."`
	ToConfirm  []ActsFor `json:"toConfirm" doc:"What waits for a clerk who has seen the paper that proves it."`
}

// ActsFor is somebody a guest acts for.
type ActsFor struct {
	RelationID string `json:"relationId"`
	Kind       string `json:"kind" enum:"agent,representative,guardian,care"`
	Name       string `json:"name"`
	Firm       bool   `json:"firm"`
	ValidTo    string `json:"validTo,omitempty"`
}

type visitOutput struct {
	CacheControl string `header:"Cache-Control"`
	Body         Visit
}

type visitPath struct {
	Language
	VisitID string `path:"visitId" format:"uuid"`
}

// CardInput is what a reader of identity cards told the browser.
type CardInput struct {
	Name   string    `json:"name" minLength:"1" maxLength:"100"`
	Code   string    `json:"code" minLength:"1" maxLength:"30"`
	ReadAt time.Time `json:"readAt"`
}

type receiveInput struct {
	Language
	Body struct {
		VisitID string     `json:"visitId,omitempty" maxLength:"36" doc:"Of the visit they join; absent: a new one."`
		Code    string     `json:"code,omitempty" maxLength:"20" doc:"Presence code: eight digits."`
		Card    *CardInput `json:"card,omitempty" doc:"An identity card on the reader, instead of a code."`
	}
}

// ComingBody is what a guest has come for.
type ComingBody struct {
	MatterCode string `json:"matterCode" minLength:"12" maxLength:"33"`
	Guest      int    `json:"guest" minimum:"1" maximum:"6"`
	RelationID string `json:"relationId,omitempty" maxLength:"36" doc:"By which they act; absent: for themselves."`
}

func (b ComingBody) coming(visitID string) hall.Coming {
	return hall.Coming{VisitID: visitID, MatterCode: b.MatterCode, Guest: b.Guest, RelationID: b.RelationID}
}

type precheckInput struct {
	Language
	VisitID string `path:"visitId" format:"uuid"`
	Body    ComingBody
}

// Precheck is what there is for a matter before a case is opened.
type Precheck struct {
	Matter Coded           `json:"matter"`
	Unit   Named           `json:"unit" doc:"The unit of the matter."`
	Desk   bool            `json:"desk" doc:"Your unit takes it as a front desk, by mandate."`
	Ready  int             `json:"ready"`
	Needed int             `json:"needed" doc:"Required materials for which no license is there."`
	Items  []PrecheckedOne `json:"items"`
}

// PrecheckedOne is one material of it.
type PrecheckedOne struct {
	Seq      int     `json:"seq"`
	Name     string  `json:"name"`
	Required bool    `json:"required"`
	Party    string  `json:"party,omitempty" enum:"applicant,representative,spouse,child"`
	Type     *Coded  `json:"type,omitempty"`
	Status   string  `json:"status" enum:"ready,missing,unusable,plain,down"`
	Reason   *Reason `json:"reason,omitempty"`
}

type precheckOutput struct {
	CacheControl string `header:"Cache-Control"`
	Body         Precheck
}

type visitCaseInput struct {
	Language
	VisitID string `path:"visitId" format:"uuid"`
	Body    struct {
		ComingBody
		Representative *PersonInput `json:"representative,omitempty" doc:"法定代表人, where absent from the counter"`
		Spouse         *PersonInput `json:"spouse,omitempty"`
		Child          *PersonInput `json:"child,omitempty"`
		IdempotencyKey string       `json:"idempotencyKey" minLength:"8" maxLength:"64" pattern:"^[A-Za-z0-9_-]+$"`
	}
}

type confirmInput struct {
	Language
	VisitID    string `path:"visitId" format:"uuid"`
	RelationID string `path:"relationId" format:"uuid"`
	Body       struct {
		Guest int `json:"guest" minimum:"1" maximum:"6"`
	}
}

type resetGuestInput struct {
	Language
	VisitID string `path:"visitId" format:"uuid"`
	Body    struct {
		Guest int    `json:"guest" minimum:"1" maximum:"6"`
		Seen  string `json:"seen" enum:"id-card,residence-permit,passport" doc:"The paper by which you know that it is them: 居民身份证, 居住证或永久居留身份证, 护照."`
	}
}

type resetGuestOutput struct {
	Body struct {
		StrongFrom time.Time `json:"strongFrom" doc:"What they enrol now confirms from this moment on; a face check at once."`
	}
}

func registerWindow(api huma.API, d Deps) {
	op := func(id, method, path, zh, en string, errors ...int) huma.Operation {
		return require(api, huma.Operation{OperationID: id, Method: method, Path: path, Tags: []string{tagWindow}, Summary: zh,
			Description: en, Errors: errors}, RoleClerk)
	}
	huma.Register(api, op("receiveGuest", http.MethodPost, "/api/v1/window/visits", "核验来人",
		"Verify who stands at the counter, by their presence code or an identity card on the reader. The visit serves you alone, for two hours.",
		http.StatusGone, http.StatusNotFound, http.StatusConflict), d.receiveGuest)
	huma.Register(api, op("getVisit", http.MethodGet, "/api/v1/window/visits/{visitId}", "到场的人",
		"Who is present, and for whom they may apply.", http.StatusNotFound), d.getVisit)
	huma.Register(api, op("precheck", http.MethodPost, "/api/v1/window/visits/{visitId}/precheck", "预检",
		"What licenses there are for a matter, before a case: none is opened, the look is recorded and told to the applicant.",
		http.StatusNotFound, http.StatusForbidden), d.precheck)
	huma.Register(api, op("openVisitCase", http.MethodPost, "/api/v1/window/visits/{visitId}/cases", "窗口立案",
		"Open the case a guest has come for, in the own unit or as its front desk by mandate.",
		http.StatusNotFound, http.StatusForbidden, http.StatusConflict), d.openVisitCase)
	huma.Register(api, op("confirmRelation", http.MethodPost, "/api/v1/window/visits/{visitId}/relations/{relationId}/confirm", "核实监护或赡养关系",
		"Confirm what a guest asked for, having seen the paper that proves it.", http.StatusNotFound, http.StatusConflict, http.StatusForbidden), d.confirmRelation)
	huma.Register(api, confirmed(api, d, op("resetGuestFactors", http.MethodPost, "/api/v1/window/visits/{visitId}/factors/reset", "重置来人的确认方式",
		"Take the lost factors (确认方式) from the account of a guest whose paper you have looked at. Their sessions end, they are told, it is recorded, and what they enrol then confirms after 24 hours.",
		http.StatusNotFound, http.StatusForbidden)), d.resetGuestFactors)
}

func (d Deps) receiveGuest(ctx context.Context, in *receiveInput) (*visitOutput, error) {
	b := in.Body
	var v hall.Visit
	var err error
	if b.Card != nil {
		v, err = d.Hall.ReceiveCard(ctx, actorFrom(ctx), b.VisitID, hall.Card{Name: b.Card.Name, Code: b.Card.Code, ReadAt: b.Card.ReadAt})
	} else {
		v, err = d.Hall.Receive(ctx, actorFrom(ctx), b.VisitID, b.Code)
	}
	if err != nil {
		return nil, err
	}
	return d.visitNow(ctx, v.ID)
}

func (d Deps) getVisit(ctx context.Context, in *visitPath) (*visitOutput, error) {
	return d.visitNow(ctx, in.VisitID)
}

func (d Deps) visitNow(ctx context.Context, id string) (*visitOutput, error) {
	v, guests, err := d.Hall.LookVisit(ctx, actorFrom(ctx), id)
	if err != nil {
		return nil, err
	}
	out := &visitOutput{CacheControl: "no-store", Body: Visit{ID: v.ID, ExpiresAt: v.ExpiresAt.In(clock.Shanghai), Guests: []Guest{}}}
	for i, g := range guests {
		out.Body.Guests = append(out.Body.Guests, Guest{No: i + 1, Name: g.Profile.Name, CodeMasked: g.Profile.Code.String(), Means: g.Means,
			RelationID: g.RelationID, ActsFor: actsFor(g.ActsFor), ToConfirm: actsFor(g.ToConfirm)})
	}
	return out, nil
}

func actsFor(all []hall.ActsFor) []ActsFor {
	out := []ActsFor{}
	for _, x := range all {
		out = append(out, ActsFor{RelationID: x.Relation.ID, Kind: string(x.Relation.Kind), Name: x.Principal.Profile.Name,
			Firm: x.Principal.Kind != catalog.Natural, ValidTo: lastDay(x.Relation.ValidTo)})
	}
	return out
}

func (d Deps) precheck(ctx context.Context, in *precheckInput) (*precheckOutput, error) {
	actor := actorFrom(ctx)
	m, checked, err := d.Hall.Precheck(ctx, actor, in.Body.coming(in.VisitID))
	if err != nil {
		return nil, err
	}
	lang := in.lang()
	out := &precheckOutput{CacheControl: "no-store", Body: Precheck{Matter: Coded{Code: m.Code, Name: choose(lang, m.Name, m.NameEn)},
		Desk: m.Unit != actor.UnitID, Items: []PrecheckedOne{}}}
	err = d.DB.Read(ctx, func(q *db.Tx) error {
		unit, err := d.Units.Get(ctx, q, m.Unit)
		if err != nil {
			return err
		}
		out.Body.Unit = Named{ID: unit.ID, Name: choose(lang, unit.Name, unit.NameEn)}
		for _, c := range checked {
			x := PrecheckedOne{Seq: c.Material.Seq, Name: c.Material.Name, Required: c.Material.Required, Party: string(c.Material.Party),
				Status: c.Outcome.Status, Reason: reasonOf(c.Outcome.Reason, c.Outcome.Detail)}
			if code := wanted(c.Material, c.TypeCode); code != "" {
				t, err := d.typeNamed(ctx, q, code, lang)
				if err != nil {
					return err
				}
				x.Type = &t
			}
			switch {
			case x.Status == casefile.Ready:
				out.Body.Ready++
			case x.Required:
				out.Body.Needed++
			}
			out.Body.Items = append(out.Body.Items, x)
		}
		return nil
	})
	return out, err
}

func (d Deps) openVisitCase(ctx context.Context, in *visitCaseInput) (*caseOutput, error) {
	b := in.Body
	others := OtherParties{Representative: b.Representative, Spouse: b.Spouse, Child: b.Child}.persons()
	no, err := d.Hall.OpenVisit(ctx, actorFrom(ctx), b.coming(in.VisitID), others, b.IdempotencyKey)
	if err != nil {
		return nil, err
	}
	return d.caseNow(ctx, no, in.lang())
}

func (d Deps) resetGuestFactors(ctx context.Context, in *resetGuestInput) (*resetGuestOutput, error) {
	from, err := d.Hall.ResetFactors(ctx, actorFrom(ctx), in.VisitID, in.Body.Guest, in.Body.Seen)
	out := &resetGuestOutput{}
	out.Body.StrongFrom = from.In(clock.Shanghai)
	return out, err
}

func (d Deps) confirmRelation(ctx context.Context, in *confirmInput) (*visitOutput, error) {
	if err := d.Hall.ConfirmRelation(ctx, actorFrom(ctx), in.VisitID, in.Body.Guest, in.RelationID); err != nil {
		return nil, err
	}
	return d.visitNow(ctx, in.VisitID)
}
