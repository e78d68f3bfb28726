package license

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/yinxin-org/yinxin/internal/catalog"
	"github.com/yinxin-org/yinxin/internal/clock"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/errs"
)

// The events of an inspection (年检).
const (
	passedInspection Action = "inspected"
	failedInspection Action = "inspectionFailed"
)

// begin sets the days that a license brings with it when it is published: by when it must be inspected, and when its
// holder is first told. A next version carries the cycle of the one before on: renewing a license inspects nothing.
func (l *License) begin(t *catalog.Type, before License) {
	carried := !before.InspectDue.IsZero() && t.Inspection != nil
	switch {
	case t.Inspection == nil:
	case carried:
		l.inspectBy(t, before.InspectDue)
	default:
		l.inspectBy(t, t.Inspection.Due(l.IssuedOn, l.PublishedAt))
	}
	expires, inspect := l.notices(t)
	if l.ValidTo.After(l.PublishedAt) {
		l.remind(expires)
	}
	if !inspect.IsZero() && (!carried || before.untold(inspect)) {
		l.remind(inspect)
	}
}

// beginAfter is begin for a license whose type and version before are still to be read.
func (s *Store) beginAfter(ctx context.Context, q *db.Tx, l *License) error {
	t, err := s.o.Types.Version(ctx, q, l.TypeCode, l.TypeVersion)
	if err != nil {
		return err
	}
	var before License
	if l.Follows != "" {
		if before, err = s.Get(ctx, q, l.HolderID, l.Follows); err != nil {
			return err
		}
	}
	l.begin(t, before)
	return nil
}

// inspectBy sets the first instant at which an inspection is overdue.
func (l *License) inspectBy(t *catalog.Type, due time.Time) {
	l.InspectDue, l.InspectBy = due, time.Time{}
	if t.Inspection.Blocks() {
		l.InspectBy = due
	}
}

// InspectionLate reports whether an inspection is overdue, whether or not that keeps the license from being used.
func (l License) InspectionLate(now time.Time) bool {
	return !l.InspectDue.IsZero() && !now.Before(l.InspectDue)
}

// InspectionMarked reports whether an inspection is overdue and the license is usable all the same, as its type says:
// whoever checks it is told.
func (l License) InspectionMarked(now time.Time) bool {
	return l.InspectionLate(now) && l.State(now).Usable()
}

// notices are when a holder is told that a license expires, and that it must be inspected; zero: never.
func (l License) notices(t *catalog.Type) (expires, inspect time.Time) {
	if !l.ValidTo.IsZero() {
		expires = l.ValidTo.Add(-t.Validity.Notice())
	}
	if !l.InspectDue.IsZero() && t.Inspection != nil {
		inspect = l.InspectDue.Add(-t.Inspection.Notice())
	}
	return expires, inspect
}

// untold reports whether a notice of a moment has not been given yet: RemindAt is the first of those.
func (l License) untold(at time.Time) bool {
	return !at.IsZero() && !l.RemindAt.IsZero() && !at.Before(l.RemindAt)
}

// remind has a notice given at a moment, unless one is given earlier.
func (l *License) remind(at time.Time) {
	if l.RemindAt.IsZero() || at.Before(l.RemindAt) {
		l.RemindAt = at
	}
}

// Result is how an inspection of a license came out.
type Result struct {
	Passed    bool
	AccountID string
	UnitID    string
	Words     string // kept with the event
}

