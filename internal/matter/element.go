package matter

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"slices"

	"github.com/yinxin-org/yinxin/internal/errs"
)

// Element is one of the fifteen elements that are the same on all five levels (五级十五同). at leads to what it
// consists of in an item; its Key names it in Entry.Overrides, where the value has the JSON form of the first.
type Element struct {
	Key, Zh, En string
	fixed       bool // a matter cannot differ in it: it says which item it belongs to
	at          func(*Item) []any
}

// Elements lists the fifteen, in the order in which guides show them. Which fifteen they are differs by province
// (GB/T 39554.2 leaves room); these are the ones a case or a guide depends on.
func Elements() []Element {
	return []Element{
		{Key: "name", Zh: "事项名称", En: "Name", at: func(i *Item) []any { return []any{&i.Name, &i.NameEn} }},
		{Key: "baseCode", Zh: "基本编码", En: "Base code", fixed: true, at: func(i *Item) []any { return []any{&i.BaseCode} }},
		{Key: "kind", Zh: "事项类型", En: "Kind", fixed: true, at: func(i *Item) []any { return []any{&i.Kind} }},
		{Key: "basis", Zh: "设定依据", En: "Legal basis", at: func(i *Item) []any { return []any{&i.Basis} }},
		{Key: "holderKind", Zh: "服务对象", En: "Who may apply", at: func(i *Item) []any { return []any{&i.HolderKind} }},
		{Key: "conditions", Zh: "申请条件", En: "Conditions", at: func(i *Item) []any { return []any{&i.Conditions} }},
		{Key: "materials", Zh: "申请材料", En: "Materials", at: func(i *Item) []any { return []any{&i.Materials} }},
		{Key: "process", Zh: "办理流程", En: "Process", at: func(i *Item) []any { return []any{&i.Process} }},
		{Key: "statutoryDays", Zh: "法定时限", En: "Statutory time limit", at: func(i *Item) []any { return []any{&i.StatutoryDays} }},
		{Key: "form", Zh: "申请表单", En: "Form", at: func(i *Item) []any { return []any{&i.Form} }},
		{Key: "fee", Zh: "收费", En: "Fee", at: func(i *Item) []any { return []any{&i.Fee} }},
		{Key: "resultName", Zh: "结果名称", En: "Name of the result", at: func(i *Item) []any { return []any{&i.ResultName} }},
		{Key: "result", Zh: "结果证照", En: "License it yields", at: func(i *Item) []any {
			return []any{&i.Result, &i.Duty, &i.ResultFields, &i.ResultHolders}
		}},
		{Key: "consult", Zh: "咨询方式", En: "Where to ask", at: func(i *Item) []any { return []any{&i.Consult} }},
		{Key: "supervise", Zh: "监督投诉", En: "Where to complain", at: func(i *Item) []any { return []any{&i.Supervise} }},
	}
}

// overridable are the keys of Overrides with what they set: every part of every element that is not fixed.
func overridable(i *Item) map[string]any {
	return map[string]any{
		"name": &i.Name, "nameEn": &i.NameEn, "basis": &i.Basis, "holderKind": &i.HolderKind, "conditions": &i.Conditions,
		"materials": &i.Materials, "process": &i.Process, "statutoryDays": &i.StatutoryDays, "form": &i.Form, "fee": &i.Fee,
		"resultName": &i.ResultName, "result": &i.Result, "duty": &i.Duty, "resultFields": &i.ResultFields,
		"resultHolders": &i.ResultHolders, "consult": &i.Consult, "supervise": &i.Supervise,
	}
}

