// Package catalog keeps the license types (证照类型): what a type is called, who defines and issues it, which
// fields it has, how its face looks, how long it is valid, how it is numbered and sealed. A published version
// is immutable; a license keeps the version it was issued under. GB/T 36902-2018; 榕政办〔2018〕214号 第六条.
//
// It does not issue anything and knows no holder.
package catalog

// HolderKind says who may hold a license of a type (持证主体类别).
type HolderKind string

// The holder kinds of GB/T 36902.
const (
	Natural HolderKind = "natural" // 自然人
	Legal   HolderKind = "legal"   // 法人和其他组织
	Mixed   HolderKind = "mixed"   // 混合
)

// Making says where a license of a type is made (制证方式).
type Making string

// Where licenses are made.
const (
	Online   Making = "online"   // here, as a step of the approval
	Offline  Making = "offline"  // here, entered the day the case closes elsewhere
	Vertical Making = "vertical" // by a vertical system (垂管系统), pushed to the platform
	External Making = "external" // made to a national norm elsewhere: indexed, fetched and verified at its source; never sealed here
)

// Here reports whether the platform itself makes and seals licenses of this kind.
func (m Making) Here() bool { return m == Online || m == Offline }

// The validity rules (有效期规则).
const (
	Fixed = "years" // Years, Months and Days together, from the first day
	Until = "until" // until a date that each license states (ZZYXQJZRQ)
	Long  = "long"  // 长期
	None  = "none"  // the type has no period
)

// Validity says how a license's period is found (有效期规则).
type Validity struct {
	Rule   string `json:"rule"`
	Years  int    `json:"years,omitempty"`
	Months int    `json:"months,omitempty"`
	Days   int    `json:"days,omitempty"`
	Remind int    `json:"remind,omitempty"` // days before the end at which the holder is told; 0: 30
}

// Inspection is the rule of the annual inspection (年检). There is none without a legal basis. 榕政办〔2018〕214号 第九条.
type Inspection struct {
	Months  int    `json:"months"`           // from one inspection to the next
	Remind  int    `json:"remind"`           // days before it is due from which it can be applied for, and is told of; 0: 30
	Basis   string `json:"basis"`            // the law that demands it
	Overdue string `json:"overdue"`          // "block": not usable once overdue; "mark": usable, and marked
	Review  bool   `json:"review,omitempty"` // a second person looks at the result before it counts
}

// Field is one metadata field of a type. Names are those of GB/T 36903's OFD form: the base elements
// (ZZBH, CZZT …) are implied by every type; a type's own fields begin with KZ_.
type Field struct {
	Name      string   `json:"name"`
	Label     string   `json:"label"` // Chinese
	LabelEn   string   `json:"labelEn"`
	Type      string   `json:"type"` // "text", "date" (2006-01-02), "number", "code", "photo" (base64 of a JPEG or PNG)
	MaxLen    int      `json:"maxLen,omitempty"`
	Pattern   string   `json:"pattern,omitempty"`   // anchored RE2
	Options   []string `json:"options,omitempty"`   // code list for type "code"
	CodeTable string   `json:"codeTable,omitempty"` // for "code": name of the platform's code table that Options were taken from
	Required  bool     `json:"required,omitempty"`
	Sensitive int      `json:"sensitive,omitempty"` // 0 open, 1 masked by default, 2 never outside its ground
	Multi     int      `json:"multi,omitempty"`     // most values, joined by "^"; 0 and 1: a single one
	OffFace   string   `json:"offFace,omitempty"`   // why a required field need not stand on the face
}

