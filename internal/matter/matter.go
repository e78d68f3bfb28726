// Package matter keeps the government service matters (政务服务事项) and, for each of their materials, which
// license type satisfies it (材料绑定), so that nobody has to hand in what the platform holds.
// GB/T 39554.1-2020 for codes; 闽政办〔2022〕33号 任务1.
//
// It opens no case and reads no license.
package matter

import (
	"errors"

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
)

// Stage is a step of a case at which a license may be read.
type Stage string

// The stages of a case.
const (
	Accept Stage = "accept" // 受理
	Decide Stage = "decide" // 审批
)

// Material is one thing a matter asks for. With Type it is satisfied by a license and fetched by itself.
type Material struct {
	Seq      int      `json:"seq"`
	Name     string   `json:"name"`
	Type     string   `json:"type,omitempty"` // license type code; empty: a plain material
	Party    Party    `json:"party,omitempty"`
	Required bool     `json:"required,omitempty"`
	Stages   []Stage  `json:"stages,omitempty"` // when it may be read
	Fields   []string `json:"fields,omitempty"` // the least data: which fields may be read
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

// Matter is one service matter.
type Matter struct {
	Code       string             `json:"code"`     // 31 characters (实施编码)
	BaseCode   string             `json:"baseCode"` // 12 characters (基本编码)
	Name       string             `json:"name"`
	NameEn     string             `json:"nameEn"`
	Unit       string             `json:"unit"` // USCC of the unit that handles it
	Level      int                `json:"level"`
	HolderKind catalog.HolderKind `json:"holderKind"`       // who may apply
	Days       int                `json:"days"`             // working days from acceptance to decision
	Basis      string             `json:"basis"`            // legal basis, as cited
	Result     string             `json:"result,omitempty"` // type code of the license it yields
	// ResultFields fills the fields of the result license: field name → form field name.
	ResultFields map[string]string `json:"resultFields,omitempty"`
	// ResultHolders names the parties who hold the result, in order; the applicant alone by default.
	ResultHolders []Party     `json:"resultHolders,omitempty"`
	Materials     []Material  `json:"materials"`
	Form          []FormField `json:"form"`
}

// Material finds a material by its number.
func (m *Matter) Material(seq int) (Material, bool) {
	for _, x := range m.Materials {
		if x.Seq == seq {
			return x, true
		}
	}
	return Material{}, false
}

// CheckCode holds a text against the forms of matter codes; field is blamed on error.
func CheckCode(code, field string) error {
	_, err := gbcode.CheckMatterCode(code)
	if e, ok := errors.AsType[*gbcode.Error](err); ok {
		return errs.New(errs.Invalid, "code.matter").On(field).With("rule", e.Chinese()).With("ruleEn", e.Error())
	}
	return err
}
