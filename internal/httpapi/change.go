package httpapi

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"
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

func (d Deps) listChanges(context.Context, *changesInput) (*changesOutput, error) { return nil, soon }
