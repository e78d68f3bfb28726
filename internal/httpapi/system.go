package httpapi

import (
	"bytes"
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/yinxin-org/yinxin/internal/change"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/errs"
	"github.com/yinxin-org/yinxin/internal/org"
)

const tagSystem = "接入台账 Systems"

// SystemBody is what is entered about a department's own system (自建系统).
type SystemBody struct {
	UnitID     string   `json:"unitId" minLength:"18" maxLength:"18" doc:"The owner."`
	Name       string   `json:"name" minLength:"2" maxLength:"100"`
	Matters    []string `json:"matters" maxItems:"2000" doc:"Codes of the matters handled in it."`
	Connection string   `json:"connection" enum:"none,manual,api,exchange" doc:"none 未接入, manual 人工导入, api 接口, exchange 数据交换; the last two count as connected."`
	Since      string   `json:"since,omitempty" format:"date" doc:"Connected since; required if it is connected."`
	Health     string   `json:"health" enum:"ok,degraded,down,unknown"`
	Gaps       string   `json:"gaps,omitempty" maxLength:"1000" doc:"What is still missing, in words."`
}

// System is an entry of the ledger.
type System struct {
	ID string `json:"id"`
	SystemBody
	Unit        Named             `json:"unit"`
	MatterNames map[string]string `json:"matterNames,omitempty" doc:"By code; of one entry that is asked for, not in the list."`
	HealthAt    *time.Time        `json:"healthAt,omitempty" doc:"When the health was last looked at."`
	Version     int64             `json:"version"`
}

type systemsInput struct {
	Language
	Page
	SystemFilter
}

// SystemFilter narrows the ledger.
type SystemFilter struct {
	Query      string `query:"q" maxLength:"60" doc:"Words in the name, pinyin or its initials."`
	Unit       string `query:"unitId" maxLength:"18"`
	Connection string `query:"connection" enum:"none,manual,api,exchange"`
	Health     string `query:"health" enum:"ok,degraded,down,unknown"`
}

type systemsOutput struct {
	Body struct {
		Items []System `json:"items"`
		Total int      `json:"total"`
	}
}

// SystemPath names an entry of the ledger in the address.
type SystemPath struct {
	Language
	SystemID string `path:"systemId" format:"uuid"`
}

type systemOutput struct{ Body System }

type systemCreateInput struct {
	Language
	Body struct {
		SystemBody
		Why
	}
}

type systemUpdateInput struct {
	SystemPath
	Body struct {
		SystemBody
		Version int64 `json:"version"`
		Why
	}
}

type systemRemoveInput struct {
	SystemPath
	Body struct {
		Version int64 `json:"version"`
		Why
	}
}

// SystemCoverage counts matters by whether the system that handles them is connected.
type SystemCoverage struct {
	Unit      *Named `json:"unit,omitempty" doc:"Absent: all units together."`
	Systems   int    `json:"systems"`
	Connected int    `json:"connected" doc:"Systems that are connected."`
	Matters   int    `json:"matters" doc:"Matters listed."`
	Covered   int    `json:"covered" doc:"Matters of connected systems."`
}

type coverageOutput struct {
	Body struct {
		All    SystemCoverage   `json:"all"`
		ByUnit []SystemCoverage `json:"byUnit"`
	}
}

type exportInput struct {
	Language
	SystemFilter
}

// csvFile is an answer that is a table for a spreadsheet.
type csvFile struct {
	ContentType string `header:"Content-Type"`
	Disposition string `header:"Content-Disposition"`
	Body        []byte
}

