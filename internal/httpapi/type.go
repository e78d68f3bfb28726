package httpapi

import (
	"context"
	"net/http"
	"slices"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/yinxin-org/yinxin/internal/authn"
	"github.com/yinxin-org/yinxin/internal/catalog"
	"github.com/yinxin-org/yinxin/internal/clock"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/errs"
)

const tagType = "证照目录 Catalogue"

// TypeRow is a license type in a list.
type TypeRow struct {
	Code       string `json:"code"`
	Name       string `json:"name"`
	Definer    Named  `json:"definer"`
	Family     string `json:"family"`
	Kind       string `json:"kind" doc:"目录类别: license, approval, proof, material, card"`
	HolderKind string `json:"holderKind"`
	Making     string `json:"making"`
	Level      int    `json:"level"`
	Standard   string `json:"standard,omitempty"`
	State      string `json:"state" enum:"published,withdrawn"`
	Version    int    `json:"version" doc:"The newest published version; it may take effect later."`
	Faced      bool   `json:"faced" doc:"The newest version has a face; without one no license can be made (目录先行)."`
	Claims     int    `json:"claims" doc:"How many units have claimed it."`
	Mine       bool   `json:"mine" doc:"Claimed by the signed-in unit."`
}

// TypeVersion is one published version of a type.
type TypeVersion struct {
	Version     int       `json:"version"`
	Name        string    `json:"name"`
	EffectiveOn string    `json:"effectiveOn" doc:"Day from which licenses are issued under it."`
	PublishedAt time.Time `json:"publishedAt"`
	InEffect    bool      `json:"inEffect" doc:"Licenses are issued under this version now."`
}

// TypeClaim is a unit that issues a type.
type TypeClaim struct {
	Unit      Named     `json:"unit"`
	ClaimedAt time.Time `json:"claimedAt"`
}

// TypeDetail is a license type with its versions and the units that issue it.
type TypeDetail struct {
	TypeRow
	Type         catalog.Type  `json:"type" doc:"The version in effect; before the first takes effect, that one."`
	Versions     []TypeVersion `json:"versions" nullable:"false" doc:"Newest first."`
	ClaimedBy    []TypeClaim   `json:"claimedBy" nullable:"false"`
	Keeper       Named         `json:"keeper" doc:"The unit that keeps the type's entry."`
	DraftID      string        `json:"draftId,omitempty" doc:"The version being prepared, if the signed-in account may see it."`
	MayDraft     bool          `json:"mayDraft" doc:"The signed-in account may prepare a new version."`
	MayClaim     bool          `json:"mayClaim"`
	MayWithdraw  bool          `json:"mayWithdraw"`
	EntryVersion int64         `json:"entryVersion" doc:"For withdrawing."`
}

// TypeChange is one difference between two versions of a type.
type TypeChange struct {
	Section string `json:"section" enum:"basic,fields,validity,numbering,seals,face"`
	Path    string `json:"path" doc:"For example fields[KZ_ZS].maxLen or face.objects[3].x."`
	Label   string `json:"label,omitempty" doc:"The field's label, where a field is meant."`
	Kind    string `json:"kind" enum:"added,removed,changed"`
	Before  string `json:"before"`
	After   string `json:"after"`
}

type typesInput struct {
	Language
	Query   string `query:"q" maxLength:"60" doc:"Words of the name, pinyin, its initials, or a code; all must be met."`
	Definer string `query:"definer" maxLength:"18" doc:"Code of the defining unit."`
	Family  string `query:"family" enum:"identity,business,property,permit,life"`
	Making  string `query:"making" enum:"online,offline,vertical,external"`
	State   string `query:"state" enum:"published,withdrawn"`
	Claimer string `query:"claimer" maxLength:"18" doc:"Code of a unit that has claimed it."`
	Mine    bool   `query:"mine" doc:"Only types that the signed-in unit has claimed."`
	Limit   int    `query:"limit" minimum:"1" maximum:"100" default:"30"`
	Offset  int    `query:"offset" minimum:"0" default:"0"`
}

type typesOutput struct {
	Body struct {
		Items []TypeRow `json:"items" nullable:"false"`
		Total int       `json:"total"`
	}
}

// TypePath names a license type in the address.
type TypePath struct {
	Language
	TypeCode string `path:"typeCode" maxLength:"21"`
}

type typeOutput struct{ Body TypeDetail }

type typeVersionInput struct {
	TypePath
	Version int `path:"version" minimum:"1"`
}

type typeVersionOutput struct {
	Body struct {
		TypeVersion
		Type catalog.Type `json:"type"`
	}
}

