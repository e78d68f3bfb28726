package httpapi

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/yinxin-org/yinxin/internal/authn"
	"github.com/yinxin-org/yinxin/internal/clock"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/deadline"
)

const tagDeadline = "制证时限 Deadlines"

// Deadline is the duty to make licenses by a moment.
type Deadline struct {
	Kind     string     `json:"kind" enum:"case,offline,batch,stock,appeal,vertical" doc:"What brought the work about."`
	Subject  string     `json:"subject" doc:"Number of the case; id of the batch or the appeal."`
	Unit     Named      `json:"unit"`
	Type     Coded      `json:"type"`
	Licenses int        `json:"licenses"`
	OpenedAt time.Time  `json:"openedAt"`
	DueAt    time.Time  `json:"dueAt" doc:"The first instant that is too late."`
	Workdays int        `json:"workdaysLeft" doc:"Working days until it passes, negative since it has; of an ended one 0."`
	State    string     `json:"state" enum:"running,overdue,late,inTime"`
	Who      *Actor     `json:"who,omitempty" doc:"Who made them; of open ones whose work it is."`
	EndedAt  *time.Time `json:"endedAt,omitempty"`
}

// DeadlineCount is how a unit stands with its deadlines of a kind.
type DeadlineCount struct {
	Unit    Named      `json:"unit"`
	Kind    string     `json:"kind" enum:"case,offline,batch,stock,appeal,vertical"`
	Running int        `json:"running"`
	Overdue int        `json:"overdue"`
	Late    int        `json:"late"`
	InTime  int        `json:"inTime"`
	NextAt  *time.Time `json:"nextAt,omitempty" doc:"The first that is open."`
}

// Since bounds how far a board looks back.
type Since struct {
	Days int `query:"days" minimum:"1" maximum:"366" default:"30" doc:"Ended ones of how many days."`
}

type deadlinesInput struct {
	Language
	Page
	Since
	State string `query:"state" enum:"running,overdue,late,inTime" default:"overdue"`
	Kind  string `query:"kind" enum:"case,offline,batch,stock,appeal,vertical"`
}

type deadlinesOutput struct {
	Body struct {
		Items []Deadline `json:"items"`
		Total int        `json:"total"`
	}
}

type deadlineCountsInput struct {
	Language
	Since
}

type deadlineCountsOutput struct {
	Body struct {
		Items []DeadlineCount `json:"items"`
	}
}

func registerDeadline(api huma.API, d Deps) {
	readers := []string{RoleClerk, RoleApprover, RoleReviewer, RoleSupervisor}
	huma.Register(api, require(api, huma.Operation{
		OperationID: "listDeadlines", Method: http.MethodGet, Path: "/api/v1/deadlines", Tags: []string{tagDeadline},
		Summary:     "制证时限",
		Description: "Licenses to be made by a moment, in time or not, of the own unit; for who supervises also of the units beneath it.",
	}, readers...), d.listDeadlines)
	huma.Register(api, require(api, huma.Operation{
		OperationID: "countDeadlines", Method: http.MethodGet, Path: "/api/v1/deadlines/counts", Tags: []string{tagDeadline},
		Summary:     "制证时限的统计",
		Description: "How many licenses are owed, overdue, late and in time, by unit and by what brought them about.",
	}, readers...), d.countDeadlines)
}

// board is what the signed-in account may look at.
func (d Deps) board(ctx context.Context, s Since) deadline.Board {
	a := actorFrom(ctx)
	return deadline.Board{UnitID: a.UnitID, Below: a.Has(authn.RoleSupervisor), Since: clock.Date(d.Clock.Now()).AddDate(0, 0, 1-s.Days)}
}

func (d Deps) listDeadlines(ctx context.Context, in *deadlinesInput) (*deadlinesOutput, error) {
	out := &deadlinesOutput{}
	out.Body.Items = []Deadline{}
	board, state := d.board(ctx, in.Since), deadline.State(in.State)
	err := d.DB.Read(ctx, func(q *db.Tx) error {
		counts, err := d.Deadlines.Counts(ctx, q, board)
		if err != nil {
			return err
		}
		for _, c := range counts {
			if in.Kind == "" || in.Kind == string(c.Kind) {
				out.Body.Total += c.Of(state)
			}
		}
		found, err := d.Deadlines.List(ctx, q, board, state, deadline.Kind(in.Kind), in.Limit, in.Offset)
		if err != nil {
			return err
		}
		for _, x := range found {
			item, err := d.deadline(ctx, q, x, in.State, in.lang())
			if err != nil {
				return err
			}
			out.Body.Items = append(out.Body.Items, item)
		}
		return nil
	})
	return out, err
}

func (d Deps) deadline(ctx context.Context, q *db.Tx, x deadline.Deadline, state, lang string) (Deadline, error) {
	unit, err := d.unitNamed(ctx, q, x.UnitID, lang)
	if err != nil {
		return Deadline{}, err
	}
	out := Deadline{Kind: string(x.Kind), Subject: x.SubjectID, Unit: unit, Licenses: x.Licenses, State: state,
		OpenedAt: x.OpenedAt.In(clock.Shanghai), DueAt: x.DueAt.In(clock.Shanghai), EndedAt: beijing(x.EndedAt)}
	if x.Kind == deadline.Offline { // a case is known by its number; which system it lies in, nobody here asks
		out.Subject = x.SubjectID[strings.Index(x.SubjectID, "/")+1:]
	}
	who := x.AccountID
	if x.EndedAt.IsZero() {
		out.Workdays = d.Calendar.Left(d.Clock.Now(), x.DueAt)
	} else {
		who = x.EndedBy
	}
	t, err := d.Types.Latest(ctx, q, x.TypeCode)
	if err != nil {
		return Deadline{}, err
	}
	out.Type = typeName(t, lang)
	if who == "" {
		return out, nil
	}
	p, err := d.Accounts.PersonIn(ctx, q, who)
	if err != nil {
		return Deadline{}, err
	}
	out.Who = &Actor{Name: p.Name, Roles: append([]string{}, p.Roles...)}
	return out, nil
}

func (d Deps) countDeadlines(ctx context.Context, in *deadlineCountsInput) (*deadlineCountsOutput, error) {
	out := &deadlineCountsOutput{}
	out.Body.Items = []DeadlineCount{}
	err := d.DB.Read(ctx, func(q *db.Tx) error {
		counts, err := d.Deadlines.Counts(ctx, q, d.board(ctx, in.Since))
		if err != nil {
			return err
		}
		for _, c := range counts {
			unit, err := d.unitNamed(ctx, q, c.UnitID, in.lang())
			if err != nil {
				return err
			}
			out.Body.Items = append(out.Body.Items, DeadlineCount{Unit: unit, Kind: string(c.Kind), Running: c.Running, Overdue: c.Overdue,
				Late: c.Late, InTime: c.InTime, NextAt: beijing(c.Next)})
		}
		return nil
	})
	// What is most overdue stands first.
	slices.SortStableFunc(out.Body.Items, func(a, b DeadlineCount) int { return b.Overdue - a.Overdue })
	return out, err
}
