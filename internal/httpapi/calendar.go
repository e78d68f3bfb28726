package httpapi

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"
)

const tagCalendar = "工作日历 Calendar"

// CalendarYear is the arrangement of a year's working days.
type CalendarYear struct {
	Year    int           `json:"year"`
	Known   bool          `json:"known" doc:"The arrangement has been entered. If not, deadlines that reach into the year are provisional: they know weekends only."`
	Days    []CalendarDay `json:"days" doc:"Days that depart from Monday to Friday, in order."`
	Version int64         `json:"version"`
}

// CalendarDay is a day that departs from Monday to Friday.
type CalendarDay struct {
	Day  string `json:"day" format:"date"`
	Work bool   `json:"work" doc:"true: a weekend day that is worked (调休); false: a weekday that is off."`
	Name string `json:"name,omitempty" maxLength:"40" doc:"The holiday."`
}

// YearPath names a year in the address.
type YearPath struct {
	Language
	Year int `path:"year" minimum:"2000" maximum:"2100"`
}

type calendarOutput struct{ Body CalendarYear }

type yearSetInput struct {
	YearPath
	Body struct {
		Days    []CalendarDay `json:"days" minItems:"1" maxItems:"120" doc:"All days that depart from Monday to Friday, as the State Council's notice gives them."`
		Version int64         `json:"version" doc:"0: the year was not known."`
		Why
	}
}

type daySetInput struct {
	YearPath
	Day  string `path:"day" format:"date"`
	Body struct {
		Kind    string `json:"kind" enum:"work,off,usual" doc:"Worked, off, or as its weekday says."`
		Name    string `json:"name,omitempty" maxLength:"40"`
		Version int64  `json:"version"`
		Why
	}
}

func registerCalendar(api huma.API, d Deps) {
	huma.Register(api, open(huma.Operation{
		OperationID: "getCalendar", Method: http.MethodGet, Path: "/api/v1/calendar/{year}", Tags: []string{tagCalendar},
		Summary:     "工作日历",
		Description: "The working days of a year, and whether its arrangement is known.",
	}), d.getCalendar)
	huma.Register(api, require(api, huma.Operation{
		OperationID: "setCalendarYear", Method: http.MethodPut, Path: "/api/v1/calendar/{year}", Tags: []string{tagCalendar},
		Summary:     "录入全年安排",
		Description: "Enter a year's arrangement as a list; the year is known from then on.",
		Errors:      []int{http.StatusConflict},
	}, RoleAdmin), d.setCalendarYear)
	huma.Register(api, require(api, huma.Operation{
		OperationID: "setCalendarDay", Method: http.MethodPut, Path: "/api/v1/calendar/{year}/days/{day}", Tags: []string{tagCalendar},
		Summary:     "修改一天",
		Description: "Change one day of a year that is known.",
		Errors:      []int{http.StatusConflict},
	}, RoleAdmin), d.setCalendarDay)
}

func (d Deps) getCalendar(context.Context, *YearPath) (*calendarOutput, error) { return nil, soon }

func (d Deps) setCalendarYear(context.Context, *yearSetInput) (*calendarOutput, error) {
	return nil, soon
}

func (d Deps) setCalendarDay(context.Context, *daySetInput) (*calendarOutput, error) {
	return nil, soon
}
