package httpapi

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/yinxin-org/yinxin/internal/change"
	"github.com/yinxin-org/yinxin/internal/clock"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/errs"
	"github.com/yinxin-org/yinxin/internal/org"
	"github.com/yinxin-org/yinxin/internal/push"
)

const tagPush = "状态推送 Events"

// LicenseEvent is a change of a license; nothing in it is personal.
type LicenseEvent struct {
	Cursor     int64     `json:"cursor" doc:"Its place in the log; a repeat has the same."`
	Identifier string    `json:"identifier"`
	TypeCode   string    `json:"typeCode"`
	IssuerID   string    `json:"issuerId"`
	VersionNo  int       `json:"versionNo"`
	Seq        int       `json:"seq" doc:"Its place in the life of the license."`
	Action     string    `json:"action" doc:"publish, lost, found, suspended, release, or what ended it."`
	At         time.Time `json:"at"`
	State      string    `json:"state" doc:"As the license stands when it is told."`
}

type changesReadInput struct {
	Language
	Signature
	RawBody []byte
	Body    struct {
		After     int64    `json:"after" minimum:"-1" doc:"The cursor of the last answer; -1 from the beginning."`
		TypeCodes []string `json:"typeCodes,omitempty" maxItems:"200"`
		Limit     int      `json:"limit,omitempty" minimum:"1" maximum:"500" default:"100"`
	}
}

type changesReadOutput struct {
	Body struct {
		Items []LicenseEvent `json:"items"`
		Next  int64          `json:"next" doc:"The cursor to go on from."`
		More  bool           `json:"more"`
	}
}

// Subscription is a system that is told of changes, and where.
type Subscription struct {
	ID           string     `json:"id"`
	System       Named      `json:"system"`
	Unit         Named      `json:"unit"`
	URL          string     `json:"url"`
	About        string     `json:"about" enum:"issued,used"`
	TypeCodes    []string   `json:"typeCodes" doc:"Empty: all that the unit issues."`
	State        string     `json:"state" enum:"on,paused,ended"`
	Behind       int64      `json:"behind" doc:"Places of the log that are still to be looked at for it."`
	Told         int        `json:"told" doc:"Events that arrived."`
	Failures     int        `json:"failures" doc:"Tries in a row that did not arrive."`
	FailingSince *time.Time `json:"failingSince,omitempty"`
	NextAt       *time.Time `json:"nextAt,omitempty" doc:"Not tried before."`
	ToldAt       *time.Time `json:"toldAt,omitempty" doc:"When something arrived last."`
	CreatedAt    time.Time  `json:"createdAt"`
}

type subscriptionsOutput struct {
	Body struct {
		Items []Subscription `json:"items"`
	}
}

type subscribeInput struct {
	SystemPath
	Body struct {
		URL       string   `json:"url" maxLength:"300"`
		About     string   `json:"about,omitempty" enum:"issued,used" doc:"issued: licenses that the system's unit issues; used: those that the system used in cases which are open."`
		TypeCodes []string `json:"typeCodes,omitempty" maxItems:"200"`
		Why
	}
}

type subscriptionOutput struct{ Body Subscription }

type steerSubscriptionInput struct {
	Language
	SubscriptionID string `path:"subscriptionId" format:"uuid"`
	Body           struct {
		State string `json:"state" enum:"on,paused,ended" doc:"on: from where it stood, at once."`
		Why
	}
}

func registerPush(api huma.API, d Deps) {
	huma.Register(api, open(huma.Operation{
		OperationID: "readEvents", Method: http.MethodPost, Path: eventsPath, Tags: []string{tagPush}, Summary: "读取证照状态变更",
		Errors:      []int{http.StatusUnauthorized},
		Description: "A department's system reads, signed, what happened to the licenses that its unit issues, in the order of the log, from a cursor on.",
	}), d.readEvents)
	readers := []string{RoleDigital, RoleAdmin, RoleCatalog}
	huma.Register(api, require(api, huma.Operation{
		OperationID: "listSubscriptions", Method: http.MethodGet, Path: "/api/v1/subscriptions", Tags: []string{tagPush}, Summary: "推送",
		Description: "Systems that are told of changes, how far they are, and which do not answer.",
	}, readers...), d.listSubscriptions)
	huma.Register(api, require(api, huma.Operation{
		OperationID: "subscribe", Method: http.MethodPost, Path: "/api/v1/systems/{systemId}/subscriptions", Tags: []string{tagPush}, Summary: "登记推送",
		Description:   "Tell a system of the ledger of changes of its unit's licenses from now on, by signed messages to an address.",
		DefaultStatus: http.StatusCreated, Errors: []int{http.StatusNotFound},
	}, RoleDigital, RoleCatalog), d.subscribe)
	huma.Register(api, require(api, huma.Operation{
		OperationID: "setSubscription", Method: http.MethodPost, Path: "/api/v1/subscriptions/{subscriptionId}/state", Tags: []string{tagPush}, Summary: "暂停、继续或停用推送",
		Description: "Pause, let go on at once from where it stood, or end.", Errors: []int{http.StatusNotFound, http.StatusConflict},
	}, RoleDigital, RoleCatalog), d.setSubscription)
}

