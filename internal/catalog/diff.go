package catalog

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// Change is one difference between two versions of a type.
type Change struct {
	Section string `json:"section"` // basic, fields, validity, numbering, seals, face
	Path    string `json:"path"`    // fields[KZ_ZS].maxLen, face.objects[3].x
	Label   string `json:"label,omitempty"`
	Kind    string `json:"kind"` // added, removed, changed
	Before  string `json:"before,omitempty"`
	After   string `json:"after,omitempty"`
}

// The kinds of a Change.
const (
	Added   = "added"
	Removed = "removed"
	Changed = "changed"
)

// Diff lists what two versions differ in, in the order of a type's parts. Fields are told apart by their names,
// seals by their steps; objects of the face by what they show, so that one which was moved is the same one. The
// version itself and the units that first claim the type do not count. Without a from everything is new.
func Diff(from, to *Type) []Change {
	d := &differ{}
	if from == nil {
		from = &Type{}
	}
	d.basic(from, to)
	d.fields(from.Fields, to.Fields)
	d.leaves("validity", "validity", "", attributes(from.Validity), attributes(to.Validity))
	d.leaf("numbering", "number", "", from.Number, to.Number)
	rules(d, "compare", from.Compare, to.Compare)
	rules(d, "rules", from.Rules, to.Rules)
	d.seals(from.Seals, to.Seals)
	d.face(from.Face, to.Face)
	return d.found
}

type differ struct{ found []Change }

func (d *differ) leaf(section, path, label, before, after string) {
	if before == after {
		return
	}
	kind := Changed
	switch {
	case before == "":
		kind = Added
	case after == "":
		kind = Removed
	}
	d.found = append(d.found, Change{section, path, label, kind, before, after})
}

// leaves compares two sets of attributes.
func (d *differ) leaves(section, path, label string, before, after map[string]string) {
	names := map[string]bool{}
	for name := range before {
		names[name] = true
	}
	for name := range after {
		names[name] = true
	}
	var order []string
	for name := range names {
		order = append(order, name)
	}
	slices.Sort(order)
	for _, name := range order {
		d.leaf(section, path+"."+name, label, before[name], after[name])
	}
}

// attributes are what a part of a type says, by its names in JSON; what says nothing is left out.
func attributes(part any) map[string]string {
	out := map[string]string{}
	raw, err := json.Marshal(part)
	if err != nil {
		return out
	}
	var all map[string]json.RawMessage
	if json.Unmarshal(raw, &all) != nil {
		return out
	}
	for name, value := range all {
		if s := plain(value); s != "" {
			out[name] = s
		}
	}
	return out
}

// plain writes a value as people read it: words as they are, lists side by side.
func plain(raw json.RawMessage) string {
	var s string
	if json.Unmarshal(raw, &s) == nil {
		return s
	}
	var list []json.RawMessage
	if json.Unmarshal(raw, &list) == nil {
		var parts []string
		for _, x := range list {
			parts = append(parts, plain(x))
		}
		return strings.Join(parts, "、")
	}
	switch s := string(raw); s {
	case "0", "false", "null", "{}":
		return ""
	default:
		return s
	}
}

func (d *differ) basic(from, to *Type) {
	apart := []string{"version", "issuers", "fields", "validity", "number", "seals", "face"}
	before, after := attributes(from), attributes(to)
	for _, name := range apart {
		delete(before, name)
		delete(after, name)
	}
	names := []string{"code", "name", "nameEn", "national", "definer", "definerName", "definerLevel", "level", "issuerLevels", "family", "kind",
		"holderKind", "holders", "holdersMin", "duplicate", "making", "source", "standard", "basis", "usage", "secrecy"}
	for _, name := range names {
		d.leaf("basic", name, "", before[name], after[name])
	}
	d.leaves("validity", "inspection", "", attributes(from.Inspection), attributes(to.Inspection))
}

