package httpapi

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"github.com/yinxin-org/yinxin/internal/change"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/workday"
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

func (d Deps) getCalendar(ctx context.Context, in *YearPath) (*calendarOutput, error) {
	out := &calendarOutput{}
	err := d.DB.Read(ctx, func(q *db.Tx) error {
		y, err := d.Calendar.Year(ctx, q, in.Year)
		out.Body = CalendarYear{Year: in.Year, Known: y.Version > 0, Days: []CalendarDay{}, Version: y.Version}
		for _, x := range y.Days {
			out.Body.Days = append(out.Body.Days, CalendarDay{Day: x.Date, Work: x.Work, Name: x.Name})
		}
		return err
	})
	return out, err
}

// changeCalendar runs a change and has this node follow it at once.
func (d Deps) changeCalendar(ctx context.Context, year YearPath, fn func(tx *db.Tx) error) (*calendarOutput, error) {
	if err := d.DB.Write(ctx, fn); err != nil {
		return nil, err
	}
	if err := d.Calendar.Reload(ctx); err != nil {
		return nil, err
	}
	return d.getCalendar(ctx, &year)
}

func (d Deps) setCalendarYear(ctx context.Context, in *yearSetInput) (*calendarOutput, error) {
	y := workday.Year{Year: in.Year, Version: in.Body.Version}
	for _, x := range in.Body.Days {
		y.Days = append(y.Days, workday.Day{Date: x.Day, Work: x.Work, Name: x.Name})
	}
	return d.changeCalendar(ctx, in.YearPath, func(tx *db.Tx) error {
		return d.Units.SetYear(ctx, tx, change.Of(actorFrom(ctx), in.Body.Reason), y)
	})
}

func (d Deps) setCalendarDay(ctx context.Context, in *daySetInput) (*calendarOutput, error) {
	var day *workday.Day
	if in.Body.Kind != "usual" {
		day = &workday.Day{Date: in.Day, Work: in.Body.Kind == "work", Name: in.Body.Name}
	}
	return d.changeCalendar(ctx, in.YearPath, func(tx *db.Tx) error {
		return d.Units.SetDay(ctx, tx, change.Of(actorFrom(ctx), in.Body.Reason), in.Year, in.Body.Version, in.Day, day)
	})
}
