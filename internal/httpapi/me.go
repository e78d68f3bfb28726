package httpapi

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/yinxin-org/yinxin/internal/access"
	"github.com/yinxin-org/yinxin/internal/clock"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/license"
	"github.com/yinxin-org/yinxin/internal/status"
)

const tagMe = "我的证照 My licenses"

// HeldLicense is a license as a card.
type HeldLicense struct {
	ID           string   `json:"id"`
	Type         CardType `json:"type"`
	HolderName   string   `json:"holderName"`
	NumberMasked string   `json:"numberMasked"`
	State
	Issuer         string `json:"issuer"`
	ValidFrom      string `json:"validFrom"`
	ValidTo        string `json:"validTo,omitempty" doc:"The last day; absent: no end."`
	InspectBy      string `json:"inspectBy,omitempty" doc:"The last day on which its annual inspection is in time; absent: it needs none."`
	InspectionLate bool   `json:"inspectionLate" doc:"Its inspection is overdue, whether or not that keeps it from being used."`
	Usable         bool   `json:"usable" doc:"Can be shown and used now."`
}

// CardType is a type with the family that gives its card's colour.
type CardType struct {
	Coded
	Family string `json:"family" enum:"identity,business,property,permit,life"`
}

// HeldDetail is a license with what it says, for its holder.
type HeldDetail struct {
	HeldLicense
	Fields     []Item        `json:"fields"`
	Identifier string        `json:"identifier"`
	PreviewURL string        `json:"previewUrl"`
	FileURL    string        `json:"fileUrl"`
	Holds      []IssuedHold  `json:"holds" nullable:"false" doc:"What stands on it beside its state."`
	History    []LicenseLog  `json:"history"`
	Parts      []LicensePart `json:"parts,omitempty" doc:"Of a comprehensive license: what it joins, as it is now."`
	BindsSeal  string        `json:"bindsSeal,omitempty" enum:"enterprise,personal" doc:"The seal that lives with it, made or not."`
	RecordNo   string        `json:"recordNo" doc:"存证编号 of this look"`
	Status     *StatusPlace  `json:"status,omitempty" doc:"Where a status list tells of it (draft-ietf-oauth-status-list); none of what a national system keeps."`
}

// LicenseLog is one step of a license's life.
type LicenseLog struct {
	At     time.Time `json:"at"`
	Action string    `json:"action" doc:"draft, seal, publish, lost, found, inspected …"`
	Text   string    `json:"text"`
}

var actionWords = map[string][2]string{
	"draft": {"已决定发证", "decided"}, "seal": {"已制作并加盖印章", "made and sealed"}, "reseal": {"原印章失泄，已重新用印", "sealed anew, the seal before was compromised"}, "publish": {"已复核发布", "reviewed and published"},
	"refuse": {"复核未通过", "refused at review"}, "contradict": {"与基础库不一致，已作废", "contradicted by a base register, void"}, "lost": {"已挂失", "reported lost"},
	"found": {"已解除挂失", "report of loss taken back"}, "paper": {"已登记纸质证照印刷编号", "printed number of the paper noted"},
	"suspended": {"已挂起", "suspended"}, "release": {"已解除挂起", "suspension ended"}, "superseded": {"已被新版本取代", "superseded by a new version"},
	"cancelled": {"已注销", "cancelled"}, "revoked": {"已撤销", "withdrawn"}, "penalty": {"已吊销", "revoked"}, "abolished": {"已废止", "abolished"},
	"paperLost": {"纸质证照已报遗失", "paper reported lost"}, "paperFound": {"纸质证照已找回", "paper found"}, "pledged": {"已质押", "pledged"},
	"unpledged": {"已解押", "released from pledge"}, "disputed": {"已标注争议", "marked as disputed"}, "settled": {"争议已解决", "dispute settled"},
	"inspected": {"年检合格", "inspection passed"}, "inspectionFailed": {"年检不合格", "inspection failed"},
}

