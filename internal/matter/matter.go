// Package matter keeps the government service matters (政务服务事项). What all five levels share stands once, in the
// item (基本目录项); a matter (实施清单) is an item with the little that its unit may set itself (五级十五同). For each
// material it keeps which license types satisfy it (材料绑定), so that nobody has to hand in what the platform holds,
// and it keeps the lists that follow from this: 免提交证照清单, inspection lists, social scenarios.
// GB/T 39554.1-2020 for codes; 闽政办〔2022〕33号 任务1–3.
//
// Every change is on the trail, in its own transaction. It opens no case and reads no license.
package matter

import (
	"encoding/json"
	"errors"
	"slices"

	"github.com/yinxin-org/yinxin/gbcode"
	"github.com/yinxin-org/yinxin/internal/catalog"
	"github.com/yinxin-org/yinxin/internal/errs"
)

// Party says whose license a material is.
type Party string

// The parties a case can have.
const (
	Applicant      Party = "applicant"      // 申请人
	Representative Party = "representative" // 法定代表人
	Spouse         Party = "spouse"         // 配偶
	Child          Party = "child"          // 子女
)

// Stage is a step of a case at which a license may be read.
type Stage string

// The stages of a case.
const (
	Accept Stage = "accept" // 受理
	Decide Stage = "decide" // 审批
)

// Duty says where a matter's result is made (结果制发责任).
type Duty string

// Where results are made.
const (
	DutyHere     Duty = "here"     // by this platform, before the case closes
	DutyVertical Duty = "vertical" // by a vertical system (垂管系统), which pushes it
	DutyNational Duty = "national" // by a national system
	DutyNone     Duty = "none"     // the matter yields no license
)

// Binding is one license type that satisfies a material, with the least data that may be read of it.
type Binding struct {
	Type   string   `json:"type"` // license type code
	Fields []string `json:"fields"`
}

// Bound is what this platform says of a material: the types that satisfy it, the first one in force being lent;
// whose license it is, and when it may be read. Plain: somebody confirmed that no license can satisfy it.
type Bound struct {
	Bindings []Binding `json:"bindings,omitempty"`
	Party    Party     `json:"party,omitempty"`
	Stages   []Stage   `json:"stages,omitempty"`
	Plain    bool      `json:"plain,omitempty"`
}

// Coverage states of a material.
const (
	StateBound = "bound" // a license satisfies it
	StatePlain = "plain" // confirmed plain
	StateOpen  = "open"  // nobody has decided
)

// State says how far a material is decided.
func (b Bound) State() string {
	switch {
	case len(b.Bindings) > 0:
		return StateBound
	case b.Plain:
		return StatePlain
	default:
		return StateOpen
	}
}

// Binding finds the binding of a type.
func (b Bound) Binding(typeCode string) (Binding, bool) {
	i := slices.IndexFunc(b.Bindings, func(x Binding) bool { return x.Type == typeCode })
	if i < 0 {
		return Binding{}, false
	}
	return b.Bindings[i], true
}

// Material is one thing a matter asks for. A bound one is fetched by itself.
type Material struct {
	Seq      int    `json:"seq"`
	Name     string `json:"name"`
	Required bool   `json:"required,omitempty"`
	Bound
}

// FormField is one field of a matter's form. From names the material and field that fills it, as "1.CZZT".
type FormField struct {
	Name      string   `json:"name"`
	Label     string   `json:"label"`
	LabelEn   string   `json:"labelEn"`
	Type      string   `json:"type"` // text, date, number, select, area
	Required  bool     `json:"required,omitempty"`
	MaxLength int      `json:"maxLength,omitempty"`
	Options   []string `json:"options,omitempty"`
	From      string   `json:"from,omitempty"`
	Locked    bool     `json:"locked,omitempty"` // the rule does not allow changing what the license says
}

// Step is one step of the process (办理环节) and who acts in it.
type Step struct {
	Stage Stage    `json:"stage"` // accept, decide, making
	Name  string   `json:"name"`
	Desk  string   `json:"desk"`            // "unit" the unit itself, "front" a front desk (综合窗口) under its mandate
	Roles []string `json:"roles,omitempty"` // roles of accounts that act
	Days  int      `json:"days,omitempty"`  // working days of the statutory ones
}

