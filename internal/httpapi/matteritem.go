package httpapi

import (
	"context"
	"net/http"
	"slices"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/yinxin-org/yinxin/internal/change"
	"github.com/yinxin-org/yinxin/internal/clock"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/errs"
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

func (d Deps) listItems(ctx context.Context, in *itemsInput) (*itemsOutput, error) {
	out := &itemsOutput{}
	out.Body.Items = []ItemView{}
	err := d.DB.Read(ctx, func(q *db.Tx) error {
		found, total, err := d.Matters.Items(ctx, q, in.Query, in.Limit, in.Offset)
		out.Body.Total = total
		for _, r := range found {
			out.Body.Items = append(out.Body.Items, ItemView(r))
		}
		return err
	})
	return out, err
}

func (d Deps) getItem(ctx context.Context, in *ItemPath) (*itemOutput, error) {
	out := &itemOutput{}
	err := d.DB.Read(ctx, func(q *db.Tx) error {
		r, err := d.Matters.ItemRow(ctx, q, in.BaseCode)
		out.Body = ItemView(r)
		return err
	})
	return out, err
}

func (d Deps) putItem(ctx context.Context, in *putItemInput) (*itemOutput, error) {
	if in.Body.Item.BaseCode != in.BaseCode {
		return nil, errs.New(errs.Invalid, "matter.code").On("item.baseCode")
	}
	out := &itemOutput{}
	err := d.DB.Write(ctx, func(tx *db.Tx) error {
		if err := d.Matters.SetItem(ctx, tx, change.Of(actorFrom(ctx), in.Body.Reason), in.Body.Item, in.Body.Version); err != nil {
			return err
		}
		r, err := d.Matters.ItemRow(ctx, tx, in.BaseCode)
		out.Body = ItemView(r)
		return err
	})
	return out, err
}

func (d Deps) getEntry(ctx context.Context, in *MatterPath) (*entryOutput, error) {
	out := &entryOutput{}
	err := d.DB.Read(ctx, func(q *db.Tx) (err error) {
		out.Body, err = d.entry(ctx, q, in.MatterCode, in.lang())
		return err
	})
	return out, err
}

func (d Deps) putEntry(ctx context.Context, in *putEntryInput) (*entryOutput, error) {
	if in.Body.Entry.Code != in.MatterCode {
		return nil, errs.New(errs.Invalid, "matter.code").On("entry.code")
	}
	out := &entryOutput{}
	err := d.DB.Write(ctx, func(tx *db.Tx) (err error) {
		if err := d.Matters.SetEntry(ctx, tx, actorFrom(ctx), in.Body.Reason, in.Body.Entry, in.Body.Version); err != nil {
			return err
		}
		out.Body, err = d.entry(ctx, tx, in.MatterCode, in.lang())
		return err
	})
	return out, err
}

func (d Deps) entry(ctx context.Context, q *db.Tx, code, lang string) (EntryView, error) {
	e, version, differs, err := d.Matters.EntryRow(ctx, q, code)
	if err != nil {
		return EntryView{}, err
	}
	out := EntryView{Entry: e, Version: version, Elements: []Element{}}
	for _, x := range matter.Elements() {
		out.Elements = append(out.Elements, Element{Key: x.Key, Name: choose(lang, x.Zh, x.En), Differs: slices.ContainsFunc(differs,
			func(y matter.Element) bool { return y.Key == x.Key })})
	}
	return out, nil
}

func (d Deps) getSync(ctx context.Context, _ *Language) (*syncOutput, error) {
	if d.MatterSource == nil {
		return &syncOutput{}, nil
	}
	s, err := d.Matters.SyncState(ctx, d.MatterSource.Name())
	return &syncOutput{Body: syncView(s)}, err
}

func syncView(s matter.SyncState) MatterSync {
	return MatterSync{Configured: true, Complete: !s.CompleteAt.IsZero() && !s.CompleteAt.Before(s.ReadAt) && s.Fault == "", Pages: s.Pages,
		Changed: s.Changed, Unchanged: s.Unchanged, Older: s.Older, Broken: s.Broken, ReadAt: beijing(s.ReadAt),
		CompleteAt: beijing(s.CompleteAt), Fault: reasonOf(s.Fault, nil)}
}

func (d Deps) syncMatters(ctx context.Context, in *whyInput) (*syncOutput, error) {
	if d.MatterSource == nil {
		return nil, errs.New(errs.Conflict, "sync.none")
	}
	s, err := d.Matters.Sync(ctx, change.Of(actorFrom(ctx), in.Body.Reason), d.MatterSource)
	return &syncOutput{Body: syncView(s)}, err
}

func (d Deps) listFindings(ctx context.Context, in *findingsInput) (*findingsOutput, error) {
	out := &findingsOutput{}
	out.Body.Items = []SyncFinding{}
	if d.MatterSource == nil {
		return out, nil
	}
	err := d.DB.Read(ctx, func(q *db.Tx) error {
		found, total, err := d.Matters.Findings(ctx, q, d.MatterSource.Name(), in.Limit, in.Offset)
		out.Body.Total = total
		for _, f := range found {
			out.Body.Items = append(out.Body.Items, SyncFinding{Key: f.Key, Revision: f.Revision, Reason: *reasonOf(f.Code, nil),
				Field: f.Field, FoundAt: f.FoundAt.In(clock.Shanghai)})
		}
		return err
	})
	return out, err
}
