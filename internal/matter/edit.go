package matter

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/yinxin-org/yinxin/internal/authn"
	"github.com/yinxin-org/yinxin/internal/change"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/errs"
	"github.com/yinxin-org/yinxin/internal/task"
)

// roleMatters is the role of the matter office, as accounts name it.
const roleMatters = "matters"

// ImportItem enters or changes an item, and reports whether anything changed. Materials keep the numbers they had
// here, by name, so that open cases and bindings stay with their material whatever the source counts. What belongs to
// this platform stays when the source says nothing of it: bindings, which field fills the form, how a result is filled.
func (s *Store) ImportItem(ctx context.Context, tx *db.Tx, by change.By, i Item) (changed bool, err error) {
	before, err := s.Item(ctx, tx, i.BaseCode)
	isNew := errs.Code(err) == "item.unknown"
	if err != nil && !isNew {
		return false, err
	}
	if err := s.ask(ctx, tx, &i); err != nil {
		return false, err
	}
	if err := i.check(); err != nil {
		return false, err
	}
	for n, m := range i.Materials {
		if err := s.checkBound(ctx, tx, m.Bound, fmt.Sprintf("materials.%d.", n)); err != nil {
			return false, err
		}
	}
	if !isNew {
		i = keep(before, i)
	}
	if !isNew && same(before, i) {
		return false, nil
	}
	if err := s.PutItem(ctx, tx, i); err != nil {
		return false, err
	}
	entry := change.Entry{Subject: change.Matter, SubjectID: i.BaseCode, Action: "create", After: i}
	if !isNew {
		entry.Action, entry.Before = "update", before
	}
	if err := s.o.Trail.Record(ctx, tx, by, entry); err != nil {
		return false, err
	}
	if isNew {
		return true, nil
	}
	return true, s.tell(ctx, tx, i.BaseCode, i.Name, before, i)
}

// ImportMatter enters or changes what a unit adds to an item, which must be there.
func (s *Store) ImportMatter(ctx context.Context, tx *db.Tx, by change.By, e Entry) (changed bool, err error) {
	item, err := s.Item(ctx, tx, e.BaseCode())
	if err != nil {
		if errs.Code(err) == "item.unknown" {
			return false, errs.New(errs.Invalid, "item.unknown").On("code")
		}
		return false, err
	}
	m, err := e.check(item)
	if err != nil {
		return false, err
	}
	if _, err := s.o.Units.Get(ctx, tx, e.Unit); err != nil {
		return false, errs.Of(err).On("unit")
	}
	if err := s.aliasesFree(ctx, tx, e); err != nil {
		return false, err
	}
	for _, name := range slices.Sorted(maps.Keys(e.Bound)) {
		if err := s.checkBound(ctx, tx, e.Bound[name], "bound."+name+"."); err != nil {
			return false, err
		}
	}
	before, err := s.Entry(ctx, tx, e.Code)
	isNew := errs.Code(err) == "matter.unknown"
	if err != nil && !isNew {
		return false, err
	}
	for name, b := range before.Bound {
		if _, said := e.Bound[name]; !said {
			e.Bound = maps.Clone(e.Bound)
			if e.Bound == nil {
				e.Bound = map[string]Bound{}
			}
			e.Bound[name] = b
		}
	}
	if !isNew && same(before, e) {
		return false, nil
	}
	if err := s.PutEntry(ctx, tx, e); err != nil {
		return false, err
	}
	entry := change.Entry{Subject: change.Matter, SubjectID: e.Code, Action: "create", After: e}
	if !isNew {
		entry.Action, entry.Before = "update", before
	}
	if err := s.o.Trail.Record(ctx, tx, by, entry); err != nil || isNew {
		return err == nil, err
	}
	old, err := Resolve(item, before)
	if err != nil {
		return true, err
	}
	return true, s.tell(ctx, tx, e.Code, m.Name, old.Item, m.Item)
}

// aliasesFree refuses local codes that another matter has, before anything is written.
func (s *Store) aliasesFree(ctx context.Context, q *db.Tx, e Entry) error {
	for n, a := range e.Aliases {
		taken, err := column(ctx, q, `SELECT matter_code FROM matter_alias WHERE alias = $1 AND matter_code <> $2`, a, e.Code)
		if err != nil {
			return err
		}
		if len(taken) > 0 {
			return errs.New(errs.Conflict, "matter.alias-taken").On(fmt.Sprintf("aliases.%d", n))
		}
	}
	return nil
}

// SetItem is ImportItem by a person, who must have seen the version that is changed.
func (s *Store) SetItem(ctx context.Context, tx *db.Tx, by change.By, i Item, version int64) error {
	now, err := s.itemVersion(ctx, tx, i.BaseCode)
	if err != nil {
		return err
	}
	if now != version {
		return errs.New(errs.Conflict, "conflict")
	}
	_, err = s.ImportItem(ctx, tx, by, i)
	return err
}

