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
	External Making = "external" // by a national system; never sealed here
)

// Validity says how a license's period is found (有效期规则).
type Validity struct {
	Rule  string `json:"rule"` // "years": Years from the first day; "long": 长期; "none": the type has no period
	Years int    `json:"years,omitempty"`
}

// Field is one metadata field of a type. Names are those of GB/T 36903's OFD form: the base elements
// (ZZBH, CZZT …) are implied by every type; a type's own fields begin with KZ_.
type Field struct {
	Name      string   `json:"name"`
	Label     string   `json:"label"` // Chinese
	LabelEn   string   `json:"labelEn"`
	Type      string   `json:"type"` // "text", "date" (2006-01-02), "number", "code"
	MaxLen    int      `json:"maxLen,omitempty"`
	Pattern   string   `json:"pattern,omitempty"` // anchored RE2
	Options   []string `json:"options,omitempty"` // code list for type "code"
	Required  bool     `json:"required,omitempty"`
	Sensitive int      `json:"sensitive,omitempty"` // 0 open, 1 masked by default, 2 never outside its ground
}

// FaceObject is one thing on a face (照面). Kinds: "text" fixed words; "field" a bound field; "rect", "line",
// "path" ornament; "qr" the static check code; "seal" the place of a seal step. Millimetres, origin top left;
// Y of text is its baseline, X its left edge whatever Align says.
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
	Unit string `json:"unit"` // "issuer", or the USCC of another unit (cross-level, joint)
	Name string `json:"name"` // what the seal is for, as shown
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
	Issuers     []string   `json:"issuers"` // USCCs of the units that have claimed it (认领)
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
