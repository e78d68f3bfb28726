package httpapi

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/yinxin-org/yinxin/internal/clock"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/errs"
	"github.com/yinxin-org/yinxin/internal/license"
	"github.com/yinxin-org/yinxin/internal/steward"
)

const tagOperation = "证照变动 Operations"

// ReasonCode is why something is done to a license.
type ReasonCode struct {
	Code string `json:"code"`
	Text string `json:"text"`
}

func reasonCode(code, lang string) *ReasonCode {
	for _, r := range license.Reasons {
		if r.Code == code {
			return &ReasonCode{Code: code, Text: choose(lang, r.Zh, r.En)}
		}
	}
	return nil
}

// IssuedHold is one hold that stands on a license.
type IssuedHold struct {
	Code  string     `json:"code" enum:"suspended,lost,disputed,pledged,paperLost"`
	Text  string     `json:"text"`
	Since *time.Time `json:"since,omitempty"`
}

// PossibleAction is something that may be done to a license as it stands.
type PossibleAction struct {
	Action      string `json:"action" enum:"suspended,release,lost,found,paperLost,paperFound,pledged,unpledged,disputed,settled,cancelled,revoked,penalty,abolished"`
	Text        string `json:"text"`
	Basis       string `json:"basis" doc:"Where the law or the rules of the city have it."`
	Reason      string `json:"reason" doc:"Code of why it is mostly done."`
	NeedsSecond bool   `json:"needsSecond" doc:"A second person must agree; without it, it is done at once."`
	NeedsGround bool   `json:"needsGround" doc:"The number of the decision must be given."`
	NeedsWords  bool   `json:"needsWords" doc:"Who the pledgee is and what was agreed must be given."`
	Ends        bool   `json:"ends" doc:"The license ends by it; it can be true since a day before."`
}

// IssuedLife is how a license stands beside its state, and what may be done to it.
type IssuedLife struct {
	Holds     []IssuedHold     `json:"holds" nullable:"false"`
	May       []PossibleAction `json:"may" nullable:"false"`
	MayFollow bool             `json:"mayFollow" doc:"A next version may be made (变更、延续、补发)."`
	WhyNot    *Reason          `json:"whyNot,omitempty" doc:"Why no next version may be made."`
	Reasons   []ReasonCode     `json:"reasons" nullable:"false"`
	Open      *Operation       `json:"open,omitempty" doc:"What waits for a second person's word."`
}

// Operation is something that is asked to be done to a license.
type Operation struct {
	OperationID      string      `json:"operationId"`
	State            string      `json:"state" enum:"open,done,refused,withdrawn"`
	Action           string      `json:"action"`
	Text             string      `json:"text"`
	Basis            string      `json:"basis"`
	Reason           *ReasonCode `json:"reason,omitempty"`
	Ground           string      `json:"ground,omitempty"`
	TrueFrom         *time.Time  `json:"trueFrom,omitempty"`
	Words            string      `json:"words,omitempty" doc:"Who the pledgee is and what was agreed."`
	Identifier       string      `json:"identifier"`
	Type             Coded       `json:"type"`
	HolderNameMasked string      `json:"holderNameMasked"`
	LicenseState     State       `json:"licenseState"`
	AskedBy          Actor       `json:"askedBy"`
	AskedAt          time.Time   `json:"askedAt"`
	Mine             bool        `json:"mine" doc:"Asked by the signed-in account, who can take it back and not agree to it."`
	ClosedBy         *Actor      `json:"closedBy,omitempty"`
	ClosedAt         *time.Time  `json:"closedAt,omitempty"`
	Answer           string      `json:"answer,omitempty" doc:"Why it was refused."`
	Version          int64       `json:"version"`
}

type askOperationInput struct {
	IssuedPath
	Body struct {
		Action   string    `json:"action" enum:"suspended,release,lost,found,paperLost,paperFound,pledged,unpledged,disputed,settled,cancelled,revoked,penalty,abolished"`
		Reason   string    `json:"reason,omitempty" maxLength:"2" doc:"Code; empty: the usual one."`
		Ground   string    `json:"ground,omitempty" maxLength:"100" doc:"Number of the decision, the registration or the case."`
		TrueFrom time.Time `json:"trueFrom,omitzero" doc:"Since when it is so; only an end can reach back."`
		Words    string    `json:"words,omitempty" maxLength:"500" doc:"Who the pledgee is and what was agreed; kept encrypted."`
	}
}

type operationsInput struct {
	Language
	Page
	State string `query:"state" enum:"open,closed" default:"open"`
}

type operationsOutput struct {
	Body struct {
		Items []Operation `json:"items" nullable:"false"`
		Total int         `json:"total"`
	}
}

