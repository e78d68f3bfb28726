package httpapi

import (
	"context"
	"net/http"
	"slices"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/yinxin-org/yinxin/internal/casefile"
	"github.com/yinxin-org/yinxin/internal/clock"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/hall"
)

// Commitment is what the applicant committed to where a license could not be had.
type Commitment struct {
	Kind     string     `json:"kind" enum:"later,pledge" doc:"later 容缺受理, pledge 告知承诺"`
	State    string     `json:"state" enum:"offered,waiting,kept,contradicted,handed"`
	Text     string     `json:"text,omitempty" doc:"The words of it; for whoever handles the case and for the applicant."`
	SignedAt *time.Time `json:"signedAt,omitempty"`
	How      string     `json:"how,omitempty" enum:"counter,account" doc:"Signed before the clerk, or in the applicant's account."`
	DueAt    time.Time  `json:"dueAt"`
	Overdue  bool       `json:"overdue" doc:"The deadline has passed and the license has not come."`
	RecordNo string     `json:"recordNo,omitempty" doc:"存证编号"`
	Differs  []string   `json:"differs" doc:"Names of form fields that what came contradicts."`
	ToDo     bool       `json:"toDo" doc:"The unit has yet to say what it does about a late or contradicted one."`
}

// Chase is the last request that a license be there.
type Chase struct {
	At         time.Time  `json:"at"`
	DueAt      time.Time  `json:"dueAt"`
	Unit       *Named     `json:"unit,omitempty" doc:"Who was asked; absent: the digital office."`
	AnsweredAt *time.Time `json:"answeredAt,omitempty"`
	Today      bool       `json:"today" doc:"It was of today; the next one can be tomorrow."`
}

type promiseInput struct {
	MaterialPath
	Body struct {
		Version int64  `json:"version" minimum:"1"`
		Kind    string `json:"kind" enum:"later,pledge"`
		Days    int    `json:"days" minimum:"1" maximum:"30" doc:"Deadline in working days."`
		How     string `json:"how" enum:"counter,account" doc:"counter: the applicant signs here and now; account: they are asked in their account."`
	}
}

type draftPromiseInput struct {
	MaterialPath
	Kind string `query:"kind" enum:"later,pledge" required:"true"`
	Days int    `query:"days" minimum:"1" maximum:"30" default:"5"`
}

// PromiseDraft are the words that would be signed.
type PromiseDraft struct {
	Text  string    `json:"text"`
	DueAt time.Time `json:"dueAt"`
}

type draftPromiseOutput struct{ Body PromiseDraft }

type acknowledgeInput struct {
	MaterialPath
	Body struct {
		Opinion string `json:"opinion" minLength:"1" maxLength:"500"`
	}
}

type reassignInput struct {
	CasePath
	Body struct {
		Version   int64  `json:"version" minimum:"1"`
		AccountID string `json:"accountId" minLength:"1" maxLength:"36"`
		Reason    string `json:"reason" minLength:"1" maxLength:"500"`
	}
}

// Colleague could take a case over.
type Colleague struct {
	AccountID string   `json:"accountId"`
	Name      string   `json:"name"`
	Roles     []string `json:"roles"`
}

type colleaguesOutput struct {
	Body struct {
		Items []Colleague `json:"items"`
	}
}

// OwnCommitment is a commitment as its applicant sees it.
type OwnCommitment struct {
	Commitment
	CaseNo   string `json:"caseNo"`
	Seq      int    `json:"seq"`
	Matter   Coded  `json:"matter"`
	Material string `json:"material"`
	Digest   string `json:"digest" doc:"SM3 of the text; to be sent with the signature."`
}

type ownCommitmentsOutput struct {
	Body struct {
		Items []OwnCommitment `json:"items"`
	}
}

type signInput struct {
	MaterialPath
	Body struct {
		Digest string `json:"digest" pattern:"^[0-9a-f]{64}$" doc:"Of the text that was read."`
	}
}

func (d Deps) draftPromise(ctx context.Context, in *draftPromiseInput) (*draftPromiseOutput, error) {
	text, due, err := d.Hall.DraftPromise(ctx, actorFrom(ctx), in.CaseNo, in.Seq, hall.Promise{Kind: in.Kind, Days: in.Days})
	return &draftPromiseOutput{Body: PromiseDraft{Text: text, DueAt: lastMoment(due)}}, err
}

