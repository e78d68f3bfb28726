package vertical

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/yinxin-org/yinxin/internal/change"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/errs"
	"github.com/yinxin-org/yinxin/internal/org"
)

// Health is how the stream of a system's messages stands.
type Health struct {
	SystemID string
	LastAt   time.Time // when something came last
	Licenses int64
	Applied  int64
	Parked   int64
	Gaps     int64 // licenses that wait for a message
	Failed   int64
	Repeated int64
	Refused  int64
	Reason   string    // why the last refused one was: a code
	OpenFrom time.Time // since when the oldest message waits
	Wishes   int64     // asked for and not yet sent again
}

// Healths tells how every system stands that ever sent.
func (d *Desk) Healths(ctx context.Context, q *db.Tx) ([]Health, error) {
	rows, err := q.Query(ctx, `
		SELECT s.system_id, s.last_at, s.repeated, s.refused, s.reason,
			(SELECT count(*) FROM vertical_license l WHERE l.system_id = s.system_id AND l.applied > 0),
			(SELECT coalesce(sum(applied), 0) FROM vertical_license l WHERE l.system_id = s.system_id),
			(SELECT count(*) FROM vertical_message m WHERE m.system_id = s.system_id AND m.state = 'parked'),
			(SELECT count(*) FROM vertical_message m WHERE m.system_id = s.system_id AND m.state = 'failed'),
			(SELECT coalesce(min(received_at), 0) FROM vertical_message m WHERE m.system_id = s.system_id AND m.state <> 'applied'),
			(SELECT count(*) FROM vertical_wish w WHERE w.system_id = s.system_id AND w.done_at = 0)
		FROM vertical_system s
		ORDER BY s.system_id`)
	if err != nil {
		return nil, fmt.Errorf("read health of systems: %w", err)
	}
	all := []Health{}
	for rows.Next() {
		var h Health
		var last, open int64
		if err := rows.Scan(&h.SystemID, &last, &h.Repeated, &h.Refused, &h.Reason, &h.Licenses, &h.Applied, &h.Parked, &h.Failed, &open, &h.Wishes); err != nil {
			return nil, errors.Join(fmt.Errorf("read health of systems: %w", err), rows.Close())
		}
		h.LastAt, h.OpenFrom = db.Time(last), db.Time(open)
		all = append(all, h)
	}
	if err := errors.Join(rows.Err(), rows.Close()); err != nil {
		return nil, fmt.Errorf("read health of systems: %w", err)
	}
	for i := range all {
		gaps, err := d.gaps(ctx, q, all[i].SystemID)
		if err != nil {
			return nil, err
		}
		all[i].Gaps = int64(len(gaps))
	}
	return all, nil
}

// Open is a message that waits or failed.
type Open struct {
	Key        string
	Seq        int64
	Action     Action
	State      State
	Reason     string
	Args       map[string]string
	Tries      int64
	NextAt     time.Time // when it is tried again
	ReceivedAt time.Time
}

// openShown bounds the open messages named of one system.
const openShown = 200

// OpenMessages are a system's messages that are not carried out, the oldest first.
func (d *Desk) OpenMessages(ctx context.Context, q *db.Tx, systemID string) ([]Open, error) {
	rows, err := q.Query(ctx, `
		SELECT license_key, seq, action, state, reason, args, tries, next_at, received_at FROM vertical_message
		WHERE system_id = $1 AND state <> 'applied'
		ORDER BY received_at, license_key, seq
		LIMIT $2`, systemID, openShown)
	if err != nil {
		return nil, fmt.Errorf("list open messages: %w", err)
	}
	defer func() { _ = rows.Close() }()
	all := []Open{}
	for rows.Next() {
		var o Open
		var next, at int64
		var args []byte
		if err := rows.Scan(&o.Key, &o.Seq, &o.Action, &o.State, &o.Reason, &args, &o.Tries, &next, &at); err != nil {
			return nil, fmt.Errorf("list open messages: %w", err)
		}
		if err := json.Unmarshal(args, &o.Args); err != nil {
			return nil, fmt.Errorf("decode reason: %w", err)
		}
		o.NextAt, o.ReceivedAt = db.Time(next), db.Time(at)
		all = append(all, o)
	}
	return all, rows.Err()
}

// Wish is what a system is asked to send again: all of a day, or of a license from a number on. A gap is asked for by
// itself and has no id; the others are told until the system says that they are done.
type Wish struct {
	ID        string
	SystemID  string
	Day       string
	Key       string
	From      int64
	AccountID string
	CreatedAt time.Time
}

// wishesTold bounds what one answer asks for.
const wishesTold = 100

