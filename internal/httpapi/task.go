package httpapi

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"
)

const tagTask = "待办 Tasks"

// Task is a piece of work that configuration gives to people.
type Task struct {
	Kind      string            `json:"kind" enum:"type-review,type-returned,type-outdated,list-review,matter-unbound,duty-vacant,calendar-year,import-errors"`
	SubjectID string            `json:"subjectId"`
	Label     string            `json:"label" doc:"Name of the subject."`
	Unit      *Named            `json:"unit,omitempty" doc:"Whose work it is; absent: of whoever holds the role."`
	Role      string            `json:"role"`
	Detail    map[string]string `json:"detail"`
	CreatedAt time.Time         `json:"createdAt"`
	DueAt     *time.Time        `json:"dueAt,omitempty"`
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

func (d Deps) listTasks(context.Context, *tasksInput) (*tasksOutput, error) { return nil, soon }
