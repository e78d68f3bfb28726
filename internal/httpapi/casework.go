package httpapi

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/yinxin-org/yinxin/internal/access"
	"github.com/yinxin-org/yinxin/internal/clock"
	"github.com/yinxin-org/yinxin/internal/hall"
	"github.com/yinxin-org/yinxin/internal/matter"
)

// PersonInput names a party of a new case.
type PersonInput struct {
	Code string `json:"code" minLength:"1" maxLength:"30" doc:"18-character social credit code or citizen number."`
	Name string `json:"name,omitempty" maxLength:"100" doc:"Only for a party the platform does not know yet."`
}

type openCaseInput struct {
	Language
	Body struct {
		MatterCode     string       `json:"matterCode" minLength:"12" maxLength:"33"`
		Applicant      PersonInput  `json:"applicant"`
		Representative *PersonInput `json:"representative,omitempty" doc:"法定代表人"`
		Spouse         *PersonInput `json:"spouse,omitempty" doc:"配偶"`
		IdempotencyKey string       `json:"idempotencyKey" minLength:"8" maxLength:"64" pattern:"^[A-Za-z0-9_-]+$" doc:"The same key gives the same case."`
	}
}

type versionBody struct {
	Version int64  `json:"version" minimum:"1"`
	Opinion string `json:"opinion,omitempty" maxLength:"500"`
}

type stepInput struct {
	CasePath
	Body versionBody
}

type formInput struct {
	CasePath
	Body struct {
		Version int64             `json:"version" minimum:"1"`
		Values  map[string]string `json:"values" maxProperties:"100"`
	}
}

type decisionInput struct {
	CasePath
	Body struct {
		Version int64  `json:"version" minimum:"1"`
		Outcome string `json:"outcome" enum:"approve,refuse,return"`
		Opinion string `json:"opinion" minLength:"1" maxLength:"500"`
	}
}

type resultInput struct {
	CasePath
	Body struct {
		Version    int64  `json:"version" minimum:"1"`
		Identifier string `json:"identifier" minLength:"20" maxLength:"128" doc:"电子证照标识, GB/T 36904."`
	}
}

// MaterialPath names a material of a case in the address.
type MaterialPath struct {
	CasePath
	Seq int `path:"seq" minimum:"1" maximum:"99"`
}

type paperInput struct {
	MaterialPath
	Body struct {
		Ground string `json:"ground,omitempty" enum:"missing,wrong,unreachable" doc:"Why, where license types are bound to the material."`
		Reason string `json:"reason" minLength:"1" maxLength:"500"`
	}
}

// LentLicense is what a reading gave.
type LentLicense struct {
	Fields     []Item    `json:"fields"`
	PreviewURL string    `json:"previewUrl" doc:"Picture of the annotated copy (加注件), in which all but the bound and the open fields is masked; opening it is one more recorded use."`
	CopyURL    string    `json:"copyUrl" doc:"The annotated copy as OFD; likewise."`
	RecordNo   string    `json:"recordNo" doc:"存证编号"`
	GrantID    string    `json:"grantId,omitempty"`
	At         time.Time `json:"at"`
}

type lentOutput struct{ Body LentLicense }

// UseToken redeems one reading.
type UseToken struct {
	Token     string    `json:"token" doc:"Works once; kept nowhere. Signed by the platform and bound to its grant."`
	Grant     string    `json:"grant" doc:"用证码: one license, one case, one clerk, signed by the platform; its public key is at /log/use.pub."`
	GrantID   string    `json:"grantId"`
	ExpiresAt time.Time `json:"expiresAt"`
	RecordNo  string    `json:"recordNo"`
}

type tokenOutput struct{ Body UseToken }

type redeemInput struct {
	Language
	Body struct {
		Token string `json:"token" minLength:"1" maxLength:"1024"`
	}
}

func (d Deps) openCase(ctx context.Context, in *openCaseInput) (*caseOutput, error) {
	b := in.Body
	parties := map[matter.Party]hall.Person{matter.Applicant: hall.Person(b.Applicant)}
	if b.Representative != nil {
		parties[matter.Representative] = hall.Person(*b.Representative)
	}
	if b.Spouse != nil {
		parties[matter.Spouse] = hall.Person(*b.Spouse)
	}
	no, err := d.Hall.Open(ctx, actorFrom(ctx), hall.Request{MatterCode: b.MatterCode, Parties: parties, Key: b.IdempotencyKey})
	if err != nil {
		return nil, err
	}
	return d.caseNow(ctx, no, in.lang())
}