// StatusPlace is where a status list tells of a license (状态列表).
type StatusPlace struct {
	List  string `json:"list" doc:"Address of the list."`
	Index int    `json:"index"`
}

type heldListOutput struct {
	Body struct {
		Items []HeldLicense `json:"items"`
	}
}

// HeldPath names an own license in the address.
type HeldPath struct {
	Language
	ID string `path:"id" format:"uuid"`
}

type heldOutput struct{ Body HeldDetail }

func registerMe(api huma.API, d Deps) {
	op := func(id, method, path, zh, en string, errors ...int) huma.Operation {
		return require(api, huma.Operation{OperationID: id, Method: method, Path: path, Tags: []string{tagMe}, Summary: zh,
			Description: en, Errors: errors}, RoleHolder)
	}
	huma.Register(api, op("listMyLicenses", http.MethodGet, "/api/v1/me/licenses", "我的证照",
		"The signed-in holder's licenses as cards, usable ones first."), d.listHeld)
	huma.Register(api, op("getMyLicense", http.MethodGet, "/api/v1/me/licenses/{id}", "证照详情",
		"An own license with all it says. The look is recorded. One that a national system keeps is read and verified there.", http.StatusForbidden, http.StatusServiceUnavailable), d.getHeld)
	huma.Register(api, op("previewMyLicense", http.MethodGet, "/api/v1/me/licenses/{id}/preview", "证照图像",
		"Picture of an own license.", http.StatusForbidden, http.StatusServiceUnavailable), d.previewHeld)
	huma.Register(api, op("getMyLicenseFile", http.MethodGet, "/api/v1/me/licenses/{id}/file", "下载证照文件",
		"The sealed OFD file of an own license.", http.StatusForbidden, http.StatusServiceUnavailable), d.heldFile)
	huma.Register(api, op("reportLoss", http.MethodPost, "/api/v1/me/licenses/{id}/loss", "挂失",
		"Report a license lost: from this moment it is neither lent nor shown; its data stay. The issuer answers what to do next; see the appeals.", http.StatusNotFound, http.StatusConflict), d.reportLoss)
	huma.Register(api, op("reportPaperLoss", http.MethodPost, "/api/v1/me/licenses/{id}/paper-loss", "登记纸质遗失",
		"Report that only the paper license is lost: the paper counts no more, and the electronic license stays as it is.", http.StatusNotFound, http.StatusConflict), d.reportPaperLoss)
}

func (d Deps) listHeld(ctx context.Context, in *struct{ Language }) (*heldListOutput, error) {
	out := &heldListOutput{}
	usable, rest := []HeldLicense{}, []HeldLicense{}
	err := d.DB.Read(ctx, func(q *db.Tx) error {
		held, err := d.Licenses.Held(ctx, q, actorFrom(ctx).HolderID, "")
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
			if x.Usable {
				usable = append(usable, x)
			} else {
				rest = append(rest, x)
			}
		}
		return nil
	})
	out.Body.Items = append(usable, rest...)
	return out, err
}

func (d Deps) heldLicense(ctx context.Context, q *db.Tx, l license.License, lang string) (HeldLicense, error) {
	t, err := d.Types.Version(ctx, q, l.TypeCode, l.TypeVersion)
	if err != nil {
		return HeldLicense{}, err
	}
	issuer, err := d.Units.Get(ctx, q, l.IssuerID)
	if err != nil {
		return HeldLicense{}, err
	}
	number, err := d.Licenses.MaskedNumber(ctx, q, l)
	if err != nil {
		return HeldLicense{}, err
	}
	var name strings.Builder
	for i, id := range l.Holders {
		h, err := d.Holders.Get(ctx, q, id)
		if err != nil {
			return HeldLicense{}, err
		}
		if i > 0 {
			name.WriteString("、")
		}
		name.WriteString(h.Profile.Name)
	}
	state := l.State(d.Clock.Now())
	return HeldLicense{
		ID: l.ID, Type: CardType{Coded: typeName(t, lang), Family: t.Family}, HolderName: name.String(), NumberMasked: number,
		State: stateOf(state, lang), Issuer: choose(lang, issuer.Name, issuer.NameEn), ValidFrom: date(l.ValidFrom),
		ValidTo: lastDay(l.ValidTo), InspectBy: lastDay(l.InspectDue), InspectionLate: l.InspectionLate(d.Clock.Now()), Usable: state.Usable(),
	}, nil
}

