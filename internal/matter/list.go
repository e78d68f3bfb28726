package matter

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"time"

	"github.com/yinxin-org/yinxin/internal/authn"
	"github.com/yinxin-org/yinxin/internal/change"
	"github.com/yinxin-org/yinxin/internal/clock"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/errs"
	"github.com/yinxin-org/yinxin/internal/pinyin"
	"github.com/yinxin-org/yinxin/internal/task"
)

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
	Unit  string    `json:"unit"`
	From  time.Time `json:"from,omitzero"`
	Until time.Time `json:"until,omitzero"` // first instant it is over; zero: no end
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

// roleDigital is the role of the digital office, as accounts name it.
const roleDigital = "digital"

// row is what of an entry stands in columns, to be found by.
type row struct {
	key, unit, region, matter, typeCode string
	level                               int
	label                               string   // as shown in tasks, and searched by
	words                               []string // further ones to search by
}

// content gives the part of a listing that is set.
func (l *Listing) content() any {
	switch l.List {
	case ListExempt:
		return l.Exemption
	case ListInspection:
		return l.Inspection
	default:
		return l.Scenario
	}
}

func (l *Listing) decode(data string) error {
	var into any
	switch l.List {
	case ListExempt:
		l.Exemption = new(Exemption)
		into = l.Exemption
	case ListInspection:
		l.Inspection = new(Inspection)
		into = l.Inspection
	default:
		l.Scenario = new(Scenario)
		into = l.Scenario
	}
	if err := json.Unmarshal([]byte(data), into); err != nil {
		return fmt.Errorf("decode list entry: %w", err)
	}
	return nil
}

// rowOf holds an entry against the catalogue and gives its columns.
func (s *Store) rowOf(ctx context.Context, q *db.Tx, l *Listing) (row, error) {
	switch l.List {
	case ListExempt:
		return s.exemptRow(ctx, q, *l.Exemption)
	case ListInspection:
		return s.inspectionRow(ctx, q, *l.Inspection)
	default:
		return s.scenarioRow(ctx, q, *l.Scenario)
	}
}

var (
	regionForm   = regexp.MustCompile(`^[0-9]{6}$`)
	scenarioForm = regexp.MustCompile(`^[a-z0-9][a-z0-9-]{1,39}$`)
)

func (s *Store) exemptRow(ctx context.Context, q *db.Tx, e Exemption) (row, error) {
	t, err := s.o.Types.Current(ctx, q, e.Type)
	if err != nil {
		return row{}, on(err, "entry.type")
	}
	if e.Level < 0 || e.Level > 7 {
		return row{}, errs.New(errs.Invalid, "field.range").On("entry.level")
	}
	if e.Region != "" && !regionForm.MatchString(e.Region) {
		return row{}, errs.New(errs.Invalid, "field.format").On("entry.region")
	}
	if err := checkText(e.Note, "entry.note", false, textMax); err != nil {
		return row{}, err
	}
	r := row{key: fmt.Sprintf("%s|%d|%s|%s|%s", e.Type, e.Level, e.Region, e.Unit, e.Matter), unit: e.Unit, region: e.Region,
		matter: e.Matter, typeCode: e.Type, level: e.Level, label: t.Name, words: []string{t.NameEn, e.Type, e.Matter}}
	if e.Unit != "" {
		u, err := s.o.Units.Get(ctx, q, e.Unit)
		if err != nil {
			return row{}, on(err, "entry.unit")
		}
		r.label += " " + u.Name
	}
	if e.Matter != "" {
		item, err := s.named(ctx, q, e.Matter)
		if err != nil {
			return row{}, on(err, "entry.matter")
		}
		if !item.binds(e.Type) {
			return row{}, errs.New(errs.Invalid, "exempt.unbound").On("entry.matter")
		}
		r.label += " " + item.Name
	}
	return r, nil
}

func (s *Store) inspectionRow(ctx context.Context, q *db.Tx, i Inspection) (row, error) {
	item, err := s.named(ctx, q, i.Matter)
	if err != nil {
		return row{}, on(err, "entry.matter")
	}
	if item.Kind != "06" {
		return row{}, errs.New(errs.Invalid, "list.inspection-kind").On("entry.matter")
	}
	if err := s.checkBindings(ctx, q, i.Types, "entry.types"); err != nil {
		return row{}, err
	}
	r := row{key: i.Matter + "|" + i.Unit, unit: i.Unit, matter: i.Matter, label: item.Name, words: []string{item.NameEn, i.Matter}}
	if i.Unit != "" {
		u, err := s.o.Units.Get(ctx, q, i.Unit)
		if err != nil {
			return row{}, on(err, "entry.unit")
		}
		r.label += " " + u.Name
	}
	return r, nil
}

