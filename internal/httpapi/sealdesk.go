package httpapi

import (
	"context"
	"log/slog"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/yinxin-org/yinxin/internal/clock"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/errs"
	"github.com/yinxin-org/yinxin/internal/sealing"
)

// SealTask is a seal that waits for a person.
type SealTask struct {
	ID        string    `json:"id"`
	LicenseID string    `json:"licenseId"`
	CaseNo    string    `json:"caseNo,omitempty"`
	Holder    string    `json:"holderNameMasked"`
	Type      Coded     `json:"type"`
	Issuer    Named     `json:"issuer"`
	Unit      Named     `json:"unit" doc:"Whose seal."`
	Step      int       `json:"step" doc:"Of the type's plan."`
	Mode      string    `json:"mode" enum:"manual,joint"`
	State     string    `json:"state" enum:"open,agreed,refused"`
	CreatedAt time.Time `json:"createdAt"`
}

// SealMandate is what was said about sealing a type without a hand.
type SealMandate struct {
	Type   Coded      `json:"type"`
	Given  bool       `json:"given" doc:"false: taken back."`
	Until  *time.Time `json:"until,omitempty"`
	By     *Actor     `json:"by,omitempty"`
	Reason string     `json:"reason"`
	At     time.Time  `json:"at"`
}

// SealUse is one row of the log of use.
type SealUse struct {
	ID         string    `json:"id"`
	SealCode   string    `json:"sealCode,omitempty"`
	Unit       Named     `json:"unit"`
	Purpose    string    `json:"purpose"`
	Subject    string    `json:"subject" enum:"license,copy,chunk,document"`
	SubjectID  string    `json:"subjectId" doc:"Id of the license or the batch."`
	Type       *Coded    `json:"type,omitempty"`
	Signatures int       `json:"signatures"`
	Digest     string    `json:"digest,omitempty" doc:"SM3 of the file; of several, SM3 over their digests in order."`
	Mode       string    `json:"mode" enum:"auto,manual,joint"`
	Mandate    string    `json:"mandate,omitempty" doc:"Under which the platform sealed by itself: of the published plan, or the id of one given."`
	By         *Actor    `json:"by,omitempty"`
	Result     string    `json:"result" enum:"signed,refused"`
	Cause      *Reason   `json:"cause,omitempty"`
	At         time.Time `json:"at"`
}

type sealTasksOutput struct {
	Body struct {
		Items []SealTask `json:"items"`
	}
}

type sealAnswerInput struct {
	Language
	SealTaskID string `path:"sealTaskId" format:"uuid"`
	Body       struct {
		Agree  bool   `json:"agree"`
		Reason string `json:"reason,omitempty" maxLength:"200" doc:"Required to refuse; whoever asked for the license reads it."`
	}
}

type sealAnswerOutput struct{ Body SealTask }

type sealMandatesOutput struct {
	Body struct {
		Items []SealMandate `json:"items"`
	}
}

type sealMandateInput struct {
	Language
	Body struct {
		TypeCode string    `json:"typeCode" minLength:"21" maxLength:"21"`
		Given    bool      `json:"given"`
		Until    time.Time `json:"until,omitzero" doc:"None: without end."`
		Why
	}
}

type sealUsesInput struct {
	Language
	SealCode string `query:"sealCode" maxLength:"64"`
	Result   string `query:"result" enum:"signed,refused"`
	Before   string `query:"before" maxLength:"100" doc:"Id of a use: only older ones, for the next page."`
	Limit    int    `query:"limit" minimum:"1" maximum:"100" default:"30"`
}

type sealUsesOutput struct {
	Body struct {
		Items []SealUse `json:"items"`
	}
}

