package httpapi

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/yinxin-org/yinxin/internal/authn"
	"github.com/yinxin-org/yinxin/internal/clock"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/errs"
	"github.com/yinxin-org/yinxin/internal/sealing"
)

// SealRequest is an application for seals.
type SealRequest struct {
	ID        string            `json:"id"`
	Kind      string            `json:"kind" enum:"new,renew" doc:"new 申请, renew 换发"`
	Purpose   string            `json:"purpose" enum:"license,platform"`
	Unit      Named             `json:"unit" doc:"That applied."`
	State     string            `json:"state" enum:"applied,approved,refused,withdrawn,made"`
	Reason    string            `json:"reason"`
	Answer    string            `json:"answer,omitempty" doc:"What was said when it was decided."`
	Applicant *Actor            `json:"applicant,omitempty"`
	Mine      bool              `json:"mine" doc:"Entered by the signed-in account, which therefore does not decide it."`
	CreatedAt time.Time         `json:"createdAt"`
	Seals     []SealRequestUnit `json:"seals"`
	Can       []string          `json:"can" doc:"What the signed-in account may do with it now: approve, refuse, withdraw, make."`
	Events    []SealEvent       `json:"events"`
}

// SealRequestUnit is one seal of an application.
type SealRequestUnit struct {
	Unit    Named   `json:"unit"`
	OldCode string  `json:"oldCode,omitempty" doc:"The seal that is replaced."`
	Code    string  `json:"code,omitempty" doc:"Of the seal, once made."`
	Fault   *Reason `json:"fault,omitempty" doc:"Why it could not be made."`
}

type sealRequestsOutput struct {
	Body struct {
		Items     []SealRequest `json:"items"`
		CanBeMade bool          `json:"canBeMade" doc:"This installation can make seals itself."`
	}
}

type sealRequestInput struct {
	Language
	Body struct {
		Kind    string `json:"kind" enum:"new,renew"`
		Purpose string `json:"purpose" enum:"license,platform"`
		Seals   []struct {
			UnitID  string `json:"unitId" minLength:"18" maxLength:"18"`
			OldCode string `json:"oldCode,omitempty" maxLength:"64" doc:"To renew: the seal to be replaced."`
		} `json:"seals" minItems:"1" maxItems:"500"`
		Why
	}
}

// SealRequestPath names an application in the address.
type SealRequestPath struct {
	Language
	SealRequestID string `path:"sealRequestId" format:"uuid"`
}

type sealRequestOutput struct{ Body SealRequest }

type sealDecisionInput struct {
	SealRequestPath
	Body struct {
		Action string `json:"action" enum:"approve,refuse,withdraw"`
		Why
	}
}

type sealMakingInput struct {
	SealRequestPath
	Body struct{ Why }
}

func registerSealRequest(api huma.API, d Deps) {
	people := []string{RoleSealManager, RoleClerk, RoleDigital}
	errors := []int{http.StatusNotFound, http.StatusConflict}
	huma.Register(api, require(api, huma.Operation{
		OperationID: "listSealRequests", Method: http.MethodGet, Path: "/api/v1/seal-requests", Tags: []string{tagSeal},
		Summary:     "印章申请列表",
		Description: "Applications for seals: for a manager those for the units whose seals they manage, for others those of the own unit.",
	}, people...), d.listSealRequests)
	huma.Register(api, require(api, huma.Operation{
		OperationID: "applyForSeals", Method: http.MethodPost, Path: "/api/v1/seal-requests", Tags: []string{tagSeal},
		Summary:       "申请印章、换发印章",
		Description:   "Apply for seals of the own unit and of units below it, many in one application.",
		DefaultStatus: http.StatusCreated,
		Errors:        errors,
	}, RoleClerk, RoleDigital), d.applyForSeals)
	huma.Register(api, require(api, huma.Operation{
		OperationID: "getSealRequest", Method: http.MethodGet, Path: "/api/v1/seal-requests/{sealRequestId}", Tags: []string{tagSeal},
		Summary:     "印章申请",
		Description: "An application with its seals and steps.",
		Errors:      errors,
	}, people...), d.getSealRequest)
	huma.Register(api, confirmed(api, d, require(api, huma.Operation{
		OperationID: "decideSealRequest", Method: http.MethodPost, Path: "/api/v1/seal-requests/{sealRequestId}/decision", Tags: []string{tagSeal},
		Summary:     "审批、撤回印章申请",
		Description: "Approve or refuse as a manager other than the applicant; withdraw as the applicant.",
		Errors:      errors,
	}, people...)), d.decideSealRequest)
	huma.Register(api, confirmed(api, d, require(api, huma.Operation{
		OperationID: "makeSeals", Method: http.MethodPost, Path: "/api/v1/seal-requests/{sealRequestId}/making", Tags: []string{tagSeal},
		Summary:     "制章",
		Description: "Make the seals of an approved application. Only where this installation can make seals; cut off, it is called again.",
		Errors:      errors,
	}, RoleSealManager)), d.makeSeals)
}