// FaceObject is one thing on a face (照面). Kinds: "text" fixed words; "field" a bound field; "photo" the picture of a
// bound field; "table" multi-value fields side by side as columns; "rect", "line", "path" ornament; "qr" the static
// check code; "seal" the place of a seal step. Millimetres, origin top left; Y of text is its baseline, X its left
// edge whatever Align says.
type FaceObject struct {
	Kind   string  `json:"kind"`
	X      float64 `json:"x"`
	Y      float64 `json:"y"`
	W      float64 `json:"w,omitempty"`
	H      float64 `json:"h,omitempty"`
	Text   string  `json:"text,omitempty"`
	Field  string  `json:"field,omitempty"`  // for "field": name, or NAME:Y, NAME:M, NAME:D for parts of a date
	Format string  `json:"format,omitempty"` // for dates: "zh" 2026年3月1日 (default), "iso"
	Font   string  `json:"font,omitempty"`   // "serif" (default) or "sans"
	Size   float64 `json:"size,omitempty"`   // mm
	Align  string  `json:"align,omitempty"`  // "left" (default), "center", "right"; W is the room
	Lines  int     `json:"lines,omitempty"`  // most lines a field may wrap to within W; 1 by default
	Color  string  `json:"color,omitempty"`  // "#rrggbb", text and stroke; black by default
	Fill   string  `json:"fill,omitempty"`   // "#rrggbb" for rect and path
	Stroke float64 `json:"stroke,omitempty"` // line width in mm; 0: no stroke
	Path   string  `json:"path,omitempty"`   // for "path": M/L/B/Q/C with numbers as in OFD, relative to X,Y
	Step   int     `json:"step,omitempty"`   // for "seal": which step of the seal plan, from 1
	Alpha  int     `json:"alpha,omitempty"`  // 1–255; 0 means opaque

	Columns []Column `json:"columns,omitempty"` // for "table"
	Rows    int      `json:"rows,omitempty"`    // for "table": most rows; Size is the text's, H the height of a row

	// Continues lets a "table" of more rows go on over continuation pages (续页).
	Continues bool `json:"continues,omitempty"`
}

// Column is one column of a table on a face.
type Column struct {
	Field string  `json:"field"` // a multi-value field
	Title string  `json:"title"`
	W     float64 `json:"w"`
}

// Face is the template of a face.
type Face struct {
	Width   float64      `json:"width"`
	Height  float64      `json:"height"`
	Objects []FaceObject `json:"objects"`
}

// SealStep is one step of the seal plan: whose seal, in order. The last one closes the signature list.
type SealStep struct {
	Step int    `json:"step"`
	Unit string `json:"unit"`           // "issuer", "definer", or the USCC of another unit (cross-level, joint)
	Name string `json:"name"`           // what the seal is for, as shown
	Mode string `json:"mode,omitempty"` // "auto" (default: under the type's mandate), "manual", "joint"
}