// Resolve overlays an item by what a matter sets. The bindings of item and entry must have been filled in.
func Resolve(item Item, e Entry) (Matter, error) {
	m := Matter{Item: item, Code: e.Code, Unit: e.Unit, Level: e.Level, Place: e.Place, Hours: e.Hours, Aliases: e.Aliases}
	m.Materials = slices.Clone(item.Materials)
	m.Revision = e.Revision
	places := overridable(&m.Item)
	for _, key := range slices.Sorted(maps.Keys(e.Overrides)) {
		at, ok := places[key]
		if !ok {
			return Matter{}, errs.New(errs.Invalid, "matter.override").On("overrides." + key)
		}
		// Into a fresh value: what the item says must not shine through a list or map that replaces it.
		fresh := reflect.New(reflect.TypeOf(at).Elem())
		d := json.NewDecoder(bytes.NewReader(e.Overrides[key]))
		d.DisallowUnknownFields()
		if err := d.Decode(fresh.Interface()); err != nil {
			return Matter{}, errs.New(errs.Invalid, "matter.override").On("overrides." + key).Wrap(err)
		}
		reflect.ValueOf(at).Elem().Set(fresh.Elem())
	}
	if _, own := e.Overrides["materials"]; own {
		inherit(m.Materials, item.Materials)
	}
	for i := range m.Materials {
		if b, ok := e.Bound[m.Materials[i].Name]; ok {
			m.Materials[i].Bound = b
		}
	}
	m.Days = m.StatutoryDays
	if e.PromisedDays > 0 { // an item may have come to ask for less than a unit once promised
		m.Days = min(e.PromisedDays, m.StatutoryDays)
	}
	return m, nil
}

// inherit gives materials without a word of their own the item's bindings, by name.
func inherit(materials, from []Material) {
	for i := range materials {
		j := slices.IndexFunc(from, func(x Material) bool { return x.Name == materials[i].Name })
		if j >= 0 && materials[i].State() == StateOpen {
			materials[i].Bound = from[j].Bound
		}
	}
}

// split finds the entry by which an item resolves to a matter.
func split(m Matter, item Item) (Entry, error) {
	e := Entry{Code: m.Code, Unit: m.Unit, Level: m.Level, Place: m.Place, Hours: m.Hours, Aliases: m.Aliases, Revision: m.Revision}
	want, have := m.Item, item
	want.Materials, have.Materials = bare(m.Materials), bare(item.Materials)
	mine, theirs := overridable(&want), overridable(&have)
	for key, at := range mine {
		a, err := json.Marshal(at)
		if err != nil {
			return Entry{}, fmt.Errorf("encode matter: %w", err)
		}
		b, err := json.Marshal(theirs[key])
		if err != nil {
			return Entry{}, fmt.Errorf("encode matter: %w", err)
		}
		if !bytes.Equal(a, b) {
			if e.Overrides == nil {
				e.Overrides = map[string]json.RawMessage{}
			}
			e.Overrides[key] = a
		}
	}
	if m.Days != m.StatutoryDays {
		e.PromisedDays = m.Days
	}
	for _, x := range m.Materials {
		i := slices.IndexFunc(item.Materials, func(y Material) bool { return y.Name == x.Name })
		if i >= 0 && sameBound(x.Bound, item.Materials[i].Bound) || i < 0 && sameBound(x.Bound, Bound{}) {
			continue
		}
		if e.Bound == nil {
			e.Bound = map[string]Bound{}
		}
		e.Bound[x.Name] = x.Bound
	}
	return e, nil
}

// bare drops the bindings from materials: they are kept apart.
func bare(materials []Material) []Material {
	out := slices.Clone(materials)
	for i := range out {
		out[i].Bound = Bound{}
	}
	return out
}

func sameBound(a, b Bound) bool {
	return a.Plain == b.Plain && a.Party == b.Party && slices.Equal(a.Stages, b.Stages) &&
		slices.EqualFunc(a.Bindings, b.Bindings, func(x, y Binding) bool {
			return x.Type == y.Type && slices.Equal(x.Fields, y.Fields)
		})
}

// Changed names the elements in which two states of an item, or of a matter, differ.
func Changed(before, after Item) []Element {
	before.Materials, after.Materials = bare(before.Materials), bare(after.Materials)
	var out []Element
	for _, e := range Elements() {
		a, b := e.at(&before), e.at(&after)
		for i := range a {
			x, _ := json.Marshal(a[i])
			y, _ := json.Marshal(b[i])
			if !bytes.Equal(x, y) {
				out = append(out, e)
				break
			}
		}
	}
	return out
}