type typeDiffInput struct {
	TypePath
	From int `query:"from" minimum:"1" required:"true"`
	To   int `query:"to" minimum:"1" required:"true"`
}

type typeDiffOutput struct {
	Body struct {
		Items []TypeChange `json:"items" nullable:"false"`
	}
}

func registerType(api huma.API, d Deps) {
	huma.Register(api, open(huma.Operation{
		OperationID: "listTypes", Method: http.MethodGet, Path: "/api/v1/types", Tags: []string{tagType},
		Summary:     "证照目录",
		Description: "Find license types by words, pinyin or its initials.",
		Errors:      []int{http.StatusUnauthorized},
	}), d.listTypes)
	huma.Register(api, open(huma.Operation{
		OperationID: "getType", Method: http.MethodGet, Path: "/api/v1/types/{typeCode}", Tags: []string{tagType},
		Summary:     "证照类型",
		Description: "A license type: the version in effect, all versions, and the units that issue it.",
		Errors:      []int{http.StatusNotFound},
	}), d.getType)
	huma.Register(api, open(huma.Operation{
		OperationID: "getTypeVersion", Method: http.MethodGet, Path: "/api/v1/types/{typeCode}/versions/{version}", Tags: []string{tagType},
		Summary:     "证照类型的一个版本",
		Description: "One published version; it never changes.",
		Errors:      []int{http.StatusNotFound},
	}), d.getTypeVersion)
	huma.Register(api, open(huma.Operation{
		OperationID: "diffTypeVersions", Method: http.MethodGet, Path: "/api/v1/types/{typeCode}/diff", Tags: []string{tagType},
		Summary:     "版本对比",
		Description: "What two published versions differ in.",
		Errors:      []int{http.StatusNotFound},
	}), d.diffTypeVersions)
}

func (d Deps) listTypes(ctx context.Context, in *typesInput) (*typesOutput, error) {
	out := &typesOutput{}
	out.Body.Items = []TypeRow{}
	f := catalog.Filter{Query: in.Query, Definer: in.Definer, Family: in.Family, Making: in.Making, State: in.State, Claimer: in.Claimer, Mine: in.Mine,
		Limit: in.Limit, Offset: in.Offset}
	if a := actorFrom(ctx); a != nil {
		f.UnitID = a.UnitID
	} else if in.Mine {
		return nil, errs.New(errs.Unauthenticated, "unauthenticated")
	}
	err := d.DB.Read(ctx, func(q *db.Tx) error {
		found, total, err := d.Types.Search(ctx, q, f)
		if err != nil {
			return err
		}
		out.Body.Total = total
		for _, e := range found {
			row, err := d.typeRow(ctx, q, e, in.lang())
			if err != nil {
				return err
			}
			out.Body.Items = append(out.Body.Items, row)
		}
		return nil
	})
	return out, err
}

func (d Deps) typeRow(ctx context.Context, q *db.Tx, e catalog.Entry, lang string) (TypeRow, error) {
	row := TypeRow{Code: e.Code, Name: e.Name, Definer: Named{ID: e.DefinerID, Name: e.Definer}, Family: e.Family, Kind: e.Kind,
		HolderKind: string(e.HolderKind), Making: string(e.Making), Level: e.Level, Standard: e.Standard, State: e.State, Version: e.Version,
		Faced: e.Faced, Claims: e.Claims, Mine: e.Mine}
	if lang == "en" {
		t, err := d.Types.Version(ctx, q, e.Code, e.Version)
		if err != nil {
			return TypeRow{}, err
		}
		row.Name = choose(lang, t.Name, t.NameEn)
		// A ministry defines types without being a unit of the platform: it keeps the name that the type gives.
		definer, err := d.unitNamed(ctx, q, e.DefinerID, lang)
		if err != nil {
			return TypeRow{}, err
		}
		if definer.Name != e.DefinerID {
			row.Definer = definer
		}
	}
	return row, nil
}

func (d Deps) getType(ctx context.Context, in *TypePath) (*typeOutput, error) {
	return d.typeDetail(ctx, in)
}

