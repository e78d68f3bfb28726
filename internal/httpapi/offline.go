package httpapi

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/yinxin-org/yinxin/internal/catalog"
	"github.com/yinxin-org/yinxin/internal/clock"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/errs"
	"github.com/yinxin-org/yinxin/internal/hall"
	"github.com/yinxin-org/yinxin/internal/license"
	"github.com/yinxin-org/yinxin/internal/org"
)

// MakeableType is a type that the own unit makes licenses of.
type MakeableType struct {
	Coded
	Mandators []Named `json:"mandators,omitempty" doc:"The units in whose mandate it is made; absent: the unit's own."`
}

// MakingForm is what a license of a type says, to be entered.
type MakingForm struct {
	MakeableType
	HolderKind string        `json:"holderKind" enum:"natural,legal,mixed"`
	HoldersMin int           `json:"holdersMin"`
	HoldersMax int           `json:"holdersMax"`
	Fields     []AppealField `json:"fields"`
	Systems    []Named       `json:"systems" nullable:"false" doc:"The unit's systems, one of which may have handled the case."`
	Numbered   bool          `json:"numbered" doc:"The type has a rule of numbers; without one the number must be entered."`
}

// EnteredHolder is a holder as a clerk enters them.
type EnteredHolder struct {
	Name string `json:"name" minLength:"1" maxLength:"200"`
	Code string `json:"code" minLength:"1" maxLength:"18" doc:"Social credit code or citizen number."`
}

// OfflineEntry is a license to be made for a case that was closed elsewhere.
type OfflineEntry struct {
	TypeCode    string            `json:"typeCode" minLength:"21" maxLength:"21"`
	Holders     []EnteredHolder   `json:"holders,omitempty" maxItems:"20" nullable:"false" doc:"Left out where it follows a license, whose holders it keeps."`
	Fields      map[string]string `json:"fields" maxProperties:"200"`
	Number      string            `json:"number,omitempty" maxLength:"60" doc:"As the paper license bears it; empty: the next one by the type's rule."`
	IssuedOn    string            `json:"issuedOn" minLength:"10" maxLength:"10"`
	ClosedOn    string            `json:"closedOn" minLength:"10" maxLength:"10" doc:"Day on which the case was closed; the license is due that day."`
	SystemID    string            `json:"systemId,omitempty" maxLength:"64" doc:"The system of the ledger that handled the case."`
	CaseNo      string            `json:"caseNo,omitempty" maxLength:"64" doc:"Number of the case in the system that handled it."`
	PaperSerial string            `json:"paperSerial,omitempty" maxLength:"60" doc:"Number printed on the paper license."`
	Follows     string            `json:"follows,omitempty" maxLength:"128" doc:"Identifier of the license of which this is the next version; that one is superseded when this one is published."`
	NewName     string            `json:"newName,omitempty" maxLength:"200" doc:"The holder's name from now on, where that has changed: the same holder under the same code. Only of a next version, and where there is one holder."`
	Why         string            `json:"why,omitempty" enum:"07,08,09,10" doc:"Why a next version is made: corrected, changed, renewed, lost or destroyed."`
}

// Finding is one thing about data that were entered.
type Finding struct {
	Reason
	Field    string `json:"field,omitempty" doc:"Name of the field, or its place in the request."`
	Severity string `json:"severity" enum:"block,warn"`
}

// OfflineCheck is what entering would give.
type OfflineCheck struct {
	Findings []Finding `json:"findings" nullable:"false" doc:"Empty: it can be made."`
	DueAt    time.Time `json:"dueAt"`
	Late     bool      `json:"late" doc:"The day on which it was due has passed; it is made all the same, and stands as late."`
	SVG      string    `json:"svg" doc:"The face as it would be, unsealed; empty where it cannot be made."`
}

type makeableOutput struct {
	Body struct {
		Items []MakeableType `json:"items" nullable:"false"`
	}
}

type makingFormInput struct {
	Language
	TypeCode string `path:"typeCode" minLength:"21" maxLength:"21"`
}

type makingFormOutput struct{ Body MakingForm }

type offlineCheckInput struct {
	Language
	Body OfflineEntry
}

type offlineCheckOutput struct{ Body OfflineCheck }

type offlineInput struct {
	Language
	Body struct {
		OfflineEntry
		IdempotencyKey string `json:"idempotencyKey" minLength:"8" maxLength:"64" pattern:"^[A-Za-z0-9_-]+$" doc:"The same key gives the same license."`
	}
}