// Item is what all five levels of a matter share (基本目录项): the fifteen elements of Elements.
type Item struct {
	BaseCode      string             `json:"baseCode"` // 12 digits (基本编码)
	Kind          string             `json:"kind"`     // 事项类型, GB/T 39046-2020 A.1
	Name          string             `json:"name"`
	NameEn        string             `json:"nameEn,omitempty"`
	Basis         string             `json:"basis"`      // legal basis, as cited
	HolderKind    catalog.HolderKind `json:"holderKind"` // who may apply
	Conditions    string             `json:"conditions,omitempty"`
	Materials     []Material         `json:"materials"`
	Process       []Step             `json:"process,omitempty"`
	StatutoryDays int                `json:"statutoryDays"` // working days from acceptance to decision
	Form          []FormField        `json:"form,omitempty"`
	Fee           string             `json:"fee,omitempty"` // "" means free
	ResultName    string             `json:"resultName,omitempty"`
	Result        string             `json:"result,omitempty"` // type code of the license it yields
	Duty          Duty               `json:"duty,omitempty"`   // where the result is made; empty: here if there is one
	// ResultFields fills the fields of the result license: field name → form field name.
	ResultFields map[string]string `json:"resultFields,omitempty"`
	// ResultHolders names the parties who hold the result, in order; the applicant alone by default.
	ResultHolders []Party `json:"resultHolders,omitempty"`
	Consult       string  `json:"consult,omitempty"`
	Supervise     string  `json:"supervise,omitempty"`
	Revision      int64   `json:"revision,omitempty"` // the matter office's; 0: entered here
}

// MadeHere reports whether a case of the matter must end with a license made by this platform.
func (i *Item) MadeHere() bool {
	return i.Result != "" && (i.Duty == "" || i.Duty == DutyHere)
}

// Elsewhere is the step in a case's course that says who else makes the result; "" when nobody does.
func (i *Item) Elsewhere() string {
	if i.Duty == DutyVertical || i.Duty == DutyNational {
		return "made-" + string(i.Duty)
	}
	return ""
}

// Entry is what one unit adds to an item (实施清单): only what it may set itself, and its exceptions.
type Entry struct {
	Code         string   `json:"code"` // 31 or 33 characters (实施编码, 业务办理项编码)
	Unit         string   `json:"unit"` // USCC of the unit that handles it
	Level        int      `json:"level"`
	PromisedDays int      `json:"promisedDays,omitempty"` // at most the statutory ones; 0: those
	Place        string   `json:"place,omitempty"`
	Hours        string   `json:"hours,omitempty"`
	Aliases      []string `json:"aliases,omitempty"` // local codes, such as Fujian's 26 characters
	// Overrides are elements in which this matter differs from its item, by their key; the values are those of Item.
	Overrides map[string]json.RawMessage `json:"overrides,omitempty"`
	// Bound are bindings of its own, by the material's name.
	Bound    map[string]Bound `json:"bound,omitempty"`
	Revision int64            `json:"revision,omitempty"`
}

// BaseCode is the code of the item that the matter belongs to.
func (e *Entry) BaseCode() string {
	if len(e.Code) < 31 {
		return ""
	}
	return e.Code[19:31]
}

// Matter is one service matter as it holds: its item, overlaid by what its unit set.
type Matter struct {
	Item
	Code    string   `json:"code"`
	Unit    string   `json:"unit"`
	Level   int      `json:"level"`
	Days    int      `json:"days"` // working days from acceptance to decision, as promised
	Place   string   `json:"place,omitempty"`
	Hours   string   `json:"hours,omitempty"`
	Aliases []string `json:"aliases,omitempty"`
}

// Material finds a material by its number.
func (i *Item) Material(seq int) (Material, bool) {
	for _, x := range i.Materials {
		if x.Seq == seq {
			return x, true
		}
	}
	return Material{}, false
}

// Parties are those whose licenses the matter asks for, or who hold its result.
func (i *Item) Parties() []Party {
	found := slices.Clone(i.ResultHolders)
	for _, m := range i.Materials {
		if len(m.Bindings) > 0 && !slices.Contains(found, m.Party) {
			found = append(found, m.Party)
		}
	}
	return found
}

// CheckCode holds a text against the forms of matter codes; field is blamed on error.
func CheckCode(code, field string) error {
	_, err := gbcode.CheckMatterCode(code)
	if e, ok := errors.AsType[*gbcode.Error](err); ok {
		return errs.New(errs.Invalid, "code.matter").On(field).With("rule", e.Chinese()).With("ruleEn", e.Error())
	}
	return err
}