func (d Deps) listSealRequests(ctx context.Context, in *struct{ Language }) (*sealRequestsOutput, error) {
	out := &sealRequestsOutput{}
	out.Body.Items, out.Body.CanBeMade = []SealRequest{}, d.Seals.CanMake()
	return out, d.DB.Read(ctx, func(q *db.Tx) error {
		found, err := d.Seals.Requests(ctx, q, actorFrom(ctx))
		if err != nil {
			return err
		}
		for _, r := range found {
			shown, err := d.sealRequest(ctx, q, actorFrom(ctx), r, in.lang())
			if err != nil {
				return err
			}
			out.Body.Items = append(out.Body.Items, shown)
		}
		return nil
	})
}

func (d Deps) sealRequest(ctx context.Context, q *db.Tx, a *authn.Actor, r sealing.Request, lang string) (SealRequest, error) {
	out := SealRequest{ID: r.ID, Kind: r.Kind, Purpose: r.Purpose, State: r.State, Reason: r.Reason, Answer: r.Answer,
		Mine: r.ApplicantID == a.AccountID, CreatedAt: r.CreatedAt.In(clock.Shanghai), Seals: []SealRequestUnit{}, Can: []string{}}
	var err error
	if out.Unit, err = d.unitNamed(ctx, q, r.UnitID, lang); err != nil {
		return SealRequest{}, err
	}
	if out.Applicant, err = d.actorOf(ctx, q, r.ApplicantID); err != nil {
		return SealRequest{}, err
	}
	manages := true
	for _, u := range r.Units {
		unit, err := d.unitNamed(ctx, q, u.UnitID, lang)
		if err != nil {
			return SealRequest{}, err
		}
		shown := SealRequestUnit{Unit: unit, OldCode: u.OldCode, Code: u.Code}
		if u.Fault != "" {
			shown.Fault = reasonOf(u.Fault, map[string]string{"unit": unit.Name})
		}
		out.Seals = append(out.Seals, shown)
		_, manage, err := d.Seals.May(ctx, q, a, u.UnitID)
		if err != nil {
			return SealRequest{}, err
		}
		manages = manages && manage
	}
	for _, m := range sealing.RequestMoves() {
		may := manages && !out.Mine
		switch m.Action {
		case sealing.Withdraw:
			may = out.Mine
		case sealing.Made:
			may = manages && d.Seals.CanMake()
		}
		if m.From == r.State && may {
			out.Can = append(out.Can, m.Action)
		}
	}
	out.Events, err = d.sealEvents(ctx, q, r.ID, lang)
	return out, err
}

func (d Deps) applyForSeals(ctx context.Context, in *sealRequestInput) (*sealRequestOutput, error) {
	r := sealing.Request{Kind: in.Body.Kind, Purpose: in.Body.Purpose, Reason: in.Body.Reason}
	for _, x := range in.Body.Seals {
		r.Units = append(r.Units, sealing.RequestUnit{UnitID: x.UnitID, OldCode: x.OldCode})
	}
	return d.sealRequestAfter(ctx, in.lang(), func(tx *db.Tx, a *authn.Actor) (sealing.Request, error) { return d.Seals.Ask(ctx, tx, a, r) })
}

func (d Deps) sealRequestAfter(ctx context.Context, lang string, do func(tx *db.Tx, a *authn.Actor) (sealing.Request, error)) (*sealRequestOutput, error) {
	out := &sealRequestOutput{}
	return out, d.DB.Write(ctx, func(tx *db.Tx) error {
		r, err := do(tx, actorFrom(ctx))
		if err != nil {
			return err
		}
		out.Body, err = d.sealRequest(ctx, tx, actorFrom(ctx), r, lang)
		return err
	})
}

func (d Deps) getSealRequest(ctx context.Context, in *SealRequestPath) (*sealRequestOutput, error) {
	out := &sealRequestOutput{}
	return out, d.DB.Read(ctx, func(q *db.Tx) error {
		r, err := d.Seals.Request(ctx, q, in.SealRequestID)
		if err != nil {
			return err
		}
		see, _, err := d.Seals.May(ctx, q, actorFrom(ctx), r.Units[0].UnitID)
		if err != nil {
			return err
		}
		if !see && r.UnitID != actorFrom(ctx).UnitID {
			return errs.New(errs.NotFound, "seal.no-request")
		}
		out.Body, err = d.sealRequest(ctx, q, actorFrom(ctx), r, in.lang())
		return err
	})
}

func (d Deps) decideSealRequest(ctx context.Context, in *sealDecisionInput) (*sealRequestOutput, error) {
	return d.sealRequestAfter(ctx, in.lang(), func(tx *db.Tx, a *authn.Actor) (sealing.Request, error) {
		if in.Body.Action == sealing.Withdraw {
			return d.Seals.TakeBack(ctx, tx, a, in.SealRequestID, in.Body.Reason)
		}
		return d.Seals.Decide(ctx, tx, a, in.SealRequestID, in.Body.Action, in.Body.Reason)
	})
}

func (d Deps) makeSeals(ctx context.Context, in *sealMakingInput) (*sealRequestOutput, error) {
	r, err := d.Seals.Fill(ctx, actorFrom(ctx), in.SealRequestID, in.Body.Reason)
	if err != nil {
		return nil, err
	}
	out := &sealRequestOutput{}
	return out, d.DB.Read(ctx, func(q *db.Tx) error {
		out.Body, err = d.sealRequest(ctx, q, actorFrom(ctx), r, in.lang())
		return err
	})
}