// SetEntry is ImportMatter by a person. A unit's own officer changes the matters of that unit, and no elements that
// all levels share.
func (s *Store) SetEntry(ctx context.Context, tx *db.Tx, actor *authn.Actor, reason string, e Entry, version int64) error {
	if !actor.Has(roleMatters) {
		old, err := s.Entry(ctx, tx, e.Code)
		if err != nil {
			return err
		}
		if old.Unit != actor.UnitID || e.Unit != actor.UnitID {
			return errs.New(errs.Denied, "matter.not-yours")
		}
		if len(old.Overrides)+len(e.Overrides) > 0 && !same(old.Overrides, e.Overrides) {
			return errs.New(errs.Denied, "matter.shared").On("overrides")
		}
	}
	now, err := s.entryVersion(ctx, tx, e.Code)
	if err != nil {
		return err
	}
	if now != version {
		return errs.New(errs.Conflict, "conflict")
	}
	_, err = s.ImportMatter(ctx, tx, change.Of(actor, reason), e)
	return err
}

// keep carries over from an item's former state what is this platform's and the new one does not say.
func keep(old, item Item) Item {
	renumber(old, &item)
	for n := range item.Form {
		f := &item.Form[n]
		i := slices.IndexFunc(old.Form, func(x FormField) bool { return x.Name == f.Name })
		if f.From != "" || i < 0 || old.Form[i].From == "" {
			continue
		}
		seq, _, _ := strings.Cut(old.Form[i].From, ".")
		number, _ := strconv.Atoi(seq)
		if _, there := item.Material(number); there {
			f.From, f.Locked = old.Form[i].From, old.Form[i].Locked
		}
	}
	if item.Result == old.Result && item.ResultFields == nil {
		item.ResultFields = old.ResultFields
	}
	if item.Result == old.Result && item.ResultHolders == nil {
		item.ResultHolders = old.ResultHolders
	}
	for n := range item.Materials {
		m := &item.Materials[n]
		i := slices.IndexFunc(old.Materials, func(x Material) bool { return x.Name == m.Name })
		if i >= 0 && sameBound(m.Bound, Bound{}) {
			m.Bound = old.Materials[i].Bound
		}
	}
	return item
}

// renumber gives materials the numbers they had, by name, and new ones the next free numbers; the form follows.
func renumber(old Item, item *Item) {
	taken, next := map[string]int{}, 1
	for _, m := range old.Materials {
		taken[m.Name] = m.Seq
		next = max(next, m.Seq+1)
	}
	moved := map[int]int{}
	item.Materials = slices.Clone(item.Materials)
	for n := range item.Materials {
		m := &item.Materials[n]
		seq, ok := taken[m.Name]
		if !ok {
			seq = next
			next++
		}
		moved[m.Seq], m.Seq = seq, seq
	}
	item.Form = slices.Clone(item.Form)
	for n := range item.Form {
		seq, name, ok := strings.Cut(item.Form[n].From, ".")
		if number, err := strconv.Atoi(seq); ok && err == nil {
			item.Form[n].From = strconv.Itoa(moved[number]) + "." + name
		}
	}
}

// same reports whether two values are written alike.
func same(a, b any) bool {
	x, err := json.Marshal(a)
	y, err2 := json.Marshal(b)
	return err == nil && err2 == nil && string(x) == string(y)
}

// tell marks the license types that a changed matter binds or yields, before or after: the definer of each gets the
// task of looking whether the type must change too (CAT-2).
func (s *Store) tell(ctx context.Context, tx *db.Tx, code, name string, before, after Item) error {
	changed := Changed(before, after)
	if len(changed) == 0 {
		return nil
	}
	var zh, en []string
	for _, e := range changed {
		zh, en = append(zh, e.Zh), append(en, e.En)
	}
	types := map[string]bool{before.Result: true, after.Result: true}
	for _, m := range append(slices.Clone(before.Materials), after.Materials...) {
		for _, b := range m.Bindings {
			types[b.Type] = true
		}
	}
	own, err := column(ctx, tx, `
		SELECT DISTINCT b.type_code
		FROM bound_type b
		JOIN matter m ON m.matter_code = b.scope_code
		WHERE m.base_code = $1`, code)
	if err != nil {
		return err
	}
	for _, t := range own {
		types[t] = true
	}
	for _, typeCode := range slices.Sorted(maps.Keys(types)) {
		t, err := s.o.Types.Current(ctx, tx, typeCode)
		if err != nil {
			if errs.Of(err).Kind != errs.Internal {
				continue // nobody can mend a type that is not in effect
			}
			return err
		}
		if err := s.o.Tasks.Give(ctx, tx, task.Task{Kind: task.UpdateType, SubjectID: typeCode, UnitID: t.Definer, Role: roleCatalog,
			Label: t.Name, Detail: map[string]string{"matter": code, "matterName": name, "changed": strings.Join(zh, "、"),
				"changedEn": strings.Join(en, ", ")}}); err != nil {
			return err
		}
	}
	return nil
}