// typeDetail reads a type as the signed-in account, or nobody, sees it.
func (d Deps) typeDetail(ctx context.Context, in *TypePath) (*typeOutput, error) {
	out := &typeOutput{}
	a := actorFrom(ctx)
	unitID := ""
	if a != nil {
		unitID = a.UnitID
	}
	err := d.DB.Read(ctx, func(q *db.Tx) error {
		e, err := d.Types.EntryFor(ctx, q, in.TypeCode, unitID)
		if err != nil {
			return err
		}
		t, err := d.Types.Latest(ctx, q, e.Code)
		if err != nil {
			return err
		}
		row, err := d.typeRow(ctx, q, e, in.lang())
		if err != nil {
			return err
		}
		out.Body = TypeDetail{TypeRow: row, Type: catalog.Clean(*t), EntryVersion: e.RowVersion, MayWithdraw: e.MayWithdraw(a), MayDraft: e.MayDraft(a)}
		if out.Body.Keeper, err = d.unitNamed(ctx, q, e.KeeperID, in.lang()); err != nil {
			return err
		}
		if out.Body.MayClaim, err = d.Types.MayClaim(ctx, q, a, e); err != nil {
			return err
		}
		if out.Body.DraftID, err = d.draftSeen(ctx, q, a, e.Code); err != nil {
			return err
		}
		if out.Body.Versions, err = d.typeVersions(ctx, q, e.Code); err != nil {
			return err
		}
		out.Body.ClaimedBy, err = d.typeClaims(ctx, q, e.Code, in.lang())
		return err
	})
	return out, err
}

// draftSeen is the id of a type's draft, if there is one and the actor may look at it.
func (d Deps) draftSeen(ctx context.Context, q *db.Tx, a *authn.Actor, code string) (string, error) {
	draft, err := d.Types.DraftOf(ctx, q, code)
	switch {
	case errs.Code(err) == "draft.unknown":
		return "", nil
	case err != nil:
		return "", err
	case !draft.MaySee(a):
		return "", nil
	}
	return draft.ID, nil
}

func (d Deps) typeVersions(ctx context.Context, q *db.Tx, code string) ([]TypeVersion, error) {
	found, err := d.Types.Versions(ctx, q, code)
	if err != nil {
		return nil, err
	}
	out := []TypeVersion{}
	current := false
	for _, p := range found {
		v := TypeVersion{Version: p.Version, Name: p.Name, EffectiveOn: date(p.EffectiveAt), PublishedAt: p.PublishedAt.In(clock.Shanghai)}
		if !current && !p.EffectiveAt.After(d.Clock.Now()) {
			v.InEffect, current = true, true
		}
		out = append(out, v)
	}
	return out, nil
}

func (d Deps) typeClaims(ctx context.Context, q *db.Tx, code, lang string) ([]TypeClaim, error) {
	found, err := d.Types.Claims(ctx, q, code)
	if err != nil {
		return nil, err
	}
	out := []TypeClaim{}
	for _, c := range found {
		u, err := d.unitNamed(ctx, q, c.UnitID, lang)
		if err != nil {
			return nil, err
		}
		out = append(out, TypeClaim{Unit: u, ClaimedAt: c.ClaimedAt.In(clock.Shanghai)})
	}
	return out, nil
}

func (d Deps) getTypeVersion(ctx context.Context, in *typeVersionInput) (*typeVersionOutput, error) {
	out := &typeVersionOutput{}
	err := d.DB.Read(ctx, func(q *db.Tx) error {
		versions, err := d.typeVersions(ctx, q, in.TypeCode)
		if err != nil {
			return err
		}
		i := slices.IndexFunc(versions, func(v TypeVersion) bool { return v.Version == in.Version })
		if i < 0 {
			return errs.New(errs.NotFound, "type.unknown")
		}
		t, err := d.Types.Version(ctx, q, in.TypeCode, in.Version)
		if err != nil {
			return err
		}
		out.Body.TypeVersion, out.Body.Type = versions[i], catalog.Clean(*t)
		return nil
	})
	return out, err
}

func (d Deps) diffTypeVersions(ctx context.Context, in *typeDiffInput) (*typeDiffOutput, error) {
	out := &typeDiffOutput{}
	err := d.DB.Read(ctx, func(q *db.Tx) error {
		var pair [2]*catalog.Type
		for i, n := range []int{in.From, in.To} {
			t, err := d.Types.Version(ctx, q, in.TypeCode, n)
			if errs.Code(err) == "type.unknown" {
				return errs.New(errs.NotFound, "type.unknown")
			}
			if err != nil {
				return err
			}
			pair[i] = t
		}
		out.Body.Items = typeChanges(catalog.Diff(pair[0], pair[1]))
		return nil
	})
	return out, err
}

func typeChanges(found []catalog.Change) []TypeChange {
	out := []TypeChange{}
	for _, c := range found {
		out = append(out, TypeChange{Section: c.Section, Path: c.Path, Label: c.Label, Kind: c.Kind, Before: c.Before, After: c.After})
	}
	return out
}
