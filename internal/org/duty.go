package org

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/yinxin-org/yinxin/gbcode"
	"github.com/yinxin-org/yinxin/internal/authn"
	"github.com/yinxin-org/yinxin/internal/change"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/errs"
	"github.com/yinxin-org/yinxin/internal/task"
)

// Step is a step of a type's work that somebody in the unit is responsible for.
type Step string

// The steps.
const (
	Make    Step = "make"    // 制证
	Review  Step = "review"  // 复核
	Correct Step = "correct" // 纠错
)

// steps lists them in order, with the roles any of which an account needs to be responsible.
var steps = []struct {
	step  Step
	roles []string
}{
	{Make, []string{authn.RoleClerk, authn.RoleApprover}},
	{Review, []string{authn.RoleReviewer}},
	{Correct, []string{authn.RoleClerk, authn.RoleApprover, authn.RoleReviewer}},
}

// StepsOf are the steps that an account with these roles can be responsible for.
func StepsOf(roles []string) []Step {
	var may []Step
	for _, x := range steps {
		if slices.ContainsFunc(x.roles, func(r string) bool { return slices.Contains(roles, r) }) {
			may = append(may, x.step)
		}
	}
	return may
}

// AllTypes stands for all types that have nobody of their own.
const AllTypes = "*"

// Duty is who is responsible (责任人) in a unit for a step of a type.
type Duty struct {
	Unit    string `json:"unit"`
	Type    string `json:"type"` // code, or AllTypes
	Step    Step   `json:"step"`
	Account string `json:"account"`
	Version int64  `json:"-"`
}

func (d Duty) id() string { return d.Unit + "/" + d.Type + "/" + string(d.Step) }

// SetDuty makes an account responsible, or nobody if d.Account is empty. d.Version is that of the duty that is
// replaced, 0 for none.
func (s *Store) SetDuty(ctx context.Context, tx *db.Tx, by change.By, d Duty) (Duty, error) {
	if err := s.lock(ctx, tx); err != nil {
		return Duty{}, err
	}
	if d.Type != AllTypes && gbcode.CheckTypeCode(d.Type) != nil {
		return Duty{}, errs.New(errs.Invalid, "type.unknown").On("type")
	}
	if _, err := s.active(ctx, tx, d.Unit, "unitId"); err != nil {
		return Duty{}, err
	}
	old, err := s.duty(ctx, tx, d)
	if err != nil {
		return Duty{}, err
	}
	if old.Version != d.Version {
		return Duty{}, errs.New(errs.Conflict, "conflict")
	}
	entry := change.Entry{Subject: change.Duty, SubjectID: d.id(), Action: "set", After: d}
	if old.Version > 0 {
		entry.Before = old
	}
	if d.Account == "" {
		if old.Version == 0 {
			return Duty{}, nil
		}
		entry.Action, entry.After = "clear", nil
		_, err = tx.Exec(ctx, `DELETE FROM duty WHERE unit_id = $1 AND type_code = $2 AND step = $3`, d.Unit, d.Type, string(d.Step))
	} else {
		d, err = s.putDuty(ctx, tx, d)
	}
	if err != nil {
		return Duty{}, fmt.Errorf("set duty: %w", err)
	}
	if err := s.trail.Record(ctx, tx, by, entry); err != nil {
		return Duty{}, err
	}
	return d, s.refreshPosts(ctx, tx, d.Unit)
}

