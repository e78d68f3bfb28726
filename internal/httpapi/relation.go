package httpapi

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/yinxin-org/yinxin/internal/agency"
	"github.com/yinxin-org/yinxin/internal/catalog"
	"github.com/yinxin-org/yinxin/internal/clock"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/errs"
	"github.com/yinxin-org/yinxin/internal/license"
	"github.com/yinxin-org/yinxin/internal/present"
)

const tagRelation = "代办与家人 Acting for others"

// Relation is one holder acting for another, as one of the two sees it.
type Relation struct {
	ID         string     `json:"id"`
	Kind       string     `json:"kind" enum:"agent,representative,guardian,care"`
	Side       string     `json:"side" enum:"agent,principal" doc:"agent: you act for them; principal: they act for you."`
	Name       string     `json:"name" doc:"Of the other side; masked until both have agreed."`
	Firm       bool       `json:"firm" doc:"The other side is a firm or another body."`
	Powers     []string   `json:"powers" enum:"apply,show,read" doc:"apply 办事, show 亮证, read 查看"`
	Standing   string     `json:"standing" enum:"asked,active,declined,ended,over"`
	YourTurn   bool       `json:"yourTurn" doc:"It waits for your answer."`
	Proof      string     `json:"proof,omitempty" enum:"license,clerk" doc:"license: proved by a license; clerk: a clerk saw the paper."`
	ProofUnit  string     `json:"proofUnit,omitempty" doc:"Of the clerk."`
	ValidTo    string     `json:"validTo,omitempty" doc:"The last day; absent: no end."`
	AskedAt    time.Time  `json:"askedAt"`
	AnsweredAt *time.Time `json:"answeredAt,omitempty"`
	EndedAt    *time.Time `json:"endedAt,omitempty"`
}

type relationsOutput struct {
	Body struct {
		Items []Relation `json:"items"`
	}
}

type relationOutput struct{ Body Relation }

type relationAskInput struct {
	Language
	Body struct {
		Kind    string   `json:"kind" enum:"agent,representative,guardian,care"`
		Code    string   `json:"code" minLength:"1" maxLength:"30" doc:"Of the other side."`
		Name    string   `json:"name" minLength:"1" maxLength:"100" doc:"Of the other side; both must fit."`
		Powers  []string `json:"powers,omitempty" maxItems:"3" enum:"apply,show,read"`
		ValidTo string   `json:"validTo,omitempty" maxLength:"10" doc:"The last day; needed for an agent."`
	}
}

type relationPath struct {
	Language
	RelationID string `path:"relationId" format:"uuid"`
}

type relationAnswerInput struct {
	Language
	RelationID string `path:"relationId" format:"uuid"`
	Body       struct {
		Accept bool `json:"accept"`
	}
}

type actingInput struct {
	Language
	Body struct {
		RelationID string `json:"relationId" maxLength:"36" doc:"Empty: back to yourself."`
	}
}

// Presence is a code to be shown at a counter.
type Presence struct {
	Code      string    `json:"code" doc:"Eight digits, to be read out or scanned."`
	QRSVG     string    `json:"qrSvg"`
	ExpiresAt time.Time `json:"expiresAt"`
	Seconds   int       `json:"seconds"`
}

type presenceOutput struct {
	CacheControl string `header:"Cache-Control"`
	Body         Presence
}

func registerRelation(api huma.API, d Deps) {
	op := func(id, method, path, zh, en string, errors ...int) huma.Operation {
		return require(api, huma.Operation{OperationID: id, Method: method, Path: path, Tags: []string{tagRelation}, Summary: zh,
			Description: en, Errors: errors}, RoleHolder)
	}
	huma.Register(api, op("listRelations", http.MethodGet, "/api/v1/me/relations", "我的代办关系",
		"Who acts for you and for whom you act, the newest first, whatever became of it."), d.listRelations)
	huma.Register(api, op("askRelation", http.MethodPost, "/api/v1/me/relations", "授权代理或登记家人",
		"Entrust somebody, or ask to act for a child or parent. A guardian whom a license proves is in force at once; the rest waits for the other side, or for a clerk.",
		http.StatusNotFound, http.StatusConflict, http.StatusForbidden), d.askRelation)
	huma.Register(api, op("answerRelation", http.MethodPost, "/api/v1/me/relations/{relationId}/answer", "同意或不同意",
		"Answer what the other side asked.", http.StatusNotFound, http.StatusConflict), d.answerRelation)
	huma.Register(api, op("endRelation", http.MethodPost, "/api/v1/me/relations/{relationId}/end", "终止代办关系",
		"End a relation at once, from either side, or take back what you asked.", http.StatusNotFound, http.StatusConflict), d.endRelation)
	huma.Register(api, op("listFamilyLicenses", http.MethodGet, "/api/v1/me/relations/{relationId}/licenses", "被代办人的证照",
		"The licenses of somebody for whom you may act, as cards. What they say needs the session to act for them.",
		http.StatusNotFound), d.listFamilyLicenses)
	huma.Register(api, op("setActing", http.MethodPost, "/api/v1/me/acting", "切换办事身份",
		"Let the session act by a relation in force, or for yourself again.", http.StatusNotFound), d.setActing)
	huma.Register(api, op("makePresence", http.MethodPost, "/api/v1/me/presence", "到场码",
		"A code that lives a minute and shows a counter, once, that you stand before it."), d.makePresence)
}

func (d Deps) listRelations(ctx context.Context, in *struct{ Language }) (*relationsOutput, error) {
	out := &relationsOutput{}
	out.Body.Items = []Relation{}
	self := actorFrom(ctx).SelfID
	err := d.DB.Read(ctx, func(q *db.Tx) error {
		all, err := d.Agency.Of(ctx, q, self)
		if err != nil {
			return err
		}
		for _, r := range all {
			x, err := d.relation(ctx, q, r, self, in.lang())
			if err != nil {
				return err
			}
			out.Body.Items = append(out.Body.Items, x)
		}
		return nil
	})
	return out, err
}

