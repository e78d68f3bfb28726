package httpapi

import (
	"context"
	"net/http"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/yinxin-org/yinxin/internal/access"
	"github.com/yinxin-org/yinxin/internal/catalog"
	"github.com/yinxin-org/yinxin/internal/clock"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/errs"
	"github.com/yinxin-org/yinxin/internal/license"
)

const tagIssued = "证照 Issued licenses"

// identifierPrefix begins every identifier of GB/T 36904-2018.
const identifierPrefix = "1.2.156."

// IssuedLicense is a license that the own unit issued, without what it says.
type IssuedLicense struct {
	Identifier       string `json:"identifier"`
	Type             Coded  `json:"type"`
	HolderNameMasked string `json:"holderNameMasked"`
	State
	Step           string     `json:"step" enum:"data,sealed,published,refused"`
	IssuedOn       string     `json:"issuedOn"`
	PaperSerial    string     `json:"paperSerial,omitempty" doc:"Number printed on the paper license."`
	Version        int        `json:"licenseVersion"`
	PublishedAt    *time.Time `json:"publishedAt,omitempty"`
	InspectBy      string     `json:"inspectBy,omitempty" doc:"The last day on which its annual inspection is in time; absent: it needs none."`
	InspectionLate bool       `json:"inspectionLate" doc:"Its inspection is overdue, whether or not that keeps it from being used."`
}

// IssuedDetail is an issued license with how it was made and what happened to it.
type IssuedDetail struct {
	IssuedLicense
	LicenseID string           `json:"licenseId"`
	Number    string           `json:"numberMasked,omitempty" doc:"证照编号; of an organisation, whole; absent of what another system keeps."`
	Issuer    Named            `json:"issuer"`
	Converter *Named           `json:"converter,omitempty" doc:"The unit that converted an old license, where it is another."`
	Seals     []IssuedSeal     `json:"seals" nullable:"false" doc:"By the seal plan, in order."`
	Holders   []IssuedHolder   `json:"holders" nullable:"false"`
	ValidFrom string           `json:"validFrom,omitempty"`
	ValidTo   string           `json:"validTo,omitempty" doc:"The last day; absent: no end."`
	Origin    string           `json:"origin" enum:"case,offline,batch,stock,vertical,external,appeal,part"`
	CaseNo    string           `json:"caseNo,omitempty"`
	Maker     Actor            `json:"maker"`
	Reviewer  *Actor           `json:"reviewer,omitempty"`
	MadeAt    time.Time        `json:"madeAt"`
	DueAt     *time.Time       `json:"dueAt,omitempty"`
	Workdays  *int             `json:"workdaysLeft,omitempty" doc:"Until dueAt; negative when overdue."`
	Late      bool             `json:"late"`
	Digest    string           `json:"fileDigest,omitempty" doc:"SM3 of the OFD file; absent until it is sealed."`
	Versions  []IssuedVersion  `json:"versions" nullable:"false" doc:"The first one first."`
	Timeline  []IssuedStep     `json:"timeline" nullable:"false" doc:"The first step first."`
	Parts     []LicensePart    `json:"parts,omitempty" doc:"Of a comprehensive license: what it joins, as it is now."`
	Registers []RegisterAnswer `json:"registers" nullable:"false" doc:"What base registers said before it was sealed; empty where none is asked."`
	MayLook   bool             `json:"mayLook" doc:"What it says may be looked at, with a reason."`
	Life      IssuedLife       `json:"life" doc:"What stands on it beside its state, and what may be done to it now."`
	RowNo     int64            `json:"version" doc:"To be sent with every change; it is refused if someone else was faster."`
}

// IssuedSeal is one seal of the plan.
type IssuedSeal struct {
	Step int    `json:"step"`
	Name string `json:"name"`
	Unit Named  `json:"unit"`
}

// IssuedHolder is a holder without the code.
type IssuedHolder struct {
	NameMasked string `json:"nameMasked"`
	CodeType   string `json:"codeType"`
}

