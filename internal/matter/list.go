package matter

import "time"

// The lists that follow from the catalogue.
const (
	ListExempt     = "exempt"     // 免提交证照清单
	ListInspection = "inspection" // 检查事项证照清单
	ListScenario   = "scenario"   // 社会应用场景
)

// The life of a list entry: proposed by a unit or the matter office, published by the digital office, withdrawn.
const (
	Proposed  = "proposed"
	Published = "published"
	Withdrawn = "withdrawn"
)

// Exemption says that licenses of a type need not be handed in (免提交). Empty parts do not narrow it.
type Exemption struct {
	Type   string `json:"type"`             // license type code
	Level  int    `json:"level,omitempty"`  // 行使层级 of the matters, 0: all
	Region string `json:"region,omitempty"` // the units of a region and what lies in it
	Unit   string `json:"unit,omitempty"`   // matters of this unit alone
	Matter string `json:"matter,omitempty"` // this matter alone, or all of an item by its base code
	Note   string `json:"note,omitempty"`
}

// Inspection says which licenses an inspection matter (事项类型 06 行政检查) looks at, with the single fields.
type Inspection struct {
	Matter string    `json:"matter"`         // base code of the item, or code of the matter
	Unit   string    `json:"unit,omitempty"` // the inspecting unit; "": every unit with the matter
	Types  []Binding `json:"types"`
}

// Scenario is a social scenario (社会应用场景): where holders show licenses to others than government.
type Scenario struct {
	Code     string    `json:"code"`
	Name     string    `json:"name"`
	NameEn   string    `json:"nameEn,omitempty"`
	Audience string    `json:"audience"` // "person" or "firm": who shows
	Basis    string    `json:"basis"`    // legal basis, as cited
	Types    []Binding `json:"types"`
}

// Verifier is a unit enrolled in a scenario, with its term.
type Verifier struct {
	Unit  string
	From  time.Time
	Until time.Time // first instant it is over; zero: no end
}

// Listing is an entry of a list with its life; exactly one of the three contents is set.
type Listing struct {
	ID          string
	List        string
	State       string
	EffectiveOn time.Time // first day on which it holds
	ProposedBy  string    // unit
	Version     int64
	Exemption   *Exemption
	Inspection  *Inspection
	Scenario    *Scenario
}
