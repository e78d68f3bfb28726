package httpapi

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/yinxin-org/yinxin/internal/access"
	"github.com/yinxin-org/yinxin/internal/clock"
	"github.com/yinxin-org/yinxin/internal/db"
)

const tagGlass = "应急查看 Break-glass"

// glassesShown bounds the list of emergency looks in one answer.
const glassesShown = 200

// Glass is one emergency look at a license, which two persons open together.
type Glass struct {
	ID         string     `json:"id"`
	Step       string     `json:"step" enum:"asked,lapsed,open,over,reported"`
	Identifier string     `json:"identifier" doc:"电子证照标识"`
	Type       Coded      `json:"type"`
	Reason     string     `json:"reason"`
	Minutes    int        `json:"minutes"`
	AskedBy    Named      `json:"askedBy"`
	AskedRole  string     `json:"askedRole" enum:"admin,digital"`
	AskedAt    time.Time  `json:"askedAt"`
	ApprovedBy *Named     `json:"approvedBy,omitempty"`
	ApprovedAt *time.Time `json:"approvedAt,omitempty"`
	Until      *time.Time `json:"until,omitempty"`
	EndedBy    *Named     `json:"endedBy,omitempty"`
	EndedAt    *time.Time `json:"endedAt,omitempty"`
	Reads      int        `json:"reads" doc:"How often it was looked at."`
	Refused    int        `json:"refused" doc:"How often a look was refused."`
	SeenBy     *Named     `json:"seenBy,omitempty" doc:"The supervisor who acknowledged the report."`
	SeenAt     *time.Time `json:"seenAt,omitempty"`
	Words      string     `json:"words,omitempty" doc:"What the supervisor wrote."`
	MayApprove bool       `json:"mayApprove"`
	MayEnd     bool       `json:"mayEnd"`
	MayRead    bool       `json:"mayRead"`
	MaySee     bool       `json:"mayAcknowledge"`
}

type glassesOutput struct {
	Body struct {
		Items []Glass `json:"items"`
	}
}

type glassOutput struct{ Body Glass }

type askGlassInput struct {
	Language
	Body struct {
		Identifier string `json:"identifier" minLength:"20" maxLength:"128"`
		Reason     string `json:"reason" minLength:"1" maxLength:"500" doc:"Stays in the record; the holder sees it."`
		Minutes    int    `json:"minutes" minimum:"1" maximum:"240"`
	}
}

// GlassPath names an emergency look in the address.
type GlassPath struct {
	Language
	GlassID string `path:"glassId" format:"uuid"`
}

type glassSeenInput struct {
	GlassPath
	Body struct {
		Words string `json:"words" minLength:"1" maxLength:"500"`
	}
}

func registerGlass(api huma.API, d Deps) {
	op := func(id, method, path, zh, en string, roles []string, errors ...int) huma.Operation {
		return require(api, huma.Operation{OperationID: id, Method: method, Path: path, Tags: []string{tagGlass}, Summary: zh, Description: en,
			Errors: errors}, roles...)
	}
	part := []string{RoleAdmin, RoleDigital}
	all := []string{RoleAdmin, RoleDigital, RoleSupervisor}
	base := "/api/v1/break-glass"
	huma.Register(api, op("listGlasses", http.MethodGet, base, "应急查看列表", "Emergency looks, the newest first: all of them to who takes part in such looks and to supervisors of the platform and of a topmost unit; to other supervisors those that their unit or one beneath it asked for, or whose license it issued.", all), d.listGlasses)
	huma.Register(api, confirmed(api, d, op("askGlass", http.MethodPost, base, "申请应急查看",
		"Ask to open one license in an emergency. Somebody of the other post must approve within four hours.", part, http.StatusNotFound)), d.askGlass)
	huma.Register(api, confirmed(api, d, op("approveGlass", http.MethodPost, base+"/{glassId}/approval", "批准应急查看",
		"The word of the second person, of another post than the first. The time runs from here, and the supervisor has a report to read.", part,
		http.StatusNotFound, http.StatusConflict)), d.approveGlass)
	huma.Register(api, op("readGlass", http.MethodPost, base+"/{glassId}/read", "查看",
		"Read the license; only the person who asked, while it is open. Each call is one recorded use.", part, http.StatusNotFound), d.readGlass)
	huma.Register(api, op("endGlass", http.MethodPost, base+"/{glassId}/end", "结束应急查看", "End a look by hand, or take an ask back.", all,
		http.StatusNotFound, http.StatusConflict), d.endGlass)
	huma.Register(api, op("acknowledgeGlass", http.MethodPost, base+"/{glassId}/acknowledgement", "知悉应急查看报告",
		"A supervisor who took no part has read the report of a look that is over.", []string{RoleSupervisor},
		http.StatusNotFound, http.StatusConflict), d.acknowledgeGlass)
}