// IssuedVersion is one version of a license.
type IssuedVersion struct {
	Identifier string `json:"identifier"`
	Version    int    `json:"licenseVersion"`
	State
	PublishedAt *time.Time `json:"publishedAt,omitempty"`
	Current     bool       `json:"current" doc:"The one that was asked for."`
}

// IssuedStep is one step with who took it.
type IssuedStep struct {
	At     time.Time `json:"at"`
	Action string    `json:"action"`
	Text   string    `json:"text"`
	Actor  *Actor    `json:"actor,omitempty" doc:"Absent where the platform did it itself."`
	Unit   *Named    `json:"unit,omitempty"`
	Ground string    `json:"ground,omitempty" doc:"Case, decision or printed number that it rests on."`
	Words  string    `json:"words,omitempty"`

	Reason   *ReasonCode `json:"reason,omitempty"`
	Approver *Actor      `json:"approver,omitempty" doc:"The second person, where the step needed one."`
	TrueFrom *time.Time  `json:"trueFrom,omitempty" doc:"Since when it is so, where that is not the moment of the step."`
}

// IssuedReading is what a license says, looked at by its issuer.
type IssuedReading struct {
	Fields   []Item `json:"fields" nullable:"false"`
	SVG      string `json:"svg"`
	RecordNo string `json:"recordNo" doc:"存证编号 of this look"`
}

// IssuedPath names a license by its identifier in the address.
type IssuedPath struct {
	Language
	Identifier string `path:"identifier" minLength:"20" maxLength:"128" pattern:"^[0-9A-Z.]+$"`
}

type searchLicensesInput struct {
	Language
	Body struct {
		Query string `json:"query" minLength:"1" maxLength:"128" doc:"An identifier, a number, or the number printed on the paper license; whole."`
	}
}

type searchLicensesOutput struct {
	Body struct {
		Items []IssuedLicense `json:"items" nullable:"false"`
	}
}

type issuedOutput struct{ Body IssuedDetail }

// lookReason says why the issuer looks; it stands in the record, which the holder sees.
type lookReason struct {
	Reason string `json:"reason" minLength:"1" maxLength:"100" doc:"Stands in the record of the use, which the holder sees."`
}

type lookInput struct {
	IssuedPath
	Body lookReason
}

type lookOutput struct {
	CacheControl string `header:"Cache-Control"`
	Body         IssuedReading
}

type paperSerialInput struct {
	IssuedPath
	Body struct {
		Serial  string `json:"serial" minLength:"1" maxLength:"60" pattern:"^[0-9A-Za-z.()-]+$"`
		Version int64  `json:"version" minimum:"1"`
	}
}

func registerIssued(api huma.API, d Deps) {
	op := func(id, method, path, zh, en string, errors ...int) huma.Operation {
		return require(api, huma.Operation{OperationID: id, Method: method, Path: path, Tags: []string{tagIssued}, Summary: zh, Description: en,
			Errors: errors}, RoleClerk, RoleApprover, RoleReviewer)
	}
	huma.Register(api, op("searchIssued", http.MethodPost, "/api/v1/licenses/search", "查找本单位签发的证照",
		"Licenses of the own unit by identifier, number or printed number, whole. What they say is not opened. The query is sent in the body: a number may be a person's."), d.searchIssued)
	huma.Register(api, op("getIssued", http.MethodGet, "/api/v1/licenses/{identifier}", "证照制发情况",
		"A license that the own unit issued: how it was made, by whom and when, its versions and its paper. What it says is not opened.", http.StatusNotFound), d.getIssued)
	huma.Register(api, op("lookAtIssued", http.MethodPost, "/api/v1/licenses/{identifier}/look", "查看照面",
		"What a license of the own unit says, and its picture. The look is recorded with its reason, and its holder sees it.", http.StatusServiceUnavailable), d.lookAtIssued)
	huma.Register(api, op("getIssuedFile", http.MethodPost, "/api/v1/licenses/{identifier}/file", "下载证照文件",
		"The sealed OFD file of a license of the own unit. Taking it is recorded with its reason, and its holder sees it.", http.StatusServiceUnavailable), d.issuedFile)
	huma.Register(api, require(api, huma.Operation{OperationID: "bindPaper", Method: http.MethodPut, Path: "/api/v1/licenses/{identifier}/paper",
		Tags: []string{tagIssued}, Summary: "登记纸质证照印刷编号",
		Description: "Note the number printed on the paper license that goes with it. A blank serves one license.",
		Errors:      []int{http.StatusNotFound, http.StatusConflict}}, RoleClerk), d.bindPaper)
}

