package httpapi

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/yinxin-org/yinxin/internal/clock"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/erasure"
	"github.com/yinxin-org/yinxin/internal/evidence/leaf"
)

const tagErasure = "个人信息清除 Erasure"

// erasuresShown bounds the list of erasures in one answer.
const erasuresShown = 200

// Erasure is what two persons decide about what is kept of somebody.
type Erasure struct {
	ID          string           `json:"id"`
	State       string           `json:"state" enum:"asked,refused,withdrawn,approved,halted,running,done"`
	Masked      string           `json:"masked" doc:"The person's name, masked; empty once it is gone."`
	Reason      string           `json:"reason" enum:"request,retention"`
	Ground      string           `json:"ground" doc:"Number of the paper that it rests on; empty once it is gone."`
	Answer      string           `json:"answer,omitempty" doc:"Why it was refused."`
	AskedBy     Named            `json:"askedBy"`
	AskedRole   string           `json:"askedRole" enum:"admin,digital"`
	AskedAt     time.Time        `json:"askedAt"`
	DecidedBy   *Named           `json:"decidedBy,omitempty"`
	DecidedAt   *time.Time       `json:"decidedAt,omitempty"`
	EndedAt     *time.Time       `json:"endedAt,omitempty"`
	Counts      map[string]int64 `json:"counts" doc:"Rows that were erased, by table, and files."`
	MayDecide   bool             `json:"mayDecide"`
	MayWithdraw bool             `json:"mayWithdraw"`
}

// ErasureScope is what there is of a person, and what stands in the way of erasing it.
type ErasureScope struct {
	Masked    string            `json:"masked" doc:"The person's name, masked."`
	Counts    map[string]int64  `json:"counts" doc:"Rows by table, without tables that have none."`
	Licenses  int               `json:"licenses" doc:"Licenses that nobody else holds."`
	Joint     int               `json:"joint" doc:"Licenses that stay, because somebody else holds them too."`
	Obstacles []ErasureObstacle `json:"obstacles"`
}

// ErasureObstacle stands in the way of an erasure.
type ErasureObstacle struct {
	Kind  string     `json:"kind" enum:"seal,hold,case,license,pledge,appeal,operation,inspection,records,retention"`
	Type  *Coded     `json:"type,omitempty" doc:"The license's type, where it is about a license."`
	What  string     `json:"what" doc:"Number of the case or of the paper that orders a hold; empty where there is none."`
	Until *time.Time `json:"until,omitempty" doc:"When it falls away by itself."`
}

type erasuresOutput struct {
	Body struct {
		Items []Erasure `json:"items"`
	}
}

type erasureOutput struct{ Body Erasure }

type erasureScopeOutput struct{ Body ErasureScope }

// personInput names a person where no address and no log keeps it: in the body.
type personInput struct {
	Language
	Body struct {
		Code string `json:"code" minLength:"1" maxLength:"64" doc:"公民身份号码 or another code of the person."`
	}
}

type askErasureInput struct {
	Language
	Body struct {
		Code   string `json:"code" minLength:"1" maxLength:"64" doc:"公民身份号码 or another code of the person."`
		Reason string `json:"reason" enum:"request,retention"`
		Ground string `json:"ground" minLength:"1" maxLength:"100" doc:"Number of the paper that it rests on."`
	}
}

// ErasurePath names an erasure in the address.
type ErasurePath struct {
	Language
	ErasureID string `path:"erasureId" format:"uuid"`
}

type refuseErasureInput struct {
	ErasurePath
	Body struct {
		Answer string `json:"answer" minLength:"1" maxLength:"500"`
	}
}

func registerErasure(api huma.API, d Deps) {
	op := func(id, method, path, zh, en string, errors ...int) huma.Operation {
		return require(api, huma.Operation{OperationID: id, Method: method, Path: "/api/v1/erasures" + path, Tags: []string{tagErasure}, Summary: zh,
			Description: en, Errors: errors}, RoleAdmin, RoleDigital)
	}
	huma.Register(api, op("listErasures", http.MethodGet, "", "个人信息清除列表", "Erasures, the newest first."), d.listErasures)
	huma.Register(api, op("lookBeforeErasure", http.MethodPost, "/looks", "清除前查看",
		"What there is of a person and what stands in the way of erasing it. The look is on record.", http.StatusNotFound, http.StatusConflict), d.lookBeforeErasure)
	huma.Register(api, confirmed(api, d, op("askErasure", http.MethodPost, "", "申请清除",
		"Ask that what is kept of a person be erased; somebody of the other post must approve.", http.StatusNotFound, http.StatusConflict)), d.askErasure)
	huma.Register(api, confirmed(api, d, op("approveErasure", http.MethodPost, "/{erasureId}/approval", "批准清除",
		"The word of the second person, of another post than the first. A minute later the keys are destroyed; nothing brings them back.",
		http.StatusNotFound, http.StatusConflict)), d.approveErasure)
	huma.Register(api, op("refuseErasure", http.MethodPost, "/{erasureId}/refusal", "不予清除", "The second person refuses, with a reason.",
		http.StatusNotFound, http.StatusConflict), d.refuseErasure)
	huma.Register(api, op("withdrawErasure", http.MethodPost, "/{erasureId}/withdrawal", "撤回清除申请", "Who asked takes it back before it is decided.",
		http.StatusNotFound, http.StatusConflict), d.withdrawErasure)
	huma.Register(api, op("getErasureCertificate", http.MethodGet, "/{erasureId}/certificate", "清除凭证",
		"That the erasure was carried out, with its proof from the log: `yinxin log verify` checks it. It names nobody.",
		http.StatusNotFound, http.StatusConflict), d.erasureCertificate)
}