func (d Deps) listGlasses(ctx context.Context, in *struct{ Language }) (*glassesOutput, error) {
	out := &glassesOutput{}
	out.Body.Items = []Glass{}
	err := d.DB.Read(ctx, func(q *db.Tx) error {
		all, err := d.Door.Glasses(ctx, q, actorFrom(ctx), glassesShown)
		if err != nil {
			return err
		}
		for _, g := range all {
			x, err := d.glass(ctx, q, g, in.lang())
			if err != nil {
				return err
			}
			out.Body.Items = append(out.Body.Items, x)
		}
		return nil
	})
	return out, err
}

func (d Deps) glass(ctx context.Context, q *db.Tx, g access.Glass, lang string) (Glass, error) {
	l, err := d.Licenses.Get(ctx, q, g.HolderID, g.LicenseID)
	if err != nil {
		return Glass{}, err
	}
	actor, step := actorFrom(ctx), g.Step(d.Clock.Now())
	out := Glass{ID: g.ID, Step: string(step), Identifier: l.Identifier, Reason: g.Reason, Minutes: g.Minutes, AskedRole: g.AskedRole,
		AskedAt: g.AskedAt.In(clock.Shanghai), ApprovedAt: beijing(g.ApprovedAt), EndedAt: beijing(g.EndedAt), SeenAt: beijing(g.SeenAt),
		Reads: g.Reads, Refused: g.Refused, Words: g.Words}
	if out.Type, err = d.typeNamed(ctx, q, l.TypeCode, lang); err != nil {
		return Glass{}, err
	}
	people := []struct {
		id   string
		into func(Named)
	}{
		{g.AskedBy, func(n Named) { out.AskedBy = n }}, {g.ApprovedBy, func(n Named) { out.ApprovedBy = &n }},
		{g.EndedBy, func(n Named) { out.EndedBy = &n }}, {g.SeenBy, func(n Named) { out.SeenBy = &n }},
	}
	for _, x := range people {
		if x.id == "" {
			continue
		}
		p, err := d.Accounts.PersonIn(ctx, q, x.id)
		if err != nil {
			return Glass{}, err
		}
		x.into(Named{ID: x.id, Name: p.Name})
	}
	if !g.ApprovedAt.IsZero() {
		out.Until = beijing(g.Until())
	}
	out.MayApprove = step == access.GlassAsked && actor.AccountID != g.AskedBy && actor.Has(RoleAdmin, RoleDigital) && !actor.Has(g.AskedRole)
	out.MayEnd = (step == access.GlassAsked || step == access.GlassOpen) &&
		(actor.AccountID == g.AskedBy || actor.AccountID == g.ApprovedBy || actor.Has(RoleSupervisor))
	out.MayRead = step == access.GlassOpen && actor.AccountID == g.AskedBy
	out.MaySee = step == access.GlassOver && actor.Has(RoleSupervisor) && actor.AccountID != g.AskedBy && actor.AccountID != g.ApprovedBy
	return out, nil
}

func (d Deps) glassNow(ctx context.Context, id, lang string) (*glassOutput, error) {
	out := &glassOutput{}
	err := d.DB.Read(ctx, func(q *db.Tx) error {
		g, err := d.Door.Glass(ctx, q, id)
		if err != nil {
			return err
		}
		out.Body, err = d.glass(ctx, q, g, lang)
		return err
	})
	return out, err
}

func (d Deps) askGlass(ctx context.Context, in *askGlassInput) (*glassOutput, error) {
	id, err := d.Door.AskGlass(ctx, actorFrom(ctx), in.Body.Identifier, in.Body.Reason, in.Body.Minutes)
	if err != nil {
		return nil, err
	}
	return d.glassNow(ctx, id, in.lang())
}

func (d Deps) approveGlass(ctx context.Context, in *GlassPath) (*glassOutput, error) {
	if err := d.Door.ApproveGlass(ctx, actorFrom(ctx), in.GlassID); err != nil {
		return nil, err
	}
	return d.glassNow(ctx, in.GlassID, in.lang())
}

func (d Deps) endGlass(ctx context.Context, in *GlassPath) (*glassOutput, error) {
	if err := d.Door.EndGlass(ctx, actorFrom(ctx), in.GlassID); err != nil {
		return nil, err
	}
	return d.glassNow(ctx, in.GlassID, in.lang())
}

func (d Deps) acknowledgeGlass(ctx context.Context, in *glassSeenInput) (*glassOutput, error) {
	if err := d.Door.AcknowledgeGlass(ctx, actorFrom(ctx), in.GlassID, in.Body.Words); err != nil {
		return nil, err
	}
	return d.glassNow(ctx, in.GlassID, in.lang())
}

func (d Deps) readGlass(ctx context.Context, in *GlassPath) (*lentOutput, error) {
	r, err := d.Door.Broken(ctx, actorFrom(ctx), in.GlassID, access.Fields)
	if err != nil {
		return nil, err
	}
	return &lentOutput{Body: LentLicense{Fields: items(r.Fields, in.lang()), RecordNo: r.RecordNo, At: r.At.In(clock.Shanghai)}}, nil
}