// OperationPath names a request in the address.
type OperationPath struct {
	Language
	OperationID string `path:"operationId" format:"uuid"`
}

type operationStepInput struct {
	OperationPath
	Body struct {
		Version int64 `json:"version" minimum:"1"`
	}
}

type operationRefuseInput struct {
	OperationPath
	Body struct {
		Version int64  `json:"version" minimum:"1"`
		Answer  string `json:"answer" minLength:"1" maxLength:"500" doc:"Why it is refused."`
	}
}

type operationOutput struct{ Body Operation }

type asOfInput struct {
	IssuedPath
	TrueAt  time.Time `query:"trueAt" required:"true" doc:"The moment that is asked about."`
	KnownAt time.Time `query:"knownAt" doc:"As far as it was known then; absent: as it is known now."`
}

// IssuedThen is what a license was at a moment.
type IssuedThen struct {
	Identifier string `json:"identifier"`
	Version    int    `json:"licenseVersion"`
	State
	Holds   []IssuedHold `json:"holds" nullable:"false"`
	TrueAt  time.Time    `json:"trueAt"`
	KnownAt time.Time    `json:"knownAt"`
}

type asOfOutput struct{ Body IssuedThen }

func registerOperation(api huma.API, d Deps) {
	describe := func(id, method, path, zh, en string) huma.Operation {
		return huma.Operation{OperationID: id, Method: method, Path: path, Tags: []string{tagOperation}, Summary: zh, Description: en,
			Errors: []int{http.StatusNotFound, http.StatusConflict}}
	}
	huma.Register(api, require(api, describe("askOperation", http.MethodPost, "/api/v1/licenses/{identifier}/operations", "申请证照变动",
		"Ask for something to be done to a license of the own unit. What needs a second person waits for the reviewer; the rest is done at once. The answer is the license as it stands then."), RoleClerk), d.askOperation)
	huma.Register(api, require(api, describe("getIssuedAsOf", http.MethodGet, "/api/v1/licenses/{identifier}/as-of", "某一时刻的证照状态",
		"Which version of a license was the one at a moment, and its state and holds then, as far as it was known at another."), RoleClerk, RoleApprover, RoleReviewer), d.issuedAsOf)
	huma.Register(api, require(api, describe("listOperations", http.MethodGet, "/api/v1/operations", "证照变动列表",
		"What was asked to be done to licenses of the own unit: what waits, the oldest first, or what is closed, the newest first."), RoleReviewer, RoleClerk), d.listOperations)
	huma.Register(api, require(api, describe("approveOperation", http.MethodPost, "/api/v1/operations/{operationId}/approve", "同意证照变动",
		"Agree as the second person; it is done in the same moment."), RoleReviewer), d.approveOperation)
	huma.Register(api, require(api, describe("refuseOperation", http.MethodPost, "/api/v1/operations/{operationId}/refuse", "不同意证照变动",
		"Refuse as the second person, with the reason. Nothing is done to the license."), RoleReviewer), d.refuseOperation)
	huma.Register(api, require(api, describe("withdrawOperation", http.MethodPost, "/api/v1/operations/{operationId}/withdraw", "撤回证照变动申请",
		"Take back what one asked for."), RoleClerk), d.withdrawOperation)
}

// bases are where it stands that something can be done to a license. That 第九条 names pledges and not disputes, and the
// articles of the laws on licenses and penalties, stand in the sources of the city's rules and in the laws of 2019 and 2021;
// what marks a dispute is the platform's own and changes nothing in force (行政诉讼法 第五十六条: 诉讼期间不停止执行). The
// articles of the Civil Code were read in one printed source only up to 第三百九十二条.
var bases = map[license.Action]struct{ zh, en string }{
	license.Suspend:   {"榕政办〔2018〕214号 第九条；依法限制使用的决定", "榕政办〔2018〕214号 art. 9; a decision that restricts its use"},
	license.Release:   {"榕政办〔2018〕214号 第九条；解除限制的决定", "榕政办〔2018〕214号 art. 9; a decision that lifts the restriction"},
	license.Lose:      {"榕政办〔2018〕214号 第九条", "榕政办〔2018〕214号 art. 9"},
	license.Recover:   {"榕政办〔2018〕214号 第九条", "榕政办〔2018〕214号 art. 9"},
	license.LosePaper: {"榕政办〔2018〕214号 第九条", "榕政办〔2018〕214号 art. 9"},
	license.FindPaper: {"榕政办〔2018〕214号 第九条", "榕政办〔2018〕214号 art. 9"},
	license.Pledge:    {"榕政办〔2018〕214号 第九条；民法典 第四百四十条（权利质权）", "榕政办〔2018〕214号 art. 9; Civil Code art. 440"},
	license.Unpledge:  {"榕政办〔2018〕214号 第九条；民法典 第三百九十三条（担保物权消灭）", "榕政办〔2018〕214号 art. 9; Civil Code art. 393"},
	license.Dispute:   {"本平台的标注，不影响效力；依据是复议、诉讼或异议的受理编号（行政诉讼法 第五十六条）", "A mark of this platform that changes nothing in force; it rests on the number of the review, the suit or the objection (Administrative Litigation Law art. 56)"},
	license.Settle:    {"本平台的标注；依据是复议、诉讼或异议的结果", "A mark of this platform; it rests on the outcome of the review, the suit or the objection"},
	license.Cancel:    {"榕政办〔2018〕214号 第九条；行政许可法 第七十条", "榕政办〔2018〕214号 art. 9; Administrative License Law art. 70"},
	license.Withdraw:  {"榕政办〔2018〕214号 第九条；行政许可法 第六十九条", "榕政办〔2018〕214号 art. 9; Administrative License Law art. 69"},
	license.Penalise:  {"榕政办〔2018〕214号 第九条；行政处罚法 第九条（三）", "榕政办〔2018〕214号 art. 9; Administrative Penalty Law art. 9 (3)"},
	license.Abolish:   {"榕政办〔2018〕214号 第九条；因法律修改或者情况重大变化撤回的，行政许可法 第八条第二款", "榕政办〔2018〕214号 art. 9; where laws or facts have changed, Administrative License Law art. 8 (2)"},
}

