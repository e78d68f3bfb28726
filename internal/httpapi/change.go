package httpapi

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/yinxin-org/yinxin/internal/change"
	"github.com/yinxin-org/yinxin/internal/clock"
	"github.com/yinxin-org/yinxin/internal/db"
)

const tagChange = "变更留痕 Changes"

// Change is one entry of the trail.
type Change struct {
	ID        string    `json:"id"`
	At        time.Time `json:"at"`
	Person    Named     `json:"person" doc:"Account and name of who changed it; empty for the platform itself."`
	Unit      *Named    `json:"unit,omitempty" doc:"Unit of who changed it."`
	Subject   string    `json:"subject" doc:"What kind of thing: unit, mandate, type …"`
	SubjectID string    `json:"subjectId"`
	Action    string    `json:"action"`
	Before    any       `json:"before,omitempty" doc:"Absent: it is new."`
	After     any       `json:"after,omitempty" doc:"Absent: it is gone."`
	Reason    string    `json:"reason"`
}

type changesInput struct {
	Language
	Limit     int    `query:"limit" minimum:"1" maximum:"100" default:"30"`
	Before    string `query:"before" maxLength:"36" doc:"Id of a change: only older ones. For the next page, the last one's id."`
	Subject   string `query:"subject" maxLength:"20"`
	SubjectID string `query:"subjectId" maxLength:"80"`
	Unit      string `query:"unitId" maxLength:"18" doc:"Unit of who changed it."`
}

type changesOutput struct {
	Body struct {
		Items []Change `json:"items" doc:"The newest first."`
		Next  string   `json:"next,omitempty" doc:"Send as before for the next page; absent: this was the last."`
	}
}

func registerChange(api huma.API, d Deps) {
	huma.Register(api, require(api, huma.Operation{
		OperationID: "listChanges", Method: http.MethodGet, Path: "/api/v1/changes", Tags: []string{tagChange},
		Summary:     "变更记录",
		Description: "Who changed what in the configuration, when, from what to what, and why. Administrator and digital office see all, others what their own unit changed.",
	}, RoleAdmin, RoleDigital, RoleCatalog, RoleMatters), d.listChanges)
}

func (d Deps) listChanges(ctx context.Context, in *changesInput) (*changesOutput, error) {
	f := change.Filter{Subject: change.Subject(in.Subject), SubjectID: in.SubjectID, UnitID: in.Unit, Before: in.Before, Limit: in.Limit}
	if own := ownUnit(actorFrom(ctx), RoleAdmin, RoleDigital); own != "" {
		f.UnitID = own
	}
	out := &changesOutput{}
	out.Body.Items = []Change{}
	var found []change.Change
	err := d.DB.Read(ctx, func(q *db.Tx) (err error) {
		found, err = d.Trail.List(ctx, q, f)
		return err
	})
	if err != nil {
		return nil, err
	}
	names := map[string]string{}
	for _, c := range found {
		x, err := d.change(ctx, c, names, in.lang())
		if err != nil {
			return nil, err
		}
		out.Body.Items = append(out.Body.Items, x)
	}
	if len(found) == in.Limit {
		out.Body.Next = found[len(found)-1].ID
	}
	return out, nil
}

// change is an entry as it is shown; names remembers the people who were looked up.
func (d Deps) change(ctx context.Context, c change.Change, names map[string]string, lang string) (Change, error) {
	out := Change{ID: c.ID, At: c.At.In(clock.Shanghai), Subject: string(c.Subject), SubjectID: c.SubjectID, Action: c.Action, Reason: c.By.Reason}
	if _, known := names[c.By.AccountID]; !known {
		p, err := d.Person(ctx, c.By.AccountID)
		if err != nil {
			return Change{}, err
		}
		names[c.By.AccountID] = p.Name
	}
	out.Person = Named{ID: c.By.AccountID, Name: names[c.By.AccountID]}
	for text, into := range map[*string]*any{&c.Before: &out.Before, &c.After: &out.After} {
		if *text == "" {
			continue
		}
		if err := json.Unmarshal([]byte(*text), into); err != nil {
			return Change{}, fmt.Errorf("decode change: %w", err)
		}
	}
	if c.By.UnitID == "" {
		return out, nil
	}
	err := d.DB.Read(ctx, func(q *db.Tx) error {
		u, err := d.unitNamed(ctx, q, c.By.UnitID, lang)
		out.Unit = &u
		return err
	})
	return out, err
}