// Inspect enters the result of an inspection, inside the caller's transaction. One that was passed moves the day of the
// next on by the cycle; one that was failed makes it due at once. The sealed file says nothing of it and stays.
func (s *Store) Inspect(ctx context.Context, tx *db.Tx, l License, r Result) (License, error) {
	now := s.o.Clock.Now()
	switch {
	case l.Step != StepPublished:
		return License{}, errs.New(errs.Conflict, "license.stage")
	case l.Ended != "":
		return License{}, ended(l)
	}
	t, err := s.o.Types.Version(ctx, tx, l.TypeCode, l.TypeVersion)
	if err != nil {
		return License{}, err
	}
	if t.Inspection == nil || l.InspectDue.IsZero() {
		return License{}, errs.New(errs.Conflict, "license.no-inspection")
	}
	first, err := s.first(ctx, tx, l)
	if err != nil {
		return License{}, err
	}
	was, action := l, failedInspection
	ground := lastDayBefore(was.InspectDue)
	switch {
	case r.Passed:
		// Within the time of notice it is the coming day that was inspected for.
		l.inspectBy(t, t.Inspection.Due(first.IssuedOn, now.Add(t.Inspection.Notice())))
		action, ground = passedInspection, ground+"/"+lastDayBefore(l.InspectDue)
	case now.Before(l.InspectDue):
		l.inspectBy(t, clock.Date(now)) // whole days only: the history names them
	}
	expires, inspect := l.notices(t)
	l.RemindAt = time.Time{}
	for _, at := range []time.Time{expires, inspect} {
		if was.untold(at) || r.Passed && at.Equal(inspect) && at.After(now) {
			l.remind(at)
		}
	}
	n, err := tx.Exec(ctx, `
		UPDATE license
		SET inspect_due = $1, inspect_by = $2, remind_at = $3, row_version = row_version + 1
		WHERE holder_id = $4 AND license_id = $5 AND row_version = $6`,
		db.Micros(l.InspectDue), db.Micros(l.InspectBy), db.Micros(l.RemindAt), l.HolderID, l.ID, l.RowVersion)
	if err != nil {
		return License{}, fmt.Errorf("enter inspection: %w", err)
	}
	if n == 0 {
		return License{}, errs.New(errs.Conflict, "conflict")
	}
	l.RowVersion++
	return l, s.record(ctx, tx, l, Operation{Action: action, AccountID: r.AccountID, UnitID: r.UnitID, Ground: ground, Words: r.Words})
}

// inspectedAt sets by when a license had to be inspected at a moment, from the days that its history names.
func (s *Store) inspectedAt(ctx context.Context, q *db.Tx, l *License, at When) error {
	if l.InspectDue.IsZero() {
		return nil
	}
	rows, err := q.Query(ctx, `
		SELECT action, ground, at
		FROM license_event
		WHERE holder_id = $1 AND license_id = $2 AND action IN ($3, $4)
		ORDER BY seq DESC`, l.HolderID, l.ID, string(passedInspection), string(failedInspection))
	if err != nil {
		return fmt.Errorf("list inspections of license: %w", err)
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var action, ground string
		var us int64
		if err := rows.Scan(&action, &ground, &us); err != nil {
			return fmt.Errorf("list inspections of license: %w", err)
		}
		if when := db.Time(us); !when.After(at.Known) && !when.After(at.True) {
			break // the row says how it stood after the last one
		}
		before, _, _ := strings.Cut(ground, "/")
		day, err := time.ParseInLocation(time.DateOnly, before, clock.Shanghai)
		if err != nil {
			return fmt.Errorf("read day of inspection: %w", err)
		}
		blocks := !l.InspectBy.IsZero()
		if l.InspectDue = clock.EndOfDay(day); blocks {
			l.InspectBy = l.InspectDue
		}
	}
	return rows.Err()
}

// first is the first version of a license: its cycle of inspections is counted from the day it was issued.
func (s *Store) first(ctx context.Context, q *db.Tx, l License) (License, error) {
	for l.Follows != "" {
		before, err := s.Get(ctx, q, l.HolderID, l.Follows)
		if err != nil {
			return License{}, err
		}
		l = before
	}
	return l, nil
}

// lastDayBefore is the last day before an instant, as the ground of an event says it.
func lastDayBefore(t time.Time) string {
	return t.Add(-time.Microsecond).In(clock.Shanghai).Format(time.DateOnly)
}