func (d Deps) setForm(ctx context.Context, in *formInput) (*caseOutput, error) {
	if err := d.Hall.SetForm(ctx, actorFrom(ctx), in.CaseNo, in.Body.Version, in.Body.Values); err != nil {
		return nil, err
	}
	return d.caseNow(ctx, in.CaseNo, in.lang())
}

func (d Deps) paper(ctx context.Context, in *paperInput) (*caseOutput, error) {
	if err := d.Hall.Paper(ctx, actorFrom(ctx), in.CaseNo, in.Seq, hall.PaperGround(in.Body.Ground), in.Body.Reason); err != nil {
		return nil, err
	}
	return d.caseNow(ctx, in.CaseNo, in.lang())
}

func (d Deps) submitCase(ctx context.Context, in *stepInput) (*caseOutput, error) {
	if err := d.Hall.Submit(ctx, actorFrom(ctx), in.CaseNo, in.Body.Version, in.Body.Opinion); err != nil {
		return nil, err
	}
	return d.caseNow(ctx, in.CaseNo, in.lang())
}

func (d Deps) takeCase(ctx context.Context, in *stepInput) (*caseOutput, error) {
	if err := d.Hall.Take(ctx, actorFrom(ctx), in.CaseNo, in.Body.Version); err != nil {
		return nil, err
	}
	return d.caseNow(ctx, in.CaseNo, in.lang())
}

func (d Deps) decideCase(ctx context.Context, in *decisionInput) (*caseOutput, error) {
	err := d.Hall.Decide(ctx, actorFrom(ctx), in.CaseNo, in.Body.Version, in.Body.Outcome, in.Body.Opinion)
	if err != nil {
		return nil, err
	}
	return d.caseNow(ctx, in.CaseNo, in.lang())
}

func (d Deps) recordResult(ctx context.Context, in *resultInput) (*caseOutput, error) {
	if err := d.Hall.Result(ctx, actorFrom(ctx), in.CaseNo, in.Body.Version, in.Body.Identifier); err != nil {
		return nil, err
	}
	return d.caseNow(ctx, in.CaseNo, in.lang())
}

func (d Deps) readMaterial(ctx context.Context, in *MaterialPath) (*lentOutput, error) {
	r, grantID, err := d.Hall.Read(ctx, actorFrom(ctx), in.CaseNo, in.Seq, access.Fields)
	if err != nil {
		return nil, err
	}
	base := "/api/v1/cases/" + in.CaseNo + "/materials/" + itoa(in.Seq)
	return &lentOutput{Body: LentLicense{Fields: items(r.Fields, in.lang()), PreviewURL: base + "/preview", CopyURL: base + "/copy",
		RecordNo: r.RecordNo, GrantID: grantID, At: r.At.In(clock.Shanghai)}}, nil
}

func (d Deps) materialPreview(ctx context.Context, in *MaterialPath) (*file, error) {
	r, _, err := d.Hall.Read(ctx, actorFrom(ctx), in.CaseNo, in.Seq, access.Picture)
	if err != nil {
		return nil, err
	}
	return svg(r.Content), nil
}

func (d Deps) materialCopy(ctx context.Context, in *MaterialPath) (*file, error) {
	r, _, err := d.Hall.Read(ctx, actorFrom(ctx), in.CaseNo, in.Seq, access.File)
	if err != nil {
		return nil, err
	}
	return ofdFile(r.Content, "annotated-"+in.CaseNo+"-"+itoa(in.Seq)), nil
}

func (d Deps) materialToken(ctx context.Context, in *MaterialPath) (*tokenOutput, error) {
	t, err := d.Hall.Token(ctx, actorFrom(ctx), in.CaseNo, in.Seq)
	if err != nil {
		return nil, err
	}
	return &tokenOutput{Body: UseToken{Token: t.Secret, Grant: t.Code, GrantID: t.GrantID, ExpiresAt: t.ExpiresAt.In(clock.Shanghai), RecordNo: t.RecordNo}}, nil
}