func (d Deps) searchIssued(ctx context.Context, in *searchLicensesInput) (*searchLicensesOutput, error) {
	query, unit := strings.TrimSpace(in.Body.Query), actorFrom(ctx).UnitID
	if query == "" {
		return nil, errs.New(errs.Invalid, "license.search").On("query")
	}
	out := &searchLicensesOutput{}
	out.Body.Items = []IssuedLicense{}
	err := d.DB.Read(ctx, func(q *db.Tx) error {
		found, err := d.issuedBy(ctx, q, unit, query)
		if err != nil {
			return err
		}
		for _, l := range found {
			x, err := d.issuedLicense(ctx, q, l, in.lang())
			if err != nil {
				return err
			}
			out.Body.Items = append(out.Body.Items, x)
		}
		return nil
	})
	return out, err
}

// issuedBy finds licenses of a unit by whatever names one.
func (d Deps) issuedBy(ctx context.Context, q *db.Tx, unit, query string) ([]license.License, error) {
	if strings.HasPrefix(query, identifierPrefix) {
		l, err := d.issuedOne(ctx, q, unit, strings.ToUpper(query))
		if errs.Code(err) == "license.unknown" {
			return nil, nil
		}
		return []license.License{l}, err
	}
	types, err := d.Types.Codes(ctx, q)
	if err != nil {
		return nil, err
	}
	found, err := d.Licenses.ByNumber(ctx, q, unit, query, types)
	if err != nil {
		return nil, err
	}
	papers, err := d.Licenses.ByPaper(ctx, q, unit, query)
	return append(found, papers...), err
}

// issuedOne is a license of a unit; another's is unknown to it.
func (d Deps) issuedOne(ctx context.Context, q *db.Tx, unit, identifier string) (license.License, error) {
	l, err := d.Licenses.ByIdentifier(ctx, q, identifier)
	if err == nil && l.IssuerID != unit {
		err = errs.New(errs.NotFound, "license.unknown")
	}
	return l, err
}

func (d Deps) issuedLicense(ctx context.Context, q *db.Tx, l license.License, lang string) (IssuedLicense, error) {
	t, err := d.Types.Version(ctx, q, l.TypeCode, l.TypeVersion)
	if err != nil {
		return IssuedLicense{}, err
	}
	h, err := d.Holders.Get(ctx, q, l.HolderID)
	if err != nil {
		return IssuedLicense{}, err
	}
	return IssuedLicense{Identifier: l.Identifier, Type: typeName(t, lang), HolderNameMasked: h.Profile.Masked(), State: stateOf(l.State(d.Clock.Now()), lang),
		Step: string(l.Step), IssuedOn: date(l.IssuedOn), PaperSerial: l.PaperSerial, Version: l.VersionNo, PublishedAt: beijing(l.PublishedAt),
		InspectBy: lastDay(l.InspectDue), InspectionLate: l.InspectionLate(d.Clock.Now())}, nil
}

func (d Deps) getIssued(ctx context.Context, in *IssuedPath) (*issuedOutput, error) {
	out := &issuedOutput{}
	err := d.DB.Read(ctx, func(q *db.Tx) error {
		l, err := d.issuedOne(ctx, q, actorFrom(ctx).UnitID, in.Identifier)
		if err != nil {
			return err
		}
		out.Body, err = d.issuedDetail(ctx, q, l, in.lang())
		return err
	})
	return out, err
}