func (d Deps) getHeld(ctx context.Context, in *HeldPath) (*heldOutput, error) {
	r, err := d.Door.Own(ctx, actorFrom(ctx), in.ID, access.Fields)
	if err != nil {
		return nil, err
	}
	base := "/api/v1/me/licenses/" + in.ID
	out := &heldOutput{Body: HeldDetail{Fields: items(r.Fields, in.lang()), Identifier: r.License.Identifier,
		PreviewURL: base + "/preview", FileURL: base + "/file", History: []LicenseLog{}, RecordNo: r.RecordNo, Holds: []IssuedHold{}}}
	err = d.DB.Read(ctx, func(q *db.Tx) error {
		if out.Body.HeldLicense, err = d.heldLicense(ctx, q, r.License, in.lang()); err != nil {
			return err
		}
		t, err := d.Types.Version(ctx, q, r.License.TypeCode, r.License.TypeVersion)
		if err != nil {
			return err
		}
		out.Body.BindsSeal = t.BindsSeal
		parts, err := d.Desk.Parts(ctx, q, r.License, d.Clock.Now())
		if err != nil {
			return err
		}
		out.Body.Parts = licenseParts(parts, in.lang())
		steps, err := d.Licenses.History(ctx, q, r.License)
		if err != nil {
			return err
		}
		var course []IssuedStep
		for _, s := range steps {
			words := actionWords[s.Action]
			course = append(course, IssuedStep{At: s.At.In(clock.Shanghai), Action: s.Action})
			out.Body.History = append(out.Body.History, LicenseLog{At: s.At.In(clock.Shanghai), Action: s.Action,
				Text: choose(in.lang(), words[0], words[1])})
		}
		out.Body.Holds = holdsOf(r.License.Holds, course, d.Clock.Now(), in.lang())
		return nil
	})
	if err == nil {
		out.Body.Status, err = d.statusPlace(ctx, r.License)
	}
	return out, err
}

func (d Deps) statusPlace(ctx context.Context, l license.License) (*StatusPlace, error) {
	p, err := d.Licenses.Listed(ctx, l)
	if errors.Is(err, status.ErrNone) {
		return nil, nil //nolint:nilnil // what a national system keeps has no place
	}
	return &StatusPlace{List: status.Address(d.BaseURL, p.List), Index: p.Index}, err
}

func (d Deps) previewHeld(ctx context.Context, in *HeldPath) (*file, error) {
	r, err := d.Door.Own(ctx, actorFrom(ctx), in.ID, access.Picture)
	if err != nil {
		return nil, err
	}
	return svg(r.Content), nil
}

func (d Deps) heldFile(ctx context.Context, in *HeldPath) (*file, error) {
	r, err := d.Door.Own(ctx, actorFrom(ctx), in.ID, access.File)
	if err != nil {
		return nil, err
	}
	return ofdFile(r.Content, "license-"+in.ID), nil
}

func (d Deps) reportPaperLoss(ctx context.Context, in *HeldPath) (*heldOutput, error) {
	if err := d.Appeals.ReportPaperLoss(ctx, actorFrom(ctx), in.ID); err != nil {
		return nil, err
	}
	return d.getHeld(ctx, in)
}

func (d Deps) reportLoss(ctx context.Context, in *HeldPath) (*heldOutput, error) {
	if _, err := d.Appeals.ReportLoss(ctx, actorFrom(ctx), in.ID); err != nil {
		return nil, err
	}
	return d.getHeld(ctx, in)
}