// Wanted is what a system is to send again now.
func (d *Desk) Wanted(ctx context.Context, q *db.Tx, systemID string) ([]Wish, error) {
	wishes, err := d.gaps(ctx, q, systemID)
	if err != nil {
		return nil, err
	}
	rows, err := q.Query(ctx, `
		SELECT wish_id, day, license_key, from_seq, account_id, created_at FROM vertical_wish
		WHERE system_id = $1 AND done_at = 0
		ORDER BY wish_id
		LIMIT $2`, systemID, wishesTold)
	if err != nil {
		return nil, fmt.Errorf("list what is wanted: %w", err)
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		w := Wish{SystemID: systemID}
		var at int64
		if err := rows.Scan(&w.ID, &w.Day, &w.Key, &w.From, &w.AccountID, &at); err != nil {
			return nil, fmt.Errorf("list what is wanted: %w", err)
		}
		w.CreatedAt = db.Time(at)
		wishes = append(wishes, w)
	}
	return wishes, rows.Err()
}

// gaps are the licenses of which a message came and one before it did not.
func (d *Desk) gaps(ctx context.Context, q *db.Tx, systemID string) ([]Wish, error) {
	rows, err := q.Query(ctx, `
		SELECT l.license_key, l.applied + 1
		FROM vertical_license l
		WHERE l.system_id = $1
		  AND l.license_key IN (SELECT license_key FROM vertical_message WHERE system_id = $1 AND state <> 'applied')
		  AND NOT EXISTS (SELECT 1 FROM vertical_message m
			WHERE m.system_id = l.system_id AND m.license_key = l.license_key AND m.seq = l.applied + 1)
		ORDER BY l.license_key
		LIMIT $2`, systemID, wishesTold)
	if err != nil {
		return nil, fmt.Errorf("find gaps: %w", err)
	}
	defer func() { _ = rows.Close() }()
	all := []Wish{}
	for rows.Next() {
		w := Wish{SystemID: systemID}
		if err := rows.Scan(&w.Key, &w.From); err != nil {
			return nil, fmt.Errorf("find gaps: %w", err)
		}
		all = append(all, w)
	}
	return all, rows.Err()
}

func (d *Desk) wish(ctx context.Context, tx *db.Tx, w Wish) (Wish, error) {
	w.ID, w.CreatedAt = db.NewID(), d.o.Clock.Now()
	_, err := tx.Exec(ctx, `
		INSERT INTO vertical_wish (wish_id, system_id, day, license_key, from_seq, account_id, created_at, done_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, 0)`, w.ID, w.SystemID, w.Day, w.Key, w.From, w.AccountID, db.Micros(w.CreatedAt))
	if err != nil {
		return Wish{}, fmt.Errorf("ask for messages: %w", err)
	}
	return w, nil
}

// Replay asks a system to send again (补传): a day, or a license from a number on. It is told with the next answer.
func (d *Desk) Replay(ctx context.Context, tx *db.Tx, by change.By, w Wish) (Wish, error) {
	_, err := time.Parse(time.DateOnly, w.Day)
	switch {
	case (w.Day == "") == (w.Key == ""):
		return Wish{}, errs.New(errs.Invalid, "vertical.replay")
	case w.Day != "" && err != nil:
		return Wish{}, errs.New(errs.Invalid, "feed.day").On("day")
	case w.Key != "" && !keyForm.MatchString(w.Key):
		return Wish{}, errs.New(errs.Invalid, "vertical.key").On("licenseKey")
	}
	w.AccountID, w.From = by.AccountID, max(w.From, 1)
	w, err = d.wish(ctx, tx, w)
	if err != nil {
		return Wish{}, err
	}
	return w, d.o.Trail.Record(ctx, tx, by, change.Entry{Subject: change.System, SubjectID: w.SystemID, Action: "replay",
		After: map[string]any{"day": w.Day, "licenseKey": w.Key, "from": w.From}})
}

// Done notes that a system has sent what it was asked for.
func (d *Desk) Done(ctx context.Context, x org.System, wishes []string) error {
	return d.o.DB.Write(ctx, func(tx *db.Tx) error {
		for _, id := range wishes {
			if _, err := tx.Exec(ctx, `
				UPDATE vertical_wish SET done_at = $1
				WHERE wish_id = $2 AND system_id = $3 AND done_at = 0`, db.Micros(d.o.Clock.Now()), id, x.ID); err != nil {
				return fmt.Errorf("note what was sent again: %w", err)
			}
		}
		return nil
	})
}

// Retry lets all that failed of a system be tried now.
func (d *Desk) Retry(ctx context.Context, by change.By, systemID string) error {
	err := d.o.DB.Write(ctx, func(tx *db.Tx) error {
		n, err := tx.Exec(ctx, `
			UPDATE vertical_message SET next_at = 0
			WHERE system_id = $1 AND state = 'failed'`, systemID)
		if err != nil {
			return fmt.Errorf("try again: %w", err)
		}
		return d.o.Trail.Record(ctx, tx, by, change.Entry{Subject: change.System, SubjectID: systemID, Action: "retry",
			After: map[string]int64{"messages": n}})
	})
	if err != nil {
		return err
	}
	return d.Resume(ctx)
}