func (d Deps) issuedDetail(ctx context.Context, q *db.Tx, l license.License, lang string) (IssuedDetail, error) {
	none := func(err error) (IssuedDetail, error) { return IssuedDetail{}, err }
	head, err := d.issuedLicense(ctx, q, l, lang)
	if err != nil {
		return none(err)
	}
	out := IssuedDetail{IssuedLicense: head, LicenseID: l.ID, ValidFrom: date(l.ValidFrom), ValidTo: lastDay(l.ValidTo), Origin: string(l.Origin),
		CaseNo: l.CaseNo, MadeAt: l.MadeAt.In(clock.Shanghai), DueAt: beijing(l.DueAt), Workdays: d.workdaysLeft(l.DueAt), Late: d.late(l), Digest: l.FileDigest,
		MayLook: l.Step == license.StepPublished, RowNo: l.RowVersion}
	if out.Issuer, err = d.unitNamed(ctx, q, l.IssuerID, lang); err != nil {
		return none(err)
	}
	if out.Number, err = d.Licenses.MaskedNumber(ctx, q, l); err != nil {
		return none(err)
	}
	if l.ConverterID != "" {
		converter, err := d.unitNamed(ctx, q, l.ConverterID, lang)
		if err != nil {
			return none(err)
		}
		out.Converter = &converter
	}
	t, err := d.Types.Version(ctx, q, l.TypeCode, l.TypeVersion)
	if err != nil {
		return none(err)
	}
	if out.Seals, err = d.issuedSeals(ctx, q, t, l, lang); err != nil {
		return none(err)
	}
	if out.Holders, err = d.issuedHolders(ctx, q, l); err != nil {
		return none(err)
	}
	maker, err := d.actorOf(ctx, q, l.MakerID)
	if err != nil {
		return none(err)
	}
	if maker != nil {
		out.Maker = *maker
	}
	if out.Reviewer, err = d.actorOf(ctx, q, l.ReviewerID); err != nil {
		return none(err)
	}
	if out.Versions, err = d.issuedVersions(ctx, q, l, lang); err != nil {
		return none(err)
	}
	answers, err := d.Licenses.Answers(ctx, q, l)
	if err != nil {
		return none(err)
	}
	out.Registers = registerAnswers(t, answers, lang)
	parts, err := d.Desk.Parts(ctx, q, l, d.Clock.Now())
	if err != nil {
		return none(err)
	}
	out.Parts = licenseParts(parts, lang)
	if out.Timeline, err = d.issuedTimeline(ctx, q, l, lang); err != nil {
		return none(err)
	}
	out.Life, err = d.issuedLife(ctx, q, l, out.Timeline, lang)
	return out, err
}

// actorOf names the account that did something; nil where no person did.
func (d Deps) actorOf(ctx context.Context, q *db.Tx, accountID string) (*Actor, error) {
	if accountID == "" {
		return nil, nil //nolint:nilnil // absent in the answer: nobody
	}
	p, err := d.Accounts.PersonIn(ctx, q, accountID)
	if err != nil || p.Name == "" {
		return nil, err
	}
	return &Actor{Name: p.Name, Roles: append([]string{}, p.Roles...)}, nil
}

func (d Deps) issuedSeals(ctx context.Context, q *db.Tx, t *catalog.Type, l license.License, lang string) ([]IssuedSeal, error) {
	out := []IssuedSeal{}
	issuer := l.IssuerID
	if l.Origin == license.Stock { // sealed by who answered for it when it was converted
		var err error
		if issuer, err = d.Units.Caretaker(ctx, q, l.IssuerID, l.TypeCode); err != nil {
			return nil, err
		}
	}
	for _, s := range t.Seals {
		unit, err := d.unitNamed(ctx, q, license.SealUnit(t, s, issuer), lang)
		if err != nil {
			return nil, err
		}
		out = append(out, IssuedSeal{Step: s.Step, Name: s.Name, Unit: unit})
	}
	return out, nil
}