func registerSystem(api huma.API, d Deps) {
	readers := []string{RoleDigital, RoleAdmin, RoleMatters, RoleCatalog}
	huma.Register(api, require(api, huma.Operation{
		OperationID: "listSystems", Method: http.MethodGet, Path: "/api/v1/systems", Tags: []string{tagSystem},
		Summary:     "接入台账",
		Description: "Departments' own systems and how they are connected.",
	}, readers...), d.listSystems)
	huma.Register(api, require(api, huma.Operation{
		OperationID: "createSystem", Method: http.MethodPost, Path: "/api/v1/systems", Tags: []string{tagSystem},
		Summary:       "登记自建系统",
		Description:   "Enter a system. A unit's officer enters the own unit's.",
		DefaultStatus: http.StatusCreated,
		Errors:        []int{http.StatusNotFound, http.StatusConflict},
	}, RoleDigital, RoleCatalog), d.createSystem)
	huma.Register(api, require(api, huma.Operation{
		OperationID: "getSystemCoverage", Method: http.MethodGet, Path: "/api/v1/systems/coverage", Tags: []string{tagSystem},
		Summary:     "接入率",
		Description: "Matters of connected systems out of all matters listed, in all and by unit.",
	}, readers...), d.systemCoverage)
	huma.Register(api, require(api, huma.Operation{
		OperationID: "exportSystems", Method: http.MethodGet, Path: "/api/v1/systems/export", Tags: []string{tagSystem},
		Summary:     "导出接入台账",
		Description: "The ledger as CSV (UTF-8 with mark, for spreadsheets).",
	}, readers...), d.exportSystems)
	huma.Register(api, require(api, huma.Operation{
		OperationID: "getSystem", Method: http.MethodGet, Path: "/api/v1/systems/{systemId}", Tags: []string{tagSystem},
		Summary:     "自建系统详情",
		Description: "One system.",
		Errors:      []int{http.StatusNotFound},
	}, readers...), d.getSystem)
	huma.Register(api, require(api, huma.Operation{
		OperationID: "updateSystem", Method: http.MethodPut, Path: "/api/v1/systems/{systemId}", Tags: []string{tagSystem},
		Summary:     "修改自建系统",
		Description: "Change an entry. A unit's officer changes the own unit's.",
		Errors:      []int{http.StatusNotFound, http.StatusConflict},
	}, RoleDigital, RoleCatalog), d.updateSystem)
	huma.Register(api, require(api, huma.Operation{
		OperationID: "removeSystem", Method: http.MethodPost, Path: "/api/v1/systems/{systemId}/removal", Tags: []string{tagSystem},
		Summary:     "移出台账",
		Description: "Take an entry off the ledger; the trail keeps what it was.",
		Errors:      []int{http.StatusNotFound, http.StatusConflict},
	}, RoleDigital, RoleCatalog), d.removeSystem)
}

func (f SystemFilter) domain(limit, offset int) org.SystemFilter {
	return org.SystemFilter{Words: f.Query, Unit: f.Unit, Connection: f.Connection, Health: f.Health, Limit: limit, Offset: offset}
}

func (d Deps) listSystems(ctx context.Context, in *systemsInput) (*systemsOutput, error) {
	out := &systemsOutput{}
	out.Body.Items = []System{}
	err := d.DB.Read(ctx, func(q *db.Tx) error {
		found, total, err := d.Units.Systems(ctx, q, in.domain(in.Limit, in.Offset))
		if err != nil {
			return err
		}
		out.Body.Total = total
		for _, x := range found {
			s, err := d.system(ctx, q, x, in.lang())
			if err != nil {
				return err
			}
			out.Body.Items = append(out.Body.Items, s)
		}
		return nil
	})
	return out, err
}

func (d Deps) system(ctx context.Context, q *db.Tx, x org.System, lang string) (System, error) {
	unit, err := d.unitNamed(ctx, q, x.Unit, lang)
	return System{ID: x.ID, SystemBody: SystemBody{UnitID: x.Unit, Name: x.Name, Matters: append([]string{}, x.Matters...), Connection: x.Connection,
		Since: x.Since, Health: x.Health, Gaps: x.Gaps}, Unit: unit, HealthAt: beijing(x.HealthAt), Version: x.Version}, err
}

func (d Deps) getSystem(ctx context.Context, in *SystemPath) (*systemOutput, error) {
	out := &systemOutput{}
	err := d.DB.Read(ctx, func(q *db.Tx) error {
		x, err := d.Units.System(ctx, q, in.SystemID)
		if err != nil {
			return err
		}
		out.Body, err = d.namedSystem(ctx, q, x, in.lang())
		return err
	})
	return out, err
}

// namedSystem is an entry with the names of its matters.
func (d Deps) namedSystem(ctx context.Context, q *db.Tx, x org.System, lang string) (System, error) {
	s, err := d.system(ctx, q, x, lang)
	if err != nil {
		return System{}, err
	}
	s.MatterNames = map[string]string{}
	for _, code := range s.Matters {
		m, err := d.matterNamed(ctx, q, code, lang)
		if err != nil {
			return System{}, err
		}
		s.MatterNames[code] = m.Name
	}
	return s, nil
}

// ownSystem refuses a unit's officer who enters or changes another unit's system.
func (d Deps) ownSystem(ctx context.Context, tx *db.Tx, id, unitID string) error {
	own := ownUnit(actorFrom(ctx), RoleDigital)
	if own == "" {
		return nil
	}
	if id != "" {
		x, err := d.Units.System(ctx, tx, id)
		if err != nil {
			return err
		}
		if x.Unit != own {
			return errs.New(errs.Denied, "unit.not-own")
		}
	}
	if unitID != own {
		return errs.New(errs.Denied, "unit.not-own").On("unitId")
	}
	return nil
}