func registerSealDesk(api huma.API, d Deps) {
	users := []string{RoleSealUser, RoleClerk, RoleApprover, RoleReviewer}
	huma.Register(api, require(api, huma.Operation{
		OperationID: "listSealTasks", Method: http.MethodGet, Path: "/api/v1/seal-tasks", Tags: []string{tagSeal},
		Summary:     "用印任务",
		Description: "Seals that wait for the signed-in account now, of the own unit or in somebody's stead.",
	}, users...), d.listSealTasks)
	huma.Register(api, require(api, huma.Operation{
		OperationID: "answerSealTask", Method: http.MethodPost, Path: "/api/v1/seal-tasks/{sealTaskId}/answer", Tags: []string{tagSeal},
		Summary:     "同意或不同意用印",
		Description: "Let the seal be set, or refuse it with a reason. With the last seal the license is made.",
		Errors:      []int{http.StatusNotFound, http.StatusConflict},
	}, users...), d.answerSealTask)
	huma.Register(api, require(api, huma.Operation{
		OperationID: "listSealMandates", Method: http.MethodGet, Path: "/api/v1/seal-mandates", Tags: []string{tagSeal},
		Summary:     "自动用印授权",
		Description: "What was said about the own unit's seal and sealing without a hand, the last word first.",
	}, RoleSealUser, RoleSealManager, RoleSealAuditor), d.listSealMandates)
	huma.Register(api, confirmed(api, d, require(api, huma.Operation{
		OperationID: "giveSealMandate", Method: http.MethodPost, Path: "/api/v1/seal-mandates", Tags: []string{tagSeal},
		Summary:     "授权或收回自动用印",
		Description: "Let the platform set the own unit's seal on licenses of a type by itself, or take that back: then a person must.",
		Errors:      []int{http.StatusNotFound},
	}, RoleSealUser)), d.giveSealMandate)
	huma.Register(api, require(api, huma.Operation{
		OperationID: "listSealUses", Method: http.MethodGet, Path: "/api/v1/seal-uses", Tags: []string{tagSeal},
		Summary:     "用印日志",
		Description: "Every use of the own unit's seals, refusals too, the newest first. Licenses of a bulk stand in one row a chunk.",
	}, RoleSealAuditor), d.listSealUses)
}

func (d Deps) listSealTasks(ctx context.Context, in *struct{ Language }) (*sealTasksOutput, error) {
	out := &sealTasksOutput{}
	out.Body.Items = []SealTask{}
	return out, d.DB.Read(ctx, func(q *db.Tx) error {
		found, err := d.Seals.Desk(ctx, q, actorFrom(ctx))
		for _, t := range found {
			shown, err := d.sealTask(ctx, q, t, in.lang())
			if err != nil {
				return err
			}
			out.Body.Items = append(out.Body.Items, shown)
		}
		return err
	})
}

func (d Deps) sealTask(ctx context.Context, q *db.Tx, t sealing.Task, lang string) (SealTask, error) {
	out := SealTask{ID: t.ID, LicenseID: t.LicenseID, Step: t.Step, Mode: t.Mode, State: t.State, CreatedAt: t.CreatedAt.In(clock.Shanghai)}
	var err error
	if out.Type, err = d.typeNamed(ctx, q, t.TypeCode, lang); err != nil {
		return SealTask{}, err
	}
	if out.Issuer, err = d.unitNamed(ctx, q, t.IssuerID, lang); err != nil {
		return SealTask{}, err
	}
	l, err := d.Licenses.Get(ctx, q, t.HolderID, t.LicenseID)
	if err != nil {
		return SealTask{}, err
	}
	h, err := d.Holders.Get(ctx, q, l.HolderID)
	if err != nil {
		return SealTask{}, err
	}
	out.CaseNo, out.Holder = l.CaseNo, h.Profile.Masked()
	out.Unit, err = d.unitNamed(ctx, q, t.UnitID, lang)
	return out, err
}

func (d Deps) answerSealTask(ctx context.Context, in *sealAnswerInput) (*sealAnswerOutput, error) {
	if !in.Body.Agree && in.Body.Reason == "" {
		return nil, errRequired("reason")
	}
	out := &sealAnswerOutput{}
	var t sealing.Task
	err := d.DB.Write(ctx, func(tx *db.Tx) (err error) {
		if t, err = d.Seals.Answer(ctx, tx, actorFrom(ctx), in.SealTaskID, in.Body.Agree, in.Body.Reason); err != nil {
			return err
		}
		out.Body, err = d.sealTask(ctx, tx, t, in.lang())
		return err
	})
	if err != nil {
		return nil, err
	}
	// The answer stands; if the making is cut off here or still waits for others, the hall takes it up again.
	if _, err := d.Hall.Make(ctx, t.HolderID, t.LicenseID); err != nil && errs.Of(err).Kind == errs.Internal {
		d.Log.ErrorContext(ctx, "license not made yet", slog.String("license", t.LicenseID), slog.Any("error", err))
	}
	return out, nil
}