func (d Deps) issuedHolders(ctx context.Context, q *db.Tx, l license.License) ([]IssuedHolder, error) {
	out := []IssuedHolder{}
	for _, id := range l.Holders {
		h, err := d.Holders.Get(ctx, q, id)
		if err != nil {
			return nil, err
		}
		out = append(out, IssuedHolder{NameMasked: h.Profile.Masked(), CodeType: h.Profile.CodeTypeName()})
	}
	return out, nil
}

func (d Deps) issuedVersions(ctx context.Context, q *db.Tx, l license.License, lang string) ([]IssuedVersion, error) {
	all, err := d.Licenses.Versions(ctx, q, l)
	if err != nil {
		return nil, err
	}
	out := []IssuedVersion{}
	for _, v := range all {
		out = append(out, IssuedVersion{Identifier: v.Identifier, Version: v.VersionNo, State: stateOf(v.State(d.Clock.Now()), lang),
			PublishedAt: beijing(v.PublishedAt), Current: v.ID == l.ID})
	}
	return out, nil
}

func (d Deps) issuedTimeline(ctx context.Context, q *db.Tx, l license.License, lang string) ([]IssuedStep, error) {
	history, err := d.Licenses.History(ctx, q, l)
	if err != nil {
		return nil, err
	}
	out := []IssuedStep{}
	for _, x := range history {
		words := actionWords[x.Action]
		step := IssuedStep{At: x.At.In(clock.Shanghai), Action: x.Action, Text: choose(lang, words[0], words[1]), Ground: x.Ground, Words: x.Words,
			Reason: reasonCode(x.Reason, lang), TrueFrom: beijing(x.TrueFrom)}
		if step.Approver, err = d.actorOf(ctx, q, x.ApproverID); err != nil {
			return nil, err
		}
		if step.Actor, err = d.actorOf(ctx, q, x.AccountID); err != nil {
			return nil, err
		}
		if x.UnitID != "" {
			unit, err := d.unitNamed(ctx, q, x.UnitID, lang)
			if err != nil {
				return nil, err
			}
			step.Unit = &unit
		}
		out = append(out, step)
	}
	return out, nil
}

func (d Deps) lookAtIssued(ctx context.Context, in *lookInput) (*lookOutput, error) {
	r, err := d.Door.Kept(ctx, actorFrom(ctx), in.Identifier, in.Body.Reason, access.Picture)
	if err != nil {
		return nil, err
	}
	return &lookOutput{CacheControl: "no-store", Body: IssuedReading{Fields: items(r.Fields, in.lang()), SVG: string(r.Content), RecordNo: r.RecordNo}}, nil
}

func (d Deps) issuedFile(ctx context.Context, in *lookInput) (*file, error) {
	r, err := d.Door.Kept(ctx, actorFrom(ctx), in.Identifier, in.Body.Reason, access.File)
	if err != nil {
		return nil, err
	}
	return ofdFile(r.Content, "license-"+r.License.ID), nil
}

func (d Deps) bindPaper(ctx context.Context, in *paperSerialInput) (*issuedOutput, error) {
	actor := actorFrom(ctx)
	out := &issuedOutput{}
	err := d.DB.Write(ctx, func(tx *db.Tx) error {
		l, err := d.issuedOne(ctx, tx, actor.UnitID, in.Identifier)
		if err != nil {
			return err
		}
		if l.RowVersion != in.Body.Version {
			return errs.New(errs.Conflict, "conflict")
		}
		if l, err = d.Licenses.BindPaper(ctx, tx, l, in.Body.Serial, actor.AccountID); err != nil {
			return err
		}
		out.Body, err = d.issuedDetail(ctx, tx, l, in.lang())
		return err
	})
	return out, err
}
