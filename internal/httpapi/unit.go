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

func (d Deps) listUnits(ctx context.Context, in *unitsInput) (*unitRowsOutput, error) {
	return d.unitRows(ctx, in.lang(), org.Filter{Words: in.Query, Level: org.Level(in.Level), Region: in.Region, Kind: in.Kind,
		State: org.State(in.State), Limit: in.Limit, Offset: in.Offset})
}

func (d Deps) listRoots(ctx context.Context, in *rootsInput) (*unitRowsOutput, error) {
	return d.unitRows(ctx, in.lang(), org.Filter{Roots: true, State: org.Active, Limit: in.Limit, Offset: in.Offset})
}

func (d Deps) listChildren(ctx context.Context, in *unitChildrenInput) (*unitRowsOutput, error) {
	err := d.DB.Read(ctx, func(q *db.Tx) error {
		_, err := d.Units.Get(ctx, q, in.UnitID)
		return err
	})
	if err != nil {
		return nil, err
	}
	return d.unitRows(ctx, in.lang(), org.Filter{Parent: in.UnitID, State: org.State(in.State), Limit: in.Limit, Offset: in.Offset})
}

func (d Deps) unitRows(ctx context.Context, lang string, f org.Filter) (*unitRowsOutput, error) {
	out := &unitRowsOutput{}
	out.Body.Items = []UnitRow{}
	err := d.DB.Read(ctx, func(q *db.Tx) error {
		found, total, err := d.Units.Search(ctx, q, f)
		for _, u := range found {
			out.Body.Items = append(out.Body.Items, UnitRow{ID: u.ID, Name: choose(lang, u.Name, u.NameEn), Short: u.Short, Level: int(u.Level),
				Region: u.Region, ParentID: u.Parent, Kind: u.Kind, State: string(u.State), Children: u.Children})
		}
		out.Body.Total = total
		return err
	})
	return out, err
}

func (d Deps) getUnit(ctx context.Context, in *UnitPath) (*unitOutput, error) {
	return d.unitNow(ctx, in.UnitID, in.lang())
}

// unitNow is a unit as it stands: the answer to every change of it.
func (d Deps) unitNow(ctx context.Context, id, lang string) (*unitOutput, error) {
	out := &unitOutput{}
	err := d.DB.Read(ctx, func(q *db.Tx) error {
		u, err := d.Units.Get(ctx, q, id)
		if err != nil {
			return err
		}
		out.Body, err = d.unit(ctx, q, u, lang)
		return err
	})
	return out, err
}

func (d Deps) unit(ctx context.Context, q *db.Tx, u org.Unit, lang string) (Unit, error) {
	out := Unit{ID: u.ID, UnitBody: UnitBody{Name: u.Name, NameEn: u.NameEn, Short: u.Short, Level: int(u.Level), Region: u.Region, Area: u.Area,
		ParentID: u.Parent, Kind: u.Kind}, ShownName: choose(lang, u.Name, u.NameEn), Path: []Named{}, State: string(u.State),
		EndedAt: beijing(u.EndedAt), Version: u.Version}
	path, err := d.Units.Path(ctx, q, u)
	if err != nil {
		return Unit{}, err
	}
	for _, p := range path {
		out.Path = append(out.Path, Named{ID: p.ID, Name: choose(lang, p.Name, p.NameEn)})
	}
	if out.Successors, err = d.unitsNamed(ctx, q, u.Successors, lang); err != nil {
		return Unit{}, err
	}
	if out.Children, err = d.Units.Children(ctx, q, u.ID); err != nil {
		return Unit{}, err
	}
	region, err := d.Units.Region(ctx, q, u.Region)
	if err != nil && errs.Code(err) != "region.unknown" {
		return Unit{}, err
	}
	out.RegionName = choose(lang, region.Name, region.NameEn)
	return out, nil
}

func (d Deps) unitsNamed(ctx context.Context, q *db.Tx, ids []string, lang string) ([]Named, error) {
	out := []Named{}
	for _, id := range ids {
		n, err := d.unitNamed(ctx, q, id, lang)
		if err != nil {
			return nil, err
		}
		out = append(out, n)
	}
	return out, nil
}

