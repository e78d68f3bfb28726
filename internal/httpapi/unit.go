package httpapi

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"
)

const tagUnit = "机构 Units"

// UnitBody is what is entered about a unit.
type UnitBody struct {
	Name     string `json:"name" minLength:"2" maxLength:"100"`
	NameEn   string `json:"nameEn,omitempty" maxLength:"200"`
	Short    string `json:"short,omitempty" maxLength:"40" doc:"简称"`
	Level    int    `json:"level" minimum:"1" maximum:"6" doc:"1 province, 2 city, 3 county, 4 town, 5 village, 6 outside the five levels"`
	Region   string `json:"region" pattern:"^[0-9]{6}$" doc:"行政区划代码, GB/T 2260, six digits; it must be known."`
	Area     string `json:"area,omitempty" pattern:"^[0-9]{6}([0-9]{3}([0-9]{3})?)?$" doc:"The exact place: 6, 9 or 12 digits that begin with region; absent: the region."`
	ParentID string `json:"parentId,omitempty" maxLength:"18" doc:"The unit above it."`
	Kind     string `json:"kind" enum:"government,delegate,verifier" doc:"机关, 受委托单位, 核验单位"`
}

// Unit is a unit with its place in the tree.
type Unit struct {
	ID string `json:"id" doc:"统一社会信用代码"`
	UnitBody
	ShownName  string     `json:"shownName" doc:"The name in the language asked for."`
	RegionName string     `json:"regionName,omitempty"`
	Path       []Named    `json:"path" doc:"The units above it, the topmost first."`
	State      string     `json:"state" enum:"active,merged,split,ended"`
	Successors []Named    `json:"successors" doc:"Who follows it, the chief one first; empty while it is active."`
	Children   int        `json:"children" doc:"How many active units stand directly under it."`
	EndedAt    *time.Time `json:"endedAt,omitempty"`
	Version    int64      `json:"version" doc:"Send it back with a change."`
}

// UnitRow is a unit in a list.
type UnitRow struct {
	ID       string `json:"id"`
	Name     string `json:"name"`
	Short    string `json:"short,omitempty"`
	Level    int    `json:"level"`
	Region   string `json:"region"`
	ParentID string `json:"parentId,omitempty"`
	Kind     string `json:"kind" enum:"government,delegate,verifier"`
	State    string `json:"state" enum:"active,merged,split,ended"`
	Children int    `json:"children" doc:"How many active units stand directly under it."`
}

type unitsInput struct {
	Language
	Page
	Query  string `query:"q" maxLength:"60" doc:"Words in the name, pinyin, initials of the pinyin, or code."`
	Level  int    `query:"level" minimum:"0" maximum:"6" default:"0" doc:"0: all."`
	Region string `query:"region" maxLength:"12" doc:"Regions that begin with this."`
	Kind   string `query:"kind" enum:"government,delegate,verifier"`
	State  string `query:"state" enum:"active,merged,split,ended" doc:"Absent: all."`
}

type unitRowsOutput struct {
	Body struct {
		Items []UnitRow `json:"items"`
		Total int       `json:"total"`
	}
}

// UnitPath names a unit in the address.
type UnitPath struct {
	Language
	UnitID string `path:"unitId" maxLength:"18"`
}

type unitOutput struct{ Body Unit }

type unitCreateInput struct {
	Language
	Body struct {
		ID string `json:"id" minLength:"18" maxLength:"18" doc:"统一社会信用代码"`
		UnitBody
		Why
	}
}

type unitUpdateInput struct {
	UnitPath
	Body struct {
		UnitBody
		Version int64 `json:"version"`
		Why
	}
}

type unitChildrenInput struct {
	UnitPath
	Page
	State string `query:"state" enum:"active,merged,split,ended" doc:"Absent: all."`
}

type rootsInput struct {
	Language
	Page
}

// UnitEvent is one entry of a unit's history.
type UnitEvent struct {
	At         time.Time `json:"at"`
	Kind       string    `json:"kind" enum:"created,renamed,moved,merged,absorbed,split,formed,handed-over,took-over,ended,succeeded"`
	Text       string    `json:"text" doc:"The kind in words."`
	Others     []Named   `json:"others" doc:"The other units that took part."`
	Types      []Coded   `json:"types" doc:"The license types that were handed over."`
	Before     string    `json:"before,omitempty" doc:"The former name, when it was renamed."`
	DecisionNo string    `json:"decisionNo,omitempty" doc:"文号"`
	Reason     string    `json:"reason"`
}