// Type is one version of a license type.
type Type struct {
	Code        string     `json:"code"` // 21 characters, GB/T 36902 §2.1
	Version     int        `json:"version"`
	Name        string     `json:"name"`
	NameEn      string     `json:"nameEn"`
	Definer     string     `json:"definer"` // USCC of the defining authority
	DefinerName string     `json:"definerName"`
	Level       int        `json:"level"`  // issuing authority's level, 1–5
	Family      string     `json:"family"` // card colour: identity, business, property, permit, life
	HolderKind  HolderKind `json:"holderKind"`
	Holders     int        `json:"holders"` // how many holders: 1, or 2 for a marriage certificate
	Making      Making     `json:"making"`
	Validity    Validity   `json:"validity"`
	Number      string     `json:"number"` // numbering rule (证照编号): literals with {region} {year} {seq6} {holderCode}
	Fields      []Field    `json:"fields"`
	Face        Face       `json:"face"`
	Seals       []SealStep `json:"seals"`
	Issuers     []string   `json:"issuers,omitempty"` // USCCs of units that claim it when it is first published (认领)

	// The rest of GB/T 36902-2018 and of the C-series skeleton (基础信息, 管理与应用).
	Kind         string       `json:"kind,omitempty"`         // 目录类别: "license" 证照 (default), "approval" 批文, "proof" 证明, "material" 材料, "card" 证件
	DefinerLevel int          `json:"definerLevel,omitempty"` // 1 国家 2 省 3 地市 4 区县 5 其他
	IssuerLevels []int        `json:"issuerLevels,omitempty"` // who issues it; Level alone if empty
	HoldersMin   int          `json:"holdersMin,omitempty"`   // fewest holders; 0: as many as Holders
	Inspection   *Inspection  `json:"inspection,omitempty"`
	Secrecy      string       `json:"secrecy,omitempty"`   // 密级: only "" (非涉密) is accepted. 榕政办〔2018〕214号 第四条
	Standard     string       `json:"standard,omitempty"`  // the type's national standard, as "C 0293—2024"
	Basis        string       `json:"basis,omitempty"`     // legal basis, as cited
	Usage        string       `json:"usage,omitempty"`     // 应用场景, in words
	Rules        []Rule       `json:"rules,omitempty"`     // what its fields must fulfil together when it is entered
	Duplicate    string       `json:"duplicate,omitempty"` // a holder who has one in force: "block", "warn", "" nothing
	Compare      []Comparison `json:"compare,omitempty"`   // base registers that are asked before one is made
	Source       string       `json:"source,omitempty"`    // for "vertical" and "external": which system makes it
	Parts        []string     `json:"parts,omitempty"`     // codes of the types that it joins (行业综合许可证): it is made of the holder's licenses of these
	BindsSeal    string       `json:"bindsSeal,omitempty"` // the seal that lives with a license of it (印章绑定): "enterprise", "personal", "" none
	National     bool         `json:"national,omitempty"`  // the type exists nationally: Code and Definer are the nation's, whoever enters it here
}

// Field finds a declared field by name.
func (t *Type) Field(name string) (Field, bool) {
	for _, f := range t.Fields {
		if f.Name == name {
			return f, true
		}
	}
	f, ok := baseFields[name]
	return f, ok
}

// Base fields every license has (GB/T 36903-2018 §3.1), with the labels shown on pages.
var baseFields = map[string]Field{
	"ZZMC":       {Name: "ZZMC", Label: "证照名称", LabelEn: "License", Type: "text"},
	"ZZLXDM":     {Name: "ZZLXDM", Label: "证照类型代码", LabelEn: "Type code", Type: "text"},
	"ZZBH":       {Name: "ZZBH", Label: "证照编号", LabelEn: "Number", Type: "text", Sensitive: 1},
	"ZZBS":       {Name: "ZZBS", Label: "证照标识", LabelEn: "Identifier", Type: "text"},
	"ZZBFJG":     {Name: "ZZBFJG", Label: "颁发机构", LabelEn: "Issuing authority", Type: "text"},
	"ZZBFJGDM":   {Name: "ZZBFJGDM", Label: "颁发机构代码", LabelEn: "Issuing authority's code", Type: "text"},
	"ZZBFRQ":     {Name: "ZZBFRQ", Label: "颁发日期", LabelEn: "Date of issue", Type: "date"},
	"CZZT":       {Name: "CZZT", Label: "持证主体", LabelEn: "Holder", Type: "text", Sensitive: 1},
	"CZZTDM":     {Name: "CZZTDM", Label: "持证主体代码", LabelEn: "Holder's code", Type: "text", Sensitive: 2},
	"CZZTDMLX":   {Name: "CZZTDMLX", Label: "持证主体代码类型", LabelEn: "Kind of holder's code", Type: "text"},
	"CZZTDMLXDM": {Name: "CZZTDMLXDM", Label: "持证主体代码类型代码", LabelEn: "Kind of holder's code (code)", Type: "text"},
	"ZZYXQQSRQ":  {Name: "ZZYXQQSRQ", Label: "有效期起始日期", LabelEn: "Valid from", Type: "date"},
	"ZZYXQJZRQ":  {Name: "ZZYXQJZRQ", Label: "有效期截止日期", LabelEn: "Valid until", Type: "date"},
}