// putDuty writes a duty after asking whether the account can bear it.
func (s *Store) putDuty(ctx context.Context, tx *db.Tx, d Duty) (Duty, error) {
	all, err := s.o.Accounts.Standing(ctx, tx, d.Unit)
	if err != nil {
		return Duty{}, err
	}
	a, ok := all[d.Account]
	switch {
	case !ok || !a.Active:
		return Duty{}, errs.New(errs.Invalid, "duty.account").On("accountId")
	case !slices.Contains(StepsOf(a.Roles), d.Step):
		return Duty{}, errs.New(errs.Invalid, "duty.role").On("accountId")
	}
	for _, pair := range [][2]Step{{Make, Review}, {Review, Make}} {
		if d.Step != pair[0] {
			continue
		}
		other, err := s.duty(ctx, tx, Duty{Unit: d.Unit, Type: d.Type, Step: pair[1]})
		if err != nil {
			return Duty{}, err
		}
		if other.Account == d.Account {
			return Duty{}, errs.New(errs.Invalid, "duty.same").On("accountId")
		}
	}
	_, err = tx.Exec(ctx, `
		INSERT INTO duty (unit_id, type_code, step, account_id, row_version)
		VALUES ($1, $2, $3, $4, 1)
		ON CONFLICT (unit_id, type_code, step) DO UPDATE
		SET account_id = excluded.account_id, row_version = duty.row_version + 1`, d.Unit, d.Type, string(d.Step), d.Account)
	d.Version++
	return d, err
}

// duty reads one duty; one that is not set has no version.
func (s *Store) duty(ctx context.Context, q *db.Tx, d Duty) (Duty, error) {
	d.Account, d.Version = "", 0
	err := q.QueryRow(ctx, `
		SELECT account_id, row_version FROM duty WHERE unit_id = $1 AND type_code = $2 AND step = $3`,
		d.Unit, d.Type, string(d.Step)).Scan(&d.Account, &d.Version)
	if err != nil && !errors.Is(err, db.ErrNoRows) {
		return Duty{}, fmt.Errorf("read duty: %w", err)
	}
	return d, nil
}

// DutyFilter narrows a list of duties; empty fields do not.
type DutyFilter struct {
	Unit   string
	Type   string
	Step   Step
	Limit  int
	Offset int
}

// Duties gives a part of the duties that meet a filter and how many there are.
func (s *Store) Duties(ctx context.Context, q *db.Tx, f DutyFilter) ([]Duty, int, error) {
	c := &conditions{}
	if f.Unit != "" {
		c.add("unit_id = ?", f.Unit)
	}
	if f.Type != "" {
		c.add("type_code = ?", f.Type)
	}
	if f.Step != "" {
		c.add("step = ?", string(f.Step))
	}
	where := c.where()
	var total int
	if err := q.QueryRow(ctx, `SELECT count(*) FROM duty`+where, c.args...).Scan(&total); err != nil {
		return nil, 0, fmt.Errorf("count duties: %w", err)
	}
	rows, err := q.Query(ctx, `
		SELECT unit_id, type_code, step, account_id, row_version
		FROM duty`+where+`
		ORDER BY unit_id, type_code, step`+c.page(f.Limit, f.Offset), c.args...)
	if err != nil {
		return nil, 0, fmt.Errorf("list duties: %w", err)
	}
	defer func() { _ = rows.Close() }()
	found := []Duty{}
	for rows.Next() {
		var d Duty
		if err := rows.Scan(&d.Unit, &d.Type, &d.Step, &d.Account, &d.Version); err != nil {
			return nil, 0, fmt.Errorf("list duties: %w", err)
		}
		found = append(found, d)
	}
	return found, total, rows.Err()
}

// Vacancy is a step of a claimed type that nobody answers for.
type Vacancy struct {
	Unit, Type string
	Step       Step
	Stopped    bool // somebody was named, whose account is stopped or now another unit's
}

// post names who may be responsible.
type post struct {
	unit, typ string
	step      Step
}