func (d Deps) relation(ctx context.Context, q *db.Tx, r agency.Relation, self, lang string) (Relation, error) {
	other, err := d.Holders.Get(ctx, q, r.Other(self))
	if err != nil {
		return Relation{}, err
	}
	standing := r.Standing(d.Clock.Now())
	out := Relation{ID: r.ID, Kind: string(r.Kind), Side: "principal", Name: other.Profile.Name, Firm: other.Kind != catalog.Natural,
		Powers: append([]string{}, r.Powers...), Standing: string(standing), YourTurn: standing == agency.Asked && r.Answers() == self,
		Proof: r.Proof, ValidTo: lastDay(r.ValidTo), AskedAt: r.AskedAt.In(clock.Shanghai), AnsweredAt: beijing(r.AnsweredAt), EndedAt: beijing(r.EndedAt)}
	if r.AgentID == self {
		out.Side = "agent"
	}
	if r.Proof == "" && standing != agency.Active && r.AskedBy != self {
		out.Name = other.Profile.Masked()
	}
	if r.ConfirmedUnit != "" {
		u, err := d.Units.Get(ctx, q, r.ConfirmedUnit)
		if err != nil {
			return Relation{}, err
		}
		out.ProofUnit = choose(lang, u.Name, u.NameEn)
	}
	return out, nil
}

func (d Deps) relationNow(ctx context.Context, r agency.Relation, lang string) (*relationOutput, error) {
	out := &relationOutput{}
	err := d.DB.Read(ctx, func(q *db.Tx) error {
		var err error
		out.Body, err = d.relation(ctx, q, r, actorFrom(ctx).SelfID, lang)
		return err
	})
	return out, err
}

func (d Deps) askRelation(ctx context.Context, in *relationAskInput) (*relationOutput, error) {
	b := in.Body
	ask := agency.Request{Kind: agency.Kind(b.Kind), Code: b.Code, Name: b.Name, Powers: b.Powers}
	if b.ValidTo != "" {
		last, err := time.ParseInLocation(time.DateOnly, b.ValidTo, clock.Shanghai)
		if err != nil {
			return nil, errs.New(errs.Invalid, "field.date").On("validTo")
		}
		ask.ValidTo = last.AddDate(0, 0, 1)
	}
	r, err := d.Agency.Ask(ctx, actorFrom(ctx), ask)
	if err != nil {
		return nil, err
	}
	return d.relationNow(ctx, r, in.lang())
}

func (d Deps) answerRelation(ctx context.Context, in *relationAnswerInput) (*relationOutput, error) {
	r, err := d.Agency.Answer(ctx, actorFrom(ctx), in.RelationID, in.Body.Accept)
	if err != nil {
		return nil, err
	}
	return d.relationNow(ctx, r, in.lang())
}

func (d Deps) endRelation(ctx context.Context, in *relationPath) (*relationOutput, error) {
	r, err := d.Agency.End(ctx, actorFrom(ctx), in.RelationID)
	if err != nil {
		return nil, err
	}
	return d.relationNow(ctx, r, in.lang())
}

func (d Deps) listFamilyLicenses(ctx context.Context, in *relationPath) (*heldListOutput, error) {
	out := &heldListOutput{}
	out.Body.Items = []HeldLicense{}
	self := actorFrom(ctx).SelfID
	err := d.DB.Read(ctx, func(q *db.Tx) error {
		r, err := d.Agency.Get(ctx, q, self, in.RelationID)
		if err != nil {
			return err
		}
		if r.AgentID != self || !r.InForce(d.Clock.Now()) {
			return errs.New(errs.NotFound, "relation.unknown")
		}
		held, err := d.Licenses.Held(ctx, q, r.PrincipalID, "")
		if err != nil {
			return err
		}
		for _, l := range held {
			if l.Step != license.StepPublished {
				continue
			}
			x, err := d.heldLicense(ctx, q, l, in.lang())
			if err != nil {
				return err
			}
			out.Body.Items = append(out.Body.Items, x)
		}
		return nil
	})
	return out, err
}

func (d Deps) setActing(ctx context.Context, in *actingInput) (*sessionOutput, error) {
	a, err := d.Accounts.Act(ctx, scopeFrom(ctx).token, in.Body.RelationID)
	if err != nil {
		return nil, err
	}
	body, err := d.session(ctx, a)
	return &sessionOutput{Body: body}, err
}

func (d Deps) makePresence(ctx context.Context, _ *struct{}) (*presenceOutput, error) {
	p, err := d.Agency.Presence(ctx, actorFrom(ctx))
	if err != nil {
		return nil, err
	}
	qr, err := present.QRSVG(presencePrefix + p.Code)
	return &presenceOutput{CacheControl: "no-store", Body: Presence{Code: p.Code, QRSVG: qr, ExpiresAt: p.ExpiresAt.In(clock.Shanghai),
		Seconds: seconds(p.ExpiresAt.Sub(d.Clock.Now()))}}, err
}

// presencePrefix tells a scanner that it reads a presence code and not somebody's license.
const presencePrefix = "YXDC:"

// holderName is the full name of a holder whom the session acts for.
func (d Deps) holderName(ctx context.Context, id string) (string, error) {
	var name string
	err := d.DB.Read(ctx, func(q *db.Tx) error {
		h, err := d.Holders.Get(ctx, q, id)
		name = h.Profile.Name
		return err
	})
	return name, err
}