func (d Deps) offerPromise(ctx context.Context, in *promiseInput) (*caseOutput, error) {
	p := hall.Promise{Kind: in.Body.Kind, Days: in.Body.Days, Counter: in.Body.How == "counter"}
	if err := d.Hall.Offer(ctx, actorFrom(ctx), in.CaseNo, in.Seq, in.Body.Version, p); err != nil {
		return nil, err
	}
	return d.caseNow(ctx, in.CaseNo, in.lang())
}

func (d Deps) acknowledge(ctx context.Context, in *acknowledgeInput) (*caseOutput, error) {
	if err := d.Hall.Acknowledge(ctx, actorFrom(ctx), in.CaseNo, in.Seq, in.Body.Opinion); err != nil {
		return nil, err
	}
	return d.caseNow(ctx, in.CaseNo, in.lang())
}

func (d Deps) chaseLicense(ctx context.Context, in *MaterialPath) (*caseOutput, error) {
	if err := d.Hall.Chase(ctx, actorFrom(ctx), in.CaseNo, in.Seq); err != nil {
		return nil, err
	}
	return d.caseNow(ctx, in.CaseNo, in.lang())
}

func (d Deps) reassign(ctx context.Context, in *reassignInput) (*caseOutput, error) {
	if err := d.Hall.Reassign(ctx, actorFrom(ctx), in.CaseNo, in.Body.Version, in.Body.AccountID, in.Body.Reason); err != nil {
		return nil, err
	}
	return d.caseNow(ctx, in.CaseNo, in.lang())
}

func (d Deps) colleagues(ctx context.Context, in *CasePath) (*colleaguesOutput, error) {
	able, err := d.Hall.Colleagues(ctx, actorFrom(ctx), in.CaseNo)
	if err != nil {
		return nil, err
	}
	out := &colleaguesOutput{}
	out.Body.Items = []Colleague{}
	for _, x := range able {
		p, err := d.Person(ctx, x.ID)
		if err != nil {
			return nil, err
		}
		out.Body.Items = append(out.Body.Items, Colleague{AccountID: x.ID, Name: p.Name, Roles: x.Roles})
	}
	return out, nil
}

func (d Deps) ownCommitments(ctx context.Context, in *Language) (*ownCommitmentsOutput, error) {
	found, err := d.Hall.Promises(ctx, actorFrom(ctx))
	if err != nil {
		return nil, err
	}
	out := &ownCommitmentsOutput{}
	out.Body.Items = []OwnCommitment{}
	err = d.DB.Read(ctx, func(q *db.Tx) error {
		for _, x := range found {
			c, err := d.Cases.Get(ctx, q, x.CaseNo)
			if err != nil {
				return err
			}
			m, err := d.Matters.Get(ctx, q, c.MatterCode)
			if err != nil {
				return err
			}
			material, _ := m.Material(x.Seq)
			out.Body.Items = append(out.Body.Items, OwnCommitment{Commitment: d.commitment(x, true), CaseNo: x.CaseNo, Seq: x.Seq,
				Matter: Coded{Code: m.Code, Name: choose(in.lang(), m.Name, m.NameEn)}, Material: material.Name, Digest: hall.TextDigest(x.Text)})
		}
		return nil
	})
	return out, err
}

func (d Deps) signPromise(ctx context.Context, in *signInput) (*ownCommitmentsOutput, error) {
	if err := d.Hall.SignPromise(ctx, actorFrom(ctx), in.CaseNo, in.Seq, in.Body.Digest); err != nil {
		return nil, err
	}
	return d.ownCommitments(ctx, &in.Language)
}

// lastMoment is the last second of a deadline, so that its date is the last day.
func lastMoment(due time.Time) time.Time { return due.Add(-time.Second).In(clock.Shanghai) }

// commitment shows a commitment; its words only to whom they concern.
func (d Deps) commitment(x casefile.Commitment, words bool) Commitment {
	out := Commitment{Kind: x.Kind, State: x.State, SignedAt: beijing(x.SignedAt), DueAt: lastMoment(x.DueAt),
		Overdue: x.Open() && !d.Clock.Now().Before(x.DueAt), RecordNo: x.RecordNo, Differs: append([]string{}, x.Differs...)}
	if words {
		out.Text = x.Text
	}
	if !x.SignedAt.IsZero() {
		out.How = "counter"
		if x.SignedBy != "" {
			out.How = "account"
		}
	}
	return out
}

