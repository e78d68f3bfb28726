package httpapi

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/yinxin-org/yinxin/internal/change"
	"github.com/yinxin-org/yinxin/internal/clock"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/org"
)

// UnitVersion names a unit at the version that the editor has seen.
type UnitVersion struct {
	ID      string `json:"id" minLength:"18" maxLength:"18"`
	Version int64  `json:"version"`
}

// TypeMove says which unit takes over a license type.
type TypeMove struct {
	Type string `json:"type" minLength:"21" maxLength:"21" doc:"Code of the license type."`
	To   string `json:"to" minLength:"18" maxLength:"18" doc:"One of the successors."`
}

type reorganisationInput struct {
	Language
	Body struct {
		Kind       string        `json:"kind" enum:"merge,split,handover,close" doc:"merge 合并: units end, one successor. split 分立: one unit ends, several successors. handover 移交: one unit hands types to one other and goes on. close 撤销: one unit ends; without successor, the unit above it answers."`
		Units      []UnitVersion `json:"units" minItems:"1" maxItems:"50" doc:"The units it happens to."`
		Successors []string      `json:"successors" maxItems:"50" doc:"Active units; the first one follows in all that is not handed over apart."`
		Types      []TypeMove    `json:"types" maxItems:"1000" doc:"For split and handover: who takes which type."`
		DecisionNo string        `json:"decisionNo" minLength:"2" maxLength:"60" doc:"文号 of the decision"`
		Why
	}
}

// Reorganisation is a re-organisation that was carried out.
type Reorganisation struct {
	ID         string    `json:"id"`
	At         time.Time `json:"at"`
	Kind       string    `json:"kind" enum:"merge,split,handover,close"`
	Units      []Named   `json:"units"`
	Successors []Named   `json:"successors"`
	Children   int       `json:"children" doc:"Subordinate units that moved to the chief successor."`
	Accounts   int       `json:"accounts" doc:"Active accounts that still belong to units that ended: move or stop them."`
	DecisionNo string    `json:"decisionNo"`
}

type reorganisationOutput struct{ Body Reorganisation }

func registerReorganisation(api huma.API, d Deps) {
	huma.Register(api, require(api, huma.Operation{
		OperationID: "reorganise", Method: http.MethodPost, Path: "/api/v1/reorganisations", Tags: []string{tagUnit},
		Summary:       "机构改革",
		Description:   "Merge, split or close units, or hand license types over: at once and as a whole. Units that end stay readable, so that their licenses remain traceable; subordinate units, mandates, systems and claimed types pass to the successors.",
		DefaultStatus: http.StatusCreated,
		Errors:        []int{http.StatusNotFound, http.StatusConflict},
	}, RoleAdmin), d.reorganise)
}

func (d Deps) reorganise(ctx context.Context, in *reorganisationInput) (*reorganisationOutput, error) {
	r := org.Reorganisation{Kind: in.Body.Kind, Successors: in.Body.Successors, DecisionNo: in.Body.DecisionNo}
	var ids []string
	for _, u := range in.Body.Units {
		ids = append(ids, u.ID)
		r.Units = append(r.Units, org.Seen{ID: u.ID, Version: u.Version})
	}
	for _, m := range in.Body.Types {
		r.Types = append(r.Types, org.TypeMove{Type: m.Type, To: m.To})
	}
	var done org.Reorganisation
	out := &reorganisationOutput{}
	err := d.DB.Write(ctx, func(tx *db.Tx) (err error) {
		if done, err = d.Units.Reorganise(ctx, tx, change.Of(actorFrom(ctx), in.Body.Reason), r); err != nil {
			return err
		}
		out.Body = Reorganisation{ID: done.ID, At: done.At.In(clock.Shanghai), Kind: done.Kind, Children: done.Children, Accounts: done.Accounts,
			DecisionNo: done.DecisionNo}
		if out.Body.Units, err = d.unitsNamed(ctx, tx, ids, in.lang()); err != nil {
			return err
		}
		out.Body.Successors, err = d.unitsNamed(ctx, tx, done.Successors, in.lang())
		return err
	})
	return out, err
}