func (s *Store) scenarioRow(ctx context.Context, q *db.Tx, c Scenario) (row, error) {
	if !scenarioForm.MatchString(c.Code) {
		return row{}, errs.New(errs.Invalid, "scenario.code").On("entry.code")
	}
	for _, x := range []struct {
		field, text string
		required    bool
		limit       int
	}{{"entry.name", c.Name, true, nameMax}, {"entry.nameEn", c.NameEn, false, nameMax}, {"entry.basis", c.Basis, true, textMax}} {
		if err := checkText(x.text, x.field, x.required, x.limit); err != nil {
			return row{}, err
		}
	}
	if c.Audience != "person" && c.Audience != "firm" {
		return row{}, errs.New(errs.Invalid, "field.option").On("entry.audience")
	}
	if err := s.checkBindings(ctx, q, c.Types, "entry.types"); err != nil {
		return row{}, err
	}
	return row{key: c.Code, typeCode: "", label: c.Name, words: []string{c.NameEn, c.Code}}, nil
}

// named finds an item by base code, or a matter by its code, as what it holds.
func (s *Store) named(ctx context.Context, q *db.Tx, code string) (Item, error) {
	if len(code) == 12 {
		return s.Item(ctx, q, code)
	}
	m, err := s.Get(ctx, q, code)
	return m.Item, err
}

// binds reports whether a type satisfies one of an item's materials.
func (i *Item) binds(typeCode string) bool {
	for _, m := range i.Materials {
		if _, ok := m.Binding(typeCode); ok {
			return true
		}
	}
	return false
}

// on blames a field for a refusal; what is our own fault stays as it is.
func on(err error, field string) error {
	e := errs.Of(err)
	if e.Kind == errs.Internal {
		return err
	}
	if e.Kind == errs.NotFound {
		e = errs.New(errs.Invalid, e.Code)
	}
	return e.On(field)
}

// mayPropose holds a unit's own officer to entries for that unit; the matter office and the digital office may
// propose any.
func mayPropose(actor *authn.Actor, l *Listing) error {
	if actor.Has(roleMatters, roleDigital) || l.List == ListScenario ||
		l.Exemption != nil && l.Exemption.Unit == actor.UnitID || l.Inspection != nil && l.Inspection.Unit == actor.UnitID {
		return nil
	}
	return errs.New(errs.Denied, "list.not-yours").On("entry.unit")
}

// Propose enters an entry and asks the digital office to review it. Two entries about the same are refused.
func (s *Store) Propose(ctx context.Context, tx *db.Tx, actor *authn.Actor, reason string, l Listing) (string, error) {
	if err := mayPropose(actor, &l); err != nil {
		return "", err
	}
	r, err := s.rowOf(ctx, tx, &l)
	if err != nil {
		return "", err
	}
	l.ID, l.State, l.ProposedBy = db.NewID(), Proposed, actor.UnitID
	if err := s.unlisted(ctx, tx, l, r.key); err != nil {
		return "", err
	}
	data, err := json.Marshal(l.content())
	if err != nil {
		return "", fmt.Errorf("encode list entry: %w", err)
	}
	_, err = tx.Exec(ctx, `
		INSERT INTO list_entry (list, entry_id, entry_key, state, unit_id, level, region_code, matter_code, type_code,
			effective_on, proposed_by, search, data, version, updated_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 0, $10, $11, $12, 1, $13)`,
		l.List, l.ID, r.key, l.State, r.unit, r.level, r.region, r.matter, r.typeCode, l.ProposedBy,
		pinyin.Key(r.label, r.words...), string(data), db.Micros(s.o.Clock.Now()))
	if err != nil {
		return "", fmt.Errorf("propose list entry: %w", err)
	}
	if err := s.o.Tasks.Give(ctx, tx, task.Task{Kind: task.ReviewList, SubjectID: l.ID, Role: roleDigital, Label: r.label,
		Detail: map[string]string{"list": l.List}}); err != nil {
		return "", err
	}
	return l.ID, s.o.Trail.Record(ctx, tx, change.Of(actor, reason), change.Entry{Subject: subject(l.List), SubjectID: l.ID,
		Action: "propose", After: l.content()})
}

