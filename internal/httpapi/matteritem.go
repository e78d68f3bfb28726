package httpapi

import (
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/yinxin-org/yinxin/internal/matter"
)

// ItemView is an item of the catalogue of matters: what all five levels share.
type ItemView struct {
	Item    matter.Item `json:"item"`
	Matters int         `json:"matters" doc:"How many matters, on all levels, it has."`
	Version int64       `json:"version"`
}

type itemsInput struct {
	Language
	Page
	Query string `query:"q" maxLength:"60" doc:"Words in the name or code, pinyin, or its initials."`
}

type itemsOutput struct {
	Body struct {
		Items []ItemView `json:"items"`
		Total int        `json:"total"`
	}
}

// ItemPath names an item in the address.
type ItemPath struct {
	Language
	BaseCode string `path:"baseCode" pattern:"^[0-9]{12}$"`
}

type itemOutput struct{ Body ItemView }

type putItemInput struct {
	ItemPath
	Body struct {
		Item    matter.Item `json:"item"`
		Version int64       `json:"version" minimum:"0" doc:"As read; 0: the item is new."`
		Why
	}
}

// EntryView is what one unit adds to its item.
type EntryView struct {
	Entry    matter.Entry `json:"entry"`
	Version  int64        `json:"version"`
	Elements []Element    `json:"elements" doc:"The fifteen elements, and in which of them the matter differs from its item."`
}

// Element is one of the fifteen elements that all levels share (五级十五同).
type Element struct {
	Key     string `json:"key"`
	Name    string `json:"name"`
	Differs bool   `json:"differs"`
}

type entryOutput struct{ Body EntryView }

type putEntryInput struct {
	MatterPath
	Body struct {
		Entry   matter.Entry `json:"entry"`
		Version int64        `json:"version" minimum:"0" doc:"As read; 0: the matter is new."`
		Why
	}
}

// MatterSync is how far the matter office's system has been read.
type MatterSync struct {
	Configured bool       `json:"configured" doc:"Whether a source is set (matter_source)."`
	Complete   bool       `json:"complete" doc:"The source had nothing more when it was last read."`
	Pages      int64      `json:"pages"`
	Changed    int64      `json:"changed" doc:"Rows taken: items and matters that were new or had changed."`
	Unchanged  int64      `json:"unchanged"`
	Older      int64      `json:"older" doc:"Rows left out because a newer revision is here."`
	Broken     int64      `json:"broken" doc:"Rows that could not be taken; see the findings."`
	ReadAt     *time.Time `json:"readAt,omitempty"`
	CompleteAt *time.Time `json:"completeAt,omitempty"`
	Fault      *Reason    `json:"fault,omitempty" doc:"What stopped the last run."`
}

type syncOutput struct{ Body MatterSync }

// SyncFinding is a row of the source that could not be taken.
type SyncFinding struct {
	Key      string    `json:"key" doc:"Code of the item or matter, or place in the source."`
	Revision int64     `json:"revision"`
	Reason   Reason    `json:"reason"`
	Field    string    `json:"field,omitempty"`
	FoundAt  time.Time `json:"foundAt"`
}

type findingsInput struct {
	Language
	Page
}

type findingsOutput struct {
	Body struct {
		Items []SyncFinding `json:"items"`
		Total int           `json:"total"`
	}
}

type whyInput struct {
	Language
	Body struct{ Why }
}

func registerMatterItem(api huma.API, d Deps) {
	huma.Register(api, require(api, huma.Operation{
		OperationID: "listMatterItems", Method: http.MethodGet, Path: "/api/v1/matter-items", Tags: []string{tagMatter},
		Summary:     "查找基本目录项",
		Description: "Find items of the catalogue of matters; each is shared by its matters on all five levels.",
	}, RoleMatters, RoleCatalog, RoleDigital), d.listItems)
	huma.Register(api, require(api, huma.Operation{
		OperationID: "getMatterItem", Method: http.MethodGet, Path: "/api/v1/matter-items/{baseCode}", Tags: []string{tagMatter},
		Summary:     "基本目录项详情",
		Description: "One item of the catalogue of matters.",
		Errors:      []int{http.StatusNotFound},
	}, RoleMatters, RoleCatalog, RoleDigital), d.getItem)
	huma.Register(api, require(api, huma.Operation{
		OperationID: "putMatterItem", Method: http.MethodPut, Path: "/api/v1/matter-items/{baseCode}", Tags: []string{tagMatter},
		Summary: "录入或修改基本目录项",
		Description: "Enter or change an item; its matters on all levels change at once. Owners of bound license types get a task. " +
			"Bindings given with materials replace those there are; materials without any keep theirs.",
		Errors: []int{http.StatusConflict, http.StatusUnprocessableEntity},
	}, RoleMatters), d.putItem)
	huma.Register(api, require(api, huma.Operation{
		OperationID: "getMatterEntry", Method: http.MethodGet, Path: "/api/v1/matters/{matterCode}/entry", Tags: []string{tagMatter},
		Summary:     "实施清单自有内容",
		Description: "What the unit of a matter set itself, and in which elements it differs from its item.",
		Errors:      []int{http.StatusNotFound},
	}, RoleMatters, RoleCatalog, RoleDigital), d.getEntry)
	huma.Register(api, require(api, huma.Operation{
		OperationID: "putMatterEntry", Method: http.MethodPut, Path: "/api/v1/matters/{matterCode}/entry", Tags: []string{tagMatter},
		Summary:     "录入或修改实施清单",
		Description: "Enter or change what a unit adds to an item. A unit's own officer changes matters of that unit, and no overrides.",
		Errors:      []int{http.StatusNotFound, http.StatusConflict, http.StatusUnprocessableEntity},
	}, RoleMatters, RoleCatalog), d.putEntry)
	huma.Register(api, require(api, huma.Operation{
		OperationID: "getMatterSync", Method: http.MethodGet, Path: "/api/v1/matters/sync", Tags: []string{tagMatter},
		Summary:     "事项同步情况",
		Description: "How far the matter office's system has been read, and what stopped the last run.",
	}, RoleMatters, RoleDigital), d.getSync)
	huma.Register(api, require(api, huma.Operation{
		OperationID: "syncMatters", Method: http.MethodPost, Path: "/api/v1/matters/sync", Tags: []string{tagMatter},
		Summary: "立即同步事项",
		Description: "Read the matter office's system from where the last run ended. What was read stays read; a run that breaks off goes on " +
			"from there. Rows that cannot be taken stop nothing and stand among the findings.",
		Errors: []int{http.StatusConflict, http.StatusServiceUnavailable},
	}, RoleMatters), d.syncMatters)
	huma.Register(api, require(api, huma.Operation{
		OperationID: "listSyncFindings", Method: http.MethodGet, Path: "/api/v1/matters/sync/findings", Tags: []string{tagMatter},
		Summary:     "事项同步中未能采用的数据",
		Description: "Rows of the matter office's system that could not be taken, until a good one of the same code comes.",
	}, RoleMatters, RoleDigital), d.listFindings)
}