func registerOffline(api huma.API, d Deps) {
	huma.Register(api, require(api, huma.Operation{
		OperationID: "listMakeableTypes", Method: http.MethodGet, Path: "/api/v1/making-types", Tags: []string{tagMaking},
		Summary:     "可制证的类型",
		Description: "Types that the own unit makes licenses of here: claimed by it, or by a unit that has mandated it.",
	}, RoleClerk), d.listMakeable)
	huma.Register(api, require(api, huma.Operation{
		OperationID: "getMakingForm", Method: http.MethodGet, Path: "/api/v1/making-types/{typeCode}", Tags: []string{tagMaking},
		Summary:     "制证填写项",
		Description: "What is to be entered for a license of a type.",
		Errors:      []int{http.StatusNotFound},
	}, RoleClerk), d.makingForm)
	huma.Register(api, require(api, huma.Operation{
		OperationID: "checkMaking", Method: http.MethodPost, Path: "/api/v1/makings/check", Tags: []string{tagMaking},
		Summary:     "脱机制证预检",
		Description: "Hold an entry against every rule and draw the face it would have. Nothing is kept.",
	}, RoleClerk), d.checkMaking)
	huma.Register(api, require(api, huma.Operation{
		OperationID: "createMaking", Method: http.MethodPost, Path: "/api/v1/makings", Tags: []string{tagMaking}, DefaultStatus: http.StatusCreated,
		Summary:     "脱机制证",
		Description: "Make the license of a case that was closed elsewhere: checked, drawn and sealed now, published when a second person has reviewed it. Due on the day the case was closed.",
		Errors:      []int{http.StatusConflict},
	}, RoleClerk), d.createMaking)
}

// makeable lists the types that a unit makes licenses of: its own claims, and those of the units that mandated it.
func (d Deps) makeable(ctx context.Context, q *db.Tx, unitID, lang string) ([]MakeableType, error) {
	claims, err := d.Types.ClaimsOf(ctx, q, "")
	if err != nil {
		return nil, err
	}
	own, by := map[string]bool{}, map[string][]string{}
	for _, c := range claims {
		if !c.Made {
			continue
		}
		if c.Unit == unitID {
			own[c.Type] = true
		}
		by[c.Type] = append(by[c.Type], c.Unit)
	}
	out := []MakeableType{}
	for code, units := range by {
		m := MakeableType{}
		if !own[code] {
			mandators, err := d.Units.Mandated(ctx, q, org.Issue, unitID, code, d.Clock.Now())
			if err != nil {
				return nil, err
			}
			mandators = slices.DeleteFunc(mandators, func(u string) bool { return !slices.Contains(units, u) })
			if len(mandators) == 0 {
				continue
			}
			for _, u := range mandators {
				n, err := d.unitNamed(ctx, q, u, lang)
				if err != nil {
					return nil, err
				}
				m.Mandators = append(m.Mandators, n)
			}
		}
		t, err := d.Types.Current(ctx, q, code)
		if errs.Code(err) == "type.unpublished" || errs.Code(err) == "type.withdrawn" {
			continue // none of its versions has taken effect yet, or none does any more
		}
		if err != nil {
			return nil, err
		}
		m.Coded = typeName(t, lang)
		out = append(out, m)
	}
	slices.SortFunc(out, func(a, b MakeableType) int { return strings.Compare(a.Name, b.Name) })
	return out, nil
}

func (d Deps) listMakeable(ctx context.Context, in *struct{ Language }) (*makeableOutput, error) {
	out := &makeableOutput{}
	err := d.DB.Read(ctx, func(q *db.Tx) error {
		var err error
		out.Body.Items, err = d.makeable(ctx, q, actorFrom(ctx).UnitID, in.lang())
		return err
	})
	return out, err
}