// Vacancies lists the steps of claimed types that nobody answers for: of one unit or, for "", of all. It takes three
// readings however many claims there are.
func (s *Store) Vacancies(ctx context.Context, q *db.Tx, unitID string) ([]Vacancy, error) {
	if s.o.Catalogue == nil {
		return nil, nil
	}
	claims, err := s.o.Catalogue.ClaimsOf(ctx, q, unitID)
	if err != nil || len(claims) == 0 {
		return nil, err
	}
	duties, _, err := s.Duties(ctx, q, DutyFilter{Unit: unitID, Limit: allOfThem})
	if err != nil {
		return nil, err
	}
	standing, err := s.o.Accounts.Standing(ctx, q, unitID)
	if err != nil {
		return nil, err
	}
	filled := map[post]bool{} // whether who was named can act
	for _, d := range duties {
		a := standing[d.Account]
		filled[post{d.Unit, d.Type, d.Step}] = a.Active && a.UnitID == d.Unit && slices.Contains(StepsOf(a.Roles), d.Step)
	}
	var vacant []Vacancy
	for _, c := range claims {
		for _, x := range steps {
			if !c.Made && x.step != Correct {
				continue
			}
			able, named := filled[post{c.Unit, c.Type, x.step}]
			if !named {
				able, named = filled[post{c.Unit, AllTypes, x.step}]
			}
			if !able {
				vacant = append(vacant, Vacancy{Unit: c.Unit, Type: c.Type, Step: x.step, Stopped: named})
			}
		}
	}
	return vacant, nil
}

// refreshPosts gives the task to fill vacant posts to a unit that has some and to the administrator, and takes it
// away where all are filled; for "" everywhere. A unit has one task, however many posts.
func (s *Store) refreshPosts(ctx context.Context, tx *db.Tx, unitID string) error {
	give, done, err := s.postTasks(ctx, tx, unitID)
	if err != nil {
		return err
	}
	for _, id := range done {
		if err := s.tasks.Done(ctx, tx, task.FillPost, id); err != nil {
			return err
		}
	}
	for _, id := range give {
		u, err := s.Get(ctx, tx, id)
		if err != nil {
			return err
		}
		t := task.Task{Kind: task.FillPost, SubjectID: id, Label: u.Name, Role: authn.RoleAdmin}
		if err := s.tasks.Give(ctx, tx, t); err != nil {
			return err
		}
		t.UnitID, t.Role = id, authn.RoleCatalog
		if err := s.tasks.Give(ctx, tx, t); err != nil {
			return err
		}
	}
	return nil
}

// postTasks compares the vacancies with the open tasks: units to be given one, and units that are done.
func (s *Store) postTasks(ctx context.Context, q *db.Tx, unitID string) (give, done []string, err error) {
	vacant, err := s.Vacancies(ctx, q, unitID)
	if err != nil {
		return nil, nil, err
	}
	open, err := s.tasks.About(ctx, q, task.FillPost, unitID)
	if err != nil {
		return nil, nil, err
	}
	needed, given := map[string]bool{}, map[string]bool{}
	for _, t := range open {
		given[t.SubjectID] = true
	}
	for _, v := range vacant {
		if !needed[v.Unit] && !given[v.Unit] {
			give = append(give, v.Unit)
		}
		needed[v.Unit] = true
	}
	for id := range given {
		if !needed[id] {
			done = append(done, id)
		}
	}
	slices.Sort(done)
	return give, done, nil
}

// RefreshPosts is for the owner of claims: a unit's claims have changed.
func (s *Store) RefreshPosts(ctx context.Context, tx *db.Tx, unitID string) error {
	return s.refreshPosts(ctx, tx, unitID)
}

// Watch gives and takes away the tasks that follow from how things stand: vacant posts everywhere, and years without
// arrangement. It writes only where something has changed.
func (s *Store) Watch(ctx context.Context) error {
	var changed bool
	err := s.o.DB.Read(ctx, func(q *db.Tx) error {
		give, done, err := s.postTasks(ctx, q, "")
		changed = len(give)+len(done) > 0
		return err
	})
	if err != nil {
		return err
	}
	if changed {
		if err := s.o.DB.Write(ctx, func(tx *db.Tx) error { return s.refreshPosts(ctx, tx, "") }); err != nil {
			return err
		}
	}
	return s.watchYears(ctx)
}