func (d Deps) listSealMandates(ctx context.Context, in *struct{ Language }) (*sealMandatesOutput, error) {
	out := &sealMandatesOutput{}
	out.Body.Items = []SealMandate{}
	return out, d.DB.Read(ctx, func(q *db.Tx) error {
		found, err := d.Seals.Mandates(ctx, q, actorFrom(ctx).UnitID)
		if err != nil {
			return err
		}
		for _, m := range found {
			shown := SealMandate{Given: m.Given, Reason: m.Reason, At: m.At.In(clock.Shanghai)}
			if !m.Until.IsZero() {
				until := m.Until.In(clock.Shanghai)
				shown.Until = &until
			}
			if shown.Type, err = d.typeNamed(ctx, q, m.TypeCode, in.lang()); err != nil {
				return err
			}
			if shown.By, err = d.actorOf(ctx, q, m.AccountID); err != nil {
				return err
			}
			out.Body.Items = append(out.Body.Items, shown)
		}
		return nil
	})
}

func (d Deps) giveSealMandate(ctx context.Context, in *sealMandateInput) (*sealMandatesOutput, error) {
	a := actorFrom(ctx)
	err := d.DB.Write(ctx, func(tx *db.Tx) error {
		if _, err := d.Types.Current(ctx, tx, in.Body.TypeCode); err != nil {
			return err
		}
		_, err := d.Seals.GiveMandate(ctx, tx, a, sealing.Mandate{TypeCode: in.Body.TypeCode, UnitID: a.UnitID, Given: in.Body.Given,
			Until: in.Body.Until, Reason: in.Body.Reason})
		return err
	})
	if err != nil {
		return nil, err
	}
	return d.listSealMandates(ctx, &struct{ Language }{in.Language})
}

func (d Deps) listSealUses(ctx context.Context, in *sealUsesInput) (*sealUsesOutput, error) {
	out := &sealUsesOutput{}
	out.Body.Items = []SealUse{}
	f := sealing.UseFilter{UnitID: actorFrom(ctx).UnitID, SealCode: in.SealCode, Result: in.Result, Before: in.Before, Limit: in.Limit}
	return out, d.DB.Read(ctx, func(q *db.Tx) error {
		found, err := d.Seals.Uses(ctx, q, f)
		if err != nil {
			return err
		}
		for _, u := range found {
			shown, err := d.sealUse(ctx, q, u, in.lang())
			if err != nil {
				return err
			}
			out.Body.Items = append(out.Body.Items, shown)
		}
		return nil
	})
}

func (d Deps) sealUse(ctx context.Context, q *db.Tx, u sealing.Use, lang string) (SealUse, error) {
	out := SealUse{ID: u.ID, SealCode: u.SealCode, Purpose: u.Purpose, Subject: u.Kind, SubjectID: u.Subject.ID, Signatures: u.Count, Digest: u.Digest,
		Mode: u.Mode, Mandate: u.Mandate, Result: u.Result, At: u.At.In(clock.Shanghai)}
	var err error
	if out.Unit, err = d.unitNamed(ctx, q, u.UnitID, lang); err != nil {
		return SealUse{}, err
	}
	if u.TypeCode != "" {
		t, err := d.typeNamed(ctx, q, u.TypeCode, lang)
		if err != nil {
			return SealUse{}, err
		}
		out.Type = &t
	}
	if u.Cause != "" {
		out.Cause = reasonOf(u.Cause, map[string]string{"unit": out.Unit.Name, "name": u.SealCode, "reason": "—"})
	}
	out.By, err = d.actorOf(ctx, q, u.AccountID)
	return out, err
}