func subject(list string) change.Subject {
	if list == ListScenario {
		return change.Scenario
	}
	return change.List
}

// unlisted refuses a second entry about the same thing.
func (s *Store) unlisted(ctx context.Context, q *db.Tx, l Listing, key string) error {
	var n int
	err := q.QueryRow(ctx, `
		SELECT count(*) FROM list_entry
		WHERE list = $1 AND entry_key = $2 AND entry_id <> $3 AND state <> 'withdrawn'`, l.List, key, l.ID).Scan(&n)
	if err != nil {
		return fmt.Errorf("look for list entry: %w", err)
	}
	if n > 0 {
		return errs.New(errs.Conflict, "list.twice")
	}
	return nil
}

// ChangeEntry replaces the content of an entry that is not published yet.
func (s *Store) ChangeEntry(ctx context.Context, tx *db.Tx, actor *authn.Actor, reason string, l Listing, version int64) error {
	before, err := s.Listing(ctx, tx, l.List, l.ID)
	if err != nil {
		return err
	}
	l.ProposedBy = before.ProposedBy
	if err := mayTouch(actor, before); err != nil {
		return err
	}
	if err := mayPropose(actor, &l); err != nil {
		return err
	}
	if before.State != Proposed {
		return errs.New(errs.Conflict, "list.state")
	}
	r, err := s.rowOf(ctx, tx, &l)
	if err != nil {
		return err
	}
	if err := s.unlisted(ctx, tx, l, r.key); err != nil {
		return err
	}
	data, err := json.Marshal(l.content())
	if err != nil {
		return fmt.Errorf("encode list entry: %w", err)
	}
	n, err := tx.Exec(ctx, `
		UPDATE list_entry
		SET entry_key = $1, unit_id = $2, level = $3, region_code = $4, matter_code = $5, type_code = $6, search = $7,
		    data = $8, version = version + 1, updated_at = $9
		WHERE list = $10 AND entry_id = $11 AND version = $12`,
		r.key, r.unit, r.level, r.region, r.matter, r.typeCode, pinyin.Key(r.label, r.words...), string(data),
		db.Micros(s.o.Clock.Now()), l.List, l.ID, version)
	if err != nil {
		return fmt.Errorf("change list entry: %w", err)
	}
	if n == 0 {
		return errs.New(errs.Conflict, "conflict")
	}
	return s.o.Trail.Record(ctx, tx, change.Of(actor, reason), change.Entry{Subject: subject(l.List), SubjectID: l.ID,
		Action: "update", Before: before.content(), After: l.content()})
}

// mayTouch lets the digital office at every entry, others at what their unit proposed.
func mayTouch(actor *authn.Actor, l Listing) error {
	if actor.Has(roleDigital) || l.ProposedBy == actor.UnitID {
		return nil
	}
	return errs.New(errs.Denied, "list.not-yours")
}

// Publish puts a proposed entry in force from a day on; the zero day is today. It is the digital office's to do.
func (s *Store) Publish(ctx context.Context, tx *db.Tx, by change.By, list, id string, version int64, day time.Time) error {
	l, err := s.Listing(ctx, tx, list, id)
	if err != nil {
		return err
	}
	if l.State != Proposed {
		return errs.New(errs.Conflict, "list.state")
	}
	today := clock.Date(s.o.Clock.Now())
	if day.IsZero() {
		day = today
	}
	if day.Before(today) {
		return errs.New(errs.Invalid, "list.past").On("effectiveOn")
	}
	// What was true when it was proposed must still be: a type may have lost a field, a matter its material.
	if _, err := s.rowOf(ctx, tx, &l); err != nil {
		return err
	}
	return s.step(ctx, tx, by, l, version, Published, day)
}

// Withdraw ends an entry: its proposer's unit before it is published, the digital office at any time.
func (s *Store) Withdraw(ctx context.Context, tx *db.Tx, actor *authn.Actor, reason, list, id string, version int64) error {
	l, err := s.Listing(ctx, tx, list, id)
	if err != nil {
		return err
	}
	if err := mayTouch(actor, l); err != nil {
		return err
	}
	if l.State == Withdrawn {
		return errs.New(errs.Conflict, "list.state")
	}
	if l.State == Published && !actor.Has(roleDigital) {
		return errs.New(errs.Denied, "list.published")
	}
	return s.step(ctx, tx, change.Of(actor, reason), l, version, Withdrawn, l.EffectiveOn)
}

