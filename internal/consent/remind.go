package consent

import (
	"context"
	"fmt"
	"time"

	"github.com/yinxin-org/yinxin/internal/clock"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/notice"
)

// remindedAtOnce bounds the reminders of one transaction.
const remindedAtOnce = 100

// remindAt is when the holder is reminded of an authorisation that stands: a while before its end, and not at all where it is
// given for less than that.
func (a Authorisation) remindAt() time.Time {
	at := a.Until.Add(-remindTime)
	if a.step != stepGiven || !at.After(a.GivenAt) {
		return time.Time{}
	}
	return at
}

// lastDay is the last day of the term; "" until it is given.
func (a Authorisation) lastDay() string {
	if a.Until.IsZero() {
		return ""
	}
	return a.Until.Add(-time.Microsecond).In(clock.Shanghai).Format(time.DateOnly)
}

// Remind tells holders of authorisations that are about to end, each once.
func (d *Desk) Remind(ctx context.Context) error {
	for {
		n := 0
		err := d.o.DB.Write(ctx, func(tx *db.Tx) error {
			due, err := d.due(ctx, tx)
			n = len(due)
			for _, x := range due {
				if err == nil {
					err = d.remind(ctx, tx, x.holderID, x.id)
				}
			}
			return err
		})
		if err != nil || n < remindedAtOnce {
			return err
		}
	}
}

type dueOne struct{ holderID, id string }

func (d *Desk) due(ctx context.Context, tx *db.Tx) ([]dueOne, error) {
	rows, err := tx.Query(ctx, `
		SELECT holder_id, authorisation_id
		FROM authorisation_index
		WHERE remind_at > 0 AND remind_at <= $1
		ORDER BY remind_at
		LIMIT $2`, db.Micros(d.o.Clock.Now()), remindedAtOnce)
	if err != nil {
		return nil, fmt.Errorf("find authorisations about to end: %w", err)
	}
	defer func() { _ = rows.Close() }()
	var found []dueOne
	for rows.Next() {
		var x dueOne
		if err := rows.Scan(&x.holderID, &x.id); err != nil {
			return nil, fmt.Errorf("find authorisations about to end: %w", err)
		}
		found = append(found, x)
	}
	return found, rows.Err()
}

func (d *Desk) remind(ctx context.Context, tx *db.Tx, holderID, id string) error {
	a, err := d.hold(ctx, tx, holderID, id)
	if err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, `
		UPDATE authorisation_index
		SET remind_at = 0
		WHERE authorisation_id = $1`, id); err != nil {
		return fmt.Errorf("remind of authorisation: %w", err)
	}
	if a.State(d.o.Clock.Now()) != Given {
		return nil
	}
	return d.tell(ctx, tx, a.HolderID, notice.AuthorisationEnding, a)
}
