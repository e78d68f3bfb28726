package httpapi

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"github.com/yinxin-org/yinxin/internal/catalog"
	"github.com/yinxin-org/yinxin/internal/change"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/matter"
)

const tagEvent = "一件事 Life events"

// LifeEvent is matters that people need together, served by one application.
type LifeEvent struct {
	Code     string          `json:"code"`
	Name     string          `json:"name"`
	Summary  string          `json:"summary"`
	Audience string          `json:"audience" enum:"natural,legal"`
	Steps    []LifeEventStep `json:"steps"`
	Parties  []string        `json:"parties" doc:"Whom the application names besides the applicant: representative, spouse, child."`
	Version  int64           `json:"version"`
}

// LifeEventStep is one matter of it.
type LifeEventStep struct {
	Matter     Coded    `json:"matter"`
	Unit       Named    `json:"unit"`
	ResultName string   `json:"resultName,omitempty"`
	ResultType *Coded   `json:"resultType,omitempty"`
	Days       int      `json:"days"`
	After      []string `json:"after" doc:"Codes of the matters whose results it needs."`
}

// LifeEventInput is a life event as it is entered.
type LifeEventInput struct {
	Name      string               `json:"name" minLength:"1" maxLength:"200"`
	NameEn    string               `json:"nameEn,omitempty" maxLength:"200"`
	Summary   string               `json:"summary" minLength:"1" maxLength:"2000"`
	SummaryEn string               `json:"summaryEn,omitempty" maxLength:"2000"`
	Words     string               `json:"words,omitempty" maxLength:"200" doc:"What people search for besides its name."`
	Audience  string               `json:"audience" enum:"natural,legal"`
	Steps     []LifeEventStepInput `json:"steps" minItems:"2" maxItems:"12"`
}

// LifeEventStepInput is one matter, with the numbers of the earlier steps, from 0, whose results it needs.
type LifeEventStepInput struct {
	MatterCode string `json:"matterCode" minLength:"12" maxLength:"33"`
	After      []int  `json:"after,omitempty" maxItems:"12"`
}

type eventsInput struct {
	Language
	Query    string `query:"q" maxLength:"60" doc:"Words in the name, pinyin, or its initials."`
	Audience string `query:"for" enum:"natural,legal"`
}

type eventsOutput struct {
	Body struct {
		Items []LifeEvent `json:"items"`
	}
}

// EventPath names a life event in the address.
type EventPath struct {
	Language
	EventCode string `path:"eventCode" pattern:"^[a-z0-9][a-z0-9-]{1,39}$"`
}

type eventOutput struct{ Body LifeEvent }

type putEventInput struct {
	EventPath
	Body struct {
		Entry   LifeEventInput `json:"entry"`
		Version int64          `json:"version" minimum:"0" doc:"0: there is none yet."`
		Reason  string         `json:"reason" minLength:"2" maxLength:"200" doc:"Why; kept in the trail of changes. No personal data."`
	}
}

func (d Deps) listEvents(ctx context.Context, in *eventsInput) (*eventsOutput, error) {
	out := &eventsOutput{}
	out.Body.Items = []LifeEvent{}
	err := d.DB.Read(ctx, func(q *db.Tx) error {
		found, err := d.Matters.Events(ctx, q, in.Query, in.Audience)
		if err != nil {
			return err
		}
		for _, e := range found {
			x, err := d.lifeEvent(ctx, q, e, 0, in.lang())
			if err != nil {
				return err
			}
			out.Body.Items = append(out.Body.Items, x)
		}
		return nil
	})
	return out, err
}

func (d Deps) getEvent(ctx context.Context, in *EventPath) (*eventOutput, error) {
	out := &eventOutput{}
	err := d.DB.Read(ctx, func(q *db.Tx) error {
		e, version, err := d.Matters.Event(ctx, q, in.EventCode)
		if err != nil {
			return err
		}
		out.Body, err = d.lifeEvent(ctx, q, e, version, in.lang())
		return err
	})
	return out, err
}

func (d Deps) putEvent(ctx context.Context, in *putEventInput) (*eventOutput, error) {
	b := in.Body.Entry
	e := matter.Event{Code: in.EventCode, Name: b.Name, NameEn: b.NameEn, Summary: b.Summary, SummaryEn: b.SummaryEn, Words: b.Words,
		Audience: catalog.HolderKind(b.Audience)}
	for _, s := range b.Steps {
		e.Steps = append(e.Steps, matter.EventStep{Matter: s.MatterCode, After: s.After})
	}
	err := d.DB.Write(ctx, func(tx *db.Tx) error {
		return d.Matters.PutEvent(ctx, tx, change.Of(actorFrom(ctx), in.Body.Reason), e, in.Body.Version)
	})
	if err != nil {
		return nil, err
	}
	return d.getEvent(ctx, &in.EventPath)
}

func (d Deps) lifeEvent(ctx context.Context, q *db.Tx, e matter.Event, version int64, lang string) (LifeEvent, error) {
	out := LifeEvent{Code: e.Code, Name: choose(lang, e.Name, e.NameEn), Summary: choose(lang, e.Summary, e.SummaryEn), Audience: string(e.Audience),
		Steps: []LifeEventStep{}, Parties: []string{}, Version: version}
	named := map[matter.Party]bool{}
	for _, s := range e.Steps {
		m, err := d.Matters.Get(ctx, q, s.Matter)
		if err != nil {
			return LifeEvent{}, err
		}
		unit, err := d.unitNamed(ctx, q, m.Unit, lang)
		if err != nil {
			return LifeEvent{}, err
		}
		x := LifeEventStep{Matter: Coded{Code: m.Code, Name: choose(lang, m.Name, m.NameEn)}, Unit: unit, ResultName: m.ResultName, Days: m.Days, After: []string{}}
		if m.Result != "" {
			c, err := d.typeNamed(ctx, q, m.Result, lang)
			if err != nil {
				return LifeEvent{}, err
			}
			x.ResultType = &c
		}
		for _, n := range s.After {
			x.After = append(x.After, e.Steps[n].Matter)
		}
		for _, p := range m.Parties() {
			named[p] = true
		}
		out.Steps = append(out.Steps, x)
	}
	for _, p := range []matter.Party{matter.Representative, matter.Spouse, matter.Child} {
		if named[p] {
			out.Parties = append(out.Parties, string(p))
		}
	}
	return out, nil
}

func registerEvent(api huma.API, d Deps) {
	huma.Register(api, open(huma.Operation{
		OperationID: "listEvents", Method: http.MethodGet, Path: "/api/v1/events", Tags: []string{tagEvent},
		Summary:     "一件事清单",
		Description: "Life events: several matters served by one application.",
	}), d.listEvents)
	huma.Register(api, open(huma.Operation{
		OperationID: "getEvent", Method: http.MethodGet, Path: "/api/v1/events/{eventCode}", Tags: []string{tagEvent},
		Summary:     "一件事指南",
		Description: "One life event with its matters in order.",
		Errors:      []int{http.StatusNotFound},
	}), d.getEvent)
	huma.Register(api, require(api, huma.Operation{
		OperationID: "putEvent", Method: http.MethodPut, Path: "/api/v1/events/{eventCode}", Tags: []string{tagEvent},
		Summary:     "设置一件事",
		Description: "Enter or change a life event. Applications already begun keep the matters they have.",
		Errors:      []int{http.StatusConflict},
	}, RoleMatters), d.putEvent)
}