func (d Deps) saveSystem(ctx context.Context, b SystemBody, id string, version int64, reason, lang string) (*systemOutput, error) {
	out := &systemOutput{}
	err := d.DB.Write(ctx, func(tx *db.Tx) error {
		if err := d.ownSystem(ctx, tx, id, b.UnitID); err != nil {
			return err
		}
		x, err := d.Units.SaveSystem(ctx, tx, change.Of(actorFrom(ctx), reason), org.System{ID: id, Unit: b.UnitID, Name: b.Name,
			Matters: slices.Clone(b.Matters), Connection: b.Connection, Since: b.Since, Health: b.Health, Gaps: b.Gaps, Version: version})
		if err != nil {
			return err
		}
		out.Body, err = d.namedSystem(ctx, tx, x, lang)
		return err
	})
	return out, err
}

func (d Deps) createSystem(ctx context.Context, in *systemCreateInput) (*systemOutput, error) {
	return d.saveSystem(ctx, in.Body.SystemBody, "", 0, in.Body.Reason, in.lang())
}

func (d Deps) updateSystem(ctx context.Context, in *systemUpdateInput) (*systemOutput, error) {
	return d.saveSystem(ctx, in.Body.SystemBody, in.SystemID, in.Body.Version, in.Body.Reason, in.lang())
}

func (d Deps) removeSystem(ctx context.Context, in *systemRemoveInput) (*struct{}, error) {
	return nil, d.DB.Write(ctx, func(tx *db.Tx) error {
		x, err := d.Units.System(ctx, tx, in.SystemID)
		if err != nil {
			return err
		}
		if err := d.ownSystem(ctx, tx, x.ID, x.Unit); err != nil {
			return err
		}
		return d.Units.RemoveSystem(ctx, tx, change.Of(actorFrom(ctx), in.Body.Reason), x.ID, in.Body.Version)
	})
}

func (d Deps) systemCoverage(ctx context.Context, in *struct{ Language }) (*coverageOutput, error) {
	out := &coverageOutput{}
	out.Body.ByUnit = []SystemCoverage{}
	err := d.DB.Read(ctx, func(q *db.Tx) error {
		found, err := d.Units.SystemCoverage(ctx, q)
		if err != nil {
			return err
		}
		for _, x := range found {
			c := SystemCoverage{Systems: x.Systems, Connected: x.Connected, Matters: x.Matters, Covered: x.Covered}
			if x.Unit == "" {
				out.Body.All = c
				continue
			}
			unit, err := d.unitNamed(ctx, q, x.Unit, in.lang())
			if err != nil {
				return err
			}
			c.Unit = &unit
			out.Body.ByUnit = append(out.Body.ByUnit, c)
		}
		return nil
	})
	return out, err
}

// mostExported bounds the rows of an export.
const mostExported = 100_000

func (d Deps) exportSystems(ctx context.Context, in *exportInput) (*csvFile, error) {
	var table bytes.Buffer
	table.WriteString("\ufeff")
	w := csv.NewWriter(&table)
	head := []string{"机构代码", "机构", "系统", "接入方式", "接入日期", "运行状况", "事项数", "事项代码", "差距"}
	if in.lang() == "en" {
		head = []string{"unit code", "unit", "system", "connection", "since", "health", "matters", "matter codes", "gaps"}
	}
	if err := w.Write(head); err != nil {
		return nil, fmt.Errorf("write table: %w", err)
	}
	err := d.DB.Read(ctx, func(q *db.Tx) error {
		found, _, err := d.Units.Systems(ctx, q, in.domain(mostExported, 0))
		if err != nil {
			return err
		}
		for _, x := range found {
			unit, err := d.unitNamed(ctx, q, x.Unit, in.lang())
			if err != nil {
				return err
			}
			err = w.Write([]string{x.Unit, inert(unit.Name), inert(x.Name), x.Connection, x.Since, x.Health, itoa(len(x.Matters)),
				strings.Join(x.Matters, " "), inert(x.Gaps)})
			if err != nil {
				return fmt.Errorf("write table: %w", err)
			}
		}
		return nil
	})
	w.Flush()
	return &csvFile{ContentType: "text/csv; charset=utf-8", Disposition: `attachment; filename="systems.csv"`, Body: table.Bytes()},
		errors.Join(err, w.Error())
}

// inert keeps a spreadsheet from taking a text for a formula.
func inert(text string) string {
	if text != "" && strings.ContainsRune("=+-@\t\r", rune(text[0])) {
		return "'" + text
	}
	return text
}