func (d Deps) redeem(ctx context.Context, in *redeemInput) (*lentOutput, error) {
	r, err := d.Door.Redeem(ctx, actorFrom(ctx), in.Body.Token, access.Fields)
	if err != nil {
		return nil, err
	}
	return &lentOutput{Body: LentLicense{Fields: items(r.Fields, in.lang()), RecordNo: r.RecordNo, At: r.At.In(clock.Shanghai)}}, nil
}

func registerCasework(api huma.API, d Deps) {
	op := func(id, method, path, zh, en string, errors ...int) huma.Operation {
		return huma.Operation{OperationID: id, Method: method, Path: path, Tags: []string{tagCase}, Summary: zh, Description: en,
			Errors: append([]int{http.StatusNotFound, http.StatusConflict}, errors...)}
	}
	create := op("openCase", http.MethodPost, "/api/v1/cases", "开办件",
		"Open a case. Licenses bound to the matter's materials are fetched at once, each use recorded; the answer says what is missing and why.")
	create.DefaultStatus = http.StatusCreated
	huma.Register(api, require(api, create, RoleClerk), d.openCase)
	huma.Register(api, require(api, op("setForm", http.MethodPut, "/api/v1/cases/{caseNo}/form", "填写表单",
		"Enter form values; values locked to a license cannot be changed."), RoleClerk), d.setForm)
	huma.Register(api, require(api, op("acceptPaper", http.MethodPost, "/api/v1/cases/{caseNo}/materials/{seq}/paper", "接收纸质材料",
		"Accept a material on paper with its ground; the license is then asked for or looked at by its issuer (补录). Refused, and recorded as a violation, where the license is available to this office at this moment."), RoleClerk), d.paper)
	huma.Register(api, require(api, op("submitCase", http.MethodPost, "/api/v1/cases/{caseNo}/submit", "提交审批",
		"Pass a complete case on for decision. The clerk's use grants end."), RoleClerk), d.submitCase)
	huma.Register(api, require(api, op("takeCase", http.MethodPost, "/api/v1/cases/{caseNo}/take", "取件",
		"Take a case: a clerk one that came in online, an approver one to decide, who is not the one who accepted it. License states are read again."),
		RoleClerk, RoleApprover), d.takeCase)
	huma.Register(api, require(api, op("decideCase", http.MethodPost, "/api/v1/cases/{caseNo}/decision", "审批决定",
		"Approve, refuse or return. States of all lent licenses are read again first; if one may no longer be used, approval is refused."), RoleApprover), d.decideCase)

	both := []string{RoleClerk, RoleApprover}
	huma.Register(api, require(api, op("recordResult", http.MethodPost, "/api/v1/cases/{caseNo}/result", "登记结果证照",
		"Enter the license that a vertical or national system made for an approved case, by its identifier; only then the case closes."), both...), d.recordResult)
	huma.Register(api, require(api, op("readMaterial", http.MethodPost, "/api/v1/cases/{caseNo}/materials/{seq}/read", "查看取用的证照",
		"Read the fields of a lent license. Each call is one recorded use. One that a national system keeps is read and verified there each time.", http.StatusServiceUnavailable), both...), d.readMaterial)
	huma.Register(api, require(api, op("previewMaterial", http.MethodGet, "/api/v1/cases/{caseNo}/materials/{seq}/preview", "加注件图像",
		"Picture of the annotated copy; fields that are neither bound nor open are masked by their level. Each call is one recorded use.", http.StatusServiceUnavailable), both...), d.materialPreview)
	huma.Register(api, require(api, op("copyMaterial", http.MethodGet, "/api/v1/cases/{caseNo}/materials/{seq}/copy", "下载加注件",
		"The annotated copy as OFD. Each call is one recorded use.", http.StatusServiceUnavailable), both...), d.materialCopy)
	huma.Register(api, require(api, op("grantUse", http.MethodPost, "/api/v1/cases/{caseNo}/materials/{seq}/token", "领取用证凭据",
		"A one-shot token for one reading, bound to license, case and clerk, 24 hours at most."), both...), d.materialToken)
	huma.Register(api, require(api, op("redeemUse", http.MethodPost, "/api/v1/uses", "凭凭据取用",
		"Redeem a token once. A second redemption is refused and recorded.", http.StatusServiceUnavailable), both...), d.redeem)
}