func (d *differ) fields(before, after []Field) {
	find := func(list []Field, name string) (Field, bool) {
		i := slices.IndexFunc(list, func(f Field) bool { return f.Name == name })
		if i < 0 {
			return Field{}, false
		}
		return list[i], true
	}
	for _, f := range before {
		if _, ok := find(after, f.Name); !ok {
			d.found = append(d.found, Change{"fields", "fields[" + f.Name + "]", f.Label, Removed, f.Label, ""})
		}
	}
	for _, f := range after {
		path := "fields[" + f.Name + "]"
		old, ok := find(before, f.Name)
		if !ok {
			d.found = append(d.found, Change{"fields", path, f.Label, Added, "", f.Label})
			continue
		}
		d.leaves("fields", path, f.Label, attributes(old), attributes(f))
	}
	if order(before, after) != order(after, before) {
		d.leaf("fields", "fields", "", order(before, after), order(after, before))
	}
}

// order are the names of the fields that other has too, in their order.
func order(list, other []Field) string {
	var names []string
	for _, f := range list {
		if slices.ContainsFunc(other, func(o Field) bool { return o.Name == f.Name }) {
			names = append(names, f.Name)
		}
	}
	return strings.Join(names, "、")
}

// rules compares rules about the fields, in their order.
func rules[R any](d *differ, part string, before, after []R) {
	for i := range max(len(before), len(after)) {
		var old, now map[string]string
		if i < len(before) {
			old = attributes(before[i])
		}
		if i < len(after) {
			now = attributes(after[i])
		}
		d.leaves("fields", fmt.Sprintf("%s[%d]", part, i), "", old, now)
	}
}

func (d *differ) seals(before, after []SealStep) {
	for i := range max(len(before), len(after)) {
		path := fmt.Sprintf("seals[%d]", i+1)
		switch {
		case i >= len(after):
			d.found = append(d.found, Change{"seals", path, before[i].Name, Removed, before[i].Name, ""})
		case i >= len(before):
			d.found = append(d.found, Change{"seals", path, after[i].Name, Added, "", after[i].Name})
		default:
			d.leaves("seals", path, after[i].Name, attributes(before[i]), attributes(after[i]))
		}
	}
}

func (d *differ) face(before, after Face) {
	size := func(f Face) map[string]string {
		return attributes(struct {
			Width  float64 `json:"width"`
			Height float64 `json:"height"`
		}{f.Width, f.Height})
	}
	d.leaves("face", "face", "", size(before), size(after))
	olds := map[string]int{} // identity → index before
	for i, key := range identities(before.Objects) {
		olds[key] = i
	}
	kept := map[int]bool{}
	for i, key := range identities(after.Objects) {
		o, path := after.Objects[i], "face.objects["+strconv.Itoa(i)+"]"
		old, ok := olds[key]
		if !ok {
			d.found = append(d.found, Change{"face", path, o.words(), Added, "", o.words()})
			continue
		}
		kept[old] = true
		d.leaves("face", path, o.words(), attributes(before.Objects[old]), attributes(o))
	}
	for i, o := range before.Objects {
		if !kept[i] {
			d.found = append(d.found, Change{"face", "face.objects[" + strconv.Itoa(i) + "]", o.words(), Removed, o.words(), ""})
		}
	}
}

// words say what an object of a face shows.
func (o FaceObject) words() string {
	for _, s := range []string{o.Text, o.Field} {
		if s != "" {
			return o.Kind + " " + s
		}
	}
	if o.Kind == "seal" {
		return "seal " + strconv.Itoa(o.Step)
	}
	return o.Kind
}

// identities name the objects of a face by what they show; of several alike, by their order.
func identities(objects []FaceObject) []string {
	count := map[string]int{}
	out := make([]string, 0, len(objects))
	for _, o := range objects {
		key := o.words() + "\x00" + o.Path
		count[key]++
		out = append(out, key+"\x00"+strconv.Itoa(count[key]))
	}
	return out
}
