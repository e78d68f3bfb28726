package web

import (
	"context"
	"time"
)

// Directory answers what the public pages about matters, lists, scenarios and license types ask. Everything it
// tells is public: no page of it asks who is reading.
type Directory interface {
	// Guides finds service guides (办事指南), best known first.
	Guides(ctx context.Context, q GuideQuery) (Found[GuideRow], error)
	// Guide is the guide of one matter, or matter.unknown.
	Guide(ctx context.Context, code string) (GuideView, error)
	// Events finds life events (一件事): several matters that one application serves.
	Events(ctx context.Context, words, audience string) ([]EventRow, error)
	// Regions are those that have matters, for the filter.
	Regions(ctx context.Context) ([]Choice, error)
	// Exempt is the published 免提交证照清单.
	Exempt(ctx context.Context, q ListQuery) (Found[ListRow], error)
	// Inspections is the published inspection list (检查清单).
	Inspections(ctx context.Context, q ListQuery) (Found[ListRow], error)
	// Scenarios are the published social scenarios (社会化应用场景).
	Scenarios(ctx context.Context, q ListQuery) (Found[ScenarioRow], error)
	// Scenario is one of them, or page.unknown.
	Scenario(ctx context.Context, code string) (ScenarioView, error)
	// Licenses are the license types in effect.
	Licenses(ctx context.Context, q ListQuery) (Found[LicenseRow], error)
	// License is one of them and where it can be used, or type.unknown.
	License(ctx context.Context, code string) (LicenseView, error)
}

// Found is one page of what a search found.
type Found[T any] struct {
	Items []T
	Total int
}

// GuideQuery narrows the guides. Empty parts do not.
type GuideQuery struct {
	Words    string // of the name, in characters, pinyin or its initials, or of the code
	Level    int    // 行使层级: 2 province to 6 village
	Region   string // GB/T 2260 code; what lies within it is found too
	Audience string // "natural" or "legal"
	Type     string // a license type that the matter fetches
	Offset   int
	Limit    int
}

// ListQuery narrows a list. Empty parts do not.
type ListQuery struct {
	Words    string
	Level    int
	Audience string
	Offset   int
	Limit    int
}

// Choice is one entry of a filter.
type Choice struct {
	Value string
	Text  Text
}

// TypeRef names a license type and leads to its page.
type TypeRef struct {
	Code string
	Name Text
}

// GuideRow is a matter in a list.
type GuideRow struct {
	Code     string
	Name     Text
	Unit     Text
	Level    int
	Audience string
	Days     int // working days to the decision; 0: at once
	Fetched  int // materials that come by themselves
	Papers   int // the rest
}

// EventRow is a life event in a list, with its matters in order.
type EventRow struct {
	Code    string
	Name    Text
	Summary Text
	Steps   []GuideRow
}

// GuideView is the guide of a matter: its elements as the public needs them.
type GuideView struct {
	GuideRow
	BaseCode   string
	Region     Text
	Basis      []string // as cited
	Conditions []string
	Materials  []GuideMaterial
	Process    []GuideStep
	LegalDays  int
	Fee        string // in words; "" means free of charge
	Place      string
	Hours      string
	Phone      string
	Complaint  string
	Result     Text
	ResultType *TypeRef
	Elsewhere  []GuideRow // the same item at other levels and units
}

// ByThemselves are the materials that are fetched.
func (g GuideView) ByThemselves() []GuideMaterial { return g.which(true) }

// ToBring are the materials that the applicant hands in.
func (g GuideView) ToBring() []GuideMaterial { return g.which(false) }

func (g GuideView) which(fetched bool) []GuideMaterial {
	var out []GuideMaterial
	for _, m := range g.Materials {
		if (len(m.Sources) > 0) == fetched {
			out = append(out, m)
		}
	}
	return out
}

// GuideMaterial is one thing the matter asks for.
type GuideMaterial struct {
	Name     Text
	Party    Text // whose
	Required bool
	// Sources are the licenses that satisfy it, the first valid one is taken; none for what is to be handed in.
	Sources []GuideSource
	// Exempt says that the material stands on the 免提交 list: asking for paper would be a violation.
	Exempt bool
	// Why says why nothing electronic satisfies it, where that was found out.
	Why string
	// Form and Copies describe paper, where the matter's owner stated them.
	Form   string
	Copies int
}

// GuideSource is a license that satisfies a material, and what is read of it.
type GuideSource struct {
	Type   TypeRef
	From   Text // who issues or defines it
	Fields []Text
}

// GuideStep is a stage of handling.
type GuideStep struct {
	Name Text
	Who  Text
}

// ListRow is an entry of the 免提交 or the inspection list.
type ListRow struct {
	Type     TypeRef
	Matter   Text
	Guide    string // code of the matter's guide; "" where it has none
	Unit     Text
	Level    int // 0: every level
	Audience string
	Basis    string
	Fields   []Text
	Since    time.Time
}

// ScenarioRow is a scenario in a list.
type ScenarioRow struct {
	Code      string
	Name      Text
	Audience  string
	About     Text
	Types     []TypeRef
	Verifiers int
}

// ScenarioView is a scenario: what may be shown, who may look and why.
type ScenarioView struct {
	ScenarioRow
	Basis    string
	Terms    Text // how the verifier is bound
	Shown    []GuideSource
	Enrolled []Verifier
	Since    time.Time
}

// Verifier is who is enrolled to look under a scenario.
type Verifier struct {
	Name  Text
	Until time.Time // zero: no end
}

// LicenseRow is a license type in a list.
type LicenseRow struct {
	Code      string
	Name      Text
	Definer   Text
	Holders   string // "natural", "legal" or "mixed"
	Matters   int    // that fetch it
	Scenarios int    // under which it can be shown
}

// LicenseView is a license type and where it can be used.
type LicenseView struct {
	LicenseRow
	Category  Text
	Validity  Text
	Basis     string
	Issuers   []Text
	Fields    []Text
	UsedIn    []GuideRow // the first of the matters that fetch it
	ShownIn   []ScenarioRow
	CheckedIn []ListRow
}