// waits adds to a material what is being done about its license.
func (d Deps) waits(ctx context.Context, q *db.Tx, v hall.View, m casefile.Material, lang string, out *CaseMaterial) error {
	mine := v.Case.ClerkID == actorFrom(ctx).AccountID
	if i := slices.IndexFunc(v.Promises, func(x casefile.Commitment) bool { return x.Seq == out.Seq }); i >= 0 {
		c := d.commitment(v.Promises[i], mine)
		var err error
		if c.ToDo, err = d.Hall.Unanswered(ctx, q, v.Promises[i]); err != nil {
			return err
		}
		out.Commitment = &c
	}
	open := v.Case.State == casefile.StateOpen
	out.MayCommit = open && hall.MayPromise(m)
	for _, x := range v.Chases {
		if x.Seq != out.Seq {
			continue
		}
		c := Chase{At: x.At.In(clock.Shanghai), DueAt: lastMoment(x.DueAt), AnsweredAt: beijing(x.AnsweredAt),
			Today: x.Day == date(d.Clock.Now())}
		if x.UnitID != "" {
			u, err := d.unitNamed(ctx, q, x.UnitID, lang)
			if err != nil {
				return err
			}
			c.Unit = &u
		}
		out.Chase = &c
	}
	out.MayChase = open && hall.MayChase(m) && (out.Chase == nil || !out.Chase.Today)
	return nil
}

func registerBench(api huma.API, d Deps) {
	op := func(id, method, path, zh, en string) huma.Operation {
		return huma.Operation{OperationID: id, Method: method, Path: path, Tags: []string{tagCase}, Summary: zh, Description: en,
			Errors: []int{http.StatusNotFound, http.StatusConflict}}
	}
	both := []string{RoleClerk, RoleApprover}
	const material = "/api/v1/cases/{caseNo}/materials/{seq}"
	huma.Register(api, require(api, op("draftCommitment", http.MethodGet, material+"/commitment", "承诺书文本",
		"The words that the applicant would sign for a material whose license cannot be had. Nothing is written."), RoleClerk), d.draftPromise)
	huma.Register(api, require(api, op("offerCommitment", http.MethodPost, material+"/commitment", "容缺受理、告知承诺",
		"Put a commitment before the applicant: signed at the counter at once, or in their account. Signed, it is on record in the log, "+
			"the material no longer lacks, and its license is fetched by itself when it can be had, also after the decision."), RoleClerk), d.offerPromise)
	huma.Register(api, require(api, op("acknowledgeCommitment", http.MethodPost, material+"/commitment/acknowledge", "处理逾期或不符的承诺",
		"Say what was done about a commitment that is late or contradicted; its task ends."), both...), d.acknowledge)
	huma.Register(api, require(api, op("chaseLicense", http.MethodPost, material+"/chase", "催办证照",
		"Ask whoever is responsible that a license be there, once a day for a material. It is answered by itself when the license comes."), both...), d.chaseLicense)
	huma.Register(api, require(api, op("reassignCase", http.MethodPost, "/api/v1/cases/{caseNo}/reassign", "改派办件",
		"Give a case to a colleague of the unit, with the reason, on record. Grants of the former one end."), both...), d.reassign)
	huma.Register(api, require(api, op("listColleagues", http.MethodGet, "/api/v1/cases/{caseNo}/colleagues", "可改派的同事",
		"Active colleagues who can handle the case at its stage."), both...), d.colleagues)
	huma.Register(api, require(api, op("listOwnCommitments", http.MethodGet, "/api/v1/me/commitments", "我的承诺",
		"Commitments of the signed-in holder, or of whom they act for."), RoleHolder), d.ownCommitments)
	huma.Register(api, require(api, op("signCommitment", http.MethodPost, "/api/v1/me/commitments/{caseNo}/{seq}/sign", "签署承诺",
		"Sign the words that were read, named by their digest."), RoleHolder), d.signPromise)
}
