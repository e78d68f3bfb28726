package license

import (
	"context"
	"fmt"
	"time"

	"github.com/yinxin-org/yinxin/internal/db"
)

// Coming says which days of licenses a list shows.
type Coming string

// The days.
const (
	ToInspect Coming = "inspection" // by which they must be inspected
	ToExpire  Coming = "expiry"     // on which they expire
)

// comes are the columns of the days, each with an index by issuer that has the same conditions.
var comes = map[Coming]string{ToInspect: "inspect_due", ToExpire: "valid_to"}

// Due lists the licenses of an issuer that have a day coming after one moment and until another, the soonest first, and
// how many there are. What ended is left out.
func (s *Store) Due(ctx context.Context, q *db.Tx, issuerID string, c Coming, after, until time.Time, limit, offset int) ([]License, int, error) {
	day := comes[c]
	where := `issuer_id = $1 AND ` + day + ` > 0 AND ended = '' AND ` + day + ` > $2 AND ` + day + ` <= $3 AND step = 'published'`
	args := []any{issuerID, db.Micros(after), db.Micros(until)}
	var total int
	if err := q.QueryRow(ctx, `SELECT count(*) FROM license WHERE `+where, args...).Scan(&total); err != nil {
		return nil, 0, fmt.Errorf("count what is due: %w", err)
	}
	found, err := s.list(ctx, q, `
		SELECT `+columns+`
		FROM license
		WHERE `+where+`
		ORDER BY `+day+`, license_id
		LIMIT $4 OFFSET $5`, append(args, limit, offset)...)
	return found, total, err
}

// Reminder is what a holder is to be told of a license.
type Reminder struct {
	License License
	Of      Coming
	Day     time.Time // the first instant after the last day
}

// Remind gives what holders are to be told by now, the oldest first, and moves each license on to its next day, in the
// transaction in which the caller tells them: each is told once, also after the job stood still, and by any number of
// nodes. n is how many licenses were looked at; less than limit: there are no more.
func (s *Store) Remind(ctx context.Context, tx *db.Tx, limit int) (due []Reminder, n int, err error) {
	now := s.o.Clock.Now()
	found, err := s.list(ctx, tx, `
		SELECT `+columns+`
		FROM license
		WHERE remind_at > 0 AND remind_at <= $1
		ORDER BY remind_at, license_id
		LIMIT $2`, db.Micros(now), limit)
	if err != nil {
		return nil, 0, err
	}
	for _, l := range found {
		told, next, err := s.reminders(ctx, tx, l, now)
		if err != nil {
			return nil, 0, err
		}
		k, err := tx.Exec(ctx, `
			UPDATE license
			SET remind_at = $1
			WHERE holder_id = $2 AND license_id = $3 AND remind_at = $4`, db.Micros(next), l.HolderID, l.ID, db.Micros(l.RemindAt))
		if err != nil {
			return nil, 0, fmt.Errorf("move reminder on: %w", err)
		}
		if k == 1 {
			due = append(due, told...)
		}
	}
	return due, len(found), nil
}

// reminders are what is to be told of a license by a moment, and when there is more to tell. What ended needs no word,
// and a day that went by longer ago than its notice is long is news to nobody.
func (s *Store) reminders(ctx context.Context, q *db.Tx, l License, now time.Time) (told []Reminder, next time.Time, err error) {
	if l.Ended != "" || l.Step != StepPublished {
		return nil, time.Time{}, nil
	}
	t, err := s.o.Types.Version(ctx, q, l.TypeCode, l.TypeVersion)
	if err != nil {
		return nil, time.Time{}, err
	}
	expires, inspect := l.notices(t)
	later := License{}
	for _, r := range []struct {
		at time.Time
		Reminder
	}{{expires, Reminder{l, ToExpire, l.ValidTo}}, {inspect, Reminder{l, ToInspect, l.InspectDue}}} {
		switch {
		case !l.untold(r.at):
		case r.at.After(now):
			later.remind(r.at)
		case now.Sub(r.Day) < r.Day.Sub(r.at):
			told = append(told, r.Reminder)
		}
	}
	return told, later.RemindAt, nil
}