func (s *Store) step(ctx context.Context, tx *db.Tx, by change.By, l Listing, version int64, state string, day time.Time) error {
	n, err := tx.Exec(ctx, `
		UPDATE list_entry
		SET state = $1, effective_on = $2, version = version + 1, updated_at = $3
		WHERE list = $4 AND entry_id = $5 AND version = $6`,
		state, db.Micros(day), db.Micros(s.o.Clock.Now()), l.List, l.ID, version)
	if err != nil {
		return fmt.Errorf("move list entry: %w", err)
	}
	if n == 0 {
		return errs.New(errs.Conflict, "conflict")
	}
	if err := s.o.Tasks.Done(ctx, tx, task.ReviewList, l.ID); err != nil {
		return err
	}
	action := map[string]string{Published: "publish", Withdrawn: "withdraw"}[state]
	return s.o.Trail.Record(ctx, tx, by, change.Entry{Subject: subject(l.List), SubjectID: l.ID, Action: action,
		Before: map[string]string{"state": l.State}, After: map[string]string{"state": state, "effectiveOn": day.In(clock.Shanghai).Format(time.DateOnly)}})
}

const listColumns = `entry_id, state, effective_on, proposed_by, version, data`

func scanListing(list string, from interface{ Scan(...any) error }) (Listing, error) {
	l := Listing{List: list}
	var day int64
	var data string
	err := from.Scan(&l.ID, &l.State, &day, &l.ProposedBy, &l.Version, &data)
	if errors.Is(err, db.ErrNoRows) {
		return Listing{}, errs.New(errs.NotFound, "list.unknown")
	}
	if err != nil {
		return Listing{}, fmt.Errorf("read list entry: %w", err)
	}
	l.EffectiveOn = db.Time(day)
	return l, l.decode(data)
}

// Listing finds an entry of a list, or gives list.unknown.
func (s *Store) Listing(ctx context.Context, q *db.Tx, list, id string) (Listing, error) {
	return scanListing(list, q.QueryRow(ctx, `
		SELECT `+listColumns+`
		FROM list_entry
		WHERE list = $1 AND entry_id = $2`, list, id))
}

// ListFilter narrows a list; empty fields do not. Unit, Level and Matter keep the entries that hold for them.
type ListFilter struct {
	List, Words, State, Type, Unit, Matter string
	Audience                               string // of scenarios
	Level                                  int
	Limit, Offset                          int // Limit 0: all
}

// Listings gives a page of a list, and counts all that meet the filter.
func (s *Store) Listings(ctx context.Context, q *db.Tx, f ListFilter) (found []Listing, total int, err error) {
	where, args := []string{"list = $1"}, []any{f.List}
	add := func(condition string, arg any) {
		args = append(args, arg)
		where = append(where, strings.ReplaceAll(condition, "$n", fmt.Sprintf("$%d", len(args))))
	}
	for _, w := range pinyin.Words(f.Words) {
		add(`search LIKE $n ESCAPE '\'`, w)
	}
	if f.State != "" {
		add("state = $n", f.State)
	}
	if f.Type != "" {
		add("type_code = $n", f.Type)
	}
	if f.Unit != "" {
		add("(unit_id = '' OR unit_id = $n)", f.Unit)
	}
	if f.Level > 0 {
		add("(level = 0 OR level = $n)", f.Level)
	}
	if f.Matter != "" {
		add("(matter_code = '' OR matter_code = $n OR matter_code = substr($n, 20, 12))", f.Matter)
	}
	if f.Audience != "" {
		add(`data LIKE '%"audience":"' || $n || '"%'`, f.Audience)
	}
	condition := strings.Join(where, " AND ")
	if err := q.QueryRow(ctx, `SELECT count(*) FROM list_entry WHERE `+condition, args...).Scan(&total); err != nil {
		return nil, 0, fmt.Errorf("count list: %w", err)
	}
	query := `SELECT ` + listColumns + ` FROM list_entry WHERE ` + condition + ` ORDER BY entry_key, entry_id`
	if f.Limit > 0 {
		args = append(args, f.Limit, f.Offset)
		query += fmt.Sprintf(" LIMIT $%d OFFSET $%d", len(args)-1, len(args))
	}
	rows, err := q.Query(ctx, query, args...)
	if err != nil {
		return nil, 0, fmt.Errorf("read list: %w", err)
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		l, err := scanListing(f.List, rows)
		if err != nil {
			return nil, 0, err
		}
		found = append(found, l)
	}
	return found, total, rows.Err()
}