// entered is a unit as the domain knows it.
func (b UnitBody) entered(id string, version int64) org.Unit {
	return org.Unit{ID: id, Name: b.Name, NameEn: b.NameEn, Short: b.Short, Level: org.Level(b.Level), Region: b.Region, Area: b.Area,
		Parent: b.ParentID, Kind: b.Kind, Version: version}
}

func (d Deps) createUnit(ctx context.Context, in *unitCreateInput) (*unitOutput, error) {
	by := change.Of(actorFrom(ctx), in.Body.Reason)
	err := d.DB.Write(ctx, func(tx *db.Tx) error {
		_, err := d.Units.Create(ctx, tx, by, in.Body.entered(in.Body.ID, 0))
		return err
	})
	if err != nil {
		return nil, err
	}
	return d.unitNow(ctx, in.Body.ID, in.lang())
}

func (d Deps) updateUnit(ctx context.Context, in *unitUpdateInput) (*unitOutput, error) {
	by := change.Of(actorFrom(ctx), in.Body.Reason)
	err := d.DB.Write(ctx, func(tx *db.Tx) error {
		_, err := d.Units.Update(ctx, tx, by, in.Body.entered(in.UnitID, in.Body.Version))
		return err
	})
	if err != nil {
		return nil, err
	}
	return d.unitNow(ctx, in.UnitID, in.lang())
}

var eventWords = map[org.EventKind][2]string{
	org.Created: {"登记", "entered"}, org.Renamed: {"更名", "renamed"}, org.Moved: {"调整上级", "moved under another unit"},
	org.WasMerged: {"合并", "merged into another unit"}, org.Absorbed: {"承继合并的机构", "took in merged units"},
	org.WasSplit: {"分立", "split"}, org.Formed: {"承继分立的机构", "formed from a split"},
	org.HandedOver: {"移交证照类型", "handed license types over"}, org.TookOver: {"接收证照类型", "took license types over"},
	org.WasEnded: {"撤销", "closed"}, org.Succeeded: {"承继撤销的机构", "followed a closed unit"},
}

func (d Deps) listUnitHistory(ctx context.Context, in *UnitPath) (*unitHistoryOutput, error) {
	out := &unitHistoryOutput{}
	out.Body.Items = []UnitEvent{}
	err := d.DB.Read(ctx, func(q *db.Tx) error {
		if _, err := d.Units.Get(ctx, q, in.UnitID); err != nil {
			return err
		}
		events, err := d.Units.History(ctx, q, in.UnitID)
		if err != nil {
			return err
		}
		for _, e := range events {
			words := eventWords[e.Kind]
			x := UnitEvent{At: e.At.In(clock.Shanghai), Kind: string(e.Kind), Text: choose(in.lang(), words[0], words[1]), Types: []Coded{},
				Before: e.Former, DecisionNo: e.DecisionNo, Reason: e.Reason}
			if x.Others, err = d.unitsNamed(ctx, q, e.Others, in.lang()); err != nil {
				return err
			}
			for _, code := range e.Types {
				t, err := d.typeNamed(ctx, q, code, in.lang())
				if err != nil {
					return err
				}
				x.Types = append(x.Types, t)
			}
			out.Body.Items = append(out.Body.Items, x)
		}
		return nil
	})
	return out, err
}

func (d Deps) getCaretaker(ctx context.Context, in *caretakerInput) (*caretakerOutput, error) {
	out := &caretakerOutput{}
	err := d.DB.Read(ctx, func(q *db.Tx) error {
		chain, err := d.Units.Chain(ctx, q, in.UnitID, in.Type)
		if err != nil {
			return err
		}
		if out.Body.Chain, err = d.unitsNamed(ctx, q, chain, in.lang()); err != nil {
			return err
		}
		out.Body.Unit = out.Body.Chain[len(chain)-1]
		return nil
	})
	return out, err
}
