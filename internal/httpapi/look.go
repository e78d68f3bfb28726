package httpapi

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/yinxin-org/yinxin/internal/access"
	"github.com/yinxin-org/yinxin/internal/clock"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/errs"
	"github.com/yinxin-org/yinxin/internal/holder"
)

// SeenUse is a record of use as a supervisor sees it: no purpose in anybody's own words, and of a person only a masked name.
type SeenUse struct {
	RecordNo   string    `json:"recordNo" doc:"存证编号"`
	At         time.Time `json:"at"`
	Ground     string    `json:"ground" enum:"case,self,presentation,consent,issuing,share,commitment,inspection,break-glass,archive,quality,analysis"`
	Result     string    `json:"result" enum:"given,refused"`
	Rule       *SeenRule `json:"rule,omitempty" doc:"The rule that decided."`
	Reason     *Reason   `json:"reason,omitempty" doc:"Of a refusal."`
	Unit       *Named    `json:"unit,omitempty" doc:"That asked."`
	Person     *Named    `json:"person,omitempty" doc:"Who asked, of a unit's staff."`
	Role       string    `json:"role" enum:"clerk,approver,reviewer,verifier,holder,agent,public,staff,platform"`
	CaseNo     string    `json:"caseNo,omitempty"`
	Matter     *Coded    `json:"matter,omitempty"`
	Type       *Coded    `json:"type,omitempty"`
	Identifier string    `json:"identifier,omitempty" doc:"电子证照标识"`
	Holder     string    `json:"holder,omitempty" doc:"A person's name is masked."`
	Fields     int       `json:"fields" doc:"How many fields were given; -1: the whole face."`
}

// SeenRule is a rule of the door with its sentence.
type SeenRule struct {
	ID     string `json:"id"`
	Text   string `json:"text"`
	Clause string `json:"clause"`
}

type useLookInput struct {
	Language
	Body struct {
		From       string `json:"from" format:"date" doc:"First day."`
		To         string `json:"to" format:"date" doc:"Last day, at most 92 days later."`
		Unit       string `json:"unit,omitempty" maxLength:"18" doc:"By one unit."`
		Person     string `json:"person,omitempty" maxLength:"36" doc:"By one account."`
		CaseNo     string `json:"caseNo,omitempty" maxLength:"64"`
		Ground     string `json:"ground,omitempty" enum:"case,self,presentation,consent,issuing,share,commitment,inspection,break-glass,archive,quality,analysis"`
		Result     string `json:"result,omitempty" enum:"given,refused"`
		Identifier string `json:"identifier,omitempty" maxLength:"128" doc:"Of one license: 电子证照标识."`
		TypeCode   string `json:"typeCode,omitempty" maxLength:"64"`
		After      string `json:"after,omitempty" maxLength:"80" doc:"Of the page before: next."`
		Limit      int    `json:"limit,omitempty" minimum:"1" maximum:"100" default:"30"`
	}
}

type useLookOutput struct {
	CacheControl string `header:"Cache-Control"`
	Body         struct {
		Items    []SeenUse `json:"items" nullable:"false"`
		Next     string    `json:"next,omitempty" doc:"Goes into after for the next page; absent at the end. A page can be empty and not be the last."`
		Back     time.Time `json:"back" doc:"How far back the records were gone through."`
		RecordNo string    `json:"recordNo" doc:"存证编号 of the look itself."`
	}
}

func registerLook(api huma.API, d Deps) {
	huma.Register(api, require(api, huma.Operation{
		OperationID: "lookAtUses", Method: http.MethodPost, Path: "/api/v1/uses/looks", Tags: []string{tagViolation},
		Summary: "用证记录检索",
		Description: "Records of use of the own unit and those beneath it, newest first, for a supervisor; of a topmost unit also those that no " +
			"unit asked for. The look is itself put into the evidence log, with what was asked and shown, before the answer is given.",
	}, RoleSupervisor), d.lookAtUses)
}

func (d Deps) lookAtUses(ctx context.Context, in *useLookInput) (*useLookOutput, error) {
	b := in.Body
	l := access.Look{UnitID: b.Unit, AccountID: b.Person, CaseNo: b.CaseNo, Ground: access.Ground(b.Ground), Result: b.Result, Identifier: b.Identifier,
		TypeCode: b.TypeCode, After: b.After, Limit: b.Limit}
	l.From, l.Until = span(b.From, b.To)
	page, err := d.Door.Explore(ctx, actorFrom(ctx), l)
	if err != nil {
		return nil, err
	}
	out := &useLookOutput{CacheControl: "no-store"}
	out.Body.Items, out.Body.Next, out.Body.Back, out.Body.RecordNo = []SeenUse{}, page.Next, page.Back.In(clock.Shanghai), page.No
	return out, d.DB.Read(ctx, func(q *db.Tx) error {
		out.Body.Items = out.Body.Items[:0]
		for _, s := range page.Seen {
			x, err := d.seenUse(ctx, q, s, in.lang())
			if err != nil {
				return err
			}
			out.Body.Items = append(out.Body.Items, x)
		}
		return nil
	})
}

func (d Deps) seenUse(ctx context.Context, q *db.Tx, s access.Seen, lang string) (SeenUse, error) {
	out := SeenUse{RecordNo: s.RecordNo, At: s.At.In(clock.Shanghai), Ground: string(s.Ground), Result: s.Result, Role: s.Role, CaseNo: s.CaseNo}
	if r, ok := d.Door.Decisive(s.Use); ok {
		out.Rule = &SeenRule{ID: r.ID, Text: choose(lang, r.Zh, r.En), Clause: r.Clause}
	}
	if len(s.Reasons) > 0 {
		out.Reason = reasonOf(s.Reasons[0], nil)
	}
	if s.Result == access.ResultGiven {
		out.Fields = len(s.Fields)
		if len(s.Fields) == 1 && s.Fields[0] == "*" {
			out.Fields = -1
		}
	}
	if err := d.seenWho(ctx, q, s, &out, lang); err != nil {
		return SeenUse{}, err
	}
	if s.MatterCode != "" {
		m, err := d.matterNamed(ctx, q, s.MatterCode, lang)
		if err != nil {
			return SeenUse{}, err
		}
		out.Matter = &m
	}
	if s.TypeCode != "" {
		t, err := d.typeNamed(ctx, q, s.TypeCode, lang)
		if err != nil {
			return SeenUse{}, err
		}
		out.Type = &t
	}
	if s.LicenseID != "" {
		l, err := d.Licenses.Get(ctx, q, s.HolderID, s.LicenseID)
		if err != nil && errs.Of(err).Kind != errs.NotFound {
			return SeenUse{}, err
		}
		out.Identifier = l.Identifier
	}
	return out, nil
}

// seenWho names who asked and whose license it was. Whoever asked for themselves or for the holder is no staff, and not named.
func (d Deps) seenWho(ctx context.Context, q *db.Tx, s access.Seen, out *SeenUse, lang string) error {
	if s.UnitID != "" {
		u, err := d.unitNamed(ctx, q, s.UnitID, lang)
		if err != nil {
			return err
		}
		out.Unit = &u
		if s.AccountID != "" {
			p, err := d.Accounts.PersonIn(ctx, q, s.AccountID)
			if err != nil {
				return err
			}
			out.Person = &Named{ID: s.AccountID, Name: p.Name}
		}
	}
	if s.HolderID == holder.PlatformID {
		return nil
	}
	h, err := d.Holders.Get(ctx, q, s.HolderID)
	if err != nil && errs.Of(err).Kind != errs.NotFound {
		return err
	}
	out.Holder = h.Profile.Masked()
	return nil
}