// holdsOf are the holds of a license, each with its last placing before a moment.
func holdsOf(holds license.Holds, steps []IssuedStep, until time.Time, lang string) []IssuedHold {
	placed := map[license.State]string{license.Suspended: "suspended", license.Lost: "lost", license.Disputed: "disputed", license.Pledged: "pledged",
		license.PaperLost: "paperLost"}
	out := []IssuedHold{}
	for _, h := range holds.All() {
		x := IssuedHold{Code: string(h), Text: h.Text(lang)}
		for _, s := range steps {
			if s.Action == placed[h] && !s.At.After(until) {
				x.Since = &s.At
			}
		}
		out = append(out, x)
	}
	return out
}

func (d Deps) issuedLife(ctx context.Context, q *db.Tx, l license.License, steps []IssuedStep, lang string) (IssuedLife, error) {
	now := d.Clock.Now()
	out := IssuedLife{Holds: holdsOf(l.Holds, steps, now, lang), May: []PossibleAction{}, Reasons: []ReasonCode{}}
	for _, a := range l.May(now) {
		out.May = append(out.May, PossibleAction{Action: string(a), Text: a.Text(lang), Basis: choose(lang, bases[a].zh, bases[a].en), Reason: a.UsualReason(),
			NeedsSecond: a.NeedsSecond(), NeedsGround: a.NeedsGround(), NeedsWords: a.NeedsWords(), Ends: a.Ends()})
	}
	for _, r := range license.Reasons {
		out.Reasons = append(out.Reasons, ReasonCode{Code: r.Code, Text: choose(lang, r.Zh, r.En)})
	}
	err := d.mayFollow(ctx, q, l)
	if e := errs.Of(err); err != nil && e.Kind == errs.Internal {
		return IssuedLife{}, err
	} else if err != nil {
		out.WhyNot = reasonOf(e.Code, e.Args)
	}
	out.MayFollow = err == nil
	open, err := d.Steward.OfLicense(ctx, q, l)
	if err != nil || open.ID == "" {
		return out, err
	}
	x, err := d.operation(ctx, q, open, lang)
	out.Open = &x
	return out, err
}

// mayFollow refuses a license of which no next version can be made here.
func (d Deps) mayFollow(ctx context.Context, q *db.Tx, l license.License) error {
	t, err := d.Types.Current(ctx, q, l.TypeCode)
	if err != nil {
		return err
	}
	if !t.Making.Here() {
		return errs.New(errs.Conflict, "type.external")
	}
	return d.Licenses.Follow(ctx, q, l)
}

