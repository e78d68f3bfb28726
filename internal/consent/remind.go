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
// given for less than that. Of a request that came to nothing it is when it goes.
func (a Authorisation) remindAt() time.Time {
	if a.unanswered() {
		return a.AnswerBy.Add(KeptUnanswered)
	}
	at := a.Until.Add(-remindTime)
	if a.step != stepGiven || !at.After(a.GivenAt) {
		return time.Time{}
	}
	return at
}

// unanswered reports whether the holder has said nothing to a request so far.
func (a Authorisation) unanswered() bool { return a.step == stepAsked || a.step == stepRetracted }

// lastDay is the last day of the term; "" until it is given.
func (a Authorisation) lastDay() string {
	if a.Until.IsZero() {
		return ""
	}
	return a.Until.Add(-time.Microsecond).In(clock.Shanghai).Format(time.DateOnly)
}

// Remind tells holders of authorisations that are about to end, each once, and takes requests away that came to nothing a while ago.
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
			if err != nil || n == 0 {
				return err
			}
			if _, err := tx.Exec(ctx, `DELETE FROM authorisation_place WHERE until_at <= $1`, db.Micros(d.o.Clock.Now())); err != nil {
				return fmt.Errorf("leave places: %w", err)
			}
			return nil
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
	if a.unanswered() {
		return d.forget(ctx, tx, a)
	}
	if a.State(d.o.Clock.Now()) != Given {
		return nil
	}
	return d.tell(ctx, tx, a.HolderID, notice.AuthorisationEnding, a)
}

// forget takes a request away.
func (d *Desk) forget(ctx context.Context, tx *db.Tx, a Authorisation) error {
	for _, statement := range []string{
		`DELETE FROM authorisation WHERE holder_id = $1 AND authorisation_id = $2`,
		`DELETE FROM authorisation_index WHERE holder_id = $1 AND authorisation_id = $2`,
	} {
		if _, err := tx.Exec(ctx, statement, a.HolderID, a.ID); err != nil {
			return fmt.Errorf("forget request: %w", err)
		}
	}
	return nil
}