const eventsPath = "/api/v1/feed/events"

func (d Deps) readEvents(ctx context.Context, in *changesReadInput) (*changesReadOutput, error) {
	x, err := d.sender(ctx, in.Signature, eventsPath, in.RawBody)
	if err != nil {
		return nil, err
	}
	out := &changesReadOutput{}
	out.Body.Items = []LicenseEvent{}
	err = d.DB.Read(ctx, func(q *db.Tx) error {
		events, next, err := d.Push.Events(ctx, q, x.Unit, in.Body.TypeCodes, in.Body.After, in.Body.Limit)
		if err != nil {
			return err
		}
		last, err := d.Push.Last(ctx, q)
		out.Body.Next, out.Body.More = next, next < last
		for _, e := range events {
			out.Body.Items = append(out.Body.Items, LicenseEvent{Cursor: e.Cursor, Identifier: e.Identifier, TypeCode: e.TypeCode, IssuerID: e.IssuerID,
				VersionNo: e.VersionNo, Seq: e.Seq, Action: e.Action, At: e.At.In(clock.Shanghai), State: string(e.State)})
		}
		return err
	})
	return out, err
}

func (d Deps) subscription(ctx context.Context, q *db.Tx, s push.Subscription, last int64, lang string) (Subscription, error) {
	x, err := d.Units.System(ctx, q, s.SystemID)
	if errs.Code(err) == "system.unknown" { // taken off the ledger a moment ago
		x, err = org.System{ID: s.SystemID, Name: s.SystemID}, nil
	}
	if err != nil {
		return Subscription{}, err
	}
	unit, err := d.unitNamed(ctx, q, x.Unit, lang)
	return Subscription{ID: s.ID, System: Named{ID: x.ID, Name: x.Name}, Unit: unit, URL: s.URL, About: string(s.About), TypeCodes: append([]string{}, s.Types...),
		State: string(s.State), Behind: last - s.Cursor, Told: s.Told, Failures: s.Failures, FailingSince: beijing(s.FailingSince),
		NextAt: beijing(s.NextAt), ToldAt: beijing(s.ToldAt), CreatedAt: s.CreatedAt.In(clock.Shanghai)}, err
}

func (d Deps) listSubscriptions(ctx context.Context, in *struct{ Language }) (*subscriptionsOutput, error) {
	out := &subscriptionsOutput{}
	out.Body.Items = []Subscription{}
	own := ownUnit(actorFrom(ctx), RoleDigital, RoleAdmin)
	err := d.DB.Read(ctx, func(q *db.Tx) error {
		last, err := d.Push.Last(ctx, q)
		if err != nil {
			return err
		}
		found, err := d.Push.List(ctx, q, "")
		if err != nil {
			return err
		}
		for _, s := range found {
			x, err := d.subscription(ctx, q, s, last, in.lang())
			if err != nil {
				return err
			}
			if own == "" || x.Unit.ID == own {
				out.Body.Items = append(out.Body.Items, x)
			}
		}
		return nil
	})
	return out, err
}

// changeSubscription runs a change of a system's subscriptions, for the digital office or the officer of its unit.
func (d Deps) changeSubscription(ctx context.Context, lang string, systemOf func(tx *db.Tx) (string, error), do func(tx *db.Tx) (push.Subscription, error)) (*subscriptionOutput, error) {
	out := &subscriptionOutput{}
	err := d.DB.Write(ctx, func(tx *db.Tx) error {
		id, err := systemOf(tx)
		if err != nil {
			return err
		}
		x, err := d.Units.System(ctx, tx, id)
		if err != nil {
			return err
		}
		if err := d.ownSystem(ctx, tx, x.ID, x.Unit); err != nil {
			return err
		}
		s, err := do(tx)
		if err != nil {
			return err
		}
		last, err := d.Push.Last(ctx, tx)
		if err != nil {
			return err
		}
		out.Body, err = d.subscription(ctx, tx, s, last, lang)
		return err
	})
	return out, err
}

func (d Deps) subscribe(ctx context.Context, in *subscribeInput) (*subscriptionOutput, error) {
	return d.changeSubscription(ctx, in.lang(), func(*db.Tx) (string, error) { return in.SystemID, nil }, func(tx *db.Tx) (push.Subscription, error) {
		return d.Push.Subscribe(ctx, tx, change.Of(actorFrom(ctx), in.Body.Reason), push.Subscription{SystemID: in.SystemID, URL: in.Body.URL, About: push.About(in.Body.About), Types: in.Body.TypeCodes})
	})
}

func (d Deps) setSubscription(ctx context.Context, in *steerSubscriptionInput) (*subscriptionOutput, error) {
	systemOf := func(tx *db.Tx) (string, error) {
		s, err := d.Push.Get(ctx, tx, in.SubscriptionID)
		return s.SystemID, err
	}
	return d.changeSubscription(ctx, in.lang(), systemOf, func(tx *db.Tx) (push.Subscription, error) {
		return d.Push.Set(ctx, tx, change.Of(actorFrom(ctx), in.Body.Reason), in.SubscriptionID, push.State(in.Body.State))
	})
}
