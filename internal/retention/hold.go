package retention

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/yinxin-org/yinxin/internal/access"
	"github.com/yinxin-org/yinxin/internal/clock"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/errs"
	"github.com/yinxin-org/yinxin/internal/evidence"
	"github.com/yinxin-org/yinxin/internal/holder"
)

// What a hold is about.
const (
	OfHolder = "holder" // by the holder's id: the records in the holder's own list
	OfCase   = "case"   // by its number
	OfMonth  = "month"
)

const maxGround = 200

// Hold is a legal hold (留置): no month leaves in which there is a record that it is about.
type Hold struct {
	ID       string    `json:"id"`
	Subject  string    `json:"subject"`
	Value    string    `json:"value"`
	PlacedBy string    `json:"placedBy"`
	Ground   string    `json:"ground"` // number of the document that orders it
	Since    time.Time `json:"since"`
	Until    time.Time `json:"until,omitzero"` // zero: until it is lifted
}

// heldRecord is the record in the log that a hold was placed or lifted. The log keeps it encrypted, as every record.
type heldRecord struct {
	Hold    string `json:"hold"`
	Subject string `json:"subject,omitempty"`
	Value   string `json:"value,omitempty"`
	By      string `json:"by"`
	Ground  string `json:"ground"`
}

// Place places a hold, on record, and gives its id. A hold that names nothing that can be held, has no ground or has ended is
// errs "hold.invalid".
func (d *Desk) Place(ctx context.Context, h Hold) (string, error) {
	h.ID, h.Since, h.Ground = db.NewID(), d.o.Clock.Now(), strings.TrimSpace(h.Ground)
	_, err := clock.ParseMonth(h.Value)
	ok := slices.Contains([]string{OfHolder, OfCase, OfMonth}, h.Subject) && h.Value != "" && (h.Subject != OfMonth || err == nil)
	if !ok || h.Ground == "" || len(h.Ground) > maxGround || h.PlacedBy == "" || !h.Until.IsZero() && h.Until.Before(h.Since) {
		return "", errs.New(errs.Invalid, "hold.invalid")
	}
	err = d.o.DB.Write(ctx, func(tx *db.Tx) error {
		if _, err := d.o.Book.Append(ctx, tx, evidence.Event{HolderID: holder.PlatformID, Kind: "hold", Body: heldRecord{
			Hold: h.ID, Subject: h.Subject, Value: h.Value, By: h.PlacedBy, Ground: h.Ground}}); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, `
			INSERT INTO record_hold (hold_id, subject, value, placed_by, ground, since, until_at, lifted_at, lifted_by)
			VALUES ($1, $2, $3, $4, $5, $6, $7, 0, '')`,
			h.ID, h.Subject, h.Value, h.PlacedBy, h.Ground, db.Micros(h.Since), db.Micros(h.Until))
		return err
	})
	if err != nil {
		return "", fmt.Errorf("place hold: %w", err)
	}
	return h.ID, nil
}

// Lift ends a hold, on record. One that does not hold is errs "hold.unknown".
func (d *Desk) Lift(ctx context.Context, id, by, ground string) error {
	if ground = strings.TrimSpace(ground); by == "" || ground == "" || len(ground) > maxGround {
		return errs.New(errs.Invalid, "hold.invalid")
	}
	err := d.o.DB.Write(ctx, func(tx *db.Tx) error {
		n, err := tx.Exec(ctx, `
			UPDATE record_hold
			SET lifted_at = $1, lifted_by = $2
			WHERE hold_id = $3 AND lifted_at = 0`, db.Micros(d.o.Clock.Now()), by, id)
		if err != nil {
			return err
		}
		if n != 1 {
			return errs.New(errs.NotFound, "hold.unknown")
		}
		_, err = d.o.Book.Append(ctx, tx, evidence.Event{HolderID: holder.PlatformID, Kind: "hold-lifted", Body: heldRecord{
			Hold: id, By: by, Ground: ground}})
		return err
	})
	if err != nil {
		return fmt.Errorf("lift hold: %w", err)
	}
	return nil
}

// Holds lists the holds that hold, the oldest first.
func (d *Desk) Holds(ctx context.Context) (list []Hold, err error) {
	err = d.o.DB.Read(ctx, func(q *db.Tx) error {
		list, err = holds(ctx, q, d.o.Clock.Now())
		return err
	})
	return list, err
}

func holds(ctx context.Context, q *db.Tx, now time.Time) ([]Hold, error) {
	rows, err := q.Query(ctx, `
		SELECT hold_id, subject, value, placed_by, ground, since, until_at
		FROM record_hold
		WHERE lifted_at = 0 AND (until_at = 0 OR until_at > $1)
		ORDER BY hold_id`, db.Micros(now))
	if err != nil {
		return nil, fmt.Errorf("list holds: %w", err)
	}
	defer func() { _ = rows.Close() }()
	var list []Hold
	for rows.Next() {
		var h Hold
		var since, until int64
		if err := rows.Scan(&h.ID, &h.Subject, &h.Value, &h.PlacedBy, &h.Ground, &since, &until); err != nil {
			return nil, fmt.Errorf("list holds: %w", err)
		}
		h.Since, h.Until = db.Time(since), db.Time(until)
		list = append(list, h)
	}
	return list, rows.Err()
}

// held reports whether a month must stay, and gives the holds that were looked at.
func (d *Desk) held(ctx context.Context, m clock.Month) (is bool, seen []Hold, err error) {
	from, before := span(m)
	err = d.o.DB.Read(ctx, func(q *db.Tx) error {
		if seen, err = holds(ctx, q, d.o.Clock.Now()); err != nil {
			return err
		}
		is = false
		for i := 0; err == nil && !is && i < len(seen); i++ {
			switch h := seen[i]; h.Subject {
			case OfMonth:
				is = h.Value == m.String()
			case OfHolder:
				is, err = access.HasUse(ctx, q, h.Value, "", from, before)
			default:
				is, err = access.HasUse(ctx, q, "", h.Value, from, before)
			}
		}
		return err
	})
	return is, seen, err
}

func sameHolds(a, b []Hold) bool {
	return slices.EqualFunc(a, b, func(x, y Hold) bool { return x.ID == y.ID })
}
