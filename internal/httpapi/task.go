package httpapi

import (
	"context"
	"maps"
	"net/http"
	"slices"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/yinxin-org/yinxin/internal/clock"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/task"
)

const tagTask = "待办 Tasks"

// Task is a piece of work that configuration gives to people.
type Task struct {
	Kind      string            `json:"kind" enum:"type-review,type-returned,type-outdated,list-review,matter-unbound,duty-vacant,calendar-year,import-errors,license-chase,license-overdue,commitment-overdue,commitment-broken,case-unconfirmed,case-contradicted,seal-approve,glass-report"`
	SubjectID string            `json:"subjectId"`
	Label     string            `json:"label" doc:"Name of the subject."`
	Unit      *Named            `json:"unit,omitempty" doc:"Whose work it is; absent: of whoever holds the role."`
	Role      string            `json:"role"`
	Detail    map[string]string `json:"detail"`
	CreatedAt time.Time         `json:"createdAt"`
	DueAt     *time.Time        `json:"dueAt,omitempty"`
	Workdays  *int              `json:"workdaysLeft,omitempty" doc:"Until dueAt; negative when overdue."`
	Late      bool              `json:"late"`
}

type tasksInput struct {
	Language
	Page
	Kind string `query:"kind" maxLength:"20"`
}

type tasksOutput struct {
	Body struct {
		Items []Task `json:"items"`
		Total int    `json:"total"`
	}
}

func registerTask(api huma.API, d Deps) {
	huma.Register(api, require(api, huma.Operation{
		OperationID: "listTasks", Method: http.MethodGet, Path: "/api/v1/tasks", Tags: []string{tagTask},
		Summary:     "我的待办",
		Description: "Work of configuration that waits for the signed-in account, the most urgent first.",
	}, staff...), d.listTasks)
}

func (d Deps) listTasks(ctx context.Context, in *tasksInput) (*tasksOutput, error) {
	out := &tasksOutput{}
	out.Body.Items = []Task{}
	err := d.DB.Read(ctx, func(q *db.Tx) error {
		all, err := d.Tasks.Open(ctx, q, actorFrom(ctx))
		if err != nil {
			return err
		}
		if in.Kind != "" {
			all = slices.DeleteFunc(all, func(t task.Task) bool { return string(t.Kind) != in.Kind })
		}
		out.Body.Total = len(all)
		for _, t := range all[min(in.Offset, len(all)):min(in.Offset+in.Limit, len(all))] {
			x := Task{Kind: string(t.Kind), SubjectID: t.SubjectID, Label: t.Label, Role: t.Role, Detail: map[string]string{},
				CreatedAt: t.CreatedAt.In(clock.Shanghai), DueAt: beijing(t.DueAt), Workdays: d.workdaysLeft(t.DueAt), Late: !t.DueAt.IsZero() && !d.Clock.Now().Before(t.DueAt)}
			maps.Copy(x.Detail, t.Detail)
			if t.Kind == task.LicenseOverdue && t.Detail["type"] != "" {
				named, err := d.typeNamed(ctx, q, t.Detail["type"], in.lang())
				if err != nil {
					return err
				}
				x.Label = named.Name
			}
			if t.UnitID != "" {
				u, err := d.unitNamed(ctx, q, t.UnitID, in.lang())
				if err != nil {
					return err
				}
				x.Unit = &u
			}
			out.Body.Items = append(out.Body.Items, x)
		}
		return nil
	})
	return out, err
}

// workdaysLeft are the working days until a deadline; nil where there is none.
func (d Deps) workdaysLeft(due time.Time) *int {
	if due.IsZero() {
		return nil
	}
	n := d.Calendar.Left(d.Clock.Now(), due)
	return &n
}