type unitHistoryOutput struct {
	Body struct {
		Items []UnitEvent `json:"items" doc:"The newest first."`
	}
}

type caretakerInput struct {
	UnitPath
	Type string `query:"type" maxLength:"21" doc:"Code of the license type; absent: for all that was not handed over apart."`
}

type caretakerOutput struct {
	Body struct {
		Unit  Named   `json:"unit" doc:"Who now answers for it."`
		Chain []Named `json:"chain" doc:"From the unit asked for to the one that now answers."`
	}
}

func registerUnit(api huma.API, d Deps) {
	huma.Register(api, open(huma.Operation{
		OperationID: "listUnits", Method: http.MethodGet, Path: "/api/v1/units", Tags: []string{tagUnit},
		Summary:     "查找机构",
		Description: "Find units by words, level, region, kind and state, in the order of level and code.",
	}), d.listUnits)
	huma.Register(api, open(huma.Operation{
		OperationID: "listRootUnits", Method: http.MethodGet, Path: "/api/v1/units/roots", Tags: []string{tagUnit},
		Summary:     "最上级机构",
		Description: "The active units with no unit above them: where the tree begins.",
	}), d.listRoots)
	huma.Register(api, require(api, huma.Operation{
		OperationID: "createUnit", Method: http.MethodPost, Path: "/api/v1/units", Tags: []string{tagUnit},
		Summary:       "登记机构",
		Description:   "Enter a unit. Its code is valid and not used before, its name is the only one among the active units beside it, the unit above it exists and is of no lower level.",
		DefaultStatus: http.StatusCreated,
		Errors:        []int{http.StatusConflict},
	}, RoleAdmin), d.createUnit)
	huma.Register(api, open(huma.Operation{
		OperationID: "getUnit", Method: http.MethodGet, Path: "/api/v1/units/{unitId}", Tags: []string{tagUnit},
		Summary:     "机构详情",
		Description: "One unit, also one that has ended.",
		Errors:      []int{http.StatusNotFound},
	}), d.getUnit)
	huma.Register(api, require(api, huma.Operation{
		OperationID: "updateUnit", Method: http.MethodPut, Path: "/api/v1/units/{unitId}", Tags: []string{tagUnit},
		Summary:     "修改机构",
		Description: "Change what is known of an active unit. Ending it is a re-organisation.",
		Errors:      []int{http.StatusNotFound, http.StatusConflict},
	}, RoleAdmin), d.updateUnit)
	huma.Register(api, open(huma.Operation{
		OperationID: "listUnitChildren", Method: http.MethodGet, Path: "/api/v1/units/{unitId}/children", Tags: []string{tagUnit},
		Summary:     "下级机构",
		Description: "The units directly under a unit.",
		Errors:      []int{http.StatusNotFound},
	}), d.listChildren)
	huma.Register(api, open(huma.Operation{
		OperationID: "listUnitHistory", Method: http.MethodGet, Path: "/api/v1/units/{unitId}/history", Tags: []string{tagUnit},
		Summary:     "机构沿革",
		Description: "What became of a unit: founded, renamed, merged, split, types handed over; with the number of each decision.",
		Errors:      []int{http.StatusNotFound},
	}), d.listUnitHistory)
	huma.Register(api, open(huma.Operation{
		OperationID: "getCaretaker", Method: http.MethodGet, Path: "/api/v1/units/{unitId}/caretaker", Tags: []string{tagUnit},
		Summary:     "现责任机构",
		Description: "Who now answers for licenses that a unit issued: itself, its successor, or whom it handed the type over to.",
		Errors:      []int{http.StatusNotFound},
	}), d.getCaretaker)
}

func (d Deps) listUnits(context.Context, *unitsInput) (*unitRowsOutput, error) { return nil, soon }

func (d Deps) listRoots(context.Context, *rootsInput) (*unitRowsOutput, error) { return nil, soon }

func (d Deps) createUnit(context.Context, *unitCreateInput) (*unitOutput, error) { return nil, soon }

func (d Deps) getUnit(context.Context, *UnitPath) (*unitOutput, error) { return nil, soon }

func (d Deps) updateUnit(context.Context, *unitUpdateInput) (*unitOutput, error) { return nil, soon }

func (d Deps) listChildren(context.Context, *unitChildrenInput) (*unitRowsOutput, error) {
	return nil, soon
}

func (d Deps) listUnitHistory(context.Context, *UnitPath) (*unitHistoryOutput, error) {
	return nil, soon
}

func (d Deps) getCaretaker(context.Context, *caretakerInput) (*caretakerOutput, error) {
	return nil, soon
}