func (d Deps) listErasures(ctx context.Context, _ *struct{ Language }) (*erasuresOutput, error) {
	out := &erasuresOutput{}
	out.Body.Items = []Erasure{}
	err := d.DB.Read(ctx, func(q *db.Tx) error {
		all, err := d.Erasures.List(ctx, q, erasuresShown)
		if err != nil {
			return err
		}
		for _, e := range all {
			x, err := d.erasure(ctx, q, e)
			if err != nil {
				return err
			}
			out.Body.Items = append(out.Body.Items, x)
		}
		return nil
	})
	return out, err
}

func (d Deps) erasure(ctx context.Context, q *db.Tx, e erasure.Erasure) (Erasure, error) {
	actor := actorFrom(ctx)
	out := Erasure{ID: e.ID, State: string(e.State), Masked: e.Masked, Reason: string(e.Reason), Ground: e.Ground, Answer: e.Answer, AskedRole: e.AskedRole,
		AskedAt: e.AskedAt.In(clock.Shanghai), DecidedAt: beijing(e.DecidedAt), EndedAt: beijing(e.EndedAt), Counts: e.Counts}
	asked, err := d.Accounts.PersonIn(ctx, q, e.AskedBy)
	if err != nil {
		return Erasure{}, err
	}
	out.AskedBy = Named{ID: e.AskedBy, Name: asked.Name}
	if e.DecidedBy != "" {
		decided, err := d.Accounts.PersonIn(ctx, q, e.DecidedBy)
		if err != nil {
			return Erasure{}, err
		}
		out.DecidedBy = &Named{ID: e.DecidedBy, Name: decided.Name}
	}
	mine := actor.AccountID == e.AskedBy
	out.MayWithdraw = e.State == erasure.Asked && mine
	out.MayDecide = e.State == erasure.Asked && !mine && !actor.Has(e.AskedRole)
	return out, nil
}

func (d Deps) erasureNow(ctx context.Context, id string) (*erasureOutput, error) {
	out := &erasureOutput{}
	err := d.DB.Read(ctx, func(q *db.Tx) error {
		e, err := d.Erasures.Get(ctx, q, id)
		if err != nil {
			return err
		}
		out.Body, err = d.erasure(ctx, q, e)
		return err
	})
	return out, err
}

func (d Deps) lookBeforeErasure(ctx context.Context, in *personInput) (*erasureScopeOutput, error) {
	s, err := d.Erasures.Look(ctx, actorFrom(ctx), in.Body.Code)
	if err != nil {
		return nil, err
	}
	out := &erasureScopeOutput{Body: ErasureScope{Masked: s.Masked, Counts: s.Counts, Licenses: s.Licenses, Joint: s.Joint, Obstacles: []ErasureObstacle{}}}
	return out, d.DB.Read(ctx, func(q *db.Tx) error {
		out.Body.Obstacles = []ErasureObstacle{}
		for _, o := range s.Obstacles {
			x := ErasureObstacle{Kind: o.Kind, What: o.What, Until: beijing(o.Until)}
			if o.Type != "" {
				t, err := d.Types.Latest(ctx, q, o.Type)
				if err != nil {
					return err
				}
				named := typeName(t, in.lang())
				x.Type = &named
			}
			out.Body.Obstacles = append(out.Body.Obstacles, x)
		}
		return nil
	})
}

func (d Deps) askErasure(ctx context.Context, in *askErasureInput) (*erasureOutput, error) {
	id, err := d.Erasures.Ask(ctx, actorFrom(ctx), in.Body.Code, erasure.Reason(in.Body.Reason), in.Body.Ground)
	if err != nil {
		return nil, err
	}
	return d.erasureNow(ctx, id)
}

func (d Deps) approveErasure(ctx context.Context, in *ErasurePath) (*erasureOutput, error) {
	if err := d.Erasures.Approve(ctx, actorFrom(ctx), in.ErasureID); err != nil {
		return nil, err
	}
	return d.erasureNow(ctx, in.ErasureID)
}

func (d Deps) refuseErasure(ctx context.Context, in *refuseErasureInput) (*erasureOutput, error) {
	if err := d.Erasures.Refuse(ctx, actorFrom(ctx), in.ErasureID, in.Body.Answer); err != nil {
		return nil, err
	}
	return d.erasureNow(ctx, in.ErasureID)
}

func (d Deps) withdrawErasure(ctx context.Context, in *ErasurePath) (*erasureOutput, error) {
	if err := d.Erasures.Withdraw(ctx, actorFrom(ctx), in.ErasureID); err != nil {
		return nil, err
	}
	return d.erasureNow(ctx, in.ErasureID)
}

func (d Deps) erasureCertificate(ctx context.Context, in *ErasurePath) (*certificateOutput, error) {
	receipt, proof, err := d.Erasures.Certificate(ctx, in.ErasureID)
	if err != nil {
		return nil, err
	}
	return &certificateOutput{CacheControl: "no-store", Body: leaf.Certificate{Receipt: receipt, Proof: proof}}, nil
}
