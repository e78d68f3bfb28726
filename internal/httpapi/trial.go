package httpapi

import (
	"context"
	"maps"
	"net/http"
	"slices"

	"github.com/danielgtaylor/huma/v2"

	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/errs"
	"github.com/yinxin-org/yinxin/internal/matter"
	"github.com/yinxin-org/yinxin/internal/trial"
)

// TrialBinding is a binding to try: of a material of one matter, or of an item.
type TrialBinding struct {
	Matter   string           `json:"matter" minLength:"12" maxLength:"33" doc:"Code of a matter, or base code of an item: all its matters."`
	Seq      int              `json:"seq" minimum:"1" maximum:"999"`
	Bindings []matter.Binding `json:"bindings" minItems:"1" maxItems:"8"`
	Party    string           `json:"party" enum:"applicant,representative,spouse,child"`
}

type trialInput struct {
	Language
	Body struct {
		Binding   *TrialBinding     `json:"binding,omitempty"`
		Exemption *matter.Exemption `json:"exemption,omitempty"`
		Days      int               `json:"days,omitempty" minimum:"1" maximum:"366" doc:"How many days back; 31 if absent."`
	}
}

// Trial is what a proposal would have done to past cases. It holds counts alone; units with fewer than five cases
// are not told apart.
type Trial struct {
	From      string         `json:"from" doc:"First day."`
	To        string         `json:"to" doc:"Last day."`
	Cases     int            `json:"cases"`
	Cut       bool           `json:"cut" doc:"There were more cases than are replayed; these are the newest."`
	Materials int            `json:"materials" doc:"Materials of these cases that the proposal is about."`
	Served    int            `json:"served" doc:"For which a license would have been in force."`
	Saved     int            `json:"saved" doc:"Served ones that were handed in or accepted on paper then."`
	Failures  []TrialFailure `json:"failures"`
	Units     []TrialUnit    `json:"units"`
	Others    *TrialUnit     `json:"others,omitempty" doc:"Units with too few cases, together; left out if still too few."`
}

// TrialFailure counts materials that no license would have served, by cause.
type TrialFailure struct {
	Reason Reason `json:"reason"`
	Count  int    `json:"count"`
}

// TrialUnit is one unit's part.
type TrialUnit struct {
	Unit      *Named `json:"unit,omitempty"`
	Cases     int    `json:"cases"`
	Materials int    `json:"materials"`
	Served    int    `json:"served"`
	Saved     int    `json:"saved"`
}

type trialOutput struct{ Body Trial }

func registerTrial(api huma.API, d Deps) {
	huma.Register(api, require(api, huma.Operation{
		OperationID: "tryProposal", Method: http.MethodPost, Path: "/api/v1/trials", Tags: []string{tagBinding},
		Summary: "先试后发",
		Description: "Replay a proposed binding or 免提交 entry against past cases: would the party's license have existed and been in force " +
			"at that moment? No license is opened for it, and nothing is kept. Give either binding or exemption.",
		Errors: []int{http.StatusNotFound, http.StatusUnprocessableEntity},
	}, RoleMatters, RoleCatalog, RoleDigital), d.tryProposal)
}

func (d Deps) tryProposal(ctx context.Context, in *trialInput) (*trialOutput, error) {
	b := in.Body
	if (b.Binding == nil) == (b.Exemption == nil) {
		return nil, errs.New(errs.Invalid, "trial.one").On("binding")
	}
	p := trial.Proposal{Exemption: b.Exemption, Days: b.Days}
	if b.Binding != nil {
		p.Matter, p.Seq = b.Binding.Matter, b.Binding.Seq
		p.Bound = matter.Bound{Bindings: b.Binding.Bindings, Party: matter.Party(b.Binding.Party)}
	}
	r, err := trial.Replay(ctx, trial.Options{DB: d.DB, Clock: d.Clock, Units: d.Units, Matters: d.Matters, Cases: d.Cases, Licenses: d.Licenses},
		actorFrom(ctx), p)
	if err != nil {
		return nil, err
	}
	out := &trialOutput{Body: Trial{From: date(r.From), To: date(r.Until), Cases: r.Sum.Cases, Materials: r.Sum.Materials, Served: r.Sum.Served,
		Saved: r.Sum.Saved, Failures: []TrialFailure{}, Units: []TrialUnit{}, Cut: r.Cut}}
	for _, code := range slices.Sorted(maps.Keys(r.Failures)) {
		out.Body.Failures = append(out.Body.Failures, TrialFailure{Reason: *reasonOf(code, nil), Count: r.Failures[code]})
	}
	err = d.DB.Read(ctx, func(q *db.Tx) error {
		for _, x := range r.Units {
			unit, err := d.unitNamed(ctx, q, x.UnitID, in.lang())
			if err != nil {
				return err
			}
			out.Body.Units = append(out.Body.Units, TrialUnit{Unit: &unit, Cases: x.Cases, Materials: x.Materials, Served: x.Served, Saved: x.Saved})
		}
		return nil
	})
	if r.Others != nil {
		out.Body.Others = &TrialUnit{Cases: r.Others.Cases, Materials: r.Others.Materials, Served: r.Others.Served, Saved: r.Others.Saved}
	}
	return out, err
}