// operation is a request in words.
func (d Deps) operation(ctx context.Context, q *db.Tx, r steward.Request, lang string) (Operation, error) {
	l, err := d.Licenses.Get(ctx, q, r.HolderID, r.LicenseID)
	if err != nil {
		return Operation{}, err
	}
	head, err := d.issuedLicense(ctx, q, l, lang)
	if err != nil {
		return Operation{}, err
	}
	out := Operation{OperationID: r.ID, State: string(r.State), Action: string(r.Action), Text: r.Action.Text(lang), Basis: choose(lang, bases[r.Action].zh, bases[r.Action].en),
		Reason: reasonCode(r.Reason, lang), Ground: r.Ground, TrueFrom: beijing(r.TrueFrom), Identifier: head.Identifier, Type: head.Type,
		HolderNameMasked: head.HolderNameMasked, LicenseState: head.State, AskedAt: r.AskedAt.In(clock.Shanghai), Mine: r.AskedBy == actorFrom(ctx).AccountID,
		ClosedAt: beijing(r.ClosedAt), Version: r.RowVersion}
	asker, err := d.actorOf(ctx, q, r.AskedBy)
	if err != nil {
		return Operation{}, err
	}
	if asker != nil {
		out.AskedBy = *asker
	}
	if out.ClosedBy, err = d.actorOf(ctx, q, r.ClosedBy); err != nil {
		return Operation{}, err
	}
	if out.Words, err = d.Steward.Words(ctx, q, r); err != nil {
		return Operation{}, err
	}
	out.Answer, err = d.Steward.Answer(ctx, q, r)
	return out, err
}

func (d Deps) askOperation(ctx context.Context, in *askOperationInput) (*issuedOutput, error) {
	b := in.Body
	_, err := d.Steward.Ask(ctx, actorFrom(ctx), steward.Asking{Identifier: in.Identifier, Action: license.Action(b.Action), Reason: b.Reason, Ground: b.Ground,
		TrueFrom: b.TrueFrom, Words: b.Words})
	if err != nil {
		return nil, err
	}
	return d.getIssued(ctx, &in.IssuedPath)
}

func (d Deps) issuedAsOf(ctx context.Context, in *asOfInput) (*asOfOutput, error) {
	at := license.When{True: in.TrueAt, Known: in.KnownAt}
	if at.Known.IsZero() {
		at.Known = d.Clock.Now()
	}
	out := &asOfOutput{}
	err := d.DB.Read(ctx, func(q *db.Tx) error {
		l, err := d.issuedOne(ctx, q, actorFrom(ctx).UnitID, in.Identifier)
		if err != nil {
			return err
		}
		then, err := d.Licenses.AsOf(ctx, q, l, at)
		if err != nil {
			return err
		}
		var steps []IssuedStep
		if then.Holds != "" { // what happened is read for the grounds of the holds alone
			if steps, err = d.issuedTimeline(ctx, q, then, in.lang()); err != nil {
				return err
			}
		}
		out.Body = IssuedThen{Identifier: then.Identifier, Version: then.VersionNo, State: stateOf(then.State(at.True), in.lang()),
			Holds: holdsOf(then.Holds, steps, at.True, in.lang()), TrueAt: at.True.In(clock.Shanghai), KnownAt: at.Known.In(clock.Shanghai)}
		return nil
	})
	return out, err
}

func (d Deps) listOperations(ctx context.Context, in *operationsInput) (*operationsOutput, error) {
	out := &operationsOutput{}
	out.Body.Items = []Operation{}
	err := d.DB.Read(ctx, func(q *db.Tx) error {
		found, total, err := d.Steward.Queue(ctx, q, actorFrom(ctx).UnitID, in.State != "closed", in.Limit, in.Offset)
		if err != nil {
			return err
		}
		out.Body.Total = total
		for _, r := range found {
			x, err := d.operation(ctx, q, r, in.lang())
			if err != nil {
				return err
			}
			out.Body.Items = append(out.Body.Items, x)
		}
		return nil
	})
	return out, err
}

func (d Deps) approveOperation(ctx context.Context, in *operationStepInput) (*operationOutput, error) {
	if err := d.Steward.Approve(ctx, actorFrom(ctx), in.OperationID, in.Body.Version); err != nil {
		return nil, err
	}
	return d.operationNow(ctx, in.OperationPath)
}

func (d Deps) refuseOperation(ctx context.Context, in *operationRefuseInput) (*operationOutput, error) {
	if err := d.Steward.Refuse(ctx, actorFrom(ctx), in.OperationID, in.Body.Version, in.Body.Answer); err != nil {
		return nil, err
	}
	return d.operationNow(ctx, in.OperationPath)
}

func (d Deps) withdrawOperation(ctx context.Context, in *operationStepInput) (*operationOutput, error) {
	if err := d.Steward.Withdraw(ctx, actorFrom(ctx), in.OperationID, in.Body.Version); err != nil {
		return nil, err
	}
	return d.operationNow(ctx, in.OperationPath)
}

// operationNow is a request as it stands: the answer to every change of it.
func (d Deps) operationNow(ctx context.Context, in OperationPath) (*operationOutput, error) {
	out := &operationOutput{}
	err := d.DB.Read(ctx, func(q *db.Tx) error {
		r, err := d.Steward.OfUnit(ctx, q, actorFrom(ctx).UnitID, in.OperationID)
		if err != nil {
			return err
		}
		out.Body, err = d.operation(ctx, q, r, in.lang())
		return err
	})
	return out, err
}