func (d Deps) makingForm(ctx context.Context, in *makingFormInput) (*makingFormOutput, error) {
	out := &makingFormOutput{}
	err := d.DB.Read(ctx, func(q *db.Tx) error {
		all, err := d.makeable(ctx, q, actorFrom(ctx).UnitID, in.lang())
		if err != nil {
			return err
		}
		i := slices.IndexFunc(all, func(m MakeableType) bool { return m.Code == in.TypeCode })
		if i < 0 {
			return errs.New(errs.NotFound, "type.unknown")
		}
		t, err := d.Types.Current(ctx, q, in.TypeCode)
		if err != nil {
			return err
		}
		out.Body = MakingForm{MakeableType: all[i], HolderKind: string(t.HolderKind), HoldersMin: t.Holders, HoldersMax: t.Holders,
			Fields: ownFields(t, in.lang()), Numbered: t.Number != ""}
		if t.HoldersMin > 0 {
			out.Body.HoldersMin = t.HoldersMin
		}
		systems, _, err := d.Units.Systems(ctx, q, org.SystemFilter{Unit: actorFrom(ctx).UnitID, Limit: 100})
		out.Body.Systems = []Named{}
		for _, x := range systems {
			out.Body.Systems = append(out.Body.Systems, Named{ID: x.ID, Name: x.Name})
		}
		return err
	})
	return out, err
}

// ownFields are what each license of a type states itself.
func ownFields(t *catalog.Type, lang string) []AppealField {
	out := []AppealField{}
	for _, f := range t.Own() {
		out = append(out, AppealField{Name: f.Name, Label: choose(lang, f.Label, f.LabelEn), Type: f.Type, Required: f.Required,
			MaxLen: f.MaxLen, Options: f.Options})
	}
	return out
}

func (e OfflineEntry) entry(key string) hall.Entry {
	out := hall.Entry{Key: key, TypeCode: e.TypeCode, Fields: e.Fields, Number: e.Number, IssuedOn: e.IssuedOn, ClosedOn: e.ClosedOn,
		SystemID: e.SystemID, CaseNo: e.CaseNo, PaperSerial: e.PaperSerial, Follows: e.Follows, Why: e.Why, NewName: e.NewName}
	for _, h := range e.Holders {
		out.Holders = append(out.Holders, hall.Person{Code: h.Code, Name: h.Name})
	}
	return out
}

func (d Deps) checkMaking(ctx context.Context, in *offlineCheckInput) (*offlineCheckOutput, error) {
	e := in.Body.entry("")
	due, err := e.DueAt()
	if err != nil {
		return nil, err
	}
	out := &offlineCheckOutput{Body: OfflineCheck{Findings: []Finding{}, DueAt: due.In(clock.Shanghai), Late: d.Clock.Now().After(due)}}
	faults, err := d.faultsOf(ctx, in.Body)
	if err != nil {
		return nil, err
	}
	for _, f := range faults {
		out.Body.Findings = append(out.Body.Findings, Finding{Reason: *reasonOf(f.Code, f.Args), Field: f.Field, Severity: f.Severity})
	}
	if slices.ContainsFunc(faults, func(f catalog.Fault) bool { return f.Severity == catalog.Block }) {
		return out, nil
	}
	face, err := d.Hall.Sketch(ctx, actorFrom(ctx), e)
	if found, ok := errors.AsType[*errs.Error](err); ok && found.Kind != errs.Internal && found.Kind != errs.Unavailable {
		out.Body.Findings = append(out.Body.Findings, Finding{Reason: *reasonOf(found.Code, found.Args), Field: found.Field, Severity: "block"})
		return out, nil
	}
	out.Body.SVG = string(face)
	return out, err
}

// faultsOf lists all that is wrong with the fields of an entry.
func (d Deps) faultsOf(ctx context.Context, e OfflineEntry) (faults []catalog.Fault, err error) {
	err = d.DB.Read(ctx, func(q *db.Tx) error {
		t, err := d.Types.Current(ctx, q, e.TypeCode)
		if err == nil {
			faults = t.Faults(e.Fields)
		}
		return err
	})
	return faults, err
}

func (d Deps) createMaking(ctx context.Context, in *offlineInput) (*reviewOutput, error) {
	l, err := d.Hall.Enter(ctx, actorFrom(ctx), in.Body.entry(in.Body.IdempotencyKey))
	if err != nil {
		return nil, err
	}
	return d.shownMaking(ctx, l, in.lang())
}

// shownMaking is a license in the making as it stands: the answer to every change of it.
func (d Deps) shownMaking(ctx context.Context, l license.License, lang string) (*reviewOutput, error) {
	out := &reviewOutput{}
	err := d.DB.Read(ctx, func(q *db.Tx) error {
		var err error
		out.Body, err = d.making(ctx, q, l, lang)
		return err
	})
	return out, err
}
